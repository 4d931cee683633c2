/*
 * The trees in the index's cache, from which a walk knows folders without links.
 */
#include "source/index_file.h"

#include <sys/stat.h>

static const uint64_t MAX_HINT_BYTES = UINT64_C(64) << 20;

struct cached_trees {
	const struct index_file *index;
	struct str rest;  /* of the extension */
	uint32_t *others; /* [i]: entries before the i-th that are neither file nor submodule */
	char path[MAX_PATH_BYTES + 1];
	void (*found)(void *context, const uint8_t *id);
	void *context;
};

/* Are the `n` entries all that are below the folder, and each a file or a submodule? */
static bool is_plain(const struct cached_trees *c, struct str folder, uint32_t n)
{
	const struct index_file *index = c->index;
	const struct index_entry *first =
		folder.n ? index_find_below(index, folder) : index->entries;
	uint32_t begin;

	if (!first || n == 0)
		return false;
	begin = (uint32_t)(first - index->entries);
	if (n > index->n - begin || c->others[begin + n] != c->others[begin])
		return false;
	if (!folder.n)
		return n == index->n;
	return path_under(index->entries[begin + n - 1].path, folder) &&
	       (begin + n == index->n || !path_under(index->entries[begin + n].path, folder));
}

/* Takes a number and the byte that ends it; false: there is no number. */
static bool take_number(struct str *rest, char end, int64_t *number)
{
	struct str text;
	bool negative;

	if (!str_cut(rest, end, &text) || text.n == 0 || text.n > 10)
		return false;
	negative = text.p[0] == '-';
	*number = 0;
	for (size_t i = negative; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		*number = *number * 10 + (text.p[i] - '0');
	}
	if (negative)
		*number = -*number;
	return true;
}

/*
 * gitformat-index(5), "Cache tree": a folder's name, the number of its entries (negative: its tree
 * is unknown), the number of folders in it, which follow, and its tree's id. The first `above`
 * bytes of the path are the parent folder's.
 */
static bool read_cached(struct cached_trees *c, size_t above, int depth)
{
	struct str name, folder = { c->path, above };
	int64_t covered, folders;

	if (depth > MAX_DEPTH || !str_cut(&c->rest, '\0', &name) ||
		above + name.n + 1 > MAX_PATH_BYTES || (depth > 0) != (name.n > 0))
		return false;
	if (!take_number(&c->rest, ' ', &covered) || !take_number(&c->rest, '\n', &folders))
		return false;
	if (above)
		c->path[folder.n++] = '/';
	str_put(c->path + folder.n, name);
	folder.n += name.n;
	if (covered >= 0) {
		if (c->rest.n < GIT_OID_RAWSZ)
			return false;
		if (covered <= c->index->n && is_plain(c, folder, (uint32_t)covered))
			c->found(c->context, (const uint8_t *)c->rest.p);
		c->rest = str_from(c->rest, GIT_OID_RAWSZ);
	}
	for (; folders > 0; folders--)
		if (!read_cached(c, folder.n, depth + 1))
			return false;
	return true;
}

void index_plain_trees(struct repository *repository, struct arena *scratch,
	void (*found)(void *context, const uint8_t *id), void *context)
{
	struct cached_trees *c = NEW(scratch, struct cached_trees);
	struct index_file index;
	struct diags unsaid;
	struct stat st;

	diags_init(&unsaid, scratch);
	if (stat(str_cstr(scratch, repository->index_path), &st) < 0 || st.st_size < 0 ||
		(uint64_t)st.st_size > MAX_HINT_BYTES ||
		!index_read_unverified(repository, scratch, &index, &unsaid) || !index.trees.n)
		return;
	c->index = &index;
	c->rest = index.trees;
	c->found = found;
	c->context = context;
	c->others = NEW_ARRAY(scratch, (size_t)index.n + 1, uint32_t);
	for (uint32_t i = 0; i < index.n; i++) {
		uint32_t kind = index_mode(&index.entries[i]) >> 12;

		c->others[i + 1] = c->others[i] + (kind != 010 && kind != 016);
	}
	read_cached(c, 0, 0);
}
