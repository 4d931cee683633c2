#include "prove.h"

#include "base/map.h"
#include "base/wire.h"
#include "diff/pair.h"
#include "schema/position.h"

#include <stdlib.h>

/* One proof that is wanted. */
struct task {
	struct codec *codec;
	struct arena *arena;
	const struct diff *diff;
	const struct finding *finding;
	const struct pair *pair;
	bool json, backward;
	struct proof *proof;
};

typedef bool (*prove_one)(struct task *t);

static bool ask(struct task *t, struct proof_question question)
{
	const struct pair *parent = t->pair->parent;

	if (parent && t->pair->kind == PAIR_FIELD) {
		question.from_message = t->backward ? parent->old.message : parent->new.message;
		question.to_message = t->backward ? parent->new.message : parent->old.message;
	}
	question.json = t->json;
	question.backward = t->backward;
	return proof_find(t->codec, &question, t->proof);
}

/* ---- fields ---- */

static bool field_question(struct task *t, enum proof_about about)
{
	const struct field *old = t->pair->old.field, *new = t->pair->new.field;

	if (!old || !new)
		return false;
	return ask(t, (struct proof_question){
			      .about = about,
			      .from = t->backward ? old : new,
			      .to = t->backward ? new : old,
		      });
}

static bool field_type(struct task *t)
{
	return field_question(t, ABOUT_TYPE);
}

static bool field_shape(struct task *t)
{
	return field_question(t, ABOUT_CARDINALITY);
}

static bool field_default_value(struct task *t)
{
	return field_question(t, ABOUT_DEFAULT);
}

static bool field_oneof_members(struct task *t)
{
	return field_question(t, ABOUT_ONEOF);
}

static bool field_name(struct task *t)
{
	return field_question(t, ABOUT_NAME);
}

static bool field_json_key(struct task *t)
{
	return t->json && field_question(t, ABOUT_NAME);
}

static bool field_utf8(struct task *t)
{
	return field_question(t, ABOUT_UTF8);
}

static bool field_java_utf8(struct task *t)
{
	return field_question(t, ABOUT_JAVA_UTF8);
}

static bool field_required(struct task *t)
{
	const struct field *old = t->pair->old.field, *new = t->pair->new.field;

	if (!t->pair->parent)
		return false;
	return ask(t, (struct proof_question){
			      .about = ABOUT_REQUIRED,
			      .from = t->backward ? old : new,
			      .to = t->backward ? new : old,
		      });
}

/* The number is gone; its name may live on under another one. */
static bool field_gone(struct task *t)
{
	const struct field *old = t->pair->old.field, *moved = NULL;
	const struct pair *messages = t->pair->parent;

	if (messages && messages->new.message)
		moved = codec_field_named(t->codec, messages->new.message, old->e.name);
	if (!t->backward && !moved)
		return false;
	return ask(t, (struct proof_question){
			      .about = ABOUT_GONE,
			      .from = t->backward ? old : moved,
			      .to = t->backward ? moved : old,
		      });
}

static bool extension_gone(struct task *t)
{
	return ask(t, (struct proof_question){ .about = ABOUT_GONE, .from = t->pair->old.field });
}

/* ---- enums ---- */

static bool enum_question(struct task *t, enum proof_about about, const struct enumeration *old,
	const struct enumeration *new, int32_t number)
{
	return ask(t, (struct proof_question){
			      .about = about,
			      .from_enum = t->backward ? old : new,
			      .to_enum = t->backward ? new : old,
			      .number = number,
		      });
}

static bool value_gone(struct task *t)
{
	const struct enumeration *old = t->pair->parent->old.enumeration;
	const struct enumeration *new = t->pair->parent->new.enumeration;
	int32_t number = t->pair->old.enum_value->number;

	/* A name that was added in front of it is another matter. */
	if (!t->backward && (t->json || !codec_value_moved(t->codec, old, new, number, &number)))
		return false;
	return enum_question(t, ABOUT_NUMBER, old, new, number);
}

/* The new side writes it, and the old one is asked. */
static bool value_added(struct task *t)
{
	return !t->backward &&
	       enum_question(t, ABOUT_NUMBER, t->pair->parent->old.enumeration,
		       t->pair->parent->new.enumeration, t->pair->new.enum_value->number);
}

/* What JSON prints for a number; absent if no value has it. */
static struct str printed_name(struct task *t, const struct enumeration *e, int32_t number)
{
	const struct enum_value *value = codec_value(t->codec, e, number);

	return value ? codec_printed(value) : (struct str){ NULL, 0 };
}

