/*
 * Loose objects, read with zlib and bounded by what their header declares.
 *
 * libgit2 1.5 reads a cut loose object for ever (#7342), writes one that holds more than it
 * declares out of bounds (#7177), and gives zeros for what one lacks. So its own backend for
 * them is not used; this one takes its place, for libgit2's look-ups of names and commits too.
 */
#include "source/git.h"
#include "base/open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2/sys/odb_backend.h>
#if __has_include(<git2/sys/errors.h>)
#include <git2/sys/errors.h> /* where libgit2 1.8 put git_error_set_str */
#endif
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { MAX_HEADER = 32 }; /* `commit 18446744073709551615` and its NUL */
static const uint64_t MAX_LOOSE_BYTES = UINT64_C(1) << 30;

struct loose {
	git_odb_backend parent;
	int top; /* the folder `objects` */
};

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

static int loose_fail(const git_oid *id, const char *what)
{
	char text[GIT_OID_HEXSZ + 1], message[128];

	git_oid_tostr(text, sizeof text, id);
	snprintf(message, sizeof message, "loose object %s is damaged: %s", text, what);
	git_error_set_str(GIT_ERROR_ODB, message);
	return GIT_ERROR;
}

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

/* Inflates the begin of the object and reads `type length NUL`. */
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

