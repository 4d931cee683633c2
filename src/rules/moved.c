/* Finds where deleted declarations live on. */
#include "rules/moved.h"
#include "rules/lookup.h"

/* Elements of one key. */
struct group {
	VEC(const struct element *) list;
};

/* Declarations in changed files of one side that the counterparts of these files do not have. */
struct unpaired {
	struct map by_name;      /* (last name, kind): struct group */
	struct map by_local;     /* (name without the package, kind): struct group */
	struct map by_full_name; /* (full name, kind): an element */
	struct map by_shape;     /* (file of the new side, shape and kind): struct group */
};

struct moves {
	struct unpaired gone, fresh;
	struct map homes; /* counterparts of the files of deleted declarations */
};

/* ---- shapes ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t hash = (a ^ (b * 0x9e3779b97f4a7c15)) * 0xbf58476d1ce4e5b9;

	return hash ^ (hash >> 32);
}

/* Interned names differ by address. */
static uint64_t name_shape(struct str name)
{
	return (uintptr_t)name.p;
}

/* The type of a field without its scope. A message's own name is no part of its shape. */
static struct str type_word(const struct field *field, const struct element *self)
{
	struct str name = field_type_name(field);

	if (!name.p)
		return type_keyword((enum field_type)field->type);
	if (field->type_ref == self)
		return S(".");
	return str_last_component(name);
}

static uint64_t field_shape(const struct field *field)
{
	uint64_t hash = mix((uint32_t)field->number, name_shape(field->e.name));

	hash = mix(hash, str_hash(type_word(field, field->e.parent)));
	return mix(hash, field->label == LABEL_REPEATED);
}

static uint64_t method_shape(const struct method *method)
{
	uint64_t hash =
		mix(name_shape(method->e.name), str_hash(str_last_component(method->input_name)));

	return mix(hash, str_hash(str_last_component(method->output_name)));
}

/* A sum, so that the order of declarations does not matter; 0 for elements too small to be
 * recognised under another name. */
static uint64_t shape_of(const struct element *element)
{
	uint64_t hash = 0;

	if (element->kind == ELEMENT_MESSAGE) {
		const struct message *m = (const struct message *)element;

		for (uint32_t i = 0; i < m->fields.n; i++)
			hash += field_shape(m->fields.items[i]);
		return m->fields.n < 2 || m->is_map_entry ? 0 : hash;
	}
	if (element->kind == ELEMENT_ENUM) {
		const struct enumeration *e = (const struct enumeration *)element;

		for (uint32_t i = 0; i < e->values.n; i++)
			hash += mix((uint32_t)e->values.items[i]->number,
				name_shape(e->values.items[i]->e.name));
		return e->values.n < 2 ? 0 : hash;
	}
	if (element->kind == ELEMENT_SERVICE) {
		const struct service *s = (const struct service *)element;

		for (uint32_t i = 0; i < s->methods.n; i++)
			hash += method_shape(s->methods.items[i]);
		return hash;
	}
	return 0;
}

static bool is_near(uint32_t same, uint32_t old, uint32_t new)
{
	uint32_t more = old > new ? old : new;

	return (uint64_t)same * 4 >= (uint64_t)more * 3;
}

static bool messages_near(struct check *c, const struct message *old, const struct message *new)
{
	uint32_t same = 0;

	for (uint32_t i = 0; i < old->fields.n; i++) {
		struct str name = old->fields.items[i]->e.name;
		const struct field *field = i < new->fields.n ? new->fields.items[i] : NULL;

		if (!field || field->e.name.p != name.p) /* usually the order is the same */
			field = lookup_field(c, new, name);
		same += field && field_shape(field) == field_shape(old->fields.items[i]);
	}
	return is_near(same, old->fields.n, new->fields.n);
}

static bool enums_near(
	struct check *c, const struct enumeration *old, const struct enumeration *new)
{
	uint32_t same = 0;

	for (uint32_t i = 0; i < old->values.n; i++) {
		const struct enum_value *value = lookup_value(c, new, old->values.items[i]->e.name);

		same += value && value->number == old->values.items[i]->number;
	}
	return is_near(same, old->values.n, new->values.n);
}

