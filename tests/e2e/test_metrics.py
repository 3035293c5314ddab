# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Metrics over HTTP: a page that Prometheus takes, sums that agree exactly, pages of health."""
import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import urllib.parse

import wire
from harness import (TOP, UPSTREAM, V4, V6, WORK, Server, accounts_hold, case, command,
                     dnsperf, expect, expect_equal, run, telemetry_list, test_config, wait_for)
from upstream import Upstream

METRICS = ('127.0.0.1', 9153)
HEALTH = ('127.0.0.1', 8081)
PROMETHEUS = ('127.0.0.1', 9090)
QUERIES = ([f'host{i}.example.com A' for i in range(200)]
           + [f'nothere{i}.example.com A' for i in range(50)]
           + [f'asked{i}.test A' for i in range(50)])

settings = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
settings['metrics'] = {'enabled': True, 'prometheus_bind': '%s:%d' % METRICS,
                       'enable_health_endpoint': True, 'health_bind': '%s:%d' % HEALTH}
server = Server(settings)


def fetch(place, path, method='GET', body=None):
    """Status and text of a page; None where nobody listens."""
    connection = http.client.HTTPConnection(*place, timeout=5)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except ConnectionError:
        return None
    finally:
        connection.close()


SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def scrape():
    """All samples: {(name, ((label, value), ...)): number}."""
    status, text = fetch(METRICS, '/metrics')
    expect_equal(status, 200, '/metrics')
    found = {}
    for line in text.splitlines():
        if line.startswith('#'):
            continue
        sample = SAMPLE.match(line)
        expect(sample, f'no sample: {line}')
        key = (sample[1], tuple(sorted(LABEL.findall(sample[2] or ''))))
        expect(key not in found, f'twice: {line}')
        found[key] = float(sample[3])
    return found


def total(samples, name, **labels):
    """Sum over the samples of that name with those labels."""
    wanted = set(labels.items())
    rows = [value for (of, have), value in samples.items()
            if of == 'scloud_dns_' + name and wanted <= set(have)]
    expect(rows, f'no sample of {name} {labels}')
    return int(sum(rows))


def setup():
    Upstream(UPSTREAM, {'silent.test.': lambda query, transport: None})
    server.launch()
    first = wait_for('the first health page', lambda: fetch(HEALTH, '/healthz'), 30)
    expect_equal(first, (200, 'ok\n'), '/healthz while it starts')
    wait_for('to be ready', lambda: fetch(HEALTH, '/readyz') == (200, 'ok\n'), 30)
    wait_for('an answer', lambda: server.ready(wire.query('www.example.com'), V4))


@case('promtool finds nothing wrong with the metrics, the rules and the example')
def promtool():
    _, text = fetch(METRICS, '/metrics')
    expect_equal(command('promtool', 'check', 'metrics', input=text), '', 'promtool')
    command('promtool', 'check', 'rules', TOP / 'config/prometheus/alerts.yaml')
    command('promtool', 'check', 'config', TOP / 'config/prometheus/prometheus.yml')


@case('after a load: devices, stages, drops, answers, latencies and pages agree exactly')
def sums():
    for address in (V4, V6, '127.0.0.1'):
        dnsperf(address, QUERIES, '-Q', 2000, '-l', 1)
    dnsperf(V4, QUERIES, '-Q', 500, '-l', 1, '-m', 'tcp')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for _ in range(10):
            client.sendto(b'short', (V4, 53))  # dropped, by name
    wait_for('the drops', lambda: server.telemetry('/scloud/drops')['decoder_too_short'] == 10)
    stats = accounts_hold(server)
    # A page is kept for a moment: this one is of now.
    samples = wait_for('a page of now', lambda: page_with(stats['in']))
    agree(stats, samples)


def page_with(packets_in):
    samples = scrape()
    return samples if total(samples, 'packets_in_total') == packets_in else None


