/* lexer, parser and linker, on contracts in strings. */
#include "proto/compiled_test.h"

#include "proto/lexer.h"
#include "proto/outline.h"

static void escapes_become_bytes(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	assert_str(token_string(S("\"a\\n\\x41\\101\\u00e9\""), arena), "a\nAA\xC3\xA9");
	assert_str(token_string(S("'\\ud83d\\ude00'"), arena), "\xF0\x9F\x98\x80");
	arena_free(arena);
}

static void integers_have_three_bases_and_64_bits(void **state)
{
	uint64_t value;
	double real;

	(void)state;
	assert_true(token_integer(S("0x1F"), &value, &real));
	assert_int_equal(value, 31);
	assert_true(token_integer(S("017"), &value, &real));
	assert_int_equal(value, 15);
	assert_true(token_integer(S("18446744073709551615"), &value, &real));
	assert_false(token_integer(S("18446744073709551616"), &value, &real));
	assert_true(real == 18446744073709551616.0);
}

static void spans_hold_the_whole_declaration(void **state)
{
	const char *text = "syntax = \"proto3\";\n// c\nmessage M {\n  repeated int32 a = 1;\n}\n";
	struct compiled c = compiled(text);
	struct field *field = c.file->messages.items[0]->fields.items[0];

	(void)state;
	assert_true(c.ok);
	assert_memory_equal(text + field->e.span.begin, "repeated int32 a = 1;", 21);
	assert_int_equal(field->e.span.end - field->e.span.begin, 21);
	assert_memory_equal(text + field->type_span.begin, "int32", 5);
	assert_memory_equal(text + field->number_span.begin, "1;", 2);
	assert_memory_equal(text + c.file->messages.items[0]->e.span.begin, "message", 7);
	compiled_free(&c);
}

static void a_map_makes_an_entry_where_it_stands(void **state)
{
	struct compiled c = compiled(
		"syntax = \"proto3\"; message M { map<string, int64> by_name = 1; message N {} }");
	struct message *m = c.file->messages.items[0];

	(void)state;
	assert_true(c.ok);
	assert_str(m->messages.items[0]->e.name, "ByNameEntry");
	assert_str(m->messages.items[1]->e.name, "N");
	assert_int_equal(field_cardinality(m->fields.items[0]), CARDINALITY_MAP);
	compiled_free(&c);
}

static void a_synthetic_oneof_keeps_clear_of_names(void **state)
{
	struct compiled c = compiled(
		"syntax = \"proto3\"; message M { optional int32 size = 1; int32 _size = 2; }");

	(void)state;
	assert_true(c.ok);
	assert_str(c.file->messages.items[0]->oneofs.items[0]->e.name, "X_size");
	compiled_free(&c);
}

static void the_innermost_scope_wins(void **state)
{
	struct compiled c = compiled("syntax = \"proto3\"; package a; message T {} message M { "
				     "message T {} T t = 1; .a.T u = 2; }");
	struct message *m = c.file->messages.items[1];

	(void)state;
	assert_true(c.ok);
	assert_str(field_type_name(m->fields.items[0]), "a.M.T");
	assert_str(field_type_name(m->fields.items[1]), "a.T");
	compiled_free(&c);
}

static void a_bad_statement_does_not_hide_the_next_error(void **state)
{
	struct compiled c = compiled(
		"syntax = \"proto3\";\nmessage M {\n  int32 a = ;\n  int32 b 2;\n}\nmesage N {}\n");

	(void)state;
	assert_false(c.ok);
	diags_sort(&c.diags);
	assert_int_equal(c.diags.n, 3);
	assert_str(c.diags.items[2].help, "did you mean 'message'?");
	compiled_free(&c);
}

static void an_unknown_type_names_its_nearest(void **state)
{
	struct compiled c = compiled(
		"syntax = \"proto3\"; package a; message Order {} message M { Oder o = 1; }");

	(void)state;
	assert_false(c.ok);
	assert_int_equal(c.diags.n, 1);
	assert_str(c.diags.items[0].help, "did you mean 'a.Order'?");
	compiled_free(&c);
}

static void comments_go_where_protoc_puts_them(void **state)
{
	struct compiled c =
		compiled("// detached\n\n// leading\nsyntax = \"proto3\"; // trailing\n");
	const struct comments *comments = c.file->source_info->comments;

	(void)state;
	assert_int_equal(comments->begin, c.file->syntax_span.begin);
	assert_str(comments->leading, " leading\n");
	assert_str(comments->trailing, " trailing\n");
	assert_int_equal(comments->n_detached, 1);
	assert_str(comments->detached[0], " detached\n");
	assert_null(comments->next);
	compiled_free(&c);
}

/* What outlines of texts are read with. */
struct outlines {
	struct arena *arena, *scratch;
	struct intern *names;
	struct outline_words words;
	struct outline outline; /* the last one */
};

static struct outlines outlines_new(void)
{
	struct outlines o = { .arena = arena_new(NULL, NULL) };

	o.scratch = arena_like(o.arena);
	o.names = intern_new(o.arena);
	outline_words_init(&o.words, o.arena);
	return o;
}

