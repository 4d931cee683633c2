/*
 * The parameter of a request: what stands after `--breakwater_opt=`, or in `opt:` of a
 * buf.gen.yaml.
 *
 * `KEY=VALUE`s joined by commas, as every plugin has them; protoc joins several options likewise,
 * so a value cannot hold a comma.
 */
#pragma once
#include "base/diag.h"
#include "base/vec.h"

struct parameter {
	const char *against; /* NULL only when parameter_parse failed */
	const char *config;  /* NULL: none */
	VEC(const char *) use;
};

/* Strings in `arena`. False and a diagnostic when it is wrong. */
bool parameter_parse(
	struct arena *arena, struct str text, struct parameter *parameter, struct diags *diags);
