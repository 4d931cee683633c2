#!/bin/sh
# Installs what is missing, builds, and runs all tests: units, layers and the cases of testdata/.
#
# usage: ci/test.sh [BUILD [MESON-OPTION...]]
#
# BUILD is the build folder, by default `build`; options apply when it is new. Tests that need /proc or /dev/pts are skipped, with a
# message, where these are missing.
set -eu

cd "$(dirname "$0")/.."
build=${1-build}
[ $# = 0 ] || shift
sh ci/package/install-deps.sh test
if [ ! -f "$build/build.ninja" ]; then
	meson setup "$build" "$@"
fi
meson compile -C "$build"
exec meson test -C "$build" --print-errorlogs --timeout-multiplier 10
