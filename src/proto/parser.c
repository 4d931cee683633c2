/*
 * Tokens → elements, as protoc's parser fills descriptors: names and options unresolved.
 *
 * The parser accepts what can be understood; validate.c says what is forbidden. A statement that
 * cannot be understood is reported where it breaks off and passed over. Every loop takes a token
 * in each round, also on an error.
 */
#include "proto/foreign.h"
#include "proto/lexer.h"
#include "proto/proto.h"

enum {
	DEEPEST_MESSAGE = 31, /* protoc's parser refuses the 32nd level */
	DEEPEST_LITERAL = MAX_NESTING,
	NO_LOCATION = -1,
};

/* Field numbers of descriptor.proto that make up a location's path. */
enum {
	FILE_PACKAGE = 2,
	FILE_DEPENDENCY = 3,
	FILE_MESSAGE = 4,
	FILE_ENUM = 5,
	FILE_SERVICE = 6,
	FILE_EXTENSION = 7,
	FILE_OPTIONS = 8,
	FILE_PUBLIC = 10,
	FILE_WEAK = 11,
	FILE_SYNTAX = 12,
	FILE_OPTION_DEPENDENCY = 15,
	MESSAGE_FIELD = 2,
	MESSAGE_NESTED = 3,
	MESSAGE_ENUM = 4,
	MESSAGE_EXTENSION_RANGE = 5,
	MESSAGE_EXTENSION = 6,
	MESSAGE_OPTIONS = 7,
	MESSAGE_ONEOF = 8,
	MESSAGE_RESERVED = 9,
	MESSAGE_RESERVED_NAME = 10,
	RANGE_BEGIN = 1,
	RANGE_END = 2,
	RANGE_OPTIONS = 3,
	FIELD_EXTENDEE = 2,
	FIELD_NUMBER = 3,
	FIELD_LABEL = 4,
	FIELD_TYPE = 5,
	FIELD_TYPE_NAME = 6,
	FIELD_DEFAULT = 7,
	FIELD_OPTIONS = 8,
	FIELD_JSON_NAME = 10,
	ENUM_VALUE = 2,
	ENUM_OPTIONS = 3,
	ENUM_RESERVED = 4,
	ENUM_RESERVED_NAME = 5,
	VALUE_NUMBER = 2,
	VALUE_OPTIONS = 3,
	ONEOF_OPTIONS = 2,
	SERVICE_METHOD = 2,
	SERVICE_OPTIONS = 3,
	METHOD_INPUT = 2,
	METHOD_OUTPUT = 3,
	METHOD_OPTIONS = 4,
	METHOD_CLIENT_STREAMING = 5,
	METHOD_SERVER_STREAMING = 6,
	NAME = 1,
	UNINTERPRETED = 999,
};

struct parser {
	struct lexer lexer;
	struct file *file;
	struct arena *arena, *syntax, *scratch;
	struct intern *names;
	struct parse_memory *memory;
	struct diags *diags;
	bool source_info;
	unsigned depth;              /* of messages */
	struct str upcoming_leading; /* comments that wait for the next declaration */
	VEC(struct str) upcoming_detached;
	int32_t imports[4]; /* so far, by enum import_kind */
};

/* Where a declaration goes: the message or file that holds it, and its path. */
struct scope {
	struct element *parent;
	int32_t location;
	bool is_file;
};

/* ---- tokens ---- */

static const struct token *current(const struct parser *p)
{
	return &p->lexer.token;
}

static struct str text_of(const struct parser *p)
{
	return token_text(&p->lexer, current(p));
}

static void next(struct parser *p)
{
	lexer_next(&p->lexer);
}

static bool at(const struct parser *p, char symbol)
{
	return current(p)->symbol == symbol;
}

static bool at_end(const struct parser *p)
{
	return current(p)->kind == TOKEN_END;
}

static bool at_word(const struct parser *p, struct str word)
{
	return current(p)->kind == TOKEN_IDENT && str_eq(text_of(p), word);
}

static bool accept(struct parser *p, char symbol)
{
	if (!at(p, symbol))
		return false;
	next(p);
	return true;
}

static bool accept_word(struct parser *p, struct str word)
{
	if (!at_word(p, word))
		return false;
	next(p);
	return true;
}

static struct place here_of(const struct parser *p, struct span span)
{
	return place_in(p->file->text, span);
}

/* Reports that something else was expected at the current token. A token that is bad was reported
 * already. */
static bool expected(struct parser *p, const char *what)
{
	struct str text = text_of(p);
	struct span span = current(p)->span;

	if (current(p)->bad)
		return false;
	if (at_end(p)) {
		/* The last token is where the eye is, not the empty end. */
		span = p->lexer.previous.span;
		diag_error(p->diags, here_of(p, span), "expected %s, but the file ends here", what);
	} else if (text.n > 40) {
		diag_error(p->diags, here_of(p, span), "expected %s, found '" STR "…'", what,
			ARG(str_head(text, 40)));
	} else {
		diag_error(p->diags, here_of(p, span), "expected %s, found '" STR "'", what,
			ARG(text));
	}
	return false;
}

static bool expect(struct parser *p, char symbol)
{
	char what[] = "'x'";

	if (accept(p, symbol))
		return true;
	what[1] = symbol;
	return expected(p, what);
}

static struct span span_since(const struct parser *p, uint32_t begin)
{
	return (struct span){ begin, p->lexer.previous.span.end };
}

/* A bare name, interned. */
static bool expect_name(struct parser *p, struct str *name, struct span *span, const char *what)
{
	if (current(p)->kind != TOKEN_IDENT)
		return expected(p, what);
	*name = intern(p->names, text_of(p));
	*span = current(p)->span;
	next(p);
	return true;
}

/* name { "." name }, blanks and comments around the dots left out; a leading dot if `dotted`. */
static bool expect_dotted(
	struct parser *p, struct str *name, struct span *span, bool dotted, const char *what)
{
	uint32_t begin = current(p)->span.begin, end = begin;
	char small[256], *text = small;
	size_t n = 0, cap = sizeof small;
	struct arena_mark mark = arena_mark(p->scratch);
	bool ok = true;

	if (dotted && at(p, '.')) {
		small[n++] = '.';
		next(p);
	}
	for (;;) {
		struct str part = text_of(p);

		if (current(p)->kind != TOKEN_IDENT) {
			ok = expected(p, what);
			break;
		}
		if (n + part.n + 1 > cap) {
			size_t more = (n + part.n + 1) * 2;
			char *larger = arena_bytes(p->scratch, more);

			str_put(larger, (struct str){ text, n });
			text = larger;
			cap = more;
		}
		str_put(text + n, part);
		n += part.n;
		next(p);
		end = p->lexer.previous.span.end;
		if (!at(p, '.'))
			break;
		text[n++] = '.';
		next(p);
		what = "a name after '.'";
	}
	if (ok) {
		*name = intern(p->names, (struct str){ text, n });
		*span = (struct span){ begin, end };
	}
	arena_rewind(p->scratch, mark);
	return ok;
}

/* ---- locations and comments ---- */

/* Room for more locations. */
static void locations_grow(struct parser *p)
{
	enum { FIRST_ROOM = 4096 };
	struct parse_memory *memory = p->memory;
	struct arena *arena = arena_like(p->arena);
	uint32_t n = p->file->locations.n, room = n > UINT32_MAX / 2 ? UINT32_MAX : 2 * n;
	struct location *larger;

	room = room < FIRST_ROOM ? FIRST_ROOM : room;
	larger = NEW_ARRAY(arena, room, struct location);
	if (n)
		memcpy(larger, memory->locations, n * sizeof *larger);
	arena_free(memory->locations_arena);
	memory->locations_arena = arena;
	memory->locations = p->file->locations.items = larger;
	memory->n_locations = p->file->locations.cap = room;
}

static struct location *location_push(struct parser *p)
{
	if (p->file->locations.n == p->file->locations.cap)
		locations_grow(p);
	return &p->file->locations.items[p->file->locations.n++];
}

static int32_t location_add(
	struct parser *p, int32_t parent, int32_t field, int32_t index, const struct token *begin)
{
	struct location *location;

	if (!p->source_info)
		return NO_LOCATION;
	location = location_push(p);
	*location = (struct location){ .parent = parent, .field = field, .index = index };
	location->begin_line = (int32_t)begin->line;
	location->begin_column = (int32_t)begin->column;
	location->end_line = location->begin_line;
	location->end_column = (int32_t)begin->end_column;
	return (int32_t)p->file->locations.n - 1;
}

/* Opens a location at the current token. */
static int32_t location_open(struct parser *p, int32_t parent, int32_t field, int32_t index)
{
	return location_add(p, parent, field, index, current(p));
}

/* Ends it with the token before the current one. */
static void location_close(struct parser *p, int32_t at)
{
	struct location *location;

	if (at < 0)
		return;
	location = &p->file->locations.items[at];
	location->end_line = (int32_t)p->lexer.previous.line;
	location->end_column = (int32_t)p->lexer.previous.end_column;
}

