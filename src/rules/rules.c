/* The table of rules, and names of rules, categories and surfaces. */
#include "rules/list.h"

#define ADDRESS(id) &rule_##id,
static const struct rule *const rules[ROWS] = { EACH_RULE(ADDRESS) };
#undef ADDRESS

/* Ids of buf that are in no category. Their replacements exist in all configuration versions. */
static const struct deprecated_rule deprecated[] = {
	{ "FIELD_SAME_CTYPE", { "FIELD_SAME_CPP_STRING_TYPE" } },
	{ "FIELD_SAME_LABEL", { "FIELD_SAME_CARDINALITY", "FIELD_WIRE_COMPATIBLE_CARDINALITY",
				      "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY" } },
	{ "FILE_SAME_JAVA_STRING_CHECK_UTF8", { "FIELD_SAME_JAVA_UTF8_VALIDATION" } },
	{ "FILE_SAME_PHP_GENERIC_SERVICES", { NULL } },
	{ "MESSAGE_SAME_MESSAGE_SET_WIRE_FORMAT", { NULL } },
};

static const struct {
	enum category category;
	struct str name;
} categories[] = {
	{ CAT_FILE, STR_INIT("FILE") },
	{ CAT_PACKAGE, STR_INIT("PACKAGE") },
	{ CAT_WIRE_JSON, STR_INIT("WIRE_JSON") },
	{ CAT_WIRE, STR_INIT("WIRE") },
	{ CAT_CSR, STR_INIT("CSR") },
	{ CAT_RETIREMENT, STR_INIT("RETIREMENT") },
};

const struct rule *const *rules_all(size_t *n)
{
	*n = COUNT(rules);
	return rules;
}

/* The row of an id; ROWS: none. */
static enum row find_row(struct str id)
{
	size_t low = 0, high = COUNT(rules);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(str_of(rules[middle]->id), id);

		if (order == 0)
			return (enum row)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return ROWS;
}

enum row rule_row(const struct rule *rule)
{
	return find_row(str_of(rule->id));
}

const struct rule *rule_find(struct str id)
{
	enum row row = find_row(id);

	return row == ROWS ? NULL : rules[row];
}

const struct deprecated_rule *rules_deprecated(size_t *n)
{
	*n = COUNT(deprecated);
	return deprecated;
}

unsigned category_find(struct str name)
{
	for (size_t i = 0; i < COUNT(categories); i++) {
		if (str_eq(categories[i].name, name))
			return categories[i].category;
	}
	return 0;
}

struct str category_name(enum category category)
{
	for (size_t i = 0; i < COUNT(categories); i++) {
		if (categories[i].category == category)
			return categories[i].name;
	}
	return (struct str){ NULL, 0 };
}

struct str rules_nearest(struct str word)
{
	struct str words[COUNT(rules) + COUNT(categories) + COUNT(deprecated)];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(categories); i++)
		words[n++] = categories[i].name;
	for (size_t i = 0; i < COUNT(rules); i++)
		words[n++] = str_of(rules[i]->id);
	for (size_t i = 0; i < COUNT(deprecated); i++)
		words[n++] = str_of(deprecated[i].id);
	return str_nearest(word, words, n);
}

struct str surface_name(enum surface surface)
{
	switch (surface) {
	case JSON_BACKWARD:
		return S("json-backward");
	case JSON_FORWARD:
		return S("json-forward");
	case SOURCE_CODE:
		return S("source");
	case WIRE_BACKWARD:
		return S("wire-backward");
	case WIRE_FORWARD:
		return S("wire-forward");
	}
	return (struct str){ NULL, 0 };
}
