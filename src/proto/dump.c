#include "proto/dump.h"
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
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			out_str(out, S("\\n"));
		else
			out_char(out, text.p[i]);
	}
	out_char(out, '\n');
}

void proto_dump_tokens(struct out *out, struct str bytes, struct arena *scratch)
{
	struct text text = { .bytes = bytes };
	struct diags diags;
	struct lexer lexer;
	struct gathered gathered;

	diags_init(&diags, scratch);
	lexer_init(&lexer, &text, bytes, &diags, scratch, scratch);
	lexer.track = true;
	do {
		lexer_next_gather(&lexer, &gathered);
		dump_comment(out, "trailing", gathered.trailing);
		for (uint32_t i = 0; i < gathered.detached.n; i++)
			dump_comment(out, "detached", gathered.detached.items[i]);
		dump_comment(out, "leading", gathered.leading);
		out_printf(out, "%u:%u\t%s\t" STR "\n", lexer.token.line + 1,
			lexer.token.column + 1, token_kind_text(&lexer.token),
			ARG(token_text(&lexer, &lexer.token)));
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

struct dump {
	struct out *out;
	struct arena *scratch;
};

static void dump_field(struct dump *d, const struct field *f)
{
	out_printf(d->out, " = %d %s " STR, (int)f->number, cardinality_text(field_cardinality(f)),
		ARG(field_type_text(f, d->scratch)));
	if (field_kind(f) == TYPE_GROUP)
		out_printf(d->out, " delimited");
	if (field_is_packed(f))
		out_printf(d->out, " packed");
	if (f->extension)
		out_printf(d->out, " extends " STR,
			ARG(f->extension->extendee ? f->extension->extendee->e.full_name
						   : f->extension->extendee_name));
	if (f->oneof)
		out_printf(d->out, " in " STR, ARG(f->oneof->e.name));
	out_printf(d->out, " json " STR, ARG(field_json_name(f, d->scratch)));
	if (f->has_default)
		out_printf(d->out, " default " STR, ARG(f->preset->text));
}

static void dump_method(struct dump *d, const struct method *m)
{
	out_printf(d->out, "(%s" STR ") returns (%s" STR ")", m->client_streaming ? "stream " : "",
		ARG(m->input ? m->input->e.full_name : m->input_name),
		m->server_streaming ? "stream " : "",
		ARG(m->output ? m->output->e.full_name : m->output_name));
}

static void dump_element(void *context, struct element *e)
{
	struct dump *d = context;
	struct point begin, end;

	for (const struct element *p = e->parent; p; p = p->parent)
		out_char(d->out, '\t');
	out_printf(d->out, "%s " STR, element_kind_text(e->kind),
		ARG(e->kind == ELEMENT_FILE ? e->file->import_path : e->name));
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
		out_printf(d->out, " edition %d package " STR, (int)e->file->edition,
			ARG(e->file->package));
	if (e->options)
		out_printf(d->out, " options %u", e->options->list.n);
	place_points(place_in(e->file->text, e->span), d->scratch, &begin, &end);
	out_printf(d->out, " @%u:%u-%u:%u\n", begin.line, begin.column, end.line, end.column);
}

void proto_dump_schema(struct out *out, const struct schema *schema, struct arena *scratch)
{
	struct dump d = { out, scratch };

	for (uint32_t i = 0; i < schema->files.n; i++)
		file_walk(schema->files.items[i].file, dump_element, &d);
}
