/*
 * What gitattributes(5) says of how a file of the working tree becomes a blob.
 *
 * By ourselves, since libgit2 asks its own index, which it cannot open where it is sparse or split,
 * and bounds nothing. The user's and the system's attributes are not read.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

enum { MAX_ATTRIBUTES_BYTES = 1 << 18 }; /* of one file */

enum eol_rule {
	EOL_UNSAID, /* what core.autocrlf says */
	EOL_BINARY, /* left as it is */
	EOL_TEXT,   /* CRLF becomes LF */
	EOL_AUTO,   /* the same where it looks like text, and the blob in the index has no CRLF */
};

/* Of one path. Absent strings: not said. */
struct path_attributes {
	enum eol_rule eol;
	bool ident;
	struct str filter;   /* the driver's name */
	struct str encoding; /* of the working tree; never UTF-8 */
	bool bad_encoding;   /* it was set without a name: git refuses the file */
};

struct attributes;

/*
 * `global` and `info` are the texts of core.attributesFile and info/attributes, absent where there
 * is none; `root` is that of the top's .gitattributes. Everything lives in `arena`.
 */
struct attributes *attributes_new(
	struct arena *arena, struct str global, struct str root, struct str info);
/* Does the folder's own .gitattributes have to be added? The top's is there from the start. */
bool attributes_lacks(const struct attributes *attributes, struct str folder);
/* The text of a folder's .gitattributes, absent where there is none; that of the folder above comes
 * before. */
void attributes_add(struct attributes *attributes, struct str folder, struct str text);
/* What the files, all of which were added, say of a file at `path`. */
void attributes_get(
	struct attributes *attributes, struct str path, struct path_attributes *found);
