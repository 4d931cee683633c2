/* breaks.c: what changes break, a test for each part of doc/breaks.md. */
#include "rules/breaks_world_test.h"

/* `name` with the fields a = 1 (int32) and b = 2 (string). */
static struct message *make_sub(struct world *w, const char *name)
{
	struct message *message = make_message(w, name);

	add_field(w, message, "a", 1, TYPE_INT32, NULL);
	add_field(w, message, "b", 2, TYPE_STRING, NULL);
	return message;
}

/* A field of a type by name: a scalar, or one of the types made here. */
static struct field *make_typed(struct world *w, const char *word)
{
	struct message *message = make_message(w, "t.M");
	struct field *field = add_field(w, message, "v", 1, TYPE_INT32, NULL);
	const struct features *features = &open_features;
	struct str name = str_of(word);
	struct enumeration *e;

	for (int type = TYPE_DOUBLE; type <= TYPE_SINT64; type++)
		if (str_eq(type_keyword((enum field_type)type), name) && type != TYPE_ENUM &&
			type != TYPE_MESSAGE && type != TYPE_GROUP) {
			field->type = (uint8_t)type;
			return field;
		}
	if (str_starts(name, S("google"))) {
		struct message *wrapper = make_message(w, word);

		add_field(w, wrapper, "value", 1,
			str_ends(name, S("BytesValue")) ? TYPE_BYTES : TYPE_INT32, NULL);
		field->type = TYPE_MESSAGE;
		field->message = wrapper;
		return field;
	}
	if (str_starts(name, S("message"))) {
		field->type = TYPE_MESSAGE;
		field->message = make_sub(w, "t.Sub");
		if (str_ends(name, S("delimited")))
			field->e.features = &delimited_features;
		return field;
	}
	if (str_starts(name, S("closed")))
		features = &closed_features;
	e = make_enum(w, "t.Color", features);
	add_value(w, e, "COLOR_NONE", 0);
	add_value(w, e, "COLOR_RED", str_ends(name, S("without_1")) ? 5 : 1);
	if (!str_ends(name, S("of_bits")))
		add_value(w, e, "COLOR_BLUE", 2);
	if (str_ends(name, S("negative")))
		add_value(w, e, "COLOR_BLACK", -1);
	field->type = TYPE_ENUM;
	field->enumeration = e;
	return field;
}

/* "wb jf s" → a mask. */
static unsigned mask_of(const char *words)
{
	static const struct {
		const char *word;
		unsigned surface;
	} surfaces[] = {
		{ "wb", WIRE_BACKWARD },
		{ "wf", WIRE_FORWARD },
		{ "jb", JSON_BACKWARD },
		{ "jf", JSON_FORWARD },
		{ "s", SOURCE_CODE },
		{ "all",
			WIRE_BACKWARD | WIRE_FORWARD | JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE },
	};
	struct str rest = str_of(words), word;
	unsigned mask = 0;

	while (str_cut(&rest, ' ', &word))
		for (size_t i = 0; i < COUNT(surfaces); i++)
			if (str_eq(word, str_of(surfaces[i].word)))
				mask |= surfaces[i].surface;
	return mask;
}

static unsigned reversed(unsigned mask)
{
	return (mask & SOURCE_CODE) | (mask & WIRE_BACKWARD ? WIRE_FORWARD : 0) |
	       (mask & WIRE_FORWARD ? WIRE_BACKWARD : 0) |
	       (mask & JSON_BACKWARD ? JSON_FORWARD : 0) |
	       (mask & JSON_FORWARD ? JSON_BACKWARD : 0);
}

static unsigned judge(struct world *w, const char *id, const struct pair *pair)
{
	return breaks_of(w->breaks, rule_find(str_of(id)), pair, DETAIL_NONE);
}

static unsigned judge_fields(
	struct world *w, const char *id, const struct field *old, const struct field *new)
{
	struct pair parent = { .kind = PAIR_MESSAGE };
	struct pair pair = { .kind = PAIR_FIELD, .parent = &parent };

