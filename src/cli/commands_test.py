#!/usr/bin/env python3
"""Runs accept, init and breaking on real repositories, with git's own hooks and merges, and breaking beside buf.

usage: commands_test.py --bw PATH [accept|init|breaking]...

Where there is no buf, what compares with it is skipped, and said so.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "ci/tests"))
from scratch import Scratch, find_buf  # noqa: E402

ORDER = 'syntax = "proto3";\npackage acme.v1;\nmessage Order {\n  int64 total = 1;\n  string name = 2;\n  message Line {}\n}\n'
GONE = 'syntax = "proto3";\npackage acme.v1;\nmessage Gone {}\n'
TODAY = datetime.date.today()


def findings(t, at, *args):
    """Those of `check` by rule."""
    _, out, _ = t.run([t.bw, "check", "--format", "json", *args], at)
    return {f["type"]: f for f in map(json.loads, out.decode().splitlines())}


# ---- accept ----

def accept_one_of_two(t):
    """Two breaks of one field: accepting one must not hide the other."""
    at = t.repository("two", {"a.proto": ORDER})
    t.change(at / "a.proto", "int64 total", "sint64 sum")
    found = findings(t, at, "main")
    t.holds("a field breaks twice", {"FIELD_SAME_TYPE", "FIELD_SAME_NAME"} <= set(found), found)
    one = found["FIELD_SAME_TYPE"]["fingerprint"]

    got = t.run([t.bw, "accept", one, "main", "--reason", "nobody: reads # it", "--by", 'Ada "L"'], at)
    t.expect("one is accepted", got, 0, "accepted field 1", "[FIELD_SAME_TYPE]", "wrote breakwater.accepted.yaml", "still count",
             found["FIELD_SAME_NAME"]["fingerprint"])
    t.expect("the other one still fails", t.run([t.bw, "check", "main"], at), 1, "FIELD_SAME_NAME", "1 finding accepted",
             absent=["[FIELD_SAME_TYPE]"])
    t.expect("accepted ones are listed when asked for", t.run([t.bw, "check", "main", "--show-accepted"], at), 1,
             "[FIELD_SAME_TYPE]", "nobody: reads # it")

    # Another change of the same property of the same field is another break.
    t.change(at / "a.proto", "sint64 sum", "string sum")
    t.expect("the same rule with another value fails", t.run([t.bw, "check", "main"], at), 1, "[FIELD_SAME_TYPE]", "stale")
    t.change(at / "a.proto", "string sum", "sint64 sum")

    got = t.run([t.bw, "accept", "--all", "main", "--reason", "renamed in the only client"], at)
    t.expect("the rest is accepted", got, 0, "[FIELD_SAME_NAME]", "nothing else breaks", absent=["[FIELD_SAME_TYPE]"])
    t.expect("then nothing fails", t.run([t.bw, "check", "main"], at), 0, "findings accepted")
    before = (at / "breakwater.accepted.yaml").read_text()
    t.expect("nothing is left", t.run([t.bw, "accept", "--all", "main", "--reason", "x"], at), 0, "there is nothing to accept")
    t.holds("and nothing is written", before == (at / "breakwater.accepted.yaml").read_text())
    t.run([t.bw, "accept", one, "main", "--reason", "a better reason"], at)
    t.holds("accepting again changes the entry", (at / "breakwater.accepted.yaml").read_text().count(one) == 1 and
            "a better reason" in (at / "breakwater.accepted.yaml").read_text())


def accept_with_an_end(t):
    at = t.repository("end", {"a.proto": ORDER})
    t.change(at / "a.proto", "int64 total", "sint64 total")
    one = findings(t, at, "main")["FIELD_SAME_TYPE"]["fingerprint"]

    def until(day):
        return t.run([t.bw, "accept", one, "main", "--reason", "a while", "--until", str(day)], at)

    t.expect("a day that is over", until(TODAY - datetime.timedelta(days=2)), 2, "is in the past")
    t.expect("no date", until("tomorrow"), 2, "is not a date", "write a date as in")
    t.holds("nothing was written", not (at / "breakwater.accepted.yaml").exists())
    t.expect("the far future", until(TODAY + datetime.timedelta(days=300)), 0)
    t.expect("in force, without a warning", t.run([t.bw, "check", "main"], at), 0, absent=["warning"])
    t.expect("soon", until(TODAY + datetime.timedelta(days=5)), 0)
    t.expect("in force, with a warning", t.run([t.bw, "check", "main"], at), 0, "this acceptance ends in")
    text = (at / "breakwater.accepted.yaml").read_text()
    (at / "breakwater.accepted.yaml").write_text(re.sub(r"until: \S+", "until: 2020-02-29", text))
    t.expect("expired, the finding is active again", t.run([t.bw, "check", "main"], at), 1, "[FIELD_SAME_TYPE]",
             "this acceptance ended on 2020-02-29: its finding counts again", absent=["accepted\n"])
    t.expect("and can be accepted again", t.run([t.bw, "accept", "--all", "main", "--reason", "for longer"], at), 0, "[FIELD_SAME_TYPE]")
    t.expect("without an end", t.run([t.bw, "check", "main"], at), 0, absent=["warning"])
    t.write(at, {"a.proto": ORDER})
    t.expect("an entry without its finding is stale", t.run([t.bw, "check", "main"], at), 0, "this entry is stale")


def accept_merges(t):
    """Two branches that accept different breaks merge without a conflict, whether the list is there before they part or not."""
    files = {name: ORDER.replace("acme", name[0]) for name in ("a.proto", "b.proto", "c.proto")}
    for name, before in (("new list", None), ("list with an entry", "c.proto"), ("list with numbered lines", "version: 1\naccepted:\n# 00\n")):
        at = t.repository(name.replace(" ", "-"), files)
        t.run([t.bw, "init"], at)
        t.commit(at)
        t.git(at, "branch", "first")
        if before in files:
            t.change(at / before, "int64 total", "sint64 total")
            t.run([t.bw, "accept", "--all", "first", "--reason", "same"], at)
        elif before:
            t.write(at, {"breakwater.accepted.yaml": before})
        if before:
            t.commit(at)
        t.git(at, "branch", "base")
        for branch, file in (("left", "a.proto"), ("right", "b.proto")):
            t.git(at, "checkout", "-q", "-b", branch, "base")
            t.change(at / file, "int64 total", "sint64 total")
            t.expect(f"{name}: a branch accepts its break",
                     t.run([t.bw, "accept", "--all", "base", "--reason", "same", "--by", "Ada", "--until", "2999-12-31"], at), 0)
            t.commit(at)
        code, _, err = t.run(["git", "merge", "-q", "-m", "both", "left"], at)
        t.holds(f"{name}: the branches merge", code == 0, err)
        t.expect(f"{name}: and both breaks are accepted", t.run([t.bw, "check", "base", "HEAD"], at), 0, "2 findings accepted")
    t.holds("numbered lines stay", "\n# ff\n" in (at / "breakwater.accepted.yaml").read_text())
    t.write(at, {"breakwater.accepted.yaml": "version: 1\naccepted:\n<<<<<<< HEAD\n=======\n>>>>>>> left\n"})
    t.expect("what is left of a conflict is named", t.run([t.bw, "check", "base"], at), 2, "breakwater.accepted.yaml:3:1: error: unresolved merge conflict")


def accept_elsewhere(t):
    """What is accepted is written to the top of the new side."""
    at = t.repository("top", {"proto/a.proto": ORDER, "sub/x": ""})
    t.change(at / "proto/a.proto", "int64 total", "sint64 total")
    t.expect("from a folder below", t.run([t.bw, "accept", "--all", "main", "--reason", "x"], at / "sub"), 0)
    t.holds("the file is at the top", (at / "breakwater.accepted.yaml").exists())
    t.expect("and counts", t.run([t.bw, "check", "main"], at / "sub"), 0)
    (at / "breakwater.accepted.yaml").unlink()
    t.git(at, "add", "-A")
    t.expect("staged", t.run([t.bw, "accept", "--staged", "--all", "--reason", "x"], at), 0, "git add")
    t.expect("counts when it is staged", t.run([t.bw, "check", "--staged"], at), 1)
    t.git(at, "add", "-A")
    t.expect("and only then", t.run([t.bw, "check", "--staged"], at), 0)

    t.write(t.tmp, {"folders/old/a.proto": ORDER, "folders/new/a.proto": ORDER.replace("int64 total", "sint64 total")})
    folders = t.tmp / "folders"
    t.expect("folders", t.run([t.bw, "accept", "dir:old", "dir:new", "--all", "--reason", "x"], folders), 0,
             "wrote new/breakwater.accepted.yaml")
    t.expect("count", t.run([t.bw, "check", "dir:old", "dir:new"], folders), 0, "1 finding accepted")
    t.run([t.bw, "build", "dir:new", "-o", "new.binpb"], folders)
    t.expect("a set cannot hold it", t.run([t.bw, "accept", "dir:old", "set:new.binpb", "--all", "--reason", "x"], folders), 2,
             "cannot hold breakwater.accepted.yaml")


def accept_mistakes(t):
    at = t.repository("mistakes", {"a.proto": ORDER})
    t.change(at / "a.proto", "int64 total", "sint64 total")
    one = findings(t, at, "main")["FIELD_SAME_TYPE"]["fingerprint"]
    slip = ("0" if one[3] != "0" else "1").join([one[:3], one[4:]])
    t.expect("alone: those that there are", t.run([t.bw, "accept", "main"], at), 0, one, "changed from int64 to sint64",
             "\nbreakwater accept FINGERPRINT... --reason TEXT main\n")
    t.expect("a reason for nothing", t.run([t.bw, "accept", "main", "--reason", "x"], at), 2, "no fingerprint was given", one)
    t.expect("a slip names the nearest", t.run([t.bw, "accept", slip, "main", "--reason", "x"], at), 2, f"did you mean '{one}'?")
    t.expect("a digit too many, too", t.run([t.bw, "accept", one + "0", "main", "--reason", "x"], at), 2, f"did you mean '{one}'?")
    t.expect("one of two that is wrong", t.run([t.bw, "accept", one, "0123456789abcdef", "main", "--reason", "x"], at), 2,
             "no finding has the fingerprint")
    t.expect("no reason", t.run([t.bw, "accept", one, "main"], at), 2, "needs a reason")
    t.expect("a blank one", t.run([t.bw, "accept", one, "main", "--reason", " "], at), 2, "needs a reason")
    t.expect("an unknown revision", t.run([t.bw, "accept", "--all", "nope", "--reason", "x"], at), 2, "unknown revision 'nope'")
    t.holds("none of them wrote anything", not (at / "breakwater.accepted.yaml").exists())
    t.expect("capital digits", t.run([t.bw, "accept", one.upper(), "main", "--reason", "x"], at), 0)
    t.expect("no digits too many", t.run([t.bw, "accept", one[:7], "main", "--reason", "y"], at), 0, "accepted field 1")
    t.holds("a few digits are a whole entry", f'fingerprint: "{one}"' in (at / "breakwater.accepted.yaml").read_text())
    slip = one[:6] + ("1" if one[6] != "1" else "2")
    t.expect("a slip in a few digits", t.run([t.bw, "accept", slip, "main", "--reason", "x"], at), 2, f"did you mean '{one[:7]}'?")
    t.write(at, {"breakwater.accepted.yaml": "version: 1\naccepted: nonsense\n"})
    t.expect("a file that is wrong is left alone", t.run([t.bw, "accept", one, "main", "--reason", "x"], at), 2, "must be a list")
    t.holds("and not written over", "nonsense" in (at / "breakwater.accepted.yaml").read_text())


def accept_short(t):
    """A few digits of a fingerprint, which may begin several, or name a commit too."""
    text = 'syntax = "proto3";\npackage acme;\nmessage M {\n' + "".join(f"  int32 f{n} = {n};\n" for n in range(1, 2001)) + "}\n"
    at = t.repository("short", {"m.proto": text})
    t.write(at, {"m.proto": text.replace("int32", "string")})
    code, out, err = t.run([t.bw, "check", "main", "--format", "json"], at)
    prints = sorted({json.loads(line)["fingerprint"] for line in out.splitlines()})
    pair = next((a, b) for a, b in zip(prints, prints[1:]) if a[:4] == b[:4])
    t.expect("several begin so", t.run([t.bw, "accept", pair[0][:4], "main", "--reason", "x"], at), 2,
             f"several fingerprints begin with '{pair[0][:4]}'", f"{pair[0]} is: field", f"{pair[1]} is: field")
    t.holds("and nothing is written", not (at / "breakwater.accepted.yaml").exists())
    code, out, err = t.run([t.bw, "check", "main"], at)
    short = re.findall("= fingerprint: ([0-9a-f]+)\n", out.decode())
    t.holds("those of the report tell apart", len(set(short)) == len(short) == len(prints) and min(map(len, short)) >= 7)
    t.git(at, "branch", short[0], "main")
    t.expect("a branch with such a name is a fingerprint if no other operand is", t.run([t.bw, "accept", short[0], "main", "--reason", "x"], at), 0, "accepted field")
    t.expect("else a revision", t.run([t.bw, "accept", short[1], short[0], "--reason", "x"], at), 0, "accepted field")
    t.expect("and where all are meant", t.run([t.bw, "accept", "--all", short[0], "--reason", "x"], at), 0, "nothing else breaks")


def accept_too_much(t):
    """A file that the next check would refuse is not written."""
    field = "  {} a_field_with_a_long_name_{} = {};\n"
    for side, kind in (("old", "int32"), ("new", "string")):
        t.write(t.tmp / "much", {f"{side}/m.proto": 'syntax = "proto3";\nmessage M {\n' +
                                 "".join(field.format(kind, n, n) for n in range(1, 8001)) + "}\n"})
    t.expect("too much", t.run([t.bw, "accept", "--all", "--reason", "x", "dir:old", "dir:new"], t.tmp / "much"), 2, "8000 entries are too many")
    t.holds("is not written", not (t.tmp / "much/new/breakwater.accepted.yaml").exists())


def accept(t):
    accept_too_much(t)
    accept_short(t)
    accept_one_of_two(t)
    accept_with_an_end(t)
    accept_merges(t)
    accept_elsewhere(t)
    accept_mistakes(t)


# ---- init ----

def init_files(t):
    at = t.repository("files", {"proto/acme/v1/a.proto": ORDER, "sub/x": "", ".gitlab-ci.yml": "", ".github/workflows/ci.yml": ""})
    t.expect("from a folder below", t.run([t.bw, "init"], at / "sub"), 0, "next:", "GitLab", "GitHub", "init --hook")
    text = (at / "breakwater.yaml").read_text()
    t.holds("the root and the branch are found", "\n  - proto\n" in text and "\nbase: main\n" in text, text)
    t.holds("lists of accepted breaks will merge", (at / ".gitattributes").read_text() == "breakwater.accepted.yaml merge=union\n")
    t.expect("what it wrote is a configuration", t.run([t.bw, "check"], at), 0, "no breaking changes", "merge base of main and HEAD")
    t.expect("it is not written over", t.run([t.bw, "init"], at), 2, "exists already")
    t.holds("nothing changed", text == (at / "breakwater.yaml").read_text())
    (at / "breakwater.yaml").unlink()
    (at / "breakwater.yaml").symlink_to("nowhere")
    t.expect("a link that leads nowhere is left, too", t.run([t.bw, "init"], at), 2, "exists already")
    t.holds("and nothing is where it leads", not (at / "nowhere").exists())

    clone = t.tmp / "clone"
    t.run(["git", "clone", "-q", at, clone], t.tmp)
    t.run([t.bw, "init"], clone)
    t.holds("the remote's branch is the base", "\nbase: origin/main\n" in (clone / "breakwater.yaml").read_text())
    (t.tmp / "plain").mkdir()
    t.write(t.tmp / "plain", {"a.proto": ORDER})
    t.expect("outside of a repository", t.run([t.bw, "init"], t.tmp / "plain"), 0, "dir:OLD dir:NEW", absent=["hook"])
    t.expect("there is no hook there", t.run([t.bw, "init", "--hook"], t.tmp / "plain"), 2, "not in a git repository")


def init_hook(t):
    at = t.repository("hook", {"README": "", "nothing/yet": ""})
    t.expect("a hook beside the configuration", t.run([t.bw, "init", "--hook"], at), 0, "wrote .git/hooks/pre-commit")
    hook = at / ".git/hooks/pre-commit"
    t.holds("it can be executed", os.access(hook, os.X_OK))
    t.expect("it is not written over", t.run([t.bw, "init", "--hook"], at), 2, "there is a hook already")
    t.git(at, "add", "-A")
    t.expect("git commits what breaks nothing", t.run(["git", "commit", "-q", "-m", "no contract yet"], at), 0)
    t.write(at, {"a.proto": ORDER})
    t.git(at, "add", "-A")
    t.expect("and a first contract", t.run(["git", "commit", "-q", "-m", "a contract"], at), 0)
    t.change(at / "a.proto", "int64 total", "sint64 total")
    t.expect("what is not staged does not count", t.run(["git", "commit", "-q", "--allow-empty", "-m", "empty"], at), 0)
    t.expect("git refuses a commit that breaks", t.run(["git", "commit", "-q", "-a", "-m", "break"], at), 1, "[FIELD_SAME_TYPE]")
    t.git(at, "add", "-A")
    t.run([t.bw, "accept", "--staged", "--all", "--reason", "nobody reads it"], at)
    t.git(at, "add", "-A")
    t.expect("and takes it with the break on the record", t.run(["git", "commit", "-q", "-m", "accepted"], at), 0)
    t.write(at, {"a.proto": "message"})
    t.expect("a contract that does not compile is refused", t.run(["git", "commit", "-q", "-a", "-m", "broken"], at), 1, "a.proto:1")
    nothing = t.tmp / "nothing"
    nothing.mkdir()
    for program in ("git", "sh"):
        (nothing / program).symlink_to(next(p for d in t.env["PATH"].split(os.pathsep) if os.access(p := os.path.join(d, program), os.X_OK)))
    t.expect("without the program it does not say yes", t.run(["git", "commit", "-q", "-a", "-m", "x"], at, PATH=str(nothing)), 1,
             "breakwater is not installed")

    worktree = t.tmp / "linked"
    hook.unlink()
    t.git(at, "worktree", "add", "-q", worktree, "HEAD")
    t.expect("a linked worktree has the repository's hooks", t.run([t.bw, "init", "--hook"], worktree), 0, "hooks/pre-commit",
             "exists already")
    t.holds("there", hook.exists())


def init_hooks_path(t):
    at = t.repository("path", {"a.proto": ORDER})
    t.git(at, "config", "core.hooksPath", ".githooks")
    t.expect("core.hooksPath of the repository", t.run([t.bw, "init", "--hook"], at), 0, "wrote .githooks/pre-commit",
             "because core.hooksPath in .git/config names that folder")
    t.change(at / "a.proto", "int64 total", "sint64 total")
    t.expect("git runs it", t.run(["git", "commit", "-q", "-a", "-m", "break"], at), 1, "[FIELD_SAME_TYPE]")
    other = t.repository("users", {"a.proto": ORDER})
    t.write(t.tmp, {".gitconfig": "[core]\n\thooksPath = ~/hooks\n"})
    t.expect("core.hooksPath of the user", t.run([t.bw, "init", "--hook"], other), 2, "all your repositories", f"{t.tmp}/hooks")
    t.holds("nothing is written there", not (t.tmp / "hooks").exists() and not (other / "breakwater.yaml").exists())
    (t.tmp / ".gitconfig").rename(t.tmp / "system")
    system = {"GIT_CONFIG_SYSTEM": str(t.tmp / "system")}
    t.expect("core.hooksPath of the system", t.run([t.bw, "init", "--hook"], other, GIT_CONFIG_NOSYSTEM="0", **system), 2,
             "all your repositories", f"{t.tmp}/system")
    t.expect("which git was told to leave out", t.run([t.bw, "init", "--hook"], other, **system), 0, "wrote .git/hooks/pre-commit")


def init(t):
    init_files(t)
    init_hook(t)
    init_hooks_path(t)


# ---- breaking ----

class Peer:
    """Runs a command line of buf's as `breakwater breaking`, and beside buf where it is."""

    def __init__(self, t, buf):
        self.t, self.buf = t, buf

    def same(self, what, args, cwd, status, count):
        """Status, and which findings there are: their rules, paths and lines."""
        def rows(out):
            found = map(json.loads, out.decode().splitlines())
            return sorted((f["type"], f.get("path", ""), f["start_line"]) for f in found)
        line = [*args, "--error-format", "json"]
        code, out, err = self.t.run([self.t.bw, "breaking", *line], cwd)
        got = rows(out) if code in (0, 100) else []
        self.t.holds(what, code == status and len(got) == count, f"status {code}, wanted {status} and {count}: {got}\n{err}")
        if not self.buf:
            return
        code, out, err = self.t.run([self.buf, "breaking", *line], cwd)
        self.t.holds(what + ", beside buf", code == status and rows(out) == got, f"buf: {code}\n{rows(out)}\nours:\n{got}\n{err}")


