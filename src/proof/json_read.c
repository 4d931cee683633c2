/* ProtoJSON, as a strict reader takes it: what it does not know it refuses. */
#include "base/utf8.h"
#include "proof/value.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

struct parser {
	const struct lens *lens;
	struct arena *arena;
	struct refusal *refusal;
	const char *at, *end;
	const struct message *kept; /* the writer's, where it is read; struct lens */
	const struct field *peer;   /* likewise, of the member that is read; NULL: none */
	int depth;
};

enum reason { REASON_JSON = 10, REASON_KEY, REASON_VALUE, REASON_TWICE, REASON_ENUM };

static bool broken(struct parser *p)
{
	if (!p->refusal->why.p)
		refuse(p->refusal, p->arena, NULL, REASON_JSON, "it is no JSON");
	return false;
}

static char peek(struct parser *p)
{
	while (p->at < p->end &&
		(*p->at == ' ' || *p->at == '\n' || *p->at == '\t' || *p->at == '\r'))
		p->at++;
	return p->at < p->end ? *p->at : '\0';
}

static bool take(struct parser *p, char c)
{
	if (peek(p) != c || p->at == p->end)
		return false;
	p->at++;
	return true;
}

static bool take_word(struct parser *p, struct str word)
{
	peek(p);
	if (!str_starts((struct str){ p->at, (size_t)(p->end - p->at) }, word))
		return false;
	p->at += word.n;
	return true;
}

static bool take_hex(struct parser *p, uint32_t *c)
{
	*c = 0;
	if (p->end - p->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char d = *p->at++;

		if (d >= '0' && d <= '9')
			*c = *c << 4 | (uint32_t)(d - '0');
		else if ((d | 32) >= 'a' && (d | 32) <= 'f')
			*c = *c << 4 | (uint32_t)((d | 32) - 'a' + 10);
		else
			return false;
	}
	return true;
}

