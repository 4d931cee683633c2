#!/bin/sh
# Builds the programs without a shared library, so that they run on any Linux of this machine's kind, and in an empty image.
#
# usage: ci/package/static.sh FOLDER
#
# Writes breakwater and protoc-gen-breakwater to FOLDER. For Debian 12, whose libgit2.a src/source/no_network.c fits; the status is 77
# where a library cannot be linked so.
set -eu

out=${1:?usage: $0 FOLDER}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")/../.."
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
meson setup "$build" --buildtype=release -Dprefer_static=true -Dc_link_args=-static-pie -Dstatic_libgit2=enabled >"$build/log" 2>&1 || {
	tail -n 5 "$build/log"
	exit 77
}
meson compile -C "$build" src/cli/breakwater:executable src/plugin/protoc-gen-breakwater:executable >"$build/log" 2>&1 || {
	cat "$build/log"
	exit 1
}
install -s -m 755 "$build/src/cli/breakwater" "$build/src/plugin/protoc-gen-breakwater" "$out"
