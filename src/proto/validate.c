#include "proto/proto.h"

void validate_file(struct context *c)
{
	(void)c;
}