static void attach(struct parser *p, int32_t at, struct gathered *gathered, struct str leading)
{
	struct comments *comments;

	if (!leading.p && !gathered->trailing.p && !p->upcoming_detached.n)
		return;
	comments = NEW(p->syntax, struct comments);
	comments->leading = leading;
	comments->trailing = gathered->trailing;
	comments->detached.items = p->upcoming_detached.items;
	comments->detached.n = p->upcoming_detached.n;
	comments->detached.cap = p->upcoming_detached.cap;
	p->file->locations.items[at].comments = comments;
}

/*
 * Takes the token that ends a declaration, or opens or closes a body, with the comments around it:
 * those before go to the declaration at `location`, those after wait (parser.cc,
 * TryConsumeEndOfDeclaration).
 */
static bool accept_end(struct parser *p, char symbol, int32_t location)
{
	struct gathered gathered;
	struct str leading = p->upcoming_leading;

	if (!at(p, symbol))
		return false;
	if (!p->source_info) {
		next(p);
		return true;
	}
	lexer_next_gather(&p->lexer, &gathered);
	p->upcoming_leading = gathered.leading;
	if (location >= 0)
		attach(p, location, &gathered, leading);
	if (location >= 0 || symbol == '}') {
		p->upcoming_detached.items = gathered.detached.items;
		p->upcoming_detached.n = gathered.detached.n;
		p->upcoming_detached.cap = gathered.detached.cap;
		return true;
	}
	for (uint32_t i = 0; i < gathered.detached.n; i++)
		*vec_push(p->arena, &p->upcoming_detached) = gathered.detached.items[i];
	return true;
}

static bool expect_end(struct parser *p, char symbol, int32_t location)
{
	char what[] = "'x'";

	if (accept_end(p, symbol, location))
		return true;
	what[1] = symbol;
	return expected(p, what);
}

/* ---- recovery ---- */

/* Past the `}` of a body whose `{` is behind us. */
static void skip_body(struct parser *p)
{
	unsigned open = 1;

	while (!at_end(p)) {
		if (accept_end(p, '}', NO_LOCATION)) {
			if (--open == 0)
				return;
		} else if (accept_end(p, '{', NO_LOCATION)) {
			open++;
		} else {
			next(p);
		}
	}
}

/* Past the statement that could not be understood: its `;`, its body, or up to the `}` around it.
 */
static void skip_statement(struct parser *p)
{
	while (!at_end(p) && !at(p, '}')) {
		if (accept_end(p, ';', NO_LOCATION))
			return;
		if (accept_end(p, '{', NO_LOCATION)) {
			skip_body(p);
			return;
		}
		next(p);
	}
}

/* ---- literals ---- */

static bool parse_literal(struct parser *p, struct literal *literal, unsigned depth, bool inside);

/* string literals that stand side by side are one */
static struct str parse_strings(struct parser *p, struct arena *arena)
{
	struct str all = token_string(text_of(p), arena);
	size_t room = all.n;

	next(p);
	while (current(p)->kind == TOKEN_STRING) {
		struct str part = token_string(text_of(p), p->scratch);

		/* Doubling, since a stranger may write a million of them. */
		if (all.n + part.n > room) {
			char *larger = arena_bytes(arena, room = (all.n + part.n) * 2);

			str_put(larger, all);
			all.p = larger;
		}
		str_put((char *)all.p + all.n, part);
		all.n += part.n;
		next(p);
	}
	return all;
}

/* name = ident | "[" full.name "]" | "[" host "/" full.name "]" */
static bool parse_literal_name(struct parser *p, struct literal_field *field)
{
	uint32_t begin = current(p)->span.begin;
	struct span span;

	if (!at(p, '['))
		return expect_name(p, &field->name, &field->name_span, "a field's name");
	next(p);
	if (!expect_dotted(p, &field->name, &span, true, "the name of an extension or a type"))
		return false;
	field->is_extension = true;
	field->name_span = span;
	if (at(p, '/')) {
		field->is_extension = false;
		field->url = field->name;
		while (accept(p, '/')) {
			if (field->url.p != field->name.p)
				field->url = str_printf(
					p->arena, STR "/" STR, ARG(field->url), ARG(field->name));
			if (!expect_dotted(
				    p, &field->name, &span, false, "the full name of a type"))
				return false;
		}
		field->name_span = span_since(p, begin + 1);
	}
	return expect(p, ']');
}

/* fields = { name [ ":" ] value [ "," | ";" ] } up to the closing bracket */
static bool parse_literal_fields(
	struct parser *p, struct literal *literal, char close, unsigned depth)
{
	while (!at(p, close)) {
		uint32_t begin = current(p)->span.begin;
		struct literal_field field = { 0 };

		if (at_end(p) || !(current(p)->kind == TOKEN_IDENT || at(p, '[')))
			return expected(p,
				close == '}' ? "a field's name or '}'" : "a field's name or '>'");
		if (!parse_literal_name(p, &field))
			return false;
		field.has_colon = accept(p, ':');
		if (!field.has_colon && !at(p, '{') && !at(p, '<') && !at(p, '['))
			return expected(p, "':'");
		if (!parse_literal(p, &field.value, depth + 1, true))
			return false;
		field.span = span_since(p, begin);
		*vec_push(p->syntax, &literal->fields) = field;
		if (!accept(p, ','))
			accept(p, ';');
	}
	next(p);
	return true;
}

static bool parse_literal_list(struct parser *p, struct literal *literal, unsigned depth)
{
	next(p);
	literal->kind = LITERAL_LIST;
	if (accept(p, ']'))
		return true;
	do {
		struct literal item = { 0 };

		if (at(p, '['))
			return expected(p, "a value, since lists do not nest");
		if (!parse_literal(p, &item, depth + 1, true))
			return false;
		*vec_push(p->syntax, &literal->items) = item;
	} while (accept(p, ','));
	return expect(p, ']');
}

static bool parse_literal_scalar(struct parser *p, struct literal *literal)
{
	uint64_t integer;
	double real;

	literal->negative = accept(p, '-');
	switch (current(p)->kind) {
	case TOKEN_IDENT:
		literal->kind = LITERAL_IDENT;
		literal->text = intern(p->names, text_of(p));
		break;
	case TOKEN_INTEGER:
		literal->hexadecimal =
			str_starts(text_of(p), S("0x")) || str_starts(text_of(p), S("0X"));
		if (token_integer(text_of(p), &integer, &real)) {
			literal->kind = LITERAL_INTEGER;
			literal->u = integer;
		} else {
			literal->kind = LITERAL_FLOAT;
			literal->d = real;
		}
		break;
	case TOKEN_FLOAT:
		literal->kind = LITERAL_FLOAT;
		literal->d = token_float(text_of(p), p->scratch);
		break;
	case TOKEN_STRING:
		if (!literal->negative) {
			literal->kind = LITERAL_STRING;
			literal->text = parse_strings(p, p->arena);
			return true;
		}
		return expected(p, "a number after '-'");
	default:
		return expected(p, literal->negative ? "a number after '-'" : "a value");
	}
	next(p);
	return true;
}

/* value = ident | [ "-" ] number | string | "{" fields "}" and, inside of a message, "<" fields ">"
 * | "[" list "]" */
static bool parse_literal(struct parser *p, struct literal *literal, unsigned depth, bool inside)
{
	uint32_t begin = current(p)->span.begin;
	bool ok;

	if (depth > DEEPEST_LITERAL) {
		diag_error(p->diags, here_of(p, current(p)->span),
			"this value is nested more than %d levels deep", DEEPEST_LITERAL);
		return false;
	}
	if (at(p, '{') || (inside && at(p, '<'))) {
		char close = at(p, '{') ? '}' : '>';

		literal->kind = LITERAL_MESSAGE;
		literal->angle = close == '>';
		next(p);
		ok = parse_literal_fields(p, literal, close, depth);
	} else if (inside && at(p, '[')) {
		ok = parse_literal_list(p, literal, depth);
	} else {
		ok = parse_literal_scalar(p, literal);
	}
	literal->span = span_since(p, begin);
	return ok;
}

/* ---- options ---- */

static struct options *options_of(struct parser *p, struct options **options)
{
	if (!*options)
		*options = NEW(p->arena, struct options);
	return *options;
}

static struct uninterpreted *add_statement(struct parser *p, struct options *options)
{
	struct uninterpreted *statement = NEW(p->syntax, struct uninterpreted);

	if (options->last_uninterpreted)
		options->last_uninterpreted->next = statement;
	else
		options->uninterpreted = statement;
	options->last_uninterpreted = statement;
	options->n_uninterpreted++;
	return statement;
}

/* part { "." part }, part = ident | "(" [ "." ] full.name ")" */
static bool parse_option_name(struct parser *p, struct uninterpreted *option)
{
	VEC(struct name_part) parts = { 0 };
	uint32_t begin = current(p)->span.begin;

	do {
		struct name_part part = { .span = current(p)->span };
		struct span span;
		bool ok;

		if (accept(p, '(')) {
			part.is_extension = true;
			ok = expect_dotted(p, &part.name, &span, true, "the name of an option") &&
			     expect(p, ')');
			part.span.end = p->lexer.previous.span.end;
		} else {
			ok = expect_name(p, &part.name, &part.span, "the name of an option");
		}
		if (!ok)
			return false;
		*vec_push(p->syntax, &parts) = part;
	} while (accept(p, '.'));
	option->parts = parts.items;
	option->n_parts = parts.n;
	option->name_span = span_since(p, begin);
	return true;
}

