/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tls -- TLS 1.2 and 1.3 over nonblocking sockets, for both sides: DoT and DoH servers, and forwarders.
 *
 * What:    a context (struct tls_server, struct tls_client) is made from files by control code and never
 *          changed; a session is one connection's TLS over a socket that stays the caller's. Reading and
 *          writing look like read(2) and write(2) on a nonblocking socket.
 * Threads: contexts: made and freed by control code, used by any lcore; a session belongs to one lcore.
 *          Sessions keep what they need of a context, so it may be freed before them.
 * Memory:  struct tls_session stays where it was opened; the rest of a session is OpenSSL's, about 10 KiB
 *          at rest, up to 45 KiB with octets under way. Who opens sessions bounds their number.
 * Limits:  TLS_* of slowpath_limits.h. No renegotiation, no compression, no early data.
 * Trust:   peers are hostile; certificates and keys come from the configuration's files.
 * RFC:     5246, 8446, 5077 (tickets), 7301 (ALPN), 7858 (DoT), 8310 (DoT clients), 9325. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/result.h"
#include "slowpath/problem.h"

struct ssl_st; /* OpenSSL's SSL */

/* What is spoken inside (RFC 7301). A client that offers protocols, but not ours, is refused; one that
 * offers none is taken. */
enum tls_protocol {
	TLS_PROTOCOL_DOT, /* "dot" */
	TLS_PROTOCOL_H2, /* "h2"; "http/1.1" is taken too, so that it can be told what is wrong */
};

/* -- contexts -- */

struct tls_server;

struct tls_server_settings {
	const char *cert_path; /* PEM: the certificate, then those between it and the root */
	const char *key_path; /* PEM, not encrypted */
	enum tls_protocol protocol;
};

/* Fails: RESULT_IO (cannot be read), RESULT_MALFORMED (not PEM, key and certificate do not belong
 * together, too weak), RESULT_NO_MEMORY. `problem` names file and reason. */
MUST_CHECK enum result tls_server_create(const struct tls_server_settings *settings,
                                         struct tls_server **out, struct problem *problem);
void tls_server_free(struct tls_server *server);

/* The last second at which the certificate is valid, since 1970. */
int64_t tls_server_expires_s(const struct tls_server *server);

struct tls_client;

/* `ca_file`: PEM certificates of authorities that are trusted; NULL: the system's. Fails: RESULT_IO,
 * RESULT_MALFORMED, RESULT_NO_MEMORY. */
MUST_CHECK enum result tls_client_create(const char *ca_file, struct tls_client **out,
                                         struct problem *problem);
void tls_client_free(struct tls_client *client);

/* -- keys of session tickets, for all contexts of one lcore -- */

#define TLS_TICKET_KEYS 3

struct tls_ticket_key {
	uint64_t born_us;
	uint8_t name[16];
	uint8_t cipher[32];
	uint8_t mac[32];
};

struct tls_tickets {
	uint32_t count; /* key[0] is the youngest, the one that makes tickets */
	struct tls_ticket_key key[TLS_TICKET_KEYS];
};

/* Random keys. They are never written anywhere: after a restart clients make full handshakes. Fails:
 * RESULT_IO. */
MUST_CHECK enum result tls_tickets_init(struct tls_tickets *tickets, uint64_t now_us);
/* Puts a new key in front when the present one is TLS_TICKET_KEY_MS old; the oldest goes (RFC 5077 §5.5,
 * RFC 9325 §3.4). */
void tls_tickets_rotate(struct tls_tickets *tickets, uint64_t now_us);
/* Forgets the keys. */
void tls_tickets_fini(struct tls_tickets *tickets);

/* -- sessions -- */

#define TLS_PIN_BYTES 32

