/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Time from the kernel (the vDSO: no system call), and an offset that tests move. */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

#define US_PER_S 1000000u
#define NS_PER_US 1000u

/* writer: tests and tools; readers: all threads */
static _Atomic uint64_t offset_us;

static uint64_t read_us(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now); /* cannot fail with these ids */
	return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / NS_PER_US;
}

uint64_t clock_now_us(void)
{
	return clock_steady_us() + clock_advanced_us();
}

uint64_t clock_calendar_s(void)
{
	return (read_us(CLOCK_REALTIME) + clock_advanced_us()) / US_PER_S;
}

uint64_t clock_steady_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

uint64_t clock_advanced_us(void)
{
	return atomic_load_explicit(&offset_us, memory_order_relaxed);
}

void clock_advance_us(uint64_t by_us)
{
	atomic_fetch_add_explicit(&offset_us, by_us, memory_order_relaxed);
}
