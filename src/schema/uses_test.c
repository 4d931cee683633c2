#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/tops.h"

/* A schema of one file, made by hand, since the compiler is a layer below. */
struct world {
	struct arena *arena;
	struct schema schema;
	struct file file;
	struct uses *uses;
	struct str text; /* of the uses visited */
};

static struct message *add_message(struct world *w, const char *name)
{
	struct message *m = NEW(w->arena, struct message);

	m->e = (struct element){ .kind = ELEMENT_MESSAGE, .name = str_of(name), .file = &w->file };
	*vec_push(w->arena, &w->file.messages) = m;
	return m;
}

static struct field *new_field(struct world *w, const char *name, struct message *type)
{
	struct field *field = NEW(w->arena, struct field);

	field->e = (struct element){ .kind = ELEMENT_FIELD, .name = str_of(name) };
	field->type = type ? TYPE_MESSAGE : TYPE_INT32;
	field->message = type;
	return field;
}

static void add_field(struct world *w, struct message *m, const char *name, struct message *type)
{
	*vec_push(w->arena, &m->fields) = new_field(w, name, type);
}

/* An extension that is declared inside of a message that it does not extend. */
static void add_extension(struct world *w, struct message *scope, struct message *extendee,
	const char *name, struct message *type)
{
	struct field *field = new_field(w, name, type);

	field->extension = NEW(w->arena, struct extension);
	field->extension->extendee = extendee;
	*vec_push(w->arena, &scope->extensions) = field;
}

static struct world *world_new(void)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct world *w = NEW(arena, struct world);

	w->arena = arena;
	*vec_push(arena, &w->schema.files) = (struct schema_file){ &w->file, true };
	return w;
}

/* Appends ` kind:through→used`. */
static void write_use(void *context, const struct use *use)
{
	static const char kinds[] = "fxqr";
	struct world *w = context;

	w->text = str_printf(w->arena, STR " %c:" STR ">" STR, ARG(w->text), kinds[use->kind],
		ARG(use->field ? use->field->e.name : use->user->name), ARG(use->used->name));
}

static void assert_uses(struct world *w, const struct message *m, const char *expected)
{
	w->text = S("");
	uses_of_message(w->uses, m, write_use, w);
	assert_string_equal(str_cstr(w->arena, w->text), expected);
}

static void messages_use_types_of_fields_and_extensions(void **state)
{
	struct world *w = world_new();
	struct message *a = add_message(w, "A"), *b = add_message(w, "B"), *c = add_message(w, "C");

	(void)state;
	add_field(w, a, "number", NULL);
	add_field(w, a, "b", b);
	add_field(w, a, "again", b);
	add_field(w, b, "self", b);
	add_extension(w, c, a, "c", c);
	add_extension(w, c, a, "flag", NULL);
	add_extension(w, c, NULL, "lost", b);
	w->uses = uses_new(w->arena, &w->schema);
	assert_uses(w, a, " f:b>B f:again>B x:c>C");
	assert_uses(w, b, " f:self>B");
	assert_uses(w, c, "");
	assert_int_equal(uses_extensions(w->uses, a).n, 2);
	assert_int_equal(uses_extensions(w->uses, b).n, 0);
	arena_free(w->arena);
}

static void the_way_back_has_every_use(void **state)
{
	struct world *w = world_new();
	struct message *a = add_message(w, "A"), *b = add_message(w, "B");
	struct service service = { 0 };
	struct method method = { .e = { .kind = ELEMENT_METHOD, .name = S("Get") } };
	struct users *users;
	struct use_list list;

	(void)state;
	add_field(w, a, "b", b);
	add_extension(w, b, a, "more", b);
	method.input = method.output = b;
	*vec_push(w->arena, &service.methods) = &method;
	*vec_push(w->arena, &w->file.services) = &service;
	users = users_new(w->arena, uses_new(w->arena, &w->schema));
	list = users_of(users, &b->e);
	assert_int_equal(list.n, 4);
	assert_ptr_equal(list.items[0].user, a);
	assert_int_equal(list.items[1].kind, USE_EXTENSION);
	assert_ptr_equal(list.items[1].user, a);
	assert_int_equal(list.items[2].kind, USE_REQUEST);
	assert_ptr_equal(list.items[3].user, &method);
	assert_int_equal(users_of(users, &a->e).n, 0);
	arena_free(w->arena);
}

static struct tops *tops_of(struct world *w)
{
	return tops_new(w->arena, users_new(w->arena, uses_new(w->arena, &w->schema)));
}

static void what_no_other_message_has_is_on_top(void **state)
{
	struct world *w = world_new();
	struct message *a = add_message(w, "A"), *b = add_message(w, "B"), *c = add_message(w, "C");
	struct tops *tops;

	(void)state;
	add_field(w, a, "b", b);
	add_field(w, a, "self", a);
	add_extension(w, a, b, "c", c);
	tops = tops_of(w);
	assert_false(tops_have(tops, c));
	assert_false(tops_have(tops, b));
	assert_true(tops_have(tops, a));
	arena_free(w->arena);
}

static void a_ring_that_nothing_has_is_on_top(void **state)
{
	struct world *w = world_new();
	struct message *a = add_message(w, "A"), *b = add_message(w, "B"), *c = add_message(w, "C"),
		       *d = add_message(w, "D");
	struct tops *tops;

	(void)state;
	add_field(w, a, "b", b); /* a ring */
	add_field(w, b, "a", a);
	add_field(w, b, "c", c); /* and one below it */
	add_field(w, c, "d", d);
	add_field(w, d, "c", c);
	tops = tops_of(w);
	assert_false(tops_have(tops, d));
	assert_false(tops_have(tops, c));
	assert_true(tops_have(tops, b));
	assert_true(tops_have(tops, a));
	arena_free(w->arena);
}

static void a_long_chain_takes_no_stack(void **state)
{
	enum { LENGTH = 200000 };
	struct world *w = world_new();
	struct message *first = add_message(w, "M"), *last = first;
	struct tops *tops;

	(void)state;
	for (int i = 0; i < LENGTH; i++) {
		struct message *next = add_message(w, "M");

		add_field(w, last, "next", next);
		last = next;
	}
	tops = tops_of(w);
	assert_false(tops_have(tops, last));
	assert_true(tops_have(tops, first));
	arena_free(w->arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_use_types_of_fields_and_extensions),
		cmocka_unit_test(the_way_back_has_every_use),
		cmocka_unit_test(what_no_other_message_has_is_on_top),
		cmocka_unit_test(a_ring_that_nothing_has_is_on_top),
		cmocka_unit_test(a_long_chain_takes_no_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
