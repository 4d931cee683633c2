/*
 * Escaping of untrusted text, one function for each output syntax.
 *
 * Names, paths and source lines are untrusted. Control characters, characters that change the
 * writing direction, and invalid UTF-8 are shown as `\x1b` or `\u202e` in every format but JSON,
 * which has its own escapes.
 */
#pragma once
#include "base/glyph.h"

/* `text`, or its first `most` bytes, cut between characters, and an ellipsis. */
struct str str_clipped(struct str text, size_t most, struct arena *arena);
/*
 * Splits prose at quoted words. Removes from *rest the text up to the next pair of `quote`s and the
 * word between them; *word is absent at the end of the text. Messages quote names with single
 * quotes, helps quote code with backticks. False at the end.
 */
bool quoted_cut(struct str *rest, char quote, struct str *before, struct str *word);
/* For XML and HTML, in text and in quoted attributes. */
void out_markup(struct out *out, struct str text);
/* For GitHub markdown text, including table cells. Mentions and issue references are defused. */
void out_markdown(struct out *out, struct str text);
/* A markdown code span. In a table, `|` needs a backslash even there. */
void out_code_span(struct out *out, struct str text, bool in_table);
/* Longest run of backticks in `text`: a fence around it must be longer. */
unsigned backticks_longest(struct str text);
/* A path as the path of a URI. */
void out_uri(struct out *out, struct str path);
/* Message (or property value) of a GitHub workflow command. */
void out_workflow(struct out *out, struct str text, bool property);
