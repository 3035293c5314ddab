/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Zone files as a careful person would write them. Two passes: the first finds the widths of the columns
 * and the commonest TTL, the second writes. */
#include "zone/write_pretty.h"

#include <string.h>

#include "dns/rrtype.h"
#include "zone/write.h"

/* An owner that is longer pushes its own line only. Too low: most lines are ragged. Too high: short
 * owners stand far from their data. */
#define OWNER_WIDTH_MAX 32
/* Columns start here even when all owners are shorter, so that the SOA's numbers have room. */
#define OWNER_WIDTH_MIN 4
/* TTLs that are counted to find the commonest; a zone with more has no common one. */
#define TTLS_MAX 64

/* RFC 1035 §3.3.13: serial, refresh, retry, expire, minimum. */
#define SOA_NUMBERS 5
#define SOA_NUMBERS_BYTES 20

/* Text of seconds in units: "4294967295s" and more units never at once. */
#define DURATION_TEXT_MAX 48

struct ttl_count {
	uint32_t ttl;
	uint64_t count;
};

struct pretty {
	const struct dns_name *origin;
	FILE *out;
	uint32_t default_ttl;
	int owner_width;
	int ttl_width; /* 0: all records have the default */
	int type_width;
	struct zone_write_text text;
	struct ttl_count ttls[TTLS_MAX];
	size_t ttl_count;
};

static void count_ttl(struct pretty *pretty, uint32_t ttl)
{
	for (size_t i = 0; i < pretty->ttl_count; i++) {
		if (pretty->ttls[i].ttl == ttl) {
			pretty->ttls[i].count++;
			return;
		}
	}
	if (pretty->ttl_count < TTLS_MAX)
		pretty->ttls[pretty->ttl_count++] = (struct ttl_count){.ttl = ttl, .count = 1};
}

static void widen(int *width, size_t len, int max)
{
	if ((int)len > *width && (int)len <= max)
		*width = (int)len;
}

static void measure_name(struct pretty *pretty, const struct zone_iterate_name *name)
{
	char text[DNS_NAME_TEXT_MAX], number[DNS_NUMBER_TEXT_MAX];
	const size_t owner_len = zone_write_name(name->owner, pretty->origin, text);
	widen(&pretty->owner_width, owner_len, OWNER_WIDTH_MAX);
	for (size_t i = 0; i < name->record_count; i++) {
		count_ttl(pretty, name->record[i].ttl);
		widen(&pretty->type_width, strlen(dns_type_text(name->record[i].type, number)),
		      DNS_NUMBER_TEXT_MAX);
	}
}

/* The commonest TTL, the least of several; the column is as wide as the longest other one. */
static void choose_ttl(struct pretty *pretty)
{
	const struct ttl_count *best = &pretty->ttls[0];
	for (size_t i = 1; i < pretty->ttl_count; i++) {
		const struct ttl_count *ttl = &pretty->ttls[i];
		if (ttl->count > best->count || (ttl->count == best->count && ttl->ttl < best->ttl))
			best = ttl;
	}
	pretty->default_ttl = best->ttl;
	for (size_t i = 0; i < pretty->ttl_count; i++) {
		char digits[16];
		if (pretty->ttls[i].ttl != best->ttl)
			widen(&pretty->ttl_width,
			      (size_t)snprintf(digits, sizeof(digits), "%u", pretty->ttls[i].ttl),
			      (int)sizeof(digits));
	}
}

/* "1h30m" for 5400. Zero is "0s". */
static const char *duration_text(uint32_t seconds, char out[DURATION_TEXT_MAX])
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = {{'w', 604800}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
	size_t at = 0;
	for (size_t i = 0; i < ARRAY_COUNT(units); i++) {
		const uint32_t count = seconds / units[i].seconds;
		seconds %= units[i].seconds;
		if (count > 0)
			at += (size_t)snprintf(out + at, DURATION_TEXT_MAX - at, "%u%c", count,
			                       units[i].unit);
	}
	if (at == 0)
		snprintf(out, DURATION_TEXT_MAX, "0s");
	return out;
}

static void write_soa(const struct pretty *pretty, const struct zone_iterate_record *record,
                      int column)
{
	static const char *const meanings[SOA_NUMBERS] = {"serial", "refresh", "retry", "expire",
	                                                  "negative TTL"};
	char text[DNS_NAME_TEXT_MAX];
	const uint8_t *mailbox = record->rdata + dns_name_len(record->rdata);
	const uint8_t *numbers = record->rdata + record->len - SOA_NUMBERS_BYTES;

	zone_write_name(record->rdata, pretty->origin, text);
	fputs(text, pretty->out);
	zone_write_name(mailbox, pretty->origin, text);
	fprintf(pretty->out, " %s (", text);
	for (size_t i = 0; i < SOA_NUMBERS; i++) {
		char duration[DURATION_TEXT_MAX];
		const uint32_t number = bytes_load_u32(numbers + i * sizeof(uint32_t));
		const bool last = i == SOA_NUMBERS - 1;
		fprintf(pretty->out, "\n%*s%-10u%s ; %s", column, "", number, last ? " )" : "  ",
		        meanings[i]);
		if (i > 0)
			fprintf(pretty->out, " (%s)", duration_text(number, duration));
	}
}

