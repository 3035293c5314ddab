/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/ports, /scloud/xstats: devices, and what they have counted. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "port/stats.h"
#include "telemetry/telemetry_int.h"

/* Counters in one reply: with the longest names they stay below DPDK's 16 KiB. */
#define XSTATS_PAGE 128

static const char *by(bool device)
{
	return device ? "device" : "software";
}

static void add_identity(const struct port *port, struct rte_tel_data *entry)
{
	char mac[PORT_MAC_TEXT_BYTES];
	rte_tel_data_add_dict_string(entry, "driver", port->driver);
	rte_tel_data_add_dict_string(entry, "mode",
	                             port->mode == PORT_MODE_OWNED ? "owned" : "bifurcated");
	rte_tel_data_add_dict_string(entry, "interface", port->interface);
	rte_tel_data_add_dict_string(entry, "mac", port_mac_format(port->mac, mac));
	rte_tel_data_add_dict_u64(entry, "addresses", port->address_count);
}

static void add_link(const struct port *port, struct rte_tel_data *entry)
{
	struct port_link link;
	if (port_link_read(port, &link) != RESULT_OK) {
		rte_tel_data_add_dict_string(entry, "link", "unknown");
		return;
	}
	rte_tel_data_add_dict_string(entry, "link", link.up ? "up" : "down");
	rte_tel_data_add_dict_u64(entry, "speed_mbps", link.speed_mbps);
	rte_tel_data_add_dict_string(entry, "duplex", link.full_duplex ? "full" : "half");
}

static void add_abilities(const struct port *port, struct rte_tel_data *entry)
{
	rte_tel_data_add_dict_u64(entry, "mtu", port->mtu);
	rte_tel_data_add_dict_u64(entry, "rx_queues", port->rx_queue_count);
	rte_tel_data_add_dict_u64(entry, "tx_queues", port->tx_queue_count);
	rte_tel_data_add_dict_string(entry, "rss", port->rss ? "on" : "off");
	rte_tel_data_add_dict_string(entry, "rx_checksums", by(port->rx_udp_checksum));
	rte_tel_data_add_dict_string(entry, "tx_checksums", by(port->tx_udp_checksum));
}

static void add_counters(const struct port *port, struct rte_tel_data *entry)
{
	struct port_stats stats;
	if (port_stats_read(port, &stats) != RESULT_OK)
		return;
	rte_tel_data_add_dict_u64(entry, "rx_packets", stats.rx_packets);
	rte_tel_data_add_dict_u64(entry, "rx_bytes", stats.rx_bytes);
	rte_tel_data_add_dict_u64(entry, "rx_missed", stats.rx_missed);
	rte_tel_data_add_dict_u64(entry, "rx_errors", stats.rx_errors);
	rte_tel_data_add_dict_u64(entry, "rx_no_buffer", stats.rx_no_buffer);
	rte_tel_data_add_dict_u64(entry, "tx_packets", stats.tx_packets);
	rte_tel_data_add_dict_u64(entry, "tx_bytes", stats.tx_bytes);
	rte_tel_data_add_dict_u64(entry, "tx_errors", stats.tx_errors);
}

int telemetry_ports(const struct telemetry_settings *settings, const char *params,
                    struct rte_tel_data *reply)
{
	uint16_t start;
	if (!telemetry_parse_start(params, &start))
		return -EINVAL;
	rte_tel_data_start_dict(reply);
	for (uint16_t i = start; i < settings->port_count; i++) {
		const struct port *port = &settings->ports[i];
		struct rte_tel_data *entry = rte_tel_data_alloc();
		if (entry == NULL)
			return -ENOMEM;
		rte_tel_data_start_dict(entry);
		add_identity(port, entry);
		add_link(port, entry);
		add_abilities(port, entry);
		add_counters(port, entry);
		int status = rte_tel_data_add_dict_container(reply, port->name, entry, 0);
		if (status != 0)
			return status;
	}
	rte_tel_data_add_dict_u64(reply, "count", settings->port_count);
	return 0;
}

static const struct port *find_port(const struct telemetry_settings *settings, const char *name,
                                    size_t len)
{
	for (uint16_t i = 0; i < settings->port_count; i++) {
		const struct port *port = &settings->ports[i];
		if (strlen(port->name) == len && memcmp(port->name, name, len) == 0)
			return port;
	}
	return NULL;
}

struct xstats_page {
	struct rte_tel_data *reply;
	unsigned start;
	unsigned count; /* all of them */
};

static void add_xstat(void *context, const char *name, uint64_t value)
{
	struct xstats_page *page = context;
	unsigned at = page->count++;
	if (at >= page->start && at - page->start < XSTATS_PAGE)
		rte_tel_data_add_dict_u64(page->reply, name, value);
}

int telemetry_xstats(const struct telemetry_settings *settings, const char *params,
                     struct rte_tel_data *reply)
{
	struct xstats_page page = {.reply = reply};
	uint16_t start = 0;
	if (params == NULL)
		return -EINVAL;
	size_t len = strcspn(params, ",");
	const struct port *port = find_port(settings, params, len);
	if (port == NULL ||
	    (params[len] == ',' && !telemetry_parse_start(params + len + 1, &start)))
		return -EINVAL;
	page.start = start;
	rte_tel_data_start_dict(reply);
	if (port_stats_each(port, add_xstat, &page) != RESULT_OK)
		return -ENOTSUP;
	rte_tel_data_add_dict_u64(reply, "count", page.count);
	if (page.start < page.count && page.count - page.start > XSTATS_PAGE)
		rte_tel_data_add_dict_u64(reply, "next", page.start + XSTATS_PAGE);
	return 0;
}
