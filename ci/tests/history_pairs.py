#!/usr/bin/env python3
"""Holds `check --history` against plain checks of each pair, and `log` against itself, on random histories.

usage: history_pairs.py --bw PATH [--histories N] [--seed N]

A history is some commits of a small repository: fields, values, messages and files come, go, change and move, branches are merged, and
commits are reverted. For the last commit against the one before it

  - the findings of `check --history=commits --all`, spread out over their versions, are those of a plain check of each version;
  - what is not known is what the definition in breakwater-history(7) calls new, computed from plain checks;
  - the lines of `log --net` are those of `log`, if the range has one step;
  - `check --blame` names the commit that a bisection by plain checks finds.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from scratch import quiet

TYPES = ["int32", "int64", "string", "bytes", "bool", "Color", "repeated string", "map<string, int32>"]
SPENT = "FIELD_NO_NUMBER_REUSE,FIELD_NO_NAME_REUSE,ENUM_VALUE_NO_NUMBER_REUSE,ENUM_VALUE_NO_NAME_REUSE"


class Contract:
    def __init__(self, rng):
        self.rng = rng
        self.messages = {"Order": ("a.proto", {1: ("string", "id")}), "Item": ("b.proto", {1: ("int32", "n"), 2: ("string", "x")})}
        self.values = {0: "NONE", 1: "RED"}

    def step(self):
        r = self.rng
        name = r.choice(sorted(self.messages))
        file, fields = self.messages[name]
        fields = dict(fields)
        what = r.randrange(10)
        if what < 4:
            fields[r.randint(1, 5)] = (r.choice(TYPES), r.choice(["id", "total", "note", "x", "y"]))
        elif what < 6 and fields:
            fields.pop(r.choice(sorted(fields)))
        elif what == 6:
            file = "b.proto" if file == "a.proto" else "a.proto"
        elif what == 7:
            new = r.choice(["Order", "Item", "Bill"])
            if new not in self.messages:
                self.messages.pop(name)
                name = new
        else:
            n = r.randint(1, 3)
            if n in self.values:
                self.values.pop(n)
            else:
                self.values[n] = r.choice(["RED", "BLUE", "GREEN"]) + str(r.randint(0, 1))
        seen, kept = set(), {}
        for n, (kind, field) in sorted(fields.items()):
            while field in seen:
                field += "z"
            seen.add(field)
            kept[n] = (kind, field)
        self.messages[name] = (file, kept)
        names = set()
        self.values = {n: v for n, v in sorted(self.values.items()) if not (v in names or names.add(v))}

    def files(self):
        out = {"c.proto": "enum Color {\n" + "".join(f"  {v} = {n};\n" for n, v in self.values.items()) + "}\n"}
        for name, (file, fields) in sorted(self.messages.items()):
            out[file] = out.get(file, "") + f"message {name} {{\n" + "".join(f"  {k} {f} = {n};\n" for n, (k, f) in fields.items()) + "}\n"
        return {f: 'syntax = "proto3";\npackage acme.v1;\n' + ('import "c.proto";\n' if f != "c.proto" else "") + body for f, body in out.items()}


class History:
    def __init__(self, bw, work, rng):
        self.bw, self.work, self.rng, self.day = bw, work, rng, 0
        self.git("init", "-q", "-b", "main", ".")
        self.memo = {}

    def git(self, *args):
        date = f"{1704103200 + self.day * 86400} +0000"
        env = {**quiet(os.environ), "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date,
               "GIT_AUTHOR_NAME": "dev", "GIT_AUTHOR_EMAIL": "d@acme.example", "GIT_COMMITTER_NAME": "dev", "GIT_COMMITTER_EMAIL": "d@acme.example"}
        return subprocess.run(["git", *args], cwd=self.work, env=env, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, contract):
        self.day += 1
        for path in pathlib.Path(self.work).glob("*.proto"):
            path.unlink()
        for name, text in contract.files().items():
            (pathlib.Path(self.work) / name).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", f"step {self.day}")

    def run(self, *args):
        done = subprocess.run([self.bw, *args, "--format", "json"], cwd=self.work, env={**quiet(os.environ), "NO_COLOR": "1"},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        return done.returncode, [json.loads(x) for x in done.stdout.splitlines()], done.stderr

    def plain(self, a, b):
        """The findings of a plain check."""
        trees = self.git("rev-parse", f"{a}^{{tree}}"), self.git("rev-parse", f"{b}^{{tree}}")
        if trees not in self.memo:
            status, rows, err = self.run("check", "--use", "FILE,WIRE_JSON", "--except", SPENT, a, b)
            if status == 2:
                raise RuntimeError(err)
            self.memo[trees] = rows
        return self.memo[trees]


def key(f):
    return (f["type"], f["element"], f.get("number"), f.get("before"), f.get("after"), f.get("path") or f.get("old_path"), f["start_line"])


def make(history, contract, steps):
    for _ in range(steps):
        before = history.git("rev-parse", "HEAD") if history.day else None
        kind = history.rng.randrange(8)
        if before and kind == 0 and history.day > 2:
            history.day += 1
            history.git("checkout", "-q", history.rng.choice(history.git("rev-list", "--first-parent", "HEAD").split()), "--", ".")
            history.git("commit", "-q", "--allow-empty", "-m", f"back {history.day}")
        elif before and kind == 1:
            history.git("checkout", "-q", "-B", "side")
            contract.step()
            history.commit(contract)
            history.git("checkout", "-q", "main")
            history.day += 1
            history.git("merge", "-q", "--no-ff", "-m", f"merge {history.day}", "side")
        else:
            contract.step()
            history.commit(contract)


def versions(history, base):
    """The distinct states of the first parents of the base, oldest first: ids of ten digits."""
    chain, last = [], None
    for commit in reversed(history.git("rev-list", "--first-parent", base).split()):
        state = history.git("ls-tree", "-r", commit)
        if state != last:
            chain.append(commit[:10])
        last = state
    chain[-1] = min(chain[-1], history.git("rev-parse", base)[:10])  # of two names of one state the first is shown
    return chain


def spread(rows, chain):
    out = collections.Counter()
    for f in rows:
        for a, b in f.get("stretches") or [(f["from"], f["to"])]:
            for v in chain[chain.index(a):chain.index(b) + 1]:
                out[(key(f), v)] += 1
    return out


def hold_history(history):
    chain = versions(history, "HEAD~1")
    status, rows, err = history.run("check", "--history=commits", "--all", "--use", "FILE,WIRE_JSON", "--except", SPENT, "HEAD~1", "HEAD")
    if status == 2:
        return [f"status 2: {err}"]
    want = collections.Counter((key(f), v) for v in chain for f in history.plain(v, "HEAD"))
    got = spread(rows, chain)
    why = [f"missing {x}" for x in (want - got)] + [f"extra {x}" for x in (got - want)]
    base = chain[-1]
    for f in rows:
        new = False
        for v in chain:
            mine = [g for g in history.plain(v, "HEAD") if key(g) == key(f)]
            if mine:
                same = [g for g in history.plain(v, base) if (g["type"], g["element"], g.get("number"), g.get("before")) ==
                        (f["type"], f["element"], f.get("number"), f.get("before")) and set(mine[0]["breaks"]) <= set(g["breaks"])]
                new |= not same
        if f["known"] and new:
            why.append(f"known, and new for some version: {key(f)}")
    return why


def hold_blame(history):
    first = history.git("rev-list", "--first-parent", "HEAD").split()[-1]
    status, rows, err = history.run("check", "--blame", "--use", "FILE,WIRE_JSON", "--except", SPENT, first, "HEAD")
    if status == 2:
        return [f"status 2: {err}"]
    why, steps = [], history.git("rev-list", "--first-parent", "--reverse", f"{first}..HEAD").split()
    for f in rows:
        found = None
        for c in reversed(steps):
            if not any(g["fingerprint"] == f["fingerprint"] for g in history.plain(first, c)):
                break
            found = c
        blamed = f["blame"].get("merge") or f["blame"].get("commit")
        if blamed != found:
            why.append(f"{key(f)}: blamed {blamed}, found {found}")
    return why


def hold_log(history):
    _, net, _ = history.run("log", "--net", "HEAD~1..HEAD")
    _, steps, _ = history.run("log", "--by", "commit", "HEAD~1..HEAD")

    def bare(rows):
        return [{k: v for k, v in r.items() if k not in ("version", "commit", "date")} for r in rows]
    parents = history.git("rev-list", "--parents", "-n", "1", "HEAD").split()
    return [] if len(parents) != 2 or bare(net) == bare(steps) else [f"log --net: {bare(net)[:2]}, log: {bare(steps)[:2]}"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--histories", type=int, default=6)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    failed = 0
    for i in range(a.histories):
        rng = random.Random(a.seed * 1000 + i)
        with tempfile.TemporaryDirectory() as work:
            history = History(os.path.abspath(a.bw), work, rng)
            make(history, Contract(rng), rng.randint(4, 12))
            why = hold_history(history) + hold_blame(history) + hold_log(history)
            failed += bool(why)
            for w in why[:4]:
                print(f"history {a.seed * 1000 + i}: {w}")
    print(f"{a.histories - failed} of {a.histories} histories agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
