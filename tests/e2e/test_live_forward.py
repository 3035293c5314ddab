#!/usr/bin/env python3
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Forwarders, forward and stub zones and times of recursion change while the server runs; questions that are
under way are not lost."""
import json
import threading

import wire
from harness import (UPSTREAM, UPSTREAM_2, V4, Server, accounts_hold, case, expect, expect_equal,
                     run, stops_cleanly, test_config, wait_for)
from upstream import Upstream, gives
from wire import ask

THIRD = '127.0.1.3'
config = test_config({'example.com.': 'example.zone'}, [UPSTREAM], timeout_ms=400,
                     recursion_timeout_ms=4000)
server = Server(config, arguments=['--test-clock'])


class Named(Upstream):
    """Says by the address that it gives who it is."""

    def __init__(self, address, data):
        self.data = data
        super().__init__(address)

    def answer(self, query, transport):
        self.total += 1
        name, _, _ = wire.Message(query).question[0]
        return None if self.silent else gives((name, 'A', 60, self.data))(query, transport)


def setup():
    global first, second, third
    first, second, third = Named(UPSTREAM, '192.0.2.1'), Named(UPSTREAM_2, '192.0.2.2'), \
        Named(THIRD, '192.0.2.3')
    server.start(wire.query('www.example.com'))


def apply(change):
    change(server.settings)
    server.config.write_text(json.dumps(server.settings))
    result = server.control('config', 'apply')
    expect_equal(server.control('status').get('waiting_for_restart', 0), 0, 'changes that wait for a restart')
    return result


def data(name):
    answer = ask(V4, name, timeout=6)
    expect_equal(answer.status, 'NOERROR', name)
    return [record.data for record in answer.answer]


@case('another forwarder takes over')
def forwarder():
    expect_equal(data('a.test'), ['192.0.2.1'], 'before')
    apply(lambda c: c['forwarder'][0].update(addresses=[f'{UPSTREAM_2}:53']))
    expect_equal(data('b.test'), ['192.0.2.2'], 'after')
    expect_equal(data('a.test'), ['192.0.2.1'], 'what is kept stays')


@case('questions that wait for a dead forwarder are asked anew at the next one')
def under_way():
    second.silent = True
    got = []
    clients = [threading.Thread(target=lambda i=i: got.append(data(f'wait{i}.test')))
               for i in range(20)]
    for client in clients:
        client.start()
    wait_for('questions under way', lambda: second.total >= 20)
    apply(lambda c: c['forwarder'][0].update(addresses=[f'{THIRD}:53']))
    for client in clients:
        client.join(6)
    expect_equal(got, [['192.0.2.3']] * 20, 'answers')
    second.silent = False


@case('a forward zone comes and goes, also within a zone of our own')
def zones():
    zone = [{'name': 'sub.test.', 'type': 'forward', 'forwarders': [UPSTREAM]},
            {'name': 'far.example.com.', 'type': 'forward', 'forwarders': [UPSTREAM_2]}]
    expect_equal(data('x.sub.test'), ['192.0.2.3'], 'before')
    apply(lambda c: c['zone'].extend(zone))
    expect_equal(data('y.sub.test'), ['192.0.2.1'], 'forwarded')
    expect_equal(data('www.far.example.com'), ['192.0.2.2'], 'in a zone of our own')
    apply(lambda c: c.update(zone=c['zone'][:1]))
    expect_equal(data('z.sub.test'), ['192.0.2.3'], 'after')
    expect_equal(ask(V4, 'www.far.example.com').status, 'NXDOMAIN', 'ours again')


@case('the time for a question changes')
def time_out():
    third.silent = True
    apply(lambda c: c['recursion'].update(recursion_timeout_ms=700))
    answer = ask(V4, 'slow.test', timeout=2)
    expect_equal(answer.status, 'SERVFAIL', 'rcode')
    expect(answer.ede, 'no extended error')
    third.silent = False


@case('what is wrong changes nothing')
def wrong():
    server.config.write_text(json.dumps(server.settings | {'forwarder': [{'name': 'x'}]}))
    try:
        server.control('config', 'apply')
    except Exception:
        pass
    else:
        expect(False, 'it was taken')
    wait_for('an answer', lambda: ask(V4, 'again.test', timeout=2).status == 'NOERROR', 5, 0.1)


@case('again and again under load: nothing is lost, no memory grows')
def again():
    apply(lambda c: c['recursion'].update(recursion_timeout_ms=4000))
    stop = threading.Event()
    failures = []

    def client(number):
        i = 0
        while not stop.is_set():
            i += 1
            try:
                status = ask(V4, f'load{number}-{i}.test', timeout=6).status
            except wire.Broken as broken:
                status = str(broken)
            if status != 'NOERROR':
                failures.append(status)
    clients = [threading.Thread(target=client, args=(i,)) for i in range(4)]
    for one in clients:
        one.start()
    sizes = []
    for i in range(12):
        apply(lambda c: c['forwarder'][0].update(addresses=[f'{(UPSTREAM, UPSTREAM_2)[i % 2]}:53']))
        sizes.append(server.rss_kib())
    stop.set()
    for one in clients:
        one.join(8)
    expect_equal(failures, [], 'answers that are no answers')
    expect(sizes[-1] < sizes[3] + 20000, f'resident memory {sizes}')


@case('the accounts hold')
def accounts():
    accounts_hold(server)


run(setup, stops_cleanly(server))
