#include "source/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
	if (!ok)
		fail_msg("%s: %s", what, strerror(errno));
}

static void must_git(int error)
{
	const git_error *last = git_error_last();

	if (error < 0)
		fail_msg("libgit2: %s", last ? last->message : "no reason given");
}

int fixture_begin(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct fixture *f = NEW(arena, struct fixture);

	f->arena = arena;
	diags_init(&f->diags, arena);
	strcpy(f->folder, "/tmp/breakwater-test-XXXXXX");
	must(mkdtemp(f->folder) != NULL, "mkdtemp");
	f->options = (struct source_options){
		.arena = arena,
		.directory = str_of(f->folder),
		.max_file_bytes = 1 << 20,
		.max_files = 1000,
		/* The test may run inside another repository. */
		.git_ceiling = S("/tmp"),
	};
	f->time = 1700000000;
	*state = f;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int fixture_end(void **state)
{
	struct fixture *f = *state;

	if (f->repo) {
		git_repository_free(f->repo);
		git_libgit2_shutdown();
	}
	nftw(f->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(f->arena);
	return 0;
}

static char *full(struct fixture *f, const char *path)
{
	return str_cstr(f->arena, path_join(f->arena, str_of(f->folder), str_of(path)));
}

static void make_folders(struct fixture *f, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		struct str folder = { path, (size_t)(slash - path) };

		if (mkdir(full(f, str_cstr(f->arena, folder)), 0777) < 0)
			must(errno == EEXIST, "mkdir");
	}
}

void fixture_write_bytes(struct fixture *f, const char *path, const void *bytes, size_t n)
{
	int fd;

	make_folders(f, path);
	fd = open(full(f, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	must(fd >= 0, path);
	must(write(fd, bytes, n) == (ssize_t)n, path);
	close(fd);
}

void fixture_write(struct fixture *f, const char *path, const char *text)
{
	fixture_write_bytes(f, path, text, strlen(text));
}

void fixture_link(struct fixture *f, const char *target, const char *path)
{
	make_folders(f, path);
	must(symlink(target, full(f, path)) == 0, path);
}

void fixture_remove(struct fixture *f, const char *path)
{
	must(remove(full(f, path)) == 0, path);
}

void fixture_repository(struct fixture *f)
{
	git_repository_init_options options;

	git_libgit2_init();
	git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
	options.flags = GIT_REPOSITORY_INIT_MKPATH;
	options.initial_head = "main";
	must_git(git_repository_init_ext(&f->repo, f->folder, &options));
}

void fixture_add_all(struct fixture *f)
{
	char *all[] = { "*" };
	git_strarray paths = { all, 1 };
	git_index *index;

	must_git(git_repository_index(&index, f->repo));
	must_git(git_index_read(index, 1));
	must_git(git_index_add_all(index, &paths, GIT_INDEX_ADD_FORCE, NULL, NULL));
	must_git(git_index_update_all(index, &paths, NULL, NULL));
	must_git(git_index_write(index));
	git_index_free(index);
}

static git_commit *find_commit(struct fixture *f, const char *revision)
{
	git_object *object = NULL, *commit = NULL;

	if (git_revparse_single(&object, f->repo, revision) < 0)
		return NULL;
	must_git(git_object_peel(&commit, object, GIT_OBJECT_COMMIT));
	git_object_free(object);
	return (git_commit *)commit;
}

void fixture_commit(struct fixture *f, const char *message, const char *second_parent)
{
	const git_commit *parents[2];
	git_signature *author;
	git_index *index;
	git_tree *tree;
	git_oid id;
	size_t n = 0;

	fixture_add_all(f);
	parents[0] = find_commit(f, "HEAD");
	n += parents[0] != NULL;
	if (second_parent)
		parents[n++] = find_commit(f, second_parent);
	must_git(git_repository_index(&index, f->repo));
	must_git(git_index_write_tree(&id, index));
	must_git(git_index_write(index)); /* with the trees' ids, as git commit leaves it */
	must_git(git_tree_lookup(&tree, f->repo, &id));
	must_git(git_signature_new(&author, "dev", "dev@acme.example", f->time++, 0));
	must_git(git_commit_create(
		&id, f->repo, "HEAD", author, author, NULL, message, tree, n, parents));
	for (size_t i = 0; i < n; i++)
		git_commit_free((git_commit *)parents[i]);
	git_signature_free(author);
	git_tree_free(tree);
	git_index_free(index);
}

void fixture_reference(struct fixture *f, const char *name, const char *revision)
{
	git_commit *commit = find_commit(f, revision);
	git_reference *reference;

	assert_non_null(commit);
	must_git(git_reference_create(&reference, f->repo, name, git_commit_id(commit), 1, NULL));
	git_reference_free(reference);
	git_commit_free(commit);
}

void fixture_checkout(struct fixture *f, const char *branch)
{
	git_checkout_options options;

	git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
	options.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_REMOVE_UNTRACKED;
	must_git(git_repository_set_head(f->repo, str_printf(f->arena, "refs/heads/%s", branch).p));
	must_git(git_checkout_head(f->repo, &options));
}

struct source *fixture_open(struct fixture *f, const char *input)
{
	struct source *source = source_open(&f->options, str_of(input), &f->diags);

	if (!source)
		fail_msg("%s", fixture_said(f));
	return source;
}

const char *fixture_paths(struct fixture *f, struct source *source)
{
	const struct source_list *list = source_files(source, &f->diags);
	struct str all = S("");

	if (!list)
		return NULL;
	for (uint32_t i = 0; i < list->entries.n; i++)
		all = str_printf(f->arena, STR "%s" STR, ARG(all), i ? " " : "",
			ARG(list->entries.items[i].path));
	return str_cstr(f->arena, all);
}

const char *fixture_read(struct fixture *f, struct source *source, const char *path)
{
	const struct source_entry *entry = source_find(source, str_of(path));
	struct str bytes;

	if (!entry || !source_read(source, entry, f->arena, &bytes, &f->diags))
		return NULL;
	return str_cstr(f->arena, bytes);
}

const char *fixture_changes(struct fixture *f, const char *base, const char *head)
{
	struct input_request request = { .base = str_of(base), .head = str_of(head) };
	struct source *old, *new;
	struct changes changes;
	struct str all = S("");
	struct base_note note;

	if (!sources_open(&f->options, &request, &old, &new, &note, &f->diags))
		return NULL;
	if (source_changes(old, new, &changes, &f->diags)) {
		for (uint32_t i = 0; i < changes.list.n; i++)
			all = str_printf(f->arena, STR "%s%c" STR, ARG(all), i ? " " : "",
				" +-*"[changes.list.items[i].kind],
				ARG(changes.list.items[i].path));
		if (!changes.complete)
			all = S("incomplete");
	} else {
		all.p = NULL;
	}
	source_close(old);
	source_close(new);
	return all.p ? str_cstr(f->arena, all) : NULL;
}

const char *fixture_said(struct fixture *f)
{
	const struct diag *diag = f->diags.items;

	if (!f->diags.n)
		return "";
	return str_cstr(f->arena, diag->help.p ? str_printf(f->arena, STR "\n" STR,
							 ARG(diag->message), ARG(diag->help))
					       : diag->message);
}
