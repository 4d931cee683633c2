#!/usr/bin/env python3
"""Compares a check that compiles only what is needed with one that compiles everything (--full), and one thread with four.

usage: compare-full.py --bw PATH [--pairs GIT-DIR] [FOLDER...]

FOLDER holds cases: each folder below it with old/ and new/ is compared. --pairs: a repository whose tags are PAIR/base and
PAIR/head. Findings and exit status must be the same to the byte. Exit status 0 when nothing differs.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys

WAYS = (["--jobs", "1"], ["--full", "--jobs", "1"], ["--jobs", "4"])


ASKED = (["--use", "FILE"], ["--use", "PACKAGE,WIRE,WIRE_JSON"], ["--use", "FILE,PACKAGE", "--impact"],
         ["--compatibility", "FULL", "--surface", "wire,json,source"])


def answer(bw, cwd, asked, operands, way):
    done = subprocess.run([bw, "check", "--format", "json", *asked, *way, *operands], cwd=cwd, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout


def compare(task):
    bw, name, cwd, asked, operands = task
    first, *others = [answer(bw, cwd, asked, operands, way) for way in WAYS]
    return [f"{name} {' '.join(asked)}: {' '.join(way)} differs: status {first[0]} and {other[0]}" for way, other in zip(WAYS[1:], others)
            if other != first]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--pairs")
    p.add_argument("folder", nargs="*", type=pathlib.Path)
    a = p.parse_args()
    bw = os.path.abspath(a.bw)
    tasks = []
    for folder in a.folder:
        for old in sorted(folder.rglob("old")):
            if old.is_dir() and (old.parent / "new").is_dir():
                tasks += [(bw, str(old.parent), old.parent, asked, ["dir:old", "dir:new"]) for asked in ASKED]
    if a.pairs:
        tags = subprocess.run(["git", "--git-dir", a.pairs, "tag"], capture_output=True, text=True, check=True).stdout.split()
        for pair in sorted({t.split("/")[0] for t in tags if "/" in t}):
            tasks += [(bw, pair, a.pairs, asked, [pair + "/base", pair + "/head"]) for asked in ASKED]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        bad = [line for lines in pool.map(compare, tasks) for line in lines]
    print("\n".join(bad))
    print(f"{len(tasks) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad or not tasks else 0


if __name__ == "__main__":
    sys.exit(main())
