#!/usr/bin/env python3
"""Commits and pushes with the hook for pre-commit, the hooks of `init --hook`, and ci/server-hook.sh in a bare repository.

usage: hooks.py --bw PATH [pre_commit|git|server]...

Status 77, which meson takes for skipped, when pre-commit is not installed and nothing else is asked for.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

from scratch import Scratch, find

TOP = pathlib.Path(__file__).resolve().parents[2]
ORDER = 'syntax = "proto3";\npackage acme.v1;\nmessage Order {\n  int64 total = 1;\n  string name = 2;\n}\n'


# ---- pre-commit ----

def pre_commit_ranges(t, program, at):
    """A pipeline that runs pre-commit, where nothing is staged."""
    run = [program, "run", "--verbose"]
    base = t.git(at, "rev-parse", "HEAD").strip()
    t.git(at, "checkout", "-q", "-b", "break")
    t.change(at / "a.proto", "int64 total", "sint64 total")
    t.git(at, "commit", "-q", "-a", "--no-verify", "-m", "break")
    t.write(at, {"README": "after\n"})
    t.git(at, "commit", "-q", "-a", "--no-verify", "-m", "after")
    ranges = lambda a, b: [*run, "--from-ref", a, "--to-ref", b]  # noqa: E731
    t.expect("pre-commit: a range that breaks", t.run(ranges("main", "HEAD"), at), 1, "[FIELD_SAME_TYPE]", "PRE_COMMIT_FROM_REF is main")
    t.expect("pre-commit: a range after it", t.run(ranges("HEAD~1", "HEAD"), at), 0, "HEAD~1", absent=["FIELD_SAME_TYPE"])
    t.expect("pre-commit: a range before it", t.run(ranges(base, base), at), 0)
    t.expect("pre-commit: all files, of a branch", t.run([*run, "--all-files"], at), 1, "[FIELD_SAME_TYPE]")
    event = t.tmp / "event.json"
    event.write_text(json.dumps({"ref": "refs/heads/main", "before": base, "repository": {"default_branch": "main"}}))
    env = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(event), "CI": "true"}
    t.expect("pre-commit: all files, in a pipeline", t.run([*run, "--all-files"], at, **env), 1, "the state of 'main' before the push")
    t.git(at, "checkout", "-q", "-B", "main")
    t.expect("pre-commit: all files, where nothing can be compared", t.run([*run, "--all-files"], at, CI="true"), 0,
             "warning: nothing was compared")
    t.git(at, "reset", "-q", "--hard", base)


def pre_commit_pushes(t, program, config):
    bare = t.tmp / "pre-commit.git"
    files = {".pre-commit-config.yaml": config, "a.proto": ORDER, "b.proto": ORDER.replace("Order", "Bill")}
    t.git(t.tmp, "clone", "-q", "--bare", t.repository("pre-commit-origin", files), bare)
    at = t.tmp / "pre-commit-clone"
    t.git(t.tmp, "clone", "-q", f"file://{bare}", at)
    t.expect("pre-commit: three hooks", t.run([program, "install", "-t", "pre-commit", "-t", "pre-merge-commit", "-t", "pre-push"], at), 0)
    t.git(at, "checkout", "-q", "-b", "topic")
    t.write(at, {"new.proto": NEW})
    t.git(at, "add", "-A")
    t.expect("pre-commit: something new", commit(t, at), 0, "Passed")
    t.expect("pre-commit: a push", push(t, at, "topic"), 0)
    t.change(at / "new.proto", "int64 size", "string size")
    t.expect("pre-commit: what the branch began may change", commit(t, at), 0, "Passed")
    t.expect("pre-commit: and be pushed", push(t, at, "topic"), 0)
    t.change(at / "a.proto", "int64 total", "sint64 total")
    commit(t, at, "--no-verify")
    t.expect("pre-commit: amending what breaks", commit(t, at, "--amend"), 1, "[FIELD_SAME_TYPE]")
    t.expect("pre-commit: a push of a break", push(t, at, "topic"), 1, "[FIELD_SAME_TYPE]", absent=["'size'"])
    t.expect("pre-commit: a push of a break to main", push(t, at, "topic:main"), 1, "the state of 'main' before the push")
    t.expect("pre-commit: a push of a break to a new branch", push(t, at, "topic:newer"), 1, "[FIELD_SAME_TYPE]")
    t.git(at, "checkout", "-q", "main")
    t.expect("pre-commit: merge --no-ff", t.run(["git", "merge", "-q", "--no-ff", "-m", "x", "topic"], at), 1, "[FIELD_SAME_TYPE]")



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
    pre_commit_ranges(t, program, at)
    pre_commit_pushes(t, program, config)
    # README's example.
    block = re.search(r"```yaml\n(repos:\n.*?)```", (TOP / "README.md").read_text(), re.S).group(1)
    pasted = t.repository("pasted", {".pre-commit-config.yaml": block, "a.proto": ORDER})
    t.run([program, "install"], pasted)
    t.change(pasted / "a.proto", "int64 total", "sint64 total")
    t.expect("pre-commit: README's lines", t.run([*commit, "-a"], pasted), 1, "Failed", "[FIELD_SAME_TYPE]")
    return True


# ---- git's own hooks ----

NEW = 'syntax = "proto3";\npackage acme.v1;\nmessage New {\n  int64 size = 1;\n}\n'


def cloned(t, name, **config):
    """A shared repository, and a clone of it with the hooks."""
    bare = t.tmp / f"{name}.git"
    t.git(t.tmp, "clone", "-q", "--bare", t.repository(f"{name}-origin", {"a.proto": ORDER, "b.proto": ORDER.replace("Order", "Bill")}), bare)
    at = t.tmp / name
    t.git(t.tmp, "clone", "-q", f"file://{bare}", at)
    for key, value in config.items():
        t.git(at, "config", key.replace("_", "."), value)
    t.expect(f"{name}: the hooks", t.run([t.bw, "init", "--hook"], at), 0, "pre-commit", "pre-merge-commit", "pre-push")
    t.git(at, "add", "-A")
    t.git(at, "commit", "-q", "-m", "configuration")
    return bare, at


def commit(t, at, *more, **env):
    return t.run(["git", "commit", "-q", "-a", "-m", "x", *more], at, **env)


def git_commits(t, what, at, breaks):
    """Allowed and refused changes, on main and on a branch."""
    order, new = at / "a.proto", at / "new.proto"
    t.write(at, {"new.proto": NEW})
    t.git(at, "add", "-A")
    t.expect(f"{what}: a new contract", commit(t, at), 0)
    t.change(new, "int64 size", "string size")
    t.expect(f"{what}: it may still change", commit(t, at), 0)
    t.expect(f"{what}: and go away", t.run(["git", "rm", "-q", "new.proto"], at), 0)
    t.expect(f"{what}: it is gone", commit(t, at), 0)
    t.change(order, "int64 total", "sint64 total")
    t.expect(f"{what}: a break", commit(t, at), 1, "[FIELD_SAME_TYPE]", "comparing with")
    t.expect(f"{what}: accept finds it", t.run([t.bw, "accept", "--staged", "--merge-base", "--all", "--reason", "x"], at), 0)
    t.run(["git", "checkout", "-q", "breakwater.accepted.yaml"], at)
    (at / "breakwater.accepted.yaml").unlink(missing_ok=True)
    t.expect(f"{what}: of one file alone", t.run(["git", "commit", "-q", "-m", "x", "a.proto"], at), 1, "[FIELD_SAME_TYPE]")
    t.expect(f"{what}: a break, by force", commit(t, at, "--no-verify"), 0)
    t.write(at, {"README": what})
    t.git(at, "add", "README")
    t.expect(f"{what}: amending what breaks", commit(t, at, "--amend"), breaks, absent=[] if breaks else ["FIELD_SAME_TYPE"])
    t.expect(f"{what}: a commit after one that breaks", commit(t, at, "--allow-empty"), breaks)
    t.git(at, "reset", "-q")
    t.change(order, "sint64 total", "int64 total")
    if breaks:
        t.expect(f"{what}: amending the break away", commit(t, at, "--amend", "--allow-empty"), 0, absent=["FIELD_SAME_TYPE"])


def git_merges(t, bare, at):
    t.git(at, "checkout", "-q", "-b", "topic", "origin/main")
    t.change(at / "a.proto", "int64 total", "sint64 total")
    t.expect("merge: a topic that breaks, by force", commit(t, at, "--no-verify"), 0)
    t.git(at, "checkout", "-q", "-b", "trunk", "origin/main")
    t.write(at, {"README": "trunk\n"})
    t.git(at, "add", "-A")
    t.expect("merge: another commit", commit(t, at), 0)
    t.expect("merge --no-ff of what breaks", t.run(["git", "merge", "-q", "--no-ff", "-m", "x", "topic"], at), 1, "[FIELD_SAME_TYPE]")
    t.git(at, "merge", "--abort")
    # Others publish a break; merging it is not a break of this branch.
    other = t.tmp / "other"
    t.git(t.tmp, "clone", "-q", f"file://{bare}", other)
    t.change(other / "b.proto", "string name", "bytes name")
    t.write(other, {"README": "others\n"})
    t.commit(other)
    t.git(other, "push", "-q", "origin", "main")
    t.git(at, "fetch", "-q")
    t.expect("merge: what others published, in conflict", t.run(["git", "merge", "-q", "-m", "x", "origin/main"], at), 1, "CONFLICT",
             absent=["FIELD_SAME_TYPE"])
    t.write(at, {"README": "both\n"})
    t.expect("merge: the conflict is solved", commit(t, at), 0, absent=["FIELD_SAME_TYPE"])
    t.git(at, "reset", "-q", "--hard", "HEAD~2")
    t.write(at, {"OTHER": "x\n"})
    t.git(at, "add", "-A")
    commit(t, at)
    t.expect("merge: what others published", t.run(["git", "merge", "-q", "--no-ff", "-m", "x", "origin/main"], at), 0,
             absent=["FIELD_SAME_TYPE"])
    t.git(at, "checkout", "-q", "topic")
    t.expect("rebase: what others published", t.run(["git", "rebase", "-q", "origin/main"], at), 0)
    t.expect("rebase: amending what breaks", t.run(["git", "commit", "-q", "--amend", "-m", "y"], at), 1, "'total'", absent=["'name'"])


def git_pushes(t, bare, at):
    t.git(at, "checkout", "-q", "-b", "pushed", "origin/main")
    t.write(at, {"new.proto": NEW})
    t.git(at, "add", "-A")
    commit(t, at)
    t.expect("push: a new branch", push(t, at, "pushed"), 0, absent=["FIELD_SAME_TYPE"])
    t.change(at / "new.proto", "int64 size", "string size")
    commit(t, at)
    t.expect("push: what the branch began may change", push(t, at, "pushed"), 0, absent=["FIELD_SAME_TYPE"])
    t.change(at / "a.proto", "int64 total", "sint64 total")
    commit(t, at, "--no-verify")
    t.expect("push: a break", push(t, at, "pushed"), 1, "[FIELD_SAME_TYPE]", "'total'", absent=["'size'"])
    t.expect("push: a break to the default branch", push(t, at, "pushed:main"), 1, "[FIELD_SAME_TYPE]", "the state of 'main' before the push")
    t.expect("push: one of several", push(t, at, "HEAD~1:refs/heads/fine", "pushed:refs/heads/bad"), 1, "[FIELD_SAME_TYPE]")
    t.expect("push: past the hook", push(t, at, "--no-verify", "pushed:bad"), 0)
    t.expect("push: a tag", push(t, at, "HEAD:refs/tags/v1"), 0, absent=["FIELD_SAME_TYPE"])
    t.expect("push: a deletion", push(t, at, ":bad"), 0, absent=["comparing with"])
    t.expect("push: what is fine, to the default branch", push(t, at, "HEAD~1:main"), 0, "the state of 'main' before the push")
    t.change(at / "new.proto", "string size", "bytes size")
    t.change(at / "a.proto", "sint64 total", "int64 total")
    commit(t, at, "--no-verify")
    t.expect("push: what is published may not change any more", push(t, at, "pushed:main"), 1, "'size'")
    t.expect("push: backwards, by force", push(t, at, "+HEAD~3:main"), 1, "'size'")
    t.expect("push: by a revision's name", push(t, at, "HEAD^{/x}:refs/heads/named"), 1, "'size'")
    empty = t.tmp / "empty.git"
    t.git(t.tmp, "init", "-q", "--bare", empty)
    t.git(at, "remote", "add", "empty", empty)
    t.expect("push: to an empty remote", t.run(["git", "push", "-q", "empty", "HEAD~2:refs/heads/main"], at), 0, absent=["FIELD_SAME_TYPE"])


def git_without_a_remote(t):
    at = t.tmp / "local"
    at.mkdir()
    t.git(at, "init", "-q", "-b", "main")
    t.run([t.bw, "init", "--hook"], at)
    t.git(at, "add", "-A")
    t.expect("no remote: a first commit without a contract", commit(t, at), 0)
    t.write(at, {"a.proto": ORDER})
    t.git(at, "add", "-A")
    t.expect("no remote: a first contract", commit(t, at), 0)
    t.change(at / "a.proto", "int64 total", "sint64 total")
    t.expect("no remote: a break on main", commit(t, at), 1, "[FIELD_SAME_TYPE]")
    t.git(at, "checkout", "-q", "-b", "topic")
    t.expect("no remote: a break on a branch", commit(t, at), 1, "[FIELD_SAME_TYPE]")
    commit(t, at, "--no-verify")
    t.expect("no remote: amending what breaks", commit(t, at, "--amend"), 1, "[FIELD_SAME_TYPE]")
    t.git(at, "checkout", "-q", "main")
    t.expect("no remote: merge --no-ff", t.run(["git", "merge", "-q", "--no-ff", "-m", "x", "topic"], at), 1, "[FIELD_SAME_TYPE]")
    t.git(at, "reset", "-q", "--hard")
    t.git(at, "checkout", "-q", "--orphan", "pages")
    t.expect("no remote: a branch of its own", commit(t, at), 0)
    t.expect("no remote: its second commit", commit(t, at, "--allow-empty"), 0, "no commit in common")
    t.change(at / "a.proto", "int64 total", "sint64 total")
    t.expect("no remote: a break in its history", commit(t, at), 1, "[FIELD_SAME_TYPE]")
    t.git(at, "reset", "-q", "--hard")
    t.git(at, "checkout", "-q", "main")
    bare = t.tmp / "fresh.git"
    t.git(t.tmp, "init", "-q", "--bare", bare)
    t.git(at, "remote", "add", "origin", bare)
    t.expect("a remote that has nothing yet: a commit", commit(t, at, "--allow-empty"), 0)
    t.expect("a remote that has nothing yet: the first push", push(t, at, "-u", "main"), 0, "comparing with nothing")
    t.expect("a remote without a HEAD: a commit", commit(t, at, "--allow-empty"), 0)
    t.expect("a remote without a HEAD: a push", push(t, at, "main"), 0, "the state of 'main' before the push")


def git(t):
    bare, at = cloned(t, "own")
    git_commits(t, "on main, with a remote", at, 1)
    t.git(at, "reset", "-q", "--hard", "origin/main")
    t.git(at, "checkout", "-q", "-b", "feature")
    git_commits(t, "on a branch", at, 1)
    t.git(at, "reset", "-q", "--hard", "origin/main")
    worktree = t.tmp / "own-linked"
    t.git(at, "worktree", "add", "-q", "-b", "linked", worktree, "origin/main")
    git_commits(t, "in a linked worktree", worktree, 1)
    git_merges(t, bare, at)
    git_pushes(t, bare, at)
    bare, at = cloned(t, "path", core_hooksPath=".githooks")
    git_commits(t, "with core.hooksPath", at, 1)
    git_without_a_remote(t)
    # The repository has hooks already.
    at = t.repository("others-hooks", {"a.proto": ORDER})
    lfs = at / ".git/hooks/pre-push"
    lfs.write_text("#!/bin/sh\nexec git lfs pre-push\n")
    t.expect("a hook that is there is left", t.run([t.bw, "init", "--hook"], at), 0, "wrote .git/hooks/pre-commit",
             "wrote .git/hooks/pre-merge-commit", "left .git/hooks/pre-push", "PRE_COMMIT_TO_REF")
    t.holds("as it was", "lfs" in lfs.read_text())
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
    """Each kind of push, with its objects loose or in a pack."""
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
             absent=["is missing", "unknown revision"])
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
    """Without the program the push is refused."""
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
        done = [{"pre_commit": pre_commit, "git": git, "server": server}[x](t) for x in args.parts or ("pre_commit", "git", "server")]
        return t.summary() if any(done) else 77


if __name__ == "__main__":
    sys.exit(main())
