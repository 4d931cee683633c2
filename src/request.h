/*
 * What the request of a protoc plugin tells of the side that it is compared with.
 */
#pragma once
#include "side.h"

/*
 * The names of the request's files are import paths, so they say where the roots of the old side
 * are when nothing declares them: where its file of that name is. Without, two layouts would have
 * no file in common, and nothing would be compared. Warns when the name fits several folders.
 */
void request_find_roots(struct arena *arena, const struct breakwater_list *files, struct side *old,
	struct diags *diags);
