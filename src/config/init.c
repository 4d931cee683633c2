#include "config/init.h"
#include "base/out.h"
#include "config/accepted.h"
#include "config/events.h"
#include "config/yaml_tree.h"

enum {
	MAX_INIT_FILES = 2000,   /* contracts that are read for imports, packages and events */
	MAX_INIT_SEARCHES = 500, /* imports that are searched for in the list of files */
	MAX_INIT_ROOTS = 20,     /* with more roots, none are declared */
	MAX_INIT_MERGED = 200,   /* modules that are compared with each other */
};

struct words {
	VEC(struct str) list;
};

struct init {
	struct arena *arena;
	struct source *source;
	const struct source_list *files;
	const struct init_facts *facts;
	struct config config; /* buf's, or the defaults */
	struct words roots;
	struct events events;
	uint32_t searches;
	struct out *out;
	struct init_text *text;
};

static void add_word(struct init *init, struct words *words, struct str word)
{
	for (uint32_t i = 0; i < words->list.n; i++)
		if (str_eq(words->list.items[i], word))
			return;
	*vec_push(init->arena, &words->list) = word;
}

static bool has_file(const struct init *init, struct str path)
{
	return source_find(init->source, path_join(init->arena, init->source->top, path)) != NULL;
}

/* A path as written in the configuration, relative to the top. */
static struct str below_top(const struct init *init, struct str path)
{
	return path_below(path, init->source->top);
}

/* If a file of package `a.b` is in `x/a/b`, its root is `x`. */
static void root_of_package(struct init *init, struct str path, struct str package)
{
	struct str folder = str_head(path, str_rfind(path, '/'));
	char *tail = str_cstr(init->arena, package);

	if (folder.n == path.n)
		return;
	for (size_t i = 0; i < package.n; i++)
		if (tail[i] == '.')
			tail[i] = '/';
	package.p = tail;
	if (str_eq(folder, package))
		add_word(init, &init->roots, S(""));
	else if (str_ends(folder, package) && folder.p[folder.n - package.n - 1] == '/')
		add_word(init, &init->roots, str_head(folder, folder.n - package.n - 1));
}

static void root_of_import(struct init *init, struct str import)
{
	if (str_starts(import, S("google/protobuf/")))
		return;
	for (uint32_t i = 0; i < init->roots.list.n; i++)
		if (has_file(init, path_join(init->arena, init->roots.list.items[i], import)))
			return;
	if (has_file(init, import)) {
		add_word(init, &init->roots, S(""));
		return;
	}
	if (init->searches++ >= MAX_INIT_SEARCHES)
		return;
	for (uint32_t i = 0; i < init->files->entries.n; i++) {
		struct str path = below_top(init, init->files->entries.items[i].path);

		if (path.n > import.n + 1 && str_ends(path, import) &&
			path.p[path.n - import.n - 1] == '/') {
			add_word(init, &init->roots, str_head(path, path.n - import.n - 1));
			return;
		}
	}
}

/* Only `package a.b;` and `import "x";` at the start of lines are recognised: enough for a guess.
 */
static void look_into(struct init *init, struct str path, struct str bytes)
{
	struct str line;

	while (str_cut(&bytes, '\n', &line)) {
		line = str_trim(line);
		if (str_starts(line, S("package ")))
			root_of_package(init, path,
				str_trim(str_head(
					str_from(line, 8), str_find(str_from(line, 8), ';'))));
		if (str_starts(line, S("import ")) && str_find(line, '"') < line.n) {
			struct str rest = str_from(line, str_find(line, '"') + 1);

			root_of_import(init, str_head(rest, str_find(rest, '"')));
		}
	}
}

static bool holds_all(const struct init *init)
{
	for (uint32_t i = 0; i < init->files->entries.n; i++) {
		struct str path = below_top(init, init->files->entries.items[i].path);
		bool held = false;

		for (uint32_t k = 0; k < init->roots.list.n && !held; k++)
			held = path_under(path, init->roots.list.items[k]);
		if (!held)
			return false;
	}
	return true;
}

/* Is the contract checked at all? */
static bool is_checked(const struct init *init, struct str path)
{
	const struct module *settings = config_settings_of(&init->config, path);

	for (uint32_t i = 0; i < settings->ignores.n; i++)
		if (path_under(path, settings->ignores.items[i]))
			return false;
	return config_holds(&init->config, path);
}

