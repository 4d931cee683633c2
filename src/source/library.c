/*
 * Opens repositories with an uncommon layout or configuration, with libgit2.
 *
 * git_libgit2_init of Debian's build reads the system's certificates, which takes longer than a
 * small check. So libgit2 is initialised only here, and shut down before contracts are read.
 */
#include "source/repository.h"

#include <git2.h>

static const char *const extensions[] = { "worktreeconfig", "partialclone", "preciousobjects",
	"relativeworktrees", "noop-v1", "objectformat", "refstorage" };

#if defined(__SANITIZE_ADDRESS__)
#define LEAKS_ARE_SOUGHT 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAKS_ARE_SOUGHT 1
#endif
#endif
#ifdef LEAKS_ARE_SOUGHT
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

/* Debian's libgit2 1.5 leaks the match data of pcre2: some KB per opening. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2-8.so\n";
}

const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}
#endif

static const char *git_said(void)
{
	const git_error *error = git_error_last();

	return error && error->message ? error->message : "no reason given";
}

/*
 * The configuration of the system and of the user is not read. GIT_REPOSITORY_OPEN_FROM_ENV is not
 * used: it fails if GIT_WORK_TREE or GIT_COMMON_DIR is set, as git does in some hooks.
 */
static bool library_start(struct diags *diags)
{
	static const int levels[] = { GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
		GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL };

	if (git_libgit2_init() < 0) {
		diag_error(diags, NOWHERE, "libgit2, which reads repositories, does not start");
		diag_help(diags, "it says: %s", git_said());
		return false;
	}
	/* Only objects are read and nothing is executed; in CI the owner is often another user. */
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	/* The values of objectformat and refstorage are checked later. */
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, COUNT(extensions));
	for (size_t i = 0; i < COUNT(levels); i++)
		git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
	return true;
}

bool library_knows(struct str extension)
{
	for (size_t i = 0; i < COUNT(extensions); i++)
		if (str_eq(extension, str_of(extensions[i])))
			return true;
	return false;
}

static bool take_settings(git_config *config, struct arena *arena, struct git_settings *settings)
{
	git_config_iterator *iterator = NULL;
	git_config_entry *entry;
	int error = git_config_iterator_new(&iterator, config);

	while (!error && !(error = git_config_next(&entry, iterator)))
		git_settings_add(settings, arena, str_dup(arena, str_of(entry->name)),
			entry->value ? str_of(entry->value) : S("true"));
	git_config_iterator_free(iterator);
	return error == GIT_ITEROVER;
}

bool library_settings(
	struct arena *arena, struct str path, struct git_settings *settings, struct diags *diags)
{
	git_config *config = NULL;
	bool ok;

	if (!library_start(diags))
		return false;
	ok = git_config_open_ondisk(&config, str_cstr(arena, path)) == 0 &&
	     take_settings(config, arena, settings);
	git_config_free(config);
	git_libgit2_shutdown();
	return ok;
}

/* Without `/` at the end; absent for NULL. */
struct str path_untailed(struct arena *arena, const char *path)
{
	struct str s = path ? str_of(path) : (struct str){ NULL, 0 };

	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	return path ? str_dup(arena, s) : s;
}

static enum library_answer take_repository(git_repository *repository, struct arena *arena,
	struct git_found *found, struct diags *diags)
{
	git_config *config = NULL;
	bool ok = git_repository_config_snapshot(&config, repository) == 0 &&
		  take_settings(config, arena, &found->settings);

	found->git_dir = path_untailed(arena, git_repository_path(repository));
	found->common_dir = path_untailed(arena, git_repository_commondir(repository));
	found->work_dir = path_untailed(arena, git_repository_workdir(repository));
	found->is_bare = git_repository_is_bare(repository);
	if (!ok) {
		diag_error(diags, NOWHERE, "cannot read the repository's configuration");
		diag_help(diags, "libgit2 says: %s", git_said());
	}
	git_config_free(config);
	return ok ? LIBRARY_FOUND : LIBRARY_FAILED;
}

enum library_answer library_find(const struct source_options *options, const char *path,
	struct git_found *found, struct diags *diags)
{
	bool named = options->git_dir.n > 0;
	git_repository *repository = NULL;
	enum library_answer answer;
	int error;

	*found = (struct git_found){ 0 };
	if (!library_start(diags))
		return LIBRARY_FAILED;
	error = git_repository_open_ext(&repository, path,
		named ? GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT : 0,
		options->git_ceiling.n ? str_cstr(options->arena, options->git_ceiling) : NULL);
	if (!error) {
		answer = take_repository(repository, options->arena, found, diags);
	} else {
		answer = error == GIT_ENOTFOUND && !named ? LIBRARY_ABSENT : LIBRARY_REFUSED;
		found->refused = str_cstr(options->arena, str_of(git_said()));
	}
	git_repository_free(repository);
	git_libgit2_shutdown();
	return answer;
}
