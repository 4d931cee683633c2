/*
 * Values, and how a side sees them. Private to proof/.
 */
#pragma once
#include "base/map.h"
#include "base/vec.h"
#include "base/wire.h"
#include "proof/proof.h"

enum { OLD, NEW, SIDES };

/* ---- values ---- */

struct tree;

/* Every integer of 64 bits, and a bool as 0 or 1. */
struct number {
	uint64_t size; /* without the sign */
	bool negative;
};

/* One value; which member counts is the field's type's business. */
struct datum {
	union {
		struct number n;
		double d;
		struct str s;
		struct tree *m;
	};
};

/* A field that is set. A map's items are its entries. */
struct slot {
	const struct field *field;
	VEC(struct datum) items; /* one at least; just one unless it is repeated */
};

struct tree {
	const struct message *type;
	VEC(struct slot) slots;
	struct map *
		index; /* of the slots by field: where it is + 1; NULL: few, or one was taken out */
	VEC(struct wire_record) unknown;
};

struct number number_make(int64_t value);
struct number number_unsigned(uint64_t value);
bool number_eq(struct number a, struct number b);
/* As it is on the wire: two's complement. */
uint64_t number_bits(struct number n);
int64_t number_signed(struct number n);
double number_double(struct number n);

struct slot *tree_slot(const struct tree *tree, const struct field *field);
struct slot *tree_number(const struct tree *tree, int32_t number);
/* The slot of a field, made if it is not there. */
struct slot *tree_put(struct arena *arena, struct tree *tree, const struct field *field);
/* Takes out the slot at `index`. */
void tree_drop(struct tree *tree, uint32_t index);
struct tree *tree_new(struct arena *arena, const struct message *type);

/* ---- types ---- */

bool is_message(const struct field *field);
bool is_integer(const struct field *field); /* not bool, not enum */
bool is_float(const struct field *field);
bool is_text(const struct field *field); /* string or bytes */
bool is_signed(enum field_type type);
int type_bits(enum field_type type);
enum wire_type type_wire(enum field_type type);
bool is_implicit(const struct field *field);
bool is_repeated(const struct field *field);
/* A singular view of it, for its elements. */
bool verifies_text(const struct field *field);
/* Is a single value zero, empty text or an empty message that could be otherwise? */
bool datum_is_zero(const struct field *field, const struct datum *datum);
/* What an unset field gives; of messages an absent `m`. */
struct datum field_default(const struct field *field);
bool has_written_default(const struct field *field);
/* The message that holds it, an extension's extendee; a map entry's part is held by the entry.
 * NULL: it is not known. */
const struct message *field_holder(const struct field *field);
const struct field *entry_key(const struct field *map);
const struct field *entry_value(const struct field *map);

/* ---- how a side sees them ---- */

/* Which runtime is followed where they differ. */
enum runtime { RUNTIME_CPP, RUNTIME_GO, RUNTIME_ES, RUNTIME_PBJS, RUNTIME_JAVA };

/* A side, perhaps with one message changed. */
struct lens {
	struct codec *codec;
	int side, other_side; /* where extensions are; -1 for none */
	enum runtime runtime;
	const struct message *kept; /* the writer's, of kept_side, as which is read what has one
				       name there and here; NULL: nothing */
	int kept_side;
	const struct message *changed; /* NULL: none */
	const struct field *gone[2], *added[2];
	unsigned n_gone, n_added;
	/* What is declared and reserved in `changed` for a reader; NULL: itself. */
	const struct message *named;
	int named_side;                 /* where extensions' names are */
	const struct message *extendee; /* of them; NULL: what is asked for */
};

struct codec {
	struct arena *arena, *scratch;
	struct arena *waiting; /* what a question has still to look at; rewound after it */
	struct intern *names;
	const struct schema *sides[SIDES];
	struct str (*new_name)(void *context, struct str old_name); /* proof_sides */
	void *new_name_context;
	struct map indexed, numbers, keys, originals; /* of messages and enums */
	struct map meanings, required;
	struct map extensions[SIDES], extension_names[SIDES], uses[SIDES], messages[SIDES];
	struct map renamed; /* messages of the old side by their new names */
	bool walked[SIDES], editions[SIDES];
	int64_t steps; /* that are left of a question */
	int64_t left;  /* and of all of them */
	bool used_any;
};

/* The fields of a message that are required: what is looked for in each value. */
struct fields {
	VEC(const struct field *) list;
};
const struct fields *message_required(struct codec *codec, const struct message *m);
const struct field *lens_number(const struct lens *lens, const struct message *m, int32_t number);
/* By a key of JSON: its JSON name, its name, or `[full.name]` of an extension. */
const struct field *lens_key(const struct lens *lens, const struct message *m, struct str key);
/* The writer's field in `kept` that has the number of `field`, or the key; NULL. */
const struct field *lens_peer(const struct lens *lens, const struct message *kept,
	const struct field *field, struct str key);
/* The type of the field's messages, the peer's if it has the same name. */
const struct message *lens_type(
	const struct lens *lens, const struct field *field, const struct field *peer);
