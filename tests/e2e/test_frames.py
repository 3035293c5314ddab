# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Every kind of frame through a pcap port: answered, passed to the kernel half, or dropped by name as the
tables of docs/ports.md say. The tables are read here: there is no second truth."""
import ctypes
import ipaddress
import itertools
import os
import re
import socket
import struct

import wire
from frames import checksum
from harness import (TOP, WORK, Failure, Server, accounts_hold, case, command, expect, expect_equal, run,
                     telemetry_list, test_config, wait_for)

OUR_MAC, CLIENT_MAC = bytes.fromhex('0a5300000002'), bytes.fromhex('0a53000000c1')
OUR4, OUR6, CLIENT4, CLIENT6 = '198.51.100.1', '2001:db8:51::1', '198.51.100.2', '2001:db8:51::2'
NAMESPACE = 'frames'
PADDING = 18
MTU = 9000

TAGS = {'untagged': [], '802.1Q': [(0x8100, 7)], 'QinQ': [(0x88a8, 0x6064), (0x8100, 7)]}
IPS = ('IPv4', 'IPv4 + options', 'IPv6', 'IPv6 + extensions')
PARTS = ('whole', 'fragments')
SUMS = ('good', 'half-made', 'none', 'wrong UDP', 'wrong IP')
PADDINGS = ('no', 'yes')


# -- building -----------------------------------------------------------------------------------

def packed(address):
    return ipaddress.ip_address(address).packed


def ethernet(tags, ethertype, packet, target=OUR_MAC, source=CLIENT_MAC):
    return (target + source + b''.join(struct.pack('>HH', *tag) for tag in tags)
            + struct.pack('>H', ethertype) + packet)


def client_port(message):
    """Each query comes from a port of its own, or nearly: what spreads clients has something to do."""
    return 0x1200 + message[1]


def datagram(version, payload, sums='good', source_port=None, port=53, source=None, target=None):
    source_port = client_port(payload) if source_port is None else source_port
    source = packed(source or (CLIENT4 if version == 4 else CLIENT6))
    target = packed(target or (OUR4 if version == 4 else OUR6))
    head = struct.pack('>HHHH', source_port, port, 8 + len(payload), 0)
    pseudo = source + target + struct.pack('>II', 8 + len(payload), 17)
    total = checksum(pseudo + head + payload) or 0xffff
    if sums == 'half-made':
        total = checksum(pseudo) ^ 0xffff
    elif sums == 'none':
        total = 0
    elif sums == 'wrong UDP':
        total ^= 0x0101
    return head[:6] + struct.pack('>H', total) + payload


def ipv4(payload, options=b'', fragment=0, number=0, sums='good', protocol=17, source=CLIENT4,
         target=OUR4):
    head = (struct.pack('>BBHHHBBH', 0x45 + len(options) // 4, 0, 20 + len(options) + len(payload),
                        number, fragment, 61, protocol, 0) + packed(source) + packed(target) + options)
    total = checksum(head) ^ (0x0101 if sums == 'wrong IP' else 0)
    return head[:10] + struct.pack('>H', total) + head[12:] + payload


def extension(following, kind):
    """Eight octets; a routing header of type 4 with no segments left, or PadN."""
    return bytes([following, 0]) + (b'\4\0' + bytes(4) if kind == 43 else b'\1\4' + bytes(4))


def ipv6(payload, kinds=(), protocol=17, source=CLIENT6, target=OUR6):
    headers = b''
    for at, kind in enumerate(kinds):
        following = kinds[at + 1] if at + 1 < len(kinds) else protocol
        headers += extension(following, kind)
    return (struct.pack('>IHBB', 6 << 28, len(headers + payload), kinds[0] if kinds else protocol, 61)
            + packed(source) + packed(target) + headers + payload)


def fragment6(part, at, more, number, kinds=(), following=17):
    """A fragment with extension headers in front of the fragment header."""
    head = struct.pack('>BBHI', following, 0, at | more, number)
    chain = list(kinds) + [44]
    headers = b''.join(extension(chain[i + 1], kind) for i, kind in enumerate(kinds))
    return (struct.pack('>IHBB', 6 << 28, len(headers + head + part), chain[0], 61)
            + packed(CLIENT6) + packed(OUR6) + headers + head + part)


def packets(ip, payload, parts, sums, number):
    """The IP packets of a datagram."""
    options = b'\x94\4\0\0\1\1\1\0' if ip == 'IPv4 + options' else b''  # router alert
    kinds = (0, 60, 43) if ip == 'IPv6 + extensions' else ()
    version = 4 if ip.startswith('IPv4') else 6
    whole = datagram(version, payload, sums)
    if parts == 'whole':
        yield ipv4(whole, options, sums=sums) if version == 4 else ipv6(whole, kinds)
        return
    # Behind the fragment header too: destination options come again (RFC 8200 §4.1).
    following = 17
    if kinds:
        whole, following = extension(17, 60) + whole, 60
    for at in (0, 24, 40):
        end = {0: 24, 24: 40, 40: len(whole)}[at]
        more = end < len(whole)
        if version == 4:
            yield ipv4(whole[at:end], options, at // 8 | more << 13, number, sums)
        else:
            yield fragment6(whole[at:end], at, more, number, kinds, following)


def frames_of(tags, ip, parts, sums, padded, number):
    """The frames of a cell of the matrix."""
    payload = wire.query('www.example.com', id=number)
    ethertype = 0x0800 if ip.startswith('IPv4') else 0x86dd
    return [ethernet(TAGS[tags], ethertype, packet) + bytes(PADDING if padded == 'yes' else 0)
            for packet in packets(ip, payload, parts, sums, number)]


def other_frames(number):
    """What the second table names: frames, and how often something is counted for them."""
    def query(**more):
        return wire.query('www.example.com', id=number, **more)

    def v4(payload, tags=(), **more):
        return ethernet(tags, 0x0800, ipv4(payload, **more))

    def v6(payload, tags=(), **more):
        return ethernet(tags, 0x86dd, ipv6(payload, **more))
    udp4, udp6 = datagram(4, query()), datagram(6, query())
    long_query = query(options=wire.option(12, bytes(3900)))
    syn = struct.pack('>HHIIBBHHH', 4711, 53, 1, 0, 5 << 4, 2, 65535, 0, 0)
    arp = struct.pack('>HHBBH', 1, 0x0800, 6, 4, 1) + CLIENT_MAC + packed(CLIENT4) + bytes(6) + packed(OUR4)
    third = [(0x88a8, 1), (0x8100, 2), (0x8100, 3)]
    long_udp = datagram(4, long_query)

    def part(at, end, more, udp=udp4):
        return v4(udp[at:end], fragment=at // 8 | more << 13, number=number)
    return {
        'ARP': [ethernet((), 0x0806, arp, target=b'\xff' * 6)],
        'ARP with a tag': [ethernet(TAGS['802.1Q'], 0x0806, arp, target=b'\xff' * 6)],
        'an EtherType that nobody knows': [ethernet((), 0x88b5, bytes(46))],
        'three tags or more': [v4(udp4, third)],
        'ICMP': [v4(b'\x08\0\xf7\xff' + bytes(4), protocol=1)],
        'TCP': [v4(syn, protocol=6)],
        'TCP with a tag': [v4(syn, TAGS['802.1Q'], protocol=6)],
        'UDP to another port': [v4(datagram(4, query(), port=5353))],
        'a query to another address': [
            v4(datagram(4, query(), target='198.51.100.9'), target='198.51.100.9')],
        'a query to a group MAC address': [
            ethernet((), 0x0800, ipv4(udp4), target=b'\xff' * 6)],
        'a query from a group MAC address': [
            ethernet((), 0x0800, ipv4(udp4), source=b'\1' + CLIENT_MAC[1:])],
        'a query from a multicast address': [
            v4(datagram(4, query(), source='224.0.0.1'), source='224.0.0.1')],
        'a query from UDP port 0': [v6(datagram(6, query(), source_port=0))],
        'a length that is a lie': [v4(udp4)[:-1], v6(udp6)[:-1]],
        'IPv6 with a routing header that goes on': [
            v6(udp6, kinds=(43,)).replace(b'\4\0' + bytes(4), b'\4\1' + bytes(4), 1)],
        'IPv6 with more than 8 extension headers': [v6(udp6, kinds=(60,) * 9)],
        'an atomic fragment (IPv6)': [ethernet((), 0x86dd, fragment6(udp6, 0, 0, number))],
        'a jumbo query in several buffers': [v4(long_udp)],
        'a jumbo query in fragments': [
            part(at, min(at + 1480, len(long_udp)), at + 1480 < len(long_udp), long_udp)
            for at in range(0, len(long_udp), 1480)],
        'fragments in any order, or twice': [part(24, len(udp4), 0), part(16, 24, 1), part(16, 24, 1),
                                             part(0, 16, 1)],
        'fragments that overlap': [part(0, 32, 1), part(24, len(udp4), 0)],
        'fragments of a packet in more than 8 parts': [part(at, at + 8, 1, long_udp)
                                                       for at in range(0, 72, 8)],
        'fragments of which others are missing': [part(0, 32, 1)],
        'fragments to another UDP port': [
            part(0, 32, 1, datagram(4, query(), port=5353)),
            part(32, len(udp4), 0, datagram(4, query(), port=5353))],
    }


# -- the tables ---------------------------------------------------------------------------------

def tables():
    """The rows of the two tables in docs/ports.md that end in what happens to a frame."""
    found = {'matrix': [], 'others': []}
    part = None
    for line in (TOP / 'docs' / 'ports.md').read_text().splitlines():
        marker = re.match(r'<!-- test_frames: (\w+) -->', line)
        if marker:
            part = marker[1]
        elif part and line.startswith('|'):
            cells = [cell.strip() for cell in line.strip('|').split('|')]
            if not set(line) <= set('|-: '):
                found[part].append(cells)
        elif line.strip():
            part = None
    return found['matrix'][1:], found['others'][1:]


MATRIX, OTHERS = tables()
PUT_TOGETHER, DROPPED = -2, -1  # the columns of the outcome


def outcome(cells, column):
    for row in MATRIX:
        if all(wanted == 'any' or cell in wanted.split(', ')
               for cell, wanted in zip(cells, row)):
            return row[column]
    raise AssertionError(f'docs/ports.md says nothing of {cells}')


class Expected:
    """What a run has to end in."""

    def __init__(self, column):
        self.column = column
        self.frames, self.answered, self.kernel, self.drops = [], {}, [], {}
        self.number = 0

    def drop(self, name, count):
        self.drops[name] = self.drops.get(name, 0) + count

    def add(self, what, frames, verdict, version_tags):
        """Frames as they are sent, and the verdict of the table on them."""
        self.frames += frames
        if verdict == 'answered':
            self.answered[self.number] = (what, version_tags)
        elif verdict == 'kernel half':
            self.kernel += [(what, frame) for frame in frames]
        elif verdict == 'kernel half, put together':
            self.kernel += [(what, None)]
        elif verdict == 'the first: kernel half, later ones dropped: `listener_fragment`':
            self.kernel += [(what, frames[0])]
            self.drop('listener_fragment', len(frames) - 1)
        else:
            name = re.fullmatch(r'dropped: `(\w+)`( each)?', verdict)
            expect(name, f'{what}: "{verdict}" in docs/ports.md is no outcome')
            self.drop(name[1], len(frames) if name[2] else 1)

    def add_matrix(self):
        for cells in itertools.product(TAGS, IPS, PARTS, SUMS, PADDINGS):
            tags, ip, parts, sums, padded = cells
            if ip.startswith('IPv6') and sums == 'wrong IP':
                continue  # there is none
            self.number += 1
            self.add(cells, frames_of(*cells, self.number), outcome(cells, self.column),
                     (4 if ip.startswith('IPv4') else 6, TAGS[tags]))

    def add_others(self):
        known = other_frames(0)
        expect_equal(sorted(known), sorted(row[0] for row in OTHERS), 'rows of the second table')
        for row in OTHERS:
            self.number += 1
            frames = other_frames(self.number)[row[0]]
            is_v6 = frames[0][12:14] == b'\x86\xdd'
            self.add(row[0], frames, row[self.column], (6 if is_v6 else 4, []))


# -- running ------------------------------------------------------------------------------------

def write_pcap(path, frames):
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for frame in frames:
            file.write(struct.pack('<IIII', 0, 0, len(frame), len(frame)) + frame)


def read_pcap(path):
    data = path.read_bytes()
    at, frames = 24, []
    while at < len(data):
        size = struct.unpack('<I', data[at + 8:at + 12])[0]
        frames.append(data[at + 16:at + 16 + size])
        at += 16 + size
    return frames


class Sniffer:
    """All frames that the kernel half is given."""

    def __init__(self):
        libc = ctypes.CDLL(None, use_errno=True)
        home = os.open('/proc/self/ns/net', os.O_RDONLY)
        there = os.open(f'/run/netns/{NAMESPACE}', os.O_RDONLY)
        expect_equal(libc.setns(there, 0x40000000), 0, 'entering the namespace')
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        expect_equal(libc.setns(home, 0x40000000), 0, 'leaving the namespace')
        self.socket.setsockopt(263, 8, 1)  # PACKET_AUXDATA: the kernel keeps the tag beside the frame
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
        self.socket.setblocking(False)

    def frames(self):
        got = []
        while True:
            try:
                data, extra, _, source = self.socket.recvmsg(65535, 128)
            except BlockingIOError:
                return got
            if source[2] == socket.PACKET_OUTGOING:
                continue
            for _, kind, content in extra:
                status, _, _, _, _, tci, tpid = struct.unpack('<IIIHHHH', content)
                if kind == 8 and status & 0x10:  # TP_STATUS_VLAN_VALID
                    data = data[:12] + struct.pack('>HH', tpid, tci) + data[12:]
            got.append(data)


def run_server(name, expected, **options):
    """Gives the answers' frames, what the kernel half got, and the statistics."""
    write_pcap(WORK / f'{name}.in.pcap', expected.frames)
    config = test_config({'example.com.': 'example.zone'})
    config['amplification_mitigation'] = {'drop_fragments': expected.column == DROPPED}
    config['dpdk']['ports'] = [{
        'name': 'pcap', 'mtu': MTU, 'namespace': NAMESPACE,
        'device': f'net_pcap0,rx_pcap={WORK}/{name}.in.pcap,tx_pcap={WORK}/{name}.out.pcap',
        'addresses': [f'{OUR4}/24', f'{OUR6}/64']}]
    config['dpdk'] |= options
    command('ip', 'netns', 'add', NAMESPACE)
    sniffer = Sniffer()
    server = Server(config, name)
    server.launch()
    packets = len(expected.answered) + len(expected.kernel) + sum(expected.drops.values())

    seen = {}

    def has_all():
        expect(server.alive(), 'the server ended')
        try:
            seen.update(server.telemetry('/scloud/stats') or {})
        except (OSError, StopIteration):
            return False
        return (seen.get('in', 0) >= packets
                and all(seen[f'drop_{name}'] >= count for name, count in expected.drops.items()))
    try:
        wait_for(f'{packets} packets to come in', has_all, 15)
        # The kernel half may send frames of its own, but what came from the port adds up.
        stats = accounts_hold(server)
        stats['decoders'] = {name: stage['in'] for name, stage in
                             telemetry_list(server, '/scloud/workers').items()
                             if name.startswith('DECODER')}
    except Failure as failure:
        print('wanted', expected.drops, 'got', {name: count for name, count in seen.items() if count})
        raise failure
    finally:
        server.stop()
        command('ip', 'netns', 'delete', NAMESPACE)
    return read_pcap(WORK / f'{name}.out.pcap'), sniffer.frames(), stats


