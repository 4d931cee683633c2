/* What the files of this folder share. */
#pragma once
#include "fix/fix.h"

struct fixer;

/* ---- layout.c: texts, and where something stands in them ---- */

/* Reads the text of a file, for the functions below. False: it has none, or cannot be read, which
 * the fixer remembers. */
bool file_load(struct fixer *x, const struct file *file);
/* The bytes of a file; absent: it has none (a descriptor set), or they cannot be read. */
struct str file_bytes_of(const struct file *file);
/* A part of them; absent likewise. */
struct str span_text(const struct file *file, struct span span);
bool is_blank(char c); /* a line break is none */
/* Offset of the first byte of the line, and of the next line or the end. */
size_t line_begin(struct str bytes, size_t at);
size_t line_next(struct str bytes, size_t at);
/* Are there only blanks between `at` and the begin, or the end, of its line? */
bool begins_line(struct str bytes, size_t at);
bool ends_line(struct str bytes, size_t at);
/* A declaration with the comments that belong to it: those on the lines above it, and the one
 * behind it on its line. */
struct span declaration_span(const struct file *file, struct span declaration);
/* What goes away with a statement: with the blanks before and the comment behind it its whole line,
 * if nothing else is there. */
struct span removal_span(const struct file *file, struct span statement);
/* The same with the comments above it. */
struct span declaration_removal_span(const struct file *file, struct span declaration);
/* `{` and `}` of a declaration's body; `begin` is where to look from. False: it has none. */
bool body_of(const struct file *file, uint32_t begin, uint32_t end, struct span *body);

/* The end of the comment, the string or the byte at `at`. */
size_t step(struct str bytes, size_t at);
/* Are there only blanks between the braces? */
bool body_is_empty(struct str bytes, struct span body);

/* ---- place.c: insertions ---- */

/* The blanks that the line of `at` begins with. */
struct str indent_of(const struct file *file, size_t at);
/* Those of the lines of a body; `owner` is the declaration that has it. */
struct str inner_indent(
	struct arena *arena, const struct file *file, struct span body, struct span owner);

/* Lines to insert: without indentation, line breaks are LF, none at the end. */
struct insertion {
	const struct file *file; /* of the new side */
	struct str lines;
	uint64_t order;
	bool apart; /* with an empty line between it and its neighbour */
};
void insert_after(struct arena *arena, const struct insertion *what, struct span neighbour,
	struct edits *edits);
void insert_before(struct arena *arena, const struct insertion *what, struct span neighbour,
	struct edits *edits);
/* At the begin or the end of a body. */
void insert_at_begin(struct arena *arena, const struct insertion *what, struct span body,
	struct span owner, struct edits *edits);
void insert_at_end(struct arena *arena, const struct insertion *what, struct span body,
	struct span owner, struct edits *edits);
/* At the end of a file. */
void append(struct arena *arena, const struct insertion *what, struct edits *edits);
/* Replaces `span` by lines that begin at its column. */
void replace_lines(
	struct arena *arena, const struct insertion *what, struct span span, struct edits *edits);
/* Text on one line. */
void replace_text(struct arena *arena, const struct file *file, struct span span, struct str text,
	struct edits *edits);

/* ---- restore.c: declarations of the old side ---- */

struct fixer {
	struct arena *arena;
	const struct fix_request *request;
	const struct diff *diff;
	struct map restored;          /* by old element: what this way brings back already */
	const struct element *inside; /* the old declaration whose needs are looked for */
	unsigned depth;               /* of needs */
	const struct file *unread;    /* a file that could not be read; NULL: none */
	struct map numbers; /* by message of the new side: the last number given to a field */
};

enum { PLAIN = 0, DEPRECATED = 1 };
enum { DEEPEST_NEED = 100 }; /* types that need types */

/* A declaration of any side, with its comments, as lines without indentation; absent: it has no
 * text. */
struct str lines_of(struct fixer *x, const struct element *old, int marks);
/* The same of a part of its text, with `text` in place of `span`. */
struct str lines_with(
	struct fixer *x, const struct element *element, struct span span, struct str text);
/* The message, enum, service or file of the new side that an old one is now; NULL: it is gone. */
const struct element *now(struct fixer *x, const struct element *old);
/*
 * Brings an old declaration back into `into`, the new side's counterpart of what is around it, at
 * its old neighbours, with the types and imports that it needs. False: it has no text, or its file
 * cannot be had.
 */
bool restore(struct fixer *x, const struct element *old, const struct element *into, int marks,
	struct edits *edits);
/* The same for the outermost declaration around it that is gone, and its file if that is gone. */
bool restore_outermost(struct fixer *x, const struct element *old, int marks, struct edits *edits);
/* Brings a deleted file back. */
bool restore_file(struct fixer *x, const struct file *old, struct edits *edits);
/* Imports and types that the old element needs in `file`, of the new side. */
void bring_needs(
	struct fixer *x, const struct element *old, const struct file *file, struct edits *edits);
