/*
 * Names → elements: innermost scope first, among the files that are visible (doc/grammar.md, Names;
 * descriptor.cc, LookupSymbol), and the words for names that do not resolve.
 */
#include "proto/proto.h"

/* Search the visible files, or all (to say what should have been imported). */
enum reach { REACH_VISIBLE, REACH_ALL };

struct name_search {
	struct context *context;
	struct str name; /* without a leading dot */
	enum symbol_wanted wanted;
	enum reach reach;
	bool in_option;
	struct element *wrong;  /* found, but of another kind */
	struct element *hidden; /* found, but by `import option` only */
};

static bool is_visible(struct name_search *s, const struct symbol *symbol)
{
	enum sight sight;

	if (s->reach == REACH_ALL)
		return true;
	sight = symbol_sight(s->context, symbol);
	if (sight == SEEN_BY_OPTION && !s->in_option)
		s->hidden = symbol->element;
	return sight != UNSEEN;
}

static bool is_aggregate(enum element_kind kind)
{
	return kind == ELEMENT_MESSAGE || kind == ELEMENT_ENUM || kind == ELEMENT_PACKAGE ||
	       kind == ELEMENT_SERVICE;
}

static bool is_wanted(const struct name_search *s, enum element_kind kind)
{
	switch (s->wanted) {
	case WANT_TYPE:
		return kind == ELEMENT_MESSAGE || kind == ELEMENT_ENUM;
	case WANT_MESSAGE:
		return kind == ELEMENT_MESSAGE;
	case WANT_EXTENSION:
		return kind == ELEMENT_FIELD;
	}
	return false;
}

/*
 * The element that a visible file declares in a scope: of the wanted kind, even if a duplicate of
 * another kind comes first; with `aggregate` one that can hold others.
 */
static struct element *lookup(
	struct name_search *s, struct element *scope, struct str part, bool aggregate)
{
	struct compiler *c = s->context->compiler;
	struct element *found = NULL;
	struct symbol_walk walk = { 0 };
	struct symbol *symbol = map_get(&c->symbols, scope, (uintptr_t)part.p);

	if (s->reach == REACH_VISIBLE)
		symbol = symbols_first(&walk, s->context, symbol);
	for (; symbol; symbol = symbols_next(&walk, symbol)) {
		if (!is_visible(s, symbol))
			continue;
		if (aggregate ? is_aggregate(symbol->kind) : is_wanted(s, symbol->kind)) {
			/* On the two sides a package and a message may have one name: the message
			 * is nearer. */
			if (!found || found->kind == ELEMENT_PACKAGE)
				found = symbol->element;
			if (s->reach == REACH_ALL && found->kind != ELEMENT_PACKAGE)
				break;
		} else if (!s->wrong) {
			s->wrong = symbol->element;
		}
	}
	return found;
}

/* A field or nested enum value, which no table of symbols has; to say what a name is instead. */
static struct element *member_of(
	const struct context *context, const struct element *scope, struct str name)
{
	/* Each error scans all members. */
	if (context->diags->n_errors > MOST_SUGGESTIONS)
		return NULL;
	if (scope->kind == ELEMENT_MESSAGE) {
		const struct message *m = (const struct message *)scope;

		for (uint32_t i = 0; i < m->fields.n; i++)
			if (m->fields.items[i]->e.name.p == name.p)
				return &m->fields.items[i]->e;
		for (uint32_t i = 0; i < m->enums.n; i++)
			for (uint32_t k = 0; k < m->enums.items[i]->values.n; k++)
				if (m->enums.items[i]->values.items[k]->e.name.p == name.p)
					return &m->enums.items[i]->values.items[k]->e;
	}
	return NULL;
}

/* The parts of a dotted name, interned, ended by an absent one; cached by thread, since thousands
 * of fields use the same few names. */
static const struct str *parts_of(struct context *c, struct str name)
{
	void **slot = map_put(&c->parts, name.p, name.n);
	struct str rest = name, part, *parts;
	uint32_t n = 0;

	if (*slot)
		return *slot;
	for (struct str r = name; str_cut(&r, '.', &part);)
		n++;
	parts = NEW_ARRAY(c->arena, n + 1, struct str);
	n = 0;
	while (str_cut(&rest, '.', &part))
		parts[n++] = intern(c->compiler->names, part);
	*slot = parts;
	return parts;
}

