#!/usr/bin/env python3
"""Fails on a document, manual page or case that a comment or a document names and that the repository does not have, and where README's
first screen is not what the program prints."""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
MADE = {"breakwater-rules(7)"}  # by `breakwater rules`
TOPICS = "breaks|categories|cli|compile|contracts|demo|field|history|need|proof|rules"


def exists(path, name):
    if name.endswith(")"):
        page = re.sub(r"\((\d)\)", r".\1", name)
        return name in MADE or (TOP / "man" / page).exists()
    if re.match(rf"({TOPICS})/", name):
        return any((TOP / "testdata").glob(name.rstrip("/").replace("/ID", "")))
    return (TOP / name).exists() or (path.parent / name).exists()


def cited(path):
    text = path.read_text()
    names = re.findall(r"(?<![\w/=])[\w.-][\w./-]*\.md\b", text) + re.findall(r"\bbreakwater[\w.-]*\(\d\)", text)
    if path.suffix == ".md":
        names += re.findall(rf"`(?:testdata/)?((?:{TOPICS})/[^`<…]+)`", text)
    return names


def unshown():
    """Displays of README's first screen that the demo neither has nor prints."""
    demo = (TOP / "testdata/cli/demo/stdout").read_text()
    config = (TOP / "testdata/demo/v1.4.0/breakwater.yaml").read_text()
    first = (TOP / "README.md").read_text().split("\n## ")[0]
    displays = re.findall(r"```\w*\n(.*?)```", first, re.S)
    parts = [part for display in displays for part in display.strip().split("\n\n")]
    return [part for part in parts if part not in demo and part not in config] if len(parts) > 2 else [first]


def main():
    patterns = ("src/**/*.[ch]", "src/**/*.py", "include/**/*.h", "ci/t*/*.py", "man/*.[1-8]", "testdata/*.txt", "ci/*.md", "doc/*.md",
                "src/*.md", "*.md")
    files = [p for pattern in patterns for p in TOP.glob(pattern)]
    found = [(p, name) for p in files for name in cited(p)]
    missing = [f"{p.relative_to(TOP)} names {name}, which does not exist" for p, name in found if not exists(p, name)]
    missing += [f"README.md shows what the demo does not print: {x}" for x in unshown()]
    print("\n".join(missing) or f"all {len(found)} documents that are named exist")
    return 1 if missing or len(found) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
