#!/usr/bin/env python3
"""Makes one call of the C library fail in a run of a program, and checks the result.

usage: faults.py --bw PATH --plugin PATH --shim PATH [--count N] [--seed N] [--all] [--slice I/N]
                 [--calls CALL,...] [SCENE...]

Every scene (a command with its input) is run once to count its calls; then again for each fault: one allocation, open, read,
write and so on fails once, or from then on. The result must be the output, files and status of the run without the fault, or
the status for "could not know" with a sentence on standard error and no report; never a crash, a hang, a half-written file
or a temporary file left behind. A signal (EINTR) or a short read or write changes nothing.
--seed draws --count faults (--all: every one); ci/tests/faults.c is the library that makes calls fail. Exit status 0 when all pass.
"""
import argparse
import collections
import errno
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from scratch import Scratch

TIMEOUT = 30
NO, INTERRUPTED, FULL, DENIED = errno.EIO, errno.EINTR, errno.ENOSPC, errno.EACCES
MANY, MEMORY, SHORT = errno.EMFILE, errno.ENOMEM, 0
# The errors of each call. A short read or write is no failure: the result is as without it.
ERRORS = {
    "alloc": [MEMORY], "mmap": [MEMORY],
    "open": [NO, DENIED, MANY, MEMORY, INTERRUPTED], "openat": [NO, DENIED, MANY, MEMORY, INTERRUPTED],
    "openat2": [NO, DENIED, MANY, MEMORY, INTERRUPTED, errno.ENOSYS, errno.EAGAIN],
    "read": [NO, MEMORY, INTERRUPTED, SHORT], "pread": [NO, INTERRUPTED, SHORT],
    "write": [FULL, NO, INTERRUPTED, SHORT], "complain": [NO, FULL, INTERRUPTED],
    "close": [NO, INTERRUPTED, FULL], "fsync": [NO, FULL, INTERRUPTED],
    "stat": [NO, DENIED, MEMORY], "fstat": [NO, MEMORY], "lstat": [NO, DENIED, MEMORY], "fstatat": [NO, DENIED, MEMORY],
    "statx": [NO, DENIED], "access": [NO], "opendir": [NO, MANY, MEMORY], "readdir": [NO],
    "readlink": [NO, DENIED], "realpath": [NO, MEMORY], "getcwd": [MEMORY, DENIED], "chdir": [DENIED], "lseek": [NO],
    "rename": [NO, FULL, DENIED], "unlink": [NO], "link": [NO, FULL], "mkdir": [FULL, DENIED], "chmod": [errno.EPERM],
    "truncate": [NO], "getrandom": [INTERRUPTED, errno.ENOSYS], "thread": [errno.EAGAIN], "madvise": [errno.EINVAL],
    "fcntl": [NO],
}
# The errors that last.
LASTING = {
    "alloc": [MEMORY], "mmap": [MEMORY], "open": [MANY], "openat": [MANY], "openat2": [MANY, errno.ENOSYS, errno.EPERM],
    "read": [NO], "pread": [NO], "write": [FULL], "thread": [errno.EAGAIN], "readdir": [NO], "fstatat": [NO], "stat": [NO],
    "fstat": [NO],
}
# The sanitizers' own exit status; an allocation that they are asked for may fail.
SANITIZERS = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=0:verify_asan_link_order=0:allocator_may_return_null=1",
              "UBSAN_OPTIONS": "halt_on_error=1:exitcode=99:print_stacktrace=1"}

CONTRACT = """syntax = "proto3";
package acme.v1;
import "acme/common/c.proto";
import "google/protobuf/timestamp.proto";
option java_package = "com.acme.v1";
message M%(n)d {
  string a = 1;
  acme.common.C c = 2;
  google.protobuf.Timestamp t = 3;
  repeated int64 nums = 4 [packed = true];
  oneof o { string x = 5; int32 y = 6; }
  map<string, int32> m = 7;
  enum E { E_UNSPECIFIED = 0; E_ONE = 1; }
  E e = 8;
}
service S%(n)d { rpc Get(M%(n)d) returns (M%(n)d); }
"""
COMMON = 'syntax = "proto2";\npackage acme.common;\nmessage C { optional string id = 1 [default = "x"]; extensions 100 to 200; }\n'
OTHER = 'edition = "2023";\npackage other;\nmessage O { int32 a = 1; reserved 5 to 10; }\n'
CONTRACTS = """version: 1
use: [FILE]
contracts:
  - {name: public, compatibility: FULL_TRANSITIVE, surfaces: [wire, json], roots: ["acme.v1.M*"]}
  - {name: calls, compatibility: BACKWARD, surfaces: [wire], packages: [acme.v1], owner: them}
options:
  - {path: deprecated, rule: no_remove}
retirement: {deprecated_for: 1 release}
"""
BUF = "version: v2\nmodules:\n  - path: proto\nbreaking:\n  use: [FILE]\n"


