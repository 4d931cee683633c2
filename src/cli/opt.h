/*
 * Options of the command line: tables that parse, print the help and make the completions.
 *
 * A row says where its value goes: at an offset in the struct that the table is parsed into.
 * Options may stand before, between and after operands; `--` ends them.
 */
#pragma once
#include "base/diag.h"
#include "base/out.h"
#include "base/vec.h"

/* Strings of the command line, which outlive everything. */
struct texts {
	const char **items;
	uint32_t n, cap;
};

enum opt_kind {
	OPT_FLAG,     /* bool */
	OPT_TEXT,     /* const char *; the last one counts */
	OPT_OPTIONAL, /* const char *; `--x` alone is "" , `--x=TEXT` is TEXT */
	OPT_NUMBER,   /* unsigned, at least 1 */
	OPT_LIST,     /* struct texts; an item each time it is given */
	OPT_WORDS,    /* struct texts; likewise, and split at commas */
};

/* What a shell offers for a value. */
enum opt_values {
	VALUES_NONE,
	VALUES_FILE,
	VALUES_FOLDER,
	VALUES_WORDS,  /* `words`; nothing else is taken */
	VALUES_REPORT, /* formats of `check` */
	VALUES_RULE,   /* ids of rules and categories */
	VALUES_COMMAND,
};

struct opt {
	const char *name; /* without dashes */
	char letter;      /* 0: none */
	enum opt_kind kind;
	size_t offset;        /* of the value in the target */
	const char *argument; /* as the help shows it: `FILE`; NULL for a flag */
	const char *summary;  /* one line */
	enum opt_values values;
	const char *const *words; /* ended by NULL */
};

struct opt_table {
	const struct opt *rows;
	size_t n;
	void *target; /* NULL when nothing is to be stored */
};

/* Index of the first operand in `args`, `n` if there is none; unknown options are passed over. */
size_t opt_first_operand(
	const struct opt_table *tables, size_t n_tables, char *const *args, size_t n);
/* Stores all options and collects the operands. False and a diagnostic with the nearest name when
 * something is wrong. */
bool opt_parse(const struct opt_table *tables, size_t n_tables, struct arena *arena,
	char *const *args, size_t n, struct texts *operands, struct diags *diags);
/* The rows as lines of a help text. */
void opt_print(struct out *out, const struct opt *rows, size_t n);
