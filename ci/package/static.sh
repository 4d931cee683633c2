#!/bin/sh
# Builds statically linked programs, which run on any Linux of this architecture, and in an empty image.
#
# usage: ci/package/static.sh FOLDER
#
# Writes breakwater and protoc-gen-breakwater to FOLDER. Debian's libgit2.a wants libraries for its network that have no static form, so
# libgit2 is built here, without a network, from Debian's source. A static program cannot load libcurl, so it asks no registry. Needs what `ci/package/install-deps.sh static` installs; the status is
# 77 where a library cannot be linked so.
set -eu

out=${1:?usage: $0 FOLDER}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
build=$work/build
trap 'rm -rf "$work"' EXIT

# So that the linker leaves out what nothing calls.
SECTIONS='-ffunction-sections -fdata-sections'
export SECTIONS

cat >"$work/libgit2.sh" <<'END'
set -eu
mkdir -p lists/partial
. /etc/os-release
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb-src [signed-by=$keys] http://deb.debian.org/debian $VERSION_CODENAME main" >sources
set -- -q -o "Dir::Etc::SourceList=$PWD/sources" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$PWD/lists"
apt-get "$@" update
apt-get "$@" source libgit2
cmake -S libgit2-*/ -B libgit2 -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$PWD/git" -DCMAKE_INSTALL_LIBDIR=lib \
	-DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCMAKE_C_FLAGS="$SECTIONS" -DBUILD_SHARED_LIBS=OFF -DBUILD_TESTS=OFF -DBUILD_CLI=OFF \
	-DUSE_HTTPS=OFF -DUSE_SSH=OFF -DUSE_NTLMCLIENT=OFF -DUSE_GSSAPI=OFF -DUSE_HTTP_PARSER=system -DREGEX_BACKEND=regcomp
cmake --build libgit2 --parallel "$(nproc)" --target install
END
{ (cd "$work" && sh libgit2.sh) && PKG_CONFIG_PATH=$work/git/lib/pkgconfig \
	meson setup "$build" --buildtype=release -Dprefer_static=true -Dregistry=disabled \
		-Dc_args="$SECTIONS" -Dc_link_args='-static-pie -Wl,--gc-sections'; } >"$work/log" 2>&1 || {
	tail -n 5 "$work/log"
	exit 77
}
meson compile -C "$build" src/cli/breakwater:executable src/plugin/protoc-gen-breakwater:executable >"$work/log" 2>&1 || {
	cat "$work/log"
	exit 1
}
install -s -m 755 "$build/src/cli/breakwater" "$build/src/plugin/protoc-gen-breakwater" "$out"
