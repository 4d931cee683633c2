/*
 * The contract as both sides are compared in: files and what they declare, linked.
 *
 * The front ends (proto/ from text, descriptor/ from a descriptor set) fill the elements of one
 * file with type names and options unresolved; linking resolves them in place. After that nothing
 * here changes. Elements live in the arena of the run; names are interned in one table for both
 * sides, so two names are equal when their pointers are. A file that is the same on both sides,
 * with all that it imports, is the same object in both schemas.
 *
 * The vocabulary is that of google/protobuf/descriptor.proto.
 */
#pragma once
#include "base/line_table.h"
#include "base/map.h"
#include "base/str.h"
#include "base/text.h"
#include "base/vec.h"

enum element_kind {
	ELEMENT_FILE,
	ELEMENT_PACKAGE, /* never in a tree; for symbols only */
	ELEMENT_MESSAGE,
	ELEMENT_FIELD, /* extensions too */
	ELEMENT_ONEOF,
	ELEMENT_ENUM,
	ELEMENT_ENUM_VALUE,
	ELEMENT_SERVICE,
	ELEMENT_METHOD,
	ELEMENT_EXTENSION_RANGE, /* one range of an `extensions` statement; has options, no name */
};

struct file;
struct options;
struct features;

/* What every declaration has; first member of each struct below, so that a pointer to one casts to
 * the other. */
struct element {
	enum element_kind kind;
	uint32_t index;  /* among the descriptor's list that holds it */
	struct str name; /* interned; empty for a file */
	/*
	 * Messages, enums, services, methods and extensions: interned full name without a leading
	 * dot, else absent: element_full_name makes it.
	 */
	struct str full_name;
	struct element
		*parent; /* the message, enum, service or file that holds it; NULL for a file */
	struct file *file;
	struct span span; /* first token to the closing `;` or `}` */
	struct span name_span;
	struct options *options;         /* NULL when none is set */
	const struct features *features; /* resolved; set by linking */
};

/* FieldDescriptorProto.Type; TYPE_NAMED and TYPE_UNRESOLVED are ours. */
enum field_type {
	TYPE_NAMED = 0, /* a name that linking will make message or enum of */
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
	TYPE_UNRESOLVED =
		19, /* a missing import may declare it: unknown kind, compared by `type_name` */
};

/* FieldDescriptorProto.Label */
enum field_label { LABEL_OPTIONAL = 1, LABEL_REQUIRED = 2, LABEL_REPEATED = 3 };

/* How a field's absence shows, as resolved (breakwater-rules(7), FIELD_SAME_CARDINALITY). */
enum cardinality {
	CARDINALITY_EXPLICIT, /* optional, presence is tracked */
	CARDINALITY_IMPLICIT, /* optional, the zero value means absent */
	CARDINALITY_REQUIRED, /* proto2's `required` or LEGACY_REQUIRED */
	CARDINALITY_REPEATED,
	CARDINALITY_MAP,
};

/* The wire and JSON relevant features and the ones of the languages that a rule compares, resolved.
 * Values are those of FeatureSet's enums. */
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

/* google.protobuf.Edition; proto2 and proto3 are editions to the feature tables. */
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

/* A value as a default or an option holds it, by the field's type. */
struct value {
	enum field_type type; /* TYPE_GROUP and TYPE_MESSAGE: `message` */
	union {
		int64_t i;    /* int32, int64, sint…, sfixed…, enum (the number) */
		uint64_t u;   /* uint…, fixed…, bool (0 or 1) */
		double d;     /* double, float (rounded to float) */
		struct str s; /* string, bytes */
		struct options *message;
	};
	const struct enum_value *enum_value; /* of TYPE_ENUM; NULL for a number that has no name */
};

/*
 * One set option: a field of an options message, or of a message inside one, and its value.
 * An option path `(a).b.c = 1` is three levels of messages. A repeated field has an item for each
 * element.
 */
struct option {
	int32_t number;
	/* Its declaration; NULL: an unknown field of a set, whose record `value.s` then holds, tag
	 * included. */
	const struct field *field;
	struct value value;
	struct span span; /* `name = value` in brackets, the whole `option …;` statement, or the
			     field inside a literal */
};

/*
 * Where an option of a set's `encoded` options was written, by the path of its location below the
 * options field: its number, then the numbers of the dotted parts, then the index if the leaf is
 * repeated ({ 21, 1 }: features.field_presence).
 */
struct option_span {
	int32_t path[4]; /* longer ones are cut */
	uint32_t n;
	struct span span;
};

/* Options as a set held them; linking decodes them. */
struct encoded_options {
	struct str bytes;              /* of the options message */
	VEC(struct option_span) spans; /* with source info: of what `bytes` holds */
};

/* An options message, or a message value: its fields in the order they were set, repeated ones once
 * an element. */
