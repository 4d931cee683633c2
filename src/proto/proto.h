/*
 * What the stages of the front end share; private to proto/.
 *
 * Parse (one thread a file), symbols (one thread, all files), then for all files with a barrier
 * between: link (names of types), features (the `features` options and what they resolve to),
 * options (all others, and defaults), validate (what is forbidden). So a stage may rely on every
 * earlier stage for every file.
 */
#pragma once
#include "proto/compile.h"
#include "schema/written.h"

/* ---- symbols ---- */

/* A package as a scope: one for each prefix of a package name, for both sides. */
struct package_scope {
	struct element e; /* kind ELEMENT_PACKAGE, full_name, parent: the package around it, NULL
			     for the root */
	uint32_t index;   /* in struct compiler.packages */
};

/*
 * A declared name: chained, since several files (and both sides) may declare one name. In the table
 * are messages, enums, services, extensions and packages; enum values only of top-level enums.
 * Fields, methods, oneofs and other enum values are not.
 */
struct symbol {
	struct element *element;
	struct symbol *next;
	enum element_kind kind; /* the element's, copied: it would be a cache miss away */
	uint32_t index;         /* of the file's unit, or of the package */
	struct map *crowd; /* index of a long chain: unit → its first symbol in the chain, which its
			      others follow; NULL for most */
};

/* A walk over a chain: over all of a short one, over the visible files' symbols of a long one. */
struct symbol_walk {
	const struct context *context;
	const struct map *crowd; /* NULL: the chain itself is walked */
	uint32_t next_unit;
};

struct unit_list {
	struct unit **items;
	uint32_t n, cap;
};

/* A file that is compiled, for one side or both. */
struct unit {
	struct file *file;
	uint32_t index;
	struct unit_list imports;        /* as file->imports; NULL: missing */
	struct unit_list visible;        /* itself, direct imports, what those import publicly
					    (transitively) */
	struct unit_list option_visible; /* what comes by `import option` in addition */
	bool parsed;                     /* without an error */
	struct unit *descriptor;         /* the descriptor.proto that defines its options */
	uint8_t default_visibility;      /* the file's feature default_symbol_visibility */
	struct diags diags;
};

struct compiler {
	struct arena *arena;
	struct intern *names;
	struct map symbols;  /* (scope element, interned name .p) → struct symbol * */
	struct map packages; /* (interned full name .p) → struct package_scope *; the root is under
				the empty name */
	struct map extensions; /* (extendee's interned full name .p, number) → struct symbol *:
				  fields, after linking */
	VEC(struct unit *) units;
	VEC(struct package_scope *) package_list;
	struct package_scope *root;      /* the one without a name */
	struct unit *builtin_descriptor; /* always there */
	const struct compile_options *options;
};

/* Set in struct context.visible for files that come by `import option` only; a stamp is even. */
enum { VISIBLE_OPTION = 1 };

enum { RESOLVED = 512 };

/* What a thread needs to take one file through a stage. */
struct context {
	struct compiler *compiler;
	struct unit *unit;
	struct file *file;
	struct arena *arena;   /* for what is kept */
	struct arena *indexes; /* for `option_indexes`, while options are interpreted */
	struct arena *scratch;
	struct diags *diags; /* the unit's */
	uint32_t *visible;   /* by unit index: equals `stamp` when visible from the file
				(VISIBLE_OPTION bit: by `import option` only) */
	uint32_t *packages;  /* by package index, likewise */
	struct map parts; /* of dotted names, by their interned `.p`: struct str *, interned, ended
			     by an absent one */
	struct map members; /* resolve.c's: (scope, name's `.p`) → an element that is in no table of
			       symbols; (scope, 0): the scope's are entered */
	struct map catalogs; /* catalog.c's, by message or enum */
	struct map declared; /* validate_field.c's: (extension range, number) → struct options of
				the declaration; (range, UINT64_MAX) → struct declarations */
	struct resolved *resolved; /* resolve.c's: a cache of RESOLVED names */
	uint32_t stamp;
	/* resolve.c's: the options message of each kind of element, in that descriptor.proto. */
	const struct unit *options_descriptor;
	struct message *options_messages[ELEMENT_EXTENSION_RANGE + 1];
	struct map *option_indexes; /* options.c's, in its stage: (options message, 0) → index of
				       its list */
};

struct symbol *symbols_next(struct symbol_walk *walk, struct symbol *symbol);

/* How the context's file sees a symbol: not, by `import option` only, or fully. */
enum sight { UNSEEN, SEEN_BY_OPTION, SEEN };
static inline enum sight symbol_sight(const struct context *context, const struct symbol *symbol)
{
	uint32_t stamp = symbol->kind == ELEMENT_PACKAGE ? context->packages[symbol->index]
							 : context->visible[symbol->index];

	if (stamp == context->stamp)
		return SEEN;
	return stamp == (context->stamp | VISIBLE_OPTION) ? SEEN_BY_OPTION : UNSEEN;
}

