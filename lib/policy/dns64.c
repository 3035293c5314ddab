/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The settings of DNS64, and which questions it has to do with. */
#include "policy/dns64.h"

#include <stdlib.h>
#include <string.h>

#include "dns/rrtype.h"
#include "policy/dns64_int.h"

/* Labels of a name of ip6.arpa with a whole address, and of in-addr.arpa. */
#define IP6_LABELS 34u
#define IP6_NIBBLES 32u

static const uint8_t itself[] = "\10ipv4only\4arpa";
static const uint8_t ip6_arpa[] = "\3ip6\4arpa";

/* RFC 6052 §2.2: these lengths, and zeros in bits 64 to 71. */
static bool is_prefix(const struct net_prefix *prefix)
{
	static const uint8_t lengths[] = {32, 40, 48, 56, 64, 96};
	for (size_t i = 0; i < ARRAY_COUNT(lengths); i++) {
		if (prefix->address.family == 6 && prefix->length == lengths[i])
			return prefix->address.octets[DNS64_RESERVED_OCTET] == 0;
	}
	return false;
}

static bool is_in_range(const struct dns64_settings *settings)
{
	if (settings->prefix_count == 0 || settings->prefix_count > DNS64_PREFIXES_MAX ||
	    settings->exclude_count > DNS64_EXCLUDE_MAX ||
	    settings->exclude_ipv4_count > DNS64_EXCLUDE_MAX ||
	    settings->ignore_count > DNS64_IGNORE_MAX)
		return false;
	for (size_t i = 0; i < settings->prefix_count; i++) {
		if (!is_prefix(&settings->prefixes[i]))
			return false;
	}
	return true;
}

static void copy_prefixes(struct dns64_prefixes *to, const struct net_prefix *from, size_t count)
{
	to->count = count;
	for (size_t i = 0; i < count; i++)
		to->prefix[i] = from[i];
}

enum result dns64_create(const struct dns64_settings *settings, struct dns64 **out)
{
	if (!is_in_range(settings))
		return RESULT_OUT_OF_RANGE;
	struct dns64 *dns64 = calloc(1, sizeof(*dns64));
	if (dns64 == NULL)
		return RESULT_NO_MEMORY;
	copy_prefixes(&dns64->prefixes, settings->prefixes, settings->prefix_count);
	copy_prefixes(&dns64->exclude, settings->exclude, settings->exclude_count);
	copy_prefixes(&dns64->exclude_ipv4, settings->exclude_ipv4, settings->exclude_ipv4_count);
	dns64->map_private = settings->map_private;
	dns64->pointers = settings->pointers;
	for (size_t i = 0; i < settings->ignore_count; i++) {
		const char *text = settings->ignore[i];
		if (dns_name_from_text(text, strlen(text), NULL, &dns64->ignore[i]) != RESULT_OK) {
			dns64_free(dns64);
			return RESULT_MALFORMED;
		}
	}
	dns64->ignore_count = settings->ignore_count;
	*out = dns64;
	return RESULT_OK;
}

void dns64_free(void *dns64)
{
	free(dns64);
}

bool dns64_is_in(const struct dns64_prefixes *prefixes, uint8_t family, const uint8_t *octets)
{
	for (size_t i = 0; i < prefixes->count; i++) {
		if (net_prefix_contains(&prefixes->prefix[i], family, octets))
			return true;
	}
	return false;
}

/* -- names of addresses -- */

/* The address of a name of ip6.arpa; false if it has none, or not a whole one. */
static bool read_pointer(const struct dns_question *question, uint8_t address[16])
{
	if (question->label_count != IP6_LABELS ||
	    memcmp(question->name + question->label_at[IP6_NIBBLES], ip6_arpa, sizeof(ip6_arpa)) !=
	        0)
		return false;
	memset(address, 0, 16);
	for (unsigned i = 0; i < IP6_NIBBLES; i++) {
		const uint8_t *label = question->name + question->label_at[i];
		const unsigned place = IP6_NIBBLES - 1 - i;
		unsigned digit;
		if (label[0] != 1)
			return false;
		if (label[1] >= '0' && label[1] <= '9')
			digit = label[1] - '0';
		else if (label[1] >= 'a' && label[1] <= 'f')
			digit = label[1] - 'a' + 10u;
		else
			return false;
		address[place / 2] |= (uint8_t)(place % 2 == 0 ? digit << 4 : digit);
	}
	return true;
}

/* The IPv4 address within one of a prefix. */
static bool read_embedded(const struct dns64 *dns64, const uint8_t address[16], uint8_t out[4])
{
	for (size_t i = 0; i < dns64->prefixes.count; i++) {
		const struct net_prefix *prefix = &dns64->prefixes.prefix[i];
		unsigned at = prefix->length / 8u;
		if (!net_prefix_contains(prefix, 6, address))
			continue;
		for (unsigned octet = 0; octet < 4; octet++) {
			at += at == DNS64_RESERVED_OCTET;
			out[octet] = address[at++];
		}
		return true;
	}
	return false;
}

static bool read_ipv4(const struct dns64 *dns64, const struct dns_question *question,
                      uint8_t out[4])
{
	uint8_t address[16];
	return read_pointer(question, address) && read_embedded(dns64, address, out);
}

/* "1.2.0.192.in-addr.arpa" of 192.0.2.1. */
static void set_pointer(const uint8_t address[4], struct dns_question *out)
{
	static const uint8_t in_addr_arpa[] = "\7in-addr\4arpa";
	uint8_t name[4 * 4 + sizeof(in_addr_arpa)];
	size_t len = 0;
	for (int i = 3; i >= 0; i--) {
		const uint8_t octet = address[i];
		const size_t digits = octet >= 100 ? 3 : octet >= 10 ? 2 : 1;
		name[len++] = (uint8_t)digits;
		if (digits == 3)
			name[len++] = (uint8_t)('0' + octet / 100);
		if (digits >= 2)
			name[len++] = (uint8_t)('0' + octet / 10 % 10);
		name[len++] = (uint8_t)('0' + octet % 10);
	}
	memcpy(name + len, in_addr_arpa, sizeof(in_addr_arpa));
	dns_question_set(out, name, DNS_TYPE_PTR, DNS_CLASS_IN);
}

/* -- questions -- */

static bool is_itself(const struct dns_question *question)
{
	return question->label_count >= 2 &&
	       memcmp(question->name + question->label_at[question->label_count - 2], itself,
	              sizeof(itself)) == 0;
}

enum dns64_way dns64_way_of(const struct dns64 *dns64, const struct dns_question *question)
{
	uint8_t address[4];
	if (is_itself(question))
		return DNS64_ITSELF;
	if (question->type == DNS_TYPE_AAAA)
		return DNS64_IPV6;
	if (question->type == DNS_TYPE_PTR && dns64->pointers &&
	    read_ipv4(dns64, question, address))
		return DNS64_POINTER;
	return DNS64_NONE;
}

void dns64_question(const struct dns64 *dns64, enum dns64_way way,
                    const struct dns_question *question, struct dns_question *out)
{
	uint8_t address[4] = {0};
	if (way == DNS64_POINTER) {
		(void)read_ipv4(dns64, question, address);
		set_pointer(address, out);
		return;
	}
	*out = *question;
	out->type = DNS_TYPE_A;
}
