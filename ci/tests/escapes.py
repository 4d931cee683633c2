#!/usr/bin/env python3
"""Prints hostile text in every output: no control character comes through, and no text breaks out of its format.

usage: escapes.py --bw PATH --plugin PATH

Names of files, folders, references and elements, values of options, comments, configuration, sets, operands and variables hold
what controls terminals, logs, browsers and pipelines. Exit status 0 when all pass.
"""
import argparse
import io
import json
import os
import re
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as tree

from scratch import Scratch

STEERS = "\x1b[31m\x1b]0;t\x07\x08\x7f\u009b2J\u0085\u202ecba\u2066\u2028\u200f\ufeff\U000e0041"
BREAKS_OUT = "\r\n::error::forged\r\n##vso[task.x]%0A<img src=x>'\"`|`]]>-->![i](http:x)@team&lt;\\"
ALL = STEERS + BREAKS_OUT
LINE = STEERS + "::error::forged<img src=x>]]>"  # where a line break would end it
# What out_plain() spells, but for the bytes of a line break and a tab.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e00ff]")
FORMATS = ("text", "line", "json", "markdown", "html", "sarif", "junit", "github", "gitlab", "checkstyle", "rdjson")
BUF_FORMATS = ("text", "json", "msvs", "junit", "github-actions", "gitlab-code-quality")


def literal(text):
    return '"' + "".join(f"\\{b:03o}" for b in text.encode()) + '"'


def contract(kind, value):
    """A contract whose parts break when `kind` and `value` change."""
    gone = "message Gone {}\n" if kind == "int32" else ""
    one = f"  ONE = 1; // {LINE}\n" if kind == "int32" else ""
    return f"""// {LINE}
syntax = "proto2";
package p;
import {literal("missing" + ALL.replace(chr(92), "") + ".proto")};
option go_package = {literal(value)};
option java_package = {literal(value)};
// {LINE}
message M {{
  optional string s = 1 [default = {literal(value)}, json_name = {literal(value)}]; // {LINE}
  /* {LINE} */ optional {kind} x = 2; // {LINE}
  optional bytes b = 5 [default = {literal(value)}];
}}
{gone}enum E {{
  NONE = 0;
{one}}}
"""


WRONG = (f'syntax = "proto3"; message M {{ {LINE} }}\n', f'syntax = "proto3"; message M {{ string s = 1 [json_name = "{LINE}"; }}\n',
         f'syntax = "{LINE}";\n', f'syntax = "proto3"; package {LINE};\n', f'syntax = "proto3"; option x = "{LINE}";\n',
         f'syntax = "proto3"; option (x).{LINE} = 1;\n', f'syntax = "proto3"; message M {{ Nope{LINE} a = 1; }}\n',
         f'syntax = "proto3"; message M {{ string a = 1; string b = 1; }} // {LINE}\n', f'syntax = "proto3"; /* {LINE}', f'syntax = "proto3"; import "{LINE}',
         f'syntax = "proto3"; message M {{ string s = 1; message M {{ reserved {literal(ALL)}, {literal(ALL)}; }} }}\n',
         f'syntax = "proto2"; message M {{ reserved {literal(ALL)}; optional E e = 1 [default = {literal(ALL)}]; }} enum E {{ A = 0; }}\n',
         f'syntax = "proto3"; import {literal(ALL)}; message M {{ nope.X a = 1; }}\n', "\xff\xfe\x9b\x1b[2J".encode("latin-1"))

CONFIGURATIONS = [("breakwater.yaml", text) for text in
                  ("version: {}\n", "version: 1\n{}: 1\n", "version: 1\nbase: {}\n", "version: 1\nuse: [{}]\n", "version: 1\nignore: [{}]\n",
                   "version: 1\nroots: [{}]\n", "version: 1\nseverity: {{{}: error}}\n", "version: 1\nignore_only: {{FILE: [{}]}}\n",
                   "version: 1\nmodules: [{{path: {}}}]\n", "version: 1\nstrict_imports: {}\n", "{}: [\n", "version: 1\nroots: {}\n",
                   "version: 1\nroots: [../{}]\n", "version: 1\nroots: [/{}]\n")]
