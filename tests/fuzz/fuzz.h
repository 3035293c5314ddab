/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* fuzz -- what every fuzz target gives, and how it says that something is wrong.
 *
 * What:    a target takes any octets and must come back. With -Dfuzz=true libFuzzer calls it; in ordinary
 *          builds replay.c calls it with the seeds and with mutations of them.
 * Threads: one.
 * Memory:  the input is exactly `size` octets long, so that a sanitizer sees reading beyond it.
 * Limits:  none.
 * Trust:   takes anything.
 * RFC:     none. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"

/* libFuzzer's entry point; always gives 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that must hold whatever the input was. */
#define FUZZ_HOLDS(condition) CHECK(condition)
