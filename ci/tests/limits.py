#!/usr/bin/env python3
"""Checks SECURITY.md's limits: input just below a limit is read, input just above it is an error that names it (status 2, of `breaking` 1).

usage: limits.py --bw PATH [NAME...]

Prints `N passed, N failed`; exit status 0 when nothing failed.
"""
import argparse
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import zlib

from scratch import Scratch

PROTO = 'syntax = "proto2";\n'
OPTIONS = PROTO + '''import "google/protobuf/descriptor.proto";
message O { optional O o = 1; optional int32 i = 2; }
extend google.protobuf.MessageOptions { optional O o = 50000; }
extend google.protobuf.ExtensionRangeOptions { repeated int32 x = 50000; }
'''


def contract(text):
    """A folder of one contract, which is built."""
    return lambda t, at, n: (t.write(at, {"a.proto": text(n)}), ["build", "dir:.", "-o", "../set.binpb"])[1]


def config(text):
    def make(t, at, n):
        t.write(at, {"a.proto": PROTO, "breakwater.yaml": text(n)})
        return ["check", "dir:.", "dir:."]
    return make


def contracts(list_):
    """A breakwater.yaml with contracts: their names and their roots."""
    def make(t, at, n):
        declared = "".join(f"  - {{name: {name}, roots: {roots}}}\n" for name, roots in list_(n))
        t.write(at, {"a.proto": PROTO + "message M {}\n", "breakwater.yaml": f"version: 1\ncontracts:\n{declared}"})
        return ["check", "dir:.", "dir:."]
    return make


def accepted(t, at, n):
    t.write(at, {"a.proto": PROTO, "breakwater.accepted.yaml": padded("version: 1\naccepted: []\n", n, "#")})
    return ["check", "dir:.", "dir:."]


def padded(text, n, mark="//"):
    """The text with a comment after it, of n bytes."""
    return text + mark + "x" * (n - len(text) - len(mark) - 1) + "\n"


def image(t, at, n):
    """The set is a level, and its file is the next one."""
    t.write(at, {"set.json": '{"file": [{"name": "a.proto", "messageType": [{' + '"nestedType": [{' * (n - 2) + "}]" * (n - 2) + "}]}]}"})
    return ["breaking", "set.json", "--against", "set.json"]


def git(t, at):
    t.git(at, "init", "-q", "-b", "main")
    t.write(at, {"a.proto": PROTO})
    t.commit(at)
    return t.git(at, "rev-parse", "HEAD").strip()


def folders(t, at, n):
    git(t, at)
    t.write(at, {"d/" * n + "a.proto": PROTO})
    t.commit(at)
    return ["build", "HEAD", "-o", "../set.binpb"]


