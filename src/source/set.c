/*
 * A FileDescriptorSet: split into the bytes of its files, which descriptor/ unpacks one at a time.
 *
 * On the wire a set is a row of `0a`, length, FileDescriptorProto. The walk here is bounded by the
 * bytes that are there, knows all wire types, groups too (protobuf-c does not), and reads of each
 * file only its name.
 */
#include "source/private.h"

#include "base/form.h"
#include "base/wire.h"
#include "base/open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FIELD_SET_FILE = 1,  /* FileDescriptorSet.file */
	FIELD_FILE_NAME = 1, /* FileDescriptorProto.name */
};
static const uint64_t MAX_SET_BYTES = UINT64_C(1) << 30;

/* Calls `take` for each bytes field `number` of a message. */
static bool wire_walk(struct str bytes, uint32_t number,
	bool (*take)(void *context, struct str payload), void *context)
{
	struct wire wire = wire_open(bytes);
	struct wire_record record;

	while (wire_next(&wire, &record))
		if (record.type == WIRE_BYTES && record.number == number &&
			!take(context, record.bytes))
			return false;
	return !wire.wrong;
}

static bool take_name(void *context, struct str payload)
{
	*(struct str *)context = payload; /* the last one wins */
	return true;
}

struct splitting {
	struct arena *arena;
	struct str name;
	struct diags *diags;
	VEC(struct memory_file) files;
	bool reported;
};

static bool split_fail(struct splitting *s, struct str file, const char *what)
{
	s->reported = true;
	if (file.n)
		diag_error(s->diags, NOWHERE, "'" STR "', file '" STR "': %s", ARG(s->name),
			ARG(path_printable(s->diags->arena, file)), what);
	else
		diag_error(s->diags, NOWHERE, "'" STR "', file %u: %s", ARG(s->name),
			s->files.n + 1, what);
	diag_help(s->diags, "write the set again, as in: breakwater build -o FILE");
	return false;
}

static bool take_file(void *context, struct str payload)
{
	struct splitting *s = context;
	struct memory_file *file;
	struct str path = { NULL, 0 };

	if (!wire_walk(payload, FIELD_FILE_NAME, take_name, &path))
		return split_fail(s, path, "its descriptor is damaged or cut short");
	if (path.n == 0)
		return split_fail(s, path, "it has no name");
	if (path.n > MAX_PATH_BYTES || str_has(path, '\0'))
		return split_fail(s, S(""), "its name is not a valid file name");
	file = vec_push(s->arena, &s->files);
	*file = (struct memory_file){ path, payload };
	return true;
}

/* Equal files count once (`cat a.binpb b.binpb` makes such sets); different ones of one name are
 * an error. */
static bool drop_repeated(struct splitting *s, struct source_entry *order)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < s->files.n; i++)
		order[i] = (struct source_entry){ .path = s->files.items[i].path, .private = i };
	entries_sort(order, s->files.n);
	for (uint32_t i = 1; i < s->files.n; i++) {
		struct memory_file *a = &s->files.items[order[i - 1].private];
		struct memory_file *b = &s->files.items[order[i].private];

		if (!str_eq(a->path, b->path))
			continue;
		if (!str_eq(a->bytes, b->bytes))
			return split_fail(
				s, a->path, "the set has it twice, with different contents");
		a->path = (struct str){ NULL, 0 };
	}
	for (uint32_t i = 0; i < s->files.n; i++)
		if (s->files.items[i].path.p)
			s->files.items[kept++] = s->files.items[i];
	s->files.n = kept;
	return true;
}

