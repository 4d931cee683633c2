/* arena, vec, map, intern and pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/intern.h"
#include "base/map.h"
#include "base/pool.h"
#include "base/vec.h"

static void allocations_are_zeroed_after_a_rewind(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct arena_mark mark = arena_mark(arena);
	char *p = arena_alloc(arena, 100, 1);

	(void)state;
	memset(p, 'x', 100);
	arena_rewind(arena, mark);
	p = arena_alloc(arena, 100, 1);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	arena_free(arena);
}

static void rewinding_gives_large_blocks_back_and_keeps_what_was_before(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct str kept = str_dup(arena, S("kept"));
	struct arena_mark mark = arena_mark(arena);
	size_t before;

	(void)state;
	before = arena_size(arena);
	arena_alloc(arena, 64 << 20, 1);
	assert_true(arena_size(arena) >= before + (64 << 20));
	arena_rewind(arena, mark);
	assert_int_equal(arena_size(arena), before);
	assert_true(str_eq(kept, S("kept")));
	arena_free(arena);
}

static void an_allocation_as_large_as_a_block_with_its_header_fits(void **state)
{
	enum { HUGE_BLOCK = 4 << 20 };
	struct arena *arena = arena_new(NULL, NULL);

	(void)state;
	for (int i = 0; i < 4; i++) {
		char *p = arena_alloc(arena, HUGE_BLOCK, 1);

		memset(p, 1, HUGE_BLOCK);
	}
	arena_free(arena);
}

static void a_list_of_no_room_grows_elsewhere(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	VEC(int) list = { .items = NEW_ARRAY(arena, 0, int) };
	int *next = NEW(arena, int);

	(void)state;
	*next = 1;
	*vec_push(arena, &list) = 2;
	assert_int_equal(*next, 1);
	assert_int_equal(list.items[0], 2);
	arena_free(arena);
}

static void an_adopted_arena_lives_on(void **state)
{
	struct arena *run = arena_new(NULL, NULL), *worker = arena_like(run);
	struct str theirs = str_dup(worker, S("theirs")), ours = str_dup(run, S("ours"));

	(void)state;
	arena_adopt(run, worker);
	assert_true(str_eq(theirs, S("theirs")));
	assert_true(str_eq(ours, S("ours")));
	arena_free(run);
}

static jmp_buf out_of_memory;

static void jump(void *context)
{
	(void)context;
	longjmp(out_of_memory, 1);
}

static void a_product_that_overflows_calls_the_handler(void **state)
{
	struct arena *arena = arena_new(jump, NULL);

	(void)state;
	if (setjmp(out_of_memory) == 0) {
		arena_alloc(arena, SIZE_MAX / 4, 16);
		fail_msg("it came back");
	}
	arena_free(arena);
}

static void a_vector_keeps_its_items_while_it_grows(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	VEC(uint64_t) numbers = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		*vec_push(arena, &numbers) = i;
		arena_bytes(arena, 3); /* so that it cannot grow in place */
	}
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(numbers.items[i], i);
	arena_free(arena);
}

static void a_map_finds_by_both_words_and_keeps_the_order(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct map map;
	int a, b;

	(void)state;
	map_init(&map, arena);
	assert_null(map_get(&map, &a, 0));
	for (uint64_t i = 0; i < 500; i++) {
		*map_put(&map, &a, i) = &a;
		*map_put(&map, &b, i) = &b;
	}
	assert_int_equal(map.n, 1000);
	assert_ptr_equal(map_get(&map, &a, 499), &a);
	assert_ptr_equal(map_get(&map, &b, 499), &b);
	assert_null(map_get(&map, &b, 500));
	assert_int_equal(map.entries[2].number, 1);
	arena_free(arena);
}

static void equal_names_have_equal_pointers(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct intern *names = intern_new(arena);
	char copy[] = "acme.v1.Order";
	struct str first = intern(names, S("acme.v1.Order"));

	(void)state;
	assert_ptr_equal(intern(names, str_of(copy)).p, first.p);
	assert_ptr_equal(intern_dotted(names, S("acme.v1"), S("Order")).p, first.p);
	assert_ptr_not_equal(intern(names, S("acme.v1.Orders")).p, first.p);
	assert_ptr_equal(intern(names, S("")).p, intern_dotted(names, S(""), S("")).p);
	intern_free(names);
	arena_free(arena);
}

struct shared {
	struct intern *names;
	const char *found[4000];
};

static void intern_one(void *context, unsigned worker, size_t item)
{
	struct shared *shared = context;
	char name[16];

	(void)worker;
	snprintf(name, sizeof name, "n%zu", item % 1000);
	shared->found[item] = intern(shared->names, str_of(name)).p;
}

static void threads_intern_the_same_names(void **state)
{
	struct arena *arena = arena_new(NULL, NULL);
	struct shared shared = { .names = intern_new(arena) };

	(void)state;
	pool_run(4, 4000, 3, intern_one, &shared);
	for (size_t i = 1000; i < 4000; i++)
		assert_ptr_equal(shared.found[i], shared.found[i % 1000]);
	intern_free(shared.names);
	arena_free(arena);
}

static void a_thread_is_made_for_enough_items_or_when_asked_for(void **state)
{
	(void)state;
	assert_int_equal(pool_jobs(3, 1, 16), 3);
	assert_int_equal(pool_jobs(0, 0, 16), 1);
	assert_int_equal(pool_jobs(0, 31, 16), 1);
	assert_int_equal(pool_jobs(0, 100000, 16), pool_processors());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocations_are_zeroed_after_a_rewind),
		cmocka_unit_test(rewinding_gives_large_blocks_back_and_keeps_what_was_before),
		cmocka_unit_test(an_allocation_as_large_as_a_block_with_its_header_fits),
		cmocka_unit_test(a_list_of_no_room_grows_elsewhere),
		cmocka_unit_test(an_adopted_arena_lives_on),
		cmocka_unit_test(a_product_that_overflows_calls_the_handler),
		cmocka_unit_test(a_vector_keeps_its_items_while_it_grows),
		cmocka_unit_test(a_map_finds_by_both_words_and_keeps_the_order),
		cmocka_unit_test(equal_names_have_equal_pointers),
		cmocka_unit_test(threads_intern_the_same_names),
		cmocka_unit_test(a_thread_is_made_for_enough_items_or_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
