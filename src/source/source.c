#include "source/private.h"

#include <stdio.h>
#include <stdlib.h>

struct source *source_new(struct arena *arena, const struct source_ops *ops, void *impl)
{
	struct source *source = NEW(arena, struct source);

	source->ops = ops;
	source->arena = arena;
	source->impl = impl;
	source->name = source->side = source->top = source->prefix = S("");
	diags_init(&source->unlooked, arena);
	return source;
}

struct str path_printable(struct arena *arena, struct str path)
{
	size_t bad = 0, n = 0;
	char *p;

	for (size_t i = 0; i < path.n; i++)
		bad += (unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7f;
	if (!bad)
		return path;
	p = arena_bytes(arena, path.n + 3 * bad + 1);
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];

		if (c < 0x20 || c == 0x7f)
			n += (size_t)snprintf(p + n, 5, "\\x%02x", c);
		else
			p[n++] = (char)c;
	}
	return (struct str){ p, n };
}

struct str source_path_name(const struct source *source, struct arena *arena, struct str path)
{
	struct str whole = source->side.n
				   ? str_printf(arena, STR ":" STR, ARG(source->side), ARG(path))
				   : path;

	return path_printable(arena, whole);
}

bool path_is_clean(struct str path)
{
	struct str rest = path, part;

	if (path.n == 0 || path.n > MAX_PATH_BYTES || str_has(path, '\0'))
		return false;
	while (str_cut(&rest, '/', &part))
		if (part.n == 0 || str_eq(part, S(".")) || str_eq(part, S("..")))
			return false;
	return true;
}

bool path_in_dot_git(struct str path)
{
	struct str part;

	while (str_cut(&path, '/', &part))
		if (str_eq(part, S(".git")))
			return true;
	return false;
}

bool path_is_contract(struct str path)
{
	return str_ends(path, S(".proto"));
}

/* Finds a path among `n` sorted entries; NULL: it is not there. */
static struct source_entry *entries_find(struct source_entry *entries, uint32_t n, struct str path)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_cmp(entries[middle].path, path);

		if (order == 0)
			return &entries[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int entry_order(const void *left, const void *right)
{
	const struct source_entry *a = left, *b = right;

	return str_cmp(a->path, b->path);
}

void entries_sort(struct source_entry *entries, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		if (entry_order(&entries[i - 1], &entries[i]) > 0) {
			qsort(entries, n, sizeof *entries, entry_order);
			return;
		}
	}
}

/* Is one of the sorted entries `folder` or below it? */
static bool entries_under(const struct source_entry *entries, uint32_t n, struct str folder)
{
	uint32_t low = 0, high = n;

	/* Below `a` everything begins with `a/`, but `a.proto` sorts between the two. */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct str path = entries[middle].path;
		int order = str_cmp(str_head(path, folder.n), folder);

		if (!order && folder.n)
			order = path.n > folder.n ? (unsigned char)path.p[folder.n] - '/' : -1;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < n && path_under(entries[low].path, folder))
		return true;
	return entries_find((struct source_entry *)entries, n, folder) != NULL;
}

bool check_count(const struct source *source, uint32_t n, uint32_t limit, struct diags *diags)
{
	if (n < limit)
		return true;
	diag_error(
		diags, NOWHERE, "'" STR "' has more than %u contracts", ARG(source->name), limit);
	diag_help(diags, "name the folder that holds the contracts, as in REV:PATH or dir:PATH");
	return false;
}

static bool fail_walk(
	const struct source *source, const char *what, uint32_t limit, struct diags *diags)
{
	diag_error(diags, NOWHERE, "the %s '" STR "' are more than %u", what, ARG(source->name),
		limit);
	diag_help(diags,
		"a folder counts under each path that leads to it; name the one that holds the "
		"contracts, as in REV:PATH");
	return false;
}

bool walk_entry(const struct source *source, struct walk_count *count, struct diags *diags)
{
	return ++count->entries <= MAX_WALK_ENTRIES ||
	       fail_walk(source, "entries of the folders in", MAX_WALK_ENTRIES, diags);
}

