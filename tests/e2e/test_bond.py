# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A port of two devices (net_bonding) whose other ends are a bridge of the kernel's; with LACP, which is played here."""
import select
import socket
import struct
import threading

from harness import (Server, accounts_hold, case, command, dig, expect, expect_equal, run, status_of,
                     stops_cleanly, test_config, wait_for)

OURS4, OURS6 = '10.57.0.2', 'fd57::2'


def config(**port):
    made = test_config({'example.com.': 'example.zone'})
    made['dpdk']['ports'] = [{'name': 'bond', 'device': 'net_bonding0,mode=1',
                              'members': ['net_tap0,iface=first0', 'net_tap1,iface=second0'],
                              'addresses': [f'{OURS4}/24', f'{OURS6}/64']} | port]
    return made


server = Server(config())


def setup():
    command('ip', 'link', 'add', 'bridge0', 'type', 'bridge', 'mcast_snooping', '0')
    command('ip', 'address', 'add', '10.57.0.1/24', 'dev', 'bridge0')
    command('ip', 'address', 'add', 'fd57::1/64', 'dev', 'bridge0', 'nodad')
    command('ip', 'link', 'set', 'bridge0', 'up')
    server.launch()
    wait_for('the server', lambda: 'SRV002' in server.log_text() or not server.alive(), 60)
    expect(server.alive(), 'the server ended')
    for name in ('first0', 'second0'):
        command('ip', 'link', 'set', name, 'master', 'bridge0', 'up')
    command('dig', f'@{OURS4}', '+tries=60', '+timeout=1', 'www.example.com', timeout=90)


def all_of_it():
    for address in (OURS4, OURS6):
        command('ping', '-c', 1, '-W', 3, address)
        for transport in ('+notcp', '+tcp'):
            expect_equal(status_of(dig(address, transport, '+tries=5', '+timeout=1', 'www.example.com')),
                         'NOERROR', f'{address} {transport}')


@case('UDP, TCP, ping over the bond')
def whole():
    all_of_it()
    port = server.telemetry('/scloud/ports')['bond']
    expect_equal((port['driver'], port['mode'], port['link']), ('net_bonding', 'owned', 'up'), str(port))


@case('the end takes the members away')
def end():
    stops_cleanly(server)()
    links = command('ip', '-o', 'link', 'show')
    expect('first0' not in links and 'second0' not in links, links)


class Partner(threading.Thread):
    """The switch's side of LACP (IEEE 802.1AX): tells each member what it has said, and that all is well."""
    MAC = bytes.fromhex('0a5300000057')
    STATE = 0x3d  # active, aggregates, in step, collects, distributes; slow time-outs

    def __init__(self, names):
        super().__init__(daemon=True)
        self.sockets = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x8809)) for _ in names]
        for member, name in zip(self.sockets, names):
            member.bind((name, 0x8809))
        self.heard = set()
        self.end_read, self.end_write = socket.socketpair()

    def run(self):
        while True:
            ready, _, _ = select.select([*self.sockets, self.end_read], [], [])
            if self.end_read in ready:
                return
            for member in ready:
                try:
                    frame, source = member.recvfrom(2048)
                except OSError:  # the interface was down for a moment
                    continue
                if source[2] != socket.PACKET_OUTGOING and frame[14] == 1:  # LACP, not a marker
                    self.heard.add(self.sockets.index(member))
                    member.send(self.answer(frame, self.sockets.index(member)))

    def answer(self, frame, number):
        actor = struct.pack('>H6sHHHB3x', 0x8000, self.MAC, 1, 0x8000, number + 1, self.STATE)
        theirs = frame[18:36]
        return (frame[:6] + self.MAC + frame[12:14] + b'\1\1' + b'\1\x14' + actor + b'\2\x14' + theirs
                + b'\3\x10' + bytes(14) + bytes(52))

    def stop(self):
        self.end_write.send(b'.')
        self.join(5)
        for member in self.sockets:
            member.close()


@case('with LACP the bond works as soon as the switch agrees, and its idle lanes keep it up')
def lacp():
    other = Server(config(device='net_bonding0,mode=4'), 'lacp')
    other.launch()
    wait_for('the server', lambda: 'SRV002' in other.log_text() or not other.alive(), 60)
    names = ('first0', 'second0')
    for name in names:
        command('ip', 'link', 'set', name, 'master', 'bridge0', 'up')
    partner = Partner(names)
    partner.start()
    wait_for('LACP on both members', lambda: len(partner.heard) == 2, 60)
    wait_for('the link', lambda: other.telemetry('/scloud/ports')['bond']['link'] == 'up', 60)
    command('dig', f'@{OURS4}', '+tries=60', '+timeout=1', 'www.example.com')
    partner.stop()
    accounts_hold(other)
    stops_cleanly(other)()


@case('members without a bond, and a bond without members, are refused by name')
def refused():
    for wrong in ({'device': 'net_tap0,iface=x0'}, {'members': []}):
        broken = Server(config(**wrong), 'broken')
        broken.launch()
        wait_for('the end', lambda: not broken.alive(), 60)
        expect_equal(broken.process.returncode, 2, 'exit status')
        expect('PRT103' in broken.log_text(), broken.log_text())


run(setup)
