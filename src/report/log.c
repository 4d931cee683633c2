#include "report/log.h"
#include "report/excerpt.h"
#include "report/escape.h"
#include "report/value.h"

const char *const log_formats[] = { "text", "markdown", "json", NULL };

enum { RULE_COLUMN = 71 };

static bool is_shown(const struct log_look *look, const struct log_change *change)
{
	return change->breaking || !look->breaking;
}

static uint32_t count_shown(const struct log_look *look, const struct log_group *group)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < group->changes.list.n; i++)
		n += is_shown(look, &group->changes.list.items[i]);
	return n;
}

static const struct log_group *group_at(
	const struct log_groups *groups, const struct log_look *look, uint32_t i)
{
	return &groups->list.items[look->reverse ? i : groups->list.n - 1 - i];
}

static bool is_word(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* `acme.v1.Order.amount = 4 (int64)`, `acme.v1.Order.remark = 5, was note` */
static struct str change_words(struct arena *arena, const struct log_change *change)
{
	struct out *out = out_memory(arena);
	bool one = !change->from.p != !change->to.p;

	out_str(out, change->element);
	if (change->has_number && !is_word(change->change, "renumbered"))
		out_printf(out, " = %d", change->number);
	if (one && !is_word(change->kind, "reserved") && !is_word(change->kind, "option"))
		out_printf(out, " (" STR ")", ARG(change->from.p ? change->from : change->to));
	else if (one)
		out_printf(out, ": " STR, ARG(change->from.p ? change->from : change->to));
	else if (change->from.p)
		out_printf(out, ": " STR " → " STR, ARG(change->from.n ? change->from : S("none")),
			ARG(change->to.n ? change->to : S("none")));
	return str_plain(arena, str_dup(arena, out_text(out)));
}

/* `field removed`; what a declaration's name shows is not said. */
static struct str kind_words(struct arena *arena, const struct log_change *change)
{
	if (is_word(change->kind, "field") || is_word(change->kind, "extension") ||
		is_word(change->kind, "value"))
		return str_of(change->change);
	return str_printf(arena, "%s %s", change->kind, change->change);
}

static uint32_t columns_of(struct str text)
{
	return glyphs_before(text, text.n);
}

static void pad(struct out *out, uint32_t from, uint32_t to)
{
	out_char(out, ' ');
	for (uint32_t i = from + 1; i < to; i++)
		out_char(out, ' ');
}

static void write_rules(struct out *out, const struct log_change *change)
{
	for (uint32_t i = 0; change->rules && change->rules[i]; i++)
		out_printf(out, "%s%s", i ? ", " : "", change->rules[i]->id);
	if (change->accepted)
		out_str(out, S(" (accepted)"));
}

static void text_change(
	struct out *out, const struct log_look *look, const struct log_change *change)
{
	const struct palette *palette = palette_of(look->color);
	struct str words = change_words(look->arena, change);
	struct str kind = kind_words(look->arena, change);
	uint32_t columns = 4 + columns_of(kind);

	out_str(out, change->breaking                   ? S("  ! ")
		     : is_word(change->change, "added") ? S("  + ")
							: S("    "));
	out_str(out, kind);
	pad(out, columns, 15);
	columns = (columns < 14 ? 15 : columns + 1) + columns_of(words);
	out_str(out, words);
	if (change->rules) {
		pad(out, columns, RULE_COLUMN);
		out_str(out, str_of(palette->gutter));
		write_rules(out, change);
		out_str(out, str_of(palette->off));
	}
	out_char(out, '\n');
}

static void text_title(struct out *out, const struct log_look *look, const struct log_group *group)
{
	const struct palette *palette = palette_of(look->color);

	out_str(out, str_of(palette->place));
	out_plain(out, group->version);
	if (group->date.n)
		out_printf(out, " (" STR ")", ARG(group->date));
	out_str(out, str_of(palette->off));
	out_char(out, '\n');
}

static void text_write(
	struct out *out, const struct log_groups *groups, const struct log_look *look)
{
	bool any = false;

	for (uint32_t i = 0; i < groups->list.n; i++) {
		const struct log_group *group = group_at(groups, look, i);

		if (!count_shown(look, group))
			continue;
		if (any)
			out_char(out, '\n');
		any = true;
		text_title(out, look, group);
		for (uint32_t k = 0; k < group->changes.list.n; k++)
			if (is_shown(look, &group->changes.list.items[k]))
				text_change(out, look, &group->changes.list.items[k]);
	}
	if (!any)
		out_printf(
			out, "no %schanges in the contracts\n", look->breaking ? "breaking " : "");
}

/* ---- markdown ---- */

enum section {
	SECTION_BREAKING,
	SECTION_ADDED,
	SECTION_DEPRECATED,
	SECTION_CHANGED,
	SECTION_REMOVED,
	SECTIONS
};

static enum section section_of(const struct log_change *change)
{
	if (change->breaking)
		return SECTION_BREAKING;
	if (is_word(change->change, "deprecated") || is_word(change->change, "undeprecated"))
		return SECTION_DEPRECATED;
	if (is_word(change->kind, "option") || is_word(change->kind, "reserved"))
		return SECTION_CHANGED;
	return is_word(change->change, "added")     ? SECTION_ADDED
	       : is_word(change->change, "removed") ? SECTION_REMOVED
						    : SECTION_CHANGED;
}

static void markdown_change(
	struct out *out, const struct log_look *look, const struct log_change *change)
{
	out_printf(out, "- %s %s ", change->kind, change->change);
	out_code_span(out, change_words(look->arena, change), false);
	if (change->rules) {
		out_str(out, S(" ("));
		write_rules(out, change);
		out_char(out, ')');
	}
	out_char(out, '\n');
}

static void markdown_group(
	struct out *out, const struct log_look *look, const struct log_group *group)
{
	static const char *const titles[SECTIONS] = { "Breaking", "Added", "Deprecated", "Changed",
		"Removed" };

	out_str(out, S("## "));
	out_markdown(out, group->version);
	if (group->date.n)
		out_printf(out, " (" STR ")", ARG(group->date));
	out_char(out, '\n');
	for (int section = 0; section < SECTIONS; section++) {
		bool any = false;

		for (uint32_t i = 0; i < group->changes.list.n; i++) {
			const struct log_change *change = &group->changes.list.items[i];

			if (!is_shown(look, change) || (int)section_of(change) != section)
				continue;
			if (!any)
				out_printf(out, "\n### %s\n\n", titles[section]);
			any = true;
			markdown_change(out, look, change);
		}
	}
}

static void markdown_write(
	struct out *out, const struct log_groups *groups, const struct log_look *look)
{
	bool any = false;

	for (uint32_t i = 0; i < groups->list.n; i++) {
		const struct log_group *group = group_at(groups, look, i);

		if (!count_shown(look, group))
			continue;
		if (any)
			out_char(out, '\n');
		any = true;
		markdown_group(out, look, group);
	}
}

/* ---- json ---- */

static bool json_change(struct out *out, const struct log_look *look, const struct log_group *group,
	const struct log_change *change)
{
	struct arena *arena = look->arena;
	json_t *object = json_object(), *rules;
	bool ok = object;

	value_set(object, "version", value_str(group->version, arena), &ok);
	if (group->id.n)
		value_set(object, "commit", value_str(group->id, arena), &ok);
	value_set(object, "date", value_str(group->date, arena), &ok);
	value_set(object, "kind", json_string(change->kind), &ok);
	value_set(object, "change", json_string(change->change), &ok);
	value_set(object, "element", value_str(change->element, arena), &ok);
	if (change->has_number)
		value_set(object, "number", json_integer(change->number), &ok);
	if (change->from.p)
		value_set(object, "from", value_str(change->from, arena), &ok);
	if (change->to.p)
		value_set(object, "to", value_str(change->to, arena), &ok);
	value_set(object, "path", value_str(change->path, arena), &ok);
	value_set(object, "breaking", json_boolean(change->breaking), &ok);
	if (change->accepted)
		value_set(object, "accepted", json_true(), &ok);
	if (change->rules) {
		rules = json_array();
		for (uint32_t i = 0; change->rules[i]; i++)
			value_add(rules, json_string(change->rules[i]->id), &ok);
		value_set(object, "rules", rules, &ok);
	}
	return value_write(out, object, JSON_COMPACT, ok);
}

static bool json_write(
	struct out *out, const struct log_groups *groups, const struct log_look *look)
{
	for (uint32_t i = 0; i < groups->list.n; i++) {
		const struct log_group *group = group_at(groups, look, i);

		for (uint32_t k = 0; k < group->changes.list.n; k++)
			if (is_shown(look, &group->changes.list.items[k]) &&
				!json_change(out, look, group, &group->changes.list.items[k]))
				return false;
	}
	return true;
}

bool log_write(struct out *out, struct str format, const struct log_groups *groups,
	const struct log_look *look)
{
	if (str_eq(format, S("json")))
		return json_write(out, groups, look);
	if (str_eq(format, S("markdown")))
		markdown_write(out, groups, look);
	else
		text_write(out, groups, look);
	return true;
}

/* ---- lives ---- */

static uint32_t widest_version(const struct life *life)
{
	uint32_t widest = 0;

	for (uint32_t i = 0; i < life->events.n; i++) {
		uint32_t columns = columns_of(life->events.items[i].version);

		widest = columns > widest ? columns : widest;
	}
	return widest;
}

static void life_event_write(struct out *out, const struct life_event *event, uint32_t widest)
{
	out_str(out, S("  "));
	out_plain(out, event->version);
	for (uint32_t i = columns_of(event->version); i < widest; i++)
		out_char(out, ' ');
	out_printf(out, " (" STR ") ", ARG(event->date));
	if (!str_starts(event->id, event->version))
		out_str(out, str_head(event->id, 10));
	out_printf(out, "  " STR, ARG(event->word));
	if (event->text.n) {
		pad(out, columns_of(event->word), 13);
		out_plain(out, event->text);
	}
	if (event->change && event->change->rules) {
		out_str(out, S("  "));
		write_rules(out, event->change);
	}
	out_char(out, '\n');
}

static void lives_text(struct out *out, const struct lives *lives)
{
	for (uint32_t i = 0; i < lives->list.n; i++) {
		const struct life *life = lives->list.items[i];
		uint32_t widest = widest_version(life);

		if (i)
			out_char(out, '\n');
		out_plain(out, life->element);
		out_char(out, '\n');
		for (uint32_t k = 0; k < life->events.n; k++)
			life_event_write(out, &life->events.items[k], widest);
	}
}

static void lives_markdown(struct out *out, const struct lives *lives, const struct log_look *look)
{
	for (uint32_t i = 0; i < lives->list.n; i++) {
		const struct life *life = lives->list.items[i];

		out_str(out, i ? S("\n## ") : S("## "));
		out_code_span(out, life->element, false);
		out_str(out, S("\n\n"));
		for (uint32_t k = 0; k < life->events.n; k++) {
			const struct life_event *event = &life->events.items[k];

			out_str(out, S("- "));
			out_markdown(out, event->version);
			out_printf(out, " (" STR "): " STR, ARG(event->date), ARG(event->word));
			if (event->text.n) {
				out_char(out, ' ');
				out_code_span(out, str_plain(look->arena, event->text), false);
			}
			out_char(out, '\n');
		}
	}
}

static bool life_json(struct out *out, const struct log_look *look, const struct life *life,
	const struct life_event *event)
{
	json_t *object = json_object();
	bool ok = object;

	value_set(object, "version", value_str(event->version, look->arena), &ok);
	if (event->id.n)
		value_set(object, "commit", value_str(event->id, look->arena), &ok);
	value_set(object, "date", value_str(event->date, look->arena), &ok);
	value_set(object, "life", value_str(life->element, look->arena), &ok);
	value_set(object, "change", value_str(event->word, look->arena), &ok);
	if (event->change) {
		const struct log_change *change = event->change;

		value_set(object, "kind", json_string(change->kind), &ok);
		value_set(object, "element", value_str(change->element, look->arena), &ok);
		if (change->from.p)
			value_set(object, "from", value_str(change->from, look->arena), &ok);
		if (change->to.p)
			value_set(object, "to", value_str(change->to, look->arena), &ok);
		value_set(object, "breaking", json_boolean(change->breaking), &ok);
	} else if (event->text.n) {
		value_set(object, "text", value_str(event->text, look->arena), &ok);
	}
	return value_write(out, object, JSON_COMPACT, ok);
}

bool lives_write(
	struct out *out, struct str format, const struct lives *lives, const struct log_look *look)
{
	if (str_eq(format, S("markdown"))) {
		lives_markdown(out, lives, look);
		return true;
	}
	if (!str_eq(format, S("json"))) {
		lives_text(out, lives);
		return true;
	}
	for (uint32_t i = 0; i < lives->list.n; i++)
		for (uint32_t k = 0; k < lives->list.items[i]->events.n; k++)
			if (!life_json(out, look, lives->list.items[i],
				    &lives->list.items[i]->events.items[k]))
				return false;
	return true;
}
