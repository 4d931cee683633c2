/*
 * Memory for protobuf-c's unpacking: out of a scratch arena, and no more than the input justifies;
 * private to descriptor/. There is nothing to free: the arena is rewound.
 */
#pragma once
#include <protobuf-c/protobuf-c.h>
#include "base/arena.h"

struct budget {
	struct arena *arena;
	size_t left;
	ProtobufCAllocator allocator;
};

/* For unpacking `input` bytes. The budget must stay where it is while its allocator is used. */
void budget_init(struct budget *budget, struct arena *arena, size_t input);
