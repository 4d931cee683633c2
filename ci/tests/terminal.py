#!/usr/bin/env python3
"""Runs the program on a terminal: the progress line, links, and lines that are too long.

usage: terminal.py --bw PATH

Where there are no terminals (/dev/pts is not mounted) the status is 77, which meson takes for skipped.
"""
import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unicodedata

from scratch import Scratch

ORDER = 'syntax = "proto3";\npackage acme.v1;\nmessage Order {\n  int64 total = 1;\n}\n'
LINE = re.compile(rb"\r\x1b\[Kbreakwater: ([^\r\x1b]*)")
ERASE = b"\r\x1b[K"


class Terminal:
    """A program whose standard error, or output, is a terminal, and what it wrote there."""

    def __init__(self, t, args, cwd, on, columns=80, slow_input=None, **env):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        keep = {k: v for k, v in t.env.items() if k not in ("TERM", "TMUX", "STY", "VTE_VERSION", "TERM_PROGRAM", "WT_SESSION",
                                                            "KONSOLE_VERSION", "DOMTERM", "NO_COLOR", "CLICOLOR_FORCE")}
        begin = time.monotonic()
        child = subprocess.Popen([str(x) for x in args], cwd=cwd, env={**keep, "TERM": "xterm-256color", **env}, stdin=subprocess.PIPE,
                                 **{x: slave if x in on else subprocess.DEVNULL for x in ("stdout", "stderr")})
        os.close(slave)
        self.text = b""
        if slow_input is not None:
            self.read(master, 1.2)
            child.stdin.write(slow_input)
        child.stdin.close()
        while self.read(master, None):
            pass
        self.status = child.wait()
        self.seconds = time.monotonic() - begin
        os.close(master)
        self.lines = [x.decode() for x in LINE.findall(self.text)]

    def read(self, master, seconds):
        """Reads all output for that time; without a time the next output, False at the end."""
        end = time.monotonic() + (seconds or 0)
        while True:
            ready = select.select([master], [], [], max(end - time.monotonic(), 0) if seconds else None)[0]
            if not ready:
                return True
            try:
                got = os.read(master, 65536)
            except OSError:
                return False
            self.text += got
            if not seconds or not got:
                return bool(got)

    def left(self):
        """The screen without erased lines."""
        return re.sub(rb"breakwater:[^\r\n]*" + re.escape(ERASE), b"", self.text).replace(ERASE, b"")


def many(t, n):
    """A folder whose contracts take long to compile."""
    at = t.tmp / f"many-{n}"
    fields = "".join(f"  repeated int32 field_{i} = {i} [packed = true];\n" for i in range(1, 400))
    t.write(at, {f"f{i}.proto": f'syntax = "proto3";\npackage p{i};\nmessage A {{\n{fields}}}\nmessage B {{\n{fields}}}\n'
                 for i in range(n)})
    return at


def counted(t):
    """The progress line counts files, with one thread and with several."""
    n = 200
    while True:
        at = many(t, n)
        times = []
        for _ in range(2):  # the first one reads from a cold disk
            begin = time.monotonic()
            t.run([t.bw, "check", "--full", f"dir:{at}", f"dir:{at}"], t.tmp)
            times.append(time.monotonic() - begin)
        if min(times) > 1 or n > 10000:
            break
        shutil.rmtree(at)
        n = int(n * min(max(1.4 / min(times), 1.5), 10))
    for jobs in ("1", "4"):
        check = [t.bw, "check", "--full", "--jobs", jobs, f"dir:{at}", f"dir:{at}"]
        got = Terminal(t, check, t.tmp, ["stderr"])
        counts = [(int(a), int(b)) for x in got.lines for a, b in re.findall(r"^compiled (\d+) of (\d+) files$", x)]
        t.holds(f"files are counted, --jobs {jobs}", got.status == 0 and counts and all(0 <= a < b for a, b in counts)
                and max(b for _, b in counts) >= n, got.text)
        t.holds(f"and never backwards, --jobs {jobs}", all(a[0] <= b[0] for a, b in zip(counts, counts[1:]) if a[1] == b[1]), counts)
        t.holds(f"and erased, --jobs {jobs}", got.text.endswith(ERASE) and not got.left(), got.left())
    got = Terminal(t, [t.bw, "build", f"dir:{at}", "-o", "/dev/null"], t.tmp, ["stderr"])
    t.holds("build counts too", got.status == 0 and (got.lines or got.seconds < 1) and not got.left(), got.text)


