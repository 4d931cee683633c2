/* Edits of texts: sorted, and applied. */
#include "fix/private.h"

#include <stdlib.h>

/* ---- what is reserved no longer ---- */

/* The reserved ranges and names of a message or enum of the new side. */
struct reserves {
	const struct reserved_ranges *ranges;
	const struct reserved_names *names;
	int32_t max;
};

static struct reserves reserves_of(const struct element *scope)
{
	const struct message *m = (const struct message *)scope;
	const struct enumeration *e = (const struct enumeration *)scope;

	if (scope->kind == ELEMENT_ENUM)
		return (struct reserves){ &e->reserved_ranges, &e->reserved_names, INT32_MAX };
	return (struct reserves){ &m->reserved_ranges, &m->reserved_names, MAX_FIELD_NUMBER };
}

static int by_value(const void *left, const void *right)
{
	int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;

	return (a > b) - (a < b);
}

/* What no longer is to be reserved in one scope. */
struct freed {
	const struct element *scope;
	VEC(int32_t) numbers;
	VEC(struct str) names;
};

static bool frees_name(const struct freed *freed, struct str name)
{
	for (uint32_t i = 0; i < freed->names.n; i++)
		if (str_eq(freed->names.items[i], name))
			return true;
	return false;
}

static struct str list_add(struct arena *arena, struct str list, struct str item)
{
	return list.n ? str_printf(arena, STR ", " STR, ARG(list), ARG(item)) : item;
}

static struct str range_text(struct arena *arena, int64_t begin, int64_t end, int32_t max)
{
	if (begin == end)
		return str_printf(arena, "%lld", (long long)begin);
	if (end == max)
		return str_printf(arena, "%lld to max", (long long)begin);
	return str_printf(arena, "%lld to %lld", (long long)begin, (long long)end);
}

/* The range without the freed numbers, added to a list. *changed is set if it had one. */
static struct str range_without(struct arena *arena, const struct freed *freed,
	const struct reserved_range *range, struct str as_written, struct str list, bool *changed)
{
	int32_t max = reserves_of(freed->scope).max;
	int64_t at = range->begin;
	bool touched = false;

	for (uint32_t i = 0; i < freed->numbers.n; i++) {
		int32_t number = freed->numbers.items[i];

		if (number < at || number > range->end)
			continue;
		touched = true;
		if (number > at)
			list = list_add(arena, list, range_text(arena, at, number - 1, max));
		at = (int64_t)number + 1;
	}
	if (!touched)
		return list_add(arena, list, as_written);
	*changed = true;
	return at <= range->end ? list_add(arena, list, range_text(arena, at, range->end, max))
				: list;
}

static struct str written(const struct freed *freed, struct span span)
{
	return span_text(freed->scope->file, span);
}

/* Replaces a statement by one with the list, or removes its line. */
static void statement_edit(struct arena *arena, const struct freed *freed, struct span statement,
	struct str list, struct edits *edits)
{
	struct edit *edit = vec_push(arena, edits);

	edit->file = freed->scope->file;
	edit->span = statement;
	if (list.n)
		edit->text = str_printf(arena, "reserved " STR ";", ARG(list));
	else
		edit->span = removal_span(edit->file, statement);
}

static void free_ranges(struct arena *arena, struct freed *freed, struct edits *edits)
{
	const struct reserved_ranges *ranges = reserves_of(freed->scope).ranges;

	if (freed->numbers.n)
		qsort(freed->numbers.items, freed->numbers.n, sizeof(int32_t), by_value);
	for (uint32_t i = 0; i < ranges->n;) {
		struct span statement = ranges->items[i].statement;
		struct str list = S("");
		bool changed = false;

		do {
			list = range_without(arena, freed, &ranges->items[i],
				written(freed, ranges->items[i].span), list, &changed);
			i++;
		} while (i < ranges->n && span_is_none(ranges->items[i].statement));
		if (changed)
			statement_edit(arena, freed, statement, list, edits);
	}
}

static void free_names(struct arena *arena, const struct freed *freed, struct edits *edits)
{
	const struct reserved_names *names = reserves_of(freed->scope).names;

	for (uint32_t i = 0; i < names->n;) {
		struct span statement = names->items[i].statement;
		struct str list = S("");
		bool changed = false;

		do {
			const struct reserved_name *name = &names->items[i];

			if (frees_name(freed, name->name))
				changed = true;
			else
				list = list_add(arena, list, written(freed, name->span));
			i++;
		} while (i < names->n && span_is_none(names->items[i].statement));
		if (changed)
			statement_edit(arena, freed, statement, list, edits);
	}
}

/* Makes edits of texts of those that free, which are merged by statement. */
static struct edits resolve_freed(struct arena *arena, const struct edits *edits)
{
	struct edits resolved = { 0 };
	VEC(struct freed) all = { 0 };

