#include "descriptor/sample_test.h"
#include "descriptor/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

struct fixture {
	struct arena *arena, *scratch;
	struct intern *names;
	struct diags diags;
	struct file file;
	struct text text;
	bool source_info;
};

static bool parse(struct fixture *f, struct str bytes)
{
	struct parse_request request = { f->arena, f->arena, f->scratch, f->names, &f->diags,
		&f->file, bytes, f->source_info };

	f->text = (struct text){ .path = S("a.proto") };
	f->file = (struct file){ .import_path = intern(f->names, S("a.proto")), .text = &f->text };
	return descriptor_parse(&request);
}

/* The first error, without its subject. */
static const char *error_of(struct fixture *f, struct str bytes)
{
	if (parse(f, bytes))
		return "fine";
	assert_true(f->diags.n > 0);
	return str_cstr(f->arena, f->diags.items[0].message);
}

static struct str sample_file(void)
{
	return str_from(SAMPLE_SET, SAMPLE_FRAME);
}

static struct str span_text(struct fixture *f, struct span span)
{
	struct point begin, end;

	place_points(place_in(&f->text, span), f->arena, &begin, &end);
	return str_printf(f->arena, "%u:%u-%u:%u", begin.line, begin.column, end.line, end.column);
}

#define assert_str(s, literal) assert_true(str_eq((s), S(literal)))

static int setup(void **state)
{
	struct fixture *f = test_calloc(1, sizeof *f);

	f->arena = arena_new(NULL, NULL);
	f->scratch = arena_new(NULL, NULL);
	f->names = intern_new(f->arena);
	diags_init(&f->diags, f->arena);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	intern_free(f->names);
	arena_free(f->arena);
	arena_free(f->scratch);
	test_free(f);
	return 0;
}

static void names_are_full_and_types_unresolved(void **state)
{
	struct fixture *f = *state;
	struct message *order;

	assert_true(parse(f, sample_file()));
	order = f->file.messages.items[0];
	assert_str(order->e.full_name, "acme.v1.Order");
	assert_str(order->fields.items[5]->type_name, ".acme.v1.Order");
	assert_int_equal(order->fields.items[5]->type, TYPE_NAMED);
	assert_int_equal(order->fields.items[5]->set_type, TYPE_MESSAGE);
	assert_str(order->extensions.items[0]->extension->extendee_name, ".acme.v1.Order");
	assert_str(order->extensions.items[0]->e.full_name, "acme.v1.Order.weights");
	assert_str(
		f->file.services.items[0]->methods.items[0]->e.full_name, "acme.v1.Orders.Watch");
	assert_int_equal(f->file.edition, EDITION_PROTO2);
}

static void ranges_end_with_their_last_number(void **state)
{
	struct fixture *f = *state;
	struct message *order;

	assert_true(parse(f, sample_file()));
	order = f->file.messages.items[0];
	assert_int_equal(order->reserved_ranges.items[0].end, 10);
	assert_int_equal(order->reserved_ranges.items[1].end, 29);
	assert_int_equal(order->extension_ranges.items[0]->end, 536870911);
	assert_int_equal(f->file.enums.items[0]->reserved_ranges.items[0].end, -1);
	assert_str(order->reserved_names.items[0].name, "old");
}

static void a_map_and_a_group_know_their_messages(void **state)
{
	struct fixture *f = *state;
	struct field **fields;
	struct message **messages;

	assert_true(parse(f, sample_file()));
	fields = f->file.messages.items[0]->fields.items;
	messages = f->file.messages.items[0]->messages.items;
	assert_true(fields[2]->is_map && fields[2]->message == messages[0]);
	assert_true(messages[0]->is_map_entry && messages[0]->map_field == fields[2]);
	assert_true(fields[3]->is_group && fields[3]->message == messages[1]);
	assert_int_equal(fields[3]->type, TYPE_GROUP);
	assert_true(messages[1]->group_field == fields[3]);
}

static void spans_are_those_of_the_source(void **state)
{
	struct fixture *f = *state;
	struct message *order;
	struct field *id;

	assert_true(parse(f, sample_file()));
	order = f->file.messages.items[0];
	id = order->fields.items[0];
	assert_false(f->file.lacks_source);
	assert_str(span_text(f, f->file.package_span), "2:1-2:17");
	assert_str(span_text(f, f->file.e.options->encoded->spans.items[0].span), "3:1-3:34");
	assert_str(span_text(f, order->e.span), "6:1-19:2");
	assert_str(span_text(f, id->e.span), "7:3-7:64");
	assert_str(span_text(f, id->type_span), "7:12-7:18");
	assert_str(span_text(f, id->number_span), "7:24-7:25");
	assert_str(span_text(f, id->json->span), "7:27-7:43");
	assert_str(span_text(f, id->e.options->span), "7:26-7:63");
	assert_int_equal(id->e.options->encoded->spans.items[0].path[0], 3);
	assert_str(span_text(f, id->e.options->encoded->spans.items[0].span), "7:45-7:62");
	assert_str(span_text(f, order->fields.items[3]->type_span), "10:12-10:17");
	assert_str(span_text(f, order->messages.items[0]->fields.items[0]->e.span), "9:3-9:20");
	assert_str(span_text(f, f->file.services.items[0]->methods.items[0]->output_span),
		"25:36-25:41");
	assert_str(span_text(f, NO_SPAN), "1:1-1:1");
}

