/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* probe_int -- what the probe*.c files share: where the tables go and what is to be done.
 *
 * What:    probe.c prints processors, memory and devices, probe_kernel.c the kernel's features, capabilities and
 *          the DNS port.
 * Threads: main.
 * Memory:  struct probe is probe_print()'s.
 * Limits:  PROBE_ADVICE_BYTES.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/attr.h"

/* Lines of advice, some hundred octets for each device. What is beyond is cut. */
#define PROBE_ADVICE_BYTES 8192

struct probe {
	FILE *out;
	bool broken; /* the default configuration cannot start */
	size_t advice_len;
	char advice[PROBE_ADVICE_BYTES]; /* what to do, in the order found */
};

__attribute__((format(printf, 2, 3))) void probe_advise(struct probe *probe, const char *format,
                                                        ...);
/* The line above a table, and one of a table with a name, a state and a meaning. */
void probe_title(struct probe *probe, const char *text);
void probe_row(struct probe *probe, const char *what, const char *state, const char *meaning);

/* probe_kernel.c */
void probe_kernel(struct probe *probe);
void probe_process(struct probe *probe);
