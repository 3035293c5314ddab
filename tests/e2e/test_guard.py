# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Response rate limits with slip, DNS cookies and their secrets, and what the OPT record tells."""
import re
import signal
import socket
import struct

import wire
from harness import (V4, V6, Server, case, command, dig, expect, expect_equal, run, stops_cleanly,
                     test_config, wait_for)
from wire import TC, ask

EXEMPT = '10.53.0.66'
COOKIE, EXPIRE, ZONEVERSION = 10, 9, 19
BADCOOKIE = '23'  # what wire calls it
CLIENT_COOKIE = bytes.fromhex('2464c4abcf10c957')
# Answers of one kind that a client may have: LIMIT a second, and WINDOW_S times as many at once.
LIMIT, WINDOW_S = 5, 4
FLOOD = 200


def configure(**more):
    config = test_config({'example.com.': 'example.zone'})
    config['ratelimit'] = {'enabled': True, 'exempt_acl': EXEMPT,
                           'rrl': {'enabled': True, 'window_seconds': WINDOW_S, 'slip': 2,
                                   'qps_threshold': LIMIT}}
    config['server'].update(more)
    return config


server = Server(configure())


def setup():
    server.start()
    device = next(word.split('=')[1] for port in server.settings['dpdk']['ports']
                  for word in port['device'].split(',') if word.startswith('iface='))
    command('ip', 'address', 'add', EXEMPT + '/24', 'dev', device)


def flood(name='www.example.com', options=b'', source='0.0.0.0', count=FLOOD):
    """Asks so often without waiting; gives (whole answers, answers with TC, with BADCOOKIE). The
    others were dropped by limit: telemetry's count is checked against what came."""
    def dropped():
        return server.telemetry('/scloud/stats')['drop_encoder_rate_limit']
    before = dropped()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        client.bind((source, 0))
        client.connect((V4, 53))
        for number in range(count):
            client.send(wire.query(name, id=number, options=options))
        answers = {}

        def complete():
            for data in wire.drain(client, 0.05):
                answers[struct.unpack('>H', data[:2])[0]] = wire.Message(data)
            return len(answers) + dropped() - before >= count
        wait_for('every query to be answered or counted as dropped', complete)
    expect_equal(len(answers) + dropped() - before, count, 'answered and dropped')
    cut = sum(1 for answer in answers.values() if answer.flags & TC)
    bad = sum(1 for answer in answers.values() if answer.status == BADCOOKIE)
    whole = sum(1 for answer in answers.values() if answer.answer)
    for answer in answers.values():
        expect(bool(answer.answer) != bool(answer.flags & TC or answer.status == BADCOOKIE),
               f'neither whole nor small: {answer.status}')
    return whole, cut, bad


def cookie_of(answer):
    return dict(answer.options).get(COOKIE)


def server_cookie(to=V4, sent=CLIENT_COOKIE):
    """Asks for a server cookie alone (RFC 7873 section 5.4): (rcode, whole cookie option)."""
    message = (struct.pack('>HHHHHH', 0x77, 0, 0, 0, 0, 1)
               + wire.opt_record(options=wire.option(COOKIE, sent)))
    answer = wire.Message(wire.udp(to, message))
    expect_equal((answer.question, answer.answer), ([], []), 'sections')
    return answer.status, cookie_of(answer)


