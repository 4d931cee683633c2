#include "config/read.h"
#include "base/open.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The state of one config_read call. */
struct config_search {
	struct arena *arena;
	struct source *source;
	const struct config_override *override;
	struct config *config;
	struct diags *diags;
	struct str folder; /* where the file is searched for */
	struct said *said;
};

static struct config_reader reader_new(
	struct config_search *s, struct text *text, struct str folder)
{
	return (struct config_reader){ .arena = s->arena,
		.text = text,
		.diags = s->diags,
		.folder = folder,
		.top = s->folder,
		.override = s->override,
		.version = RULES_V2,
		.version_name = "v2",
		.said = s->said };
}

/* A file of the source. NULL without a diagnostic if it does not exist or the look-up failed;
 * source_looked reports the latter. */
static struct text *source_text(struct config_search *s, struct str path)
{
	const struct source_entry *entry = source_find(s->source, path);
	struct text *text;

	if (!entry) {
		source_refuse_obstacle(s->source, path, s->diags);
		return NULL;
	}
	text = NEW(s->arena, struct text);
	text->path = entry->path;
	text->side = s->source->side;
	if (!source_read(s->source, entry, s->arena, &text->bytes, s->diags))
		return NULL;
	if (!text->bytes.p)
		text->bytes = S("");
	return text;
}

/* Reads at most one byte more than the limit for YAML files. */
static bool read_disk(struct config_search *s, struct str path, struct str *bytes)
{
	int fd = input_open(str_cstr(s->arena, path));
	char *p = arena_bytes(s->arena, MAX_YAML_BYTES + 1);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read_up_to(fd, p, MAX_YAML_BYTES + 1);
	if (n < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return false;
	}
	close(fd);
	*bytes = (struct str){ p, (size_t)n };
	return true;
}

static struct text *disk_text(struct config_search *s)
{
	struct str file = s->override->file;
	struct str path = file.n && file.p[0] == '/'
				  ? file
				  : path_join(s->arena, s->override->directory, file);
	struct text *text = NEW(s->arena, struct text);

	text->path = file;
	text->side = S("");
	if (s->override->text.p) {
		text->path = S("--config");
		text->bytes = s->override->text;
		return text;
	}
	if (read_disk(s, path, &text->bytes))
		return text;
	diag_error(s->diags, NOWHERE, "cannot read the configuration '" STR "': %s", ARG(file),
		read_reason(errno));
	return NULL;
}

/* Makes a path absolute and removes `.` and `..`, without looking at the disk. */
static struct str absolute(struct arena *arena, struct str directory, struct str path)
{
	struct str whole = path.n && path.p[0] == '/' ? path : path_join(arena, directory, path);
	struct str clean;

	if (!whole.n || whole.p[0] != '/' || !path_normalize(arena, str_from(whole, 1), &clean))
		return whole;
	return str_printf(arena, "/" STR, ARG(clean));
}

/* The top of the repository or folder on the disk; absent if it is not on the disk. */
static struct str disk_top(struct config_search *s)
{
	struct source *source = s->source;
	struct str directory = absolute(s->arena, s->override->directory, S("."));

	if (!source->is_git)
		return source->folder.p ? absolute(s->arena, directory, source->folder)
					: source->folder;
	if (!source->prefix.n)
		return directory;
	if (str_ends(directory, source->prefix) && directory.n > source->prefix.n)
		return str_head(directory, directory.n - source->prefix.n - 1);
	return (struct str){ NULL, 0 };
}

/*
 * The folder that paths in a --config file are relative to: the file's folder if that is inside the
 * input, else the input's top.
 */
static struct str folder_of_config(struct config_search *s)
{
	struct str top = disk_top(s);
	struct str file = absolute(s->arena, s->override->directory, s->override->file);
	struct str folder = str_head(file, str_rfind(file, '/'));

