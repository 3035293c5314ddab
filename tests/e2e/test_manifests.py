# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
"""Deployment files: the Kubernetes manifests fit together, the Dockerfile names what exists, the unit is valid.

scripts/check-manifests checks the manifests against the API's schemas; here is what no schema knows."""
import json
import re
import shutil
import subprocess
from pathlib import Path

import yaml

from harness import BINARY, TOP, WORK, case, command, expect, expect_equal, run

KUBERNETES = TOP / 'config' / 'kubernetes'
FILES = sorted(KUBERNETES.glob('*.yaml'))
OURS = ['deployment.yaml', 'daemonset.yaml', 'sriov.yaml']


def objects(*names):
    return [document for name in names
            for document in yaml.safe_load_all((KUBERNETES / name).read_text())]


def workloads(name):
    return [row for row in objects(name) if row['kind'] in ('Deployment', 'DaemonSet')]


def check_configuration(config_map, folder):
    """The server itself takes the configuration of a ConfigMap, with its zones beside it."""
    folder.mkdir(parents=True)
    for name, text in config_map['data'].items():
        (folder / name).write_text(text)
    command(BINARY, '--check', folder / 'scloud-dns.json')
    return json.loads(config_map['data']['scloud-dns.json'])


@case('every object has a kind, a version, a name, and is there once')
def identities():
    seen = set()
    for file in FILES:
        for row in yaml.safe_load_all(file.read_text()):
            key = (row['apiVersion'], row['kind'], row['metadata']['name'])
            expect(key not in seen, f'{key} is there twice')
            seen.add(key)


@case('the server takes every configuration of a ConfigMap, and probes ask where it listens')
def configurations():
    for name in OURS:
        maps = {row['metadata']['name']: row for row in objects('base.yaml', name)
                if row['kind'] == 'ConfigMap'}
        for workload in workloads(name):
            pod = workload['spec']['template']['spec']
            volumes = {row['name']: row for row in pod['volumes']}
            config = check_configuration(maps[volumes['config']['configMap']['name']],
                                         WORK / name)
            container, = pod['containers']
            ports = {row['name']: row['containerPort'] for row in container['ports']}
            expect_equal(config['metrics']['health_bind'], f"0.0.0.0:{ports['health']}", 'health')
            expect_equal(config['metrics']['prometheus_bind'], f"0.0.0.0:{ports['metrics']}",
                         'metrics')
            for probe in ('startupProbe', 'livenessProbe', 'readinessProbe'):
                get = container[probe]['httpGet']
                expect(get['port'] in ports, f'{name}: {probe} asks port {get["port"]}')
                expect(get['path'] in ('/healthz', '/readyz'), f'{name}: {probe}: {get["path"]}')
            grace = config.get('server', {}).get('graceful_shutdown_timeout_secs', 15)
            expect(pod['terminationGracePeriodSeconds'] > grace, f'{name}: killed while draining')


@case('mounts have volumes, the configuration lies where the arguments say, /run can be written')
def mounts():
    for name in OURS:
        for workload in workloads(name):
            pod = workload['spec']['template']['spec']
            container, = pod['containers']
            volumes = {row['name']: row for row in pod['volumes']}
            at = {row['mountPath']: row['name'] for row in container['volumeMounts']}
            expect_equal(sorted(at.values()), sorted(volumes), f'{name}: mounts and volumes')
            file = Path(container['args'][container['args'].index('--config') + 1])
            expect_equal(at.get(str(file.parent)), 'config', f'{name}: folder of {file}')
            expect('emptyDir' in volumes[at['/run']], f'{name}: /run')
            expect(container['securityContext']['readOnlyRootFilesystem'], f'{name}: root file system')


@case('selectors find their pods, services and policies name ports that are there')
def selectors():
    for name in OURS:
        for workload in workloads(name):
            wanted = workload['spec']['selector']['matchLabels']
            labels = workload['spec']['template']['metadata']['labels']
            expect(wanted.items() <= labels.items(), f'{name}: {wanted} and {labels}')
    workload, = workloads('deployment.yaml')
    labels = workload['spec']['template']['metadata']['labels']
    container, = workload['spec']['template']['spec']['containers']
    ports = {row['name']: row['protocol'] for row in container['ports']}
    for row in objects('base.yaml'):
        spec = row.get('spec', {})
        if row['kind'] == 'Service':
            expect(spec['selector'].items() <= labels.items(), row['metadata']['name'])
            for port in spec['ports']:
                expect_equal(ports.get(port['targetPort']), port['protocol'], port['name'])
        if row['kind'] == 'PodDisruptionBudget':
            expect(spec['selector']['matchLabels'].items() <= labels.items(), 'budget')
        if row['kind'] == 'NetworkPolicy':
            expect(spec['podSelector']['matchLabels'].items() <= labels.items(), 'policy')
            for rule in spec['ingress']:
                for port in rule['ports']:
                    expect_equal(ports.get(port['port']), port['protocol'], f'{port}')


@case('the Deployment asks for no privilege, the others for those that they say')
def privileges():
    workload, = workloads('deployment.yaml')
    pod = workload['spec']['template']['spec']
    container, = pod['containers']
    expect(pod['securityContext']['runAsNonRoot'], 'runAsNonRoot')
    expect_equal(container['securityContext']['capabilities'], {'drop': ['ALL']}, 'capabilities')
    for name in OURS:
        for workload in workloads(name):
            text = json.dumps(workload)
            expect('"privileged": true' not in text and 'hostNetwork' not in text, f'{name}: privileged')
            expect('"allowPrivilegeEscalation": false' in text, f'{name}: escalation')


@case('the Dockerfile copies what exists, and the configurations of the image are right')
def dockerfile():
    text = (TOP / 'docker' / 'Dockerfile').read_text()
    for words in re.findall(r'^COPY (?!--from)(.+)$', text, re.MULTILINE):
        for source in words.split()[:-1]:
            expect((TOP / source).exists(), f'docker/Dockerfile copies {source}')
    expect(re.search(r'^USER 65532:65532$', text, re.MULTILINE), 'USER')
    collect = (TOP / 'docker' / 'collect').read_text()
    for source in re.findall(r'(?:docker|config)/[a-z-]+\.json', collect):
        expect((TOP / source).exists(), f'docker/collect copies {source}')
    for file in (TOP / 'docker').glob('*.json'):
        command(BINARY, '--check', file)


@case('the unit is valid for systemd, and exposes less than it would without its lines')
def unit():
    file = TOP / 'config' / 'systemd' / 'scloud-dns.service'
    text = file.read_text()
    for word in ('Type=notify', 'WatchdogSec=', 'NoNewPrivileges=yes', 'ExecReload='):
        expect(word in text, word)
    if shutil.which('systemd-analyze') is None:
        print('       not checked by systemd-analyze: it is not installed here')
        return
    ours = WORK / file.name
    ours.write_text(text.replace('/usr/sbin/scloud-dns', str(BINARY)))
    found = subprocess.run(['systemd-analyze', 'verify', '--man=no', ours], text=True, timeout=60,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = [line for line in found.stdout.splitlines() if file.name in line]
    expect_equal(lines, [], 'systemd-analyze verify')
    found = subprocess.run(['systemd-analyze', 'security', '--no-pager', '--offline=true',
                            '--threshold=40', ours], text=True, timeout=60,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    expect_equal(found.returncode, 0, 'systemd-analyze security\n' + found.stdout[-400:])


run()
