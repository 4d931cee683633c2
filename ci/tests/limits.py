#!/usr/bin/env python3
"""Checks SECURITY.md's limits: input just below a limit is read, input just above it is an error that names it (status 2, of `breaking` 1).

usage: limits.py --bw PATH [NAME...]

Prints `N passed, N failed`; exit status 0 when nothing failed.
"""
import argparse
import concurrent.futures
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


def objects(t, at):
    """Writes a loose object without a look at it."""
    def put(kind, data):
        data = b"%s %d\0" % (kind, len(data)) + data
        name = hashlib.sha1(data).hexdigest()
        path = at / ".git/objects" / name[:2] / name[2:]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zlib.compress(data, 1))
        return name
    return put


def tree_of(put, *items):
    return put(b"tree", b"".join(mode + b" " + name + b"\0" + bytes.fromhex(id) for mode, name, id in items))


def commit_of(put, tree, message=b"x\n"):
    return put(b"commit", b"tree %s\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 1 +0000\n\n" % tree.encode() + message)


OUTER = "A" * 65000


def named(n):
    """n messages in one of a long name."""
    return PROTO + f"message {OUTER} {{" + "".join(f"message B{i:07} {{}}" for i in range(n)) + "}"


# Full names of that many messages have at most 16 MiB and eight times the bytes of the text.
MOST_NAMED = next(n for n in range(200, 1000) if (n + 1) * (len(OUTER) + 10) + len(OUTER) + 1 > (16 << 20) + 8 * len(named(n + 1)))


def errors(t, at, n):
    t.write(at, {"a.proto": PROTO + "message M {\n" + "".join(f"optional Missing{i} a{i} = {i + 1};\n" for i in range(n)) + "}\n"})
    return ["build", "dir:.", "-o", "../set.binpb"]


def seen(t, at, n):
    """n contracts, each of which sees those before it."""
    t.write(at, {f"f{i}.proto": PROTO + (f'import public "f{i - 1}.proto";\n' if i else "") for i in range(n)})
    return ["build", "dir:.", "-o", "../set.binpb"]


def side(t, at, n):
    """n contracts in folders that have a thousand each."""
    git(t, at)
    put = objects(t, at)
    blob = put(b"blob", PROTO.encode())
    trees = []
    for first in range(0, n, 1000):
        trees.append((b"40000", b"d%06d" % first, tree_of(put, *((b"100644", b"f%06d.proto" % i, blob) for i in range(first, min(first + 1000, n))))))
    commit = commit_of(put, tree_of(put, *trees))
    return ["check", commit, commit, "--path", ":(top)d*/f000000.proto"]


def path(t, at, n):
    git(t, at)
    put = objects(t, at)
    item = (b"100644", b"a.proto", put(b"blob", PROTO.encode()))
    n -= len("/a.proto")
    while n > 0:
        item = (b"40000", b"d" * min(n, 200), tree_of(put, item))
        n -= 201
    return ["build", commit_of(put, tree_of(put, item)), "-o", "../set.binpb"]


def links(t, at, n):
    t.write(at, {"real.proto": PROTO})
    for i in range(n):
        (at / (f"l{i}.proto" if i == 0 else f"l{i}")).symlink_to(f"l{i + 1}" if i < n - 1 else "real.proto")
    return ["check", "dir:.", "dir:.", "--path", "l0.proto"]


def tree_bytes(t, at, n):
    git(t, at)
    put = objects(t, at)
    blob = put(b"blob", PROTO.encode())
    items = [b"100644 a.proto\0" + bytes.fromhex(blob)]
    n -= len(items[0])
    while n:
        size = n if n < 400000 else 200000
        items.append(b"100644 f%05d" % len(items) + b"x" * (size - 13 - 21) + b"\0" + bytes.fromhex(blob))
        n -= size
    return ["check", "HEAD", commit_of(put, put(b"tree", b"".join(items)))]


def commit_bytes(t, at, n):
    git(t, at)
    put = objects(t, at)
    tree = t.git(at, "rev-parse", "HEAD^{tree}").strip()
    return ["check", commit_of(put, tree, b"x" * (n - 96)), "HEAD"]


def alternates(t, at, n):
    """n object folders, each the alternate of the one before it; the last one has the objects."""
    git(t, at)
    (at / ".git/objects").rename(at / f"objects{n}")
    for i in range(n):
        folder = at / (".git/objects" if i == 0 else f"objects{i}")
        (folder / "info").mkdir(parents=True)
        (folder / "info/alternates").write_text(str(at / f"objects{i + 1}") + "\n")
    return ["check", "HEAD", "HEAD"]


def deltas(t, at, n):
    """A pack whose contract is the last of n deltas of deltas."""
    git(t, at)
    text, entries, names = PROTO.encode(), [], []

    def number(value):
        out = b""
        while value > 127:
            out, value = out + bytes([value & 127 | 128]), value >> 7
        return out + bytes([value])

    def entry(kind, size, between, data):
        head = bytes([kind << 4 | size & 15 | (128 if size > 15 else 0)]) + (number(size >> 4) if size > 15 else b"")
        return head + between + zlib.compress(data)

    def contents(i):
        return text + b"//%06d\n" % (n - i)

    entries.append(entry(3, len(contents(0)), b"", contents(0)))
    for i in range(1, n + 1):
        tail = contents(i)[len(text):]
        delta = number(len(contents(i))) * 2 + bytes([0x80 | 0x10, len(text), len(tail)]) + tail
        base = hashlib.sha1(b"blob %d\0" % len(contents(i - 1)) + contents(i - 1)).digest()
        entries.append(entry(7, len(delta), base, delta))
    pack = b"PACK\0\0\0\2" + len(entries).to_bytes(4, "big") + b"".join(entries)
    (at / ".git/objects/pack/pack-a.pack").write_bytes(pack + hashlib.sha1(pack).digest())
    t.git(at, "index-pack", ".git/objects/pack/pack-a.pack")
    put = objects(t, at)
    blob = hashlib.sha1(b"blob %d\0" % len(contents(n)) + contents(n)).hexdigest()
    return ["build", commit_of(put, tree_of(put, (b"100644", b"a.proto", blob))), "-o", "../set.binpb"]


