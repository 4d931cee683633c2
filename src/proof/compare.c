/*
 * What of a value arrived: the definition of doc/breaks.md, on values alone. A port of judge.py's
 * comparison, so that both say the same of one pair of values.
 */
#include "proof/value.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* A field with what is set of it. */
struct side {
	const struct field *field;
	const struct slot *slot; /* NULL: unset */
};

static const struct datum *last_of(const struct side *s)
{
	return s->slot && s->slot->items.n ? &s->slot->items.items[s->slot->items.n - 1] : NULL;
}

static uint32_t count_of(const struct side *s)
{
	return s->slot ? s->slot->items.n : 0;
}

static enum proof_loss lose(struct loss *loss, enum proof_loss label)
{
	return loss->label = label;
}

static const struct datum *given(const struct side *s, struct datum *otherwise)
{
	*otherwise = field_default(s->field);
	return last_of(s) ? last_of(s) : otherwise;
}

/* ---- single values ---- */

/* Does the text say the number? */
static bool says_number(struct str text, const struct field *field, const struct datum *datum)
{
	char copy[64], *end;
	double d;

	if (!text.n || text.n >= sizeof copy)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (is_float(field)) {
		d = strtod(copy, &end);
		return !*end && (d == datum->d || (isnan(d) && isnan(datum->d)));
	}
	if (datum->n.negative || copy[0] == '-')
		return number_eq(number_make(strtoll(copy, &end, 10)), datum->n) && !*end;
	return strtoull(copy, &end, 10) == datum->n.size && !*end;
}

/* Exactly: a number that the float does not hold is another one. */
static bool is_number(struct number n, double d)
{
	return number_double(n) == d && fabs(d) < 18446744073709551616.0 &&
	       (uint64_t)fabs(d) == n.size;
}

static bool numbers_agree(
	const struct field *f, const struct datum *v, const struct field *g, const struct datum *w)
{
	bool f_float = is_float(f), g_float = is_float(g);

	if (f_float && g_float) {
		if (isnan(v->d) || isnan(w->d))
			return isnan(v->d) && isnan(w->d);
		if (f->type == TYPE_FLOAT && g->type == TYPE_DOUBLE)
			return (float)v->d == (float)w->d;
		return v->d == w->d;
	}
	if (!f_float && !g_float)
		return number_eq(v->n, w->n);
	return f_float ? is_number(w->n, v->d) : is_number(v->n, w->d);
}

static bool enums_agree(const struct view *view, const struct field *f, const struct datum *v,
	const struct field *g, const struct datum *w)
{
	struct codec *codec = view->writer->codec;
	const struct enumeration *a = f->enumeration, *b = g->enumeration;
	int64_t mine = number_signed(v->n), theirs = number_signed(w->n);
	bool same = codec_same_name(codec, a->e.full_name, b->e.full_name);
	bool has_mine = enum_first(codec, a, mine), has_theirs = enum_first(codec, b, theirs);

	if (same && view->reader->kept) /* what changed in it is another matter */
		return mine == theirs;
	if (view->json && has_mine && enum_share(codec, a, b, mine, theirs))
		return true;
	if (mine != theirs)
		return false;
	if (view->json && !has_mine)
		return true;
	if (enum_moved(codec, a, b, mine) || enum_moved(codec, b, a, theirs))
		return false;
	if (view->json) /* it was found by a name of its own */
		return true;
	return same || !has_mine || !has_theirs || enum_share(codec, a, b, mine, theirs);
}

static bool is_nonempty(const struct field *field, const struct datum *datum)
{
	return is_message(field) ? datum->m && datum->m->slots.n : datum->s.n > 0;
}

/* Is `w`, read as `g`, the value `v` that was written as `f`? */
static bool agree(const struct view *view, const struct field *f, const struct datum *v,
	const struct field *g, const struct datum *w)
{
	struct codec *codec = view->writer->codec;

	if (f->type == TYPE_ENUM && g->type == TYPE_ENUM)
		return enums_agree(view, f, v, g, w);
	if (is_message(f) || is_message(g))
		return f->type != TYPE_STRING && g->type != TYPE_STRING &&
		       (is_message(f) || f->type == TYPE_BYTES) &&
		       (is_message(g) || g->type == TYPE_BYTES) &&
		       is_nonempty(f, v) == is_nonempty(g, w);
	if (view->json && f->type == TYPE_ENUM && is_text(g)) {
		const struct enum_value *first =
			enum_first(codec, f->enumeration, number_signed(v->n));

		return str_eq(first ? enum_printed(first) : S(""), w->s);
	}
	if (view->json && g->type == TYPE_ENUM && is_text(f)) {
		const struct enum_value *named = enum_by_name(codec, g->enumeration, v->s);

		return named && named->number == number_signed(w->n);
	}
	if (view->json && is_text(f) != is_text(g))
		return is_text(f) ? says_number(v->s, g, w) : says_number(w->s, f, v);
	if (is_text(f) || is_text(g))
		return is_text(f) && is_text(g) && str_eq(v->s, w->s);
	return numbers_agree(f, v, g, w);
}

