#include "base/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void forms_are_told_by_their_first_bytes(void **state)
{
	static const struct {
		struct str bytes;
		enum form form;
	} rows[] = {
		{ STR_INIT(""), FORM_UNKNOWN },
		{ STR_INIT("syntax = \"proto3\";"), FORM_CONTRACT },
		{ STR_INIT("\xEF\xBB\xBF// c\n/* d */ message M {}"), FORM_CONTRACT },
		{ STR_INIT("/*"), FORM_UNKNOWN },
		{ STR_INIT("/***/ message M {}"), FORM_CONTRACT },
		{ STR_INIT("\xFF\xFEs\0y\0"), FORM_UTF16 },
		{ STR_INIT("s\0y\0n\0t\0"), FORM_UTF16 },
		{ STR_INIT("\0s\0y\0n\0t"), FORM_UTF16 },
		{ STR_INIT("\xFF\xFE\0\0s\0\0\0"), FORM_UTF32 },
		{ STR_INIT("s\0\0\0y\0\0\0"), FORM_UTF32 },
		{ STR_INIT("version https://git-lfs.github.com/spec/v1\n"), FORM_LFS_POINTER },
		{ STR_INIT("../common/a.proto\n"), FORM_LINK },
		{ STR_INIT("  {\n \"file\": []}"), FORM_JSON },
		{ STR_INIT("[]"), FORM_JSON },
		{ STR_INIT("{ name: 1 }"), FORM_UNKNOWN },
		{ STR_INIT("<!DOCTYPE html>"), FORM_PAGE },
		{ STR_INIT("<<<<<<< HEAD\n"), FORM_UNKNOWN },
		{ STR_INIT("404: Not Found"), FORM_NO_PAGE },
		{ STR_INIT("\n\x10\n\x07"
			   "a.proto\x12\x01"
			   "a"),
			FORM_SET },
		{ STR_INIT("# proto-file: x\nfile {\n"), FORM_TEXT_SET },
		{ STR_INIT("file:\n  - name: a.proto\n"), FORM_YAML_SET },
		{ STR_INIT("\x1F\x8B\x08"), FORM_GZIP },
		{ STR_INIT("\x28\xB5\x2F\xFD"), FORM_ZSTD },
		{ STR_INIT("PK\3\4"), FORM_ZIP },
		{ STR_INIT("\x89PNG\r\n"), FORM_PICTURE },
		{ STR_INIT("\1\2\3\4\5\6\7\b abc"), FORM_BINARY },
		{ STR_INIT("one \1 is no reason to call it binary"), FORM_UNKNOWN },
		{ STR_INIT("namespace java com.acme\n"), FORM_THRIFT },
		{ STR_INIT("namespace acme.v1;\n"), FORM_FLATBUFFERS },
		{ STR_INIT("struct M {\n 1: i32 x }"), FORM_THRIFT },
		{ STR_INIT("struct M {\n int x; }"), FORM_UNKNOWN },
		{ STR_INIT("# c\ntype Query { a: Int }"), FORM_GRAPHQL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(form_of(rows[i].bytes), rows[i].form);
}

static void conflict_markers_are_whole_lines(void **state)
{
	(void)state;
	assert_true(is_conflict_marker(S("<<<<<<< HEAD\n")));
	assert_true(is_conflict_marker(S("<<<<<<<<< Temporary merge branch 1")));
	assert_true(is_conflict_marker(S("||||||| base")));
	assert_true(is_conflict_marker(S("=======\r\n")));
	assert_true(is_conflict_marker(S(">>>>>>>")));
	assert_false(is_conflict_marker(S("======")));
	assert_false(is_conflict_marker(S("======= x")));
	assert_false(is_conflict_marker(S(" <<<<<<< HEAD")));
	assert_false(is_conflict_marker(S("<<<<<<<HEAD")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_are_told_by_their_first_bytes),
		cmocka_unit_test(conflict_markers_are_whole_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