def slow(t):
    """A base that comes late, as from another program."""
    (t.tmp / "new").mkdir()
    t.write(t.tmp / "new", {"a.proto": ORDER.replace("int64", "sint64")})
    t.write(t.tmp / "old", {"a.proto": ORDER})
    t.run([t.bw, "build", "dir:old", "-o", "old.binpb"], t.tmp)
    old = (t.tmp / "old.binpb").read_bytes()
    check = [t.bw, "check", "set:-", "dir:new"]
    got = Terminal(t, check, t.tmp, ["stderr"], slow_input=old)
    t.holds("waiting shows", got.status == 1 and "reading" in got.lines and got.text.endswith(ERASE) and not got.left(), got.text)
    got = Terminal(t, check, t.tmp, ["stdout", "stderr"], slow_input=old)
    t.holds("the report stands where the line was", got.status == 1 and got.lines and got.left().startswith(b"\x1b") and b"breakwater:" not in
            got.left() and b"[FIELD_SAME_TYPE]" in got.left(), got.text)
    got = Terminal(t, check, t.tmp, ["stderr"], columns=12, slow_input=old)
    t.holds("a narrow terminal has no second line", got.text.startswith(ERASE + b"breakwater:" + ERASE) and not got.left(), got.text)
    got = Terminal(t, check[:1] + ["check", "set:-", "dir:gone"], t.tmp, ["stderr"], slow_input=old)
    t.holds("an error stands where the line was", got.status == 2 and got.lines and got.left().lstrip(b"\x1b[0123456789;m").startswith(
        b"breakwater:"), got.text)
    for what, on, args, env in (("--quiet", ["stderr"], [*check, "--quiet"], {}), ("a terminal that cannot erase", ["stderr"], check,
                                                                                 {"TERM": "dumb"}),
                                ("no terminal name", ["stderr"], check, {"TERM": ""}), ("standard output alone", ["stdout"], check, {})):
        got = Terminal(t, args, t.tmp, on, slow_input=old, **env)
        t.holds(f"no line: {what}", got.status == 1 and not got.lines and ERASE not in got.text, got.text)
    got = Terminal(t, [t.bw, "check", "dir:old", "dir:new"], t.tmp, ["stderr"])
    t.holds("no line: it is quick", got.status == 1 and (not got.text or got.seconds > 0.5), got.text)


def links(t):
    at = t.repository("a b", {"sub/a.proto": ORDER})
    t.change(at / "sub/a.proto", "int64", "sint64")
    target = f"\x1b]8;;file://{str(at).replace(' ', '%20')}/sub/a.proto\x1b\\".encode()
    check = [t.bw, "check", "HEAD"]
    known = {"VTE": {"VTE_VERSION": "7006"}, "kitty": {"TERM": "xterm-kitty"}, "WezTerm": {"TERM_PROGRAM": "WezTerm"},
             "Windows Terminal": {"WT_SESSION": "x"}}
    for name, env in known.items():
        got = Terminal(t, check, at / "sub", ["stdout"], **env)
        t.holds(f"links in {name}", got.status == 1 and target in got.text and got.text.count(b"\x1b]8;;\x1b\\") == got.text.count(target), got.text)
    for what, env, args in (("an unknown terminal", {}, check), ("an old VTE", {"VTE_VERSION": "4800"}, check),
                            ("tmux", {"VTE_VERSION": "7006", "TMUX": "x"}, check), ("--color never", known["kitty"], [*check, "--color", "never"]),
                            ("a file", known["kitty"], [*check, "-o", "/dev/stderr"])):
        got = Terminal(t, args, at, ["stdout"], **env)
        t.holds(f"no links: {what}", got.status == 1 and b"\x1b]8" not in got.text, got.text)
    code, out, _ = t.run(check, at, TERM="xterm-kitty")
    t.holds("no links: a pipe", code == 1 and b"\x1b]8" not in out, out)
    got = Terminal(t, [t.bw, "check", "dir:../old", "dir:../new"], at, ["stdout"], **known["kitty"])
    t.holds("links to a folder's files", b"/new/a.proto\x1b\\" in got.text and b"file:///" in got.text, got.text)
    got = Terminal(t, [t.bw, "check", "dir:../old", "set:../old.binpb"], at, ["stdout"], **known["kitty"])
    t.holds("no links into a set", b"\x1b]8" not in got.text, got.text)


