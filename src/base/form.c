#include "base/form.h"

enum {
	LOOK_BYTES = 1024, /* enough to tell text from binary */
	TAR_MAGIC = 257,   /* offset of `ustar` */
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct str skip_blanks(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_from(s, 1);
	return s;
}

static bool starts_with_any(struct str bytes, const struct str *beginnings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_starts(bytes, beginnings[i]))
			return true;
	return false;
}

/* ---- binary ---- */

static const struct {
	struct str magic;
	enum form form;
} magics[] = {
	{ STR_INIT("\xFF\xFE\0\0"), FORM_UTF32 }, /* before the byte order mark of UTF-16 */
	{ STR_INIT("\0\0\xFE\xFF"), FORM_UTF32 },
	{ STR_INIT("\xFF\xFE"), FORM_UTF16 },
	{ STR_INIT("\xFE\xFF"), FORM_UTF16 },
	{ STR_INIT("\x1F\x8B"), FORM_GZIP },
	{ STR_INIT("\x28\xB5\x2F\xFD"), FORM_ZSTD },
	{ STR_INIT("PK\3\4"), FORM_ZIP },
	{ STR_INIT("PK\5\6"), FORM_ZIP },
	{ STR_INIT("BZh"), FORM_ARCHIVE },
	{ STR_INIT("\xFD"
		   "7zXZ"),
		FORM_ARCHIVE },
	{ STR_INIT("7z\xBC\xAF"), FORM_ARCHIVE },
	{ STR_INIT("\x89PNG"), FORM_PICTURE },
	{ STR_INIT("\xFF\xD8\xFF"), FORM_PICTURE },
	{ STR_INIT("GIF8"), FORM_PICTURE },
	{ STR_INIT("\x7F"
		   "ELF"),
		FORM_PROGRAM },
	{ STR_INIT("\xCF\xFA\xED\xFE"), FORM_PROGRAM },
	{ STR_INIT("MZ\x90"), FORM_PROGRAM },
};

/* Is it ASCII in units of `size` bytes, with the character at `at` and zeros around it? */
static bool is_wide(struct str bytes, size_t size, size_t at)
{
	struct str look = str_head(bytes, 64);
	size_t units = look.n / size, wide = 0;

	for (size_t i = 0; i < units; i++) {
		bool fits = true;

		for (size_t k = 0; k < size; k++)
			fits &= (look.p[i * size + k] != '\0') == (k == at);
		wide += fits;
	}
	/* One character in eight may be outside of ASCII. */
	return units >= 2 && wide * 8 >= units * 7;
}

/* A FileDescriptorSet begins with the name of its first file: 0a LENGTH 0a LENGTH `x.proto`. */
static bool is_set(struct str bytes)
{
	size_t at = 1;

	if (bytes.n < 8 || bytes.p[0] != '\n')
		return false;
	while (at < 6 && (unsigned char)bytes.p[at] >= 0x80)
		at++;
	bytes = str_from(bytes, at + 1);
	if (bytes.n < 2 || bytes.p[0] != '\n' || (unsigned char)bytes.p[1] >= 0x80)
		return false;
	return str_ends(str_head(str_from(bytes, 2), (size_t)bytes.p[1]), S(".proto"));
}

/* A text may have a few control characters. */
static bool is_binary(struct str bytes)
{
	struct str look = str_head(bytes, LOOK_BYTES);
	size_t odd = 0;

	for (size_t i = 0; i < look.n; i++)
		odd += (unsigned char)look.p[i] < 0x20 && !is_blank(look.p[i]);
	return odd * 10 > look.n;
}

static enum form binary_form(struct str bytes)
{
	for (size_t i = 0; i < COUNT(magics); i++)
		if (str_starts(bytes, magics[i].magic))
			return magics[i].form;
	if (str_starts(str_from(bytes, TAR_MAGIC), S("ustar")))
		return FORM_TAR;
	if (is_set(bytes))
		return FORM_SET;
	if (is_wide(bytes, 4, 0) || is_wide(bytes, 4, 3))
		return FORM_UTF32;
	if (is_wide(bytes, 2, 0) || is_wide(bytes, 2, 1))
		return FORM_UTF16;
	return is_binary(bytes) ? FORM_BINARY : FORM_UNKNOWN;
}

/* ---- text ---- */

/* Skips comments, of any language, before the first statement. */
static struct str skip_comments(struct str s)
{
	for (;;) {
		s = skip_blanks(s);
		if (str_starts(s, S("//")) || str_starts(s, S("#"))) {
			s = str_from(s, str_find(s, '\n'));
		} else if (str_starts(s, S("/*"))) {
			s = str_from(s, 2);
			while (s.n && !str_starts(s, S("*/")))
				s = str_from(s, str_find(str_from(s, 1), '*') + 1);
			s = str_from(s, 2);
		} else {
			return s;
		}
	}
}

/* Removes the word at the front of *s; empty: there is none. */
static struct str take_word(struct str *s)
{
	size_t n = 0;
	struct str word;

	while (n < s->n && (is_letter(s->p[n]) || s->p[n] == '_' || s->p[n] == '.' ||
				   (n && s->p[n] >= '0' && s->p[n] <= '9')))
		n++;
	word = str_head(*s, n);
	*s = skip_blanks(str_from(*s, n));
	return word;
}

