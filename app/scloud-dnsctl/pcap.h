/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* pcap -- the file that a capture is written to.
 *
 * What:    takes the pieces that the server sends in base64 and writes them; each is flushed, so that
 *          "scloud-dnsctl --write - capture | tshark -i -" shows packets as they come.
 * Threads: one.
 * Memory:  one piece.
 * Limits:  what one line of a reply holds.
 * Trust:   the server.
 * RFC:     4648 (base64). */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <json-c/json_object.h>

#include "base/attr.h"

struct pcap {
	FILE *out; /* NULL: not open */
	const char *path;
};

/* "-" is standard output. On failure prints one line and returns false; so do the others. */
MUST_CHECK bool pcap_open(const char *path, struct pcap *out);
MUST_CHECK bool pcap_write(struct pcap *pcap, struct json_object *text);
MUST_CHECK bool pcap_close(struct pcap *pcap);
