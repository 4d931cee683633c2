/* The codec alone: bytes and JSON to values and back, values as text. */
#include "diff/sides_test.h"
#include "proof/value.h"

#include <stdlib.h>

static const char contract[] =
	"syntax = \"proto3\";\n"
	"package a;\n"
	"import \"google/protobuf/any.proto\";\n"
	"import \"google/protobuf/duration.proto\";\n"
	"import \"google/protobuf/field_mask.proto\";\n"
	"import \"google/protobuf/struct.proto\";\n"
	"import \"google/protobuf/timestamp.proto\";\n"
	"import \"google/protobuf/wrappers.proto\";\n"
	"enum Color { NONE = 0; RED = 1; alias = -1; }\n"
	"message M {\n"
	"  int32 i = 1; sint32 z = 2; fixed32 f = 3; sfixed64 g = 4; uint64 u = 5; bool b = 6;\n"
	"  float x = 7; double d = 8; string s = 9; bytes y = 10; Color c = 11; M m = 12;\n"
	"  repeated int32 list = 13; map<string, int64> map = 14; optional int64 l = 15;\n"
	"  oneof o { int32 first = 16; string second = 17; }\n"
	"  repeated Color colors = 18; map<bool, M> inner = 19; string snake_case = 20;\n"
	"  repeated int32 apart = 21 [packed = false];\n"
	"}\n"
	"message Known {\n"
	"  google.protobuf.Timestamp t = 1; google.protobuf.Duration d = 2;\n"
	"  google.protobuf.FieldMask f = 3; google.protobuf.Struct s = 4;\n"
	"  google.protobuf.Value v = 5; google.protobuf.Int64Value w = 6;\n"
	"  google.protobuf.StringValue x = 7; google.protobuf.Any any = 8;\n"
	"  google.protobuf.ListValue l = 9; google.protobuf.NullValue n = 10;\n"
	"}\n";
static const char closed[] =
	"syntax = \"proto2\";\n"
	"package a;\n"
	"enum Closed { ZERO = 0; ONE = 1; TWO = 2; }\n"
	"message Old {\n"
	"  required int32 id = 1; optional Closed c = 2; repeated Closed cs = 3;\n"
	"  optional group G = 4 { optional int32 n = 1; }\n"
	"  optional string s = 5 [default = \"a\"]; map<int32, Closed> map = 6;\n"
	"  extensions 100 to 200;\n"
	"}\n"
	"extend Old { optional int32 more = 100; }\n";

struct world {
	struct sides *sides;
	struct codec *codec;
	struct lens lens;
	struct arena *arena;
};

static struct world world_new(void)
{
	static const char *const files[] = { "a.proto", contract, "b.proto", closed, NULL };
	struct world w = { .sides = sides_compile(files, files) };
	const struct proof_sides sides = { .old = &w.sides->schemas[0],
		.new = &w.sides->schemas[1] };

	w.arena = w.sides->arena;
	w.codec = codec_new(w.arena, w.sides->names, &sides);
	w.codec->steps = 1000 * 1000;
	w.lens = (struct lens){ .codec = w.codec, .side = NEW, .other_side = -1 };
	return w;
}

static void world_free(struct world *w)
{
	codec_free(w->codec);
	sides_free(w->sides);
}

static const struct message *type_of(struct world *w, const char *name)
{
	const struct message *m = codec_message(
		w->codec, NEW, intern(w->sides->names, str_printf(w->arena, "a.%s", name)));

	assert_non_null(m);
	return m;
}

static struct str unhex(struct arena *arena, const char *hex)
{
	size_t n = strlen(hex) / 2;
	char *p = arena_bytes(arena, n + 1);

