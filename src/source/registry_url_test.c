#include "source/registry_url.h"

#include <setjmp.h>
#include <cmocka.h>

struct test {
	struct arena *arena;
	struct diags diags;
};

static int setup(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct test *t = NEW(arena, struct test);

	t->arena = arena;
	diags_init(&t->diags, arena);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	arena_free(((struct test *)*state)->arena);
	return 0;
}

static void assert_str(struct str got, const char *want)
{
	assert_int_equal(got.n, strlen(want));
	assert_memory_equal(got.p ? got.p : "", want, got.n);
}

static struct registry_name name_of(struct test *t, const char *written)
{
	struct registry_name name;

	assert_true(registry_name_read(t->arena, str_of(written), &name, &t->diags));
	return name;
}

static void a_subject_has_a_version(void **state)
{
	struct registry_name name = name_of(*state, "https://r.example:8081/orders-value@7");

	assert_str(name.urls, "https://r.example:8081");
	assert_str(name.subject, "orders-value");
	assert_int_equal(name.which, REGISTRY_NUMBER);
	assert_int_equal(name.number, 7);
	assert_int_equal(name_of(*state, "http://r/s").which, REGISTRY_LATEST);
	assert_int_equal(name_of(*state, "http://r/s@latest").which, REGISTRY_LATEST);
	assert_int_equal(name_of(*state, "http://r/s@all").which, REGISTRY_ALL);
	assert_int_equal(name_of(*state, "http://r/s@all+deleted").which, REGISTRY_ALL_DELETED);
}

static void an_at_that_is_no_version_belongs_to_the_name(void **state)
{
	struct registry_name name = name_of(*state, "http://r/a@b");

	assert_str(name.subject, "a@b");
	assert_str(name_of(*state, "http://r/a@b@3").subject, "a@b");
	assert_str(name_of(*state, "http://r/a%403").subject, "a@3");
}

static void an_id_needs_no_subject(void **state)
{
	struct registry_name name = name_of(*state, "https://r/apis/ccompat/v7/#12");

	assert_str(name.urls, "https://r/apis/ccompat/v7");
	assert_int_equal(name.which, REGISTRY_ID);
	assert_int_equal(name.number, 12);
	assert_null(name.subject.p);
	assert_str(name_of(*state, "https://r/:.eu:s#12").subject, ":.eu:s");
}

static void a_subject_is_encoded_once(void **state)
{
	struct test *t = *state;
	struct registry_name name = name_of(t, "http://r/a%2Fb c");

	assert_str(name.subject, "a/b c");
	assert_str(registry_encode(t->arena, name.subject), "a%2Fb%20c");
	assert_str(registry_encode(t->arena, S(":.eu:orders-value")), "%3A.eu%3Aorders-value");
	assert_str(registry_subject_text(t->arena, S(":.eu:a/b@1")), ":.eu:a%2Fb%401");
}

static void several_urls_are_one_registry(void **state)
{
	struct test *t = *state;
	struct registry_name name = name_of(t, "http://a:1,http://b:2/p/s");
	struct registry_urls urls;

	assert_true(registry_urls_read(t->arena, name.urls, &urls, &t->diags));
	assert_int_equal(urls.list.n, 2);
	assert_str(urls.list.items[1].text, "http://b:2/p");
}

static void origins_are_compared_by_their_text(void **state)
{
	struct test *t = *state;
	struct registry_url url;

	assert_true(registry_url_read(t->arena, S("HTTPS://R.Example/x/"), &url, &t->diags));
	assert_str(url.origin, "https://r.example:443");
	assert_str(url.text, "https://r.example/x");
	assert_true(registry_url_read(t->arena, S("http://[::1]:80"), &url, &t->diags));
	assert_str(url.origin, "http://[::1]:80");
	assert_true(url.is_loopback);
}

