#!/bin/sh
# Installs the missing ones of the packages that breakwater needs, on Debian 12 or newer.
#
# usage: ci/package/install-deps.sh [package|static|test]
#
# Without an argument what a build needs; with `package` what ci/package/debian-package.sh needs too, with `static` what
# ci/package/static.sh needs, with `test` what the tests and .ci/run need.
set -eu

packages='gcc libc6-dev meson ninja-build pkg-config python3 git ca-certificates
	libgit2-dev libprotobuf-c-dev protobuf-c-compiler libyaml-dev libjansson-dev libxxhash-dev zlib1g-dev libdeflate-dev nettle-dev libzstd-dev libcurl4-openssl-dev libcmocka-dev'
if [ "${1-}" = package ]; then
	packages="$packages dpkg-dev"
elif [ "${1-}" = static ]; then
	packages="$packages cmake dpkg-dev"
elif [ "${1-}" = test ]; then
	packages="$packages cmake clang libclang-rt-dev llvm clang-tidy cppcheck mandoc groff-base shellcheck protobuf-compiler libxml2-utils zsh fish pre-commit python3-yaml dpkg-dev debootstrap strace openssl curl jq"
fi

missing=
for package in $packages; do
	case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
	*' installed') ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "this installs packages: run it as root, or install sudo" >&2
		exit 1
	}
	as_root=sudo
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
# shellcheck disable=SC2086 # a list of words
$as_root apt-get install -q -y --no-install-recommends $missing