	for (size_t i = 0; i < n; i++) {
		const char digits[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		p[i] = (char)strtoul(digits, NULL, 16);
	}
	return (struct str){ p, n };
}

static void assert_text(struct world *w, const struct tree *tree, const char *expected)
{
	struct out *out = out_memory(w->arena);

	text_write(w->codec, out, tree);
	assert_string_equal(str_cstr(w->arena, out_text(out)), expected);
}

/* ---- the wire ---- */

/* Bytes as they are written, and the text that is read; `again`, if they are written otherwise. */
static const struct wire_row {
	const char *type, *bytes, *text, *again;
} wire_rows[] = {
	{ "M", "", "", NULL },
	{ "M", "08ffffffffffffffffff01", "i: -1", NULL },
	{ "M", "1001", "z: -1", NULL },
	{ "M", "1d01000000", "f: 1", NULL },
	{ "M", "21ffffffffffffffff", "g: -1", NULL },
	{ "M", "28ffffffffffffffffff01", "u: 18446744073709551615", NULL },
	{ "M", "3001", "b: true", NULL },
	{ "M", "3dcdcccc3d", "x: 0.1", NULL },
	{ "M", "41000000000000f87f", "d: nan", NULL },
	{ "M", "4a0161", "s: \"a\"", NULL },
	{ "M", "52020022", "y: \"\\000\\\"\"", NULL },
	{ "M", "5801", "c: RED", NULL },
	{ "M", "5863", "c: 99", NULL },
	{ "M", "62020801", "m { i: 1 }", NULL },
	{ "M", "6a020102", "list: 1 list: 2", NULL },
	{ "M", "a80101a80102", "apart: 1 apart: 2", NULL },
	{ "M", "72050a01611001", "map { key: \"a\" value: 1 }", NULL },
	{ "M", "7800", "l: 0", NULL },
	/* Zeros of implicit fields are not written; packed and expanded elements are both read. */
	{ "M", "0800", "", "" },
	{ "M", "68016802", "list: 1 list: 2", "6a020102" },
	{ "M", "aa01020102", "apart: 1 apart: 2", "a80101a80102" },
	/* The last member of a oneof counts, and the last of several values; messages merge. */
	{ "M", "8001018a010161", "second: \"a\"", "8a010161" },
	{ "M", "08010802", "i: 2", "0802" },
	{ "M", "6202080162021002", "m { i: 1 z: 1 }", "620408011002" },
	/* Unknown fields, each as its wire type shows it; another wire type is unknown, too. */
	{ "M", "a006010d00000000", "100: 1 1: 0x00000000", "" },
	{ "M", "a2060161", "100: \"a\"", "" },
	{ "M", "a206020801", "100 { 1: 1 }", "" },
	{ "M", "a3060801a406", "100 { 1: 1 }", "" },
	{ "M", "a1060100000000000000", "100: 0x0000000000000001", "" },
	/* proto2: groups, closed enums, extensions, and what is required. */
	{ "Old", "0801", "id: 1", NULL },
	{ "Old", "080123080524", "id: 1 G { n: 5 }", NULL },
	{ "Old", "08011002", "id: 1 c: TWO", NULL },
	{ "Old", "08011003", "id: 1 2: 3", "0801" },
	{ "Old", "0801180118031802", "id: 1 cs: ONE cs: TWO 3: 3", "080118011802" },
	{ "Old", "0801320408051003", "id: 1 6 { 1: 5 2: 3 }", "0801" },
	{ "Old", "0801a00605", "id: 1 [a.more]: 5", NULL },
	{ "Old", "", NULL, NULL },
	{ "M", "08", NULL, NULL },
	{ "M", "4a02c3", NULL, NULL },
	{ "M", "4a01ff", NULL, NULL },
};

static void bytes_are_read_and_written(void **state)
{
	struct world w = world_new();

	(void)state;
	for (size_t i = 0; i < COUNT(wire_rows); i++) {
		const struct wire_row *row = &wire_rows[i];
		struct str bytes = unhex(w.arena, row->bytes), again;
		struct refusal refusal;
		struct tree *tree;
		bool ok =
			wire_read(&w.lens, type_of(&w, row->type), bytes, w.arena, &tree, &refusal);

		if (ok != (row->text != NULL))
			fail_msg("%s: " STR, row->bytes, ARG(refusal.why));
		if (!row->text) {
			assert_true(refusal.why.n > 0);
			continue;
		}
		assert_text(&w, tree, row->text);
		if (row->again)
			bytes = unhex(w.arena, row->again);
		again = wire_write(w.arena, tree);
		assert_int_equal(again.n, bytes.n);
		assert_memory_equal(again.p, bytes.p, bytes.n);
	}
	world_free(&w);
}

/* What each runtime makes of a number that a closed enum has not. */
static void runtimes_differ_on_closed_enums(void **state)
{
	struct world w = world_new();
	struct str bytes = unhex(w.arena, "08011003");
	struct refusal refusal;
	struct tree *tree;

	(void)state;
	w.lens.runtime = RUNTIME_GO;
	assert_true(wire_read(&w.lens, type_of(&w, "Old"), bytes, w.arena, &tree, &refusal));
	assert_text(&w, tree, "id: 1 c: 3");
	world_free(&w);
}

/* Deeper than runtimes read: refused, not followed. */
static void depth_is_bounded(void **state)
{
	struct world w = world_new();
	struct str bytes = S("");
	struct refusal refusal;
	struct tree *tree;

	(void)state;
	for (int i = 0; i < MOST_DEPTH + 5; i++) {
		struct wire_buffer b = { w.arena, NULL, 0, 0 };

		wire_put_tag(&b, 12, WIRE_BYTES);
		wire_put_bytes(&b, bytes);
		bytes = wire_buffer_bytes(&b);
	}
	assert_false(wire_read(&w.lens, type_of(&w, "M"), bytes, w.arena, &tree, &refusal));
	world_free(&w);
}

/* ---- JSON ---- */

/* JSON, and the text that is read; `again`, if it is printed otherwise; without `text` why not. */
static const struct json_row {
	const char *type, *json, *text, *again;
} json_rows[] = {
	{ "M", "{}", "", NULL },
	{ "M", "{\"i\":-1}", "i: -1", NULL },
	{ "M", "{\"i\":\"7\",\"z\":1e2}", "i: 7 z: 100", "{\"i\":7,\"z\":100}" },
	{ "M", "{\"u\":\"18446744073709551615\"}", "u: 18446744073709551615", NULL },
	{ "M", "{\"l\":9007199254740993}", "l: 9007199254740993", "{\"l\":\"9007199254740993\"}" },
	{ "M", "{\"b\":true}", "b: true", NULL },
	{ "M", "{\"x\":0.1,\"d\":1e+300}", "x: 0.1 d: 1e+300", NULL },
	{ "M", "{\"d\":\"NaN\",\"x\":\"-Infinity\"}", "d: nan x: -inf", NULL },
	{ "M", "{\"s\":\"\\\"\\u00e9\\ud83d\\ude00\"}", "s: \"\\\"\\303\\251\\360\\237\\230\\200\"",
		"{\"s\":\"\\\"\xc3\xa9\xf0\x9f\x98\x80\"}" },
	{ "M", "{\"y\":\"//79\"}", "y: \"\\377\\376\\375\"", NULL },
	{ "M", "{\"y\":\"_w\"}", "y: \"\\377\"", "{\"y\":\"/w==\"}" },
	{ "M", "{\"c\":\"RED\"}", "c: RED", NULL },
	{ "M", "{\"c\":-1}", "c: alias", "{\"c\":\"alias\"}" },
	{ "M", "{\"c\":99}", "c: 99", NULL },
	{ "M", "{\"m\":{\"i\":1}}", "m { i: 1 }", NULL },
	{ "M", "{\"m\":null,\"list\":null}", "", "{}" },
	{ "M", "{\"list\":[1,2]}", "list: 1 list: 2", NULL },
	{ "M", "{\"map\":{\"a\":\"1\"}}", "map { key: \"a\" value: 1 }", NULL },
	{ "M", "{\"inner\":{\"true\":{}}}", "inner { key: true value {} }", NULL },
	{ "M", "{\"snakeCase\":\"a\"}", "snake_case: \"a\"", NULL },
	{ "M", "{\"snake_case\":\"a\"}", "snake_case: \"a\"", "{\"snakeCase\":\"a\"}" },
	{ "M", "{\"first\":0}", "first: 0", NULL },
	{ "M", " { \"i\" : 1 } ", "i: 1", "{\"i\":1}" },
	{ "Known", "{\"t\":\"1970-01-01T00:00:01.500Z\"}", "t { seconds: 1 nanos: 500000000 }",
		NULL },
	{ "Known", "{\"t\":\"1969-12-31T23:59:59Z\"}", "t { seconds: -1 }", NULL },
	{ "Known", "{\"d\":\"-1.500s\"}", "d { seconds: -1 nanos: -500000000 }", NULL },
	{ "Known", "{\"f\":\"a,b\"}", "f { paths: \"a\" paths: \"b\" }", NULL },
	{ "Known", "{\"s\":{\"k\":[1,null]}}",
		"s { fields { key: \"k\" value { list_value { values { number_value: 1 } values { "
		"null_value: NULL_VALUE } } } } }",
		NULL },
	{ "Known", "{\"v\":null}", "v { null_value: NULL_VALUE }", NULL },
	{ "Known", "{\"w\":\"5\"}", "w { value: 5 }", NULL },
	{ "Known", "{\"w\":\"0\",\"x\":\"\"}", "w {} x {}", NULL },
	{ "Known", "{\"l\":[true]}", "l { values { bool_value: true } }", NULL },
	{ "Known", "{\"any\":{\"@type\":\"type.googleapis.com/a.M\"}}",
		"any { type_url: \"type.googleapis.com/a.M\" }", NULL },
	{ "Old", "{\"id\":1,\"[a.more]\":5}", "id: 1 [a.more]: 5", NULL },
	{ "Old", "{\"id\":1,\"g\":{\"n\":5}}", "id: 1 G { n: 5 }", NULL },
	/* What a strict reader does not take. */
	{ "M", "{\"none\":1}", NULL, "message 'a.M' has no field 'none'" },
	{ "M", "{\"i\":2147483648}", NULL, "2147483648 is no int32" },
	{ "M", "{\"i\":\"2147483648\"}", NULL, "2147483648 is no int32" },
	{ "M", "{\"i\":\"a\"}", NULL, "\"a\" is no int32" },
	{ "M", "{\"i\":1.5}", NULL, "1.5 is no int32" },
	{ "M", "{\"b\":\"true\"}", NULL, "\"true\" is no bool" },
	{ "M", "{\"s\":1}", NULL, "1 is no string" },
	{ "M", "{\"c\":\"GREEN\"}", NULL, "enum 'a.Color' has no value 'GREEN'" },
	{ "M", "{\"i\":[1]}", NULL, "'i' is no list here" },
	{ "M", "{\"list\":1}", NULL, "'list' is no single value here" },
	{ "M", "{\"map\":[]}", NULL, "'map' is no list here" },
	{ "M", "{\"i\":1,\"i\":1}", NULL, "'i' is there twice" },
	{ "M", "{\"first\":1,\"second\":\"\"}", NULL,
		"'second' is in a oneof that is set already" },
	{ "M", "{\"i\":1", NULL, "it is no JSON" },
	{ "M", "{\"s\":\"\\ud800\"}", NULL, "it is no JSON" },
	{ "M", "{\"i\":1}x", NULL, "it is no JSON" },
	{ "Known", "{\"t\":\"yesterday\"}", NULL, "\"yesterday\" is no Timestamp" },
	{ "Old", "{}", NULL, "required field 'id' is missing" },
};

static void json_is_read_and_written(void **state)
{
	struct world w = world_new();

	(void)state;
	for (size_t i = 0; i < COUNT(json_rows); i++) {
		const struct json_row *row = &json_rows[i];
		struct refusal refusal;
		struct tree *tree;
		struct str again;
		bool ok = json_read(&w.lens, type_of(&w, row->type), str_of(row->json), w.arena,
			&tree, &refusal);

		if (ok != (row->text != NULL))
			fail_msg("%s: " STR, row->json, ARG(refusal.why));
		if (!row->text) {
			assert_string_equal(str_cstr(w.arena, refusal.why), row->again);
			continue;
		}
		assert_text(&w, tree, row->text);
		assert_true(json_write(w.codec, w.arena, tree, &again));
		assert_string_equal(str_cstr(w.arena, again), row->again ? row->again : row->json);
	}
	world_free(&w);
}

static void text_that_is_no_utf8_has_no_json(void **state)
{
	struct world w = world_new();
	struct refusal refusal;
	struct tree *tree;
	struct str json;

	(void)state;
	assert_true(wire_read(&w.lens, type_of(&w, "Old"), unhex(w.arena, "08012a01ff"), w.arena,
		&tree, &refusal));
	assert_false(json_write(w.codec, w.arena, tree, &json));
	world_free(&w);
}

/* ---- renamed types ---- */

static struct str new_name(void *context, struct str old_name)
{
	struct arena *arena = context;

