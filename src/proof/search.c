/* Which value shows it: few are tried, the plainest first. */
#include "proof/search.h"

/*
 * Steps: a record read, some fields compared; on 30 November 2026 about 8 million a second. A
 * question has so many at most, all share STEPS_ALL and what each brings.
 */
enum { STEPS_EACH = 200 * 1000, STEPS_ALL = 5 * 1000 * 1000, STEPS_BROUGHT = 200 };

/* ---- a reader that is gone ---- */

static bool ask_reader(struct search *s)
{
	const struct message *m = s->q->from_message;
	struct tree *tree;
	struct str data;

	s->type = m;
	tree = base_tree(s, m, NULL);
	if (!tree || !write_with(s, tree, &data))
		return false;
	*s->proof = (struct proof){
		.surface = s->proof->surface,
		.loss = LOSS_FAIL,
		.json = s->q->json,
		.message = m->e.full_name,
		.written = kept_text(s, tree),
		.data = str_dup(s->codec->arena, data),
		.error = str_printf(s->codec->arena, "no message '" STR "'", ARG(m->e.full_name)),
	};
	return true;
}

/* ---- numbers that nobody could have written to ---- */

static bool free_range(struct search *s)
{
	*s->proof = (struct proof){
		.surface = s->proof->surface,
		.loss = LOSS_HOLE,
		.alone = true, /* what the message is of its own is not asked */
		.message = s->freed->e.full_name,
		.has_number = true,
		.number = s->freed_number,
	};
	return true;
}

static void ask(struct search *s)
{
	switch (s->q->about) {
	case ABOUT_TYPE:
		ask_type(s);
		break;
	case ABOUT_CARDINALITY:
		ask_shape(s);
		break;
	case ABOUT_REQUIRED:
		ask_required(s);
		break;
	case ABOUT_DEFAULT:
		ask_default(s);
		break;
	case ABOUT_ONEOF:
		ask_oneof(s);
		break;
	case ABOUT_NAME:
		ask_name(s);
		break;
	case ABOUT_GONE:
		ask_gone(s);
		break;
	case ABOUT_UTF8:
	case ABOUT_JAVA_UTF8:
		ask_utf8(s);
		break;
	case ABOUT_NUMBER:
	case ABOUT_VALUE_NAME:
	case ABOUT_VALUE_STRING:
	case ABOUT_UNDEFINED:
		ask_enum(s);
		break;
	case ABOUT_MESSAGE:
		ask_message(s);
		break;
	case ABOUT_READER:
		s->found = s->is_final = ask_reader(s);
		break;
	}
}

static void ask_runtime(struct search *s, enum runtime runtime)
{
	struct codec *codec = s->codec;
	struct lens lens = { .codec = codec, .runtime = runtime };

	s->writer = s->alone = s->real = lens;
	s->writer.side = s->writer.named_side = s->alone.side = s->writer_side;
	s->writer.other_side = s->real.other_side = -1;
	s->real.side = s->real.named_side = s->alone.other_side = s->reader_side;
	s->only[0] = s->only[1] = NULL;
	s->queue.items = NULL;
	s->queue.n = s->queue.cap = 0;
	s->is_deep = false;
	map_init(&s->met, codec->waiting);
	ask(s);
}

#define UNKNOWN_TYPE "no proof: a type or an extension that it takes is not known"

/* Of a broken file, or one that is missing, nobody knows what it holds. */
static bool is_unresolved(const struct field *field)
{
	return field &&
	       (!has_type(field) || (field->type_ref && field->type_ref->file->is_broken) ||
		       (field->extension && !field->extension->extendee));
}

/* Asks of one runtime after the other, until one shows it. */
static void ask_all(struct search *s)
{
	enum proof_about about = s->q->about;
	const enum runtime wire[] = { codec_editions(s->codec) ? RUNTIME_GO : RUNTIME_CPP,
		RUNTIME_ES, RUNTIME_PBJS };
	const enum runtime json[] = { RUNTIME_CPP, RUNTIME_ES };
	const enum runtime java[] = { wire[0], RUNTIME_JAVA, RUNTIME_CPP };
	bool is_utf8 = about == ABOUT_UTF8 || about == ABOUT_JAVA_UTF8;
	const enum runtime *runtimes = is_utf8 ? java : s->q->json ? json : wire;
	size_t n = is_utf8 ? COUNT(java) : s->q->json ? COUNT(json) : COUNT(wire);

	for (size_t i = 0; i < n && !s->found && !s->is_cut; i++)
		ask_runtime(s, runtimes[i]);
	if (!s->found && !s->is_cut && s->q->from_enum)
		s->found = enum_alone(s);
	if (!s->found && !s->is_cut && s->freed)
		s->found = free_range(s);
}

bool proof_find(struct codec *codec, const struct proof_question *q, struct proof *proof)
{
	struct search s = {
		.codec = codec,
		.q = q,
		.proof = proof,
		.writer_side = q->backward ? OLD : NEW,
		.reader_side = q->backward ? NEW : OLD,
	};
	struct arena_mark mark = arena_mark(codec->scratch), waiting = arena_mark(codec->waiting);

	if (is_unresolved(q->from) || is_unresolved(q->to)) {
		*proof = (struct proof){ .surface = proof->surface, .unknown = S(UNKNOWN_TYPE) };
		return false;
	}
	if (!codec->used_any) {
		codec->used_any = true;
		codec->left = STEPS_ALL;
	}
	codec->left += STEPS_BROUGHT;
	codec->steps = codec->left < STEPS_EACH ? codec->left : STEPS_EACH;
	codec->left -= codec->steps;
	ask_all(&s);
	codec->left += codec->steps > 0 ? codec->steps : 0;
	arena_rewind(codec->scratch, mark);
	arena_rewind(codec->waiting, waiting);
	if (!s.found && (s.is_cut || s.is_blind))
		*proof = (struct proof){ .surface = proof->surface,
			.unknown = s.is_cut ? S("no proof within the limit") : S(UNKNOWN_TYPE) };
	return s.found;
}
