# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Builds the trees and runs the test programs; scripts/test says how to call it.

Every program, whatever it is written in, speaks the same way: a line "ok     case" or
"FAILED case" for each case, and "name: N passed, N failed" in the end. A program without such a
last line counts as one case, by its exit status.
"""
import argparse
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LOGS = TOP / 'build-test-logs'
RELEASE = 'build-release'
ASAN = 'build-asan'
# Warnings are judged in the release build: what sanitizers add to the code makes gcc see things.
ASAN_OPTIONS = ['-Db_sanitize=address,undefined', '-Db_lundef=false', '-Dbuildtype=debugoptimized',
                '-Dwerror=false']
# Lines of a failed program's output that are shown at once; the rest is in its log.
TAIL_LINES = 40
# A unit test that takes longer hangs; sanitizers cost about this factor.
UNIT_TIMEOUT_S = 60
ASAN_SLOWER = 4
E2E_TIMEOUT_S = 150
SKIPPED = 77  # exit status of a test that says it cannot run here


class Program:
    """One test program: its name, how to call it, and what became of it."""

    def __init__(self, name, command, timeout, env=None, parallel=False, folder=TOP):
        self.name = name
        self.command = command
        self.timeout = timeout
        self.env = env or {}
        self.parallel = parallel
        self.folder = folder
        self.output = ''
        self.status = None
        self.seconds = 0.0
        self.passed = 0
        self.failed = 0

    def run(self):
        """Runs it to its end or its time-out and reads what it says."""
        start = time.monotonic()
        process = subprocess.Popen(self.command, cwd=self.folder, env=os.environ | self.env,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        RUNNING.add(process)
        try:
            output, _ = process.communicate(timeout=self.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            output += b'FAILED to end within %d s\n' % self.timeout
        RUNNING.discard(process)
        self.status = process.returncode
        self.output = output.decode(errors='replace')
        self.seconds = time.monotonic() - start
        self.count()
        return self

    def count(self):
        summary = re.findall(r'^\S.*: (\d+) passed, (\d+) failed$', self.output, re.MULTILINE)
        if summary:
            self.passed, self.failed = map(int, summary[-1])
        elif self.status == 0:
            self.passed = 1
        else:
            self.passed = len(re.findall(r'^ok     ', self.output, re.MULTILINE))
        if self.status not in (0, SKIPPED) and self.failed == 0:
            self.failed = 1

    def report(self, verbose):
        word = 'FAILED' if self.failed else 'skipped' if self.status == SKIPPED else 'ok'
        cases = self.passed + self.failed
        print(f'{word:7} {self.name:44} {cases:5} {"case " if cases == 1 else "cases"} '
              f'{self.seconds:7.2f} s', flush=True)
        if verbose and not self.failed:
            print(indented(self.output.splitlines()), flush=True)
        if self.failed:
            LOGS.mkdir(exist_ok=True)
            log = LOGS / (self.name.replace('/', '_') + '.log')
            log.write_text(self.output)
            lines = self.output.splitlines()
            shown = lines if verbose else lines[-TAIL_LINES:]
            if len(shown) < len(lines):
                print(f'        … {len(lines) - len(shown)} lines before: {log.relative_to(TOP)}')
            print(indented(shown), flush=True)


RUNNING = set()


def indented(lines):
    return '\n'.join('        ' + line for line in lines)


def build(folder, options):
    """A tree as a test: it compiles without a warning (warnings are errors)."""
    call = 'source scripts/build.sh; build_tree "$@"'
    return Program('build/' + folder.removeprefix('build-'),
                   ['bash', '-c', call, 'build', folder, 'all', '--', *options], 900)


def setup(folder, options):
    """Makes the tree, or brings it up to date with the meson.build files, without compiling: then
    it is known which tests there are."""
    call = ('source scripts/build.sh; folder=$1; shift; [ -f "$folder/build.ninja" ] || '
            'as_owner meson setup "$folder" "$@" && as_owner ninja -C "$folder" build.ninja')
    result = subprocess.run(['bash', '-c', call, 'setup', folder, *options], cwd=TOP, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        sys.exit(result.stdout + '0 passed, 1 failed')


def meson_tests(folder, prefix, slower):
    """The tests that the build knows of, as it wants them called, but each with a network of its
    own: a loopback and nothing else."""
    alone = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"']
    known = json.loads((TOP / folder / 'meson-info' / 'intro-tests.json').read_text())
    return [Program(prefix + test['name'], alone + test['cmd'],
                    max(test['timeout'], UNIT_TIMEOUT_S) * slower,
                    SANITIZER_ENV | test['env'], test['is_parallel'],
                    test['workdir'] or TOP / folder)
            for test in sorted(known, key=lambda test: test['name'])]


SANITIZER_ENV = {
    'ASAN_OPTIONS': 'detect_stack_use_after_return=1:strict_string_checks=1',
    'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1',
}


def e2e_tests():
    """Each file tests/e2e/test_*.py, as its own lines say: ALONE = True in those that measure,
    UNDER_SANITIZERS = True in those that are also run against the build with sanitizers."""
    release, asan = [], []
    for file in sorted((TOP / 'tests' / 'e2e').glob('test_*.py')):
        name = 'e2e/' + file.stem.removeprefix('test_')
        text = file.read_text()
        command = ['/usr/bin/python3', '-B', str(file)]
        release.append(Program(name, command, E2E_TIMEOUT_S, {'SCLOUD_BUILD': RELEASE},
                               '\nALONE = True' not in text))
        if '\nUNDER_SANITIZERS = True' in text:
            asan.append(Program('asan/' + name, command, E2E_TIMEOUT_S * 2,
                                SANITIZER_ENV | {'SCLOUD_BUILD': ASAN}))
    return release, asan


class Session:
    """Runs groups of programs and keeps the sums."""

    def __init__(self, options):
        self.options = options
        self.passed = 0
        self.failed = 0

    def add(self, program):
        self.passed += program.passed
        self.failed += program.failed
        program.report(self.options.v)
        if program.failed and self.options.k:
            self.finish()

    def run(self, programs):
        """Runs them: what may be parallel on all processors, the rest one by one."""
        together = [program for program in programs if program.parallel]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for program in pool.map(Program.run, together):
                self.add(program)
        for program in programs:
            if not program.parallel:
                self.add(program.run())
        return all(program.failed == 0 for program in programs)

    def finish(self):
        print(f'{self.passed} passed, {self.failed} failed', flush=True)
        stop_running()
        os._exit(1 if self.failed or not self.passed else 0)


def stop_running():
    for process in list(RUNNING):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def wanted(programs, names):
    return [p for p in programs if not names or any(name in p.name for name in names)]


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument('-l', '--list', action='store_true')
    parser.add_argument('-v', action='store_true')
    parser.add_argument('-k', action='store_true')
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()

    setup(RELEASE, [])
    e2e, e2e_asan = e2e_tests()
    lint = wanted([Program('lint', ['scripts/lint'], 120),
                   Program('lint/self', ['tests/scripts/test_lint.sh'], 120)], options.names)
    unit = meson_tests(RELEASE, '', 1)
    asan_names = ['asan/' + program.name for program in unit]
    unit = wanted(unit, options.names)
    e2e = wanted(e2e, options.names)
    need_asan = [name for name in asan_names + [p.name for p in e2e_asan]
                 if not options.names or any(part in name for part in options.names)]
    if options.list:
        print('\n'.join([p.name for p in lint + unit] + need_asan + [p.name for p in e2e]))
        return
    if not lint + unit + need_asan + e2e:
        sys.exit('scripts/test: no such test; try --list')

    subprocess.run(['rm', '-rf', str(LOGS)], check=True)
    session = Session(options)
    session.run(lint)
    if (unit or e2e) and session.run([build(RELEASE, [])]):
        session.run(unit)
        session.run(e2e)
    if need_asan:
        setup(ASAN, ASAN_OPTIONS)
        if session.run([build(ASAN, ASAN_OPTIONS)]):
            programs = meson_tests(ASAN, 'asan/', ASAN_SLOWER) + e2e_asan
            session.run([program for program in programs if program.name in need_asan])
    session.finish()


def interrupted(*_):
    stop_running()
    print('interrupted', flush=True)
    os._exit(130)


if __name__ == '__main__':
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    main()
