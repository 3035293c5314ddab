#!/bin/sh
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
#
# docs/configuration.md must be what the table of options gives, and the default and the examples must load.
# usage: check_document.sh CONFIG_TOOL ROOT
set -eu
tool=$1
root=$2
"$tool" doc | diff "$root/docs/configuration.md" - || {
	echo "docs/configuration.md differs from the table of options; make it again:"
	echo "  scloud-dns --config-doc > docs/configuration.md"
	exit 1
}
"$tool" default | cmp - "$root/config/scloud-dns.json"
for file in "$root"/config/scloud-dns.json "$root"/config/examples/*.json; do
	"$tool" check "$file" || exit 1
done
"$tool" help >/dev/null
"$tool" help cache | grep -q 'cache.max_entries'
"$tool" schema | grep -q '"max_udp_payload"'
