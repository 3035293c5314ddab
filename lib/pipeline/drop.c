/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Names and sentences of the drop reasons. The lower-case names are made once, before main(). */
#include "pipeline/drop.h"

#include <ctype.h>
#include <stddef.h>

#include "base/check.h"

#define NAME_BYTES 48

static const char *const upper[DROP_REASON_COUNT] = {
#define DROP(stage, name, sentence) #name,
#include "pipeline/drop.def"
#undef DROP
};

static const char *const sentences[DROP_REASON_COUNT] = {
#define DROP(stage, name, sentence) sentence,
#include "pipeline/drop.def"
#undef DROP
};

static char names[DROP_REASON_COUNT][NAME_BYTES];

__attribute__((constructor)) static void make_names(void)
{
	for (size_t i = 0; i < DROP_REASON_COUNT; i++)
		for (size_t j = 0; j + 1 < NAME_BYTES && upper[i][j] != '\0'; j++)
			names[i][j] = (char)tolower((unsigned char)upper[i][j]);
}

const char *drop_name(enum drop_reason reason)
{
	CHECK((unsigned)reason < DROP_REASON_COUNT);
	return names[reason];
}

const char *drop_sentence(enum drop_reason reason)
{
	CHECK((unsigned)reason < DROP_REASON_COUNT);
	return sentences[reason];
}
