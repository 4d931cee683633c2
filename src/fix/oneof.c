/* Oneofs: fields go back into the one that they were in, or out of a new one. */
#include "fix/private.h"

/* The field of the new side with the number of an old one, in the message; NULL: none. */
static const struct field *field_now(const struct message *message, const struct field *old)
{
	return message_field_by_number(message, old->number);
}

static struct str label_of(const struct field *field)
{
	if (!field->has_label || field_oneof(field))
		return S("");
	return span_text(
		field->e.file, (struct span){ field->label_span.begin, field->type_span.begin });
}

/* The lines of a field of the new side, with the label of the old one. */
static struct str member_lines(struct fixer *x, const struct field *old, const struct field *new)
{
	struct span span = { new->type_span.begin, new->type_span.begin };

	if (new->has_label)
		span.begin = new->label_span.begin;
	return lines_with(x, &new->e, span, label_of(old));
}

/* A field goes where it was: `into` is a oneof or the message. */
static void move_member(struct fixer *x, const struct field *old, const struct field *new,
	const struct element *into, struct edits *edits)
{
	struct insertion what = {
		.file = into->file, .lines = member_lines(x, old, new), .order = old->e.span.begin
	};

	replace_text(x->arena, new->e.file, declaration_removal_span(new->e.file, new->e.span),
		S(""), edits);
	insert_child(x, &old->e, into, what, edits);
}

/* ---- a oneof that is gone ---- */

/* The new oneof that holds all members that are left, and was not there before. */
static const struct oneof *renamed(const struct oneof *old, const struct message *message)
{
	const struct oneof *found = NULL;

	for (uint32_t i = 0; i < old->fields.n; i++) {
		const struct field *new = field_now(message, old->fields.items[i]);
		const struct oneof *oneof = new ? field_oneof(new) : NULL;

		if (!new)
			continue;
		if (!oneof || (found && found != oneof))
			return NULL;
		found = oneof;
	}
	if (found && now_oneof(&found->e, old->e.parent))
		return NULL; /* the old message had it, too */
	return found;
}

static struct str add_lines(struct arena *arena, struct str all, struct str lines)
{
	struct str line;

	while (str_cut(&lines, '\n', &line))
		all = str_printf(arena, STR "%s" STR "\n", ARG(all), line.n ? "  " : "", ARG(line));
	return all;
}

/* The oneof with its members as they are now, the deleted ones as they were. */
static bool rebuild(struct fixer *x, const struct oneof *old, const struct element *message,
	struct edits *edits)
{
	struct span head, body;
	struct insertion what = { .file = message->file, .order = old->e.span.begin };
	struct str all;

	if (!body_of(old->e.file, old->e.name_span.end, old->e.span.end, &body))
		return false;
	head = (struct span){ declaration_span(old->e.file, old->e.span).begin, body.begin };
	all = lines_with(x, &old->e, (struct span){ head.end, old->e.span.end }, S("{"));
	all = str_printf(x->arena, STR "\n", ARG(all));
	for (uint32_t i = 0; i < old->fields.n; i++) {
		const struct field *was = old->fields.items[i];
		const struct field *is = field_now((const struct message *)message, was);

		bring_needs(x, &was->e, message->file, edits);
		free_reserved(x, &was->e, message, edits);
		all = add_lines(x->arena, all,
			is ? member_lines(x, was, is) : lines_of(x, &was->e, DEPRECATED));
		if (is)
			replace_text(x->arena, message->file,
				declaration_removal_span(message->file, is->e.span), S(""), edits);
	}
	what.lines = str_printf(x->arena, STR "}", ARG(all));
	insert_child(x, &old->e, message, what, edits);
	return true;
}

/* The old text of the oneof; what its members are now goes away. */
static bool bring_back(struct fixer *x, const struct oneof *old, const struct element *message,
	struct edits *edits)
{
	struct insertion what = { .file = message->file,
		.lines = lines_of(x, &old->e, PLAIN),
		.order = old->e.span.begin };

