/* The values of options that `options:` of the configuration promises: the rules OPTION_*. */
#include "rules/lookup.h"
#include "rules/option_tree.h"

#include "base/glyph.h"

#include <stdlib.h>

enum { MOST_COLUMNS = 60 }; /* of a value in a message */

/* One promise, one rule of it and one element on both sides. */
struct keeping {
	struct check *c;
	const struct rule *rule;
	const struct pair *pair;
	const struct promise *promise;
	const struct element *old_element, *new_element;
	struct tree_maker old_maker, new_maker;
	struct branches *old_root, *new_root; /* of the promise's option */
	struct chosen old, new;
	struct str *old_keys, *new_keys; /* of the values */
};

const struct rule *promise_rule(enum promise_rule bit)
{
	switch (bit) {
	case PROMISE_NO_REMOVE:
		return &rule_OPTION_NO_REMOVE;
	case PROMISE_NO_ADD:
		return &rule_OPTION_NO_ADD;
	case PROMISE_NO_INCREASE:
		return &rule_OPTION_NO_INCREASE;
	case PROMISE_NO_DECREASE:
		return &rule_OPTION_NO_DECREASE;
	default:
		return &rule_OPTION_SAME;
	}
}

/* ---- words ---- */

static struct str element_words(const struct check *c, const struct element *element)
{
	const struct extension_range *range = (const struct extension_range *)element;
	struct str name;

	switch (element->kind) {
	case ELEMENT_FILE:
		return str_printf(c->arena, "file '" STR "'", ARG(element->file->import_path));
	case ELEMENT_FIELD:
		return field_words(c, (const struct field *)element);
	case ELEMENT_ENUM_VALUE:
		return str_printf(c->arena, "enum value %d '" STR "' of '" STR "'",
			((const struct enum_value *)element)->number, ARG(element->name),
			ARG(full_name(c, element->parent)));
	case ELEMENT_EXTENSION_RANGE:
		name = range_words(c->arena, range->begin, range->end,
			range->to_max ? range->end : MAX_FIELD_NUMBER);
		return str_printf(c->arena, "extension range " STR " of '" STR "'", ARG(name),
			ARG(full_name(c, element->parent)));
	case ELEMENT_ONEOF:
	case ELEMENT_METHOD:
		return str_printf(c->arena, "%s '" STR "' of '" STR "'",
			element->kind == ELEMENT_ONEOF ? "oneof" : "method", ARG(element->name),
			ARG(full_name(c, element->parent)));
	default:
		return str_printf(c->arena, "%s '" STR "'",
			element->kind == ELEMENT_MESSAGE ? "message"
			: element->kind == ELEMENT_ENUM  ? "enum"
							 : "service",
			ARG(element->full_name));
	}
}

static struct str shortened(const struct check *c, struct str text)
{
	if (text.n <= MOST_COLUMNS)
		return text;
	return str_printf(
		c->arena, STR "…", ARG(str_head(text, glyph_end(text, MOST_COLUMNS - 1))));
}

/* The value in text format; of a list in brackets. */
static struct str value_text(
	const struct keeping *k, const struct tree_maker *maker, const struct chosen *chosen)
{
	bool is_list = k->old.is_list || k->new.is_list;
	struct out *out;

	if (!is_list && chosen->values.n == 1)
		return tree_text(maker, chosen->values.items[0]);
	out = out_memory(maker->arena);
	out_char(out, '[');
	for (uint32_t i = 0; i < chosen->values.n; i++) {
		out_str(out, i ? S(", ") : S(""));
		out_str(out, tree_text(maker, chosen->values.items[i]));
	}
	out_char(out, ']');
	return out_text(out);
}

/* `PATH = VALUE`; absent if the side does not have it. */
static struct str property(
	const struct keeping *k, const struct tree_maker *maker, const struct chosen *chosen)
{
	struct str text = { NULL, 0 };

	if (chosen->values.n)
		text = str_printf(k->c->arena, STR " = " STR, ARG(k->promise->path.text),
			ARG(value_text(k, maker, chosen)));
	return text;
}

/* ---- findings ---- */

static struct spot spot_statement(const struct element *element, const struct chosen *chosen)
{
	if (element->kind == ELEMENT_FILE && span_is_none(chosen->statement))
		return spot_file(element->file);
	return spot_span(element, chosen->statement);
}

