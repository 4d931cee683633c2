#include "proto/validate.h"

/* ---- one name, one declaration ---- */

static void declare(struct context *c, struct map *scope, struct element *e)
{
	void **slot;
	struct element *first;

	if (!e->name.p)
		return;
	slot = map_put(scope, e->name.p, 0);
	first = *slot;
	if (!first) {
		*slot = e;
		return;
	}
	diag_error(c->diags, here(c, e->name_span), "'" STR "' is declared already",
		ARG(element_full_name(e, c->scratch)));
	diag_note(c->diags, here(c, first->name_span), "first declared");
	if (e->kind == ELEMENT_ENUM_VALUE && first->kind == ELEMENT_ENUM_VALUE &&
		first->parent != e->parent)
		diag_help(c->diags, "the values of an enum are names of the scope around it; begin "
				    "them with the enum's name");
	else if (e->kind == ELEMENT_ONEOF && ((struct oneof *)e)->is_synthetic)
		diag_help(c->diags,
			"an optional field makes this name; rename the other declaration");
}

static void declare_enum(struct context *c, struct map *scope, struct enumeration *e)
{
	declare(c, scope, &e->e);
	for (uint32_t i = 0; i < e->values.n; i++)
		declare(c, scope, &e->values.items[i]->e);
}

static void declare_message(struct context *c, struct message *m)
{
	struct arena_mark mark = arena_mark(c->scratch);
	struct map scope;

	map_init(&scope, c->scratch);
	for (uint32_t i = 0; i < m->fields.n; i++)
		declare(c, &scope, &m->fields.items[i]->e);
	for (uint32_t i = 0; i < m->oneofs.n; i++)
		declare(c, &scope, &m->oneofs.items[i]->e);
	for (uint32_t i = 0; i < m->messages.n; i++)
		declare(c, &scope, &m->messages.items[i]->e);
	for (uint32_t i = 0; i < m->enums.n; i++)
		declare_enum(c, &scope, m->enums.items[i]);
	for (uint32_t i = 0; i < m->extensions.n; i++)
		declare(c, &scope, &m->extensions.items[i]->e);
	arena_rewind(c->scratch, mark);
	for (uint32_t i = 0; i < m->messages.n; i++)
		if (!m->messages.items[i]->is_map_entry)
			declare_message(c, m->messages.items[i]);
}

static void declare_methods(struct context *c, struct service *service)
{
	struct map scope;

	map_init(&scope, c->scratch);
	for (uint32_t i = 0; i < service->methods.n; i++)
		declare(c, &scope, &service->methods.items[i]->e);
}

/* Does a visible file declare something else under this name of a package's scope? */
static const struct element *declared_elsewhere(
	struct context *c, const struct element *scope, struct str name)
{
	struct symbol_walk walk;
	struct symbol *s =
		symbols_first(&walk, c, map_get(&c->compiler->symbols, scope, (uintptr_t)name.p));

	for (; s; s = symbols_next(&walk, s)) {
		if (s->kind != ELEMENT_PACKAGE && s->index != c->unit->index &&
			symbol_sight(c, s) != UNSEEN)
			return s->element;
	}
	return NULL;
}

static void check_elsewhere(struct context *c, const struct element *scope, const struct element *e)
{
	const struct element *other = e->name.p ? declared_elsewhere(c, scope, e->name) : NULL;

	if (!other)
		return;
	diag_error(c->diags, here(c, e->name_span),
		"'" STR "' is declared in '" STR "', which is imported here",
		ARG(element_full_name(e, c->scratch)), ARG(other->file->import_path));
	diag_note(c->diags, place_in(other->file->text, other->name_span), "declared");
}

/* Reports parts of the package's name that a visible file declares as types. */
static void check_package(struct context *c)
{
	const struct package_scope *package =
		map_get(&c->compiler->packages, c->file->package.p, 0);

	for (const struct element *p = package ? &package->e : NULL; p && p->parent;
		p = p->parent) {
		const struct element *other = declared_elsewhere(c, p->parent, p->name);

		if (!other)
			continue;
		diag_error(c->diags, here(c, c->file->package_span),
			"package '" STR "' has the name of a type in '" STR "'", ARG(p->full_name),
			ARG(other->file->import_path));
		diag_note(c->diags, place_in(other->file->text, other->name_span), "declared");
	}
}

void validate_names(struct context *c)
{
	struct file *file = c->file;
	const struct package_scope *package = map_get(&c->compiler->packages, file->package.p, 0);
	struct map scope;

	map_init(&scope, c->scratch);
	for (uint32_t i = 0; i < file->messages.n; i++) {
		declare(c, &scope, &file->messages.items[i]->e);
		check_elsewhere(c, &package->e, &file->messages.items[i]->e);
		declare_message(c, file->messages.items[i]);
	}
	for (uint32_t i = 0; i < file->enums.n; i++) {
		struct enumeration *e = file->enums.items[i];

		declare_enum(c, &scope, e);
		check_elsewhere(c, &package->e, &e->e);
		for (uint32_t k = 0; k < e->values.n; k++)
			check_elsewhere(c, &package->e, &e->values.items[k]->e);
	}
	for (uint32_t i = 0; i < file->services.n; i++) {
		declare(c, &scope, &file->services.items[i]->e);
		check_elsewhere(c, &package->e, &file->services.items[i]->e);
		declare_methods(c, file->services.items[i]);
	}
	for (uint32_t i = 0; i < file->extensions.n; i++) {
		declare(c, &scope, &file->extensions.items[i]->e);
		check_elsewhere(c, &package->e, &file->extensions.items[i]->e);
	}
	check_package(c);
}
