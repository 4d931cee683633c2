#include "proto/lexer.h"

/* PUNCT: characters that always are a token of their own; so neither quotes nor the dot. */
enum { LETTER = 1, DIGIT = 2, BLANK = 4, HEX = 8, OCTAL = 16, PUNCT = 32 };

#define DIGIT_LOW (DIGIT | HEX | OCTAL)
#define DIGIT_HIGH (DIGIT | HEX)
#define LETTER_HEX (LETTER | HEX)

/* By byte value, sixteen a row. */
/* clang-format off */
static const uint8_t classes[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, BLANK, 0, BLANK, BLANK, BLANK, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	BLANK, PUNCT, 0, PUNCT, PUNCT, PUNCT, PUNCT, 0,
	PUNCT, PUNCT, PUNCT, PUNCT, PUNCT, PUNCT, 0, PUNCT,
	DIGIT_LOW, DIGIT_LOW, DIGIT_LOW, DIGIT_LOW, DIGIT_LOW, DIGIT_LOW, DIGIT_LOW, DIGIT_LOW,
	DIGIT_HIGH, DIGIT_HIGH, PUNCT, PUNCT, PUNCT, PUNCT, PUNCT, PUNCT,
	PUNCT, LETTER_HEX, LETTER_HEX, LETTER_HEX, LETTER_HEX, LETTER_HEX, LETTER_HEX, LETTER,
	LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER,
	LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER,
	LETTER, LETTER, LETTER, PUNCT, PUNCT, PUNCT, PUNCT, LETTER,
	PUNCT, LETTER_HEX, LETTER_HEX, LETTER_HEX, LETTER_HEX, LETTER_HEX, LETTER_HEX, LETTER,
	LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER,
	LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER,
	LETTER, LETTER, LETTER, PUNCT, PUNCT, PUNCT, PUNCT, 0,
};
/* clang-format on */

static bool is(char c, uint8_t class)
{
	return classes[(unsigned char)c] & class;
}

static bool more(const struct lexer *lexer)
{
	return lexer->at < lexer->end;
}

/* The character `n` after the current one; NUL past the end. */
static char peek(const struct lexer *lexer, size_t n)
{
	return (size_t)(lexer->end - lexer->at) > n ? lexer->at[n] : '\0';
}

static uint32_t offset_of(const struct lexer *lexer, const char *at)
{
	return (uint32_t)(at - lexer->text.p);
}

static struct place place_of(const struct lexer *lexer, const char *begin, const char *end)
{
	return place_in(
		lexer->place, (struct span){ offset_of(lexer, begin), offset_of(lexer, end) });
}

static void skip_blanks(struct lexer *lexer)
{
	const char *at = lexer->at, *end = lexer->end;

	while (at < end && is(*at, BLANK))
		at++;
	lexer->at = at;
}

/* For protoc only a line feed ends a `//` comment, so in a file without any it hides the rest. */
static void warn_hidden(struct lexer *lexer)
{
	const char *end = memchr(lexer->at, '\r', (size_t)(lexer->end - lexer->at));

	while (end && end < lexer->end && (is(*end, BLANK) || *end == '\r'))
		end++;
	if (!end || end == lexer->end)
		return;
	diag_warning(lexer->diags, place_of(lexer, lexer->at, lexer->at + 2),
		"this comment hides the rest of the file, whose lines end in a lone CR");
	diag_help(lexer->diags, "end lines with LF or CRLF: protoc does not accept a lone CR");
}

/* Reports a NUL in a comment, which protoc refuses too. */
static void refuse_nul(struct lexer *lexer, const char *begin, const char *end)
{
	const char *nul = lexer->has_nul ? memchr(begin, 0, (size_t)(end - begin)) : NULL;

	if (nul)
		diag_error(lexer->diags, place_of(lexer, nul, nul + 1), "a NUL byte in a comment");
}

