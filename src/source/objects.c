/*
 * Reading objects. Trees are read once, blobs each time.
 */
#include "source/objects.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	MAX_TREE_BYTES = 64 << 20,
	MAX_TREES_BYTES = 1 << 30,   /* of all trees that are read */
	MAX_TARGET_BYTES = 16 << 20, /* of cached targets of links */
	MAX_HEADER_BYTES = 16 << 20, /* of a commit or tag, with its message */
	MAX_TAGS = 100               /* tags of tags */
};

/* The name of an object in messages: its path, with the side of `source` before it unless that
 * is NULL. */
static struct str object_name(const struct source *source, struct str path, struct arena *arena)
{
	return source ? source_path_name(source, arena, path) : path_printable(arena, path);
}

/* git knows the empty tree even if no database has it. */
static bool is_empty_tree(const uint8_t *id)
{
	static const uint8_t empty[GIT_OID_RAWSZ] = { 0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e,
		0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04 };

	return memcmp(id, empty, sizeof empty) == 0;
}

/* Reads an object, loose or packed. PACKS_DAMAGED with *in_pack: only a damaged pack has it. */
static enum packs_answer read_anywhere(const struct repository *repository,
	struct object_wish *wish, struct arena *arena, struct str *bytes, bool *in_pack)
{
	git_object_t wanted = wish->type;
	enum packs_answer answer = packs_read(repository->packs, wish, arena, bytes), loose;

	*in_pack = answer == PACKS_DAMAGED;
	if (answer != PACKS_ABSENT && answer != PACKS_DAMAGED)
		return answer;
	if (is_empty_tree(wish->id) && (wanted == GIT_OBJECT_TREE || wanted == GIT_OBJECT_ANY)) {
		*bytes = S("");
		wish->type = GIT_OBJECT_TREE;
		return PACKS_READ;
	}
	wish->type = wanted;
	loose = loose_read(repository, wish, arena, bytes);
	if (loose != PACKS_ABSENT) {
		*in_pack = false;
		return loose;
	}
	if (answer == PACKS_ABSENT && packs_refresh(repository->packs))
		answer = packs_read(repository->packs, wish, arena, bytes);
	return answer;
}

/* Reports why an object was not read, of type `wanted` and named `what`. */
static void diag_answer(const struct repository *repository, enum packs_answer answer, bool in_pack,
	const struct object_wish *wish, git_object_t wanted, struct str what, struct diags *diags)
{
	struct str damaged = packs_damaged(repository->packs),
		   text = id_text(diags->arena, wish->id);

	if (answer == PACKS_NO_MEMORY) {
		diag_error(diags, NOWHERE, "not enough memory to read '" STR "'", ARG(what));
		diag_unread(diags);
	} else if (answer == PACKS_BASE_TOO_LARGE) {
		diag_error(diags, NOWHERE,
			"the object " STR " of '" STR
			"' is packed as a delta of one of more than %d bytes",
			ARG(text), ARG(what), MAX_PACK_BASE);
		diag_help(diags, "repack it: git repack -a -d -F");
	} else if (answer == PACKS_DAMAGED && in_pack) {
		diag_error(diags, NOWHERE,
			"cannot read the object " STR " of '" STR
			"': its pack or that pack's index is damaged",
			ARG(text), ARG(what));
		diag_unread(diags);
		diag_help(
			diags, "git fsck shows what is damaged; git index-pack rebuilds an index");
	} else if (answer == PACKS_DAMAGED) {
		diag_error(diags, NOWHERE, "the object " STR " of '" STR "' is damaged", ARG(text),
			ARG(what));
		diag_unread(diags);
		diag_help(diags, "git fsck shows what is damaged (%s)", wish->why);
	} else if (answer == PACKS_ABSENT) {
		diag_error(diags, NOWHERE, "the object " STR " of '" STR "' is missing", ARG(text),
			ARG(what));
		diag_unread(diags);
		diag_missing_help(repository, diags);
		diag_kind(diags, S("objects are missing"),
			str_printf(diags->arena, STR " of '" STR "'", ARG(text), ARG(what)));
		if (damaged.p)
			diag_help(diags,
				"the index of a pack cannot be read: git index-pack " STR ".pack",
				ARG(path_printable(diags->arena, damaged)));
	} else if (answer == PACKS_OTHER_TYPE) {
		diag_error(diags, NOWHERE, "the object " STR " of '" STR "' is not a %s", ARG(text),
			ARG(what), git_object_type2string(wanted));
	} else {
		diag_error(diags, NOWHERE, "'" STR "' is larger than %llu bytes", ARG(what),
			(unsigned long long)wish->limit);
		if (wanted == GIT_OBJECT_BLOB)
			diag_help(diags,
				"a contract may have at most that many; split it, or leave it out");
	}
}

