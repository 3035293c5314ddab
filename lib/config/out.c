/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Text of limited size. */
#include "config/out.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct config_out config_out_of(char *text, size_t size)
{
	text[0] = '\0';
	return (struct config_out){.text = text, .size = size, .len = 0};
}

void config_out_put(struct config_out *out, const char *format, ...)
{
	va_list arguments;
	if (out->len >= out->size)
		return;
	va_start(arguments, format);
	int len = vsnprintf(out->text + out->len, out->size - out->len, format, arguments);
	va_end(arguments);
	out->len += (size_t)len;
}

void config_out_mark(struct config_out *out)
{
	if (out->len >= out->size && out->size >= 4)
		memcpy(out->text + out->size - 4, "...", 4);
}
