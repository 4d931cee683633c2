/* A check against a registry: who is asked about which subjects, and what comes of it. */
#include "registry_run.h"

#include "run_history.h"

bool registry_verdict_is(const struct breakwater_run *run, const char *word)
{
	const char *given = run->options->registry_verdict;

	return strcmp(given ? given : "both", word) == 0;
}

bool registry_is_asked(const struct breakwater_run *run)
{
	return run->options->registry != NULL;
}

/* ---- which registries ---- */

bool registry_take_options(struct breakwater_run *run)
{
	bool has_verdict = run->options->registry_verdict != NULL;

	if (!registry_verdict_is(run, "ours") && !registry_verdict_is(run, "theirs") &&
		!registry_verdict_is(run, "both")) {
		diag_error(&run->diags, NOWHERE, "--registry-verdict: unknown word '%s'",
			run->options->registry_verdict);
		diag_help(&run->diags, "there are ours, theirs and both");
		return false;
	}
	if (!registry_is_asked(run) &&
		(has_verdict || run->options->ask_registry || run->options->registry_deleted)) {
		diag_error(&run->diags, NOWHERE, "%s needs --registry",
			has_verdict                  ? "--registry-verdict"
			: run->options->ask_registry ? "--ask-registry"
						     : "--registry-deleted");
		return false;
	}
	if (registry_verdict_is(run, "theirs") && !run->options->ask_registry) {
		diag_error(&run->diags, NOWHERE,
			"--registry-verdict=theirs needs --ask-registry: nobody else knows it");
		return false;
	}
	return true;
}

struct chosen_registries {
	struct written_registry *items;
	uint32_t n, cap;
};

static const struct written_registry *same_registry(
	const struct config *config, const struct written_registry *written)
{
	for (uint32_t i = 0; i < config->registries.n; i++)
		if (str_eq(config->registries.items[i].name, written->name) &&
			str_eq(config->registries.items[i].urls, written->urls))
			return &config->registries.items[i];
	return NULL;
}

/* A proposed change must not choose whom it is held against. */
static bool believe(struct breakwater_run *run, const struct written_registry *written)
{
	if (same_registry(&run->sides[OLD].config, written))
		return true;
	diag_error(&run->diags, written->place,
		"this change alters 'registry'; name it with --registry=URL to use it");
	return false;
}

/* Those of the configuration; with a name, that one. */
static bool take_configured(
	struct breakwater_run *run, struct str name, struct chosen_registries *chosen)
{
	const struct config *config = &run->sides[NEW].config;

	for (uint32_t i = 0; i < config->registries.n; i++) {
		const struct written_registry *written = &config->registries.items[i];

		if (name.n && !str_eq(name, written->name))
			continue;
		if (!believe(run, written))
			return false;
		*vec_push(run->arena, chosen) = *written;
	}
	if (!name.n || chosen->n)
		return true;
	diag_error(&run->diags, NOWHERE,
		"--registry: '" STR "' is neither a URL nor a name under 'registry'", ARG(name));
	return false;
}

static bool choose_registries(struct breakwater_run *run, struct chosen_registries *chosen)
{
	struct str given = str_of(run->options->registry), url = { 0 };
	bool is_url = str_contains(given, S("://"));

	if (is_url)
		url = str_dup(run->arena, given);
	else if (!take_configured(run, given, chosen))
		return false;
	if (!is_url && !chosen->n && run->sources.registry)
		url = run->sources.registry->url;
	if (url.n)
		*vec_push(run->arena, chosen) = (struct written_registry){ .urls = url };
	if (chosen->n)
		return true;
	diag_error(&run->diags, NOWHERE, "no registry is named");
	diag_help(&run->diags, "give --registry=URL, set BREAKWATER_REGISTRY_URL, or write "
			       "'registry: URL' into breakwater.yaml");
	return false;
}

/* ---- which subjects ---- */

static const struct contract *old_contract(
	const struct breakwater_run *run, const struct contract *contract)
{
	const struct contract_list *old = &run->sides[OLD].config.contracts;

	for (uint32_t i = 0; i < old->list.n; i++)
		if (str_eq(old->list.items[i]->name, contract->name))
			return old->list.items[i];
	return NULL;
}

static const struct contract_subject *subject_of(const struct contract *contract, struct str name)
{
	for (uint32_t i = 0; i < contract->subjects.n; i++)
		if (str_eq(contract->subjects.items[i].name, name))
			return &contract->subjects.items[i];
	return NULL;
}

