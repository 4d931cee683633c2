/* compile.c: more files than a batch holds. */
#include "proto/compiled_test.h"
#include "proto/proto.h"

#include <assert.h>

enum { MANY = 3000 };

static_assert(MANY > 2 * BATCH, "the last file is of another batch than the first");

#define OTHER "syntax = \"proto3\"; message Z { Z z = 1; }"

/* `a.proto` with `first`, `z.proto` with `last`, and many files `f0000.proto` that each declare a
 * message `F0000`; most import the file after the next one, in chains of fifty. */
static struct compiled many(const char *first, const char *last, unsigned jobs)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct memory_file *files = NEW_ARRAY(arena, MANY + 2, struct memory_file);

	files[0] = (struct memory_file){ S("a.proto"), str_of(first) };
	files[MANY + 1] = (struct memory_file){ S("z.proto"), str_of(last) };
	for (unsigned i = 0; i < MANY; i++) {
		unsigned next = i % 100 < 98 ? i + 2 : i;
		struct str import =
			next > i ? str_printf(arena, "import \"f%04u.proto\";", next) : S("");

		files[i + 1].path = str_printf(arena, "f%04u.proto", i);
		files[i + 1].bytes = str_printf(arena,
			"syntax = \"proto3\"; package p; " STR
			" message F%04u { .p.F%04u next = 1; }",
			ARG(import), i, next);
	}
	return compiled_files(arena, files, MANY + 2, jobs, false);
}

static void many_files_are_linked_in_batches(void **state)
{
	(void)state;
	for (unsigned jobs = 1; jobs <= 4; jobs += 3) {
		struct compiled c = many("syntax = \"proto3\"; import \"f2999.proto\"; "
					 "message M { p.F2999 f = 1; }",
			OTHER, jobs);

		assert_true(c.ok);
		assert_int_equal(c.schema.files.n, MANY + 3);
		for (uint32_t i = 0; i < c.schema.files.n; i++) {
			const struct file *file = c.schema.files.items[i].file;

			if (!file->is_builtin)
				assert_non_null(file->messages.items[0]->fields.items[0]->message);
		}
		compiled_free(&c);
	}
}

static void a_name_of_a_later_batch_is_known_when_it_is_missed(void **state)
{
	struct compiled c =
		many("syntax = \"proto3\";\nmessage M {\n  p.F2999 f = 1;\n"
		     "  Nobody g = 2;\n  string h = 3 [(p.F2998) = 1, (q.none) = 1];\n}",
			OTHER, 1);

	(void)state;
	assert_false(c.ok);
	diags_sort(&c.diags);
	assert_int_equal(c.diags.n, 4);
	assert_str(c.diags.items[0].message,
		"'p.F2999' is declared in 'f2999.proto', which is not imported");
	assert_str(c.diags.items[0].help, "add: import \"f2999.proto\";");
	assert_str(c.diags.items[1].message, "type 'Nobody' is not declared");
	assert_str(c.diags.items[3].message, "option 'q.none' is not declared");
	compiled_free(&c);
}

static void a_postponed_error_is_one_when_values_are_looked_at(void **state)
{
	struct compiled c =
		many("syntax = \"proto2\"; import \"google/protobuf/descriptor.proto\"; "
		     "message O { required int32 r = 1; } "
		     "extend google.protobuf.MessageOptions { optional O o = 50001; } "
		     "message M { option (o) = {}; option (nobody) = 1; }",
			OTHER, 1);

	(void)state;
	assert_false(c.ok);
	assert_int_equal(c.diags.n, 1);
	assert_str(c.diags.items[0].message, "option 'nobody' is not declared");
	compiled_free(&c);
}

static void a_file_of_an_earlier_batch_keeps_its_names_to_itself(void **state)
{
	const char *user = "edition = \"2024\"; import \"a.proto\"; message Z { M m = 1; }";
	struct compiled c = many("edition = \"2024\"; message M {} option features = { "
				 "default_symbol_visibility: LOCAL_ALL };",
		user, 1);

	(void)state;
	assert_false(c.ok);
	assert_int_equal(c.diags.n, 1);
	assert_str(c.diags.items[0].message,
		"'M' is local to 'a.proto' and may not be used in another file");
	compiled_free(&c);
	c = many("edition = \"2024\"; message M {} option features.default_symbol_visibility = "
		 "EXPORT_ALL;",
		user, 1);
	assert_true(c.ok);
	compiled_free(&c);
}

static void a_root_that_the_last_file_shows_counts_for_the_first(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct memory_file *files = NEW_ARRAY(arena, MANY + 1, struct memory_file);
	struct compiled c;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		files[i].path = str_printf(arena, "root/f%04u.proto", i);
		files[i].bytes =
			str_printf(arena, "syntax = \"proto3\"; package p; message F%04u { }", i);
	}
	files[MANY] = (struct memory_file){ S("root/z.proto"),
		S("syntax = \"proto3\"; import \"f0001.proto\"; message M { p.F0001 f = 1; }") };
	c = compiled_files(arena, files, MANY + 1, 1, true);
	assert_true(c.ok);
	assert_int_equal(c.schema.files.n, MANY + 2);
	assert_non_null(schema_find_file(&c.schema, intern(c.names, S("f0000.proto"))));
	assert_null(schema_find_file(&c.schema, intern(c.names, S("root/f0000.proto"))));
	compiled_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_files_are_linked_in_batches),
		cmocka_unit_test(a_name_of_a_later_batch_is_known_when_it_is_missed),
		cmocka_unit_test(a_postponed_error_is_one_when_values_are_looked_at),
		cmocka_unit_test(a_file_of_an_earlier_batch_keeps_its_names_to_itself),
		cmocka_unit_test(a_root_that_the_last_file_shows_counts_for_the_first),
	};

	return cmocka_run_group_tests_name("compile", tests, NULL, NULL) != 0;
}
