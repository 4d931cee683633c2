#include "history/changes.h"

#include <stdlib.h>

struct finding_changes {
	const struct changes_request *request;
	struct arena *arena;
	struct log_changes *changes;
	struct model_index old, new;
	struct map renames;              /* old type → new type */
	struct map renamed_to;           /* new type → old type */
	struct map old_files, new_files; /* import_path.p → const struct model_file * */
	struct map moved_files;          /* old file → new file */
	struct map moved_here;           /* new file → old file */
};

/* What a change is about. */
struct subject {
	const char *kind;
	struct str element, owner, path;
	bool has_number;
	int32_t number;
};

static struct log_change *say(struct finding_changes *f, const struct subject *subject,
	const char *change, struct str from, struct str to)
{
	struct log_change *row = vec_push(f->arena, &f->changes->list);

	*row = (struct log_change){
		.kind = subject->kind,
		.change = change,
		.element = subject->element,
		.owner = subject->owner,
		.path = subject->path,
		.has_number = subject->has_number,
		.number = subject->number,
		.from = from,
		.to = to,
	};
	return row;
}

#define ABSENT ((struct str){ NULL, 0 })

static struct str digits(struct finding_changes *f, int32_t number)
{
	return str_printf(f->arena, "%d", number);
}

static void say_deprecated(
	struct finding_changes *f, const struct subject *subject, bool old, bool new)
{
	if (old != new)
		say(f, subject, new ? "deprecated" : "undeprecated", ABSENT, ABSENT);
}

static struct str option_words(struct finding_changes *f, const struct model_option *option)
{
	return option ? str_printf(f->arena, STR "=" STR, ARG(option->name), ARG(option->value))
		      : ABSENT;
}

static void say_options(struct finding_changes *f, const struct subject *subject,
	const struct model_options *old, const struct model_options *new)
{
	struct subject option = *subject;
	uint32_t i = 0, k = 0;

	option.kind = "option";
	option.has_number = false;
	while (i < old->n || k < new->n) {
		const struct model_option *a = i < old->n ? &old->items[i] : NULL;
		const struct model_option *b = k < new->n ? &new->items[k] : NULL;
		int order = !a ? 1 : !b ? -1 : str_cmp(a->name, b->name);

		a = order <= 0 ? a : NULL;
		b = order >= 0 ? b : NULL;
		i += a != NULL;
		k += b != NULL;
		if (!a || !b || !str_eq(a->value, b->value))
			say(f, &option,
				!a   ? "added"
				: !b ? "removed"
				     : "changed",
				option_words(f, a), option_words(f, b));
	}
}

/* ---- fields ---- */

static bool became_map(const struct model_field *old, const struct model_field *new)
{
	return (old->label == LABEL_IS_MAP && new->label == LABEL_IS_REPEATED) ||
	       (old->label == LABEL_IS_REPEATED && new->label == LABEL_IS_MAP);
}

static void compare_fields(struct finding_changes *f, const struct subject *subject,
	const struct model_field *old, const struct model_field *new)
{
	bool retyped = old->type.p != new->type.p;

	if (old->name.p != new->name.p)
		say(f, subject, "renamed", old->name, new->name);
	if (retyped || old->is_group != new->is_group)
		say(f, subject, "retyped", old->type, new->type);
	if (old->label != new->label && !(retyped && became_map(old, new)))
		say(f, subject, "relabeled", model_label_word(old->label),
			model_label_word(new->label));
	if (!str_eq(old->oneof, new->oneof))
		say(f, subject, "regrouped", old->oneof, new->oneof);
	say_deprecated(f, subject, old->deprecated, new->deprecated);
	say_options(f, subject, &old->options, &new->options);
}

static struct subject field_subject(struct finding_changes *f, const struct model_type *type,
	const struct model_field *field, struct str path)
{
	return (struct subject){
		.kind = "field",
		.element =
			str_printf(f->arena, STR "." STR, ARG(type->full_name), ARG(field->name)),
		.owner = type->full_name,
		.path = path,
		.has_number = true,
		.number = field->number,
	};
}

/* The field that the old one became under another number; NULL: none. */
static const struct model_field *renumbered(const struct model_type *old,
	const struct model_field *field, const struct map *new_names, const struct map *used)
{
	const struct model_field *other = map_get(new_names, field->name.p, 0);

	if (!other || model_field_at(old, other->number) || map_get(used, other, 0) ||
		other->type.p != field->type.p || other->label != field->label)
		return NULL;
	return other;
}

