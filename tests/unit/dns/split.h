/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* split -- one line of rdata split into tokens, for tests.
 *
 * What:    blanks separate; quotes make one token, also in the middle of a word (alpn="h2 h3").
 * Threads: any; pure.
 * Memory:  tokens point into the text.
 * Limits:  the caller's array.
 * Trust:   takes anything.
 * RFC:     1035 §5.1. */
#pragma once

#include <string.h>

#include "dns/rrtype.h"

/* Gives how many tokens; those that do not fit are left out. */
static inline size_t split(const char *text, size_t len, struct dns_token *tokens, size_t max)
{
	size_t count = 0;
	size_t at = 0;
	while (count < max) {
		while (at < len && (text[at] == ' ' || text[at] == '\0'))
			at++;
		if (at >= len)
			break;
		const bool quoted = text[at] == '"';
		const size_t start = at + (quoted ? 1 : 0);
		bool inside = quoted;
		for (at = start; at < len; at++) {
			if (text[at] == '\\' && at + 1 < len)
				at++;
			else if (text[at] == '"' && quoted)
				break;
			else if (text[at] == '"')
				inside = !inside;
			else if ((text[at] == ' ' || text[at] == '\0') && !inside)
				break;
		}
		if (at > len)
			at = len;
		tokens[count++] =
		    (struct dns_token){.text = text + start, .len = at - start, .quoted = quoted};
		if (quoted && at < len)
			at++;
	}
	return count;
}
