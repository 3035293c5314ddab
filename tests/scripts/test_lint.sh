#!/usr/bin/env bash
# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
#
# scripts/lint finds what it is there to find: each case breaks one rule in a small tree that is good
# without it, and looks for the words that lint must say.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
passed=0
failed=0

head='/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */'

# A tree of two folders, of which "high" may use "low", with one file in each.
fresh() {
	rm -rf "${tree:?}"/*
	mkdir -p "$tree"/{scripts,lib/dns,lib/stage,app,tests/unit/dns,tests/sim/scenarios,docs}
	cp "$top"/scripts/{lint,format,gen-limits} "$tree/scripts"
	cp "$top/.clang-format" "$tree"
	: >"$tree/scripts/lint.allow"
	: >"$tree/scripts/lint.ratchet"
	printf '%s\n' "# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial" "subdir('dns')" "subdir('stage')" \
		>"$tree/lib/meson.build"
	printf '%s\n' "# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial" \
		"dns_dep = declare_dependency(dependencies: [base_dep])" >"$tree/lib/dns/meson.build"
	printf '%s\n' "# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial" \
		"stage_dep = declare_dependency(dependencies: [dns_dep, dpdk_dep])" >"$tree/lib/stage/meson.build"
	printf '%s\n\n%s\n' "$head" '/* low -- a header.
 *
 * What:    something.
 * Threads: any.
 * Memory:  none.
 * Limits:  none.
 * Trust:   none.
 * RFC:     none. */
#pragma once' >"$tree/lib/dns/low.h"
	printf '%s\n\n%s\n' "$head" '/* Does something. */
#include "dns/low.h"
#include <rte_mbuf.h>' >"$tree/lib/stage/high.c"
	printf 'Read `lib/dns/low.h`.\n' >"$tree/README.md"
	printf '# A page\n' >"$tree/docs/page.md"
	printf '%s\n\n%s\n' "$head" '/* dns_limits -- numbers.
 *
 * What:    numbers.
 * Threads: none.
 * Memory:  none.
 * Limits:  these.
 * Trust:   none.
 * RFC:     none. */
#pragma once

/* So many. Too low: few. Too high: many. */
#define DNS_SO_MANY 7' >"$tree/lib/dns/dns_limits.h"
	"$tree/scripts/gen-limits"
	printf '%s\n' "# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial" |
		tee "$tree/tests/unit/dns/meson.build" >"$tree/tests/sim/meson.build"
}

# usage: finds CASE CHECK WORDS; the tree was broken before by the caller.
finds() {
	local said
	if said=$("$tree/scripts/lint" "$2" 2>&1) || ! grep -qF -- "$3" <<<"$said"; then
		printf 'FAILED %s\n       lint %s does not say "%s" but:\n%s\n' "$1" "$2" "$3" "$said"
		failed=$((failed + 1))
	else
		printf 'ok     %s\n' "$1"
		passed=$((passed + 1))
	fi
	fresh
}

# usage: accepts CASE [CHECK]
accepts() {
	local said
	if said=$("$tree/scripts/lint" ${2:+"$2"} 2>&1); then
		printf 'ok     %s\n' "$1"
		passed=$((passed + 1))
	else
		printf 'FAILED %s\n%s\n' "$1" "$said"
		failed=$((failed + 1))
	fi
	fresh
}

in_stage() { printf '%s\n' "$@" >>"$tree/lib/stage/high.c"; }
in_dns() { printf '%s\n' "$@" >>"$tree/lib/dns/low.h"; }

fresh
accepts 'a tree without fault'

