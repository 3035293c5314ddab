#!/usr/bin/env python3
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""explain shows the decision that clients then get; trace shows what the resolver does for clients."""
import itertools
import json
import subprocess

import wire
from harness import (DNSCTL, HERE, V4, WORK, Server, case, expect, expect_equal, run, stops_cleanly, test_config,
                     wait_for)
from tree import Tree, hints
from wire import ask

CONFIG = test_config({'example.com.': 'example.zone'}, recursion_timeout_ms=4000)
CONFIG['recursion']['enabled'] = True
CONFIG['recursion']['allowed_acl'] = '10.53.0.0/16'
CONFIG['root_hints'] = {'file': ''}
CONFIG['policy']['deny_domains'] = ['blocked.test.']
CONFIG['ratelimit'] = {'enabled': True, 'per_ip_qps': 1000,
                       'rrl': {'enabled': True, 'qps_threshold': 500}}
CONFIG['view'] = [{'name': 'inside', 'acl': '10.53.7.0/24',
                   'zones': [{'name': 'example.com.', 'file': str(HERE / 'zones' / 'inside.zone')}]}]
SERVER = Server(CONFIG)
INSIDE = '10.53.0.1'
OUTSIDE = '192.0.2.9'


def setup():
    global tree
    tree = Tree()
    SERVER.settings['root_hints']['file'] = hints()
    SERVER.start(wire.query('www.example.com'))


def explain(*words):
    return SERVER.control('explain', *words)


def step(result, name):
    found = [row for row in result['decision'] if row['step'] == name]
    expect(found, f'no step {name} in {result["decision"]}')
    return found[0]


def data(result):
    return [row['data'] for row in result['answer'] if row['section'] == 'answer']


@case('a name of our zone: access, view and zone, and the answer that clients get')
def zone():
    result = explain('www.example.com', 'A', INSIDE)
    expect_equal((result['status'], result['answered_by']), ('NOERROR', 'zone'), 'outcome')
    expect('aa' in result['flags'].split(), result['flags'])
    expect_equal(step(result, 'zone')['result'], 'example.com.', 'zone')
    expect('example.zone' in step(result, 'zone')['detail'], str(step(result, 'zone')))
    expect_equal(step(result, 'view')['result'], 'common', 'view')
    wanted = [record.data for record in ask(V4, 'www.example.com', 'A').answer]
    expect_equal(data(result), wanted, 'the answer that a client gets')
    expect_equal(explain('none.example.com')['status'], 'NXDOMAIN', 'a name that is not there')
    expect_equal(step(explain('www.example.com', 'A', '10.53.7.1'), 'view')['result'], 'inside',
                 'view of a client in it')


@case('who may not have recursion: refused, as to the client, with the reason')
def refused():
    result = explain('www.example.test', 'A', OUTSIDE)
    expect_equal(result['status'], 'REFUSED', 'status')
    expect_equal(step(result, 'recursion')['result'], 'refused', 'recursion')
    expect('recursion is not for this client' in result['extended_error'], str(result))


@case('a denied name says so')
def denied():
    result = explain('www.blocked.test', 'A', INSIDE)
    expect_equal(result['answered_by'], 'block list or denied name', 'answered by')


@case('each step of a resolution, with servers and times; then it is in the cache')
def resolution():
    before = explain('www.example.test', 'A', INSIDE, '--no-ask')
    expect_equal(step(before, 'resolver')['result'], 'not asked', 'with --no-ask')
    result = explain('www.example.test', 'A', INSIDE)
    expect_equal((result['status'], data(result)), ('NOERROR', ['192.0.2.1']), 'answer')
    expect_equal(step(result, 'cache')['result'], 'miss', 'cache')
    steps = result['resolver']
    zones = [row['name'] for row in steps if row['step'] == 'zone']
    expect_equal(zones, ['.', 'test.', 'example.test.'], 'zones on the way')
    asked = [row for row in steps if row['step'] == 'ask']
    heard = [row for row in steps if row['step'] == 'response']
    expect(len(asked) >= 3 and len(heard) >= 3, str(steps))
    expect(all(row['server'].endswith(':53') for row in asked + heard), str(steps))
    expect_equal(steps[-1]['step'], 'answer', 'last step')

    def cached():
        again = explain('www.example.test', 'A', INSIDE)
        return again if again['answered_by'] == 'cache' else None
    again = wait_for('the answer in the cache', cached)
    expect_equal(step(again, 'cache')['result'], 'hit', 'cache')
    expect('rank auth-answer' in step(again, 'cache')['detail'], str(again))
    expect_equal(data(again), ['192.0.2.1'], 'cached answer')
    expect_equal([record.data for record in ask(V4, 'www.example.test', 'A').answer],
                 ['192.0.2.1'], 'what a client gets')


@case('a resolution that fails is explained: which servers, and the error for the client')
def failure():
    result = explain('www.lame.test', 'A', INSIDE)
    real = ask(V4, 'www.lame.test', 'A', timeout=6)
    expect_equal(result['status'], real.status, 'as the client sees it')
    expect(result['resolver'], 'no steps')


@case('rate limits are looked at and not charged')
def rate_limit():
    result = explain('www.example.com', 'A', INSIDE)
    expect_equal(step(result, 'rate limit')['result'], 'passes', 'rate limit')
    expect_equal(step(explain('www.example.com', 'A', INSIDE, '--transport', 'tcp'),
                      'rate limit')['result'], 'exempt', 'over a stream')
    for _ in range(200):
        explain('www.example.com', 'A', '10.53.99.99')
    last = step(explain('www.example.com', 'A', '10.53.99.99'), 'rate limit')
    expect('address 0 %' in last['detail'], str(last))


@case('people get tables; wrong use is told in one line')
def people():
    text = subprocess.run([DNSCTL, '--socket', SERVER.socket(), 'explain', 'www.example.com'],
                          capture_output=True, text=True, timeout=20, check=True).stdout
    for part in ('decision:', 'answer:', 'answered_by', 'zone answer'):
        expect(part in text, f'{part!r} is not in\n{text}')
    for words in (['a..b'], ['example.com', 'NOTYPE'], ['example.com', 'A', 'nowhere'],
                  ['example.com', 'A', '::1', '--to', '10.0.0.1'],
                  ['example.com', '--transport', 'pigeon']):
        failed = subprocess.run([DNSCTL, '--socket', SERVER.socket(), 'explain', *words],
                                capture_output=True, text=True, timeout=20, check=False)
        expect_equal((failed.returncode, failed.stderr.count('\n')), (2, 1), str(words))


@case('trace shows the steps of clients\' questions for a name, and of no other')
def trace():
    SERVER.control('cache', 'flush')
    count = itertools.count()
    out = WORK / 'trace.lines'
    with open(out, 'w') as file, \
            subprocess.Popen([DNSCTL, '--socket', SERVER.socket(), '--json', 'trace', 'example.test',
                              '--seconds', '1'], stdout=file) as process:

        def asked():
            ask(V4, f'n{next(count)}.example.test', 'A', timeout=6)
            ask(V4, f'n{next(count)}.other.test', 'A', timeout=6)
            return process.poll() is not None
        wait_for('the end of the trace', asked, 20)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    rows = [row for line in lines if 'item' in line for row in line['item']]
    begun = {row['name'] for row in rows if row['step'] == 'begin'}
    expect(begun and all(name.endswith('.example.test.') for name in begun), str(begun))
    expect(any(row['step'] == 'ask' for row in rows), 'no server was asked')
    expect_equal(lines[-1]['result']['lost'], 0, 'lost steps')


if __name__ == '__main__':
    run(setup, lambda: stops_cleanly(SERVER))
