#!/usr/bin/env python3
"""Compares the rules with buf's on random pairs of contracts (pairs.py), in each category of each version of buf's configuration.

usage: parity.py --bw PATH [--buf PATH] [--seed N] [--seeds N] [--count N] [--together] [--show N] [--keep DIR]

It compares rule, file and start line of each finding, pair by pair. A pair that only one tool compiles is a difference; a pair that
neither compiles is counted and left out. With --keep the pairs stay in DIR/SEED, the refused ones in its refused/.

Not compared, since we differ on purpose (man/breakwater-from-buf.7): MESSAGE_SAME_REQUIRED_FIELDS in pairs with an edition, and the
line of RPC_SAME_IDEMPOTENCY_LEVEL where the option was deleted.
Exit status 0 when everything agrees, 77 where there is no buf.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pairs
from scratch import find_buf

CATEGORIES = {"v2": ["FILE", "PACKAGE", "WIRE_JSON", "WIRE", "CSR"], "v1": ["FILE", "PACKAGE", "WIRE_JSON", "WIRE"],
              "v1beta1": ["FILE", "PACKAGE", "WIRE_JSON", "WIRE"]}
PAIR = re.compile(r"\bp\d{4}\b")


def run(args, at):
    return subprocess.run([str(x) for x in args], cwd=at, capture_output=True, text=True, timeout=600)


def refusals(build, top, side):
    """{pair: first error} of the pairs that a tool does not compile; runs it until it compiles the rest."""
    out, hidden = {}, top / "hidden" / side
    for _ in range(60):
        done = run(build, top / side)
        if not done.returncode:
            break
        bad = {}
        for line in (done.stdout + done.stderr).splitlines():
            name = re.match(r"(p\d{4})/\S*:\d+:\d+:(?! warning)", line)
            if name:
                bad.setdefault(name[1], line)
        if not bad:
            sys.exit(f"{build[0]} fails for no pair: {(done.stderr + done.stdout)[:600]}")
        for name in bad:
            move(top / side / name, hidden / name)
        out.update(bad)
    for name in out:
        move(hidden / name, top / side / name)
    return out


def move(path, to):
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, to)


def sort_out(a, top):
    """Keeps the pairs that both tools compile. Returns how many neither compiles, and the differences in words."""
    either, words = set(), []
    for side in ("old", "new"):
        theirs = refusals([a.buf, "build", ".", "-o", os.devnull], top, side)
        ours = refusals([a.bw, "build", "dir:.", "-o", os.devnull], top, side)
        for name in sorted(set(theirs) ^ set(ours)):
            words.append(f"{name} {side}: only {'buf' if name in theirs else 'breakwater'} refuses: {theirs.get(name) or ours[name]}")
        either |= {*theirs, *ours}
    for name in either:
        for side in ("old", "new"):
            if (top / side / name).exists():
                move(top / side / name, top / "refused" / side / name)
    return len(either), words


def findings(text, editions):
    """{pair: [(rule, path, line)]}. A finding without a path belongs to the pair that its old path, element or message names."""
    out = collections.defaultdict(list)
    for line in text.splitlines():
        f = json.loads(line)
        path = f.get("path") or ""
        name = next(m[0] for m in (PAIR.search(f.get(k) or "") for k in ("path", "old_path", "element", "message")) if m)
        if f["type"] != "MESSAGE_SAME_REQUIRED_FIELDS" or name not in editions:
            out[name].append((f["type"], path, f["start_line"]))
    return out


def loosen(theirs, ours):
    """Removes the line of findings on a deleted idempotency level: buf points at the file."""
    gone = {f[:2] for f in theirs if f[0] == "RPC_SAME_IDEMPOTENCY_LEVEL" and f[2] == 1}
    return [collections.Counter((*f[:2], 1) if f[:2] in gone else f for f in side) for side in (theirs, ours)]


def without_line(counter):
    return collections.Counter(f[:2] for f in counter.elements())


def compare(a, top, version, categories, editions, count):
    """Prints what differs; returns how many pairs differ in rule or file, how many in the line, and the rules that were seen."""
    category = "+".join(categories)
    config = top / f"{version}-{category}.yaml"
    config.write_text(f"version: {version}\nbreaking:\n  use: [{', '.join(categories)}]\n")
    theirs = run([a.buf, "breaking", ".", "--against", "../old", "--config", config, "--against-config", config, "--error-format", "json",
                  "--exclude-imports"], top / "new")
    ours = run([a.bw, "check", "--config", config, "--format", "json", "dir:old", "dir:new"], top)
    if theirs.returncode not in (0, 100) or ours.returncode not in (0, 1):
        sys.exit(f"buf {theirs.returncode} {theirs.stderr[:600]}\nbreakwater {ours.returncode} {ours.stderr[:600]}")
    theirs, ours = findings(theirs.stdout, editions), findings(ours.stdout, editions)
    bad = bad_lines = 0
    for name in sorted({*theirs, *ours}):
        want, got = loosen(theirs.get(name, []), ours.get(name, []))
        wrong = without_line(want) != without_line(got)
        bad, bad_lines = bad + wrong, bad_lines + (want != got)
        if want != got and (bad if wrong else bad_lines) <= a.show:
            print(f"  {version} {category} {name}: missing {list((want - got).elements())[:5]} extra {list((got - want).elements())[:5]}")
    print(f"  {version} {category}: {count - bad}/{count} pairs agree on rule and file, {count - bad_lines}/{count} on the line too")
    return bad, bad_lines, collections.Counter(f[0] for v in theirs.values() for f in v)


def one_seed(a, seed, top, totals, seen):
    pairs.write_all(top, seed, a.count)
    refused, words = sort_out(a, top)
    names = {p.name for p in (top / "old").iterdir() if p.is_dir()}
    editions = {n for n in names for side in ("old", "new") for p in (top / side / n).rglob("*.proto") if p.read_text().startswith("edition")}
    print(f"seed {seed}: {len(names)} pairs, {refused} refused")
    for w in words[:a.show]:
        print("  " + w)
    totals["refusals"] += len(words)
    apart = [(v, [c]) for v, categories in CATEGORIES.items() for c in categories]
    for version, categories in [("v2", CATEGORIES["v2"])] if a.together else apart:
        bad, lines, rules = compare(a, top, version, categories, editions, len(names))
        totals["runs"] += len(names)
        totals["bad"] += bad
        totals["lines"] += lines
        seen.update(rules)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--buf", default=find_buf())
    p.add_argument("--seed", type=int, default=1, help="the first one")
    p.add_argument("--seeds", type=int, default=1, help="how many")
    p.add_argument("--count", type=int, default=400, help="pairs of a seed")
    p.add_argument("--together", action="store_true", help="all categories of v2 in one run, for many seeds")
    p.add_argument("--show", type=int, default=5, help="differences of a kind that are shown")
    p.add_argument("--keep", help="a folder for the pairs")
    a = p.parse_args()
    if not a.buf:
        print("skipped: there is no buf")
        return 77
    a.bw = os.path.abspath(a.bw)
    totals, seen = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as tmp:
        for seed in range(a.seed, a.seed + a.seeds):
            top = pathlib.Path(os.path.abspath(a.keep or tmp), str(seed))
            if top.exists():
                shutil.rmtree(top)
            one_seed(a, seed, top, totals, seen)
            if not a.keep:
                shutil.rmtree(top)
    runs = max(totals["runs"], 1)
    print(f"findings: {sum(seen.values())} of {len(seen)} rules, the rarest {seen.most_common()[:-6:-1]}")
    print(f"parity: {100 - 100 * totals['bad'] / runs:.2f} % on rule and file, {100 - 100 * totals['lines'] / runs:.2f} % with the line, "
          f"{totals['runs']} runs; {totals['refusals']} pairs that only one tool takes")
    return 1 if totals["bad"] or totals["lines"] or totals["refusals"] or not totals["runs"] else 0


if __name__ == "__main__":
    sys.exit(main())
