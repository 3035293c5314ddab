/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Keys of session tickets: made here, changed in time, never stored. */
#include <string.h>
#include <sys/random.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "slowpath/slowpath_limits.h"
#include "slowpath/tls_int.h"

static bool make_key(struct tls_ticket_key *key, uint64_t now_us)
{
	key->born_us = now_us;
	return RAND_bytes(key->name, sizeof(key->name)) == 1 &&
	       RAND_priv_bytes(key->cipher, sizeof(key->cipher)) == 1 &&
	       RAND_priv_bytes(key->mac, sizeof(key->mac)) == 1;
}

enum result tls_tickets_init(struct tls_tickets *tickets, uint64_t now_us)
{
	memset(tickets, 0, sizeof(*tickets));
	if (!make_key(&tickets->key[0], now_us))
		return RESULT_IO;
	tickets->count = 1;
	return RESULT_OK;
}

void tls_tickets_rotate(struct tls_tickets *tickets, uint64_t now_us)
{
	enum {
		US_PER_MS = 1000
	};
	struct tls_ticket_key next;
	if (now_us - tickets->key[0].born_us < (uint64_t)TLS_TICKET_KEY_MS * US_PER_MS)
		return;
	/* Without a new key the old one stays in use; the next handshake tries again. */
	if (!make_key(&next, now_us))
		return;
	if (tickets->count < TLS_TICKET_KEYS)
		tickets->count++;
	memmove(&tickets->key[1], &tickets->key[0], (tickets->count - 1) * sizeof(tickets->key[0]));
	tickets->key[0] = next;
	OPENSSL_cleanse(&next, sizeof(next));
}

void tls_tickets_fini(struct tls_tickets *tickets)
{
	OPENSSL_cleanse(tickets, sizeof(*tickets));
}

static bool set_up(const struct tls_ticket_key *key, const unsigned char *iv,
                   EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypts)
{
	char digest[] = "SHA256";
	OSSL_PARAM parameters[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_end(),
	};
	return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher, iv, encrypts) == 1 &&
	       EVP_MAC_init(mac, key->mac, sizeof(key->mac), parameters) == 1;
}

/* Gives what OpenSSL wants: -1 failed, 0 no such key, 1 done, 2 done and the ticket wants renewal. */
int tls_ticket_callback(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                        EVP_MAC_CTX *mac, int encrypts)
{
	const struct tls_tickets *tickets = tls_session_of(ssl)->tickets;
	if (tickets == NULL || tickets->count == 0)
		return 0;
	if (encrypts) {
		const struct tls_ticket_key *key = &tickets->key[0];
		memcpy(name, key->name, sizeof(key->name));
		if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1)
			return -1;
		return set_up(key, iv, cipher, mac, 1) ? 1 : -1;
	}
	for (uint32_t i = 0; i < tickets->count; i++) {
		const struct tls_ticket_key *key = &tickets->key[i];
		if (memcmp(name, key->name, sizeof(key->name)) != 0)
			continue;
		if (!set_up(key, iv, cipher, mac, 0))
			return -1;
		/* RFC 8446 §C.4: clients use a ticket once, so each connection gives the next one. */
		return i == 0 && SSL_version(ssl) < TLS1_3_VERSION ? 1 : 2;
	}
	return 0;
}
