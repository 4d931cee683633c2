"""Scratch repositories for tests that run programs, and the count of what passed and failed."""
import os
import pathlib
import shutil
import subprocess


# Variables of the pipeline that runs the tests would name the base of its own merge request.
PIPELINES = ("APPVEYOR", "BITBUCKET_", "BRANCH_", "BREAKWATER_", "BUILDKITE", "BUILD_SOURCE", "CHANGE_", "CI_", "CIRCLE", "CODEBUILD_", "DRONE",
             "GITHEAD_", "GITHUB_", "GITLAB_", "JENKINS_", "PRE_COMMIT", "SYSTEM_", "TF_BUILD", "TRAVIS")


def quiet(environment):
    """An environment without git's and pipelines' variables."""
    return {k: v for k, v in environment.items() if k != "CI" and not k.startswith(("GIT_", *PIPELINES))}


def find(name, *places):
    """A program: from the environment (as BUF), the PATH, or one of the places; None if there is none."""
    named = os.environ.get(name.upper().replace("-", "_"))
    return named or shutil.which(name) or next((p for p in places if os.access(p, os.X_OK)), None)


def find_buf():
    return find("buf", "/opt/peers/node_modules/@bufbuild/buf-linux-x64/bin/buf")


class Scratch:
    """Repositories below a folder, in which programs run without the user's configuration."""

    def __init__(self, tmp, *programs):
        self.tmp, self.passed, self.failed = pathlib.Path(os.path.realpath(tmp)), 0, 0
        self.timeout = 120  # seconds that a program may take
        self.env = {k: v for k, v in quiet(os.environ).items() if k != "XDG_CONFIG_HOME"}
        self.env.update(HOME=str(self.tmp), GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8", BUF_CACHE_DIR=str(self.tmp / "cache"))
        self.env["PATH"] = os.pathsep.join([*(os.path.dirname(os.path.abspath(p)) for p in programs), self.env["PATH"]])
        for who in ("AUTHOR", "COMMITTER"):
            self.env.update({f"GIT_{who}_NAME": "test", f"GIT_{who}_EMAIL": "test@example.invalid"})

    def run(self, args, cwd, stdin=b"", **env):
        """Status, standard output and standard error."""
        done = subprocess.run([str(a) for a in args], cwd=cwd, env={**self.env, **env}, input=stdin, capture_output=True,
                              timeout=self.timeout)
        return done.returncode, done.stdout, done.stderr.decode()

    def git(self, at, *args):
        code, out, err = self.run(["git", *args], at)
        assert code == 0, f"git {args}: {err}"
        return out.decode()

    def repository(self, name, files):
        """A new repository with one commit, on the branch main."""
        at = self.tmp / name
        at.mkdir()
        self.git(at, "init", "-q", "-b", "main")
        self.write(at, files)
        self.commit(at)
        return at

    def commit(self, at):
        self.git(at, "add", "-A")
        self.git(at, "commit", "-q", "-m", "change")

    def write(self, at, files):
        for path, text in files.items():
            (at / path).parent.mkdir(parents=True, exist_ok=True)
            (at / path).write_text(text)

    def change(self, path, old, new):
        text = path.read_text()
        assert old in text, f"{path} lacks {old!r}"
        path.write_text(text.replace(old, new))

    def holds(self, what, condition, context=""):
        self.passed, self.failed = self.passed + bool(condition), self.failed + (not condition)
        if not condition:
            print(f"FAILED: {what}\n{context}")

    def expect(self, what, got, status, *parts, absent=()):
        """Checks a run's status, and words of its standard output and standard error."""
        code, out, err = got
        text = out.decode("utf-8", "replace") + err
        self.holds(what, code == status and all(p in text for p in parts) and not any(p in text for p in absent),
                   f"status {code}, wanted {status}; wanted {parts}, not {absent}\n{text}")

    def summary(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0
