#include "source/registry_private.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static const char NETRC[] = "# who reads what\n"
			    "machine other.example login bob password b0b\n"
			    "macdef init\nmachine registry.example login eve password eve\n\n"
			    "machine registry.example\n\tlogin anna password \"se cret\"\n"
			    "default login any password one\n";

struct test {
	struct arena *arena;
	struct diags diags;
	struct registry_access access;
	struct source_options options;
	char netrc[32];
};

static int setup(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct test *t = NEW(arena, struct test);
	int fd;

	t->arena = arena;
	diags_init(&t->diags, arena);
	t->options = (struct source_options){ .arena = arena, .registry = &t->access };
	strcpy(t->netrc, "/tmp/netrc.XXXXXX");
	fd = mkstemp(t->netrc);
	assert_int_equal(write(fd, NETRC, sizeof NETRC - 1), sizeof NETRC - 1);
	close(fd);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct test *t = *state;

	registry_end(&t->access);
	unlink(t->netrc);
	arena_free(t->arena);
	return 0;
}

static void give_password(struct test *t)
{
	t->access.user = str_dup(t->arena, S("anna"));
	t->access.password = str_dup(t->arena, S("secret"));
}

static const struct registry_place *open_by(struct test *t, const char *url, bool by_repository)
{
	struct registry *registry =
		registry_open(&t->options, str_of(url), by_repository, &t->diags);

	return registry ? &registry->places.items[0] : NULL;
}

/* Was a warning or an error given that has the words? */
static bool said(const struct test *t, const char *words)
{
	for (uint32_t i = 0; i < t->diags.n; i++)
		if (str_contains(t->diags.items[i].message, str_of(words)))
			return true;
	return false;
}

static void credentials_are_for_the_registry_that_a_person_names(void **state)
{
	struct test *t = *state;

	give_password(t);
	assert_true(open_by(t, "https://registry.example", false)->has_access);
	assert_true(open_by(t, "https://REGISTRY.example:443/v7", false)->has_access);
	assert_int_equal(t->diags.n, 0);
	assert_false(open_by(t, "https://registry.example:8443", false)->has_access);
	assert_false(open_by(t, "https://registry.example.evil", false)->has_access);
	assert_int_equal(t->diags.n, 2);
}

static void credentials_are_not_for_what_only_a_repository_names(void **state)
{
	struct test *t = *state;

	give_password(t);
	assert_false(open_by(t, "https://x", true)->has_access);
	assert_true(said(t, "credentials are not sent to 'https://x:443', which only the "
			    "repository's configuration names"));
}

static void a_variable_binds_them(void **state)
{
	struct test *t = *state;

	give_password(t);
	t->access.url = S("https://a.example,https://b.example/v7");
	assert_true(open_by(t, "https://b.example", true)->has_access);
	assert_true(open_by(t, "https://a.example", false)->has_access);
	assert_false(open_by(t, "https://c.example", false)->has_access);
	assert_false(open_by(t, "http://127.0.0.1", false)->has_access);
}

static void each_url_of_a_registry_counts(void **state)
{
	struct test *t = *state;
	struct registry *registry;

	give_password(t);
	t->access.url = S("https://a.example");
	registry = registry_open(
		&t->options, S("https://a.example,https://evil.example"), true, &t->diags);
	assert_true(registry->places.items[0].has_access);
	assert_false(registry->places.items[1].has_access);
}

static void plain_http_is_for_this_machine(void **state)
{
	struct test *t = *state;

	give_password(t);
	t->access.url = S("http://127.0.0.1:8081,http://registry.example");
	assert_non_null(open_by(t, "http://127.0.0.1:8081", false));
	assert_null(open_by(t, "http://registry.example", false));
	assert_true(said(t, "credentials are not sent over http to 'http://registry.example:80'"));
	t->access.allow_http = true;
	assert_true(open_by(t, "http://registry.example/v7", false)->has_access);
}

static void an_entry_is_for_its_host(void **state)
{
	struct test *t = *state;
	const struct registry_place *place;

	t->access.netrc = str_of(t->netrc);
	place = open_by(t, "https://registry.example", true);
	assert_true(str_eq(place->user, S("anna")));
	assert_true(str_eq(place->password, S("se cret")));
	assert_true(str_eq(open_by(t, "https://other.example:1", false)->user, S("bob")));
}

static void the_default_entry_is_for_a_person(void **state)
{
	struct test *t = *state;

	t->access.netrc = str_of(t->netrc);
	assert_true(str_eq(open_by(t, "https://third.example", false)->user, S("any")));
	assert_null(open_by(t, "https://third.example", true)->user.p);
}

static void an_entry_does_not_go_over_http(void **state)
{
	struct test *t = *state;

	t->access.netrc = str_of(t->netrc);
	assert_null(open_by(t, "http://registry.example", true));
	assert_true(said(t, "credentials are not sent over http"));
}

static void secrets_are_overwritten(void **state)
{
	struct test *t = *state;
	const char *password;

	give_password(t);
	password = t->access.password.p;
	open_by(t, "https://registry.example", false);
	registry_end(&t->access);
	assert_null(t->access.password.p);
	assert_memory_equal(password, "\0\0\0\0\0\0", 6);
}

static void a_token_is_one_word(void **state)
{
	struct test *t = *state;

	t->access.token = str_dup(t->arena, S("one\r\nX: y"));
	assert_null(open_by(t, "https://registry.example", false));
	assert_false(said(t, "one"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(credentials_are_for_the_registry_that_a_person_names),
		TEST(credentials_are_not_for_what_only_a_repository_names),
		TEST(a_variable_binds_them),
		TEST(each_url_of_a_registry_counts),
		TEST(plain_http_is_for_this_machine),
		TEST(an_entry_is_for_its_host),
		TEST(the_default_entry_is_for_a_person),
		TEST(an_entry_does_not_go_over_http),
		TEST(secrets_are_overwritten),
		TEST(a_token_is_one_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
