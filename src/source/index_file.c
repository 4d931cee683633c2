/*
 * gitformat-index(5). A damaged index is an error, never one with fewer entries: the checksum at
 * the end is verified (index.skipHash leaves zeros there), every length is checked, and entries
 * must be sorted and of a known kind.
 */
#include "source/index_file.h"
#include "base/open.h"

#include <errno.h>
#include <nettle/sha1.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	OFFSET_MODE = 24,
	OFFSET_ID = 40,
	OFFSET_FLAGS = 60,
	OFFSET_PATH = 62,
	FLAG_EXTENDED = 0x4000,
	FLAG_NAME = 0x0fff,
};
static const uint64_t MAX_INDEX_BYTES = UINT64_C(2) << 30;

/* A file that is being read. */
struct index_reading {
	struct arena *arena;
	struct str bytes; /* without the checksum */
	size_t at;
	unsigned version;
	bool is_hint; /* skip verifying the checksum, which costs a sixth of a check of two revisions */
	VEC(struct index_entry) entries;
	struct str split; /* the payload of the `link` extension; absent: none */
	struct str trees; /* of the `TREE` extension, likewise */
};

static uint32_t number32(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint64_t number64(const void *p)
{
	return (uint64_t)number32(p) << 32 | number32((const uint8_t *)p + 4);
}

uint32_t index_mode(const struct index_entry *entry)
{
	return number32(entry->raw + OFFSET_MODE);
}

const uint8_t *index_id(const struct index_entry *entry)
{
	return entry->raw + OFFSET_ID;
}

struct index_stat index_stat(const struct index_entry *entry)
{
	const uint8_t *raw = entry->raw;

	return (struct index_stat){
		.ctime = number32(raw),
		.ctime_ns = number32(raw + 4),
		.mtime = number32(raw + 8),
		.mtime_ns = number32(raw + 12),
		.inode = number32(raw + 20),
		.size = number32(raw + 36),
	};
}

struct index_entry index_skipped_entry(
	struct arena *arena, struct str path, uint32_t mode, const uint8_t *id)
{
	uint8_t *raw = NEW_ARRAY(arena, OFFSET_PATH, uint8_t);

	for (unsigned i = 0; i < 4; i++)
		raw[OFFSET_MODE + i] = (uint8_t)(mode >> (24 - 8 * i));
	memcpy(raw + OFFSET_ID, id, GIT_OID_RAWSZ);
	return (struct index_entry){ .path = path, .raw = raw, .more_flags = FLAG_SKIPPED };
}

/* Version 4: how much of the path before stays, in git's own kind of varint, then the rest. */
static bool read_path_v4(struct index_reading *r, struct str before, struct str *path)
{
	size_t drop = 0, rest, n;
	char *p;

	for (;;) {
		uint8_t byte;

		if (r->at == r->bytes.n || drop > MAX_PATH_BYTES)
			return false;
		byte = (uint8_t)r->bytes.p[r->at++];
		drop = drop << 7 | (byte & 0x7f);
		if (byte < 0x80)
			break;
		drop++;
	}
	rest = str_find(str_from(r->bytes, r->at), '\0');
	if (drop > before.n || rest == r->bytes.n - r->at)
		return false;
	n = before.n - drop;
	p = arena_bytes(r->arena, n + rest);
	str_put(p, str_head(before, n));
	memcpy(p + n, r->bytes.p + r->at, rest);
	*path = (struct str){ p, n + rest };
	r->at += rest + 1;
	return true;
}

/* Versions 2 and 3: the path, then NULs up to a multiple of eight. */
static bool read_path(struct index_reading *r, size_t begin, unsigned named, struct str *path)
{
	struct str rest = str_from(r->bytes, r->at);

	*path = str_head(rest, named < FLAG_NAME ? named : str_find(rest, '\0'));
	if (path->n >= rest.n || rest.p[path->n] != '\0')
		return false;
	r->at = begin + ((r->at - begin + path->n + 8) & ~(size_t)7);
	return r->at <= r->bytes.n;
}

/* Is it a mode that git writes? A file with another mode would be skipped as if deleted. */
static bool mode_is_known(uint32_t mode)
{
	switch (mode & ~(uint32_t)07777) {
	case MODE_FILE:
	case MODE_LINK:
	case MODE_SUBMODULE:
	case MODE_FOLDER: /* of a sparse index */
		return true;
	default:
		return false;
	}
}

static bool read_entry(struct index_reading *r, struct index_entry *entry, struct str before)
{
	const uint8_t *raw = (const uint8_t *)r->bytes.p + r->at;
	size_t begin = r->at;

	if (r->bytes.n - r->at < OFFSET_PATH + 2)
		return false;
	entry->raw = raw;
	if (!mode_is_known(index_mode(entry)))
		return false;
	entry->flags = (uint16_t)(raw[OFFSET_FLAGS] << 8 | raw[OFFSET_FLAGS + 1]);
	r->at += OFFSET_PATH;
	if (entry->flags & FLAG_EXTENDED && r->version >= 3) {
		entry->more_flags = (uint16_t)(raw[OFFSET_PATH] << 8 | raw[OFFSET_PATH + 1]);
		r->at += 2;
	}
	return r->version == 4 ? read_path_v4(r, before, &entry->path)
			       : read_path(r, begin, entry->flags & FLAG_NAME, &entry->path);
}

static bool read_extensions(struct index_reading *r)
{
	while (r->bytes.n - r->at >= 8) {
		struct str name = { r->bytes.p + r->at, 4 }, payload;
		uint32_t size = number32(r->bytes.p + r->at + 4);

		if (size > r->bytes.n - r->at - 8)
			return false;
		payload = (struct str){ r->bytes.p + r->at + 8, size };
		r->at += 8 + (size_t)size;
		if (str_eq(name, S("link")))
			r->split = payload;
		else if (str_eq(name, S("TREE")))
			r->trees = payload;
		else if (name.p[0] >= 'a' && name.p[0] <= 'z' && !str_eq(name, S("sdir")))
			return false; /* an extension that readers must understand */
	}
	return r->at == r->bytes.n;
}

static bool checksum_fits(struct str bytes, const char *checksum)
{
	static const char skipped[SHA1_DIGEST_SIZE];
	unsigned char digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx hash;

	if (memcmp(checksum, skipped, sizeof skipped) == 0)
		return true;
	sha1_init(&hash);
	sha1_update(&hash, bytes.n, (const uint8_t *)bytes.p);
	sha1_digest(&hash, sizeof digest, digest);
	return memcmp(checksum, digest, sizeof digest) == 0;
}

/* Git's order: by path, then by stage; an entry of stage 0 is the only one of its path. */
static bool is_after(const struct index_entry *entry, const struct index_entry *before)
{
	int order = str_cmp(before->path, entry->path);

	return order < 0 ||
	       (order == 0 && index_stage(before) && index_stage(before) < index_stage(entry));
}

static bool read_all(struct index_reading *r)
{
	struct str before = S("");
	uint32_t n;

	if (r->bytes.n < 12 + GIT_OID_RAWSZ || !str_starts(r->bytes, S("DIRC")))
		return false;
	r->bytes.n -= GIT_OID_RAWSZ;
	if (!r->is_hint && !checksum_fits(r->bytes, r->bytes.p + r->bytes.n))
		return false;
	r->version = number32(r->bytes.p + 4);
	n = number32(r->bytes.p + 8);
	r->at = 12;
	if (r->version < 2 || r->version > 4 || n > r->bytes.n / OFFSET_PATH)
		return false;
	r->entries.items = NEW_ARRAY(r->arena, n, struct index_entry);
	r->entries.cap = n;
	for (; r->entries.n < n; r->entries.n++) {
		if (!read_entry(r, &r->entries.items[r->entries.n], before))
			return false;
		before = r->entries.items[r->entries.n].path;
	}
	return read_extensions(r);
}

/*
 * An EWAH bitmap: its size in bits, its words, the position of the last marker. A marker has a bit,
 * a number of words (32 bits) that are filled with that bit, and a number of literal words (31
 * bits) that follow.
 */
static bool read_bitmap(struct index_reading *r, struct str *rest, uint32_t n_bits, uint8_t **bits)
{
	uint32_t size, words;
	uint64_t at = 0;
	const char *p;

	*bits = NEW_ARRAY(r->arena, n_bits, uint8_t);
	if (rest->n < 12)
		return false;
	size = number32(rest->p);
	words = number32(rest->p + 4);
	if (words > (rest->n - 12) / 8)
		return false;
	p = rest->p + 8;
	for (uint32_t i = 0; i < words;) {
		uint64_t marker = number64(p + 8 * (size_t)i++);
		uint64_t same = marker >> 1 & 0xffffffff, written = marker >> 33;

		if (written > words - i || same > (uint64_t)n_bits / 64 + 1 ||
			at > (uint64_t)n_bits + 64)
			return false;
		for (uint64_t k = 0; k < same * 64; k++, at++)
			if (marker & 1 && at < n_bits && at < size)
				(*bits)[at] = 1;
		for (uint64_t k = 0; k < written; k++) {
			uint64_t word = number64(p + 8 * (size_t)i++);

			for (unsigned bit = 0; bit < 64; bit++, at++)
				if (word >> bit & 1 && at < n_bits)
					(*bits)[at] = 1;
		}
	}
	*rest = str_from(*rest, 12 + 8 * (size_t)words);
	return true;
}

static int index_order(const void *left, const void *right)
{
	const struct index_entry *a = left, *b = right;
	int order = str_cmp(a->path, b->path);

	return order ? order : (int)index_stage(a) - (int)index_stage(b);
}

void index_sort(struct index_entry *entries, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		if (index_order(&entries[i - 1], &entries[i]) > 0) {
			qsort(entries, n, sizeof *entries, index_order);
			return;
		}
	}
}

