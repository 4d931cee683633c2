#include "proto/parser.h"

/* Where a method's input or output goes. */
struct method_type {
	struct str *name;
	struct span *span;
	bool *streaming;
	struct span *streaming_span;
};

/* "(" [ "stream" ] type ")"; `stream` alone is a type */
static bool parse_method_type(struct parser *p, const struct method_type *type)
{
	if (!expect(p, '('))
		return false;
	if (at_word(p, S("stream"))) {
		struct lexer saved = p->lexer;

		*type->streaming_span = current(p)->span;
		next(p);
		*type->streaming = current(p)->kind == TOKEN_IDENT || at(p, '.');
		if (!*type->streaming)
			p->lexer = saved;
	}
	if (current(p)->kind == TOKEN_IDENT && scalar_type(text_of(p)) != TYPE_NAMED) {
		diag_error(p->diags, here_of(p, current(p)->span),
			"'" STR "' is not a message; a method takes and returns messages",
			ARG(text_of(p)));
		return false;
	}
	return expect_dotted(p, type->name, type->span, true, "the name of a message") &&
	       expect(p, ')');
}

/* "{" { option | ";" } "}" */
static bool parse_method_body(struct parser *p, struct method *method, uint32_t begin)
{
	expect_end(p, '{', begin);
	/* A body makes options, even if there is none in it (protoc and buf alike). */
	options_of(p, &method->e.options);
	while (!at(p, '}') && !at_end(p)) {
		bool ok;

		if (accept_end(p, ';', NO_DECLARATION))
			continue;
		ok = at_word(p, S("option")) ? parse_option(p, &method->e.options)
					     : expected(p, "'option' or '}'");
		if (!ok)
			skip_statement(p);
	}
	return expect_end(p, '}', NO_DECLARATION);
}

/* rpc = "rpc" name type "returns" type ( ";" | body ) */
static bool parse_method(struct parser *p, struct service *service)
{
	uint32_t begin = current(p)->span.begin;
	struct method *method = NEW(p->arena, struct method);
	struct method_type input = { &method->input_name, &method->input_span,
		&method->client_streaming, &method->client_streaming_span };
	struct method_type output = { &method->output_name, &method->output_span,
		&method->server_streaming, &method->server_streaming_span };
	bool ok;

	element_init(p, &method->e, ELEMENT_METHOD, &service->e, service->methods.n);
	*vec_push(p->arena, &service->methods) = method;
	if (!expect_head(p, &method->e, "a method's name") || !parse_method_type(p, &input))
		return false;
	if (!accept_word(p, S("returns")))
		return expected(p, "'returns'");
	if (!parse_method_type(p, &output))
		return false;
	ok = at(p, '{') ? parse_method_body(p, method, begin) : expect_end(p, ';', begin);
	method->e.span = span_since(p, begin);
	return ok;
}

/* service = "service" name "{" { option | rpc | ";" } "}" */
bool parse_service(struct parser *p)
{
	uint32_t begin = current(p)->span.begin;
	struct service *service = NEW(p->arena, struct service);
	bool ok;

	element_init(p, &service->e, ELEMENT_SERVICE, &p->file->e, p->file->services.n);
	*vec_push(p->arena, &p->file->services) = service;
	if (!expect_head(p, &service->e, "a service's name") || !expect_end(p, '{', begin))
		return false;
	while (!at(p, '}') && !at_end(p)) {
		if (accept_end(p, ';', NO_DECLARATION))
			continue;
		if (at_word(p, S("option")))
			ok = parse_option(p, &service->e.options);
		else if (at_word(p, S("rpc")))
			ok = parse_method(p, service);
		else
			ok = expected(p, "'rpc', 'option' or '}'");
		if (!ok)
			skip_statement(p);
	}
	ok = expect_end(p, '}', NO_DECLARATION);
	service->e.span = span_since(p, begin);
	return ok;
}
