/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Durations with units and the calendar times of signatures, without libc's time zones. */
#include "dns/ttl.h"

#include <stdbool.h>

#include "dns/name.h"
#include "dns/text.h"

#define MINUTE_S 60u
#define HOUR_S 3600u
#define DAY_S 86400u
#define WEEK_S 604800u

static uint32_t unit_s(char c)
{
	switch (dns_name_lower[(uint8_t)c]) {
	case 's':
		return 1;
	case 'm':
		return MINUTE_S;
	case 'h':
		return HOUR_S;
	case 'd':
		return DAY_S;
	case 'w':
		return WEEK_S;
	default:
		return 0;
	}
}

enum result dns_duration_from_text(const char *text, size_t len, uint32_t max, uint32_t *out)
{
	uint64_t total = 0;
	uint64_t number = 0;
	bool digits = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] >= '0' && text[i] <= '9') {
			number = number * 10 + (uint64_t)(text[i] - '0');
			digits = true;
		} else {
			const uint32_t unit = unit_s(text[i]);
			if (unit == 0 || !digits)
				return RESULT_MALFORMED;
			total += number * unit;
			number = 0;
			digits = false;
		}
		/* So nothing wraps: number * WEEK_S stays far below 2^64. */
		if (number > UINT32_MAX || total > UINT32_MAX)
			return RESULT_OUT_OF_RANGE;
	}
	/* Digits without a unit are seconds, alone or behind units. */
	if (len == 0)
		return RESULT_MALFORMED;
	total += number;
	if (total > max)
		return RESULT_OUT_OF_RANGE;
	*out = (uint32_t)total;
	return RESULT_OK;
}

enum result dns_ttl_from_text(const char *text, size_t len, uint32_t *out)
{
	return dns_duration_from_text(text, len, DNS_TTL_MAX, out);
}

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned month_days(unsigned year, unsigned month)
{
	static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

/* Days from 1970-01-01 to the year's first day. */
static uint64_t year_days(unsigned year)
{
	const uint64_t past = (uint64_t)year - 1;
	const uint64_t days_to_1970 = 719162;
	return past * 365 + past / 4 - past / 100 + past / 400 - days_to_1970;
}

static unsigned digits_at(const char *text, size_t len)
{
	unsigned value = 0;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	return value;
}

static enum result calendar(const char *text, uint32_t *out)
{
	const unsigned year = digits_at(text, 4);
	const unsigned month = digits_at(text + 4, 2);
	const unsigned day = digits_at(text + 6, 2);
	const unsigned hour = digits_at(text + 8, 2);
	const unsigned minute = digits_at(text + 10, 2);
	const unsigned second = digits_at(text + 12, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > month_days(year, month) ||
	    hour > 23 || minute > 59 || second > 60)
		return RESULT_OUT_OF_RANGE;
	uint64_t days = year_days(year) + day - 1;
	for (unsigned m = 1; m < month; m++)
		days += month_days(year, m);
	/* RFC 4034 §3.1.5: the field is modulo 2^32. */
	*out = (uint32_t)(days * DAY_S + hour * HOUR_S + minute * MINUTE_S + second);
	return RESULT_OK;
}

enum result dns_time_from_text(const char *text, size_t len, uint32_t *out)
{
	uint64_t number;
	if (!text_to_u64(text, len, UINT64_MAX, &number))
		return RESULT_MALFORMED;
	if (len == DNS_TIME_TEXT_LEN)
		return calendar(text, out);
	if (len > 10)
		return RESULT_MALFORMED;
	if (number > UINT32_MAX)
		return RESULT_OUT_OF_RANGE;
	*out = (uint32_t)number;
	return RESULT_OK;
}

static void put_digits(char *out, unsigned value, size_t len)
{
	for (size_t i = len; i > 0; i--) {
		out[i - 1] = (char)('0' + value % 10);
		value /= 10;
	}
}

void dns_time_to_text(uint32_t time_s, char out[DNS_TIME_TEXT_LEN])
{
	unsigned days = time_s / DAY_S;
	const unsigned rest = time_s % DAY_S;
	unsigned year = 1970;
	unsigned month = 1;
	for (; days >= (is_leap(year) ? 366u : 365u); year++)
		days -= is_leap(year) ? 366u : 365u;
	for (; days >= month_days(year, month); month++)
		days -= month_days(year, month);
	put_digits(out, year, 4);
	put_digits(out + 4, month, 2);
	put_digits(out + 6, days + 1, 2);
	put_digits(out + 8, rest / HOUR_S, 2);
	put_digits(out + 10, rest / MINUTE_S % 60, 2);
	put_digits(out + 12, rest % 60, 2);
}
