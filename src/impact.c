#include "impact.h"

#include "schema/tops.h"

#include <stdlib.h>

/* One side's graph, and the lists that are known already. */
struct impact_side {
	bool is_new;
	const struct schema *schema;
	struct uses *uses; /* NULL until the first question */
	struct users *users;
	struct tops *tops;
	struct map lists; /* changed message, enum, service, method, file → struct reached_list * */
};

struct impact {
	const struct impact_request *request;
	struct arena *arena;
	struct impact_side old, new;
	uint64_t uses_left, steps_left;
	bool is_over; /* beyond a limit */
};

static void open_side(struct impact *impact, struct impact_side *side)
{
	if (side->uses)
		return;
	side->uses = uses_new(impact->arena, side->schema);
	side->users = users_new(impact->arena, side->uses);
	side->tops = tops_new(impact->arena, side->users);
	map_init(&side->lists, impact->arena);
}

/* Takes `n` from what is left of a limit. */
static bool spend(struct impact *impact, uint64_t *left, uint64_t n)
{
	if (impact->is_over || n > *left) {
		impact->is_over = true;
		return false;
	}
	*left -= n;
	return true;
}

/* ---- roots ---- */

static void add_root(struct impact *impact, const struct impact_side *side,
	struct reached_list *list, const struct reached *reached)
{
	const struct impact_request *request = impact->request;
	struct reached root = *reached;

	if (request->contracts_of)
		request->contracts_of(
			request->context, side->is_new, root.root, &root.contracts, impact->arena);
	if (root.kind == REACHED_MESSAGE && request->contracts_of && !root.contracts.n)
		return;
	if (spend(impact, &impact->steps_left, 1))
		*vec_push(impact->arena, list) = root;
}

static void add_message(struct impact *impact, const struct impact_side *side,
	struct reached_list *list, const struct reached *reached)
{
	const struct message *message = (const struct message *)reached->root;

	if (message->is_map_entry)
		return;
	if (!impact->request->contracts_of &&
		(message->e.file->is_builtin || !tops_have(side->tops, message)))
		return;
	add_root(impact, side, list, reached);
}

static int compare_reached(const void *a, const void *b)
{
	const struct reached *x = a, *y = b;
	int order;

	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	order = str_cmp(x->root->full_name, y->root->full_name);
	return order ? order : (int)x->kind - (int)y->kind;
}

/* ---- ways ---- */

/* A message from which the changed type is reached. */
struct way {
	const struct message *message;
	uint32_t length;
	int32_t number;           /* of the field that is the first step */
	struct reached_step step; /* the first one; not of the changed message itself */
};

/* A search for the ways to one changed type. */
struct search {
	struct impact *impact;
	struct impact_side *side;
	struct reached_list *list;
	struct map ways;         /* message → struct way * */
	VEC(struct way *) queue; /* in order of length */
};

static struct str step_name(struct arena *arena, const struct field *field)
{
	return field->extension ? str_printf(arena, "(" STR ")", ARG(field->e.full_name))
				: field->e.name;
}

/* Takes a step back: `field` of `message` leads to `to`, which NULL says is the changed type. */
static void step_back(struct search *s, const struct message *message, const struct field *field,
	const struct way *to)
{
	uint32_t length = to ? to->length + 1 : 1;
	void **slot = map_put(&s->ways, message, 0);
	struct way *way = *slot;

	if (!way) {
		way = *slot = NEW(s->impact->arena, struct way);
		way->message = message;
		way->length = length;
		*vec_push(s->impact->arena, &s->queue) = way;
	} else if (way->length != length || way->number <= field->number) {
		return;
	}
	way->number = field->number;
	way->step = (struct reached_step){ step_name(s->impact->arena, field),
		to && to->length ? &to->step : NULL };
}