/* name "=" value */
static bool parse_option_body(struct parser *p, struct uninterpreted *option)
{
	if (!parse_option_name(p, option) || !expect(p, '='))
		return false;
	if (at(p, '<') || at(p, '['))
		return expected(p, "a value; a message is written { }");
	return parse_literal(p, &option->value, 0, false);
}

/* option = "option" name "=" value ";"; `parent` is the path of the element, `field` its options
 * field */
static bool parse_option(struct parser *p, struct options **list, int32_t parent, int32_t field)
{
	uint32_t begin = current(p)->span.begin;
	int32_t container = location_open(p, parent, field, -1), location;
	struct uninterpreted option = { 0 };
	struct options *options = options_of(p, list);
	bool ok;

	location = location_open(p, container, UNINTERPRETED, (int32_t)options->n_uninterpreted);
	option.location = location;
	next(p);
	ok = parse_option_body(p, &option) && expect_end(p, ';', location);
	option.span = span_since(p, begin);
	location_close(p, location);
	location_close(p, container);
	if (!ok)
		return false;
	*add_statement(p, options) = option;
	return true;
}

static bool parse_default(struct parser *p, struct field *field, int32_t parent)
{
	uint32_t begin = current(p)->span.begin;
	struct span name_span = current(p)->span;
	struct uninterpreted *value = NEW(p->syntax, struct uninterpreted);
	int32_t location;

	next(p);
	if (!expect(p, '='))
		return false;
	location = location_open(p, parent, FIELD_DEFAULT, -1);
	if (!parse_literal(p, &value->value, 0, false))
		return false;
	location_close(p, location);
	value->span = span_since(p, begin);
	value->name_span = name_span;
	value->location = NO_LOCATION;
	if (field->has_default) {
		diag_error(p->diags, here_of(p, value->span),
			"the default of field '" STR "' is given twice", ARG(field->e.name));
		diag_note(p->diags, here_of(p, field->preset->span), "first given");
		return true;
	}
	field->has_default = true;
	field->preset = NEW(p->arena, struct field_default);
	field->preset->span = value->span;
	field->preset->uninterpreted = value;
	return true;
}

static bool parse_json_name(struct parser *p, struct field *field, int32_t parent)
{
	uint32_t begin = current(p)->span.begin;
	int32_t location = location_open(p, parent, FIELD_JSON_NAME, -1);
	struct str name;
	struct span span;

	next(p);
	if (!expect(p, '='))
		return false;
	if (p->source_info) {
		/* protoc has two locations of this path: `json_name = value` and the value. */
		int32_t value = location_open(p, parent, FIELD_JSON_NAME, -1);

		if (current(p)->kind != TOKEN_STRING)
			return expected(p, "a string");
		name = parse_strings(p, p->arena);
		location_close(p, value);
		location_close(p, location);
	} else {
		if (current(p)->kind != TOKEN_STRING)
			return expected(p, "a string");
		name = parse_strings(p, p->arena);
	}
	span = span_since(p, begin);
	if (field->json) {
		diag_error(p->diags, here_of(p, span),
			"the JSON name of field '" STR "' is given twice", ARG(field->e.name));
		diag_note(p->diags, here_of(p, field->json->span), "first given");
		return true;
	}
	field->json = NEW(p->arena, struct written_json);
	*field->json = (struct written_json){ name, span };
	return true;
}

/* options = "[" item { "," item } "]"; of a field also `default` and `json_name`, which are none */
static bool parse_brackets(
	struct parser *p, struct options **list, struct field *field, int32_t parent, int32_t path)
{
	uint32_t begin = current(p)->span.begin;
	int32_t container;

	if (!at(p, '['))
		return true;
	container = location_open(p, parent, path, -1);
	next(p);
	do {
		struct uninterpreted option = { .span = current(p)->span };
		struct options *options;

		if (field && at_word(p, S("default"))) {
			if (!parse_default(p, field, parent))
				return false;
			continue;
		}
		if (field && at_word(p, S("json_name"))) {
			if (!parse_json_name(p, field, parent))
				return false;
			continue;
		}
		options = options_of(p, list);
		option.location = location_open(
			p, container, UNINTERPRETED, (int32_t)options->n_uninterpreted);
		if (!parse_option_body(p, &option))
			return false;
		option.span.end = p->lexer.previous.span.end;
		location_close(p, option.location);
		*add_statement(p, options) = option;
	} while (accept(p, ','));
	if (!expect(p, ']'))
		return false;
	location_close(p, container);
	if (*list)
		(*list)->span = span_since(p, begin);
	return true;
}

/* ---- numbers ---- */

/* [ "-" ] integer within int32; `number_span` from the sign on */
static bool expect_number(struct parser *p, bool negatives, int64_t largest, int32_t *number,
	struct span *span, const char *what)
{
	uint32_t begin = current(p)->span.begin;
	bool negative = negatives && accept(p, '-'), fits;
	uint64_t value;
	double real;

	if (current(p)->kind != TOKEN_INTEGER)
		return expected(p, what);
	fits = token_integer(text_of(p), &value, &real) && value <= (uint64_t)largest + negative;
	if (!fits && !current(p)->bad) {
		struct str text = text_of(p);

		diag_error(p->diags, here_of(p, (struct span){ begin, current(p)->span.end }),
			"%s%.*s is out of range, the %s is %s%lld", negative ? "-" : "",
			text.n > 40 ? 40 : (int)text.n, text.p, negative ? "least" : "greatest",
			negative ? "-" : "", (long long)largest + negative);
	}
	*number = !fits ? 0 : negative ? (int32_t) - (int64_t)value : (int32_t)value;
	next(p);
	*span = span_since(p, begin);
	return true;
}

/* ---- fields ---- */

/* The scalar type that a word names, else TYPE_NAMED. */
static enum field_type scalar_type(struct str word)
{
	static const struct {
		struct str name;
		enum field_type type;
	} types[] = {
		{ STR_INIT("string"), TYPE_STRING },
		{ STR_INIT("int32"), TYPE_INT32 },
		{ STR_INIT("int64"), TYPE_INT64 },
		{ STR_INIT("bool"), TYPE_BOOL },
		{ STR_INIT("bytes"), TYPE_BYTES },
		{ STR_INIT("double"), TYPE_DOUBLE },
		{ STR_INIT("float"), TYPE_FLOAT },
		{ STR_INIT("uint32"), TYPE_UINT32 },
		{ STR_INIT("uint64"), TYPE_UINT64 },
		{ STR_INIT("sint32"), TYPE_SINT32 },
		{ STR_INIT("sint64"), TYPE_SINT64 },
		{ STR_INIT("fixed32"), TYPE_FIXED32 },
		{ STR_INIT("fixed64"), TYPE_FIXED64 },
		{ STR_INIT("sfixed32"), TYPE_SFIXED32 },
		{ STR_INIT("sfixed64"), TYPE_SFIXED64 },
	};

	if (word.n < 4 || word.n > 8)
		return TYPE_NAMED;
	for (size_t i = 0; i < COUNT(types); i++)
		if (str_eq(word, types[i].name))
			return types[i].type;
	return TYPE_NAMED;
}

/* type = scalar | [ "." ] full.name */
static bool parse_type(struct parser *p, struct field *field, const char *what)
{
	uint32_t begin = current(p)->span.begin;

	field->type =
		current(p)->kind == TOKEN_IDENT ? (uint8_t)scalar_type(text_of(p)) : TYPE_NAMED;
	if (field->type != TYPE_NAMED) {
		next(p);
		field->type_span = span_since(p, begin);
		if (!at(p, '.'))
			return true;
		diag_error(p->diags, here_of(p, current(p)->span), "a scalar type has no parts");
		return false;
	}
	return expect_dotted(p, &field->type_name, &field->type_span, true, what);
}

static void element_init(struct parser *p, struct element *e, enum element_kind kind,
	struct element *parent, uint32_t index)
{
	e->kind = kind;
	e->parent = parent;
	e->file = p->file;
	e->index = index;
}

/* A field of a synthesised map entry. */
static struct field *entry_field(
	struct parser *p, struct message *entry, const char *name, int32_t number)
{
	struct field *field = NEW(p->arena, struct field);

	element_init(p, &field->e, ELEMENT_FIELD, &entry->e, entry->fields.n);
	field->e.name = intern(p->names, str_of(name));
	field->number = number;
	field->label = LABEL_OPTIONAL;
	*vec_push(p->arena, &entry->fields) = field;
	return field;
}

/* Same walk as a JSON name's, but the first letter is upper-cased too; then `Entry`
 * (descriptor.proto, map_entry). */
