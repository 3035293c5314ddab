# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""scloud-zone as a user calls it: every command, good and bad files, wrong use, no output lost."""
import json
import os
import re
import subprocess

import wire
from harness import BUILD, TOP, WORK, Server, case, expect, expect_equal, run, test_config

UNDER_SANITIZERS = True
TOOL = BUILD / 'app' / 'scloud-zone' / 'scloud-zone'
EXAMPLE = TOP / 'config' / 'zones' / 'example.com.zone'
SMALL = '''$TTL 1h
@    SOA ns1 host 7 2h 15m 2w 5m
     NS  ns1
ns1  A   192.0.2.53
www  A   192.0.2.2
     A   192.0.2.1
*.w  TXT "wild"
'''


def tool(*words, status=0, text=None, **more):
    """Calls it and gives what it printed: (standard output, standard error)."""
    result = subprocess.run([str(TOOL), *map(str, words)], input=text, text=True, timeout=30,
                            stdin=None if text is not None else subprocess.DEVNULL,
                            capture_output=True, **more)
    expect_equal(result.returncode, status,
                 f'exit status of {words}\n{result.stdout}{result.stderr}')
    return result.stdout, result.stderr


def file(name, text):
    path = WORK / name
    path.write_text(text)
    return path


@case('check: a correct zone says so; its name comes from the SOA, the argument, or the file')
def check_good():
    out, err = tool('check', EXAMPLE)
    expect('zone example.com. (by the SOA' in out and 'serial 2026010101' in out, out)
    expect_equal(err, '', 'standard error')
    expect('zone small.example. (by the file' in tool('check', file('small.example.zone', SMALL))[0],
           'the name of the file was not taken')
    expect('zone other. (as given)' in tool('check', file('x.zone', SMALL), 'other')[0], 'ORIGIN')
    expect('zone other. (as given)' in tool('check', '--origin=other', WORK / 'x.zone')[0],
           '--origin')
    expect_equal(tool('check', '--quiet', EXAMPLE)[0], '', '--quiet')


@case('check: reads the standard input when it is told the name')
def check_pipe():
    expect('correct' in tool('check', '-', 'piped.example', text=SMALL)[0], 'a pipe')
    expect('give the zone' in tool('check', '-', text=SMALL, status=2)[1], 'no name')


@case('check: all errors with file, line, column, what was found and expected; exit status 1')
def check_bad():
    path = file('bad.example.zone', SMALL + 'a A 1.2.3\nb MX x y\nc NOTYPE 1\n$FOO\n')
    out, err = tool('check', path, status=1)
    expect_equal(out, '', 'standard output')
    lines = err.splitlines()
    expect_equal(len(lines), 4, 'errors')
    for line, number in zip(lines, (8, 9, 10, 11)):
        expect(re.match(rf'{re.escape(str(path))}:{number}:\d+: .*found .*, expected ', line), line)
    expect('cannot be read: No such file' in tool('check', WORK / 'none.zone', status=1)[1],
           'a file that is not there')


@case('check: warnings do not make a zone wrong, unless --strict')
def check_warnings():
    path = file('warn.example.zone', SMALL + 't 1 A 192.0.2.1\nt 2 A 192.0.2.2\n')
    expect('warning: ' in tool('check', path)[1], 'no warning')
    expect_equal(tool('check', '--no-warnings', path)[1], '', '--no-warnings')
    tool('check', '--strict', path, status=1)


@case('check --json: one object that says the same')
def check_json():
    good = json.loads(tool('check', '--json', EXAMPLE)[0])
    expect_equal((good['good'], good['origin'], good['error_count'], good['messages']),
                 (True, 'example.com.', 0, []), 'good')
    path = file('bad2.example.zone', SMALL + 'a A 1.2.3\n')
    out, err = tool('check', '--json', path, status=1)
    bad = json.loads(out)
    expect_equal(err, '', 'standard error')
    message = bad['messages'][0]
    expect_equal((bad['good'], message['line'], message['column'], message['severity']),
                 (False, 8, 5, 'error'), 'bad')


@case('format: both forms read back as the same zone, and are stable')
def format_round():
    pretty = tool('format', EXAMPLE)[0]
    canonical = tool('format', '--canonical', EXAMPLE)[0]
    expect(pretty.startswith('$ORIGIN example.com.\n$TTL 3600'), pretty[:80])
    for form in (pretty, canonical):
        path = file('again.zone', form)
        expect_equal(tool('format', '--canonical', path)[0], canonical, 'canonical')
        if form == pretty:
            expect_equal(tool('format', '--pretty', path)[0], pretty, 'pretty')
        expect_equal(tool('diff', EXAMPLE, path)[0], '', 'diff')
    for line in canonical.splitlines():
        expect(re.match(r'\S+\. \d+ IN \S+ \S', line), line)


