#!/usr/bin/env python3
"""Checks that all commands over all kinds of inputs write, start and connect to nothing, and open no other file.

usage: read_only.py --bw PATH --plugin PATH

Each call runs under strace; where tracing is not allowed, only the repositories are compared before and after. Exit status 0 when
all pass.
"""
import argparse
import concurrent.futures
import os
import pathlib
import sys
import tarfile
import tempfile
import zipfile

import traced
from scratch import Scratch

OLD = 'syntax = "proto3";\npackage p;\nmessage A { int32 x = 1; }\n'
NEW = OLD.replace("int32", "string")
FORMATS = ("text", "line", "json", "markdown", "html", "sarif", "junit", "github", "gitlab", "checkstyle", "rdjson")
# What makes git write: logs of references, the index, packs.
CONFIG = {"core.logAllRefUpdates": "always", "gc.auto": "1", "core.untrackedCache": "true", "core.fsmonitor": "true",
          "fetch.writeCommitGraph": "true", "feature.manyFiles": "true", "maintenance.auto": "true"}


def build(scratch):
    """Repositories of all kinds, and the other kinds of input."""
    tmp = scratch.tmp
    first = scratch.repository("first", {"a.proto": OLD, "d/b.proto": 'syntax = "proto3";\npackage d;\n', "README": "x\n"})
    scratch.git(first, "tag", "-a", "-m", "one", "v1")
    scratch.git(first, "branch", "other")
    scratch.write(first, {"a.proto": NEW, "breakwater.yaml": "version: 1\nbase: v*\n", "breakwater.accepted.yaml": "version: 1\n"})
    scratch.commit(first)
    scratch.git(tmp, "clone", "-q", "--bare", "first", "bare.git")
    scratch.git(tmp, "clone", "-q", "bare.git", "clone")
    clone = tmp / "clone"
    scratch.git(clone, "checkout", "-q", "-b", "topic")
    scratch.git(clone, "branch", "-q", "-u", "origin/main")
    scratch.write(clone, {"a.proto": NEW + "message B {}\n"})
    scratch.git(clone, "stash", "-q")
    scratch.git(clone, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp / "bare.git"), "sub")
    scratch.commit(clone)
    scratch.git(clone, "repack", "-q", "-a", "-d")
    scratch.git(clone, "worktree", "add", "-q", "../linked", "main")
    scratch.write(clone, {"a.proto": OLD})
    for key, value in CONFIG.items():
        scratch.git(clone, "config", key, value)
    scratch.git(tmp, "clone", "-q", "--depth=1", f"file://{tmp}/bare.git", "shallow")
    scratch.git(tmp / "bare.git", "config", "uploadpack.allowFilter", "true")
    scratch.git(tmp, "clone", "-q", "--filter=blob:none", "--sparse", f"file://{tmp}/bare.git", "partial")
    os.utime(clone / "a.proto", (1, 1))  # the index has another time, so git would write it
    (tmp / "old").mkdir()
    scratch.write(tmp / "old", {"a.proto": OLD, "buf.yaml": "version: v2\n"})
    with tarfile.open(tmp / "old.tar.gz", "w:gz") as tar:
        tar.add(tmp / "old/a.proto", "a.proto")
    with zipfile.ZipFile(tmp / "old.zip", "w") as archive:
        archive.writestr("a.proto", OLD)
    return clone


