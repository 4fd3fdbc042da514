/* time_parts: the fields of the civil date of an instant, in UTC (proleptic Gregorian). */
#ifndef UNIFYED_CORE_TIME_PARTS_H
#define UNIFYED_CORE_TIME_PARTS_H
#include <stdint.h>

struct time_parts {
	int year, month, day; /* month and day from 1 */
	int hour, minute, second, ms;
	int weekday;          /* 0 is Sunday */
};

struct time_parts time_parts(int64_t ms);
/* Days from 1970-01-01 to that date, which must exist. */
int64_t time_days(int year, int month, int day);

#endif
