#include "life.h"

enum { MOST_NAMES = 20000 }; /* that a misspelt one is compared with */

enum watched { WATCH_TYPE, WATCH_FIELD, WATCH_VALUE, WATCH_METHOD, WATCH_EXTENSION };

/* An element that fits what was asked for. */
struct track {
	struct life life;
	enum watched what;
	enum element_kind kind; /* of its type */
	struct str type;        /* full name of the type, or the extendee */
	struct str name;        /* of the field, value or method */
	int32_t number;
	bool by_number, exact;
	bool here, was_here;
};

struct question {
	struct str text;    /* as asked for */
	struct str element; /* without the number */
	bool has_number;
	int32_t number;
	VEC(struct track *) tracks;
};

struct life_watch {
	struct arena *arena;
	VEC(struct question) questions;
	struct map types;      /* full_name.p, kind → const struct model_type * */
	struct map extensions; /* extendee.p, number → const struct model_field * */
	struct map known;      /* hashes of names in `names` */
	VEC(struct str) names;
};

void life_ask(struct arena *arena, struct lives *lives, struct str element)
{
	struct question *question;
	size_t colon = str_rfind(element, ':');
	int64_t number = 0;

	if (!lives->watch) {
		lives->watch = NEW(arena, struct life_watch);
		lives->watch->arena = arena;
		map_init(&lives->watch->types, arena);
		map_init(&lives->watch->extensions, arena);
		map_init(&lives->watch->known, arena);
	}
	question = vec_push(arena, &lives->watch->questions);
	question->text = question->element = element;
	for (size_t i = colon + 1; i < element.n && number <= INT32_MAX; i++) {
		if (element.p[i] < '0' || element.p[i] > '9')
			return;
		number = number * 10 + (element.p[i] - '0');
	}
	if (colon + 1 < element.n && number <= INT32_MAX) {
		question->has_number = true;
		question->number = (int32_t)number;
		question->element = str_head(element, colon);
	}
}

/* ---- which elements fit ---- */

/* Is the name what was asked for, or does it end with that? */
static bool fits(const struct question *question, struct str name, bool *exact)
{
	struct str asked = question->element;

	*exact = str_eq(name, asked);
	return *exact || (name.n > asked.n && asked.n && str_ends(name, asked) &&
				 name.p[name.n - asked.n - 1] == '.');
}

static bool is_tracked(const struct question *question, const struct track *track)
{
	for (uint32_t i = 0; i < question->tracks.n; i++) {
		const struct track *other = question->tracks.items[i];

		if (other->what != track->what || other->type.p != track->type.p)
			continue;
		if (track->what == WATCH_TYPE ||
			(track->by_number && track->number == other->number))
			return true;
		if (!track->by_number && (other->name.p == track->name.p ||
						 str_eq(other->life.element, track->life.element)))
			return true;
	}
	return false;
}

static void offer(struct life_watch *w, const struct track *track, struct str element)
{
	if (w->names.n < MOST_NAMES) {
		void **known = map_put(&w->known, NULL, str_hash(element));

		if (!*known)
			*vec_push(w->arena, &w->names) = str_dup(w->arena, element);
		*known = w;
	}
	for (uint32_t i = 0; i < w->questions.n; i++) {
		struct question *question = &w->questions.items[i];
		struct track made = *track, *kept;

		if (question->has_number != made.by_number ||
			(made.by_number && made.number != question->number) ||
			!fits(question, element, &made.exact))
			continue;
		made.life.element =
			made.by_number ? str_printf(w->arena, STR ":%d", ARG(element), made.number)
				       : str_dup(w->arena, element);
		if (is_tracked(question, &made))
			continue;
		kept = NEW(w->arena, struct track);
		*kept = made;
		*vec_push(w->arena, &question->tracks) = kept;
	}
}

static struct str member_name(struct arena *arena, struct str scope, struct str name)
{
	return scope.n ? str_printf(arena, STR "." STR, ARG(scope), ARG(name)) : name;
}

static void offer_members(
	struct life_watch *w, const struct model_type *type, struct arena *scratch)
{
	struct track track = { .kind = type->kind, .type = type->full_name };

	track.what = WATCH_FIELD;
	for (uint32_t i = 0; i < type->fields.n; i++) {
		track.name = type->fields.items[i].name;
		track.number = type->fields.items[i].number;
		track.by_number = false;
		offer(w, &track, member_name(scratch, type->full_name, track.name));
		track.by_number = true;
		offer(w, &track, type->full_name);
	}
	track.by_number = false;
	track.what = WATCH_VALUE;
	for (uint32_t i = 0; i < type->values.n; i++) {
		track.name = type->values.items[i].name;
		track.number = type->values.items[i].number;
		offer(w, &track, member_name(scratch, type->scope, track.name));
	}
	track.what = WATCH_METHOD;
	for (uint32_t i = 0; i < type->methods.n; i++) {
		track.name = type->methods.items[i].name;
		offer(w, &track, member_name(scratch, type->full_name, track.name));
	}
}