static bool has_custom_name(struct task *t, const struct enumeration *e, int32_t number)
{
	const struct enum_value *value = codec_value(t->codec, e, number);

	return value && enum_value_json_string(value).p;
}

/* What JSON does not print of a value, and then loses, is not its declared name's doing. */
static bool value_name(struct task *t)
{
	const struct enumeration *old = t->pair->parent->old.enumeration;
	const struct enumeration *new = t->pair->parent->new.enumeration;
	int32_t number = t->pair->old.enum_value->number;

	if (t->json && has_custom_name(t, t->backward ? old : new, number) &&
		!str_eq(printed_name(t, old, number), printed_name(t, new, number)))
		return false;
	return enum_question(t, ABOUT_VALUE_NAME, old, new, number);
}

/* A custom name that moved from one number to another is both numbers' affair. */
static bool value_string(struct task *t)
{
	const struct enumeration *old = t->pair->parent->old.enumeration;
	const struct enumeration *new = t->pair->parent->new.enumeration;
	const struct enumeration *writer = t->backward ? old : new,
				 *reader = t->backward ? new : old;
	int32_t number = t->pair->old.enum_value->number;
	const struct enum_value *other;

	if (!t->json)
		return false;
	if (enum_question(t, ABOUT_VALUE_STRING, old, new, number))
		return true;
	other = codec_value_named(t->codec, writer, printed_name(t, reader, number));
	if (!other || other->number == number ||
		!str_eq(printed_name(t, writer, other->number), printed_name(t, reader, number)))
		return false;
	return enum_question(t, ABOUT_NUMBER, old, new, other->number);
}

static bool enum_type(struct task *t)
{
	return enum_question(
		t, ABOUT_UNDEFINED, t->pair->old.enumeration, t->pair->new.enumeration, 0);
}

/* ---- what nobody can call or read any more ---- */

static bool refuse_call(struct task *t, const struct method *method, const char *error)
{
	const struct element *service = method->e.parent;

	t->proof->loss = LOSS_FAIL;
	t->proof->call =
		str_printf(t->arena, "/" STR "/" STR, ARG(service->full_name), ARG(method->e.name));
	t->proof->error = str_of(error);
	return true;
}

static bool refuse_service(struct task *t, const struct service *service)
{
	return service->methods.n && refuse_call(t, service->methods.items[0], "no such method");
}

static bool service_gone(struct task *t)
{
	return refuse_service(t, t->pair->old.service);
}

static bool method_gone(struct task *t)
{
	return refuse_call(t, t->pair->old.method, "no such method");
}

static bool method_streaming(struct task *t)
{
	return refuse_call(t, t->backward ? t->pair->old.method : t->pair->new.method,
		t->backward ? "one message comes where many are expected"
			    : "many messages come where one is expected");
}

static bool method_idempotency(struct task *t)
{
	return refuse_call(t, t->backward ? t->pair->old.method : t->pair->new.method,
		"GET is refused: the method may have side effects");
}

static bool message_question(struct task *t, const struct message *old, const struct message *new)
{
	if (!old || !new) {
		t->proof->unknown = S("no proof: a type that it takes is not known");
		return false;
	}
	return ask(t, (struct proof_question){
			      .about = ABOUT_MESSAGE,
			      .from_message = t->backward ? old : new,
			      .to_message = t->backward ? new : old,
		      });
}

static bool method_request(struct task *t)
{
	return message_question(t, t->pair->old.method->input, t->pair->new.method->input);
}

static bool method_response(struct task *t)
{
	return message_question(t, t->pair->old.method->output, t->pair->new.method->output);
}

static bool message_gone_of(struct task *t, const struct message *message)
{
	return ask(t, (struct proof_question){ .about = ABOUT_READER, .from_message = message });
}

static bool message_gone(struct task *t)
{
	return message_gone_of(t, t->pair->old.message);
}

static bool root_gone(struct task *t)
{
	return t->pair->old.element->kind == ELEMENT_SERVICE ? service_gone(t) : message_gone(t);
}

/* A service's name is in the path of its calls; a message's is in nothing that is sent. */
static bool root_renamed(struct task *t)
{
	return t->pair->old.element->kind == ELEMENT_SERVICE &&
	       refuse_service(t, t->backward ? t->pair->old.service : t->pair->new.service);
}

/* ---- records of a registry ---- */

/* The first bytes of a record with the index: what writers put before the payload, here with the id
 * 1. */
static struct str frame_of(struct task *t, const struct message_index *index)
{
	struct wire_buffer buffer = { .arena = t->arena };

