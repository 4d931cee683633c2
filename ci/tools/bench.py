#!/usr/bin/env python3
"""Measures breakwater against buf and protoc on the newest revisions of googleapis, and prints one table of medians and ratios.

usage: bench.py --bw PATH --repo BARE-REPOSITORY [--temporal BARE-REPOSITORY] [--buf PATH] [--runs N] [ROW...]

The repositories are bare clones of googleapis.bundle (tags g37/base, g30/base, j01/base, …) and temporal.bundle. CPU is user + system of the whole process, memory
its peak (at least this script's own, about 14 MiB); programs run in turn, so that a slow spell of the machine hits all of them. Rows: see ROWS; all when none is named. A program
that is not installed is left out, with a message. Not a test: figures of one machine mean something only as ratios.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


# The built-in files, which Debian's protoc does not have.
BUILTIN = pathlib.Path(__file__).resolve().parents[2] / "src/source/builtin"
STATUSES = {"breakwater": (0, 1), "buf": (0, 100), "protoc": (0,)}


def measure(program, command, cwd):
    """CPU seconds, wall seconds and peak MiB of one run."""
    begin = time.monotonic()
    child = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in STATUSES[program]:
        sys.exit(f"bench: status {code}: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begin, usage.ru_maxrss / 1024


def tree(repo, revision, folder):
    """A revision as a folder, for the peers."""
    folder.mkdir()
    archive = subprocess.Popen(["git", "--git-dir", repo, "archive", revision], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", folder], stdin=archive.stdout, check=True)
    return str(folder)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--repo", required=True)
    p.add_argument("--temporal")
    p.add_argument("--buf", default=os.environ.get("BUF") or shutil.which("buf"))
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("row", nargs="*")
    a = p.parse_args()
    a.bw, a.repo = os.path.abspath(a.bw), os.path.abspath(a.repo)
    a.temporal = a.temporal and os.path.abspath(a.temporal)
    protoc = shutil.which("protoc")
    for name, path in (("buf", a.buf), ("protoc", protoc)):
        if not path:
            print(f"bench: {name} is not installed, its rows are left out")

    with tempfile.TemporaryDirectory() as tmp:
        tmp = pathlib.Path(tmp)
        trees = {}

        def at(revision):
            if revision not in trees:
                trees[revision] = tree(a.repo, revision, tmp / revision.replace("/", "-"))
            return trees[revision]

        def check(pair, *more):
            return [a.bw, "check", "-C", a.repo, *more, pair + "/base", pair + "/head"]

        def buf_check(pair):
            return [a.buf, "breaking", at(pair + "/head"), "--against", at(pair + "/base")] if a.buf else None

        def changed(pair):
            names = subprocess.run(["git", "--git-dir", a.repo, "diff", "--name-only", pair + "/base", pair + "/head", "--", "*.proto"],
                                   capture_output=True, text=True, check=True).stdout.split()
            return [x for name in names for x in ("--path", name)]

        def protoc_build(*more):
            files = tmp / "files"
            top = at("main")
            files.write_text("\n".join(str(f.relative_to(top)) for f in pathlib.Path(top).rglob("*.proto")))
            return [protoc, "-I", top, "-I", str(BUILTIN), "-o", "/dev/null", *more, f"@{files}"] if protoc else None

        def temporal():
            if not a.temporal:
                print("bench: --temporal is not given, its row is left out")
                return []
            git = f"{a.temporal}#tag="
            return [("breakwater", [a.bw, "check", "-C", a.temporal, "t36/base", "t36/head"]),
                    ("buf", a.buf and [a.buf, "breaking", git + "t36/head", "--against", git + "t36/base"])]

        def start():
            top = tmp / "start"
            top.mkdir(exist_ok=True)
            (top / "a.proto").write_text('syntax = "proto3";\npackage a;\nmessage M {}\n')
            return [("breakwater", [a.bw, "check", f"dir:{top}", f"dir:{top}"]),
                    ("buf", a.buf and [a.buf, "breaking", str(top), "--against", str(top)]),
                    ("protoc", protoc and [protoc, "-I", str(top), "-o", "/dev/null", "a.proto"])]

        rows = {
            "one-commit": lambda: [("breakwater", check("g37")), ("buf", buf_check("g37"))],
            "one-commit-types": lambda: [("breakwater", check("g30")), ("buf", buf_check("g30"))],
            "one-commit-path": lambda: [("breakwater", check("g30", *changed("g30"))),
                                        ("buf", a.buf and ["env", "-C", at("g30/head"), a.buf, "breaking", ".", "--against",
                                                           f"{a.repo}#tag=g30/base", *changed("g30")])],
            "both-trees": lambda: [("breakwater", check("j01")), ("buf", buf_check("j01"))],
            "build": lambda: [("breakwater", [a.bw, "build", "-C", a.repo, "main", "--no-source-info", "-o", "/dev/null"]),
                              ("buf", a.buf and [a.buf, "build", at("main"), "--exclude-source-info", "-o", str(tmp / "buf.binpb")]),
                              ("protoc", protoc_build())],
            "build-source-info": lambda: [("breakwater", [a.bw, "build", "-C", a.repo, "main", "-o", "/dev/null"]),
                                          ("buf", a.buf and [a.buf, "build", at("main"), "-o", str(tmp / "buf.binpb")]),
                                          ("protoc", protoc_build("--include_source_info"))],
            "temporal": temporal,
            "start": start,
            "version": lambda: [("breakwater", [a.bw, "--version"]), ("buf", a.buf and [a.buf, "--version"])],
        }
        unknown = [r for r in a.row if r not in rows]
        if unknown:
            sys.exit(f"bench: no row {unknown[0]}; there are {', '.join(rows)}")
        print(f"{'row':20} {'program':12} {'CPU s':>9} {'wall s':>9} {'peak MiB':>9} {'CPU ratio':>10}")
        for name in a.row or rows:
            programs = [(program, command) for program, command in rows[name]() if command]
            if not programs:
                continue
            figures = {program: [] for program, _ in programs}
            for _ in range(a.runs):
                for program, command in programs:
                    figures[program].append(measure(program, command, tmp))
            ours = statistics.median(f[0] for f in figures["breakwater"])
            for program, _ in programs:
                cpu, wall, peak = (statistics.median(f[i] for f in figures[program]) for i in range(3))
                ratio = "" if program == "breakwater" else f"1/{cpu / ours:.0f}"
                print(f"{name:20} {program:12} {cpu:9.4f} {wall:9.4f} {peak:9.1f} {ratio:>10}", flush=True)


if __name__ == "__main__":
    main()