class Scene:
    """A command, where it runs, what it writes, and its exit status for "could not know"."""

    def __init__(self, name, at, args, stdin=None, unknown=2):
        self.name, self.at, self.args, self.stdin, self.unknown = name, at, args, stdin, unknown


def break_contracts(scratch, at):
    scratch.change(at / "proto/acme/v1/f3.proto", "int32 y = 6", "int64 y = 6")
    scratch.change(at / "proto/acme/v1/f2.proto", "  string a = 1;\n", "")
    (at / "other/o.proto").unlink()


def build(scratch, bw):
    """The folders that the scenes run in: packed, loose, a dirty work tree, a staged one, folders, sets and archives."""
    files = {f"proto/acme/v1/f{n}.proto": CONTRACT % {"n": n} for n in range(1, 5)}
    files |= {"proto/acme/common/c.proto": COMMON, "other/o.proto": OTHER, "breakwater.yaml": "version: 1\nuse: [FILE]\n"}
    loose = scratch.repository("loose", files)
    scratch.git(loose, "tag", "-a", "-m", "base", "base")
    scratch.change(loose / "proto/acme/v1/f3.proto", "E e = 8;", "E e = 8; string added = 9;")
    scratch.commit(loose)
    scratch.git(loose, "tag", "fine")
    scratch.git(loose, "branch", "side")
    break_contracts(scratch, loose)
    scratch.commit(loose)
    scratch.git(loose, "tag", "broken")
    copy = lambda name, of=loose: scratch.run(["cp", "-a", of, scratch.tmp / name], scratch.tmp) and scratch.tmp / name
    packed = copy("packed")
    scratch.git(packed, "gc", "-q", "--aggressive", "--prune=now")
    dirty = copy("dirty", packed)
    scratch.git(dirty, "checkout", "-q", "fine")
    break_contracts(scratch, dirty)
    scratch.write(dirty, {"new.proto": 'syntax = "proto3";\nmessage U {}\n', ".gitignore": "ignored.proto\n",
                          "ignored.proto": 'syntax = "proto3";\nmessage I {}\n'})
    (dirty / "linked.proto").symlink_to("new.proto")
    staged = copy("staged", dirty)
    scratch.git(staged, "add", "-A")
    for name in ("accept", "hook"):
        copy(name, packed)
    (copy("init", packed) / "breakwater.yaml").unlink()
    again = copy("again", packed)
    scratch.run([bw, "accept", "--all", "--reason", "first", "base", "fine"], again)
    for name, tag in (("old", "base"), ("new", "broken")):
        (scratch.tmp / name).mkdir()
        scratch.run(["tar", "xf", "-", "-C", scratch.tmp / name], packed,
                    stdin=scratch.run(["git", "archive", tag], packed)[1])
        for kind in ("binpb", "json"):
            scratch.run([bw, "build", tag, "-o", scratch.tmp / f"{name}.{kind}"], packed)
        scratch.run(["git", "archive", "-o", scratch.tmp / f"{name}.zip", tag], packed)
        scratch.run(["git", "archive", "-o", scratch.tmp / f"{name}.tar.gz", tag], packed)
    scratch.run(["git", "clone", "-q", packed, scratch.tmp / "clone"], scratch.tmp)
    history = copy("history", packed)
    for version, tag in (("v1.0.0", "base"), ("v1.1.0", "fine")):
        scratch.git(history, "tag", version, tag)
    contract = copy("contract", history)
    scratch.write(contract, {"breakwater.yaml": CONTRACTS})
    scratch.commit(contract)
    copy("fixed", dirty)
    buf = copy("buf", dirty)
    (buf / "breakwater.yaml").unlink()
    scratch.write(buf, {"buf.yaml": BUF})
    copy("buf_init", buf)


