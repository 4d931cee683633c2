#include "descriptor/sample_test.h"
#include "proto/compiled_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

struct fixture {
	struct arena *arena, *scratch;
	struct intern *names;
	struct diags diags;
	struct schema schema;
};

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

/* Instead of linking: takes the kind of a type from the set. */
static void believe(void *context, struct element *element)
{
	struct field *field = (struct field *)element;

	(void)context;
	if (element->kind == ELEMENT_FIELD && field->type == TYPE_NAMED)
		field->type = field->set_type;
}

static struct file *add_file(struct fixture *f, const char *path, bool own)
{
	struct file *file = NEW(f->arena, struct file);
	struct schema_file *entry = vec_push(f->arena, &f->schema.files);

	file->e.kind = ELEMENT_FILE;
	file->e.file = file;
	file->import_path = intern(f->names, str_of(path));
	file->package = intern(f->names, S(""));
	file->edition = EDITION_PROTO2;
	*entry = (struct schema_file){ file, own };
	return file;
}

static void add_import(
	struct fixture *f, struct file *file, struct file *imported, enum import_kind kind)
{
	struct import *import = vec_push(f->arena, &file->imports);

	*import = (struct import){ .path = imported->import_path, .kind = kind, .file = imported };
}

static struct str written(struct fixture *f)
{
	struct out *out = out_memory(f->arena);

	descriptor_write_set(out, &f->schema, f->scratch);
	return out_text(out);
}

static void a_set_read_and_written_has_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	struct file *file = add_file(f, "sample.proto", true);
	struct parse_request request = { f->arena, f->arena, f->scratch, f->names, &f->diags, file,
		str_from(SAMPLE_SET, SAMPLE_FRAME), true };

	file->text = NEW(f->arena, struct text);
	assert_true(descriptor_parse(&request));
	file_walk(file, believe, NULL);
	assert_true(str_eq(written(f), SAMPLE_SET));
}

static void a_text_gives_the_bytes_that_protoc_gives(void **state)
{
	struct fixture *f = *state;
	struct memory_file file = { S("sample.proto"), S(SAMPLE_TEXT) };
	struct compiled c = compiled_files(f->arena, &file, 1, 1, false);
	struct out *out = out_memory(f->scratch);
	struct arena *scratch = arena_new(NULL, NULL);

	assert_true(c.ok);
	descriptor_write_set(out, &c.schema, scratch);
	assert_true(str_eq(out_text(out), SAMPLE_SET));
	arena_free(scratch);
	intern_free(c.names);
}

static void source_info_is_written_where_it_is_there(void **state)
{
	struct fixture *f = *state;
	struct file *file = add_file(f, "a.proto", true);

	assert_true(str_eq(written(f), S("\012\011\012\007a.proto")));
	file->source_info = NEW(f->arena, struct source_info);
	file->e.span = (struct span){ 1, 5 };
	line_table_init(&file->source_info->lines, S("\tabc\n"), f->arena);
	assert_true(str_eq(
		written(f), S("\012\023\012\007a.protoJ\010\012\006\022\004\000\010\001\000")));
}

static void imports_come_before_their_importers(void **state)
{
	struct fixture *f = *state;
	struct file *a = add_file(f, "a.proto", true), *b = add_file(f, "b.proto", true);
	struct file *c = add_file(f, "c.proto", false), *unused = add_file(f, "u.proto", true);

	c->is_builtin = unused->is_builtin = true;
	add_import(f, a, b, IMPORT_PUBLIC);
	add_import(f, b, c, IMPORT_PLAIN);
	assert_true(str_eq(written(f), S("\012\011\012\007c.proto"
					 "\012\022\012\007b.proto\032\007c.proto"
					 "\012\024\012\007a.proto\032\007b.proto\120\000")));
}

static void option_imports_stand_in_a_list_of_their_own(void **state)
{
	struct fixture *f = *state;
	struct file *a = add_file(f, "a.proto", true), *b = add_file(f, "b.proto", false);

	a->edition = EDITION_2024;
	add_import(f, a, b, IMPORT_OPTION);
	assert_true(
		str_eq(written(f), S("\012\011\012\007b.proto"
				     "\012\037\012\007a.protob\010editionsp\351\007z\007b.proto")));
}

static void a_plugin_request_prefers_descriptors_with_all_options(void **state)
{
	struct fixture *f = *state;
	struct plugin_request request;

	assert_true(plugin_request_read(f->arena,
		S("\012\001a\022\001p"
		  "\172\003\012\001a"
		  "\172\003\012\001b"
		  "\212\001\006\012\001a\022\001x"),
		&request, &f->diags));
	assert_int_equal(request.files_to_generate.n, 1);
	assert_true(str_eq(request.parameter, S("p")));
	assert_int_equal(request.protos.n, 2);
	assert_true(str_eq(request.protos.items[0], S("\012\001a\022\001x")));
	assert_true(str_eq(request.protos.items[1], S("\012\001b")));
	assert_true(str_eq(request.proto_names.items[1], S("b")));
}

static void a_cut_plugin_request_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct plugin_request request;

	assert_false(plugin_request_read(f->arena, S("\012\005a"), &request, &f->diags));
	assert_true(str_eq(f->diags.items[0].message,
		S("damaged code generation request: a length runs past the end at byte 2")));
}

static void a_plugin_response_tells_what_it_supports(void **state)
{
	struct fixture *f = *state;
	struct out *out = out_memory(f->arena);

	plugin_response_write(out, S("no"));
	assert_true(str_eq(out_text(out), S("\012\002no\020\003\030\350\007\040\352\007")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_text_gives_the_bytes_that_protoc_gives, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_set_read_and_written_has_the_same_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			source_info_is_written_where_it_is_there, setup, teardown),
		cmocka_unit_test_setup_teardown(
			imports_come_before_their_importers, setup, teardown),
		cmocka_unit_test_setup_teardown(
			option_imports_stand_in_a_list_of_their_own, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_plugin_request_prefers_descriptors_with_all_options, setup, teardown),
		cmocka_unit_test_setup_teardown(a_cut_plugin_request_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_plugin_response_tells_what_it_supports, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
