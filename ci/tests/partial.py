#!/usr/bin/env python3
"""Checks partial clones with --path: what git can answer there is answered as in a full clone, or the status is 2.

usage: partial.py --bw PATH [--seed N] [--seeds N]

Scripted changes, and random ones, in the folders `in` and `out`. The clone has the contracts of `in` alone. The finding and status
of a full clone are the judge. Exit status 0 when all agree.
"""
import argparse
import os
import pathlib
import random
import sys
import tempfile

from scratch import Scratch

MISSING = "this partial clone lacks"
IN, OUT, FAR = "in/a.proto", "out/b.proto", "far/c.proto"


def contract(package, *body, imports=()):
    return 'syntax = "proto3";\n' + f"package {package};\n" + "".join(f'import "{i}";\n' for i in imports) + "\n".join(body) + "\n"


def message(name, *fields):
    return f"message {name} {{ {' '.join(fields)} }}"


A = contract("a", message("M", "string v = 1;"))
B = contract("b", message("N", "string v = 1;"))
USES = contract("a", message("M", "b.N n = 1;"), imports=[OUT])
LINKS = contract("f", message("F", "b.N n = 1;"), imports=[OUT])
GONE = contract("a", message("Other"))

# Name: old files, new files (None: deleted), options, the status, and words of it.
CASES = {
    "both sides changed": ({IN: A, OUT: B}, {IN: A.replace("string", "int32"), OUT: B.replace("string", "int32")}, [], 1, MISSING),
    "only the other side changed": ({IN: A, OUT: B}, {OUT: B.replace("string", "int32")}, [], 0, MISSING),
    "a contract is new outside": ({IN: A}, {OUT: B}, [], 0, MISSING),
    "a contract is gone outside": ({IN: A, OUT: B, FAR: B.replace("package b", "package c")}, {OUT: None}, [], 0, MISSING),
    "the path excludes": ({IN: A, OUT: B}, {OUT: B.replace("string", "int32")}, ["--exclude-path", "out"], 0, MISSING),
    "it is imported": ({IN: USES, OUT: B}, {OUT: B.replace("string", "int32")}, [], 2, "missing"),
    "it is imported by what is imported": ({IN: USES.replace("out/b", "far/c").replace("b.N", "f.F"), FAR: LINKS, OUT: B},
                                           {OUT: B.replace("string", "int32")}, [], 2, "missing"),
    "a message went where nobody looks": ({IN: A, OUT: B}, {IN: GONE.replace("Other", "Q"), OUT: B + A.split("\n")[2]}, ["--use", "WIRE"], 2, "'a.M' is not here any more"),
    "a message came from where nobody looks": ({IN: A, OUT: B}, {IN: A + message("New"), OUT: B + "\n"}, [], 2, "'a.New' is new here"),
    "its deletion is a finding": ({IN: A + message("Old"), OUT: B}, {IN: A, OUT: B + "\n"}, [], 1, "'a.Old' was deleted"),
    "an inner message is new": ({IN: A, OUT: B}, {IN: A.replace("string v", "message Inner {} string v"), OUT: B + "\n"}, [], 0, MISSING),
    "a rule asks for packages": ({IN: A, OUT: B}, {OUT: B + "\n"}, ["--use", "PACKAGE"], 2, "a rule asks which packages there are"),
    "the impact is asked": ({IN: A, OUT: B}, {IN: A.replace("string", "int32"), OUT: B + "\n"}, ["--impact"], 2, "--impact asks who uses what changed"),
}


class Pair:
    """A full repository and its partial clone."""

    def __init__(self, scratch, name, old, new):
        self.scratch = scratch
        self.full = scratch.repository(name, old)
        scratch.git(self.full, "config", "uploadpack.allowFilter", "true")
        scratch.git(self.full, "config", "uploadpack.allowAnySHA1InWant", "true")
        scratch.git(self.full, "tag", "old")
        for path, text in new.items():
            if text is None:
                (self.full / path).unlink()
            else:
                scratch.write(self.full, {path: text})
        scratch.commit(self.full)
        self.part = scratch.tmp / f"{name}.partial"
        scratch.git(scratch.tmp, "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{self.full}", self.part)
        scratch.git(self.part, "sparse-checkout", "set", "in")
        scratch.git(self.part, "checkout", "-q", "main")
        for revision in ("old", "main"):  # fetches what they name
            for path in scratch.git(self.part, "ls-tree", "-r", "--name-only", revision, "in").split():
                scratch.git(self.part, "cat-file", "blob", f"{revision}:{path}")

    def check(self, at, bw, revisions, options):
        return self.scratch.run([bw, "check", "--format", "json", *revisions, *options], at)


def scripted(scratch, bw):
    for n, (name, (old, new, options, status, words)) in enumerate(CASES.items()):
        pair = Pair(scratch, f"case{n}", old, new)
        options = options if "--exclude-path" in options else ["--path", "in", *options]
        for revisions in (["old", "main"], ["old"], ["--staged", "old"]):
            got = pair.check(pair.part, bw, revisions, options)
            scratch.expect(f"{name}, {' '.join(revisions)}", got, status, words)
            if status != 2:
                full = pair.check(pair.full, bw, revisions, options)
                scratch.holds(f"{name}, {' '.join(revisions)}: as in a full clone", got[:2] == full[:2], f"{got}\n{full}")


def random_files(rng):
    names = ["A", "B", "C", "D"]
    files = {}
    rng.shuffle(names)
    for i, path in enumerate(("in/a.proto", "in/b.proto", "out/a.proto", "out/b.proto")):
        if rng.random() < 0.85:
            kinds = ("string", "int32", "bytes")
            files[path] = contract("p", *(message(m, *(f"{rng.choice(kinds)} v{k} = {k};" for k in range(1, rng.randint(1, 3))))
                                          for m in ([names[i]] if rng.random() < 0.8 else [])))
    return files


def trial(scratch, bw, seed):
    rng = random.Random(seed)
    old = {"in/z.proto": contract("z"), **random_files(rng)}
    new = {**{path: None for path in old}, "in/z.proto": contract("z"), **random_files(rng)}
    if rng.random() < 0.5:  # most stays
        new.update({p: t for p, t in old.items() if rng.random() < 0.7})
    if new == old:
        return
    pair = Pair(scratch, f"seed{seed}", old, {**new, "in/z.proto": contract("z", "// changed")})
    options = ["--path", "in", *rng.choice(((), ("--use", "WIRE"), ("--use", "FILE"), ("--use", "WIRE_JSON")))]
    full, got = (pair.check(at, bw, ["old", "main"], options) for at in (pair.full, pair.part))
    agrees = got[0] == 2 and "lacks" in got[2] or got[:2] == full[:2] or \
        got[0] == full[0] == 1 and MISSING in got[2] and b"was deleted" in got[1]
    scratch.holds(f"seed {seed}", agrees, f"{got}\n{full}\n{old}\n{new}")
    return got[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bw", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=8)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        scratch, bw = Scratch(tmp), os.path.abspath(args.bw)
        scripted(scratch, bw)
        statuses = [trial(scratch, bw, seed) for seed in range(args.seed, args.seed + args.seeds)]
        print("statuses of random clones:", {s: statuses.count(s) for s in (0, 1, 2)})
        return scratch.summary()


if __name__ == "__main__":
    sys.exit(main())
