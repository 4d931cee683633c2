/* Unified diffs, by libgit2. */
#include "fix/fix.h"

#include "base/out.h"

#include <git2.h>

static git_patch *patch_of(struct arena *arena, struct str path, struct str old, struct str new)
{
	git_diff_options options;
	const char *name = str_cstr(arena, path);
	git_patch *patch = NULL;

	git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_FORCE_TEXT;
	options.context_lines = 3;
	if (git_patch_from_buffers(&patch, old.p, old.n, name, new.p, new.n, name, &options) < 0)
		return NULL;
	return patch;
}

bool patch_write(
	struct out *out, struct arena *arena, struct str path, struct str old, struct str new)
{
	git_buf text = { 0 };
	git_patch *patch;
	bool ok;

	if (git_libgit2_init() < 0)
		return false;
	patch = patch_of(arena, path, old, new);
	ok = patch && git_patch_to_buf(&text, patch) == 0;
	if (ok)
		out_str(out, (struct str){ text.ptr, text.size });
	git_buf_dispose(&text);
	git_patch_free(patch);
	git_libgit2_shutdown();
	return ok;
}
