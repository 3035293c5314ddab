# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""scloud-dnsperf on a TAP of its own, bridged to the server's: counts that add up, checks that see mistakes."""
import json
import subprocess

from harness import (BUILD, V4, V6, WORK, Server, accounts_hold, case, command, expect, expect_equal, run,
                     stops_cleanly, test_config)

DNSPERF = BUILD / 'app' / 'scloud-dnsperf' / 'scloud-dnsperf'
UNDER_SANITIZERS = True

server = Server(test_config({'example.com.': 'example.zone'}))


def perf(*words, questions=('www.example.com A NOERROR', 'nothere.example.com A NXDOMAIN'),
         target=V4, source='10.53.0.20-10.53.0.29', timeout=60):
    """Runs it; gives its figures, its text and its exit status."""
    figures = WORK / 'perf.json'
    figures.unlink(missing_ok=True)
    process = subprocess.Popen(
        [str(DNSPERF), '--device', 'net_tap0,iface=load0', '-s', target, '--source', source,
         '--json', str(figures), '--quiet', *map(str, words)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    # Its TAP comes and goes with it: as soon as it is there it joins the bridge.
    while process.poll() is None and subprocess.run(
            ['ip', 'link', 'set', 'load0', 'master', 'bridge0', 'up'],
            stderr=subprocess.DEVNULL, check=False).returncode != 0:
        if process.stdin.closed:
            continue
        process.stdin.write('\n'.join(questions) + '\n')
        process.stdin.close()
    process.stdin = None
    text, _ = process.communicate(timeout=timeout)
    return json.loads(figures.read_text()) if figures.exists() else None, text, process.returncode


def setup():
    server.start()
    command('ip', 'link', 'add', 'bridge0', 'type', 'bridge', 'mcast_snooping', '0')
    command('ip', 'link', 'set', 'bridge0', 'up')
    command('ip', 'link', 'set', 'scloud0', 'master', 'bridge0')


@case('a closed loop: every query answered, every answer checked')
def closed_loop():
    before = server.telemetry('/scloud/stats')['answered']
    figures, text, status = perf('-n', 1000, '-q', 20)
    expect_equal(status, 0, 'exit status of\n' + text)
    expect_equal((figures['sent'], figures['answered'], figures['lost']), (2000, 2000, 0), 'counts')
    expect_equal(figures['rcode'], {'NOERROR': 1000, 'NXDOMAIN': 1000}, 'codes')
    expect_equal((figures['mismatched'], figures['bad_checksum'], figures['unknown']), (0, 0, 0), 'wrong')
    expect_equal(figures['latency']['count'], 2000, 'latencies')
    # The server counts the same: what else it answered is ARP's business, not DNS'.
    expect(accounts_hold(server)['answered'] - before >= 2000, 'the server answered fewer')
    expect('Queries completed:    2000 (100.00%)' in text, text)


@case('IPv6, with cookies and DO: the server\'s cookies are learnt and taken')
def cookies():
    figures, text, status = perf('-n', 500, '-q', 5, '--cookie', '-D', target=V6,
                                 source='fd53::20-fd53::23')
    expect_equal(status, 0, 'exit status of\n' + text)
    expect_equal(figures['answered'], 1000, 'answers')
    # 58 octets with the client's half of the cookie, 74 with both: nearly all must have had both.
    expect(figures['query_octets'] > 70, f'mean query of {figures["query_octets"]} octets')


@case('an open loop keeps its rate')
def open_loop():
    figures, text, status = perf('-Q', 2000, '-l', 1)
    expect_equal(status, 0, 'exit status of\n' + text)
    expect_equal(figures['wanted_per_second'], 2000, 'wanted')
    expect(figures['sent'] >= figures['answered'] > 0, text)
    expect_equal(figures['sent'], figures['answered'] + figures['lost'], 'each is answered or lost')


@case('two lcores on one queue: answers find the lcore that asked')
def two_lcores():
    figures, text, status = perf('-n', 500, '-q', 10, '--lcores', 2)
    expect_equal(status, 0, 'exit status of\n' + text)
    expect_equal((figures['sent'], figures['answered']), (1000, 1000), 'counts')


@case('another code than the file says is seen')
def unexpected():
    figures, text, status = perf('-n', 10, questions=('www.example.com A NXDOMAIN',
                                                      'www.example.com A'))
    expect_equal(status, 1, 'exit status of\n' + text)
    expect_equal((figures['answered'], figures['unexpected']), (20, 10), 'answers, unexpected')


@case('other records than the file says are seen, the right ones are taken')
def records():
    figures, text, status = perf('-n', 10, questions=('www.example.com A NOERROR 192.0.2.80',
                                                      'nothere.example.com A NXDOMAIN -'))
    expect_equal((figures['answered'], figures['other_records'], status), (20, 0, 0), 'right ones')
    figures, text, status = perf('-n', 10, questions=('www.example.com A NOERROR 192.0.2.81',
                                                      'www.example.com A NOERROR -'))
    expect_equal((figures['answered'], figures['other_records'], status), (20, 20, 1), 'wrong ones')
    expect('other records than expected' in text, text)


@case('one tag and two: answers come on the VLAN that was asked on')
def tags():
    # The server has no address on these VLANs that ARP could find.
    target = server.telemetry('/ethdev/info,0')['mac_addr']
    for words in (['--vlan', 7], ['--vlan', 100, '--vlan', 7]):
        figures, text, status = perf('-n', 100, '-q', 4, '--target-mac', target, *words)
        # The first four may leave before the test has put the TAP into the bridge: nobody was asked for by ARP.
        expect(figures['answered'] >= 196 and status == 0, text)


@case('an EDNS option of the user\'s, beside a cookie; progress lines')
def option():
    figures, text, status = perf('-n', 2000, '-q', 4, '-E', '65001:aabbcc', '--cookie', '-S', 0.01)
    expect_equal((figures['answered'], status), (4000, 0), text)
    # 58 octets with half a cookie and 7 of the option; 81 with both halves.
    expect(figures['query_octets'] > 75, f'mean query of {figures["query_octets"]} octets')
    expect(' sent/s' in text and '\r' not in text, text)


@case('a server that is silent: everything is lost, after the time-out')
def silent():
    figures, text, status = perf('-n', 1, '-t', 0.2, '-p', 5454)
    expect_equal(status, 0, 'exit status of\n' + text)
    expect_equal((figures['sent'], figures['answered'], figures['lost']), (2, 0, 2), 'counts')


@case('a server that is not there: said in one line')
def nobody():
    _, text, status = perf('-n', 1, target='10.53.0.99')
    expect_equal(status, 1, 'exit status')
    expect('10.53.0.99: nobody says that it is there' in text, text)


@case('a ramp ends with a rate that lost little')
def ramp():
    figures, text, status = perf('--ramp', '--ramp-start', 100, '--ramp-step', 0.1, '-t', 0.2,
                                 '--ramp-loss', 5)
    expect_equal(status, 0, 'exit status of\n' + text)
    expect('Highest rate with at most 5 % lost:' in text, text)
    good = [step['wanted'] for step in figures['ramp'] if step['good']]
    expect(good and figures['ramp'][-1]['wanted'] >= good[0], text)


@case('a histogram to plot: shares rise to one')
def histogram():
    file = WORK / 'latency.txt'
    _, text, status = perf('-n', 50, '--histogram', file)
    expect_equal(status, 0, 'exit status of\n' + text)
    rows = [line.split() for line in file.read_text().splitlines()[1:]]
    expect_equal(sum(int(row[1]) for row in rows), 100, 'latencies')
    shares = [float(row[2]) for row in rows]
    expect(shares == sorted(shares) and shares[-1] == 1, f'shares {shares}')


@case('wrong use: one line and exit status 2; a wrong file: each line')
def wrong_use():
    for words, wanted in ((['--nonsense'], 'unknown option --nonsense'), (['-q'], 'needs a value'),
                          (['-q', '0'], 'a number from 1'), ([], '--device is missing')):
        result = subprocess.run([str(DNSPERF), *words], text=True, capture_output=True, timeout=20)
        expect_equal((result.returncode, result.stderr.count('\n')), (2, 1), f'status and lines of {words}')
        expect(wanted in result.stderr, result.stderr)
    _, text, status = perf(questions=('www.example.com NOTYPE', 'www.example.com A', 'x y z'))
    expect_equal(status, 2, 'exit status')
    expect('standard input:1: no record type: "NOTYPE"' in text and 'standard input:3:' in text, text)


run(setup, stops_cleanly(server))
