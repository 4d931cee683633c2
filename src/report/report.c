#include "report/report.h"

/* The only list of reporters. */
extern const struct reporter text_reporter, line_reporter, json_reporter, github_reporter,
	gitlab_reporter, sarif_reporter, junit_reporter, checkstyle_reporter, rdjson_reporter,
	markdown_reporter, html_reporter;

static const struct reporter *const reporters[] = {
	&text_reporter,
	&line_reporter,
	&json_reporter,
	&github_reporter,
	&gitlab_reporter,
	&sarif_reporter,
	&junit_reporter,
	&checkstyle_reporter,
	&rdjson_reporter,
	&markdown_reporter,
	&html_reporter,
};

const struct reporter *const *reporters_all(size_t *n)
{
	*n = COUNT(reporters);
	return reporters;
}

const struct reporter *reporter_find(struct str name)
{
	for (size_t i = 0; i < COUNT(reporters); i++)
		if (str_eq(name, str_of(reporters[i]->name)))
			return reporters[i];
	return NULL;
}