static struct str map_entry_name(struct parser *p, struct str field)
{
	char *name = arena_bytes(p->scratch, field.n + 5);
	size_t n = 0;
	bool upper = true;

	for (size_t i = 0; i < field.n; i++) {
		char c = field.p[i];

		if (c == '_') {
			upper = true;
			continue;
		}
		name[n++] = upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		upper = false;
	}
	memcpy(name + n, "Entry", 5);
	return intern(p->names, (struct str){ name, n + 5 });
}

/* "map" "<" key "," value ">"; the word is behind us */
static bool parse_map_type(struct parser *p, struct field *field, struct message *entry)
{
	struct field *key = entry_field(p, entry, "key", 1),
		     *value = entry_field(p, entry, "value", 2);

	entry->is_map_entry = true;
	entry->map_field = field;
	field->is_map = true;
	field->type = TYPE_MESSAGE;
	field->message = entry;
	field->label = LABEL_REPEATED;
	return expect(p, '<') && parse_type(p, key, "the type of the map's key") &&
	       expect(p, ',') && parse_type(p, value, "the type of the map's value") &&
	       expect(p, '>');
}

static bool parse_message_body(struct parser *p, struct message *message, int32_t location);

static struct message *message_add(struct parser *p, const struct scope *scope)
{
	struct message *message = NEW(p->arena, struct message);

	if (scope->is_file) {
		element_init(p, &message->e, ELEMENT_MESSAGE, scope->parent, p->file->messages.n);
		*vec_push(p->arena, &p->file->messages) = message;
	} else {
		struct message *parent = (struct message *)scope->parent;

		element_init(p, &message->e, ELEMENT_MESSAGE, scope->parent, parent->messages.n);
		*vec_push(p->arena, &parent->messages) = message;
	}
	return message;
}

/* The message of a group, whose field is there but for its body. */
static bool parse_group_body(struct parser *p, struct field *field, const struct scope *scope,
	int32_t field_location, const struct token *begin, const struct token *name_token)
{
	struct message *group = message_add(p, scope);
	struct str name = token_text(&p->lexer, name_token);
	char *lower = arena_bytes(p->scratch, name.n + 1);
	int32_t location;
	bool ok;

	location = location_add(p, scope->location, scope->is_file ? FILE_MESSAGE : MESSAGE_NESTED,
		(int32_t)group->e.index, begin);
	location_add(p, location, NAME, -1, name_token);
	location_add(p, field_location, FIELD_TYPE_NAME, -1, name_token);
	group->e.name = intern(p->names, name);
	group->e.name_span = name_token->span;
	group->group_field = field;
	for (size_t i = 0; i < name.n; i++)
		lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] - 'A' + 'a')
								: name.p[i];
	field->e.name = intern(p->names, (struct str){ lower, name.n });
	field->type_name = group->e.name;
	field->message = group;
	if (name.n && !(name.p[0] >= 'A' && name.p[0] <= 'Z')) {
		diag_error(p->diags, here_of(p, name_token->span),
			"the name of a group begins with a capital letter");
		diag_help(p->diags, "the group's field gets the name in lower case");
	}
	if (!at(p, '{'))
		return expected(p, "'{', since a group has a body");
	ok = parse_message_body(p, group, location);
	location_close(p, location);
	location_close(p, field_location);
	group->e.span = span_since(p, begin->span.begin);
	return ok;
}

/* What a field may be declared in. */
struct field_context {
	struct scope scope; /* where the field, and a group's message or a map's entry, go */
	struct oneof *oneof;
	struct str extendee; /* absent: an ordinary field */
	struct span extendee_span;
	struct token extendee_begin, extendee_end;
	int32_t location; /* the path of the extend block */
};

/* The field's type with its location; the name of the label is behind us. */
static bool parse_field_type(
	struct parser *p, struct field *field, int32_t location, struct message **entry)
{
	uint32_t begin = current(p)->span.begin;
	struct token first = *current(p);
	int32_t type_location;
	bool ok;

	if (at_word(p, S("map"))) {
		struct lexer saved = p->lexer;

		next(p);
		if (at(p, '<')) {
			*entry = NEW(p->arena, struct message);
			type_location = location_add(p, location, FIELD_TYPE_NAME, -1, &first);
			ok = parse_map_type(p, field, *entry);
			location_close(p, type_location);
			field->type_span = span_since(p, begin);
			return ok;
		}
		p->lexer = saved;
	}
	if (at_word(p, S("group"))) {
		type_location = location_open(p, location, FIELD_TYPE, -1);
		next(p);
		field->type = TYPE_GROUP;
		field->is_group = true;
		field->type_span = span_since(p, begin);
		location_close(p, type_location);
		return true;
	}
	type_location = location_open(p, location, 0, -1);
	ok = parse_type(p, field, "a field's type");
	location_close(p, type_location);
	if (type_location >= 0)
		p->file->locations.items[type_location].field =
			field->type == TYPE_NAMED ? FIELD_TYPE_NAME : FIELD_TYPE;
	return ok;
}

static void add_field(struct parser *p, struct field *field, const struct field_context *context)
{
	struct message *parent =
		context->scope.is_file ? NULL : (struct message *)context->scope.parent;

	element_init(p, &field->e, ELEMENT_FIELD, context->scope.parent, 0);
	if (context->extendee.p) {
		field->extension = NEW(p->arena, struct extension);
		field->extension->extendee_name = context->extendee;
		field->extension->extendee_span = context->extendee_span;
		field->e.index = parent ? parent->extensions.n : p->file->extensions.n;
		if (parent)
			*vec_push(p->arena, &parent->extensions) = field;
		else
			*vec_push(p->arena, &p->file->extensions) = field;
		return;
	}
	field->e.index = parent->fields.n;
	field->oneof = context->oneof;
	*vec_push(p->arena, &parent->fields) = field;
	if (context->oneof)
		*vec_push(p->arena, &context->oneof->fields) = field;
}

/* Puts the entry message of a map field in the place where the field stands. */
static void add_map_entry(struct parser *p, struct field *field, struct message *entry,
	const struct field_context *context)
{
	struct message *parent;

	entry->e.name = map_entry_name(p, field->e.name);
	entry->e.name_span = entry->e.span = field->type_span;
	for (uint32_t i = 0; i < entry->fields.n; i++) {
		entry->fields.items[i]->e.span = field->type_span;
		entry->fields.items[i]->e.name_span = field->type_span;
		entry->fields.items[i]->number_span = field->type_span;
	}
	if (context->scope.is_file) {
		element_init(
			p, &entry->e, ELEMENT_MESSAGE, context->scope.parent, p->file->messages.n);
		return; /* an extension is no map: validate.c says so */
	}
	parent = (struct message *)context->scope.parent;
	element_init(p, &entry->e, ELEMENT_MESSAGE, &parent->e, parent->messages.n);
	if (field->extension)
		return;
	*vec_push(p->arena, &parent->messages) = entry;
}

static uint8_t label_of(const struct parser *p)
{
	struct str word = text_of(p);

	if (current(p)->kind != TOKEN_IDENT || word.n != 8)
		return 0;
	if (str_eq(word, S("optional")))
		return LABEL_OPTIONAL;
	if (str_eq(word, S("repeated")))
		return LABEL_REPEATED;
	return str_eq(word, S("required")) ? LABEL_REQUIRED : 0;
}

/* field = [ label ] type name "=" number [ brackets ] ( ";" | body of a group ) */
static bool parse_field(struct parser *p, const struct field_context *context)
{
	struct field *field = NEW(p->arena, struct field);
	struct message *entry = NULL;
	struct token begin = *current(p), name_token;
	int32_t location, part;
	bool extension = context->extendee.p != NULL, ok;

	add_field(p, field, context);
	location = extension ? location_open(p, context->location, (int32_t)field->e.index, -1)
			     : location_open(p, context->scope.location, MESSAGE_FIELD,
				       (int32_t)field->e.index);
	if (extension && p->source_info) {
		part = location_add(p, location, FIELD_EXTENDEE, -1, &context->extendee_begin);
		p->file->locations.items[part].end_line = (int32_t)context->extendee_end.line;
		p->file->locations.items[part].end_column =
			(int32_t)context->extendee_end.end_column;
	}
	field->label = LABEL_OPTIONAL;
	field->number_span = field->e.name_span = begin.span;
	if (label_of(p)) {
		part = location_open(p, location, FIELD_LABEL, -1);
		field->label = label_of(p);
		field->has_label = true;
		field->label_span = current(p)->span;
		next(p);
		location_close(p, part);
		field->proto3_optional = field->label == LABEL_OPTIONAL &&
					 p->file->edition == EDITION_PROTO3 && !context->oneof;
	}
	if (!parse_field_type(p, field, location, &entry))
		return false;
	name_token = *current(p);
	part = location_open(p, location, NAME, -1);
	if (!expect_name(p, &field->e.name, &field->e.name_span, "a field's name"))
		return false;
	location_close(p, part);
	if (entry)
		add_map_entry(p, field, entry, context);
	if (!expect(p, '='))
		return false;
	part = location_open(p, location, FIELD_NUMBER, -1);
	if (!expect_number(
		    p, false, INT32_MAX, &field->number, &field->number_span, "a field's number"))
		return false;
	location_close(p, part);
	if (!parse_brackets(p, &field->e.options, field, location, FIELD_OPTIONS))
		return false;
	if (field->is_group)
		ok = parse_group_body(p, field, &context->scope, location, &begin, &name_token);
	else
		ok = expect_end(p, ';', location);
	location_close(p, location);
	field->e.span = span_since(p, begin.span.begin);
	return ok;
}

