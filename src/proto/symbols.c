/*
 * The table of declared names, keyed by scope and name, for both sides at once.
 */
#include "proto/proto.h"

static struct package *package_get(struct compiler *c, struct str name)
{
	void **slot = map_put(&c->packages, name.p, 0);
	struct package *package;

	if (*slot)
		return *slot;
	package = NEW(c->arena, struct package);
	*slot = package;
	package->e.kind = ELEMENT_PACKAGE;
	package->e.full_name = name;
	package->index = c->package_list.n;
	*vec_push(c->arena, &c->package_list) = package;
	return package;
}

static void symbol_add(struct compiler *c, struct element *scope, struct str name, struct element *element)
{
	struct symbol *symbol;
	void **slot;

	if (!name.p)
		return; /* its declaration broke off before the name */
	slot = map_put(&c->symbols, scope, (uintptr_t)name.p);
	/* Once a file and kind, or a name that is declared a million times would be walked a million times. */
	for (const struct symbol *s = *slot; s && s->element->file == element->file; s = s->next)
		if (s->element->kind == element->kind)
			return;
	symbol = NEW(c->arena, struct symbol);
	symbol->element = element;
	symbol->next = *slot;
	*slot = symbol;
}

struct package *symbols_package(struct compiler *c, struct str name)
{
	struct package *known = map_get(&c->packages, name.p, 0), *package;
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
		symbol_add(c, scope, file->extensions.items[i]->e.name, &file->extensions.items[i]->e);
}

static void add_extensions(struct compiler *c, struct field **extensions, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct field *field = extensions[i];
		struct symbol *symbol;
		void **slot;

		if (!field->extendee)
			continue;
		slot = map_put(&c->extensions, field->extendee->e.full_name.p, (uint32_t)field->number);
		if (*slot && ((struct symbol *)*slot)->element->file == field->e.file)
			continue;
		symbol = NEW(c->arena, struct symbol);
		symbol->element = &field->e;
		symbol->next = *slot;
		*slot = symbol;
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
