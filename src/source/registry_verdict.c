/* What a registry itself says of a schema. */
#include "source/private.h"
#include "source/registry_document.h"
#include "source/registry_private.h"

struct verdict_asking {
	const struct registry_question *question;
	struct registry_answer *answer;
	bool failed;
};

static void take_verdict(struct asking *asking, struct http_request *request)
{
	struct verdict_asking *v = asking->context;
	const char *why = "";

	if (!registry_is_answer(request))
		v->failed = !registry_fail_request(asking->registry, v->question->subject,
			v->question->version, request, asking->diags);
	else if (!registry_verdict_read(asking->arena, request->body, v->answer, &why))
		v->failed = !registry_fail_document(
			asking->registry, v->question->subject, request, why, asking->diags);
}

bool registry_ask(struct registry *registry, const struct registry_question *question,
	struct registry_answer *answer, struct diags *diags)
{
	struct arena *arena = registry->arena;
	struct verdict_asking v = { .question = question, .answer = answer };
	struct str path =
		registry_path(arena, "/compatibility/subjects/", question->subject, "/versions");
	struct http_request request = {
		.path = question->version
				? str_printf(arena, STR "/%u", ARG(path), question->version)
				: path,
		.query = S("verbose=true&normalize=true"),
		.post = registry_question_text(arena, question),
	};
	struct asking asking = {
		.registry = registry,
		.diags = diags,
		.arena = arena,
		.requests = &request,
		.n = 1,
		.answered = take_verdict,
		.context = &v,
	};

	*answer = (struct registry_answer){ 0 };
	if (!request.post.p)
		return registry_fail(registry, question->subject, diags,
			"the schema is not UTF-8, so the registry cannot be asked");
	return registry_ask_all(&asking) && !v.failed;
}