/* Resolves the rest of a dotted name from the element that its first part names. */
static struct element *follow(struct name_search *s, struct element *from, const struct str *rest)
{
	for (; rest->p; rest++) {
		struct element *next = lookup(s, from, *rest, rest[1].p != NULL);

		if (!next) {
			if (!s->wrong)
				s->wrong = rest[1].p ? NULL : member_of(s->context, from, *rest);
			return NULL;
		}
		from = next;
	}
	return from;
}

/* The scope around a scope: message → message … → package → its parents → NULL. */
static struct element *scope_outside(struct context *c, struct element *scope)
{
	if (scope->kind == ELEMENT_FILE)
		return NULL;
	if (scope->kind != ELEMENT_PACKAGE && scope->parent->kind == ELEMENT_FILE)
		return map_get(&c->compiler->packages, scope->file->package.p, 0);
	return scope->parent;
}

static struct element *search_from(
	struct name_search *s, struct element *scope, struct element **shadow)
{
	struct context *c = s->context;
	const struct str *parts = parts_of(c, s->name);

	if (scope->kind == ELEMENT_FILE)
		scope = map_get(&c->compiler->packages, ((struct file *)scope)->package.p, 0);
	if (!parts[0].p)
		return NULL;
	for (; scope; scope = scope_outside(c, scope)) {
		struct element *found = lookup(s, scope, parts[0], parts[1].p != NULL);

		if (!found)
			continue;
		if (!parts[1].p)
			return found;
		s->wrong = NULL;
		found = follow(s, found, parts + 1);
		if (!found)
			*shadow = lookup(s, scope, parts[0], true);
		return found;
	}
	return NULL;
}

/* A name that was resolved from a scope, in the file and stage of `stamp`. */
struct resolved {
	const struct element *scope;
	struct str name;
	struct element *found;
	uint32_t stamp;
	uint8_t wanted;
	bool in_option;
};

struct resolved *resolved_new(struct arena *arena)
{
	return NEW_ARRAY(arena, RESOLVED, struct resolved);
}

/* The slot of a name in the direct-mapped cache. */
static struct resolved *resolved_slot(
	const struct context *context, const struct element *scope, const char *name)
{
	uint64_t hash = ((uint64_t)(uintptr_t)scope >> 3) * 0x9E3779B97F4A7C15u ^
			(uint64_t)(uintptr_t)name * 0xD6E8FEB86659FD93u;

	return &context->resolved[(hash >> 32) % RESOLVED];
}

/* The innermost scope that declares anything a name could resolve to. */
static struct element *skip_empty(struct element *scope)
{
	while (scope->kind == ELEMENT_MESSAGE) {
		const struct message *m = (const struct message *)scope;

		if (m->messages.n || m->enums.n || m->extensions.n)
			break;
		scope = scope->parent;
	}
	return scope;
}

static struct resolution resolve(struct context *context, const struct name_use *use)
{
	struct name_search s = { .context = context,
		.name = use->name,
		.wanted = use->wanted,
		.in_option = use->in_option };
	struct resolution r = { 0 };
	struct element *scope = use->scope, *shadow = NULL;
	bool absolute = use->name.n && use->name.p[0] == '.';

	if (absolute) {
		s.name = str_from(use->name, 1);
		scope = &context->compiler->root->e;
	}
	r.found = search_from(&s, scope, &shadow);
	if (r.found) {
		if (s.hidden == r.found && !use->in_option)
			r.failure = RESOLVE_OPTION_IMPORT;
		return r;
	}
	if (s.wrong) {
		r.failure = RESOLVE_WRONG_KIND;
		r.found = s.wrong;
		return r;
	}
	r.shadow = absolute ? NULL : shadow;
	r.failure = r.shadow ? RESOLVE_SHADOWED : RESOLVE_MISSING;
	s.reach = REACH_ALL;
	shadow = NULL;
	r.found = search_from(&s, scope, &shadow);
	if (r.found && r.failure == RESOLVE_MISSING)
		r.failure = RESOLVE_NOT_IMPORTED;
	return r;
}

