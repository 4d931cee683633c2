#include "base/glyph.h"
#include "diff/index.h"

static const char *const kinds[PAIR_KINDS] = {
	[PAIR_FILE] = "file",
	[PAIR_FILE_MESSAGE] = "message in file",
	[PAIR_FILE_ENUM] = "enum in file",
	[PAIR_FILE_SERVICE] = "service in file",
	[PAIR_FILE_EXTENSION] = "extension in file",
	[PAIR_PACKAGE] = "package",
	[PAIR_PACKAGE_MESSAGE] = "message in package",
	[PAIR_PACKAGE_ENUM] = "enum in package",
	[PAIR_PACKAGE_SERVICE] = "service in package",
	[PAIR_PACKAGE_EXTENSION] = "extension in package",
	[PAIR_MESSAGE] = "message",
	[PAIR_FIELD] = "field",
	[PAIR_ONEOF] = "oneof",
	[PAIR_ENUM] = "enum",
	[PAIR_ENUM_VALUE] = "enum value",
	[PAIR_SERVICE] = "service",
	[PAIR_METHOD] = "method",
};

struct pair_dump {
	struct out *out;
	struct arena *arena;
};

static void dump_side(
	const struct pair_dump *dump, const struct pair *pair, const struct element *element)
{
	if (!element) {
		out_str(dump->out, S("-"));
		return;
	}
	if (element->kind == ELEMENT_FILE) {
		out_plain(dump->out, ((const struct file *)element)->text->path);
		return;
	}
	out_plain(dump->out, element_full_name(element, dump->arena));
	if (pair->kind == PAIR_FIELD)
		out_printf(dump->out, " = %d", ((const struct field *)element)->number);
	if (pair->kind == PAIR_ENUM_VALUE)
		out_printf(dump->out, " = %d", ((const struct enum_value *)element)->number);
}

/* `field acme.v1.Order.total = 4 acme.v1.Order.sum = 4`: kind, old, new; `-` for none. */
static void dump_pair(void *context, const struct pair *pair)
{
	const struct pair_dump *dump = context;

	out_printf(dump->out, "%s\t", kinds[pair->kind]);
	if (pair->kind == PAIR_PACKAGE) {
		out_plain(dump->out, pair->package);
		out_str(dump->out, S("\t-\n"));
		return;
	}
	dump_side(dump, pair, pair->old.element);
	out_char(dump->out, '\t');
	dump_side(dump, pair, pair->new.element);
	out_char(dump->out, '\n');
}

void diff_dump(struct diff *diff, struct out *out)
{
	struct pair_dump dump = { .out = out, .arena = diff->arena };

	diff_walk(diff, dump_pair, &dump);
}
