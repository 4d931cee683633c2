#include "config/yaml_tree.h"

#include "base/form.h"

#include <stdlib.h>
#include <yaml.h>

struct anchor {
	struct str name;
	struct yaml_node *node; /* NULL while it is being read: an alias inside it is refused */
};

/* A list or mapping that is being read. */
struct level {
	struct yaml_node *node;
	struct yaml_node *key; /* of a mapping: the key whose value is still to come */
	uint32_t anchor;       /* index + 1; 0: it has none */
};

struct yaml_reader {
	struct arena *arena;
	struct text *text;
	struct diags *diags;
	struct str body; /* the bytes after a byte order mark */
	uint32_t shift;  /* length of that mark */
	/* byte offset of each character, since libyaml counts characters; NULL: all are one byte */
	uint32_t *offsets;
	size_t n_offsets;
	struct level levels[MAX_YAML_DEPTH];
	uint32_t depth;
	VEC(struct anchor) anchors;
	struct yaml_node *root;
	uint32_t events;
	bool failed;
};

static void count_characters(struct yaml_reader *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->body.n; i++)
		n += ((unsigned char)r->body.p[i] & 0xC0) != 0x80;
	if (n == r->body.n)
		return;
	r->offsets = NEW_ARRAY(r->arena, n + 1, uint32_t);
	for (size_t i = 0; i < r->body.n; i++)
		if (((unsigned char)r->body.p[i] & 0xC0) != 0x80)
			r->offsets[r->n_offsets++] = (uint32_t)i;
}

static uint32_t offset_of(const struct yaml_reader *r, yaml_mark_t mark)
{
	size_t at = mark.index;

	if (r->offsets)
		at = at < r->n_offsets ? r->offsets[at] : r->body.n;
	return (uint32_t)(at < r->body.n ? at : r->body.n) + r->shift;
}

static struct span span_of(const struct yaml_reader *r, const yaml_event_t *event)
{
	struct span span = { offset_of(r, event->start_mark), offset_of(r, event->end_mark) };

	/* A null is empty, and an empty span would mean "nowhere". */
	if (span.end <= span.begin)
		span.end = span.begin + 1;
	return span;
}

static void fail(struct yaml_reader *r, struct span span, const char *sentence)
{
	diag_error(r->diags, place_in(r->text, span), "%s", sentence);
	r->failed = true;
}

static void report_syntax(struct yaml_reader *r, const yaml_parser_t *parser)
{
	struct span span = { offset_of(r, parser->problem_mark), 0 };
	const char *problem = parser->problem ? parser->problem : "cannot be read";

	if (parser->error == YAML_MEMORY_ERROR) {
		fail(r, NO_SPAN, "not enough memory to read it");
		diag_unread(r->diags);
		return;
	}
	/* Errors of libyaml's reader have a byte offset instead of a mark. */
	if (parser->error == YAML_READER_ERROR)
		span.begin = (uint32_t)(parser->problem_offset < r->body.n ? parser->problem_offset
									   : r->body.n) +
			     r->shift;
	span.end = span.begin + 1;
	diag_error(r->diags, place_in(r->text, span), "not valid YAML: %s", problem);
	if (parser->context && parser->context_mark.index != parser->problem_mark.index) {
		uint32_t begin = offset_of(r, parser->context_mark);

		diag_note(r->diags, place_in(r->text, (struct span){ begin, begin + 1 }),
			"%s began", parser->context);
	}
	r->failed = true;
}

static int pair_order(const void *left, const void *right)
{
	const struct yaml_node *a = *(struct yaml_node *const *)left;
	const struct yaml_node *b = *(struct yaml_node *const *)right;
	int order = str_cmp(a->value, b->value);

	return order ? order : (a->span.begin > b->span.begin) - (a->span.begin < b->span.begin);
}