	if (!top.p || file.n == 0 || !path_under(folder, top))
		return s->source->top;
	folder = str_from(folder, top.n);
	if (folder.n && folder.p[0] == '/')
		folder = str_from(folder, 1);
	return path_under(folder, s->source->top) ? folder : s->source->top;
}

static bool read_buf_file(struct config_search *s, struct text *text, struct str folder)
{
	struct yaml_node *root = yaml_read(s->arena, text, s->diags);
	struct config_reader r = reader_new(s, text, folder);

	return root && read_buf_yaml(&r, root, s->config);
}

static bool read_directory(struct config_search *s, struct config_reader *work, struct str path)
{
	uint32_t n_errors = s->diags->n_errors;
	struct text *text = source_text(s, path_join(s->arena, path, S("buf.yaml")));
	struct config_reader r = *work;

	if (s->diags->n_errors > n_errors)
		return false;
	if (text)
		return read_buf_file(s, text, path);
	r.folder = path;
	add_default_module(&r, path, s->config);
	return true;
}

static bool read_buf_work(
	struct config_search *s, struct text *text, const struct yaml_node *root, struct str folder)
{
	static const struct str keys[] = { STR_INIT("version"), STR_INIT("directories") };
	struct config_reader r = reader_new(s, text, folder);
	const struct yaml_node *directories = yaml_get(root, S("directories"));
	struct breaking_nodes nodes = { .folders = &r.folder, .n_folders = 1 };
	bool ok = true;

	s->config->is_buf = s->config->has_roots = true;
	r.version = s->config->version = RULES_V1;
	r.version_name = "v1";
	read_breaking(&r, &nodes, &s->config->rest);
	for (uint32_t i = 0; root->kind == YAML_MAP && i < root->pairs.n; i++) {
		const struct yaml_node *key = root->pairs.items[i].key;

		if (!s->override->layout_only && !str_eq(key->value, keys[0]) &&
			!str_eq(key->value, keys[1])) {
			report_unknown(&r, key, "key", keys, COUNT(keys));
			ok = false;
		}
	}
	if (!expect_kind(&r, directories, YAML_LIST, keys[1]) || !directories->items.n) {
		diag_error(s->diags, place_in(text, NO_SPAN), "no 'directories'");
		return false;
	}
	for (uint32_t i = 0; i < directories->items.n; i++) {
		struct str path;

		if (!read_path(&r, directories->items.items[i], folder, &path) ||
			!read_directory(s, &r, path))
			ok = false;
	}
	return ok;
}

static bool read_work_text(struct config_search *s, struct text *text)
{
	struct yaml_node *root = yaml_read(s->arena, text, s->diags);

	return root && read_buf_work(s, text, root, s->folder);
}

static bool read_breakwater_text(struct config_search *s, struct text *text)
{
	struct yaml_node *root = yaml_read(s->arena, text, s->diags);
	struct config_reader r = reader_new(s, text, s->folder);

	return root && read_breakwater_yaml(&r, root, s->config);
}

static bool read_buf_text(struct config_search *s, struct text *text)
{
	if (!s->override->layout_only &&
		source_find(s->source, path_join(s->arena, s->folder, S("buf.work.yaml"))))
		diag_warning(s->diags, place_in(text, NO_SPAN),
			"the buf.work.yaml beside this file is not read");
	if (!read_buf_file(s, text, s->folder))
		return false;
	/* All roots, and files below no root, share one set of settings. */
	if (s->config->version != RULES_V2)
		s->config->rest = s->config->modules.items[0];
	return true;
}

