/* The options of a run that checks its sides once more: a copy that the caller cannot change. */
#include "run.h"

static const char *text(struct arena *arena, const char *given)
{
	return given ? str_cstr(arena, str_of(given)) : NULL;
}

static struct breakwater_list list(struct arena *arena, struct breakwater_list given)
{
	const char **items = NEW_ARRAY(arena, given.n, const char *);

	for (size_t i = 0; i < given.n; i++)
		items[i] = text(arena, given.items[i]);
	return (struct breakwater_list){ items, given.n };
}

static struct breakwater_side side(struct arena *arena, const struct breakwater_side *given)
{
	return (struct breakwater_side){
		.config = text(arena, given->config),
		.config_text = text(arena, given->config_text),
	};
}

void keep_options(struct breakwater_run *run)
{
	const struct breakwater_options *o = run->options;
	struct breakwater_options *kept = NEW(run->arena, struct breakwater_options);

	*kept = (struct breakwater_options){
		.directory = str_cstr(run->arena, run->sources.directory),
		.config = text(run->arena, o->config),
		.base_side = side(run->arena, &o->base_side),
		.head_side = side(run->arena, &o->head_side),
		.roots = list(run->arena, o->roots),
		.paths = list(run->arena, o->paths),
		.excluded_paths = list(run->arena, o->excluded_paths),
		.use = list(run->arena, o->use),
		.except = list(run->arena, o->except),
		.compatibility = text(run->arena, o->compatibility),
		.surfaces = list(run->arena, o->surfaces),
		.contracts = list(run->arena, o->contracts),
		.limit_to_input_files = o->limit_to_input_files,
		.strict_imports = o->strict_imports,
		.allow_empty = o->allow_empty,
		.full = o->full,
		.history = text(run->arena, o->history),
		.since = text(run->arena, o->since),
		.all = o->all,
		.today = o->today,
		.now = o->now,
		.jobs = o->jobs,
		.out_of_memory = o->out_of_memory,
		.context = o->context,
	};
	run->kept = kept;
}
