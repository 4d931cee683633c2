#include "diff/index.h"

static struct side_index *side_of(const struct diff *diff, bool new_side)
{
	return new_side ? diff->new : diff->old;
}

void diff_rename(struct diff *diff, struct str old, struct str new)
{
	struct str *kept = NEW(diff->arena, struct str);

	*kept = new;
	*map_put(&diff->renamed, old.p, 0) = kept;
}

struct str diff_new_name(const struct diff *diff, struct str old)
{
	const struct str *renamed = diff->renamed.n ? map_get(&diff->renamed, old.p, 0) : NULL;

	return renamed ? *renamed : old;
}

bool diff_same_name(const struct diff *diff, struct str old, struct str new)
{
	return str_eq(diff_new_name(diff, old), new);
}

/* The declarations of a side that an old name stands for. */
static const struct named *named_of(
	const struct diff *diff, bool new_side, enum element_kind kind, struct str full_name)
{
	return side_named(side_of(diff, new_side), kind,
		new_side ? diff_new_name(diff, full_name) : full_name);
}

static const struct file *counterpart(const struct side_index *side, const struct file *file)
{
	return map_get(&side->counterparts, file, 0);
}

/*
 * The counterpart of an old element, by kind and full name: the declaration in its file's
 * counterpart, else one that moved, i.e. whose file did not have that name before. So two files of
 * one side may declare the same name, and each keeps its own.
 */
static const struct element *partner(struct diff *diff, const struct element *old)
{
	const struct file *home = counterpart(diff->old, old->file);
	struct str name = diff_new_name(diff, old->full_name);
	const struct element *new = NULL;

	if (home)
		new = side_in_file(diff->new, home, old->kind, name);
	if (new)
		return new;
	for (const struct named *n = side_named(diff->new, old->kind, name); n; n = n->next) {
		const struct file *before = counterpart(diff->new, n->element->file);

		if (name.p != old->full_name.p || !before ||
			!side_in_file(diff->old, before, old->kind, old->full_name))
			return n->element;
	}
	return NULL;
}

static const struct field *extension_partner(struct diff *diff, const struct field *old)
{
	struct str extendee = diff_new_name(diff, extension_extendee(diff->names, old));
	const struct file *home = counterpart(diff->old, old->e.file);
	const struct field *same = NULL;
	const struct named *candidates;

	if (home) /* it is nearly always in its file */
		same = (const struct field *)side_in_file(
			diff->new, home, ELEMENT_FIELD, old->e.full_name);
	if (same && same->number == old->number &&
		extension_extendee(diff->names, same).p == extendee.p)
		return same;
	candidates = side_extensions(diff->new, extendee, old->number);
	for (const struct named *n = candidates; n; n = n->next) {
		if (n->element->file == home)
			return (const struct field *)n->element;
	}
	return candidates ? (const struct field *)candidates->element : NULL;
}

bool diff_has_name(const struct diff *diff, enum element_kind kind, struct str full_name)
{
	return side_named(diff->new, kind, full_name) != NULL;
}

const struct message *diff_find_message(
	const struct diff *diff, bool new_side, struct str full_name)
{
	const struct named *n = named_of(diff, new_side, ELEMENT_MESSAGE, full_name);

	return n ? (const struct message *)n->element : NULL;
}

const struct enumeration *diff_find_enum(
	const struct diff *diff, bool new_side, struct str full_name)
{
	const struct named *n = named_of(diff, new_side, ELEMENT_ENUM, full_name);

	return n ? (const struct enumeration *)n->element : NULL;
}

const struct service *diff_find_service(
	const struct diff *diff, bool new_side, struct str full_name)
{
	const struct named *n = named_of(diff, new_side, ELEMENT_SERVICE, full_name);

	return n ? (const struct service *)n->element : NULL;
}

const struct field *diff_find_extension(
	const struct diff *diff, bool new_side, struct str extendee, int32_t number)
{
	const struct named *n = side_extensions(side_of(diff, new_side),
		new_side ? diff_new_name(diff, extendee) : extendee, number);

	return n ? (const struct field *)n->element : NULL;
}

const struct field *diff_find_extension_named(
	const struct diff *diff, bool new_side, struct str full_name)
{
	const struct named *n = side_named(side_of(diff, new_side), ELEMENT_FIELD, full_name);

	return n ? (const struct field *)n->element : NULL;
}

const struct file *diff_find_file(
	const struct diff *diff, bool new_side, const struct file *counterpart_of)
{
	return counterpart(side_of(diff, !new_side), counterpart_of);
}

