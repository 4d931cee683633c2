#include "config/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void no_file_is_the_default(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("a.proto", "")));
	fixture_read(&f);
	assert_true(f.ok);
	assert_false(f.config.found || f.config.has_roots);
	assert_int_equal(f.config.modules.n, 1);
	assert_true(selects(config_selection(f.arena, &f.config), "FIELD_SAME_TYPE"));
	assert_true(config_holds(&f.config, S("x/a.proto")));
	fixture_close(&f);
}

static void breakwater_yaml_stands_before_bufs(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(
		&f, FILES(FILE_OF("breakwater.yaml", "version: 1\nuse: [WIRE]\n"),
			    FILE_OF("buf.yaml", "version: v2\nbreaking: { use: [nonsense] }\n")));
	fixture_read(&f);
	assert_true(f.ok);
	assert_true(str_eq(f.config.file, S("breakwater.yaml")));
	fixture_close(&f);
}

static void paths_are_below_the_top_of_the_input(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("sub/breakwater.yaml",
				 "version: 1\nroots: [proto]\nignore: [., x]\n")));
	f.source->top = S("sub");
	fixture_read(&f);
	assert_true(f.ok);
	assert_true(str_eq(f.config.roots.items[0], S("sub/proto")));
	assert_true(str_eq(f.config.modules.items[0].ignores.items[0], S("sub")));
	assert_true(str_eq(f.config.modules.items[0].ignores.items[1], S("sub/x")));
	fixture_close(&f);
}

static void the_command_line_replaces_rules(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("breakwater.yaml",
				 "version: 1\nuse: [WIRE]\nexcept: [FIELD_SAME_ONEOF]\n")));
	*vec_push(f.arena, &f.override.use) = S("FIELD_SAME_ONEOF");
	*vec_push(f.arena, &f.override.use) = S("FIELD_SAME_NAME");
	*vec_push(f.arena, &f.override.except) = S("FIELD_SAME_NAME");
	fixture_read(&f);
	assert_true(f.ok);
	assert_true(selects(f.config.modules.items[0].selection, "FIELD_SAME_ONEOF"));
	assert_false(selects(f.config.modules.items[0].selection, "FIELD_SAME_NAME"));
	assert_false(selects(f.config.modules.items[0].selection, "FIELD_WIRE_COMPATIBLE_TYPE"));
	fixture_close(&f);
}

static void a_wrong_id_on_the_command_line_is_an_error(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("a.proto", "")));
	*vec_push(f.arena, &f.override.use) = S("WIRE_JSN");
	fixture_read(&f);
	assert_false(f.ok);
	assert_said(&f, "--use: unknown rule or category 'WIRE_JSN'", "'WIRE_JSON'", 1, 1);
	fixture_close(&f);
}

static void the_old_side_may_name_rules_that_are_gone(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("breakwater.yaml",
				 "version: 1\nroots: [proto]\nuse: [GONE]\nold_key: 1\n")));
	f.override.layout_only = true;
	fixture_read(&f);
	assert_true(f.ok);
	assert_int_equal(f.diags.n, 0);
	assert_int_equal(f.config.roots.n, 1);
	fixture_close(&f);
}

static void write_temporary(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void a_named_file_tells_by_its_version_what_it_is(void **state)
{
	static const struct {
		const char *text;
		bool is_buf, has_roots;
	} cases[] = {
		{ "version: 1\nroots: [proto]\n", false, true },
		{ "version: v2\nmodules: [{ path: proto }]\n", true, true },
		{ "version: v2\nbreaking: { use: [FILE] }\n", true, false },
		{ "version: v1\ndirectories: [proto]\n", true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char path[] = "/tmp/breakwater-config-XXXXXX";
		struct fixture f;

		write_temporary(path, cases[i].text);
		fixture_open(&f, FILES(FILE_OF("breakwater.yaml", "nonsense")));
		f.override.file = str_of(path);
		fixture_read(&f);
		unlink(path);
		assert_true(f.ok);
		assert_int_equal(f.config.is_buf, cases[i].is_buf);
		assert_int_equal(f.config.has_roots, cases[i].has_roots);
		fixture_close(&f);
	}
}

static void a_named_file_inside_the_input_counts_from_its_folder(void **state)
{
	char folder[] = "/tmp/breakwater-config-XXXXXX", path[64];
	struct fixture f;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/c.yaml", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("version: 1\nignore: [x, ../y]\n", file);
	fclose(file);
	fixture_open(&f, FILES(FILE_OF("a.proto", "")));
	f.source->folder = S("/tmp");
	f.override.file = str_of(path);
	fixture_read(&f);
	f.source->folder = (struct str){ NULL, 0 };
	unlink(path);
	rmdir(folder);
	assert_true(f.ok);
	assert_true(str_eq(f.config.modules.items[0].ignores.items[0],
		str_printf(f.arena, "%s/x", folder + 5)));
	assert_true(str_eq(f.config.modules.items[0].ignores.items[1], S("y")));
	fixture_close(&f);
}

static void a_missing_named_file_is_an_error(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("a.proto", "")));
	f.override.file = S("/nowhere/x.yaml");
	fixture_read(&f);
	assert_false(f.ok);
	assert_said(&f, "cannot read the configuration '/nowhere/x.yaml'", NULL, 1, 1);
	fixture_close(&f);
}

