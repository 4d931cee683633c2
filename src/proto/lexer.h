/*
 * Text → tokens, one at a time; private to proto/.
 *
 * A token is a span and a kind; names and strings are read from the text when they are needed.
 * Comments are passed over at memchr speed, or gathered as protoc's tokenizer does
 * (doc/grammar.md, Comments) where a declaration ends and source info is wanted.
 */
#pragma once
#include "base/diag.h"
#include "schema/schema.h"

enum token_kind {
	TOKEN_END,
	TOKEN_IDENT,
	TOKEN_INTEGER,
	TOKEN_FLOAT,
	TOKEN_STRING, /* one literal, quotes included */
	TOKEN_SYMBOL, /* one character */
};

struct token {
	uint8_t kind; /* enum token_kind */
	char symbol;  /* of TOKEN_SYMBOL, else 0 */
	bool bad;     /* an error about it was reported */
	struct span span;
};

struct lexer {
	struct str text;
	const char *at, *end;
	bool has_nul; /* somewhere in the text */
	bool started;
	struct token token; /* the current one */
	struct token previous;
	struct text *place; /* for diagnostics */
	struct diags *diags;
	struct arena *arena; /* for comments' text */
	struct arena *scratch;
};

/* The comments between two tokens. */
struct gathered {
	struct str trailing, leading; /* absent if there is none */
	VEC(struct str) detached;
};

void lexer_init(struct lexer *lexer, struct text *place, struct str text, struct diags *diags,
	struct arena *arena, struct arena *scratch);
/* Moves on to the next token. */
void lexer_next(struct lexer *lexer);
/* Likewise; gathers the comments before it. */
void lexer_next_gather(struct lexer *lexer, struct gathered *gathered);
/* Text of a token. */
static inline struct str token_text(const struct lexer *lexer, const struct token *token)
{
	return (struct str){ lexer->text.p + token->span.begin,
		token->span.end - token->span.begin };
}
/* Value of a TOKEN_INTEGER; false: above 2^64-1, then *real has it. */
bool token_integer(struct str text, uint64_t *value, double *real);
/* Value of a TOKEN_FLOAT. */
double token_float(struct str text, struct arena *scratch);
/* Appends the bytes of a TOKEN_STRING to *out in `arena`. The lexer has checked its escapes. */
struct str token_string(struct str text, struct arena *arena);