	if (!what.lines.p)
		return false;
	for (uint32_t i = 0; i < old->fields.n; i++) {
		const struct field *was = old->fields.items[i];
		const struct field *is = field_now((const struct message *)message, was);

		bring_needs(x, &was->e, message->file, edits);
		free_reserved(x, &was->e, message, edits);
		if (is)
			replace_text(x->arena, message->file,
				declaration_removal_span(message->file, is->e.span), S(""), edits);
	}
	insert_child(x, &old->e, message, what, edits);
	return true;
}

static void fix_gone(struct fixer *x, struct fix_group *group)
{
	const struct oneof *old = (const struct oneof *)group->old, *other;
	const struct element *message = now(x, old->e.parent);
	struct fix_way *way;

	if (!message)
		return;
	other = renamed(old, (const struct message *)message);
	if (other) {
		way = way_new(x, group, "name back");
		replace_text(x->arena, message->file, other->e.name_span, old->e.name, &way->edits);
	}
	way = way_new(x, group, "oneof restored");
	if (!rebuild(x, old, message, &way->edits))
		way_drop(group);
	way = way_new(x, group, "oneof as before");
	if (!bring_back(x, old, message, &way->edits))
		way_drop(group);
}

/* ---- a oneof that is new ---- */

/* Its members that were fields before go out, and it goes away if nothing else is in it. */
static void fix_new(struct fixer *x, struct fix_group *group)
{
	const struct oneof *oneof = (const struct oneof *)group->new;
	const struct element *message = oneof->e.parent;
	struct fix_way *way = way_new(x, group, "out of oneof '" STR "'", ARG(oneof->e.name));
	uint32_t left = 0;

	for (uint32_t i = 0; i < oneof->fields.n; i++) {
		const struct field *new = oneof->fields.items[i];
		const struct field *old = NULL;

		for (uint32_t k = 0; k < group->findings.n && !old; k++)
			if (group->findings.items[k]->pair->new.field == new)
				old = group->findings.items[k]->pair->old.field;
		if (old)
			move_member(x, old, new, message, &way->edits);
		left += !old;
	}
	if (left)
		return;
	/* The members' removals are part of it. */
	for (uint32_t i = 0; i < way->edits.n;) {
		const struct edit *edit = &way->edits.items[i];

		if (edit->span.begin < edit->span.end && edit->file == message->file &&
			edit->span.begin >= oneof->e.span.begin &&
			edit->span.end <= oneof->e.span.end)
			way->edits.items[i] = way->edits.items[--way->edits.n];
		else
			i++;
	}
	replace_text(x->arena, message->file,
		declaration_removal_span(message->file, oneof->e.span), S(""), &way->edits);
}

/* ---- from one to another ---- */

static void fix_member(struct fixer *x, struct fix_group *group)
{
	const struct field *old = (const struct field *)group->old;
	const struct field *new = (const struct field *)group->new;
	const struct element *message = new->e.parent, *into = message;
	struct insertion what = { .file = message->file, .order = old->e.span.begin };
	struct fix_way *way;

	if (field_oneof(old))
		into = now_oneof(&field_oneof(old)->e, message);
	if (!into)
		return;
	way = way_new(x, group, "%s", field_oneof(old) ? "back in its oneof" : "out of the oneof");
	move_member(x, old, new, into, &way->edits);
	/* The other findings of the field may need all of it. */
	way = way_new(x, group, "declaration as before");
	what.lines = lines_of(x, &old->e, PLAIN);
	if (!what.lines.p) {
		way_drop(group);
		return;
	}
	bring_needs(x, &old->e, message->file, &way->edits);
	free_reserved(x, &old->e, message, &way->edits);
	replace_text(x->arena, message->file, declaration_removal_span(message->file, new->e.span),
		S(""), &way->edits);
	insert_child(x, &old->e, into, what, &way->edits);
}

void fix_oneof(struct fixer *x, struct fix_group *group)
{
	if (group->old && group->old->kind == ELEMENT_ONEOF)
		fix_gone(x, group);
	else if (group->new && group->new->kind == ELEMENT_ONEOF)
		fix_new(x, group);
	else if (group->old && group->new)
		fix_member(x, group);
}
