#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>
#include "proof/proof.h"
#include "report/fixture.h"

static const char *const formats[] = { "text", "line", "json", "github", "gitlab", "sarif", "junit",
	"checkstyle", "rdjson", "markdown", "html" };

/* The findings of fixture_two, and three contracts: the first finding hurts `orders` and
 * `analytics`, the second one none; nothing hurts `quiet`. */
struct scene {
	struct fixture *f;
	struct contract_list contracts;
	struct contract *orders, *analytics, *quiet;
	struct finding *changed, *deleted;
	struct finding_contract hurt[2];
	struct proof proofs[2];
};

static struct contract *add_contract(struct scene *s, const char *name, enum level level)
{
	struct contract *contract = NEW(s->f->arena, struct contract);

	contract->name = str_of(name);
	contract->level = level;
	contract->surfaces = SURFACE_WIRE;
	*vec_push(s->f->arena, &s->contracts.list) = contract;
	return contract;
}

static void add_consumer(struct scene *s, struct contract *contract, const char *name)
{
	*vec_push(s->f->arena, &contract->consumers) = str_of(name);
}

static struct scene *scene_new(void)
{
	struct fixture *f = fixture_two();
	struct scene *s = NEW(f->arena, struct scene);

	s->f = f;
	s->changed = f->findings.list.items[1];
	s->deleted = f->findings.list.items[0];
	s->orders = add_contract(s, "orders", LEVEL_BACKWARD);
	s->orders->topic = S("orders.v1");
	s->orders->owner = S("team-orders");
	add_consumer(s, s->orders, "billing");
	add_consumer(s, s->orders, "warehouse");
	s->analytics = add_contract(s, "analytics", LEVEL_FULL);
	s->analytics->owner = S("team-data");
	s->analytics->surfaces = SURFACE_WIRE | SURFACE_JSON;
	add_consumer(s, s->analytics, "lake");
	s->quiet = add_contract(s, "quiet", LEVEL_FORWARD);
	s->hurt[0] = (struct finding_contract){ s->orders, WIRE_BACKWARD, 0 };
	s->hurt[1] = (struct finding_contract){ s->analytics, WIRE_BACKWARD | WIRE_FORWARD, 1 };
	s->changed->contracts.items = s->hurt;
	s->changed->contracts.n = 2;
	s->proofs[0] = (struct proof){ .surface = WIRE_FORWARD,
		.message = S("acme.Order"),
		.written = S("amount: -1"),
		.data = S("\x20\x01"),
		.read = S("amount: 1"),
		.loss = LOSS_OTHER };
	s->proofs[1] = (struct proof){ .surface = WIRE_BACKWARD,
		.message = S("acme.Order"),
		.written = S("amount: 1"),
		.data = S("\x20\x01"),
		.read = S("amount: -1"),
		.loss = LOSS_OTHER };
	s->changed->proofs = s->proofs;
	s->changed->n_proofs = 2;
	f->report.contracts = &s->contracts;
	return s;
}

static void assert_shown(struct scene *s, const char *format, const char *words)
{
	const char *shown = fixture_write(s->f, format);

	if (!strstr(shown, words))
		fail_msg("%s has no\n%s\nbut is\n%s", format, words, shown);
}

static void assert_not_shown(struct scene *s, const char *format, const char *words)
{
	const char *shown = fixture_write(s->f, format);

	if (strstr(shown, words))
		fail_msg("%s has\n%s\nin\n%s", format, words, shown);
}

