#include "plugin/parameter.h"

enum key { AGAINST, CONFIG, USE, CONTRACT, COMPATIBILITY, SURFACE, KEYS };

static const struct str keys[KEYS] = {
	[AGAINST] = STR_INIT("against"),
	[CONFIG] = STR_INIT("config"),
	[USE] = STR_INIT("use"),
	[CONTRACT] = STR_INIT("contract"),
	[COMPATIBILITY] = STR_INIT("compatibility"),
	[SURFACE] = STR_INIT("surface"),
};

static void unknown_key(struct str key, struct diags *diags)
{
	struct str nearest = str_nearest(key, keys, COUNT(keys));

	diag_error(diags, NOWHERE, "unknown parameter '" STR "'", ARG(key));
	if (nearest.n)
		diag_help(diags, "did you mean '" STR "='?", ARG(nearest));
	else
		diag_help(diags, "the parameters are 'against=INPUT', 'config=FILE', "
				 "'use=CATEGORY', 'contract=NAME', 'compatibility=LEVEL' and "
				 "'surface=NAME', separated by commas");
}

static void set_once(struct arena *arena, const char **value, struct str key, struct str text,
	struct diags *diags)
{
	if (*value)
		diag_error(diags, NOWHERE, "parameter '" STR "' is given twice", ARG(key));
	*value = str_cstr(arena, text);
}

static void take_value(struct arena *arena, enum key key, struct str value,
	struct parameter *parameter, struct diags *diags)
{
	switch (key) {
	case AGAINST:
		set_once(arena, &parameter->against, keys[key], value, diags);
		break;
	case CONFIG:
		set_once(arena, &parameter->config, keys[key], value, diags);
		break;
	case COMPATIBILITY:
		set_once(arena, &parameter->compatibility, keys[key], value, diags);
		break;
	case USE:
		*vec_push(arena, &parameter->use) = str_cstr(arena, value);
		break;
	case CONTRACT:
		*vec_push(arena, &parameter->contracts) = str_cstr(arena, value);
		break;
	default: /* SURFACE */
		*vec_push(arena, &parameter->surfaces) = str_cstr(arena, value);
		break;
	}
}

/* KEYS: there is no such key. */
static enum key find_key(struct str word)
{
	enum key key = AGAINST;

	while (key < KEYS && !str_eq(keys[key], word))
		key++;
	return key;
}

static void take_piece(
	struct arena *arena, struct str piece, struct parameter *parameter, struct diags *diags)
{
	size_t equals = str_find(piece, '=');
	struct str word = str_head(piece, equals), value = str_from(piece, equals + 1);
	enum key key = find_key(word);

	if (equals == piece.n && parameter->use.n) {
		diag_error(diags, NOWHERE, "parameter '" STR "' has no value", ARG(word));
		diag_help(diags, "write several rules or categories as 'use=A,use=B'");
	} else if (key == KEYS) {
		unknown_key(word, diags);
	} else if (!value.n) {
		diag_error(diags, NOWHERE, "parameter '" STR "' has no value", ARG(word));
	} else {
		take_value(arena, key, value, parameter, diags);
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
