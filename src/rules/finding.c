/* Findings: places, fingerprints and causes. */
#include "rules/finding.h"

#include "rules/promise.h"

#include <stdio.h>

struct spot spot_file(const struct file *file)
{
	return (struct spot){ .file = file };
}

struct spot spot_element(const struct element *element)
{
	return (struct spot){ element->file, element->span, element->name_span };
}

struct spot spot_span(const struct element *element, struct span span)
{
	if (span_is_none(span))
		return spot_element(element);
	return (struct spot){ element->file, span, span };
}

struct spot spot_field_label(const struct field *field)
{
	struct spot spot = spot_element(&field->e);

	if (!field_map(field))
		spot.exact = field->has_label ? field->label_span : field->type_span;
	return spot;
}

struct spot spot_field_type(const struct field *field)
{
	return field_map(field) ? spot_element(&field->e) : spot_span(&field->e, field->type_span);
}

struct spot spot_exact(const struct element *element, struct span span)
{
	struct spot spot = spot_element(element);

	if (!span_is_none(span))
		spot.exact = span;
	return spot;
}

struct spot spot_option(const struct element *element, const struct option *option)
{
	return spot_span(element, option ? option->span : NO_SPAN);
}

/*
 * Was the message written as one literal? An option in a dotted statement has the statement's span.
 */
static bool is_literal(const struct option *option)
{
	const struct options *message = option_message(option);

	for (uint32_t i = 0; message && i < message->list.n; i++)
		if (message->list.items[i].span.begin == option->span.begin)
			return false;
	return true;
}

/* The option that sets the feature at `path`, which ends with 0; NULL: none. With `literal`, the
 * outermost literal that could hold it. */
static const struct option *find_feature(
	const struct options *options, const int32_t *path, bool literal)
{
	const struct option *option = options_find(options, path[0]);

	if (!option || !path[1] || (literal && is_literal(option)))
		return option;
	return find_feature(option_message(option), path + 1, literal);
}

struct spot spot_feature(const struct element *element, int32_t extension, int32_t number)
{
	int32_t features = features_number(element->kind);
	int32_t path[] = { features, extension ? extension : number, extension ? number : 0, 0 };
	const struct option *option = find_feature(element->options, path, false);

	if (!option)
		option = find_feature(element->options, path, true);
	return spot_option(element, option);
}

/* As buf 1.75 does, measured: the enclosing element of a message of a package is looked up in the
 * whole package, any other one in its file, whose package may have changed. */
static const struct element *find_enclosing(
	const struct check *c, const struct pair *pair, const struct element *old)
{
	struct str name;

	if (pair->kind == PAIR_PACKAGE_MESSAGE)
		return (const struct element *)diff_find_message(c->diff, true, old->full_name);
	name = intern_dotted(c->names, pair->new_file->package, element_local_name(old));
	return diff_find_in_file(c->diff, true, pair->new_file, ELEMENT_MESSAGE, name);
}

struct spot spot_remains(const struct check *c, const struct pair *pair)
{
	if (!pair->new_file)
		return SPOT_NONE;
	for (const struct element *e = pair->old.element->parent; e && e->kind == ELEMENT_MESSAGE;
		e = e->parent) {
		const struct element *left = find_enclosing(c, pair, e);

		if (left)
			return spot_element(left);
	}
	return spot_file(pair->new_file);
}

/* The texts and spans of the findings. */
struct wanted_texts {
	struct map seen; /* text → its index in `texts`, plus 1 */
	VEC(struct wanted_text) texts;
};

static void want_text(struct check *c, struct wanted_texts *wanted, struct spot spot)
{
	struct wanted_text *text;
	void **slot;

	/* No place, or a whole file, whose line is known. */
	if (span_is_none(spot.line))
		return;
	slot = map_put(&wanted->seen, spot.file->text, 0);
	if (!*slot) {
		vec_push(c->arena, &wanted->texts)->text = spot.file->text;
		*slot = (void *)(uintptr_t)wanted->texts.n;
	}
	text = &wanted->texts.items[(uintptr_t)*slot - 1];
	*vec_push(c->arena, &text->spans) = spot.line;
	if (!span_is_none(spot.exact))
		*vec_push(c->arena, &text->spans) = spot.exact;
}

static void keep_lines(struct check *c, const struct check_options *options)
{
	struct wanted_texts wanted = { 0 };

	map_init(&wanted.seen, c->arena);
	for (uint32_t i = 0; i < c->unplaced.n; i++) {
		want_text(c, &wanted, c->unplaced.items[i].old);
		want_text(c, &wanted, c->unplaced.items[i].new);
		want_text(c, &wanted, c->unplaced.items[i].now);
	}
	options->keep_lines(options->context, wanted.texts.items, wanted.texts.n);
}

static struct place place_of(const struct check *c, struct spot spot)
{
	struct point line, exact, end;

	if (!spot.file)
		return NOWHERE;
	place_points(place_in(spot.file->text, spot.line), c->arena, &line, &end);
	place_points(place_in(spot.file->text, spot.exact), c->arena, &exact, &end);
	/* The source info of a set may lack any of the places. */
	if (line.line == exact.line && !span_is_none(spot.exact))
		return place_in(spot.file->text, spot.exact);
	return place_in(spot.file->text, spot.line);
}

