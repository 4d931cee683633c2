#!/usr/bin/env python3
"""Measures what a history costs, beside `git cat-file --batch` over the same contracts in the same run.

usage: history_cost.py --bw PATH [--repository GIT_DIR]... [--made VERSIONSxFILES]... [--runs N] [--most MILLISECONDS]

A repository is a bare one whose branch is `main`; a made one has as many commits and files as asked, of which each commit changes a few.
For each: CPU time (user and system, the least of the runs) and the most memory of `log`, of `check --history` of the last commit, and of
`check --history` of a change to one file, and the first as a multiple of what git takes to print all blobs of its versions.
With --most the exit status is 1 if a check of a made repository takes longer. For a made repository the new findings of a change to one
file must be those that --all shows as new.
"""
import argparse
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

from scratch import quiet

ENV = {**quiet(os.environ), "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1"}


def git(at, *args, **more):
    return subprocess.run(["git", "-C", str(at), *args], check=True, capture_output=True, env={**ENV, "HOME": str(at)}, **more).stdout


def contract(file, fields):
    lines = [f" // What {name} is for.\n {kind} {name} = {number};\n" for number, (kind, name) in sorted(fields.items())]
    return f'syntax = "proto3";\npackage p{file % 10};\nmessage M{file} {{\n{"".join(lines)}}}\n'


def make(at, versions, files):
    """A bare repository by fast-import, and the number of its versions."""
    rng, fields, out = random.Random(1), {}, []
    for file in range(files):
        fields[file] = {n: ("string", f"f{n}") for n in range(1, 13)}
    for version in range(versions):
        changed = range(files) if version == 0 else rng.sample(range(files), min(files, 3))
        out.append(f"commit refs/heads/main\ncommitter a <a@example.invalid> {1600000000 + version * 3600} +0000\ndata 1\nx\n")
        for file in changed:
            if version:
                fields[file][rng.randint(1, 40)] = (rng.choice(["string", "int32", "bool"]), f"g{version}")
                fields[file].pop(rng.randint(1, 40), None)
            text = contract(file, fields[file])
            out.append(f"M 100644 inline p{file % 10}/f{file}.proto\ndata {len(text)}\n{text}\n")
    git(at, "init", "-q", "--bare", "-b", "main", ".")
    git(at, "fast-import", "--quiet", input="".join(out).encode())
    git(at, "repack", "-q", "-a", "-d")


def change_one(at):
    """A commit on main that changes a type in one file."""
    path = git(at, "ls-tree", "-r", "--name-only", "main").decode().split("\n")
    for name in path:
        text = git(at, "cat-file", "blob", f"main:{name}").decode("utf-8", "replace") if name.endswith(".proto") else ""
        if "string " in text and "message " in text:
            break
    blob = git(at, "hash-object", "-w", "--stdin", input=text.replace(" string ", " bytes ", 1).encode()).decode().strip()
    index = {**ENV, "HOME": str(at), "GIT_INDEX_FILE": str(pathlib.Path(at) / "cost.index")}
    for args in (["read-tree", "main"], ["update-index", "--add", "--cacheinfo", f"100644,{blob},{name}"]):
        subprocess.run(["git", "-C", str(at), *args], check=True, env=index)
    tree = subprocess.run(["git", "-C", str(at), "write-tree"], check=True, env=index, capture_output=True).stdout.decode().strip()
    os.unlink(pathlib.Path(at) / "cost.index")
    who = {f"GIT_{w}_{k}": v for w in ("AUTHOR", "COMMITTER") for k, v in (("NAME", "a"), ("EMAIL", "a@example.invalid"))}
    return subprocess.run(["git", "-C", str(at), "commit-tree", "-p", "main", "-m", "x", tree], check=True, env={**ENV, **who},
                          capture_output=True).stdout.decode().strip()


def blobs_of(at):
    seen = set()
    for commit in git(at, "rev-list", "--first-parent", "main").decode().split():
        for line in git(at, "ls-tree", "-r", commit).decode().splitlines():
            if line.endswith(".proto"):
                seen.add(line.split()[2])
    return "\n".join(sorted(seen)).encode() + b"\n", len(seen)


