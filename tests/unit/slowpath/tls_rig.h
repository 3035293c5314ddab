/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* tls_rig -- certificates and keys made for a test, in files of a folder that goes with it.
 *
 * What:    self-signed certificates for localhost, ns.test and 127.0.0.1, each with a key of its own.
 * Threads: one.
 * Memory:  OpenSSL's, freed at once.
 * Limits:  a path has 128 octets.
 * Trust:   no input.
 * RFC:     5280. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "slowpath/tls.h"
#include "unit.h"

struct tls_rig_files {
	char folder[64];
	char cert[128];
	char key[128];
	uint8_t pin[TLS_PIN_BYTES];
};

static inline void tls_rig_add_names(X509 *certificate)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name,
	                                            "DNS:localhost,DNS:ns.test,IP:127.0.0.1");
	CU_ASSERT_PTR_NOT_NULL_FATAL(names);
	X509_add_ext(certificate, names, -1);
	X509_EXTENSION_free(names);
}

static inline X509 *tls_rig_sign(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	CU_ASSERT_PTR_NOT_NULL_FATAL(certificate);
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
	                           (const unsigned char *)"scloud-dns test", -1, -1, 0);
	X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	X509_set_pubkey(certificate, key);
	tls_rig_add_names(certificate);
	CU_ASSERT_TRUE_FATAL(X509_sign(certificate, key, EVP_sha256()) > 0);
	return certificate;
}

/* `password` NULL: the key is not encrypted. */
static inline void tls_rig_make(struct tls_rig_files *files, const char *password)
{
	unsigned char *spki = NULL;
	memcpy(files->folder, "/tmp/scloud-tls-XXXXXX", sizeof("/tmp/scloud-tls-XXXXXX"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(files->folder));
	(void)snprintf(files->cert, sizeof(files->cert), "%s/cert.pem", files->folder);
	(void)snprintf(files->key, sizeof(files->key), "%s/key.pem", files->folder);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	X509 *certificate = tls_rig_sign(key);
	int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &spki);
	EVP_Digest(spki, (size_t)spki_len, files->pin, NULL, EVP_sha256(), NULL);
	OPENSSL_free(spki);
	FILE *file = fopen(files->cert, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	PEM_write_X509(file, certificate);
	(void)fclose(file);
	file = fopen(files->key, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	PEM_write_PrivateKey(file, key, password != NULL ? EVP_aes_128_cbc() : NULL,
	                     (const unsigned char *)password,
	                     password != NULL ? (int)strlen(password) : 0, NULL, NULL);
	(void)fclose(file);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static inline void tls_rig_remove(const struct tls_rig_files *files)
{
	(void)unlink(files->cert);
	(void)unlink(files->key);
	(void)rmdir(files->folder);
}

static inline struct tls_server *tls_rig_server(const struct tls_rig_files *files,
                                                enum tls_protocol protocol)
{
	struct problem problem;
	struct tls_server *server = NULL;
	const struct tls_server_settings settings = {
	    .cert_path = files->cert, .key_path = files->key, .protocol = protocol};
	CU_ASSERT_EQUAL_FATAL(tls_server_create(&settings, &server, &problem), RESULT_OK);
	return server;
}
