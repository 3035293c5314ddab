# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""What the corpus asks: every name within one label of each owner, and a little deeper, by types."""
import struct

TYPES = {'A': 1, 'AAAA': 28, 'NS': 2, 'MX': 15, 'TXT': 16, 'CNAME': 5, 'DS': 43, 'SOA': 6}
MORE_TYPES = {'DNAME': 39, 'SRV': 33, 'NAPTR': 35, 'SVCB': 64, 'HTTPS': 65, 'NSEC': 47, 'NSEC3': 50,
              'NSEC3PARAM': 51, 'DNSKEY': 48, 'TYPE65280': 65280, 'ANY': 255}
NAME_MAX = 255
UDP_SIZE = 4096


def labels_of(text):
    """The labels of a name in presentation form, as octets."""
    labels, label, at = [], bytearray(), 0
    while at < len(text):
        if text[at] == '\\' and text[at + 1].isdigit():
            label.append(int(text[at + 1:at + 4]))
            at += 4
        elif text[at] == '\\':
            label.append(ord(text[at + 1]))
            at += 2
        elif text[at] == '.':
            labels.append(bytes(label))
            label = bytearray()
            at += 1
        else:
            label.append(ord(text[at]))
            at += 1
    return [label for label in labels if label]


def wire_of(labels):
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


def names_near(owner):
    """Owner, parent, child, sibling, grandchild, and the asterisk below it."""
    labels = labels_of(owner)
    near = [labels, labels[1:], [b'x'] + labels, [b'x'] + labels[1:], [b'y', b'x'] + labels,
            [b'*'] + labels, [b'a'] + labels]
    return [wire_of(name) for name in near if sum(map(len, name)) + len(name) < NAME_MAX]


def names_of(zones):
    """All names to ask for, each once, in a fixed order."""
    names = {}
    for zone in zones:
        for owner in zone.owners():
            for name in names_near(owner):
                names.setdefault(name, zone)
    return names


def questions(zones, types, every=1):
    """Questions (name in wire form, type); `every` = n gives each n-th of them."""
    found = [(name, rrtype) for name in names_of(zones) for rrtype in types.values()]
    return found[::every]


def message(question, dnssec_ok):
    """The query without its id."""
    name, rrtype = question
    opt = b'\0' + struct.pack('>HHIH', 41, UDP_SIZE, 0x8000 if dnssec_ok else 0, 0)
    return struct.pack('>HHHHH', 0, 1, 0, 0, 1) + name + struct.pack('>HH', rrtype, 1) + opt
