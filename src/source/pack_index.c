/* Pack files: which exist, and where an object's entry begins. */
#include "source/pack.h"
#include "base/open.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	INDEX_HEADER = 8, /* of version 2; version 1 has none */
	FANOUT = 256 * 4,
	INDEX_ENTRY = GIT_OID_RAWSZ + 4 + 4, /* id, CRC-32, offset: each in a table of its own */
	INDEX_ENTRY_1 = 4 + GIT_OID_RAWSZ,   /* offset, id: one table */
	PACK_HEADER = 12,
	PACK_TRAILER = GIT_OID_RAWSZ, /* its checksum; an index has two */
};

static uint32_t read_u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ---- the files ---- */

static bool map_file(const char *path, struct mapped *mapped)
{
	int fd = open_again(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	void *bytes = MAP_FAILED;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED)
		return false;
	mapped->bytes = bytes;
	mapped->size = (size_t)st.st_size;
	return true;
}

/* The last number of the fan-out table; false: the numbers decrease. */
static bool fanout_count(const unsigned char *fanout, uint32_t *n)
{
	uint32_t before = 0;

	for (unsigned i = 0; i < FANOUT; i += 4) {
		*n = read_u32(fanout + i);
		if (*n < before)
			return false;
		before = *n;
	}
	return true;
}

/* Version 1, which has no signature: git wrote it before 2007, and can be told to. */
static bool index_parse_1(struct pack *pack)
{
	size_t size = pack->index.size, used = FANOUT + 2 * (size_t)PACK_TRAILER;

	pack->fanout = pack->index.bytes;
	if (size < used || !fanout_count(pack->fanout, &pack->n) ||
		(size - used) / INDEX_ENTRY_1 < pack->n)
		return false;
	pack->offsets = pack->fanout + FANOUT;
	pack->ids = pack->offsets + 4;
	pack->id_step = pack->offset_step = INDEX_ENTRY_1;
	return true;
}

static bool index_parse(struct pack *pack)
{
	const unsigned char *p = pack->index.bytes;
	size_t size = pack->index.size, used = INDEX_HEADER + FANOUT + 2 * (size_t)PACK_TRAILER;

	if (size < INDEX_HEADER || memcmp(p, "\377tOc", 4) != 0)
		return index_parse_1(pack);
	pack->fanout = p + INDEX_HEADER;
	if (size < used || read_u32(p + 4) != 2 || !fanout_count(pack->fanout, &pack->n) ||
		(size - used) / INDEX_ENTRY < pack->n)
		return false;
	pack->ids = pack->fanout + FANOUT;
	pack->id_step = GIT_OID_RAWSZ;
	pack->offsets = pack->ids + (size_t)pack->n * (GIT_OID_RAWSZ + 4);
	pack->offset_step = 4;
	pack->large_offsets = pack->offsets + (size_t)pack->n * 4;
	pack->n_large = (size - used - (size_t)pack->n * INDEX_ENTRY) / 8;
	return true;
}

/* Is it the index's pack? The index ends with the pack's checksum and its own. */
static bool objects_parse(const struct pack *pack)
{
	const unsigned char *p = pack->objects.bytes, *end = p + pack->objects.size;
	const unsigned char *meant = pack->index.bytes + pack->index.size - 2 * PACK_TRAILER;

	return pack->objects.size >= PACK_HEADER + PACK_TRAILER && memcmp(p, "PACK", 4) == 0 &&
	       (read_u32(p + 4) == 2 || read_u32(p + 4) == 3) && read_u32(p + 8) == pack->n &&
	       memcmp(end - PACK_TRAILER, meant, PACK_TRAILER) == 0;
}

static void unmap(const struct mapped *mapped)
{
	if (mapped->bytes)
		munmap((void *)mapped->bytes, mapped->size);
}

void pack_close(const struct pack *pack)
{
	unmap(&pack->index);
	unmap(&pack->objects);
}

static bool ids_open(struct packs *packs, struct pack *pack)
{
	struct arena_mark mark;

	if (atomic_load(&pack->index_state) != PACK_UNOPENED)
		return atomic_load(&pack->index_state) == PACK_OPEN;
	pthread_mutex_lock(&packs->lock);
	if (atomic_load(&pack->index_state) == PACK_UNOPENED) {
		bool mapped, ok;

		mark = arena_mark(packs->arena);
		mapped = map_file(str_printf(packs->arena, STR ".idx%c", ARG(pack->stem), '\0').p,
			&pack->index);
		arena_rewind(packs->arena, mark);
		ok = mapped && index_parse(pack);
		if (mapped && !ok)
			packs->damaged = pack->stem;
		atomic_store(&pack->index_state, ok ? PACK_OPEN : PACK_UNUSABLE);
	}
	pthread_mutex_unlock(&packs->lock);
	return atomic_load(&pack->index_state) == PACK_OPEN;
}

