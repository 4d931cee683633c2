/* Which function makes the edits for which rule, and the groups of findings. */
#include "fix/private.h"

typedef void (*fix_offer)(struct fixer *x, struct fix_group *group);

#define TAKEN "another declaration has what it needs"

/* A rule: what offers the edits, or why only people can. */
static const struct fix_row {
	const char *rule; /* the end of a prefix that several rules share is `*` */
	fix_offer offer;  /* NULL: none */
	bool alone;       /* each finding is a group of its own */
	const char *why;  /* only people can */
} rows[] = {
	{ "FIELD_*", fix_field, false, "both sides may have data" },
	{ "MESSAGE_SAME_REQUIRED_FIELDS", fix_field, false, "readers must be first" },
	{ "ONEOF_NO_DELETE", fix_oneof, false, "its members are no plain fields any more" },
	{ "ENUM_VALUE_NO_ADD", NULL, false, "readers must be first" },
	{ "ENUM_VALUE_*", fix_value, false, "both sides may have data" },
	{ "ENUM_SAME_*", fix_statement, true, "the file's syntax decides it" },
	{ "MESSAGE_SAME_JSON_FORMAT", fix_statement, true, "the file's syntax decides it" },
	{ "MESSAGE_NO_REMOVE_STANDARD_DESCRIPTOR_ACCESSOR", fix_statement, true,
		"a literal sets it" },
	{ "RESERVED_*", fix_reserved, true, "it is declared now" },
	{ "EXTENSION_MESSAGE_NO_DELETE", fix_extensions, true, "it is declared or reserved now" },
	{ "MESSAGE_NO_DELETE", fix_declaration, false, TAKEN },
	{ "ENUM_NO_DELETE", fix_declaration, false, TAKEN },
	{ "EXTENSION_NO_DELETE", fix_declaration, false, TAKEN },
	{ "SERVICE_NO_DELETE", fix_declaration, false, TAKEN },
	{ "CONTRACT_ROOT_NO_DELETE", fix_declaration, false, TAKEN },
	{ "CONTRACT_ROOT_SAME_NAME", NULL, false, "data and calls may have both names" },
	{ "CONTRACT_SAME_MESSAGE_INDEX", NULL, false, "move what was inserted behind the roots" },
	{ "CONTRACT_AMBIGUOUS_MESSAGE_INDEX", NULL, false, "records may have either index" },
	{ "CONTRACT_NO_WEAKEN", NULL, false, "a promise is theirs to take back" },
	{ "PACKAGE_NO_DELETE", fix_package, false, "what it declares lives on" },
	{ "PACKAGE_*", fix_declaration, false, TAKEN },
	{ "RPC_*", fix_method, false, "clients and servers may have both" },
	{ "FILE_NO_DELETE", fix_file, false, "what it declares lives on" },
	{ "FILE_SAME_PACKAGE", NULL, false,
		"every name in the file is another one; let both stand" },
	{ "FILE_SAME_SYNTAX", NULL, false, "what the file declares means something else in it" },
	{ "FILE_SAME_*", fix_file_option, true, "the option is no statement of its own" },
	{ "SYMBOL_SAME_VISIBILITY", fix_visibility, true, "the file's default decides it" },
	{ "OPTION_*", fix_option, true, "the option is not known here as more than its text" },
};

static const struct fix_row *row_of(const struct rule *rule)
{
	static const struct fix_row unknown = { "", NULL, true, "there is no edit for this rule" };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str id = str_of(rows[i].rule), own = str_of(rule->id);

		if (str_ends(id, S("*")) ? str_starts(own, str_head(id, id.n - 1))
					 : str_eq(id, own))
			return &rows[i];
	}
	return &unknown;
}

struct fix_way *way_new(struct fixer *x, struct fix_group *group, const char *how, ...)
{
	struct fix_way *way = vec_push(x->arena, &group->ways);
	va_list args;

	*way = (struct fix_way){ 0 };
	va_start(args, how);
	way->how = str_vprintf(x->arena, how, args);
	va_end(args);
	map_init(&x->restored, x->arena);
	x->inside = NULL;
	x->depth = 0;
	return way;
}

void way_drop(struct fix_group *group)
{
	group->ways.n--;
}

bool group_has(const struct fix_group *group, const char *id)
{
	for (uint32_t i = 0; i < group->findings.n; i++)
		if (str_eq(str_of(group->findings.items[i]->rule->id), str_of(id)))
			return true;
	return false;
}

/* ---- groups ---- */

/* What a finding is to be fixed by, and about which elements. */
struct target {
	fix_offer offer;
	const struct element *old, *new;
	const void *key; /* findings with the same one are a group */
};

static const struct field *map_field_of(const struct element *element)
{
	const struct message *m = (const struct message *)element;

	return element && element->kind == ELEMENT_MESSAGE && m->is_map_entry ? m->map_field : NULL;
}

/* A map's entry, its key and its value are the map field. */
static void map_target(struct fixer *x, struct target *target)
{
	const struct element *old = target->old, *message;
	const struct field *map;

	if (old && old->kind == ELEMENT_FIELD && old->parent)
		map = map_field_of(old->parent);
	else
		map = map_field_of(old);
	if (!map)
		return;
	message = now(x, map->e.parent);
	target->offer = fix_field;
	target->old = &map->e;
	target->new = NULL;
	if (message && message_field_by_number((const struct message *)message, map->number))
		target->new =
			&message_field_by_number((const struct message *)message, map->number)->e;
}

