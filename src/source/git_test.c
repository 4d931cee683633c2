#include "source/fixture.h"

#include "source/revision.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* A repository with two commits on main: a.proto says `one`, then `two`. */
static int begin(void **state)
{
	struct fixture *f;

	fixture_begin(state);
	f = *state;
	fixture_repository(f);
	fixture_write(f, "api/a.proto", "one");
	fixture_write(f, "buf.yaml", "version: v2");
	fixture_commit(f, "one", NULL);
	fixture_reference(f, "refs/tags/v1.9", "HEAD");
	fixture_write(f, "api/a.proto", "two");
	fixture_commit(f, "two", NULL);
	return 0;
}

static void a_revision_is_read_without_a_checkout(void **state)
{
	struct fixture *f = *state;
	struct source *source = fixture_open(f, "HEAD~1");

	assert_true(source->is_git && !source->is_index && !source->is_on_disk);
	assert_string_equal(fixture_paths(f, source), "api/a.proto");
	assert_string_equal(fixture_read(f, source, "api/a.proto"), "one");
	assert_string_equal(fixture_read(f, source, "buf.yaml"), "version: v2");
	assert_true(str_eq(source->side, S("HEAD~1")));
	source_close(source);
}

static void names_mean_what_they_mean_to_git(void **state)
{
	static const char *const names[] = { "@~1", "@^", "@^{/one}", "HEAD@{0}~1", "main~",
		"v1.9^{}", "v1.9^{commit}", "v1.9^{tree}", "v1.9^{object}", ":/one", ":/!-two",
		"HEAD@{1}", "main@{1}" };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		struct source *source = fixture_open(f, names[i]);

		if (strcmp(fixture_read(f, source, "api/a.proto"), "one") != 0)
			fail_msg("'%s' is another revision", names[i]);
		source_close(source);
	}
}

static void names_of_no_single_revision_are_refused_by_their_form(void **state)
{
	static const char *const names[][2] = {
		{ "HEAD^@", "names all parents" },
		{ "HEAD^!", "is a range" },
		{ "HEAD^-", "is a range" },
		{ "HEAD^-1", "is a range" },
		{ "^HEAD", "excludes a revision" },
		{ "main@", "unknown revision 'main@'" },
		{ "@{PUSH}", "has no push destination" },
		{ "main@{u}", "has no upstream" },
		{ "HEAD@{tea time}", "is not a supported date" },
		{ "HEAD@{99}", "the log of 'HEAD' has" },
		{ "HEAD~2", "has only 1 ancestor" },
		{ "HEAD^2", "has no second parent" },
		{ "HEAD~1^", "has no parent" },
		{ "HEAD^{/nothing}", "no commit's message has 'nothing'" },
		{ ":/(", "is not a regular expression" },
		{ ":/!x", "must be followed by '-' or '!'" },
		{ "HEAD^{thing}", "is not a kind of object" },
		{ "@{-3}", "HEAD's log has no checkout" },
		{ ":a.proto", "--staged" },
		{ ":0:a.proto", "index:" },
		{ "", "empty" },
		{ "dir:", "dir:PATH" },
		{ "HEAD:../x", "leads out of the repository" },
		{ "HEAD:api/a.proto", "is not a folder" },
		{ "HEAD:gone", "is not a folder" },
		{ "gone", "unknown revision 'gone'" },
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		struct fixture *f = *state;

		f->diags.n = 0;
		assert_null(source_open(&f->options, str_of(names[i][0]), &f->diags));
		if (!strstr(fixture_said(f), names[i][1]))
			fail_msg("'%s': %s", names[i][0], fixture_said(f));
	}
}

static void an_unknown_name_suggests_a_near_one(void **state)
{
	struct fixture *f = *state;

	assert_null(source_open(&f->options, S("v1.8"), &f->diags));
	assert_string_equal(fixture_said(f), "unknown revision 'v1.8'\ndid you mean 'v1.9'?");
}

