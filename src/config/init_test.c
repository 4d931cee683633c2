#include "config/fixture.h"
#include "config/init.h"

static struct init_text made(struct fixture *f, const struct init_facts *facts)
{
	struct config_request request = fixture_request(f);
	struct init_text text;

	assert_true(init_make(&request, facts, &text));
	return text;
}

static bool says(struct fixture *f, struct str text, const char *words)
{
	return strstr(str_cstr(f->arena, text), words) != NULL;
}

/* What was written, read as the configuration that it is. */
static void read_back(struct fixture *f, struct fixture *back, struct str text)
{
	struct memory_file file = { S("breakwater.yaml"), str_dup(f->arena, text) };

	fixture_open(back, &file, 1);
	fixture_read(back);
	if (!back->ok)
		fail_msg(STR, ARG(back->diags.items[0].message));
}

static void roots_follow_packages_and_imports(void **state)
{
	struct fixture f, back;
	struct init_text text;
	struct init_facts facts = { .default_branch = S("origin/main"), .is_repository = true };

	(void)state;
	fixture_open(&f,
		FILES(FILE_OF("proto/acme/a.proto", "package acme;\nimport \"x/y.proto\";\n"),
			FILE_OF("third/x/y.proto", "package z;\n"), FILE_OF(".gitlab-ci.yml", "")));
	text = made(&f, &facts);
	read_back(&f, &back, text.config);
	assert_int_equal(back.config.roots.n, 2);
	assert_true(str_eq(back.config.roots.items[0], S("proto")));
	assert_true(str_eq(back.config.roots.items[1], S("third")));
	assert_true(str_eq(back.config.base, S("origin/main")));
	assert_int_equal(text.next.n, 3);
	assert_true(says(&f, text.next.items[1], "GitLab"));
	fixture_close(&back);
	fixture_close(&f);
}

static void no_root_is_declared_that_would_leave_a_contract_out(void **state)
{
	struct fixture f, back;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("proto/acme/a.proto", "package acme;\n"),
				 FILE_OF("other.proto", "package q;\n")));
	read_back(&f, &back, made(&f, &(struct init_facts){ .is_repository = true }).config);
	assert_false(back.config.has_roots);
	assert_false(back.config.base.p != NULL);
	fixture_close(&back);
	fixture_close(&f);
}

static void bufs_settings_are_carried_over(void **state)
{
	struct fixture f, back;
	struct selection *before, *after;
	struct init_text text;
	size_t n;

	(void)state;
	fixture_open(&f, FILES(FILE_OF("buf.yaml", "version: v2\n"
						   "modules: [{ path: proto }, { path: vendor }]\n"
						   "breaking:\n"
						   "  use: [WIRE_JSON, RPC_NO_DELETE]\n"
						   "  except: [FIELD_SAME_NAME]\n"
						   "  ignore: [proto/x]\n"
						   "  ignore_only: { FIELD_SAME_TYPE: [proto/y] }\n"
						   "  ignore_unstable_packages: true\n"),
				 FILE_OF("proto/a.proto", "")));
	text = made(&f, &(struct init_facts){ 0 });
	read_back(&f, &back, text.config);
	assert_true(says(&f, text.config, "Converted from buf.yaml"));
	rules_all(&n);
	fixture_read(&f);
	before = config_selection(f.arena, &f.config);
	after = config_selection(back.arena, &back.config);
	assert_memory_equal(before->selected, after->selected, n);
	assert_int_equal(back.config.roots.n, 2);
	assert_true(str_eq(back.config.modules.items[0].ignores.items[0], S("proto/x")));
	assert_int_equal(back.config.modules.items[0].n_ignore_only, 1);
	assert_true(back.config.modules.items[0].ignore_unstable_packages);
	fixture_close(&back);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_follow_packages_and_imports),
		cmocka_unit_test(no_root_is_declared_that_would_leave_a_contract_out),
		cmocka_unit_test(bufs_settings_are_carried_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