void blob_changed(struct repository *repository, const struct content_id *id)
{
	uint64_t key;

	memcpy(&key, id->bytes, sizeof key);
	*map_put(&repository->changed, NULL, key) = repository;
	repository->changed_known = true;
}

static bool is_checked(
	const struct repository *repository, const uint8_t *id, git_object_t type, uint64_t limit)
{
	uint64_t key;

	memcpy(&key, id, sizeof key);
	/* A link is short, and its target may differ. */
	if (limit <= MAX_PATH_BYTES)
		return true;
	return type != GIT_OBJECT_BLOB || !repository->changed_known ||
	       map_get(&repository->changed, NULL, key);
}

bool object_read(const struct repository *repository, const uint8_t *id, git_object_t type,
	uint64_t limit, const struct source *source, struct str path, struct arena *arena,
	struct str *bytes, struct diags *diags)
{
	struct object_wish wish = { .id = id, .type = type, .limit = limit };
	enum packs_answer answer;
	bool in_pack;

	wish.check_id = is_checked(repository, id, type, limit);
	answer = read_anywhere(repository, &wish, arena, bytes, &in_pack);
	if (answer != PACKS_READ)
		diag_answer(repository, answer, in_pack, &wish, type,
			object_name(source, path, diags->arena), diags);
	return answer == PACKS_READ;
}

struct target {
	struct content_id id;
	struct str text;
};

bool link_target(struct repository *repository, const uint8_t *id, const struct source *source,
	struct str path, struct arena *arena, struct str *target, struct diags *diags)
{
	struct target *known;
	uint64_t key;

	memcpy(&key, id, sizeof key);
	known = map_get(&repository->targets, NULL, key);
	if (known && memcmp(known->id.bytes, id, sizeof known->id.bytes) == 0) {
		*target = known->text;
		return true;
	}
	if (!object_read(repository, id, GIT_OBJECT_BLOB, MAX_PATH_BYTES, source, path, arena,
		    target, diags))
		return false;
	if (known || repository->target_bytes > MAX_TARGET_BYTES)
		return true;
	known = NEW(repository->arena, struct target);
	memcpy(known->id.bytes, id, sizeof known->id.bytes);
	known->text = *target = str_dup(repository->arena, *target);
	repository->target_bytes += sizeof *known + target->n;
	*map_put(&repository->targets, NULL, key) = known;
	return true;
}

/* The type of an object, and the tree of a commit or the object of a tag. */
struct peeled {
	struct content_id id, target;
	git_object_t type;
	struct peeled *next; /* with the same hash */
};

/* `KEY ID` at the beginning of a tag or commit. */
static bool header_id(struct str bytes, const char *key, struct content_id *id)
{
	return str_starts(bytes, str_of(key)) && id_parse(str_from(bytes, strlen(key)), id);
}

/* Parses the object's bytes; false and an error. */
static bool peel_read(const struct repository *repository, struct peeled *peeled, struct str what,
	struct diags *diags)
{
	struct object_wish wish = { .id = peeled->id.bytes,
		.type = GIT_OBJECT_ANY,
		.limit = MAX_HEADER_BYTES,
		.check_id = true };
	struct arena *scratch = arena_like(repository->arena);
	struct str bytes;
	bool in_pack, ok = true;
	enum packs_answer answer = read_anywhere(repository, &wish, scratch, &bytes, &in_pack);

	peeled->type = wish.type;
	if ((answer == PACKS_TOO_LARGE || answer == PACKS_BASE_TOO_LARGE) &&
		(wish.type == GIT_OBJECT_TREE || wish.type == GIT_OBJECT_BLOB))
		answer = PACKS_READ;
	if (answer != PACKS_READ) {
		diag_answer(repository, answer, in_pack, &wish, GIT_OBJECT_ANY, what, diags);
		ok = false;
	} else if (wish.type == GIT_OBJECT_COMMIT || wish.type == GIT_OBJECT_TAG) {
		ok = header_id(
			bytes, wish.type == GIT_OBJECT_TAG ? "object " : "tree ", &peeled->target);
		if (!ok) {
			diag_error(diags, NOWHERE, "the %s " STR " is malformed",
				git_object_type2string(wish.type),
				ARG(id_text(diags->arena, peeled->id.bytes)));
			diag_help(diags, "git fsck shows what is wrong with it");
		}
	}
	arena_free(scratch);
	return ok;
}

/* Cached, since one name is looked up several times. NULL and an error. */
static const struct peeled *peeled_get(const struct repository *repository,
	const struct content_id *id, struct str what, struct diags *diags)
{
	struct peeled *known, *peeled;
	uint64_t key;

	memcpy(&key, id->bytes, sizeof key);
	known = map_get(repository->peeled, NULL, key);
	for (peeled = known; peeled; peeled = peeled->next)
		if (content_id_eq(&peeled->id, id))
			return peeled;
	peeled = NEW(repository->arena, struct peeled);
	peeled->id = *id;
	peeled->next = known;
	if (!peel_read(repository, peeled, what, diags))
		return NULL;
	*map_put(repository->peeled, NULL, key) = peeled;
	return peeled;
}

