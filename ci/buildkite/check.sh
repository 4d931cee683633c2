#!/bin/sh
# Fetches the pull request's base, checks, and puts the findings on top of the build's page.
set -u

base=${BUILDKITE_PULL_REQUEST_BASE_BRANCH:-}
if [ -n "$base" ]; then
	git fetch --quiet --no-tags origin "+refs/heads/$base:refs/remotes/origin/$base"
fi
status=0
breakwater check --format text --format markdown=breakwater.md || status=$?
if [ "$status" = 1 ]; then
	buildkite-agent annotate --style error --context breakwater <breakwater.md
fi
exit "$status"
