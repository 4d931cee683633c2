/*
 * What the newest editions bound: which nested types are exported
 * (features.default_symbol_visibility = STRICT), and how much one message or enum declares
 * (features.enforce_proto_limits).
 */
#include "proto/validate.h"

/*
 * A message that only gives its enums a namespace: at the top, not exported, and with every field
 * number reserved (descriptor.cc, IsEnumNamespaceMessage).
 */
static bool is_enum_namespace(const struct message *m)
{
	return m->e.parent->kind == ELEMENT_FILE && m->visibility != VISIBILITY_EXPORT &&
	       m->reserved_ranges.n == 1 && m->reserved_ranges.items[0].begin == 1 &&
	       m->reserved_ranges.items[0].end >= MAX_FIELD_NUMBER;
}

/* STRICT: nested types are not exported, except for the enums of a namespace. */
static void check_strict(struct context *c, struct element *e)
{
	bool is_enum = e->kind == ELEMENT_ENUM, exported;

	if (e->parent->kind != ELEMENT_MESSAGE || !e->features ||
		e->features->default_symbol_visibility != STRICT)
		return;
	exported = (is_enum ? ((struct enumeration *)e)->visibility
			    : ((struct message *)e)->visibility) == VISIBILITY_EXPORT;
	if (!exported || (is_enum && is_enum_namespace((struct message *)e->parent)))
		return;
	diag_error(c->diags, here(c, (struct span){ e->span.begin, e->span.begin + 6 }),
		"nested %s '" STR "' is exported, which default_symbol_visibility = STRICT forbids",
		is_enum ? "enum" : "message", ARG(e->name));
	diag_help(c->diags, is_enum ? "declare it at the top of a file, or in a local message with "
				      "'reserved 1 to max;'"
				    : "declare it at the top of a file");
}

/* PROTO_LIMITS2026 (protobuf's proto_limits.cc) */
struct limit {
	const char *of, *what;
	uint32_t most;
};

static const struct limit fields = { "message", "fields", 1500 };
static const struct limit oneofs = { "message", "oneofs", 1000 }; /* but synthetic ones */
static const struct limit members = { "oneof", "fields", 1200 };
static const struct limit values = { "enum", "values", 1700 }; /* aliases count */

static void check_count(
	struct context *c, const struct element *e, const struct limit *limit, uint32_t n)
{
	if (n <= limit->most || !e->features ||
		e->features->enforce_proto_limits != PROTO_LIMITS2026)
		return;
	diag_error(c->diags, here(c, e->name_span),
		"%s '" STR "' has %u %s, and edition 2026 allows %u", limit->of, ARG(e->name), n,
		limit->what, limit->most);
	diag_help(c->diags,
		"split it, or set features.enforce_proto_limits = LEGACY_NO_EXPLICIT_LIMITS in it");
}

static uint32_t count_oneofs(const struct message *m)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->oneofs.n; i++)
		n += !m->oneofs.items[i]->is_synthetic;
	return n;
}

static void check_element(void *context, struct element *e)
{
	struct context *c = context;
	const struct message *m = (const struct message *)e;

	switch (e->kind) {
	case ELEMENT_MESSAGE:
		if (m->is_map_entry)
			return;
		check_strict(c, e);
		check_count(c, e, &fields, m->fields.n);
		check_count(c, e, &oneofs, count_oneofs(m));
		break;
	case ELEMENT_ONEOF:
		check_count(c, e, &members, ((struct oneof *)e)->fields.n);
		break;
	case ELEMENT_ENUM:
		check_strict(c, e);
		check_count(c, e, &values, ((struct enumeration *)e)->values.n);
		break;
	default:
		break;
	}
}

void validate_edition(struct context *c)
{
	file_walk(c->file, check_element, c);
}
