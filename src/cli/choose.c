/* Which operands are fingerprints, and of which findings. */
#include "cli/choose.h"

#include "report/report.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	FEWEST_DIGITS = 4,
	/* With this many digits it is not an abbreviated commit id, but a fingerprint, perhaps with
	   a typo. */
	SURE_DIGITS = 14,
	MOST_DIGITS = 18,
	MOST_LISTED = 20, /* findings listed in a message */
};

/* Number of hexadecimal digits of the operand; 0: it is not the start of a fingerprint. */
static size_t digits_of(const char *text)
{
	size_t n = strspn(text, "0123456789abcdefABCDEF");

	return text[n] == '\0' && n >= FEWEST_DIGITS && n <= MOST_DIGITS ? n : 0;
}

static bool is_revision(struct cli *cli, const char *name)
{
	struct diags kept = cli->diags;
	bool is;

	diags_init(&cli->diags, cli->arena);
	is = cli_source_open(cli, name) != NULL;
	cli->diags = kept;
	return is;
}

/* Few digits may also name a commit. */
static void sort_digits(struct choice *c, const char *operand, const char **either)
{
	struct cli *cli = c->cli;

	if (digits_of(operand) >= SURE_DIGITS ||
		(!c->takes_no_findings && !is_revision(cli, operand)))
		*vec_push(cli->arena, &c->fingerprints) = operand;
	else if (c->wants_findings && !c->takes_no_findings && !*either)
		*either = operand;
	else
		*vec_push(cli->arena, &c->revisions) = operand;
}

static bool is_fingerprint(const struct choice *c, const char *operand)
{
	for (uint32_t i = 0; i < c->fingerprints.n; i++)
		if (c->fingerprints.items[i] == operand)
			return true;
	return false;
}

bool choice_sort(struct choice *c, const struct texts *operands)
{
	struct cli *cli = c->cli;
	const char *either = NULL;

	for (uint32_t i = 0; i < operands->n; i++) {
		if (digits_of(operands->items[i]))
			sort_digits(c, operands->items[i], &either);
		else
			*vec_push(cli->arena, &c->revisions) = operands->items[i];
	}
	if (either && c->fingerprints.n) {
		/* Revisions keep their order. */
		c->revisions.n = 0;
		for (uint32_t i = 0; i < operands->n; i++)
			if (!is_fingerprint(c, operands->items[i]))
				*vec_push(cli->arena, &c->revisions) = operands->items[i];
	} else if (either) {
		*vec_push(cli->arena, &c->fingerprints) = either;
	}
	if (c->revisions.n > 2) {
		diag_error(&cli->diags, NOWHERE,
			"unexpected operand '%s': it is not a fingerprint, and there are two "
			"inputs already",
			c->revisions.items[2]);
		diag_help(&cli->diags,
			"a fingerprint has %d hexadecimal digits; the first ones are enough if "
			"they are unique",
			FINGERPRINT_DIGITS);
		return false;
	}
	return true;
}

static bool has_prefix(const struct finding *finding, struct str prefix)
{
	char digits[FINGERPRINT_DIGITS + 1];

	snprintf(digits, sizeof digits, "%016" PRIx64, finding->fingerprint);
	return str_starts(str_of(digits), prefix);
}

void choice_help(const struct choice *c, const struct findings *all, struct str prefix, bool active)
{
	uint32_t listed = 0, left = 0;

	for (uint32_t i = 0; i < all->list.n; i++) {
		const struct finding *finding = all->list.items[i];

		if (!has_prefix(finding, prefix) || (active && !finding_active(finding)))
			continue;
		if (listed++ < MOST_LISTED)
			diag_help(&c->cli->diags, "%016" PRIx64 " is: " STR, finding->fingerprint,
				ARG(finding->message));
		else
			left++;
	}
	if (left)
		diag_help(&c->cli->diags, "'breakwater %s lists %u more", c->lister, left);
	else if (!listed)
		diag_help(&c->cli->diags, "there is nothing to %s", c->verb);
}

/* The word is a fingerprint with a typo, or the start of one. */
static void unknown_fingerprint(const struct choice *c, const struct findings *all, struct str word)
{
	unsigned digits = word.n < SURE_DIGITS ? (unsigned)word.n : FINGERPRINT_DIGITS;
	VEC(struct str) known = { 0 };
	struct str nearest;

	for (uint32_t i = 0; i < all->list.n; i++)
		*vec_push(c->cli->arena, &known) =
			fingerprint_text(all->list.items[i], digits, c->cli->arena);
	nearest = str_nearest(word, known.items, known.n);
	diag_error(&c->cli->diags, NOWHERE, "no finding has the fingerprint '" STR "'", ARG(word));
	for (uint32_t i = 0; i < all->list.n && nearest.n; i++) {
		if (!str_eq(known.items[i], nearest))
			continue;
		diag_help(&c->cli->diags, "did you mean '" STR "'? It is: " STR, ARG(nearest),
			ARG(all->list.items[i]->message));
		return;
	}
	choice_help(c, all, S(""), true);
}

const struct finding *choice_find(
	const struct choice *c, const struct findings *all, const char *operand)
{
	const struct finding *found = NULL;
	char *word = str_cstr(c->cli->arena, str_of(operand));
	bool ambiguous = false;

	for (char *p = word; *p; p++)
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p - 'A' + 'a');
	for (uint32_t i = 0; i < all->list.n; i++) {
		const struct finding *finding = all->list.items[i];

		if (!has_prefix(finding, str_of(word)))
			continue;
		ambiguous |= found && found->fingerprint != finding->fingerprint;
		found = finding;
	}
	if (ambiguous) {
		diag_error(&c->cli->diags, NOWHERE, "several fingerprints begin with '%s'", word);
		choice_help(c, all, str_of(word), false);
		return NULL;
	}
	if (!found) {
		unknown_fingerprint(c, all, str_of(word));
		return NULL;
	}
	return found;
}
