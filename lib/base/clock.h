/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* clock -- the one place where the process reads time.
 *
 * What:    monotonic microseconds for everything that waits, ages or times out, and the calendar for
 *          what the protocols compare with it (RRSIG, TSIG, logs). Engines take time as an argument; the
 *          run loop reads it once per turn.
 * Threads: any.
 * Memory:  none.
 * Limits:  resolution 1 microsecond; never goes back; 584,000 years.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include <stdint.h>

/* Microseconds since some moment before the process started, plus what clock_advance_us() has added. */
uint64_t clock_now_us(void);

/* Seconds since 1970-01-01 00:00 UTC, moved along with clock_advance_us(). */
uint64_t clock_calendar_s(void);

/* Microseconds that nobody moves: for what waits on people and other processes, and for how long the
 * process has been up. */
uint64_t clock_steady_us(void);

/* How far clock_advance_us() has moved the clocks so far. */
uint64_t clock_advanced_us(void);

/* Moves both clocks ahead: lets tests and tools see what the future brings without waiting for it. */
void clock_advance_us(uint64_t by_us);
