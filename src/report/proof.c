#include "report/proof.h"

#include "base/glyph.h"
#include "proof/proof.h"

static void text_set(
	json_t *object, const char *key, struct str text, struct arena *arena, bool *ok)
{
	if (text.p)
		value_set(object, key, value_str(text, arena), ok);
}

static struct str hex(struct str bytes, struct arena *arena)
{
	static const char digits[] = "0123456789abcdef";
	char *p = arena_bytes(arena, bytes.n * 2 + 1);

	for (size_t i = 0; i < bytes.n; i++) {
		p[2 * i] = digits[(unsigned char)bytes.p[i] >> 4];
		p[2 * i + 1] = digits[(unsigned char)bytes.p[i] & 15];
	}
	return (struct str){ p, bytes.n * 2 };
}

static json_t *proof_value(const struct proof *proof, struct arena *arena, bool *ok)
{
	json_t *object = json_object();

	text_set(object, "breaks", surface_name((enum surface)proof->surface), arena, ok);
	text_set(object, "message", proof->message, arena, ok);
	text_set(object, "enum", proof->enumeration, arena, ok);
	text_set(object, "call", proof->call, arena, ok);
	if (proof->has_number)
		value_set(object, "number", json_integer(proof->number), ok);
	text_set(object, "name", proof->name, arena, ok);
	text_set(object, "promise", proof->promise, arena, ok);
	text_set(object, "written", proof->written, arena, ok);
	if (proof->data.p && proof->json)
		text_set(object, "json", proof->data, arena, ok);
	else if (proof->data.p)
		text_set(object, "bytes", hex(proof->data, arena), arena, ok);
	text_set(object, "read", proof->read, arena, ok);
	text_set(object, "error", proof->error, arena, ok);
	text_set(object, "loss", proof_loss_name(proof->loss), arena, ok);
	text_set(object, "field", proof->field, arena, ok);
	text_set(object, "value", proof->value, arena, ok);
	text_set(object, "got", proof->got, arena, ok);
	text_set(object, "runtime", proof->runtime, arena, ok);
	if (proof->alone)
		value_set(object, "alone", json_true(), ok);
	text_set(object, "unknown", proof->unknown, arena, ok);
	return object;
}

json_t *proofs_value(const struct finding *finding, struct arena *arena, bool *ok)
{
	json_t *list;

	if (!finding->proofs)
		return NULL;
	list = json_array();
	for (uint32_t i = 0; i < finding->n_proofs; i++)
		value_add(list, proof_value(&finding->proofs[i], arena, ok), ok);
	return list;
}

/* ---- for people ---- */

enum { MOST_VALUE = 60, LEAST_VALUE = 12 };

/* What a proof's line is made of: three texts that may be cut, and words around them. */
struct parts {
	struct str written, data, read;
};

/* Cut to so many columns, with an ellipsis. */
static struct str cut(struct str text, size_t columns, struct arena *arena)
{
	struct str head = { text.p, 0 };

	if (glyphs_before(text, text.n) <= columns)
		return text;
	while (head.n < text.n) {
		size_t n = glyph_end(text, head.n + 1);

		if (glyphs_before(text, n) > columns - 1)
			break;
		head.n = n;
	}
	return str_printf(arena, STR "…", ARG(head));
}

static bool is_default(const struct proof *proof)
{
	return proof->field.p && proof->written.p && !proof->written.n && proof->read.p;
}

static struct str sentence(const struct proof *proof, const struct parts *p, struct arena *arena)
{
	if (proof->unknown.p)
		return proof->unknown;
	if (proof->promise.p)
		return proof->promise;
	if (proof->call.p)
		return str_printf(arena, STR " is refused: " STR, ARG(p->written), ARG(p->read));
	if (!proof->written.p && proof->data.p)
		return str_printf(arena, "a record that begins with " STR ": " STR, ARG(p->data),
			ARG(p->read));
	if (!proof->written.p && proof->has_number)
		return str_printf(arena, "number %d is free for whoever takes it", proof->number);
	if (!proof->written.p)
		return str_printf(
			arena, "name '" STR "' is free for whoever takes it", ARG(p->written));
	if (is_default(proof))
		return str_printf(arena, "unset '" STR "' reads as " STR ", was " STR, ARG(p->data),
			ARG(p->read), ARG(p->written));
	if (proof->json && proof->error.p)
		return str_printf(arena, STR " is refused: " STR, ARG(p->data), ARG(p->read));
	if (proof->json)
		return str_printf(arena, STR " reads as \"" STR "\"", ARG(p->data), ARG(p->read));
	if (proof->error.p)
		return str_printf(arena, "\"" STR "\" (" STR ") is refused: " STR, ARG(p->written),
			ARG(p->data), ARG(p->read));
	if (proof->loss == LOSS_HOLE)
		return str_printf(arena,
			"\"" STR "\" (" STR ") stays as " STR " for whoever takes number %d",
			ARG(p->written), ARG(p->data), ARG(p->read), proof->number);
	return str_printf(arena, "\"" STR "\" (" STR ") reads as \"" STR "\"", ARG(p->written),
		ARG(p->data), ARG(p->read));
}

static struct parts parts_of(const struct proof *proof, struct arena *arena)
{
	struct str written = proof->call.p       ? proof->call
			     : is_default(proof) ? proof->value
			     : proof->name.p     ? proof->name
						 : proof->written;
	struct str data = is_default(proof) ? proof->field
			  : proof->json     ? proof->data
					    : hex(proof->data, arena);
	struct str read = proof->error.p      ? proof->error
			  : is_default(proof) ? proof->got
					      : proof->read;

	return (struct parts){ str_plain(arena, written), str_plain(arena, data),
		str_plain(arena, read) };
}

/* The word before the one in which the two texts begin to differ; 0: too near to their begin to be
 * worth a cut. */
static size_t difference(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n])
		n++;
	while (n && a.p[n - 1] != ' ')
		n--;
	n -= n > 0;
	while (n && a.p[n - 1] != ' ') /* the field's name stays, too */
		n--;
	return n > LEAST_VALUE ? n : 0;
}

/* Leaves out what both values begin with, which a cut at their ends would show instead of how they
 * differ. */
static void cut_begins(struct parts *parts, struct arena *arena)
{
	size_t n = difference(parts->written, parts->read);

	if (!n)
		return;
	parts->written = str_printf(arena, "…" STR, ARG(str_from(parts->written, n)));
	parts->read = str_printf(arena, "…" STR, ARG(str_from(parts->read, n)));
}

struct str proof_line(const struct proof *proof, unsigned columns, struct arena *arena)
{
	struct parts whole = parts_of(proof, arena);
	struct str line = sentence(proof, &whole, arena);

	if (glyphs_before(line, line.n) > columns)
		cut_begins(&whole, arena);
	for (size_t most = MOST_VALUE; most >= LEAST_VALUE; most -= 4) {
		struct parts p = { cut(whole.written, most, arena), cut(whole.data, most, arena),
			cut(whole.read, most, arena) };

		line = sentence(proof, &p, arena);
		if (glyphs_before(line, line.n) <= columns)
			return line;
	}
	return cut(line, columns, arena);
}

struct str finding_proof_line(
	const struct finding *finding, unsigned wanted, unsigned columns, struct arena *arena)
{
	const struct proof *chosen = finding->proofs;

	if (!finding->n_proofs)
		return (struct str){ NULL, 0 };
	for (uint32_t i = 0; i < finding->n_proofs; i++)
		if (finding->proofs[i].surface & wanted) {
			chosen = &finding->proofs[i];
			break;
		}
	return proof_line(chosen, columns, arena);
}
