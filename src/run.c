/* The results of a run: the rest of the public interface, and check.h. */
#include "run.h"

#include "prove.h"
#include "fixing.h"
#include "report/report.h"
#include "registry_run.h"
#include "run_history.h"

enum breakwater_status breakwater_run_status(const struct breakwater_run *run)
{
	return run->status;
}

static struct prove_request prove_request(struct breakwater_run *run)
{
	return (struct prove_request){
		.arena = run->arena,
		.names = run->names,
		.diff = run->diff,
	};
}

static void prove(struct breakwater_run *run)
{
	const struct prove_request request = prove_request(run);

	if (run->proved || (!run->diff && !run->registry))
		return;
	run->proved = true;
	findings_prove(&request, &run->findings);
	timing_end(&run->timing, "proof");
}

bool run_shows(struct breakwater_run *run, const struct finding *finding, enum surface surface,
	struct proof *proof, bool *asked)
{
	const struct prove_request request = prove_request(run);

	return finding_is_shown(&request, finding, surface, proof, asked);
}

/* The contracts of the report: those of the comparison with BASE, and those under the levels of a
 * registry's subjects. NULL: none. */
static const struct contract_list *report_contracts(const struct breakwater_run *run)
{
	struct contract_list *all;

	if (!run->registry)
		return run->contracts ? &run->chosen : NULL;
	all = NEW(run->arena, struct contract_list);
	for (uint32_t i = 0; run->contracts && i < run->chosen.list.n; i++)
		*vec_push(run->arena, &all->list) = run->chosen.list.items[i];
	for (uint32_t i = 0; i < run->registry->contracts.list.n; i++)
		*vec_push(run->arena, &all->list) = run->registry->contracts.list.items[i];
	if (!run->contracts && run->registry->all)
		return NULL;
	return all;
}

static void tell_registry(struct report *report, const struct breakwater_run *run)
{
	const struct registry_check *check = run->registry;

	if (!check)
		return;
	report->registry = check->name;
	report->subjects = check->subjects;
	report->unknown = check->unknown;
	report->refused = check->refused;
	if (run->only_registry)
		report->old_name =
			str_printf(run->arena, "registry:" STR, ARG(check->name));
	report->only_registry = run->only_registry;
}

const char *breakwater_run_report(
	struct breakwater_run *run, const struct breakwater_look *look, size_t *size)
{
	const struct reporter *reporter =
		reporter_find(str_of(look->format ? look->format : "text"));
	struct report report = {
		.arena = run->arena,
		.findings = &run->findings,
		.old_name = run->sides[OLD].source ? run->sides[OLD].source->name : S(""),
		.new_name = run->sides[NEW].source ? run->sides[NEW].source->name : S(""),
		.files_compared = run->files_compared,
		.accepted = run->accepted,
		.versions = run->history ? run->history->versions.list.n : 0,
		.known = run->history ? run->history->known : 0,
		.known_nearby = run->history && run->history->is_focused,
		.contracts = report_contracts(run),
		.show_accepted = look->show_accepted,
		.show_help = look->show_help,
		.accept = look->accept ? str_of(look->accept) : (struct str){ 0 },
		.color = look->color,
		.links = look->links,
		.columns = look->columns,
		.folder =
			run->sides[NEW].source ? run->sides[NEW].source->folder : (struct str){ 0 },
		.version = str_of(breakwater_version()),
	};
	struct out *out;

	if (run->registry && run->registry->all) {
		const struct registry_subject *subject = run->registry->all->subject;
		uint32_t n = subject->versions.n;

		report.versions = n;
		report.first_version = str_printf(run->arena, STR "@%u", ARG(subject->name),
			subject->versions.items[0].number);
		report.last_version = str_printf(run->arena, STR "@%u", ARG(subject->name),
			subject->versions.items[n - 1].number);
	} else if (report.versions) {
		report.first_version = history_name(run->history, 0);
		report.last_version = history_name(run->history, report.versions - 1);
	}
	tell_registry(&report, run);
	if (!reporter || (run->status == BREAKWATER_UNKNOWN &&
				 !(run->is_partial && reporter->shows_unknown)))
		return NULL;
	if (reporter->shows_proofs || (reporter->shows_proof_lines && report.contracts))
		prove(run);
	out = out_memory(run->arena);
	if (!reporter->write(out, &report))
		return NULL;
	*size = out_text(out).n;
	timing_end(&run->timing, "report");
	return out_text(out).p;
}

const char *breakwater_run_diagnostics(
	struct breakwater_run *run, const struct breakwater_look *look, size_t *size)
{
	struct diags shown = run->diags;
	struct out *out = out_memory(run->arena);

	if (look->quiet) {
		shown.items = NEW_ARRAY(run->arena, run->diags.n, struct diag);
		shown.n = 0;
		for (uint32_t i = 0; i < run->diags.n; i++) {
			if (run->diags.items[i].level == DIAG_ERROR)
				shown.items[shown.n++] = run->diags.items[i];
		}
	}
	diags_print(out, &shown, run->arena,
		&(struct diag_look){
			.color = look->color, .verbose = look->verbose, .columns = look->columns });
	*size = out_text(out).n;
	return out_text(out).p;
}

const char *breakwater_run_base(const struct breakwater_run *run)
{
	return run->base.text.n ? str_cstr(run->arena, run->base.text) : NULL;
}

bool run_is_partial(const struct breakwater_run *run)
{
	return run->is_partial;
}

const struct findings *run_findings(const struct breakwater_run *run)
{
	return &run->findings;
}

struct source *run_source(const struct breakwater_run *run, bool old)
{
	return run->sides[old ? OLD : NEW].source;
}

bool run_holds(const struct breakwater_run *run, bool old, struct str path)
{
	const struct side *side = &run->sides[old ? OLD : NEW];

	return side->source->by_import_path || config_holds(&side->config, path);
}

const char *breakwater_run_fix(struct breakwater_run *run, bool reserve, size_t *size)
{
	struct fixing_options options = { .reserve = reserve };
	struct fix_result result;
	struct out *out;

	if (!run_fix(run, &options, &result))
		return NULL;
	out = out_memory(run->arena);
	fixes_write_text(out, &result, run->arena);
	*size = out_text(out).n;
	return out_text(out).p;
}

const struct breakwater_phase *breakwater_run_phases(const struct breakwater_run *run, size_t *n)
{
	*n = run->timing.phases.n;
	return run->timing.phases.items;
}

void breakwater_run_free(struct breakwater_run *run)
{
	struct arena *arena = run->arena;

	if (run->history)
		history_free(run->history);
	if (run->registry)
		registry_free(run->registry);
	for (int side = OLD; side < SIDES; side++) {
		if (run->sides[side].source)
			source_close(run->sides[side].source);
	}
	registry_end(run->sources.registry);
	intern_free(run->names);
	arena_free(arena); /* the run lives in it */
}

const char *breakwater_format(size_t n)
{
	size_t count;
	const struct reporter *const *all = reporters_all(&count);

	return n < count ? all[n]->name : NULL;
}

const char *breakwater_version(void)
{
	return BREAKWATER_VERSION;
}
