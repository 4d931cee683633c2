/* Messages that are read as others: they, and those in them, the nearest first. */
#include "proof/search.h"

const struct frame *frame_new(struct search *s, const struct frame *outer,
	const struct message *type, const struct field *field)
{
	struct frame *frame = NEW(s->codec->waiting, struct frame);

	*frame = (struct frame){ outer, type, field, outer ? outer->level + 1 : 0 };
	return frame;
}

static void await(struct search *s, const struct frame *frame, const struct message *from,
	const struct message *to)
{
	void **met = map_put(&s->met, from, (uint64_t)(uintptr_t)to);

	if (*met)
		return;
	*met = s;
	*vec_push(s->codec->waiting, &s->queue) = (struct content){ frame, to };
}

void await_message(struct search *s, const struct message *from, const struct message *to)
{
	await(s, frame_new(s, NULL, from, NULL), from, to);
}

void await_content(struct search *s, const struct frame *frame, const struct field *field,
	const struct field *to)
{
	if (frame->level + 1 >= MOST_LEVELS) {
		s->is_deep = true;
		return;
	}
	await(s, frame_new(s, frame, field->message, field), field->message, to->message);
}

void await_map_content(struct search *s, const struct frame *frame, const struct field *field,
	const struct field *to)
{
	const struct field *from_value = entry_value(field);
	const struct field *to_value = lens_number(&s->alone, to->message, 2);

	if (to_value && is_message(from_value) && is_message(to_value) &&
		!is_kept_type(s->codec, from_value, to_value))
		await_content(s, frame_new(s, frame, field->message, field), from_value, to_value);
}

/* Members of one oneof at the reader that the writer sets side by side. */
static bool offer_oneofs(struct search *s, const struct frame *frame, const struct message *to)
{
	for (uint32_t i = 0; i < to->oneofs.n; i++) {
		const struct oneof *oneof = to->oneofs.items[i];
		const struct field *first = NULL;

		for (uint32_t k = 0; k < oneof->fields.n; k++) {
			struct lens *writer = &s->writer;
			const struct field *member =
				reader_of(s, writer, frame->type, oneof->fields.items[k]);

			s->codec->steps--;
			if (!first)
				first = member;
			else if (member && member != first && oneof_differs(first, member) &&
				 offer_pair(s, frame, first, member))
				return true;
		}
	}
	return false;
}

/* Numbers for others' extensions that are free now: nobody that is known has written them. */
static void note_free_range(struct search *s, const struct message *from, const struct message *to)
{
	if (s->q->json || !s->q->backward || s->freed)
		return;
	for (uint32_t i = 0; i < from->extension_ranges.n && !s->freed; i++) {
		const struct extension_range *range = from->extension_ranges.items[i];

		s->codec->steps--;
		if (codec_free_number(s->codec, to, range->begin, range->end, &s->freed_number))
			s->freed = from;
	}
}

/* ---- what needs no value ---- */

static bool same_name(const struct element *a, const struct element *b)
{
	return a && b ? a->name.p == b->name.p : a == b;
}

/* Is every value read as it was, but for what is in a message? Enums of two names are asked. */
static bool field_is_alike(struct search *s, const struct field *a, const struct field *b)
{
	const struct oneof *x = field_oneof(a), *y = field_oneof(b);

	if (a->number != b->number || a->e.name.p != b->e.name.p || a->json || b->json ||
		!has_type(a) || !has_type(b) || field_kind(a) != field_kind(b) ||
		a->label != b->label || a->is_map != b->is_map || a->has_default ||
		b->has_default || field_cardinality(a) != field_cardinality(b) ||
		verifies_text(a) != verifies_text(b) ||
		!same_name(x ? &x->e : NULL, y ? &y->e : NULL))
		return false;
	if (a->is_map)
		return field_is_alike(s, entry_key(a), entry_key(b)) &&
		       field_is_alike(s, entry_value(a), entry_value(b));
	return a->type != TYPE_ENUM || is_kept_type(s->codec, a, b);
}

/* So that a long way to what changed costs little. */
static bool message_is_alike(struct search *s, const struct message *from, const struct message *to)
{
	s->codec->steps -= 2 * (int64_t)from->fields.n + 2;
	if (to == s->alone.changed || from->fields.n != to->fields.n || message_known(from) ||
		message_known(to) || from->extension_ranges.n || to->extension_ranges.n)
		return false;
	for (uint32_t i = 0; i < from->fields.n; i++)
		if (!field_is_alike(s, from->fields.items[i], to->fields.items[i]))
			return false;
	return true;
}

static void await_inner(struct search *s, const struct frame *frame, const struct message *to)
{
	for (uint32_t i = 0; i < frame->type->fields.n; i++) {
		const struct field *field = frame->type->fields.items[i];
		const struct field *there = to->fields.items[i];

		if (field->is_map)
			await_map_content(s, frame, field, there);
		else if (is_message(field) && !is_kept_type(s->codec, field, there))
			await_content(s, frame, field, there);
	}
}

/* ---- values ---- */

static bool offer_message(struct search *s, const struct frame *frame, const struct message *to)
{
	struct arena_mark mark = arena_mark(s->codec->scratch);
	const struct message *from = frame->type;
	bool done;

	if (message_is_alike(s, from, to)) {
		await_inner(s, frame, to);
		arena_rewind(s->codec->scratch, mark);
		return s->codec->steps < 0 && (s->is_cut = true);
	}
	note_free_range(s, from, to);
	/* Others' extensions alone would show it. */
	if (!s->q->json && message_is_message_set(from) != message_is_message_set(to))
		s->is_blind = true;
	done = try_tree(s, frame, base_tree(s, from, NULL));
	arena_rewind(s->codec->scratch, mark);
	if (!done && message_known(from) == KNOWN_ANY) {
		struct data data = { 0 };

		add_any(s, &data, from);
		done = data.list.n && try_tree(s, frame, data.list.items[0].m);
	}
	for (uint32_t i = 0; i < from->fields.n && !done; i++) {
		const struct field *field = from->fields.items[i];

		done = offer_field(s, frame, field, reader_of(s, &s->alone, to, field), true);
	}
	return done || offer_oneofs(s, frame, to);
}

bool offer_content(struct search *s)
{
	bool done = s->is_final || s->is_cut;

	for (uint32_t i = 0; i < s->queue.n && !done; i++) {
		struct content content = s->queue.items[i];

		s->codec->steps--;
		done = offer_message(s, content.frame, content.to);
	}
	if (!done && s->is_deep)
		done = s->is_cut = true;
	return done;
}
