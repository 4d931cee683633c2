#!/usr/bin/env python3
"""Puts unreadable things where the program reads: it must exit 2 quickly and name what and why.

usage: unreadable.py --bw PATH [PART...]

Folders and files that a user may not read (as another user if this one is root), FIFOs, devices, sockets, links and folders
in place of contracts, configuration and git's own files, and damaged indexes. Exit status 0 when all pass.
"""
import argparse
import hashlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

from scratch import Scratch

OLD = 'syntax = "proto3";\npackage p;\nmessage A { int32 x = 1; }\n'
NEW = OLD.replace("int32", "string")
OTHER = 'syntax = "proto3";\npackage q;\nmessage B { int32 y = 1; }\n'
NOBODY = 65534
SECONDS = 20


class Cases:
    def __init__(self, program, tmp):
        self.program, self.scratch, self.n = program, Scratch(tmp), 0
        self.failed, self.skipped = [], 0

    def repository(self):
        self.n += 1
        at = self.scratch.repository(f"r{self.n}", {"a.proto": OLD, "d/b.proto": OTHER, "d/buf.yaml": "version: v1\n"})
        self.scratch.git(at, "tag", "base")
        return at

    def run(self, args, at, user=None, stdin=b"", env=None):
        """Status (None after a timeout), standard output and standard error."""
        switch = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        try:
            done = subprocess.run([*switch, self.program, *args], cwd=at, env={**self.scratch.env, **(env or {})}, input=stdin,
                                  capture_output=True, timeout=SECONDS, preexec_fn=limit)
        except subprocess.TimeoutExpired:
            return None, "", "it did not end"
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def want(self, name, args, at, status=2, says="", **how):
        got, out, err = self.run(args, at, **how)
        said = out + err if status == 1 else err
        if got != status or says not in said or (status == 2 and "error:" not in err):
            self.failed.append(name)
            print(f"FAIL {name}: {' '.join(map(str, args))}\n  status {got}, not {status} saying {says!r}\n  {out[:300]}{err[:500]}")
        else:
            self.scratch.passed += 1

    def as_user(self, at):
        """A user who may not read everything; None if there is none here."""
        if os.geteuid():
            return 0
        for folder in (at, *at.rglob("*")):
            os.lchown(folder, NOBODY, NOBODY)
        os.chmod(self.scratch.tmp, 0o755)
        try:
            done = self.run(["--version"], at, NOBODY)
        except OSError:
            return None
        return NOBODY if done[0] == 0 else None


def limit():
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def put(kind, path):
    """Makes something other than a file at a path."""
    path = pathlib.Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()
    path.parent.mkdir(exist_ok=True)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        here = os.getcwd()
        os.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(path.name)
        os.chdir(here)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "node":
        os.mknod(path, 0o20666, os.makedev(1, 5))
    elif kind == "out":
        path.symlink_to("/etc/passwd")
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "dangles":
        path.symlink_to("nothing-there")


def forbidden(cases):
    """Folders and files without permission."""
    for mode in (0o400, 0o000, 0o200):
        at = cases.repository()
        cases.scratch.write(at, {"d/b.proto": OTHER.replace("int32", "string")})
        user = cases.as_user(at)
        if user is None:
            print("SKIP forbidden: there is no other user to be (setpriv)")
            cases.skipped += 1
            return
        cases.want("readable", ["check", "--use", "WIRE", "base"], at, 1, user=user)
        (at / "d").chmod(mode)
        name = f"folder {mode:o} "
        for args in (["check", "--use", "WIRE", "base"], ["check", "--use", "WIRE", "worktree:", "base"], ["check", "base"],
                     ["check", "dir:.", "base"], ["check", "base", "dir:."], ["build", "-o", os.devnull],
                     ["build", "dir:.", "-o", os.devnull], ["debug", "schema"],
                     ["accept", "--all", "--reason", "x", "base"]):
            cases.want(name + " ".join(args), args, at, user=user, says="Permission denied")
        cases.want(name + "breaking", ["breaking", ".", "--against", ".git#branch=main"], at, 1, user=user, says="Permission denied")
        cases.want(name + "revisions", ["check", "base", "HEAD"], at, 0, user=user)
        (at / "d").chmod(0o755)
    for path, text in (("breakwater.yaml", "version: 1\nuse: [WIRE]\n"), ("buf.yaml", "version: v1\n"), (".gitignore", "x\n"), (".gitattributes", "x text\n"),
                       ("buf.work.yaml", "version: v1\ndirectories: [d]\n"),
                       ("breakwater.accepted.yaml", "version: 1\naccepted: []\n"), ("d/buf.yaml", "version: v1\n"),
                       (".git/info/exclude", "x\n"), (".git/index", None),
                       (".git/packed-refs", None), ("d/b.proto", None)):
        at = cases.repository()
        cases.scratch.git(at, "pack-refs", "--all")
        cases.scratch.write(at, {"d/b.proto": OTHER.replace("int32", "string"), **({path: text} if text else {})})
        user = cases.as_user(at)
        (at / path).chmod(0)
        cases.want(f"file {path}", ["check", "base"], at, user=user, says="Permission denied")