/* Lines where an old child stood in `into`: at its neighbours. */
void insert_child(struct fixer *x, const struct element *old, const struct element *into,
	struct insertion what, struct edits *edits);

/* Reserves a number and a name in a message or enum of the new side, as far as they are not. False:
 * it has no body. */
bool reserve(struct fixer *x, const struct element *scope, int32_t number, struct str name,
	uint64_t order, struct edits *edits);
/* Takes the reservations of an old field or value away. */
void free_reserved(struct fixer *x, const struct element *old, const struct element *into,
	struct edits *edits);
/* Lets a file import what another old element's type needs. */
void need(struct fixer *x, const struct element *old, const struct file *file, struct edits *edits);
void need_import(struct fixer *x, const struct file *file, struct str path, struct edits *edits);
/* The same, also for all who import the file. */
void need_public_import(
	struct fixer *x, const struct file *file, struct str path, struct edits *edits);
/* The oneof of that name in a message of the new side; NULL: none. */
const struct element *now_oneof(const struct element *old, const struct element *message);

/* moved.c: ways for an extension whose number another declaration of it has, and for an enum whose
 * values a new one has. */
void move_extension(struct fixer *x, struct fix_group *group);
void rename_enum(struct fixer *x, struct fix_group *group);

/* ---- options.c ---- */

/* A path to an option: numbers of descriptor.proto, 0 at the end. */
struct option_numbers {
	int32_t numbers[4];
};
/* The span of the option as it is written on the element itself; NO_SPAN: it is not. */
struct span option_span(const struct element *element, const struct option_numbers *path);

/* The options in brackets of a field or value of the new side, as they are to be. */
struct bracket_item {
	struct str text;
	struct span span; /* as it is written; none for a new one */
};
struct brackets {
	struct fixer *x;
	const struct element *element;
	struct span span; /* NO_SPAN: it has none yet */
	VEC(struct bracket_item) items;
	bool changed, failed;
};
void brackets_open(struct brackets *b, struct fixer *x, const struct element *element);
/* Replaces the item with that span, or adds one; absent text: removes it. */
void brackets_set(struct brackets *b, struct span span, struct str text);
/* Makes the edit, if anything changed. False: it cannot be made. */
bool brackets_close(struct brackets *b, struct edits *edits);
/* The brackets of a field or value; NO_SPAN: none. */
struct span brackets_span(const struct element *element);

/*
 * Brings the statement `option …;` of the old element back into the new one, or removes the new
 * one's if the old has none. `otherwise`: the statement to write if neither has one; absent: none
 * is needed. False: it cannot be done.
 */
bool statement_restore(struct fixer *x, const struct element *old, const struct element *new,
	const struct option_numbers *path, struct str otherwise, struct edits *edits);
/* Puts a statement into a body, before all else. */
bool statement_add(
	struct fixer *x, const struct element *new, struct str statement, struct edits *edits);
/* `features.field_presence = IMPLICIT`: what the element resolves to; absent: not known here. */
struct str feature_text(
	struct fixer *x, const struct element *element, const struct option_numbers *path);
/* Does a literal, as in `features = { … }`, hold the option with that span? */
bool is_in_literal(const struct element *element, struct span span);
/* `field_presence: IMPLICIT` of `features.field_presence = IMPLICIT`. */
struct str literal_text(struct fixer *x, struct str feature);
extern const struct option_numbers PRESENCE_PATH, ENCODING_PATH, UTF8_PATH, JAVA_UTF8_PATH,
	CPP_STRING_PATH;

/* ---- the rules ---- */

struct fix_way *way_new(struct fixer *x, struct fix_group *group, const char *how, ...)
	__attribute__((format(printf, 3, 4)));
/* Takes the last way back. */
void way_drop(struct fix_group *group);
/* Has the group a finding of the rule? */
bool group_has(const struct fix_group *group, const char *id);

/* Functions of the table in plan.c: they add ways, or set `left`. */
void fix_field(struct fixer *x, struct fix_group *group);
void fix_oneof(struct fixer *x, struct fix_group *group);
void fix_value(struct fixer *x, struct fix_group *group);
void fix_enum(struct fixer *x, struct fix_group *group);
void fix_declaration(struct fixer *x, struct fix_group *group);
void fix_file(struct fixer *x, struct fix_group *group);
void fix_package(struct fixer *x, struct fix_group *group);
void fix_file_option(struct fixer *x, struct fix_group *group);
void fix_statement(struct fixer *x, struct fix_group *group);
void fix_reserved(struct fixer *x, struct fix_group *group);
void fix_extensions(struct fixer *x, struct fix_group *group);
void fix_method(struct fixer *x, struct fix_group *group);
void fix_option(struct fixer *x, struct fix_group *group);
void fix_visibility(struct fixer *x, struct fix_group *group);
