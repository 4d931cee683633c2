#include "proof/value.h"

#include <ctype.h>

/* Fields of one enum that are kept: the search asks few. */
enum { MOST_USES = 16 };

struct codec *codec_new(struct arena *arena, struct intern *names, const struct proof_sides *sides)
{
	struct codec *codec = NEW(arena, struct codec);

	codec->arena = arena;
	codec->scratch = arena_like(arena);
	codec->waiting = arena_like(arena);
	codec->names = names;
	codec->sides[OLD] = sides->old;
	codec->sides[NEW] = sides->new;
	codec->new_name = sides->new_name;
	codec->new_name_context = sides->context;
	map_init(&codec->renamed, arena);
	map_init(&codec->indexed, arena);
	map_init(&codec->numbers, arena);
	map_init(&codec->keys, arena);
	map_init(&codec->originals, arena);
	map_init(&codec->meanings, arena);
	map_init(&codec->required, arena);
	for (int side = OLD; side < SIDES; side++) {
		map_init(&codec->extensions[side], arena);
		map_init(&codec->extension_names[side], arena);
		map_init(&codec->uses[side], arena);
		map_init(&codec->messages[side], arena);
	}
	return codec;
}

void codec_free(struct codec *codec)
{
	arena_free(codec->waiting);
	arena_free(codec->scratch);
}

static uint64_t address(const void *element)
{
	return (uint64_t)(uintptr_t)element;
}

static void put_first(struct map *map, const void *key, uint64_t number, const void *value)
{
	void **slot = map_put(map, key, number);

	if (!*slot)
		*slot = (void *)value;
}

static bool is_indexed(struct codec *codec, const void *element)
{
	void **slot = map_put(&codec->indexed, element, 0);
	bool known = *slot;

	*slot = codec;
	return known;
}

/* ---- messages ---- */

static void index_message(struct codec *codec, const struct message *m)
{
	if (is_indexed(codec, m))
		return;
	for (uint32_t i = 0; i < m->fields.n; i++) {
		const struct field *field = m->fields.items[i];

		put_first(&codec->numbers, m, (uint32_t)field->number, field);
		put_first(&codec->originals, field->e.name.p, address(m), field);
		put_first(&codec->keys,
			intern(codec->names, field_json_name(field, codec->arena)).p, address(m),
			field);
	}
	for (uint32_t i = 0; i < m->fields.n; i++)
		put_first(
			&codec->keys, m->fields.items[i]->e.name.p, address(m), m->fields.items[i]);
}

const struct fields *message_required(struct codec *codec, const struct message *m)
{
	void **slot = map_put(&codec->required, m, 0);
	struct fields *fields = *slot;

	if (fields)
		return fields;
	*slot = fields = NEW(codec->arena, struct fields);
	for (uint32_t i = 0; i < m->fields.n; i++)
		if (field_cardinality(m->fields.items[i]) == CARDINALITY_REQUIRED)
			*vec_push(codec->arena, &fields->list) = m->fields.items[i];
	return fields;
}

struct walk {
	struct codec *codec;
	int side;
};

static void note_use(struct walk *walk, const struct field *field, const struct enumeration *e)
{
	void **slot = map_put(&walk->codec->uses[walk->side], e->e.full_name.p, 0);
	struct uses *uses = *slot;

	if (!uses)
		*slot = uses = NEW(walk->codec->arena, struct uses);
	if (uses->list.n < MOST_USES)
		*vec_push(walk->codec->arena, &uses->list) = field;
}

static struct str new_name(struct codec *codec, struct str old_name)
{
	struct str name = codec->new_name(codec->new_name_context, old_name);

	return name.p == old_name.p ? name : intern(codec->names, name);
}

static void note_message(struct walk *walk, const struct message *m)
{
	struct codec *codec = walk->codec;
	struct str name;

	put_first(&codec->messages[walk->side], m->e.full_name.p, 0, m);
	if (walk->side != OLD || !codec->new_name)
		return;
	name = new_name(codec, m->e.full_name);
	if (name.p != m->e.full_name.p)
		put_first(&codec->renamed, name.p, 0, m);
}

static void walk_element(void *context, struct element *element)
{
	struct walk *walk = context;
	const struct field *field = (const struct field *)element;

	if (element->kind == ELEMENT_MESSAGE)
		note_message(walk, (const struct message *)element);
	if (element->kind != ELEMENT_FIELD)
		return;
	if (field->type_ref && field->type_ref != element->parent && is_message(field))
		put_first(&walk->codec->uses[walk->side], field->type_ref->full_name.p, 0, field);
	if (field->type == TYPE_ENUM && field->enumeration)
		note_use(walk, field, field->enumeration);
	if (!field->extension || !field->extension->extendee)
		return;
	put_first(&walk->codec->extensions[walk->side], field->extension->extendee,
		(uint32_t)field->number, field);
	put_first(&walk->codec->extension_names[walk->side], field->e.full_name.p, 0, field);
}

