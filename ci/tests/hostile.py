#!/usr/bin/env python3
"""Checks hostile repositories: nothing is executed, nothing outside is opened or written, and the answer is right.

usage: hostile.py --bw PATH [SITUATION...]

Each situation is a repository from a stranger, with calls and their right exit statuses. They run under strace where tracing is
allowed. Exit status 0 when all pass.
"""
import argparse
import concurrent.futures
import io
import os
import re
import sys
import tarfile
import tempfile
import zipfile
import zlib

import traced
from scratch import Scratch
from strange import BROKEN, FILE, FOLDER, LINK, OLD, OTHER, SECRET, SUBMODULE, Strange

REVISIONS = ("check", "base", "head")
WORKTREE = ("check", "base")
STAGED = ("check", "--staged", "base")
FOLDERS = ("check", "dir:.", "dir:.")
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]")
SITUATIONS = {}


def situation(make):
    """A function of a new repository that gives calls: a command line, the right statuses, and what else may be opened."""
    SITUATIONS[make.__name__] = make
    return make


def several(name, cases):
    """A situation for each case: its name and the further arguments of the function."""
    def keep(make):
        for case, *arguments in cases:
            SITUATIONS[f"{name}_{case}".replace("/", "_")] = lambda s, make=make, arguments=arguments: make(s, *arguments)
        return make
    return keep


def index(s):
    """The index of the new side, as git writes it."""
    s.run_git("read-tree", "head")
    return s


# ---- names in trees ----

NAMES = [("dotdot", "..", {2}), ("dot", ".", {2}), ("slash", "a/b", {2}), ("empty", "", {2}), ("absolute", "/etc", {2}), ("dotgit", ".git", {0, 1, 2}),
         ("capitals", ".GIT", {1, 2}), ("short", "git~1", {1, 2}), ("hidden", ".g\u200cit", {1, 2}), ("stream", ".git::$INDEX_ALLOCATION", {1, 2}),
         ("backslash", "..\\x", {1, 2}), ("newline", "new\nline", {1}), ("escape", "e\x1b[2Jx", {1}), ("bell", "\x1b]0;pwn\x07", {1}),
         ("c1", "\u009b31m", {1}), ("bidi", "\u202ecba", {1}), ("bytes", b"\xff\xfe\x9b", {1}), ("option", "--output=x", {1}), ("long", "n" * 5000, {2}),
         ("command", "::error file=x::", {1}), ("percent", "a%0Ab", {1}), ("script", "<script>", {1}), ("cdata", "]]>", {1}), ("cell", "a|`b`", {1}),
         ("device", "con", {1}), ("glob", "*", {1}), ("shell", "$(touch x);`touch x`", {1}), ("space", " ", {1})]


@several("name", NAMES)
def folder_of_a_name(s, name, statuses):
    old, new = s.files({"a.proto": OLD}), s.files({"a.proto": BROKEN})
    s.sides(s.tree([(FOLDER, name, old), (FILE, "z.proto", s.blob(OTHER))]), s.tree([(FOLDER, name, new), (FILE, "z.proto", s.blob(OTHER))]))
    yield REVISIONS, statuses
    yield (*REVISIONS, "--full"), statuses
    yield ("build", "-o", "-", "head"), {0, 2}


@several("tree", [("twice", {2}, lambda s: [(FILE, "a.proto", s.blob(OLD)), (FILE, "a.proto", s.blob(BROKEN))]),
                  ("both", {1, 2}, lambda s: [(FILE, "a.proto", s.blob(BROKEN)), (FOLDER, "a.proto", s.files({"x.proto": OLD}))]),
                  ("unsorted", {1, 2}, lambda s: [(FILE, "z.proto", s.blob(OTHER)), (FILE, "a.proto", s.blob(BROKEN))]),
                  ("mode", {1, 2}, lambda s: [(b"777777", "a.proto", s.blob(BROKEN))]), ("zero", {2}, lambda s: [(FILE, "a.proto", "0" * 40)]),
                  ("no_tree", {2}, lambda s: [(FOLDER, "a.proto", s.blob(BROKEN))]), ("no_blob", {2}, lambda s: [(FILE, "a.proto", s.files({}))]),
                  ("itself", {2}, lambda s: [(FOLDER, "d", "1" * 40), (FILE, "a.proto", s.blob(BROKEN))])])