/* The help for a file of another form; absent: it is not mistaken for a set. */
static struct str form_remedy(enum form form)
{
	switch (form) {
	case FORM_JSON:
	case FORM_TEXT_SET:
		return S("write it in binary: breakwater build -o FILE, or buf build -o "
			 "FILE.binpb; 'breakwater breaking' reads FILE.json and FILE.txtpb, too");
	case FORM_YAML_SET:
		return S("write it in binary: breakwater build -o FILE, or buf build -o "
			 "FILE.binpb");
	case FORM_GZIP:
		return S("unpack it, as with gunzip; 'breakwater breaking' reads FILE.binpb.gz, "
			 "too");
	case FORM_ZSTD:
		return S("unpack it, as with unzstd; 'breakwater breaking' reads FILE.binpb.zst, "
			 "too");
	case FORM_ZIP:
	case FORM_TAR:
		return S("unpack it, and name the folder: dir:PATH; 'breakwater breaking' reads "
			 "FILE.zip and FILE.tar, too");
	case FORM_UTF16:
	case FORM_UTF32:
		return S("a shell's '>' changed the bytes: let the command write the file itself, "
			 "with -o FILE");
	case FORM_CONTRACT:
		return S("name the folder of the contracts: dir:PATH");
	case FORM_LFS_POINTER:
		return S("get the contents: git lfs pull");
	case FORM_PAGE:
	case FORM_NO_PAGE:
		return S("the download saved a page instead of the file: download it again");
	case FORM_ARCHIVE:
	case FORM_PICTURE:
	case FORM_PROGRAM:
		return S("write the set again, as in: breakwater build -o FILE");
	default:
		return (struct str){ NULL, 0 };
	}
}

/* Reports what the bytes are if they have another known form; false: they have none. */
static bool fail_form(struct str name, struct str bytes, struct diags *diags)
{
	enum form form = form_of(bytes);
	struct str remedy = form_remedy(form);

	if (!remedy.p)
		return false;
	diag_error(diags, NOWHERE, "'" STR "' is %s, not a serialized descriptor set", ARG(name),
		form_name(form));
	diag_help(diags, STR, ARG(remedy));
	return true;
}

bool set_split(struct arena *arena, struct str name, struct str bytes, struct memory_file **files,
	size_t *n, struct diags *diags)
{
	struct diags damage;
	struct splitting s = { .arena = arena, .name = name, .diags = &damage };

	if (bytes.n == 0) {
		diag_error(diags, NOWHERE, "'" STR "' is empty: the baseline was not written",
			ARG(name));
		diag_help(diags, "make it with: breakwater build -o FILE");
		return false;
	}
	diags_init(&damage, diags->arena);
	if (!wire_walk(bytes, FIELD_SET_FILE, take_file, &s) && !s.reported)
		split_fail(&s, S(""), "the set is damaged or cut short here");
	else if (!s.reported && s.files.n == 0)
		split_fail(&s, S(""), "this is not a descriptor set");
	if (s.reported) {
		if (!fail_form(name, bytes, diags))
			diags_adopt(diags, &damage);
		return false;
	}
	s.diags = diags;
	if (!drop_repeated(&s, NEW_ARRAY(arena, s.files.n, struct source_entry)))
		return false;
	*files = s.files.items;
	*n = s.files.n;
	return true;
}

struct source *source_set(struct arena *arena, struct str name, struct str bytes,
	uint32_t max_files, struct diags *diags)
{
	struct memory_file *files;
	size_t n;

	if (!set_split(arena, name, bytes, &files, &n, diags))
		return NULL;
	if (max_files && n > max_files) {
		diag_error(
			diags, NOWHERE, "'" STR "' has more than %u files", ARG(name), max_files);
		return NULL;
	}
	return source_memory_set(arena, name, files, n);
}

struct source *set_open(const struct source_options *options, struct str path, struct diags *diags)
{
	struct str name = str_printf(options->arena, "set:" STR, ARG(path)), bytes = S("");
	bool is_stdin = str_eq(path, S("-"));
	bool ok = false;
	int error = 0;
	int fd = is_stdin ? STDIN_FILENO : input_open(path_absolute(options, path));

	if (fd >= 0)
		ok = file_bytes(fd, MAX_SET_BYTES, options->arena, &bytes);
	error = errno;
	if (fd >= 0 && !is_stdin)
		close(fd);
	name = path_printable(options->arena, name);
	if (!ok) {
		diag_error(diags, NOWHERE, "cannot read '" STR "': %s", ARG(name),
			error == EFBIG ? "it is larger than 1 GiB" : read_reason(error));
		if (error == EISDIR)
			diag_help(diags, "set: needs a file; name a folder as dir:PATH");
		return NULL;
	}
	return source_set(options->arena, name, bytes, options->max_files, diags);
}
