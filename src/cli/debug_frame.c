#include "cli/debug_frame.h"

#include "base/glyph.h"
#include "base/open.h"
#include "cli/frame.h"
#include "proof/proof.h"
#include "source/registry.h"

#include <jansson.h>
#include <stdlib.h>

/* One record, and what was found of it. */
struct record {
	struct cli *cli;
	const struct frame_arguments *arguments;
	struct str name; /* for messages */
	struct str bytes;
	struct frame frame;
	struct str rest; /* the index and, unless it is in a header, the payload */
	bool has_header;
	struct schema *schema; /* NULL: none was named */
	const struct file *file;
	struct codec *codec;
	struct positions positions;
};

/* One way to read the index. */
struct candidate {
	enum frame_reading reading;
	struct message_index index;    /* Glue: n is 0 */
	uint32_t position;             /* Glue's */
	const struct message *message; /* NULL: there is none */
	enum counting counting;
	struct str payload;
	size_t offset; /* of the payload, where the fault's is counted from */
	bool is_decoded;
	struct decoded decoded;
};

/* ---- bytes ---- */

static bool is_stdin(const char *path)
{
	return strcmp(path, "-") == 0;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Digits, with spaces and colons between bytes. */
static bool read_hex(struct cli *cli, const char *option, const char *text, struct str *bytes)
{
	size_t n = strlen(text), at = 0;
	char *p = arena_bytes(cli->arena, n / 2 + 1), *end = p;

	while (at < n) {
		int high = hex_digit(text[at]), low = high < 0 ? -1 : hex_digit(text[at + 1]);

		if (text[at] == ' ' || text[at] == ':') {
			at++;
			continue;
		}
		if (low < 0) {
			diag_error(&cli->diags, NOWHERE, "--%s: no hexadecimal byte at column %zu",
				option, at + 1);
			diag_help(&cli->diags, "write two digits a byte, as in 0000000007 00 0801");
			return false;
		}
		*end++ = (char)(high << 4 | low);
		at += 2;
	}
	*bytes = (struct str){ p, (size_t)(end - p) };
	return true;
}

static bool read_file(struct cli *cli, const char *path, struct str *bytes)
{
	int fd = is_stdin(path) ? STDIN_FILENO : open_again(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && file_bytes(fd, MOST_RECORD, cli->arena, bytes);

	if (!ok && errno == EFBIG)
		diag_error(&cli->diags, NOWHERE, "'%s' has more than 1 MiB", path);
	else if (!ok)
		diag_error(&cli->diags, NOWHERE, "cannot read '%s': %s", path, strerror(errno));
	if (fd >= 0 && !is_stdin(path))
		close(fd);
	return ok;
}

static bool read_record(struct record *r, const char *path)
{
	const char *hex = r->arguments->hex;

	if ((path != NULL) == (hex != NULL)) {
		diag_error(&r->cli->diags, NOWHERE,
			path ? "a file and --hex both give a record" : "no record was given");
		diag_help(&r->cli->diags, "name a file, '-' for standard input, or --hex HEX");
		return false;
	}
	r->name = hex ? S("--hex") : is_stdin(path) ? S("standard input") : str_of(path);
	return hex ? read_hex(r->cli, "hex", hex, &r->bytes) : read_file(r->cli, path, &r->bytes);
}

/* `NAME: byte 7: why`; `at` counts in the bytes that are in error. */
static bool damaged(struct record *r, struct str name, const struct fault *fault)
{
	bool is_inflated = r->frame.is_compressed && !r->frame.offset;

	diag_error(&r->cli->diags, NOWHERE, STR ": byte %zu%s: " STR, ARG(name), fault->offset,
		is_inflated ? " of what was inflated" : "", ARG(fault->why));
	return false;
}

static bool read_frame(struct record *r)
{
	struct str framed = r->bytes, name = r->name;
	struct fault fault;

	if (r->arguments->header) {
		r->has_header = true;
		name = S("--header");
		if (!read_hex(r->cli, "header", r->arguments->header, &framed))
			return false;
	}
	if (!frame_read(r->cli->arena, framed, &r->frame, &fault)) {
		damaged(r, name, &fault);
		return false;
	}
	r->rest = r->frame.rest;
	if (r->bytes.n <= MOST_RECORD)
		return true;
	return damaged(
		r, r->name, &(struct fault){ S("the record has more than 1 MiB"), MOST_RECORD });
}

/* ---- the schema ---- */

/* The input that has the record's schema; NULL: none is named, or, with an error, it cannot be. */
static const char *schema_input(struct record *r)
{
	const struct frame_arguments *a = r->arguments;
	struct arena *arena = r->cli->arena;
	struct str url;

	if (a->schema || !a->registry)
		return a->schema;
	if (r->frame.kind != FRAME_ID) {
		diag_error(&r->cli->diags, NOWHERE,
			STR ": the record has a GUID, by which no schema is asked for",
			ARG(r->name));
		diag_help(&r->cli->diags, "name its schema: --schema registry:URL/SUBJECT@VERSION");
		return NULL;
	}
	url = str_of(a->registry);
	while (url.n && url.p[url.n - 1] == '/')
		url.n--;
	return str_cstr(arena, str_printf(arena, "registry:" STR "/%s#%u", ARG(url),
				       a->subject ? a->subject : "", (unsigned)r->frame.id));
}

static bool is_imported(const struct schema *schema, const struct file *file)
{
	for (uint32_t i = 0; i < schema->files.n; i++) {
		const struct file *other = schema->files.items[i].file;

		for (uint32_t k = 0; k < other->imports.n; k++)
			if (other->imports.items[k].file == file && other != file)
				return true;
	}
	return false;
}

/* The only own file that no other imports; NULL: there are more. */
static const struct file *only_file(const struct schema *schema)
{
	const struct file *only = NULL;

	for (uint32_t i = 0; i < schema->files.n; i++) {
		const struct file *file = schema->files.items[i].file;

		if (!schema->files.items[i].own || file->is_builtin || is_imported(schema, file))
			continue;
		if (only)
			return NULL;
		only = file;
	}
	return only;
}

static bool choose_file(struct record *r, const struct source *source, const char *input)
{
	struct str path = str_of(r->arguments->file);
	struct diags *diags = &r->cli->diags;

	if (!path.p && str_starts(str_of(input), S("registry:")))
		path = registry_source_file(source);
	r->file = path.p ? schema_find_file(r->schema, intern(r->cli->names, path))
			 : only_file(r->schema);
	if (r->file)
		return true;
	if (path.p) {
		diag_error(diags, NOWHERE, "the schema has no file '" STR "'", ARG(path));
		diag_help(diags, "--file is a path as imports write it");
	} else {
		diag_error(diags, NOWHERE, "the schema has several files");
		diag_help(diags, "name the one that was registered: --file PATH");
	}
	return false;
}

/* ---- which message ---- */

/* All messages of the file, those of maps and groups too. */
struct all_messages {
	struct arena *arena;
	VEC(const struct message *) list;
};

static void take_message(void *context, struct element *element)
{
	struct all_messages *all = context;

	if (element->kind == ELEMENT_MESSAGE)
		*vec_push(all->arena, &all->list) = (const struct message *)element;
}

static int by_full_name(const void *a, const void *b)
{
	return str_cmp((*(const struct message *const *)a)->e.full_name,
		(*(const struct message *const *)b)->e.full_name);
}

static const struct message *message_of_position(const struct record *r, uint32_t position)
{
	struct all_messages all = { .arena = r->cli->arena };

	file_walk((struct file *)r->file, take_message, &all); /* reads */
	if (all.list.n)
		qsort(all.list.items, all.list.n, sizeof *all.list.items, by_full_name);
	return position < all.list.n ? all.list.items[position] : NULL;
}

/* No writer begins a record with the entry of a map or a group, nor with what its payload cannot
 * be: JavaScript and Java count without them. */
static void try_countings(struct record *r, struct candidate *c)
{
	static const enum counting others[] = { BY_TEXT, WITHOUT_ENTRIES };

	for (size_t i = 0; i < COUNT(others); i++) {
		const struct message *message = message_at(r->file, others[i], &c->index);
		struct decoded decoded;

		if (c->is_decoded && !message_is_generated(c->message))
			return;
		if (!message || !codec_decode(r->codec, message, c->payload, &decoded))
			continue;
		c->message = message;
		c->decoded = decoded;
		c->is_decoded = true;
		c->counting = others[i];
	}
}

/* False and *fault if the index cannot be read so. */
static bool read_index(
	struct record *r, enum frame_reading reading, struct candidate *c, struct fault *fault)
{
	struct arena *arena = r->cli->arena;
	size_t size;

	*c = (struct candidate){ .reading = reading };
	if (r->frame.kind == FRAME_GLUE
			? !frame_position_read(arena, r->rest, &c->position, &size, fault)
			: !frame_index_read(arena, r->rest, reading, &c->index, &size, fault)) {
		fault->offset += r->frame.offset;
		return false;
	}
	c->payload = r->has_header ? r->bytes : str_from(r->rest, size);
	c->offset = r->has_header ? 0 : r->frame.offset + size;
	if (!r->file)
		return true;
	c->message = r->frame.kind == FRAME_GLUE ? message_of_position(r, c->position)
						 : message_at(r->file, BY_DESCRIPTOR, &c->index);
	if (c->message)
		c->is_decoded = codec_decode(r->codec, c->message, c->payload, &c->decoded);
	if (c->index.n)
		try_countings(r, c);
	return true;
}

/* All ways in which the record may be read. */
struct candidates {
	struct candidate items[READINGS];
	unsigned n, chosen;
	struct fault fault; /* of the usual reading, if it is none of them */
	bool is_faulty;
};

static bool same_candidate(const struct candidate *a, const struct candidate *b)
{
	return message_index_eq(&a->index, &b->index) && a->payload.n == b->payload.n;
}

static bool is_new(const struct candidates *all, const struct candidate *candidate)
{
	for (unsigned i = 0; i < all->n; i++)
		if (same_candidate(&all->items[i], candidate))
			return false;
	return true;
}

/* The first that names a message whose payload can be read; else whose payload cannot; else any. */
static unsigned best_of(const struct candidates *all)
{
	for (unsigned i = 0; i < all->n; i++)
		if (all->items[i].is_decoded)
			return i;
	for (unsigned i = 0; i < all->n; i++)
		if (all->items[i].message)
			return i;
	return 0;
}

/* False and an error if no reading is possible. */
static bool read_all(struct record *r, struct candidates *all)
{
	*all = (struct candidates){ 0 };
	for (enum frame_reading reading = 0; reading < READINGS; reading++) {
		struct fault fault;

		if (read_index(r, reading, &all->items[all->n], &fault)) {
			all->n += is_new(all, &all->items[all->n]);
		} else if (reading == READ_ZIGZAG) {
			all->is_faulty = true;
			all->fault = fault;
		}
		if (r->frame.kind == FRAME_GLUE || (!r->file && all->n))
			break;
	}
	all->chosen = best_of(all);
	if (!all->n || (all->is_faulty && r->file && !all->items[all->chosen].is_decoded))
		return damaged(r, r->has_header ? S("--header") : r->name, &all->fault);
	return true;
}

/* May the record have been written so, too? */
static bool is_likely(const struct candidates *all, unsigned i)
{
	const struct candidate *c = &all->items[i], *chosen = &all->items[all->chosen];

	return i != all->chosen && c->is_decoded && chosen->is_decoded &&
	       c->decoded.n_unknown <= chosen->decoded.n_unknown;
}

/* The message that the index means where it is counted so, if it is another; NULL: none, or a
 * group, which nobody frames. */
static const struct message *counted_so(
	const struct record *r, const struct candidate *c, enum counting counting)
{
	const struct message *message =
		r->file && c->index.n ? message_at(r->file, counting, &c->index) : NULL;

	return message && message != c->message && !message_is_generated(message) ? message : NULL;
}

/* ---- for people ---- */

/* ProtoJSON with a line for each value. */
static void print_indented(struct out *out, struct str json)
{
	unsigned depth = 1;
	bool in_text = false;

	out_str(out, S("  "));
	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];
		bool opens = !in_text && (c == '{' || c == '['),
		     closes = !in_text && (c == '}' || c == ']');
		bool is_empty =
			opens && i + 1 < json.n && (json.p[i + 1] == '}' || json.p[i + 1] == ']');
		size_t n = 1;

		if (closes)
			out_printf(out, "\n%*s", (int)(2 * --depth), "");
		if (in_text)
			n = glyph_end(json, i + 1) - i;
		out_plain(out, (struct str){ json.p + i, n });
		i += n - 1;
		if (in_text && c == '\\' && i + 1 < json.n)
			out_char(out, json.p[++i]);
		else if (c == '"')
			in_text = !in_text;
		if (is_empty)
			out_char(out, json.p[++i]);
		else if (opens)
			out_printf(out, "\n%*s", (int)(2 * ++depth), "");
		else if (!in_text && c == ',')
			out_printf(out, "\n%*s", (int)(2 * depth), "");
		else if (!in_text && c == ':')
			out_char(out, ' ');
	}
	out_char(out, '\n');
}

