#include "source/registry_document.h"

#include "base/glyph.h"
#include "base/json.h"
#include "base/wire.h"

#include <jansson.h>
#include <stdlib.h>

enum { MAX_JSON_MEMORY = 256 << 20, MAX_MESSAGE = 200 };

static json_t *load(struct str body, const char **why)
{
	json_error_t error;
	json_t *json;

	if (json_memory(body) > MAX_JSON_MEMORY) {
		*why = "its values need more than 256 MiB of memory";
		return NULL;
	}
	/* jansson passes over a NUL between values. */
	if (str_has(body, '\0')) {
		*why = "it is not JSON";
		return NULL;
	}
	json = json_loadb(body.p ? body.p : "", body.n, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		*why = "it is not JSON";
	return json;
}

static json_t *load_object(struct str body, const char **why)
{
	json_t *json = load(body, why);

	if (!json || json_is_object(json))
		return json;
	*why = "it is not a JSON object";
	json_decref(json);
	return NULL;
}

static struct str text_of(struct arena *arena, const json_t *value)
{
	if (!json_is_string(value))
		return (struct str){ NULL, 0 };
	return str_dup(arena, (struct str){ json_string_value(value), json_string_length(value) });
}

static struct str member_text(struct arena *arena, const json_t *object, const char *key)
{
	return text_of(arena, json_object_get(object, key));
}

/* An integer from `least` to INT32_MAX; false: it is none. */
static bool number_of(const json_t *value, json_int_t least, uint32_t *number)
{
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < least || n > INT32_MAX)
		return false;
	*number = (uint32_t)n;
	return true;
}

/* ---- errors ---- */

/* Whole characters of at most MAX_MESSAGE bytes. */
static struct str cut(struct str text)
{
	size_t n = 0;
	struct glyph glyph;

	while (n < text.n) {
		glyph_read(&glyph, str_from(text, n));
		if (n + glyph.size > MAX_MESSAGE)
			break;
		n += glyph.size;
	}
	return str_head(text, n);
}

struct registry_refusal registry_refusal_read(struct arena *arena, struct str body)
{
	struct registry_refusal refusal = { .message = S("") };
	const char *why;
	json_t *json = load_object(body, &why);
	struct str message;

	if (!json)
		return refusal;
	refusal.is_json = true;
	if (!number_of(json_object_get(json, "error_code"), 1, &refusal.code))
		refusal.code = 0;
	message = member_text(arena, json, "message");
	if (message.p)
		refusal.message = cut(message);
	json_decref(json);
	return refusal;
}

/* ---- lists and settings ---- */

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static bool read_numbers(
	struct arena *arena, const json_t *json, struct registry_numbers *numbers, const char **why)
{
	uint32_t n = 0;

	if (!json_is_array(json)) {
		*why = "it is not a list of versions";
		return false;
	}
	if (json_array_size(json) > MAX_REGISTRY_VERSIONS) {
		*why = "it has more than 100000 versions";
		return false;
	}
	for (size_t i = 0; i < json_array_size(json); i++)
		if (!number_of(json_array_get(json, i), 1, vec_push(arena, &numbers->list))) {
			*why = "it has a version that is no number";
			return false;
		}
	if (!numbers->list.n)
		return true;
	qsort(numbers->list.items, numbers->list.n, sizeof *numbers->list.items, by_number);
	for (uint32_t i = 0; i < numbers->list.n; i++)
		if (!i || numbers->list.items[i] != numbers->list.items[n - 1])
			numbers->list.items[n++] = numbers->list.items[i];
	numbers->list.n = n;
	return true;
}

bool registry_numbers_read(
	struct arena *arena, struct str body, struct registry_numbers *numbers, const char **why)
{
	json_t *json = load(body, why);
	bool ok;

	*numbers = (struct registry_numbers){ 0 };
	ok = json && read_numbers(arena, json, numbers, why);
	json_decref(json);
	return ok;
}

bool registry_config_read(struct arena *arena, struct str body, struct registry_subject *subject,
	struct str *alias, const char **why)
{
	json_t *json = load_object(body, why);
	struct str level;

	if (!json)
		return false;
	level = member_text(arena, json, "compatibilityLevel");
	if (!level.p) /* as it is written to a registry */
		level = member_text(arena, json, "compatibility");
	subject->group = member_text(arena, json, "compatibilityGroup");
	subject->policy = member_text(arena, json, "compatibilityPolicy");
	*alias = member_text(arena, json, "alias");
	json_decref(json);
	if (level.p)
		subject->level = level;
	else if (!alias->p || !alias->n)
		*why = "it has no 'compatibilityLevel'";
	return level.p || (alias->p && alias->n);
}

bool registry_mode_read(struct arena *arena, struct str body, struct str *mode, const char **why)
{
	json_t *json = load_object(body, why);

	if (!json)
		return false;
	*mode = member_text(arena, json, "mode");
	json_decref(json);
	if (!mode->p)
		*why = "it has no 'mode'";
	return mode->p != NULL;
}

/* ---- versions ---- */

static bool read_reference(
	struct arena *arena, const json_t *json, struct registry_reference *reference)
{
	reference->name = member_text(arena, json, "name");
	reference->subject = member_text(arena, json, "subject");
	return reference->name.n && reference->subject.n &&
	       number_of(json_object_get(json, "version"), 1, &reference->version);
}

static bool read_references(
	struct arena *arena, const json_t *json, struct registry_version *version, const char **why)
{
	if (!json || json_is_null(json))
		return true;
	if (!json_is_array(json) || json_array_size(json) > MAX_REGISTRY_REFERENCES) {
		*why = "its 'references' are no list of at most 1000";
		return false;
	}
	for (size_t i = 0; i < json_array_size(json); i++) {
		struct registry_reference *reference = vec_push(arena, &version->references);

		if (!read_reference(arena, json_array_get(json, i), reference)) {
			*why = "a reference has no name, subject or version";
			return false;
		}
	}
	return true;
}