static void a_loopback_address_is_one_by_its_text(void **state)
{
	static const char *const others[] = { "http://127.1", "http://127.0.0.1.evil.example",
		"http://localhost.evil.example", "http://0x7f.0.0.1", "http://127.00.0.1",
		"http://10.0.0.1", "http://2130706433", "http://[::ffff:127.0.0.1]" };
	static const char *const own[] = { "http://localhost", "http://LOCALHOST:8081",
		"http://127.0.0.1", "http://127.9.8.7:1" };
	struct test *t = *state;
	struct registry_url url;

	for (size_t i = 0; i < COUNT(others); i++) {
		assert_true(registry_url_read(t->arena, str_of(others[i]), &url, &t->diags));
		assert_false(url.is_loopback);
	}
	for (size_t i = 0; i < COUNT(own); i++) {
		assert_true(registry_url_read(t->arena, str_of(own[i]), &url, &t->diags));
		assert_true(url.is_loopback);
	}
}

static void what_is_no_name_is_an_error(void **state)
{
	static const char *const wrong[] = { "", "r/s", "ftp://r/s", "https://r", "https://r/",
		"https:///s", "https://r:0/s", "https://r:99999/s", "https://r:x/s",
		"https://r/s@0", "https://r/s@99999999999", "https://r/s@all+x", "https://r/s#x",
		"https://r/#", "https://r/s%2", "https://r/s%00", "https://r/..", "https://r/%2E",
		"https://r?x/s", "https://r#x/s", "https://r/../s", "https://r\\@evil/s",
		"https://r x/s", "https://[::1/s", "https://r\xc3\xa9/s", "https://r/s\x1b" };
	struct test *t = *state;
	struct registry_name name;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		uint32_t errors = t->diags.n_errors;

		assert_false(registry_name_read(t->arena, str_of(wrong[i]), &name, &t->diags));
		assert_true(t->diags.n_errors > errors);
	}
}

static void a_password_is_an_error_that_does_not_show_it(void **state)
{
	static const char *const wrong[] = { "https://u:secret@r/s", "https://secret@r/s@7",
		"https://u:secret@r", "https://u:sec/secret@r/s", "ftp://u:secret@r/s",
		"https:u:secret@r/s", "https://u:secret@r#7", "https://a,https://u:secret@r/s", "https://u/secret@r/s" };
	struct test *t = *state;
	struct registry_name name;

	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(registry_name_read(t->arena, str_of(wrong[i]), &name, &t->diags));
	assert_int_equal(t->diags.n, COUNT(wrong));
	for (uint32_t i = 0; i < t->diags.n; i++) {
		assert_false(str_contains(t->diags.items[i].message, S("secret")));
		assert_false(str_contains(t->diags.items[i].help, S("secret")));
	}
}

static void redirects_are_compared_by_origin(void **state)
{
	struct test *t = *state;
	struct str origin;

	assert_true(registry_origin_read(t->arena, S("https://r/x?y=1#z"), &origin));
	assert_str(origin, "https://r:443");
	assert_false(registry_origin_read(t->arena, S("file:///etc/passwd"), &origin));
	assert_false(registry_origin_read(t->arena, S("https://u@r/x"), &origin));
	assert_false(registry_origin_read(t->arena, S("https://r\\@evil/x"), &origin));
}

static void inputs_of_all_versions_are_known_by_their_text(void **state)
{
	(void)state;
	assert_true(registry_input_is_all(S("registry:https://r/s@all")));
	assert_true(registry_input_is_all(S("registry:https://r/s@all+deleted")));
	assert_false(registry_input_is_all(S("registry:https://r/s@7")));
	assert_false(registry_input_is_all(S("registry:https://r/all")));
	assert_false(registry_input_is_all(S("dir:s@all")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_subject_has_a_version),
		TEST(an_at_that_is_no_version_belongs_to_the_name),
		TEST(an_id_needs_no_subject),
		TEST(a_subject_is_encoded_once),
		TEST(several_urls_are_one_registry),
		TEST(origins_are_compared_by_their_text),
		TEST(a_loopback_address_is_one_by_its_text),
		TEST(what_is_no_name_is_an_error),
		TEST(a_password_is_an_error_that_does_not_show_it),
		TEST(redirects_are_compared_by_origin),
		TEST(inputs_of_all_versions_are_known_by_their_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
