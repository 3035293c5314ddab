#!/usr/bin/env bash
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
#
# Scenarios that are wrong have to be refused: each file's first line says at which line, and how the message begins.
# usage: check-wrong.sh SIM-RUN FILE...
set -uo pipefail
run=$1
shift
passed=0
failed=0
for file in "$@"; do
	wanted=$(sed -n '1s/^; //p' "$file")
	found=$("$run" "$file" 2>&1)
	status=$?
	if [ $status -eq 2 ] && [ -n "$wanted" ] && [ "${found#"$file:$wanted"}" != "$found" ]; then
		printf 'ok     %s\n' "$(basename "$file")"
		passed=$((passed + 1))
	else
		printf 'FAILED %s\n  wanted status 2, %s:%s\n  found  status %s, %s\n' "$(basename "$file")" "$file" \
			"$wanted" $status "$found"
		failed=$((failed + 1))
	fi
done
printf 'wrong scenarios: %d passed, %d failed\n' $passed $failed
[ $failed -eq 0 ]
