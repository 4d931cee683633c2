/*
 * Which editions have an option: the `feature_support` of its field, and of the enum value that it
 * is set to (feature_resolver.cc, ValidateFeatureLifetimes and ValidateFeatureSupport).
 */
#include "proto/options.h"

/* FieldOptions.FeatureSupport */
enum {
	SUPPORT_INTRODUCED = 1,
	SUPPORT_DEPRECATED = 2,
	SUPPORT_WARNING = 3,
	SUPPORT_REMOVED = 4,
	SUPPORT_ERROR = 5
};

struct lifetime {
	int64_t introduced, deprecated, removed; /* editions; 0: not set */
	bool warns, explains;                    /* it has a deprecation_warning, a removal_error */
};

/* feature_support of a field or enum value; NULL: none. */
static const struct option *support_of(const struct element *element)
{
	return options_find(element->options, element->kind == ELEMENT_FIELD
						      ? FIELD_OPTION_FEATURE_SUPPORT
						      : ENUM_VALUE_OPTION_FEATURE_SUPPORT);
}

static const struct options *support_message(const struct element *element)
{
	const struct option *support = support_of(element);

	return support ? option_message(support) : NULL;
}

/* ---- when it is used ---- */

static struct str edition_text(struct context *context, int64_t edition)
{
	switch (edition) {
	case EDITION_PROTO2:
		return S("proto2");
	case EDITION_PROTO3:
		return S("proto3");
	case EDITION_2023:
		return S("edition 2023");
	case EDITION_2024:
		return S("edition 2024");
	case EDITION_2026:
		return S("edition 2026");
	default:
		return edition > EDITION_2026
			       ? S("a newer edition")
			       : str_printf(context->scratch, "edition %lld", (long long)edition);
	}
}

static void report_gone(struct context *context, struct str subject, struct place place,
	const struct options *support)
{
	struct str help = options_str(support, SUPPORT_ERROR, (struct str){ 0 });

	diag_error(context->diags, place, "'" STR "' was removed in " STR, ARG(subject),
		ARG(edition_text(context, options_int(support, SUPPORT_REMOVED, 0))));
	if (help.n > 0)
		diag_help(context->diags, STR, ARG(help));
}

static void report_deprecated(struct context *context, struct str subject, struct place place,
	const struct options *support)
{
	struct str help = options_str(support, SUPPORT_WARNING, (struct str){ 0 });

	diag_warning(context->diags, place, "'" STR "' is deprecated since " STR, ARG(subject),
		ARG(edition_text(context, options_int(support, SUPPORT_DEPRECATED, 0))));
	if (help.n > 0)
		diag_help(context->diags, STR, ARG(help));
}

void lifetime_check_use(struct context *context, const struct element *set, struct span span)
{
	const struct options *support = support_message(set);
	int64_t edition = context->file->edition, introduced;
	struct place place = here(context, span);
	struct str subject;

	if (!support)
		return;
	subject = set->kind == ELEMENT_FIELD ? option_label(context, (const struct field *)set)
					     : set->name;
	introduced = options_int(support, SUPPORT_INTRODUCED, 0);
	if (edition < introduced)
		diag_error(context->diags, place, "'" STR "' requires " STR "; this file uses " STR,
			ARG(subject), ARG(edition_text(context, introduced)),
			ARG(edition_text(context, edition)));
	else if (edition >= options_int(support, SUPPORT_REMOVED, INT64_MAX))
		report_gone(context, subject, place, support);
	else if (edition >= options_int(support, SUPPORT_DEPRECATED, INT64_MAX) &&
		 !context->file->from_set)
		report_deprecated(context, subject, place, support);
}

/* ---- when it is declared ---- */

static struct lifetime lifetime_of(const struct options *support)
{
	return (struct lifetime){
		.introduced = options_int(support, SUPPORT_INTRODUCED, 0),
		.deprecated = options_int(support, SUPPORT_DEPRECATED, 0),
		.removed = options_int(support, SUPPORT_REMOVED, 0),
		.warns = options_find(support, SUPPORT_WARNING),
		.explains = options_find(support, SUPPORT_ERROR),
	};
}

static const char *lifetime_fault(const struct lifetime *l)
{
	if (l->warns && !l->deprecated)
		return "it has a deprecation_warning but is never deprecated";
	if (l->deprecated && !l->warns)
		return "it is deprecated without a deprecation_warning";
	if (l->explains && !l->removed)
		return "it has a removal_error but is never removed";
	if (l->removed && !l->explains && l->removed != l->introduced)
		return "it is removed without a removal_error";
	if (l->deprecated && l->deprecated < l->introduced)
		return "it is deprecated before it is introduced";
	if (l->removed && l->removed < l->introduced)
		return "it is removed before it is introduced";
	if (l->deprecated && l->removed && l->deprecated >= l->removed)
		return "it is removed before it is deprecated";
	return NULL;
}

/* An enum value must not outlive the option that is set to it; what it leaves unset it takes from
 * the option. */
static const char *value_fault(const struct lifetime *option, const struct lifetime *value)
{
	struct lifetime both = {
		.introduced = value->introduced ? value->introduced : option->introduced,
		.deprecated = value->deprecated ? value->deprecated : option->deprecated,
		.removed = value->removed ? value->removed : option->removed,
		.warns = value->warns || option->warns,
		.explains = value->explains || option->explains,
	};
	const char *fault = lifetime_fault(&both);

	if (fault)
		return fault;
	if (option->introduced && both.introduced < option->introduced)
		return "it is introduced before the option is";
	if (option->removed && both.removed > option->removed)
		return "it is removed after the option is";
	if (option->deprecated && both.deprecated > option->deprecated)
		return "it is deprecated after the option is";
	return NULL;
}

static void report_disorder(struct context *context, const struct option *support,
	struct str subject, const char *fault)
{
	diag_error(context->diags, here(context, support->span),
		"the feature_support of " STR " is inconsistent: %s", ARG(subject), fault);
}

void lifetime_check_declaration(struct context *context, const struct element *element)
{
	enum { MOST_VALUES = 256 }; /* of an enum that are checked, for each field */
	const struct options *support = support_message(element);
	const struct enumeration *type = NULL;
	struct lifetime own;
	const char *fault;

	if (!support)
		return;
	own = lifetime_of(support);
	fault = lifetime_fault(&own);
	if (fault)
		report_disorder(context, support_of(element),
			str_printf(context->scratch, "'" STR "'", ARG(element->name)), fault);
	else if (element->kind == ELEMENT_FIELD &&
		 ((const struct field *)element)->type == TYPE_ENUM)
		type = ((const struct field *)element)->enumeration;
	for (uint32_t i = 0; type && i < type->values.n && i < MOST_VALUES; i++) {
		const struct enum_value *value = type->values.items[i];
		struct lifetime l;

		support = support_message(&value->e);
		if (!support)
			continue;
		l = lifetime_of(support);
		fault = value_fault(&own, &l);
		if (fault) {
			report_disorder(context, support_of(element),
				str_printf(context->scratch, "value '" STR "'", ARG(value->e.name)),
				fault);
			return;
		}
	}
}