static void note_imports(struct map *imported, const struct file *file)
{
	for (uint32_t i = 0; i < file->imports.n; i++)
		if (file->imports.items[i].file)
			*map_put(imported, file->imports.items[i].file, 0) = (void *)file;
}

static void walk_side(struct codec *codec, int side)
{
	struct walk walk = { codec, side };
	const struct schema *schema = codec->sides[side];
	struct map imported;

	if (codec->walked[side])
		return;
	codec->walked[side] = true;
	map_init(&imported, codec->arena);
	for (uint32_t i = 0; schema && i < schema->files.n; i++)
		note_imports(&imported, schema->files.items[i].file);
	for (uint32_t i = 0; schema && i < schema->files.n; i++) {
		struct file *file = schema->files.items[i].file;

		/* The program's own files are there whether or not anything needs them. */
		if (file->is_builtin && !map_get(&imported, file, 0))
			continue;
		if (file->edition >= EDITION_2023)
			codec->editions[side] = true;
		file_walk(file, walk_element, &walk);
	}
}

bool codec_editions(struct codec *codec)
{
	walk_side(codec, OLD);
	walk_side(codec, NEW);
	return codec->editions[OLD] || codec->editions[NEW];
}

const struct uses *codec_uses(struct codec *codec, int side, const struct enumeration *e)
{
	static const struct uses none;
	const struct uses *uses;

	walk_side(codec, side);
	uses = map_get(&codec->uses[side], e->e.full_name.p, 0);
	return uses ? uses : &none;
}

bool codec_is_used(struct codec *codec, bool old, const struct message *message)
{
	walk_side(codec, old ? OLD : NEW);
	return map_get(&codec->uses[old ? OLD : NEW], message->e.full_name.p, 0);
}

const struct message *codec_message(struct codec *codec, int side, struct str full_name)
{
	walk_side(codec, side);
	return map_get(&codec->messages[side], full_name.p, 0);
}

const struct message *codec_counterpart(struct codec *codec, int side, const struct message *m)
{
	const struct message *found = NULL;

	walk_side(codec, side);
	if (codec->new_name && side == OLD)
		found = map_get(&codec->renamed, m->e.full_name.p, 0);
	else if (codec->new_name)
		found = codec_message(codec, NEW, new_name(codec, m->e.full_name));
	return found ? found : codec_message(codec, side, m->e.full_name);
}

bool codec_same_name(struct codec *codec, struct str a, struct str b)
{
	if (str_eq(a, b))
		return true;
	return codec->new_name && (str_eq(new_name(codec, a), b) || str_eq(new_name(codec, b), a));
}

bool codec_knows_url(struct codec *codec, struct str url)
{
	struct str name = intern(codec->names, str_from(url, str_rfind(url, '/') + 1));
	const struct message *m = codec_message(codec, OLD, name);

	m = m ? m : codec_message(codec, NEW, name);
	return m && !message_known(m);
}

static const struct field *extension_number(
	const struct lens *lens, int side, const struct message *m, int32_t number)
{
	if (side < 0)
		return NULL;
	walk_side(lens->codec, side);
	return map_get(&lens->codec->extensions[side], m, (uint32_t)number);
}

const struct map *codec_extensions(struct codec *codec, int side)
{
	walk_side(codec, side);
	return &codec->extensions[side];
}

static bool is_gone(const struct lens *lens, const struct field *field)
{
	for (unsigned i = 0; i < lens->n_gone; i++)
		if (lens->gone[i] == field)
			return true;
	return false;
}

const struct field *lens_number(const struct lens *lens, const struct message *m, int32_t number)
{
	const struct field *field;

	for (unsigned i = 0; m == lens->changed && i < lens->n_added; i++)
		if (lens->added[i]->number == number)
			return lens->added[i];
	index_message(lens->codec, m);
	field = map_get(&lens->codec->numbers, m, (uint32_t)number);
	if (!field && m->extension_ranges.n) {
		field = extension_number(lens, lens->side, m, number);
		if (!field)
			field = extension_number(lens, lens->other_side, m, number);
	}
	return field && m == lens->changed && is_gone(lens, field) ? NULL : field;
}

