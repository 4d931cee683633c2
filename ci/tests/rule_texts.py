#!/usr/bin/env python3
"""Compares what describes every rule with the table of rules: schemas/, `rules`, `explain`, the expectations of the cases.

usage: rule_texts.py --bw PATH [--bless]

`--bless` writes the lists of names in schemas/ anew, and no more.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
CATEGORIES = ["FILE", "PACKAGE", "WIRE_JSON", "WIRE", "CSR"]
NO_RULE = "NONE"
PARTS = ["purpose", "compares", "hurts", "safely"]
HEADINGS = {"text": r"^([A-Z0-9_]+): ", "markdown": r"^## ([A-Z0-9_]+)$", "man": r"^\.S[sh] ([A-Z0-9_]+)$"}
FAILED = []


# In no category; two of them break nothing by themselves.
BREAK_NOTHING = {"CONTRACT_AMBIGUOUS_MESSAGE_INDEX", "CONTRACT_NO_WEAKEN"}
OF_CONTRACTS = BREAK_NOTHING | {"CONTRACT_ROOT_NO_DELETE", "CONTRACT_ROOT_SAME_NAME", "CONTRACT_SAME_MESSAGE_INDEX", "ENUM_VALUE_NO_ADD"}


def holds(what, condition):
    if not condition:
        FAILED.append(what)
        print("FAILED: " + what)


def run(bw, *args):
    return subprocess.run([bw, *args], capture_output=True, text=True, check=True).stdout


def plain(text):
    """Words without a format's markup, which are the same in all formats."""
    text = re.sub(r"\\f[A-Z]|\\&", "", text)
    for escape, character in ((r"\(dq", '"'), (r"\(aq", "'"), (r"\-", "-"), (r"\e", "\\"), ("\\_", "_"), ("\\|", "|")):
        text = text.replace(escape, character)
    return " ".join(text.replace("`", "").split())


def sections(text, form):
    """{rule: its words}"""
    heads = list(re.finditer(HEADINGS[form], text, re.M))
    return {h[1]: plain(text[h.start():end]) for h, end in zip(heads, [*(h.start() for h in heads[1:]), len(text)])}


def lists(ids, deprecated, bless):
    """The lists of names in the schemas, in the order of `rules`."""
    for name, names, *keys in (("report", ids, "properties", "type"),
                               ("breakwater.accepted.yaml", ids, "definitions", "entry", "properties", "rule"),
                               ("breakwater.yaml", [*CATEGORIES, NO_RULE, *ids, *deprecated], "definitions", "id")):
        path = TOP / f"schemas/{name}.schema.json"
        schema = place = json.loads(path.read_text())
        for key in keys:
            place = place[key]
        if bless and place["enum"] != names:
            place["enum"] = names
            path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
        holds(f"{path.name} lists the rules: meson compile bless", place["enum"] == names)


def texts(bw, rules):
    """Each rule's parts in each format of `explain`; its line in each of `rules`."""
    ids = [r["id"] for r in rules]
    full = [json.loads(x) for x in run(bw, "explain", "--format", "json", *ids).splitlines()]
    holds("explain has every rule in json", [r["id"] for r in full] == ids)
    listed = {f: plain(run(bw, "rules", "--format", f)) for f in HEADINGS}
    explained = {f: sections(run(bw, "explain", "--format", f, *ids), f) for f in HEADINGS}
    for rule, short in zip(full, rules):
        ident = rule["id"]
        of_options = ident.startswith("OPTION_")
        lacks = {"categories"} if ident in OF_CONTRACTS or of_options else set()
        lacks |= {"breaks"} if ident in BREAK_NOTHING or of_options else set()
        holds(f"explain says of {ident} what rules does", all(rule[k] == v for k, v in short.items()))
        for part in [*PARTS, "before", "categories", "breaks"]:
            holds(f"{ident} has its {part} in json", bool(rule[part]) or part in lacks)
        holds(f"{ident} has its after in json", isinstance(rule["after"], str))
        for form in HEADINGS:
            words = explained[form][ident]
            for part in PARTS:
                holds(f"{ident} has its {part} in {form}", plain(rule[part]) in words)
            for part in ("before", "after"):
                # A leading dot or quote would be a request in a man page, and none begins with one.
                holds(f"{ident} has its {part} in {form}", all(plain(x) in words for x in rule[part].splitlines()))
            for part in ("categories", "breaks"):
                holds(f"{ident} has its {part} in {form}", ", ".join(rule[part]) in words)
            holds(f"rules lists {ident} in {form}", ident in listed[form] and plain(rule["purpose"]) in listed[form])
        holds(f"rules has all of {ident} in man", all(plain(rule[p]) in listed["man"] for p in PARTS))


def surfaces(rules):
    """No finding of a case breaks more than its rule declares."""
    most, seen = {r["id"]: set(r["breaks"]) for r in rules}, {r["id"]: set() for r in rules}
    found = []
    for path in sorted((TOP / "testdata").glob("*/**/all.jsonl")):
        found += [(path, json.loads(x)) for x in path.read_text().splitlines()]
    for path in sorted((TOP / "testdata/breaks").glob("*/expect.json")):
        found += [(path, x) for x in json.loads(path.read_text())["findings"]]
    # Of rules that need a history.
    for path in sorted((TOP / "testdata/history").glob("*/expect.json")):
        found += [(path, {"type": x["rule"], "breaks": x["breaks"]}) for x in json.loads(path.read_text()).get("findings", []) if "breaks" in x]
    for path, finding in found:
        if "type" not in finding:
            continue
        more = set(finding["breaks"]) - most[finding["type"]]
        holds(f"{path.relative_to(TOP)}: {finding['type']} breaks at most {sorted(most[finding['type']])}, not {sorted(more)}", not more)
        seen[finding["type"]].update(finding["breaks"])
    # What is not retired breaks what the plain rule finds.
    for ident, never in sorted((i, most[i] - seen[i]) for i in most if not i.endswith("_UNLESS_RETIRED")):
        holds(f"a case shows that {ident} can break {sorted(never)}", not never)
    return len(found)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--bless", action="store_true")
    a = p.parse_args()
    rules = [json.loads(x) for x in run(a.bw, "rules", "--format", "json").splitlines()]
    man = run(a.bw, "rules", "--format", "man")
    deprecated = re.findall(r"^\.It (\w+)$", man[man.index(".Sh DEPRECATED"):], re.M)
    lists([r["id"] for r in rules], deprecated, a.bless)
    if a.bless:
        return 0
    texts(a.bw, rules)
    n = surfaces(rules)
    print(f"{len(rules)} rules, {n} findings of cases, {len(FAILED)} failed")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
