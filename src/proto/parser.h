/*
 * What the parser's files share: a file each for options, fields, ranges, messages, enums, services
 * and the statements of a file; private to them.
 *
 * As protoc's parser fills descriptors, ours fills elements: names and options unresolved. It
 * accepts what can be understood; validate.c says what is forbidden. A function named after a
 * production begins at its first token. It gives false when it reported an error and does not know
 * where the next statement begins: the caller skips to it. Every loop takes a token in each round,
 * also on an error.
 */
#pragma once
#include "proto/lexer.h"
#include "proto/proto.h"

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

/* ---- parser.c ---- */

static inline const struct token *current(const struct parser *p)
{
	return &p->lexer.token;
}

static inline struct str text_of(const struct parser *p)
{
	return token_text(&p->lexer, current(p));
}

static inline void next(struct parser *p)
{
	lexer_next(&p->lexer);
}

static inline bool at(const struct parser *p, char symbol)
{
	return current(p)->symbol == symbol;
}

static inline bool at_end(const struct parser *p)
{
	return current(p)->kind == TOKEN_END;
}

static inline bool at_word(const struct parser *p, struct str word)
{
	return current(p)->kind == TOKEN_IDENT && str_eq(text_of(p), word);
}

static inline bool accept(struct parser *p, char symbol)
{
	if (!at(p, symbol))
		return false;
	next(p);
	return true;
}

static inline bool accept_word(struct parser *p, struct str word)
{
	if (!at_word(p, word))
		return false;
	next(p);
	return true;
}

static inline struct place here_of(const struct parser *p, struct span span)
{
	return place_in(p->file->text, span);
}

static inline struct span span_since(const struct parser *p, uint32_t begin)
{
	return (struct span){ begin, p->lexer.previous.span.end };
}

/* Reports that something else was expected at the current token, unless that is bad and was
 * reported already. False. */
bool expected(struct parser *p, const char *what);
bool expect(struct parser *p, char symbol);
/* A bare name, interned. */
bool expect_name(struct parser *p, struct str *name, struct span *span, const char *what);
/* name { "." name }, blanks and comments around the dots left out; a leading dot if `dotted`. */
bool expect_dotted(
	struct parser *p, struct str *name, struct span *span, bool dotted, const char *what);
/* [ "-" ] integer within int32, the sign if `negatives`; `span` holds it. */
bool expect_number(
	struct parser *p, bool negatives, int32_t *number, struct span *span, const char *what);
/* keyword name; the name's span is that of whatever stands there. */
bool expect_head(struct parser *p, struct element *e, const char *what);

/* As `begin` below: no declaration ends there, and none begins its body. */
#define NO_DECLARATION UINT32_MAX

/*
 * Takes the token that ends a declaration, or opens or closes a body, with the comments around it:
 * those before go to the declaration that begins at `begin`, those after wait (parser.cc,
 * TryConsumeEndOfDeclaration).
 */
bool accept_end(struct parser *p, char symbol, uint32_t begin);
bool expect_end(struct parser *p, char symbol, uint32_t begin);
/* Goes past the statement that could not be understood: its `;`, its body, or up to the `}` around
 * it. */
void skip_statement(struct parser *p);

static inline bool is_file(const struct element *scope)
{
	return scope->kind == ELEMENT_FILE;
}

static inline void element_init(struct parser *p, struct element *e, enum element_kind kind,
	struct element *parent, uint32_t index)
{
	e->kind = kind;
	e->parent = parent;
	e->file = p->file;
	e->index = index;
}

/* ---- parse_option.c ---- */

/* String literals that stand side by side, as one in `arena`. */
struct str parse_strings(struct parser *p, struct arena *arena);
/* *options, made if there are none yet. */
struct options *options_of(struct parser *p, struct options **options);
/* A new statement at the end of those of `options`. */
struct uninterpreted *add_statement(struct parser *p, struct options *options);
bool parse_option(struct parser *p, struct options **options);
/* Options in brackets, if there are any; of a field also `default` and `json_name`, which are
 * none. `field` is NULL for others. */
bool parse_brackets(struct parser *p, struct options **options, struct field *field);

/* ---- parse_field.c ---- */

/* What a field may be declared in. */
struct field_context {
	struct element *scope; /* the message or file where the field, and a group's message or a
				  map's entry, go */
	struct oneof *oneof;
	struct str extendee; /* absent: an ordinary field */
	struct span extendee_span;
	struct field *first; /* extension of the block */
};

bool parse_field(struct parser *p, struct field_context *context);
bool parse_oneof(struct parser *p, struct message *message);
/* An `extend` block in a message or file. */
bool parse_extend(struct parser *p, struct element *scope);
/* The label that the current token is; 0: none. */
uint8_t label_of(const struct parser *p);
/* The scalar type that a word names, else TYPE_NAMED. */
enum field_type scalar_type(struct str word);

/* ---- parse_range.c ---- */

/* Where reserved ranges and names go. */
struct reserved {
	struct reserved_ranges *ranges;
	struct reserved_names *names;
	bool of_enum;
};

bool parse_reserved(struct parser *p, const struct reserved *reserved);
bool parse_extensions(struct parser *p, struct message *message);

/* ---- parse_message.c, parse_enum.c, parse_service.c ---- */

/* How the declaration of a message or enum begins: with its keyword, or `export` or `local`. */
struct type_start {
	enum visibility visibility;
	uint32_t begin;
};

/*
 * `export` or `local` before a declaration. From edition 2024 on they are nothing else where a
 * statement of a file or message begins: a type of that name needs something in front. False:
 * reported.
 */
bool accept_visibility(struct parser *p, struct type_start *start);
/* A new message of a message or file. */
struct message *message_add(struct parser *p, struct element *scope);
bool parse_message(struct parser *p, struct element *scope, struct type_start start);
/* `begin` is that of the message, or of the group's field. */
bool parse_message_body(struct parser *p, struct message *message, uint32_t begin);
bool parse_enum(struct parser *p, struct element *scope, struct type_start start);
bool parse_service(struct parser *p);

/* ---- parse_file.c ---- */

/* A statement of the file; `first`: it may be the syntax. */
bool parse_statement(struct parser *p, bool first);
