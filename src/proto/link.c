/*
 * Names → elements: innermost scope first, among the files that are visible (doc/grammar.md, Names;
 * descriptor.cc, LookupSymbol).
 */
#include "proto/proto.h"

/* Which candidates count: those of visible files, or of all (to say what should have been
 * imported). */
enum reach { REACH_VISIBLE, REACH_ALL };

struct search {
	struct context *context;
	struct str name; /* without a leading dot */
	enum symbol_wanted wanted;
	enum reach reach;
	bool in_option;
	struct element *wrong;  /* passed over, since it is of another kind */
	struct element *hidden; /* by `import option` only */
};

static bool is_visible(struct search *s, const struct symbol *symbol)
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

static bool is_wanted(const struct search *s, enum element_kind kind)
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
 * The symbol of a scope that a visible file declares: the wanted kind first, so that a duplicate
 * does not hide it; with `aggregate` an aggregate.
 */
static struct element *lookup(
	struct search *s, struct element *scope, struct str part, bool aggregate)
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
			/* A package and a message may share a name on the two sides; the message is
			 * nearer. */
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

/* A member that is in no table: a field, method, oneof or nested enum value; to say what a name is
 * instead. */
static struct element *member_of(
	const struct context *context, const struct element *scope, struct str name)
{
	/* A million wrong names in a message of a million fields get their answer all the same. */
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

/*
 * The parts of a dotted name, interned, ended by an absent one. The same few names stand in
 * thousands of fields, so they are taken apart once a thread.
 */
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

/* Follows the rest of a dotted name from an element that its first part found. */
static struct element *follow(struct search *s, struct element *from, const struct str *rest)
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

/* The scope around a scope: message → message … → package → its parents; NULL beyond the root. */
static struct element *scope_outside(struct context *c, struct element *scope)
{
	if (scope->kind == ELEMENT_FILE)
		return NULL;
	if (scope->kind != ELEMENT_PACKAGE && scope->parent->kind == ELEMENT_FILE)
		return map_get(&c->compiler->packages, scope->file->package.p, 0);
	return scope->parent;
}

static struct element *search_from(struct search *s, struct element *scope, struct element **shadow)
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

/* A name that was found from a scope, in the file and stage that `stamp` stands for. */
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

/* Where such a name is remembered, or another one that came later. */
static struct resolved *resolved_slot(
	const struct context *context, const struct element *scope, const char *name)
{
	uint64_t hash = ((uint64_t)(uintptr_t)scope >> 3) * 0x9E3779B97F4A7C15u ^
			(uint64_t)(uintptr_t)name * 0xD6E8FEB86659FD93u;

	return &context->resolved[(hash >> 32) % RESOLVED];
}

/* Past messages that declare nothing a name could be found in. */
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

static struct resolution resolve(struct context *context, struct element *scope, struct str name,
	enum symbol_wanted wanted, bool in_option)
{
	struct search s = {
		.context = context, .name = name, .wanted = wanted, .in_option = in_option
	};
	struct resolution r = { 0 };
	bool absolute = name.n && name.p[0] == '.';
	struct element *shadow = NULL;

	if (absolute) {
		s.name = str_from(name, 1);
		scope = &context->compiler->root->e;
	}
	r.found = search_from(&s, scope, &shadow);
	if (r.found) {
		if (s.hidden == r.found && !in_option)
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

struct resolution link_resolve(struct context *context, struct element *scope, struct str name,
	enum symbol_wanted wanted, bool in_option)
{
	struct element *first = skip_empty(scope);
	struct resolved *known = resolved_slot(context, first, name.p);
	struct resolution r;

	/* The options and types of one file are the same few, over and over. */
	if (known->stamp == context->stamp && known->scope == first && known->name.p == name.p &&
		known->name.n == name.n && known->wanted == wanted && known->in_option == in_option)
		return (struct resolution){ .found = known->found };
	r = resolve(context, first, name, wanted, in_option);
	if (r.failure == RESOLVE_OK && r.found)
		*known = (struct resolved){ first, name, r.found, context->stamp, (uint8_t)wanted,
			in_option };
	return r;
}

static const char *kind_text(const struct element *e)
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
	struct context *context;
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

/* The name among the visible files' that is nearest to a mistyped one. */
static struct str nearest_name(struct context *context, struct str word, enum symbol_wanted wanted)
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
	struct nearest n = { .context = context, .word = word, .wanted = wanted };
	struct unit *unit = context->unit;

	if (wanted == WANT_TYPE) {
		n.best = str_nearest(word, scalars, COUNT(scalars));
		n.distance = n.best.p ? str_distance(word, n.best) : 0;
	}
	for (uint32_t i = 0; i < unit->visible.n; i++)
		file_walk(unit->visible.items[i]->file, consider, &n);
	return n.best;
}

bool link_report(struct context *context, struct str name, struct span span,
	enum symbol_wanted wanted, const struct resolution *r)
{
	struct place place = here(context, span);
	const char *what = wanted_text(wanted);
	struct str shown = str_starts(name, S(".")) ? str_from(name, 1) : name, near;

	switch (r->failure) {
	case RESOLVE_OK:
		return false;
	case RESOLVE_WRONG_KIND:
		diag_error(context->diags, place, "'" STR "' is %s, not %s", ARG(shown),
			kind_text(r->found), what);
		return true;
	case RESOLVE_OPTION_IMPORT:
		diag_error(context->diags, place,
			"'" STR "' comes by 'import option', which serves options only",
			ARG(shown));
		diag_help(context->diags, "import \"" STR "\" without the word option",
			ARG(r->found->file->text->path));
		return true;
	case RESOLVE_SHADOWED:
		if (context->file->lacks_import && r->shadow->kind == ELEMENT_PACKAGE)
			return false; /* the missing file may declare it in that package */
		diag_error(context->diags, place,
			"'" STR "' is not declared: its first part is '" STR
			"', which has no such member",
			ARG(shown), ARG(r->shadow->full_name));
		near = context->diags->n_errors <= MOST_SUGGESTIONS
			       ? nearest_name(context, shown, wanted)
			       : (struct str){ NULL, 0 };
		if (near.p && !str_eq(near, shown))
			diag_help(context->diags, "did you mean '" STR "'?", ARG(near));
		else
			diag_help(context->diags,
				"names are looked up from the inside out; to begin at the "
				"outermost scope write '." STR "'",
				ARG(shown));
		return true;
	case RESOLVE_NOT_IMPORTED:
	case RESOLVE_MISSING:
		break;
	}
	if (context->file->lacks_import)
		return false;
	if (r->failure == RESOLVE_NOT_IMPORTED && r->found->file) {
		diag_error(context->diags, place,
			"'" STR "' is declared in '" STR "', which is not imported", ARG(shown),
			ARG(r->found->file->import_path));
		diag_help(context->diags, "add: import \"" STR "\";",
			ARG(r->found->file->import_path));
		return true;
	}
	diag_error(context->diags, place, "%s '" STR "' is not declared",
		wanted == WANT_TYPE      ? "type"
		: wanted == WANT_MESSAGE ? "message"
					 : "option",
		ARG(shown));
	/* A file of a million unknown names gets its answer all the same. */
	near = context->diags->n_errors <= MOST_SUGGESTIONS ? nearest_name(context, shown, wanted)
							    : (struct str){ NULL, 0 };
	if (near.p)
		diag_help(context->diags, "did you mean '" STR "'?", ARG(near));
	return true;
}

struct element *link_option_scope(const struct element *element)
{
	if (element->kind == ELEMENT_FILE)
		return (struct element *)element;
	/* The enum holds the value, but a value's symbols live beside its enum. */
	if (element->kind == ELEMENT_ENUM_VALUE)
		return element->parent->parent;
	return element->parent;
}

struct field *link_find_extension(struct context *context, struct str extendee, int32_t number)
{
	struct compiler *c = context->compiler;
	struct symbol *first = map_get(&c->extensions, extendee.p, (uint32_t)number);
	struct symbol_walk walk;

	for (struct symbol *s = symbols_first(&walk, context, first); s; s = symbols_next(&walk, s))
		if (symbol_sight(context, s) != UNSEEN)
			return (struct field *)s->element;
	return first ? (struct field *)first->element : NULL;
}

struct message *link_find_message(struct context *context, struct str full_name)
{
	struct search s = {
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

struct message *link_options_message(struct context *context, const struct element *element)
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

/* ---- linking a file ---- */

/* May another file use it (edition 2024, visibility)? */
static bool is_exported(const struct element *e)
{
	const struct file *file = e->file;
	enum visibility visibility = type_written_visibility(e);

	if (visibility)
		return visibility == VISIBILITY_EXPORT;
	if (file->edition < EDITION_2024 || file->lacks_visibility)
		return true;
	return type_default_visibility(e, file->unit->default_visibility) == VISIBILITY_EXPORT;
}

static void check_visible(struct context *c, const struct element *found, struct span span)
{
	if (found->file == c->file || is_exported(found))
		return;
	diag_error(c->diags, here(c, span),
		"'" STR "' is local to '" STR "' and may not be used in another file",
		ARG(found->full_name), ARG(found->file->import_path));
	if (!found->file->is_builtin)
		diag_help(c->diags, "write 'export' before its declaration if others may use it");
}

/* Resolves one name; NULL when it is unknown (reported, or tolerated). */
static struct element *link_name(struct context *c, struct element *scope, struct str name,
	struct span span, enum symbol_wanted wanted)
{
	struct resolution r = link_resolve(c, scope, name, wanted, false);

	if (r.failure != RESOLVE_OK) {
		link_report(c, name, span, wanted, &r);
		return NULL;
	}
	check_visible(c, r.found, span);
	return r.found;
}

/* A value's name stands beside its enum. */
static void enter_values(
	struct context *c, const struct element *scope, const struct enumeration *enumeration)
{
	for (uint32_t i = 0; i < enumeration->values.n; i++) {
		struct element *e = &enumeration->values.items[i]->e;

		*map_put(&c->members, scope, (uintptr_t)e->name.p) = e;
	}
}

/* Enters what is in no table of symbols, once a scope: methods, or fields, oneofs and values. */
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

/*
 * What hides a message where any name counts, not those of types alone: between `scope` and the one
 * that declares `found` (descriptor.cc, LookupSymbol with LOOKUP_ALL, of extendees and the types of
 * methods). Of a dotted name the first part is looked for among what holds others.
 */
static struct element *hiding(
	struct context *c, struct element *scope, struct str name, const struct element *found)
{
	struct search s = { .context = c, .name = name, .wanted = WANT_MESSAGE };
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

/* An extendee, or the type of a method. */
static struct message *link_message_name(
	struct context *c, struct element *scope, struct str name, struct span span)
{
	struct element *found = link_name(c, scope, name, span, WANT_MESSAGE);
	struct element *nearer = found ? hiding(c, scope, name, found) : NULL;

	if (!nearer)
		return (struct message *)found;
	diag_error(c->diags, here(c, span), "'" STR "' is %s, not a message", ARG(name),
		kind_text(nearer));
	diag_help(c->diags, "the message is farther out: write '." STR "'", ARG(found->full_name));
	return NULL;
}

static void link_field_type(struct context *c, struct field *field, struct element *scope)
{
	struct element *found;

	if (!field->type_name.n || field->type_ref)
		return;
	found = link_name(c, scope, field->type_name, field->type_span, WANT_TYPE);
	if (!found) {
		field->type = TYPE_UNRESOLVED;
		return;
	}
	field->type_ref = found;
	if (field->set_type && (field->set_type == TYPE_ENUM) != (found->kind == ELEMENT_ENUM))
		diag_error(c->diags, here(c, field->type_span),
			"bad descriptor: '" STR "' is taken for %s, but it is %s",
			ARG(found->full_name),
			field->set_type == TYPE_ENUM ? "an enum" : "a message",
			found->kind == ELEMENT_ENUM ? "an enum" : "a message");
	if (found->kind == ELEMENT_ENUM)
		field->type = TYPE_ENUM;
	else if (field->type != TYPE_GROUP)
		field->type = TYPE_MESSAGE;
}

static void link_extension(struct context *c, struct field *field, struct element *scope)
{
	struct extension *extension = field->extension;

	if (extension->extendee_name.n) /* the fields of one block have one, and one error */
		extension->extendee = link_message_name(
			c, scope, extension->extendee_name, extension->extendee_span);
	link_field_type(c, field, scope);
}

static void link_message(struct context *c, struct message *m)
{
	for (uint32_t i = 0; i < m->fields.n; i++) {
		struct field *field = m->fields.items[i];
		struct message *type;

		link_field_type(c, field, &m->e);
		/* A set says of an entry message that it is one, but not of which field. */
		type = field->type == TYPE_MESSAGE ? field->message : NULL;
		if (type && type->is_map_entry && type->e.parent == &m->e &&
			field->label == LABEL_REPEATED && !field->is_map) {
			field->is_map = true;
			type->map_field = field;
		}
		if (field->type == TYPE_GROUP && field->message &&
			field->message->e.file == c->file)
			field->message->group_field = field;
	}
	for (uint32_t i = 0; i < m->extensions.n; i++)
		link_extension(c, m->extensions.items[i], &m->e);
	for (uint32_t i = 0; i < m->messages.n; i++)
		link_message(c, m->messages.items[i]);
}

static struct message *link_method_type(
	struct context *c, struct method *method, struct str name, struct span span)
{
	return link_message_name(c, method->e.parent, name, span);
}

void link_file(struct context *c)
{
	struct file *file = c->file;

	for (uint32_t i = 0; i < file->messages.n; i++)
		link_message(c, file->messages.items[i]);
	for (uint32_t i = 0; i < file->extensions.n; i++)
		link_extension(c, file->extensions.items[i], &file->e);
	for (uint32_t i = 0; i < file->services.n; i++) {
		struct service *service = file->services.items[i];

		for (uint32_t k = 0; k < service->methods.n; k++) {
			struct method *method = service->methods.items[k];

			method->input =
				link_method_type(c, method, method->input_name, method->input_span);
			method->output = link_method_type(
				c, method, method->output_name, method->output_span);
		}
	}
}
