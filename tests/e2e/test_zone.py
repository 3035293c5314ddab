# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Answers from a zone, over the wire: every kind of answer, sizes, EDNS, case, refusals."""
import wire
from harness import (V4, V6, Server, case, expect, expect_equal, run, stops_cleanly, test_config)
from wire import AA, RA, RD, TC, ask

server = Server(test_config({'example.com.': 'example.zone'}))
WAYS = [(V4, wire.udp), (V6, wire.udp), (V4, wire.tcp), (V6, wire.tcp)]


def setup():
    server.start(wire.query('www.example.com'))


def everywhere(name, rrtype, look, **more):
    """Asks in all four ways and looks at each answer."""
    for address, transport in WAYS:
        look(ask(address, name, rrtype, transport=transport, **more))


def data(records, rrtype):
    return [record.data for record in records if record.type == wire.TYPES[rrtype]]


@case('positive: the records, AA, their TTL')
def positive():
    def look(answer):
        expect_equal(answer.status, 'NOERROR', 'rcode')
        expect(answer.flags & AA, 'AA is not set')
        expect_equal(data(answer.answer, 'A'), ['192.0.2.80'], 'addresses')
        expect_equal(answer.answer[0].ttl, 300, 'TTL')
    everywhere('www.example.com', 'A', look)


@case('all records of a set come')
def sets():
    def look(answer):
        expect_equal(sorted(data(answer.answer, 'A')),
                     ['192.0.2.101', '192.0.2.102', '192.0.2.103'], 'addresses')
    everywhere('multi.example.com', 'A', look)


@case('NODATA: NOERROR, no answer, the SOA with the negative TTL')
def nodata():
    def look(answer):
        expect_equal((answer.status, answer.answer), ('NOERROR', []), 'answer')
        expect_equal([(r.name, r.ttl) for r in answer.authority], [('example.com.', 600)], 'SOA')
        expect(answer.flags & AA, 'AA is not set')
    everywhere('www.example.com', 'TXT', look)


@case('NODATA at an empty non-terminal and in the middle of the tree')
def empty():
    for name in ('terminal.example.com', 'empty.terminal.example.com'):
        answer = ask(V4, name, 'A')
        expect_equal((answer.status, answer.answer), ('NOERROR', []), name)
        expect_equal(len(data(answer.authority, 'SOA')), 1, 'SOA records')


@case('NXDOMAIN: the SOA with the negative TTL')
def nxdomain():
    def look(answer):
        expect_equal((answer.status, answer.answer), ('NXDOMAIN', []), 'answer')
        expect_equal([(r.name, r.ttl) for r in answer.authority], [('example.com.', 600)], 'SOA')
    everywhere('nothere.example.com', 'A', look)
    expect_equal(ask(V4, 'below.www.example.com', 'A').status, 'NXDOMAIN', 'below a name')


@case('CNAME: the chain within the zone, in order')
def cname():
    def look(answer):
        expect_equal([(r.name, r.type) for r in answer.answer],
                     [('alias2.example.com.', 5), ('alias.example.com.', 5),
                      ('www.example.com.', 1)], 'chain')
        expect_equal(answer.status, 'NOERROR', 'rcode')
    everywhere('alias2.example.com', 'A', look)


@case('CNAME: asked for itself, out of the zone, to a name that is not there')
def cname_ends():
    expect_equal(data(ask(V4, 'alias2.example.com', 'CNAME').answer, 'CNAME'),
                 ['alias.example.com.'], 'CNAME itself')
    away = ask(V4, 'away.example.com', 'A')
    expect_equal((away.status, data(away.answer, 'CNAME')), ('NOERROR', ['www.example.net.']),
                 'out of the zone')
    dangling = ask(V4, 'dangling.example.com', 'A')
    expect_equal((dangling.status, len(dangling.answer)), ('NXDOMAIN', 1), 'RFC 6604: last rcode')


@case('delegation: NS in authority, glue in additional, no AA')
def delegation():
    def look(answer):
        expect_equal((answer.status, answer.answer), ('NOERROR', []), 'answer')
        expect(not answer.flags & AA, 'AA is set in a referral')
        expect_equal(sorted(data(answer.authority, 'NS')),
                     ['ns.elsewhere.test.', 'ns.sub.example.com.'], 'name servers')
        expect_equal(data(answer.additional, 'A') + data(answer.additional, 'AAAA'),
                     ['192.0.2.53', '2001:db8::53'], 'glue')
    everywhere('host.sub.example.com', 'A', look)
    look(ask(V4, 'below.sub.example.com', 'A'))  # data below the cut is not ours
    look(ask(V4, 'sub.example.com', 'NS'))