def shape(text):
    """An output of buf's without what is the program's own: sentences, fingerprints, columns."""
    text = re.sub(r"&#3[49];", "'", text)
    text = re.sub(r"""(Previously present |Field |file '|field ).*?(?=",|" type=|$)""", "SENTENCE", text.replace('\\"', "'"), flags=re.M)
    text = re.sub(r'"fingerprint":"[0-9a-f]+"', "FINGERPRINT", text)
    text = re.sub(r"\(\d+,\d+\)", "(N,N)", text)
    return re.sub(r"(_|:|\(|,col=|,endColumn=|,endLine=|column\":)(\d+)(?=[\",:)}<]|$)", r"\1N", text, flags=re.M)


def breaking_forms(t, peer):
    at = t.repository("forms", {"proto/acme/v1/a.proto": ORDER, "proto/acme/v1/gone.proto": GONE, "proto/acme/v2/b.proto": GONE.replace("v1", "v2"),
                                "buf.yaml": "version: v2\nmodules:\n  - path: proto\n"})
    t.git(at, "tag", "v1")
    (at / "proto/acme/v1/gone.proto").unlink()
    t.change(at / "proto/acme/v1/a.proto", "int64 total", "sint64 total")
    t.change(at / "proto/acme/v1/a.proto", "  string name = 2;\n", "")
    sha = t.git(at, "rev-parse", "HEAD").strip()

    for against in (".git#branch=main", ".git#tag=v1", ".git#ref=HEAD", f".git#commit={sha}", ".git", f"{at}/.git#branch=main",
                    ".git#format=git,branch=main,depth=5"):
        peer.same(against, ["--against", against], at, 100, 3)
    peer.same("subdir", ["proto", "--against", ".git#branch=main,subdir=proto"], at, 100, 3)
    peer.same("from below", ["--against", "../.git#branch=main,subdir=proto"], at / "proto", 100, 3)
    peer.same("from beside", ["../proto", "--against", "../.git#tag=v1,subdir=proto"], at / ".git", 100, 3)
    peer.same("--path", ["--against", ".git#branch=main", "--path", "proto/acme/v1/a.proto"], at, 100, 2)
    peer.same("--path from below", ["--against", "../.git#branch=main,subdir=proto", "--path", "acme/v1/a.proto"], at / "proto", 100, 2)
    peer.same("--exclude-path", ["--against", ".git#branch=main", "--exclude-path", "proto/acme/v1/a.proto"], at, 100, 1)
    peer.same("--limit-to-input-files", ["--against", ".git#branch=main", "--limit-to-input-files"], at, 100, 2)
    peer.same("--exclude-imports", ["--against", ".git#branch=main", "--exclude-imports"], at, 100, 3)
    peer.same("--config as data", ["--against", ".git#branch=main", "--config",
                                   '{"version":"v2","modules":[{"path":"proto"}],"breaking":{"use":["WIRE"]}}'], at, 100, 2)
    t.write(at, {"other.yaml": "version: v2\nmodules:\n  - path: proto\nbreaking:\n  use: [FIELD_SAME_TYPE]\n"})
    peer.same("--config as a file", ["--against", ".git#branch=main", "--config", "other.yaml"], at, 100, 1)
    peer.same("--against-config", ["--against", ".git#branch=main", "--against-config", "other.yaml"], at, 100, 3)
    t.run([t.bw, "build", "v1", "-o", "old.binpb"], at)
    peer.same("an image", ["--against", "old.binpb"], at, 100, 3)
    peer.same("two images", ["old.binpb", "--against", "old.binpb"], at, 0, 0)
    t.git(at, "worktree", "add", "-q", "--detach", t.tmp / "checkout", "v1")
    peer.same("a folder", ["--against", "../checkout"], at, 100, 3)
    peer.same("a repository elsewhere", ["--against", "../forms/.git#tag=v1"], t.tmp / "checkout", 0, 0)
    peer.same("two revisions", [".git#tag=v1", "--against", ".git#branch=main"], at, 0, 0)
    peer.same("one contract", ["proto/acme/v1/a.proto", "--against", ".git#branch=main", "--limit-to-input-files"], at, 100, 2)

    for format_ in ("text", "json", "msvs", "junit", "github-actions", "gitlab-code-quality"):
        line = ["breaking", "--against", ".git#branch=main", "--error-format", format_]
        code, out, _ = t.run([t.bw, *line], at)
        t.holds(f"{format_} has the status", code == 100)
        if peer.buf:
            theirs = t.run([peer.buf, *line], at)[1].decode()
            t.holds(f"{format_} has buf's shape", shape(out.decode()) == shape(theirs), f"{shape(out.decode())}\n{shape(theirs)}")


