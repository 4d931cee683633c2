/* The compiler: contracts, sets, images, requests. It must accept what it writes. */
#include "fuzz/harness.h"

#include <assert.h>

#include "descriptor/descriptor.h"
#include "fuzz/small_descriptor.h"
#include "source/private.h"

struct fuzz_run {
	struct round round;
	bool small; /* with the small descriptor.proto */
};

static struct source *builtin(struct fuzz_run *run)
{
	struct memory_file *file;
	struct source *source;

	if (!run->small)
		return source_builtin(run->round.arena);
	file = NEW(run->round.arena, struct memory_file);
	*file = (struct memory_file){ S("google/protobuf/descriptor.proto"),
		str_of(small_descriptor) };
	source = source_memory(run->round.arena, S("built-in"), file, 1);
	source->is_builtin = true; /* like the built-in files */
	return source;
}

/* One round in eight uses all built-in files. */
static bool wants_small(struct str input)
{
	return input.n % 8 != 0;
}

/* Compiles all of `source` into the descriptor set *set; absent if it does not compile. */
static void build(struct fuzz_run *run, struct source *source, struct str *set)
{
	struct compile_options options = {
		.arena = run->round.arena,
		.names = run->round.names,
		.diags = &run->round.diags,
		.jobs = 1,
		.strict_imports = true,
		.source_info = true,
		.parse_descriptor = descriptor_parse,
	};
	struct compile_side side = { .source = source, .all = true };
	struct schema schema = { 0 };
	struct arena *scratch;
	struct out *out;

	*set = (struct str){ NULL, 0 };
	source->builtin = builtin(run);
	*vec_push(run->round.arena, &side.roots.declared) = S("");
	if (!compile(&options, &side, 1, &schema) || run->round.diags.n_errors)
		return;
	scratch = arena_new(NULL, NULL);
	out = out_memory(run->round.arena);
	descriptor_write_set(out, &schema, scratch);
	assert(out_close(out) == 0);
	*set = out_text(out);
	arena_free(scratch);
}

/* Compiles a set, which gives another set. */
static void build_set(struct fuzz_run *run, struct str bytes, struct str *set)
{
	struct memory_file *files;
	size_t n;

	*set = (struct str){ NULL, 0 };
	if (set_split(run->round.arena, S("fuzz"), bytes, &files, &n, &run->round.diags))
		build(run, source_memory_set(run->round.arena, S("fuzz"), files, n), set);
}

/* A set that we wrote must compile to the same bytes. */
static void check_again(struct str set, bool small)
{
	struct fuzz_run run;
	struct str again;

	if (!set.n)
		return;
	run.small = small;
	round_begin(&run.round);
	build_set(&run, set, &again);
	assert(run.round.diags.n_errors == 0);
	assert(str_eq(set, again));
	round_end(&run.round);
}

/* A contract. */
static void run_text(struct str text)
{
	struct memory_file file = { S("fuzz.proto"), text };
	struct fuzz_run run = { .small = wants_small(text) };
	struct str set;

	round_begin(&run.round);
	build(&run, source_memory(run.round.arena, S("fuzz"), &file, 1), &set);
	check_again(set, run.small);
	round_end(&run.round);
}

/* The value of an option whose type has a field of every kind, and whatever follows. */
static void run_literal(struct str value)
{
	static const char before[] =
		"syntax = \"proto2\"; import \"google/protobuf/descriptor.proto\"; package p;"
		"enum E { A = 0; B = -1; } message O { optional int32 i = 1; optional uint64 u = 2;"
		" optional sint64 s = 3; optional fixed32 f = 4; optional float x = 5; optional "
		"double d = 6;"
		" optional bool b = 7; optional string t = 8; optional bytes y = 9; optional E e = "
		"10;"
		" optional O o = 11; repeated O r = 12; repeated int32 n = 13 [packed = true];"
		" map<string, O> m = 14; optional group G = 15 { optional int32 i = 1; }"
		" oneof c { int32 c1 = 16; string c2 = 17; } extensions 100 to max; }"
		"extend O { optional O ext = 100; } extend google.protobuf.MessageOptions { "
		"optional O o = 50000; }"
		"message M { option (o) = ";
	struct round round;

	round_begin(&round);
	run_text(str_printf(round.arena, "%s" STR "; }", before, ARG(value)));
	round_end(&round);
}

/* A descriptor set. */
static void run_set(struct str set)
{
	struct fuzz_run run = { .small = wants_small(set) };
	struct str again;

	round_begin(&run.round);
	build_set(&run, set, &again);
	check_again(again, run.small);
	round_end(&run.round);
}

/* A plugin's request, compiled. */
static void run_request(struct str bytes)
{
	struct plugin_request request = { 0 };
	struct fuzz_run run = { .small = wants_small(bytes) };
	struct memory_file *files;
	struct str set;

	round_begin(&run.round);
	if (plugin_request_read(run.round.arena, bytes, &request, &run.round.diags)) {
		assert(request.protos.n == request.proto_names.n);
		files = NEW_ARRAY(run.round.arena, request.protos.n, struct memory_file);
		for (uint32_t i = 0; i < request.protos.n; i++)
			files[i] = (struct memory_file){ request.proto_names.items[i],
				request.protos.items[i] };
		build(&run,
			source_memory_set(run.round.arena, S("request"), files, request.protos.n),
			&set);
		check_again(set, run.small);
	}
	round_end(&run.round);
}

static void run_image(struct str text, bool json)
{
	struct fuzz_run run = { .small = wants_small(text) };
	struct source *source;
	struct str set;

	round_begin(&run.round);
	source = descriptor_image(
		run.round.arena, run.round.names, S("fuzz"), text, json, &run.round.diags);
	assert(source || run.round.diags.n_errors);
	if (source) {
		build(&run, source, &set);
		check_again(set, run.small);
	}
	round_end(&run.round);
}

static void run_image_json(struct str text)
{
	run_image(text, true);
}

static void run_image_text(struct str text)
{
	run_image(text, false);
}

const struct harness compile_harnesses[] = {
	{ "image-json", run_image_json },
	{ "image-text", run_image_text },
	{ "literal", run_literal },
	{ "request", run_request },
	{ "set", run_set },
	{ "text", run_text },
	{ 0 },
};
