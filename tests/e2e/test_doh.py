# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""DNS over HTTPS: real clients, both methods, what is refused and how, a proxy's plain HTTP/2."""
import base64
import re
import socket
import threading
import time

import h2
import wire
from harness import (UPSTREAM, V4, WORK, Server, accounts_hold, case, command, dnsperf, expect,
                     expect_equal, run, stops_cleanly, test_config)
from tls import make_certificate
from upstream import Upstream, gives

PORT = 8443
ORIGIN = 'https://console.test'
DNS = 'application/dns-message'

config = test_config({'example.com.': 'example.zone'}, [UPSTREAM])
CERT, KEY = WORK / 'doh.crt', WORK / 'doh.key'
config['doh'] = {'enabled': True, 'bind': f'0.0.0.0:{PORT}', 'tls_cert_path': str(CERT),
                 'tls_key_path': str(KEY), 'paths': ['/dns-query', '/private/dns'],
                 'allowed_origins': [ORIGIN]}
server = Server(config)
plain = None


def slow(query, _):
    time.sleep(0.7)
    return wire.response(query, answer=[('slow.test.', 'A', 60, '192.0.2.9')])


def setup():
    make_certificate(WORK, 'doh')
    Upstream(UPSTREAM, {'slow.test.': slow, 'web.test.': gives(('web.test.', 'A', 60, '127.0.0.1'))})
    server.start(wire.query('www.example.com'))


def curl(*words, url=f'https://{V4}:{PORT}/dns-query', body=None, http='--http2'):
    """Status, header fields and body of a request."""
    out = WORK / 'curl.out'
    out.write_bytes(b'')
    if body is not None:
        (WORK / 'curl.in').write_bytes(body)
        words = ('--data-binary', f'@{WORK}/curl.in', *words)
    text = command('curl', '-s', '-k', http, '-m', '10', '-o', out, '-D', '-',
                   '-w', '\nstatus %{http_code}', *words, url)
    fields = dict(re.findall(r'^([\w-]+): (.*?)\r?$', text, re.MULTILINE))
    return int(re.search(r'status (\d+)', text)[1]), fields, out.read_bytes()


def coded(message):
    return base64.urlsafe_b64encode(message).rstrip(b'=').decode()


def get(message, *words, **more):
    url = more.pop('url', f'https://{V4}:{PORT}/dns-query')
    return curl(*words, url=f'{url}?dns={coded(message)}', **more)


def post(message, *words, **more):
    return curl('-H', f'content-type: {DNS}', *words, body=message, **more)


@case('kdig +https by both methods, and curl --doh-url')
def clients():
    for how in ('+https=/dns-query', '+https=/private/dns', '+https-get'):
        words = ['kdig', f'@{V4}', '-p', PORT, '+https', how, '+padding=128', 'www.example.com', 'A']
        text = command(*words)
        expect('NOERROR' in text and '192.0.2.80' in text, text)
        expect('HTTP session (HTTP/2-' in text, text)
    text = command('curl', '-s', '--doh-insecure', '--doh-url', f'https://{V4}:{PORT}/dns-query',
                   '-m', '5', '--trace-ascii', '-', 'http://www.example.com:9/', check=False)
    expect('DOH A: 192.0.2.80' in text or 'Trying 192.0.2.80' in text, text)


@case('GET and POST; the header fields of an answer')
def methods():
    message = wire.query('www.example.com', id=0)
    for status, fields, body in (get(message), post(message), post(message, url=f'https://{V4}:{PORT}/private/dns')):
        expect_equal(status, 200, 'status')
        expect_equal(fields['content-type'], DNS, 'content-type')
        expect_equal(fields['cache-control'], 'max-age=300', 'cache-control')
        expect_equal(int(fields['content-length']), len(body), 'content-length')
        answer = wire.Message(body)
        expect_equal((answer.status, answer.id, len(answer.answer)), ('NOERROR', 0, 1), 'answer')
    status, fields, body = post(wire.query('nothing.example.com'))
    expect_equal((status, wire.Message(body).status), (200, 'NXDOMAIN'), 'negative answer')
    expect(int(fields['cache-control'].removeprefix('max-age=')) <= 3600, fields['cache-control'])
    status, fields, body = post(wire.query('www.example.com', flags=0x2800))
    expect_equal((status, fields['cache-control']), (200, 'max-age=0'), 'NOTIMP is not to be kept')
    status, _, body = post(wire.query('huge.example.com', 'TXT'))
    expect(status == 200 and len(body) > 8000, f'{status}, {len(body)} octets')


@case('what is no DNS over HTTPS is told so')
def refused():
    message = wire.query('www.example.com')
    base = f'https://{V4}:{PORT}'
    cases = [
        (404, curl(url=f'{base}/')),
        (404, post(message, url=f'{base}/dns-query/')),
        (400, curl(url=f'{base}/dns-query')),
        (400, curl(url=f'{base}/dns-query?name=www.example.com&type=A')),
        (400, curl(url=f'{base}/dns-query?dns=***')),
        (400, curl(url=f'{base}/dns-query?dns=AAAA')),
        (400, post(b'short')),
        (400, post(message[:2] + b'\x80' + message[3:])),
        (406, get(message, '-H', 'accept: application/dns-json')),
        (415, curl('-H', 'content-type: application/json', body=b'{}')),
        (415, curl(body=message)),
        (413, post(b'\0' * 70000)),
        (405, curl('-X', 'DELETE')),
        (405, curl('-X', 'PUT', '-H', f'content-type: {DNS}', body=message)),
    ]
    for wanted, (status, fields, body) in cases:
        expect_equal(status, wanted, f'status, with the text {body!r}')
        expect_equal(fields['content-type'], 'text/plain', 'content-type')
        expect(len(body) > 3, 'no reason')
    expect_equal(cases[-1][1][1]['allow'], 'GET, POST, OPTIONS', 'allow')
    for accept in ('*/*', 'application/*', f'text/html, {DNS};q=0.5'):
        expect_equal(get(message, '-H', f'accept: {accept}')[0], 200, accept)


