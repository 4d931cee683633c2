/*
 * The model of a contract: files and their declarations, linked. Both sides are compared in it.
 *
 * The front ends (proto/ from text, descriptor/ from a descriptor set) create the elements of a
 * file with unresolved type names and options; linking resolves them in place. After that the model
 * does not change. Elements live in the arena of the run; names are interned in one table for both
 * sides, so equal names have equal pointers. A file that is equal on both sides, with all that it
 * imports, is one object in both schemas.
 *
 * The names are those of google/protobuf/descriptor.proto.
 */
#pragma once
#include "base/line_table.h"
#include "base/map.h"
#include "base/str.h"
#include "base/text.h"
#include "base/vec.h"

enum element_kind {
	ELEMENT_FILE,
	ELEMENT_PACKAGE, /* in symbol tables only, not in the model */
	ELEMENT_MESSAGE,
	ELEMENT_FIELD, /* extensions too */
	ELEMENT_ONEOF,
	ELEMENT_ENUM,
	ELEMENT_ENUM_VALUE,
	ELEMENT_SERVICE,
	ELEMENT_METHOD,
	ELEMENT_EXTENSION_RANGE, /* a range of an `extensions` statement: with options, without a
				    name */
};

struct file;
struct options;
struct features;

/* The common part of all declarations. It is the first member of the structs below, so that a
 * pointer to one can be cast to the other. */
struct element {
	enum element_kind kind;
	uint32_t index;  /* in the repeated field of the descriptor that holds it */
	struct str name; /* interned; empty for a file */
	/*
	 * Of messages, enums, services, methods and extensions: interned, without a leading dot.
	 * Absent for others: element_full_name makes it.
	 */
	struct str full_name;
	struct element *parent; /* the message, enum, service or file around it; NULL for a file */
	struct file *file;
	struct span span; /* first token to the closing `;` or `}` */
	struct span name_span;
	struct options *options;         /* NULL when none is set */
	const struct features *features; /* resolved; set by linking */
};

/* FieldDescriptorProto.Type; TYPE_NAMED and TYPE_UNRESOLVED are ours. */
enum field_type {
	TYPE_NAMED = 0, /* a name that is not linked yet */
	TYPE_DOUBLE = 1,
	TYPE_FLOAT = 2,
	TYPE_INT64 = 3,
	TYPE_UINT64 = 4,
	TYPE_INT32 = 5,
	TYPE_FIXED64 = 6,
	TYPE_FIXED32 = 7,
	TYPE_BOOL = 8,
	TYPE_STRING = 9,
	TYPE_GROUP = 10,
	TYPE_MESSAGE = 11,
	TYPE_BYTES = 12,
	TYPE_UINT32 = 13,
	TYPE_ENUM = 14,
	TYPE_SFIXED32 = 15,
	TYPE_SFIXED64 = 16,
	TYPE_SINT32 = 17,
	TYPE_SINT64 = 18,
	TYPE_UNRESOLVED = 19, /* from a missing import perhaps; compared by `type_name` */
};

/* FieldDescriptorProto.Label */
enum field_label { LABEL_OPTIONAL = 1, LABEL_REQUIRED = 2, LABEL_REPEATED = 3 };

/* The resolved cardinality, with the kind of presence (breakwater-rules(7),
 * FIELD_SAME_CARDINALITY). */
enum cardinality {
	CARDINALITY_EXPLICIT, /* optional, presence is tracked */
	CARDINALITY_IMPLICIT, /* optional, the zero value means absent */
	CARDINALITY_REQUIRED, /* proto2's `required` or LEGACY_REQUIRED */
	CARDINALITY_REPEATED,
	CARDINALITY_MAP,
};

/* Resolved features: those that matter on the wire and in JSON, and those of languages that a rule
 * compares. Values are those of the enums in FeatureSet. */
struct features {
	uint8_t field_presence;            /* 1 EXPLICIT, 2 IMPLICIT, 3 LEGACY_REQUIRED */
	uint8_t enum_type;                 /* 1 OPEN, 2 CLOSED */
	uint8_t repeated_field_encoding;   /* 1 PACKED, 2 EXPANDED */
	uint8_t utf8_validation;           /* 2 VERIFY, 3 NONE */
	uint8_t message_encoding;          /* 1 LENGTH_PREFIXED, 2 DELIMITED */
	uint8_t json_format;               /* 1 ALLOW, 2 LEGACY_BEST_EFFORT */
	uint8_t enforce_naming_style;      /* 1 STYLE2024, 2 STYLE_LEGACY, 3 STYLE2026 */
	uint8_t default_symbol_visibility; /* 1 EXPORT_ALL, 2 EXPORT_TOP_LEVEL, 3 LOCAL_ALL, 4
					      STRICT */
	uint8_t enforce_proto_limits;      /* 1 LEGACY_NO_EXPLICIT_LIMITS, 2 PROTO_LIMITS2026 */
	uint8_t cpp_string_type;           /* 1 VIEW, 2 CORD, 3 STRING */
	uint8_t java_utf8_validation;      /* 1 DEFAULT, 2 VERIFY */
	uint8_t csharp_nullable;           /* (pb.csharp).nullable_reference_types: 0 or 1 */
};

