#!/usr/bin/env bash
# Asks the real shells what they complete after `breakwater …`, with the completions that the program prints.
#
# usage: ci/completions.sh BREAKWATER
#
# A shell that is not installed is passed over out loud; without any the status is 77, which meson takes for skipped.
set -u
breakwater=$(realpath -- "${1:?usage: $0 BREAKWATER}") || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf -- "$work"' EXIT
cd "$work" || exit 2
PATH=$(dirname "$breakwater"):$PATH
export HOME=$work
passed=0 failed=0

# What stands at the end of a line, and one of the words that have to be offered for it.
cases='breakwater ch|check
breakwater check --fo|--format
breakwater check --format sa|sarif
breakwater check --color ne|never
breakwater check workt|worktree:
breakwater build --no-so|--no-source-info
breakwater explain FIELD_SAME_T|FIELD_SAME_TYPE
breakwater debug sch|schema
breakwater completion fi|fish
breakwater help bui|build'

in_bash() {
	bash --norc -c '
		source ./breakwater.bash
		read -ra COMP_WORDS <<<"$1"
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_breakwater 2>/dev/null
		printf "%s\n" "${COMPREPLY[@]}"' - "$1"
}

in_fish() {
	fish --no-config -c 'source ./breakwater.fish; complete -C "'"$1"'"' | cut -f 1
}

# zsh completes on a terminal only: zpty gives it one, and the whole line is typed and then printed.
in_zsh() {
	zsh -f -c '
		zmodload zsh/zpty
		zpty shell zsh -f -i
		zpty -w shell "PS1=; fpath=($PWD \$fpath); autoload -Uz compinit; compinit -u -d $PWD/dump; print -n rea; print dy"
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
	name=breakwater.$shell
	[ "$shell" = zsh ] && name=_breakwater
	breakwater completion "$shell" >"$name"
	while IFS='|' read -r line want; do
		got=$("in_$shell" "$line")
		if grep -qxF -- "$want" <<<"$got"; then
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
