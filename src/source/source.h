/*
 * Where contracts come from: one revision's files, listed and read on demand.
 *
 * A source is a git tree, an index, a working tree, a folder, a descriptor set, or the files that
 * the program carries. Nothing is executed or written, and no path leads out of the tree. Reading
 * is safe from several threads at once; listing and finding are not.
 */
#pragma once
#include <stdatomic.h>
#include "base/diag.h"
#include "base/intern.h"
#include "base/map.h"
#include "base/vec.h"

/* A git blob's id, or what `hash` says of a folder's file. Two files of one kind of source are
 * equal if their ids are. */
struct content_id {
	uint8_t bytes[20];
};

struct source_entry {
	struct str path; /* relative to the repository, the folder, or in a set the import path */
	struct content_id id;
	bool has_id;      /* else ask source_identify */
	bool is_link;     /* it is read as the file that it leads to */
	uint64_t private; /* the implementation's */
};

struct source_list {
	VEC(struct source_entry) entries; /* sorted by path, bytewise */
};

struct source;

/* What the files of a whole side are read for; once each. */
enum read_purpose { READ_IDENTITY, READ_OUTLINE, READ_SYNTAX, N_READ_PURPOSES };

/* For each purpose all files of a side may have so many bytes together, a file in two folders
 * counted twice: as many as a set may have. */
enum { MAX_SIDE_BYTES = 1 << 30 };

struct source_ops {
	/* Fills *list with every contract (*.proto) under the top; false and a diagnostic when that
	 * cannot be known. */
	bool (*list)(struct source *source, struct source_list *list, struct diags *diags);
	/* Any one file by path, contracts and configuration alike; NULL: not there, or nobody could
	 * look, which is an error in source->unlooked. Paths as in an entry. */
	const struct source_entry *(*find)(struct source *source, struct str path);
	/* As source_obstacle; NULL: nothing but files and folders of them is ever there. */
	const char *(*obstacle)(struct source *source, struct str path);
	/* The bytes, in `arena`. Thread-safe. False and a diagnostic (place: nowhere, it names the
	 * file) when they cannot be had. */
	bool (*read)(struct source *source, const struct source_entry *entry, struct arena *arena,
		struct str *bytes, struct diags *diags);
	/* Where the bytes lie among those of all sources, or 0; NULL: not known. See read_each.h.
	 */
	uint64_t (*position)(struct source *source, const struct source_entry *entry);
	/* Sets the content id of an entry that has none; NULL: source_identify reads the file and
	 * hashes it. */
	bool (*identify)(struct source *source, struct source_entry *entry, struct diags *diags);
	/* The path of the file that a link leads to, in the source's arena; NULL: the source has no
	 * links. False: it leads to none. */
	bool (*follow)(struct source *source, const struct source_entry *link, struct str *file);
	/* As source_has_contract, without listing everything; NULL: the list is made and asked. */
	bool (*has_contract)(struct source *source, struct str folder, struct diags *diags);
	/* The entry differs from the other side's, or has none there; NULL: that changes nothing.
	 */
	void (*changed)(struct source *source, const struct source_entry *entry);
	void (*close)(struct source *source);
};

