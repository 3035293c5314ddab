/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* device_int -- plugs devices into DPDK and out of it, and says what to do where that does not work. */
#pragma once

#include "port/port.h"

/* Finds the device, plugging it in first if EAL did not do so at its start; `port_name` is for messages.
 * Fails, and logs why: RESULT_TOO_LONG, RESULT_NOT_FOUND, RESULT_DENIED, RESULT_BUSY. */
MUST_CHECK enum result port_device_plug(const char *port_name, const char *device, uint16_t *id);

/* Stops the device and takes it out of DPDK; the driver frees what it has, a TAP vanishes. */
void port_device_unplug(uint16_t id);
