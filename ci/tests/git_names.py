#!/usr/bin/env python3
"""Compares what names of revisions mean to git and to breakwater, in random repositories.

usage: git_names.py --bw PATH [--seed N] [--seeds N] [--names N]

Every form of gitrevisions(7) that means one revision is made, over branches, tags, remotes, logs, messages and short ids. Each
commit's contract has a field of its own, so `breakwater debug schema NAME` shows which commit was read. breakwater must read the commit
that git means, and exit 2 where git knows none. Nothing may be written into the repository. Exit status 0 when all agree.
"""
import argparse
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

from scratch import quiet

CLOCK = 1700000000
# git reads the log's date up to the last brace, and takes anything for a date: `main@{1}^{nothing}` is one.
SLOPPY = re.compile(r"@\{[^}]*\}.*\}|\^\{.*@\{")


class Repository:
    def __init__(self, folder, rng):
        self.folder, self.rng, self.clock, self.count = folder, rng, CLOCK, 0
        self.env = {k: v for k, v in quiet(os.environ).items() if not k.startswith("GIT_")}
        self.env.update(HOME=str(folder), GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8", TZ="UTC",
                        GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@b")

    def git(self, *args, check=True, step=None):
        self.clock += self.rng.choice((-40, 0, 10, 3600, 90000)) if step is None else step
        date = f"{self.clock} +0000"
        done = subprocess.run(["git", "-c", "advice.detachedHead=false", *args], cwd=self.folder, capture_output=True,
                              env={**self.env, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date})
        if check and done.returncode:
            raise SystemExit(f"git {args}: {done.stderr.decode()}")
        return done.stdout.decode("utf-8", "surrogateescape").strip() if done.returncode == 0 else None

    def commit(self, *parents):
        """A commit whose contract has the field v<number>."""
        self.count += 1
        (self.folder / "a.proto").write_text(f'syntax = "proto3";\nmessage M {{ string v{self.count} = 1; }}\n')
        self.git("add", "-A")
        words = self.rng.choice(("fix", "add", "release", "!bang", "tidy (up)"))
        self.git("commit", "-q", "--allow-empty", "-m", f"{words} {self.count}\n\nbody {self.count % 3}")

    def build(self):
        rng = self.rng
        self.git("init", "-q", "-b", "main")
        self.commit()
        for _ in range(rng.randint(6, 14)):
            kind = rng.random()
            branches = self.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split("\n")
            if kind < 0.5:
                self.commit()
            elif kind < 0.65:
                self.git("checkout", "-q", "-b", f"b{self.count}/x")
                self.commit()
            elif kind < 0.8:
                self.git("checkout", "-q", rng.choice(branches))
            elif kind < 0.9:
                self.git("merge", "-q", "-s", "ours", "--no-ff", "-m", f"merge {self.count}", rng.choice(branches), check=False)
            else:
                self.git("checkout", "-q", "--detach", rng.choice(branches) + rng.choice(("", "~1")), check=False)
        commits = self.git("rev-list", "--all").split("\n")
        for i, name in enumerate(("v1", "v2.0", "both", "a@b", "v1@", "HEAD", "origin/main", "release")):
            if rng.random() < 0.6:
                self.git("update-ref", rng.choice(("refs/tags/", "refs/heads/", "refs/remotes/", "refs/")) + name, rng.choice(commits), check=False)
            if rng.random() < 0.4:
                self.git("tag", "-a", "-f", "-m", "t", f"anno{i}", rng.choice(commits))
        self.git("tag", "-a", "-f", "-m", "t", "of-tag", "anno0", check=False)
        self.git("tag", "tree-tag", rng.choice(commits) + "^{tree}")
        self.git("tag", "blob-tag", rng.choice(commits) + ":a.proto")
        self.git("config", "remote.origin.url", "/nowhere")
        self.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
        self.git("update-ref", "refs/remotes/origin/main", rng.choice(commits))
        self.git("update-ref", "refs/worktree/mine", rng.choice(commits))
        if rng.random() < 0.7:
            self.git("config", "branch.main.remote", "origin")
            self.git("config", "branch.main.merge", "refs/heads/main")
            self.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
        if rng.random() < 0.3:
            self.git("pack-refs", "--all")
        if rng.random() < 0.3:
            self.git("gc", "-q", "--prune=never")
        return commits

    def names(self, commits, count):
        rng = self.rng
        refs = self.git("for-each-ref", "--format=%(refname)").split("\n")
        short = [re.sub(r"^refs/(heads/|tags/|remotes/)?", "", x) for x in refs]
        bases = ["HEAD", "@", "", "main", "nosuch", "origin", "ORIG_HEAD", "FETCH_HEAD", "main-worktree/HEAD", "worktrees/x/HEAD",
                 "@{u}", "@{UPSTREAM}", "main@{u}", "@{push}", "@{-1}", "@{-2}", "@{-9}", "@{-0}", "refs/worktree/mine", "worktree/mine"]
        for i in range(count):
            kind = rng.random()
            base = rng.choice(refs if kind < 0.2 else short if kind < 0.5 else bases)
            if kind > 0.9:
                commit = rng.choice(commits)
                base = rng.choice((commit, commit[:rng.randint(4, 39)], commit[:12].upper(), f"v9-3-g{commit[:10]}", "x-g" + commit[:3]))
            name = base
            for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
                name += rng.choice(("~", "~1", "~2", "^", "^1", "^2", "^0", "~0", "^{}", "^{commit}", "^{tree}", "^{tag}", "^{object}", "^{blob}",
                                    "^{/fix}", "^{/body 1}", "^{/}", "^{/!-fix}", "^{/nothing such}", "@", "@{0}", "@{1}", "@{3}", "@{99}",
                                    "@{u}", "@{now}", "@{2023-11-15}", "@{2023-11-15 12:00:00 +0000}", "@{2.days.ago}", "@{yesterday}",
                                    "@{%d}" % (CLOCK + rng.randint(0, 90000)), "^{nothing}", "~99999999999", "^3"))
            if rng.random() < 0.08:
                name = rng.choice((":/fix", ":/release", ":/body 2", ":/!-fix", ":/!!bang", ":/tidy \\(up", ":/nothing such", ":/fix [0-9]$", ":/!x", ":/(", ":/"))
            if name and not name.startswith(("-", "^")) and ".." not in name:
                yield name


def listing(folder):
    return sorted((str(x.relative_to(folder)), x.lstat().st_mtime_ns if not x.is_dir() else 0) for x in folder.rglob("*"))


def fields(text):
    return re.findall(r"\bv(\d+)\b", text)


def hold(repository, bw, name):
    """What differs; None if they agree."""
    want = repository.git("rev-parse", "--verify", "-q", name, check=False, step=0)
    if want is not None:
        want = repository.git("rev-parse", "--verify", "-q", want + "^{tree}", check=False, step=0)
    done = subprocess.run([bw, "debug", "schema", name], cwd=repository.folder, env=repository.env, capture_output=True, timeout=60)
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode not in (0, 2):
        return f"exit {done.returncode}: {said[:300]}"
    if want is None:
        return None if done.returncode == 2 else "git knows no such revision"
    if done.returncode == 2:
        return None if SLOPPY.search(name) else f"git takes it: {said[:300]}"
    text = repository.git("cat-file", "-p", want + ":a.proto", check=False, step=0) or ""
    if fields(text)[:1] != fields(done.stdout.decode())[:1]:
        return f"git reads v{fields(text)}, breakwater v{fields(done.stdout.decode())}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bw", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--names", type=int, default=150)
    args = parser.parse_args()
    passed = failed = 0
    for seed in range(args.seed, args.seed + args.seeds):
        with tempfile.TemporaryDirectory() as folder:
            repository = Repository(pathlib.Path(folder), random.Random(seed))
            commits = repository.build()
            before = listing(repository.folder / ".git")
            for name in repository.names(commits, args.names):
                wrong = hold(repository, os.path.abspath(args.bw), name)
                passed, failed = passed + (not wrong), failed + bool(wrong)
                if wrong:
                    print(f"seed {seed}: {name}: {wrong}")
            if listing(repository.folder / ".git") != before:
                failed += 1
                print(f"seed {seed}: the repository was written to")
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