def git_config(t, at, n):
    git(t, at)
    text = (at / ".git/config").read_text()
    (at / ".git/config").write_text(padded(text, n, "#"))
    return ["check", "HEAD", "HEAD"]


def includes(t, at, n):
    """A configuration that includes n files."""
    git(t, at)
    for i in range(n):
        (at / f".git/c{i}").write_text("[x]\n\ty = 1\n")
    with open(at / ".git/config", "a") as file:
        file.write("[include]\n" + "".join(f"\tpath = c{i}\n" for i in range(n)))
    return ["check", "HEAD", "HEAD"]


def levels(t, at, n):
    """Each file includes the next one."""
    git(t, at)
    for i in range(n):
        with open(at / ".git" / (f"c{i - 1}" if i else "config"), "a") as file:
            file.write(f"[include]\n\tpath = c{i}\n")
    (at / f".git/c{n - 1}").write_text("[x]\n\ty = 1\n")
    return ["check", "HEAD", "HEAD"]


def ignore(t, at, n):
    git(t, at)
    with open(at / ".gitignore", "wb") as file:
        file.write(b"#")
        file.truncate(n)
    return ["check", "HEAD", "worktree:"]


def shallow(t, at, n):
    git(t, at)
    with open(at / ".git/shallow", "wb") as file:
        file.truncate(n)
    return ["check", "HEAD", "HEAD"]


def event(t, at, n):
    commit = git(t, at)
    (at / "event.json").write_text('{"pull_request": {"base": {"sha": "%s"}}, "pad": "' % commit)
    with open(at / "event.json", "a") as file:
        file.write("x" * (n - file.tell() - 2) + '"}')
    return ["check"], {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(at / "event.json")}


def set_bytes(t, at, n):
    with open(at / "set.binpb", "wb") as file:
        file.truncate(n)
    return ["check", "set:set.binpb", "set:set.binpb"]


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
    "bytes of full names": (contract(named), MOST_NAMED, "take more memory than its size justifies"),
    "errors of a contract": (errors, 1000, "more error", 1, False),
    "contracts that see each other": (seen, 4471, "the limit is 10000000 pairs of files"),
    "contracts of a side": (side, 200000, "has more than 200000 contracts"),
    "bytes of a path": (path, 4096, "a path has more than 4096 bytes"),
    "links of a path": (links, 40, "leads in a circle"),
    "bytes of a tree": (tree_bytes, 64 << 20, "is larger than 67108864 bytes"),
    "bytes of a commit": (commit_bytes, 16 << 20, "larger than 16777216 bytes"),
    "alternates of alternates": (alternates, 6, "missing"),
    "deltas of deltas": (deltas, 4095, "its pack or that pack's index is damaged"),
    "bytes of git's configuration": (git_config, 16 << 20, "config"),
    "files of git's configuration": (includes, 200, "includes more than 200 files"),
    "levels of git's configuration": (levels, 9, "more than 9 levels"),
    "bytes of ignore rules": (ignore, 100 << 20, "is larger than 104857600 bytes"),
    "bytes of the list of shallow commits": (shallow, 64 << 20, "shallow"),
    "bytes of a pipeline's event": (event, 25 << 20, "25 MiB"),
    "bytes of a set": (set_bytes, 1 << 30, "1 GiB", 1, False),
    "contracts": (contracts(lambda n: [(f"c{i}", "[M]") for i in range(n)]), 1000, "more than 1000 contracts"),
    "subjects of contracts": (contracts(lambda n: [("c", f"[M], subjects: [{', '.join(f's{i}' for i in range(n))}]")]), 9999, "contracts with more than 10000 names"),
    "names of contracts": (contracts(lambda n: [("c", f"[{', '.join(['M'] * n)}]")]), 10000, "contracts with more than 10000 names"),
}


def trials(t, bw, name):
    """What holds or does not: words, whether it does, and the errors."""
    held = []
    make, most, said, *more = LIMITS[name]
    step, clean = (more + [1, True][len(more):])[:2]
    for n, over in ((most, False), (most + step, True)):
        with tempfile.TemporaryDirectory(dir=t.tmp) as folder:
            at = pathlib.Path(folder) / "at"
            at.mkdir()
            made = make(t, at, n)
            args, env = made if isinstance(made, tuple) else (made, {})
            code, out, err = t.run([bw, *args], at, **env)
        good = code in (1, 2) and said in err if over else said not in err and (code in (0, 1) or not clean)
        held.append((f"{name}, {n}", good, f"status {code}\n{err[:600]}"))
    return held


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("name", nargs="*")
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as tmp, concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        t = Scratch(tmp, a.bw)
        for held in pool.map(lambda name: trials(t, os.path.abspath(a.bw), name), a.name or LIMITS):
            for one in held:
                t.holds(*one)
    return t.summary()


if __name__ == "__main__":
    sys.exit(main())
