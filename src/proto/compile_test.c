/* compile.c: many files, by one thread and by several. */
#include "proto/compiled_test.h"

enum { MANY = 1000 };

/* `a.proto` with `first`, and many files `f0000.proto` that each declare a
 * message `F0000`; most import the file after the next one, in chains of fifty. */
static struct compiled many(const char *first, unsigned jobs)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct memory_file *files = NEW_ARRAY(arena, MANY + 1, struct memory_file);

	files[0] = (struct memory_file){ S("a.proto"), str_of(first) };
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
	return compiled_files(arena, files, MANY + 1, jobs, false);
}

static void many_files_are_linked(void **state)
{
	(void)state;
	for (unsigned jobs = 1; jobs <= 4; jobs += 3) {
		struct compiled c = many("syntax = \"proto3\"; import \"f0999.proto\"; "
					 "message M { p.F0999 f = 1; }",
			jobs);

		assert_true(c.ok);
		assert_int_equal(c.schema.files.n, MANY + 2);
		for (uint32_t i = 0; i < c.schema.files.n; i++) {
			const struct file *file = c.schema.files.items[i].file;

			if (!file->is_builtin)
				assert_non_null(file->messages.items[0]->fields.items[0]->message);
		}
		compiled_free(&c);
	}
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
		cmocka_unit_test(many_files_are_linked),
		cmocka_unit_test(a_root_that_the_last_file_shows_counts_for_the_first),
	};

	return cmocka_run_group_tests_name("compile", tests, NULL, NULL) != 0;
}
