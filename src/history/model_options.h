/* Options as text; private to this folder. */
#pragma once
#include "history/model.h"

struct model_memory {
	struct arena *arena, *scratch; /* of the model, and of the function that makes it */
	struct intern *names;          /* texts are interned, since versions share most of them */
};

/* The options of an element, without `deprecated`, whose value is told apart. */
struct model_options model_options_make(
	const struct model_memory *memory, const struct options *options, bool *deprecated);
/* Adds one, keeping the order. */
void model_options_add(const struct model_memory *memory, struct model_options *options,
	struct str name, struct str value);
