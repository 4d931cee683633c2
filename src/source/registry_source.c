/*
 * A version of a subject as a source: its file, and those that it refers to, by import path.
 */
#include "source/private.h"
#include "source/registry_document.h"
#include "source/registry_private.h"

enum { MAX_SCHEMAS = 1000, MAX_CLOSURE_BYTES = 64 << 20, MAX_DEPTH_OF_CLOSURE = 65 };

struct closed {
	struct str path, subject;
	const struct registry_version *version;
	bool is_descriptor;
};

struct closure {
	struct registry *registry;
	struct diags *diags;
	struct arena *arena;
	struct str top; /* the subject that all belongs to */
	VEC(struct closed) files;
	struct closed stack[MAX_DEPTH_OF_CLOSURE]; /* what refers to what */
	uint32_t depth;
	uint64_t bytes;
};

static bool add(struct closure *c, const struct closed *file);

static struct closed *find(struct closure *c, struct str path)
{
	for (uint32_t i = 0; i < c->files.n; i++)
		if (str_eq(c->files.items[i].path, path))
			return &c->files.items[i];
	return NULL;
}

static bool fail_twice(struct closure *c, const struct closed *a, const struct closed *b)
{
	return registry_fail(c->registry, c->top, c->diags,
		"'" STR "' is both version %u of subject '" STR "' and version %u of subject '" STR
		"', which differ",
		ARG(a->path), a->version->number, ARG(a->subject), b->version->number,
		ARG(b->subject));
}

static bool fail_cycle(struct closure *c, const struct closed *file)
{
	return registry_fail(c->registry, c->top, c->diags,
		"the references of version %u of subject '" STR "' lead back to it",
		file->version->number, ARG(file->subject));
}

static bool is_on_stack(const struct closure *c, const struct closed *file)
{
	for (uint32_t i = 0; i < c->depth; i++)
		if (c->stack[i].version == file->version)
			return true;
	return false;
}

static bool add_reference(
	struct closure *c, const struct closed *from, const struct registry_reference *reference)
{
	struct str subject = registry_qualify(c->arena, reference->subject, from->subject);
	const struct registry_document *document =
		registry_document_find(c->registry, subject, reference->version);

	if (!document)
		return registry_fail(c->registry, c->top, c->diags,
			"version %u of subject '" STR "' was not fetched", reference->version,
			ARG(subject));
	if (!path_is_clean(reference->name))
		return registry_fail(c->registry, c->top, c->diags,
			"the reference '" STR "' is not named as a file can be imported",
			ARG(str_head(reference->name, 200)));
	return add(c, &(struct closed){
			      .path = reference->name,
			      .subject = document->subject,
			      .version = &document->version,
		      });
}

/* Adds a file and what it refers to. */
static bool add(struct closure *c, const struct closed *file)
{
	const struct closed *same = find(c, file->path);

	if (is_on_stack(c, file))
		return fail_cycle(c, file);
	if (same && (same->version == file->version ||
			    str_eq(same->version->schema, file->version->schema)))
		return true;
	if (same)
		return fail_twice(c, same, file);
	c->bytes += file->version->schema.n;
	if (c->files.n == MAX_SCHEMAS || c->bytes > MAX_CLOSURE_BYTES)
		return registry_fail(c->registry, c->top, c->diags,
			"it refers to more than %d schemas, or 64 MiB of them", MAX_SCHEMAS);
	if (c->depth == MAX_DEPTH_OF_CLOSURE)
		return registry_fail(c->registry, c->top, c->diags,
			"references are more than %d deep", MAX_DEPTH_OF_CLOSURE - 1);
	*vec_push(c->arena, &c->files) = *file;
	c->stack[c->depth++] = *file;
	for (uint32_t i = 0; i < file->version->references.n; i++)
		if (!add_reference(c, file, &file->version->references.items[i]))
			return false;
	c->depth--;
	return true;
}

/* The import path of the subject's own file, which no reference has. */
static struct str own_path(
	struct arena *arena, struct str subject, const struct registry_version *version)
{
	struct str path = str_printf(arena, STR ".proto", ARG(subject));

	if (!path_is_clean(path))
		path = str_printf(arena, STR ".proto", ARG(registry_encode(arena, subject)));
	for (uint32_t i = 0; i < version->references.n; i++)
		if (str_eq(version->references.items[i].name, path)) {
			path = str_printf(arena, "registry/" STR, ARG(path));
			i = UINT32_MAX;
		}
	return path;
}