static struct str help_of(const struct keeping *k, struct str before, struct str value)
{
	struct str path = k->promise->path.text;

	switch ((enum promise_rule)k->rule->arg) {
	case PROMISE_NO_ADD:
		return str_printf(k->c->arena, "leave '" STR "' as it was before", ARG(path));
	case PROMISE_NO_INCREASE:
		return str_printf(k->c->arena, "keep '" STR "' at " STR " or less", ARG(path),
			ARG(shortened(k->c, value)));
	case PROMISE_NO_DECREASE:
		return str_printf(k->c->arena, "keep '" STR "' at " STR " or more", ARG(path),
			ARG(shortened(k->c, value)));
	default:
		if (!before.p)
			return str_printf(k->c->arena, "leave '" STR "' out", ARG(path));
		return str_printf(k->c->arena, "keep `" STR "`", ARG(shortened(k->c, before)));
	}
}

/* `what` says what happened to the option. */
static void report(struct keeping *k, struct str what)
{
	struct fact fact = {
		.old = spot_statement(k->old_element, &k->old),
		.new = spot_statement(k->new_element, &k->new),
		.subject = k->old_element,
		.before = property(k, &k->old_maker, &k->old),
		.after = property(k, &k->new_maker, &k->new),
		.promise = k->promise,
	};

	if (k->old_element->kind == ELEMENT_FILE)
		fact.name = k->old_element->file->import_path;
	else if (k->old_element->kind == ELEMENT_EXTENSION_RANGE)
		fact.name = full_name(k->c, k->old_element->parent);
	fact.help = help_of(
		k, fact.before, k->old.values.n ? value_text(k, &k->old_maker, &k->old) : S(""));
	finding_add(k->c, k->rule, k->pair, &fact, "option '" STR "' of " STR " " STR,
		ARG(k->promise->path.text), ARG(element_words(k->c, k->old_element)), ARG(what));
}

static void report_change(struct keeping *k)
{
	struct str was = value_text(k, &k->old_maker, &k->old);
	struct str is = value_text(k, &k->new_maker, &k->new);

	report(k, str_printf(k->c->arena, "changed from " STR " to " STR, ARG(shortened(k->c, was)),
			  ARG(shortened(k->c, is))));
}

/* ---- lists ---- */

struct keyed {
	struct str key;
	const struct tree *tree;
};

static int by_key(const void *left, const void *right)
{
	const struct keyed *a = left, *b = right;

	return str_cmp(a->key, b->key);
}

static struct keyed *sorted(
	struct arena *arena, const struct chosen *chosen, const struct str *keys)
{
	struct keyed *list = NEW_ARRAY(arena, chosen->values.n, struct keyed);

	for (uint32_t i = 0; i < chosen->values.n; i++)
		list[i] = (struct keyed){ keys[i], chosen->values.items[i] };
	if (chosen->values.n)
		qsort(list, chosen->values.n, sizeof *list, by_key);
	return list;
}

/* What happened to the elements of a list: which of one side the other one lacks, each as often as
 * it stands there. */
struct changed_list {
	VEC(const struct tree *) lost, gained;
};

static void compare_lists(const struct keeping *k, struct changed_list *changed)
{
	struct arena *arena = k->c->scratch;
	struct keyed *old = sorted(arena, &k->old, k->old_keys);
	struct keyed *new = sorted(arena, &k->new, k->new_keys);
	uint32_t i = 0, j = 0;

	while (i < k->old.values.n || j < k->new.values.n) {
		int order = i == k->old.values.n   ? 1
			    : j == k->new.values.n ? -1
						   : str_cmp(old[i].key, new[j].key);

		if (order < 0)
			*vec_push(arena, &changed->lost) = old[i].tree;
		else if (order > 0)
			*vec_push(arena, &changed->gained) = new[j].tree;
		i += order <= 0;
		j += order >= 0;
	}
}

static struct str list_words(const struct keeping *k, const struct tree_maker *maker,
	const char *verb, const struct tree *const *trees, uint32_t n)
{
	enum { MOST_SHOWN = 3 };
	struct str words = str_of(verb);

	for (uint32_t i = 0; i < n && i < MOST_SHOWN; i++)
		words = str_printf(k->c->arena, STR "%s " STR, ARG(words), i ? "," : "",
			ARG(shortened(k->c, tree_text(maker, trees[i]))));
	if (n > MOST_SHOWN)
		words = str_printf(k->c->arena, STR " and %u more", ARG(words), n - MOST_SHOWN);
	return words;
}

