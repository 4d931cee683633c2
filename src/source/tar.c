/*
 * tar as POSIX, GNU and git write it, with long names in pax records or in GNU's entries.
 */
#include "source/archive.h"

#include "source/unpack.h"

enum {
	BLOCK = 512,
	NAME_BYTES = 100,
	MODE_AT = 100,
	SIZE_AT = 124,
	SUM_AT = 148,
	TYPE_AT = 156,
	LINK_AT = 157,
	MAGIC_AT = 257,
	PREFIX_AT = 345,
	PREFIX_BYTES = 155,
	MAX_RECORD = 1 << 20, /* bytes of a long name or of pax records */
};
/* Zeros are compressed to a thousandth. */
static const uint64_t MAX_STREAM = UINT64_C(4) << 30;

struct tar {
	struct archive *archive;
	struct unpacker *unpacker;
	uint64_t done;      /* bytes of the stream */
	struct str path;    /* of the next entry, by a record before it; absent: its header's */
	struct str target;  /* likewise */
	uint64_t size;      /* likewise, if has_size */
	bool has_size;
};

static bool fail(struct tar *tar, const char *what)
{
	const char *failed = unpacker_failed(tar->unpacker);

	return archive_fail(tar->archive, S(""), failed ? failed : what);
}

static bool read_exactly(struct tar *tar, char *p, size_t n)
{
	tar->done += n;
	if (tar->done > MAX_STREAM)
		return fail(tar, "it is larger than 4 GiB once unpacked");
	return unpacker_read(tar->unpacker, p, n) == n || fail(tar, "the archive is cut short");
}

static bool skip_exactly(struct tar *tar, uint64_t n)
{
	if (n > MAX_STREAM || tar->done + n > MAX_STREAM)
		return fail(tar, "it is larger than 4 GiB once unpacked");
	tar->done += n;
	return unpacker_skip(tar->unpacker, n) == n || fail(tar, "the archive is cut short");
}

static uint64_t padding(uint64_t size)
{
	return (BLOCK - size % BLOCK) % BLOCK;
}

/* A field of octal digits, or since GNU a binary number. */
static bool number_of(const char *p, size_t n, uint64_t *value)
{
	size_t i = 0;

	*value = 0;
	if ((unsigned char)p[0] & 0x80) {
		for (i = 0; i < n; i++) {
			if (*value >> 55)
				return false;
			*value = *value << 8 | ((unsigned char)p[i] & (i ? 0xFF : 0x7F));
		}
		return true;
	}
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		*value = *value << 3 | (uint64_t)(p[i] - '0');
	return i == n || p[i] == '\0' || p[i] == ' ';
}

static struct str text_of(const char *p, size_t n)
{
	const char *end = memchr(p, '\0', n);

	return (struct str){ p, end ? (size_t)(end - p) : n };
}

static bool sum_fits(const char header[BLOCK])
{
	uint64_t sum = 0, given;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= SUM_AT && i < SUM_AT + 8 ? ' ' : (unsigned char)header[i];
	return number_of(header + SUM_AT, 8, &given) && given == sum;
}

/* `LENGTH KEY=VALUE\n`, one after the other. */
static bool take_pax(struct tar *tar, struct str records)
{
	while (records.n) {
		struct str record, key;
		size_t length = 0, i = 0;

		for (; i < records.n && records.p[i] >= '0' && records.p[i] <= '9'; i++)
			length = length > MAX_RECORD ? length
						     : length * 10 + (size_t)(records.p[i] - '0');
		if (i == records.n || records.p[i] != ' ' || length <= i + 1 || length > records.n)
			return fail(tar, "it is not a tar archive, or is damaged");
		record = (struct str){ records.p + i + 1, length - i - 2 };
		records = str_from(records, length);
		key = str_head(record, str_find(record, '='));
		record = str_from(record, key.n + 1);
		if (str_eq(key, S("path")))
			tar->path = record;
		else if (str_eq(key, S("linkpath")))
			tar->target = record;
		else if (str_eq(key, S("size"))) {
			tar->size = 0;
			tar->has_size = true;
			for (size_t k = 0; k < record.n; k++)
				if (tar->size <= MAX_STREAM)
					tar->size = tar->size * 10 + (uint64_t)(record.p[k] - '0');
		}
	}
	return true;
}

