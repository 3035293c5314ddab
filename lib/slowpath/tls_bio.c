/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The socket below OpenSSL. Its own one reads until the kernel says "would block", which is a system call
 * more for each message, and has no bound on what one call may take. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/bio.h>

#include "slowpath/tls_int.h"

static int read_some(BIO *bio, char *data, int size)
{
	struct tls_session *session = BIO_get_data(bio);
	ssize_t count;
	BIO_clear_retry_flags(bio);
	if (session->drained || session->budget == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	do {
		count = recv(session->fd, data, (size_t)size, MSG_DONTWAIT);
	} while (count < 0 && errno == EINTR);
	if (count < 0 && errno == EAGAIN) {
		session->drained = true;
		BIO_set_retry_read(bio);
		return -1;
	}
	/* A short read has emptied the kernel's queue, unless the end is in it too. */
	if (count > 0 && count < size && !session->hangup)
		session->drained = true;
	if (count > 0)
		session->budget -=
		    (uint32_t)count < session->budget ? (uint32_t)count : session->budget;
	return (int)count;
}

static int write_some(BIO *bio, const char *data, int size)
{
	struct tls_session *session = BIO_get_data(bio);
	ssize_t count;
	BIO_clear_retry_flags(bio);
	do {
		count = send(session->fd, data, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (count < 0 && errno == EINTR);
	/* A socket that still connects says ENOTCONN. */
	if (count < 0 && (errno == EAGAIN || errno == ENOTCONN))
		BIO_set_retry_write(bio);
	return (int)count;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *method;
static CRYPTO_ONCE method_once = CRYPTO_ONCE_STATIC_INIT;

/* Lives as long as the process, as OpenSSL's own ones. */
static void make_method(void)
{
	BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
	if (made == NULL)
		return;
	if (BIO_meth_set_read(made, read_some) == 1 && BIO_meth_set_write(made, write_some) == 1 &&
	    BIO_meth_set_ctrl(made, control) == 1)
		method = made;
	else
		BIO_meth_free(made);
}

BIO *tls_bio_create(struct tls_session *session)
{
	if (CRYPTO_THREAD_run_once(&method_once, make_method) != 1 || method == NULL)
		return NULL;
	BIO *bio = BIO_new(method);
	if (bio == NULL)
		return NULL;
	BIO_set_data(bio, session);
	BIO_set_init(bio, 1);
	return bio;
}
