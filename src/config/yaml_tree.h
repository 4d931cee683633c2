/*
 * YAML → a tree with places.
 *
 * libyaml's events are read within limits, since a stranger wrote the file. An alias shares the
 * node of its anchor, but counts against the limits as if it were written out, so that walking a
 * tree costs at most MAX_YAML_EVENTS. Rejected with an error: tags, `<<`, keys that are not
 * scalars, duplicate keys, a second document.
 */
#pragma once
#include "base/diag.h"
#include "base/vec.h"

enum {
	MAX_YAML_BYTES = 1 << 20,
	MAX_YAML_DEPTH = 64,
	MAX_YAML_EVENTS = 200000, /* of the file, aliases written out */
	MAX_YAML_ANCHORS = 1000,
};

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_pair {
	struct yaml_node *key, *value;
};

struct yaml_node {
	enum yaml_kind kind;
	struct span
		span; /* bytes of the text; of a list or mapping in block style: its first line */
	struct str value;              /* of a scalar, or of a null as written */
	bool plain;                    /* an unquoted scalar: may be a number or a boolean */
	VEC(struct yaml_node *) items; /* of a list */
	VEC(struct yaml_pair) pairs;   /* of a mapping; keys are scalars */
	uint32_t size, depth;          /* events and levels below it, aliases written out */
};

/*
 * Reads `text`, whose bytes must be loaded. An empty file is an empty mapping. NULL and diagnostics
 * with line and column if it is not valid YAML or is rejected.
 */
struct yaml_node *yaml_read(struct arena *arena, struct text *text, struct diags *diags);
/* The value of a key; NULL if there is none, or `map` is not a mapping. */
struct yaml_node *yaml_get(const struct yaml_node *map, struct str key);
/* `true`, `yes`, `on` and their opposites, unquoted. False: not a boolean. */
bool yaml_bool(const struct yaml_node *node, bool *value);
/* Its kind, for messages: `a list`. */
const char *yaml_kind_name(const struct yaml_node *node);
/* A scalar as a double-quoted YAML string on one line. */
struct str yaml_quote(struct arena *arena, struct str s);
