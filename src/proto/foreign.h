/*
 * A file that is no contract at all, or holds a merge conflict: one error that names the cause, in
 * the place of all the errors of syntax that come of it.
 */
#pragma once
#include "proto/compile.h"

/*
 * After a parse that failed: looks at the request's bytes and the diagnostics from number `n` on
 * (of which errors from number `n_errors` on), and replaces them where they have one cause.
 */
void foreign_name_cause(const struct parse_request *request, uint32_t n, uint32_t n_errors);