static struct str lost_words(const struct keeping *k, const struct changed_list *changed)
{
	return list_words(k, &k->old_maker, "lost", changed->lost.items, changed->lost.n);
}

static struct str gained_words(const struct keeping *k, const struct changed_list *changed)
{
	return list_words(k, &k->new_maker, "gained", changed->gained.items, changed->gained.n);
}

/* The statement of the first element that came. */
static void place_gained(struct keeping *k, const struct changed_list *changed)
{
	if (changed->gained.n && !span_is_none(changed->gained.items[0]->statement))
		k->new.statement = changed->gained.items[0]->statement;
}

/* Both sides have elements. */
static void keep_list(struct keeping *k)
{
	struct changed_list changed = { 0 };

	compare_lists(k, &changed);
	switch ((enum promise_rule)k->rule->arg) {
	case PROMISE_NO_REMOVE:
		if (changed.lost.n)
			report(k, lost_words(k, &changed));
		break;
	case PROMISE_NO_ADD:
		place_gained(k, &changed);
		if (changed.gained.n)
			report(k, gained_words(k, &changed));
		break;
	default:
		place_gained(k, &changed);
		if (changed.lost.n && !changed.gained.n)
			report(k, lost_words(k, &changed));
		else if (changed.gained.n && !changed.lost.n)
			report(k, gained_words(k, &changed));
		else
			report_change(k);
	}
}

/* ---- the rules ---- */

static bool is_equal(const struct keeping *k)
{
	if (k->old.values.n != k->new.values.n)
		return false;
	for (uint32_t i = 0; i < k->old.values.n; i++)
		if (!str_eq(k->old_keys[i], k->new_keys[i]))
			return false;
	return true;
}

enum said { SAID_WRITTEN, SAID_UNORDERED };

/* Has a warning said so of the path already? */
static bool is_said(struct keeping *k, enum said what)
{
	struct check *c = k->c;
	void **slot = map_put(&c->written, intern(c->names, k->promise->path.text).p, what);
	bool is_said = *slot != NULL;

	*slot = c;
	return is_said;
}

/* Of a word that is written nobody knows the number. */
static void warn_unordered(struct keeping *k, const struct tree *old, const struct tree *new)
{
	if (!k->old_maker.as_written || tree_is_nan(old) || tree_is_nan(new) ||
		is_said(k, SAID_UNORDERED))
		return;
	diag_warning(k->c->diags, k->promise->place,
		"as they are written, " STR " and " STR " of '" STR "' have no order",
		ARG(shortened(k->c, tree_text(&k->old_maker, old))),
		ARG(shortened(k->c, tree_text(&k->new_maker, new))), ARG(k->promise->path.text));
	diag_help(k->c->diags, "give the import a root with --root, or promise 'same'");
}

/* Pairwise; the first pair that goes the wrong way is enough. */
static void keep_order(struct keeping *k)
{
	enum tree_order wrong = k->rule->arg == PROMISE_NO_INCREASE ? TREE_LESS : TREE_GREATER;

	for (uint32_t i = 0; i < k->old.values.n && i < k->new.values.n; i++) {
		const struct tree *old = k->old.values.items[i], *new = k->new.values.items[i];
		enum tree_order order;

		if (str_eq(k->old_keys[i], k->new_keys[i]))
			continue;
		order = tree_compare(old, new);
		if (order == TREE_UNORDERED)
			warn_unordered(k, old, new);
		if (order != wrong)
			continue;
		if (!span_is_none(new->statement))
			k->new.statement = new->statement;
		report_change(k);
		return;
	}
}

static void judge(struct keeping *k)
{
	unsigned rule = (unsigned)k->rule->arg;

	if (is_equal(k))
		return;
	if (rule & PROMISE_ORDER) {
		keep_order(k);
	} else if (!k->new.values.n) {
		if (rule & (PROMISE_SAME | PROMISE_NO_REMOVE))
			report(k, S("was removed"));
	} else if (!k->old.values.n) {
		if (rule & (PROMISE_SAME | PROMISE_NO_ADD))
			report(k, S("was added"));
	} else if (k->old.is_list || k->new.is_list) {
		keep_list(k);
	} else if (rule == PROMISE_SAME) {
		report_change(k);
	}
}

