#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static uint64_t times(struct str text)
{
	return json_memory(text) / text.n;
}

static void lists_and_objects_need_many_times_their_text(void **state)
{
	(void)state;
	assert_in_range(times(S("[],[],[],[],[],[],[],[]")), 50, 100);
	assert_in_range(times(S("{},{},{},{},{},{},{},{}")), 80, 120);
	assert_in_range(times(S("[[[[[[[[[[[[[[[[[[[[[[[[")), 80, 140);
	assert_in_range(times(S("1,1,1,1,1,1,1,1,1,1,1,1,")), 20, 40);
}

static void what_tools_write_needs_less(void **state)
{
	(void)state;
	assert_in_range(times(S("{\"path\":[4,0,2,0],\"span\":[10,2,20]},")), 20, 35);
	assert_in_range(times(S("{\"name\":\"a\",\"number\":1,\"label\":\"LABEL_OPTIONAL\","
				"\"type\":\"TYPE_INT32\",\"jsonName\":\"a\"},")),
		5, 15);
}

static void what_stands_in_strings_does_not_count(void **state)
{
	(void)state;
	assert_int_equal(json_memory(S("\"[[\\\"{,:\"")), 9);
	assert_int_equal(json_memory(S("\"\\")), 2);
	assert_int_equal(json_memory(S("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_and_objects_need_many_times_their_text),
		cmocka_unit_test(what_tools_write_needs_less),
		cmocka_unit_test(what_stands_in_strings_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
