/*
 * Trees of options that could not be interpreted, from their statements.
 *
 * If the other side can interpret the option, its types say what the literals are: what is written
 * the same way on both sides then gives the same tree.
 */
#include "rules/lookup.h"
#include "rules/option_tree.h"
#include "schema/written.h"

bool part_is_step(const struct name_part *part, const struct option_step *step)
{
	struct str name = name_undotted(part->name);

	if (part->is_extension != step->is_extension)
		return false;
	if (!part->is_extension)
		return str_eq(name, step->name);
	return name.n <= step->name.n && names_agree(name, step->name);
}

/* Does the statement set something on the path, or below its end? */
static bool is_on_path(const struct uninterpreted *statement, const struct option_path *path)
{
	for (uint32_t i = 0; i < statement->n_parts && i < path->n; i++)
		if (!part_is_step(&statement->parts[i], &path->steps[i]))
			return false;
	return statement->n_parts > 0;
}

static const struct uninterpreted *first_kept(const struct options *options)
{
	return options && options->kept ? options->kept->first : NULL;
}

/* Does the other side say that the name, which leaves leading names out, is that of another option? */
static bool means_another(const struct name_part *part, const struct option_step *step,
	const struct options *other)
{
	enum { MOST_LOOKED_AT = 100 };
	uint32_t n = !other || other->list.n > MOST_LOOKED_AT ? 0 : other->list.n;
	bool means = false;

	for (uint32_t i = 0; i < n && step->is_extension; i++) {
		const struct field *field = other->list.items[i].field;
		struct option_step set;

		if (!field || !field->extension)
			continue;
		set = (struct option_step){ field->e.full_name, true };
		if (str_eq(set.name, step->name))
			return false;
		means |= part_is_step(part, &set);
	}
	return means;
}

bool option_is_written(const struct options *options, const struct options *other,
	const struct option_path *path)
{
	for (const struct uninterpreted *u = first_kept(options); u; u = u->next)
		if (is_on_path(u, path) && !means_another(&u->parts[0], &path->steps[0], other))
			return true;
	return false;
}

/* ---- the other side's types ---- */

static bool is_message(const struct field *field)
{
	return field && (field->type == TYPE_MESSAGE || field->type == TYPE_GROUP) &&
	       field->message;
}

static const struct field *extension_hint(const struct tree_maker *m, struct str full_name)
{
	return m->by_other ? diff_find_extension_named(
				     m->c->diff, !m->new_side, intern(m->c->names, full_name))
			   : NULL;
}

/* The field that a name inside of `around` means; NULL: unknown. */
static const struct field *member_hint(
	struct tree_maker *m, const struct field *around, struct str name, bool is_extension)
{
	const struct field *field;

	if (is_extension)
		return extension_hint(m, name_undotted(name));
	if (!is_message(around))
		return NULL;
	field = lookup_field(m->c, around->message, intern(m->c->names, name));
	/* A group by the name of its message. */
	return field ? field : lookup_field(m->c, around->message, tree_lower(m, name));
}

static const struct enum_value *value_hint(
	const struct tree_maker *m, const struct field *field, const struct literal *literal)
{
	uint64_t most = literal->negative ? (uint64_t)INT32_MAX + 1 : INT32_MAX;
	const struct aliases *values;

	if (!field->enumeration)
		return NULL;
	if (literal->kind == LITERAL_IDENT)
		return lookup_value(m->c, field->enumeration, literal->text);
	if (literal->kind != LITERAL_INTEGER || literal->u > most)
		return NULL;
	values = lookup_values(m->c, field->enumeration,
		(int32_t)(literal->negative ? -(int64_t)literal->u : (int64_t)literal->u));
	return values ? values->list.items[0] : NULL;
}

static bool is_true(const struct literal *literal)
{
	if (literal->kind == LITERAL_INTEGER)
		return literal->u == 1;
	return literal->kind == LITERAL_IDENT &&
	       (str_eq(literal->text, S("true")) || str_eq(literal->text, S("True")) ||
		       str_eq(literal->text, S("t")));
}

static bool is_zero(
	const struct tree_maker *m, const struct field *field, const struct literal *literal)
{
	const struct enum_value *value;

	switch (field->type) {
	case TYPE_STRING:
	case TYPE_BYTES:
		return literal->kind == LITERAL_STRING && literal->text.n == 0;
	case TYPE_BOOL:
		return !is_true(literal);
	case TYPE_ENUM:
		value = value_hint(m, field, literal);
		return value && value->number == 0;
	default:
		return (literal->kind == LITERAL_INTEGER && literal->u == 0) ||
		       (literal->kind == LITERAL_FLOAT && literal->d == 0);
	}
}

/* A zero that says no more than leaving it out; an interpreted message lacks it. */
static bool says_nothing(
	const struct tree_maker *m, const struct field *field, const struct literal *literal)
{
	return field && !field->extension && field->label != LABEL_REPEATED &&
	       !((const struct message *)field->e.parent)->is_map_entry && !is_message(field) &&
	       !field_has_presence(field) && is_zero(m, field, literal);
}

