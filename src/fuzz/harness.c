#include "fuzz/harness.h"

#include <assert.h>

#include "descriptor/descriptor.h"
#include "fuzz/small_descriptor.h"
#include "source/private.h"

struct run {
	struct arena *arena;
	struct intern *names;
	struct diags diags;
	bool small; /* with the small descriptor.proto */
};

static void run_begin(struct run *run, bool small)
{
	run->small = small;
	run->arena = arena_new(NULL, NULL);
	run->names = intern_new(run->arena);
	diags_init(&run->diags, run->arena);
}

static void run_end(struct run *run)
{
	diags_sort(&run->diags);
	intern_free(run->names);
	arena_free(run->arena);
}

static struct source *builtin(struct run *run)
{
	struct memory_file *file;

	if (!run->small)
		return source_builtin(run->arena);
	file = NEW(run->arena, struct memory_file);
	*file = (struct memory_file){ S("google/protobuf/descriptor.proto"),
		str_of(small_descriptor) };
	return source_memory(run->arena, S("small"), file, 1);
}

/* One round in eight is with the whole of descriptor.proto and its siblings. */
static bool wants_small(struct str input)
{
	return input.n % 8 != 0;
}

/* Compiles all that `source` has; *set is what it comes to, absent if it does not compile. */
static void build(struct run *run, struct source *source, struct str *set)
{
	struct compile_options options = {
		.arena = run->arena,
		.names = run->names,
		.diags = &run->diags,
		.jobs = 1,
		.strict_imports = true,
		.write_locations = descriptor_locations,
		.parse_descriptor = descriptor_parse,
	};
	struct compile_side side = { .source = source, .all = true };
	struct compile_stats stats = { 0 };
	struct schema schema = { 0 };
	struct arena *scratch;
	struct out *out;

	*set = (struct str){ NULL, 0 };
	source->builtin = builtin(run);
	*vec_push(run->arena, &side.roots.declared) = S("");
	if (!compile(&options, &side, 1, &schema, &stats) || run->diags.n_errors)
		return;
	scratch = arena_new(NULL, NULL);
	out = out_memory(run->arena);
	descriptor_write_set(out, &schema, scratch);
	assert(out_close(out) == 0);
	*set = out_text(out);
	arena_free(scratch);
}

/* From the bytes of a set to the set that comes of it. */
static void build_set(struct run *run, struct str bytes, struct str *set)
{
	struct memory_file *files;
	size_t n;

	*set = (struct str){ NULL, 0 };
	if (set_split(run->arena, S("fuzz"), bytes, &files, &n, &run->diags))
		build(run, source_memory_set(run->arena, S("fuzz"), files, n), set);
}

/* A set that we wrote is one that we take, and gives itself. */
static void check_again(struct str set, bool small)
{
	struct run run;
	struct str again;

	if (!set.n)
		return;
	run_begin(&run, small);
	build_set(&run, set, &again);
	assert(run.diags.n_errors == 0);
	assert(str_eq(set, again));
	run_end(&run);
}

void fuzz_text(struct str text)
{
	struct memory_file file = { S("fuzz.proto"), text };
	struct run run;
	struct str set;

	run_begin(&run, wants_small(text));
	build(&run, source_memory(run.arena, S("fuzz"), &file, 1), &set);
	check_again(set, run.small);
	run_end(&run);
}

void fuzz_set(struct str set)
{
	struct plugin_request request = { 0 };
	struct run run;
	struct str again;

	run_begin(&run, wants_small(set));
	build_set(&run, set, &again);
	check_again(again, run.small);
	plugin_request_read(run.arena, set, &request, &run.diags);
	run_end(&run);
}