def tree_that_is_wrong(s, statuses, entries):
    s.sides(s.files({"a.proto": OLD}), s.tree(entries(s)))
    yield REVISIONS, statuses
    yield (*REVISIONS, "--full"), statuses


# ---- links ----

LINKS = [("absolute", "/etc/passwd"), ("up", "../outside/secret.proto"), ("far_up", "../" * 40 + "etc/passwd"), ("loop", "x.proto"), ("folder", "d"),
         ("git", ".git/config"), ("process", "/proc/self/environ"), ("here", "/proc/self/cwd/a.proto"), ("device", "/dev/zero"),
         ("through", "out/secret.proto"), ("down_up", "d/../../outside/secret.proto"), ("long", "a/" * 3000), ("nothing", "nowhere"),
         ("input", "/dev/stdin"), ("escape", "\x1b[2J\nnowhere")]


@several("link", LINKS)
def link_to(s, target):
    """A contract that is now a link."""
    old = {"a.proto": OLD, "x.proto": OTHER}
    d = s.files({"q.proto": OTHER.replace(b"q", b"r")})
    sides = [[(FILE, "a.proto", s.blob(OLD)), (FOLDER, "d", d), (LINK, "out", s.blob(b"../outside"))] for _ in old]
    s.sides(s.tree([*sides[0], (FILE, "x.proto", s.blob(OTHER))]), s.tree([*sides[1], (LINK, "x.proto", s.blob(target.encode()))]))
    yield REVISIONS, {1, 2}
    s.write("a.proto", OLD)
    s.write("d/q.proto", OTHER.replace(b"q", b"r"))
    s.link("out", "../outside")
    if len(target) < 4000:
        s.link("x.proto", target)
    index(s)
    yield WORKTREE, {1, 2}
    yield STAGED, {1, 2}
    yield FOLDERS, {0, 2}
    yield ("build", "-o", "-", "worktree:"), {0, 2}
    yield ("build", "-o", "-", "dir:."), {0, 2}
    yield ("check", "--root", "out", "base"), {2}


@situation
def folder_replaced_by_a_link(s):
    proto = s.files({"a.proto": OLD})
    s.sides(s.tree([(FOLDER, "proto", proto)]), s.tree([(FOLDER, "proto", proto)]))
    index(s)
    s.link("proto", "../outside")
    yield WORKTREE, {1, 2}
    yield (*WORKTREE, "--root", "proto"), {1, 2}
    yield ("build", "-o", "-"), {0, 2}
    yield FOLDERS, {2}
    yield ("accept", "base"), {0, 2}
    yield ("fix", "base"), {0, 1, 2}


@several("read", [(name, name, target) for name in ("breakwater.yaml", "buf.yaml", "buf.work.yaml", "breakwater.accepted.yaml", ".gitignore",
                                                    ".gitattributes", ".gitmodules", "d/buf.yaml", "d/.gitignore")
                  for target in ("../../outside/secret.yaml" if "/" in name else "../outside/secret.yaml",)])
def file_that_is_a_link(s, name, target):
    """A link out of the tree in place of the other files that are read."""
    s.usual()
    s.write("d/c.proto", OTHER.replace(b"q", b"r"))
    index(s)
    s.link(name, target)
    yield WORKTREE, {1, 2}
    for call in (FOLDERS, ("build", "-o", "-"), ("accept", "base"), ("check",)):
        yield call, {0, 2}
    blob = s.blob(target.encode())
    if "/" not in name:
        s.sides(s.files({"a.proto": OLD}), s.tree(sorted([(FILE, b"a.proto", s.blob(BROKEN)), (LINK, name.encode(), blob)], key=lambda e: e[1])))
        yield REVISIONS, {1, 2}
        yield ("build", "-o", "-", "head"), {0, 2}


# ---- names in contracts, indexes, sets and archives ----

