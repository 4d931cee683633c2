#!/usr/bin/env python3
"""Damages git's files beside the objects: the check must give the right answer or exit 2.

usage: damage.py --bw PATH [--seed N] [--count N]

The repository has several packs, a multi-pack-index and a commit-graph; each run changes one of these files: a bit, a byte, a
swapped offset or id of an index, a cut end, zeros. A flipped bit of an index can lead to another object; even then the answer
must not be wrong. Exit status 0 when all pass.
"""
import argparse
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

from scratch import Scratch


def build(scratch):
    at = scratch.repository("repo", {"a.proto": 'syntax = "proto3";\nmessage A { string one = 1; }\n'})
    for i in range(12):
        for k in range(4):
            fields = "".join(f"  string f{n} = {n + 2};\n" for n in range(30 + i if k % 2 else 30))
            scratch.write(at, {f"d{k}/m{k}.proto": f'syntax = "proto3";\npackage p{k};\nmessage M {{\n{fields}}}\n'})
        scratch.write(at, {"a.proto": f'syntax = "proto3";\nmessage A {{ string one{i} = 1; }}\n'})
        scratch.commit(at)
        if i % 4 == 3:
            scratch.git(at, "tag", "-a", "-m", "t", f"v{i}")
            scratch.git(at, "repack", "-q", "-d")
    scratch.git(at, "multi-pack-index", "write")
    scratch.git(at, "commit-graph", "write", "--reachable")
    for folder in (at / ".git/objects", at / ".git/objects/pack", at / ".git/objects/info"):
        for path in folder.iterdir():
            if path.is_file():
                path.chmod(0o644)
    return at


def offsets_of(index):
    """Where the offsets of an index of version 2 begin, and how many there are."""
    n = struct.unpack(">I", index[8 + 255 * 4:8 + 256 * 4])[0]
    return 8 + 256 * 4 + n * 24, n


def hurt(rng, name, data):
    kind = rng.choice(("bit", "byte", "cut", "zeros", "aim", "aim", "aim"))
    out = bytearray(data)
    if kind == "aim" and name.endswith(".idx"):
        at, n = offsets_of(data)
        a, b = rng.randrange(n), rng.randrange(n)
        if rng.random() < 0.5:  # the offset of another object
            out[at + 4 * a:at + 4 * a + 4] = data[at + 4 * b:at + 4 * b + 4]
        else:
            value = rng.choice((0, 1, 11, 12, 13, 0x7fffffff, 0x80000000, 0xffffffff, len(data), rng.randrange(1 << 16)))
            out[at + 4 * a:at + 4 * a + 4] = struct.pack(">I", value)
    elif kind == "aim" and name.endswith(".pack"):
        for _ in range(rng.randint(1, 4)):
            out[rng.randrange(12, len(out) - 20)] = rng.randrange(256)
        if rng.random() < 0.3:
            out[-40:-20] = os.urandom(20)
    elif kind == "cut":
        del out[rng.randrange(len(out)):]
    elif kind == "zeros":
        at = rng.randrange(len(out))
        out[at:at + rng.randint(1, 64)] = bytes(min(64, len(out) - at))
    elif kind == "byte":
        out[rng.randrange(len(out))] = rng.randrange(256)
    else:
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return kind, bytes(out)


CALLS = (("v3", "v11"), ("HEAD~1", "HEAD"), ("v7", "worktree:"), ("HEAD~3^{tree}", "v11"), ("HEAD~2^{/change}", "HEAD"), ("v3...HEAD",))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bw", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150)
    args = parser.parse_args()
    bw, rng = os.path.abspath(args.bw), random.Random(args.seed)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as tmp:
        scratch = Scratch(tmp, bw)
        at = build(scratch)
        files = [x for x in (at / ".git/objects").rglob("*") if x.is_file() and x.suffix in (".idx", ".pack", ".rev", "")
                 and len(x.name) > 14 and x.stat().st_size > 100 and x.parent.name in ("pack", "info")]

        def answers(call):
            code, out, _ = scratch.run([bw, "check", "--format", "json", *call], at)
            return code, out

        want = {call: answers(call) for call in CALLS}
        assert all(code in (0, 1) for code, _ in want.values()), [x for x in want.items() if x[1][0] == 2]
        for _ in range(args.count):
            path, call = rng.choice(files), rng.choice(CALLS)
            sound = path.read_bytes()
            kind, data = hurt(rng, path.name, sound)
            path.write_bytes(data)
            try:
                code, out, err = scratch.run([bw, "check", "--format", "json", *call], at)
            except subprocess.TimeoutExpired:
                code, out, err = "hangs", b"", ""
            ok = (code, out) == want[call] or (code == 2 and "error:" in err)
            passed, failed = passed + ok, failed + (not ok)
            if not ok:
                where = next((i for i, (a, b) in enumerate(zip(sound, data)) if a != b), len(data))
                print(f"{kind} at {where} of {len(sound)} in {path.name}, {' '.join(call)}: status {code}: {err[-300:]}")
            path.write_bytes(sound)
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
