/*
 * What the files that interpret options share; private to options.c, member.c, literal.c,
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

/* One statement that is being interpreted. */
struct reading {
	struct context *context;
	struct element *element;
	bool features; /* it is in the stage before options: resolved features are not to be had yet
			*/
	bool is_default; /* not of an option: the value is a field's default */
	bool incomplete; /* it came to nothing in silence, since something that it needs did not
			    resolve */
};

static inline bool field_is_message(const struct field *field)
{
	return field->type == TYPE_MESSAGE || field->type == TYPE_GROUP;
}

/* ---- member.c ---- */

/* `a`, or `(pkg.a)` of an extension: how an option or field is called in messages; in scratch. */
struct str option_label(struct context *context, const struct field *field);
/* The field of `type` by name; NULL, and reported with the nearest name. */
const struct field *option_member(
	struct reading *reading, const struct message *type, struct str name, struct span span);
/*
 * The extension of `type` by name as the element's scope sees it; NULL: reported, or
 * reading->incomplete.
 */
const struct field *option_extension(
	struct reading *reading, const struct message *type, struct str name, struct span span);
/* Reports that `enumeration` has no value of that name, with the nearest one. */
void enum_value_unknown(struct context *context, const struct enumeration *enumeration,
	struct str name, struct span span);

/* ---- literal.c ---- */

/*
 * The value that a literal has as one element of `field`; `depth` 0 is an option's own value, above
 * that it stands in a message literal, where more forms are allowed. False: reported, or
 * reading->incomplete.
 */
bool literal_read(struct reading *reading, const struct field *field, const struct literal *literal,
	unsigned depth, struct value *value);
/* Says which required field a finished value lacks, at `span`; false if there is one. */
bool literal_check_required(
	struct reading *reading, const struct options *message, struct span span);

/* ---- tally.c ---- */

/* Lists of this length and longer are searched by an index. */
enum { LONG_LIST = 48 };

/* How many items of a number a list has, and the index of the last one. */
struct option_tally {
	uint32_t count, last;
};

/* Of a long list, so that a million statements do not take a million searches. */
struct option_index {
	struct map by_number; /* number → struct option_tally * */
	uint32_t n;           /* items that were taken in */
};

/* `index` NULL: the list is searched, whatever its length. */
struct option_tally option_tally(struct arena *arena, struct option_index *index,
	const struct options *options, int32_t number);

/* ---- decode.c ---- */

/*
 * The number or length-delimited bytes last given for `number` in encoded options; false if it is
 * not there.
 */
bool encoded_varint(struct str bytes, int32_t number, uint64_t *value);
bool encoded_bytes(struct str bytes, int32_t number, struct str *value);

/* ---- lifetime.c ---- */

/*
 * Does the file's edition have what is set at `span`, an option's field or the enum value that it
 * is set to? An error or, of what is deprecated, a warning.
 */
void lifetime_check_use(struct context *context, const struct element *set, struct span span);
/* Is the feature_support of a field or enum value of the file in order? */
void lifetime_check_declaration(struct context *context, const struct element *element);

/* ---- default.c ---- */

/* Makes default_value and default_text of what was written, or default_value of a set's
 * default_text. */
void default_read(struct context *context, struct field *field);