static void offer_all(struct life_watch *w, const struct model_files *files)
{
	struct arena *scratch = arena_like(w->arena);

	for (uint32_t i = 0; i < files->list.n; i++) {
		const struct model_file *file = files->list.items[i];

		for (uint32_t k = 0; k < file->types.n; k++) {
			struct track track = { .what = WATCH_TYPE,
				.kind = file->types.items[k]->kind,
				.type = file->types.items[k]->full_name };

			offer(w, &track, track.type);
			offer_members(w, file->types.items[k], scratch);
		}
		for (uint32_t k = 0; k < file->extensions.n; k++) {
			struct track track = { .what = WATCH_EXTENSION,
				.kind = ELEMENT_FIELD,
				.type = file->extensions.items[k]->extendee,
				.name = file->extensions.items[k]->name,
				.number = file->extensions.items[k]->number };

			offer(w, &track, track.name);
		}
	}
	arena_free(scratch);
}

/* ---- the state of a version ---- */

static void take_files(struct life_watch *w, const struct model_files *files, bool is_new)
{
	for (uint32_t i = 0; i < files->list.n; i++) {
		const struct model_file *file = files->list.items[i];

		for (uint32_t k = 0; k < file->types.n; k++)
			*map_put(&w->types, file->types.items[k]->full_name.p,
				file->types.items[k]->kind) =
				is_new ? (void *)file->types.items[k] : NULL;
		for (uint32_t k = 0; k < file->extensions.n; k++)
			*map_put(&w->extensions, file->extensions.items[k]->extendee.p,
				(uint32_t)file->extensions.items[k]->number) =
				is_new ? (void *)file->extensions.items[k] : NULL;
	}
}

static const struct model_value *value_of(const struct model_type *type, struct str name)
{
	for (uint32_t i = 0; i < type->values.n; i++)
		if (type->values.items[i].name.p == name.p)
			return &type->values.items[i];
	return NULL;
}

static const struct model_method *method_of(const struct model_type *type, struct str name)
{
	for (uint32_t i = 0; i < type->methods.n; i++)
		if (type->methods.items[i].name.p == name.p)
			return &type->methods.items[i];
	return NULL;
}

static struct str field_words(struct arena *arena, const struct model_field *field)
{
	const char *label = field->label == LABEL_IS_REPEATED   ? "repeated "
			    : field->label == LABEL_IS_REQUIRED ? "required "
								: "";

	return str_printf(arena, "%s" STR " " STR " = %d", label, ARG(field->type),
		ARG(field->name), field->number);
}

static const struct model_field *field_of(const struct track *track, const struct model_type *type)
{
	return track->was_here || track->by_number ? model_field_at(type, track->number)
						   : model_field_named(type, track->name);
}

/* Finds the element in this version, and its declaration. False: it is not there. */
static bool look(struct life_watch *w, struct track *track, struct str *words)
{
	const struct model_type *type = map_get(&w->types, track->type.p, track->kind);
	const struct model_field *field = NULL;
	const struct model_value *value;
	const struct model_method *method;

	if (track->what == WATCH_EXTENSION)
		field = map_get(&w->extensions, track->type.p, (uint32_t)track->number);
	else if (track->what == WATCH_FIELD && type)
		field = field_of(track, type);
	if (field) {
		track->name = field->name;
		track->number = field->number;
		*words = field_words(w->arena, field);
		return true;
	}
	if (!type)
		return false;
	switch (track->what) {
	case WATCH_TYPE:
		*words = type->file->path;
		return true;
	case WATCH_VALUE:
		value = value_of(type, track->name);
		if (value)
			*words = str_printf(w->arena, STR " = %d", ARG(value->name), value->number);
		return value != NULL;
	case WATCH_METHOD:
		method = method_of(type, track->name);
		if (method)
			*words = method->signature;
		return method != NULL;
	default:
		return false;
	}
}

/* ---- events ---- */

static struct life_event *add_event(
	struct life_watch *w, struct track *track, const struct log_group *group)
{
	struct life_event *event = vec_push(w->arena, &track->life.events);

	*event = (struct life_event){
		.version = group->version, .id = group->id, .date = group->date
	};
	return event;
}

