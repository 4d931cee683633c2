#include "source/read_each.h"

#include "base/pool.h"

#include <stdlib.h>

enum { READ_TOGETHER = 16 }; /* neighbours that one thread reads */

struct in_order {
	uint64_t position;
	size_t item;
};

struct run {
	const struct read_each *each;
	struct in_order *order;
	struct read_thread *threads;
};

static void run_item(void *context, unsigned index, size_t i)
{
	struct run *run = context;
	struct read_thread *thread = &run->threads[index];
	struct arena_mark mark = arena_mark(thread->scratch);

	run->each->read(run->each->context, thread, run->order[i].item);
	arena_rewind(thread->scratch, mark);
}

static int by_position(const void *left, const void *right)
{
	const struct in_order *a = left, *b = right;

	return a->position != b->position
		       ? (a->position > b->position) - (a->position < b->position)
		       : (a->item > b->item) - (a->item < b->item);
}

static struct in_order *pack_order(const struct source_file *files, size_t n, struct arena *arena)
{
	struct in_order *order = NEW_ARRAY(arena, n, struct in_order);

	for (size_t i = 0; i < n; i++) {
		struct source *source = files[i].source;

		order[i].item = i;
		if (source->ops->position)
			order[i].position = source->ops->position(source, files[i].entry);
	}
	if (n)
		qsort(order, n, sizeof *order, by_position);
	return order;
}

void source_read_each(const struct read_each *each)
{
	unsigned jobs = pool_jobs(each->jobs, each->n, each->least);
	struct arena *scratch = arena_like(each->arena);
	struct run run = { each, pack_order(each->files, each->n, scratch),
		NEW_ARRAY(scratch, jobs, struct read_thread) };

	for (unsigned i = 0; i < jobs; i++) {
		struct read_thread *thread = &run.threads[i];

		thread->index = i;
		thread->arena = arena_like(each->arena);
		thread->scratch = arena_like(each->arena);
		diags_init(&thread->diags, thread->arena);
	}
	pool_run(jobs, each->n, READ_TOGETHER, run_item, &run);
	for (unsigned i = 0; i < jobs; i++) {
		struct read_thread *thread = &run.threads[i];

		if (each->diags)
			diags_adopt(each->diags, &thread->diags);
		arena_adopt(each->arena, thread->arena);
		arena_free(thread->scratch);
	}
	arena_free(scratch);
}

/* ---- texts ---- */

static bool load_text(struct text *text, struct arena *arena)
{
	const struct source_file *file = text->owner;
	struct diags ignored;

	diags_init(&ignored, arena);
	return source_read(file->source, file->entry, arena, &text->bytes, &ignored);
}

void source_text_set(struct text *text, struct source *source, const struct source_entry *entry)
{
	struct source_file *file = NEW(source->arena, struct source_file);

	*file = (struct source_file){ source, entry };
	text->side = source->side;
	text->whole = entry->whole;
	text->load = load_text;
	text->owner = file;
}

struct keeping {
	struct wanted_text **texts;
	struct str word;
};

static void keep_text(void *context, struct read_thread *thread, size_t item)
{
	const struct keeping *keeping = context;
	struct wanted_text *wanted = keeping->texts[item];
	struct text *text = wanted->text;

	if (text->bytes.p || text->kept || !text_load(text, thread->scratch))
		return;
	wanted->has_word = str_contains(text->bytes, keeping->word);
	text_keep(wanted, thread->arena, thread->scratch);
}

void source_keep_lines(
	struct wanted_text *texts, uint32_t n, struct str word, unsigned jobs, struct arena *arena)
{
	enum { TEXTS_A_THREAD = 8 };
	struct source_file *files = NEW_ARRAY(arena, n, struct source_file);
	struct keeping keeping = { NEW_ARRAY(arena, n, struct wanted_text *), word };
	size_t n_files = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (texts[i].text->load != load_text)
			continue;
		files[n_files] = *(const struct source_file *)texts[i].text->owner;
		keeping.texts[n_files++] = &texts[i];
	}
	source_read_each(&(struct read_each){
		.files = files,
		.n = n_files,
		.jobs = jobs,
		.least = TEXTS_A_THREAD,
		.arena = arena,
		.read = keep_text,
		.context = &keeping,
	});
}