	wire_put_raw(&buffer, S("\0\0\0\0\1"));
	if (index->n == 1 && index->items[0] == 0) {
		wire_put_varint(&buffer, 0);
	} else {
		wire_put_varint(&buffer, (uint64_t)index->n << 1); /* zigzag */
		for (uint32_t i = 0; i < index->n; i++)
			wire_put_varint(&buffer, (uint64_t)index->items[i] << 1);
	}
	return wire_buffer_bytes(&buffer);
}

/* The writer's index names another message in the schema of the other side, or none. */
static bool frame_moved(struct task *t)
{
	const struct message *from = t->backward ? t->pair->old.message : t->pair->new.message;
	const struct message *to = t->backward ? t->pair->new.message : t->pair->old.message;
	struct positions positions;

	positions_init(&positions, t->arena);
	for (enum counting counting = 0; counting < COUNTINGS; counting++) {
		struct message_index index = message_index(&positions, from, counting);
		const struct message *named = message_at(to->e.file, counting, &index);
		struct str words = message_index_words(t->arena, &index);

		if (!index.n || named == to)
			continue;
		t->proof->message = from->e.full_name;
		t->proof->data = frame_of(t, &index);
		t->proof->loss = LOSS_FAIL;
		t->proof->error =
			named ? str_printf(t->arena, STR " names '" STR "'", ARG(words),
					ARG(named->e.full_name))
			      : str_printf(t->arena, STR " names no message", ARG(words));
		return true;
	}
	return false;
}

/* ---- files and packages ---- */

/* The first of what was deleted that shows the break, messages before services. */
struct deletion {
	struct task *t;
	const struct message *message, *used;
	const struct service *service;
	const struct field *extension;
};

static void delete_element(void *context, struct element *element)
{
	struct deletion *d = context;
	const struct field *field = (const struct field *)element;

	if (element->kind == ELEMENT_MESSAGE && !((struct message *)element)->is_map_entry &&
		!diff_find_message(d->t->diff, true, element->full_name)) {
		if (!d->message && !codec_is_used(d->t->codec, true, (struct message *)element))
			d->message = (struct message *)element;
		if (!d->used)
			d->used = (struct message *)element;
	}
	if (element->kind == ELEMENT_SERVICE && !d->service &&
		!diff_find_service(d->t->diff, true, element->full_name) &&
		((struct service *)element)->methods.n)
		d->service = (struct service *)element;
	if (element->kind == ELEMENT_FIELD && field->extension && !d->extension &&
		field->extension->extendee &&
		!diff_find_extension(
			d->t->diff, true, field->extension->extendee->e.full_name, field->number))
		d->extension = field;
}

static bool deletion_prove(struct deletion *d)
{
	if (d->message)
		return message_gone_of(d->t, d->message);
	if (d->service)
		return refuse_service(d->t, d->service);
	if (d->extension)
		return ask(
			d->t, (struct proof_question){ .about = ABOUT_GONE, .from = d->extension });
	return d->used && message_gone_of(d->t, d->used);
}

static bool file_gone(struct task *t)
{
	struct deletion deletion = { .t = t };

	file_walk((struct file *)t->pair->old.file, delete_element, &deletion); /* it only reads */
	return deletion_prove(&deletion);
}

static bool package_gone(struct task *t)
{
	const struct schema *old = diff_schema(t->diff, false);
	struct deletion deletion = { .t = t };

	for (uint32_t i = 0; old && i < old->files.n; i++)
		if (old->files.items[i].own &&
			str_eq(old->files.items[i].file->package, t->pair->package))
			file_walk(old->files.items[i].file, delete_element, &deletion);
	return deletion_prove(&deletion);
}

static bool file_package(struct task *t)
{
	const struct file *file = t->backward ? t->pair->old.file : t->pair->new.file;

	for (uint32_t i = 0; i < file->services.n; i++)
		if (refuse_service(t, file->services.items[i]))
			return true;
	return false;
}

/* ---- holes that nobody could have written to ---- */

/* The range's words as the finding has them: `2`, `2 to 10`, `100 to max`. */
static void range_of(struct str words, int32_t *begin, int32_t *end)
{
	char copy[64], *rest;

	words = str_head(words, sizeof copy - 1);
	*str_put(copy, words) = '\0';
	*begin = *end = (int32_t)strtol(copy, &rest, 10);
	if (strncmp(rest, " to ", 4) == 0)
		*end = strcmp(rest + 4, "max") == 0 ? INT32_MAX
						    : (int32_t)strtol(rest + 4, NULL, 10);
}

