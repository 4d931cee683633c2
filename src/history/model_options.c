#include "history/model_options.h"
#include "base/out.h"

static bool is_named(const struct option *option, struct str name)
{
	return option->field && !option->field->extension && str_eq(option->field->e.name, name);
}

static void write_value(struct out *out, const struct option *option, bool in_list);

/* `{ name: value, … }` */
static void write_message(struct out *out, const struct options *message)
{
	bool first = true;

	out_str(out, S("{"));
	for (uint32_t i = 0; message && i < message->list.n; i++) {
		const struct option *option = &message->list.items[i];

		if (!option->field)
			continue;
		out_str(out, first ? S(" ") : S(", "));
		first = false;
		if (option->field->extension)
			out_printf(out, "(" STR ")", ARG(option->field->e.full_name));
		else
			out_str(out, option->field->e.name);
		out_str(out, S(": "));
		write_value(out, option, true);
	}
	out_str(out, first ? S("}") : S(" }"));
}

static void write_value(struct out *out, const struct option *option, bool in_list)
{
	const struct value *value = &option->value;

	switch (value->type) {
	case TYPE_GROUP:
	case TYPE_MESSAGE:
		write_message(out, value->message);
		break;
	case TYPE_BOOL:
		out_str(out, value->u ? S("true") : S("false"));
		break;
	case TYPE_STRING:
	case TYPE_BYTES:
		out_printf(out, in_list ? "'" STR "'" : STR, ARG(value->s));
		break;
	case TYPE_ENUM:
		if (value->enum_value && !in_list)
			out_str(out, value->enum_value->e.name);
		else
			out_printf(out, "%lld", (long long)value->i);
		break;
	case TYPE_DOUBLE:
	case TYPE_FLOAT:
		out_printf(out, "%.17g", value->d);
		break;
	case TYPE_UINT32:
	case TYPE_UINT64:
	case TYPE_FIXED32:
	case TYPE_FIXED64:
		out_printf(out, "%llu", (unsigned long long)value->u);
		break;
	default:
		out_printf(out, "%lld", (long long)value->i);
		break;
	}
}

/* All values of the option at `first` as one text, in `arena`. */
static struct str option_text(struct arena *arena, const struct options *options, uint32_t first)
{
	const struct field *field = options->list.items[first].field;
	bool is_list = field->label == LABEL_REPEATED;
	struct out *out = out_memory(arena);
	uint32_t n = 0;

	out_str(out, is_list ? S("[") : S(""));
	for (uint32_t i = first; i < options->list.n; i++) {
		if (options->list.items[i].field != field)
			continue;
		out_str(out, n++ && is_list ? S(", ") : S(""));
		write_value(out, &options->list.items[i], is_list);
		if (!is_list)
			break;
	}
	out_str(out, is_list ? S("]") : S(""));
	return out_text(out);
}

void model_options_add(const struct model_memory *memory, struct model_options *options,
	struct str name, struct str value)
{
	uint32_t at = options->n;

	if (!at) { /* one is what most have */
		options->items = NEW(memory->arena, struct model_option);
		options->cap = 1;
	}
	vec_push(memory->arena, options);
	for (; at && str_cmp(options->items[at - 1].name, name) > 0; at--)
		options->items[at] = options->items[at - 1];
	options->items[at] = (struct model_option){ intern(memory->names, name), intern(memory->names, value) };
}

static bool is_repeated_before(const struct options *options, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (options->list.items[i].field == options->list.items[at].field)
			return true;
	return false;
}

struct model_options model_options_make(
	const struct model_memory *memory, const struct options *options, bool *deprecated)
{
	struct arena_mark mark = arena_mark(memory->scratch);
	struct model_options made = { 0 };

	*deprecated = false;
	for (uint32_t i = 0; options && i < options->list.n; i++) {
		const struct option *option = &options->list.items[i];
		struct str name;

		if (!option->field || is_named(option, S("map_entry")) ||
			is_repeated_before(options, i))
			continue;
		if (is_named(option, S("deprecated"))) {
			*deprecated = option->value.u != 0;
			continue;
		}
		name = option->field->extension
			       ? str_printf(memory->scratch, "(" STR ")", ARG(option->field->e.full_name))
			       : option->field->e.name;
		model_options_add(memory, &made, name, option_text(memory->scratch, options, i));
	}
	arena_rewind(memory->scratch, mark);
	return made;
}
