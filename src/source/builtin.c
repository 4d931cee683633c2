#include "source/builtin.h"
#include "source/private.h"

struct source *source_builtin(struct arena *arena)
{
	struct memory_file *files = NEW_ARRAY(arena, n_builtin_files, struct memory_file);
	struct source *source;

	for (unsigned i = 0; i < n_builtin_files; i++) {
		files[i].path = str_of(builtin_files[i].path);
		files[i].bytes =
			(struct str){ (const char *)builtin_files[i].bytes, builtin_files[i].size };
	}
	source = source_memory(arena, S("built-in"), files, n_builtin_files);
	source->is_builtin = true;
	return source;
}
