/* What a breakwater.yaml says of schema registries: `registry`, and a contract's subjects. */
#include "config/read.h"

/* ---- where they are ---- */

/* The part of a URL in which a host stands, with what a person may have written before it. */
static struct str authority_of(struct str url)
{
	static const struct str slashes = STR_INIT("://");
	const char *at = url.n ? memmem(url.p, url.n, slashes.p, slashes.n) : NULL;
	size_t n = 0;

	if (at)
		url = str_from(url, (size_t)(at - url.p) + slashes.n);
	while (n < url.n && !memchr("/?#", url.p[n], 3))
		n++;
	return str_head(url, n);
}

/* A host, perhaps with a port. `[::1]:8081` has colons within brackets. */
static bool is_host(struct str authority)
{
	size_t colon = str_rfind(authority, ':');
	struct str host = str_head(authority, colon), port = str_from(authority, colon + 1);

	if (authority.n && authority.p[authority.n - 1] == ']')
		return authority.n > 2;
	for (size_t i = 0; i < port.n; i++)
		if (port.p[i] < '0' || port.p[i] > '9')
			return false;
	return host.n > 0 && (colon == authority.n || (port.n > 0 && port.n < 6));
}

static bool is_url(struct str url)
{
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f)
			return false;
	return (str_starts(url, S("http://")) || str_starts(url, S("https://"))) &&
	       is_host(authority_of(url)) && !str_has(url, '?') && !str_has(url, '#');
}

/* False and an error, which never shows what may be a password. */
static bool check_url(struct config_reader *r, const struct yaml_node *node, struct str url)
{
	if (str_has(authority_of(url), '@')) {
		diag_error(r->diags, node_place(r, node),
			"a user or password in the URL of a registry");
		diag_help(r->diags,
			"write the URL without it; credentials come from "
			"BREAKWATER_REGISTRY_USER and BREAKWATER_REGISTRY_PASSWORD_FILE, or "
			"from .netrc");
		return false;
	}
	if (is_url(url))
		return true;
	if (str_has(url, '@') || str_has(url, '?'))
		diag_error(r->diags, node_place(r, node), "this is no URL of a registry");
	else
		diag_error(r->diags, node_place(r, node), "'" STR "' is no URL of a registry",
			ARG(url));
	diag_help(r->diags, "write it as in https://registry.acme.example/prefix");
	return false;
}

static void add_registry(struct config_reader *r, struct str name, const struct yaml_node *node,
	struct config *config)
{
	struct str urls = { 0 }, rest, url;

	read_word(r, node, S("registry"), &urls);
	if (!urls.p)
		return;
	for (rest = urls; str_cut(&rest, ',', &url);)
		if (!check_url(r, node, str_trim(url)))
			return;
	*vec_push(r->arena, &config->registries) =
		(struct written_registry){ name, urls, node_place(r, node) };
}

void read_registries(struct config_reader *r, const struct yaml_node *node, struct config *config)
{
	if (!node || node->kind == YAML_NULL)
		return;
	if (node->kind == YAML_LIST) {
		diag_error(r->diags, node_place(r, node), "'registry' must be a URL, not a list");
		diag_help(r->diags, "write several URLs of one registry with commas between them");
		return;
	}
	if (node->kind == YAML_SCALAR)
		add_registry(r, (struct str){ 0 }, node, config);
	for (uint32_t i = 0; i < node->pairs.n; i++)
		add_registry(
			r, node->pairs.items[i].key->value, node->pairs.items[i].value, config);
}

/* ---- subjects of a contract ---- */

static const struct str naming_words[] = {
	STR_INIT("topic"),
	STR_INIT("record"),
	STR_INIT("topic_record"),
};

/* One contract while its subjects are read. */
struct subject_reader {
	struct config_reader *r;
	const struct yaml_node *map;
	struct contract *contract;
};

static const struct yaml_node *given(const struct subject_reader *s, struct str key)
{
	const struct yaml_node *node = yaml_get(s->map, key);

	return node && node->kind != YAML_NULL ? node : NULL;
}

static bool is_plain_text(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	return true;
}

static void add_subject(
	struct subject_reader *s, const struct yaml_node *node, struct str name, struct str root)
{
	struct contract *contract = s->contract;

	for (uint32_t i = 0; i < contract->subjects.n; i++) {
		if (!str_eq(contract->subjects.items[i].name, name))
			continue;
		diag_warning(s->r->diags, node_place(s->r, node),
			"subject '" STR "' is listed twice", ARG(name));
		return;
	}
	*vec_push(s->r->arena, &contract->subjects) =
		(struct contract_subject){ name, root, node_place(s->r, node) };
}

static void add_written_subject(
	struct subject_reader *s, const struct yaml_node *node, struct str key)
{
	struct str name = { 0 };

	read_word(s->r, node, key, &name);
	if (!name.p)
		return;
	if (is_plain_text(name))
		add_subject(s, node, name, (struct str){ 0 });
	else
		diag_error(
			s->r->diags, node_place(s->r, node), "a subject has no control characters");
}

