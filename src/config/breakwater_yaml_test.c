#include "config/fixture.h"

#include <stdio.h>

static void read_file(struct fixture *f, struct str text)
{
	struct memory_file file = { S("breakwater.yaml"), text };

	fixture_open(f, &file, 1);
	fixture_read(f);
}

static void every_key_is_read(void **state)
{
	struct fixture f;
	const struct module *module;

	(void)state;
	read_file(&f, S("version: 1\n"
			"roots: [proto, ./vendor/]\n"
			"base: origin/main\n"
			"use: [WIRE, FIELD_SAME_NAME]\n"
			"except: [FIELD_SAME_ONEOF]\n"
			"ignore: [proto/internal]\n"
			"ignore_only:\n"
			"  FIELD_SAME_NAME: [proto/legacy]\n"
			"ignore_unstable_packages: true\n"
			"severity:\n"
			"  FIELD_SAME_NAME: warning\n"
			"strict_imports: true\n"));
	assert_true(f.ok);
	assert_int_equal(f.diags.n, 0);
	assert_true(f.config.found && f.config.has_roots && f.config.strict_imports);
	assert_true(str_eq(f.config.roots.items[1], S("vendor")));
	assert_true(str_eq(f.config.base, S("origin/main")));
	assert_int_equal(f.config.modules.n, 1);
	module = &f.config.modules.items[0];
	assert_true(selects(module->selection, "FIELD_WIRE_COMPATIBLE_TYPE"));
	assert_true(selects(module->selection, "FIELD_SAME_NAME"));
	assert_false(selects(module->selection, "FIELD_SAME_ONEOF"));
	assert_false(selects(module->selection, "FIELD_SAME_TYPE"));
	assert_true(str_eq(module->ignores.items[0], S("proto/internal")));
	assert_int_equal(module->n_ignore_only, 1);
	assert_string_equal(module->ignore_only[0].rule->id, "FIELD_SAME_NAME");
	assert_true(module->ignore_unstable_packages);
	fixture_close(&f);
}

static void nothing_said_is_category_file(void **state)
{
	struct fixture f;

	(void)state;
	read_file(&f, S("version: 1\nuse:\n"));
	assert_true(f.ok);
	assert_false(f.config.has_roots);
	assert_true(selects(f.config.modules.items[0].selection, "FIELD_SAME_TYPE"));
	assert_false(selects(f.config.modules.items[0].selection, "PACKAGE_NO_DELETE"));
	fixture_close(&f);
}

static void a_rule_speaks_louder_than_its_category(void **state)
{
	struct fixture f;
	size_t n;
	const struct rule *const *all = rules_all(&n);

	(void)state;
	read_file(&f, S("version: 1\nseverity: { FIELD_SAME_TYPE: error, FILE: warning }\n"));
	assert_true(f.ok);
	for (size_t i = 0; i < n; i++) {
		uint8_t severity = f.config.modules.items[0].selection->severity[i];

		if (str_eq(str_of(all[i]->id), S("FIELD_SAME_TYPE")))
			assert_int_equal(severity, SEVERITY_ERROR);
		else if (rule_in(all[i], CAT_FILE, RULES_V2))
			assert_int_equal(severity, SEVERITY_WARNING);
	}
	fixture_close(&f);
}