static void add_asked(struct registry_check *check, struct registry_asked asked)
{
	for (uint32_t i = 0; i < check->asked.n; i++) {
		const struct registry_asked *other = &check->asked.items[i];

		if (other->registry == asked.registry && other->contract == asked.contract &&
			str_eq(other->subject, asked.subject))
			return;
	}
	*vec_push(check->run->arena, &check->asked) = asked;
}

/* The first subject that the contract did not have; absent: none. */
static struct str new_subject(const struct contract *old, const struct contract *new)
{
	for (uint32_t i = 0; i < new->subjects.n; i++)
		if (!subject_of(old, new->subjects.items[i].name))
			return new->subjects.items[i].name;
	return (struct str){ 0 };
}

/* The subjects that the contract had: a change must not choose an empty one. */
static void add_old_subjects(
	struct registry_check *check, struct registry *registry, const struct contract *contract)
{
	const struct contract *old = old_contract(check->run, contract);

	for (uint32_t i = 0; old && i < old->subjects.n; i++) {
		struct str name = old->subjects.items[i].name, instead = new_subject(old, contract);

		if (subject_of(contract, name))
			continue;
		if (instead.p)
			diag_warning(&check->run->diags, contract->place,
				"contract '" STR "': its subject changes from '" STR "' to '" STR
				"'; both are checked",
				ARG(contract->name), ARG(name), ARG(instead));
		else
			diag_warning(&check->run->diags, contract->place,
				"contract '" STR "': this change takes the subject '" STR
				"' away; it is checked once more",
				ARG(contract->name), ARG(name));
		add_asked(check, (struct registry_asked){ registry, contract, name, { 0 } });
	}
}

/* A contract that is gone has nobody who would ask. */
static void warn_of_gone(struct registry_check *check)
{
	const struct breakwater_run *run = check->run;
	const struct contract_list *old = &run->sides[OLD].config.contracts;

	for (uint32_t i = 0; i < old->list.n; i++) {
		const struct contract *contract = old->list.items[i];
		bool stays = false;

		for (uint32_t k = 0; k < run->sides[NEW].config.contracts.list.n; k++)
			stays |= str_eq(run->sides[NEW].config.contracts.list.items[k]->name,
				contract->name);
		if (!stays && contract->subjects.n && !run->options->contracts.n)
			diag_warning(&check->run->diags, NOWHERE,
				"contract '" STR
				"' is gone from the configuration: its subject '" STR
				"' is not checked",
				ARG(contract->name), ARG(contract->subjects.items[0].name));
	}
}

/* A registry that only the repository names gets no credentials but those that are for it. */
static bool take_subjects(struct registry_check *check, const struct written_registry *written)
{
	struct breakwater_run *run = check->run;
	struct registry *registry = registry_open(
		&run->sources, written->urls, written->place.text != NULL, &run->diags);

	if (!registry)
		return false;
	check->name = check->name.p ? str_printf(run->arena, STR ", " STR, ARG(check->name),
					      ARG(registry_origin(registry)))
				    : registry_origin(registry);
	for (uint32_t i = 0; i < run->chosen.list.n; i++) {
		const struct contract *contract = run->chosen.list.items[i];

		for (uint32_t k = 0; k < contract->subjects.n; k++)
			add_asked(check, (struct registry_asked){ registry, contract,
						 contract->subjects.items[k].name,
						 contract->subjects.items[k].root });
		add_old_subjects(check, registry, contract);
	}
	return true;
}

/* A gate that asked nothing must not say yes. */
static bool refuse_nothing(struct breakwater_run *run)
{
	for (uint32_t i = 0; i < run->chosen.list.n; i++) {
		const struct contract *contract = run->chosen.list.items[i];
		const struct contract *old = old_contract(run, contract);

		if (contract->subjects.n || (old && old->subjects.n))
			return true;
	}
	diag_error(&run->diags, NOWHERE, "--registry: no contract has a subject");
	diag_help(&run->diags, "write 'subject: orders-value' into a contract of breakwater.yaml");
	return false;
}

/* ---- the new side ---- */

