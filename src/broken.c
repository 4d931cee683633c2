#include "broken.h"

enum {
	MOST_LOST = 20,  /* imports whose file is gone are shown; the others are counted */
	MOST_BROKEN = 3, /* likewise files that decide nothing */
};

/* Files that the change touched, and what they import: an error in one decides the status. */
struct reach {
	struct map files;        /* reached ones, by address */
	VEC(struct file *) open; /* reached, and not yet followed */
	struct arena *arena;
};

static void reach_add(struct reach *reach, struct file *file)
{
	void **seen = map_put(&reach->files, file, 0);

	if (*seen)
		return;
	*seen = file;
	*vec_push(reach->arena, &reach->open) = file;
}

static void reach_follow(struct reach *reach)
{
	while (reach->open.n) {
		struct file *file = reach->open.items[--reach->open.n];

		for (uint32_t i = 0; i < file->imports.n; i++) {
			if (file->imports.items[i].file)
				reach_add(reach, file->imports.items[i].file);
		}
	}
}

static bool was_touched(const struct changes *changes, struct str path)
{
	/* Not known for text against a set. */
	return !changes->complete || change_find(changes, path);
}

static bool lacks_import(const struct file *file)
{
	for (uint32_t i = 0; i < file->imports.n; i++) {
		if (!file->imports.items[i].file)
			return true;
	}
	return false;
}

/* Does an error in this file decide the status, whatever imports it? */
static bool decides(const struct broken_request *r, const struct file *file)
{
	if (file->is_builtin)
		return false;
	if (r->scope->generated && !scope_generates(r->scope, file->import_path))
		return false;
	return was_touched(r->changes, file->text->path) || file->lost_import ||
	       (r->strict && lacks_import(file));
}

static void reach_find(const struct broken_request *r, struct reach *reach)
{
	const struct schema *const sides[] = { r->old, r->new };

	for (size_t s = 0; s < COUNT(sides); s++) {
		for (uint32_t i = 0; i < sides[s]->files.n; i++) {
			if (decides(r, sides[s]->files.items[i].file))
				reach_add(reach, sides[s]->files.items[i].file);
		}
	}
	reach_follow(reach);
}

/* ---- files that the change did not touch ---- */

/* The files of both sides. */
struct index {
	struct map by_text;   /* text → the file */
	struct map old_paths; /* hash of a path → the old side's file */
	struct map own;       /* the new side's files that are part of its contract */
	struct map reported;  /* files that were reported as broken by the change */
};

static void index_files(const struct broken_request *r, struct index *index)
{
	const struct schema *const sides[] = { r->old, r->new };

	map_init(&index->by_text, r->arena);
	map_init(&index->old_paths, r->arena);
	map_init(&index->own, r->arena);
	map_init(&index->reported, r->arena);
	for (size_t s = 0; s < COUNT(sides); s++) {
		for (uint32_t i = 0; i < sides[s]->files.n; i++) {
			struct file *file = sides[s]->files.items[i].file;

			*map_put(&index->by_text, file->text, 0) = file;
			if (sides[s] == r->new &&sides[s]->files.items[i].own)
				*map_put(&index->own, file, 0) = file;
			if (sides[s] == r->old)
				*map_put(&index->old_paths, NULL, str_hash(file->text->path)) =
					file;
		}
	}
}

/* Did it compile before the change, which did not touch it? */
static bool was_broken_by_change(
	const struct broken_request *r, const struct index *index, const struct file *file)
{
	const struct file *old = map_get(&index->old_paths, NULL, str_hash(file->text->path));

	if (!map_get(&index->own, file, 0) || !old || old == file || old->is_broken ||
		r->scope->generated)
		return false;
	return scope_has_path(r->scope, file->text->path);
}

static void report_broken_by_change(
	const struct broken_request *r, struct index *index, struct file *file, struct diag *diag)
{
	void **reported = map_put(&index->reported, file, 0);
	struct str help;

	if (*reported)
		return;
	*reported = file;
	help = str_printf(r->arena,
		"'" STR "' did not change, but compiled in '" STR "': this change breaks it",
		ARG(file->import_path), ARG(r->old_source->name));
	diag->help = diag->help.p ? str_printf(r->arena, STR "\n" STR, ARG(diag->help), ARG(help))
				  : help;
}

