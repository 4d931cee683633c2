/* Messages, enums, services, extensions, methods, files and packages that are gone. */
#include "fix/private.h"

static void restore_ways(struct fixer *x, struct fix_group *group)
{
	for (int marks = DEPRECATED; marks >= PLAIN; marks--) {
		struct fix_way *way =
			way_new(x, group, marks & DEPRECATED ? "restored, deprecated" : "restored");

		if (!restore_outermost(x, group->old, marks, &way->edits) || !way->edits.n)
			way_drop(group);
	}
}

/* It lives on in another file under its name: it moves back, and who imports that file sees it. */
static void move_way(struct fixer *x, struct fix_group *group)
{
	const struct element *old = group->old, *new = now(x, old);
	const struct element *home = now(x, &old->file->e);
	struct fix_way *way;
	struct insertion what;

	if (!new || !home || new->file == home->file || new->parent->kind != ELEMENT_FILE ||
		old->parent->kind != ELEMENT_FILE || old->kind == ELEMENT_FIELD)
		return;
	way = way_new(x, group, "moved back from '" STR "'", ARG(new->file->import_path));
	what = (struct insertion){
		.file = home->file, .lines = lines_of(x, new, PLAIN), .order = old->span.begin
	};
	replace_text(x->arena, new->file, declaration_removal_span(new->file, new->span), S(""),
		&way->edits);
	insert_child(x, old, home, what, &way->edits);
	bring_needs(x, old, home->file, &way->edits);
	need_public_import(x, new->file, home->file->import_path, &way->edits);
}

/* Is it in another file under its full name, so that it cannot come back beside that? */
static bool declared_elsewhere(struct fixer *x, const struct element *old)
{
	const struct element *new = old->kind == ELEMENT_FIELD ? NULL : now(x, old);

	return new &&new->full_name.p == old->full_name.p &&new->file !=
	       diff_find_file(x->diff, true, old->file);
}

void fix_declaration(struct fixer *x, struct fix_group *group)
{
	if (!group->old)
		return;
	move_way(x, group);
	if (group->old->kind == ELEMENT_FIELD)
		move_extension(x, group);
	if (group->old->kind == ELEMENT_ENUM)
		rename_enum(x, group);
	if (!declared_elsewhere(x, group->old))
		restore_ways(x, group);
	if (group->findings.items[0]->moved_to.p)
		group->left = str_printf(x->arena,
			"it lives on as " STR ": move it back, or let both stand",
			ARG(group->findings.items[0]->moved_to));
}

/* Does the new side have any of what an old file declares? */
static bool lives_on(struct fixer *x, const struct file *old)
{
	for (uint32_t i = 0; i < old->messages.n; i++)
		if (now(x, &old->messages.items[i]->e))
			return true;
	for (uint32_t i = 0; i < old->enums.n; i++)
		if (now(x, &old->enums.items[i]->e))
			return true;
	for (uint32_t i = 0; i < old->services.n; i++)
		if (now(x, &old->services.items[i]->e))
			return true;
	return false;
}

void fix_file(struct fixer *x, struct fix_group *group)
{
	struct fix_way *way;

	group->left = S("what it declares lives on: move it back, or let both stand");
	if (!group->old || lives_on(x, group->old->file))
		return;
	way = way_new(x, group, "restored");
	if (!restore_file(x, group->old->file, &way->edits))
		way_drop(group);
}

void fix_package(struct fixer *x, struct fix_group *group)
{
	const struct schema *schema = diff_schema(x->diff, false);
	struct fix_way *way = way_new(x, group, "its files restored");
	struct str package = group->old ? group->old->file->package : (struct str){ NULL, 0 };

	group->left = S("what it declares lives on: let both packages stand");
	for (uint32_t i = 0; i < schema->files.n && group->old; i++) {
		const struct schema_file *file = &schema->files.items[i];

		if (file->own && str_eq(file->file->package, package) && !now(x, &file->file->e))
			restore_file(x, file->file, &way->edits);
	}
	if (!way->edits.n)
		way_drop(group);
}

/* ---- methods ---- */

enum { IDEMPOTENCY_LEVEL = 34 };
static const struct option_numbers IDEMPOTENCY_PATH = { { IDEMPOTENCY_LEVEL } };

