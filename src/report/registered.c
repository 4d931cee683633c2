#include "report/registered.h"
#include "base/out.h"
#include "report/escape.h"

enum { MOST_LISTED = 5 };

/* `version 1`, `versions 1, 4 and 6`, `versions 1, 2, 3, 4, 5 and 12 more` */
static void versions_write(struct out *out, const struct registry_hold *hold)
{
	uint32_t n = hold->n_versions, listed = n > MOST_LISTED + 1 ? MOST_LISTED : n;

	out_printf(out, "version%s ", n == 1 ? "" : "s");
	for (uint32_t i = 0; i < listed; i++)
		out_printf(out, "%s%u",
			i == 0       ? ""
			: i + 1 == n ? " and "
				     : ", ",
			hold->versions[i]);
	if (n > listed)
		out_printf(out, " and %u more", n - listed);
}

struct str hold_words(const struct registry_hold *hold, struct arena *arena)
{
	struct out *out = out_memory(arena);

	if (hold->said)
		out_printf(out, "%s; ", hold->said);
	else if (hold->would)
		out_printf(out, "would %s; ", hold->would);
	out_str(out, str_plain(arena, hold->subject));
	if (hold->level.p)
		out_printf(out, " under " STR, ARG(hold->level));
	out_str(out, S(", "));
	if (hold->to_newest && hold->n_versions > 1) {
		out_printf(out, "since version %u", hold->versions[0]);
	} else {
		out_str(out, S("against "));
		versions_write(out, hold);
	}
	return out_text(out);
}

struct str registered_words(const struct finding *finding, struct arena *arena)
{
	struct str all = { 0 };

	for (uint32_t i = 0; finding->registry && i < finding->registry->holds.n; i++) {
		const struct registry_hold *hold = finding->registry->holds.items[i];

		if (hold->n_versions)
			all = str_printf(arena, STR "%s" STR, ARG(all), all.p ? "; " : "",
				ARG(hold_words(hold, arena)));
	}
	return all;
}
