#include "config/fixture.h"

static void read_file(struct fixture *f, struct str text)
{
	struct memory_file file = { S("buf.yaml"), text };

	fixture_open(f, &file, 1);
	fixture_read(f);
}

static void v1_ignores_count_from_its_folder_and_columns_are_v1s(void **state)
{
	struct fixture f;

	(void)state;
	read_file(&f, S("version: v1\n"
			"name: buf.build/acme/x\n"
			"build: { excludes: [third_party] }\n"
			"lint: { use: [DEFAULT], whatever: 1 }\n"
			"breaking:\n"
			"  use: [FILE]\n"
			"  ignore: [a/b.proto]\n"));
	assert_true(f.ok);
	assert_int_equal(f.diags.n, 0);
	assert_true(f.config.is_buf && f.config.has_roots);
	assert_true(str_eq(f.config.modules.items[0].ignores.items[0], S("a/b.proto")));
	assert_true(str_eq(f.config.modules.items[0].excludes.items[0], S("third_party")));
	assert_false(selects(f.config.modules.items[0].selection, "EXTENSION_NO_DELETE"));
	assert_false(config_holds(&f.config, S("third_party/x.proto")));
	assert_true(config_holds(&f.config, S("third/x.proto")));
	fixture_close(&f);
}

static void v1beta1_ignores_count_from_each_root(void **state)
{
	struct fixture f;

	(void)state;
	read_file(&f, S("version: v1beta1\n"
			"build:\n  roots: [proto, other]\n  excludes: [proto/a]\n"
			"breaking:\n  use: [WIRE]\n  ignore: [b]\n"));
	assert_true(f.ok);
	assert_int_equal(f.config.modules.n, 2);
	assert_int_equal(f.config.modules.items[0].ignores.n, 2);
	assert_true(str_eq(f.config.modules.items[0].ignores.items[0], S("proto/b")));
	assert_true(str_eq(f.config.modules.items[0].ignores.items[1], S("other/b")));
	assert_int_equal(f.config.modules.items[1].excludes.n, 0);
	assert_true(selects(f.config.modules.items[0].selection, "FIELD_SAME_TYPE"));
	fixture_close(&f);
}

static void a_v2_module_has_its_own_settings_or_the_files(void **state)
{
	struct fixture f;
	const struct module *a, *b;

	(void)state;
	read_file(&f, S("version: v2\n"
			"modules:\n"
			"  - path: a\n"
			"    breaking: { use: [WIRE], ignore: [a/x] }\n"
			"  - path: b\n"
			"    excludes: [b/gen]\n"
			"breaking:\n"
			"  ignore: [b/y]\n"
			"  ignore_unstable_packages: true\n"));
	assert_true(f.ok);
	a = config_module_of(&f.config, S("a/f.proto"));
	b = config_module_of(&f.config, S("b/f.proto"));
	assert_non_null(a);
	assert_non_null(b);
	assert_false(selects(a->selection, "FIELD_SAME_TYPE"));
	assert_true(selects(b->selection, "FIELD_SAME_TYPE"));
	assert_int_equal(a->ignores.n, 1);
	assert_true(str_eq(a->ignores.items[0], S("a/x")));
	assert_true(str_eq(b->ignores.items[0], S("b/y")));
	assert_false(a->ignore_unstable_packages);
	assert_true(b->ignore_unstable_packages);
	assert_null(config_module_of(&f.config, S("b/gen/f.proto")));
	assert_null(config_module_of(&f.config, S("c/f.proto")));
	fixture_close(&f);
}

static void the_innermost_module_holds_a_file(void **state)
{
	struct fixture f;
	struct roots roots;

	(void)state;
	read_file(&f, S("version: v2\nmodules:\n"
			"  - path: .\n    excludes: [vendor, gen]\n"
			"  - path: vendor\n    includes: [vendor/a]\n"));
	assert_true(f.ok);
	assert_true(str_eq(config_module_of(&f.config, S("x/f.proto"))->path, S("")));
	assert_true(str_eq(config_module_of(&f.config, S("vendor/a/f.proto"))->path, S("vendor")));
	assert_null(config_module_of(&f.config, S("vendor/b/f.proto")));
	config_roots(f.arena, &f.config, &roots);
	assert_int_equal(roots.declared.n, 2);
	assert_int_equal(roots.excluded.n, 1);
	assert_true(str_eq(roots.excluded.items[0], S("gen")));
	fixture_close(&f);
}

