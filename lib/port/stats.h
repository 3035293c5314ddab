/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* stats -- what a device has counted, and whether its link is up: for telemetry.
 *
 * What:    the basic counters that each driver has, and the driver's own by name.
 * Threads: control threads, while the port is open. Drivers read their queues' counters without locks.
 * Memory:  port_stats_each() allocates for the time of the call.
 * Limits:  as many counters as the driver has.
 * Trust:   numbers come from the device.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"
#include "port/port.h"

struct port_stats {
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_missed; /* came when the receive queue was full */
	uint64_t rx_errors;
	uint64_t rx_no_buffer; /* the mbuf pool was empty */
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t tx_errors;
};

struct port_link {
	bool up;
	bool full_duplex;
	uint32_t speed_mbps; /* 0: the device does not know */
};

/* Fails: RESULT_UNSUPPORTED. */
MUST_CHECK enum result port_stats_read(const struct port *port, struct port_stats *out);

/* Calls `each` for every counter that the driver has, with its name ("rx_good_packets").
 * Fails: RESULT_UNSUPPORTED, RESULT_NO_MEMORY. */
MUST_CHECK enum result port_stats_each(const struct port *port,
                                       void (*each)(void *context, const char *name,
                                                    uint64_t value),
                                       void *context);

/* Does not wait for a link to come up.
 * Fails: RESULT_UNSUPPORTED. */
MUST_CHECK enum result port_link_read(const struct port *port, struct port_link *out);

/* "0a:53:00:00:00:02" into `text`. Gives `text`. */
#define PORT_MAC_TEXT_BYTES 18
const char *port_mac_format(const uint8_t mac[6], char text[PORT_MAC_TEXT_BYTES]);
