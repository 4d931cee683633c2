/* One value: written, read, and what of it did not arrive. */
#include "proof/search.h"

static bool base_fill(struct search *s, struct tree *tree, const struct field *except, int depth)
{
	const struct fields *required = message_required(s->codec, tree->type);

	if (depth > MOST_BASE_DEPTH || required->list.n > MOST_REQUIRED ||
		(s->codec->steps -= required->list.n + 1) < 0)
		return false;
	for (uint32_t i = 0; i < required->list.n; i++) {
		const struct field *field = required->list.items[i];
		struct datum datum = { 0 };

		if (field == except)
			continue;
		if (field->type == TYPE_UNRESOLVED)
			return false;
		if (is_message(field)) {
			datum.m = tree_new(s->codec->scratch, field->message);
			if (!base_fill(s, datum.m, NULL, depth + 1))
				return false;
		} else if (field->type == TYPE_ENUM) {
			if (!field->enumeration || !field->enumeration->values.n)
				return false;
			datum.n = number_make(field->enumeration->values.items[0]->number);
		} else if (is_text(field)) {
			datum.s = S("");
		}
		*vec_push(s->codec->scratch, &tree_put(s->codec->scratch, tree, field)->items) =
			datum;
	}
	return true;
}

struct tree *base_tree(struct search *s, const struct message *type, const struct field *except)
{
	struct tree *tree = tree_new(s->codec->scratch, type);

	if (base_fill(s, tree, except, 0))
		return tree;
	s->is_cut = true;
	return NULL;
}

/* What one reader makes of it. */
struct reading {
	struct tree *tree;
	struct refusal refusal;
	struct loss loss;
	bool is_lost;
};

static void read_with(struct search *s, const struct lens *lens, const struct message *type,
	const struct tree *written, struct str data, const struct field *const *only, bool backward,
	struct reading *reading)
{
	struct arena *scratch = s->codec->scratch;
	struct view view = { &s->writer, lens, s->q->json, backward };

	*reading = (struct reading){ 0 };
	if (s->q->json ? !json_read(lens, type, data, scratch, &reading->tree, &reading->refusal)
		       : !wire_read(lens, type, data, scratch, &reading->tree, &reading->refusal)) {
		reading->is_lost = true;
		reading->loss.label = LOSS_FAIL;
		return;
	}
	if (!only || !only[0]) {
		reading->is_lost = tree_loses(&view, written, reading->tree, NULL, &reading->loss);
		return;
	}
	for (int i = 0; i < 2 && only[i] && !reading->is_lost; i++)
		reading->is_lost =
			tree_loses(&view, written, reading->tree, only[i], &reading->loss);
}

/* Is it the same harm, for the same reason? */
static bool same_reading(const struct reading *a, const struct reading *b)
{
	const struct field *x = a->refusal.field, *y = b->refusal.field;

	if (!b->is_lost || a->loss.label != b->loss.label)
		return false;
	if (a->loss.label == LOSS_FAIL)
		return a->refusal.reason == b->refusal.reason && !x == !y &&
		       (!x || x->number == y->number || str_eq(x->e.name, y->e.name));
	return a->loss.n_path == b->loss.n_path;
}

struct str kept_text(struct search *s, const struct tree *tree)
{
	struct out *out = out_memory(s->codec->arena);

	text_write(s->codec, out, tree);
	return out_text(out);
}

/* A float as the double it is, which tells 0.1f from 0.1. */
static void value_text(
	struct search *s, struct out *out, const struct field *field, const struct datum *datum)
{
	size_t begin = out_text(out).n;
	struct str text;

	if (!is_float(field)) {
		text_datum(s->codec, out, field, datum);
		return;
	}
	text_float(out, datum->d, false);
	text = str_from(out_text(out), begin);
	if (!str_has(text, '.') && !str_has(text, 'e') && !str_has(text, 'n'))
		out_str(out, S(".0"));
}

static void list_text(
	struct search *s, struct out *out, const struct field *field, const struct slot *slot)
{
	out_char(out, '[');
	for (uint32_t i = 0; slot && i < slot->items.n; i++) {
		if (i)
			out_str(out, S(", "));
		value_text(s, out, field, &slot->items.items[i]);
	}
	out_char(out, ']');
}

/* What an accessor gives. */
static struct str accessor_text(
	struct search *s, const struct field *field, const struct slot *slot)
{
	struct out *out = out_memory(s->codec->arena);
	struct datum otherwise;

	if (is_repeated(field)) {
		list_text(s, out, field, slot);
	} else {
		otherwise = field_default(field);
		value_text(s, out, field, slot ? &slot->items.items[0] : &otherwise);
	}
	return out_text(out);
}

static struct str path_text(struct search *s, const struct loss *loss)
{
	struct out *out = out_memory(s->codec->arena);

	for (unsigned i = 0; i < loss->n_path && i < COUNT(loss->path); i++) {
		const struct field *field = loss->path[i];

		if (i)
			out_char(out, '.');
		if (field->extension)
			out_printf(out, "(" STR ")", ARG(field->e.full_name));
		else
			out_str(out, field->e.name);
	}
	return out_text(out);
}

