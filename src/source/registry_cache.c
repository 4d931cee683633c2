/*
 * Kept answers: FOLDER/registry/ORIGIN-SUBJECT-VERSION.json, names hashed (`--cache`).
 *
 * Only what cannot change is kept: the document of a version by its number. The folder may be
 * shared or damaged, so a file is read as a registry's answer is, and one that is wrong is asked
 * for again.
 */
#include "base/new_file.h"
#include "base/open.h"
#include "source/private.h"
#include "source/registry_document.h"
#include "source/registry_private.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAX_KEPT = 16 << 20 };

/* `…/registry/aaaa-bbbb-`; absent: nothing is kept. */
static struct str prefix_of(const struct registry *registry, struct str subject)
{
	const struct registry_access *access = registry->client->access;
	struct str key = registry->places.items[0].url.text;
	struct str group = access->group.p ? access->group : S("");

	if (!access->cache.p)
		return (struct str){ NULL, 0 };
	if (group.n) /* another group, another registry */
		key = str_printf(registry->arena, STR "\n" STR, ARG(key), ARG(group));
	return str_printf(registry->arena, STR "/registry/%016llx-%016llx-", ARG(access->cache),
		(unsigned long long)str_xxh64(key), (unsigned long long)str_xxh64(subject));
}

static struct str path_of(const struct registry *registry, struct str subject, uint32_t version)
{
	struct str prefix = prefix_of(registry, subject);

	return prefix.p ? str_printf(registry->arena, STR "%u.json", ARG(prefix), version) : prefix;
}

bool registry_cache_get(struct registry *registry, struct str subject, uint32_t version,
	struct registry_version *kept)
{
	struct str path = path_of(registry, subject, version), bytes;
	struct arena *scratch;
	const char *why;
	bool ok;

	if (!path.p)
		return false;
	scratch = arena_like(registry->arena);
	ok = file_read(str_cstr(scratch, path), MAX_KEPT, scratch, &bytes) &&
	     registry_version_parse(registry->arena, bytes, version, kept, &why);
	arena_free(scratch);
	return ok;
}

static bool write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = TEMP_FAILURE_RETRY(write(fd, bytes.p, bytes.n));

		if (n <= 0)
			return false;
		bytes = str_from(bytes, (size_t)n);
	}
	return true;
}

void registry_cache_put(
	struct registry *registry, struct str subject, uint32_t version, struct str answer)
{
	struct str path = path_of(registry, subject, version);
	struct new_file *file;

	if (!path.p || registry->client->access->offline)
		return;
	new_folder(registry->arena, registry->client->access->cache);
	new_folder(registry->arena, path_parent(path));
	file = new_file_open(registry->arena, path, NEW_FILE_REPLACES, 0600);
	if (file)
		new_file_close(file, write_all(new_file_descriptor(file), answer) ? 0 : EIO);
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* The version in a name of the subject's; 0: it is another file. */
static uint32_t version_of(struct str name, struct str prefix)
{
	struct str number = str_from(name, prefix.n);
	uint64_t value = 0;

	if (!str_starts(name, prefix) || !str_ends(number, S(".json")))
		return 0;
	number.n -= 5;
	for (size_t i = 0; i < number.n && value <= INT32_MAX; i++) {
		if (number.p[i] < '0' || number.p[i] > '9')
			return 0;
		value = value * 10 + (uint64_t)(number.p[i] - '0');
	}
	return value <= INT32_MAX ? (uint32_t)value : 0;
}

struct registry_kept registry_cache_list(struct registry *registry, struct str subject)
{
	struct registry_kept kept = { 0 };
	struct str prefix = prefix_of(registry, subject);
	const struct dirent *entry;
	DIR *folder;

	if (!prefix.p)
		return kept;
	folder = opendir(str_cstr(registry->arena, path_parent(prefix)));
	while (folder && (entry = readdir(folder))) {
		uint32_t version = version_of(str_of(entry->d_name), path_base(prefix));

		if (version)
			*vec_push(registry->arena, &kept.versions) = version;
	}
	if (folder)
		closedir(folder);
	if (kept.versions.n)
		qsort(kept.versions.items, kept.versions.n, sizeof *kept.versions.items, by_number);
	return kept;
}

void registry_cache_drop(struct registry *registry, struct str subject)
{
	struct registry_kept kept = registry_cache_list(registry, subject);

	for (uint32_t i = 0; i < kept.versions.n; i++)
		unlink(str_cstr(
			registry->arena, path_of(registry, subject, kept.versions.items[i])));
}
