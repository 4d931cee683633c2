/*
 * What the git sources share; private to this folder.
 *
 * A repository is opened once a run, used by both sides, and counts its users. Trees and blobs are
 * read by pack.c and loose.c. Nothing is written and nothing executed.
 */
#pragma once
#include <git2.h>
#include "base/map.h"
#include "source/private.h"

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

/* A setting of git's configuration. The key has section and name in lower case; the value of a key
 * alone is `true`. */
struct git_setting {
	struct str key, value;
};

struct git_settings {
	struct git_setting *items; /* in the order of the files: the last one counts */
	uint32_t n, cap;
};

struct repository {
	struct arena *arena;
	struct source_options options;
	struct git_settings settings; /* of its configuration when it was opened */
	VEC(int) objects;             /* open descriptors of its `objects` folders */
	struct packs *packs;
	struct str git_dir, common_dir; /* absolute, without `/` at the end */
	struct str work_dir;            /* the same; absent: bare */
	int work_top;                   /* the working tree, opened; -1: bare */
	struct str prefix;              /* where -C stands in the working tree; empty at its top */
	struct str index_path;
	struct str object_format, ref_storage; /* extensions of its configuration; absent: unset */
	bool has_worktree_config;
	struct str worktree; /* core.worktree; absent: unset */
	bool bare, bare_is_set;
	bool ignore_case, no_links; /* core.ignoreCase; core.symlinks is false */
	struct {
		bool is_on;        /* core.sparseCheckout */
		bool expects_more; /* sparse.expectFilesOutsideOfPatterns */
	} sparse;
	bool shallow, partial;
	bool needs_history; /* a merge base is wanted: a fetch has to bring more than one commit */
	VEC(struct str) remotes;      /* their names */
	struct str remote;            /* whose branches count: the only one, or `origin` */
	struct str fetched;           /* that a fetch should name; there may be no `origin` */
	struct str promisor;          /* that has what a partial clone lacks; absent: not known */
	VEC(struct content_id) roots; /* of a shallow clone: commits whose parents do not count */
	/*
	 * Blobs that differ between the sides, by their ids' first bytes: these are held against
	 * their ids when they are read, all before it is known which they are, and others no more
	 * (SHA-1 over the whole tree is a sixth of a check that reads it).
	 */
	struct map *peeled; /* what commits and tags lead to; objects.c */
	struct map changed;
	bool changed_known;
	struct str packed_refs; /* the bytes of that file, once they are read; refs.c */
	bool packed_refs_read;
	struct map trees; /* by the id's first bytes */
	uint32_t trees_read;
	uint64_t tree_bytes; /* of those */
	struct map targets;  /* of links: by the id's first bytes */
	size_t target_bytes; /* of those */
	unsigned users;
};

/* The repository that the options lead to. NULL with *absent set and nothing said: there is none.
 */
struct repository *repository_open(
	const struct source_options *options, bool *absent, struct diags *diags);
struct repository *repository_share(struct repository *repository);
void repository_release(struct repository *repository);
/* The help for something that is not there: the `git fetch` that brings it, or git fsck. */
void diag_missing_help(const struct repository *repository, struct diags *diags);
/* A key of the repository's own configuration; false: unset. */
bool repository_config_text(const struct repository *repository, struct str key, struct str *value);
/* A path in the repository's own configuration, `~` expanded. */
bool repository_config_path(struct repository *repository, struct str key, struct str *path);

/* The result of finding a repository. */
struct git_found {
	struct str git_dir, common_dir; /* absolute, without `/` at the end */
	struct str work_dir;            /* its working tree; absent: none */
	bool is_bare;
	struct git_settings settings; /* of `config` and its includes */
	bool is_plain;       /* set by git_files_check: complete; else libgit2 must find it */
	const char *refused; /* with LIBRARY_REFUSED: libgit2's message */
};

/*
 * git_files.c: finds the repository at `path` or above. False and an error if a file that must be
 * read is not a regular file, is too large, or cannot be read.
 */
bool git_files_check(const struct source_options *options, const char *path,
	struct git_found *found, struct diags *diags);
/* Reads a configuration file and its includes; a missing file is empty. False if it cannot be read,
 * with an error unless libgit2 failed. */
bool git_settings_read(
	struct arena *arena, struct str path, struct git_settings *settings, struct diags *diags);

/* git_config.c: adds the settings of a text; false: it is not plain enough to be parsed here. */
bool git_settings_parse(struct arena *arena, struct str text, struct git_settings *settings);
/* Adds a setting; copies the value. */
void git_settings_add(
	struct git_settings *settings, struct arena *arena, struct str key, struct str value);
/* The last value of the key; NULL: unset. */
const struct str *git_settings_find(const struct git_settings *settings, struct str key);
/* Parses a boolean; false: it is none. */
bool git_bool(struct str value, bool *is);