static bool is_in_order(const struct index_entry *entries, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (!is_after(&entries[i], &entries[i - 1]))
			return false;
	return true;
}

/* A split index: the shared file's entries, less those deleted, some replaced, and new ones. */
static bool merge_split(struct index_reading *r, struct index_reading *shared)
{
	struct str rest = str_from(r->split, GIT_OID_RAWSZ);
	struct index_entry *merged;
	uint8_t *deleted, *replaced;
	uint32_t n = 0, taken = 0;

	if (!read_bitmap(r, &rest, shared->entries.n, &deleted) ||
		!read_bitmap(r, &rest, shared->entries.n, &replaced))
		return false;
	merged = NEW_ARRAY(r->arena, (size_t)shared->entries.n + r->entries.n, struct index_entry);
	for (uint32_t i = 0; i < shared->entries.n; i++) {
		struct index_entry entry = shared->entries.items[i];

		if (replaced[i]) { /* in order, without their names */
			struct str path = entry.path;

			if (taken == r->entries.n || r->entries.items[taken].path.n)
				return false;
			entry = r->entries.items[taken++];
			entry.path = path;
		}
		if (!deleted[i])
			merged[n++] = entry;
	}
	while (taken < r->entries.n)
		merged[n++] = r->entries.items[taken++];
	index_sort(merged, n);
	r->entries.items = merged;
	r->entries.n = n;
	return true;
}

