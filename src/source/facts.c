/*
 * The facts of a repository: where its hooks are, and its default branch.
 */
#include "source/revision.h"

/*
 * core.hooksPath of one configuration; false: unset. `~` is expanded here, since libgit2 has no
 * home: the system's and the user's configuration is hidden from it.
 */
static bool read_hooks_path(struct arena *arena, const struct git_settings *settings,
	const struct git_user *user, struct str *path)
{
	const struct str *value = git_settings_find(settings, S("core.hookspath"));

	if (!value)
		return false;
	*path = *value;
	if (str_starts(*path, S("~/")) && user->home.n)
		*path = path_join(arena, user->home, str_from(*path, 2));
	return true;
}

/* The user's configuration is read only for this: a hook that git does not run protects no one. */
static bool hooks_of_user(
	struct arena *arena, const struct git_user *user, struct str file, struct str *path)
{
	struct git_settings settings;
	struct diags unsaid;

	/* git ignores a file that it cannot read. */
	diags_init(&unsaid, arena);
	return file.n && git_settings_read(arena, file, &settings, &unsaid) &&
	       read_hooks_path(arena, &settings, user, path);
}

/* git runs hooks at the top of the working tree, so a relative path starts there. */
static struct str hooks_absolute(const struct repository *r, struct str path)
{
	if (path.n && path.p[0] == '/')
		return path;
	return path_join(r->arena, r->work_dir.p ? r->work_dir : r->git_dir, path);
}

static void find_hooks(
	struct repository *r, const struct git_user *user, struct repository_facts *facts)
{
	struct str path;

	facts->hooks = path_join(r->arena, r->common_dir, S("hooks"));
	if (read_hooks_path(r->arena, &r->settings, user, &path)) {
		facts->hooks = hooks_absolute(r, path);
		facts->hooks_set_in = path_join(r->arena, r->common_dir, S("config"));
		return;
	}
	for (size_t i = COUNT(user->configs); i-- > 0;) {
		if (!hooks_of_user(r->arena, user, user->configs[i], &path))
			continue;
		facts->hooks = hooks_absolute(r, path);
		facts->hooks_set_in = str_dup(r->arena, user->configs[i]);
		facts->hooks_are_users = true;
		return;
	}
}

/* As in a check without a base; else a usual name. */
static struct str find_branch(struct repository *r)
{
	struct branch_choice choice;
	struct diags unsaid;

	diags_init(&unsaid, r->arena);
	return default_branch(r, true, &choice, &unsaid) ? choice.shown : (struct str){ NULL, 0 };
}

bool repository_facts_read(const struct source_options *options, const struct git_user *user,
	struct repository_facts *facts, bool *absent, struct diags *diags)
{
	struct repository *r = repository_open(options, absent, diags);

	*facts = (struct repository_facts){ 0 };
	if (!r)
		return false;
	facts->work_dir = r->work_dir;
	find_hooks(r, user, facts);
	facts->default_branch = find_branch(r);
	repository_release(r);
	return true;
}
