/*
 * Where that lives on which is gone from its place: a message, enum, service or extension that
 * another scope, file or package declares now, a file whose declarations do, a package likewise.
 *
 * It is for sentences alone, and rather silent than wrong. What is gone has become another element
 * of its kind that the other side's file did not have, if
 *
 *  - both have one full name; or
 *  - both have one last name, nothing else has the full name of either on the other side, and they
 *    are nearly of one shape: three in four of their fields (values, methods), counted on the larger
 *    side, have the same number, name and kind of type; or
 *  - both are of one file and have two fields or values, or one method, at least, all of them the
 *    same, no gone element has the new one's last name, and no new one the gone one's.
 *
 * Of several of one name, without the package or else the last one, those belong together whose
 * full names share most; else each must be the only one. A file lives on if all that it declares
 * does, what is in messages included, and a package if all of that is in one other package.
 *
 * Only files that differ are looked at, once, when a rule first asks: it is the same with and
 * without --full, since what is new to a file is in a file that changed.
 */
#pragma once
#include "rules/finding.h"

/* The new element, NULL if there is none to be named. */
const struct element *moved_element(struct check *c, const struct element *old);
/* The files that declare now what a file did, as words: `'a.proto' and 'b.proto'`; absent if any of
 * it is nowhere. `into` gets the package of all of them, absent if there are several. */
struct str moved_file(struct check *c, struct file *old, struct str *into);
/* What to do where a type is gone that is still used under another name. */
struct str gone_type_help(struct check *c, const struct element *old);
/* The package that has all now that one had; absent if there is none. */
struct str moved_package(struct check *c, struct str package);
