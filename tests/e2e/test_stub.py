# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Forward and stub zones, also inside of a zone of ours, and root servers behind forwarders."""
import wire
from harness import (UPSTREAM, UPSTREAM_2, V4, WORK, Server, accounts_hold, case, expect_equal,
                     run, stops_cleanly, test_config)
from upstream import Upstream
from wire import AA, QR, RD, ask

STUB = '127.0.1.3'
ROOT = '127.0.1.4'
WHOLE_MS = 2500

config = test_config({'example.com.': 'example.zone'}, [UPSTREAM], timeout_ms=300,
                     recursion_timeout_ms=WHOLE_MS)
config['zone'] += [
    {'name': 'far.example.com.', 'type': 'forward', 'forwarders': [UPSTREAM_2]},
    {'name': 'corp.', 'type': 'stub', 'masters': [STUB]},
]
config['recursion'] |= {'fallback_to_recursion': True, 'egress': ['127.0.7.7']}
config['root_hints'] = {'file': ''}
server = Server(config)


class Authority(Upstream):
    """Answers everything with authority and one address, and notes whether it was asked to recurse."""

    def __init__(self, address, data):
        self.data = data
        self.recursive = 0
        super().__init__(address)

    def answer(self, query, transport):
        name, kind, _ = wire.Message(query).question[0]
        self.asked[name.lower(), transport] += 1
        self.total += 1
        if wire.Message(query).flags & RD:
            self.recursive += 1
        if kind == 1:
            return wire.response(query, flags=QR | AA, answer=[(name, 'A', 60, self.data)])
        return wire.response(query, flags=QR | AA, authority=[('.', 'SOA', 60, 60)])


def setup():
    global forwarder, far, stub, root
    forwarder = Upstream(UPSTREAM)
    far = Upstream(UPSTREAM_2)
    stub = Authority(STUB, '192.0.2.3')
    root = Authority(ROOT, '192.0.2.4')
    hints = WORK / 'root.hints'
    hints.write_text(f'. 3600 NS a.root.\na.root. 3600 A {ROOT}\n')
    server.settings['root_hints']['file'] = str(hints)
    server.start(wire.query('www.example.com'))


def address_of(name):
    answer = ask(V4, name, 'A', timeout=WHOLE_MS / 1000 + 1)
    expect_equal(answer.status, 'NOERROR', name)
    return [record.data for record in answer.answer]


@case('a forward zone inside of a zone of ours is asked for; its DS is ours to deny')
def inside():
    expect_equal(address_of('www.example.com'), ['192.0.2.80'], 'ours')
    expect_equal(address_of('www.far.example.com'), ['192.0.2.1'], 'theirs')
    expect_equal(far.asked['www.far.example.com.', 'udp'], 1, 'questions')
    expect_equal(ask(V4, 'nothing.example.com', 'A').status, 'NXDOMAIN', 'ours')
    before = far.total
    ask(V4, 'far.example.com', 'DS')
    expect_equal(far.total, before, 'questions')


@case('the servers of a stub zone are asked without recursion, from the address that is told')
def stubs():
    expect_equal(address_of('www.corp'), ['192.0.2.3'], 'stub')
    expect_equal(stub.recursive, 0, 'recursive questions')
    expect_equal(stub.client[0], '127.0.7.7', 'source')
    expect_equal(forwarder.asked['www.corp.', 'udp'], 0, 'questions to the forwarder')


@case('when the forwarder is silent the root servers are asked, and the client is told')
def falls_back():
    expect_equal(address_of('a.test'), ['192.0.2.1'], 'forwarded')
    expect_equal(root.total, 0, 'questions to the root')
    forwarder.silent = True
    answer = ask(V4, 'b.test', 'A', edns=True, timeout=WHOLE_MS / 1000 + 1)
    expect_equal([record.data for record in answer.answer], ['192.0.2.4'], 'from the root')
    expect_equal(answer.ede, [23], 'extended error')


@case('the accounts hold')
def accounts():
    accounts_hold(server)


run(setup, stops_cleanly(server))
