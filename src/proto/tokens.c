#include "proto/outline.h"

#include "proto/lexer.h"

#include <stdlib.h>

/* A set of hashes: open addressing, 0 is free. */
struct word_set {
	struct arena *scratch;
	uint32_t *slots;
	uint32_t n, n_slots;
};

static bool word_put(struct word_set *set, uint32_t word)
{
	uint32_t at = word & (set->n_slots - 1);

	while (set->slots[at] && set->slots[at] != word)
		at = (at + 1) & (set->n_slots - 1);
	if (set->slots[at])
		return false;
	set->slots[at] = word;
	return true;
}

static void word_add(struct word_set *set, uint32_t word)
{
	struct word_set larger = { .scratch = set->scratch, .n_slots = set->n_slots * 2 };

	set->n += word_put(set, word);
	if (set->n * 2 < set->n_slots)
		return;
	larger.slots = NEW_ARRAY(set->scratch, larger.n_slots, uint32_t);
	for (uint32_t i = 0; i < set->n_slots; i++)
		if (set->slots[i])
			larger.n += word_put(&larger, set->slots[i]);
	*set = larger;
}

static int word_order(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static void take_words(struct file_tokens *tokens, const struct word_set *set, struct arena *arena)
{
	uint32_t n = 0;

	tokens->words = NEW_ARRAY(arena, set->n ? set->n : 1, uint32_t);
	for (uint32_t i = 0; i < set->n_slots; i++)
		if (set->slots[i])
			tokens->words[n++] = set->slots[i];
	tokens->n_words = n;
	qsort(tokens->words, n, sizeof *tokens->words, word_order);
}

uint32_t token_word(struct str name)
{
	uint32_t hash = (uint32_t)str_hash(name);

	return hash ? hash : 1;
}

uint64_t tokens_digest(struct str bytes, struct arena *scratch)
{
	struct file_tokens tokens;

	tokens_read(bytes, NULL, scratch, &tokens);
	return tokens.digest;
}

void tokens_read(
	struct str bytes, struct arena *arena, struct arena *scratch, struct file_tokens *tokens)
{
	struct arena_mark mark = arena_mark(scratch);
	struct word_set set = { .scratch = scratch, .n_slots = 256 };
	struct text text = { .bytes = bytes };
	struct lexer lexer;
	struct diags unsaid;
	uint64_t digest = 0;

	*tokens = (struct file_tokens){ 0 };
	diags_init(&unsaid, scratch);
	unsaid.most_errors = 1;
	if (arena)
		set.slots = NEW_ARRAY(scratch, set.n_slots, uint32_t);
	lexer_init(&lexer, &text, bytes, &unsaid, scratch, scratch);
	lexer_next(&lexer);
	while (lexer.token.kind != TOKEN_END) {
		uint64_t hash = str_hash(token_text(&lexer, &lexer.token));

		if (arena && lexer.token.kind == TOKEN_IDENT)
			word_add(&set, (uint32_t)hash ? (uint32_t)hash : 1);
		digest = (digest ^ hash) * 0x9e3779b97f4a7c15;
		digest ^= digest >> 29;
		lexer_next(&lexer);
	}
	if (unsaid.n_errors) /* comments may be what is wrong, too */
		digest ^= str_hash(bytes);
	tokens->digest = digest ? digest : 1;
	if (arena)
		take_words(tokens, &set, arena);
	arena_rewind(scratch, mark);
}
