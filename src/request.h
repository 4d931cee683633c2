/* Import roots of the old side when the new side is the request of a protoc plugin. */
#pragma once
#include "side.h"

/*
 * The files of a request have import paths. If the old side declares no roots, they are inferred:
 * the folders relative to which it has files of these names. Otherwise the two sides might have no
 * file in common. Warns if a name fits several folders.
 */
void request_find_roots(struct arena *arena, const struct breakwater_list *files, struct side *old,
	struct diags *diags);
