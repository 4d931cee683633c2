#!/usr/bin/env python3
"""Runs the program over the cases of testdata/ and says how many agree.

usage: goldens.py --bw PATH [--bless] [--show N] [FILTER...]

A case is a folder; its topic is the folder above. The function named after the topic says what its cases hold. No list names the
cases. FILTER: substrings, one of which must be in the case's path. `--bless` rewrites the expectations that are ours (all.jsonl, proofs, the
diagnostics of compile/invalid, cli/), never those that were measured on other programs.
Exit status 0 when every case agrees.
"""
import argparse
import collections
import concurrent.futures
import difflib
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from scratch import quiet

TIMEOUT = 120
EVERYTHING = "FILE,PACKAGE,WIRE_JSON,WIRE,CSR"
TOP = pathlib.Path(__file__).resolve().parents[2]
# The sanitizers have an exit status of their own, so that their report does not pass for an expected 2.
SANITIZERS = {"ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "halt_on_error=1:exitcode=99:print_stacktrace=1"}


class Wrong(Exception):
    """How a case differs from its expectation."""


class Program:
    def __init__(self, path, bless):
        self.path, self.bless = os.path.abspath(path), bless

    def environment(self, cwd, more=None):
        env = {k: v for k, v in quiet(os.environ).items() if k not in ("NO_COLOR", "CLICOLOR_FORCE")}
        env.update(SANITIZERS, NO_COLOR="1", LC_ALL="C.UTF-8", GIT_CONFIG_NOSYSTEM="1", HOME=str(cwd))
        env["TOP"] = str(TOP)
        env["PATH"] = os.path.dirname(self.path) + os.pathsep + env["PATH"]
        return {**env, **(more or {})}

    def run(self, args, cwd, env=None, stdin=None):
        with open(stdin or os.devnull, "rb") as given:
            done = subprocess.run([self.path, *args], cwd=cwd, env=self.environment(cwd, env), stdin=given,
                                  capture_output=True, timeout=TIMEOUT)
        out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        if done.returncode not in (0, 1, 2):
            raise Wrong(f"exit {done.returncode}: {err[-2000:]}")
        return done.returncode, out, err

    def golden(self, path, got):
        """Compares text with a golden of ours, or rewrites it. A missing file is an empty one."""
        want = path.read_text() if path.exists() else ""
        if got == want:
            return
        if not self.bless:
            diff = difflib.unified_diff(want.splitlines(), got.splitlines(), "golden", "got", lineterm="", n=1)
            raise Wrong(f"{path.name} differs:\n" + "\n".join("    " + x for x in list(diff)[2:40]))
        if got:
            path.write_text(got)
        else:
            path.unlink()


def findings(text):
    return [json.loads(x) for x in text.splitlines() if x.startswith("{")]


def unproved(text):
    """Reports without their proofs, which src/prove_test.c holds against what the findings break."""
    return "".join(json.dumps({k: v for k, v in json.loads(x).items() if k != "proof"}, ensure_ascii=False, separators=(",", ":")) + "\n"
                   if '"proof":' in x else x + "\n" for x in text.splitlines())


def compare(want, got, keys):
    """Compares two lists of findings as multisets of the keys, then by line."""
    def multiset(list_, keys):
        return collections.Counter(tuple(f.get(k) for k in keys) for f in list_)

    def at(list_):
        return multiset([dict(f, start_line=f.get("start_line") if f.get("path") else None) for f in list_], (*keys, "start_line"))
    w, g = multiset(want, keys), multiset(got, keys)
    if w != g:
        raise Wrong(f"missing {list((w - g).elements())[:3]} extra {list((g - w).elements())[:3]}")
    if "path" in keys and at(want) != at(got):
        raise Wrong(f"lines: wanted {list((at(want) - at(got)).elements())[:3]} got {list((at(got) - at(want)).elements())[:3]}")


def same_status(want, got, err):
    if want != got:
        raise Wrong(f"exit {got}, wanted {want}: {err.strip()[:400]}")


def sides(case, tmp):
    """The case's folder; a copy if a side is empty, which git does not keep."""
    if (case / "old").is_dir() and (case / "new").is_dir():
        return case
    copy = pathlib.Path(tmp) / "case"
    shutil.copytree(case, copy)
    for side in ("old", "new"):
        (copy / side).mkdir(exist_ok=True)
    return copy


def answers(bw, case, expect, ident, tmp):
    """Compares `check` with one rule or category, ID or ID@VERSION (of buf's configuration), with a file of expectations, and
    `check` with every rule on with all.jsonl."""
    work, (ident, *version) = sides(case, tmp), ident.split("@")
    want = findings(expect.read_text())
    args, all_args = ["check", "--format", "json"], ["check", "--format", "json", "--use", EVERYTHING]
    if (case / "config.yaml").exists():
        args += ["--config", "config.yaml"]
    elif version:
        config = pathlib.Path(tmp) / "buf.yaml"
        config.write_text(f"version: {version[0]}\nbreaking:\n  use:\n    - {ident}\n")
        args += ["--config", str(config)]
    elif not any((case / "new" / n).exists() for n in ("buf.yaml", "buf.work.yaml")):
        args += ["--use", ident]
    if (case / "args.txt").exists():
        args += (case / "args.txt").read_text().split()
    status, out, err = bw.run([*args, "dir:old", "dir:new"], work)
    got = findings(out)
    if want and "status" in want[0]:
        same_status(want[0]["status"], status, err)
    else:
        if status == 2:
            raise Wrong(f"exit 2: {err.strip()[:400]}")
        compare(want, got, ("type", "path"))
        same_status(int(any(f.get("severity") != "warning" for f in want)), status, err)
    status, out, err = bw.run([*all_args, "dir:old", "dir:new"], work)
    bw.golden(case / "all.jsonl", unproved(out) if status < 2 else f'{{"status": {status}}}\n')


def rules(bw, case, tmp):
    """rules/ID/CASE: old/, new/, expect.jsonl (measured on the peer) or ours.jsonl (where we differ on purpose), of that rule alone;
    all.jsonl: every rule on, ours. config.yaml and args.txt: more arguments."""
    ours = case / "ours.jsonl"
    answers(bw, case, ours if ours.exists() else case / "expect.jsonl", case.parent.name, tmp)


def categories(bw, expect, tmp):
    """categories/CASE/expect.ID.jsonl: as in rules/, with the answer for each category in a file of its own."""
    ident, ours = expect.name.split(".")[1], expect.with_name(expect.name.replace("expect", "ours", 1))
    answers(bw, expect.parent, ours if ours.exists() else expect, ident, tmp)


def breaks(bw, case, tmp):
    """breaks/CASE: expect.json says which surfaces each finding breaks."""
    expect = json.loads((case / "expect.json").read_text())
    use = expect["use"] if isinstance(expect["use"], str) else ",".join(expect["use"])
    status, out, err = bw.run(["check", "--format", "json", "--use", use, "dir:old", "dir:new"], sides(case, tmp))

    def flat(list_):
        return [dict(f, breaks=tuple(sorted(f.get("breaks") or ()))) for f in list_]
    if status == 2:
        raise Wrong(f"exit 2: {err.strip()[:400]}")
    compare(flat(expect["findings"]), flat(findings(out)), ("type", "breaks"))
    same_status(int(bool(expect["findings"])), status, err)


def proof(bw, case, tmp):
    """proof/CASE: `proofs`, ours: each proof that a check of category FILE gives, after its rule and element, as they were held against runtimes."""
    status, out, err = bw.run(["check", "--format", "json", "--use", "FILE", "dir:old", "dir:new"], sides(case, tmp))
    if status == 2:
        raise Wrong(f"exit 2: {err.strip()[:400]}")
    bw.golden(case / "proofs", "".join(f"{f['type']} {f['element']} {json.dumps(p, ensure_ascii=False)}\n" for f in findings(out) for p in f.get("proof", ())))


def listing(folder):
    """Every path under a folder with kind, mode, time, size and content: what "nothing written" means."""
    out = {}
    for at, dirs, files in os.walk(folder):
        for n in [".", *dirs, *files]:
            p = pathlib.Path(at, n)
            st = p.lstat()
            what = os.readlink(p) if p.is_symlink() else hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else ""
            out[os.path.relpath(p, folder)] = (st.st_mode, st.st_mtime_ns, st.st_size, what)
    return out


def prepare(case, tmp):
    """A copy of the case in which its setup.sh has run."""
    work = pathlib.Path(tmp) / "work"
    shutil.copytree(case, work, symlinks=True)
    if (work / "setup.sh").exists():
        done = subprocess.run(["sh", "./setup.sh"], cwd=work, capture_output=True, text=True)
        if done.returncode:
            raise Wrong("setup.sh: " + done.stderr.strip()[-400:])
    else:
        for side in ("old", "new"):
            if not (work / "cmd").exists():
                (work / side).mkdir(exist_ok=True)
    return work


def field(bw, case, tmp):
    """field/CASE: a situation from a public report. expect.json has the arguments, the exit status, the findings, what standard error
    must say, and which folders must be afterwards as they were."""
    expect, work = json.loads((case / "expect.json").read_text()), prepare(case, tmp)
    watched = {d: listing(work / d) for d in expect.get("unchanged", [])}
    status, out, err = bw.run(expect["args"], work, expect.get("env"), work / expect["stdin"] if "stdin" in expect else None)
    same_status(expect["exit"], status, err)
    rest = findings(out)
    for f in expect["findings"]:
        hit = next((g for g in rest if g["type"] == f["rule"] and g.get("path") == f.get("path") and
                    ("old_path" not in f or g.get("old_path") == f["old_path"])), None)
        if hit is None:
            raise Wrong(f"missing {f['rule']} {f.get('path') or f.get('old_path')}")
        if "line" in f and hit["start_line"] != f["line"]:
            raise Wrong(f"{f['rule']} at line {hit['start_line']}, wanted {f['line']}")
        rest.remove(hit)
    if rest:
        raise Wrong(f"extra {[(g['type'], g.get('path') or g.get('old_path')) for g in rest][:3]}")
    for s in expect.get("stderr", []):
        if s not in err:
            raise Wrong(f"standard error lacks {s!r}")
    for d, before in watched.items():
        if listing(work / d) != before:
            raise Wrong(f"written in {d}")


def contracts(bw, case, tmp):
    """contracts/CASE: as in field/; the findings name their contracts, in order, and all.jsonl has them whole."""
    field(bw, case, tmp)
    expect, work = json.loads((case / "expect.json").read_text()), prepare(case, pathlib.Path(tmp) / "again")
    status, out, err = bw.run(expect["args"], work)

    def named(list_, of):
        return collections.Counter((f[of], f.get("path"), *(c if isinstance(c, str) else c["name"] for c in f.get("contracts", []))) for f in list_)
    want, got = named(expect["findings"], "rule"), named(findings(out), "type")
    if want != got:
        raise Wrong(f"missing {list((want - got).elements())[:3]} extra {list((got - want).elements())[:3]}")
    bw.golden(case / "all.jsonl", unproved(out))


def imported(path, top, seen):
    """Names of the files below top, deps/NAME, that a file imports, directly or not."""
    for name in re.findall(rb'import\s+(?:public\s+|weak\s+|option\s+)?"([^"]+)"', path.read_bytes()):
        name = name.decode("utf-8", "replace")
        if name not in seen and name.startswith("deps/") and (top / name).is_file():
            seen.add(name)
            imported(top / name, top, seen)
    return seen


def compile(bw, case, tmp):  # noqa: A001 (named after its topic)
    """compile/valid/CASE and compile/invalid/CASE: CASE.proto, which compiles alone with the compile/deps/ files that it imports. An invalid
    one's `expect` has the lines at which the peers report it, `stderr` our diagnostics; a valid one's CASE.binpb is a
    peer's descriptor: the text must not differ from it in anything that a rule sees."""
    top, root = case.parent.parent, pathlib.Path(tmp) / "root"
    proto = case / (case.name + ".proto")
    (root / "deps").mkdir(parents=True)
    shutil.copy(proto, root)
    for name in imported(proto, top, set()):
        shutil.copy(top / name, root / name)
    status, _, err = bw.run(["build", "dir:root", "-o", "set.binpb"], tmp)
    verdict, *places = (case / "expect").read_text().splitlines()[0].split()
    if verdict == "ok":
        same_status(0, status, err)
        for reference in (case / (case.name + ".protoc.binpb"), case / (case.name + ".binpb")):
            if reference.exists():
                shutil.copy(reference, pathlib.Path(tmp) / "reference.binpb")
                break
        else:
            return
        for old, new in (("dir:root", "set:reference.binpb"), ("set:reference.binpb", "dir:root")):
            status, out, err = bw.run(["check", "--format", "line", "--use", EVERYTHING, old, new], tmp)
            same_status(0, status, err + out)
        return
    same_status(2, status, err)
    first = re.search(r"^(\S+?):(\d+):(\d+): error: ", err, re.M)
    # A few errors of the peers have no place or are in another file: then any place passes.
    lines = {p.split(":")[0] for p in places if re.fullmatch(r"\d+:\d+", p)}
    if lines and len(lines) == len({p.rsplit(":", 1)[0] for p in places}) and (not first or first[2] not in lines):
        raise Wrong(f"first error at {first and first[0]}, wanted line {' or '.join(sorted(lines))}\n{err[:400]}")
    bw.golden(case / "stderr", err)


def cli(bw, case, tmp):
    """cli/CASE: `cmd`, a shell script that runs in a copy of the case (after setup.sh, if there is one) with `breakwater` on the PATH and the
    repository in TOP, and what it gives: stdout, stderr, status. Absent means empty and 0."""
    work = prepare(case, tmp)
    for golden in ("stdout", "stderr", "status"):
        (work / golden).unlink(missing_ok=True)
    if re.search(r"/dev/(std|fd)|/proc/", (work / "cmd").read_text()):
        raise Wrong("uses /proc, which not every root has: write '>&2' for /dev/stderr")
    done = subprocess.run(["sh", "./cmd"], cwd=work, env=bw.environment(work), stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT)
    crash = re.search(rb"Segmentation fault|Aborted|Sanitizer|runtime error|^status (?!130)1[3-9]\d", done.stdout + done.stderr, re.M)
    if crash:  # no golden may hold one
        raise Wrong(f"crashed: {crash[0].decode()}")
    for name, text in (("stdout", done.stdout), ("stderr", done.stderr)):
        # No absolute path may stand in a golden.
        bw.golden(case / name, text.decode("utf-8", "replace").replace(str(work), "$PWD").replace(str(TOP), "$TOP"))
    bw.golden(case / "status", f"{done.returncode}\n" if done.returncode else "")


def fuzz(bw, case, tmp):
    """fuzz/CASE: an input that once crashed: input.proto or input.binpb; ci/tests/fuzz.py runs the others. Any answer in time passes."""
    if (case / "input.proto").exists():
        (pathlib.Path(tmp) / "root").mkdir()
        shutil.copy(case / "input.proto", pathlib.Path(tmp) / "root")
        bw.run(["build", "dir:root", "-o", "set.binpb"], tmp)
    elif (case / "input.binpb").exists():
        bw.run(["build", f"set:{case / 'input.binpb'}", "-o", "set.binpb"], tmp)


TOPICS = {"rules": (rules, "*/*"), "categories": (categories, "*/expect.*.jsonl"), "breaks": (breaks, "*"), "proof": (proof, "*"), "field": (field, "*"),
          "contracts": (contracts, "*"),
          "compile": (compile, "*valid/*"), "cli": (cli, "*"), "fuzz": (fuzz, "*")}


def judge(bw, topic, case):
    name = case.relative_to(TOP / "testdata")
    try:
        with tempfile.TemporaryDirectory() as tmp:
            TOPICS[topic][0](bw, case, os.path.realpath(tmp))
    except subprocess.TimeoutExpired:
        return name, f"no answer in {TIMEOUT} s"
    except (Wrong, ValueError, OSError, KeyError) as e:
        return name, str(e) or repr(e)
    return name, None


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--bless", action="store_true")
    p.add_argument("--show", type=int, default=20, help="failures of a topic that are shown")
    p.add_argument("filter", nargs="*")
    a = p.parse_args()
    if not os.access(a.bw, os.X_OK):
        p.error(f"there is no program {a.bw}")
    bw = Program(a.bw, a.bless)
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for topic, (_, pattern) in TOPICS.items():
            cases = [c for c in sorted((TOP / "testdata" / topic).glob(pattern))
                     if not a.filter or any(f in str(c.relative_to(TOP / "testdata")) for f in a.filter)]
            wrong = [(n, why) for n, why in pool.map(lambda c: judge(bw, topic, c), cases) if why]
            for n, why in wrong[:a.show]:
                print(f"  {n}: {why}")
            if cases:
                print(f"{topic}: {len(cases) - len(wrong)} of {len(cases)}")
            passed, failed = passed + len(cases) - len(wrong), failed + len(wrong)
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