static struct str index_words(const struct record *r, const struct candidate *c)
{
	return r->frame.kind == FRAME_GLUE ? str_printf(r->cli->arena, "%u", (unsigned)c->position)
					   : message_index_words(r->cli->arena, &c->index);
}

static void print_frame(struct record *r)
{
	struct out *out = r->cli->out;
	const struct frame *frame = &r->frame;

	if (frame->kind == FRAME_ID)
		out_printf(out, "magic 0, schema id %u\n", (unsigned)frame->id);
	else
		out_printf(out, "%s" STR "%s\n",
			frame->kind == FRAME_GUID ? "magic 1, schema GUID "
						  : "AWS Glue, schema version ",
			ARG(frame_guid_words(r->cli->arena, frame)),
			frame->is_compressed ? ", compressed by zlib" : "");
}

/* What else the index means where it is counted in another way. */
static void print_counts(struct record *r, const struct candidate *c)
{
	const struct message *text = counted_so(r, c, BY_TEXT);
	const struct message *entries = counted_so(r, c, WITHOUT_ENTRIES);
	struct out *out = r->cli->out;

	if (c->counting == BY_TEXT)
		out_printf(out, "note: the index counts the text, as Java%s\n",
			entries ? " does" : " and JavaScript do");
	else if (c->counting == WITHOUT_ENTRIES)
		out_str(out, S("note: the index leaves out maps' entries, as JavaScript does\n"));
	if (text)
		out_printf(out, "note: of Java%s, the index means " STR "\n",
			text == entries ? " or JavaScript, which count the text"
					: ", which counts the text",
			ARG(text->e.full_name));
	if (entries && entries != text)
		out_printf(out,
			"note: of JavaScript, which leaves out maps' entries, the index means " STR
			"\n",
			ARG(entries->e.full_name));
}

