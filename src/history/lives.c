#include "history/lives.h"

/* A message, an enum, or the extensions of a message, whatever it is called. */
struct lineage {
	uint32_t id;
	const struct model_type *type; /* what it is now; NULL: gone, or extensions */
	int32_t highest;               /* number that any version used */
};

struct life_list {
	VEC(struct spent_life *) lives;
	bool is_enum, is_extension;
	enum spent_kind kind;
	struct lineage *lineage;
};

struct spent {
	struct arena *arena;
	struct intern *names;
	bool (*is_unstable)(struct str package);
	struct map lineages;   /* full_name.p, kind → struct lineage * */
	struct map extendees;  /* extendee.p → struct lineage * */
	struct map extensions; /* extendee.p, number → the field that has it; NULL: gone */
	struct map numbers;    /* lineage, number → struct life_list * */
	struct map name_lists; /* name.p, id of the lineage → struct life_list * */
	uint32_t version, n_lineages;
};

struct spent *spent_new(
	struct arena *arena, struct intern *names, bool (*is_unstable)(struct str package))
{
	struct spent *spent = NEW(arena, struct spent);

	spent->arena = arena;
	spent->names = names;
	spent->is_unstable = is_unstable;
	map_init(&spent->lineages, arena);
	map_init(&spent->extendees, arena);
	map_init(&spent->extensions, arena);
	map_init(&spent->numbers, arena);
	map_init(&spent->name_lists, arena);
	return spent;
}

/* ---- lives ---- */

static struct lineage *lineage_new(struct spent *s)
{
	struct lineage *lineage = NEW(s->arena, struct lineage);

	lineage->id = s->n_lineages++;
	return lineage;
}

/* The last version in which the file of an element was known. */
static uint32_t last_known(const struct spent *s, const struct model_file *file)
{
	return file->unknown_since > 1 ? file->unknown_since - 2 : s->version - 1;
}

static struct life_list *list_of(struct spent *s, struct lineage *lineage, enum spent_kind kind,
	const struct life_owner *who)
{
	void **slot = kind == SPENT_NUMBER ? map_put(&s->numbers, lineage, (uint32_t)who->number)
					   : map_put(&s->name_lists, who->name.p, lineage->id);
	struct life_list *list;

	if (!*slot) {
		list = NEW(s->arena, struct life_list);
		list->kind = kind;
		list->lineage = lineage;
		*slot = list;
	}
	list = *slot;
	list->is_enum = !who->type.p;
	list->is_extension = !who->holder;
	return list;
}

static void add_owner(struct spent *s, struct spent_life *life, uint64_t owner)
{
	for (uint32_t i = 0; i < life->owners.n; i++)
		if (life->owners.items[i] == owner)
			return;
	*vec_push(s->arena, &life->owners) = owner;
}

/* The number or name has an owner in this version. */
static void touch(
	struct spent *s, struct life_list *list, uint64_t owner, const struct life_owner *who)
{
	struct spent_life *life = list->lives.n ? list->lives.items[list->lives.n - 1] : NULL;

	if (!life || !life->open) {
		life = NEW(s->arena, struct spent_life);
		life->first = s->version;
		life->open = true;
		*vec_push(s->arena, &list->lives) = life;
	}
	life->last = life->seen = s->version;
	life->who = *who;
	add_owner(s, life, owner);
}

static void end_life(struct spent *s, struct life_list *list)
{
	struct spent_life *life = list->lives.n ? list->lives.items[list->lives.n - 1] : NULL;

	if (!life || !life->open)
		return;
	life->open = false;
	life->seen = s->version - 1;
	life->last = last_known(s, life->who.file);
	if (life->last < life->first)
		life->last = life->first;
}

/* ---- owners ---- */

static uint64_t field_owner(struct spent *s, const struct model_field *field)
{
	struct str name =
		field->extendee.p ? field->name : name_squashed(s->names, field->name, s->arena);
	bool repeats = field->label == LABEL_IS_REPEATED || field->label == LABEL_IS_MAP;
	struct str type = field->is_group && !field->extendee.p ? S("group") : field->type;

	return str_xxh64(name) * 31 + str_xxh64(type) * 7 + repeats;
}

