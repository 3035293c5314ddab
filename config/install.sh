#!/bin/sh
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
#
# Run by "meson install": the default configuration and its zone, where there is none yet.
# usage: install.sh CONFIGURATION ZONE
set -eu
folder=${DESTDIR:-}/etc/scloud-dns
if [ -e "$folder/scloud-dns.json" ]; then
	echo "$folder/scloud-dns.json is there, and stays as it is"
	exit 0
fi
install -D -m 644 "$1" "$folder/scloud-dns.json"
install -D -m 644 "$2" "$folder/zones/$(basename "$2")"
