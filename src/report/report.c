#include "report/report.h"

/* Every format, in the order of the help: each is a file x.c with its x_reporter. */
#define FORMATS(X)    \
	X(text)       \
	X(line)       \
	X(json)       \
	X(github)     \
	X(gitlab)     \
	X(sarif)      \
	X(junit)      \
	X(checkstyle) \
	X(rdjson)     \
	X(markdown)   \
	X(html)

#define REPORTER_DECLARE(name) extern const struct reporter name##_reporter;
FORMATS(REPORTER_DECLARE)

#define REPORTER_ADDRESS(name) &name##_reporter,
static const struct reporter *const reporters[] = { FORMATS(REPORTER_ADDRESS) };

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
