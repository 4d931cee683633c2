#!/usr/bin/env python3
"""Runs a bare `breakwater check` in clones as the pipelines make them, with the variables that they set.

usage: pipelines.py --bw PATH

Each pipeline: the merge request's base is taken and named in one line on standard error; where it was not fetched, the error names
one command, which is run to the letter, and then it is taken. Outside of a merge request nothing changes.
"""
import argparse
import json
import os
import re
import sys
import tempfile

from scratch import Scratch

ORDER = 'syntax = "proto3";\npackage acme.v1;\nmessage Order {\n  int64 total = 1;\n  string name = 2;\n  string note = 3;\n}\n'


class Origin:
    """
    What everybody clones, with what a host makes of a merge request:

        main:     A ── B (breaks `note`) ── C
                  └─ feature: F (breaks `total`)     refs/pull/1/merge: B and F merged, as long ago
    """

    def __init__(self, t):
        self.t, self.at = t, t.repository("origin", {"acme/order.proto": ORDER})
        git = lambda *args: t.git(self.at, *args).strip()  # noqa: E731
        git("config", "user.name", "x")
        self.a = git("rev-parse", "HEAD")
        git("checkout", "-q", "-b", "feature")
        t.change(self.at / "acme/order.proto", "int64 total", "sint64 total")
        t.commit(self.at)
        self.f = git("rev-parse", "HEAD")
        git("checkout", "-q", "main")
        t.change(self.at / "acme/order.proto", "string note", "bytes note")
        t.commit(self.at)
        self.b = git("rev-parse", "HEAD")
        git("checkout", "-q", "-b", "release-1.x", self.a)
        git("checkout", "-q", "--detach", self.b)
        git("merge", "-q", "--no-edit", "feature")
        self.merge = git("rev-parse", "HEAD")
        git("update-ref", "refs/pull/1/merge", self.merge)
        git("checkout", "-q", "main")
        t.write(self.at, {"README": "c\n"})
        t.commit(self.at)
        self.c = git("rev-parse", "HEAD")

    def clone(self, name, ref, *depth):
        """One ref of it, checked out without a branch, as pipelines do; nothing else is there."""
        at = self.t.tmp / name
        at.mkdir()
        self.t.git(at, "init", "-q")
        self.t.git(at, "remote", "add", "origin", f"file://{self.at}")
        self.t.git(at, "fetch", "-q", "--no-tags", *depth, "origin", ref)
        self.t.git(at, "checkout", "-q", "--detach", "FETCH_HEAD")
        return at


def note(err):
    """The line that tells of the base."""
    lines = [x for x in err.splitlines() if x.startswith("breakwater: comparing with ")]
    return lines[0] if len(lines) == 1 else f"{len(lines)} lines of it: {err}"


def fix(t, what, at, err, want):
    """Runs the command that the error names."""
    commands = re.findall(r"git [^\n]*", err.partition("help: ")[2])
    t.holds(f"{what}: one command", len(commands) == 1 and want in commands[0], err)
    for command in commands:
        t.holds(f"{what}: which works", t.run(["sh", "-c", command], at)[0] == 0, command)


def takes(t, what, at, env, base, *says, breaks=("total",)):
    """The base is `base`, and only what the merge request breaks is found."""
    code, out, err = t.run([t.bw, "check", "--format", "json"], at, **env)
    found = [json.loads(x)["element"].rpartition(".")[2] for x in out.decode().splitlines()]
    line = note(err)
    t.holds(what, code == (1 if breaks else 0) and sorted(set(found)) == sorted(breaks) and f"comparing with {base[:7]}" in line
            and all(x in line for x in says), f"status {code}, found {found}\n{err}")


def lacks(t, what, at, env, *says):
    code, out, err = t.run([t.bw, "check"], at, **env)
    t.holds(what, code == 2 and not out and all(x in err for x in says), f"status {code}\n{err}")
    return err