struct source {
	const struct source_ops *ops;
	struct arena *arena; /* the run's */
	/* What kind it is, as far as others need to know. */
	bool is_git;     /* a tree, the index or the working tree: ids are those of git's blobs */
	bool is_index;   /* git's index */
	bool is_on_disk; /* an edit counts at once: the working tree or a folder */
	bool is_builtin; /* the files that the program carries */
	bool is_empty;   /* it never has anything in it */
	bool by_import_path; /* a descriptor set: its files are FileDescriptorProtos named by import
				path, so there are no roots, no configuration and no other files */
	struct str name;     /* for people: `v1.4.0`, `working tree`, `dir:old` */
	struct str side; /* before a path in messages: `v1.4.0`, `dir:old`, `index`; empty for the
			    working tree */
	struct str top; /* path of the top below the repository (`REV:PATH`); empty for the whole */
	/*
	 * What `--path` counts from: `directory` below the top of the working tree, for git's
	 * kinds; empty at its top, in a bare repository, and for a folder or a set.
	 */
	struct str prefix;
	/* What paths are relative to on disk, absolute; absent: nothing is there. */
	struct str folder;
	struct source_list list; /* once source_files was called */
	bool listed;
	struct diags unlooked; /* why files could not be looked for; see source_looked */
	struct map index;  /* hash of a path → its entry in `list`; once many were looked for */
	uint32_t searches; /* in `list` */
	atomic_uint_least64_t bytes_read[N_READ_PURPOSES];
	uint32_t link_steps; /* names that links led over, so far */
	void *impl;
	/*
	 * How ids are made outside git: the blob id git would give, where the other side is git's,
	 * else XXH3 of 128 bits under `seed`. The seed is the run's own, so that nobody can prepare
	 * two files with one hash; ids of two sources are of one kind when this is equal.
	 */
	struct content_hashing {
		bool blob;
		uint64_t seed;
	} hashing;
	struct source *builtin; /* where imports are looked for last; NULL for none */
};

/* How one opens sources; made once a run. */
struct source_options {
	struct arena *arena;
	struct intern *names;
	struct str directory; /* -C: where relative things count from; absolute */
	/* git's variables, as getenv gave them; absent: not set */
	struct str git_dir, git_work_tree, git_index_file, git_object_directory, git_alternates,
		git_ceiling, git_common_dir;
	struct str home; /* what `~` is in the repository's configuration; absent: not known */
	uint64_t max_file_bytes; /* a contract over this is an error */
	uint32_t max_files;
};

/* Ids of commits, as text, whatever it is. */
struct commit_list {
	const char *const *items;
	size_t n;
};

/*
 * What the operands of `check` mean (breakwater-check(1), What is compared). `base` and `head`
 * absent: left out. A range `A..B`, `A...B` may stand in base. `merge_base`: the old side is where
 * it and the new side part. `default_base`: the configuration's `base:` (the name of a reference or
 * a tag pattern), absent if none; like `proposal`, which counts in the place of a branch, used only
 * when base is left out.
 */
struct input_request {
	struct str base, head;
	bool staged, merge_base;
	/* Of a merge that git makes just now, what is merged, beside MERGE_HEAD; counts for a merge
	   base with the index. */
	struct commit_list merging;
	struct str default_base;
	struct place default_base_place; /* where it is written, for messages */
	/* What a pipeline or a hook says of the base; absent strings: not told. */
	struct base_proposal {
		struct str commit; /* the base itself; with `head`, its merge base with that */
		/* A commit: where HEAD is it, and a merge, its first parent is the base. The second
		   one is `merged`, which may be told alone. */
		struct str merge, merged;
		struct str branch;  /* its merge base with HEAD */
		struct str tip;     /* a commit of that branch, where it was not fetched by name */
		struct str head;    /* a revision: the new side */
		struct str pushed;  /* the branch that `head` is pushed to and that `commit` was;
				       only for the default branch that is the base */
		struct str reason;  /* who says so, for messages; alone: why nothing is proposed */
		struct str failure; /* why it is not known what they say; then no base is */
		bool is_first;      /* there was nothing before, so nothing can break */
		bool is_last;       /* counts only where there is no `default_base` */
		bool in_pipeline;   /* nobody edits here */
	} proposal;
};
/* Is it a name that git check-ref-format --allow-onelevel takes? */
bool ref_name_is_valid(struct str name);

/* Which base was taken where none was named, and why. */
struct base_note {
	struct str text; /* absent: one was named, or there is nothing to say */
	bool is_head;    /* it is HEAD itself, so that only what is not committed is compared, or
			    what a hook names as the new side, too */
};
/* False and a diagnostic when something is not there or is not understood. */
bool sources_open(const struct source_options *options, const struct input_request *request,
	struct source **old, struct source **new, struct base_note *note, struct diags *diags);
