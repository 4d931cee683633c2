#!/bin/sh
# Makes a small git repository with two revisions of an event contract, the second of which breaks it, and checks it.
#
# usage: ci/package/demo.sh BREAKWATER FOLDER
#
# FOLDER must not exist, or be empty. The exit status is that of `breakwater check`: 1.
set -eu

breakwater=$1 folder=$2
case $breakwater in
*/*) breakwater=$(cd "$(dirname "$breakwater")" && pwd)/$(basename "$breakwater") ;;
esac
contracts=$(cd "$(dirname "$0")/../.." && pwd)/testdata/demo

export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=dev GIT_AUTHOR_EMAIL=dev@acme.example
export GIT_COMMITTER_NAME=dev GIT_COMMITTER_EMAIL=dev@acme.example
mkdir -p "$folder"
cd "$folder"
git init -q -b main .
cp -R "$contracts/v1.4.0/." .
git add .
git commit -q -m 'The contract as it was released'
git tag v1.4.0
cp -R "$contracts/change/proto" .

echo "$ breakwater check v1.4.0"
exec "$breakwater" check v1.4.0