def check_answer(frame, version, tags, what):
    """Tags kept, addresses turned, hop limit, no fragments, checksums; gives the message."""
    head = CLIENT_MAC + OUR_MAC + b''.join(struct.pack('>HH', *tag) for tag in tags)
    expect_equal(frame[:len(head)], head, f'{what}: Ethernet header and tags')
    packet = frame[len(head) + 2:]
    if version == 4:
        expect_equal(packet[0], 0x45, f'{what}: IPv4 header')
        expect_equal(packet[6:10], b'\x40\0\x40\x11', f'{what}: DF, hops, protocol')
        expect_equal(checksum(packet[:20]), 0, f'{what}: IPv4 checksum')
        expect_equal(packet[12:20], packed(OUR4) + packed(CLIENT4), f'{what}: addresses')
        addresses, udp = packet[12:20], packet[20:]
    else:
        expect_equal(packet[6:8], b'\x11\x40', f'{what}: UDP, hops')
        expect_equal(packet[8:40], packed(OUR6) + packed(CLIENT6), f'{what}: addresses')
        addresses, udp = packet[8:40], packet[40:]
    expect_equal(len(udp), struct.unpack('>H', udp[4:6])[0], f'{what}: UDP length')
    expect_equal(checksum(addresses + struct.pack('>II', len(udp), 17) + udp), 0, f'{what}: UDP checksum')
    expect_equal(udp[:4], struct.pack('>HH', 53, client_port(udp[8:])), f'{what}: ports')
    return udp[8:]


