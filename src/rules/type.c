/* Types of fields. */
#include "rules/moved.h"

enum { SAME, BY_WIRE, BY_WIRE_JSON };

/* Kinds that a variant treats as equal have the same number (doc/rules.md, Values). These are buf's
 * groups, stricter than the runtimes: enum and int32 always differ. */
static const uint8_t wire_groups[] = {
	[TYPE_INT32] = 1,
	[TYPE_INT64] = 1,
	[TYPE_UINT32] = 1,
	[TYPE_UINT64] = 1,
	[TYPE_BOOL] = 1,
	[TYPE_SINT32] = 2,
	[TYPE_SINT64] = 2,
	[TYPE_FIXED32] = 3,
	[TYPE_SFIXED32] = 3,
	[TYPE_FIXED64] = 4,
	[TYPE_SFIXED64] = 4,
	[TYPE_STRING] = 5,
	[TYPE_BYTES] = 6,
	[TYPE_FLOAT] = 7,
	[TYPE_DOUBLE] = 8,
	[TYPE_ENUM] = 9,
	[TYPE_MESSAGE] = 10,
	[TYPE_GROUP] = 11,
};

static const uint8_t wire_json_groups[] = {
	[TYPE_INT32] = 1,
	[TYPE_UINT32] = 1,
	[TYPE_INT64] = 2,
	[TYPE_UINT64] = 2,
	[TYPE_FIXED32] = 3,
	[TYPE_SFIXED32] = 3,
	[TYPE_FIXED64] = 4,
	[TYPE_SFIXED64] = 4,
	[TYPE_BOOL] = 5,
	[TYPE_SINT32] = 6,
	[TYPE_SINT64] = 7,
	[TYPE_STRING] = 8,
	[TYPE_BYTES] = 9,
	[TYPE_FLOAT] = 10,
	[TYPE_DOUBLE] = 11,
	[TYPE_ENUM] = 12,
	[TYPE_MESSAGE] = 13,
	[TYPE_GROUP] = 14,
};

static bool kinds_agree(int variant, enum field_type old, enum field_type new)
{
	switch (variant) {
	case BY_WIRE:
		/* Text is always valid bytes, but not the reverse. */
		return wire_groups[old] == wire_groups[new] ||
		       (old == TYPE_STRING && new == TYPE_BYTES);
	case BY_WIRE_JSON:
		return wire_json_groups[old] == wire_json_groups[new];
	default:
		return old == new;
	}
}

/* Does the new enum have all value names of the old one, with the same numbers? */
static bool enum_holds(
	const struct check *c, const struct enumeration *new, const struct enumeration *old)
{
	struct map by_name;

	map_init(&by_name, c->arena);
	for (uint32_t i = 0; i < new->values.n; i++)
		*map_put(&by_name, new->values.items[i]->e.name.p, 0) = new->values.items[i];
	for (uint32_t i = 0; i < old->values.n; i++) {
		const struct enum_value *value =
			map_get(&by_name, old->values.items[i]->e.name.p, 0);

		if (!value || value->number != old->values.items[i]->number)
			return false;
	}
	return true;
}

static bool types_agree(
	const struct check *c, int variant, const struct field *old, const struct field *new)
{
	enum field_type was = field_kind(old), is = field_kind(new);

	if (old->type == TYPE_UNRESOLVED || new->type == TYPE_UNRESOLVED) {
		/* Never a scalar; only the names as written are known. */
		return names_agree(field_type_name(old), field_type_name(new));
	}
	if (!kinds_agree(variant, was, is))
		return false;
	if (diff_same_name(c->diff, field_type_name(old), field_type_name(new)))
		return true;
	if (variant == SAME || was != TYPE_ENUM)
		return false;
	return old->enumeration->e.name.p ==
	       new->enumeration->e.name.p &&enum_holds(c, new->enumeration, old->enumeration);
}

struct both_words {
	struct str old, new;
};

