/* What the roots of a contract reach. */
#include "contract/private.h"

/* A walk over the uses of one side; what is to be walked yet is on the stack. */
struct reaching {
	struct contracts *contracts;
	struct checked *checked;
	int side;
	struct elements stack;
};

static void reach(struct reaching *r, const struct element *element)
{
	uint32_t number = declared_number(r->contracts, r->side, element);

	if (!number || !bits_add(r->checked->reached[r->side], number))
		return;
	bits_add(r->checked->has_file[r->side], r->contracts->declared[r->side].items[number].file);
	*vec_push(r->contracts->arena, &r->stack) = element;
}

static void reach_used(void *context, const struct use *use)
{
	reach(context, use->used);
}

static uint32_t file_number(const struct contracts *c, int side, const struct file *file)
{
	return (uint32_t)(uintptr_t)map_get(&c->files[side], file, 0);
}

/* An extension belongs to whom it extends, also where its own type is no message. */
static void mark_extensions(struct reaching *r, const struct message *message)
{
	const struct contracts *c = r->contracts;
	struct extension_list extensions = uses_extensions(c->uses[r->side], message);

	for (uint32_t i = 0; i < extensions.n; i++) {
		uint32_t number = file_number(c, r->side, extensions.items[i]->e.file);

		if (number)
			bits_add(r->checked->has_file[r->side], number);
	}
}

static void reach_on(struct reaching *r, const struct element *element)
{
	const struct service *service = (const struct service *)element;

	if (element->kind == ELEMENT_MESSAGE) {
		const struct message *message = (const struct message *)element;

		uses_of_message(r->contracts->uses[r->side], message, reach_used, r);
		mark_extensions(r, message);
	}
	for (uint32_t i = 0; element->kind == ELEMENT_SERVICE && i < service->methods.n; i++)
		uses_of_method(service->methods.items[i], reach_used, r);
}

void reach_from_roots(struct contracts *c, struct checked *checked)
{
	for (int side = OLD_SIDE; side < BOTH_SIDES; side++) {
		struct reaching r = { .contracts = c, .checked = checked, .side = side };

		for (uint32_t i = 0; i < checked->roots[side].n; i++)
			reach(&r, checked->roots[side].items[i]);
		while (r.stack.n)
			reach_on(&r, r.stack.items[--r.stack.n]);
	}
}

bool is_root(const struct checked *checked, int side, const struct element *element)
{
	uint32_t number = element ? declared_number(checked->contracts, side, element) : 0;

	return number && bits_have(checked->is_root[side], number);
}

bool is_reached(const struct checked *checked, int side, const struct element *element)
{
	uint32_t number = element ? declared_number(checked->contracts, side, element) : 0;

	return number && bits_have(checked->reached[side], number);
}

bool file_is_reached(const struct checked *checked, int side, const struct file *file)
{
	uint32_t number = file ? file_number(checked->contracts, side, file) : 0;

	return number && bits_have(checked->has_file[side], number);
}
