/*
 * Loose objects, read with zlib and bounded by what their header declares.
 *
 * libgit2 1.5 reads a cut loose object for ever (#7342), writes one that holds more than it
 * declares out of bounds (#7177), and fills up a short one with zeros. So it does not read them.
 */
#include "source/objects.h"
#include "base/open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { MAX_HEADER = 32 }; /* `commit 18446744073709551615` and its NUL */
static const uint64_t MAX_LOOSE_BYTES = UINT64_C(1) << 30;

/* An object's file while it is read. */
struct loose_file {
	void *map;
	size_t size;
	z_stream stream;
	unsigned char head[MAX_HEADER];
	size_t n_head;     /* bytes of the header with its NUL */
	size_t n_inflated; /* bytes in `head` */
	git_object_t type;
	uint64_t length;
	bool ended;
};

static git_object_t type_of(struct str name)
{
	if (str_eq(name, S("blob")))
		return GIT_OBJECT_BLOB;
	if (str_eq(name, S("tree")))
		return GIT_OBJECT_TREE;
	if (str_eq(name, S("commit")))
		return GIT_OBJECT_COMMIT;
	if (str_eq(name, S("tag")))
		return GIT_OBJECT_TAG;
	return GIT_OBJECT_INVALID;
}

/* Inflates the beginning of the object and parses `type length NUL`. */
static bool loose_header(struct loose_file *file)
{
	const unsigned char *end;
	struct str header, name, digits;
	int status;

	file->stream.next_out = file->head;
	file->stream.avail_out = sizeof file->head;
	status = inflate(&file->stream, Z_SYNC_FLUSH);
	file->n_inflated = sizeof file->head - file->stream.avail_out;
	file->ended = status == Z_STREAM_END;
	if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
		return false;
	end = memchr(file->head, '\0', file->n_inflated);
	if (!end)
		return false;
	header = (struct str){ (const char *)file->head, (size_t)(end - file->head) };
	file->n_head = header.n + 1;
	digits = header;
	if (!str_cut(&digits, ' ', &name) || digits.n == 0 || digits.n > 19)
		return false;
	file->type = type_of(name);
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
		file->length = file->length * 10 + (uint64_t)(digits.p[i] - '0');
	}
	return file->type != GIT_OBJECT_INVALID;
}

static void loose_close(struct loose_file *file)
{
	inflateEnd(&file->stream);
	munmap(file->map, file->size);
}

/* An object's file below `objects`. */
struct loose_path {
	char text[GIT_OID_HEXSZ + 2];
};

static struct loose_path path_of(const uint8_t *id)
{
	struct loose_path path;

	snprintf(path.text, 4, "%02x/", id[0]);
	for (size_t i = 1; i < GIT_OID_RAWSZ; i++)
		snprintf(path.text + 2 * i + 1, 3, "%02x", id[i]);
	return path;
}

static enum packs_answer fail(struct object_wish *wish, const char *why)
{
	wish->why = why;
	return PACKS_DAMAGED;
}

