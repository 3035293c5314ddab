# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A small Internet: NSD as root, top-level and other name servers, each on an address of its own."""
import socket
import subprocess

import wire
from harness import WORK, command, expect, wait_for

ROOT = '10.99.0.1'
TEST = '10.99.0.3'
OTHER = '10.99.0.4'
ZONES = '10.99.0.5'
SIX = 'fd99::6'
SILENT = '10.99.0.66'
REFUSING = '10.99.0.7'

SOA = '@ 300 SOA ns.invalid. admin.invalid. 1 3600 600 86400 60\n'

ROOT_ZONE = SOA + f'''
@ 300 NS a.root.
a.root. 300 A {ROOT}
test. 300 NS ns.test.
ns.test. 300 A {TEST}
other. 300 NS ns.other.
ns.other. 300 A {OTHER}
'''

TEST_ZONE = SOA + f'''
@ 300 NS ns
ns 300 A {TEST}
example 300 NS ns.example
ns.example 300 A {ZONES}
half 300 NS ns1.half
half 300 NS ns2.half
ns1.half 300 A {SILENT}
ns2.half 300 A {ZONES}
lame 300 NS ns1.lame
lame 300 NS ns2.lame
ns1.lame 300 A {REFUSING}
ns2.lame 300 A {ZONES}
dead 300 NS ns.dead
ns.dead 300 A {SILENT}
link1 300 NS ns.link2.other.
circle1 300 NS ns.circle2.other.
itself 300 NS ns.itself
six 300 NS ns.six
ns.six 300 AAAA {SIX}
fan 300 NS n1.nowhere.other.
''' + ''.join(f'fan 300 NS n{i}.nowhere.other.\n' for i in range(2, 30))

OTHER_ZONE = SOA + f'''
@ 300 NS ns
ns 300 A {OTHER}
target 300 NS ns.example.test.
link2 300 NS ns.target
circle2 300 NS ns.circle1.test.
'''

EXAMPLE_ZONE = SOA + f'''
@ 300 NS ns
ns 300 A {ZONES}
www 300 A 192.0.2.1
www 300 AAAA 2001:db8::1
a.b.c.d.e.f.g.h.i.j.k.l.m.n 300 A 192.0.2.2
*.wild 300 A 192.0.2.3
alias 300 CNAME www.target.other.
long 300 CNAME hop.target.other.
last 300 A 192.0.2.4
loop 300 CNAME loop.target.other.
nowhere 300 CNAME missing.target.other.
tree 300 DNAME target.other.
''' + ''.join(f'large 300 TXT "{i:03d}{"x" * 120}"\n' for i in range(60))

TARGET_ZONE = SOA + '''
@ 300 NS ns.example.test.
www 300 A 192.0.2.10
ns 300 A 10.99.0.5
hop 300 CNAME last.example.test.
loop 300 CNAME loop.example.test.
'''


def plain(name_server):
    return SOA + f'@ 300 NS {name_server}\nwww 300 A 192.0.2.20\nns 300 A {ZONES}\n'


SERVERS = {
    ROOT: {'.': ROOT_ZONE},
    TEST: {'test.': TEST_ZONE},
    OTHER: {'other.': OTHER_ZONE},
    ZONES: {'example.test.': EXAMPLE_ZONE, 'target.other.': TARGET_ZONE,
            'half.test.': plain('ns1.half.test.'), 'lame.test.': plain('ns1.lame.test.'),
            'link1.test.': plain('ns.link2.other.'), 'link2.other.': plain('ns.target.other.')},
    SIX: {'six.test.': SOA + f'@ 300 NS ns\nns 300 AAAA {SIX}\nwww 300 A 192.0.2.30\n'},
    REFUSING: {'unrelated.invalid.': plain('ns')},
}


class Tree:
    """Starts all of it; stop() and go_on() make a server silent for a while."""

    def __init__(self):
        self.processes = {}
        for address in [*SERVERS, SILENT]:
            command('ip', 'address', 'add', address, 'dev', 'lo',
                    *(['nodad'] if ':' in address else []))
        self.silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.silent.bind((SILENT, 53))
        for number, (address, zones) in enumerate(SERVERS.items()):
            self.start(f'nsd{number}', address, zones)
        for address, zones in SERVERS.items():
            probe = wire.query(next(iter(zones)), 'SOA')
            wait_for(f'NSD at {address}', lambda a=address, p=probe: self.answers(a, p), 20)

    def answers(self, address, probe):
        try:
            return wire.udp(address, probe, timeout=0.2)
        except OSError:
            return None

    def start(self, name, address, zones):
        folder = WORK / name
        folder.mkdir()
        text = (f'server:\n ip-address: {address}\n port: 53\n username: ""\n server-count: 1\n'
                f' zonesdir: "{folder}"\n pidfile: "{folder}/pid"\n database: ""\n'
                f' xfrdfile: "{folder}/xfrd"\n zonelistfile: "{folder}/list"\n'
                f' logfile: "{folder}/nsd.log"\n rrl-ratelimit: 0\nremote-control:\n'
                ' control-enable: no\n')
        for number, (zone, records) in enumerate(zones.items()):
            (folder / f'zone{number}').write_text(f'$ORIGIN {zone}\n{records}')
            text += f'zone:\n name: "{zone}"\n zonefile: "zone{number}"\n'
        (folder / 'nsd.conf').write_text(text)
        command('nsd-checkconf', folder / 'nsd.conf')
        self.processes[address] = subprocess.Popen(
            ['nsd', '-d', '-c', folder / 'nsd.conf'], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        expect(self.processes[address].poll() is None, f'NSD does not start at {address}')


def hints():
    """The root hints file that leads into the tree."""
    file = WORK / 'root.hints'
    file.write_text(f'; a root of our own\n.  3600000  NS  A.ROOT.\nA.ROOT.  3600000  A  {ROOT}\n')
    return str(file)
