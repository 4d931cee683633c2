/*
 * The files of a repository: index, packs, loose objects, references, logs, attributes; and names
 * of revisions. The repository is created once per process; a round replaces the file that it
 * tests.
 */
#include "fuzz/harness.h"

#include <assert.h>
#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <zlib.h>

#include "source/opening.h"
#include "source/index_file.h"
#include "source/pack.h"
#include "source/refs.h"

enum { ID_BYTES = 20, MAX_LIMIT = 1 << 20 };

static struct content_id sha1(struct str a, struct str b)
{
	struct sha1_ctx context;
	struct content_id id;

	sha1_init(&context);
	sha1_update(&context, a.n, (const uint8_t *)a.p);
	sha1_update(&context, b.n, (const uint8_t *)b.p);
	sha1_digest(&context, sizeof id.bytes, id.bytes);
	return id;
}

static struct str packed(struct arena *arena, struct str bytes)
{
	uLongf n = compressBound(bytes.n);
	char *room = arena_bytes(arena, n);

	if (compress2((Bytef *)room, &n, (const Bytef *)bytes.p, bytes.n, 1) != Z_OK)
		abort();
	return (struct str){ room, n };
}

static char *object_path(struct arena *arena, struct str id)
{
	char *folder = scratch_path(arena,
		str_cstr(arena, str_printf(arena, "repo/.git/objects/" STR, ARG(str_head(id, 2)))));

	mkdir(folder, 0700);
	return str_cstr(arena, str_printf(arena, "%s/" STR, folder, ARG(str_from(id, 2))));
}

/* Writes a loose object under its id. */
static struct content_id put_object(
	struct arena *arena, const char *type, struct str bytes, char **path)
{
	struct str head = str_printf(arena, "%s %zu%c", type, bytes.n, '\0');
	struct str whole = str_printf(arena, STR "%*s", ARG(head), (int)bytes.n, "");
	struct content_id id = sha1(head, bytes);

	if (bytes.n)
		memcpy((char *)whole.p + head.n, bytes.p, bytes.n);
	memcpy((char *)whole.p, head.p, head.n);
	*path = object_path(arena, id_text(arena, id.bytes));
	scratch_write(*path, packed(arena, whole));
	return id;
}

static struct content_id put_commit(
	struct arena *arena, const struct content_id *tree, const struct content_id *parent)
{
	struct str text = str_printf(arena, "tree " STR "\n", ARG(id_text(arena, tree->bytes)));
	char *path;

	if (parent)
		text = str_printf(arena, STR "parent " STR "\n", ARG(text),
			ARG(id_text(arena, parent->bytes)));
	text = str_printf(arena,
		STR "author a <a@b> %d +0000\ncommitter a <a@b> %d +0000\n\nsay %s\n", ARG(text),
		1500000000 + !!parent, 1500000000 + !!parent, parent ? "two" : "one");
	return put_object(arena, "commit", text, &path);
}

static const char first_refs[] = "ref: refs/heads/main\n";

/* Creates two commits on main, a tag, and logs; returns the folder. */
static struct str make_repository(struct arena *arena)
{
	static const char *const folders[] = { "repo", "repo/.git", "repo/.git/objects",
		"repo/.git/objects/pack", "repo/.git/refs", "repo/.git/refs/heads",
		"repo/.git/logs", "repo/.git/logs/refs", "repo/.git/logs/refs/heads", "objects",
		"objects/pack" };
	static bool is_made;
	struct str top = str_of(scratch_path(arena, "repo")), item, id;
	struct content_id blob, tree, first, second;
	char *path;

	if (is_made)
		return top;
	is_made = true;
	for (size_t i = 0; i < COUNT(folders); i++)
		mkdir(scratch_path(arena, folders[i]), 0700);
	blob = put_object(arena, "blob", S("syntax = \"proto3\";\n"), &path);
	item = str_printf(arena, "100644 a.proto%c%20s", '\0', "");
	memcpy((char *)item.p + item.n - ID_BYTES, blob.bytes, ID_BYTES);
	tree = put_object(arena, "tree", item, &path);
	first = put_commit(arena, &tree, NULL);
	second = put_commit(arena, &tree, &first);
	id = id_text(arena, second.bytes);
	scratch_write(scratch_path(arena, "repo/.git/HEAD"), str_of(first_refs));
	scratch_write(scratch_path(arena, "repo/.git/config"),
		S("[core]\n\trepositoryformatversion = 0\n\tbare = false\n"));
	scratch_write(scratch_path(arena, "repo/.git/refs/heads/main"),
		str_printf(arena, STR "\n", ARG(id)));
	scratch_write(scratch_path(arena, "repo/.git/packed-refs"),
		str_printf(arena,
			"# pack-refs with: peeled fully-peeled sorted \n" STR " refs/tags/v1\n",
			ARG(id_text(arena, first.bytes))));
	for (int i = 0; i < 2; i++)
		scratch_write(scratch_path(arena,
				      i ? "repo/.git/logs/HEAD" : "repo/.git/logs/refs/heads/main"),
			str_printf(arena,
				"%040d " STR " a <a@b> 1500000000 +0000\tcommit: one\n" STR " " STR
				" a <a@b> 1500000001 +0000\tcheckout: moving from x to main\n",
				0, ARG(id_text(arena, first.bytes)),
				ARG(id_text(arena, first.bytes)), ARG(id)));
	return top;
}

