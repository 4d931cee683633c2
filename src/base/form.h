/*
 * What a file is that was taken for something else: named from its first bytes, so that a message
 * can say the one cause of all that went wrong in it.
 *
 * A guess for messages alone, made once reading has failed; it changes nothing of what is read.
 */
#pragma once
#include "base/str.h"

enum form {
	FORM_UNKNOWN, /* text in UTF-8, or nothing that is known here */
	FORM_UTF16,
	FORM_UTF32,
	FORM_LFS_POINTER, /* of Git LFS, in the place of the contents */
	FORM_LINK,        /* the target of a symbolic link, as text */
	FORM_JSON,
	FORM_PAGE,      /* HTML or XML */
	FORM_NO_PAGE,   /* the text of a server that has no such file */
	FORM_SET,       /* a serialized FileDescriptorSet */
	FORM_TEXT_SET,  /* one in protobuf's text format */
	FORM_YAML_SET,  /* one in YAML */
	FORM_CONTRACT,  /* protobuf's language */
	FORM_GZIP,
	FORM_ZSTD,
	FORM_ZIP,
	FORM_TAR,
	FORM_ARCHIVE, /* another archive, or compressed otherwise */
	FORM_PICTURE,
	FORM_PROGRAM,
	FORM_BINARY, /* else full of control characters */
	FORM_THRIFT,
	FORM_AVRO_IDL,
	FORM_GRAPHQL,
	FORM_FLATBUFFERS,
};

enum form form_of(struct str bytes);
/* As in "it is %s": `a Git LFS pointer`. Not for FORM_UNKNOWN. */
const char *form_name(enum form form);
/* Is the line (with or without its line break) one that git writes around a conflict's sides? */
bool is_conflict_marker(struct str line);
