/*
 * Where contracts come from: one revision's files, listed and read on demand.
 *
 * A source is a git tree, an index, a working tree, a folder, a descriptor set, an
 * archive, files in memory, or the files that the program carries. Nothing is executed or written, and no path leads out of the tree. Reading
 * is safe from several threads at once; listing and finding are not.
 */
#pragma once
#include <stdatomic.h>
#include "base/diag.h"
#include "base/intern.h"
#include "base/map.h"
#include "base/vec.h"

/* A git blob's id, or the hash of a file that git does not have (see source->hashing). Files with
 * equal ids are equal. */
struct content_id {
	uint8_t bytes[20];
};

struct source_entry {
	struct str path; /* relative to the repository or the folder; in a set, the import path */
	struct content_id id;
	bool has_id;      /* else source_identify sets it */
	bool is_link;     /* reading it reads its target */
	bool is_descriptor; /* a FileDescriptorProto, else a text */
	/* What is shown instead of places in it, as of a schema that a registry prints; NULL: they are
	 * shown. */
	struct text *whole;
	uint64_t private; /* the implementation's */
};

struct source_list {
	VEC(struct source_entry) entries; /* sorted by path, bytewise */
};

struct source;
struct registry_access;

/* Why a file is read. Each file of a side is read at most once for each. */
enum read_purpose { READ_IDENTITY, READ_OUTLINE, READ_SYNTAX, N_READ_PURPOSES };

/* Limit of the bytes of all files of a side that are read for one purpose, as of a set. A file in
 * two folders counts twice. */
enum { MAX_SIDE_BYTES = 1 << 30 };

struct source_ops {
	/* Fills *list with every contract (*.proto) under the top. False and an error: a folder
	 * cannot be read. */
	bool (*list)(struct source *source, struct source_list *list, struct diags *diags);
	/* Finds any file by its path, not only contracts. NULL: it does not exist, or an error was
	 * added to source->unlooked. */
	const struct source_entry *(*find)(struct source *source, struct str path);
	/* As source_obstacle; NULL: the source has only files and their folders. */
	const char *(*obstacle)(struct source *source, struct str path);
	/* Reads a file into `arena`. Thread-safe. False and an error that names the file. */
	bool (*read)(struct source *source, const struct source_entry *entry, struct arena *arena,
		struct str *bytes, struct diags *diags);
	/* Where the bytes lie among those of all sources, or 0; NULL: not known. See read_each.h.
	 */
	uint64_t (*position)(struct source *source, const struct source_entry *entry);
	/* Sets the content id of an entry; NULL: source_identify reads the file and hashes it. */
	bool (*identify)(struct source *source, struct source_entry *entry, struct diags *diags);
	/* Gets the path of a link's target, in the source's arena. False: it leads to no file.
	 * NULL: the source has no links. */
	bool (*follow)(struct source *source, const struct source_entry *link, struct str *file);
	/* As source_has_contract, without listing all files; NULL: they are listed. */
	bool (*has_contract)(struct source *source, struct str folder, struct diags *diags);
	/* As source_lacks; NULL: nothing is missing. */
	bool (*lacks)(struct source *source, const struct source_entry *entry);
	/* Notes that the other side has no equal file at the path; NULL: not needed. */
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
	bool by_import_path; /* a descriptor set or a version of a registry: its files are named by
				import path, so there are no roots, no configuration and no other
				files */
	/* Of a registry: what its files are called says nothing, so they stand for the files of the
	 * other side that declare their messages. */
	bool by_message;
	struct str own_file; /* of a registry: the import path of the version's own file */
	struct str name;     /* shown to users: `v1.4.0`, `working tree`, `dir:old` */
	struct str side; /* prefix of paths in messages: `v1.4.0`, `dir:old`, `index`; empty for the
			    working tree */
	struct str top; /* path of the top below the repository (`REV:PATH`); empty for the whole */
	/*
	 * `--path` is relative to it: the path of `directory` in the working tree, if `is_git`;
	 * empty at its top and in a bare repository.
	 */
	struct str prefix;
	/* The commit of a tree; unknown if no revision's name led to it. */
	bool has_commit;
	struct content_id commit;
	/* The folder on disk that paths are relative to, absolute; absent: there is none. */
	struct str folder;
	struct source_list list; /* once source_files was called */
	bool listed;
	struct diags unlooked; /* errors of looking for files; see source_looked */
	struct map index;  /* hash of a path → its entry in `list`; made after many searches */
	uint32_t searches; /* in `list` */
	atomic_uint_least64_t bytes_read[N_READ_PURPOSES];
	uint32_t link_steps; /* names met while links were followed */
	void *impl;
	/*
	 * How ids of files outside git are made: as git's blob ids if the other side is git's, else
	 * by XXH3 of 128 bits with `seed`, which is random, so that nobody can prepare two files
	 * with one hash. Ids of two sources can be compared if this is equal.
	 */
	struct content_hashing {
		bool blob;
		uint64_t seed;
	} hashing;
	struct source *below;   /* what an overlay lies over; NULL: it is none */
	struct source *builtin; /* where imports are looked up last; NULL: nowhere */
};

