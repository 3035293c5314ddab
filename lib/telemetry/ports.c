/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* /scloud/ports, /scloud/xstats: devices, and what they have counted. */
#include <string.h>

#include "port/stats.h"
#include "telemetry/telemetry_int.h"

static const char *by(bool device)
{
	return device ? "device" : "software";
}

static void add_identity(const struct port *port, struct json_object *entry)
{
	char mac[PORT_MAC_TEXT_BYTES];
	telemetry_add_text(entry, "driver", port->driver);
	telemetry_add_text(entry, "mode", port->mode == PORT_MODE_OWNED ? "owned" : "bifurcated");
	telemetry_add_text(entry, "interface", port->interface);
	telemetry_add_text(entry, "mac", port_mac_format(port->mac, mac));
	telemetry_add_number(entry, "addresses", port->address_count);
}

static void add_link(const struct port *port, struct json_object *entry)
{
	struct port_link link;
	if (port_link_read(port, &link) != RESULT_OK) {
		telemetry_add_text(entry, "link", "unknown");
		return;
	}
	telemetry_add_text(entry, "link", link.up ? "up" : "down");
	telemetry_add_number(entry, "speed_mbps", link.speed_mbps);
	telemetry_add_text(entry, "duplex", link.full_duplex ? "full" : "half");
}

static void add_abilities(const struct port *port, struct json_object *entry)
{
	telemetry_add_number(entry, "mtu", port->mtu);
	telemetry_add_number(entry, "rx_queues", port->rx_queue_count);
	telemetry_add_number(entry, "tx_queues", port->tx_queue_count);
	telemetry_add_text(entry, "rss", port->rss ? "on" : "off");
	telemetry_add_text(entry, "rx_checksums", by(port->rx_udp_checksum));
	telemetry_add_text(entry, "tx_checksums", by(port->tx_udp_checksum));
}

static void add_counters(const struct port *port, struct json_object *entry)
{
	struct port_stats stats;
	if (port_stats_read(port, &stats) != RESULT_OK)
		return;
	telemetry_add_number(entry, "rx_packets", stats.rx_packets);
	telemetry_add_number(entry, "rx_bytes", stats.rx_bytes);
	telemetry_add_number(entry, "rx_missed", stats.rx_missed);
	telemetry_add_number(entry, "rx_errors", stats.rx_errors);
	telemetry_add_number(entry, "rx_no_buffer", stats.rx_no_buffer);
	telemetry_add_number(entry, "tx_packets", stats.tx_packets);
	telemetry_add_number(entry, "tx_bytes", stats.tx_bytes);
	telemetry_add_number(entry, "tx_errors", stats.tx_errors);
}

static void add_port(const struct telemetry_settings *settings, uint32_t index,
                     struct json_object *reply)
{
	const struct port *port = &settings->ports[index];
	struct json_object *entry = json_object_new_object();
	add_identity(port, entry);
	add_link(port, entry);
	add_abilities(port, entry);
	add_counters(port, entry);
	telemetry_add(reply, port->name, entry);
}

enum result telemetry_ports(const struct telemetry_settings *settings,
                            const struct telemetry_request *request, struct json_object *reply)
{
	telemetry_list(settings, request, settings->port_count, add_port, reply);
	return RESULT_OK;
}

static const struct port *find_port(const struct telemetry_settings *settings, const char *name)
{
	for (uint16_t i = 0; i < settings->port_count; i++)
		if (strcmp(settings->ports[i].name, name) == 0)
			return &settings->ports[i];
	return NULL;
}

struct xstats_page {
	const struct telemetry_request *request;
	struct json_object *reply;
	uint32_t count; /* all of them */
};

static void add_xstat(void *context, const char *name, uint64_t value)
{
	struct xstats_page *page = context;
	const struct telemetry_request *request = page->request;
	const uint32_t limit = request->limit != 0 ? request->limit : TELEMETRY_LIST_MAX;
	const uint32_t at = page->count++;
	if (at >= request->first && at - request->first < limit)
		telemetry_add_number(page->reply, name, value);
}

enum result telemetry_xstats(const struct telemetry_settings *settings,
                             const struct telemetry_request *request, struct json_object *reply)
{
	struct xstats_page page = {.request = request, .reply = reply};
	if (request->parameter == NULL)
		return RESULT_MALFORMED;
	const struct port *port = find_port(settings, request->parameter);
	if (port == NULL)
		return RESULT_NOT_FOUND;
	if (port_stats_each(port, add_xstat, &page) != RESULT_OK)
		return RESULT_UNSUPPORTED;
	telemetry_page_close(reply, telemetry_page_end(request, page.count), page.count);
	return RESULT_OK;
}
