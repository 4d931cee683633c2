#!/bin/sh
# The action's first step: builds breakwater from the revision of the action, unless it is installed. About a minute.
set -eu

if command -v breakwater >/dev/null; then
	exit 0
fi
cd "$(dirname "$0")/../.."
sh ci/package/install-deps.sh
build=${RUNNER_TEMP:?}/breakwater
meson setup "$build" --buildtype=release
meson compile -C "$build" src/cli/breakwater:executable
echo "$build/src/cli" >>"${GITHUB_PATH:?}"
