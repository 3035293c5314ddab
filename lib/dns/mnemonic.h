/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* mnemonic -- words that stand for numbers in rdata.
 *
 * What:    the lists of DNSSEC algorithms, certificate types and DSYNC schemes.
 * Threads: any; const.
 * Memory:  static.
 * Limits:  none.
 * Trust:   takes anything.
 * RFC:     4034 §A.1, 4398 §2.1, 9859 §2 and IANA's registries. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct mnemonic {
	const char *text; /* NULL ends a list */
	uint16_t value;
};

extern const struct mnemonic mnemonic_algorithms[];
extern const struct mnemonic mnemonic_cert_types[];
extern const struct mnemonic mnemonic_dsync_schemes[];
extern const struct mnemonic mnemonic_services[];
extern const struct mnemonic mnemonic_protocols[];

/* Finds a word, any case. */
MUST_CHECK bool mnemonic_from_text(const struct mnemonic *list, const char *text, size_t len,
                                   uint16_t *out);
/* The first word for a number, or NULL. */
const char *mnemonic_to_text(const struct mnemonic *list, uint16_t value) PURE;
