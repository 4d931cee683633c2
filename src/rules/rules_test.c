#include <stdio.h>
#include <sys/stat.h>
#include "rules/checked_test.h"

static const char *const none[] = { NULL };

static void rules_are_sorted_and_unique(void **state)
{
	size_t n;
	const struct rule *const *all = rules_all(&n);

	(void)state;
	for (size_t i = 1; i < n; i++)
		assert_true(strcmp(all[i - 1]->id, all[i]->id) < 0);
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(rule_find(str_of(all[i]->id)), all[i]);
	assert_null(rule_find(S("FIELD_SAME")));
}

static void every_rule_has_all_its_texts(void **state)
{
	size_t n;
	const struct rule *const *all = rules_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct rule *r = all[i];

		/* What the configuration promises of options is no surface's. */
		bool lacks_breaks = !r->breaks && r->severity == SEVERITY_ERROR;

		if (!r->check != (r->by_history || r->by_retirement) || !r->purpose || !r->compares || !r->hurts || !r->before ||
			!r->after || !r->safely)
			fail_msg("%s lacks something", r->id);
		if (lacks_breaks != r->on_options || r->on_options != (r->promises != NULL) ||
			!r->categories != (r->by_contract || r->on_options))
			fail_msg("%s lacks something", r->id);
		if (strlen(r->purpose) > 70 || strchr(r->purpose, '.') || !strchr(r->hurts, '.'))
			fail_msg("the texts of %s have another form", r->id);
	}
}

static void every_rule_has_cases(void **state)
{
	size_t n;
	const struct rule *const *all = rules_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char path[512];
		struct stat st;

		if (all[i]->by_history || all[i]->by_retirement) /* theirs are in testdata/history */
			continue;
		if (all[i]->by_contract) /* theirs are in testdata/contracts */
			continue;

		snprintf(path, sizeof path, "%s/rules/%s", TESTDATA, all[i]->id);
		if (stat(path, &st) != 0)
			fail_msg("%s is not there", path);
	}
}

/* An example's declarations as a file. */
static const char *wrapped(char *buffer, size_t size, const char *text)
{
	bool whole = strncmp(text, "syntax", 6) == 0 || strncmp(text, "edition", 7) == 0;

	snprintf(buffer, size, "%s%s", whole ? "" : "syntax = \"proto3\";\npackage acme.v1;\n",
		text);
	return buffer;
}

/* Of one step, `(acme.v1.pii)`; NULL: none. */
static struct option_path path_of(const char *text, struct option_step *step)
{
	if (!text)
		return (struct option_path){ 0 };
	step->is_extension = true;
	step->name = str_head(str_of(text + 1), strlen(text) - 2);
	return (struct option_path){ str_of(text), step, 1 };
}

static void every_example_raises_its_rule(void **state)
{
	size_t n;
	const struct rule *const *all = rules_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char before[2048], after[2048];
		const char *old = wrapped(before, sizeof before, all[i]->before);
		const char *new = wrapped(after, sizeof after, all[i]->after);
		struct option_step step;
		struct promise promise = { .path = path_of(all[i]->promises, &step),
			.rules = (unsigned)all[i]->arg };
		struct promises promises = { &promise, all[i]->on_options, 1 };
		struct checked c;

		if (all[i]->by_history || all[i]->by_retirement || (all[i]->on != PAIR_ENUM && all[i]->by_contract))
			continue; /* without a contract it raises nothing */
		c = checked_with(&promises, all[i]->id, FILES("acme/v1/order.proto", old),
			all[i]->after[0] ? FILES("acme/v1/order.proto", new) : none);
		if (c.findings.list.n == 0)
			fail_msg("the example of %s raises nothing", all[i]->id);
		if (!c.findings.list.items[0]->help.p)
			fail_msg("the example of %s has no help", all[i]->id);
		if (c.findings.list.items[0]->breaks & ~all[i]->breaks)
			fail_msg("the example of %s breaks more than the rule can", all[i]->id);
		checked_free(&c);
	}
}

static unsigned count_in(unsigned category, enum rules_version version)
{
	size_t n;
	const struct rule *const *all = rules_all(&n);
	unsigned count = 0;

	for (size_t i = 0; i < n; i++)
		count += rule_in(all[i], category, version);
	return count;
}

/* testdata/cli/rules has the categories of v2. */
static void older_versions_lack_rules(void **state)
{
	(void)state;
	assert_int_equal(count_in(CAT_CSR, RULES_V1), 0);
	assert_int_equal(count_in(CAT_FILE, RULES_V2) - count_in(CAT_FILE, RULES_V1), 2);
	assert_int_equal(count_in(CAT_PACKAGE, RULES_V2) - count_in(CAT_PACKAGE, RULES_V1BETA1), 3);
	assert_int_equal(count_in(CAT_WIRE, RULES_V2) - count_in(CAT_WIRE, RULES_V1BETA1), 1);
	assert_int_equal(
		count_in(CAT_WIRE_JSON, RULES_V2) - count_in(CAT_WIRE_JSON, RULES_V1BETA1), 1);
}

static void categories_have_names(void **state)
{
	(void)state;
	assert_string_equal(category_name(CAT_FILE).p, "FILE");
	assert_string_equal(category_name(CAT_CSR).p, "CSR");
	assert_int_equal(category_find(category_name(CAT_WIRE_JSON)), CAT_WIRE_JSON);
}

static void nearest_word_is_a_rule_or_a_category(void **state)
{
	(void)state;
	assert_string_equal(rules_nearest(S("FIELD_SAME_TYP")).p, "FIELD_SAME_TYPE");
	assert_string_equal(rules_nearest(S("WIRE_JSN")).p, "WIRE_JSON");
	assert_null(rules_nearest(S("something else")).p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_sorted_and_unique),
		cmocka_unit_test(every_rule_has_all_its_texts),
		cmocka_unit_test(every_rule_has_cases),
		cmocka_unit_test(every_example_raises_its_rule),
		cmocka_unit_test(older_versions_lack_rules),
		cmocka_unit_test(categories_have_names),
		cmocka_unit_test(nearest_word_is_a_rule_or_a_category),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
