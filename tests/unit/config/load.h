/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* load -- shared by the tests of lib/config: reads a text, gives its problems as one text.
 *
 * What:    load_text() for texts that may be wrong, load_good() for those that must not be.
 * Threads: one.
 * Memory:  problems in one static buffer, until the next call.
 * Limits:  none.
 * Trust:   no input.
 * RFC:     none. */
#pragma once

#include "config/config.h"
#include "unit.h"

/* What config_problems_write() says of the text ("" for nothing); the configuration, if any, is freed. */
const char *load_problems(const char *text);

/* Reads a text that has to be good; NULL (and a failed assertion) if it is not. */
struct config *load_good(const char *text);

/* Both assert that the problems are these, line by line. */
#define LOAD_EXPECT(text_, problems_) CU_ASSERT_STRING_EQUAL(load_problems(text_), problems_)

/* A resolv.conf that does not exist, so that the host's own does not matter. */
#define LOAD_NO_RESOLV_CONF "/nonexistent/resolv.conf"
