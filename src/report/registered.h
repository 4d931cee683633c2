/*
 * What reports for people say of the versions of a registry's subject.
 */
#pragma once
#include "rules/rules.h"

/* `would accept; orders-value under BACKWARD, since version 3`, in `arena`. */
struct str hold_words(const struct registry_hold *hold, struct arena *arena);
/* Those of all subjects of a finding, with semicolons between them; absent: there are none. */
struct str registered_words(const struct finding *finding, struct arena *arena);
