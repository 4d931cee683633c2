/*
 * Foreign text on its way out: one escaping function for each syntax that a report is written in.
 *
 * Names, paths and source lines are a stranger's. What could steer a terminal, turn the direction
 * of writing or is no UTF-8 is shown as `\x1b` or `\u202e` everywhere but in JSON, which has an
 * escaping of its own.
 */
#pragma once
#include "base/glyph.h"

/* As out_plain(), cut to about `most` columns with an ellipsis. */
void out_plain_cut(struct out *out, struct str text, unsigned most);
/* `text`, or its first `most` bytes at a character's border and an ellipsis. */
struct str str_clipped(struct str text, size_t most, struct arena *arena);
/*
 * Takes a piece of prose off the front of *rest: what stands before the next word between two
 * `quote`s, and that word, absent behind the last. Messages have names in single quotes, helps have
 * code in backticks. False at the end.
 */
bool quoted_cut(struct str *rest, char quote, struct str *before, struct str *word);
/* For XML and HTML, in text and in quoted attributes. */
void out_markup(struct out *out, struct str text);
/* For running text of GitHub's markdown, table cells included; mentions and references do nothing.
 */
void out_markdown(struct out *out, struct str text);
/* As a markdown code span; in a table a bar needs a backslash even there. */
void out_code_span(struct out *out, struct str text, bool in_table);
/* Longest run of backticks in `text`: a fence around it must be longer. */
unsigned backticks_longest(struct str text);
/* A path as the path of a URI. */
void out_uri(struct out *out, struct str path);
/* Message (or property value) of a GitHub workflow command. */
void out_workflow(struct out *out, struct str text, bool property);