def check(expected, answers, kernel, stats):
    seen = set()
    for frame in answers:
        udp_at = frame.find(b'\0\x35\x12')  # from port 53 to a client's
        if udp_at < 0:
            continue  # the kernel half's own
        number = struct.unpack('>H', frame[udp_at + 8:udp_at + 10])[0]
        expect(number in expected.answered and number not in seen, f'an answer too many: {number}')
        seen.add(number)
        what, version_tags = expected.answered[number]
        message = wire.Message(check_answer(frame, *version_tags, what))
        expect_equal((message.status, message.answer[0].data), ('NOERROR', '192.0.2.80'), what)
    expect_equal([what for number, (what, _) in expected.answered.items() if number not in seen], [],
                 'not answered')
    for what, frame in expected.kernel:
        if frame is not None:
            expect(frame in kernel, f'{what}: the kernel half did not get {frame.hex()}')
    expect_equal(sum(1 for frame in kernel if frame[6:12] == CLIENT_MAC), len(expected.kernel),
                 'frames for the kernel half')
    expect_equal({name: count for name, count in stats.items() if name.startswith('drop_') and count},
                 {f'drop_{name}': count for name, count in expected.drops.items()}, 'drops')


@case('the matrix of tags, IP, fragments, checksums and padding is as docs/ports.md says')
def matrix():
    expected = Expected(PUT_TOGETHER)
    expected.add_matrix()
    check(expected, *run_server('matrix', expected))


@case('other frames are treated as docs/ports.md says')
def others():
    expected = Expected(PUT_TOGETHER)
    expected.add_others()
    check(expected, *run_server('others', expected))


@case('with drop_fragments both tables still hold')
def without_fragments():
    expected = Expected(DROPPED)
    expected.add_matrix()
    expected.add_others()
    check(expected, *run_server('dropped', expected))


@case('three lanes on a port with one queue: all of it is as before, and every lane works')
def spread():
    expected = Expected(PUT_TOGETHER)
    expected.add_matrix()
    expected.add_others()
    answers, kernel, stats = run_server('spread', expected, lanes=3)
    check(expected, answers, kernel, stats)
    expect(len(stats['decoders']) == 3 and all(stats['decoders'].values()), str(stats['decoders']))


run()