def request(scratch, bw):
    """What protoc would ask of the plugin: a set is its field 15, and the files to generate are its field 1."""
    from_set = scratch.run([bw, "build", "broken", "-o", "-"], scratch.tmp / "packed")[1]
    names = [b"acme/v1/f%d.proto" % n for n in range(1, 5)]
    out, at = b"".join(b"\n" + bytes([len(n)]) + n for n in names), 0
    while at < len(from_set):  # 0a, length, entry
        start, size, shift = at + 1, 0, 0
        while True:
            byte = from_set[start]
            size, shift, start = size | (byte & 127) << shift, shift + 7, start + 1
            if byte < 128:
                break
        out, at = out + b"\x7a" + from_set[at + 1:start + size], start + size
    return b"\x12\x0cagainst=base" + out


def scenes(bw, plugin):
    one = ["--jobs", "1"]
    check = [bw, "check", *one]
    return [
        Scene("broken", "packed", [*check, "base", "broken"]),
        Scene("fine", "packed", [*check, "base", "fine"]),
        Scene("full", "packed", [*check, "--full", "base", "broken"]),
        Scene("merge_base", "packed", [*check, "side...main"]),
        Scene("names", "packed", [*check, "HEAD@{1}", "main~1^{tree}"]),
        Scene("loose", "loose", [*check, "base", "broken"]),
        Scene("worktree", "dirty", [*check, "base"]),
        Scene("worktree_old", "dirty", [*check, "worktree:", "broken"]),
        Scene("wire", "dirty", [*check, "--use", "WIRE", "base"]),
        Scene("staged", "staged", [*check, "--staged", "base"]),
        Scene("default", "clone", [bw, "check", "-v"]),
        Scene("folders", ".", [*check, "dir:old", "dir:new"]),
        Scene("sets", ".", [*check, "set:old.binpb", "set:new.json"]),
        Scene("set_input", ".", [*check, "set:old.json", "set:-"], stdin="new.binpb"),
        Scene("threads", "packed", [bw, "check", "--jobs", "4", "--full", "base", "broken"]),
        Scene("threads_worktree", "dirty", [bw, "check", "--jobs", "4", "--full", "base"]),
        Scene("reports", "packed", [*check, "--format", "html=h.html", "--format", "sarif=s.json", "--format", "junit=j.xml",
                                    "base", "broken"]),
        Scene("gitlab", "packed", [*check, "--format", "gitlab", "-o", "g.json", "base", "broken"]),
        *(Scene(f, "packed", [*check, "--format", f, "base", "broken"])
          for f in ("json", "markdown", "checkstyle", "rdjson", "github", "line")),
        Scene("buf_yaml", "buf", [*check, "base"]),
        Scene("accepted", "again", [*check, "base", "broken"]),
        Scene("fix", "packed", [bw, "fix", *one, "base", "broken"]),
        Scene("fix_reserve", "packed", [bw, "fix", "--reserve", "--format", "json", "base", "broken"]),
        Scene("fix_write", "fixed", [bw, "fix", *one, "--write", "base"]),
        Scene("log", "history", [bw, "log"]),
        Scene("log_life", "history", [bw, "log", "--by", "commit", "--format", "json", "acme.v1.M3.y"]),
        Scene("bump", "history", [bw, "bump", "--tag", "v1.2.0"]),
        Scene("bump_history", "history", [bw, "bump", "--history", "v1.0.0..HEAD"]),
        Scene("history", "history", [*check, "--history", "--blame", "fine"]),
        Scene("history_path", "history", [*check, "--history", "--path", "proto/acme/v1", "--format", "json", "v1.1.0", "HEAD"]),
        Scene("impact", "packed", [*check, "--impact", "base", "broken"]),
        Scene("contract", "contract", [*check, "--contract", "public", "v1.0.0", "HEAD"]),
        Scene("contract_history", "contract", [*check, "--history", "v1.1.0", "HEAD"]),
        Scene("accept", "accept", [bw, "accept", *one, "--all", "--reason", "why", "base", "broken"]),
        Scene("accept_again", "again", [bw, "accept", *one, "--all", "--reason", "why", "base", "broken"]),
        Scene("build", "dirty", [bw, "build", *one, "-o", "o.binpb"]),
        Scene("build_json", "packed", [bw, "build", *one, "-o", "o.json.gz", "broken"]),
        Scene("build_output", "dirty", [bw, "build", *one, "-o", "-"]),
        Scene("build_folder", "new", [bw, "build", *one, "dir:.", "-o", "../o.binpb"]),
        Scene("breaking", "dirty", [bw, "breaking", "--against", ".git#tag=base"], unknown=1),
        Scene("breaking_zip", ".", [bw, "breaking", "new.zip", "--against", "old.zip"], unknown=1),
        Scene("breaking_tar", ".", [bw, "breaking", "new.tar.gz", "--against", "old.tar.gz", "--error-format", "json"], unknown=1),
        Scene("init", "init", [bw, "init"]),
        Scene("init_hook", "hook", [bw, "init", "--hook"]),
        Scene("init_buf", "buf_init", [bw, "init"]),
        Scene("rules", ".", [bw, "rules"]),
        Scene("rules_json", ".", [bw, "rules", "--format", "json"]),
        Scene("explain", ".", [bw, "explain", "FIELD_SAME_TYPE"]),
        Scene("debug", "packed", [bw, "debug", "pairs", "base", "broken"]),
        Scene("tokens", "packed", [bw, "debug", "tokens", "base"]),
        Scene("completion", ".", [bw, "completion", "bash"]),
        Scene("help", ".", [bw, "help", "check"]),
        Scene("plugin", "packed", [plugin], stdin="request.bin", unknown=1),
    ]


