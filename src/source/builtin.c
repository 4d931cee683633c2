#include "source/builtin.h"
#include "source/private.h"

static void add_files(struct memory_file *files, const struct builtin_file *table, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		files[i].path = str_of(table[i].path);
		files[i].bytes = (struct str){ (const char *)table[i].bytes, table[i].size };
	}
}

static struct source *make(struct arena *arena, unsigned n_known)
{
	unsigned n = n_builtin_files + n_known;
	struct memory_file *files = NEW_ARRAY(arena, n, struct memory_file);
	struct source *source;

	add_files(files, builtin_files, n_builtin_files);
	add_files(files + n_builtin_files, known_files, n_known);
	source = source_memory(arena, S("built-in"), files, n);
	source->is_builtin = true;
	return source;
}

struct source *source_builtin(struct arena *arena)
{
	return make(arena, 0);
}

struct source *source_builtin_known(struct arena *arena)
{
	return make(arena, n_known_files);
}
