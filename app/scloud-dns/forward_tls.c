/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From forwarder.tls to TLS clients. */
#include "forward_tls.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "dns/encoding.h"

/* The checked texts as octets; NULL: no memory. */
static uint8_t *read_pins(const struct config_forwarder_tls *row)
{
	size_t size = (size_t)row->pins_count * TLS_PIN_BYTES;
	uint8_t *pins = malloc(size + 1);
	if (pins == NULL)
		return NULL;
	struct bytes_writer writer = bytes_writer_of(pins, size);
	for (uint32_t i = 0; i < row->pins_count; i++) {
		struct encoding_decoder decoder;
		encoding_decoder_init(&decoder, ENCODING_BASE64, &writer);
		if (!encoding_decode(&decoder, row->pins[i], strlen(row->pins[i])) ||
		    !encoding_decode_end(&decoder)) {
			free(pins);
			return NULL;
		}
	}
	return pins;
}

/* Room for one more, and what is there. */
static bool grow(struct forward_tls *tls)
{
	struct upstream_tls *more = reallocarray(tls->profile, tls->count + 1u, sizeof(*more));
	if (more == NULL)
		return false;
	tls->profile = more;
	return true;
}

enum result forward_tls_add(struct forward_tls *tls, const struct config_forwarder *row,
                            uint16_t *number)
{
	const struct config_forwarder_tls *from = &row->tls;
	struct problem problem;
	struct tls_client *client;
	if (tls->count == UINT16_MAX - 1u || !grow(tls))
		return RESULT_NO_MEMORY;
	uint8_t *pins = read_pins(from);
	if (pins == NULL)
		return RESULT_NO_MEMORY;
	enum result result =
	    tls_client_create(from->ca_file[0] != '\0' ? from->ca_file : NULL, &client, &problem);
	if (result != RESULT_OK) {
		log_error("resolver", "RES110", "forwarder %s: %s", row->name, problem.text);
		free(pins);
		return result;
	}
	tls->profile[tls->count++] = (struct upstream_tls){
	    .client = client,
	    .peer =
	        {
	            .protocol = TLS_PROTOCOL_DOT,
	            .name = from->name[0] != '\0' ? from->name : NULL,
	            .verify_name = from->verify,
	            .pin_count = from->pins_count,
	            .pins = pins,
	        },
	};
	*number = (uint16_t)tls->count;
	return RESULT_OK;
}

void forward_tls_free(struct forward_tls *tls)
{
	for (uint32_t i = 0; i < tls->count; i++) {
		tls_client_free((struct tls_client *)(uintptr_t)tls->profile[i].client);
		free((void *)(uintptr_t)tls->profile[i].peer.pins);
	}
	free(tls->profile);
	*tls = (struct forward_tls){.count = 0};
}
