#!/usr/bin/env python3
"""Compares how working-tree files are read with git: for random .gitattributes, configurations and contents, breakwater reads the blob
that `git add` would make.

usage: attributes.py --bw PATH [--seed N] [--count N]

In each repository the index holds other blobs than the disk, so that every file is read. `git add` into a copy of the index says which
blobs git makes; a check of that tree against the working tree must find no difference, and exit 2 for what git refuses to add.
"""
import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from scratch import quiet

ENVIRONMENT = quiet(os.environ) | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1", "HOME": "/nowhere",
                                   "XDG_CONFIG_HOME": "/nowhere", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
                                   "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
ENCODINGS = ["UTF-16", "UTF-16LE", "UTF-16BE", "utf-16le-bom", "utf16", "UTF-32", "UTF-32LE", "SHIFT-JIS", "ISO-8859-1", "latin1",
             "windows-1252", "UTF-8", "utf8", "no-such-encoding", "EUC-JP", "UTF-7", "UTF-16BE-BOM"]
WRITTEN = ["utf-8", "utf-8", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "shift-jis", "latin-1", "cp1252", "euc-jp"]
FOLDERS = ["", "a/", "a/b/", "c d/"]
NAMES = ["a.proto", "b.proto", "x1.proto", "q e.proto", "é.proto"]
PATTERNS = ["*.proto", "a/*.proto", "/a/b.proto", "**/x1.proto", "[ab].proto", '"q e.proto"', '"\\303\\251.proto"', "b*", "a", "a/", "*",
            "a/b/**", "**/b/*", "!a.proto", "a.pro?o", "\\*.proto", "/*.proto", "[!a]*", "c*/a.proto", "*.txt", "[attr]", "*[[:digit:]].proto"]
WORDS = ["text", "-text", "!text", "text=auto", "text=other", "eol=lf", "eol=crlf", "eol=no", "-eol", "crlf", "-crlf", "crlf=input", "!crlf",
         "ident", "-ident", "!ident", "ident=x", "binary", "-binary", "!binary", "mine", "-mine", "yours", "!yours", "filter=none", "-filter",
         "diff", "merge=union", "bad*name", "working-tree-encoding", "-working-tree-encoding", "!working-tree-encoding"]
PIECES = ["// a\n", "// b\r\n", "\r\n", "// $Id$\n", "// $Id: some thing $\n", "// $Id: open\n", "// $Id:$ $Id: a$b\n", "$", "// caf\u00e9\r\n",
          "// \u65e5\n", "\n\n", "int32", "// tab\t\f\b\n", "/* \x1b */", "Id:", "$Id: \r\n$", "\U0001f600"]
RARE = ["\r", "\0", "\x7f", "\x01\x02", "\x1a", "\ufeff", "\x1a"]


def git(top, *args, check=True, **more):
    more["env"] = ENVIRONMENT | more.get("env", {})
    return subprocess.run(["git", "-C", str(top), *args], check=check, capture_output=True, timeout=60, **more)


def attributes(rng, macros):
    lines = []
    for _ in range(rng.randint(0, 4)):
        words = [rng.choice(WORDS) if rng.random() < 0.8 else f"working-tree-encoding={rng.choice(ENCODINGS)}" for _ in range(rng.randint(1, 3))]
        lines.append(rng.choice(["", "", "", " ", "# "]) + rng.choice(PATTERNS) + rng.choice([" ", "\t", "   "]) + " ".join(words))
    if macros and rng.random() < 0.5:
        lines.insert(rng.randint(0, len(lines)), rng.choice(["[attr]mine text eol=lf -ident", "[attr]mine yours ident", "[attr]mine -text"]))
        lines.insert(rng.randint(0, len(lines)), rng.choice(["[attr]yours crlf=input", "[attr]yours !text ident", "[attr]binary text"]))
    return (rng.choice(["", "", "\ufeff"]) + rng.choice(["\n", "\r\n"]).join(lines) + rng.choice(["", "\n"])).encode()


def content(rng):
    text = "".join(rng.choice(PIECES) for _ in range(rng.randint(0, 8)))
    if rng.random() < 0.25:
        text += rng.choice(RARE) + rng.choice(["", "// x\n"])
    data = text.encode(rng.choice(WRITTEN), "replace")
    return data[:-1] if rng.random() < 0.03 else data


