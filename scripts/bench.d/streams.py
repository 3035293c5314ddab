# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""What the benches of TCP, TLS and HTTPS share: servers of one zone in turn on the first processor, with one worker
each; the client has the other processors."""
import argparse
import json
import subprocess
import time
from pathlib import Path

import figures
import side_by_side as bench

PORT = 5394  # plain DNS, for all servers
DOT_PORT, DOH_PORT = 8853, 8443
ADDRESS = '127.0.0.1'
ZONE = 'example.com'
CONNECTIONS_MAX = 4096


def zone_file(path, names):
    """An apex and `names` addresses."""
    with open(path, 'w') as file:
        file.write(f'$ORIGIN {ZONE}.\n$TTL 3600\n@ SOA ns1 hostmaster 1 7200 3600 1209600 600\n'
                   '@ NS ns1\nns1 A 192.0.2.1\n')
        file.writelines(f'n{i} A 10.0.{i >> 8 & 255}.{i & 255}\n' for i in range(names))


def scloud(folder, zone, cert, key):
    config = {
        'dpdk': {'lcores': 2, 'memory': {'hugepages': 'off', 'size_mb': 256}, 'ports': [],
                 'file_prefix': 'benchstreams'},
        'listener': [
            {'name': 'plain', 'address': ADDRESS, 'port': PORT, 'protocols': ['udp', 'tcp'],
             'acl': 'any', 'recursion_allowed': False},
            {'name': 'dot', 'address': ADDRESS, 'port': DOT_PORT, 'protocols': ['tcp'],
             'enable_tls': True, 'tls_cert_path': str(cert), 'tls_key_path': str(key),
             'acl': 'any', 'recursion_allowed': False}],
        'doh': {'enabled': True, 'bind': f'{ADDRESS}:{DOH_PORT}', 'tls_cert_path': str(cert),
                'tls_key_path': str(key)},
        'limits': {'max_tcp_sessions': CONNECTIONS_MAX, 'max_tcp_sessions_per_ip': CONNECTIONS_MAX},
        'recursion': {'enabled': False}, 'cache': {'enabled': False},
        'ratelimit': {'enabled': False},
        'zone': [{'name': ZONE, 'type': 'master', 'file': str(zone)}],
    }
    (folder / 'scloud.json').write_text(json.dumps(config))
    return [str(bench.BUILD / 'app/scloud-dns/scloud-dns'), '--config', str(folder / 'scloud.json')]


def nsd(folder, zone, cert, key):
    (folder / 'nsd.conf').write_text(
        f'server:\n  server-count: 1\n  ip-address: {ADDRESS}@{PORT}\n  ip-address: {ADDRESS}@{DOT_PORT}\n'
        f'  tls-port: {DOT_PORT}\n  tls-service-key: {key}\n  tls-service-pem: {cert}\n'
        f'  tcp-count: {CONNECTIONS_MAX}\n  username: ""\n  zonesdir: ""\n  database: ""\n  pidfile: ""\n'
        f'  xfrdfile: {folder}/xfrd\n  zonelistfile: {folder}/zone.list\n  xfrdir: {folder}\n'
        f'  minimal-responses: yes\n'
        f'remote-control:\n  control-enable: no\nzone:\n  name: {ZONE}\n  zonefile: {zone}\n')
    return ['/usr/sbin/nsd', '-d', '-c', str(folder / 'nsd.conf')]


def unbound(folder, zone, cert, key):
    """The names as an authoritative zone of its own, so that nothing is forwarded, and answers are cached."""
    (folder / 'unbound.conf').write_text(
        f'server:\n interface: {ADDRESS}@{PORT}\n interface: {ADDRESS}@{DOT_PORT}\n'
        f' interface: {ADDRESS}@{DOH_PORT}\n tls-port: {DOT_PORT}\n https-port: {DOH_PORT}\n'
        f' tls-service-key: "{key}"\n tls-service-pem: "{cert}"\n'
        f' incoming-num-tcp: {CONNECTIONS_MAX}\n access-control: 127.0.0.0/8 allow\n'
        f' username: ""\n chroot: ""\n directory: "{folder}"\n pidfile: ""\n use-syslog: no\n'
        ' do-daemonize: no\n module-config: "iterator"\n minimal-responses: yes\n num-threads: 1\n'
        ' msg-cache-size: 64m\n rrset-cache-size: 128m\n'
        'remote-control:\n control-enable: no\n'
        f'auth-zone:\n name: "{ZONE}"\n zonefile: "{zone}"\n for-downstream: no\n for-upstream: yes\n'
        ' fallback-enabled: no\n')
    return ['unbound', '-d', '-c', str(folder / 'unbound.conf')]


SERVERS = {'scloud-dns': scloud, 'NSD': nsd, 'Unbound': unbound}
VERSIONS = {'NSD': ('nsd', '-v'), 'Unbound': ('unbound', '-V')}


class Server:
    """A started server, alone on processor 0."""

    def __init__(self, name, folder, zone, cert, key):
        self.folder = folder / name
        self.folder.mkdir(exist_ok=True)
        with open(self.folder / 'log', 'wb') as log:
            self.process = subprocess.Popen(
                ['taskset', '-c', '0', *SERVERS[name](self.folder, zone, cert, key)],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            message = bytearray(bench.query(f'n1.{ZONE}', 1))
            message[2] |= 1  # RD: Unbound refuses others
            bench.wait_for_answer(self.process, PORT, bytes(message), 30)
        except SystemExit:
            print((self.folder / 'log').read_text()[-2000:])
            raise

    def cpu_s(self):
        return bench.cost(self.process.pid)['cpu_s']

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure(server, load):
    """Answers a second, and microseconds of the server's processor for each, while load() runs, which gives how many
    answers came, in how many seconds, and how many did not come."""
    before = server.cpu_s()
    count, seconds, lost = load()
    used = server.cpu_s() - before
    return {'per_s': count / seconds, 'cpu_us': used * 1e6 / max(count, 1),
            'lost_percent': 100 * lost / max(count + lost, 1)}


def dnsperf(*words):
    """A load for measure()."""
    import harness

    def load():
        got = harness.dnsperf(ADDRESS, QUERIES, *words, timeout=600)
        return got['completed'], got['completed'] / max(got['rate'], 1e-9), got['lost']
    return load


QUERIES = []


def show(scene, rows, peer):
    """A table of medians; the ratios to the peer are of runs next to each other."""
    notes = {name: f"{figures.ratio(rows, peer, name, 'cpu_us')} of {peer}'s CPU" for name in rows}
    print(f'\n{scene}\n')
    print(bench.report(rows, peer, ['per_s', 'cpu_us', 'lost_percent'], notes), flush=True)


def run(doc, name, servers, scenes):
    """The whole bench: `scenes` {text: load from the options}; the last of `servers` is the peer."""
    parser = argparse.ArgumentParser(prog=f'scripts/bench {name}', description=doc)
    parser.add_argument('-n', '--names', type=int, default=10000, help='names in the zone')
    parser.add_argument('-r', '--runs', type=int, default=5, help='runs of each server and scene')
    parser.add_argument('-l', '--seconds', type=float, default=4, help='how long a run lasts')
    parser.add_argument('-s', '--scene', help='only scenes whose text has this in it')
    parser.add_argument('-o', '--only', choices=servers, help='only this server')
    options = parser.parse_args()
    import resolvers
    resolvers.isolate()
    import harness
    import tls
    work = Path(harness.WORK)
    zone_file(work / 'zone', options.names)
    cert, key = tls.make_certificate(work)
    QUERIES.extend(f'n{i * 7919 % options.names}.{ZONE} A' for i in range(options.names))
    chosen = [server for server in servers if options.only in (None, server)]
    texts = [text for text in scenes if options.scene is None or options.scene in text]
    rows = {text: {server: [] for server in chosen} for text in texts}
    for _ in range(options.runs):
        for server in chosen:
            started = Server(server, work, work / 'zone', cert, key)
            dnsperf('-p', PORT, '-n', 1, '-q', 50)()  # whoever caches has the names
            for text in texts:
                rows[text][server].append(measure(started, scenes[text](options)))
            started.stop()
            time.sleep(0.1)
    for text in texts:
        show(text, rows[text], chosen[-1])
    bench.save(name, {
        'machine': bench.machine(), 'base': chosen[-1], 'options': vars(options), 'runs': rows,
        'versions': {server: bench.version(*VERSIONS[server]) for server in chosen
                     if server in VERSIONS}})
