/* The values of options as text: for people, and to compare them; and their order. */
#include "rules/option_tree.h"

#include "base/out.h"
#include "base/utf8.h"
#include "rules/lookup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct writer {
	const struct tree_maker *maker;
	struct out *out;
	bool is_key;
};

static void write_tree(const struct writer *w, const struct tree *tree);

/* ---- scalars ---- */

/* An integer, if it is one: so a value stays the same when its field becomes a double. */
static void write_real(struct out *out, const struct tree *tree)
{
	char text[40];
	double d = tree->d;

	if (isnan(d)) {
		out_str(out, S("nan"));
	} else if (isinf(d)) {
		out_str(out, d > 0 ? S("inf") : S("-inf"));
	} else if (d == 0) {
		out_char(out, '0');
	} else if (fabs(d) < 0x1p64 && d == trunc(d)) {
		out_printf(out, "%.0f", d);
	} else {
		/* The shortest that reads as the same value: 0.1, also of a float. */
		for (int digits = tree->is_single ? 6 : 15; digits <= 17; digits++) {
			snprintf(text, sizeof text, "%.*g", digits, d);
			if (tree->is_single ? (double)strtof(text, NULL) == d
					    : strtod(text, NULL) == d)
				break;
		}
		out_str(out, str_of(text));
	}
}

static void write_text(struct out *out, struct str text)
{
	bool is_utf8 = utf8_is_valid(text);

	out_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '"' || c == '\\')
			out_printf(out, "\\%c", c);
		else if (c == '\n')
			out_str(out, S("\\n"));
		else if (c < 0x20 || c == 0x7F || (c >= 0x80 && !is_utf8))
			out_printf(out, "\\%03o", c);
		else
			out_char(out, (char)c);
	}
	out_char(out, '"');
}

/*
 * An enum's value is its number, so that aliases and a new name for it are the same; unless the
 * number of the name has changed, too: then it is the name that stands in the contract.
 */
static void write_enum_key(const struct writer *w, const struct tree *tree)
{
	struct check *c = w->maker->c;
	const struct enumeration *other =
		diff_find_enum(c->diff, !w->maker->new_side, tree->of->e.full_name);
	const struct enum_value *same = other ? lookup_value(c, other, tree->s) : NULL;

	if (w->maker->as_written || (same && same->number != tree->number))
		out_str(w->out, tree->s);
	else
		out_printf(w->out, "#%lld", (long long)tree->number);
}

static void write_word(const struct writer *w, const struct tree *tree)
{
	if (w->is_key && tree->of) {
		write_enum_key(w, tree);
		return;
	}
	out_str(w->out, tree->negative ? S("-") : S(""));
	out_str(w->out, tree->s);
}

static void write_unknown(struct out *out, struct str record)
{
	out_str(out, S("0x"));
	for (size_t i = 0; i < record.n; i++)
		out_printf(out, "%02x", (unsigned char)record.p[i]);
}

/* ---- messages ---- */

static int by_text(const void *left, const void *right)
{
	return str_cmp(*(const struct str *)left, *(const struct str *)right);
}

static int by_key(const void *left, const void *right)
{
	const struct branch *a = *(const struct branch *const *)left,
			    *b = *(const struct branch *const *)right;

	return a->is_extension != b->is_extension ? a->is_extension - b->is_extension
						  : str_cmp(a->key, b->key);
}

/* As text format has it. */
static int by_number(const void *left, const void *right)
{
	const struct branch *a = *(const struct branch *const *)left,
			    *b = *(const struct branch *const *)right;

	return a->number != b->number ? (a->number > b->number ? 1 : -1) : by_key(left, right);
}

/* Is it like an entry of a map? As it is written nobody knows. */
static bool is_entry(const struct tree *tree)
{
	bool has_key = false;

	if (tree->kind != TREE_MESSAGE)
		return false;
	for (uint32_t i = 0; i < tree->message->list.n; i++) {
		const struct branch *branch = &tree->message->list.items[i];

		if (branch->is_extension ||
			(!str_eq(branch->key, S("key")) && !str_eq(branch->key, S("value"))))
			return false;
		has_key |= str_eq(branch->key, S("key"));
	}
	return has_key;
}

