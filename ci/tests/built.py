#!/usr/bin/env python3
"""Checks release builds: hardened, and reproducible.

usage: built.py hardened FILE... | reproducible

`hardened` inspects programs and libraries with readelf. `reproducible` builds the two programs and the library from two copies of the
tree in folders of different depth, and compares the bytes. Exit status 77 (skipped) when a tool is missing.
"""
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
VERSION = re.search(r"version: '([\d.]+)'", (TOP / "meson.build").read_text())[1]
TARGETS = ("src/cli/breakwater", "src/plugin/protoc-gen-breakwater", f"src/libbreakwater.so.{VERSION}")


def output(*args, **more):
    done = subprocess.run([str(a) for a in args], capture_output=True, text=True, **more)
    if done.returncode:
        raise SystemExit(f"{args[0]}: status {done.returncode}\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def faults(path):
    """The hardening that the file lacks."""
    text = output("readelf", "-hldW", path)
    symbols = output("nm", "-D", path) + output("nm", path)
    # A static program without symbols: the stack canary, and the message of _FORTIFY_SOURCE.
    code = output("objdump", "-d", path)
    bare = "(NEEDED)" not in text
    stack = re.search(r"GNU_STACK.*?\s(R\w*)\s", text)
    wanted = {
        "is no position-independent code": re.search(r"Type:\s+DYN", text),
        "has no RELRO segment": "GNU_RELRO" in text,
        "has a stack that can be executed": stack and "E" not in stack[1],
        "has no stack protector": "__stack_chk_fail" in symbols or bare and code.count("%fs:0x28") > 100,
        "checks no sizes (_FORTIFY_SOURCE)": re.search(r"__\w+_chk\b", symbols.replace("__stack_chk_fail", "")) or bare and b"buffer overflow detected" in path.read_bytes(),
    }
    if not bare:  # a static program has no lazy binding
        wanted["binds symbols when they are used"] = "BIND_NOW" in text or re.search(r"FLAGS_1.*NOW", text)
    if re.search(r"Machine:.*X86-64", text):
        wanted["has no marks for indirect branches"] = code.count("endbr64") > 50  # the C library's own have a few
    return [what for what, there in wanted.items() if not there]


def hardened(paths):
    bad = [f"{path} {what}" for path in paths for what in faults(path)]
    print("\n".join(bad) or f"{len(paths)} files are hardened")
    return bool(bad)


def build(source, folder):
    output("meson", "setup", folder, "--buildtype=release", cwd=source)
    output("ninja", "-C", folder, *TARGETS)
    return [(folder / target).read_bytes() for target in TARGETS]


def copy(to):
    for path in output("git", "ls-files", "-z", cwd=TOP).split("\0"):
        if (TOP / path).is_file() and not path.startswith("testdata/"):
            (to / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / path, to / path)


def reproducible():
    if not (TOP / ".git").exists() or not shutil.which("ninja"):
        print("skipped: needs git's list of files, and ninja")
        return 77
    with tempfile.TemporaryDirectory() as tmp:
        first, second = pathlib.Path(tmp) / "a", pathlib.Path(tmp) / "some" / "other" / "folder"
        for source in (first, second):
            copy(source)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            built = list(pool.map(lambda task: build(*task), ((first, first / "build"), (second, pathlib.Path(tmp) / "elsewhere"))))
        bad = [target for target, a, b in zip(TARGETS, *built) if a != b]
        unhardened = hardened([first / "build" / target for target in TARGETS])
    print("\n".join(f"{target} differs between two folders" for target in bad) or "both builds are the same")
    return int(bool(bad) or unhardened)


if __name__ == "__main__":
    if sys.argv[1:] == ["reproducible"]:
        sys.exit(reproducible())
    if sys.argv[1:2] != ["hardened"] or len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(hardened([pathlib.Path(p) for p in sys.argv[2:]]))
