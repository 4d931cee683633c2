/* Reserved numbers and names, and extension ranges. */
#include "fix/private.h"

static struct span last_statement(const struct element *scope)
{
	bool is_enum = scope->kind == ELEMENT_ENUM;
	const struct enumeration *e = (const struct enumeration *)scope;
	const struct message *m = (const struct message *)scope;
	const struct reserved_ranges *ranges = is_enum ? &e->reserved_ranges : &m->reserved_ranges;
	const struct reserved_names *names = is_enum ? &e->reserved_names : &m->reserved_names;
	struct span last = NO_SPAN;

	for (uint32_t i = 0; i < ranges->n; i++)
		if (ranges->items[i].statement.end > last.end)
			last = ranges->items[i].statement;
	for (uint32_t i = 0; i < names->n; i++)
		if (names->items[i].statement.end > last.end)
			last = names->items[i].statement;
	return last;
}

/* A statement behind the last one that reserves, else at the end of the body. */
static bool add_statement(struct fixer *x, const struct element *scope, struct str lines,
	uint64_t order, struct edits *edits)
{
	struct insertion what = { .file = scope->file, .lines = lines, .order = order };
	struct span last = last_statement(scope), body;

	if (!span_is_none(last))
		insert_after(x->arena, &what, last, edits);
	else if (body_of(scope->file, scope->name_span.end, scope->span.end, &body))
		insert_at_end(x->arena, &what, body, scope->span, edits);
	else
		return false;
	return true;
}

static bool reserves_name(const struct element *scope, struct str name)
{
	const struct reserved_names *names =
		scope->kind == ELEMENT_ENUM ? &((const struct enumeration *)scope)->reserved_names
					    : &((const struct message *)scope)->reserved_names;

	for (uint32_t i = 0; i < names->n; i++)
		if (str_eq(names->items[i].name, name))
			return true;
	return false;
}

static struct str spelled(struct fixer *x, const struct element *scope, struct str name)
{
	return scope->file->edition >= EDITION_2023
		       ? name
		       : str_printf(x->arena, "\"" STR "\"", ARG(name));
}

bool reserve(struct fixer *x, const struct element *scope, int32_t number, struct str name,
	uint64_t order, struct edits *edits)
{
	bool has_number = scope->kind == ELEMENT_ENUM
				  ? enum_reserves((const struct enumeration *)scope, number)
				  : message_reserves((const struct message *)scope, number);
	bool ok = true;

	if (!has_number)
		ok = add_statement(
			x, scope, str_printf(x->arena, "reserved %d;", number), 2 * order, edits);
	if (ok && !reserves_name(scope, name))
		ok = add_statement(x, scope,
			str_printf(x->arena, "reserved " STR ";", ARG(spelled(x, scope, name))),
			2 * order + 1, edits);
	return ok;
}

/* The missing part: `4, 6 to 8`. */
static struct str missing_part(const struct finding *finding)
{
	static const struct str without = STR_INIT("without ");

	return str_starts(finding->after, without) ? str_from(finding->after, without.n)
						   : finding->before;
}

void fix_reserved(struct fixer *x, struct fix_group *group)
{
	const struct finding *finding = group->findings.items[0];
	struct str part = missing_part(finding);
	struct fix_way *way;

	group->left = S("it is declared now");
	if (!group->new)
		return;
	way = way_new(x, group, "reserved again");
	if (finding->detail == DETAIL_NAME)
		part = spelled(x, group->new, finding->before);
	if (!add_statement(x, group->new, str_printf(x->arena, "reserved " STR ";", ARG(part)),
		    2 * (uint64_t)finding->old_place.span.begin, &way->edits))
		way_drop(group);
}

void fix_extensions(struct fixer *x, struct fix_group *group)
{
	const struct finding *finding = group->findings.items[0];
	const struct message *new = (const struct message *)group->new;
	struct span last = NO_SPAN, body;
	struct insertion what;
	struct fix_way *way;

	group->left = S("it is declared or reserved now");
	if (!new)
		return;
	for (uint32_t i = 0; i < new->extension_ranges.n; i++)
		if (new->extension_ranges.items[i]->statement.end > last.end)
			last = new->extension_ranges.items[i]->statement;
	what = (struct insertion){ .file = new->e.file,
		.lines = str_printf(x->arena, "extensions " STR ";", ARG(missing_part(finding))),
		.order = finding->old_place.span.begin };
	way = way_new(x, group, "an extension range again");
	if (!span_is_none(last))
		insert_after(x->arena, &what, last, &way->edits);
	else if (body_of(new->e.file, new->e.name_span.end, new->e.span.end, &body))
		insert_at_end(x->arena, &what, body, new->e.span, &way->edits);
	else
		way_drop(group);
}