static bool is_map(const struct writer *w, const struct branch *branch)
{
	if (!w->maker->as_written)
		return branch->is_map;
	for (uint32_t i = 0; i < branch->values.n; i++)
		if (!is_entry(branch->values.items[i]))
			return false;
	return true;
}

static struct str text_of(const struct tree_maker *maker, const struct tree *tree, bool is_key)
{
	struct writer w = { maker, out_memory(maker->arena), is_key };

	write_tree(&w, tree);
	return out_text(w.out);
}

static void write_field(
	const struct writer *w, const struct branch *branch, struct str text, bool is_message)
{
	out_char(w->out, ' ');
	out_str(w->out, w->is_key ? branch->key : branch->shown);
	out_str(w->out, is_message ? S(" ") : S(": "));
	out_str(w->out, text);
}

/* The entries of a map have no order. */
static void write_branch(const struct writer *w, const struct branch *branch)
{
	struct str *texts = NEW_ARRAY(w->maker->arena, branch->values.n, struct str);

	for (uint32_t i = 0; i < branch->values.n; i++)
		texts[i] = text_of(w->maker, branch->values.items[i], w->is_key);
	if (is_map(w, branch))
		qsort(texts, branch->values.n, sizeof *texts, by_text);
	for (uint32_t i = 0; i < branch->values.n; i++)
		write_field(w, branch, texts[i], branch->values.items[i]->kind == TREE_MESSAGE);
}

static void write_message(const struct writer *w, const struct branches *message)
{
	const struct branch **sorted =
		NEW_ARRAY(w->maker->arena, message->list.n, const struct branch *);

	for (uint32_t i = 0; i < message->list.n; i++)
		sorted[i] = &message->list.items[i];
	if (message->list.n)
		qsort(sorted, message->list.n, sizeof *sorted, w->is_key ? by_key : by_number);
	out_char(w->out, '{');
	for (uint32_t i = 0; i < message->list.n; i++)
		write_branch(w, sorted[i]);
	out_str(w->out, message->list.n ? S(" }") : S("}"));
}

static void write_tree(const struct writer *w, const struct tree *tree)
{
	switch (tree->kind) {
	case TREE_INTEGER:
		out_printf(
			w->out, "%s%llu", tree->negative ? "-" : "", (unsigned long long)tree->u);
		break;
	case TREE_REAL:
		write_real(w->out, tree);
		break;
	case TREE_TEXT:
		write_text(w->out, tree->s);
		break;
	case TREE_WORD:
		write_word(w, tree);
		break;
	case TREE_MESSAGE:
		write_message(w, tree->message);
		break;
	case TREE_UNKNOWN:
		write_unknown(w->out, tree->s);
	}
}

struct str tree_text(const struct tree_maker *maker, const struct tree *tree)
{
	return text_of(maker, tree, false);
}

struct str tree_key(const struct tree_maker *maker, const struct tree *tree)
{
	return text_of(maker, tree, true);
}

struct keyed_entry {
	struct str key;
	struct tree *entry;
};

static int by_entry_key(const void *left, const void *right)
{
	const struct keyed_entry *a = left, *b = right;

	return str_cmp(a->key, b->key);
}

void tree_sort_map(const struct tree_maker *maker, struct branch *branch)
{
	const struct writer w = { .maker = maker };
	struct keyed_entry *entries;

	if (branch->values.n < 2 || !is_map(&w, branch))
		return;
	entries = NEW_ARRAY(maker->arena, branch->values.n, struct keyed_entry);
	for (uint32_t i = 0; i < branch->values.n; i++)
		entries[i] = (struct keyed_entry){ tree_key(maker, branch->values.items[i]),
			branch->values.items[i] };
	qsort(entries, branch->values.n, sizeof *entries, by_entry_key);
	for (uint32_t i = 0; i < branch->values.n; i++)
		branch->values.items[i] = entries[i].entry;
}

/* ---- order ---- */

struct moment {
	int64_t seconds, nanos; /* nanos from 0 to 999999999 */
};

static int64_t signed_of(const struct tree *tree)
{
	uint64_t most = (uint64_t)INT64_MAX + tree->negative;
	uint64_t u = tree->u < most ? tree->u : most;

	return tree->negative ? -(int64_t)(u ? u - 1 : 0) - (u ? 1 : 0) : (int64_t)u;
}

