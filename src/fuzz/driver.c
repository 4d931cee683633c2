/*
 * A replacement for libFuzzer: runs a harness over the files and folders of the command line, then
 * over `-runs=N` random mutations of them, the same ones each time.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_BYTES = 1 << 20 };

struct input {
	uint8_t *bytes;
	size_t size;
};

struct corpus {
	struct input *items;
	size_t n, cap;
};

static int add_file(struct corpus *corpus, const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(MOST_BYTES);
	size_t size = 0;

	if (corpus->n == corpus->cap) {
		corpus->cap = corpus->cap * 2 + 16;
		corpus->items = realloc(corpus->items, corpus->cap * sizeof *corpus->items);
	}
	if (file && bytes && corpus->items) {
		size = fread(bytes, 1, MOST_BYTES, file);
		if (!ferror(file)) {
			/* Exactly its size, so that a sanitizer sees reads past the end. */
			corpus->items[corpus->n] = (struct input){ malloc(size ? size : 1), size };
			memcpy(corpus->items[corpus->n++].bytes, bytes, size);
			fclose(file);
			free(bytes);
			return 1;
		}
	}
	perror(path);
	if (file)
		fclose(file);
	free(bytes);
	return 0;
}

static int order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add(struct corpus *corpus, const char *path)
{
	struct dirent **names;
	struct stat st;
	int ok = 1, n;

	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return add_file(corpus, path);
	n = scandir(path, &names, NULL, order);
	for (int i = 0; i < n; i++) {
		char below[4096];

		snprintf(below, sizeof below, "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			ok &= add(corpus, below);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return ok && n >= 0;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Overwrites or removes bytes, or inserts some of another input. */
static void change(const struct corpus *corpus, uint64_t *state, struct input *input)
{
	const struct input *other = &corpus->items[next_random(state) % corpus->n];
	size_t at = input->size ? next_random(state) % input->size : 0;
	size_t n = next_random(state) % 16 + 1, from = 0;

	switch (next_random(state) % 4) {
	case 0:
		if (input->size)
			input->bytes[at] ^= (uint8_t)(1 << next_random(state) % 8);
		break;
	case 1:
		if (input->size)
			input->bytes[at] = (uint8_t)next_random(state);
		break;
	case 2:
		n = n < input->size - at ? n : input->size - at;
		memmove(input->bytes + at, input->bytes + at + n, input->size - at - n);
		input->size -= n;
		break;
	default:
		if (other->size)
			from = next_random(state) % other->size;
		n = n < other->size - from ? n : other->size - from;
		if (input->size + n > MOST_BYTES)
			break;
		memmove(input->bytes + at + n, input->bytes + at, input->size - at);
		memcpy(input->bytes + at, other->bytes + from, n);
		input->size += n;
	}
}

static int run_changed(const struct corpus *corpus, unsigned long runs)
{
	uint64_t state = UINT64_C(0x9E3779B97F4A7C15);
	uint8_t *room = malloc(MOST_BYTES);

	for (unsigned long i = 0; room && corpus->n && i < runs; i++) {
		const struct input *base = &corpus->items[next_random(&state) % corpus->n];
		struct input input = { room, base->size };
		uint8_t *exact;

		memcpy(room, base->bytes, base->size);
		for (uint64_t k = next_random(&state) % 8; k < 8; k++)
			change(corpus, &state, &input);
		exact = malloc(input.size ? input.size : 1);
		if (!exact)
			break;
		memcpy(exact, room, input.size);
		LLVMFuzzerTestOneInput(exact, input.size);
		free(exact);
	}
	free(room);
	return room != NULL;
}

int main(int argc, char **argv)
{
	struct corpus corpus = { 0 };
	unsigned long runs = 0;
	int ok = 1;

	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "-runs=", 6) == 0)
			runs = strtoul(argv[i] + 6, NULL, 10);
		else if (argv[i][0] != '-')
			ok &= add(&corpus, argv[i]);
	}
	for (size_t i = 0; i < corpus.n; i++)
		LLVMFuzzerTestOneInput(corpus.items[i].bytes, corpus.items[i].size);
	ok &= run_changed(&corpus, runs);
	for (size_t i = 0; i < corpus.n; i++)
		free(corpus.items[i].bytes);
	free(corpus.items);
	return !ok;
}