/* ---- bodies ---- */

/* oneof = "oneof" name "{" { option | field | ";" } "}" */
static bool parse_oneof(struct parser *p, struct message *message, int32_t parent)
{
	uint32_t begin = current(p)->span.begin;
	struct oneof *oneof = NEW(p->arena, struct oneof);
	struct field_context context = { .scope = { &message->e, parent, false }, .oneof = oneof };
	int32_t location = location_open(p, parent, MESSAGE_ONEOF, (int32_t)message->oneofs.n),
		part;

	element_init(p, &oneof->e, ELEMENT_ONEOF, &message->e, message->oneofs.n);
	*vec_push(p->arena, &message->oneofs) = oneof;
	next(p);
	oneof->e.name_span = current(p)->span;
	part = location_open(p, location, NAME, -1);
	if (!expect_name(p, &oneof->e.name, &oneof->e.name_span, "a oneof's name"))
		return false;
	location_close(p, part);
	if (!expect_end(p, '{', location))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		bool ok = true;

		if (at_word(p, S("option"))) {
			ok = parse_option(p, &oneof->e.options, location, ONEOF_OPTIONS);
		} else if (!accept_end(p, ';', NO_LOCATION)) {
			bool labelled = label_of(p);
			struct span label = current(p)->span;

			if (labelled) {
				diag_error(p->diags, here_of(p, label),
					"a member of a oneof has no label");
				diag_help(p->diags, "take '" STR "' away", ARG(text_of(p)));
				next(p);
			}
			ok = parse_field(p, &context);
		}
		if (!ok)
			skip_statement(p);
	}
	if (!expect_end(p, '}', NO_LOCATION))
		return false;
	location_close(p, location);
	oneof->e.span = span_since(p, begin);
	return true;
}

/* extend = "extend" full.name "{" { field | ";" } "}" */
static bool parse_extend(struct parser *p, const struct scope *scope)
{
	struct field_context context = { .scope = *scope };
	bool ok;

	context.location = location_open(
		p, scope->location, scope->is_file ? FILE_EXTENSION : MESSAGE_EXTENSION, -1);
	uint32_t begin = current(p)->span.begin, count = 0;
	next(p);
	context.extendee_begin = *current(p);
	if (!expect_dotted(p, &context.extendee, &context.extendee_span, true,
		    "the name of the message to extend"))
		return false;
	context.extendee_end = p->lexer.previous;
	if (!expect_end(p, '{', context.location))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		if (accept_end(p, ';', NO_LOCATION))
			continue;
		if (at_word(p, S("oneof")) || at_word(p, S("message")) || at_word(p, S("enum")) ||
			at_word(p, S("extend")) || at_word(p, S("reserved")) ||
			at_word(p, S("extensions")) || at_word(p, S("option")))
			ok = expected(p, "a field; an extend block holds nothing else");
		else
			ok = parse_field(p, &context);
		count++;
		if (!ok)
			skip_statement(p);
	}
	ok = expect_end(p, '}', NO_LOCATION);
	location_close(p, context.location);
	if (ok && !count) {
		diag_error(p->diags, here_of(p, span_since(p, begin)),
			"this extend block declares nothing");
		diag_help(p->diags, "declare an extension in it, or take it away");
	}
	return ok;
}

/* range = number [ "to" ( number | "max" ) ]; ends are inclusive here */
static bool parse_range(struct parser *p, bool is_enum, struct reserved_range *range, bool *to_max,
	int32_t location)
{
	int64_t largest = is_enum ? INT32_MAX : MAX_FIELD_NUMBER;
	uint32_t begin = current(p)->span.begin;
	struct token first = *current(p);
	int32_t part = location_open(p, location, RANGE_BEGIN, -1);

	if (!expect_number(p, is_enum, INT32_MAX, &range->begin, &range->begin_span, "a number"))
		return false;
	location_close(p, part);
	if (accept_word(p, S("to"))) {
		part = location_open(p, location, RANGE_END, -1);
		if (at_word(p, S("max"))) {
			range->end = (int32_t)largest;
			*to_max = true;
			range->end_span = current(p)->span;
			next(p);
		} else if (!expect_number(p, is_enum, INT32_MAX, &range->end, &range->end_span,
				   "a number or 'max'")) {
			return false;
		}
		location_close(p, part);
	} else {
		range->end = range->begin;
		range->end_span = range->begin_span;
		/* protoc takes the first token alone, so of a negative number only the sign. */
		location_add(p, location, RANGE_END, -1, &first);
	}
	range->span = span_since(p, begin);
	return true;
}

/* Whose reserved ranges and names are read: one of the two. */
struct reservations {
	struct message *message;
	struct enumeration *enumeration;
};

static struct reserved_range *add_reserved_range(
	struct parser *p, const struct reservations *r, int32_t *index)
{
	if (r->message) {
		*index = (int32_t)r->message->reserved_ranges.n;
		return vec_push(p->arena, &r->message->reserved_ranges);
	}
	*index = (int32_t)r->enumeration->reserved_ranges.n;
	return vec_push(p->arena, &r->enumeration->reserved_ranges);
}

static struct reserved_name *add_reserved_name(
	struct parser *p, const struct reservations *r, int32_t *index)
{
	if (r->message) {
		*index = (int32_t)r->message->reserved_names.n;
		return vec_push(p->arena, &r->message->reserved_names);
	}
	*index = (int32_t)r->enumeration->reserved_names.n;
	return vec_push(p->arena, &r->enumeration->reserved_names);
}

/* A reserved name: a string, in editions an identifier. */
static bool parse_reserved_name(struct parser *p, const struct reservations *r, int32_t parent)
{
	uint32_t begin = current(p)->span.begin;
	bool editions = p->file->edition >= EDITION_2023;
	struct reserved_name *name;
	int32_t index, location;
	struct str text;

	if (current(p)->kind == TOKEN_IDENT && !editions) {
		expected(p, "a string");
		diag_help(p->diags, "before editions a reserved name stands in quotes");
		return false;
	}
	if (current(p)->kind == TOKEN_STRING && editions) {
		expected(p, "a name without quotes");
		diag_help(p->diags, "in editions a reserved name stands without quotes");
		return false;
	}
	if (current(p)->kind != TOKEN_IDENT && current(p)->kind != TOKEN_STRING)
		return expected(p, "a reserved name");
	name = add_reserved_name(p, r, &index);
	location = location_open(p, parent, index, -1);
	if (current(p)->kind == TOKEN_STRING) {
		text = parse_strings(p, p->scratch);
	} else {
		text = text_of(p);
		next(p);
	}
	name->name = intern(p->names, text);
	name->span = span_since(p, begin);
	location_close(p, location);
	return true;
}

/* reserved = "reserved" ( range { "," range } | name { "," name } ) ";" */
static bool parse_reserved(struct parser *p, const struct reservations *r, int32_t parent)
{
	struct token first = *current(p);
	bool names, ok = true;
	int32_t location;

	next(p);
	names = current(p)->kind == TOKEN_STRING || current(p)->kind == TOKEN_IDENT;
	location = location_add(p, parent,
		r->message ? names ? MESSAGE_RESERVED_NAME : MESSAGE_RESERVED
		: names    ? ENUM_RESERVED_NAME
			   : ENUM_RESERVED,
		-1, &first);
	do {
		if (names) {
			ok = parse_reserved_name(p, r, location);
		} else {
			int32_t index;
			struct reserved_range *range = add_reserved_range(p, r, &index);
			int32_t part = location_open(p, location, index, -1);
			bool to_max = false;

			ok = parse_range(p, r->enumeration != NULL, range, &to_max, part);
			location_close(p, part);
		}
	} while (ok && accept(p, ','));
	ok = ok && expect_end(p, ';', location);
	location_close(p, location);
	return ok;
}

/* Repeats the locations of the ranges' options for each further range, as protoc copies them
 * (parser.cc, ParseExtensions). */
