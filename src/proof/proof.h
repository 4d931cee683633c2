/*
 * Proofs: the smallest value that one side writes and the other does not read as it was.
 *
 * A codec of our own over two linked schemas: values, the wire, ProtoJSON and text format. It knows
 * no rules. What is asked is a question: a writer's message, what of it changed, and how a reader
 * sees it. The answer is searched among few small values and found by writing and reading each; so
 * what it shows is what a runtime does, as long as the codec does as runtimes do.
 *
 * To know what one change does, the reader is the writer's own schema with that change alone. A
 * value that shows it is read by the real reader, too: where another change hides it there, the
 * proof is said to be `alone`.
 */
#pragma once
#include "base/intern.h"
#include "base/out.h"
#include "schema/schema.h"

enum proof_loss { LOSS_NONE, LOSS_OTHER, LOSS_UNSET, LOSS_PART, LOSS_FAIL, LOSS_HOLE };

/* What is absent is not said. */
struct proof {
	unsigned surface; /* for the caller: which direction this is a proof of */
	enum proof_loss loss;
	bool alone;
	bool json;       /* `data` is JSON, else bytes */
	bool has_number; /* of a hole that nobody could have written to: it is all there is to say
			  */
	int32_t number;  /* of a hole */
	struct str message;     /* full name of the writer's */
	struct str enumeration; /* likewise, where no message shows it */
	struct str name;        /* of a hole */
	struct str call, promise;
	struct str written; /* text format, by the writer's schema */
	struct str data;    /* the octets that it makes of it, or its JSON */
	struct str read, error;
	struct str field, value, got;
	struct str runtime;
	struct str unknown; /* why there is none: then nothing else is said */
};

/* `other`, `unset` …; absent for LOSS_NONE. */
struct str proof_loss_name(enum proof_loss loss);
/* Text format of the octets of a string, in quotes. */
void proof_quote(struct out *out, struct str text);

/* A message as its bytes say it. */
struct decoded {
	struct str json;    /* ProtoJSON; absent: some value has no form in it */
	struct str text;    /* text format on one line */
	struct str unknown; /* of the outermost message, as text format has them; empty: none */
	uint32_t n_unknown;
	struct str error; /* why a reader refuses the bytes; absent: it does not */
	size_t offset;    /* in them, where; the end: something is missing */
};

/* What a question is about. */
enum proof_about {
	ABOUT_TYPE,        /* `to` has another type */
	ABOUT_CARDINALITY, /* another label, presence, or it is a map */
	ABOUT_REQUIRED,    /* likewise, of messages that leave it out; `from` or `to` may be NULL */
	ABOUT_DEFAULT,
	ABOUT_ONEOF,
	ABOUT_NAME, /* another name, in the schema and in JSON */
	ABOUT_GONE, /* `to` is NULL, or the field of that name under another number */
	ABOUT_UTF8, /* what is taken for text */
	ABOUT_JAVA_UTF8,
	ABOUT_NUMBER,       /* of an enum's value: `number` */
	ABOUT_VALUE_NAME,   /* of the same: its declared names alone */
	ABOUT_VALUE_STRING, /* of the same: its custom names in JSON alone */
	ABOUT_UNDEFINED,    /* of numbers that no value has, in the enum */
	ABOUT_MESSAGE,      /* of messages as a whole: `to_message` is what it is read as */
	ABOUT_READER,       /* there is no message that reads it */
};

struct proof_question {
	enum proof_about about;
	bool json;                     /* else the wire */
	bool backward;                 /* the old side writes */
	const struct field *from, *to; /* the writer's and the reader's */
	/* What holds the field, or is read as a whole. NULL: whatever has the same name, or the new
	 * one of it (proof_sides). */
	const struct message *from_message, *to_message;
	const struct enumeration *from_enum, *to_enum;
	int32_t number;
};

struct codec;

/* What is compared; NULL: a side has nothing. */
struct proof_sides {
	const struct schema *old, *new;
	/* What the new side calls a type of the old side, by full names; the same name if it has no
	 * other. NULL: none was renamed. */
	struct str (*new_name)(void *context, struct str old_name);
	void *context; /* of new_name */
};

/* Looks at nothing before it is asked. What is found lives in `arena`. */
struct codec *codec_new(struct arena *arena, struct intern *names, const struct proof_sides *sides);
void codec_free(struct codec *codec);
/* Reads bytes as the new side's message. False with decoded->error. */
bool codec_decode(struct codec *codec, const struct message *type, struct str bytes,
	struct decoded *decoded);
/* False if no value shows it; with proof->unknown, if that cannot be said. The caller's is
 * `surface` alone. */
bool proof_find(struct codec *codec, const struct proof_question *question, struct proof *proof);
/* Has a field of the side's, but the message's own, this message as its type? */
bool codec_is_used(struct codec *codec, bool old, const struct message *message);
/* Elements by what they are found by, however many there are; NULL: none. */
const struct field *codec_field_named(
	struct codec *codec, const struct message *message, struct str interned_name);
/* The first value of a number, and the one that JSON takes a name for. */
const struct enum_value *codec_value(
	struct codec *codec, const struct enumeration *e, int32_t number);
const struct enum_value *codec_value_named(
	struct codec *codec, const struct enumeration *e, struct str name);
/* What JSON prints for a value. */
struct str codec_printed(const struct enum_value *value);
/* Another number under which `to` has a name that `from` has under `number`. */
bool codec_value_moved(struct codec *codec, const struct enumeration *from,
	const struct enumeration *to, int32_t number, int32_t *other);
/* An extension of the old side's message, of a range of it, whose number `to` leaves free; NULL. */
const struct field *codec_extension(struct codec *codec, const struct message *old,
	const struct extension_range *range, const struct message *to);
/* The first number of begin … end that the message neither declares, reserves nor leaves to
 * extensions; false: none, or too many are to be tried. */
bool codec_free_number(
	struct codec *codec, const struct message *m, int32_t begin, int32_t end, int32_t *number);
