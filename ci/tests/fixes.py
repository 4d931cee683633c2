#!/usr/bin/env python3
"""Holds `breakwater fix` to what it promises, on the cases of testdata/.

usage: fixes.py --bw PATH [--reserve] [--show N] [--left] [--use IDS] [FOLDER...] [--only TEXT]

Every pair old/ and new/ below the folders (testdata/rules, testdata/categories, testdata/breaks) is fixed for the rules that the case
is about, and for all rules at once (--use: for these alone). Then
  applies  `git apply` takes the patch, each hunk at its own line
  known    the new side still compiles
  fixed    a check no longer has what `fixed:` names, and has nothing new
  told     each finding that fails the check is told once, as fixed or left, and the status says whether one is left
  quiet    fix alone writes nothing, and a second fix has no patch
  written  --write makes the files that the patch makes
  clean    the patch touches contracts alone, and no line that it adds ends in a blank
--left prints what is left, and why. Exit status 0: all was kept.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from scratch import quiet

TOP = pathlib.Path(__file__).resolve().parents[2]
EVERYTHING = "FILE,PACKAGE,WIRE_JSON,WIRE,CSR"
LINE = re.compile(r"(fixed|left): ([0-9a-f]{16}) (\w+) (.*?): (.*)")
FEWEST = 0.9  # of the findings are fixed


class Broken(Exception):
    """A promise that was not kept."""


def run(words, cwd, data=None):
    env = {**quiet(os.environ), "NO_COLOR": "1", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(cwd.parent)}
    done = subprocess.run([str(w) for w in words], cwd=cwd, env=env, input=data, capture_output=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def check(bw, args, at):
    status, out, err = run([bw, "check", *args, "--format", "json"], at)
    if status not in (0, 1):
        return None, err
    return [json.loads(x) for x in out.decode().splitlines()], err


def told(head, before, status):
    """The fingerprints that are fixed and left."""
    active = collections.Counter({f["fingerprint"]: 1 for f in before if f["severity"] == "error"})
    lines = [LINE.fullmatch(x) for x in head.splitlines()]
    if not all(lines) or collections.Counter(x[2] for x in lines) != active:
        raise Broken(f"told: {head[:200]!r} for {sorted(active)}")
    fixed, left = ({x[2] for x in lines if x[1] == kind} for kind in ("fixed", "left"))
    if status != bool(left):
        raise Broken(f"told: status {status} with {len(left)} left")
    return fixed, left, [x[0] for x in lines if x[1] == "left"]


def clean(patch):
    for path in re.findall(r"^(?:\+\+\+ b/|--- a/)(.*)$", patch, re.M):
        if not path.endswith(".proto") or ".." in path.split("/"):
            raise Broken(f"clean: edits {path}")
    for line in patch.splitlines():
        if re.fullmatch(r"\+(?!\+\+).*[ \t]", line):
            raise Broken(f"clean: {line!r} ends in a blank")


def apply(bw, args, at, out, before, fixed):
    status, _, err = run(["git", "apply", "--verbose", "--whitespace=nowarn", "-"], at / "new", out)
    if status or "offset" in err:
        raise Broken(f"applies: {err.strip()[:300]}")
    after, err = check(bw, args, at)
    if after is None:
        raise Broken(f"known: {err.strip()[:300]}")
    again = {f["fingerprint"]: f for f in after}
    for f in (again[x] for x in again if x in fixed or x not in {b["fingerprint"] for b in before}):
        raise Broken(f"fixed: {f['type']} {f['element']}: {f['message']}")


def judge(bw, case, args, options):
    """The numbers of findings that are fixed and left, and the lines of the latter; None: nothing can be judged."""
    with tempfile.TemporaryDirectory() as d:
        at = pathlib.Path(d) / "case"
        shutil.copytree(case, at, symlinks=True)
        for side in ("old", "new"):
            (at / side).mkdir(exist_ok=True)
        before, _ = check(bw, args, at)
        if before is None:
            return None
        as_it_was = files(at)
        status, out, err = run([bw, "fix", *options, *args], at)
        if status not in (0, 1):
            raise Broken(f"told: status {status}: {err.strip()[:300]}")
        if files(at) != as_it_was:
            raise Broken("quiet: fix wrote something")
        text = out.decode("utf-8", "replace")
        head, mark, diff = text.partition("diff --git ")
        fixed, left, lines = told(head, before, status)
        if bool(fixed) != bool(mark):
            raise Broken(f"told: {len(fixed)} findings are fixed by {len(diff)} bytes")
        clean(mark + diff)
        if mark:
            shutil.copytree(at / "new", at / "written")
            apply(bw, args, at, out, before, fixed)
            if b"diff --git " in run([bw, "fix", *options, *args], at)[1]:
                raise Broken("quiet: a second fix has a patch")
            patched = files(at / "new")
            shutil.rmtree(at / "new")
            (at / "written").rename(at / "new")
            run([bw, "fix", "--write", *options, *args], at)
            if files(at / "new") != patched:
                raise Broken("written: --write makes other files")
        return len(fixed), len(left), lines


def arguments(case, use):
    """What `check` is called with: for the case's own rules, and for all."""
    if use:
        return [["--use", use, "dir:old", "dir:new"]]
    all_ = [["--use", EVERYTHING, "dir:old", "dir:new"]]
    if (case / "config.yaml").exists():
        return [["--config", "config.yaml", "dir:old", "dir:new"], *all_]
    return [["--use", case.parent.name, "dir:old", "dir:new"], *all_] if case.parent.parent.name == "rules" else all_


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--reserve", action="store_true")
    p.add_argument("--show", type=int, default=20)
    p.add_argument("--left", action="store_true")
    p.add_argument("--use")
    p.add_argument("--only", default="")
    p.add_argument("folders", nargs="*", type=pathlib.Path)
    a = p.parse_args()
    bw, options = os.path.abspath(a.bw), ["--reserve"] if a.reserve else []
    folders = a.folders or [TOP / "testdata" / t for t in ("rules", "categories", "breaks")]
    cases = sorted({x.parent for f in folders for x in f.resolve().rglob("*") if x.name in ("old", "new") and x.is_dir()})
    count, broken = collections.Counter(), []

    def one(job):
        case, args = job
        try:
            return case, args, judge(bw, case, args, options)
        except (Broken, subprocess.TimeoutExpired) as e:
            return case, args, str(e)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, args, got in pool.map(one, [(c, x) for c in cases if a.only in str(c) for x in arguments(c, a.use)]):
            name = f"{case.parent.name}/{case.name} {args[1][:30]}"
            if isinstance(got, str):
                broken.append(f"{name}: {got}")
            elif got:
                count["cases"] += 1
                count["fixed"] += got[0]
                count["left"] += got[1]
                if a.left and got[2]:
                    print(name, *got[2], sep="\n  ")
    print("\n".join(broken[:a.show]) or "every promise was kept")
    print(f"{count['cases']} cases, {count['fixed']} findings fixed, {count['left']} left; {len(broken)} broken promises")
    return 1 if broken or count["cases"] < 5 or count["fixed"] < FEWEST * (count["fixed"] + count["left"]) else 0


if __name__ == "__main__":
    sys.exit(main())