/* A form of INPUT beside revisions. Inputs are parsed by this table; completions and help list it.
 */
struct opening;
struct input_form {
	struct str prefix;    /* `dir:` */
	const char *argument; /* what follows, as the help shows it: `FOLDER`; NULL: nothing */
	bool is_folder;       /* the argument is a folder, else a file (`-`: standard input) */
	const char *note;     /* for the help; NULL */
	const char *missing;  /* the help for a prefix alone */
	/* private: `rest` is what follows */
	struct source *(*open)(struct opening *opening, struct str rest);
};
extern const struct input_form input_forms[];
extern const size_t n_input_forms;
/* One INPUT (`build`, `debug`, a plugin's `against`): REV, REV:PATH or one of `input_forms`;
 * absent: the working tree, outside a repository `dir:.` */
struct source *source_open(
	const struct source_options *options, struct str input, struct diags *diags);
/* The new side of a bare `check` is this too, for reading its configuration before the base is
 * known; as source_open(absent). */

/*
 * libgit2 does not survive an allocation that fails: from now on it calls `failed` with `context`,
 * which must not return. Its allocator is the whole process's, so this is for programs and not for
 * a library; before anything else of this header, and while there is one thread.
 */
void source_end_without_memory(arena_failed failed, void *context);

/* What a repository shows of itself to who writes a file of its. */
struct repository_facts {
	struct str work_dir;       /* the top of the working tree, absolute; absent: bare */
	struct str hooks;          /* the folder of the hooks that git runs, absolute */
	struct str hooks_set_in;   /* the file whose core.hooksPath says so; absent: none does */
	bool hooks_are_users;      /* that file is no repository's: all share the hooks */
	struct str default_branch; /* as in `origin/main`; absent: not known */
};
/* Who runs git: absolute paths; absent: not known. */
struct git_user {
	struct str home;
	struct str
		configs[3]; /* the system's configuration and the user's; later ones count more */
};
/*
 * Of the repository that the options lead to. False without a diagnostic and *absent set: there is
 * none.
 */
bool repository_facts_read(const struct source_options *options, const struct git_user *user,
	struct repository_facts *facts, bool *absent, struct diags *diags);

/* A source that lives in memory (tests, plugin): `n` entries of path and bytes, kept by the caller.
 */
struct memory_file {
	struct str path, bytes;
};
struct source *source_memory(
	struct arena *arena, struct str name, const struct memory_file *files, size_t n);
/* A memory source whose files are FileDescriptorProto entries by import path, as a set's. */
struct source *source_memory_set(
	struct arena *arena, struct str name, const struct memory_file *files, size_t n);
/* A source of the bytes of a FileDescriptorSet, which stay the caller's; NULL and a diagnostic.
 * `max_files` 0: as many as there are. */
struct source *source_set(struct arena *arena, struct str name, struct str bytes,
	uint32_t max_files, struct diags *diags);
/*
 * Opens a file that the user names, to read, without waiting: a regular one, or by the name of a
 * descriptor (/dev/stdin, /dev/fd/N) the pipe that a shell made. -1 and errno.
 */
int input_open(const char *path);
/* Does errno of an open or a look say that no file is there? */
bool is_absent(int error);
/* The reason of a failed read for messages: strerror, but in words for what is no file. */
const char *read_reason(int error);
/* How the bytes of a file are packed, beside being an archive. */
enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

/* The whole of a file of the command line (`-`: standard input), unpacked: at most 1 GiB. */
bool source_file_bytes(const struct source_options *options, struct str path, enum packing packing,
	struct str *bytes, struct diags *diags);