/* Whom a client wants to meet (RFC 8310 §8). What it points to lives until the handshake is done. */
struct tls_peer {
	enum tls_protocol protocol;
	/* Sent as SNI where it is no address; NULL: none. */
	const char *name;
	/* The certificate must be for `name` (a DNS name or an address) and from an authority. */
	bool verify_name;
	/* SHA-256 of the subject public key info of the peer's own certificate: any of them; 0: none wanted.
	 * Without verify_name the pin alone is enough. */
	uint32_t pin_count;
	const uint8_t *pins; /* pin_count x TLS_PIN_BYTES */
};

/* What a client keeps to resume at the same peer. All zero: nothing yet. */
struct tls_resume {
	struct ssl_session_st *session;
};
void tls_resume_fini(struct tls_resume *resume);

/* Why a session failed. */
enum tls_failure {
	TLS_FAILURE_NONE,
	TLS_FAILURE_CLOSED, /* the peer went away */
	TLS_FAILURE_NOT_TLS, /* what came was no TLS */
	TLS_FAILURE_VERSION, /* no version in common */
	TLS_FAILURE_CIPHER, /* no cipher, group or signature in common */
	TLS_FAILURE_ALPN, /* no protocol in common */
	TLS_FAILURE_CERTIFICATE, /* the peer's certificate is not good enough, or ours for the peer */
	TLS_FAILURE_ABUSE, /* too many messages of TLS itself */
	TLS_FAILURE_PROTOCOL, /* anything else against the rules */
	TLS_FAILURE_COUNT
};
/* "no version in common". */
const char *tls_failure_text(enum tls_failure failure);

struct tls_session {
	struct ssl_st *ssl; /* NULL: no session */
	int fd;
	bool established;
	bool drained; /* the kernel had no more; until tls_session_readable() */
	bool hangup; /* the peer's end is in the kernel's queue: a short read proves nothing */
	bool wants_write; /* a call ended because the kernel takes no more */
	uint8_t failure; /* enum tls_failure */
	uint16_t post_messages; /* handshake messages after the handshake */
	uint32_t budget; /* octets that the call under way may still take from the kernel */
	struct tls_tickets *tickets;
	struct tls_resume *resume;
	const struct tls_peer *peer;
};

/* A server's session on an accepted socket. `tickets` NULL: no resumption. Fails: RESULT_NO_MEMORY. */
MUST_CHECK enum result tls_session_accept(struct tls_session *session,
                                          const struct tls_server *server,
                                          struct tls_tickets *tickets, int fd);

/* A client's session on a socket that connects. `resume` NULL: always a full handshake. Fails:
 * RESULT_NO_MEMORY, RESULT_MALFORMED (the name). */
MUST_CHECK enum result tls_session_connect(struct tls_session *session,
                                           const struct tls_client *client,
                                           const struct tls_peer *peer, struct tls_resume *resume,
                                           int fd);

enum tls_step {
	TLS_STEP_DONE,
	TLS_STEP_AGAIN, /* go on when the socket is ready (for writing: wants_write) */
	TLS_STEP_FAILED /* session.failure tells why */
};
MUST_CHECK enum tls_step tls_session_handshake(struct tls_session *session);

/* As read(2) and write(2): -1 with EAGAIN, 0 at the end, -1 with EPROTO when TLS failed. What a write
 * did not take has to be offered again, with the same octets in front. */
ssize_t tls_session_read(struct tls_session *session, uint8_t *data, size_t size);
ssize_t tls_session_write(struct tls_session *session, const uint8_t *data, size_t size);

/* The kernel says that there is something to read; `hangup`: the end as well. */
static inline void tls_session_readable(struct tls_session *session, bool hangup)
{
	session->drained = false;
	session->hangup |= hangup;
}

/* Whether another read may give something without news from the kernel. */
bool tls_session_has_more(const struct tls_session *session);
bool tls_session_is_resumed(const struct tls_session *session);
/* "http/1.1" and not "h2" was agreed on. */
bool tls_session_is_http1(const struct tls_session *session);

/* Says goodbye where that is possible without waiting, and frees. The socket stays open. */
void tls_session_close(struct tls_session *session);
