# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Changes of the running server: what is taken over at once, what waits for a restart, what is refused;
and under load no query is lost and no answer is mixed."""
import json
import signal
import subprocess
import threading

import wire
from harness import (DNSCTL, V4, WORK, Server, accounts_hold, case, dig, dnsperf, expect,
                     expect_equal, run, status_of, stops_cleanly, test_config, wait_for)

ZONE = WORK / 'live.zone'
OTHER = WORK / 'other.zone'
RECORDS = 8


def write_zone(serial, path=ZONE, broken=''):
    """A zone in which every record of `all` tells the version."""
    new = path.with_suffix('.new')
    new.write_text(f'$TTL 60\n@ SOA ns host {serial} 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n{broken}\n' +
                   ''.join(f'all TXT "{serial} {i}"\n' for i in range(RECORDS)))
    new.rename(path)


CONFIG = test_config({'example.com.': 'example.zone'})
CONFIG['zone'].append({'name': 'live.test.', 'type': 'master', 'file': str(ZONE)})
CONFIG['listener'].append({'name': 'port', 'address': V4, 'via': 'port'})
SERVER = Server(CONFIG)


def setup():
    write_zone(1)
    write_zone(1, OTHER)
    SERVER.start(wire.query('www.example.com'))


def write_config(config):
    new = SERVER.config.with_suffix('.new')
    new.write_text(config if isinstance(config, str) else json.dumps(config, indent=1))
    new.rename(SERVER.config)


def changed(**sections):
    """The server's configuration with some sections replaced."""
    return SERVER.settings | sections


def apply(config):
    """Takes a configuration over and gives the changes by key."""
    write_config(config)
    result = SERVER.control('config', 'apply')
    return {change['key']: change for change in result.get('list', [])}


def refused(*words):
    """The command fails with status 1; gives what it says."""
    result = subprocess.run([DNSCTL, '--socket', SERVER.socket(), *words], text=True, timeout=20,
                            capture_output=True)
    expect_equal(result.returncode, 1, f'exit status of {words}: {result.stdout}{result.stderr}')
    return result.stdout + result.stderr


def zones():
    """The names of all zones: the items of the list are tables of some of them."""
    return {row['zone'] for item in SERVER.control('zone', 'list') if isinstance(item, list)
            for row in item}


@case('zones come and go with the configuration')
def zone_changes():
    more = {'name': 'more.test.', 'type': 'master', 'file': str(OTHER)}
    changes = apply(changed(zone=[more, SERVER.settings['zone'][1]]))
    expect_equal({key: change['change'] for key, change in changes.items()},
                 {'zone[example.com.]': 'removed', 'zone[more.test.]': 'added'}, 'changes')
    expect_equal(zones(), {'more.test.', 'live.test.'}, 'zones')
    expect('192.0.2.1' in dig(V4, 'ns.more.test', '+short'), 'the new zone does not answer')
    expect_equal(status_of(dig(V4, 'www.example.com')), 'REFUSED', 'of the zone that went')
    apply(SERVER.settings)
    expect_equal(zones(), {'example.com.', 'live.test.'}, 'zones')


@case('access lists and recursion change at once')
def access():
    listener = [{**row, 'acl': '192.0.2.0/24'} for row in SERVER.settings['listener']]
    changes = apply(changed(listener=listener))
    expect(all(change['takes_effect'] == 'at once' for change in changes.values()), str(changes))
    expect_equal(status_of(dig(V4, 'www.example.com')), 'REFUSED', 'of a client outside')
    apply(SERVER.settings)
    expect_equal(status_of(dig(V4, 'www.example.com')), 'NOERROR', 'of a client inside')


@case('what needs a restart is said and stays, the rest of the file is taken over')
def restart():
    server = {**SERVER.settings.get('server', {}), 'name': 'other-name', 'default_ttl': 17}
    changes = apply(changed(server=server))
    expect_equal(changes['server.name']['takes_effect'], 'at a restart', 'of the name')
    expect_equal(changes['server.default_ttl']['takes_effect'], 'at once', 'of the TTL')
    expect_equal(SERVER.control('status')['changes_that_need_a_restart'], 1, 'changes that wait')
    expect('CFG011' in SERVER.log_text(), 'the log says nothing')
    expect('other-name' not in dig(V4, 'id.server', 'CH', 'TXT', '+short'), 'the name changed')
    expect_equal(set(apply(changed(server=server))), {'server.name'}, 'what is still to come')
    apply(SERVER.settings)
    expect_equal(SERVER.control('status')['changes_that_need_a_restart'], 0, 'changes that wait')


@case('a wrong configuration changes nothing, by command and by SIGHUP')
def wrong():
    good = json.dumps(SERVER.settings)
    bad_zone = {'name': 'bad.test.', 'type': 'master', 'file': '/nowhere.zone'}
    for config, word in ((good[:-1], 'allowed'), (changed(nonsense=1), 'nonsense'),
                         (changed(zone=[bad_zone]), 'new zones are wrong'),
                         (changed(logging={'file': '/no/such/folder/log'}), 'No such file')):
        write_config(config)
        expect(word in refused('config', 'apply'), f'{word!r} is missing')
        before = SERVER.log_text().count('CFG012')
        SERVER.process.send_signal(signal.SIGHUP)
        wait_for('the log to say so', lambda: SERVER.log_text().count('CFG012') > before)
        expect('192.0.2.' in dig(V4, 'www.example.com', '+short'), 'no answer')
        expect_equal(zones(), {'example.com.', 'live.test.'}, 'zones')
    apply(SERVER.settings)


