#include "source/filters.h"
#include "source/clean.h"
#include "base/open.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

struct filters {
	struct repository *repository;
	const struct index_file *index;
	struct arena *arena;
	pthread_mutex_t lock; /* of everything below, which is made on demand */
	bool is_ready;
	struct attributes *attributes;
	enum eol_rule autocrlf;
};

struct filters *filters_new(
	struct repository *repository, const struct index_file *index, struct diags *diags)
{
	struct filters *f = NEW(repository->arena, struct filters);

	f->repository = repository;
	f->index = index;
	if (pthread_mutex_init(&f->lock, NULL)) {
		diag_error(diags, NOWHERE, "out of memory");
		return NULL;
	}
	f->arena = arena_like(repository->arena);
	return f;
}

void filters_free(struct filters *f)
{
	if (!f)
		return;
	pthread_mutex_destroy(&f->lock);
	arena_free(f->arena);
}

/* ---- the files that say it ---- */

static bool fail_file(struct str path, int error, struct diags *diags)
{
	struct str shown = path_printable(diags->arena, path);

	if (error == EFBIG)
		diag_error(diags, NOWHERE, "'" STR "' is larger than %d bytes", ARG(shown),
			MAX_ATTRIBUTES_BYTES);
	else
		diag_error(diags, NOWHERE, "cannot read '" STR "': %s", ARG(shown),
			read_reason(error));
	return false;
}

/* Reads and closes `fd`; -1 with errno: there is no file. */
static bool read_open(
	struct filters *f, int fd, struct str path, struct str *text, struct diags *diags)
{
	bool ok;
	int error;

	if (fd < 0)
		return is_absent(errno) || errno == ELOOP || errno == EXDEV || errno == EISDIR ||
		       fail_file(path, errno, diags);
	ok = file_bytes(fd, MAX_ATTRIBUTES_BYTES, f->arena, text);
	error = errno;
	close(fd);
	if (ok && !text->p)
		*text = S("");
	/* If the file is only in the index, git 2.39 takes it as part of the first pattern. */
	if (ok && str_starts(*text, S("\xef\xbb\xbf")))
		*text = str_from(*text, 3);
	return ok || fail_file(path, error, diags);
}

/* A file of the repository outside of the tree. */
static bool read_outside(struct filters *f, struct str path, struct str *text, struct diags *diags)
{
	return read_open(f, file_open(str_cstr(f->arena, path)), path, text, diags);
}

/* A folder's .gitattributes on disk, else in the index, as in a sparse checkout. */
static bool read_inside(struct filters *f, struct str folder, struct str *text, struct diags *diags)
{
	struct str path = path_join(f->arena, folder, S(".gitattributes"));
	const struct index_entry *entry;

	if (!read_open(f, beneath_open_file(f->repository->work_top, path), path, text, diags))
		return false;
	entry = text->p ? NULL : index_find(f->index, path);
	if (!entry || (index_mode(entry) & MODE_TYPE) != MODE_FILE)
		return true;
	return object_read(f->repository, index_id(entry), GIT_OBJECT_BLOB, MAX_ATTRIBUTES_BYTES,
		NULL, path, f->arena, text, diags);
}

static enum eol_rule read_autocrlf(struct filters *f)
{
	struct str word = { NULL, 0 };
	bool on;

	if (!repository_config_text(f->repository, S("core.autocrlf"), &word))
		return EOL_UNSAID;
	if (str_eq(word, S("input")))
		return EOL_AUTO;
	return git_bool(word, &on) && on ? EOL_AUTO : EOL_UNSAID;
}

static bool make_ready(struct filters *f, struct diags *diags)
{
	struct repository *repository = f->repository;
	struct str global = { NULL, 0 }, info = { NULL, 0 }, root = { NULL, 0 }, path;

	if (f->is_ready)
		return true;
	if (repository_config_path(repository, S("core.attributesfile"), &path) && path.n) {
		if (path.p[0] != '/')
			path = path_join(f->arena, repository->work_dir, path);
		if (!read_outside(f, path, &global, diags))
			return false;
	}
	path = path_join(f->arena, repository->common_dir, S("info/attributes"));
	if (!read_outside(f, path, &info, diags) || !read_inside(f, S(""), &root, diags))
		return false;
	f->attributes = attributes_new(f->arena, global, root, info);
	f->autocrlf = read_autocrlf(f);
	f->is_ready = true;
	return true;
}

/* Does the repository's own configuration give the driver a program? */
static bool runs_program(struct filters *f, struct str driver)
{
	static const char *const keys[] = { "clean", "process" };
	struct str text = { NULL, 0 };

	for (size_t i = 0; i < COUNT(keys); i++) {
		struct str key = str_printf(f->arena, "filter." STR ".%s", ARG(driver), keys[i]);

		if (repository_config_text(f->repository, key, &text) && text.n)
			return true;
	}
	return false;
}

/* The attributes of one file. */
struct sayings {
	struct path_attributes attributes;
	enum eol_rule autocrlf;
	bool runs_program;
};

static bool look_up(
	struct filters *f, struct str path, struct sayings *sayings, struct diags *diags)
{
	bool ok;

	pthread_mutex_lock(&f->lock);
	ok = make_ready(f, diags);
	for (size_t i = 0; ok && i < path.n; i++) {
		struct str folder = str_head(path, i), text = { NULL, 0 };

		if (path.p[i] != '/' || !attributes_lacks(f->attributes, folder))
			continue;
		ok = read_inside(f, folder, &text, diags);
		if (ok)
			attributes_add(f->attributes, folder, text);
	}
	if (ok) {
		attributes_get(f->attributes, path, &sayings->attributes);
		sayings->autocrlf = f->autocrlf;
		sayings->runs_program =
			sayings->attributes.filter.n && runs_program(f, sayings->attributes.filter);
	}
	pthread_mutex_unlock(&f->lock);
	return ok;
}

