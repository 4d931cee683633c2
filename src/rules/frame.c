/* Rules on the index of a root in its file, which stands in records of schema registries. */
#include "rules/finding.h"

#include "schema/position.h"

/* The two sides' indexes of a root. */
struct framed {
	const struct framed_root *root;
	const struct message *old, *new; /* old NULL: a new root */
	struct message_index was[COUNTINGS], is[COUNTINGS];
};

struct frames {
	struct check *c;
	struct positions old, new;
	struct map names[2]; /* scope → its messages by the new side's names: struct map */
	struct map lacking[2][COUNTINGS]; /* scope → the first message that the other side lacks */
};

/* ---- which message is to blame ---- */

enum { MOST_BLAMED = 1000 }; /* messages of a scope that are looked at for each root */

/* The messages of a scope by their full names on the new side. */
static const struct map *names_in(struct frames *f, const struct element *scope, bool new_side)
{
	void **slot = map_put(&f->names[new_side], scope, 0);
	struct map *names = *slot;
	uint32_t n;
	struct message *const *messages = scope_messages(scope, &n);

	if (names)
		return names;
	*slot = names = NEW(f->c->arena, struct map);
	map_init(names, f->c->arena);
	for (uint32_t i = 0; i < n; i++) {
		struct str name = messages[i]->e.full_name;

		if (!new_side)
			name = diff_new_name(f->c->diff, name);
		*map_put(names, name.p, 0) = messages[i];
	}
	return names;
}

/* `map field 'm'` or `'acme.v1.Address'`. */
static struct str blamed_words(const struct check *c, const struct message *message)
{
	if (message->is_map_entry && message->map_field)
		return str_printf(c->arena, "map field '" STR "'", ARG(message->map_field->e.name));
	if (message_is_generated(message) && message->group_field)
		return str_printf(c->arena, "group '" STR "'", ARG(message->e.name));
	return str_printf(c->arena, "'" STR "'", ARG(message->e.full_name));
}

/* One level of the two sides, at which the positions of a root, or of what is around it, differ. */
struct level {
	const struct element *old, *new; /* messages */
	enum counting counting;
};

static bool counts(const struct level *level, const struct message *message)
{
	return level->counting == BY_DESCRIPTOR || !message_is_generated(message);
}

/* The message of one side that has the name of the other side's; NULL: its scope has none. */
static const struct message *twin_of(
	struct frames *f, const struct level *level, bool new_side, const struct message *message)
{
	const struct element *other = new_side ? level->old : level->new;
	struct str name = message->e.full_name;

	return map_get(names_in(f, other->parent, !new_side),
		(new_side ? name : diff_new_name(f->c->diff, name)).p, 0);
}

/* The first message of the root's scope on one side that the other side's scope lacks; NULL: none
 * before the root. Most roots of a scope have one to blame, so it is looked for once. */
static const struct message *first_lacking(
	struct frames *f, const struct level *level, bool new_side)
{
	const struct element *root = new_side ? level->new : level->old;
	void **slot = map_put(&f->lacking[new_side][level->counting], root->parent, 0);
	const struct message *first;
	uint32_t n, i = 0;
	struct message *const *messages = scope_messages(root->parent, &n);

	if (!*slot) {
		while (i < n &&
			(!counts(level, messages[i]) || twin_of(f, level, new_side, messages[i])))
			i++;
		*slot = i < n ? messages[i] : (void *)f; /* none */
	}
	first = *slot == f ? NULL : *slot;
	return first && first->e.index < root->index ? first : NULL;
}

/* The first message before the root of one side that the other side has behind it; NULL: none. */
static const struct message *first_moved(struct frames *f, const struct level *level, bool new_side)
{
	const struct element *root = new_side ? level->new : level->old;
	const struct element *other = new_side ? level->old : level->new;
	uint32_t n;
	struct message *const *messages = scope_messages(root->parent, &n);

	for (uint32_t i = 0; i < root->index && i < MOST_BLAMED; i++) {
		const struct message *twin = counts(level, messages[i])
						     ? twin_of(f, level, new_side, messages[i])
						     : NULL;

		if (twin && twin->e.index > other->index)
			return messages[i];
	}
	return NULL;
}

static struct str sibling_cause(struct frames *f, const struct level *level, bool is_later)
{
	static const struct {
		bool new_side, moved;
		const char *happened;
	} ways[] = {
		{ true, false, "was inserted before it" },
		{ false, false, "before it was deleted" },
		{ true, true, "was moved before it" },
		{ false, true, "was moved behind it" },
	};