/* The `version` of the file named by --config tells its kind. */
static bool read_named(struct config_search *s)
{
	struct text *text = disk_text(s);
	struct yaml_node *root = text ? yaml_read(s->arena, text, s->diags) : NULL;
	const struct yaml_node *version = yaml_get(root, S("version"));
	struct str folder;
	struct config_reader r;

	if (!root)
		return false;
	s->config->found = true;
	s->config->file = text->path;
	folder = folder_of_config(s);
	r = reader_new(s, text, folder);
	if (!version || version->kind != YAML_SCALAR || !str_starts(version->value, S("v")))
		return read_breakwater_yaml(&r, root, s->config);
	if (yaml_get(root, S("directories")))
		return read_buf_work(s, text, root, folder);
	if (!read_buf_yaml(&r, root, s->config))
		return false;
	/* A file without modules declares no root for the input it is used with. */
	if (!yaml_get(root, S("modules")) && !yaml_get(root, S("build")) && !folder.n)
		s->config->has_roots = false;
	return true;
}

static bool read_found(struct config_search *s)
{
	static const struct {
		struct str name;
		bool (*read)(struct config_search *s, struct text *text);
	} files[] = {
		{ STR_INIT("breakwater.yaml"), read_breakwater_text },
		{ STR_INIT("buf.yaml"), read_buf_text },
		{ STR_INIT("buf.work.yaml"), read_work_text },
	};
	uint32_t n_errors = s->diags->n_errors;

	for (size_t i = 0; i < COUNT(files); i++) {
		struct str path = path_join(s->arena, s->folder, files[i].name);
		struct text *text = source_text(s, path);

		if (s->source->unlooked.n_errors)
			return false;
		if (!text && s->diags->n_errors == n_errors)
			continue;
		s->config->found = true;
		s->config->file = path;
		if (!text)
			return false;
		return files[i].read(s, text);
	}
	return true;
}

/* Report wrong ids of the command line once, not for each module. */
static bool check_override(struct config_search *s)
{
	struct selection *selection = selection_new(s->arena);
	uint32_t n_errors = s->diags->n_errors;

	if (s->override->layout_only)
		return true;
	for (uint32_t i = 0; i < s->override->use.n + s->override->except.n; i++) {
		bool is_use = i < s->override->use.n;
		struct str id = is_use ? s->override->use.items[i]
				       : s->override->except.items[i - s->override->use.n];
		struct str nearest;

		if ((is_use && is_no_rule(id)) ||
			selection_set(selection, id, is_use, RULES_V2, NOWHERE, s->diags))
			continue;
		diag_error(s->diags, NOWHERE, "%s: unknown rule or category '" STR "'",
			is_use ? "--use" : "--except", ARG(id));
		nearest = rules_nearest(id);
		if (nearest.p)
			diag_help(s->diags, "did you mean '" STR "'?", ARG(nearest));
		else
			diag_help(s->diags, "'breakwater rules' lists them");
	}
	return s->diags->n_errors == n_errors;
}

static struct config_search config_search_new(const struct config_request *request,
	struct str folder, struct said *said, struct config *config)
{
	return (struct config_search){
		.arena = request->arena,
		.source = request->source,
		.override = request->override,
		.config = config,
		.diags = request->diags,
		.folder = folder,
		.said = said,
	};
}

bool config_read(const struct config_request *request, struct config *config)
{
	struct said said = { 0 };
	struct source *source = request->source;
	struct config_search s = config_search_new(request, source->top, &said, config);
	struct config_reader r = reader_new(&s, NULL, source->top);
	struct breaking_nodes nodes = { 0 };
	bool is_named = s.override->file.p || s.override->text.p, ok;

	*config = (struct config){ .version = RULES_V2, .top = source->top };
	if (!check_override(&s))
		return false;
	ok = is_named ? read_named(&s) : read_found(&s);
	if (!source_looked(source, s.diags) || !ok)
		return false;
	if (!config->modules.n)
		add_default_module(&r, source->top, config);
	if (!config->rest.selection)
		read_breaking(&r, &nodes, &config->rest);
	if (!config->found && !source->by_import_path && !source->is_empty)
		config->nested = nested_new(s.arena);
	return true;
}

bool config_read_folder(const struct config_request *request, struct str folder, struct said *said,
	struct config *config)
{
	struct config_search s = config_search_new(request, folder, said, config);
	struct config_reader r = reader_new(&s, NULL, folder);
	struct breaking_nodes nodes = { 0 };