def width(text):
    """Columns of a line: wide characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def narrow(t):
    """Lines are broken at words where a terminal is narrow, and only there."""
    long = "a_name_that_goes_on"
    old = ("syntax = \"proto3\";\npackage acme.v1;\nmessage Order {\n" +
           f"  /* 深い海の底 e\u0301 */ int64 {long} = 1; // 深い海の底に眠る長い長い注釈がここにあります\n  string note = 2;\n}}\n")
    at = t.tmp / "narrow"
    t.write(at / "old", {"a.proto": old})
    t.write(at / "new", {"a.proto": old.replace("int64", "sint64").replace("  string note = 2;\n", "")})
    t.write(at / "broken", {"a.proto": old + "message Refund { SomethingThatNobodyDeclared x = 1; }\n"})
    check = [t.bw, "check", "dir:old", "dir:new", "--color", "never"]
    whole = t.run(check, at, COLUMNS="40")[1].decode()
    t.holds("a pipe has whole lines", "changed from int64 to sint64 [FIELD_SAME_TYPE]\n" in whole and
            "      = help: keep field 1 as it is, add a new one with a new number, and reserve 1 when nobody reads it any more\n" in whole, whole)
    for columns in (40, 60, 80):
        for what, env in (("winsize", {}), ("COLUMNS", {"COLUMNS": str(columns)})):
            got = Terminal(t, check, at, ["stdout"], columns=columns if what == "winsize" else 200, **env)
            lines = got.text.decode().replace("\r\n", "\n").split("\n")
            wide = [x for x in lines if width(x) > columns and " " in x.strip() and not x.startswith("meant? ")]
            t.holds(f"no line is wider than {columns} columns, by {what}", got.status == 1 and not wide, "\n".join(wide))
            t.holds(f"and no word is lost, by {what}", [x for x in " ".join(lines).split() if "…" not in x and "|" not in x and "//" not in x][:8] ==
                    whole.split()[:8], lines)
            t.holds(f"what follows is indented, by {what}", any(x.startswith("        ") for x in lines) or columns > 80, lines)
        got = Terminal(t, [t.bw, "check", "dir:old", "dir:broken", "--color", "never"], at, ["stderr"], columns=columns)
        wide = [x for x in got.text.decode().replace("\r\n", "\n").split("\n") if width(x) > columns]
        t.holds(f"nor is a diagnostic's, {columns}", got.status == 2 and b"SomethingThatNobodyDeclared" in got.text and not wide, wide)
    colored = Terminal(t, check[:-2], at, ["stdout"], columns=40).text.decode()
    plain = re.sub("\x1b\\[[0-9;]*m", "", colored)
    t.holds("colours take no columns", "\x1b" in colored and plain == Terminal(t, check, at, ["stdout"], columns=40).text.decode(), colored)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bw", required=True)
    args = parser.parse_args()
    try:
        for fd in pty.openpty():
            os.close(fd)
    except OSError as error:
        print(f"SKIPPED: no terminal can be had ({error}); mount /dev/pts")
        return 77
    with tempfile.TemporaryDirectory() as tmp:
        t = Scratch(tmp, args.bw)
        t.bw = os.path.abspath(args.bw)
        slow(t)
        links(t)
        narrow(t)
        counted(t)
        return t.summary()


if __name__ == "__main__":
    sys.exit(main())
