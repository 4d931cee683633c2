/*
 * A FileDescriptorSet in text format (protobuf.dev/reference/protobuf/textformat-spec).
 */
#include "descriptor/image.h"
#include "base/utf8.h"

enum text_token { TOKEN_END, TOKEN_WORD, TOKEN_NUMBER, TOKEN_STRING, TOKEN_SYMBOL, TOKEN_BAD };

struct text_reader {
	struct image *image;
	const char *at, *end;
	uint32_t line;
	enum text_token kind; /* of the current token */
	struct str token;     /* strings with their quotes */
};

static bool fail(struct text_reader *r, const char *what)
{
	return image_fail(r->image, "line %u: %s", r->line, what);
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static void skip_space(struct text_reader *r)
{
	while (r->at < r->end) {
		if (*r->at == '#') {
			const char *end = memchr(r->at, '\n', (size_t)(r->end - r->at));

			r->at = end ? end : r->end;
		} else if (*r->at == ' ' || (*r->at >= '\t' && *r->at <= '\r')) {
			r->line += *r->at++ == '\n';
		} else {
			return;
		}
	}
}

static const char *string_end(const struct text_reader *r)
{
	for (const char *p = r->at + 1; p < r->end && *p != '\n'; p++) {
		if (*p == '\\')
			p++;
		else if (*p == *r->at)
			return p + 1;
	}
	return NULL;
}

static void next(struct text_reader *r)
{
	const char *p;

	skip_space(r);
	p = r->at;
	r->kind = TOKEN_SYMBOL;
	if (p == r->end) {
		r->kind = TOKEN_END;
	} else if (*p == '"' || *p == '\'') {
		p = string_end(r);
		r->kind = p ? TOKEN_STRING : TOKEN_BAD;
		p = p ? p : r->at + 1;
	} else if (is_word(*p) || (*p == '.' && p + 1 < r->end && p[1] >= '0' && p[1] <= '9')) {
		bool number = *p == '.' || (*p >= '0' && *p <= '9');

		while (p < r->end &&
			(is_word(*p) || (number && (*p == '.' || ((*p == '+' || *p == '-') &&
									 (p[-1] | 0x20) == 'e')))))
			p++;
		r->kind = number ? TOKEN_NUMBER : TOKEN_WORD;
	} else {
		p++;
	}
	r->token = (struct str){ r->at, (size_t)(p - r->at) };
	r->at = p;
}

static bool at_symbol(const struct text_reader *r, char c)
{
	return r->kind == TOKEN_SYMBOL && r->token.p[0] == c;
}

static bool accept(struct text_reader *r, char c)
{
	if (!at_symbol(r, c))
		return false;
	next(r);
	return true;
}

/* ---- strings ---- */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads up to `most` digits at s.p[*i]. */
static uint32_t digits(struct str s, size_t *i, int base, int most)
{
	uint32_t value = 0;

	for (int n = 0; n < most && *i < s.n; n++, ++*i) {
		int digit = hex_value(s.p[*i]);

		if (digit < 0 || digit >= base)
			break;
		value = value * (uint32_t)base + (uint32_t)digit;
	}
	return value;
}

/* Unescapes a string into `out`, which has room for the token; returns the size. */
static size_t unescape(struct str token, char *out)
{
	static const char letters[] = "abfnrtv", meant[] = "\a\b\f\n\r\t\v";
	struct str s = { token.p + 1, token.n - 2 };
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		char c = s.p[i++];
		const char *letter;

		if (c != '\\' || i == s.n) {
			out[n++] = c;
			continue;
		}
		c = s.p[i];
		letter = c ? strchr(letters, c) : NULL;
		if (c >= '0' && c <= '7') {
			out[n++] = (char)digits(s, &i, 8, 3);
			continue;
		}
		i++;
		if (c == 'x' || c == 'X')
			out[n++] = (char)digits(s, &i, 16, 2);
		else if (c == 'u' || c == 'U')
			n += utf8_put(out + n, digits(s, &i, 16, c == 'u' ? 4 : 8) & 0x1FFFFF);
		else
			out[n++] = letter ? meant[letter - letters] : c;
	}
	return n;
}

/* Adjacent strings are one. */
static struct str read_string(struct text_reader *r)
{
	struct arena *arena = r->image->arena;
	size_t n = 0, room = 0;
	char *p = NULL;

	while (r->kind == TOKEN_STRING) {
		p = arena_grow(arena, p, room, n + r->token.n + 1, 1);
		room = n + r->token.n + 1;
		n += unescape(r->token, p + n);
		next(r);
	}
	return (struct str){ p, n };
}

/* ---- values ---- */

static bool put_fields(
	struct text_reader *r, const struct message *type, char close, unsigned depth);

static bool is_file_name(struct text_reader *r, const struct field *field)
{
	return str_eq(field->e.name, S("name")) &&
	       element_message(&field->e) == image_type(r->image, S("FileDescriptorProto"));
}