	*config = (struct config){ .version = RULES_V2 };
	if (!read_found(&s))
		return false;
	if (config->contracts.place.text) {
		diag_error(s.diags, config->contracts.place,
			"contracts are declared in the breakwater.yaml at the top");
		diag_help(s.diags, "move 'contracts' there: a contract's roots may be anywhere");
		return false;
	}
	if (config->found && !config->rest.selection)
		read_breaking(&r, &nodes, &config->rest);
	return true;
}

struct selection *config_selection(struct arena *arena, const struct config *config)
{
	struct selection *selection = selection_new(arena);
	size_t n;

	rules_all(&n);
	memcpy(selection->selected, config->rest.selection->selected, n);
	for (uint32_t i = 0; i < config->modules.n; i++)
		for (size_t k = 0; k < n; k++)
			selection->selected[k] |= config->modules.items[i].selection->selected[k];
	return selection;
}

static bool module_holds(const struct module *module, struct str path)
{
	bool included = module->includes.n == 0;

	if (!path_under(path, module->path))
		return false;
	for (uint32_t i = 0; i < module->excludes.n; i++)
		if (path_under(path, module->excludes.items[i]))
			return false;
	for (uint32_t i = 0; i < module->includes.n && !included; i++)
		included = path_under(path, module->includes.items[i]);
	return included;
}

const struct module *config_module_of(const struct config *config, struct str path)
{
	const struct module *best = NULL;

	for (uint32_t i = 0; i < config->modules.n; i++) {
		const struct module *module = &config->modules.items[i];

		if (module_holds(module, path) && (!best || module->path.n > best->path.n))
			best = module;
	}
	return best;
}

static bool root_holds(const struct config *config, struct str path)
{
	for (uint32_t i = 0; i < config->roots.n; i++)
		if (path_under(path, config->roots.items[i]))
			return true;
	return config->roots.n == 0;
}

bool config_holds(const struct config *config, struct str path)
{
	bool is_below = false;

	if (!root_holds(config, path))
		return false;
	for (uint32_t i = 0; i < config->modules.n; i++) {
		if (module_holds(&config->modules.items[i], path))
			return true;
		is_below |= path_under(path, config->modules.items[i].path);
	}
	return !is_below && (config->roots.n || !config->has_roots);
}

const struct module *config_settings_of(const struct config *config, struct str path)
{
	const struct module *best = config_module_of(config, path);
	bool is_held = best != NULL;

	for (uint32_t i = 0; i < config->modules.n && !is_held; i++) {
		const struct module *module = &config->modules.items[i];

		if (path_under(path, module->path) && (!best || module->path.n > best->path.n))
			best = module;
	}
	return best ? best : &config->rest;
}

/* Does another module hold something that `module` excludes? */
static bool is_shared(const struct config *config, const struct module *module, struct str folder)
{
	for (uint32_t i = 0; i < config->modules.n; i++) {
		struct str path = config->modules.items[i].path;

		if (path_under(path, folder) ||
			(path_under(folder, path) && path.n > module->path.n))
			return true;
	}
	return false;
}

void config_roots(struct arena *arena, const struct config *config, struct roots *roots)
{
	*roots = (struct roots){ .inferred = !config->has_roots };
	for (uint32_t i = 0; i < config->roots.n; i++)
		*vec_push(arena, &roots->declared) = config->roots.items[i];
	for (uint32_t i = 0; i < config->modules.n; i++) {
		const struct module *module = &config->modules.items[i];

		/* Where roots are inferred, nobody declared the top as a root. */
		if (!config->roots.n && (config->has_roots || module->path.n > config->top.n))
			*vec_push(arena, &roots->declared) = module->path;
		for (uint32_t k = 0; k < module->excludes.n; k++)
			if (!is_shared(config, module, module->excludes.items[k]))
				*vec_push(arena, &roots->excluded) = module->excludes.items[k];
	}
}