static void text_groups_by_contract(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	assert_string_equal(fixture_write(s->f, "text"),
		"orders (topic orders.v1, owner team-orders) BACKWARD: 1 break; hurts billing, "
		"warehouse\n"
		"\n"
		"proto/order.proto:5:3: error: field 4 'amount' of 'acme.Order' changed "
		"from int64 to sint64 [FIELD_SAME_TYPE]\n"
		"    5 |   sint64 amount = 4;\n"
		"      |   ^~~~~~ was int64 at proto/order.proto:4 in v1.4.0\n"
		"      = breaks: wire (old data read by new code, new data read by old code)\n"
		"      = proof: \"amount: 1\" (2001) reads as \"amount: -1\"\n"
		"      = also hurts: analytics (owner team-data) FULL on wire, json; hurts lake\n"
		"      = help: keep field 4 as it is\n"
		"      = fingerprint: 0000000000001000\n"
		"\n"
		"no contract: 1 break\n"
		"\n"
		"v1.4.0:proto/refund.proto: error: file 'refund.proto' was deleted "
		"[FILE_NO_DELETE]\n"
		"      = breaks: source code\n"
		"      = fingerprint: 0000000000001001\n"
		"\n"
		"2 breaking changes in 2 files (v1.4.0 → working tree); 3 files compared; 3 "
		"contracts checked, 2 broken\n");
	fixture_free(s->f);
}

static void contract_without_a_name_has_no_header(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	s->contracts.list.n = 1;
	s->changed->contracts.n = 1;
	*s->orders = (struct contract){ .level = LEVEL_FULL, .surfaces = SURFACE_WIRE };
	for (size_t i = 0; i < COUNT(formats); i++) {
		assert_not_shown(s, formats[i], "no contract");
		assert_not_shown(s, formats[i], "hurts");
		assert_not_shown(s, formats[i], "checked");
	}
	assert_shown(s, "text", "      = proof: \"amount: 1\" (2001) reads as");
	assert_shown(s, "markdown", "<br>proof: `\"amount: 1\" (2001) reads as");
	assert_shown(s, "html", "<dt>Proof</dt><dd><code>&quot;amount: 1&quot; (2001)");
	fixture_free(s->f);
}

static void run_without_contracts_shows_no_proof(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	s->f->report.contracts = NULL;
	s->changed->contracts.n = 0;
	assert_not_shown(s, "text", "proof");
	assert_not_shown(s, "markdown", "proof");
	assert_not_shown(s, "html", "Proof");
	fixture_free(s->f);
}

static void accepted_and_warned_findings_count_apart(void **state)
{
	struct scene *s = scene_new();
	struct finding *warned = fixture_add(s->f, &type_rule, "w", "e", WIRE_BACKWARD);
	struct finding *accepted = fixture_add(s->f, &type_rule, "a", "e", WIRE_BACKWARD);

	(void)state;
	warned->severity = SEVERITY_WARNING;
	accepted->accepted = true;
	warned->contracts.items = accepted->contracts.items = s->hurt;
	warned->contracts.n = accepted->contracts.n = 1;
	assert_shown(s, "text", " BACKWARD: 1 break, 1 warning, 1 accepted; hurts billing");
	assert_shown(s, "markdown", " BACKWARD: **1 break, 1 warning, 1 accepted**; hurts billing");
	assert_shown(
		s, "html", " BACKWARD: <strong>1 break, 1 warning, 1 accepted</strong>; hurts");
	fixture_free(s->f);
}

static void contract_whose_findings_are_all_accepted_has_no_header(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	s->changed->accepted = true;
	assert_not_shown(s, "text", "orders (");
	assert_shown(s, "text", "; 3 contracts checked, 0 broken\n");
	s->f->report.show_accepted = true;
	assert_shown(
		s, "text", "orders (topic orders.v1, owner team-orders) BACKWARD: 1 accepted;");
	fixture_free(s->f);
}

static void what_stands_under_an_earlier_contract_is_counted(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	s->deleted->contracts.items = &s->hurt[1];
	s->deleted->contracts.n = 1;
	assert_shown(s, "text",
		"\nanalytics (owner team-data) FULL on wire, json: 1 break, 1 more above; hurts "
		"lake\n");
	assert_not_shown(s, "text", "no contract");
	fixture_free(s->f);
}

