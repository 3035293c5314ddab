/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* dns_make -- messages for the tests of cache and resolver, written octet by octet, uncompressed.
 *
 * What:    make_start(), then make_rr() and its friends in the order of the sections.
 * Threads: one.
 * Memory:  the caller's struct made.
 * Limits:  a message has at most 65535 octets.
 * Trust:   texts of the tests.
 * RFC:     1035 §4.1. */
#pragma once

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "dns/message.h"
#include "dns/question.h"
#include "dns/rrtype.h"

struct made {
	struct bytes_writer writer;
	struct dns_question question;
	uint8_t octets[DNS_MESSAGE_MAX];
};

static inline struct dns_name made_name(const char *text)
{
	struct dns_name name;
	CHECK(dns_name_from_text(text, strlen(text), NULL, &name) == RESULT_OK);
	return name;
}

static inline struct dns_question made_question(const char *name, uint16_t type)
{
	struct dns_question question;
	struct dns_name wire = made_name(name);
	dns_question_set(&question, wire.wire, type, DNS_CLASS_IN);
	return question;
}

/* Header and question of a response. */
static inline void make_start(struct made *made, const char *name, uint16_t type, unsigned rcode)
{
	struct dns_name wire = made_name(name);
	made->question = made_question(name, type);
	made->writer = bytes_writer_of(made->octets, sizeof(made->octets));
	bytes_put_u16(&made->writer, 0);
	bytes_put_u16(&made->writer,
	              (uint16_t)(DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA | (rcode & 15)));
	bytes_put_u16(&made->writer, 1);
	for (int i = 0; i < 3; i++)
		bytes_put_u16(&made->writer, 0);
	bytes_put(&made->writer, wire.wire, wire.len);
	bytes_put_u16(&made->writer, type);
	bytes_put_u16(&made->writer, DNS_CLASS_IN);
}

static inline void make_rr(struct made *made, enum dns_section section, const char *owner,
                           uint16_t type, uint32_t ttl, const void *rdata, uint16_t len)
{
	struct dns_name wire = made_name(owner);
	bytes_put(&made->writer, wire.wire, wire.len);
	bytes_put_u16(&made->writer, type);
	bytes_put_u16(&made->writer, DNS_CLASS_IN);
	bytes_put_u32(&made->writer, ttl);
	bytes_put_u16(&made->writer, len);
	bytes_put(&made->writer, rdata, len);
	CHECK(!made->writer.overflow);
	dns_message_set_count(made->octets, section,
	                      (uint16_t)(dns_message_count(made->octets, section) + 1));
}

static inline void make_a(struct made *made, enum dns_section section, const char *owner,
                          uint32_t ttl, uint32_t address)
{
	uint8_t rdata[4];
	bytes_store_u32(rdata, address);
	make_rr(made, section, owner, DNS_TYPE_A, ttl, rdata, sizeof(rdata));
}

/* NS, CNAME, DNAME, PTR. */
static inline void make_target(struct made *made, enum dns_section section, const char *owner,
                               uint16_t type, uint32_t ttl, const char *target)
{
	struct dns_name wire = made_name(target);
	make_rr(made, section, owner, type, ttl, wire.wire, wire.len);
}

static inline void make_soa(struct made *made, const char *owner, uint32_t ttl, uint32_t minimum)
{
	uint8_t rdata[22] = {0};
	bytes_store_u32(rdata + 18, minimum);
	make_rr(made, DNS_SECTION_AUTHORITY, owner, DNS_TYPE_SOA, ttl, rdata, sizeof(rdata));
}

/* A TXT record of `size` octets (1..255 and its length octet). */
static inline void make_txt(struct made *made, enum dns_section section, const char *owner,
                            uint32_t ttl, uint8_t fill, uint8_t size)
{
	uint8_t rdata[256];
	rdata[0] = size;
	memset(rdata + 1, fill, size);
	make_rr(made, section, owner, DNS_TYPE_TXT, ttl, rdata, (uint16_t)(size + 1));
}