/* The first number of begin … end that nothing reserves or declares; `begin` if there is none. */
static int32_t first_free(const struct element *new, int32_t begin, int32_t end)
{
	const struct message *m = (const struct message *)new;
	enum { MOST_HOPS = 1000 };
	int hops = 0;

	for (int64_t n = begin; n <= end && hops++ < MOST_HOPS; n++) {
		int32_t number = (int32_t)n;

		if (new->kind == ELEMENT_ENUM
				? !enum_reserves((const struct enumeration *)new, number)
				: !message_reserves(m, number) &&
					  !message_field_by_number(m, number))
			return number;
	}
	return begin;
}

static bool hole(struct task *t, const struct element *element)
{
	t->proof->loss = LOSS_HOLE;
	if (element->kind == ELEMENT_ENUM)
		t->proof->enumeration = element->full_name;
	else
		t->proof->message = element->full_name;
	return true;
}

static bool reserved_gone(struct task *t)
{
	int32_t begin, end;

	if (t->finding->detail == DETAIL_NAME) {
		t->proof->name = t->finding->before;
	} else {
		range_of(t->finding->before, &begin, &end);
		t->proof->has_number = true;
		t->proof->number = first_free(t->pair->new.element, begin, end);
	}
	return hole(t, t->pair->old.element);
}

static bool extension_range_gone(struct task *t)
{
	const struct message *old = t->pair->old.message;
	const struct extension_range *range =
		old->extension_ranges.items[t->finding->detail - DETAIL_RANGE];
	const struct message *new = t->pair->new.message;
	const struct field *extension = codec_extension(t->codec, old, range, new);

	if (extension && ask(t, (struct proof_question){ .about = ABOUT_GONE, .from = extension }))
		return true;
	t->proof->has_number = true;
	if (!codec_free_number(t->codec, new, range->begin, range->end, &t->proof->number))
		t->proof->number = range->begin;
	return hole(t, t->pair->old.element);
}

static bool json_promise(struct task *t)
{
	const struct element *element = t->pair->old.element;

	if (element->kind == ELEMENT_ENUM)
		t->proof->enumeration = element->full_name;
	else
		t->proof->message = element->full_name;
	t->proof->promise = S("JSON that both sides read alike was promised, and is no longer");
	return true;
}

/* ---- all of them ---- */

static const struct row {
	const char *rule;
	prove_one prove;
	bool by_value; /* always, and in each direction */
} table[] = {
	{ "CONTRACT_ROOT_NO_DELETE", root_gone, false },
	{ "CONTRACT_ROOT_SAME_NAME", root_renamed, false },
	{ "CONTRACT_SAME_MESSAGE_INDEX", frame_moved, false },
	{ "ENUM_SAME_JSON_FORMAT", json_promise, false },
	{ "ENUM_SAME_TYPE", enum_type, true },
	{ "ENUM_VALUE_NO_ADD", value_added, true },
	{ "ENUM_VALUE_NO_DELETE", value_gone, true },
	{ "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED", value_gone, true },
	{ "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED", value_gone, true },
	{ "ENUM_VALUE_SAME_JSON_NAME", value_string, true },
	{ "ENUM_VALUE_SAME_NAME", value_name, true },
	{ "EXTENSION_MESSAGE_NO_DELETE", extension_range_gone, false },
	{ "EXTENSION_NO_DELETE", extension_gone, false },
	{ "FIELD_NO_DELETE", field_gone, true },
	{ "FIELD_NO_DELETE_UNLESS_NAME_RESERVED", field_gone, true },
	{ "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED", field_gone, true },
	{ "FIELD_SAME_CARDINALITY", field_shape, true },
	{ "FIELD_SAME_DEFAULT", field_default_value, true },
	{ "FIELD_SAME_JAVA_UTF8_VALIDATION", field_java_utf8, true },
	{ "FIELD_SAME_JSON_NAME", field_json_key, true },
	{ "FIELD_SAME_NAME", field_name, true },
	{ "FIELD_SAME_ONEOF", field_oneof_members, true },
	{ "FIELD_SAME_TYPE", field_type, true },
	{ "FIELD_SAME_UTF8_VALIDATION", field_utf8, true },
	{ "FIELD_WIRE_COMPATIBLE_CARDINALITY", field_shape, true },
	{ "FIELD_WIRE_COMPATIBLE_TYPE", field_type, true },
	{ "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY", field_shape, true },
	{ "FIELD_WIRE_JSON_COMPATIBLE_TYPE", field_type, true },
	{ "FILE_NO_DELETE", file_gone, false },
	{ "FILE_SAME_PACKAGE", file_package, false },
	{ "MESSAGE_NO_DELETE", message_gone, false },
	{ "MESSAGE_SAME_JSON_FORMAT", json_promise, false },
	{ "MESSAGE_SAME_REQUIRED_FIELDS", field_required, true },
	{ "PACKAGE_EXTENSION_NO_DELETE", extension_gone, false },
	{ "PACKAGE_MESSAGE_NO_DELETE", message_gone, false },
	{ "PACKAGE_NO_DELETE", package_gone, false },
	{ "PACKAGE_SERVICE_NO_DELETE", service_gone, false },
	{ "RESERVED_ENUM_NO_DELETE", reserved_gone, false },
	{ "RESERVED_MESSAGE_NO_DELETE", reserved_gone, false },
	{ "RPC_NO_DELETE", method_gone, false },
	{ "RPC_SAME_CLIENT_STREAMING", method_streaming, false },
	{ "RPC_SAME_IDEMPOTENCY_LEVEL", method_idempotency, false },
	{ "RPC_SAME_REQUEST_TYPE", method_request, true },
	{ "RPC_SAME_RESPONSE_TYPE", method_response, true },
	{ "RPC_SAME_SERVER_STREAMING", method_streaming, false },
	{ "SERVICE_NO_DELETE", service_gone, false },
};

