#include "source/work.h"
#include "base/open.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool is_as_recorded(
	const struct index_file *index, const struct index_entry *entry, const struct stat *st)
{
	struct index_stat was = index_stat(entry);
	bool older = st->st_mtim.tv_sec < index->mtime ||
		     (st->st_mtim.tv_sec == index->mtime && st->st_mtim.tv_nsec < index->mtime_ns);

	return older && (index_mode(entry) & MODE_TYPE) == MODE_FILE && index_stage(entry) == 0 &&
	       !index_is_intent(entry) && was.mtime == (uint32_t)st->st_mtim.tv_sec &&
	       was.mtime_ns == (uint32_t)st->st_mtim.tv_nsec &&
	       was.ctime == (uint32_t)st->st_ctim.tv_sec &&
	       was.ctime_ns == (uint32_t)st->st_ctim.tv_nsec && was.inode == (uint32_t)st->st_ino &&
	       was.size == (uint32_t)st->st_size;
}

/* Is the open file as the index recorded it? */
static bool fd_is_recorded(const struct work *work, struct str path, int fd)
{
	const struct index_entry *entry = index_find(&work->index, path);
	struct stat st;

	return entry && fstat(fd, &st) == 0 && is_as_recorded(&work->index, entry, &st);
}

/* Reads a file on disk as git would store it; for its id, as its blob would be. */
static bool read_disk(struct source *source, const struct source_entry *entry, bool for_id,
	struct arena *arena, struct str *bytes, struct diags *diags)
{
	const struct work *work = source->impl;
	const struct work_file *file = (const struct work_file *)(uintptr_t)entry->private;
	uint64_t limit = work->repository->options.max_file_bytes;
	struct filter_request request = {
		.source = source,
		.path = file->path,
		.shown = entry->path,
		.for_id = for_id,
		.arena = arena,
	};
	bool ok = false;
	int fd, error;

	fd = beneath_open_file(work->repository->work_top, file->path);
	if (fd >= 0)
		ok = file_bytes(fd, limit, arena, bytes);
	error = errno;
	if (ok)
		request.is_recorded = fd_is_recorded(work, file->path, fd);
	if (fd >= 0)
		close(fd);
	if (ok)
		return filters_apply(work->filters, &request, bytes, diags);
	if (error == EFBIG) {
		diag_too_large(source, entry->path, limit, diags);
		return false;
	}
	diag_unreadable(source, entry->path, error, diags);
	return false;
}

bool work_read(struct source *source, const struct source_entry *entry, struct arena *arena,
	struct str *bytes, struct diags *diags)
{
	const struct work *work = source->impl;
	const struct work_file *file = (const struct work_file *)(uintptr_t)entry->private;

	if (!file->from_index)
		return read_disk(source, entry, false, arena, bytes, diags);
	return object_read(work->repository, entry->id.bytes, GIT_OBJECT_BLOB,
		work->repository->options.max_file_bytes, source, entry->path, arena, bytes, diags);
}

bool work_identify(struct source *source, struct source_entry *entry, struct diags *diags)
{
	struct arena *scratch = arena_like(source->arena);
	struct str bytes;

	entry->has_id = read_disk(source, entry, true, scratch, &bytes, diags);
	if (entry->has_id)
		entry->id = content_hash(source, bytes);
	arena_free(scratch);
	return entry->has_id;
}

uint64_t work_position(struct source *source, const struct source_entry *entry)
{
	const struct work *work = source->impl;
	const struct work_file *file = (const struct work_file *)(uintptr_t)entry->private;

	return file->from_index ? packs_position(work->repository->packs, entry->id.bytes) : 0;
}
