#include "part.h"

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

static bool run_part(struct breakwater_run *part, const struct part_request *request)
{
	if (!source_changes(part->sides[OLD].source, part->sides[NEW].source, &part->changes,
		    &part->diags) ||
		!compile_sides(part) || !looked(part))
		return false;
	leave_out_broken(part, request);
	/* What did not compile was told. */
	part->diags.n = part->diags.n_errors = 0;
	return compare_sides(part) && looked(part) && keep_scope(part);
}

struct breakwater_run *part_check(const struct part_request *request)
{
	struct arena *arena = arena_like(request->arena);
	struct breakwater_run *part = NEW(arena, struct breakwater_run);

	part->options = request->options;
	part->arena = arena;
	part->names = request->names;
	part->is_part = part->no_contracts = true;
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