static void read_properties(
	struct arena *arena, const json_t *metadata, struct registry_version *version)
{
	const json_t *properties = json_object_get(metadata, "properties");
	void *at;

	if (!json_is_object(properties))
		return;
	at = json_object_iter((json_t *)(uintptr_t)properties);
	for (; at; at = json_object_iter_next((json_t *)(uintptr_t)properties, at)) {
		struct str value = text_of(arena, json_object_iter_value(at));

		if (value.p)
			*vec_push(arena, &version->properties) = (struct registry_property){
				str_dup(arena, str_of(json_object_iter_key(at))), value
			};
	}
}

static bool read_version(
	struct arena *arena, const json_t *json, struct registry_version *version, const char **why)
{
	uint32_t wanted = version->number, number = wanted;
	const json_t *given = json_object_get(json, "version"),
		     *type = json_object_get(json, "schemaType");

	*why = "its 'version' is not the one that was asked for";
	if (wanted && given && (!number_of(given, 1, &number) || number != wanted))
		return false;
	*why = "its 'id' is no number";
	if (wanted && !number_of(json_object_get(json, "id"), 0, &version->id))
		return false;
	*why = "its 'schemaType' is no text";
	if (type && !json_is_null(type) && !json_is_string(type))
		return false;
	version->type = json_is_string(type) ? text_of(arena, type) : S("AVRO");
	*why = "its 'schema' is no text";
	version->schema = member_text(arena, json, "schema");
	if (!version->schema.p)
		return false;
	read_properties(arena, json_object_get(json, "metadata"), version);
	return read_references(arena, json_object_get(json, "references"), version, why);
}

bool registry_version_parse(struct arena *arena, struct str body, uint32_t number,
	struct registry_version *version, const char **why)
{
	json_t *json = load_object(body, why);
	struct registry_version read = {
		.number = number,
		.is_deleted = version->is_deleted,
		.is_wanted = version->is_wanted,
		.is_fetched = true,
	};
	bool ok = json && read_version(arena, json, &read, why);

	json_decref(json);
	if (ok)
		*version = read;
	return ok;
}

/* ---- the registry's own verdict ---- */

bool registry_verdict_read(
	struct arena *arena, struct str body, struct registry_answer *answer, const char **why)
{
	json_t *json = load_object(body, why);
	const json_t *verdict = json_object_get(json, "is_compatible"),
		     *messages = json_object_get(json, "messages");

	*answer = (struct registry_answer){ .is_compatible = json_is_true(verdict) };
	for (size_t i = 0; i < json_array_size(messages) && i < MAX_REGISTRY_REFERENCES; i++) {
		struct str message = text_of(arena, json_array_get(messages, i));

		if (message.p)
			*vec_push(arena, &answer->messages) = cut(message);
	}
	if (json && !json_is_boolean(verdict))
		*why = "it has no 'is_compatible'";
	if (!json_is_boolean(verdict)) {
		json_decref(json);
		return false;
	}
	json_decref(json);
	return true;
}

struct str registry_question_text(struct arena *arena, const struct registry_question *question)
{
	json_t *references = json_array(), *json;
	struct str text = { NULL, 0 };
	char *dump;

	for (uint32_t i = 0; i < question->n_references; i++) {
		const struct registry_reference *r = &question->references[i];

		json_array_append_new(references,
			json_pack("{s:s%, s:s%, s:I}", "name", r->name.p, r->name.n, "subject",
				r->subject.p, r->subject.n, "version", (json_int_t)r->version));
	}
	json = json_pack("{s:s, s:s%, s:o}", "schemaType", "PROTOBUF", "schema", question->schema.p,
		question->schema.n, "references", references);
	dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
	if (dump)
		text = str_dup(arena, str_of(dump));
	free(dump);
	json_decref(json);
	return text;
}

/* ---- descriptors ---- */

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool base64_decode(struct arena *arena, struct str text, struct str *bytes)
{
	char *p = arena_bytes(arena, text.n / 4 * 3 + 1);
	size_t n = 0, padding = 0;

	if (text.n == 0 || text.n % 4)
		return false;
	while (padding < 2 && text.p[text.n - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < text.n; i += 4) {
		uint32_t word = 0;

		for (size_t k = i; k < i + 4; k++) {
			int value = k < text.n - padding ? base64_value(text.p[k]) : 0;

			if (value < 0)
				return false;
			word = word << 6 | (uint32_t)value;
		}
		for (int shift = 16; shift >= 0; shift -= 8)
			p[n++] = (char)(word >> shift);
	}
	*bytes = (struct str){ p, n - padding };
	return true;
}

/* The fields of google.protobuf.FileDescriptorProto (descriptor.proto of 2026): all are bytes, but
 * public_dependency, weak_dependency and edition. */
static bool is_descriptor(struct str bytes)
{
	enum { LAST_FIELD = 15 };
	struct wire wire = wire_open(bytes);
	struct wire_record record;
	uint32_t n = 0;

	while (wire_next(&wire, &record)) {
		bool is_number = record.number == 10 || record.number == 11 || record.number == 14;

		if (record.number > LAST_FIELD || record.number == 13 ||
			(record.type != WIRE_BYTES && !(is_number && record.type == WIRE_VARINT)))
			return false;
		n++;
	}
	return !wire.wrong && n > 0;
}

bool registry_descriptor_decode(struct arena *arena, struct str schema, struct str *bytes)
{
	struct str decoded;

	if (!base64_decode(arena, str_trim(schema), &decoded) || !is_descriptor(decoded))
		return false;
	*bytes = decoded;
	return true;
}