static void compare_members(
	struct finding_changes *f, const struct model_type *old, const struct model_type *new)
{
	struct map used, names; /* a hostile message may have a million fields, and lose all */

	map_init(&used, f->arena);
	map_init(&names, f->arena);
	for (uint32_t i = 0; i < new->fields.n; i++)
		*map_put(&names, new->fields.items[i].name.p, 0) = (void *)&new->fields.items[i];
	for (uint32_t i = 0; i < old->fields.n; i++) {
		const struct model_field *field = &old->fields.items[i];
		const struct model_field *other = model_field_at(new, field->number);
		struct subject subject;

		if (other) {
			subject = field_subject(f, new, other, new->file->path);
			compare_fields(f, &subject, field, other);
			continue;
		}
		other = renumbered(old, field, &names, &used);
		subject = field_subject(f, new, other ? other : field, new->file->path);
		if (!other) {
			say(f, &subject, "removed", model_type_text(f->arena, field), ABSENT);
			continue;
		}
		*map_put(&used, other, 0) = (void *)other;
		say(f, &subject, "renumbered", digits(f, field->number), digits(f, other->number));
		compare_fields(f, &subject, field, other);
	}
	for (uint32_t i = 0; i < new->fields.n; i++) {
		const struct model_field *field = &new->fields.items[i];
		struct subject subject;

		if (model_field_at(old, field->number) || map_get(&used, field, 0))
			continue;
		subject = field_subject(f, new, field, new->file->path);
		say(f, &subject, "added", ABSENT, model_type_text(f->arena, field));
	}
}

/* Names of `a` that `b` lacks; both are sorted. */
static void missing_names(const struct str *a, uint32_t n_a, const struct str *b, uint32_t n_b,
	void (*take)(void *context, struct str name), void *context)
{
	for (uint32_t i = 0, k = 0; i < n_a; i++) {
		while (k < n_b && str_cmp(b[k], a[i]) < 0)
			k++;
		if (k == n_b || !str_eq(b[k], a[i]))
			take(context, a[i]);
	}
}

struct naming {
	struct finding_changes *f;
	const struct model_type *type;
	const char *change;
};

static void say_oneof(void *context, struct str name)
{
	struct naming *n = context;
	struct subject subject = {
		.kind = "oneof",
		.element = str_printf(n->f->arena, STR "." STR, ARG(n->type->full_name), ARG(name)),
		.owner = n->type->full_name,
		.path = n->type->file->path,
	};

	say(n->f, &subject, n->change, ABSENT, ABSENT);
}

static void compare_oneofs(
	struct finding_changes *f, const struct model_type *old, const struct model_type *new)
{
	struct naming removed = { f, new, "removed" }, added = { f, new, "added" };

	missing_names(old->oneofs.items, old->oneofs.n, new->oneofs.items, new->oneofs.n, say_oneof,
		&removed);
	missing_names(new->oneofs.items, new->oneofs.n, old->oneofs.items, old->oneofs.n, say_oneof,
		&added);
}

/* ---- what is reserved ---- */

static void say_reserved(struct naming *n, struct str words)
{
	struct subject subject = {
		.kind = "reserved",
		.element = n->type->full_name,
		.owner = n->type->full_name,
		.path = n->type->file->path,
	};
	bool added = strcmp(n->change, "added") == 0;

	say(n->f, &subject, n->change, added ? ABSENT : words, added ? words : ABSENT);
}

static void say_range(struct naming *n, int64_t begin, int64_t end)
{
	say_reserved(n, begin == end ? str_printf(n->f->arena, "%lld", (long long)begin)
				     : str_printf(n->f->arena, "%lld to %lld", (long long)begin,
					       (long long)end));
}

static void say_reserved_name(void *context, struct str name)
{
	struct naming *n = context;

	say_reserved(n, str_printf(n->f->arena, "\"" STR "\"", ARG(name)));
}

/* Ranges of `a` as far as `b` does not cover them. */
static void missing_ranges(struct naming *n, const struct model_type *a, const struct model_type *b)
{
	for (uint32_t i = 0; i < a->ranges.n; i++) {
		int64_t at = a->ranges.items[i].begin, end = a->ranges.items[i].end;

		for (uint32_t k = 0; k < b->ranges.n; k++) {
			const struct model_range *other = &b->ranges.items[k];

			if (other->end < at || other->begin > end)
				continue;
			if (other->begin > at)
				say_range(n, at, other->begin - 1);
			if (other->end + 1 > at)
				at = other->end + 1;
		}
		if (at <= end)
			say_range(n, at, end);
	}
}

