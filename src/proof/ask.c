/* What each question makes of the reader, and which values are tried for it. */
#include "proof/search.h"

struct field *field_copy(struct search *s, const struct field *field)
{
	struct field *copy = NEW(s->codec->scratch, struct field);

	*copy = *field;
	return copy;
}

static struct features *own_features(struct search *s, struct field *copy)
{
	struct features *features = NEW(s->codec->scratch, struct features);

	if (copy->e.features)
		*features = *copy->e.features;
	copy->e.features = features;
	return features;
}

void lens_change(struct search *s, const struct field *gone, const struct field *added)
{
	if (gone)
		s->alone.gone[s->alone.n_gone++] = gone;
	if (added)
		s->alone.added[s->alone.n_added++] = added;
}

/* Is it of a message with a key and a value, as a map's entries are? */
static bool is_entry_like(const struct field *field)
{
	const struct message *m = is_message(field) ? field->message : NULL;

	return m && m->fields.n == 2 && m->fields.items[0]->number == 1 &&
	       m->fields.items[1]->number == 2 && !is_repeated(m->fields.items[0]) &&
	       !is_message(m->fields.items[0]) && !is_float(m->fields.items[0]) &&
	       !is_repeated(m->fields.items[1]);
}

static void drop_default(struct field *copy)
{
	copy->has_default = false;
	copy->preset = NULL;
}

static void take_type(struct search *s, struct field *copy, const struct field *to)
{
	struct features *features = own_features(s, copy);
	bool same = is_kept_type(s->codec, copy, to);

	copy->type = to->type;
	copy->is_group = to->is_group;
	copy->is_map = copy->is_map && (to->is_map || is_entry_like(to));
	if (!same) { /* what changed in a type of the same name is not this one's */
		copy->type_ref = to->type_ref;
		copy->type_name = to->type_name;
	}
	if (to->e.features) {
		features->message_encoding = to->e.features->message_encoding;
		features->utf8_validation = to->e.features->utf8_validation;
	}
}

/*
 * A map that is a list on the other side, or the reverse, holds the same entries. A single value is
 * no entry, so it becomes a list where the other side has a map.
 */
static void take_map(struct field *copy, const struct field *to)
{
	copy->is_map = !copy->is_map && (copy->label == LABEL_REPEATED || is_entry_like(copy));
	if (!copy->is_map || is_entry_like(copy))
		return;
	copy->type = to->type;
	copy->type_ref = to->type_ref;
	copy->type_name = to->type_name;
}

static void take_shape(struct search *s, struct field *copy, const struct field *to)
{
	struct features *features = own_features(s, copy);

	if (copy->is_map != to->is_map)
		take_map(copy, to);
	copy->label = to->label;
	copy->proto3_optional = to->proto3_optional;
	if (!copy->oneof || copy->oneof->is_synthetic)
		copy->oneof = to->oneof && to->oneof->is_synthetic ? to->oneof : NULL;
	if (to->label == LABEL_REPEATED)
		drop_default(copy);
	if (to->label == LABEL_REPEATED || field_cardinality(to) == CARDINALITY_REQUIRED)
		copy->oneof = NULL;
	if (to->e.features)
		features->field_presence = to->e.features->field_presence;
	if (is_implicit(to))
		drop_default(copy);
}

static void take_names(struct field *copy, const struct field *to)
{
	copy->e.name = to->e.name;
	copy->e.full_name = to->e.full_name;
	copy->json = to->json;
}

bool message_is_entry(const struct message *m)
{
	return m && m->is_map_entry && m->map_field;
}

/* What reads `type`, or the message whose map it is an entry of. */
static const struct message *real_type(struct search *s, const struct message *type)
{
	const struct message *to = s->q->to_message;

	if (!to || type != s->q->from_message || message_is_entry(type) != message_is_entry(to))
		return codec_counterpart(s->codec, s->reader_side, s->type);
	return message_is_entry(to) ? field_holder(to->map_field) : to;
}

bool search_begin(struct search *s, const struct message *type)
{
	if (!type)
		return false;
	s->type = message_is_entry(type) ? field_holder(type->map_field) : type;
	if (!s->type)
		return false;
	s->alone.changed = type;
	s->alone_type = s->type;
	s->real_type = real_type(s, type);
	s->alone.named = message_is_entry(type) ? NULL : s->real_type;
	s->alone.named_side = s->reader_side;
	s->alone.extendee = message_is_entry(type) ? NULL : s->real_type;
	return true;
}

/* Values of `field`, in the map that it is an entry's part of. */
static void run_field(struct search *s, const struct field *field, const struct field *to)
{
	const struct message *m = field_holder(field);
	const struct frame *root = frame_new(s, NULL, s->type, NULL);

	if (message_is_entry(m)) {
		s->only[0] = m->map_field;
		if (!offer_map(s, root, m->map_field) && to && is_message(field) &&
			is_message(to) && has_type(to) && field->message != to->message)
			await_content(s, frame_new(s, root, m, m->map_field), field, to);
	} else {
		s->only[0] = field;
		offer_field(s, root, field, to, false);
	}
	offer_content(s);
}

static void run_base(struct search *s, const struct field *except)
{
	struct frame root = { NULL, s->type, NULL, 0 };
	struct arena_mark mark = arena_mark(s->codec->scratch);

	try_tree(s, &root, base_tree(s, s->type, except));
	arena_rewind(s->codec->scratch, mark);
}

