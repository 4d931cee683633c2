#include "cli/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BYTES(literal) ((struct str){ literal, sizeof(literal) - 1 })
#define GUID "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"

static void an_id_is_big_endian(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct frame frame;
	struct fault fault;

	(void)state;
	assert_true(frame_read(arena, BYTES("\0\1\2\3\4\0x"), &frame, &fault));
	assert_int_equal(frame.kind, FRAME_ID);
	assert_int_equal(frame.id, 0x01020304);
	assert_int_equal(frame.offset, 5);
	assert_true(str_eq(frame.rest, BYTES("\0x")));
	arena_free(arena);
}

static void a_guid_has_dashes(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct frame frame;
	struct fault fault;

	(void)state;
	assert_true(frame_read(arena, BYTES("\1" GUID "\2\2"), &frame, &fault));
	assert_int_equal(frame.kind, FRAME_GUID);
	assert_true(
		str_eq(frame_guid_words(arena, &frame), S("00112233-4455-6677-8899-aabbccddeeff")));
	assert_true(frame_read(arena, BYTES("\3\0" GUID "\2"), &frame, &fault));
	assert_int_equal(frame.kind, FRAME_GLUE);
	assert_int_equal(frame.offset, 18);
	arena_free(arena);
}

static void damage_has_its_place(void **state)
{
	static const struct {
		struct str bytes;
		size_t offset;
	} cases[] = {
		{ STR_INIT(""), 0 },
		{ STR_INIT("\0\0\0"), 3 },
		{ STR_INIT("\1\0\0"), 3 },
		{ STR_INIT("\3"), 1 },
		{ STR_INIT("\3\4" GUID), 1 },
		{ STR_INIT("\3\5" GUID "no zlib"), 18 },
		{ STR_INIT("\2\0\0\0\0\0"), 0 },
	};
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct frame frame;
		struct fault fault = { 0 };

		assert_false(frame_read(arena, cases[i].bytes, &frame, &fault));
		assert_true(fault.why.n > 0);
		assert_int_equal(fault.offset, cases[i].offset);
	}
	arena_free(arena);
}

static void an_index_is_read_as_clients_wrote_it(void **state)
{
	static const struct {
		struct str bytes;
		enum frame_reading reading;
		struct str words; /* absent: it is none */
		size_t size;
	} cases[] = {
		{ STR_INIT("\0x"), READ_ZIGZAG, STR_INIT("[0]"), 1 },
		{ STR_INIT("\0x"), READ_PLAIN, STR_INIT("[0]"), 1 },
		{ STR_INIT("\2\2"), READ_ZIGZAG, STR_INIT("[1]"), 2 },
		{ STR_INIT("\1\1"), READ_PLAIN, STR_INIT("[1]"), 2 },
		{ STR_INIT("\1\1"), READ_ZIGZAG, { NULL, 0 }, 0 },
		{ STR_INIT("\4\2\4x"), READ_ZIGZAG, STR_INIT("[1, 2]"), 3 },
		{ STR_INIT("\4\2\4x"), READ_REVERSED, STR_INIT("[2, 1]"), 3 },
		{ STR_INIT("\2\2\4x"), READ_PLAIN_REVERSED, STR_INIT("[4, 2]"), 3 },
		{ STR_INIT("\2\x80\2"), READ_ZIGZAG, STR_INIT("[128]"), 3 },
		{ STR_INIT("\4\2"), READ_ZIGZAG, { NULL, 0 }, 0 },
		{ STR_INIT("\2\1"), READ_ZIGZAG, { NULL, 0 }, 0 },
		{ STR_INIT("\xca\1"), READ_ZIGZAG, { NULL, 0 }, 0 },
		{ STR_INIT("\2\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"), READ_PLAIN, { NULL, 0 },
			0 },
		{ STR_INIT(""), READ_ZIGZAG, { NULL, 0 }, 0 },
	};
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct message_index index;
		struct fault fault;
		size_t size = 0;
		bool ok = frame_index_read(
			arena, cases[i].bytes, cases[i].reading, &index, &size, &fault);

		assert_true(ok == (cases[i].words.p != NULL));
		if (!ok)
			continue;
		assert_true(str_eq(message_index_words(arena, &index), cases[i].words));
		assert_int_equal(size, cases[i].size);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_big_endian),
		cmocka_unit_test(a_guid_has_dashes),
		cmocka_unit_test(damage_has_its_place),
		cmocka_unit_test(an_index_is_read_as_clients_wrote_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
