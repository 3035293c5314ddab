/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Reads the words of scenario files, and says what is allowed where one is wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/message.h"
#include "dns/rrtype.h"
#include "dns/text.h"
#include "script.h"

const char *script_word(const struct script_line *line, unsigned at, const char *what)
{
	if (at >= line->count)
		script_wrong(line->place, "found nothing behind \"%s\", expected %s",
		             line->word[line->count - 1], what);
	return line->word[at];
}

const char *script_last(const struct script_line *line, unsigned at, const char *what)
{
	const char *word = script_word(line, at, what);
	if (line->count > at + 1)
		script_wrong(line->place, "found \"%s\" behind %s, expected the end of the line",
		             line->word[at + 1], what);
	return word;
}

bool script_has(const struct script_line *line, unsigned at, const char *word)
{
	return at < line->count && strcmp(line->word[at], word) == 0;
}

uint64_t script_number(struct script_place place, const char *word, uint64_t max)
{
	uint64_t value;
	if (!text_to_u64(word, strlen(word), max, &value))
		script_wrong(place, "found \"%s\", expected a number 0..%llu", word,
		             (unsigned long long)max);
	return value;
}

uint64_t script_ms(struct script_place place, const char *word)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
	size_t digits = strspn(word, "0123456789");
	uint64_t value;
	for (unsigned i = 0; i < ARRAY_COUNT(units); i++) {
		if (strcmp(word + digits, units[i].unit) == 0 &&
		    text_to_u64(word, digits, UINT32_MAX, &value))
			return value * units[i].ms;
	}
	script_wrong(place, "found \"%s\", expected a time: a number and ms, s, m, h or d", word);
}

unsigned script_percent(struct script_place place, const char *word)
{
	size_t digits = strspn(word, "0123456789");
	uint64_t value;
	if (strcmp(word + digits, "%") != 0 || !text_to_u64(word, digits, 100, &value))
		script_wrong(place, "found \"%s\", expected 0%%..100%%", word);
	return (unsigned)value;
}

struct dns_name script_name(struct script_place place, const char *word)
{
	struct dns_name name;
	size_t len = strlen(word);
	if (len == 0 || word[len - 1] != '.' ||
	    dns_name_from_text(word, len, NULL, &name) != RESULT_OK)
		script_wrong(place, "found \"%s\", expected a name with a dot at its end", word);
	return name;
}

uint16_t script_type(struct script_place place, const char *word)
{
	uint16_t type;
	if (!dns_type_from_text(word, strlen(word), &type))
		script_wrong(place, "found \"%s\", expected a record type", word);
	return type;
}

unsigned script_rcode(struct script_place place, const char *word)
{
	char buffer[DNS_NUMBER_TEXT_MAX];
	for (unsigned rcode = 0; rcode < 4096; rcode++) {
		if (strcmp(dns_rcode_text(rcode, buffer), word) == 0)
			return rcode;
	}
	script_wrong(place, "found \"%s\", expected NOERROR, NXDOMAIN, SERVFAIL … or RCODE15",
	             word);
}

struct net_address script_address(struct script_place place, const char *word)
{
	struct net_address address;
	if (net_address_parse(word, &address) != RESULT_OK)
		script_wrong(place, "found \"%s\", expected an address", word);
	return address;
}

struct net_prefix script_prefix(struct script_place place, const char *word)
{
	struct net_prefix prefix;
	if (net_prefix_parse(word, &prefix) != RESULT_OK)
		script_wrong(place, "found \"%s\", expected an address or a prefix", word);
	return prefix;
}

struct net_endpoint script_endpoint(struct script_place place, const char *word)
{
	struct net_endpoint endpoint;
	if (net_endpoint_parse(word, 53, &endpoint) != RESULT_OK)
		script_wrong(place, "found \"%s\", expected an address or ADDRESS:PORT", word);
	return endpoint;
}

bool script_switch(struct script_place place, const char *word)
{
	if (strcmp(word, "on") != 0 && strcmp(word, "off") != 0)
		script_wrong(place, "found \"%s\", expected on or off", word);
	return strcmp(word, "on") == 0;
}

static const char *row_name(const void *rows, size_t row_bytes, unsigned at)
{
	const char *name;
	memcpy(&name, (const char *)rows + at * row_bytes, sizeof(name));
	return name;
}

unsigned script_pick(struct script_place place, const char *word, const void *rows,
                     size_t row_bytes, unsigned count)
{
	char list[2048];
	size_t len = 0;
	for (unsigned i = 0; i < count; i++) {
		const char *name = row_name(rows, row_bytes, i);
		if (strcmp(word, name) == 0)
			return i;
		int more =
		    snprintf(list + len, sizeof(list) - len, "%s%s", i == 0 ? "" : " ", name);
		if (more > 0 && len + (size_t)more < sizeof(list))
			len += (size_t)more;
	}
	script_wrong(place, "found \"%s\", allowed: %s", word, list);
}