static void a_folder_of_a_revision_keeps_whole_paths(void **state)
{
	struct fixture *f = *state;
	struct source *source = fixture_open(f, "HEAD:api");

	assert_true(str_eq(source->top, S("api")));
	assert_true(str_eq(source->side, S("HEAD")));
	assert_string_equal(fixture_paths(f, source), "api/a.proto");
	assert_null(source_find(source, S("buf.yaml")));
	source_close(source);
}

static void a_dot_path_counts_from_the_current_folder(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	f->options.directory = path_join(f->arena, f->options.directory, S("api"));
	source = fixture_open(f, "HEAD:./");
	assert_true(str_eq(source->top, S("api")));
	assert_true(str_eq(source->prefix, S("api")));
	source_close(source);
	source = fixture_open(f, "HEAD:..");
	assert_int_equal(source->top.n, 0);
	source_close(source);
}

static void the_index_is_not_the_working_tree(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, "api/a.proto", "staged");
	fixture_add_all(f);
	fixture_write(f, "api/a.proto", "on disk");
	fixture_write(f, "api/untracked.proto", "u");
	source = fixture_open(f, "index:");
	assert_string_equal(fixture_paths(f, source), "api/a.proto");
	assert_string_equal(fixture_read(f, source, "api/a.proto"), "staged");
	source_close(source);
	source = fixture_open(f, "worktree:");
	assert_string_equal(fixture_paths(f, source), "api/a.proto api/untracked.proto");
	assert_string_equal(fixture_read(f, source, "api/a.proto"), "on disk");
	source_close(source);
}

static void ignored_files_and_nested_repositories_are_left_out(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, ".gitignore", "gen/\n*.tmp.proto\n");
	fixture_write(f, ".git/info/exclude", "local.proto\n");
	fixture_write(f, "gen/x.proto", "x");
	fixture_write(f, "y.tmp.proto", "y");
	fixture_write(f, "local.proto", "l");
	fixture_write(f, "keep/.gitignore", "!z.tmp.proto\n");
	fixture_write(f, "keep/z.tmp.proto", "z");
	fixture_write(f, "nested/.git/HEAD", "ref: refs/heads/main\n");
	fixture_write(f, "nested/.git/objects/x", "");
	fixture_write(f, "nested/.git/refs/x", "");
	fixture_write(f, "nested/n.proto", "n");
	source = fixture_open(f, "worktree:");
	assert_string_equal(fixture_paths(f, source), "api/a.proto keep/z.tmp.proto");
	assert_null(source_find(source, S("nested/n.proto")));
	source_close(source);
	source = fixture_open(f, "worktree:");
	assert_null(source_find(source, S("gen/x.proto")));
	assert_null(source_find(source, S("nested/n.proto")));
	assert_non_null(source_find(source, S("keep/z.tmp.proto")));
	source_close(source);
}

static void a_tracked_file_is_never_ignored(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, ".gitignore", "*.proto\napi/\n");
	fixture_write(f, "api/new.proto", "n");
	source = fixture_open(f, "worktree:");
	assert_string_equal(fixture_paths(f, source), "api/a.proto");
	source_close(source);
}

static void an_index_without_a_checksum_is_read(void **state)
{
	static const char zeros[20];
	struct fixture *f = *state;
	struct source *source;
	int fd = open(str_printf(f->arena, "%s/.git/index", f->folder).p, O_WRONLY);

	assert_true(lseek(fd, -20, SEEK_END) > 0);
	assert_int_equal(write(fd, zeros, sizeof zeros), sizeof zeros);
	close(fd);
	source = fixture_open(f, "index:");
	assert_string_equal(fixture_paths(f, source), "api/a.proto");
	source_close(source);
}

static void a_link_to_what_is_ignored_dangles(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_write(f, ".gitignore", "gen/\n");
	fixture_write(f, "gen/x.proto", "x");
	fixture_link(f, "gen/x.proto", "link.proto");
	source = fixture_open(f, "worktree:");
	assert_string_equal(fixture_paths(f, source), "api/a.proto");
	assert_non_null(strstr(fixture_said(f), "leads to a file that git ignores"));
	assert_null(source_find(source, S("link.proto")));
	source_close(source);
}

