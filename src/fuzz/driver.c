/*
 * Where libFuzzer is absent: runs a harness over the files named on the command line, so that the
 * cases of testdata/fuzz and seeds can be tried with any compiler.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	long size = -1;
	int ok = 0;

	if (file && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
		fseek(file, 0, SEEK_SET) == 0)
		bytes = malloc(size ? (size_t)size : 1);
	if (bytes && fread(bytes, 1, (size_t)size, file) == (size_t)size) {
		LLVMFuzzerTestOneInput(bytes, (size_t)size);
		ok = 1;
	}
	if (!ok)
		perror(path);
	free(bytes);
	if (file)
		fclose(file);
	return ok;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= !run_file(argv[i]);
	return failed;
}
