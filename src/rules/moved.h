/*
 * Where a deleted declaration lives on: a message, enum, service or extension that another scope,
 * file or package declares now; a file or package all of whose declarations do. Used in messages
 * only, and prefers silence to a wrong guess.
 *
 * A deleted element has become another element of its kind, which the counterpart of its file did
 * not have, if
 * - both have the same full name; or
 * - both have the same last name, nothing else on the other side has the full name of either, and
 *   their shapes nearly agree: three in four fields (values, methods) of the larger one have the
 *   same number, name and kind of type; or
 * - both are in one file and have at least two fields or values, or one method, all of them equal,
 *   and no deleted element has the new one's last name or the reverse.
 * If several qualify, those whose full names share most belong together; otherwise each must be the
 * only one.
 *
 * A file lives on if all of its declarations do, nested ones included; a package does if all of
 * them are in one other package. Only changed files are compared, once, at the first question. The
 * answer is the same with and without --full, since new declarations are always in changed files.
 */
#pragma once
#include "rules/finding.h"

/* The new element; NULL: none. */
const struct element *moved_element(struct check *c, const struct element *old);
/* The files that now declare what the old file did, as words: `'a.proto' and 'b.proto'`; absent if
 * some declaration is nowhere. `into` receives their common package, absent if there are several.
 */
struct str moved_file(struct check *c, struct file *old, struct str *into);
/* The help for a deleted type that is still used under another name. */
struct str gone_type_help(struct check *c, const struct element *old);
/* The package that has all declarations now; absent: none. */
struct str moved_package(struct check *c, struct str package);
