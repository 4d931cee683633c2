/*
 * Reads a FileDescriptorSet in JSON or text format; private to image.c, image_json.c and
 * image_text.c.
 *
 * Both write the set in wire format while they read, by the types of the built-in descriptor.proto.
 * The extensions of custom options are declared in the image itself, so an image with such options
 * is read twice, the second time with the types of the first.
 */
#pragma once
#include "descriptor/descriptor.h"

enum { MAX_IMAGE_NESTING = 100 };

/* A scalar as written. */
struct scalar {
	enum scalar_kind {
		SCALAR_WORD, /* `true`, `inf`, an enum value in text format */
		SCALAR_NUMBER,
		SCALAR_STRING, /* without quotes, unescaped */
	} kind;
	struct str text;
};

struct image {
	struct arena *arena;
	struct intern *names;
	struct diags *diags;
	struct str name;     /* of the input, for messages */
	struct str file;     /* the file that is being read; absent: not known yet */
	bool json;           /* in JSON, strings may be base64, numbers and enum values */
	struct schema types; /* with google/protobuf/descriptor.proto */
	struct schema own;   /* the image's own files, after the first reading */
	bool has_own;
	bool lacks_own;        /* an extension was met that is not known yet */
	struct map members;    /* (message, hash of a name) → field; (message, 0): its fields are
				  entered */
	struct map values;     /* likewise of enums → enum_value */
	struct map extensions; /* hash of a full name → field */
	struct map lost;       /* hashes of names that were reported as left out */
	char *out;             /* `n` bytes written, in an arena of their own */
	size_t n, cap;
	struct arena *out_arena;
};

/* The message `name` of descriptor.proto. */
const struct message *image_type(struct image *image, struct str name);
/* The field by its name, or in JSON by its JSON name; NULL: there is none. */
const struct field *image_member(struct image *image, const struct message *type, struct str name);
/* The extension of `type` by full name; NULL: not declared. */
const struct field *image_extension(
	struct image *image, const struct message *type, struct str full_name);
/* Warns once that options of the name are left out; in the first reading it notes that a second one
 * is needed. */
void image_lose(struct image *image, struct str full_name);

/* Begins a message field; returns its offset, for image_close. */
size_t image_open(struct image *image, const struct field *field);
void image_close(struct image *image, const struct field *field, size_t begin);
/* Writes a scalar field. False: the value is not of its type; nothing is reported. */
bool image_scalar(struct image *image, const struct field *field, const struct scalar *scalar);

/* Adds an error that begins with the names of image and file; returns false. */
bool image_fail(struct image *image, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Convert `text` into image->out; false and an error on failure. */
bool image_read_json(struct image *image, struct str text);
bool image_read_text(struct image *image, struct str text);
