/*
 * For the tests of this folder: a temporary folder with files and perhaps a repository.
 */
#pragma once
#include <git2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those four first */
#include <cmocka.h>

#include "source/source.h"

struct fixture {
	struct arena *arena;
	struct diags diags;
	char folder[64];
	struct source_options options;
	git_repository *repo; /* once fixture_repository was called */
	int64_t time;         /* of the next commit */
};

/* For cmocka: *state is a new struct fixture, whose folder fixture_end removes. */
int fixture_begin(void **state);
int fixture_end(void **state);
void fixture_write(struct fixture *f, const char *path, const char *text);
void fixture_write_bytes(struct fixture *f, const char *path, const void *bytes, size_t n);
void fixture_link(struct fixture *f, const char *target, const char *path);
void fixture_remove(struct fixture *f, const char *path);
/* Makes a repository of the folder, with `main` as its branch. */
void fixture_repository(struct fixture *f);
/* Adds all files to the index. */
void fixture_add_all(struct fixture *f);
/* Adds and commits all, with up to two parents besides HEAD's as revisions (NULL: none). */
void fixture_commit(struct fixture *f, const char *message, const char *second_parent);
/* Makes a reference of a revision, as in refs/tags/v1. */
void fixture_reference(struct fixture *f, const char *name, const char *revision);
/* Points HEAD to a branch and writes its files. */
void fixture_checkout(struct fixture *f, const char *branch);
/* Opens an input and fails the test when it cannot. */
struct source *fixture_open(struct fixture *f, const char *input);
/* All paths, joined by blanks. */
const char *fixture_paths(struct fixture *f, struct source *source);
const char *fixture_read(struct fixture *f, struct source *source, const char *path);
/* The changes between the sides that `check` opens: `+a.proto -b.proto *c.proto`. NULL: errors. */
const char *fixture_changes(struct fixture *f, const char *base, const char *head);
/* The first diagnostic with its help; empty if there is none. */
const char *fixture_said(struct fixture *f);