/* Finds the roots of the contracts with a subject, and of no other. */
static bool find_head(struct registry_check *check)
{
	struct breakwater_run *run = check->run;
	struct registry_head *head = &check->head;
	static const struct elsewhere nowhere;
	struct contract_list chosen = { 0 };
	struct schema *none = NEW(run->arena, struct schema);
	struct contracts_request request = {
		.arena = run->arena,
		.names = run->names,
		.diags = &run->diags,
		.declared = &run->settings->contracts,
		.chosen = &chosen,
		.elsewhere = &nowhere,
		.only_chosen = true,
	};

	for (uint32_t i = 0; i < check->asked.n; i++) {
		struct contract *contract = (struct contract *)check->asked.items[i].contract;
		bool is_there = false;

		for (uint32_t k = 0; k < chosen.list.n; k++)
			is_there |= chosen.list.items[k] == contract;
		if (!is_there)
			*vec_push(run->arena, &chosen.list) = contract;
	}
	diags_init(&head->said, run->arena);
	if (!compile_alone(run, &run->sides[NEW], &head->schema, &head->said)) {
		diags_adopt(&run->diags, &head->said);
		return false;
	}
	head->contracts = contracts_find_roots(&request, none, &head->schema);
	timing_end(&run->timing, "registry's roots");
	return head->contracts != NULL;
}

/* ---- what was found ---- */

/* The findings of the comparison with BASE stand for those against a registry, too. */
static void take_base(struct registry_check *check)
{
	for (uint32_t i = 0; i < check->run->findings.list.n; i++)
		registry_take_base(check, check->run->findings.list.items[i]);
}

static bool is_held(const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->registry->holds.n; i++)
		if (finding->registry->holds.items[i]->n_versions)
			return true;
	return false;
}

/* A cause is the one finding that stands for all versions. */
static void relink(struct registry_check *check)
{
	struct map listed;

	map_init(&listed, check->run->arena);
	for (uint32_t i = 0; i < check->run->findings.list.n; i++)
		*map_put(&listed, check->run->findings.list.items[i], 0) = check;
	for (uint32_t i = 0; i < check->list.n; i++) {
		struct finding *finding = check->list.items[i]->finding;
		struct finding *cause =
			finding->cause ? registry_stands_for(check, finding->cause) : NULL;

		finding->cause =
			cause && cause != finding && map_get(&listed, cause, 0) ? cause : NULL;
	}
}

void registry_list_findings(struct registry_check *check)
{
	struct breakwater_run *run = check->run;
	struct map listed;

	map_init(&listed, run->arena);
	for (uint32_t i = 0; i < run->findings.list.n; i++)
		*map_put(&listed, run->findings.list.items[i], 0) = check;
	for (uint32_t i = 0; i < check->list.n; i++) {
		const struct registry_group *group = check->list.items[i];
		struct finding *finding = group->finding;

		if (map_get(&listed, finding, 0) || !finding->registry || !is_held(finding))
			continue;
		if (!group->is_live)
			finding->severity = SEVERITY_WARNING;
		*vec_push(run->arena, &run->findings.list) = finding;
	}
	relink(check);
}

static bool ask_all(struct registry_check *check)
{
	for (uint32_t i = 0; i < check->asked.n; i++)
		check->unknown += !registry_check_subject(check, &check->asked.items[i]);
	check->subjects = check->asked.n;
	timing_end(&check->run->timing, "registry");
	return true;
}

struct registry_check *registry_check_new(struct breakwater_run *run)
{
	struct registry_check *check = run->registry;

	if (check)
		return check;
	check = run->registry = NEW(run->arena, struct registry_check);
	check->run = run;
	map_init(&check->groups, run->arena);
	diags_init(&check->diags, run->arena);
	return check;
}

bool check_registry(struct breakwater_run *run)
{
	struct chosen_registries chosen = { 0 };
	struct registry_check *check;

	if (!registry_is_asked(run))
		return true;
	if (!choose_registries(run, &chosen) || !refuse_nothing(run))
		return false;
	check = registry_check_new(run);
	for (uint32_t i = 0; i < chosen.n; i++)
		if (!take_subjects(check, &chosen.items[i]))
			return false;
	warn_of_gone(check);
	if (!find_head(check))
		return false;
	take_base(check);
	ask_all(check);
	registry_list_findings(check);
	return true;
}

void registry_judge(struct breakwater_run *run)
{
	struct registry_check *check = run->registry;

	if (!check)
		return;
	if (check->refused && !registry_verdict_is(run, "ours"))
		run->status = BREAKWATER_BROKEN;
	if (!check->unknown)
		return;
	run->is_partial = !run->only_registry || check->unknown < check->subjects;
	run->status = BREAKWATER_UNKNOWN;
	diags_adopt(&run->diags, &check->diags);
}

void registry_free(struct registry_check *check)
{
	for (uint32_t i = 0; i < check->parts.n; i++)
		part_free(check->parts.items[i]);
	for (uint32_t i = 0; i < check->sources.n; i++)
		source_close(check->sources.items[i]);
}
