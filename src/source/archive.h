/*
 * What the readers of tar and zip share; private to this folder.
 *
 * A reader walks the archive and passes each entry to archive_take, which decides whether its bytes
 * are read. archive.c makes a source of them: it cleans and shortens paths, resolves links within
 * the archive, and refuses malicious names.
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
	bool is_wanted; /* the target of a link, to be read by a second walk */
};

struct archive {
	const struct source_options *options;
	struct arena *arena;
	struct str name; /* of the input, for messages */
	struct diags *diags;
	uint32_t strip; /* components to remove from the front of each path */
	VEC(struct member) members;
	struct map by_path;  /* hash of a path → index of its member + 1 */
	uint64_t kept_bytes; /* of all members */
	bool again;          /* this is the second walk */
};

/*
 * Takes the next entry. *member: where the reader puts its bytes; NULL: they are not needed. False
 * and an error: the entry is refused.
 */
bool archive_take(struct archive *archive, struct str path, enum member_kind kind,
	struct str target, struct member **member);
/* Room for the `n` bytes of a member; NULL and an error: too many. */
char *archive_room(struct archive *archive, struct member *member, uint64_t n);
/* Adds an error, which ends the walk; returns false. */
bool archive_fail(struct archive *archive, struct str path, const char *what);

bool tar_walk(struct archive *archive, enum packing packing, struct str bytes);
bool zip_walk(struct archive *archive, struct str bytes);
