#include "config/accepted.h"
#include "base/out.h"
#include "config/yaml_tree.h"

#include <inttypes.h>
#include <stdlib.h>

/* Days from 1970-01-01 to a Gregorian date. Years start in March, so that the leap day is the last.
 */
static int32_t day_of(int32_t year, int32_t month, int32_t day)
{
	int32_t y = month > 2 ? year : year - 1;
	int32_t m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static bool take_digits(struct str *text, size_t n, int32_t *value)
{
	*value = 0;
	if (text->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text->p[i] < '0' || text->p[i] > '9')
			return false;
		*value = *value * 10 + (text->p[i] - '0');
	}
	*text = str_from(*text, n);
	return true;
}

static bool take_dash(struct str *text)
{
	bool is_dash = text->n && text->p[0] == '-';

	*text = str_from(*text, 1);
	return is_dash;
}

static int32_t days_in(int32_t year, int32_t month)
{
	return day_of(year + month / 12, month % 12 + 1, 1) - day_of(year, month, 1);
}

bool date_read(struct str text, int32_t *day)
{
	int32_t year, month, of_month;

	if (!take_digits(&text, 4, &year) || !take_dash(&text) || !take_digits(&text, 2, &month) ||
		!take_dash(&text) || !take_digits(&text, 2, &of_month) || text.n)
		return false;
	if (year < 1970 || month < 1 || month > 12 || of_month < 1 ||
		of_month > days_in(year, month))
		return false;
	*day = day_of(year, month, of_month);
	return true;
}

struct str date_text(struct arena *arena, int32_t day)
{
	int32_t year = 1970 + day / 366, month = 1;

	while (day_of(year + 1, 1, 1) <= day)
		year++;
	while (month < 12 && day_of(year, month + 1, 1) <= day)
		month++;
	return str_printf(arena, "%04d-%02d-%02d", year, month, day - day_of(year, month, 1) + 1);
}

/* The state of reading one file. */
struct entries {
	struct arena *arena;
	struct text *text;
	struct diags *diags;
	struct acceptances *accepted;
};

static const struct str keys[] = { STR_INIT("element"), STR_INIT("rule"), STR_INIT("finding"),
	STR_INIT("reason"), STR_INIT("by"), STR_INIT("until"), STR_INIT("fingerprint") };

static void check_keys(
	struct entries *e, const struct yaml_node *map, const struct str *words, size_t n)
{
	for (uint32_t i = 0; i < map->pairs.n; i++) {
		const struct yaml_node *key = map->pairs.items[i].key;
		bool known = false;
		struct str nearest;

		for (size_t k = 0; k < n && !known; k++)
			known = str_eq(key->value, words[k]);
		if (known)
			continue;
		diag_error(e->diags, place_in(e->text, key->span), "unknown key '" STR "'",
			ARG(key->value));
		nearest = str_nearest(key->value, words, n);
		if (nearest.p)
			diag_help(e->diags, "did you mean '" STR "'?", ARG(nearest));
	}
}

/* The text of a key. Absent, with an error if it is required or not a text. */
static struct str entry_text(
	struct entries *e, const struct yaml_node *map, struct str key, bool needed)
{
	const struct yaml_node *node = yaml_get(map, key);

	if (node && node->kind == YAML_SCALAR && str_trim(node->value).n)
		return node->value;
	if (node && node->kind != YAML_SCALAR && node->kind != YAML_NULL)
		diag_error(e->diags, place_in(e->text, node->span),
			"'" STR "' must be a string, not %s", ARG(key), yaml_kind_name(node));
	else if (needed)
		diag_error(e->diags, place_in(e->text, map->span), "an entry without '" STR "'",
			ARG(key));
	return (struct str){ NULL, 0 };
}

static bool read_fingerprint(struct str text, uint64_t *fingerprint)
{
	*fingerprint = 0;
	if (text.n != 16)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;

		if (digit < 0)
			return false;
		*fingerprint = *fingerprint << 4 | (uint64_t)digit;
	}
	return true;
}

