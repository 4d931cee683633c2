/*
 * What the kinds of sources share; private to this folder.
 */
#pragma once
#include "source/source.h"

enum {
	MAX_DEPTH = 256,       /* of nested folders */
	MAX_PATH_BYTES = 4096, /* as PATH_MAX: a longer path cannot be checked out */
	/*
	 * Limits of one walk over a side. A few hundred bytes of trees can make endless paths, since
	 * many folders may have one tree; so can links to links.
	 */
	MAX_WALK_ENTRIES = 20000000,
	MAX_WALK_PATH_BYTES = 256 << 20, /* of all its folders, contracts and links */
	MAX_LINK_STEPS = 2000000,        /* names met while its links are followed */
};

/* What a walk has met so far; a file in two folders counts twice. */
struct walk_count {
	uint32_t files; /* contracts and links that may be one */
	uint32_t entries;
	uint64_t path_bytes;
};

/*
 * What is at a path. FILE_OTHER: a FIFO, a device, a socket or a submodule. FILE_ERROR: unknown,
 * since looking failed.
 */
enum file_kind { FILE_NONE, FILE_REGULAR, FILE_FOLDER, FILE_LINK, FILE_OTHER, FILE_ERROR };

/* A tree of files in which links are resolved. `look` tells what is at `path`, with a link's target
 * in `arena`, and reports what it answers FILE_ERROR to. */
struct link_world {
	enum file_kind (*look)(
		void *context, struct str path, struct arena *arena, struct str *target);
	void *context;
};

enum link_end {
	LINK_FILE,
	LINK_FOLDER,
	LINK_DANGLES,
	LINK_LOOPS,
	LINK_LEAVES,
	LINK_IGNORED,
	LINK_OTHER, /* neither to a file nor to a folder */
	LINK_ERROR
};

/* Follows the link at `path`, and those that it leads through, as the system does; *file is in
 * `arena`. */
enum link_end symlink_resolve(
	const struct link_world *world, struct arena *arena, struct str path, struct str *file);
/* Warns that a link is skipped; not of one that leads to a folder. */
void link_warn(
	const struct source *source, struct str path, enum link_end end, struct diags *diags);
/* The words of source_obstacle; NULL: nothing is there, or a file. */
const char *obstacle_of(enum file_kind kind);
const char *obstacle_of_link(enum link_end end);

/* Opens `path` below the folder `top`, following no link; -1 and errno. ELOOP: there is a link. */
int beneath_open(int top, struct str path, int flags);
/* The `look` of a link_world, at the disk below the folder `top`; FILE_ERROR and errno. */
enum file_kind beneath_look(int top, struct str path, struct arena *arena, struct str *target);
/* Opens a regular file for reading, without blocking; -1 and errno (EISDIR: a folder; ENXIO: neither
 * a file nor a folder). */
int beneath_open_file(int top, struct str path);
/* As beneath_open_file, for any path and through links. */
int file_open(const char *path);
/* file_open and file_bytes; false and errno. */
bool file_read(const char *path, uint64_t limit, struct arena *arena, struct str *bytes);
/* Reports that a file cannot be read or looked for. */
void diag_unreadable(const struct source *source, struct str path, int error, struct diags *diags);

struct source *source_new(struct arena *arena, const struct source_ops *ops, void *impl);
/* A path for messages, with control characters made visible; in `arena`. */
struct str path_printable(struct arena *arena, struct str path);
/* Is the path relative, without a NUL and without empty, `.` and `..` components? */
bool path_is_clean(struct str path);
bool path_is_contract(struct str path);
/* Is a component of the path `.git`? */
bool path_in_dot_git(struct str path);
void entries_sort(struct source_entry *entries, uint32_t n);
/* ids.c: the content id of bytes, made as source->hashing says. */
struct content_id content_hash(const struct source *source, struct str bytes);
bool content_id_eq(const struct content_id *a, const struct content_id *b);
/* False and an error: `n` contracts reach the limit, and there is one more. */
bool check_count(const struct source *source, uint32_t n, uint32_t limit, struct diags *diags);
/* Counts an entry of a folder, a path, or a name met while a link is followed. False and an error:
 * over the limit. */
bool walk_entry(const struct source *source, struct walk_count *count, struct diags *diags);
bool walk_path(const struct source *source, struct walk_count *count, struct str path,
	struct diags *diags);
bool walk_link_step(struct source *source, struct diags *diags);
/* Reports a file over the limit. */
void diag_too_large(
	const struct source *source, struct str path, uint64_t limit, struct diags *diags);

/* source_builtin, with what registries know without a reference: Google's and Confluent's types. */
struct source *source_builtin_known(struct arena *arena);
struct source *dir_open(const struct source_options *options, struct str path, struct diags *diags);
struct source *set_open(const struct source_options *options, struct str path, struct diags *diags);
/* Splits the bytes of a FileDescriptorSet into its files; `name` is for messages. */
bool set_split(struct arena *arena, struct str name, struct str bytes, struct memory_file **files,
	size_t *n, struct diags *diags);
/* `path` as seen from options->directory: absolute, ended by a NUL. */
char *path_absolute(const struct source_options *options, struct str path);
