#!/usr/bin/env python3
"""Commits and pushes for real: the hook for pre-commit, and ci/server-hook.sh in a bare repository.

usage: hooks.py --bw PATH [pre_commit|server]...

Status 77, which meson takes for skipped, when pre-commit is not installed and nothing else is asked for.
"""
import argparse
import os
import pathlib
import re
import shutil
import sys
import tempfile

from scratch import Scratch, find

TOP = pathlib.Path(__file__).resolve().parent.parent
ORDER = 'syntax = "proto3";\npackage acme.v1;\nmessage Order {\n  int64 total = 1;\n  string name = 2;\n}\n'


# ---- pre-commit ----

def pre_commit(t):
    program = find("pre-commit")
    if not program:
        print("SKIPPED: pre-commit is not installed")
        return False
    hooks = t.repository("hooks", {".pre-commit-hooks.yaml": (TOP / ".pre-commit-hooks.yaml").read_text()})
    revision = t.git(hooks, "rev-parse", "HEAD").strip()
    t.env["PRE_COMMIT_HOME"] = str(t.tmp / "pre-commit")
    config = f"repos:\n  - repo: {hooks}\n    rev: {revision}\n    hooks:\n      - id: breakwater\n"
    at = t.repository("committer", {".pre-commit-config.yaml": config, "README": "x\n"})
    commit = ["git", "commit", "-q", "-m", "x"]
    t.expect("pre-commit takes the manifest", t.run([program, "validate-manifest", hooks / ".pre-commit-hooks.yaml"], at), 0)
    t.expect("pre-commit installs", t.run([program, "install"], at), 0)
    t.write(at, {"README": "y\n"})
    t.git(at, "add", ".")
    t.expect("pre-commit: no contract yet", t.run(commit, at), 0, "Passed")
    t.write(at, {"a.proto": ORDER})
    t.git(at, "add", ".")
    t.expect("pre-commit: a first contract", t.run(commit, at), 0, "breakwater", "Passed")
    t.change(at / "a.proto", "int64 total", "sint64 total")
    t.write(at, {"README": "z\n"})
    t.git(at, "add", "README")
    t.expect("pre-commit: a break that is not staged", t.run(commit, at), 0, "Passed")
    t.git(at, "add", ".")
    t.expect("pre-commit: a break", t.run(commit, at), 1, "Failed", "a.proto:4:3: error: field 1 'total'", "[FIELD_SAME_TYPE]")
    t.git(at, "reset", "-q", "--hard")
    t.git(at, "rm", "-q", "a.proto")
    t.expect("pre-commit: nothing but a deletion", t.run(commit, at), 1, "Failed", "[FILE_NO_DELETE]")
    t.git(at, "reset", "-q", "--hard")
    worktree = t.tmp / "linked"
    t.git(at, "worktree", "add", "-q", worktree)
    t.change(worktree / "a.proto", "int64 total", "sint64 total")
    t.expect("pre-commit: in a linked worktree", t.run([*commit, "-a"], worktree), 1, "[FIELD_SAME_TYPE]")
    t.expect("pre-commit: run by hand", t.run([program, "run", "--all-files"], at), 0, "Passed")
    # What README tells to paste.
    block = re.search(r"```yaml\n(repos:\n.*?)```", (TOP / "README.md").read_text(), re.S).group(1)
    pasted = t.repository("pasted", {".pre-commit-config.yaml": block, "a.proto": ORDER})
    t.run([program, "install"], pasted)
    t.change(pasted / "a.proto", "int64 total", "sint64 total")
    t.expect("pre-commit: README's lines", t.run([*commit, "-a"], pasted), 1, "Failed", "[FIELD_SAME_TYPE]")
    return True


# ---- on a server ----

def server_of(t, name, hook, **config):
    bare = t.tmp / f"{name}.git"
    t.git(t.tmp, "init", "-q", "--bare", "-b", "main", bare)
    for key, values in config.items():
        for value in values.splitlines():
            t.git(bare, "config", "--add", key.replace("_", "."), value)
    shutil.copy(TOP / "ci/server-hook.sh", bare / "hooks" / hook)
    at = t.repository(name, {"a.proto": ORDER})
    t.git(at, "remote", "add", "origin", bare)
    return bare, at


def push(t, at, *args):
    return t.run(["git", "push", "-q", "origin", *args], at)


