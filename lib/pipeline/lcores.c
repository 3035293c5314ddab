/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Writes EAL's --lcores: which processors each lcore may run on. */
#include <stdarg.h>
#include <stdio.h>

#include "pipeline/placement.h"

struct text {
	char *at;
	size_t left;
	bool overflow;
};

static void put(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);

static void put(struct text *text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(text->at, text->left, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= text->left) {
		text->overflow = true;
		return;
	}
	text->at += length;
	text->left -= (size_t)length;
}

static void put_set(struct text *text, const uint16_t *cpus, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		put(text, "%s%u", i == 0 ? "@(" : ",", cpus[i]);
	put(text, ")");
}

enum result placement_write_lcores(const struct placement *placement, const uint16_t *cpus,
                                   uint16_t cpu_count, char *out, size_t out_bytes)
{
	struct text text = {.at = out, .left = out_bytes};
	uint16_t own = placement->lane_lcore_count;
	if (cpu_count <= own) {
		put(&text, "(0-%u)", placement->lcore_count);
		put_set(&text, cpus, cpu_count);
		return text.overflow ? RESULT_NO_SPACE : RESULT_OK;
	}
	put(&text, "0");
	put_set(&text, cpus + own, (uint16_t)(cpu_count - own));
	for (uint16_t i = 0; i < placement->lcore_count; i++) {
		put(&text, ",%u", i + 1);
		if (i < own)
			put_set(&text, &cpus[i], 1);
		else
			put_set(&text, cpus + own, (uint16_t)(cpu_count - own));
	}
	return text.overflow ? RESULT_NO_SPACE : RESULT_OK;
}
