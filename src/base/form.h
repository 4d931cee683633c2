/*
 * Guesses a file's format from its first bytes, so that an error can say "it is a Git LFS pointer".
 *
 * Used only for messages, after reading has failed.
 */
#pragma once
#include "base/str.h"

enum form {
	FORM_UNKNOWN, /* UTF-8 text, or an unknown format */
	FORM_UTF16,
	FORM_UTF32,
	FORM_LFS_POINTER, /* Git LFS stored it in place of the contents */
	FORM_LINK,        /* a path: the target of a symbolic link */
	FORM_JSON,
	FORM_PAGE,     /* HTML or XML */
	FORM_NO_PAGE,  /* the text of a 404 response */
	FORM_SET,      /* a serialized FileDescriptorSet */
	FORM_TEXT_SET, /* the same in text format */
	FORM_YAML_SET, /* the same in YAML */
	FORM_CONTRACT, /* a .proto file */
	FORM_GZIP,
	FORM_ZSTD,
	FORM_ZIP,
	FORM_TAR,
	FORM_ARCHIVE, /* another archive or compression format */
	FORM_PICTURE,
	FORM_PROGRAM,
	FORM_BINARY, /* anything else with many control characters */
	FORM_THRIFT,
	FORM_AVRO_IDL,
	FORM_GRAPHQL,
	FORM_FLATBUFFERS,
};

enum form form_of(struct str bytes);
/* For "it is %s": `a Git LFS pointer`. Not for FORM_UNKNOWN. */
const char *form_name(enum form form);
/* Is the line, with or without its line break, a conflict marker of git? */
bool is_conflict_marker(struct str line);
