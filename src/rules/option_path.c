/* The paths of `options:`. */
#include "rules/promise.h"

#include "base/vec.h"

enum { MOST_STEPS = 100 }; /* as many as an option's name may have parts */

struct path_reader {
	struct str rest;
	struct str why, help;
};

static bool refuse(struct path_reader *r, struct str why, struct str help)
{
	r->why = why;
	r->help = help;
	return false;
}

/* "(" full.name ")" */
static bool read_extension(struct path_reader *r, struct arena *arena, struct option_step *step)
{
	size_t close = str_find(r->rest, ')');

	if (close == r->rest.n)
		return refuse(r, S("a ')' is missing"), S(""));
	step->is_extension = true;
	step->name = str_from(str_head(r->rest, close), 1);
	r->rest = str_from(r->rest, close + 1);
	if (str_starts(step->name, S(".")) && name_is_identifier(str_from(step->name, 1), true))
		return refuse(r, S("a full name has no leading dot"),
			str_printf(arena, "write '(" STR ")'", ARG(str_from(step->name, 1))));
	if (name_is_identifier(step->name, true))
		return true;
	return refuse(r,
		str_printf(arena, "'" STR "' is no full name of an option", ARG(step->name)),
		S(""));
}

/* step = name | "(" full.name ")" */
static bool read_step(struct path_reader *r, struct arena *arena, struct option_step *step)
{
	size_t end = 0;

	if (str_starts(r->rest, S("(")))
		return read_extension(r, arena, step);
	while (end < r->rest.n && r->rest.p[end] != '.' && r->rest.p[end] != '(')
		end++;
	step->name = str_head(r->rest, end);
	r->rest = str_from(r->rest, end);
	if (name_is_identifier(step->name, false))
		return true;
	return refuse(r,
		step->name.n ? str_printf(arena, "'" STR "' is no name", ARG(step->name))
			     : S("a name is missing"),
		S(""));
}

/* path = step { "." step } */
bool option_path_parse(struct arena *arena, struct str text, struct option_path *path,
	struct str *why, struct str *help)
{
	struct path_reader r = { .rest = text };
	VEC(struct option_step) steps = { 0 };
	bool ok;

	do {
		ok = steps.n < MOST_STEPS ? read_step(&r, arena, vec_push(arena, &steps))
					  : refuse(&r, S("it has more than 100 parts"), S(""));
		if (ok && r.rest.n && r.rest.p[0] != '.')
			ok = refuse(&r, S("a '.' is missing between two parts"), S(""));
		if (!ok || !r.rest.n)
			break;
		r.rest = str_from(r.rest, 1);
	} while (true);
	*path = (struct option_path){ text, steps.items, steps.n };
	*why = r.why;
	*help = ok || r.help.n ? r.help
			       : S("write it as in '(acme.limit).max_len' or 'deprecated'");
	return ok;
}