	for (size_t i = 0; i < COUNT(ways); i++) {
		size_t k = is_later ? i : i ^ 1;
		const struct message *blamed = ways[k].moved
						       ? first_moved(f, level, ways[k].new_side)
						       : first_lacking(f, level, ways[k].new_side);

		if (blamed)
			return str_printf(f->c->arena, "since " STR " %s",
				ARG(blamed_words(f->c, blamed)), ways[k].happened);
	}
	return S("since the messages before it changed");
}

/* Is what is around the two the same? */
static bool same_scope(const struct frames *f, const struct element *old, const struct element *new)
{
	if (old->kind != new->kind)
		return false;
	return old->kind == ELEMENT_FILE ||
	       diff_new_name(f->c->diff, old->full_name).p == new->full_name.p;
}

static struct str nesting_cause(struct frames *f, const struct framed *framed)
{
	const struct element *around = framed->new->e.parent;

	if (around->kind == ELEMENT_MESSAGE)
		return str_printf(
			f->c->arena, "since it is nested in '" STR "' now", ARG(around->full_name));
	return S("since it is no longer nested");
}

/* Does its old file go on without the root? */
static bool left_file(const struct frames *f, const struct framed *framed)
{
	const struct file *now = diff_find_file(f->c->diff, true, framed->old->e.file);

	return now && now != framed->new->e.file;
}

/* Why the positions of a counting differ. */
static struct str cause_of(struct frames *f, const struct framed *framed, enum counting counting)
{
	const struct message_index *was = &framed->was[counting], *is = &framed->is[counting];
	struct level level = { &framed->old->e, &framed->new->e, counting };

	if (was->n != is->n || !same_scope(f, level.old->parent, level.new->parent))
		return nesting_cause(f, framed);
	if (left_file(f, framed))
		return str_printf(f->c->arena, "since it stands in '" STR "' now",
			ARG(framed->new->e.file->import_path));
	for (uint32_t at = is->n; at-- > 0;
		level.old = level.old->parent, level.new = level.new->parent)
		if (was->items[at] != is->items[at])
			return sibling_cause(f, &level, is->items[at] > was->items[at]);
	return S("since the messages before it changed");
}

/* ---- findings ---- */

static struct pair pair_of(const struct check *c, const struct framed *framed)
{
	return (struct pair){
		.kind = PAIR_FILE_MESSAGE,
		.old.message = framed->old,
		.new.message = framed->new,
		.new_file = framed->old ? diff_find_file(c->diff, true, framed->old->e.file)
					: framed->new->e.file,
	};
}

/* `[0, 1]`, with the text's index if that is another. */
static struct str indexes_words(
	const struct check *c, const struct message_index indexes[COUNTINGS])
{
	struct str descriptor = message_index_words(c->arena, &indexes[BY_DESCRIPTOR]);

	if (message_index_eq(&indexes[BY_DESCRIPTOR], &indexes[BY_TEXT]))
		return descriptor;
	if (!indexes[BY_TEXT].n)
		return str_printf(c->arena, STR ", none in the text", ARG(descriptor));
	return str_printf(c->arena, STR ", " STR " in the text", ARG(descriptor),
		ARG(message_index_words(c->arena, &indexes[BY_TEXT])));
}

/* `moved from index [0] to [1] in its file, since …` */
static struct str moved_words(struct frames *f, const struct framed *framed)
{
	struct arena *arena = f->c->arena;
	const struct message_index *was = framed->was, *is = framed->is;
	bool by_descriptor = !message_index_eq(&was[BY_DESCRIPTOR], &is[BY_DESCRIPTOR]);
	bool by_text = !message_index_eq(&was[BY_TEXT], &is[BY_TEXT]);
	enum counting counting = by_descriptor ? BY_DESCRIPTOR : BY_TEXT;
	struct str from = message_index_words(arena, &was[counting]);
	struct str to = message_index_words(arena, &is[counting]);
	struct str cause = cause_of(f, framed, counting), place = S("in its file");

