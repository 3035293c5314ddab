/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Messages as text. */
#include "message.h"

#include <stdio.h>
#include <string.h>

#include "dns/edns.h"
#include "dns/message.h"
#include "dns/rrtype.h"
#include "zone/write.h"

/* Owners beyond this push their own line only. */
#define OWNER_WIDTH_MAX 40

/* Where the extended response code and the flags are in the TTL of an OPT record (RFC 6891 §6.1.3). */
#define OPT_RCODE_SHIFT 24
#define OPT_DO 0x8000u

struct printer {
	const uint8_t *message;
	struct bytes_reader reader;
	struct zone_write_text text;
	int owner_width;
	int ttl_width;
	int type_width;
	size_t opt_at; /* where the OPT record starts; 0: none */
};

static void widen(int *width, int len, int max)
{
	if (len > *width && len <= max)
		*width = len;
}

/* Looks at all records once: widths, and the OPT record. */
MUST_CHECK static enum result measure(struct printer *printer)
{
	struct bytes_reader reader = printer->reader;
	for (int section = DNS_SECTION_ANSWER; section < DNS_SECTION_COUNT; section++) {
		const uint16_t count =
		    dns_message_count(printer->message, (enum dns_section)section);
		for (uint16_t i = 0; i < count; i++) {
			char text[DNS_NAME_TEXT_MAX], number[DNS_NUMBER_TEXT_MAX], digits[16];
			struct dns_rr rr;
			const size_t at = reader.at;
			const enum result result = dns_rr_parse(&reader, &rr);
			if (result != RESULT_OK)
				return result;
			if (rr.type == DNS_TYPE_OPT) {
				printer->opt_at = at;
				continue;
			}
			widen(&printer->owner_width, (int)dns_name_to_text(rr.owner.wire, text),
			      OWNER_WIDTH_MAX);
			widen(&printer->ttl_width, snprintf(digits, sizeof(digits), "%u", rr.ttl),
			      INT16_MAX);
			widen(&printer->type_width, (int)strlen(dns_type_text(rr.type, number)),
			      INT16_MAX);
		}
	}
	return RESULT_OK;
}

/* Puts the record's rdata into printer->text. */
MUST_CHECK static enum result rdata_text(struct printer *printer, const struct dns_rr *rr)
{
	static uint8_t rdata[UINT16_MAX];
	uint16_t len;
	struct bytes_reader reader = printer->reader;
	reader.at = rr->rdata_at;
	const enum result result =
	    dns_rdata_from_message(&reader, rr->type, rr->rdata_len, rdata, sizeof(rdata), &len);
	return result != RESULT_OK ? result
	                           : zone_write_rdata(&printer->text, rr->type, rdata, len);
}

MUST_CHECK static enum result print_record(struct printer *printer)
{
	char owner[DNS_NAME_TEXT_MAX], type[DNS_NUMBER_TEXT_MAX], class[DNS_NUMBER_TEXT_MAX];
	struct dns_rr rr;
	enum result result = dns_rr_parse(&printer->reader, &rr);
	if (result != RESULT_OK || rr.type == DNS_TYPE_OPT)
		return result;
	result = rdata_text(printer, &rr);
	if (result != RESULT_OK)
		return result;
	dns_name_to_text(rr.owner.wire, owner);
	printf("%-*s %*u %s %-*s %s\n", printer->owner_width, owner, printer->ttl_width, rr.ttl,
	       dns_class_text(rr.class, class), printer->type_width, dns_type_text(rr.type, type),
	       printer->text.data);
	return RESULT_OK;
}

