/*
 * Keeps option statements that a missing import keeps from being interpreted, for those who compare
 * them as they are written. Names and strings are not in the arena that is freed; the arrays are.
 */
#include "proto/options.h"

static struct literal keep_literal(struct arena *arena, const struct literal *literal)
{
	struct literal kept = *literal;

	if (literal->kind == LITERAL_MESSAGE) {
		kept.fields.cap = kept.fields.n;
		kept.fields.items = NEW_ARRAY(arena, literal->fields.n, struct literal_field);
		for (uint32_t i = 0; i < kept.fields.n; i++) {
			kept.fields.items[i] = literal->fields.items[i];
			kept.fields.items[i].value =
				keep_literal(arena, &literal->fields.items[i].value);
		}
	} else if (literal->kind == LITERAL_LIST) {
		kept.items.cap = kept.items.n;
		kept.items.items = NEW_ARRAY(arena, literal->items.n, struct literal);
		for (uint32_t i = 0; i < kept.items.n; i++)
			kept.items.items[i] = keep_literal(arena, &literal->items.items[i]);
	}
	return kept;
}

static bool is_asked_for(const struct compile_options *options, const struct name_part *part)
{
	for (uint32_t i = 0; i < options->kept.n; i++) {
		const struct kept_option *kept = &options->kept.items[i];

		if (kept->is_extension == part->is_extension &&
			str_eq(kept->name, str_last_component(part->name)))
			return true;
	}
	return false;
}

void option_keep(
	struct context *context, struct options *options, const struct uninterpreted *statement)
{
	struct arena *arena = context->arena;
	struct uninterpreted *kept;

	if (!is_asked_for(context->compiler->options, &statement->parts[0]))
		return;
	kept = NEW(arena, struct uninterpreted);
	*kept = *statement;
	kept->next = NULL;
	kept->parts = NEW_ARRAY(arena, statement->n_parts, struct name_part);
	memcpy(kept->parts, statement->parts, statement->n_parts * sizeof *statement->parts);
	kept->value = keep_literal(arena, &statement->value);
	if (!options->kept)
		options->kept = NEW(arena, struct kept_statements);
	if (options->kept->last)
		options->kept->last->next = kept;
	else
		options->kept->first = kept;
	options->kept->last = kept;
}