void ask_type(struct search *s)
{
	const struct field *from = s->q->from, *to = s->q->to;
	struct field *copy = field_copy(s, from);

	if (!search_begin(s, field_holder(from)))
		return;
	take_type(s, copy, to);
	drop_default(copy);
	lens_change(s, from, copy);
	s->alone.kept = s->type;
	s->alone.kept_side = s->writer_side;
	run_field(s, from, copy);
}

void ask_shape(struct search *s)
{
	const struct field *from = s->q->from, *to = s->q->to;
	struct field *copy = field_copy(s, from);

	if (!search_begin(s, field_holder(from)))
		return;
	take_shape(s, copy, to);
	lens_change(s, from, copy);
	s->only[0] = from;
	if (field_cardinality(from) != CARDINALITY_REQUIRED &&
		!(has_written_default(from) && !has_written_default(copy)))
		run_base(s, from);
	if (!s->is_final && !s->is_cut)
		run_field(s, from, copy);
}

void ask_required(struct search *s)
{
	const struct field *from = s->q->from, *to = s->q->to;
	struct field *copy = field_copy(s, from ? from : to);

	if (!to || !search_begin(s, from ? field_holder(from) : s->q->from_message))
		return;
	if (from)
		take_shape(s, copy, to);
	lens_change(s, from, copy);
	s->only[0] = from;
	run_base(s, from);
}

void ask_default(struct search *s)
{
	const struct field *from = s->q->from, *to = s->q->to;
	struct field *copy = field_copy(s, from);

	if (!search_begin(s, field_holder(from)))
		return;
	take_type(s, copy, to);
	copy->type_ref = to->type_ref;
	copy->has_default = to->has_default;
	copy->preset = to->preset;
	lens_change(s, from, copy);
	s->only[0] = from;
	run_base(s, from);
}

void ask_utf8(struct search *s)
{
	const struct field *from = s->q->from, *to = s->q->to;
	struct field *copy = field_copy(s, from);
	struct features *features = own_features(s, copy);

	if (!search_begin(s, field_holder(from)) || !to->e.features)
		return;
	features->utf8_validation = to->e.features->utf8_validation;
	features->java_utf8_validation = to->e.features->java_utf8_validation;
	copy->e.file = to->e.file; /* whose option is Java's */
	lens_change(s, from, copy);
	run_field(s, from, copy);
}

/* A field at the real reader, by its number or by its key in JSON; NULL. */
static const struct field *there(struct search *s, const struct field *field, bool by_key)
{
	struct arena *scratch = s->codec->scratch;

	if (!s->real_type)
		return NULL;
	return by_key ? lens_key(&s->real, s->real_type, field_json_name(field, scratch))
		      : lens_number(&s->real, s->real_type, field->number);
}

/* Has the real reader the two in one oneof? Each counts by its number and by its name: that either
 * changed is another finding. */
static bool share_oneof(struct search *s, const struct field *field, const struct field *other)
{
	for (int by_key = 0; by_key < 2; by_key++) {
		const struct field *a = there(s, field, by_key), *b = there(s, other, by_key);

		if (a && b && a != b && field_oneof(a) && field_oneof(a) == field_oneof(b))
			return true;
	}
	return false;
}

void ask_oneof(struct search *s)
{
	const struct field *from = s->q->from;
	struct frame root;

	if (is_repeated(from) || !search_begin(s, field_holder(from)))
		return;
	root = (struct frame){ NULL, s->type, NULL, 0 };
	for (uint32_t i = 0; i < s->type->fields.n && !s->is_final && !s->is_cut; i++) {
		const struct field *other = s->type->fields.items[i];
		struct field *copy, *partner;

		s->codec->steps--;
		if (other == from || is_repeated(other) || !oneof_differs(from, other) ||
			!share_oneof(s, from, other))
			continue;
		copy = field_copy(s, from);
		partner = field_copy(s, other);
		copy->oneof = partner->oneof = s->q->to->oneof;
		s->alone.n_gone = s->alone.n_added = 0;
		lens_change(s, from, copy);
		lens_change(s, other, partner);
		s->only[0] = from;
		s->only[1] = other;
		offer_pair(s, &root, from, other);
	}
}

void ask_name(struct search *s)
{
	const struct field *from = s->q->from, *to = s->q->to, *real = NULL;
	struct field *copy = field_copy(s, from);

	if (!search_begin(s, field_holder(from)))
		return;
	if (s->q->json)
		real = reader_of(s, &s->real, s->real_type, from);
	take_names(copy, real ? real : to);
	copy->number = real ? real->number : copy->number;
	lens_change(s, from, copy);
	run_field(s, from, copy);
}

void ask_gone(struct search *s)
{
	const struct field *from = s->q->from, *to = s->q->to;
	struct field *copy = NULL;

	if (!search_begin(s, field_holder(from)))
		return;
	if (to) {
		copy = field_copy(s, to);
		if (!to->is_map && is_kept_type(s->codec, from, to))
			copy->type_ref = from->type_ref;
	}
	lens_change(s, from, copy);
	run_field(s, from, s->q->json ? copy : NULL);
}

void ask_message(struct search *s)
{
	s->type = s->q->from_message;
	s->alone_type = s->real_type = s->q->to_message;
	s->alone = s->real;
	s->alone.kept = s->type;
	s->alone.kept_side = s->writer_side;
	await_message(s, s->type, s->q->to_message);
	offer_content(s);
}