/* A message that has nothing but seconds and nanos may be a time, as it is written. */
static bool is_time(const struct tree *tree)
{
	if (tree->kind != TREE_MESSAGE)
		return false;
	if (tree->type)
		return str_eq(tree->type->e.full_name, S("google.protobuf.Duration")) ||
		       str_eq(tree->type->e.full_name, S("google.protobuf.Timestamp"));
	for (uint32_t i = 0; i < tree->message->list.n; i++) {
		const struct branch *branch = &tree->message->list.items[i];

		if (!str_eq(branch->key, S("seconds")) && !str_eq(branch->key, S("nanos")))
			return false;
	}
	return true;
}

static struct moment moment_of(const struct tree *tree)
{
	enum { NANOS = 1000000000 };
	struct moment moment = { 0, 0 };

	for (uint32_t i = 0; i < tree->message->list.n; i++) {
		const struct branch *branch = &tree->message->list.items[i];
		const struct tree *value = branch->values.items[branch->values.n - 1];

		if (value->kind != TREE_INTEGER)
			continue;
		if (str_eq(branch->key, S("seconds")))
			moment.seconds = signed_of(value);
		else if (str_eq(branch->key, S("nanos")))
			moment.nanos = signed_of(value);
	}
	if (__builtin_add_overflow(moment.seconds, moment.nanos / NANOS, &moment.seconds))
		moment.seconds = moment.nanos < 0 ? INT64_MIN : INT64_MAX;
	moment.nanos %= NANOS;
	if (moment.nanos < 0 && moment.seconds > INT64_MIN) {
		moment.nanos += NANOS;
		moment.seconds--;
	}
	return moment;
}

static enum tree_order order_of(int sign)
{
	return sign < 0 ? TREE_LESS : sign > 0 ? TREE_GREATER : TREE_EQUAL;
}

static enum tree_order compare_times(struct moment old, struct moment new)
{
	if (old.seconds != new.seconds)
		return order_of(old.seconds < new.seconds ? -1 : 1);
	return order_of((old.nanos > new.nanos) - (old.nanos < new.nanos));
}

static enum tree_order compare_integers(const struct tree *old, const struct tree *new)
{
	int sign;

	if (old->negative != new->negative)
		return order_of(old->negative ? -1 : 1);
	sign = (old->u > new->u) - (old->u < new->u);
	return order_of(old->negative ? -sign : sign);
}

static bool is_bool(const struct tree *tree)
{
	return tree->kind == TREE_WORD && !tree->of && !tree->negative &&
	       (str_eq(tree->s, S("true")) || str_eq(tree->s, S("false")));
}

/* `inf` and `nan` as they are written. */
static bool real_word(const struct tree *tree, double *d)
{
	if (tree->kind != TREE_WORD || tree->of)
		return false;
	if (str_eq(tree->s, S("inf")))
		*d = tree->negative ? -INFINITY : INFINITY;
	else if (str_eq(tree->s, S("nan")))
		*d = NAN;
	else
		return false;
	return true;
}

/* A number, the number of an enum's value, or a bool as 0 or 1. False: it is none. */
static bool number_of(const struct tree *tree, double *d)
{
	if (tree->kind == TREE_INTEGER)
		*d = tree->negative ? -(double)tree->u : (double)tree->u;
	else if (tree->kind == TREE_REAL)
		*d = tree->d;
	else if (tree->kind == TREE_WORD && (tree->of || is_bool(tree)))
		*d = (double)tree->number;
	else
		return real_word(tree, d);
	return true;
}

bool tree_is_nan(const struct tree *tree)
{
	double d;

	return number_of(tree, &d) && isnan(d);
}

enum tree_order tree_compare(const struct tree *old, const struct tree *new)
{
	double was, is;

	if (is_time(old) && is_time(new))
		return compare_times(moment_of(old), moment_of(new));
	if (old->kind == TREE_INTEGER && new->kind == TREE_INTEGER)
		return compare_integers(old, new);
	if (!number_of(old, &was) || !number_of(new, &is) || isnan(was) || isnan(is))
		return TREE_UNORDERED;
	return order_of((was > is) - (was < is));
}