	parent.old.element = old ? old->e.parent : NULL;
	parent.new.element = new ? new->e.parent : NULL;
	pair.old.field = old;
	pair.new.field = new;
	return judge(w, id, &pair);
}

static unsigned judge_deletion(struct world *w, const struct field *old, const struct message *new)
{
	struct pair parent = { .kind = PAIR_MESSAGE };
	struct pair pair = { .kind = PAIR_FIELD, .parent = &parent };

	parent.old.element = old->e.parent;
	parent.new.message = new;
	pair.old.field = old;
	return judge(w, "FIELD_NO_DELETE", &pair);
}

/* The type finding of a field of message type `old` that becomes `new`. */
static unsigned judge_content(struct world *w, struct message *old, struct message *new)
{
	struct field *before = add_field(w, make_message(w, "t.M"), "v", 1, TYPE_MESSAGE, &old->e);
	struct field *after = add_field(w, make_message(w, "t.M"), "v", 1, TYPE_MESSAGE, &new->e);

	return judge_fields(w, "FIELD_SAME_TYPE", before, after);
}

static unsigned judge_enums(struct world *w, struct enumeration *old, struct enumeration *new)
{
	struct field *before = add_field(w, make_message(w, "t.M"), "v", 1, TYPE_ENUM, &old->e);
	struct field *after = add_field(w, make_message(w, "t.M"), "v", 1, TYPE_ENUM, &new->e);

	return judge_fields(w, "FIELD_SAME_TYPE", before, after);
}

