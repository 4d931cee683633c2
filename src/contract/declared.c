/* What the two sides declare, by name. */
#include "contract/private.h"

struct indexing {
	struct contracts *contracts;
	int side;
	uint32_t file;
};

static void index_element(void *context, struct element *element)
{
	const struct indexing *indexing = context;
	struct contracts *c = indexing->contracts;
	struct declarations *declared = &c->declared[indexing->side];
	uint32_t number = declared->n;
	void **slot;

	if (element->kind != ELEMENT_MESSAGE && element->kind != ELEMENT_ENUM &&
		element->kind != ELEMENT_SERVICE)
		return;
	slot = map_put(&c->by_name[indexing->side], element->full_name.p, 0);
	*vec_push(c->arena, declared) = (struct declaration){
		.element = element,
		.next = (uint32_t)(uintptr_t)*slot,
		.file = indexing->file,
		.is_generated = element_is_synthetic(element),
	};
	*slot = (void *)(uintptr_t)number;
	*map_put(&c->numbers[indexing->side], element, 0) = (void *)(uintptr_t)number;
}

static void index_side(struct contracts *c, int side)
{
	const struct schema *schema = c->schemas[side];

	map_init(&c->numbers[side], c->arena);
	map_init(&c->by_name[side], c->arena);
	map_init(&c->files[side], c->arena);
	map_init(&c->packages[side], c->arena);
	c->uses[side] = uses_new(c->arena, schema);
	vec_push(c->arena, &c->declared[side]);
	for (uint32_t i = 0; i < schema->files.n; i++) {
		struct file *file = schema->files.items[i].file;
		struct indexing indexing = { c, side, c->files[side].n + 1 };

		if (file->is_builtin)
			continue;
		*map_put(&c->files[side], file, 0) = (void *)(uintptr_t)indexing.file;
		*map_put(&c->packages[side], file->package.p, 0) = file;
		file_walk(file, index_element, &indexing);
	}
}

void declared_index(struct contracts *contracts)
{
	index_side(contracts, OLD_SIDE);
	index_side(contracts, NEW_SIDE);
}

uint32_t declared_first(const struct contracts *c, int side, struct str name)
{
	return (uint32_t)(uintptr_t)map_get(&c->by_name[side], intern(c->names, name).p, 0);
}

const struct element *declared_find(const struct contracts *c, int side, struct str name)
{
	return c->declared[side].items[declared_first(c, side, name)].element;
}

uint32_t declared_number(const struct contracts *c, int side, const struct element *element)
{
	return (uint32_t)(uintptr_t)map_get(&c->numbers[side], element, 0);
}

struct bits bits_new(struct contracts *c, uint32_t n)
{
	return (struct bits){ NEW_ARRAY(c->arena, n / 64 + 1, uint64_t) };
}

struct str declared_nearest(const struct contracts *contracts, struct str name)
{
	const struct elsewhere *elsewhere = contracts->request.elsewhere;
	VEC(struct str) names = { 0 };

	for (int side = NEW_SIDE; side >= OLD_SIDE; side--)
		for (uint32_t i = 1; i < contracts->declared[side].n; i++) {
			const struct declaration *d = &contracts->declared[side].items[i];

			if (d->element->kind != ELEMENT_ENUM && !d->is_generated)
				*vec_push(contracts->arena, &names) = d->element->full_name;
		}
	for (uint32_t i = 0; i < elsewhere->names.n; i++)
		if (elsewhere->names.items[i].kind != ELEMENT_ENUM)
			*vec_push(contracts->arena, &names) = elsewhere->names.items[i].full_name;
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