static struct life_owner field_who(struct spent *s, const struct model_type *type,
	const struct model_field *field, const struct model_file *file)
{
	return (struct life_owner){
		.scope = type ? type->full_name : field->extendee,
		.name = field->name,
		.type = model_type_text(s->arena, field),
		.number = field->number,
		.file = file,
		.name_span = field->name_span,
		.number_span = field->number_span,
		.holder = type,
	};
}

static struct life_owner value_who(const struct model_type *type, const struct model_value *value)
{
	return (struct life_owner){
		.scope = type->full_name,
		.name = value->name,
		.number = value->number,
		.file = type->file,
		.name_span = value->name_span,
		.number_span = value->number_span,
		.holder = type,
	};
}

static void note_number(struct lineage *lineage, int32_t number)
{
	if (number > lineage->highest)
		lineage->highest = number;
}

static void take_type(struct spent *s, struct lineage *lineage, const struct model_type *type)
{
	lineage->type = type;
	for (uint32_t i = 0; i < type->fields.n; i++) {
		const struct model_field *field = &type->fields.items[i];
		struct life_owner who = field_who(s, type, field, type->file);

		note_number(lineage, field->number);
		touch(s, list_of(s, lineage, SPENT_NUMBER, &who), field_owner(s, field), &who);
		touch(s, list_of(s, lineage, SPENT_NAME, &who), (uint64_t)(uint32_t)field->number,
			&who);
	}
	for (uint32_t i = 0; i < type->values.n; i++) {
		const struct model_value *value = &type->values.items[i];
		struct life_owner who = value_who(type, value);

		note_number(lineage, value->number);
		touch(s, list_of(s, lineage, SPENT_NUMBER, &who),
			str_xxh64(name_squashed(s->names, value->name, s->arena)), &who);
		touch(s, list_of(s, lineage, SPENT_NAME, &who), (uint64_t)(uint32_t)value->number,
			&who);
	}
}

/* The numbers and names of a type. */
struct holdings {
	struct map numbers, names; /* (NULL, number); name.p */
};

static void holdings_make(
	struct holdings *holdings, struct arena *arena, const struct model_type *type)
{
	map_init(&holdings->numbers, arena);
	map_init(&holdings->names, arena);
	for (uint32_t i = 0; type && i < type->fields.n; i++) {
		*map_put(&holdings->numbers, NULL, (uint32_t)type->fields.items[i].number) =
			holdings;
		*map_put(&holdings->names, type->fields.items[i].name.p, 0) = holdings;
	}
	for (uint32_t i = 0; type && i < type->values.n; i++) {
		*map_put(&holdings->numbers, NULL, (uint32_t)type->values.items[i].number) =
			holdings;
		*map_put(&holdings->names, type->values.items[i].name.p, 0) = holdings;
	}
}

static void leave(struct spent *s, struct lineage *lineage, const struct holdings *holdings,
	const struct life_owner *who)
{
	if (!map_get(&holdings->numbers, NULL, (uint32_t)who->number))
		end_life(s, list_of(s, lineage, SPENT_NUMBER, who));
	if (!map_get(&holdings->names, who->name.p, 0))
		end_life(s, list_of(s, lineage, SPENT_NAME, who));
}

/* Ends the lives of what the type had and `new` has not; NULL: everything. */
static void leave_type(struct spent *s, struct lineage *lineage, const struct model_type *old,
	const struct model_type *new)
{
	struct arena *scratch = arena_like(s->arena);
	struct holdings holdings;

	holdings_make(&holdings, scratch, new);
	for (uint32_t i = 0; i < old->fields.n; i++) {
		struct life_owner who = field_who(s, old, &old->fields.items[i], old->file);

		leave(s, lineage, &holdings, &who);
	}
	for (uint32_t i = 0; i < old->values.n; i++) {
		struct life_owner who = value_who(old, &old->values.items[i]);

		leave(s, lineage, &holdings, &who);
	}
	arena_free(scratch);
}

