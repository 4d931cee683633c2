#include "part.h"

#include "proto/outline.h"

/* The first error of a file, with its place, or a word. */
static struct str first_error(struct breakwater_run *part, const struct file *file)
{
	for (uint32_t i = 0; i < part->diags.n; i++) {
		const struct diag *diag = &part->diags.items[i];
		struct point begin, end;

		if (diag->level != DIAG_ERROR || diag->place.text != file->text)
			continue;
		place_points(diag->place, part->arena, &begin, &end);
		return str_printf(
			part->arena, "%u:%u: " STR, begin.line, begin.column, ARG(diag->message));
	}
	return S("1:1: does not compile");
}

static void leave_out(struct breakwater_run *part, struct str path)
{
	for (int side = OLD; side < SIDES; side++) {
		struct schema *schema = &part->schemas[side];

		for (uint32_t i = 0; i < schema->files.n; i++)
			if (str_eq(schema->files.items[i].file->text->path, path))
				schema->files.items[i].own = false;
	}
}

/* Nothing is concluded from files that do not compile. */
static void leave_out_broken(struct breakwater_run *part, const struct part_request *request)
{
	for (int side = OLD; side < SIDES; side++) {
		const struct schema *schema = &part->schemas[side];

		for (uint32_t i = 0; i < schema->files.n; i++) {
			const struct file *file = schema->files.items[i].file;

			if (!file->is_broken || file->is_builtin)
				continue;
			if (request->left_out && schema->files.items[i].own)
				request->left_out(request->context, side == OLD, file->text->path,
					first_error(part, file));
			leave_out(part, file->text->path);
		}
	}
}

/* The same source takes part in many comparisons, each of which may read a side's worth of bytes.
 */
static void prepare(struct source *source)
{
	for (int i = 0; i < N_READ_PURPOSES; i++)
		source->bytes_read[i] = 0;
	if (!source->builtin) /* else the compiler makes one that ends with the comparison */
		source->builtin = source_builtin(source->arena);
}

static bool looked(struct breakwater_run *part)
{
	return source_looked(part->sides[OLD].source, &part->diags) &&
	       source_looked(part->sides[NEW].source, &part->diags);
}

/* ---- a report on some paths ---- */

/* The packages of files, by content; they are read once for all comparisons. An error: what left
 * the report may have moved to a file that cannot be read. */
static struct str package_of(struct breakwater_run *part, const struct part_request *request,
	struct source *source, const struct source_entry *entry)
{
	struct outline outline = { 0 };
	struct arena *scratch = arena_like(part->arena);
	struct outline_words words;
	struct str bytes, *known;
	uint64_t key;
	void **slot = NULL;

	memcpy(&key, entry->id.bytes, sizeof key);
	if (entry->has_id && request->packages) {
		slot = map_put(request->packages, NULL, key);
		if (*slot) {
			arena_free(scratch);
			return *(struct str *)*slot;
		}
	}
	outline_words_init(&words, scratch);
	if (source_read(source, entry, scratch, &bytes, &part->diags))
		outline_read(&(struct outline_request){ .bytes = bytes,
				     .words = &words,
				     .intern = part->names,
				     .arena = scratch,
				     .scratch = scratch },
			&outline);
	arena_free(scratch);
	if (slot) {
		known = NEW(request->packages->arena, struct str);
		*known = outline.package;
		*slot = known;
	}
	return outline.package;
}

struct narrowing {
	struct breakwater_run *part;
	const struct part_request *request;
	struct map packages; /* interned: of changed files in the report */
	struct map taken;    /* hashes of `paths` */
	VEC(struct str) paths;
};

static void take_path(struct narrowing *n, struct str path)
{
	void **slot = map_put(&n->taken, NULL, str_hash(path));

	if (!*slot)
		*vec_push(n->part->arena, &n->paths) = path;
	*slot = n;
}

static bool is_related(struct narrowing *n, struct source *source, const struct source_entry *entry)
{
	struct str package =
		entry ? package_of(n->part, n->request, source, entry) : (struct str){ NULL, 0 };

	return package.p && map_get(&n->packages, package.p, 0);
}

/* The files that the report is about, and changed ones of their packages, which what left those may
 * have moved to. */