static bool is_word(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Follows a renamed type, field or value. True: the change does so. */
static bool follow(struct life_watch *w, struct track *track, const struct log_change *change)
{
	bool renamed = is_word(change->change, "renamed");

	if (renamed && track->what != WATCH_EXTENSION && str_eq(change->from, track->type) &&
		(is_word(change->kind, "message") || is_word(change->kind, "enum"))) {
		track->type = change->owner;
		return track->what == WATCH_TYPE;
	}
	if (!str_eq(change->owner, track->type))
		return false;
	if (track->what == WATCH_FIELD && is_word(change->change, "renumbered") &&
		track->was_here &&
		str_eq(change->from, str_printf(w->arena, "%d", track->number)) &&
		!track->by_number)
		track->number = change->number;
	if (track->what == WATCH_VALUE && renamed && str_eq(change->from, track->name))
		track->name = change->to;
	return false;
}

static struct str own_element(struct life_watch *w, const struct track *track)
{
	const struct model_type *type = map_get(&w->types, track->type.p, track->kind);

	switch (track->what) {
	case WATCH_TYPE:
		return track->type;
	case WATCH_EXTENSION:
		return track->name;
	case WATCH_VALUE:
		return type ? member_name(w->arena, type->scope, track->name) : track->name;
	default:
		return member_name(w->arena, track->type, track->name);
	}
}

/* Is the change about the element, or about a part of a type? */
static bool is_about(const struct track *track, const struct log_change *change, struct str element)
{
	return str_eq(change->element, element) ||
	       (track->what == WATCH_TYPE && str_eq(change->owner, track->type));
}

static void add_changes(struct life_watch *w, struct track *track, const struct log_group *group)
{
	struct str element = own_element(w, track);

	for (uint32_t i = 0; i < group->changes.list.n; i++) {
		const struct log_change *change = &group->changes.list.items[i];
		struct life_event *event;

		if (!is_about(track, change, element))
			continue;
		event = add_event(w, track, group);
		event->change = change;
		event->word = str_of(change->change);
		if (change->from.p || change->to.p)
			event->text = !change->from.p ? change->to
				      : !change->to.p ? change->from
						      : str_printf(w->arena, STR " → " STR,
								ARG(change->from), ARG(change->to));
		if (track->what == WATCH_TYPE && !str_eq(change->element, track->type))
			event->text = str_printf(w->arena, STR "%s" STR, ARG(change->element),
				event->text.n ? ": " : "", ARG(event->text));
	}
}

static void take_track(struct life_watch *w, struct track *track, const struct log_group *group)
{
	struct str words = { 0 };
	struct life_event *event;

	for (uint32_t i = 0; group && track->was_here && i < group->changes.list.n; i++)
		follow(w, track, &group->changes.list.items[i]);
	track->here = look(w, track, &words);
	if (group && track->here && track->was_here) {
		add_changes(w, track, group);
	} else if (group && track->here != track->was_here) {
		event = add_event(w, track, group);
		event->word = !track->here               ? S("removed")
			      : track->life.events.n > 1 ? S("back again")
							 : S("introduced");
		event->text = words;
	}
	track->was_here = track->here;
}

void lives_take(
	struct lives *lives, const struct snapshots *snapshots, const struct log_group *group)
{
	struct life_watch *w = lives->watch;

	take_files(w, &snapshots->old, false);
	take_files(w, &snapshots->new, true);
	for (uint32_t i = 0; i < w->questions.n; i++)
		for (uint32_t k = 0; k < w->questions.items[i].tracks.n; k++)
			take_track(w, w->questions.items[i].tracks.items[k], group);
	offer_all(w, &snapshots->new);
	for (uint32_t i = 0; i < w->questions.n; i++)
		for (uint32_t k = 0; k < w->questions.items[i].tracks.n; k++)
			if (!w->questions.items[i].tracks.items[k]->was_here)
				take_track(w, w->questions.items[i].tracks.items[k], group);
}

/* ---- the answer ---- */

static const struct track *choose(const struct question *question, struct diags *diags)
{
	const struct track *exact = NULL;
	struct str list = S("");

	for (uint32_t i = 0; i < question->tracks.n; i++) {
		const struct track *track = question->tracks.items[i];

		if (track->exact && !exact)
			exact = track;
		if (i < 5)
			list = str_printf(diags->arena, STR "%s'" STR "'", ARG(list), i ? ", " : "",
				ARG(track->life.element));
	}
	if (exact || question->tracks.n == 1)
		return exact ? exact : question->tracks.items[0];
	diag_error(diags, NOWHERE, "'" STR "' is the name of %u elements", ARG(question->text),
		question->tracks.n);
	diag_help(diags, "name one in full: " STR, ARG(list));
	return NULL;
}

static void refuse_unknown(
	const struct life_watch *w, const struct question *question, struct diags *diags)
{
	struct str nearest = { 0 }, last = str_last_component(question->element);
	struct str best = str_nearest(question->element, w->names.items, w->names.n);

	for (uint32_t i = 0; !best.n && i < w->names.n; i++) {
		struct str word = str_last_component(w->names.items[i]);

		nearest = str_nearest(last, &word, 1);
		if (nearest.n)
			best = w->names.items[i];
	}
	diag_error(diags, NOWHERE, "no version has an element '" STR "'", ARG(question->text));
	if (best.n)
		diag_help(diags, "did you mean '" STR "'?", ARG(best));
	else
		diag_help(diags, "name an element as in acme.v1.Order.total or acme.v1.Order:4");
}

bool lives_end(struct lives *lives, struct arena *arena, struct diags *diags)
{
	bool ok = true;

	for (uint32_t i = 0; lives->watch && i < lives->watch->questions.n; i++) {
		const struct question *question = &lives->watch->questions.items[i];
		const struct track *track;

		if (!question->tracks.n) {
			refuse_unknown(lives->watch, question, diags);
			ok = false;
			continue;
		}
		track = choose(question, diags);
		ok &= track != NULL;
		if (track)
			*vec_push(arena, &lives->list) = (struct life *)(uintptr_t)&track->life;
	}
	return ok;
}
