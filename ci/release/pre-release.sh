#!/bin/sh
# Tags HEAD as the next pre-release of the version that the changes ask for: v1.5.0-rc.1, v1.5.0-rc.2, ...
set -eu
last=$(git tag --list --merged HEAD 'v*' --sort=-v:refname | grep -v -- - | head -n 1)
next=$(breakwater bump "$last..")
n=1
while git rev-parse -q --verify "refs/tags/$next-rc.$n" >/dev/null; do n=$((n + 1)); done
breakwater bump "$last.." --tag "$next-rc.$n"
git tag "$next-rc.$n"
echo "$next-rc.$n"
