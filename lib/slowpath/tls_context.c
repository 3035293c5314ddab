/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Contexts: what all sessions of a listener, or of a client, have in common. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "slowpath/slowpath_limits.h"
#include "slowpath/tls_int.h"

/* RFC 9325 §4.2, RFC 9113 §9.2.2: forward secrecy and AEAD only. TLS 1.3 has no others. */
static const char ciphers_12[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

/* A length and a name for each. Where there are two the first is preferred. */
static const unsigned char alpn_dot[] = "\x03"
                                        "dot";
static const unsigned char alpn_h2[] = "\x02"
                                       "h2"
                                       "\x08"
                                       "http/1.1";

const unsigned char *tls_alpn_of(enum tls_protocol protocol, unsigned *len)
{
	const unsigned char *name = protocol == TLS_PROTOCOL_DOT ? alpn_dot : alpn_h2;
	*len = (unsigned)strlen((const char *)name);
	return name;
}

/* OpenSSL's first error, the cause of the others, in words. */
static const char *reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_error());
	return text != NULL ? text : "unknown reason";
}

static enum result set_common(SSL_CTX *context, struct problem *problem)
{
	/* RFC 9325 §3.1.1. */
	if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(context, ciphers_12) != 1)
		return problem_set(problem, RESULT_UNSUPPORTED, "setting up TLS: %s", reason());
	/* CVE-2011-1473 (renegotiation), CVE-2012-4929 (compression). DNS and HTTP/2 messages have lengths
	 * of their own, so a connection that just ends cuts nothing off unseen. */
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
	                                 SSL_OP_CIPHER_SERVER_PREFERENCE |
	                                 SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
	                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
	                              SSL_MODE_RELEASE_BUFFERS);
	/* One system call for what has arrived, not two for each record. */
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_msg_callback(context, tls_session_watch);
	return RESULT_OK;
}

/* -- server -- */

/* RFC 7301 §3.2: a client that offers only other protocols meant another server. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *offered, unsigned offered_len, void *argument)
{
	const struct tls_server *server = argument;
	unsigned len;
	const unsigned char *ours = tls_alpn_of(server->protocol, &len);
	unsigned char *chosen;
	(void)ssl;
	if (SSL_select_next_proto(&chosen, out_len, ours, len, offered, offered_len) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* No terminal to ask at: a key with a password cannot be used. */
static int no_password(char *buffer, int size, int writes, void *unused)
{
	(void)buffer;
	(void)size;
	(void)writes;
	(void)unused;
	return -1;
}

static enum result check_readable(const char *path, const char *what, struct problem *problem)
{
	if (access(path, R_OK) == 0)
		return RESULT_OK;
	return problem_set(problem, RESULT_IO, "cannot read the %s %s: %s", what, path,
	                   strerror(errno));
}

static enum result load_certificate(struct tls_server *server, const char *path,
                                    struct problem *problem)
{
	enum result result = check_readable(path, "certificate", problem);
	if (result != RESULT_OK)
		return result;
	if (SSL_CTX_use_certificate_chain_file(server->context, path) != 1)
		return problem_set(problem, RESULT_MALFORMED,
		                   "the certificate %s is not usable: %s, needed: PEM", path,
		                   reason());
	struct tm expires;
	const X509 *certificate = SSL_CTX_get0_certificate(server->context);
	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &expires) == 1)
		server->expires_s = timegm(&expires);
	return RESULT_OK;
}

static enum result load_key(struct tls_server *server, const struct tls_server_settings *settings,
                            struct problem *problem)
{
	const char *path = settings->key_path;
	enum result result = check_readable(path, "key", problem);
	if (result != RESULT_OK)
		return result;
	SSL_CTX_set_default_passwd_cb(server->context, no_password);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return problem_set(problem, RESULT_IO, "cannot read the key %s: %s", path,
		                   strerror(errno));
	EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, no_password, NULL);
	(void)fclose(file);
	if (key == NULL)
		return problem_set(problem, RESULT_MALFORMED,
		                   "the key %s is not usable: %s, needed: PEM without a password",
		                   path, reason());
	bool fits = X509_check_private_key(SSL_CTX_get0_certificate(server->context), key) == 1;
	bool used = fits && SSL_CTX_use_PrivateKey(server->context, key) == 1;
	EVP_PKEY_free(key);
	if (!fits)
		return problem_set(problem, RESULT_MALFORMED,
		                   "the key %s does not belong to the certificate %s", path,
		                   settings->cert_path);
	if (!used)
		return problem_set(problem, RESULT_MALFORMED, "the key %s is not usable: %s", path,
		                   reason());
	return RESULT_OK;
}

