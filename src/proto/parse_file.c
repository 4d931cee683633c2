#include "proto/parser.h"

static void refuse_syntax(struct parser *p, bool edition, struct str value, struct span span)
{
	struct place place = here_of(p, span);

	if (!edition) {
		diag_error(p->diags, place, "unknown syntax '" STR "'", ARG(str_head(value, 40)));
		diag_help(p->diags,
			"write \"proto2\" or \"proto3\", or an edition: edition = \"2023\";");
		return;
	}
	if (str_eq(value, S("UNSTABLE")))
		diag_error(p->diags, place,
			"edition 'UNSTABLE' may mean something else with each version of protoc");
	else
		diag_error(p->diags, place, "unknown edition '" STR "'", ARG(str_head(value, 40)));
	diag_help(p->diags, "editions 2023, 2024 and 2026 are supported");
}

/* syntax = ( "syntax" | "edition" ) "=" string ";" */
static bool parse_syntax(struct parser *p)
{
	static const struct {
		struct str text;
		bool edition;
		enum edition value;
	} known[] = {
		{ STR_INIT("proto2"), false, EDITION_PROTO2 },
		{ STR_INIT("proto3"), false, EDITION_PROTO3 },
		{ STR_INIT("2023"), true, EDITION_2023 },
		{ STR_INIT("2024"), true, EDITION_2024 },
		{ STR_INIT("2026"), true, EDITION_2026 },
	};
	bool edition = at_word(p, S("edition"));
	uint32_t begin = current(p)->span.begin;
	struct span value_span = NO_SPAN;
	struct str value = { NULL, 0 };
	bool found = false, ok;

	next(p);
	ok = expect(p, '=');
	if (ok && current(p)->kind != TOKEN_STRING)
		ok = expected(p, edition ? "an edition in quotes" : "\"proto2\" or \"proto3\"");
	if (ok) {
		uint32_t value_begin = current(p)->span.begin;

		value = parse_strings(p, p->arena);
		value_span = span_since(p, value_begin);
		ok = expect_end(p, ';', begin);
	}
	p->file->syntax_span = span_since(p, begin);
	p->file->has_syntax = true;
	if (!value.p)
		return ok;
	for (size_t i = 0; i < COUNT(known); i++) {
		if (known[i].edition == edition && str_eq(known[i].text, value)) {
			p->file->edition = known[i].value;
			found = true;
		}
	}
	if (!found) {
		refuse_syntax(p, edition, value, value_span);
		/* Parse the rest as the nearest known one, so that no other errors follow. */
		p->file->edition = edition ? EDITION_2024 : EDITION_PROTO3;
	}
	return ok;
}

/* import = "import" [ "public" | "weak" | "option" ] string ";" */
static bool parse_import(struct parser *p)
{
	static const struct {
		struct str word;
		enum import_kind kind;
	} kinds[] = {
		{ STR_INIT("public"), IMPORT_PUBLIC },
		{ STR_INIT("weak"), IMPORT_WEAK },
		{ STR_INIT("option"), IMPORT_OPTION },
	};
	uint32_t begin = current(p)->span.begin;
	struct import import = { 0 };
	bool ok;

	next(p);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!at_word(p, kinds[i].word))
			continue;
		import.kind = kinds[i].kind;
		import.kind_span = current(p)->span;
		next(p);
		break;
	}
	if (current(p)->kind != TOKEN_STRING)
		return expected(p, "the path of a file in quotes");
	import.path_span = current(p)->span;
	import.path = intern(p->names, parse_strings(p, p->scratch));
	import.path_span.end = p->lexer.previous.span.end;
	ok = expect_end(p, ';', begin);
	import.span = span_since(p, begin);
	*vec_push(p->arena, &p->file->imports) = import;
	return ok;
}

/* package = "package" full.name ";" */
static bool parse_package(struct parser *p)
{
	uint32_t begin = current(p)->span.begin;
	bool again = p->file->package.n != 0, ok;
	struct span span, first = p->file->package_span;
	struct str name;

	next(p);
	if (!expect_dotted(p, &name, &span, false, "the name of the package"))
		return false;
	ok = expect_end(p, ';', begin);
	if (str_count(name, '.') >= MAX_PACKAGE_PARTS) {
		diag_error(p->diags, here_of(p, span_since(p, begin)),
			"the package's name has more than %d parts", MAX_PACKAGE_PARTS);
		return ok;
	}
	if (again) {
		diag_error(p->diags, here_of(p, span_since(p, begin)),
			"a file can have only one package");
		diag_note(p->diags, here_of(p, first), "first declared");
		return ok;
	}
	p->file->package = name;
	p->file->package_span = span_since(p, begin);
	return ok;
}

static bool unknown_statement(struct parser *p)
{
	static const struct str words[] = {
		STR_INIT("syntax"),
		STR_INIT("edition"),
		STR_INIT("package"),
		STR_INIT("import"),
		STR_INIT("option"),
		STR_INIT("message"),
		STR_INIT("enum"),
		STR_INIT("service"),
		STR_INIT("extend"),
	};
	struct str word = current(p)->kind == TOKEN_IDENT ? text_of(p) : (struct str){ NULL, 0 };
	struct str nearest = word.p ? str_nearest(word, words, COUNT(words)) : word;
	bool reported = !current(p)->bad;

	if (word.p && (scalar_type(word) != TYPE_NAMED || label_of(p)) && !current(p)->bad) {
		diag_error(p->diags, here_of(p, current(p)->span), "a field must be in a message");
		return false;
	}
	if (str_eq(word, S("rpc")) && !current(p)->bad) {
		diag_error(p->diags, here_of(p, current(p)->span), "a method must be in a service");
		return false;
	}
	expected(p, "a statement such as 'message', 'enum', 'service', 'import' or 'option'");
	if (reported && nearest.p)
		diag_help(p->diags, "did you mean '" STR "'?", ARG(nearest));
	return false;
}

bool parse_statement(struct parser *p, bool first)
{
	struct type_start start;

	if (accept_end(p, ';', NO_DECLARATION))
		return true;
	if (at_word(p, S("syntax")) || at_word(p, S("edition"))) {
		if (first)
			return parse_syntax(p);
		diag_error(p->diags, here_of(p, current(p)->span),
			p->file->has_syntax ? "a file can have only one syntax or edition"
					    : "the syntax or edition must come first in a file");
		return false;
	}
	if (!accept_visibility(p, &start))
		return false;
	if (at_word(p, S("message")))
		return parse_message(p, &p->file->e, start);
	if (at_word(p, S("enum")))
		return parse_enum(p, &p->file->e, start);
	if (at_word(p, S("import")))
		return parse_import(p);
	if (at_word(p, S("option")))
		return parse_option(p, &p->file->e.options);
	if (at_word(p, S("service")))
		return parse_service(p);
	if (at_word(p, S("package")))
		return parse_package(p);
	if (at_word(p, S("extend")))
		return parse_extend(p, &p->file->e);
	return unknown_statement(p);
}