	if (!by_descriptor)
		place = str_printf(arena, "in the text, in descriptors it stays " STR,
			ARG(message_index_words(arena, &is[BY_DESCRIPTOR])));
	else if (!by_text)
		place = str_printf(arena, "in descriptors, in the text it stays " STR,
			ARG(message_index_words(arena, &is[BY_TEXT])));
	else if (!message_index_eq(&was[BY_DESCRIPTOR], &was[BY_TEXT]) ||
		 !message_index_eq(&is[BY_DESCRIPTOR], &is[BY_TEXT]))
		place = str_printf(arena, "in descriptors, from " STR " to " STR " in the text",
			ARG(message_index_words(arena, &was[BY_TEXT])),
			ARG(message_index_words(arena, &is[BY_TEXT])));
	return str_printf(arena, "moved from index " STR " to " STR " " STR ", " STR, ARG(from),
		ARG(to), ARG(place), ARG(cause));
}

/* Do entries of maps and groups stand before all other messages of the scope? */
static bool generated_first(const struct element *scope)
{
	uint32_t n;
	struct message *const *messages = scope_messages(scope, &n);

	for (uint32_t i = 1; i < n; i++)
		if (message_is_generated(messages[i]) && !message_is_generated(messages[i - 1]))
			return false;
	return true;
}

static uint32_t generated_in(const struct element *scope, const struct map *names)
{
	uint32_t n, generated = 0;
	struct message *const *messages = scope_messages(scope, &n);

	for (uint32_t i = 0; i < n; i++)
		generated += message_is_generated(messages[i]) &&
			     (!names || map_get(names, messages[i]->e.full_name.p, 0));
	return generated;
}

/*
 * Confluent's registry prints the fields of a message before its nested ones, and so puts entries of
 * maps before them. If that is all that differs, nobody moved anything.
 */
static bool is_moved_by_print(struct frames *f, const struct framed *framed)
{
	const struct element *old = framed->old->e.parent, *new = framed->new->e.parent;

	if (!diff_is_by_message(f->c->diff) ||
		!message_index_eq(&framed->was[BY_TEXT], &framed->is[BY_TEXT]))
		return false;
	for (; old->kind == ELEMENT_MESSAGE && new->kind == ELEMENT_MESSAGE;
		old = old->parent, new = new->parent) {
		uint32_t generated = generated_in(old, NULL);

		if (!generated_first(old) || generated != generated_in(new, NULL) ||
			generated != generated_in(new, names_in(f, old, false)))
			return false;
	}
	return true;
}

static void check_moved(struct frames *f, const struct framed *framed)
{
	struct check *c = f->c;
	const struct pair pair = pair_of(c, framed);
	struct fact fact = {
		.old = spot_element(&framed->old->e),
		.new = spot_element(&framed->new->e),
		.subject = &framed->old->e,
		.name = framed->new->e.full_name,
		.before = indexes_words(c, framed->was),
		.after = indexes_words(c, framed->is),
		.detail = framed->root->is_pinned ? DETAIL_PINNED : DETAIL_NONE,
		.help = S("declare new messages after the roots"),
	};
	struct finding *finding;

	if (message_index_eq(&framed->was[BY_DESCRIPTOR], &framed->is[BY_DESCRIPTOR]) &&
		message_index_eq(&framed->was[BY_TEXT], &framed->is[BY_TEXT]))
		return;
	if (is_moved_by_print(f, framed))
		return;
	finding = finding_add(c, &rule_CONTRACT_SAME_MESSAGE_INDEX, &pair, &fact,
		"message '" STR "' " STR, ARG(framed->new->e.full_name),
		ARG(moved_words(f, framed)));
	if (finding)
		finding->is_mild = !framed->root->is_pinned;
}

/* The first map field or group before the message, or before one of those around it. */
static const struct message *generated_before(const struct message *message)
{
	for (const struct element *e = &message->e; e->kind == ELEMENT_MESSAGE; e = e->parent) {
		uint32_t n;
		struct message *const *messages = scope_messages(e->parent, &n);

		if (message_is_generated((const struct message *)e))
			return (const struct message *)e;
		for (uint32_t i = 0; i < e->index; i++)
			if (message_is_generated(messages[i]))
				return messages[i];
	}
	return NULL;
}