bool walk_path(
	const struct source *source, struct walk_count *count, struct str path, struct diags *diags)
{
	if (path.n > MAX_PATH_BYTES) {
		diag_error(diags, NOWHERE, "a path has more than %d bytes: '" STR "'...",
			MAX_PATH_BYTES,
			ARG(source_path_name(source, diags->arena, str_head(path, 80))));
		return false;
	}
	count->path_bytes += path.n;
	return count->path_bytes <= MAX_WALK_PATH_BYTES ||
	       fail_walk(source, "bytes of all paths in", MAX_WALK_PATH_BYTES, diags);
}

bool walk_link_step(struct source *source, struct diags *diags)
{
	if (source->link_steps < MAX_LINK_STEPS) {
		source->link_steps++;
		return true;
	}
	diag_error(diags, NOWHERE, "resolving the links in '" STR "' takes more than %d names",
		ARG(source->name), MAX_LINK_STEPS);
	diag_help(diags, "replace links to links by files, or name the folder that holds the "
			 "contracts, as in REV:PATH");
	return false;
}

void diag_too_large(
	const struct source *source, struct str path, uint64_t limit, struct diags *diags)
{
	struct str name = source_path_name(source, diags->arena, path);

	diag_error(diags, NOWHERE, "'" STR "' is larger than %llu bytes", ARG(name),
		(unsigned long long)limit);
	diag_help(diags, "a contract may have at most that many; split it, or leave it out");
}

/* Files in memory, sorted; a set's files too. */
struct memory {
	struct source_entry *entries;
	struct str *bytes; /* by entry->private */
	uint32_t n;
};

static bool memory_list(struct source *source, struct source_list *list, struct diags *diags)
{
	const struct memory *memory = source->impl;

	(void)diags;
	for (uint32_t i = 0; i < memory->n; i++)
		if (source->by_import_path || path_is_contract(memory->entries[i].path))
			*vec_push(source->arena, &list->entries) = memory->entries[i];
	return true;
}

static const struct source_entry *memory_find(struct source *source, struct str path)
{
	const struct memory *memory = source->impl;

	return entries_find(memory->entries, memory->n, path);
}

static bool memory_read(struct source *source, const struct source_entry *entry,
	struct arena *arena, struct str *bytes, struct diags *diags)
{
	const struct memory *memory = source->impl;

	(void)arena, (void)diags;
	*bytes = memory->bytes[entry->private];
	return true;
}

static const struct source_ops memory_ops = {
	.list = memory_list,
	.find = memory_find,
	.read = memory_read,
};

struct source *source_memory(
	struct arena *arena, struct str name, const struct memory_file *files, size_t n)
{
	struct memory *memory = NEW(arena, struct memory);
	struct source *source = source_new(arena, &memory_ops, memory);

	memory->entries = NEW_ARRAY(arena, n, struct source_entry);
	memory->bytes = NEW_ARRAY(arena, n, struct str);
	memory->n = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		memory->entries[i] = (struct source_entry){ .path = files[i].path, .private = i };
		memory->bytes[i] = files[i].bytes;
	}
	entries_sort(memory->entries, memory->n);
	source->name = source->side = name;
	return source;
}

struct source *source_memory_set(
	struct arena *arena, struct str name, const struct memory_file *files, size_t n)
{
	struct source *source = source_memory(arena, name, files, n);

	source->by_import_path = true;
	for (size_t i = 0; i < n; i++)
		((struct memory *)source->impl)->entries[i].is_descriptor = true;
	return source;
}

struct source *source_empty(struct arena *arena, struct str name)
{
	struct source *source = source_memory(arena, name, NULL, 0);

	source->is_empty = true;
	return source;
}

bool source_lacks(struct source *source, const struct source_entry *entry)
{
	return source->ops->lacks && source->ops->lacks(source, entry);
}

void source_close(struct source *source)
{
	if (source && source->ops->close)
		source->ops->close(source);
}

const struct source_list *source_files(struct source *source, struct diags *diags)
{
	if (source->listed)
		return &source->list;
	source->list = (struct source_list){ 0 };
	if (!source->ops->list(source, &source->list, diags))
		return NULL;
	entries_sort(source->list.entries.items, source->list.entries.n);
	source->listed = true;
	return &source->list;
}

static void index_make(struct source *source)
{
	map_init(&source->index, source->arena);
	for (uint32_t i = 0; i < source->list.entries.n; i++) {
		struct source_entry *entry = &source->list.entries.items[i];

		*map_put(&source->index, NULL, str_hash(entry->path)) = entry;
	}
}

