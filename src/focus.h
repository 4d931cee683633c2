/*
 * Where a small change to a large tree is, so that a check against history need not read what every
 * other file was.
 *
 * What the change cannot have touched broke before it, if it broke, so it is known. What it may
 * have touched is in the folders of the changed files and of those that it hurts, and in the
 * folders that what these declare came from: under the same full name, or of files that were
 * deleted then and had the same file name or declared the same name in another package.
 */
#pragma once
#include "run.h"
#include "source/versions.h"

/* Sets scope->folders, which is not set for small trees, large changes and --all. False and an
 * error. The check's own comparison must have been made. */
bool focus_find(
	struct breakwater_run *run, const struct versions *versions, struct report_scope *scope);