def agree(stats, samples):
    expect_equal(total(samples, 'packets_in_total'), stats['in'], 'in')
    expect_equal(total(samples, 'packets_answered_total'), stats['answered'], 'answered')
    expect_equal(total(samples, 'packets_dropped_total'), stats['dropped'], 'dropped')
    for name, count in stats.items():
        if name.startswith('drop_'):
            expect_equal(total(samples, 'packets_dropped_total', reason=name[5:]), count, name)
    answers = total(samples, 'answers_total')
    expect_equal(total(samples, 'answer_duration_seconds_count'), answers, 'latencies, answers')
    # What left: answers, and frames between the kernel half and the wire.
    workers = telemetry_list(server, '/scloud/workers')
    expect_equal(sum(row['answered'] for row in workers.values()), stats['answered'], 'stages')
    expect_equal(total(samples, 'stage_packets_made_total'), stats['in'], 'made at stages')
    kernel_sent = total(samples, 'kernel_frames_sent_total')
    # What the device counted is what LISTENER took and SENDER gave.
    expect_equal(total(samples, 'port_received_packets_total'), workers['LISTENER_0']['made'],
                 'frames of the device, made at LISTENER')
    expect_equal(total(samples, 'port_sent_packets_total'), workers['SENDER_0']['answered'],
                 'frames to the device, answered at SENDER')
    over_kernel = workers['LISTENER_0']['out_tcp_acceptor']
    expect_equal(answers + kernel_sent + over_kernel, stats['answered'], 'answers and the kernel')
    for link, row in telemetry_list(server, '/scloud/links').items():
        if row['kind'] == 'ring':
            expect_equal(row['handed'], row['returned'], link)


@case('histograms are whole: buckets grow, the last is the count')
def histograms():
    samples = scrape()
    rows = {}
    for (name, labels), value in samples.items():
        if name.endswith('_bucket'):
            rest = tuple(label for label in labels if label[0] != 'le')
            rows.setdefault((name[:-7], rest), []).append(value)
    expect(len(rows) > 20, f'only {len(rows)} histograms')
    for (name, rest), counts in rows.items():
        expect_equal(counts, sorted(counts), f'buckets of {name} {rest}')
        expect_equal(counts[-1], samples[(name + '_count', rest)], f'count of {name} {rest}')


@case('every metric of the dashboard and of the alerts exists')
def dashboard():
    names = {name for name, _ in scrape()} | {'up'}
    dash = json.loads((TOP / 'config/grafana/scloud-dns.json').read_text())
    texts = [target['expr'] for panel in dash['panels'] for target in panel.get('targets', [])]
    expect(len(texts) > 20, 'the dashboard has queries')
    texts += [variable['query']['query'] for variable in dash['templating']['list']
              if variable['type'] == 'query']
    alerts = (TOP / 'config/prometheus/alerts.yaml').read_text()
    texts += re.findall(r'expr: (?:>\n)?(.*?)\n +for:', alerts, re.DOTALL)
    used = set()
    for text in texts:
        found = set(re.findall(r'\bscloud_dns_\w+', text))
        expect(found or 'up{' in text, f'no metric of ours in {text}')
        used |= found
    expect(len(used) > 25, f'only {len(used)} metrics are used')
    expect_equal(used - names, set(), 'metrics that are not there')


@case('labels of the dashboard and of the alerts exist')
def labels():
    have = {}
    for name, pairs in scrape():
        have.setdefault(name, set()).update(label for label, _ in pairs)
    texts = (TOP / 'config/grafana/scloud-dns.json').read_text().replace('\\"', '"')
    texts += (TOP / 'config/prometheus/alerts.yaml').read_text()
    for name, inside in re.findall(r'\b(scloud_dns_\w+)\{(.*?)\}', texts):
        for label in re.findall(r'(\w+)\s*(?:=~|!~|!=|=)"', inside):
            expect(label in have[name] | {'instance', 'job'}, f'{name} has no label {label}')