static void print_notes(struct record *r, const struct candidates *all)
{
	struct out *out = r->cli->out;
	const struct candidate *chosen = &all->items[all->chosen];

	if (r->frame.kind != FRAME_GLUE && chosen->reading != READ_ZIGZAG)
		out_printf(out, "note: the index is written as %s, as old clients do\n",
			frame_reading_words[chosen->reading]);
	print_counts(r, chosen);
	for (unsigned i = 0; i < all->n; i++)
		if (is_likely(all, i))
			out_printf(out, "note: as %s it could be " STR ": " STR "\n",
				frame_reading_words[all->items[i].reading],
				ARG(index_words(r, &all->items[i])),
				ARG(all->items[i].message->e.full_name));
}

static void print_payload(struct out *out, const struct candidate *c)
{
	if (c->decoded.json.p) {
		print_indented(out, c->decoded.json);
	} else {
		out_str(out, S("  "));
		out_plain(out, c->decoded.text);
		out_char(out, '\n');
	}
	if (c->decoded.json.p && c->decoded.n_unknown) {
		out_str(out, S("unknown fields: "));
		out_plain(out, c->decoded.unknown);
		out_char(out, '\n');
	}
}

static void print_text(struct record *r, const struct candidates *all)
{
	struct out *out = r->cli->out;
	const struct candidate *c = &all->items[all->chosen];

	print_frame(r);
	out_printf(out, "%s " STR, r->frame.kind == FRAME_GLUE ? "position" : "index",
		ARG(index_words(r, c)));
	if (c->message) {
		out_printf(out, ": " STR " in ", ARG(c->message->e.full_name));
		out_plain(out, r->file->import_path);
	}
	out_char(out, '\n');
	print_notes(r, all);
	out_printf(out, "payload of %zu byte%s%s\n", c->payload.n, c->payload.n == 1 ? "" : "s",
		c->is_decoded && (c->payload.n || c->decoded.json.p) ? ":" : "");
	if (c->is_decoded)
		print_payload(out, c);
}

