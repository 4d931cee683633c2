#include "config/events.h"
#include "base/out.h"
#include "config/yaml_tree.h"
#include "proto/outline.h"

#include <stdlib.h>

enum { MOST_EVENTS = 50 }; /* that are written */

/* ---- names ---- */

/* What the last word of an event's name is, as a rule: what happened. */
static const struct str happened[] = {
	STR_INIT("Accepted"),
	STR_INIT("Activated"),
	STR_INIT("Added"),
	STR_INIT("Approved"),
	STR_INIT("Archived"),
	STR_INIT("Assigned"),
	STR_INIT("Authorized"),
	STR_INIT("Booked"),
	STR_INIT("Canceled"),
	STR_INIT("Cancelled"),
	STR_INIT("Captured"),
	STR_INIT("Changed"),
	STR_INIT("Charged"),
	STR_INIT("Closed"),
	STR_INIT("Completed"),
	STR_INIT("Confirmed"),
	STR_INIT("Created"),
	STR_INIT("Deactivated"),
	STR_INIT("Declined"),
	STR_INIT("Deleted"),
	STR_INIT("Delivered"),
	STR_INIT("Detected"),
	STR_INIT("Dispatched"),
	STR_INIT("Event"),
	STR_INIT("Expired"),
	STR_INIT("Failed"),
	STR_INIT("Finished"),
	STR_INIT("Fulfilled"),
	STR_INIT("Initiated"),
	STR_INIT("Invoiced"),
	STR_INIT("Issued"),
	STR_INIT("Opened"),
	STR_INIT("Ordered"),
	STR_INIT("Paid"),
	STR_INIT("Placed"),
	STR_INIT("Published"),
	STR_INIT("Purchased"),
	STR_INIT("Received"),
	STR_INIT("Refunded"),
	STR_INIT("Registered"),
	STR_INIT("Rejected"),
	STR_INIT("Removed"),
	STR_INIT("Renamed"),
	STR_INIT("Renewed"),
	STR_INIT("Resolved"),
	STR_INIT("Returned"),
	STR_INIT("Revoked"),
	STR_INIT("Scheduled"),
	STR_INIT("Sent"),
	STR_INIT("Settled"),
	STR_INIT("Shipped"),
	STR_INIT("Started"),
	STR_INIT("Stopped"),
	STR_INIT("Submitted"),
	STR_INIT("Suspended"),
	STR_INIT("Terminated"),
	STR_INIT("Triggered"),
	STR_INIT("Updated"),
	STR_INIT("Uploaded"),
	STR_INIT("Withdrawn"),
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* `v1` and `v2beta1`, as a component of a package. */
static bool is_version(struct str component)
{
	return component.n > 1 && component.p[0] == 'v' && is_digit(component.p[1]);
}

/* Without a version at its end, as in `OrderPlacedV2`. */
static struct str without_version(struct str name)
{
	size_t n = name.n;

	while (n > 0 && is_digit(name.p[n - 1]))
		n--;
	return n < name.n && n > 1 && name.p[n - 1] == 'V' ? str_head(name, n - 1) : name;
}

/* `OrderPlaced`, but not `Placed`: a word of its own behind another one. */
static bool has_name_of_event(struct str name)
{
	name = without_version(name);
	for (size_t i = 0; i < COUNT(happened); i++)
		if (name.n > happened[i].n && str_ends(name, happened[i]))
			return true;
	return false;
}

static bool has_package_of_events(struct str package)
{
	struct str component;

	while (str_cut(&package, '.', &component))
		if (str_eq(component, S("event")) || str_eq(component, S("events")))
			return true;
	return false;
}

/* Requests and responses stand in packages of events, too. */
static bool is_of_call(struct str name)
{
	return str_ends(name, S("Request")) || str_ends(name, S("Response"));
}

/* ---- uses ---- */

struct word_scan {
	struct str bytes;
	size_t at;
};

static void skip_comment(struct word_scan *s)
{
	struct str rest = str_from(s->bytes, s->at + 2);
	size_t n = 0;

	if (s->bytes.p[s->at + 1] == '/')
		n = str_find(rest, '\n');
	else
		while (n < rest.n && !(rest.p[n] == '*' && n + 1 < rest.n && rest.p[n + 1] == '/'))
			n++;
	s->at += 2 + n;
}

static void skip_quoted(struct word_scan *s)
{
	char quote = s->bytes.p[s->at++];

	while (s->at < s->bytes.n && s->bytes.p[s->at] != quote && s->bytes.p[s->at] != '\n')
		s->at += s->bytes.p[s->at] == '\\' ? 2 : 1;
	s->at++;
}

static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

/* The next word outside of comments and strings. False: there is none. */
static bool next_word(struct word_scan *s, struct str *word)
{
	while (s->at < s->bytes.n) {
		char c = s->bytes.p[s->at];
		char next = s->at + 1 < s->bytes.n ? s->bytes.p[s->at + 1] : 0;
		size_t begin = s->at;

		if (c == '/' && (next == '/' || next == '*')) {
			skip_comment(s);
		} else if (c == '"' || c == '\'') {
			skip_quoted(s);
		} else if (is_of_word(c)) {
			while (s->at < s->bytes.n && is_of_word(s->bytes.p[s->at]))
				s->at++;
			*word = (struct str){ s->bytes.p + begin, s->at - begin };
			return true;
		} else {
			s->at++;
		}
	}
	return false;
}

/* Notes the words that begin with a capital letter, as names of types do, where they are not
 * declared. */
static void note_uses(struct events *events, struct str bytes)
{
	struct word_scan scan = { bytes, 0 };
	struct str word, before = S("");

	while (next_word(&scan, &word)) {
		bool is_declared = str_eq(before, S("message")) || str_eq(before, S("enum")) ||
				   str_eq(before, S("service"));

		if (word.p[0] >= 'A' && word.p[0] <= 'Z' && !is_declared)
			*map_put(&events->used, intern(events->names, word).p, 0) = events;
		before = word;
	}
}

/* ---- finding them ---- */

void events_init(struct events *events, struct arena *arena)
{
	*events = (struct events){
		.arena = arena, .scratch = arena_like(arena), .names = intern_new(arena)
	};
	map_init(&events->used, arena);
}

void events_free(struct events *events)
{
	intern_free(events->names);
	arena_free(events->scratch);
}

static void take_name(struct events *events, const struct outline_name *name)
{
	struct str simple = name->full_name;

	if (name->package.n)
		simple = str_from(simple, name->package.n + 1);
	if (name->kind != ELEMENT_MESSAGE || str_has(simple, '.') || is_of_call(simple))
		return;
	if (has_name_of_event(simple) || has_package_of_events(name->package))
		*vec_push(events->arena, &events->found) =
			(struct event){ name->full_name, name->package };
}

void events_look(struct events *events, struct str bytes, bool candidates)
{
	struct outline_words no_words;
	struct outline outline = { 0 };
	struct outline_request request = {
		.bytes = bytes,
		.words = &no_words,
		.names = true,
		.intern = events->names,
		.arena = events->arena,
		.scratch = events->scratch,
	};

	note_uses(events, bytes);
	if (!candidates)
		return;
	outline_words_init(&no_words, events->arena);
	outline_read(&request, &outline);
	for (uint32_t i = 0; i < outline.names.n && !outline.is_broken; i++)
		take_name(events, &outline.names.items[i]);
}

static int by_name(const void *left, const void *right)
{
	const struct event *a = left, *b = right;

	return str_cmp(a->full_name, b->full_name);
}

/* By package, then by name, so that each contract's are together. */
static int by_package(const void *left, const void *right)
{
	const struct event *a = left, *b = right;
	int order = str_cmp(a->package, b->package);

	return order ? order : by_name(left, right);
}

void events_settle(struct events *events)
{
	struct event *items = events->found.items;
	uint32_t n = 0;

	if (events->found.n)
		qsort(items, events->found.n, sizeof *items, by_package);
	for (uint32_t i = 0; i < events->found.n; i++) {
		struct str simple = str_last_component(items[i].full_name);
		bool is_again = n > 0 && items[n - 1].full_name.p == items[i].full_name.p;

		if (!is_again && !map_get(&events->used, intern(events->names, simple).p, 0))
			items[n++] = items[i];
	}
	events->found.n = n;
}

/* ---- writing them ---- */

/* The last component of a package that says more than `v1` or `events`; absent: there is none. */
static struct str telling_component(struct str package)
{
	struct str component, last = { 0 };

	while (str_cut(&package, '.', &component))
		if (!is_version(component) && !str_eq(component, S("event")) &&
			!str_eq(component, S("events")))
			last = component;
	return last;
}

/* A name that no contract before has: `orders` of `acme.orders.v1`, else the package. */
static struct str contract_name(const struct events *events, struct map *taken, struct str package)
{
	struct str name = telling_component(package);

	if (!name.p)
		name = package.n ? package : S("events");
	name = intern(events->names, name);
	if (map_get(taken, name.p, 0))
		name = package;
	*map_put(taken, name.p, 0) = taken;
	return name;
}

static void write_example(struct out *out)
{
	out_str(out, S("\n"
		       "# Events, and what their readers were promised; see "
		       "breakwater-contracts(7).\n"
		       "# contracts:\n"
		       "#   - name: orders\n"
		       "#     roots: [acme.orders.v1.OrderPlaced]\n"
		       "#     compatibility: BACKWARD\n"));
}

void events_write(const struct events *events, struct out *out)
{
	uint32_t n = events->found.n < MOST_EVENTS ? events->found.n : MOST_EVENTS;
	struct map taken;

	if (!n) {
		write_example(out);
		return;
	}
	map_init(&taken, events->arena);
	out_str(out, S("\n"
		       "# What looks like events. Take away the '#' to guard what their readers "
		       "were promised;\n"
		       "# see breakwater-contracts(7).\n"
		       "# contracts:\n"));
	for (uint32_t i = 0; i < n; i++) {
		const struct event *event = &events->found.items[i];
		bool is_first = i == 0 || event->package.p != event[-1].package.p;
		bool is_last = i + 1 == n || event->package.p != event[1].package.p;

		if (is_first) {
			struct str name = contract_name(events, &taken, event->package);

			out_printf(out, "#   - name: " STR "\n#     roots:\n", ARG(name));
		}
		out_printf(out, "#       - " STR "\n", ARG(event->full_name));
		if (is_last)
			out_str(out, S("#     compatibility: BACKWARD\n"));
	}
	if (n < events->found.n)
		out_printf(out, "# %u more look like events.\n", events->found.n - n);
}
