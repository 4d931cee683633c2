/*
 * The dates of `NAME@{DATE}` in those of git's forms that are unambiguous. Other forms that git's
 * approxidate accepts are refused, since another guess would be another commit.
 */
#include "source/refs.h"

#include <time.h>

/* Takes a number of one to `most` digits off the front. */
static bool take_digits(struct str *rest, size_t most, int64_t *number)
{
	size_t n = 0;

	*number = 0;
	for (; n < rest->n && n < most && rest->p[n] >= '0' && rest->p[n] <= '9'; n++)
		*number = *number * 10 + (rest->p[n] - '0');
	*rest = str_from(*rest, n);
	return n > 0;
}

static bool take_char(struct str *rest, const char *any)
{
	if (rest->n == 0 || !strchr(any, rest->p[0]))
		return false;
	*rest = str_from(*rest, 1);
	return true;
}

/* `+0200`, `Z`, or nothing: then *local. */
static bool take_zone(struct str *rest, int64_t *seconds, bool *local)
{
	int64_t zone;
	bool east;

	*seconds = 0;
	*local = false;
	while (take_char(rest, " "))
		;
	if (rest->n == 0) {
		*local = true;
		return true;
	}
	if (str_eq(*rest, S("Z")) || str_eq(*rest, S("UTC")) || str_eq(*rest, S("GMT"))) {
		*rest = str_from(*rest, rest->n);
		return true;
	}
	east = rest->p[0] == '+';
	if (!take_char(rest, "+-") || rest->n != 4 || !take_digits(rest, 4, &zone) || rest->n)
		return false;
	*seconds = (zone / 100 * 60 + zone % 100) * (east ? 60 : -60);
	return true;
}

/* `2026-11-30`, perhaps with `12:00` or `12:00:00` and a zone; a day alone means the current
 * time on that day. */
static bool calendar_date(struct str text, time_t now, int64_t *time)
{
	int64_t year, month, day, hour, minute, second = 0, zone;
	struct tm tm;
	bool local = true;

	if (!localtime_r(&now, &tm) || !take_digits(&text, 4, &year) || year < 1970 ||
		!take_char(&text, "-") || !take_digits(&text, 2, &month) || month < 1 ||
		month > 12 || !take_char(&text, "-") || !take_digits(&text, 2, &day) || day < 1 ||
		day > 31)
		return false;
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	tm.tm_isdst = -1;
	if (text.n == 0) {
		*time = mktime(&tm);
		return true;
	}
	if (!take_char(&text, " T") || !take_digits(&text, 2, &hour) || hour > 24 ||
		!take_char(&text, ":") || !take_digits(&text, 2, &minute) || minute > 59)
		return false;
	if (take_char(&text, ":") && (!take_digits(&text, 2, &second) || second > 60))
		return false;
	if (!take_zone(&text, &zone, &local))
		return false;
	tm.tm_hour = (int)hour;
	tm.tm_min = (int)minute;
	tm.tm_sec = (int)second;
	*time = local ? mktime(&tm) : timegm(&tm) - zone;
	return true;
}

/* `3.days.ago`, `1 week`; not months and years, whose lengths vary. */
static bool distance_back(struct str text, time_t now, int64_t *time)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = { { "second", 1 }, { "minute", 60 }, { "hour", 3600 }, { "day", 86400 },
		{ "week", 604800 } };
	int64_t n;

	if (!take_digits(&text, 6, &n) || !take_char(&text, ". "))
		return false;
	for (size_t i = 0; i < COUNT(units); i++) {
		if (!str_starts(text, str_of(units[i].name)))
			continue;
		text = str_from(text, strlen(units[i].name));
		take_char(&text, "s");
		*time = now - n * units[i].seconds;
		return text.n == 0 || str_eq(text, S(".ago")) || str_eq(text, S(" ago"));
	}
	return false;
}

bool log_date(struct str text, int64_t *seconds)
{
	time_t now = time(NULL);

	*seconds = now;
	if (str_eq(text, S("now")))
		return true;
	if (str_eq(text, S("yesterday"))) {
		*seconds = now - 86400;
		return true;
	}
	return calendar_date(text, now, seconds) || distance_back(text, now, seconds);
}
