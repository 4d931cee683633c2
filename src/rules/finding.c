#include "rules/finding.h"
#include <stdio.h>

struct spot spot_file(const struct file *file)
{
	return (struct spot){ .file = file };
}

/* A map's entry has no text of its own: it stands where the map's type is written. */
static const struct field *map_field_around(const struct element *element)
{
	const struct message *message = NULL;

	if (element->kind == ELEMENT_MESSAGE)
		message = (const struct message *)element;
	else if (element->kind == ELEMENT_FIELD && element->parent &&
		 element->parent->kind == ELEMENT_MESSAGE &&
		 !((const struct field *)element)->extension)
		message = (const struct message *)element->parent;
	return message && message->is_map_entry ? message->map_field : NULL;
}

struct spot spot_element(const struct element *element)
{
	const struct field *map = map_field_around(element);

	if (map)
		return (struct spot){ element->file, map->type_span, map->type_span };
	return (struct spot){ element->file, element->span, element->name_span };
}

struct spot spot_span(const struct element *element, struct span span)
{
	if (map_field_around(element) || span_is_none(span))
		return spot_element(element);
	return (struct spot){ element->file, span, span };
}

struct spot spot_field_label(const struct field *field)
{
	struct spot spot = spot_element(&field->e);

	if (!map_field_around(&field->e))
		spot.exact = field->has_label ? field->label_span : field->type_span;
	return spot;
}

struct spot spot_field_type(const struct field *field)
{
	return spot_span(&field->e, field->type_span);
}

struct spot spot_option(const struct element *element, const struct option *option)
{
	return spot_span(element, option ? option->span : NO_SPAN);
}

static int32_t features_number(enum element_kind kind)
{
	/* `features` in the options messages of descriptor.proto */
	switch (kind) {
	case ELEMENT_FILE:
		return 50;
	case ELEMENT_MESSAGE:
		return 12;
	case ELEMENT_FIELD:
		return 21;
	case ELEMENT_ONEOF:
		return 1;
	case ELEMENT_ENUM:
		return 7;
	case ELEMENT_ENUM_VALUE:
		return 2;
	case ELEMENT_SERVICE:
		return 34;
	case ELEMENT_METHOD:
		return 35;
	case ELEMENT_EXTENSION_RANGE:
		return 50;
	default:
		return 0;
	}
}

/* Like options_find, but in each of the messages that statements set at `outer`. */
static const struct option *find_within(
	const struct options *options, int32_t outer, int32_t number)
{
	const struct option *found = NULL;

	for (uint32_t i = 0; options && i < options->list.n; i++) {
		const struct option *o = &options->list.items[i], *inner;

		if (o->number != outer || !option_message(o))
			continue;
		inner = options_find(o->value.message, number);
		if (inner)
			found = inner;
	}
	return found;
}

/* Was a message's value written whole? A dotted statement has the place of what it set inside. */
static bool is_literal(const struct option *option)
{
	const struct options *message = option->value.message;

	for (uint32_t i = 0; i < message->list.n; i++)
		if (message->list.items[i].span.begin == option->span.begin)
			return false;
	return !span_is_none(option->span);
}

/* Where the literal begins in which a feature would be, in what statements set at `number`. */
static struct span literal_around(const struct options *options, int32_t number, int32_t extension)
{
	struct span span = NO_SPAN, inner;

	for (uint32_t i = 0; options && i < options->list.n; i++) {
		const struct option *o = &options->list.items[i];

		if (o->number != number || !option_message(o))
			continue;
		inner = is_literal(o) ? o->span : literal_around(o->value.message, extension, 0);
		if (!span_is_none(inner))
			span = inner;
	}
	return span;
}

struct spot spot_feature(const struct element *element, int32_t extension, int32_t number)
{
	const struct options *options = element->options;
	const struct option *found = NULL;
	int32_t features = features_number(element->kind);

	if (!extension)
		found = find_within(options, features, number);
	for (uint32_t i = 0; extension && options && i < options->list.n; i++) {
		const struct option *o = &options->list.items[i], *inner;

		if (o->number != features || !option_message(o))
			continue;
		inner = find_within(o->value.message, extension, number);
		if (inner)
			found = inner;
	}
	return spot_span(
		element, found ? found->span : literal_around(options, features, extension));
}

/*
 * As buf 1.75 does, measured: what was around a message of a package is looked for in the whole
 * package, what was around anything else in the file, whose package may have changed.
 */
static const struct element *find_enclosing(
	const struct check *c, const struct pair *pair, const struct element *old)
{
	const struct message *message;
	struct str name;

	if (pair->kind == PAIR_PACKAGE_MESSAGE) {
		message = diff_find_message(c->diff, true, old->full_name);
		return message ? &message->e : NULL;
	}
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

static struct place place_of(const struct check *c, struct spot spot)
{
	struct point line, exact, end;
	struct span span = spot.line;

	if (!spot.file)
		return NOWHERE;
	if (spot.file->lacks_source)
		span = NO_SPAN;
	else if (!span_is_none(spot.exact) && !span_is_none(span)) {
		place_points(place_in(spot.file->text, spot.line), c->arena, &line, &end);
		place_points(place_in(spot.file->text, spot.exact), c->arena, &exact, &end);
		if (line.line == exact.line)
			span = spot.exact;
	}
	return place_in(spot.file->text, span);
}

static struct str vprint(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n < 0)
		n = 0;
	text = arena_bytes(arena, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	return (struct str){ text, (size_t)n };
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
		if (parts[i].n)
			memcpy(at, parts[i].p, parts[i].n);
		at += parts[i].n;
		*at++ = '\0';
	}
	return str_xxh64((struct str){ all, n });
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
	if (fact->old.file && !diff_is_own(c->diff, false, fact->old.file))
		return NULL;
	f = NEW(c->arena, struct finding);
	f->rule = rule;
	f->severity = c->selection->severity[row];
	va_start(args, format);
	f->message = vprint(c->arena, format, args);
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
	f->new_place = place_of(c, fact->new);
	f->old_place = place_of(c, fact->old);
	f->before = fact->before;
	f->after = fact->after;
	f->help = fact->help;
	f->breaks = breaks_of(c->breaks, rule, pair, fact->detail);
	f->fingerprint = finding_fingerprint(f, c->arena);
	*vec_push(c->arena, &c->findings->list) = f;
	*map_put(&c->made, subject, row) = f;
	return f;
}

void finding_follows(struct check *c, struct finding *finding, const void *subject, enum row cause)
{
	if (finding && subject)
		*vec_push(c->arena, &c->links) = (struct link){ finding, subject, cause };
}

void findings_link(struct check *c)
{
	for (uint32_t i = 0; i < c->links.n; i++) {
		struct link *link = &c->links.items[i];
		struct finding *cause = map_get(&c->made, link->subject, link->cause);

		if (link->finding->cause || !cause || cause == link->finding)
			continue;
		/* Two rules may each be said to follow from the other: the first link stays. */
		while (cause->cause && cause->cause != link->finding)
			cause = cause->cause;
		if (!cause->cause)
			link->finding->cause = cause;
	}
	/* To the first cause, so that everything that follows from it can be folded at one place.
	 */
	for (uint32_t i = 0; i < c->links.n; i++) {
		struct finding *finding = c->links.items[i].finding;

		while (finding->cause && finding->cause->cause)
			finding->cause = finding->cause->cause;
	}
}
