/*
 * Estimates the memory that parsing JSON takes, to refuse a text before it is parsed: jansson needs
 * up to 100 times a text's size (`{},{},…`), 30 times for a contract's locations, five for the
 * event of a webhook.
 */
#pragma once
#include "base/str.h"

/* Approximate bytes of the parsed values. The text may be anything. */
uint64_t json_memory(struct str text);
