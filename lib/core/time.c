/* time.c: Unix milliseconds to civil dates and back.
 * The day arithmetic is Howard Hinnant's (chrono-compatible low-level date algorithms): years begin in March,
 * so that the leap day comes last, and an era is 400 of them.
 */
#include "lib/core/time.h"

#include <stdlib.h>
#include <time.h>

#include "lib/core/time_parts.h"

#define SECOND_MS 1000
#define MINUTE_MS 60000
#define HOUR_MS 3600000
#define DAY_MS 86400000
#define ERA_DAYS 146097
#define LAST_MS 253402300799999 /* 9999-12-31T23:59:59.999Z */

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
	"Dec" };
static const char *const weekdays[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

static int64_t clock_ms(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) != 0)
		abort();
	return (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

int64_t time_now_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t time_monotonic_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t time_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * ERA_DAYS + day_of_era - 719468;
}

static void date_parts(int64_t days, struct time_parts *out)
{
	int64_t shifted = days + 719468;
	int64_t era = floor_div(shifted, ERA_DAYS);
	int64_t doe = shifted - era * ERA_DAYS;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t march_month = (5 * doy + 2) / 153;

	out->day = (int)(doy - (153 * march_month + 2) / 5 + 1);
	out->month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
	out->year = (int)(yoe + era * 400 + (out->month <= 2));
	out->weekday = (int)(days + 4 - 7 * floor_div(days + 4, 7));
}

struct time_parts time_parts(int64_t ms)
{
	int64_t days = floor_div(ms, DAY_MS);
	int64_t rest = ms - days * DAY_MS;
	struct time_parts t = {
		.hour = (int)(rest / HOUR_MS),
		.minute = (int)(rest / MINUTE_MS % 60),
		.second = (int)(rest / SECOND_MS % 60),
		.ms = (int)(rest % SECOND_MS),
	};

	date_parts(days, &t);
	return t;
}

struct str time_text(struct arena *mem, int64_t ms)
{
	struct time_parts t = time_parts(ms);

	if (t.ms == 0)
		return str_fmt(mem, "%04d-%02d-%02dT%02d:%02d:%02dZ", t.year, t.month, t.day, t.hour, t.minute, t.second);
	return str_fmt(mem, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.year, t.month, t.day, t.hour, t.minute, t.second,
		t.ms);
}

struct str time_human(struct arena *mem, int64_t ms)
{
	struct time_parts t = time_parts(ms);

	return str_fmt(mem, "%d %s %04d, %02d:%02d UTC", t.day, months[t.month - 1], t.year, t.hour, t.minute);
}

struct str time_http(struct arena *mem, int64_t ms)
{
	struct time_parts t = time_parts(ms);

	return str_fmt(mem, "%s, %02d %s %04d %02d:%02d:%02d GMT", weekdays[t.weekday], t.day, months[t.month - 1], t.year,
		t.hour, t.minute, t.second);
}

/* Takes `n` digits off the front of `s`. */
static bool take_number(struct str *s, size_t n, int64_t *out)
{
	if (s->n < n || s->p[0] == '-' || !str_int(str_slice(*s, 0, n), out))
		return false;
	*s = str_slice(*s, n, s->n);
	return true;
}

static bool take_char(struct str *s, char upper)
{
	if (s->n == 0 || (s->p[0] != upper && s->p[0] != (upper | 0x20)))
		return false;
	*s = str_slice(*s, 1, s->n);
	return true;
}

static int64_t month_days(int64_t year, int64_t month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(struct str *s, int64_t *ms)
{
	int64_t year, month, day;

	if (!take_number(s, 4, &year) || !take_char(s, '-') || !take_number(s, 2, &month) || !take_char(s, '-') ||
	    !take_number(s, 2, &day))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return false;
	*ms = time_days((int)year, (int)month, (int)day) * DAY_MS;
	return true;
}

static bool take_fraction(struct str *s, int64_t *ms)
{
	int64_t unit = 100;
	size_t n = 0;

	if (!take_char(s, '.'))
		return true;
	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9') {
		*ms += (s->p[n++] - '0') * unit;
		unit /= 10;
	}
	*s = str_slice(*s, n, s->n);
	return n > 0;
}

static bool take_clock(struct str *s, int64_t *ms, bool *leap_second)
{
	int64_t hour, minute, second;

	if (!take_number(s, 2, &hour) || !take_char(s, ':') || !take_number(s, 2, &minute) || !take_char(s, ':') ||
	    !take_number(s, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*ms += hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
	*leap_second = second == 60;
	return take_fraction(s, ms);
}

static bool take_offset(struct str *s, int64_t *ms)
{
	int64_t hours, minutes, sign;

	if (take_char(s, 'Z'))
		return true;
	sign = take_char(s, '+') ? 1 : -1;
	if (sign < 0 && !take_char(s, '-'))
		return false;
	if (!take_number(s, 2, &hours) || !take_char(s, ':') || !take_number(s, 2, &minutes))
		return false;
	*ms -= sign * (hours * HOUR_MS + minutes * MINUTE_MS);
	return hours <= 23 && minutes <= 59;
}

bool time_read(struct str s, int64_t *ms)
{
	int64_t t = 0;
	bool leap_second;

	if (!take_date(&s, &t) || !take_char(&s, 'T') || !take_clock(&s, &t, &leap_second) || !take_offset(&s, &t))
		return false;
	/* RFC 3339 §5.7: a second 60 only ends a UTC day; here it is the first second of the next. */
	if (leap_second && t % DAY_MS >= SECOND_MS)
		return false;
	if (s.n || t < 0 || t > LAST_MS)
		return false;
	*ms = t;
	return true;
}