/*
 * How many steps of the path are said: what is below an extension is a part of its value, since its
 * name has dots of its own.
 */
static unsigned steps_said(const struct loss *loss)
{
	for (unsigned i = 0; i < loss->n_path; i++)
		if (loss->path[i]->extension)
			return i ? i : 1;
	return loss->n_path;
}

static const struct tree *first_in(const struct slot *slot)
{
	return slot && is_message(slot->field) ? slot->items.items[0].m : NULL;
}

/* The loss where the path ends after so many steps; JSON and bytes keep an extension's number. */
static struct loss loss_at(const struct loss *loss, unsigned steps, const struct tree *written,
	const struct tree *read)
{
	struct loss at = *loss;

	for (unsigned i = 0; i < steps; i++) {
		at.written = tree_slot(written, loss->path[i]);
		at.read = tree_number(read, loss->path[i]->number);
		at.reader = at.read ? at.read->field : NULL;
		written = first_in(at.written);
		read = first_in(at.read);
	}
	at.n_path = steps;
	return at;
}

static struct str runtime_name(const struct search *s)
{
	switch (s->real.runtime) {
	case RUNTIME_ES:
		return S("protobuf-es");
	case RUNTIME_PBJS:
		return S("protobuf.js");
	case RUNTIME_JAVA:
		return S("java");
	default:
		return (struct str){ NULL, 0 };
	}
}

static void keep(struct search *s, const struct tree *written, struct str data,
	const struct reading *reading, bool alone)
{
	struct arena *arena = s->codec->arena;
	const struct loss *loss = &reading->loss;
	struct loss at = *loss;
	struct proof *p = s->proof;

	*p = (struct proof){
		.surface = p->surface,
		.loss = loss->label,
		.number = loss->number,
		.alone = alone,
		.json = s->q->json,
		.message = s->type->e.full_name,
		.written = kept_text(s, written),
		.data = str_dup(arena, data),
		.runtime = runtime_name(s),
	};
	if (loss->label == LOSS_FAIL) {
		p->error = str_dup(arena, reading->refusal.why);
		return;
	}
	p->read = kept_text(s, reading->tree);
	if (loss->label == LOSS_HOLE || !loss->n_path || loss->n_path > COUNT(loss->path))
		return;
	if (steps_said(loss) < loss->n_path)
		at = loss_at(loss, steps_said(loss), written, reading->tree);
	p->field = path_text(s, &at);
	p->value = accessor_text(s, at.path[at.n_path - 1], at.written);
	p->got = at.reader ? accessor_text(s, at.reader, at.read) : S("unset");
}

/* Puts a value into all that is around it. */
static struct tree *wrapped(struct search *s, const struct frame *frame, struct tree *tree)
{
	for (; frame->outer; frame = frame->outer) {
		const struct message *type = frame->outer->type;
		struct tree *outer = base_tree(s, type, frame->field);
		struct slot *slot;

		if (!outer)
			return NULL;
		if (message_is_entry(type))
			*vec_push(s->codec->scratch,
				&tree_put(s->codec->scratch, outer, type->fields.items[0])->items) =
				zero_of(s, type->fields.items[0]);
		slot = tree_put(s->codec->scratch, outer, frame->field);
		slot->items.n = 0;
		*vec_push(s->codec->scratch, &slot->items) = (struct datum){ .m = tree };
		tree = outer;
	}
	return tree;
}

bool write_with(struct search *s, const struct tree *tree, struct str *data)
{
	if (s->q->json)
		return json_write(s->codec, s->codec->scratch, tree, data);
	*data = wire_write(s->codec->scratch, tree);
	return true;
}

static void try_whole(struct search *s, const struct tree *tree)
{
	struct reading own, alone, real = { 0 };
	struct refusal refusal;
	struct str data;
	bool same;

	if (!tree_is_complete(tree, &s->writer, &refusal) || !write_with(s, tree, &data))
		return;
	read_with(s, &s->writer, s->type, tree, data, s->only, false, &own);
	if (own.is_lost)
		return;
	read_with(s, &s->alone, s->alone_type, tree, data, s->only, s->q->backward, &alone);
	if (alone.refusal.reason == REASON_BLIND)
		s->is_blind = true;
	if (!alone.is_lost || alone.refusal.reason == REASON_BLIND)
		return;
	if (s->real_type)
		read_with(s, &s->real, s->real_type, tree, data, s->only, s->q->backward, &real);
	same = s->real_type && same_reading(&alone, &real);
	if (s->codec->steps < 0 || (s->found && !same))
		return;
	/* Who reads the message by its own name reads it well: the method alone takes another. */
	keep(s, tree, data, same ? &real : &alone, !same || s->q->about == ABOUT_MESSAGE);
	s->found = true;
	s->is_final = same;
}

/* True when no more need be tried. `tree` is of the frame's type, in scratch. */
bool try_tree(struct search *s, const struct frame *frame, struct tree *tree)
{
	struct tree *whole = tree ? wrapped(s, frame, tree) : NULL;

	if (whole)
		try_whole(s, whole);
	if (--s->codec->steps < 0)
		s->is_cut = true;
	return s->is_final || s->is_cut;
}