const struct element *diff_find_in_file(const struct diff *diff, bool new_side,
	const struct file *file, enum element_kind kind, struct str full_name)
{
	return side_in_file(side_of(diff, new_side), file, kind, full_name);
}

bool diff_lists(const struct diff *diff, bool new_side, struct str path)
{
	return side_lists(side_of(diff, new_side), path);
}

bool diff_is_own(const struct diff *diff, bool new_side, const struct file *file)
{
	return side_owns(side_of(diff, new_side), file);
}

bool diff_has_package(const struct diff *diff, bool new_side, struct str package)
{
	return side_package(side_of(diff, new_side), package) != NULL;
}

bool diff_package_declares(
	const struct diff *diff, bool new_side, struct str package, enum element_kind kind)
{
	return side_package_declares(side_of(diff, new_side), package, kind);
}

const struct schema *diff_schema(const struct diff *diff, bool new_side)
{
	return side_of(diff, new_side)->schema;
}

static void pair_files(struct diff *diff, struct file *old, struct file *new)
{
	*map_put(&diff->old->counterparts, old, 0) = new;
	*map_put(&diff->new->counterparts, new, 0) = old;
}

/* Pairs the remaining files whose path is a link on the other side: the file has moved, or was
 * merged into another, which may have a counterpart of its own. */
static void pair_linked_files(struct diff *diff)
{
	const struct schema *old = diff->old->schema, *new = diff->new->schema;

	for (uint32_t i = 0; i < old->files.n && new->links.n; i++) {
		struct file *file = old->files.items[i].file;
		struct file *other = side_by_link(diff->new, file->text->path);

		if (!other || counterpart(diff->old, file))
			continue;
		*map_put(&diff->old->counterparts, file, 0) = other;
		if (!counterpart(diff->new, other))
			*map_put(&diff->new->counterparts, other, 0) = file;
	}
	for (uint32_t i = 0; i < old->links.n; i++) {
		const struct schema_link *link = &old->links.items[i];
		struct file *other = map_get(&diff->new->by_path, link->path.p, 0);

		if (!other)
			other = side_by_link(diff->new, link->path);
		if (other && !counterpart(diff->old, link->file) && !counterpart(diff->new, other))
			pair_files(diff, link->file, other);
	}
}

/* Of the files of the other side that declare messages of this one and have no counterpart, the one
 * with most of them; NULL: there is none. */
static struct file *file_by_messages(
	struct side_index *side, struct side_index *other, const struct file *file)
{
	const struct file *best = NULL;
	uint32_t most = 0;

	for (uint32_t i = 0; i < file->messages.n; i++) {
		const struct named *named = side_named(
			other, ELEMENT_MESSAGE, file->messages.items[i]->e.full_name);
		const struct file *at = named ? named->element->file : NULL;
		uint32_t n = 0;

		if (!at || at == best || counterpart(other, at))
			continue;
		for (uint32_t k = 0; k < at->messages.n; k++)
			n += side_in_file(side, file, ELEMENT_MESSAGE,
				     at->messages.items[k]->e.full_name) != NULL;
		if (n > most) {
			best = at;
			most = n;
		}
	}
	return (struct file *)best;
}

/* Pairs what is left where the paths of one side say nothing. */
static void pair_by_message(struct diff *diff)
{
	bool from_old = diff->old->schema->by_message;
	struct side_index *side = side_of(diff, !from_old), *other = side_of(diff, from_old);

	for (uint32_t i = 0; i < side->schema->files.n; i++) {
		struct file *file = side->schema->files.items[i].file, *like;

		if (counterpart(side, file))
			continue;
		like = file_by_messages(side, other, file);
		if (like)
			pair_files(diff, from_old ? file : like, from_old ? like : file);
	}
}

/*
 * By path first (adding the first import root changes every import path, but deletes nothing), then
 * by the name of a link, then by import path (a root was moved as a whole).
 */
static void pair_all_files(struct diff *diff)
{
	const struct schema *old = diff->old->schema, *new = diff->new->schema;
	struct map left;

	for (uint32_t i = 0; i < old->files.n; i++) {
		struct file *file = old->files.items[i].file;
		struct file *other = side_by_path(diff->new, file);

		if (other)
			pair_files(diff, file, other);
	}
	pair_linked_files(diff);
	map_init(&left, diff->arena);
	for (uint32_t i = 0; i < new->files.n; i++) {
		struct file *file = new->files.items[i].file;
		void **slot;

		if (counterpart(diff->new, file))
			continue;
		slot = map_put(&left, file->import_path.p, 0);
		if (!*slot)
			*slot = file;
	}
	for (uint32_t i = 0; i < old->files.n; i++) {
		struct file *file = old->files.items[i].file, *other;

		if (counterpart(diff->old, file))
			continue;
		other = map_get(&left, file->import_path.p, 0);
		if (other && !counterpart(diff->new, other))
			pair_files(diff, file, other);
	}
	if (old->by_message || new->by_message)
		pair_by_message(diff);
}

