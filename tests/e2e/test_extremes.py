# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Names and RRsets as odd and as large as they may be: answered with TC, then over TCP, or refused."""
import json
import subprocess

import wire
from harness import (BINARY, V4, V6, WORK, Server, case, expect, expect_equal, run, stops_cleanly,
                     test_config)
from wire import TC

APEX = '$ORIGIN example.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns.example.net.\n'
ZONE = WORK / 'extremes.zone'
MOST_LABELS = ['a'] * 123  # and "example": 255 octets
LONGEST = ['0' * 63] * 3 + ['0' * 53]
ADDRESSES = 4093  # what 65,535 octets hold with header, question and OPT
WRONG = 2

config = test_config()
config['zone'] = [{'name': 'example.', 'type': 'master', 'file': str(ZONE)}]
server = Server(config)


def txt(octets):
    """A TXT record's strings with so many octets of text."""
    return ' '.join('"' + 'x' * min(255, octets - at) + '"' for at in range(0, octets, 255))


def addresses(count):
    return ''.join(f'big A 10.0.{i >> 8}.{i & 255}\n' for i in range(count))


def setup():
    text = APEX + addresses(ADDRESSES) + f'long TXT {txt(65000)}\n'
    text += ''.join(f'set TXT "{i:0255d}"\n' for i in range(240))
    text += ''.join(f'x\\{octet:03d} A 10.0.0.{octet}\n' for octet in range(256))
    for labels in (MOST_LABELS, LONGEST):
        text += '.'.join(labels) + ' A 192.0.2.1\n'
    ZONE.write_text(text)
    server.start(wire.query('example', 'SOA'))


def question(labels, rrtype='A', edns=1232):
    """A query whose labels are octets."""
    name = b''.join(bytes([len(label)]) + label for label in labels) + b'\0'
    message = wire.query('', rrtype, edns=edns)
    return message[:12] + name + message[13:]


def raw_answer(labels):
    """rcode and answer count: names with any octet in them are compared as octets, not as text."""
    message = question(labels)
    answer = wire.udp(V4, message)
    end = 12 + sum(len(label) + 1 for label in labels) + 1
    expect(answer[12:end] == message[12:end], 'the question came back changed')
    return answer[3] & 15, int.from_bytes(answer[6:8], 'big'), answer


@case('each octet in a name: found, and the address of that name comes')
def every_octet():
    for octet in range(256):
        rcode, count, answer = raw_answer([bytes([ord('x'), octet]), b'example'])
        letter = bytes([octet]).isalpha() and octet < 128
        expect_equal((rcode, count), (0, 2 if letter else 1), f'octet {octet}')
        expect(bytes([0, 4, 10, 0, 0, octet]) in answer, f'octet {octet}: no address')


@case('a name of 255 octets, one of 124 labels, each empty non-terminal above it')
def long_names():
    for labels in (LONGEST, MOST_LABELS):
        name = [label.encode() for label in labels] + [b'example']
        expect_equal(raw_answer(name)[:2], (0, 1), f'{len(labels)} labels')
    for cut in range(1, len(MOST_LABELS)):
        name = [b'a'] * cut + [b'example']
        expect_equal(raw_answer(name)[:2], (0, 0), f'{cut} labels')
    expect_equal(raw_answer([b'b'] + [b'a'] * 122 + [b'example'])[0], 3, 'NXDOMAIN')


@case('a question whose name is longer than 255 octets: FORMERR')
def beyond():
    answer = wire.udp(V4, question([b'a'] * 124 + [b'example']))
    expect_equal(answer[3] & 15, 1, 'rcode')


def truncated_then_whole(name, rrtype, count):
    for address in (V4, V6):
        small = wire.ask(address, name, rrtype)
        expect(small.flags & TC, 'TC is not set')
        expect_equal(len(small.answer), 0, 'a part of an RRset')
        with wire.Tcp(address) as stream:
            stream.send(wire.query(name, rrtype))
            whole = wire.Message(stream.receive())
        expect(not whole.flags & TC, 'TC over TCP')
        expect_equal(len(whole.answer), count, 'records over TCP')
    return whole


@case('a TXT record of 65,000 octets: TC, then over TCP')
def long_txt():
    truncated_then_whole('long.example', 'TXT', 1)


@case('an RRset of 64 KiB: TC, then over TCP')
def large_set():
    whole = truncated_then_whole('set.example', 'TXT', 240)
    expect(len(whole.data) > 64000, f'{len(whole.data)} octets')


@case('as many addresses as a message can hold: TC, then over TCP')
def many():
    whole = truncated_then_whole('big.example', 'A', ADDRESSES)
    expect_equal(len({record.data for record in whole.answer}), ADDRESSES, 'different addresses')


def refused(text, *wanted):
    path = WORK / 'refused.zone'
    path.write_text(APEX + text)
    other = dict(config, zone=[{'name': 'example.', 'type': 'master', 'file': str(path)}])
    (WORK / 'refused.json').write_text(json.dumps(other))
    result = subprocess.run([BINARY, '--check', WORK / 'refused.json'], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    expect_equal(result.returncode, WRONG, 'exit status')
    for word in wanted:
        expect(word in result.stdout, f'no "{word}" in {result.stdout[:500]}')


@case('what no message can carry, and names that are too long, are refused in words')
def too_large():
    refused(addresses(10000), 'big.example.', '10000 A records', '160040 octets', '65535')
    refused(f'long TXT {txt(65250)}\n', 'long.example.', '1 TXT record', '65535')
    refused(f'long TXT {txt(65400)}\n', 'refused.zone:5:', 'rdata of at most 65535 octets')
    refused('long TXT "' + 'x' * 256 + '"\n', 'refused.zone:5:', '255 octets')
    refused('.'.join(['a'] * 124) + ' A 192.0.2.1\n', 'refused.zone:5:', '255 in all')
    refused('0' * 64 + ' A 192.0.2.1\n', 'refused.zone:5:', 'labels of 1 to 63 octets')


run(setup, stops_cleanly(server))
