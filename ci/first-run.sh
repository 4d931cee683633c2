#!/bin/sh
# The first minute with breakwater on a bare Debian 12: installs what a build needs, builds, and checks a small repository with a
# broken event contract. The report is printed last.
set -eu

cd "$(dirname "$0")/.."
sh ci/package/install-deps.sh
if [ ! -f build/build.ninja ]; then
	meson setup build >/dev/null
fi
echo 'building, one to two minutes'
meson compile -C build src/cli/breakwater:executable >build/compile.log || {
	tail -n 40 build/compile.log
	exit 1
}

folder=$(mktemp -d)/shop
status=0
sh ci/package/demo.sh build/src/cli/breakwater "$folder" || status=$?
echo
if [ "$status" != 1 ]; then
	echo "that should have ended with status 1, not $status" >&2
	exit 1
fi
cat <<EOF
The exit status was 1, so a pipeline would have stopped here. To go on in that repository:

  cd $folder
  $PWD/build/src/cli/breakwater explain FIELD_SAME_TYPE
EOF