CONFIGURATIONS += [("buf.yaml", text) for text in
                   ("version: {}\n", "version: v2\n{}: 1\n", "version: v2\nmodules: [{{path: {}}}]\n", "version: v2\nbreaking: {{use: [{}]}}\n",
                    "version: v1\nbreaking: {{ignore: [{}]}}\n", "version: v1\nbuild: {{excludes: [{}]}}\n", "version: v2\ndeps: [{}]\n")]
CONFIGURATIONS += [("buf.work.yaml", "version: v1\ndirectories: [{}]\n")]
CONFIGURATIONS += [("breakwater.accepted.yaml", text) for text in
                   ("version: {}\n", "version: 1\n{}: 1\n", "version: 1\naccepted:\n  - fingerprint: {}\n",
                    "version: 1\naccepted:\n  - fingerprint: 0123456789abcdef\n    reason: {0}\n    rule: {0}\n    element: {0}\n    by: {0}\n",
                    "version: 1\naccepted:\n  - fingerprint: 0123456789abcdef\n    reason: x\n    until: {}\n")]


def yaml(text):
    return json.dumps(text)


def file_name(text):
    return text.replace("/", "").encode()


class Holder:
    def __init__(self, scratch, bw, plugin):
        self.scratch, self.bw, self.plugin = scratch, bw, plugin

    def run(self, at, *args, program=None, stdin=b"", **env):
        code, out, err = self.scratch.run([program or self.bw, *args], at, stdin, **env)
        return code, out.decode("utf-8", "backslashreplace"), err

    def holds(self, what, at, *args, status=(0, 1, 2), **more):
        """Checks that only text comes out; returns standard output."""
        code, out, err = self.run(at, *args, **more)
        text = out + err
        found = CONTROL.search(text)
        self.scratch.holds(f"{what}: status {code}", code in status, err)
        self.scratch.holds(f"{what}: no control characters", not found,
                           found and repr(text[max(0, found.start() - 60):found.end() + 20]))
        self.scratch.holds(f"{what}: no line is forged", not re.search(r"^\s*(::error::forged|##vso)", text, re.M),
                           re.findall(r".*\n.*::error::forged.*", text)[:2])
        return out


