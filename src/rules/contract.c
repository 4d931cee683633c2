/* The rules that only contracts have. */
#include "rules/lookup.h"
#include "rules/moved.h"

/* ---- roots ---- */

static const char *root_word(const struct element *root)
{
	return root->kind == ELEMENT_SERVICE ? "service" : "message";
}

/* `, a root of contract 'orders',`; nothing for a contract without a name. */
static struct str of_contracts(const struct check *c, const struct root_pair *root)
{
	return root->of.n ? str_printf(c->arena, ", a root of " STR ",", ARG(root->of)) : S("");
}

static struct pair pair_of_root(const struct check *c, const struct root_pair *root)
{
	return (struct pair){
		.kind = root->old->kind == ELEMENT_SERVICE ? PAIR_FILE_SERVICE : PAIR_FILE_MESSAGE,
		.old.element = root->old,
		.new.element = root->new,
		.new_file = diff_find_file(c->diff, true, root->old->file),
	};
}

/* New messages that the old side has not, as far as they are compared with lost roots. */
struct fresh {
	struct check *c;
	VEC(const struct message *) list;
};

enum { MOST_FRESH = 1000 };

static void add_fresh(void *context, struct element *element)
{
	struct fresh *fresh = context;

	if (element->kind == ELEMENT_MESSAGE && !element_is_synthetic(element) &&
		fresh->list.n < MOST_FRESH &&
		!diff_find_message(fresh->c->diff, false, element->full_name))
		*vec_push(fresh->c->arena, &fresh->list) = (const struct message *)element;
}

static void find_fresh(struct check *c, struct fresh *fresh)
{
	const struct schema *new = diff_schema(c->diff, true);

	fresh->c = c;
	for (uint32_t i = 0; i < new->files.n; i++)
		if (new->files.items[i].own &&
			diff_find_file(c->diff, false, new->files.items[i].file) !=
				new->files.items[i].file)
			file_walk(new->files.items[i].file, add_fresh, fresh);
}

/* How many fields of the two messages have one number, name and kind of type. */
static uint32_t common_fields(struct check *c, const struct message *old, const struct message *new)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < old->fields.n; i++) {
		const struct field *was = old->fields.items[i];
		const struct field *is = lookup_field(c, new, was->e.name);

		n += is && is->number == was->number && field_kind(is) == field_kind(was);
	}
	return n;
}

/* What a lost root may be called now: the message most like it, if that has at least half of the
 * fields of the larger one; NULL: none. */
static const struct element *likely_name(
	struct check *c, const struct fresh *fresh, const struct element *old)
{
	const struct element *moved = moved_element(c, old), *best = NULL;
	const struct message *message = (const struct message *)old;
	uint32_t most = 0;

	for (uint32_t i = 0; !moved && old->kind == ELEMENT_MESSAGE && i < fresh->list.n; i++) {
		const struct message *new = fresh->list.items[i];
		uint32_t larger =
			new->fields.n > message->fields.n ? new->fields.n : message->fields.n;
		uint32_t n = common_fields(c, message, new);

		if (n > most && n * 2 >= larger) {
			most = n;
			best = &new->e;
		}
	}
	return moved ? moved : best;
}

static struct str lost_root_help(
	struct check *c, const struct fresh *fresh, const struct element *old)
{
	const struct element *moved = likely_name(c, fresh, old);
	struct str help = S("keep it as long as the topic holds it");

	if (old->kind == ELEMENT_SERVICE)
		help = S("keep it as long as anybody calls it");
	if (!moved)
		return str_printf(c->arena,
			STR "; if it was renamed, say so under 'was' of the contract", ARG(help));
	return str_printf(c->arena, STR "; if it was renamed, say so: was: {" STR ": " STR "}",
		ARG(help), ARG(moved->full_name), ARG(old->full_name));
}

