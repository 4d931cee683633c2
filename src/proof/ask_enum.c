/* Questions about the values of an enum: any field of it may show them. */
#include "proof/search.h"

/* Numbers that the writer may hold without a name for them, and the reader has none either. */
static bool undefined_number(struct search *s, int32_t *number)
{
	static const int32_t tries[] = { 99, -7, 12345, -12345, 987654321 };

	for (size_t i = 0; i < COUNT(tries); i++)
		if (!enum_first(s->codec, s->q->from_enum, tries[i]) &&
			!enum_first(s->codec, s->q->to_enum, tries[i])) {
			*number = tries[i];
			return true;
		}
	return false;
}

/* The value in one field that has the enum. */
static void try_use(struct search *s, const struct field *use, int32_t number)
{
	const struct message *m = field_holder(use);
	struct field *copy = field_copy(s, use);
	struct frame root;
	struct datum datum = { .n = number_make(number) };
	const struct field *field = use;

	s->alone.n_gone = s->alone.n_added = 0;
	if (!search_begin(s, m) || !s->real_type)
		return;
	root = (struct frame){ NULL, s->type, NULL, 0 };
	copy->type_ref = (struct element *)&s->to_enum->e;
	lens_change(s, use, copy);
	if (message_is_entry(m)) {
		field = m->map_field;
		datum = entry_of(s, field, zero_of(s, entry_key(field)), datum);
	}
	s->only[0] = field;
	s->only[1] = NULL;
	try_items(s, &root, field, &datum, 1);
}

static const struct field *real_use(struct search *s, const struct field *use)
{
	const struct message *m = field_holder(use);
	const struct field *field = message_is_entry(m) ? m->map_field : use, *there;
	const struct message *real = field_holder(field);

	real = real ? codec_counterpart(s->codec, s->reader_side, real) : NULL;
	there = reader_of(s, &s->real, real, field);
	if (there && message_is_entry(m))
		there = there->is_map && there->message ? lens_number(&s->real, there->message, 2)
							: NULL;
	return there && there->type == TYPE_ENUM && there->enumeration == s->q->to_enum ? there
											: NULL;
}

static const struct enum_value *value_at(const struct enumeration *e, int32_t number, uint32_t n)
{
	const struct enum_value *last = NULL;

	for (uint32_t i = 0; i < e->values.n; i++)
		if (e->values.items[i]->number == number) {
			last = e->values.items[i];
			if (!n--)
				break;
		}
	return last;
}

/*
 * The reader's enum. Where a value has a custom name in JSON, its declared names or its custom ones
 * are as the writer has them, whichever is not asked about.
 */
static const struct enumeration *enum_as_read(struct search *s)
{
	const struct enumeration *from = s->q->from_enum, *to = s->q->to_enum;
	int32_t number = s->q->number;
	const struct enum_value *was = enum_first(s->codec, from, number);
	const struct enum_value *is = enum_first(s->codec, to, number);
	struct enumeration *copy;
	uint32_t n = 0;
	enum { MOST_VALUES = 1000 };

	if ((s->q->about != ABOUT_VALUE_NAME && s->q->about != ABOUT_VALUE_STRING) || !was || !is ||
		(!enum_value_json_string(was).p && !enum_value_json_string(is).p) ||
		to->values.n > MOST_VALUES)
		return to;
	copy = NEW(s->codec->arena, struct enumeration);
	*copy = *to;
	copy->values.items = NEW_ARRAY(s->codec->arena, to->values.n, struct enum_value *);
	for (uint32_t i = 0; i < to->values.n; i++) {
		struct enum_value *value = NEW(s->codec->arena, struct enum_value);
		const struct enum_value *mine;

		*value = *to->values.items[i];
		copy->values.items[i] = value;
		if (value->number != number)
			continue;
		mine = value_at(from, number, n++);
		if (s->q->about == ABOUT_VALUE_NAME && enum_value_json_string(mine).p)
			value->e.options = mine->e.options;
		else if (s->q->about == ABOUT_VALUE_STRING)
			value->e.name = mine->e.name;
	}
	return copy;
}