/* `registry:https://host/SUBJECT@7`, or `#ID`. */
static struct str source_name(struct arena *arena, const struct registry *registry,
	struct str subject, const struct registry_version *version)
{
	return str_printf(arena, "registry:" STR "/" STR "%c%u",
		ARG(registry->places.items[0].url.text), ARG(registry_subject_text(arena, subject)),
		version->number ? '@' : '#', version->number ? version->number : version->id);
}

/* What reports show for a file: its version alone, since the registry prints it anew. */
static struct text *whole_of(struct closure *c, const struct closed *file)
{
	struct text *text = NEW(c->arena, struct text);

	text->path = source_name(c->arena, c->registry, file->subject, file->version);
	text->side = S("");
	text->bytes = S("");
	text->is_whole = true;
	return text;
}

static struct source *make_source(struct closure *c)
{
	struct memory_file *files = NEW_ARRAY(c->arena, c->files.n, struct memory_file);
	const struct closed *own = &c->files.items[0];
	struct source *source;

	for (uint32_t i = 0; i < c->files.n; i++) {
		struct closed *file = &c->files.items[i];

		files[i] = (struct memory_file){ file->path, file->version->schema };
		file->is_descriptor = registry_descriptor_decode(
			c->arena, file->version->schema, &files[i].bytes);
	}
	source = source_memory(c->arena,
		source_name(c->arena, c->registry, own->subject, own->version), files, c->files.n);
	for (uint32_t i = 0; i < c->files.n; i++) {
		/* The entries are this source's own, and nobody has seen them yet. */
		struct source_entry *entry = (struct source_entry *)(uintptr_t)source_find(
			source, c->files.items[i].path);

		entry->is_descriptor = c->files.items[i].is_descriptor;
		entry->whole = whole_of(c, &c->files.items[i]);
	}
	source->by_import_path = source->by_message = true;
	source->own_file = own->path;
	source->builtin = source_builtin_known(c->arena);
	return source;
}

struct source *registry_source(struct registry *registry, const struct registry_subject *subject,
	const struct registry_version *version, struct diags *diags)
{
	struct arena *arena = registry->arena;
	struct str name = subject ? subject->name : S("");
	struct closure *c = NEW(arena, struct closure);
	struct closed top = {
		.path = own_path(arena, name.n ? name : S("schema"), version),
		.subject = name,
		.version = version,
	};
	const struct registry_document *document =
		registry_document_find(registry, name, version->number);

	*c = (struct closure){ .registry = registry, .diags = diags, .arena = arena, .top = name };
	/* As references to it have it, so that a cycle is seen. */
	if (document)
		top.version = &document->version;
	if (!add(c, &top))
		return NULL;
	return make_source(c);
}

struct str registry_source_file(const struct source *source)
{
	return source->own_file;
}

/* ---- inputs ---- */

static struct source *open_id(
	struct registry *registry, const struct registry_name *name, struct diags *diags)
{
	struct registry_version *version =
		registry_id_read(registry, name->subject, name->number, diags);
	struct registry_subject subject = { .name = name->subject };

	return version ? registry_source(
				 registry, name->subject.p ? &subject : NULL, version, diags)
		       : NULL;
}

/* Without asking, a subject has the version that the user names. */
static struct registry_subject *subject_offline(
	struct registry *registry, const struct registry_name *name)
{
	struct registry_subject *subject = NEW(registry->arena, struct registry_subject);

	subject->name = subject->asked = name->subject;
	subject->is_known = true;
	vec_push(registry->arena, &subject->versions)->number = name->number;
	return subject;
}

struct source *registry_input_open(
	const struct source_options *options, struct str rest, struct diags *diags)
{
	struct registry_name name;
	struct registry *registry;
	struct registry_subject *subject;
	struct registry_version *version;

	if (!registry_name_read(options->arena, rest, &name, diags))
		return NULL;
	if (name.which == REGISTRY_ALL || name.which == REGISTRY_ALL_DELETED) {
		diag_error(diags, NOWHERE,
			"registry: all versions are no input here, since an input is one state");
		diag_help(diags, "name one, as in @latest; breakwater check BASE takes @all");
		return NULL;
	}
	registry = registry_open(options, name.urls, false, diags);
	if (!registry)
		return NULL;
	if (name.which == REGISTRY_ID)
		return open_id(registry, &name, diags);
	subject = options->registry->offline && name.number
			  ? subject_offline(registry, &name)
			  : registry_list_read(registry, name.subject, diags);
	version = subject ? registry_version_read(registry, subject, name.number, diags) : NULL;
	return version ? registry_source(registry, subject, version, diags) : NULL;
}
