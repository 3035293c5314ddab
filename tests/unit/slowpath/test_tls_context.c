/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What is said about files of certificates and keys that cannot be used. */
#include <time.h>

#include "tls_rig.h"

static void expect_problem(const char *cert, const char *key, enum result result, const char *text)
{
	struct problem problem = {.text = ""};
	struct tls_server *server = NULL;
	const struct tls_server_settings settings = {.cert_path = cert, .key_path = key};
	CU_ASSERT_EQUAL(tls_server_create(&settings, &server, &problem), result);
	CU_ASSERT_PTR_NULL(server);
	CU_ASSERT_PTR_NOT_NULL(strstr(problem.text, text));
}

static void wrong_files_are_named(void)
{
	struct tls_rig_files one, other, locked;
	tls_rig_make(&one, NULL);
	tls_rig_make(&other, NULL);
	tls_rig_make(&locked, "secret");
	expect_problem("/nowhere.pem", one.key, RESULT_IO,
	               "certificate /nowhere.pem: No such file");
	expect_problem(one.cert, "/nowhere.pem", RESULT_IO, "key /nowhere.pem: No such file");
	expect_problem(one.key, one.key, RESULT_MALFORMED, "not usable");
	expect_problem(one.cert, one.cert, RESULT_MALFORMED, "not usable");
	expect_problem(one.cert, other.key, RESULT_MALFORMED, "does not belong to the certificate");
	expect_problem(locked.cert, locked.key, RESULT_MALFORMED, "without a password");
	struct tls_server *server = tls_rig_server(&one, TLS_PROTOCOL_DOT);
	int64_t left = tls_server_expires_s(server) - (int64_t)time(NULL);
	CU_ASSERT_TRUE(left > 80000 && left <= 86400);
	tls_server_free(server);
	struct problem problem;
	struct tls_client *client;
	CU_ASSERT_EQUAL(tls_client_create("/nowhere.pem", &client, &problem), RESULT_IO);
	CU_ASSERT_EQUAL(tls_client_create(one.key, &client, &problem), RESULT_MALFORMED);
	tls_rig_remove(&one);
	tls_rig_remove(&other);
	tls_rig_remove(&locked);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"wrong_files_are_named", wrong_files_are_named},
	};
	return unit_main(argc, argv, "slowpath/tls_context", cases, ARRAY_COUNT(cases));
}
