/*
 * zip, read by its central directory; stored and deflated entries only.
 */
#include "source/archive.h"

#include <sys/stat.h>
#include <zlib.h>

enum {
	END_BYTES = 22,
	ENTRY_BYTES = 46,
	LOCAL_BYTES = 30,
	LONGEST_COMMENT = 65535,
	STORED = 0,
	DEFLATED = 8,
	FLAG_ENCRYPTED = 1,
	MADE_BY_UNIX = 3,
	LONGEST_TARGET = 4096,
};

struct zip_entry {
	struct str path;
	uint32_t packed, size, crc, mode, local;
	unsigned method, flags;
};

static uint32_t little(const char *p, unsigned n)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < n; i++)
		value |= (uint32_t)(unsigned char)p[i] << (8 * i);
	return value;
}

/* The record at the end, before a comment; NULL: there is none. */
static const char *find_end(struct str bytes)
{
	for (size_t n = END_BYTES; n <= bytes.n && n <= END_BYTES + LONGEST_COMMENT; n++) {
		const char *p = bytes.p + bytes.n - n;

		if (memcmp(p, "PK\5\6", 4) == 0 && little(p + 20, 2) == n - END_BYTES)
			return p;
	}
	return NULL;
}

/* The compressed bytes of an entry; absent: the archive is damaged. */
static struct str packed_bytes(struct str bytes, const struct zip_entry *entry)
{
	const char *p = bytes.p + entry->local;
	size_t begin;

	if (entry->local > bytes.n || bytes.n - entry->local < LOCAL_BYTES ||
		memcmp(p, "PK\3\4", 4) != 0)
		return (struct str){ NULL, 0 };
	begin = entry->local + LOCAL_BYTES + little(p + 26, 2) + little(p + 28, 2);
	if (begin > bytes.n || bytes.n - begin < entry->packed)
		return (struct str){ NULL, 0 };
	return (struct str){ bytes.p + begin, entry->packed };
}

static bool inflate_into(char *p, size_t n, struct str packed)
{
	z_stream stream = { .next_in = (Bytef *)packed.p, .avail_in = (uInt)packed.n };
	char spare;
	int result;

	if (inflateInit2(&stream, -15) != Z_OK)
		return false;
	stream.next_out = (Bytef *)(n ? p : &spare);
	stream.avail_out = (uInt)n;
	result = inflate(&stream, Z_FINISH);
	inflateEnd(&stream);
	return result == Z_STREAM_END && stream.avail_out == 0;
}

/* The `entry->size` bytes at `p`. */
static bool read_entry(
	struct archive *archive, struct str bytes, const struct zip_entry *entry, char *p)
{
	struct str packed = packed_bytes(bytes, entry);

	if (entry->flags & FLAG_ENCRYPTED)
		return archive_fail(archive, entry->path, "it is encrypted");
	if (entry->method != STORED && entry->method != DEFLATED)
		return archive_fail(archive, entry->path,
			"its compression method is not supported: write the archive with deflate");
	if (!packed.p || (entry->method == STORED && packed.n != entry->size))
		return archive_fail(archive, entry->path, "it is damaged or cut short");
	if (entry->method == STORED && packed.n)
		memcpy(p, packed.p, packed.n);
	if ((entry->method == DEFLATED && !inflate_into(p, entry->size, packed)) ||
		crc32_z(0, (const Bytef *)p, entry->size) != entry->crc)
		return archive_fail(archive, entry->path, "it is damaged or cut short");
	return true;
}

static bool take_entry(struct archive *archive, struct str bytes, const struct zip_entry *entry)
{
	bool is_link = S_ISLNK(entry->mode) && entry->size <= LONGEST_TARGET;
	enum member_kind kind = is_link ? MEMBER_LINK : MEMBER_FILE;
	struct str target = S("");
	struct member *member;
	char *p;

	if (entry->path.n && entry->path.p[entry->path.n - 1] == '/')
		kind = MEMBER_FOLDER;
	if (is_link && !archive->again) {
		p = arena_bytes(archive->arena, (size_t)entry->size + 1);
		if (!read_entry(archive, bytes, entry, p))
			return false;
		target = (struct str){ p, entry->size };
	}
	if (!archive_take(archive, entry->path, kind, target, &member))
		return false;
	if (!member)
		return true;
	p = archive_room(archive, member, entry->size);
	return p && read_entry(archive, bytes, entry, p);
}

/* The entry at `p`, of which `n` bytes are there; its length, 0: damaged. */
static size_t entry_read(const char *p, size_t n, struct zip_entry *entry)
{
	size_t name, length;

	if (n < ENTRY_BYTES || memcmp(p, "PK\1\2", 4) != 0)
		return 0;
	name = little(p + 28, 2);
	length = ENTRY_BYTES + name + little(p + 30, 2) + little(p + 32, 2);
	*entry = (struct zip_entry){
		.path = { p + ENTRY_BYTES, name },
		.flags = little(p + 8, 2),
		.method = little(p + 10, 2),
		.crc = little(p + 16, 4),
		.packed = little(p + 20, 4),
		.size = little(p + 24, 4),
		.mode = little(p + 5, 1) == MADE_BY_UNIX ? little(p + 40, 2) : 0,
		.local = little(p + 42, 4),
	};
	return length <= n ? length : 0;
}

bool zip_walk(struct archive *archive, struct str bytes)
{
	const char *end = find_end(bytes);
	uint32_t n, at;

	if (!end)
		return archive_fail(archive, S(""), "it is not a zip archive, or is cut short");
	n = little(end + 10, 2);
	at = little(end + 16, 4);
	if (n == 0xFFFF || at == 0xFFFFFFFF)
		return archive_fail(archive, S(""), "zip64 archives are not supported: use tar");
	for (uint32_t i = 0; i < n; i++) {
		struct zip_entry entry;
		size_t limit = (size_t)(end - bytes.p), length;

		length = at <= limit ? entry_read(bytes.p + at, limit - at, &entry) : 0;
		if (!length)
			return archive_fail(
				archive, S(""), "it is not a zip archive, or is damaged");
		if (!take_entry(archive, bytes, &entry))
			return false;
		at += (uint32_t)length;
	}
	return true;
}
