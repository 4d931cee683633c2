/*
 * Schemas built by hand for the tests of breaks.c, so that the compiler cannot make a row fail.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>
#include "rules/breaks.h"

static const struct features open_features = {
	.field_presence = PRESENCE_IMPLICIT,
	.enum_type = ENUM_TYPE_OPEN,
	.utf8_validation = UTF8_VERIFY,
	.message_encoding = MESSAGE_LENGTH_PREFIXED,
};
static const struct features closed_features = {
	.field_presence = PRESENCE_EXPLICIT,
	.enum_type = ENUM_TYPE_CLOSED,
	.utf8_validation = UTF8_NONE,
	.message_encoding = MESSAGE_LENGTH_PREFIXED,
};
static const struct features delimited_features = {
	.field_presence = PRESENCE_EXPLICIT,
	.enum_type = ENUM_TYPE_OPEN,
	.utf8_validation = UTF8_VERIFY,
	.message_encoding = MESSAGE_DELIMITED,
};
static const struct features legacy_required_features = {
	.field_presence = PRESENCE_LEGACY_REQUIRED,
	.enum_type = ENUM_TYPE_OPEN,
	.utf8_validation = UTF8_VERIFY,
	.message_encoding = MESSAGE_LENGTH_PREFIXED,
};

struct world {
	struct arena *arena;
	struct intern *names;
	struct breaks *breaks;
};

static const struct schema no_schema;

static inline int set_up(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct world *w = NEW(arena, struct world);

	w->arena = arena;
	w->names = intern_new(arena);
	w->breaks = breaks_new(arena, w->names, diff_new(arena, w->names, &no_schema, &no_schema));
	*state = w;
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *w = *state;

	intern_free(w->names);
	arena_free(w->arena);
	return 0;
}

static inline struct message *make_message(struct world *w, const char *full_name)
{
	struct message *message = NEW(w->arena, struct message);

	message->e.kind = ELEMENT_MESSAGE;
	message->e.file = NEW(w->arena, struct file);
	message->e.full_name = intern(w->names, str_of(full_name));
	message->e.name = intern(w->names, str_last_component(message->e.full_name));
	message->e.features = &open_features;
	return message;
}

static inline struct field *add_field(struct world *w, struct message *message, const char *name,
	int32_t number, enum field_type type, struct element *ref)
{
	struct field *field = NEW(w->arena, struct field);

	field->e.kind = ELEMENT_FIELD;
	field->e.name = intern(w->names, str_of(name));
	field->e.parent = &message->e;
	field->e.features = &open_features;
	field->number = number;
	field->type = (uint8_t)type;
	field->label = LABEL_OPTIONAL;
	field->type_ref = ref;
	*vec_push(w->arena, &message->fields) = field;
	return field;
}

static inline struct enumeration *make_enum(
	struct world *w, const char *full_name, const struct features *features)
{
	struct enumeration *e = NEW(w->arena, struct enumeration);

	e->e.kind = ELEMENT_ENUM;
	e->e.full_name = intern(w->names, str_of(full_name));
	e->e.name = intern(w->names, str_last_component(e->e.full_name));
	e->e.features = features;
	return e;
}

static inline struct enum_value *add_value(
	struct world *w, struct enumeration *e, const char *name, int32_t number)
{
	struct enum_value *value = NEW(w->arena, struct enum_value);

	value->e.kind = ELEMENT_ENUM_VALUE;
	value->e.name = intern(w->names, str_of(name));
	value->e.parent = &e->e;
	value->number = number;
	*vec_push(w->arena, &e->values) = value;
	return value;
}

static inline void reserve(struct world *w, struct message *message, int32_t number)
{
	*vec_push(w->arena, &message->reserved_ranges) =
		(struct reserved_range){ .begin = number, .end = number };
}
