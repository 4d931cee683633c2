/* Methods of services. */
#include "rules/moved.h"

enum { METHOD_OPTION_IDEMPOTENCY_LEVEL = 34 };
enum { REQUEST, RESPONSE };

static struct str method_words(const struct check *c, const struct method *method)
{
	return str_printf(c->arena, "method '" STR "' of '" STR "'", ARG(method->e.name),
		ARG(full_name(c, method->e.parent)));
}

static void rpc_no_delete(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct method *old = pair->old.method;
	struct fact fact;

	if (pair->new.method)
		return;
	fact = (struct fact){
		.old = spot_element(&old->e),
		.new = spot_element(&pair->parent->new.service->e),
		.subject = &old->e,
		.help = S("keep the method, marked `option deprecated = true;`, until nobody calls "
			  "it any more"),
	};
	finding_add(c, rule, pair, &fact, STR " was deleted", ARG(method_words(c, old)));
}

/* The full name of the type; as written if it is unknown. */
static struct str type_of(const struct method *method, int which)
{
	const struct message *message = which == REQUEST ? method->input : method->output;

	if (message)
		return message->e.full_name;
	return which == REQUEST ? method->input_name : method->output_name;
}

static bool type_is_known(const struct method *method, int which)
{
	return which == REQUEST ? method->input : method->output;
}

static void rpc_same_type(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct method *old = pair->old.method, *new = pair->new.method;
	const struct message *message;
	int which = rule->arg;
	struct str was, is;
	struct fact fact;

	if (!new)
		return;
	was = type_of(old, which);
	is = type_of(new, which);
	if (type_is_known(old, which) && type_is_known(new, which) ? diff_same_name(c->diff, was, is)
								   : names_agree(was, is))
		return;
	fact = (struct fact){
		.old = spot_span(&old->e, which == REQUEST ? old->input_span : old->output_span),
		.new = spot_span(&new->e, which == REQUEST ? new->input_span : new->output_span),
		.subject = &old->e,
		.before = name_undotted(was),
		.after = name_undotted(is),
	};
	message = which == REQUEST ? old->input : old->output;
	if (message && !message->e.file->is_builtin &&
		!diff_find_message(c->diff, true, message->e.full_name))
		fact.help = gone_type_help(c, &message->e);
	else
		fact.help = str_printf(c->arena,
			"keep '" STR "' and add fields to it, or add a new method beside this one",
			ARG(fact.before));
	finding_add(c, rule, pair, &fact, STR " changed its %s type from " STR " to " STR,
		ARG(method_words(c, old)), which == REQUEST ? "request" : "response",
		ARG(fact.before), ARG(fact.after));
}

static void rpc_same_streaming(struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct method *old = pair->old.method, *new = pair->new.method;
	const char *what = rule->arg == REQUEST ? "request" : "response";
	bool was, is;
	struct fact fact;

	if (!new)
		return;
	was = rule->arg == REQUEST ? old->client_streaming : old->server_streaming;
	is = rule->arg == REQUEST ? new->client_streaming : new->server_streaming;
	if (was == is)
		return;
	fact = (struct fact){
		.old = spot_element(&old->e),
		.new = spot_element(&new->e),
		.subject = &old->e,
		.before = was ? S("stream") : S("single"),
		.after = is ? S("stream") : S("single"),
		.help = str_printf(c->arena,
			"keep the method as it is and add one beside it that %s",
			is ? "streams" : "does not stream"),
	};
	if (!span_is_none(
		    rule->arg == REQUEST ? old->client_streaming_span : old->server_streaming_span))
		fact.old.exact = rule->arg == REQUEST ? old->client_streaming_span
						      : old->server_streaming_span;
	if (!span_is_none(
		    rule->arg == REQUEST ? new->client_streaming_span : new->server_streaming_span))
		fact.new.exact = rule->arg == REQUEST ? new->client_streaming_span
						      : new->server_streaming_span;
	finding_add(c, rule, pair, &fact,
		is ? STR " streams its %ss now, it had a single one"
		   : STR " no longer streams its %ss, it has a single one",
		ARG(method_words(c, old)), what);
}

static struct str idempotency_name(int64_t level)
{
	switch (level) {
	case 1:
		return S("NO_SIDE_EFFECTS");
	case 2:
		return S("IDEMPOTENT");
	default:
		return S("IDEMPOTENCY_UNKNOWN");
	}
}

