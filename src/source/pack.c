/*
 * Objects in packs, read from their mapped files and inflated with libdeflate.
 *
 * Reading a whole tree is for the most part inflating, and libgit2's way through zlib takes more
 * than twice as long. So packs are looked into here first. This is only the short way: whatever is
 * not as it should be (another version, a base elsewhere, damage) is no answer, and libgit2 is
 * asked, which reads the object or says what is wrong with it. Adler-32 sums are checked as it
 * does, hashes are not.
 *
 * The formats are those of git's gitformat-pack(5): index version 2, packs of version 2 and 3.
 */
#include "source/git.h"

#include <dirent.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	INDEX_HEADER = 8,
	FANOUT = 256 * 4,
	INDEX_ENTRY = GIT_OID_RAWSZ + 4 + 4, /* id, CRC-32, offset */
	PACK_HEADER = 12,
	PACK_TRAILER = GIT_OID_RAWSZ, /* its checksum; an index has two */
	MAX_CHAIN = 4095,             /* deltas on one another, as many as git makes */
	MAX_BASE = 64 << 20,          /* bytes of an object that others are made from */
	BASES = 16,                   /* objects that are kept for the deltas made from them */
	KEPT_BASE = 128 << 10,        /* bytes of one that is kept */
	MAPPED_FOR = 16 << 20 /* bytes of objects; then the pages they came from are let go */
};

/* What git_object_t has no name for. */
enum { ENTRY_OFS_DELTA = 6, ENTRY_REF_DELTA = 7 };

struct mapped {
	const unsigned char *bytes;
	size_t size;
};

struct pack {
	struct mapped index, objects;
	uint32_t n;
	const unsigned char *ids, *offsets, *large_offsets;
	size_t n_large;
};

/* An object, or the delta of one. */
struct buffer {
	const struct pack *pack; /* NULL: it is no object, or not whole */
	uint64_t offset;
	unsigned type;
	unsigned char *bytes;
	size_t size, capacity;
	uint64_t used; /* when it was asked for last, by the reader's clock */
};

/* What one thread reads with. */
struct reader {
	struct libdeflate_decompressor *inflater;
	struct buffer bases[BASES]; /* those used last */
	struct buffer spare[2];     /* for those that have no place there */
	uint64_t clock;
	struct buffer delta;
	uint64_t chain[MAX_CHAIN]; /* offsets of deltas, the last one on the base */
	pthread_t thread;          /* that had it last */
	struct reader *next;
};

struct packs {
	pthread_mutex_t lock;
	struct arena *arena;
	VEC(struct str) folders; /* those that were not looked into yet */
	VEC(struct pack) list;
	struct reader *idle;
	uint64_t read; /* bytes of objects since pages were let go */
};

/* An object's entry in a pack. */
struct entry {
	unsigned type;
	uint64_t size; /* inflated */
	uint64_t base; /* of a delta: its base's offset */
	const unsigned char *data;
	size_t most; /* bytes to the end of all entries */
};

static uint32_t read_u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ---- the files ---- */

static bool map_file(int folder, const char *name, struct mapped *mapped)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
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

static bool index_parse(struct pack *pack)
{
	const unsigned char *p = pack->index.bytes;
	size_t size = pack->index.size, used = INDEX_HEADER + FANOUT + 2 * (size_t)PACK_TRAILER;
	uint32_t before = 0;

	if (size < used || memcmp(p, "\377tOc\0\0\0\2", INDEX_HEADER) != 0)
		return false;
	for (unsigned i = 0; i < FANOUT; i += 4) {
		pack->n = read_u32(p + INDEX_HEADER + i);
		if (pack->n < before)
			return false;
		before = pack->n;
	}
	if ((size - used) / INDEX_ENTRY < pack->n)
		return false;
	pack->ids = p + INDEX_HEADER + FANOUT;
	pack->offsets = pack->ids + (size_t)pack->n * (GIT_OID_RAWSZ + 4);
	pack->large_offsets = pack->offsets + (size_t)pack->n * 4;
	pack->n_large = (size - used - (size_t)pack->n * INDEX_ENTRY) / 8;
	return true;
}

