# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A port on a VLAN, and in a VLAN in a VLAN: a client with ARP, ping, UDP and TCP behind a switch that tags;
and ranges of addresses with TCP on all of them.

The switch is played here: not every kernel has VLAN interfaces, and the server must need none."""
import fcntl
import os
import select
import socket
import struct
import threading

from harness import (Server, accounts_hold, case, command, expect, expect_equal, run, status_of,
                     stops_cleanly, test_config, wait_for)

CLIENT4, CLIENT6 = '198.51.100.2', '2001:db8:51::2'
OURS4, OURS6 = '198.51.100.1', '2001:db8:51::1'
RANGE4, RANGE6 = '192.0.2.0/24', '2001:db8:99::/64'
IN_RANGE4, IN_RANGE6 = '192.0.2.77', '2001:db8:99::4:5'
SOL_PACKET, PACKET_AUXDATA, TUNSETIFF, TAP_NO_PI = 263, 8, 0x400454ca, 0x1002


class Switch(threading.Thread):
    """Between an untagged port (the client's TAP) and a tagged one (the server's)."""

    def __init__(self, tags):
        super().__init__(daemon=True)
        self.tags = b''.join(struct.pack('>HH', *tag) for tag in tags)
        self.tap = os.open('/dev/net/tun', os.O_RDWR)
        fcntl.ioctl(self.tap, TUNSETIFF, struct.pack('16sH22x', b'client0', TAP_NO_PI))
        self.trunk = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.trunk.bind(('scloud0', 0))
        self.trunk.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.stop_read, self.stop_write = os.pipe()
        self.strangers = 0

    def run(self):
        while True:
            ready, _, _ = select.select([self.tap, self.trunk, self.stop_read], [], [])
            if self.stop_read in ready:
                return
            if self.tap in ready:
                frame = os.read(self.tap, 65535)
                self.trunk.send(frame[:12] + self.tags + frame[12:])
            if self.trunk in ready:
                self.from_trunk(*self.trunk.recvmsg(65535, 128))

    def from_trunk(self, frame, extra, _, source):
        if source[2] == socket.PACKET_OUTGOING:
            return
        for _, kind, content in extra:
            status, _, _, _, _, tci, tpid = struct.unpack('<IIIHHHH', content)
            if kind == PACKET_AUXDATA and status & 0x10:  # the kernel took the outer tag out
                frame = frame[:12] + struct.pack('>HH', tpid, tci) + frame[12:]
        if frame[12:12 + len(self.tags)] == self.tags:
            os.write(self.tap, frame[:12] + frame[12 + len(self.tags):])
        else:
            self.strangers += 1

    def end(self):
        os.write(self.stop_write, b'.')
        self.join(5)
        os.close(self.tap)
        self.trunk.close()


def client(*words):
    return command('ip', 'netns', 'exec', 'client', *words)


def start(name, tags, **port):
    """A server on a TAP behind a switch, and the client's end of it."""
    config = test_config({'example.com.': 'example.zone'})
    config['dpdk']['ports'] = [{'name': 'port0', 'device': 'net_tap0,iface=scloud0',
                                'addresses': [f'{OURS4}/24', f'{OURS6}/64', RANGE4, RANGE6], **port}]
    server = Server(config, name)
    server.launch()
    wait_for('the port', lambda: os.path.exists('/sys/class/net/scloud0'), 10)
    wait_for('the server', lambda: 'SRV002' in server.log_text(), 10)
    command('ip', 'netns', 'add', 'client')
    switch = Switch(tags)
    command('ip', 'link', 'set', 'client0', 'netns', 'client')
    for words in (f'link set client0 up', f'address add {CLIENT4}/24 dev client0',
                  f'address add {CLIENT6}/64 dev client0 nodad',
                  f'route add {RANGE4} via {OURS4}', f'route add {RANGE6} via {OURS6}'):
        client('ip', *words.split())
    switch.start()
    return server, switch


def all_of_it():
    for address in (OURS4, OURS6, IN_RANGE4, IN_RANGE6):
        client('ping', '-c', 1, '-W', 3, address)
        for transport in ('+notcp', '+tcp'):
            text = client('dig', f'@{address}', transport, '+tries=3', '+timeout=1', 'www.example.com')
            expect_equal(status_of(text), 'NOERROR', f'{address} {transport}')
            expect('192.0.2.80' in text, text)


def end(server, switch):
    accounts_hold(server)
    switch.end()
    stops_cleanly(server)()
    command('ip', 'netns', 'delete', 'client')


@case('without a tag: addresses and ranges over UDP and TCP')
def untagged():
    server, switch = start('untagged', [])
    all_of_it()
    end(server, switch)


@case('on VLAN 7: ARP, neighbour discovery, ping, UDP and TCP; frames of other VLANs are dropped by name')
def tagged():
    server, switch = start('tagged', [(0x8100, 7)], vlan=7)
    all_of_it()
    expect_equal(switch.strangers, 0, 'frames of the server without the tag')
    switch.tags = struct.pack('>HH', 0x8100, 8)  # the switch is set up wrongly
    client('ip', 'neigh', 'flush', 'dev', 'client0')
    command('ip', 'netns', 'exec', 'client', 'ping', '-c', 1, '-W', 1, OURS4, check=False)
    expect(server.telemetry('/scloud/stats')['drop_acceptor_other_vlan'] > 0, 'no frame was dropped')
    end(server, switch)


@case('on VLAN 7 within VLAN 100')
def double_tagged():
    server, switch = start('qinq', [(0x88a8, 100), (0x8100, 7)], vlan=7, vlan_outer=100)
    all_of_it()
    expect_equal(switch.strangers, 0, 'frames of the server without the tags')
    end(server, switch)


run()