def breaking_layouts(t, peer):
    """The configurations of buf's three versions, at the top and below."""
    ignoring = "version: v1\nbreaking:\n  use: [FILE]\n  ignore: [acme/v1/gone.proto]\n"
    at = t.repository("v1", {"proto/acme/v1/a.proto": ORDER, "proto/acme/v1/gone.proto": GONE, "proto/buf.yaml": ignoring})
    (at / "proto/acme/v1/gone.proto").unlink()
    t.change(at / "proto/acme/v1/a.proto", "int64 total", "sint64 total")
    peer.same("v1: a module below the top", ["proto", "--against", ".git#branch=main,subdir=proto"], at, 100, 1)
    peer.same("v1: from its folder", ["--against", "../.git#branch=main,subdir=proto"], at / "proto", 100, 1)

    at = t.repository("work", {"buf.work.yaml": "version: v1\ndirectories: [one, two]\n",
                               "one/buf.yaml": "version: v1\nbreaking:\n  use: [WIRE]\n", "two/buf.yaml": "version: v1\n",
                               "one/a.proto": ORDER, "two/b.proto": 'syntax = "proto3";\npackage two;\nimport "a.proto";\n'
                               "message Two {\n  acme.v1.Order order = 1;\n  int32 n = 2;\n}\n"})
    t.change(at / "one/a.proto", "int64 total", "int64 sum")
    t.change(at / "two/b.proto", "int32 n", "string n")
    peer.same("v1: a workspace", ["--against", ".git#branch=main", "--exclude-imports"], at, 100, 1)
    peer.same("v1: one folder of a workspace", ["two", "--against", ".git#branch=main,subdir=two", "--exclude-imports"], at, 100, 1)
    peer.same("v1: the other one", ["one", "--against", ".git#branch=main,subdir=one", "--exclude-imports"], at, 0, 0)

    at = t.repository("bare", {"proto/acme/v1/a.proto": ORDER, "proto/acme/v1/gone.proto": GONE})
    (at / "proto/acme/v1/gone.proto").unlink()
    peer.same("no configuration", ["proto", "--against", ".git#branch=main,subdir=proto"], at, 100, 1)
    t.git(at, "clone", "-q", "--bare", ".", t.tmp / "bare.git")
    peer.same("a bare repository", ["proto", "--against", "../bare.git#branch=main,subdir=proto"], at, 100, 1)
    t.git(at, "update-ref", "refs/remotes/origin/main", "main")
    t.git(at, "tag", "v1", "main")
    for rev in ("branch=origin/main", "branch=v1", "branch=refs/heads/main", "tag=origin/main", "commit=v1"):
        peer.same(f"a revision of another kind: {rev}", ["proto", "--against", f".git#{rev},subdir=proto"], at, 100, 1)
    for kind in ("tar", "tar.gz", "tgz", "zip"):
        t.git(at, "archive", "--prefix=api/", "-o", t.tmp / f"old.{kind}", "main")
        peer.same(f"an archive: {kind}", ["proto", "--against", f"../old.{kind}#strip_components=1,subdir=proto"], at, 100, 1)
    t.write(at, {"breakwater.yaml": "version: 1\nroots: [proto]\nseverity: { FILE_NO_DELETE: warning }\n"})
    t.expect("breaking: a breakwater.yaml counts", t.run([t.bw, "breaking", "proto", "--against", ".git#branch=main,subdir=proto"], at), 0,
             "1 finding is of severity warning")