struct resolution resolve_name(struct context *context, const struct name_use *use)
{
	struct name_use inner = *use;
	struct resolved *known;
	struct resolution r;

	inner.scope = skip_empty(use->scope);
	known = resolved_slot(context, inner.scope, use->name.p);
	/* A file uses the same few options and types over and over. */
	if (known->stamp == context->stamp && known->scope == inner.scope &&
		known->name.p == use->name.p && known->name.n == use->name.n &&
		known->wanted == use->wanted && known->in_option == use->in_option)
		return (struct resolution){ .found = known->found };
	r = resolve(context, &inner);
	if (r.failure == RESOLVE_OK && r.found)
		*known = (struct resolved){ inner.scope, use->name, r.found, context->stamp,
			(uint8_t)use->wanted, use->in_option };
	return r;
}

/* ---- what hides a name ---- */

/* The names of values are in the scope of their enum. */
static void enter_values(
	struct context *c, const struct element *scope, const struct enumeration *enumeration)
{
	for (uint32_t i = 0; i < enumeration->values.n; i++) {
		struct element *e = &enumeration->values.items[i]->e;

		*map_put(&c->members, scope, (uintptr_t)e->name.p) = e;
	}
}

/* Enters, once a scope, what is in no table of symbols: methods, or fields, oneofs and values. */
static void enter_members(struct context *c, const struct element *scope)
{
	void **entered = map_put(&c->members, scope, 0);

	if (*entered)
		return;
	*entered = c;
	if (scope->kind == ELEMENT_SERVICE) {
		const struct service *service = (const struct service *)scope;

		for (uint32_t i = 0; i < service->methods.n; i++) {
			struct element *e = &service->methods.items[i]->e;

			*map_put(&c->members, scope, (uintptr_t)e->name.p) = e;
		}
	} else if (scope->kind == ELEMENT_MESSAGE) {
		const struct message *m = (const struct message *)scope;

		for (uint32_t i = 0; i < m->fields.n; i++) {
			struct element *e = &m->fields.items[i]->e;

			*map_put(&c->members, scope, (uintptr_t)e->name.p) = e;
		}
		for (uint32_t i = 0; i < m->oneofs.n; i++) {
			struct element *e = &m->oneofs.items[i]->e;

			*map_put(&c->members, scope, (uintptr_t)e->name.p) = e;
		}
		for (uint32_t i = 0; i < m->enums.n; i++)
			enter_values(c, scope, m->enums.items[i]);
	}
}

struct element *resolve_hiding(
	struct context *c, struct element *scope, struct str name, const struct element *found)
{
	struct name_search s = { .context = c, .name = name, .wanted = WANT_MESSAGE };
	const struct element *home = found->parent;
	const struct str *parts;

	if (str_find(name, '.') < name.n)
		return NULL;
	parts = parts_of(c, name);
	if (!parts[0].p)
		return NULL;
	if (home->kind == ELEMENT_FILE)
		home = map_get(&c->compiler->packages, found->file->package.p, 0);
	if (scope->kind == ELEMENT_FILE)
		scope = map_get(&c->compiler->packages, ((struct file *)scope)->package.p, 0);
	for (; scope && scope != home; scope = scope_outside(c, scope)) {
		struct element *member;

		lookup(&s, scope, parts[0], false);
		if (s.wrong)
			return s.wrong;
		if (scope->kind == ELEMENT_PACKAGE)
			continue;
		enter_members(c, scope);
		member = map_get(&c->members, scope, (uintptr_t)parts[0].p);
		if (member)
			return member;
	}
	return NULL;
}

/* ---- what is wrong with a name ---- */

const char *element_kind_text(const struct element *e)
{
	switch (e->kind) {
	case ELEMENT_PACKAGE:
		return "a package";
	case ELEMENT_MESSAGE:
		return "a message";
	case ELEMENT_FIELD:
		return ((const struct field *)e)->extension ? "an extension" : "a field";
	case ELEMENT_ENUM:
		return "an enum";
	case ELEMENT_ENUM_VALUE:
		return "an enum value";
	case ELEMENT_SERVICE:
		return "a service";
	case ELEMENT_METHOD:
		return "an rpc";
	case ELEMENT_ONEOF:
		return "a oneof";
	default:
		return "something else";
	}
}