@case('wildcard: synthesised, NODATA for other types, not where a name is there')
def wildcard():
    def look(answer):
        expect_equal([(r.name, r.data) for r in answer.answer],
                     [('anything.at.all.wild.example.com.', '192.0.2.42')], 'answer')
    everywhere('anything.at.all.wild.example.com', 'A', look)
    expect_equal(ask(V4, 'x.wild.example.com', 'MX').status, 'NOERROR', 'other type')
    expect_equal(ask(V4, 'x.wild.example.com', 'MX').answer, [], 'other type')
    expect_equal(data(ask(V4, 'there.wild.example.com', 'A').answer, 'A'), ['192.0.2.43'], 'exact')
    expect_equal(ask(V4, 'x.there.wild.example.com', 'A').status, 'NXDOMAIN', 'RFC 4592 §2.2.1')
    names = [r.name for r in ask(V4, 'x.cnames.example.com', 'A').answer]
    expect_equal(names, ['x.cnames.example.com.', 'www.example.com.'], 'wildcard CNAME')


@case('MX and NS bring the addresses of their targets')
def additional():
    expect('192.0.2.25' in data(ask(V4, 'example.com', 'MX').additional, 'A'), 'nothing for MX')
    expect_equal(sorted(data(ask(V4, 'example.com', 'NS').additional, 'A')),
                 ['192.0.2.1', '192.0.2.2'], 'NS')


@case('apex: SOA, NS; an unknown type by number')
def apex():
    expect_equal(data(ask(V4, 'example.com', 'SOA').answer, 'SOA')[0][2], 2026010101, 'serial')
    expect_equal(len(ask(V4, 'example.com', 'NS').answer), 2, 'NS')
    answer = ask(V4, 'unknown.example.com', 65280)
    expect_equal(answer.answer[0].data, b'\x0a\0\0\1', 'rdata of TYPE65280')


@case('the name comes back in the case in which it was asked')
def case_kept():
    def look(answer):
        expect_equal(answer.question[0][0], 'wWw.ExAmPlE.cOm.', 'question')
        expect_equal(answer.answer[0].data, '192.0.2.80', 'answer')
    everywhere('wWw.ExAmPlE.cOm', 'A', look)


@case('what does not fit 512 octets without EDNS is truncated, and complete over TCP')
def truncation():
    small = ask(V4, 'big.example.com', 'A', edns=None)
    expect(small.flags & TC, 'TC is not set')
    expect(len(small.data) <= 512, f'{len(small.data)} octets')
    full = ask(V4, 'big.example.com', 'A', edns=1232)
    expect_equal((full.flags & TC, len(full.answer)), (0, 60), 'with EDNS 1232')
    huge = ask(V4, 'huge.example.com', 'TXT', edns=4096)
    expect(huge.flags & TC, 'TC is not set')
    expect(len(huge.data) <= 4096, f'{len(huge.data)} octets')
    for address in (V4, V6):
        stream = ask(address, 'huge.example.com', 'TXT', transport=wire.tcp)
        expect_equal((stream.flags & TC, len(stream.answer)), (0, 90), 'over TCP')


@case('EDNS: OPT comes back only to those who sent it; BADVERS; a size below 512 counts as 512')
def edns():
    expect(ask(V4, 'www.example.com').edns is not None, 'no OPT')
    expect(ask(V4, 'www.example.com', edns=None).edns is None, 'OPT unasked')
    tiny = ask(V4, 'multi.example.com', edns=100)
    expect_equal((tiny.flags & TC, len(tiny.answer)), (0, 3), 'EDNS size 100')
    message = wire.query('www.example.com', edns=None)
    message = message[:10] + b'\0\1' + message[12:] + wire.opt_record(version=1)
    answer = wire.Message(wire.udp(V4, message))
    expect_equal((answer.status, answer.answer), ('BADVERS', []), 'EDNS version 1')


@case('not ours: REFUSED, without AA')
def refused():
    def look(answer):
        expect_equal((answer.status, answer.answer), ('REFUSED', []), 'answer')
        expect(not answer.flags & AA, 'AA')
        expect(not answer.flags & RA, 'RA')
    everywhere('www.example.org', 'A', look)


@case('RD is copied; opcodes that we do not know get NOTIMP')
def header():
    expect(ask(V4, 'www.example.com', flags=RD).flags & RD, 'RD is not copied')
    expect(not ask(V4, 'www.example.com', flags=0).flags & RD, 'RD is made up')
    answer = wire.Message(wire.udp(V4, wire.query('www.example.com', flags=2 << 11)))
    expect_equal((answer.status, answer.opcode), ('NOTIMP', 2), 'STATUS')


@case('ANY over UDP is small (RFC 8482)')
def any_query():
    answer = ask(V4, 'www.example.com', 'ANY')
    expect_equal(answer.status, 'NOERROR', 'rcode')
    expect(len(answer.data) < 512, f'{len(answer.data)} octets')


run(setup, stops_cleanly(server))
