#!/usr/bin/env python3
"""Holds the manual pages against the program's own options, and groff's warnings against none.

usage: pages_test.py --bw PATH PAGE...

An option that a command's --help lists stands in its page, and the other way round; a command without a page of its own has its options in
breakwater.1. What breakwater-contracts(7) shows is what testdata/cli/contracts-tour prints. Widths of terminals are tried, since a word that no line holds is a warning too. Without groff that part is skipped out loud.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
WIDTHS = ("60n", "78n", "100n", "120n")


def run(*args):
    done = subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def options_of_help(text):
    """Names of the options that a help lists, a line each."""
    return set(re.findall(r"^  (?:-\w, |    )--([a-z-]+)", text, re.M))


def options_of_page(text):
    """Names behind `.Fl Fl`, in lines of their own and as arguments of other macros."""
    return set(re.findall(r"Fl Fl ([a-z][a-z-]*)", text))


def compare(name, page, wanted, common, failures):
    shown = options_of_page(page)
    failures += [f"{name}: --{x} is in the help and not in the page" for x in sorted(wanted - shown)]
    failures += [f"{name}: --{x} is in the page and not in the help" for x in sorted(shown - wanted - common)]


def hold_options(bw, pages, failures):
    main = pages["breakwater.1"].read_text()
    code, text, _ = run(bw, "--help")
    common, homeless, every = options_of_help(text), set(), set()
    commands = re.findall(r"^  ([a-z]+) {2,}", text.split("options:")[0], re.M)
    assert code == 0 and len(commands) > 5 and common, text
    for command in commands:
        own = options_of_help(run(bw, command, "--help")[1]) - common
        page = pages.get(f"breakwater-{command}.1")
        if page:
            compare(page.name, page.read_text(), own, common, failures)
        else:
            homeless |= own
        every |= own
    compare("breakwater.1", main, homeless | common, every, failures)
    return len(commands)


def plain(text):
    """Words of a display block, without the page's escapes and line breaks."""
    return " ".join(text.replace(r"\(->", "→").replace(r"\&", "").replace(r"\e", "\\").split())


def hold_examples(page, failures):
    """Each display block is something that the case prints or writes; one that begins with a comment is a drawing."""
    case = TOP / "testdata/cli/contracts-tour"
    told = plain((case / "cmd").read_text()) + "\n" + plain((case / "stdout").read_text())
    blocks = re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed", page.read_text(), re.M | re.S)
    failures += [f"{page.name}: {case.name} does not show '{plain(x)[:80]}'" for x in blocks if not x.startswith(".") and plain(x) not in told]
    if len(blocks) < 10:
        failures.append(f"{page.name} has {len(blocks)} examples")


def hold_groff(pages, failures):
    if not shutil.which("groff"):
        print("SKIPPED: groff is not installed, so its warnings were not looked at")
        return
    for page in pages.values():
        for width in WIDTHS:
            for device in ("utf8", "ascii"):
                _, _, warnings = run("groff", "-ww", "-mandoc", f"-T{device}", f"-rLL={width}", "-z", str(page))
                failures += [f"groff, {width} wide: {x}" for x in warnings.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bw", required=True)
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    args = parser.parse_args()
    pages = {x.name: x for x in args.pages}
    failures = []
    n = hold_options(args.bw, pages, failures)
    hold_groff(pages, failures)
    hold_examples(pages["breakwater-contracts.7"], failures)
    print("\n".join(sorted(set(failures))) or f"{len(pages)} pages, {n} commands")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