static enum proof_loss tree_compare(const struct view *view, const struct tree *written,
	const struct tree *read, const struct field *only, struct loss *loss);

/* A single value each, both there. */
static enum proof_loss one(const struct view *view, const struct field *f, const struct datum *v,
	const struct field *g, const struct datum *w, struct loss *loss)
{
	if (is_message(f) && is_message(g))
		return view->reader->kept &&
				       codec_same_name(view->writer->codec, f->message->e.full_name,
					       g->message->e.full_name)
			       ? LOSS_NONE
			       : tree_compare(view, v->m, w->m, NULL, loss);
	return agree(view, f, v, g, w) ? LOSS_NONE : lose(loss, LOSS_OTHER);
}

/* ---- lists and maps ---- */

static struct datum part_of(const struct tree *entry, int32_t number, const struct field *part)
{
	const struct slot *slot = tree_number(entry, number);

	return slot ? slot->items.items[0] : field_default(part);
}

static const struct field *part_field(const struct field *map, int32_t number)
{
	const struct message *m = map->message;

	for (uint32_t i = 0; m && i < m->fields.n; i++)
		if (m->fields.items[i]->number == number)
			return m->fields.items[i];
	return NULL;
}

/* As a changed lens has them. */
static const struct field *lens_part(
	const struct lens *lens, const struct field *map, int32_t number)
{
	const struct field *part;

	if (!is_message(map) || !map->message)
		return NULL;
	part = lens_number(lens, map->message, number);
	return part ? part : part_field(map, number);
}

static struct str key_text(struct codec *codec, const struct field *key, const struct datum *datum)
{
	struct out *out;

	if (is_text(key))
		return datum->s;
	out = out_memory(codec->scratch);
	text_datum(codec, out, key, datum);
	return out_text(out);
}

static bool keys_agree(const struct view *view, const struct field *f, const struct datum *v,
	const struct field *g, const struct datum *w)
{
	struct codec *codec = view->writer->codec;

	return agree(view, f, v, g, w) ||
	       (view->json && str_eq(key_text(codec, f, v), key_text(codec, g, w)));
}

static enum proof_loss maps(
	const struct view *view, const struct side *f, const struct side *g, struct loss *loss)
{
	const struct field *fk = lens_part(view->writer, f->field, 1);
	const struct field *fv = lens_part(view->writer, f->field, 2);
	const struct field *gk = lens_part(view->reader, g->field, 1);
	const struct field *gv = lens_part(view->reader, g->field, 2);
	enum proof_loss worst = LOSS_NONE;

	for (uint32_t i = 0; i < count_of(f); i++) {
		const struct tree *entry = f->slot->items.items[i].m, *hit = NULL;
		struct datum key = part_of(entry, 1, fk), value = part_of(entry, 2, fv), theirs;

		for (uint32_t k = 0; !hit && k < count_of(g); k++) {
			struct datum there = part_of(g->slot->items.items[k].m, 1, gk);

			if (keys_agree(view, fk, &key, gk, &there))
				hit = g->slot->items.items[k].m;
		}
		if (!hit)
			return lose(loss, count_of(g) ? LOSS_OTHER : LOSS_UNSET);
		theirs = part_of(hit, 2, gv);
		if (is_message(fv) && is_message(gv)) {
			if (!worst && value.m && theirs.m)
				worst = tree_compare(view, value.m, theirs.m, NULL, loss);
		} else if (!agree(view, fv, &value, gv, &theirs) &&
			   !(field_kind(fv) != field_kind(gv) && datum_is_zero(fv, &value) &&
				   datum_is_zero(gv, &theirs)) &&
			   !worst) {
			worst = lose(loss, LOSS_OTHER);
		}
	}
	if (worst)
		return worst;
	return count_of(g) > count_of(f) ? lose(loss, LOSS_OTHER) : LOSS_NONE;
}

