/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* One connection's TLS. */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "slowpath/slowpath_limits.h"
#include "slowpath/tls_int.h"

static const char *const failure_texts[TLS_FAILURE_COUNT] = {
    [TLS_FAILURE_NONE] = "no failure",
    [TLS_FAILURE_CLOSED] = "closed by the peer",
    [TLS_FAILURE_NOT_TLS] = "not TLS",
    [TLS_FAILURE_VERSION] = "no version in common",
    [TLS_FAILURE_CIPHER] = "no cipher or group in common",
    [TLS_FAILURE_ALPN] = "no protocol in common",
    [TLS_FAILURE_CERTIFICATE] = "certificate not accepted",
    [TLS_FAILURE_ABUSE] = "too many messages of TLS itself",
    [TLS_FAILURE_PROTOCOL] = "against the rules of TLS",
};

const char *tls_failure_text(enum tls_failure failure)
{
	return failure < TLS_FAILURE_COUNT ? failure_texts[failure] : "unknown";
}

/* -- opening -- */

static enum result open_on(struct tls_session *session, SSL_CTX *context, int fd)
{
	*session = (struct tls_session){.fd = fd};
	session->ssl = SSL_new(context);
	BIO *bio = session->ssl != NULL ? tls_bio_create(session) : NULL;
	if (bio == NULL) {
		SSL_free(session->ssl);
		session->ssl = NULL;
		return RESULT_NO_MEMORY;
	}
	SSL_set_bio(session->ssl, bio, bio);
	SSL_set_app_data(session->ssl, session);
	return RESULT_OK;
}

enum result tls_session_accept(struct tls_session *session, const struct tls_server *server,
                               struct tls_tickets *tickets, int fd)
{
	enum result result = open_on(session, server->context, fd);
	if (result != RESULT_OK)
		return result;
	session->tickets = tickets;
	SSL_set_accept_state(session->ssl);
	return RESULT_OK;
}

static bool is_address(const char *name)
{
	uint8_t octets[16];
	return inet_pton(AF_INET, name, octets) == 1 || inet_pton(AF_INET6, name, octets) == 1;
}

static bool set_name(SSL *ssl, const struct tls_peer *peer)
{
	if (peer->name == NULL)
		return !peer->verify_name;
	bool address = is_address(peer->name);
	/* RFC 6066 §3: no addresses in SNI. */
	if (!address && SSL_set_tlsext_host_name(ssl, peer->name) != 1)
		return false;
	if (!peer->verify_name)
		return true;
	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	if (address)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), peer->name) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, peer->name) == 1;
}

enum result tls_session_connect(struct tls_session *session, const struct tls_client *client,
                                const struct tls_peer *peer, struct tls_resume *resume, int fd)
{
	unsigned len;
	enum result result = open_on(session, client->context, fd);
	if (result != RESULT_OK)
		return result;
	session->peer = peer;
	session->resume = resume;
	SSL_set_connect_state(session->ssl);
	const unsigned char *alpn = tls_alpn_of(peer->protocol, &len);
	/* A client of ours speaks no HTTP/1.1: the first name alone. */
	if (!set_name(session->ssl, peer) ||
	    SSL_set_alpn_protos(session->ssl, alpn, alpn[0] + 1u) != 0) {
		tls_session_close(session);
		return RESULT_MALFORMED;
	}
	if (resume != NULL && resume->session != NULL)
		(void)SSL_set_session(session->ssl, resume->session);
	return RESULT_OK;
}

void tls_resume_fini(struct tls_resume *resume)
{
	SSL_SESSION_free(resume->session);
	resume->session = NULL;
}

/* Gives 1 when the reference is kept. */
int tls_session_keep_ticket(SSL *ssl, SSL_SESSION *ticket)
{
	struct tls_resume *resume = tls_session_of(ssl)->resume;
	if (resume == NULL)
		return 0;
	tls_resume_fini(resume);
	resume->session = ticket;
	return 1;
}

/* -- watching -- */

/* After the handshake a peer may send KeyUpdate (each costs us a new key and an answer), and a TLS 1.2 client
 * may ask for a renegotiation that it never gets: so many of them are no accident. */
void tls_session_watch(int is_write, int version, int type, const void *data, size_t len, SSL *ssl,
                       void *unused)
{
	struct tls_session *session = tls_session_of(ssl);
	(void)version;
	(void)data;
	(void)len;
	(void)unused;
	if (session != NULL && !is_write && type == SSL3_RT_HANDSHAKE && session->established &&
	    session->post_messages < UINT16_MAX)
		session->post_messages++;
}

static enum tls_failure failure_of_reason(int reason)
{
	switch (reason) {
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_HTTP_REQUEST:
	case SSL_R_HTTPS_PROXY_REQUEST:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_RECORD_TOO_SMALL:
		return TLS_FAILURE_NOT_TLS;
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_UNKNOWN_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
	case SSL_R_NO_PROTOCOLS_AVAILABLE:
	case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
		return TLS_FAILURE_VERSION;
	case SSL_R_NO_SHARED_CIPHER:
	case SSL_R_NO_SHARED_GROUPS:
	case SSL_R_NO_SUITABLE_KEY_SHARE:
	case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
	case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
	case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
		return TLS_FAILURE_CIPHER;
	case SSL_R_NO_APPLICATION_PROTOCOL:
	case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
		return TLS_FAILURE_ALPN;
	case SSL_R_CERTIFICATE_VERIFY_FAILED:
	case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
	case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
	case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
		return TLS_FAILURE_CERTIFICATE;
	default:
		return TLS_FAILURE_PROTOCOL;
	}
}