def forget_logs(at):
    """libgit2 creates the logs of references that it reads."""
    for path in sorted(at.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    at.rmdir()


def calls(scratch, bw, plugin):
    """The calls: a folder, the command line, and standard input."""
    tmp = scratch.tmp
    clone = tmp / "clone"
    image = scratch.run([bw, "build", "-o", "-", "main"], clone)[1]
    (tmp / "old.binpb").write_bytes(image)
    for args in ((), ("main",), ("v1", "main"), ("v1..main",), ("v1...main",), ("--merge-base", "main"), ("--staged",), ("--staged", "v1"),
                 ("--staged", "--merge-base", "main"), ("main@{0}",), ("main@{1}",), ("main@{1}", "main"), ("@{-1}",), ("@{u}",), ("@{push}",),
                 ("HEAD@{1.hour.ago}",), ("other@{yesterday}",), ("stash@{0}",), ("stash^",), (":/change",), ("HEAD^{/change}",), ("v1^{tree}",),
                 ("origin/HEAD",), ("FETCH_HEAD",), ("nosuch",), ("main:d", "topic:d"), ("worktree:", "index:"), ("index:",), ("dir:.", "dir:../old"),
                 ("dir:../old",), ("set:../old.binpb", "main"), ("set:-", "main"), ("--full", "v1", "main"), ("--jobs", "4", "--full", "v1"),
                 ("--config", "breakwater.yaml", "v1"), ("--root", "d", "v1"), ("--path", "d", "v1"), ("--strict-imports", "v1"), ("-C", "sub", "v1"),
                 ("-C", "d", "v1"), ("--timings", "v1"), ("--show-accepted", "v1"), ("--nosuch",)):
        yield clone, (bw, "check", *args), image
    for name in FORMATS:
        yield clone, (bw, "check", "--format", name, "v1"), b""
    for args in (("build", "-o", "-"), ("build", "-o", "/dev/null", "worktree:"), ("build", "-o", "-", "index:"), ("build", "-o", "-", "main@{1}"),
                 ("build", "-o", "-", "dir:../old"), ("build", "-o", "-", "set:../old.binpb"), ("accept",), ("accept", "v1", "main"), ("fix",), ("fix", "--reserve", "v1", "main"),
                 ("accept", "0123456789abcdef"), ("rules",), ("rules", "--format", "json"), ("explain", "FIELD_SAME_TYPE"), ("debug", "tokens", "main"),
                 ("debug", "schema", "worktree:"), ("debug", "pairs", "v1", "index:"), ("completion", "bash"), ("completion", "zsh"),
                 ("completion", "fish"), ("help",), ("help", "check"), ("--version",), ("nosuch",), ()):
        yield clone, (bw, *args), b""
    for against in (".git#branch=main", ".git#tag=v1", ".git#ref=HEAD~1,subdir=d", "../bare.git#branch=main", "../old", "../old.tar.gz", "../old.zip",
                    "../old.binpb", "https://example.invalid/a.git", "ssh://example.invalid/a.git", "buf.build/acme/a"):
        yield clone, (bw, "breaking", "--against", against), b""
    for folder in ("bare.git", "linked", "shallow", "partial", "clone/sub", "old", "first"):
        for args in (("check", "HEAD~1", "HEAD"), ("check",), ("check", "--staged"), ("check", "main@{1}"), ("build", "-o", "-"), ("accept",)):
            yield tmp / folder, (bw, *args), b""
    for parameter in (b"against=main", b"against=v1", b"against=main@{1}", b"against=dir:../old", b"against=set:../old.binpb"):
        yield clone, (plugin,), b"\x12" + bytes([len(parameter)]) + parameter


def snapshot(top):
    kept = {}
    for path in top.rglob("*"):
        st = path.lstat()
        kept[str(path)] = st.st_mode, st.st_size, st.st_mtime_ns, st.st_ctime_ns, st.st_ino
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bw", default="build/src/cli/breakwater")
    parser.add_argument("--plugin", default="build/src/plugin/protoc-gen-breakwater")
    args = parser.parse_args()
    bw, plugin = os.path.abspath(args.bw), os.path.abspath(args.plugin)
    traces = traced.possible()
    if not traces:
        print("skipped: strace cannot trace here; only what lies in the repositories is compared")
    with tempfile.TemporaryDirectory(prefix="read-only-") as tmp:
        scratch = Scratch(tmp)
        scratch.env["GIT_CEILING_DIRECTORIES"] = str(scratch.tmp.parent)
        clone = build(scratch)
        every = list(calls(scratch, bw, plugin))
        for logs in (True, False):
            if not logs:
                forget_logs(clone / ".git/logs")
                every = [call for call in every if any("@{" in str(word) for word in call[1])]
            before = snapshot(scratch.tmp)

            def run(call):
                at, command, stdin = call
                if not traces:
                    return (*scratch.run(command, at, stdin), [])
                return traced.run(command, at, scratch.env, [bw, plugin, scratch.tmp], stdin)

            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                for call, done in zip(every, pool.map(run, every)):
                    words = " ".join(map(str, call[1][1:])) + f" in {pathlib.Path(call[0]).name}"
                    scratch.holds(f"{words} ends", done and done[0] in (0, 1, 2, 100), done and done[0])
                    scratch.holds(f"{words} only looks", not done or not done[3], done and "\n".join(done[3]))
            after = snapshot(scratch.tmp)
            scratch.holds("nothing is written", before == after, "\n".join(sorted(str(x) for x in before.items() ^ after.items())[:10]))
        return scratch.summary()


if __name__ == "__main__":
    sys.exit(main())
