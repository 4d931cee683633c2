/* Options as text; private to this folder. */
#pragma once
#include "history/model.h"

/* The options of an element, without `deprecated`, whose value is told apart. */
struct model_options model_options_make(
	struct arena *arena, struct intern *names, const struct options *options, bool *deprecated);
/* Adds one, keeping the order. */
void model_options_add(
	struct arena *arena, struct model_options *options, struct str name, struct str value);
