#!/usr/bin/env python3
"""Runs the cases of testdata/history, each a small git repository and a command line, and says how many agree.

usage: histories.py --bw PATH [--show N] [FILTER...]

A case is a folder: `setup.sh` makes the repository in the current folder, after testdata/history/prelude.sh, which has the words that it is
written in. `expect.json` has

  args      the command line; exit: its status; env: more variables
  findings  of a check in JSON lines, all of them: rule, line, and any key of the finding
  lines     of a log: objects that one line each must contain; `only`: and there is no other line
  not       rules that find nothing
  stdout, stderr, stdout_not  parts that are in it, or not; stdout_is: all of it

A string that begins with @ is a revision of the repository, an object has to be contained, null means absent. FILTER: parts of names.
Exit status 0 when every case agrees.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from scratch import quiet

TOP = pathlib.Path(__file__).resolve().parents[2] / "testdata" / "history"


def holds(want, got, work):
    if want is None:
        return got is None
    if isinstance(want, dict):
        return isinstance(got, dict) and all(holds(v, got.get(k), work) for k, v in want.items())
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(holds(w, g, work) for w, g in zip(want, got))
    if isinstance(want, str) and want.startswith("@"):
        commit = subprocess.run(["git", "rev-parse", want[1:] + "^{commit}"], cwd=work, capture_output=True, text=True, check=True).stdout.strip()
        return isinstance(got, str) and len(got) >= 7 and commit.startswith(got)
    return want == got and isinstance(want, bool) == isinstance(got, bool)


def take(wanted, rest, fits, what):
    why = []
    for want in wanted:
        hit = next((g for g in rest if fits(want, g)), None)
        if hit is None:
            why.append(f"missing {what} {json.dumps(want)}")
        else:
            rest.remove(hit)
    return why


def judge(bw, case, work):
    env = {**quiet(os.environ), "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "HOME": work}
    script = (TOP / "prelude.sh").read_text() + (case / "setup.sh").read_text()
    made = subprocess.run(["bash", "-ec", script], cwd=work, env=env, capture_output=True, text=True, timeout=120)
    if made.returncode:
        return [f"setup: {made.stderr[-200:]}"]
    e = json.loads((case / "expect.json").read_text())
    done = subprocess.run([bw, *e["args"]], cwd=work, env={**env, **e.get("env", {})}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    rows = [json.loads(x) for x in done.stdout.splitlines() if x.startswith("{")]
    why = [] if done.returncode == e["exit"] else [f"exit {done.returncode}, wanted {e['exit']}: {done.stderr.strip()[:200]}"]
    if "findings" in e:
        rest = [r for r in rows if "type" in r]

        def finds(want, got):
            names = {"rule": "type", "line": "start_line"}
            return all(holds(v, got.get(names.get(k, k)), work) for k, v in want.items())
        why += take(e["findings"], rest, finds, "finding")
        why += [f"extra finding {r['type']} of {r.get('element')}" for r in rest]
    rest = list(rows)
    why += take(e.get("lines", []), rest, lambda want, got: holds(want, got, work), "line")
    why += [f"extra line {json.dumps(r)[:100]}" for r in rest] if e.get("only") else []
    why += [f"{rule} finds something" for rule in e.get("not", []) if any(r.get("type") == rule for r in rows)]
    why += [f"standard error lacks {s!r}: {done.stderr[:200]!r}" for s in e.get("stderr", []) if s not in done.stderr]
    why += [f"standard output lacks {s!r}" for s in e.get("stdout", []) if s not in done.stdout]
    why += [f"standard output has {s!r}" for s in e.get("stdout_not", []) if s in done.stdout]
    if "stdout_is" in e and done.stdout.strip() != e["stdout_is"]:
        why.append(f"standard output is {done.stdout.strip()[:100]!r}")
    return why


def run(bw, case):
    with tempfile.TemporaryDirectory() as work:
        return case.name, judge(bw, case, work)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--show", type=int, default=20)
    p.add_argument("filter", nargs="*")
    a = p.parse_args()
    cases = [c.parent for c in sorted(TOP.glob("*/setup.sh")) if not a.filter or any(f in c.parent.name for f in a.filter)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda c: run(os.path.abspath(a.bw), c), cases))
    wrong = [(name, why) for name, why in results if why]
    for name, why in wrong[:a.show]:
        print(f"{name}: {'; '.join(why)}")
    print(f"histories: {len(cases) - len(wrong)} of {len(cases)} agree")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