@case('equal answers to one client are limited: some come, every second one of the rest is cut')
def limited():
    whole, cut, bad = flood()
    expect(whole >= LIMIT * WINDOW_S - 1, f'only {whole} of {FLOOD} came')
    expect(whole < FLOOD, 'there is no limit')
    expect(cut >= (FLOOD - whole) // 2 - 1, f'{cut} of {FLOOD - whole} were cut')
    expect(cut < FLOOD - whole, 'nothing was dropped')
    expect_equal(bad, 0, 'BADCOOKIE')


@case('another kind of answer, and another client network, have a limit of their own')
def kinds():
    expect_equal(ask(V4, 'nothere.example.com').status, 'NXDOMAIN', 'NXDOMAIN')
    expect_equal(len(ask(V6, 'www.example.com').answer), 1, 'IPv6 client')


@case('a client with a client cookie gets BADCOOKIE and a server cookie instead of TC')
def slip():
    whole, cut, bad = flood(options=wire.option(COOKIE, CLIENT_COOKIE))
    expect_equal(cut, 0, 'cut')
    expect(0 < bad < FLOOD, f'{bad} BADCOOKIE, {whole} whole')


@case('a good server cookie, a stream, and the exempt list are not limited')
def exempt():
    status, cookie = server_cookie()
    expect_equal((status, cookie[:8], len(cookie)), ('NOERROR', CLIENT_COOKIE, 24), 'cookie')
    expect_equal(flood(options=wire.option(COOKIE, cookie)), (FLOOD, 0, 0), 'with a cookie')
    expect_equal(flood(source=EXEMPT), (FLOOD, 0, 0), 'exempt')
    with wire.Tcp(V4) as stream:
        for number in range(30):
            stream.send(wire.query('www.example.com', id=number))
            expect_equal(len(wire.Message(stream.receive()).answer), 1, 'over TCP')
    forged = cookie[:-1] + bytes([cookie[-1] ^ 1])
    expect_equal(server_cookie(sent=forged)[0], BADCOOKIE, 'a forged cookie')


@case('dig and kdig learn the cookie and find it good')
def tools():
    text = dig(V4, '-b', EXEMPT, '+cookie=2464c4abcf10c957', 'www.example.com')
    good = re.search(r'COOKIE: 2464c4abcf10c957([0-9a-f]{32}) \(good\)', text)
    expect(good, 'dig does not like the cookie:\n' + text)
    text = dig(V4, '-b', EXEMPT, '+cookie=2464c4abcf10c957' + good[1], 'www.example.com')
    expect(good[1] in text, 'a good cookie was changed:\n' + text)
    text = command('kdig', f'@{V4}', '-b', EXEMPT, '+cookie', '+retry=0', 'www.example.com')
    expect('192.0.2.80' in text and 'COOKIE' in text.upper(), text)
    # dig comes back with the cookie that BADCOOKIE gave it.
    flood()
    for _ in range(8):
        answer = command('dig', f'@{V4}', '+tries=20', '+timeout=1', '+cookie', '+badcookie',
                         '+ignore', 'www.example.com')
        expect('192.0.2.80' in answer, answer)


@case('SIGHUP: a new secret; the former one is still good, the one before is not')
def renewal():
    first = server_cookie()[1]

    def renew(old):
        server.process.send_signal(signal.SIGHUP)
        return wait_for('another server cookie', lambda: (found := server_cookie(sent=old)[1])
                        != old and found)
    second = renew(first)
    expect_equal(server_cookie(sent=first)[0], 'NOERROR', 'cookie of the former secret')
    renew(second)
    expect_equal(server_cookie(sent=second)[0], 'NOERROR', 'cookie of the former secret')
    expect_equal(server_cookie(sent=first)[0], BADCOOKIE, 'cookie of the secret before')


@case('EXPIRE, ZONEVERSION, NSID and the words of a refusal')
def told():
    answer = ask(V4, 'example.com', 'SOA', transport=wire.tcp,
                 options=wire.option(EXPIRE) + wire.option(ZONEVERSION))
    options = dict(answer.options)
    expect_equal(options.get(EXPIRE), struct.pack('>I', 1209600), 'EXPIRE')
    expect_equal(options.get(ZONEVERSION), struct.pack('>BBI', 2, 0, 2026010101), 'ZONEVERSION')
    options = dict(ask(V4, 'nothere.example.com', transport=wire.tcp,
                       options=wire.option(ZONEVERSION)).options)
    expect_equal(options.get(ZONEVERSION), struct.pack('>BBI', 2, 0, 2026010101), 'NXDOMAIN')
    refused = ask(V4, 'www.example.org', transport=wire.tcp,
                  options=wire.option(EXPIRE) + wire.option(ZONEVERSION))
    expect_equal([code for code, _ in refused.options], [wire.EDE], 'options of REFUSED')
    expect_equal(dict(refused.options)[wire.EDE], b'\0\x14no zone of ours', 'EDE')
    text = dig(V4, '+tcp', '+expire', '+nsid', 'example.com', 'SOA')
    expect('EXPIRE: 1209600' in text and '("scloud-dns")' in text, text)


@case('AXFR over UDP is FORMERR, over TCP REFUSED; NOTIFY and UPDATE are NOTIMP with their OPT')
def refused():
    expect_equal(ask(V6, 'example.com', 252).status, 'FORMERR', 'AXFR over UDP')
    expect_equal(ask(V6, 'example.com', 252, transport=wire.tcp).status, 'REFUSED', 'AXFR')
    for opcode in (4, 5, 2, 15):
        message = wire.query('example.com', 'SOA', flags=opcode << 11)
        answer = wire.Message(wire.tcp(V6, message))
        expect_equal((answer.status, answer.edns is not None), ('NOTIMP', True), str(opcode))


@case('secrets of the configuration: the same cookie everywhere, the old one taken')
def secrets():
    global server
    new, old = 'e5e973e5a6b2a43f48e7dc849e37bfcf', '445536bcd2513298075a5d379663c962'
    expect_equal(server.stop(), 0, 'exit status')
    server = Server(configure(cookie_secret=old)).start()
    before = server_cookie()[1]
    expect_equal(server.stop(), 0, 'exit status')
    server = Server(configure(cookie_secret=new, cookie_secret_old=old)).start()
    status, after = server_cookie(sent=before)
    expect_equal(status, 'NOERROR', 'cookie of another run')
    expect(after != before, 'the old secret still makes cookies')
    expect_equal(server.stop(), 0, 'exit status')
    server = Server(configure(cookie_secret=new)).start()
    expect_equal(server_cookie(sent=after), ('NOERROR', after), 'cookie of the same secret')
    expect_equal(server_cookie(sent=before)[0], BADCOOKIE, 'secret that is gone')


run(setup, lambda: stops_cleanly(server)())