static void outlines_free(struct outlines *o)
{
	intern_free(o->names);
	arena_free(o->scratch);
	arena_free(o->arena);
}

static void outline_text(struct outlines *o, const char *text)
{
	struct outline_request request = {
		.bytes = str_of(text),
		.words = &o->words,
		.names = true,
		.intern = o->names,
		.arena = o->arena,
		.scratch = o->scratch,
	};

	outline_read(&request, &o->outline);
}

static void marked_words_are_told_apart(void **state)
{
	struct outlines o = outlines_new();

	(void)state;
	outline_words_mark(&o.words, o.arena, S("pii"), 0);
	outline_words_mark(&o.words, o.arena, S("limit"), 3);
	outline_text(&o, "message M { int32 a = 1 [(acme.limit).max = 1]; }");
	assert_int_equal(o.outline.marks, 8);
	assert_false(o.outline.says);
	/* A word may be both. */
	outline_words_add(&o.words, o.arena, S("limit"));
	outline_text(&o, "extend A { optional string pii = 1; optional string limit = 2; }");
	assert_int_equal(o.outline.marks, 9);
	assert_true(o.outline.says && o.outline.extends);
	outline_text(&o, "message M {}");
	assert_int_equal(o.outline.marks, 0);
	outlines_free(&o);
}

static void an_outline_has_imports_package_and_words(void **state)
{
	struct outlines o = outlines_new();

	(void)state;
	outline_words_add(&o.words, o.arena, S("Order"));
	outline_text(&o, "package a . b; import public \"x.proto\"; "
			 "message M { string import = 1; } // Order");
	assert_str(o.outline.package, "a.b");
	assert_int_equal(o.outline.imports.n, 1);
	assert_true(o.outline.imports.items[0].is_public);
	assert_false(o.outline.says);
	assert_false(o.outline.extends);
	outline_text(&o, "message M { b.Order o = 1; } extend M { int32 x = 100; }");
	assert_true(o.outline.says);
	assert_true(o.outline.extends);
	outlines_free(&o);
}

static void assert_declared(const char *text, const char *expected)
{
	struct outlines o = outlines_new();
	struct str got = S("");

	outline_text(&o, text);
	for (uint32_t i = 0; i < o.outline.names.n; i++) {
		const struct outline_name *name = &o.outline.names.items[i];

		got = str_printf(o.arena, STR "%s" STR, ARG(got),
			name->kind == ELEMENT_MESSAGE   ? " "
			: name->kind == ELEMENT_SERVICE ? " rpc:"
							: " enum:",
			ARG(name->full_name));
	}
	assert_string_equal(str_cstr(o.arena, got), expected);
	outlines_free(&o);
}

static void an_outline_has_what_is_declared(void **state)
{
	(void)state;
	assert_declared("package a.b; message M { enum E { X = 0; } message N { N n = 1; } "
			"oneof o { int32 x = 2; } message P {} } export message Q {} service S { "
			"rpc R(M) returns (M) { option x = 1; } } enum F { Y = 0; }",
		" a.b.M enum:a.b.M.E a.b.M.N a.b.M.P a.b.Q rpc:a.b.S enum:a.b.F");
	assert_declared("message M { optional group G = 1 [(x) = { message: {} }] { optional "
			"group H = 1 {} } oneof o { group I = 2 {} } } extend M { repeated group J = 3 {} }",
		" M M.G M.G.H M.I J");
	assert_declared("option (x) = { message M {} a { enum E {} } }; message message { "
			"string message = 1; message enum = 2 [(y) = { b {} }, (z) = { message N {} }]; "
			"message service {} } }} message Z {}",
		" message message.service Z");
}

static void an_outline_of_what_is_nested_too_deep_ends(void **state)
{
	struct outlines o = outlines_new();
	struct str text = S("");

	(void)state;
	for (int i = 0; i < 200; i++)
		text = str_printf(o.arena, STR "message M {", ARG(text));
	for (int i = 0; i < 200; i++)
		text = str_printf(o.arena, STR "}", ARG(text));
	outline_text(&o, str_cstr(o.arena, str_printf(o.arena, STR " message N {}", ARG(text))));
	assert_int_equal(o.outline.names.n, 64 + 1);
	assert_str(o.outline.names.items[64].full_name, "N");
	assert_false(o.outline.is_broken);
	outlines_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_become_bytes),
		cmocka_unit_test(integers_have_three_bases_and_64_bits),
		cmocka_unit_test(spans_hold_the_whole_declaration),
		cmocka_unit_test(a_map_makes_an_entry_where_it_stands),
		cmocka_unit_test(a_synthetic_oneof_keeps_clear_of_names),
		cmocka_unit_test(the_innermost_scope_wins),
		cmocka_unit_test(a_bad_statement_does_not_hide_the_next_error),
		cmocka_unit_test(an_unknown_type_names_its_nearest),
		cmocka_unit_test(comments_go_where_protoc_puts_them),
		cmocka_unit_test(an_outline_has_imports_package_and_words),
		cmocka_unit_test(marked_words_are_told_apart),
		cmocka_unit_test(an_outline_has_what_is_declared),
		cmocka_unit_test(an_outline_of_what_is_nested_too_deep_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
