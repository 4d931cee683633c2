/*
 * Records of a schema registry: whatever the bytes are, they are shown or refused at a place.
 *
 * The first byte of the input says: 1, as JSON; 2, the next byte is the length of a header.
 */
#include "fuzz/harness.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/debug_frame.h"
#include "fuzz/small_descriptor.h"
#include "proto/compile.h"

static const char orders[] =
	"syntax = \"proto2\"; package p; enum E { ZERO = 0; TWO = 2; }"
	"message First { required int32 i = 1; map<string, First> m = 2; repeated E e = 3;"
	" message Inner { optional string s = 1; repeated sint64 n = 2 [packed = true];"
	" message Deep { optional double d = 1; oneof o { bool b = 2; bytes y = 3; } } }"
	" optional group G = 4 { optional First f = 1; } extensions 100 to 200; }"
	"message Second { message Inner { optional Second s = 1; } map<int32, E> m = 1; }"
	"extend First { optional group X = 100 { repeated Second s = 1; } }"
	"message Set { option message_set_wire_format = true; extensions 4 to max; }"
	"extend Set { optional Set item = 4; }";

static struct schema *compile_orders(void *context, const char *input, struct source **source)
{
	struct cli *cli = context;
	struct memory_file file = { S("orders.proto"), str_of(orders) };
	struct memory_file descriptor = { S("google/protobuf/descriptor.proto"),
		str_of(small_descriptor) };
	struct compile_options options = {
		.arena = cli->arena,
		.names = cli->names,
		.diags = &cli->diags,
		.jobs = 1,
	};
	struct compile_side side = { .all = true };
	struct schema *schema = NEW(cli->arena, struct schema);

	(void)input;
	side.source = *source = source_memory(cli->arena, S("fuzz"), &file, 1);
	side.source->builtin = source_memory(cli->arena, S("built-in"), &descriptor, 1);
	side.source->builtin->is_builtin = true;
	*vec_push(cli->arena, &side.roots.declared) = S("");
	assert(compile(&options, &side, 1, schema));
	return schema;
}

static const char *hex_of(struct arena *arena, struct str bytes)
{
	char *text = arena_bytes(arena, bytes.n * 2 + 1);

	for (size_t i = 0; i < bytes.n; i++)
		snprintf(text + 2 * i, 3, "%02x", (unsigned char)bytes.p[i]);
	text[2 * bytes.n] = 0;
	return text;
}

static void check_json(struct str text)
{
	json_t *value = json_loadb(text.p, text.n, 0, NULL);

	assert(json_is_object(value));
	json_decref(value);
}

static void run_frame(struct str bytes)
{
	struct round round;
	struct frame_arguments arguments = { .schema = "fuzz" };
	unsigned char how = bytes.n ? (unsigned char)bytes.p[0] : 0;
	struct cli cli = { 0 };
	bool ok;

	round_begin(&round);
	bytes = str_from(bytes, 1);
	cli.arena = round.arena;
	cli.names = round.names;
	cli.out = out_memory(round.arena);
	diags_init(&cli.diags, round.arena);
	if (how & 2) {
		size_t n = bytes.n ? (unsigned char)bytes.p[0] : 0;

		bytes = str_from(bytes, 1);
		arguments.header = hex_of(round.arena, str_head(bytes, n));
		bytes = str_from(bytes, n);
	}
	arguments.hex = hex_of(round.arena, bytes);
	arguments.format = how & 1 ? "json" : "text";
	ok = debug_frame(&cli, &arguments, NULL, compile_orders, &cli);
	assert(ok == (cli.diags.n_errors == 0));
	assert(!ok || out_text(cli.out).n);
	if ((how & 1) && out_text(cli.out).n)
		check_json(out_text(cli.out));
	round_end(&round);
}

const struct harness frame_harnesses[] = {
	{ "frame", run_frame },
	{ 0 },
};
