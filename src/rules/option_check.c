/* Whether `options:` promises what options can have. */
#include "base/intern.h"
#include "rules/option_tree.h"
#include "schema/written.h"

/* What is known of a path on one side. */
enum path_state {
	PATH_UNKNOWN, /* no such option; or no such extension on the way */
	PATH_OPEN,    /* it leads into a type that is missing */
	PATH_WRONG,   /* `at` has no such field */
	PATH_KNOWN,   /* `field` is its end */
};

struct path_answer {
	enum path_state state;
	const struct field *field; /* the last that is known */
	uint32_t at;               /* the step that is not */
};

struct checking {
	const struct check_options *options;
	struct diff *diff;
	const struct option_names *elsewhere;
	const struct promise *promise;
	struct written_names *written; /* NULL: nobody has asked */
	unsigned suggestions;          /* that were looked for */
};

static bool is_message(const struct field *field)
{
	return field->type == TYPE_MESSAGE || field->type == TYPE_GROUP;
}

/* ---- the first step ---- */

static const struct message *options_message(
	const struct checking *ch, bool new_side, const char *kind)
{
	struct str name = str_printf(ch->options->arena, "google.protobuf.%sOptions", kind);

	return diff_find_message(ch->diff, new_side, intern(ch->options->names, name));
}

static const char *const kinds[] = { "File", "Message", "Field", "Oneof", "Enum", "EnumValue",
	"Service", "Method", "ExtensionRange" };

/* A field of the options messages that no contract can set. */
static bool is_for_parsers(struct str name)
{
	return str_eq(name, S("uninterpreted_option"));
}

static const struct field *standard_option(
	const struct checking *ch, bool new_side, struct str name)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		const struct message *message = options_message(ch, new_side, kinds[i]);
		const struct field *field =
			message ? message_field_by_name(message, intern(ch->options->names, name))
				: NULL;

		if (field && !is_for_parsers(name))
			return field;
	}
	return NULL;
}

static struct str extendee_name(const struct field *extension)
{
	const struct message *extendee = extension->extension->extendee;

	return extendee ? extendee->e.full_name
			: name_undotted(extension->extension->extendee_name);
}

static bool is_option(const struct field *extension)
{
	struct str name = extendee_name(extension);

	return str_starts(name, S("google.protobuf.")) && str_ends(name, S("Options"));
}

static const struct field *custom_option(const struct checking *ch, bool new_side, struct str name)
{
	return diff_find_extension_named(ch->diff, new_side, intern(ch->options->names, name));
}

/* ---- the way ---- */

static struct path_answer follow(const struct checking *ch, bool new_side)
{
	const struct option_path *path = &ch->promise->path;
	struct path_answer answer = { PATH_UNKNOWN, NULL, 0 };
	const struct field *field = path->steps[0].is_extension
					    ? custom_option(ch, new_side, path->steps[0].name)
					    : standard_option(ch, new_side, path->steps[0].name);

	if (!field || (path->steps[0].is_extension && !is_option(field)))
		return answer;
	for (answer.at = 1;; answer.at++) {
		const struct option_step *step = &path->steps[answer.at];

		answer.field = field;
		answer.state = PATH_KNOWN;
		if (answer.at == path->n)
			return answer;
		answer.state = field->type == TYPE_UNRESOLVED ? PATH_OPEN : PATH_WRONG;
		if (!is_message(field))
			return answer;
		if (!step->is_extension)
			field = message_field_by_name(
				field->message, intern(ch->options->names, step->name));
		else
			field = custom_option(ch, new_side, step->name);
		if (!field && step->is_extension)
			answer.state = PATH_UNKNOWN;
		if (!field || (step->is_extension && field->extension->extendee &&
				      !str_eq(field->extension->extendee->e.full_name,
					      answer.field->message->e.full_name)))
			return answer;
	}
}

/* ---- errors ---- */

static struct str step_text(const struct checking *ch, uint32_t at)
{
	const struct option_step *step = &ch->promise->path.steps[at];

	return step->is_extension ? str_printf(ch->options->arena, "(" STR ")", ARG(step->name))
				  : step->name;
}

static void help_nearest(const struct checking *ch, const struct message *message, struct str name)
{
	struct str *names = NEW_ARRAY(ch->options->arena, message->fields.n, struct str), nearest;

	for (uint32_t i = 0; i < message->fields.n; i++)
		names[i] = message->fields.items[i]->e.name;
	nearest = str_nearest(name, names, message->fields.n);
	if (nearest.p)
		diag_help(ch->options->diags, "did you mean '" STR "'?", ARG(nearest));
}

