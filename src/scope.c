#include "scope.h"

enum { MOST_COMPARED = 20000 }; /* paths that a misspelt one is compared with */

/* The printed paths of a finding's files; absent: none on that side. */
struct finding_paths {
	struct str old, new;
};

static struct str path_of(const struct file *file, struct place place)
{
	if (file)
		return file->text->path;
	return place.text ? place.text->path : (struct str){ NULL, 0 };
}

static bool any_holds(const struct pathspec *pathspecs, uint32_t n, struct finding_paths paths)
{
	for (uint32_t i = 0; i < n; i++) {
		if ((paths.new.p &&pathspec_holds(&pathspecs[i], paths.new, false)) ||
			(paths.old.p && pathspec_holds(&pathspecs[i], paths.old, true)))
			return true;
	}
	return false;
}

static bool has_paths(const struct report_scope *scope, struct finding_paths paths)
{
	if (scope->only.n && !any_holds(scope->only.items, scope->only.n, paths))
		return false;
	return !any_holds(scope->excluded.items, scope->excluded.n, paths);
}

bool scope_is_whole(const struct report_scope *scope)
{
	return !scope->only.n && !scope->excluded.n && !scope->limit_to_input_files &&
	       !scope->folders && !scope->generated;
}

bool scope_has_path(const struct report_scope *scope, struct str path)
{
	return !scope->has_paths || has_paths(scope, (struct finding_paths){ path, path });
}

/* The folder of a path, without the slash; empty: the top. */
static struct str folder_of(struct str path)
{
	size_t slash = str_rfind(path, '/');

	return str_head(path, slash < path.n ? slash : 0);
}

bool scope_covers(const struct report_scope *scope, struct str path)
{
	if (scope->folders && !map_get(scope->folders, NULL, str_hash(folder_of(path))))
		return false;
	return has_paths(scope, (struct finding_paths){ path, path });
}

bool scope_generates(const struct report_scope *scope, struct str import_path)
{
	for (size_t i = 0; i < scope->generated->n; i++) {
		if (str_eq(str_of(scope->generated->items[i]), import_path))
			return true;
	}
	return false;
}

/* A plugin's request has the files to generate and their imports, but no deleted ones. */
static bool is_generated(const struct report_scope *scope, const struct finding *finding)
{
	const struct file *file = finding->old_file ? finding->old_file : finding->new_file;

	if (finding->rule->on == PAIR_PACKAGE ||
		(finding->rule->on == PAIR_FILE && !finding->new_file))
		return false;
	return file && scope_generates(scope, file->import_path);
}

bool scope_has(
	const struct report_scope *scope, const struct diff *diff, const struct finding *finding)
{
	struct finding_paths paths = {
		.old = path_of(finding->old_file, finding->old_place),
		.new = path_of(finding->new_file, finding->new_place),
	};

	if (!has_paths(scope, paths))
		return false;
	if (scope->limit_to_input_files && finding->old_file &&
		!diff_find_file(diff, true, finding->old_file))
		return false;
	return !scope->generated || is_generated(scope, finding);
}

/* ---- paths that hold nothing ---- */

/* Is there a contract of the side at or below the path? Avoids listing the side. */
static bool place_holds(
	const struct side *side, struct str place, bool is_folder, struct diags *diags)
{
	if (!side->has_contract)
		return false;
	/* Each root is known to have one. */
	for (uint32_t i = 0; i < side->roots.declared.n; i++) {
		if (path_under(side->roots.declared.items[i], place))
			return true;
	}
	if (!roots_hold(&side->roots, place))
		return false;
	if ((side->source->by_import_path || str_ends(place, S(".proto"))) &&
		source_find(side->source, place))
		return !is_folder;
	return source_has_contract(side->source, place, diags);
}

static bool list_holds(
	const struct side *side, const struct pathspec *pathspec, bool old, struct diags *diags)
{
	const struct source_list *list = source_files(side->source, diags);

	for (uint32_t i = 0; list && i < list->entries.n; i++) {
		struct str path = list->entries.items[i].path;

		if (roots_hold(&side->roots, path) && pathspec_holds(pathspec, path, old))
			return true;
	}
	return false;
}

