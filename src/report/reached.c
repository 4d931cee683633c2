#include "report/reached.h"
#include "base/out.h"
#include "report/escape.h"

enum { LISTED = 2, LONGEST_WAY = 60, LONGEST_FIELD = 40 };

static struct str way_words(
	const struct finding *finding, const struct reached *reached, struct arena *arena)
{
	static const char *const kinds[] = { "", " request", " response" };
	struct out *out = out_memory(arena);
	struct str way;

	out_str(out, element_local_name(reached->root));
	out_str(out, str_of(kinds[reached->kind]));
	/* What is cut away is not written first. */
	for (const struct reached_step *step = reached->path;
		step && out_text(out).n <= LONGEST_WAY; step = step->next) {
		out_char(out, '.');
		out_str(out, step->name);
	}
	way = str_clipped(out_text(out), LONGEST_WAY, arena);
	if (!finding->reached_field.p)
		return way;
	return str_printf(arena, STR "." STR, ARG(way),
		ARG(str_clipped(finding->reached_field, LONGEST_FIELD, arena)));
}

struct str reached_words(const struct finding *finding, struct arena *arena)
{
	const struct reached_list *list = finding->reached_by;
	struct out *out = out_memory(arena);

	if (!list->n)
		return S("nothing");
	for (uint32_t i = 0; i < list->n && i < LISTED; i++) {
		const struct reached *reached = &list->items[i];

		out_str(out, i ? S(", ") : S(""));
		out_str(out, way_words(finding, reached, arena));
		for (uint32_t k = 0; k < reached->contracts.n; k++) {
			out_str(out, k ? S(", ") : S(" ("));
			out_str(out, reached->contracts.items[k]);
		}
		out_str(out, reached->contracts.n ? S(")") : S(""));
	}
	if (list->n > LISTED)
		out_printf(out, ", and %u more", list->n - LISTED);
	return out_text(out);
}
