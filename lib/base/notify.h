/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* notify -- tells the service manager how we are (the protocol of sd_notify(3), without its library).
 *
 * What:    datagrams such as "READY=1" to the socket of NOTIFY_SOCKET. Without that variable nothing happens, so
 *          that callers need not care who started them.
 * Threads: one control thread.
 * Memory:  one descriptor, from notify_open() on: a confined process need not look for the socket.
 * Limits:  texts of NOTIFY_BYTES.
 * Trust:   the environment of the service manager.
 * RFC:     none. */
#pragma once

#include <stdint.h>

#include "base/attr.h"
#include "base/result.h"

/* Too low: the status line of systemctl is cut. */
#define NOTIFY_BYTES 512

/* Opens the socket, if there is one. Fails: RESULT_MALFORMED (no path and no abstract name), RESULT_TOO_LONG,
 * RESULT_IO (errno). */
MUST_CHECK enum result notify_open(void);
void notify_close(void);

/* Sends lines ("READY=1\nSTATUS=..."). */
void notify(const char *format, ...) PRINTF_LIKE(1, 2);

/* How often the service manager wants a sign of life, in microseconds (WATCHDOG_USEC); 0: never. */
uint64_t notify_watchdog_us(void);
