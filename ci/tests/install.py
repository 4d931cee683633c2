#!/usr/bin/env python3
"""Uses the installed program and library: from `meson install` into a folder, and from Debian packages in a clean root.

usage: install.py --build FOLDER [destdir|debian]...

Steps without their needs (root, debootstrap, Debian's archive) are skipped with a message; exit status 77, meson's "skipped", if no step
remains. The clean root takes minutes and is made when BREAKWATER_CLEAN_ROOT is set.
"""
import argparse
import gzip
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import built
from scratch import Scratch, find

TOP = pathlib.Path(__file__).resolve().parents[2]
ORDER = 'syntax = "proto3";\npackage acme.v1;\nmessage Order {\n  int64 total = 1;\n}\n'
SCHEMAS = ("breakwater.yaml", "breakwater.accepted.yaml", "report")


def broken(t, name):
    """A repository whose working tree breaks what its branch main has."""
    at = t.repository(name, {"a.proto": ORDER})
    t.change(at / "a.proto", "int64", "sint64")
    return at


def readme_program(t):
    source = t.tmp / "main.c"
    source.write_text(re.search(r"```c\n(.*?)```", (TOP / "README.md").read_text(), re.S).group(1))
    return source


# ---- meson install ----

def destdir(t, build):
    top = t.tmp / "dest"
    t.expect("meson install", t.run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", top], t.tmp), 0)
    options = {x["name"]: x["value"] for x in json.loads(t.run(["meson", "introspect", "--buildoptions", build], t.tmp)[1])}
    prefix = pathlib.Path(f"{top}{options['prefix']}")
    data, library = prefix / options["datadir"], prefix / options["libdir"]
    pages = sorted((prefix / options["mandir"]).glob("man*/*"))
    expected = [prefix / options["bindir"] / "breakwater", prefix / options["bindir"] / "protoc-gen-breakwater",
                prefix / options["includedir"] / "breakwater/breakwater.h", library / "pkgconfig/breakwater.pc", library / "libbreakwater.so",
                data / "bash-completion/completions/breakwater", data / "zsh/site-functions/_breakwater",
                data / "breakwater/server-hook.sh", data / "fish/vendor_completions.d/breakwater.fish",
                *(data / f"breakwater/schemas/{x}.schema.json" for x in SCHEMAS)]
    for path in expected:
        t.holds(f"installed: {path.relative_to(top)}", path.is_file() and path.stat().st_size > 0)
    for path in sorted((TOP / "man").glob("*.[1-8]")):
        t.holds(f"installed: {path.name}", path.name in (x.name for x in pages))
    t.holds("installed: breakwater-rules.7", "breakwater-rules.7" in (x.name for x in pages))
    for name in SCHEMAS:
        t.holds(f"a schema: {name}", "$schema" in json.loads((data / f"breakwater/schemas/{name}.schema.json").read_text()))

    env = {"PKG_CONFIG_PATH": str(library / "pkgconfig"), "PKG_CONFIG_SYSROOT_DIR": str(top)}
    code, flags, err = t.run(["pkg-config", "--cflags", "--libs", "breakwater"], t.tmp, **env)
    t.holds("pkg-config", code == 0, err)
    code, out, _ = t.run(["pkg-config", "--modversion", "breakwater"], t.tmp, **env)
    got = t.run([prefix / options["bindir"] / "breakwater", "--version"], t.tmp)
    t.holds("its version is the program's", got[1] == b"breakwater " + out, (got, out))
    program = t.tmp / "main"
    t.expect("README's program is compiled", t.run(["cc", "-std=c17", "-Wall", "-Wextra", "-Werror", readme_program(t), "-o", program,
                                                    *shlex.split(flags.decode())], t.tmp), 0)
    t.expect("and finds what breaks", t.run([program], broken(t, "embedded"), LD_LIBRARY_PATH=str(library)), 1,
             "a.proto:4:3: error: field 1 'total'", "[FIELD_SAME_TYPE]")
    at = broken(t, "unknown")
    t.change(at / "a.proto", "sint64", "")
    code, out, err = t.run([program], at, LD_LIBRARY_PATH=str(library))
    t.holds("and says on standard error why it could not know", code == 2 and not out and "a.proto:4:" in err and "error: " in err, err)
    if find("c++"):
        t.write(t.tmp, {"main.cc": "#include <breakwater/breakwater.h>\nint main() { return breakwater_version()[0] == 0; }\n"})
        t.expect("the header is C++ too", t.run(["c++", "-Wall", "-Wextra", "-Werror", "main.cc", "-o", program,
                                                 *shlex.split(flags.decode())], t.tmp), 0)
    code, out, _ = t.run(["nm", "-D", "--defined-only", library / "libbreakwater.so"], t.tmp)
    names = [x.split()[-1] for x in out.decode().splitlines()]
    t.holds("the library shows its interface alone", names and all(x.startswith("breakwater_") for x in names), names)
    return True


# ---- Debian packages ----

def field(deb, name):
    return subprocess.run(["dpkg-deb", "-f", deb, name], check=True, capture_output=True, text=True).stdout.strip()


def dependencies(debs):
    """The packages, without ours, that a clean root needs."""
    ours = {field(x, "Package") for x in debs}
    names = {re.split(r"[ (|]", x.strip())[0] for deb in debs for x in field(deb, "Depends").split(",")}
    return sorted(names - ours - {""})


def debian(t, build):
    if not find("dpkg-shlibdeps"):
        print("SKIPPED: dpkg-dev is not installed")
        return False
    out = t.tmp / "packages"
    t.env.pop("CC", None)
    done = subprocess.run(["sh", TOP / "ci/package/debian-package.sh", out], env=t.env, capture_output=True, text=True, timeout=1200)
    debs = {field(x, "Package"): x for x in sorted(out.glob("*.deb"))}
    t.holds("three packages are built", done.returncode == 0 and set(debs) == {"breakwater", "libbreakwater0", "libbreakwater-dev"},
            done.stdout + done.stderr)
    if "breakwater" not in debs:
        return True
    (t.tmp / "unpacked").mkdir()
    for deb in debs.values():
        t.run(["dpkg-deb", "-x", deb, t.tmp / "unpacked"], t.tmp)
    files = [p for p in (t.tmp / "unpacked/usr").rglob("*") if p.is_file() and not p.is_symlink() and p.read_bytes()[:4] == b"\x7fELF"]
    t.holds("what is in them is hardened", len(files) == 3 and not any(built.faults(p) for p in files), [(p, built.faults(p)) for p in files])
    t.holds("the program does not need the network's libraries", not {"libcurl4", "libssh2-1"} & set(dependencies([debs["breakwater"]])))
    if not os.environ.get("BREAKWATER_CLEAN_ROOT"):
        print("SKIPPED: the clean root: BREAKWATER_CLEAN_ROOT=1 asks for it")
        return True
    if os.geteuid() or not find("debootstrap", "/usr/sbin/debootstrap"):
        print("SKIPPED: the clean root: it takes root and debootstrap")
        return True
    run = [debs["breakwater"], debs["libbreakwater0"]]
    root = t.tmp / "root"
    os.chmod(t.tmp, 0o755)
    suite = re.search(r"VERSION_CODENAME=(\w+)", pathlib.Path("/etc/os-release").read_text())
    # The mounts end with the process; a slow archive is not a failure.
    done = subprocess.run(["timeout", "-k", "20", "240", "unshare", "--mount", "debootstrap", "--variant=minbase",
                           f"--include={','.join(dependencies(run))}", suite.group(1) if suite else "stable", root],
                          env={**t.env, "PATH": t.env["PATH"] + ":/usr/sbin:/sbin"}, capture_output=True, text=True)
    if done.returncode == 124:
        print("SKIPPED: the clean root: debootstrap was not done after four minutes")
        return True
    if done.returncode:
        print(f"SKIPPED: the clean root: {(done.stdout + done.stderr).strip().splitlines()[-1:]}")
        return True
    subprocess.run(["cp", "-R", *run, broken(t, "shop"), root / "tmp"], check=True)
    inside = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}

    def chroot(*args):
        return t.run(["/usr/sbin/chroot", root, *args], t.tmp, **inside)

    t.expect("dpkg installs them", chroot("dpkg", "-i", *(f"/tmp/{x.name}" for x in run)), 0)
    t.expect("the program runs", chroot("breakwater", "--version"), 0, "breakwater " + field(run[0], "Version"))
    t.expect("and finds what breaks", chroot("breakwater", "-C", "/tmp/shop", "check", "main"), 1, "a.proto:4:3: error:", "[FIELD_SAME_TYPE]")
    t.expect("the plugin runs", chroot("sh", "-c", "protoc-gen-breakwater </dev/null"), 0)
    readme_program(t)
    t.expect("README's program is compiled", t.run(["cc", f"-I{TOP}/include", "main.c", "-o", root / "tmp/main", *root.glob(
        "usr/lib/*/libbreakwater.so.0")], t.tmp), 0)
    t.expect("and runs with the library", chroot("sh", "-c", "cd /tmp/shop && exec /tmp/main"), 1, "[FIELD_SAME_TYPE]")
    page, = root.glob("usr/share/man/man1/breakwater-check.1.gz")
    t.holds("the manual is there", b"BREAKWATER-CHECK" in gzip.decompress(page.read_bytes()))
    t.expect("dpkg removes them", chroot("dpkg", "--purge", "breakwater", "libbreakwater0"), 0)
    t.holds("and leaves nothing", not [x for x in root.glob("usr/**/*breakwater*")])
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("parts", nargs="*")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        t = Scratch(tmp)
        parts = {"destdir": destdir, "debian": debian}
        done = [parts[x](t, os.path.abspath(args.build)) for x in args.parts or parts]
        return t.summary() if any(done) else 77


if __name__ == "__main__":
    sys.exit(main())