def measure(args, at, stdin=b""):
    """Seconds of CPU, and MiB."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        done = subprocess.run(args, cwd=at, input=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**ENV, "HOME": str(at)})
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        os.write(write, f"{used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024} {done.returncode}".encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    seconds, memory, status = text.split()
    if status not in ("0", "1"):
        sys.exit(f"status {status}: {' '.join(args)}")
    return float(seconds), float(memory)


def least(runs, args, at, stdin=b""):
    return min(measure(args, at, stdin) for _ in range(runs))


def report(name, bw, at, runs):
    blobs, n = blobs_of(at)
    commit = change_one(at)
    floor, _ = least(runs, ["git", "cat-file", "--batch", "--buffer"], at, blobs)
    print(f"{name}: {n} contracts, git cat-file {floor:.2f} s")
    slowest = 0
    for what, args in (("log", ["log", "--history", "commits"]), ("check --history", ["check", "--history=commits", "main~1", "main"]),
                       ("check --history of one file", ["check", "--history=commits", "main", commit])):
        seconds, memory = least(runs, [bw, *args], at)
        slowest = max(slowest, seconds)
        print(f"  {what}: {seconds:.3f} s, {seconds / floor:.1f} times, {memory:.0f} MiB", flush=True)
    return slowest


def found(bw, at, *args):
    out = subprocess.run([bw, "check", "--history=commits", "--format", "json", *args], cwd=at, capture_output=True, env={**ENV, "HOME": str(at)}).stdout
    findings = [json.loads(line) for line in out.decode().splitlines()]
    return sorted((f["type"], f["fingerprint"], f["from"], f["to"], f["count"]) for f in findings if not f["known"])


def hold_new(bw, at):
    commit = change_one(at)
    new, everything = found(bw, at, "main", commit), found(bw, at, "--all", "main", commit)
    if new != everything:
        print(f"FAILED: new findings {new}, with --all {everything}")
    return new == everything


def commit_of(files, number):
    out = [f"commit refs/heads/main\ncommitter a <a@example.invalid> {1600000000 + number} +0000\ndata 1\nx\n"]
    for path, text in files.items():
        text = f'syntax = "proto3";\npackage {text}\n'
        out.append(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n" if files[path] else f"D {path}\n")
    return "".join(out)


def hold_moved(bw, package, left):
    """A message that came from a file of another name in another folder, in a large tree: what it lost there is not forgotten."""
    order = "message Order { int64 x = 1; string w = 3; "
    commits = [{f"p{i // 10}/f{i}.proto": f"p; message M{i} {{ int32 a = 1; }}" for i in range(1200)},
               {"a/order.proto": f"acme; {order} string y = 2; }} {left}", "b/events.proto": f"{package}; message Event {{}}"},
               {"a/order.proto": f"acme; {order} }} {left}"},
               {"a/order.proto": left and f"acme; {left}", "b/events.proto": f"{package}; message Event {{}} {order} }}"},
               {"b/events.proto": f"{package}; message Event {{}} {order} int32 z = 2; }}"}]
    with tempfile.TemporaryDirectory() as at:
        git(at, "init", "-q", "--bare", "-b", "main", ".")
        git(at, "fast-import", "--quiet", input="".join(commit_of(files, i) for i, files in enumerate(commits)).encode())
        new, everything = found(bw, at, "main~1", "main"), found(bw, at, "--all", "main~1", "main")
    if not new or new != everything:
        print(f"FAILED: a moved message: new findings {new}, with --all {everything}")
    return bool(new) and new == everything


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bw", required=True)
    parser.add_argument("--repository", action="append", default=[])
    parser.add_argument("--made", action="append", default=[])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--most", type=int)
    options = parser.parse_args()
    bw, slow = os.path.abspath(options.bw), False
    for at in options.repository:
        report(at, bw, os.path.abspath(at), options.runs)
    for size in options.made:
        versions, files = map(int, size.split("x"))
        with tempfile.TemporaryDirectory() as tmp:
            make(tmp, versions, files)
            slowest = report(f"{versions} commits of {files} files", bw, tmp, options.runs)
            slow |= options.most is not None and slowest * 1000 > options.most
            slow |= not hold_new(bw, tmp)
    if options.made:
        slow |= not hold_moved(bw, "acme", "message Left {}") | hold_moved(bw, "acme.v2", "")
    return slow


if __name__ == "__main__":
    sys.exit(main())
