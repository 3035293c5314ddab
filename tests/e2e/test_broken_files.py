# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""A broken configuration or zone stops the start and says where, what, and what is allowed."""
import json
import re
import subprocess

from harness import (BINARY, HERE, WORK, Failure, case, command, default_config, expect,
                     expect_equal, run)

# Exit status where the input is wrong; 1 is for what fails on the way.
WRONG = 2

GOOD_ZONE = '''$ORIGIN example.com.
$TTL 3600
@   SOA ns1 host 1 7200 3600 1209600 600
    NS  ns1
ns1 A   192.0.2.1
'''


def with_zone(text):
    """A configuration whose zone has this text; both are files now."""
    (WORK / 'broken.zone').write_text(text)
    config = default_config()
    config['zone'] = [{'name': 'example.com.', 'type': 'master', 'file': str(WORK / 'broken.zone')}]
    return json.dumps(config, indent=1)


def refused(config_text, *wanted, file='broken.json'):
    """Both --check and a start refuse it in the same words, and leave nothing."""
    path = WORK / 'broken.json'
    path.write_text(config_text)
    before = command('ip', '-o', 'link')
    for words in (['--check', path], ['--config', path]):
        try:
            result = subprocess.run([BINARY, *words], stdout=subprocess.PIPE, timeout=20,
                                    stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise Failure(f'{words[0]}: it started') from None
        text = result.stdout.decode(errors='replace')
        expect(result.returncode == WRONG, f'{words[0]}: exit status {result.returncode}\n{text}')
        expect(re.search(rf'{re.escape(file)}:\d+:', text), f'{words[0]} names no line:\n{text}')
        for word in wanted:
            expect(word in text, f'{words[0]} does not say "{word}":\n{text}')
    expect_equal(command('ip', '-o', 'link'), before, 'interfaces')


def changed(change):
    """The default configuration as text, after change(dictionary)."""
    config = default_config()
    change(config)
    return json.dumps(config, indent=1)


@case('the configuration that is broken below is good before')
def good():
    path = WORK / 'good.json'
    path.write_text(with_zone(GOOD_ZONE))
    command(BINARY, '--check', path)


@case('JSON that ends too early, or is none')
def not_json():
    refused('{ "server": { "name": "x" ', 'broken.json')
    refused('{\n "server": {\n  "name": nonsense\n } }', 'broken.json:3')
    refused('', 'broken.json')


@case('an unknown key, and what it may have meant')
def unknown_key():
    refused('{\n "server": {\n  "bindport": 53\n }\n}', 'broken.json:3', 'bindport')
    refused('{\n "sever": {}\n}', 'broken.json:2', 'sever')


@case('a wrong type, a value out of its range: what was found, what is allowed')
def wrong_values():
    refused('{\n "server": {\n  "bind_port": "fifty-three"\n }\n}', 'broken.json:3', 'bind_port',
            'fifty-three')
    refused('{\n "server": {\n  "bind_port": 65536\n }\n}', 'broken.json:3', 'bind_port', '65536',
            '65535')
    refused('{\n "dpdk": {\n  "placement": "sideways"\n }\n}', 'broken.json:3', 'placement',
            'sideways', 'fused', 'spread')


@case('an address that is none')
def wrong_address():
    def change(config):
        config['dpdk']['ports'][0]['addresses'] = ['10.53.0.256/24']
    refused(changed(change), '10.53.0.256')


@case('a zone file that is not there')
def no_zone_file():
    def change(config):
        config['zone'] = [{'name': 'example.com.', 'type': 'master', 'file': '/nowhere/x.zone'}]
    refused(changed(change), '/nowhere/x.zone', file='')


@case('errors in a zone file: line, what was found')
def broken_zone():
    refused(with_zone(GOOD_ZONE + 'www A 192.0.2.300\n'), 'broken.zone:6', '192.0.2.300',
            file='broken.zone')
    refused(with_zone(GOOD_ZONE + 'www NONSENSE x\n'), 'broken.zone:6', 'NONSENSE',
            file='broken.zone')
    refused(with_zone(GOOD_ZONE + '$INCLUDE nowhere.zone\n'), 'broken.zone:6', 'nowhere.zone',
            file='broken.zone')


@case('a zone that contradicts itself')
def contradictions():
    refused(with_zone('$TTL 3600\n@ NS ns1\nns1 A 192.0.2.1\n'), 'SOA', file='broken.zone')
    refused(with_zone(GOOD_ZONE + 'www CNAME ns1\nwww A 192.0.2.2\n'), 'CNAME', file='broken.zone')
    refused(with_zone(GOOD_ZONE + 'host.example.org. A 192.0.2.2\n'), 'broken.zone:6',
            'example.org', file='broken.zone')


def not_correct(change, *wanted):
    """--check says so, in these words."""
    path = WORK / 'change.json'
    path.write_text(changed(change))
    result = subprocess.run([BINARY, '--check', path], stdout=subprocess.PIPE, text=True,
                            stderr=subprocess.STDOUT)
    expect_equal(result.returncode, WRONG, 'exit status')
    for word in wanted:
        expect(word in result.stdout, f'does not say "{word}":\n{result.stdout}')


@case('root servers and trust anchors that are none')
def servers_and_keys():
    hints = WORK / 'broken.hints'
    hints.write_text('. 3600000 NS a.root.\na.root. 3600000 A 10.0.0\n')
    not_correct(lambda config: config.update(root_hints={'file': str(hints)}, forwarder=[]),
                'broken.hints:2:', 'no record of a root server')
    anchors = WORK / 'broken.key'
    anchors.write_text('; keys\n. IN DS 1 8 2 {}\n. IN A 10.0.0.1\n'.format('ab' * 32))
    not_correct(lambda config: config.setdefault('dnssec', {}).update(
        trust_anchor_file=str(anchors)), 'broken.key:3:', 'a DS or a DNSKEY')
    not_correct(lambda config: config.setdefault('dnssec', {}).update(
        trust_anchors=['. DS 1 8 2 00']), 'dnssec.trust_anchors:1:', 'wrong length')


@case('an address to ask from that is none of this host')
def egress():
    not_correct(lambda config: config['recursion'].update(egress=['192.0.2.77']),
                'RES107', '192.0.2.77')


@case('several errors are told at once')
def several():
    path = WORK / 'several.json'
    path.write_text('{\n "server": {\n  "bind_port": -1,\n  "nme": "x"\n },\n "dpdk": 7\n}')
    result = subprocess.run([BINARY, '--check', path], stdout=subprocess.PIPE, text=True,
                            stderr=subprocess.STDOUT)
    for line in (3, 4, 6):
        expect(f'several.json:{line}' in result.stdout, f'nothing about line {line}:\n{result.stdout}')


@case('a configuration file that is not there, or is a folder')
def no_file():
    for path in ('/nowhere/x.json', HERE):
        result = subprocess.run([BINARY, '--check', path], stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.STDOUT)
        expect_equal(result.returncode, WRONG, 'exit status')
        expect(str(path) in result.stdout, result.stdout)


run()