static void a_workspace_reads_each_folders_file(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(
		&f, FILES(FILE_OF("buf.work.yaml", "version: v1\ndirectories:\n  - p\n  - q\n"),
			    FILE_OF("p/buf.yaml",
				    "version: v1\nbreaking: { use: [WIRE], ignore: [i] }\n")));
	fixture_read(&f);
	assert_true(f.ok);
	assert_int_equal(f.config.modules.n, 2);
	assert_true(str_eq(f.config.modules.items[0].path, S("p")));
	assert_true(str_eq(f.config.modules.items[0].ignores.items[0], S("p/i")));
	assert_false(selects(f.config.modules.items[0].selection, "FIELD_SAME_TYPE"));
	assert_true(selects(f.config.modules.items[1].selection, "FIELD_SAME_TYPE"));
	fixture_close(&f);
}

static void what_is_not_done_is_said_once_and_goes_on(void **state)
{
	struct fixture f;

	(void)state;
	read_file(
		&f, S("version: v2\ndeps: [buf.build/a/b]\nplugins: [{ plugin: x }]\npolicies: []\n"
		      "sparkle: 1\n"));
	assert_true(f.ok);
	assert_int_equal(f.diags.n, 3);
	assert_int_equal(f.diags.n_errors, 0);
	fixture_close(&f);
}

static void a_disabled_builtin_selects_nothing(void **state)
{
	struct fixture f;

	(void)state;
	read_file(&f, S("version: v2\nbreaking: { disable_builtin: true }\n"));
	assert_true(f.ok);
	assert_said(&f, "nothing is checked", NULL, 2, 30);
	assert_false(selects(f.config.modules.items[0].selection, "FIELD_SAME_TYPE"));
	fixture_close(&f);
}

static void anchors_are_followed(void **state)
{
	struct fixture f;

	(void)state;
	read_file(&f, S("version: v2\n"
			"modules:\n"
			"  - path: a\n    breaking: &same { use: [WIRE] } # for both\n"
			"  - path: b\n    breaking: *same\n"));
	assert_true(f.ok);
	assert_false(selects(f.config.modules.items[1].selection, "FIELD_SAME_TYPE"));
	fixture_close(&f);
}

static void mistakes_have_a_place(void **state)
{
	static const struct {
		struct str text;
		const char *message;
		uint32_t line, column;
	} cases[] = {
		{ STR_INIT("version: v3\n"), "unknown version 'v3'", 1, 10 },
		{ STR_INIT("breaking: {}\n"), "no 'version'", 1, 1 },
		{ STR_INIT("version: v1\nbrekaing: {}\n"), "unknown key 'brekaing'", 2, 1 },
		{ STR_INIT("version: v1\nbreaking: { use: [CSR] }\n"), "does not exist in a v1", 2,
			19 },
		{ STR_INIT("version: v1\nbreaking: { use: [FIELD_SAME_DEFAULT] }\n"),
			"does not exist in a v1", 2, 19 },
		{ STR_INIT("version: v1\nbreaking: { only: [a] }\n"), "unknown key 'only'", 2, 13 },
		{ STR_INIT("version: v2\nmodules: [{ path: ../a }]\n"), "leads out of the tree", 2,
			19 },
		{ STR_INIT("version: v2\nmodules: [{ path: a, excludes: [b] }]\n"),
			"'b' is not below the module", 2, 33 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture f;

		read_file(&f, cases[i].text);
		assert_false(f.ok);
		assert_said(&f, cases[i].message, NULL, cases[i].line, cases[i].column);
		fixture_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v1_ignores_count_from_its_folder_and_columns_are_v1s),
		cmocka_unit_test(v1beta1_ignores_count_from_each_root),
		cmocka_unit_test(a_v2_module_has_its_own_settings_or_the_files),
		cmocka_unit_test(the_innermost_module_holds_a_file),
		cmocka_unit_test(a_workspace_reads_each_folders_file),
		cmocka_unit_test(what_is_not_done_is_said_once_and_goes_on),
		cmocka_unit_test(a_disabled_builtin_selects_nothing),
		cmocka_unit_test(anchors_are_followed),
		cmocka_unit_test(mistakes_have_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
