#include "proto/foreign.h"

#include "base/form.h"

enum {
	MOST_PLACES = 100, /* errors that a marker is looked for at */
	LONGEST_MARKER = 1024,
};

/* What to do about each; NULL: nothing that is special. */
static const char *remedy(enum form form)
{
	switch (form) {
	case FORM_UTF16:
		return "protobuf only accepts UTF-8: iconv -f UTF-16 -t UTF-8";
	case FORM_UTF32:
		return "protobuf only accepts UTF-8: iconv -f UTF-32 -t UTF-8";
	case FORM_LFS_POINTER:
		return "git only stores the pointer: keep contracts out of LFS, or compare folders "
		       "after 'git lfs pull', as in dir:OLD dir:NEW";
	case FORM_LINK:
		return "git wrote it because core.symlinks is false: git config core.symlinks "
		       "true, then restore the link";
	case FORM_PAGE:
	case FORM_NO_PAGE:
		return "the download saved a page instead of the file: download it again";
	case FORM_SET:
		return "compare it as set:FILE, under a name that does not end in '.proto'";
	case FORM_GZIP:
	case FORM_ZSTD:
	case FORM_ZIP:
	case FORM_TAR:
	case FORM_ARCHIVE:
		return "unpack it";
	default:
		return "only the names of contracts may end in '.proto'";
	}
}

/* The line that begins at or before `at`, as far as a marker could reach; past the end there is
 * none but the last. */
static struct span line_at(struct str bytes, size_t at)
{
	size_t begin = at < bytes.n ? at : bytes.n, end;

	while (begin > 0 && begin + LONGEST_MARKER > at && bytes.p[begin - 1] != '\n')
		begin--;
	end = begin + str_find(str_head(str_from(bytes, begin), LONGEST_MARKER), '\n');
	return (struct span){ (uint32_t)begin, (uint32_t)end };
}

static bool is_marker(struct str bytes, struct span line)
{
	return is_conflict_marker(str_head(str_from(bytes, line.begin), line.end - line.begin));
}

/*
 * The first marker that a syntax error points at: in a comment it would be none. What ends at a
 * marker may be reported at its own last token.
 */
static bool find_marker(const struct parse_request *request, uint32_t n, struct span *marker)
{
	const struct diags *diags = request->diags;
	uint32_t most = diags->n - n > MOST_PLACES ? n + MOST_PLACES : diags->n;
	bool found = false;

	for (uint32_t i = n; i < most; i++) {
		struct span line = line_at(request->bytes, diags->items[i].place.span.begin);

		if (diags->items[i].level != DIAG_ERROR)
			continue;
		if (!is_marker(request->bytes, line))
			line = line_at(request->bytes, (size_t)line.end + 1);
		if (is_marker(request->bytes, line) && (!found || line.begin < marker->begin)) {
			*marker = line;
			found = true;
		}
	}
	return found;
}

/* The first error from number `n` on; an error was reported, so there is one. */
static uint32_t first_error(const struct diags *diags, uint32_t n)
{
	uint32_t first = n;

	for (uint32_t i = n; i < diags->n; i++)
		if (diags->items[i].level == DIAG_ERROR &&
			(diags->items[first].level != DIAG_ERROR ||
				diags->items[i].place.span.begin <
					diags->items[first].place.span.begin))
			first = i;
	return diags->items[first].place.span.begin;
}

/* What the file is; *begin: where that begins, since a shell may have appended in UTF-16. */
static enum form find_form(struct str bytes, uint32_t *begin)
{
	enum form form = form_of(bytes), rest = form_of(str_from(bytes, *begin));
	bool has_lines = str_find(bytes, '\n') < *begin;

	if (has_lines && (rest == FORM_UTF16 || rest == FORM_UTF32))
		return rest;
	if (!has_lines || form != FORM_BINARY)
		*begin = 0;
	return form;
}

void foreign_name_cause(const struct parse_request *request, uint32_t n, uint32_t n_errors)
{
	struct diags *diags = request->diags;
	struct text *text = request->file->text;
	struct span span = { first_error(diags, n), 0 };
	enum form form = find_form(request->bytes, &span.begin);

	span.end = span.begin ? span.begin + 1 : 0;
	if (form != FORM_UNKNOWN && form != FORM_CONTRACT) {
		diags_forget(diags, n, n_errors);
		diag_error(diags, place_in(text, span), "this is %s, not a protobuf contract",
			form_name(form));
		diag_help(diags, "%s", remedy(form));
	} else if (find_marker(request, n, &span)) {
		diags_forget(diags, n, n_errors);
		diag_error(diags, place_in(text, span), "unresolved merge conflict");
		diag_help(diags, "choose between the lines from '<<<<<<<' to '>>>>>>>', and delete "
				 "the markers");
	}
}