def server_pushes(t, name, hook, **config):
    """What each kind of push comes to, with the objects of a push loose or in a pack."""
    bare, at = server_of(t, name, hook, **config)
    head = lambda: t.git(bare, "rev-parse", "main").strip()  # noqa: E731
    t.expect(f"{name}: the first push", push(t, at, "main"), 0)
    t.write(at, {"b.proto": ORDER.replace("Order", "Other")})
    t.commit(at)
    t.expect(f"{name}: an addition", push(t, at, "main"), 0, absent=["refused"])
    accepted = head()
    t.holds(f"{name}: it is there", accepted == t.git(at, "rev-parse", "HEAD").strip())

    t.change(at / "a.proto", "int64 total", "sint64 total")
    t.commit(at)
    t.expect(f"{name}: a break", push(t, at, "main"), 1, "a.proto:4:3: error: field 1 'total'", "[FIELD_SAME_TYPE]", "main is refused",
             absent=["not here", "unknown revision"])
    t.holds(f"{name}: which is not there", head() == accepted)
    t.expect(f"{name}: a branch that nobody judges", push(t, at, "main:wip"), 0)
    t.git(at, "checkout", "-q", "-b", "release-1")
    got = push(t, at, "release-1")
    if "breakwater_branch" in config:
        t.expect(f"{name}: a new branch that is judged", got, 1, "[FIELD_SAME_TYPE]", "release-1 is refused")
    else:
        t.expect(f"{name}: a new branch that is not", got, 0)
    t.git(at, "checkout", "-q", "main")

    code, out, err = t.run([t.bw, "accept", "--all", "--reason", "nobody reads it", "HEAD~1"], at)
    t.holds(f"{name}: it is accepted", code == 0, err)
    t.commit(at)
    t.expect(f"{name}: a break on the record", push(t, at, "main"), 0, "1 finding accepted")
    t.write(at, {"a.proto": "message {"})
    t.commit(at)
    t.expect(f"{name}: what does not compile", push(t, at, "main"), 1, "main is refused")
    t.git(at, "reset", "-q", "--hard", "HEAD~1")
    t.expect(f"{name}: backwards, by force", push(t, at, "+HEAD~2:main"), 1, "[FIELD_SAME_TYPE]", "main is refused")
    t.expect(f"{name}: a tag", push(t, at, "HEAD:refs/tags/v1"), 0)
    t.expect(f"{name}: a deletion", push(t, at, ":wip"), 0)
    t.git(bare, "gc", "-q")
    t.git(at, "rm", "-q", "b.proto")
    t.git(at, "commit", "-q", "-m", "x")
    t.expect(f"{name}: a deleted contract", push(t, at, "main"), 1, "[FILE_NO_DELETE]")


def server_several(t):
    """Several branches in a push: pre-receive refuses all, update the one."""
    for hook, status in (("pre-receive", 1), ("update", 0)):
        bare, at = server_of(t, f"several-{hook}", hook)
        push(t, at, "main")
        t.git(at, "branch", "fine")
        t.change(at / "a.proto", "int64 total", "sint64 total")
        t.commit(at)
        t.expect(f"several, {hook}", push(t, at, "main", "fine"), 1, "main is refused")
        t.holds(f"several, {hook}: the other one", t.run(["git", "rev-parse", "-q", "--verify", "fine"], bare)[0] == status)


def server_without(t):
    """Without the program the answer is no."""
    bare, at = server_of(t, "without", "pre-receive")
    push(t, at, "main")
    t.write(at, {"README": "x"})
    t.commit(at)
    tools = t.tmp / "tools"
    tools.mkdir()
    for name in ("git", "sh", "git-receive-pack", "git-upload-pack"):
        if shutil.which(name):
            (tools / name).symlink_to(shutil.which(name))
    t.expect("server: no program", t.run(["git", "push", "origin", "main"], at, PATH=str(tools)), 1, "breakwater is not installed here")


def server(t):
    server_pushes(t, "loose", "pre-receive")
    server_pushes(t, "packed", "pre-receive", receive_unpackLimit="1", breakwater_branch="main\nrelease-?")
    server_pushes(t, "update", "update", breakwater_branch="main release-*")
    server_several(t)
    server_without(t)
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bw", required=True)
    parser.add_argument("parts", nargs="*")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        t = Scratch(tmp, args.bw)
        t.bw = os.path.abspath(args.bw)
        done = [{"pre_commit": pre_commit, "server": server}[x](t) for x in args.parts or ("pre_commit", "server")]
        return t.summary() if any(done) else 77


if __name__ == "__main__":
    sys.exit(main())