static const struct field *extension_key(
	const struct lens *lens, int side, const struct message *m, struct str name)
{
	const struct field *field;

	if (side < 0)
		return NULL;
	walk_side(lens->codec, side);
	field = map_get(&lens->codec->extension_names[side], intern(lens->codec->names, name).p, 0);
	return field && field->extension->extendee == m ? field : NULL;
}

static bool is_key(const struct lens *lens, const struct field *field, struct str key)
{
	struct arena_mark mark = arena_mark(lens->codec->scratch);
	bool is;

	if (field->extension)
		return key.n == field->e.full_name.n + 2 && key.p[0] == '[' &&
		       str_starts(str_from(key, 1), field->e.full_name);
	is = str_eq(key, field->e.name) ||
	     str_eq(key, field_json_name(field, lens->codec->scratch));
	arena_rewind(lens->codec->scratch, mark);
	return is;
}

const struct field *lens_key(const struct lens *lens, const struct message *m, struct str key)
{
	const struct field *field;

	for (unsigned i = 0; m == lens->changed && i < lens->n_added; i++)
		if (is_key(lens, lens->added[i], key))
			return lens->added[i];
	index_message(lens->codec, m);
	field = map_get(&lens->codec->keys, intern(lens->codec->names, key).p, address(m));
	if (!field && key.n > 2 && key.p[0] == '[' && key.p[key.n - 1] == ']') {
		struct str name = { key.p + 1, key.n - 2 };

		field = extension_key(lens, lens->side, m, name);
		if (!field)
			field = extension_key(lens, lens->other_side, m, name);
	}
	return field && m == lens->changed && is_gone(lens, field) ? NULL : field;
}

const struct field *lens_peer(const struct lens *lens, const struct message *kept,
	const struct field *field, struct str key)
{
	const struct lens plain = {
		.codec = lens->codec, .side = lens->kept_side, .other_side = -1
	};

	if (!kept)
		return NULL;
	return key.p ? lens_key(&plain, kept, key) : lens_number(&plain, kept, field->number);
}

const struct message *lens_type(
	const struct lens *lens, const struct field *field, const struct field *peer)
{
	return peer && is_message(peer) && peer->message &&
			       codec_same_name(lens->codec, peer->message->e.full_name,
				       field->message->e.full_name)
		       ? peer->message
		       : field->message;
}

const struct field *lens_name(
	const struct lens *lens, const struct message *m, const struct field *named)
{
	if (named->extension)
		return extension_key(lens, lens->named_side, lens->extendee ? lens->extendee : m,
			named->e.full_name);
	if (m == lens->changed && lens->named)
		m = lens->named;
	index_message(lens->codec, m);
	return map_get(&lens->codec->originals, named->e.name.p, address(m));
}

bool lens_reserves(const struct lens *lens, const struct message *m, int32_t number)
{
	if (m == lens->changed && lens->named)
		m = lens->named;
	return message_reserves(m, number);
}

/* ---- enums ---- */

/* What an enum's values mean: their names without the enum's own in front. */
struct meaning {
	const struct enum_value *value;
	const char *name;     /* interned */
	struct meaning *next; /* of the same number */
};

struct meant {
	int32_t number; /* of the first value that means it */
	bool several;   /* another one does */
};

static struct str upper_case(struct arena *arena, struct str name)
{
	char *upper = arena_bytes(arena, name.n + 1);

	for (size_t i = 0; i < name.n; i++)
		upper[i] = (char)toupper((unsigned char)name.p[i]);
	return (struct str){ upper, name.n };
}

/* How much of `name` is the enum's own, underscores aside; 0: it is not in front. */
static size_t own_name(struct str enum_name, struct str name)
{
	size_t at = 0;

	for (size_t i = 0; i < enum_name.n; i++) {
		if (enum_name.p[i] == '_')
			continue;
		while (at < name.n && name.p[at] == '_')
			at++;
		if (at == name.n || name.p[at] != enum_name.p[i])
			return 0;
		at++;
	}
	return at;
}

static const char *meaning_of(
	struct codec *codec, struct str enum_name, const struct enum_value *value)
{
	struct arena_mark mark = arena_mark(codec->scratch);
	struct str name = upper_case(codec->scratch, value->e.name), bare;
	const char *meaning;

	bare = str_from(name, own_name(enum_name, name));
	while (bare.n && bare.p[0] == '_')
		bare = str_from(bare, 1);
	while (bare.n && bare.p[bare.n - 1] == '_')
		bare.n--;
	meaning = intern(codec->names, bare.n ? bare : name).p;
	arena_rewind(codec->scratch, mark);
	return meaning;
}

