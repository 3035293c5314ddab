/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* From files to TLS contexts. */
#include "certificates.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "slowpath/tls.h"

/* What is told about a certificate that ends within this. */
#define SOON_S (7 * 24 * 3600)

static void release(void *context)
{
	tls_server_free(context);
}

static void tell_expiry(const char *name, const char *path, const struct tls_server *server)
{
	struct tm day;
	char text[sizeof("2026-01-01 00:00:00")];
	time_t expires = (time_t)tls_server_expires_s(server);
	int64_t left = (int64_t)expires - (int64_t)clock_calendar_s();
	(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", gmtime_r(&expires, &day));
	if (left < SOON_S)
		log_warn("tls", "TLS003", "%s: the certificate %s %s %s UTC", name, path,
		         left < 0 ? "has ended:" : "ends soon:", text);
	else
		log_info("tls", "TLS001", "%s: the certificate %s is valid until %s UTC", name,
		         path, text);
}

static enum result load(const char *name, const struct tls_server_settings *settings,
                        struct tls_server **out)
{
	struct problem problem;
	enum result result = tls_server_create(settings, out, &problem);
	if (result != RESULT_OK)
		log_error("tls", "TLS002", "%s: %s", name, problem.text);
	else
		tell_expiry(name, settings->cert_path, *out);
	return result;
}

/* Replaces one; what was in use stays where the new one is wrong. */
static enum result renew(struct snapshot *snapshot, struct pipeline_rcu *rcu, const char *name,
                         const struct tls_server_settings *settings)
{
	struct tls_server *next;
	enum result result = load(name, settings, &next);
	if (result == RESULT_OK)
		snapshot_publish(snapshot, rcu, next);
	return result;
}

/* All of them, whatever is wrong with some. Gives the first failure. */
static enum result renew_all(struct certificates *certificates, struct pipeline_rcu *rcu)
{
	const struct config *config = certificates->config;
	enum result first = RESULT_OK, result;
	for (uint32_t i = 0; i < config->listener_count; i++) {
		const struct config_listener *row = &config->listener[i];
		const struct tls_server_settings settings = {.cert_path = row->tls_cert_path,
		                                             .key_path = row->tls_key_path,
		                                             .protocol = TLS_PROTOCOL_DOT};
		if (!row->enable_tls)
			continue;
		result = renew(&certificates->listener[i], rcu, row->name, &settings);
		if (first == RESULT_OK)
			first = result;
	}
	if (config->doh.enabled && config->doh.terminate_tls) {
		const struct tls_server_settings settings = {
		    .cert_path = config->doh.tls_cert_path,
		    .key_path = config->doh.tls_key_path,
		    .protocol = TLS_PROTOCOL_H2,
		};
		result = renew(&certificates->doh, rcu, "doh", &settings);
		if (first == RESULT_OK)
			first = result;
	}
	return first;
}

enum result certificates_open(const struct config *config, struct certificates *out)
{
	*out = (struct certificates){.config = config, .doh.release = release};
	out->listener = calloc(config->listener_count + 1, sizeof(*out->listener));
	if (out->listener == NULL)
		return RESULT_NO_MEMORY;
	for (uint32_t i = 0; i < config->listener_count; i++)
		out->listener[i].release = release;
	return renew_all(out, NULL);
}

void certificates_reload(struct certificates *certificates, struct pipeline_rcu *rcu)
{
	(void)renew_all(certificates, rcu);
}

void certificates_close(struct certificates *certificates)
{
	for (uint32_t i = 0;
	     certificates->listener != NULL && i < certificates->config->listener_count; i++)
		snapshot_publish(&certificates->listener[i], NULL, NULL);
	if (certificates->doh.release != NULL)
		snapshot_publish(&certificates->doh, NULL, NULL);
	free(certificates->listener);
	*certificates = (struct certificates){0};
}
