/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* attr -- the compiler attributes that the whole project uses, under short names.
 *
 * What:    contracts that the compiler can check: results that must be looked at, formats, hints.
 * Threads: none.
 * Memory:  none.
 * Limits:  GCC 12 and clang 14 or newer.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

/* The caller has to look at what the function returns. */
#define MUST_CHECK __attribute__((warn_unused_result))
/* printf-like: argument FORMAT is the format string, the variadic arguments start at FIRST. */
#define PRINTF_LIKE(FORMAT, FIRST) __attribute__((format(printf, FORMAT, FIRST)))
/* The function's result depends on its arguments and on memory that it only reads. */
#define PURE __attribute__((pure))
/* The parameter, variable or function may be unused, on purpose. */
#define MAYBE_UNUSED __attribute__((unused))
/* Inline even where the optimiser would not: for the bodies of hot loops. */
#define ALWAYS_INLINE inline __attribute__((always_inline))
/* Keep out of the hot path's instruction cache lines. */
#define COLD __attribute__((cold, noinline))

/* Branch hints, for the hot path only. */
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* A cache line, and the attribute that starts a field or struct on one of its own. */
#define CACHE_LINE_BYTES 64
#define CACHE_ALIGNED __attribute__((aligned(CACHE_LINE_BYTES)))

/* How many elements an array (not a pointer) has. */
#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))
