/*
 * Top messages: those that no field of another message has, and all messages of a ring that nothing
 * outside refers to. Everything that a field leads to is below one of them.
 */
#pragma once
#include "schema/uses.h"

struct tops;

/* Cheap: only what tops_have asks for is looked at, each message once. */
struct tops *tops_new(struct arena *arena, const struct users *users);
/* Is it a top message? Extensions of a message count as its fields, methods do not count. */
bool tops_have(struct tops *tops, const struct message *message);