	if (!str_starts(old_name, S("b.")))
		return old_name;
	return str_printf(arena, "c." STR, ARG(str_from(old_name, 2)));
}

/* A package that was renamed: the reader is found by its new name, from either side. */
static void renamed_types_are_the_same(void **state)
{
	static const char *const old[] = { "b.proto",
		"syntax = \"proto3\"; package b; message M { N n = 1; } message N { int32 i = 1; }",
		NULL };
	static const char *const new[] = { "c.proto",
		"syntax = \"proto3\"; package c; message M { N n = 1; } message N { sint32 i = 1; "
		"}",
		NULL };
	struct sides *s = sides_compile(old, new);
	const struct proof_sides sides = { &s->schemas[0], &s->schemas[1], new_name, s->arena };
	struct codec *codec = codec_new(s->arena, s->names, &sides);
	const struct message *mine = codec_message(codec, OLD, intern(s->names, S("b.N")));
	const struct message *theirs = codec_message(codec, NEW, intern(s->names, S("c.N")));
	struct proof_question question = { .about = ABOUT_TYPE, .backward = true };
	struct proof proof = { 0 };

	(void)state;
	assert_ptr_equal(codec_counterpart(codec, NEW, mine), theirs);
	assert_ptr_equal(codec_counterpart(codec, OLD, theirs), mine);
	assert_true(codec_same_name(codec, mine->e.full_name, theirs->e.full_name));
	question.from = mine->fields.items[0];
	question.to = theirs->fields.items[0];
	assert_true(proof_find(codec, &question, &proof));
	assert_false(proof.alone);
	assert_string_equal(str_cstr(s->arena, proof.written), "i: 1");
	assert_string_equal(str_cstr(s->arena, proof.read), "i: -1");
	codec_free(codec);
	sides_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_read_and_written),
		cmocka_unit_test(runtimes_differ_on_closed_enums),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(json_is_read_and_written),
		cmocka_unit_test(text_that_is_no_utf8_has_no_json),
		cmocka_unit_test(renamed_types_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