/* A warning only: another version of breakwater may have had the rule. */
static void warn_of_rule(struct entries *e, const struct yaml_node *map, struct str rule)
{
	struct str nearest = rules_nearest(rule);

	if (rule_find(rule))
		return;
	diag_warning(e->diags, place_in(e->text, yaml_get(map, S("rule"))->span),
		"unknown rule '" STR "': this entry accepts nothing", ARG(rule));
	if (nearest.p && rule_find(nearest))
		diag_help(e->diags, "did you mean '" STR "'?", ARG(nearest));
}

static void read_entry(struct entries *e, const struct yaml_node *map)
{
	struct acceptance a = { .place = place_in(e->text, map->span) };
	uint32_t n_errors = e->diags->n_errors;
	struct str fingerprint, until;

	if (map->kind != YAML_MAP) {
		diag_error(e->diags, a.place, "an entry is a mapping, not %s", yaml_kind_name(map));
		return;
	}
	check_keys(e, map, keys, COUNT(keys));
	a.element = entry_text(e, map, S("element"), false);
	a.rule = entry_text(e, map, S("rule"), true);
	a.finding = entry_text(e, map, S("finding"), false);
	a.reason = entry_text(e, map, S("reason"), true);
	a.by = entry_text(e, map, S("by"), false);
	until = entry_text(e, map, S("until"), false);
	fingerprint = entry_text(e, map, S("fingerprint"), true);
	if (!a.element.p)
		a.element = S(""); /* the package without a name has findings too */
	if (fingerprint.p && !read_fingerprint(fingerprint, &a.fingerprint))
		diag_error(e->diags, place_in(e->text, yaml_get(map, S("fingerprint"))->span),
			"a fingerprint has 16 hexadecimal digits");
	a.has_until = until.p != NULL;
	if (until.p && !date_read(until, &a.until)) {
		diag_error(e->diags, place_in(e->text, yaml_get(map, S("until"))->span),
			"'" STR "' is not a date", ARG(until));
		diag_help(e->diags, "write a date as in 2026-01-31");
	}
	if (e->diags->n_errors == n_errors) {
		warn_of_rule(e, map, a.rule);
		*vec_push(e->arena, &e->accepted->list) = a;
	}
}

_Static_assert((int)ACCEPTED_MOST_BYTES <= (int)MAX_YAML_BYTES, "what is written is read again");

static bool has_line(struct str rest, struct str wanted)
{
	struct str line;

	while (str_cut(&rest, '\n', &line))
		if (str_eq(str_trim(line), wanted))
			return true;
	return false;
}

bool accepted_parse(
	struct arena *arena, struct text *text, struct acceptances *accepted, struct diags *diags)
{
	static const struct str top_keys[] = { STR_INIT("version"), STR_INIT("accepted") };
	struct entries e = { arena, text, diags, accepted };
	uint32_t n_errors = diags->n_errors;
	struct yaml_node *root = yaml_read(arena, text, diags);
	const struct yaml_node *version = yaml_get(root, S("version"));
	const struct yaml_node *list = yaml_get(root, S("accepted"));

	*accepted = (struct acceptances){ 0 };
	if (!root)
		return false;
	accepted->numbered = has_line(text->bytes, S("# 00"));
	if (root->kind != YAML_MAP) {
		diag_error(diags, place_in(text, root->span), "expected a mapping, not %s",
			yaml_kind_name(root));
		return false;
	}
	check_keys(&e, root, top_keys, COUNT(top_keys));
	if (root->pairs.n && (!version || !str_eq(version->value, S("1")))) {
		diag_error(diags, place_in(text, version ? version->span : NO_SPAN),
			"unknown version of this file");
		diag_help(diags, "write 'version: 1'");
	}
	if (list && list->kind != YAML_LIST && list->kind != YAML_NULL)
		diag_error(diags, place_in(text, list->span), "'accepted' must be a list, not %s",
			yaml_kind_name(list));
	for (uint32_t i = 0; list && i < list->items.n; i++)
		read_entry(&e, list->items.items[i]);
	return diags->n_errors == n_errors;
}