bool object_type(const struct repository *repository, const struct content_id *id, struct str what,
	git_object_t *type, struct diags *diags)
{
	const struct peeled *peeled = peeled_get(repository, id, what, diags);

	if (peeled)
		*type = peeled->type;
	return peeled != NULL;
}

bool object_exists(const struct repository *repository, const uint8_t *id)
{
	return is_empty_tree(id) || packs_position(repository->packs, id) ||
	       loose_exists(repository, id);
}

bool repository_lacks(const struct repository *repository, const uint8_t *id)
{
	return repository->partial && !object_exists(repository, id);
}

bool object_peel(const struct repository *repository, git_object_t type, struct content_id *id,
	struct diags *diags)
{
	for (int depth = 0; depth <= MAX_TAGS; depth++) {
		struct str text = id_text(diags->arena, id->bytes);
		const struct peeled *peeled = peeled_get(repository, id, text, diags);

		if (!peeled)
			return false;
		if (peeled->type == type ||
			(type == GIT_OBJECT_ANY && peeled->type != GIT_OBJECT_TAG))
			return true;
		if (peeled->type != GIT_OBJECT_TAG &&
			(peeled->type != GIT_OBJECT_COMMIT || type != GIT_OBJECT_TREE)) {
			diag_error(diags, NOWHERE, "the object " STR " is a %s, not a %s",
				ARG(text), git_object_type2string(peeled->type),
				git_object_type2string(type));
			return false;
		}
		*id = peeled->target;
		if (peeled->type == GIT_OBJECT_COMMIT)
			return true;
	}
	diag_error(diags, NOWHERE, "a tag leads to more than %d others", MAX_TAGS);
	return false;
}

/* Counts a tree of `n` bytes; false and an error: over the limit. */
static bool tree_count(struct repository *repository, size_t n, struct diags *diags)
{
	repository->trees_read++;
	repository->tree_bytes += n;
	if (repository->tree_bytes <= MAX_TREES_BYTES)
		return true;
	diag_error(diags, NOWHERE, "the folders of this repository have more than %d bytes",
		MAX_TREES_BYTES);
	diag_help(diags, "name the folder that holds the contracts, as in REV:PATH");
	return false;
}

static bool tree_read(struct repository *repository, const uint8_t *id, struct str path,
	struct arena *arena, struct str *bytes, struct diags *diags)
{
	return object_read(repository, id, GIT_OBJECT_TREE, MAX_TREE_BYTES, NULL,
		       path.n ? path : S("the top folder"), arena, bytes, diags) &&
	       tree_count(repository, bytes->n, diags);
}

bool tree_read_unchecked(struct repository *repository, const uint8_t *id, struct str path,
	struct arena *arena, struct str *bytes, struct diags *diags)
{
	struct object_wish wish = { .id = id, .type = GIT_OBJECT_TREE, .limit = MAX_TREE_BYTES };

	if (packs_read(repository->packs, &wish, arena, bytes) != PACKS_READ)
		return tree_read(repository, id, path, arena, bytes, diags);
	return tree_count(repository, bytes->n, diags);
}

void diag_malformed(struct diags *diags, const uint8_t *id, struct str path)
{
	diag_error(diags, NOWHERE, "the tree " STR " of '" STR "' is malformed",
		ARG(id_text(diags->arena, id)),
		ARG(path_printable(diags->arena, path.n ? path : S("the top folder"))));
	diag_help(diags, "git fsck shows what is wrong with it");
}

int tree_item_order(const void *left, const void *right)
{
	const struct tree_item *a = left, *b = right;
	size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
	int order = n ? memcmp(a->name.p, b->name.p, n) : 0;
	int a_next, b_next;

	if (order)
		return order;
	a_next = a->name.n > n                          ? (unsigned char)a->name.p[n]
		 : (a->mode & MODE_TYPE) == MODE_FOLDER ? '/'
							: 0;
	b_next = b->name.n > n                          ? (unsigned char)b->name.p[n]
		 : (b->mode & MODE_TYPE) == MODE_FOLDER ? '/'
							: 0;
	return a_next - b_next;
}

