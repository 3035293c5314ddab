/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* An OPT record from its class field on; what it says is echoed as we do it and must read back. */
#include <string.h>

#include "dns/edns.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes_reader reader = bytes_reader_of(data, size);
	struct dns_edns edns;
	if (dns_edns_parse(&reader, &edns) != RESULT_OK) {
		FUZZ_HOLDS(reader.at == 0);
		return 0;
	}
	FUZZ_HOLDS(edns.cookie_len <= EDNS_COOKIE_MAX && edns.udp_size >= 512);
	const struct dns_edns_reply reply = {
	    .udp_size = edns.udp_size,
	    .dnssec_ok = edns.dnssec_ok,
	    .ede = EDNS_EDE_NONE,
	    .cookie = edns.cookie_len != 0 ? edns.cookie : NULL,
	    .cookie_len = edns.cookie_len,
	    .subnet_echo = edns.subnet_present ? &edns : NULL,
	    .padding_block = edns.padding_asked ? 128 : 0,
	};
	uint8_t out[512];
	struct bytes_writer writer = bytes_writer_of(out, sizeof(out));
	dns_edns_write(&writer, &reply);
	FUZZ_HOLDS(!writer.overflow);
	FUZZ_HOLDS(reply.padding_block != 0 ? writer.len % 128 == 0
	                                    : writer.len == dns_edns_size(&reply));
	struct dns_edns back;
	reader = bytes_reader_of(out + 3, writer.len - 3);
	FUZZ_HOLDS(dns_edns_parse(&reader, &back) == RESULT_OK);
	FUZZ_HOLDS(reader.at == reader.len);
	FUZZ_HOLDS(back.cookie_len == edns.cookie_len);
	FUZZ_HOLDS(memcmp(back.cookie, edns.cookie, sizeof(back.cookie)) == 0);
	FUZZ_HOLDS(back.subnet_present == edns.subnet_present);
	FUZZ_HOLDS(memcmp(back.subnet_address, edns.subnet_address, 16) == 0);
	return 0;
}