static void refuse_double_keys(struct yaml_reader *r, const struct yaml_node *map)
{
	struct arena_mark mark = arena_mark(r->arena);
	struct yaml_node **keys = NEW_ARRAY(r->arena, map->pairs.n + 1, struct yaml_node *);
	uint32_t n_diags = r->diags->n;

	for (uint32_t i = 0; i < map->pairs.n; i++)
		keys[i] = map->pairs.items[i].key;
	qsort(keys, map->pairs.n, sizeof *keys, pair_order);
	for (uint32_t i = 1; i < map->pairs.n; i++) {
		if (!str_eq(keys[i - 1]->value, keys[i]->value))
			continue;
		diag_error(r->diags, place_in(r->text, keys[i]->span),
			"key '" STR "' is given twice", ARG(keys[i]->value));
		diag_note(r->diags, place_in(r->text, keys[i - 1]->span), "first");
		r->failed = true;
	}
	/* Diagnostics may refer to this memory, so it stays. */
	if (r->diags->n == n_diags)
		arena_rewind(r->arena, mark);
}

/* Attaches a finished node: under its key, to the list, or as the root. */
static void place_node(struct yaml_reader *r, struct yaml_node *node)
{
	struct level *level = r->depth ? &r->levels[r->depth - 1] : NULL;

	if (!level) {
		r->root = node;
		return;
	}
	level->node->size += node->size;
	if (level->node->depth <= node->depth)
		level->node->depth = node->depth + 1;
	if (level->node->kind == YAML_LIST) {
		*vec_push(r->arena, &level->node->items) = node;
	} else if (level->key) {
		*vec_push(r->arena, &level->node->pairs) = (struct yaml_pair){ level->key, node };
		level->key = NULL;
	} else if (node->kind == YAML_LIST || node->kind == YAML_MAP) {
		fail(r, node->span, "a key must be a word");
	} else if (node->plain && str_eq(node->value, S("<<"))) {
		fail(r, node->span, "merge keys are not supported");
		diag_help(r->diags, "write the keys out, or use an alias for the whole value");
	} else {
		level->key = node;
	}
}

static uint32_t add_anchor(struct yaml_reader *r, const yaml_char_t *name, struct span span)
{
	if (!name)
		return 0;
	if (r->anchors.n >= MAX_YAML_ANCHORS) {
		fail(r, span, "too many anchors: more than 1000");
		return 0;
	}
	vec_push(r->arena, &r->anchors)->name = str_dup(r->arena, str_of((const char *)name));
	return r->anchors.n;
}

static struct yaml_node *node_new(struct yaml_reader *r, enum yaml_kind kind, struct span span)
{
	struct yaml_node *node = NEW(r->arena, struct yaml_node);

	*node = (struct yaml_node){ .kind = kind, .span = span, .size = 1, .depth = 1 };
	return node;
}

static bool is_null(struct str s)
{
	return s.n == 0 || str_eq(s, S("~")) || str_eq(s, S("null")) || str_eq(s, S("Null")) ||
	       str_eq(s, S("NULL"));
}

static void read_scalar(struct yaml_reader *r, const yaml_event_t *event)
{
	struct str value = { (const char *)event->data.scalar.value, event->data.scalar.length };
	struct yaml_node *node = node_new(r, YAML_SCALAR, span_of(r, event));
	uint32_t anchor = add_anchor(r, event->data.scalar.anchor, node->span);

	node->value = str_dup(r->arena, value);
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (node->plain && is_null(value))
		node->kind = YAML_NULL;
	if (event->data.scalar.tag)
		fail(r, node->span, "tags are not supported");
	if (anchor)
		r->anchors.items[anchor - 1].node = node;
	place_node(r, node);
}

static void read_alias(struct yaml_reader *r, const yaml_event_t *event)
{
	struct str name = str_of((const char *)event->data.alias.anchor);
	struct span span = span_of(r, event);

	for (uint32_t i = r->anchors.n; i-- > 0;) {
		struct yaml_node *node = r->anchors.items[i].node;

		if (!str_eq(r->anchors.items[i].name, name))
			continue;
		if (!node) {
			fail(r, span, "an alias within its own anchor");
			return;
		}
		r->events += node->size;
		if (r->depth + node->depth > MAX_YAML_DEPTH)
			fail(r, span, "nested more than 64 levels deep");
		else
			place_node(r, node);
		return;
	}
	diag_error(r->diags, place_in(r->text, span), "alias '*" STR "' has no anchor before it",
		ARG(name));
	r->failed = true;
}

