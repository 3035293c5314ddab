# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""TCP: several queries on a connection, answers as they come, limits, clients that misbehave."""
import socket
import struct
import time

import wire
from harness import (UPSTREAM, V4, V6, Server, case, command, expect, expect_equal, run, stops_cleanly,
                     test_config, wait_for)
from upstream import Upstream, gives

IDLE_MS = 1500
SESSIONS = 40
PER_IP = 20
TCPI_OPT_SYN_DATA = 32  # linux/tcp.h

config = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
config['limits'] = {'max_tcp_sessions': SESSIONS, 'max_tcp_sessions_per_ip': PER_IP,
                    'tcp_idle_timeout_ms': IDLE_MS}
server = Server(config)


def slow(query, _):
    time.sleep(0.4)
    return wire.response(query, answer=[('slow.test.', 'A', 60, '192.0.2.9')])


def setup():
    Upstream(UPSTREAM, {'slow.test.': slow, 'fast.test.': gives(('fast.test.', 'A', 60, '192.0.2.8'))})
    server.start(wire.query('www.example.com'))


@case('a hundred queries in one write, all answered on the connection')
def pipelining():
    for address in (V4, V6):
        with wire.Tcp(address) as connection:
            connection.send(*[wire.query(f'host{i}.example.com', id=i) for i in range(100)])
            ids = sorted(wire.Message(connection.receive()).id for _ in range(100))
            expect_equal(ids, list(range(100)), 'ids')


@case('a query octet by octet')
def octets():
    message = wire.query('www.example.com')
    with wire.Tcp(V4) as connection:
        for octet in struct.pack('>H', len(message)) + message:
            connection.raw(bytes([octet]))
        expect_equal(wire.Message(connection.receive()).status, 'NOERROR', 'rcode')


@case('a fast answer does not wait for a slow one that was asked before it')
def order():
    with wire.Tcp(V4) as connection:
        connection.send(wire.query('slow.test', id=1))
        connection.send(wire.query('www.example.com', id=2))
        ids = [wire.Message(connection.receive()).id for _ in range(2)]
        expect_equal(ids, [2, 1], 'order of the answers')


@case('a query in the first segment of a connection: fast open')
def fast_open():
    # This namespace's clients may; the kernel half, which is another one, offers it by itself.
    command('sysctl', '-w', 'net.ipv4.tcp_fastopen=1')
    message = wire.query('www.example.com')
    for attempt in range(2):
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 3, 0))
            connection.sendto(struct.pack('>H', len(message)) + message, socket.MSG_FASTOPEN, (V4, 53))
            expect(connection.recv(4096), 'no answer')
            options = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5]
    # The first one fetched a cookie, with the second one the query went along.
    expect(options & TCPI_OPT_SYN_DATA, f'the query did not go along, options {options:#x}')


@case('the keepalive option tells the idle time-out, less when connections run out')
def keepalive():
    def told(connection):
        connection.send(wire.query('www.example.com', options=wire.option(11)))
        answer = connection.receive()
        at = answer.rindex(b'\0\x0b\0\x02')
        return struct.unpack('>H', answer[at + 4:at + 6])[0]
    with wire.Tcp(V4) as first:
        expect_equal(told(first), IDLE_MS // 100, 'alone')
    connections = []
    try:
        for address in (V4, V6):
            for _ in range(PER_IP - 2):
                connections.append(wire.Tcp(address))
                connections[-1].send(wire.query('www.example.com'))
                expect(connections[-1].receive(), 'no answer')
        value = told(connections[-1])
        expect(10 <= value < IDLE_MS // 100, f'told {value} with {len(connections)} of {SESSIONS}')
    finally:
        for connection in connections:
            connection.close()


@case('an idle connection is closed, a used one is not')
def idle():
    start = time.monotonic()
    with wire.Tcp(V4, timeout=IDLE_MS / 1000 + 5) as unused, wire.Tcp(V4) as used:
        for _ in range(4):
            time.sleep(IDLE_MS / 1000 / 3)
            used.send(wire.query('www.example.com'))
            expect(used.receive() is not None, 'a connection in use was closed')
        expect(unused.receive() is None, 'octets from nowhere')
        took = time.monotonic() - start
        expect(took < IDLE_MS / 1000 + 4, f'closed after {took:.1f} s')


@case('a client may close its sending half and still gets its answers')
def half_closed():
    with wire.Tcp(V4) as connection:
        connection.send(wire.query('www.example.com', id=7))
        connection.socket.shutdown(socket.SHUT_WR)
        expect_equal(wire.Message(connection.receive()).id, 7, 'id')
        expect(connection.receive() is None, 'not closed')


@case('the limit of connections of one client holds, and frees up again')
def limits():
    def works(connection):
        try:
            connection.send(wire.query('www.example.com'))
            return connection.receive() is not None
        except OSError:
            return False
    connections = []
    try:
        for _ in range(PER_IP + 10):
            try:
                connections.append(wire.Tcp(V4))
            except OSError:
                break
        working = sum(works(connection) for connection in connections)
        expect(0 < working <= PER_IP, f'{working} of {len(connections)} work, limit {PER_IP}')
        # Another client is not concerned.
        expect(wire.tcp(V6, wire.query('www.example.com')), 'no answer over IPv6')
    finally:
        for connection in connections:
            connection.close()
    wait_for('a new connection to be served',
             lambda: wire.tcp(V4, wire.query('www.example.com'), 0.5), 5)


@case('clients that never read do not stop others')
def slow_readers():
    readers = []
    try:
        for _ in range(5):
            reader = wire.Tcp(V4)
            reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.socket.setblocking(False)
            readers.append(reader)
        message = wire.query('huge.example.com', 'TXT')
        framed = struct.pack('>H', len(message)) + message
        for reader in readers:
            for _ in range(2000):  # 2,000 answers of 8 KiB that nobody fetches
                try:
                    reader.socket.send(framed)
                except (BlockingIOError, ConnectionError):
                    break
        for _ in range(20):
            expect(wire.tcp(V4, wire.query('www.example.com')), 'no answer over TCP')
            expect(wire.udp(V4, wire.query('www.example.com')), 'no answer over UDP')
    finally:
        for reader in readers:
            reader.close()


@case('connections that are cut in the middle leave nothing behind')
def cut():
    for i in range(200):
        connection = wire.Tcp(V4)
        connection.send(wire.query(f'cut{i}.test'))
        if i % 2:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        connection.close()
    wait_for('a new connection to be served',
             lambda: wire.tcp(V4, wire.query('www.example.com'), 1), 5)


run(setup, stops_cleanly(server))