def special(cases):
    """A contract of the base that is not a file any more."""
    for kind in ("fifo", "folder", "socket", "device", "node", "out", "loop", "dangles"):
        if kind == "node" and os.geteuid():
            continue
        at = cases.repository()
        put(kind, at / "a.proto")
        for side in ("worktree:", "dir:."):
            cases.want(f"{kind} {side}", ["check", "--use", "WIRE", "base", side], at, says="'a.proto'" if side == "worktree:" else "a.proto'")
            cases.want(f"{kind} {side} FILE", ["check", "base", side], at, 1, says="a.proto")
            cases.want(f"{kind} {side} package", ["check", "--use", "PACKAGE", "base", side], at, 1)
        if kind in ("out", "loop", "dangles", "device"):
            cases.scratch.git(at, "add", "a.proto")
            cases.want(f"{kind} staged", ["check", "--use", "WIRE", "--staged", "base"], at, says="index:a.proto")
            cases.scratch.git(at, "commit", "-qm", "x")
            cases.want(f"{kind} committed", ["check", "--use", "WIRE", "base", "HEAD"], at, says="HEAD:a.proto")
        if kind in ("fifo", "socket", "node"):
            cases.want(f"{kind} old", ["check", "worktree:", "base"], at, says="a.proto")


def configured(cases):
    """Configuration that is not a file."""
    for path in ("breakwater.yaml", "buf.yaml", "buf.work.yaml", "breakwater.accepted.yaml", "d/buf.yaml", "d/breakwater.yaml", ".gitignore",
                 ".git/info/exclude"):
        for kind in ("fifo", "socket", "folder", "out", "loop"):
            if path.endswith((".gitignore", "exclude")) and kind not in ("fifo", "socket"):
                continue
            at = cases.repository()
            cases.scratch.write(at, {"d/b.proto": OTHER.replace("int32", "string")})
            cases.want(f"{kind} control {path}", ["check", "base"], at, 1)
            put(kind, at / path)
            cases.want(f"{kind} {path}", ["check", "base"], at)
            if not path.startswith(".git"):
                cases.want(f"{kind} {path} dir", ["check", "base", "dir:."], at)


def summed(body):
    return body + hashlib.sha1(body).digest()


