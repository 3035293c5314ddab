# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A private Internet on the loopback interface: name servers of the test's own making, good and bad.

A World has zones at addresses of 127/8 (and ::1), all on one port, and answers from them as RFC 1034
§4.3.2 says. habit() lets an address misbehave: a function gets the question and the honest answer and
gives what is sent: octets, None for silence, or a list of datagrams.
"""
import collections
import selectors
import socket
import struct
import threading
import time

import wire
from wire import AA, QR, TC

Asked = collections.namedtuple('Asked', 'at address name type transport message')


class World:
    def __init__(self, port):
        self.port = port
        self.zones = {}  # (address, apex): {(owner, type): [(ttl, data)…]}
        self.habits = {}
        self.log = []
        self.sockets = selectors.DefaultSelector()
        self.addresses = set()
        self.lock = threading.Lock()
        threading.Thread(target=self.serve, daemon=True).start()

    # -- making --

    def zone(self, apex, address, *records, ttl=300, minimum=60):
        """A zone at an address, or at several. A record is (owner, type, data) or with a TTL before the
        data; "@" is the apex. SOA and NS (ns.APEX at that address) come by themselves unless given."""
        for at in [address] if isinstance(address, str) else address:
            rows = {}
            for record in records:
                owner, rrtype, *rest = record
                row = (rest[0], rest[1]) if len(rest) == 2 else (ttl, rest[0])
                rows.setdefault((absolute(owner, apex), rrtype), []).append(row)
            rows.setdefault((apex, 'SOA'), [(ttl, minimum)])
            if (apex, 'NS') not in rows:
                name = absolute('ns', apex)
                rows[apex, 'NS'] = [(ttl, name)]
                rows.setdefault((name, 'AAAA' if ':' in at else 'A'), [(ttl, at)])
            self.zones[at, apex] = rows
            self.open(at)
        return self

    def open(self, address):
        if address in self.addresses:
            return
        self.addresses.add(address)
        family = wire.family_of(address)
        udp = socket.socket(family, socket.SOCK_DGRAM)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        udp.bind((address, self.port))
        tcp = socket.socket(family, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind((address, self.port))
        tcp.listen(64)
        for opened, transport in ((udp, 'udp'), (tcp, 'tcp')):
            opened.setblocking(False)
            self.sockets.register(opened, selectors.EVENT_READ, (address, transport))

    def habit(self, address, function=None):
        """From now on; None: honest again."""
        self.habits[address] = function

    # -- what was asked --

    def mark(self):
        self.log.clear()

    def asked(self, address=None, name=None, rrtype=None, transport=None):
        """The questions since mark() that fit."""
        return [row for row in list(self.log)
                if (address is None or row.address == address)
                and (name is None or row.name == name)
                and (rrtype is None or row.type == rrtype)
                and (transport is None or row.transport == transport)]

    # -- serving --

    def serve(self):
        while True:
            for key, _ in self.sockets.select(0.1):
                address, transport = key.data
                try:
                    if transport == 'udp':
                        self.take_datagram(key.fileobj, address)
                    else:
                        self.take_connection(key.fileobj, address)
                except OSError:
                    pass

    def take_datagram(self, udp, address):
        query, client = udp.recvfrom(65535)
        self.send(udp, client, self.answer(query, address, 'udp', (udp, client)))

    def send(self, udp, client, what):
        for message in what if isinstance(what, list) else [what]:
            if message is not None:
                udp.sendto(message, client)

    def take_connection(self, tcp, address):
        connection, _ = tcp.accept()
        connection.setblocking(True)
        threading.Thread(target=self.serve_stream, args=(connection, address), daemon=True).start()

    def serve_stream(self, connection, address):
        with connection, connection.makefile('rb') as stream:
            while len(head := stream.read(2)) == 2:
                query = stream.read(struct.unpack('>H', head)[0])
                what = self.answer(query, address, 'tcp', None)
                for message in what if isinstance(what, list) else [what]:
                    if message is not None:
                        connection.sendall(struct.pack('>H', len(message)) + message)

    def later(self, way, message, delay_s):
        """For habits: sends a datagram after a while."""
        threading.Timer(delay_s, lambda: self.send(*way, message)).start()

    def answer(self, query, address, transport, way):
        try:
            message = wire.Message(query)
            name, rrtype, _ = message.question[0]
        except (wire.Broken, IndexError):
            return None
        kind = wire.TYPE_NAMES.get(rrtype, str(rrtype))
        self.log.append(Asked(time.monotonic(), address, name.lower(), kind, transport, message))
        habit = self.habits.get(address)
        if habit is None:
            return self.honest(query, address, transport)
        question = Question(self, query, address, transport, way, message, name.lower(), kind)
        return habit(question)

    def honest(self, query, address, transport, **more):
        message = wire.Message(query)
        name, rrtype, _ = message.question[0]
        apex = self.closest(address, name.lower(), wire.TYPE_NAMES.get(rrtype))
        if apex is None:
            return wire.response(query, flags=QR, rcode=5)
        found = look(self.zones[address, apex], apex, name.lower(),
                     wire.TYPE_NAMES.get(rrtype, str(rrtype)))
        data = wire.response(query, **(found | more))
        limit = 512 if message.edns is None else max(512, message.edns.rrclass)
        if transport == 'udp' and len(data) > limit:
            return wire.response(query, flags=QR | AA | TC)
        return data

    def closest(self, address, name, rrtype=None):
        labels = [label for label in name.rstrip('.').split('.') if label]
        for at in range(len(labels) + 1):
            apex = '.'.join(labels[at:]) + '.'
            if (address, apex) in self.zones:
                return apex
        return None


class Question:
    """What a habit gets."""

    def __init__(self, world, query, address, transport, way, message, name, type):
        self.world, self.query, self.address, self.transport = world, query, address, transport
        self.way, self.message, self.name, self.type = way, message, name, type

    def honest(self, **more):
        return self.world.honest(self.query, self.address, self.transport, **more)

    def respond(self, **more):
        return wire.response(self.query, **({'flags': QR | AA} | more))

    def later(self, delay_s, message=None):
        """The honest answer (or another), after a while."""
        message = message if message is not None else self.honest()
        if self.transport == 'udp':
            self.world.later(self.way, message, delay_s)
            return None
        time.sleep(delay_s)
        return message


def absolute(name, apex):
    if name == '@':
        return apex
    if name.endswith('.'):
        return name
    return name + '.' + apex if apex != '.' else name + '.'


def above(name):
    """The names from this one up, without the root."""
    while name != '.':
        yield name
        name = name.partition('.')[2] or '.'


def glue(rows, targets):
    return [(target, kind, ttl, data) for target in targets for kind in ('A', 'AAAA')
            for ttl, data in rows.get((target, kind), [])]


def look(rows, apex, name, rrtype):
    """RFC 1034 §4.3.2 in short: arguments for wire.response()."""
    answer = []
    for _ in range(20):
        for at in reversed(list(above(name))):
            is_below = at.endswith('.' + apex) or apex == '.'
            if is_below and at != apex and (at, 'NS') in rows and not (rrtype == 'DS' and at == name):
                ns = [(at, 'NS', ttl, data) for ttl, data in rows[at, 'NS']]
                return {'flags': QR | (AA if answer else 0), 'answer': answer, 'authority': ns,
                        'additional': glue(rows, [row[3] for row in ns])}
            if at != name and is_below and (at, 'DNAME') in rows:
                ttl, target = rows[at, 'DNAME'][0]
                alias = name[:-len(at)] + target
                answer += [(at, 'DNAME', ttl, target), (name, 'CNAME', ttl, alias)]
                name = alias
                break
        else:
            if (name, rrtype) in rows:
                answer += [(name, rrtype, ttl, data) for ttl, data in rows[name, rrtype]]
                return {'flags': QR | AA, 'answer': answer}
            if (name, 'CNAME') in rows:
                ttl, target = rows[name, 'CNAME'][0]
                answer.append((name, 'CNAME', ttl, target))
                name = target
            else:
                exists = any(owner == name or owner.endswith('.' + name) for owner, _ in rows)
                soa = [(apex, 'SOA', *rows[apex, 'SOA'][0])]
                return {'flags': QR | AA, 'rcode': 0 if exists else 3, 'answer': answer,
                        'authority': soa}
        if not (name == apex or name.endswith('.' + apex) or apex == '.'):
            break
    return {'flags': QR | AA, 'answer': answer}