/* 0, or errno. */
static int load(struct arena *arena, struct str path, struct str *bytes, struct index_file *index)
{
	int fd = file_open(str_cstr(arena, path)), error = 0;
	struct stat st;

	if (fd < 0)
		return errno;
	if (fstat(fd, &st) < 0 || !file_bytes(fd, MAX_INDEX_BYTES, arena, bytes))
		error = errno;
	close(fd);
	if (!error && index) {
		index->mtime = st.st_mtim.tv_sec;
		index->mtime_ns = st.st_mtim.tv_nsec;
	}
	return error;
}

static bool read_shared(struct repository *repository, struct index_reading *r, struct str near,
	struct diags *diags)
{
	struct index_reading shared = { .arena = r->arena };
	struct str name, path;
	int error;

	if (r->split.n < GIT_OID_RAWSZ)
		return false;
	if (r->split.n == GIT_OID_RAWSZ) /* without bitmaps it uses nothing of the shared file */
		return true;
	name = str_printf(
		r->arena, "sharedindex." STR, ARG(id_text(r->arena, (const uint8_t *)r->split.p)));
	path = path_join(r->arena, repository->git_dir, name);
	error = load(r->arena, path, &shared.bytes, NULL);
	if (error == ENOENT) {
		size_t slash = str_rfind(near, '/');

		path = path_join(r->arena, str_head(near, slash < near.n ? slash : 0), name);
		error = load(r->arena, path, &shared.bytes, NULL);
	}
	if (!error && read_all(&shared) && !shared.split.p && merge_split(r, &shared))
		return true;
	diag_error(diags, NOWHERE, "cannot read the split index: '" STR "' is %s", ARG(name),
		error ? read_reason(error) : "damaged");
	diag_help(diags, "git update-index --no-split-index");
	return true;
}

