# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Ten thousand idle connections and a thousand busy ones, beside queries over UDP of which none is lost."""
import resource
import select
import socket
import struct
import threading
import time

import wire
from harness import (SANITIZED, V4, Server, accounts_hold, case, dnsperf, expect, expect_equal, run,
                     stops_cleanly, test_config, wait_for)

IDLE = 1000 if SANITIZED else 10000
BUSY = 100 if SANITIZED else 1000
CLIENTS = 20  # addresses that they come from
ROUNDS = 5  # queries of each busy connection
SERVER = '127.0.0.1'
MIB = 1024  # KiB
PATIENCE_S = 60

config = test_config({'example.com.': 'example.zone'})
config['listener'] = [{'name': 'many', 'address': SERVER, 'port': 53, 'protocols': ['tcp'],
                       'acl': 'any'}]
config['limits'] = {'max_tcp_sessions': 32768, 'max_tcp_sessions_per_ip': 1000,
                    'tcp_idle_timeout_ms': 300000}
server = Server(config)
idle = []


def setup():
    wanted = IDLE + BUSY + 1000
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
    server.start(wire.query('www.example.com'))


def framed(message):
    return struct.pack('>H', len(message)) + message


def source(i):
    """Connections come from several clients in turn: none has more than its share."""
    return f'127.0.1.{i % CLIENTS + 1}'


def connect(i):
    connection = socket.socket()
    # The connection's other end is known by its port as well: as many as wanted from one address.
    connection.setsockopt(socket.IPPROTO_IP, getattr(socket, 'IP_BIND_ADDRESS_NO_PORT', 24), 1)
    connection.bind((source(i), 0))
    connection.settimeout(PATIENCE_S)
    connection.connect((SERVER, 53))
    return connection


def streams():
    return server.telemetry('/scloud/streams')


class Load:
    """dnsperf over UDP while something else goes on."""

    def __init__(self, seconds):
        self.thread = threading.Thread(target=self.ask, args=(seconds,), daemon=True)
        self.got = None
        self.thread.start()

    def ask(self, seconds):
        self.got = dnsperf(V4, [f'host{i}.example.com A' for i in range(50)], '-l', seconds,
                           '-Q', 300, '-t', 10)

    def lost_nothing(self):
        self.thread.join(PATIENCE_S)
        expect(self.got is not None, 'dnsperf does not end')
        expect(self.got['sent'] > 100, self.got['text'])
        expect_equal(self.got['lost'], 0, 'UDP queries lost')


@case('many connections that say nothing, or have said something once')
def idlers():
    before = server.rss_kib()
    load = Load(4)
    for i in range(IDLE):
        idle.append(connect(i))
        if i % 10 == 0:
            idle[-1].sendall(framed(wire.query('www.example.com', id=i % 65536)))
    for i, connection in enumerate(idle):
        if i % 10 == 0:
            expect(connection.recv(4096), 'a new connection was closed')
    wait_for('all to be taken', lambda: streams()['accepted'] >= IDLE, PATIENCE_S)
    load.lost_nothing()
    grown = server.rss_kib() - before
    print(f'       {IDLE} idle connections take {grown / MIB:.1f} MiB')
    expect(grown < IDLE * 8 + 32 * MIB, f'{grown} KiB for {IDLE} connections')


def converse(connections):
    """Each asks, waits for its answer, asks again; gives how many answers came."""
    poller = select.epoll()
    rounds = {}
    for i, connection in enumerate(connections):
        connection.setblocking(False)
        rounds[connection.fileno()] = (connection, i, 0)
        poller.register(connection.fileno(), select.EPOLLIN)
        connection.send(framed(wire.query(f'host{i % 50}.example.com', id=i)))
    answers, deadline = 0, time.monotonic() + PATIENCE_S
    while rounds and time.monotonic() < deadline:
        for fd, _ in poller.poll(1):
            connection, i, done = rounds[fd]
            data = connection.recv(65536)
            expect(data, f'connection {i} was closed after {done} answers')
            expect_equal(wire.Message(data[2:]).id, i, 'id')
            answers, done = answers + 1, done + 1
            rounds[fd] = (connection, i, done)
            if done == ROUNDS:
                poller.unregister(fd)
                del rounds[fd]
            else:
                connection.send(framed(wire.query(f'host{done}.example.com', id=i)))
    poller.close()
    return answers


@case('a thousand busy ones beside them are all served, and UDP loses nothing')
def busy():
    load = Load(4)
    connections = [connect(i) for i in range(BUSY)]
    while load.got is None:
        expect_equal(converse(connections), BUSY * ROUNDS, 'answers')
    load.lost_nothing()
    for connection in connections:
        connection.close()


@case('the idle ones are all still there, and answer')
def still_there():
    counts = streams()
    for name in ('refused', 'evicted', 'idle', 'protocol', 'slow_writer', 'slow_reader'):
        expect_equal(counts[name], 0, name)
    for i, connection in enumerate(idle):
        if i % 10 == 1:
            connection.sendall(framed(wire.query('www.example.com', id=i)))
    for i, connection in enumerate(idle):
        if i % 10 == 1:
            expect_equal(wire.Message(connection.recv(4096)[2:]).id, i, 'id')


@case('when they are gone as many can come again, in the same memory')
def again():
    for connection in idle:
        connection.close()
    idle.clear()
    before = server.rss_kib()
    for i in range(IDLE):
        idle.append(connect(i))
        if i % 10 == 0:
            idle[-1].sendall(framed(wire.query('www.example.com')))
    for i, connection in enumerate(idle):
        if i % 10 == 0:
            expect(connection.recv(4096), 'a new connection was closed')
    grown = server.rss_kib() - before
    expect(grown < 8 * MIB, f'{grown} KiB more')
    for connection in idle:
        connection.close()


@case('the books balance')
def books():
    accounts_hold(server)


run(setup, stops_cleanly(server))