@several("import", [(str(n), path) for n, path in enumerate((
    "../outside/secret.proto", "/etc/passwd", "d/../../outside/secret.proto", "out/secret.proto", "link.proto", ".git/config", "./a.proto", "a\\\\b.proto",
    "../../outside/secret.proto", "{outside}/secret.proto", "file://{outside}/secret.proto", "d//../../outside/secret.proto", "https://x.invalid/a.proto",
    "/proc/self/environ", "/dev/zero", "secret.proto"))])
def imported(s, path):
    s.usual()
    s.write("d/c.proto", OTHER.replace(b"q", b"r"))
    s.link("out", "../outside")
    s.link("link.proto", "../outside/secret.proto")
    text = BROKEN + b'import "%s";\n' % path.format(outside=s.outside).encode()
    s.write("a.proto", text)
    for call in (WORKTREE, FOLDERS, ("build", "-o", "-"), ("check", "--root", "d", "--root", ".", "base"), ("breaking", "--against", ".git#branch=base")):
        yield call, {0, 1, 2, 100}
    s.sides(s.files({"a.proto": OLD}), s.tree([(FILE, "a.proto", s.blob(text)), (LINK, "link.proto", s.blob(b"../outside/secret.proto")),
                                               (LINK, "out", s.blob(b"../outside"))]))
    yield REVISIONS, {1, 2}
    yield ("build", "-o", "-", "head"), {0, 2}


@several("index", [(str(n), name, mode) for n, (name, mode) in enumerate((
    ("../outside/secret.proto", 0o100644), ("/etc/x.proto", 0o100644), ("d/../../outside/secret.proto", 0o100644), (".git/x.proto", 0o100644),
    ("out/secret.proto", 0o100644), ("", 0o100644), ("a//b.proto", 0o100644), ("x.proto", 0o120000), ("x.proto", 0o160000), ("x.proto", 0o040000),
    ("./x.proto", 0o100644), ("x.proto/", 0o100644), ("x\x1b[2J.proto", 0o100644), ("n" * 5000 + ".proto", 0o100644)))])
def indexed(s, name, mode):
    s.usual()
    s.link("out", "../outside")
    target = b"../outside/secret.proto" if mode == 0o120000 else OTHER.replace(b"q", b"r")
    s.index(sorted([(0o100644, "a.proto", s.blob(BROKEN)), (0o100644, "b.proto", s.blob(OTHER)), (mode, name, s.blob(target))], key=lambda e: e[1]))
    yield WORKTREE, {1, 2}
    yield STAGED, {1, 2}
    yield ("build", "-o", "-"), {0, 2}
    yield ("build", "-o", "-", "index:"), {0, 2}
    yield ("accept", "base"), {0, 2}


def field(number, data):
    return bytes([number << 3 | 2, len(data)]) + data


@several("set", [(str(n), name) for n, name in enumerate(("../outside/secret.proto", "/etc/passwd", "/dev/zero", "out/secret.proto", "a.proto", "\x1b[2J"))])
def set_of_a_file(s, name):
    """The set's names are not paths on the disk."""
    s.usual()
    s.link("out", "../outside")
    for side, kind in (("old", 5), ("new", 9)):
        member = field(1, b"x") + b"\x18\x01\x20\x01\x28" + bytes([kind])
        s.write(f"{side}.binpb", field(1, field(1, name.encode()) + field(4, field(1, b"M") + field(2, member)) + field(12, b"proto3")))
    for call in (("check", "set:old.binpb", "set:new.binpb"), ("check", "set:old.binpb", "worktree:"), ("breaking", "new.binpb", "--against", "old.binpb"),
                 ("accept", "set:old.binpb", "set:new.binpb"), ("check", "--format", "html", "set:old.binpb", "set:new.binpb"), ("check", "base", "set:new.binpb")):
        yield call, {0, 1, 2, 100}


@several("archive", [(str(n), name, kind) for n, (name, kind) in enumerate((
    ("../outside/secret.proto", tarfile.REGTYPE), ("/etc/x.proto", tarfile.REGTYPE), ("x.proto", tarfile.SYMTYPE), ("x.proto", tarfile.LNKTYPE),
    ("x.proto", tarfile.CHRTYPE), ("x.proto", tarfile.FIFOTYPE), ("out", tarfile.SYMTYPE), ("\x1b[2J.proto", tarfile.REGTYPE)))])