static void lost_root(struct check *c, const struct fresh *fresh, const struct root_pair *root)
{
	const struct pair pair = pair_of_root(c, root);
	struct fact fact = {
		.old = spot_element(root->old),
		.new = spot_remains(c, &pair),
		.subject = root->old,
		.name = root->old->full_name,
		.help = lost_root_help(c, fresh, root->old),
	};

	finding_add(c, &rule_CONTRACT_ROOT_NO_DELETE, &pair, &fact,
		"%s '" STR "'" STR " was deleted", root_word(root->old), ARG(root->old->full_name),
		ARG(of_contracts(c, root)));
}

static void renamed_root(struct check *c, const struct root_pair *root)
{
	const struct pair pair = pair_of_root(c, root);
	struct fact fact = {
		.old = spot_element(root->old),
		.new = spot_element(root->new),
		.subject = root->old,
		.name = root->new->full_name,
		.before = root->old->full_name,
		.after = root->new->full_name,
		.help = str_printf(c->arena,
			"keep '" STR "' beside '" STR "' as long as anybody uses it",
			ARG(root->old->full_name), ARG(root->new->full_name)),
	};

	finding_add(c, &rule_CONTRACT_ROOT_SAME_NAME, &pair, &fact,
		"%s '" STR "'" STR " was '" STR "'", root_word(root->old),
		ARG(root->new->full_name), ARG(of_contracts(c, root)), ARG(root->old->full_name));
}

void roots_check(struct check *c, const struct root_pair *roots, uint32_t n)
{
	struct fresh fresh = { 0 };
	uint32_t n_lost = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!roots[i].new &&n_lost++ == 0)
			find_fresh(c, &fresh);
		if (n_lost > MOST_FRESH)
			fresh.list.n = 0;
		if (!roots[i].new)
			lost_root(c, &fresh, &roots[i]);
		else if (roots[i].is_renamed)
			renamed_root(c, &roots[i]);
	}
}

/* A message's name is no part of its bytes, a service's is part of every call. */
static unsigned root_name_breaks(const struct question *q)
{
	return q->pair->old.element->kind == ELEMENT_SERVICE ? EVERYTHING : SOURCE_CODE;
}

/* Findings on roots come from roots_check: a root is found by its name, not by its file. */
static void root_check(struct check *c, const struct rule *rule, const struct pair *pair)
{
	(void)c, (void)rule, (void)pair;
}

/* ---- enum values ---- */

static void enum_value_no_add(struct check *c, const struct rule *rule, const struct pair *enums)
{
	const struct enumeration *old = enums->old.enumeration, *new = enums->new.enumeration;
	struct map seen;

	map_init(&seen, c->arena);
	for (uint32_t i = 0; i < new->values.n; i++) {
		const struct enum_value *value = new->values.items[i];
		const struct pair pair = {
			.kind = PAIR_ENUM_VALUE,
			.new.enum_value = value,
			.parent = enums,
			.new_file = enums->new_file,
		};
		struct fact fact = {
			.old = spot_element(&old->e),
			.new = spot_element(&value->e),
			.subject = &value->e,
			.help = S("update all readers first: one with the old contract cannot hold "
				  "this value"),
		};
		void **slot = map_put(&seen, NULL, (uint32_t)value->number);

		if (*slot || lookup_values(c, old, value->number))
			continue;
		*slot = c;
		finding_add(c, rule, &pair, &fact, "enum value %d '" STR "' was added to '" STR "'",
			value->number, ARG(value->e.name), ARG(full_name(c, &old->e)));
	}
}

/* An old reader of a closed enum drops the value; strict JSON refuses its name either way. */
static unsigned value_addition_breaks(const struct question *q)
{
	return enum_is_closed(q->pair->parent->old.enumeration) ? JSON_FORWARD | WIRE_FORWARD
								: JSON_FORWARD;
}

/* ---- the rows ---- */