MUST_CHECK static enum result print_section(struct printer *printer, enum dns_section section,
                                            const char *title)
{
	const uint16_t count = dns_message_count(printer->message, section);
	const bool only_opt =
	    section == DNS_SECTION_ADDITIONAL && printer->opt_at != 0 && count == 1;
	if (count > 0 && !only_opt)
		printf("\n;; %s SECTION:\n", title);
	for (uint16_t i = 0; i < count; i++) {
		const enum result result = print_record(printer);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static void print_ede(const struct dns_rr *opt)
{
	struct bytes_reader options = bytes_reader_of(opt->rdata, opt->rdata_len);
	uint16_t code, len, ede;
	const uint8_t *data;
	while (bytes_take_u16(&options, &code) && bytes_take_u16(&options, &len) &&
	       bytes_take(&options, len, &data)) {
		if (code != EDNS_OPTION_EDE || len < sizeof(ede))
			continue;
		ede = bytes_load_u16(data);
		printf("; EDE: %u (%s)\n", ede, dns_ede_text((enum edns_ede)ede));
	}
}

static bool take_opt(const struct printer *printer, struct dns_rr *out)
{
	struct bytes_reader reader = printer->reader;
	reader.at = printer->opt_at;
	return printer->opt_at != 0 && dns_rr_parse(&reader, out) == RESULT_OK;
}

static void print_header(const struct printer *printer)
{
	static const struct {
		uint16_t bit;
		const char *text;
	} flags[] = {{DNS_FLAG_QR, "qr"}, {DNS_FLAG_AA, "aa"}, {DNS_FLAG_TC, "tc"},
	             {DNS_FLAG_RD, "rd"}, {DNS_FLAG_RA, "ra"}, {DNS_FLAG_AD, "ad"},
	             {DNS_FLAG_CD, "cd"}};
	const uint8_t *message = printer->message;
	const uint16_t word = dns_message_flags(message);
	char opcode[DNS_NUMBER_TEXT_MAX], rcode[DNS_NUMBER_TEXT_MAX];
	struct dns_rr opt;
	unsigned code = word & DNS_FLAG_RCODE;
	if (take_opt(printer, &opt))
		code |= opt.ttl >> OPT_RCODE_SHIFT << 4;

	printf(";; opcode: %s, status: %s\n;; flags:",
	       dns_opcode_text(dns_message_opcode(message), opcode), dns_rcode_text(code, rcode));
	for (size_t i = 0; i < ARRAY_COUNT(flags); i++) {
		if ((word & flags[i].bit) != 0)
			printf(" %s", flags[i].text);
	}
	printf("; QUERY: %u, ANSWER: %u, AUTHORITY: %u, ADDITIONAL: %u\n",
	       dns_message_count(message, DNS_SECTION_QUESTION),
	       dns_message_count(message, DNS_SECTION_ANSWER),
	       dns_message_count(message, DNS_SECTION_AUTHORITY),
	       dns_message_count(message, DNS_SECTION_ADDITIONAL));
	if (printer->opt_at == 0)
		return;
	printf("\n;; OPT PSEUDOSECTION:\n; EDNS: version: %u, flags:%s; udp: %u\n",
	       opt.ttl >> 16 & 0xff, (opt.ttl & OPT_DO) != 0 ? " do" : "", opt.class);
	print_ede(&opt);
}

MUST_CHECK static enum result take_question(struct printer *printer, struct dns_name *name,
                                            uint16_t *type, uint16_t *class)
{
	printer->reader.at = DNS_HEADER_SIZE;
	const enum result result = dns_name_parse_plain(&printer->reader, name);
	if (result != RESULT_OK)
		return result;
	return bytes_take_u16(&printer->reader, type) && bytes_take_u16(&printer->reader, class)
	           ? RESULT_OK
	           : RESULT_TOO_SHORT;
}

MUST_CHECK static enum result print(struct printer *printer)
{
	static const char *const titles[] = {"QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"};
	char text[DNS_NAME_TEXT_MAX], number[DNS_NUMBER_TEXT_MAX], other[DNS_NUMBER_TEXT_MAX];
	struct dns_name name;
	uint16_t type, class;
	enum result result = take_question(printer, &name, &type, &class);
	if (result == RESULT_OK)
		result = measure(printer);
	if (result != RESULT_OK)
		return result;
	print_header(printer);
	dns_name_to_text(name.wire, text);
	printf("\n;; QUESTION SECTION:\n;%s %s %s\n", text, dns_class_text(class, number),
	       dns_type_text(type, other));
	for (int i = DNS_SECTION_ANSWER; i < DNS_SECTION_COUNT && result == RESULT_OK; i++)
		result = print_section(printer, (enum dns_section)i, titles[i]);
	if (result == RESULT_OK)
		printf("\n;; MSG SIZE: %zu\n", printer->reader.len);
	return result;
}

enum result message_print(const uint8_t *message, size_t len)
{
	struct printer printer = {.message = message, .reader = bytes_reader_of(message, len)};
	if (len < DNS_HEADER_SIZE)
		return RESULT_TOO_SHORT;
	const enum result result = print(&printer);
	zone_write_text_free(&printer.text);
	return result;
}

enum result message_print_short(const uint8_t *message, size_t len)
{
	struct printer printer = {.message = message, .reader = bytes_reader_of(message, len)};
	struct dns_name name;
	uint16_t type, class;
	if (len < DNS_HEADER_SIZE)
		return RESULT_TOO_SHORT;
	enum result result = take_question(&printer, &name, &type, &class);
	const uint16_t count = dns_message_count(message, DNS_SECTION_ANSWER);
	for (uint16_t i = 0; i < count && result == RESULT_OK; i++) {
		struct dns_rr rr;
		result = dns_rr_parse(&printer.reader, &rr);
		if (result == RESULT_OK)
			result = rdata_text(&printer, &rr);
		if (result == RESULT_OK)
			puts(printer.text.data);
	}
	zone_write_text_free(&printer.text);
	return result;
}