static void compare_reserved(
	struct finding_changes *f, const struct model_type *old, const struct model_type *new)
{
	struct naming removed = { f, new, "removed" }, added = { f, new, "added" };

	missing_ranges(&removed, old, new);
	missing_ranges(&added, new, old);
	missing_names(old->reserved.items, old->reserved.n, new->reserved.items, new->reserved.n,
		say_reserved_name, &removed);
	missing_names(new->reserved.items, new->reserved.n, old->reserved.items, old->reserved.n,
		say_reserved_name, &added);
}

/* ---- values ---- */

static struct subject value_subject(
	struct finding_changes *f, const struct model_type *type, const struct model_value *value)
{
	return (struct subject){
		.kind = "value",
		.element = model_value_name(f->arena, type, value->name),
		.owner = type->full_name,
		.path = type->file->path,
		.has_number = true,
		.number = value->number,
	};
}

/* Values of two enums, by name, and those that only the new one has, by number. */
struct value_index {
	struct map old, new; /* name.p → const struct model_value * */
	struct map fresh;    /* (NULL, number) → index + 1 of the first one not used yet */
	uint32_t *next;      /* index + 1 of the next one at the number */
};

static void index_values(struct value_index *index, struct arena *arena,
	const struct model_type *old, const struct model_type *new)
{
	map_init(&index->old, arena);
	map_init(&index->new, arena);
	map_init(&index->fresh, arena);
	index->next = NEW_ARRAY(arena, new->values.n, uint32_t);
	for (uint32_t i = 0; i < old->values.n; i++)
		*map_put(&index->old, old->values.items[i].name.p, 0) =
			(void *)&old->values.items[i];
	for (uint32_t i = new->values.n; i-- > 0;) {
		const struct model_value *value = &new->values.items[i];
		void **slot;

		*map_put(&index->new, value->name.p, 0) = (void *)value;
		if (map_get(&index->old, value->name.p, 0))
			continue;
		slot = map_put(&index->fresh, NULL, (uint32_t)value->number);
		index->next[i] = (uint32_t)(uintptr_t)*slot;
		*slot = (void *)(uintptr_t)(i + 1);
	}
}

/* The first value at the number that only the new side has and that is not used yet; NULL: none. */
static const struct model_value *take_renamed(
	struct value_index *index, const struct model_type *new, int32_t number)
{
	void **slot = map_put(&index->fresh, NULL, (uint32_t)number);
	uintptr_t at = (uintptr_t)*slot;

	if (!at)
		return NULL;
	*slot = (void *)(uintptr_t)index->next[at - 1];
	return &new->values.items[at - 1];
}

static void compare_values(
	struct finding_changes *f, const struct model_type *old, const struct model_type *new)
{
	struct value_index index;
	struct map used;

	map_init(&used, f->arena);
	index_values(&index, f->arena, old, new);
	for (uint32_t i = 0; i < old->values.n; i++) {
		const struct model_value *value = &old->values.items[i];
		const struct model_value *other = map_get(&index.new, value->name.p, 0);
		struct subject subject;
		bool renamed = !other;

		if (!other)
			other = take_renamed(&index, new, value->number);
		subject = value_subject(f, new, other ? other : value);
		if (!other) {
			say(f, &subject, "removed", ABSENT, ABSENT);
			continue;
		}
		*map_put(&used, other, 0) = (void *)other;
		if (renamed)
			say(f, &subject, "renamed", value->name, other->name);
		else if (value->number != other->number)
			say(f, &subject, "renumbered", digits(f, value->number),
				digits(f, other->number));
		say_deprecated(f, &subject, value->deprecated, other->deprecated);
	}
	for (uint32_t i = 0; i < new->values.n; i++) {
		const struct model_value *value = &new->values.items[i];
		struct subject subject = value_subject(f, new, value);

		if (!map_get(&used, value, 0))
			say(f, &subject, "added", ABSENT, ABSENT);
	}
}

/* ---- methods ---- */

static const struct model_method *method_named(const struct model_type *type, struct str name)
{
	for (uint32_t i = 0; i < type->methods.n; i++)
		if (type->methods.items[i].name.p == name.p)
			return &type->methods.items[i];
	return NULL;
}