/* `{` or `[`, followed by what JSON allows. */
static bool is_json(struct str s)
{
	struct str inner = skip_blanks(str_from(s, 1));

	if (!s.n || (s.p[0] != '{' && s.p[0] != '['))
		return false;
	return !inner.n || strchr("\"{}[]", inner.p[0]);
}

/* A single line that is a path. */
static bool is_link(struct str bytes)
{
	struct str line = str_trim(bytes);

	return line.n && line.n < 4096 && !memchr(line.p, '\n', line.n) &&
	       !memchr(line.p, ' ', line.n) && !memchr(line.p, ';', line.n) &&
	       !memchr(line.p, '"', line.n) && str_find(line, '/') < line.n &&
	       str_ends(line, S(".proto"));
}

/* By the first statement of a language. */
static enum form language_of(struct str s)
{
	static const struct str contract[] = { STR_INIT("syntax"), STR_INIT("edition"),
		STR_INIT("package"), STR_INIT("import"), STR_INIT("message"), STR_INIT("option") };
	struct str word = take_word(&s), second;

	for (size_t i = 0; i < COUNT(contract); i++)
		if (str_eq(word, contract[i]))
			return FORM_CONTRACT;
	if (str_eq(word, S("file")) && (str_starts(s, S("{")) || str_starts(s, S(": {"))))
		return FORM_TEXT_SET;
	if (str_eq(word, S("file")) && str_starts(s, S(":")))
		return FORM_YAML_SET;
	second = take_word(&s);
	if (str_eq(word, S("namespace")) && second.n)
		return str_starts(s, S(";")) ? FORM_FLATBUFFERS : FORM_THRIFT;
	if (!second.n || !str_starts(s, S("{")))
		return FORM_UNKNOWN;
	s = skip_comments(str_from(s, 1));
	if (str_eq(word, S("struct")) && s.n && s.p[0] >= '0' && s.p[0] <= '9')
		return FORM_THRIFT;
	if (str_eq(word, S("protocol")))
		return FORM_AVRO_IDL;
	if (str_eq(word, S("type")))
		return FORM_GRAPHQL;
	return str_eq(word, S("table")) ? FORM_FLATBUFFERS : FORM_UNKNOWN;
}

static enum form text_form(struct str bytes)
{
	static const struct str pointers[] = { STR_INIT("version https://git-lfs.github.com/spec/"),
		STR_INIT("version https://hawser.github.com/spec/") };
	static const struct str refusals[] = { STR_INIT("404: Not Found"),
		STR_INIT("404 Not Found"), STR_INIT("Not Found"), STR_INIT("403 Forbidden") };
	struct str s;

	if (str_starts(bytes, S("\xEF\xBB\xBF")))
		bytes = str_from(bytes, 3);
	s = skip_blanks(bytes);
	if (starts_with_any(s, pointers, COUNT(pointers)))
		return FORM_LFS_POINTER;
	if (starts_with_any(s, refusals, COUNT(refusals)))
		return FORM_NO_PAGE;
	if (s.n > 1 && s.p[0] == '<' && (is_letter(s.p[1]) || s.p[1] == '!' || s.p[1] == '?'))
		return FORM_PAGE;
	if (is_json(s))
		return FORM_JSON;
	return is_link(bytes) ? FORM_LINK : language_of(skip_comments(s));
}

/* ---- for callers ---- */

enum form form_of(struct str bytes)
{
	enum form form = binary_form(bytes);

	return form == FORM_UNKNOWN ? text_form(bytes) : form;
}

const char *form_name(enum form form)
{
	static const char *const names[] = {
		[FORM_UNKNOWN] = "of an unknown form",
		[FORM_UTF16] = "text in UTF-16",
		[FORM_UTF32] = "text in UTF-32",
		[FORM_LFS_POINTER] = "a Git LFS pointer",
		[FORM_LINK] = "the target of a symbolic link, as text",
		[FORM_JSON] = "JSON",
		[FORM_PAGE] = "a web page (HTML or XML)",
		[FORM_NO_PAGE] = "the answer of a server that does not have the file",
		[FORM_SET] = "a serialized descriptor set",
		[FORM_TEXT_SET] = "a descriptor set in protobuf's text format",
		[FORM_YAML_SET] = "a descriptor set in YAML",
		[FORM_CONTRACT] = "a contract's source text",
		[FORM_GZIP] = "compressed by gzip",
		[FORM_ZSTD] = "compressed by zstd",
		[FORM_ZIP] = "a zip archive",
		[FORM_TAR] = "a tar archive",
		[FORM_ARCHIVE] = "an archive",
		[FORM_PICTURE] = "a picture",
		[FORM_PROGRAM] = "a compiled program",
		[FORM_BINARY] = "binary data",
		[FORM_THRIFT] = "Thrift",
		[FORM_AVRO_IDL] = "Avro IDL",
		[FORM_GRAPHQL] = "GraphQL",
		[FORM_FLATBUFFERS] = "FlatBuffers",
	};

	return names[form];
}

bool is_conflict_marker(struct str line)
{
	size_t n = 0;

	while (line.n && is_blank(line.p[line.n - 1]))
		line.n--;
	if (line.n < 7 || !strchr("<=>|", line.p[0]))
		return false;
	while (n < line.n && line.p[n] == line.p[0])
		n++;
	/* Seven characters, or more if the merge base was itself merged; `=` has no label. */
	return n >= 7 && (n == line.n || (line.p[n] == ' ' && line.p[0] != '='));
}
