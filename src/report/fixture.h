/*
 * Hand-made findings for the reporters' tests: the manual's example, in memory.
 */
#pragma once
#include "report/report.h"
#include "base/arena.h"

static const struct rule type_rule = {
	.id = "FIELD_SAME_TYPE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_CSR,
	.on = PAIR_FIELD,
	.purpose = "fields keep their type",
	.compares = "The kind of a field.",
	.hurts = "Readers of old data.",
	.before = "message A { int32 a = 1; }",
	.after = "message A { sint32 a = 1; }",
	.safely = "Add a new field.",
};
static const struct rule file_rule = {
	.id = "FILE_NO_DELETE",
	.categories = CAT_FILE | CAT_CSR,
	.on = PAIR_FILE,
	.purpose = "files are not deleted",
	.compares = "Import paths.",
	.hurts = "Importers.",
	.before = "message A {}",
	.after = "",
	.safely = "Keep it.",
};
static const struct rule option_rule = {
	.id = "FILE_SAME_GO_PACKAGE",
	.categories = CAT_FILE | CAT_PACKAGE,
	.on = PAIR_FILE,
	.purpose = "files keep their go_package",
	.compares = "The option.",
	.hurts = "Importers.",
	.before = "option go_package = \"a\";",
	.after = "option go_package = \"b\";",
	.safely = "Keep it.",
};

struct fixture {
	struct arena *arena;
	struct findings findings;
	struct report report;
	struct text *old_order, *new_order, *old_refund;
};

static inline struct text *fixture_text(
	struct arena *arena, const char *side, const char *path, struct str bytes)
{
	struct text *text = NEW(arena, struct text);

	text->side = str_of(side);
	text->path = str_of(path);
	text->bytes = bytes;
	return text;
}

/* The place of `word` in a text that holds it. */
static inline struct place fixture_place(struct text *text, const char *word)
{
	const char *at = memmem(text->bytes.p, text->bytes.n, word, strlen(word));
	uint32_t begin = (uint32_t)(at - text->bytes.p);

	return place_in(text, (struct span){ begin, begin + (uint32_t)strlen(word) });
}

static inline struct finding *fixture_add(struct fixture *f, const struct rule *rule,
	const char *message, const char *element, unsigned breaks)
{
	struct finding *finding = NEW(f->arena, struct finding);

	finding->rule = rule;
	finding->message = str_of(message);
	finding->element = str_of(element);
	finding->breaks = breaks;
	finding->fingerprint = 0x1000 + f->findings.list.n;
	*vec_push(f->arena, &f->findings.list) = finding;
	return finding;
}

/* A report without findings. */
static inline struct fixture *fixture_new(void)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct fixture *f = NEW(arena, struct fixture);

	f->arena = arena;
	f->report = (struct report){
		.arena = arena,
		.findings = &f->findings,
		.old_name = S("v1.4.0"),
		.new_name = S("working tree"),
		.files_compared = 3,
		.version = S("0.1.0"),
	};
	f->old_order = fixture_text(arena, "v1.4.0", "proto/order.proto",
		S("syntax = \"proto3\";\n\nmessage Order {\n  int64 amount = 4;\n}\n"));
	f->new_order = fixture_text(arena, "", "proto/order.proto",
		S("syntax = \"proto3\";\n\n// Placed.\nmessage Order {\n  sint64 amount = "
		  "4;\n}\n"));
	f->old_refund =
		fixture_text(arena, "v1.4.0", "proto/refund.proto", S("syntax = \"proto3\";\n"));
	return f;
}

/* The manual's two findings. */
static inline struct fixture *fixture_two(void)
{
	struct fixture *f = fixture_new();
	struct finding *finding = fixture_add(f, &type_rule,
		"field 4 'amount' of 'acme.Order' changed from int64 to sint64",
		"acme.Order.amount", WIRE_BACKWARD | WIRE_FORWARD);

	finding->has_number = true;
	finding->number = 4;
	finding->new_place = fixture_place(f->new_order, "sint64");
	finding->old_place = fixture_place(f->old_order, "int64");
	finding->before = S("int64");
	finding->after = S("sint64");
	finding->help = S("keep field 4 as it is");

	finding = fixture_add(
		f, &file_rule, "file 'refund.proto' was deleted", "refund.proto", SOURCE_CODE);
	finding->old_place = place_in(f->old_refund, NO_SPAN);
	findings_sort(&f->findings, f->arena);
	return f;
}

/* The reporter's output, NUL-terminated. */
static inline const char *fixture_write(struct fixture *f, const char *format)
{
	struct out *out = out_memory(f->arena);

	if (!reporter_find(str_of(format))->write(out, &f->report))
		return "(failed)";
	out_char(out, '\0');
	return out_text(out).p;
}

static inline void fixture_free(struct fixture *f)
{
	arena_free(f->arena);
}
