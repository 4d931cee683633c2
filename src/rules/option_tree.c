#include "rules/option_tree.h"

#include "rules/lookup.h"

#include <ctype.h>

enum { LONG_LIST = 16 };

/* ---- branches ---- */

static struct branch *find_branch(struct branches *branches, struct str key, bool is_extension)
{
	if (branches->list.n > LONG_LIST) {
		uintptr_t at = (uintptr_t)map_get(&branches->by_key, key.p, is_extension);

		return at ? &branches->list.items[at - 1] : NULL;
	}
	for (uint32_t i = 0; i < branches->list.n; i++) {
		struct branch *branch = &branches->list.items[i];

		if (branch->key.p == key.p && branch->is_extension == is_extension)
			return branch;
	}
	return NULL;
}

static void index_branches(struct tree_maker *m, struct branches *branches)
{
	uint32_t from = branches->list.n - 1;

	if (branches->list.n <= LONG_LIST)
		return;
	if (branches->list.n == LONG_LIST + 1) {
		map_init(&branches->by_key, m->arena);
		from = 0;
	}
	for (uint32_t i = from; i < branches->list.n; i++) {
		const struct branch *branch = &branches->list.items[i];

		*map_put(&branches->by_key, branch->key.p, branch->is_extension) =
			(void *)(uintptr_t)(i + 1);
	}
}

struct str tree_lower(struct tree_maker *m, struct str name)
{
	char *lower = arena_bytes(m->arena, name.n);

	for (size_t i = 0; i < name.n; i++)
		lower[i] = (char)tolower((unsigned char)name.p[i]);
	return intern(m->c->names, (struct str){ lower, name.n });
}

/* The field's key: its name, or of what is compared as written the last part of it. */
static struct str key_of(struct tree_maker *m, struct str name)
{
	return m->as_written ? tree_lower(m, str_last_component(name)) : intern(m->c->names, name);
}

struct branch *tree_open_branch(
	struct tree_maker *m, struct branches *branches, struct str name, bool is_extension)
{
	struct str key = key_of(m, name);
	struct branch *branch = find_branch(branches, key, is_extension);

	if (branch)
		return branch;
	branch = vec_push(m->arena, &branches->list);
	branch->key = key;
	branch->is_extension = is_extension;
	branch->shown = is_extension ? str_printf(m->arena, "[" STR "]", ARG(name)) : name;
	index_branches(m, branches);
	return find_branch(branches, key, is_extension);
}

struct tree *tree_add_value(struct tree_maker *m, struct branch *branch, struct span statement)
{
	struct tree *tree = NEW(m->arena, struct tree);

	tree->statement = statement;
	*vec_push(m->arena, &branch->values) = tree;
	return tree;
}

/* ---- interpreted values ---- */

static void set_integer(struct tree *tree, int64_t i)
{
	tree->kind = TREE_INTEGER;
	tree->negative = i < 0;
	tree->u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
}

static void set_enum(struct tree_maker *m, struct tree *tree, const struct option *option)
{
	const struct value *value = &option->value;

	tree->kind = TREE_WORD;
	tree->number = value->i;
	tree->of = option->field->enumeration;
	tree->s = value->enum_value ? value->enum_value->e.name
				    : str_printf(m->arena, "%lld", (long long)value->i);
}

static void set_scalar(struct tree_maker *m, struct tree *tree, const struct option *option)
{
	const struct value *value = &option->value;

	switch (value->type) {
	case TYPE_DOUBLE:
	case TYPE_FLOAT:
		tree->kind = TREE_REAL;
		tree->d = value->d;
		tree->is_single = value->type == TYPE_FLOAT;
		break;
	case TYPE_BOOL:
		tree->kind = TREE_WORD;
		tree->number = value->u != 0;
		tree->s = value->u ? S("true") : S("false");
		break;
	case TYPE_STRING:
	case TYPE_BYTES:
		tree->kind = TREE_TEXT;
		tree->s = value->s;
		break;
	case TYPE_ENUM:
		set_enum(m, tree, option);
		break;
	case TYPE_UINT32:
	case TYPE_UINT64:
	case TYPE_FIXED32:
	case TYPE_FIXED64:
		tree->kind = TREE_INTEGER;
		tree->u = value->u;
		break;
	default:
		set_integer(tree, value->i);
	}
}

static bool is_zero(const struct value *value)
{
	switch (value->type) {
	case TYPE_STRING:
	case TYPE_BYTES:
		return value->s.n == 0;
	case TYPE_DOUBLE:
	case TYPE_FLOAT:
		return value->d == 0;
	case TYPE_MESSAGE:
	case TYPE_GROUP:
		return false;
	default:
		return value->u == 0;
	}
}

/* The same field on the other side; NULL: none. */
static const struct field *other_field(const struct tree_maker *m, const struct field *field)
{
	const struct message *other =
		diff_find_message(m->c->diff, !m->new_side, field->e.parent->full_name);

	return other ? lookup_field(m->c, other, field->e.name) : NULL;
}

/*
 * Is it a zero that says no more than leaving it out, on either side? (Presence may have changed in
 * the file that defines the option: what is written is then still the same.)
 */