static void finding_is_not_folded_under_another_contract(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	s->deleted->cause = s->changed;
	assert_shown(s, "text", "\nno contract: 1 break\n");
	assert_shown(s, "line", "and 1 more that follows");
	s->deleted->contracts.items = s->hurt;
	s->deleted->contracts.n = 1;
	assert_shown(s, "text", "orders (topic orders.v1, owner team-orders) BACKWARD: 2 breaks;");
	assert_shown(s, "text", "and 1 more that follows");
	fixture_free(s->f);
}

static void lowered_promise_hurts_nobody(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	s->changed->rule = rule_find(S("CONTRACT_NO_WEAKEN"));
	s->changed->breaks = 0;
	assert_shown(s, "text", " BACKWARD: 1 break; read by billing, warehouse\n");
	assert_not_shown(s, "github", "hurts");
	assert_shown(s, "text", " 0 broken\n");
	fixture_free(s->f);
}

static void many_names_are_counted(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	for (int i = 0; i < 10; i++)
		add_consumer(s, s->orders, "x");
	assert_shown(s, "text", "hurts billing, warehouse, x, x, x, x, x, x, x, x and 2 more\n");
	fixture_free(s->f);
}

static void terminal_cuts_the_proof_where_it_fits(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	s->proofs[1].written = S("amount: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"");
	assert_shown(s, "text",
		"= proof: \"amount: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\" (2001) reads "
		"as \"amount: -1\"\n");
	s->f->report.columns = 80;
	assert_shown(s, "text",
		"      = proof: \"amount: \"aaaaaaaaaaaaaaaaaaaaaa…\" (2001) "
		"reads as \"amount: -1\"\n");
	s->f->report.columns = 60;
	assert_shown(s, "text",
		"      = proof: \"amount:\n"
		"        \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\" (2001)\n"
		"        reads as \"amount: -1\"\n");
	fixture_free(s->f);
}

static void header_has_colours(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	s->f->report.color = true;
	assert_shown(s, "text",
		"\033[1morders\033[0m (topic orders.v1, owner team-orders) BACKWARD: "
		"\033[1;31m1 break\033[0m; hurts billing, warehouse\n\n");
	fixture_free(s->f);
}

static void markdown_has_a_table_for_each_contract(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	assert_shown(s, "markdown",
		"3 files compared; 3 contracts checked, 2 broken\n"
		"\n"
		"### orders\n"
		"\n"
		"(topic orders.v1, owner team-orders) BACKWARD: **1 break**; hurts billing, "
		"warehouse\n"
		"\n"
		"| | where | what changed | breaks |\n"
		"|---|---|---|---|\n"
		"| ❌ | `proto/order.proto:5` | field 4 `amount` of `acme.Order` changed from int64 "
		"to sint64 `FIELD_SAME_TYPE`<br>proof: `\"amount: 1\" (2001) reads as \"amount: "
		"-1\"`<br>also hurts analytics: lake | wire |\n"
		"\n"
		"### no contract\n"
		"\n"
		"**1 break**\n"
		"\n"
		"| | where | what changed | breaks |\n"
		"|---|---|---|---|\n"
		"| ❌ | `proto/refund.proto` | file `refund.proto` was deleted `FILE_NO_DELETE` | "
		"source |\n");
	assert_shown(s, "markdown",
		"\n- Proof: `\"amount: 1\" (2001) reads as \"amount: -1\"`"
		"\n- Hurts: orders: billing, warehouse; analytics: lake\n");
	fixture_free(s->f);
}

static void markdown_of_many_contracts_fits_a_comment(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct finding *finding = fixture_add(s->f, &type_rule, "m", "e", WIRE_BACKWARD);
		struct finding_contract *hurt = NEW(s->f->arena, struct finding_contract);

		hurt->contract = add_contract(s,
			str_cstr(s->f->arena, str_printf(s->f->arena, "contract-%d", i)),
			LEVEL_BACKWARD);
		hurt->breaks = WIRE_BACKWARD;
		finding->contracts.items = hurt;
		finding->contracts.n = 1;
	}
	assert_true(strlen(fixture_write(s->f, "markdown")) < 65536);
	assert_shown(s, "markdown", " more that do not fit here.\n");
	fixture_free(s->f);
}

