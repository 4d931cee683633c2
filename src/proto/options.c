/*
 * Interprets option statements as values of fields: the stage for all options but `features`.
 *
 * A statement changes nothing before its whole path and its value are known.
 */
#include "proto/options.h"

/* Longest path of an option's name; each part is a level of messages. */
enum { MAX_PARTS = MAX_NESTING };

/* The index of an options message of the current file; NULL while its list is short. */
static struct option_index *index_of(struct context *context, const struct options *options)
{
	void **slot;

	if (options->list.n < LONG_LIST || !context->option_indexes)
		return NULL;
	slot = map_put(context->option_indexes, options, 0);
	if (!*slot)
		*slot = NEW(context->arena, struct option_index);
	return *slot;
}

static struct option_tally tally_of(
	struct context *context, const struct options *options, int32_t number)
{
	return option_tally(context->arena, index_of(context, options), options, number);
}

static bool is_features(const struct uninterpreted *statement)
{
	return statement->n_parts > 0 && !statement->parts[0].is_extension &&
	       str_eq(statement->parts[0].name, S("features"));
}

/* Refuses options that only the compiler sets. */
static bool refuse_reserved(struct reading *reading, const struct options *options,
	const struct uninterpreted *statement)
{
	struct context *context = reading->context;
	const struct name_part *part = &statement->parts[0];

	if (part->is_extension ||
		options->type != resolve_options_message(context, reading->element))
		return true;
	if (str_eq(part->name, S("uninterpreted_option"))) {
		diag_error(context->diags, here(context, part->span),
			"option 'uninterpreted_option' may not be set");
		return false;
	}
	if (reading->element->kind == ELEMENT_MESSAGE && str_eq(part->name, S("map_entry"))) {
		diag_error(context->diags, here(context, part->span),
			"option 'map_entry' may not be set");
		diag_help(context->diags, "declare the field as 'map<key, value>'");
		return false;
	}
	return true;
}

/* Resolves the parts of an option's name to fields. */
static bool resolve_path(struct reading *reading, const struct options *options,
	const struct uninterpreted *statement, const struct field **path)
{
	struct context *context = reading->context;
	const struct message *type = options->type;

	for (uint32_t i = 0; i < statement->n_parts; i++) {
		const struct name_part *part = &statement->parts[i];
		const struct field *field =
			part->is_extension ? option_extension(reading, type, part->name, part->span)
					   : option_member(reading, type, part->name, part->span);

		if (!field)
			return false;
		path[i] = field;
		if (i + 1 == statement->n_parts)
			return true;
		if (field->type == TYPE_UNRESOLVED) {
			reading->incomplete = true;
			return false;
		}
		if (!field_is_message(field)) {
			diag_error(context->diags, here(context, statement->parts[i + 1].span),
				"'" STR "' is not a message and has no field '" STR "'",
				ARG(part->name), ARG(statement->parts[i + 1].name));
			return false;
		}
		if (field->label == LABEL_REPEATED) {
			diag_error(context->diags, here(context, statement->parts[i + 1].span),
				"'" STR
				"' is repeated: a name cannot select a field of its elements",
				ARG(part->name));
			diag_help(context->diags,
				"set the whole element: '" STR " = { " STR ": … }'",
				ARG(part->name), ARG(statement->parts[i + 1].name));
			return false;
		}
		type = field->message;
	}
	return false;
}

static void report_twice(
	struct context *context, const struct uninterpreted *statement, const struct option *first)
{
	struct str name = { statement->parts[0].name.p, statement->parts[0].name.n };
	struct arena_mark mark = arena_mark(context->scratch);

	for (uint32_t i = 0; i < statement->n_parts; i++) {
		const struct name_part *part = &statement->parts[i];
		struct str shown = part->is_extension ? str_printf(context->scratch, "(" STR ")",
								ARG(part->name))
						      : part->name;

		name = i == 0 ? shown
			      : str_printf(context->scratch, STR "." STR, ARG(name), ARG(shown));
	}
	diag_error(context->diags, here(context, statement->name_span),
		"option '" STR "' is set twice", ARG(name));
	if (!span_is_none(first->span))
		diag_note(context->diags, here(context, first->span), "first set here");
	arena_rewind(context->scratch, mark);
}

/* Is the option, or a part of it, set already? Reports it. */
static bool is_set_before(struct context *context, struct options *options,
	const struct uninterpreted *statement, const struct field *const *path)
{
	const struct options *current = options;

	for (uint32_t i = 0; i < statement->n_parts; i++) {
		struct option_tally tally = tally_of(context, current, path[i]->number);
		const struct option *option;

		if (tally.count == 0 || path[i]->label == LABEL_REPEATED)
			return false;
		option = &current->list.items[tally.last];
		if (i + 1 == statement->n_parts) {
			report_twice(context, statement, option);
			return true;
		}
		current = option->value.message;
	}
	return false;
}

/* The message that holds the last field of the path; makes those that are missing. */
static struct options *open_path(struct context *context, struct options *options,
	const struct uninterpreted *statement, const struct field *const *path)
{
	struct options *current = options;

	for (uint32_t i = 0; i + 1 < statement->n_parts; i++) {
		struct option_tally tally = tally_of(context, current, path[i]->number);

		if (tally.count == 0) {
			struct options *message = NEW(context->arena, struct options);

			message->type = path[i]->message;
			*vec_push(context->arena, &current->list) = (struct option){
				.number = path[i]->number,
				.field = path[i],
				.value = { .type = (enum field_type)path[i]->type,
					.message = message },
				.span = statement->span,
			};
			current = message;
		} else {
			current = current->list.items[tally.last].value.message;
		}
	}
	return current;
}

