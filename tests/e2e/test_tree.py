# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Through a tree of NSD, Knot, BIND and servers that misbehave, over a bad line; every answer is
compared with Unbound's. What differs must be explained in docs/differences-resolver.md."""
import concurrent.futures
import re

import tree_zones
import unbound
import wire
from harness import (TOP, V4, Server, accounts_hold, case, expect, expect_equal, run, stops_cleanly,
                     test_config)
from tree import Tree, hints
from wire import ask

WHOLE_MS = 5000
PATIENCE_S = WHOLE_MS / 1000 + 1
# A moderately bad line to every server.
LINE = {'delay_us': 1000, 'jitter_us': 1000, 'loss_permille': 10, 'duplicate_permille': 10,
        'reorder_permille': 20, 'seed': 1}
ODD = {kind: f'{kind}.odd.test' for kind in tree_zones.ODD.values()}

config = test_config(recursion_timeout_ms=WHOLE_MS)
config['recursion']['enabled'] = True
config['root_hints'] = {'file': ''}
server = Server(config)


def setup():
    global tree, other
    tree = Tree(**LINE)
    other = unbound.Unbound()
    server.settings['root_hints']['file'] = hints()
    server.start()


def resolves(name, *wanted, kind='A'):
    answer = ask(V4, name, kind, timeout=PATIENCE_S)
    expect_equal((answer.status, sorted(str(r.data) for r in answer.answer if r.type == 1)),
                 ('NOERROR', sorted(wanted)), name)
    return answer


# -- servers that misbehave -------------------------------------------------------------------

def odd(kind, text):
    @case(text)
    def _():
        resolves('www.' + ODD[kind], '192.0.2.40')
        resolves('two.deep.names.' + ODD[kind], '192.0.2.41')


odd('truncating', 'a server that has answers over TCP only')
odd('formerr', 'a server that says FORMERR to EDNS')
odd('notimp', 'a server that says NOTIMP to EDNS')
odd('deaf', 'a server that is silent on EDNS')
odd('plain', 'a server that ignores EDNS')
odd('lower', 'a server that gives names back in lower case')
odd('empty', 'a server that says NXDOMAIN for names that only have names below them')
odd('refusing', 'a server that refuses partial names')
odd('mute', 'a server that is silent on partial names')
odd('slow', 'a server that takes 0.7 s')
odd('noisy', 'a guesser who is faster than the server')
odd('closing', 'a server that truncates, and whose TCP closes the first time')


@case('a server that refers to the root is of no use: SERVFAIL with an extended error')
def hopeless():
    answer = ask(V4, 'www.' + ODD['upward'], timeout=PATIENCE_S)
    expect_equal(answer.status, 'SERVFAIL', 'upward')
    expect(answer.ede, 'no extended error')


@case('records of other zones are not believed, beside an answer or behind a CNAME')
def poison():
    resolves('www.' + ODD['poison'], '192.0.2.40')
    resolves('www.' + ODD['stuffed'], '192.0.2.25')
    resolves('www.example.test', '192.0.2.1')
    resolves('ns.example.test', tree_zones.ZONES)
    resolves('mail.example.test', '192.0.2.25')


# -- beside Unbound ---------------------------------------------------------------------------