static const char *wanted_text(enum symbol_wanted wanted)
{
	return wanted == WANT_TYPE      ? "a message or enum"
	       : wanted == WANT_MESSAGE ? "a message"
					: "an option";
}

struct nearest {
	struct str word, best;
	size_t distance;
	enum symbol_wanted wanted;
};

static void consider(void *argument, struct element *e)
{
	struct nearest *n = argument;
	bool fits = n->wanted == WANT_EXTENSION
			    ? e->kind == ELEMENT_FIELD && ((struct field *)e)->extension
			    : e->kind == ELEMENT_MESSAGE ||
				      (n->wanted == WANT_TYPE && e->kind == ELEMENT_ENUM);
	struct str near;

	if (!fits || !e->name.p || element_is_synthetic(e))
		return;
	near = str_nearest(str_last_component(n->word), &e->name, 1);
	if (near.p) {
		size_t distance = str_distance(str_last_component(n->word), e->name);

		if (!n->best.p || distance < n->distance) {
			n->best = e->full_name;
			n->distance = distance;
		}
	}
}

/* The declared name that is nearest to a mistyped one, among those of visible files; absent: none
 * is near, or enough were suggested. */
static struct str nearest_name(
	const struct context *context, struct str word, enum symbol_wanted wanted)
{
	static const struct str scalars[] = {
		STR_INIT("string"),
		STR_INIT("int32"),
		STR_INIT("int64"),
		STR_INIT("bool"),
		STR_INIT("bytes"),
		STR_INIT("double"),
		STR_INIT("float"),
		STR_INIT("uint32"),
		STR_INIT("uint64"),
		STR_INIT("sint32"),
		STR_INIT("sint64"),
		STR_INIT("fixed32"),
		STR_INIT("fixed64"),
		STR_INIT("sfixed32"),
		STR_INIT("sfixed64"),
	};
	struct nearest n = { .word = word, .wanted = wanted };
	const struct unit *unit = context->unit;

	if (context->diags->n_errors > MOST_SUGGESTIONS)
		return n.best;
	if (wanted == WANT_TYPE) {
		n.best = str_nearest(word, scalars, COUNT(scalars));
		n.distance = n.best.p ? str_distance(word, n.best) : 0;
	}
	for (uint32_t i = 0; i < unit->visible.n; i++)
		file_walk(unit->visible.items[i]->file, consider, &n);
	return n.best;
}

static void report_shadowed(struct context *context, const struct name_use *use, struct str shown,
	const struct element *shadow)
{
	struct str near;

	diag_error(context->diags, here(context, use->span),
		"'" STR "' is not declared: its first part is '" STR "', which has no such member",
		ARG(shown), ARG(shadow->full_name));
	near = nearest_name(context, shown, use->wanted);
	if (near.p && !str_eq(near, shown))
		diag_help(context->diags, "did you mean '" STR "'?", ARG(near));
	else
		diag_help(context->diags,
			"names are looked up from the inside out; to begin at the "
			"outermost scope write '." STR "'",
			ARG(shown));
}

static void report_missing(struct context *context, const struct name_use *use, struct str shown,
	const struct element *elsewhere)
{
	struct place place = here(context, use->span);
	struct str near;

	if (elsewhere && elsewhere->file) {
		diag_error(context->diags, place,
			"'" STR "' is declared in '" STR "', which is not imported", ARG(shown),
			ARG(elsewhere->file->import_path));
		diag_help(context->diags, "add: import \"" STR "\";",
			ARG(elsewhere->file->import_path));
		return;
	}
	diag_error(context->diags, place, "%s '" STR "' is not declared",
		use->wanted == WANT_TYPE      ? "type"
		: use->wanted == WANT_MESSAGE ? "message"
					      : "option",
		ARG(shown));
	near = nearest_name(context, shown, use->wanted);
	if (near.p)
		diag_help(context->diags, "did you mean '" STR "'?", ARG(near));
}