static struct place old_place_of(const struct check *c, struct spot spot)
{
	if (spot.file && spot.file->text->whole)
		return place_in(spot.file->text->whole, NO_SPAN);
	return place_of(c, spot);
}

/* If the enclosing element and the change are on one line, points at the change. */
static void narrow(const struct check *c, struct finding *finding)
{
	struct point around, now, end;

	place_points(finding->new_place, c->arena, &around, &end);
	place_points(finding->now_place, c->arena, &now, &end);
	if (around.line != now.line)
		return;
	finding->new_place = finding->now_place;
	finding->now_place = NOWHERE;
}

void findings_place(struct check *c, const struct check_options *options)
{
	if (options->keep_lines)
		keep_lines(c, options);
	for (uint32_t i = 0; i < c->unplaced.n; i++) {
		struct unplaced *u = &c->unplaced.items[i];

		u->finding->old_place = old_place_of(c, u->old);
		u->finding->new_place = place_of(c, u->new);
		if (!u->now.file)
			continue;
		u->finding->now_place = place_of(c, u->now);
		narrow(c, u->finding);
	}
}

uint64_t finding_fingerprint(const struct finding *finding, struct arena *scratch)
{
	struct str id = str_of(finding->rule->id), number = S(""), parts[5];
	char digits[16];
	size_t n = 0;
	char *all, *at;

	if (finding->has_number) {
		snprintf(digits, sizeof digits, "%d", finding->number);
		number = str_of(digits);
	}
	parts[0] = id;
	parts[1] = finding->element;
	parts[2] = number;
	parts[3] = finding->before;
	parts[4] = finding->after;
	for (size_t i = 0; i < COUNT(parts); i++)
		n += parts[i].n + 1;
	at = all = arena_bytes(scratch, n);
	for (size_t i = 0; i < COUNT(parts); i++) {
		for (size_t k = 0; k < parts[i].n; k++)
			*at++ = parts[i].p[k];
		*at++ = '\0';
	}
	return str_xxh64((struct str){ all, n });
}

/* Pairs live as long as their visit. */
static const struct pair *pair_keep(struct arena *arena, const struct pair *pair)
{
	struct pair *kept = NEW(arena, struct pair), *parent;

	*kept = *pair;
	if (!pair->parent)
		return kept;
	kept->parent = parent = NEW(arena, struct pair);
	*parent = *pair->parent;
	parent->parent = NULL;
	return kept;
}

struct finding *finding_add(struct check *c, const struct rule *rule, const struct pair *pair,
	const struct fact *fact, const char *format, ...)
{
	const struct element *subject = fact->subject;
	enum row row = rule_row(rule);
	struct finding *f;
	va_list args;

	if (fact->new.file && !diff_is_own(c->diff, true, fact->new.file))
		return NULL;
	f = NEW(c->arena, struct finding);
	f->rule = rule;
	f->severity = c->selection->severity[row];
	va_start(args, format);
	f->message = str_vprintf(c->arena, format, args);
	va_end(args);
	f->element = fact->name.p ? fact->name : full_name(c, subject);
	if (subject->kind == ELEMENT_FIELD) {
		f->has_number = true;
		f->number = ((const struct field *)subject)->number;
	} else if (subject->kind == ELEMENT_ENUM_VALUE) {
		f->has_number = true;
		f->number = ((const struct enum_value *)subject)->number;
	}
	f->new_file = fact->new.file;
	f->old_file = fact->old.file;
	f->before = fact->before;
	f->after = fact->after;
	f->help = fact->help;
	f->gone = fact->gone;
	f->moved_to = fact->moved_to;
	f->promise = fact->promise;
	if (fact->promise)
		f->option = fact->promise->path.text;
	f->breaks = breaks_of(c->breaks, rule, pair, fact->detail);
	f->pair = pair_keep(c->arena, pair);
	f->diff = c->diff;
	f->detail = fact->detail;
	f->fingerprint = finding_fingerprint(f, c->arena);
	*vec_push(c->arena, &c->findings->list) = f;
	*vec_push(c->arena, &c->unplaced) = (struct unplaced){ f, fact->old, fact->new, fact->now };
	*map_put(&c->by_subject, subject, row) = f;
	return f;
}

void finding_follows(struct check *c, struct finding *finding, const void *subject, enum row cause)
{
	if (finding)
		*vec_push(c->arena, &c->links) = (struct link){ finding, subject, cause, false };
}

void finding_entails(struct check *c, struct finding *finding, const void *subject, enum row row)
{
	if (finding)
		*vec_push(c->arena, &c->links) = (struct link){ finding, subject, row, true };
}

void findings_link(struct check *c)
{
	for (uint32_t i = 0; i < c->links.n; i++) {
		struct link *link = &c->links.items[i];
		struct finding *other = map_get(&c->by_subject, link->subject, link->row);
		struct finding *cause = link->entails ? link->finding : other;
		struct finding *finding = link->entails ? other : link->finding;

		if (finding && !finding->cause && cause != finding)
			finding->cause = cause;
	}
	/*
	 * Replace each cause by the first one, so that all consequences are folded at one place.
	 * There is no cycle: variants follow from the plain rule, types from the cardinality,
	 * generated names from the names they are made of, and nested elements from the message
	 * around them.
	 */
	for (uint32_t i = 0; i < c->findings->list.n; i++) {
		struct finding *finding = c->findings->list.items[i];

		while (finding->cause && finding->cause->cause)
			finding->cause = finding->cause->cause;
	}
}