static bool says_nothing(const struct tree_maker *m, const struct option *option)
{
	const struct field *field = option->field, *other;

	if (field->extension || field->label == LABEL_REPEATED || !is_zero(&option->value) ||
		((const struct message *)field->e.parent)->is_map_entry)
		return false;
	if (!field_has_presence(field))
		return true;
	other = other_field(m, field);
	return other && !other->extension && other->label != LABEL_REPEATED &&
	       !field_has_presence(other);
}

/* Is the inner span a part of a literal that the statement holds? */
static bool is_inside(struct span inner, struct span statement)
{
	return inner.begin >= statement.begin && inner.end <= statement.end;
}

static struct span statement_of(struct span span, struct span around)
{
	if (span_is_none(span) || (!span_is_none(around) && is_inside(span, around)))
		return around;
	return span;
}

static void add_options(struct tree_maker *m, struct branches *branches,
	const struct options *options, struct span around);

/* An entry's key or value that the text leaves out has no place. */
static bool is_filled_in(const struct tree_maker *m, const struct option *option)
{
	return m->as_written && span_is_none(option->span) && option->field->e.parent &&
	       option->field->e.parent->kind == ELEMENT_MESSAGE &&
	       ((const struct message *)option->field->e.parent)->is_map_entry;
}

static void add_unknown(
	struct tree_maker *m, struct branches *branches, const struct option *option)
{
	struct str number = str_printf(m->arena, "%d", option->number);
	struct branch *branch = tree_open_branch(m, branches, number, false);
	struct tree *tree = tree_add_value(m, branch, option->span);

	tree->kind = TREE_UNKNOWN;
	tree->s = option->value.s;
}

static void add_option(struct tree_maker *m, struct branches *branches, const struct option *option,
	struct span around)
{
	const struct field *field = option->field;
	struct span statement = statement_of(option->span, around);
	const struct options *message;
	struct branch *branch;
	struct tree *tree;

	if (!field) {
		add_unknown(m, branches, option);
		return;
	}
	if (says_nothing(m, option) || is_filled_in(m, option))
		return;
	branch = tree_open_branch(m, branches,
		field->extension ? field->e.full_name : field->e.name, field->extension != NULL);
	branch->number = field->number;
	branch->is_list |= field->label == LABEL_REPEATED;
	branch->is_map |= field->is_map;
	tree = tree_add_value(m, branch, statement);
	message = option_message(option);
	if (!message) {
		set_scalar(m, tree, option);
		return;
	}
	tree->kind = TREE_MESSAGE;
	tree->type = field->message;
	tree->message = NEW(m->arena, struct branches);
	add_options(m, tree->message, message, statement);
}

/* Recursion is as deep as values nest, which proto/ limits. */
static void add_options(struct tree_maker *m, struct branches *branches,
	const struct options *options, struct span around)
{
	for (uint32_t i = 0; i < options->list.n; i++)
		add_option(m, branches, &options->list.items[i], around);
}

static bool is_step(const struct option *option, const struct option_step *step)
{
	const struct field *field = option->field;

	if (!field || (field->extension != NULL) != step->is_extension)
		return false;
	return str_eq(step->is_extension ? field->e.full_name : field->e.name, step->name);
}

/* ---- a tree ---- */

struct branches *tree_make(
	struct tree_maker *m, const struct options *options, const struct option_path *path)
{
	struct branches *root = NEW(m->arena, struct branches);

	for (uint32_t i = 0; options && i < options->list.n; i++) {
		const struct option *option = &options->list.items[i];

		if (!option->field || is_step(option, &path->steps[0]))
			add_option(m, root, option, NO_SPAN);
	}
	if (m->as_written)
		tree_add_statements(m, root, options, path);
	return root;
}

/* ---- the way of a path ---- */

struct choosing {
	struct tree_maker maker;
	const struct option_path *path;
	struct chosen *chosen;
};

static bool has_unknown(const struct branches *branches)
{
	for (uint32_t i = 0; i < branches->list.n; i++)
		if (branches->list.items[i].values.items[0]->kind == TREE_UNKNOWN)
			return true;
	return false;
}

/* Recursion is as deep as the path is long. */
static void choose(struct choosing *ch, struct branches *branches, uint32_t at)
{
	const struct option_step *step = &ch->path->steps[at];
	struct chosen *chosen = ch->chosen;
	struct branch *branch =
		find_branch(branches, key_of(&ch->maker, step->name), step->is_extension);

	if (!branch) {
		chosen->is_unknown |= step->is_extension && has_unknown(branches);
		return;
	}
	chosen->is_set |= at == 0;
	tree_sort_map(&ch->maker, branch);
	chosen->is_list |= branch->is_list || branch->values.n > 1;
	for (uint32_t i = 0; i < branch->values.n; i++) {
		const struct tree *tree = branch->values.items[i];

		if (!chosen->values.n)
			chosen->statement = tree->statement;
		if (at + 1 == ch->path->n)
			*vec_push(ch->maker.arena, &chosen->values) = tree;
		else if (tree->kind == TREE_MESSAGE)
			choose(ch, tree->message, at + 1);
	}
}

void tree_choose(const struct tree_maker *maker, struct branches *root,
	const struct option_path *path, struct chosen *chosen)
{
	struct choosing choosing = { *maker, path, chosen };

	*chosen = (struct chosen){ 0 };
	choose(&choosing, root, 0);
}
