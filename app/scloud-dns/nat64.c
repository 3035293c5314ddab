/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From the section dns64 to DNS64. */
#include "nat64.h"

#include <stdlib.h>
#include <string.h>

static void copy(const struct config_address *from, uint32_t count, struct net_prefix *to)
{
	for (uint32_t i = 0; i < count; i++) {
		to[i] = (struct net_prefix){.address.family = from[i].family,
		                            .length = from[i].prefix_len};
		memcpy(to[i].address.octets, from[i].octets, sizeof(from[i].octets));
	}
}

enum result nat64_make(const struct config *config, struct dns64 **out)
{
	const struct config_dns64 *from = &config->dns64;
	*out = NULL;
	if (!from->enabled)
		return RESULT_OK;
	const uint32_t count =
	    from->prefixes_count + from->exclude_count + from->exclude_ipv4_count;
	struct net_prefix *lists = calloc(count + 1u, sizeof(*lists));
	if (lists == NULL)
		return RESULT_NO_MEMORY;
	struct net_prefix *exclude = lists + from->prefixes_count;
	struct net_prefix *exclude_ipv4 = exclude + from->exclude_count;
	copy(from->prefixes, from->prefixes_count, lists);
	copy(from->exclude, from->exclude_count, exclude);
	copy(from->exclude_ipv4, from->exclude_ipv4_count, exclude_ipv4);
	const struct dns64_settings settings = {
	    .prefixes = lists,
	    .prefix_count = from->prefixes_count,
	    .exclude = exclude,
	    .exclude_count = from->exclude_count,
	    .exclude_ipv4 = exclude_ipv4,
	    .exclude_ipv4_count = from->exclude_ipv4_count,
	    .ignore = from->ignore_domains,
	    .ignore_count = from->ignore_domains_count,
	    .map_private = from->map_private,
	    .pointers = from->reverse,
	};
	const enum result result = dns64_create(&settings, out);
	free(lists);
	return result;
}