@case('curl finds a host with it: --doh-url')
def doh_url():
    with socket.create_server(('127.0.0.1', 8081)) as web:
        web.settimeout(10)
        def serve():
            client, _ = web.accept()
            client.recv(4096)
            client.sendall(b'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello')
            client.close()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        text = command('curl', '-s', '--doh-insecure', '--doh-url', f'https://{V4}:{PORT}/dns-query',
                       '-4', '-m', '10', 'http://web.test:8081/')
        expect_equal(text, 'hello', 'the page')
        thread.join(10)


@case('HTTP/1.1 is told to speak HTTP/2')
def http1():
    status, _, body = post(wire.query('www.example.com'), http='--http1.1')
    expect_equal(status, 505, 'status')
    expect(b'HTTP/2' in body, body)


@case('browsers of allowed origins may read answers, others not')
def origins():
    message = wire.query('www.example.com')
    _, fields, _ = post(message, '-H', f'origin: {ORIGIN}')
    expect_equal(fields.get('access-control-allow-origin'), ORIGIN, 'allowed')
    _, fields, _ = post(message, '-H', 'origin: https://other.test')
    expect('access-control-allow-origin' not in fields, 'another origin was allowed')
    status, fields, _ = curl('-X', 'OPTIONS', '-H', f'origin: {ORIGIN}',
                             '-H', 'access-control-request-method: POST')
    expect_equal(status, 204, 'status of a preflight')
    expect_equal(fields['access-control-allow-headers'], 'content-type', 'fields')


@case('a fast answer does not wait for a slow one on the same connection')
def order():
    slow_one, fast_one = (coded(wire.query(name)) for name in ('slow.test', 'www.example.com'))
    url = f'https://{V4}:{PORT}/dns-query?dns='
    text = command('curl', '-s', '-k', '--http2', '-Z', '--parallel-immediate',
                   '-w', '%{url_effective}\n', '-o', '/dev/null', url + slow_one,
                   '-o', '/dev/null', url + fast_one)
    expect_equal(text.split(), [url + fast_one, url + slow_one], 'order of the answers')


@case('h2load and dnsperf: many streams on few connections')
def load():
    text = command('h2load', '-n', 20000, '-c', 4, '-m', 50, '-H', f'accept: {DNS}',
                   f'https://{V4}:{PORT}/dns-query?dns={coded(wire.query("www.example.com"))}')
    expect('20000 succeeded, 0 failed, 0 errored' in text, text)
    expect('20000 2xx' in text, text)
    got = dnsperf(V4, [f'host{i}.example.com A' for i in range(50)], '-m', 'doh', '-p', PORT,
                  '-O', f'doh-uri=https://{V4}:{PORT}/dns-query', '-c', 1, '-n', 2, '-q', 1)
    # One query at once: of the answers in a TLS record dnsperf 2.10 takes only one.
    expect_equal((got['sent'], got['lost']), (100, 0), got['text'])


@case('plain HTTP/2 for a proxy in front')
def proxy():
    global plain
    behind = test_config({'example.com.': 'example.zone'})
    behind['acl'] = behind.get('acl', []) + [{'name': 'proxy', 'networks': ['127.0.0.9/32']}]
    behind['doh'] = {'enabled': True, 'bind': '127.0.0.1:8053', 'terminate_tls': False,
                     'proxy_protocol_acl': 'proxy'}
    behind['dpdk']['ports'] = []
    behind['listener'] = [{'name': 'ready', 'address': '127.0.0.1', 'port': 5353}]
    plain = Server(behind, 'plain')
    plain.launch()
    status, fields, body = 0, {}, b''
    for _ in range(200):
        try:
            status, fields, body = post(wire.query('www.example.com'), http='--http2-prior-knowledge',
                                        url='http://127.0.0.1:8053/dns-query')
            break
        except Exception:
            time.sleep(0.05)
    expect_equal((status, wire.Message(body).status), (200, 'NOERROR'), 'answer')
    status, _, _ = post(wire.query('www.example.com'), http='--http1.1',
                        url='http://127.0.0.1:8053/dns-query')
    expect_equal(status, 505, 'status of HTTP/1.1')
    # From an address of the list a PROXY header has to come first; what it says is the client.
    header = (b'\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c' + bytes([192, 0, 2, 7, 127, 0, 0, 1, 0x12, 0x67, 3, 0x55]))
    with h2.Client('127.0.0.1', 8053, source='127.0.0.9', first=header) as client:
        client.send(h2.post(1, wire.query('www.example.com')))
        expect_equal(wire.Message(client.body(1)).status, 'NOERROR', 'behind a PROXY header')
    with h2.Client('127.0.0.1', 8053, source='127.0.0.9') as client:
        client.send(h2.post(1, wire.query('www.example.com')))
        expect(client.body(1) is None, 'a proxy without a header was answered')
    expect_equal(plain.stop(), 0, 'exit status')


@case('the counters tell, and the books balance')
def books():
    streams = server.telemetry('/scloud/streams')
    expect(streams['http_requests'] > 20000, streams)
    expect(streams['http_refused'] >= 14, streams)
    expect_equal(streams['http_abuse'], 0, 'abuse')
    accounts_hold(server)


run(setup, stops_cleanly(server))