	for (uint32_t i = 0; i < edits->n; i++) {
		const struct edit *edit = &edits->items[i];
		struct freed *freed = NULL;

		if (edit->kind == EDIT_TEXT || edit->kind == EDIT_FILE) {
			*vec_push(arena, &resolved) = *edit;
			continue;
		}
		for (uint32_t k = 0; k < all.n && !freed; k++)
			if (all.items[k].scope == edit->scope)
				freed = &all.items[k];
		if (!freed) {
			freed = vec_push(arena, &all);
			freed->scope = edit->scope;
		}
		if (edit->kind == EDIT_NUMBER)
			*vec_push(arena, &freed->numbers) = edit->number;
		else
			*vec_push(arena, &freed->names) = edit->name;
	}
	for (uint32_t k = 0; k < all.n; k++) {
		free_ranges(arena, &all.items[k], &resolved);
		free_names(arena, &all.items[k], &resolved);
	}
	return resolved;
}

/* ---- applying ---- */

static bool is_insertion(const struct edit *edit)
{
	return edit->span.begin == edit->span.end;
}

static struct str path_of(const struct edit *edit)
{
	return edit->kind == EDIT_FILE ? edit->path : edit->file->text->path;
}

/* By path and offset; insertions before what they stand before. */
static int edit_order(const void *left, const void *right)
{
	const struct edit *a = left, *b = right;
	int order = str_cmp(path_of(a), path_of(b));

	if (order)
		return order;
	if (a->span.begin != b->span.begin)
		return a->span.begin < b->span.begin ? -1 : 1;
	if (is_insertion(a) != is_insertion(b))
		return is_insertion(a) ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->span.end != b->span.end)
		return a->span.end < b->span.end ? -1 : 1;
	return str_cmp(a->text, b->text);
}

static bool edits_equal(const struct edit *a, const struct edit *b)
{
	return a->kind == b->kind && a->span.begin == b->span.begin && a->span.end == b->span.end &&
	       str_eq(path_of(a), path_of(b)) && str_eq(a->text, b->text);
}

/* The text without blanks at the ends of lines that an edit touched: from `from` on. */
static size_t trimmed(const char *all, size_t from, size_t to)
{
	while (to > from && (all[to - 1] == ' ' || all[to - 1] == '\t'))
		to--;
	return to;
}

/* What is written of a file so far. */
struct writing {
	char *p;
	size_t n;
	bool touched; /* the last line */
};

static void write_part(struct writing *w, struct str part, bool is_edit)
{
	for (size_t i = 0; i < part.n; i++) {
		bool ends = part.p[i] == '\n' ||
			    (part.p[i] == '\r' && i + 1 < part.n && part.p[i + 1] == '\n');

		w->touched |= is_edit;
		if (ends && w->touched) {
			size_t line = w->n;

			while (line > 0 && w->p[line - 1] != '\n')
				line--;
			w->n = trimmed(w->p, line, w->n);
		}
		w->p[w->n++] = part.p[i];
		if (part.p[i] == '\n')
			w->touched = false;
	}
	w->touched |= is_edit && (!part.n || part.p[part.n - 1] != '\n');
}

/* Applies the sorted edits of one file. False: they overlap. */
static bool apply_file(
	struct arena *arena, const struct edit *edits, uint32_t n, struct fixed_file *fixed)
{
	struct str bytes = edits->kind == EDIT_FILE ? S("") : file_bytes_of(edits->file);
	struct writing w = { 0 };
	size_t room = bytes.n, at = 0;

	fixed->path = path_of(edits);
	if (!bytes.p || (edits->kind == EDIT_FILE && n > 1))
		return false;
	for (uint32_t i = 0; i < n; i++)
		room += edits[i].text.n;
	w.p = arena_bytes(arena, room + 1);
	for (uint32_t i = 0; i < n; i++) {
		const struct edit *edit = &edits[i];

		if (edit->span.begin < at || edit->span.end > bytes.n ||
			edit->span.end < edit->span.begin)
			return false;
		write_part(&w, str_head(str_from(bytes, at), edit->span.begin - at), false);
		write_part(&w, edit->text, true);
		at = edit->span.end;
	}
	write_part(&w, str_from(bytes, at), false);
	fixed->bytes = (struct str){ w.p, w.n };
	return true;
}

bool edits_apply(struct arena *arena, const struct edits *given, struct fixed_files *files)
{
	struct edits edits = resolve_freed(arena, given);
	uint32_t n = 0;

	*files = (struct fixed_files){ 0 };
	if (edits.n)
		qsort(edits.items, edits.n, sizeof *edits.items, edit_order);
	for (uint32_t i = 0; i < edits.n; i++) /* what two groups ask for is done once */
		if (!n || !edits_equal(&edits.items[n - 1], &edits.items[i]))
			edits.items[n++] = edits.items[i];
	for (uint32_t i = 0; i < n;) {
		uint32_t end = i + 1;

		while (end < n && str_eq(path_of(&edits.items[end]), path_of(&edits.items[i])))
			end++;
		if (!apply_file(arena, &edits.items[i], end - i, vec_push(arena, files)))
			return false;
		i = end;
	}
	return true;
}