static struct subject method_subject(
	struct finding_changes *f, const struct model_type *type, const struct model_method *method)
{
	return (struct subject){
		.kind = "method",
		.element =
			str_printf(f->arena, STR "." STR, ARG(type->full_name), ARG(method->name)),
		.owner = type->full_name,
		.path = type->file->path,
	};
}

static void compare_methods(
	struct finding_changes *f, const struct model_type *old, const struct model_type *new)
{
	for (uint32_t i = 0; i < old->methods.n; i++) {
		const struct model_method *method = &old->methods.items[i];
		const struct model_method *other = method_named(new, method->name);
		struct subject subject = method_subject(f, new, method);

		if (!other) {
			say(f, &subject, "removed", ABSENT, ABSENT);
			continue;
		}
		if (method->signature.p != other->signature.p)
			say(f, &subject, "retyped", method->signature, other->signature);
		say_deprecated(f, &subject, method->deprecated, other->deprecated);
		say_options(f, &subject, &method->options, &other->options);
	}
	for (uint32_t i = 0; i < new->methods.n; i++) {
		struct subject subject = method_subject(f, new, &new->methods.items[i]);

		if (!method_named(old, new->methods.items[i].name))
			say(f, &subject, "added", ABSENT, ABSENT);
	}
}

/* ---- types ---- */

static const char *type_word(const struct model_type *type)
{
	return type->kind == ELEMENT_MESSAGE ? "message"
	       : type->kind == ELEMENT_ENUM  ? "enum"
					     : "service";
}

static struct subject type_subject(const struct model_type *type)
{
	return (struct subject){
		.kind = type_word(type),
		.element = type->full_name,
		.owner = type->full_name,
		.path = type->file->path,
	};
}

/* Does a message around it come or go, too, so that the type itself is not listed? */
static bool is_nested_in_listed(const struct model_type *type, const struct map *own,
	const struct map *others, const struct map *renamed)
{
	struct str outer = type->full_name;

	for (size_t dot = str_rfind(outer, '.'); dot < outer.n; dot = str_rfind(outer, '.')) {
		outer = str_head(outer, dot);
		for (uint32_t i = 0; i < type->file->types.n; i++) {
			const struct model_type *around = type->file->types.items[i];

			if (around->kind == ELEMENT_MESSAGE && str_eq(around->full_name, outer) &&
				map_get(own, around->full_name.p, ELEMENT_MESSAGE) &&
				!map_get(others, around->full_name.p, ELEMENT_MESSAGE) &&
				!map_get(renamed, around, 0))
				return true;
		}
	}
	return false;
}

/* Was the type renamed only because a message around it was? */
static bool went_along(
	const struct finding_changes *f, const struct model_type *old, const struct model_type *new)
{
	size_t dot = str_rfind(old->full_name, '.');
	struct str outer = str_head(old->full_name, dot);

	for (uint32_t i = 0; dot < old->full_name.n && i < old->file->types.n; i++) {
		const struct model_type *around = old->file->types.items[i], *to;

		if (around->kind != ELEMENT_MESSAGE || !str_eq(around->full_name, outer))
			continue;
		to = map_get(&f->renames, around, 0);
		return to &&
		       new->full_name.n ==
			       to->full_name.n + old->full_name.n -
				       dot &&str_starts(new->full_name, to->full_name) &&
		       str_ends(new->full_name, str_from(old->full_name, dot));
	}
	return false;
}

static bool is_file_gone(const struct finding_changes *f, const struct model_file *file)
{
	return !map_get(&f->new_files, file->import_path.p, 0) &&
	       !map_get(&f->moved_files, file, 0);
}

static bool is_file_new(const struct finding_changes *f, const struct model_file *file)
{
	return !map_get(&f->old_files, file->import_path.p, 0) && !map_get(&f->moved_here, file, 0);
}

static void say_place(
	struct finding_changes *f, const struct model_type *old, const struct model_type *new)
{
	struct subject subject = type_subject(new);

	if (old->full_name.p != new->full_name.p) {
		if (!went_along(f, old, new))
			say(f, &subject, "renamed", old->full_name, new->full_name);
		return;
	}
	if (new->file->import_path.p != old->file->import_path.p &&
		map_get(&f->moved_files, old->file, 0) != new->file &&new->is_top)
		say(f, &subject, "moved", old->file->import_path, new->file->import_path);
}