struct options {
	VEC(struct option) list;
	const struct message *type; /* the message type, when known */
	/* proto/'s statements, before interpretation; descriptor/ leaves `encoded` instead. */
	struct uninterpreted *uninterpreted, *last_uninterpreted;
	struct encoded_options *encoded; /* NULL: not of a set */
	struct span span;                /* `[` to `]` for bracketed options; else none */
	uint32_t n_uninterpreted;        /* statements that were parsed */
	bool incomplete; /* something could not be interpreted because an import is missing */
};

/* The option set at `number` (the last one), NULL when it is not set or `options` is NULL. */
const struct option *options_find(const struct options *options, int32_t number);
/* Its value as a boolean, number or text, or `otherwise`. */
bool options_bool(const struct options *options, int32_t number, bool otherwise);
int64_t options_int(const struct options *options, int32_t number, int64_t otherwise);
struct str options_str(const struct options *options, int32_t number, struct str otherwise);
/* The message that an option is set to; NULL when it is unknown or a scalar. */
struct options *option_message(const struct option *option);
/* The bytes of a set's options message; absent when `options` is NULL or not of a set. */
struct str options_encoded(const struct options *options);

struct reserved_range {
	int32_t begin,
		end; /* both inclusive, in messages and enums alike; "max" is the greatest number */
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
	MAX_FIELD_NUMBER = 536870911, /* 2^29-1, which `max` stands for */
	MAX_SET_NUMBER = 2147483646,  /* the same of extensions of a message set */
};

struct extension_range {
	struct element e;   /* kind ELEMENT_EXTENSION_RANGE; options as in ExtensionRangeOptions */
	int32_t begin, end; /* inclusive */
	bool to_max;        /* the end is written `max` */
	struct span begin_span, end_span;
	struct span statement; /* of the first range of a statement; else none */
};

enum visibility { VISIBILITY_UNSET = 0, VISIBILITY_LOCAL = 1, VISIBILITY_EXPORT = 2 };

/* What few fields have, so that the others need no room for it. */
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
	uint8_t set_type; /* TYPE_MESSAGE, TYPE_ENUM, TYPE_GROUP: what a set says of `type_name`;
			     linking holds it against what it finds. 0: nothing said */
	bool has_label;   /* written */
	bool proto3_optional;
	bool is_map;          /* type is the synthesised entry message */
	bool is_group;        /* written as `group` (or TYPE_GROUP in a set) */
	bool has_default;     /* `preset` is there and valid */
	struct str type_name; /* as written (TYPE_NAMED); after linking still; absent for scalars */
	union {
		struct element *type_ref; /* message or enum; NULL: scalar or unresolved */
		struct message *message;
		struct enumeration *enumeration;
	};
	struct oneof *oneof;          /* real or synthetic; NULL outside */
	struct written_json *json;    /* `json_name`; NULL: none is written */
	struct extension *extension;  /* NULL: an ordinary field */
	struct field_default *preset; /* the default that is written; NULL: none */
	struct span type_span, label_span, number_span;
};

struct oneof {
	struct element e;
	VEC(struct field *) fields;
	bool is_synthetic; /* of a proto3 `optional` */
};