/* A finding of FIELD_SAME_TYPE between two files. */
static struct finding finding_in(struct file *old, struct file *new)
{
	return (struct finding){
		.rule = rule_find(S("FIELD_SAME_TYPE")), .old_file = old, .new_file = new
	};
}

static bool is_ignored(
	struct fixture *f, struct str old_path, struct str new_path, struct str package)
{
	struct text old_text = { .path = old_path }, new_text = { .path = new_path };
	struct file old = { .text = &old_text, .package = package };
	struct file new = { .text = &new_text, .package = S("acme.v1") };
	struct finding finding = finding_in(&old, new_path.p ? &new : NULL);
	struct findings findings = { 0 };

	*vec_push(f->arena, &findings.list) = &finding;
	config_apply(&f->config, &findings, f->arena);
	return finding.ignored;
}

static void a_finding_is_ignored_by_either_file(void **state)
{
	struct fixture f;
	struct str stable = S("acme.v1");

	(void)state;
	fixture_open(&f,
		FILES(FILE_OF("breakwater.yaml", "version: 1\nignore: [a/pa, "
						 "b/f.proto]\nignore_only: { FIELD_SAME_TYPE: [c], "
						 "FIELD_SAME_NAME: [d] }\n")));
	fixture_read(&f);
	assert_true(f.ok);
	assert_true(is_ignored(&f, S("a/pa/x.proto"), S("z.proto"), stable));
	assert_true(is_ignored(&f, S("z.proto"), S("a/pa/x.proto"), stable));
	assert_true(is_ignored(&f, S("b/f.proto"), (struct str){ NULL, 0 }, stable));
	assert_true(is_ignored(&f, S("c/x.proto"), S("z.proto"), stable));
	assert_false(is_ignored(&f, S("d/x.proto"), S("d/x.proto"), stable));
	assert_false(is_ignored(&f, S("a/pay/x.proto"), S("a/pa.proto"), stable));
	fixture_close(&f);
}

static void unstable_packages_are_left_out_when_asked(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f,
		FILES(FILE_OF("breakwater.yaml", "version: 1\nignore_unstable_packages: true\n")));
	fixture_read(&f);
	assert_true(is_ignored(&f, S("a.proto"), S("b.proto"), S("acme.v1beta1")));
	assert_false(is_ignored(&f, S("a.proto"), S("b.proto"), S("acme.v2")));
	fixture_close(&f);
}

static void a_module_reports_only_what_it_selects(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("buf.yaml", "version: v2\nmodules:\n  - path: a\n    "
						   "breaking: { use: [WIRE] }\n  - path: b\n")));
	fixture_read(&f);
	assert_true(is_ignored(&f, S("b/x.proto"), S("a/x.proto"), S("p")));
	assert_false(is_ignored(&f, S("a/x.proto"), S("b/x.proto"), S("p")));
	/* A file of a module that is gone. */
	assert_false(is_ignored(&f, S("c/x.proto"), (struct str){ NULL, 0 }, S("p")));
	fixture_close(&f);
}

static void severities_reach_findings(void **state)
{
	struct text text = { .path = S("a.proto") };
	struct file file = { .text = &text };
	struct finding finding = finding_in(&file, &file);
	struct findings findings = { 0 };
	struct fixture f;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("breakwater.yaml",
				 "version: 1\nseverity: { FIELD_SAME_TYPE: warning }\n")));
	fixture_read(&f);
	*vec_push(f.arena, &findings.list) = &finding;
	config_apply(&f.config, &findings, f.arena);
	assert_int_equal(finding.severity, SEVERITY_WARNING);
	assert_false(finding.ignored);
	fixture_close(&f);
}

static void ignored_paths_that_match_nothing_are_told(void **state)
{
	struct schema old = { 0 }, new = { 0 };
	struct fixture f;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("breakwater.yaml", "version: 1\nignore: [a, b/c, a.proto, "
							  "'x/*']\nignore_only: { FILE: [y] }\n")));
	fixture_read(&f);
	*vec_push(f.arena, &old.paths) = S("a.proto");
	*vec_push(f.arena, &old.paths) = S("b/c.proto");
	*vec_push(f.arena, &new.paths) = S("a/x.proto");
	config_warn_unmatched(&f.config, &old, &new, &f.diags);
	assert_int_equal(f.diags.n, 3);
	assert_said(&f, "path 'b/c' matches no contract", NULL, 2, 13);
	assert_non_null(strstr(str_cstr(f.arena, f.diags.items[1].help), "patterns"));
	fixture_close(&f);
}

