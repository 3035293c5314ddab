/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From base64 to octets in a file. */
#include "pcap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

static bool fail(const struct pcap *pcap)
{
	fprintf(stderr, "scloud-dnsctl: %s: %s\n", pcap->path, strerror(errno));
	return false;
}

bool pcap_open(const char *path, struct pcap *out)
{
	*out = (struct pcap){.path = path};
	out->out = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	return out->out != NULL || fail(out);
}

bool pcap_write(struct pcap *pcap, struct json_object *text)
{
	const char *from = json_object_get_string(text);
	const size_t len = strlen(from);
	unsigned char *octets = malloc(len + 1);
	int count = octets != NULL && len % 4 == 0
	                ? EVP_DecodeBlock(octets, (const unsigned char *)from, (int)len)
	                : -1;
	if (count < 0) {
		free(octets);
		fprintf(stderr, "scloud-dnsctl: the server sent no base64\n");
		return false;
	}
	/* OpenSSL counts the octets that "=" stands for too. */
	for (size_t i = len; i > 0 && i > len - 2 && from[i - 1] == '='; i--)
		count--;
	const bool written =
	    fwrite(octets, 1, (size_t)count, pcap->out) == (size_t)count && fflush(pcap->out) == 0;
	free(octets);
	return written || fail(pcap);
}

bool pcap_close(struct pcap *pcap)
{
	if (pcap->out == NULL || pcap->out == stdout)
		return true;
	return fclose(pcap->out) == 0 || fail(pcap);
}
