/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tls_int -- what the tls_*.c files share.
 *
 * What:    tls_context.c makes contexts, tls_ticket.c seals tickets, tls_bio.c is the socket below
 *          OpenSSL, tls_session.c the connection.
 * Threads: as tls.h.
 * Memory:  as tls.h.
 * Limits:  slowpath_limits.h.
 * Trust:   as tls.h.
 * RFC:     as tls.h. */
#pragma once

#include <openssl/ssl.h>

#include "slowpath/tls.h"

struct tls_server {
	SSL_CTX *context;
	enum tls_protocol protocol;
	int64_t expires_s;
};

struct tls_client {
	SSL_CTX *context;
};

static inline struct tls_session *tls_session_of(const SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

/* -- tls_ticket.c -- */
/* OpenSSL's callback: encrypts or finds the key to decrypt. */
int tls_ticket_callback(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                        EVP_MAC_CTX *mac, int encrypts);

/* -- tls_bio.c -- */
/* A BIO over session->fd that never waits and never raises SIGPIPE; NULL: no memory. */
BIO *tls_bio_create(struct tls_session *session);

/* -- tls_context.c -- */
/* Our name of a protocol in the form of ALPN: a length and the name. */
const unsigned char *tls_alpn_of(enum tls_protocol protocol, unsigned *len);

/* -- tls_session.c -- */
/* OpenSSL's callback for each message of the protocol. */
void tls_session_watch(int is_write, int version, int type, const void *data, size_t len, SSL *ssl,
                       void *unused);
/* OpenSSL's callback for a client's new ticket. */
int tls_session_keep_ticket(SSL *ssl, SSL_SESSION *ticket);