static void copy_range_options(struct parser *p, struct message *message, uint32_t first,
	int32_t container, int32_t begin_location, int32_t end_location)
{
	struct options *options = message->extension_ranges.items[first]->e.options;
	uint64_t copies = options ? (uint64_t)options->n_uninterpreted *
					    (message->extension_ranges.n - first - 1)
				  : 0;

	if (copies > MAX_RANGE_OPTIONS) {
		diag_error(p->diags, here_of(p, options->span),
			"%u options for %u extension ranges: that is more than %d",
			options->n_uninterpreted, message->extension_ranges.n - first,
			MAX_RANGE_OPTIONS);
		diag_help(p->diags, "each range gets a copy of them; say fewer ranges at once");
		return;
	}
	for (uint32_t i = first + 1; options && i < message->extension_ranges.n; i++) {
		struct options *copy = NEW(p->arena, struct options);
		int32_t shift = p->source_info ? (int32_t)p->file->locations.n - begin_location : 0;

		copy->span = options->span;
		message->extension_ranges.items[i]->e.options = copy;
		for (int32_t k = begin_location; p->source_info && k < end_location; k++) {
			struct location location = p->file->locations.items[k];

			if (location.parent == container)
				location.field = (int32_t)i;
			else
				location.parent += shift;
			*location_push(p) = location;
		}
		for (struct uninterpreted *u = options->uninterpreted; u; u = u->next) {
			struct uninterpreted *statement = add_statement(p, copy);

			*statement = *u;
			statement->next = NULL;
			if (statement->location >= 0)
				statement->location += shift;
		}
	}
}

/* extensions = "extensions" range { "," range } [ brackets ] ";" */
static bool parse_extensions(struct parser *p, struct message *message, int32_t parent)
{
	int32_t location = location_open(p, parent, MESSAGE_EXTENSION_RANGE, -1);
	uint32_t first = message->extension_ranges.n;
	bool ok;

	next(p);
	do {
		struct extension_range *range = NEW(p->arena, struct extension_range);
		struct reserved_range read;
		int32_t part = location_open(p, location, (int32_t)message->extension_ranges.n, -1);

		element_init(p, &range->e, ELEMENT_EXTENSION_RANGE, &message->e,
			message->extension_ranges.n);
		range->e.name_span = current(p)->span;
		*vec_push(p->arena, &message->extension_ranges) = range;
		if (!parse_range(p, false, &read, &range->to_max, part))
			return false;
		range->begin = read.begin;
		range->end = read.end;
		range->begin_span = read.begin_span;
		range->end_span = read.end_span;
		range->e.span = range->e.name_span = read.span;
		location_close(p, part);
	} while (accept(p, ','));
	if (at(p, '[')) {
		int32_t begin = (int32_t)p->file->locations.n;
		int32_t range_location = location_open(p, location, (int32_t)first, -1);

		if (!parse_brackets(p, &message->extension_ranges.items[first]->e.options, NULL,
			    range_location, RANGE_OPTIONS))
			return false;
		/* It only leads to the options: the range itself has a location (parser.cc,
		 * ParseExtensions). */
		if (range_location >= 0)
			p->file->locations.items[range_location].begin_line = -1;
		copy_range_options(
			p, message, first, location, begin, (int32_t)p->file->locations.n);
	}
	ok = expect_end(p, ';', location);
	location_close(p, location);
	return ok;
}

static bool parse_message(struct parser *p, const struct scope *scope, enum visibility visibility,
	const struct token *begin);
static bool parse_enum(struct parser *p, const struct scope *scope, enum visibility visibility,
	const struct token *begin);

/*
 * `export` or `local` before a declaration. From edition 2024 on they are nothing else where a
 * statement of a file or message begins: a type of that name needs something in front. False:
 * reported.
 */
static bool accept_visibility(struct parser *p, enum visibility *visibility)
{
	struct token word = *current(p);

	*visibility = at_word(p, S("export"))  ? VISIBILITY_EXPORT
		      : at_word(p, S("local")) ? VISIBILITY_LOCAL
					       : VISIBILITY_UNSET;
	if (p->file->edition < EDITION_2024 || !*visibility) {
		*visibility = VISIBILITY_UNSET;
		return true;
	}
	next(p);
	if (at_word(p, S("message")) || at_word(p, S("enum")))
		return true;
	diag_error(p->diags, here_of(p, word.span), "'%s' stands before 'message' or 'enum' only",
		*visibility == VISIBILITY_EXPORT ? "export" : "local");
	if (current(p)->kind == TOKEN_IDENT)
		next(p);
	if (at(p, '.') || at(p, '=')) /* `local.Inner a = 1;`, `local a = 1;` */
		diag_help(p->diags, "if it is a type's name here, write its package, or a dot, in "
				    "front of it");
	return false;
}

/* One statement of a message's body. */
static bool parse_message_statement(struct parser *p, struct message *message, int32_t location)
{
	struct scope scope = { &message->e, location, false };
	struct field_context context = { .scope = scope };
	struct token begin = *current(p);
	enum visibility visibility;
	struct str word;

	if (accept_end(p, ';', NO_LOCATION))
		return true;
	if (!accept_visibility(p, &visibility))
		return false;
	word = text_of(p);
	if (current(p)->kind == TOKEN_IDENT && word.n >= 4 && word.n <= 10) {
		if (at_word(p, S("message")))
			return parse_message(p, &scope, visibility, &begin);
		if (at_word(p, S("enum")))
			return parse_enum(p, &scope, visibility, &begin);
		if (at_word(p, S("oneof")))
			return parse_oneof(p, message, location);
		if (at_word(p, S("option")))
			return parse_option(p, &message->e.options, location, MESSAGE_OPTIONS);
		if (at_word(p, S("reserved")))
			return parse_reserved(
				p, &(struct reservations){ .message = message }, location);
		if (at_word(p, S("extensions")))
			return parse_extensions(p, message, location);
		if (at_word(p, S("extend")))
			return parse_extend(p, &scope);
	}
	return parse_field(p, &context);
}

static struct str with_letter(struct parser *p, char letter, struct str name)
{
	char *text = arena_bytes(p->scratch, name.n + 1);

	text[0] = letter;
	str_put(text + 1, name);
	return intern(p->names, (struct str){ text, name.n + 1 });
}

/* Synthetic oneofs of proto3 optional fields, after the real ones, in field order
 * (descriptor.proto, proto3_optional). */
static void add_synthetic_oneofs(struct parser *p, struct message *message)
{
	struct map taken;
	bool any = false;

	for (uint32_t i = 0; i < message->fields.n; i++)
		any |= message->fields.items[i]->proto3_optional;
	if (!any)
		return;
	map_init(&taken, p->scratch);
	for (uint32_t i = 0; i < message->fields.n; i++) {
		void **slot = map_put(&taken, message->fields.items[i]->e.name.p, 0);

		if (!*slot)
			*slot = message->fields.items[i];
	}
	for (uint32_t i = 0; i < message->oneofs.n; i++)
		*map_put(&taken, message->oneofs.items[i]->e.name.p, 0) = message;
	for (uint32_t i = 0; i < message->fields.n; i++) {
		struct field *field = message->fields.items[i];
		struct oneof *oneof;
		struct str name = field->e.name;

		/* A name that is there twice is an error already; one candidate after another would
		 * have to be tried for each. */
		if (!field->proto3_optional || map_get(&taken, name.p, 0) != field)
			continue;
		if (!name.n || name.p[0] != '_')
			name = with_letter(p, '_', name);
		while (map_get(&taken, name.p, 0))
			name = with_letter(p, 'X', name);
		*map_put(&taken, name.p, 0) = message;
		oneof = NEW(p->arena, struct oneof);
		element_init(p, &oneof->e, ELEMENT_ONEOF, &message->e, message->oneofs.n);
		oneof->e.name = name;
		oneof->e.span = field->e.span;
		oneof->e.name_span = field->e.name_span;
		oneof->is_synthetic = true;
		*vec_push(p->arena, &oneof->fields) = field;
		*vec_push(p->arena, &message->oneofs) = oneof;
		field->oneof = oneof;
	}
}

/* "{" { statement } "}" */
static bool parse_message_body(struct parser *p, struct message *message, int32_t location)
{
	bool ok;

	if (p->depth >= DEEPEST_MESSAGE) {
		diag_error(p->diags, here_of(p, message->e.name_span),
			"message '" STR "' is nested more than %d levels deep",
			ARG(message->e.name), DEEPEST_MESSAGE);
		return false;
	}
	if (!expect_end(p, '{', location))
		return false;
	p->depth++;
	while (!at(p, '}') && !at_end(p))
		if (!parse_message_statement(p, message, location))
			skip_statement(p);
	p->depth--;
	ok = expect_end(p, '}', NO_LOCATION);
	if (p->file->edition == EDITION_PROTO3)
		add_synthetic_oneofs(p, message);
	return ok;
}

/* message = "message" name body */
static bool parse_message(struct parser *p, const struct scope *scope, enum visibility visibility,
	const struct token *begin)
{
	struct message *message = message_add(p, scope);
	/* `export` and `local` lie outside (buf, for editions). */
	int32_t location = location_open(p, scope->location,
		scope->is_file ? FILE_MESSAGE : MESSAGE_NESTED, (int32_t)message->e.index);
	int32_t part;
	bool ok;

	message->visibility = (uint8_t)visibility;
	next(p);
	message->e.name_span = current(p)->span;
	part = location_open(p, location, NAME, -1);
	if (!expect_name(p, &message->e.name, &message->e.name_span, "a message's name"))
		return false;
	location_close(p, part);
	ok = parse_message_body(p, message, location);
	location_close(p, location);
	message->e.span = span_since(p, begin->span.begin);
	return ok;
}