in_stage 'int x  ;'
finds 'a file that is not formatted' format 'lib/stage/high.c:7:6: not formatted'
in_dns '#include "stage/high.h"'
finds 'an include that points up' includes 'lib/dns does not depend on lib/stage'
in_dns '#include <rte_mbuf.h>'
finds 'DPDK in an engine' includes 'lib/dns must not know DPDK'
in_stage '#include "dns/low_int.h"'
finds "another folder's internal header" includes 'dns/low_int.h is internal to lib/dns'
printf "subdir('stage')\nsubdir('dns')\n" >"$tree/lib/meson.build"
finds 'a dependency that points up' includes 'stage stands before dns'
sed -i '/Trust:/d' "$tree/lib/dns/low.h"
finds 'a header without one of the six headings' headers 'has What Threads Memory Limits RFC'
sed -i 1d "$tree/lib/stage/high.c"
finds 'a file without its licence' licence 'lib/stage/high.c:1: no SPDX'
in_stage 'int f(void) { return rte_eth_rx_burst(0); }'
cp "$tree/lib/stage/high.c" "$tree/lib/stage/other.c"
finds 'a second place that receives' once 'rte_eth_rx_burst is in lib/stage/high.c lib/stage/other.c'
in_stage 'void *f(void) { return malloc(1); }'
finds 'an allocation in a stage' hot 'malloc(): no allocation'
in_stage 'void f(void) { printf("x"); }'
finds 'printing in a stage' hot 'printf(): no printing'
in_stage 'void *f(void) { return malloc(1); }'
echo 'hot lib/stage/high.c malloc,free at start' >"$tree/scripts/lint.allow"
accepts 'an allocation that is allowed' hot
in_stage '/* malloc(1) */ // calloc(1)' 'const char *f = "free(x)";'
accepts 'calls in comments and strings are none' hot
in_dns 'static inline long f(void) { return time(0); }'
finds 'an engine that looks at the clock' pure 'time(): time, chance'
in_stage 'void f(char *a) { strcpy(a, "x"); }'
finds 'a call that is never safe' unsafe 'strcpy(): unsafe'
in_stage 'int long_one(void)' '{' "$(yes '	x();' | head -n 69)" '}'
finds 'a function of 71 lines' length 'function of 71 lines; 70 at most: long_one()'
in_stage "$(yes 'int x;' | head -n 395)"
finds 'a file of 401 lines' length 'file of 401 lines; 400 at most'
in_stage "$(yes 'int x;' | head -n 396)"
echo 'file lib/stage/high.c 401' >"$tree/scripts/lint.ratchet"
finds 'a file that grew beyond its exception' length 'grew from 401 to 402'
echo 'file lib/stage/high.c 401' >"$tree/scripts/lint.ratchet"
finds 'an exception that is not needed any more' length 'is fine now'
in_stage '/* TODO: later */'
finds 'something left for later' leftovers 'lib/stage/high.c:7: left for later'
in_stage '#if 0' '#endif'
finds 'code that is switched off' leftovers 'lib/stage/high.c:7: left for later'
in_stage 'int x; '
finds 'blanks at the end of a line' text 'lib/stage/high.c:7: blanks'
printf 'int x;' >>"$tree/lib/stage/high.c"
finds 'a file without a newline at its end' text 'lib/stage/high.c: no newline'
printf '%s\n' "$head" >"$tree/tests/unit/dns/test_low.c"
finds 'a test that is not built' tests 'test_low.c:1'
: >"$tree/tests/sim/scenarios/lost.sim"
finds 'a scenario that is not played' tests 'lost.sim:1'
printf 'See `lib/dns/gone.h` and [it](gone.md).\n' >"$tree/docs/page.md"
finds 'a path in a document that does not exist' docs 'docs/page.md:1: no such path: lib/dns/gone.h'
printf 'See [it](gone.md).\n' >"$tree/docs/page.md"
finds 'a link to nowhere' docs 'docs/page.md:1: dead link: gone.md'

sed -i 's/SO_MANY 7/SO_MANY 8/' "$tree/lib/dns/dns_limits.h"
finds 'a page of limits that is behind its headers' limits 'docs/limits.md'

printf 'lint/self: %d passed, %d failed\n' $passed $failed
[ $failed -eq 0 ]