static enum proof_loss elements(
	const struct view *view, const struct side *f, const struct side *g, struct loss *loss)
{
	for (uint32_t i = 0; i < count_of(f); i++)
		if (one(view, f->field, &f->slot->items.items[i], g->field,
			    &g->slot->items.items[i], loss))
			return loss->label;
	return LOSS_NONE;
}

/* A map on one side, a list of entries on the other: they are compared as entries, in any order. */
static enum proof_loss entries(
	const struct view *view, const struct side *f, const struct side *g, struct loss *loss)
{
	const struct field *fk = lens_part(view->writer, f->field, 1);
	const struct field *fv = lens_part(view->writer, f->field, 2);
	const struct field *gk = lens_part(view->reader, g->field, 1);
	const struct field *gv = lens_part(view->reader, g->field, 2);

	if (!count_of(f) && !count_of(g))
		return LOSS_NONE;
	if (count_of(f) != count_of(g))
		return lose(loss, count_of(g) ? LOSS_PART : LOSS_UNSET);
	if (!is_message(f->field) || !is_message(g->field) || !fk || !fv || !gk || !gv)
		return elements(view, f, g, loss);
	for (uint32_t i = 0; i < count_of(f); i++) {
		struct datum key = part_of(f->slot->items.items[i].m, 1, fk);
		struct datum value = part_of(f->slot->items.items[i].m, 2, fv);
		struct datum there = part_of(g->slot->items.items[i].m, 1, gk);
		struct datum theirs = part_of(g->slot->items.items[i].m, 2, gv);

		if (!agree(view, fk, &key, gk, &there))
			return lose(loss, LOSS_PART);
		if (is_message(fv) && is_message(gv)
				? value.m && theirs.m &&
					  tree_compare(view, value.m, theirs.m, NULL, loss)
				: !agree(view, fv, &value, gv, &theirs))
			return lose(loss, LOSS_PART);
	}
	return LOSS_NONE;
}

static enum proof_loss lists(
	const struct view *view, const struct side *f, const struct side *g, struct loss *loss)
{
	if (f->field->is_map && g->field->is_map)
		return maps(view, f, g, loss);
	if (f->field->is_map || g->field->is_map)
		return entries(view, f, g, loss);
	if (count_of(f) != count_of(g))
		return lose(loss, count_of(g) ? LOSS_PART : LOSS_UNSET);
	return elements(view, f, g, loss);
}

static bool is_default(const struct side *s, const struct view *view)
{
	struct datum otherwise = field_default(s->field);

	return !is_message(s->field) && agree(view, s->field, last_of(s), s->field, &otherwise);
}

static enum proof_loss list_as_one(
	const struct view *view, const struct side *f, const struct side *g, struct loss *loss)
{
	struct datum otherwise;
	const struct datum *v = last_of(f), *w = last_of(g);
	enum proof_loss last;

	if (!v)
		return !w || datum_is_zero(g->field, w) || is_default(g, view)
			       ? LOSS_NONE
			       : lose(loss, LOSS_OTHER);
	if (!w && !(count_of(f) == 1 && datum_is_zero(f->field, v) && !is_message(f->field) &&
			  !is_message(g->field)))
		return lose(loss, LOSS_UNSET);
	w = given(g, &otherwise);
	if (is_message(f->field) && !w->m)
		return lose(loss, LOSS_UNSET);
	last = one(view, f->field, v, g->field, w, loss);
	if (count_of(f) > 1)
		return lose(loss, !last || is_message(g->field) ? LOSS_PART : LOSS_OTHER);
	return last;
}

static bool all_zero(const struct side *s)
{
	for (uint32_t i = 0; i < count_of(s); i++)
		if (!datum_is_zero(s->field, &s->slot->items.items[i]))
			return false;
	return true;
}

static enum proof_loss one_as_list(
	const struct view *view, const struct side *f, const struct side *g, struct loss *loss)
{
	const struct datum *v = last_of(f);

	if (!v || (is_implicit(f->field) && datum_is_zero(f->field, v)) ||
		(datum_is_zero(f->field, v) && !is_message(f->field) && count_of(g) <= 1))
		return count_of(g) <= 1 && all_zero(g) ? LOSS_NONE : lose(loss, LOSS_OTHER);
	if (count_of(g) != 1)
		return lose(loss, count_of(g) ? LOSS_OTHER : LOSS_UNSET);
	return one(view, f->field, v, g->field, last_of(g), loss);
}

