#!/usr/bin/env python3
"""Runs the pipeline files that users copy from ci/, in clones as those pipelines make them.

usage: pipeline_files.py --bw PATH [files|image]...

YAML is parsed and its keys are checked; the shell in it, and in the Jenkinsfile, is linted and run. The Dockerfile is followed as far
as possible without docker: its programs are built, and run as its user in a root that holds nothing else. Steps whose needs are missing
(PyYAML, shellcheck, chroot) are skipped with a message. No runner of GitHub, GitLab, Buildkite or Jenkins takes part.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from pipelines import Origin
import built
import registry_server
from scratch import Scratch, find

try:
    import yaml
except ImportError:
    yaml = None

CI = pathlib.Path(__file__).resolve().parents[1]


def lint(t, what, script):
    if find("shellcheck"):
        t.expect(f"{what}: shellcheck", t.run(["shellcheck", "-s", "sh", "-"], t.tmp, stdin=script.encode()), 0)


def load(name):
    return list(yaml.safe_load_all((CI / name).read_text()))


def github(t, origin):
    env = {"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main", "GITHUB_STEP_SUMMARY": str(t.tmp / "summary"),
           "GITHUB_OUTPUT": str(t.tmp / "output"), "GITHUB_ACTION_PATH": str(CI / "github"), "GITHUB_PATH": str(t.tmp / "path")}
    inputs = {"base": "", "options": "", "sarif": "sarif.json", "working-directory": "."}
    if yaml:
        action, = load("github/action.yml")
        t.holds("GitHub: the action's keys", {"name", "description", "inputs", "outputs", "runs"} <= set(action)
                and action["runs"]["using"] == "composite" and set(action["inputs"]) == set(inputs), action)
        steps = action["runs"]["steps"]
        for step in steps:
            t.holds("GitHub: a step of a composite action has a shell", step["shell"] == "bash", step)
            lint(t, "GitHub", step["run"])
        for used in re.findall(r"inputs\.([\w-]+)", (CI / "github/action.yml").read_text()):
            t.holds("GitHub: the input is declared", used in inputs, used)
    else:
        steps = [{"run": f'sh "$GITHUB_ACTION_PATH/{x}.sh"'} for x in ("install", "check")]

    def run(at, **more):
        for name in ("summary", "output", "path"):
            (t.tmp / name).write_text("")
        for step in steps:
            got = t.run(["bash", "-e", "-c", step["run"]], at, **{**env, "BASE": inputs["base"], "SARIF": inputs["sarif"], "OPTIONS": "",
                                                                  "BEFORE": "", "QUEUED": "", "DEFAULT": "main", **more})
            if got[0]:
                break
        return got

    at = origin.clone("action", "refs/pull/1/merge", "--depth=1")
    t.expect("GitHub: the action in a shallow clone", run(at), 1, "::error file=acme/order.proto,line=4", "comparing with " + origin.b[:7])
    t.holds("GitHub: the summary", "FIELD_SAME_TYPE" in (t.tmp / "summary").read_text())
    t.holds("GitHub: the output", (t.tmp / "output").read_text() == "status=1\n")
    t.holds("GitHub: SARIF", json.loads((at / "sarif.json").read_text())["version"] == "2.1.0")
    t.holds("GitHub: a program that is there is not built", not (t.tmp / "path").read_text())
    at = origin.clone("action-options", "refs/pull/1/merge")
    t.expect("GitHub: options", run(at, OPTIONS="--use JSON_NOT --except WIRE"), 2, "JSON_NOT")
    t.expect("GitHub: options that leave out what breaks", run(at, OPTIONS="--use FILE_SAME_PACKAGE"), 0, absent=["::error"])
    t.expect("GitHub: a base", run(at, BASE=origin.a), 1, "line=4", "line=6")
    event = t.tmp / "event.json"
    event.write_text(json.dumps({"ref": "refs/heads/main", "before": origin.a, "repository": {"default_branch": "main"}}))
    at = origin.clone("action-push", "refs/heads/main", "--depth=1")
    push = {"GITHUB_BASE_REF": "", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(event), "BEFORE": origin.a,
            "GITHUB_REF": "refs/heads/main"}
    t.expect("GitHub: a push in a shallow clone", run(at, **push), 1, "line=6", "before the push", absent=["line=4"])
    at = origin.clone("action-first", "refs/heads/main", "--depth=1")
    t.expect("GitHub: an event that is not there", run(at, **{**push, "BEFORE": "0" * 40, "GITHUB_EVENT_PATH": "/nowhere"}), 2, "cannot read the event")
    event.write_text(json.dumps({"ref": "refs/heads/main", "before": "0" * 40, "repository": {"default_branch": "main"}}))
    t.expect("GitHub: the first push", run(at, **{**push, "BEFORE": "0" * 40}), 0, "comparing with nothing")
    event.write_text(json.dumps({"ref": "refs/heads/feature", "before": origin.a, "repository": {"default_branch": "main"}}))
    at = origin.clone("action-branch", "refs/heads/feature", "--depth=1")
    t.expect("GitHub: a push of another branch", run(at, **{**push, "GITHUB_REF": "refs/heads/feature"}), 1, "line=4", "origin/main",
             absent=["line=6"])
    merge = {"GITHUB_REF": "refs/pull/1/merge", "GITHUB_SHA": origin.merge}
    at = origin.clone("action-merge", "refs/pull/1/merge", "--depth=1")
    t.expect("GitHub: the merge of a pull request", run(at, **merge), 1, "line=4", "comparing with " + origin.b[:7])
    t.holds("GitHub: no more than the base is fetched", t.git(at, "rev-list", "--count", "--all", "HEAD").strip() == "1")
    event.write_text(json.dumps({"merge_group": {"base_sha": origin.q}, "repository": {"default_branch": "main"}}))
    at = origin.clone("action-queue", f"refs/heads/gh-readonly-queue/main/pr-8-{origin.q}", "--depth=1")
    t.expect("GitHub: a merge queue", run(at, **{**push, "GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/q", "BEFORE": "",
                                                  "QUEUED": origin.q}), 1, "line=5", absent=["line=4"])


def gitlab(t, origin):
    if not yaml:
        return
    header, jobs = load("gitlab/breakwater.yml")
    inputs = header["spec"]["inputs"]
    job = jobs["breakwater"]
    t.holds("GitLab: the job's keys", set(job) == {"stage", "image", "variables", "script", "artifacts", "rules"} and
            set(job["artifacts"]["reports"]) == {"codequality", "junit"}, job)
    t.holds("GitLab: inputs are declared", set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", json.dumps(jobs))) == set(inputs), inputs)
    script = "\n".join(job["script"]).replace("$[[ inputs.options ]]", inputs["options"]["default"])
    lint(t, "GitLab", script)
    at = origin.clone("gitlab-job", "+refs/heads/feature:refs/pipelines/1")
    env = {"GITLAB_CI": "true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_MERGE_REQUEST_DIFF_BASE_SHA": origin.a}
    t.expect("GitLab: the job", t.run(["sh", "-e", "-c", script], at, **env), 1, "[FIELD_SAME_TYPE]", "comparing with")
    reports = job["artifacts"]["reports"]
    t.holds("GitLab: Code Quality", len(json.loads((at / reports["codequality"]).read_text())) == 1)
    t.holds("GitLab: JUnit", xml.etree.ElementTree.parse(at / reports["junit"]).getroot().tag == "testsuites")


def buildkite(t, origin):
    agent = t.tmp / "agent"
    agent.mkdir()
    (agent / "buildkite-agent").write_text('#!/bin/sh\necho "$@" >args\ncat >annotation\n')
    (agent / "buildkite-agent").chmod(0o755)
    step = {"command": "sh .buildkite/check.sh"}
    if yaml:
        step, = load("buildkite/pipeline.yml")[0]["steps"]
        t.holds("Buildkite: the step's keys", set(step) == {"label", "command", "if"}, step)
    at = origin.clone("buildkite", "refs/heads/feature")
    (at / ".buildkite").mkdir()
    shutil.copy(CI / "buildkite/check.sh", at / ".buildkite")
    env = {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "1", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main",
           "PATH": f"{agent}{os.pathsep}{t.env['PATH']}"}
    t.expect("Buildkite: the step", t.run(["sh", "-e", "-c", step["command"]], at, **env), 1, "[FIELD_SAME_TYPE]", "origin/main")
    t.holds("Buildkite: the annotation", "FIELD_SAME_TYPE" in (at / "annotation").read_text()
            and (at / "args").read_text() == "annotate --style error --context breakwater\n")


def jenkins(t, origin):
    text = (CI / "jenkins/Jenkinsfile").read_text()
    bare = re.sub(r"//[^\n]*|'[^']*'|\"[^\"]*\"", "", text)
    t.holds("Jenkins: brackets", all(bare.count(a) == bare.count(b) for a, b in ("{}", "()", "[]")))
    scripts = re.findall(r"\bsh '([^']*)'", text)
    at = origin.clone("jenkins", "refs/heads/feature")
    t.git(at, "fetch", "-q", "origin", *re.findall(r"\} (\+refs/heads/\S+)\"", text))
    for script in scripts:
        lint(t, "Jenkins", script)
        t.expect("Jenkins: the step", t.run(["sh", "-e", "-c", script], at, CHANGE_ID="1", CHANGE_TARGET="main"), 1, "[FIELD_SAME_TYPE]",
                 "Jenkins: CHANGE_TARGET is main")
    t.holds("Jenkins: JUnit", len(scripts) == 1 and xml.etree.ElementTree.parse(at / "breakwater.xml").getroot().tag == "testsuites")


SCHEMA = """syntax = "proto3";
package acme;
message Order { int64 amount = 1; }
"""


def steps_of(name):
    """What the files of ci/registry/ run on the default branch, in order."""
    document, = load(name)
    if "jobs" in document:
        return [x["run"] for x in document["jobs"]["schemas"]["steps"] if "run" in x]
    return [line for job in ("schemas", "register") for line in document[job]["script"]]


def registry(t, origin):
    """A change that breaks is stopped before it is registered; one that does not is registered."""
    missing = [x for x in ("curl", "jq") if not find(x)]
    if not yaml or missing:
        print(f"SKIPPED: the files for registries: {', '.join(missing) or 'python3-yaml'} is not installed")
        return
    lint(t, "register.sh", (CI / "registry/register.sh").read_text())
    for name in ("registry/github.yml", "registry/gitlab.yml"):
        at = t.repository(name.replace("/", "-"), {
            "proto/acme/orders.proto": SCHEMA, "ci/register.sh": (CI / "registry/register.sh").read_text(),
            "breakwater.yaml": "version: 1\ncontracts:\n  - name: orders\n    roots: [acme.Order]\n    subject: orders-value\n"})
        there = registry_server.Registry()
        with registry_server.Server(there, users={"ci": "s3cret"}) as server:
            env = {"BREAKWATER_REGISTRY_URL": server.url, "BREAKWATER_REGISTRY_USER": "ci", "BREAKWATER_REGISTRY_PASSWORD": "s3cret"}
            script = "\n".join(steps_of(name))
            lint(t, name, script)
            got = t.run(["bash", "-e", "-c", script], at, **env)
            t.expect(f"{name}: the first version is registered", got, 0)
            t.holds(f"{name}: as it is", [x.schema for x in there.versions("orders-value")] and
                    there.subjects["orders-value"][0].schema == SCHEMA, there.subjects)
            t.write(at, {"proto/acme/orders.proto": SCHEMA.replace("int64", "int32")})
            t.expect(f"{name}: what breaks is not registered", t.run(["bash", "-e", "-c", script], at, **env), 1, "FIELD_SAME_TYPE")
            t.holds(f"{name}: so there is one version", len(there.subjects["orders-value"]) == 1)
            t.write(at, {"proto/acme/orders.proto": SCHEMA.replace("; }", "; string note = 2; }")})
            t.expect(f"{name}: what does not is", t.run(["bash", "-e", "-c", script], at, **env), 0)
            t.holds(f"{name}: so there are two", len(there.subjects["orders-value"]) == 2)


def docker(t, origin):
    lines = [x.split(None, 1) for x in (CI / "Dockerfile").read_text().splitlines() if x and x[0] != "#"]
    words = [x for x, _ in lines]
    t.holds("Dockerfile: instructions", words == ["FROM", "COPY", "WORKDIR", "RUN", "FROM", "COPY", "USER", "WORKDIR", "ENTRYPOINT", "CMD"],
            words)
    stages = [rest for word, rest in lines if word == "FROM"]
    user = next(rest for word, rest in lines if word == "USER")
    t.holds("Dockerfile: two stages, nobody's at the end", len(stages) == 2 and not user.startswith(("0", "root")), lines)
    run = next(rest for word, rest in lines if word == "RUN")
    for script in re.findall(r"sh (\S+)", run):
        t.holds("Dockerfile: the script is there", (CI.parent / script).is_file(), script)
    root = t.tmp / "image"
    t.timeout = 1200  # it builds
    got = t.run(["sh", CI / "package/static.sh", root / "usr/local/bin"], t.tmp)
    if got[0] == 77:
        print(f"SKIPPED: the static build: {got[1].decode()[-300:]}")
        return
    t.expect("image: the static build", got, 0)
    if got[0]:
        return
    program = root / "usr/local/bin/breakwater"
    t.holds("image: hardened", not any(built.faults(p) for p in program.parent.iterdir()))
    t.holds("image: under 8 MB", sum(x.stat().st_size for x in program.parent.iterdir()) < 8 << 20)
    t.expect("image: asks no registry", t.run([program, "check", "registry:https://registry.acme.example/orders", "dir:."], t.tmp), 2,
             "this build has no registry support", "-Dregistry=enabled")
    if os.geteuid() or subprocess.run(["chroot", "/", "true"], capture_output=True).returncode:
        print("SKIPPED: the image's root: chroot needs root")
        return
    shutil.copytree(origin.at, root / "repository")
    os.chmod(t.tmp, 0o755)
    t.expect("image: as nobody, in a root of its own", t.run(
        ["chroot", f"--userspec={user}", root, "/usr/local/bin/breakwater", "-C", "/repository", "check", origin.a, origin.f], t.tmp), 1,
        "acme/order.proto:4:3: error:", "[FIELD_SAME_TYPE]")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bw", required=True)
    parser.add_argument("parts", nargs="*")
    args = parser.parse_args()
    parts = {"files": (github, gitlab, buildkite, jenkins, registry), "image": (docker,)}
    if not yaml:
        print("SKIPPED: what is in YAML: python3-yaml is not installed")
    if not find("shellcheck"):
        print("SKIPPED: the lint: shellcheck is not installed")
    with tempfile.TemporaryDirectory() as tmp:
        t = Scratch(tmp, args.bw)
        t.bw = os.path.abspath(args.bw)
        origin = Origin(t)
        for name in args.parts or parts:
            for part in parts[name]:
                part(t, origin)
        return t.summary()


if __name__ == "__main__":
    sys.exit(main())
