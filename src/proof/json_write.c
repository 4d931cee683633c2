/* ProtoJSON, as a default writer prints it. */
#include "base/utf8.h"
#include "proof/value.h"

#include <inttypes.h>
#include <math.h>

struct writer {
	struct codec *codec;
	struct out *out;
};

static void escape(struct out *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '"' || c == '\\')
			out_printf(out, "\\%c", c);
		else if (c < 32 || c == 127)
			out_printf(out, "\\u%04x", c);
		else
			out_char(out, (char)c);
	}
}

struct str json_escaped(struct arena *arena, struct str text)
{
	struct out *out = out_memory(arena);

	escape(out, text);
	return out_text(out);
}

static void quote(struct out *out, struct str text)
{
	out_char(out, '"');
	escape(out, text);
	out_char(out, '"');
}

static void base64(struct out *out, struct str bytes)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	out_char(out, '"');
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t bits = (uint32_t)(unsigned char)bytes.p[i] << 16;

		if (left > 1)
			bits |= (uint32_t)(unsigned char)bytes.p[i + 1] << 8;
		if (left > 2)
			bits |= (unsigned char)bytes.p[i + 2];
		out_char(out, digits[bits >> 18]);
		out_char(out, digits[bits >> 12 & 63]);
		out_char(out, left > 1 ? digits[bits >> 6 & 63] : '=');
		out_char(out, left > 2 ? digits[bits & 63] : '=');
	}
	out_char(out, '"');
}

static void float_write(struct out *out, double d, bool single)
{
	if (isnan(d))
		out_str(out, S("\"NaN\""));
	else if (isinf(d))
		out_str(out, d > 0 ? S("\"Infinity\"") : S("\"-Infinity\""));
	else
		text_float(out, d, single);
}

static bool tree_write(struct writer *w, const struct tree *tree);

static bool datum_write(
	struct writer *w, const struct field *field, const struct datum *datum, bool as_key)
{
	const struct enum_value *value;
	const char *mark = as_key || type_bits(field->type) == 64 ? "\"" : "";

	if (is_message(field))
		return tree_write(w, datum->m);
	if (field->type == TYPE_STRING) {
		quote(w->out, datum->s);
		return utf8_is_valid(datum->s);
	}
	if (field->type == TYPE_BYTES) {
		base64(w->out, datum->s);
	} else if (is_float(field)) {
		float_write(w->out, datum->d, field->type == TYPE_FLOAT);
	} else if (field->type == TYPE_BOOL) {
		out_printf(w->out, "%s%s%s", as_key ? "\"" : "", datum->n.size ? "true" : "false",
			as_key ? "\"" : "");
	} else if (field->type == TYPE_ENUM) {
		if (!field->enumeration)
			return false;
		if (str_eq(field->enumeration->e.full_name, S("google.protobuf.NullValue"))) {
			out_str(w->out, S("null"));
			return true;
		}
		value = enum_first(w->codec, field->enumeration, number_signed(datum->n));
		if (value)
			quote(w->out, enum_printed(value));
		else
			out_printf(w->out, "%" PRId64, number_signed(datum->n));
	} else {
		out_printf(w->out, "%s%s%" PRIu64 "%s", mark, datum->n.negative ? "-" : "",
			datum->n.size, mark);
	}
	return true;
}

static bool map_write(struct writer *w, const struct slot *slot)
{
	bool ok = true;

	out_char(w->out, '{');
	for (uint32_t i = 0; i < slot->items.n; i++) {
		const struct tree *entry = slot->items.items[i].m;
		const struct slot *key = tree_number(entry, 1), *value = tree_number(entry, 2);

		if (!key || !value)
			return false;
		if (i)
			out_char(w->out, ',');
		ok &= datum_write(w, key->field, &key->items.items[0], true);
		out_char(w->out, ':');
		ok &= datum_write(w, value->field, &value->items.items[0], false);
	}
	out_char(w->out, '}');
	return ok;
}

static bool slot_write(struct writer *w, const struct slot *slot)
{
	bool ok = true;

	if (slot->field->is_map)
		return map_write(w, slot);
	if (!is_repeated(slot->field))
		return datum_write(w, slot->field, &slot->items.items[0], false);
	out_char(w->out, '[');
	for (uint32_t i = 0; i < slot->items.n; i++) {
		if (i)
			out_char(w->out, ',');
		ok &= datum_write(w, slot->field, &slot->items.items[i], false);
	}
	out_char(w->out, ']');
	return ok;
}

static void key_write(struct writer *w, const struct field *field)
{
	struct arena_mark mark;

	if (field->extension) {
		out_printf(w->out, "\"[" STR "]\":", ARG(field->e.full_name));
		return;
	}
	mark = arena_mark(w->codec->scratch);
	quote(w->out, field_json_name(field, w->codec->scratch));
	arena_rewind(w->codec->scratch, mark);
	out_char(w->out, ':');
}

/* ---- google.protobuf's own forms ---- */

static int64_t part(const struct tree *tree, int32_t number)
{
	const struct slot *slot = tree_number(tree, number);

	return slot ? number_signed(slot->items.items[0].n) : 0;
}

