#include "source/fixture.h"

#include "source/objects.h"

#include <libdeflate.h>

enum { MAX_ENTRIES = 64 };

/* A pack and its index while they are written; an object's id is its ordinal in its last byte. */
struct writing {
	unsigned char objects[4096], index[4096];
	size_t n_objects, n_index;
	struct {
		unsigned char id;
		size_t offset;
	} entries[MAX_ENTRIES];
	uint32_t n;
	bool large; /* offsets stand in the table of large ones */
	bool first; /* the index is of version 1 */
};

static void put(unsigned char *bytes, size_t *n, const void *more, size_t size)
{
	assert_true(*n + size <= 4096);
	memcpy(bytes + *n, more, size);
	*n += size;
}

static void put_u32(unsigned char *bytes, size_t *n, uint32_t value)
{
	const unsigned char four[] = { (unsigned char)(value >> 24), (unsigned char)(value >> 16),
		(unsigned char)(value >> 8), (unsigned char)value };

	put(bytes, n, four, sizeof four);
}

static void begin_pack(struct writing *w, uint32_t n)
{
	*w = (struct writing){ 0 };
	put(w->objects, &w->n_objects, "PACK\0\0\0\2", 8);
	put_u32(w->objects, &w->n_objects, n);
}

/* Its offset. `base` is what a delta has before its bytes. */
static size_t add_entry(
	struct writing *w, unsigned char id, unsigned type, struct str base, struct str bytes)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
	size_t offset = w->n_objects, n;
	unsigned char head[2] = { (unsigned char)(0x80 | type << 4 | (bytes.n & 15)),
		(unsigned char)(bytes.n >> 4) };

	w->entries[w->n].id = id;
	w->entries[w->n++].offset = offset;
	put(w->objects, &w->n_objects, head, sizeof head);
	put(w->objects, &w->n_objects, base.p, base.n);
	assert_non_null(compressor);
	n = libdeflate_zlib_compress(compressor, bytes.p, bytes.n, w->objects + w->n_objects,
		sizeof w->objects - w->n_objects);
	libdeflate_free_compressor(compressor);
	assert_true(n);
	w->n_objects += n;
	return offset;
}

/* A delta on the entry at `base`, less than 128 bytes before. */
static size_t add_delta(struct writing *w, unsigned char id, size_t base, struct str delta)
{
	const char distance[] = { (char)(w->n_objects - base), '\0' };

	assert_true(w->n_objects - base < 128);
	return add_entry(w, id, 6, (struct str){ distance, 1 }, delta);
}

static void end_pack(struct fixture *f, struct writing *w)
{
	static const unsigned char none[20];

	put(w->objects, &w->n_objects, none, sizeof none);
	if (!w->first)
		put(w->index, &w->n_index, "\377tOc\0\0\0\2", 8);
	for (unsigned i = 0; i < 256; i++)
		put_u32(w->index, &w->n_index, w->n);
	for (uint32_t i = 0; i < w->n; i++) {
		if (w->first)
			put_u32(w->index, &w->n_index, (uint32_t)w->entries[i].offset);
		put(w->index, &w->n_index, none, 19);
		put(w->index, &w->n_index, &w->entries[i].id, 1);
	}
	for (uint32_t i = 0; !w->first && i < w->n; i++)
		put_u32(w->index, &w->n_index, 0);
	for (uint32_t i = 0; !w->first && i < w->n; i++)
		put_u32(w->index, &w->n_index,
			w->large ? 0x80000000U | i : (uint32_t)w->entries[i].offset);
	for (uint32_t i = 0; w->large && i < w->n; i++) {
		put_u32(w->index, &w->n_index, 0);
		put_u32(w->index, &w->n_index, (uint32_t)w->entries[i].offset);
	}
	put(w->index, &w->n_index, none, sizeof none);
	put(w->index, &w->n_index, none, sizeof none);
	fixture_write_bytes(f, "pack/pack-a.pack", w->objects, w->n_objects);
	fixture_write_bytes(f, "pack/pack-a.idx", w->index, w->n_index);
}