struct diff *diff_new(struct arena *arena, struct intern *names, const struct schema *old,
	const struct schema *new)
{
	struct diff *diff = NEW(arena, struct diff);

	diff->arena = arena;
	diff->names = names;
	diff->old = NEW(arena, struct side_index);
	diff->new = NEW(arena, struct side_index);
	side_init(diff->old, arena, names, old);
	side_init(diff->new, arena, names, new);
	map_init(&diff->renamed, arena);
	pair_all_files(diff);
	return diff;
}

struct pair_walk {
	struct diff *diff;
	struct arena *scratch; /* rewound after each element */
	pair_visit visit;
	void *context;
	const struct file *new_file; /* the counterpart of the current old file; NULL: deleted */
	const struct pair *files;
	bool package_lives; /* the old file's package has a file on the new side */
};

/* Passes a pair to the visitor. It is valid while the visitor handles it and its children. */
static struct pair pair_of(const struct pair_walk *walk, enum pair_kind kind, const void *old,
	const void *new, const struct pair *parent)
{
	return (struct pair){
		.kind = kind,
		.old.element = old,
		.new.element = new,
		.parent = parent,
		.new_file = walk->new_file,
	};
}

static void visit_pair(const struct pair_walk *walk, enum pair_kind kind, const void *old,
	const void *new, const struct pair *parent)
{
	struct pair pair = pair_of(walk, kind, old, new, parent);

	walk->visit(walk->context, &pair);
}

bool diff_is_by_message(const struct diff *diff)
{
	return diff->old->schema->by_message || diff->new->schema->by_message;
}

/* The name without the package. */
static void walk_name(struct pair_walk *walk, const struct element *old, enum pair_kind in_file,
	enum pair_kind in_package)
{
	struct diff *diff = walk->diff;
	const struct element *new = NULL;

	if (diff_new_name(diff, old->full_name).p != old->full_name.p)
		return; /* it lives on under another name */
	if (walk->new_file) {
		struct str name = walk->new_file->package.p == old->file->package.p
					  ? old->full_name
					  : intern_dotted(diff->names, walk->new_file->package,
						    element_local_name(old));

		new = side_in_file(diff->new, walk->new_file, old->kind, name);
	}
	if (!new && diff_is_by_message(diff)) {
		const struct named *n = side_named(diff->new, old->kind, old->full_name);

		new = n ? n->element : NULL;
	}
	if (walk->new_file || diff_is_by_message(diff))
		visit_pair(walk, in_file, old, new, walk->files);
	if (!walk->package_lives)
		return;
	/* Looks in the whole side only for what is not in its file. */
	if (!new || !str_eq(new->file->package, old->file->package)) {
		const struct named *n = side_named(diff->new, old->kind, old->full_name);

		while (n && !str_eq(n->element->file->package, old->file->package))
			n = n->next;
		new = n ? n->element : NULL;
	}
	visit_pair(walk, in_package, old, new, NULL);
}

/* Fields of a message by number. Most messages are small, so a scan beats a table. */
struct numbers {
	const struct message *message;
	struct map map;
	bool mapped;
};

static void numbers_init(
	struct numbers *numbers, struct arena *arena, const struct message *message)
{
	*numbers = (struct numbers){ .message = message, .mapped = message->fields.n > 16 };
	if (!numbers->mapped)
		return;
	map_init(&numbers->map, arena);
	for (uint32_t i = 0; i < message->fields.n; i++) {
		struct field *field = message->fields.items[i];

		*map_put(&numbers->map, NULL, (uint32_t)field->number) = field;
	}
}

static const struct field *numbers_find(const struct numbers *numbers, int32_t number)
{
	const struct message *message = numbers->message;

	if (numbers->mapped)
		return map_get(&numbers->map, NULL, (uint32_t)number);
	for (uint32_t i = 0; i < message->fields.n; i++) {
		if (message->fields.items[i]->number == number)
			return message->fields.items[i];
	}
	return NULL;
}

