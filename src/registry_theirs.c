#include "registry_theirs.h"

/* ---- of a finding ---- */

/* Within a group the registry sees no change of the type. */
static int scalar_group(enum field_type type)
{
	switch (type) {
	case TYPE_INT32:
	case TYPE_UINT32:
	case TYPE_INT64:
	case TYPE_UINT64:
	case TYPE_BOOL:
	case TYPE_ENUM:
		return 1;
	case TYPE_SINT32:
	case TYPE_SINT64:
		return 2;
	case TYPE_STRING:
	case TYPE_BYTES:
		return 3;
	case TYPE_FIXED32:
	case TYPE_SFIXED32:
		return 4;
	case TYPE_FIXED64:
	case TYPE_SFIXED64:
		return 5;
	default:
		return 0; /* each for itself */
	}
}

static bool is_message_type(const struct field *field)
{
	return field->type == TYPE_MESSAGE || field->type == TYPE_GROUP;
}

static enum theirs of_types(const struct field *old, const struct field *new)
{
	if (old->is_map || new->is_map)
		return old->is_map && new->is_map ? THEIRS_UNKNOWN : THEIRS_REFUSES;
	if (old->type == TYPE_ENUM && new->type == TYPE_ENUM)
		return THEIRS_UNKNOWN;
	if (is_message_type(old) && is_message_type(new))
		return str_eq(field_type_name(old), field_type_name(new)) ? THEIRS_ACCEPTS
									  : THEIRS_REFUSES;
	if (old->type == new->type)
		return THEIRS_UNKNOWN;
	return scalar_group(old->type) && scalar_group(old->type) == scalar_group(new->type)
		       ? THEIRS_ACCEPTS
		       : THEIRS_REFUSES;
}

/* Labels are compared only where both are written. */
static enum theirs of_labels(const struct field *old, const struct field *new)
{
	bool repeats = (old->label == LABEL_REPEATED) != (new->label == LABEL_REPEATED);
	bool requires = (old->label == LABEL_REQUIRED) != (new->label == LABEL_REQUIRED);

	if (old->is_map != new->is_map)
		return THEIRS_REFUSES;
	if (requires)
		return is_message_type(old) && is_message_type(new) ? THEIRS_ACCEPTS
								    : THEIRS_UNKNOWN;
	if (!repeats || is_message_type(old) || scalar_group(old->type) == 3)
		return THEIRS_ACCEPTS;
	return old->has_label && new->has_label ? THEIRS_REFUSES : THEIRS_ACCEPTS;
}

static const struct oneof *oneof_named(const struct message *message, struct str name)
{
	for (uint32_t i = 0; i < message->oneofs.n; i++)
		if (!message->oneofs.items[i]->is_synthetic &&
			message->oneofs.items[i]->e.name.p == name.p)
			return message->oneofs.items[i];
	return NULL;
}

static enum theirs of_lost_field(const struct finding *finding, enum level level)
{
	const struct pair *parent = finding->pair->parent;
	const struct field *old = finding->pair->old.field;
	const struct oneof *oneof = old ? field_oneof(old) : NULL;

	if (!old || old->label == LABEL_REQUIRED)
		return THEIRS_UNKNOWN;
	if (!oneof || level == LEVEL_FORWARD)
		return THEIRS_ACCEPTS;
	return parent && parent->new.message &&oneof_named(parent->new.message, oneof->e.name)
		       ? THEIRS_REFUSES
		       : THEIRS_UNKNOWN;
}

static bool is_one_of(const char *id, const char *const *ids)
{
	for (; *ids; ids++)
		if (strcmp(id, *ids) == 0)
			return true;
	return false;
}

/* What it does not look at at all. */
static bool is_unseen(const char *id)
{
	static const char *const unseen[] = { "FIELD_SAME_NAME", "FIELD_SAME_DEFAULT",
		"FIELD_SAME_UTF8_VALIDATION", "FIELD_SAME_JSTYPE", "ENUM_SAME_TYPE",
		"CONTRACT_SAME_MESSAGE_INDEX", "FIELD_SAME_JSON_NAME", NULL };

	return is_one_of(id, unseen) || strncmp(id, "ENUM_VALUE_", 11) == 0 ||
	       strncmp(id, "RESERVED_", 9) == 0 || strncmp(id, "EXTENSION_", 10) == 0 ||
	       strncmp(id, "RPC_", 4) == 0;
}

