#include "proto/outline.h"

#include "proto/lexer.h"

/* Names of messages that are nested deeper are left out, since these do not compile. */
enum { DEEPEST = 64 };

void outline_words_init(struct outline_words *words, struct arena *arena)
{
	map_init(&words->by_hash, arena);
	words->marks = 0;
	words->any_plain = false;
}

struct outline_word {
	bool is_plain; /* it counts for outline.says */
	uint32_t marks;
};

/* Words with equal hashes need one entry: a wrong hit only compiles the file needlessly. */
static struct outline_word *word_of(
	struct outline_words *words, struct arena *arena, struct str word)
{
	void **slot = map_put(&words->by_hash, NULL, str_hash(word));

	if (!*slot)
		*slot = NEW(arena, struct outline_word);
	return *slot;
}

void outline_words_add(struct outline_words *words, struct arena *arena, struct str word)
{
	word_of(words, arena, word)->is_plain = true;
	words->any_plain = true;
}

void outline_words_mark(
	struct outline_words *words, struct arena *arena, struct str word, unsigned mark)
{
	word_of(words, arena, word)->marks |= 1U << mark;
	words->marks |= 1U << mark;
}

/* What stands before a token in its statement. */
enum statement {
	AT_START,
	AFTER_KEYWORD, /* `message`, or another word that declares, at the start; or `group` */
	AFTER_NAME,    /* and then a name */
	IN_GROUP,      /* and then a `=`: the body follows the number and the options */
	IN_OTHER,
	IN_VALUE, /* behind a `=` that is no group's: braces are those of a value */
};

/* A block: what its `}` restores. */
struct block {
	struct str scope;
	bool declares;            /* messages may be declared around it */
	enum statement statement; /* that goes on behind a value */
	unsigned brackets;
};

struct outliner {
	struct lexer lexer;
	const struct outline_request *request;
	struct outline *outline;
	struct block blocks[DEEPEST];
	unsigned depth; /* may be more than DEEPEST */
	/* For names: */
	struct str scope; /* full name of the message around; the package at the top */
	bool declares;
	enum statement statement;
	unsigned brackets;
	enum element_kind kind; /* of what is being declared */
	struct str name;
};

static bool at_ident(const struct outliner *o, struct str word)
{
	return o->lexer.token.kind == TOKEN_IDENT &&
	       str_eq(token_text(&o->lexer, &o->lexer.token), word);
}

/* import = "import" [ word ] string …, after `import` */
static void outline_import(struct outliner *o)
{
	struct outline_import import = { 0 };

	import.is_public = at_ident(o, S("public"));
	if (o->lexer.token.kind == TOKEN_IDENT)
		lexer_next(&o->lexer);
	if (o->lexer.token.kind != TOKEN_STRING)
		return;
	import.path = intern(o->request->intern,
		token_string(token_text(&o->lexer, &o->lexer.token), o->lexer.scratch));
	*vec_push(o->request->arena, &o->outline->imports) = import;
}

/* package = "package" full.name, after `package` */
static void outline_package(struct outliner *o)
{
	struct str name = S("");

	while (o->lexer.token.kind == TOKEN_IDENT || o->lexer.token.symbol == '.') {
		name = str_printf(o->lexer.scratch, STR STR, ARG(name),
			ARG(token_text(&o->lexer, &o->lexer.token)));
		lexer_next(&o->lexer);
	}
	o->outline->package = o->scope = intern(o->request->intern, name);
}

/* ---- what is declared ---- */

/* The kind of what a word at the start of a statement declares; ELEMENT_FILE: nothing. */
static enum element_kind declared_kind(struct str word)
{
	return str_eq(word, S("message"))   ? ELEMENT_MESSAGE
	       : str_eq(word, S("enum"))    ? ELEMENT_ENUM
	       : str_eq(word, S("service")) ? ELEMENT_SERVICE
					    : ELEMENT_FILE;
}

static void declare(struct outliner *o)
{
	struct outline_name name = {
		.full_name = intern_dotted(o->request->intern, o->scope, o->name),
		.package = o->outline->package,
		.kind = o->kind,
	};

	*vec_push(o->request->arena, &o->outline->names) = name;
	o->scope = name.full_name;
	o->declares = o->kind == ELEMENT_MESSAGE;
}

/* `{`: a declaration, a value, or a block within a message such as a oneof. */
static void open_block(struct outliner *o)
{
	bool is_value = o->statement == IN_VALUE || o->brackets;
	bool named = (o->statement == AFTER_NAME || o->statement == IN_GROUP) && !is_value &&
		     o->declares && o->depth < DEEPEST;

	if (o->depth < DEEPEST)
		o->blocks[o->depth] = (struct block){ o->scope, o->declares,
			is_value ? o->statement : AT_START, o->brackets };
	if (named)
		declare(o);
	else if (is_value)
		o->declares = false;
	o->statement = AT_START;
	o->brackets = 0;
}

