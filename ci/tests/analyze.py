#!/usr/bin/env python3
"""Runs static analyzers over the product's sources: gcc -fanalyzer, clang-tidy (.clang-tidy says which checks) and cppcheck.

usage: analyze.py BUILD  (a folder that meson has set up and compiled; its compile commands are used)

A finding that stands has a row in analyze.txt, with the reason. Exit status 0 if there is no other.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
FINDING = re.compile(r"^(\S+?):(\d+):\d+: (?:warning|error|style|performance|portability): (.*) \[-?([\w.,-]+)\]$", re.M)
CPPCHECK = ["cppcheck", "--quiet", "--std=c11", "--enable=warning,performance,portability", "--suppress=identicalInnerCondition",
            "--template={file}:{line}:{column}: {severity}: {message} [{id}]", "--template-location="]


def commands(build):
    """(source, the arguments that decide what it means) of each of the product's files."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = os.path.relpath(os.path.realpath(build / entry["file"]), TOP)
        if re.match(r"src/(?!fuzz/).*\.c$", source) and not source.endswith("_test.c"):
            yield entry["file"], [x for x in shlex.split(entry["command"]) if re.match(r"-[ID](?!_FORTIFY)|-isystem|-std|-pthread", x)]


def run(tool, build, source, arguments):
    command = {
        "gcc": ["gcc", *arguments, "-O1", "-fanalyzer", "-S", "-o", os.devnull, source],
        "clang-tidy": ["clang-tidy", "--quiet", source, "--", *arguments],
        "cppcheck": [*CPPCHECK, *(x for x in arguments if x[:2] in ("-I", "-D")), source],
    }[tool]
    done = subprocess.run(command, cwd=build, capture_output=True, text=True)
    found = {(tool, os.path.relpath(os.path.realpath(build / path), TOP), check, f"{line}: {text}")
             for path, line, text, check in FINDING.findall(done.stdout + done.stderr)}
    found = {x for x in found if x[1].startswith("src/")}  # not the generated ones
    if done.returncode and not found:
        found.add((tool, source, "failed", (done.stdout + done.stderr)[-400:]))
    return found


def main():
    build = pathlib.Path(sys.argv[1])
    sources, found = list(commands(build)), set()
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for tool in ("gcc", "clang-tidy", "cppcheck"):
            begin = time.monotonic()
            for findings in pool.map(lambda s: run(tool, build, *s), sources):
                found |= findings
            print(f"{tool}: {len(sources)} files, {time.monotonic() - begin:.0f} s", flush=True)
    rows = (x.split(None, 3) for x in (TOP / "ci/tests/analyze.txt").read_text().splitlines() if x and x[0] != "#")
    stands = {tuple(row[:3]) for row in rows}
    for tool, path, check, text in sorted(x for x in found if x[:3] not in stands):
        print(f"{path}:{text} [{tool} {check}]")
    for row in sorted(stands - {x[:3] for x in found}):
        print("analyze.txt:", *row, "is not found any more")
    return 1 if len(sources) < 100 or any(x[:3] not in stands for x in found) else 0


if __name__ == "__main__":
    sys.exit(main())
