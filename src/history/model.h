/*
 * What a history remembers of a contract: names, numbers, types, options and what is reserved, for
 * each file on its own, with the names of other files' types as text.
 *
 * A file's model outlives the schema that it was made of, and versions share the models of files
 * that did not change. All names are interned in the run's table.
 */
#pragma once
#include "base/intern.h"
#include "schema/schema.h"
#include "source/source.h"

struct model_option {
	struct str name;  /* `java_package`, of a custom option `(acme.v1.owner)`; interned */
	struct str value; /* as text */
};
/* Sorted by name; `deprecated` is not among them. */
struct model_options {
	struct model_option *items;
	uint32_t n, cap;
};

enum model_label {
	LABEL_IS_IMPLICIT,
	LABEL_IS_OPTIONAL,
	LABEL_IS_REQUIRED,
	LABEL_IS_REPEATED,
	LABEL_IS_MAP
};

struct model_field {
	struct str name; /* of an extension its full name */
	int32_t number;
	uint8_t label; /* enum model_label */
	bool is_group, deprecated;
	struct str type;  /* a keyword, a full name, `map<K, V>` */
	struct str oneof; /* empty: none */
	struct model_options
		options;     /* with `default` and a `json_name` that is not the usual one */
	struct str extendee; /* of an extension */
	struct span name_span, number_span; /* where it is declared, in its file */
};

struct model_value {
	struct str name;
	int32_t number;
	bool deprecated;
	struct span name_span, number_span;
};

struct model_method {
	struct str name;
	struct str signature; /* `acme.v1.Get → stream acme.v1.Order` */
	bool deprecated;
	struct model_options options;
};

struct model_range {
	int64_t begin, end; /* inclusive */
};

struct model_file;

/* A message, an enum or a service. */
struct model_type {
	enum element_kind kind;
	struct str full_name;
	struct str scope; /* an enum's: the full name of what is around it, of its values, too */
	const struct model_file *file;
	bool is_top, deprecated;
	bool is_closed;     /* an enum: other numbers are no values of it; a message: a message set */
	uint8_t visibility; /* enum visibility */
	struct model_options options;
	VEC(struct model_field) fields; /* sorted by number */
	VEC(struct model_value) values; /* in the order of the text */
	VEC(struct model_method) methods;
	VEC(struct str) oneofs;         /* that have a field, without synthetic ones; sorted */
	VEC(struct model_range) ranges; /* reserved, sorted, disjoint and not adjacent */
	VEC(struct model_range) extension_ranges;
	VEC(struct str) reserved; /* names, sorted */
	uint64_t content;         /* for lineage: equal contents have equal hashes */
	uint32_t n_content;
};

struct model_import {
	struct str import;
	struct str base; /* last part of it, interned */
	struct str path; /* of the file that it means; absent: missing */
	bool is_public;
};

struct model_file {
	struct str path, import_path, package;
	struct str syntax; /* `proto2`, `proto3`, an edition */
	bool is_own;       /* part of the contract; else it is only imported */
	bool is_broken;    /* it does not compile */
	bool deprecated;
	/* The version, + 1, since which the file is unknown, and this is how it stood; 0: it is
	 * known.
	 */
	uint32_t unknown_since;
	/* Of the text that it was made of, to which its spans belong; later ones may differ from it
	 * by comments and layout. Absent: not known. */
	struct content_id id;
	bool has_id;
	struct file_tokens tokens; /* of the text that it was made of; no digest: unknown */
	struct model_options options;
	VEC(struct model_type *) types; /* nested ones too; no map entries */
	VEC(struct model_field *) extensions;
	VEC(struct model_import) imports;
};

/* Makes the model of a linked file, in `arena`. */
struct model_file *model_make(
	struct arena *arena, struct intern *names, const struct file *file, bool is_own);

/* The field at a number, by name; NULL: none. */
const struct model_field *model_field_at(const struct model_type *type, int32_t number);
const struct model_field *model_field_named(const struct model_type *type, struct str name);
/* Without case and underscores, interned: `orderId`, `order_id` and `ORDER_ID` are one name. */
struct str name_squashed(struct intern *names, struct str name, struct arena *scratch);
/* `repeated acme.v1.Order`: the type with the label that the wire shows. */
struct str model_type_text(struct arena *arena, const struct model_field *field);
/* The word of a label: `implicit`, `optional`, … */
struct str model_label_word(uint8_t label);
/* The full name of an enum's value: it lies in the scope of its enum. */
struct str model_value_name(struct arena *arena, const struct model_type *type, struct str value);
