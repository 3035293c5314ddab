/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Sentences about failures at start. Nothing here is called while packets flow. */
#include "slowpath/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum result problem_set(struct problem *problem, enum result result, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(problem->text, sizeof(problem->text), format, arguments);
	va_end(arguments);
	return result;
}

enum result problem_result_of(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return RESULT_DENIED;
	case EADDRINUSE:
	case EBUSY:
		return RESULT_BUSY;
	case ENOMEM:
	case ENOBUFS:
	case EMFILE:
	case ENFILE:
		return RESULT_NO_MEMORY;
	case EEXIST:
		return RESULT_EXISTS;
	case ENOENT:
	case ENODEV:
		return RESULT_NOT_FOUND;
	case ENOSYS:
	case EOPNOTSUPP:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
		return RESULT_UNSUPPORTED;
	default:
		return RESULT_IO;
	}
}

enum result problem_set_errno(struct problem *problem, const char *format, ...)
{
	int error = errno;
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(problem->text, sizeof(problem->text), format, arguments);
	va_end(arguments);
	if (length >= 0 && (size_t)length < sizeof(problem->text))
		(void)snprintf(problem->text + length, sizeof(problem->text) - (size_t)length,
		               ": %s", strerrordesc_np(error));
	return problem_result_of(error);
}