def make(rng, top):
    git(top, "init", "-q", "-b", "main", ".")
    if rng.random() < 0.5:
        git(top, "config", "core.autocrlf", rng.choice(["true", "input", "false", "yes"]))
    if rng.random() < 0.3:
        git(top, "config", "core.attributesFile", str(top / "global"))
        (top / "global").write_bytes(attributes(rng, True))
    if rng.random() < 0.3:
        (top / ".git/info").mkdir(exist_ok=True)
        (top / ".git/info/attributes").write_bytes(attributes(rng, True))
    names = []
    for folder in FOLDERS:
        (top / folder).mkdir(exist_ok=True)
        names += [folder + name for name in rng.sample(NAMES, 3)]
        if rng.random() < 0.6:
            (top / folder / ".gitattributes").write_bytes(attributes(rng, folder == "" or rng.random() < 0.2))
    for name in names:
        (top / name).write_bytes(content(rng))
        before = git(top, "hash-object", "-w", "--stdin", input=content(rng)).stdout.decode().strip()
        if rng.random() < 0.8:
            git(top, "update-index", "--add", "--cacheinfo", f"100644,{before},{name}")
    for folder in FOLDERS:  # a folder that is only in the index counts too
        path = top / folder / ".gitattributes"
        if path.exists() and rng.random() < 0.3:
            blob = git(top, "hash-object", "-w", "--no-filters", str(path)).stdout.decode().strip()
            git(top, "update-index", "--add", "--cacheinfo", f"100644,{blob},{folder}.gitattributes")
            path.unlink()
    return names


def check(bw, top):
    return subprocess.run([bw, "check", "truth", "--allow-empty"], cwd=top, capture_output=True, text=True, errors="replace",
                          env=quiet(os.environ), timeout=60)


def truth(top, names):
    """Makes the tag `truth` from what git adds; returns the files that git refuses."""
    own = {"GIT_INDEX_FILE": str(top / ".git/copy")}
    (top / ".git/copy").write_bytes((top / ".git/index").read_bytes() if (top / ".git/index").exists() else b"")
    refused = [name for name in names if git(top, "add", "--", name, check=False, env=own).returncode]
    tree = git(top, "write-tree", env=own).stdout.decode().strip()
    commit = git(top, "commit-tree", tree, "-m", "x").stdout.decode().strip()
    git(top, "tag", "-f", "truth", commit)
    return refused


def wrong(bw, top, names):
    """The files that breakwater reads differently, and how many git refuses."""
    refused = truth(top, names)
    texts = {name: (top / name).read_bytes() for name in names}
    bad = []
    for name in refused:
        (top / name).unlink()
    for name in refused:
        (top / name).write_bytes(texts[name])
        done = check(bw, top)
        if done.returncode != 2 or "gitattributes" not in done.stderr:
            bad.append(f"{name}: git refuses it, we: {done.returncode} {done.stderr[:300]}")
        (top / name).unlink()
        git(top, "update-index", "--force-remove", name)
    rest = [name for name in names if name not in refused]
    truth(top, rest)
    if same(bw, top):
        return bad, len(refused)
    for name in rest:
        (top / name).unlink()
    for name in rest:
        (top / name).write_bytes(texts[name])
        git(top, "tag", "-f", "truth", git(top, "commit-tree", tree_of(top, name), "-m", "x").stdout.decode().strip())
        if not same(bw, top):
            bad.append(f"{name}: another blob than git's of {texts[name]!r}: {check(bw, top).stderr[:400]}")
        (top / name).unlink()
    return bad or ["together they differ, alone none does"], len(refused)


def tree_of(top, name):
    own = {"GIT_INDEX_FILE": str(top / ".git/copy")}
    listed = git(top, "ls-files", "-s", "--", name, env=own).stdout.decode()
    one = {"GIT_INDEX_FILE": str(top / ".git/one")}
    git(top, "read-tree", "--empty", env=one)
    git(top, "update-index", "--index-info", env=one, input=listed.encode())
    return git(top, "write-tree", env=one).stdout.decode().strip()


def same(bw, top):
    done = check(bw, top)
    return done.returncode == 0 and " 0 files compared" in done.stdout


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=12)
    a = p.parse_args()
    bw, bad, refused = pathlib.Path(a.bw).resolve(), 0, 0
    for number in range(a.count):
        with tempfile.TemporaryDirectory() as scratch:
            top = pathlib.Path(scratch)
            names = make(random.Random(f"{a.seed} {number}"), top)
            texts = {p: p.read_bytes() for p in [*top.rglob(".gitattributes"), top / "global", top / ".git/info/attributes"] if p.exists()}
            found, n = wrong(bw, top, names)
            refused += n
            if found:
                bad += 1
                print(f"== {number}", *found, sep="\n")
                for path, text in texts.items():
                    print(f"--- {path.relative_to(top)}: {text!r}")
    print(f"{a.count} repositories, {refused} files refused, {bad} read otherwise than by git")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