/* Fields of google.protobuf.FeatureSet and of the languages' sets. */
enum {
	FEATURE_FIELD_PRESENCE = 1,
	FEATURE_ENUM_TYPE = 2,
	FEATURE_REPEATED_FIELD_ENCODING = 3,
	FEATURE_UTF8_VALIDATION = 4,
	FEATURE_MESSAGE_ENCODING = 5,
	FEATURE_JSON_FORMAT = 6,
	FEATURE_ENFORCE_NAMING_STYLE = 7,
	FEATURE_DEFAULT_SYMBOL_VISIBILITY = 8,
	FEATURE_ENFORCE_PROTO_LIMITS = 9,
	FEATURE_CPP = 1000,
	FEATURE_JAVA = 1001,
	FEATURE_CSHARP = 1004,
	CPP_FEATURE_STRING_TYPE = 2,
	JAVA_FEATURE_UTF8_VALIDATION = 2,
	CSHARP_FEATURE_NULLABLE = 1,
};

enum { PRESENCE_EXPLICIT = 1, PRESENCE_IMPLICIT = 2, PRESENCE_LEGACY_REQUIRED = 3 };
enum { ENUM_TYPE_OPEN = 1, ENUM_TYPE_CLOSED = 2 };
enum { ENCODING_PACKED = 1, ENCODING_EXPANDED = 2 };
enum { UTF8_VERIFY = 2, UTF8_NONE = 3 };
enum { MESSAGE_LENGTH_PREFIXED = 1, MESSAGE_DELIMITED = 2 };
enum { JSON_ALLOW = 1, JSON_LEGACY_BEST_EFFORT = 2 };
enum { STYLE2024 = 1, STYLE_LEGACY = 2, STYLE2026 = 3 };
enum { EXPORT_ALL = 1, EXPORT_TOP_LEVEL = 2, LOCAL_ALL = 3, STRICT = 4 };
enum { LEGACY_NO_EXPLICIT_LIMITS = 1, PROTO_LIMITS2026 = 2 };
enum { CPP_VIEW = 1, CPP_CORD = 2, CPP_STRING = 3 };
enum { JAVA_UTF8_DEFAULT = 1, JAVA_UTF8_VERIFY = 2 };

/* google.protobuf.Edition; in the feature tables proto2 and proto3 are editions too. */
enum edition {
	EDITION_LEGACY = 900,
	EDITION_PROTO2 = 998,
	EDITION_PROTO3 = 999,
	EDITION_2023 = 1000,
	EDITION_2024 = 1001,
	EDITION_2026 = 1002, /* there is no 2025 */
	EDITION_UNSTABLE = 9999,
};

struct field;
struct message;
struct enumeration;
struct oneof;

/* The value of a default or an option. */
struct value {
	enum field_type type; /* TYPE_GROUP and TYPE_MESSAGE: `message` */
	union {
		int64_t i;    /* int32, int64, sint…, sfixed…, enum (the number) */
		uint64_t u;   /* uint…, fixed…, bool (0 or 1) */
		double d;     /* double, float (rounded to float) */
		struct str s; /* string, bytes */
		struct options *message;
	};
	const struct enum_value *enum_value; /* of TYPE_ENUM; NULL: the number has no name */
};

/*
 * A set option: a field of an options message, or of a message inside one, and its value.
 * `(a).b.c = 1` becomes three levels of messages. A repeated field has one item per element.
 */
struct option {
	int32_t number;
	/* NULL: an unknown field of a descriptor set; `value.s` holds its record with the tag. */
	const struct field *field;
	struct value value;
	struct span span; /* `name = value` in brackets, the whole `option …;` statement, or the
			     field inside a literal */
};

/*
 * The span of an option in a descriptor set, from source info. The path begins below the options
 * field: the number of the option, the numbers of the dotted parts, and the index if the leaf is
 * repeated ({ 21, 1 }: features.field_presence).
 */
