/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What follows from several options together, and addresses as text. */
#include <arpa/inet.h>
#include <stdio.h>

#include "config/config.h"

uint16_t config_udp_payload(const struct config *config, uint8_t family)
{
	uint16_t size = config->server.max_udp_payload;
	if (family == 6 && config->server.max_udp_payload_ipv6 != 0)
		size = config->server.max_udp_payload_ipv6;
	if (size > config->amplification_mitigation.max_response_size_udp)
		size = config->amplification_mitigation.max_response_size_udp;
	if (size > config->limits.max_udp_packet_size)
		size = config->limits.max_udp_packet_size;
	return size;
}

uint16_t config_lanes_wanted(const struct config *config)
{
	const struct config_workers *workers = &config->workers;
	const uint16_t wanted[] = {
	    workers->listener,     workers->decoder,      workers->query_dispatcher,
	    workers->cache_lookup, workers->zone_manager, workers->encoder,
	    workers->sender};
	uint16_t most = 0;
	if (config->dpdk.lanes != 0)
		return config->dpdk.lanes;
	for (size_t i = 0; i < ARRAY_COUNT(wanted); i++)
		most = wanted[i] > most ? wanted[i] : most;
	return most;
}

void config_address_text(const struct config_address *address, char *out)
{
	char text[INET6_ADDRSTRLEN] = "";
	bool is_v4 = address->family == 4;
	(void)inet_ntop(is_v4 ? AF_INET : AF_INET6, address->octets, text, sizeof(text));
	if (address->family == 0)
		snprintf(out, CONFIG_ADDRESS_TEXT, "none");
	else if (address->port != 0)
		snprintf(out, CONFIG_ADDRESS_TEXT, is_v4 ? "%s:%u" : "[%s]:%u", text,
		         address->port);
	else if (address->prefix_len != (is_v4 ? 32 : 128))
		snprintf(out, CONFIG_ADDRESS_TEXT, "%s/%u", text, address->prefix_len);
	else
		snprintf(out, CONFIG_ADDRESS_TEXT, "%s", text);
}