static void open_level(struct yaml_reader *r, enum yaml_kind kind, const yaml_event_t *event,
	const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct yaml_node *node = node_new(r, kind, span_of(r, event));
	struct str line = str_from(r->text->bytes, node->span.begin);

	/* A block-style node has no bracket: the caret points at its first line. */
	line = str_trim(str_head(line, str_find(line, '\n')));
	node->span.end = node->span.begin + (uint32_t)(line.n ? line.n : 1);
	if (tag)
		fail(r, node->span, "tags are not supported");
	if (r->depth == MAX_YAML_DEPTH) {
		fail(r, node->span, "nested more than 64 levels deep");
		return;
	}
	r->levels[r->depth++] =
		(struct level){ .node = node, .anchor = add_anchor(r, anchor, node->span) };
}

static void close_level(struct yaml_reader *r)
{
	struct level level = r->levels[--r->depth];

	if (level.node->kind == YAML_MAP)
		refuse_double_keys(r, level.node);
	if (level.anchor)
		r->anchors.items[level.anchor - 1].node = level.node;
	place_node(r, level.node);
}

static void read_event(struct yaml_reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (r->root)
			fail(r, span_of(r, event), "a second document: only one is read");
		break;
	case YAML_SCALAR_EVENT:
		read_scalar(r, event);
		break;
	case YAML_ALIAS_EVENT:
		read_alias(r, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		open_level(r, YAML_LIST, event, event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
		break;
	case YAML_MAPPING_START_EVENT:
		open_level(r, YAML_MAP, event, event->data.mapping_start.anchor,
			event->data.mapping_start.tag);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_level(r);
		break;
	default:
		break;
	}
	if (!r->failed && ++r->events > MAX_YAML_EVENTS)
		fail(r, span_of(r, event),
			"too large: more than 200000 values with aliases expanded");
}

static void read_events(struct yaml_reader *r)
{
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser)) {
		fail(r, NO_SPAN, "not enough memory to read it");
		diag_unread(r->diags);
		return;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)r->body.p, r->body.n);
	for (bool end = false; !end && !r->failed;) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			report_syntax(r, &parser);
			break;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		read_event(r, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

/* The first conflict marker of git in the text. False: none. */
static bool find_conflict(struct str text, struct span *span)
{
	struct str rest = text, line;

	while (str_cut(&rest, '\n', &line)) {
		span->begin = (uint32_t)(line.p - text.p);
		span->end = span->begin + (uint32_t)line.n;
		if (is_conflict_marker(line))
			return true;
	}
	return false;
}

/* Is it a format that is not YAML? JSON is YAML. */
static bool is_foreign(enum form form)
{
	switch (form) {
	case FORM_UNKNOWN:
	case FORM_JSON:
	case FORM_YAML_SET:
		return false;
	default:
		return true;
	}
}

/* Replaces the errors from number `n` on by one that names their cause, if it is known. */
static void name_cause(struct yaml_reader *r, uint32_t n, uint32_t n_errors)
{
	enum form form = form_of(r->text->bytes);
	struct span span;

	if (is_foreign(form)) {
		diags_forget(r->diags, n, n_errors);
		diag_error(r->diags, place_in(r->text, NO_SPAN),
			"this is %s, not a configuration in YAML", form_name(form));
		if (form == FORM_UTF16 || form == FORM_UTF32)
			diag_help(r->diags, "save it as UTF-8");
		r->failed = true;
	} else if (find_conflict(r->text->bytes, &span)) {
		diags_forget(r->diags, n, n_errors);
		fail(r, span, "unresolved merge conflict");
		diag_help(r->diags, "choose between the lines from '<<<<<<<' to '>>>>>>>', and "
				    "delete the markers");
	}
}

struct yaml_node *yaml_read(struct arena *arena, struct text *text, struct diags *diags)
{
	uint32_t n = diags->n, n_errors = diags->n_errors;
	struct yaml_reader r = {
		.arena = arena, .text = text, .diags = diags, .body = text->bytes
	};

	if (text->bytes.n > MAX_YAML_BYTES) {
		fail(&r, NO_SPAN, "this file is larger than 1 MiB");
		return NULL;
	}
	if (str_starts(r.body, S("\xEF\xBB\xBF"))) {
		r.shift = 3;
		r.body = str_from(r.body, 3);
	}
	count_characters(&r);
	read_events(&r);
	if (r.failed || (r.root && r.root->kind != YAML_MAP && r.root->kind != YAML_NULL))
		name_cause(&r, n, n_errors);
	if (r.failed)
		return NULL;
	if (!r.root || r.root->kind == YAML_NULL)
		r.root = node_new(&r, YAML_MAP, NO_SPAN);
	return r.root;
}

struct yaml_node *yaml_get(const struct yaml_node *map, struct str key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->pairs.n; i++)
		if (str_eq(map->pairs.items[i].key->value, key))
			return map->pairs.items[i].value;
	return NULL;
}

