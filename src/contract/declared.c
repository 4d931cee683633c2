/* What the two sides declare, by name. */
#include "contract/private.h"

struct indexing {
	struct contracts *contracts;
	int side;
};

static void index_element(void *context, struct element *element)
{
	const struct indexing *indexing = context;
	struct contracts *c = indexing->contracts;
	void **slot;

	if (element->kind != ELEMENT_MESSAGE && element->kind != ELEMENT_ENUM &&
		element->kind != ELEMENT_SERVICE)
		return;
	slot = map_put(&c->by_name[indexing->side], element->full_name.p, 0);
	if (!*slot)
		*slot = element;
	if (!element_is_synthetic(element))
		*vec_push(c->arena, &c->declared[indexing->side]) = element;
}

void declared_index(struct contracts *contracts)
{
	for (int side = OLD_SIDE; side < BOTH_SIDES; side++) {
		const struct schema *schema = contracts->schemas[side];
		struct indexing indexing = { contracts, side };

		map_init(&contracts->by_name[side], contracts->arena);
		map_init(&contracts->packages[side], contracts->arena);
		contracts->uses[side] = uses_new(contracts->arena, schema);
		for (uint32_t i = 0; i < schema->files.n; i++) {
			struct file *file = schema->files.items[i].file;

			if (file->is_builtin)
				continue;
			*map_put(&contracts->packages[side], file->package.p, 0) = file;
			file_walk(file, index_element, &indexing);
		}
	}
}

const struct element *declared_find(const struct contracts *contracts, int side, struct str name)
{
	return map_get(&contracts->by_name[side], intern(contracts->names, name).p, 0);
}

struct str declared_nearest(const struct contracts *contracts, struct str name)
{
	VEC(struct str) names = { 0 };

	for (int side = NEW_SIDE; side >= OLD_SIDE; side--)
		for (uint32_t i = 0; i < contracts->declared[side].n; i++)
			if (contracts->declared[side].items[i]->kind != ELEMENT_ENUM)
				*vec_push(contracts->arena, &names) =
					contracts->declared[side].items[i]->full_name;
	return str_nearest(name, names.items, names.n);
}

bool glob_fits(struct str glob, struct str name)
{
	size_t at = 0, i = 0, star = SIZE_MAX, resume = 0;
	size_t wide = SIZE_MAX, wide_resume = 0; /* the last `**`, which a `*` does not replace */

	while (i < name.n || at < glob.n) {
		if (at + 1 < glob.n && glob.p[at] == '*' && glob.p[at + 1] == '*') {
			while (at < glob.n && glob.p[at] == '*')
				at++;
			wide = at;
			wide_resume = i;
			star = SIZE_MAX;
		} else if (at < glob.n && glob.p[at] == '*') {
			star = ++at;
			resume = i;
		} else if (at < glob.n && i < name.n &&
			   (glob.p[at] == name.p[i] || (glob.p[at] == '?' && name.p[i] != '.'))) {
			at++;
			i++;
		} else if (star != SIZE_MAX && resume < name.n && name.p[resume] != '.') {
			i = ++resume;
			at = star;
		} else if (wide != SIZE_MAX && wide_resume < name.n) {
			i = ++wide_resume;
			at = wide;
			star = SIZE_MAX;
		} else {
			return false;
		}
	}
	return true;
}
