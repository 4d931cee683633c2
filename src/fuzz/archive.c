/* Archives, compressed or not. */
#include "fuzz/harness.h"

#include <assert.h>

static void read_archive(struct str bytes, bool is_zip, enum packing packing)
{
	struct archive_input input = {
		.name = S("fuzz"), .bytes = bytes, .is_zip = is_zip, .packing = packing
	};
	struct source_options options;
	struct source *source;
	struct round round;

	round_begin(&round);
	options = round_options(&round, S("/"));
	source = source_archive(&options, &input, &round.diags);
	assert(source || round.diags.n_errors > 0);
	round_read_all(&round, source);
	round_end(&round);
}

static void run_tar(struct str bytes)
{
	read_archive(bytes, false, PACKING_NONE);
}

static void run_tar_gz(struct str bytes)
{
	read_archive(bytes, false, PACKING_GZIP);
}

static void run_tar_zst(struct str bytes)
{
	read_archive(bytes, false, PACKING_ZSTD);
}

static void run_zip(struct str bytes)
{
	read_archive(bytes, true, PACKING_NONE);
}

const struct harness archive_harnesses[] = {
	{ "tar", run_tar },
	{ "tar-gz", run_tar_gz },
	{ "tar-zst", run_tar_zst },
	{ "zip", run_zip },
	{ 0 },
};