/* The message of a group is its field. */
static void group_target(struct fixer *x, struct target *target)
{
	const struct message *m = (const struct message *)target->old;
	const struct element *message;
	const struct field *field;

	if (!m || m->e.kind != ELEMENT_MESSAGE || !m->group_field || m->group_field->extension)
		return;
	message = now(x, m->e.parent);
	if (!message || message->kind != ELEMENT_MESSAGE)
		return;
	field = message_field_by_number((const struct message *)message, m->group_field->number);
	target->offer = fix_field;
	target->old = &m->group_field->e;
	target->new = field ? &field->e : NULL;
}

/* Fields that went into a new oneof, or were in one that is gone, are fixed together. */
static void oneof_target(struct fixer *x, struct target *target, bool moved)
{
	const struct field *old = (const struct field *)target->old;
	const struct field *new = (const struct field *)target->new;
	const struct element *message;
	struct oneof *was, *is;

	if (target->offer != fix_field || !old || old->extension ||
		old->e.parent->kind != ELEMENT_MESSAGE)
		return;
	message = new ? new->e.parent : now(x, old->e.parent);
	was = field_oneof(old);
	is = new ? field_oneof(new) : NULL;
	if (was && message && !now_oneof(&was->e, message)) {
		*target = (struct target){ fix_oneof, &was->e, NULL, was };
	} else if (is && was == NULL && !now_oneof(&is->e, old->e.parent)) {
		*target = (struct target){ fix_oneof, NULL, &is->e, is };
	} else if (moved) {
		target->offer = fix_oneof;
	}
}

static struct target target_of(
	struct fixer *x, const struct fix_row *row, const struct finding *finding)
{
	struct target target = { row->offer, finding->pair->old.element, finding->pair->new.element,
		NULL };
	const struct field *old = finding->pair->old.field, *new = finding->pair->new.field;

	if (row->alone) {
		target.key = finding;
		return target;
	}
	map_target(x, &target);
	group_target(x, &target);
	if (target.offer == fix_field) {
		old = (const struct field *)target.old;
		new = (const struct field *)target.new;
		oneof_target(x, &target,
			old && new &&
				(field_oneof(old) ? field_oneof(old)->e.name.p : NULL) !=
					(field_oneof(new) ? field_oneof(new)->e.name.p : NULL));
	}
	if (!target.key)
		target.key = target.old ? target.old : target.new;
	return target;
}

static bool load(struct fixer *x, const struct element *element)
{
	return !element || (file_load(x, element->file) && file_bytes_of(element->file).p);
}

/* A group of findings, and what offers its ways. */
struct offered {
	struct fix_group group; /* first, so that one is the other */
	const struct fix_row *row;
	fix_offer offer;
};

static struct offered *group_of(
	struct fixer *x, struct fix_plan *plan, struct map *groups, const struct finding *finding)
{
	const struct fix_row *row = row_of(finding->rule);
	struct target target = { 0 };
	struct offered **slot;

	x->diff = finding->diff ? finding->diff : x->request->diff;
	if (row->offer && finding->pair)
		target = target_of(x, row, finding);
	if (!target.key)
		target.key = finding;
	slot = (struct offered **)map_put(groups, target.key, (uintptr_t)0);
	if (!*slot) {
		*slot = NEW(x->arena, struct offered);
		(*slot)->row = row;
		(*slot)->offer = target.offer;
		(*slot)->group.old = target.old;
		(*slot)->group.new = target.new;
		*vec_push(x->arena, &plan->groups) = &(*slot)->group;
	}
	return *slot;
}

static void offer_ways(struct fixer *x, struct offered *offered)
{
	struct fix_group *group = &offered->group;
	bool has_texts = !x->request->is_set && load(x, group->old) && load(x, group->new);

	for (uint32_t i = 0; i < group->findings.n && has_texts; i++) {
		const struct pair *pair = group->findings.items[i]->pair;

		has_texts = !pair || (load(x, pair->old.element) && load(x, pair->new.element));
	}

	x->diff =
		group->findings.items[0]->diff ? group->findings.items[0]->diff : x->request->diff;
	if (offered->offer && has_texts)
		offered->offer(x, group);
	if (!group->left.p)
		group->left = str_of(offered->row->why);
	if (!has_texts && offered->offer)
		group->left = S("a descriptor set has no text to edit");
}

const struct file *fix_plan(const struct fix_request *request, struct fix_plan *plan)
{
	struct fixer x = { .arena = request->arena, .request = request, .diff = request->diff };
	struct map groups;

	map_init(&groups, request->arena);
	map_init(&x.numbers, request->arena);
	map_init(&x.restored, request->arena);
	for (uint32_t i = 0; i < request->n_findings; i++) {
		struct offered *offered = group_of(&x, plan, &groups, request->findings[i]);

		*vec_push(request->arena, &offered->group.findings) = request->findings[i];
	}
	for (uint32_t i = 0; i < plan->groups.n; i++)
		offer_ways(&x, (struct offered *)plan->groups.items[i]);
	return x.unread;
}
