/* Values of tokens: numbers and strings. */
#include "base/utf8.h"
#include "proto/lexer.h"

#include <stdlib.h>

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static int digit_value(char c)
{
	if (c <= '9')
		return c - '0';
	return (c | 0x20) - 'a' + 10;
}

bool token_integer(struct str text, uint64_t *value, double *real)
{
	unsigned base = 10;
	bool fits = true;
	size_t i = 0;

	if (text.n > 1 && text.p[0] == '0') {
		base = (text.p[1] | 0x20) == 'x' ? 16 : 8;
		i = base == 16 ? 2 : 1;
	}
	*value = 0;
	*real = 0;
	for (; i < text.n; i++) {
		unsigned digit = (unsigned)digit_value(text.p[i]);

		*real = *real * base + digit;
		/* A digit is four bits at most. */
		if (i >= 16 && *value > (UINT64_MAX - digit) / base)
			fits = false;
		*value = *value * base + digit;
	}
	if (!fits && base == 10 && text.n < 400) {
		char copy[400];

		memcpy(copy, text.p, text.n);
		copy[text.n] = '\0';
		*real = strtod(copy, NULL);
	}
	return fits;
}

double token_float(struct str text, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	/* The program never calls setlocale, so the decimal point is a point. */
	double value = strtod(str_cstr(scratch, text), NULL);

	arena_rewind(scratch, mark);
	return value;
}

static size_t put_utf8(char *out, uint32_t c)
{
	static const char digits[] = "0123456789abcdef";

	if (c <= 0x10FFFF)
		return utf8_put(out, c);
	/* protoc leaves it as it is written (tokenizer.cc, AppendUTF8) */
	out[0] = '\\';
	out[1] = 'U';
	for (int i = 0; i < 8; i++)
		out[2 + i] = digits[c >> (28 - 4 * i) & 15];
	return 10;
}

/* Up to `n` hexadecimal digits at text.p[i]; how many there were. */
static size_t read_hex(struct str text, size_t i, size_t n, uint32_t *value)
{
	size_t count = 0;

	*value = 0;
	while (count < n && i + count < text.n && is_hex(text.p[i + count]))
		*value = *value * 16 + (uint32_t)digit_value(text.p[i + count++]);
	return count;
}

/* The character of a \u or \U escape whose letter is at i; the index after it. A surrogate pair of
 * two \u escapes is one character. */
static size_t read_unicode(struct str text, size_t i, uint32_t *c)
{
	size_t n = text.p[i] == 'u' ? 4 : 8, end = i + 1 + read_hex(text, i + 1, n, c);
	uint32_t low;

	if (n == 4 && *c >= 0xD800 && *c < 0xDC00 && end + 1 < text.n && text.p[end] == '\\' &&
		text.p[end + 1] == 'u' && read_hex(text, end + 2, 4, &low) == 4 && low >= 0xDC00 &&
		low < 0xE000) {
		*c = 0x10000 + ((*c - 0xD800) << 10) + (low - 0xDC00);
		end += 6;
	}
	return end;
}

struct str token_string(struct str text, struct arena *arena)
{
	/* No escape is shorter than its value; \U beyond 10FFFF is as long. */
	char *out = arena_bytes(arena, text.n + 1);
	size_t n = 0, last = text.n ? text.n - 1 : 0;

	if (text.n < 2 || text.p[last] != text.p[0])
		last = text.n; /* it does not end, which was reported */
	for (size_t i = 1; i < last;) {
		size_t plain = str_find((struct str){ text.p + i, last - i }, '\\');
		uint32_t value;
		char c;

		if (i + plain + 1 >= last)
			plain = last - i; /* to the end, including a backslash there */
		memcpy(out + n, text.p + i, plain);
		n += plain;
		i += plain + 1;
		if (i >= last)
			break;
		c = text.p[i];
		if (is_octal(c)) {
			value = 0;
			for (int k = 0; k < 3 && i < last && is_octal(text.p[i]); k++)
				value = value * 8 + (uint32_t)(text.p[i++] - '0');
			out[n++] = (char)value;
		} else if (c == 'x' || c == 'X') {
			i += 1 + read_hex(text, i + 1, 2, &value);
			out[n++] = (char)value;
		} else if (c == 'u' || c == 'U') {
			i = read_unicode(text, i, &value);
			n += put_utf8(out + n, value);
		} else {
			static const char letters[] = "abfnrtv", meant[] = "\a\b\f\n\r\t\v";
			const char *at = strchr(letters, c);

			out[n++] = at && c ? meant[at - letters] : c;
			i++;
		}
	}
	return (struct str){ out, n };
}
