# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Starts nsd, Knot DNS and BIND with the zones that our server has, on ports of the loopback, set up
so that what they leave to taste is alike: large UDP answers, no limits of rates, no order to rotate."""
import shutil
import subprocess
from pathlib import Path

import harness
import wire

ADDRESS = '127.0.0.1'
PORTS = {'scloud': 5300, 'signer': 5399, 'nsd': 5301, 'knot': 5302, 'bind': 5303}
UDP_SIZE = 4096
START_S = 60
READY = wire.query('ready.invalid', 'SOA')


def nsd(folder, files):
    zones = ''.join(f'zone:\n name: "{name}"\n zonefile: "{file}"\n'
                    for name, file in files.items())
    config = folder / 'nsd.conf'
    config.write_text(f'''server:
 ip-address: {ADDRESS}@{PORTS['nsd']}
 server-count: 1
 username: ""
 chroot: ""
 zonesdir: "{folder}"
 database: ""
 zonelistfile: "{folder}/zone.list"
 xfrdfile: "{folder}/xfrd.state"
 xfrdir: "{folder}"
 pidfile: "{folder}/nsd.pid"
 ipv4-edns-size: {UDP_SIZE}
 minimal-responses: no
 round-robin: no
 rrl-ratelimit: 0
 refuse-any: no
 verbosity: 0
remote-control:
 control-enable: no
{zones}''')
    return ['nsd', '-d', '-c', config]


def knot(folder, files):
    zones = ''.join(f' - domain: "{name}"\n   file: "{file}"\n' for name, file in files.items())
    config = folder / 'knot.conf'
    config.write_text(f'''server:
  rundir: {folder}
  listen: {ADDRESS}@{PORTS['knot']}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  udp-max-payload: {UDP_SIZE}
database:
  storage: {folder}/knot
log:
 - target: stderr
   any: error
template:
 - id: default
   semantic-checks: off
   journal-content: none
   zonefile-sync: -1
zone:
{zones}''')
    return ['knotd', '-c', config]


def bind(folder, files):
    zones = ''.join(f'zone "{name}" {{ type primary; file "{file}"; }};\n'
                    for name, file in files.items())
    config = folder / 'named.conf'
    config.write_text(f'''options {{
 directory "{folder}";
 pid-file "{folder}/named.pid";
 session-keyfile "{folder}/session.key";
 listen-on port {PORTS['bind']} {{ {ADDRESS}; }};
 listen-on-v6 {{ none; }};
 recursion no;
 allow-query {{ any; }};
 notify no;
 dnssec-validation no;
 minimal-responses no-auth;
 max-udp-size {UDP_SIZE};
 edns-udp-size {UDP_SIZE};
 check-names primary ignore;
 check-integrity no;
 check-wildcard no;
 zero-no-soa-ttl no;
 rrset-order {{ order none; }};
 querylog no;
}};
controls {{}};
logging {{ category default {{ stderr; }}; channel stderr {{ stderr; severity error; }}; }};
{zones}''')
    return ['named', '-f', '-c', config]


PROGRAMS = {'nsd': nsd, 'knot': knot, 'bind': bind}


class Peer:
    """One run of another server; it ends with the process namespace at the latest."""

    def __init__(self, name, folder, files):
        self.name, self.folder = name, Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / f'{name}.log'
        words = [str(word) for word in PROGRAMS[name](self.folder, files)]
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, cwd=self.folder)

    def wait(self):
        def answers():
            harness.expect(self.process.poll() is None, f'{self.name} ended at once:\n'
                           + self.log.read_text(errors='replace')[-2000:])
            return wire.udp(ADDRESS, READY, 0.3, PORTS[self.name])
        harness.wait_for(f'{self.name} to answer', answers, START_S, 0.05)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def installed():
    return [name for name, program in (('nsd', 'nsd'), ('knot', 'knotd'), ('bind', 'named'))
            if shutil.which(program)]


def our_server(files, name='corpus'):
    """Our server with the same zones on a kernel socket; no device at all."""
    config = harness.test_config({zone: file for zone, file in files.items()})
    config['dpdk']['ports'] = []
    config['server']['max_udp_payload'] = UDP_SIZE
    config['listener'][0] |= {'address': ADDRESS, 'port': PORTS['scloud'],
                              'recursion_allowed': False, 'acl': 'any'}
    return harness.Server(config, name)


class Servers:
    """Ours and the peers, all with the same zones."""

    def __init__(self, folder, files, names):
        self.peers = [Peer(name, Path(folder) / name, files) for name in names]
        self.ours = our_server(files)
        self.ours.launch()
        for peer in self.peers:
            peer.wait()
        harness.wait_for('our server to answer', self.is_ready, START_S, 0.05)

    def is_ready(self):
        harness.expect(self.ours.alive(), 'our server ended at once:\n'
                       + self.ours.log_text()[-2000:])
        return wire.udp(ADDRESS, READY, 0.3, PORTS['scloud'])

    def stop(self):
        for peer in self.peers:
            peer.stop()
        return self.ours.stop()