/* value = name "=" [ "-" ] integer [ brackets ] ";" */
static bool parse_enum_value(struct parser *p, struct enumeration *e, int32_t parent)
{
	uint32_t begin = current(p)->span.begin;
	int32_t location = location_open(p, parent, ENUM_VALUE, (int32_t)e->values.n), part;
	struct enum_value *value = NEW(p->arena, struct enum_value);
	bool ok;

	element_init(p, &value->e, ELEMENT_ENUM_VALUE, &e->e, e->values.n);
	part = location_open(p, location, NAME, -1);
	if (!expect_name(p, &value->e.name, &value->e.name_span, "the name of an enum value"))
		return false;
	location_close(p, part);
	*vec_push(p->arena, &e->values) = value;
	if (!expect(p, '='))
		return false;
	part = location_open(p, location, VALUE_NUMBER, -1);
	if (!expect_number(p, true, INT32_MAX, &value->number, &value->number_span,
		    "the number of an enum value"))
		return false;
	location_close(p, part);
	ok = parse_brackets(p, &value->e.options, NULL, location, VALUE_OPTIONS) &&
	     expect_end(p, ';', location);
	location_close(p, location);
	value->e.span = span_since(p, begin);
	return ok;
}

/* enum = "enum" name "{" { option | reserved | value | ";" } "}" */
static bool parse_enum(struct parser *p, const struct scope *scope, enum visibility visibility,
	const struct token *begin)
{
	struct enumeration *e = NEW(p->arena, struct enumeration);
	struct message *parent = scope->is_file ? NULL : (struct message *)scope->parent;
	uint32_t index = parent ? parent->enums.n : p->file->enums.n;
	int32_t location = location_open(
			p, scope->location, parent ? MESSAGE_ENUM : FILE_ENUM, (int32_t)index),
		part;
	bool ok;

	element_init(p, &e->e, ELEMENT_ENUM, scope->parent, index);
	if (parent)
		*vec_push(p->arena, &parent->enums) = e;
	else
		*vec_push(p->arena, &p->file->enums) = e;
	e->visibility = (uint8_t)visibility;
	next(p);
	e->e.name_span = current(p)->span;
	part = location_open(p, location, NAME, -1);
	if (!expect_name(p, &e->e.name, &e->e.name_span, "an enum's name"))
		return false;
	location_close(p, part);
	if (!expect_end(p, '{', location))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		if (accept_end(p, ';', NO_LOCATION))
			continue;
		if (at_word(p, S("option")))
			ok = parse_option(p, &e->e.options, location, ENUM_OPTIONS);
		else if (at_word(p, S("reserved")))
			ok = parse_reserved(
				p, &(struct reservations){ .enumeration = e }, location);
		else
			ok = parse_enum_value(p, e, location);
		if (!ok)
			skip_statement(p);
	}
	ok = expect_end(p, '}', NO_LOCATION);
	location_close(p, location);
	e->e.span = span_since(p, begin->span.begin);
	return ok;
}

/* "(" [ "stream" ] type ")"; `stream` alone is a type */
static bool parse_method_type(struct parser *p, int32_t location, int32_t path, int32_t stream_path,
	struct str *name, struct span *span, bool *streaming, struct span *streaming_span)
{
	int32_t part;

	if (!expect(p, '('))
		return false;
	if (at_word(p, S("stream"))) {
		struct lexer saved = p->lexer;

		*streaming_span = current(p)->span;
		next(p);
		*streaming = current(p)->kind == TOKEN_IDENT || at(p, '.');
		p->lexer = saved;
		if (*streaming) {
			part = location_open(p, location, stream_path, -1);
			next(p);
			location_close(p, part);
		}
	}
	part = location_open(p, location, path, -1);
	if (current(p)->kind == TOKEN_IDENT && scalar_type(text_of(p)) != TYPE_NAMED) {
		diag_error(p->diags, here_of(p, current(p)->span),
			"'" STR "' is no message; a method takes and returns messages",
			ARG(text_of(p)));
		return false;
	}
	if (!expect_dotted(p, name, span, true, "the name of a message"))
		return false;
	location_close(p, part);
	return expect(p, ')');
}

/* rpc = "rpc" name type "returns" type ( ";" | "{" { option | ";" } "}" ) */
static bool parse_method(struct parser *p, struct service *service, int32_t parent)
{
	uint32_t begin = current(p)->span.begin;
	struct method *method = NEW(p->arena, struct method);
	int32_t location = location_open(p, parent, SERVICE_METHOD, (int32_t)service->methods.n),
		part;
	bool ok = true;

	element_init(p, &method->e, ELEMENT_METHOD, &service->e, service->methods.n);
	*vec_push(p->arena, &service->methods) = method;
	next(p);
	method->e.name_span = current(p)->span;
	part = location_open(p, location, NAME, -1);
	if (!expect_name(p, &method->e.name, &method->e.name_span, "a method's name"))
		return false;
	location_close(p, part);
	if (!parse_method_type(p, location, METHOD_INPUT, METHOD_CLIENT_STREAMING,
		    &method->input_name, &method->input_span, &method->client_streaming,
		    &method->client_streaming_span))
		return false;
	if (!accept_word(p, S("returns")))
		return expected(p, "'returns'");
	if (!parse_method_type(p, location, METHOD_OUTPUT, METHOD_SERVER_STREAMING,
		    &method->output_name, &method->output_span, &method->server_streaming,
		    &method->server_streaming_span))
		return false;
	if (at(p, '{')) {
		expect_end(p, '{', location);
		/* A body makes options, even if there is none in it (protoc and buf alike). */
		options_of(p, &method->e.options);
		while (!at(p, '}') && !at_end(p)) {
			if (accept_end(p, ';', NO_LOCATION))
				continue;
			if (at_word(p, S("option")))
				ok = parse_option(p, &method->e.options, location, METHOD_OPTIONS);
			else
				ok = expected(p, "'option' or '}'");
			if (!ok)
				skip_statement(p);
		}
		ok = expect_end(p, '}', NO_LOCATION);
	} else {
		ok = expect_end(p, ';', location);
	}
	location_close(p, location);
	method->e.span = span_since(p, begin);
	return ok;
}

/* service = "service" name "{" { option | rpc | ";" } "}" */
static bool parse_service(struct parser *p)
{
	uint32_t begin = current(p)->span.begin;
	struct service *service = NEW(p->arena, struct service);
	int32_t location = location_open(p, -1, FILE_SERVICE, (int32_t)p->file->services.n), part;
	bool ok;

	element_init(p, &service->e, ELEMENT_SERVICE, &p->file->e, p->file->services.n);
	*vec_push(p->arena, &p->file->services) = service;
	next(p);
	service->e.name_span = current(p)->span;
	part = location_open(p, location, NAME, -1);
	if (!expect_name(p, &service->e.name, &service->e.name_span, "a service's name"))
		return false;
	location_close(p, part);
	if (!expect_end(p, '{', location))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		if (accept_end(p, ';', NO_LOCATION))
			continue;
		if (at_word(p, S("option")))
			ok = parse_option(p, &service->e.options, location, SERVICE_OPTIONS);
		else if (at_word(p, S("rpc")))
			ok = parse_method(p, service, location);
		else
			ok = expected(p, "'rpc', 'option' or '}'");
		if (!ok)
			skip_statement(p);
	}
	ok = expect_end(p, '}', NO_LOCATION);
	location_close(p, location);
	service->e.span = span_since(p, begin);
	return ok;
}

/* ---- the file ---- */

static void refuse_syntax(struct parser *p, bool edition, struct str value, struct span span)
{
	struct place place = here_of(p, span);

	if (!edition) {
		diag_error(
			p->diags, place, "there is no syntax '" STR "'", ARG(str_head(value, 40)));
		diag_help(p->diags,
			"say \"proto2\" or \"proto3\", or an edition: edition = \"2023\";");
		return;
	}
	if (str_eq(value, S("UNSTABLE")))
		diag_error(p->diags, place,
			"edition 'UNSTABLE' may mean something else with each version of protoc");
	else
		diag_error(p->diags, place, "there is no edition '" STR "' that this program knows",
			ARG(str_head(value, 40)));
	diag_help(p->diags, "editions 2023, 2024 and 2026 are supported");
}