bool accepted_read(struct arena *arena, struct source *source, struct acceptances *accepted,
	struct diags *diags)
{
	struct str path = path_join(arena, source->top, S(ACCEPTED_FILE));
	const struct source_entry *entry = source_find(source, path);
	struct text *text = NEW(arena, struct text);

	*accepted = (struct acceptances){ 0 };
	if (!entry)
		return source_looked(source, diags) && !source_refuse_obstacle(source, path, diags);
	text->path = entry->path;
	text->side = source->side;
	if (!source_read(source, entry, arena, &text->bytes, diags))
		return false;
	if (!text->bytes.p)
		text->bytes = S("");
	return accepted_parse(arena, text, accepted, diags);
}

struct acceptance acceptance_of(const struct finding *finding)
{
	return (struct acceptance){
		.fingerprint = finding->fingerprint,
		.rule = str_of(finding->rule->id),
		.element = finding->element,
		.finding = finding->message,
		.place = NOWHERE,
	};
}

void accepted_add(
	struct arena *arena, struct acceptances *accepted, const struct acceptance *acceptance)
{
	*vec_push(arena, &accepted->list) = *acceptance;
}

/* Sorts by fingerprint; of equal ones the last added comes first. */
static int newest_first(const void *left, const void *right)
{
	const struct acceptance *const *a = left, *const *b = right;

	if ((*a)->fingerprint != (*b)->fingerprint)
		return (*a)->fingerprint < (*b)->fingerprint ? -1 : 1;
	return (*a < *b) - (*a > *b);
}

static int entry_order(const void *left, const void *right)
{
	const struct acceptance *a = *(const struct acceptance *const *)left,
				*b = *(const struct acceptance *const *)right;
	unsigned bucket_a = (unsigned)(a->fingerprint >> 56),
		 bucket_b = (unsigned)(b->fingerprint >> 56);
	int order = (bucket_a > bucket_b) - (bucket_a < bucket_b);

	if (!order)
		order = str_cmp(a->element, b->element);
	if (!order)
		order = str_cmp(a->rule, b->rule);
	return order ? order
		     : (a->fingerprint > b->fingerprint) - (a->fingerprint < b->fingerprint);
}

/* The text around the keys of an entry. */
struct entry_layout {
	const char *begin, *between, *end;
};

static const struct entry_layout one_line = { "- { ", ", ", " }\n" },
				 lines = { "- ", "\n  ", "\n" };

static void write_text(struct out *out, struct arena *arena, const struct entry_layout *form,
	const char *key, struct str text)
{
	struct str quoted;

	if (!text.p)
		return;
	quoted = yaml_quote(arena, text);
	out_printf(out, "%s%s: " STR, form->between, key, ARG(quoted));
}

static void write_entry(struct out *out, struct arena *arena, const struct entry_layout *form,
	const struct acceptance *a)
{
	/* The rule may come from a file and be anything. */
	struct str rule = rule_find(a->rule) ? a->rule : yaml_quote(arena, a->rule);

	out_printf(out, "%srule: " STR, form->begin, ARG(rule));
	write_text(out, arena, form, "element", a->element);
	write_text(out, arena, form, "reason", a->reason);
	write_text(out, arena, form, "by", a->by);
	write_text(out, arena, form, "finding", a->finding);
	out_printf(out, "%sfingerprint: \"%016" PRIx64 "\"", form->between, a->fingerprint);
	if (a->has_until) {
		struct str until = date_text(arena, a->until);

		out_printf(out, "%suntil: " STR, form->between, ARG(until));
	}
	out_str(out, str_of(form->end));
}

struct str accepted_write(struct arena *arena, const struct acceptances *accepted)
{
	struct out *out = out_memory(arena);
	const struct acceptance **sorted =
		NEW_ARRAY(arena, accepted->list.n + 1, const struct acceptance *);
	uint32_t n = 0, next = 0;