/* ---- for programs ---- */

static void set_text(json_t *object, const char *key, struct str text)
{
	json_object_set_new(object, key, json_stringn(text.p, text.n));
}

static json_t *index_value(const struct message_index *index)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < index->n; i++)
		json_array_append_new(list, json_integer(index->items[i]));
	return list;
}

static void set_candidate(const struct record *r, json_t *object, const struct candidate *c)
{
	if (r->frame.kind == FRAME_GLUE) {
		json_object_set_new(object, "position", json_integer(c->position));
	} else {
		json_object_set_new(object, "index", index_value(&c->index));
		json_object_set_new(
			object, "written_as", json_string(frame_reading_words[c->reading]));
	}
	if (c->counting != BY_DESCRIPTOR)
		json_object_set_new(object, "counts",
			json_string(c->counting == BY_TEXT ? "text" : "without entries"));
	if (c->message)
		set_text(object, "message", c->message->e.full_name);
}

static void set_frame(const struct record *r, json_t *object)
{
	static const int magics[] = { [FRAME_ID] = 0, [FRAME_GUID] = 1, [FRAME_GLUE] = 3 };

	json_object_set_new(object, "magic", json_integer(magics[r->frame.kind]));
	if (r->frame.kind == FRAME_ID)
		json_object_set_new(object, "id", json_integer(r->frame.id));
	else
		set_text(object, "guid", frame_guid_words(r->cli->arena, &r->frame));
	if (r->frame.kind == FRAME_GLUE)
		json_object_set_new(object, "compression",
			json_string(r->frame.is_compressed ? "zlib" : "none"));
}

