/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Formats the sentence of a failure. */
#include "pipeline/error.h"

#include <stdarg.h>
#include <stdio.h>

enum result pipeline_error_set(struct pipeline_error *error, enum result result, const char *format,
                               ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return result;
}
