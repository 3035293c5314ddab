# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Hostile streams: slow, half closed, lying, garbage, floods. Each ends, memory is bounded, others are served."""
import os
import random
import socket
import struct
import time

import h2
import wire
from harness import (SANITIZED, V4, WORK, Server, accounts_hold, case, expect, expect_equal, run,
                     stops_cleanly, test_config, wait_for)
from tls import Tls, make_certificate

# Also run against the binary with the address and undefined-behaviour sanitizers.
UNDER_SANITIZERS = True

LOCAL = '127.0.0.1'
DOT, DOH = 853, 8053
PER_IP = 60
GROWTH_KIB = (400 if SANITIZED else 64) * 1024
CERT, KEY = WORK / 'hostile.crt', WORK / 'hostile.key'
QUERY = wire.query('www.example.com')

config = test_config({'example.com.': 'example.zone'})
config['listener'] = [
    {'name': 'tcp', 'address': LOCAL, 'port': 53, 'protocols': ['tcp'], 'acl': 'any'},
    {'name': 'dot', 'address': LOCAL, 'port': DOT, 'protocols': ['tcp'], 'enable_tls': True,
     'tls_cert_path': str(CERT), 'tls_key_path': str(KEY), 'acl': 'any'}]
config['doh'] = {'enabled': True, 'bind': f'{LOCAL}:{DOH}', 'terminate_tls': False}
config['limits'] = {'max_tcp_sessions': 400, 'max_tcp_sessions_per_ip': PER_IP,
                    'tcp_idle_timeout_ms': 3000}
server = Server(config)
state = {}


def setup():
    make_certificate(WORK, 'hostile')
    server.start(QUERY)
    wait_for('DNS over HTTPS', doh_works)
    state['rss'] = server.rss_kib()


def doh_works():
    try:
        with h2.Client(LOCAL, DOH) as client:
            client.send(h2.post(1, QUERY))
            return wire.Message(client.body(1)).status == 'NOERROR'
    except OSError:
        return False


def others_are_served():
    """Over everything, from addresses that attack nobody; and memory is what it was."""
    expect(server.alive(), f'the server died, status {server.process.poll()}')
    expect(wire.udp(V4, QUERY), 'no answer over UDP')
    expect(wire.tcp(V4, QUERY), 'no answer over TCP')
    with Tls(LOCAL, DOT) as connection:
        connection.send(QUERY)
        expect(connection.receive(), 'no answer over TLS')
    expect(doh_works(), 'no answer over HTTP/2')
    grown = server.rss_kib() - state['rss']
    expect(grown < GROWTH_KIB, f'{grown} KiB more than at the start')


def streams():
    return server.telemetry('/scloud/streams')


def attackers(count, port=53):
    """Connections from other addresses, as many as one client may have from each."""
    made = []
    for i in range(count):
        connection = socket.create_connection((LOCAL, port), 10, (f'127.0.2.{i // PER_IP + 1}', 0))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.append(connection)
    return made


def is_closed(connection, timeout=15):
    """Whether the server ends the connection, reading what it sends until then."""
    connection.settimeout(timeout)
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def all_closed(connections):
    for connection in connections:
        expect(is_closed(connection), 'a connection is still open')
        connection.close()


@case('slow loris: an octet now and then on hundreds of connections')
def loris():
    message = struct.pack('>H', len(QUERY)) + QUERY
    before = streams()['slow_writer']
    slow = attackers(300)
    start = time.monotonic()
    for at in range(len(message) - 1):
        closed = 0
        for connection in slow:
            try:
                connection.send(message[at:at + 1])
            except ConnectionError:
                closed += 1
        if at == 1:
            others_are_served()
        if closed == len(slow) or time.monotonic() > start + 20:
            break
        time.sleep(0.5)
    all_closed(slow)
    expect(streams()['slow_writer'] - before >= 100, f'{streams()}')
    others_are_served()


@case('half a message, then the end of the sending half')
def half_closed():
    half = attackers(50)
    for connection in half:
        connection.sendall(struct.pack('>H', len(QUERY)) + QUERY[:10])
        connection.shutdown(socket.SHUT_WR)
    all_closed(half)
    others_are_served()


@case('lengths that lie: too long, too short, none')
def lengths():
    liars = attackers(60)
    for i, connection in enumerate(liars):
        if i % 3 == 0:
            connection.sendall(b'\xff\xff' + os.urandom(3000))
        elif i % 3 == 1:
            connection.sendall(struct.pack('>H', i % 12) + QUERY)
        else:
            connection.sendall(b'\0\0' * 5000)
    others_are_served()
    all_closed(liars)
    # A response, and what no message is, in frames that are right.
    wrong = attackers(2)
    wrong[0].sendall(struct.pack('>H', len(QUERY)) + QUERY[:2] + b'\x80' + QUERY[3:])
    wrong[1].sendall(struct.pack('>H', 5) + b'short')
    all_closed(wrong)
    others_are_served()


@case('the large buffers: more unfinished messages of 64 KiB than there are buffers')
def large():
    senders = attackers(120)
    for connection in senders:
        connection.setblocking(False)
        try:
            connection.send(b'\xff\xfe' + b'\0' * 60000)
        except BlockingIOError:
            pass
    others_are_served()
    for connection in senders:
        connection.close()