static bool look_around(struct init *init, struct diags *diags)
{
	bool guesses_roots = !init->config.has_roots && !init->config.nested_files.n;
	/* Of some files it is not known what the others use. */
	bool guesses_events = init->files->entries.n <= MAX_INIT_FILES;

	for (uint32_t i = 0; i < init->files->entries.n && i < MAX_INIT_FILES; i++) {
		const struct source_entry *entry = &init->files->entries.items[i];
		struct str bytes;

		if (!source_read(init->source, entry, init->arena, &bytes, diags))
			return false;
		if (guesses_roots)
			look_into(init, str_dup(init->arena, below_top(init, entry->path)), bytes);
		if (guesses_events)
			events_look(&init->events, bytes, is_checked(init, entry->path));
	}
	events_settle(&init->events);
	return true;
}

/* Can the word be written in YAML without quotes? */
static bool is_plain(struct str word)
{
	static const struct str kept[] = { STR_INIT("null"), STR_INIT("Null"), STR_INIT("NULL") };

	for (size_t i = 0; i < COUNT(kept); i++)
		if (str_eq(word, kept[i]))
			return false;
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
			(i == 0 || !strchr("0123456789_-./", c)))
			return false;
	}
	return word.n > 0;
}

static struct str as_yaml(struct init *init, struct str word)
{
	return is_plain(word) || str_eq(word, S(".")) ? word : yaml_quote(init->arena, word);
}

/* Writes a list. The key follows what is already on the line; the items are indented by `indent`.
 */
static void write_list(
	struct init *init, unsigned indent, struct str key, const struct words *words)
{
	out_printf(init->out, STR ":\n", ARG(as_yaml(init, key)));
	for (uint32_t i = 0; i < words->list.n; i++) {
		struct str word = words->list.items[i].n ? words->list.items[i] : S(".");

		out_printf(init->out, "%*s  - " STR "\n", (int)indent, "",
			ARG(as_yaml(init, word)));
	}
}

static void write_roots(struct init *init)
{
	bool declared = init->config.has_roots;
	bool only_top = init->roots.list.n == 0 ||
			(init->roots.list.n == 1 && init->roots.list.items[0].n == 0);

	out_str(init->out, S("\n"
			     "# Import roots: the folders that import paths are relative to. Files "
			     "outside of\n"
			     "# them are not part of the contract. Without this key, the roots are "
			     "inferred.\n"));
	if (declared ||
		(!init->config.nested_files.n && !only_top &&
			init->roots.list.n <= MAX_INIT_ROOTS && holds_all(init)))
		write_list(init, 0, S("roots"), &init->roots);
	else
		out_str(init->out, S("# roots: [proto]\n"));
}

static void write_base(struct init *init)
{
	out_str(init->out, S("\n"
			     "# What 'breakwater check' without operands compares with: a branch "
			     "(its merge base)\n"
			     "# or a pattern of tags such as v* (the nearest one before HEAD). In "
			     "a pipeline the\n"
			     "# merge request's target replaces a branch.\n"));
	if (init->facts->default_branch.n)
		out_printf(init->out, "base: " STR "\n",
			ARG(as_yaml(init, init->facts->default_branch)));
	else
		out_str(init->out, S("# base: origin/main\n"));
}

/* ---- the settings of the file, and of a module ---- */

/* A selection expressed as a category plus the rules that differ from it. */
struct choice {
	struct words use, except;
};

static uint32_t differing(const struct selection *selection, unsigned category)
{
	uint32_t count = 0;
	size_t n;
	const struct rule *const *all = rules_all(&n);

	for (size_t i = 0; i < n; i++)
		count += (selection->selected[i] != 0) != rule_in(all[i], category, RULES_V2);
	return count;
}

/* The category with the fewest differences from the selection. */
static enum category nearest_category(const struct selection *selection)
{
	static const enum category categories[] = { CAT_FILE, CAT_PACKAGE, CAT_WIRE_JSON, CAT_WIRE,
		CAT_CSR };
	enum category best = CAT_FILE;

	for (size_t i = 0; i < COUNT(categories); i++)
		if (differing(selection, categories[i]) < differing(selection, best))
			best = categories[i];
	return best;
}

