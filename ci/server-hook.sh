#!/bin/sh
# Refuses a push that breaks a contract: a pre-receive or an update hook for a repository on a server.
#
# Install it as hooks/pre-receive (a push with one bad branch is refused whole) or hooks/update (only that branch is), with
# breakwater on the server's PATH:
#
#     install ci/server-hook.sh /srv/git/contracts.git/hooks/pre-receive
#
# It checks the default branch, or the branches that match one of the patterns in the repository's configuration:
#
#     git config --add breakwater.branch main
#     git config --add breakwater.branch 'release-*'
#
# A branch is compared with its commit before the push, a new branch with where it left the default branch. The pushed objects are
# still in quarantine then; breakwater finds them there by git's variables. An intended break passes when the push has its entry
# in breakwater.accepted.yaml.
set -u

default=$(git symbolic-ref -q HEAD) || default=
patterns=$(git config --get-all breakwater.branch) || patterns=${default#refs/heads/}
refused=0

is_judged() { # REF
	case $1 in
	refs/heads/*) ;;
	*) return 1 ;;
	esac
	set -f # the patterns are ours to match
	for pattern in $patterns; do
		# shellcheck disable=SC2254 # a pattern
		case ${1#refs/heads/} in
		$pattern) set +f && return 0 ;;
		esac
	done
	set +f
	return 1
}

is_zero() { # ID
	case $1 in
	*[!0]*) return 1 ;;
	esac
}

judge() { # REF OLD NEW
	is_judged "$1" || return 0
	! is_zero "$3" || return 0 # deleted
	if ! command -v breakwater >/dev/null; then
		echo 'breakwater is not installed here, so the contracts cannot be checked' >&2
		return 1
	fi
	if ! is_zero "$2"; then
		breakwater check --allow-empty "$2" "$3"
	elif git merge-base "${default:-HEAD}" "$3" >/dev/null 2>&1; then
		breakwater check --allow-empty "${default:-HEAD}...$3"
	else
		return 0 # the first push of all, or a history of its own: nothing to compare with
	fi || {
		echo "${1#refs/heads/} is refused: it breaks its contracts, or they cannot be checked" >&2
		return 1
	}
}

if [ $# = 3 ]; then
	judge "$@"
	exit
fi
while read -r old new ref; do
	judge "$ref" "$old" "$new" </dev/null || refused=1
done
exit "$refused"
