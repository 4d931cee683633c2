/* The values of fields and messages, in the order that they are tried. */
#include "proof/search.h"

/* One or two values in one field of the frame's type, and nothing else. */
bool try_items(struct search *s, const struct frame *frame, const struct field *field,
	const struct datum *items, unsigned n)
{
	struct arena_mark mark = arena_mark(s->codec->scratch);
	struct tree *tree;
	bool done = false;

	if (n == 1 && is_implicit(field) && datum_is_zero(field, items))
		return false;
	tree = base_tree(s, frame->type, field);
	if (tree) {
		struct slot *slot = tree_put(s->codec->scratch, tree, field);

		for (unsigned i = 0; i < n; i++)
			*vec_push(s->codec->scratch, &slot->items) = items[i];
		done = try_tree(s, frame, tree);
	}
	arena_rewind(s->codec->scratch, mark);
	return done || s->is_cut;
}

struct datum zero_of(struct search *s, const struct field *field)
{
	struct datum zero = { 0 };

	if (is_message(field))
		zero.m = base_tree(s, field->message, NULL);
	else if (is_text(field))
		zero.s = S("");
	else if (field->type == TYPE_ENUM && field->enumeration && field->enumeration->values.n)
		zero.n = number_make(field->enumeration->values.items[0]->number);
	return zero;
}

bool has_type(const struct field *field)
{
	if (field->type == TYPE_UNRESOLVED || field->type == TYPE_NAMED)
		return false;
	if (is_message(field))
		return field->message && (!field->is_map || field->message->fields.n == 2);
	return field->type != TYPE_ENUM || (field->enumeration && field->enumeration->values.n);
}

struct datum entry_of(
	struct search *s, const struct field *map, struct datum key, struct datum value)
{
	struct tree *entry = tree_new(s->codec->scratch, map->message);
	struct arena *scratch = s->codec->scratch;

	*vec_push(scratch, &tree_put(scratch, entry, entry_key(map))->items) = key;
	*vec_push(scratch, &tree_put(scratch, entry, entry_value(map))->items) = value;
	return (struct datum){ .m = entry };
}

void add_any(struct search *s, struct data *data, const struct message *type)
{
	struct arena *scratch = s->codec->scratch;
	const struct field *url = lens_number(&s->writer, type, 1);
	struct tree *tree = tree_new(scratch, type);

	if (!url || url->type != TYPE_STRING || !s->type)
		return;
	*vec_push(scratch, &tree_put(scratch, tree, url)->items) = (struct datum){
		.s = str_printf(scratch, "type.googleapis.com/" STR, ARG(s->type->e.full_name))
	};
	*vec_push(scratch, &data->list) = (struct datum){ .m = tree };
}

/* An entry of zeros. */
static struct data entry_samples(struct search *s, const struct field *map)
{
	struct data data = { 0 };
	struct datum value = zero_of(s, entry_value(map));

	if (!has_type(entry_key(map)) || !has_type(entry_value(map)) ||
		(is_message(entry_value(map)) && !value.m))
		return data;
	*vec_push(s->codec->scratch, &data.list) =
		entry_of(s, map, zero_of(s, entry_key(map)), value);
	return data;
}

/* Messages of one kind, whatever they are read as: empty, then with one field set. */
static struct data message_samples(struct search *s, const struct message *type, int depth)
{
	struct data data = { 0 };
	struct arena *scratch = s->codec->scratch;
	struct tree *empty = base_tree(s, type, NULL);
	enum { MOST_FIELDS = 8 };

	if (!empty)
		return data;
	*vec_push(scratch, &data.list) = (struct datum){ .m = empty };
	if (message_known(type) == KNOWN_ANY)
		add_any(s, &data, type);
	for (uint32_t i = 0; i < type->fields.n && i < MOST_FIELDS; i++) {
		const struct field *field = type->fields.items[i];
		struct data inner = { 0 };

		if (!has_type(field))
			continue;
		if (field->is_map)
			inner = entry_samples(s, field);
		else if (is_message(field))
			inner = depth ? message_samples(s, field->message, depth - 1) : inner;
		else
			inner = scalar_samples(s->codec, scratch, field);
		for (uint32_t k = 0; k < inner.list.n && k < 12; k++) {
			struct tree *tree;

			if (is_implicit(field) && datum_is_zero(field, &inner.list.items[k]))
				continue;
			tree = base_tree(s, type, field);
			if (!tree)
				break;
			*vec_push(scratch, &tree_put(scratch, tree, field)->items) =
				inner.list.items[k];
			*vec_push(scratch, &data.list) = (struct datum){ .m = tree };
		}
	}
	return data;
}

static struct data samples_of(struct search *s, const struct field *field)
{
	if (!has_type(field))
		return (struct data){ 0 };
	if (is_message(field))
		return message_samples(s, field->message, 1);
	return scalar_samples(s->codec, s->codec->scratch, field);
}

