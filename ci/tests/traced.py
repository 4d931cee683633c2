"""Traces a program with strace: the files that it opens, and what it writes, starts or connects to."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

# What the loader, the C library and its threads look at.
SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime",
          "/etc/ssl", "/etc/pki", "/usr/share/locale",
          "/usr/share/zoneinfo", "/proc/self", "/proc/sys", "/sys/devices/system/cpu", "/sys/fs/cgroup", "/dev/null",
          "/dev/urandom")

OPEN = ("open", "openat", "openat2")
# All else that takes a path changes what is there.
LOOK = (*OPEN, "stat", "lstat", "stat64", "lstat64", "newfstatat", "fstatat64", "statx", "statfs", "statfs64", "access", "faccessat",
        "faccessat2", "readlink", "readlinkat", "getcwd", "chdir", "execve")
START = ("clone", "clone3")
PROCESS = ("exit", "exit_group", "arch_prctl", "wait4", "waitid", "rt_sigreturn")
CHANGE = "fchmod,fchown,ftruncate,fallocate,fsetxattr,memfd_create,mount,unshare,setns,ptrace,bpf,perf_event_open,io_uring_setup"

LINE = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|\?)(?:<(.*?)>)?")
AT = re.compile(r'(?:(?:AT_FDCWD|\d+)(?:<((?:[^>"])*)>)?, )?"((?:[^"\\]|\\.)*)"')
WRITING = re.compile(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)")


def possible():
    """Whether this process may trace another one."""
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, timeout=20).returncode == 0


def plain(text):
    """A name as strace prints it, as the name."""
    return os.fsdecode(text.encode("latin-1", "replace").decode("unicode_escape", "replace").encode("latin-1", "replace"))


class Trace:
    """What a run did other than reading `allowed`."""

    def __init__(self, allowed, cwd):
        self.allowed = [os.path.realpath(path) for path in allowed]
        self.cwd, self.found, self.n_programs = str(cwd), [], 0

    def is_allowed(self, path):
        path = os.path.normpath(path)
        return any(path == top or path.startswith(top + "/") for top in (*SYSTEM, *self.allowed))

    def is_above(self, path):
        return any(top.startswith(os.path.join(path, "")) for top in (*SYSTEM, *self.allowed))

    def look_at_path(self, line, name, arguments, fd, target):
        at = AT.match(arguments)
        if not at or "AT_EMPTY_PATH" in arguments:
            return
        path = os.path.normpath(os.path.join(plain(at[1] or self.cwd), plain(at[2])))
        is_open = name in OPEN
        if is_open and (WRITING.search(arguments[at.end():]) and target != "/dev/null"):
            self.found.append(line)
        elif not self.is_allowed(path) and not (self.is_above(path) and not (is_open and "O_PATH" not in arguments)):
            self.found.append(line)
        elif is_open and fd != "-1" and target and not self.is_allowed(plain(target)) and "O_PATH" not in arguments:
            self.found.append(line)

    def look(self, line):
        match = LINE.match(line)
        if not match or line.startswith(("+++", "---")):
            return
        name, arguments, value, target = match.groups()
        if name in ("execve", "execveat"):
            self.n_programs += 1
            if self.n_programs > 1:
                self.found.append(line)
        elif name in START:
            if "CLONE_THREAD" not in arguments:
                self.found.append(line)
        elif name in LOOK:
            self.look_at_path(line, name, arguments, value, target)
        elif name not in PROCESS:
            self.found.append(line)


def run(args, cwd, env, allowed, stdin=b"", timeout=20):
    """Status (None after a timeout), standard output, standard error, and what the run should not have done."""
    with tempfile.TemporaryDirectory(prefix="trace-") as folder:
        tracer = ["strace", "-ff", "-y", "-qq", "-s", "0", "--seccomp-bpf", "-o", f"{folder}/t", "-e", f"trace=%file,%network,%process,{CHANGE}"]
        with subprocess.Popen([*tracer, *map(os.fsencode, args)], cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, start_new_session=True) as process:
            try:
                out, err = process.communicate(stdin, timeout=timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # what is traced would outlive strace
                return None
        trace = Trace(allowed, cwd)
        for path in sorted(pathlib.Path(folder).iterdir(), key=lambda p: int(p.suffix[1:])):
            for line in path.read_text("latin-1").splitlines():
                trace.look(line)
        return process.returncode, out, err, trace.found
