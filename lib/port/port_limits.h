/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* port_limits -- how many ports, queues and addresses there may be, each number with its reason.
 *
 * What:    numbers only.
 * Threads: none.
 * Memory:  none.
 * Limits:  these.
 * Trust:   no input.
 * RFC:     791 (576), 8200 §5 (1280). */
#pragma once

/* Ports of one process. Too low: a multi-homed server runs out. Too high: each lane looks at each port
 * on every turn of its loop; DPDK itself ends at RTE_MAX_ETHPORTS (32). */
#define PORT_MAX 16

/* Queues of one port, and so lanes that it can serve. Too low: a large NIC idles. Too high: struct port
 * grows by a cache line for each. */
#define PORT_QUEUES_MAX 64

/* Addresses (prefixes) of ours on one port. Too low: many anycast addresses do not fit. Too high: they
 * are compared one after the other for each packet. */
#define PORT_ADDRESSES_MAX 64

/* Devices of one bond. Too low: a wide bundle does not fit. Too high: DPDK ends at RTE_MAX_ETHPORTS (32) for
 * all ports, and their names have to fit one text. */
#define PORT_MEMBERS_MAX 8

/* Sockets that keep the kernel of a bifurcated port quiet: one for each address and UDP port. Too low: the
 * kernel answers "port unreachable" for the others. Too high: descriptors. */
#define PORT_SHIELDS_MAX 128

/* Descriptors of a queue where nothing else is configured. Too low: bursts are lost while an lcore
 * looks elsewhere (1,024 small frames are 70 us of 10 Gbit/s). Too high: the ring falls out of the cache. */
#define PORT_DESCRIPTORS_DEFAULT 1024

/* MTU of a port: below 1280 IPv6 does not work at all (RFC 8200 §5), beyond 9,216 nobody goes. */
#define PORT_MTU_MIN 1280
#define PORT_MTU_MAX 9216
#define PORT_MTU_DEFAULT 1500

/* Longest text of a name of ours, of a driver, and of devargs. */
#define PORT_NAME_BYTES 32
#define PORT_DEVARGS_BYTES 256
