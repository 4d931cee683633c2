/*
 * Options of the command line: tables used for parsing, the help and the completions.
 *
 * A row has the offset of its value in the struct that the table is parsed into. Options may stand
 * before, between and after operands; `--` ends them.
 */
#pragma once
#include "base/diag.h"
#include "base/out.h"
#include "base/vec.h"

/* Strings of the command line, which live as long as the program. */
struct texts {
	const char **items;
	uint32_t n, cap;
};

enum opt_kind {
	OPT_FLAG,     /* bool */
	OPT_TEXT,     /* const char *; the last one wins */
	OPT_OPTIONAL, /* const char *; `--x` alone is "" , `--x=TEXT` is TEXT */
	OPT_NUMBER,   /* unsigned, at least 1 */
	OPT_LIST,     /* struct texts; each occurrence adds an item */
	OPT_WORDS,    /* struct texts; likewise, split at commas */
};

/* How a shell completes the value. */
enum opt_values {
	VALUES_NONE,
	VALUES_FILE,
	VALUES_FOLDER,
	VALUES_WORDS,  /* `words`; other values are errors */
	VALUES_REPORT, /* formats of `check` */
	VALUES_RULE,   /* ids of rules and categories */
	VALUES_REVISION,
	VALUES_COMMAND,
};

struct opt {
	const char *name; /* without dashes */
	char letter;      /* 0: none */
	enum opt_kind kind;
	size_t offset;        /* offset of the value in the target */
	const char *argument; /* as shown in the help: `FILE`; NULL for a flag */
	const char *summary;  /* one line */
	enum opt_values values;
	const char *const *words; /* NULL-terminated */
};

struct opt_table {
	const struct opt *rows;
	size_t n;
	void *target; /* NULL: store nothing */
};

/* Index of the first operand in `args`, `n` if there is none. Unknown options are skipped. */
size_t opt_first_operand(
	const struct opt_table *tables, size_t n_tables, char *const *args, size_t n);
/* Stores all options and collects the operands. False and a diagnostic with the most similar option
 * if one is wrong. */
bool opt_parse(const struct opt_table *tables, size_t n_tables, struct arena *arena,
	char *const *args, size_t n, struct texts *operands, struct diags *diags);
/* Writes the rows as lines of a help text. */
void opt_print(struct out *out, const struct opt *rows, size_t n);
