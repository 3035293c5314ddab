/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Changes of the running server: zones, cookies and the log's file. */
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "base/log.h"
#include "server_int.h"

/* Zones are read again; those that are wrong now stay as they were. */
static void reload_zones(struct server *server)
{
	struct zones_report report;
	struct zones *next = NULL;
	enum result result = zones_load(server->config, server->zones, &next, &report);
	if (result != RESULT_OK) {
		log_error("zones", "ZON006", "reload failed, all zones stay as they were: %s",
		          result_text(result));
		return;
	}
	snapshot_publish(&server->settings.zones, pipeline_get_rcu(server->pipeline),
	                 zones_views(next));
	zones_free(server->zones);
	server->zones = next;
	malloc_trim(0);
	log_info("zones", "ZON007", "reloaded: %u zones with %llu records, %u kept as they were",
	         report.loaded + report.kept, (unsigned long long)report.records, report.kept);
}

/* HUP: what log rotation and people who edited a zone want. */
void server_reload(struct server *server)
{
	if (log_reopen() != RESULT_OK)
		log_error("server", "SRV006", "cannot open the log %s again: %s",
		          server->config->logging.file, strerror(errno));
	reload_zones(server);
	certificates_reload(&server->certificates, pipeline_get_rcu(server->pipeline));
	if (settings_renew_cookies(server->config, pipeline_get_rcu(server->pipeline),
	                           &server->settings) != RESULT_OK)
		log_warn("server", "SRV007",
		         "no new secret for cookies: the former one stays in use");
}
