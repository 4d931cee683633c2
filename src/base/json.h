/*
 * What a text of JSON makes of memory, which is asked before it is parsed: jansson needs up to 100
 * times a text's size (`{},{},…`), 30 times that of a contract's locations, five of a web hook's.
 */
#pragma once
#include "base/str.h"

/* About how many bytes its values need once they are parsed. Any bytes. */
uint64_t json_memory(struct str text);