static void skip_line(struct lexer *lexer)
{
	const char *begin = lexer->at;
	const char *end = memchr(begin, '\n', (size_t)(lexer->end - begin));

	if (!end)
		warn_hidden(lexer);
	lexer->at = end ? end : lexer->end;
	refuse_nul(lexer, begin, lexer->at);
}

/* Skips a block comment. Reports one that does not end, or that holds the start of another. */
static void skip_block(struct lexer *lexer)
{
	const char *begin = lexer->at, *at = begin + 2;
	bool nested = false;

	for (;;) {
		const char *star = memchr(at, '*', (size_t)(lexer->end - at));

		if (!star) {
			lexer->at = lexer->end;
			refuse_nul(lexer, begin, lexer->end);
			diag_error(lexer->diags, place_of(lexer, begin, begin + 2),
				"this block comment does not end");
			diag_help(lexer->diags, "close it with '*/'");
			return;
		}
		if (star + 1 < lexer->end && star[1] == '/') {
			lexer->at = star + 2;
			refuse_nul(lexer, begin, lexer->at);
			return;
		}
		/* As protoc does (tokenizer.cc, ConsumeBlockComment); buf ends at the first close.
		 */
		if (star[-1] == '/' && star - 1 > begin + 1 && !nested) {
			nested = true;
			diag_error(lexer->diags, place_of(lexer, star - 1, star + 1),
				"'/*' inside of a block comment");
			diag_help(lexer->diags, "block comments do not nest");
		}
		at = star + 1;
	}
}

/* White space and comments before a token. */
static void skip_space(struct lexer *lexer)
{
	for (;;) {
		if (more(lexer) && is(*lexer->at, BLANK))
			skip_blanks(lexer);
		if (!more(lexer))
			return;
		if (*lexer->at == '\n')
			lexer->at++;
		else if (*lexer->at == '/' && peek(lexer, 1) == '/')
			skip_line(lexer);
		else if (*lexer->at == '/' && peek(lexer, 1) == '*')
			skip_block(lexer);
		else
			return;
	}
}

static void lex_error(struct lexer *lexer, const char *begin, const char *end, const char *what)
{
	if (!lexer->token.bad)
		diag_error(lexer->diags, place_of(lexer, begin, end), "%s", what);
	lexer->token.bad = true;
}

/* Lexes the escape whose backslash is at `at`; gives the character after it. */
static const char *lex_escape(struct lexer *lexer, const char *at)
{
	const char *begin = at++;
	int digits;

	if (at >= lexer->end)
		return at;
	switch (*at) {
	case 'a':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
	case 'v':
	case '\\':
	case '?':
	case '\'':
	case '"':
		return at + 1;
	case 'x':
	case 'X': /* \X: newer protoc and buf; 3.21 refuses it */
		at++;
		if (at >= lexer->end || !is(*at, HEX)) {
			lex_error(lexer, begin, at, "a hexadecimal escape needs a digit");
			return at;
		}
		return at + 1 < lexer->end && is(at[1], HEX) ? at + 2 : at + 1;
	case 'u':
	case 'U':
		digits = *at == 'u' ? 4 : 8;
		at++;
		for (int i = 0; i < digits; i++, at++) {
			bool fits = at < lexer->end && is(*at, HEX);

			/* protoc takes up to 1FFFFF (tokenizer.cc, ConsumeString). */
			if (fits && digits == 8 && i < 3)
				fits = i < 2 ? *at == '0' : *at == '0' || *at == '1';
			if (fits)
				continue;
			lex_error(lexer, begin, at,
				digits == 4 ? "a '\\u' escape needs four hexadecimal digits"
					    : "a '\\U' escape needs eight hexadecimal digits up to "
					      "10FFFF");
			return at;
		}
		return at;
	default:
		if (!is(*at, OCTAL)) {
			lex_error(lexer, begin, *at == '\n' ? at : at + 1,
				"unknown escape in a string");
			return *at == '\n' ? at : at + 1;
		}
		for (int i = 0; i < 3 && at < lexer->end && is(*at, OCTAL); i++)
			at++;
		return at;
	}
}

