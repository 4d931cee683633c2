#!/bin/sh
# Builds Debian packages from the tree: breakwater, libbreakwater0 and libbreakwater-dev.
#
# usage: ci/package/debian-package.sh FOLDER
#
# dpkg-shlibdeps finds their dependencies, so they are for the Debian that they are built on. Needs what
# `ci/package/install-deps.sh package` installs.
set -eu

out=${1:?usage: $0 FOLDER}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")/../.."
top=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
architecture=$(dpkg-architecture -q DEB_HOST_ARCH)
multiarch=$(dpkg-architecture -q DEB_HOST_MULTIARCH)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

meson setup "$work/build" --buildtype=release --prefix=/usr --libdir="lib/$multiarch" >/dev/null
meson compile -C "$work/build" >"$work/log" 2>&1 || {
	cat "$work/log"
	exit 1
}
meson install -C "$work/build" --no-rebuild --strip --destdir "$work/all" >/dev/null
version=$("$work/build/src/cli/breakwater" --version | sed 's/^breakwater //')
find "$work/all/usr/share/man" -type f -exec gzip -9n {} +

take() { # PACKAGE PATH...
	to=$work/$1
	shift
	for path; do
		mkdir -p "$to/$(dirname "$path")"
		mv "$work/all/$path" "$to/$path"
	done
}

take libbreakwater-dev usr/include "usr/lib/$multiarch/pkgconfig" "usr/lib/$multiarch/libbreakwater.so"
for path in "$work/all/usr/lib/$multiarch"/libbreakwater.so.*; do
	take libbreakwater0 "usr/lib/$multiarch/$(basename "$path")"
done
mkdir -p "$work/all/usr/share/zsh/vendor-completions" # Debian's zsh looks here, and not in site-functions
mv "$work/all/usr/share/zsh/site-functions"/* "$work/all/usr/share/zsh/vendor-completions"
rmdir "$work/all/usr/share/zsh/site-functions"
rmdir -p "$work/all/usr/lib/$multiarch" 2>/dev/null || :
mv "$work/all" "$work/breakwater"

needed() { # PROGRAM...: as Depends has it
	mkdir -p "$work/debian"
	: >"$work/debian/control"
	(cd "$work" && dpkg-shlibdeps -O "$@" 2>/dev/null) | sed -n 's/^shlibs:Depends=//p'
}

package() { # NAME SECTION DEPENDS DESCRIPTION [RECOMMENDS]
	folder=$work/$1
	mkdir -p "$folder/DEBIAN" "$folder/usr/share/doc/$1"
	cp "$top/LICENSE" "$folder/usr/share/doc/$1/copyright"
	cat >"$folder/DEBIAN/control" <<END
Package: $1
Version: $version
Architecture: $architecture
Maintainer: ${DEBEMAIL:-breakwater maintainers <root@localhost>}
Installed-Size: $(du -ks "$folder/usr" | cut -f1)
Section: $2
Priority: optional
Depends: $3
${5:+Recommends: $5
}Description: $4
 breakwater compares two revisions of the .proto files of a repository and says
 which changes break readers of stored data, running peers, or generated code.
END
	(cd "$folder" && find usr -type f | LC_ALL=C sort | xargs -d "\n" md5sum) >"$folder/DEBIAN/md5sums"
	chmod -R u=rwX,go=rX "$folder"
	dpkg-deb --root-owner-group --build "$folder" "$out/${1}_${version}_$architecture.deb"
}

mkdir -p "$work/libbreakwater0/DEBIAN"
echo 'activate-noawait ldconfig' >"$work/libbreakwater0/DEBIAN/triggers"
echo "libbreakwater 0 libbreakwater0 (>= $version)" >"$work/libbreakwater0/DEBIAN/shlibs"
package breakwater devel "$(needed "$work/breakwater/usr/bin/breakwater" "$work/breakwater/usr/bin/protoc-gen-breakwater")" \
	'find breaking changes in Protocol Buffers contracts' libcurl4
package libbreakwater0 libs "$(needed "$work/libbreakwater0/usr/lib/$multiarch"/libbreakwater.so.0.*)" \
	'find breaking changes in Protocol Buffers contracts, library' libcurl4
package libbreakwater-dev libdevel "libbreakwater0 (= $version)" \
	'find breaking changes in Protocol Buffers contracts, for development'