@case('a real Prometheus reads it, and its sums are ours')
def prometheus():
    folder = WORK / 'prometheus'
    shutil.copytree(TOP / 'config/prometheus', folder)
    file = folder / 'prometheus.yml'
    file.write_text(file.read_text().replace('10s', '1s'))
    with open(WORK / 'prometheus.log', 'wb') as log:
        process = subprocess.Popen(
            ['prometheus', f'--config.file={file}', f'--storage.tsdb.path={folder}/data',
             '--web.listen-address=%s:%d' % PROMETHEUS], stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for('Prometheus to have read it', lambda: ask('up{job="scloud-dns"}') == 1.0, 30, 0.2)
        wait_for('the sums', same_sums, 20, 0.2)
        expect_equal(ask('sum(scloud_dns_answers_total)'),
                     ask('sum(scloud_dns_answer_duration_seconds_count)'), 'answers, latencies')
        wait_for('the rules to be looked at', lambda: rule_errors() == [], 20, 0.2)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def same_sums():
    """Frames of the kernel half come at any time: what was read a second ago may be less."""
    stats = server.telemetry('/scloud/stats')
    return (ask('sum(scloud_dns_packets_in_total)') == stats['in']
            and ask('sum(scloud_dns_packets_answered_total)') == stats['answered']
            and ask('sum(scloud_dns_packets_dropped_total)') == stats['dropped'])


def rule_errors():
    """What is wrong with rules that were looked at; None until all have been."""
    _, text = fetch(PROMETHEUS, '/api/v1/rules')
    rules = [rule for group in json.loads(text)['data']['groups'] for rule in group['rules']]
    expect(len(rules) > 5, 'rules are loaded')
    if any(rule['health'] == 'unknown' for rule in rules):
        return None
    return [rule['lastError'] for rule in rules if rule['health'] != 'ok']


def ask(query):
    """The one value of a query to Prometheus, or None."""
    answer = fetch(PROMETHEUS, '/api/v1/query?' + urllib.parse.urlencode({'query': query}))
    if answer is None or answer[0] != 200:
        return None
    rows = json.loads(answer[1])['data']['result']
    return float(rows[0]['value'][1]) if len(rows) == 1 else None


@case('other pages and methods are refused, with a line that helps')
def wrong():
    expect_equal(fetch(METRICS, '/'), (404, 'there is /metrics here\n'), '/')
    expect_equal(fetch(METRICS, '/healthz')[0], 404, '/healthz at the metrics')
    expect_equal(fetch(HEALTH, '/metrics')[0], 404, '/metrics at the health')
    expect_equal(fetch(METRICS, '/metrics', 'POST', 'x=y')[0], 405, 'POST')
    expect_equal(fetch(METRICS, '/metrics', 'DELETE')[0], 405, 'DELETE')
    expect_equal(fetch(METRICS, '/metrics', 'HEAD'), (200, ''), 'HEAD')


@case('who holds connections open, or sends rubbish, keeps nobody out')
def abuse():
    held = []
    for _ in range(40):
        client = socket.create_connection(METRICS, timeout=2)
        client.sendall(b'GET /metrics HTTP/1.1\r\nHost: x\r\n')  # and never ends
        held.append(client)
    for rubbish in (b'\0' * 100, b'GET ' + b'/' * 70000 + b' HTTP/1.1\r\n\r\n',
                    b'GET /metrics HTTP/1.1\r\n' + b'X: y\r\n' * 20000 + b'\r\n'):
        with socket.create_connection(HEALTH, timeout=2) as client:
            try:
                client.sendall(rubbish)
                client.recv(4096)
            except OSError:
                pass
    expect_equal(fetch(HEALTH, '/healthz'), (200, 'ok\n'), 'health all the same')
    for client in held:
        client.close()
    wait_for('metrics again', lambda: (fetch(METRICS, '/metrics') or (0,))[0] == 200)
    expect(server.alive(), 'the server died')


@case('while it drains it lives and is not ready')
def draining():
    # A question that nobody answers keeps it busy for its recursion's time.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(wire.query('silent.test'), (V4, 53))
        wait_for('the open question', lambda: server.telemetry('/scloud/stats')['in_flight'] > 0)
        server.process.send_signal(signal.SIGTERM)
        wait_for('not to be ready', lambda: fetch(HEALTH, '/readyz') == (503, 'draining\n'), 3, 0)
        expect_equal(fetch(HEALTH, '/healthz'), (200, 'ok\n'), '/healthz')
    expect_equal(server.process.wait(20), 0, 'exit status')
    expect_equal(fetch(HEALTH, '/healthz'), None, 'health of a server that is gone')


run(setup)