static void compare_types(
	struct finding_changes *f, const struct model_type *old, const struct model_type *new)
{
	struct subject subject = type_subject(new);

	say_place(f, old, new);
	say_deprecated(f, &subject, old->deprecated, new->deprecated);
	say_options(f, &subject, &old->options, &new->options);
	if (new->kind == ELEMENT_SERVICE) {
		compare_methods(f, old, new);
		return;
	}
	if (new->kind == ELEMENT_MESSAGE) {
		compare_members(f, old, new);
		compare_oneofs(f, old, new);
	} else {
		compare_values(f, old, new);
	}
	compare_reserved(f, old, new);
}

static void compare_all_types(struct finding_changes *f)
{
	for (uint32_t i = 0; i < f->old.types.n; i++) {
		const struct model_type *old = f->old.types.entries[i].value;
		const struct model_type *new = map_get(&f->renames, old, 0);
		struct subject subject = type_subject(old);

		if (!new)
			new = map_get(&f->new.types, old->full_name.p, old->kind);
		if (new)
			compare_types(f, old, new);
		else if (!is_file_gone(f, old->file) &&
			 !is_nested_in_listed(old, &f->old.types, &f->new.types, &f->renames))
			say(f, &subject, "removed", ABSENT, ABSENT);
	}
	for (uint32_t i = 0; i < f->new.types.n; i++) {
		const struct model_type *new = f->new.types.entries[i].value;
		struct subject subject = type_subject(new);

		if (map_get(&f->old.types, new->full_name.p, new->kind) ||
			map_get(&f->renamed_to, new, 0) || is_file_new(f, new->file) ||
			is_nested_in_listed(new, &f->new.types, &f->old.types, &f->renamed_to))
			continue;
		say(f, &subject, "added", ABSENT, ABSENT);
	}
}

/* ---- extensions ---- */

static struct subject extension_subject(
	const struct model_field *field, const struct model_file *file)
{
	return (struct subject){
		.kind = "extension",
		.element = field->name,
		.owner = field->extendee,
		.path = file->path,
		.has_number = true,
		.number = field->number,
	};
}

static void compare_extensions(struct finding_changes *f)
{
	for (uint32_t i = 0; i < f->old.extensions.n; i++) {
		const struct map_entry *entry = &f->old.extensions.entries[i];
		const struct model_field *old = entry->value;
		const struct model_field *new =
			map_get(&f->new.extensions, entry->key, entry->number);
		const struct model_file *file =
			map_get(new ? &f->new.extension_files : &f->old.extension_files, entry->key,
				entry->number);
		struct subject subject = extension_subject(new ? new : old, file);

		if (new)
			compare_fields(f, &subject, old, new);
		else if (!is_file_gone(f, file))
			say(f, &subject, "removed", model_type_text(f->arena, old), ABSENT);
	}
	for (uint32_t i = 0; i < f->new.extensions.n; i++) {
		const struct map_entry *entry = &f->new.extensions.entries[i];
		const struct model_field *new = entry->value;
		const struct model_file *file =
			map_get(&f->new.extension_files, entry->key, entry->number);
		struct subject subject = extension_subject(new, file);

		if (!map_get(&f->old.extensions, entry->key, entry->number) &&
			!is_file_new(f, file))
			say(f, &subject, "added", ABSENT, model_type_text(f->arena, new));
	}
}

/* ---- files ---- */

static void index_files(struct map *map, struct arena *arena, const struct model_files *files)
{
	map_init(map, arena);
	for (uint32_t i = 0; i < files->list.n; i++)
		*map_put(map, files->list.items[i]->import_path.p, 0) =
			(void *)files->list.items[i];
}

static bool same_tops(const struct model_file *a, const struct model_file *b)
{
	uint32_t n_a = 0, n_b = 0;

	for (uint32_t i = 0; i < b->types.n; i++)
		n_b += b->types.items[i]->is_top;
	for (uint32_t i = 0; i < a->types.n; i++) {
		bool found = false;

		if (!a->types.items[i]->is_top)
			continue;
		n_a++;
		for (uint32_t k = 0; k < b->types.n && !found; k++)
			found = b->types.items[k]->is_top &&
				b->types.items[k]->full_name.p == a->types.items[i]->full_name.p;
		if (!found)
			return false;
	}
	return n_a == n_b && n_a > 0;
}