/* What the declared names are, whatever is changed: to see which fields moved. */
const struct field *lens_name(
	const struct lens *lens, const struct message *m, const struct field *named);
bool lens_reserves(const struct lens *lens, const struct message *m, int32_t number);

/* The value of an enum that is declared first under a number; NULL. */
const struct enum_value *enum_first(
	struct codec *codec, const struct enumeration *e, int64_t number);
/* The number of a name, as JSON has it. */
const struct enum_value *enum_by_name(
	struct codec *codec, const struct enumeration *e, struct str name);
/* What JSON prints for a value. */
struct str enum_printed(const struct enum_value *value);
/* Do both mean the same under that number; has a name of it another number on the other side? */
bool enum_share(struct codec *codec, const struct enumeration *a, const struct enumeration *b,
	int64_t number, int64_t other);
bool enum_moved(struct codec *codec, const struct enumeration *a, const struct enumeration *b,
	int64_t number);

/* Fields whose values an enum is. */
struct uses {
	VEC(const struct field *) list;
};
const struct uses *codec_uses(struct codec *codec, int side, const struct enumeration *e);
bool codec_editions(struct codec *codec);
/* By extendee and number. */
const struct map *codec_extensions(struct codec *codec, int side);
/* Is it the URL of a message's type that either side has, and that JSON gives as an object? */
bool codec_knows_url(struct codec *codec, struct str url);
/* By interned full name; NULL. */
const struct message *codec_message(struct codec *codec, int side, struct str full_name);
/* What a message of the other side is on this one: under its new name, else under the same; NULL.
 */
const struct message *codec_counterpart(struct codec *codec, int side, const struct message *m);
/* Is it one type, one name from each side? */
bool codec_same_name(struct codec *codec, struct str a, struct str b);

/* ---- the formats ---- */

struct refusal {
	struct str why; /* absent: nothing is wrong */
	const struct field *field;
	int reason; /* tells sentences apart */
	/* Of bytes: where reading stopped, and what is wrong there; NULL: they are whole. */
	const char *at, *wrong;
};

enum { MOST_DEPTH = 100, REASON_BLIND = 99 /* a type is not known */ };

/* All that is set, with what is required. False if something required is missing. */
bool tree_is_complete(const struct tree *tree, const struct lens *lens, struct refusal *refusal);
/* Is that asked for on reading? Protobuf-ES does on writing alone. */
bool asks_required(const struct lens *lens);
struct str wire_write(struct arena *arena, const struct tree *tree);
bool wire_read(const struct lens *lens, const struct message *type, struct str bytes,
	struct arena *arena, struct tree **tree, struct refusal *refusal);
/* False if a value has no form in JSON. */
bool json_write(
	struct codec *codec, struct arena *arena, const struct tree *tree, struct str *json);
bool json_read(const struct lens *lens, const struct message *type, struct str json,
	struct arena *arena, struct tree **tree, struct refusal *refusal);
void text_write(struct codec *codec, struct out *out, const struct tree *tree);
/* One value as text format has it; `field` may be repeated. */
void text_datum(
	struct codec *codec, struct out *out, const struct field *field, const struct datum *datum);
void text_float(struct out *out, double value, bool single);
void refuse(struct refusal *refusal, struct arena *arena, const struct field *field, int reason,
	const char *format, ...) __attribute__((format(printf, 5, 6)));
/* json_number.c: is it a number of JSON; a whole one within 64 bits; one that the type holds? */
bool json_has_number_form(struct str s);
bool json_whole_number(struct str s, struct number *n);
bool number_fits(enum field_type type, struct number n);
/* A key as JSON quotes it, without the quotes. */
struct str json_escaped(struct arena *arena, struct str text);

/* JSON's own forms of google.protobuf's messages. */
enum known {
	KNOWN_NONE,
	KNOWN_WRAPPER,
	KNOWN_TIMESTAMP,
	KNOWN_DURATION,
	KNOWN_FIELD_MASK,
	KNOWN_STRUCT,
	KNOWN_VALUE,
	KNOWN_LIST,
	KNOWN_ANY
};
enum known message_known(const struct message *message);

/* ---- what arrives ---- */

enum { MOST_PATH = 64 }; /* fields in one another, more than a value has levels */
struct loss {
	enum proof_loss label;
	const struct field *path[MOST_PATH]; /* the writer's, from outside in */
	unsigned n_path;
	const struct field *reader;        /* of the last one; NULL: none */
	const struct slot *written, *read; /* NULL: unset */
	int32_t number;                    /* of a hole */
};

struct view {
	const struct lens *writer, *reader;
	bool json, backward;
};

/* What of `written` does not arrive in `read`; `only`: of that field alone. */
bool tree_loses(const struct view *view, const struct tree *written, const struct tree *read,
	const struct field *only, struct loss *loss);

/* ---- samples ---- */

struct data {
	VEC(struct datum) list;
	bool is_cut; /* there are more */
};
/* Scalars in the order of judge.py. */
struct data scalar_samples(struct codec *codec, struct arena *arena, const struct field *field);
