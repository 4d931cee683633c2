/*
 * git's objects and their ids; private to this folder.
 *
 * objects.c reads an object from loose.c or pack.c, whichever has it.
 */
#pragma once
#include <git2.h>
#include "source/repository.h"

enum {
	MODE_TYPE = 0170000,
	MODE_FOLDER = 0040000,
	MODE_FILE = 0100000,
	MODE_LINK = 0120000,
	MODE_SUBMODULE = 0160000,
};

/* One name in a tree. */
struct tree_item {
	struct str name;
	const uint8_t *id; /* 20 bytes */
	uint32_t mode;
};

struct tree {
	struct content_id id;
	struct tree_item *items; /* in git's order: a folder sorts as if its name ended with `/` */
	uint32_t n;
	enum knowledge { UNKNOWN, NONE, SOME } contracts; /* here or below */
	struct tree *next;                                /* with the same hash */
};

/* ---- objects.c ---- */

/*
 * Reads an object into `arena`. Errors name it by `path`, after the side of `source` unless that is
 * NULL. Thread-safe.
 */
bool object_read(const struct repository *repository, const uint8_t *id, git_object_t type,
	uint64_t limit, const struct source *source, struct str path, struct arena *arena,
	struct str *bytes, struct diags *diags);
/* The target of a link, from its blob; in the repository's arena or in `arena`. Errors as of
 * object_read. Not thread-safe. */
bool link_target(struct repository *repository, const uint8_t *id, const struct source *source,
	struct str path, struct arena *arena, struct str *target, struct diags *diags);
/* Notes that a blob differs between the sides. Not thread-safe. */
void blob_changed(struct repository *repository, const struct content_id *id);
/* A tree, which is read once; `path` is for errors. NULL and an error. */
struct tree *tree_get(
	struct repository *repository, const uint8_t *id, struct str path, struct diags *diags);
/* Takes `mode name NUL id` off the front of a tree's bytes; false: malformed. */
bool tree_take(struct str *rest, struct tree_item *item);
/* Reads a tree's bytes into `arena` without verifying its id, for a tree that both sides share. */
bool tree_read_unchecked(struct repository *repository, const uint8_t *id, struct str path,
	struct arena *arena, struct str *bytes, struct diags *diags);
void diag_malformed(struct diags *diags, const uint8_t *id, struct str path);
/* Git's order of two struct tree_item. */
int tree_item_order(const void *left, const void *right);
const struct tree_item *tree_item_find(const struct tree *tree, struct str name);
/* The first digits of an id, as many as are unique. */
struct str id_short(const struct repository *repository, struct arena *arena, const uint8_t *id);

/* The type of an object; false and an error, which calls the object `what`: it cannot be read. */
bool object_type(const struct repository *repository, const struct content_id *id, struct str what,
	git_object_t *type, struct diags *diags);
bool object_exists(const struct repository *repository, const uint8_t *id);
/* Is it a partial clone without that object? */
bool repository_lacks(const struct repository *repository, const uint8_t *id);
/* Follows tags, and a commit to its tree, until *id is of `type` (GIT_OBJECT_ANY: until it is no
 * tag). False and an error: it never is. */
bool object_peel(const struct repository *repository, git_object_t type, struct content_id *id,
	struct diags *diags);

/* Takes an id; false: no more of them. */
typedef bool (*id_taker)(const uint8_t *id, void *context);
enum ids_answer { IDS_ALL, IDS_STOPPED, IDS_UNREADABLE };
/* All ids that begin with the first `n` hex digits of `begin`; an object stored twice comes twice.
 */
enum ids_answer objects_each(const struct repository *repository, const uint8_t *begin, size_t n,
	id_taker take, void *context);
enum prefix_answer { PREFIX_ABSENT, PREFIX_ONE, PREFIX_SEVERAL, PREFIX_UNREADABLE };
/* The only object whose id begins so. */
enum prefix_answer object_find(
	const struct repository *repository, const uint8_t *begin, size_t n, struct content_id *id);

/* ---- ids.c ---- */

/* The id that git gives an object: SHA-1 of `TYPE SIZE NUL` and the bytes. */
struct content_id object_hash(git_object_t type, struct str bytes);
bool object_has_id(git_object_t type, struct str bytes, const uint8_t *id);
/* Parses the 40 digits that `text` begins with; false: it does not begin with an id. */
bool id_parse(struct str text, struct content_id *id);
struct str id_text(struct arena *arena, const uint8_t *id);

/* ---- pack.c ---- */

/* Packs are opened when an object is first looked for. `relative` gives the arena. NULL: no memory.
 */
struct packs *packs_new(const struct arena *relative);
void packs_free(struct packs *packs); /* NULL too */
/* Adds the folder `objects`, before anything is read. */
void packs_add(struct packs *packs, struct str objects);
/* Limit of the bytes of an object or delta that a packed object is made from. */
enum { MAX_PACK_BASE = 128 << 20 };
enum packs_answer {
	PACKS_READ,
	PACKS_ABSENT,
	PACKS_OTHER_TYPE,
	PACKS_TOO_LARGE,
	PACKS_BASE_TOO_LARGE, /* over MAX_PACK_BASE */
	PACKS_DAMAGED,        /* a pack has the id, and it cannot be read from any */
	PACKS_NO_MEMORY
};
/* Orders objects by pack and offset; 0: in no pack. Thread-safe. */
uint64_t packs_position(struct packs *packs, const uint8_t *id);
struct object_wish {
	const uint8_t *id;
	git_object_t type; /* GIT_OBJECT_ANY: any; set to what it is */
	uint64_t limit;    /* in bytes */
	bool check_id;     /* verify the bytes against the id */
	const char *why;   /* set by loose_read with PACKS_DAMAGED (of a loose object, too): what is wrong */
};
/* Reads an object into `arena`. Thread-safe. */
enum packs_answer packs_read(
	struct packs *packs, struct object_wish *wish, struct arena *arena, struct str *bytes);
/* Lists the folders that changed again, since git may have repacked; true: there is a new pack.
 * Thread-safe. */
bool packs_refresh(struct packs *packs);
/* The path, without `.idx`, of a pack whose index could not be read; absent: none. */
struct str packs_damaged(struct packs *packs);
/* As objects_each, of packs; false: `take` stopped it. */
bool packs_each(struct packs *packs, const uint8_t *begin, size_t n, id_taker take, void *context);

/* ---- loose.c ---- */

/* As packs_read; the id is always verified. */
enum packs_answer loose_read(const struct repository *repository, struct object_wish *wish,
	struct arena *arena, struct str *bytes);
bool loose_exists(const struct repository *repository, const uint8_t *id);
/* As objects_each, for `n` of at least 2. IDS_UNREADABLE: a folder cannot be read. */
enum ids_answer loose_each(const struct repository *repository, const uint8_t *begin, size_t n,
	id_taker take, void *context);