/* The only new file with the same package and top-level elements; NULL: there is none. */
static const struct model_file *file_moved_to(
	const struct finding_changes *f, const struct model_file *old)
{
	const struct model_file *found = NULL;

	for (uint32_t i = 0; i < f->request->new->list.n; i++) {
		const struct model_file *new = f->request->new->list.items[i];

		if (map_get(&f->old_files, new->import_path.p, 0) ||
			map_get(&f->moved_here, new, 0) || new->package.p != old->package.p ||
			!same_tops(old, new))
			continue;
		if (found)
			return NULL;
		found = new;
	}
	return found;
}

static struct str syntax_word(struct str syntax, struct str other)
{
	/* A descriptor's word, unless only the edition differs. */
	return str_starts(syntax, S("edition ")) && !str_starts(other, S("edition "))
		       ? S("editions")
		       : syntax;
}

static void compare_files(
	struct finding_changes *f, const struct model_file *old, const struct model_file *new)
{
	struct subject subject = {
		.kind = "package",
		.element = new->import_path,
		.owner = new->import_path,
		.path = new->path,
	};

	if (old->package.p != new->package.p)
		say(f, &subject, "changed", old->package, new->package);
	subject.kind = "syntax";
	if (!str_eq(old->syntax, new->syntax))
		say(f, &subject, "changed", syntax_word(old->syntax, new->syntax),
			syntax_word(new->syntax, old->syntax));
	subject.kind = "file";
	say_options(f, &subject, &old->options, &new->options);
	say_deprecated(f, &subject, old->deprecated, new->deprecated);
}

static void say_file(struct finding_changes *f, const struct model_file *file, const char *change)
{
	struct subject subject = {
		.kind = "file",
		.element = file->import_path,
		.owner = file->import_path,
		.path = file->path,
	};

	say(f, &subject, change, ABSENT, ABSENT);
}

static void compare_all_files(struct finding_changes *f)
{
	const struct changes_request *r = f->request;

	for (uint32_t i = 0; i < r->old->list.n; i++) {
		const struct model_file *old = r->old->list.items[i];
		const struct model_file *new = map_get(&f->new_files, old->import_path.p, 0);

		if (!new) {
			new = file_moved_to(f, old);
			if (!new) {
				say_file(f, old, "removed");
				continue;
			}
			*map_put(&f->moved_files, old, 0) = (void *)new;
			*map_put(&f->moved_here, new, 0) = (void *)old;
			say(f,
				&(struct subject){ .kind = "file",
					.element = new->import_path,
					.owner = new->import_path,
					.path = new->path },
				"moved", old->import_path, new->import_path);
		}
		compare_files(f, old, new);
	}
	for (uint32_t i = 0; i < r->new->list.n; i++)
		if (is_file_new(f, r->new->list.items[i]))
			say_file(f, r->new->list.items[i], "added");
}

/* ---- all of it ---- */

static int change_order(const void *left, const void *right)
{
	const struct log_change *a = left, *b = right;
	int order = str_cmp(a->path, b->path);

	if (!order)
		order = str_cmp(a->element, b->element);
	if (!order)
		order = strcmp(a->kind, b->kind);
	if (!order)
		order = strcmp(a->change, b->change);
	if (!order)
		order = str_cmp(a->from, b->from);
	if (!order)
		order = str_cmp(a->to, b->to);
	return order ? order : (a->number > b->number) - (a->number < b->number);
}

void changes_find(const struct changes_request *request, struct log_changes *changes)
{
	struct finding_changes f = {
		.request = request,
		.arena = request->arena,
		.changes = changes,
	};

	model_index_make(&f.old, f.arena, request->old);
	model_index_make(&f.new, f.arena, request->new);
	index_files(&f.old_files, f.arena, request->old);
	index_files(&f.new_files, f.arena, request->new);
	map_init(&f.moved_files, f.arena);
	map_init(&f.moved_here, f.arena);
	renames_find(f.arena, &f.old, &f.new, request->is_unstable, &f.renames);
	map_init(&f.renamed_to, f.arena);
	for (uint32_t i = 0; i < f.renames.n; i++)
		*map_put(&f.renamed_to, f.renames.entries[i].value, 0) =
			(void *)f.renames.entries[i].key;
	compare_all_files(&f);
	compare_all_types(&f);
	compare_extensions(&f);
	if (changes->list.n)
		qsort(changes->list.items, changes->list.n, sizeof *changes->list.items,
			change_order);
}