def archive(s, name, kind):
    s.usual()
    with tarfile.open(s.at / "old.tar.gz", "w:gz") as tar:
        for path, type in (("a.proto", tarfile.REGTYPE), (name, kind), ("out/a.proto", tarfile.REGTYPE)):
            info = tarfile.TarInfo(path)
            info.type, info.linkname, info.size = type, str(s.outside / "secret.proto"), len(OTHER) if type == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(OTHER))
    with zipfile.ZipFile(s.at / "old.zip", "w") as file:
        file.writestr(name, OTHER)
    for path in ("old.tar.gz", "old.zip"):
        yield ("breaking", "--against", path), {0, 1, 100}
        yield ("breaking", path, "--against", path), {0, 1, 100}


# ---- submodules ----

@situation
def submodule(s):
    s.sides(s.files({"a.proto": OLD, "x.proto": OTHER}),
            s.tree([(FILE, ".gitmodules", s.blob(b'[submodule "sub"]\n path = sub\n url = ext::%s\n update = !%s\n' % ((os.fsencode(s.trap),) * 2))),
                    (FILE, "a.proto", s.blob(OLD)), (SUBMODULE, "sub", "2" * 40), (SUBMODULE, "x.proto", "1" * 40)]))
    yield REVISIONS, {1}
    index(s)
    s.write("a.proto", OLD)
    s.write("sub/secret.proto", SECRET)
    s.write("sub/.git", f"gitdir: {s.outside}\n")
    s.write("x.proto/secret.proto", SECRET)
    yield WORKTREE, {1}
    yield STAGED, {1}
    yield ("check", "HEAD:sub"), {2}
    yield ("-C", "sub", "check", "base"), {2}, (s.outside,)


# ---- what .git can hold ----

def run_what(trap):
    """Each key of a configuration that names a program to git."""
    return f"""
[core]
	fsmonitor = {trap}
	sshCommand = {trap}
	gitProxy = {trap}
	pager = {trap}
	editor = {trap}
	askPass = {trap}
	hooksPath = {os.path.dirname(trap)}
	alternateRefsCommand = {trap}
	attributesFile = {os.path.dirname(trap)}/outside/attributes
[credential]
	helper = !{trap}
[alias]
	check = !{trap}
[diff]
	external = {trap}
[diff "x"]
	textconv = {trap}
	command = {trap}
[filter "x"]
	clean = {trap}
	smudge = {trap}
	process = {trap}
	required = true
[merge "x"]
	driver = {trap}
[gpg]
	program = {trap}
[interactive]
	diffFilter = {trap}
[pager]
	check = {trap}
[remote "origin"]
	url = ext::{trap}
	pushurl = ext::{trap}
	uploadpack = {trap}
	vcs = x
	promisor = true
	fetch = +refs/heads/*:refs/remotes/origin/*
[url "ext::{trap}"]
	insteadOf = https://
[submodule]
	recurse = true
[uploadpack]
	packObjectsHook = {trap}
[safe]
	directory = *
[http]
	proxy = http://127.0.0.1:9
[trace2]
	eventTarget = {os.path.dirname(trap)}/trace
"""


HOOKS = ("applypatch-msg", "pre-commit", "post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction", "update", "pre-push",
         "post-merge", "pre-merge-commit", "pre-auto-gc", "post-update", "proc-receive")
ATTRIBUTES = "* filter=x diff=x merge=x text eol=crlf ident export-subst working-tree-encoding=UTF-16 !binary\n"


@situation
def programs(s):
    """Every way to name a program to git, at once."""
    s.usual()
    s.config(run_what(s.trap))
    for hook in HOOKS:
        path = s.write(f".git/hooks/{hook}", s.trap.read_bytes())
        path.chmod(0o755)
    index(s)
    calls = (REVISIONS, WORKTREE, STAGED, ("check",), ("check", "base...head"), ("check", "main@{1}"), ("check", "origin/main"), ("check", "nosuch"),
             ("build", "-o", "-"), ("accept", "base"), ("breaking", "--against", ".git#branch=base"), ("debug", "schema", "worktree:"))
    for call in calls:
        yield call, {0, 1, 2, 100}, (s.outside,)
    yield REVISIONS, {1}
    yield WORKTREE, {1}, (s.outside,)
    s.write(".gitattributes", ATTRIBUTES)
    s.write(".git/info/attributes", ATTRIBUTES)
    for call in calls:
        yield call, {0, 1, 2, 100}, (s.outside,)
    yield REVISIONS, {1}


