/*
 * Who reaches a change, in words.
 */
#pragma once
#include "rules/rules.h"

/* `OrderPlaced.lines.price (orders), Orders.Get response.order.lines.price, and 3 more`: roots
 * without their package, a long way cut; `nothing`. Only of a finding with `reached_by`. */
struct str reached_words(const struct finding *finding, struct arena *arena);
