/*
 * The parameter of a request: the value of `--breakwater_opt=`, or of `opt:` in a buf.gen.yaml.
 *
 * It is a list of `KEY=VALUE` joined by commas. protoc joins several options with commas too, so a
 * value cannot contain one.
 */
#pragma once
#include "base/diag.h"
#include "base/vec.h"

struct parameter {
	const char *against; /* NULL only when parameter_parse failed */
	const char *config;  /* NULL: none */
	const char *compatibility; /* likewise */
	VEC(const char *) use;
	VEC(const char *) contracts;
	VEC(const char *) surfaces;
};

/* Allocates strings in `arena`. False and a diagnostic if it is malformed. */
bool parameter_parse(
	struct arena *arena, struct str text, struct parameter *parameter, struct diags *diags);