static bool services_near(struct check *c, const struct service *old, const struct service *new)
{
	struct map shapes;
	uint32_t same = 0;

	map_init(&shapes, c->arena);
	for (uint32_t i = 0; i < new->methods.n; i++)
		*map_put(&shapes, NULL, method_shape(new->methods.items[i])) = shapes.arena;
	for (uint32_t i = 0; i < old->methods.n; i++)
		same += map_get(&shapes, NULL, method_shape(old->methods.items[i])) != NULL;
	return is_near(same, old->methods.n, new->methods.n);
}

static bool extensions_near(struct check *c, const struct field *old, const struct field *new)
{
	struct str was = old->extension->extendee_name, is = new->extension->extendee_name;

	(void)c;
	return field_shape(old) == field_shape(new) &&
	       str_eq(str_last_component(was), str_last_component(is));
}

static bool shapes_near(struct check *c, const struct element *old, const struct element *new)
{
	switch (old->kind) {
	case ELEMENT_MESSAGE:
		return messages_near(c, (const struct message *)old, (const struct message *)new);
	case ELEMENT_ENUM:
		return enums_near(
			c, (const struct enumeration *)old, (const struct enumeration *)new);
	case ELEMENT_SERVICE:
		return services_near(c, (const struct service *)old, (const struct service *)new);
	default:
		return extensions_near(c, (const struct field *)old, (const struct field *)new);
	}
}

/* ---- what is gone and what is new ---- */

static void group_add(struct check *c, struct map *map, const void *key, uint64_t number,
	const struct element *element)
{
	struct group **slot = (struct group **)map_put(map, key, number);

	if (!*slot)
		*slot = NEW(c->arena, struct group);
	*vec_push(c->arena, &(*slot)->list) = element;
}

static uint64_t shape_key(const struct element *element, uint64_t shape)
{
	return mix(shape, element->kind);
}

/* `Order.Item` of `acme.v1.Order.Item`, interned. */
static const char *local_name(const struct check *c, const struct element *element)
{
	return intern(c->names, element_local_name(element)).p;
}

/* `file`: the new side's file in which the shape is looked up; NULL: none. */
static void unpaired_add(struct check *c, struct unpaired *unpaired, const struct file *file,
	const struct element *element)
{
	uint64_t shape = file ? shape_of(element) : 0;

	group_add(c, &unpaired->by_name, element->name.p, element->kind, element);
	group_add(c, &unpaired->by_local, local_name(c, element), element->kind, element);
	*map_put(&unpaired->by_full_name, element->full_name.p, element->kind) = (void *)element;
	if (shape)
		group_add(c, &unpaired->by_shape, file, shape_key(element, shape), element);
}

/* A walk over one file. */
struct gathering {
	struct check *c;
	bool new_side;
	const struct file *counterpart; /* on the other side; NULL: none */
	bool by_name;                   /* only elements with the name and kind of a deleted one */
};

static bool is_declaration(const struct element *element)
{
	switch (element->kind) {
	case ELEMENT_MESSAGE:
		return !((const struct message *)element)->is_map_entry;
	case ELEMENT_ENUM:
	case ELEMENT_SERVICE:
		return true;
	case ELEMENT_FIELD:
		return ((const struct field *)element)->extension != NULL;
	default:
		return false;
	}
}

/* By the name without the package, as *_NO_DELETE pairs. */
static const struct element *in_counterpart(struct check *c, bool new_side,
	const struct file *counterpart, const struct element *element)
{
	struct str name = element->full_name;

	if (counterpart->package.p != element->file->package.p)
		name = intern_dotted(c->names, counterpart->package, element_local_name(element));
	return diff_find_in_file(c->diff, new_side, counterpart, element->kind, name);
}

static void gather(void *context, struct element *element)
{
	struct gathering *g = context;
	struct moves *moves = g->c->moves;

	if (!is_declaration(element) || !element->full_name.p)
		return;
	if (g->by_name && !map_get(&moves->gone.by_name, element->name.p, element->kind))
		return;
	if (g->counterpart && in_counterpart(g->c, !g->new_side, g->counterpart, element))
		return;
	if (g->new_side) {
		unpaired_add(g->c, &moves->fresh, g->by_name ? NULL : element->file, element);
	} else {
		unpaired_add(g->c, &moves->gone, g->counterpart, element);
		if (g->counterpart)
			*map_put(&moves->homes, g->counterpart, 0) = moves;
	}
}