def revision(t, at, n):
    git(t, at)
    return ["check", "HEAD" + "^0" * ((n - 4) // 2), "HEAD"]


def reference(t, at, n):
    (at / ".git/refs/heads/x").write_text(git(t, at) + "\n" * (n - 40))
    return ["check", "x", "HEAD"]


def tags(t, at, n):
    name, kind = git(t, at), "commit"
    for _ in range(n):
        text = f"object {name}\ntype {kind}\ntag t\ntagger a <a@b> 1 +0000\n\n"
        name, kind = t.run(["git", "hash-object", "-w", "-t", "tag", "--stdin"], at, text.encode())[1].decode().strip(), "tag"
    return ["check", name, "HEAD"]


def base(t, at, n):
    """A pack whose contract is a delta of a blob of n bytes, the contract's text and zeros."""
    git(t, at)
    old, new = (PROTO + "message M {}\n").encode(), PROTO.encode()
    large = old + bytes(n - len(old))

    def number(value, first=b""):
        while value > 127:
            first, value = first + bytes([value & 127 | 128]), value >> 7
        return first + bytes([value])

    def entry(kind, size, between, data):
        head = bytes([kind << 4 | size & 15 | (128 if size > 15 else 0)]) + (number(size >> 4) if size > 15 else b"")
        return head + between + zlib.compress(data)

    name = hashlib.sha1(b"blob %d\0" % n + large).digest()
    delta = number(n) + number(len(new)) + bytes([0x80 | 0x10, len(new)])  # a copy of the first bytes
    pack = b"PACK\0\0\0\2\0\0\0\2" + entry(3, n, b"", large) + entry(7, len(delta), name, delta)
    (at / ".git/objects/pack/pack-a.pack").write_bytes(pack + hashlib.sha1(pack).digest())
    t.git(at, "index-pack", ".git/objects/pack/pack-a.pack")
    blob = t.git(at, "hash-object", "a.proto").strip()
    (at / ".git/objects" / blob[:2] / blob[2:]).unlink()
    return ["build", "HEAD", "-o", "../set.binpb"]


def chain(t, at, n):
    """n messages, each the field of the one before it and changed: the way to the last one has n steps."""
    for side in ("old", "new"):
        t.write(at, {f"{side}/a.proto": PROTO + "".join(f"message M{i} {{ optional {'int32' if side == 'old' else 'string'} x = 1; "
                                                        f"optional M{i + 1} m = 2; }}\n" for i in range(n)) + f"message M{n} {{}}\n"})
    return ["check", "dir:old", "dir:new", "--impact", "--format", "line"]


# Name, a function that makes the input of a size, the limit, the error above it; False if input below is refused for another reason.
LIMITS = {
    "bytes of a contract": (contract(lambda n: padded(PROTO, n)), 64 << 20, "is larger than 67108864 bytes"),
    "messages in messages": (contract(lambda n: PROTO + "message M {" * n + "}" * n), 31, "nested more than 31 levels deep"),
    "values in values": (contract(lambda n: OPTIONS + "message M { option (o) = {" + "o {" * (n - 1) + "}" * (n - 1) + "}; }"), 101,
                         "nested more than 100 levels deep"),
    "parts of an option's name": (contract(lambda n: OPTIONS + f"message M {{ option (o){'.o' * (n - 2)}.i = 1; }}"), 100, "has at most 100 parts"),
    "parts of a package's name": (contract(lambda n: PROTO + "package a" + ".a" * (n - 1) + ";"), 100, "has more than 100 parts"),
    "options of extension ranges": (contract(lambda n: OPTIONS + "message M { extensions " + ", ".join(str(2 * i + 1) for i in range(n // 100)) +
                                             " [" + ", ".join(["(x) = 1"] * 100) + "]; }"), 100100, "that is more than 100000", 100),
    "bytes of what a packed object is made from": (base, 128 << 20, "more than 134217728 bytes"),
    "folders in folders": (folders, 256, "at most 256 are read"),
    "levels of an image in JSON": (image, 100, "nested deeper than 100", 1, False),
    "steps of ways to what changed": (chain, 4469, "more than 10000000 steps"),
    "bytes of a configuration": (config(lambda n: padded("version: 1\n", n, "#")), 1 << 20, "larger than 1 MiB"),
    "levels of a configuration": (config(lambda n: "x: " + "[" * (n - 1) + "]" * (n - 1) + "\n"), 64, "nested more than 64 levels deep", 1, False),
    "anchors of a configuration": (config(lambda n: "".join(f"x{i}: &a{i} 1\n" for i in range(n))), 1000, "more than 1000", 1, False),
    "values of a configuration": (config(lambda n: "x: [" + "1," * (n - 9) + "]\n"), 200000, "more than 200000 values", 1, False),
    "entries of options": (config(lambda n: "version: 1\noptions:\n" + "".join(f"- {{path: (a.b{i}), rule: same}}\n" for i in range(n))), 1000, "more than 1000 entries"),
    "parts of an option's path": (config(lambda n: "version: 1\noptions: [{path: unknown" + ".a" * (n - 1) + ", rule: same}]\n"), 100, "more than 100 parts"),
    "paths of a configuration": (config(lambda n: "version: 1\nignore: [" + ", ".join(f"p{i}" for i in range(n)) + "]\n"), 10000, "more than 10000 paths"),
    "bytes of accepted breaks": (accepted, 1 << 20, "larger than 1 MiB"),
    "bytes of a revision's name": (revision, 4096, "4096", 2),
    "bytes of a reference": (reference, 64 << 10, "the reference 'refs/heads/x' cannot be read"),
    "tags of tags": (tags, 100, "leads to more than 100 others"),
    "contracts": (contracts(lambda n: [(f"c{i}", "[M]") for i in range(n)]), 1000, "more than 1000 contracts"),
    "names of contracts": (contracts(lambda n: [("c", f"[{', '.join(['M'] * n)}]")]), 10000, "contracts with more than 10000 names"),
}


def hold(t, bw, name):
    make, most, said, *more = LIMITS[name]
    step, clean = (more + [1, True][len(more):])[:2]
    for n, over in ((most, False), (most + step, True)):
        with tempfile.TemporaryDirectory(dir=t.tmp) as folder:
            at = pathlib.Path(folder) / "at"
            at.mkdir()
            code, out, err = t.run([bw, *make(t, at, n)], at)
        good = code in (1, 2) and said in err if over else said not in err and (code in (0, 1) or not clean)
        t.holds(f"{name}, {n}", good, f"status {code}\n{err[:600]}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("name", nargs="*")
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        t = Scratch(tmp, a.bw)
        for name in a.name or LIMITS:
            hold(t, os.path.abspath(a.bw), name)
    return t.summary()


if __name__ == "__main__":
    sys.exit(main())
