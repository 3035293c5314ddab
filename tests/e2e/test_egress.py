# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""recursion.egress_port: other servers are asked through a port that DPDK owns, over UDP and TCP, by all sockets
that are opened while the server runs; and what is said when that cannot be."""
import subprocess

import wire
from harness import (BINARY, V4, Server, case, expect, expect_equal, run, stops_cleanly, test_config)
from upstream import Upstream

# The host's end of the port's network. Only who comes from the port's own address has an answer there: the host itself
# has another one.
FAR = '10.53.0.1'


class FarServer(Upstream):
    def __init__(self):
        super().__init__(FAR)
        self.clients = set()

    def serve_udp(self):
        while True:
            query, client = self.udp.recvfrom(65535)
            self.clients.add(('udp', client[0]))
            if client[0] == V4:
                self.udp.sendto(self.answer(query, 'udp'), client)

    def serve_stream(self, connection):
        self.clients.add(('tcp', connection.getpeername()[0]))
        super().serve_stream(connection)


far = None


def start(server):
    """The far end lives longer than the interface that it listens at; its address comes back with the next one."""
    global far
    server.start()
    far = far or FarServer()
    far.clients.clear()
    return server


def config(name, port, placement='auto'):
    made = test_config(forwarders=[FAR])
    made['recursion'] |= {'egress_port': port, 'recursion_timeout_ms': 3000}
    made['dpdk']['ports'] = [{'name': 'port0', 'device': 'net_tap0,iface=scloud0', 'addresses': [f'{V4}/24'],
                              'host_addresses': [f'{FAR}/24']}]
    made['dpdk']['placement'] = placement
    return Server(made, name)


def truncated_over_udp(query, transport):
    name = wire.Message(query).question[0][0]
    if transport == 'udp':
        return wire.response(query, flags=wire.QR | wire.RA | wire.TC)
    return wire.response(query, answer=[(name, 'A', 300, '192.0.2.9')])


def ask(name):
    return wire.ask(V4, name, 'A', timeout=8)


def resolves(placement):
    server = start(config(f'egress-{placement}', 'port0', placement))
    far.rules['long.test.'] = truncated_over_udp
    # Sockets are opened as they are needed, by a process that may enter no namespace any more.
    for i in range(600):
        expect_equal(ask(f'w{i}.test.').rcode, 0, f'rcode of question {i}')
    expect_equal(ask('long.test.').rcode, 0, 'rcode over TCP')
    expect_equal(far.clients, {('udp', V4), ('tcp', V4)}, 'who asked')
    stops_cleanly(server)()


@case('through the port, fused: UDP by fresh sockets, TCP, all from its address')
def fused():
    resolves('fused')


@case('through the port, spread: the same')
def spread():
    resolves('spread')


@case('without it the host asks, from its own address: the same server gives no answer')
def host():
    server = start(config('egress-host', ''))
    expect_equal(ask('www.test.').rcode, 2, 'rcode')
    expect(far.clients and V4 not in {client for _, client in far.clients}, far.clients)
    stops_cleanly(server)()


@case('an unknown port is an error that names the line and what is allowed')
def unknown():
    server = config('egress-unknown', 'port1')
    server.launch()
    server.process.wait(20)
    expect(server.process.returncode != 0, 'it started')
    expect('recursion.egress_port: found "port1", allowed: the name of a port under dpdk.ports' in server.log_text(),
           server.log_text())
    checked = subprocess.run([BINARY, '--config', server.config, '--check'], capture_output=True, text=True, timeout=20)
    expect(checked.returncode != 0 and 'recursion.egress_port' in checked.stdout + checked.stderr, checked)


run()
