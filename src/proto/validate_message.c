#include "proto/validate.h"

static void validate_message_set(struct context *c, struct message *m)
{
	if (!message_is_message_set(m))
		return;
	if (c->file->edition == EDITION_PROTO3) {
		diag_error(c->diags, here(c, m->e.name_span), "proto3 has no message sets");
		return;
	}
	/* One without an extension range is of no use, but protoc takes it. */
	if (m->fields.n)
		diag_error(c->diags, here(c, m->fields.items[0]->e.name_span),
			"a message set cannot have fields, only extensions");
}

/* Few fields are compared with each other, which costs less than a table. */
static bool numbers_differ(const struct message *m)
{
	enum { FEW = 12 };

	if (m->fields.n > FEW)
		return false;
	for (uint32_t i = 1; i < m->fields.n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (m->fields.items[i]->number == m->fields.items[k]->number)
				return false;
	return true;
}

static void validate_numbers(struct context *c, struct message *m)
{
	struct map numbers;

	if (numbers_differ(m))
		return;
	map_init(&numbers, c->scratch);
	for (uint32_t i = 0; i < m->fields.n; i++) {
		struct field *field = m->fields.items[i];
		void **slot = map_put(&numbers, &numbers, (uint32_t)field->number);
		struct field *first = *slot;

		if (first) {
			diag_error(c->diags, here(c, field->number_span),
				"number %d of field '" STR "' is taken by field '" STR "'",
				(int)field->number, ARG(field->e.name), ARG(first->e.name));
			diag_note(c->diags, here(c, first->number_span), "taken");
		} else {
			*slot = field;
		}
	}
}

void validate_message(struct context *c, struct message *m)
{
	if (c->file->edition == EDITION_PROTO3 && m->extension_ranges.n) {
		diag_error(c->diags, here(c, m->extension_ranges.items[0]->e.span),
			"proto3 has no extension ranges");
		diag_help(c->diags, "use google.protobuf.Any, or declare the message in a proto2 "
				    "or editions file");
	}
	validate_message_set(c, m);
	validate_numbers(c, m);
}

/* ---- JSON names ---- */

/* The name a field has in this pass: with `custom` what is written counts, else what is derived. */
static struct str json_name_in(struct context *c, const struct field *field, bool custom)
{
	return custom ? field_json_name(field, c->scratch)
		      : json_name_derive(c->scratch, field->e.name);
}

static void report_json_clash(
	struct context *c, struct field *field, struct field *first, struct str name)
{
	struct span span = field->json ? field->json->span : field->e.name_span;

	diag_error(c->diags, here(c, span),
		"the JSON name '" STR "' of field '" STR "' is also that of field '" STR "'",
		ARG(name), ARG(field->e.name), ARG(first->e.name));
	diag_note(c->diags, here(c, first->e.name_span), "field '" STR "' is declared",
		ARG(first->e.name));
}

/* A derived name gives way in legacy JSON; two written ones never do (protoc HEAD; buf refuses
 * more). */
static bool clashes(const struct field *a, const struct field *b, bool custom, bool legacy)
{
	return !custom || (legacy ? a->json && b->json : a->json || b->json);
}

static bool is_legacy(const struct message *m)
{
	return m->e.features && m->e.features->json_format == JSON_LEGACY_BEST_EFFORT;
}

/* descriptor.cc, CheckFieldJsonNameUniqueness: derived names among each other, then with the
 * written ones. */
static void json_pass(struct context *c, struct message *m, bool custom)
{
	struct map names;
	bool legacy = is_legacy(m);

	map_init(&names, c->scratch);
	for (uint32_t i = 0; i < m->fields.n; i++) {
		struct field *field = m->fields.items[i];
		struct str name = json_name_in(c, field, custom);
		void **slot = map_put(&names, NULL, str_hash(name));
		struct field *first = *slot;

		if (!first)
			*slot = field;
		else if (str_eq(json_name_in(c, first, custom), name) &&
			 clashes(field, first, custom, legacy))
			report_json_clash(c, field, first, name);
	}
}

/* Lower-case letters, digits, and underscores before letters only? */
static bool is_snake_case(struct str name)
{
	bool letter_next = false;

	for (size_t i = 0; i < name.n; i++) {
		char ch = name.p[i];
		bool letter = ch >= 'a' && ch <= 'z';

		if (!letter && (letter_next || (ch != '_' && (ch < '0' || ch > '9'))))
			return false;
		letter_next = ch == '_';
	}
	return name.n && !letter_next;
}

/* Not of names in snake case: they derive to different ones, and differ as long as the file has no
 * error. In legacy JSON a derived name gives way. */
static bool derived_may_clash(const struct context *c, const struct message *m)
{
	bool may_clash = c->diags->n_errors > 0;

	if (is_legacy(m))
		return false;
	for (uint32_t i = 0; i < m->fields.n && !may_clash; i++)
		may_clash = !is_snake_case(m->fields.items[i]->e.name);
	return may_clash;
}

void validate_json_names(struct context *c, struct message *m)
{
	bool written = false;

	for (uint32_t i = 0; i < m->fields.n; i++)
		written |= m->fields.items[i]->json != NULL;
	if (derived_may_clash(c, m))
		json_pass(c, m, false);
	if (written)
		json_pass(c, m, true);
}
