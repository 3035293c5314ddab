# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""HTTP/2 frame by frame, for clients that break its rules (RFC 9113, RFC 7541)."""
import socket
import struct

PREFACE = b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = \
    0, 1, 2, 3, 4, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
INITIAL_WINDOW_SIZE = 4


def frame(kind, flags=0, stream=0, payload=b''):
    return struct.pack('>I', len(payload))[1:] + bytes([kind, flags]) + struct.pack('>I', stream) + payload


def literal(index, value):
    """A field whose name is in the static table; of less than 127 octets, in no table afterwards."""
    name = bytes([index]) if index < 15 else bytes([15, index - 15])
    return name + bytes([len(value)]) + value


def post_fields(length, path=b'/dns-query'):
    """POST, http, path, authority, content-type, content-length."""
    return (b'\x83\x86' + literal(4, path) + literal(1, b'ns.test')
            + literal(31, b'application/dns-message') + literal(28, str(length).encode()))


def post(stream, message, end=True):
    """A whole request, or one whose body has no end."""
    return (frame(HEADERS, END_HEADERS, stream, post_fields(len(message) + (not end)))
            + frame(DATA, END_STREAM if end else 0, stream, message))


class Client:
    """A connection after the preface; it answers nothing by itself. `first` goes out before."""

    def __init__(self, address, port, settings=b'', source=None, first=b''):
        self.socket = socket.create_connection((address, port), 10,
                                               (source, 0) if source else None)
        self.buffer = b''
        self.socket.sendall(first + PREFACE + frame(SETTINGS, 0, 0, settings))

    def send(self, data):
        """False: the server has closed the connection."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def receive(self):
        """The next frame as (kind, flags, stream, payload), None at the end."""
        while True:
            if len(self.buffer) >= 9:
                size = int.from_bytes(self.buffer[:3], 'big')
                if len(self.buffer) >= 9 + size:
                    head, payload = self.buffer[:9], self.buffer[9:9 + size]
                    self.buffer = self.buffer[9 + size:]
                    return head[3], head[4], int.from_bytes(head[5:9], 'big'), payload
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                return None
            if not data:
                return None
            self.buffer += data

    def body(self, stream):
        """The body of the response on that stream."""
        body = b''
        while True:
            got = self.receive()
            if got is None:
                return None
            kind, flags, number, payload = got
            if kind == DATA and number == stream:
                body += payload
                if flags & END_STREAM:
                    return body

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
