/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* The table of drivers, and the reading of device texts. */
#include "port/driver_int.h"

#include <ctype.h>
#include <string.h>

/* Segments of the longest frame that a TAP can give (65,549 octets in buffers of 2 KiB). */
#define TAP_DESCRIPTORS 64

static const struct port_driver drivers[] = {
    {.name = "net_tap",
     .mode = PORT_MODE_OWNED,
     .wakes = true,
     .software_checksums = true,
     .paired_queues = true,
     .rx_descriptors_max = TAP_DESCRIPTORS},
    {.name = "net_af_packet",
     .mode = PORT_MODE_BIFURCATED,
     .paired_queues = true,
     .no_crc = true,
     .check_mac = true},
    {.name = "net_af_xdp", .mode = PORT_MODE_OWNED, .paired_queues = true, .check_mac = true},
    {.name = "net_memif", .mode = PORT_MODE_OWNED, .paired_queues = true},
    {.name = "net_vhost", .mode = PORT_MODE_OWNED, .paired_queues = true},
    {.name = "net_virtio_user", .mode = PORT_MODE_OWNED},
    {.name = "net_pcap", .mode = PORT_MODE_OWNED},
    {.name = "net_ring", .mode = PORT_MODE_OWNED, .paired_queues = true},
    {.name = "net_null", .mode = PORT_MODE_OWNED},
    {.name = "net_bonding", .mode = PORT_MODE_OWNED, .check_mac = true, .is_bond = true},
};
static const struct port_driver common = {.name = "", .mode = PORT_MODE_OWNED};

/* With our filter or a program of its own, af_xdp takes only what that redirects. */
static const struct port_driver af_xdp_filtered = {
    .name = "net_af_xdp", .mode = PORT_MODE_BIFURCATED, .paired_queues = true, .check_mac = true};

const struct port_driver *port_driver_find(const char *device)
{
	char program[PORT_DEVARGS_BYTES];
	for (size_t i = 0; i < ARRAY_COUNT(drivers); i++) {
		if (strncmp(device, drivers[i].name, strlen(drivers[i].name)) != 0)
			continue;
		if (strcmp(drivers[i].name, af_xdp_filtered.name) == 0 &&
		    (port_has_xdp_filter() ||
		     port_device_value(device, "xdp_prog", program, sizeof(program))))
			return &af_xdp_filtered;
		return &drivers[i];
	}
	return &common;
}

/* Whether `text` starts with as many hexadecimal digits and then `end`. */
static bool has_hex(const char *text, size_t digits, char end)
{
	for (size_t i = 0; i < digits; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return false;
	}
	return text[digits] == end;
}

/* BB:DD.F, the end of a PCI address, with an end of the text or options behind it. */
static bool is_short_pci(const char *text)
{
	return has_hex(text, 2, ':') && has_hex(text + 3, 2, '.') && text[6] >= '0' &&
	       text[6] <= '7' && (text[7] == '\0' || text[7] == ',');
}

bool port_device_is_pci(const char *device)
{
	return is_short_pci(device) || (has_hex(device, 4, ':') && is_short_pci(device + 5));
}

enum result port_device_name(const char *device, char name[PORT_DEVARGS_BYTES])
{
	static const char domain[] = "0000:";
	size_t at = 0;
	size_t len = strcspn(device, ",");
	if (len + sizeof(domain) > PORT_DEVARGS_BYTES)
		return RESULT_TOO_LONG;
	if (is_short_pci(device)) {
		memcpy(name, domain, sizeof(domain) - 1);
		at = sizeof(domain) - 1;
	}
	memcpy(name + at, device, len);
	name[at + len] = '\0';
	return RESULT_OK;
}

bool port_device_value(const char *device, const char *key, char *value, size_t size)
{
	size_t key_len = strlen(key);
	for (const char *at = strchr(device, ','); at != NULL; at = strchr(at, ',')) {
		at++;
		if (strncmp(at, key, key_len) != 0 || at[key_len] != '=')
			continue;
		at += key_len + 1;
		size_t len = strcspn(at, ",");
		if (len >= size)
			return false;
		memcpy(value, at, len);
		value[len] = '\0';
		return true;
	}
	return false;
}
