# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A small Internet: NSD, Knot and BIND as root, top-level and other name servers, each in a network
namespace of its own, and servers that misbehave. A bridge joins them to the interface "tree"; on
request the program tests/tools/impair lies between and delays, loses and doubles frames."""
import subprocess
import sys

import wire
from harness import BUILD, HERE, WORK, Failure, command, expect, wait_for
from tree_zones import LIVE, ODD, SERVERS, SILENT

ADDRESSES = ('10.99.255.254/16', 'fd99::ffff/64')
IMPAIR = BUILD / 'tests' / 'tools' / 'impair'


def hints():
    """The root hints file that leads into the tree."""
    file = WORK / 'root.hints'
    lines = ''
    for letter, name in zip('AB', ('root1', 'root2')):
        lines += f'.  3600000  NS  {letter}.ROOT.\n'
        for address in SERVERS[name].addresses:
            lines += f'{letter}.ROOT.  3600000  {"AAAA" if ":" in address else "A"}  {address}\n'
    file.write_text('; a root of our own\n' + lines)
    return str(file)


# -- namespaces -------------------------------------------------------------------------------

def ip(*lines):
    """Several commands of ip at once."""
    result = subprocess.run(['ip', '-batch', '-'], input='\n'.join(lines) + '\n', text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
    expect(result.returncode == 0, 'ip: ' + result.stdout)


def inside(space, *words):
    return ['ip', 'netns', 'exec', space, *map(str, words)]


def quiet(*words, **more):
    """Starts a server of somebody else's."""
    return subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


def make_switch(impaired):
    """The namespace "switch" with a bridge, and our own way to it."""
    ip('netns add switch', 'link add tree type veth peer name far netns switch',
       *(f'address add {address} dev tree nodad' for address in ADDRESSES), 'link set tree up')
    lines = ['link add bridge type bridge', 'link set bridge up', 'link set far up']
    if impaired:
        lines += ['link add near type veth peer name port', 'link set near up',
                  'link set port master bridge', 'link set port up']
    else:
        lines += ['link set far master bridge']
    command('ip', 'netns', 'exec', 'switch', 'sysctl', '-qw',
            'net.ipv6.conf.default.disable_ipv6=1', 'net.ipv6.conf.all.disable_ipv6=1')
    command(*inside('switch', 'ip', '-batch', '-'), input='\n'.join(lines) + '\n')


def make_space(name, addresses):
    """A namespace with these addresses on a line to the bridge."""
    ip(f'netns add {name}',
       f'link add eth0 netns {name} type veth peer name p-{name} netns switch')
    command(*inside('switch', 'ip', '-batch', '-'),
            input=f'link set p-{name} master bridge\nlink set p-{name} up\n')
    command(*inside(name, 'ip', '-batch', '-'), input=''.join(
        f'address add {address}{"/64 dev eth0 nodad" if ":" in address else "/16 dev eth0"}\n'
        for address in addresses) + 'link set lo up\nlink set eth0 up\n')


# -- other people's servers -------------------------------------------------------------------

def nsd(folder, server):
    listen = ''.join(f' ip-address: {address}\n' for address in server.addresses)
    (folder / 'nsd.conf').write_text(
        f'server:\n{listen} port: 53\n username: ""\n server-count: 1\n zonesdir: "{folder}"\n'
        f' pidfile: "{folder}/pid"\n database: ""\n xfrdfile: "{folder}/xfrd"\n'
        f' zonelistfile: "{folder}/list"\n logfile: "{folder}/nsd.log"\n rrl-ratelimit: 0\n'
        'remote-control:\n control-enable: no\n'
        + ''.join(f'zone:\n name: "{zone}"\n zonefile: "{file}"\n'
                  for zone, file in server.files(folder)))
    return ['nsd', '-d', '-c', folder / 'nsd.conf']


def knot(folder, server):
    (folder / 'knot.conf').write_text(
        f'server:\n  rundir: "{folder}"\n  listen: [{", ".join(a + "@53" for a in server.addresses)}]\n'
        '  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 1\n  tcp-idle-timeout: 20\n'
        f'database:\n  storage: "{folder}"\nlog:\n  - target: "{folder}/knot.log"\n    any: info\n'
        f'template:\n  - id: default\n    storage: "{folder}"\n    journal-content: none\n'
        '    zonefile-load: whole\nzone:\n'
        + ''.join(f'  - domain: "{zone}"\n    file: "{file}"\n'
                  for zone, file in server.files(folder)))
    return ['knotd', '-c', folder / 'knot.conf']


def bind(folder, server):
    four = ''.join(f'{address}; ' for address in server.addresses if ':' not in address)
    six = ''.join(f'{address}; ' for address in server.addresses if ':' in address)
    (folder / 'named.conf').write_text(
        f'options {{ directory "{folder}"; listen-on {{ {four or "none; "}}}; '
        f'listen-on-v6 {{ {six or "none; "}}}; recursion no; pid-file none; session-keyfile none; '
        'lock-file none; dnssec-validation no; notify no; };\ncontrols { };\n'
        + ''.join(f'zone "{zone}" {{ type primary; file "{file}"; check-names ignore; }};\n'
                  for zone, file in server.files(folder)))
    return ['named', '-f', '-n', '1', '-c', folder / 'named.conf', '-L', folder / 'named.log']


SOFTWARE = {'nsd': nsd, 'knot': knot, 'bind': bind}


class Tree:
    """Starts all of it. `impaired`: settings of the line, such as delay_us=5000; change() changes
    them."""

    def __init__(self, **impaired):
        self.line = None
        self.processes = {}
        make_switch(bool(impaired))
        if impaired:
            expect(IMPAIR.exists(), f'{IMPAIR} is not there: sudo scripts/test builds it')
            self.line = subprocess.Popen(
                inside('switch', IMPAIR, 'far', 'near', *pairs(impaired)), text=True, bufsize=1,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for name, server in SERVERS.items():
            make_space(name, server.addresses)
            self.start(name)
        make_space('odd', [*ODD, SILENT])
        self.processes['odd'] = subprocess.Popen(
            inside('odd', sys.executable, '-B', HERE / 'odd_server.py'), cwd=HERE,
            stdout=open(WORK / 'odd.log', 'wb'), stderr=subprocess.STDOUT)
        self.wait()

    def start(self, name):
        server = SERVERS[name]
        folder = WORK / name
        if not folder.exists():
            folder.mkdir()
            server.write(folder)
        self.processes[name] = quiet(*inside(name, *SOFTWARE[server.software](folder, server)))

    def wait(self):
        for name, server in SERVERS.items():
            probe = wire.query(next(iter(server.zones)), 'SOA')
            wait_for(f'{server.software} at {server.addresses[0]}',
                     lambda n=name, s=server, p=probe: self.answers(n, s.addresses[0], p), 30)
        for address in LIVE:
            wait_for(f'the odd server at {address}', lambda a=address: self.answers(
                'odd', a, wire.query('ready.test', 'SOA', edns=None)))

    def answers(self, name, address, probe):
        if self.processes[name].poll() is not None:
            raise Failure(f'{name} does not start: see {WORK / name}')
        try:
            return wire.udp(address, probe, timeout=0.2)
        except OSError:
            return None

    def change(self, **settings):
        """Changes the line; gives what became of the frames until now."""
        self.line.stdin.write(' '.join(pairs(settings)) + '\n')
        self.line.stdin.flush()
        answer = self.line.stdout.readline()
        expect('unknown' not in answer, answer)
        return {key: int(count) for key, count in
                (word.split('=') for word in answer.split())}


def pairs(settings):
    return [f'{key}={value}' for key, value in settings.items()]
