#!/usr/bin/env python3
"""Compares a check that compiles only what is needed with one that compiles everything (--full), and one thread with four.

usage: compare-full.py --bw PATH [--pairs GIT-DIR [--contracts SEED]] [FOLDER...]

FOLDER holds cases: each folder below it with old/ and new/ is compared. --pairs: a repository whose tags are PAIR/base and
PAIR/head; --contracts: also with contracts whose roots are some of its messages and services, by name, pattern and package. Findings
and exit status must be the same, but for proofs: these are looked for in what is compiled. Exit status 0 when nothing differs.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

WAYS = (["--jobs", "1"], ["--full", "--jobs", "1"], ["--jobs", "4"])


ASKED = (["--use", "FILE"], ["--use", "PACKAGE,WIRE,WIRE_JSON"], ["--use", "FILE,PACKAGE", "--impact"],
         ["--compatibility", "FULL", "--surface", "wire,json,source"])


def answer(bw, cwd, asked, operands, way):
    done = subprocess.run([bw, "check", "--format", "json", *asked, *way, *operands], cwd=cwd, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    for finding in findings:
        finding.pop("proof", None)
    return done.returncode, findings


def declared(pairs, revision):
    """Full names of the messages and services at the top of files."""
    def git(*args):
        return subprocess.run(["git", "--git-dir", pairs, *args], capture_output=True, text=True, check=True).stdout
    for path in git("ls-tree", "-r", "--name-only", revision).splitlines():
        text = git("show", f"{revision}:{path}") if path.endswith(".proto") else ""
        package = re.search(r"^package ([\w.]+);", text, re.M)
        for name in re.findall(r"^(?:message|service) (\w+) ?\{", text, re.M):
            yield f"{package[1]}.{name}" if package else name


def contracts(pairs, pair, seed):
    """A breakwater.yaml with random contracts; None where nothing is declared."""
    rng = random.Random(f"{seed}/{pair}")
    names = sorted({*declared(pairs, pair + "/base"), *declared(pairs, pair + "/head")})
    text = "version: 1\nuse: [NONE]\ncontracts:\n"
    for i in range(rng.choice([1, 1, 2, 3]) if names else 0):
        roots = rng.sample(names, min(len(names), rng.choice([1, 1, 2])))
        also = rng.choice(["", "", "", "pattern", "package"])
        roots += [roots[0][:-1] + "*"] if also == "pattern" else []
        packages = [names[0].rpartition(".")[0]] if also == "package" else []
        text += f"  - {{name: c{i}, compatibility: {rng.choice(['BACKWARD', 'FORWARD', 'FULL'])}, surfaces: [wire, json, source], roots: {roots}"
        text += f", packages: {packages}}}\n" if packages and packages[0] else "}\n"
    return text if names else None


def compare(task):
    bw, name, cwd, asked, operands = task
    first, *others = [answer(bw, cwd, asked, operands, way) for way in WAYS]
    return [f"{name} {' '.join(asked)}: {' '.join(way)} differs: status {first[0]} and {other[0]}" for way, other in zip(WAYS[1:], others)
            if other != first]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--pairs")
    p.add_argument("--contracts", metavar="SEED")
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
        configs = tempfile.TemporaryDirectory()
        for pair in sorted({t.split("/")[0] for t in tags if "/" in t}) if a.contracts else ():
            text, config = contracts(a.pairs, pair, a.contracts), pathlib.Path(configs.name, pair + ".yaml")
            if text:
                config.write_text(text)
                tasks += [(bw, pair, a.pairs, ["--config", str(config), *more], [pair + "/base", pair + "/head"]) for more in ([], ["--impact"])]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        bad = [line for lines in pool.map(compare, tasks) for line in lines]
    print("\n".join(bad))
    print(f"{len(tasks) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad or not tasks else 0


if __name__ == "__main__":
    sys.exit(main())
