/* `// breakwater:contract NAME` in a contract: the element says itself which contract it is a root
 * of. */
#include "contract/private.h"
#include "schema/marker.h"

static struct checked *find_checked(struct contracts *c, struct str name)
{
	for (uint32_t i = 0; i < c->list.n; i++)
		if (str_eq(c->list.items[i]->contract->name, name))
			return c->list.items[i];
	return NULL;
}

static bool is_declared(const struct contract_list *declared, struct str name)
{
	for (uint32_t i = 0; i < declared->list.n; i++)
		if (str_eq(declared->list.items[i]->name, name))
			return true;
	return false;
}

static void report_unknown(const struct contract_list *declared, struct place place,
	struct str name, struct diags *diags)
{
	VEC(struct str) names = { 0 };
	struct str nearest;

	if (!name.n) {
		diag_error(diags, place, "this comment names no contract");
		diag_help(diags, "write '// " CONTRACT_MARKER " NAME'");
		return;
	}
	for (uint32_t i = 0; i < declared->list.n; i++)
		*vec_push(diags->arena, &names) = declared->list.items[i]->name;
	nearest = str_nearest(name, names.items, names.n);
	diag_error(diags, place, "there is no contract '" STR "'", ARG(name));
	if (nearest.p)
		diag_help(diags, "did you mean '" STR "'?", ARG(nearest));
	else
		diag_help(diags, "declare it under 'contracts' in the breakwater.yaml");
}

/* Does the statement that the comment is at begin the message or service, or stand on the line of
 * its name, as the brace that ends a short one does? */
static bool is_at_head(
	const struct file *file, const struct element *element, const struct marker *marker)
{
	uint32_t name = element->name_span.begin;

	return marker->statement <= name ||
	       !str_has((struct str){ file->text->bytes.p + name, marker->statement - name }, '\n');
}

static bool may_have_marker(const struct file *file, const struct marker *marker)
{
	const struct element *element = marker->element;

	return marker->attached && element &&
	       (element->kind == ELEMENT_MESSAGE || element->kind == ELEMENT_SERVICE) &&
	       is_at_head(file, element, marker);
}

static void take_marker(
	struct contracts *c, int side, const struct file *file, const struct marker *marker)
{
	struct place place = place_in(file->text, marker->span);
	struct checked *checked = find_checked(c, marker->word);

	/* The old side's comments may be of contracts that are no more. */
	if (!is_declared(c->request.declared, marker->word)) {
		if (side == NEW_SIDE && !c->request.is_quiet)
			report_unknown(c->request.declared, place, marker->word, c->diags);
		return;
	}
	if (!may_have_marker(file, marker)) {
		if (side == OLD_SIDE || c->request.is_quiet)
			return;
		diag_error(c->diags, place, "this comment is at no message or service");
		diag_help(c->diags, "put it above the message, without an empty line in between");
		return;
	}
	if (!checked)
		return;
	checked->has_comment = true;
	root_add(c, checked, side, marker->element);
}

bool roots_by_comment(struct contracts *c)
{
	uint32_t errors = c->diags->n_errors;

	for (int side = NEW_SIDE; side >= OLD_SIDE; side--) {
		const struct schema *schema = c->schemas[side];

		for (uint32_t i = 0; i < schema->files.n; i++) {
			struct file *file = schema->files.items[i].file;
			const struct marked_file *marked;

			if (!file->has_marker || file->is_broken)
				continue;
			marked = mark_file(file, S(CONTRACT_MARKER), c->arena);
			for (uint32_t k = 0; k < marked->markers.n; k++)
				take_marker(c, side, file, &marked->markers.items[k]);
		}
	}
	return c->diags->n_errors == errors;
}

bool contracts_refuse_comments(
	const struct contract_list *declared, const struct schema *schema, struct diags *diags)
{
	uint32_t errors = diags->n_errors;

	for (uint32_t i = 0; i < schema->files.n; i++) {
		struct file *file = schema->files.items[i].file;
		const struct marked_file *marked;

		if (!file->has_marker || file->is_broken)
			continue;
		marked = mark_file(file, S(CONTRACT_MARKER), diags->arena);
		for (uint32_t k = 0; k < marked->markers.n; k++) {
			const struct marker *marker = &marked->markers.items[k];

			if (!is_declared(declared, marker->word))
				report_unknown(declared, place_in(file->text, marker->span),
					marker->word, diags);
		}
	}
	return diags->n_errors == errors;
}