static void choose(struct init *init, const struct selection *selection, struct choice *choice)
{
	enum category best = nearest_category(selection);
	bool is_empty = true;
	size_t n;
	const struct rule *const *all = rules_all(&n);

	add_word(init, &choice->use, category_name(best));
	for (size_t i = 0; i < n; i++) {
		bool in = rule_in(all[i], best, RULES_V2);

		is_empty &= !selection->selected[i];
		if (selection->selected[i] && !in)
			add_word(init, &choice->use, str_of(all[i]->id));
		else if (!selection->selected[i] && in)
			add_word(init, &choice->except, str_of(all[i]->id));
	}
	if (is_empty)
		choice->except = choice->use;
}

static void write_rules(struct init *init, const struct selection *selection)
{
	struct choice choice = { 0 };

	choose(init, selection, &choice);
	out_str(init->out,
		S("\n"
		  "# Which changes break: FILE (generated code, file by file), PACKAGE (generated "
		  "code,\n"
		  "# package by package), CSR (schema registries), WIRE_JSON (binary and JSON "
		  "data),\n"
		  "# WIRE (only binary data), and single rules. 'breakwater rules' lists them.\n"));
	write_list(init, 0, S("use"), &choice.use);
	if (choice.except.list.n)
		write_list(init, 0, S("except"), &choice.except);
	else
		out_str(init->out, S("# except: [FIELD_SAME_JSON_NAME]\n"));
}

/* The ignored paths of several modules in one list. */
static void collect_ignores(
	struct init *init, const struct module *modules, size_t n, struct words *paths)
{
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < modules[i].ignores.n; k++)
			add_word(init, paths, below_top(init, modules[i].ignores.items[k]));
}

static void collect_ignore_only(struct init *init, const struct module *modules, size_t n,
	const struct rule *rule, struct words *paths)
{
	for (size_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < modules[i].n_ignore_only; k++)
			if (modules[i].ignore_only[k].rule == rule)
				add_word(init, paths,
					below_top(init, modules[i].ignore_only[k].path));
}

/* False: nothing to write. */
static bool write_ignore_only(
	struct init *init, unsigned indent, const struct module *modules, size_t n_modules)
{
	bool written = false;
	size_t n;
	const struct rule *const *all = rules_all(&n);

	for (size_t r = 0; r < n; r++) {
		struct words paths = { 0 };

		collect_ignore_only(init, modules, n_modules, all[r], &paths);
		if (!paths.list.n)
			continue;
		if (!written)
			out_printf(init->out, "%*signore_only:\n", (int)indent, "");
		written = true;
		out_printf(init->out, "%*s", (int)indent + 2, "");
		write_list(init, indent + 2, str_of(all[r]->id), &paths);
	}
	return written;
}

static void write_ignores(struct init *init, const struct module *modules, size_t n)
{
	struct words ignore = { 0 };

	collect_ignores(init, modules, n, &ignore);
	out_str(init->out, S("\n# Files and folders that may break.\n"));
	if (ignore.list.n)
		write_list(init, 0, S("ignore"), &ignore);
	else
		out_str(init->out, S("# ignore: [proto/internal]\n"));
	if (!write_ignore_only(init, 0, modules, n))
		out_str(init->out, S("# ignore_only:\n#   FIELD_SAME_NAME: [proto/legacy]\n"));
}

static void write_rest(struct init *init, bool unstable)
{
	out_printf(init->out,
		"\n# Packages such as acme.v1alpha1 and acme.v2beta may break.\n"
		"ignore_unstable_packages: %s\n",
		unstable ? "true" : "false");
	out_str(init->out,
		S("\n"
		  "# Reported, but does not fail.\n"
		  "# severity:\n"
		  "#   FILE_SAME_GO_PACKAGE: warning\n"
		  "\n"
		  "# Is an import that is in no import root an error? If not, it is a warning.\n"
		  "strict_imports: false\n"));
}

/* ---- modules ---- */

static bool same_rules(const struct module *a, const struct module *b)
{
	size_t n;

	rules_all(&n);
	return memcmp(a->selection->selected, b->selection->selected, n) == 0 &&
	       a->ignore_unstable_packages == b->ignore_unstable_packages;
}

static bool same_settings(const struct module *a, const struct module *b)
{
	bool same = same_rules(a, b) && a->ignores.n == b->ignores.n &&
		    a->n_ignore_only == b->n_ignore_only;

	for (uint32_t i = 0; same && i < a->ignores.n; i++)
		same = str_eq(a->ignores.items[i], b->ignores.items[i]);
	for (uint32_t i = 0; same && i < a->n_ignore_only; i++)
		same = a->ignore_only[i].rule == b->ignore_only[i].rule &&
		       str_eq(a->ignore_only[i].path, b->ignore_only[i].path);
	return same;
}

