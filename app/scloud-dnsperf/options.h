/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* options -- the command line of scloud-dnsperf: dnsperf's letters where it has one.
 *
 * What:    one table of options gives the parser and --help.
 * Threads: main.
 * Memory:  texts point into argv.
 * Limits:  those of each option, told when they are passed.
 * Trust:   the caller's shell; wrong use gives one clear line and exit status 2.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "load/packet.h"

/* Lcores that send. Too low: a 100 GbE port is not filled. */
#define OPTIONS_LCORES_MAX 32u

struct options {
	bool help;
	bool version;

	/* where to */
	const char *device; /* DPDK's devargs or PCI address */
	const char *host_address; /* net_tap: the kernel's end */
	struct packet_route route;
	bool target_mac_given;
	bool source_mac_given;

	/* what */
	const char *data_file; /* NULL or "-": standard input */
	struct query_file_settings queries;
	bool random_order;
	bool echo; /* the other side only sends frames back (testpmd 5tswap) */

	/* how much */
	uint64_t rate; /* a second, open loop; 0: closed loop */
	uint32_t in_flight; /* closed loop */
	bool ramp;
	uint64_t ramp_start; /* a second */
	double ramp_step_s;
	double loss_percent; /* that a ramp allows */
	double seconds; /* 0: no limit */
	uint32_t rounds; /* through the file; 0: no limit */
	double timeout_s;

	/* from where */
	uint16_t first_port;
	uint16_t port_count;
	uint16_t lcores;
	const char *cpus; /* processors of the sending lcores: "1" or "2,3"; NULL: any */
	bool huge_pages;
	uint32_t memory_mb;
	uint32_t descriptors;
	const char *file_prefix;

	/* what is told */
	const char *json_file;
	const char *histogram_file;
	bool quiet; /* no progress line */
	double progress_s; /* between progress lines; 0: one line, on a terminal only */
};

/* On wrong use prints one line to standard error and returns false. */
MUST_CHECK bool options_parse(int argc, char **argv, struct options *out);

/* What --help prints. */
void options_print_help(void);
