/*
 * What the kinds of sources share; private to this folder.
 */
#pragma once
#include "source/source.h"

enum {
	MAX_DEPTH = 256,       /* folders in folders; deeper ones are an error */
	MAX_PATH_BYTES = 4096, /* as PATH_MAX: nothing longer could be checked out */
	/*
	 * A few hundred bytes of trees can make paths without end, since a tree may stand in many
	 * folders, and links in links names without end: what one walk over a side may meet.
	 */
	MAX_WALK_ENTRIES = 20000000,
	MAX_WALK_PATH_BYTES = 256 << 20, /* of its folders, contracts and links together */
	MAX_LINK_STEPS = 2000000,        /* names that its links lead over */
};

/* What was met so far; a file in two folders counts twice. */
struct walk_count {
	uint32_t files; /* contracts and links that may be one */
	uint32_t entries;
	uint64_t path_bytes;
};

/*
 * Where a file ends that somebody's path led to. FILE_OTHER: a FIFO, a device, a socket, a
 * submodule. FILE_ERROR: nobody could look, so it is not known whether there is any.
 */
enum file_kind { FILE_NONE, FILE_REGULAR, FILE_FOLDER, FILE_LINK, FILE_OTHER, FILE_ERROR };

/* A tree in which links are resolved: what stands at `path`, and for a link its target in `arena`.
 * What it answers FILE_ERROR to it says itself. */
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
	LINK_OTHER, /* to no file and no folder */
	LINK_ERROR
};

/* Follows the link at `path`, whatever it leads through, as the system would; *file is in `arena`.
 */
enum link_end symlink_resolve(
	const struct link_world *world, struct arena *arena, struct str path, struct str *file);
/* Says why a link is left out, unless it led to a folder (nothing is said of those). */
void link_warn(
	const struct source *source, struct str path, enum link_end end, struct diags *diags);
/* What stands where no file is found, as source_obstacle says it; NULL: nothing, or a file. */
const char *obstacle_of(enum file_kind kind);
const char *obstacle_of_link(enum link_end end);

/* Opens `path` below the folder `top` if no link leads there; -1 and errno. ELOOP: there is a link.
 */
int beneath_open(int top, struct str path, int flags);
/* A link_world's look at the disk below the folder `top`; FILE_ERROR with errno. */
enum file_kind beneath_look(int top, struct str path, struct arena *arena, struct str *target);
/* Opens a regular file to read, waiting for nothing; -1 and errno (EISDIR for a folder, ENXIO for
 * what is neither). */
int beneath_open_file(int top, struct str path);
/* As beneath_open_file, of any path and through links. */
int file_open(const char *path);
/* file_open and file_bytes; false with errno. */
bool file_read(const char *path, uint64_t limit, struct arena *arena, struct str *bytes);
/* The error of a look or a read that failed. */
void diag_unreadable(const struct source *source, struct str path, int error, struct diags *diags);

/* A new source that nothing was listed of. */
struct source *source_new(struct arena *arena, const struct source_ops *ops, void *impl);
/* A path for messages, with control characters made visible; in `arena`. */
struct str path_printable(struct arena *arena, struct str path);
/* Relative, without empty, `.` and `..` parts and without NUL. */
bool path_is_clean(struct str path);
bool path_is_contract(struct str path);
/* Is a component of the path `.git`? */
bool path_in_dot_git(struct str path);
/* The one of `n` sorted entries with this path, or NULL. */
struct source_entry *entries_find(struct source_entry *entries, uint32_t n, struct str path);
void entries_sort(struct source_entry *entries, uint32_t n);
/* The first of sorted entries that is `folder` or below it. */
bool entries_under(const struct source_entry *entries, uint32_t n, struct str folder);
/* The content id of bytes, as source->hashing says. */
struct content_id content_hash(const struct source *source, struct str bytes);
bool content_id_eq(const struct content_id *a, const struct content_id *b);
/* False and an error when there is one contract more than the limit allows. */
bool check_count(const struct source *source, uint32_t n, uint32_t limit, struct diags *diags);
/* Counts an entry of a folder, a path that is made, a name that a link leads over; false and an
 * error: that is one too many. */
bool walk_entry(const struct source *source, struct walk_count *count, struct diags *diags);
bool walk_path(const struct source *source, struct walk_count *count, struct str path,
	struct diags *diags);
bool walk_link_step(struct source *source, struct diags *diags);
/* The error of a file over the limit. */
void diag_too_large(
	const struct source *source, struct str path, uint64_t limit, struct diags *diags);

struct source *dir_open(const struct source_options *options, struct str path, struct diags *diags);
struct source *set_open(const struct source_options *options, struct str path, struct diags *diags);
/* Splits the bytes of a FileDescriptorSet into its files; `name` is for messages. */
bool set_split(struct arena *arena, struct str name, struct str bytes, struct memory_file **files,
	size_t *n, struct diags *diags);
/* An absolute path: `path` as seen from options->directory, ended with a NUL. */
char *path_absolute(const struct source_options *options, struct str path);