	for (uint32_t i = 0; i < accepted->list.n; i++)
		sorted[i] = &accepted->list.items[i];
	if (accepted->list.n)
		qsort(sorted, accepted->list.n, sizeof *sorted, newest_first);
	for (uint32_t i = 0; i < accepted->list.n; i++)
		if (!n || sorted[n - 1]->fingerprint != sorted[i]->fingerprint)
			sorted[n++] = sorted[i];
	qsort(sorted, n, sizeof *sorted, entry_order);
	out_str(out,
		S("# Written by 'breakwater accept'. Review it like code, and delete entries that\n"
		  "# 'breakwater check' calls stale.\n"));
	if (accepted->numbered)
		out_str(out, S("# The numbered lines separate entries of different branches for "
			       "git.\n"));
	out_str(out, S("version: 1\naccepted:\n"));
	for (unsigned bucket = 0; bucket < 256; bucket++) {
		if (accepted->numbered)
			out_printf(out, "# %02x\n", bucket);
		for (; next < n && sorted[next]->fingerprint >> 56 == bucket; next++)
			write_entry(
				out, arena, accepted->numbered ? &lines : &one_line, sorted[next]);
	}
	return out_text(out);
}

/* The findings by fingerprint. */
struct by_fingerprint {
	struct finding **items;
	uint32_t n;
};

static int fingerprint_order(const void *left, const void *right)
{
	const struct finding *a = *(struct finding *const *)left,
			     *b = *(struct finding *const *)right;

	return (a->fingerprint > b->fingerprint) - (a->fingerprint < b->fingerprint);
}

static uint32_t first_with(const struct by_fingerprint *all, uint64_t fingerprint)
{
	uint32_t low = 0, high = all->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (all->items[middle]->fingerprint < fingerprint)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool agrees(const struct acceptance *a, const struct finding *finding)
{
	return str_eq(a->rule, str_of(finding->rule->id)) && str_eq(a->element, finding->element);
}

static void warn_of_end(const struct acceptance *a, int32_t today, struct diags *diags)
{
	int32_t days = a->until - today;
	struct str until = date_text(diags->arena, a->until);

	if (days > ACCEPTED_NEAR_END)
		return;
	if (days == 0)
		diag_warning(diags, a->place, "this acceptance ends today");
	else
		diag_warning(diags, a->place, "this acceptance ends in %d day%s, on " STR,
			(int)days, days == 1 ? "" : "s", ARG(until));
}

static void apply_entry(const struct acceptance *a, const struct by_fingerprint *all,
	const struct accept_options *options, struct diags *diags)
{
	bool expired = a->has_until && a->until < options->today;
	bool found = false, differs = false, counts_again = false;

	for (uint32_t i = first_with(all, a->fingerprint);
		i < all->n && all->items[i]->fingerprint == a->fingerprint; i++) {
		struct finding *finding = all->items[i];

		if (!agrees(a, finding)) {
			differs = true;
			continue;
		}
		found = true;
		if (finding->ignored || finding->accepted)
			continue;
		if (expired) {
			counts_again = true;
			continue;
		}
		finding->accepted = true;
		finding->accepted_reason = a->reason;
	}
	if (counts_again) {
		struct str until = date_text(diags->arena, a->until);

		diag_warning(diags, a->place,
			"this acceptance ended on " STR ": its finding counts again", ARG(until));
	} else if (found && a->has_until && !expired) {
		warn_of_end(a, options->today, diags);
	} else if (!found && differs) {
		diag_warning(diags, a->place,
			"the fingerprint belongs to another finding: this entry accepts nothing");
		diag_help(diags, "let 'breakwater accept' write entries");
	} else if (!found && options->whole) {
		diag_warning(diags, a->place, "this entry is stale: there is no such finding");
		diag_help(diags, "delete it");
	}
}

void accepted_apply(const struct acceptances *accepted, struct findings *findings,
	const struct accept_options *options, struct diags *diags)
{
	struct by_fingerprint all = { NULL, findings->list.n };

	if (!accepted->list.n)
		return;
	all.items = NEW_ARRAY(diags->arena, all.n + 1, struct finding *);
	if (all.n)
		memcpy(all.items, findings->list.items, all.n * sizeof *all.items);
	qsort(all.items, all.n, sizeof *all.items, fingerprint_order);
	for (uint32_t i = 0; i < accepted->list.n; i++)
		apply_entry(&accepted->list.items[i], &all, options, diags);
}
