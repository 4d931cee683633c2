#include "focus.h"

#include "proto/outline.h"
#include "version_steps.h"

enum {
	LARGE_TREE = 1000, /* contracts; in a smaller one reading everything takes no time */
	SMALL_CHANGE = 20, /* contracts */
	SMALL_PART = 10,   /* the folders hold at most one in so many contracts of the tree */
};

struct focusing {
	struct breakwater_run *run;
	const struct versions *versions;
	struct map *folders; /* (NULL, hash of the folder) */
	struct arena *scratch, *lists; /* outlines are read in one, into the other */
};

static struct str folder_of(struct str path)
{
	size_t slash = str_rfind(path, '/');

	return str_head(path, slash < path.n ? slash : 0);
}

static void add_folder(struct focusing *f, struct str path)
{
	*map_put(f->folders, NULL, str_hash(folder_of(path))) = f;
}

static bool in_folders(const struct focusing *f, struct str path)
{
	return map_get(f->folders, NULL, str_hash(folder_of(path))) != NULL;
}

/* The changed files, and others that were compiled since they import one. */
static void add_change(struct focusing *f)
{
	const struct changes *changes = &f->run->changes;
	const struct schema *new = &f->run->schemas[NEW];

	for (uint32_t i = 0; i < changes->list.n; i++)
		add_folder(f, changes->list.items[i].path);
	for (uint32_t i = 0; i < new->files.n; i++) {
		const struct file *file = new->files.items[i].file;

		for (uint32_t k = 0; !file->is_builtin && k < file->imports.n; k++)
			if (file->imports.items[k].file &&
				change_find(changes, file->imports.items[k].file->text->path))
				add_folder(f, file->text->path);
	}
}

/* One step of the walk back. */
struct step {
	struct source *old, *new;
	const struct changes *changes;
};

/* Files of the folders that the step brought: those of the same name that it took away elsewhere. */
static void add_renamed(struct focusing *f, const struct changes *changes)
{
	struct map bases;

	map_init(&bases, f->run->arena);
	for (uint32_t i = 0; i < changes->list.n; i++)
		if (!changes->list.items[i].old && in_folders(f, changes->list.items[i].path))
			*map_put(&bases, NULL, str_hash(path_base(changes->list.items[i].path))) =
				f;
	for (uint32_t i = 0; bases.n && i < changes->list.n; i++) {
		struct str path = changes->list.items[i].path;

		if (!changes->list.items[i].new &&map_get(&bases, NULL, str_hash(path_base(path))))
			add_folder(f, path);
	}
}

/* What a file declares, into f->lists; of one that cannot be read, nothing: who compiles it says
 * so. */
static void declared_in(struct focusing *f, struct source *source,
	const struct source_entry *entry, struct outline *outline)
{
	struct arena_mark mark = arena_mark(f->scratch);
	struct outline_words words;
	struct diags unsaid;
	struct str bytes;

	*outline = (struct outline){ 0 };
	diags_init(&unsaid, f->scratch);
	outline_words_init(&words, f->scratch);
	if (entry && source_read(source, entry, f->scratch, &bytes, &unsaid))
		outline_read(&(struct outline_request){ .bytes = bytes,
				     .words = &words,
				     .names = true,
				     .intern = f->run->names,
				     .arena = f->lists,
				     .scratch = f->scratch },
			outline);
	arena_rewind(f->scratch, mark);
}

/* Full names that files of the folders have on the new side of a step: &came, unless they have them
 * on the old side, too. */
struct step_names {
	struct map marks;
	VEC(struct str) list; /* of the new side */
	struct map last;      /* (NULL, hash of the last component) of those that came */
	uint32_t n_came;
};

static const char came, stayed;

static void mark_names(
	struct focusing *f, const struct step *step, bool new, struct step_names *names)
{
	for (uint32_t i = 0; i < step->changes->list.n; i++) {
		const struct change *change = &step->changes->list.items[i];
		struct outline outline;

		if (!in_folders(f, change->path))
			continue;
		declared_in(f, new ? step->new : step->old, new ? change->new : change->old,
			&outline);
		for (uint32_t k = 0; k < outline.names.n; k++) {
			struct str name = outline.names.items[k].full_name;
			void **mark = map_put(&names->marks, name.p, 0);

			if (new && !*mark)
				*vec_push(f->lists, &names->list) = name;
			names->n_came += new && !*mark;
			names->n_came -= !new && *mark == &came;
			*mark = (void *)(new ? &came : &stayed);
		}
	}
}