def breaking_refusals(t, peer):
    at = t.repository("no", {"a.proto": ORDER})

    def refuses(against, *parts):
        t.expect(f"breaking: {against}", t.run([t.bw, "breaking", "--against", against], at), 1, *parts)

    for against in ("https://github.com/acme/api.git", "buf.build/acme/petapis", "old.yaml"):
        refuses(against, "is not supported", "help:")
    refuses(".git#branch=nope", "unknown revision", ".git#branch=origin/nope")
    for against in ("old.json", "old.binpb.gz", "old.tar.gz", "old.zip"):
        refuses(against, "cannot read")
    submodules = ".git#branch=main,recurse_submodules=true"
    t.expect("breaking: no submodules to go down into", t.run([t.bw, "breaking", "--against", submodules], at), 0)
    t.write(at, {".gitmodules": "[submodule \"x\"]\n\tpath = x\n\turl = ../x\n"})
    t.git(at, "add", ".")
    t.git(at, "commit", "-q", "-m", "a submodule")
    refuses(submodules, "is not supported: submodules are not read", "help:")
    refuses(".git#brnch=main", "did you mean 'branch'?")
    refuses(".git#branch=main,subdir=nope", "nope")
    refuses("nope", "nope")
    t.expect("breaking: --against-registry", t.run([t.bw, "breaking", "--against-registry"], at), 1, "is not supported")
    t.expect("breaking: nothing to compare with", t.run([t.bw, "breaking"], at), 1, "--against")
    t.expect("breaking: an unknown option", t.run([t.bw, "breaking", "--agianst", "x"], at), 1, "did you mean '--against'?")
    t.expect("breaking: an unknown format", t.run([t.bw, "breaking", "--against", ".git", "--error-format", "tex"], at), 1, "'text'")
    t.expect("breaking: two inputs", t.run([t.bw, "breaking", "a", "b", "--against", ".git"], at), 1, "unexpected operand")
    t.expect("breaking: --disable-symlinks", t.run([t.bw, "breaking", "--against", ".git", "--disable-symlinks"], at), 0, "changes nothing")
    t.change(at / "a.proto", "int64 total", "sint64 total")
    t.expect("breaking: what is accepted", t.run([t.bw, "accept", "--all", "main", "--reason", "x"], at), 0)
    t.expect("is left out", t.run([t.bw, "breaking", "--against", ".git#branch=main"], at), 0, "1 finding is accepted")
    t.write(at, {"a.proto": "message"})
    t.expect("breaking: a contract that does not compile", t.run([t.bw, "breaking", "--against", ".git#branch=main"], at), 1, "a.proto:1")


def breaking(t):
    peer = Peer(t, find_buf())
    if not peer.buf:
        print("SKIPPED: there is no buf here; nothing was compared with it")
    breaking_forms(t, peer)
    breaking_layouts(t, peer)
    breaking_refusals(t, peer)


def manual(t):
    page = (pathlib.Path(__file__).resolve().parents[2] / "man/breakwater-check.1").read_text()
    _, said, _ = t.run([t.bw, "help", "build"], t.tmp)
    for prefix in set(re.findall(r"\b([a-z]+):(?=[A-Z,.])", said.decode())):
        t.holds(f"the manual has {prefix}:", re.search(rf"^\.It Cm {prefix} ?:", page, re.M))


def main():
    topics = {"accept": accept, "init": init, "breaking": breaking, "manual": manual}
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("topic", nargs="*", choices=[*topics, []])
    options = p.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        t = Scratch(tmp, options.bw)
        t.bw = os.path.abspath(options.bw)
        for name in options.topic or topics:
            topics[name](t)
    return t.summary()


if __name__ == "__main__":
    sys.exit(main())