/* New declarations are only looked up by the name of a deleted one, or in the counterpart of its
 * file; no others are gathered. */
static void gather_side(struct check *c, bool new_side)
{
	const struct schema *schema = diff_schema(c->diff, new_side);

	for (uint32_t i = 0; i < schema->files.n; i++) {
		struct file *file = schema->files.items[i].file;
		struct gathering g = { .c = c, .new_side = new_side };

		if (!schema->files.items[i].own || file->is_broken)
			continue;
		g.counterpart = diff_find_file(c->diff, !new_side, file);
		/* A file that the other side has, but did not compile, is unchanged. */
		if (g.counterpart == file ||
			(!g.counterpart && diff_lists(c->diff, !new_side, file->text->path)))
			continue;
		g.by_name = new_side && !map_get(&c->moves->homes, file, 0);
		file_walk(file, gather, &g);
	}
}

static void unpaired_init(struct unpaired *unpaired, struct arena *arena)
{
	map_init(&unpaired->by_name, arena);
	map_init(&unpaired->by_local, arena);
	map_init(&unpaired->by_full_name, arena);
	map_init(&unpaired->by_shape, arena);
}

static struct moves *moves_of(struct check *c)
{
	if (c->moves)
		return c->moves;
	c->moves = NEW(c->arena, struct moves);
	unpaired_init(&c->moves->gone, c->arena);
	unpaired_init(&c->moves->fresh, c->arena);
	map_init(&c->moves->homes, c->arena);
	gather_side(c, false);
	gather_side(c, true);
	return c->moves;
}

/* The length of the prefix that two full names share: the closest of several candidates wins. */
static size_t kinship(const struct element *a, const struct element *b)
{
	size_t n = 0;

	while (n < a->full_name.n && n < b->full_name.n && a->full_name.p[n] == b->full_name.p[n])
		n++;
	return n;
}

/* The element of a group with nearly the same shape whose full name is closest; NULL: none, or a
 * tie. Elements whose full name is in `others` do not count. */
static const struct element *nearest(struct check *c, const struct group *group,
	const struct element *element, const struct map *others)
{
	enum { MOST = 16 }; /* more of one name would take long, and a match would mean little */
	const struct element *found = NULL;
	size_t best = 0;
	bool tie = false;

	for (uint32_t i = 0; group && group->list.n <= MOST && i < group->list.n; i++) {
		const struct element *candidate = group->list.items[i];
		size_t kin = kinship(candidate, element);

		if (map_get(others, candidate->full_name.p, candidate->kind) ||
			!shapes_near(c, element, candidate))
			continue;
		tie = found && (kin == best || (tie && kin < best));
		if (!found || kin > best) {
			found = candidate;
			best = kin;
		}
	}
	return tie ? NULL : found;
}

/* The new element of one name that is nearest to `old`, if `old` is also the nearest to it. */
static const struct element *nearest_pair(struct check *c, const struct element *old,
	const struct group *gone, const struct group *fresh)
{
	const struct moves *moves = c->moves;
	const struct element *new = nearest(c, fresh, old, &moves->gone.by_full_name);

	return new &&nearest(c, gone, new, &moves->fresh.by_full_name) == old ? new : NULL;
}

static const struct element *by_name(struct check *c, const struct element *old)
{
	const struct unpaired *gone = &c->moves->gone, *fresh = &c->moves->fresh;
	const char *local = local_name(c, old);
	const struct element *new = nearest_pair(c, old, map_get(&gone->by_local, local, old->kind),
		map_get(&fresh->by_local, local, old->kind));

	if (new)
		return new;
	return nearest_pair(c, old, map_get(&gone->by_name, old->name.p, old->kind),
		map_get(&fresh->by_name, old->name.p, old->kind));
}

static const struct element *by_shape(
	struct moves *moves, const struct element *old, const struct file *home)
{
	uint64_t shape = shape_of(old);
	const struct group *fresh, *gone;
	const struct element *new;