static void types_break_as_the_table_says(void **state)
{
	static const struct {
		const char *old, *new, *breaks;
	} rows[] = {
		{ "int32", "int64", "wf jf s" },
		{ "int32", "uint32", "all" },
		{ "int32", "uint64", "all" },
		{ "uint32", "int64", "wf jf s" },
		{ "uint32", "uint64", "wf jf s" },
		{ "int64", "uint64", "all" },
		{ "sint32", "sint64", "wf jf s" },
		{ "sint32", "int32", "wb wf" },
		{ "sint32", "uint32", "all" },
		{ "int32", "fixed32", "all" },
		{ "int32", "sfixed32", "wb wf" },
		{ "fixed32", "fixed64", "wb wf jf s" },
		{ "fixed32", "sfixed32", "all" },
		{ "uint64", "fixed64", "wb wf" },
		{ "bool", "int32", "wf jb jf s" },
		{ "bool", "uint64", "wf jb jf s" },
		{ "bool", "sint32", "all" },
		{ "bool", "fixed64", "all" },
		{ "bool", "open", "wf jb jf s" },
		{ "bool", "closed", "wf jb jf s" },
		{ "bool", "closed_without_1", "all" },
		{ "open", "int32", "jb s" },
		{ "open", "int64", "wf jb jf s" },
		{ "open", "uint32", "all" },
		{ "open", "sint32", "wb wf jb s" },
		{ "open", "sint64", "all" },
		{ "open", "sfixed32", "wb wf jb s" },
		{ "closed", "int32", "wf jb jf s" },
		{ "closed", "int64", "wf jb jf s" },
		{ "closed", "uint32", "wf jb jf s" },
		{ "closed_negative", "uint32", "all" },
		{ "closed_negative", "int32", "wf jb jf s" },
		{ "string", "bytes", "wf jb jf s" },
		{ "message", "bytes", "wf jb jf s" },
		{ "message", "string", "all" },
		{ "message_delimited", "bytes", "all" },
		{ "fixed32", "float", "all" },
		{ "sfixed64", "double", "all" },
		{ "int32", "float", "all" },
		{ "int32", "double", "wb wf jf s" },
		{ "int64", "double", "all" },
		{ "float", "double", "wb wf jf s" },
		{ "int64", "string", "wb wf jf s" },
		{ "fixed64", "string", "wb wf jf s" },
		{ "int32", "string", "all" },
		{ "bool", "string", "all" },
		{ "double", "string", "all" },
		{ "open", "string", "all" },
		{ "closed", "string", "wb wf jf s" },
		{ "int32", "message", "all" },
		{ "int32", "google.protobuf.Int32Value", "wb wf s" },
		{ "bytes", "google.protobuf.BytesValue", "wb s" },
		{ "string", "google.protobuf.Int32Value", "all" },
		{ "message", "message_delimited", "wb wf" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct field *old = make_typed(w, rows[i].old), *new = make_typed(w, rows[i].new);
		unsigned expected = mask_of(rows[i].breaks);
		unsigned got = judge_fields(w, "FIELD_SAME_TYPE", old, new);
		unsigned back = judge_fields(w, "FIELD_WIRE_COMPATIBLE_TYPE", new, old);

		if (got != expected || back != reversed(expected))
			print_error(
				"%s -> %s: %#x, back %#x\n", rows[i].old, rows[i].new, got, back);
		assert_int_equal(got, expected);
		assert_int_equal(back, reversed(expected));
	}
}

static struct field *add_map(struct world *w, struct message *message, enum field_type key,
	enum field_type value, struct element *ref)
{
	struct message *entry = make_message(w, "t.M.VEntry");
	struct field *field = add_field(w, message, "v", 1, TYPE_MESSAGE, &entry->e);

	add_field(w, entry, "key", 1, key, NULL);
	add_field(w, entry, "value", 2, value, ref);
	entry->is_map_entry = true;
	field->label = LABEL_REPEATED;
	field->is_map = true;
	return field;
}

static void map_keys_are_text_in_json(void **state)
{
	static const struct {
		enum field_type old, new;
		const char *breaks;
	} rows[] = {
		{ TYPE_INT32, TYPE_STRING, "wb wf jf s" },
		{ TYPE_BOOL, TYPE_STRING, "wb wf jf s" },
		{ TYPE_UINT32, TYPE_INT32, "all" },
		{ TYPE_INT32, TYPE_INT64, "wf jf s" },
		{ TYPE_BOOL, TYPE_INT32, "wf jb jf s" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct field *old =
			add_map(w, make_message(w, "t.M"), rows[i].old, TYPE_BOOL, NULL);
		struct field *new =
			add_map(w, make_message(w, "t.M"), rows[i].new, TYPE_BOOL, NULL);

		assert_int_equal(judge_fields(w, "FIELD_SAME_TYPE", old->message->fields.items[0],
					 new->message->fields.items[0]),
			mask_of(rows[i].breaks));
	}
}

static void content_decides_between_messages(void **state)
{
	struct world *w = *state;
	struct message *more = make_sub(w, "t.More"), *fewer = make_message(w, "t.Fewer");
	struct message *reserving = make_message(w, "t.Reserving"),
		       *renamed = make_message(w, "t.R");
	struct message *renumbered = make_message(w, "t.N"), *wider = make_message(w, "t.W");

	add_field(w, more, "c", 3, TYPE_BOOL, NULL);
	add_field(w, fewer, "a", 1, TYPE_INT32, NULL);
	add_field(w, reserving, "a", 1, TYPE_INT32, NULL);
	reserve(w, reserving, 2);
	add_field(w, renamed, "a", 1, TYPE_INT32, NULL);
	add_field(w, renamed, "label", 2, TYPE_STRING, NULL);
	add_field(w, renumbered, "a", 1, TYPE_INT32, NULL);
	add_field(w, renumbered, "b", 3, TYPE_STRING, NULL);
	add_field(w, wider, "a", 1, TYPE_INT64, NULL);
	add_field(w, wider, "b", 2, TYPE_STRING, NULL);
	assert_int_equal(judge_content(w, make_sub(w, "t.A"), make_sub(w, "t.B")), mask_of("s"));
	assert_int_equal(judge_content(w, make_sub(w, "t.A"), more), mask_of("jf s"));
	assert_int_equal(judge_content(w, make_sub(w, "t.A"), fewer), mask_of("wb jb s"));
	assert_int_equal(judge_content(w, make_sub(w, "t.A"), reserving), mask_of("jb s"));
	assert_int_equal(judge_content(w, make_sub(w, "t.A"), renamed), mask_of("jb jf s"));
	assert_int_equal(judge_content(w, make_sub(w, "t.A"), renumbered), mask_of("wb wf s"));
	assert_int_equal(judge_content(w, make_sub(w, "t.A"), wider), mask_of("wf jf s"));
}

static void required_fields_of_another_message_count(void **state)
{
	struct world *w = *state;
	struct message *strict = make_sub(w, "t.Strict");

	strict->fields.items[0]->label = LABEL_REQUIRED;
	assert_int_equal(judge_content(w, make_sub(w, "t.A"), strict), mask_of("wb jb s"));
	assert_int_equal(judge_content(w, strict, make_sub(w, "t.A")), mask_of("wf jf s"));
}

/* A ring of `n` messages: Node { Node next = 1; int32 value = 2; } */
static struct message *make_ring(struct world *w, const char *name, int n, enum field_type last)
{
	struct message *first = make_message(w, name), *node = first;

	for (int i = 1; i < n; i++) {
		char more[32];
		struct message *next;

		snprintf(more, sizeof more, "%s%d", name, i);
		next = make_message(w, more);
		add_field(w, node, "next", 1, TYPE_MESSAGE, &next->e);
		add_field(w, node, "value", 2, TYPE_INT32, NULL);
		node = next;
	}
	add_field(w, node, "next", 1, TYPE_MESSAGE, &first->e);
	add_field(w, node, "value", 2, last, NULL);
	return first;
}

static void recursive_messages_are_compared_to_the_end(void **state)
{
	struct world *w = *state;

	assert_int_equal(judge_content(w, make_ring(w, "t.A", 1, TYPE_INT32),
				 make_ring(w, "t.B", 1, TYPE_INT32)),
		mask_of("s"));
	assert_int_equal(judge_content(w, make_ring(w, "t.A", 2, TYPE_INT32),
				 make_ring(w, "t.B", 3, TYPE_INT32)),
		mask_of("s"));
	assert_int_equal(judge_content(w, make_ring(w, "t.A", 3000, TYPE_INT32),
				 make_ring(w, "t.B", 3000, TYPE_INT64)),
		mask_of("wf jf s"));
}

static void what_a_failed_comparison_met_is_not_taken_for_kept(void **state)
{
	struct world *w = *state;
	struct message *a = make_ring(w, "t.A", 2, TYPE_INT32);
	struct message *b = make_ring(w, "t.B", 2, TYPE_INT64);

	assert_int_equal(judge_content(w, a, b), mask_of("wf jf s"));
	assert_int_equal(judge_content(w, a->fields.items[0]->message, b->fields.items[0]->message),
		mask_of("wf jf s"));
	assert_int_equal(judge_content(w, a, b), mask_of("wf jf s"));
}

static void another_enum_is_judged_by_names_and_numbers(void **state)
{
	struct world *w = *state;
	struct enumeration *e = make_enum(w, "t.E", &open_features);
	struct enumeration *equal = make_enum(w, "t.Moved", &open_features);
	struct enumeration *prefixed = make_enum(w, "t.F", &open_features);
	struct enumeration *other = make_enum(w, "t.G", &open_features);
	struct enumeration *closed = make_enum(w, "t.C", &closed_features);

	add_value(w, e, "E_NONE", 0);
	add_value(w, e, "E_ONE", 1);
	add_value(w, equal, "E_NONE", 0);
	add_value(w, equal, "E_ONE", 1);
	add_value(w, prefixed, "F_NONE", 0);
	add_value(w, prefixed, "F_ONE", 1);
	add_value(w, prefixed, "F_TWO", 2);
	add_value(w, other, "G_NONE", 0);
	add_value(w, other, "G_NORTH", 1);
	add_value(w, closed, "E_NONE", 0);
	add_value(w, closed, "E_ONE", 1);
	assert_int_equal(judge_enums(w, e, equal), mask_of("s"));
	assert_int_equal(judge_enums(w, e, prefixed), mask_of("jb jf s"));
	assert_int_equal(judge_enums(w, prefixed, e), mask_of("wb jb jf s"));
	assert_int_equal(judge_enums(w, e, other), mask_of("all"));
	assert_int_equal(judge_enums(w, e, closed), mask_of("wb jb s"));
	assert_int_equal(judge_enums(w, closed, e), mask_of("wf jf s"));
}

static struct field *make_cardinality(struct world *w, enum cardinality cardinality)
{
	struct message *message = make_message(w, "t.M");
	struct field *field;

	if (cardinality == CARDINALITY_MAP)
		return add_map(w, message, TYPE_STRING, TYPE_INT32, NULL);
	field = add_field(w, message, "v", 1, TYPE_INT32, NULL);
	if (cardinality == CARDINALITY_REPEATED)
		field->label = LABEL_REPEATED;
	else if (cardinality == CARDINALITY_REQUIRED)
		field->e.features = &legacy_required_features;
	else if (cardinality == CARDINALITY_EXPLICIT)
		field->e.features = &delimited_features;
	return field;
}

static void cardinality_breaks_as_its_row_says(void **state)
{
	static const struct {
		enum cardinality old, new;
		const char *breaks;
	} rows[] = {
		{ CARDINALITY_EXPLICIT, CARDINALITY_IMPLICIT, "s" },
		{ CARDINALITY_IMPLICIT, CARDINALITY_REPEATED, "wf jb jf s" },
		{ CARDINALITY_REPEATED, CARDINALITY_EXPLICIT, "wb jb jf s" },
		{ CARDINALITY_MAP, CARDINALITY_REPEATED, "wf jb jf s" },
		{ CARDINALITY_REPEATED, CARDINALITY_MAP, "wb jb jf s" },
		{ CARDINALITY_EXPLICIT, CARDINALITY_REQUIRED, "wb jb s" },
		{ CARDINALITY_REQUIRED, CARDINALITY_EXPLICIT, "wf jf" },
		{ CARDINALITY_REQUIRED, CARDINALITY_REPEATED, "wf jb jf s" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
			judge_fields(w, "FIELD_SAME_CARDINALITY", make_cardinality(w, rows[i].old),
				make_cardinality(w, rows[i].new)),
			mask_of(rows[i].breaks));
}

static void deletion_depends_on_the_reserved_number(void **state)
{
	struct world *w = *state;
	struct message *old = make_sub(w, "t.M"), *new = make_message(w, "t.M");
	struct message *reserving = make_message(w, "t.M"), *renumbered = make_message(w, "t.M");

	reserve(w, reserving, 2);
	reserve(w, renumbered, 2);
	add_field(w, renumbered, "b", 3, TYPE_STRING, NULL);
	assert_int_equal(judge_deletion(w, old->fields.items[1], new), mask_of("wb jb s"));
	assert_int_equal(judge_deletion(w, old->fields.items[1], reserving), mask_of("jb s"));
	assert_int_equal(judge_deletion(w, old->fields.items[1], renumbered), mask_of("wb wf"));
}

static void exchanged_names_break_the_wire_and_not_json(void **state)
{
	struct world *w = *state;
	struct message *old = make_message(w, "t.M"), *new = make_message(w, "t.M");
	struct field *a = add_field(w, old, "a", 1, TYPE_INT32, NULL), *b;

	add_field(w, old, "b", 2, TYPE_INT32, NULL);
	b = add_field(w, new, "b", 1, TYPE_INT32, NULL);
	add_field(w, new, "a", 2, TYPE_INT32, NULL);
	assert_int_equal(judge_fields(w, "FIELD_SAME_NAME", a, b), mask_of("wb wf"));
	assert_int_equal(judge_fields(w, "FIELD_SAME_JSON_NAME", a, b), 0);
}

static void a_json_name_that_becomes_the_original_one_still_arrives_at_old_readers(void **state)
{
	struct world *w = *state;
	struct field *old = add_field(w, make_message(w, "t.M"), "order_id", 1, TYPE_INT32, NULL);
	struct field *new = add_field(w, make_message(w, "t.M"), "order_id", 1, TYPE_INT32, NULL);

	new->json = NEW(w->arena, struct written_json);
	new->json->name = S("order_id");
	assert_int_equal(judge_fields(w, "FIELD_SAME_JSON_NAME", old, new), mask_of("jb"));
	assert_int_equal(judge_fields(w, "FIELD_SAME_JSON_NAME", new, old), mask_of("jf"));
	new->json->name = S("id");
	assert_int_equal(judge_fields(w, "FIELD_SAME_JSON_NAME", old, new), mask_of("jb jf"));
}

static void a_rename_whose_json_name_stays_breaks_source_only(void **state)
{
	struct world *w = *state;
	struct field *old = add_field(w, make_message(w, "t.M"), "order_id", 1, TYPE_INT32, NULL);
	struct field *new = add_field(w, make_message(w, "t.M"), "orderId", 1, TYPE_INT32, NULL);
	struct field *other = add_field(w, make_message(w, "t.M"), "number", 1, TYPE_INT32, NULL);

	assert_int_equal(judge_fields(w, "FIELD_SAME_NAME", old, new), mask_of("s"));
	assert_int_equal(judge_fields(w, "FIELD_SAME_NAME", old, other), mask_of("jb jf s"));
}

static void join(
	struct world *w, struct message *message, const char *name, uint32_t first, uint32_t end)
{
	struct oneof *oneof = NEW(w->arena, struct oneof);

	oneof->e.name = intern(w->names, str_of(name));
	for (uint32_t i = first; i < end; i++) {
		message->fields.items[i]->oneof = oneof;
		*vec_push(w->arena, &oneof->fields) = message->fields.items[i];
	}
	*vec_push(w->arena, &message->oneofs) = oneof;
}

static void oneofs_break_where_members_could_be_set_side_by_side(void **state)
{
	struct world *w = *state;
	struct message *apart = make_sub(w, "t.M"), *both = make_sub(w, "t.M");
	struct message *alone = make_sub(w, "t.M"), *renamed = make_sub(w, "t.M");

	join(w, both, "c", 0, 2);
	join(w, renamed, "d", 0, 2);
	join(w, alone, "c", 0, 1);
	assert_int_equal(
		judge_fields(w, "FIELD_SAME_ONEOF", apart->fields.items[0], both->fields.items[0]),
		mask_of("wb jb s"));
	assert_int_equal(
		judge_fields(w, "FIELD_SAME_ONEOF", both->fields.items[0], apart->fields.items[0]),
		mask_of("wf jf s"));
	assert_int_equal(judge_fields(w, "FIELD_SAME_ONEOF", both->fields.items[0],
				 renamed->fields.items[0]),
		mask_of("s"));
	assert_int_equal(
		judge_fields(w, "FIELD_SAME_ONEOF", apart->fields.items[0], alone->fields.items[0]),
		mask_of("s"));
}

static unsigned judge_values(struct world *w, const char *id, const struct enum_value *old,
	const struct enumeration *enumeration, const struct enum_value *new)
{
	struct pair parent = { .kind = PAIR_ENUM };
	struct pair pair = { .kind = PAIR_ENUM_VALUE, .parent = &parent };

	parent.old.element = old->e.parent;
	parent.new.enumeration = enumeration;
	pair.old.enum_value = old;
	pair.new.enum_value = new;
	return judge(w, id, &pair);
}

static void enum_values_break_as_their_rows_say(void **state)
{
	struct world *w = *state;
	struct enumeration *old = make_enum(w, "t.E", &open_features);
	struct enumeration *open = make_enum(w, "t.E", &open_features);
	struct enumeration *closed = make_enum(w, "t.E", &closed_features);
	struct enumeration *moved = make_enum(w, "t.E", &open_features);
	struct enumeration *first = make_enum(w, "t.E", &open_features);
	struct enumeration *later = make_enum(w, "t.E", &open_features);
	struct enum_value *two = add_value(w, old, "E_TWO", 2), *renamed, *taken, *kept;

	add_value(w, old, "E_DEUX", 2);
	add_value(w, old, "E_THREE", 3);
	assert_int_equal(
		judge_values(w, "ENUM_VALUE_NO_DELETE", two, open, NULL), mask_of("wb jb s"));
	*vec_push(w->arena, &open->reserved_ranges) =
		(struct reserved_range){ .begin = 2, .end = 2 };
	*vec_push(w->arena, &closed->reserved_ranges) =
		(struct reserved_range){ .begin = 2, .end = 2 };
	assert_int_equal(judge_values(w, "ENUM_VALUE_NO_DELETE", two, open, NULL), mask_of("jb s"));
	assert_int_equal(
		judge_values(w, "ENUM_VALUE_NO_DELETE", two, closed, NULL), mask_of("wb jb s"));
	taken = add_value(w, moved, "E_THREE", 2);
	assert_int_equal(
		judge_values(w, "ENUM_VALUE_SAME_NAME", two, moved, taken), mask_of("wb wf jb s"));
	assert_int_equal(judge_values(w, "ENUM_VALUE_NO_DELETE", old->values.items[2], moved, NULL),
		mask_of("wb wf"));
	kept = add_value(w, first, "E_TWO", 2);
	assert_int_equal(judge_values(w, "ENUM_VALUE_SAME_NAME", two, first, kept), mask_of("s"));
	kept = add_value(w, later, "E_DEUX", 2);
	assert_int_equal(
		judge_values(w, "ENUM_VALUE_SAME_NAME", two, later, kept), mask_of("jb s"));
	renamed = add_value(w, make_enum(w, "t.E", &open_features), "E_SECOND", 2);
	assert_int_equal(judge_values(w, "ENUM_VALUE_SAME_NAME", two,
				 (const struct enumeration *)renamed->e.parent, renamed),
		mask_of("jb jf s"));
}

static void reserved_names_and_numbers_break_different_surfaces(void **state)
{
	struct world *w = *state;
	const struct rule *rule = rule_find(S("RESERVED_MESSAGE_NO_DELETE"));
	struct pair pair = { .kind = PAIR_MESSAGE };

	assert_int_equal(breaks_of(w->breaks, rule, &pair, DETAIL_NUMBER), mask_of("wb"));
	assert_int_equal(breaks_of(w->breaks, rule, &pair, DETAIL_NAME), mask_of("jb"));
}

static void an_extension_range_is_free_where_nothing_covers_it(void **state)
{
	struct world *w = *state;
	const struct rule *rule = rule_find(S("EXTENSION_MESSAGE_NO_DELETE"));
	struct message *old = make_message(w, "t.M"), *new = make_message(w, "t.M");
	struct extension_range ranges[] = { { .begin = 10, .end = 12 },
		{ .begin = 20, .end = 20 } };
	struct pair pair = { .kind = PAIR_MESSAGE };

	pair.old.message = old;
	pair.new.message = new;
	*vec_push(w->arena, &old->extension_ranges) = &ranges[0];
	*vec_push(w->arena, &old->extension_ranges) = &ranges[1];
	reserve(w, new, 10);
	add_field(w, new, "x", 11, TYPE_INT32, NULL);
	reserve(w, new, 12);
	assert_int_equal(breaks_of(w->breaks, rule, &pair, DETAIL_RANGE), mask_of("s"));
	assert_int_equal(breaks_of(w->breaks, rule, &pair, DETAIL_RANGE + 1), mask_of("wb s"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(types_break_as_the_table_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(map_keys_are_text_in_json, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			content_decides_between_messages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			required_fields_of_another_message_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			recursive_messages_are_compared_to_the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_failed_comparison_met_is_not_taken_for_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			another_enum_is_judged_by_names_and_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			cardinality_breaks_as_its_row_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			deletion_depends_on_the_reserved_number, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			exchanged_names_break_the_wire_and_not_json, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_json_name_that_becomes_the_original_one_still_arrives_at_old_readers,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_rename_whose_json_name_stays_breaks_source_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			oneofs_break_where_members_could_be_set_side_by_side, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			enum_values_break_as_their_rows_say, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			reserved_names_and_numbers_break_different_surfaces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_extension_range_is_free_where_nothing_covers_it, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