/* The name of the first extension on the path that one of the sides does not know. */
static struct str missing_name(const struct keeping *k)
{
	const struct option_path *path = &k->promise->path;

	for (uint32_t i = 0; i < path->n; i++) {
		struct str name = intern(k->c->names, path->steps[i].name);

		if (path->steps[i].is_extension &&
			(!diff_find_extension_named(k->c->diff, false, name) ||
				!diff_find_extension_named(k->c->diff, true, name)))
			return name;
	}
	return path->steps[0].name;
}

static void warn_written(struct keeping *k)
{
	if (is_said(k, SAID_WRITTEN))
		return;
	diag_warning(k->c->diags, k->promise->place,
		"the file that defines '(" STR ")' is missing; '" STR
		"' is compared as it is written",
		ARG(missing_name(k)), ARG(k->promise->path.text));
}

static void warn_unknown(struct keeping *k)
{
	if (is_said(k, SAID_WRITTEN))
		return;
	diag_warning(k->c->diags, k->promise->place,
		"the file that defines '(" STR ")' is missing in a descriptor set; '" STR
		"' is not compared where the set has options without a name",
		ARG(missing_name(k)), ARG(k->promise->path.text));
	diag_help(k->c->diags,
		"a set with all imports has the file: 'breakwater build' writes one, and protoc "
		"does with --include_imports");
}

static struct str *keys_of(
	struct arena *arena, const struct tree_maker *maker, const struct chosen *chosen)
{
	struct str *keys = NEW_ARRAY(arena, chosen->values.n, struct str);

	for (uint32_t i = 0; i < chosen->values.n; i++)
		keys[i] = tree_key(maker, chosen->values.items[i]);
	return keys;
}

static void keep(struct keeping *k)
{
	const struct option_path *path = &k->promise->path;

	tree_choose(&k->old_maker, k->old_root, path, &k->old);
	tree_choose(&k->new_maker, k->new_root, path, &k->new);
	if (k->old.is_unknown || k->new.is_unknown) {
		warn_unknown(k);
		return;
	}
	if (k->old_maker.as_written)
		warn_written(k);
	k->old_keys = keys_of(k->c->scratch, &k->old_maker, &k->old);
	k->new_keys = keys_of(k->c->scratch, &k->new_maker, &k->new);
	judge(k);
}

/* ---- elements ---- */

/* A promise that concerns the element, and on which sides its option is kept as it is written. */
struct asked {
	const struct promise *promise;
	bool old_written, new_written;
};

struct asked_list {
	VEC(struct asked) list;
};

static int by_tree(const void *left, const void *right)
{
	const struct asked *a = left, *b = right;
	const struct option_step *x = &a->promise->path.steps[0], *y = &b->promise->path.steps[0];

	if (x->is_extension != y->is_extension)
		return x->is_extension ? 1 : -1;
	if (a->old_written != b->old_written)
		return a->old_written ? 1 : -1;
	if (a->new_written != b->new_written)
		return a->new_written ? 1 : -1;
	return str_cmp(x->name, y->name);
}

/* Those that ask the rule, with promises of one option together: they look at the same trees. */
static void list_asked(struct keeping *k, struct asked_list *asked)
{
	const struct options *old = k->old_element->options, *new = k->new_element->options;
	struct concerned concerned = { 0 };

	promises_concerned(k->c, old, new, &concerned);
	for (uint32_t i = 0; i < concerned.n; i++) {
		const struct promise *promise = concerned.items[i];

		if ((promise->rules & (unsigned)k->rule->arg) &&
			path_under(k->new_element->file->text->path, promise->folder))
			*vec_push(k->c->scratch, &asked->list) =
				(struct asked){ promise, option_is_written(old, new, &promise->path),
					option_is_written(new, old, &promise->path) };
	}
	if (asked->list.n)
		qsort(asked->list.items, asked->list.n, sizeof *asked->list.items, by_tree);
}

