/* Configurations of breakwater and buf, accepted breaks, and ignore rules of git. */
#include "fuzz/harness.h"

#include <assert.h>

#include "config/accepted.h"
#include "config/config.h"
#include "source/ignore.h"

static void read_config(struct str path, struct str bytes)
{
	struct memory_file files[] = { { S("a/b/x.proto"), S("") }, { path, bytes } };
	struct config_override override = { 0 };
	struct config config = { 0 };
	struct roots roots = { 0 };
	struct source *source;
	struct round round;
	struct config_request request;

	round_begin(&round);
	source = source_memory(round.arena, S("fuzz"), files, COUNT(files));
	request = (struct config_request){ round.arena, source, &override, &round.diags };
	if (config_read(&request, &config)) {
		assert(round.diags.n_errors == 0);
		config_selection(round.arena, &config);
		config_holds(&config, S("a/b/x.proto"));
		config_settings_of(&config, S("a/b/x.proto"));
		config_roots(round.arena, &config, &roots);
		config_discover(&request, S("a/b/x.proto"), &config);
	} else {
		assert(round.diags.n_errors > 0);
	}
	source_close(source);
	round_end(&round);
}

static void run_breakwater_yaml(struct str text)
{
	read_config(S("breakwater.yaml"), text);
}

static void run_buf_yaml(struct str text)
{
	read_config(S("buf.yaml"), text);
}

static void run_buf_work(struct str text)
{
	read_config(S("buf.work.yaml"), text);
}

static struct text *accepted_text(struct arena *arena, struct str bytes)
{
	struct text *text = NEW(arena, struct text);

	text->path = S(ACCEPTED_FILE);
	text->bytes = bytes;
	return text;
}

/* Reading and writing twice must give the same bytes. */
static void run_accepted(struct str bytes)
{
	struct acceptances first = { 0 }, again = { 0 };
	struct str written;
	struct round round;

	round_begin(&round);
	if (accepted_parse(round.arena, accepted_text(round.arena, bytes), &first, &round.diags)) {
		written = accepted_write(round.arena, &first);
		assert(accepted_parse(
			round.arena, accepted_text(round.arena, written), &again, &round.diags));
		assert(str_eq(written, accepted_write(round.arena, &again)));
	}
	round_end(&round);
}

/* Rules of a .gitignore, a line `%%`, and paths. */
static void run_ignore(struct str bytes)
{
	struct ignore_text source = { .folder = S("") };
	const struct ignore_rules *rules;
	struct round round;
	struct str line;

	round_begin(&round);
	source.text = S("");
	take_part(&bytes, &source.text);
	rules = ignore_parse(round.arena, &source, NULL);
	source.folder = S("a");
	rules = ignore_parse(round.arena, &source, rules);
	while (str_cut(&bytes, '\n', &line)) {
		ignore_matches(rules, line, false);
		ignore_matches(rules, line, true);
	}
	ignore_matches(rules, S("a/b/x.proto"), false);
	round_end(&round);
}

const struct harness config_harnesses[] = {
	{ "accepted", run_accepted },
	{ "breakwater-yaml", run_breakwater_yaml },
	{ "buf-work", run_buf_work },
	{ "buf-yaml", run_buf_yaml },
	{ "ignore", run_ignore },
	{ 0 },
};
