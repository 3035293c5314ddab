# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Asymmetric routes: queries come by one router, and the kernel half's routes lead back by another.

Both routers and the client behind them are one namespace with an interface for each router."""
import ctypes
import os
import socket

import wire
from harness import (Server, case, command, expect_equal, run, stops_cleanly, test_config, wait_for)

OURS = {4: '198.51.100.1', 6: '2001:db8:51::1'}
BY_A = {4: '198.51.100.10', 6: '2001:db8:51::a'}
BY_B = {4: '198.51.100.11', 6: '2001:db8:51::b'}
CLIENT = {4: '203.0.113.9', 6: '2001:db8:9::9'}
BITS = {4: 24, 6: 64}


def routers(*words):
    return command('ip', 'netns', 'exec', 'routers', *words)


def inside(function):
    """Calls it in the routers' namespace."""
    libc = ctypes.CDLL(None)
    home = os.open('/proc/self/ns/net', os.O_RDONLY)
    there = os.open('/run/netns/routers', os.O_RDONLY)
    expect_equal(libc.setns(there, 0x40000000), 0, 'entering the namespace')
    try:
        return function()
    finally:
        expect_equal(libc.setns(home, 0x40000000), 0, 'leaving the namespace')
        os.close(there)
        os.close(home)


def furnish():
    """The switch, the routers; the server's end is joined later."""
    command('ip', 'link', 'add', 'switch', 'type', 'bridge')
    command('ip', 'link', 'set', 'switch', 'up')
    command('ip', 'netns', 'add', 'routers')
    routers('sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0',
            'net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2')
    for name, addresses in (('ra', BY_A), ('rb', BY_B)):
        command('ip', 'link', 'add', f'to-{name}', 'type', 'veth', 'peer', 'name', name, 'netns',
                'routers')
        command('ip', 'link', 'set', f'to-{name}', 'master', 'switch', 'up')
        for family, address in addresses.items():
            routers('ip', 'address', 'add', f'{address}/{BITS[family]}', 'dev', name,
                    *(['nodad'] if family == 6 else []))
        routers('ip', 'link', 'set', name, 'up')
    routers('ip', 'link', 'set', 'lo', 'up')
    for family, address in CLIENT.items():
        routers('ip', 'address', 'add', address, 'dev', 'lo')
        # Queries go by router A.
        routers('ip', f'-{family}', 'route', 'replace', OURS[family], 'dev', 'ra', 'src', BY_A[family])


def came_by(family):
    """Asks from the client's address; gives the interface at which the answer came in, if it came."""
    def look():
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as sniffer, \
                socket.socket(wire.family_of(CLIENT[family]), socket.SOCK_DGRAM) as client:
            client.bind((CLIENT[family], 0))
            client.settimeout(1)
            port = client.getsockname()[1]
            client.connect((OURS[family], 53))
            client.send(wire.query('www.example.com'))
            try:
                client.recv(4096)
            except TimeoutError:
                return None
            sniffer.settimeout(3)
            ports = b'\0\x35' + port.to_bytes(2, 'big')
            while True:
                frame, source = sniffer.recvfrom(4096)
                if ports in frame and source[2] != socket.PACKET_OUTGOING:
                    return source[0]
    return inside(look)


def check(name, port, join):
    config = test_config({'example.com.': 'example.zone'})
    config['dpdk']['ports'] = [port | {'name': name, 'addresses': [f'{OURS[4]}/24', f'{OURS[6]}/64']}]
    for l2, wanted in (('reflect', 'ra'), ('route', 'rb')):
        config['dpdk']['ports'][0]['l2'] = l2
        server = Server(config, f'{name}-{l2}')
        server.launch()
        wait_for('the server', lambda: 'SRV002' in server.log_text(), 10)
        join()
        for family in (4, 6):
            inside(lambda: wait_for('the server to answer', lambda: wire.udp(
                OURS[family], wire.query('ready.test'), timeout=0.3), 10))
            if l2 == 'reflect':
                expect_equal(came_by(family), wanted, f'{name}, reflected, IPv{family}')
            else:
                wait_for(f'{name}: IPv{family} answers by router B',
                         lambda: came_by(family) == wanted, 8, 0.1)
        if l2 == 'route':
            follow_a_change()
        stops_cleanly(server)()


def follow_a_change():
    """Router B gets another MAC address: the kernel half learns it, and so do we."""
    routers('ip', 'link', 'set', 'rb', 'address', '02:00:00:00:00:bb')
    routers('ping', '-c', 1, '-W', 2, '-I', 'rb', OURS[4])
    wait_for('answers to the new MAC address', lambda: came_by(4) == 'rb', 8, 0.1)


@case('an owned port: the routes of the kernel half decide')
def owned():
    furnish()
    check('tap', {'device': 'net_tap0,iface=scloud0', 'gateways': [BY_B[4], BY_B[6]]},
          lambda: command('ip', 'link', 'set', 'scloud0', 'master', 'switch'))


@case('a bifurcated port: the routes of the host decide')
def bifurcated():
    command('ip', 'link', 'add', 'server0', 'type', 'veth', 'peer', 'name', 'to-server')
    command('ip', 'link', 'set', 'to-server', 'master', 'switch', 'up')
    command('ip', 'link', 'set', 'server0', 'up')
    routers('ip', 'neigh', 'flush', 'all')
    for family in (4, 6):
        command('ip', 'address', 'add', f'{OURS[family]}/{BITS[family]}', 'dev', 'server0',
                *(['nodad'] if family == 6 else []))
        command('ip', f'-{family}', 'route', 'add', 'default', 'via', BY_B[family], 'dev', 'server0')
    check('veth', {'device': 'net_af_packet0,iface=server0'}, lambda: None)


run()
