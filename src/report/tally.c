#include "report/tally.h"
#include "base/map.h"
#include "report/escape.h"

#include <stdlib.h>

enum { SHORT_REPORT = 20 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The text after the closing quote of the quoted word at its start; unchanged if there is none. */
static struct str quoted_end(struct str text)
{
	size_t close = 1;

	while (close < text.n && text.p[close] != text.p[0])
		close++;
	return close < text.n ? str_from(text, close + 1) : text;
}

/* The help without names and numbers: equal results mean the same advice. */
static uint64_t help_hash(struct str help, struct arena *arena)
{
	struct arena_mark mark = arena_mark(arena);
	struct out *out = out_memory(arena);
	uint64_t hash;

	while (help.n) {
		char c = help.p[0];
		struct str rest = c == '\'' || c == '`' || c == '"' ? quoted_end(help) : help;

		if (rest.p == help.p)
			rest = str_from(help, 1);
		else
			c = '\'';
		if (is_digit(c)) {
			c = '0';
			while (rest.n && is_digit(rest.p[0]))
				rest = str_from(rest, 1);
		}
		out_char(out, c);
		help = rest;
	}
	hash = str_hash(out_text(out));
	arena_rewind(arena, mark);
	return hash;
}

static int compare_rules(const void *left, const void *right)
{
	const struct rule_tally *a = left, *b = right;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return strcmp(a->rule->id, b->rule->id);
}

static int compare_files(const void *left, const void *right)
{
	const struct file_tally *a = left, *b = right;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return str_cmp(a->path, b->path);
}

/* Index + 1 of each counter that exists. */
struct counting {
	struct map rules, files, helps;
};

static struct rule_tally *rule_of(struct tally *tally, struct counting *counting,
	const struct rule *rule, struct arena *arena)
{
	void **slot = map_put(&counting->rules, rule, 0);

	if (!*slot) {
		*vec_push(arena, &tally->rules) = (struct rule_tally){ .rule = rule };
		*slot = (void *)(uintptr_t)tally->rules.n;
	}
	return &tally->rules.items[(uintptr_t)*slot - 1];
}

static void file_count(struct tally *tally, struct counting *counting, struct str path,
	struct arena *arena)
{
	void **slot = map_put(&counting->files, NULL, str_hash(path));

	if (!*slot) {
		*vec_push(arena, &tally->files) = (struct file_tally){ .path = path };
		*slot = (void *)(uintptr_t)tally->files.n;
	}
	tally->files.items[(uintptr_t)*slot - 1].n++;
}

static void help_count(struct tally *tally, struct counting *counting,
	const struct finding *finding, struct arena *arena)
{
	struct rule_tally *rule = rule_of(tally, counting, finding->rule, arena);
	void **slot = map_put(&counting->helps, finding->rule, help_hash(finding->help, arena));

	if (!*slot) {
		*vec_push(arena, &rule->advices) = (struct advice){ .finding = finding };
		*slot = (void *)(uintptr_t)rule->advices.n;
	}
	rule->advices.items[(uintptr_t)*slot - 1].n++;
}

const struct tally *tally_make(const struct report *report, const struct blocks *blocks)
{
	struct arena *arena = report->arena;
	struct counting counting;
	struct tally *tally;

	if (blocks->errors + blocks->warnings <= SHORT_REPORT)
		return NULL;
	tally = NEW(arena, struct tally);
	map_init(&counting.rules, arena);
	map_init(&counting.files, arena);
	map_init(&counting.helps, arena);
	for (uint32_t i = 0; i < report->findings->list.n; i++) {
		const struct finding *finding = report->findings->list.items[i];

		if (finding->ignored || finding->accepted)
			continue;
		rule_of(tally, &counting, finding->rule, arena)->n++;
		file_count(tally, &counting, finding_path(finding), arena);
	}
	for (uint32_t i = 0; i < blocks->list.n; i++) {
		const struct finding *finding = blocks->list.items[i].finding;

		if (!finding->accepted && finding->help.n)
			help_count(tally, &counting, finding, arena);
	}
	if (tally->rules.n)
		qsort(tally->rules.items, tally->rules.n, sizeof *tally->rules.items,
			compare_rules);
	if (tally->files.n)
		qsort(tally->files.items, tally->files.n, sizeof *tally->files.items,
			compare_files);
	return tally;
}

struct str advice_words(const struct advice *advice, struct arena *arena)
{
	if (advice->n == 1)
		return str_printf(arena, "for '" STR "'", ARG(advice->finding->element));
	return str_printf(arena, "for '" STR "' and %u more like it",
		ARG(advice->finding->element), advice->n - 1);
}

uint32_t tally_rest(const struct tally *tally)
{
	uint32_t rest = 0;

	for (uint32_t i = TALLY_FILES; i < tally->files.n; i++)
		rest += tally->files.items[i].n;
	return rest;
}
