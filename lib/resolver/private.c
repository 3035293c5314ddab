/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Rebinding: a name of the Internet that leads into somebody's own network makes his browser talk to it as if it
 * were the name's own server. Such addresses are taken out of what servers say, whatever they say it for. */
#include <stdlib.h>

#include "resolver/resolver_int.h"

enum result resolver_private_create(struct resolver *resolver)
{
	struct resolver_settings *settings = &resolver->settings;
	resolver->private_addresses =
	    calloc(settings->private_address_count + 1u, sizeof(*resolver->private_addresses));
	resolver->private_domains =
	    calloc(settings->private_domain_count + 1u, sizeof(*resolver->private_domains));
	if (resolver->private_addresses == NULL || resolver->private_domains == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < settings->private_address_count; i++)
		resolver->private_addresses[i] = settings->private_addresses[i];
	for (uint32_t i = 0; i < settings->private_domain_count; i++)
		resolver->private_domains[i] = settings->private_domains[i];
	settings->private_addresses = NULL;
	settings->private_domains = NULL;
	return RESULT_OK;
}

void resolver_private_destroy(struct resolver *resolver)
{
	free(resolver->private_addresses);
	free(resolver->private_domains);
}

static bool is_private(const struct resolver *resolver, uint16_t type,
                       const struct dns_rdata *rdata)
{
	const uint8_t family = type == DNS_TYPE_A ? 4 : 6;
	if (rdata->len != net_address_bytes(family))
		return false;
	for (uint32_t i = 0; i < resolver->settings.private_address_count; i++) {
		if (net_prefix_contains(&resolver->private_addresses[i], family, rdata->data))
			return true;
	}
	return false;
}

/* Names that may have them: those of the settings, and those of zones whose servers the settings name. */
static bool is_trusted(const struct resolver *resolver, const uint8_t *owner)
{
	struct dns_question question;
	for (uint32_t i = 0; i < resolver->settings.private_domain_count; i++) {
		if (dns_name_is_below(owner, resolver->private_domains[i].wire))
			return true;
	}
	dns_question_set(&question, owner, DNS_TYPE_A, DNS_CLASS_IN);
	uint32_t route = resolver_route_find(resolver, &question);
	return route != RESOLVER_NONE && resolver->routes[route].name.label_count > 0;
}

uint16_t resolver_private_filter(struct resolver *resolver, struct dns_rrset *rrset,
                                 struct dns_rdata *room)
{
	uint16_t count = 0;
	uint16_t taken = 0;
	if (resolver->settings.private_address_count == 0 ||
	    (rrset->type != DNS_TYPE_A && rrset->type != DNS_TYPE_AAAA))
		return 0;
	for (uint16_t i = 0; i < rrset->count; i++) {
		if (is_private(resolver, rrset->type, &rrset->rdata[i]))
			taken++;
		else
			room[count++] = rrset->rdata[i];
	}
	if (taken == 0 || is_trusted(resolver, rrset->owner.wire))
		return 0;
	resolver->stats.blocked += taken;
	rrset->rdata = room;
	rrset->count = count;
	return taken;
}

enum result resolver_private_put_soa(struct dns_builder *builder, const uint8_t *name)
{
	static const uint8_t nobody[] = "\6nobody\7invalid";
	static const uint32_t numbers[] = {1, 3600, 1200, 604800, RESOLVER_BLOCKED_TTL_S};
	uint8_t rdata[DNS_NAME_MAX + sizeof(nobody) + sizeof(numbers)];
	size_t len = dns_name_len(name);
	memcpy(rdata, name, len);
	memcpy(rdata + len, nobody, sizeof(nobody));
	len += sizeof(nobody);
	for (size_t i = 0; i < ARRAY_COUNT(numbers); i++, len += sizeof(uint32_t))
		bytes_store_u32(rdata + len, numbers[i]);
	return dns_builder_rr(builder, DNS_SECTION_AUTHORITY, name, DNS_TYPE_SOA, DNS_CLASS_IN,
	                      RESOLVER_BLOCKED_TTL_S, rdata, (uint16_t)len);
}