/* What opening a source depends on. */
struct source_options {
	struct arena *arena;
	struct intern *names;
	struct str directory; /* -C: what paths and revisions are relative to; absolute */
	/* git's environment variables; absent: not set */
	struct str git_dir, git_work_tree, git_index_file, git_object_directory, git_alternates,
		git_ceiling, git_common_dir;
	struct str home;         /* `~` in the repository's configuration; absent: unknown */
	uint64_t max_file_bytes; /* a contract over this is an error */
	uint32_t max_files;
	/* registry.h; NULL: `registry:` inputs are refused */
	struct registry_access *registry;
};

/* Ids of commits as text, not verified. */
struct commit_list {
	const char *const *items;
	size_t n;
};

/*
 * What `check` compares (breakwater-check(1), What is compared). `base` and `head` are its operands,
 * absent if left out; `base` may be a range `A..B` or `A...B`. `merge_base`: the old side is the
 * merge base of `base` and the new side. Without `base` the old side is found by `default_base`, the
 * configuration's `base:` (a reference or a tag pattern; absent if none), and by `proposal`.
 */
struct input_request {
	struct str base, head;
	bool staged, merge_base;
	/* The commits of a merge in progress, beside those of MERGE_HEAD; used for a merge base
	   with the index. */
	struct commit_list merging;
	struct str default_base;
	struct place default_base_place; /* of `base:`, for messages */
	/* What a pipeline or a hook says about the base; absent strings: unknown. */
	struct base_proposal {
		struct str commit; /* the base; with `head`, the base is its merge base with that */
		/* If HEAD is this commit, and a merge, the base is its first parent; `merged` is
		   its second one, and may be set alone. */
		struct str merge, merged;
		struct str branch;  /* its merge base with HEAD */
		struct str tip;     /* a commit of that branch, if the branch was not fetched */
		struct str head;    /* a revision: the new side */
		struct str pushed;  /* the branch that `head` is pushed to, `commit` being its old
				       value; the base only if it is the default branch */
		struct str reason;  /* the origin of the proposal, for messages; alone: why there
				       is none */
		struct str failure; /* why the proposal is unknown; then the base is, too */
		bool is_first;      /* there was no commit before, so nothing can break */
		bool is_last;       /* used only without `default_base` */
		bool in_pipeline;   /* nobody edits the working tree */
	} proposal;
};
/* Does git check-ref-format --allow-onelevel accept the name? */
bool ref_name_is_valid(struct str name);

/* Which base was chosen, and why. */
struct base_note {
	struct str text; /* absent: the user named the base, or there is nothing to say */
	bool is_head;    /* it is HEAD, so that only uncommitted changes are compared, or the new
			    side that a hook names */
};
/* Opens both sides. False and an error: an input does not exist or is not understood. */
bool sources_open(const struct source_options *options, const struct input_request *request,
	struct source **old, struct source **new, struct base_note *note, struct diags *diags);
/* A form of INPUT beside revisions. Inputs are parsed by this table; completions and help list it.
 */