struct option_span {
	int32_t path[4]; /* longer paths are truncated */
	uint32_t n;
	struct span span;
};

/* Options of a descriptor set; linking decodes them. */
struct encoded_options {
	struct str bytes;              /* of the options message */
	VEC(struct option_span) spans; /* from source info, if the set has it */
};

/* An options message, or a message value: its fields in the order in which they were set. */
struct options {
	VEC(struct option) list;
	const struct message *type; /* the message type, when known */
	/* The statements that proto/ parsed, until they are interpreted. */
	struct uninterpreted *uninterpreted, *last_uninterpreted;
	struct kept_statements *kept;    /* written.h; those that a missing import keeps from being
					    interpreted, if the compiler's caller asks; else NULL */
	struct encoded_options *encoded; /* of descriptor/, instead of statements */
	struct span span;                /* from `[` to `]`; else none */
	uint32_t n_uninterpreted;        /* number of statements */
	bool incomplete; /* a statement could not be interpreted because an import is missing */
};

/* The last option with `number`; NULL if it is not set or `options` is NULL. */
const struct option *options_find(const struct options *options, int32_t number);
/* The value of the option, or `otherwise`. */
bool options_bool(const struct options *options, int32_t number, bool otherwise);
int64_t options_int(const struct options *options, int32_t number, int64_t otherwise);
struct str options_str(const struct options *options, int32_t number, struct str otherwise);
/* The message value of an option; NULL if it is unknown or a scalar. */
struct options *option_message(const struct option *option);
/* The encoded options of a descriptor set; absent if `options` is NULL or was parsed from text. */
struct str options_encoded(const struct options *options);

struct reserved_range {
	int32_t begin, end; /* inclusive, in messages and in enums; `max` is the greatest number */
	struct span span, begin_span, end_span;
	struct span statement; /* of the first range of a statement; else none */
};
struct reserved_ranges {
	struct reserved_range *items;
	uint32_t n, cap;
};

struct reserved_name {
	struct str name; /* interned */
	struct span span;
	struct span statement; /* of the first name of a statement; else none */
};
struct reserved_names {
	struct reserved_name *items;
	uint32_t n, cap;
};

enum {
	MAX_FIELD_NUMBER = 536870911, /* 2^29 - 1, the value of `max` */
	MAX_SET_NUMBER = 2147483646,  /* the same for extensions of a message set */
};

struct extension_range {
	struct element e;   /* with ExtensionRangeOptions */
	int32_t begin, end; /* inclusive */
	bool to_max;        /* the end is written `max` */
	struct span begin_span, end_span;
	struct span statement; /* of the first range of a statement; else none */
};

enum visibility { VISIBILITY_UNSET = 0, VISIBILITY_LOCAL = 1, VISIBILITY_EXPORT = 2 };

/* Allocated separately, since few fields have these. */
struct field_default {
	struct value value;                  /* after linking */
	struct uninterpreted *uninterpreted; /* proto/'s, before linking */
	struct str
		text; /* FieldDescriptorProto.default_value, once linked; from a set as it came */
	struct span span; /* `default = x` */
	struct span value_span, brackets;
};

struct written_json {
	struct str name;
	struct span span; /* `json_name = "x"` */
	struct span name_span, brackets;
};

struct extension {
	struct str extendee_name; /* as written */
	struct message *extendee; /* NULL when unresolved */
	struct span extendee_span;
	struct span block; /* of the first extension of an `extend` block; else none */
};

struct field {
	struct element e; /* parent: the message, or for an extension the scope that declares it */
	int32_t number;
	uint8_t type;     /* enum field_type; after linking never TYPE_NAMED */
	uint8_t label;    /* enum field_label, as written; LEGACY_REQUIRED stays optional */
	uint8_t set_type; /* TYPE_MESSAGE, TYPE_ENUM or TYPE_GROUP: the type in the descriptor set,
			     which linking checks. 0: none */
	bool has_label;   /* it is written */
	bool proto3_optional;
	bool is_map;          /* its type is the generated map entry */
	bool is_group;        /* written as `group`, or TYPE_GROUP in a set */
	bool has_default;     /* `preset` is set and valid */
	struct str type_name; /* as written, also after linking; absent for scalars */
	union {
		struct element *type_ref; /* message or enum; NULL: scalar or unresolved */
		struct message *message;
		struct enumeration *enumeration;
	};
	struct oneof *oneof;          /* real or synthetic; NULL: none */
	struct written_json *json;    /* the written json_name; NULL: none */
	struct extension *extension;  /* NULL: an ordinary field */
	struct field_default *preset; /* the written default; NULL: none */
	struct span type_span, label_span, number_span;
};