/* ---- the index ---- */

static void read_index(struct str bytes)
{
	static const char *const inputs[] = { "index:", "worktree:" };
	struct source_options options;
	struct round round;

	for (size_t i = 0; i < COUNT(inputs); i++) {
		round_begin(&round);
		options = round_options(&round, make_repository(round.arena));
		scratch_write(scratch_path(round.arena, "repo/.git/index"), bytes);
		round_read_all(&round, source_open(&options, str_of(inputs[i]), &round.diags));
		round_end(&round);
	}
}

/* Unchanged, and with a correct checksum. */
static void run_index(struct str bytes)
{
	struct content_id id;
	char *copy;

	read_index(bytes);
	if (bytes.n < ID_BYTES)
		return;
	copy = malloc(bytes.n);
	if (!copy)
		abort();
	id = sha1(str_head(bytes, bytes.n - ID_BYTES), S(""));
	memcpy(copy, bytes.p, bytes.n - ID_BYTES);
	memcpy(copy + bytes.n - ID_BYTES, id.bytes, ID_BYTES);
	read_index((struct str){ copy, bytes.n });
	free(copy);
}

/* ---- packs ---- */

struct each_object {
	struct packs *packs;
	struct arena *arena;
	unsigned n;
};

static bool read_packed(const uint8_t *id, void *context)
{
	struct each_object *each = context;
	struct arena_mark mark = arena_mark(each->arena);
	struct object_wish wish = { .id = id, .type = GIT_OBJECT_ANY, .limit = MAX_LIMIT };
	struct str bytes = { NULL, 0 }, again = { NULL, 0 };
	enum packs_answer unchecked, checked;

	unchecked = packs_read(each->packs, &wish, each->arena, &bytes);
	wish = (struct object_wish){
		.id = id, .type = GIT_OBJECT_ANY, .limit = MAX_LIMIT, .check_id = true
	};
	checked = packs_read(each->packs, &wish, each->arena, &again);
	/* An object that is checked against its id is the original, or an error. */
	if (checked == PACKS_READ && unchecked == PACKS_READ)
		assert(str_eq(bytes, again));
	packs_position(each->packs, id);
	arena_rewind(each->arena, mark);
	return ++each->n < 64;
}

/* Corrects counts and checksums, so that mutations reach further. */
static void fit(unsigned char *index, size_t n_index, unsigned char *pack, size_t n_pack)
{
	if (n_index < 8 + 1024 + 2 * ID_BYTES || n_pack < 12 + ID_BYTES)
		return;
	memcpy(pack + 8, index + 8 + 1020, 4);
	memcpy(index + n_index - 2 * ID_BYTES, pack + n_pack - ID_BYTES, ID_BYTES);
}

/* Input: the size of the `.idx` in four bytes, the `.idx`, the pack. */
static void run_pack(struct str bytes)
{
	static const unsigned char none[ID_BYTES];
	struct each_object each = { 0 };
	struct str index, pack;
	struct round round;
	uint32_t n = 0;
	char *copy;

	for (size_t i = 0; i < 4 && i < bytes.n; i++)
		n = n << 8 | (unsigned char)bytes.p[i];
	round_begin(&round);
	make_repository(round.arena);
	bytes = str_from(bytes, 4);
	copy = arena_copy(round.arena, bytes.p ? bytes.p : "", bytes.n);
	n = n < bytes.n ? n : (uint32_t)bytes.n;
	fit((unsigned char *)copy, n, (unsigned char *)copy + n, bytes.n - n);
	index = (struct str){ copy, n };
	pack = (struct str){ copy + n, bytes.n - n };
	scratch_write(scratch_path(round.arena, "objects/pack/pack-1.idx"), index);
	scratch_write(scratch_path(round.arena, "objects/pack/pack-1.pack"), pack);
	each.arena = round.arena;
	each.packs = packs_new(round.arena);
	if (!each.packs)
		abort();
	packs_add(each.packs, str_of(scratch_path(round.arena, "objects")));
	packs_each(each.packs, none, 0, read_packed, &each);
	packs_free(each.packs);
	round_end(&round);
}

/* ---- objects ---- */

/* The file of a loose object, with any contents. */
static void run_loose(struct str bytes)
{
	static const char id[] = "1234567890123456789012345678901234567890";
	struct source_options options;
	struct round round;
	char *path;

	round_begin(&round);
	options = round_options(&round, make_repository(round.arena));
	path = object_path(round.arena, str_of(id));
	scratch_write(path, bytes);
	round_read_all(&round, source_open(&options, str_of(id), &round.diags));
	scratch_write(path, packed(round.arena, bytes));
	round_read_all(&round, source_open(&options, str_of(id), &round.diags));
	remove(path);
	round_end(&round);
}