/* The kind and name of a message or enum, to tell it from another kind of the same name. */
static struct str kind_words(const struct field *field, enum field_type other)
{
	enum field_type kind = field_kind(field);

	if (kind == TYPE_ENUM || other == TYPE_ENUM)
		return kind == TYPE_ENUM ? S("enum") : S("message");
	return kind == TYPE_GROUP ? S("delimited") : S("length-prefixed");
}

/* Words for both types, which differ. */
static struct both_words type_words(
	const struct check *c, const struct field *old, const struct field *new)
{
	struct both_words words = { field_type_text(old, c->arena),
		field_type_text(new, c->arena) };

	if (!str_eq(words.old, words.new))
		return words;
	if (field_kind(old) != field_kind(new)) {
		words.old = str_printf(c->arena, STR " (" STR ")", ARG(words.old),
			ARG(kind_words(old, field_kind(new))));
		words.new = str_printf(c->arena, STR " (" STR ")", ARG(words.new),
			ARG(kind_words(new, field_kind(old))));
	} else {
		words.old = field_type_name(old);
		words.new = field_type_name(new);
	}
	return words;
}

static struct str type_help(struct check *c, const struct field *old, const struct field *new)
{
	const struct element *was = old->is_map ? NULL : old->type_ref;

	if (old->is_map && new->is_map)
		return S("a map's entry type is named after its field; keep the field's name");
	if (was && new->type_ref && was->kind == new->type_ref->kind &&
		diff_same_name(c->diff, was->full_name, new->type_ref->full_name))
		return S("keep features.message_encoding as it was: the two are not written alike");
	if (was && !was->file->is_builtin &&
		!(was->kind == ELEMENT_ENUM
				? (const void *)diff_find_enum(c->diff, true, was->full_name)
				: (const void *)diff_find_message(c->diff, true, was->full_name)))
		return gone_type_help(c, was);
	return str_printf(c->arena,
		"keep %s %d as it is, add a new one with a new number, and reserve %d when nobody "
		"reads it any more",
		old->extension ? "extension" : "field", old->number, old->number);
}

/* The help for a map's key or value is about the map field: nobody can add fields to the entry. */
static struct str map_help(const struct check *c, const struct field *map)
{
	return str_printf(c->arena,
		"keep map field %d as it is, add a new map with a new number, and reserve %d when "
		"nobody reads it any more",
		map->number, map->number);
}

static void field_same_type(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct field *old = pair->old.field, *new = pair->new.field, *map;
	struct finding *f;
	struct both_words words;
	struct fact fact;

	if (!old || !new || types_agree(c, rule->arg, old, new))
		return;
	words = type_words(c, old, new);
	fact = (struct fact){
		.old = spot_field_type(old),
		.new = spot_field_type(new),
		.subject = &old->e,
		.before = words.old,
		.after = words.new,
	};
	map = field_map(old);
	fact.help = map ? map_help(c, map) : type_help(c, old, new);
	f = finding_add(c, rule, pair, &fact, STR " changed from " STR " to " STR,
		ARG(field_words(c, old)), ARG(words.old), ARG(words.new));
	finding_follows(c, f, &old->e, ROW_FIELD_SAME_TYPE);
	if (rule->arg == BY_WIRE)
		finding_follows(c, f, &old->e, ROW_FIELD_WIRE_JSON_COMPATIBLE_TYPE);
	if (old->is_map && new->is_map)
		finding_follows(c, f, &old->e, ROW_FIELD_SAME_NAME);
	/* A map is a cardinality and a type in one. */
	if (old->is_map != new->is_map) {
		finding_follows(c, f, &old->e, ROW_FIELD_SAME_CARDINALITY);
		finding_follows(c, f, &old->e, ROW_FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY);
	}
}

#define TYPE_BREAKS (JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD)

