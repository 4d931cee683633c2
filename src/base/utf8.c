#include "base/utf8.h"

unsigned utf8_read(struct str text, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)text.p[0];
	unsigned size = first < 0x80   ? 1
			: first < 0xC2 ? 0
			: first < 0xE0 ? 2
			: first < 0xF0 ? 3
				       : 4;

	if (size == 0 || first > 0xF4 || text.n < size)
		return 0;
	*code = size == 1 ? first : first & (0x7Fu >> size);
	for (unsigned i = 1; i < size; i++) {
		unsigned char next = (unsigned char)text.p[i];

		if ((next & 0xC0) != 0x80)
			return 0;
		*code = *code << 6 | (next & 0x3F);
	}
	if (*code < least[size] || *code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000))
		return 0;
	return size;
}

bool utf8_is_valid(struct str s)
{
	uint32_t code;
	unsigned size;

	for (; s.n; s = str_from(s, size))
		if (!(size = utf8_read(s, &code)))
			return false;
	return true;
}

size_t utf8_put(char *p, uint32_t code)
{
	static const unsigned char heads[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; code >>= 6)
		p[i] = (char)(0x80 | (code & 0x3F));
	p[0] = (char)(heads[n] | code);
	return n;
}
