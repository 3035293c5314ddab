#!/usr/bin/env python3
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""The cache over days, in seconds: TTLs, stale answers, refreshes, names below names that do not exist,
flushes, dumps, and a restart that keeps what was known. The server's clock is moved, the name server
upstream is played by the test."""
import time
from pathlib import Path

from harness import (DNSCTL, UPSTREAM, V4, WORK, Server, accounts_hold, case, command, expect,
                     expect_equal, run, stops_cleanly, test_config, wait_for)
from upstream import Upstream, gives
import wire
from wire import ask

STALE_ANSWER, CACHED_ERROR, STALE_NXDOMAIN = 3, 13, 19
FILE = WORK / 'cache.txt'
SOA = ('test.', 'SOA', 300, 300)

config = test_config({'example.com.': 'example.zone'}, [UPSTREAM], timeout_ms=600,
                     recursion_timeout_ms=2500)
config['cache'] |= {'file': str(FILE), 'stale_max_seconds': 86400, 'stale_client_timeout_ms': 300}
server = Server(config, arguments=['--test-clock'])

RULES = {
    'day.test.': gives(('day.test.', 'A', 3600, '192.0.2.10')),
    'no.test.': gives(rcode=3, authority=[SOA]),
    'cname.test.': gives(('cname.test.', 'CNAME', 300, 'target.test.'),
                         ('target.test.', 'A', 300, '192.0.2.20')),
}


def setup():
    global upstream
    upstream = Upstream(UPSTREAM, RULES)
    server.start(wire.query('www.example.com'))


def advance(seconds):
    server.control('clock', 'advance', seconds)


def asked(name):
    return upstream.asked[name, 'udp'] + upstream.asked[name, 'tcp']


def lookup(*words):
    """What is kept, as cache lookup tells it."""
    found = server.control('cache', 'lookup', *words)
    return found[:-1] if isinstance(found, list) else []


def ede(answer):
    return list(answer.ede)


@case('TTLs run down over hours, then the answer is asked for again')
def ageing():
    expect_equal(ask(V4, 'day.test').answer[0].ttl, 3600, 'TTL')
    advance(1800)
    expect(1795 <= ask(V4, 'day.test').answer[0].ttl <= 1800, 'TTL after half an hour')
    advance(1801)
    expect_equal(ask(V4, 'day.test').answer[0].ttl, 3600, 'TTL after an hour')
    expect_equal(asked('day.test.'), 2, 'questions upstream')


@case('a popular answer is refreshed in the last tenth of its TTL, once, without a client')
def prefetch():
    ask(V4, 'popular.test')  # TTL 300
    ask(V4, 'popular.test')
    ask(V4, 'lonely.test')
    advance(275)
    for _ in range(5):
        expect(ask(V4, 'popular.test').answer, 'no answer')
    ask(V4, 'lonely.test')
    wait_for('a fresh answer', lambda: ask(V4, 'popular.test').answer[0].ttl > 200)
    expect_equal(asked('popular.test.'), 2, 'questions upstream for the popular one')
    expect_equal(asked('lonely.test.'), 1, 'questions upstream for the one asked for the first time since')
    advance(100)
    expect(ask(V4, 'popular.test').answer[0].ttl <= 200, 'TTL of the new one')
    expect_equal(asked('popular.test.'), 2, 'questions upstream when the first would have ended')
    stats = server.control('cache', 'stats')
    expect(stats['refreshes'] >= 1 and stats['carriers'] >= 1, str(stats))


@case('below a name that does not exist nothing is asked for; beside it things are (RFC 8020)')
def cut():
    expect_equal(ask(V4, 'no.test', 'A').status, 'NXDOMAIN', 'rcode')
    total = upstream.total
    for name, rrtype in (('no.test', 'TXT'), ('a.no.test', 'A'), ('b.c.d.e.NO.test', 'AAAA')):
        answer = ask(V4, name, rrtype)
        expect_equal((answer.status, [r.name for r in answer.authority]), ('NXDOMAIN', ['test.']), name)
    expect_equal(upstream.total, total, 'questions upstream')
    expect_equal(ask(V4, 'yes.test').status, 'NOERROR', 'beside it')
    advance(301)
    ask(V4, 'a.no.test', 'A')
    expect_equal(asked('a.no.test.'), 1, 'questions after it has ended')


@case('the parts of a chain answer for themselves and for other chains')
def parts():
    expect_equal(len(ask(V4, 'cname.test').answer), 2, 'records')
    total = upstream.total
    wait_for('the parts to be kept', lambda: lookup('target.test', 'A') and
             lookup('cname.test', 'CNAME'))
    expect_equal([r.data for r in ask(V4, 'target.test').answer], ['192.0.2.20'], 'the end')
    expect_equal(len(ask(V4, 'cname.test', 'CNAME').answer), 1, 'the alias')
    expect_equal(upstream.total, total, 'questions upstream')
    server.control('cache', 'flush', 'cname.test', 'A')
    expect_equal(len(ask(V4, 'cname.test').answer), 2, 'put together again')
    expect_equal(upstream.total, total, 'questions upstream')


@case('no server answers: the stale answer after the client time-out, at once afterwards, TTL 30 (RFC 8767)')
def stale():
    expect_equal(ask(V4, 'stale.test').answer[0].ttl, 300, 'TTL')
    ask(V4, 'no.test')
    advance(3000)
    upstream.silent = True
    answer = ask(V4, 'stale.test', timeout=4)
    expect_equal((answer.status, [r.ttl for r in answer.answer], ede(answer)),
                 ('NOERROR', [30], [STALE_ANSWER]), 'stale')
    questions = asked('stale.test.')
    start = time.monotonic()
    answer = ask(V4, 'stale.test', timeout=4)
    took = time.monotonic() - start
    expect_equal(ede(answer), [STALE_ANSWER], 'the second time')
    expect(took < 1.5, f'took {took:.3f} s, though resolution was known to take long')
    answer = ask(V4, 'no.test', timeout=4)
    expect_equal((answer.status, ede(answer)), ('NXDOMAIN', [STALE_NXDOMAIN]), 'stale NXDOMAIN')
    answer = ask(V4, 'never.test', timeout=4)
    expect_equal(answer.status, 'SERVFAIL', 'what was never known')
    expect(ask(V4, 'never.test', timeout=4).status == 'SERVFAIL', 'again')
    expect(asked('stale.test.') >= questions, 'nobody looked further')


@case('the server is back: the first fresh answer within 2 s')
def recovered():
    upstream.silent = False
    wait_for('a fresh answer', lambda: ede(ask(V4, 'stale.test', timeout=4)) == [], 15, 0.05)
    expect(ask(V4, 'stale.test').answer[0].ttl > 290, 'TTL')


@case('stale answers have an end')
def too_stale():
    ask(V4, 'old.test')
    advance(86400 + 301)
    upstream.silent = True
    expect_equal(ask(V4, 'old.test', timeout=4).status, 'SERVFAIL', 'rcode')
    upstream.silent = False
    advance(6)


@case('flush by name, by type, by subtree, and all')
def flush():
    names = ('x.flush.test', 'y.x.flush.test', 'flush.test', 'other.test')

    def kept():
        return [name for name in names if lookup(name, 'A')]
    for name in names:
        ask(V4, name)
        ask(V4, name, 'AAAA')
    expect_equal(kept(), list(names), 'kept')
    expect_equal(server.control('cache', 'flush', 'X.flush.test', 'AAAA')['flushed'], 1, 'by type')
    expect_equal(kept(), list(names), 'kept of type A')
    expect_equal(server.control('cache', 'flush', 'x.flush.test')['flushed'], 1, 'by name')
    expect_equal(kept(), ['y.x.flush.test', 'flush.test', 'other.test'], 'kept')
    expect_equal(server.control('cache', 'flush', 'flush.test', '--subtree')['flushed'], 4, 'by subtree')
    expect_equal(kept(), ['other.test'], 'kept')
    server.control('cache', 'flush')
    expect_equal(kept(), [], 'kept')
    expect_equal(len(ask(V4, 'other.test').answer), 1, 'asked for again')
    code = command(DNSCTL, '--socket', server.socket(), 'cache', 'lookup', 'other.test')
    expect('192.0.2.1' in code and 'other.test.' in code, code)


@case('a dump is text that loads again; what is wrong in it is told with its line and passed over')
def dump():
    server.control('cache', 'flush')
    for name in ('one.test', 'two.test', 'no.test', 'cname.test'):
        ask(V4, name)
    ask(V4, 'two.test', do=True)
    before = sorted(map(str, lookup('.', '--subtree')))
    path = WORK / 'dump.txt'
    expect(server.control('cache', 'dump', path)['answers'] >= 5, 'answers')
    text = path.read_text()
    expect('question one.test. IN A NOERROR left 300 rank' in text, text)
    expect('answer one.test. 300 IN A 192.0.2.1' in text, text)
    expect('question no.test. IN * NXDOMAIN' in text, text)
    server.control('cache', 'flush')
    expect_equal(lookup('.', '--subtree'), [], 'flushed')
    total = upstream.total
    sums = server.control('cache', 'load', path)
    expect_equal((sums['kept'], sums['wrong']), (sums['read'], 0), str(sums))
    expect_equal(sorted(map(str, lookup('.', '--subtree'))), before, 'loaded')
    expect_equal(ask(V4, 'a.no.test').status, 'NXDOMAIN', 'below')
    expect_equal(upstream.total, total, 'questions upstream')
    wrong = text.replace('192.0.2.1\n', '192.0.2.999\n', 1).replace('NXDOMAIN', 'NXDOMAIM')
    path.write_text(wrong + '\nnonsense\n')
    server.control('cache', 'flush')
    sums = server.control('cache', 'load', path)
    expect_equal((sums['wrong'], sums['kept']), (3, sums['read']), str(sums))
    line = wrong.splitlines().index(next(line for line in wrong.splitlines() if '.999' in line)) + 1
    for part in (f'{path}:{line}: found 192.0.2.999', 'found NXDOMAIM, allowed: NOERROR or NXDOMAIN',
                 'found nonsense'):
        expect(part in server.log_text(), f'{part!r} is not in the log')
    path.write_text('; a zone file\n@ IN SOA a. b. 1 2 3 4 5\n')
    result = command(DNSCTL, '--socket', server.socket(), 'cache', 'load', path, check=False)
    expect_equal(result, '', 'standard output of a load that fails')


@case('a restart keeps what was known, with TTLs that are shorter by the time between')
def restart():
    server.control('cache', 'flush')
    ask(V4, 'warm.test')
    ask(V4, 'no.test')
    advance(100)
    accounts_hold(server)
    expect_equal(server.stop(), 0, 'exit status')
    expect(FILE.stat().st_mode & 0o777 == 0o600, f'mode {FILE.stat().st_mode:o}')
    text = FILE.read_text()
    expect('question warm.test. IN A NOERROR left 200' in text or
           'question warm.test. IN A NOERROR left 199' in text, text)
    # The server's clock was moved, the new one's was not: the file is from the future, so nothing has aged.
    total = upstream.total
    server.start(wire.query('www.example.com'))
    ttl = ask(V4, 'warm.test').answer[0].ttl
    expect(150 < ttl <= 200, f'TTL {ttl}')
    expect_equal(ask(V4, 'x.no.test').status, 'NXDOMAIN', 'below')
    expect_equal(upstream.total, total, 'questions upstream')
    expect_equal(server.stop(), 0, 'exit status')
    saved = int(FILE.read_text().split('saved ')[1].split()[0])
    FILE.write_text(FILE.read_text().replace(f'saved {saved}', f'saved {saved - 60}'))
    server.start(wire.query('www.example.com'))
    later = ask(V4, 'warm.test').answer[0].ttl
    expect(ttl - 90 < later <= ttl - 60, f'TTL {later} after a minute, before {ttl}')
    expect_equal(upstream.total, total, 'questions upstream')


@case('carriers are in no account')
def accounts():
    wait_for('the control socket', lambda: Path(server.socket()).exists())
    expect(server.control('cache', 'stats')['entries'] > 0, 'entries')
    accounts_hold(server)


run(setup, stops_cleanly(server))