bool tree_take(struct str *rest, struct tree_item *item)
{
	size_t space = str_find(*rest, ' ');
	struct str after = str_from(*rest, space + 1);
	size_t end = str_find(after, '\0');

	if (space == 0 || space > 6 || end == 0 || after.n - end < 21)
		return false;
	item->mode = 0;
	for (size_t i = 0; i < space; i++) {
		if (rest->p[i] < '0' || rest->p[i] > '7')
			return false;
		item->mode = item->mode * 8 + (uint32_t)(rest->p[i] - '0');
	}
	item->name = str_head(after, end);
	item->id = (const uint8_t *)after.p + end + 1;
	*rest = str_from(after, end + 21);
	return !str_eq(item->name, S(".")) && !str_eq(item->name, S("..")) &&
	       str_find(item->name, '/') == end;
}

static bool tree_parse(struct arena *arena, struct str bytes, struct tree *tree)
{
	struct str rest = bytes;
	struct tree_item item;
	bool sorted = true;
	size_t n = 0;

	for (; rest.n; n++)
		if (!tree_take(&rest, &item))
			return false;
	tree->items = NEW_ARRAY(arena, n, struct tree_item);
	while (bytes.n && tree_take(&bytes, &item)) {
		/* Is it a name that git never stores and every kind of input skips? */
		if (str_eq(item.name, S(".git")))
			continue;
		if (tree->n && tree_item_order(&tree->items[tree->n - 1], &item) >= 0)
			sorted = false;
		tree->items[tree->n++] = item;
	}
	if (sorted)
		return true;
	qsort(tree->items, tree->n, sizeof *tree->items, tree_item_order);
	for (uint32_t i = 1; i < tree->n; i++)
		if (str_eq(tree->items[i - 1].name, tree->items[i].name))
			return false;
	return true;
}

struct tree *tree_get(
	struct repository *repository, const uint8_t *id, struct str path, struct diags *diags)
{
	uint64_t key;
	struct tree *known, *tree;
	struct str bytes;
	void **slot;

	memcpy(&key, id, sizeof key);
	known = map_get(&repository->trees, NULL, key);
	for (tree = known; tree; tree = tree->next)
		if (memcmp(tree->id.bytes, id, sizeof tree->id.bytes) == 0)
			return tree;
	if (!tree_read(repository, id, path, repository->arena, &bytes, diags))
		return NULL;
	tree = NEW(repository->arena, struct tree);
	memcpy(tree->id.bytes, id, sizeof tree->id.bytes);
	if (!tree_parse(repository->arena, bytes, tree)) {
		diag_malformed(diags, id, path);
		return NULL;
	}
	tree->next = known;
	slot = map_put(&repository->trees, NULL, key);
	*slot = tree;
	return tree;
}

const struct tree_item *tree_item_find(const struct tree *tree, struct str name)
{
	/* Two searches, since a name sorts differently as a file and as a folder. */
	static const uint32_t modes[] = { MODE_FILE, MODE_FOLDER };

	for (size_t i = 0; i < COUNT(modes); i++) {
		struct tree_item wanted = { .name = name, .mode = modes[i] };
		uint32_t low = 0, high = tree->n;

		while (low < high) {
			uint32_t middle = low + (high - low) / 2;

			if (tree_item_order(&tree->items[middle], &wanted) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < tree->n && str_eq(tree->items[low].name, name))
			return &tree->items[low];
	}
	return NULL;
}

struct only_id {
	struct content_id id;
	bool found, several;
};

static bool take_only(const uint8_t *id, void *context)
{
	struct only_id *only = context;

	only->several = only->found && memcmp(only->id.bytes, id, sizeof only->id.bytes) != 0;
	memcpy(only->id.bytes, id, sizeof only->id.bytes);
	only->found = true;
	return !only->several;
}

enum ids_answer objects_each(const struct repository *repository, const uint8_t *begin, size_t n,
	id_taker take, void *context)
{
	enum ids_answer answer = loose_each(repository, begin, n, take, context);

	if (answer == IDS_ALL && !packs_each(repository->packs, begin, n, take, context))
		answer = IDS_STOPPED;
	return answer;
}

enum prefix_answer object_find(
	const struct repository *repository, const uint8_t *begin, size_t n, struct content_id *id)
{
	struct only_id only = { .found = false };
	enum ids_answer answer = objects_each(repository, begin, n, take_only, &only);

	*id = only.id;
	return answer == IDS_UNREADABLE ? PREFIX_UNREADABLE
	       : only.several           ? PREFIX_SEVERAL
	       : only.found             ? PREFIX_ONE
					: PREFIX_ABSENT;
}

struct str id_short(const struct repository *repository, struct arena *arena, const uint8_t *id)
{
	struct str text = id_text(arena, id);
	struct content_id found;

	for (size_t n = 7; n < GIT_OID_HEXSZ; n++) {
		enum prefix_answer answer = object_find(repository, id, n, &found);

		/* If a folder cannot be read no second one was found, and the id is only shown. */
		if (answer == PREFIX_ONE || answer == PREFIX_UNREADABLE)
			return str_head(text, n);
	}
	return text;
}
