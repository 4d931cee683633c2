#include "proto/validate.h"

enum { OPTION_ALLOW_ALIAS = 2 }; /* EnumOptions */

static void validate_aliases(struct context *c, struct enumeration *e)
{
	const struct option *allow = options_find(e->e.options, OPTION_ALLOW_ALIAS);
	struct map numbers;
	bool any = false;

	if (allow && allow->field && !allow->value.u) {
		diag_error(c->diags, here(c, allow->span), "'allow_alias = false' has no effect");
		diag_help(c->diags, "remove it");
		return;
	}
	map_init(&numbers, c->scratch);
	for (uint32_t i = 0; i < e->values.n; i++) {
		struct enum_value *value = e->values.items[i];
		void **slot = map_put(&numbers, &numbers, (uint32_t)value->number);
		struct enum_value *first = *slot;

		if (!first) {
			*slot = value;
			continue;
		}
		any = true;
		if (allow)
			continue;
		diag_error(c->diags, here(c, value->number_span),
			"number %d of value '" STR "' is taken by value '" STR "'",
			(int)value->number, ARG(value->e.name), ARG(first->e.name));
		diag_note(c->diags, here(c, first->number_span), "taken");
		diag_help(c->diags, "if both names mean the same, add: option allow_alias = true;");
	}
	if (allow && allow->field && !any) {
		diag_error(c->diags, here(c, allow->span),
			"'allow_alias' is set, but no two values of enum '" STR "' share a number",
			ARG(e->e.name));
		diag_help(c->diags, "remove it");
	}
}

void validate_enum(struct context *c, struct enumeration *e)
{
	if (!e->values.n) {
		diag_error(c->diags, here(c, e->e.name_span), "enum '" STR "' has no value",
			ARG(e->e.name));
		diag_help(c->diags, "add a first value of number 0");
		return;
	}
	if (!enum_is_closed(e) && e->values.items[0]->number != 0) {
		diag_error(c->diags, here(c, e->values.items[0]->number_span),
			"the first value of an open enum must be 0");
		diag_help(c->diags, "put a value such as " STR "_UNSPECIFIED = 0 first",
			ARG(e->e.name));
	}
	validate_aliases(c, e);
	validate_enum_json(c, e);
}
