/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* drop -- every reason for which a packet can end without an answer; nothing vanishes without one.
 *
 * What:    the list is pipeline/drop.def, in the order of the packet's way: stage, NAME, sentence.
 * Threads: any; const tables.
 * Memory:  none.
 * Limits:  none.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

enum drop_reason {
#define DROP(stage, name, sentence) DROP_##name,
#include "pipeline/drop.def"
#undef DROP
	DROP_REASON_COUNT
};

/* "listener_bad_length": the stage and the name in lower case, as in telemetry. */
const char *drop_name(enum drop_reason reason);
/* The sentence for people. */
const char *drop_sentence(enum drop_reason reason);