@case('garbage instead of TLS, and handshakes that never end')
def garbage():
    rng = random.Random(7)
    before = streams()
    hello = b'\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03' + bytes(32)
    shapes = [rng.randbytes(500), b'GET / HTTP/1.1\r\n\r\n', struct.pack('>H', len(QUERY)) + QUERY,
              b'\x80\x2e\x01\x03\x01\0\x15\0\0\0\x10', b'\x16\x03\x01\xff\xff' + rng.randbytes(4000),
              b'\x16\x03\x03\0\x04\x01\0\xff\xff' * 50, b'\x15\x03\x01\0\x02\x01\0' * 100,
              b'\x14\x03\x03\0\x01\x01' * 100, b'\0' * 5000]
    wrong = attackers(len(shapes) * 5, DOT)
    for i, connection in enumerate(wrong):
        try:
            connection.sendall(shapes[i % len(shapes)])
        except ConnectionError:
            pass
    # Each has been looked at before others come, which may take its place.
    all_closed(wrong)
    never = attackers(200, DOT)
    for i, connection in enumerate(never):
        connection.sendall(hello[:i % len(hello)])
    others_are_served()
    all_closed(never)
    after = streams()
    expect(after['tls_failed'] - before['tls_failed'] >= len(wrong) // 2, f'{after}')
    expect(after['slow_opening'] - before['slow_opening'] > 100, f'{after}')
    others_are_served()


def ends(name, octets, most=100000, settings=b''):
    """The server ends an HTTP/2 connection on which `octets(i)` is sent again and again; for what, it says."""
    with h2.Client(LOCAL, DOH, settings, source='127.0.3.1') as client:
        client.socket.settimeout(0.001)
        sent, told = 0, None
        while sent < most:
            if not client.send(b''.join(octets(sent + i) for i in range(10))):
                break
            sent += 10
            try:
                got = client.receive()
                while got is not None and got[0] != h2.GOAWAY:
                    got = client.receive()
                told = got and int.from_bytes(got[3][4:8], 'big')
                break
            except TimeoutError:
                pass
        expect(sent < most, f'{name}: {sent} frames and no end')
        client.socket.settimeout(15)
        while client.receive() is not None:
            pass
        return told


def settings_of(identifier, value):
    return struct.pack('>HI', identifier, value)


@case('HTTP/2 floods: each ends its connection, nobody else notices')
def floods():
    before = streams()
    first = h2.post_fields(9)
    shapes = {
        'rapid reset, CVE-2023-44487': lambda i:
            h2.post(2 * i + 1, QUERY) + h2.frame(h2.RST_STREAM, 0, 2 * i + 1, b'\0\0\0\x08'),
        'made you reset, CVE-2025-8671': lambda i:
            h2.post(2 * i + 1, QUERY, end=False)
            + h2.frame(h2.WINDOW_UPDATE, 0, 2 * i + 1, b'\x7f\xff\xff\xff'),
        'PING, CVE-2019-9512': lambda i: h2.frame(h2.PING, 0, 0, b'12345678'),
        'SETTINGS, CVE-2019-9515': lambda i: h2.frame(h2.SETTINGS),
        'PRIORITY, CVE-2019-9513': lambda i:
            h2.frame(h2.PRIORITY, 0, 2 * i + 1, b'\0\0\0\0\x10'),
        'empty DATA, CVE-2019-9518': lambda i:
            (h2.frame(h2.HEADERS, h2.END_HEADERS, 1, first) if i == 0 else b'')
            + h2.frame(h2.DATA, 0, 1),
        'DATA of padding': lambda i:
            (h2.frame(h2.HEADERS, h2.END_HEADERS, 1, first) if i == 0 else b'')
            + h2.frame(h2.DATA, h2.PADDED, 1, b'\x03\0\0\0'),
        'CONTINUATION, CVE-2024-27316': lambda i:
            h2.frame(h2.HEADERS, 0, 1, first) if i == 0
            else h2.frame(h2.CONTINUATION, 0, 1, b'\x84'),
        'a bomb of HPACK': lambda i:
            h2.frame(h2.HEADERS, h2.END_HEADERS, 1, first + b'\x40\x01x\x7f\xd1\x0f' + b'v' * 2128)
            if i == 0 else h2.frame(h2.HEADERS, h2.END_HEADERS, 2 * i + 1, first + b'\xbe' * 16000),
        'a stream that goes backwards': lambda i: h2.post(1001 - 2 * (i % 500), QUERY),
        'frames larger than allowed': lambda i: h2.frame(h2.DATA, 0, 1, bytes(20000)),
        'noise': lambda i: random.Random(i).randbytes(200),
    }
    for name, octets in shapes.items():
        told = ends(name, octets)
        print(f'       {name}: ' + ('closed' if told is None else f'GOAWAY, error {told}'))
        expect(told != 0, f'{name}: GOAWAY without an error')
        others_are_served()
    expect(streams()['http_abuse'] - before['http_abuse'] >= 5, f'{streams()}')


@case('a client that asks and asks and gives no window')
def window():
    big = wire.query('huge.example.com', 'TXT')
    readers = []
    for i in range(20):
        client = h2.Client(LOCAL, DOH, settings_of(h2.INITIAL_WINDOW_SIZE, 0),
                           source=f'127.0.4.{i + 1}')
        client.send(b''.join(h2.post(2 * j + 1, big) for j in range(60)))
        readers.append(client)
    others_are_served()
    for client in readers:
        expect(is_closed(client.socket, 20), 'a reader without a window is still there')
        client.close()
    others_are_served()


@case('a huge table of header fields changes nothing')
def table():
    with h2.Client(LOCAL, DOH, settings_of(1, 0xffffffff)) as client:
        for i in range(100):
            client.send(h2.post(2 * i + 1, QUERY))
            expect_equal(wire.Message(client.body(2 * i + 1)).status, 'NOERROR', 'rcode')
    others_are_served()


@case('the books balance, and all buffers are back')
def books():
    wait_for('attackers to be gone', lambda: accounts_hold(server), 20)


run(setup, stops_cleanly(server))