def indexes(cases):
    """A damaged or missing index."""
    at = cases.repository()
    cases.scratch.write(at, {"a.proto": NEW})
    cases.scratch.git(at, "add", "-A")
    index = at / ".git/index"
    good = index.read_bytes()
    body = good[:-20]
    a, b = body.find(b"a.proto") - 62, body.find(b"d/b.proto") - 62
    c = body.find(b"d/buf.yaml") - 62
    first, second = body[a:b], body[b:c]
    modes = {f"mode {mode.hex()}": summed(body.replace(bytes.fromhex("000081a4"), mode, 1))
             for mode in (b"\0\0\x01\xa4", b"\0\0\xc1\xa4", b"\0\0\xff\xa4", b"\0\0\x21\xa4", b"\x01\0\x81\xa4")}
    damaged = {**modes, "no bytes": b"", "header alone": body[:12], "wrong sum": good[:-1] + bytes([good[-1] ^ 1]),
               "flipped": good[:a + 24] + b"\0\0\x01\xa4" + good[a + 28:], "cut": good[:-30], "cut and summed": summed(body[:-10]),
               "cut entry": summed(body[:b]), "more": good + b"x" * 30, "version": summed(body[:7] + b"\x09" + body[8:]),
               "unsorted": summed(body[:a] + second + first + body[c:]), "twice": summed(body[:11] + b"\x04" + body[12:b] + first + body[b:]),
               "many": summed(body[:8] + b"\x7f" + body[9:]), "no magic": b"X" + good[1:], "zeros": bytes(len(good)),
               "required": summed(body + b"what\0\0\0\0"), "loose end": summed(body + b"xyz")}
    cases.want("index", ["check", "--use", "WIRE", "--staged", "base"], at, 1)
    for name, data in damaged.items():
        index.write_bytes(data)
        for args in (["--staged", "base"], ["base", "index:"], ["base", "worktree:"], ["base"]):
            cases.want(f"index {name}", ["check", "--use", "WIRE", *args], at, says="index")
        cases.want(f"index {name} revisions", ["check", "base", "HEAD"], at, 0)
    index.write_bytes(body + bytes(20))  # index.skipHash
    cases.want("index without a sum", ["check", "--use", "WIRE", "--staged", "base"], at, 1)
    for kind in ("fifo", "folder", "socket", "device", "loop"):
        put(kind, index)
        for args in (["--staged", "base"], ["base"]):
            cases.want(f"index {kind}", ["check", "--use", "WIRE", *args], at, says="index")
        cases.want(f"index {kind} revisions", ["check", "base", "HEAD"], at, 0)


# Files of git, and a call that needs them.
OWN_FILES = ((".git/config", ["check", "base"]), (".git/HEAD", ["check", "HEAD"]), (".git/packed-refs", ["check", "base"]),
             (".git/refs/tags/base", ["check", "base"]), (".git/shallow", ["check", "base"]), (".git/commondir", ["check", "base"]),
             (".git/MERGE_HEAD", ["check", "--staged", "--merge-base", "base"]), (".git/included", ["check", "base"]),
             (".git/info/attributes", ["check", "base"]),
             (".git/logs/HEAD", ["check", "HEAD@{1}"]), (".git/deep/er", ["check", "base"]))


def with_own_file(cases, path):
    at = cases.repository()
    cases.scratch.write(at, {"a.proto": NEW})
    if path in (".git/included", ".git/deep/er"):
        with open(at / ".git/config", "a") as config:
            config.write('[core] x = y\n[INCLUDE "x"]\n\tpath = included ; "here"\n[includeIf "gitdir:**"] path = "deep/er"\n')
    return at


def own_files(cases):
    for path, args in OWN_FILES:
        for kind in ("fifo", "socket", "device"):
            if path.endswith("refs/tags/base") and kind == "device":
                continue  # a link that is no name of a reference
            at = with_own_file(cases, path)
            if path.endswith("packed-refs"):
                cases.scratch.git(at, "pack-refs", "--all")
            put(kind, at / path)
            for more in (args, ["build", "-o", os.devnull]) if path.endswith(("config", "included", "er")) else (args,):
                cases.want(f"{kind} {path}", more, at, says="regular file" if kind != "device" or not path.startswith((".gita", ".git/HEAD")) else "")
        at = with_own_file(cases, path)
        put("fifo", at / path)
        (at / path).unlink()
        with open(at / path, "wb") as large:
            large.truncate(3 << 30)
        if path != ".gitattributes":
            cases.want(f"large {path}", args, at)
    for path in (".git/config", ".git/MERGE_HEAD", ".git/shallow", ".git/HEAD", ".git/included"):
        at = with_own_file(cases, path)
        cases.scratch.write(at, {path: (at / path).read_text() if (at / path).exists() else ""})
        user = cases.as_user(at)
        if user is None:
            return
        (at / path).chmod(0)
        args = dict(OWN_FILES)[path]
        cases.want(f"forbidden {path}", args, at, user=user, says="Permission denied")
    at = with_own_file(cases, ".git/config.worktree")
    cases.scratch.git(at, "config", "extensions.worktreeConfig", "true")
    cases.want("no config.worktree", ["check", "base"], at, 1)
    for kind in ("loop", "fifo", "folder"):
        put(kind, at / ".git/config.worktree")
        cases.want(f"{kind} config.worktree", ["check", "base"], at, says="config.worktree")
    at = cases.repository()
    linked = at.parent / f"{at.name}-linked"
    cases.scratch.git(at, "worktree", "add", "-q", linked)
    cases.scratch.write(linked, {"a.proto": NEW})
    cases.want("linked", ["check", "base"], linked, 1)
    for name in ("commondir", "gitdir"):
        own = at / ".git/worktrees" / linked.name / name
        kept = own.read_bytes()
        put("fifo", own)
        cases.want(f"fifo {name}", ["check", "base"], linked, says="regular file")
        own.unlink()
        own.write_bytes(kept)