static const char *lex_string(struct lexer *lexer, const char *at)
{
	const char *begin = at;
	char quote = *at++;

	for (;;) {
		/* Of the characters above the quotes, only the backslash is special in a string. */
		while (at < lexer->end && (unsigned char)*at > '\'' && *at != '\\')
			at++;
		if (at >= lexer->end || *at == '\n') {
			lex_error(lexer, begin, at,
				at >= lexer->end ? "this string does not end"
						 : "this string does not end on its line");
			return at;
		}
		if (*at == quote)
			return at + 1;
		if (*at == '\0') {
			lex_error(lexer, at, at + 1, "a NUL byte in a string");
			at++;
		} else if (*at == '\\') {
			at = lex_escape(lexer, at);
		} else {
			at++;
		}
	}
}

static const char *skip_word(struct lexer *lexer, const char *at)
{
	while (at < lexer->end && is(*at, LETTER | DIGIT))
		at++;
	return at;
}

static const char *skip_class(struct lexer *lexer, const char *at, uint8_t class)
{
	while (at < lexer->end && is(*at, class))
		at++;
	return at;
}

/* A number that begins with a digit, or with a dot that a digit follows. Octal has no fraction. */
static const char *lex_number(struct lexer *lexer, const char *at)
{
	const char *begin = at, *end;
	bool octal = false;

	lexer->token.kind = TOKEN_INTEGER;
	if (*at == '0' && at + 1 < lexer->end && (at[1] == 'x' || at[1] == 'X')) {
		at = skip_class(lexer, at + 2, HEX);
		if (at == begin + 2)
			lex_error(lexer, begin, skip_word(lexer, at),
				"'0x' needs hexadecimal digits");
	} else if (*at == '0' && at + 1 < lexer->end && is(at[1], DIGIT)) {
		octal = true;
		at = skip_class(lexer, at, OCTAL);
		if (at < lexer->end && is(*at, DIGIT)) {
			at = skip_class(lexer, at, DIGIT);
			lex_error(lexer, begin, at,
				"a number that begins with 0 is octal and has no digit above 7");
		}
	} else {
		at = skip_class(lexer, at, DIGIT);
		if (at < lexer->end && *at == '.') {
			lexer->token.kind = TOKEN_FLOAT;
			at = skip_class(lexer, at + 1, DIGIT);
		}
		if (at < lexer->end && (*at == 'e' || *at == 'E')) {
			lexer->token.kind = TOKEN_FLOAT;
			at++;
			if (at < lexer->end && (*at == '-' || *at == '+'))
				at++;
			end = skip_class(lexer, at, DIGIT);
			if (end == at)
				lex_error(lexer, begin, skip_word(lexer, at),
					"an exponent needs digits");
			at = end;
		}
	}
	if (at < lexer->end && is(*at, LETTER | DIGIT)) {
		at = skip_word(lexer, at);
		lex_error(lexer, begin, at, "a number runs into a word");
	} else if (at < lexer->end && *at == '.') {
		at = skip_class(lexer, at + 1, DIGIT);
		lex_error(lexer, begin, at,
			octal || *begin == '0' ? "an octal or hexadecimal number has no fraction"
					       : "a number has one decimal point");
	}
	return at;
}

/* A character that begins no token. A run of them is one error. */
static const char *lex_stray(struct lexer *lexer, const char *at)
{
	const char *begin = at;
	unsigned char c = (unsigned char)*at;

	while (at < lexer->end &&
		((unsigned char)*at >= 0x80 ||
			((unsigned char)*at < 0x20 && *at != '\n' && !is(*at, BLANK)) ||
			*at == 0x7f))
		at++;
	if (at == begin)
		at++;
	if (c == 0)
		lex_error(lexer, begin, begin + 1, "a NUL byte is not white space");
	else if (c >= 0x80)
		lex_error(lexer, begin, at, "names and keywords are ASCII");
	else
		lex_error(lexer, begin, at, "a control character is not white space");
	return at;
}

