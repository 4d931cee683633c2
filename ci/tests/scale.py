#!/usr/bin/env python3
"""Times hostile contracts of n and of 4n parts: four times as many may take up to six times as long, not sixteen.

usage: scale.py --bw PATH [SHAPE...]

Each shape is two folders, or versions in a repository. CPU time is compared; times below LEAST do not count, and n is chosen so that growth with n² is far
above it. Exit status 0 when no shape grows so.
"""
import argparse
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

from scratch import Scratch

TIMES, LEAST, MOST = 6, 1.0, 60  # seconds
PROTO2 = 'syntax = "proto2";\npackage p;\n'
PROTO3 = 'syntax = "proto3";\npackage p;\n'
SHAPES = {}


def shape(n, *args):
    def take(make):
        SHAPES[make.__name__] = (n, make, list(args))
        return make
    return take


def number(i):
    return i + 1 if i < 18999 else i + 1001


def message(parts, name="A"):
    return f"message {name} {{\n{''.join(parts)}}}\n"


def fields(n, type, name="f"):
    return [f" {type} {name}{i} = {number(i)};\n" for i in range(n)]


def one(old, new):
    return {"a.proto": old}, {"a.proto": new}


@shape(4000)
def accept_comments(n):
    lines = [f" // breakwater:accept FIELD_SAME_TYPE x\n TYPE f{i} = {number(i)};\n" for i in range(n)]
    text = PROTO3 + message(lines)
    return one(text.replace("TYPE", "int32"), text.replace("TYPE", "string"))


@shape(4000)
def accept_comments_at_one_message(n):
    comments = "".join(f"// breakwater:accept FIELD_NO_DELETE({number(i)}) x\n" for i in range(n))
    return one(PROTO3 + message(fields(n, "int32")), PROTO3 + comments + message([]))


@shape(4000)
def aliases(n):
    head = PROTO3 + "enum E {\n option allow_alias = true;\n Z = 0;\n"
    return one(*(head + "".join(f" {e}_{i} = 1;\n" for i in range(n)) + "}\n" for e in "EF"))


@shape(20000)
def imports_missing(n):
    text = PROTO3 + "".join(f'import "x{i}.proto";\n' for i in range(n))
    return one(text, text + "message A {}\n")


@shape(20000)
def imports_repeated(n):
    old, new = one(PROTO3 + 'import "b.proto";\n' * n, PROTO3 + 'import "b.proto";\n' * n + "message A {}\n")
    old["b.proto"] = new["b.proto"] = PROTO3
    return old, new


@shape(10000)
def extension_ranges(n):
    return one(*(PROTO2 + "message A { extensions " + ", ".join(f"{i * 10 + b} to {i * 10 + 3}" for i in range(n)) + "; }\n" for b in (1, 2)))


@shape(4000)
def extensions_declared(n):
    declared = ", ".join(f'declaration = {{ number: {i + 20000} full_name: ".p.x{i}" type: "int32" }}' for i in range(n))
    head = PROTO2 + f"message A {{ extensions 20000 to max [verification = DECLARATION, {declared}]; }}\nextend A {{\n"
    text = head + "".join(f"optional int32 x{i} = {i + 20000};\n" for i in range(n)) + "}\n"
    return one(text, text + "message B {}\n")


@shape(4000)
def fields_in_a_freed_range(n):
    return one(PROTO2 + "message A { extensions 1 to max; }\n", PROTO2 + message(f"optional int32 f{i} = {number(2 * i)};\n" for i in range(n)))


@shape(2000)
def messages_renamed(n):
    return one(*(PROTO3 + "".join(f"message {m}{i} {{ int32 a = 1; string b{i} = 2; }}\n" for i in range(n)) for m in "MN"))


@shape(2000)
def messages_of_one_shape_renamed(n):
    return one(*(PROTO3 + "".join(f"message {m}{i} {{ int32 a = 1; }}\n" for i in range(n)) for m in "MN"))


@shape(2000)
def messages_in_another_file(n):
    text = PROTO3 + "".join(f"message M{i} {{ int32 a = 1; string b{i} = 2; }}\n" for i in range(n))
    return {"a.proto": text}, {"b.proto": text}


@shape(4000)
def types_misspelled(n):
    text = PROTO3 + "".join(f"message Name{i} {{}}\n" for i in range(n)) + message(f" Nane{i} f{i} = {number(i)};\n" for i in range(n))
    return one(text, text + " ")


@shape(4000)
def conflict_markers(n):
    return one(PROTO3 + message([]), PROTO3 + message(["<<<<<<< HEAD\n int32 a = 1;\n=======\n int32 b = 1;\n>>>>>>> x\n"] * n))


