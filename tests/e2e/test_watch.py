#!/usr/bin/env python3
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""dnstap, query log, captures, the flight recorder: what they tell is what happened, and the counts agree."""
import ipaddress
import json
import signal
import subprocess

import wire
from harness import (DNSCTL, UPSTREAM, V4, V6, WORK, Server, accounts_hold, case, dnsperf, expect, expect_equal, run,
                     stops_cleanly, test_config, wait_for)
from upstream import Upstream, gives
from watching import Reader, frames, pcapng
from wire import ask

CONFIG = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
CONFIG['monitoring'] = {'enable_query_logging': True, 'query_log_path': '/run/e2e/queries.log',
                        'log_query_qps': 1000000}
CONFIG['dnstap'] = {'enabled': True, 'socket': '/run/e2e/dnstap.sock', 'upstream': True}
CONFIG['flight_recorder'] = {'directory': '/run/e2e', 'servfail_percent': 50, 'entries': 4096}
SERVER = Server(CONFIG)
LOG = WORK / 'queries.log'


def setup():
    global reader, upstream
    reader = Reader(WORK / 'dnstap.sock')
    upstream = Upstream(UPSTREAM, {f'n{number}.bad.test.': gives(rcode=2) for number in range(30)})
    SERVER.start(wire.query('www.example.com'))


def dnsctl(*words):
    return subprocess.run([DNSCTL, '--socket', SERVER.socket(), *words], timeout=60, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)


def tapped(kind, name):
    """dnstap messages of a kind whose DNS message has the name."""
    labels = b''.join(bytes([len(label)]) + label.encode() for label in name.split('.')) + b'\0'
    return [found for found in reader.messages
            if found['type'] == kind and labels in (found['query'] or found['response']).lower()]


@case('dnstap over its socket: queries and responses of clients, by RD, with addresses and times')
def dnstap_clients():
    ask(V4, 'w1.example.com', 'A')
    ask(V6, 'w2.example.com', 'A', flags=0)
    query = wait_for('the query', lambda: tapped('CLIENT_QUERY', 'w1.example.com'))[0]
    answer = wait_for('the response', lambda: tapped('CLIENT_RESPONSE', 'w1.example.com'))[0]
    expect_equal(ipaddress.ip_address(query['server']), ipaddress.ip_address(V4), 'server')
    expect_equal(query['port'], answer['port'], 'port of the client')
    expect_equal(query['query'][:2], answer['response'][:2], 'id')
    expect(answer['response_time'] >= answer['query_time'] > 1600000000, str(answer))
    expect(query['version'].startswith('scloud-dns '), query['version'])
    wait_for('without RD', lambda: tapped('AUTH_QUERY', 'w2.example.com') and
             tapped('AUTH_RESPONSE', 'w2.example.com'))


@case('dnstap tells what we ask a forwarder, and what it says')
def dnstap_upstream():
    expect_equal(ask(V4, 'up.test', 'A').status, 'NOERROR', 'the answer')
    wait_for('both', lambda: tapped('FORWARDER_QUERY', 'up.test') and
             tapped('FORWARDER_RESPONSE', 'up.test'))


@case('the query log has a line for each answer: client, transport, question, outcome, source')
def query_log():
    ask(V4, 'w3.example.com', 'AAAA')
    ask(V4, 'w4.example.com', 'A', wire.tcp)

    def lines(name):
        return [line for line in LOG.read_text().splitlines() if f' {name}. ' in line]
    line = wait_for('a line', lambda: lines('w3.example.com'))[0].split()
    expect_equal((line[1].split('#')[0], line[2], line[4], line[5], line[8]),
                 ('10.53.0.1', 'udp', 'IN', 'AAAA', 'zone'), str(line))
    expect_equal(wait_for('a line', lambda: lines('w4.example.com'))[0].split()[2], 'tcp', 'transport')


@case('the query log is turned over by rename and SIGHUP')
def rotation():
    LOG.rename(WORK / 'queries.log.1')
    SERVER.process.send_signal(signal.SIGHUP)
    wait_for('the file again', LOG.exists)
    ask(V4, 'w5.example.com', 'A')
    wait_for('a line there', lambda: 'w5.example.com.' in LOG.read_text())


def capture(*words, traffic):
    """Rows of a capture that runs while traffic() does."""
    out = WORK / 'capture.lines'
    with open(out, 'w') as file, \
            subprocess.Popen([DNSCTL, '--socket', SERVER.socket(), '--json', 'capture', *words],
                             stdout=file) as process:
        def ended():
            traffic()
            return process.poll() is not None
        wait_for('the end of the capture', ended, 30)
        expect_equal(process.returncode, 0, 'exit status')
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    return [row for line in lines if 'item' in line for row in line['item']], lines[-1]['result']


@case('capture shows what its filter wants and nothing else, and ends at its count')
def capture_filter():
    def traffic():
        ask(V4, 'w6.example.com', 'A')
        ask(V4, 'w7.example.com', 'TXT')
        ask(V4, 'none.example.com', 'A')
    rows, result = capture('--name', 'w6.example.com', '--count', '4', traffic=traffic)
    expect_equal(result['packets'], 4, 'packets')
    expect({row['name'] for row in rows} == {'w6.example.com.'}, str(rows))
    expect({row['kind'] for row in rows} == {'query', 'response'}, str(rows))
    rows, _ = capture('responses', '--rcode', 'NXDOMAIN', '--count', '2', traffic=traffic)
    expect({row['outcome'] for row in rows} == {'NXDOMAIN'}, str(rows))
    rows, _ = capture('responses', '--type', 'TXT', '--client', '10.53.0.0/24', '--count', '2',
                      traffic=traffic)
    expect({row['type'] for row in rows} == {'TXT'}, str(rows))
    rows, result = capture('--client', '192.0.2.0/24', '--seconds', '0.3', traffic=traffic)
    expect_equal((rows, result['packets']), ([], 0), 'of nobody')


@case('capture of drops: by a part of the reason, with the question')
def capture_drops():
    response = bytearray(wire.query('w8.example.com', 'A'))
    response[2] |= 0x80
    rows, _ = capture('--drop', 'not_a_query', '--count', '1',
                      traffic=lambda: wire.udp(V4, bytes(response), timeout=0.05))
    expect_equal(rows[0]['outcome'], 'decoder_not_a_query', str(rows))


@case('a pcapng file of a capture has the packets with headers and comments')
def capture_file():
    file = WORK / 'capture.pcapng'
    with subprocess.Popen([DNSCTL, '--socket', SERVER.socket(), '--write', file, 'capture',
                           '--name', 'w9.example.com', '--count', '4'],
                          stdout=subprocess.PIPE) as process:
        def ended():
            ask(V4, 'w9.example.com', 'A')
            ask(V6, 'w9.example.com', 'A')
            return process.poll() is not None
        wait_for('the end of the capture', ended, 30)
        expect_equal(process.returncode, 0, 'exit status')
    packets = pcapng(file.read_bytes())
    expect_equal(len(packets), 4, 'packets')
    for packet in packets:
        expect_equal(packet['link'], 101, 'raw IP')
        expect(packet['data'][0] >> 4 in (4, 6), 'an IP header')
        header = 28 if packet['data'][0] >> 4 == 4 else 48
        expect(b'\2w9\7example\3com' in packet['data'][header:], 'the question')
    expect(any('from zone in' in packet['comment'] for packet in packets), str(packets[0]['comment']))


@case('the flight recorder has the last answers without being asked to; it is saved and read again')
def flight():
    ask(V4, 'www.example.com', 'A')
    rows = [row for part in SERVER.control('flight', 'show')[:-1] for row in part]
    found = [row for row in rows if row['name'] == 'www.example.com.']
    expect(found and found[-1]['outcome'] == 'NOERROR' and found[-1]['from'] == 'zone', str(rows[-3:]))
    path = SERVER.control('flight', 'save', str(WORK))['file']
    saved = [row for part in SERVER.control('flight', 'show', path, '--count', '100000')[:-1]
             for row in part]
    expect(any(row['name'] == 'www.example.com.' for row in saved), 'not in the file')
    (WORK / 'broken').write_bytes(b'SCDNSFR1' + b'\xff' * 500)
    for name in ('broken', 'missing'):
        failed = dnsctl('flight', 'show', str(WORK / name))
        expect_equal((failed.returncode, failed.stderr.count('\n')), (1, 1), name)


@case('a trigger saves it: half of a second\'s answers are SERVFAIL')
def trigger():
    def saved():
        for number in range(30):
            ask(V4, f'n{number}.bad.test', 'A')
        return list(WORK.glob('flight-*-servfail'))
    wait_for('a file', saved, 20)
    # The file is there before it is whole, counted and told.
    wait_for('its line in the log', lambda: 'TAP005' in SERVER.log_text(), 20)
    wait_for('its count', lambda: SERVER.control('flight', 'trigger')['files'] >= 1, 20)


@case('stats and top: rates, times, hottest names, for people and programs')
def stats():
    dnsperf(V4, ['w11.example.com A'], '-l', '2', '-c', '4')
    result = SERVER.control('stats')
    expect_equal(result['names'][0]['name'], 'w11.example.com.', 'the hottest name')
    expect_equal(result['clients'][0]['client'], '10.53.0.1', 'the hottest client')
    expect(result['latency']['max_us'] >= result['latency']['p50_us'], str(result['latency']))
    text = dnsctl('top')
    expect_equal(text.returncode, 0, text.stderr)
    for part in ('per second', 'w11.example.com.', 'LISTENER', 'noerror'):
        expect(part in text.stdout, f'{part!r} is not in\n{text.stdout}')
    expect_equal(dnsctl('top', 'more').returncode, 2, 'wrong use')


@case('under load the counts of dnstap, of the query log and of the server agree exactly')
def counts():
    before = SERVER.control('watchers')
    answers = sum(SERVER.control('stats')['answers'][code] for code in CODES)
    dnsperf(V4, ['w12.example.com A', 'none.example.com A'], '-l', '2', '-c', '4', '-Q', '20000')
    accounts_hold(SERVER)
    answered = sum(SERVER.control('stats')['answers'][code] for code in CODES) - answers
    drops = sum(row['packets'] for row in SERVER.control('stats')['drops'])

    def agree():
        after = SERVER.control('watchers')
        lines = (after['query_log_lines'] + after['query_log_withheld'] -
                 before['query_log_lines'] - before['query_log_withheld'])
        told = (after['dnstap_messages'] + after['dnstap_lost'] -
                before['dnstap_messages'] - before['dnstap_lost'])
        return after['lost'] == 0 and lines == answered and told == 2 * answered
    wait_for(f'{answered} answers in all books ({drops} drops)', agree)


CODES = ('noerror', 'nxdomain', 'servfail', 'refused', 'formerr', 'notimp', 'other')


@case('a change of the configuration turns dnstap to a file, which is whole')
def change():
    SERVER.settings['dnstap'] = {'enabled': True, 'file': str(WORK / 'dnstap.file')}
    SERVER.config.write_text(json.dumps(SERVER.settings))
    SERVER.control('config', 'apply')
    wait_for('the end of the stream', reader.finished.is_set)
    ask(V4, 'w13.example.com', 'A')
    SERVER.settings['dnstap'] = {'enabled': False}
    SERVER.config.write_text(json.dumps(SERVER.settings))
    SERVER.control('config', 'apply')
    messages = frames((WORK / 'dnstap.file').read_bytes())
    kinds = {found['type'] for found in messages}
    expect({'CLIENT_QUERY', 'CLIENT_RESPONSE'} <= kinds, str(kinds))


if __name__ == '__main__':
    run(setup, lambda: stops_cleanly(SERVER))