bool pack_open(struct packs *packs, struct pack *pack)
{
	struct arena_mark mark;

	if (atomic_load(&pack->objects_state) != PACK_UNOPENED)
		return atomic_load(&pack->objects_state) == PACK_OPEN;
	pthread_mutex_lock(&packs->lock);
	if (atomic_load(&pack->objects_state) == PACK_UNOPENED) {
		bool mapped, ok;

		mark = arena_mark(packs->arena);
		mapped = map_file(str_printf(packs->arena, STR ".pack%c", ARG(pack->stem), '\0').p,
			&pack->objects);
		arena_rewind(packs->arena, mark);
		ok = mapped && objects_parse(pack);
		pack->damaged = mapped && !ok;
		atomic_store(&pack->objects_state, ok ? PACK_OPEN : PACK_UNUSABLE);
	}
	pthread_mutex_unlock(&packs->lock);
	return atomic_load(&pack->objects_state) == PACK_OPEN;
}

/* ---- which there are ---- */

static int64_t nanoseconds(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static bool is_listed(const struct packs *packs, struct str stem)
{
	for (const struct pack *pack = atomic_load(&packs->first); pack;
		pack = atomic_load(&pack->next))
		if (str_eq(pack->stem, stem))
			return true;
	return false;
}

/* Newest first, as in git: those are used most. */
static int newest_first(const void *left, const void *right)
{
	const struct pack *a = *(struct pack *const *)left, *b = *(struct pack *const *)right;

	if (a->modified != b->modified)
		return a->modified < b->modified ? 1 : -1;
	return str_cmp(a->stem, b->stem);
}

/* Appends packs; threads that read the list meanwhile see it with or without them. */
static void append(struct packs *packs, struct pack **list, uint32_t n)
{
	struct pack *last = atomic_load(&packs->first);

	if (n)
		qsort(list, n, sizeof(struct pack *), newest_first);
	while (last && atomic_load(&last->next))
		last = atomic_load(&last->next);
	for (uint32_t i = 0; i < n; i++) {
		list[i]->ordinal = ++packs->n;
		atomic_store(last ? &last->next : &packs->first, list[i]);
		last = list[i];
	}
}

static void list_folder(struct packs *packs, struct pack_folder *folder)
{
	VEC(struct pack *) found = { 0 };
	struct stat st;
	int fd = open_again(
		str_cstr(packs->arena, folder->path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *item;

	if (!stream) {
		if (errno != ENOENT && errno != ENOTDIR)
			packs->damaged = folder->path;
		if (fd >= 0)
			close(fd);
		return;
	}
	if (fstat(fd, &st) == 0)
		folder->modified = nanoseconds(&st);
	while ((errno = 0, item = readdir(stream))) {
		struct str name = str_of(item->d_name), stem;
		struct pack *pack;

		if (!str_ends(name, S(".idx")))
			continue;
		if (fstatat(fd, item->d_name, &st, 0) < 0) {
			if (errno != ENOENT)
				packs->damaged = folder->path;
			continue;
		}
		stem = path_join(packs->arena, folder->path, str_head(name, name.n - 4));
		if (is_listed(packs, stem))
			continue;
		pack = NEW(packs->arena, struct pack);
		pack->stem = stem;
		pack->modified = nanoseconds(&st);
		*vec_push(packs->arena, &found) = pack;
	}
	if (errno)
		packs->damaged = folder->path;
	closedir(stream);
	if (found.n)
		append(packs, found.items, found.n);
}

static void list_new(struct packs *packs)
{
	if (atomic_load(&packs->first))
		return;
	pthread_mutex_lock(&packs->lock);
	for (uint32_t i = 0; i < packs->folders.n; i++)
		if (!packs->folders.items[i].modified)
			list_folder(packs, &packs->folders.items[i]);
	pthread_mutex_unlock(&packs->lock);
}

bool packs_refresh(struct packs *packs)
{
	uint32_t before;
	bool more;

	pthread_mutex_lock(&packs->lock);
	before = packs->n;
	for (uint32_t i = 0; i < packs->folders.n; i++) {
		struct pack_folder *folder = &packs->folders.items[i];
		struct stat st;

		if (stat(str_cstr(packs->arena, folder->path), &st) == 0 &&
			nanoseconds(&st) != folder->modified)
			list_folder(packs, folder);
	}
	more = packs->n > before;
	pthread_mutex_unlock(&packs->lock);
	return more;
}

/* ---- entries ---- */

static const unsigned char *id_at(const struct pack *pack, uint32_t i)
{
	return pack->ids + (size_t)i * pack->id_step;
}

/* The first of the sorted ids that does not sort before `id`. */
static uint32_t index_lower(const struct pack *pack, const uint8_t *id)
{
	uint32_t low = id[0] ? read_u32(pack->fanout + 4 * (id[0] - 1)) : 0;
	uint32_t high = read_u32(pack->fanout + 4 * id[0]);

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (memcmp(id_at(pack, middle), id, GIT_OID_RAWSZ) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool find_id(const struct pack *pack, const uint8_t *id, uint64_t *offset)
{
	uint32_t i = index_lower(pack, id), at;
	const unsigned char *large;

	if (i >= pack->n || memcmp(id_at(pack, i), id, GIT_OID_RAWSZ) != 0)
		return false;
	at = read_u32(pack->offsets + (size_t)i * pack->offset_step);
	*offset = at;
	if (!pack->large_offsets || !(at & 0x80000000))
		return true;
	at &= 0x7fffffff;
	*offset = UINT64_MAX; /* points nowhere */
	if (at < pack->n_large) {
		large = pack->large_offsets + (size_t)at * 8;
		*offset = (uint64_t)read_u32(large) << 32 | read_u32(large + 4);
	}
	return true;
}

struct pack *pack_find(struct packs *packs, struct pack *after, const uint8_t *id, uint64_t *offset)
{
	struct pack *pack;

	list_new(packs);
	for (pack = atomic_load(after ? &after->next : &packs->first); pack;
		pack = atomic_load(&pack->next))
		if (ids_open(packs, pack) && find_id(pack, id, offset))
			return pack;
	return NULL;
}

static bool has_prefix(const unsigned char *id, const uint8_t *begin, size_t n)
{
	return memcmp(id, begin, n / 2) == 0 &&
	       (n % 2 == 0 || (id[n / 2] & 0xf0) == (begin[n / 2] & 0xf0));
}

bool packs_each(struct packs *packs, const uint8_t *begin, size_t n, id_taker take, void *context)
{
	list_new(packs);
	for (struct pack *pack = atomic_load(&packs->first); pack;
		pack = atomic_load(&pack->next)) {
		if (!ids_open(packs, pack))
			continue;
		for (uint32_t i = index_lower(pack, begin);
			i < pack->n && has_prefix(id_at(pack, i), begin, n); i++)
			if (!take(id_at(pack, i), context))
				return false;
	}
	return true;
}

bool take_number(
	const unsigned char **p, const unsigned char *end, unsigned shift, uint64_t *number)
{
	unsigned char c;

	do {
		if (*p == end || shift > 56)
			return false;
		c = *(*p)++;
		*number |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
	} while (c & 0x80);
	return true;
}

/* The distance to a delta's base: the highest byte first, plus one for each byte that follows. */
static bool take_distance(const unsigned char **p, const unsigned char *end, uint64_t *distance)
{
	unsigned char c = 0x80;

	for (*distance = 0; c & 0x80; (*p)++) {
		if (*p == end || *distance >> 56)
			return false;
		c = **p;
		*distance = (*distance << 7 | (c & 0x7f)) + (c >> 7);
	}
	return true;
}

bool entry_at(const struct pack *pack, uint64_t offset, struct entry *entry)
{
	const unsigned char *end = pack->objects.bytes + pack->objects.size - PACK_TRAILER, *p;
	uint64_t distance;

	if (offset < PACK_HEADER || offset >= pack->objects.size - PACK_TRAILER)
		return false;
	p = pack->objects.bytes + offset;
	entry->type = *p >> 4 & 7;
	entry->size = *p & 15;
	if (*p++ & 0x80 && !take_number(&p, end, 4, &entry->size))
		return false;
	if (entry->type == ENTRY_OFS_DELTA) {
		if (!take_distance(&p, end, &distance) || distance == 0 || distance > offset)
			return false;
		entry->base = offset - distance;
	} else if (entry->type == ENTRY_REF_DELTA) {
		if (end - p < GIT_OID_RAWSZ || !find_id(pack, p, &entry->base))
			return false;
		p += GIT_OID_RAWSZ;
	}
	entry->data = p;
	entry->most = (size_t)(end - p);
	return true;
}
