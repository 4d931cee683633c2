#!/usr/bin/env python3
"""Runs a bare `breakwater check` in clones as the pipelines make them, with the variables that they set.

usage: pipelines.py --bw PATH

In each pipeline the merge request's base is used and named in one line on standard error. Where it was not fetched, the error names
one command; after that command the base is used. Outside of merge requests nothing changes.
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

    and a merge queue on C: Q (breaks `total`, which somebody accepts) ── R (breaks `name`)
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
        git("checkout", "-q", "-b", "queue")
        t.change(self.at / "acme/order.proto", "int64 total", "sint64 total")
        t.commit(self.at)
        self.q = git("rev-parse", "HEAD")
        git("checkout", "-q", "-b", f"gh-readonly-queue/main/pr-8-{self.q}")
        t.change(self.at / "acme/order.proto", "string name", "bytes name")
        t.commit(self.at)
        self.r = git("rev-parse", "HEAD")
        git("checkout", "-q", "main")

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
    """The line that names the base."""
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


def github_merge(t, origin):
    """The pull request's merge: its first parent is the base, whatever was fetched."""
    env = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main", "GITHUB_REF": "refs/pull/1/merge",
           "GITHUB_SHA": origin.merge}
    at = origin.clone("github-merge", "+refs/pull/1/merge:refs/remotes/pull/1/merge", "--depth=2")
    takes(t, "GitHub, depth 2: the first parent", at, env, origin.b, "GitHub Actions: GITHUB_BASE_REF is main")
    less = {k: v for k, v in env.items() if k != "GITHUB_SHA"}
    takes(t, "GitHub, depth 2, no GITHUB_SHA", at, less, origin.b)
    request = github_event(t, "pull_request", pull_request={"head": {"sha": origin.f}, "base": {"ref": "main", "sha": origin.c}})
    takes(t, "GitHub, depth 2, by the event", at, request, origin.b, "pull_request.base.ref is main")
    takes(t, "GitHub, depth 2, by both", at, {**request, **env}, origin.b, "GITHUB_BASE_REF is main")
    base = github_event(t, "pull_request", pull_request={"base": {"ref": "main", "sha": origin.b}})
    takes(t, "GitHub, depth 2, by the base's commit", at, {**base, "GITHUB_BASE_REF": "main"}, origin.b, "GITHUB_BASE_REF is main")
    lacks(t, "GitHub, the merge of something else", at, {**env, **github_event(t, "pull_request", pull_request={"head": {"sha": origin.a}}),
                                                         "GITHUB_BASE_REF": "main"}, "the branch 'main' is not in this clone")
    takes(t, "Travis CI, depth 2", at, {"TRAVIS_PULL_REQUEST": "1", "TRAVIS_BRANCH": "main", "TRAVIS_PULL_REQUEST_SHA": origin.f}, origin.b,
          "TRAVIS_BRANCH is main")
    takes(t, "Drone, depth 2", at, {"DRONE_PULL_REQUEST": "1", "DRONE_TARGET_BRANCH": "main", "DRONE_COMMIT_SHA": origin.f}, origin.b,
          "DRONE_TARGET_BRANCH is main")
    lacks(t, "GitHub, a commit that is no merge", origin.clone("github-none", "refs/heads/feature", "--depth=2"), less,
          "the branch 'main' is not in this clone")
    at = origin.clone("github-merge-1", "+refs/pull/1/merge:refs/remotes/pull/1/merge", "--depth=1")
    err = lacks(t, "GitHub, depth 1: the first parent is not there", at, env, "the base is not in this clone")
    fix(t, "GitHub, depth 1", at, err, f"git fetch --depth=1 origin {origin.b}")
    takes(t, "GitHub, depth 1, fetched", at, env, origin.b)
    # Somebody checks out the pull request's own commit.
    at = origin.clone("github-head", "refs/heads/feature")
    t.git(at, "fetch", "-q", "origin", "+refs/heads/main:refs/remotes/origin/main")
    takes(t, "GitHub, the request's own commit", at, env, origin.a, "the merge base of origin/main and HEAD")
    # pull_request_target builds the target itself.
    at = origin.clone("github-target", "+refs/heads/main:refs/remotes/origin/main", "--depth=1")
    takes(t, "GitHub, pull_request_target", at, {**env, "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/main",
                                                 "GITHUB_SHA": origin.c}, origin.c, "which is HEAD itself", breaks=())
    said_nothing(t, "GitHub, pull_request_target", at, {**env, "GITHUB_REF": "refs/heads/main", "GITHUB_SHA": origin.c})


