/*
 * A file of the working tree as git would add it: text in UTF-8, lines ended by LF, `$Id: …$` as
 * `$Id$`. No program is run.
 */
#pragma once
#include "source/attributes.h"

struct clean_request {
	struct arena *arena; /* for the result */
	const struct path_attributes *attributes;
	enum eol_rule autocrlf; /* core.autocrlf, for EOL_UNSAID */
	/* Is the file's blob in the index text with a CRLF? */
	bool (*recorded_has_crlf)(void *context);
	void *context;
};

/* Why a text cannot be cleaned. */
enum clean_fault {
	CLEAN_OK,
	CLEAN_NO_ENCODING,      /* the attribute names no encoding */
	CLEAN_UNKNOWN_ENCODING, /* iconv does not know it either */
	CLEAN_INVALID,          /* the text is not in that encoding */
	CLEAN_HAS_MARK,         /* a byte order mark, although the encoding gives the order */
	CLEAN_LACKS_MARK,       /* no byte order mark, although it does not */
};

/* Replaces *bytes by what git would store; unchanged text is not copied. */
enum clean_fault clean_text(const struct clean_request *request, struct str *bytes);
/* Is it text, by git's heuristic, with a CRLF? */
bool text_has_crlf(struct str bytes);
enum { MAX_POINTER_BYTES = 1024 };
/* Is it a pointer of git-lfs? */
bool is_lfs_pointer(struct str bytes);
/* The pointer that git-lfs would store for these bytes. */
struct str lfs_pointer(struct arena *arena, struct str bytes);
