#include "proto/validate.h"

static void validate_import(struct context *c, const struct import *import, bool after_option)
{
	struct place place = here(c, import->span);
	struct str path = import->path, part;

	if (str_find(path, '\\') < path.n) {
		diag_error(c->diags, place, "an import path must use forward slashes");
		return;
	}
	for (struct str rest = path; str_cut(&rest, '/', &part);) {
		if (part.n == 0 || str_eq(part, S(".")) || str_eq(part, S(".."))) {
			diag_error(c->diags, place,
				"an import path has no empty part and no '.' or '..'");
			diag_help(c->diags, "write the path relative to the import root");
			return;
		}
	}
	if (import->kind == IMPORT_OPTION && c->file->edition < EDITION_2024) {
		diag_error(c->diags, place, "'import option' requires edition 2024");
		diag_help(c->diags, "remove the word option, or write edition = \"2024\";");
	} else if (import->kind == IMPORT_WEAK && c->file->edition >= EDITION_2024) {
		diag_error(c->diags, place, "weak imports were removed in edition 2024");
		diag_help(c->diags, "remove the word weak");
	} else if (after_option && import->kind != IMPORT_OPTION) {
		diag_error(c->diags, place, "option imports must come after all other imports");
	}
}

static void validate_imports(struct context *c)
{
	struct map seen;
	bool option = false;

	map_init(&seen, c->scratch);
	for (uint32_t i = 0; i < c->file->imports.n; i++) {
		struct import *import = &c->file->imports.items[i];
		void **slot = map_put(&seen, import->path.p, 0);

		validate_import(c, import, option);
		option |= import->kind == IMPORT_OPTION;
		if (*slot) {
			diag_error(c->diags, here(c, import->span), "'" STR "' is imported twice",
				ARG(import->path));
			diag_note(c->diags, here(c, ((struct import *)*slot)->span),
				"first imported");
		}
		*slot = import;
	}
}

static void validate_oneof(struct context *c, struct oneof *oneof)
{
	if (oneof->fields.n)
		return;
	diag_error(c->diags, here(c, oneof->e.name_span), "oneof '" STR "' has no member",
		ARG(oneof->e.name));
	diag_help(c->diags, "declare a field in it, or remove it");
}

static void validate_element(void *context, struct element *e)
{
	struct context *c = context;

	switch (e->kind) {
	case ELEMENT_MESSAGE:
		if (((struct message *)e)->is_map_entry)
			return;
		validate_message(c, (struct message *)e);
		validate_message_ranges(c, (struct message *)e);
		validate_json_names(c, (struct message *)e);
		break;
	case ELEMENT_FIELD:
		validate_field(c, (struct field *)e);
		break;
	case ELEMENT_ONEOF:
		validate_oneof(c, (struct oneof *)e);
		break;
	case ELEMENT_ENUM:
		validate_enum(c, (struct enumeration *)e);
		validate_enum_ranges(c, (struct enumeration *)e);
		break;
	case ELEMENT_EXTENSION_RANGE:
		validate_declarations(c, (struct extension_range *)e);
		break;
	default:
		break;
	}
}

void validate_file(struct context *c)
{
	if (c->file->is_builtin)
		return; /* ours, and tested */
	validate_imports(c);
	validate_names(c);
	file_walk(c->file, validate_element, c);
	/* A set has no features of source retention: its compiler has looked at what they ask for. */
	if (c->file->edition >= EDITION_2024 && !c->file->from_set) {
		validate_style(c);
		validate_edition(c);
	}
	options_check_use(c);
}