bool yaml_bool(const struct yaml_node *node, bool *value)
{
	static const struct str yes[] = { STR_INIT("true"), STR_INIT("True"), STR_INIT("TRUE"),
		STR_INIT("yes"), STR_INIT("Yes"), STR_INIT("YES"), STR_INIT("on"), STR_INIT("On"),
		STR_INIT("ON") };
	static const struct str no[] = { STR_INIT("false"), STR_INIT("False"), STR_INIT("FALSE"),
		STR_INIT("no"), STR_INIT("No"), STR_INIT("NO"), STR_INIT("off"), STR_INIT("Off"),
		STR_INIT("OFF") };

	if (node->kind != YAML_SCALAR || !node->plain)
		return false;
	for (size_t i = 0; i < COUNT(yes); i++) {
		*value = str_eq(node->value, yes[i]);
		if (*value || str_eq(node->value, no[i]))
			return true;
	}
	return false;
}

const char *yaml_kind_name(const struct yaml_node *node)
{
	switch (node->kind) {
	case YAML_NULL:
		return "nothing";
	case YAML_SCALAR:
		return "a single value";
	case YAML_LIST:
		return "a list";
	case YAML_MAP:
		return "a mapping";
	}
	return "";
}

/* Can the character stand unescaped between quotes, and does a reader see it? */
static bool is_printable(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7F && code < 0xA0))
		return false;
	/* YAML folds line separators, and rejects U+FFFE and byte order marks. */
	if (code == 0x2028 || code == 0x2029 || code == 0xFEFF || code == 0xFFFE || code == 0xFFFF)
		return false;
	/* These change the writing direction. */
	return code != 0x61C && code != 0x200E && code != 0x200F &&
	       !(code >= 0x202A && code <= 0x202E) && !(code >= 0x2066 && code <= 0x2069);
}

/* Length of the character at `i`, and its code; 0: invalid UTF-8. */
static size_t character_at(struct str s, size_t i, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s.p + i;
	size_t n = p[0] < 0x80       ? 1
		   : p[0] >> 5 == 6  ? 2
		   : p[0] >> 4 == 14 ? 3
		   : p[0] >> 3 == 30 ? 4
				     : 0;
	uint32_t code = n > 1 ? p[0] & (0x7Fu >> n) : p[0];

	if (n == 0 || n > s.n - i)
		return 0;
	for (size_t k = 1; k < n; k++) {
		if ((p[k] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (p[k] & 0x3F);
	}
	if (code < least[n] || (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF)
		return 0;
	*character = code;
	return n;
}

struct str yaml_quote(struct arena *arena, struct str s)
{
	static const char digits[] = "0123456789abcdef";
	/* In the worst case each byte becomes \xNN. */
	char *out = arena_bytes(arena, 4 * s.n + 2);
	size_t n = 0;

	out[n++] = '"';
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i];
		uint32_t code = c;
		size_t length = character_at(s, i, &code);

		if (c == '"' || c == '\\')
			out[n++] = '\\';
		if (length && is_printable(code)) {
			memcpy(out + n, s.p + i, length);
			n += length;
			i += length;
			continue;
		}
		/* An invalid byte is written as the character with its number. */
		out[n++] = '\\';
		out[n++] = code < 0x100 ? 'x' : 'u';
		for (int shift = code < 0x100 ? 4 : 12; shift >= 0; shift -= 4)
			out[n++] = digits[code >> shift & 15];
		i += length ? length : 1;
	}
	out[n++] = '"';
	return (struct str){ out, n };
}
