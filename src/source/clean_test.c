#include "source/fixture.h"

#include "source/clean.h"
#include "source/decode_text.h"

static bool recorded(void *context)
{
	return *(bool *)context;
}

static void assert_clean(struct path_attributes attributes, struct str given, struct str wanted)
{
	struct arena *arena = arena_new(NULL, NULL);
	bool has_crlf = false;
	struct clean_request request = { .arena = arena,
		.attributes = &attributes,
		.recorded_has_crlf = recorded,
		.context = &has_crlf };

	assert_int_equal(clean_text(&request, &given), CLEAN_OK);
	if (!str_eq(given, wanted))
		fail_msg("'" STR "' instead of '" STR "'", ARG(given), ARG(wanted));
	arena_free(arena);
}

static void lines_end_as_their_rule_says(void **state)
{
	struct path_attributes text = { .eol = EOL_TEXT }, automatic = { .eol = EOL_AUTO };

	(void)state;
	assert_clean(text, S("a\r\nb\rc\r\n\r"), S("a\nb\rc\n\r"));
	assert_clean(text, S("\0\r\n"), S("\0\n"));
	assert_clean(automatic, S("a\r\nb\n"), S("a\nb\n"));
	assert_clean(automatic, S("a\r\nb\rc"), S("a\r\nb\rc"));
	assert_clean(automatic, S("\0\r\n"), S("\0\r\n"));
	assert_clean((struct path_attributes){ 0 }, S("a\r\n"), S("a\r\n"));
	assert_clean(text, S(""), S(""));
}

static void a_keyword_loses_what_git_wrote(void **state)
{
	struct path_attributes ident = { .ident = true };

	(void)state;
	assert_clean(ident, S("$Id: 12 $ $Id$ $Id:$"), S("$Id$ $Id$ $Id$"));
	assert_clean(ident, S("$Id: a\nb$ $$Id: c$"), S("$Id: a\nb$ $$Id$"));
	assert_clean(ident, S("$Id: open"), S("$Id: open"));
	assert_clean(ident, S("$Id:"), S("$Id:"));
}

static void text_is_decoded_by_gits_rules(void **state)
{
	static const struct {
		struct str encoding, bytes;
		enum decode_end end;
		struct str wanted;
	} cases[] = {
		{ STR_INIT("UTF-16"), STR_INIT("\xfe\xff\0a"), DECODE_OK, STR_INIT("a") },
		{ STR_INIT("utf16"), STR_INIT("\xff\xfe" "a\0"), DECODE_OK, STR_INIT("a") },
		{ STR_INIT("UTF-16"), STR_INIT("a\0"), DECODE_LACKS_MARK, STR_INIT("") },
		{ STR_INIT("UTF-16LE"), STR_INIT("\xff\xfe" "a\0"), DECODE_HAS_MARK, STR_INIT("") },
		{ STR_INIT("UTF-16LE-BOM"), STR_INIT("a\0"), DECODE_OK, STR_INIT("a") },
		{ STR_INIT("UTF-16BE"), STR_INIT("\xd8\x3d\xde\x00"), DECODE_OK,
			STR_INIT("\xf0\x9f\x98\x80") },
		{ STR_INIT("UTF-16BE"), STR_INIT("\xd8\x3d"), DECODE_INVALID, STR_INIT("") },
		{ STR_INIT("UTF-16BE"), STR_INIT("\xd8\x3d\0a"), DECODE_INVALID, STR_INIT("") },
		{ STR_INIT("UTF-16BE"), STR_INIT("\xdc\0"), DECODE_INVALID, STR_INIT("") },
		{ STR_INIT("UTF-16BE"), STR_INIT("\0a\0"), DECODE_INVALID, STR_INIT("") },
		{ STR_INIT("UTF-32LE"), STR_INIT("\x20\xac\0\0"), DECODE_OK,
			STR_INIT("\xea\xb0\xa0") },
		{ STR_INIT("UTF-32LE"), STR_INIT("\0\0\x11\0"), DECODE_INVALID, STR_INIT("") },
		{ STR_INIT("UTF-32LE"), STR_INIT("\0\xd8\0\0"), DECODE_INVALID, STR_INIT("") },
		{ STR_INIT("latin1"), STR_INIT("\xe9"), DECODE_OK, STR_INIT("\xc3\xa9") },
		{ STR_INIT("EUC-JP"), STR_INIT("\xff"), DECODE_INVALID, STR_INIT("") },
		{ STR_INIT("no-such"), STR_INIT("a"), DECODE_UNKNOWN, STR_INIT("") },
		{ STR_INIT("../x"), STR_INIT("a"), DECODE_UNKNOWN, STR_INIT("") },
		{ STR_INIT("UTF-8//IGNORE"), STR_INIT("a"), DECODE_UNKNOWN, STR_INIT("") },
	};
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str bytes = cases[i].bytes;
		enum decode_end end = decode_text(arena, cases[i].encoding, &bytes);

		if (end != cases[i].end || (end == DECODE_OK && !str_eq(bytes, cases[i].wanted)))
			fail_msg("case %zu ends with %d", i, end);
	}
	arena_free(arena);
}

static void a_pointer_is_what_git_lfs_writes(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct str pointer = lfs_pointer(arena, S("abc"));

	(void)state;
	assert_true(str_eq(pointer,
		S("version https://git-lfs.github.com/spec/v1\n"
		  "oid sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
		  "size 3\n")));
	assert_true(is_lfs_pointer(pointer));
	assert_true(str_eq(lfs_pointer(arena, pointer), pointer));
	assert_int_equal(lfs_pointer(arena, S("")).n, 0);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_as_their_rule_says),
		cmocka_unit_test(a_keyword_loses_what_git_wrote),
		cmocka_unit_test(text_is_decoded_by_gits_rules),
		cmocka_unit_test(a_pointer_is_what_git_lfs_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
