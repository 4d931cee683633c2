/* The values that are tried, in the order of judge.py: plain ones first. */
#include "proof/value.h"

#include <math.h>

static void add_number(struct arena *arena, struct data *data, struct number n)
{
	for (uint32_t i = 0; i < data->list.n; i++)
		if (number_eq(data->list.items[i].n, n))
			return;
	*vec_push(arena, &data->list) = (struct datum){ .n = n };
}

static void add_float(struct arena *arena, struct data *data, double d)
{
	*vec_push(arena, &data->list) = (struct datum){ .d = d };
}

static void add_text(struct arena *arena, struct data *data, struct str s)
{
	*vec_push(arena, &data->list) = (struct datum){ .s = s };
}

static void integers(struct arena *arena, struct data *data, enum field_type type)
{
	static const int64_t common[] = { 0, 1, 2, 6, 300, INT32_MAX };
	static const int64_t negative[] = { -1, -2, -300, INT32_MIN };
	static const int64_t wide[] = { (int64_t)INT32_MAX + 1, UINT32_MAX, (int64_t)UINT32_MAX + 1,
		(1LL << 53) + 1, INT64_MAX };

	for (size_t i = 0; i < COUNT(common); i++)
		add_number(arena, data, number_make(common[i]));
	for (size_t i = 0; is_signed(type) && i < COUNT(negative); i++)
		add_number(arena, data, number_make(negative[i]));
	for (size_t i = 0; !is_signed(type) && i < 2; i++)
		add_number(arena, data, number_make(wide[i]));
	if (type_bits(type) == 32)
		return;
	for (size_t i = 0; i < COUNT(wide); i++)
		add_number(arena, data, number_make(wide[i]));
	if (is_signed(type)) {
		add_number(arena, data, number_make((int64_t)INT32_MIN - 1));
		add_number(arena, data, number_make(INT64_MIN));
	} else {
		add_number(arena, data, number_unsigned(1ULL << 63));
		add_number(arena, data, number_unsigned(UINT64_MAX));
	}
}

static void floats(struct arena *arena, struct data *data, bool single)
{
	static const double common[] = { 0, 1, 2, -1, 1.5 };

	for (size_t i = 0; i < COUNT(common); i++)
		add_float(arena, data, common[i]);
	add_float(arena, data, single ? (double)0.1f : 0.1);
	add_float(arena, data, 16777216);
	add_float(arena, data, NAN);
	add_float(arena, data, INFINITY);
	if (single) {
		add_float(arena, data, ldexp(1, 100));
		return;
	}
	add_float(arena, data, 1e300);
	add_float(arena, data, ldexp(1, 53));
	add_float(arena, data, 4294967296.0);
}

static void texts(struct arena *arena, struct data *data, const struct field *field)
{
	add_text(arena, data, S(""));
	add_text(arena, data, S("a"));
	add_text(arena, data, S("abcd"));
	add_text(arena, data, S("5"));
	add_text(arena, data, S("true"));
	add_text(arena, data, S("1.5"));
	add_text(arena, data, S("\x08\x01"));
	add_text(arena, data, S("\xc3\xa9\xe2\x98\x83"));
	if (field->type == TYPE_BYTES || !verifies_text(field))
		add_text(arena, data, S("\xff\xfe"));
}

static void numbers(
	struct codec *codec, struct arena *arena, struct data *data, const struct enumeration *e)
{
	static const int64_t undefined[] = { 99, -7 };
	enum { MOST_VALUES = 256 };

	for (uint32_t i = 0; i < e->values.n && i < MOST_VALUES; i++)
		if (enum_first(codec, e, e->values.items[i]->number) == e->values.items[i])
			*vec_push(arena, &data->list) =
				(struct datum){ .n = number_make(e->values.items[i]->number) };
	data->is_cut = e->values.n > MOST_VALUES;
	for (size_t i = 0; !enum_is_closed(e) && i < COUNT(undefined); i++)
		if (!enum_first(codec, e, undefined[i]))
			*vec_push(arena, &data->list) =
				(struct datum){ .n = number_make(undefined[i]) };
}

struct data scalar_samples(struct codec *codec, struct arena *arena, const struct field *field)
{
	struct data data = { 0 };

	if (field->type == TYPE_ENUM && field->enumeration) {
		numbers(codec, arena, &data, field->enumeration);
	} else if (field->type == TYPE_BOOL) {
		add_number(arena, &data, number_make(0));
		add_number(arena, &data, number_make(1));
	} else if (is_float(field)) {
		floats(arena, &data, field->type == TYPE_FLOAT);
	} else if (is_text(field)) {
		texts(arena, &data, field);
	} else if (is_integer(field) && field->type != TYPE_UNRESOLVED) {
		integers(arena, &data, field->type);
	}
	return data;
}