static bool holds_any(const struct scope_request *r, const struct pathspec *pathspec)
{
	if (place_holds(r->new, pathspec->new, pathspec->is_folder, r->diags) ||
		place_holds(r->old, pathspec->old, pathspec->is_folder, r->diags))
		return true;
	return pathspec->is_glob && (list_holds(r->new, pathspec, false, r->diags) ||
					    list_holds(r->old, pathspec, true, r->diags));
}

/* Contracts and their folders, each once. */
struct candidates {
	struct arena *arena;
	struct map seen; /* hashes of paths */
	VEC(struct str) paths;
};

static void add_candidate(struct candidates *c, struct str path)
{
	for (;;) {
		void **slot = map_put(&c->seen, NULL, str_hash(path));
		struct str *kept;
		size_t slash;

		if (*slot)
			return;
		kept = vec_push(c->arena, &c->paths);
		*kept = path;
		*slot = c;
		slash = str_rfind(path, '/');
		if (slash >= path.n)
			return;
		path = str_head(path, slash);
	}
}

/* Does `path` end with the components `end`? */
static bool ends_with(struct str path, struct str end)
{
	return end.n && path.n > end.n && str_ends(path, end) && path.p[path.n - end.n - 1] == '/';
}

static struct str shortest_ending(const struct candidates *c, struct str end)
{
	struct str best = { NULL, 0 };

	for (uint32_t i = 0; i < c->paths.n; i++) {
		struct str path = c->paths.items[i];

		if (ends_with(path, end) && (!best.p || path.n < best.n))
			best = path;
	}
	return best;
}

struct str scope_nearest(struct arena *arena, struct str path, const struct str *contracts,
	uint32_t n, bool *is_above)
{
	struct candidates c = { .arena = arena };
	struct str best;

	*is_above = false;
	map_init(&c.seen, arena);
	for (uint32_t i = 0; i < n; i++)
		add_candidate(&c, contracts[i]);
	if (map_get(&c.seen, NULL, str_hash(path)))
		return path;
	best = shortest_ending(&c, path);
	if (!best.p && c.paths.n <= MOST_COMPARED)
		best = str_nearest(path, c.paths.items, c.paths.n);
	if (best.p)
		return best;
	*is_above = true;
	for (size_t slash = str_rfind(path, '/'); slash < path.n; slash = str_rfind(path, '/')) {
		path = str_head(path, slash);
		if (map_get(&c.seen, NULL, str_hash(path)))
			return path;
	}
	return (struct str){ NULL, 0 };
}

/* Makes a path relative to the folder that paths count from. */
static struct str path_from(struct arena *arena, struct str folder, struct str path)
{
	struct str up = S("");

	while (!path_under(path, folder)) {
		size_t slash = str_rfind(folder, '/');

		folder = str_head(folder, slash < folder.n ? slash : 0);
		up = path_join(arena, up, S(".."));
	}
	path = str_from(path, folder.n ? folder.n + 1 : 0);
	path = path_join(arena, up, path);
	return path.n ? path : S(".");
}

static void help_nearest(const struct scope_request *r, const struct pathspec *pathspec)
{
	const struct side *const sides[] = { r->new, r->old };
	VEC(struct str) contracts = { 0 };
	struct str prefix = r->new->source->prefix, path = pathspec->new, nearest;
	bool is_above;

	for (size_t s = 0; s < COUNT(sides); s++) {
		const struct source_list *list = source_files(sides[s]->source, r->diags);

		for (uint32_t i = 0; list && i < list->entries.n; i++) {
			if (roots_hold(&sides[s]->roots, list->entries.items[i].path))
				*vec_push(r->arena, &contracts) = list->entries.items[i].path;
		}
	}
	/* The user may have counted from the top, as the report does. */
	if (prefix.n && path_under(path, prefix) && path.n > prefix.n)
		path = str_from(path, prefix.n + 1);
	nearest = scope_nearest(r->arena, path, contracts.items, contracts.n, &is_above);
	if (!nearest.p || is_above)
		nearest = scope_nearest(
			r->arena, pathspec->new, contracts.items, contracts.n, &is_above);
	if (!nearest.p)
		diag_help(r->diags, "no file there ends in '.proto': is the name right?");
	else
		diag_help(r->diags,
			is_above ? "the nearest folder that has one is '" STR "'"
				 : "did you mean '" STR "'?",
			ARG(path_from(r->arena, prefix, nearest)));
	if (prefix.n)
		diag_help(r->diags, "paths are relative to the current folder, as in git");
}

