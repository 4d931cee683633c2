#include "proto/parser.h"

/* range = number [ "to" ( number | "max" ) ]; ends are inclusive here */
static bool parse_range(struct parser *p, bool is_enum, struct reserved_range *range, bool *to_max)
{
	int64_t largest = is_enum ? INT32_MAX : MAX_FIELD_NUMBER;
	uint32_t begin = current(p)->span.begin;

	if (!expect_number(p, is_enum, &range->begin, &range->begin_span, "a number"))
		return false;
	range->end = range->begin;
	range->end_span = range->begin_span;
	if (accept_word(p, S("to"))) {
		if (at_word(p, S("max"))) {
			range->end = (int32_t)largest;
			*to_max = true;
			range->end_span = current(p)->span;
			next(p);
		} else if (!expect_number(p, is_enum, &range->end, &range->end_span,
				   "a number or 'max'")) {
			return false;
		}
	}
	range->span = span_since(p, begin);
	return true;
}

/* A reserved name: a string, in editions an identifier. */
static bool parse_reserved_name(struct parser *p, struct reserved_name *name)
{
	uint32_t begin = current(p)->span.begin;
	bool editions = p->file->edition >= EDITION_2023;
	struct str text;

	if (current(p)->kind == TOKEN_IDENT && !editions) {
		expected(p, "a string");
		diag_help(p->diags, "before editions, a reserved name needs quotes");
		return false;
	}
	if (current(p)->kind == TOKEN_STRING && editions) {
		expected(p, "a name without quotes");
		diag_help(p->diags, "in editions, a reserved name has no quotes");
		return false;
	}
	if (current(p)->kind != TOKEN_IDENT && current(p)->kind != TOKEN_STRING)
		return expected(p, "a reserved name");
	if (current(p)->kind == TOKEN_STRING) {
		text = parse_strings(p, p->scratch);
	} else {
		text = text_of(p);
		next(p);
	}
	name->name = intern(p->names, text);
	name->span = span_since(p, begin);
	return true;
}

/* reserved = "reserved" ( range { "," range } | name { "," name } ) ";" */
bool parse_reserved(struct parser *p, const struct reserved *reserved)
{
	struct reserved_ranges *ranges = reserved->ranges;
	struct reserved_names *names = reserved->names;
	uint32_t begin = current(p)->span.begin, n_ranges = ranges->n, n_names = names->n;
	bool named, to_max, ok;

	next(p);
	named = current(p)->kind == TOKEN_STRING || current(p)->kind == TOKEN_IDENT;
	do {
		ok = named ? parse_reserved_name(p, vec_push(p->arena, names))
			   : parse_range(p, reserved->of_enum, vec_push(p->arena, ranges), &to_max);
	} while (ok && accept(p, ','));
	if (!ok || !expect_end(p, ';', begin))
		return false;
	if (named)
		names->items[n_names].statement = span_since(p, begin);
	else
		ranges->items[n_ranges].statement = span_since(p, begin);
	return true;
}

/* Copies the options of an `extensions` statement to its further ranges, as protoc does (parser.cc,
 * ParseExtensions). */
static void copy_range_options(struct parser *p, struct message *message, uint32_t first)
{
	struct options *options = message->extension_ranges.items[first]->e.options;
	uint64_t copies = options ? (uint64_t)options->n_uninterpreted *
					    (message->extension_ranges.n - first - 1)
				  : 0;

	if (copies > MAX_RANGE_OPTIONS) {
		diag_error(p->diags, here_of(p, options->span),
			"%u options for %u extension ranges: that is more than %d",
			options->n_uninterpreted, message->extension_ranges.n - first,
			MAX_RANGE_OPTIONS);
		diag_help(p->diags,
			"each range gets a copy of them; use fewer ranges in one statement");
		return;
	}
	for (uint32_t i = first + 1; options && i < message->extension_ranges.n; i++) {
		struct options *copy = NEW(p->arena, struct options);

		copy->span = options->span;
		message->extension_ranges.items[i]->e.options = copy;
		for (struct uninterpreted *u = options->uninterpreted; u; u = u->next) {
			struct uninterpreted *statement = add_statement(p, copy);

			*statement = *u;
			statement->next = NULL;
		}
	}
}

/* One of the ranges of an `extensions` statement. */
static bool parse_extension_range(struct parser *p, struct message *message)
{
	struct extension_range *range = NEW(p->arena, struct extension_range);
	struct reserved_range read;

	element_init(
		p, &range->e, ELEMENT_EXTENSION_RANGE, &message->e, message->extension_ranges.n);
	range->e.name_span = current(p)->span;
	*vec_push(p->arena, &message->extension_ranges) = range;
	if (!parse_range(p, false, &read, &range->to_max))
		return false;
	range->begin = read.begin;
	range->end = read.end;
	range->begin_span = read.begin_span;
	range->end_span = read.end_span;
	range->e.span = range->e.name_span = read.span;
	return true;
}

/* extensions = "extensions" range { "," range } [ brackets ] ";" */
bool parse_extensions(struct parser *p, struct message *message)
{
	uint32_t begin = current(p)->span.begin, index = message->extension_ranges.n;
	struct extension_range *first;

	next(p);
	do {
		if (!parse_extension_range(p, message))
			return false;
	} while (accept(p, ','));
	first = message->extension_ranges.items[index];
	if (!parse_brackets(p, &first->e.options, NULL))
		return false;
	copy_range_options(p, message, index);
	if (!expect_end(p, ';', begin))
		return false;
	first->statement = span_since(p, begin);
	return true;
}