/* What is read of the object with that id; NULL: nothing. */
static const char *read_object(struct fixture *f, struct packs *packs, unsigned char ordinal,
	git_object_t type, uint64_t limit)
{
	uint8_t id[20] = { [19] = ordinal };
	struct object_wish wish = { .id = id, .type = type, .limit = limit };
	struct str bytes;

	if (packs_read(packs, &wish, f->arena, &bytes) != PACKS_READ)
		return NULL;
	return str_cstr(f->arena, bytes);
}

static struct packs *open_packs(struct fixture *f)
{
	struct packs *packs = packs_new(f->arena);

	assert_non_null(packs);
	packs_add(packs, str_of(f->folder));
	return packs;
}

/* A blob, a delta on it, one on that with an insertion between two copies, one by id, and a tree.
 */
static const char *const contents[] = { "abcdefgh", "abcdefgX", "abcd-efgX", "efgh", "tree" };

enum offsets { SMALL, LARGE, FIRST_VERSION };

static void write_all(struct fixture *f, enum offsets offsets, struct writing *w)
{
	static const char by_id[20] = { [19] = 1 };
	size_t first, second;

	begin_pack(w, 5);
	w->large = offsets == LARGE;
	w->first = offsets == FIRST_VERSION;
	first = add_entry(w, 1, GIT_OBJECT_BLOB, S(""), S("abcdefgh"));
	second = add_delta(w, 2, first, S("\x08\x08\x90\x07\x01X"));
	add_delta(w, 3, second,
		S("\x08\x09\x90\x04\x01-\x91\x04"
		  "\x04"));
	add_entry(w, 4, 7, (struct str){ by_id, 20 }, S("\x08\x04\x91\x04\x04"));
	add_entry(w, 5, GIT_OBJECT_TREE, S(""), S("tree"));
	end_pack(f, w);
}

static void check_all(struct fixture *f)
{
	struct packs *packs = open_packs(f);

	for (int turn = 0; turn < 2; turn++)
		for (unsigned char i = 0; i < COUNT(contents); i++)
			assert_string_equal(read_object(f, packs, i + 1,
						    i == 4 ? GIT_OBJECT_TREE : GIT_OBJECT_BLOB, 9),
				contents[i]);
	packs_free(packs);
}

static void objects_are_read_whole_and_as_deltas(void **state)
{
	struct fixture *f = *state;
	struct writing w;

	write_all(f, SMALL, &w);
	check_all(f);
}

static void large_offsets_stand_in_a_table_of_their_own(void **state)
{
	struct fixture *f = *state;
	struct writing w;

	write_all(f, LARGE, &w);
	check_all(f);
}

/* More than are kept, each on the one before, and asked for from both ends. */
static void an_index_of_version_1_is_read(void **state)
{
	struct fixture *f = *state;
	struct writing w;

	write_all(f, FIRST_VERSION, &w);
	check_all(f);
}

static void a_long_chain_of_deltas_is_followed(void **state)
{
	enum { LONG = 50 };
	struct fixture *f = *state;
	struct writing w;
	struct packs *packs;
	size_t before;

	begin_pack(&w, LONG);
	before = add_entry(&w, 1, GIT_OBJECT_BLOB, S(""), S("abcd"));
	for (unsigned char id = 2; id <= LONG; id++) {
		const char delta[] = { 4, 4, '\x90', 3, 1, (char)('0' + id) };

		before = add_delta(&w, id, before, (struct str){ delta, sizeof delta });
	}
	end_pack(f, &w);
	packs = open_packs(f);
	for (unsigned char id = 2; id <= LONG; id++) {
		const char expected[] = { 'a', 'b', 'c', (char)('0' + id), '\0' };
		const char last[] = { 'a', 'b', 'c', (char)('0' + LONG), '\0' };

		assert_string_equal(read_object(f, packs, id, GIT_OBJECT_BLOB, 4), expected);
		assert_string_equal(read_object(f, packs, LONG, GIT_OBJECT_BLOB, 4), last);
	}
	packs_free(packs);
}

