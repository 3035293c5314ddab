# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Asks very many questions over UDP with a bounded number in flight, and reads the answers into
forms that compare."""
import select
import socket
import struct
import time

IN_FLIGHT = 200
RETRY_S = 1.5
TRIES = 5
IDS = 1 << 16
RECEIVE_BUFFER = 1 << 22
# Types whose rdata may be compressed or holds names in a place that compares without case:
# (octets before the name, names, octets behind it).
NAMES_IN = {2: (0, 1), 5: (0, 1), 12: (0, 1), 39: (0, 1), 6: (0, 2), 15: (2, 1), 18: (2, 1),
            36: (2, 1), 33: (6, 1), 64: (2, 1), 65: (2, 1)}
OPT = 41
AA, TC, RA, AD = 0x0400, 0x0200, 0x0080, 0x0020
FLAGS = {AA: 'aa', TC: 'tc', RA: 'ra', AD: 'ad'}


class Broken(Exception):
    """An answer that is not a well formed message."""


class Answer:
    """One answer: rcode, flags, and three sets of records (owner, type, ttl, rdata)."""
    __slots__ = ('rcode', 'flags', 'sections')

    def __init__(self, rcode, flags, sections):
        self.rcode, self.flags, self.sections = rcode, flags, sections

    def key(self):
        return self.rcode, self.flags, self.sections


def name_at(data, at, known):
    """A name in lower case and uncompressed, and where it ends."""
    if at in known:
        return known[at]
    size = data[at]
    if size >= 0xc0:
        target = (size & 0x3f) << 8 | data[at + 1]
        if target >= at:
            raise Broken('a pointer that does not point back')
        found = name_at(data, target, known)[0], at + 2
    elif size == 0:
        found = b'\0', at + 1
    else:
        rest, end = name_at(data, at + 1 + size, known)
        found = data[at:at + 1 + size].lower() + rest, end
    known[at] = found
    return found


def rdata_at(data, at, end, rrtype, known):
    if rrtype not in NAMES_IN:
        return data[at:end]
    skip, count = NAMES_IN[rrtype]
    parts = [data[at:at + skip]]
    at += skip
    for _ in range(count):
        name, at = name_at(data, at, known)
        parts.append(name)
    if at > end:
        raise Broken('a name goes over the end of its rdata')
    return b''.join(parts) + data[at:end]


def parse(data):
    """An Answer from a message; raises Broken."""
    try:
        return parse_message(data)
    except (IndexError, struct.error) as error:
        raise Broken(str(error)) from error


def parse_message(data):
    _, flags, questions, *counts = struct.unpack_from('>HHHHHH', data)
    at, known, rcode = 12, {}, flags & 15
    for _ in range(questions):
        at = name_at(data, at, known)[1] + 4
    sections = []
    for count in counts:
        records = []
        for _ in range(count):
            owner, at = name_at(data, at, known)
            rrtype, _, ttl, size = struct.unpack_from('>HHIH', data, at)
            at += 10
            if rrtype == OPT:
                rcode |= ttl >> 24 << 4
            else:
                records.append((owner, rrtype, ttl,
                                rdata_at(data, at, at + size, rrtype, known)))
            at += size
        unique = frozenset(records)
        if len(unique) != len(records):
            # A record twice is an error of its own: it must not vanish in the set.
            unique |= {(b'twice', 0, 0, b'')}
        sections.append(unique)
    if at != len(data):
        raise Broken('octets behind the last record')
    return Answer(rcode, flags & (AA | TC | RA | AD), tuple(sections))


class Asking:
    """One run over a list of messages."""

    def __init__(self, address, port, messages):
        self.messages = messages
        self.answers = [None] * len(messages)
        self.waiting = {}  # id -> (index, when, tries)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.socket.connect((address, port))
        self.socket.setblocking(False)

    def send(self, index, tries):
        self.waiting[index % IDS] = (index, time.monotonic(), tries)
        try:
            self.socket.send(struct.pack('>H', index % IDS) + self.messages[index])
        except (BlockingIOError, ConnectionRefusedError):
            pass  # as good as lost: it is sent again

    def receive(self):
        while True:
            try:
                data = self.socket.recv(65535)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            entry = self.waiting.get(struct.unpack_from('>H', data)[0])
            if entry and self.is_answer_to(entry[0], data):
                del self.waiting[entry[0] % IDS]
                self.answers[entry[0]] = data

    def is_answer_to(self, index, data):
        """Whether it carries the question that was asked, octet by octet."""
        sent = self.messages[index]
        question = sent[10:sent.index(b'\0', 10)]
        return data[12:12 + len(question)].lower() == question.lower()

    def again(self):
        now = time.monotonic()
        for index, when, tries in list(self.waiting.values()):
            if now - when < RETRY_S:
                continue
            if tries == TRIES:
                del self.waiting[index % IDS]
            else:
                self.send(index, tries + 1)

    def run(self):
        """Answers in the order of the messages; None where none came."""
        at = 0
        while at < len(self.messages) or self.waiting:
            while at < len(self.messages) and len(self.waiting) < IN_FLIGHT:
                if at % IDS in self.waiting:
                    break
                self.send(at, 1)
                at += 1
            select.select([self.socket], [], [], 0.2)
            self.receive()
            self.again()
        self.socket.close()
        return self.answers


def ask_all(address, port, messages):
    return Asking(address, port, messages).run()
