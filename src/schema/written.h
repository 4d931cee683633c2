/*
 * Options as they are written, before they are interpreted.
 *
 * The parser of proto/ makes them, in an arena that is freed after linking. Those that a missing
 * import keeps from being interpreted outlive it if the caller of the compiler asks
 * (compile_options.kept): struct options has copies of them in `kept`.
 */
#pragma once
#include "base/text.h"
#include "base/vec.h"

/* `a`, `b` and `(pkg.ext)` of `a.b.(pkg.ext)`: dotted bare names are split, one part each. */
struct name_part {
	struct str name; /* interned; of an extension without parentheses, a leading dot kept */
	bool is_extension;
	struct span span; /* with the parentheses */
};

enum literal_kind {
	LITERAL_IDENT,   /* text; a minus before it (`-inf`) in `negative` */
	LITERAL_INTEGER, /* magnitude in `u`, `negative` */
	LITERAL_FLOAT,   /* magnitude in `d`, `negative`; also integers above 2^64-1 */
	LITERAL_STRING,  /* decoded bytes in `text`, adjacent ones joined */
	LITERAL_MESSAGE, /* `fields` */
	LITERAL_LIST,    /* `items`; only inside of a message */
};

struct literal {
	uint8_t kind; /* enum literal_kind: which of the union counts */
	bool negative;
	bool hexadecimal; /* written so: then no value of a float field inside of a message */
	bool angle;       /* a message written < >: only valid inside of another one */
	struct span span; /* with the minus or the brackets */
	union {
		struct str text;
		uint64_t u;
		double d;
		VEC(struct literal_field) fields;
		VEC(struct literal) items;
	};
};

struct literal_field {
	struct str name;   /* interned: field name, extension's name, or the type's full name of an
			      Any */
	struct str url;    /* absent: a field or extension; else the part before the last slash of
			      `[host/pkg.Type]` */
	bool is_extension; /* `[pkg.ext]` */
	bool has_colon;
	struct span name_span, span; /* name; name to value */
	struct literal value;
};

/* One option statement, or one item of a bracketed list. `default` and `json_name` are none. */
struct uninterpreted {
	struct uninterpreted *next; /* in order of statements */
	struct name_part *parts;
	uint32_t n_parts;
	struct literal value;
	struct span span; /* `name = value` in brackets, else `option …;` */
	struct span name_span;
};

struct kept_statements {
	struct uninterpreted *first, *last;
};
