#include "base/diag.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>

void diags_init(struct diags *diags, struct arena *arena)
{
	*diags = (struct diags){ .arena = arena };
}

static struct str vformat(struct arena *arena, const char *format, va_list args)
{
	enum { LONGEST_MESSAGE = 2000 }; /* it may contain untrusted names */
	va_list again;
	bool cut;
	int n;
	char *p;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n < 0)
		n = 0;
	cut = n > LONGEST_MESSAGE;
	if (cut)
		n = LONGEST_MESSAGE;
	p = arena_bytes(arena, (size_t)n + sizeof "…");
	vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	if (cut) {
		/* Do not cut a character. */
		while (n > 0 && ((unsigned char)p[n - 1] & 0xC0) == 0x80)
			n--;
		if (n > 0 && (unsigned char)p[n - 1] >= 0xC0)
			n--;
		memcpy(p + n, "…", sizeof "…");
		n += (int)sizeof "…" - 1;
	}
	return (struct str){ p, (size_t)n };
}

static struct diag *diag_add(struct diags *diags, enum diag_level level, struct place place,
	const char *format, va_list args)
{
	struct diag *d;

	diags->is_left_out =
		level == DIAG_ERROR && diags->most_errors && diags->n_errors >= diags->most_errors;
	if (diags->is_left_out) {
		diags->n_errors++;
		return &diags->left_out;
	}
	d = vec_push(diags->arena, diags);
	*d = (struct diag){ .level = level, .place = place, .order = diags->n };
	d->message = vformat(diags->arena, format, args);
	if (level == DIAG_ERROR)
		diags->n_errors++;
	return d;
}

struct diag *diag_error(struct diags *diags, struct place place, const char *format, ...)
{
	struct diag *d;
	va_list args;

	va_start(args, format);
	d = diag_add(diags, DIAG_ERROR, place, format, args);
	va_end(args);
	return d;
}

struct diag *diag_warning(struct diags *diags, struct place place, const char *format, ...)
{
	struct diag *d;
	va_list args;

	va_start(args, format);
	d = diag_add(diags, DIAG_WARNING, place, format, args);
	va_end(args);
	return d;
}

struct diag *diag_remark(struct diags *diags, enum diag_level level, const char *format, ...)
{
	struct diag *d;
	va_list args;

	va_start(args, format);
	d = diag_add(diags, level, NOWHERE, format, args);
	va_end(args);
	return d;
}

void diag_help(struct diags *diags, const char *format, ...)
{
	struct diag *d = &diags->items[diags->n - 1];
	struct str help;
	va_list args;

	if (diags->is_left_out)
		return;
	va_start(args, format);
	help = vformat(diags->arena, format, args);
	va_end(args);
	d->help =
		d->help.p ? str_printf(diags->arena, STR "\n" STR, ARG(d->help), ARG(help)) : help;
}

void diag_kind(struct diags *diags, struct str kind, struct str subject)
{
	struct diag *d = &diags->items[diags->n - 1];

	if (diags->is_left_out)
		return;
	d->kind = str_dup(diags->arena, kind);
	d->subject = str_dup(diags->arena, subject);
}

void diag_unread(struct diags *diags)
{
	diags->unread = true;
}

void diag_note(struct diags *diags, struct place place, const char *format, ...)
{
	struct diag *d = &diags->items[diags->n - 1];
	va_list args;

	if (diags->is_left_out)
		return;
	va_start(args, format);
	d->note_text = vformat(diags->arena, format, args);
	va_end(args);
	d->note_place = place;
}

void diags_forget(struct diags *diags, uint32_t n, uint32_t n_errors)
{
	diags->n = n;
	diags->n_errors = n_errors;
	diags->is_left_out = false;
}

/* Says at the last kept error how many were not kept. */
static uint32_t left_out(const struct diags *diags, struct place *last)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < diags->n; i++) {
		const struct diag *d = &diags->items[i];

		if (d->level != DIAG_ERROR)
			continue;
		if (kept++ == 0 || d->place.span.begin >= last->span.begin)
			*last = d->place;
	}
	return diags->n_errors - kept;
}