/* A sparse index writes the folders it keeps whole with a `/` at the end. */
static void trim_folders(struct index_reading *r)
{
	for (uint32_t i = 0; i < r->entries.n; i++) {
		struct str *path = &r->entries.items[i].path;

		if (path->n && path->p[path->n - 1] == '/')
			path->n--;
	}
}

/* As path_is_clean, after a clean path, which is mostly in the same folder. */
static bool is_clean_after(struct str path, struct str before)
{
	size_t folder = str_rfind(before, '/') + 1;

	if (folder < before.n && path.n > folder && memcmp(path.p, before.p, folder) == 0)
		return path.n <= MAX_PATH_BYTES && path_is_clean(str_from(path, folder));
	return path_is_clean(path);
}

static bool read_index(struct repository *repository, bool is_hint, struct arena *arena,
	struct index_file *index, struct diags *diags)
{
	struct index_reading r = { .arena = arena, .is_hint = is_hint };
	struct str path = repository->index_path, shown = path_printable(diags->arena, path);
	uint32_t errors = diags->n_errors;
	int error = load(arena, path, &r.bytes, index);

	index->entries = NULL;
	index->n = 0;
	index->trees = S("");
	if (error == ENOENT && !repository->options.git_index_file.n)
		return true;
	if (error) {
		diag_error(diags, NOWHERE, "cannot read the index '" STR "': %s", ARG(shown),
			error == EFBIG ? "it is larger than 2 GiB" : read_reason(error));
		if (repository->options.git_index_file.n)
			diag_help(diags, "GIT_INDEX_FILE names it");
		return false;
	}
	if (!read_all(&r) || (r.split.p && !read_shared(repository, &r, path, diags)) ||
		(diags->n_errors == errors && !is_in_order(r.entries.items, r.entries.n))) {
		diag_error(diags, NOWHERE, "the index '" STR "' is damaged or of an unknown form",
			ARG(shown));
		diag_help(diags, "git read-tree HEAD makes a new one");
		return false;
	}
	if (diags->n_errors > errors)
		return false;
	trim_folders(&r);
	for (uint32_t i = 0; i < r.entries.n; i++) {
		if (!is_clean_after(r.entries.items[i].path,
			    i ? r.entries.items[i - 1].path : (struct str){ NULL, 0 })) {
			diag_error(diags, NOWHERE, "the index '" STR "' has a file named '" STR "'",
				ARG(shown),
				ARG(path_printable(diags->arena, r.entries.items[i].path)));
			return false;
		}
	}
	index_sort(r.entries.items, r.entries.n);
	index->entries = r.entries.items;
	index->n = r.entries.n;
	if (!r.split.p)
		index->trees = r.trees;
	return true;
}

bool index_read(struct repository *repository, struct arena *arena, struct index_file *index,
	struct diags *diags)
{
	return read_index(repository, false, arena, index, diags);
}

bool index_read_unverified(struct repository *repository, struct arena *arena,
	struct index_file *index, struct diags *diags)
{
	return read_index(repository, true, arena, index, diags);
}

/* The first entry that does not sort before the path. */
static uint32_t index_from(const struct index_file *index, struct str path)
{
	uint32_t low = 0, high = index->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (str_cmp(index->entries[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct index_entry *index_find(const struct index_file *index, struct str path)
{
	uint32_t at = index_from(index, path);

	return at < index->n && str_eq(index->entries[at].path, path) ? &index->entries[at] : NULL;
}

const struct index_entry *index_find_below(const struct index_file *index, struct str folder)
{
	char text[MAX_PATH_BYTES + 1];
	struct str below = { text, folder.n + 1 };
	uint32_t at;

	if (folder.n >= MAX_PATH_BYTES)
		return NULL;
	*str_put(text, folder) = '/';
	at = index_from(index, below);
	return at < index->n && str_starts(index->entries[at].path, below) ? &index->entries[at]
									   : NULL;
}