static bool compile_narrow(struct breakwater_run *part, const struct part_request *request)
{
	struct narrowing n = { .part = part, .request = request };
	struct source *old = part->sides[OLD].source, *new = part->sides[NEW].source;

	map_init(&n.packages, part->arena);
	map_init(&n.taken, part->arena);
	for (int side = OLD; side < SIDES; side++) {
		const struct source_list *list =
			source_files(part->sides[side].source, &part->diags);

		for (uint32_t i = 0; list && i < list->entries.n; i++)
			if (scope_covers(&part->scope, list->entries.items[i].path))
				take_path(&n, list->entries.items[i].path);
	}
	for (uint32_t i = 0; i < part->changes.list.n; i++) {
		const struct change *change = &part->changes.list.items[i];

		if (!scope_covers(&part->scope, change->path))
			continue;
		if (change->old)
			*map_put(&n.packages, package_of(part, request, old, change->old).p, 0) =
				&n;
		if (change->new)
			*map_put(&n.packages, package_of(part, request, new, change->new).p, 0) =
				&n;
	}
	for (uint32_t i = 0; i < part->changes.list.n; i++) {
		const struct change *change = &part->changes.list.items[i];

		if (!scope_covers(&part->scope, change->path) &&
			(is_related(&n, old, change->old) || is_related(&n, new, change->new)))
			take_path(&n, change->path);
	}
	return part->diags.n_errors == 0 &&
	       compile_paths(part, &(struct paths_to_compile){ .paths = n.paths.items,
					   .n = n.paths.n });
}

static bool compile_part(struct breakwater_run *part, const struct part_request *request)
{
	if (request->only)
		return compile_paths(part, request->only);
	return source_changes(part->sides[OLD].source, part->sides[NEW].source, &part->changes,
		       &part->diags) &&
	       (compile_is_narrow(part) ? compile_narrow(part, request) : compile_sides(part));
}

static bool run_part(struct breakwater_run *part, const struct part_request *request)
{
	if (!compile_part(part, request) || !looked(part))
		return false;
	leave_out_broken(part, request);
	/* What did not compile was told. */
	part->diags.n = part->diags.n_errors = 0;
	return compare_sides(part) && looked(part) && keep_scope(part);
}

struct part_request part_request_of(
	struct breakwater_run *run, const struct side *old, const struct side *new)
{
	return (struct part_request){
		.arena = run->arena,
		.names = run->names,
		.diags = &run->diags,
		.options = run->options,
		.sources = &run->sources,
		.override = &run->override,
		.settings = run->settings,
		.scope = &run->scope,
		.old = old,
		.new = new,
		.contracts = &run->chosen,
	};
}

bool part_may_be_narrow(const struct part_request *request)
{
	return !request->options->full && !request->options->impact &&
	       !(request->contracts && request->contracts->list.n) &&
	       !request->new->config.promises.n && !request->settings->promises.n &&
	       !rules_ask_for_packages(config_selection(request->arena, request->settings));
}

struct breakwater_run *part_check(const struct part_request *request)
{
	struct arena *arena = arena_like(request->arena);
	struct breakwater_run *part = NEW(arena, struct breakwater_run);

	part->options = request->options;
	part->arena = arena;
	part->names = request->names;
	part->is_part = part->no_contracts = true;
	part->only_contracts = request->only_contracts;
	if (request->contracts)
		part->chosen = *request->contracts;
	part->status = BREAKWATER_UNKNOWN;
	part->sources = *request->sources;
	part->override = *request->override;
	part->scope = *request->scope;
	part->sides[OLD] = *request->old;
	part->sides[NEW] = *request->new;
	part->settings = NEW(arena, struct config);
	*part->settings = *request->settings;
	part->settings->old_top = request->old->source->top;
	part->settings->new_top = request->new->source->top;
	diags_init(&part->diags, arena);
	map_init(&part->unmarked, arena);
	timing_begin(&part->timing, arena);
	for (int side = OLD; side < SIDES; side++)
		prepare(part->sides[side].source);
	if (run_part(part, request)) {
		part->status = BREAKWATER_CLEAN;
		return part;
	}
	diags_adopt(request->diags, &part->diags);
	arena_adopt(request->arena, arena); /* places of errors are in it */
	return NULL;
}

void part_free(struct breakwater_run *part)
{
	struct arena *arena = part->arena;

	arena_free(arena);
}
