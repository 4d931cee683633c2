/*
 * The table of declared names, keyed by scope and name, for both sides at once.
 */
#include "proto/proto.h"

static struct package_scope *package_get(struct compiler *c, struct str name)
{
	void **slot = map_put(&c->packages, name.p, 0);
	struct package_scope *package;

	if (*slot)
		return *slot;
	package = NEW(c->arena, struct package_scope);
	*slot = package;
	package->e.kind = ELEMENT_PACKAGE;
	package->e.full_name = name;
	package->index = c->package_list.n;
	*vec_push(c->arena, &c->package_list) = package;
	return package;
}

/* Chains of this length get an index: a hundred thousand files may declare one name. */
enum { LONG_CHAIN = 32 };

static const struct unit *unit_of(const struct element *element)
{
	return element->kind == ELEMENT_PACKAGE ? NULL : element->file->unit;
}

/* A file's symbols are adjacent in a chain, since files are entered one by one. */
static void crowd_add(struct map *crowd, struct symbol *symbol)
{
	*map_put(crowd, unit_of(symbol->element), 0) = symbol;
}

static void crowd_make(struct compiler *c, struct symbol *chain)
{
	struct symbol *symbols[LONG_CHAIN];
	uint32_t n = 0;

	for (struct symbol *s = chain; s && n < LONG_CHAIN; s = s->next)
		symbols[n++] = s;
	if (n < LONG_CHAIN)
		return;
	chain->crowd = NEW(c->arena, struct map);
	map_init(chain->crowd, c->arena);
	while (n > 0) /* the oldest first, so that the first of each file remains */
		crowd_add(chain->crowd, symbols[--n]);
}

/* Puts a symbol at the head of a chain. */
static void chain_add(struct compiler *c, void **slot, struct element *element)
{
	struct symbol *symbol = NEW(c->arena, struct symbol), *chain = *slot;

	symbol->element = element;
	symbol->kind = element->kind;
	symbol->index = element->kind == ELEMENT_PACKAGE ? ((struct package_scope *)element)->index
							 : unit_of(element)->index;
	symbol->next = chain;
	*slot = symbol;
	if (chain && chain->crowd) {
		symbol->crowd = chain->crowd;
		crowd_add(symbol->crowd, symbol);
	} else if (chain) {
		crowd_make(c, symbol);
	}
}

struct symbol *symbols_next(struct symbol_walk *walk, struct symbol *symbol)
{
	const struct unit *unit;

	if (!walk->crowd)
		return symbol->next;
	if (symbol && symbol->next && unit_of(symbol->next->element) == unit_of(symbol->element))
		return symbol->next;
	unit = walk->context->unit;
	/* Packages belong to no file and come first. */
	if (!symbol) {
		symbol = map_get(walk->crowd, NULL, 0);
		if (symbol)
			return symbol;
	}
	while (walk->next_unit < unit->visible.n + unit->option_visible.n) {
		uint32_t i = walk->next_unit++;
		const struct unit *seen = i < unit->visible.n
						  ? unit->visible.items[i]
						  : unit->option_visible.items[i - unit->visible.n];

		symbol = map_get(walk->crowd, seen, 0);
		if (symbol)
			return symbol;
	}
	return NULL;
}

static void symbol_add(
	struct compiler *c, struct element *scope, struct str name, struct element *element)
{
	void **slot;

	if (!name.p)
		return; /* its declaration broke off before the name */
	slot = map_put(&c->symbols, scope, (uintptr_t)name.p);
	/* One symbol for each file and kind: a file may declare a name a million times. */
	for (const struct symbol *s = *slot; s && s->element->file == element->file; s = s->next)
		if (s->kind == element->kind)
			return;
	chain_add(c, slot, element);
}

struct package_scope *symbols_package(struct compiler *c, struct str name)
{
	struct package_scope *known = map_get(&c->packages, name.p, 0), *package;
	struct str parent_name;
	size_t dot;

	if (known)
		return known;
	package = package_get(c, name);
	if (name.n == 0)
		return package;
	dot = str_rfind(name, '.');
	parent_name = intern(c->names, dot < name.n ? str_head(name, dot) : S(""));
	package->e.name = intern(c->names, str_last_component(name));
	package->e.parent = &symbols_package(c, parent_name)->e;
	symbol_add(c, package->e.parent, package->e.name, &package->e);
	return package;
}

static void add_message(struct compiler *c, struct element *scope, struct message *m)
{
	symbol_add(c, scope, m->e.name, &m->e);
	for (uint32_t i = 0; i < m->messages.n; i++)
		add_message(c, &m->e, m->messages.items[i]);
	for (uint32_t i = 0; i < m->enums.n; i++)
		symbol_add(c, &m->e, m->enums.items[i]->e.name, &m->enums.items[i]->e);
	for (uint32_t i = 0; i < m->extensions.n; i++)
		symbol_add(c, &m->e, m->extensions.items[i]->e.name, &m->extensions.items[i]->e);
}

void symbols_add_file(struct compiler *c, struct unit *unit)
{
	struct file *file = unit->file;
	struct element *scope = &symbols_package(c, file->package)->e;

	for (uint32_t i = 0; i < file->messages.n; i++)
		add_message(c, scope, file->messages.items[i]);
	for (uint32_t i = 0; i < file->enums.n; i++) {
		struct enumeration *e = file->enums.items[i];

		symbol_add(c, scope, e->e.name, &e->e);
		for (uint32_t k = 0; k < e->values.n; k++)
			symbol_add(c, scope, e->values.items[k]->e.name, &e->values.items[k]->e);
	}
	for (uint32_t i = 0; i < file->services.n; i++)
		symbol_add(c, scope, file->services.items[i]->e.name, &file->services.items[i]->e);
	for (uint32_t i = 0; i < file->extensions.n; i++)
		symbol_add(
			c, scope, file->extensions.items[i]->e.name, &file->extensions.items[i]->e);
}

static void add_extensions(struct compiler *c, struct field **extensions, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct field *field = extensions[i];
		void **slot;

		if (!field->extension->extendee)
			continue;
		slot = map_put(&c->extensions, field->extension->extendee->e.full_name.p,
			(uint32_t)field->number);
		if (*slot && ((struct symbol *)*slot)->element->file == field->e.file)
			continue;
		chain_add(c, slot, &field->e);
	}
}

static void add_message_extensions(struct compiler *c, struct message *m)
{
	add_extensions(c, m->extensions.items, m->extensions.n);
	for (uint32_t i = 0; i < m->messages.n; i++)
		add_message_extensions(c, m->messages.items[i]);
}

void symbols_add_extensions(struct compiler *c, struct unit *unit)
{
	for (uint32_t i = 0; i < unit->file->messages.n; i++)
		add_message_extensions(c, unit->file->messages.items[i]);
	add_extensions(c, unit->file->extensions.items, unit->file->extensions.n);
}
