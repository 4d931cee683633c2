/*
 * Applies the configuration to findings: which are ignored, and their severity.
 */
#include "config/config.h"

#include <stdlib.h>

/* One path that silences a rule, or all of them. */
struct silence {
	struct str path;
	const struct rule *rule; /* NULL: all */
};

/* Silenced paths of one module, sorted. */
struct silences {
	struct silence *items;
	size_t n;
};

static int silence_order(const void *left, const void *right)
{
	const struct silence *a = left, *b = right;
	int order = str_cmp(a->path, b->path);

	return order ? order
		     : ((uintptr_t)a->rule > (uintptr_t)b->rule) -
			       ((uintptr_t)a->rule < (uintptr_t)b->rule);
}

static bool shares_lists(const struct module *a, const struct module *b)
{
	return a->ignores.items == b->ignores.items && a->ignore_only == b->ignore_only;
}

/* Modules with the file's settings share its lists, which are handled once. */
static bool repeats(const struct config *config, uint32_t i)
{
	const struct module *modules = config->modules.items;

	return i > 0 && shares_lists(&modules[i], &modules[i - 1]);
}

static struct silences collect_silences(const struct module *module, struct arena *arena)
{
	struct silences s = { 0 };

	s.items = NEW_ARRAY(arena, module->ignores.n + module->n_ignore_only + 1, struct silence);
	for (uint32_t k = 0; k < module->ignores.n; k++)
		s.items[s.n++] = (struct silence){ module->ignores.items[k], NULL };
	for (uint32_t k = 0; k < module->n_ignore_only; k++)
		s.items[s.n++] = (struct silence){ module->ignore_only[k].path,
			module->ignore_only[k].rule };
	qsort(s.items, s.n, sizeof *s.items, silence_order);
	return s;
}

/* The silenced paths of a module, which apply to its files only. `all` has one entry for each
 * module and a last one for the rest; they are filled on demand. */
static const struct silences *silences_of(const struct config *config, struct silences *all,
	const struct module *module, struct arena *arena)
{
	size_t at = module == &config->rest ? config->modules.n
					    : (size_t)(module - config->modules.items);

	for (; at > 0 && at < config->modules.n && repeats(config, (uint32_t)at); at--)
		;
	if (!all[at].items)
		all[at] = collect_silences(module, arena);
	return &all[at];
}

static bool silences_has(const struct silences *s, struct str path, const struct rule *rule)
{
	struct silence key = { path, rule };

	return s->n && bsearch(&key, s->items, s->n, sizeof *s->items, silence_order);
}

/* The key that silences the path, or a folder above it, for the rule; NULL: none. */
static const char *silencing_key(
	const struct silences *s, struct str path, const struct rule *rule)
{
	for (size_t i = 0; i <= path.n; i++) {
		if (i != 0 && i != path.n && path.p[i] != '/')
			continue;
		if (silences_has(s, str_head(path, i), NULL))
			return "ignore";
		if (silences_has(s, str_head(path, i), rule))
			return "ignore_only";
	}
	return NULL;
}

static size_t rule_index(const struct rule *rule)
{
	const struct rule *const *all;
	size_t n, i = 0;

	all = rules_all(&n);
	while (i < n && all[i] != rule)
		i++;
	return i < n ? i : 0;
}

/* An old file's path, moved to the new side's top; unchanged if both sides have the same top. */
static struct str moved_path(const struct config *config, struct arena *arena, struct str path)
{
	struct str top = config->old_top;

	if (str_eq(top, config->new_top) || !path_under(path, top) || path.n == top.n)
		return path;
	return path_join(arena, config->new_top, str_from(path, top.n ? top.n + 1 : 0));
}

static const struct module *module_of(
	const struct config *config, const struct finding *finding, struct arena *scratch)
{
	const struct file *file = finding->new_file ? finding->new_file : finding->old_file;
	const struct module *module = file ? config_module_of(config, file->text->path) : NULL;

	if (!module && file && !finding->new_file)
		return config_settings_of(
			config, moved_path(config, scratch, file->text->path));
	return module ? module : &config->rest;
}

/* The key that ignores the finding; NULL: none does. */
static const char *ignoring_key(const struct silences *s, const struct config *config,
	const struct module *module, const struct finding *finding, struct arena *scratch)
{
	const struct file *files[] = { finding->new_file, finding->old_file };
	const struct file *old = finding->old_file;
	const char *key = NULL;

	if (old)
		key = silencing_key(s, moved_path(config, scratch, old->text->path), finding->rule);
	for (size_t i = 0; i < COUNT(files) && !key; i++) {
		if (!files[i])
			continue;
		key = module->ignore_unstable_packages && package_is_unstable(files[i]->package)
			      ? "ignore_unstable_packages"
			      : silencing_key(s, files[i]->text->path, finding->rule);
	}
	return key;
}

/* Contracts ask `except` alone; for what they do not reach the selection decides. */
static bool is_selected(const struct module *module, const struct finding *finding, size_t rule)
{
	return finding->is_reached ? !module->selection->excepted[rule]
				   : module->selection->selected[rule];
}

