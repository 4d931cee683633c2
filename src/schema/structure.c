#include "schema/structure.h"

#include "base/out.h"
#include "schema/encode.h"

#include <stdlib.h>

struct structure {
	struct arena *arena;
	struct out *out;
	bool is_unknown; /* something could not be interpreted */
};

/* A text that is told apart from what stands beside it. */
static void put(struct structure *s, struct str text)
{
	out_printf(s->out, "%zu:", text.n);
	out_str(s->out, text);
}

static void put_number(struct structure *s, int64_t number)
{
	out_printf(s->out, "%lld ", (long long)number);
}

/* ---- options ---- */

/* Sorts by number; those of a list keep their order. */
static void sort_options(struct option *items, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct option option = items[i];
		uint32_t at = i;

		for (; at > 0 && items[at - 1].number > option.number; at--)
			items[at] = items[at - 1];
		items[at] = option;
	}
}

/* Encoded ones of a set that nobody decoded are compared as they are. */
static void put_options(struct structure *s, const struct options *options)
{
	struct options sorted;

	if (!options) {
		put(s, S(""));
		return;
	}
	s->is_unknown |= options->incomplete;
	if (!options->list.n) {
		put(s, options_encoded(options));
		return;
	}
	sorted = *options;
	sorted.list.items = arena_copy(
		s->arena, options->list.items, options->list.n * sizeof *options->list.items);
	sort_options(sorted.list.items, sorted.list.n);
	put(s, options_encode(s->arena, &sorted));
}

/* ---- fields ---- */

static void put_field(struct structure *s, const struct field *field)
{
	s->is_unknown |= field->type == TYPE_UNRESOLVED;
	out_char(s->out, 'f');
	put_number(s, field->number);
	put(s, field->e.name);
	put_number(s, field->type);
	put_number(s, field->label);
	put_number(s, field->proto3_optional);
	put(s, field_type_name(field));
	put(s, field_json_name(field, s->arena));
	put(s, field->preset ? field->preset->text : S(""));
	put_number(s, field->preset != NULL);
	put(s, field_oneof(field) ? field_oneof(field)->e.name : S(""));
	if (field->extension)
		put(s, field->extension->extendee ? field->extension->extendee->e.full_name
						  : field->extension->extendee_name);
	put_options(s, field->e.options);
}

static int by_field_number(const void *left, const void *right)
{
	const struct field *const *a = left, *const *b = right;

	return ((*a)->number > (*b)->number) - ((*a)->number < (*b)->number);
}

struct fields {
	struct field *const *items;
	uint32_t n;
};

static void put_fields(struct structure *s, struct fields fields, bool sort)
{
	struct field **sorted = NEW_ARRAY(s->arena, fields.n, struct field *);

	for (uint32_t i = 0; i < fields.n; i++)
		sorted[i] = fields.items[i];
	if (sort && fields.n)
		qsort(sorted, fields.n, sizeof *sorted, by_field_number);
	for (uint32_t i = 0; i < fields.n; i++)
		put_field(s, sorted[i]);
}

/* ---- enums and messages ---- */

static void put_ranges(struct structure *s, const struct reserved_ranges *ranges)
{
	for (uint32_t i = 0; i < ranges->n; i++) {
		put_number(s, ranges->items[i].begin);
		put_number(s, ranges->items[i].end);
	}
	out_char(s->out, ';');
}

static void put_reserved(struct structure *s, const struct reserved_names *names)
{
	for (uint32_t i = 0; i < names->n; i++)
		put(s, names->items[i].name);
	out_char(s->out, ';');
}

static void put_enum(struct structure *s, const struct enumeration *e)
{
	out_char(s->out, 'e');
	put(s, e->e.name);
	put_options(s, e->e.options);
	for (uint32_t i = 0; i < e->values.n; i++) {
		put(s, e->values.items[i]->e.name);
		put_number(s, e->values.items[i]->number);
		put_options(s, e->values.items[i]->e.options);
	}
	put_ranges(s, &e->reserved_ranges);
	put_reserved(s, &e->reserved_names);
	put_number(s, e->visibility);
}

/* Recursion is bounded, as in the parser. The place of a map's entry among the nested messages
 * counts as well: it moves those after it. */
static void put_message(struct structure *s, const struct message *message)
{
	out_char(s->out, 'm');
	put(s, message->e.name);
	put_number(s, message->is_map_entry);
	/* Only descriptors write the option of a map's entry. */
	if (!message->is_map_entry)
		put_options(s, message->e.options);
	put_fields(s, (struct fields){ message->fields.items, message->fields.n }, true);
	put_fields(s, (struct fields){ message->extensions.items, message->extensions.n }, false);
	for (uint32_t i = 0; i < message->messages.n; i++)
		put_message(s, message->messages.items[i]);
	for (uint32_t i = 0; i < message->enums.n; i++)
		put_enum(s, message->enums.items[i]);
	for (uint32_t i = 0; i < message->oneofs.n; i++) {
		put(s, message->oneofs.items[i]->e.name);
		put_options(s, message->oneofs.items[i]->e.options);
	}
	for (uint32_t i = 0; i < message->extension_ranges.n; i++) {
		put_number(s, message->extension_ranges.items[i]->begin);
		put_number(s, message->extension_ranges.items[i]->end);
		put_options(s, message->extension_ranges.items[i]->e.options);
	}
	put_ranges(s, &message->reserved_ranges);
	put_reserved(s, &message->reserved_names);
	put_number(s, message->visibility);
	out_char(s->out, '}');
}

/* ---- files ---- */

static void put_service(struct structure *s, const struct service *service)
{
	out_char(s->out, 's');
	put(s, service->e.name);
	put_options(s, service->e.options);
	for (uint32_t i = 0; i < service->methods.n; i++) {
		const struct method *method = service->methods.items[i];

		put(s, method->e.name);
		put(s, method->input ? method->input->e.full_name : method->input_name);
		put(s, method->output ? method->output->e.full_name : method->output_name);
		put_number(s, method->client_streaming);
		put_number(s, method->server_streaming);
		put_options(s, method->e.options);
	}
}

static int by_path(const void *left, const void *right)
{
	const struct import *const *a = left, *const *b = right;

	return str_cmp((*a)->path, (*b)->path);
}

static void put_imports(struct structure *s, const struct file *file)
{
	const struct import **sorted = NEW_ARRAY(s->arena, file->imports.n, const struct import *);

	for (uint32_t i = 0; i < file->imports.n; i++)
		sorted[i] = &file->imports.items[i];
	if (file->imports.n)
		qsort(sorted, file->imports.n, sizeof *sorted, by_path);
	for (uint32_t i = 0; i < file->imports.n; i++) {
		put_number(s, sorted[i]->kind);
		put(s, sorted[i]->path);
	}
	out_char(s->out, ';');
}

struct str structure_of(struct arena *arena, const struct file *file)
{
	struct structure s = { arena, out_memory(arena), file->is_broken || file->lacks_import };

	put_number(&s, file->edition);
	put(&s, file->package);
	put_imports(&s, file);
	put_options(&s, file->e.options);
	for (uint32_t i = 0; i < file->messages.n; i++)
		put_message(&s, file->messages.items[i]);
	for (uint32_t i = 0; i < file->enums.n; i++)
		put_enum(&s, file->enums.items[i]);
	for (uint32_t i = 0; i < file->services.n; i++)
		put_service(&s, file->services.items[i]);
	put_fields(&s, (struct fields){ file->extensions.items, file->extensions.n }, false);
	if (s.is_unknown)
		return (struct str){ 0 };
	return out_text(s.out);
}