static void positions_follow_the_pack(void **state)
{
	struct fixture *f = *state;
	struct writing w;
	struct packs *packs;
	uint8_t id[20] = { 0 };
	uint64_t before = 0;

	write_all(f, SMALL, &w);
	packs = open_packs(f);
	for (id[19] = 1; id[19] <= COUNT(contents); id[19]++) {
		uint64_t position = packs_position(packs, id);

		assert_true(position > before);
		before = position;
	}
	assert_int_equal(packs_position(packs, id), 0);
	packs_free(packs);
}

static void what_is_not_wanted_is_no_answer(void **state)
{
	struct fixture *f = *state;
	struct writing w;
	struct packs *packs;

	write_all(f, SMALL, &w);
	packs = open_packs(f);
	assert_null(read_object(f, packs, 6, GIT_OBJECT_BLOB, 9));
	assert_null(read_object(f, packs, 1, GIT_OBJECT_TREE, 9));
	assert_null(read_object(f, packs, 2, GIT_OBJECT_TREE, 9));
	assert_null(read_object(f, packs, 1, GIT_OBJECT_BLOB, 7));
	assert_null(read_object(f, packs, 3, GIT_OBJECT_BLOB, 8));
	packs_free(packs);
}

static void a_folder_without_packs_has_no_answer(void **state)
{
	struct fixture *f = *state;
	struct packs *packs = open_packs(f);

	assert_null(read_object(f, packs, 1, GIT_OBJECT_BLOB, 9));
	packs_free(packs);
}

static void deltas_that_lead_in_a_circle_are_no_answer(void **state)
{
	static const char first[20] = { [19] = 1 }, second[20] = { [19] = 2 };
	struct fixture *f = *state;
	struct writing w;
	struct packs *packs;

	begin_pack(&w, 2);
	add_entry(&w, 1, 7, (struct str){ second, 20 }, S("\x01\x01\x90\x01"));
	add_entry(&w, 2, 7, (struct str){ first, 20 }, S("\x01\x01\x90\x01"));
	end_pack(f, &w);
	packs = open_packs(f);
	assert_null(read_object(f, packs, 1, GIT_OBJECT_BLOB, 9));
	packs_free(packs);
}

static void deltas_stay_within_their_base_and_their_size(void **state)
{
	const struct str deltas[] = {
		S("\x07\x01\x90\x01"),             /* of another base */
		S("\x08\x08\x91\x01\x08"),         /* a copy beyond the base */
		S("\x08\x09\x90\x08\x01"),         /* an insertion without its byte */
		S("\x08\x04\x90\x08"),             /* more than declared */
		S("\x08\x08\x90\x04"),             /* less than declared */
		S("\x08\x00\x00"),                 /* an operation that means nothing */
		S("\x08\x01\x9f"),                 /* a copy without its numbers */
		S("\x88\x80\x80\x80\x80\x80\x80"), /* a size without end */
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(deltas); i++) {
		struct writing w;
		struct packs *packs;

		begin_pack(&w, 2);
		add_entry(&w, 1, GIT_OBJECT_BLOB, S(""), S("abcdefgh"));
		add_delta(&w, 2, w.entries[0].offset, deltas[i]);
		end_pack(f, &w);
		packs = open_packs(f);
		if (read_object(f, packs, 2, GIT_OBJECT_BLOB, 9))
			fail_msg("delta %zu was taken", i);
		assert_string_equal(read_object(f, packs, 1, GIT_OBJECT_BLOB, 9), "abcdefgh");
		packs_free(packs);
	}
}

