/* What a registry answers, and how it is named. */
#include "fuzz/harness.h"

#include <stdlib.h>

#include "source/registry_document.h"
#include "source/registry_url.h"

/* A registry's answer to any question. */
static void run_answer(struct str bytes)
{
	struct registry_version version = { 0 };
	struct registry_subject subject = { 0 };
	struct registry_numbers numbers;
	struct registry_answer answer;
	struct str text = S("");
	const char *why = NULL;
	struct round round;

	round_begin(&round);
	if (registry_refusal_read(round.arena, bytes).message.n > 200)
		abort();
	if (!registry_numbers_read(round.arena, bytes, &numbers, &why) && !why)
		abort();
	for (uint32_t i = 1; !why && i < numbers.list.n; i++)
		if (numbers.list.items[i] <= numbers.list.items[i - 1])
			abort();
	registry_config_read(round.arena, bytes, &subject, &text, &why);
	registry_mode_read(round.arena, bytes, &text, &why);
	registry_verdict_read(round.arena, bytes, &answer, &why);
	for (uint32_t number = 0; number < 2; number++)
		if (registry_version_parse(round.arena, bytes, number, &version, &why))
			registry_descriptor_decode(round.arena, version.schema, &text);
	registry_descriptor_decode(round.arena, bytes, &text);
	round_end(&round);
}

/* What is read as a name is the same when it is written again; no password is shown. */
static void run_name(struct str bytes)
{
	struct registry_name name, again;
	struct registry_urls urls;
	struct str written, origin;
	struct round round;

	round_begin(&round);
	registry_origin_read(round.arena, bytes, &origin);
	if (registry_name_read(round.arena, bytes, &name, &round.diags) && name.subject.p) {
		written = str_printf(round.arena, STR "/" STR "@1", ARG(name.urls),
			ARG(registry_subject_text(round.arena, name.subject)));
		if (!registry_urls_read(round.arena, name.urls, &urls, &round.diags) ||
			str_has(urls.list.items[0].text, '@') ||
			!registry_name_read(round.arena, written, &again, &round.diags) ||
			!str_eq(again.subject, name.subject))
			abort();
	}
	round_end(&round);
}

const struct harness registry_harnesses[] = {
	{ "registry-answer", run_answer },
	{ "registry-name", run_name },
	{ 0 },
};
