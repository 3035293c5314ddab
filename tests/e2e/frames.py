# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Raw Ethernet frames, right and wrong, on the link to the server."""
import ipaddress
import re
import socket
import struct
import time

from harness import V4, V6, command

SOURCE4, SOURCE6 = '10.53.0.1', 'fd53::1'


def checksum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'>{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    return ipaddress.ip_address(address).packed


class Link:
    """The host's interface that leads to an address of the server."""

    def __init__(self, address):
        command('ping', '-c', 1, '-W', 3, address)  # so that its MAC is known
        self.interface = re.search(r' dev (\S+)', command('ip', 'route', 'get', address))[1]
        neighbour = command('ip', 'neigh', 'show', address)
        self.server_mac = self.mac(re.search(r'lladdr (\S+)', neighbour)[1])
        shown = command('ip', 'link', 'show', 'dev', self.interface)
        self.our_mac = self.mac(re.search(r'link/ether (\S+)', shown)[1])
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind((self.interface, 0))

    @staticmethod
    def mac(text):
        return bytes.fromhex(text.replace(':', ''))

    def send(self, frame):
        """Sends it as it is; waits where the interface's queue is full."""
        for _ in range(1000):
            try:
                self.socket.send(frame)
                return
            except OSError:
                time.sleep(0.001)

    def ethernet(self, ethertype, payload):
        return self.server_mac + self.our_mac + struct.pack('>H', ethertype) + payload

    @staticmethod
    def vlan(frame, tag=7):
        return frame[:12] + struct.pack('>HH', 0x8100, tag) + frame[12:]

    @staticmethod
    def ipv4(protocol, payload, source=SOURCE4, target=V4, **wrong):
        """`wrong` overrides single fields: version_ihl, length, fragment, ttl, sum."""
        head = struct.pack('>BBHHHBBH', wrong.get('version_ihl', 0x45), 0,
                           wrong.get('length', 20 + len(payload)), 1, wrong.get('fragment', 0),
                           wrong.get('ttl', 64), protocol, 0) + packed(source) + packed(target)
        total = wrong.get('sum', checksum(head))
        return head[:10] + struct.pack('>H', total) + head[12:] + payload

    @staticmethod
    def ipv6(protocol, payload, source=SOURCE6, target=V6, **wrong):
        return (struct.pack('>IHBB', wrong.get('version', 6) << 28,
                            wrong.get('length', len(payload)), protocol, 64)
                + packed(source) + packed(target) + payload)

    @staticmethod
    def udp(payload, source, target, source_port=5000, **wrong):
        """`wrong` overrides udp_length and udp_sum."""
        length = wrong.get('udp_length', 8 + len(payload))
        head = struct.pack('>HHHH', source_port, 53, length, 0)
        pseudo = packed(source) + packed(target) + struct.pack('>II', 8 + len(payload), 17)
        total = wrong.get('udp_sum', checksum(pseudo + head + payload) or 0xffff)
        return head[:6] + struct.pack('>H', total) + payload

    def udp4(self, payload, source=SOURCE4, **wrong):
        return self.ethernet(0x0800, self.ipv4(
            17, self.udp(payload, source, V4, **wrong), source=source, **wrong))

    def udp6(self, payload, source=SOURCE6, **wrong):
        return self.ethernet(0x86dd, self.ipv6(
            17, self.udp(payload, source, V6, **wrong), source=source, **wrong))

    def syn4(self, source, port):
        """The first segment of a TCP connection."""
        head = struct.pack('>HHIIBBHHH', port, 53, 1, 0, 5 << 4, 2, 65535, 0, 0)
        pseudo = packed(source) + packed(V4) + struct.pack('>HH', 6, len(head))
        head = head[:16] + struct.pack('>H', checksum(pseudo + head)) + head[18:]
        return self.ethernet(0x0800, self.ipv4(6, head, source=source))

    def bad_frames(self, message):
        """Frames of which each is wrong in one way."""
        good4 = self.udp(message, SOURCE4, V4)
        good6 = self.udp(message, SOURCE6, V6)
        yield from (self.udp4(message, **wrong) for wrong in (
            {'length': 0}, {'length': 19}, {'length': 27}, {'length': 65535},
            {'length': 28 + len(message) + 1}, {'version_ihl': 0x44}, {'version_ihl': 0x4f},
            {'version_ihl': 0x65}, {'version_ihl': 0}, {'sum': 0xdead}, {'ttl': 0},
            {'udp_length': 0}, {'udp_length': 7}, {'udp_length': 65535},
            {'udp_length': 9 + len(message)}, {'udp_sum': 0xdead},
            {'fragment': 0x2000}, {'fragment': 0x0001}, {'fragment': 0x3fff}))
        yield from (self.udp6(message, **wrong) for wrong in (
            {'length': 0}, {'length': 65535}, {'length': 7}, {'version': 4}, {'version': 15},
            {'udp_length': 0}, {'udp_length': 7}, {'udp_length': 65535}, {'udp_sum': 0},
            {'udp_sum': 0xdead}))
        # Extension headers: hop-by-hop, options to 255 octets, fragments, chains without an end.
        padding = b'\1\4' + bytes(4)
        for headers in (bytes([17, 0]) + padding, bytes([0, 0]) + padding, bytes([60, 255]) + padding):
            yield self.ethernet(0x86dd, self.ipv6(0, headers + good6))
        yield self.ethernet(0x86dd, self.ipv6(60, (bytes([60, 0]) + padding) * 100 + good6))
        yield self.ethernet(0x86dd, self.ipv6(44, struct.pack('>BBHI', 17, 0, 1, 9) + good6))
        yield self.ethernet(0x86dd, self.ipv6(44, struct.pack('>BBHI', 17, 0, 8, 9) + good6))
        yield self.ethernet(0x86dd, self.ipv6(59, b''))
        # VLAN tags upon tags, an unknown EtherType, a length instead of one, nothing at all.
        tagged = self.ethernet(0x0800, self.ipv4(17, good4))
        for _ in range(8):
            tagged = self.vlan(tagged)
            yield tagged
        yield self.ethernet(0x8100, b'')
        yield self.ethernet(0x8100, b'\0')
        yield self.ethernet(0x88b5, bytes(46))
        yield self.ethernet(46, bytes(46))
        yield self.ethernet(0x0800, b'')
        yield self.ethernet(0x86dd, b'')
        yield self.ethernet(0x0806, bytes(5))
