#!/usr/bin/env python3
"""Checks the files that the program writes: reports, accepted breaks, a first configuration, hooks.

usage: writing.py --bw PATH

Links are refused, no folder leads out of the repository, existing files keep their permissions, two concurrent `accept`s lose
nothing, and no unfinished file stays. Exit status 0 when all pass.
"""
import argparse
import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile

from scratch import Scratch

FIELDS = 24
OLD = 'syntax = "proto3";\nmessage A {\n' + "".join(f"  int32 f{i} = {i + 1};\n" for i in range(FIELDS)) + "}\n"


def kind_of(path):
    """What is at a path, with the bytes of a file; links are not followed."""
    mode = os.lstat(path).st_mode
    return stat.S_IFMT(mode), mode & 0o777, path.read_bytes() if stat.S_ISREG(mode) else b""


def snapshot(top):
    return {p: kind_of(p) for p in top.rglob("*")}


class Case:
    """A repository whose work tree breaks every field, and a folder beside it."""

    def __init__(self, scratch, name, bw):
        self.scratch, self.bw = scratch, bw
        self.at = scratch.repository(name, {"a.proto": OLD, "below/b.proto": 'syntax = "proto3";\npackage b;\n'})
        (self.at / "a.proto").write_text(OLD.replace("int32", "string"))
        self.outside = scratch.tmp / f"{name}-outside"
        self.outside.mkdir()
        (self.outside / "file").write_text("kept\n")

    def run(self, *args, **env):
        return self.scratch.run([self.bw, *args], self.at, **env)

    def refused(self, what, *args, sentence):
        """Checks for status 2 and no change anywhere."""
        before = snapshot(self.at), snapshot(self.outside)
        self.scratch.expect(what, self.run(*args), 2, sentence)
        self.scratch.holds(f"{what}: nothing was written", (snapshot(self.at), snapshot(self.outside)) == before)


def outputs(scratch, bw):
    case = Case(scratch, "outputs", bw)
    for name, target in (("out", case.outside), ("link", case.outside / "file"), ("dangling", case.outside / "new"), ("inside", "a.proto"),
                         ("device", "/dev/null"), ("folder", "below")):
        (case.at / name).symlink_to(target)
    commands = {"check": ("check", "--format", "html={}", "main"), "check -o": ("check", "-o", "{}", "main"), "build": ("build", "-o", "{}"),
                "rules": ("rules", "-o", "{}"), "explain": ("explain", "-o", "{}", "FIELD_SAME_TYPE")}
    for name, command in commands.items():
        def call(path):
            return [word.format(path) for word in command]

        for link in ("link", "dangling", "inside", "device", case.at / "link"):
            case.refused(f"{name} to {link}", *call(link), sentence="it is a link, which is not followed")
        for below in ("out/new", "out/file", "below/../out/new", case.at / "out/new"):
            case.refused(f"{name} to {below}", *call(below), sentence="a link on the way leads out of the repository")
        case.refused(f"{name} to a folder", *call("below"), sentence="Is a directory")
        case.refused(f"{name} to no folder", *call("none/new"), sentence="No such file or directory")
        status = 1 if name.startswith("check") else 0
        scratch.expect(f"{name} through a link in the tree", case.run(*call("folder/new")), status)
        file = case.at / "below/new"
        file.chmod(0o604)
        scratch.expect(f"{name} once more", case.run(*call("below/new")), status)
        scratch.holds(f"{name} keeps the permissions", stat.S_IMODE(file.stat().st_mode) == 0o604)
        whole = file.read_bytes()
        for path in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
            scratch.holds(f"{name} to {path}", case.run(*call(path))[:2] == (status, whole))
        scratch.expect(f"{name} to /dev/null", case.run(*call("/dev/null")), status)
        scratch.expect(f"{name} to a full device", case.run(*call("/dev/full")), 2, "No space left")
        os.mkfifo(case.at / "pipe")
        case.refused(f"{name} to a pipe that nobody reads", *call("pipe"), sentence="no process reads from it")
        (case.at / "pipe").unlink()
        file.unlink()
        scratch.expect(f"{name} out of the repository", case.run(*call("../named")), status)
    mask = os.umask(0o027)
    case.run("rules", "-o", "masked")
    os.umask(mask)
    scratch.holds("the umask counts", stat.S_IMODE((case.at / "masked").stat().st_mode) == 0o640)
    if os.geteuid() != 0:
        (case.at / "below").chmod(0o555)
        case.refused("a folder that may not be written to", "rules", "-o", "below/new", sentence="Permission denied")
        (case.at / "below").chmod(0o755)
        (case.at / "masked").chmod(0o444)
        case.refused("a file that may not be written to", "rules", "-o", "masked", sentence="Permission denied")


