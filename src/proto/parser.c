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
};

/* As `begin` of accept_end: no declaration ends there, and none begins its body. */
#define NO_DECLARATION UINT32_MAX

struct parser {
	struct lexer lexer;
	struct file *file;
	struct arena *arena, *syntax, *scratch;
	struct intern *names;
	struct diags *diags;
	unsigned depth;              /* of messages */
	struct comments **comments;  /* where the next ones go; NULL: source info is not wanted */
	struct str upcoming_leading; /* comments that wait for the next declaration */
	VEC(struct str) upcoming_detached;
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

/* ---- comments ---- */

/* The comments of the declaration that begins at `begin`. */
static void add_comments(
	struct parser *p, uint32_t begin, struct str leading, const struct gathered *gathered)
{
	struct comments *comments;

	if (!leading.p && !gathered->trailing.p && !p->upcoming_detached.n)
		return;
	comments = NEW(p->arena, struct comments);
	comments->begin = begin;
	comments->leading = leading;
	comments->trailing = gathered->trailing;
	comments->detached = p->upcoming_detached.items;
	comments->n_detached = p->upcoming_detached.n;
	*p->comments = comments;
	p->comments = &comments->next;
}

static void set_upcoming(struct parser *p, const struct gathered *gathered)
{
	p->upcoming_detached.items = gathered->detached.items;
	p->upcoming_detached.n = gathered->detached.n;
	p->upcoming_detached.cap = gathered->detached.cap;
}

/*
 * Takes the token that ends a declaration, or opens or closes a body, with the comments around it:
 * those before go to the declaration that begins at `begin`, those after wait (parser.cc,
 * TryConsumeEndOfDeclaration).
 */
static bool accept_end(struct parser *p, char symbol, uint32_t begin)
{
	struct gathered gathered;
	struct str leading = p->upcoming_leading;

	if (!at(p, symbol))
		return false;
	if (!p->comments) {
		next(p);
		return true;
	}
	lexer_next_gather(&p->lexer, &gathered);
	p->upcoming_leading = gathered.leading;
	if (begin != NO_DECLARATION)
		add_comments(p, begin, leading, &gathered);
	if (begin != NO_DECLARATION || symbol == '}') {
		set_upcoming(p, &gathered);
		return true;
	}
	for (uint32_t i = 0; i < gathered.detached.n; i++)
		*vec_push(p->arena, &p->upcoming_detached) = gathered.detached.items[i];
	return true;
}

static bool expect_end(struct parser *p, char symbol, uint32_t begin)
{
	char what[] = "'x'";

	if (accept_end(p, symbol, begin))
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
		if (accept_end(p, '}', NO_DECLARATION)) {
			if (--open == 0)
				return;
		} else if (accept_end(p, '{', NO_DECLARATION)) {
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
		if (accept_end(p, ';', NO_DECLARATION))
			return;
		if (accept_end(p, '{', NO_DECLARATION)) {
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

/* option = "option" name "=" value ";" */
static bool parse_option(struct parser *p, struct options **list)
{
	uint32_t begin = current(p)->span.begin;
	struct uninterpreted option = { 0 };
	struct options *options = options_of(p, list);

	next(p);
	if (!parse_option_body(p, &option) || !expect_end(p, ';', begin))
		return false;
	option.span = span_since(p, begin);
	*add_statement(p, options) = option;
	return true;
}

static bool parse_default(struct parser *p, struct field *field)
{
	uint32_t begin = current(p)->span.begin;
	struct span name_span = current(p)->span;
	struct uninterpreted *value = NEW(p->syntax, struct uninterpreted);

	next(p);
	if (!expect(p, '=') || !parse_literal(p, &value->value, 0, false))
		return false;
	value->span = span_since(p, begin);
	value->name_span = name_span;
	if (field->has_default) {
		diag_error(p->diags, here_of(p, value->span),
			"the default of field '" STR "' is given twice", ARG(field->e.name));
		diag_note(p->diags, here_of(p, field->preset->span), "first given");
		return true;
	}
	field->has_default = true;
	field->preset = NEW(p->arena, struct field_default);
	field->preset->span = value->span;
	field->preset->value_span = value->value.span;
	field->preset->uninterpreted = value;
	return true;
}

static bool parse_json_name(struct parser *p, struct field *field)
{
	uint32_t begin = current(p)->span.begin, name_begin;
	struct written_json json = { 0 };

	next(p);
	if (!expect(p, '='))
		return false;
	name_begin = current(p)->span.begin;
	if (current(p)->kind != TOKEN_STRING)
		return expected(p, "a string");
	json.name = parse_strings(p, p->arena);
	json.name_span = span_since(p, name_begin);
	json.span = span_since(p, begin);
	if (field->json) {
		diag_error(p->diags, here_of(p, json.span),
			"the JSON name of field '" STR "' is given twice", ARG(field->e.name));
		diag_note(p->diags, here_of(p, field->json->span), "first given");
		return true;
	}
	field->json = NEW(p->arena, struct written_json);
	*field->json = json;
	return true;
}

/* options = "[" item { "," item } "]"; of a field also `default` and `json_name`, which are none */
static bool parse_brackets(struct parser *p, struct options **list, struct field *field)
{
	uint32_t begin = current(p)->span.begin;
	struct span span;

	if (!accept(p, '['))
		return true;
	do {
		struct uninterpreted option = { .span = current(p)->span };
		struct options *options;

		if (field && at_word(p, S("default"))) {
			if (!parse_default(p, field))
				return false;
			continue;
		}
		if (field && at_word(p, S("json_name"))) {
			if (!parse_json_name(p, field))
				return false;
			continue;
		}
		options = options_of(p, list);
		if (!parse_option_body(p, &option))
			return false;
		option.span.end = p->lexer.previous.span.end;
		*add_statement(p, options) = option;
	} while (accept(p, ','));
	if (!expect(p, ']'))
		return false;
	span = span_since(p, begin);
	if (*list)
		(*list)->span = span;
	if (field && field->preset)
		field->preset->brackets = span;
	if (field && field->json)
		field->json->brackets = span;
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

static bool parse_message_body(struct parser *p, struct message *message, uint32_t begin);

static bool is_file(const struct element *scope)
{
	return scope->kind == ELEMENT_FILE;
}

static struct message *message_add(struct parser *p, struct element *scope)
{
	struct message *message = NEW(p->arena, struct message);

	if (is_file(scope)) {
		element_init(p, &message->e, ELEMENT_MESSAGE, scope, p->file->messages.n);
		*vec_push(p->arena, &p->file->messages) = message;
	} else {
		struct message *parent = (struct message *)scope;

		element_init(p, &message->e, ELEMENT_MESSAGE, scope, parent->messages.n);
		*vec_push(p->arena, &parent->messages) = message;
	}
	return message;
}

/* The message of a group, whose field is there but for its body. The field has the name as it is
 * written. */
static bool parse_group_body(
	struct parser *p, struct field *field, struct element *scope, uint32_t begin)
{
	struct message *group = message_add(p, scope);
	struct str name = field->e.name;
	char *lower = arena_bytes(p->scratch, name.n + 1);
	bool ok;

	group->e.name = name;
	group->e.name_span = field->e.name_span;
	group->keyword = begin;
	group->group_field = field;
	for (size_t i = 0; i < name.n; i++)
		lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] - 'A' + 'a')
								: name.p[i];
	field->e.name = intern(p->names, (struct str){ lower, name.n });
	field->type_name = group->e.name;
	field->message = group;
	if (name.n && !(name.p[0] >= 'A' && name.p[0] <= 'Z')) {
		diag_error(p->diags, here_of(p, group->e.name_span),
			"the name of a group begins with a capital letter");
		diag_help(p->diags, "the group's field gets the name in lower case");
	}
	if (!at(p, '{'))
		return expected(p, "'{', since a group has a body");
	ok = parse_message_body(p, group, begin);
	group->e.span = span_since(p, begin);
	return ok;
}

/* What a field may be declared in. */
struct field_context {
	struct element *scope; /* the message or file where the field, and a group's message or a
				  map's entry, go */
	struct oneof *oneof;
	struct str extendee; /* absent: an ordinary field */
	struct span extendee_span;
	struct field *first; /* extension of the block */
};

/* The field's type; the label is behind us. */
static bool parse_field_type(struct parser *p, struct field *field, struct message **entry)
{
	uint32_t begin = current(p)->span.begin;
	bool ok;

	if (at_word(p, S("map"))) {
		struct lexer saved = p->lexer;

		next(p);
		if (at(p, '<')) {
			*entry = NEW(p->arena, struct message);
			ok = parse_map_type(p, field, *entry);
			field->type_span = span_since(p, begin);
			return ok;
		}
		p->lexer = saved;
	}
	if (at_word(p, S("group"))) {
		next(p);
		field->type = TYPE_GROUP;
		field->is_group = true;
		field->type_span = span_since(p, begin);
		return true;
	}
	return parse_type(p, field, "a field's type");
}

static void add_field(struct parser *p, struct field *field, struct field_context *context)
{
	struct message *parent = is_file(context->scope) ? NULL : (struct message *)context->scope;

	element_init(p, &field->e, ELEMENT_FIELD, context->scope, 0);
	if (context->extendee.p) {
		field->extension = NEW(p->arena, struct extension);
		field->extension->extendee_name = context->extendee;
		field->extension->extendee_span = context->extendee_span;
		if (!context->first)
			context->first = field;
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
	if (is_file(context->scope)) {
		element_init(p, &entry->e, ELEMENT_MESSAGE, context->scope, p->file->messages.n);
		return; /* an extension is no map: validate.c says so */
	}
	parent = (struct message *)context->scope;
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
static bool parse_field(struct parser *p, struct field_context *context)
{
	struct field *field = NEW(p->arena, struct field);
	struct message *entry = NULL;
	uint32_t begin = current(p)->span.begin;
	bool ok;

	add_field(p, field, context);
	field->label = LABEL_OPTIONAL;
	field->number_span = field->e.name_span = current(p)->span;
	if (label_of(p)) {
		field->label = label_of(p);
		field->has_label = true;
		field->label_span = current(p)->span;
		next(p);
		field->proto3_optional = field->label == LABEL_OPTIONAL &&
					 p->file->edition == EDITION_PROTO3 && !context->oneof;
	}
	if (!parse_field_type(p, field, &entry) ||
		!expect_name(p, &field->e.name, &field->e.name_span, "a field's name"))
		return false;
	if (entry)
		add_map_entry(p, field, entry, context);
	if (!expect(p, '=') || !expect_number(p, false, INT32_MAX, &field->number,
				       &field->number_span, "a field's number"))
		return false;
	if (!parse_brackets(p, &field->e.options, field))
		return false;
	if (field->is_group)
		ok = parse_group_body(p, field, context->scope, begin);
	else
		ok = expect_end(p, ';', begin);
	field->e.span = span_since(p, begin);
	return ok;
}

/* ---- bodies ---- */

/* keyword name; the name's span is that of whatever stands there */
static bool parse_head(struct parser *p, struct element *e, const char *what)
{
	next(p);
	e->name_span = current(p)->span;
	return expect_name(p, &e->name, &e->name_span, what);
}

/* oneof = "oneof" name "{" { option | field | ";" } "}" */
static bool parse_oneof(struct parser *p, struct message *message)
{
	uint32_t begin = current(p)->span.begin;
	struct oneof *oneof = NEW(p->arena, struct oneof);
	struct field_context context = { .scope = &message->e, .oneof = oneof };

	element_init(p, &oneof->e, ELEMENT_ONEOF, &message->e, message->oneofs.n);
	*vec_push(p->arena, &message->oneofs) = oneof;
	if (!parse_head(p, &oneof->e, "a oneof's name") || !expect_end(p, '{', begin))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		bool ok = true;

		if (at_word(p, S("option"))) {
			ok = parse_option(p, &oneof->e.options);
		} else if (!accept_end(p, ';', NO_DECLARATION)) {
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
	if (!expect_end(p, '}', NO_DECLARATION))
		return false;
	oneof->e.span = span_since(p, begin);
	return true;
}

/* extend = "extend" full.name "{" { field | ";" } "}" */
static bool parse_extend(struct parser *p, struct element *scope)
{
	struct field_context context = { .scope = scope };
	uint32_t begin = current(p)->span.begin, count = 0;
	bool ok;

	next(p);
	if (!expect_dotted(p, &context.extendee, &context.extendee_span, true,
		    "the name of the message to extend") ||
		!expect_end(p, '{', begin))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		if (accept_end(p, ';', NO_DECLARATION))
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
	ok = expect_end(p, '}', NO_DECLARATION);
	if (context.first)
		context.first->extension->block = span_since(p, begin);
	if (ok && !count) {
		diag_error(p->diags, here_of(p, span_since(p, begin)),
			"this extend block declares nothing");
		diag_help(p->diags, "declare an extension in it, or take it away");
	}
	return ok;
}

/* range = number [ "to" ( number | "max" ) ]; ends are inclusive here */
static bool parse_range(struct parser *p, bool is_enum, struct reserved_range *range, bool *to_max)
{
	int64_t largest = is_enum ? INT32_MAX : MAX_FIELD_NUMBER;
	uint32_t begin = current(p)->span.begin;

	if (!expect_number(p, is_enum, INT32_MAX, &range->begin, &range->begin_span, "a number"))
		return false;
	range->end = range->begin;
	range->end_span = range->begin_span;
	if (accept_word(p, S("to"))) {
		if (at_word(p, S("max"))) {
			range->end = (int32_t)largest;
			*to_max = true;
			range->end_span = current(p)->span;
			next(p);
		} else if (!expect_number(p, is_enum, INT32_MAX, &range->end, &range->end_span,
				   "a number or 'max'")) {
			return false;
		}
	}
	range->span = span_since(p, begin);
	return true;
}

/* Where reserved ranges and names go. */
struct reserved {
	struct reserved_ranges *ranges;
	struct reserved_names *names;
	bool of_enum;
};

/* A reserved name: a string, in editions an identifier. */
static bool parse_reserved_name(struct parser *p, struct reserved_name *name)
{
	uint32_t begin = current(p)->span.begin;
	bool editions = p->file->edition >= EDITION_2023;
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
	if (current(p)->kind == TOKEN_STRING) {
		text = parse_strings(p, p->scratch);
	} else {
		text = text_of(p);
		next(p);
	}
	name->name = intern(p->names, text);
	name->span = span_since(p, begin);
	return true;
}

/* reserved = "reserved" ( range { "," range } | name { "," name } ) ";" */
static bool parse_reserved(struct parser *p, const struct reserved *reserved)
{
	struct reserved_ranges *ranges = reserved->ranges;
	struct reserved_names *names = reserved->names;
	uint32_t begin = current(p)->span.begin, n_ranges = ranges->n, n_names = names->n;
	bool named, to_max, ok;

	next(p);
	named = current(p)->kind == TOKEN_STRING || current(p)->kind == TOKEN_IDENT;
	do {
		ok = named ? parse_reserved_name(p, vec_push(p->arena, names))
			   : parse_range(p, reserved->of_enum, vec_push(p->arena, ranges), &to_max);
	} while (ok && accept(p, ','));
	if (!ok || !expect_end(p, ';', begin))
		return false;
	if (named)
		names->items[n_names].statement = span_since(p, begin);
	else
		ranges->items[n_ranges].statement = span_since(p, begin);
	return true;
}

/* Copies the options of an `extensions` statement to its further ranges, as protoc does (parser.cc,
 * ParseExtensions). */
static void copy_range_options(struct parser *p, struct message *message, uint32_t first)
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

		copy->span = options->span;
		message->extension_ranges.items[i]->e.options = copy;
		for (struct uninterpreted *u = options->uninterpreted; u; u = u->next) {
			struct uninterpreted *statement = add_statement(p, copy);

			*statement = *u;
			statement->next = NULL;
		}
	}
}

/* One of the ranges of an `extensions` statement. */
static bool parse_extension_range(struct parser *p, struct message *message)
{
	struct extension_range *range = NEW(p->arena, struct extension_range);
	struct reserved_range read;

	element_init(
		p, &range->e, ELEMENT_EXTENSION_RANGE, &message->e, message->extension_ranges.n);
	range->e.name_span = current(p)->span;
	*vec_push(p->arena, &message->extension_ranges) = range;
	if (!parse_range(p, false, &read, &range->to_max))
		return false;
	range->begin = read.begin;
	range->end = read.end;
	range->begin_span = read.begin_span;
	range->end_span = read.end_span;
	range->e.span = range->e.name_span = read.span;
	return true;
}

/* extensions = "extensions" range { "," range } [ brackets ] ";" */
static bool parse_extensions(struct parser *p, struct message *message)
{
	uint32_t begin = current(p)->span.begin, index = message->extension_ranges.n;
	struct extension_range *first;

	next(p);
	do {
		if (!parse_extension_range(p, message))
			return false;
	} while (accept(p, ','));
	first = message->extension_ranges.items[index];
	if (!parse_brackets(p, &first->e.options, NULL))
		return false;
	copy_range_options(p, message, index);
	if (!expect_end(p, ';', begin))
		return false;
	first->statement = span_since(p, begin);
	return true;
}

/* How the declaration of a message or enum begins: with its keyword, or `export` or `local`. */
struct type_start {
	enum visibility visibility;
	uint32_t begin;
};

static bool parse_message(struct parser *p, struct element *scope, struct type_start start);
static bool parse_enum(struct parser *p, struct element *scope, struct type_start start);

/*
 * `export` or `local` before a declaration. From edition 2024 on they are nothing else where a
 * statement of a file or message begins: a type of that name needs something in front. False:
 * reported.
 */
static bool accept_visibility(struct parser *p, struct type_start *start)
{
	struct span word = current(p)->span;

	*start = (struct type_start){ VISIBILITY_UNSET, word.begin };
	if (p->file->edition < EDITION_2024 || !(at_word(p, S("export")) || at_word(p, S("local"))))
		return true;
	start->visibility = at_word(p, S("export")) ? VISIBILITY_EXPORT : VISIBILITY_LOCAL;
	next(p);
	if (at_word(p, S("message")) || at_word(p, S("enum")))
		return true;
	diag_error(p->diags, here_of(p, word), "'%s' stands before 'message' or 'enum' only",
		start->visibility == VISIBILITY_EXPORT ? "export" : "local");
	if (current(p)->kind == TOKEN_IDENT)
		next(p);
	if (at(p, '.') || at(p, '=')) /* `local.Inner a = 1;`, `local a = 1;` */
		diag_help(p->diags, "if it is a type's name here, write its package, or a dot, in "
				    "front of it");
	return false;
}

/* One statement of a message's body. */
static bool parse_message_statement(struct parser *p, struct message *message)
{
	struct field_context context = { .scope = &message->e };
	struct type_start start;
	struct str word;

	if (accept_end(p, ';', NO_DECLARATION))
		return true;
	if (!accept_visibility(p, &start))
		return false;
	word = text_of(p);
	if (current(p)->kind == TOKEN_IDENT && word.n >= 4 && word.n <= 10) {
		if (at_word(p, S("message")))
			return parse_message(p, &message->e, start);
		if (at_word(p, S("enum")))
			return parse_enum(p, &message->e, start);
		if (at_word(p, S("oneof")))
			return parse_oneof(p, message);
		if (at_word(p, S("option")))
			return parse_option(p, &message->e.options);
		if (at_word(p, S("reserved")))
			return parse_reserved(p, &(struct reserved){ &message->reserved_ranges,
							 &message->reserved_names, false });
		if (at_word(p, S("extensions")))
			return parse_extensions(p, message);
		if (at_word(p, S("extend")))
			return parse_extend(p, &message->e);
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
static bool parse_message_body(struct parser *p, struct message *message, uint32_t begin)
{
	bool ok;

	if (p->depth >= DEEPEST_MESSAGE) {
		diag_error(p->diags, here_of(p, message->e.name_span),
			"message '" STR "' is nested more than %d levels deep",
			ARG(message->e.name), DEEPEST_MESSAGE);
		return false;
	}
	if (!expect_end(p, '{', begin))
		return false;
	p->depth++;
	while (!at(p, '}') && !at_end(p))
		if (!parse_message_statement(p, message))
			skip_statement(p);
	p->depth--;
	ok = expect_end(p, '}', NO_DECLARATION);
	if (p->file->edition == EDITION_PROTO3)
		add_synthetic_oneofs(p, message);
	return ok;
}

/* message = "message" name body */
static bool parse_message(struct parser *p, struct element *scope, struct type_start start)
{
	struct message *message = message_add(p, scope);
	bool ok;

	message->visibility = (uint8_t)start.visibility;
	message->keyword = current(p)->span.begin;
	if (!parse_head(p, &message->e, "a message's name"))
		return false;
	ok = parse_message_body(p, message, start.begin);
	message->e.span = span_since(p, start.begin);
	return ok;
}

/* value = name "=" [ "-" ] integer [ brackets ] ";" */
static bool parse_enum_value(struct parser *p, struct enumeration *e)
{
	uint32_t begin = current(p)->span.begin;
	struct enum_value *value = NEW(p->arena, struct enum_value);
	bool ok;

	element_init(p, &value->e, ELEMENT_ENUM_VALUE, &e->e, e->values.n);
	if (!expect_name(p, &value->e.name, &value->e.name_span, "the name of an enum value"))
		return false;
	*vec_push(p->arena, &e->values) = value;
	if (!expect(p, '=') || !expect_number(p, true, INT32_MAX, &value->number,
				       &value->number_span, "the number of an enum value"))
		return false;
	ok = parse_brackets(p, &value->e.options, NULL) && expect_end(p, ';', begin);
	value->e.span = span_since(p, begin);
	return ok;
}

static struct enumeration *enum_add(struct parser *p, struct element *scope)
{
	struct enumeration *e = NEW(p->arena, struct enumeration);

	if (is_file(scope)) {
		element_init(p, &e->e, ELEMENT_ENUM, scope, p->file->enums.n);
		*vec_push(p->arena, &p->file->enums) = e;
	} else {
		struct message *parent = (struct message *)scope;

		element_init(p, &e->e, ELEMENT_ENUM, scope, parent->enums.n);
		*vec_push(p->arena, &parent->enums) = e;
	}
	return e;
}

/* enum = "enum" name "{" { option | reserved | value | ";" } "}" */
static bool parse_enum(struct parser *p, struct element *scope, struct type_start start)
{
	struct enumeration *e = enum_add(p, scope);
	bool ok;

	e->visibility = (uint8_t)start.visibility;
	e->keyword = current(p)->span.begin;
	if (!parse_head(p, &e->e, "an enum's name") || !expect_end(p, '{', start.begin))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		if (accept_end(p, ';', NO_DECLARATION))
			continue;
		if (at_word(p, S("option")))
			ok = parse_option(p, &e->e.options);
		else if (at_word(p, S("reserved")))
			ok = parse_reserved(p, &(struct reserved){ &e->reserved_ranges,
						       &e->reserved_names, true });
		else
			ok = parse_enum_value(p, e);
		if (!ok)
			skip_statement(p);
	}
	ok = expect_end(p, '}', NO_DECLARATION);
	e->e.span = span_since(p, start.begin);
	return ok;
}

/* Where a method's input or output goes. */
struct method_type {
	struct str *name;
	struct span *span;
	bool *streaming;
	struct span *streaming_span;
};

/* "(" [ "stream" ] type ")"; `stream` alone is a type */
static bool parse_method_type(struct parser *p, const struct method_type *type)
{
	if (!expect(p, '('))
		return false;
	if (at_word(p, S("stream"))) {
		struct lexer saved = p->lexer;

		*type->streaming_span = current(p)->span;
		next(p);
		*type->streaming = current(p)->kind == TOKEN_IDENT || at(p, '.');
		if (!*type->streaming)
			p->lexer = saved;
	}
	if (current(p)->kind == TOKEN_IDENT && scalar_type(text_of(p)) != TYPE_NAMED) {
		diag_error(p->diags, here_of(p, current(p)->span),
			"'" STR "' is no message; a method takes and returns messages",
			ARG(text_of(p)));
		return false;
	}
	return expect_dotted(p, type->name, type->span, true, "the name of a message") &&
	       expect(p, ')');
}

/* "{" { option | ";" } "}" */
static bool parse_method_body(struct parser *p, struct method *method, uint32_t begin)
{
	expect_end(p, '{', begin);
	/* A body makes options, even if there is none in it (protoc and buf alike). */
	options_of(p, &method->e.options);
	while (!at(p, '}') && !at_end(p)) {
		bool ok;

		if (accept_end(p, ';', NO_DECLARATION))
			continue;
		ok = at_word(p, S("option")) ? parse_option(p, &method->e.options)
					     : expected(p, "'option' or '}'");
		if (!ok)
			skip_statement(p);
	}
	return expect_end(p, '}', NO_DECLARATION);
}

/* rpc = "rpc" name type "returns" type ( ";" | body ) */
static bool parse_method(struct parser *p, struct service *service)
{
	uint32_t begin = current(p)->span.begin;
	struct method *method = NEW(p->arena, struct method);
	struct method_type input = { &method->input_name, &method->input_span,
		&method->client_streaming, &method->client_streaming_span };
	struct method_type output = { &method->output_name, &method->output_span,
		&method->server_streaming, &method->server_streaming_span };
	bool ok;

	element_init(p, &method->e, ELEMENT_METHOD, &service->e, service->methods.n);
	*vec_push(p->arena, &service->methods) = method;
	if (!parse_head(p, &method->e, "a method's name") || !parse_method_type(p, &input))
		return false;
	if (!accept_word(p, S("returns")))
		return expected(p, "'returns'");
	if (!parse_method_type(p, &output))
		return false;
	ok = at(p, '{') ? parse_method_body(p, method, begin) : expect_end(p, ';', begin);
	method->e.span = span_since(p, begin);
	return ok;
}

/* service = "service" name "{" { option | rpc | ";" } "}" */
static bool parse_service(struct parser *p)
{
	uint32_t begin = current(p)->span.begin;
	struct service *service = NEW(p->arena, struct service);
	bool ok;

	element_init(p, &service->e, ELEMENT_SERVICE, &p->file->e, p->file->services.n);
	*vec_push(p->arena, &p->file->services) = service;
	if (!parse_head(p, &service->e, "a service's name") || !expect_end(p, '{', begin))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		if (accept_end(p, ';', NO_DECLARATION))
			continue;
		if (at_word(p, S("option")))
			ok = parse_option(p, &service->e.options);
		else if (at_word(p, S("rpc")))
			ok = parse_method(p, service);
		else
			ok = expected(p, "'rpc', 'option' or '}'");
		if (!ok)
			skip_statement(p);
	}
	ok = expect_end(p, '}', NO_DECLARATION);
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
		ok = expect_end(p, ';', begin);
	}
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
	bool ok;

	next(p);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!at_word(p, kinds[i].word))
			continue;
		import.kind = kinds[i].kind;
		import.kind_span = current(p)->span;
		next(p);
		break;
	}
	if (current(p)->kind != TOKEN_STRING)
		return expected(p, "the path of a file in quotes");
	import.path_span = current(p)->span;
	import.path = intern(p->names, parse_strings(p, p->scratch));
	import.path_span.end = p->lexer.previous.span.end;
	ok = expect_end(p, ';', begin);
	import.span = span_since(p, begin);
	*vec_push(p->arena, &p->file->imports) = import;
	return ok;
}

/* package = "package" full.name ";" */
static bool parse_package(struct parser *p)
{
	uint32_t begin = current(p)->span.begin;
	bool again = p->file->package.n != 0, ok;
	struct span span, first = p->file->package_span;
	struct str name;

	next(p);
	if (!expect_dotted(p, &name, &span, false, "the name of the package"))
		return false;
	ok = expect_end(p, ';', begin);
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
	struct type_start start;

	if (accept_end(p, ';', NO_DECLARATION))
		return true;
	if (at_word(p, S("syntax")) || at_word(p, S("edition"))) {
		if (first)
			return parse_syntax(p);
		diag_error(p->diags, here_of(p, current(p)->span),
			p->file->has_syntax ? "a file has one syntax or edition"
					    : "the syntax or edition comes first in a file");
		return false;
	}
	if (!accept_visibility(p, &start))
		return false;
	if (at_word(p, S("message")))
		return parse_message(p, &p->file->e, start);
	if (at_word(p, S("enum")))
		return parse_enum(p, &p->file->e, start);
	if (at_word(p, S("import")))
		return parse_import(p);
	if (at_word(p, S("option")))
		return parse_option(p, &p->file->e.options);
	if (at_word(p, S("service")))
		return parse_service(p);
	if (at_word(p, S("package")))
		return parse_package(p);
	if (at_word(p, S("extend")))
		return parse_extend(p, &p->file->e);
	return unknown_statement(p);
}

/* Takes the first token, with the comments before it. */
static void parse_start(struct parser *p, bool source_info, struct str bytes)
{
	struct gathered gathered;

	if (!source_info) {
		next(p);
		return;
	}
	p->file->source_info = NEW(p->arena, struct source_info);
	p->comments = &p->file->source_info->comments;
	line_table_init(&p->file->source_info->lines, bytes, p->arena);
	lexer_next_gather(&p->lexer, &gathered);
	p->upcoming_leading = gathered.leading;
	set_upcoming(p, &gathered);
}

bool proto_parse(struct parse_request *request)
{
	struct parser p = {
		.file = request->file,
		.arena = request->arena,
		.syntax = request->syntax,
		.scratch = request->scratch,
		.names = request->names,
		.diags = request->diags,
	};
	uint32_t diags = request->diags->n, errors = request->diags->n_errors;
	bool first = true;

	lexer_init(&p.lexer, request->file->text, request->bytes, request->diags, request->arena,
		request->scratch);
	p.file->edition = EDITION_PROTO2;
	p.file->package = intern(p.names, S(""));
	p.file->e.kind = ELEMENT_FILE;
	p.file->e.file = p.file;
	p.file->e.name = p.file->package;
	parse_start(&p, request->source_info, request->bytes);
	p.file->e.span.begin = current(&p)->span.begin;
	while (!at_end(&p)) {
		struct arena_mark mark = arena_mark(p.scratch);

		if (!parse_statement(&p, first)) {
			skip_statement(&p);
			if (at(&p, '}')) {
				/* An error about it was given, or it closes nothing. */
				if (p.diags->n_errors == errors)
					diag_error(p.diags, here_of(&p, current(&p)->span),
						"this '}' closes nothing");
				accept_end(&p, '}', NO_DECLARATION);
			}
		}
		first = false;
		arena_rewind(p.scratch, mark);
	}
	p.file->e.span.end = p.lexer.previous.span.end;
	if (request->diags->n_errors == errors)
		return true;
	foreign_name_cause(request, diags, errors);
	return false;
}