enum theirs theirs_of_finding(const struct finding *finding, enum level level)
{
	static const char *const lost[] = { "CONTRACT_ROOT_NO_DELETE", "MESSAGE_NO_DELETE", NULL };
	const struct pair *pair = finding->pair;
	const char *id = finding->rule->id;

	if (is_unseen(id))
		return THEIRS_ACCEPTS;
	if (is_one_of(id, lost))
		return level == LEVEL_FORWARD ? THEIRS_ACCEPTS : THEIRS_REFUSES;
	if (strcmp(id, "CONTRACT_ROOT_SAME_NAME") == 0)
		return THEIRS_REFUSES;
	if (!pair || pair->kind != PAIR_FIELD)
		return THEIRS_UNKNOWN;
	if (strcmp(id, "FIELD_NO_DELETE") == 0)
		return of_lost_field(finding, level);
	if (!pair->old.field || !pair->new.field)
		return THEIRS_UNKNOWN;
	if (strcmp(id, "FIELD_SAME_TYPE") == 0)
		return of_types(pair->old.field, pair->new.field);
	if (strcmp(id, "FIELD_SAME_CARDINALITY") == 0)
		return of_labels(pair->old.field, pair->new.field);
	return THEIRS_UNKNOWN;
}

/* ---- of two files ---- */

struct refusing {
	struct arena *arena;
	struct theirs_list *list;
};

static void refuse(struct refusing *r, const char *kind, struct str of)
{
	for (uint32_t i = 0; i < r->list->n; i++)
		if (r->list->items[i].kind == kind && str_eq(r->list->items[i].of, of))
			return;
	*vec_push(r->arena, r->list) = (struct theirs_refusal){ kind, of };
}

struct messages {
	struct message *const *items;
	uint32_t n;
};

static const struct message *message_named(struct messages list, struct str name)
{
	for (uint32_t i = 0; i < list.n; i++)
		if (list.items[i]->e.name.p == name.p)
			return list.items[i];
	return NULL;
}

static void refuse_fields(
	struct refusing *r, const struct message *from, const struct message *to, bool same_package)
{
	for (uint32_t i = 0; i < from->fields.n; i++) {
		const struct field *field = from->fields.items[i];
		const struct field *now = message_field_by_number(to, field->number);
		const struct oneof *was = field_oneof(field);
		const struct oneof *is = was ? oneof_named(to, was->e.name) : NULL;

		if (is && (!now || field_oneof(now) != is))
			refuse(r, "ONEOF_FIELD_REMOVED", element_full_name(&field->e, r->arena));
		if (now && same_package && !field->is_map && !now->is_map &&
			is_message_type(field) && is_message_type(now) &&
			!str_eq(field_type_name(field), field_type_name(now)))
			refuse(r, "FIELD_NAMED_TYPE_CHANGED",
				element_full_name(&field->e, r->arena));
	}
}

/* Recursion is bounded, as in the parser. */
static void refuse_messages(
	struct refusing *r, struct messages from, struct messages to, bool same_package)
{
	for (uint32_t i = 0; i < from.n; i++) {
		const struct message *message = from.items[i];
		const struct message *now = message_named(to, message->e.name);

		if (message->is_map_entry || message->group_field)
			continue;
		if (!now) {
			refuse(r, "MESSAGE_REMOVED", message->e.full_name);
			continue;
		}
		refuse_fields(r, message, now, same_package);
		refuse_messages(r,
			(struct messages){ message->messages.items, message->messages.n },
			(struct messages){ now->messages.items, now->messages.n }, same_package);
	}
}

void theirs_refuse(struct arena *arena, const struct file *old, const struct file *new,
	enum level level, struct theirs_list *list)
{
	struct refusing r = { arena, list };
	struct messages before = { old->messages.items, old->messages.n };
	struct messages after = { new->messages.items, new->messages.n };
	bool same_package = str_eq(old->package, new->package);

	if (level == LEVEL_NONE)
		return;
	if (!same_package)
		refuse(&r, "PACKAGE_CHANGED", old->package);
	if (level != LEVEL_FORWARD)
		refuse_messages(&r, before, after, same_package);
	if (level != LEVEL_BACKWARD)
		refuse_messages(&r, after, before, same_package);
}