const struct rule rule_CONTRACT_ROOT_NO_DELETE = {
	.id = "CONTRACT_ROOT_NO_DELETE",
	.by_contract = true,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD,
	.on = PAIR_FILE_MESSAGE,
	.check = root_check,
	.purpose = "roots of contracts are not deleted",
	.compares = "Whether the new side still has each message and service that is a root of a "
		    "contract on the old side, by its full name, or by the new name that `was` "
		    "gives it. A root that a glob, a package or a comment names is one, too.",
	.hurts = "The topic still holds data of the message, and nobody can read it any more with "
		 "the new contract, neither on the wire nor in JSON. Clients of a service are "
		 "refused. Code that uses either no longer builds.",
	.before =
		"message OrderPlaced {\n  string id = 1;\n}\nmessage Order {\n  string id = 1;\n}",
	.after = "message Order {\n  string id = 1;\n}",
	.safely = "Keep the message as long as the topic holds data of it, marked `option "
		  "deprecated = true;`. If it got another name, say so in the contract: `was: "
		  "{acme.v1.New: acme.v1.Old}`.",
};

const struct rule rule_CONTRACT_ROOT_SAME_NAME = {
	.id = "CONTRACT_ROOT_SAME_NAME",
	.by_contract = true,
	.breaks = EVERYTHING,
	.narrow = root_name_breaks,
	.on = PAIR_FILE_MESSAGE,
	.check = root_check,
	.purpose = "roots of contracts keep their names",
	.compares = "The full name of a root that `was` pairs with one of the old side, if the new "
		    "side has its old name no more.",
	.hurts = "Generated code has the message under its new name alone, so code that uses it no "
		 "longer builds. A service's name is part of the path of each call, so its clients "
		 "are refused.",
	.before = "message OrderPlaced {\n  string id = 1;\n}",
	.after = "// was: {acme.v1.OrderCreated: acme.v1.OrderPlaced}\nmessage OrderCreated {\n  "
		 "string id = 1;\n}",
	.safely = "Keep the old name beside the new one, marked `option deprecated = true;`, until "
		  "nobody uses it.",
};

const struct rule rule_CONTRACT_NO_WEAKEN = {
	.id = "CONTRACT_NO_WEAKEN",
	.by_contract = true,
	.severity = SEVERITY_WARNING,
	.on = PAIR_FILE,
	.check = root_check,
	.purpose = "contracts promise no less than before",
	.compares = "The contracts of both sides' own breakwater.yaml: whether a contract, a root, "
		    "a package or a surface is gone, and whether the level is lower or of the "
		    "other direction.",
	.hurts = "Nobody yet. But the contract no longer guards what it gave up, in this change "
		 "and in all that follow, and those who read the data may not know it.",
	.before = "# breakwater.yaml\ncontracts:\n  - name: orders\n    roots: "
		  "[acme.v1.OrderPlaced]\n    compatibility: FULL",
	.after = "# breakwater.yaml\ncontracts:\n  - name: orders\n    roots: "
		 "[acme.v1.OrderPlaced]\n    compatibility: BACKWARD",
	.safely = "Lower the promise in a change of its own, which the consumers approve, and "
		  "break the contract afterwards.",
};

const struct rule rule_ENUM_VALUE_NO_ADD = {
	.id = "ENUM_VALUE_NO_ADD",
	.by_contract = true,
	.breaks = JSON_FORWARD | WIRE_FORWARD,
	.narrow = value_addition_breaks,
	.on = PAIR_ENUM,
	.check = enum_value_no_add,
	.purpose = "enums get no values that old readers cannot hold",
	.compares = "Whether the old enum has each number of the new one.",
	.hurts = "Whoever reads JSON with the old contract refuses a message that has the name of "
		 "the new value. On the wire a reader with a closed enum (proto2, or "
		 "features.enum_type = CLOSED) finds the field unset, or the element missing from "
		 "a list; an open enum keeps the number.",
	.before = "enum State {\n  STATE_UNSPECIFIED = 0;\n}",
	.after = "enum State {\n  STATE_UNSPECIFIED = 0;\n  STATE_DONE = 1;\n}",
	.safely = "Update all readers to the new contract first, then let writers send the value.",
};
