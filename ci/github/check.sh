#!/bin/sh
# The action's second step: brings the base, and checks. Annotations go to the diff, a table to the run's summary.
#
# Inputs are BASE, BEFORE (a push's), OPTIONS and SARIF; see action.yml.
set -u

deep=
if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
	deep=--unshallow
fi
if [ -z "${BASE-}" ] && [ -n "${GITHUB_BASE_REF-}" ]; then
	git fetch --quiet --no-tags ${deep:+"$deep"} origin "+refs/heads/$GITHUB_BASE_REF:refs/remotes/origin/$GITHUB_BASE_REF"
elif [ -z "${BASE-}" ] && [ -n "$deep" ] && [ -n "${BEFORE#"${BEFORE%%[!0]*}"}" ]; then
	git fetch --quiet --no-tags --depth=1 origin "$BEFORE"
fi

# shellcheck disable=SC2086 # options are words
set -- ${OPTIONS-} ${SARIF:+"--format=sarif=$SARIF"} ${BASE:+"$BASE"}
status=0
breakwater check --format github --format "markdown=$GITHUB_STEP_SUMMARY" "$@" || status=$?
echo "status=$status" >>"$GITHUB_OUTPUT"
exit "$status"
