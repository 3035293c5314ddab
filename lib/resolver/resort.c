/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* When all servers have failed: those that may only have disliked how they were asked are asked in another way. */
#include "resolver/resolver_int.h"

bool resolver_resort_take(struct resolver_task *task)
{
	for (unsigned i = 0; i < task->attempt_count; i++) {
		struct resolver_attempt *attempt = &task->attempt[i];
		if (attempt->resort == ATTEMPT_RESORT_NONE)
			continue;
		task->server = attempt->server;
		task->use_tcp =
		    attempt->resort == ATTEMPT_RESORT_TCP || attempt->kind == ATTEMPT_TCP;
		if (attempt->resort == ATTEMPT_RESORT_PLAIN)
			task->without_edns = 1 + attempt->server;
		attempt->resort = ATTEMPT_RESORT_NONE;
		return true;
	}
	return false;
}

void resolver_resort_note_damage(struct resolver_attempt *attempt, enum result result)
{
	if (attempt->kind == ATTEMPT_UDP &&
	    (result == RESULT_MALFORMED || result == RESULT_TOO_SHORT))
		attempt->resort = ATTEMPT_RESORT_TCP;
}
