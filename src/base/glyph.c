#include "base/glyph.h"
#include "base/utf8.h"

#include <stdio.h>

struct code_range {
	uint32_t first, last;
};

/* Two columns wide: East Asian wide and full-width forms, and emoji as terminals draw them. */
static const struct code_range wide[] = {
	{ 0x1100, 0x115F },
	{ 0x231A, 0x231B },
	{ 0x23E9, 0x23EC },
	{ 0x25FD, 0x25FE },
	{ 0x2614, 0x2615 },
	{ 0x2648, 0x2653 },
	{ 0x26A1, 0x26A1 },
	{ 0x26AA, 0x26AB },
	{ 0x26BD, 0x26BE },
	{ 0x26C4, 0x26C5 },
	{ 0x26D4, 0x26D4 },
	{ 0x2705, 0x2705 },
	{ 0x2728, 0x2728 },
	{ 0x274C, 0x274C },
	{ 0x2753, 0x2755 },
	{ 0x2757, 0x2757 },
	{ 0x2795, 0x2797 },
	{ 0x2B1B, 0x2B1C },
	{ 0x2B50, 0x2B50 },
	{ 0x2B55, 0x2B55 },
	{ 0x2E80, 0x303E },
	{ 0x3041, 0x33FF },
	{ 0x3400, 0x4DBF },
	{ 0x4E00, 0x9FFF },
	{ 0xA000, 0xA4CF },
	{ 0xA960, 0xA97F },
	{ 0xAC00, 0xD7A3 },
	{ 0xF900, 0xFAFF },
	{ 0xFE30, 0xFE6F },
	{ 0xFF00, 0xFF60 },
	{ 0xFFE0, 0xFFE6 },
	{ 0x17000, 0x18CFF },
	{ 0x1B000, 0x1B2FF },
	{ 0x1F004, 0x1F004 },
	{ 0x1F18E, 0x1F19A },
	{ 0x1F200, 0x1F320 },
	{ 0x1F32D, 0x1F335 },
	{ 0x1F337, 0x1F37C },
	{ 0x1F37E, 0x1F393 },
	{ 0x1F3A0, 0x1F3CA },
	{ 0x1F3E0, 0x1F3F0 },
	{ 0x1F3F8, 0x1F43E },
	{ 0x1F440, 0x1F4FC },
	{ 0x1F4FF, 0x1F53D },
	{ 0x1F54B, 0x1F567 },
	{ 0x1F595, 0x1F596 },
	{ 0x1F5FB, 0x1F64F },
	{ 0x1F680, 0x1F6C5 },
	{ 0x1F6D0, 0x1F6D7 },
	{ 0x1F6EB, 0x1F6FC },
	{ 0x1F7E0, 0x1F7EB },
	{ 0x1F90C, 0x1F9FF },
	{ 0x1FA70, 0x1FAFF },
	{ 0x20000, 0x3FFFD },
};

/* Combined with the character before. */
static const struct code_range combining[] = {
	{ 0x0300, 0x036F },
	{ 0x0483, 0x0489 },
	{ 0x0591, 0x05BD },
	{ 0x0610, 0x061A },
	{ 0x064B, 0x065F },
	{ 0x06D6, 0x06DC },
	{ 0x0900, 0x0902 },
	{ 0x093C, 0x093C },
	{ 0x0E31, 0x0E31 },
	{ 0x0E34, 0x0E3A },
	{ 0x0E47, 0x0E4E },
	{ 0x1AB0, 0x1AFF },
	{ 0x1DC0, 0x1DFF },
	{ 0x200C, 0x200D },
	{ 0x20D0, 0x20FF },
	{ 0x302A, 0x302D },
	{ 0x3099, 0x309A },
	{ 0xFE00, 0xFE0F },
	{ 0xFE20, 0xFE2F },
	{ 0x1F3FB, 0x1F3FF },
	{ 0xE0100, 0xE01EF },
};

/* Control characters, and invisible ones that change how the text around them reads. */
static const struct code_range unsafe[] = {
	{ 0x0000, 0x0008 },
	{ 0x000A, 0x001F },
	{ 0x007F, 0x009F },
	{ 0x00AD, 0x00AD },
	{ 0x061C, 0x061C },
	{ 0x200B, 0x200B },
	{ 0x200E, 0x200F },
	{ 0x2028, 0x202E },
	{ 0x2060, 0x2069 },
	{ 0xFEFF, 0xFEFF },
	{ 0xFFF9, 0xFFFB },
	{ 0xFFFE, 0xFFFF },
	{ 0xE0000, 0xE00FF },
};

static bool in_ranges(uint32_t code, const struct code_range *ranges, size_t n)
{
	for (size_t i = 0; i < n && ranges[i].first <= code; i++)
		if (code <= ranges[i].last)
			return true;
	return false;
}

static void glyph_escape(struct glyph *glyph, const char *format, uint32_t value)
{
	int n = snprintf(glyph->escaped, sizeof glyph->escaped, format, (unsigned)value);

	glyph->shown = (struct str){ glyph->escaped, (size_t)n };
	glyph->columns = (unsigned)n;
}

void glyph_read(struct glyph *glyph, struct str text)
{
	glyph->size = utf8_read(text, &glyph->code);
	if (glyph->size == 0) {
		glyph->size = 1;
		glyph->code = 0xFFFD;
		glyph_escape(glyph, "\\x%02x", (unsigned char)text.p[0]);
		return;
	}
	if (glyph->code == '\n' || glyph->code == '\r') {
		glyph_escape(glyph, glyph->code == '\n' ? "\\n" : "\\r", 0);
		return;
	}
	if (in_ranges(glyph->code, unsafe, COUNT(unsafe))) {
		glyph_escape(glyph, glyph->code < 0x80 ? "\\x%02x" : "\\u%04x", glyph->code);
		return;
	}
	glyph->shown = str_head(text, glyph->size);
	if (glyph->code == '\t' || in_ranges(glyph->code, combining, COUNT(combining)))
		glyph->columns = 0;
	else
		glyph->columns = in_ranges(glyph->code, wide, COUNT(wide)) ? 2 : 1;
}

uint32_t glyphs_before(struct str text, size_t offset)
{
	uint32_t n = 0, code;
	size_t at = 0;

	if (offset > text.n)
		offset = text.n;
	while (at < offset) {
		unsigned size = utf8_read(str_from(text, at), &code);

		at += size ? size : 1;
		n++;
	}
	return n;
}

size_t glyph_end(struct str text, size_t offset)
{
	uint32_t code;
	size_t at = 0;

	while (at < offset && at < text.n) {
		unsigned size = utf8_read(str_from(text, at), &code);

		at += size ? size : 1;
	}
	return at;
}

void out_plain(struct out *out, struct str text)
{
	struct glyph glyph;

	while (text.n) {
		size_t plain = 0;

		/* Fast path: printable ASCII. */
		while (plain < text.n && text.p[plain] >= ' ' && text.p[plain] <= '~')
			plain++;
		out_str(out, str_head(text, plain));
		text = str_from(text, plain);
		if (!text.n)
			break;
		glyph_read(&glyph, text);
		out_str(out, glyph.code == '\t' ? S("\\t") : glyph.shown);
		text = str_from(text, glyph.size);
	}
}

struct str str_plain(struct arena *arena, struct str text)
{
	struct out *out;
	size_t plain = 0;

	while (plain < text.n && text.p[plain] >= ' ' && text.p[plain] <= '~')
		plain++;
	if (plain == text.n)
		return text;
	out = out_memory(arena);
	out_plain(out, text);
	return out_text(out);
}
