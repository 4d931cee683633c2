/*
 * The codec of proofs: bytes and JSON of any origin are read, and what was read comes back when it
 * is written.
 *
 * The first byte of the input chooses the message and the runtime.
 */
#include "fuzz/harness.h"

#include <assert.h>

#include "fuzz/small_descriptor.h"
#include "proof/value.h"
#include "proto/compile.h"

/* Google's messages as far as JSON knows them, in a file that is read in no time. */
static const char known[] =
	"syntax = \"proto3\"; package google.protobuf;"
	"message Timestamp { int64 seconds = 1; int32 nanos = 2; }"
	"message Duration { int64 seconds = 1; int32 nanos = 2; }"
	"message FieldMask { repeated string paths = 1; } message Int64Value { int64 value = 1; }"
	"message Any { string type_url = 1; bytes value = 2; } enum NullValue { NULL_VALUE = 0; }"
	"message Struct { map<string, Value> fields = 1; }"
	"message ListValue { repeated Value values = 1; }"
	"message Value { oneof kind { NullValue null_value = 1; double number_value = 2;"
	" string string_value = 3; bool bool_value = 4; Struct struct_value = 5;"
	" ListValue list_value = 6; } }";
static const char proto3[] =
	"syntax = \"proto3\"; import \"known.proto\";"
	"enum E { NONE = 0; ONE = 1; }"
	"message A { int32 i = 1; sint64 z = 2; fixed32 f = 3; sfixed64 g = 4; uint64 u = 5;"
	" bool b = 6; float x = 7; double d = 8; string s = 9; bytes y = 10; E e = 11; A a = 12;"
	" repeated int32 list = 13; map<string, int64> map = 14; optional uint32 o = 15;"
	" oneof one { int32 first = 16; A second = 17; } map<bool, A> inner = 18; }"
	"message B { google.protobuf.Timestamp t = 1; google.protobuf.Duration d = 2;"
	" google.protobuf.FieldMask f = 3; google.protobuf.Struct s = 4; google.protobuf.Value v = "
	"5;"
	" google.protobuf.Int64Value w = 6; google.protobuf.Any any = 7; repeated B b = 8;"
	" google.protobuf.ListValue l = 9; google.protobuf.NullValue n = 10; }";
static const char proto2[] =
	"syntax = \"proto2\";"
	"enum Closed { ZERO = 0; TWO = 2; }"
	"message C { required int32 i = 1; optional Closed c = 2; repeated Closed cs = 3;"
	" optional group G = 4 { optional C inner = 1; } map<int32, Closed> map = 5;"
	" optional string s = 6 [default = \"a\"]; extensions 100 to 200; }"
	"extend C { optional C more = 100; }"
	"message D { option message_set_wire_format = true; extensions 4 to max; }"
	"extend D { optional C item = 4; }";

struct codec_run {
	struct round round;
	struct codec *codec;
	struct lens lens;
	const struct message *type;
};

static void compile_both(struct codec_run *run, struct schema *schema)
{
	struct memory_file files[] = { { S("a.proto"), str_of(proto3) },
		{ S("c.proto"), str_of(proto2) }, { S("known.proto"), str_of(known) } };
	struct memory_file descriptor = { S("google/protobuf/descriptor.proto"),
		str_of(small_descriptor) };
	struct compile_options options = {
		.arena = run->round.arena,
		.names = run->round.names,
		.diags = &run->round.diags,
		.jobs = 1,
	};
	struct compile_side side = { .all = true };

	side.source = source_memory(run->round.arena, S("fuzz"), files, COUNT(files));
	side.source->builtin = source_memory(run->round.arena, S("built-in"), &descriptor, 1);
	side.source->builtin->is_builtin = true;
	*vec_push(run->round.arena, &side.roots.declared) = S("");
	assert(compile(&options, &side, 1, schema));
}

static void run_begin(struct codec_run *run, struct str *bytes)
{
	static const struct str names[] = { STR_INIT("A"), STR_INIT("B"), STR_INIT("C"),
		STR_INIT("D") };
	unsigned char chosen = bytes->n ? (unsigned char)bytes->p[0] : 0;
	struct schema *schema;

	round_begin(&run->round);
	schema = NEW(run->round.arena, struct schema);
	compile_both(run, schema);
	run->codec = codec_new(run->round.arena, run->round.names,
		&(struct proof_sides){ .old = schema, .new = schema });
	run->codec->steps = 1000 * 1000;
	run->lens = (struct lens){ .codec = run->codec,
		.side = NEW,
		.other_side = -1,
		.runtime = (enum runtime)(chosen / COUNT(names) % (RUNTIME_JAVA + 1)) };
	run->type = codec_message(
		run->codec, NEW, intern(run->round.names, names[chosen % COUNT(names)]));
	assert(run->type);
	*bytes = str_from(*bytes, 1);
}

static void run_free(struct codec_run *run)
{
	codec_free(run->codec);
	round_end(&run->round);
}

static void run_wire(struct str bytes)
{
	struct arena *arena;
	struct codec_run run;
	struct refusal refusal;
	struct tree *tree;
	struct str first, again;

	run_begin(&run, &bytes);
	arena = run.round.arena;
	if (wire_read(&run.lens, run.type, bytes, arena, &tree, &refusal)) {
		text_write(run.codec, out_memory(arena), tree);
		first = wire_write(arena, tree);
		assert(!refusal.why.p);
		assert(wire_read(&run.lens, run.type, first, arena, &tree, &refusal));
		again = wire_write(arena, tree);
		assert(str_eq(first, again));
	} else {
		assert(refusal.why.n);
	}
	run_free(&run);
}

static void run_json(struct str bytes)
{
	struct arena *arena;
	struct codec_run run;
	struct refusal refusal;
	struct tree *tree;
	struct str first, again;

	run_begin(&run, &bytes);
	arena = run.round.arena;
	if (!json_read(&run.lens, run.type, bytes, arena, &tree, &refusal)) {
		assert(refusal.why.n);
	} else if (json_write(run.codec, arena, tree, &first)) {
		assert(json_read(&run.lens, run.type, first, arena, &tree, &refusal));
		assert(json_write(run.codec, arena, tree, &again));
		assert(str_eq(first, again));
	}
	run_free(&run);
}

const struct harness proof_harnesses[] = {
	{ "proof-json", run_json },
	{ "proof-wire", run_wire },
	{ 0 },
};
