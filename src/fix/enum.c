/* Enum values: deleted ones come back, renamed ones get their names back beside the new ones. */
#include "fix/private.h"

enum { ALLOW_ALIAS = 2, VALUE_OPTION_JSON = 998, JSON_STRING = 1 };
static const struct option_numbers ALIAS_PATH = { { ALLOW_ALIAS } };
static const struct option_numbers JSON_PATH = { { VALUE_OPTION_JSON, JSON_STRING } };

static const struct enum_value *by_name(const struct enumeration *e, struct str name)
{
	for (uint32_t i = 0; i < e->values.n; i++)
		if (e->values.items[i]->e.name.p == name.p)
			return e->values.items[i];
	return NULL;
}

static const struct enum_value *by_number(const struct enumeration *e, int32_t number)
{
	for (uint32_t i = 0; i < e->values.n; i++)
		if (e->values.items[i]->number == number)
			return e->values.items[i];
	return NULL;
}

static bool allow_alias(struct fixer *x, const struct enumeration *e, struct edits *edits)
{
	struct span is = option_span(&e->e, &ALIAS_PATH);

	if (options_bool(e->e.options, ALLOW_ALIAS, false))
		return true;
	if (!span_is_none(is)) {
		replace_text(x->arena, e->e.file, is, S("option allow_alias = true;"), edits);
		return true;
	}
	return statement_add(x, &e->e, S("option allow_alias = true;"), edits);
}

/* ---- deleted values ---- */

/* All names of the number come back. */
static void restore_way(
	struct fixer *x, struct fix_group *group, const struct enumeration *into, int marks)
{
	const struct enum_value *old = (const struct enum_value *)group->old;
	const struct enumeration *was = (const struct enumeration *)old->e.parent;
	struct fix_way *way =
		way_new(x, group, marks & DEPRECATED ? "restored, deprecated" : "restored");
	uint32_t n = 0;

	for (uint32_t i = 0; i < was->values.n; i++) {
		const struct enum_value *value = was->values.items[i];

		if (value->number != old->number)
			continue;
		n++;
		if (!restore(x, &value->e, &into->e, marks, &way->edits)) {
			way_drop(group);
			return;
		}
	}
	if (!n || (n > 1 && !allow_alias(x, into, &way->edits)))
		way_drop(group);
}

static void fix_deleted(struct fixer *x, struct fix_group *group, const struct enumeration *into)
{
	const struct enum_value *old = (const struct enum_value *)group->old;
	const struct enumeration *was = (const struct enumeration *)old->e.parent;
	const struct enum_value *moved = by_name(into, old->e.name);
	struct fix_way *way;

	if (x->request->reserve && !enum_is_closed(was) && !enum_is_closed(into)) {
		way = way_new(x, group, "number %d and name reserved", old->number);
		for (uint32_t i = 0; i < was->values.n; i++)
			if (was->values.items[i]->number == old->number)
				reserve(x, &into->e, old->number, was->values.items[i]->e.name,
					was->values.items[i]->e.span.begin, &way->edits);
		if (!way->edits.n)
			way_drop(group);
	}
	if (moved && !by_number(was, moved->number)) {
		way = way_new(x, group, "number %d back", old->number);
		replace_text(x->arena, into->e.file, moved->number_span,
			str_printf(x->arena, "%d", old->number), &way->edits);
		free_reserved(x, &old->e, &into->e, &way->edits);
	}
	restore_way(x, group, into, DEPRECATED);
	restore_way(x, group, into, PLAIN);
}

/* ---- renamed values ---- */

/* The old names of the number stand before the new ones. */
static void alias_way(struct fixer *x, struct fix_group *group, const struct enumeration *into)
{
	const struct enum_value *old = (const struct enum_value *)group->old;
	const struct enumeration *was = (const struct enumeration *)old->e.parent;
	const struct enum_value *first = by_number(into, old->number);
	struct fix_way *way = way_new(x, group, "old name first, the new one an alias");
	bool any = false;

	for (uint32_t i = 0; i < was->values.n; i++) {
		const struct enum_value *value = was->values.items[i];
		struct insertion what = { .file = into->e.file, .order = value->e.span.begin };

		if (value->number != old->number || by_name(into, value->e.name))
			continue;
		what.lines = lines_of(x, &value->e, PLAIN);
		if (!what.lines.p)
			continue;
		any = true;
		free_reserved(x, &value->e, &into->e, &way->edits);
		bring_needs(x, &value->e, into->e.file, &way->edits);
		/* An alias that went away comes back behind the first name. */
		if (value == by_number(was, old->number))
			insert_before(x->arena, &what, first->e.span, &way->edits);
		else
			insert_after(x->arena, &what, first->e.span, &way->edits);
	}
	if (!any || !allow_alias(x, into, &way->edits))
		way_drop(group);
}

/* The first value of the number has its old name again, and no alias. */
static void name_way(struct fixer *x, struct fix_group *group, const struct enumeration *into)
{
	const struct enum_value *old = (const struct enum_value *)group->old;
	const struct enum_value *first = by_number(into, old->number);
	struct fix_way *way = way_new(x, group, "name back");

	if (first->e.name.p == old->e.name.p) {
		way_drop(group);
		return;
	}
	replace_text(x->arena, into->e.file, first->e.name_span, old->e.name, &way->edits);
	free_reserved(x, &old->e, &into->e, &way->edits);
}

/* Is the name of the new value published under another number? */
static bool is_taken(const struct fix_group *group, const struct enumeration *into)
{
	const struct enum_value *old = (const struct enum_value *)group->old;
	const struct enum_value *first = by_number(into, old->number);

	return by_name((const struct enumeration *)old->e.parent, first->e.name) != NULL ||
	       by_name(into, old->e.name) != NULL;
}

static void json_way(struct fixer *x, struct fix_group *group, const struct enumeration *into)
{
	const struct element *old = group->old;
	const struct enum_value *new = by_number(into, ((const struct enum_value *)old)->number);
	struct span was = option_span(old, &JSON_PATH), is = option_span(&new->e, &JSON_PATH);
	struct fix_way *way = way_new(x, group, "JSON name as before");
	struct brackets brackets;

	brackets_open(&brackets, x, &new->e);
	brackets_set(&brackets, is,
		span_is_none(was) ? (struct str){ NULL, 0 } : span_text(old->file, was));
	bring_needs(x, old, into->e.file, &way->edits);
	if (!brackets_close(&brackets, &way->edits) || !way->edits.n)
		way_drop(group);
}

void fix_value(struct fixer *x, struct fix_group *group)
{
	const struct element *into = group->old ? now(x, group->old->parent) : NULL;
	const struct enumeration *e = (const struct enumeration *)into;
	bool published;

	if (!into)
		return;
	if (!by_number(e, ((const struct enum_value *)group->old)->number)) {
		fix_deleted(x, group, e);
		return;
	}
	if (group_has(group, "ENUM_VALUE_SAME_JSON_NAME"))
		json_way(x, group, e);
	if (!group_has(group, "ENUM_VALUE_SAME_NAME"))
		return;
	published = is_taken(group, e);
	if (published)
		name_way(x, group, e);
	alias_way(x, group, e);
	if (!published)
		name_way(x, group, e);
}
