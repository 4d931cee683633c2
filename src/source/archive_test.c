/* Packed streams; archives themselves are in testdata/cli/breaking-archives. */
#include "source/unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

/* `hello\n`, packed. */
static const char gzip[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00"
			   "\x20\x30\x3a\x36\x06\x00\x00\x00";
#ifdef HAVE_ZSTD
static const char zstd[] = "\x28\xb5\x2f\xfd\x20\x06\x31\x00\x00"
			   "hello\n";
#endif

static struct str unpacked(
	struct arena *arena, enum packing packing, struct str packed, const char **failed)
{
	struct unpacker *unpacker = unpacker_new(arena, packing, packed);
	char *p = arena_bytes(arena, 64);
	size_t n = unpacker_read(unpacker, p, 64);

	*failed = unpacker_failed(unpacker);
	unpacker_free(unpacker);
	return (struct str){ p, n };
}

static void check(enum packing packing, struct str whole)
{
	struct arena *arena = arena_new(NULL, NULL);
	const char *failed;

	assert_true(str_eq(unpacked(arena, packing, whole, &failed), S("hello\n")));
	assert_null(failed);
	for (size_t n = 0; n < whole.n; n++) {
		unpacked(arena, packing, str_head(whole, n), &failed);
		assert_non_null(failed);
	}
	unpacked(arena, packing, S("no packed stream"), &failed);
	assert_non_null(failed);
	arena_free(arena);
}

static void gzip_is_unpacked_and_cut_gzip_is_an_error(void **state)
{
	(void)state;
	check(PACKING_GZIP, (struct str){ gzip, sizeof gzip - 1 });
}

static void zstd_is_unpacked_and_cut_zstd_is_an_error(void **state)
{
	(void)state;
#ifdef HAVE_ZSTD
	check(PACKING_ZSTD, (struct str){ zstd, sizeof zstd - 1 });
#else
	skip();
#endif
}

static void members_of_gzip_are_strung_together(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct str one = { gzip, sizeof gzip - 1 }, both;
	char *two = arena_bytes(arena, 2 * one.n);
	const char *failed;

	(void)state;
	memcpy(two, one.p, one.n);
	memcpy(two + one.n, one.p, one.n);
	both = unpacked(arena, PACKING_GZIP, (struct str){ two, 2 * one.n }, &failed);
	assert_true(str_eq(both, S("hello\nhello\n")));
	assert_null(failed);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip_is_unpacked_and_cut_gzip_is_an_error),
		cmocka_unit_test(zstd_is_unpacked_and_cut_zstd_is_an_error),
		cmocka_unit_test(members_of_gzip_are_strung_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
