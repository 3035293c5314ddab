// SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
// Copyright (c) 2026 the scloud-dns authors
//
// Reads {"file", "object"} lines and validates each object as the Kubernetes API would.
'use strict';
const readline = require('readline');

let passed = 0;
let failed = 0;

function schemaOf(object) {
  try {
    return require('kubernetes-models/' + object.apiVersion)[object.kind];
  } catch (error) {
    return undefined;
  }
}

function check(file, object) {
  const name = `${file}: ${object.kind} ${object.metadata.name}`;
  const Kind = schemaOf(object);
  if (Kind === undefined) {
    console.log(`no schema ${name} (${object.apiVersion})`);
    return;
  }
  try {
    new Kind(object).validate();
    console.log(`ok     ${name}`);
    passed++;
  } catch (error) {
    console.log(`FAILED ${name}: ${error.message}`);
    failed++;
  }
}

const lines = readline.createInterface({input: process.stdin});
lines.on('line', (line) => {
  const {file, object} = JSON.parse(line);
  check(file, object);
});
lines.on('close', () => {
  console.log(`manifests: ${passed} passed, ${failed} failed`);
  process.exit(failed > 0 || passed === 0 ? 1 : 0);
});
