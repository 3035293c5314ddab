# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Name servers that misbehave, each in a way that is met in the wild: the table KINDS says how."""
import socket
import struct
import threading

import wire
from tree_zones import ODD, SILENT
from upstream import Upstream
from wire import AA, QR, TC

LIE = '198.51.100.66'


class Odd(Upstream):
    """The zone KIND.odd.test.: www, two.deep.names, many (an answer that needs TCP)."""

    def __init__(self, address, kind):
        self.kind, self.zone = kind, f'{kind}.odd.test.'
        super().__init__(address)

    def records(self, name, rrtype):
        """What an honest server would have: answer, or None where the name is not there."""
        zone = self.zone
        known = {
            (zone, 2): [(zone, 'NS', 300, f'ns.{zone}')],
            (zone, 6): [(zone, 'SOA', 300, 60)],
            (f'ns.{zone}', 1): [(f'ns.{zone}', 'A', 300, self.address)],
            (f'www.{zone}', 1): [(f'www.{zone}', 'A', 300, '192.0.2.40')],
            (f'two.deep.names.{zone}', 1): [(f'two.deep.names.{zone}', 'A', 300, '192.0.2.41')],
        }
        if (name, rrtype) in known:
            return known[name, rrtype]
        has_name = any(owner == name or owner.endswith('.' + name) for owner, _ in known)
        return [] if has_name else None

    def honest(self, query, flags=QR | AA, **more):
        name, rrtype, _ = wire.Message(query).question[0]
        found = self.records(name.lower(), rrtype)
        return wire.response(query, flags=flags, rcode=0 if found is not None else 3,
                             answer=found or (),
                             authority=() if found else [(self.zone, 'SOA', 300, 60)], **more)

    def answer(self, query, transport):
        try:
            asked = wire.Message(query)
            return KINDS[self.kind](self, query, asked, transport)
        except wire.Broken:
            return None

    def has(self, asked):
        name, rrtype, _ = asked.question[0]
        return bool(self.records(name.lower(), rrtype))


def truncating(server, query, asked, transport):
    """Has answers over TCP only."""
    if transport == 'udp':
        return wire.response(query, flags=QR | AA | TC)
    return server.honest(query)


def no_edns(rcode):
    """Does not know EDNS and says so with an rcode."""
    def kind(server, query, asked, transport):
        if asked.edns is not None:
            return wire.response(query, flags=QR, rcode=rcode, edns=False)
        return server.honest(query)
    return kind


def deaf(server, query, asked, transport):
    """Says nothing to a query with EDNS."""
    return server.honest(query) if asked.edns is None else None


def plain(server, query, asked, transport):
    """Ignores EDNS."""
    return server.honest(query, edns=False)


def lower(server, query, asked, transport):
    """Gives the question back in lower case."""
    data = server.honest(query)
    end = 12 + len(wire.name_bytes(asked.question[0][0]))
    return data[:12] + data[12:end].lower() + data[end:]


def empty(server, query, asked, transport):
    """Says NXDOMAIN for a name that only has names below it."""
    name, rrtype, _ = asked.question[0]
    if not server.has(asked) and name.lower() != server.zone:
        return wire.response(query, flags=QR | AA, rcode=3,
                             authority=[(server.zone, 'SOA', 300, 60)])
    return server.honest(query)


def refusing(server, query, asked, transport):
    """REFUSED for what it has not."""
    return server.honest(query) if server.has(asked) else wire.response(query, flags=QR, rcode=5)


def mute(server, query, asked, transport):
    """Silence for what it has not."""
    return server.honest(query) if server.has(asked) else None


def upward(server, query, asked, transport):
    """Lame: refers to the root."""
    return wire.response(query, flags=QR, authority=[('.', 'NS', 300, 'a.root.')])


def slow(server, query, asked, transport):
    """Answers after 0.7 s, several questions at a time."""
    if transport == 'tcp':
        return server.honest(query)
    threading.Timer(0.7, server.udp.sendto, (server.honest(query), server.client)).start()
    return None


def noisy(server, query, asked, transport):
    """Sends answers of a bad guesser before its own: other id, other question."""
    lie = wire.response(query, flags=QR | AA, answer=[(asked.question[0][0], 'A', 300, LIE)])
    if transport == 'udp':
        server.udp.sendto(struct.pack('>H', asked.id ^ 1) + lie[2:], server.client)
        other = wire.response(wire.query('other.test', id=asked.id), flags=QR | AA,
                              answer=[('other.test.', 'A', 300, LIE)])
        server.udp.sendto(other, server.client)
    return server.honest(query)


def poison(server, query, asked, transport):
    """Adds records of zones that are not its own."""
    return server.honest(query, additional=[('www.example.test.', 'A', 300, LIE),
                                            ('ns.example.test.', 'A', 300, LIE)])


def stuffed(server, query, asked, transport):
    """A CNAME out of its zone together with a lie about the target."""
    name, rrtype, _ = asked.question[0]
    if name.lower() != f'www.{server.zone}' or rrtype != 1:
        return server.honest(query)
    return wire.response(query, flags=QR | AA, answer=[
        (name.lower(), 'CNAME', 300, 'mail.example.test.'), ('mail.example.test.', 'A', 300, LIE)])


def closing(server, query, asked, transport):
    """Truncates, and its TCP closes without an answer the first time."""
    if transport == 'udp':
        return wire.response(query, flags=QR | AA | TC)
    server.asked['closed', 'tcp'] += 1
    return None if server.asked['closed', 'tcp'] == 1 else server.honest(query)


KINDS = {'truncating': truncating, 'formerr': no_edns(1), 'notimp': no_edns(4), 'deaf': deaf,
         'plain': plain, 'lower': lower, 'empty': empty, 'refusing': refusing, 'mute': mute,
         'upward': upward, 'slow': slow, 'noisy': noisy, 'poison': poison, 'stuffed': stuffed,
         'closing': closing}


def main():
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind((SILENT, 53))
    servers = [Odd(address, kind) for address, kind in ODD.items()]
    threading.Event().wait()
    del servers, silent


if __name__ == '__main__':
    main()
