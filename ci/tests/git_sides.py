#!/usr/bin/env python3
"""Compares which contracts a working tree has for git and for breakwater, in random repositories.

usage: git_sides.py --bw PATH [--seed N] [--seeds N]

Rules of random characters in .gitignore, info/exclude and core.excludesFile, sparse checkouts of each kind, skip-worktree and
assume-unchanged, folders that are or look like repositories, linked working trees that were moved. `breakwater check worktree:
EMPTY_TREE` reports each contract as deleted; git's answer is `ls-files`, tracked and untracked. Exit status 0 when all agree.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from scratch import quiet

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
FOLDERS = ("", "a/", "b/", "a/b/", "a/b/c/", "ab/", "b/a/")
NAMES = ("a.proto", "b.proto", "ab.proto", "A.proto", "x-y.proto", "z.proto")
PIECES = ("a", "b", "A", "*", "**", "***", "?", "/", "/", "**/", "/**", "x", "[a-b]", "[!a]", "[b-a]", "[[:alpha:]]", "[[:no:]a]", "\\", "\\b", "-", ".proto", "*.proto", " ")


class Repository:
    def __init__(self, folder, rng):
        self.folder, self.rng = folder / "main", rng
        self.folder.mkdir()
        self.env = {k: v for k, v in quiet(os.environ).items() if not k.startswith("GIT_")}
        self.env.update(HOME=str(folder), GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8", GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b",
                        GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@b")

    def git(self, *args, check=True):
        done = subprocess.run(["git", *args], cwd=self.folder, capture_output=True, env=self.env)
        if check and done.returncode:
            raise SystemExit(f"git {args}: {done.stderr.decode()}")
        return done.stdout.decode("utf-8", "surrogateescape")

    def write(self, path):
        target = self.folder / path
        if target.exists() or any(p.is_file() for p in target.parents):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f'syntax = "proto3";\npackage p{"_".join(str(b) for b in path.encode())};\n')

    def path(self):
        return self.rng.choice(FOLDERS) + self.rng.choice(NAMES)

    def rules(self):
        rng = self.rng
        lines = [rng.choice(("", "", "!")) + "".join(rng.choices(PIECES, k=rng.randint(1, 5))) + rng.choice(("", "", "/")) for _ in range(rng.randint(1, 4))]
        return rng.choice(("", "\ufeff")) + rng.choice(("\n", "\r\n")).join(lines) + rng.choice(("", "\n"))

    def build(self):
        rng = self.rng
        self.git("init", "-q", "-b", "main")
        for _ in range(rng.randint(2, 10)):
            self.write(self.path())
        if rng.random() < 0.4:
            (self.folder / ".gitignore").write_text(self.rules())
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "one")
        if rng.random() < 0.2:
            self.git("worktree", "add", "-q", "--detach", "../linked")
            (self.folder.parent / "linked").rename(self.folder.parent / "moved")
            self.folder = self.folder.parent / "moved"
        if rng.random() < 0.4:
            mode = rng.choice((("--cone",), ("--cone", "--sparse-index"), ("--no-cone",)))
            self.git("sparse-checkout", "set", *mode, rng.choice(("a", "b", "ab")), check=False)
        if rng.random() < 0.1:
            self.git("config", "core.ignoreCase", "true")
        for file in ("info/exclude", None):
            if rng.random() < 0.3:
                where = pathlib.Path(self.git("rev-parse", "--path-format=absolute", "--git-path", file).strip()) if file else self.folder.parent / "rules"
                where.parent.mkdir(parents=True, exist_ok=True)
                where.write_text(self.rules())
        if rng.random() < 0.5:
            self.git("config", *rng.choice(((), ("--worktree",))), "core.excludesFile", "~/rules", check=False)
        self.dirty()

    def dirty(self):
        rng = self.rng
        tracked = [p for p in self.git("ls-files", "-z").split("\0") if p.endswith(".proto")]
        for path in rng.sample(tracked, min(len(tracked), rng.randint(0, 2))):
            self.git("update-index", rng.choice(("--skip-worktree", "--assume-unchanged")), path, check=False)
        for path in rng.sample(tracked, min(len(tracked), rng.randint(0, 2))):
            (self.folder / path).unlink(missing_ok=True)
        for _ in range(rng.randint(0, 6)):
            self.write(self.path())
        for folder in rng.sample(FOLDERS[1:], 3):
            if rng.random() < 0.5 and (self.folder / folder).is_dir():
                (self.folder / folder / ".gitignore").write_text(self.rules())
        for folder in rng.sample(("n/", "a/n/", "b/"), 2):
            if rng.random() < 0.4:
                self.nest(self.folder / folder)
                self.write(folder + "n.proto")

    def nest(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        kind = self.rng.randint(0, 4)
        if kind == 0:
            subprocess.run(["git", "init", "-q", folder], env=self.env, check=True)
        elif kind == 1:
            (folder / ".git").write_text(self.rng.choice(("gitdir: /nowhere\n", "junk", "")))
        elif kind == 2:
            (folder / ".git").symlink_to("nowhere")
        elif kind == 3:
            for part in self.rng.sample(("objects", "refs", "x"), 2):
                (folder / ".git" / part).mkdir(parents=True)
            (folder / ".git/HEAD").write_text(self.rng.choice(("ref: refs/heads/x", "junk", "")))

    def contracts(self):
        """The contracts that the working tree has for git."""
        flags = dict(reversed(line.split(" ", 1)) for line in self.git("ls-files", "-v", "-z").split("\0") if line)
        sparse = self.git("config", "core.sparseCheckout", check=False).strip() == "true"
        found = {p for p in self.git("ls-files", "-o", "--exclude-standard", "-z").split("\0") if p and not p.endswith("/")}
        for path, flag in flags.items():
            kept = flag.islower() or flag == "S"
            if kept or (self.folder / path).is_file():
                found.add(path)
        return {p for p in found if p.endswith(".proto")}


def trial(seed, bw):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="breakwater-sides-"))
    try:
        repository = Repository(folder, random.Random(seed))
        repository.build()
        said = subprocess.run([bw, "check", "worktree:", EMPTY_TREE, "--allow-empty", "--format", "json"], cwd=repository.folder, capture_output=True, env=repository.env)
        found = {json.loads(line)["old_path"] for line in said.stdout.decode().splitlines() if line}
        wanted = repository.contracts()
        if said.returncode != (1 if wanted else 0) or found != wanted:
            print(f"seed {seed}: status {said.returncode}; only git: {sorted(wanted - found)}; only breakwater: {sorted(found - wanted)}")
            print(said.stderr.decode())
            return False
        return True
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bw", required=True, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=60)
    arguments = parser.parse_args()
    wrong = [seed for seed in range(arguments.seed, arguments.seed + arguments.seeds) if not trial(seed, arguments.bw.resolve())]
    print(f"{arguments.seeds - len(wrong)} of {arguments.seeds} repositories agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