/* Begins a walk over a chain, which may be NULL. */
static inline struct symbol *symbols_first(
	struct symbol_walk *walk, const struct context *context, struct symbol *chain)
{
	*walk = (struct symbol_walk){ .context = context };
	if (!chain || !chain->crowd ||
		context->unit->visible.n + context->unit->option_visible.n >= chain->crowd->n)
		return chain;
	walk->crowd = chain->crowd;
	return symbols_next(walk, NULL);
}

/* ---- names: resolve.c ---- */

/* Errors of a file that suggest the nearest name: each suggestion scans all names. */
enum { MOST_SUGGESTIONS = 20 };

enum symbol_wanted { WANT_TYPE, WANT_MESSAGE, WANT_EXTENSION };

/* A name as it is written somewhere. */
struct name_use {
	struct element *scope; /* a message, service, package or file: a file stands for its
				  package */
	struct str name;       /* interned; with a leading dot: absolute */
	struct span span;
	enum symbol_wanted wanted;
	bool in_option;
};

/* Why a name did not resolve; for the error message. */
enum resolve_failure {
	RESOLVE_OK,
	RESOLVE_MISSING,       /* nobody declares it */
	RESOLVE_SHADOWED,      /* an inner scope has the first part, but lacks the rest: `shadow` */
	RESOLVE_WRONG_KIND,    /* `found` is something else */
	RESOLVE_NOT_IMPORTED,  /* a file declares it that is not visible: `found` */
	RESOLVE_OPTION_IMPORT, /* `found` comes by `import option` only */
};

struct resolution {
	struct element *found;
	enum resolve_failure failure;
	struct element *shadow;
};

/* An empty cache of RESOLVED names. */
struct resolved *resolved_new(struct arena *arena);
/* Resolves a name from its scope outwards (doc/grammar.md, Names). Silent. */
struct resolution resolve_name(struct context *context, const struct name_use *use);
/* Reports a failed resolution. False: not reported, since the file reaches a missing import that
 * may declare the name. */
bool resolve_report(
	struct context *context, const struct name_use *use, const struct resolution *resolution);
/*
 * What hides a message from a name where any kind counts, not types alone: an element between
 * `scope` and the scope of `found`, or NULL (descriptor.cc, LookupSymbol with LOOKUP_ALL, which
 * extendees and the types of methods go by). NULL for dotted names.
 */
struct element *resolve_hiding(struct context *context, struct element *scope, struct str name,
	const struct element *found);
/* The scope where a custom option's name is looked up from: the one that HOLDS the element
 * (doc/grammar.md, Names). */
struct element *resolve_option_scope(const struct element *element);
/* An extension by extendee and number among the files visible to the context's file, else in any;
 * NULL. */
struct field *resolve_extension_number(
	struct context *context, struct str extendee, int32_t number);
/* A message by full name among the visible files (Any in literals). */
struct message *resolve_message_name(struct context *context, struct str full_name);
/* The options message (`google.protobuf.FieldOptions`, …) of an element's kind, from
 * unit->descriptor, else the built-in one. */
struct message *resolve_options_message(struct context *context, const struct element *element);
/* What an element is called in messages: `a message`. */
const char *element_kind_text(const struct element *element);

/* ---- the stages ---- */

/* Enter a file's names; make a package's scope, once; enter a linked file's extensions by number.
 */
void symbols_add_file(struct compiler *compiler, struct unit *unit);
struct package_scope *symbols_package(struct compiler *compiler, struct str name);
void symbols_add_extensions(struct compiler *compiler, struct unit *unit);
/* Reports a name that two files declare, if a third one imports both; once a pair of files. */
void conflicts_report(struct compiler *compiler, struct arena *scratch);
/*
 * The feature default_symbol_visibility of a file of edition 2024 or later, from its options as
 * they are written or as a set holds them: linking needs it before features are resolved.
 */
uint8_t features_default_visibility(const struct file *file);
/* Resolves type names, extendees, methods' types; registers nothing. */
void link_file(struct context *context);
/*
 * Interprets the `features` options of each element and sets element->features. Uninterpreted
 * statements are taken off the elements' lists; of a set, the field of features is decoded.
 */
void features_file(struct context *context);
/* Interprets the other options and default values; decodes a set's. */
void options_file(struct context *context);
/*
 * Checks each option against its declaration: `targets`, and the editions that have it
 * (feature_support). Part of the validate stage, since declarations are options themselves.
 */
void options_check_use(struct context *context);
/* Reports what is forbidden. */
void validate_file(struct context *context);

/*
 * Interprets one statement into `options` (whose ->type is set); features.c does so for names that
 * begin with `features`, options.c for the rest. False: an error was reported, or a missing import
 * is in the way (options->incomplete).
 */
bool option_interpret(struct context *context, struct element *element, struct options *options,
	struct uninterpreted *statement);
/* Decodes wire bytes of message type `type` into options (generic; custom options through the
 * file's visible extensions, else kept raw). */
bool options_decode(struct context *context, const struct message *type, struct str bytes,
	struct options *options);

/* place in the file being worked on */
static inline struct place here(const struct context *context, struct span span)
{
	return place_in(context->file->text, span);
}
