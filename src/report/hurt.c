#include "report/hurt.h"
#include "base/map.h"
#include "report/escape.h"

enum { LONGEST = 80, MOST_CONSUMERS = 10, SPELLED_OUT = 3 };

bool finding_hurts(const struct finding *finding)
{
	return finding->breaks || !finding->rule->by_contract;
}

unsigned finding_wanted(const struct finding *finding)
{
	return finding->contracts.n ? finding->contracts.items[0].breaks : 0;
}

/* ---- words of a contract ---- */

/* A stranger's text on one line. */
static struct str said(struct str text, struct arena *arena)
{
	return str_plain(arena, str_clipped(text, LONGEST, arena));
}

static void surfaces_write(struct out *out, unsigned surfaces)
{
	bool first = true;

	if (surfaces == SURFACE_WIRE)
		return;
	for (size_t i = 0; i < COUNT(surface_words); i++) {
		if (!(surfaces >> i & 1))
			continue;
		out_str(out, first ? S(" on ") : S(", "));
		out_str(out, surface_words[i]);
		first = false;
	}
}

struct str contract_terms(const struct contract *contract, struct arena *arena)
{
	struct out *out = out_memory(arena);
	const char *before = "(";

	if (contract->topic.n) {
		out_printf(out, "%stopic " STR, before, ARG(said(contract->topic, arena)));
		before = ", ";
	}
	if (contract->owner.n) {
		out_printf(out, "%sowner " STR, before, ARG(said(contract->owner, arena)));
		before = ", ";
	}
	if (contract->asked_subject.n) {
		out_printf(out, "%ssubject " STR, before,
			ARG(said(contract->asked_subject, arena)));
		before = ", ";
	}
	out_str(out, *before == ',' ? S(") ") : S(""));
	out_str(out, level_word(contract));
	surfaces_write(out, contract->surfaces);
	return out_text(out);
}

static void consumers_write(struct out *out, const struct contract *contract, struct arena *arena)
{
	uint32_t n = contract->consumers.n;

	for (uint32_t i = 0; i < n && i < MOST_CONSUMERS; i++) {
		out_str(out, i ? S(", ") : S(""));
		out_str(out, said(contract->consumers.items[i], arena));
	}
	if (n > MOST_CONSUMERS)
		out_printf(out, " and %u more", n - MOST_CONSUMERS);
}

/* ---- what stands under a contract ---- */

static void count_write(struct out *out, uint32_t n, const char *one, const char *many)
{
	if (n)
		out_printf(out, "%s%u %s", out_text(out).n ? ", " : "", n, n == 1 ? one : many);
}

struct str group_counts(const struct report_group *group, struct arena *arena)
{
	struct out *out = out_memory(arena);

	count_write(out, group->errors, "break", "breaks");
	count_write(out, group->warnings, "warning", "warnings");
	count_write(out, group->accepted, "accepted", "accepted");
	count_write(out, group->above, "more above", "more above");
	return out_text(out);
}

struct str group_consumers(const struct report_group *group, struct arena *arena)
{
	struct out *out = out_memory(arena);

	if (!group->contract || !group->contract->consumers.n)
		return (struct str){ NULL, 0 };
	out_str(out, group->hurts ? S("hurts ") : S("read by "));
	consumers_write(out, group->contract, arena);
	return out_text(out);
}

/* ---- whom a block hurts ---- */

static void find_hurt(struct map *hurt, const struct finding *finding)
{
	if (finding_hurts(finding))
		for (uint32_t i = 0; i < finding->contracts.n; i++)
			*map_put(hurt, finding->contracts.items[i].contract, 0) = hurt;
}