static const struct source_entry *list_find(struct source *source, struct str path)
{
	/* A search costs a few cache misses, making the index a few for each entry. */
	if (++source->searches == source->list.entries.n / 8 + 1)
		index_make(source);
	if (source->index.n) {
		const struct source_entry *entry = map_get(&source->index, NULL, str_hash(path));

		if (!entry || str_eq(entry->path, path))
			return entry;
		/* Two paths of one hash. */
	}
	return entries_find(source->list.entries.items, source->list.entries.n, path);
}

const struct source_entry *source_find(struct source *source, struct str path)
{
	if (!path_is_clean(path) || !path_under(path, source->top))
		return NULL;
	if (source->listed) {
		const struct source_entry *entry = list_find(source, path);

		/* All contracts are in the list; only other files are looked up. */
		if (entry || path_is_contract(path) || source->by_import_path)
			return entry;
	}
	return source->ops->find(source, path);
}

const struct source_entry *source_target(struct source *source, const struct source_entry *link)
{
	const struct source_entry *target;
	struct str file;

	if (!link->is_link || !source->ops->follow || !source->ops->follow(source, link, &file) ||
		!path_is_contract(file))
		return NULL;
	target = source_find(source, file);
	return target && !target->is_link ? target : NULL;
}

bool source_looked(struct source *source, struct diags *diags)
{
	bool ok = source->unlooked.n_errors == 0;

	diags_adopt(diags, &source->unlooked);
	return ok;
}

const char *source_obstacle(struct source *source, struct str path)
{
	if (!source->ops->obstacle || !path_is_clean(path) || !path_under(path, source->top))
		return NULL;
	return source->ops->obstacle(source, path);
}

bool source_refuse_obstacle(struct source *source, struct str path, struct diags *diags)
{
	const char *obstacle = source_obstacle(source, path);

	if (!obstacle)
		return false;
	diag_error(diags, NOWHERE, "'" STR "' %s, so it cannot be read",
		ARG(source_path_name(source, diags->arena, path)), obstacle);
	diag_help(diags, "put a file there, or nothing");
	return true;
}

bool source_read(struct source *source, const struct source_entry *entry, struct arena *arena,
	struct str *bytes, struct diags *diags)
{
	return source->ops->read(source, entry, arena, bytes, diags);
}

static bool fail_side(const struct source *source, struct diags *diags)
{
	diag_error(diags, NOWHERE, "the contracts of '" STR "' have more than %d bytes together",
		ARG(source->name), MAX_SIDE_BYTES);
	diag_help(diags, "name the folder that holds the contracts, as in REV:PATH or dir:PATH");
	return false;
}

bool source_read_for(struct source *source, enum read_purpose purpose,
	const struct source_entry *entry, struct arena *arena, struct str *bytes,
	struct diags *diags)
{
	atomic_uint_least64_t *count = &source->bytes_read[purpose];

	if (atomic_load_explicit(count, memory_order_relaxed) > MAX_SIDE_BYTES)
		return fail_side(source, diags);
	if (!source_read(source, entry, arena, bytes, diags))
		return false;
	return atomic_fetch_add_explicit(count, bytes->n, memory_order_relaxed) + bytes->n <=
		       MAX_SIDE_BYTES ||
	       fail_side(source, diags);
}

bool source_identify(struct source *source, struct source_entry *entry, struct diags *diags)
{
	struct arena *scratch;
	struct str bytes;

	if (entry->has_id)
		return true;
	if (source->ops->identify)
		return source->ops->identify(source, entry, diags);
	scratch = arena_like(source->arena);
	entry->has_id = source_read_for(source, READ_IDENTITY, entry, scratch, &bytes, diags);
	if (entry->has_id)
		entry->id = content_hash(source, bytes);
	arena_free(scratch);
	return entry->has_id;
}

bool source_has_contract(struct source *source, struct str folder, struct diags *diags)
{
	const struct source_list *list;

	if (!source->listed && source->ops->has_contract)
		return source->ops->has_contract(source, folder, diags);
	list = source_files(source, diags);
	return list && entries_under(list->entries.items, list->entries.n, folder);
}
