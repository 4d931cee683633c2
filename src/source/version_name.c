#include "source/version_name.h"

enum { MOST_DIGITS = 15 }; /* of a number: a date and a time fit */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take_number(struct str *rest, uint64_t *number)
{
	size_t n = 0;

	*number = 0;
	for (; n < rest->n && is_digit(rest->p[n]); n++) {
		if (n == MOST_DIGITS)
			return false;
		*number = *number * 10 + (uint64_t)(rest->p[n] - '0');
	}
	*rest = str_from(*rest, n);
	return n > 0;
}

/* Dotted parts of letters, digits and dashes, none of them empty. */
static bool is_label(struct str text)
{
	size_t length = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '.') {
			if (!length)
				return false;
			length = 0;
		} else if (is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			   c == '-') {
			length++;
		} else {
			return false;
		}
	}
	return length > 0;
}

/* `name` from `begin` on. */
static bool read_at(struct str name, size_t begin, struct version_name *version)
{
	struct str rest = str_from(name, begin);
	size_t plus;

	*version = (struct version_name){ 0 };
	if (str_starts(rest, S("v")))
		rest = str_from(rest, 1);
	version->prefix = str_head(name, name.n - rest.n);
	for (size_t i = 0; i < COUNT(version->numbers); i++) {
		if (i && !str_starts(rest, S(".")))
			break;
		rest = str_from(rest, i > 0);
		if (!take_number(&rest, &version->numbers[i]))
			return false;
	}
	plus = str_find(rest, '+');
	if (plus < rest.n) {
		version->build = str_from(rest, plus + 1);
		if (!is_label(version->build))
			return false;
		rest = str_head(rest, plus);
	}
	if (!rest.n)
		return true;
	version->pre = str_from(rest, 1);
	return rest.p[0] == '-' && is_label(version->pre);
}

bool version_name_read(struct str name, struct version_name *version)
{
	size_t slash = str_rfind(name, '/'), begin = slash < name.n ? slash + 1 : 0;
	size_t dash = str_rfind(name, '-');

	return read_at(name, begin, version) ||
	       (dash < name.n && dash >= begin && read_at(name, dash + 1, version));
}

static bool is_number(struct str part)
{
	for (size_t i = 0; i < part.n; i++)
		if (!is_digit(part.p[i]))
			return false;
	return part.n > 0;
}

/* A number without leading zeros, by its digits. */
static struct str without_zeros(struct str digits)
{
	while (digits.n > 1 && digits.p[0] == '0')
		digits = str_from(digits, 1);
	return digits;
}

static int part_order(struct str a, struct str b)
{
	if (is_number(a) != is_number(b))
		return is_number(a) ? -1 : 1;
	if (!is_number(a))
		return str_cmp(a, b);
	a = without_zeros(a);
	b = without_zeros(b);
	return a.n != b.n ? (a.n < b.n ? -1 : 1) : str_cmp(a, b);
}

static int pre_order(struct str a, struct str b)
{
	struct str x, y;

	if (!a.p || !b.p)
		return (a.p == NULL) - (b.p == NULL);
	for (;;) {
		bool more_a = str_cut(&a, '.', &x), more_b = str_cut(&b, '.', &y);
		int order;

		if (!more_a || !more_b)
			return more_a - more_b;
		order = part_order(x, y);
		if (order)
			return order;
	}
}

int version_name_order(const struct version_name *a, const struct version_name *b)
{
	for (size_t i = 0; i < COUNT(a->numbers); i++)
		if (a->numbers[i] != b->numbers[i])
			return a->numbers[i] < b->numbers[i] ? -1 : 1;
	return pre_order(a->pre, b->pre);
}
