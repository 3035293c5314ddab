/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* shield_int -- keeps the kernel of a bifurcated port from answering our queries "port unreachable". */
#pragma once

#include "port/port.h"

/* The kernel has its own copy of each frame of such a port, and nobody there listens on the DNS port. For
 * each address of ours a UDP socket is bound whose filter drops everything, so that the kernel keeps
 * quiet. What cannot be bound is logged: somebody else answers there, or the address is not on the host. */
void port_shield_open(struct port *port, const struct port_settings *settings);
void port_shield_close(struct port *port);
