# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Makes large zone files whose shape is told by their number of names, always the same ones."""


def entries(names):
    """The records below the apex. Of 8 names 6 are hosts, half of them with an IPv6 address as well;
    the other two are a delegation and the name server below it. $ORIGIN changes every 1000 names."""
    for i in range(names):
        if i % 1000 == 0:
            yield f'$ORIGIN g{i // 1000}.example.\n'
        four = f'10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}'
        kind = i % 8
        if kind == 6:
            yield f'zone{i} NS ns.zone{i}\n'
        elif kind == 7:
            yield f'ns.zone{i - 1} A {four}\n'
        else:
            yield f'host{i} A {four}\n'
        if kind < 6 and kind % 2 == 0:
            yield f'host{i} AAAA 2001:db8::{i >> 16:x}:{i & 0xffff:x}\n'


def write(path, names, serial=1):
    """Writes the zone "example."; gives the number of records: 1.375 for each name, and 5."""
    with open(path, 'w') as file:
        file.write('$ORIGIN example.\n$TTL 3600\n'
                   f'@ SOA ns1 hostmaster {serial} 7200 3600 1209600 600\n'
                   '@ NS ns1\nns1 A 192.0.2.1\n'
                   f'@ TXT "{serial}"\nchanging TXT "{serial}"\n')
        file.writelines(entries(names))
    return names + names // 8 * 3 + 5