static void follow_use(struct search *s, const struct use *use, const struct way *to)
{
	const struct message *message = (const struct message *)use->user;
	const struct field *field = use->field;

	if (use->user->kind == ELEMENT_METHOD) {
		add_root(s->impact, s->side, s->list,
			&(struct reached){
				.root = use->user,
				.kind = use->kind == USE_REQUEST ? REACHED_REQUEST
								 : REACHED_RESPONSE,
				.length = to ? to->length : 0,
				.path = to && to->length ? &to->step : NULL,
			});
		return;
	}
	if (message->is_map_entry && message->map_field) {
		field = message->map_field;
		message = element_message(&field->e);
	}
	step_back(s, message, field, to);
}

static void follow_users(struct search *s, const struct element *used, const struct way *to)
{
	struct use_list uses = users_of(s->side->users, used);

	if (!spend(s->impact, &s->impact->uses_left, uses.n))
		return;
	for (uint32_t i = 0; i < uses.n; i++)
		follow_use(s, &uses.items[i], to);
}

/* The roots from which a message or an enum is reached. All ways of one length are found before the
 * next, so the first step of a way is final when its message is looked at. */
static void search(struct impact *impact, struct impact_side *side, const struct element *changed,
	struct reached_list *list)
{
	struct search s = { .impact = impact, .side = side, .list = list };

	map_init(&s.ways, impact->arena);
	if (changed->kind == ELEMENT_MESSAGE && !((const struct message *)changed)->is_map_entry) {
		struct way *way = NEW(impact->arena, struct way);

		way->message = (const struct message *)changed;
		*map_put(&s.ways, changed, 0) = way;
		*vec_push(impact->arena, &s.queue) = way;
	} else {
		follow_users(&s, changed, NULL);
	}
	for (uint32_t i = 0; i < s.queue.n; i++) {
		const struct way *way = s.queue.items[i];

		add_message(impact, side, list,
			&(struct reached){
				.root = &way->message->e,
				.length = way->length,
				.path = way->length ? &way->step : NULL,
			});
		follow_users(&s, &way->message->e, way);
	}
}

/* ---- what is declared in a service or a file ---- */

static void list_methods(struct impact *impact, const struct impact_side *side,
	const struct service *service, struct reached_list *list)
{
	for (uint32_t i = 0; i < service->methods.n; i++)
		add_root(impact, side, list,
			&(struct reached){
				.root = &service->methods.items[i]->e, .kind = REACHED_REQUEST });
}

static void list_message(struct impact *impact, const struct impact_side *side,
	const struct message *message, struct reached_list *list)
{
	add_message(impact, side, list, &(struct reached){ .root = &message->e });
	for (uint32_t i = 0; i < message->messages.n; i++)
		list_message(impact, side, message->messages.items[i], list);
}

static void list_file(struct impact *impact, const struct impact_side *side,
	const struct file *file, struct reached_list *list)
{
	for (uint32_t i = 0; i < file->messages.n; i++)
		list_message(impact, side, file->messages.items[i], list);
	for (uint32_t i = 0; i < file->services.n; i++)
		list_methods(impact, side, file->services.items[i], list);
}

static void list_package(struct impact *impact, const struct impact_side *side, struct str package,
	struct reached_list *list)
{
	for (uint32_t i = 0; i < side->schema->files.n; i++) {
		const struct file *file = side->schema->files.items[i].file;

		if (file->package.p == package.p)
			list_file(impact, side, file, list);
	}
}

/* ---- findings ---- */

/* The message or enum whose ways count, or what has roots in it; NULL: an unknown extendee. */
static const struct element *changed_type(const struct element *element)
{
	const struct field *field = (const struct field *)element;

	switch (element->kind) {
	case ELEMENT_FIELD:
		if (field->extension)
			return (const struct element *)field->extension->extendee;
		return element->parent;
	case ELEMENT_ONEOF:
	case ELEMENT_ENUM_VALUE:
	case ELEMENT_EXTENSION_RANGE:
		return element->parent;
	default:
		return element;
	}
}