/* Makes a scalar what the type makes of it. */
static void take_type(const struct tree_maker *m, struct tree *tree, const struct field *field,
	const struct literal *literal)
{
	const struct enum_value *value;

	switch (field->type) {
	case TYPE_FLOAT:
		if (tree->kind == TREE_INTEGER) {
			tree->kind = TREE_REAL;
			tree->d = tree->negative ? -(double)literal->u : (double)literal->u;
		}
		if (tree->kind == TREE_REAL)
			tree->d = (double)(float)tree->d;
		tree->is_single = true;
		break;
	case TYPE_BOOL:
		tree->kind = TREE_WORD;
		tree->negative = false;
		tree->number = is_true(literal);
		tree->s = is_true(literal) ? S("true") : S("false");
		break;
	case TYPE_ENUM:
		value = value_hint(m, field, literal);
		if (!value)
			break;
		tree->kind = TREE_WORD;
		tree->negative = false;
		tree->number = value->number;
		tree->of = field->enumeration;
		tree->s = value->e.name;
		break;
	default:
		break;
	}
}

/* ---- literals ---- */

static void set_literal(struct tree_maker *m, struct tree *tree, const struct field *field,
	const struct literal *literal);

static void add_literal_field(struct tree_maker *m, struct tree *message,
	const struct field *around, const struct literal_field *at)
{
	const struct literal *value = &at->value;
	const struct field *field =
		at->url.p ? NULL : member_hint(m, around, at->name, at->is_extension);
	struct branch *branch;

	if (value->kind == LITERAL_LIST ? value->items.n == 0 : says_nothing(m, field, value))
		return;
	branch = tree_open_branch(
		m, message->message, name_undotted(at->name), at->is_extension || at->url.p);
	if (at->url.p)
		branch->shown =
			str_printf(m->arena, "[" STR "/" STR "]", ARG(at->url), ARG(at->name));
	if (value->kind != LITERAL_LIST) {
		set_literal(m, tree_add_value(m, branch, message->statement), field, value);
		return;
	}
	branch->is_list = true;
	for (uint32_t i = 0; i < value->items.n; i++)
		set_literal(m, tree_add_value(m, branch, message->statement), field,
			&value->items.items[i]);
}

/* Recursion is as deep as literals nest, which the parser limits. */
static void set_literal(struct tree_maker *m, struct tree *tree, const struct field *field,
	const struct literal *literal)
{
	tree->negative = literal->negative;
	switch (literal->kind) {
	case LITERAL_IDENT:
		tree->kind = TREE_WORD;
		tree->s = literal->text;
		tree->number = str_eq(literal->text, S("true"));
		break;
	case LITERAL_INTEGER:
		tree->kind = TREE_INTEGER;
		tree->u = literal->u;
		tree->negative &= literal->u != 0;
		break;
	case LITERAL_FLOAT:
		tree->kind = TREE_REAL;
		tree->d = literal->negative ? -literal->d : literal->d;
		break;
	case LITERAL_STRING:
		tree->kind = TREE_TEXT;
		tree->s = literal->text;
		break;
	default:
		tree->kind = TREE_MESSAGE;
		tree->message = NEW(m->arena, struct branches);
		for (uint32_t i = 0; i < literal->fields.n; i++)
			add_literal_field(m, tree, field, &literal->fields.items[i]);
	}
	if (field && tree->kind != TREE_MESSAGE)
		take_type(m, tree, field, literal);
}

/* ---- statements ---- */

/* The message of a dotted part, which a statement before this one may have begun. */
static struct branches *open_message(struct tree_maker *m, struct branches *branches,
	const struct name_part *part, struct span statement)
{
	struct branch *branch =
		tree_open_branch(m, branches, name_undotted(part->name), part->is_extension);
	struct tree *tree = branch->values.n ? branch->values.items[branch->values.n - 1] : NULL;

	if (!tree || tree->kind != TREE_MESSAGE) {
		tree = tree_add_value(m, branch, statement);
		tree->kind = TREE_MESSAGE;
		tree->message = NEW(m->arena, struct branches);
	}
	return tree->message;
}

/* `(a).b.c = value` as three branches; `field` is what the first part means, if that is known. */
static void add_statement(struct tree_maker *m, struct branches *branches,
	const struct field *field, const struct uninterpreted *statement)
{
	const struct name_part *last = &statement->parts[statement->n_parts - 1];
	struct branch *branch;

	for (const struct name_part *part = statement->parts; part < last; part++) {
		branches = open_message(m, branches, part, statement->span);
		field = member_hint(m, field, part[1].name, part[1].is_extension);
	}
	if (says_nothing(m, field, &statement->value))
		return;
	branch = tree_open_branch(m, branches, name_undotted(last->name), last->is_extension);
	set_literal(m, tree_add_value(m, branch, statement->span), field, &statement->value);
}

void tree_add_statements(struct tree_maker *m, struct branches *root, const struct options *options,
	const struct option_path *path)
{
	const struct option_step *step = &path->steps[0];
	const struct field *field = step->is_extension ? extension_hint(m, step->name) : NULL;

	for (const struct uninterpreted *u = first_kept(options); u; u = u->next)
		if (u->n_parts && part_is_step(&u->parts[0], step))
			add_statement(m, root, field, u);
}