/* Input: a letter for the type, and the contents of an object; `HEAD^{/x}` walks from it. */
static void run_object(struct str bytes)
{
	static const char *const types[] = { "commit", "tree", "tag", "blob" };
	struct source_options options;
	struct content_id id;
	struct round round;
	struct str name;
	char *path;

	if (bytes.n == 0)
		return;
	round_begin(&round);
	options = round_options(&round, make_repository(round.arena));
	id = put_object(
		round.arena, types[(unsigned char)bytes.p[0] % 4], str_from(bytes, 1), &path);
	name = id_text(round.arena, id.bytes);
	round_read_all(&round, source_open(&options, name, &round.diags));
	round_read_all(
		&round, source_open(&options, str_printf(round.arena, STR "^{/x}", ARG(name)),
				&round.diags));
	round_read_all(&round, source_open(&options, str_printf(round.arena, STR "^2~3", ARG(name)),
				       &round.diags));
	remove(path);
	round_end(&round);
}

/* ---- names ---- */

static void look_up(struct round *round, struct repository *repository, struct str name)
{
	uint32_t before = round->diags.n_errors;
	struct revision revision = { 0 };

	/* A failure must have a message. */
	if (!revision_find(repository, name, MEANT_ANY, &revision, &round->diags))
		assert(round->diags.n_errors > before);
}

static void run_revision(struct str name)
{
	struct repository *repository;
	struct source_options options;
	struct str a, b;
	struct round round;
	bool flag = false;

	round_begin(&round);
	options = round_options(&round, make_repository(round.arena));
	repository = repository_open(&options, &flag, &round.diags);
	assert(repository);
	look_up(&round, repository, name);
	revision_split(name, &a, &b);
	if (range_split(name, &a, &b, &flag)) {
		look_up(&round, repository, a);
		look_up(&round, repository, b);
	}
	repository_release(repository);
	round_end(&round);
}

static void take_reference(void *context, struct str name, const struct content_id *id)
{
	(void)id;
	*(size_t *)context += name.n;
}

/* Input: HEAD, packed-refs, refs/heads/main and the log of HEAD, separated by lines `%%`. */
static void run_refs(struct str bytes)
{
	static const char *const files[] = { "repo/.git/HEAD", "repo/.git/packed-refs",
		"repo/.git/refs/heads/main", "repo/.git/logs/HEAD" };
	static const char *const names[] = { "HEAD", "main", "v1", "HEAD@{1}", "@{-1}",
		"HEAD@{2020-01-01}", "HEAD@{yesterday}", ":/say", "@{u}", "gone" };
	struct branch_choice choice;
	struct repository *repository;
	struct source_options options;
	struct str part;
	struct round round;
	bool absent;
	size_t n = 0;

	round_begin(&round);
	options = round_options(&round, make_repository(round.arena));
	for (size_t i = 0; i < COUNT(files); i++) {
		if (!take_part(&bytes, &part))
			part = S("");
		scratch_write(scratch_path(round.arena, files[i]), part);
	}
	repository = repository_open(&options, &absent, &round.diags);
	if (repository) {
		for (size_t i = 0; i < COUNT(names); i++)
			look_up(&round, repository, str_of(names[i]));
		refs_each(repository, S("refs/"), take_reference, &n, &round.diags);
		default_branch(repository, true, &choice, &round.diags);
		repository_release(repository);
	}
	round_end(&round);
}

/* ---- attributes ---- */

/* A file that is there is read, or there is an error. */
static void read_cleaned(struct round *round, const struct source_options *options)
{
	struct source *source = source_open(options, S("worktree:"), &round->diags);
	const struct source_entry *entry;
	struct str bytes;

	if (!source)
		return;
	entry = source_find(source, S("d/b.proto"));
	if (entry && source_read(source, entry, round->arena, &bytes, &round->diags))
		assert(bytes.p || !bytes.n);
	else
		assert(round->diags.n_errors);
	round_read_all(round, source);
}

/* Input: .gitattributes at the top and in a folder, info/attributes, and a file of that folder,
 * separated by lines `%%`. */
static void run_attributes(struct str bytes)
{
	static const char *const files[] = { "repo/.gitattributes", "repo/d/.gitattributes",
		"repo/.git/info/attributes", "repo/d/b.proto" };
	struct source_options options;
	struct round round;
	struct str part;

	round_begin(&round);
	options = round_options(&round, make_repository(round.arena));
	mkdir(scratch_path(round.arena, "repo/d"), 0700);
	mkdir(scratch_path(round.arena, "repo/.git/info"), 0700);
	for (size_t i = 0; i < COUNT(files); i++) {
		if (!take_part(&bytes, &part))
			part = S("");
		scratch_write(scratch_path(round.arena, files[i]), part);
	}
	read_cleaned(&round, &options);
	round_end(&round);
}

const struct harness repository_harnesses[] = {
	{ "attributes", run_attributes },
	{ "index", run_index },
	{ "loose", run_loose },
	{ "object", run_object },
	{ "pack", run_pack },
	{ "refs", run_refs },
	{ "revision", run_revision },
	{ 0 },
};