EXTRA = [(name, kind) for name, kinds in {
    'example.test': ('ANY', 'DS', 48), 'missing.example.test': ('A', 'MX'),
    'a.missing.example.test': ('A',), 'x.wild.example.test': ('A', 'TXT', 'MX'),
    'x.y.wild.example.test': ('A',), 'host.wild.example.test': ('A', 'TXT'),
    'x.host.wild.example.test': ('A',), 'x.calls.example.test': ('A', 'AAAA', 'CNAME'),
    'x.mx.example.test': ('MX', 'A'), 'wild.example.test': ('A',), 'g.h.i.j.k.l.m.n.example.test': ('A',),
    'www.tree.example.test': ('A', 'AAAA'), 'x.www.tree.example.test': ('A',),
    'missing.tree.example.test': ('A',), 'www.moved.far': ('A', 'AAAA'),
    'tree.moved.far': ('A', 'DNAME'), 'www.tree.moved.far': ('A',), 'moved.far': ('A', 'DNAME'),
    'y.circle.far': ('A',), 'chain.far': ('A', 'AAAA', 'CNAME'), 'nosuchtld': ('A', 'NS'), 'www.nosuchtld': ('A',),
    'www.six.test': ('A', 'AAAA'), 'www.half.test': ('A',), 'www.gone.test': ('A',),
    'www.both.test': ('A',), 'www.deep.a.b.c.test': ('A',), 'a.b.c.test': ('A', 'NS'),
    'www.sibling.test': ('A',), 'www.link1.test': ('A',), 'www.wide.test': ('A',),
    'wWw.eXaMpLe.TeSt': ('A',), 'n1.example.test': ('A',), 'n1999.example.test': ('A',),
    'large.example.test': ('TXT',), 'medium.example.test': ('TXT',), '': ('NS', 'SOA', 'A', 'DS'),
    'caa.example.test': (257,), 'svc.example.test': (65, 64), 'unknown.example.test': (65280, 65281),
    '_443._tcp.www.example.test': (52,), 'test': ('DS', 'SOA'), 'other': ('NS',),
    'zero.example.test': ('A',),
    **{'www.' + zone: ('A', 'AAAA') for kind, zone in ODD.items() if kind != 'mute'},
    **{'two.deep.names.' + zone: ('A',) for zone in ODD.values()},
    **{'deep.names.' + zone: ('A',) for kind, zone in ODD.items() if kind != 'mute'},
}.items() for kind in kinds]
# Each of these takes both resolvers as long as they may take: some of them are enough.
HOPELESS = re.compile(r'((.*\.)?(dead|itself|fan)\.test\.? (MX|NS)|(ns\.|)(mute|deaf)\.odd\.test\. .*)')


def summary(address, port, name, kind):
    """What counts in an answer: rcode, the answer's records, the owner of a negative one's SOA.
    Unbound goes on for longer than clients wait: no answer until then is a failure."""
    data = wire.udp(address, wire.query(name, kind, edns=4096), PATIENCE_S, port)
    if data is None:
        return 'SERVFAIL', [], []
    answer = wire.Message(data)
    if answer.flags & wire.TC:
        answer = wire.Message(wire.tcp(address, wire.query(name, kind), PATIENCE_S, port))
    records = sorted(f'{r.name.lower()} {r.type} {str(r.data).lower()}' for r in answer.answer)
    soa = sorted(r.name.lower() for r in answer.authority if r.type == 6 and not answer.answer)
    return answer.status, records, soa


def explained():
    """The names in the table of docs/differences-resolver.md, as patterns: "NAME TYPE"."""
    text = (TOP / 'docs' / 'differences-resolver.md').read_text()
    return [re.compile(row.replace('.', r'\.').replace('*', '.*'))
            for row in re.findall(r'^\| `([^`]+)` \|', text, re.MULTILINE)]


def compare(question):
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        ours = both.submit(summary, V4, 53, *question)
        theirs = both.submit(summary, unbound.ADDRESS, unbound.PORT, *question)
    return question, ours.result(), theirs.result()


@case("every name of the tree: the answers are Unbound's, but for what is explained")
def same_as_unbound():
    asked = [(name, kind) for name, kind in tree_zones.questions() + EXTRA
             if not HOPELESS.fullmatch(f'{name} {kind}')]
    tree.change(loss_permille=0)  # what is compared is what they do, not their luck
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        results = list(pool.map(compare, asked))
    known, unknown = explained(), []
    for (name, kind), ours, theirs in results:
        if ours != theirs and not any(k.fullmatch(f'{name} {kind}') for k in known):
            unknown.append(f'{name} {kind}\n  ours    {ours!s:.300}\n  Unbound {theirs!s:.300}')
    print(f'       {len(asked)} questions, {sum(o != t for _, o, t in results)} different answers')
    expect(not unknown, f'{len(unknown)} differences that are not in docs/differences-resolver.md:\n'
           + '\n'.join(unknown))


# -- the line itself --------------------------------------------------------------------------

@case('a hundred names over a line that loses every tenth frame')
def losses():
    tree.change(loss_permille=100, seed=7)
    names = [f'n{i}.example.test' for i in range(100, 200)]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda name: ask(V4, name, timeout=PATIENCE_S), names))
    good = sum(answer.status == 'NOERROR' for answer in answers)
    counts = tree.change(loss_permille=0)
    expect(counts['lost'] > 0 and counts['duplicated'] > 0 and counts['reordered'] > 0,
           f'the line was not bad: {counts}')
    # Every fifth attempt fails, and a question has time for about four of them.
    expect(good >= len(names) - 5, f'{good} of {len(names)}')


@case('the accounts hold')
def accounts():
    accounts_hold(server)


run(setup, stops_cleanly(server))
