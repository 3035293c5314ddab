#!/bin/sh
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
#
# Compares the message ids in the code (log_warn("component", "ABC001", ...)) with docs/messages.md: each
# is listed there, with its level and component; two places with one id agree in both. The components are
# those of the command "log level".
# usage: check_messages.sh ROOT
set -eu
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A call may be broken after the parenthesis, so lines are joined first.
find "$root/lib" "$root/app" -name '*.c' -exec cat {} + | tr '\n\t' '  ' |
	grep -oE 'log_(error|warn|info|debug)\( *"[a-z_-]+", *"[A-Z]{3}[0-9]{3}"' |
	sed -E 's/log_([a-z]+)\( *"([a-z_-]+)", *"([A-Z0-9]+)"/\3 \1 \2/' | sort >"$work/code" || true
sed -nE 's/^\| ([A-Z]{3}[0-9]{3}) \| ([a-z]+) \| ([a-z_-]+) \|.*/\1 \2 \3/p' \
	"$root/docs/messages.md" | sort >"$work/docs"

status=0
sort -u "$work/code" | cut -d" " -f1 | uniq -d | sed "s/^/not one level and component: /" >"$work/twice"
[ ! -s "$work/twice" ] || { cat "$work/twice"; status=1; }
sort -u "$work/code" | diff "$work/docs" - >"$work/diff" || {
	echo "docs/messages.md (<) and the code (>) differ:"
	cat "$work/diff"
	status=1
}

# The components that can have levels of their own are those that write.
cut -d" " -f3 "$work/code" | sort -u >"$work/components"
sed -n '/components\[\] = {/,/};/p' "$root/app/scloud-dns/log_commands.c" | grep -oE '"[a-z_-]+"' |
	tr -d '"' | sort | diff - "$work/components" >"$work/diff" || {
	echo "app/scloud-dns/log_commands.c (<) and the components that log (>) differ:"
	cat "$work/diff"
	status=1
}
exit $status