def said_nothing(t, what, at, env):
    t.expect(f"{what}: it says that nothing was compared", t.run([t.bw, "check"], at, **env), 0, "warning: nothing was compared")


def github_event(t, name, **event):
    path = t.tmp / "event.json"
    path.write_text(json.dumps({**event, "repository": {"default_branch": "main"}}))
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path), "GITHUB_BASE_REF": ""}


def github_push(t, origin):
    def event(branch, before):
        return github_event(t, "push", ref=f"refs/heads/{branch}", before=before)

    at = origin.clone("github-push", "refs/heads/main", "--depth=1")
    env = event("main", origin.a)
    err = lacks(t, "GitHub, push: what was before is not there", at, env, "the state of 'main' before the push")
    fix(t, "GitHub, push", at, err, f"git fetch --depth=1 origin {origin.a}")
    takes(t, "GitHub, push", at, env, origin.a, "the state of 'main' before the push", breaks=("note",))
    t.expect("GitHub, first push", t.run([t.bw, "check"], at, **event("main", "0" * 40)), 0, "comparing with nothing",
             "there was no 'main' before the push", "nothing →")
    gone = "12" * 20
    lacks(t, "GitHub, forced push: what was before is nowhere", at, event("main", gone), gone, "breakwater check REV")
    t.write(at, {"breakwater.yaml": "version: 1\nbase: HEAD\n"})
    takes(t, "GitHub, push: the configuration counts more", at, event("main", origin.a), origin.c, "the merge base of HEAD", breaks=())

    at = origin.clone("github-push-branch", "refs/heads/feature", "--depth=1")
    for before in (origin.a, "0" * 40, gone):
        err = lacks(t, "GitHub, push of another branch", at, event("feature", before), "the branch 'main' is not in this clone",
                    "GitHub Actions: the default branch is main")
    fix(t, "GitHub, push of another branch", at, err, "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main")
    takes(t, "GitHub, push of another branch", at, event("feature", "0" * 40), origin.a, "GitHub Actions: the default branch is main")
    takes(t, "GitHub, push of a tag", at, github_event(t, "push", ref="refs/tags/v1", before="0" * 40), origin.a, "the default branch")
    takes(t, "GitHub, started by hand", at, github_event(t, "workflow_dispatch"), origin.a, "the default branch is main")
    takes(t, "GitHub, a review", at, github_event(t, "pull_request_review", pull_request={"base": {"ref": "release-1.x"}}) | {
        "BREAKWATER_BASE_BRANCH": "main"}, origin.a, "BREAKWATER_BASE_BRANCH is main")
    lacks(t, "GitHub, a review", at, github_event(t, "pull_request_review", pull_request={"base": {"ref": "gone"}}),
          "the branch 'gone' is not in this clone", "pull_request.base.ref is gone")
    at = origin.clone("github-schedule", "+refs/heads/main:refs/remotes/origin/main", "--depth=1")
    said_nothing(t, "GitHub, on a schedule", at, github_event(t, "schedule"))


def github_queue(t, origin):
    at = origin.clone("github-queue", f"refs/heads/gh-readonly-queue/main/pr-8-{origin.q}", "--depth=1")
    env = github_event(t, "merge_group", merge_group={"base_sha": origin.q, "base_ref": "refs/heads/main"})
    err = lacks(t, "GitHub, queue: the entry before is not there", at, env, "the base is not in this clone", "merge_group.base_sha")
    fix(t, "GitHub, queue", at, err, f"git fetch --depth=1 origin {origin.q}")
    takes(t, "GitHub, queue", at, env, origin.q, f"merge_group.base_sha is {origin.q}", breaks=("name",))
    env = github_event(t, "push", ref=f"refs/heads/gh-readonly-queue/main/pr-8-{origin.q}", before="0" * 40)
    takes(t, "GitHub, push of a queue's branch", at, env, origin.q, "the merge queue's branch", breaks=("name",))
    t.write(at, {"breakwater.yaml": "version: 1\nbase: origin/main\n"})
    env = github_event(t, "merge_group", merge_group={"base_sha": origin.q})
    takes(t, "GitHub, queue: the configuration counts less", at, env, origin.q, breaks=("name",))
    lacks(t, "GitHub, queue without a base", at, github_event(t, "merge_group", merge_group={}), "has no base_sha")
    lacks(t, "GitHub, queue without an entry", at, github_event(t, "merge_group"), "has no base_sha")
    at = origin.clone("buildkite-queue", f"refs/heads/gh-readonly-queue/main/pr-8-{origin.q}")
    takes(t, "Buildkite, queue", at, {"BUILDKITE": "true", "BUILDKITE_MERGE_QUEUE_BASE_COMMIT": origin.q, "BUILDKITE_BRANCH": "x",
                                      "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main"}, origin.q, "BUILDKITE_MERGE_QUEUE_BASE_COMMIT",
          breaks=("name",))