const struct rule rule_FIELD_SAME_TYPE = {
	.id = "FIELD_SAME_TYPE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_CSR,
	.categories_v1beta1 = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE,
	.differs_in_v1beta1 = true,
	.breaks = TYPE_BREAKS,
	.narrow = field_type_breaks,
	.on = PAIR_FIELD,
	.check = field_same_type,
	.arg = SAME,
	.purpose = "fields keep their type",
	.compares = "The type of the field with the same number: the kind (a delimited message is "
		    "a group, however it is written), and for messages and enums the full name. "
		    "The definition of the type is not looked at here. The key and the value of a "
		    "map are compared as the fields that they are.",
	.hurts = "Depends on the two types; every finding says what it breaks. If the wire form "
		 "differs, readers skip the value or read another one, in both directions and "
		 "mostly without an error. A wider or narrower integer cuts off large values in "
		 "one direction. JSON readers refuse values of another form. Source code sees "
		 "another type, also when a message was only renamed.",
	.before = "message Order {\n  int64 amount = 1;\n}",
	.after = "message Order {\n  sint64 amount = 1;\n}",
	.safely = "Keep the field, add a new one with a new number and the new type, fill both "
		  "until the readers have moved over, then delete the old one and reserve its "
		  "number and name.",
};

const struct rule rule_FIELD_WIRE_COMPATIBLE_TYPE = {
	.id = "FIELD_WIRE_COMPATIBLE_TYPE",
	.categories = CAT_WIRE,
	.not_in_v1beta1 = true,
	.breaks = TYPE_BREAKS,
	.narrow = field_type_breaks,
	.on = PAIR_FIELD,
	.check = field_same_type,
	.arg = BY_WIRE,
	.purpose = "fields keep a type that the wire format reads alike",
	.compares = "As FIELD_SAME_TYPE, but types of one group are the same: int32, int64, "
		    "uint32, uint64 and bool; sint32 and sint64; fixed32 and sfixed32; fixed64 and "
		    "sfixed64. A string may become bytes, not the reverse. An enum may be another "
		    "one with the same short name that has all of the old values. Messages are "
		    "compared by full name.",
	.hurts = "Readers skip a value with another wire form or read another value: new readers "
		 "from old data, old readers from new data, mostly without an error. Some runtimes "
		 "refuse the whole message.",
	.before = "message Order {\n  int32 amount = 1;\n}",
	.after = "message Order {\n  sint32 amount = 1;\n}",
	.safely =
		"Keep the field, add a new one with a new number and the new type, fill both until "
		"the readers have moved over, then delete the old one and reserve its number.",
};

const struct rule rule_FIELD_WIRE_JSON_COMPATIBLE_TYPE = {
	.id = "FIELD_WIRE_JSON_COMPATIBLE_TYPE",
	.categories = CAT_WIRE_JSON | CAT_CSR,
	.not_in_v1beta1 = true,
	.breaks = TYPE_BREAKS,
	.narrow = field_type_breaks,
	.on = PAIR_FIELD,
	.check = field_same_type,
	.arg = BY_WIRE_JSON,
	.purpose = "fields keep a type that the wire format and JSON read alike",
	.compares = "As FIELD_SAME_TYPE, but types of one group are the same: int32 and uint32; "
		    "int64 and uint64; fixed32 and sfixed32; fixed64 and sfixed64. An enum may be "
		    "another one with the same short name that has all of the old values. Messages "
		    "are compared by full name.",
	.hurts = "Readers of the wire format skip a value with another form or read another value. "
		 "JSON readers refuse a value of another form (a quoted number for a number, text "
		 "for a boolean) or, between string and bytes, decode it to something else. Both "
		 "directions are hit.",
	.before = "message Order {\n  int32 amount = 1;\n}",
	.after = "message Order {\n  string amount = 1;\n}",
	.safely = "Keep the field, add a new one with a new number and the new type, fill both "
		  "until the readers have moved over, then delete the old one and reserve its "
		  "number and name.",
};