static void rpc_same_idempotency_level(
	struct check *c, const struct rule *rule, const struct pair *pair)
{
	const struct method *old = pair->old.method, *new = pair->new.method;
	const int32_t number = METHOD_OPTION_IDEMPOTENCY_LEVEL;
	int64_t was, is;
	struct fact fact;

	if (!new)
		return;
	was = options_int(old->e.options, number, 0);
	is = options_int(new->e.options, number, 0);
	if (was == is)
		return;
	fact = (struct fact){
		.old = spot_option(&old->e, options_find(old->e.options, number)),
		.new = spot_option(&new->e, options_find(new->e.options, number)),
		.subject = &old->e,
		.before = idempotency_name(was),
		.after = idempotency_name(is),
	};
	fact.help = str_printf(c->arena,
		"set `option idempotency_level = " STR
		";`: clients use it to decide whether to retry and to use GET",
		ARG(fact.before));
	finding_add(c, rule, pair, &fact, STR " changed its idempotency level from " STR " to " STR,
		ARG(method_words(c, old)), ARG(fact.before), ARG(fact.after));
}

/* As one message read as the other. */
static unsigned method_type_breaks(const struct question *q)
{
	const struct method *old = q->pair->old.method, *new = q->pair->new.method;

	return q->rule->arg == REQUEST ? message_breaks(q->b, old->input, new->input)
				       : message_breaks(q->b, old->output, new->output);
}

/* One side sends many messages where the other expects one. */
static unsigned streaming_breaks(const struct question *q)
{
	const struct method *new = q->pair->new.method;

	if (q->rule->arg == REQUEST ? new->client_streaming : new->server_streaming)
		return WIRE_FORWARD | JSON_FORWARD | SOURCE_CODE;
	return GONE;
}

static bool takes_get(const struct method *method)
{
	enum { NO_SIDE_EFFECTS = 1 };

	return options_int(method->e.options, METHOD_OPTION_IDEMPOTENCY_LEVEL, 0) ==
	       NO_SIDE_EFFECTS;
}

/* A server that does not allow GET refuses it. */
static unsigned idempotency_breaks(const struct question *q)
{
	bool was = takes_get(q->pair->old.method), is = takes_get(q->pair->new.method);

	if (was == is)
		return 0;
	return was ? WIRE_BACKWARD | JSON_BACKWARD : WIRE_FORWARD | JSON_FORWARD;
}

#define REQUEST_MESSAGES \
	"message Order {\n  string id = 1;\n}\nmessage Item {\n  string id = 1;\n}\n"

const struct rule rule_RPC_NO_DELETE = {
	.id = "RPC_NO_DELETE",
	.categories = CAT_FILE | CAT_PACKAGE,
	.breaks = JSON_BACKWARD | SOURCE_CODE | WIRE_BACKWARD,
	.on = PAIR_METHOD,
	.check = rpc_no_delete,
	.purpose = "methods are not deleted",
	.compares = "Whether the service still has each method that it had, by name.",
	.hurts = "Existing clients call a method that the server no longer has, and are refused. "
		 "Source code that calls it no longer builds.",
	.before = REQUEST_MESSAGES
	"service Orders {\n  rpc Get(Order) returns (Order);\n  rpc Take(Item) returns (Item);\n}",
	.after = REQUEST_MESSAGES "service Orders {\n  rpc Get(Order) returns (Order);\n}",
	.safely = "Mark the method `option deprecated = true;`, watch its calls, and delete it "
		  "when there are none.",
};

const struct rule rule_RPC_SAME_REQUEST_TYPE = {
	.id = "RPC_SAME_REQUEST_TYPE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = method_type_breaks,
	.on = PAIR_METHOD,
	.check = rpc_same_type,
	.arg = REQUEST,
	.purpose = "methods keep their request type",
	.compares = "The full name of the method's request message.",
	.hurts = "New servers read old clients' requests as another message, and old servers new "
		 "clients' requests. Where the two messages differ, fields are lost or mistaken "
		 "for others. Source code that calls or implements the method no longer builds.",
	.before = REQUEST_MESSAGES "service Orders {\n  rpc Get(Order) returns (Order);\n}",
	.after = REQUEST_MESSAGES "service Orders {\n  rpc Get(Item) returns (Order);\n}",
	.safely = "Give each method messages of its own and add fields to them. Where another "
		  "message is needed, add a new method.",
};

