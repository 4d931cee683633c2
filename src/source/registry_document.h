/*
 * What a registry's answers say; private to this folder. Pure: bytes in, values out.
 *
 * The bytes are a stranger's. Strings are copied to the arena; `why` is a sentence on what is
 * wrong.
 */
#pragma once
#include "source/registry.h"

enum { MAX_REGISTRY_VERSIONS = 100000, MAX_REGISTRY_REFERENCES = 1000 };

/* `{"error_code":40401,"message":"…"}`; `code` 0: the body is JSON, but has none. */
struct registry_refusal {
	bool is_json;
	uint32_t code;
	struct str message; /* cut to 200 bytes; empty: none */
};
struct registry_refusal registry_refusal_read(struct arena *arena, struct str body);

struct registry_numbers {
	VEC(uint32_t) list; /* ascending, each once */
};
bool registry_numbers_read(
	struct arena *arena, struct str body, struct registry_numbers *numbers, const char **why);
/* Sets level, group and policy of the subject, and the alias, if the answer has them. */
bool registry_config_read(struct arena *arena, struct str body, struct registry_subject *subject,
	struct str *alias, const char **why);
bool registry_mode_read(struct arena *arena, struct str body, struct str *mode, const char **why);
/* A version's document, or, with `number` 0, that of an id, which has no number and id of its own.
 */
bool registry_version_parse(struct arena *arena, struct str body, uint32_t number,
	struct registry_version *version, const char **why);
bool registry_verdict_read(
	struct arena *arena, struct str body, struct registry_answer *answer, const char **why);
/* The body of a question. */
struct str registry_question_text(struct arena *arena, const struct registry_question *question);
/*
 * Decodes base64 of a FileDescriptorProto. False: it is anything else. No text of a contract is
 * one: of base64's characters alone no declaration can be written.
 */
bool registry_descriptor_decode(struct arena *arena, struct str schema, struct str *bytes);
