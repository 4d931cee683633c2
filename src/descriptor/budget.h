/*
 * An allocator for protobuf-c: it takes memory from a scratch arena, and limits it by the size of
 * the input. Nothing is freed; the arena is rewound. Private to descriptor/.
 */
#pragma once
#include <protobuf-c/protobuf-c.h>
#include "base/arena.h"

struct budget {
	struct arena *arena;
	size_t left;
	ProtobufCAllocator allocator;
};

/* Limits memory for unpacking `input` bytes. The budget must not move while its allocator is used.
 */
void budget_init(struct budget *budget, struct arena *arena, size_t input);