/* Before each call of OpenSSL: what it may take from the kernel, and no old errors. */
static void begin(struct tls_session *session)
{
	ERR_clear_error();
	session->wants_write = false;
	session->budget = TLS_READ_BYTES_PER_CALL;
}

static ssize_t fail(struct tls_session *session, enum tls_failure why)
{
	if (session->failure == TLS_FAILURE_NONE)
		session->failure = (uint8_t)why;
	errno = EPROTO;
	return -1;
}

/* What a call means that gave `got`. 0: the peer's end; -1 with EAGAIN or EPROTO. */
static ssize_t explain(struct tls_session *session, int got)
{
	switch (SSL_get_error(session->ssl, got)) {
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_WANT_WRITE:
		session->wants_write = true;
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_WANT_READ:
		if (session->post_messages > TLS_POST_MESSAGES_MAX)
			return fail(session, TLS_FAILURE_ABUSE);
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_SYSCALL:
		return fail(session, TLS_FAILURE_CLOSED);
	default:
		return fail(session, failure_of_reason(ERR_GET_REASON(ERR_peek_error())));
	}
}

/* -- handshake -- */

/* Whether the peer's own certificate has a key that is among the pins (RFC 7858 §4.2). */
static bool has_pin(const struct tls_session *session)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	uint8_t *key = NULL;
	unsigned len = 0;
	bool found = false;
	const struct tls_peer *peer = session->peer;
	X509 *certificate = SSL_get1_peer_certificate(session->ssl);
	if (certificate == NULL)
		return false;
	int key_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
	if (key_len > 0 && EVP_Digest(key, (size_t)key_len, digest, &len, EVP_sha256(), NULL) == 1)
		for (uint32_t i = 0; i < peer->pin_count; i++)
			found |= CRYPTO_memcmp(digest, peer->pins + (size_t)i * TLS_PIN_BYTES,
			                       TLS_PIN_BYTES) == 0;
	OPENSSL_free(key);
	X509_free(certificate);
	return found;
}

enum tls_step tls_session_handshake(struct tls_session *session)
{
	begin(session);
	int got = SSL_do_handshake(session->ssl);
	if (got != 1) {
		ssize_t why = explain(session, got);
		if (why < 0 && errno == EAGAIN)
			return TLS_STEP_AGAIN;
		(void)fail(session, TLS_FAILURE_CLOSED);
		return TLS_STEP_FAILED;
	}
	if (session->peer != NULL && session->peer->pin_count > 0 && !has_pin(session)) {
		(void)fail(session, TLS_FAILURE_CERTIFICATE);
		return TLS_STEP_FAILED;
	}
	session->peer = NULL;
	session->established = true;
	/* A renewed ticket of TLS 1.2 is not told by tls_session_keep_ticket(), and spoils the old one. */
	if (session->resume != NULL && SSL_version(session->ssl) < TLS1_3_VERSION) {
		tls_resume_fini(session->resume);
		session->resume->session = SSL_get1_session(session->ssl);
	}
	return TLS_STEP_DONE;
}

/* -- octets -- */

ssize_t tls_session_read(struct tls_session *session, uint8_t *data, size_t size)
{
	size_t count;
	begin(session);
	int got = SSL_read_ex(session->ssl, data, size, &count);
	return got == 1 ? (ssize_t)count : explain(session, got);
}

ssize_t tls_session_write(struct tls_session *session, const uint8_t *data, size_t size)
{
	size_t count;
	begin(session);
	int got = SSL_write_ex(session->ssl, data, size, &count);
	if (got == 1)
		return (ssize_t)count;
	/* Nobody reads any more: for a writer that is an error. */
	ssize_t why = explain(session, got);
	return why == 0 ? fail(session, TLS_FAILURE_CLOSED) : why;
}

bool tls_session_has_more(const struct tls_session *session)
{
	return !session->drained || SSL_has_pending(session->ssl) == 1;
}

bool tls_session_is_resumed(const struct tls_session *session)
{
	return SSL_session_reused(session->ssl) == 1;
}

bool tls_session_is_http1(const struct tls_session *session)
{
	const unsigned char *name = NULL;
	unsigned len = 0;
	SSL_get0_alpn_selected(session->ssl, &name, &len);
	return len == strlen("http/1.1");
}

void tls_session_close(struct tls_session *session)
{
	if (session->ssl == NULL)
		return;
	ERR_clear_error();
	/* RFC 8446 §6.1. After an error OpenSSL wants no more calls. */
	if (session->established && session->failure == TLS_FAILURE_NONE)
		(void)SSL_shutdown(session->ssl);
	SSL_free(session->ssl);
	ERR_clear_error();
	session->ssl = NULL;
}
