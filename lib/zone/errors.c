/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Collecting errors and warnings. */
#include "zone/errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Octets of input that a message quotes. */
#define QUOTED_MAX 40

/* The place for one more, or NULL. A kept warning gives way to an error. */
static struct zone_error *room(struct zone_errors *errors, bool warning)
{
	const uint32_t kept = errors->count < ZONE_ERRORS_MAX ? errors->count : ZONE_ERRORS_MAX;
	if (kept < ZONE_ERRORS_MAX)
		return &errors->error[kept];
	if (warning)
		return NULL;
	for (uint32_t i = kept; i > 0; i--) {
		if (!errors->error[i - 1].warning)
			continue;
		memmove(&errors->error[i - 1], &errors->error[i],
		        (kept - i) * sizeof(errors->error[0]));
		return &errors->error[kept - 1];
	}
	return NULL;
}

/* Names of files come as they stand in the input: nothing may forge a line or steer a terminal. */
static void escape_into(const char *text, char *out, size_t size)
{
	size_t at = 0;
	for (; *text != '\0' && at + sizeof("\\000") <= size; text++) {
		const unsigned char octet = (unsigned char)*text;
		if (octet >= ' ' && octet < 0x7f)
			out[at++] = (char)octet;
		else
			at += (size_t)snprintf(out + at, size - at, "\\%03u", octet);
	}
	out[at] = '\0';
}

void zone_error_add(struct zone_errors *errors, bool warning, struct zone_place place,
                    const char *format, ...)
{
	struct zone_error *error = room(errors, warning);
	errors->count++;
	errors->warning_count += warning;
	if (error == NULL)
		return;

	error->warning = warning;
	error->line = place.line;
	error->column = place.column;
	snprintf(error->file, sizeof(error->file), "%s", place.file);
	char text[sizeof(error->text)];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	escape_into(text, error->text, sizeof(error->text));
}

const char *zone_error_quote(const char *text, size_t len, char out[ZONE_QUOTE_MAX])
{
	size_t at = 0;
	for (size_t i = 0; i < len && i < QUOTED_MAX; i++) {
		const unsigned char octet = (unsigned char)text[i];
		if (octet >= ' ' && octet < 0x7f)
			out[at++] = (char)octet;
		else
			at += (size_t)snprintf(out + at, 5, "\\%03u", octet);
	}
	snprintf(out + at, ZONE_QUOTE_MAX - at, "%s", len > QUOTED_MAX ? "..." : "");
	return out;
}