static void assert_known(const char *content)
{
	bool known = !content;

	for (size_t i = 0; i < COUNT(contents); i++)
		known |= content && strcmp(content, contents[i]) == 0;
	if (!known)
		fail_msg("'%s' was read", content);
}

/* One bit of each byte of a file is turned: an object is read as it was, or as another of these, or
 * not at all. */
static void check_damage(struct fixture *f, const char *path, unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char bit = (unsigned char)(1 << i % 8);
		struct packs *packs;

		bytes[i] ^= bit;
		fixture_write_bytes(f, path, bytes, n);
		packs = open_packs(f);
		for (unsigned char k = 0; k < COUNT(contents); k++)
			assert_known(read_object(f, packs, k + 1,
				k == 4 ? GIT_OBJECT_TREE : GIT_OBJECT_BLOB, 1 << 16));
		packs_free(packs);
		bytes[i] ^= bit;
	}
	fixture_write_bytes(f, path, bytes, n);
}

static void an_index_that_leads_out_of_its_pack_is_damaged(void **state)
{
	static const uint8_t id[20] = { [19] = 1 };
	struct fixture *f = *state;
	struct writing w;
	struct packs *packs;
	struct object_wish wish = {
		.id = id, .type = GIT_OBJECT_BLOB, .limit = 9, .check_id = true
	};
	struct str bytes;

	begin_pack(&w, 1);
	add_entry(&w, 1, GIT_OBJECT_BLOB, S(""), S("abcdefgh"));
	w.entries[0].offset = 1 << 20;
	end_pack(f, &w);
	packs = open_packs(f);
	assert_int_equal(packs_read(packs, &wish, f->arena, &bytes), PACKS_DAMAGED);
	packs_free(packs);
}

static void the_pack_of_another_index_is_not_read(void **state)
{
	struct fixture *f = *state;
	struct writing w;
	struct packs *packs;

	write_all(f, SMALL, &w);
	w.objects[w.n_objects - 1] ^= 1;
	fixture_write_bytes(f, "pack/pack-a.pack", w.objects, w.n_objects);
	packs = open_packs(f);
	assert_null(read_object(f, packs, 1, GIT_OBJECT_BLOB, 9));
	packs_free(packs);
}

static void damage_is_survived(void **state)
{
	struct fixture *f = *state;
	struct writing w;

	write_all(f, FIRST_VERSION, &w);
	check_damage(f, "pack/pack-a.idx", w.index, w.n_index);
	write_all(f, LARGE, &w);
	check_damage(f, "pack/pack-a.pack", w.objects, w.n_objects);
	check_damage(f, "pack/pack-a.idx", w.index, w.n_index);
	for (size_t n = 0; n < w.n_objects; n++) {
		struct packs *packs;

		fixture_write_bytes(f, "pack/pack-a.pack", w.objects, n);
		packs = open_packs(f);
		read_object(f, packs, 3, GIT_OBJECT_BLOB, 1 << 16);
		packs_free(packs);
	}
	fixture_write_bytes(f, "pack/pack-a.pack", w.objects, w.n_objects);
	check_all(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(objects_are_read_whole_and_as_deltas),
		TEST(large_offsets_stand_in_a_table_of_their_own),
		TEST(an_index_of_version_1_is_read),
		TEST(a_long_chain_of_deltas_is_followed),
		TEST(positions_follow_the_pack),
		TEST(what_is_not_wanted_is_no_answer),
		TEST(a_folder_without_packs_has_no_answer),
		TEST(deltas_that_lead_in_a_circle_are_no_answer),
		TEST(deltas_stay_within_their_base_and_their_size),
		TEST(an_index_that_leads_out_of_its_pack_is_damaged),
		TEST(the_pack_of_another_index_is_not_read),
		TEST(damage_is_survived),
	};

	return cmocka_run_group_tests_name("pack", tests, NULL, NULL) != 0;
}