static void note_meaning(struct codec *codec, const struct enumeration *e,
	const struct enum_value *value, const char *name)
{
	void **slot = map_put(&codec->meanings, name, address(e));
	struct meant *meant = *slot;

	if (!meant) {
		*slot = meant = NEW(codec->arena, struct meant);
		meant->number = value->number;
	} else if (meant->number != value->number) {
		meant->several = true;
	}
}

static void index_enum(struct codec *codec, const struct enumeration *e)
{
	struct str enum_name;

	if (is_indexed(codec, e))
		return;
	enum_name = upper_case(codec->arena, e->e.name);
	for (uint32_t i = e->values.n; i-- > 0;) {
		const struct enum_value *value = e->values.items[i];
		void **slot = map_put(&codec->numbers, e, (uint32_t)value->number);
		struct meaning *meaning = NEW(codec->arena, struct meaning);
		struct str custom = enum_value_json_string(value);

		*meaning = (struct meaning){ value, meaning_of(codec, enum_name, value), *slot };
		*slot = meaning;
		note_meaning(codec, e, value, meaning->name);
		*map_put(&codec->originals, value->e.name.p, address(e)) = (void *)value;
		if (custom.p)
			*map_put(&codec->keys, intern(codec->names, custom).p, address(e)) =
				(void *)value;
	}
}

static const struct meaning *meanings_of(
	struct codec *codec, const struct enumeration *e, int64_t number)
{
	index_enum(codec, e);
	return map_get(&codec->numbers, e, (uint32_t)number);
}

const struct enum_value *enum_first(
	struct codec *codec, const struct enumeration *e, int64_t number)
{
	const struct meaning *meaning = meanings_of(codec, e, number);

	return meaning ? meaning->value : NULL;
}

const struct enum_value *enum_by_name(
	struct codec *codec, const struct enumeration *e, struct str name)
{
	const struct enum_value *value;
	const char *p = intern(codec->names, name).p;

	index_enum(codec, e);
	value = map_get(&codec->originals, p, address(e));
	return value ? value : map_get(&codec->keys, p, address(e));
}

struct str enum_printed(const struct enum_value *value)
{
	struct str custom = enum_value_json_string(value);

	return custom.p ? custom : value->e.name;
}

/* Does a value of the enum with that number have the meaning? */
static bool enum_means(
	struct codec *codec, const struct enumeration *e, const char *name, int64_t number)
{
	const struct meant *meant = map_get(&codec->meanings, name, address(e));

	if (!meant || (!meant->several && meant->number != number))
		return false;
	for (const struct meaning *m = meanings_of(codec, e, number); meant->several && m;
		m = m->next)
		if (m->name == name)
			return true;
	return meant->number == number;
}

bool enum_share(struct codec *codec, const struct enumeration *a, const struct enumeration *b,
	int64_t number, int64_t other)
{
	index_enum(codec, b);
	for (const struct meaning *m = meanings_of(codec, a, number); m; m = m->next) {
		const struct enum_value *same =
			map_get(&codec->originals, m->value->e.name.p, address(b));

		if (enum_means(codec, b, m->name, other) || (same && same->number == other))
			return true;
	}
	return false;
}

bool enum_moved(struct codec *codec, const struct enumeration *a, const struct enumeration *b,
	int64_t number)
{
	index_enum(codec, b);
	for (const struct meaning *m = meanings_of(codec, a, number); m; m = m->next) {
		const struct meant *meant = map_get(&codec->meanings, m->name, address(b));
		const struct enum_value *same =
			map_get(&codec->originals, m->value->e.name.p, address(b));

		if ((meant && (meant->several || meant->number != number)) ||
			(same && same->number != number))
			return true;
	}
	return false;
}

/* ---- for who asks ---- */

const struct field *codec_field_named(
	struct codec *codec, const struct message *message, struct str interned_name)
{
	index_message(codec, message);
	return map_get(&codec->originals, interned_name.p, address(message));
}

const struct enum_value *codec_value(
	struct codec *codec, const struct enumeration *e, int32_t number)
{
	return enum_first(codec, e, number);
}

const struct enum_value *codec_value_named(
	struct codec *codec, const struct enumeration *e, struct str name)
{
	return enum_by_name(codec, e, name);
}

struct str codec_printed(const struct enum_value *value)
{
	return enum_printed(value);
}

bool codec_value_moved(struct codec *codec, const struct enumeration *from,
	const struct enumeration *to, int32_t number, int32_t *other)
{
	index_enum(codec, to);
	for (const struct meaning *m = meanings_of(codec, from, number); m; m = m->next) {
		const struct enum_value *value =
			map_get(&codec->originals, m->value->e.name.p, address(to));

		if (value) {
			*other = value->number;
			return true;
		}
	}
	return false;
}