/* Counts an error of a file, of both sides; `demoted`: path → the number by now. */
static uint32_t count_demoted(struct map *demoted, const struct file *file)
{
	uintptr_t *count = (uintptr_t *)map_put(demoted, file->text->path.p, 0);

	return (uint32_t)(*count += 1);
}

/* Says that `n` files are broken that do not decide the status, and how to see their errors. */
static void warn_demoted(const struct broken_request *r, uint32_t n)
{
	if (!n || r->full || (r->all && n <= MOST_BROKEN))
		return;
	diag_warning(r->diags, NOWHERE,
		"%u file%s that the change did not touch do%s not compile and %s not compared", n,
		n == 1 ? "" : "s", n == 1 ? "es" : "", n == 1 ? "is" : "are");
	if (r->all)
		diag_help(r->diags, "'--full' shows an error of each");
	else
		diag_help(r->diags,
			"only what the change can hurt was looked at; '--full' looks at "
			"every contract");
}

/*
 * Errors in files that the change neither touched nor reaches become warnings, unless the change
 * broke them: the first of a file, and without --full of a few files.
 */
static void demote_errors(
	const struct broken_request *r, struct index *index, const struct reach *reach)
{
	struct map demoted;
	uint32_t n = 0;

	map_init(&demoted, r->arena);
	for (uint32_t i = 0; i < r->diags->n; i++) {
		struct diag *diag = &r->diags->items[i];
		struct file *file =
			diag->place.text ? map_get(&index->by_text, diag->place.text, 0) : NULL;
		bool shown = true;

		if (diag->level != DIAG_ERROR || !file || map_get(&reach->files, file, 0)) {
			/* as it is */
		} else if (was_broken_by_change(r, index, file)) {
			report_broken_by_change(r, index, file, diag);
		} else {
			diag->level = DIAG_WARNING;
			r->diags->n_errors--;
			shown = count_demoted(&demoted, file) == 1 &&
				(r->full || demoted.n <= MOST_BROKEN);
		}
		if (shown)
			r->diags->items[n++] = *diag;
	}
	r->diags->n = n;
	warn_demoted(r, demoted.n);
}

/* Reports a broken file that decides, if no error does: it must not pass in silence. */
static void require_reason(const struct broken_request *r, const struct reach *reach)
{
	for (uint32_t i = 0; i < reach->files.n && !r->diags->n_errors; i++) {
		const struct file *file = reach->files.entries[i].key;

		if (file->is_broken)
			diag_error(r->diags, place_in(file->text, NO_SPAN),
				"'" STR "' does not compile", ARG(file->import_path));
	}
}

static bool any_is_broken(const struct broken_request *r)
{
	const struct schema *const sides[] = { r->old, r->new };

	for (size_t s = 0; s < COUNT(sides); s++)
		for (uint32_t i = 0; i < sides[s]->files.n; i++)
			if (sides[s]->files.items[i].file->is_broken)
				return true;
	return false;
}

/* ---- imports whose file is gone ---- */

struct losses {
	const struct broken_request *r;
	struct map moved; /* hash of a base name → the path of a new file of that name */
	uint32_t reported;
};

static void losses_init(struct losses *l, const struct broken_request *r)
{
	const struct source_list *list = source_files(r->new_source, r->diags);

	*l = (struct losses){ .r = r };
	map_init(&l->moved, r->arena);
	for (uint32_t i = 0; list && i < list->entries.n; i++) {
		const struct str *path = &list->entries.items[i].path;

		if (!source_find(r->old_source, *path))
			*map_put(&l->moved, NULL, str_hash(path_base(*path))) = (void *)path;
	}
}

/* A new file of the same base name, where the file may have moved to; absent: none. */
static struct str moved_to(const struct losses *l, struct str path)
{
	const struct str *other = map_get(&l->moved, NULL, str_hash(path_base(path)));

	return other ? *other : (struct str){ NULL, 0 };
}

