#include "source/decode_text.h"
#include "base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>

enum { MAX_NAME = 40, MAX_GROWTH = 4 };

/* The spellings of UTF-16 and UTF-32. */
struct form {
	unsigned width; /* bytes of a unit; 0: another encoding */
	bool is_big, needs_mark, forbids_mark;
};

/* `utf` in any case and a hyphen or none, then `rest`. */
static bool is_utf(struct str name, struct str rest)
{
	if (name.n < 3 || tolower((unsigned char)name.p[0]) != 'u' ||
		tolower((unsigned char)name.p[1]) != 't' ||
		tolower((unsigned char)name.p[2]) != 'f')
		return false;
	name = str_from(name, name.n > 3 && name.p[3] == '-' ? 4 : 3);
	if (name.n != rest.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (tolower((unsigned char)name.p[i]) != rest.p[i])
			return false;
	return true;
}

static struct form form_of(struct str name)
{
	static const struct {
		struct str rest;
		struct form form;
	} forms[] = {
		{ STR_INIT("16"), { .width = 2, .needs_mark = true } },
		{ STR_INIT("16le"), { .width = 2, .forbids_mark = true } },
		{ STR_INIT("16be"), { .width = 2, .is_big = true, .forbids_mark = true } },
		{ STR_INIT("16le-bom"), { .width = 2 } },
		{ STR_INIT("32"), { .width = 4, .needs_mark = true } },
		{ STR_INIT("32le"), { .width = 4, .forbids_mark = true } },
		{ STR_INIT("32be"), { .width = 4, .is_big = true, .forbids_mark = true } },
	};

	for (size_t i = 0; i < COUNT(forms); i++)
		if (is_utf(name, forms[i].rest))
			return forms[i].form;
	return (struct form){ 0 };
}

static uint32_t unit_at(const struct form *form, struct str bytes, size_t at)
{
	uint32_t unit = 0;

	for (unsigned i = 0; i < form->width; i++) {
		unsigned k = form->is_big ? i : form->width - 1 - i;

		unit = unit << 8 | (unsigned char)bytes.p[at + k];
	}
	return unit;
}

/* Does the text begin with a byte order mark? *is_big says which. */
static bool has_mark(const struct form *form, struct str bytes, bool *is_big)
{
	for (int big = 0; big < 2; big++) {
		struct form as = { .width = form->width, .is_big = big };

		if (bytes.n >= form->width && unit_at(&as, bytes, 0) == 0xfeff) {
			*is_big = big;
			return true;
		}
	}
	return false;
}

static bool decode_units(struct arena *arena, const struct form *form, struct str *bytes)
{
	/* A unit of two bytes becomes at most three bytes; one of four, or two of two, become
	 * four. */
	char *p = arena_bytes(arena, bytes->n * 3 / 2 + 4);
	size_t n = 0;

	if (bytes->n % form->width)
		return false;
	for (size_t at = 0; at < bytes->n; at += form->width) {
		uint32_t c = unit_at(form, *bytes, at);

		if (form->width == 2 && c >= 0xd800 && c < 0xdc00 && at + 2 < bytes->n) {
			uint32_t low = unit_at(form, *bytes, at + 2);

			if (low < 0xdc00 || low > 0xdfff)
				return false;
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
			at += 2;
		}
		if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return false;
		n += utf8_put(p + n, c);
	}
	*bytes = (struct str){ p, n };
	return true;
}

static enum decode_end decode_utf(struct arena *arena, struct form form, struct str *bytes)
{
	bool is_big, marked = has_mark(&form, *bytes, &is_big);

	if (marked && form.forbids_mark)
		return DECODE_HAS_MARK;
	if (!marked && form.needs_mark)
		return DECODE_LACKS_MARK;
	if (marked) {
		form.is_big = is_big;
		*bytes = str_from(*bytes, form.width);
	}
	return decode_units(arena, &form, bytes) ? DECODE_OK : DECODE_INVALID;
}

/* Does the name have nothing but the name of an encoding? */
static bool is_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]) && !strchr("-._:()", name.p[i]))
			return false;
	return name.n && name.n < MAX_NAME;
}

static enum decode_end decode_other(struct arena *arena, struct str encoding, struct str *bytes)
{
	char *in = (char *)bytes->p, *p, *out;
	size_t left = bytes->n, room = MAX_GROWTH * bytes->n + 16, done;
	iconv_t conversion;

	if (!is_name(encoding))
		return DECODE_UNKNOWN;
	conversion = iconv_open("UTF-8", str_cstr(arena, encoding));
	if (conversion == (iconv_t)-1)
		return DECODE_UNKNOWN;
	p = out = arena_bytes(arena, room);
	done = iconv(conversion, &in, &left, &out, &room);
	if (done != (size_t)-1)
		done = iconv(conversion, NULL, NULL, &out, &room);
	iconv_close(conversion);
	if (done == (size_t)-1)
		return DECODE_INVALID;
	*bytes = (struct str){ p, (size_t)(out - p) };
	return DECODE_OK;
}

enum decode_end decode_text(struct arena *arena, struct str encoding, struct str *bytes)
{
	struct form form = form_of(encoding);

	return form.width ? decode_utf(arena, form, bytes) : decode_other(arena, encoding, bytes);
}
