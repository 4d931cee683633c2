/*
 * Names that two files declare that do not see each other. That is an error only if some file
 * imports both, directly or not, since a program with that file would hold both (descriptor.cc,
 * DescriptorBuilder::AddSymbol). For extension numbers protoc only warns.
 */
#include "proto/proto.h"

#include <xxhash.h>

struct symbol_list {
	const struct symbol **items;
	uint32_t n, cap;
};

struct conflict_search {
	struct compiler *compiler;
	struct arena *scratch;
	/* importers[first_importer[i]] to importers[first_importer[i + 1]]: those of unit i. */
	uint32_t *first_importer;
	struct unit **importers;
	const struct symbol **owners; /* by unit: the declaration whose file it imports; NULL */
	struct map known;             /* hashes of the sets of files that were searched before */
};

static const struct unit *unit_of(const struct symbol *symbol)
{
	return symbol->element->file->unit;
}

static void list_importers(struct conflict_search *s)
{
	const struct compiler *c = s->compiler;
	uint32_t n = 0, *next = NEW_ARRAY(s->scratch, c->units.n, uint32_t);

	s->first_importer = NEW_ARRAY(s->scratch, c->units.n + 1, uint32_t);
	for (uint32_t i = 0; i < c->units.n; i++)
		for (uint32_t k = 0; k < c->units.items[i]->imports.n; k++)
			if (c->units.items[i]->imports.items[k])
				s->first_importer[c->units.items[i]->imports.items[k]->index + 1]++;
	for (uint32_t i = 0; i < c->units.n; i++) {
		n = s->first_importer[i + 1] += s->first_importer[i];
		next[i] = s->first_importer[i];
	}
	s->importers = NEW_ARRAY(s->scratch, n, struct unit *);
	for (uint32_t i = 0; i < c->units.n; i++)
		for (uint32_t k = 0; k < c->units.items[i]->imports.n; k++)
			if (c->units.items[i]->imports.items[k])
				s->importers[next[c->units.items[i]->imports.items[k]->index]++] =
					c->units.items[i];
	s->owners = NEW_ARRAY(s->scratch, c->units.n, const struct symbol *);
}

/* Of files with one import path each importer means one: they do not conflict. */
static bool may_conflict(const struct symbol *a, const struct symbol *b)
{
	return a->element->file->import_path.p != b->element->file->import_path.p;
}

/*
 * Lists the declarations of a chain: one a file, without packages. False if no two may conflict:
 * most chains hold the two versions of one file.
 */
static bool list_declarations(
	struct conflict_search *s, const struct symbol *chain, struct symbol_list *declarations)
{
	bool differ = false;

	declarations->n = 0;
	if (!chain->next)
		return false;
	for (const struct symbol *at = chain; at; at = at->next) {
		if (at->element->kind == ELEMENT_PACKAGE)
			continue;
		if (declarations->n > 0) {
			const struct symbol *before = declarations->items[declarations->n - 1];

			if (before->element->file == at->element->file)
				continue;
			differ |= may_conflict(before, at);
		}
		*vec_push(s->scratch, declarations) = at;
	}
	return differ;
}

/* Was a name that exactly these files declare searched before? */
static bool is_known(struct conflict_search *s, const struct symbol_list *declarations)
{
	struct arena_mark mark = arena_mark(s->scratch);
	const struct unit **units = NEW_ARRAY(s->scratch, declarations->n, const struct unit *);
	uint64_t hash;
	void **slot;

	for (uint32_t i = 0; i < declarations->n; i++)
		units[i] = unit_of(declarations->items[i]);
	hash = XXH64(units, declarations->n * sizeof(const struct unit *), 0);
	arena_rewind(s->scratch, mark);
	slot = map_put(&s->known, NULL, hash);
	if (*slot)
		return true;
	*slot = s;
	return false;
}

static bool is_visible(const struct unit *from, const struct unit *unit)
{
	for (uint32_t i = 0; i < from->visible.n; i++)
		if (from->visible.items[i] == unit)
			return true;
	for (uint32_t i = 0; i < from->option_visible.n; i++)
		if (from->option_visible.items[i] == unit)
			return true;
	return false;
}

/* Reports two declarations. `both` imports the files of both, or is one of them. */
static void report(const struct symbol *a, const struct symbol *b, const struct unit *both)
{
	const struct symbol *first = a, *second = b;
	struct element *e;
	struct unit *unit;

	/* The file that imports the other one is at fault, else the later one. */
	if (unit_of(a) == both ||
		(unit_of(b) != both && str_cmp(a->element->file->import_path,
					       b->element->file->import_path) > 0)) {
		first = b;
		second = a;
	}
	e = second->element;
	unit = e->file->unit;
	if (is_visible(unit, unit_of(first)))
		return; /* validate.c says so */
	if (unit == both)
		diag_error(&unit->diags, place_in(e->file->text, e->name_span),
			"'" STR "' is also declared in '" STR
			"', which is imported, directly or not",
			ARG(element_full_name(e, unit->diags.arena)),
			ARG(first->element->file->import_path));
	else
		diag_error(&unit->diags, place_in(e->file->text, e->name_span),
			"'" STR "' is also declared in '" STR "', and '" STR "' imports both",
			ARG(element_full_name(e, unit->diags.arena)),
			ARG(first->element->file->import_path), ARG(both->file->import_path));
	diag_note(&unit->diags, place_in(first->element->file->text, first->element->name_span),
		"declared");
	diag_help(&unit->diags, "rename one of them, or import only one of the files");
}

/*
 * Walks from the files that declare the name to their importers, breadth first. The first importer
 * that is reached from two declarations is reported.
 */
static void search_importers(struct conflict_search *s, const struct symbol_list *declarations)
{
	struct arena_mark mark = arena_mark(s->scratch);
	VEC(const struct unit *) reached = { 0 };
	bool met = false;

	for (uint32_t i = 0; i < declarations->n; i++) {
		const struct unit *unit = unit_of(declarations->items[i]);

		s->owners[unit->index] = declarations->items[i];
		*vec_push(s->scratch, &reached) = unit;
	}
	for (uint32_t i = 0; i < reached.n && !met; i++) {
		const struct unit *unit = reached.items[i];
		const struct symbol *owner = s->owners[unit->index];
		uint32_t end = s->first_importer[unit->index + 1];

		for (uint32_t k = s->first_importer[unit->index]; k < end && !met; k++) {
			const struct unit *importer = s->importers[k];
			const struct symbol **other = &s->owners[importer->index];

			met = *other && may_conflict(*other, owner);
			if (met) {
				report(owner, *other, importer);
			} else if (!*other) {
				*other = owner;
				*vec_push(s->scratch, &reached) = importer;
			}
		}
	}
	for (uint32_t i = 0; i < reached.n; i++)
		s->owners[reached.items[i]->index] = NULL;
	arena_rewind(s->scratch, mark);
}

void conflicts_report(struct compiler *compiler, struct arena *scratch)
{
	struct arena_mark mark = arena_mark(scratch);
	struct conflict_search s = { .compiler = compiler, .scratch = scratch };
	struct symbol_list declarations = { 0 };

	map_init(&s.known, scratch);
	for (uint32_t i = 0; i < compiler->symbols.n; i++) {
		if (!list_declarations(&s, compiler->symbols.entries[i].value, &declarations) ||
			is_known(&s, &declarations))
			continue;
		if (!s.owners)
			list_importers(&s);
		search_importers(&s, &declarations);
	}
	arena_rewind(scratch, mark);
}
