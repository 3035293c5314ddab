/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* storm -- worlds made up by chance, as scenarios, and what must hold in each of them.
 *
 * What:    storm_make() writes a scenario: a tree of zones, servers with bad habits that come and go, clients that
 *          ask all at once, and in the end a world in which all is well again and every name is found.
 *          truth.c knows what is right: what the zones themselves say, whoever speaks for them.
 * Threads: one.
 * Memory:  the text is the caller's to free.
 * Limits:  as sim.h.
 * Trust:   all of it is ours.
 * RFC:     none. */
#pragma once

#include "sim.h"

/* A scenario text. The same seed gives the same text. */
char *storm_make(uint64_t seed);
/* Whether octets are garbled in it: then servers may say anything of their own zones. */
bool storm_is_garbled(uint64_t seed);

/* What is not as the zones say: NULL, or a text that lives until the next call. */
const char *truth_look(const struct dns_question *question, unsigned rcode, const uint8_t *message,
                       size_t len);