@several("attribute", [(str(n), word) for n, word in enumerate(("filter=x", "diff=x", "text", "ident", "working-tree-encoding=UTF-7", "export-ignore",
                                                                "working-tree-encoding=../../x", "filter=lfs", "eol=crlf", "filter=../x"))])
def attribute(s, word):
    s.usual()
    s.config(run_what(s.trap))
    index(s)
    s.write(".gitattributes", f"*.proto {word}\n")
    yield WORKTREE, {1, 2}, (s.outside,)
    yield STAGED, {1}
    yield ("build", "-o", "-"), {0, 2}, (s.outside,)


@situation
def promised_objects(s):
    """A promisor remote has what is missing: it is not asked."""
    s.usual()
    s.config(run_what(s.trap) + "[extensions]\n\tpartialClone = origin\n")
    s.write(".git/config", s.git.joinpath("config").read_text().replace("repositoryformatversion = 0", "repositoryformatversion = 1"))
    missing = s.blob(BROKEN)
    (s.git / "objects" / missing[:2] / missing[2:]).unlink()
    yield REVISIONS, {2}
    yield ("build", "-o", "-", "head"), {2}
    yield ("check", "base...head"), {2}


@several("include", [("path", "[include]\n\tpath = {}\n"), ("condition", '[includeIf "gitdir:/"]\n\tpath = {}\n'),
                     ("branch", '[includeIf "onbranch:**"]\n\tpath = {}\n')])
def include(s, text):
    """git reads it, so it may be opened; what it holds is not shown, and does not decide."""
    s.usual()
    s.config(text.format(s.outside / "secret.yaml"))
    for call in (REVISIONS, WORKTREE):
        yield call, {1, 2}, (s.outside,)


@several("path", [("excludes", "excludesFile"), ("attributes", "attributesFile"), ("worktree", "worktree"), ("hooks", "hooksPath")])
def path_of_the_configuration(s, key):
    """A file or folder elsewhere that git would read too."""
    s.usual()
    index(s)
    s.config(f"[core]\n\t{key} = {s.outside if key in ('worktree', 'hooksPath') else s.outside / 'secret.yaml'}\n")
    yield REVISIONS, {1}, (s.outside,) if key == "worktree" else ()
    if key != "worktree":
        yield WORKTREE, {1, 2}, (s.outside,) if key != "hooksPath" else ()


@several("elsewhere", [("alternates", ".git/objects/info/alternates", "{}/objects\n"), ("commondir", ".git/commondir", "{}\n"),
                       ("modules", ".git/modules/x", "{}"), ("grafts", ".git/info/grafts", "{}\n"), ("shallow", ".git/shallow", "{}\n"),
                       ("worktree", ".git/worktrees/x/gitdir", "{}\n"), ("common", ".git/worktrees/x/commondir", "{}\n"),
                       ("exclude", ".git/info/exclude", "!{}\n"), ("sparse", ".git/info/sparse-checkout", "{}\n"), ("gc", ".git/gc.log", "{}\n"),
                       ("packed", ".git/packed-refs", "{}\n"), ("head", ".git/FETCH_HEAD", "{}\n"), ("merge", ".git/MERGE_HEAD", "{}\n")])
def file_that_names_elsewhere(s, path, text):
    s.usual()
    index(s)
    s.write(path, text.format(s.outside))
    for call in (REVISIONS, WORKTREE, STAGED, ("check", "base...head")):
        yield call, {1, 2}, (s.outside,)


@several("git_link", [(path.replace("/", "_"), path) for path in ("config", "HEAD", "index", "packed-refs", "refs/heads/base", "refs/heads", "info/exclude",
                                                                  "logs", "objects/info/alternates", "shallow", "commondir", "config.worktree",
                                                                  "info/attributes", "info/grafts", "objects/pack", "objects/info/commit-graph")])