struct opening;
struct input_form {
	struct str prefix;    /* `dir:` */
	const char *argument; /* what follows, as the help shows it: `FOLDER`; NULL: nothing */
	bool is_folder;       /* the argument is a folder, else a file (`-`: standard input) */
	bool is_text;         /* it is neither: nothing to complete */
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

/*
 * libgit2 does not survive a failed allocation: from now on it calls `failed` with `context`, which
 * must not return. The allocator is the process's, so this is for programs, not for the library. To
 * be called before anything else of this header, by the only thread.
 */
void source_end_without_memory(arena_failed failed, void *context);

/* What `init` and `accept` need to know before they write into a repository. */
struct repository_facts {
	struct str work_dir;     /* the top of the working tree, absolute; absent: bare */
	struct str hooks;        /* the folder of its hooks, absolute */
	struct str hooks_set_in; /* the file that sets core.hooksPath; absent: unset */
	bool hooks_are_users;    /* that file is the user's, so all repositories share the hooks */
	struct str default_branch; /* as in `origin/main`; absent: unknown */
};
/* Files of the user who runs git: absolute paths; absent: unknown. */
struct git_user {
	struct str home;
	struct str configs[3]; /* the system's configuration and the user's; the last one wins */
};
/* Reads the facts of the repository of `options`. False with an error, or with *absent set: there
 * is no repository. */
bool repository_facts_read(const struct source_options *options, const struct git_user *user,
	struct repository_facts *facts, bool *absent, struct diags *diags);

/* A source in memory, for tests and the plugin. The files stay the caller's. */
struct memory_file {
	struct str path, bytes;
};
struct source *source_memory(
	struct arena *arena, struct str name, const struct memory_file *files, size_t n);
/* The same of FileDescriptorProtos by import path. */
struct source *source_memory_set(
	struct arena *arena, struct str name, const struct memory_file *files, size_t n);
/*
 * Another source with some files replaced or added, which stay the caller's; those of a set cannot
 * be. `below` is not closed with it, and must live longer.
 */
struct source *source_overlay(
	struct arena *arena, struct source *below, const struct memory_file *files, size_t n);
/* A source of the bytes of a FileDescriptorSet, which stay the caller's; NULL and a diagnostic.
 * `max_files` 0: as many as there are. */
struct source *source_set(struct arena *arena, struct str name, struct str bytes,
	uint32_t max_files, struct diags *diags);
/*
 * Opens a file that the user names, for reading, without blocking: a regular file, or through the
 * name of a descriptor (/dev/stdin, /dev/fd/N) a pipe. -1 and errno.
 */
int input_open(const char *path);
/* Does this errno mean that the file does not exist? */
bool is_absent(int error);
/* The reason of a failed read, for messages: as strerror, but also for what is not a file. */
const char *read_reason(int error);
/* How a file is compressed. */
enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

/* Reads and unpacks a file of the command line (`-`: standard input), of at most 1 GiB. */
bool source_file_bytes(const struct source_options *options, struct str path, enum packing packing,
	struct str *bytes, struct diags *diags);

/* A tar or zip archive in memory. */
struct archive_input {
	struct str name;           /* shown to users */
	struct str bytes;          /* of the file; the caller's */
	bool is_zip;               /* else tar */
	enum packing packing;      /* of a tar */
	uint32_t strip_components; /* removed from the front of each path */
	struct str top;            /* the source's; files outside of it are skipped */
};
/*
 * Makes a source of an archive's contracts and configurations, in options->arena. NULL and an
 * error: it is damaged, over a limit, has a contract twice, or has a path that leads out of it.
 */
struct source *source_archive(const struct source_options *options,
	const struct archive_input *input, struct diags *diags);
/* A source without files. */
struct source *source_empty(struct arena *arena, struct str name);
/* The files that the program carries: google/protobuf and the languages' features. */
struct source *source_builtin(struct arena *arena);
void source_close(struct source *source);

/* All contracts, sorted by path; listed once. NULL and an error: they cannot be listed. */
const struct source_list *source_files(struct source *source, struct diags *diags);
/* NULL: there is no such file, unless source_looked fails. */
const struct source_entry *source_find(struct source *source, struct str path);
/* The contract that is the target of a link; NULL: it is not a link, or its target is not a
 * contract of the source. */
const struct source_entry *source_target(struct source *source, const struct source_entry *link);
/*
 * Moves the errors of looking for files to `diags`; false: there were some, and a file that
 * source_find did not find may exist. To be called after each step that looks for files, before its
 * result is used.
 */
bool source_looked(struct source *source, struct diags *diags);
/* A path for messages, in `arena`: with the side before it, and control characters made visible. */
struct str source_path_name(const struct source *source, struct arena *arena, struct str path);
/* Is the file in a partial clone that lacks its bytes, which only a fetch would get? NULL: is it a
 * partial clone at all? */
bool source_lacks(struct source *source, const struct source_entry *entry);
#define OBSTACLE_OTHER "is no regular file"
/*
 * What is at a path where source_find finds no file: `is a folder`, `is a link that leads out of
 * the tree`; NULL: nothing, or a file that does not belong to the source.
 */
const char *source_obstacle(struct source *source, struct str path);
/* Reports that as an error; false: nothing is there. */
bool source_refuse_obstacle(struct source *source, struct str path, struct diags *diags);
bool source_read(struct source *source, const struct source_entry *entry, struct arena *arena,
	struct str *bytes, struct diags *diags);
/* As source_read, with an error beyond MAX_SIDE_BYTES. */
bool source_read_for(struct source *source, enum read_purpose purpose,
	const struct source_entry *entry, struct arena *arena, struct str *bytes,
	struct diags *diags);
/* Sets the entry's content id. False and an error: the file cannot be read. */
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
	bool complete; /* false: text and a set cannot be compared by content, so all files are
			  compiled */
	uint32_t trees_read, trees_skipped; /* for --timings */
};

/*
 * Finds the contracts that differ. Two git trees are walked together, skipping equal subtrees, so
 * that neither side is listed. A link in an equal subtree may lead to a changed file, so those
 * subtrees are searched for links, unless the index shows that they have none (6 ms in googleapis).
 * Other sources are listed and compared by content id, or by bytes if neither is git's.
 */
bool source_changes(
	struct source *old, struct source *new, struct changes *changes, struct diags *diags);
/* The change of the contract at `path`; NULL: it did not change. */
const struct change *change_find(const struct changes *changes, struct str path);
/* Is there a contract below `folder`? Stops at the first one. False with an error: unknown. */
bool source_has_contract(struct source *source, struct str folder, struct diags *diags);
