/*
 * Breaks that were accepted on the record: in breakwater.accepted.yaml, or by a comment in the
 * contract.
 *
 * The file is made for review and for merges. One entry stands for one break and is found again by
 * its fingerprint; rule and element must agree with it, so that an entry that was copied by hand
 * hides nothing else:
 *
 *	version: 1
 *	accepted:
 *	- { rule: FIELD_SAME_TYPE, element: "acme.v1.Order.total", reason: "nobody reads it yet", …
 *}
 *
 * An entry is one line, so that git's `union` merge, which keeps the lines of both branches, never
 * mixes two of them (`init` asks for that merge in .gitattributes), and so that who has to merge by
 * hand keeps whole entries, too. They stand by the first two digits of their fingerprint, there by
 * element, rule and fingerprint. `until` is the last day that counts.
 *
 * A file with the line `# 00` is written as earlier versions did, with an entry's keys in lines of
 * their own and below one of 256 numbered lines. Those keep branches apart without a merge driver,
 * since git joins two branches when a line that both know lies between what they added.
 *
 * The comment says the same for one break where it was made:
 *
 *	// breakwater:accept FIELD_SAME_TYPE nobody reads it yet
 *	sint64 total = 4;
 *
 *	message Order { // breakwater:accept FIELD_NO_DELETE(5) moved to Invoice
 *
 * It stands above the element (no empty line between) or behind it on its line, as a line or block
 * comment; a file's own rules and deleted top-level declarations are accepted above `syntax`,
 * `edition` or `package`, an option above its statement. What is gone needs its name or number in
 * brackets, on the element that is still there and that the finding points at: FIELD_NO_DELETE(5),
 * (total), (acme.v1.Order.total), or the property's old value (RESERVED_MESSAGE_NO_DELETE(4 to 6)),
 * or the fingerprint's first digits, 7 at least. It must have a reason. A comment accepts one
 *finding or none: if two would fit it accepts neither, and one that the old side has already
 *accepted an earlier break and not this one.
 */
#pragma once
#include "base/map.h"
#include "rules/rules.h"
#include "source/source.h"

#define ACCEPTED_FILE "breakwater.accepted.yaml"

enum {
	ACCEPTED_NEAR_END = 14,        /* warn this many days before the end */
	ACCEPTED_MOST_BYTES = 1 << 20, /* a larger file is rejected */
};

struct acceptance {
	uint64_t fingerprint;
	struct str rule, element;
	struct str finding; /* its message, for human readers; absent: none */
	struct str reason;
	struct str by; /* absent: unknown */
	bool has_until;
	int32_t until;      /* the last day it is in force, in days since 1970-01-01 */
	struct place place; /* in the file; NOWHERE for a new one */
};

struct acceptances {
	VEC(struct acceptance) list;
	bool numbered; /* the file has numbered lines */
};

/* Reads YYYY-MM-DD, a valid date, as days since 1970-01-01; date_text is the inverse. */
bool date_read(struct str text, int32_t *day);
struct str date_text(struct arena *arena, int32_t day);

/* Reads the file at the top of the new source; a missing file is an empty list. False and
 * diagnostics if it is wrong. */
bool accepted_read(struct arena *arena, struct source *source, struct acceptances *accepted,
	struct diags *diags);
/* Parses a text whose bytes are loaded. */
bool accepted_parse(
	struct arena *arena, struct text *text, struct acceptances *accepted, struct diags *diags);
/* Makes an entry for a finding; the caller sets `reason`, `by` and `until`. The entry shares the
 * finding's texts. */
struct acceptance acceptance_of(const struct finding *finding);
/* Adds an entry; it replaces those with its fingerprint when the file is written. */
void accepted_add(
	struct arena *arena, struct acceptances *accepted, const struct acceptance *acceptance);
/* The whole text of the file. */
struct str accepted_write(struct arena *arena, const struct acceptances *accepted);

struct accept_options {
	int32_t today; /* days since 1970-01-01 */
	bool whole;    /* the check was not narrowed, so an entry without a finding is stale */
};
/*
 * Marks the findings that an entry in force covers. Warns of entries that have expired, end soon,
 * are stale, or whose rule and element contradict their fingerprint. Call it after config_apply.
 */
void accepted_apply(const struct acceptances *accepted, struct findings *findings,
	const struct accept_options *options, struct diags *diags);
/*
 * Marks the findings that a comment of the new side covers; loads the texts of files with findings,
 * but not those in `unmarked` (by address), which have no such comment. Warns of comments that
 * cannot accept anything. Call it after accepted_apply.
 */
void accepted_by_comment(struct findings *findings, const struct map *unmarked, struct arena *arena,
	struct diags *diags);