def github_hostile(t, origin):
    """An event that cannot be read is status 2, not `nothing breaks`."""
    at = t.tmp / "hostile"
    t.git(t.tmp, "clone", "-q", f"file://{origin.at}", "hostile")
    env = github_event(t, "push")
    path = t.tmp / "event.json"
    for text, said in (("[[[", "it is not valid JSON"), ("", "it is not valid JSON"), ("[]", "not a JSON object"), ("null", "JSON"), ("{}", "what was pushed"),
                       ('{"ref": 7}', "what was pushed"), ("\xff{}", "it is not valid JSON"), ("[" * 100000, "it is not valid JSON"),
                       ('{"ref": "refs/heads/main", "repository": {"default_branch": "main"}}', "what the push replaced"),
                       ('{"ref": "refs/heads/main", "before": "HEAD", "repository": {"default_branch": "main"}}', "what the push replaced"),
                       ('{"ref": "refs/heads/main", "before": "--all", "repository": {"default_branch": "main"}}', "what the push replaced")):
        path.write_bytes(text.encode("latin-1"))
        lacks(t, f"GitHub, the event {text[:30]!r}", at, env, "GITHUB_EVENT_PATH", said)
    path.write_bytes(b" " * (26 << 20))
    lacks(t, "GitHub, a large event", at, env, "larger than 25 MiB")
    path.write_bytes(b"[" + b"{}," * 1000000 + b"{}]")
    lacks(t, "GitHub, an event that would need much memory", at, env, "256 MiB of memory")
    for name, said in (("/nowhere", "No such file"), ("/dev/zero", "not a regular file"), (str(t.tmp), "not a regular file")):
        lacks(t, f"GitHub, the event {name}", at, {**env, "GITHUB_EVENT_PATH": name}, said)
    os.mkfifo(t.tmp / "fifo")
    lacks(t, "GitHub, an event that is a pipe", at, {**env, "GITHUB_EVENT_PATH": str(t.tmp / "fifo")}, "not a regular file")
    t.expect("GitHub: an event that nobody asks for", t.run([t.bw, "check", "HEAD"], at, **{**env, "GITHUB_EVENT_PATH": "/nowhere"}), 0)
    path.write_text(json.dumps({"ref": "refs/heads/x", "repository": {"default_branch": "a;touch$IFS\x1b[31m"}}))
    lacks(t, "GitHub, a hostile name", at, env, "\\x1b")


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
    takes(t, "GitLab, push", at, push, origin.a, "the state of 'main' before the push", breaks=("note",))
    zero = {**push, "CI_COMMIT_BEFORE_SHA": "0" * 40}
    t.expect("GitLab, first push", t.run([t.bw, "check"], at, **zero, CI_PIPELINE_SOURCE="push"), 0, "comparing with nothing")
    t.git(at, "update-ref", "refs/remotes/origin/main", "HEAD")
    said_nothing(t, "GitLab, on a schedule", at, {**zero, "CI_PIPELINE_SOURCE": "schedule"})
    branch = {**zero, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "feature"}
    at = origin.clone("gitlab-branch", "+refs/heads/feature:refs/pipelines/7", "--depth=50")
    err = lacks(t, "GitLab, push of another branch", at, branch, "the branch 'main' is not in this clone", "CI_DEFAULT_BRANCH is main")
    fix(t, "GitLab, push of another branch", at, err, "+refs/heads/main:refs/remotes/origin/main")
    takes(t, "GitLab, push of another branch", at, branch, origin.a, "GitLab CI: CI_DEFAULT_BRANCH is main")
    takes(t, "GitLab, a tag", at, {**zero, "CI_COMMIT_BRANCH": "", "CI_COMMIT_TAG": "v1"}, origin.a, "CI_DEFAULT_BRANCH is main")
    train = {**env, "CI_MERGE_REQUEST_EVENT_TYPE": "merge_train", "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": origin.q}
    at = origin.clone("gitlab-train", f"+refs/heads/gh-readonly-queue/main/pr-8-{origin.q}:refs/pipelines/7", "--depth=20")
    takes(t, "GitLab, merge train", at, train, origin.q, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA", breaks=("name",))


def branches(t, origin):
    """Pipelines that name a branch, in a clone of the source branch and in one of the merge."""
    rows = {
        "Buildkite": ({"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "1"}, "BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
        "Jenkins": ({"CHANGE_ID": "1"}, "CHANGE_TARGET", "main"),
        "Azure Pipelines": ({"TF_BUILD": "True"}, "SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
        "Azure Pipelines (GitHub)": ({"TF_BUILD": "True"}, "SYSTEM_PULLREQUEST_TARGETBRANCH", "main"),
        "Bitbucket Pipelines": ({"BITBUCKET_PR_ID": "1"}, "BITBUCKET_PR_DESTINATION_BRANCH", "main"),
        "Woodpecker": ({"CI": "woodpecker"}, "CI_COMMIT_TARGET_BRANCH", "main"),
        "Drone": ({"DRONE": "true", "DRONE_PULL_REQUEST": "1"}, "DRONE_TARGET_BRANCH", "main"),
        "Travis CI": ({"TRAVIS_PULL_REQUEST": "1"}, "TRAVIS_BRANCH", "main"),
        "AppVeyor": ({"APPVEYOR_PULL_REQUEST_NUMBER": "1"}, "APPVEYOR_REPO_BRANCH", "main"),
        "CodeBuild": ({"CODEBUILD_BUILD_ID": "1"}, "CODEBUILD_WEBHOOK_BASE_REF", "refs/heads/main"),
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


def pushes(t, origin):
    """Pushes that only variables describe: of the default branch, with the commit before, and of another."""
    rows = {
        "Jenkins": ({"JENKINS_URL": "x", "BRANCH_NAME": "main", "BRANCH_IS_PRIMARY": "true"}, "GIT_PREVIOUS_SUCCESSFUL_COMMIT", {}),
        "Woodpecker": ({"CI": "woodpecker", "CI_COMMIT_BRANCH": "main", "CI_REPO_DEFAULT_BRANCH": "main"}, "CI_PREV_COMMIT_SHA",
                       {"CI_COMMIT_BRANCH": "feature"}),
        "Drone": ({"DRONE": "true", "DRONE_COMMIT_BRANCH": "main", "DRONE_REPO_BRANCH": "main"}, "DRONE_COMMIT_BEFORE",
                  {"DRONE_COMMIT_BRANCH": "feature"}),
        "Buildkite": ({"BUILDKITE": "true", "BUILDKITE_BRANCH": "main", "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main"}, None,
                      {"BUILDKITE_BRANCH": "feature"}),
    }
    for n, (name, (env, before, branch)) in enumerate(rows.items()):
        at = origin.clone(f"push-{n}", "refs/heads/main")
        t.git(at, "update-ref", "refs/remotes/origin/main", "HEAD")
        if before:
            takes(t, f"{name}, push", at, {**env, before: origin.a}, origin.a, f"{name}: the state of 'main' before", breaks=("note",))
        if branch:
            said_nothing(t, f"{name}, push without a commit before", at, env)
            t.git(at, "fetch", "-q", "origin", "feature")
            t.git(at, "checkout", "-q", "--detach", "FETCH_HEAD")
            takes(t, f"{name}, push of another branch", at, {**env, **branch}, origin.a, "BRANCH is main")
    env = {"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main", "BUILD_SOURCEBRANCH": "refs/pull/1/merge",
           "BUILD_SOURCEVERSION": origin.merge}
    takes(t, "Azure Pipelines, depth 2", origin.clone("azure", "refs/pull/1/merge", "--depth=2"), env, origin.b, "TARGETBRANCH is")
    at = t.tmp / "unknown"
    t.git(t.tmp, "clone", "-q", "-b", "main", f"file://{origin.at}", "unknown")
    said_nothing(t, "a pipeline that is not known", at, {"CI": "true"})
    t.expect("and with --staged", t.run([t.bw, "check", "--staged", "--merge-base"], at, CI="true"), 0, "warning: nothing was compared")
    t.expect("and with --staged alone", t.run([t.bw, "check", "--staged"], at, CI="true"), 0, "warning: nothing was compared")
    t.expect("which a hook does not say", t.run([t.bw, "check", "--staged", "--merge-base"], at), 0, absent=["nothing was compared"])


def bitbucket(t, origin):
    """Bitbucket merges the destination before the build, so its commit is there without a name."""
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
        for part in (github, github_merge, github_push, github_queue, github_hostile, gitlab, branches, pushes, bitbucket, precedence):
            part(t, origin)
        return t.summary()


if __name__ == "__main__":
    sys.exit(main())