const struct rule rule_RPC_SAME_RESPONSE_TYPE = {
	.id = "RPC_SAME_RESPONSE_TYPE",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = method_type_breaks,
	.on = PAIR_METHOD,
	.check = rpc_same_type,
	.arg = RESPONSE,
	.purpose = "methods keep their response type",
	.compares = "The full name of the method's response message.",
	.hurts = "Old clients read new servers' responses as another message, and new clients old "
		 "servers' responses. Where the two messages differ, fields are lost or mistaken "
		 "for others. Source code that calls or implements the method no longer builds.",
	.before = REQUEST_MESSAGES "service Orders {\n  rpc Get(Order) returns (Order);\n}",
	.after = REQUEST_MESSAGES "service Orders {\n  rpc Get(Order) returns (Item);\n}",
	.safely = "Give each method messages of its own and add fields to them. Where another "
		  "message is needed, add a new method.",
};

const struct rule rule_RPC_SAME_CLIENT_STREAMING = {
	.id = "RPC_SAME_CLIENT_STREAMING",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = streaming_breaks,
	.on = PAIR_METHOD,
	.check = rpc_same_streaming,
	.arg = REQUEST,
	.purpose = "methods keep client streaming",
	.compares = "Whether the request of the method is a stream.",
	.hurts = "A side that expects one request gets many and ends the call, or ignores the "
		 "rest: old servers with new clients when streaming is added, new servers with old "
		 "clients when it is taken away. Generated stubs have another form.",
	.before = REQUEST_MESSAGES "service Orders {\n  rpc Take(Item) returns (Order);\n}",
	.after = REQUEST_MESSAGES "service Orders {\n  rpc Take(stream Item) returns (Order);\n}",
	.safely = "Add a new method that streams beside the one that does not, and the other way "
		  "round.",
};

const struct rule rule_RPC_SAME_SERVER_STREAMING = {
	.id = "RPC_SAME_SERVER_STREAMING",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD | SOURCE_CODE | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = streaming_breaks,
	.on = PAIR_METHOD,
	.check = rpc_same_streaming,
	.arg = RESPONSE,
	.purpose = "methods keep server streaming",
	.compares = "Whether the response of the method is a stream.",
	.hurts = "A side that expects one response gets many and ends the call, or ignores the "
		 "rest: old clients with new servers when streaming is added, new clients with old "
		 "servers when it is taken away. Generated stubs have another form.",
	.before = REQUEST_MESSAGES "service Orders {\n  rpc Watch(Order) returns (Item);\n}",
	.after = REQUEST_MESSAGES "service Orders {\n  rpc Watch(Order) returns (stream Item);\n}",
	.safely = "Add a new method that streams beside the one that does not, and the other way "
		  "round.",
};

const struct rule rule_RPC_SAME_IDEMPOTENCY_LEVEL = {
	.id = "RPC_SAME_IDEMPOTENCY_LEVEL",
	.categories = CAT_FILE | CAT_PACKAGE | CAT_WIRE_JSON | CAT_WIRE | CAT_CSR,
	.breaks = JSON_BACKWARD | JSON_FORWARD | WIRE_BACKWARD | WIRE_FORWARD,
	.narrow = idempotency_breaks,
	.on = PAIR_METHOD,
	.check = rpc_same_idempotency_level,
	.purpose = "methods keep their idempotency level",
	.compares = "The option idempotency_level of the method; absent is IDEMPOTENCY_UNKNOWN.",
	.hurts = "Clients send methods without side effects as GET requests and repeat idempotent "
		 "ones. Where NO_SIDE_EFFECTS is lost, new servers refuse the GET of old clients; "
		 "where it is gained, old servers refuse the GET of new ones.",
	.before = REQUEST_MESSAGES "service Orders {\n  rpc Get(Order) returns (Order) {\n    "
				   "option idempotency_level = NO_SIDE_EFFECTS;\n  }\n}",
	.after = REQUEST_MESSAGES "service Orders {\n  rpc Get(Order) returns (Order);\n}",
	.safely =
		"Leave the option as it is. Add a new method for a call that behaves differently.",
};