static void a_path_below_one_of_several_roots_is_enough(void **state)
{
	struct schema old = { 0 }, new = { 0 };
	struct fixture f;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("buf.yaml", "version: v1beta1\nbuild: { roots: [p, q] "
						   "}\nbreaking: { ignore: [a] }\n")));
	fixture_read(&f);
	*vec_push(f.arena, &new.paths) = S("q/a/x.proto");
	config_warn_unmatched(&f.config, &old, &new, &f.diags);
	assert_int_equal(f.diags.n, 0);
	fixture_close(&f);
}

static void unstable_is_what_was_measured(void **state)
{
	static const char *const unstable[] = { "a.v1test", "a.v1testfoo", "a.v1alpha",
		"a.v1alpha2", "a.v2beta", "a.v1beta1", "a.v1p1alpha", "a.v1p1beta1",
		"a.b.v12beta34" };
	static const char *const stable[] = { "a.v1", "a.v0", "a.v0alpha1", "a.v1beta0",
		"a.v1p0beta1", "a.v1alphabeta", "a.v1betatest", "a.v1p1", "a.V1beta1", "a.beta",
		"v1beta1", "a.v1beta1.b", "", "a.v", "a.v1p1test", "a.v99999999999beta1",
		"a.v1beta1x" };

	(void)state;
	for (size_t i = 0; i < COUNT(unstable); i++)
		if (!package_is_unstable(str_of(unstable[i])))
			fail_msg("%s", unstable[i]);
	for (size_t i = 0; i < COUNT(stable); i++)
		if (package_is_unstable(str_of(stable[i])))
			fail_msg("%s", stable[i]);
}

static void a_file_below_the_top_counts_for_its_folder(void **state)
{
	struct fixture f;
	const struct config *config = &f.config;
	const struct module *module;

	(void)state;
	fixture_open(&f,
		FILES(FILE_OF("p/buf.yaml", "version: v1\nbuild: { excludes: [x] }\n"
					    "breaking: { use: [WIRE] }\n"),
			FILE_OF("p/q/buf.yaml", "version: v2\nbreaking: { use: [CSR] }\n"),
			FILE_OF("w/buf.work.yaml", "version: v1\ndirectories: [one]\n"),
			FILE_OF("w/one/buf.yaml", "version: v1\nbreaking: { ignore: [i] }\n"),
			FILE_OF("bad/buf.yaml", "version: v9\n")));
	fixture_read(&f);
	assert_true(f.ok);
	assert_int_equal(config->nested_files.n, 0);
	for (int twice = 0; twice < 2; twice++) {
		assert_true(fixture_discover(&f, "p/q/a.proto"));
		assert_true(fixture_discover(&f, "p/a.proto"));
		assert_true(fixture_discover(&f, "w/one/a/b.proto"));
		assert_true(fixture_discover(&f, "o/a.proto"));
	}
	assert_int_equal(config->nested_files.n, 3);
	assert_true(str_eq(config->nested_files.items[2], S("w/buf.work.yaml")));
	module = config_settings_of(config, S("p/a.proto"));
	assert_false(selects(module->selection, "FIELD_SAME_NAME"));
	module = config_settings_of(config, S("p/q/a.proto"));
	assert_true(str_eq(module->path, S("p/q")));
	module = config_settings_of(config, S("o/a.proto"));
	assert_true(selects(module->selection, "FIELD_SAME_NAME"));
	module = config_settings_of(config, S("w/one/a.proto"));
	assert_int_equal(module->ignores.n, 1);
	assert_true(config_holds(config, S("o/a.proto")));
	assert_true(config_holds(config, S("p/q/x/a.proto")));
	assert_false(config_holds(config, S("p/x/a.proto")));
	assert_false(config_holds(config, S("w/a.proto")));
	assert_false(fixture_discover(&f, "bad/a.proto"));
	assert_int_equal(f.diags.n_errors, 1);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_below_the_top_counts_for_its_folder),
		cmocka_unit_test(no_file_is_the_default),
		cmocka_unit_test(breakwater_yaml_stands_before_bufs),
		cmocka_unit_test(paths_are_below_the_top_of_the_input),
		cmocka_unit_test(the_command_line_replaces_rules),
		cmocka_unit_test(a_wrong_id_on_the_command_line_is_an_error),
		cmocka_unit_test(the_old_side_may_name_rules_that_are_gone),
		cmocka_unit_test(a_named_file_tells_by_its_version_what_it_is),
		cmocka_unit_test(a_named_file_inside_the_input_counts_from_its_folder),
		cmocka_unit_test(a_missing_named_file_is_an_error),
		cmocka_unit_test(a_finding_is_ignored_by_either_file),
		cmocka_unit_test(unstable_packages_are_left_out_when_asked),
		cmocka_unit_test(a_module_reports_only_what_it_selects),
		cmocka_unit_test(severities_reach_findings),
		cmocka_unit_test(ignored_paths_that_match_nothing_are_told),
		cmocka_unit_test(a_path_below_one_of_several_roots_is_enough),
		cmocka_unit_test(unstable_is_what_was_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