/* syntax = ( "syntax" | "edition" ) "=" string ";" */
static bool parse_syntax(struct parser *p)
{
	static const struct {
		struct str text;
		bool edition;
		enum edition value;
	} known[] = {
		{ STR_INIT("proto2"), false, EDITION_PROTO2 },
		{ STR_INIT("proto3"), false, EDITION_PROTO3 },
		{ STR_INIT("2023"), true, EDITION_2023 },
		{ STR_INIT("2024"), true, EDITION_2024 },
		{ STR_INIT("2026"), true, EDITION_2026 },
	};
	bool edition = at_word(p, S("edition"));
	uint32_t begin = current(p)->span.begin;
	int32_t location = location_open(p, -1, FILE_SYNTAX, -1);
	struct span value_span = NO_SPAN;
	struct str value = { NULL, 0 };
	bool found = false, ok;

	next(p);
	ok = expect(p, '=');
	if (ok && current(p)->kind != TOKEN_STRING)
		ok = expected(p, edition ? "an edition in quotes" : "\"proto2\" or \"proto3\"");
	if (ok) {
		uint32_t value_begin = current(p)->span.begin;

		value = parse_strings(p, p->arena);
		value_span = span_since(p, value_begin);
		ok = expect_end(p, ';', location);
	}
	location_close(p, location);
	p->file->syntax_span = span_since(p, begin);
	p->file->has_syntax = true;
	if (!value.p)
		return ok;
	for (size_t i = 0; i < COUNT(known); i++) {
		if (known[i].edition == edition && str_eq(known[i].text, value)) {
			p->file->edition = known[i].value;
			found = true;
		}
	}
	if (!found) {
		refuse_syntax(p, edition, value, value_span);
		/* The rest is read as what comes nearest, so that nothing follows from this error.
		 */
		p->file->edition = edition ? EDITION_2024 : EDITION_PROTO3;
	}
	return ok;
}

/* import = "import" [ "public" | "weak" | "option" ] string ";" */
static bool parse_import(struct parser *p)
{
	static const struct {
		struct str word;
		enum import_kind kind;
	} kinds[] = {
		{ STR_INIT("public"), IMPORT_PUBLIC },
		{ STR_INIT("weak"), IMPORT_WEAK },
		{ STR_INIT("option"), IMPORT_OPTION },
	};
	uint32_t begin = current(p)->span.begin;
	struct import import = { 0 };
	int32_t location, *counts = p->imports;
	bool ok;

	location = location_open(
		p, -1, FILE_DEPENDENCY, (int32_t)p->file->imports.n - counts[IMPORT_OPTION]);
	next(p);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!at_word(p, kinds[i].word))
			continue;
		import.kind = kinds[i].kind;
		if (import.kind == IMPORT_OPTION) {
			if (location >= 0) {
				p->file->locations.items[location].field = FILE_OPTION_DEPENDENCY;
				p->file->locations.items[location].index = counts[IMPORT_OPTION];
			}
		} else {
			int32_t part = location_open(p, -1,
				import.kind == IMPORT_PUBLIC ? FILE_PUBLIC : FILE_WEAK,
				counts[import.kind]);

			next(p);
			location_close(p, part);
			break;
		}
		next(p);
		break;
	}
	if (current(p)->kind != TOKEN_STRING)
		return expected(p, "the path of a file in quotes");
	import.path_span = current(p)->span;
	import.path = intern(p->names, parse_strings(p, p->scratch));
	import.path_span.end = p->lexer.previous.span.end;
	ok = expect_end(p, ';', location);
	location_close(p, location);
	import.span = span_since(p, begin);
	*vec_push(p->arena, &p->file->imports) = import;
	counts[import.kind]++;
	return ok;
}

/* package = "package" full.name ";" */
static bool parse_package(struct parser *p)
{
	uint32_t begin = current(p)->span.begin;
	int32_t location = location_open(p, -1, FILE_PACKAGE, -1);
	bool again = p->file->package.n != 0, ok;
	struct span span, first = p->file->package_span;
	struct str name;

	next(p);
	if (!expect_dotted(p, &name, &span, false, "the name of the package"))
		return false;
	ok = expect_end(p, ';', location);
	location_close(p, location);
	if (str_count(name, '.') >= MAX_PACKAGE_PARTS) {
		diag_error(p->diags, here_of(p, span_since(p, begin)),
			"the package's name has more than %d parts", MAX_PACKAGE_PARTS);
		return ok;
	}
	if (again) {
		diag_error(p->diags, here_of(p, span_since(p, begin)), "a file has one package");
		diag_note(p->diags, here_of(p, first), "first declared");
		return ok;
	}
	p->file->package = name;
	p->file->package_span = span_since(p, begin);
	return ok;
}

static bool unknown_statement(struct parser *p)
{
	static const struct str words[] = {
		STR_INIT("syntax"),
		STR_INIT("edition"),
		STR_INIT("package"),
		STR_INIT("import"),
		STR_INIT("option"),
		STR_INIT("message"),
		STR_INIT("enum"),
		STR_INIT("service"),
		STR_INIT("extend"),
	};
	struct str word = current(p)->kind == TOKEN_IDENT ? text_of(p) : (struct str){ NULL, 0 };
	struct str nearest = word.p ? str_nearest(word, words, COUNT(words)) : word;
	bool reported = !current(p)->bad;

	if (word.p && (scalar_type(word) != TYPE_NAMED || label_of(p)) && !current(p)->bad) {
		diag_error(p->diags, here_of(p, current(p)->span), "a field lives in a message");
		return false;
	}
	if (str_eq(word, S("rpc")) && !current(p)->bad) {
		diag_error(p->diags, here_of(p, current(p)->span), "a method lives in a service");
		return false;
	}
	expected(p, "a statement such as 'message', 'enum', 'service', 'import' or 'option'");
	if (reported && nearest.p)
		diag_help(p->diags, "did you mean '" STR "'?", ARG(nearest));
	return false;
}

static bool parse_statement(struct parser *p, bool first)
{
	struct scope scope = { &p->file->e, -1, true };
	struct token begin = *current(p);
	enum visibility visibility;

	if (accept_end(p, ';', NO_LOCATION))
		return true;
	if (at_word(p, S("syntax")) || at_word(p, S("edition"))) {
		if (first)
			return parse_syntax(p);
		diag_error(p->diags, here_of(p, current(p)->span),
			p->file->has_syntax ? "a file has one syntax or edition"
					    : "the syntax or edition comes first in a file");
		return false;
	}
	if (!accept_visibility(p, &visibility))
		return false;
	if (at_word(p, S("message")))
		return parse_message(p, &scope, visibility, &begin);
	if (at_word(p, S("enum")))
		return parse_enum(p, &scope, visibility, &begin);
	if (at_word(p, S("import")))
		return parse_import(p);
	if (at_word(p, S("option")))
		return parse_option(p, &p->file->e.options, -1, FILE_OPTIONS);
	if (at_word(p, S("service")))
		return parse_service(p);
	if (at_word(p, S("package")))
		return parse_package(p);
	if (at_word(p, S("extend")))
		return parse_extend(p, &scope);
	return unknown_statement(p);
}

static void parse_start(struct parser *p)
{
	struct gathered gathered;

	if (!p->source_info) {
		next(p);
		return;
	}
	lexer_next_gather(&p->lexer, &gathered);
	p->upcoming_leading = gathered.leading;
	p->upcoming_detached.items = gathered.detached.items;
	p->upcoming_detached.n = gathered.detached.n;
	p->upcoming_detached.cap = gathered.detached.cap;
}

/* Locations are gathered in memory of the thread. */
static void locations_begin(struct parser *p)
{
	p->file->locations.items = p->memory->locations;
	p->file->locations.cap = p->memory->n_locations;
	p->file->locations.n = 0;
}

static void locations_keep(struct parser *p)
{
	/* Long paths of options get a few more later. */
	uint32_t n = p->file->locations.n, room = n + n / 16 + 2;
	struct location *kept = NEW_ARRAY(p->syntax, room, struct location);

	if (n)
		memcpy(kept, p->file->locations.items, n * sizeof *kept);
	p->file->locations.items = kept;
	p->file->locations.cap = room;
}

bool proto_parse(struct parse_request *request)
{
	struct parser p = {
		.file = request->file,
		.arena = request->arena,
		.syntax = request->syntax,
		.scratch = request->scratch,
		.names = request->names,
		.memory = request->memory,
		.diags = request->diags,
		.source_info = request->source_info,
	};
	uint32_t diags = request->diags->n, errors = request->diags->n_errors;
	int32_t root;
	bool first = true;

	lexer_init(&p.lexer, request->file->text, request->bytes, request->diags, request->syntax,
		request->scratch);
	p.lexer.track = request->source_info;
	p.file->edition = EDITION_PROTO2;
	p.file->package = intern(p.names, S(""));
	p.file->e.kind = ELEMENT_FILE;
	p.file->e.file = p.file;
	p.file->e.name = p.file->package;
	if (p.source_info)
		locations_begin(&p);
	parse_start(&p);
	p.file->e.span.begin = current(&p)->span.begin;
	root = location_open(&p, -1, -1, -1);
	while (!at_end(&p)) {
		struct arena_mark mark = arena_mark(p.scratch);

		if (!parse_statement(&p, first)) {
			skip_statement(&p);
			if (at(&p, '}')) {
				/* An error about it was given, or it closes nothing. */
				if (p.diags->n_errors == errors)
					diag_error(p.diags, here_of(&p, current(&p)->span),
						"this '}' closes nothing");
				accept_end(&p, '}', NO_LOCATION);
			}
		}
		first = false;
		arena_rewind(p.scratch, mark);
	}
	p.file->e.span.end = p.lexer.previous.span.end;
	location_close(&p, root);
	if (p.source_info)
		locations_keep(&p);
	if (request->diags->n_errors == errors)
		return true;
	foreign_name_cause(request, diags, errors);
	return false;
}