static void mark_last(struct focusing *f, struct step_names *names)
{
	for (uint32_t i = 0; i < names->list.n; i++) {
		struct str name = names->list.items[i];

		if (map_get(&names->marks, name.p, 0) == &came)
			*map_put(&names->last, NULL, str_hash(str_last_component(name))) = f;
	}
}

/* Did a file have what came: under its full name, or, if it was deleted, in another package? */
static bool had_it(const struct change *change, const struct step_names *names, struct str full_name)
{
	return map_get(&names->marks, full_name.p, 0) == &came ||
	       (!change->new &&
		       map_get(&names->last, NULL, str_hash(str_last_component(full_name))));
}

/* Where was what came into the folders, in other files that the step changed? */
static void add_moved(struct focusing *f, const struct step *step)
{
	struct arena_mark begin = arena_mark(f->lists);
	struct step_names names = { 0 };

	map_init(&names.marks, f->lists);
	map_init(&names.last, f->lists);
	mark_names(f, step, true, &names);
	if (names.n_came)
		mark_names(f, step, false, &names);
	if (names.n_came)
		mark_last(f, &names);
	for (uint32_t i = 0; names.n_came && i < step->changes->list.n; i++) {
		const struct change *change = &step->changes->list.items[i];
		struct arena_mark mark = arena_mark(f->lists);
		struct outline outline;

		if (!change->old || in_folders(f, change->path))
			continue;
		declared_in(f, step->old, change->old, &outline);
		for (uint32_t k = 0; k < outline.names.n; k++)
			if (had_it(change, &names, outline.names.items[k].full_name))
				add_folder(f, change->path);
		arena_rewind(f->lists, mark);
	}
	arena_rewind(f->lists, begin);
}

static void add_origins(struct focusing *f, const struct step *step)
{
	add_renamed(f, step->changes);
	add_moved(f, step);
}

/* What differs from a version that is not before BASE is new, wherever it is. */
static void add_all(struct focusing *f, const struct step *step)
{
	for (uint32_t i = 0; i < step->changes->list.n; i++)
		add_folder(f, step->changes->list.items[i].path);
}

static bool compare_with(struct focusing *f, struct source *old, struct source *new,
	void (*add)(struct focusing *f, const struct step *step))
{
	struct changes changes = { 0 };

	if (!old || !new)
		return true;
	if (!source_changes(old, new, &changes, &f->run->diags))
		return false;
	add(f, &(struct step){ old, new, &changes });
	return true;
}

/* From the new side back to the first version. */
static bool walk_back(struct focusing *f)
{
	struct breakwater_run *run = f->run;
	struct source *first = run->sides[NEW].source, *newer = first, *source = NULL;
	bool ok = true;

	for (uint32_t i = f->versions->list.n; ok && i-- > 0;) {
		const struct version *version = &f->versions->list.items[i];

		ok = version_source(run, f->versions, version, &source) &&
		     (version->before_base || version->is_base ||
			     compare_with(f, source, first, add_all)) &&
		     compare_with(f, source, newer, add_origins);
		if (newer && newer != first)
			source_close(newer);
		newer = source;
	}
	if (newer && newer != first)
		source_close(newer);
	return ok;
}

static bool is_small_part(const struct focusing *f, const struct source_list *list)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < list->entries.n; i++)
		n += in_folders(f, list->entries.items[i].path);
	return n <= list->entries.n / SMALL_PART;
}

bool focus_find(
	struct breakwater_run *run, const struct versions *versions, struct report_scope *scope)
{
	struct focusing f = { .run = run, .versions = versions };
	const struct source_list *list;
	bool ok;

	if (run->options->all || !run->changes.complete || !run->changes.list.n ||
		run->changes.list.n > SMALL_CHANGE)
		return true;
	list = source_files(run->sides[NEW].source, &run->diags);
	if (!list)
		return false;
	if (list->entries.n <= LARGE_TREE)
		return true;
	f.folders = NEW(run->arena, struct map);
	map_init(f.folders, run->arena);
	f.scratch = arena_like(run->arena);
	f.lists = arena_like(run->arena);
	add_change(&f);
	ok = walk_back(&f);
	arena_free(f.scratch);
	arena_free(f.lists);
	if (!ok)
		return false;
	if (is_small_part(&f, list))
		scope->folders = f.folders;
	return true;
}