static void walk_fields(struct pair_walk *walk, const struct pair *messages)
{
	const struct message *old = messages->old.message, *new = messages->new.message;
	struct arena_mark mark = arena_mark(walk->scratch);
	struct numbers before, after;

	numbers_init(&before, walk->scratch, old);
	numbers_init(&after, walk->scratch, new);
	for (uint32_t i = 0; i < old->fields.n; i++) {
		const struct field *field = old->fields.items[i];

		visit_pair(walk, PAIR_FIELD, field, numbers_find(&after, field->number), messages);
	}
	for (uint32_t i = 0; i < new->fields.n; i++) {
		const struct field *field = new->fields.items[i];

		if (!numbers_find(&before, field->number))
			visit_pair(walk, PAIR_FIELD, NULL, field, messages);
	}
	arena_rewind(walk->scratch, mark);
}

static void walk_oneofs(struct pair_walk *walk, const struct pair *messages)
{
	const struct message *old = messages->old.message, *new = messages->new.message;
	struct arena_mark mark = arena_mark(walk->scratch);
	struct map by_name;

	map_init(&by_name, walk->scratch);
	/* Includes synthetic oneofs: as measured, a oneof `_a` lives on in an optional field `a`,
	 * which FIELD_SAME_ONEOF reports. */
	for (uint32_t i = 0; i < new->oneofs.n; i++)
		*map_put(&by_name, new->oneofs.items[i]->e.name.p, 0) = new->oneofs.items[i];
	for (uint32_t i = 0; i < old->oneofs.n; i++) {
		const struct oneof *oneof = old->oneofs.items[i];

		if (!oneof->is_synthetic)
			visit_pair(walk, PAIR_ONEOF, oneof, map_get(&by_name, oneof->e.name.p, 0),
				messages);
	}
	arena_rewind(walk->scratch, mark);
}

/* Is there a counterpart, and could its file be read? */
static bool is_comparable(const struct element *new)
{
	return new && !new->file->is_broken;
}

static void walk_enum(struct pair_walk *walk, const struct enumeration *old)
{
	const struct enumeration *new = (const struct enumeration *)partner(walk->diff, &old->e);
	struct arena_mark mark = arena_mark(walk->scratch);
	struct map by_number, seen;
	struct pair pair;

	walk_name(walk, &old->e, PAIR_FILE_ENUM, PAIR_PACKAGE_ENUM);
	if (!is_comparable((const struct element *)new))
		return;
	pair = pair_of(walk, PAIR_ENUM, old, new, walk->files);
	walk->visit(walk->context, &pair);
	map_init(&by_number, walk->scratch);
	map_init(&seen, walk->scratch);
	for (uint32_t i = 0; i < new->values.n; i++) {
		*map_put(&by_number, NULL, (uint32_t) new->values.items[i]->number) =
			new->values.items[i];
	}
	for (uint32_t i = 0; i < old->values.n; i++) {
		struct enum_value *value = old->values.items[i];
		void **slot = map_put(&seen, NULL, (uint32_t)value->number);

		if (*slot) /* an alias: its number was visited already */
			continue;
		*slot = value;
		visit_pair(walk, PAIR_ENUM_VALUE, value,
			map_get(&by_number, NULL, (uint32_t)value->number), &pair);
	}
	arena_rewind(walk->scratch, mark);
}

static void walk_extension(struct pair_walk *walk, const struct field *old)
{
	const struct field *new = extension_partner(walk->diff, old);

	walk_name(walk, &old->e, PAIR_FILE_EXTENSION, PAIR_PACKAGE_EXTENSION);
	if (is_comparable((const struct element *)new))
		visit_pair(walk, PAIR_FIELD, old, new, NULL);
}

/* Recursion is bounded, see add_message in index.c. */
static void walk_message(struct pair_walk *walk, const struct message *old)
{
	const struct message *new = (const struct message *)partner(walk->diff, &old->e);

	walk_name(walk, &old->e, PAIR_FILE_MESSAGE, PAIR_PACKAGE_MESSAGE);
	if (is_comparable((const struct element *)new)) {
		struct pair pair = pair_of(walk, PAIR_MESSAGE, old, new, walk->files);

		walk->visit(walk->context, &pair);
		walk_fields(walk, &pair);
		walk_oneofs(walk, &pair);
	}
	for (uint32_t i = 0; i < old->messages.n; i++)
		walk_message(walk, old->messages.items[i]);
	for (uint32_t i = 0; i < old->enums.n; i++)
		walk_enum(walk, old->enums.items[i]);
	for (uint32_t i = 0; i < old->extensions.n; i++)
		walk_extension(walk, old->extensions.items[i]);
}