static void make_trees(struct keeping *k, const struct asked *asked)
{
	const struct option_path *path = &asked->promise->path;
	struct tree_maker maker = {
		.c = k->c,
		.arena = k->c->scratch,
		.as_written = asked->old_written || asked->new_written,
		.by_other = asked->old_written != asked->new_written,
	};

	k->old_maker = k->new_maker = maker;
	k->new_maker.new_side = true;
	k->old_root = tree_make(&k->old_maker, k->old_element->options, path);
	k->new_root = tree_make(&k->new_maker, k->new_element->options, path);
}

static void keep_element(struct check *c, const struct rule *rule, const struct pair *pair,
	const struct element *old, const struct element *new)
{
	struct keeping k = {
		.c = c, .rule = rule, .pair = pair, .old_element = old, .new_element = new
	};
	struct arena_mark before = arena_mark(c->scratch), listed, made;
	struct asked_list asked = { 0 };

	if ((!old->options && !new->options) || old->options == new->options ||
		element_is_synthetic(old))
		return;
	list_asked(&k, &asked);
	listed = made = arena_mark(c->scratch);
	for (uint32_t i = 0; i < asked.list.n; i++) {
		const struct asked *one = &asked.list.items[i];

		if (i == 0 || by_tree(one - 1, one) != 0) {
			arena_rewind(c->scratch, listed);
			make_trees(&k, one);
			made = arena_mark(c->scratch);
		}
		k.promise = one->promise;
		keep(&k);
		arena_rewind(c->scratch, made);
	}
	arena_rewind(c->scratch, before);
}

static uint64_t range_key(const struct extension_range *range)
{
	return (uint64_t)(uint32_t)range->begin << 32 | (uint32_t)range->end;
}

/* Ranges of the same numbers are one. */
static void keep_ranges(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct message *old = pair->old.message, *new = pair->new.message;
	struct arena_mark mark = arena_mark(c->scratch);
	struct map by_numbers;

	map_init(&by_numbers, c->scratch);
	for (uint32_t i = 0; i < new->extension_ranges.n; i++)
		*map_put(&by_numbers, NULL, range_key(new->extension_ranges.items[i])) =
			new->extension_ranges.items[i];
	for (uint32_t i = 0; i < old->extension_ranges.n; i++) {
		const struct extension_range *range = old->extension_ranges.items[i], *other;

		other = map_get(&by_numbers, NULL, range_key(range));
		if (other)
			keep_element(c, rule, pair, &range->e, &other->e);
	}
	arena_rewind(c->scratch, mark);
}

/*
 * The new value of the same number and name. Without one, the first of the number takes the place
 * of the first: it has a new name.
 */
static const struct enum_value *find_value(
	struct check *c, const struct pair *pair, const struct enum_value *value)
{
	const struct aliases *before = lookup_values(c, pair->old.enumeration, value->number);
	const struct aliases *after = lookup_values(c, pair->new.enumeration, value->number);

	for (uint32_t i = 0; after && i < after->list.n; i++)
		if (after->list.items[i]->e.name.p == value->e.name.p)
			return after->list.items[i];
	return after && before->list.items[0] == value ? after->list.items[0] : NULL;
}

static void keep_values(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct enumeration *old = pair->old.enumeration;

	for (uint32_t i = 0; i < old->values.n; i++) {
		const struct enum_value *value = find_value(c, pair, old->values.items[i]);

		if (value)
			keep_element(c, rule, pair, &old->values.items[i]->e, &value->e);
	}
}

static void option_promise(struct check *c, const struct rule *rule, const struct pair *pair)
{
	if (!pair->old.element || !pair->new.element)
		return;
	keep_element(c, rule, pair, pair->old.element, pair->new.element);
	if (pair->kind == PAIR_MESSAGE)
		keep_ranges(c, rule, pair);
	else if (pair->kind == PAIR_ENUM)
		keep_values(c, rule, pair);
}

#define HEAD "syntax = \"proto3\";\npackage acme.v1;\n"
#define CUSTOM                                                                                    \
	HEAD "import \"google/protobuf/descriptor.proto\";\nextend google.protobuf.FieldOptions " \
	     "{\n  optional "
