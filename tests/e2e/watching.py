# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Readers of what the server writes about packets: dnstap over Frame Streams, and pcapng."""
import socket
import struct
import threading

CONTENT_TYPE = b'protobuf:dnstap.Dnstap'
ACCEPT, START, STOP, READY, FINISH = 1, 2, 3, 4, 5
TYPES = {1: 'AUTH_QUERY', 2: 'AUTH_RESPONSE', 3: 'RESOLVER_QUERY', 4: 'RESOLVER_RESPONSE',
         5: 'CLIENT_QUERY', 6: 'CLIENT_RESPONSE', 7: 'FORWARDER_QUERY', 8: 'FORWARDER_RESPONSE'}


def varint(data, at):
    value = shift = 0
    while True:
        octet = data[at]
        value |= (octet & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if octet < 0x80:
            return value, at


def fields(data):
    """Fields of a protocol buffer by number: numbers and octets."""
    at, found = 0, {}
    while at < len(data):
        key, at = varint(data, at)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            found[number], at = varint(data, at)
        elif wire_type == 2:
            size, at = varint(data, at)
            found[number], at = data[at:at + size], at + size
        elif wire_type == 5:
            found[number], at = struct.unpack_from('<I', data, at)[0], at + 4
        else:
            raise ValueError(f'wire type {wire_type}')
    return found


def message(frame):
    """A dnstap message: its type, the identity, addresses, and the DNS message."""
    outer = fields(frame)
    inner = fields(outer[14])
    return {'type': TYPES[inner[1]], 'identity': outer.get(1, b'').decode(),
            'version': outer.get(2, b'').decode(), 'protocol': inner.get(3),
            'client': inner.get(4), 'server': inner.get(5), 'port': inner.get(6),
            'query_time': inner.get(8), 'response_time': inner.get(12),
            'query': inner.get(10), 'response': inner.get(14)}


def control(kind, *content):
    body = struct.pack('>I', kind)
    for text in content:
        body += struct.pack('>II', 1, len(text)) + text
    return struct.pack('>II', 0, len(body)) + body


def frames(data):
    """The data frames of a file, which must begin with START and end with STOP."""
    at, found, kinds = 0, [], []
    while at < len(data):
        size = struct.unpack_from('>I', data, at)[0]
        at += 4
        if size == 0:
            size, kind = struct.unpack_from('>II', data, at)
            kinds.append(kind)
            at += 4 + size
            continue
        found.append(data[at:at + size])
        at += size
    if kinds[:1] != [START] or kinds[-1:] != [STOP]:
        raise ValueError(f'control frames {kinds}')
    return [message(frame) for frame in found]


class Reader(threading.Thread):
    """Listens at a Unix socket as a reader of dnstap does, and keeps what comes."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.messages = []
        self.finished = threading.Event()
        self.start()

    def exactly(self, connection, size):
        data = b''
        while len(data) < size:
            part = connection.recv(size - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def frame(self, connection):
        size = struct.unpack('>I', self.exactly(connection, 4))[0]
        if size > 0:
            return None, self.exactly(connection, size)
        size = struct.unpack('>I', self.exactly(connection, 4))[0]
        body = self.exactly(connection, size)
        return struct.unpack_from('>I', body)[0], body

    def run(self):
        connection, _ = self.listener.accept()
        with connection:
            while True:
                kind, data = self.frame(connection)
                if kind is None:
                    self.messages.append(message(data))
                elif kind == READY:
                    connection.sendall(control(ACCEPT, CONTENT_TYPE))
                elif kind == STOP:
                    connection.sendall(control(FINISH))
                    self.finished.set()
                    return


def pcapng(data):
    """The packets of a pcapng file: interface, octets, comment."""
    at, found, interfaces = 0, [], []
    while at < len(data):
        kind, size = struct.unpack_from('<II', data, at)
        body = data[at + 8:at + size - 4]
        if struct.unpack_from('<I', data, at + size - 4)[0] != size:
            raise ValueError('the lengths of a block differ')
        if kind == 0x0a0d0d0a and struct.unpack_from('<I', body)[0] != 0x1a2b3c4d:
            raise ValueError('order of octets')
        if kind == 1:
            interfaces.append(struct.unpack_from('<H', body)[0])
        if kind == 6:
            interface, _, _, captured, whole = struct.unpack_from('<IIIII', body)
            option = 20 + (captured + 3 & ~3)
            code, length = struct.unpack_from('<HH', body, option)
            comment = body[option + 4:option + 4 + length].decode() if code == 1 else ''
            found.append({'link': interfaces[interface], 'data': body[20:20 + captured],
                          'whole': whole, 'comment': comment})
        at += size
    return found