@case('check and diff change nothing')
def check():
    other = WORK / 'checked.json'
    other.write_text(json.dumps(changed(zone=[], nonsense=1)))
    expect('nonsense' in refused('config', 'check', str(other)), 'the key is not named')
    other.write_text(json.dumps(changed(zone=[])))
    expect_equal(SERVER.control('config', 'check', str(other))['warnings'], 0, 'warnings')
    keys = {change['key'] for change in SERVER.control('config', 'diff', str(other))['list']}
    expect_equal(keys, {'zone[example.com.]', 'zone[live.test.]'}, 'changes')
    expect_equal(zones(), {'example.com.', 'live.test.'}, 'zones')
    expect_equal(SERVER.control('config', 'diff')['changes'], 0, 'changes of the own file')


@case('one zone is read again, the others are left alone; a broken file leaves it as it was')
def one_zone():
    write_zone(2)
    expect_equal(SERVER.control('zone', 'reload', 'live.test'),
                 {'read': 1, 'kept_as_they_were': 0, 'untouched': 1,
                  'records': SERVER.control('zone', 'show', 'example.com')['records'] +
                  SERVER.control('zone', 'show', 'live.test')['records']}, 'reload')
    expect_equal(SERVER.control('zone', 'show', 'live.test')['serial'], 2, 'serial')
    write_zone(3, broken='x A nonsense')
    expect('stays as it was' in refused('zone', 'reload', 'live.test'), 'no word about it')
    row = SERVER.control('zone', 'show', 'live.test.')
    expect_equal((row['serial'], row['state']), (2, 'file is wrong'), 'serial and state')
    expect('no zone of ours' in refused('zone', 'reload', 'nothere.test'), 'an unknown zone')
    write_zone(4)
    SERVER.control('zone', 'reload')
    row = SERVER.control('zone', 'show', 'live.test.')
    expect_equal((row['serial'], row['state']), (4, 'ok'), 'serial and state')


@case('zones are added and removed by command, until the configuration is taken over again')
def add_remove():
    SERVER.control('zone', 'add', 'added.test', str(OTHER))
    expect('192.0.2.1' in dig(V4, 'ns.added.test', '+short'), 'the added zone does not answer')
    expect('already' in refused('zone', 'add', 'added.test.', str(OTHER)), 'twice')
    expect('is wrong' in refused('zone', 'add', 'x.test', '/nowhere'), 'a file that is not there')
    SERVER.control('zone', 'remove', 'EXAMPLE.com')
    expect_equal(zones(), {'live.test.', 'added.test.'}, 'zones')
    refused('zone', 'remove', 'example.com')
    SERVER.control('config', 'apply')
    expect_equal(zones(), {'example.com.', 'live.test.'}, 'zones')


@case('a component\'s level changes by command')
def levels():
    rows = {row['component']: row['level'] for row in SERVER.control('log', 'levels')}
    expect_equal(rows['zones'], 'info', 'level')
    SERVER.control('log', 'level', 'zones', 'error')
    before = SERVER.log_text().count('ZON007')
    SERVER.control('zone', 'reload')
    expect_equal(SERVER.log_text().count('ZON007'), before, 'lines of a quiet component')
    SERVER.control('log', 'level', 'all', 'info')
    SERVER.control('zone', 'reload')
    expect_equal(SERVER.log_text().count('ZON007'), before + 1, 'lines')


@case('100 reloads of the configuration and 100 of a zone under load: nothing lost, nothing mixed')
def under_load():
    results, trouble, seen, go_on = [], [], set(), True

    def read():
        while go_on:
            answer = wire.ask(V4, 'all.live.test', 'TXT', transport=wire.tcp).answer
            versions = {record.data[1:].decode().split()[0] for record in answer}
            seen.update(versions)
            if len(versions) != 1 or len(answer) != RECORDS:
                trouble.append(str(answer))
    load = threading.Thread(target=lambda: results.append(dnsperf(
        V4, [f'www.example.com A\n{kind}.live.test TXT' for kind in ('all', 'none')],
        '-Q', 2000, '-l', 5, '-t', 3)))
    reader = threading.Thread(target=read)
    base = json.loads(SERVER.config.read_text())
    more = [{'name': 'x', 'networks': ['192.0.2.0/24']}]
    variants = [base, base | {'acl': base.get('acl', []) + more, 'server':
                              base.get('server', {}) | {'default_ttl': 77}}]
    reader.start()
    load.start()
    i = 0
    while i < 100 or load.is_alive():
        write_config(variants[i % 2])
        SERVER.control('config', 'apply')
        write_zone(100 + i)
        SERVER.control('zone', 'reload', 'live.test')
        i += 1
    go_on = False
    reader.join()
    load.join()
    print(f'       measured: {i} reloads of each kind, {len(seen)} versions seen')
    expect_equal(trouble, [], 'mixed answers')
    expect(len(seen) > 10, f'only {len(seen)} versions were seen')
    expect(results, 'dnsperf failed')
    expect(results[0]['completed'] > 100, results[0]['text'])
    expect_equal(results[0]['lost'], 0, 'lost\n' + results[0]['text'])
    expect_equal(set(results[0]['codes']), {'NOERROR', 'NXDOMAIN'}, 'rcodes')
    accounts_hold(SERVER)


run(setup, stops_cleanly(SERVER))