static void walk_service(struct pair_walk *walk, const struct service *old)
{
	const struct service *new = (const struct service *)partner(walk->diff, &old->e);
	struct arena_mark mark = arena_mark(walk->scratch);
	struct map by_name;
	struct pair pair;

	walk_name(walk, &old->e, PAIR_FILE_SERVICE, PAIR_PACKAGE_SERVICE);
	if (!is_comparable((const struct element *)new))
		return;
	pair = pair_of(walk, PAIR_SERVICE, old, new, walk->files);
	walk->visit(walk->context, &pair);
	map_init(&by_name, walk->scratch);
	for (uint32_t i = 0; i < new->methods.n; i++)
		*map_put(&by_name, new->methods.items[i]->e.name.p, 0) = new->methods.items[i];
	for (uint32_t i = 0; i < old->methods.n; i++) {
		const struct method *method = old->methods.items[i];

		visit_pair(
			walk, PAIR_METHOD, method, map_get(&by_name, method->e.name.p, 0), &pair);
	}
	arena_rewind(walk->scratch, mark);
}

static void walk_file(struct pair_walk *walk, const struct file *old)
{
	struct diff *diff = walk->diff;
	const struct file *new = counterpart(diff->old, old);
	struct pair pair;

	if (new == old && !diff->renamed.n)
		return;
	/* A contract that still exists, but was not compiled, since nothing in it could matter. */
	if (!new &&side_lists(diff->new, old->text->path))
		return;
	if (new && (old->is_broken || new->is_broken))
		return;
	walk->new_file = new;
	pair = pair_of(walk, PAIR_FILE, old, new, NULL);
	walk->files = &pair;
	walk->package_lives = diff_has_package(diff, true, old->package);
	walk->visit(walk->context, &pair);
	if (old->is_broken)
		return;
	for (uint32_t i = 0; i < old->messages.n; i++)
		walk_message(walk, old->messages.items[i]);
	for (uint32_t i = 0; i < old->enums.n; i++)
		walk_enum(walk, old->enums.items[i]);
	for (uint32_t i = 0; i < old->services.n; i++)
		walk_service(walk, old->services.items[i]);
	for (uint32_t i = 0; i < old->extensions.n; i++)
		walk_extension(walk, old->extensions.items[i]);
}

/* A package is deleted if none of its files is left, and each was compiled or is deleted too. */
static void walk_packages(struct pair_walk *walk)
{
	struct diff *diff = walk->diff;
	const struct schema *old = diff->old->schema;
	struct map lives, seen;

	map_init(&lives, walk->scratch);
	map_init(&seen, walk->scratch);
	for (uint32_t i = 0; i < old->files.n; i++) {
		const struct file *file = old->files.items[i].file;

		if (!counterpart(diff->old, file) && side_lists(diff->new, file->text->path))
			*map_put(&lives, file->package.p, 0) = walk;
	}
	walk->new_file = NULL;
	for (uint32_t i = 0; i < old->files.n; i++) {
		const struct file *file = old->files.items[i].file;
		struct str package = file->package;
		struct pair pair = { .kind = PAIR_PACKAGE, .old.file = file, .package = package };

		if (!side_owns(diff->old, file) || map_get(&seen, package.p, 0))
			continue;
		*map_put(&seen, package.p, 0) = walk;
		if (!map_get(&lives, package.p, 0) && !diff_has_package(diff, true, package))
			walk->visit(walk->context, &pair);
	}
}

void diff_walk(struct diff *diff, pair_visit visit, void *context)
{
	struct pair_walk walk = {
		.diff = diff,
		.scratch = arena_like(diff->arena),
		.visit = visit,
		.context = context,
	};
	const struct schema *old = diff->old->schema, *new = diff->new->schema;

	for (uint32_t i = 0; i < old->files.n; i++) {
		if (side_owns(diff->old, old->files.items[i].file))
			walk_file(&walk, old->files.items[i].file);
	}
	for (uint32_t i = 0; i < new->files.n; i++) {
		const struct file *file = new->files.items[i].file;

		if (side_owns(diff->new, file) && !counterpart(diff->new, file) &&
			!side_lists(diff->old, file->text->path)) {
			struct pair pair = {
				.kind = PAIR_FILE, .new.file = file, .new_file = file
			};

			walk.visit(walk.context, &pair);
		}
	}
	walk_packages(&walk);
	arena_free(walk.scratch);
}