/* A method is a root itself; some rules are about what it answers. */
static enum reached_kind method_kind(const struct rule *rule)
{
	return str_eq(str_of(rule->id), S("RPC_SAME_RESPONSE_TYPE")) ||
			       str_eq(str_of(rule->id), S("RPC_SAME_SERVER_STREAMING"))
		       ? REACHED_RESPONSE
		       : REACHED_REQUEST;
}

/* What a list is made for. */
struct reach_question {
	const struct element *target;
	const struct rule *rule;
};

static void fill(struct impact *impact, struct impact_side *side,
	const struct reach_question *question, struct reached_list *list)
{
	const struct element *target = question->target;

	if (target->kind == ELEMENT_MESSAGE || target->kind == ELEMENT_ENUM)
		search(impact, side, target, list);
	else if (target->kind == ELEMENT_SERVICE)
		list_methods(impact, side, (const struct service *)target, list);
	else if (target->kind == ELEMENT_METHOD)
		add_root(impact, side, list,
			&(struct reached){ .root = target, .kind = method_kind(question->rule) });
	else if (question->rule->on == PAIR_PACKAGE)
		list_package(impact, side, target->file->package, list);
	else
		list_file(impact, side, target->file, list);
	if (list->n)
		qsort(list->items, list->n, sizeof *list->items, compare_reached);
}

static const struct reached_list *list_for(
	struct impact *impact, struct impact_side *side, const struct reach_question *question)
{
	bool own = question->target->kind == ELEMENT_METHOD || question->rule->on == PAIR_PACKAGE;
	void **slot;
	struct reached_list *list;

	/* Rules differ in their lists for a method, and for a file and its package. */
	slot = map_put(&side->lists, question->target, own ? (uintptr_t)question->rule : 0);
	if (*slot)
		return *slot;
	list = *slot = NEW(impact->arena, struct reached_list);
	fill(impact, side, question, list);
	return list;
}

/* Roots and steps of a list, which a report prints for each finding. */
static uint64_t count_steps(const struct reached_list *list)
{
	uint64_t n = list->n;

	for (uint32_t i = 0; i < list->n; i++)
		n += list->items[i].length;
	return n;
}

/* Is the changed element a step of its own? The fields of a map's entry are the map field. */
static bool is_step(const struct element *element)
{
	return element->kind == ELEMENT_FIELD && !element_is_synthetic(element);
}

static void find_one(struct impact *impact, struct finding *finding)
{
	static const struct reached_list nobody;
	const struct pair *pair = finding->pair;
	struct impact_side *side;
	const struct element *element;
	struct reach_question question;

	finding->reached_by = &nobody;
	if (!pair)
		return;
	side = pair->new.element ? &impact->new : &impact->old;
	element = pair->new.element ? pair->new.element : pair->old.element;
	question = (struct reach_question){ changed_type(element), finding->rule };
	if (!question.target)
		return;
	open_side(impact, side);
	finding->reached_by = list_for(impact, side, &question);
	if (is_step(element))
		finding->reached_field = step_name(impact->arena, (const struct field *)element);
	spend(impact, &impact->steps_left,
		count_steps(finding->reached_by) +
			(finding->reached_field.p ? finding->reached_by->n : 0));
}

static bool refuse(const struct impact_request *request)
{
	diag_error(request->diags, NOWHERE,
		"the ways to what changed have more than %d steps in all", MAX_IMPACT_STEPS);
	diag_help(request->diags, "check less at once with '--path', or leave '--impact' out");
	return false;
}

bool impact_find(const struct impact_request *request, const struct findings *findings)
{
	struct impact impact = {
		.request = request,
		.arena = request->arena,
		.old = { .schema = request->old },
		.new = { .schema = request->new, .is_new = true },
		.uses_left = MAX_IMPACT_USES,
		.steps_left = MAX_IMPACT_STEPS,
	};

	for (uint32_t i = 0; i < findings->list.n && !impact.is_over; i++)
		find_one(&impact, findings->list.items[i]);
	return !impact.is_over || refuse(request);
}