/* library.c: finds the repository, and reads settings, with libgit2. */
enum library_answer {
	LIBRARY_FOUND,
	LIBRARY_ABSENT,
	LIBRARY_REFUSED, /* libgit2 does not open it; `refused` says why */
	LIBRARY_FAILED   /* with an error */
};
enum library_answer library_find(const struct source_options *options, const char *path,
	struct git_found *found, struct diags *diags);
bool library_settings(
	struct arena *arena, struct str path, struct git_settings *settings, struct diags *diags);
/* Does libgit2 open repositories with this extension? */
bool library_knows(struct str extension);

/* odb.c */
/* Sets `objects` and `packs`, also on failure. */
bool odb_open(struct repository *repository, struct diags *diags);

/* objects.c */
/*
 * An object's bytes in `arena`. Messages name it by `path`, with the side of `source` before it
 * unless that is NULL. Thread-safe.
 */
bool object_read(const struct repository *repository, const uint8_t *id, git_object_t type,
	uint64_t limit, const struct source *source, struct str path, struct arena *arena,
	struct str *bytes, struct diags *diags);
/* What the blob of a link says, in the repository's arena or `arena`; as object_read, but for one
 * thread. */
bool link_target(struct repository *repository, const uint8_t *id, const struct source *source,
	struct str path, struct arena *arena, struct str *target, struct diags *diags);
/* The blob differs between the sides. Not thread-safe. */
void blob_changed(struct repository *repository, const struct content_id *id);
/* A tree by id, read once; `path` is for messages. NULL and an error. */
struct tree *tree_get(
	struct repository *repository, const uint8_t *id, struct str path, struct diags *diags);
/* Takes `mode name NUL id` off the front of a tree's bytes; false: that does not stand there. */
bool tree_take(struct str *rest, struct tree_item *item);
/* A tree's bytes in `arena`, for one look at them; not held against the id, for a tree that is the
 * same on both sides. */
bool tree_read_unchecked(struct repository *repository, const uint8_t *id, struct str path,
	struct arena *arena, struct str *bytes, struct diags *diags);
void diag_malformed(struct diags *diags, const uint8_t *id, struct str path);
/* Git's order of two struct tree_item. */
int tree_item_order(const void *left, const void *right);
const struct tree_item *tree_item_find(const struct tree *tree, struct str name);
/* The id that git gives an object: SHA-1 of `TYPE SIZE NUL` and the bytes. */
struct content_id object_hash(git_object_t type, struct str bytes);
bool object_has_id(git_object_t type, struct str bytes, const uint8_t *id);
/* The id whose 40 digits `text` begins with; false: it begins with something else. */
bool id_parse(struct str text, struct content_id *id);
struct str id_text(struct arena *arena, const uint8_t *id);
/* The first digits of an id, as many as are needed to tell it. */
struct str id_short(const struct repository *repository, struct arena *arena, const uint8_t *id);

/* pack.c: the packs of object folders, opened when an object is first asked for. NULL: no memory.
 */
struct packs *packs_new(const struct arena *relative);
void packs_free(struct packs *packs); /* NULL too */
/* Adds the folder `objects`; before anything is read. */
void packs_add(struct packs *packs, struct str objects);
/* Bytes of an object, or of a delta, that packed objects are made from; PACKS_BASE_TOO_LARGE. */
enum { MAX_PACK_BASE = 128 << 20 };
/* PACKS_DAMAGED: a pack has the id, but no object of it can be read there. */
enum packs_answer {
	PACKS_READ,
	PACKS_ABSENT,
	PACKS_OTHER_TYPE,
	PACKS_TOO_LARGE,
	PACKS_BASE_TOO_LARGE,
	PACKS_DAMAGED,
	PACKS_NO_MEMORY
};
/* Where an object lies among those of all packs; 0: in none. Thread-safe. */
uint64_t packs_position(struct packs *packs, const uint8_t *id);
struct object_wish {
	const uint8_t *id;
	git_object_t type; /* GIT_OBJECT_ANY: any, and then what it is */
	uint64_t limit;    /* bytes that it may have */
	bool check_id;     /* hold what is read against the id */
	const char *why;   /* set with PACKS_DAMAGED by loose_read: what is wrong */
};
/* Reads an object into `arena`. Thread-safe. */
enum packs_answer packs_read(
	struct packs *packs, struct object_wish *wish, struct arena *arena, struct str *bytes);
/* Lists folders again that changed since, and says whether there is a new pack: git may have packed
 * all anew. Thread-safe. */
bool packs_refresh(struct packs *packs);
/* The path, without `.idx`, of a pack whose index could not be read; absent: none was met. */
struct str packs_damaged(const struct packs *packs);

/* Takes an id; false: no more of them. */
typedef bool (*id_taker)(const uint8_t *id, void *context);
enum ids_answer { IDS_ALL, IDS_STOPPED, IDS_UNREADABLE };

