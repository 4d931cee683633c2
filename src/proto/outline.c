#include "proto/outline.h"

#include "proto/lexer.h"

void outline_words_init(struct outline_words *words, struct arena *arena)
{
	map_init(&words->by_hash, arena);
}

void outline_words_add(struct outline_words *words, struct arena *arena, struct str word)
{
	void **slot = map_put(&words->by_hash, NULL, str_hash(word));

	/* Words with equal hashes need one entry: a wrong hit only compiles the file needlessly. */
	if (!*slot) {
		struct str *copy = *slot = NEW(arena, struct str);

		*copy = word;
	}
}

struct outliner {
	struct lexer lexer;
	struct intern *names;
	struct arena *arena;
	const struct outline_words *words;
	struct outline *outline;
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
	import.path = intern(
		o->names, token_string(token_text(&o->lexer, &o->lexer.token), o->lexer.scratch));
	*vec_push(o->arena, &o->outline->imports) = import;
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
	o->outline->package = intern(o->names, name);
}

void outline_read(struct str bytes, const struct outline_words *words, struct intern *names,
	struct arena *arena, struct arena *scratch, struct outline *outline)
{
	struct arena_mark mark = arena_mark(scratch);
	struct text text = { .bytes = bytes };
	struct outliner o = { .names = names, .arena = arena, .words = words, .outline = outline };
	struct diags ignored;
	unsigned depth = 0;

	*outline = (struct outline){ .package = intern(names, S("")) };
	diags_init(&ignored, scratch);
	lexer_init(&o.lexer, &text, bytes, &ignored, scratch, scratch);
	lexer_next(&o.lexer);
	while (o.lexer.token.kind != TOKEN_END) {
		const struct token *token = &o.lexer.token;

		if (token->symbol == '{') {
			depth++;
		} else if (token->symbol == '}') {
			outline->is_broken |= depth == 0;
			depth -= depth > 0;
		} else if (token->kind == TOKEN_IDENT) {
			struct str word = token_text(&o.lexer, token);

			if (!outline->says && words->by_hash.n)
				outline->says =
					map_get(&words->by_hash, NULL, str_hash(word)) != NULL;
			if (depth == 0 && str_eq(word, S("import"))) {
				lexer_next(&o.lexer);
				outline_import(&o);
				continue;
			}
			if (depth == 0 && str_eq(word, S("package"))) {
				lexer_next(&o.lexer);
				outline_package(&o);
				continue;
			}
		}
		lexer_next(&o.lexer);
	}
	outline->is_broken |= depth > 0 || ignored.n_errors > 0;
	arena_rewind(scratch, mark);
}