/* Is it the pack that the index was made for? The index ends with the pack's checksum and its own.
 */
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

static void pack_close(const struct pack *pack)
{
	unmap(&pack->index);
	unmap(&pack->objects);
}

/* Adds the pack of an index, if it can be read. */
static void add_pack(struct packs *packs, int folder, struct str index)
{
	struct arena_mark mark = arena_mark(packs->arena);
	struct str stem = str_head(index, index.n - strlen(".idx"));
	const char *objects = str_printf(packs->arena, STR ".pack%c", ARG(stem), '\0').p;
	struct pack pack = { 0 };
	bool ok = map_file(folder, index.p, &pack.index) && index_parse(&pack) &&
		  map_file(folder, objects, &pack.objects) && objects_parse(&pack);

	arena_rewind(packs->arena, mark);
	if (ok)
		*vec_push(packs->arena, &packs->list) = pack;
	else
		pack_close(&pack);
}

static void add_folder(struct packs *packs, struct str objects)
{
	struct str path = path_join(packs->arena, objects, S("pack"));
	int fd = open(str_cstr(packs->arena, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *item;

	if (!stream) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((item = readdir(stream)))
		if (str_ends(str_of(item->d_name), S(".idx")))
			add_pack(packs, fd, str_of(item->d_name));
	closedir(stream);
}

/* ---- entries ---- */

static bool find_id(const struct pack *pack, const uint8_t *id, uint64_t *offset)
{
	const unsigned char *fanout = pack->index.bytes + INDEX_HEADER;
	uint32_t low = id[0] ? read_u32(fanout + 4 * (id[0] - 1)) : 0;
	uint32_t high = read_u32(fanout + 4 * id[0]);

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = memcmp(id, pack->ids + (size_t)middle * GIT_OID_RAWSZ, GIT_OID_RAWSZ);

		if (order == 0) {
			const unsigned char *large;
			uint32_t at = read_u32(pack->offsets + (size_t)middle * 4);

			*offset = at;
			if (!(at & 0x80000000))
				return true;
			at &= 0x7fffffff;
			if (at >= pack->n_large)
				return false;
			large = pack->large_offsets + (size_t)at * 8;
			*offset = (uint64_t)read_u32(large) << 32 | read_u32(large + 4);
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* A number of seven bits a byte, the least first; false: too large, or cut. */
static bool take_number(
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

/* The distance to a delta's base: most significant byte first, and one more for each that follows.
 */
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

static bool entry_at(const struct pack *pack, uint64_t offset, struct entry *entry)
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

/* ---- objects ---- */

static bool inflate_entry(struct reader *reader, const struct entry *entry, unsigned char *out)
{
	return libdeflate_zlib_decompress(reader->inflater, entry->data, entry->most, out,
		       entry->size, NULL) == LIBDEFLATE_SUCCESS;
}

/* Makes room for `size` bytes; what the buffer held is gone. */
static bool buffer_take(struct buffer *buffer, uint64_t size)
{
	buffer->pack = NULL;
	if (size > MAX_BASE)
		return false;
	if (!buffer->bytes || buffer->capacity < size) {
		free(buffer->bytes);
		/* Only what is kept is filled again. */
		buffer->capacity = (size_t)(size > KEPT_BASE ? size : size + size / 4 + 64);
		buffer->bytes = malloc(buffer->capacity);
	}
	buffer->size = (size_t)size;
	return buffer->bytes;
}

/* The object at `offset`, if it is kept. */
static struct buffer *base_find(struct reader *reader, const struct pack *pack, uint64_t offset)
{
	for (unsigned i = 0; i < BASES; i++) {
		struct buffer *base = &reader->bases[i];

		if (base->pack != pack || base->offset != offset)
			continue;
		base->used = ++reader->clock;
		return base;
	}
	return NULL;
}

/* A buffer for an object that is made from `source` (NULL: from none), which was used last; NULL.
 */
static struct buffer *base_take(struct reader *reader, uint64_t size, const struct buffer *source)
{
	struct buffer *buffer = &reader->bases[0];

	if (size > KEPT_BASE) {
		buffer = &reader->spare[source == &reader->spare[0]];
	} else {
		for (unsigned i = 1; i < BASES; i++)
			if (reader->bases[i].used < buffer->used)
				buffer = &reader->bases[i];
		buffer->used = ++reader->clock;
	}
	return buffer_take(buffer, size) ? buffer : NULL;
}

static void base_made(
	struct buffer *buffer, const struct pack *pack, uint64_t offset, unsigned type)
{
	buffer->pack = pack;
	buffer->offset = offset;
	buffer->type = type;
}

/* The two sizes at a delta's begin. */
static bool delta_sizes(
	const unsigned char **p, const unsigned char *end, uint64_t *from, uint64_t *to)
{
	*from = *to = 0;
	return take_number(p, end, 0, from) && take_number(p, end, 0, to);
}

/* A number of a copy: the bytes of it that `has` names, the least first. */
static bool take_some(
	const unsigned char **p, const unsigned char *end, unsigned has, uint32_t *number)
{
	*number = 0;
	for (unsigned shift = 0; has; has >>= 1, shift += 8) {
		if (!(has & 1))
			continue;
		if (*p == end)
			return false;
		*number |= (uint32_t) * (*p)++ << shift;
	}
	return true;
}

/* Fills `out` with exactly `n` bytes. */
static bool delta_apply(const unsigned char *p, const unsigned char *end,
	const struct buffer *source, unsigned char *out, size_t n)
{
	while (p < end) {
		unsigned char op = *p++;
		uint32_t at, size = op;
		const unsigned char *from = p;

		if (op & 0x80) {
			if (!take_some(&p, end, op & 15, &at) ||
				!take_some(&p, end, op >> 4 & 7, &size))
				return false;
			size = size ? size : 0x10000;
			if (at > source->size || size > source->size - at)
				return false;
			from = source->bytes + at;
		} else if (op == 0 || (size_t)(end - p) < size) {
			return false;
		} else {
			p += size;
		}
		if (size > n)
			return false;
		memcpy(out, from, size);
		out += size;
		n -= size;
	}
	return n == 0;
}

/* The object at `offset`, which is no delta, as a base. */
static struct buffer *base_inflate(
	struct reader *reader, const struct pack *pack, uint64_t offset, const struct entry *entry)
{
	struct buffer *base = base_take(reader, entry->size, NULL);

	if (!base || !inflate_entry(reader, entry, base->bytes))
		return NULL;
	base_made(base, pack, offset, entry->type);
	return base;
}

/* What the delta at `offset` makes of `source`: in `*bytes` of the arena, or if that is NULL kept
 * as a base, then *source. */
static bool delta_make(struct reader *reader, const struct pack *pack, uint64_t offset,
	uint64_t limit, struct buffer **source, struct arena *arena, struct str *bytes)
{
	const unsigned char *p, *end;
	uint64_t from, to;
	struct entry entry;
	unsigned char *out;
	struct buffer *made = NULL;

	if (!entry_at(pack, offset, &entry) || !buffer_take(&reader->delta, entry.size) ||
		!inflate_entry(reader, &entry, reader->delta.bytes))
		return false;
	p = reader->delta.bytes;
	end = p + entry.size;
	if (!delta_sizes(&p, end, &from, &to) || from != (*source)->size || to > limit)
		return false;
	if (bytes) {
		*bytes = (struct str){ arena_bytes(arena, to), to };
		out = (unsigned char *)bytes->p;
	} else {
		made = base_take(reader, to, *source);
		if (!made)
			return false;
		out = made->bytes;
	}
	if (!delta_apply(p, end, *source, out, to))
		return false;
	if (made) {
		base_made(made, pack, offset, (*source)->type);
		*source = made;
	}
	return true;
}

static bool object_make(struct reader *reader, const struct pack *pack, uint64_t offset,
	git_object_t type, uint64_t limit, struct arena *arena, struct str *bytes)
{
	struct buffer *source = NULL;
	struct entry entry;
	size_t depth = 0;

	while (!source) {
		if (!entry_at(pack, offset, &entry))
			return false;
		if (entry.type != ENTRY_OFS_DELTA && entry.type != ENTRY_REF_DELTA)
			break;
		if (depth == MAX_CHAIN)
			return false;
		reader->chain[depth++] = offset;
		offset = entry.base;
		source = base_find(reader, pack, offset);
	}
	if (depth == 0) {
		if (entry.type != (unsigned)type || entry.size > limit)
			return false;
		*bytes = (struct str){ arena_bytes(arena, entry.size), entry.size };
		return inflate_entry(reader, &entry, (unsigned char *)bytes->p);
	}
	if (!source)
		source = base_inflate(reader, pack, offset, &entry);
	if (!source || source->type != (unsigned)type)
		return false;
	while (depth-- > 1)
		if (!delta_make(reader, pack, reader->chain[depth], MAX_BASE, &source, NULL, NULL))
			return false;
	return delta_make(reader, pack, reader->chain[0], limit, &source, arena, bytes);
}

/* ---- all of it ---- */

struct packs *packs_new(const struct arena *relative)
{
	struct packs *packs = calloc(1, sizeof *packs);

	if (!packs)
		return NULL;
	if (pthread_mutex_init(&packs->lock, NULL)) {
		free(packs);
		return NULL;
	}
	packs->arena = arena_like(relative);
	return packs;
}

void packs_add(struct packs *packs, struct str objects)
{
	*vec_push(packs->arena, &packs->folders) = str_dup(packs->arena, objects);
}

static void reader_free(struct reader *reader)
{
	for (size_t i = 0; i < BASES; i++)
		free(reader->bases[i].bytes);
	for (size_t i = 0; i < COUNT(reader->spare); i++)
		free(reader->spare[i].bytes);
	free(reader->delta.bytes);
	libdeflate_free_decompressor(reader->inflater);
	free(reader);
}

void packs_free(struct packs *packs)
{
	if (!packs)
		return;
	for (struct reader *reader = packs->idle, *next; reader; reader = next) {
		next = reader->next;
		reader_free(reader);
	}
	for (uint32_t i = 0; i < packs->list.n; i++)
		pack_close(&packs->list.items[i]);
	pthread_mutex_destroy(&packs->lock);
	arena_free(packs->arena);
	free(packs);
}

static void open_packs(struct packs *packs)
{
	for (uint32_t i = 0; i < packs->folders.n; i++)
		add_folder(packs, packs->folders.items[i]);
	packs->folders.n = 0;
}

/* One that keeps what the calling thread read last, or another; NULL: there is none. */
static struct reader *idle_take(struct packs *packs)
{
	struct reader **taken = &packs->idle, *reader;

	for (struct reader **at = &packs->idle; *at; at = &(*at)->next)
		if (pthread_equal((*at)->thread, pthread_self()))
			taken = at;
	reader = *taken;
	if (reader)
		*taken = reader->next;
	return reader;
}

/* A reader of the caller's alone; NULL: no memory. The packs are known from then on. */
static struct reader *reader_take(struct packs *packs)
{
	struct reader *reader;

	pthread_mutex_lock(&packs->lock);
	open_packs(packs);
	reader = idle_take(packs);
	pthread_mutex_unlock(&packs->lock);
	if (reader)
		return reader;
	reader = calloc(1, sizeof *reader);
	if (!reader)
		return NULL;
	reader->inflater = libdeflate_alloc_decompressor();
	if (!reader->inflater) {
		free(reader);
		return NULL;
	}
	return reader;
}

static void buffer_trim(struct buffer *buffer)
{
	if (buffer->capacity <= 2 * KEPT_BASE)
		return;
	free(buffer->bytes);
	*buffer = (struct buffer){ 0 };
}

/* Pages of a file count as memory of ours while they are mapped; most are looked at once. */
static void let_go(struct packs *packs, size_t read)
{
	packs->read += read;
	if (packs->read < MAPPED_FOR)
		return;
	packs->read = 0;
	for (uint32_t i = 0; i < packs->list.n; i++)
		madvise((void *)packs->list.items[i].objects.bytes,
			packs->list.items[i].objects.size, MADV_DONTNEED);
}

static void reader_give_back(struct packs *packs, struct reader *reader, size_t read)
{
	buffer_trim(&reader->spare[0]);
	buffer_trim(&reader->spare[1]);
	buffer_trim(&reader->delta);
	reader->thread = pthread_self();
	pthread_mutex_lock(&packs->lock);
	reader->next = packs->idle;
	packs->idle = reader;
	let_go(packs, read);
	pthread_mutex_unlock(&packs->lock);
}

uint64_t packs_position(struct packs *packs, const uint8_t *id)
{
	enum { OFFSET_BITS = 48 };
	uint64_t offset, position = 0;

	pthread_mutex_lock(&packs->lock);
	open_packs(packs);
	for (uint32_t i = 0; i < packs->list.n && !position; i++)
		if (find_id(&packs->list.items[i], id, &offset))
			position = (uint64_t)(i + 1) << OFFSET_BITS | offset;
	pthread_mutex_unlock(&packs->lock);
	return position;
}

enum packs_answer packs_read(struct packs *packs, const uint8_t *id, git_object_t type,
	uint64_t limit, struct arena *arena, struct str *bytes)
{
	struct reader *reader = reader_take(packs);
	struct arena_mark mark = arena_mark(arena);
	enum packs_answer answer = PACKS_ELSEWHERE;
	uint64_t offset;

	if (!reader)
		return PACKS_ELSEWHERE;
	for (uint32_t i = 0; i < packs->list.n && answer == PACKS_ELSEWHERE; i++) {
		const struct pack *pack = &packs->list.items[i];

		if (!find_id(pack, id, &offset))
			continue;
		if (offset >= pack->objects.size)
			answer = PACKS_DAMAGED;
		else if (object_make(reader, pack, offset, type, limit, arena, bytes))
			answer = PACKS_READ;
	}
	if (answer != PACKS_READ)
		arena_rewind(arena, mark);
	reader_give_back(packs, reader, answer == PACKS_READ ? bytes->n : 0);
	return answer;
}

/* The type of the object at `offset`: that of the object that its deltas begin from. */
static bool type_at(const struct pack *pack, uint64_t offset, git_object_t *type)
{
	struct entry entry;

	for (size_t depth = 0; depth <= MAX_CHAIN; depth++) {
		if (!entry_at(pack, offset, &entry))
			return false;
		*type = (git_object_t)entry.type;
		if (entry.type != ENTRY_OFS_DELTA && entry.type != ENTRY_REF_DELTA)
			return entry.type >= GIT_OBJECT_COMMIT && entry.type <= GIT_OBJECT_TAG;
		offset = entry.base;
	}
	return false;
}

enum packs_answer packs_type(struct packs *packs, const uint8_t *id, git_object_t *type)
{
	enum packs_answer answer = PACKS_ELSEWHERE;
	uint64_t offset;

	pthread_mutex_lock(&packs->lock);
	open_packs(packs);
	for (uint32_t i = 0; i < packs->list.n && answer == PACKS_ELSEWHERE; i++) {
		const struct pack *pack = &packs->list.items[i];

		if (!find_id(pack, id, &offset))
			continue;
		if (offset >= pack->objects.size)
			answer = PACKS_DAMAGED;
		else if (type_at(pack, offset, type))
			answer = PACKS_READ;
	}
	pthread_mutex_unlock(&packs->lock);
	return answer;
}