static void report_wrong(const struct checking *ch, const struct path_answer *answer)
{
	const struct option_step *step = &ch->promise->path.steps[answer->at];
	struct diags *diags = ch->options->diags;

	if (!is_message(answer->field)) {
		diag_error(diags, ch->promise->place,
			"'" STR "' is of type " STR " and has no field '" STR "'",
			ARG(step_text(ch, answer->at - 1)),
			ARG(field_type_text(answer->field, ch->options->arena)),
			ARG(step_text(ch, answer->at)));
		return;
	}
	if (step->is_extension) {
		diag_error(diags, ch->promise->place,
			"'" STR "' is no extension of message '" STR "'", ARG(step->name),
			ARG(answer->field->message->e.full_name));
		return;
	}
	diag_error(diags, ch->promise->place, "message '" STR "' has no field '" STR "'",
		ARG(answer->field->message->e.full_name), ARG(step->name));
	help_nearest(ch, answer->field->message, step->name);
}

static bool has_order(const struct field *field)
{
	if (field->type == TYPE_UNRESOLVED)
		return true;
	if (is_message(field))
		return str_eq(field->message->e.full_name, S("google.protobuf.Duration")) ||
		       str_eq(field->message->e.full_name, S("google.protobuf.Timestamp"));
	return field->type != TYPE_STRING && field->type != TYPE_BYTES;
}

static void report_order(const struct checking *ch, const struct field *field)
{
	const struct promise *promise = ch->promise;

	diag_error(ch->options->diags, promise->place,
		"'%s' is for numbers, and '" STR "' is of type " STR,
		promise->rules & PROMISE_NO_INCREASE ? "no_increase" : "no_decrease",
		ARG(promise->path.text), ARG(field_type_text(field, ch->options->arena)));
	diag_help(ch->options->diags, "numbers, bool, enums, google.protobuf.Duration and "
				      "Timestamp have an order; 'same', "
				      "'no_remove' and 'no_add' compare any value");
}

/* ---- options that nobody knows ---- */

/* What both sides write of options that no file declares. */
struct written_names {
	VEC(const struct name_part *) list; /* the first parts of names, each once */
	struct map seen;
	bool has_unknown; /* a descriptor set has options by number alone */
};

static void take_written(void *context, struct element *element)
{
	struct written_names *written = context;
	const struct options *options = element->options;

	for (uint32_t i = 0; options && i < options->list.n; i++)
		written->has_unknown |= !options->list.items[i].field;
	for (const struct uninterpreted *u = options && options->kept ? options->kept->first : NULL;
		u; u = u->next) {
		void **slot = map_put(&written->seen, u->parts[0].name.p, u->parts[0].is_extension);

		if (!*slot)
			*vec_push(written->seen.arena, &written->list) = &u->parts[0];
		*slot = written;
	}
}

static const struct written_names *written_names(struct checking *ch)
{
	struct written_names *written = ch->written;

	if (written)
		return written;
	written = ch->written = NEW(ch->options->arena, struct written_names);
	map_init(&written->seen, ch->options->arena);
	for (int side = 0; side < 2; side++) {
		const struct schema *schema = diff_schema(ch->diff, side);

		for (uint32_t i = 0; i < schema->files.n; i++)
			if (!schema->files.items[i].file->is_builtin)
				file_walk(schema->files.items[i].file, take_written, written);
	}
	return written;
}

static bool is_written(struct checking *ch)
{
	const struct written_names *written = written_names(ch);
	const struct option_step *step = &ch->promise->path.steps[0];

	for (uint32_t i = 0; i < written->list.n; i++)
		if (part_is_step(written->list.items[i], step))
			return true;
	return written->has_unknown;
}

struct known_names {
	struct arena *arena;
	VEC(struct str) list;
};

static void take_option_name(void *context, struct element *element)
{
	struct known_names *names = context;
	const struct field *field = (const struct field *)element;

	if (element->kind == ELEMENT_FIELD && field->extension && is_option(field))
		*vec_push(names->arena, &names->list) = element->full_name;
}

/* The known option whose name is most like this one; absent: none. Each asks all names. */
static struct str nearest_option(struct checking *ch, const struct option_step *step)
{
	enum { MOST_SUGGESTIONS = 20 };
	struct known_names names = { .arena = ch->options->arena };