/* Types whose rdata end with a name that people write relative, and the octets before it. */
static bool ends_with_name(uint16_t type, size_t *prefix)
{
	static const struct {
		uint16_t type;
		uint8_t prefix;
	} rows[] = {{DNS_TYPE_NS, 0},    {DNS_TYPE_CNAME, 0}, {DNS_TYPE_PTR, 0},
	            {DNS_TYPE_DNAME, 0}, {DNS_TYPE_MX, 2},    {DNS_TYPE_SRV, 6}};
	for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
		if (rows[i].type == type) {
			*prefix = rows[i].prefix;
			return true;
		}
	}
	return false;
}

MUST_CHECK static enum result write_rdata(struct pretty *pretty,
                                          const struct zone_iterate_record *record)
{
	char absolute[DNS_NAME_TEXT_MAX], text[DNS_NAME_TEXT_MAX];
	size_t prefix;
	const enum result result =
	    zone_write_rdata(&pretty->text, record->type, record->rdata, record->len);
	if (result != RESULT_OK)
		return result;
	size_t len = pretty->text.len;
	text[0] = '\0';
	if (ends_with_name(record->type, &prefix)) {
		len -= dns_name_to_text(record->rdata + prefix, absolute);
		zone_write_name(record->rdata + prefix, pretty->origin, text);
	}
	fwrite(pretty->text.data, 1, len, pretty->out);
	fputs(text, pretty->out);
	return RESULT_OK;
}

MUST_CHECK static enum result write_record(struct pretty *pretty, const char *owner,
                                           const struct zone_iterate_record *record)
{
	char number[DNS_NUMBER_TEXT_MAX], ttl[16] = "";
	if (record->ttl != pretty->default_ttl)
		snprintf(ttl, sizeof(ttl), "%u", record->ttl);
	int column = fprintf(pretty->out, "%-*s ", pretty->owner_width, owner);
	if (pretty->ttl_width > 0)
		column += fprintf(pretty->out, "%*s ", pretty->ttl_width, ttl);
	column += fprintf(pretty->out, "IN %-*s ", pretty->type_width,
	                  dns_type_text(record->type, number));
	enum result result = RESULT_OK;
	if (record->type == DNS_TYPE_SOA)
		write_soa(pretty, record, column);
	else
		result = write_rdata(pretty, record);
	putc('\n', pretty->out);
	return result;
}

/* The owner stands on its first line only: a line that starts with a blank belongs to the one before. */
MUST_CHECK static enum result write_name(struct pretty *pretty,
                                         const struct zone_iterate_name *name)
{
	char owner[DNS_NAME_TEXT_MAX];
	zone_write_name(name->owner, pretty->origin, owner);
	for (size_t i = 0; i < name->record_count; i++) {
		const enum result result =
		    write_record(pretty, i == 0 ? owner : "", &name->record[i]);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static void write_head(const struct pretty *pretty)
{
	char origin[DNS_NAME_TEXT_MAX], duration[DURATION_TEXT_MAX];
	dns_name_to_text(pretty->origin->wire, origin);
	fprintf(pretty->out, "$ORIGIN %s\n$TTL %u ; %s\n\n", origin, pretty->default_ttl,
	        duration_text(pretty->default_ttl, duration));
}

enum result zone_write_pretty(const struct zone *zone, struct zone_iterate *iterate, FILE *out)
{
	struct pretty pretty = {
	    .origin = zone_origin(zone), .out = out, .owner_width = OWNER_WIDTH_MIN};
	const struct zone_iterate_name *name;
	enum result result;
	while ((result = zone_iterate_next(iterate, &name)) == RESULT_OK)
		measure_name(&pretty, name);
	if (result != RESULT_NOT_FOUND)
		return result;
	choose_ttl(&pretty);
	write_head(&pretty);
	zone_iterate_rewind(iterate);
	for (bool apex = true; (result = zone_iterate_next(iterate, &name)) == RESULT_OK;
	     apex = false) {
		result = write_name(&pretty, name);
		if (result != RESULT_OK)
			break;
		if (apex)
			putc('\n', out);
	}
	zone_write_text_free(&pretty.text);
	return result == RESULT_NOT_FOUND ? RESULT_OK : result;
}
