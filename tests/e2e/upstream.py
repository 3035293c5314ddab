# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A name server that does what a test tells it to: the far end of forwarding."""
import collections
import socket
import struct
import threading

import wire


class Upstream:
    """Answers on UDP and TCP of one address, by rules {name in lower case, with dot: function}.

    A rule gets the query (octets) and "udp" or "tcp" and gives the response (octets), or None for
    silence. Without a rule every name has the addresses 192.0.2.1 and 2001:db8::1, TTL 300.
    """

    def __init__(self, address, rules=None, tcp=True):
        self.address = address
        self.rules = rules or {}
        self.asked = collections.Counter()  # by (name in lower case, "udp" or "tcp")
        self.total = 0
        self.silent = False
        self.client = None  # who asked last over UDP
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((address, 53))
        threading.Thread(target=self.serve_udp, daemon=True).start()
        if tcp:
            self.tcp = socket.create_server((address, 53))
            threading.Thread(target=self.serve_tcp, daemon=True).start()

    def answer(self, query, transport):
        try:
            name, rrtype, _ = wire.Message(query).question[0]
        except wire.Broken:
            return None
        name = name.lower()
        self.asked[name, transport] += 1
        self.total += 1
        if self.silent:
            return None
        rule = self.rules.get(name)
        if rule is not None:
            return rule(query, transport)
        found = {1: (name, 'A', 300, '192.0.2.1'), 28: (name, 'AAAA', 300, '2001:db8::1')}
        if rrtype in found:
            return wire.response(query, answer=[found[rrtype]])
        return wire.response(query, authority=[('test.', 'SOA', 300, 300)])

    def serve_udp(self):
        while True:
            query, client = self.udp.recvfrom(65535)
            self.client = client
            response = self.answer(query, 'udp')
            if response is not None:
                self.udp.sendto(response, client)

    def serve_tcp(self):
        while True:
            connection, _ = self.tcp.accept()
            threading.Thread(target=self.serve_stream, args=(connection,), daemon=True).start()

    def serve_stream(self, connection):
        with connection, connection.makefile('rb') as stream:
            while len(head := stream.read(2)) == 2:
                query = stream.read(struct.unpack('>H', head)[0])
                response = self.answer(query, 'tcp')
                if response is not None:
                    connection.sendall(struct.pack('>H', len(response)) + response)


def gives(*answer, rcode=0, authority=(), flags=wire.QR | wire.RA):
    """A rule: always this response."""
    def rule(query, _):
        return wire.response(query, flags=flags, rcode=rcode, answer=answer, authority=authority)
    return rule
