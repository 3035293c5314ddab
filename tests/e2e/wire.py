# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""DNS messages as octets, written apart from the server's own code so that one checks the other."""
import ipaddress
import socket
import struct
import time

TYPES = {'A': 1, 'NS': 2, 'CNAME': 5, 'SOA': 6, 'PTR': 12, 'MX': 15, 'TXT': 16, 'AAAA': 28,
         'SRV': 33, 'DNAME': 39, 'OPT': 41, 'DS': 43, 'ANY': 255}
TYPE_NAMES = {number: name for name, number in TYPES.items()}
RCODES = {0: 'NOERROR', 1: 'FORMERR', 2: 'SERVFAIL', 3: 'NXDOMAIN', 4: 'NOTIMP', 5: 'REFUSED',
          16: 'BADVERS'}
QR, AA, TC, RD, RA, AD, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0020, 0x0010
EDE = 15  # EDNS option code, RFC 8914


class Broken(Exception):
    """A message that is not well formed."""


def name_bytes(name):
    """The uncompressed wire form of a name in presentation form (no escapes)."""
    labels = [label for label in name.rstrip('.').split('.') if label]
    return b''.join(bytes([len(label)]) + label.encode() for label in labels) + b'\0'


def option(code, data=b''):
    return struct.pack('>HH', code, len(data)) + data


def opt_record(size=1232, do=False, options=b'', version=0):
    return b'\0' + struct.pack('>HHBBHH', TYPES['OPT'], size, 0, version,
                               0x8000 if do else 0, len(options)) + options


def query(name, rrtype='A', id=0x5c1d, flags=RD, edns=1232, do=False, rrclass=1, options=b''):
    """A query; edns=None leaves the OPT record away."""
    number = TYPES[rrtype] if isinstance(rrtype, str) else rrtype
    extra = opt_record(edns, do, options) if edns is not None else b''
    return (struct.pack('>HHHHHH', id, flags, 1, 0, 0, 1 if extra else 0)
            + name_bytes(name) + struct.pack('>HH', number, rrclass) + extra)


class Record:
    """A resource record; `data` is its rdata, with names in it uncompressed and in text form."""

    def __init__(self, name, rrtype, rrclass, ttl, data):
        self.name, self.type, self.rrclass, self.ttl, self.data = name, rrtype, rrclass, ttl, data

    def __repr__(self):
        return f'{self.name} {self.ttl} {TYPE_NAMES.get(self.type, self.type)} {self.data}'


class Message:
    """A parsed message: id, flags, rcode, question, answer, authority, additional, edns options."""

    def __init__(self, data):
        self.data = data
        if len(data) < 12:
            raise Broken('shorter than a header')
        self.id, self.flags, qd, an, ns, ar = struct.unpack('>HHHHHH', data[:12])
        self.rcode = self.flags & 15
        self.opcode = self.flags >> 11 & 15
        self.at = 12
        self.question = [self.read_question() for _ in range(qd)]
        self.answer = [self.read_record() for _ in range(an)]
        self.authority = [self.read_record() for _ in range(ns)]
        self.additional = [self.read_record() for _ in range(ar)]
        if self.at != len(data):
            raise Broken(f'{len(data) - self.at} octets behind the last record')
        self.read_edns()

    def read_edns(self):
        self.edns = None
        self.options = []
        opts = [record for record in self.additional if record.type == TYPES['OPT']]
        if len(opts) > 1:
            raise Broken('two OPT records')
        if not opts:
            return
        self.edns = opts[0]
        self.additional.remove(self.edns)
        self.rcode |= self.edns.ttl >> 24 << 4
        data = self.edns.data
        while data:
            code, size = struct.unpack('>HH', data[:4])
            self.options.append((code, data[4:4 + size]))
            data = data[4 + size:]

    @property
    def status(self):
        return RCODES.get(self.rcode, str(self.rcode))

    @property
    def ede(self):
        """The extended error codes in it."""
        return [struct.unpack('>H', data[:2])[0] for code, data in self.options if code == EDE]

    def take(self, count):
        if self.at + count > len(self.data):
            raise Broken('ends inside of a record')
        self.at += count
        return self.data[self.at - count:self.at]

    def read_name(self):
        name, self.at = self.name_at(self.at)
        return name

    def name_at(self, at):
        labels, end, jumps = [], None, 0
        while True:
            if at >= len(self.data):
                raise Broken('a name ends outside')
            size = self.data[at]
            if size >= 0xc0:
                target = struct.unpack('>H', self.data[at:at + 2])[0] & 0x3fff
                end = at + 2 if end is None else end
                if target >= at or jumps > 127:
                    raise Broken('a compression pointer does not point back')
                at, jumps = target, jumps + 1
                continue
            at += 1
            if size == 0:
                return '.'.join(labels) + '.', at if end is None else end
            labels.append(self.data[at:at + size].decode('latin-1'))
            at += size

    def read_question(self):
        name = self.read_name()
        return name, *struct.unpack('>HH', self.take(4))

    def read_record(self):
        name = self.read_name()
        rrtype, rrclass, ttl, size = struct.unpack('>HHIH', self.take(10))
        end = self.at + size
        if end > len(self.data):
            raise Broken('rdata ends outside')
        record = Record(name, rrtype, rrclass, ttl, self.read_data(rrtype, end))
        if self.at != end:
            raise Broken('rdata has another length than it says')
        return record

    def read_data(self, rrtype, end):
        if rrtype == TYPES['A'] or rrtype == TYPES['AAAA']:
            return str(ipaddress.ip_address(self.take(end - self.at)))
        if rrtype in (TYPES['NS'], TYPES['CNAME'], TYPES['PTR'], TYPES['DNAME']):
            return self.read_name()
        if rrtype == TYPES['MX']:
            return struct.unpack('>H', self.take(2))[0], self.read_name()
        if rrtype == TYPES['SOA']:
            return self.read_name(), self.read_name(), *struct.unpack('>IIIII', self.take(20))
        return self.take(end - self.at)