static int by_rule(const void *id, const void *row)
{
	return strcmp(id, ((const struct row *)row)->rule);
}

static bool prove_surface(struct task *t, const struct row *row, unsigned surface)
{
	t->json = surface & (JSON_BACKWARD | JSON_FORWARD);
	t->backward = surface & (JSON_BACKWARD | WIRE_BACKWARD);
	*t->proof = (struct proof){ .surface = surface };
	return row->prove(t);
}

static void prove_finding(struct task *t, struct finding *finding)
{
	const unsigned values = WIRE_BACKWARD | WIRE_FORWARD | JSON_BACKWARD | JSON_FORWARD;
	const struct row *row =
		bsearch(finding->rule->id, table, COUNT(table), sizeof *table, by_rule);
	struct proof *proofs;

	if (!(finding->breaks & values) || finding->proofs || !row)
		return;
	proofs = NEW_ARRAY(t->arena, 4, struct proof);
	t->finding = finding;
	t->pair = finding->pair;
	for (unsigned surface = 1; surface <= WIRE_FORWARD; surface <<= 1) {
		if (!(finding->breaks & values & surface))
			continue;
		t->proof = &proofs[finding->n_proofs];
		if (prove_surface(t, row, surface) || t->proof->unknown.p)
			finding->n_proofs++;
	}
	finding->proofs = proofs;
}

static struct str new_name(void *diff, struct str old_name)
{
	return diff_new_name(diff, old_name);
}

/* A diff other than the run's renames something. */
static struct task task_new(const struct prove_request *request, struct diff *diff)
{
	const struct proof_sides sides = {
		.old = diff_schema(diff, false),
		.new = diff_schema(diff, true),
		.new_name = diff == request->diff ? NULL : new_name,
		.context = diff,
	};

	return (struct task){
		.arena = request->arena,
		.diff = diff,
		.codec = codec_new(request->arena, request->names, &sides),
	};
}

bool finding_is_shown(const struct prove_request *request, const struct finding *finding,
	enum surface surface, struct proof *proof, bool *asked)
{
	const struct row *row =
		bsearch(finding->rule->id, table, COUNT(table), sizeof *table, by_rule);
	struct task task;
	bool shown;

	*asked = row && row->by_value;
	if (!*asked)
		return false;
	task = task_new(request, finding->diff);
	task.finding = finding;
	task.pair = finding->pair;
	task.proof = proof;
	shown = prove_surface(&task, row, surface);
	codec_free(task.codec);
	return shown;
}

void findings_prove(const struct prove_request *request, struct findings *findings)
{
	struct map tasks; /* by diff */

	map_init(&tasks, request->arena);
	for (uint32_t i = 0; i < findings->list.n; i++) {
		struct finding *finding = findings->list.items[i];
		void **task;

		if (!finding->diff) /* it is about no element */
			continue;
		task = map_put(&tasks, finding->diff, 0);
		if (!*task) {
			struct task *new = NEW(request->arena, struct task);

			*new = task_new(request, finding->diff);
			*task = new;
		}
		prove_finding(*task, finding);
	}
	for (uint32_t i = 0; i < tasks.n; i++)
		codec_free(((struct task *)tasks.entries[i].value)->codec);
}