/* Do the ignored paths of `module` match nothing in `other`? */
static bool is_apart(const struct module *module, const struct module *other)
{
	for (uint32_t i = 0; i < module->ignores.n; i++)
		if (path_under(module->ignores.items[i], other->path) ||
			path_under(other->path, module->ignores.items[i]))
			return false;
	for (uint32_t i = 0; i < module->n_ignore_only; i++)
		if (path_under(module->ignore_only[i].path, other->path) ||
			path_under(other->path, module->ignore_only[i].path))
			return false;
	return true;
}

/* Can one set of settings at the top replace those of all modules? */
static bool is_one_for_all(const struct config *config)
{
	if (config->nested_files.n || config->modules.n > MAX_INIT_MERGED)
		return false;
	for (uint32_t i = 0; i < config->modules.n; i++) {
		const struct module *a = &config->modules.items[i];

		if (a->includes.n || a->excludes.n || !same_rules(a, &config->rest))
			return false;
		for (uint32_t k = 0; k < config->modules.n; k++) {
			const struct module *b = &config->modules.items[k];

			if (i != k && !same_settings(a, b) && !is_apart(a, b))
				return false;
		}
	}
	return true;
}

static void write_folders(struct init *init, struct str key, const struct str *items, uint32_t n)
{
	struct words words = { 0 };

	for (uint32_t i = 0; i < n; i++)
		add_word(init, &words, below_top(init, items[i]));
	if (!n)
		return;
	out_str(init->out, S("    "));
	write_list(init, 4, key, &words);
}

static void write_module_settings(struct init *init, const struct module *module)
{
	struct choice choice = { 0 };
	struct words ignore = { 0 };

	choose(init, module->selection, &choice);
	out_str(init->out, S("    "));
	write_list(init, 4, S("use"), &choice.use);
	if (choice.except.list.n) {
		out_str(init->out, S("    "));
		write_list(init, 4, S("except"), &choice.except);
	}
	collect_ignores(init, module, 1, &ignore);
	if (ignore.list.n) {
		out_str(init->out, S("    "));
		write_list(init, 4, S("ignore"), &ignore);
	}
	write_ignore_only(init, 4, module, 1);
	if (module->ignore_unstable_packages)
		out_str(init->out, S("    ignore_unstable_packages: true\n"));
}

static void write_modules(struct init *init)
{
	const struct config *config = &init->config;

	out_str(init->out,
		S("\n"
		  "# Folders with their own settings, which replace those above. A file below such "
		  "a\n"
		  "# folder that is excluded, or not included, is not part of the contract.\n"
		  "modules:\n"));
	for (uint32_t i = 0; i < config->modules.n; i++) {
		const struct module *module = &config->modules.items[i];
		struct str path = below_top(init, module->path);

		/* The module at the top is the file itself. */
		if (!config->has_roots && module->path.n == config->top.n)
			continue;
		if (str_eq(module->path, config->top))
			path = S(".");
		out_printf(init->out, "  - path: " STR "\n", ARG(as_yaml(init, path)));
		write_folders(init, S("includes"), module->includes.items, module->includes.n);
		write_folders(init, S("excludes"), module->excludes.items, module->excludes.n);
		if (!same_settings(module, &config->rest))
			write_module_settings(init, module);
	}
}

static void write_head(struct init *init)
{
	const struct config *config = &init->config;

	out_str(init->out,
		S("# How 'breakwater check' compares the contracts of this repository; see\n"
		  "# breakwater.yaml(5). Paths are relative to this file.\n"));
	if (config->is_buf)
		out_printf(init->out,
			"# Converted from " STR ", which is not read while this file exists.\n",
			ARG(below_top(init, config->file)));
	for (uint32_t i = 0; i < config->nested_files.n; i++)
		out_printf(init->out,
			"# Converted from " STR ", which is not read while this file exists.\n",
			ARG(below_top(init, config->nested_files.items[i])));
	out_str(init->out, S("version: 1\n"));
}

static void write_config(struct init *init)
{
	const struct config *config = &init->config;
	bool one = is_one_for_all(config);
	const struct module *settings = one ? config->modules.items : &config->rest;
	size_t n = one ? config->modules.n : 1;

	write_head(init);
	write_roots(init);
	write_base(init);
	write_rules(init, settings->selection);
	events_write(&init->events, init->out);
	write_ignores(init, settings, n);
	write_rest(init, settings->ignore_unstable_packages);
	if (!one)
		write_modules(init);
	init->text->config = out_text(init->out);
}