def response(question, flags=QR | RA, rcode=0, answer=(), authority=(), additional=(), edns=True):
    """A response to a query (octets): records are (name, type, ttl, data), data as octets or as
    text for A, AAAA, names; ("name", "SOA", ttl, minimum) for a SOA record."""
    asked = Message(question)
    name, rrtype, rrclass = asked.question[0]
    # The question as it was written: its case must come back.
    raw = question[12:12 + len(name_bytes(name)) + 4]
    extra = opt_record() if edns and asked.edns is not None else b''
    counts = [len(answer), len(authority), len(additional) + (1 if extra else 0)]
    flags |= asked.flags & RD | rcode
    return (struct.pack('>HHHHHH', asked.id, flags, 1, *counts) + raw
            + b''.join(record_bytes(*record) for record in (*answer, *authority, *additional))
            + extra)


def record_bytes(name, rrtype, ttl, data):
    if rrtype in ('A', 'AAAA'):
        data = ipaddress.ip_address(data).packed
    elif rrtype in ('NS', 'CNAME', 'PTR', 'DNAME'):
        data = name_bytes(data)
    elif rrtype == 'SOA':
        data = (name_bytes('ns.' + name) + name_bytes('host.' + name)
                + struct.pack('>IIIII', 1, 7200, 3600, 1209600, data))
    return (name_bytes(name) + struct.pack('>HHIH', TYPES[rrtype], 1, ttl, len(data)) + data)


def family_of(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def udp(address, message, timeout=3.0, port=53):
    """Sends a datagram and gives the next one that comes back, or None after the time-out."""
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        client.connect((address, port))
        try:
            client.send(message)
            return client.recv(65535)
        except (TimeoutError, ConnectionRefusedError):
            return None


class Tcp:
    """A connection on which messages go with their two octets of length."""

    def __init__(self, address, port=53, timeout=3.0):
        self.socket = socket.create_connection((address, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b''

    def send(self, *messages):
        self.socket.sendall(b''.join(struct.pack('>H', len(m)) + m for m in messages))

    def raw(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The next message, or None where the server closed the connection."""
        while True:
            if len(self.buffer) >= 2:
                size = struct.unpack('>H', self.buffer[:2])[0]
                if len(self.buffer) >= 2 + size:
                    message = self.buffer[2:2 + size]
                    self.buffer = self.buffer[2 + size:]
                    return message
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self.buffer += data

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def tcp(address, message, timeout=3.0, port=53):
    """Asks over a connection of its own; None where no answer came."""
    try:
        with Tcp(address, port, timeout) as connection:
            connection.send(message)
            return connection.receive()
    except TimeoutError:
        return None


def ask(address, name, rrtype='A', transport=udp, timeout=3.0, **more):
    """Asks and gives the checked Message: id and question must be those that were sent."""
    message = query(name, rrtype, **more)
    data = transport(address, message, timeout)
    if data is None:
        raise Broken(f'no answer from {address} to {name} {rrtype} within {timeout:g} s')
    answer = Message(data)
    asked = Message(message)
    if answer.id != asked.id or not answer.flags & QR:
        raise Broken(f'not an answer to {name} {rrtype}: id {answer.id:#x} flags {answer.flags:#x}')
    if answer.question != asked.question:
        raise Broken(f'asked {asked.question}, answered {answer.question}')
    return answer


def drain(client, timeout):
    """All datagrams that come within the time."""
    got = []
    deadline = time.monotonic() + timeout
    while (left := deadline - time.monotonic()) > 0:
        client.settimeout(left)
        try:
            got.append(client.recv(65535))
        except TimeoutError:
            break
    return got
