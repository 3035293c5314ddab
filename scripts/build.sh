# SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
# Copyright (c) 2026 the scloud-dns authors
#
# build_tree, for the scripts that compile. To be sourced, at the top of the project.

# Runs a command as the owner of the project's folder: `sudo scripts/run` must not leave build
# folders that their owner cannot use afterwards.
as_owner() {
	local owner
	owner=$(stat -c %U "${build_owner_of:-.}")
	if [ "$(id -u)" -eq 0 ] && [ "$owner" != root ] && id "$owner" >/dev/null 2>&1; then
		runuser -u "$owner" -- "$@"
	else
		"$@"
	fi
}

# usage: build_tree FOLDER TARGETS... [-- MESON-OPTION...]
# Makes the folder once, then compiles the targets ("all" for everything). Prints nothing but one
# line when there was work, and the whole output when it failed.
build_tree() {
	local folder=$1 targets=() log
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		targets+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	[ ! -d "$folder" ] || local build_owner_of=$folder
	log=$(mktemp)
	if [ ! -f "$folder/build.ninja" ]; then
		printf 'setting up %s\n' "$folder"
		if ! as_owner meson setup "$folder" "$@" >"$log" 2>&1; then
			cat "$log" >&2
			rm -f "$log"
			return 1
		fi
	fi
	if ! as_owner ninja -C "$folder" -n "${targets[@]}" 2>/dev/null | grep -q 'no work to do'; then
		printf 'building %s\n' "$folder"
		# People watch ninja's own progress line; a log keeps only what went wrong.
		if [ -t 1 ]; then
			rm -f "$log"
			as_owner ninja -C "$folder" "${targets[@]}"
			return
		fi
		if ! as_owner ninja -C "$folder" "${targets[@]}" >"$log" 2>&1; then
			grep -vE '^\[[0-9]+/[0-9]+\] ' "$log" >&2
			printf 'the build in %s failed\n' "$folder" >&2
			rm -f "$log"
			return 1
		fi
	fi
	rm -f "$log"
}