bool resolve_report(struct context *context, const struct name_use *use, const struct resolution *r)
{
	struct str shown = str_starts(use->name, S(".")) ? str_from(use->name, 1) : use->name;

	switch (r->failure) {
	case RESOLVE_OK:
		return false;
	case RESOLVE_WRONG_KIND:
		diag_error(context->diags, here(context, use->span), "'" STR "' is %s, not %s",
			ARG(shown), element_kind_text(r->found), wanted_text(use->wanted));
		return true;
	case RESOLVE_OPTION_IMPORT:
		diag_error(context->diags, here(context, use->span),
			"'" STR "' is imported with 'import option', so only options can use it",
			ARG(shown));
		diag_help(context->diags, "import \"" STR "\" without the word option",
			ARG(r->found->file->text->path));
		return true;
	case RESOLVE_SHADOWED:
		if (context->file->lacks_import && r->shadow->kind == ELEMENT_PACKAGE)
			return false; /* the missing file may declare it in that package */
		report_shadowed(context, use, shown, r->shadow);
		return true;
	case RESOLVE_NOT_IMPORTED:
	case RESOLVE_MISSING:
		if (context->file->lacks_import)
			return false;
		report_missing(
			context, use, shown, r->failure == RESOLVE_NOT_IMPORTED ? r->found : NULL);
		return true;
	}
	return false;
}

/* ---- what options are ---- */

struct element *resolve_option_scope(const struct element *element)
{
	if (element->kind == ELEMENT_FILE)
		return (struct element *)element;
	/* The enum holds the value, but the names of values are in the enum's scope. */
	if (element->kind == ELEMENT_ENUM_VALUE)
		return element->parent->parent;
	return element->parent;
}

struct field *resolve_extension_number(struct context *context, struct str extendee, int32_t number)
{
	struct compiler *c = context->compiler;
	struct symbol *first = map_get(&c->extensions, extendee.p, (uint32_t)number);
	struct symbol_walk walk;

	for (struct symbol *s = symbols_first(&walk, context, first); s; s = symbols_next(&walk, s))
		if (symbol_sight(context, s) != UNSEEN)
			return (struct field *)s->element;
	return first ? (struct field *)first->element : NULL;
}

struct message *resolve_message_name(struct context *context, struct str full_name)
{
	struct name_search s = {
		.context = context, .name = full_name, .wanted = WANT_MESSAGE, .in_option = true
	};
	struct element *shadow = NULL;

	return (struct message *)search_from(&s, &context->compiler->root->e, &shadow);
}

static struct message *find_options_message(const struct context *context, enum element_kind kind)
{
	static const char *const names[] = {
		[ELEMENT_FILE] = "FileOptions",
		[ELEMENT_MESSAGE] = "MessageOptions",
		[ELEMENT_FIELD] = "FieldOptions",
		[ELEMENT_ONEOF] = "OneofOptions",
		[ELEMENT_ENUM] = "EnumOptions",
		[ELEMENT_ENUM_VALUE] = "EnumValueOptions",
		[ELEMENT_SERVICE] = "ServiceOptions",
		[ELEMENT_METHOD] = "MethodOptions",
		[ELEMENT_EXTENSION_RANGE] = "ExtensionRangeOptions",
	};
	struct str name = str_of(names[kind]);
	const struct unit *units[] = { context->unit->descriptor,
		context->compiler->builtin_descriptor };

	for (size_t u = 0; u < COUNT(units); u++) {
		for (uint32_t i = 0; units[u] && i < units[u]->file->messages.n; i++)
			if (str_eq(units[u]->file->messages.items[i]->e.name, name))
				return units[u]->file->messages.items[i];
	}
	return NULL;
}

struct message *resolve_options_message(struct context *context, const struct element *element)
{
	struct message **known = &context->options_messages[element->kind];

	if (context->options_descriptor != context->unit->descriptor) {
		memset(context->options_messages, 0, sizeof context->options_messages);
		context->options_descriptor = context->unit->descriptor;
	}
	if (!*known)
		*known = find_options_message(context, element->kind);
	return *known;
}