struct message {
	struct element e;
	VEC(struct field *) fields;     /* own ones, oneof members where they stand */
	VEC(struct field *) extensions; /* declared in this scope, of whatever message */
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
	bool is_message_set; /* message_set_wire_format, as linking found it written: known before
				options are interpreted */
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
	struct file *file; /* NULL: missing (tolerated) */
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

struct file {
	struct element e;       /* name empty; span: first to last token */
	struct str import_path; /* interned; FileDescriptorProto.name */
	struct text *text;      /* path, side, and the bytes when asked for */
	struct str package;     /* interned; empty for none */
	enum edition edition;
	bool has_syntax; /* a syntax or edition statement is there */
	bool is_builtin; /* google/protobuf/… carried by the program */
	bool from_set; /* as another compiler described it, which left out what is for sources alone
			*/
	bool is_broken;        /* did not parse or link without an error */
	bool lacks_import;     /* it reaches a missing import, directly or not */
	bool lacks_source;     /* from a set without source info: every place is 1:1 */
	bool lost_import;      /* one of its imports is a struct lost_import */
	bool lacks_visibility; /* from a set that does not say default_symbol_visibility, as protoc
				  leaves it out: a type without a keyword may be local or not */
	struct span package_span, syntax_span; /* whole statements */
	VEC(struct import) imports;
	VEC(struct message *) messages;
	VEC(struct enumeration *) enums;
	VEC(struct service *) services;
	VEC(struct field *) extensions;
	struct source_info *source_info; /* NULL unless asked for */
	struct unit *unit;               /* proto/'s, while it is compiled */
	const void *content;             /* equal pointers: equal bytes */
};

/* What contracts that were not compiled declare in a package, for who must know that something is
 * left of it. */
struct schema_package {
	struct str name;                                        /* interned; empty for none */
	bool has_message, has_enum, has_extension, has_service; /* nested ones too */
};

/* One side, compiled: its files sorted by import path, imports and built-in ones included. */
struct schema_file {
	struct file *file;
	bool own; /* part of the contract; false: there only because something imports it */
};

/*
 * An import of the new side that nothing answers there, though the old side does: the change took
 * the file away. One for each file that is gone.
 */
struct lost_import {
	const struct file *importer; /* the first by path */
	const struct import *import;
	struct str path; /* of the file that the old side has */
	uint32_t others; /* more imports of it */
};

/* Another name of a contract: a link in the tree. */
struct schema_link {
	struct str path; /* interned */
	struct file *file;
};

struct schema {
	struct str name; /* for people: `v1.4.0`, `working tree` */
	VEC(struct schema_file) files;
	VEC(struct str)
	paths; /* printed paths of all contracts of the side, compiled or not; sorted */
	VEC(struct schema_package)
	packages; /* of contracts in `paths` that are not in `files`; empty when all are */
	VEC(struct schema_link) links; /* that were met, wanted or imported */
	VEC(struct lost_import) lost;  /* of the new side, sorted by path */
};

/* Full name of any element, without leading dot; made in `arena` where it is not kept. An enum
 * value's is in its enum's scope, as in C++. */
struct str element_full_name(const struct element *element, struct arena *arena);
/* The name without the package: `Order.Item` of `acme.v1.Order.Item`. Messages, enums, services,
 * extensions. */
struct str element_local_name(const struct element *element);
/* Innermost message that holds `element`, NULL at top level. */
struct message *element_message(const struct element *element);
/* Was it made up (a map entry or its fields, a synthetic oneof)? */
bool element_is_synthetic(const struct element *element);

/* The kind of a field on the wire: TYPE_GROUP for every delimited message, whatever it is written
 * as. */
enum field_type field_kind(const struct field *field);
enum cardinality field_cardinality(const struct field *field);
bool field_has_presence(const struct field *field);
/* Is it repeated and of a type that can be packed? And is it? */
bool field_is_packable(const struct field *field);
bool field_is_packed(const struct field *field);
/* The real oneof that holds it, NULL for none or a synthetic one. */
struct oneof *field_oneof(const struct field *field);
/* Full name of its message or enum type without leading dot; `type_name` as written when
 * unresolved; absent for scalars. */
struct str field_type_name(const struct field *field);
/* The type as the language says it: `int32`, `acme.v1.Order`, `map<string, int32>`. */
struct str field_type_text(const struct field *field, struct arena *arena);
/* The keyword of a scalar type: `sint64`; `message`, `group`, `enum` for the others. */
struct str type_keyword(enum field_type type);
bool enum_is_closed(const struct enumeration *enumeration);
/* May other files use a message or enum? As it is written. */
enum visibility type_written_visibility(const struct element *type);
/* The same for a type without a keyword, by what the feature default_symbol_visibility is. */
enum visibility type_default_visibility(const struct element *type, uint8_t feature);
/* As resolved; VISIBILITY_UNSET: its set does not tell. */
enum visibility type_visibility(const struct element *type);
/* The custom name of a value in JSON, (pb.enumvalue.json).string; absent: it has none. */
struct str enum_value_json_string(const struct enum_value *value);
/* The number of `features` in the options message of such an element; 0: it has no options. */
int32_t features_number(enum element_kind kind);
bool message_is_message_set(const struct message *message);
struct field *message_field_by_number(const struct message *message, int32_t number);
struct field *message_field_by_name(const struct message *message, struct str interned_name);
/* Does a reserved range (not an extension range) hold the number, a reserved name the name? */
bool message_reserves(const struct message *message, int32_t number);
bool message_reserves_name(const struct message *message, struct str interned_name);
bool enum_reserves(const struct enumeration *enumeration, int32_t number);
bool enum_reserves_name(const struct enumeration *enumeration, struct str interned_name);
/* A field's name in JSON: the one that is written, else derived in `arena`. */
struct str field_json_name(const struct field *field, struct arena *arena);
/* The json_name that descriptor.proto derives from a field name, in `arena`; the name itself where
 * that is it. */
struct str json_name_derive(struct arena *arena, struct str name);

/* Finds a compiled file by interned import path; NULL. */
struct file *schema_find_file(const struct schema *schema, struct str import_path);

/* Calls `visit` for each element of a file in the order of its descriptor, parents before children.
 */
typedef void (*element_visit)(void *context, struct element *element);
void file_walk(struct file *file, element_visit visit, void *context);

/* Are the full names of the file's elements together at most that long? A few long names of outer
 * scopes make very many long ones. */
bool file_names_fit(const struct file *file, size_t most);

struct intern;
/* Sets full_name wherever an element has one; for the front ends, once a file and its package are
 * read. */
void file_name_elements(struct file *file, struct intern *names);