/* Lexes a number, string or dot at `at`. Gives the character after it; NULL: no token begins there,
 * and what stands there was skipped. */
static __attribute__((noinline)) const char *lex_other(struct lexer *lexer, const char *at)
{
	struct token *token = &lexer->token;

	if (is(*at, DIGIT) || (*at == '.' && is(peek(lexer, 1), DIGIT)))
		return lex_number(lexer, at);
	if (*at == '"' || *at == '\'') {
		token->kind = TOKEN_STRING;
		return lex_string(lexer, at);
	}
	if (*at == '.') {
		token->kind = TOKEN_SYMBOL;
		token->symbol = '.';
		return at + 1;
	}
	lexer->at = lex_stray(lexer, at);
	return NULL;
}

/* Lexes the token at the current character, which is not white space. */
static void lex_token(struct lexer *lexer)
{
	struct token *token = &lexer->token;
	const char *at;

	do {
		at = lexer->at;
		*token = (struct token){ .span.begin = offset_of(lexer, at) };
		if (at >= lexer->end) {
			token->kind = TOKEN_END;
		} else if (is(*at, LETTER)) {
			token->kind = TOKEN_IDENT;
			at = skip_word(lexer, at);
		} else if (is(*at, PUNCT)) {
			token->kind = TOKEN_SYMBOL;
			token->symbol = *at++;
		} else {
			at = lex_other(lexer, at);
			if (!at)
				skip_space(lexer);
		}
	} while (!at);
	token->span.end = offset_of(lexer, at);
	lexer->at = at;
}

void lexer_init(struct lexer *lexer, struct text *place, struct str text, struct diags *diags,
	struct arena *arena, struct arena *scratch)
{
	*lexer = (struct lexer){ .text = text, .at = text.p, .end = text.p + text.n };
	lexer->place = place;
	lexer->diags = diags;
	lexer->arena = arena;
	lexer->scratch = scratch;
	if (str_starts(text, S("\xEF\xBB\xBF")))
		lexer->at += 3;
	lexer->has_nul = text.n && memchr(text.p, 0, text.n);
}

void lexer_next(struct lexer *lexer)
{
	lexer->previous = lexer->token;
	lexer->started = true;
	skip_space(lexer);
	lex_token(lexer);
}

/* ---- gathering comments ---- */

struct collector {
	struct gathered *gathered;
	struct str buffer; /* absent: none */
	size_t room;       /* of the buffer, when it is of `//` lines */
	bool line_comment;
	bool may_trail;
};

static void collector_flush(struct collector *c, struct lexer *lexer)
{
	if (!c->buffer.p)
		return;
	if (c->may_trail)
		c->gathered->trailing = c->buffer;
	else
		*vec_push(lexer->arena, &c->gathered->detached) = c->buffer;
	c->may_trail = false;
	c->buffer = (struct str){ NULL, 0 };
}

/* Room for `need` bytes in the buffer. A short run of lines takes what it needs; a long one
 * doubles, so that copying stays linear. */
static char *collector_room(struct collector *c, struct lexer *lexer, size_t need)
{
	enum { LONG_RUN = 4096 };
	size_t room = need < LONG_RUN ? need : need * 2;

	if (c->buffer.p && need <= c->room)
		return (char *)c->buffer.p;
	c->room = room;
	return arena_grow(lexer->arena, (char *)c->buffer.p, c->buffer.n, room, 1);
}