static json_t *other_values(const struct record *r, const struct candidates *all)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < all->n; i++) {
		json_t *one;

		if (!is_likely(all, i))
			continue;
		one = json_object();
		set_candidate(r, one, &all->items[i]);
		json_array_append_new(list, one);
	}
	return list;
}

/* The payload is written as the codec prints it, since jansson has other words for numbers. */
static void print_json(struct record *r, const struct candidates *all)
{
	const struct candidate *c = &all->items[all->chosen];
	const struct message *text = counted_so(r, c, BY_TEXT);
	const struct message *entries = counted_so(r, c, WITHOUT_ENTRIES);
	json_t *object = json_object();
	struct out *out = r->cli->out;
	struct str dumped;
	char *whole;

	set_frame(r, object);
	set_candidate(r, object, c);
	if (r->file)
		set_text(object, "file", str_plain(r->cli->arena, r->file->import_path));
	if (text)
		set_text(object, "message_by_text", text->e.full_name);
	if (entries)
		set_text(object, "message_without_entries", entries->e.full_name);
	json_object_set_new(object, "could_be", other_values(r, all));
	json_object_set_new(object, "size", json_integer((json_int_t)c->payload.n));
	if (c->is_decoded) {
		set_text(object, "text", c->decoded.text);
		set_text(object, "unknown", c->decoded.unknown);
	}
	whole = json_dumps(object, JSON_COMPACT);
	dumped = str_of(whole);
	out_str(out, str_head(dumped, dumped.n ? dumped.n - 1 : 0));
	if (c->is_decoded && c->decoded.json.p) {
		out_str(out, S(",\"payload\":"));
		out_str(out, c->decoded.json);
	}
	out_str(out, S("}\n"));
	free(whole);
	json_decref(object);
}

/* ---- all of it ---- */

static bool print_record(struct record *r, const struct candidates *all)
{
	const struct candidate *c = &all->items[all->chosen];
	const char *format = r->arguments->format;

	if (format && strcmp(format, "json") == 0)
		print_json(r, all);
	else
		print_text(r, all);
	if (!r->file || c->is_decoded)
		return true;
	if (!c->message)
		return damaged(r, r->has_header ? S("--header") : r->name,
			&(struct fault){ str_printf(r->cli->arena,
						 "the index " STR " names no message of '" STR "'",
						 ARG(index_words(r, c)), ARG(r->file->import_path)),
				r->frame.offset });
	return damaged(
		r, r->name, &(struct fault){ c->decoded.error, c->offset + c->decoded.offset });
}

static bool decode(struct record *r)
{
	struct candidates all;
	bool ok;

	if (r->schema)
		r->codec = codec_new(r->cli->arena, r->cli->names,
			&(struct proof_sides){ .old = r->schema, .new = r->schema });
	ok = read_all(r, &all) && print_record(r, &all);
	if (r->codec)
		codec_free(r->codec);
	return ok;
}

bool debug_frame(struct cli *cli, const struct frame_arguments *arguments, const char *record,
	frame_compile compile, void *context)
{
	struct record r = { .cli = cli, .arguments = arguments };
	struct source *source = NULL;
	const char *input;
	bool ok;

	if (!read_record(&r, record) || !read_frame(&r))
		return false;
	input = schema_input(&r);
	ok = input || !arguments->registry;
	if (input) {
		r.schema = compile(context, input, &source);
		ok = r.schema && choose_file(&r, source, input);
	}
	/* The frame is shown even where its schema cannot be had. */
	return decode(&r) && ok;
}
