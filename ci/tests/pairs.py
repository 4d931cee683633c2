#!/usr/bin/env python3
"""Makes random pairs of contracts, an old and a new side each, to compare two checkers or two ways to run one.

usage: pairs.py [--seed N] [--count N] [--git] OUT

Writes OUT/old and OUT/new, or with --git the bare repository OUT with tags PAIR/base and PAIR/head. A pair is a folder pNNNN/ with packages
of its own, so that one run of a checker covers all of them; options.proto beside them has the custom options that they all use. The same
seed makes the same files.

A side is a tree of nodes (pair_sides.py) without text: a field refers to a node, so a type that is renamed or moved keeps its users. A
change (pair_changes.py) edits the tree; `Writer` (pair_text.py) then writes text of it that is nearly always legal: it leaves out what the
syntax forbids, such as a default in proto3. The spelling of a node (aggregate or dotted options, line breaks, hexadecimal numbers,
qualified names) comes from its `look`, so that two sides differ in spelling only where a change says so.

Every package has a file of one message, enum, service and extension that never changes, since buf says nothing in the category
PACKAGE of the last one of a kind (man/breakwater-from-buf.7).
"""
import argparse
import copy
import pathlib
import random
import subprocess

from pair_changes import CHANGES, Changer
from pair_sides import Maker
from pair_text import OPTIONS_PROTO, Writer


def side_package(name, rng):
    """(old files, new files): a package of its own that stays, goes, moves or takes another name, in one piece."""
    kind = rng.choice(["none", "none", "none", "stays", "goes", "renamed", "moves"])
    text = f'syntax = "proto3";\npackage {name}.%s;\nmessage Side {{\n  string name = 1;\n}}\nenum SideKind {{\n  SIDE_ZERO = 0;\n}}\n'
    old, moved = {f"{name}/side.proto": text % "side"}, {f"{name}/moved.proto": text % "side"}
    new = {"stays": old, "goes": {}, "renamed": {f"{name}/side.proto": text % "side2"}, "moves": moved}
    return ({}, {}) if kind == "none" else (old, new[kind])


def pair(seed, number):
    """(name, old files, new files, names of the changes)"""
    rng, name = random.Random(f"{seed}/{number}"), f"p{number:04d}"
    maker = Maker(rng, name)
    old = maker.side()
    new, done = copy.deepcopy(old), []
    changer = Changer(maker, new)
    wanted = rng.choice([1, 1, 2, 3, 4, 6, 8])
    for _ in range(40):
        if len(done) == wanted:
            break
        what = rng.choice(CHANGES)
        if what(changer) is not False:
            done.append(what.__name__)
    more_old, more_new = side_package(name, rng)
    return name, {**Writer(old, name).all(), **more_old}, {**Writer(new, name).all(), **more_new}, done


def write(root, files):
    for path, text in files.items():
        at = pathlib.Path(root, path)
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(text)


def write_all(top, seed, count):
    """Writes the pairs; {name: names of the changes}."""
    changes = {}
    for i in range(count):
        name, old, new, changes[f"p{i:04d}"] = pair(seed, i)
        for side, files in (("old", old), ("new", new)):
            write(pathlib.Path(top, side), {**files, "options.proto": OPTIONS_PROTO})
    return changes


def commits(seed, count):
    """A stream for `git fast-import`."""
    out, mark = [], 0

    def data(text):
        octets = text.encode()
        return b"data %d\n%s\n" % (len(octets), octets)
    for i in range(count):
        name, old, new, changes = pair(seed, i)
        for tag, files in (("base", old), ("head", new)):
            mark += 1
            out.append(f"commit refs/tags/{name}/{tag}\nmark :{mark}\ncommitter test <test@example.invalid> {mark} +0000\n".encode())
            out.append(data(" ".join(changes)) + (f"from :{mark - 1}\ndeleteall\n".encode() if tag == "head" else b""))
            for path, text in sorted({**files, "options.proto": OPTIONS_PROTO}.items()):
                out.append(f"M 100644 inline {path}\n".encode() + data(text))
    return b"".join(out)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=100)
    p.add_argument("--git", action="store_true")
    p.add_argument("out")
    a = p.parse_args()
    if a.git:
        subprocess.run(["git", "init", "-q", "--bare", a.out], check=True)
        subprocess.run(["git", "-C", a.out, "fast-import", "--quiet"], input=commits(a.seed, a.count), check=True)
    else:
        write_all(a.out, a.seed, a.count)


if __name__ == "__main__":
    main()