struct oneof {
	struct element e;
	VEC(struct field *) fields;
	bool is_synthetic; /* of a proto3 `optional` */
};

struct message {
	struct element e;
	VEC(struct field *) fields;     /* with the members of oneofs, in the order of the text */
	VEC(struct field *) extensions; /* declared in this scope, of any message */
	VEC(struct message *) messages;
	VEC(struct enumeration *) enums;
	VEC(struct oneof *) oneofs; /* real ones, then synthetic */
	VEC(struct extension_range *) extension_ranges;
	struct reserved_ranges reserved_ranges;
	struct reserved_names reserved_names;
	struct field *map_field;   /* of a map entry: the field it was made for; in a set found by
				      linking */
	struct field *group_field; /* of a group's message: its field */
	bool is_map_entry;
	bool is_message_set; /* message_set_wire_format; known before options are interpreted */
	uint8_t visibility;  /* enum visibility, as written */
	uint32_t keyword;    /* where `message` begins; in an enum `enum` */
};

struct enum_value {
	struct element e; /* parent: the enum */
	int32_t number;
	struct span number_span;
};

struct enumeration {
	struct element e;
	VEC(struct enum_value *) values;
	struct reserved_ranges reserved_ranges;
	struct reserved_names reserved_names;
	uint8_t visibility;
	uint32_t keyword;
};

struct method {
	struct element e;                   /* parent: the service */
	struct str input_name, output_name; /* as written */
	struct message *input, *output;     /* NULL when unresolved */
	bool client_streaming, server_streaming;
	struct span input_span, output_span, client_streaming_span, server_streaming_span;
};

struct service {
	struct element e;
	VEC(struct method *) methods;
};

enum import_kind { IMPORT_PLAIN, IMPORT_PUBLIC, IMPORT_WEAK, IMPORT_OPTION };

struct import {
	struct str path; /* interned import path */
	enum import_kind kind;
	struct file *file; /* NULL: missing */
	struct span span, path_span;
	struct span kind_span; /* of `public`, `weak`, `option` */
	bool used;             /* set by linking */
	bool by_link;          /* it names a link to the file */
};

/* Comments around a declaration, as protoc attaches them. */
struct comments {
	struct comments *next;
	uint32_t begin; /* of the declaration's span */
	uint32_t n_detached;
	struct str leading, trailing; /* absent if there is none */
	struct str *detached;
};

/* What a SourceCodeInfo has beside the spans of elements. */
struct source_info {
	struct line_table lines;
	struct comments *comments; /* in order of `begin` */
	struct str bytes;          /* of a set's file, which has nothing else: encoded */
};

/* What a text is made of, its comments and its layout aside. */
struct file_tokens {
	uint64_t digest; /* equal: equal tokens; never 0 */
	uint32_t *words; /* token_word of its names and parts of names; sorted, each once */
	uint32_t n_words;
};

struct file {
	struct element e;       /* name empty; span: first to last token */
	struct str import_path; /* interned; FileDescriptorProto.name */
	struct text *text;      /* path, side, and the bytes when asked for */
	struct str package;     /* interned; empty for none */
	enum edition edition;
	bool has_syntax;       /* it has a syntax or edition statement */
	bool is_builtin;       /* a google/protobuf/… file that is built into the program */
	bool from_set;         /* from a descriptor set, without what only sources have */
	bool is_broken;        /* it has errors of parsing or linking */
	bool lacks_import;     /* an import is missing, directly or transitively */
	bool lacks_source;     /* from a set without source info: all places are 1:1 */
	bool has_marker;       /* the text has the marker that the compilation looks for */
	bool lost_import;      /* one of its imports is in `lost` of the schema */
	bool lacks_visibility; /* from a set without default_symbol_visibility, which protoc leaves
				  out: the visibility of a type without a keyword is unknown */
	struct span package_span, syntax_span; /* of the statements */
	VEC(struct import) imports;
	VEC(struct message *) messages;
	VEC(struct enumeration *) enums;
	VEC(struct service *) services;
	VEC(struct field *) extensions;
	struct source_info *source_info; /* NULL unless asked for */
	struct unit *unit;               /* proto/'s, while it is compiled */
	const void *content;             /* equal pointers: equal bytes */
	const struct file_tokens *tokens; /* NULL unless asked for */
};

/* What uncompiled files declare in a package (PACKAGE_*_NO_DELETE needs it). */
struct schema_package {
	struct str name;                                        /* interned; empty for none */
	bool has_message, has_enum, has_extension, has_service; /* nested ones too */
};

