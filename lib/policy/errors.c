/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Collects what is wrong. */
#include "policy/errors.h"

#include <stdarg.h>
#include <stdio.h>

/* Where the next text goes, or NULL: warnings make room for errors. */
static struct policy_error *place(struct policy_errors *errors, bool warning)
{
	if (errors->kept < POLICY_ERRORS_MAX)
		return &errors->error[errors->kept++];
	for (uint32_t i = POLICY_ERRORS_MAX; i > 0 && !warning; i--) {
		if (errors->error[i - 1].warning)
			return &errors->error[i - 1];
	}
	return NULL;
}

void policy_errors_add(struct policy_errors *errors, bool warning, const char *format, ...)
{
	va_list arguments;
	if (warning)
		errors->warning_count++;
	else
		errors->error_count++;
	struct policy_error *error = place(errors, warning);
	if (error == NULL)
		return;
	error->warning = warning;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
}

const char *policy_errors_quote(const char *text, size_t len, char out[POLICY_QUOTE_BYTES])
{
	static const char more[] = "...";
	size_t at = 0;
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)text[i];
		/* The longest escape, "..." and the NUL fit. */
		if (at + 4 + sizeof(more) > POLICY_QUOTE_BYTES) {
			snprintf(out + at, sizeof(more), "%s", more);
			return out;
		}
		if (c >= ' ' && c < 0x7f)
			out[at++] = (char)c;
		else
			at += (size_t)snprintf(out + at, 5, "\\%03u", c);
	}
	out[at] = '\0';
	return out;
}