class Run:
    """The result of a run: status, both outputs, and the files of the folder."""

    def __init__(self, scratch, scene, shim, fault=None, count=None):
        at = scratch.tmp / scene.at
        env = {**scratch.env, **SANITIZERS, "LD_PRELOAD": shim}
        if fault:
            env["FAULT"] = "%s %d %d %d" % fault
        if count:
            env["FAULT_COUNT"] = str(count)
        stdin = open(scratch.tmp / scene.stdin, "rb") if scene.stdin else subprocess.DEVNULL
        try:
            done = subprocess.run([str(a) for a in scene.args], cwd=at, env=env, stdin=stdin, capture_output=True, timeout=TIMEOUT)
            self.status, self.out, self.err = done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            self.status, self.out, self.err = "hang", b"", ""


def listing(folder):
    """Every file below the folder with what changes when it is written."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            st = os.lstat(path)
            found[path] = (st.st_size, st.st_mtime_ns, st.st_ino)
    return found


class Watched:
    """The files of a scene: before a run, and what the run changed."""

    def __init__(self, folder):
        self.folder, self.before = folder, listing(folder)
        self.bytes = {p: None if os.path.islink(p) else pathlib.Path(p).read_bytes() for p in self.before}

    def changed(self):
        """The new, deleted (None) and changed files, as bytes."""
        now = listing(self.folder)
        paths = [p for p in now.keys() | self.before.keys() if now.get(p) != self.before.get(p)]
        return {p: pathlib.Path(p).read_bytes() if p in now else None for p in paths}

    def restore(self, changed):
        for path in changed:
            if path not in self.before:
                os.unlink(path)
            else:
                pathlib.Path(path).write_bytes(self.bytes[path])
        if changed:
            self.before = listing(self.folder)


def judge(scene, fault, right, got, right_files, files, before):
    """What is wrong with a run, in words; nothing if it passes."""
    call, _, error, lasts = fault
    if got.status == "hang":
        return "does not end"
    if got.status < 0 or got.status == 99:
        return f"crashes ({got.status})"
    odd = [p for p in files if p not in right_files and files[p] != before.get(p)]
    if odd:
        return f"leaves {os.path.basename(odd[0])}"
    half = [p for p in files if files[p] not in (right_files.get(p), before.get(p))]
    if half:
        return f"writes {os.path.basename(half[0])} in part"
    written, wanted = ({p: b for p, b in f.items() if b != before.get(p)} for f in (files, right_files))
    same = got.status == right.status and got.out == right.out and written == wanted
    if same and (got.err == right.err or call == "complain"):
        return None
    if same and got.status == scene.unknown:
        return None
    if error == SHORT and call in ("read", "pread", "write"):
        return "does not bear a short one"
    if error == INTERRUPTED and call in ("read", "pread", "write"):
        return f"does not go on after EINTR: {got.status} {got.err.strip()[:150]}"
    if same:
        return f"says something else: {got.err.strip()[:150]}"
    if scene.name == "plugin" and got.status == 0 and b"cannot compare the contracts" in got.out:
        return None
    if got.status != scene.unknown:
        return f"status {got.status}, not {right.status}" if got.status != right.status else "another report"
    if not got.err.strip() and not (call in ("complain", "write") and lasts):
        return "says nothing"
    # init names the files that it wrote even if the next one failed; a dump for developers is printed as it is made.
    in_parts = scene.name.startswith(("init", "debug", "tokens")) and right.out.startswith(got.out)
    if got.out and call != "write" and not in_parts:
        return "prints a part of the report"
    return None


def faults_of(counts):
    for call, errors in ERRORS.items():
        numbers = range(1, counts.get(call, 0) + 1)
        yield from ((call, i, e, 0) for e in errors for i in numbers)
        yield from ((call, i, e, 1) for e in LASTING.get(call, ()) for i in numbers)


def measure(scratch, scene, shim):
    """The run without a fault: its result, the files that it changed, how often it made each call."""
    watched, count = Watched(scratch.tmp / scene.at), scratch.tmp / "count"
    run = Run(scratch, scene, shim, count=count)
    counts = {k: int(v) for k, v in (line.split() for line in count.read_text().splitlines())}
    count.unlink()
    files = watched.changed()
    watched.restore(files)
    again = Run(scratch, scene, shim)
    watched.restore(watched.changed())
    assert run.status in (0, 1, 100), f"{scene.name}: status {run.status}\n{run.err}"
    assert (run.status, run.out, run.err) == (again.status, again.out, again.err), f"{scene.name} has two answers"
    return run, files, counts


def try_all(scratch, todo, right, shim):
    """Runs each scene with its fault; groups what is wrong."""
    wrong, watched, last = collections.defaultdict(list), None, None
    for scene, fault in todo:
        if last is not scene:
            watched, last = Watched(scratch.tmp / scene.at), scene
        run = Run(scratch, scene, shim, fault=fault)
        files = watched.changed()
        before = {p: watched.bytes[p] for p in files if p in watched.bytes}
        verdict = judge(scene, fault, right[scene.name][0], run, right[scene.name][1], files, before)
        watched.restore(files)
        scratch.passed += not verdict
        if verdict:
            call, number, error, lasts = fault
            wrong[scene.name, call, errno.errorcode.get(error, "a short one") + " for good" * lasts, verdict].append(number)
    return wrong


def main():
    parser = argparse.ArgumentParser()
    for name in ("bw", "plugin", "shim"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--count", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--slice", default="0/1")
    parser.add_argument("--calls")
    parser.add_argument("scenes", nargs="*")
    args = parser.parse_args()
    bw, plugin, shim = (os.path.abspath(p) for p in (args.bw, args.plugin, args.shim))
    with tempfile.TemporaryDirectory(prefix="faults") as tmp:
        scratch, right, todo, begin = Scratch(tmp, bw), {}, [], time.monotonic()
        build(scratch, bw)
        (scratch.tmp / "request.bin").write_bytes(request(scratch, bw))
        for scene in scenes(bw, plugin):
            if args.scenes and scene.name not in args.scenes:
                continue
            *right[scene.name], counts = measure(scratch, scene, shim)
            todo += [(scene, f) for f in faults_of(counts) if not args.calls or f[0] in args.calls.split(",")]
        whole = len(todo)
        if not args.all:
            random.Random(args.seed).shuffle(todo)
            todo = todo[:args.count]
        part, parts = (int(n) for n in args.slice.split("/"))
        todo = sorted(todo[part::parts], key=lambda t: t[0].name)
        for (name, call, error, verdict), numbers in try_all(scratch, todo, right, shim).items():
            more = f" and {len(numbers) - 6} more" if len(numbers) > 6 else ""
            print(f"FAILED: {name}: {call} {','.join(map(str, numbers[:6]))}{more} with {error}: {verdict}")
            scratch.failed += len(numbers)
        print(f"{len(todo)} of {whole} faults in {time.monotonic() - begin:.0f} s")
        return scratch.summary()


if __name__ == "__main__":
    sys.exit(main())