def link_in_git(s, path):
    """A link or another kind of file in place of each file of git."""
    s.usual()
    index(s)
    s.link(f".git/{path}", s.outside if path in ("refs/heads", "logs", "objects/pack") else s.outside / "secret.yaml")
    for call in (REVISIONS, WORKTREE, STAGED):
        yield call, {1, 2}, (s.outside,)
    yield ("check", "main@{0}", "head"), {0, 2}, (s.outside,)


@several("git_device", [(f"{kind}_{path.replace('/', '_')}", path, kind) for kind in ("fifo", "zero")
                        for path in ("config", "HEAD", "index", "packed-refs", "refs/heads/base", "info/exclude", "objects/info/alternates", "shallow",
                                     "commondir", "logs/refs/heads/main", "info/attributes", "config.worktree", "MERGE_HEAD")])
def device_in_git(s, path, kind):
    """FIFOs are not waited for, devices not read."""
    s.usual()
    index(s)
    target = s.git / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.unlink()
    os.mkfifo(target) if kind == "fifo" else target.symlink_to("/dev/zero")
    for call in (REVISIONS, WORKTREE, STAGED, ("check", "--staged", "--merge-base", "base")):
        yield call, {1, 2}, ("/dev/zero",)
    yield ("check", "main@{1}"), {0, 1, 2}, ("/dev/zero",)


@several("file_device", [(f"{kind}_{name}", name, kind) for kind in ("fifo", "zero", "socket")
                         for name in ("x.proto", "breakwater.yaml", "buf.yaml", "breakwater.accepted.yaml", ".gitignore", ".gitattributes")])
def device_in_the_tree(s, name, kind):
    s.usual()
    index(s)
    if kind == "zero":
        s.link(name, "/dev/zero")
    else:
        os.mkfifo(s.at / name) if kind == "fifo" else os.mknod(s.at / name, 0o140644)
    yield WORKTREE, {1, 2}
    yield FOLDERS, {0, 2}
    yield ("build", "-o", "-"), {0, 2}


@situation
def git_file(s):
    """A folder whose .git file leads to another repository: git follows it, too."""
    s.usual()
    s.write("d/.git", f"gitdir: {s.outside}/secret.yaml\n")
    s.write("e/.git", "gitdir: ../.git\n")
    s.write("f/.git", "gitdir: " + "../" * 5000 + "\n")
    s.write("g/.git", "SECRET: [\n")
    s.link("h", s.at)
    for folder in "defgh":
        yield ("-C", folder, "check", "base", "head"), {1, 2}, (s.outside, "/HEAD", "/commondir")


@situation
def replaced_commit(s):
    """A replacement is somebody's own view: the commits that are named are compared."""
    s.usual()
    s.reference(f"refs/replace/{s.new}", s.old)
    yield REVISIONS, {1}
    s.write(".git/info/grafts", f"{s.new}\n")
    yield REVISIONS, {1}
    yield ("check", "base...head"), {1, 2}


@several("reference", [("up", "ref: ../../../outside/secret.yaml\n"), ("absolute", "ref: /etc/passwd\n"), ("itself", "ref: refs/heads/base\n"),
                       ("escape", "ref: refs/heads/\x1b[2J\n"), ("git", "ref: config\n"), ("text", "SECRET\n"), ("empty", ""), ("zeros", "0" * 40 + "\n"),
                       ("long", "ref: refs/" + "a/" * 3000 + "\n")])
def reference(s, text):
    s.usual()
    (s.git / "refs/heads/base").write_text(text)
    yield REVISIONS, {2}
    yield ("check", "base...head"), {2}
    (s.git / "HEAD").write_text(text)
    yield ("check", "head"), {0, 2}
    yield ("check",), {2}
    yield ("check", "head", "HEAD"), {2}


@situation
def names_of_revisions(s):
    """An operand never leads to a file."""
    s.usual()
    for name in ("../outside/secret.yaml", "/etc/passwd", "refs/../config", "config", "heads/../../config", "refs/heads/../../config", ".git/config",
                 "base\n", "\x1b[2J", "base@{\x1b[2J}", "base:../outside", "base:/etc", "base:.git", "-", "--", ""):
        yield ("check", name, "head"), {0, 1, 2}, (s.top, "/etc/passwd")
        yield ("build", "-o", "-", name), {0, 2}, (s.top, "/etc/passwd")


