#include "schema/tops.h"

/*
 * Tarjan's algorithm on the way back: from a message to those that have it. A component that no
 * edge leaves consists of top messages. Without recursion, since a chain of messages may be long.
 */
struct node {
	const struct message *message;
	struct use_list uses; /* by whom */
	uint32_t at;          /* of `uses`: the next one to look at */
	uint32_t order, low;  /* Tarjan's numbers; `order` counts from 1 */
	bool is_open;         /* its component is not known yet */
	bool is_left;         /* a message of another component has this one */
	bool is_top;
};

struct tops {
	struct arena *arena;
	const struct users *users;
	struct map nodes; /* message → struct node * */
	uint32_t order;
	VEC(struct node *) path; /* from the message asked for to the one looked at */
	VEC(struct node *) open; /* in order of `order` */
};

struct tops *tops_new(struct arena *arena, const struct users *users)
{
	struct tops *tops = NEW(arena, struct tops);

	tops->arena = arena;
	tops->users = users;
	map_init(&tops->nodes, arena);
	return tops;
}

static struct node *enter(struct tops *tops, const struct message *message)
{
	struct node *node = NEW(tops->arena, struct node);

	*map_put(&tops->nodes, message, 0) = node;
	node->message = message;
	node->uses = users_of(tops->users, &message->e);
	node->order = node->low = ++tops->order;
	node->is_open = true;
	*vec_push(tops->arena, &tops->path) = node;
	*vec_push(tops->arena, &tops->open) = node;
	return node;
}

/* Follows one use; a message that was not met before is entered. */
static void follow(struct tops *tops, struct node *node, const struct use *use)
{
	struct node *user;

	if (use->user->kind != ELEMENT_MESSAGE)
		return;
	user = map_get(&tops->nodes, use->user, 0);
	if (!user)
		enter(tops, (const struct message *)use->user);
	else if (!user->is_open)
		node->is_left = true;
	else if (user->order < node->low)
		node->low = user->order;
}

/* All messages that lead to the node are known: closes its component if it is the first of it. */
static void leave(struct tops *tops, struct node *node)
{
	struct node *around;
	bool is_left = false;
	uint32_t first = tops->open.n;

	tops->path.n--;
	around = tops->path.n ? tops->path.items[tops->path.n - 1] : NULL;
	if (node->low < node->order) {
		if (node->low < around->low)
			around->low = node->low;
		return;
	}
	do {
		is_left |= tops->open.items[--first]->is_left;
	} while (tops->open.items[first] != node);
	for (uint32_t i = first; i < tops->open.n; i++) {
		tops->open.items[i]->is_open = false;
		tops->open.items[i]->is_top = !is_left;
	}
	tops->open.n = first;
	if (around)
		around->is_left = true;
}

bool tops_have(struct tops *tops, const struct message *message)
{
	struct node *node = map_get(&tops->nodes, message, 0);

	if (node)
		return node->is_top;
	node = enter(tops, message);
	while (tops->path.n) {
		struct node *last = tops->path.items[tops->path.n - 1];

		if (last->at < last->uses.n)
			follow(tops, last, &last->uses.items[last->at++]);
		else
			leave(tops, last);
	}
	return node->is_top;
}
