/*
 * What the readers of tar and zip share; private to this folder.
 *
 * A reader walks the archive and gives each entry to archive_take; its bytes are read only if that
 * wants them. archive.c makes a source of what was taken: paths are cleaned and shortened there,
 * links resolved within the archive, and everything that a stranger could do with names refused.
 */
#pragma once
#include "source/private.h"

enum member_kind { MEMBER_FILE, MEMBER_LINK, MEMBER_HARD_LINK, MEMBER_FOLDER };

/* An entry of an archive. */
struct member {
	struct str path;   /* cleaned and shortened */
	struct str target; /* of links */
	struct str bytes;  /* of a file that is kept; absent: not read */
	enum member_kind kind;
	bool is_wanted; /* a second walk is to read it: a link leads there */
};

struct archive {
	const struct source_options *options;
	struct arena *arena;
	struct str name; /* of the input, for messages */
	struct diags *diags;
	uint32_t strip; /* components that are taken off the front of each path */
	VEC(struct member) members;
	struct map by_path;  /* hash of a path → index of its member + 1 */
	uint64_t kept_bytes; /* of all members */
	bool again;          /* this is the second walk */
};

/*
 * The next entry. *member NULL: nothing of it is needed; else its bytes, or for a link the target,
 * are to be set with archive_keep or as they are. False: refused, an error was given.
 */
bool archive_take(struct archive *archive, struct str path, enum member_kind kind,
	struct str target, struct member **member);
/* Room for the `n` bytes of a member; NULL: too many, an error was given. */
char *archive_room(struct archive *archive, struct member *member, uint64_t n);
/* An error that ends the walk; false. */
bool archive_fail(struct archive *archive, struct str path, const char *what);

bool tar_walk(struct archive *archive, enum packing packing, struct str bytes);
bool zip_walk(struct archive *archive, struct str bytes);
