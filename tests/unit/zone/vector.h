/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* vector -- runs the test vectors of tests/vectors/zones: zones, queries and the answers they must get.
 *
 * What:    a vector file holds zones ("zone NAME" ... "end") and queries ("query NAME TYPE options"
 *          ... "end") with the expected rcode, flags and sections as presentation text; sections compare
 *          as sets. tests/vectors/zones/README.md describes the format.
 * Threads: one.
 * Memory:  static buffers; zones are freed after each file.
 * Limits:  VECTOR_ZONES_MAX zones a file.
 * Trust:   the project's own files.
 * RFC:     none. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#define VECTOR_ZONES_MAX 16

/* Runs one file below tests/vectors/zones/ with CUnit assertions. Differences are printed. */
void vector_run(const char *name);

/* Writes text to a file that has no name and gives a path by which it can be opened. The path is valid until
 * vector_file_close(). */
struct vector_file {
	int fd;
	char path[64];
};
void vector_file_open(struct vector_file *file, const char *text, size_t len);
void vector_file_close(struct vector_file *file);

/* Text that grows while it is printed into. */
struct vector_text {
	FILE *stream;
	char *data; /* after vector_text_close(); the caller frees it */
	size_t len;
};
/* Starts with a text. The object must not be moved until it is closed. */
void vector_text_open(struct vector_text *text, const char *start);
const char *vector_text_close(struct vector_text *text);
