# The words that the cases are written in. Days are counted from 2024-01-01, 10:00 UTC; each commit takes one.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_PREFIX || :
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=dev GIT_AUTHOR_EMAIL=dev@acme.example GIT_COMMITTER_NAME=dev GIT_COMMITTER_EMAIL=dev@acme.example
day=0
next_day() { day=$((day + 1)); GIT_AUTHOR_DATE="$((1704103200 + day * 86400)) +0000"; GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE; export GIT_AUTHOR_DATE GIT_COMMITTER_DATE; }
put() { mkdir -p "$(dirname "$1")"; cat >"$1"; }
commit() { next_day; git add -A; git commit -q --allow-empty -m "$1"; }
merge() { next_day; git merge -q --no-ff -m "$2" "$1"; }
order() { { printf 'syntax = "proto3";\npackage acme.v1;\nmessage Order {\n'; for l; do printf '  %s\n' "$l"; done; echo '}'; } >order.proto; }
color() { { printf 'syntax = "proto3";\npackage acme.v1;\nenum Color {\n'; for l; do printf '  %s\n' "$l"; done; echo '}'; } >color.proto; }
git init -q -b main .