static void close_block(struct outliner *o)
{
	const struct block *block = &o->blocks[o->depth];

	o->statement = AT_START;
	o->brackets = 0;
	if (o->depth >= DEEPEST)
		return;
	o->scope = block->scope;
	o->declares = block->declares;
	o->statement = block->statement;
	o->brackets = block->brackets;
}

static void take_word(struct outliner *o, struct str word)
{
	enum element_kind kind = ELEMENT_FILE;

	if (o->statement == AT_START) {
		if (str_eq(word, S("export")) || str_eq(word, S("local")))
			return;
		kind = declared_kind(word);
	}
	if (o->statement == AFTER_KEYWORD) {
		o->name = word;
		o->statement = AFTER_NAME;
	} else if (kind != ELEMENT_FILE) {
		o->kind = kind;
		o->statement = AFTER_KEYWORD;
	} else if (str_eq(word, S("group")) && o->statement <= IN_OTHER) {
		o->kind = ELEMENT_MESSAGE;
		o->statement = AFTER_KEYWORD;
	} else if (o->statement != IN_GROUP && o->statement != IN_VALUE) {
		o->statement = IN_OTHER;
	}
}

static void take_symbol(struct outliner *o, char symbol)
{
	if (symbol == ';') {
		o->statement = AT_START;
		o->brackets = 0;
	} else if (symbol == '[') {
		o->brackets++;
	} else if (symbol == ']') {
		o->brackets -= o->brackets > 0;
	} else if (symbol == '=') {
		o->statement = o->statement == AFTER_NAME ? IN_GROUP
			       : o->statement == IN_GROUP ? IN_GROUP
							  : IN_VALUE;
	} else if (o->statement != IN_GROUP && o->statement != IN_VALUE) {
		o->statement = IN_OTHER;
	}
}

/* ---- tokens ---- */

/* Counts the braces; those of names are kept, too. */
static void take_brace(struct outliner *o, bool opens)
{
	if (!opens && o->depth == 0) {
		o->outline->is_broken = true;
		return;
	}
	if (opens && o->request->names)
		open_block(o);
	o->depth += opens ? 1 : -1;
	if (!opens && o->request->names)
		close_block(o);
}

static void look_up(struct outliner *o, struct str word)
{
	const struct outline_words *words = o->request->words;
	const struct outline_word *found;

	if (o->outline->says && o->outline->marks == words->marks)
		return;
	found = map_get(&words->by_hash, NULL, str_hash(word));
	if (!found)
		return;
	o->outline->says |= found->is_plain;
	o->outline->marks |= found->marks;
}

/* False: the word was the beginning of an import or the package, which is read. */
static bool take_ident(struct outliner *o, struct str word)
{
	if (o->request->words->by_hash.n)
		look_up(o, word);
	o->outline->extends |= str_eq(word, S("extend"));
	if (o->depth == 0 && (str_eq(word, S("import")) || str_eq(word, S("package")))) {
		bool is_import = str_eq(word, S("import"));

		lexer_next(&o->lexer);
		if (is_import)
			outline_import(o);
		else
			outline_package(o);
		return false;
	}
	if (o->request->names)
		take_word(o, word);
	return true;
}

void outline_read(const struct outline_request *request, struct outline *outline)
{
	struct arena_mark mark = arena_mark(request->scratch);
	struct text text = { .bytes = request->bytes };
	struct outliner o = { .request = request, .outline = outline, .declares = true };
	struct diags ignored;

	o.scope = intern(request->intern, S(""));
	*outline = (struct outline){ .package = o.scope };
	diags_init(&ignored, request->scratch);
	lexer_init(&o.lexer, &text, request->bytes, &ignored, request->scratch, request->scratch);
	lexer_next(&o.lexer);
	while (o.lexer.token.kind != TOKEN_END) {
		const struct token *token = &o.lexer.token;

		if (token->symbol == '{' || token->symbol == '}')
			take_brace(&o, token->symbol == '{');
		else if (token->kind == TOKEN_IDENT && !take_ident(&o, token_text(&o.lexer, token)))
			continue;
		else if (token->symbol && request->names)
			take_symbol(&o, token->symbol);
		lexer_next(&o.lexer);
	}
	outline->is_broken |= o.depth > 0 || ignored.n_errors > 0;
	arena_rewind(request->scratch, mark);
}
