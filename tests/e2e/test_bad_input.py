# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Bad input of every kind: an error or a named drop, and the next good query is answered."""
import random
import socket
import struct
import time

import frames
import wire
from harness import (UPSTREAM, V4, V6, Server, accounts_hold, case, expect, expect_equal, run,
                     stops_cleanly, test_config)
from upstream import Upstream
from wire import ask

# Also run against the binary with the address and undefined-behaviour sanitizers.
UNDER_SANITIZERS = True

config = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
config['limits'] = {'max_tcp_sessions': 200, 'max_tcp_sessions_per_ip': 100,
                    'tcp_idle_timeout_ms': 2000}
server = Server(config)
GOOD = wire.query('www.example.com', do=True, options=wire.option(10, b'12345678'))


def setup():
    global link
    Upstream(UPSTREAM)
    server.start(wire.query('www.example.com'))
    link = frames.Link(V4)


def still_good():
    """The next good query is answered, everywhere."""
    expect(server.alive(), f'the server died, status {server.process.poll()}')
    for address in (V4, V6):
        for transport in (wire.udp, wire.tcp):
            answer = ask(address, 'www.example.com', transport=transport)
            expect_equal((answer.status, len(answer.answer)), ('NOERROR', 1), 'a good query')


def throw(messages, address=V4):
    """Sends datagrams; every answer that comes back must be well formed. Gives the answers."""
    with socket.socket(wire.family_of(address), socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        client.connect((address, 53))
        got = []
        for i, message in enumerate(messages):
            client.send(message)
            if i % 32 == 31:
                got += wire.drain(client, 0.01)
        got += wire.drain(client, 0.3)
    for data in got:
        expect(data[2] & 0x80, f'an answer without QR: {data!r}')
        wire.Message(data)
    return got


@case('random octets of every length')
def noise():
    chance = random.Random(2)
    for address in (V4, V6):
        throw([chance.randbytes(chance.randrange(1, 1400)) for _ in range(2000)], address)
        throw([struct.pack('>HH', i, 0) + chance.randbytes(chance.randrange(8, 200))
               for i in range(2000)], address)
        throw([GOOD[:12] + chance.randbytes(chance.randrange(1, 300)) for _ in range(2000)], address)
    throw([b''])
    still_good()


@case('a good query cut at every octet: FORMERR from the header on, silence before')
def cut():
    for size in (0, 11, 12, 20, len(GOOD) - 1):
        expect_equal([data[3] & 15 for data in throw([GOOD[:size]])], [1] if size >= 12 else [],
                     f'answers to {size} octets')
    throw([GOOD[:size] for size in range(len(GOOD))])
    throw([GOOD[:size] for size in range(len(GOOD))], V6)
    still_good()


@case('a good query with every single bit turned')
def bits():
    turned = []
    for i in range(len(GOOD) * 8):
        message = bytearray(GOOD)
        message[i // 8] ^= 1 << i % 8
        turned.append(bytes(message))
    throw(turned)
    throw(turned, V6)
    still_good()


@case('names that loop, point forward, point outside, are too long, have bad labels')
def names():
    head = struct.pack('>HHHHHH', 1, 0x0100, 1, 0, 0, 0)
    tail = b'\0\1\0\1'
    bad = [b'\xc0\x0c', b'\xc0\x0e\xc0\x0c', b'\1a\xc0\x0c', b'\xc0\xff', b'\xff\xff', b'\xc0',
           b'\x40a\0', b'\x80a\0', b'\x3f' + b'a' * 10, b'\1a' * 128 + b'\0',
           (b'\x3f' + b'a' * 63) * 4 + b'\0']
    for name in bad:
        got = throw([head + name + tail])
        expect_equal([data[3] & 15 for data in got], [1], f'answers to the name {name!r}')
    still_good()


@case('counts and lengths that lie')
def lies():
    body = wire.name_bytes('www.example.com') + b'\0\1\0\1'
    messages = [struct.pack('>HHHHHH', 1, 0x0100, *counts) + body for counts in (
        (0, 0, 0, 0), (2, 0, 0, 0), (65535, 0, 0, 0), (1, 1, 0, 0), (1, 0, 65535, 0), (1, 0, 0, 2),
        (65535, 65535, 65535, 65535))]
    opt = wire.opt_record()
    plain = struct.pack('>HHHHHH', 1, 0x0100, 1, 0, 0, 1) + body
    messages += [
        plain + opt[:-2] + b'\xff\xff',  # rdata longer than the message
        plain + opt[:-2] + b'\0\4\0\x0a\0\xff',  # an option longer than its record
        plain + opt[:-2] + b'\0\3\0\x0a\0',  # an option shorter than its head
        plain[:11] + b'\2' + body + opt + opt,  # two OPT records
        plain + b'\1x' + opt,  # an OPT record with a name
        plain + opt + b'rest',
    ]
    for data in throw(messages):
        expect(data[3] & 15, f'no error for a message that lies: {data!r}')
    still_good()


@case('responses are never answered, whatever is in them')
def responses():
    answer = wire.udp(V4, GOOD)
    got = throw([answer, b'\0\0\x80\0' + bytes(8), GOOD[:2] + b'\x80' + GOOD[3:]])
    expect_equal(got, [], 'answers')
    still_good()


@case('frames whose lengths, checksums and headers are wrong')
def bad_frames():
    for frame in link.bad_frames(GOOD):
        link.send(frame)
    still_good()


@case('frames cut at every octet, and filled with noise behind each header')
def cut_frames():
    chance = random.Random(3)
    for frame in (link.udp4(GOOD), link.udp6(GOOD), link.vlan(link.udp4(GOOD))):
        for size in range(14, len(frame)):
            link.send(frame[:size])
        for at in (12, 14, 34, 42, 54, 62):
            for _ in range(200):
                link.send(frame[:at] + chance.randbytes(len(frame) - at))
    still_good()


@case('a query from port 0, and from our own address, is not answered')
def nowhere():
    link.send(link.udp4(GOOD, source_port=0))
    link.send(link.udp6(GOOD, source_port=0))
    link.send(link.udp4(GOOD, source=V4))
    link.send(link.udp4(GOOD, source='255.255.255.255'))
    link.send(link.udp4(GOOD, source='224.0.0.1'))
    still_good()


@case('TCP: 64 KiB of junk, lengths of 0 and 65535, junk in good framing')
def tcp_junk():
    chance = random.Random(4)
    junk = [b'\xff\xff' + chance.randbytes(65535), b'\0\0' * 100, b'\xff\xff', b'\0',
            chance.randbytes(65536), b'\0\x0c' + bytes(12), b'\0\5hello', b'GET / HTTP/1.1\r\n\r\n']
    for data in junk:
        for address in (V4, V6):
            with wire.Tcp(address) as connection:
                try:
                    connection.raw(data)
                    connection.socket.settimeout(0.1)
                    connection.receive()
                except (TimeoutError, OSError):
                    pass
        still_good()


@case('TCP: clients that open and say nothing, or an octet a second')
def slow_clients():
    connections = [wire.Tcp(V4) for _ in range(40)]
    try:
        for i in range(20):
            for connection in connections[:20]:
                try:
                    connection.raw(GOOD[i:i + 1])
                except OSError:
                    pass
            expect(wire.udp(V4, GOOD), 'no answer over UDP')
            expect(wire.tcp(V6, GOOD), 'no answer over TCP')
            time.sleep(0.05)
    finally:
        for connection in connections:
            connection.close()
    still_good()


@case('TCP: a thousand half-open connections from addresses that do not exist')
def half_open():
    for i in range(1000):
        link.send(link.syn4(f'10.53.0.{10 + i % 200}', 1024 + i))
    still_good()


@case('every packet is accounted for: in = answered + dropped by name + in flight')
def accounts():
    accounts_hold(server)


run(setup, stops_cleanly(server))