/* One side, compiled: its files sorted by import path, imports and built-in ones included. */
struct schema_file {
	struct file *file;
	bool own; /* part of the contract; false: only imported */
};

/*
 * A file that the change deleted although the new side still imports it: the import resolves on the
 * old side only.
 */
struct lost_import {
	const struct file *importer; /* the first importer by path */
	const struct import *import;
	struct str path; /* of the file on the old side */
	uint32_t others; /* number of further imports of the file */
};

/* A symbolic link to a contract. */
struct schema_link {
	struct str path; /* interned */
	struct file *file;
};

struct schema {
	struct str name; /* for messages: `v1.4.0`, `working tree` */
	VEC(struct schema_file) files;
	VEC(struct str) paths; /* printed paths of all contracts, compiled or not; sorted */
	VEC(struct schema_package) packages; /* of the contracts that are not in `files` */
	VEC(struct schema_link) links;       /* to compiled files */
	VEC(struct lost_import) lost;        /* of the new side, sorted by path */
	bool by_message; /* its files have no paths of their own (source.h) */
};

/* The full name of any element, without a leading dot; allocated in `arena` if the element does not
 * keep it. An enum value belongs to the scope around its enum, as in C++. */
struct str element_full_name(const struct element *element, struct arena *arena);
/* The name without the package: `Order.Item` of `acme.v1.Order.Item`. Messages, enums, services,
 * extensions. */
struct str element_local_name(const struct element *element);
/* The innermost message around `element`; NULL at top level. */
struct message *element_message(const struct element *element);
/* Is it generated: a map entry, its fields, or a synthetic oneof? */
bool element_is_synthetic(const struct element *element);

/* The type of a field on the wire: TYPE_GROUP for every delimited message. */
enum field_type field_kind(const struct field *field);
enum cardinality field_cardinality(const struct field *field);
bool field_has_presence(const struct field *field);
/* Is it repeated and of a type that can be packed? And is it packed? */
bool field_is_packable(const struct field *field);
bool field_is_packed(const struct field *field);
/* Its oneof; NULL for none or a synthetic one. */
struct oneof *field_oneof(const struct field *field);
/* The full name of its message or enum type without a leading dot; `type_name` as written if it is
 * unresolved; absent for scalars. */
struct str field_type_name(const struct field *field);
/* The type as it is written: `int32`, `acme.v1.Order`, `map<string, int32>`. */
struct str field_type_text(const struct field *field, struct arena *arena);
/* The keyword of a scalar type: `sint64`; `message`, `group`, `enum` for the others. */
struct str type_keyword(enum field_type type);
bool enum_is_closed(const struct enumeration *enumeration);
/* The written visibility of a message or enum. */
enum visibility type_written_visibility(const struct element *type);
/* The visibility of a type without a keyword if default_symbol_visibility is `feature`. */
enum visibility type_default_visibility(const struct element *type, uint8_t feature);
/* The resolved visibility; VISIBILITY_UNSET: its descriptor set does not say. */
enum visibility type_visibility(const struct element *type);
/* The custom JSON name of a value, (pb.enumvalue.json).string; absent: none. */
struct str enum_value_json_string(const struct enum_value *value);
/* The number of `features` in the options message of the kind; 0: it has no options. */
int32_t features_number(enum element_kind kind);
bool message_is_message_set(const struct message *message);
struct field *message_field_by_number(const struct message *message, int32_t number);
struct field *message_field_by_name(const struct message *message, struct str interned_name);
/* Is the number or name reserved? Extension ranges do not count. */
bool message_reserves(const struct message *message, int32_t number);
bool enum_reserves(const struct enumeration *enumeration, int32_t number);
/* The JSON name of a field: as written, else derived in `arena`. */
struct str field_json_name(const struct field *field, struct arena *arena);
/* Derives the JSON name of a field as descriptor.proto says; in `arena` unless it equals the name.
 */
struct str json_name_derive(struct arena *arena, struct str name);

/* Finds a compiled file by its interned import path; NULL: none. */
struct file *schema_find_file(const struct schema *schema, struct str import_path);

/* Calls `visit` for each element of a file in the order of the descriptor, parents first. */
typedef void (*element_visit)(void *context, struct element *element);
void file_walk(struct file *file, element_visit visit, void *context);

/* Have the full names of all elements together at most `most` bytes? A few long names of outer
 * scopes make many long ones. */
bool file_names_fit(const struct file *file, size_t most);

struct intern;
/* Sets full_name of all elements that have one. For the front ends, after a file is read. */
void file_name_elements(struct file *file, struct intern *names);
