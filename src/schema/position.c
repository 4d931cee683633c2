#include "schema/position.h"

void positions_init(struct positions *positions, struct arena *arena)
{
	positions->arena = arena;
	map_init(&positions->by_scope, arena);
}

bool message_is_generated(const struct message *message)
{
	return message->is_map_entry || (message->group_field && message->group_field->is_group);
}

struct message *const *scope_messages(const struct element *scope, uint32_t *n)
{
	const struct message *message = (const struct message *)scope;
	const struct file *file = (const struct file *)scope;
	bool is_file = scope->kind == ELEMENT_FILE;

	*n = is_file ? file->messages.n : message->messages.n;
	return is_file ? file->messages.items : message->messages.items;
}

/* The positions by text of the messages of a scope. */
static const uint32_t *text_positions(struct positions *positions, const struct element *scope)
{
	void **slot = map_put(&positions->by_scope, scope, 0);
	uint32_t n, next = 0, *list;
	struct message *const *messages = scope_messages(scope, &n);

	if (*slot)
		return *slot;
	*slot = list = NEW_ARRAY(positions->arena, n + 1, uint32_t);
	for (uint32_t i = 0; i < n; i++) {
		list[i] = next;
		next += !message_is_generated(messages[i]);
	}
	return list;
}

struct message_index message_index(
	struct positions *positions, const struct message *message, enum counting counting)
{
	struct message_index index = { 0 };
	const struct element *e;
	uint32_t depth = 0;

	for (e = &message->e; e->kind == ELEMENT_MESSAGE; e = e->parent) {
		if (counting == BY_TEXT && message_is_generated((const struct message *)e))
			return index;
		depth++;
	}
	index.n = index.cap = depth;
	index.items = NEW_ARRAY(positions->arena, depth, uint32_t);
	for (e = &message->e; e->kind == ELEMENT_MESSAGE; e = e->parent)
		index.items[--depth] = counting == BY_TEXT
					       ? text_positions(positions, e->parent)[e->index]
					       : e->index;
	return index;
}

bool message_index_eq(const struct message_index *a, const struct message_index *b)
{
	return a->n == b->n && (!a->n || memcmp(a->items, b->items, a->n * sizeof *a->items) == 0);
}

struct str message_index_words(struct arena *arena, const struct message_index *index)
{
	struct str words = S("[");

	for (uint32_t i = 0; i < index->n; i++)
		words = str_printf(
			arena, STR "%s%u", ARG(words), i ? ", " : "", (unsigned)index->items[i]);
	return str_printf(arena, STR "]", ARG(words));
}

static bool is_counted(const struct message *message, enum counting counting)
{
	return counting == BY_TEXT           ? !message_is_generated(message)
	       : counting == WITHOUT_ENTRIES ? !message->is_map_entry
					     : true;
}

const struct message *message_at(
	const struct file *file, enum counting counting, const struct message_index *index)
{
	const struct element *scope = &file->e;

	for (uint32_t i = 0; i < index->n; i++) {
		uint32_t n, k = 0, left = index->items[i];
		struct message *const *messages = scope_messages(scope, &n);

		if (counting == BY_DESCRIPTOR)
			k = left;
		else
			while (k < n && (!is_counted(messages[k], counting) || left-- > 0))
				k++;
		if (k >= n)
			return NULL;
		scope = &messages[k]->e;
	}
	return index->n ? (const struct message *)scope : NULL;
}