static void a_cut_index_is_an_error(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(truncate(str_printf(f->arena, "%s/.git/index", f->folder).p, 90), 0);
	assert_null(source_open(&f->options, S("index:"), &f->diags));
	assert_non_null(strstr(fixture_said(f), "is damaged"));
}

static void an_index_named_by_git_that_is_not_there_is_an_error(void **state)
{
	struct fixture *f = *state;

	f->options.git_index_file = S(".git/gone");
	assert_null(source_open(&f->options, S("index:"), &f->diags));
	assert_non_null(strstr(fixture_said(f), "GIT_INDEX_FILE"));
}

/* Path of the loose object of a.proto's newest contents. */
static const char *loose_path(struct fixture *f)
{
	struct content_id id = object_hash(GIT_OBJECT_BLOB, S("two"));
	struct str text = id_text(f->arena, id.bytes);

	return str_printf(f->arena, ".git/objects/" STR "/" STR, ARG(str_head(text, 2)),
		ARG(str_from(text, 2)))
		.p;
}

static void assert_damaged(struct fixture *f, const void *bytes, size_t n)
{
	struct source *source;

	fixture_remove(f, loose_path(f));
	fixture_write_bytes(f, loose_path(f), bytes, n);
	f->diags.n = 0;
	source = fixture_open(f, "HEAD");
	assert_null(fixture_read(f, source, "api/a.proto"));
	assert_non_null(strstr(fixture_said(f), "is damaged"));
	source_close(source);
}

static void a_cut_loose_object_is_an_error_at_once(void **state)
{
	struct fixture *f = *state;
	char bytes[64];
	int fd = open(str_printf(f->arena, "%s/%s", f->folder, loose_path(f)).p, O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof bytes);

	close(fd);
	assert_true(n > 12);
	assert_damaged(f, bytes, (size_t)n / 2);
	assert_damaged(f, bytes, (size_t)n - 5);
	assert_damaged(f, bytes, 0);
}

/* Deflates `bytes` as one stored block, which is how git may write it too. */
static size_t deflated(const char *bytes, size_t n, unsigned char *out)
{
	uint32_t a = 1, b = 0;

	memcpy(out, "\x78\x01\x01", 3);
	out[3] = (unsigned char)n;
	out[4] = 0;
	out[5] = (unsigned char)~n;
	out[6] = 0xff;
	memcpy(out + 7, bytes, n);
	for (size_t i = 0; i < n; i++) {
		a = (a + (unsigned char)bytes[i]) % 65521;
		b = (b + a) % 65521;
	}
	out[7 + n] = (unsigned char)(b >> 8);
	out[8 + n] = (unsigned char)b;
	out[9 + n] = (unsigned char)(a >> 8);
	out[10 + n] = (unsigned char)a;
	return n + 11;
}

static void a_loose_object_holds_exactly_what_it_declares(void **state)
{
	struct fixture *f = *state;
	unsigned char bytes[128];
	size_t n;

	n = deflated(
		"blob 2\0two", 10, bytes); /* more than declared: libgit2 writes out of bounds */
	assert_damaged(f, bytes, n);
	n = deflated("blob 9\0two", 10, bytes); /* less: libgit2 gives zeros */
	assert_damaged(f, bytes, n);
	n = deflated("blob 3\0TWO", 10, bytes); /* other contents */
	assert_damaged(f, bytes, n);
	n = deflated("blob 99999999999999999999\0two", 29, bytes);
	assert_damaged(f, bytes, n);
	n = deflated("blob\0two", 8, bytes);
	assert_damaged(f, bytes, n);
}

static void a_missing_object_says_what_to_do(void **state)
{
	struct fixture *f = *state;
	struct source *source;

	fixture_remove(f, loose_path(f));
	source = fixture_open(f, "HEAD");
	assert_null(fixture_read(f, source, "api/a.proto"));
	assert_non_null(strstr(fixture_said(f), "is missing"));
	assert_non_null(strstr(fixture_said(f), "git fsck"));
	source_close(source);
}