def accept(scratch, bw):
    case = Case(scratch, "accept", bw)
    name = "breakwater.accepted.yaml"
    all_of_them = ("accept", "--all", "--reason", "x", "main")
    scratch.write(case.at, {"kept.yaml": "version: 1\n"})
    for target in (case.outside / "file", case.outside / "new", "kept.yaml", "/dev/null"):
        (case.at / name).symlink_to(target)
        case.refused(f"accept to a link to {target}", *all_of_them, sentence="is a link")
        (case.at / name).unlink()
    (case.at / name).mkdir()
    case.refused("accept to a folder", *all_of_them, sentence="so it cannot be read")
    (case.at / name).rmdir()
    os.mkfifo(case.at / name)
    case.refused("accept to a pipe", *all_of_them, sentence="so it cannot be read")
    (case.at / name).unlink()
    # The top of the new side is a folder that is now a link.
    scratch.git(case.at, "add", "-A")
    tree = scratch.git(case.at, "write-tree").strip()
    (case.at / "below/b.proto").unlink()
    (case.at / "below").rmdir()
    (case.at / "below").symlink_to(case.outside)
    (case.outside / name).write_text("secret: [\n")
    case.refused("accept below a link", "accept", "--all", "--reason", "x", "main:", f"{tree}:below",
                 sentence="a link on the way leads out of the repository")
    scratch.holds("what lies outside is not shown", "secret" not in case.run("accept", "--all", "--reason", "x", "main:", f"{tree}:below")[2])

    (case.at / "below").unlink()
    scratch.git(case.at, "checkout", "-q", "--", "below")
    code, out, err = case.run("check", "--format", "json", "main")
    marks = sorted({json.loads(line)["fingerprint"] for line in out.splitlines()})
    scratch.holds("every field breaks", code == 1 and len(marks) == FIELDS, err)
    running = [subprocess.Popen([bw, "accept", mark, "--reason", "x", "main"], cwd=case.at, env=scratch.env, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE) for mark in marks]
    failed = [p.stderr for p in running if p.communicate()[1] or p.returncode]
    text = (case.at / name).read_text()
    scratch.holds("who accepts at one time loses nothing", not failed and all(mark in text for mark in marks),
                  f"{sum(mark in text for mark in marks)} of {FIELDS}")
    scratch.holds("nothing is left beside it", not list(case.at.glob(".*.tmp")))