/* ---- versions ---- */

static bool has_lives(const struct model_type *type)
{
	return type->kind == ELEMENT_MESSAGE || type->kind == ELEMENT_ENUM;
}

/* Renamed types take their lineage along; their old names start afresh. */
static void move_lineages(struct spent *s, const struct map *renames)
{
	for (uint32_t i = 0; i < renames->n; i++) {
		const struct model_type *old = renames->entries[i].key;
		const struct model_type *new = renames->entries[i].value;
		struct lineage *lineage = map_get(&s->lineages, old->full_name.p, old->kind);

		*map_put(&s->lineages, old->full_name.p, old->kind) = NULL;
		*map_put(&s->lineages, new->full_name.p, new->kind) = lineage;
	}
}

static void take_types(struct spent *s, const struct model_index *old,
	const struct model_index *new, const struct map *renames)
{
	struct map renamed; /* new type → old type */

	map_init(&renamed, s->arena);
	for (uint32_t i = 0; i < renames->n; i++)
		*map_put(&renamed, renames->entries[i].value, 0) = (void *)renames->entries[i].key;
	for (uint32_t i = 0; i < old->types.n; i++) {
		const struct model_type *type = old->types.entries[i].value;
		const struct model_type *next = map_get(renames, type, 0);
		struct lineage *lineage;

		if (!next)
			next = map_get(&new->types, type->full_name.p, type->kind);
		lineage = map_get(
			&s->lineages, next ? next->full_name.p : type->full_name.p, type->kind);
		if (!lineage || !has_lives(type))
			continue;
		leave_type(s, lineage, type, next);
		lineage->type = next;
	}
	for (uint32_t i = 0; i < new->types.n; i++) {
		const struct model_type *type = new->types.entries[i].value;
		void **slot;

		if (!has_lives(type))
			continue;
		slot = map_put(&s->lineages, type->full_name.p, type->kind);
		if (!*slot)
			*slot = lineage_new(s);
		take_type(s, *slot, type);
	}
}

static void take_extensions(
	struct spent *s, const struct model_index *old, const struct model_index *new)
{
	for (uint32_t i = 0; i < old->extensions.n; i++) {
		const struct map_entry *entry = &old->extensions.entries[i];
		struct lineage *lineage = map_get(&s->extendees, entry->key, 0);
		struct life_owner who;

		if (!lineage || map_get(&new->extensions, entry->key, entry->number))
			continue;
		who = field_who(s, NULL, entry->value,
			map_get(&old->extension_files, entry->key, entry->number));
		end_life(s, list_of(s, lineage, SPENT_NUMBER, &who));
	}
	for (uint32_t i = 0; i < new->extensions.n; i++) {
		const struct map_entry *entry = &new->extensions.entries[i];
		void **slot = map_put(&s->extendees, entry->key, 0);
		struct life_owner who = field_who(s, NULL, entry->value,
			map_get(&new->extension_files, entry->key, entry->number));

		if (!*slot)
			*slot = lineage_new(s);
		note_number(*slot, who.number);
		touch(s, list_of(s, *slot, SPENT_NUMBER, &who), field_owner(s, entry->value), &who);
	}
}

void spent_take(struct spent *s, const struct model_files *old, const struct model_files *new)
{
	struct arena *scratch = arena_like(s->arena);
	struct model_index was, is;
	struct map renames;

	model_index_make(&was, scratch, old);
	model_index_make(&is, scratch, new);
	renames_find(scratch, &was, &is, s->is_unstable, &renames);
	move_lineages(s, &renames);
	take_types(s, &was, &is, &renames);
	take_extensions(s, &was, &is);
	s->version++;
	arena_free(scratch);
}

/* ---- reuses ---- */

static bool share_owner(const struct spent_life *a, const struct spent_life *b)
{
	for (uint32_t i = 0; i < a->owners.n; i++)
		for (uint32_t k = 0; k < b->owners.n; k++)
			if (a->owners.items[i] == b->owners.items[k])
				return true;
	return false;
}

