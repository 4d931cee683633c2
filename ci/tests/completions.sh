#!/usr/bin/env bash
# Compares what bash, zsh and fish complete after `breakwater …` with what they should, with the completions that the program prints.
#
# usage: ci/tests/completions.sh BREAKWATER
#
# A shell that is not installed is skipped with a message, and so is zsh without a terminal for it (/dev/pts); without any shell the
# exit status is 77, meson's "skipped".
set -u
breakwater=$(realpath -- "${1:?usage: $0 BREAKWATER}") || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf -- "$work"' EXIT
cd "$work" || exit 2
PATH=$(dirname "$breakwater"):$PATH
export HOME=$work GIT_CONFIG_NOSYSTEM=1
passed=0 failed=0

# A repository with revisions to complete; the name of a branch is never executed.
git init -q -b main repository
cd repository || exit 2
mkdir -p proto/acme 'odd name'
echo 'syntax = "proto3"; package acme; message Order { int32 id = 1; } enum State { NONE = 0; }' | tee proto/acme/a.proto 'odd name/b.proto' >/dev/null
git add . && git -c user.name=a -c user.email=a@b commit -q -m one
git branch feature/x
# shellcheck disable=SC2016 # not to be expanded
git branch 'run$(touch${IFS}pwned)'
git tag v1.0
touch image.binpb

# The end of a line, and a word that must be offered for it.
cases='breakwater ch|check
breakwater check --fo|--format
breakwater check --format sa|sarif
breakwater check --color ne|never
breakwater check workt|worktree:
breakwater build --no-so|--no-source-info
breakwater explain FIELD_SAME_T|FIELD_SAME_TYPE
breakwater debug sch|schema
breakwater debug fr|frame
breakwater completion fi|fish
breakwater help bui|build
breakwater check fea|feature/x
breakwater accept v1|v1.0
breakwater check main..fea|main..feature/x
breakwater check main...fea|main...feature/x
breakwater check feature/x..v1|feature/x..v1.0
breakwater check ..v1|..v1.0
breakwater check v1.0..HE|v1.0..HEAD
breakwater build main:pr|main:proto/
breakwater build main:proto/a|main:proto/acme/
breakwater check v1.0..main:pr|v1.0..main:proto/
breakwater check main v1|v1.0
breakwater check dir:pr|dir:proto/
breakwater check dir:../repository/pr|dir:../repository/proto/
breakwater check main set:ima|set:image.binpb
breakwater debug schema wor|worktree:
breakwater check run|any word
breakwater log acme.Or|acme.Order
breakwater log acme.Order.i|acme.Order.id
breakwater log acme.State.N|acme.State.NONE
breakwater log v1|v1.0
breakwater log --since v1|v1.0
breakwater check --since fea|feature/x
breakwater check --format=sa|--format=sarif'

in_bash() {
	bash --norc -c '
		source ../breakwater.bash
		read -ra COMP_WORDS <<<"$1"
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_breakwater 2>/dev/null
		printf "%s\n" "${COMPREPLY[@]}"' - "$1"
}

in_fish() {
	fish --no-config -c 'source ../breakwater.fish; complete -C "'"$1"'"' | cut -f 1
}

# zsh completes on a terminal only: zpty gives it one, and the whole line is typed and then printed.
in_zsh() {
	zsh -f -c '
		zmodload zsh/zpty
		zpty shell zsh -f -i
		zpty -w shell "PS1=; fpath=(${PWD:h} \$fpath); autoload -Uz compinit; compinit -u -d ${PWD:h}/dump; print -n rea; print dy"
		zpty -r -m shell line "*ready*"
		zpty -w shell "show() { print -r -- \"<<\$BUFFER>>\"; zle kill-buffer; zle .accept-line }; zle -N show; bindkey ^G show; print -n se; print t"
		zpty -r -m shell line "*set*"
		zpty -w -n shell "$1"$'"'\\t\\a'"'
		zpty -r -m shell line "*<<*>>*"
		print -r -- "${${line##*<<}%%>>*}"
		zpty -d shell' - "$1" | tr ' ' '\n'
}

for shell in bash fish zsh; do
	if ! command -v "$shell" >/dev/null; then
		echo "SKIPPED: $shell is not installed"
		continue
	fi
	if [ "$shell" = zsh ] && ! zsh -f -c 'zmodload zsh/zpty && zpty shell true' 2>/dev/null; then
		echo 'SKIPPED: zsh completes on a terminal only, and none can be had; mount /dev/pts'
		continue
	fi
	name=../breakwater.$shell
	[ "$shell" = zsh ] && name=../_breakwater
	breakwater completion "$shell" >"$name"
	while IFS='|' read -r line want; do
		case $shell:$line in # zsh offers values behind a blank alone
		zsh:*--*=*) continue ;;
		esac
		got=$("in_$shell" "$line")
		if [ -e pwned ]; then
			got='what ran the name of a branch'
			rm pwned
		fi
		if grep -qxF -- "$want" <<<"$got" || { [ "$want" = 'any word' ] && grep -q '^run' <<<"$got"; }; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "FAILED: $shell: '$line' does not offer '$want' but: $(tr '\n' ' ' <<<"$got")"
		fi
	done <<<"$cases"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] || exit 1
[ "$passed" != 0 ] || exit 77
