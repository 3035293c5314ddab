#!/bin/sh
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
#
# Writes a C file whose array NAME holds the octets of FILE and a NUL; NAME_len is how many they are without it.
# usage: embed.sh FILE NAME >OUTPUT
set -eu
echo "extern const char $2[];"
echo "const char $2[] = {"
od -An -v -to1 "$1" | sed -E 's/([0-7]{3})/'"'"'\\\1'"'"',/g'
echo "0};"
echo "extern const unsigned long $2_len;"
echo "const unsigned long $2_len = sizeof($2) - 1;"