def well_formed(scratch, name, out, n):
    """Parses the report as its consumers do."""
    try:
        if name == "json":
            right = len([json.loads(line) for line in out.splitlines()]) == n
        elif name in ("sarif", "gitlab", "rdjson", "gitlab-code-quality"):
            right = bool(json.loads(out))
        elif name in ("junit", "checkstyle"):
            top = tree.fromstring(out)
            right = {e.tag for e in top.iter()} <= {"testsuites", "testsuite", "testcase", "failure", "checkstyle", "file", "error", "skipped"}
        elif name in ("github", "github-actions"):
            right = all(re.match(r"::(error|warning|notice|group|endgroup)( |::)", line) for line in out.splitlines() if "::" in line[:3])
        elif name == "html":
            right = "<img" not in out
        elif name == "markdown":
            plain = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", out.split("```")[0])
            right = "<img" not in plain and "![i](" not in plain.replace("!\\[i\\](", "")
        else:
            right = True
    except (ValueError, tree.ParseError) as error:
        right, out = False, f"{error}\n{out}"
    scratch.holds(f"{name} is well formed", right, out[:2000])


def contracts(h):
    """Every format, over contracts and files with strange names."""
    at = h.scratch.repository("contracts", {"plain.proto": 'syntax = "proto3";\n'})
    os.makedirs(os.fsencode(at) + b"/d" + file_name(ALL))
    places = {b"c" + file_name(ALL) + b".proto": lambda kind, value: contract(kind, value), b"d" + file_name(ALL) + b"/x.proto":
              lambda kind, value: f'syntax = "proto3";\npackage q;\nmessage Q {{ {kind} a = 1; }}\n', b"gone" + file_name(ALL) + b".proto":
              lambda kind, value: 'syntax = "proto3";\npackage g;\n' if kind == "int32" else None, b"bytes\xff\x9b.proto":
              lambda kind, value: f'syntax = "proto3";\npackage b;\nmessage B {{ {kind} a = 1; }}\n'}

    def write(kind, value):
        for name, make in places.items():
            path, text = os.fsencode(at) + b"/" + name, make(kind, value)
            if text is None:
                os.unlink(path)
            else:
                with open(path, "wb") as file:
                    file.write(text.encode())

    write("int32", ALL + "1")
    h.scratch.commit(at)
    h.scratch.git(at, "branch", "old")
    write("string", ALL + "2")
    h.scratch.git(at, "add", "-A")
    h.scratch.git(at, "commit", "-q", "-m", LINE)
    n = len(h.run(at, "check", "--format", "json", "old", "HEAD")[1].splitlines())
    h.scratch.holds("everything breaks", n >= 10, n)
    for name in FORMATS:
        out = h.holds(f"check as {name}", at, "check", "--format", name, "old", "HEAD", status=(1,))
        well_formed(h.scratch, name, out, n)
    for words in (("--color", "always"), ("--verbose",)):
        code, out, err = h.run(at, "check", *words, "old", "HEAD")
        h.scratch.holds(f"check {words}", not CONTROL.search(re.sub(r"\x1b\[[0-9;]*m", "", out + err).replace("\x1b]8;;", "").replace("\x1b\\", "")))
    for name in BUF_FORMATS:
        out = h.holds(f"breaking as {name}", at, "breaking", "--error-format", name, "--against", ".git#branch=old", status=(100,))
        well_formed(h.scratch, name, out, n)
    for args in (("accept", "old", "HEAD"), ("accept", "ffff", "old", "HEAD"), ("accept", "--all", "--reason", LINE, "--by", LINE, "old"),
                 ("check", "--show-accepted", "old"), ("check", "old"), ("debug", "tokens", "HEAD"), ("debug", "schema", "HEAD"),
                 ("debug", "pairs", "old", "HEAD"), ("check", "--strict-imports", "old", "HEAD"), ("build", "-o", "/dev/null"),
                 ("check", "dir:.", "dir:."), ("check", "--staged"), ("init",), ("init", "--hook"), ("check", "--timings=json", "--full", "old", "HEAD")):
        h.holds(" ".join(args[:2]).encode("ascii", "replace").decode(), at, *args)
    h.run(at, "build", "-o", "../strange.binpb", "old")
    for args in (("check", "set:../strange.binpb", "set:../strange.binpb"), ("check", "set:../strange.binpb", "HEAD"), ("check", "set:../strange.binpb", "dir:."),
                 ("debug", "schema", "set:../strange.binpb"), ("breaking", "../strange.binpb", "--against", "../strange.binpb")):
        h.holds(f"{args[0]} of a set", at, *args, status=(0, 1, 2, 100))
    return at


def wrong_contracts(h):
    at = h.scratch.repository("wrong", {"a.proto": 'syntax = "proto3";\n'})
    for i, text in enumerate(WRONG):
        (at / "a.proto").write_bytes(text if isinstance(text, bytes) else text.encode())
        for args in (("check", "HEAD"), ("build", "-o", "/dev/null"), ("debug", "tokens", "worktree:")):
            h.holds(f"wrong contract {i}: {args[0]}", at, *args)


def configurations(h):
    at = h.scratch.repository("configured", {"a.proto": 'syntax = "proto3";\nmessage A { int32 a = 1; }\n'})
    (at / "a.proto").write_text('syntax = "proto3";\nmessage A { int64 a = 1; }\n')
    for i, (name, text) in enumerate(CONFIGURATIONS):
        for k, value in enumerate((yaml(ALL), LINE)):
            (at / name).write_text(text.format(value))
            h.holds(f"{name} {i} {k}", at, "check", "--show-accepted", "HEAD")
            (at / name).unlink()
    (at / "a.proto").write_text(f'syntax = "proto3";\n// breakwater:accept 0123456789abcdef {LINE}\n// breakwater:{LINE}\nmessage A {{ int64 a = 1; }}\n')
    h.holds("a comment that accepts", at, "check", "HEAD")


def references(h):
    at = h.scratch.repository("references", {"a.proto": 'syntax = "proto3";\n'})
    commit = h.scratch.git(at, "rev-parse", "HEAD")
    for name in (f"heads/a{STEERS}", "heads/x\u009b31m", "tags/v1\u202e", f"remotes/o\u009b/main", "heads/\x1b[31m"):
        path = os.fsencode(at) + b"/.git/refs/" + name.encode()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(commit)
    (at / "breakwater.yaml").write_text("version: 1\nbase: v*\n")
    for args in ((), ("x\u009b31m", "HEAD"), ("x\u009b31m...HEAD",), (f"a{STEERS}", "HEAD"), ("x\u009b31n",), ("--merge-base", "x\u009b31m"),
                 ("v1\u202e", "x\u009b31m")):
        h.holds(f"references {len(args)} {args!a}", at, "check", *args)
    (at / "breakwater.yaml").unlink()
    (at / ".git/HEAD").write_text("ref: refs/heads/x\u009b31m\n")
    h.holds("HEAD", at, "check")
    h.holds("HEAD, staged", at, "check", "--staged", "--merge-base")
    with open(at / ".git/config", "a") as file:
        file.write(f'[remote "o\u009b"]\n\turl = x\n[branch "x\u009b31m"]\n\tremote = "o\u009b"\n\tmerge = "refs/heads/{STEERS[2:4]}\u202e"\n'
                   '[init]\n\tdefaultBranch = "\u009b2J"\n')
    for args in ((), ("@{u}",), ("@{push}",), ("o\u009b",), ("o\u009b/nope",)):
        h.holds(f"configured references {args!a}", at, "check", *args)
    for text in (f"[{LINE}\n", f"[core]\n\trepositoryformatversion = 1\n[extensions]\n\t{'x' + STEERS[5:]} = 1\n", f"[extensions]\n\tobjectFormat = {LINE}\n",
                 f"[core]\n\tworktree = /nope{LINE}\n", f"[include]\n\tpath = /nope{LINE}\n", f"[core]\n\texcludesFile = /nope{LINE}\n"):
        (at / ".git/config").write_text("[core]\n\trepositoryformatversion = 1\n" + text)
        h.holds("a configuration of git", at, "check", "HEAD")


def operands(h):
    at = h.scratch.repository("operands", {"a.proto": 'syntax = "proto3";\n'})
    for args in (("{}",), ("check", "{}"), ("check", "dir:{}"), ("check", "set:{}"), ("check", "HEAD:{}"), ("check", "HEAD@{{{}}}"), ("check", "{}...HEAD"),
                 ("check", "--path", "{}", "HEAD"), ("check", "--path", ":({})x", "HEAD"), ("check", "--root", "{}", "HEAD"), ("check", "--config", "{}"),
                 ("check", "--format", "{}"), ("check", "--format", "json={}/x", "HEAD"), ("check", "-o", "{}/x", "HEAD"), ("check", "--use", "{}", "HEAD"),
                 ("check", "--except", "{}", "HEAD"), ("check", "--jobs", "{}"), ("check", "--{}"), ("check", "-{}"), ("check", "--color={}"),
                 ("-C", "{}", "check"), ("build", "-o", "/dev/null", "{}"), ("build", "-o", "{}/x"), ("explain", "{}"), ("rules", "--use", "{}"),
                 ("help", "{}"), ("completion", "{}"), ("debug", "{}", "HEAD"), ("accept", "{}"), ("accept", "--until", "{}", "--reason", "x", "--all", "HEAD"),
                 ("accept", "--reason", "{}", "ffff", "HEAD"), ("init", "{}"), ("check", "a", "b", "{}"), ("breaking", "--against", "{}"),
                 ("breaking", "--against", ".git#{}=x"), ("breaking", "--against", ".git#branch={}"), ("breaking", "{}", "--against", "."),
                 ("breaking", "--against", "{}.tar.gz"), ("breaking", "--config", "{}", "--against", "."), ("breaking", "--error-format", "{}", "--against", "."),
                 ("breaking", "--against", "https://x/{}"), ("breaking", "--path", "{}", "--against", ".")):
        h.holds(f"operand of {' '.join(args)}", at, *(word.format(ALL) for word in args), status=(0, 1, 2))
    for name in ("BREAKWATER_BASE_BRANCH", "GITHUB_BASE_REF", "GITHUB_EVENT_PATH", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
                 "CHANGE_TARGET", "BUILDKITE_PULL_REQUEST_BASE_BRANCH", "BITBUCKET_PR_DESTINATION_BRANCH", "SYSTEM_PULLREQUEST_TARGETBRANCH",
                 "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR"):
        about = {"CI": "true", "GITHUB_ACTIONS": "true", "GITLAB_CI": "true", "GITHUB_EVENT_NAME": "pull_request", "TF_BUILD": "True",
                 "BUILDKITE": "true", "JENKINS_URL": "x", "BITBUCKET_BUILD_NUMBER": "1"}
        h.holds(f"variable {name}", at, "check", **(about if not name.startswith("GIT_") else {}), **{name: ALL})
    for event in (json.dumps({"pull_request": {"base": {"ref": ALL, "sha": ALL}, "head": {"sha": ALL}}}), LINE):
        (at / "event.json").write_text(event)
        h.holds("an event", at, "check", GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(at / "event.json"), CI="true")


def field(number, data):
    def varint(n):
        out = b""
        while n > 0x7f:
            out, n = out + bytes([n & 0x7f | 0x80]), n >> 7
        return out + bytes([n])
    return varint(number << 3 | 2) + varint(len(data)) + data


def sets(h):
    """Descriptors hold names that no text could."""
    at = h.scratch.tmp / "sets"
    at.mkdir()
    odd = ALL.encode()

    def image(kind):
        member = field(1, odd) + b"\x18\x01\x20\x01\x28" + bytes([kind]) + field(10, odd)
        message = field(1, odd) + field(2, member)
        return field(1, field(1, b"a" + odd) + field(2, odd) + field(4, message) + field(8, field(11, odd)) + field(12, b"proto3"))

    (at / "old.binpb").write_bytes(image(5))
    (at / "new.binpb").write_bytes(image(9))
    (at / "bad.binpb").write_bytes(image(5)[:-3])
    (at / "twice.binpb").write_bytes(image(5) * 2)
    (at / "old.json").write_text(json.dumps({"file": [{"name": ALL, ALL: 1}]}))
    (at / "bad.txtpb").write_text(f"file {{ {LINE}: 1 }}")
    with tarfile.open(at / "old.tar", "w") as tar:
        for path in ("../" + ALL + ".proto", ALL + ".proto"):
            info = tarfile.TarInfo(path)
            info.size = 3
            tar.addfile(info, io.BytesIO(b"\x1b[2"))
    for args in (("check", "set:old.binpb", "set:new.binpb"), ("check", "set:bad.binpb", "set:new.binpb"), ("check", "set:twice.binpb", "set:new.binpb"),
                 ("debug", "schema", "set:old.binpb"), ("debug", "pairs", "set:old.binpb", "set:new.binpb"), ("accept", "set:old.binpb", "set:new.binpb")):
        for name in FORMATS if args[0] == "check" else ("",):
            h.holds(f"{' '.join(args)} {name}", at, *args, *(("--format", name) if name else ()))
    for against in ("old.binpb", "old.json", "bad.txtpb", "old.tar"):
        for name in BUF_FORMATS:
            h.holds(f"breaking against {against} as {name}", at, "breaking", "new.binpb", "--against", against, "--error-format", name, status=(0, 1, 100))
    for parameter in ("against=" + ALL, "against=dir:" + ALL, ALL, "against=set:old.binpb,use=" + ALL, "against=set:old.binpb"):
        request = field(2, parameter.encode()) + field(1, b"a" + ALL.encode()) + field(15, image(9)[2 + (len(image(9)) > 129):])
        code, out, err = h.scratch.run([h.plugin], at, request)
        text = re.sub(rb"^\x0a[\x80-\xff]*[\0-\x7f]", b"", out).decode("utf-8", "backslashreplace")
        text = re.sub("\x10.*$", "", text) + err  # the features that the plugin declares
        found = CONTROL.search(text)
        h.scratch.holds(f"the plugin says {parameter[:16]!a}", not found, found and repr(text[max(0, found.start() - 80):found.end() + 20]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bw", default="build/src/cli/breakwater")
    parser.add_argument("--plugin", default="build/src/plugin/protoc-gen-breakwater")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="escapes-") as tmp:
        scratch = Scratch(tmp)
        h = Holder(scratch, os.path.abspath(args.bw), os.path.abspath(args.plugin))
        for part in (contracts, wrong_contracts, configurations, references, operands, sets):
            part(h)
        return scratch.summary()


if __name__ == "__main__":
    sys.exit(main())