static bool is_reserved(const struct model_type *type, int32_t number)
{
	for (uint32_t i = 0; i < type->ranges.n; i++)
		if (number >= type->ranges.items[i].begin && number <= type->ranges.items[i].end)
			return true;
	for (uint32_t i = 0; i < type->extension_ranges.n; i++)
		if (number >= type->extension_ranges.items[i].begin &&
			number <= type->extension_ranges.items[i].end)
			return true;
	return false;
}

/* The next number after all that were ever used that may be taken; 0: there is none. */
static int32_t next_number(const struct lineage *lineage)
{
	enum { INTERNAL_BEGIN = 19000, INTERNAL_END = 19999 };
	int64_t most = INT32_MAX - 1, number = (int64_t)lineage->highest + 1;

	if (!lineage->type)
		return 0;
	if (lineage->type->kind == ELEMENT_MESSAGE)
		most = MAX_FIELD_NUMBER;
	for (uint32_t tries = 0; number <= most && tries < 100000; tries++, number++) {
		if (lineage->type->kind == ELEMENT_MESSAGE && number >= INTERNAL_BEGIN &&
			number <= INTERNAL_END)
			number = INTERNAL_END + 1;
		if (!is_reserved(lineage->type, (int32_t)number))
			return (int32_t)number;
	}
	return 0;
}

static bool covers(const struct life_list *list, uint32_t version)
{
	for (uint32_t i = 0; i < list->lives.n; i++)
		if (list->lives.items[i]->first <= version &&
			version <= (list->lives.items[i]->open ? UINT32_MAX
							       : list->lives.items[i]->seen))
			return true;
	return false;
}

static void find_reuse(
	struct spent *s, const struct life_list *list, uint32_t base, struct reuses *reuses)
{
	const struct spent_life *now = list->lives.n ? list->lives.items[list->lives.n - 1] : NULL;
	struct reuse reuse = { .kind = list->kind,
		.is_enum = list->is_enum,
		.is_extension = list->is_extension,
		.now = now };

	if (list->lives.n < 2 || !now->open)
		return;
	for (uint32_t i = 0; i + 1 < list->lives.n; i++)
		if (!share_owner(list->lives.items[i], now)) {
			reuse.was = list->lives.items[i];
			reuse.lives++;
		}
	if (!reuse.was)
		return;
	reuse.in_base = covers(list, base);
	reuse.next = next_number(list->lineage);
	*vec_push(s->arena, &reuses->list) = reuse;
}

/* Is it what the number of the same field says already? */
static bool says_number(const struct reuses *reuses, uint32_t n_numbers, const struct reuse *reuse)
{
	const struct life_owner *now = &reuse->now->who, *was = &reuse->was->who;

	if (reuse->kind != SPENT_NAME || was->number != now->number)
		return false;
	for (uint32_t i = 0; i < n_numbers; i++) {
		const struct reuse *other = &reuses->list.items[i];

		if (other->now->who.scope.p == now->scope.p &&
			other->now->who.number == now->number &&
			other->now->who.name.p == now->name.p &&
			other->was->who.name.p == was->name.p)
			return true;
	}
	return false;
}

void spent_find(struct spent *s, uint32_t base, struct reuses *reuses)
{
	uint32_t n_numbers, n = 0;

	for (uint32_t i = 0; i < s->numbers.n; i++)
		find_reuse(s, s->numbers.entries[i].value, base, reuses);
	n_numbers = reuses->list.n;
	for (uint32_t i = 0; i < s->name_lists.n; i++)
		find_reuse(s, s->name_lists.entries[i].value, base, reuses);
	for (uint32_t i = 0; i < reuses->list.n; i++)
		if (i < n_numbers || !says_number(reuses, n_numbers, &reuses->list.items[i]))
			reuses->list.items[n++] = reuses->list.items[i];
	reuses->list.n = n;
}
