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

/* A part of the package's name that a visible file declares as a type. */
static void check_package(struct context *c)
{
	const struct package *package = map_get(&c->compiler->packages, c->file->package.p, 0);

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
	const struct package *package = map_get(&c->compiler->packages, file->package.p, 0);
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

/* ---- style, edition 2024 (features.enforce_naming_style) ---- */

static bool is_lower(char ch)
{
	return ch >= 'a' && ch <= 'z';
}

static bool is_upper(char ch)
{
	return ch >= 'A' && ch <= 'Z';
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* An underscore stands between a letter or digit and a letter. */
static bool underscores_fit(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '_' &&
			(i == 0 || i + 1 == name.n ||
				!(is_lower(name.p[i + 1]) || is_upper(name.p[i + 1]))))
			return false;
	return true;
}

static bool is_snake(struct str name, bool upper)
{
	for (size_t i = 0; i < name.n; i++) {
		char ch = name.p[i];

		if (!(upper ? is_upper(ch) : is_lower(ch)) && !(i && (is_digit(ch) || ch == '_')))
			return false;
	}
	return underscores_fit(name);
}

static bool is_title(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_upper(name.p[i]) && !(i && (is_lower(name.p[i]) || is_digit(name.p[i]))))
			return false;
	return true;
}

static void check_style(void *context, struct element *e)
{
	struct context *c = context;
	const char *what = NULL, *form = "TitleCase";
	bool fits = true;

	if (!e->features || e->features->enforce_naming_style != STYLE2024 || !e->name.p ||
		element_is_synthetic(e))
		return;
	switch (e->kind) {
	case ELEMENT_MESSAGE:
		what = "message";
		fits = is_title(e->name);
		break;
	case ELEMENT_ENUM:
		what = "enum";
		fits = is_title(e->name);
		break;
	case ELEMENT_SERVICE:
		what = "service";
		fits = is_title(e->name);
		break;
	case ELEMENT_METHOD:
		what = "method";
		fits = is_title(e->name);
		break;
	case ELEMENT_FIELD:
	case ELEMENT_ONEOF:
		what = e->kind == ELEMENT_FIELD ? "field" : "oneof";
		form = "lower_snake_case";
		fits = is_snake(e->name, false);
		break;
	case ELEMENT_ENUM_VALUE:
		what = "enum value";
		form = "UPPER_SNAKE_CASE";
		fits = is_snake(e->name, true);
		break;
	default:
		return;
	}
	if (fits)
		return;
	diag_error(c->diags, here(c, e->name_span),
		"the name of %s '" STR "' is not %s, which edition 2024 wants", what, ARG(e->name),
		form);
	diag_help(c->diags, "rename it, or set features.enforce_naming_style = STYLE_LEGACY");
}

/*
 * A message that only gives its enums a namespace: at the top, not exported, and with every field
 * number reserved (descriptor.cc, IsEnumNamespaceMessage).
 */
static bool is_enum_namespace(const struct message *m)
{
	return m->e.parent->kind == ELEMENT_FILE && m->visibility != VISIBILITY_EXPORT &&
	       m->reserved_ranges.n == 1 && m->reserved_ranges.items[0].begin == 1 &&
	       m->reserved_ranges.items[0].end >= 536870911;
}

/* default_symbol_visibility = STRICT: what is nested is not exported, save the enums of a
 * namespace. */
static void check_strict(void *context, struct element *e)
{
	struct context *c = context;
	bool is_enum = e->kind == ELEMENT_ENUM, exported;

	if ((!is_enum && e->kind != ELEMENT_MESSAGE) || e->parent->kind != ELEMENT_MESSAGE ||
		!e->features || e->features->default_symbol_visibility != STRICT)
		return;
	exported = (is_enum ? ((struct enumeration *)e)->visibility
			    : ((struct message *)e)->visibility) == VISIBILITY_EXPORT;
	if (!exported || (is_enum && is_enum_namespace((struct message *)e->parent)))
		return;
	diag_error(c->diags, here(c, (struct span){ e->span.begin, e->span.begin + 6 }),
		"nested %s '" STR "' is exported, which default_symbol_visibility = STRICT forbids",
		is_enum ? "enum" : "message", ARG(e->name));
	diag_help(c->diags, is_enum ? "declare it at the top of a file, or in a message that is "
				      "local and says: reserved 1 to max;"
				    : "declare it at the top of a file");
}

void validate_style(struct context *c)
{
	struct str rest = c->file->package, part;

	file_walk(c->file, check_style, c);
	file_walk(c->file, check_strict, c);
	if (!c->file->e.features || c->file->e.features->enforce_naming_style != STYLE2024 ||
		!rest.n)
		return;
	while (str_cut(&rest, '.', &part)) {
		if (is_snake(part, false))
			continue;
		diag_error(c->diags, here(c, c->file->package_span),
			"package '" STR "' is not lower_snake_case, which edition 2024 wants",
			ARG(c->file->package));
		return;
	}
}