	if (!shape || !home || map_get(&moves->fresh.by_name, old->name.p, old->kind))
		return NULL;
	fresh = map_get(&moves->fresh.by_shape, home, shape_key(old, shape));
	gone = map_get(&moves->gone.by_shape, home, shape_key(old, shape));
	if (!fresh || fresh->list.n != 1 || !gone || gone->list.n != 1)
		return NULL;
	new = fresh->list.items[0];
	return map_get(&moves->gone.by_name, new->name.p, new->kind) ? NULL : new;
}

const struct element *moved_element(struct check *c, const struct element *old)
{
	const struct file *home = diff_find_file(c->diff, true, old->file);
	struct moves *moves;
	const struct element *new;

	if (old->file->is_broken || !is_declaration(old))
		return NULL;
	if (home && !home->is_broken) { /* whose package changed */
		new = in_counterpart(c, true, home, old);
		if (new)
			return new;
	}
	moves = moves_of(c);
	new = map_get(&moves->fresh.by_full_name, old->full_name.p, old->kind);
	if (!new)
		new = by_name(c, old);
	return new ? new : by_shape(moves, old, home);
}

struct str gone_type_help(struct check *c, const struct element *old)
{
	const struct element *new = moved_element(c, old);

	if (new)
		return str_printf(c->arena,
			"type '" STR "' was moved to '" STR
			"'; the bytes are the same if only its name changed, but generated code is "
			"not: keep its name and package",
			ARG(old->full_name), ARG(new->full_name));
	return str_printf(c->arena,
		"type '" STR
		"' is gone; if it was only renamed or moved the bytes are the same, but "
		"generated code is not: keep its name and package",
		ARG(old->full_name));
}

/* ---- files and packages ---- */

struct destinations {
	struct check *c;
	const struct file *first; /* NULL: no declaration so far */
	struct str words;
	struct map files;
	bool some_are_nowhere, one_package;
};

static void destination_add(struct destinations *d, const struct element *old)
{
	enum { MOST_FILES = 3 };
	const struct element *new = d->some_are_nowhere ? NULL : moved_element(d->c, old);
	struct arena *arena = d->c->arena;
	void **slot;

	if (!new) {
		d->some_are_nowhere = true;
		return;
	}
	if (!d->first)
		d->first = new->file;
	d->one_package &= new->file->package.p == d->first->package.p;
	slot = map_put(&d->files, new->file, 0);
	if (*slot)
		return;
	*slot = d;
	if (d->files.n == 1)
		d->words = str_printf(arena, "'" STR "'", ARG(new->file->import_path));
	else if (d->files.n <= MOST_FILES)
		d->words = str_printf(
			arena, STR " and '" STR "'", ARG(d->words), ARG(new->file->import_path));
	else if (d->files.n == MOST_FILES + 1)
		d->words = str_printf(arena, STR " and others", ARG(d->words));
}

static void visit_destination(void *context, struct element *element)
{
	if (is_declaration(element))
		destination_add(context, element);
}

static void destinations_of(struct destinations *d, struct file *old)
{
	d->some_are_nowhere |= old->is_broken;
	file_walk(old, visit_destination, d);
}

static struct destinations *destinations_new(struct check *c)
{
	struct destinations *d = NEW(c->arena, struct destinations);

	d->c = c;
	d->one_package = true;
	map_init(&d->files, c->arena);
	return d;
}

struct str moved_file(struct check *c, struct file *old, struct str *into)
{
	struct destinations *d = destinations_new(c);

	destinations_of(d, old);
	if (d->some_are_nowhere || !d->first)
		return (struct str){ NULL, 0 };
	*into = d->one_package ? d->first->package : (struct str){ NULL, 0 };
	return d->words;
}

struct str moved_package(struct check *c, struct str package)
{
	const struct schema *schema = diff_schema(c->diff, false);
	struct destinations *d = destinations_new(c);

	for (uint32_t i = 0; i < schema->files.n && !d->some_are_nowhere; i++) {
		const struct schema_file *entry = &schema->files.items[i];

		if (entry->own && str_eq(entry->file->package, package))
			destinations_of(d, entry->file);
	}
	if (d->some_are_nowhere || !d->first || !d->one_package || !d->first->package.n ||
		str_eq(d->first->package, package))
		return (struct str){ NULL, 0 };
	return d->first->package;
}