/* An entry that describes the next one. */
static bool take_record(struct tar *tar, char type, uint64_t size)
{
	char *p;

	if (size > MAX_RECORD)
		return fail(tar, "it is not a tar archive, or is damaged");
	p = arena_bytes(tar->archive->arena, (size_t)size + 1);
	if (!read_exactly(tar, p, (size_t)size) || !skip_exactly(tar, padding(size)))
		return false;
	if (type == 'x')
		return take_pax(tar, (struct str){ p, (size_t)size });
	if (type == 'L')
		tar->path = text_of(p, (size_t)size);
	else if (type == 'K')
		tar->target = text_of(p, (size_t)size);
	return true;
}

static struct str header_path(struct tar *tar, const char header[BLOCK])
{
	struct str name = text_of(header, NAME_BYTES), prefix = S("");

	/* GNU's own format has other fields there. */
	if (memcmp(header + MAGIC_AT, "ustar", 6) == 0)
		prefix = text_of(header + PREFIX_AT, PREFIX_BYTES);
	return path_join(tar->archive->arena, prefix, name);
}

static enum member_kind kind_of(char type, struct str path)
{
	if (type == '2')
		return MEMBER_LINK;
	if (type == '1')
		return MEMBER_HARD_LINK;
	/* Old writers mark a folder only by a slash. */
	return type == '5' || (path.n && path.p[path.n - 1] == '/') ? MEMBER_FOLDER : MEMBER_FILE;
}

static bool is_kept(char type)
{
	return type == '\0' || type == '0' || type == '1' || type == '2' || type == '5' ||
	       type == '7';
}

static bool take_entry(struct tar *tar, const char header[BLOCK], char type, uint64_t size)
{
	struct str path = tar->path.p ? tar->path : header_path(tar, header);
	struct str target = tar->target.p ? tar->target : text_of(header + LINK_AT, NAME_BYTES);
	enum member_kind kind = kind_of(type, path);
	struct member *member;
	char *p;

	if (!is_kept(type)) {
		if (type == 'S' && path_is_contract(path))
			return archive_fail(tar->archive, path, "sparse files are not supported");
		return skip_exactly(tar, size + padding(size));
	}
	if (kind != MEMBER_FILE)
		size = 0;
	if (!archive_take(tar->archive, path, kind, target, &member))
		return false;
	if (!member)
		return skip_exactly(tar, size + padding(size));
	p = archive_room(tar->archive, member, size);
	return p && read_exactly(tar, p, (size_t)size) && skip_exactly(tar, padding(size));
}

static bool is_zero(const char header[BLOCK])
{
	for (size_t i = 0; i < BLOCK; i++)
		if (header[i])
			return false;
	return true;
}

static bool walk(struct tar *tar)
{
	char header[BLOCK];

	for (;;) {
		uint64_t size;
		char type;

		/* A block of zeros ends the archive: without it, it is truncated. */
		if (!read_exactly(tar, header, BLOCK))
			return false;
		if (is_zero(header))
			return true;
		if (!sum_fits(header) || !number_of(header + SIZE_AT, 12, &size))
			return fail(tar, "it is not a tar archive, or is damaged");
		type = header[TYPE_AT];
		if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
			if (!take_record(tar, type, size))
				return false;
			continue;
		}
		if (tar->has_size)
			size = tar->size;
		if (size > MAX_STREAM)
			return fail(tar, "it is not a tar archive, or is damaged");
		if (!take_entry(tar, header, type, size))
			return false;
		tar->path = tar->target = (struct str){ NULL, 0 };
		tar->has_size = false;
	}
}

/* What follows the end is ignored, but the compressed stream must be complete. */
static bool drain(struct tar *tar)
{
	unpacker_skip(tar->unpacker, MAX_STREAM - tar->done);
	return !unpacker_failed(tar->unpacker) || fail(tar, "");
}

bool tar_walk(struct archive *archive, enum packing packing, struct str bytes)
{
	struct tar tar = { .archive = archive };
	bool ok;

	tar.unpacker = unpacker_new(archive->arena, packing, bytes);
	ok = walk(&tar) && drain(&tar);
	unpacker_free(tar.unpacker);
	return ok;
}