static void check_ambiguous(struct frames *f, const struct framed *framed)
{
	struct check *c = f->c;
	const struct pair pair = pair_of(c, framed);
	const struct message_index *is = framed->is;
	const struct message *before;
	struct fact fact = {
		.new = spot_element(&framed->new->e),
		.subject = &framed->new->e,
		.help = S("declare it before map fields and groups, or at the top of its file"),
	};

	if (message_index_eq(&is[BY_DESCRIPTOR], &is[BY_TEXT]))
		return;
	before = generated_before(framed->new);
	if (!is[BY_TEXT].n)
		finding_add(c, &rule_CONTRACT_AMBIGUOUS_MESSAGE_INDEX, &pair, &fact,
			"message '" STR "' has index " STR
			" in descriptors and none in the text, since it is in a group",
			ARG(framed->new->e.full_name),
			ARG(message_index_words(c->arena, &is[BY_DESCRIPTOR])));
	else
		finding_add(c, &rule_CONTRACT_AMBIGUOUS_MESSAGE_INDEX, &pair, &fact,
			"message '" STR "' has index " STR " in descriptors and " STR
			" in the text, since it stands after " STR,
			ARG(framed->new->e.full_name),
			ARG(message_index_words(c->arena, &is[BY_DESCRIPTOR])),
			ARG(message_index_words(c->arena, &is[BY_TEXT])),
			ARG(blamed_words(c, before)));
}

void frames_check(struct check *c, const struct framed_root *roots, uint32_t n)
{
	struct frames f = { .c = c };

	positions_init(&f.old, c->arena);
	positions_init(&f.new, c->arena);
	for (int side = 0; side < 2; side++) {
		map_init(&f.names[side], c->arena);
		for (enum counting k = 0; k < COUNTINGS; k++)
			map_init(&f.lacking[side][k], c->arena);
	}
	for (uint32_t i = 0; i < n; i++) {
		struct framed framed = { &roots[i], roots[i].old, roots[i].new, { { 0 } },
			{ { 0 } } };

		for (enum counting k = 0; k < COUNTINGS; k++) {
			framed.is[k] = message_index(&f.new, framed.new, k);
			if (framed.old)
				framed.was[k] = message_index(&f.old, framed.old, k);
		}
		if (framed.old)
			check_moved(&f, &framed);
		check_ambiguous(&f, &framed);
	}
}

/* Writers that pin an id have the index of their own schema and the id of another. */
static unsigned index_breaks(const struct question *q)
{
	return q->detail == DETAIL_PINNED ? WIRE_BACKWARD | WIRE_FORWARD : 0;
}

/* Findings come from frames_check: a root is found by its name, not by its file. */
static void frame_check(struct check *c, const struct rule *rule, const struct pair *pair)
{
	(void)c, (void)rule, (void)pair;
}

/* ---- the rows ---- */

const struct rule rule_CONTRACT_SAME_MESSAGE_INDEX = {
	.id = "CONTRACT_SAME_MESSAGE_INDEX",
	.by_contract = true,
	.breaks = WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = index_breaks,
	.on = PAIR_FILE_MESSAGE,
	.check = frame_check,
	.purpose = "roots of contracts with a subject keep their place in the file",
	.compares = "The position of each root among the messages of its file, and of those around "
		    "it among those of theirs, as descriptors count them, with the entries of map "
		    "fields and groups, and as the text does, without. Only contracts with a "
		    "`subject` are asked. It is an error if the contract is `pinned`, else a "
		    "warning.",
	.hurts = "Records of a schema registry name the message by its position. A writer that "
		 "takes the id of a registered version, with the position in the schema that it "
		 "was built with, names another message in it: the reader decodes the wrong one, "
		 "or refuses the record. Readers that take the first message of a file have "
		 "another one then, whatever the writer does.",
	.before = "message OrderPlaced {\n  string id = 1;\n}",
	.after = "message Address {\n  string city = 1;\n}\nmessage OrderPlaced {\n  string id = "
		 "1;\n}",
	.safely = "Declare new messages after the roots, and keep deleted ones in their place.",
};

const struct rule rule_CONTRACT_AMBIGUOUS_MESSAGE_INDEX = {
	.id = "CONTRACT_AMBIGUOUS_MESSAGE_INDEX",
	.by_contract = true,
	.severity = SEVERITY_WARNING,
	.on = PAIR_FILE_MESSAGE,
	.check = frame_check,
	.purpose = "roots of contracts with a subject have one place in the file",
	.compares = "The position of each root of the new side, as descriptors count it and as the "
		    "text does: a map field or group before it is a message in descriptors alone. "
		    "Only contracts with a `subject` are asked.",
	.hurts = "Java writes and reads the position in the text, and JavaScript leaves out the "
		 "entries of map fields as well; Python, Go and .NET count the descriptor. So a "
		 "record of one names another message for the other, or none.",
	.before = "message Order {\n  message Placed {\n    string id = 1;\n  }\n}",
	.after = "message Order {\n  map<string, string> labels = 1;\n  message Placed {\n    "
		 "string id = 1;\n  }\n}",
	.safely = "Declare the message before map fields and groups, or at the top of its file.",
};