static void a_shallow_clone_names_the_fetch(void **state)
{
	struct fixture *f = *state;
	struct source *source = fixture_open(f, "HEAD");
	struct str head;
	git_oid id;

	source_close(source);
	assert_int_equal(git_reference_name_to_id(&id, f->repo, "HEAD"), 0);
	head = str_printf(f->arena, STR "\n", ARG(id_text(f->arena, id.id)));
	fixture_write_bytes(f, ".git/shallow", head.p, head.n);
	fixture_write(f, ".git/config", "[remote \"up\"]\n\turl = x\n");
	assert_null(source_open(&f->options, S("up/main"), &f->diags));
	assert_non_null(strstr(
		fixture_said(f), "git fetch --depth=1 up +refs/heads/main:refs/remotes/up/main"));
	f->diags.n = 0;
	fixture_reference(f, "refs/heads/old", "HEAD~1");
	assert_null(fixture_changes(f, "old...HEAD", NULL));
	assert_non_null(strstr(fixture_said(f), "have no common commit in this shallow clone"));
	assert_non_null(strstr(fixture_said(f), "git fetch --unshallow up"));
}

static void a_bare_repository_has_no_working_tree(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, ".git/config", "[core]\n\tbare = true\n");
	f->options.git_dir = S(".git");
	assert_null(source_open(&f->options, S("worktree:"), &f->diags));
	assert_non_null(strstr(fixture_said(f), "is bare"));
	f->diags.n = 0;
	assert_string_equal(fixture_changes(f, "HEAD~1", "HEAD"), "*api/a.proto");
}

static void sha256_and_reftable_are_clear_errors(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, ".git/config",
		"[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n");
	assert_null(source_open(&f->options, S("HEAD"), &f->diags));
	assert_non_null(strstr(fixture_said(f), "SHA-256"));
	f->diags.n = 0;
	fixture_write(f, ".git/config",
		"[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n");
	assert_null(source_open(&f->options, S("HEAD"), &f->diags));
	assert_non_null(strstr(fixture_said(f), "reftable"));
}

static void harmless_extensions_are_let_through(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, ".git/config",
		"[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig = true\n"
		"\tpreciousObjects = true\n\tpartialClone = origin\n\trelativeWorktrees = true\n");
	source_close(fixture_open(f, "HEAD"));
}

/* Opens a bare `check` and gives old's contents of a.proto, with the note in *note. */
static const char *default_base(struct fixture *f, const char *configured, struct base_note *note)
{
	struct input_request request = { .default_base = str_of(configured) };
	struct source *old, *new;
	const char *text;

	if (!sources_open(&f->options, &request, &old, &new, note, &f->diags))
		return NULL;
	assert_true(new->is_git &&new->is_on_disk);
	text = fixture_read(f, old, "api/a.proto");
	source_close(old);
	source_close(new);
	return text;
}

static void the_base_of_a_bare_check_is_the_merge_base_with_the_remote(void **state)
{
	struct fixture *f = *state;
	git_reference *head;
	struct base_note note;

	fixture_reference(f, "refs/remotes/origin/trunk", "HEAD~1");
	assert_int_equal(git_reference_symbolic_create(&head, f->repo, "refs/remotes/origin/HEAD",
				 "refs/remotes/origin/trunk", 1, NULL),
		0);
	git_reference_free(head);
	assert_string_equal(default_base(f, NULL, &note), "one");
	assert_non_null(strstr(note.text.p, "the merge base of origin/trunk and HEAD"));
}

static void configure(struct fixture *f, const char *more)
{
	fixture_write(f, ".git/config",
		str_cstr(f->arena,
			str_printf(f->arena, "[core]\n\trepositoryformatversion = 0\n%s", more)));
}

