#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "report/fixture.h"

static void finding_shows_both_sides(void **state)
{
	struct fixture *f = fixture_two();
	const char *shown = fixture_write(f, "html");

	(void)state;
	assert_non_null(strstr(shown,
		"<article class=\"error\" aria-labelledby=\"f1\">\n"
		"<span class=\"verdict fail\">Breaking</span>\n"
		"<h3 id=\"f1\">field 4 <code>amount</code> of <code>acme.Order</code> "
		"changed from int64 to sint64</h3>\n"
		"<div class=\"sides\">\n"
		"<figure class=\"old\"><figcaption>Old, <code>v1.4.0</code>: "
		"<code>proto/order.proto</code> line 4</figcaption>\n"
		"<pre tabindex=\"0\" role=\"region\" aria-label=\"Source, Old\">"
		"<span class=\"l\"><span class=\"n\">2</span></span>"
		"<span class=\"l\"><span class=\"n\">3</span>message Order {</span>"
		"<span class=\"l\"><span class=\"n\">4</span>  <mark>int64</mark> amount = "
		"4;</span>"
		"<span class=\"l\"><span class=\"n\">5</span>}</span>"
		"</pre></figure>\n"));
	assert_non_null(strstr(shown, "  <mark>sint64</mark> amount = 4;</span>"));
	assert_non_null(strstr(shown, "<p>The file is gone.</p>"));
	fixture_free(f);
}

static void summary_counts_by_contract_and_surface(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	assert_non_null(strstr(fixture_write(f, "html"),
		"<tr><th scope=\"row\">"
		"<code>proto/order.proto</code></th>"
		"<td class=\"some\">1</td><td class=\"none\">0</td>"
		"<td class=\"none\">0</td><td>1</td></tr>\n"));
	fixture_free(f);
}

static void page_needs_nothing_and_runs_nothing(void **state)
{
	struct fixture *f = fixture_two();
	const char *shown;

	(void)state;
	f->findings.list.items[0]->message = S("<script>alert(1)</script> 'a\"onclick=x'");
	shown = fixture_write(f, "html");
	assert_null(strstr(shown, "<script"));
	assert_non_null(strstr(
		shown, "&lt;script&gt;alert(1)&lt;/script&gt; <code>a&quot;onclick=x</code>"));
	assert_null(strstr(shown, "http"));
	assert_null(strstr(shown, "src="));
	fixture_free(f);
}

static void backticks_of_a_help_become_code(void **state)
{
	struct fixture *f = fixture_two();

	(void)state;
	f->findings.list.items[1]->help = S("don't; add `reserved \"a\";` and `x");
	assert_non_null(strstr(fixture_write(f, "html"),
		"<dd>don&#39;t; add <code>reserved &quot;a&quot;;</code> and `x</dd>"));
	assert_non_null(strstr(fixture_write(f, "markdown"),
		"- What to do: don't; add `reserved \"a\";` and \\`x\n"));
	fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finding_shows_both_sides),
		cmocka_unit_test(summary_counts_by_contract_and_surface),
		cmocka_unit_test(backticks_of_a_help_become_code),
		cmocka_unit_test(page_needs_nothing_and_runs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