def inputs(cases):
    """Files that the command line names, to read and to write."""
    at = cases.repository()
    cases.scratch.write(at, {"a.proto": NEW})
    os.mkfifo(at / "fifo")
    (at / "zero").symlink_to("/dev/zero")
    with open(at / "large", "wb") as large:
        large.truncate(3 << 30)
    for path in ("fifo", "zero", "/dev/zero", "large", "d"):
        cases.want(f"set {path}", ["check", f"set:{path}", "dir:."], at)
        cases.want(f"config {path}", ["check", "--config", path, "base"], at)
        cases.want(f"archive {path}", ["breaking", f"{path}#format=tar", "--against", "."], at, 1, says="cannot" if path != "d" else "")
        cases.want(f"image {path}", ["breaking", f"{path}#format=binpb", "--against", "."], at, 1, says="")
        if path != "d":
            cases.want(f"event {path}", ["check"], at, env={"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request",
                                                            "GITHUB_EVENT_PATH": path})
    code, made, _ = cases.run(["build", "-o", "set.binpb", "base"], at)
    image = (at / "set.binpb").read_bytes()
    cases.want("standard input", ["check", "set:-", "worktree:"], at, 1, stdin=image)
    cases.want("/dev/stdin", ["check", "set:/dev/stdin", "worktree:"], at, 1, stdin=image)
    for shell in ('{0} check set:<(cat set.binpb) worktree:', '{0} check --config <(echo "version: 1") base',
                  'cat set.binpb | {0} check set:/dev/fd/0 worktree:'):
        done = subprocess.run(["bash", "-c", shell.format(cases.program)], cwd=at, env=cases.scratch.env, capture_output=True, timeout=SECONDS)
        cases.scratch.passed += done.returncode == 1
        if done.returncode != 1:
            cases.failed.append(shell)
            print("FAIL", shell, done)
    for path in ("d", "nowhere/x", "/dev/full", "fifo", "zero/x", "/proc/none"):
        cases.want(f"output {path}", ["check", "--format", f"json={path}", "base"], at, says="cannot write")
        cases.want(f"output {path}", ["build", "-o", path], at, says="cannot write")
    for path in (os.devnull, "/dev/stdout", "/dev/fd/2", "new"):
        cases.want(f"output {path}", ["check", "--format", f"json={path}", "base"], at, 1)
    left = [p for p in os.listdir(at) if p.endswith(".tmp")]
    if left:
        cases.failed.append(f"left {left}")


PARTS = (forbidden, special, configured, indexes, own_files, inputs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bw", required=True)
    parser.add_argument("parts", nargs="*")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        cases = Cases(os.path.abspath(args.bw), tmp)
        for part in PARTS:
            if not args.parts or part.__name__ in args.parts:
                part(cases)
    print(f"{cases.scratch.passed} passed, {len(cases.failed)} failed, {cases.skipped} skipped")
    return 1 if cases.failed else 0


if __name__ == "__main__":
    sys.exit(main())
