/*
 * The search for a value: its state, and what its files share. Private to proof/.
 */
#pragma once
#include "proof/value.h"

/* Levels of messages in a value, required fields of one, and levels of those. */
enum { MOST_LEVELS = 40, MOST_REQUIRED = 1000, MOST_BASE_DEPTH = 20 };

/* Where a value is put: in `field` of the writer's `type`, and that likewise. */
struct frame {
	const struct frame *outer; /* NULL: `type` is the whole message's */
	const struct message *type;
	const struct field *field;
	unsigned level;
};

/* A message of the frame's type that is read as `to`. */
struct content {
	const struct frame *frame;
	const struct message *to;
};

struct search {
	struct codec *codec;
	const struct proof_question *q;
	struct proof *proof;
	int writer_side, reader_side;
	struct lens writer, alone, real;
	const struct message *type;                   /* the writer's */
	const struct message *alone_type, *real_type; /* the reader's; NULL: none */
	const struct field *only[2];                  /* whose losses count; NULL: all */
	bool found, is_final;
	bool is_cut;                 /* something was left out that could have shown it */
	bool is_blind;               /* the type of something that could have is not known */
	const struct message *freed; /* has extension numbers that its reader left free */
	int32_t freed_number;
	const struct enumeration *to_enum; /* the reader's, with one change */
	VEC(struct content)
	queue;          /* messages that are read as others, in the order they were met */
	struct map met; /* pairs of them */
	bool is_deep;   /* some are too deep to be looked at */
};

/* try.c: one value, written and read. */
/* A message with what is required, zeros, and without `except`; NULL: too much is. In scratch. */
struct tree *base_tree(struct search *s, const struct message *type, const struct field *except);
bool write_with(struct search *s, const struct tree *tree, struct str *data);
/* True when no more need be tried. `tree` is of the frame's type, in scratch. */
bool try_tree(struct search *s, const struct frame *frame, struct tree *tree);
/* Text format, in the codec's arena. */
struct str kept_text(struct search *s, const struct tree *tree);

/* offer.c: the values of a field or a message, plain ones first. True: no more need be tried. */
bool try_items(struct search *s, const struct frame *frame, const struct field *field,
	const struct datum *items, unsigned n);
bool offer_map(struct search *s, const struct frame *frame, const struct field *field);
/* `to` is what reads it, NULL: nothing; `within`: in a message that is read as another one. */
bool offer_field(struct search *s, const struct frame *frame, const struct field *field,
	const struct field *to, bool within);
/* Two fields that the writer sets side by side. */
bool offer_pair(
	struct search *s, const struct frame *frame, const struct field *a, const struct field *b);
/* An Any of the writer's own message, which is a type that JSON knows. */
void add_any(struct search *s, struct data *data, const struct message *type);
struct datum zero_of(struct search *s, const struct field *field);
struct datum entry_of(
	struct search *s, const struct field *map, struct datum key, struct datum value);
/* Is its type known, so that it can have values? */
bool has_type(const struct field *field);
/* Are both of a message, or an enum, of one name? */
bool is_kept_type(struct codec *codec, const struct field *from, const struct field *to);
const struct field *reader_of(struct search *s, const struct lens *lens, const struct message *to,
	const struct field *field);
/* May a writer set both? */
bool oneof_differs(const struct field *a, const struct field *b);

/* content.c: what messages lose that are read as others. */
/* A frame that lives as long as the question; `outer` likewise. */
const struct frame *frame_new(struct search *s, const struct frame *outer,
	const struct message *type, const struct field *field);
/* Each pair of messages is looked at once, after all that were met before: the message in `field`
 * that is read as the one in `to`, the values of such maps, or two whole messages. */
void await_content(struct search *s, const struct frame *frame, const struct field *field,
	const struct field *to);
void await_map_content(struct search *s, const struct frame *frame, const struct field *field,
	const struct field *to);
void await_message(struct search *s, const struct message *from, const struct message *to);
bool offer_content(struct search *s);

/* ask.c: a function for each question about fields and messages. */
void ask_type(struct search *s);
void ask_shape(struct search *s);
void ask_required(struct search *s);
void ask_default(struct search *s);
void ask_utf8(struct search *s);
void ask_oneof(struct search *s);
void ask_name(struct search *s);
void ask_gone(struct search *s);
void ask_message(struct search *s);
struct field *field_copy(struct search *s, const struct field *field);
/* Takes a field out of the changed message, and puts one in; either may be NULL. */
void lens_change(struct search *s, const struct field *gone, const struct field *added);
bool message_is_entry(const struct message *m);
/* Takes the message, or that of the map it is an entry of, for the writer's. */
bool search_begin(struct search *s, const struct message *type);

/* ask_enum.c */
void ask_enum(struct search *s);
/* Where no field shows it: the enum alone, read by the rules of any field that has it. */
bool enum_alone(struct search *s);