static void html_has_an_anchor_for_each_contract(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	assert_shown(s, "html",
		"<section id=\"contract-orders\" aria-labelledby=\"h-contract-orders\" "
		"style=\"overflow-wrap:anywhere\">\n"
		"<h2 id=\"h-contract-orders\">orders</h2>\n"
		"<p class=\"soft\" style=\"margin-bottom:.75rem\">(topic orders.v1, owner "
		"team-orders) BACKWARD: <strong>1 break</strong>; hurts billing, warehouse</p>\n");
	assert_shown(s, "html", "<section id=\"no-contract\" ");
	assert_shown(s, "html",
		"<tr><th scope=\"row\"><a href=\"#contract-orders\">orders</a> <span "
		"class=\"soft\">hurts billing, warehouse</span></th><td class=\"some\">1</td>");
	/* It has no section of its own. */
	assert_shown(s, "html",
		"<tr><th scope=\"row\">analytics <span class=\"soft\">hurts lake</span></th>");
	assert_not_shown(s, "html", "quiet");
	assert_shown(s, "html",
		"<dt>Also hurts</dt><dd>analytics (owner team-data) FULL on wire, json; hurts "
		"lake</dd>");
	fixture_free(s->f);
}

static void junit_has_a_suite_for_each_contract(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	assert_shown(s, "junit",
		"<testsuites name=\"breakwater\" tests=\"3\" failures=\"2\">\n"
		"  <testsuite name=\"orders\" tests=\"1\" failures=\"1\" errors=\"0\" "
		"skipped=\"0\" time=\"0\">\n"
		"    <testcase classname=\"proto/order.proto\" name=\"FIELD_SAME_TYPE: "
		"acme.Order.amount\" time=\"0\">\n");
	assert_shown(s, "junit", "\nhurts orders: billing, warehouse; analytics: lake\n");
	assert_shown(s, "junit",
		"  <testsuite name=\"quiet\" tests=\"1\" failures=\"0\" errors=\"0\" "
		"skipped=\"0\" time=\"0\">\n"
		"    <testcase classname=\"quiet\" name=\"FORWARD\" time=\"0\"/>\n"
		"  </testsuite>\n"
		"  <testsuite name=\"no contract\" tests=\"1\" ");
	/* It is hurt, so it has not passed; the test that failed stands under `orders`. */
	assert_not_shown(s, "junit", "<testsuite name=\"analytics\"");
	fixture_free(s->f);
}

static void github_says_whom_it_hurts(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	assert_shown(s, "github",
		"changed from int64 to sint64 (hurts orders: billing, warehouse; analytics: "
		"lake)%0Awas int64");
	s->orders->consumers.n = 0;
	s->changed->contracts.n = 1;
	assert_shown(s, "github", "to sint64 (hurts orders)%0A");
	assert_shown(s, "github", "::file 'refund.proto' was deleted%0A");
	fixture_free(s->f);
}

static void sarif_has_the_contracts_of_json(void **state)
{
	struct scene *s = scene_new();
	json_t *root = json_loads(fixture_write(s->f, "sarif"), 0, NULL);
	json_t *run = json_array_get(json_object_get(root, "runs"), 0);
	json_t *results = json_object_get(run, "results");
	json_t *finding = json_loads(
		strstr(fixture_write(s->f, "json"), "{\"path"), JSON_DISABLE_EOF_CHECK, NULL);
	json_t *contracts = json_object_get(
		json_object_get(json_array_get(results, 0), "properties"), "contracts");

	(void)state;
	assert_int_equal(json_array_size(contracts), 2);
	assert_true(json_equal(contracts, json_object_get(finding, "contracts")));
	contracts = json_object_get(
		json_object_get(json_array_get(results, 1), "properties"), "contracts");
	assert_int_equal(json_array_size(contracts), 0);
	assert_true(json_is_array(contracts));
	json_decref(root);
	json_decref(finding);
	fixture_free(s->f);
}