void ask_enum(struct search *s)
{
	const struct uses *uses = codec_uses(s->codec, s->writer_side, s->q->from_enum);
	int32_t number = s->q->number;

	if (s->q->about == ABOUT_UNDEFINED && !undefined_number(s, &number))
		return;
	s->to_enum = enum_as_read(s);
	/* First where the enum is declared. */
	for (int within = 1; within >= 0; within--)
		for (uint32_t i = 0; i < uses->list.n && !s->is_final && !s->is_cut; i++) {
			const struct field *use = uses->list.items[i];

			if ((use->e.parent == s->q->from_enum->e.parent) == within &&
				real_use(s, use))
				try_use(s, use, number);
		}
}

/* Its name in JSON, or its number where it has none. */
static bool enum_alone_json(struct search *s, const struct enumeration *to, int32_t number)
{
	struct codec *codec = s->codec;
	struct proof *p = s->proof;
	const struct enum_value *value = enum_first(codec, s->q->from_enum, number), *found;

	if (!value) { /* Protobuf-ES alone refuses a number */
		p->data = p->written;
		p->loss = LOSS_FAIL;
		p->runtime = S("protobuf-es");
		p->error = str_printf(codec->arena, "enum '" STR "' does not take %d",
			ARG(to->e.full_name), number);
		return enum_is_closed(to) && !enum_first(codec, to, number);
	}
	p->data = str_printf(
		codec->arena, "\"" STR "\"", ARG(json_escaped(codec->arena, enum_printed(value))));
	found = enum_by_name(codec, to, enum_printed(value));
	if (found) {
		p->loss = LOSS_OTHER;
		p->read = found->e.name;
		return !enum_share(codec, s->q->from_enum, to, number, found->number) &&
		       (found->number != number || enum_moved(codec, s->q->from_enum, to, number) ||
			       enum_moved(codec, to, s->q->from_enum, number));
	}
	p->loss = LOSS_FAIL;
	p->error = str_printf(codec->arena, "enum '" STR "' has no value '" STR "'",
		ARG(to->e.full_name), ARG(json_escaped(codec->arena, enum_printed(value))));
	return true;
}

static enum proof_loss enum_loss(struct search *s, const struct enumeration *to, int32_t number)
{
	const struct enumeration *from = s->q->from_enum;
	struct codec *codec = s->codec;
	bool moved = enum_moved(codec, from, to, number) || enum_moved(codec, to, from, number);

	if (enum_first(codec, to, number))
		return moved ? LOSS_OTHER : LOSS_NONE;
	if (enum_is_closed(to))
		return LOSS_UNSET;
	if (!enum_first(codec, from, number))
		return LOSS_NONE;
	if (enum_reserves(to, number))
		return moved ? LOSS_OTHER : LOSS_NONE;
	return moved || s->q->backward ? LOSS_HOLE : LOSS_NONE;
}

static struct str varint_bytes(struct codec *codec, int32_t number)
{
	struct wire_buffer buffer = { codec->arena, NULL, 0, 0 };

	wire_put_varint(&buffer, number_bits(number_make(number)));
	return wire_buffer_bytes(&buffer);
}

/* Where no field shows it: the enum alone, read by the rules of any field that has it. */
bool enum_alone(struct search *s)
{
	const struct enumeration *from = s->q->from_enum, *to = enum_as_read(s);
	struct codec *codec = s->codec;
	struct proof *p = s->proof;
	int32_t number = s->q->number;
	const struct enum_value *value, *there;

	if (s->q->about == ABOUT_UNDEFINED && !undefined_number(s, &number))
		return false;
	value = enum_first(codec, from, number);
	there = enum_first(codec, to, number);
	*p = (struct proof){
		.surface = p->surface,
		.json = s->q->json,
		.number = number,
		.enumeration = from->e.full_name,
		.written = value ? value->e.name : str_printf(codec->arena, "%d", number),
	};
	if (s->q->json)
		return enum_alone_json(s, to, number);
	p->loss = enum_loss(s, to, number);
	p->read = there ? there->e.name : str_printf(codec->arena, "%d", number);
	p->data = varint_bytes(codec, number);
	return p->loss != LOSS_NONE;
}