def github(t, origin):
    env = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "feature"}
    at = origin.clone("github", "+refs/pull/1/merge:refs/remotes/pull/1/merge", "--depth=1")
    err = lacks(t, "GitHub: nothing but the merge is there", at, env, "'main'", "GitHub Actions: GITHUB_BASE_REF is main")
    fix(t, "GitHub", at, err, "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main")
    takes(t, "GitHub", at, env, origin.b, "the merge base of origin/main and HEAD", "GitHub Actions: GITHUB_BASE_REF is main")
    # The tip of main is there, and its history is not.
    at = origin.clone("github-tip", "refs/pull/1/merge", "--depth=1")
    t.git(at, "fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    err = lacks(t, "GitHub: the history is missing", at, env, "no common commit in this shallow clone")
    fix(t, "GitHub, history", at, err, "git fetch --unshallow origin")
    takes(t, "GitHub, history", at, env, origin.b, "origin/main")


def github_push(t, origin):
    def event(branch, before):
        path = t.tmp / "event.json"
        path.write_text(json.dumps({"ref": f"refs/heads/{branch}", "before": before, "repository": {"default_branch": "main"}}))
        return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(path), "GITHUB_BASE_REF": ""}

    at = origin.clone("github-push", "refs/heads/main", "--depth=1")
    env = event("main", origin.a)
    err = lacks(t, "GitHub, push: what was before is not there", at, env, "what 'main' was before the push")
    fix(t, "GitHub, push", at, err, f"git fetch --depth=1 origin {origin.a}")
    takes(t, "GitHub, push", at, env, origin.a, "what 'main' was before the push", breaks=("note",))
    lacks(t, "GitHub, push of another branch: as ever", at, event("feature", origin.a), "there is no default branch")
    lacks(t, "GitHub, first push: as ever", at, event("main", "0" * 40), "there is no default branch")
    (t.tmp / "event.json").write_text("[[[")
    lacks(t, "GitHub, an event that is none: as ever", at, env, "there is no default branch")
    t.write(at, {"breakwater.yaml": "version: 1\nbase: HEAD\n"})
    takes(t, "GitHub, push: the configuration counts more", at, event("main", origin.a), origin.c, "the merge base of HEAD", breaks=())