static void without_a_remote_the_default_branch_is_the_one_that_is_called_so(void **state)
{
	struct fixture *f = *state;
	struct base_note note;

	assert_string_equal(default_base(f, NULL, &note), "two");
	assert_non_null(
		strstr(note.text.p, "the merge base of main and HEAD (there is no remote)"));
	assert_true(note.is_head);
	fixture_reference(f, "refs/heads/trunk", "HEAD~1");
	fixture_reference(f, "refs/heads/master", "HEAD~1");
	assert_null(default_base(f, NULL, &note));
	assert_non_null(strstr(fixture_said(f), "both 'main' and 'master' exist"));
	configure(f, "[init]\n\tdefaultBranch = gone\n");
	assert_null(default_base(f, NULL, &note));
	configure(f, "[init]\n\tdefaultBranch = trunk\n");
	assert_string_equal(default_base(f, NULL, &note), "one");
	assert_non_null(strstr(note.text.p, "of trunk and HEAD (init.defaultBranch)"));
	assert_false(note.is_head);
	configure(f, "[init]\n\tdefaultBranch = trunk\n[remote \"up\"]\n\turl = x\n");
	assert_null(default_base(f, NULL, &note));
}

static void a_tag_pattern_takes_the_nearest_tag_but_not_heads_own(void **state)
{
	struct fixture *f = *state;
	struct base_note note;

	fixture_reference(f, "refs/tags/v1.10", "HEAD~1");
	fixture_reference(f, "refs/tags/v2", "HEAD");
	fixture_reference(f, "refs/tags/w1", "HEAD~1");
	assert_string_equal(default_base(f, "v*", &note), "one");
	assert_non_null(strstr(note.text.p, "comparing with v1.10, the nearest tag 'v*'"));
	assert_null(default_base(f, "release-*", &note));
	assert_non_null(strstr(fixture_said(f), "no tag 'release-*'"));
}

static void the_merge_base_is_where_the_branches_part(void **state)
{
	struct fixture *f = *state;

	fixture_reference(f, "refs/heads/feature", "HEAD");
	fixture_write(f, "api/a.proto", "three");
	fixture_write(f, "api/main.proto", "m");
	fixture_commit(f, "three", NULL);
	fixture_checkout(f, "feature");
	fixture_write(f, "api/feature.proto", "f");
	fixture_commit(f, "feature", NULL);
	assert_string_equal(fixture_changes(f, "main...feature", NULL), "+api/feature.proto");
	assert_string_equal(fixture_changes(f, "main..feature", NULL),
		"*api/a.proto +api/feature.proto -api/main.proto");
	assert_string_equal(
		fixture_changes(f, "main:api...feature:api", NULL), "+api/feature.proto");
}

static void a_merge_moves_the_merge_base(void **state)
{
	struct fixture *f = *state;

	fixture_reference(f, "refs/heads/feature", "HEAD");
	fixture_write(f, "api/main.proto", "m");
	fixture_commit(f, "main", NULL);
	fixture_checkout(f, "feature");
	fixture_write(f, "api/feature.proto", "f");
	fixture_write(f, "api/main.proto", "m");
	fixture_commit(f, "merge", "main");
	assert_string_equal(fixture_changes(f, "main...feature", NULL), "+api/feature.proto");
}

static void staged_before_the_first_commit_compares_with_nothing(void **state)
{
	struct input_request request = { .staged = true };
	struct fixture *f = *state;
	struct source *old, *new;
	struct changes changes;
	struct base_note note;

	fixture_repository(f);
	fixture_write(f, "a.proto", "a");
	fixture_add_all(f);
	assert_true(sources_open(&f->options, &request, &old, &new, &note, &f->diags));
	assert_true(old->is_empty);
	assert_true(source_changes(old, new, &changes, &f->diags));
	assert_int_equal(changes.list.n, 1);
	assert_int_equal(changes.list.items[0].kind, CHANGE_ADDED);
	source_close(old);
	source_close(new);
}

static void a_head_that_is_a_dangling_link_is_a_clear_error(void **state)
{
	struct fixture *f = *state;

	fixture_remove(f, ".git/HEAD");
	fixture_link(f, "refs/heads/main", ".git/HEAD");
	source_close(fixture_open(f, "HEAD"));
	fixture_remove(f, ".git/refs/heads/main");
	assert_null(source_open(&f->options, S("HEAD"), &f->diags));
	assert_non_null(
		strstr(fixture_said(f), "its HEAD is a symbolic link to 'refs/heads/main'"));
	assert_non_null(strstr(fixture_said(f), "git symbolic-ref HEAD refs/heads/main"));
}