/* PACKS_READ: the file is open, and its header read. */
static enum packs_answer loose_open(int objects, struct object_wish *wish, struct loose_file *file)
{
	struct loose_path path = path_of(wish->id);
	struct stat st;
	int fd = openat_again(objects, path.text, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? PACKS_ABSENT
							   : fail(wish, strerror(errno));
	*file = (struct loose_file){ .map = MAP_FAILED };
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
		(uint64_t)st.st_size < MAX_LOOSE_BYTES) {
		file->size = (size_t)st.st_size;
		file->map = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	close(fd);
	if (file->map == MAP_FAILED)
		return fail(wish, "its file cannot be read");
	file->stream.next_in = file->map;
	file->stream.avail_in = (uInt)file->size;
	if (inflateInit(&file->stream) != Z_OK) {
		munmap(file->map, file->size);
		return PACKS_NO_MEMORY;
	}
	if (loose_header(file))
		return PACKS_READ;
	loose_close(file);
	return fail(wish, "it has no header");
}

/* Reads exactly the declared length, where the stream must end. */
static bool loose_inflate(struct loose_file *file, unsigned char *data)
{
	size_t begun = file->n_inflated - file->n_head;
	unsigned char beyond;
	int status = Z_OK;

	if (begun > file->length)
		return false;
	memcpy(data, file->head + file->n_head, begun);
	if (file->ended)
		return begun == file->length;
	file->stream.next_out = data + begun;
	file->stream.avail_out = (uInt)(file->length - begun);
	while (status == Z_OK && file->stream.avail_out)
		status = inflate(&file->stream, Z_NO_FLUSH);
	if (file->stream.avail_out)
		return false;
	if (status == Z_STREAM_END)
		return true;
	file->stream.next_out = &beyond;
	file->stream.avail_out = 1;
	status = inflate(&file->stream, Z_FINISH);
	return status == Z_STREAM_END && file->stream.avail_out == 1;
}

static enum packs_answer loose_read_in(
	int objects, struct object_wish *wish, struct arena *arena, struct str *bytes)
{
	struct arena_mark mark = arena_mark(arena);
	git_object_t wanted = wish->type;
	struct loose_file file;
	enum packs_answer answer = loose_open(objects, wish, &file);

	if (answer != PACKS_READ)
		return answer;
	wish->type = file.type;
	if (wanted != GIT_OBJECT_ANY && file.type != wanted) {
		answer = PACKS_OTHER_TYPE;
	} else if (file.length > wish->limit) {
		answer = PACKS_TOO_LARGE;
	} else {
		*bytes = (struct str){ arena_bytes(arena, file.length), file.length };
		if (!loose_inflate(&file, (unsigned char *)bytes->p))
			answer = fail(wish, "it is cut short or holds more than it declares");
		else if (!object_has_id(file.type, *bytes, wish->id))
			answer = fail(wish, "its contents have another hash");
	}
	loose_close(&file);
	if (answer != PACKS_READ)
		arena_rewind(arena, mark);
	return answer;
}

enum packs_answer loose_read(const struct repository *repository, struct object_wish *wish,
	struct arena *arena, struct str *bytes)
{
	enum packs_answer answer = PACKS_ABSENT;

	for (uint32_t i = 0; i < repository->objects.n && answer == PACKS_ABSENT; i++)
		answer = loose_read_in(repository->objects.items[i], wish, arena, bytes);
	return answer;
}

bool loose_exists(const struct repository *repository, const uint8_t *id)
{
	struct loose_path path = path_of(id);

	for (uint32_t i = 0; i < repository->objects.n; i++)
		if (faccessat(repository->objects.items[i], path.text, F_OK, 0) == 0)
			return true;
	return false;
}

/* As loose_each, of one folder. */
static enum ids_answer each_in(
	int objects, const uint8_t *begin, size_t n, id_taker take, void *context)
{
	struct loose_path path = path_of(begin);
	enum ids_answer answer = IDS_ALL;
	const struct dirent *item;
	struct content_id id;
	DIR *stream;
	int fd;

	path.text[2] = '\0';
	fd = openat_again(objects, path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stream = fd < 0 ? NULL : fdopendir(fd);
	if (!stream) {
		answer = errno == ENOENT || errno == ENOTDIR ? IDS_ALL : IDS_UNREADABLE;
		if (fd >= 0)
			close(fd);
		return answer;
	}
	while (answer == IDS_ALL && (errno = 0, item = readdir(stream))) {
		char hex[GIT_OID_HEXSZ + 1];

		if (strlen(item->d_name) != GIT_OID_HEXSZ - 2 ||
			strncmp(item->d_name, path.text + 3, n - 2) != 0)
			continue;
		snprintf(hex, sizeof hex, "%.2s%.38s", path.text, item->d_name);
		if (id_parse(str_of(hex), &id) && !take(id.bytes, context))
			answer = IDS_STOPPED;
	}
	if (answer == IDS_ALL && errno)
		answer = IDS_UNREADABLE;
	closedir(stream);
	return answer;
}

enum ids_answer loose_each(const struct repository *repository, const uint8_t *begin, size_t n,
	id_taker take, void *context)
{
	enum ids_answer answer = IDS_ALL;

	for (uint32_t i = 0; i < repository->objects.n && answer == IDS_ALL; i++)
		answer = each_in(repository->objects.items[i], begin, n, take, context);
	return answer;
}