@case('format -o: replaces a file in one step, keeps its mode; a bad zone leaves it alone')
def format_output():
    path = file('place.example.zone', SMALL)
    path.chmod(0o640)
    out, _ = tool('format', '-o', path, path)
    expect_equal(out, '', 'standard output')
    expect_equal(path.stat().st_mode & 0o777, 0o640, 'mode')
    expect_equal(path.read_text(), tool('format', path)[0], 'the file')
    before = sorted(os.listdir(WORK))
    path.write_text('broken')
    tool('format', '-o', path, path, status=1)
    expect_equal(path.read_text(), 'broken', 'the file of a bad zone')
    expect('cannot be written' in tool('format', '-o', '/proc/x/y', EXAMPLE, status=1)[1], 'no folder')
    expect_equal(sorted(os.listdir(WORK)), before, 'files left')


@case('what cannot be written is not silent')
def full():
    with open('/dev/full', 'w', encoding='ascii') as out:
        for words in (['format', EXAMPLE], ['check', EXAMPLE], ['stats', EXAMPLE], ['--help']):
            result = subprocess.run([str(TOOL), *map(str, words)], stdout=out, check=False,
                                    stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
            expect(result.returncode == 2 and b'No space left' in result.stderr, words)


@case('diff: equal zones print nothing, whatever their texts; exit status 0')
def diff_equal():
    other = file('other.zone', '$ORIGIN small.example.\n' + SMALL.replace('www', 'WWW'))
    expect_equal(tool('diff', file('small.example.zone', SMALL), other), ('', ''), 'output')


@case('diff: removed and added records, RRset by RRset; exit status 1')
def diff_changed():
    old = file('small.example.zone', SMALL)
    new = file('new.zone', SMALL.replace('host 7', 'host 8').replace('192.0.2.2\n', '192.0.2.3\n')
               .replace('ns1  A', 'ns1 60 A') + 'more AAAA ::1\n')
    out, _ = tool('diff', old, new, 'small.example', status=1)
    soa = 'small.example. 3600 IN SOA ns1.small.example. host.small.example. %d 7200 900 1209600 300'
    expect_equal(out.splitlines(), [
        '- ' + soa % 7, '+ ' + soa % 8,
        '+ more.small.example. 3600 IN AAAA ::1',
        '- ns1.small.example. 3600 IN A 192.0.2.53',
        '+ ns1.small.example. 60 IN A 192.0.2.53',
        '- www.small.example. 3600 IN A 192.0.2.2',
        '+ www.small.example. 3600 IN A 192.0.2.3',
        '; RRsets changed: 4; records removed: 3, added: 4'], 'diff')
    out, _ = tool('diff', '--ignore', 'SOA,a', '--quiet', old, new, 'small.example', status=1)
    expect_equal(out, '+ more.small.example. 3600 IN AAAA ::1\n', '--ignore')
    tool('diff', '--ignore', 'SOA,A', '--ignore=AAAA', old, new, 'small.example')


@case('diff: what cannot be compared is exit status 2')
def diff_trouble():
    old = file('small.example.zone', SMALL)
    expect('cannot be read' in tool('diff', old, WORK / 'none', status=2)[1], 'no file')
    expect('is zone example.com.' in tool('diff', old, EXAMPLE, status=2)[1], 'other zone')
    expect('record type' in tool('diff', '--ignore', 'X', old, old, status=2)[1], '--ignore')


@case('stats: names, records by type, wildcards, delegations; the same as JSON')
def stats():
    out, _ = tool('stats', EXAMPLE)
    expect(re.search(r'^wildcards +1$', out, re.MULTILINE), out)
    expect(re.search(r'^A +32 +33 +132$', out, re.MULTILINE), out)
    found = json.loads(tool('stats', '--json', EXAMPLE)[0])
    expect_equal((found['types']['A']['records'], found['delegations'], found['wildcards'],
                  found['occluded_names'], found['signed'], found['empty_non_terminals']),
                 (33, 1, 1, 1, False, 6), 'numbers')
    expect_equal(found['records'], sum(t['records'] for t in found['types'].values()), 'sum')
    expect(found['memory_bytes'] > 1000 and found['most_octets']['type'] == 'SOA', found)


@case('query: what the running server answers, section by section')
def query_same():
    server = Server(test_config({'example.com.': EXAMPLE}))
    server.start(wire.query('www.example.com'))
    for name, rrtype in (('www.example.com', 'A'), ('ftp.example.com', 'A'), ('example.com', 'MX'),
                         ('nothere.example.com', 'A'), ('a.dyn.example.com', 'TXT'),
                         ('x.sub.example.com', 'A'), ('host.old.example.com', 'A'),
                         ('floor3.office.example.com', 'A'), ('other.example.net', 'A')):
        answer = wire.ask('10.53.0.2', name, rrtype)
        out, _ = tool('query', EXAMPLE, name, rrtype)
        expect(f'status: {answer.status}\n' in out, out)
        expect(('aa' in re.search(r'flags: ([a-z ]*);', out)[1].split())
               == bool(answer.flags & wire.AA), out)
        for section, records in (('ANSWER', answer.answer), ('AUTHORITY', answer.authority)):
            expect(f' {section}: {len(records)},' in out, f'{section}\n{out}')
            for record in records:
                line = rf'^{re.escape(record.name)} +{record.ttl} IN '
                expect(re.search(line, out, re.MULTILINE | re.IGNORECASE), f'{line}\n{out}')


@case('query: DNSSEC, sizes, short form, more zones')
def query_options():
    expect('flags: do' in tool('query', EXAMPLE, 'www.example.com', '+dnssec')[0], 'DO')
    expect('EDNS' not in tool('query', EXAMPLE, 'www.example.com', '+noedns')[0], 'EDNS')
    big = file('big.example.zone', SMALL + ''.join(f'b A 192.0.2.{i}\n' for i in range(200)))
    expect(' tc' in tool('query', big, 'b.big.example')[0], 'TC')
    expect('ANSWER: 200' in tool('query', big, 'b.big.example', '+tcp')[0], 'TCP')
    expect_equal(tool('query', EXAMPLE, 'ns1.example.com', 'AAAA', '+short')[0], 'fd53::2\n', 'short')
    alias = file('alias.example.zone', SMALL + 'x CNAME www.small.example.\n')
    small = file('small.example.zone', SMALL)
    expect('ANSWER: 1,' in tool('query', alias, 'x.alias.example')[0], 'alone')
    expect('ANSWER: 3,' in tool('query', alias, 'x.alias.example', '--with', small)[0], '--with')
    expect('same zone' in tool('query', small, 'a', '--with', small, status=2)[1], 'twice')
    expect('not below' in tool('query', small, 'www')[1], 'outside')


@case('wrong use: one line that says what is expected, exit status 2')
def wrong_use():
    for words in ([], ['nothing'], ['check'], ['check', 'a', 'b', 'c'], ['check', '--bad', 'a'],
                  ['check', EXAMPLE, '--origin'], ['check', EXAMPLE, 'a..b'],
                  ['check', '--json=x', EXAMPLE], ['check', '--origin', 'a', EXAMPLE, 'b'],
                  ['format', '--pretty', '--canonical', EXAMPLE], ['diff', EXAMPLE],
                  ['query', EXAMPLE], ['query', EXAMPLE, 'a..b'], ['query', EXAMPLE, 'a', 'NOTYPE'],
                  ['query', EXAMPLE, 'a', '+bufsize', '70000'],
                  ['query', EXAMPLE, 'a', '+noedns', '+dnssec']):
        out, err = tool(*words, status=2)
        expect_equal((out, err.count('\n')), ('', 1), words)
        expect(err.startswith('scloud-zone'), err)


@case('--help teaches every command and option, --version says which')
def show_help():
    out, _ = tool('--help')
    for command in ('check', 'format', 'diff', 'stats', 'query'):
        expect(f'\n  {command} ' in out, command)
        page, _ = tool(command, '--help')
        expect(page.startswith(f'usage: scloud-zone {command} ') and 'Options:' in page, page)
        for line in (out + page).splitlines():
            expect(len(line) <= 100, f'longer than 100 columns: {line}')
    expect(tool('--version')[0].startswith('scloud-zone '), 'version')


@case('no DPDK is linked')
def plain():
    libraries = subprocess.run(['ldd', str(TOOL)], capture_output=True, text=True, check=True).stdout
    expect('rte_' not in libraries, libraries)


run()
