#!/bin/sh
# Makes this case's repository in the current folder.
set -eu
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_PREFIX || :
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=dev GIT_AUTHOR_EMAIL=dev@acme.example GIT_COMMITTER_NAME=dev GIT_COMMITTER_EMAIL=dev@acme.example
commit() { git add -A -- . ':(exclude)setup.sh' ':(exclude)expect.json'; GIT_AUTHOR_DATE="$2" GIT_COMMITTER_DATE="$2" git commit -q -m "$1"; git tag "$1"; }
git init -q -b main .
mkdir -p acme/user/v1
cat >breakwater.yaml <<'END'
version: 1
contracts:
  - name: users
    roots: [acme.user.v1.User]
    compatibility: BACKWARD_TRANSITIVE
    since: nope
END
cat >acme/user/v1/user.proto <<'END'
syntax = "proto3";
package acme.user.v1;
message User {
  string id = 1;
  fixed32 age = 2;
}
END
commit v1 2024-01-01T10:00:00Z
cat >acme/user/v1/user.proto <<'END'
syntax = "proto3";
package acme.user.v1;
message User {
  string id = 1;
}
END
commit v2 2024-02-01T10:00:00Z
cat >acme/user/v1/user.proto <<'END'
syntax = "proto3";
package acme.user.v1;
message User {
  string id = 1;
  int32 age = 2;
}
END
commit v3 2024-03-01T10:00:00Z