	if (ch->suggestions++ >= MOST_SUGGESTIONS)
		return (struct str){ NULL, 0 };
	for (int side = 0; side < 2; side++) {
		const struct schema *schema = diff_schema(ch->diff, side);

		for (uint32_t i = 0; i < schema->files.n; i++)
			file_walk(schema->files.items[i].file, take_option_name, &names);
	}
	if (step->is_extension)
		return str_nearest(step->name, names.list.items, names.list.n);
	names.list.n = 0;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		const struct message *message = options_message(ch, true, kinds[i]);

		for (uint32_t k = 0; message && k < message->fields.n; k++)
			if (!is_for_parsers(message->fields.items[k]->e.name))
				*vec_push(names.arena, &names.list) =
					message->fields.items[k]->e.name;
	}
	return str_nearest(step->name, names.list.items, names.list.n);
}

/* The path without the parentheses that were forgotten: is its beginning the name of an option? */
static struct str unparenthesized(const struct checking *ch)
{
	struct str text = ch->promise->path.text;

	for (size_t n = text.n; n > 0; n = str_rfind(str_head(text, n), '.')) {
		struct str name = str_head(text, n);

		if (custom_option(ch, false, name) || custom_option(ch, true, name))
			return name;
		if (str_rfind(name, '.') == n)
			break;
	}
	return (struct str){ NULL, 0 };
}

static void help_standard(struct checking *ch)
{
	struct diags *diags = ch->options->diags;
	struct str text = ch->promise->path.text, custom = unparenthesized(ch), nearest;

	if (str_eq(text, S("json_name"))) {
		diag_help(diags, "it is no option: the rule FIELD_SAME_JSON_NAME compares it");
	} else if (str_eq(text, S("default"))) {
		diag_help(diags, "it is no option: the rule FIELD_SAME_DEFAULT compares it");
	} else if (custom.p) {
		diag_help(diags, "write a custom option's name in parentheses: '(" STR ")" STR "'",
			ARG(custom), ARG(str_from(text, custom.n)));
	} else {
		nearest = nearest_option(ch, &ch->promise->path.steps[0]);
		if (nearest.p)
			diag_help(diags, "did you mean '" STR "'?", ARG(nearest));
	}
}

static bool is_elsewhere(const struct checking *ch, struct str name)
{
	for (uint32_t i = 0; i < ch->elsewhere->n; i++)
		if (str_eq(ch->elsewhere->items[i], name))
			return true;
	return false;
}

static void warn_unknown(struct checking *ch, uint32_t at)
{
	const struct option_step *step = &ch->promise->path.steps[at];
	struct diags *diags = ch->options->diags;
	const struct field *other;
	struct str nearest;

	if (step->is_extension && is_elsewhere(ch, step->name))
		return;
	diag_warning(diags, ch->promise->place,
		"no side declares or writes the option '" STR "': nothing is compared",
		ARG(step->is_extension ? step_text(ch, at) : ch->promise->path.text));
	if (!step->is_extension) {
		help_standard(ch);
		return;
	}
	other = custom_option(ch, true, step->name);
	nearest = at == 0 ? nearest_option(ch, step) : (struct str){ NULL, 0 };
	if (other && at == 0)
		diag_help(diags, "it is no option, but a field of '" STR "'",
			ARG(extendee_name(other)));
	else if (nearest.p)
		diag_help(diags, "did you mean '(" STR ")'?", ARG(nearest));
}

/* ---- a promise ---- */

static void check_promise(struct checking *ch)
{
	struct path_answer old = follow(ch, false), new = follow(ch, true);
	const struct path_answer *best = new.state >= old.state ? &new : &old;
	bool ordered;

	switch (best->state) {
	case PATH_UNKNOWN:
		if (!is_written(ch))
			warn_unknown(ch, old.at > new.at ? old.at : new.at);
		return;
	case PATH_OPEN:
		return;
	case PATH_WRONG:
		report_wrong(ch, best);
		return;
	case PATH_KNOWN:
		ordered = (old.state == PATH_KNOWN && has_order(old.field)) ||
			  (new.state == PATH_KNOWN &&has_order(new.field));
		if ((ch->promise->rules & PROMISE_ORDER) && !ordered)
			report_order(ch, best->field);
	}
}

bool promises_check(const struct check_options *options, struct diff *diff,
	const struct option_names *elsewhere)
{
	struct checking checking = { .options = options, .diff = diff, .elsewhere = elsewhere };
	uint32_t before = options->diags->n_errors;

	for (uint32_t i = 0; i < options->promises->n; i++) {
		checking.promise = &options->promises->items[i];
		check_promise(&checking);
	}
	return options->diags->n_errors == before;
}
