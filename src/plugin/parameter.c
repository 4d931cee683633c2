#include "plugin/parameter.h"

static const struct str keys[] = { STR_INIT("against"), STR_INIT("config"), STR_INIT("use") };

static void unknown_key(struct str key, struct diags *diags)
{
	struct str nearest = str_nearest(key, keys, COUNT(keys));

	diag_error(diags, NOWHERE, "unknown parameter '" STR "'", ARG(key));
	if (nearest.n)
		diag_help(diags, "did you mean '" STR "='?", ARG(nearest));
	else
		diag_help(diags, "the parameters are 'against=INPUT', 'config=FILE' and "
				 "'use=CATEGORY', separated by commas");
}

static void set_once(struct arena *arena, const char **value, struct str key, struct str text,
	struct diags *diags)
{
	if (*value)
		diag_error(diags, NOWHERE, "parameter '" STR "' is given twice", ARG(key));
	*value = str_cstr(arena, text);
}

static void take_piece(
	struct arena *arena, struct str piece, struct parameter *parameter, struct diags *diags)
{
	size_t equals = str_find(piece, '=');
	struct str key = str_head(piece, equals), value = str_from(piece, equals + 1);

	if (equals == piece.n && parameter->use.n) {
		diag_error(diags, NOWHERE, "parameter '" STR "' has no value", ARG(key));
		diag_help(diags, "write several rules or categories as 'use=A,use=B'");
	} else if (str_eq(key, keys[0]) || str_eq(key, keys[1]) || str_eq(key, keys[2])) {
		if (!value.n)
			diag_error(diags, NOWHERE, "parameter '" STR "' has no value", ARG(key));
		else if (str_eq(key, keys[0]))
			set_once(arena, &parameter->against, key, value, diags);
		else if (str_eq(key, keys[1]))
			set_once(arena, &parameter->config, key, value, diags);
		else
			*vec_push(arena, &parameter->use) = str_cstr(arena, value);
	} else {
		unknown_key(key, diags);
	}
}

bool parameter_parse(
	struct arena *arena, struct str text, struct parameter *parameter, struct diags *diags)
{
	uint32_t errors = diags->n_errors;
	struct str piece;

	*parameter = (struct parameter){ 0 };
	if (str_find(text, '\0') < text.n) {
		diag_error(diags, NOWHERE, "the parameter contains a NUL");
		return false;
	}
	while (str_cut(&text, ',', &piece)) {
		piece = str_trim(piece);
		if (piece.n)
			take_piece(arena, piece, parameter, diags);
	}
	if (diags->n_errors == errors && !parameter->against) {
		diag_error(diags, NOWHERE, "there is nothing to compare with");
		diag_help(diags, "add '--breakwater_opt=against=INPUT', as in "
				 "'against=origin/main' or 'against=set:old.binpb'");
	}
	return diags->n_errors == errors;
}