/* Reports the first MOST_LOST; counts the others. */
static void report_lost(struct losses *l, const struct lost_import *lost)
{
	const struct broken_request *r = l->r;
	struct place place = place_in(lost->importer->text, lost->import->span);
	struct str moved = moved_to(l, lost->path);

	if (++l->reported > MOST_LOST)
		return;
	diag_error(r->diags, place,
		"import '" STR "' dangles on the new side ('" STR "'): the change removed its file",
		ARG(lost->import->path), ARG(r->new_source->name));
	if (r->new_source->by_import_path)
		diag_help(r->diags, "include imports in the set: protoc --include_imports");
	else if (moved.p)
		diag_help(r->diags,
			"'" STR "' may have moved to '" STR "': import it as it is named there",
			ARG(lost->path), ARG(moved));
	else
		diag_help(r->diags,
			"'" STR "' exists only in '" STR "': keep it, or remove the import",
			ARG(lost->path), ARG(r->old_source->name));
	if (lost->others)
		diag_help(r->diags, "%u more import%s it", lost->others,
			lost->others == 1 ? " names" : "s name");
}

static void report_rest(const struct losses *l)
{
	if (l->reported > MOST_LOST)
		diag_error(l->r->diags, NOWHERE,
			"%u more imports dangle on the new side ('" STR "')",
			l->reported - MOST_LOST, ARG(l->r->new_source->name));
}

/*
 * Was the folder that the import begins with deleted as a whole, as when a dependency is no longer
 * vendored? Then importers find the file elsewhere.
 */
static bool left_with_folder(const struct losses *l, const struct lost_import *lost)
{
	struct str import = lost->import->path, folder;
	size_t slash = str_find(import, '/');

	if (slash >= import.n || !str_ends(lost->path, import) || moved_to(l, lost->path).p)
		return false;
	folder = str_head(lost->path, lost->path.n - import.n + slash);
	return !path_under(lost->importer->text->path, folder) &&
	       !source_has_contract(l->r->new_source, folder, l->r->diags);
}

static void warn_left(const struct broken_request *r, const struct lost_import *lost)
{
	diag_warning(r->diags, place_in(lost->importer->text, lost->import->span),
		"import '" STR "' is in no import root; its types are compared by name",
		ARG(lost->import->path));
	diag_help(r->diags, "the change deletes '" STR "' with the folder that the import names",
		ARG(lost->path));
}

bool broken_judge_folders(const struct broken_request *r, const struct findings *findings)
{
	struct losses losses;
	struct map deleted; /* hash of a path → the finding */

	if (!r->new->lost.n)
		return true;
	losses_init(&losses, r);
	map_init(&deleted, r->arena);
	for (uint32_t i = 0; i < findings->list.n; i++) {
		const struct finding *finding = findings->list.items[i];

		if (finding->rule->on == PAIR_FILE && finding->old_file && !finding->new_file)
			*map_put(&deleted, NULL, str_hash(finding->old_file->text->path)) =
				(void *)finding;
	}
	for (uint32_t i = 0; i < r->new->lost.n; i++) {
		const struct lost_import *lost = &r->new->lost.items[i];

		if (map_get(&deleted, NULL, str_hash(lost->path)))
			warn_left(r, lost);
		else
			report_lost(&losses, lost);
	}
	report_rest(&losses);
	return losses.reported == 0;
}

static void report_all_lost(const struct broken_request *r)
{
	struct losses losses;

	if (!r->new->lost.n)
		return;
	losses_init(&losses, r);
	for (uint32_t i = 0; i < r->new->lost.n; i++) {
		if (!left_with_folder(&losses, &r->new->lost.items[i]))
			report_lost(&losses, &r->new->lost.items[i]);
	}
	report_rest(&losses);
}

bool broken_judge(const struct broken_request *r)
{
	struct reach reach = { .arena = r->arena };
	struct index index;

	report_all_lost(r);
	if (!r->diags->n_errors && !any_is_broken(r))
		return true;
	map_init(&reach.files, r->arena);
	reach_find(r, &reach);
	index_files(r, &index);
	demote_errors(r, &index, &reach);
	require_reason(r, &reach);
	return r->diags->n_errors == 0;
}