static void mistakes_have_a_place_and_the_right_word(void **state)
{
	static const struct {
		struct str text;
		const char *message, *help;
		uint32_t line, column;
	} cases[] = {
		{ STR_INIT("version: 1\nrots: [a]\n"), "unknown key 'rots'", "'roots'", 2, 1 },
		{ STR_INIT("version: 1\nuse: [FIELD_SAME_TYP]\n"), "unknown rule or category",
			"'FIELD_SAME_TYPE'", 2, 7 },
		{ STR_INIT("version: 1\nuse: [FIEL]\n"), "unknown rule or category 'FIEL'",
			"'FILE'", 2, 7 },
		{ STR_INIT("version: 1\nuse: FILE\n"), "'use' must be a list, not a single value",
			"use: [FILE]", 2, 6 },
		{ STR_INIT("version: 1\nignore_unstable_packages: 3\n"), "must be true or false",
			NULL, 2, 27 },
		{ STR_INIT("version: 1\nseverity:\n  FILE: warn\n"), "unknown severity 'warn'",
			NULL, 3, 9 },
		{ STR_INIT("version: 1\nignore: [a, ../b]\n"), "leads out of the tree", NULL, 2,
			13 },
		{ STR_INIT("version: 1\nignore: [/b]\n"), "is absolute", "relative", 2, 10 },
		{ STR_INIT("version: 1\nroots: [[a]]\n"), "expected a path, not a list", NULL, 2,
			9 },
		{ STR_INIT("version: 2\n"), "unknown version '2'", "version: 1", 1, 10 },
		{ STR_INIT("use: [FILE]\n"), "no 'version'", "version: 1", 1, 1 },
		{ STR_INIT("- a\n"), "expected a mapping", NULL, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture f;

		read_file(&f, cases[i].text);
		assert_false(f.ok);
		assert_said(&f, cases[i].message, cases[i].help, cases[i].line, cases[i].column);
		fixture_close(&f);
	}
}

static void deprecated_ids_warn_and_act(void **state)
{
	struct fixture f;

	(void)state;
	read_file(&f, S("version: 1\nuse: [FIELD_SAME_CTYPE]\n"));
	assert_true(f.ok);
	assert_said(&f, "deprecated", "FIELD_SAME_CPP_STRING_TYPE", 2, 7);
	assert_true(selects(f.config.modules.items[0].selection, "FIELD_SAME_CPP_STRING_TYPE"));
	fixture_close(&f);
}

static void subjects_are_written_or_made(void **state)
{
	static const struct {
		struct str keys, first, root;
		uint32_t n;
	} cases[] = {
		{ STR_INIT("subject: orders-value, pinned: true, metadata: {major: 2}"),
			STR_INIT("orders-value"), { NULL, 0 }, 1 },
		{ STR_INIT("subjects: [':.eu:a b', c]"), STR_INIT(":.eu:a b"), { NULL, 0 }, 2 },
		{ STR_INIT("topic: t, naming: topic"), STR_INIT("t-value"), { NULL, 0 }, 1 },
		{ STR_INIT("topic: t, naming: topic, key: true"), STR_INIT("t-key"), { NULL, 0 },
			1 },
		{ STR_INIT("naming: record"), STR_INIT("a.M"), STR_INIT("a.M"), 2 },
		{ STR_INIT("topic: t, naming: topic_record"), STR_INIT("t-a.M"), STR_INIT("a.M"),
			2 },
		{ STR_INIT("topic: t"), { NULL, 0 }, { NULL, 0 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fixture f;
		const struct contract *contract;
		char text[300];

		snprintf(text, sizeof text,
			"version: 1\ncontracts: [{name: o, roots: [a.M, a.N], " STR "}]\n",
			ARG(cases[i].keys));
		read_file(&f, str_of(text));
		assert_true(f.ok);
		contract = f.config.contracts.list.items[0];
		assert_int_equal(contract->subjects.n, cases[i].n);
		assert_true(contract->is_pinned == (i == 0));
		if (cases[i].n) {
			assert_true(str_eq(contract->subjects.items[0].name, cases[i].first));
			assert_true(str_eq(contract->subjects.items[0].root, cases[i].root));
		}
		if (i == 0)
			assert_true(str_eq(contract->metadata.items[0].value, S("2")));
		fixture_close(&f);
	}
}

static void registries_are_read(void **state)
{
	struct fixture f;

	(void)state;
	read_file(&f, S("version: 1\nregistry: https://a.example/x,http://[::1]:8081\n"));
	assert_true(f.ok);
	assert_int_equal(f.config.registries.n, 1);
	assert_null(f.config.registries.items[0].name.p);
	fixture_close(&f);
	read_file(&f, S("version: 1\nregistry: {eu: https://a.example, us: https://b.example}\n"));
	assert_true(f.ok);
	assert_int_equal(f.config.registries.n, 2);
	assert_true(str_eq(f.config.registries.items[1].name, S("us")));
	fixture_close(&f);
	read_file(&f, S("version: 1\nregistry: https://u:secret@a.example\n"));
	assert_false(f.ok);
	assert_said(&f, "a user or password", "BREAKWATER_REGISTRY_USER", 2, 11);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_read),
		cmocka_unit_test(nothing_said_is_category_file),
		cmocka_unit_test(a_rule_speaks_louder_than_its_category),
		cmocka_unit_test(mistakes_have_a_place_and_the_right_word),
		cmocka_unit_test(deprecated_ids_warn_and_act),
		cmocka_unit_test(subjects_are_written_or_made),
		cmocka_unit_test(registries_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