static void type_edit(struct fixer *x, const struct method *new, struct span span, struct str text,
	const struct message *type, struct edits *edits)
{
	replace_text(x->arena, new->e.file, span, text, edits);
	if (type)
		need(x, &type->e, new->e.file, edits);
}

static void stream_edit(struct fixer *x, const struct method *new, bool was, struct span stream,
	struct span type, struct edits *edits)
{
	if (was)
		replace_text(x->arena, new->e.file, (struct span){ type.begin, type.begin },
			S("stream "), edits);
	else if (!span_is_none(stream))
		replace_text(x->arena, new->e.file, (struct span){ stream.begin, type.begin },
			S(""), edits);
}

static struct str type_text(struct fixer *x, const struct method *old, bool input, bool qualified)
{
	const struct message *type = input ? old->input : old->output;
	struct str text = span_text(old->e.file, input ? old->input_span : old->output_span);

	if (type && (qualified || !text.p))
		return str_printf(x->arena, "." STR, ARG(type->e.full_name));
	return text;
}

/* `request type, streams as before` */
static struct str method_words(struct fixer *x, const struct fix_group *group)
{
	static const char *const words[][2] = {
		{ "RPC_SAME_REQUEST_TYPE", "request type" },
		{ "RPC_SAME_RESPONSE_TYPE", "response type" },
		{ "RPC_SAME_CLIENT_STREAMING", "stream of requests" },
		{ "RPC_SAME_SERVER_STREAMING", "stream of responses" },
		{ "RPC_SAME_IDEMPOTENCY_LEVEL", "idempotency level" },
	};
	struct str all = S("");

	for (size_t i = 0; i < COUNT(words); i++)
		if (group_has(group, words[i][0]))
			all = str_printf(
				x->arena, STR "%s%s", ARG(all), all.n ? ", " : "", words[i][1]);
	return all;
}

static void method_way(struct fixer *x, struct fix_group *group, bool qualified)
{
	const struct method *old = (const struct method *)group->old;
	const struct method *new = (const struct method *)group->new;
	struct fix_way *way = way_new(x, group, STR " as before", ARG(method_words(x, group)));
	bool ok = true;

	if (group_has(group, "RPC_SAME_REQUEST_TYPE"))
		type_edit(x, new, new->input_span, type_text(x, old, true, qualified), old->input,
			&way->edits);
	if (group_has(group, "RPC_SAME_RESPONSE_TYPE"))
		type_edit(x, new, new->output_span, type_text(x, old, false, qualified),
			old->output, &way->edits);
	if (group_has(group, "RPC_SAME_CLIENT_STREAMING"))
		stream_edit(x, new, old->client_streaming, new->client_streaming_span,
			new->input_span, &way->edits);
	if (group_has(group, "RPC_SAME_SERVER_STREAMING"))
		stream_edit(x, new, old->server_streaming, new->server_streaming_span,
			new->output_span, &way->edits);
	if (group_has(group, "RPC_SAME_IDEMPOTENCY_LEVEL"))
		ok = statement_restore(x, &old->e, &new->e, &IDEMPOTENCY_PATH,
			(struct str){ NULL, 0 }, &way->edits);
	if (!ok || !way->edits.n)
		way_drop(group);
}

void fix_method(struct fixer *x, struct fix_group *group)
{
	if (!group->new) {
		fix_declaration(x, group);
		return;
	}
	method_way(x, group, false);
	method_way(x, group, true);
}

/* ---- visibility ---- */

void fix_visibility(struct fixer *x, struct fix_group *group)
{
	const struct element *new = group->new;
	struct span word = new ? (struct span){ new->span.begin, new->span.begin } : NO_SPAN;
	struct fix_way *way;

	if (!new || (new->kind != ELEMENT_MESSAGE &&new->kind != ELEMENT_ENUM) ||
		!file_bytes_of(new->file).p)
		return;
	way = way_new(x, group, "exported again");
	if (type_written_visibility(new))
		word.end += sizeof "local" - 1;
	replace_text(x->arena, new->file, word, word.end > word.begin ? S("export") : S("export "),
		&way->edits);
}