static void source_info_is_kept_only_when_asked_for(void **state)
{
	struct fixture *f = *state;

	assert_true(parse(f, sample_file()));
	assert_null(f->file.source_info);
	f->source_info = true;
	assert_true(parse(f, sample_file()));
	assert_true(f->file.source_info->bytes.n > 500);
}

static void a_file_without_source_info_lacks_it(void **state)
{
	struct fixture *f = *state;

	assert_true(parse(f, S("\012\007a.proto")));
	assert_true(f->file.lacks_source);
}

static void what_is_for_source_alone_may_be_left_out(void **state)
{
	static const struct {
		struct str bytes;
		bool lacks;
	} files[] = {
		/* edition 2023 */
		{ STR_INIT("\012\007\141\056\160\162\157\164\157\142\010\145\144\151\164\151\157"
			   "\156\163\160\350\007"),
			false },
		/* edition 2024 */
		{ STR_INIT("\012\007\141\056\160\162\157\164\157\142\010\145\144\151\164\151\157"
			   "\156\163\160\351\007"),
			true },
		/* edition 2026 */
		{ STR_INIT("\012\007\141\056\160\162\157\164\157\142\010\145\144\151\164\151\157"
			   "\156\163\160\352\007"),
			true },
		/* features.default_symbol_visibility = EXPORT_ALL */
		{ STR_INIT("\012\007\141\056\160\162\157\164\157\142\010\145\144\151\164\151\157"
			   "\156\163\160\352\007\102\005\222\003\002\100\001"),
			false },
		/* features.enforce_naming_style = STYLE_LEGACY */
		{ STR_INIT("\012\007\141\056\160\162\157\164\157\142\010\145\144\151\164\151\157"
			   "\156\163\160\352\007\102\005\222\003\002\070\002"),
			false },
		/* features.field_presence alone */
		{ STR_INIT("\012\007\141\056\160\162\157\164\157\142\010\145\144\151\164\151\157"
			   "\156\163\160\352\007\102\005\222\003\002\010\002"),
			true },
		/* features of two records */
		{ STR_INIT("\012\007\141\056\160\162\157\164\157\142\010\145\144\151\164\151\157"
			   "\156\163\160\352\007\102\012\222\003\002\010\002\222\003\002\100\001"),
			false },
		/* buf's mark */
		{ STR_INIT("\012\007\141\056\160\162\157\164\157\142\010\145\144\151\164\151\157"
			   "\156\163\160\352\007\322\366\003\000"),
			false },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(files); i++) {
		assert_true(parse(f, files[i].bytes));
		assert_int_equal(f->file.lacks_visibility, files[i].lacks);
	}
}

static void a_cut_file_is_an_error_at_every_length(void **state)
{
	struct fixture *f = *state;
	struct str whole = sample_file();
	size_t fine = 0;

	for (size_t n = 0; n < whole.n; n++) {
		/* A separate copy, so that the address sanitizer sees a read past the end. */
		char *copy = test_malloc(n + 1);

		memcpy(copy, whole.p, n);
		fine += parse(f, (struct str){ copy, n });
		test_free(copy);
	}
	/* A truncated file is valid only if it ends between two of its top-level fields: 0, name,
	 * package, messages, enums, … */
	assert_int_equal(fine, 7);
}

static void wrong_indexes_are_errors(void **state)
{
	struct fixture *f = *state;

	/* Message M, field f = 1 of int32, oneof_index 3. */
	assert_string_equal(error_of(f, S("\042\016\012\001M\022\011\012\001f\030\001(\005H\003")),
		"bad descriptor: 'M.f' is in a oneof that does not exist");
	/* public_dependency 0 without dependencies. */
	f->diags.n = 0;
	assert_string_equal(error_of(f, S("\120\000")),
		"bad descriptor: 'a.proto' marks an import that does not exist");
}

static void what_has_no_name_is_an_error(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(error_of(f, S("\042\000")),
		"bad descriptor: 'a.proto' holds an element with an invalid name");
}

static void an_unknown_edition_is_an_error(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(error_of(f, S("b\010editionsp\353\007")),
		"bad descriptor: 'a.proto' is of an edition other than 2023, 2024 and 2026");
}

static void a_bomb_of_empty_messages_is_an_error_of_its_own(void **state)
{
	struct fixture *f = *state;
	enum { BOMB = 12 << 20 };
	char *bytes = test_malloc(BOMB);

	for (size_t i = 0; i < BOMB; i += 2) {
		bytes[i] = 0x22;
		bytes[i + 1] = 0;
	}
	assert_string_equal(error_of(f, (struct str){ bytes, BOMB }),
		"damaged descriptor: it takes more memory than its size justifies");
	test_free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			names_are_full_and_types_unresolved, setup, teardown),
		cmocka_unit_test_setup_teardown(ranges_end_with_their_last_number, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_map_and_a_group_know_their_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(spans_are_those_of_the_source, setup, teardown),
		cmocka_unit_test_setup_teardown(
			source_info_is_kept_only_when_asked_for, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_without_source_info_lacks_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_for_source_alone_may_be_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_cut_file_is_an_error_at_every_length, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_indexes_are_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(what_has_no_name_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(an_unknown_edition_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_bomb_of_empty_messages_is_an_error_of_its_own, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