/* loose.c: as packs_read, of loose objects, always held against the id. */
enum packs_answer loose_read(const struct repository *repository, struct object_wish *wish,
	struct arena *arena, struct str *bytes);
bool loose_exists(const struct repository *repository, const uint8_t *id);
/* The ids that begin with `n` hex digits of `begin`, 2 at least. IDS_UNREADABLE: a folder is. */
enum ids_answer loose_each(const struct repository *repository, const uint8_t *begin, size_t n,
	id_taker take, void *context);

/* pack_index.c: the ids of packs that begin with `n` hex digits of `begin`; false: `take` stopped
 * it. */
bool packs_each(struct packs *packs, const uint8_t *begin, size_t n, id_taker take, void *context);

/* As loose_each, of all objects; one that is stored twice comes twice. */
enum ids_answer objects_each(const struct repository *repository, const uint8_t *begin, size_t n,
	id_taker take, void *context);
enum prefix_answer { PREFIX_ABSENT, PREFIX_ONE, PREFIX_SEVERAL, PREFIX_UNREADABLE };
/* The one object whose id begins so. */
enum prefix_answer object_find(
	const struct repository *repository, const uint8_t *begin, size_t n, struct content_id *id);
/* The type of the object; false and an error, with `what` for its name: it cannot be read. */
bool object_type(const struct repository *repository, const struct content_id *id, struct str what,
	git_object_t *type, struct diags *diags);
bool object_exists(const struct repository *repository, const uint8_t *id);
/* From a tag to the first object that is none, or from a commit to its tree, until *id is of
 * `type`; GIT_OBJECT_ANY: until it is no tag. False and an error: it leads to none. */
bool object_peel(const struct repository *repository, git_object_t type, struct content_id *id,
	struct diags *diags);

/* revision.c: what a revision's name means. */
struct revision {
	struct content_id commit; /* if has_commit */
	struct content_id tree;
	bool has_commit;
};
/* What a short id is meant to be, where several objects begin with it: gitrevisions(7). */
enum meant { MEANT_ANY, MEANT_COMMIT, MEANT_TREE };
/* The one commit or tree that `name` means to git; else an error that says what is wrong with it,
 * or which form is not read. Nothing is written. */
bool revision_find(struct repository *repository, struct str name, enum meant meant,
	struct revision *revision, struct diags *diags);
/* names.c: the error of a name that is unknown, with what could have been meant. */
void diag_unknown_revision(struct repository *repository, struct str name, struct diags *diags);
/* A branch to compare with. */
struct branch_choice {
	struct str ref;   /* its full name */
	struct str shown; /* as in `origin/main` */
	struct str why;   /* what it is taken for, for messages; absent: a remote's HEAD says so */
};
/*
 * branch.c: the default branch: what the HEAD of `origin`, or of the only remote, points to;
 * without a remote init.defaultBranch, `main` or `master`. `is_guess`: where those say nothing, the
 * usual name of one, of the remote or here. False and a diagnostic if there is none.
 */
bool default_branch(struct repository *repository, bool is_guess, struct branch_choice *choice,
	struct diags *diags);
bool head_is_unborn(struct repository *repository);
/* The commits that a merge in progress brings: those of MERGE_HEAD, and those of `more` that are
 * ids. False and a diagnostic when MERGE_HEAD cannot be read. */
bool merged_commits(struct repository *repository, const struct commit_list *more,
	const struct content_id **commits, uint32_t *n, struct diags *diags);

/* merge_base.c */
struct merge_sides {
	const struct content_id *a;
	const struct content_id *b; /* as a merge of these */
	uint32_t n_b;               /* one at least */
	struct str a_name, b_name;  /* for messages */
	bool *is_unrelated;         /* set instead of an error: no common commit; or NULL */
};
bool merge_base(struct repository *repository, const struct merge_sides *sides,
	struct content_id *base, struct diags *diags);
/* The first two parents of a merge, although a shallow clone ends there. False: it is no merge, or
 * is not here. */
bool merge_parents(struct repository *repository, const struct content_id *merge,
	struct content_id parents[2]);
/* nearest_tag.c: the nearest ancestor of HEAD, itself left out, that has a tag of the pattern. */
bool nearest_tag(
	struct repository *repository, struct str pattern, struct str *tag, struct diags *diags);

/* tree.c, tree_pair.c: the source of a tree; `top` is the path below the repository that it begins
 * at. */
struct source *tree_open(struct repository *repository, const struct content_id *tree,
	struct str top, struct str name, struct str side, struct diags *diags);
/* Are these two sources trees of one repository with one top, so that tree_changes fits? */
bool tree_is_comparable(const struct source *old, const struct source *new);
/* The changes between two such sources. */
bool tree_changes(
	struct source *old, struct source *new, struct changes *changes, struct diags *diags);

/* worktree.c */
struct source *worktree_open(struct repository *repository, struct diags *diags);
struct source *index_open(struct repository *repository, struct diags *diags);