/* ---- fields ---- */

/* What is inside a wrapper, which JSON does not show. */
static struct side unwrapped(const struct side *s, const struct lens *lens)
{
	const struct message *m = is_message(s->field) ? s->field->message : NULL;
	struct side inner = *s;

	if (!m || message_known(m) != KNOWN_WRAPPER)
		return inner;
	inner.field = lens_number(lens, m, 1);
	inner.slot = s->slot ? tree_number(last_of(s)->m, 1) : NULL;
	return inner;
}

static bool is_wrapped(const struct side *s)
{
	return is_message(s->field) && message_known(s->field->message) == KNOWN_WRAPPER;
}

static bool is_empty_or_unset(const struct side *s)
{
	return !s->slot || datum_is_zero(s->field, last_of(s));
}

static enum proof_loss scalars(
	const struct view *view, const struct side *f, const struct side *g, struct loss *loss)
{
	struct datum one_default, other_default;
	const struct datum *v = given(f, &one_default), *w = given(g, &other_default);
	bool plain = !has_written_default(f->field) && !has_written_default(g->field);
	bool enums_set =
		f->field->type == TYPE_ENUM && g->field->type == TYPE_ENUM && f->slot && g->slot;

	if (agree(view, f->field, v, g->field, w) ||
		(plain && datum_is_zero(f->field, v) && datum_is_zero(g->field, w) && !enums_set))
		return LOSS_NONE;
	return lose(loss, !g->slot && f->slot ? LOSS_UNSET : LOSS_OTHER);
}

static enum proof_loss field_compare(
	const struct view *view, const struct side *f, const struct side *g, struct loss *loss)
{
	bool f_list = is_repeated(f->field), g_list = is_repeated(g->field);
	struct datum absent = { 0 };

	if (f_list && g_list)
		return lists(view, f, g, loss);
	if (f_list)
		return list_as_one(view, f, g, loss);
	if (g_list)
		return one_as_list(view, f, g, loss);
	if (is_message(f->field) && is_message(g->field)) {
		if (!f->slot || !g->slot)
			return !f->slot && !g->slot ? LOSS_NONE
						    : lose(loss, g->slot ? LOSS_OTHER : LOSS_UNSET);
		return one(view, f->field, last_of(f), g->field, last_of(g), loss);
	}
	if (view->json && (is_wrapped(f) || is_wrapped(g))) {
		struct side a = unwrapped(f, view->writer), b = unwrapped(g, view->reader);

		return field_compare(view, &a, &b, loss);
	}
	if (!is_message(f->field) && !is_message(g->field))
		return scalars(view, f, g, loss);
	if (is_empty_or_unset(f) && is_empty_or_unset(g))
		return LOSS_NONE;
	if (!g->slot)
		return lose(loss, LOSS_UNSET);
	return agree(view, f->field, f->slot ? last_of(f) : &absent, g->field, last_of(g))
		       ? LOSS_NONE
		       : lose(loss, LOSS_OTHER);
}

/* A value of an enum that is gone, and whose number nothing reserves. */
static bool number_is_freed(
	const struct view *view, const struct side *f, const struct side *g, struct loss *loss)
{
	const struct field *from = f->field, *to = g->field;
	struct codec *codec = view->writer->codec;

	if (from->is_map && to->is_map) {
		from = lens_part(view->writer, from, 2);
		to = lens_part(view->reader, to, 2);
	}
	if (view->json || !view->backward || from->type != TYPE_ENUM || to->type != TYPE_ENUM)
		return false;
	for (uint32_t i = 0; i < count_of(f); i++) {
		struct datum datum = f->slot->items.items[i];
		int64_t number;

		if (f->field->is_map)
			datum = part_of(datum.m, 2, from);
		number = number_signed(datum.n);
		if (enum_first(codec, from->enumeration, number) &&
			!enum_first(codec, to->enumeration, number) &&
			!enum_reserves(to->enumeration, (int32_t)number)) {
			loss->number = (int32_t)number;
			return true;
		}
	}
	return false;
}

static bool is_set(const struct side *s)
{
	return s->slot && (is_repeated(s->field) ? s->slot->items.n > 0
						 : !datum_is_zero(s->field, last_of(s)));
}

