#!/bin/sh
# The action's second step: fetches the base, and checks. Annotations go to the diff, a table to the run's summary.
#
# Inputs are BASE, OPTIONS and SARIF; of the event BEFORE (a push's), QUEUED (what a merge queue's entry is built on) and DEFAULT
# (the default branch); see action.yml. Where a fetch fails, breakwater says what is missing.
set -u

deep=
if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
	deep=--unshallow
fi

commit() { # ID
	git cat-file -e "$1^{commit}" 2>/dev/null || git fetch --quiet --no-tags --depth=1 origin "$1"
}

branch() { # NAME
	git fetch --quiet --no-tags ${deep:+"$deep"} origin "+refs/heads/$1:refs/remotes/origin/$1"
}

merged=
case ${GITHUB_REF-} in
refs/pull/*/merge)
	if [ "$(git rev-parse HEAD)" = "${GITHUB_SHA-}" ]; then
		merged=$(git cat-file commit HEAD | sed -n 's/^parent //p;/^$/q' | head -n 1)
	fi
	;;
esac
if [ -n "${BASE-}" ]; then
	:
elif [ -n "${QUEUED-}" ]; then
	commit "$QUEUED"
elif [ -n "$merged" ]; then
	commit "$merged"
elif [ -n "${GITHUB_BASE_REF-}" ]; then
	branch "$GITHUB_BASE_REF"
elif [ -n "${BEFORE-}" ] && [ "${GITHUB_REF-}" = "refs/heads/${DEFAULT-}" ]; then
	case $BEFORE in
	*[!0]*) commit "$BEFORE" ;;
	esac
elif [ -n "${DEFAULT-}" ]; then
	branch "$DEFAULT"
fi

# shellcheck disable=SC2086 # options are words
set -- ${OPTIONS-} ${SARIF:+"--format=sarif=$SARIF"} ${BASE:+"$BASE"}
status=0
breakwater check --format github --format "markdown=$GITHUB_STEP_SUMMARY" "$@" || status=$?
echo "status=$status" >>"$GITHUB_OUTPUT"
exit "$status"