static void other_formats_are_as_without_contracts(void **state)
{
	static const char *const same[] = { "line", "gitlab", "checkstyle", "rdjson" };
	struct scene *s = scene_new();

	(void)state;
	for (size_t i = 0; i < COUNT(same); i++) {
		const char *shown = fixture_write(s->f, same[i]);

		s->f->report.contracts = NULL;
		assert_string_equal(fixture_write(s->f, same[i]), shown);
		s->f->report.contracts = &s->contracts;
	}
	fixture_free(s->f);
}

/* Owners, topics and consumers are written by whoever changes breakwater.yaml. */
static void strangers_cannot_steer_what_shows_them(void **state)
{
	static const char hostile[] = "\033[2J\033]8;;x\007\xC2\x9B\xE2\x80\xAE\r\n::error::x\n"
				      "### `x` | <img src=x onerror=y> @all #1 http://x &amp; %0A "
				      "]]> --> \"'\xFF";
	struct scene *s = scene_new();

	(void)state;
	s->orders->topic = s->orders->owner = s->analytics->owner = str_of(hostile);
	s->orders->consumers.items[0] = s->analytics->consumers.items[0] = str_of(hostile);
	for (size_t i = 0; i < COUNT(formats); i++) {
		assert_not_shown(s, formats[i], "\033");
		assert_not_shown(s, formats[i], "\007");
		assert_not_shown(s, formats[i], "\r");
		assert_not_shown(s, formats[i], "\xC2\x9B");
		assert_not_shown(s, formats[i], "\xE2\x80\xAE");
		assert_not_shown(s, formats[i], "\n::error::x");
		assert_not_shown(s, formats[i], "\n### `x`");
		assert_not_shown(s, formats[i], "0A::error::x");
	}
	assert_not_shown(s, "html", "<img");
	assert_not_shown(s, "junit", "<img");
	assert_not_shown(s, "markdown", "<img");
	assert_not_shown(s, "markdown", "@all");
	assert_not_shown(s, "markdown", "#1");
	assert_not_shown(s, "markdown", "http://");
	assert_not_shown(s, "markdown", "`x`");
	assert_not_shown(s, "markdown", "x | ");
	fixture_free(s->f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_groups_by_contract),
		cmocka_unit_test(contract_without_a_name_has_no_header),
		cmocka_unit_test(run_without_contracts_shows_no_proof),
		cmocka_unit_test(accepted_and_warned_findings_count_apart),
		cmocka_unit_test(contract_whose_findings_are_all_accepted_has_no_header),
		cmocka_unit_test(what_stands_under_an_earlier_contract_is_counted),
		cmocka_unit_test(finding_is_not_folded_under_another_contract),
		cmocka_unit_test(lowered_promise_hurts_nobody),
		cmocka_unit_test(many_names_are_counted),
		cmocka_unit_test(terminal_cuts_the_proof_where_it_fits),
		cmocka_unit_test(header_has_colours),
		cmocka_unit_test(markdown_has_a_table_for_each_contract),
		cmocka_unit_test(markdown_of_many_contracts_fits_a_comment),
		cmocka_unit_test(html_has_an_anchor_for_each_contract),
		cmocka_unit_test(junit_has_a_suite_for_each_contract),
		cmocka_unit_test(github_says_whom_it_hurts),
		cmocka_unit_test(sarif_has_the_contracts_of_json),
		cmocka_unit_test(other_formats_are_as_without_contracts),
		cmocka_unit_test(strangers_cannot_steer_what_shows_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
