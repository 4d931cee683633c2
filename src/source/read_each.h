/*
 * Reading many files by several threads, and the texts of files.
 *
 * A pack holds most objects as changes of their neighbours, so files are read with least work in
 * the order in which the pack holds them, and neighbours by one thread.
 */
#pragma once
#include "source/source.h"

struct source_file {
	struct source *source;
	const struct source_entry *entry;
};

/* What one thread has for itself. */
struct read_thread {
	unsigned index;
	struct arena *arena;   /* for what is kept */
	struct arena *scratch; /* rewound after each file */
	struct diags diags;
};

struct read_each {
	const struct source_file *files;
	size_t n;
	unsigned jobs;       /* maximum number of threads; 0: chosen by the number of files */
	unsigned least;      /* minimum number of files for each thread */
	struct arena *arena; /* takes over what the threads allocate */
	struct diags *diags; /* likewise what they report; NULL: nothing */
	/* Called once for each file. Results are stored by item, never by thread. */
	void (*read)(void *context, struct read_thread *thread, size_t item);
	void *context;
};
void source_read_each(const struct read_each *each);

/* Sets the side of a text and where its bytes are loaded from. */
void source_text_set(struct text *text, struct source *source, const struct source_entry *entry);
/*
 * text_keep of many texts, whose bytes are read by several threads, which tell whether a text has
 * `word`. A text that cannot be read is no error here: printing a place in it notices.
 */
void source_keep_lines(
	struct wanted_text *texts, uint32_t n, struct str word, unsigned jobs, struct arena *arena);