@several("object", [("bomb", 1 << 30), ("size", -1)])
def object_that_grows(s, size):
    """A blob whose header declares a wrong size."""
    s.usual()
    packer = zlib.compressobj(9)
    head = b"blob %d\0" % size if size > 0 else b"blob 5\0"
    stored = packer.compress(head) + b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    name = s.object("blob", b"", stored, "ab" * 20)
    s.sides(s.files({"a.proto": OLD}), s.tree([(FILE, "a.proto", name)]))
    yield REVISIONS, {2}


@situation
def owned_by_somebody_else(s):
    s.usual()
    index(s)
    if os.geteuid() == 0:
        for path in [s.at, *s.at.rglob("*")]:
            os.chown(path, 1234, 1234)
    yield REVISIONS, {1, 2}
    yield WORKTREE, {1, 2}


# ---- the run ----

class Runner:
    def __init__(self, scratch, bw, traces):
        self.scratch, self.bw, self.traces = scratch, bw, traces
        self.template = scratch.tmp / "template"
        self.template.mkdir()
        scratch.git(self.template, "init", "-q", "-b", "main", "--template=")
        (self.template / ".git/info").mkdir()

    def call(self, s, args, allowed):
        ceiling = {"GIT_CEILING_DIRECTORIES": str(s.top)}
        if not self.traces:
            return (*self.scratch.run([self.bw, *args], s.at, **ceiling), [])
        return traced.run([self.bw, *args], s.at, {**self.scratch.env, **ceiling}, [self.bw, s.at, *allowed])

    def look(self, s, args, statuses, allowed=()):
        """What is wrong with a call."""
        done = self.call(s, args, allowed)
        if not done:
            return ["does not end"]
        code, out, err, found = done
        err = err.encode() if isinstance(err, str) else err
        wrong = [f"is {code}, not one of {statuses}"] if code not in statuses else []
        if code == 2 and args[0] != "breaking" and (out or not err):
            wrong.append("is 2 without a word" if not err else "is 2 with a report")
        if b"SECRET" in out + err and b"SECRET" not in os.fsencode(" ".join(args)):
            wrong.append("shows what lies outside")
        if args[0] != "build" and CONTROL.search(out + err):
            wrong.append("prints control characters")
        if s.sprung.exists():
            wrong.append("ran a program")
        return wrong + found and [*wrong, *found, (out + err).decode("utf-8", "backslashreplace")[:600]]

    def run(self, name):
        """What is wrong in a situation, a text for each call."""
        s = Strange(self.scratch.tmp, name, self.template)
        s.run_git = lambda *args: self.scratch.git(s.at, *args)
        wrong, n = [], 0
        kept = {path: path.lstat().st_mtime_ns for path in s.outside.iterdir()}
        for args, statuses, *allowed in SITUATIONS[name](s):
            n += 1
            found = self.look(s, args, statuses, *allowed)
            if found:
                wrong.append(f"{name}: {' '.join(args)!a}:\n  " + "\n  ".join(found))
        if {path: path.lstat().st_mtime_ns for path in s.outside.iterdir()} != kept:
            wrong.append(f"{name}: what lies outside is different")
        return n, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bw", default="build/src/cli/breakwater")
    parser.add_argument("situations", nargs="*")
    args = parser.parse_args()
    traces = traced.possible()
    if not traces:
        print("skipped: strace cannot trace here; only statuses and output are held")
    with tempfile.TemporaryDirectory(prefix="hostile-") as tmp:
        scratch = Scratch(tmp)
        scratch.timeout = 20
        runner = Runner(scratch, os.path.abspath(args.bw), traces)
        names = [name for name in SITUATIONS if not args.situations or name.startswith(tuple(args.situations))]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for n, wrong in pool.map(runner.run, names):
                scratch.passed, scratch.failed = scratch.passed + n - len(wrong), scratch.failed + len(wrong)
                for text in wrong:
                    print("FAILED:", text)
        return scratch.summary()


if __name__ == "__main__":
    sys.exit(main())
