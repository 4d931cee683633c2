#!/usr/bin/env python3
"""Fails on a document, manual page or case that a comment or a document names and that the repository does not have."""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
MADE = {"breakwater-rules(7)"}  # by `breakwater rules`
TOPICS = "breaks|categories|cli|compile|field|rules"


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


def main():
    patterns = ("src/**/*.[ch]", "src/**/*.py", "include/**/*.h", "ci/t*/*.py", "man/*.[1-8]", "testdata/*.txt", "ci/*.md", "doc/*.md",
                "src/*.md", "*.md")
    files = [p for pattern in patterns for p in TOP.glob(pattern)]
    found = [(p, name) for p in files for name in cited(p)]
    missing = [f"{p.relative_to(TOP)} names {name}, which does not exist" for p, name in found if not exists(p, name)]
    print("\n".join(missing) or f"all {len(found)} documents that are named exist")
    return 1 if missing or len(found) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
