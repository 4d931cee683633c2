#include "report/value.h"
#include "base/utf8.h"
#include "report/escape.h"

static struct str repaired(struct str text, struct arena *arena)
{
	struct out *out = out_memory(arena);
	struct glyph glyph;

	for (; text.n; text = str_from(text, glyph.size)) {
		glyph_read(&glyph, text);
		if (glyph.code == 0xFFFD && glyph.size == 1)
			out_str(out, S("\xEF\xBF\xBD"));
		else
			out_str(out, str_head(text, glyph.size));
	}
	return out_text(out);
}

json_t *value_str(struct str text, struct arena *arena)
{
	if (!utf8_is_valid(text))
		text = repaired(text, arena);
	return json_stringn_nocheck(text.p ? text.p : "", text.n);
}

json_t *value_fingerprint(uint64_t fingerprint)
{
	return json_sprintf("%016llx", (unsigned long long)fingerprint);
}

void value_set(json_t *object, const char *key, json_t *value, bool *ok)
{
	if (!value || json_object_set_new_nocheck(object, key, value) != 0)
		*ok = false;
}

void value_add(json_t *array, json_t *value, bool *ok)
{
	if (!value || json_array_append_new(array, value) != 0)
		*ok = false;
}

/* A JSON escape; a surrogate pair beyond 16 bits (RFC 8259, section 7). */
static void write_escape(struct out *out, uint32_t code)
{
	if (code > 0xFFFF) {
		out_printf(out, "\\u%04X", 0xD7C0 + (unsigned)(code >> 10));
		code = 0xDC00 + (code & 0x3FF);
	}
	out_printf(out, "\\u%04X", (unsigned)code);
}

/* jansson escapes ASCII control characters only. */
static int write_part(const char *buffer, size_t size, void *data)
{
	struct str text = { buffer, size };
	struct glyph glyph;

	while (text.n) {
		size_t plain = 0;

		while (plain < text.n && (unsigned char)text.p[plain] < 0x7F)
			plain++;
		out_str(data, str_head(text, plain));
		text = str_from(text, plain);
		if (!text.n)
			break;
		glyph_read(&glyph, text);
		if (glyph.shown.p == glyph.escaped)
			write_escape(data, glyph.code);
		else
			out_str(data, glyph.shown);
		text = str_from(text, glyph.size);
	}
	return 0;
}

bool value_write(struct out *out, json_t *value, size_t flags, bool ok)
{
	if (!value)
		return false;
	if (ok && json_dump_callback(value, write_part, out, flags) != 0)
		ok = false;
	if (ok)
		out_char(out, '\n');
	json_decref(value);
	return ok;
}
