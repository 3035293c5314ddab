/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* What the texts of devices mean, and the EAL arguments made from them. */
#include "port/driver_int.h"

#include <string.h>

#include "port/eal.h"
#include "unit.h"

static void test_pci(void)
{
	CU_ASSERT_TRUE(port_device_is_pci("0000:01:00.0"));
	CU_ASSERT_TRUE(port_device_is_pci("01:00.7"));
	CU_ASSERT_TRUE(port_device_is_pci("af:1f.1,mprq_en=1"));
	CU_ASSERT_FALSE(port_device_is_pci("01:00.8"));
	CU_ASSERT_FALSE(port_device_is_pci("01:00"));
	CU_ASSERT_FALSE(port_device_is_pci("0000:01:00.0x"));
	CU_ASSERT_FALSE(port_device_is_pci("net_tap0,iface=scloud0"));
	CU_ASSERT_FALSE(port_device_is_pci(""));
}

static void test_names(void)
{
	char name[PORT_DEVARGS_BYTES];
	char long_text[PORT_DEVARGS_BYTES + 1];
	CU_ASSERT_EQUAL(port_device_name("net_tap0,iface=scloud0", name), RESULT_OK);
	CU_ASSERT_STRING_EQUAL(name, "net_tap0");
	CU_ASSERT_EQUAL(port_device_name("01:00.0", name), RESULT_OK);
	CU_ASSERT_STRING_EQUAL(name, "0000:01:00.0");
	CU_ASSERT_EQUAL(port_device_name("0001:01:00.0,a=b", name), RESULT_OK);
	CU_ASSERT_STRING_EQUAL(name, "0001:01:00.0");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	CU_ASSERT_EQUAL(port_device_name(long_text, name), RESULT_TOO_LONG);
}

static void test_values(void)
{
	char value[8];
	const char *device = "net_tap0,iface=tap7,mac=fixed,remote=";
	CU_ASSERT_TRUE(port_device_value(device, "iface", value, sizeof(value)));
	CU_ASSERT_STRING_EQUAL(value, "tap7");
	CU_ASSERT_TRUE(port_device_value(device, "mac", value, sizeof(value)));
	CU_ASSERT_STRING_EQUAL(value, "fixed");
	CU_ASSERT_TRUE(port_device_value(device, "remote", value, sizeof(value)));
	CU_ASSERT_STRING_EQUAL(value, "");
	CU_ASSERT_FALSE(port_device_value(device, "ma", value, sizeof(value)));
	CU_ASSERT_FALSE(port_device_value(device, "net_tap0", value, sizeof(value)));
	CU_ASSERT_FALSE(port_device_value("net_tap0", "iface", value, sizeof(value)));
	CU_ASSERT_FALSE(port_device_value("x,iface=much-too-long", "iface", value, sizeof(value)));
}

static void test_drivers(void)
{
	CU_ASSERT_TRUE(port_driver_find("net_tap0,iface=x")->wakes);
	CU_ASSERT_EQUAL(port_driver_find("net_tap0")->mode, PORT_MODE_OWNED);
	CU_ASSERT_EQUAL(port_driver_find("net_af_packet0,iface=eth0")->mode, PORT_MODE_BIFURCATED);
	CU_ASSERT_EQUAL(port_driver_find("net_af_xdp0,iface=eth0")->mode,
	                port_has_xdp_filter() ? PORT_MODE_BIFURCATED : PORT_MODE_OWNED);
	CU_ASSERT_EQUAL(port_driver_find("net_af_xdp0,iface=eth0,xdp_prog=/x.o")->mode,
	                PORT_MODE_BIFURCATED);
	CU_ASSERT_EQUAL(port_driver_find("0000:01:00.0")->mode, PORT_MODE_OWNED);
	CU_ASSERT_FALSE(port_driver_find("0000:01:00.0")->wakes);
}

static void test_eal_args(void)
{
	struct port_eal_args args;
	const struct port_settings settings[] = {
	    {.name = "a", .device = "net_tap0,iface=scloud0"},
	    {.name = "b", .device = "0000:01:00.0"},
	};
	CU_ASSERT_EQUAL(port_eal_args(settings, 1, &args), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(args.count, 1);
	CU_ASSERT_STRING_EQUAL(args.argument[0], "--no-pci");
	CU_ASSERT_EQUAL(port_eal_args(settings, 2, &args), RESULT_OK);
	CU_ASSERT_EQUAL_FATAL(args.count, 2);
	CU_ASSERT_STRING_EQUAL(args.argument[0], "-a");
	CU_ASSERT_STRING_EQUAL(args.argument[1], "0000:01:00.0");
	CU_ASSERT_EQUAL(port_eal_args(settings, PORT_MAX + 1, &args), RESULT_TOO_LONG);
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"pci", test_pci},         {"names", test_names},       {"values", test_values},
	    {"drivers", test_drivers}, {"eal_args", test_eal_args},
	};
	return unit_main(argc, argv, "port/driver", cases, ARRAY_COUNT(cases));
}