/* `.5` as `.500`: three, six or nine digits. */
static void fraction_write(struct out *out, int64_t nanos)
{
	if (!nanos)
		return;
	if (nanos % 1000000 == 0)
		out_printf(out, ".%03" PRId64, nanos / 1000000);
	else if (nanos % 1000 == 0)
		out_printf(out, ".%06" PRId64, nanos / 1000);
	else
		out_printf(out, ".%09" PRId64, nanos);
}

/* The date that is so many days after 1970-01-01. */
static void date_write(struct out *out, int64_t days)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;

	out_printf(out, "%04" PRId64 "-%02" PRId64 "-%02" PRId64,
		yoe + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

static bool timestamp_write(struct writer *w, const struct tree *tree)
{
	int64_t seconds = part(tree, 1), nanos = part(tree, 2), days, rest;

	if (seconds < -62135596800 || seconds > 253402300799 || nanos < 0 || nanos > 999999999)
		return false;
	days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
	rest = seconds - days * 86400;
	out_char(w->out, '"');
	date_write(w->out, days);
	out_printf(w->out, "T%02d:%02d:%02d", (int)(rest / 3600), (int)(rest / 60 % 60),
		(int)(rest % 60));
	fraction_write(w->out, nanos);
	out_str(w->out, S("Z\""));
	return true;
}

static bool duration_write(struct writer *w, const struct tree *tree)
{
	int64_t seconds = part(tree, 1), nanos = part(tree, 2);

	if (seconds < -315576000000 || seconds > 315576000000 || nanos < -999999999 ||
		nanos > 999999999 || (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0))
		return false;
	out_printf(w->out, "\"%s%" PRId64, seconds < 0 || nanos < 0 ? "-" : "",
		seconds < 0 ? -seconds : seconds);
	fraction_write(w->out, nanos < 0 ? -nanos : nanos);
	out_str(w->out, S("s\""));
	return true;
}

/* Only paths that come back as they were. */
static bool mask_write(struct writer *w, const struct tree *tree)
{
	const struct slot *paths = tree_number(tree, 1);

	out_char(w->out, '"');
	for (uint32_t i = 0; paths && i < paths->items.n; i++) {
		struct str path = paths->items.items[i].s;

		if (i)
			out_char(w->out, ',');
		if (!path.n)
			return false;
		for (size_t k = 0; k < path.n; k++)
			if (path.p[k] < 'a' || path.p[k] > 'z')
				return false;
		out_str(w->out, path);
	}
	out_char(w->out, '"');
	return true;
}

/* An Any that holds an empty message of a type that is known. */
static bool any_write(struct writer *w, const struct tree *tree)
{
	const struct slot *url = tree_number(tree, 1);

	if (!url) {
		out_str(w->out, S("{}"));
		return !tree->slots.n;
	}
	out_str(w->out, S("{\"@type\":"));
	quote(w->out, url->items.items[0].s);
	out_char(w->out, '}');
	return tree->slots.n == 1 && codec_knows_url(w->codec, url->items.items[0].s);
}

/* A wrapper's value alone, zero if it is not set. */
static bool wrapper_write(struct writer *w, const struct tree *tree)
{
	struct slot empty = { NULL, { NULL, 0, 0 } };
	const struct slot *slot = tree_number(tree, 1);
	struct datum zero;

	if (slot)
		return slot_write(w, slot);
	if (!tree->type->fields.n)
		return false;
	empty.field = tree->type->fields.items[0];
	zero = field_default(empty.field);
	empty.items.items = &zero;
	empty.items.n = 1;
	return slot_write(w, &empty);
}

static bool known_write(struct writer *w, enum known known, const struct tree *tree)
{
	const struct slot *slot;

	switch (known) {
	case KNOWN_TIMESTAMP:
		return timestamp_write(w, tree);
	case KNOWN_DURATION:
		return duration_write(w, tree);
	case KNOWN_FIELD_MASK:
		return mask_write(w, tree);
	case KNOWN_STRUCT:
	case KNOWN_LIST:
		slot = tree_number(tree, 1);
		if (!slot) {
			out_str(w->out, known == KNOWN_LIST ? S("[]") : S("{}"));
			return true;
		}
		return slot_write(w, slot);
	case KNOWN_VALUE:
		if (!tree->slots.n)
			return false;
		slot = &tree->slots.items[0];
		if (is_float(slot->field) && !isfinite(slot->items.items[0].d))
			return false;
		if (slot->field->type == TYPE_ENUM) {
			out_str(w->out, S("null"));
			return true;
		}
		return slot_write(w, slot);
	case KNOWN_WRAPPER:
		return wrapper_write(w, tree);
	default:
		return any_write(w, tree);
	}
}

static bool tree_write(struct writer *w, const struct tree *tree)
{
	enum known known = message_known(tree->type);
	bool ok = true;

	if (known)
		return known_write(w, known, tree);
	out_char(w->out, '{');
	for (uint32_t i = 0; i < tree->slots.n; i++) {
		if (i)
			out_char(w->out, ',');
		key_write(w, tree->slots.items[i].field);
		ok &= slot_write(w, &tree->slots.items[i]);
	}
	out_char(w->out, '}');
	return ok;
}

bool json_write(struct codec *codec, struct arena *arena, const struct tree *tree, struct str *json)
{
	struct writer w = { codec, out_memory(arena) };
	bool ok = tree_write(&w, tree);

	*json = out_text(w.out);
	return ok;
}
