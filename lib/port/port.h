/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* port -- one DPDK device: opened from settings, with what we want cut down to what it can do.
 *
 * What:    a PCI device by its address or a virtual one by its devargs ("net_tap0,iface=scloud0"). Opening
 *          asks for checksums, RSS, scattered frames and the MTU, and takes what the device grants:
 *          the rest is done in software (the flags below say which) and told in the log. A device that
 *          lacks everything still opens. net_tap also gets its end on the host set up.
 * Threads: open and close on a control thread, before and after the lcores run. The port is read by all
 *          lcores; rx.c and tx.c say who may call them.
 * Memory:  struct port is the caller's (large: a lock line for each queue); the device's own memory goes
 *          with port_close(). Rx takes mbufs from the caller's pool.
 * Limits:  port_limits.h.
 * Trust:   settings come from the configuration: names and devargs are checked by EAL and the driver.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_spinlock.h>

#include "base/attr.h"
#include "base/result.h"
#include "net/prefix.h"
#include "port/port_limits.h"

/* Who owns the frames of an interface. */
enum port_mode {
	PORT_MODE_AUTO, /* by driver: settings only */
	PORT_MODE_OWNED, /* all frames come to us: what is not DNS goes on to the kernel half */
	PORT_MODE_BIFURCATED /* the kernel has its own copy of everything that is not ours */
};

struct port_settings {
	const char *name; /* ours, for logs and telemetry: "tap0" */
	/* A PCI address ("0000:01:00.0") or devargs of a virtual device ("net_tap0,iface=scloud0"). */
	const char *device;
	enum port_mode mode;
	uint16_t queues; /* 0: one for each lane */
	uint16_t
	    rx_descriptors; /* 0: PORT_DESCRIPTORS_DEFAULT; adjusted to what the device takes */
	uint16_t tx_descriptors;
	uint16_t mtu; /* 0: PORT_MTU_DEFAULT */
	/* Queries to these are ours. At least one, or nothing is answered. With bits behind the length
	 * ("10.53.0.2/24") it is one address on such a network, without ("192.0.2.0/24", "::/0") it is all
	 * addresses of the range. */
	const struct net_prefix *addresses;
	uint16_t address_count;
	/* net_bonding: the devices that it is made of, texts as `device`. */
	const char *const *members;
	uint16_t member_count;
	/* net_tap: addresses of the host's end (host bits and length count, "10.53.0.1/24"). */
	const struct net_prefix *host_addresses;
	uint16_t host_address_count;
	/* UDP ports of DNS, for bifurcated ports; none: 53. */
	const uint16_t *dns_ports;
	uint16_t dns_port_count;
};

/* A queue's lock, on a line of its own. */
struct port_tx_lock {
	rte_spinlock_t lock;
} CACHE_ALIGNED;

/* Written by port_open() and port_close() only, but for tx_lock. */
struct port {
	char name[PORT_NAME_BYTES];
	char driver[PORT_NAME_BYTES]; /* "net_tap", "net_ixgbe" */
	char interface[PORT_NAME_BYTES]; /* its name in the kernel, "" if it has none */
	uint32_t interface_index; /* in the kernel, 0 if none */
	uint16_t index; /* ours: query.port_index */
	uint16_t id; /* DPDK's */
	bool is_open;
	enum port_mode mode; /* never AUTO */
	uint16_t mtu; /* what the device took: octets of an IP packet */
	uint8_t mac[6]; /* our end's: the kernel half takes it on */
	/* Frames for other MAC addresses may arrive (the device does not filter) and are not ours. */
	bool check_mac;
	uint16_t rx_queue_count; /* lanes beyond have no receive queue here: others feed them */
	uint16_t tx_queue_count; /* lane l sends on queue l % tx_queue_count */
	bool tx_shared; /* several lanes send on one queue: it is locked */
	/* Done by the device: */
	bool rx_ip_checksum;
	bool rx_udp_checksum;
	bool tx_ip_checksum;
	bool tx_udp_checksum;
	bool rss;
	/* Ours: ranges, and single addresses with their full length. */
	struct net_prefix address[PORT_ADDRESSES_MAX];
	uint16_t address_count;
	/* What is ours is taken out in front of the kernel, by a filter or rules: whatever they pass although
	 * it is for us comes to sockets of ours there. */
	bool passes;
	bool filtered; /* by our XDP program */
	int filter_fd; /* the filter's attachment, -1: the driver's, which outlives the process */
	int wake_fd[PORT_QUEUES_MAX]; /* readable while frames wait in the queue; -1: cannot wake */
	bool is_bond;
	uint16_t member_id[PORT_MEMBERS_MAX]; /* DPDK's */
	uint16_t member_count;
	int shield_fd[PORT_SHIELDS_MAX]; /* shield.c */
	uint16_t shield_count;
	struct port_tx_lock tx_lock[PORT_QUEUES_MAX];
};

/* Opens and starts the device as our port `index` with queues for `lane_count` lanes. What is less than
 * wished for is logged. On failure the reason is logged and the device is gone again.
 * Fails: RESULT_TOO_LONG (name, devargs, addresses), RESULT_NOT_FOUND (no such device or driver),
 * RESULT_DENIED (needs root or CAP_NET_ADMIN), RESULT_BUSY (the interface name is taken),
 * RESULT_NO_MEMORY (the pool is too small for the queues), RESULT_IO (the driver refused). */
MUST_CHECK enum result port_open(const struct port_settings *settings, uint16_t index,
                                 uint16_t lane_count, struct rte_mempool *pool, struct port *out);

/* Stops and removes the device; a net_tap interface is gone then. No lcore may use it any more. Closing
 * a port twice, or one that never opened, does nothing. */
void port_close(struct port *port);

/* The largest DNS message that fits one packet of the port, for the IP version. */
uint16_t port_message_max(const struct port *port, uint8_t version) PURE;

/* How many mbufs the queues of a port keep for themselves: what a pool needs for the port besides the
 * packets in flight. */
uint32_t port_mbufs_held(const struct port_settings *settings, uint16_t lane_count) PURE;

/* Whether the device may have fewer receive queues than there are lanes: true unless it is a NIC of which
 * nothing else was asked. Then LISTENER has to spread its queries. */
bool port_may_lack_queues(const struct port_settings *settings) PURE;

/* Whether this server was built with the filter by which an af_xdp port shares its interface with the kernel. */
bool port_has_xdp_filter(void) PURE;

/* The descriptor that is readable while frames wait in the queue, or -1: the queue must be polled. */
int port_wake_fd(const struct port *port, uint16_t queue) PURE;

/* rx.c: takes up to `count` frames from the queue. One lcore for each queue. */
uint16_t port_rx(struct port *port, uint16_t queue, struct rte_mbuf **burst, uint16_t count);

/* tx.c: hands frames to the transmit queue of the lane and gives how many it took; the others remain the
 * caller's. Any lane at any time: lanes that share a queue take turns. */
uint16_t port_tx(struct port *port, uint16_t lane, struct rte_mbuf **burst, uint16_t count);

/* tx.c: sends nothing. A bond's driver sends its LACP frames when something is sent, which has to be every 100 ms at
 * least, if only nothing: port_rx() does it. */
void port_tx_turn(struct port *port, uint16_t lane);
