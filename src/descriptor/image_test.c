/* Images in JSON and in text format give the same bytes as protobuf. */
#include "descriptor/descriptor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

/* A message with all types of a special form, as a custom option, and a file that sets it. */
#define DECLARED_JSON                                                                            \
	"{\"file\": [{\"name\": \"o.proto\", \"dependency\": "                                   \
	"[\"google/protobuf/descriptor.proto\"],"                                                \
	"\"messageType\": [{\"name\": \"N\", \"field\": ["                                       \
	"{\"name\": \"big\", \"number\": 1, \"label\": \"LABEL_REPEATED\", \"type\": "           \
	"\"TYPE_INT64\"},"                                                                       \
	"{\"name\": \"raw_bytes\", \"number\": 2, \"label\": 1, \"type\": 12},"                  \
	"{\"name\": \"kind\", \"number\": 3, \"label\": 1, \"type\": 14, \"typeName\": \".K\"}," \
	"{\"name\": \"d\", \"number\": 4, \"label\": 1, \"type\": 1},"                           \
	"{\"name\": \"z\", \"number\": 5, \"label\": 1, \"type\": 17},"                          \
	"{\"name\": \"u\", \"number\": 6, \"label\": 1, \"type\": 7}]}],"                        \
	"\"enumType\": [{\"name\": \"K\", \"value\": [{\"name\": \"A\", \"number\": 0}, "        \
	"{\"name\": \"B\", \"number\": -1}]}],"                                                  \
	"\"extension\": [{\"name\": \"note\", \"number\": 50001, \"label\": 1, \"type\": 11, "   \
	"\"typeName\": \".N\","                                                                  \
	"\"extendee\": \".google.protobuf.FileOptions\"}],"                                      \
	"\"options\": {\"[note]\": "
#define DECLARED_TEXT                                                                           \
	"file { name: 'o.proto' dependency: 'google/protobuf/descriptor.proto' message_type { " \
	"name: 'N' "                                                                            \
	"field { name: 'big' number: 1 label: LABEL_REPEATED type: TYPE_INT64 }"                \
	"field { name: 'raw_bytes' number: 2 label: 1 type: 12 }"                               \
	"field { name: 'kind' number: 3 label: 1 type: 14 type_name: '.K' }"                    \
	"field { name: 'd' number: 4 label: 1 type: 1 }"                                        \
	"field { name: 'z' number: 5 label: 1 type: 17 }"                                       \
	"field { name: 'u' number: 6 label: 1 type: 7 } }"                                      \
	"enum_type { name: 'K' value { name: 'A' number: 0 } value { name: 'B' number: -1 } }"  \
	"extension { name: 'note' number: 50001 label: 1 type: 11 type_name: '.N' "             \
	"extendee: '.google.protobuf.FileOptions' }"                                            \
	"options { [note] "

static const char written[] = "\x8a\xb5\x18" /* 50001, bytes */
			      "\x25"
			      "\x08\x01"
			      "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xef\x01"
			      "\x12\x02\xff\x00"
			      "\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
			      "\x21\x00\x00\x00\x00\x00\x00\xf0\x7f";

struct fixture {
	struct arena *arena;
	struct intern *names;
	struct diags diags;
};

static int setup(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct fixture *f = NEW(arena, struct fixture);

	f->arena = arena;
	f->names = intern_new(arena);
	diags_init(&f->diags, arena);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	intern_free(f->names);
	arena_free(f->arena);
	return 0;
}

static struct source *read_image(struct fixture *f, const char *text, bool json)
{
	return descriptor_image(f->arena, f->names, S("image"), str_of(text), json, &f->diags);
}

static bool holds(struct fixture *f, struct source *source, const char *bytes, size_t n)
{
	const struct source_entry *entry = source ? source_find(source, S("o.proto")) : NULL;
	struct str found;

	if (!entry || !source_read(source, entry, f->arena, &found, &f->diags))
		return false;
	return memmem(found.p, found.n, bytes, n) != NULL;
}

static void json_has_the_bytes_of_a_custom_option(void **state)
{
	struct fixture *f = *state;
	struct source *source = read_image(f,
		DECLARED_JSON "{\"big\": [\"1\", \"-1152921504606846977\"], \"rawBytes\": \"/wA\", "
			      "\"kind\": \"B\","
			      "\"d\": \"Infinity\", \"z\": -2, \"u\": 4294967295}}}]}",
		true);

	assert_non_null(source);
	assert_int_equal(f->diags.n, 0);
	assert_true(holds(f, source, "\x08\x01\x08", 3));
	assert_true(holds(f, source,
		"\x12\x02\xff\x00\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
		"\x21\x00\x00\x00\x00\x00\x00\xf0\x7f\x28\x03\x35\xff\xff\xff\xff",
		31));
}

static void text_has_the_bytes_of_a_custom_option(void **state)
{
	struct fixture *f = *state;
	struct source *source = read_image(f,
		DECLARED_TEXT
		"{ big: [1, -0x1000000000000001] raw_bytes: '\\377' \"\\000\" kind: B d: inf } } }",
		false);

	assert_non_null(source);
	assert_int_equal(f->diags.n, 0);
	assert_true(holds(f, source, written, sizeof written - 1));
}

static void an_option_that_nothing_declares_is_left_out_and_named(void **state)
{
	struct fixture *f = *state;
	struct source *source = read_image(f,
		"{\"file\": [{\"name\": \"o.proto\", \"options\": {\"[lost]\": {\"a\": 1}, "
		"\"javaPackage\": \"j\"}}]}",
		true);

	assert_non_null(source);
	assert_true(holds(f, source, "\x42\x03\x0a\x01j", 5));
	assert_int_equal(f->diags.n, 1);
	assert_int_equal(f->diags.items[0].level, DIAG_WARNING);
}

static void values_of_another_type_are_errors(void **state)
{
	static const char *const values[] = { "\"number\": 1.5", "\"number\": 4294967296",
		"\"number\": \"x\"", "\"number\": true", "\"type\": \"TYPE_NONE\"", "\"name\": 1",
		"\"proto3Optional\": \"true\"", "\"options\": []",
		"\"options\": {\"uninterpretedOption\": {}}" };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(values); i++) {
		struct str text = str_printf(f->arena,
			"{\"file\": [{\"name\": \"o.proto\", \"messageType\": [{\"field\": "
			"[{%s}]}]}]}",
			values[i]);

		assert_null(read_image(f, str_cstr(f->arena, text), true));
		assert_int_equal(f->diags.n, i + 1);
	}
}

static void deep_nesting_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct str json = S("{}"), text = S("");

	for (int i = 0; i < 200; i++) {
		json = str_printf(f->arena, "{\"nestedType\": [" STR "]}", ARG(json));
		text = str_printf(f->arena, "nested_type { " STR " }", ARG(text));
	}
	json = str_printf(f->arena, "{\"file\": [{\"messageType\": [" STR "]}]}", ARG(json));
	text = str_printf(f->arena, "file { message_type { " STR " } }", ARG(text));
	assert_null(read_image(f, str_cstr(f->arena, json), true));
	assert_null(read_image(f, str_cstr(f->arena, text), false));
	assert_int_equal(f->diags.n, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(json_has_the_bytes_of_a_custom_option),
		TEST(text_has_the_bytes_of_a_custom_option),
		TEST(an_option_that_nothing_declares_is_left_out_and_named),
		TEST(values_of_another_type_are_errors),
		TEST(deep_nesting_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
