/*
 * YAML → a small tree with places.
 *
 * libyaml's events are read one by one, within limits: a file is a stranger's input. An alias
 * shares the node of its anchor; what it stands for counts against the limits as if it were
 * written out, so that walking a tree costs no more than MAX_YAML_EVENTS. Refused with an error of
 * their own: tags, `<<`, keys that are no scalars or that come twice, a second document.
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
	struct str value;              /* of a scalar, and of a null as it is written */
	bool plain;                    /* a scalar without quotes: may be a number or a boolean */
	VEC(struct yaml_node *) items; /* of a list */
	VEC(struct yaml_pair) pairs;   /* of a mapping; keys are scalars */
	uint32_t size, depth;          /* events and levels that it stands for */
};

/*
 * Reads `text`, whose bytes are loaded. An empty file is an empty mapping. NULL and diagnostics
 * with line and column when it is no YAML or not ours.
 */
struct yaml_node *yaml_read(struct arena *arena, struct text *text, struct diags *diags);
/* The value under a key; NULL when it is not there, or `map` is no mapping. */
struct yaml_node *yaml_get(const struct yaml_node *map, struct str key);
/* `true`, `yes`, `on` and their opposites, unquoted; false: it is neither. */
bool yaml_bool(const struct yaml_node *node, bool *value);
/* What it is, for messages: `a list`. */
const char *yaml_kind_name(const struct yaml_node *node);
/* A scalar as a double-quoted YAML string on one line. */
struct str yaml_quote(struct arena *arena, struct str s);