/* 0, GIT_ENOTFOUND or GIT_ERROR. */
static int loose_open(struct loose *loose, const git_oid *id, struct loose_file *file)
{
	char path[GIT_OID_HEXSZ + 2];
	struct stat st;
	int fd;

	git_oid_pathfmt(path, id);
	path[GIT_OID_HEXSZ + 1] = '\0';
	fd = openat_again(loose->top, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? GIT_ENOTFOUND
							   : loose_fail(id, strerror(errno));
	*file = (struct loose_file){ .map = MAP_FAILED };
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
		(uint64_t)st.st_size < MAX_LOOSE_BYTES) {
		file->size = (size_t)st.st_size;
		file->map = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	close(fd);
	if (file->map == MAP_FAILED)
		return loose_fail(id, "its file cannot be read");
	file->stream.next_in = file->map;
	file->stream.avail_in = (uInt)file->size;
	if (inflateInit(&file->stream) != Z_OK) {
		munmap(file->map, file->size);
		git_error_set_oom();
		return GIT_ERROR;
	}
	if (loose_header(file))
		return 0;
	loose_close(file);
	return loose_fail(id, "it has no header");
}

/* Fills exactly the declared length; the stream has to end there. */
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

static int loose_read(void **data, size_t *length, git_object_t *type, git_odb_backend *backend,
	const git_oid *id)
{
	struct loose *loose = (struct loose *)backend;
	struct loose_file file;
	git_oid real;
	int error = loose_open(loose, id, &file);

	if (error)
		return error;
	*data = NULL;
	if (file.length > MAX_LOOSE_BYTES) {
		error = loose_fail(id, "it declares more than 1 GiB");
		goto done;
	}
	/* One byte more, ended by a NUL, as libgit2's own backends give it. */
	*data = git_odb_backend_data_alloc(backend, (size_t)file.length + 1);
	if (!*data) {
		error = GIT_ERROR;
		goto done;
	}
	((char *)*data)[file.length] = '\0';
	*length = (size_t)file.length;
	*type = file.type;
	if (!loose_inflate(&file, *data))
		error = loose_fail(id, "it is cut short or holds more than it declares");
	else if (git_odb_hash(&real, *data, *length, *type) < 0 || !git_oid_equal(&real, id))
		error = loose_fail(id, "its contents have another hash");
	if (error) {
		git_odb_backend_data_free(backend, *data);
		*data = NULL;
	}
done:
	loose_close(&file);
	return error;
}

static int loose_read_header(
	size_t *length, git_object_t *type, git_odb_backend *backend, const git_oid *id)
{
	struct loose_file file;
	int error = loose_open((struct loose *)backend, id, &file);

	if (error)
		return error;
	*length = (size_t)file.length;
	*type = file.type;
	loose_close(&file);
	return 0;
}

static int loose_exists(git_odb_backend *backend, const git_oid *id)
{
	char path[GIT_OID_HEXSZ + 2];

	git_oid_pathfmt(path, id);
	path[GIT_OID_HEXSZ + 1] = '\0';
	return faccessat(((struct loose *)backend)->top, path, F_OK, 0) == 0;
}

/* What a folder that cannot be opened or read comes to; one that is not there holds nothing. */
static int folder_fail(const char *folder, int error)
{
	char message[64];

	if (error == ENOENT || error == ENOTDIR)
		return GIT_ENOTFOUND;
	snprintf(message, sizeof message, "the folder objects/%.2s cannot be read", folder);
	git_error_set_str(GIT_ERROR_ODB, message);
	return GIT_ERROR;
}

/* The one object whose id begins with `n` digits of `begin`. */
static int loose_exists_prefix(
	git_oid *found, git_odb_backend *backend, const git_oid *begin, size_t n)
{
	struct loose *loose = (struct loose *)backend;
	char digits[GIT_OID_HEXSZ + 1], folder[3], name[GIT_OID_HEXSZ + 1];
	const struct dirent *item;
	int fd, error, count = 0;
	DIR *stream;

	git_oid_tostr(digits, sizeof digits, begin);
	if (n < 2)
		return GIT_EAMBIGUOUS;
	memcpy(folder, digits, 2);
	folder[2] = '\0';
	fd = openat_again(loose->top, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stream = fd < 0 ? NULL : fdopendir(fd);
	if (!stream) {
		error = errno;
		if (fd >= 0)
			close(fd);
		return folder_fail(folder, error);
	}
	while ((errno = 0, item = readdir(stream))) {
		if (strlen(item->d_name) != GIT_OID_HEXSZ - 2 ||
			strncmp(item->d_name, digits + 2, n - 2) != 0)
			continue;
		snprintf(name, sizeof name, "%s%.38s", folder, item->d_name);
		if (git_oid_fromstr(found, name) == 0)
			count++;
	}
	error = errno;
	closedir(stream);
	if (error)
		return folder_fail(folder, error);
	return count == 0 ? GIT_ENOTFOUND : count == 1 ? 0 : GIT_EAMBIGUOUS;
}

/* Every object of one of the 256 folders. */
static int loose_each_in(
	struct loose *loose, const char *folder, git_odb_foreach_cb take, void *context)
{
	int fd = openat_again(loose->top, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *item;

	if (!stream) {
		error = folder_fail(folder, errno);
		if (fd >= 0)
			close(fd);
		return error == GIT_ENOTFOUND ? 0 : error;
	}
	while (!error && (errno = 0, item = readdir(stream))) {
		char name[GIT_OID_HEXSZ + 1];
		git_oid id;

		if (strlen(item->d_name) != GIT_OID_HEXSZ - 2)
			continue;
		snprintf(name, sizeof name, "%s%.38s", folder, item->d_name);
		if (git_oid_fromstr(&id, name) == 0)
			error = take(&id, context);
	}
	if (!error && errno)
		error = folder_fail(folder, errno);
	closedir(stream);
	return error;
}

static int loose_foreach(git_odb_backend *backend, git_odb_foreach_cb take, void *context)
{
	int error = 0;

	for (unsigned i = 0; i < 256 && !error; i++) {
		char folder[3];

		snprintf(folder, sizeof folder, "%02x", i);
		error = loose_each_in((struct loose *)backend, folder, take, context);
	}
	return error;
}

static int loose_read_prefix(git_oid *found, void **data, size_t *length, git_object_t *type,
	git_odb_backend *backend, const git_oid *begin, size_t n)
{
	int error = loose_exists_prefix(found, backend, begin, n);

	return error ? error : loose_read(data, length, type, backend, found);
}

static void loose_free(git_odb_backend *backend)
{
	close(((struct loose *)backend)->top);
	free(backend);
}

git_odb_backend *loose_backend(const char *objects)
{
	struct loose *loose = calloc(1, sizeof *loose);

	if (!loose)
		return NULL;
	git_odb_init_backend(&loose->parent, GIT_ODB_BACKEND_VERSION);
	loose->top = open_again(objects, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (loose->top < 0) {
		free(loose);
		return NULL;
	}
	loose->parent.read = loose_read;
	loose->parent.read_prefix = loose_read_prefix;
	loose->parent.read_header = loose_read_header;
	loose->parent.exists = loose_exists;
	loose->parent.exists_prefix = loose_exists_prefix;
	loose->parent.foreach = loose_foreach;
	loose->parent.free = loose_free;
	return &loose->parent;
}

bool backend_is_loose(const git_odb_backend *backend)
{
	return backend->read == loose_read;
}

enum packs_answer loose_object(
	git_odb_backend *backend, struct object_wish *wish, struct arena *arena, struct str *bytes)
{
	struct arena_mark mark = arena_mark(arena);
	enum packs_answer answer = PACKS_READ;
	git_object_t wanted = wish->type;
	struct loose_file file;
	git_oid oid;
	int error;

	memcpy(oid.id, wish->id, sizeof oid.id);
	error = loose_open((struct loose *)backend, &oid, &file);
	if (error)
		return error == GIT_ENOTFOUND ? PACKS_ABSENT : PACKS_DAMAGED;
	wish->type = file.type;
	if (wanted != GIT_OBJECT_ANY && file.type != wanted) {
		answer = PACKS_OTHER_TYPE;
	} else if (file.length > wish->limit) {
		answer = PACKS_TOO_LARGE;
	} else {
		*bytes = (struct str){ arena_bytes(arena, file.length), file.length };
		if (!loose_inflate(&file, (unsigned char *)bytes->p)) {
			loose_fail(&oid, "it is cut short or holds more than it declares");
			answer = PACKS_DAMAGED;
		} else if (!object_has_id(file.type, *bytes, wish->id)) {
			loose_fail(&oid, "its contents have another hash");
			answer = PACKS_DAMAGED;
		}
	}
	loose_close(&file);
	if (answer != PACKS_READ)
		arena_rewind(arena, mark);
	return answer;
}
