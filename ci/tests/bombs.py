#!/usr/bin/env python3
"""Checks repositories of a few kilobytes whose trees unfold to endless paths, links and bytes.

usage: bombs.py --bw PATH

A tree can be in many folders, so 25 trees make 10^25 paths. Each case is one commit on `base` and one on `head`; the answer must
be right, or the error that names the limit, within seconds of CPU time and bounded memory. Exit status 0 when all are.
"""
import argparse
import hashlib
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import zlib

from scratch import Scratch

SECONDS, BYTES = 60, 4 << 30  # CPU time, address space; a tenth of it is normal
OLD = b'syntax = "proto3";\npackage p;\nmessage A { int32 x = 1; }\n'
NEW = OLD.replace(b"int32", b"string")
OTHER = b'syntax = "proto3";\npackage q;\nmessage B { int32 y = 1; }\n'
BREAKS = (1, "FIELD_SAME_TYPE", "")
CONTRACTS = (2, "", "has more than 200000 contracts")
PATHS = (2, "", "the bytes of all paths in 'head' are more than 268435456")
ENTRIES = (2, "", "are more than 20000000")
LINKS = (2, "", "takes more than 2000000 names")
DEEP = (2, "", "folders are nested too deep")
TREES = (2, "", "the folders of this repository have more than 1073741824 bytes")
BYTES_OF_SIDE = (2, "", "have more than 1073741824 bytes together")


class Bombs:
    def __init__(self, scratch, at):
        self.scratch, self.at = scratch, at
        scratch.git(at.parent, "init", "-q", str(at))

    def object(self, kind, data):
        data = kind + b" %d\0" % len(data) + data
        name = hashlib.sha1(data).hexdigest()
        path = self.at / ".git/objects" / name[:2] / name[2:]
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            path.write_bytes(zlib.compress(data, 1))
        return bytes.fromhex(name)

    def blob(self, data):
        return self.object(b"blob", data)

    def tree(self, *items):
        return self.object(b"tree", b"".join(mode + b" " + name + b"\0" + id for mode, name, id in items))

    def file(self, name, data):
        return (b"100644", name, self.blob(data))

    def link(self, name, target):
        return (b"120000", name, self.blob(target))

    def grow(self, depth, *items, width=10, name=b"d%d"):
        """A tree of the items under width^depth paths."""
        tree = self.tree(*items)
        for _ in range(depth):
            tree = self.tree(*((b"40000", name % i, tree) for i in range(width)))
        return tree

    def branch(self, name, contract, tree):
        root = self.tree(self.file(b"a.proto", contract), *((b"40000", b"z", t) for t in [tree] if t))
        commit = self.object(b"commit", b"tree %s\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\nx\n" % root.hex().encode())
        (self.at / ".git/refs/heads" / name).write_text(commit.hex() + "\n")


def plain(b):
    return [b.grow(25, b.file(b"f", b"1"))] * 2


def plain_differ(b):
    return [b.grow(25, b.file(b"f", x)) for x in (b"1", b"2")]


def plain_added(b):
    return [None, b.grow(25, b.file(b"f", b"1"))]


def differ_above_equal(b):
    same = (b"40000", b"same", b.grow(25, b.file(b"f", b"1")))
    return [b.grow(25, b.file(b"f", x), same) for x in (b"1", b"2")]


def few_contracts(b):
    return [b.grow(2, b.file(b"x.proto", x)) for x in (OTHER, OTHER + b"//")]


def contracts(b):
    return [b.grow(25, b.file(b"x.proto", x)) for x in (OTHER, OTHER + b"//")]


def contracts_added(b):
    return [None, b.grow(25, b.file(b"x.proto", OTHER))]


def few_links(b):
    return [b.grow(3, b.link(b"x.proto", b"y"), b.file(b"y", OTHER))] * 2


def links(b):
    return [b.grow(25, b.link(b"x.proto", b"y"), b.file(b"y", OTHER))] * 2


def links_nowhere(b):
    return [b.grow(25, b.link(b"x.proto", b"nowhere"))] * 2


def links_wander(b):
    """Forty links, each of which goes up and down before it leads to the next."""
    chain = [b.link(b"l%02d" % i, b"d/../" * 700 + b"l%02d" % (i + 1)) for i in range(39)]
    starts = [b.link(b"x%05d.proto" % i, b"l00") for i in range(20000)]
    return [b.tree((b"40000", b"d", b.tree(b.file(b"f", b""))), *chain, b.file(b"l39", OTHER), *starts)] * 2


def long_paths(b):
    return [b.grow(30, b.file(b"x.proto", x), name=b"%d" + b"n" * 99) for x in (OTHER, OTHER + b"//")]


def deep(b):
    return [b.grow(300, b.file(b"x.proto", x), width=1) for x in (OTHER, OTHER + b"//")]


def entries(b):
    many = [b.file(b"f%06d" % i, b"") for i in range(50000)]
    return [b.grow(4, *many, b.file(b"x.proto", x)) for x in (OTHER, OTHER + b"//")]


def wide_trees(b):
    """Trees of 60 MB that compress well, each once."""
    empty = b.blob(b"")
    most = b"".join(b"100644 " + b"g" * 80 + b"%06d\0" % i + empty for i in range(530000))
    trees = [b.object(b"tree", b"100644 f%02d\0" % i + empty + most) for i in range(19)]
    return [None, b.tree(*((b"40000", b"d%02d" % i, t) for i, t in enumerate(trees)))]


def bytes_of_a_side(b):
    big = b"/*" + b"x" * (63 << 20) + b"*/"
    return [None, b.grow(1, b.file(b"x.proto", OTHER + big), width=18)]


CASES = {plain: BREAKS, plain_differ: BREAKS, plain_added: BREAKS, differ_above_equal: BREAKS, few_contracts: BREAKS,
         contracts: CONTRACTS, contracts_added: CONTRACTS, few_links: BREAKS, links: LINKS, links_nowhere: LINKS,
         links_wander: LINKS, long_paths: PATHS, deep: DEEP, entries: ENTRIES, wide_trees: TREES, bytes_of_a_side: BYTES_OF_SIDE}


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if not os.environ.get("BREAKWATER_SANITIZED"):
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def check(bw, scratch, at):
    done = subprocess.run([bw, "check", "base", "head"], cwd=at, env=scratch.env, capture_output=True, text=True, preexec_fn=limit,
                          stdin=subprocess.DEVNULL, timeout=600)
    return done.returncode, done.stdout, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bw", required=True)
    parser.add_argument("cases", nargs="*", help="all, if none is named")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as tmp:
        scratch = Scratch(tmp)
        for case, (status, out, err) in CASES.items():
            if options.cases and case.__name__ not in options.cases:
                continue
            bombs = Bombs(scratch, pathlib.Path(tmp) / case.__name__)
            base, head = case(bombs)
            bombs.branch("base", OLD, base)
            bombs.branch("head", NEW, head)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            got = check(os.path.abspath(options.bw), scratch, bombs.at)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            ok = got[0] == status and out in got[1] and err in got[2]
            failed += not ok
            print(f"{'ok  ' if ok else 'FAIL'} {case.__name__}: status {got[0]}, {after.ru_utime - before.ru_utime:.1f} s")
            if not ok:
                print(f"  wanted {status} {out}{err}\n  {got[1][-300:]}\n  {got[2][-600:]}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