/* A tar or zip archive in memory. */
struct archive_input {
	struct str name;           /* for people */
	struct str bytes;          /* as they are in the file; the caller's */
	bool is_zip;               /* else tar */
	enum packing packing;      /* of a tar */
	uint32_t strip_components; /* taken off the front of each path */
	struct str top;            /* the source's; what is not below it is left out */
};
/*
 * Its contracts and configurations as a source in options->arena. NULL and a diagnostic: it is
 * damaged, over a limit, or has a contract twice or under a name that leads out of it.
 */
struct source *source_archive(const struct source_options *options,
	const struct archive_input *input, struct diags *diags);
/* A source with nothing in it. */
struct source *source_empty(struct arena *arena, struct str name);
/* The files that the program carries: google/protobuf and the languages' features. */
struct source *source_builtin(struct arena *arena);
void source_close(struct source *source);

/* All contracts of the source, sorted by path; listed once. NULL and a diagnostic when it cannot be
 * known. */
const struct source_list *source_files(struct source *source, struct diags *diags);
/* NULL: it is not there, unless source_looked says otherwise. */
const struct source_entry *source_find(struct source *source, struct str path);
/* The contract that a link is another name of; NULL: it is no link, or what it leads to is no
 * contract of the source under its own name. */
const struct source_entry *source_target(struct source *source, const struct source_entry *link);
/*
 * Hands over, as errors, why files could not be looked for since it was last asked. False if there
 * are any: then what source_find did not find may be there. To be asked after a step that found
 * files, before what it came to is believed.
 */
bool source_looked(struct source *source, struct diags *diags);
/* A path for messages: the side before it, control characters made visible; in `arena`. */
struct str source_path_name(const struct source *source, struct arena *arena, struct str path);
#define OBSTACLE_OTHER "is no regular file"
/*
 * What stands at a path where source_find finds no file: `is a folder`, `is no regular file`, `is a
 * link that leads out of the tree`; NULL: nothing, or a file that is no part of the source.
 */
const char *source_obstacle(struct source *source, struct str path);
/* Makes that an error, of a file that counts by its name; false: there is none. */
bool source_refuse_obstacle(struct source *source, struct str path, struct diags *diags);
bool source_read(struct source *source, const struct source_entry *entry, struct arena *arena,
	struct str *bytes, struct diags *diags);
/* As source_read, and counted: an error that names MAX_SIDE_BYTES. */
bool source_read_for(struct source *source, enum read_purpose purpose,
	const struct source_entry *entry, struct arena *arena, struct str *bytes,
	struct diags *diags);
/* Sets the entry's content id; false and a diagnostic when the file cannot be read. */
bool source_identify(struct source *source, struct source_entry *entry, struct diags *diags);

enum change_kind { CHANGE_NONE, CHANGE_ADDED, CHANGE_DELETED, CHANGE_MODIFIED };

/* A contract that differs between two sources, by path. */
struct change {
	struct str path;
	enum change_kind kind;
	const struct source_entry *old, *new; /* NULL on the side that lacks it */
};

struct changes {
	VEC(struct change) list; /* sorted by path */
	bool complete; /* false: the sources cannot be compared by content (text against a set):
			  compile all */
	uint32_t trees_read, trees_skipped; /* for --timings */
};

/*
 * Which contracts differ. Two git trees are walked together and equal subtrees skipped, so that
 * neither side is listed as a whole; only for links, which may lead out of an equal subtree to what
 * changed, are the trees read that the index does not know to hold none (6 ms in googleapis).
 * Elsewhere the lists are compared by content id, or by bytes where ids are not of one kind.
 */
bool source_changes(
	struct source *old, struct source *new, struct changes *changes, struct diags *diags);
/* The change of the contract at `path`; NULL: it did not change. */
const struct change *change_find(const struct changes *changes, struct str path);
/* Is there any contract at all in the source (or below `folder`)? Cheap: stops at the first. False
 * with a diagnostic counted in diags: unknown. */
bool source_has_contract(struct source *source, struct str folder, struct diags *diags);