static void a_tree_that_climbs_is_an_error(void **state)
{
	static const char tree[] = "40000 ..\0"
				   "01234567890123456789";
	struct fixture *f = *state;
	git_odb *odb;
	git_oid id;

	assert_int_equal(git_repository_odb(&odb, f->repo), 0);
	assert_int_equal(git_odb_write(&id, odb, tree, sizeof tree - 1, GIT_OBJECT_TREE), 0);
	git_odb_free(odb);
	assert_null(source_open(&f->options, id_text(f->arena, id.id), &f->diags));
	assert_non_null(strstr(fixture_said(f), "is malformed"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, fixture_end)

static void configuration_is_parsed_as_git_writes_it_and_else_left_to_libgit2(void **state)
{
	static const char *const others[] = { "x = 1", "[a]\nb = \"c\"", "[a]\nb = c\\",
		"[a \"b\\\"\"]", "[a]\nb = c # d", "[include]\npath = c", "[a.b]\nc = 1", "[a",
		"[a]\nb =", "[a]\nb c", "[a]\r\nb = c" };
	struct fixture *f = *state;
	struct git_settings settings = { 0 };

	assert_true(git_settings_parse(f->arena,
		S("# c\n[Core]\n\tBare = yes\n[remote \"A.b\"]\n url = x y\n;\n\n[core]\nbare\n"),
		&settings));
	assert_int_equal(settings.n, 3);
	assert_true(str_eq(settings.items[0].value, S("yes")));
	assert_true(str_eq(*git_settings_find(&settings, S("core.bare")), S("true")));
	assert_true(str_eq(*git_settings_find(&settings, S("remote.A.b.url")), S("x y")));
	assert_null(git_settings_find(&settings, S("core.other")));
	for (size_t i = 0; i < COUNT(others); i++)
		if (git_settings_parse(f->arena, str_of(others[i]), &settings))
			fail_msg("'%s' is parsed", others[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_revision_is_read_without_a_checkout),
		TEST(names_mean_what_they_mean_to_git),
		TEST(names_of_no_single_revision_are_refused_by_their_form),
		TEST(an_unknown_name_suggests_a_near_one),
		TEST(a_folder_of_a_revision_keeps_whole_paths),
		TEST(a_dot_path_counts_from_the_current_folder),
		TEST(the_index_is_not_the_working_tree),
		TEST(ignored_files_and_nested_repositories_are_left_out),
		TEST(a_tracked_file_is_never_ignored),
		TEST(an_index_without_a_checksum_is_read),
		TEST(a_link_to_what_is_ignored_dangles),
		TEST(a_cut_index_is_an_error),
		TEST(an_index_named_by_git_that_is_not_there_is_an_error),
		TEST(a_cut_loose_object_is_an_error_at_once),
		TEST(a_loose_object_holds_exactly_what_it_declares),
		TEST(a_missing_object_says_what_to_do),
		TEST(a_shallow_clone_names_the_fetch),
		TEST(a_bare_repository_has_no_working_tree),
		TEST(sha256_and_reftable_are_clear_errors),
		TEST(a_head_that_is_a_dangling_link_is_a_clear_error),
		TEST(harmless_extensions_are_let_through),
		TEST(the_base_of_a_bare_check_is_the_merge_base_with_the_remote),
		TEST(without_a_remote_the_default_branch_is_the_one_that_is_called_so),
		TEST(a_tag_pattern_takes_the_nearest_tag_but_not_heads_own),
		TEST(the_merge_base_is_where_the_branches_part),
		TEST(a_merge_moves_the_merge_base),
		cmocka_unit_test_setup_teardown(
			staged_before_the_first_commit_compares_with_nothing, fixture_begin,
			fixture_end),
		TEST(a_tree_that_climbs_is_an_error),
		TEST(configuration_is_parsed_as_git_writes_it_and_else_left_to_libgit2),
	};

	return cmocka_run_group_tests_name("git", tests, NULL, NULL) != 0;
}