def gitlab(t, origin):
    env = {"GITLAB_CI": "true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_MERGE_REQUEST_DIFF_BASE_SHA": origin.a,
           "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "", "CI_COMMIT_BEFORE_SHA": "0" * 40}
    at = origin.clone("gitlab", "+refs/heads/feature:refs/pipelines/7", "--depth=20")
    takes(t, "GitLab", at, env, origin.a, "GitLab CI: CI_MERGE_REQUEST_DIFF_BASE_SHA is " + origin.a)
    at = origin.clone("gitlab-1", "+refs/heads/feature:refs/pipelines/7", "--depth=1")
    err = lacks(t, "GitLab: the base is not there", at, env, "the base is not in this clone", "CI_MERGE_REQUEST_DIFF_BASE_SHA")
    fix(t, "GitLab", at, err, f"git fetch --depth=1 origin {origin.a}")
    takes(t, "GitLab, fetched", at, env, origin.a)
    at = origin.clone("gitlab-merged", "+refs/pull/1/merge:refs/pipelines/7", "--depth=20")
    takes(t, "GitLab, merged results", at, {**env, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": origin.b}, origin.b,
          "CI_MERGE_REQUEST_TARGET_BRANCH_SHA")
    err = lacks(t, "GitLab, a name alone", at, {**env, "CI_MERGE_REQUEST_DIFF_BASE_SHA": ""}, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME is main")
    fix(t, "GitLab, a name alone", at, err, "git fetch origin +refs/heads/main:refs/remotes/origin/main")
    takes(t, "GitLab, a name alone", at, {**env, "CI_MERGE_REQUEST_DIFF_BASE_SHA": ""}, origin.b, "origin/main")
    push = {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_BEFORE_SHA": origin.a}
    at = origin.clone("gitlab-push", "refs/heads/main", "--depth=20")
    takes(t, "GitLab, push", at, push, origin.a, "what 'main' was before the push", breaks=("note",))


def branches(t, origin):
    """Those that name a branch, in a clone of the source branch alone and in one of the merge."""
    rows = {
        "Buildkite": ({"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "1"}, "BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
        "Jenkins": ({"CHANGE_ID": "1"}, "CHANGE_TARGET", "main"),
        "Azure Pipelines": ({"TF_BUILD": "True"}, "SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
        "Azure Pipelines (GitHub)": ({"TF_BUILD": "True"}, "SYSTEM_PULLREQUEST_TARGETBRANCH", "main"),
        "Bitbucket Pipelines": ({"BITBUCKET_PR_ID": "1"}, "BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        "CircleCI, passed on": ({"CIRCLECI": "true", "CIRCLE_PULL_REQUEST": "https://x"}, "BREAKWATER_BASE_BRANCH", "main"),
    }
    for n, (name, (env, variable, value)) in enumerate(rows.items()):
        env = {**env, variable: value}
        at = origin.clone(f"branch-{n}", "refs/heads/feature")
        err = lacks(t, f"{name}: the branch is not there", at, env, "the branch 'main' is not in this clone", f"{variable} is {value}")
        fix(t, name, at, err, "git fetch origin +refs/heads/main:refs/remotes/origin/main")
        takes(t, name, at, env, origin.a, "the merge base of origin/main and HEAD", f"{variable} is {value}")
        at = origin.clone(f"branch-shallow-{n}", "refs/heads/feature", "--depth=1")
        err = lacks(t, f"{name}: shallow", at, env, "the branch 'main' is not in this clone")
        fix(t, f"{name}, shallow", at, err, "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main")
        takes(t, f"{name}, shallow", at, env, origin.a, "the merge base of origin/main and HEAD")
        # Outside of a merge request.
        at = origin.clone(f"branch-none-{n}", "refs/heads/feature")
        lacks(t, f"{name}: no merge request", at, {**env, variable: ""}, "there is no default branch")


def bitbucket(t, origin):
    """It merges the destination before the build, whose commit is then there without a name."""
    env = {"BITBUCKET_PR_ID": "1", "BITBUCKET_PR_DESTINATION_BRANCH": "main", "BITBUCKET_PR_DESTINATION_COMMIT": origin.b[:12]}
    at = origin.clone("bitbucket", "refs/pull/1/merge", "--depth=50")
    takes(t, "Bitbucket: the destination's commit", at, env, origin.b, f"the merge base of {origin.b[:12]} and HEAD",
          "Bitbucket Pipelines: BITBUCKET_PR_DESTINATION_BRANCH is main")


def precedence(t, origin):
    env = {"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main"}
    at = t.tmp / "whole"
    t.git(t.tmp, "clone", "-q", "-b", "feature", f"file://{origin.at}", "whole")
    takes(t, "no pipeline: the default branch", at, {}, origin.a, "the merge base of origin/main and HEAD")
    t.holds("no pipeline: nothing more is said", note(t.run([t.bw, "check"], at)[2]).endswith("origin/main and HEAD"))
    takes(t, "CircleCI without a name: the default branch, and why", at, {"CIRCLE_PULL_REQUEST": "https://x"}, origin.a,
          "the merge base of origin/main and HEAD; ", "set BREAKWATER_BASE_BRANCH")
    t.git(at, "checkout", "-q", "--detach", origin.merge) if t.run(["git", "cat-file", "-e", origin.merge], at)[0] == 0 else \
        (t.git(at, "fetch", "-q", "origin", "refs/pull/1/merge"), t.git(at, "checkout", "-q", "--detach", "FETCH_HEAD"))
    release = {**env, "GITHUB_BASE_REF": "release-1.x"}
    takes(t, "another branch than the default one", at, release, origin.a, "origin/release-1.x", breaks=("note", "total"))
    t.expect("the command line counts more", t.run([t.bw, "check", origin.b], at, **release), 1, "'total'",
             absent=["'note'", "comparing with"])
    t.expect("--staged is HEAD still", t.run([t.bw, "check", "--staged"], at, **release), 0, absent=["comparing with"])
    t.write(at, {"breakwater.yaml": "version: 1\nbase: origin/main\n"})
    takes(t, "a branch of the configuration counts less", at, release, origin.a, "origin/release-1.x", breaks=("note", "total"))
    takes(t, "and counts without a merge request", at, {}, origin.b, "the merge base of origin/main and HEAD")
    t.git(at, "tag", "v1", origin.a)
    t.write(at, {"breakwater.yaml": "version: 1\nbase: v*\n"})
    t.expect("a tag pattern is no branch, and stays", t.run([t.bw, "check"], at, **env), 1, "comparing with v1", "'note'", "'total'")
    (at / "breakwater.yaml").unlink()
    t.expect("a branch is here", t.run([t.bw, "check"], at, **{**env, "GITHUB_BASE_REF": "feature"}), 1,
             "the merge base of origin/feature and HEAD")
    got = t.run([t.bw, "check"], at, **{**env, "GITHUB_BASE_REF": "a;touch$IFS'x"})
    t.expect("a hostile name is no command", got, 2, "git fetch origin BRANCH")
    got = t.run([t.bw, "check"], at, **{**env, "GITHUB_BASE_REF": "a;touch$IFS\x1b[31m"})
    t.expect("nor is this", got, 2, "git fetch origin '+refs/heads/a;touch$IFS\\x1b[31m:", absent=["\x1b"])
    code, _, err = t.run([t.bw, "accept", "--all", "--reason", "x"], at, **env)
    t.holds("accept takes it too", code == 0 and "total" in (at / "breakwater.accepted.yaml").read_text() and
            "note" not in (at / "breakwater.accepted.yaml").read_text(), err)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bw", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        t = Scratch(tmp, args.bw)
        t.bw = os.path.abspath(args.bw)
        origin = Origin(t)
        for part in (github, github_push, gitlab, branches, bitbucket, precedence):
            part(t, origin)
        return t.summary()


if __name__ == "__main__":
    sys.exit(main())