/* Reports that a pathspec matches no contract. */
static void report_nothing(
	const struct scope_request *r, const struct pathspec *pathspec, bool is_error)
{
	struct diag *diag = diag_error(r->diags, NOWHERE,
		"there is no contract under the path '" STR "', neither in '" STR "' nor in '" STR
		"'",
		ARG(pathspec->given), ARG(r->old->source->name), ARG(r->new->source->name));

	if (!is_error) {
		diag->level = DIAG_WARNING;
		r->diags->n_errors--;
	}
	if (pathspec->is_glob)
		diag_help(
			r->diags, "a pattern has to fit a whole path, as in 'proto/*/v1/*.proto'");
	else
		help_nearest(r, pathspec);
}

static bool read_list(const struct scope_request *r, const struct breakwater_list *list,
	bool excludes, struct report_scope *scope)
{
	struct pathspec_request request = { r->arena, r->diags, r->old->source, r->new->source };

	for (size_t i = 0; i < list->n; i++) {
		struct pathspec pathspec;

		if (!pathspec_read(&request, str_of(list->items[i]), &pathspec))
			return false;
		if (excludes && pathspec.excludes) {
			diag_error(r->diags, NOWHERE,
				"the path '" STR "' excludes what --exclude-path would exclude",
				ARG(pathspec.given));
			diag_help(r->diags, "leave the magic out, or give it to --path");
			return false;
		}
		if (excludes || pathspec.excludes)
			*vec_push(r->arena, &scope->excluded) = pathspec;
		else
			*vec_push(r->arena, &scope->only) = pathspec;
	}
	return true;
}

/* The target of the link at the path; NULL: there is no link. */
static const struct source_entry *target_of(const struct side *side, struct str place)
{
	const struct source_entry *entry =
		str_ends(place, S(".proto")) ? source_find(side->source, place) : NULL;

	return entry && entry->is_link ? source_target(side->source, entry) : NULL;
}

/* Findings have the name of the file, not of links to it: adds the targets of links. */
static void add_targets(const struct scope_request *r, struct report_scope *scope)
{
	for (int list = 0; list < 2; list++) {
		uint32_t n = list ? scope->excluded.n : scope->only.n;

		for (uint32_t i = 0; i < n; i++) {
			struct pathspec named =
				list ? scope->excluded.items[i] : scope->only.items[i];
			const struct source_entry *old = target_of(r->old, named.old);
			const struct source_entry *new = target_of(r->new, named.new);

			if (!old && !new)
				continue;
			named.old = old ? old->path : named.old;
			named.new = new ? new->path : named.new;
			named.is_glob = false;
			if (list)
				*vec_push(r->arena, &scope->excluded) = named;
			else
				*vec_push(r->arena, &scope->only) = named;
		}
	}
}

bool scope_read(const struct scope_request *r, struct report_scope *scope)
{
	uint32_t errors = r->diags->n_errors;

	scope->has_paths = r->paths->n > 0;
	if (!read_list(r, r->paths, false, scope) || !read_list(r, r->excluded, true, scope))
		return false;
	if (!r->old->has_contract && !r->new->has_contract)
		return true;
	for (uint32_t i = 0; i < scope->only.n; i++) {
		if (!holds_any(r, &scope->only.items[i]) && r->diags->n_errors == errors)
			report_nothing(r, &scope->only.items[i], !r->allow_empty);
	}
	for (uint32_t i = 0; i < scope->excluded.n; i++) {
		if (!holds_any(r, &scope->excluded.items[i]))
			report_nothing(r, &scope->excluded.items[i], false);
	}
	add_targets(r, scope);
	return r->diags->n_errors == errors;
}