static bool put_scalar(struct text_reader *r, const struct field *field)
{
	struct scalar scalar = { .kind = SCALAR_WORD };
	uint32_t line = r->line;
	bool negative = accept(r, '-');

	if (r->kind == TOKEN_STRING && !negative) {
		scalar = (struct scalar){ SCALAR_STRING, read_string(r) };
	} else if (r->kind == TOKEN_WORD || r->kind == TOKEN_NUMBER) {
		if (r->kind == TOKEN_NUMBER)
			scalar.kind = SCALAR_NUMBER;
		scalar.text =
			negative ? str_printf(r->image->arena, "-" STR, ARG(r->token)) : r->token;
		next(r);
	} else {
		return fail(r, "missing value");
	}
	if (scalar.kind == SCALAR_STRING && is_file_name(r, field))
		r->image->file = scalar.text;
	return image_scalar(r->image, field, &scalar) ||
	       image_fail(r->image, "line %u: '" STR "' has a value of the wrong type", line,
		       ARG(field->e.name));
}

static bool put_value(struct text_reader *r, const struct field *field, unsigned depth)
{
	char close = at_symbol(r, '<') ? '>' : '}';
	size_t begin;

	if (field->type != TYPE_MESSAGE && field->type != TYPE_GROUP)
		return put_scalar(r, field);
	if (!field->message || (!accept(r, '{') && !accept(r, '<')))
		return fail(r, "missing message");
	begin = image_open(r->image, field);
	if (!put_fields(r, field->message, close, depth + 1))
		return false;
	image_close(r->image, field, begin);
	return true;
}

/* A value, or a list in brackets. */
static bool put_values(struct text_reader *r, const struct field *field, unsigned depth)
{
	if (!accept(r, '['))
		return put_value(r, field, depth);
	if (accept(r, ']'))
		return true;
	do {
		if (!put_value(r, field, depth))
			return false;
	} while (accept(r, ','));
	return accept(r, ']') || fail(r, "missing ']'");
}

/* Skips any value. */
static bool skip_value(struct text_reader *r)
{
	uint32_t depth = 0;

	do {
		if (r->kind == TOKEN_END || r->kind == TOKEN_BAD)
			return fail(r, "the text ends too early");
		if (at_symbol(r, '{') || at_symbol(r, '<') || at_symbol(r, '['))
			depth++;
		else if (at_symbol(r, '}') || at_symbol(r, '>') || at_symbol(r, ']'))
			depth -= depth > 0;
		else if (!depth && at_symbol(r, '-'))
			next(r);
		next(r);
	} while (depth || r->kind == TOKEN_STRING);
	return true;
}

/* The name in `[acme.v1.note]`; absent: there is none. */
static struct str read_extension(struct text_reader *r)
{
	const char *begin = r->token.p, *end = begin;

	while (r->kind == TOKEN_WORD || at_symbol(r, '.') || at_symbol(r, '/') ||
		at_symbol(r, '-')) {
		end = r->token.p + r->token.n;
		next(r);
	}
	if (end == begin || !accept(r, ']'))
		return (struct str){ NULL, 0 };
	return (struct str){ begin, (size_t)(end - begin) };
}

/* What cannot be read is omitted with a warning. */
static bool put_extension(struct text_reader *r, const struct message *type, unsigned depth)
{
	struct image *image = r->image;
	struct str name = read_extension(r);
	const struct field *field;
	struct diags *diags = image->diags, unsaid;
	struct text_reader before;
	size_t begin = image->n;
	bool ok;

	if (!name.p)
		return fail(r, "missing name of an extension");
	accept(r, ':');
	before = *r;
	field = image_extension(image, type, name);
	diags_init(&unsaid, diags->arena);
	image->diags = &unsaid;
	ok = field && put_values(r, field, depth);
	image->diags = diags;
	if (ok)
		return true;
	*r = before;
	image->n = begin;
	image_lose(image, name);
	return skip_value(r);
}

static bool put_named(struct text_reader *r, const struct message *type, unsigned depth)
{
	struct str name = r->token;
	const struct field *field = image_member(r->image, type, name);

	next(r);
	accept(r, ':');
	/* buf's extension of a file (imports, modules) is not needed. */
	if (str_eq(name, S("buf_extension")))
		return skip_value(r);
	if (!field)
		return image_fail(r->image, "line %u: '" STR "' has no field '" STR "'", r->line,
			ARG(type->e.full_name), ARG(name));
	return put_values(r, field, depth);
}

/* Reads fields until `close`, or with 0 until the end of the text. */
static bool put_fields(
	struct text_reader *r, const struct message *type, char close, unsigned depth)
{
	if (depth > MAX_IMAGE_NESTING)
		return fail(r, "it is nested too deeply");
	while (close ? !accept(r, close) : r->kind != TOKEN_END) {
		bool ok = r->kind == TOKEN_WORD ? put_named(r, type, depth)
			  : accept(r, '[')      ? put_extension(r, type, depth)
						: fail(r, "missing name of a field");

		if (!ok)
			return false;
		if (!accept(r, ','))
			accept(r, ';');
	}
	return true;
}

bool image_read_text(struct image *image, struct str text)
{
	const struct message *type = image_type(image, S("FileDescriptorSet"));
	struct text_reader r = { .image = image, .at = text.p, .end = text.p + text.n, .line = 1 };

	if (str_starts(text, S("\xEF\xBB\xBF")))
		r.at += 3;
	next(&r);
	return type && put_fields(&r, type, 0, 0);
}
