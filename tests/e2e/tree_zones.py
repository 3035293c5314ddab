# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""What the servers of tree.py serve: every shape of delegation and answer that a resolver meets."""

SOA = '@ 300 SOA ns.invalid. admin.invalid. 1 3600 600 86400 60\n'

ROOT, ROOT_6, ROOT_2 = '10.99.0.1', 'fd99::1', '10.99.0.2'
TEST, TEST_2 = '10.99.0.3', '10.99.0.8'
OTHER = '10.99.0.4'
ZONES = '10.99.0.5'
SIX = 'fd99::6'
REFUSING = '10.99.0.7'
FAR = '10.99.0.9'
SILENT = '10.99.0.66'  # there, but nobody answers
NOBODY = '10.99.0.67'  # not there at all

# Servers that do as odd_server.py says: address, kind. Each serves the zone KIND.odd.test.
ODD = {f'10.99.1.{number}': kind for number, kind in enumerate((
    'truncating', 'formerr', 'notimp', 'deaf', 'plain', 'lower', 'empty', 'refusing', 'mute',
    'upward', 'slow', 'noisy', 'poison', 'stuffed', 'closing'), 1)}
# Those that answer a probe at once.
LIVE = [address for address, kind in ODD.items() if kind not in ('mute', 'slow')]


def glue(name, *addresses):
    return ''.join(f'{name} 300 {"AAAA" if ":" in address else "A"} {address}\n'
                   for address in addresses)


def delegation(zone, *servers):
    """NS records and glue: servers are (name relative to the file's origin, addresses…)."""
    return ''.join(f'{zone} 300 NS {name}\n' + glue(name, *addresses)
                   for name, *addresses in servers)


ROOT_ZONE = SOA + '@ 300 NS a.root.\n@ 300 NS b.root.\n' + glue('a.root.', ROOT, ROOT_6) + glue(
    'b.root.', ROOT_2) + delegation('test.', ('ns.test.', TEST), ('ns2.test.', TEST_2)) + delegation(
    'other.', ('ns.other.', OTHER)) + delegation('far.', ('ns.far.', FAR))

TEST_ZONE = SOA + delegation('@', ('ns', TEST), ('ns2', TEST_2)) + ''.join((
    delegation('example', ('ns.example', ZONES)),
    delegation('half', ('ns1.half', SILENT), ('ns2.half', ZONES)),
    delegation('gone', ('ns1.gone', NOBODY), ('ns2.gone', ZONES)),
    delegation('lame', ('ns1.lame', REFUSING), ('ns2.lame', ZONES)),
    delegation('dead', ('ns.dead', SILENT)),
    delegation('allame', ('ns.allame', REFUSING)),
    delegation('link1', ('ns.link2.other.',)),
    delegation('circle1', ('ns.circle2.other.',)),
    delegation('itself', ('ns.itself',)),
    delegation('six', ('ns.six', SIX)),
    delegation('both', ('ns.both', ZONES, SIX)),
    delegation('deep.a.b.c', ('ns.deep.a.b.c', ZONES)),
    delegation('wide', *((f'n{i}.wide', ZONES) for i in range(13))),
    delegation('fan', *((f'n{i}.nowhere.other.',) for i in range(1, 30))),
    'odd 300 NS ns.odd\n' + glue('ns.odd', ZONES),
    'sibling 300 NS ns.example\n',
))

# BIND gives SERVFAIL for chains of more than 11 links, Unbound follows 11 in all, we follow 16.
LONG_CHAIN = ''.join(f'long{i} 300 CNAME long{i + 1}\n' for i in range(9))

OTHER_ZONE = SOA + delegation('@', ('ns', OTHER)) + '''
target 300 NS ns.example.test.
link2 300 NS ns.target
circle2 300 NS ns.circle1.test.
apex 300 CNAME www.example.test.
''' + LONG_CHAIN + 'long9 300 A 192.0.2.98\n'

FAR_ZONE = SOA + delegation('@', ('ns', FAR)) + '''
moved 300 DNAME example.test.
circle 300 DNAME x.circle
chain 300 CNAME first.far.
''' + ''.join(f'link{i} 300 CNAME link{i + 1}.{"far" if i % 2 else "target.other"}.\n'
              for i in range(1, 9, 2)) + 'first 300 CNAME link1\nlink9 300 A 192.0.2.99\n'

