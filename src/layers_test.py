#!/usr/bin/env python3
"""Fails on an #include that goes the wrong way: a folder includes base and the folders above it in the list, never one below, and of
another folder only the header that is its contract (src/README.md, which lists every file)."""
import pathlib
import re
import sys

SRC = pathlib.Path(__file__).resolve().parent
LAYERS = ["base", "source", "schema", "proto", "descriptor", "diff", "proof", "rules", "fix", "contract", "history", "report", "config", "check", "cli", "plugin"]
# What another folder may include; every header of base is one.
CONTRACTS = {"source/read_each.h", "source/registry.h", "source/source.h", "source/version_name.h", "source/versions.h", "schema/schema.h", "schema/encode.h", "schema/written.h", "schema/uses.h", "schema/tops.h", "schema/position.h", "schema/structure.h", "proof/proof.h", "proto/compile.h", "proto/dump.h", "proto/outline.h", "descriptor/descriptor.h",
             "diff/pair.h", "rules/promise.h", "rules/rules.h", "rules/breaks.h", "schema/marker.h", "fix/fix.h", "contract/contract.h", "history/changes.h", "history/lives.h", "history/model.h", "report/proof.h", "report/report.h", "report/log.h", "report/buf.h", "config/config.h", "config/accepted.h", "config/init.h"}


def layer(path):
    """The layer of a file or of an included name; None for a system header."""
    parts = path.split("/")
    if len(parts) == 1:
        return "check" if (SRC / path).exists() else None
    if parts[0] == "breakwater":
        return "check"
    return parts[0] if parts[0] in LAYERS else None


def wrong(path):
    own = layer(str(path.relative_to(SRC)))
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        other = found and layer(found[1])
        if not other or own == other:
            continue
        if LAYERS.index(other) > LAYERS.index(own):
            yield f"{path.relative_to(SRC)}:{number}: {own} includes {found[1]}, which is below it"
        elif found[1].endswith("_test.h") and "_test." in path.name:
            continue  # what tests of several layers start from
        elif other not in ("base", "check") and found[1] not in CONTRACTS:
            yield f"{path.relative_to(SRC)}:{number}: {found[1]} is private to {other}"


def unlisted():
    """Files that src/README.md does not list under their folder."""
    sections = dict(re.findall(r"^\*\*([\w ]+).*?\*\*(.*?)(?=^\*\*|^## )", (SRC / "README.md").read_text(), re.M | re.S))
    for path in sorted(SRC.glob("**/*.[ch]")):
        folder, *deeper = path.parent.relative_to(SRC).parts or ("the check",)
        if not deeper and not re.search(r"_test\.|^fixture\.", path.name) and f"`{path.stem}`" not in sections.get(folder, ""):
            yield f"src/README.md does not list {path.relative_to(SRC)}"


def main():
    files = [p for p in sorted(SRC.glob("**/*.[ch]")) if layer(str(p.relative_to(SRC)))]
    found = [*(x for p in files for x in wrong(p)), *unlisted()]
    print("\n".join(found) or f"{len(files)} files include the right way and are listed")
    return 1 if found or len(files) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