/* Tickets only, no memory of sessions: RFC 5077 §1. */
static enum result set_resumption(struct tls_server *server, struct problem *problem)
{
	unsigned len;
	const unsigned char *name = tls_alpn_of(server->protocol, &len);
	SSL_CTX_set_session_cache_mode(server->context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_timeout(server->context, TLS_TICKET_LIFE_S);
	/* A ticket of DoT is none for DoH. */
	if (SSL_CTX_set_session_id_context(server->context, name, len) != 1 ||
	    SSL_CTX_set_tlsext_ticket_key_evp_cb(server->context, tls_ticket_callback) != 1 ||
	    SSL_CTX_set_num_tickets(server->context, 1) != 1 ||
	    /* RFC 8446 §8: early data can be replayed. */
	    SSL_CTX_set_max_early_data(server->context, 0) != 1)
		return problem_set(problem, RESULT_UNSUPPORTED, "setting up TLS: %s", reason());
	SSL_CTX_set_alpn_select_cb(server->context, choose_protocol, server);
	return RESULT_OK;
}

static void free_server_data(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index,
                             long number, void *argument)
{
	(void)parent;
	(void)data;
	(void)index;
	(void)number;
	(void)argument;
	free(pointer);
}

static int data_index = -1;
static CRYPTO_ONCE data_once = CRYPTO_ONCE_STATIC_INIT;

static void make_data_index(void)
{
	data_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_server_data);
}

/* The struct goes when the last session of its context has gone: callbacks point to it. */
static struct tls_server *server_alloc(void)
{
	if (CRYPTO_THREAD_run_once(&data_once, make_data_index) != 1 || data_index < 0)
		return NULL;
	struct tls_server *server = calloc(1, sizeof(*server));
	if (server == NULL)
		return NULL;
	server->context = SSL_CTX_new(TLS_server_method());
	if (server->context == NULL ||
	    SSL_CTX_set_ex_data(server->context, data_index, server) != 1) {
		SSL_CTX_free(server->context);
		free(server);
		return NULL;
	}
	return server;
}

enum result tls_server_create(const struct tls_server_settings *settings, struct tls_server **out,
                              struct problem *problem)
{
	ERR_clear_error();
	struct tls_server *server = server_alloc();
	if (server == NULL)
		return problem_set(problem, RESULT_NO_MEMORY, "no memory for TLS");
	server->protocol = settings->protocol;
	enum result result = set_common(server->context, problem);
	if (result == RESULT_OK)
		result = load_certificate(server, settings->cert_path, problem);
	if (result == RESULT_OK)
		result = load_key(server, settings, problem);
	if (result == RESULT_OK)
		result = set_resumption(server, problem);
	ERR_clear_error();
	if (result != RESULT_OK) {
		tls_server_free(server);
		return result;
	}
	*out = server;
	return RESULT_OK;
}

void tls_server_free(struct tls_server *server)
{
	if (server != NULL)
		SSL_CTX_free(server->context);
}

int64_t tls_server_expires_s(const struct tls_server *server)
{
	return server->expires_s;
}

/* -- client -- */

static enum result load_authorities(struct tls_client *client, const char *ca_file,
                                    struct problem *problem)
{
	if (ca_file == NULL && SSL_CTX_set_default_verify_paths(client->context) == 1)
		return RESULT_OK;
	if (ca_file == NULL)
		return problem_set(problem, RESULT_IO, "no certificates of authorities: %s",
		                   reason());
	enum result result = check_readable(ca_file, "file of authorities", problem);
	if (result != RESULT_OK)
		return result;
	if (SSL_CTX_load_verify_file(client->context, ca_file) != 1)
		return problem_set(problem, RESULT_MALFORMED,
		                   "the file of authorities %s is not usable: %s, needed: PEM",
		                   ca_file, reason());
	return RESULT_OK;
}

enum result tls_client_create(const char *ca_file, struct tls_client **out, struct problem *problem)
{
	ERR_clear_error();
	struct tls_client *client = calloc(1, sizeof(*client));
	if (client != NULL)
		client->context = SSL_CTX_new(TLS_client_method());
	if (client == NULL || client->context == NULL) {
		free(client);
		return problem_set(problem, RESULT_NO_MEMORY, "no memory for TLS");
	}
	enum result result = set_common(client->context, problem);
	if (result == RESULT_OK)
		result = load_authorities(client, ca_file, problem);
	/* Sessions are kept by who wants to resume. */
	SSL_CTX_set_session_cache_mode(client->context,
	                               SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(client->context, tls_session_keep_ticket);
	ERR_clear_error();
	if (result != RESULT_OK) {
		tls_client_free(client);
		return result;
	}
	*out = client;
	return RESULT_OK;
}

void tls_client_free(struct tls_client *client)
{
	if (client == NULL)
		return;
	SSL_CTX_free(client->context);
	free(client);
}