/* What has the field's number at the reader, or in JSON its key; NULL. */
static const struct field *receiver(
	const struct view *view, const struct message *reader, const struct field *field)
{
	struct arena *scratch = view->writer->codec->scratch;
	struct arena_mark mark = arena_mark(scratch);
	const struct field *found;

	if (!view->json)
		return lens_number(view->reader, reader, field->number);
	found = lens_key(view->reader, reader,
		field->extension ? str_printf(scratch, "[" STR "]", ARG(field->e.full_name))
				 : field_json_name(field, scratch));
	arena_rewind(scratch, mark);
	return found;
}

/* A field that nothing receives. */
static enum proof_loss undeclared(const struct view *view, const struct message *reader,
	const struct side *f, struct loss *loss)
{
	if (view->json || !is_set(f))
		return LOSS_NONE;
	if (lens_name(view->reader, reader, f->field))
		return lose(loss, LOSS_UNSET);
	if (!view->backward || lens_reserves(view->reader, reader, f->field->number))
		return LOSS_NONE;
	loss->number = f->field->number;
	return lose(loss, LOSS_HOLE);
}

/* A field of the writer's at the reader. */
static enum proof_loss declared(
	const struct view *view, const struct side *f, const struct tree *read, struct loss *loss)
{
	const struct message *reader = read->type, *mine = field_holder(f->field);
	struct side g = { receiver(view, reader, f->field), NULL };
	unsigned depth;

	if (!g.field)
		return undeclared(view, reader, f, loss);
	g.slot = tree_slot(read, g.field);
	loss->reader = g.field;
	loss->written = f->slot;
	loss->read = g.slot;
	if (f->field->type == TYPE_UNRESOLVED || g.field->type == TYPE_UNRESOLVED)
		return LOSS_NONE;
	depth = loss->n_path;
	if (field_compare(view, f, &g, loss) && loss->n_path > depth)
		return loss->label; /* it is in the message that it holds */
	loss->reader = g.field;
	loss->written = f->slot;
	loss->read = g.slot;
	if (loss->label)
		return loss->label;
	if (number_is_freed(view, f, &g, loss))
		return lose(loss, LOSS_HOLE);
	if (f->field->e.name.p != g.field->e.name.p && is_set(f) &&
		(lens_name(view->reader, reader, f->field) ||
			(mine && lens_name(view->writer, mine, g.field))))
		return lose(loss, LOSS_OTHER);
	return LOSS_NONE;
}

/* The path leads to the field while it is compared. */
static enum proof_loss step_compare(const struct view *view, const struct side *f,
	const struct tree *read, unsigned depth, struct loss *loss)
{
	if (depth < COUNT(loss->path))
		loss->path[depth] = f->field;
	loss->n_path = depth + 1;
	loss->reader = NULL;
	loss->written = f->slot;
	loss->read = NULL;
	return declared(view, f, read, loss);
}

static enum proof_loss tree_compare(const struct view *view, const struct tree *written,
	const struct tree *read, const struct field *only, struct loss *loss)
{
	const struct message *m = written->type;
	unsigned depth = loss->n_path;

	/* Two forms of JSON have nothing in common but the text. */
	if (view->json && message_known(m) != message_known(read->type))
		return lose(loss, LOSS_OTHER);
	view->writer->codec->steps -= only ? 1 : m->fields.n / 8 + 1;
	if (view->writer->codec->steps < 0)
		return LOSS_NONE;
	for (uint32_t i = 0; i < (only ? 1 : m->fields.n); i++) {
		struct side f = { only ? only : m->fields.items[i], NULL };

		f.slot = tree_slot(written, f.field);
		if (step_compare(view, &f, read, depth, loss))
			return loss->label;
	}
	for (uint32_t i = 0; !only && i < written->slots.n; i++) {
		struct side f = { written->slots.items[i].field, &written->slots.items[i] };

		if (f.field->extension && step_compare(view, &f, read, depth, loss))
			return loss->label;
	}
	loss->n_path = depth;
	return LOSS_NONE;
}

bool tree_loses(const struct view *view, const struct tree *written, const struct tree *read,
	const struct field *only, struct loss *loss)
{
	*loss = (struct loss){ .label = LOSS_NONE };
	return tree_compare(view, written, read, only, loss) != LOSS_NONE;
}
