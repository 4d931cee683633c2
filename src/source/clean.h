/*
 * A file of the working tree as git would add it: its text as UTF-8, its lines ended by LF,
 * `$Id: …$` as `$Id$`. No program is run.
 */
#pragma once
#include "source/attributes.h"

struct clean_request {
	struct arena *arena; /* of what is made */
	const struct path_attributes *attributes;
	enum eol_rule autocrlf; /* what core.autocrlf makes of EOL_UNSAID */
	/* Has the blob that the index holds for the file a CRLF, and is it text? */
	bool (*recorded_has_crlf)(void *context);
	void *context;
};

/* What keeps a text from being cleaned. */
enum clean_fault {
	CLEAN_OK,
	CLEAN_NO_ENCODING,      /* the attribute names none */
	CLEAN_UNKNOWN_ENCODING, /* or one that nobody here knows */
	CLEAN_INVALID,          /* the text is not in it */
	CLEAN_HAS_MARK,         /* a byte order mark where the encoding's name gives the order */
	CLEAN_LACKS_MARK,       /* none where it does not */
};

/* Replaces *bytes by what git would keep; they are left where they are if nothing has to change. */
enum clean_fault clean_text(const struct clean_request *request, struct str *bytes);
/* Is it text with a CRLF, as git tells text? */
bool text_has_crlf(struct str bytes);
enum { MAX_POINTER_BYTES = 1024 };
/* Is it what git-lfs keeps in the place of a file? */
bool is_lfs_pointer(struct str bytes);
/* What git-lfs would keep for these bytes. */
struct str lfs_pointer(struct arena *arena, struct str bytes);
