/* Numbers as JSON spells them. */
#include "proof/value.h"

#include <math.h>
#include <stdlib.h>

bool json_has_number_form(struct str s)
{
	size_t i = 0, digits = 0;

	if (i < s.n && s.p[i] == '-')
		i++;
	if (i + 1 < s.n && s.p[i] == '0' && s.p[i + 1] >= '0' && s.p[i + 1] <= '9')
		return false;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		digits++;
	if (!digits)
		return false;
	if (i < s.n && s.p[i] == '.') {
		for (digits = 0, i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
			digits++;
		if (!digits)
			return false;
	}
	if (i < s.n && (s.p[i] | 32) == 'e') {
		i++;
		if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
			i++;
		for (digits = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
			digits++;
	}
	return digits && i == s.n;
}

/* A whole number within 64 bits and their sign. */
bool json_whole_number(struct str s, struct number *n)
{
	bool negative = s.n && s.p[0] == '-';
	uint64_t size = 0;
	char copy[64];
	double d;

	if (!json_has_number_form(s) || s.n >= sizeof copy)
		return false;
	memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	if (strpbrk(copy, ".eE")) {
		d = fabs(strtod(copy, NULL));
		if (d != floor(d) || d >= 18446744073709551616.0)
			return false;
		*n = (struct number){ (uint64_t)d, negative && d != 0 };
		return true;
	}
	for (size_t i = negative; i < s.n; i++) {
		unsigned digit = (unsigned)(s.p[i] - '0');

		if (size > (UINT64_MAX - digit) / 10)
			return false;
		size = size * 10 + digit;
	}
	*n = (struct number){ size, negative && size };
	return true;
}

bool number_fits(enum field_type type, struct number n)
{
	uint64_t most = type_bits(type) == 64 ? UINT64_MAX : UINT32_MAX;

	if (!is_signed(type))
		return !n.negative && n.size <= most;
	most >>= 1;
	return n.size <= (n.negative ? most + 1 : most);
}