def shape_of_formats():
    for name in ("text", "json", "markdown", "html", "sarif", "junit", "gitlab", "github", "checkstyle", "rdjson"):
        def make(n):
            line = "".join(fields(n, "TYPE")).replace("\n", "")
            return one(*(PROTO3 + f"message A {{{line}}}\n".replace("TYPE", t) for t in ("int32", "string")))
        SHAPES["one_line_as_" + name] = (2000, make, ["--format", name])


shape_of_formats()


@shape(400)
def paths_ignored(n):
    sides = [{f"f{i}.proto": f'syntax = "proto3"; message F{i} {{ {t} x = 1; }}' for i in range(n)} for t in ("int32", "string")]
    for side in sides:
        side["breakwater.yaml"] = "version: 1\nignore:\n" + "".join(f"  - f{i}.proto\n" for i in range(n))
    return sides


@shape(200)
def configurations(n):
    return [{f"m{i}/{name}": text for i in range(n) for name, text in
             (("buf.yaml", "version: v1\n"), ("f.proto", f'syntax = "proto3"; message F{i} {{ {t} x = 1; }}'))} for t in ("int32", "string")]


@shape(250)
def contracts_of_the_same_roots(n):
    roots = "".join(message([], f"M{i}") for i in range(400))
    config = "version: 1\nignore: [a.proto]\ncontracts:\n" + "".join(f"  - {{name: contract-{i}, roots: ['p.*']}}\n" for i in range(n))
    return {"a.proto": PROTO3 + roots + message([], "Kept")}, {"a.proto": PROTO3 + message([], "Kept"), "breakwater.yaml": config}


def taken_again(n):
    return [PROTO3 + message(fields(n, "int32")), PROTO3 + message([]), PROTO3 + message(fields(n, "string", "g"))]


@shape(1500, "check", "--history")
def numbers_taken_again(n):
    return [{"a.proto": text} for text in taken_again(n)]


@shape(3000, "log")
def changes_logged(n):
    return [{"a.proto": text} for text in taken_again(n)]


@shape(1000, "fix")
def types_fixed(n):
    return one(*(PROTO3 + message(fields(n, type)) for type in ("int32", "string")))


@shape(1000, "fix")
def fields_restored(n):
    return one(PROTO3 + message(fields(n, "int32")), PROTO3 + message([]))


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def versions(scratch, folder, sides):
    """A repository with a tag for each version; the last two as operands."""
    folder.mkdir()
    scratch.git(folder, "init", "-q", "-b", "main")
    for i, files in enumerate(sides):
        write(folder, files)
        scratch.commit(folder)
        scratch.git(folder, "tag", f"v1.{i}.0")
    return ["HEAD~1", "HEAD"]


def seconds(bw, scratch, folder, make, n, args):
    """CPU time of a check; None and its output if it ended with a wrong status."""
    shutil.rmtree(folder, ignore_errors=True)
    command, *args = args if args and not args[0].startswith("-") else ("check", *args)
    sides = make(n)
    if command == "fix" or len(sides) == 2:
        write(folder / "old", sides[0])
        write(folder / "new", sides[1])
        operands = ["--jobs", "1", "dir:old", "dir:new"]
    else:
        operands = versions(scratch, folder, sides)
        operands = operands if command == "check" else []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([bw, command, *args, *operands], cwd=folder, env=scratch.env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (MOST, MOST)))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1, 2):
        return None, f"ended with {done.returncode}: {done.stderr[-300:]}"
    return after.ru_utime - before.ru_utime, ""


def grows(measure, n):
    """The two times, and why they are wrong."""
    first, why = measure(n)
    if first is None:
        return f"{n}: {why}", True
    second, why = measure(4 * n)
    if second is None:
        return f"{4 * n}: {why}", True
    return f"{first:.2f} s, {second:.2f} s", second > max(LEAST, TIMES * first)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bw", required=True)
    parser.add_argument("shapes", nargs="*", help="all, if none is named")
    options = parser.parse_args()
    bw, failed = os.path.abspath(options.bw), 0
    with tempfile.TemporaryDirectory() as tmp:
        scratch, folder = Scratch(tmp), pathlib.Path(tmp) / "work"
        for name, (n, make, args) in SHAPES.items():
            if options.shapes and name not in options.shapes:
                continue
            for _ in range(2):  # twice: the machine may have been busy with something else
                said, bad = grows(lambda k: seconds(bw, scratch, folder, make, k, args), n)
                if not bad:
                    break
            failed += bad
            print(f"{'FAIL' if bad else 'ok  '} {name} of {n} and {4 * n}: {said}", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
