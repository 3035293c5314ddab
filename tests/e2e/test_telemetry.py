# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""What the server tells about itself: every report, that their sums agree exactly, and that
docs/telemetry.md shows what they look like. With SCLOUD_WRITE_DOCS=1 the examples there are made anew."""
import json
import os
import re

import wire
from harness import (TOP, UPSTREAM, V4, V6, Server, accounts_hold, case, dnsperf, expect,
                     expect_equal, run, stops_cleanly, telemetry_list, test_config, wait_for)
from upstream import Upstream

QUERIES = ([f'host{i}.example.com A' for i in range(200)]
           + [f'nothere{i}.example.com A' for i in range(50)]
           + [f'asked{i}.test A' for i in range(50)])
REPORTS = ['stats', 'latency', 'top', 'workers', 'links', 'lcores', 'ports', 'cache', 'resolver', 'zones', 'zone',
           'graph', 'streams', 'drops', 'version']

server = Server(test_config({'example.com.': 'example.zone'}, [UPSTREAM]))


def setup():
    Upstream(UPSTREAM)
    server.start(wire.query('www.example.com'))
    for address in (V4, V6, '127.0.0.1'):
        dnsperf(address, QUERIES, '-Q', 2000, '-l', 1)
    dnsperf(V4, QUERIES, '-Q', 500, '-l', 1, '-m', 'tcp')
    wire.ask(V4, 'www.elsewhere.test', 252)  # AXFR, refused at once


def events_sum(stats):
    return sum(stats[name] for name in stats if name.startswith('answers_')
               and name != 'answers_truncated')


@case('who asks most, for what, of which zone, and what does not exist')
def top():  # first, while the load is in its windows
    report = server.telemetry('/scloud/top')
    clients = {row['client'] for row in rows(report['clients'])}
    expect({'10.53.0.1', 'fd53::/64', '127.0.0.1'} <= clients, f'clients: {clients}')
    expect_equal(rows(report['zones'])[0]['name'], 'example.com.', 'zone')
    expect_equal(rows(report['nxdomain'])[0]['name'], 'example.com.', 'above names that do not exist')
    expect_equal([row['error'] for row in rows(report['clients'])], [0] * len(clients), 'errors')
    names, first = {}, 0
    while first is not None:
        page = server.telemetry(f'/scloud/top,names,{first}')
        names |= {row['name']: row['queries'] for row in rows(page['names'])}
        first = page.get('next')
    expect(len(names) >= 300, f'{len(names)} names')
    counts = [row['queries'] for row in rows(server.telemetry('/scloud/top,clients')['clients'])]
    expect_equal(counts, sorted(counts, reverse=True), 'in order')
    expect_equal(server.telemetry('/scloud/top,nonsense'), None, 'another kind')


@case('every answer is in a latency, and in one response code')
def latency_counts():
    stats = accounts_hold(server)
    answers = server.telemetry('/scloud/latency')['answers']
    expect_equal(answers['all']['count'], events_sum(stats), 'latencies against answers by code')
    ways = {way: row['count'] for way, row in answers.items() if way != 'all'}
    expect_equal(sum(ways.values()), answers['all']['count'], f'sum of the ways {ways}')
    for way in ('direct', 'zone', 'cache', 'resolver'):
        expect(ways[way] > 0, f'no answer of the way {way}: {ways}')
    expect(ways['resolver'] >= 50, f'each name is asked for once: {ways}')


@case('percentiles grow, and end at the largest')
def latency_order():
    report = server.telemetry('/scloud/latency')
    rows = {('answers', way): row for way, row in report['answers'].items()}
    rows |= {(kind, stage): row for kind in ('stage_work', 'stage_age')
             for stage, row in report[kind].items()}
    for name, row in rows.items():
        points = [row[key] for key in ('p50_ns', 'p90_ns', 'p99_ns', 'p99_9_ns', 'max_ns')]
        expect_equal(points, sorted(points), f'percentiles of {name}')
        expect((row['count'] > 0) == (row['max_ns'] > 0), f'{name}: {row}')
    for stage in ('LISTENER', 'DECODER', 'ENCODER', 'SENDER', 'TCP_ACCEPTOR'):
        expect(report['stage_work'][stage]['count'] > 0, f'{stage} was never stamped')


@case('cache, resolver and zones')
def engines():
    cache = server.telemetry('/scloud/cache')
    expect_equal(cache['entries'], 50, 'entries')
    expect(cache['hits'] > 0 and cache['misses'] >= 50, f'hits and misses: {cache}')
    resolver = wait_for('the counts of the resolver', lambda: asked(50))
    expect_equal(rows(resolver['servers'])[0]['server'], UPSTREAM + ':53', 'server')
    expect_equal(rows(resolver['servers'])[0]['answered'], resolver['responses'], 'answers of the one server')
    zones = server.telemetry('/scloud/zones')
    expect_equal((zones['count'], rows(zones['zones'])[0]['name']), (1, 'example.com.'), 'zones')
    expect_equal(zones['records'], rows(zones['zones'])[0]['records'], 'records')
    zone = rows(server.telemetry('/scloud/zone,EXAMPLE.com')['zones'])[0]
    expect_equal(zone['serial'], 2026010101, 'serial')
    for wrong in ('/scloud/zone', '/scloud/zone,example.org', '/scloud/zone,a..b', '/scloud/links,x',
                  '/scloud/links,-1', '/scloud/links,99999999999'):
        expect_equal(server.telemetry(wrong), None, wrong)


def rows(listed):
    """DPDK's reply numbers the entries of a list."""
    return [listed[str(i)] for i in range(len(listed))]


