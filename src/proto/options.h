/*
 * What the files that interpret options share; private to them: options.c, member.c, literal.c,
 * decode.c, default.c, lifetime.c, features.c and usage.c.
 */
#pragma once
#include "proto/catalog.h"

/* Fields of descriptor.proto's options messages that the compiler itself reads. */
enum {
	FIELD_OPTION_PACKED = 2,
	FIELD_OPTION_TARGETS = 19,
	FIELD_OPTION_FEATURE_SUPPORT = 22,
	ENUM_VALUE_OPTION_FEATURE_SUPPORT = 4,
	MESSAGE_OPTION_MESSAGE_SET = 1,
};

/* Depth of an option's value: of the parts of its name and the literals behind it together. */
enum { MAX_VALUE_DEPTH = 2 * MAX_NESTING + 2 };

/* One statement that is being interpreted. */
struct reading {
	struct context *context;
	struct element *element;
	bool features;   /* in the features stage: resolved features are not known yet */
	unsigned depth;  /* of message literals around the value: more is allowed inside */
	bool is_default; /* not of an option: the value is a field's default */
	bool incomplete; /* it gave neither a value nor an error, as something it needs did not
			    resolve */
};

static inline bool field_is_message(const struct field *field)
{
	return field->type == TYPE_MESSAGE || field->type == TYPE_GROUP;
}

/* ---- member.c ---- */

/* The name of an option or field in messages: `a`, or `(pkg.a)` of an extension. In scratch. */
struct str option_label(struct context *context, const struct field *field);
/* The field of `type` by name; NULL: reported, with the nearest name as a help. */
const struct field *option_member(
	struct reading *reading, const struct message *type, struct str name, struct span span);
/*
 * The extension of `type` by name, looked up in the element's scope; NULL: reported, or
 * reading->incomplete.
 */
const struct field *option_extension(
	struct reading *reading, const struct message *type, struct str name, struct span span);
/* Reports that `enumeration` has no value of that name, with the nearest name as a help. */
void enum_value_unknown(struct context *context, const struct enumeration *enumeration,
	struct str name, struct span span);

/* ---- literal.c ---- */

/* Reads a literal as one element of `field`. False: reported, or reading->incomplete. */
bool literal_read(struct reading *reading, const struct field *field, const struct literal *literal,
	struct value *value);
/* Reports at `span` a required field that a complete value lacks; false: it lacks one. */
bool literal_check_required(
	struct reading *reading, const struct options *message, struct span span);

/* ---- tally.c ---- */

/* Lists of this length and longer are searched by an index. */
enum { LONG_LIST = 48 };

/* How many items of a number a list has, and the index of the last one. */
struct option_tally {
	uint32_t count, last;
};

/* An index of a long list, so that a million statements are not a million linear searches. */
struct option_index {
	struct map by_number; /* number → struct option_tally * */
	uint32_t n;           /* items indexed so far */
};

/* `index` NULL: the list is searched, whatever its length. */
struct option_tally option_tally(struct arena *arena, struct option_index *index,
	const struct options *options, int32_t number);

/* ---- keep.c ---- */

/* Keeps a copy of a statement that is incomplete, if compile_options.kept names its option. */
void option_keep(
	struct context *context, struct options *options, const struct uninterpreted *statement);

/* ---- decode.c ---- */

/*
 * The last number or length-delimited bytes at field `number` of encoded options; false: the field
 * is not set.
 */
bool encoded_varint(struct str bytes, int32_t number, uint64_t *value);
bool encoded_bytes(struct str bytes, int32_t number, struct str *value);

/* ---- lifetime.c ---- */

/*
 * Checks that the file's edition has what is set at `span`: an option's field, or the enum value it
 * is set to. Reports an error, or a warning for what is deprecated.
 */
void lifetime_check_use(struct context *context, const struct element *set, struct span span);
/* Checks the feature_support that a field or enum value of the file declares. */
void lifetime_check_declaration(struct context *context, const struct element *element);

/* ---- default.c ---- */

/* Sets field->preset: value and text from the literal, or the value from a set's text. */
void default_read(struct context *context, struct field *field);