EXAMPLE_ZONE = SOA + delegation('@', ('ns', ZONES)) + r'''
@ 300 MX 10 mail
@ 300 TXT "the apex"
mail 300 A 192.0.2.25
www 300 A 192.0.2.1
www 300 AAAA 2001:db8::1
many 300 A 192.0.2.101
many 300 A 192.0.2.102
many 300 A 192.0.2.103
a.b.c.d.e.f.g.h.i.j.k.l.m.n 300 A 192.0.2.2
*.wild 300 A 192.0.2.3
*.wild 300 TXT "wild"
host.wild 300 A 192.0.2.33
*.calls 300 CNAME www
*.mx 300 MX 5 mail
alias 300 CNAME www.target.other.
long 300 CNAME hop.target.other.
last 300 A 192.0.2.4
loop 300 CNAME loop.target.other.
self 300 CNAME self
nowhere 300 CNAME missing.target.other.
nodata 300 CNAME mail
todead 300 CNAME www.dead.test.
tosix 300 CNAME www.six.test.
tree 300 DNAME target.other.
zero 0 A 192.0.2.50
srv._tcp 300 SRV 0 5 5060 mail
_443._tcp.www 300 TLSA 3 1 1 aabbccdd
caa 300 CAA 0 issue "ca.invalid"
svc 300 HTTPS 1 . alpn=h2
unknown 300 TYPE65280 \# 4 01020304
MiXeD 300 A 192.0.2.60
dot\.ted 300 A 192.0.2.61
''' + ''.join(f'large 300 TXT "{i:03d}{"x" * 120}"\n' for i in range(60)) + ''.join(
    f'medium 300 TXT "{i:03d}{"x" * 120}"\n' for i in range(12)) + ''.join(
    f'n{i} 300 A 198.51.{i >> 8}.{i & 255}\n' for i in range(2000)) + ''.join(
    f'brief{i} 1 A 192.0.2.70\n' for i in range(20)) + (
    '.'.join('x' * 60 for _ in range(3)) + '.' + 'y' * 50 + ' 300 A 192.0.2.63\n') + (
    '.'.join('z' for _ in range(110)) + ' 300 A 192.0.2.64\n')

TARGET_ZONE = SOA + '''
@ 300 NS ns.example.test.
www 300 A 192.0.2.10
ns 300 A 10.99.0.5
hop 300 CNAME last.example.test.
loop 300 CNAME loop.example.test.
''' + ''.join(f'link{i} 300 CNAME link{i + 1}.far.\n' for i in range(2, 10, 2))

ODD_ZONE = SOA + delegation('@', ('ns', ZONES)) + ''.join(
    delegation(kind, (f'ns.{kind}', address)) for address, kind in ODD.items())


def plain(name_server):
    return SOA + f'@ 300 NS {name_server}\nwww 300 A 192.0.2.20\nns 300 A {ZONES}\n'


class NameServer:
    """What one server is: software of tree.py, addresses, zones {name: records}."""

    def __init__(self, software, addresses, zones):
        self.software, self.addresses, self.zones = software, addresses, zones

    def write(self, folder):
        for number, (zone, records) in enumerate(self.zones.items()):
            (folder / f'zone{number}').write_text(f'$ORIGIN {zone}\n{records}')

    def files(self, folder):
        return [(zone, folder / f'zone{number}') for number, zone in enumerate(self.zones)]


SERVERS = {
    'root1': NameServer('knot', [ROOT, ROOT_6], {'.': ROOT_ZONE}),
    'root2': NameServer('nsd', [ROOT_2], {'.': ROOT_ZONE}),
    'test1': NameServer('nsd', [TEST], {'test.': TEST_ZONE}),
    'test2': NameServer('bind', [TEST_2], {'test.': TEST_ZONE}),
    'other': NameServer('knot', [OTHER], {'other.': OTHER_ZONE}),
    'far': NameServer('bind', [FAR], {'far.': FAR_ZONE}),
    'zones': NameServer('nsd', [ZONES], {
        'example.test.': EXAMPLE_ZONE, 'target.other.': TARGET_ZONE, 'odd.test.': ODD_ZONE,
        'half.test.': plain('ns2.half.test.'), 'gone.test.': plain('ns2.gone.test.'),
        'lame.test.': plain('ns2.lame.test.'), 'link1.test.': plain('ns.link2.other.'),
        'link2.other.': plain('ns.target.other.'), 'both.test.': plain('ns'),
        'deep.a.b.c.test.': plain('ns'), 'wide.test.': plain('n0'), 'sibling.test.': plain('ns')}),
    'six': NameServer('knot', [SIX], {
        'six.test.': SOA + f'@ 300 NS ns\nns 300 AAAA {SIX}\nwww 300 A 192.0.2.30\n',
        'both.test.': plain('ns')}),
    'refusing': NameServer('nsd', [REFUSING], {'unrelated.invalid.': plain('ns')}),
}


def keep_only(*names):
    """Leaves only these servers, and none that misbehave."""
    kept = {name: SERVERS[name] for name in names}
    for table in (SERVERS, ODD, LIVE):
        table.clear()
    SERVERS.update(kept)


def questions():
    """Every name of every zone with its own types and others: [(name, type)]."""
    found = {}
    for server in SERVERS.values():
        for zone, records in server.zones.items():
            for line in records.splitlines():
                words = line.split()
                if len(words) < 4 or '\\' in line or words[0][:1] == 'n' and words[0][1:].isdigit():
                    continue
                name = words[0] if words[0].endswith('.') else (
                    zone if words[0] == '@' else f'{words[0]}.{zone}').replace('..', '.')
                found.setdefault(name.lower(), set()).add(words[2])
    return [(name, kind) for name, kinds in found.items()
            for kind in sorted((kinds & set(ASKED)) | {'A', 'MX'})]


ASKED = ('A', 'AAAA', 'NS', 'SOA', 'MX', 'TXT', 'CNAME', 'DNAME', 'SRV')
