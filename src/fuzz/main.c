#include "fuzz/harness.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct harness *const tables[] = { archive_harnesses, compile_harnesses,
	config_harnesses, event_harnesses, frame_harnesses, proof_harnesses, registry_harnesses, repository_harnesses, side_harnesses };

/* Global, since libFuzzer's entry points take no context. */
static const struct harness *chosen;
static char folder[4096];

void round_begin(struct round *round)
{
	round->arena = arena_new(NULL, NULL);
	round->names = intern_new(round->arena);
	diags_init(&round->diags, round->arena);
}

void round_end(struct round *round)
{
	diags_sort(&round->diags);
	intern_free(round->names);
	arena_free(round->arena);
}

struct source_options round_options(const struct round *round, struct str directory)
{
	return (struct source_options){
		.arena = round->arena,
		.names = round->names,
		.directory = directory,
		.max_file_bytes = 1 << 20,
		.max_files = 1000,
	};
}

void round_read_all(struct round *round, struct source *source)
{
	const struct source_list *list = source ? source_files(source, &round->diags) : NULL;
	struct arena *scratch = arena_new(NULL, NULL);

	for (uint32_t i = 0; list && i < list->entries.n; i++) {
		struct str bytes;

		source_read(source, &list->entries.items[i], scratch, &bytes, &round->diags);
	}
	source_close(source);
	arena_free(scratch);
}

bool take_part(struct str *rest, struct str *part)
{
	if (!rest->p)
		return false;
	for (size_t i = 0; i + 3 <= rest->n; i++) {
		if (memcmp(rest->p + i, "%%\n", 3) == 0 && (i == 0 || rest->p[i - 1] == '\n')) {
			*part = str_head(*rest, i);
			*rest = str_from(*rest, i + 3);
			return true;
		}
	}
	*part = *rest;
	*rest = (struct str){ NULL, 0 };
	return true;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static void remove_folder(void)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

char *scratch_path(struct arena *arena, const char *name)
{
	if (!folder[0]) {
		const char *temporary = getenv("TMPDIR");

		snprintf(folder, sizeof folder, "%s/breakwater-fuzz-XXXXXX",
			temporary ? temporary : "/tmp");
		if (!mkdtemp(folder)) {
			perror(folder);
			abort();
		}
		atexit(remove_folder);
	}
	return str_cstr(arena, str_printf(arena, "%s/%s", folder, name));
}

void scratch_write(const char *path, struct str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, bytes.p ? bytes.p : "", bytes.n) == (ssize_t)bytes.n;

	if (fd < 0 || close(fd) < 0 || !ok) {
		perror(path);
		abort();
	}
}

static const struct harness *find(const char *name)
{
	for (size_t i = 0; i < COUNT(tables); i++)
		for (const struct harness *h = tables[i]; h->name; h++)
			if (strcmp(h->name, name) == 0)
				return h;
	return NULL;
}

/* Reads `--harness=NAME`; `--list` prints the names. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int n = 1;

	for (int i = 1; i < *argc; i++) {
		char *argument = (*argv)[i];

		if (strncmp(argument, "--harness=", 10) == 0) {
			chosen = find(argument + 10);
		} else if (strcmp(argument, "--list") == 0) {
			for (size_t t = 0; t < COUNT(tables); t++)
				for (const struct harness *h = tables[t]; h->name; h++)
					puts(h->name);
			exit(0);
		} else {
			(*argv)[n++] = argument;
		}
	}
	*argc = n;
	(*argv)[n] = NULL;
	if (!chosen) {
		fputs("usage: fuzz --harness=NAME …, of the names that --list prints\n", stderr);
		exit(2);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	chosen->run((struct str){ (const char *)data, size });
	return 0;
}