static void say(struct init *init, struct str sentence)
{
	*vec_push(init->arena, &init->text->next) = sentence;
}

static void say_next(struct init *init)
{
	static const struct {
		struct str file, sentence;
	} pipelines[] = {
		{ STR_INIT(".gitlab-ci.yml"), STR_INIT("GitLab: add a job to .gitlab-ci.yml that "
						       "runs 'breakwater check --format "
						       "gitlab=breakwater.json' with GIT_DEPTH 0 "
						       "and the file as a codequality report") },
		{ STR_INIT("Jenkinsfile"),
			STR_INIT("Jenkins: add a stage to the Jenkinsfile that runs 'breakwater "
				 "check "
				 "--format junit=breakwater.xml' and gives the file to junit") },
		{ STR_INIT(".circleci/config.yml"),
			STR_INIT("CircleCI: add a step to .circleci/config.yml that runs "
				 "'breakwater check "
				 "--format junit=breakwater.xml' and store_test_results") },
		{ STR_INIT(".buildkite/pipeline.yml"),
			STR_INIT("Buildkite: add a step to .buildkite/pipeline.yml that runs "
				 "'breakwater "
				 "check'") },
		{ STR_INIT("azure-pipelines.yml"),
			STR_INIT("Azure: add a step to azure-pipelines.yml that runs 'breakwater "
				 "check "
				 "--format junit=breakwater.xml', with fetchDepth 0") },
		{ STR_INIT("bitbucket-pipelines.yml"),
			STR_INIT("Bitbucket: add a step to bitbucket-pipelines.yml that runs "
				 "'breakwater "
				 "check', with clone depth full") },
		{ STR_INIT(".pre-commit-config.yaml"),
			STR_INIT("pre-commit: add breakwater's hook to .pre-commit-config.yaml") },
	};

	if (!init->files->entries.n)
		say(init, S("there is no contract yet (a file that ends in '.proto')"));
	if (!init->facts->is_repository)
		say(init, S("compare two folders: 'breakwater check dir:OLD dir:NEW'"));
	else if (init->facts->default_branch.n)
		say(init, S("see what your branch breaks: 'breakwater check'"));
	else
		say(init, S("name the branch to compare with as 'base:', then run 'breakwater "
			    "check'"));
	if (init->facts->has_github_workflows)
		say(init, S("GitHub: add a step to a workflow that runs 'breakwater check --format "
			    "github', with "
			    "fetch-depth 0 in actions/checkout"));
	for (size_t i = 0; i < COUNT(pipelines); i++)
		if (has_file(init, pipelines[i].file))
			say(init, pipelines[i].sentence);
	if (init->events.found.n)
		say(init, S("guard what looks like events: take away the '#' under 'contracts' in "
			    "breakwater.yaml ('man breakwater-contracts')"));
	if (init->facts->is_repository && !has_file(init, S(ACCEPTED_FILE)))
		say(init, S("for an intended break: 'breakwater accept FINGERPRINT --reason TEXT' "
			    "records it"));
}

bool init_make(const struct config_request *request, const struct init_facts *facts,
	struct init_text *text)
{
	struct source *source = request->source;
	struct diags *diags = request->diags;
	struct init init = {
		.arena = request->arena, .source = source, .facts = facts, .text = text
	};
	bool ok;

	*text = (struct init_text){ 0 };
	init.files = source_files(source, diags);
	if (!init.files || !config_read(request, &init.config))
		return false;
	for (uint32_t i = 0; i < init.files->entries.n; i++)
		if (!config_discover(request, init.files->entries.items[i].path, &init.config))
			return false;
	if (!source_looked(source, diags))
		return false;
	if (init.config.has_roots) {
		for (uint32_t i = 0; i < init.config.roots.n; i++)
			add_word(&init, &init.roots, below_top(&init, init.config.roots.items[i]));
		for (uint32_t i = 0; i < init.config.modules.n && !init.config.roots.n; i++)
			add_word(&init, &init.roots,
				below_top(&init, init.config.modules.items[i].path));
	}
	events_init(&init.events, init.arena);
	ok = look_around(&init, diags);
	if (ok) {
		init.out = out_memory(init.arena);
		write_config(&init);
		say_next(&init);
	}
	events_free(&init.events);
	return ok;
}