static bool read_statement(
	struct reading *reading, struct options *options, struct uninterpreted *statement)
{
	struct context *context = reading->context;
	const struct field *path[MAX_PARTS];
	const struct field *leaf;
	struct options *holder;
	struct value value;

	if (statement->n_parts == 0)
		return false;
	if (statement->n_parts > MAX_PARTS) {
		diag_error(context->diags, here(context, statement->name_span),
			"an option's name has at most %d parts", MAX_PARTS);
		return false;
	}
	if (!refuse_reserved(reading, options, statement) ||
		!resolve_path(reading, options, statement, path) ||
		is_set_before(context, options, statement, path))
		return false;
	leaf = path[statement->n_parts - 1];
	if (!literal_read(reading, leaf, &statement->value, &value))
		return false;
	holder = open_path(context, options, statement, path);
	*vec_push(context->arena, &holder->list) = (struct option){
		.number = leaf->number,
		.field = leaf,
		.value = value,
		.span = statement->span,
	};
	return true;
}

bool option_interpret(struct context *context, struct element *element, struct options *options,
	struct uninterpreted *statement)
{
	struct reading reading = {
		.context = context, .element = element, .features = is_features(statement)
	};

	if (read_statement(&reading, options, statement))
		return true;
	options->incomplete |= reading.incomplete;
	if (reading.incomplete)
		option_keep(context, options, statement);
	return false;
}

/* ---- the stage ---- */

/* One range of an `extensions` statement shares its options with the next one. */
static bool has_shared_options(const struct element *element)
{
	const struct message *message = (const struct message *)element->parent;

	return element->kind == ELEMENT_EXTENSION_RANGE && element->index > 0 &&
	       message->extension_ranges.items[element->index - 1]->e.options == element->options;
}

static void make_room(struct context *context, struct options *options)
{
	uint32_t n = options->list.n;

	for (const struct uninterpreted *u = options->uninterpreted; u; u = u->next)
		n++;
	if (n > options->list.cap) {
		options->list.items = arena_grow(context->arena, options->list.items,
			options->list.cap, n, sizeof *options->list.items);
		options->list.cap = n;
	}
}

static void check_values(
	struct context *context, struct element *element, const struct options *options)
{
	struct reading reading = { .context = context, .element = element };

	for (uint32_t i = 0; !options->incomplete && i < options->list.n; i++) {
		const struct option *option = &options->list.items[i];

		if (option->field && field_is_message(option->field) && option->field->extension)
			literal_check_required(&reading, option->value.message, option->span);
	}
}

static void interpret_all(struct context *context, struct element *element, struct options *options)
{
	uint32_t before = context->diags->n_errors;

	make_room(context, options);
	for (struct uninterpreted *u = options->uninterpreted; u; u = u->next)
		option_interpret(context, element, options, u);
	if (context->diags->n_errors == before)
		check_values(context, element, options);
}

/* Gives a span of a set's source info to the option, or the field in its message, at its path. */
static void span_take(struct options *options, const struct option_span *written)
{
	struct options *current = options;

	for (uint32_t i = 0; i < written->n && i < COUNT(written->path) && current; i++) {
		struct option *option = NULL;
		int32_t skip = 0;

		for (uint32_t k = 0; k < current->list.n; k++) {
			struct option *candidate = &current->list.items[k];

			if (candidate->number != written->path[i])
				continue;
			option = candidate;
			if (!candidate->field || candidate->field->label != LABEL_REPEATED ||
				i + 1 >= written->n || skip++ == written->path[i + 1])
				break;
		}
		if (!option)
			return;
		if (option->field && option->field->label == LABEL_REPEATED)
			i++;
		if (span_is_none(option->span))
			option->span = written->span;
		current = option_message(option);
	}
}

static void decode_all(struct context *context, struct element *element, struct options *options)
{
	if (!options_decode(context, options->type, options_encoded(options), options)) {
		struct str name = element->kind == ELEMENT_FILE
					  ? context->file->import_path
					  : element_full_name(element, context->scratch);

		diag_error(context->diags, here(context, element->name_span),
			"the options of '" STR "' are damaged", ARG(name));
		return;
	}
	for (uint32_t i = 0; i < options->encoded->spans.n; i++)
		span_take(options, &options->encoded->spans.items[i]);
}

static void preset_read(struct context *context, struct field *field)
{
	if (field->has_default)
		default_read(context, field);
	field->preset->uninterpreted = NULL;
}

static void options_element(void *user, struct element *element)
{
	struct context *context = user;
	struct options *options = element->options;

	if (options && !has_shared_options(element) &&
		(options->uninterpreted || options->encoded)) {
		options->type = resolve_options_message(context, element);
		if (options->type && options->encoded)
			decode_all(context, element, options);
		if (options->type && options->uninterpreted)
			interpret_all(context, element, options);
		/* Their arena is freed after linking. */
		options->uninterpreted = options->last_uninterpreted = NULL;
	}
	if (element->kind == ELEMENT_FIELD && ((struct field *)element)->preset)
		preset_read(context, (struct field *)element);
}

void options_file(struct context *context)
{
	struct map indexes;

	map_init(&indexes, context->indexes);
	context->option_indexes = &indexes;
	file_walk(context->file, options_element, context);
	context->option_indexes = NULL;
}