bool offer_map(struct search *s, const struct frame *frame, const struct field *field)
{
	const struct field *key = entry_key(field), *value = entry_value(field);
	struct data keys, values;
	struct datum key_zero = zero_of(s, key), value_zero = zero_of(s, value);

	if (!has_type(key) || !has_type(value) || (is_message(value) && !value_zero.m))
		return false;
	keys = samples_of(s, key);
	values = samples_of(s, value);
	for (uint32_t i = 0; i < keys.list.n; i++) {
		struct datum entry = entry_of(s, field, keys.list.items[i], value_zero);

		if (try_items(s, frame, field, &entry, 1))
			return true;
	}
	for (uint32_t i = 0; i < values.list.n; i++) {
		struct datum entry = entry_of(s, field, key_zero, values.list.items[i]);

		if (try_items(s, frame, field, &entry, 1))
			return true;
	}
	if (keys.list.n > 1) {
		const struct datum two[] = { entry_of(s, field, keys.list.items[0], value_zero),
			entry_of(s, field, keys.list.items[1], value_zero) };

		return try_items(s, frame, field, two, 2);
	}
	return false;
}

/* Two elements: of scalars the first two that are not zero, if there are two. */
static bool offer_two(struct search *s, const struct frame *frame, const struct field *field,
	const struct data *data)
{
	struct datum two[2];
	unsigned n = 0;

	for (uint32_t i = 0; i < data->list.n && n < 2; i++)
		if (is_message(field) || !datum_is_zero(field, &data->list.items[i]))
			two[n++] = data->list.items[i];
	for (uint32_t i = 0; !is_message(field) && data->list.n && n < 2; i++)
		two[n++] = data->list.items[i % data->list.n];
	if (is_message(field) && n) {
		two[1] = two[0]; /* empty both */
		if (try_items(s, frame, field, two, 2))
			return true;
	}
	return n == 2 && try_items(s, frame, field, two, 2);
}

bool is_kept_type(struct codec *codec, const struct field *from, const struct field *to)
{
	struct str a = field_type_name(from);

	return a.n && is_message(from) == is_message(to) &&
	       codec_same_name(codec, a, field_type_name(to));
}

/* Values of one field of the frame's type; `to` is what reads it, NULL: nothing. */
bool offer_field(struct search *s, const struct frame *frame, const struct field *field,
	const struct field *to, bool within)
{
	struct arena_mark mark = arena_mark(s->codec->scratch);
	struct data data;
	bool done = false, same = to && within && is_kept_type(s->codec, field, to);

	if (!has_type(field) || (to && !has_type(to))) {
		s->is_blind = true;
		return false;
	}
	if (field->is_map) {
		done = offer_map(s, frame, field);
		if (!done && to && to->is_map)
			await_map_content(s, frame, field, to);
	}
	data = samples_of(s, field);
	for (uint32_t i = 0; i < data.list.n && !field->is_map && !done; i++) {
		/* What changed in a type of the same name is not this one's. */
		if (same && is_message(field) && i)
			break;
		if (same && field->type == TYPE_ENUM && to->type == TYPE_ENUM &&
			!enum_share(s->codec, field->enumeration, to->enumeration,
				number_signed(data.list.items[i].n),
				number_signed(data.list.items[i].n)))
			continue;
		if (to && i && is_message(field) && is_message(to) && !same &&
			field->message != to->message && !is_repeated(field) == !is_repeated(to))
			break; /* await_content: they are gone through later */
		done = try_items(s, frame, field, &data.list.items[i], 1);
	}
	if (!done && to && !field->is_map && is_message(field) && is_message(to) && !same &&
		field->message != to->message)
		await_content(s, frame, field, to);
	if (!done && is_repeated(field) && !field->is_map)
		done = offer_two(s, frame, field, &data);
	if (!done && data.is_cut)
		done = s->is_cut = true;
	arena_rewind(s->codec->scratch, mark);
	return done;
}

const struct field *reader_of(struct search *s, const struct lens *lens, const struct message *to,
	const struct field *field)
{
	struct arena *scratch = s->codec->scratch;

	if (!to)
		return NULL;
	if (!s->q->json)
		return lens_number(lens, to, field->number);
	return lens_key(lens, to,
		field->extension ? str_printf(scratch, "[" STR "]", ARG(field->e.full_name))
				 : field_json_name(field, scratch));
}

bool oneof_differs(const struct field *a, const struct field *b)
{
	const struct oneof *x = field_oneof(a);

	return !x || field_oneof(b) != x;
}

/* Two fields that the writer sets side by side. */
bool offer_pair(
	struct search *s, const struct frame *frame, const struct field *a, const struct field *b)
{
	struct arena_mark mark = arena_mark(s->codec->scratch);
	struct data first = samples_of(s, a), second = samples_of(s, b);
	bool done = false;

	for (uint32_t i = 0; i < first.list.n && i < 3 && !done; i++) {
		for (uint32_t k = 0; k < second.list.n && k < 3 && !done; k++) {
			struct tree *tree = base_tree(s, frame->type, NULL);

			if (!tree)
				break;
			if ((is_implicit(a) && datum_is_zero(a, &first.list.items[i])) ||
				(is_implicit(b) && datum_is_zero(b, &second.list.items[k])))
				continue;
			tree_put(s->codec->scratch, tree, a)->items.n = 0;
			tree_put(s->codec->scratch, tree, b)->items.n = 0;
			*vec_push(s->codec->scratch, &tree_slot(tree, a)->items) =
				first.list.items[i];
			*vec_push(s->codec->scratch, &tree_slot(tree, b)->items) =
				second.list.items[k];
			done = try_tree(s, frame, tree);
		}
	}
	arena_rewind(s->codec->scratch, mark);
	return done;
}
