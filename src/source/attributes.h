/*
 * gitattributes(5): how a file of the working tree becomes a blob.
 *
 * Parsed here, since libgit2 needs its own index, which it cannot open if sparse or split, and has no
 * limits. The user's and the system's attributes are not read.
 */
#pragma once
#include "base/arena.h"
#include "base/str.h"

enum { MAX_ATTRIBUTES_BYTES = 1 << 18 }; /* of one file */

enum eol_rule {
	EOL_UNSAID, /* as core.autocrlf says */
	EOL_BINARY, /* no change */
	EOL_TEXT,   /* CRLF becomes LF */
	EOL_AUTO,   /* the same if it looks like text and the blob in the index has no CRLF */
};

/* The attributes of one path; absent strings: unset. */
struct path_attributes {
	enum eol_rule eol;
	bool ident;
	struct str filter;   /* the driver's name */
	struct str encoding; /* of the working tree; never UTF-8 */
	bool bad_encoding;   /* it is set without a name, so git refuses the file */
};

struct attributes;

/*
 * `global`, `root` and `info` are the texts of core.attributesFile, of .gitattributes at the top, and
 * of info/attributes; absent: no such file. Everything is in `arena`.
 */
struct attributes *attributes_new(
	struct arena *arena, struct str global, struct str root, struct str info);
/* Is the folder's own .gitattributes still to be added? */
bool attributes_lacks(const struct attributes *attributes, struct str folder);
/* Adds the text of a folder's .gitattributes (absent: no such file), after that of its parent. */
void attributes_add(struct attributes *attributes, struct str folder, struct str text);
/* Gets the attributes of `path`, for whose folders attributes_add was called. */
void attributes_get(
	struct attributes *attributes, struct str path, struct path_attributes *found);