static bool take_escape(struct parser *p, char **at)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;
	uint32_t c, low;

	if (p->at == p->end)
		return false;
	found = memchr(from, *p->at, sizeof from - 1);
	if (found) {
		p->at++;
		*(*at)++ = to[found - from];
		return true;
	}
	if (*p->at++ != 'u' || !take_hex(p, &c))
		return false;
	if (c >= 0xd800 && c < 0xdc00) {
		if (p->end - p->at < 6 || p->at[0] != '\\' || p->at[1] != 'u')
			return false;
		p->at += 2;
		if (!take_hex(p, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	} else if (c >= 0xdc00 && c < 0xe000) {
		return false;
	}
	*at += utf8_put(*at, c);
	return true;
}

static bool take_string(struct parser *p, struct str *text)
{
	char *begin, *at;

	if (!take(p, '"'))
		return broken(p);
	begin = at = arena_bytes(p->arena, (size_t)(p->end - p->at) + 1);
	while (p->at < p->end && *p->at != '"') {
		if ((unsigned char)*p->at < 32)
			return broken(p);
		if (*p->at == '\\') {
			p->at++;
			if (!take_escape(p, &at))
				return broken(p);
		} else {
			*at++ = *p->at++;
		}
	}
	if (p->at++ == p->end) {
		p->at = p->end;
		return broken(p);
	}
	*text = (struct str){ begin, (size_t)(at - begin) };
	return true;
}

/* ---- scalars ---- */

static bool no_value(struct parser *p, const struct field *field, struct str text, bool quoted)
{
	struct str name = field->type == TYPE_ENUM || is_message(field) ? field_type_name(field)
									: type_keyword(field->type);
	struct str shown = json_escaped(p->arena, str_head(text, 60));

	if (is_integer(field) && json_has_number_form(text))
		quoted = false; /* it is the number that does not fit */
	if (field->type == TYPE_ENUM)
		refuse(p->refusal, p->arena, field, REASON_ENUM,
			quoted ? "enum '" STR "' has no value '" STR "'"
			       : "enum '" STR "' does not take " STR,
			ARG(name), ARG(shown));
	else
		refuse(p->refusal, p->arena, field, REASON_VALUE, "%s" STR "%s is no " STR,
			quoted ? "\"" : "", ARG(shown), quoted ? "\"" : "", ARG(name));
	return false;
}

/* A number, a word, or what begins a list or an object. */
static struct str take_bare(struct parser *p)
{
	const char *begin;

	peek(p);
	begin = p->at;
	while (p->at < p->end && !strchr(",:]} \n\t\r\"", *p->at))
		p->at++;
	if (p->at > begin && (*begin == '{' || *begin == '['))
		return (struct str){ begin, 1 };
	return (struct str){ begin, (size_t)(p->at - begin) };
}

static bool parse_float(const struct field *field, struct str s, bool quoted, double *d)
{
	char copy[64];

	if (quoted && str_eq(s, S("NaN"))) {
		*d = NAN;
		return true;
	}
	if (quoted && (str_eq(s, S("Infinity")) || str_eq(s, S("-Infinity")))) {
		*d = s.p[0] == '-' ? -INFINITY : INFINITY;
		return true;
	}
	if (!json_has_number_form(s) || s.n >= sizeof copy)
		return false;
	memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	*d = strtod(copy, NULL);
	if (field->type == TYPE_FLOAT)
		*d = fabs(*d) > FLT_MAX ? INFINITY : (double)(float)*d;
	return isfinite(*d);
}

static int digit64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static bool parse_base64(struct parser *p, struct str text, struct str *bytes)
{
	char *begin, *at;
	uint32_t bits = 0;

	while (text.n && text.p[text.n - 1] == '=')
		text.n--;
	if (text.n % 4 == 1)
		return false;
	begin = at = arena_bytes(p->arena, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		int digit = digit64(text.p[i]);

		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		if (i % 4)
			*at++ = (char)(bits >> (6 - i % 4 * 2));
	}
	*bytes = (struct str){ begin, (size_t)(at - begin) };
	return true;
}

static bool take_enum(
	struct parser *p, const struct field *field, struct str s, bool quoted, struct datum *datum)
{
	const struct enum_value *value;

	if (quoted) {
		value = enum_by_name(p->lens->codec, field->enumeration, s);
		if (!value)
			return no_value(p, field, s, true);
		datum->n = number_make(value->number);
		return true;
	}
	if (!json_whole_number(s, &datum->n) || !number_fits(TYPE_INT32, datum->n))
		return no_value(p, field, s, false);
	if (p->lens->runtime == RUNTIME_ES && enum_is_closed(field->enumeration) &&
		!enum_first(p->lens->codec, field->enumeration, number_signed(datum->n)))
		return no_value(p, field, s, false);
	return true;
}

/* A scalar from its text. */
static bool take_scalar(
	struct parser *p, const struct field *field, struct str s, bool quoted, struct datum *datum)
{
	bool ok;

	*datum = (struct datum){ 0 };
	if (field->type == TYPE_ENUM && field->enumeration)
		return take_enum(p, field, s, quoted, datum);
	if (field->type == TYPE_STRING) {
		datum->s = s;
		ok = quoted;
	} else if (field->type == TYPE_BYTES) {
		ok = quoted && parse_base64(p, s, &datum->s);
	} else if (field->type == TYPE_BOOL) {
		datum->n.size = str_eq(s, S("true"));
		ok = !quoted && (datum->n.size || str_eq(s, S("false")));
	} else if (is_float(field)) {
		ok = parse_float(field, s, quoted, &datum->d);
	} else if (is_integer(field) && field->type != TYPE_UNRESOLVED) {
		ok = json_whole_number(s, &datum->n) && number_fits(field->type, datum->n);
	} else {
		ok = false;
	}
	return ok ? true : no_value(p, field, s, quoted);
}

static bool read_tree(struct parser *p, struct tree *tree);

/* A message within the one that is read now. */
static bool read_inner(struct parser *p, struct tree *tree)
{
	const struct message *kept = p->kept;
	const struct field *peer = p->peer;
	bool ok;

	p->kept = peer && is_message(peer) ? peer->message : NULL;
	p->peer = NULL;
	ok = read_tree(p, tree);
	p->kept = kept;
	p->peer = peer;
	return ok;
}

static bool take_datum(struct parser *p, const struct field *field, struct datum *datum)
{
	struct str text;

	if (is_message(field)) {
		if (!field->message)
			return broken(p);
		datum->m = tree_new(p->arena, lens_type(p->lens, field, p->peer));
		return read_inner(p, datum->m);
	}
	if (peek(p) == '"')
		return take_string(p, &text) && take_scalar(p, field, text, true, datum);
	if (field->type == TYPE_ENUM && field->enumeration &&
		str_eq(field->enumeration->e.full_name, S("google.protobuf.NullValue")) &&
		take_word(p, S("null"))) {
		*datum = (struct datum){ 0 };
		return true;
	}
	return take_scalar(p, field, take_bare(p), false, datum);
}

/* ---- lists, maps, messages ---- */

static bool mismatch(struct parser *p, const struct field *field, const char *wanted)
{
	refuse(p->refusal, p->arena, field, REASON_VALUE, "'" STR "' is no %s here",
		ARG(field->e.name), wanted);
	return false;
}

static bool take_list(struct parser *p, const struct field *field, struct slot *slot)
{
	if (!take(p, '['))
		return mismatch(p, field, "single value");
	if (take(p, ']'))
		return true;
	do {
		struct datum datum;

		if (!take_datum(p, field, &datum))
			return false;
		*vec_push(p->arena, &slot->items) = datum;
	} while (take(p, ','));
	return take(p, ']') || broken(p);
}

/* A key is a text, whatever its type. */
static bool take_key(struct parser *p, const struct field *key, struct datum *datum)
{
	struct str text;

	if (!take_string(p, &text))
		return false;
	return take_scalar(p, key, text, key->type == TYPE_STRING, datum);
}

static bool take_entry(struct parser *p, const struct field *field, struct slot *slot)
{
	const struct field *key = lens_number(p->lens, field->message, 1);
	const struct field *value = lens_number(p->lens, field->message, 2);
	struct tree *entry = tree_new(p->arena, field->message);
	const struct field *peer = p->peer;
	bool ok;

	if (!key || !value)
		return broken(p);
	if (!take_key(p, key, vec_push(p->arena, &tree_put(p->arena, entry, key)->items)))
		return false;
	if (!take(p, ':'))
		return broken(p);
	p->peer = peer && is_message(peer)
			  ? lens_peer(p->lens, peer->message, value, (struct str){ NULL, 0 })
			  : NULL;
	ok = take_datum(p, value, vec_push(p->arena, &tree_put(p->arena, entry, value)->items));
	p->peer = peer;
	if (!ok)
		return false;
	*vec_push(p->arena, &slot->items) = (struct datum){ .m = entry };
	return true;
}

static bool take_map(struct parser *p, const struct field *field, struct slot *slot)
{
	if (!take(p, '{'))
		return mismatch(p, field, "list");
	if (take(p, '}'))
		return true;
	do {
		if (!take_entry(p, field, slot))
			return false;
	} while (take(p, ','));
	return take(p, '}') || broken(p);
}

static bool takes_null(const struct field *field)
{
	if (field->type == TYPE_ENUM && field->enumeration)
		return str_eq(field->enumeration->e.full_name, S("google.protobuf.NullValue"));
	return is_message(field) && !is_repeated(field) &&
	       message_known(field->message) == KNOWN_VALUE;
}

/* Is it there already, or another member of its oneof? */
static bool is_taken(struct parser *p, const struct tree *tree, const struct field *field)
{
	bool twice = tree_slot(tree, field), member = false;

	for (uint32_t i = 0; field->oneof && i < tree->slots.n; i++)
		member |= tree->slots.items[i].field->oneof == field->oneof;
	if (twice || member)
		refuse(p->refusal, p->arena, field, REASON_TWICE,
			twice ? "'" STR "' is there twice"
			      : "'" STR "' is in a oneof that is set already",
			ARG(field->e.name));
	return twice || member;
}

static bool take_field(struct parser *p, struct tree *tree, const struct field *field)
{
	struct slot *slot;
	struct datum datum;

	if (!takes_null(field) && take_word(p, S("null")))
		return true;
	if (is_taken(p, tree, field))
		return false;
	if (is_repeated(field)) {
		struct slot list = { field, { NULL, 0, 0 } };

		if (!(field->is_map ? take_map(p, field, &list) : take_list(p, field, &list)))
			return false;
		if (list.items.n)
			*tree_put(p->arena, tree, field) = list;
		return true;
	}
	if (!is_message(field) && (peek(p) == '[' || peek(p) == '{'))
		return mismatch(p, field, peek(p) == '[' ? "list" : "message");
	if (!take_datum(p, field, &datum))
		return false;
	if (is_implicit(field) && datum_is_zero(field, &datum))
		return true;
	slot = tree_put(p->arena, tree, field);
	*vec_push(p->arena, &slot->items) = datum;
	return true;
}

static bool take_member(struct parser *p, struct tree *tree)
{
	const struct field *field;
	struct str key;

	if (!take_string(p, &key))
		return false;
	field = lens_key(p->lens, tree->type, key);
	if (!field || field->type == TYPE_UNRESOLVED) {
		refuse(p->refusal, p->arena, NULL, field ? REASON_BLIND : REASON_KEY,
			"message '" STR "' has no field '" STR "'", ARG(tree->type->e.full_name),
			ARG(json_escaped(p->arena, str_head(key, 200))));
		return false;
	}
	if (!take(p, ':'))
		return broken(p);
	p->peer = lens_peer(p->lens, p->kept, field, key);
	return take_field(p, tree, field);
}

/* ---- google.protobuf's own forms ---- */

static bool set_integer(struct parser *p, struct tree *tree, int32_t number, int64_t value)
{
	const struct field *field = lens_number(p->lens, tree->type, number);

	if (!field)
		return broken(p);
	if (value)
		*vec_push(p->arena, &tree_put(p->arena, tree, field)->items) =
			(struct datum){ .n = number_make(value) };
	return true;
}

static bool no_form(struct parser *p, const struct tree *tree, struct str text)
{
	refuse(p->refusal, p->arena, NULL, REASON_VALUE, "\"" STR "\" is no " STR,
		ARG(json_escaped(p->arena, str_head(text, 60))),
		ARG(str_last_component(tree->type->e.full_name)));
	return false;
}

/* Digits of a fraction, as nanoseconds. */
static bool take_nanos(struct str s, int64_t *nanos)
{
	*nanos = 0;
	if (!s.n || s.n > 9)
		return false;
	for (size_t i = 0; i < 9; i++) {
		int digit = i < s.n ? s.p[i] - '0' : 0;

		if (digit < 0 || digit > 9)
			return false;
		*nanos = *nanos * 10 + digit;
	}
	return true;
}

static int64_t days_from(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool two_digits(const char *p, int64_t least, int64_t most, int64_t *value)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*value = (p[0] - '0') * 10 + p[1] - '0';
	return *value >= least && *value <= most;
}

/* `1970-01-01T00:00:00Z`, with a fraction; offsets are not written by default. */
static bool parse_timestamp(struct str s, int64_t *seconds, int64_t *nanos)
{
	int64_t century, year, month, day, hour, minute, second;

	*nanos = 0;
	if (s.n < 20 || s.p[s.n - 1] != 'Z' || s.p[4] != '-' || s.p[7] != '-' || s.p[10] != 'T' ||
		s.p[13] != ':' || s.p[16] != ':' || !two_digits(s.p, 0, 99, &century) ||
		!two_digits(s.p + 2, 0, 99, &year) || !two_digits(s.p + 5, 1, 12, &month) ||
		!two_digits(s.p + 8, 1, 31, &day) || !two_digits(s.p + 11, 0, 23, &hour) ||
		!two_digits(s.p + 14, 0, 59, &minute) || !two_digits(s.p + 17, 0, 59, &second))
		return false;
	if (s.n > 20 && (s.p[19] != '.' || !take_nanos((struct str){ s.p + 20, s.n - 21 }, nanos)))
		return false;
	*seconds = days_from(century * 100 + year, month, day) * 86400 + hour * 3600 + minute * 60 +
		   second;
	return true;
}

static bool parse_duration(struct str s, int64_t *seconds, int64_t *nanos)
{
	bool negative = s.n && s.p[0] == '-';
	struct number n;
	size_t dot;

	*nanos = 0;
	if (s.n < 2 || s.p[s.n - 1] != 's')
		return false;
	s.n--;
	dot = str_find(s, '.');
	if (dot < s.n && !take_nanos(str_from(s, dot + 1), nanos))
		return false;
	if (!json_whole_number(str_head(s, dot), &n) || n.size > 315576000000)
		return false;
	*seconds = negative ? -(int64_t)n.size : (int64_t)n.size;
	*nanos = negative ? -*nanos : *nanos;
	return true;
}

static bool read_time(struct parser *p, struct tree *tree, bool is_duration)
{
	int64_t seconds = 0, nanos = 0;
	struct str text;

	if (peek(p) != '"')
		return no_form(p, tree, take_bare(p));
	if (!take_string(p, &text))
		return false;
	if (!(is_duration ? parse_duration(text, &seconds, &nanos)
			  : parse_timestamp(text, &seconds, &nanos)))
		return no_form(p, tree, text);
	return set_integer(p, tree, 1, seconds) && set_integer(p, tree, 2, nanos);
}

static bool read_mask(struct parser *p, struct tree *tree)
{
	const struct field *paths = lens_number(p->lens, tree->type, 1);
	struct str text, path;

	if (!paths)
		return broken(p);
	if (peek(p) != '"')
		return no_form(p, tree, take_bare(p));
	if (!take_string(p, &text))
		return false;
	if (str_has(text, '_') || str_has(text, ' '))
		return no_form(p, tree, text);
	while (text.n && str_cut(&text, ',', &path))
		*vec_push(p->arena, &tree_put(p->arena, tree, paths)->items) =
			(struct datum){ .s = path };
	return true;
}

static bool read_value(struct parser *p, struct tree *tree)
{
	char c = peek(p);
	int32_t number = c == '"'               ? 3
			 : c == '{'             ? 5
			 : c == '['             ? 6
			 : c == 't' || c == 'f' ? 4
			 : c == 'n'             ? 1
						: 2;
	const struct field *field = lens_number(p->lens, tree->type, number);
	struct datum datum;

	if (!field || !take_datum(p, field, &datum))
		return broken(p);
	*vec_push(p->arena, &tree_put(p->arena, tree, field)->items) = datum;
	return true;
}

static bool read_first(struct parser *p, struct tree *tree)
{
	const struct field *field = lens_number(p->lens, tree->type, 1);

	return field ? take_field(p, tree, field) : broken(p);
}

/* Empty, or with an empty message of a type that is known. */
static bool read_any(struct parser *p, struct tree *tree)
{
	const struct field *url = lens_number(p->lens, tree->type, 1);
	struct str key, text;

	if (take(p, '{') && take(p, '}'))
		return true;
	if (url && peek(p) == '"' && take_string(p, &key) && str_eq(key, S("@type")) &&
		take(p, ':') && take_string(p, &text) && take(p, '}') &&
		codec_knows_url(p->lens->codec, text)) {
		*vec_push(p->arena, &tree_put(p->arena, tree, url)->items) =
			(struct datum){ .s = text };
		return true;
	}
	*p->refusal = (struct refusal){ 0 };
	refuse(p->refusal, p->arena, NULL, REASON_VALUE, "it is no Any");
	return false;
}

static bool read_known(struct parser *p, enum known known, struct tree *tree)
{
	switch (known) {
	case KNOWN_TIMESTAMP:
	case KNOWN_DURATION:
		return read_time(p, tree, known == KNOWN_DURATION);
	case KNOWN_FIELD_MASK:
		return read_mask(p, tree);
	case KNOWN_VALUE:
		return read_value(p, tree);
	case KNOWN_ANY:
		return read_any(p, tree);
	default:
		return read_first(p, tree);
	}
}

static bool read_members(struct parser *p, struct tree *tree)
{
	if (!take(p, '{')) {
		refuse(p->refusal, p->arena, NULL, REASON_VALUE, "it is no message '" STR "'",
			ARG(tree->type->e.full_name));
		return false;
	}
	if (take(p, '}'))
		return true;
	do {
		if (!take_member(p, tree))
			return false;
	} while (take(p, ','));
	return take(p, '}') || broken(p);
}

static bool read_tree(struct parser *p, struct tree *tree)
{
	enum known known = message_known(tree->type);
	bool ok;

	if (p->depth >= MOST_DEPTH || --p->lens->codec->steps < 0)
		return broken(p);
	p->depth++;
	ok = known ? read_known(p, known, tree) : read_members(p, tree);
	p->depth--;
	return ok;
}

bool json_read(const struct lens *lens, const struct message *type, struct str json,
	struct arena *arena, struct tree **tree, struct refusal *refusal)
{
	struct parser p = { lens, arena, refusal, json.p, json.p + json.n, lens->kept, NULL, 0 };

	*refusal = (struct refusal){ 0 };
	*tree = tree_new(arena, type);
	if (!read_tree(&p, *tree))
		return false;
	if (peek(&p) || p.at != p.end)
		return broken(&p);
	return !asks_required(lens) || tree_is_complete(*tree, lens, refusal);
}