void diags_adopt(struct diags *into, struct diags *from)
{
	struct place last = NOWHERE;
	uint32_t more = from->most_errors ? left_out(from, &last) : 0;

	for (uint32_t i = 0; i < from->n; i++) {
		struct diag *d = vec_push(into->arena, into);

		*d = from->items[i];
		d->order = into->n;
	}
	into->n_errors += from->n_errors - more;
	into->unread |= from->unread;
	if (more)
		diag_error(into, last, "%u more errors in this file are not shown", more);
	from->n = from->n_errors = 0;
}

static int order_of(const void *left, const void *right)
{
	const struct diag *a = left, *b = right;
	struct str none = { NULL, 0 };
	int order = str_cmp(a->place.text ? a->place.text->side : none,
		b->place.text ? b->place.text->side : none);

	if (!order)
		order = str_cmp(a->place.text ? a->place.text->path : none,
			b->place.text ? b->place.text->path : none);
	if (!order)
		order = (a->place.span.begin > b->place.span.begin) -
			(a->place.span.begin < b->place.span.begin);
	return order ? order : (a->order > b->order) - (a->order < b->order);
}

/* Two texts of one file, which was read twice, are the same place. */
static bool same_text(const struct text *a, const struct text *b)
{
	return a == b || (a && b && str_eq(a->side, b->side) && str_eq(a->path, b->path));
}

static bool same(const struct diag *a, const struct diag *b)
{
	return a->level == b->level && same_text(a->place.text, b->place.text) &&
	       a->place.span.begin == b->place.span.begin && str_eq(a->message, b->message);
}

static bool same_kind(const struct diag *a, const struct diag *b)
{
	return a->kind.n && a->level == b->level && str_eq(a->kind, b->kind) &&
	       str_eq(a->help, b->help);
}

/* Keeps the first of each kind, with the number of all. There are few kinds. */
static void join_kinds(struct diags *diags)
{
	enum { MOST_KINDS = 16 };
	struct {
		uint32_t at, n;
	} kinds[MOST_KINDS];
	struct str last = { NULL, 0 };
	uint32_t n_kinds = 0, kept = 0;

	for (uint32_t i = 0; i < diags->n; i++) {
		uint32_t k = 0;

		while (k < n_kinds && !same_kind(&diags->items[kinds[k].at], &diags->items[i]))
			k++;
		if (k < n_kinds) {
			/* Both sides often ask for the same thing. */
			kinds[k].n +=
				!str_eq(diags->items[i].subject, last) &&
				!str_eq(diags->items[i].subject, diags->items[kinds[k].at].subject);
			last = diags->items[i].subject;
			continue;
		}
		if (diags->items[i].kind.n && n_kinds < MOST_KINDS) {
			kinds[n_kinds].at = kept;
			kinds[n_kinds++].n = 1;
		}
		diags->items[kept++] = diags->items[i];
	}
	diags->n = kept;
	for (uint32_t k = 0; k < n_kinds; k++) {
		struct diag *d = &diags->items[kinds[k].at];

		if (kinds[k].n > 1)
			d->message = str_printf(diags->arena, "%u " STR ", such as " STR,
				kinds[k].n, ARG(d->kind), ARG(d->subject));
		d->kind = (struct str){ NULL, 0 };
	}
}

void diags_sort(struct diags *diags)
{
	uint32_t kept = 0;

	if (diags->n)
		qsort(diags->items, diags->n, sizeof *diags->items, order_of);
	for (uint32_t i = 0; i < diags->n; i++) {
		if (kept && same(&diags->items[kept - 1], &diags->items[i]))
			continue;
		diags->items[kept++] = diags->items[i];
	}
	diags->n = kept;
	join_kinds(diags);
	diags->n_errors = 0;
	for (uint32_t i = 0; i < diags->n; i++)
		diags->n_errors += diags->items[i].level == DIAG_ERROR;
}