def init(scratch, bw):
    case = Case(scratch, "init", bw)
    (case.at / "breakwater.yaml").symlink_to(case.outside / "new")
    case.refused("init to a link", "init", sentence="exists already")
    (case.at / "breakwater.yaml").unlink()
    hooks = case.at / ".git/hooks"
    hooks.rename(case.outside / "hooks")
    hooks.symlink_to(case.outside / "hooks")
    case.refused("hooks below a link", "init", "--hook", sentence="a link on the way leads out of the repository")
    hooks.unlink()
    hooks.mkdir()
    (hooks / "pre-commit").symlink_to(case.outside / "new")
    case.refused("a hook that is a link", "init", "--hook", sentence="there is a hook already")
    (hooks / "pre-commit").unlink()
    (case.at / "out").symlink_to(case.outside)
    for path in ("out", "out/hooks"):
        scratch.git(case.at, "config", "core.hooksPath", path)
        case.refused(f"core.hooksPath {path}", "init", "--hook", sentence="a link on the way leads out of the repository")
    for path in (case.outside / "hooks", "../init-outside", "below/../../init-outside", "/"):
        scratch.git(case.at, "config", "core.hooksPath", path)
        case.refused(f"core.hooksPath {path}", "init", "--hook", sentence="is outside of the repository")
    for path in (".githooks", "below/../.githooks2", case.at / ".githooks3", ".git/hooks4"):
        scratch.git(case.at, "config", "core.hooksPath", path)
        scratch.expect(f"core.hooksPath {path}", case.run("init", "--hook"), 0, "pre-commit")
        scratch.git(case.at, "clean", "-q", "-f", "-d")
    scratch.git(case.at, "config", "--unset", "core.hooksPath")
    (case.at / ".gitattributes").symlink_to(case.outside / "new")
    scratch.expect("init beside a link", case.run("init"), 0, "wrote breakwater.yaml")
    scratch.holds("the link is left alone", not (case.outside / "new").exists() and (case.at / ".gitattributes").is_symlink())


def elsewhere(scratch, bw):
    """A working tree that the configuration names, and the call does not."""
    case = Case(scratch, "elsewhere", bw)
    scratch.write(case.outside, {"a.proto": (case.at / "a.proto").read_text()})
    scratch.git(case.at, "config", "core.worktree", case.outside)
    case.refused("accept elsewhere", "accept", "--all", "--reason", "x", "main", sentence="is elsewhere")
    case.refused("init elsewhere", "init", sentence="is elsewhere")
    git = {"GIT_DIR": str(case.at / ".git")}
    scratch.expect("accept there", scratch.run([bw, "accept", "--all", "--reason", "x", "main"], case.outside, **git), 0, "wrote")
    bare = case.at.parent / "elsewhere-bare.git"
    scratch.git(case.at, "config", "--unset", "core.worktree")
    scratch.git(case.at, "clone", "-q", "--bare", case.at, bare)
    scratch.git(bare, "config", "--unset", "core.bare")
    scratch.expect("accept around a bare repository", scratch.run([bw, "accept", "--all", "--reason", "x", "main", "set:" + os.devnull], bare), 2)
    scratch.expect("check around a bare repository", scratch.run([bw, "check", "main"], bare), 2, "no working tree")
    scratch.git(case.at, "config", "core.worktree", case.outside)
    scratch.expect("init by name", case.run("init", GIT_WORK_TREE=str(case.outside), **git), 0, "wrote")


def interrupted(scratch, bw):
    """A signal at the first write, which is that of the file."""
    case = Case(scratch, "interrupted", bw)
    tracer = ["strace", "-f", "-o", "/dev/null", "-e", "trace=write", "-e", "inject=write:signal=INT:when=1"]
    try:
        possible = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, timeout=20).returncode == 0
    except OSError:
        possible = False
    if not possible:
        print("skipped: interrupted writes (strace cannot trace here)")
        return
    for args in (("check", "--format", "html=new", "main"), ("build", "-o", "new"), ("accept", "--all", "--reason", "x", "main"), ("init",)):
        before = snapshot(case.at)
        code = subprocess.run([*tracer, bw, *args], cwd=case.at, env=scratch.env, capture_output=True, timeout=60).returncode
        scratch.holds(f"{args[0]} dies of the signal", code in (-signal.SIGINT, 128 + signal.SIGINT), str(code))
        scratch.holds(f"{args[0]} leaves nothing behind", snapshot(case.at) == before, str(set(snapshot(case.at)) ^ set(before)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bw", default="build/src/cli/breakwater")
    bw = os.path.abspath(parser.parse_args().bw)
    with tempfile.TemporaryDirectory(prefix="writing-") as tmp:
        scratch = Scratch(tmp)
        for part in (outputs, accept, init, elsewhere, interrupted):
            part(scratch, bw)
        return scratch.summary()


if __name__ == "__main__":
    sys.exit(main())