void config_apply(const struct config *config, struct findings *findings, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct silences *all = NEW_ARRAY(scratch, config->modules.n + 1, struct silences);

	for (uint32_t i = 0; i < findings->list.n; i++) {
		struct finding *finding = findings->list.items[i];
		const struct module *module = module_of(config, finding, scratch);
		size_t rule = rule_index(finding->rule);

		finding->severity = (enum severity)module->selection->severity[rule];
		if (finding->is_mild && !module->selection->is_severe[rule])
			finding->severity = SEVERITY_WARNING;
		if (finding->promise && finding->promise->has_severity)
			finding->severity = finding->promise->severity;
		if (is_selected(module, finding, rule))
			finding->ignored_by = ignoring_key(silences_of(config, all, module,
							       scratch),
				config, module, finding, scratch);
		finding->ignored = !is_selected(module, finding, rule) || finding->ignored_by;
	}
	arena_rewind(scratch, mark);
}

/* A path in the configuration, and whether it matches a contract. A v1beta1 file may have several
 * at one place. */
struct mention {
	struct place place;
	struct str path;
	bool matched;
};

struct mentions {
	VEC(struct mention) list;
};

static bool has_path(const struct schema *schema, struct str path)
{
	uint32_t low = 0, high = schema->paths.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (str_cmp(schema->paths.items[middle], path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	/* Skip paths with the same prefix: `a.proto` sorts between `a` and `a/b.proto`. */
	for (; low < schema->paths.n && str_starts(schema->paths.items[low], path); low++)
		if (path_under(schema->paths.items[low], path))
			return true;
	return false;
}

static void mention(
	struct mentions *mentions, struct arena *arena, struct place place, struct str path)
{
	struct mention *last =
		mentions->list.n ? &mentions->list.items[mentions->list.n - 1] : NULL;

	/* The path of a category is listed once for each of its rules. */
	if (last && last->place.text == place.text && last->place.span.begin == place.span.begin &&
		str_eq(last->path, path))
		return;
	*vec_push(arena, &mentions->list) = (struct mention){ .place = place, .path = path };
}

static void mention_module(
	struct mentions *mentions, struct arena *arena, const struct module *module)
{
	for (uint32_t k = 0; k < module->ignores.n; k++)
		mention(mentions, arena, module->ignore_places.items[k], module->ignores.items[k]);
	for (uint32_t k = 0; k < module->n_ignore_only; k++)
		mention(mentions, arena, module->ignore_only[k].place, module->ignore_only[k].path);
}

static int mention_order(const void *left, const void *right)
{
	const struct mention *a = left, *b = right;
	int order = str_cmp(a->place.text->path, b->place.text->path);

	return order ? order
		     : (a->place.span.begin > b->place.span.begin) -
			       (a->place.span.begin < b->place.span.begin);
}

static struct str written(struct place place)
{
	struct str text = str_from(place.text->bytes, place.span.begin);

	return str_head(text, place.span.end - place.span.begin);
}

static void warn_unmatched(const struct mention *m, struct diags *diags)
{
	diag_warning(diags, m->place, "path '" STR "' matches no contract on either side",
		ARG(m->path.n ? m->path : S(".")));
	if (memchr(m->path.p ? m->path.p : "", '*', m->path.n))
		diag_help(diags, "patterns are not supported here: name a file or a folder");
	else if (!str_eq(written(m->place), m->path))
		diag_help(diags, "'" STR "' is relative to the folder that '" STR "' configures",
			ARG(written(m->place)), ARG(m->place.text->path));
}

void config_warn_unmatched(const struct config *config, const struct schema *old,
	const struct schema *new, struct diags *diags)
{
	struct mentions mentions = { 0 };
	struct mention *items;

	for (uint32_t i = 0; i < config->modules.n; i++)
		if (!repeats(config, i))
			mention_module(&mentions, diags->arena, &config->modules.items[i]);
	mention_module(&mentions, diags->arena, &config->rest);
	items = mentions.list.items;
	for (uint32_t i = 0; i < mentions.list.n; i++)
		items[i].matched = has_path(old, items[i].path) || has_path(new, items[i].path) ||
				   has_path(old, path_move(diags->arena, items[i].path,
							 config->new_top, config->old_top));
	if (mentions.list.n)
		qsort(items, mentions.list.n, sizeof *items, mention_order);
	for (uint32_t i = 0, end; i < mentions.list.n; i = end) {
		bool matched = false;

		for (end = i; end < mentions.list.n && mention_order(&items[i], &items[end]) == 0;
			end++)
			matched |= items[end].matched;
		if (!matched)
			warn_unmatched(&items[i], diags);
	}
}

/* Takes a number of at least 1 off the front. */
static bool take_number(struct str *s)
{
	uint64_t value = 0;
	size_t n = 0;

	for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9' && value <= INT32_MAX; n++)
		value = value * 10 + (uint64_t)(s->p[n] - '0');
	*s = str_from(*s, n);
	return n > 0 && value >= 1 && value <= INT32_MAX;
}

static bool take_word(struct str *s, struct str word)
{
	if (!str_starts(*s, word))
		return false;
	*s = str_from(*s, word.n);
	return true;
}

/* vNtest…, vN[pP](alpha|beta)[M] as the last of several components (doc/rules.md). */
bool package_is_unstable(struct str package)
{
	struct str version = str_last_component(package);

	if (version.n == package.n || !take_word(&version, S("v")) || !take_number(&version))
		return false;
	if (str_starts(version, S("test")))
		return true;
	if (take_word(&version, S("p")) && !take_number(&version))
		return false;
	if (!take_word(&version, S("alpha")) && !take_word(&version, S("beta")))
		return false;
	return version.n == 0 || (take_number(&version) && version.n == 0);
}