def asked(queries):
    report = server.telemetry('/scloud/resolver')
    return report if rows(report['servers'])[0]['answered'] >= queries else None


@case('the graph has every stage, and every link leads somewhere')
def graph():
    graph = telemetry_list(server, '/scloud/graph')
    expect_equal(set(graph), set(telemetry_list(server, '/scloud/workers')), 'stages')
    for name, row in graph.items():
        expect(set(row['to']) <= set(graph), f'{name} leads to {row["to"]}')


@case('each report has help, and an example in docs/telemetry.md that looks like it')
def documented():
    commands = server.telemetry('/')
    expect_equal(sorted(name for name in commands
                         if name.startswith('/scloud/') and name != '/scloud/xstats'),
                 sorted('/scloud/' + name for name in REPORTS), 'commands')
    page = TOP / 'docs' / 'telemetry.md'
    text = page.read_text()
    for name in REPORTS:
        command = '/scloud/' + name
        expect(len(help_of(command)) > 20, f'help of {command}')
        shown = command + (',example.com' if name == 'zone' else '')
        got = shorten(server.telemetry(shown))
        found = re.search(rf'`{shown}`:\n\n```json\n(.*?)```', text, re.DOTALL)
        expect(found, f'docs/telemetry.md has no example of {shown}')
        if os.environ.get('SCLOUD_WRITE_DOCS'):
            text = text[:found.start(1)] + json.dumps(got, indent=2) + '\n' + text[found.end(1):]
        else:
            expect_equal(shape(json.loads(found[1])), shape(got), f'the example of {shown}')
    if os.environ.get('SCLOUD_WRITE_DOCS'):
        page.write_text(text)


def help_of(command):
    """DPDK gives the text under the command's name, or alone."""
    answer = server.telemetry('/help,' + command)
    return answer[command] if isinstance(answer, dict) else answer


def shorten(value):
    """Of objects that are lists, by name or by number, the first entry."""
    if isinstance(value, dict) and '0' in value and '1' in value:
        return {'0': value['0']}
    if not isinstance(value, dict):
        return value
    rows = [key for key, row in value.items() if isinstance(row, dict)]
    if 'count' in value and rows and 'p50_ns' not in value:
        first = next((key for key in rows if value[key].get('kind') == 'ring'), rows[0])
        return {key: shorten(row) for key, row in value.items() if key == first or key not in rows}
    return {key: shorten(row) for key, row in value.items()}


def shape(value):
    """What is there, whatever the numbers are."""
    if isinstance(value, dict):
        return {'a port' if isinstance(row, dict) and 'driver' in row else key: shape(row)
                for key, row in value.items() if key != 'next'}
    if isinstance(value, list):
        return [shape(row) for row in value]
    return type(value).__name__


run(setup, stops_cleanly(server))
