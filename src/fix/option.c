/* Options that are promised: their old values, as they were written. */
#include "fix/private.h"
#include "rules/promise.h"

struct spans {
	struct span *items;
	uint32_t n, cap;
};

static bool is_step(const struct option *option, const struct option_step *step)
{
	if (!option->field || step->is_extension != (option->field->extension != NULL))
		return false;
	return str_eq(step->is_extension ? option->field->e.full_name : option->field->e.name,
		step->name);
}

static bool has_span(const struct spans *spans, struct span span)
{
	for (uint32_t i = 0; i < spans->n; i++)
		if (spans->items[i].begin == span.begin && spans->items[i].end == span.end)
			return true;
	return false;
}

/* The spans of an option and of all in it: several statements may make one value. */
static void add_spans(struct arena *arena, const struct option *option, struct spans *spans)
{
	const struct options *inner = option_message(option);

	if (!span_is_none(option->span) && !has_span(spans, option->span))
		*vec_push(arena, spans) = option->span;
	for (uint32_t i = 0; inner && i < inner->list.n; i++)
		add_spans(arena, &inner->list.items[i], spans);
}

/* Where the element writes what the first `n` steps lead to. */
static void find_spans(struct arena *arena, const struct options *options,
	const struct option_step *steps, uint32_t n, struct spans *spans)
{
	for (uint32_t i = 0; options && i < options->list.n; i++) {
		const struct option *option = &options->list.items[i];

		if (!is_step(option, steps))
			continue;
		if (n == 1)
			add_spans(arena, option, spans);
		else
			find_spans(arena, option_message(option), steps + 1, n - 1, spans);
	}
}

/* The option's own declaration, for the import. */
static void need_option(struct fixer *x, const struct element *old, const struct file *file,
	const struct option_step *step, struct edits *edits)
{
	for (uint32_t i = 0; old->options && i < old->options->list.n; i++) {
		const struct option *option = &old->options->list.items[i];

		if (is_step(option, step) && option->field->extension)
			need(x, &option->field->e, file, edits);
	}
}

/* ---- in brackets ---- */

static bool restore_in_brackets(struct fixer *x, const struct fix_group *group,
	const struct spans *was, const struct spans *is, struct edits *edits)
{
	struct brackets old, new;
	uint32_t next = 0;

	brackets_open(&old, x, group->old);
	brackets_open(&new, x, group->new);
	for (uint32_t i = 0; i < new.items.n; i++) {
		struct str text = { NULL, 0 };

		if (!has_span(is, new.items.items[i].span))
			continue;
		while (next < old.items.n && !has_span(was, old.items.items[next].span))
			next++;
		if (next < old.items.n)
			text = old.items.items[next++].text;
		new.items.items[i].text = text;
		new.changed = true;
	}
	for (; next < old.items.n; next++)
		if (has_span(was, old.items.items[next].span))
			brackets_set(&new, NO_SPAN, old.items.items[next].text);
	return brackets_close(&new, edits);
}

/* ---- in statements ---- */

static bool is_statement(const struct element *element, struct span span)
{
	struct str text = span_text(element->file, span);

	return str_starts(text, S("option")) && str_ends(text, S(";"));
}

/* The statements as lines. */
static struct str statements(struct fixer *x, const struct element *old, const struct spans *was)
{
	struct str all = S("");

	for (uint32_t i = 0; i < was->n; i++)
		if (is_statement(old, was->items[i]))
			all = str_printf(x->arena, STR "%s" STR, ARG(all), all.n ? "\n" : "",
				ARG(span_text(old->file, was->items[i])));
	return all;
}

static bool restore_statements(struct fixer *x, const struct fix_group *group,
	const struct spans *was, const struct spans *is, struct edits *edits)
{
	const struct element *new = group->new;
	struct insertion what = { .file = new->file, .lines = statements(x, group->old, was) };
	bool placed = false;

	for (uint32_t i = 0; i < is->n; i++) {
		if (!is_statement(new, is->items[i]))
			continue;
		if (!placed && what.lines.n)
			replace_lines(x->arena, &what, is->items[i], edits);
		else
			replace_text(x->arena, new->file, removal_span(new->file, is->items[i]),
				S(""), edits);
		placed = true;
	}
	return placed || !what.lines.n || statement_add(x, new, what.lines, edits);
}

/* ---- the rules ---- */

/* The old text of what the first `n` steps of the path lead to. */
static void restore_way(struct fixer *x, struct fix_group *group, uint32_t n)
{
	const struct option_path *path = &group->findings.items[0]->promise->path;
	bool in_brackets =
		group->old->kind == ELEMENT_FIELD || group->old->kind == ELEMENT_ENUM_VALUE;
	struct spans was = { 0 }, is = { 0 };
	struct fix_way *way;
	bool ok;

	find_spans(x->arena, group->old->options, path->steps, n, &was);
	find_spans(x->arena, group->new->options, path->steps, n, &is);
	way = way_new(x, group, was.n ? "the old value back" : "removed");
	need_option(x, group->old, group->new->file, path->steps, &way->edits);
	ok = in_brackets ? restore_in_brackets(x, group, &was, &is, &way->edits)
			 : restore_statements(x, group, &was, &is, &way->edits);
	if (!ok || !way->edits.n)
		way_drop(group);
}

static const struct element *value_of(const struct element *of, const struct finding *finding)
{
	const struct enumeration *e = (const struct enumeration *)of;
	struct str name = str_last_component(finding->element);

	for (uint32_t i = 0; of && i < e->values.n; i++)
		if (e->values.items[i]->number == finding->number &&
			str_eq(e->values.items[i]->e.name, name))
			return &e->values.items[i]->e;
	return NULL;
}

void fix_option(struct fixer *x, struct fix_group *group)
{
	const struct finding *finding = group->findings.items[0];

	if (group->old && group->old->kind == ELEMENT_ENUM && finding->has_number) {
		group->old = value_of(group->old, finding);
		group->new = value_of(group->new, finding);
	}
	if (!group->old || !group->new || !finding->promise)
		return;
	for (uint32_t n = finding->promise->path.n; n > 0; n -= n > 1 ? n - 1 : 1)
		restore_way(x, group, n);
}