/* ---- what is done ---- */

/* One call of filters_apply. */
struct filtering {
	struct filters *filters;
	const struct filter_request *request;
	struct diags *diags;
};

/* The file's blob in the index; false: none, or it cannot be read. */
static bool read_recorded(const struct filtering *w, uint64_t limit, struct str *bytes)
{
	const struct index_entry *entry = index_find(w->filters->index, w->request->path);
	struct diags unsaid;

	diags_init(&unsaid, w->request->arena);
	return entry && (index_mode(entry) & MODE_TYPE) == MODE_FILE && !index_is_intent(entry) &&
	       object_read(w->filters->repository, index_id(entry), GIT_OBJECT_BLOB, limit, NULL,
		       w->request->path, w->request->arena, bytes, &unsaid);
}

static bool recorded_has_crlf(void *context)
{
	const struct filtering *w = context;
	struct str bytes;

	return read_recorded(w, w->filters->repository->options.max_file_bytes, &bytes) &&
	       text_has_crlf(bytes);
}

static bool recorded_is_pointer(const struct filtering *w)
{
	struct str recorded;

	return read_recorded(w, MAX_POINTER_BYTES, &recorded) && is_lfs_pointer(recorded);
}

/* An unchanged file is its pointer, as on the other side; a changed one is read. */
static void take_pointer(const struct filtering *w, struct str *bytes)
{
	struct str recorded, made = lfs_pointer(w->request->arena, *bytes);

	if (w->request->for_id ||
		(read_recorded(w, MAX_POINTER_BYTES, &recorded) && str_eq(recorded, made)))
		*bytes = made;
}

static bool fail_program(const struct filtering *w, struct str driver)
{
	struct str shown = path_printable(w->diags->arena, w->request->shown);

	diag_error(w->diags, NOWHERE,
		"'" STR "' differs from the index, and what git would store is unknown: the "
			"program of its 'filter=" STR "' in .gitattributes is not run",
		ARG(shown), ARG(path_printable(w->diags->arena, driver)));
	diag_help(w->diags, "'git add' it, then 'breakwater check --staged'");
	return false;
}

static bool fail_clean(const struct filtering *w, enum clean_fault fault, struct str encoding)
{
	struct str shown = path_printable(w->diags->arena, w->request->shown);

	encoding = path_printable(w->diags->arena, encoding);
	switch (fault) {
	case CLEAN_OK:
		return true;
	case CLEAN_NO_ENCODING:
		diag_error(w->diags, NOWHERE,
			"the 'working-tree-encoding' of '" STR
			"' in .gitattributes names no encoding",
			ARG(shown));
		diag_help(
			w->diags, "git refuses such a file: write 'working-tree-encoding=UTF-16'");
		break;
	case CLEAN_UNKNOWN_ENCODING:
		diag_error(w->diags, NOWHERE,
			"'" STR "' has 'working-tree-encoding=" STR
			"' in .gitattributes, which is not supported",
			ARG(shown), ARG(encoding));
		diag_help(w->diags, "'git add' it, then 'breakwater check --staged'");
		break;
	case CLEAN_INVALID:
		diag_error(w->diags, NOWHERE,
			"'" STR "' is not in the encoding that its 'working-tree-encoding=" STR
			"' in .gitattributes says",
			ARG(shown), ARG(encoding));
		diag_help(w->diags, "git cannot add it either: save it in that encoding");
		break;
	case CLEAN_HAS_MARK:
	case CLEAN_LACKS_MARK:
		diag_error(w->diags, NOWHERE,
			"'" STR "' begins with%s byte order mark, against its "
			"'working-tree-encoding=" STR "' in .gitattributes",
			ARG(shown), fault == CLEAN_HAS_MARK ? " a" : "out a", ARG(encoding));
		diag_help(w->diags,
			"a name such as UTF-16 needs one, a name such as UTF-16LE forbids it");
		break;
	}
	return false;
}

static bool clean(struct filtering *w, const struct sayings *sayings, struct str *bytes)
{
	const struct path_attributes *attributes = &sayings->attributes;
	struct clean_request request = {
		.arena = w->request->arena,
		.attributes = attributes,
		.autocrlf = sayings->autocrlf,
		.recorded_has_crlf = recorded_has_crlf,
		.context = w,
	};
	enum clean_fault fault = clean_text(&request, bytes);

	return fault == CLEAN_OK || fail_clean(w, fault, attributes->encoding);
}

bool filters_apply(struct filters *f, const struct filter_request *request, struct str *bytes,
	struct diags *diags)
{
	struct filtering w = { f, request, diags };
	struct sayings sayings;
	struct str driver;

	if (!look_up(f, request->path, &sayings, diags))
		return false;
	driver = sayings.attributes.filter;
	/* The index has what git stored, whatever the attributes are now. */
	if (request->is_recorded &&
		(driver.n || sayings.attributes.encoding.n || sayings.attributes.bad_encoding) &&
		read_recorded(&w, f->repository->options.max_file_bytes, bytes))
		return true;
	/* The driver is applied first. */
	if (str_eq(driver, S("lfs")) && recorded_is_pointer(&w)) {
		take_pointer(&w, bytes);
		return true;
	}
	if (sayings.runs_program)
		return fail_program(&w, driver);
	return clean(&w, &sayings, bytes);
}