struct contracts_hurt block_hurts(
	const struct report *report, const struct report_block *block, const struct contract *but)
{
	struct contracts_hurt list = { 0 };
	struct map hurt;

	map_init(&hurt, report->arena);
	find_hurt(&hurt, block->finding);
	for (uint32_t i = 0; i < block->follows.n; i++)
		find_hurt(&hurt, block->follows.items[i]);
	for (uint32_t i = 0; i < block->same.n; i++)
		find_hurt(&hurt, block->same.items[i]);
	for (uint32_t i = 0; hurt.n && i < report->contracts->list.n; i++) {
		const struct contract *contract = report->contracts->list.items[i];

		if (contract != but && contract->name.p && map_get(&hurt, contract, 0))
			*vec_push(report->arena, &list) = contract;
	}
	return list;
}

struct str also_hurts(
	const struct report *report, const struct report_block *block, const struct contract *but)
{
	const struct contracts_hurt hurt = block_hurts(report, block, but);
	struct out *out = out_memory(report->arena);

	if (!hurt.n)
		return (struct str){ NULL, 0 };
	for (uint32_t i = 0; i < hurt.n && i < SPELLED_OUT; i++) {
		const struct contract *contract = hurt.items[i];

		out_printf(out, "%s" STR " " STR, i ? "\n" : "", ARG(contract->name),
			ARG(contract_terms(contract, report->arena)));
		out_str(out, contract->consumers.n ? S("; hurts ") : S(""));
		consumers_write(out, contract, report->arena);
	}
	if (hurt.n > SPELLED_OUT)
		out_printf(out, "\n%u more contracts", hurt.n - SPELLED_OUT);
	return out_text(out);
}

struct str hurt_words(
	const struct report *report, const struct report_block *block, const struct contract *but)
{
	const struct contracts_hurt hurt = block_hurts(report, block, but);
	struct out *out = out_memory(report->arena);

	if (!hurt.n)
		return (struct str){ NULL, 0 };
	for (uint32_t i = 0; i < hurt.n && i < SPELLED_OUT; i++) {
		out_str(out, i ? S("; ") : S(""));
		out_str(out, hurt.items[i]->name);
		out_str(out, hurt.items[i]->consumers.n ? S(": ") : S(""));
		consumers_write(out, hurt.items[i], report->arena);
	}
	if (hurt.n > SPELLED_OUT)
		out_printf(out, "; and %u more contracts", hurt.n - SPELLED_OUT);
	return out_text(out);
}

/* ---- JSON ---- */

json_t *breaks_value(unsigned breaks, struct arena *arena, bool *ok)
{
	json_t *array = json_array();

	/* The bits are in the order of the names. */
	for (unsigned surface = 1; surface <= WIRE_FORWARD; surface <<= 1)
		if (breaks & surface)
			value_add(array, value_str(surface_name((enum surface)surface), arena), ok);
	return array;
}

static json_t *contract_value(const struct finding_contract *hurt, struct arena *arena, bool *ok)
{
	const struct contract *contract = hurt->contract;
	json_t *object = json_object(), *consumers;

	*ok &= object != NULL;
	value_set(object, "name", value_str(contract->name, arena), ok);
	value_set(object, "compatibility", value_str(level_word(contract), arena), ok);
	value_set(object, "breaks", breaks_value(hurt->breaks, arena, ok), ok);
	if (contract->asked_subject.p)
		value_set(object, "subject", value_str(contract->asked_subject, arena), ok);
	if (contract->topic.p)
		value_set(object, "topic", value_str(contract->topic, arena), ok);
	if (contract->owner.p)
		value_set(object, "owner", value_str(contract->owner, arena), ok);
	if (!contract->consumers.n)
		return object;
	consumers = json_array();
	for (uint32_t i = 0; i < contract->consumers.n; i++)
		value_add(consumers, value_str(contract->consumers.items[i], arena), ok);
	value_set(object, "consumers", consumers, ok);
	return object;
}

json_t *contracts_value(const struct finding *finding, struct arena *arena, bool *ok)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < finding->contracts.n; i++)
		if (finding->contracts.items[i].contract->name.p)
			value_add(array, contract_value(&finding->contracts.items[i], arena, ok), ok);
	return array;
}