static void read_written_subjects(struct subject_reader *s)
{
	const struct yaml_node *one = given(s, S("subject")), *list = given(s, S("subjects"));

	if (one && list) {
		diag_error(s->r->diags, node_place(s->r, list),
			"contract '" STR "' has both 'subject' and 'subjects'",
			ARG(s->contract->name));
		diag_help(s->r->diags, "list all of them under 'subjects'");
		return;
	}
	if (one)
		add_written_subject(s, one, S("subject"));
	if (!list || !expect_kind(s->r, list, YAML_LIST, S("subjects")))
		return;
	for (uint32_t i = 0; i < list->items.n; i++)
		add_written_subject(s, list->items.items[i], S("subjects"));
	if (list->items.n)
		return;
	diag_error(s->r->diags, node_place(s->r, list), "'subjects' is empty");
	diag_help(s->r->diags, "name at least one, or leave the key out");
}

/* False and an error if the subjects of `naming: record` cannot be known from the file. */
static bool has_named_roots(struct subject_reader *s, const struct yaml_node *naming)
{
	const struct contract *contract = s->contract;
	const struct written_name *pattern = NULL;

	for (uint32_t i = 0; i < contract->roots.n && !pattern; i++)
		if (is_glob(contract->roots.items[i].name))
			pattern = &contract->roots.items[i];
	if (contract->packages.n)
		pattern = &contract->packages.items[0];
	if (!pattern && contract->roots.n)
		return true;
	diag_error(s->r->diags, pattern ? pattern->place : node_place(s->r, naming),
		"'naming: " STR "' needs the full names of messages under 'roots'",
		ARG(naming->value));
	diag_help(s->r->diags,
		"a subject is made of each root's name; or write them under 'subjects'");
	return false;
}

static void derive_subjects(struct subject_reader *s, const struct yaml_node *naming)
{
	struct contract *contract = s->contract;
	struct arena *arena = s->r->arena;

	if (contract->naming != NAMING_RECORD && !contract->topic.p) {
		if (given(s, S("topic"))) /* it has its own error */
			return;
		diag_error(s->r->diags, node_place(s->r, naming),
			"'naming: " STR "' needs a 'topic'", ARG(naming->value));
		diag_help(s->r->diags, "name it, or write the subject: subject: orders-value");
		return;
	}
	if (contract->naming == NAMING_TOPIC) {
		add_subject(s, naming,
			str_printf(arena, STR "%s", ARG(contract->topic),
				contract->is_key ? "-key" : "-value"),
			(struct str){ 0 });
		return;
	}
	for (uint32_t i = 0; has_named_roots(s, naming) && i < contract->roots.n; i++) {
		struct str root = contract->roots.items[i].name;
		struct str name =
			contract->naming == NAMING_RECORD
				? root
				: str_printf(arena, STR "-" STR, ARG(contract->topic), ARG(root));

		add_subject(s, naming, name, root);
	}
}

static void read_naming(struct subject_reader *s)
{
	const struct yaml_node *naming = given(s, S("naming"));
	bool has_subject = given(s, S("subject")) || given(s, S("subjects"));

	if (!naming || !expect_kind(s->r, naming, YAML_SCALAR, S("naming")))
		return;
	for (size_t i = 0; i < COUNT(naming_words); i++)
		if (str_eq(naming_words[i], naming->value))
			s->contract->naming = (enum subject_naming)(NAMING_TOPIC + i);
	if (!s->contract->naming) {
		report_unknown(s->r, naming, "naming", naming_words, COUNT(naming_words));
		if (!str_nearest(naming->value, naming_words, COUNT(naming_words)).p)
			diag_help(s->r->diags, "there are topic, record and topic_record; for any "
					       "other write the subject itself");
	} else if (has_subject) {
		diag_error(s->r->diags, node_place(s->r, naming),
			"contract '" STR "' has a subject, and 'naming' makes another",
			ARG(s->contract->name));
		diag_help(s->r->diags, "leave one of them out");
	} else {
		derive_subjects(s, naming);
	}
}

static void read_metadata(struct subject_reader *s)
{
	const struct yaml_node *map = given(s, S("metadata"));

	if (!map || !expect_kind(s->r, map, YAML_MAP, S("metadata")))
		return;
	for (uint32_t i = 0; i < map->pairs.n; i++) {
		struct contract_property property = { .key = map->pairs.items[i].key->value };

		read_word(s->r, map->pairs.items[i].value, property.key, &property.value);
		if (property.value.p)
			*vec_push(s->r->arena, &s->contract->metadata) = property;
	}
}

/* Warns of keys that only a contract with a subject has a use for. */
static void warn_useless(struct subject_reader *s)
{
	static const struct str words[] = { STR_INIT("key"), STR_INIT("pinned"),
		STR_INIT("metadata") };
	bool has_subject =
		given(s, S("subject")) || given(s, S("subjects")) || given(s, S("naming"));

	for (size_t i = 0; i < COUNT(words); i++) {
		const struct yaml_node *node = given(s, words[i]);

		if (!node)
			continue;
		if (!has_subject)
			diag_warning(s->r->diags, node_place(s->r, node),
				"'" STR "' says nothing: contract '" STR "' has no subject",
				ARG(words[i]), ARG(s->contract->name));
		else if (i == 0 && s->contract->naming != NAMING_TOPIC)
			diag_warning(s->r->diags, node_place(s->r, node),
				"'key' says nothing: 'naming: topic' alone reads it");
	}
}

void read_subjects(struct config_reader *r, const struct yaml_node *map, struct contract *contract)
{
	struct subject_reader s = { r, map, contract };

	read_flag(r, yaml_get(map, S("key")), S("key"), &contract->is_key);
	read_flag(r, yaml_get(map, S("pinned")), S("pinned"), &contract->is_pinned);
	read_written_subjects(&s);
	read_naming(&s);
	read_metadata(&s);
	warn_useless(&s);
}