static void gather_line(struct collector *c, struct lexer *lexer)
{
	const char *begin = lexer->at + 2;
	struct str text;
	char *joined;

	if (c->buffer.p && !c->line_comment)
		collector_flush(c, lexer);
	skip_line(lexer);
	lexer->at += more(lexer);
	text = (struct str){ begin, (size_t)(lexer->at - begin) };
	joined = collector_room(c, lexer, c->buffer.n + text.n);
	str_put(joined + c->buffer.n, text);
	c->buffer = (struct str){ joined, c->buffer.n + text.n };
	c->line_comment = true;
}

/* Gathers the text between the marks, without the leading blanks and one `*` of each line after the
 * first. */
static void gather_block(struct collector *c, struct lexer *lexer)
{
	const char *begin = lexer->at + 2, *end;
	char *text;
	size_t n = 0;

	collector_flush(c, lexer);
	skip_block(lexer);
	end = lexer->at - begin >= 2 && lexer->at[-1] == '/' && lexer->at[-2] == '*' ? lexer->at - 2
										     : lexer->at;
	text = arena_bytes(lexer->arena, (size_t)(end - begin) + 1);
	for (const char *at = begin; at < end;) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		const char *next = line ? line + 1 : end;

		memcpy(text + n, at, (size_t)(next - at));
		n += (size_t)(next - at);
		at = next;
		if (!line)
			break;
		while (at < end && is(*at, BLANK))
			at++;
		if (at < end && *at == '*')
			at++;
	}
	c->buffer = (struct str){ text, n };
	c->line_comment = false;
}

enum comment_start { NO_COMMENT, LINE_COMMENT, BLOCK_COMMENT };

static enum comment_start comment_start(const struct lexer *lexer)
{
	if (more(lexer) && *lexer->at == '/') {
		if (peek(lexer, 1) == '/')
			return LINE_COMMENT;
		if (peek(lexer, 1) == '*')
			return BLOCK_COMMENT;
	}
	return NO_COMMENT;
}

static bool accept_newline(struct lexer *lexer)
{
	if (!more(lexer) || *lexer->at != '\n')
		return false;
	lexer->at++;
	return true;
}

/* Gathers a comment on the line of the last token. False: the next token is on that line, too. */
static bool gather_same_line(struct collector *c, struct lexer *lexer)
{
	skip_blanks(lexer);
	switch (comment_start(lexer)) {
	case LINE_COMMENT:
		gather_line(c, lexer);
		collector_flush(c, lexer);
		return true;
	case BLOCK_COMMENT:
		gather_block(c, lexer);
		skip_blanks(lexer);
		if (!accept_newline(lexer)) {
			c->buffer = (struct str){ NULL, 0 };
			return false;
		}
		collector_flush(c, lexer);
		return true;
	case NO_COMMENT:
		break;
	}
	return accept_newline(lexer);
}

/* protoc's Tokenizer::NextWithComments, described in doc/grammar.md, Comments. */
void lexer_next_gather(struct lexer *lexer, struct gathered *gathered)
{
	struct collector c = { .gathered = gathered, .may_trail = lexer->started };

	*gathered = (struct gathered){ 0 };
	lexer->previous = lexer->token;
	if (lexer->started && !gather_same_line(&c, lexer)) {
		lexer_next(lexer);
		return;
	}
	for (;;) {
		skip_blanks(lexer);
		switch (comment_start(lexer)) {
		case LINE_COMMENT:
			gather_line(&c, lexer);
			continue;
		case BLOCK_COMMENT:
			gather_block(&c, lexer);
			skip_blanks(lexer);
			accept_newline(lexer);
			continue;
		case NO_COMMENT:
			break;
		}
		if (accept_newline(lexer)) {
			collector_flush(&c, lexer);
			c.may_trail = false;
			continue;
		}
		break;
	}
	lexer->started = true;
	lex_token(lexer);
	if (lexer->token.kind == TOKEN_END || lexer->token.symbol == '}' ||
		lexer->token.symbol == ']' || lexer->token.symbol == ')')
		collector_flush(&c, lexer);
	gathered->leading = c.buffer;
}