#define PII CUSTOM "string pii = 50001;\n}\n"
#define MOST CUSTOM "uint32 max_len = 50002;\n}\n"
#define FIELD(OPTIONS) "message User {\n  string email = 1" OPTIONS ";\n}"
#define PROMISED                                                                                 \
	"Only what `options:` of breakwater.yaml names, on each element that both sides have. "  \
	"Values are compared, not how they are written. Where the file that defines the option " \
	"is "                                                                                    \
	"missing, they are compared as they are written. "
#define DATA " Data on the wire and in JSON does not change."

#define PROMISE_RULE(ID, BIT, PURPOSE, COMPARES, HURTS, BEFORE, AFTER, PATH, SAFELY) \
	const struct rule rule_##ID = {                                              \
		.id = #ID,                                                           \
		.on_options = true,                                                  \
		.check = option_promise,                                             \
		.arg = BIT,                                                          \
		.purpose = PURPOSE,                                                  \
		.compares = PROMISED COMPARES,                                       \
		.hurts = HURTS DATA,                                                 \
		.before = BEFORE,                                                    \
		.after = AFTER,                                                      \
		.safely = SAFELY,                                                    \
		.promises = PATH,                                                    \
	}

PROMISE_RULE(OPTION_NO_ADD, PROMISE_NO_ADD, "a promised option is not added",
	"With `rule: no_add` an option that the new side alone has is a finding; in a list, an "
	"element "
	"that came.",
	"An option such as a limit of a validator refuses what was valid before: stored events, "
	"and "
	"those of producers that have the old contract, no longer pass.",
	MOST FIELD(""), MOST FIELD(" [(acme.v1.max_len) = 32]"), "(acme.v1.max_len)",
	"Add it to a new field, or to a new version of the contract; or take `no_add` out of the "
	"entry "
	"together with those who rely on it.");

PROMISE_RULE(OPTION_NO_DECREASE, PROMISE_NO_DECREASE, "a promised option does not decrease",
	"With `rule: no_decrease` a number that shrank is a finding: of a bool false is less than "
	"true, "
	"of an enum the number counts, of a Duration or Timestamp the time; a list is compared "
	"element "
	"by element.",
	"A limit that shrank refuses what was valid before: stored events, and those of producers "
	"that "
	"have the old contract, no longer pass.",
	MOST FIELD(" [(acme.v1.max_len) = 64]"), MOST FIELD(" [(acme.v1.max_len) = 32]"),
	"(acme.v1.max_len)",
	"Keep the value, or a greater one. A new field, or a new version of the contract, may have "
	"any.");

PROMISE_RULE(OPTION_NO_INCREASE, PROMISE_NO_INCREASE, "a promised option does not increase",
	"With `rule: no_increase` a number that grew is a finding: of a bool false is less than "
	"true, of "
	"an enum the number counts, of a Duration or Timestamp the time; a list is compared "
	"element by "
	"element.",
	"A lower limit that grew refuses what was valid before: stored events, and those of "
	"producers "
	"that have the old contract, no longer pass.",
	MOST FIELD(" [(acme.v1.max_len) = 32]"), MOST FIELD(" [(acme.v1.max_len) = 64]"),
	"(acme.v1.max_len)",
	"Keep the value, or a smaller one. A new field, or a new version of the contract, may have "
	"any.");

PROMISE_RULE(OPTION_NO_REMOVE, PROMISE_NO_REMOVE, "a promised option is not removed",
	"With `rule: no_remove` an option that the old side alone has is a finding; in a list, an "
	"element that has gone.",
	"Programs that read the option, such as those that mask personal data, no longer do for "
	"this "
	"element what it asks for.",
	PII FIELD(" [(acme.v1.pii) = \"direct\"]"), PII FIELD(""), "(acme.v1.pii)",
	"Keep the option until those who read it no longer need it.");

PROMISE_RULE(OPTION_SAME, PROMISE_SAME, "a promised option keeps its value",
	"With `rule: same` a finding is any other value, and an option that one side alone has. "
	"The "
	"entries of a map have no order; unset and zero are the same for a field without presence.",
	"Generators, gateways and other programs that read the option treat the element in another "
	"way.",
	PII FIELD(" [(acme.v1.pii) = \"direct\"]"), PII FIELD(" [(acme.v1.pii) = \"hashed\"]"),
	"(acme.v1.pii)",
	"Keep the value. Where it has to change, change it together with all programs that read "
	"it.");
