#!/usr/bin/env python3
"""Compares which contracts breakwater and protoc accept, on contracts of testdata/compile that were changed at random.

usage: fuzz_protoc.py --bw PATH [--seed N] [--count N] [--keep FOLDER]

Needs protoc 36.2 ($PROTOC, or /opt/peers); skips without. A contract that only one of them accepts is a difference, unless
KNOWN has a reason for it. Exit status 0 when there is none, 77 when it was skipped.
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import scratch

TOP = pathlib.Path(__file__).resolve().parents[2]
VERSION = "libprotoc 36.2"
LONGEST = 4000  # bytes of a contract that is changed

# Contracts that protoc accepts and we refuse (or the other way round): a part of our (protoc's) message, the reason, and perhaps a part of the contract.
KNOWN = {
    "we refuse": [
        (r"invalid UTF-8|not valid UTF-8|is not UTF-8", "protoc looks at the bytes of strings alone when it writes a set"),
        (r"this is .*, not a protobuf contract|a merge conflict", "the one cause in the place of protoc's errors"),
        (r"'ctype' is for strings and bytes|'ctype = CORD' is not for extensions", "protoc's C++ generator refuses it, its parser no more"),
        (r"the JSON name '.*' of (field|value)", "buf refuses it in spite of the legacy option", rb"deprecated_legacy_json_field_conflicts"),
        (r"NUL", "protoc's tokenizer goes on behind a NUL in a comment"),
    ],
    "we take": [
        (r"The custom JSON name of field .* is invalid|json_name cannot have embedded null", "protoc refuses it since 36; buf and older ones do not"),
    ],
}


def tokens(text):
    return re.findall(rb"//[^\n]*\n|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|[\w.]+|\s+|.", text, re.S)


def changed(pick, contracts):
    """A contract with a few of its tokens left out, doubled, exchanged, or taken from another."""
    parts = tokens(pick.choice(contracts))
    for _ in range(pick.randint(1, 3)):
        at = pick.randrange(len(parts))
        kind = pick.randrange(5)
        if kind == 0:
            del parts[at:at + pick.randint(1, 3)]
        elif kind == 1:
            parts[at:at] = parts[max(0, at - pick.randint(1, 8)):at]
        elif kind == 2:
            other = pick.randrange(len(parts))
            parts[at], parts[other] = parts[other], parts[at]
        else:
            donor = tokens(pick.choice(contracts)) if kind == 3 else parts
            words = [p for p in donor if re.fullmatch(rb"[\w.]+|\"[^\"]*\"", p)]
            here = [i for i, p in enumerate(parts) if re.fullmatch(rb"[\w.]+|\"[^\"]*\"", p)]
            if words and here:
                parts[pick.choice(here)] = pick.choice(words)
        parts = parts or [b"\n"]
    return b"".join(parts)


def judge(task):
    """Compares both on one contract: (difference or None, reason or None)."""
    bw, protoc, text = task
    with tempfile.TemporaryDirectory() as tmp:
        (pathlib.Path(tmp) / "in").mkdir()
        (pathlib.Path(tmp) / "in/a.proto").write_bytes(text)
        ours = subprocess.run([bw, "build", "dir:in", "-o", "set.binpb"], cwd=tmp, capture_output=True, timeout=60)
        theirs = subprocess.run([protoc, "-Iin", "-o", "peer.binpb", "a.proto"], cwd=tmp, capture_output=True, timeout=60)
    assert ours.returncode in (0, 2), f"status {ours.returncode}: {ours.stderr.decode('utf-8', 'replace')}\n{text.decode('utf-8', 'replace')}"
    if (ours.returncode == 0) == (theirs.returncode == 0):
        return None, None
    side = "we take" if ours.returncode == 0 else "we refuse"
    said = (theirs if side == "we take" else ours).stderr.decode("utf-8", "replace")
    reason = next((why for pattern, why, *has in KNOWN[side] if re.search(pattern, said) and all(re.search(h, text) for h in has)), None)
    return f"{side}: {said.strip()[:400]}", reason


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=300)
    p.add_argument("--keep", type=pathlib.Path, help="where contracts go that are judged differently")
    a = p.parse_args()
    protoc = scratch.find("protoc-36.2", "/opt/peers/node_modules/protoc/bin/protoc-linux-x86_64", "/opt/peers/node_modules/.bin/protoc")
    protoc = os.environ.get("PROTOC") or protoc
    said = subprocess.run([protoc, "--version"], capture_output=True, text=True).stdout.strip() if protoc else "none"
    if said != VERSION:
        print(f"SKIPPED: it takes protoc 36.2 ($PROTOC), and here is {said}")
        return 77
    contracts = [c for c in (p.read_bytes() for p in sorted((TOP / "testdata/compile").rglob("*.proto"))) if 0 < len(c) <= LONGEST]
    pick = random.Random(a.seed)
    texts = [changed(pick, contracts) for _ in range(a.count)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(judge, ((os.path.abspath(a.bw), protoc, text) for text in texts)))
    bad = [(i, difference) for i, (difference, reason) in enumerate(answers) if difference and not reason]
    for i, difference in bad:
        print(f"FAILED: seed {a.seed}, contract {i}: {difference}")
        if a.keep:
            a.keep.mkdir(parents=True, exist_ok=True)
            (a.keep / f"{a.seed}-{i}.proto").write_bytes(texts[i])
    for reason in sorted({reason for _, reason in answers if reason}):
        print(f"{sum(r == reason for _, r in answers)} × {reason}")
    print(f"{len(answers) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
