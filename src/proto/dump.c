#include "proto/dump.h"

#include "base/glyph.h"
#include "proto/lexer.h"

static const char *token_kind_text(const struct token *token)
{
	switch (token->kind) {
	case TOKEN_IDENT:
		return "name";
	case TOKEN_INTEGER:
		return "integer";
	case TOKEN_FLOAT:
		return "float";
	case TOKEN_STRING:
		return "string";
	case TOKEN_SYMBOL:
		return "symbol";
	default:
		return "end";
	}
}

static void dump_comment(struct out *out, const char *kind, struct str text)
{
	if (!text.p)
		return;
	out_printf(out, "\t%s ", kind);
	out_plain(out, text);
	out_char(out, '\n');
}

void proto_dump_tokens(struct out *out, struct str bytes, struct arena *scratch)
{
	struct text text = { .bytes = bytes };
	struct diags diags;
	struct lexer lexer;
	struct gathered gathered;
	struct line_table lines;

	diags_init(&diags, scratch);
	line_table_init(&lines, bytes, scratch);
	lexer_init(&lexer, &text, bytes, &diags, scratch, scratch);
	do {
		struct line_column at;

		lexer_next_gather(&lexer, &gathered);
		at = line_table_find(&lines, lexer.token.span.begin, 0);
		dump_comment(out, "trailing", gathered.trailing);
		for (uint32_t i = 0; i < gathered.detached.n; i++)
			dump_comment(out, "detached", gathered.detached.items[i]);
		dump_comment(out, "leading", gathered.leading);
		out_printf(out, "%u:%u\t%s\t", at.line + 1, at.column + 1,
			token_kind_text(&lexer.token));
		out_plain(out, token_text(&lexer, &lexer.token));
		out_char(out, '\n');
	} while (lexer.token.kind != TOKEN_END);
}

static const char *element_kind_text(enum element_kind kind)
{
	static const char *const names[] = {
		[ELEMENT_FILE] = "file",
		[ELEMENT_PACKAGE] = "package",
		[ELEMENT_MESSAGE] = "message",
		[ELEMENT_FIELD] = "field",
		[ELEMENT_ONEOF] = "oneof",
		[ELEMENT_ENUM] = "enum",
		[ELEMENT_ENUM_VALUE] = "value",
		[ELEMENT_SERVICE] = "service",
		[ELEMENT_METHOD] = "rpc",
		[ELEMENT_EXTENSION_RANGE] = "extensions",
	};

	return names[kind];
}

static const char *cardinality_text(enum cardinality c)
{
	static const char *const names[] = {
		[CARDINALITY_EXPLICIT] = "explicit",
		[CARDINALITY_IMPLICIT] = "implicit",
		[CARDINALITY_REQUIRED] = "required",
		[CARDINALITY_REPEATED] = "repeated",
		[CARDINALITY_MAP] = "map",
	};

	return names[c];
}

struct schema_dump {
	struct out *out;
	struct arena *scratch;
};

/* What comes before a name, and the name. */
static void dump_name(struct schema_dump *d, const char *before, struct str name)
{
	out_printf(d->out, "%s", before);
	out_plain(d->out, name);
}

static void dump_field(struct schema_dump *d, const struct field *f)
{
	out_printf(d->out, " = %d %s", (int)f->number, cardinality_text(field_cardinality(f)));
	dump_name(d, " ", field_type_text(f, d->scratch));
	if (field_kind(f) == TYPE_GROUP)
		out_printf(d->out, " delimited");
	if (field_is_packed(f))
		out_printf(d->out, " packed");
	if (f->extension)
		dump_name(d, " extends ",
			f->extension->extendee ? f->extension->extendee->e.full_name
					       : f->extension->extendee_name);
	if (f->oneof)
		dump_name(d, " in ", f->oneof->e.name);
	dump_name(d, " json ", field_json_name(f, d->scratch));
	if (f->has_default)
		dump_name(d, " default ", f->preset->text);
}

static void dump_method(struct schema_dump *d, const struct method *m)
{
	dump_name(d, m->client_streaming ? "(stream " : "(",
		m->input ? m->input->e.full_name : m->input_name);
	dump_name(d, m->server_streaming ? ") returns (stream " : ") returns (",
		m->output ? m->output->e.full_name : m->output_name);
	out_char(d->out, ')');
}

static void dump_element(void *context, struct element *e)
{
	struct schema_dump *d = context;
	struct point begin, end;

	for (const struct element *p = e->parent; p; p = p->parent)
		out_char(d->out, '\t');
	dump_name(d, element_kind_text(e->kind), S(" "));
	out_plain(d->out, e->kind == ELEMENT_FILE ? e->file->import_path : e->name);
	if (e->kind == ELEMENT_FIELD)
		dump_field(d, (struct field *)e);
	else if (e->kind == ELEMENT_METHOD)
		dump_method(d, (struct method *)e);
	else if (e->kind == ELEMENT_ENUM_VALUE)
		out_printf(d->out, " = %d", (int)((struct enum_value *)e)->number);
	else if (e->kind == ELEMENT_EXTENSION_RANGE)
		out_printf(d->out, "%d to %d", (int)((struct extension_range *)e)->begin,
			(int)((struct extension_range *)e)->end);
	else if (e->kind == ELEMENT_ENUM)
		out_printf(d->out, enum_is_closed((struct enumeration *)e) ? " closed" : " open");
	else if (e->kind == ELEMENT_FILE)
		out_printf(d->out, " edition %d", (int)e->file->edition);
	if (e->kind == ELEMENT_FILE)
		dump_name(d, " package ", e->file->package);
	if (e->options)
		out_printf(d->out, " options %u", e->options->list.n);
	place_points(place_in(e->file->text, e->span), d->scratch, &begin, &end);
	out_printf(d->out, " @%u:%u-%u:%u\n", begin.line, begin.column, end.line, end.column);
}

void proto_dump_schema(struct out *out, const struct schema *schema, struct arena *scratch)
{
	struct schema_dump d = { out, scratch };

	for (uint32_t i = 0; i < schema->files.n; i++)
		file_walk(schema->files.items[i].file, dump_element, &d);
}
