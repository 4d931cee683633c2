#!/usr/bin/env python3
"""Compares `check` before and after `breakwater init`: a configuration of buf and the breakwater.yaml made from it give the same
findings.

usage: init-verdicts.py --bw PATH [--seed N] [--count N] [--show N]

The configurations are all of testdata (with the contracts beside them) and --count generated ones: buf.yaml of each version, workspaces,
and files in folders below the top, over random pairs of contracts (pairs.py). After `init` the new side alone has the breakwater.yaml,
then both have it. Compared are the exit status and all findings.
Exit status 0 when everything agrees.
"""
import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import pairs

POOL = 40  # generated pairs, some of which do not compile
TESTDATA = pathlib.Path(__file__).resolve().parents[2] / "testdata"
CONFIGS = ["buf.yaml", "buf.work.yaml"]
RULES = ["FIELD_SAME_NAME", "FIELD_SAME_JSON_NAME", "FIELD_NO_DELETE", "FILE_NO_DELETE", "ENUM_VALUE_SAME_NAME", "FIELD_SAME_TYPE",
         "FILE_SAME_PACKAGE", "MESSAGE_NO_DELETE", "ENUM_VALUE_NO_DELETE", "FIELD_SAME_ONEOF", "RPC_NO_DELETE", "FILE_SAME_GO_PACKAGE"]
CATEGORIES = {"v2": ["FILE", "PACKAGE", "WIRE_JSON", "WIRE", "CSR"], "v1": ["FILE", "PACKAGE", "WIRE_JSON", "WIRE"],
              "v1beta1": ["FILE", "PACKAGE", "WIRE_JSON", "WIRE"]}


# ---- generated configurations ----

def names(rng, version, most=2):
    return rng.sample(CATEGORIES[version] + RULES, rng.randint(1, most))


def breaking(rng, version, paths):
    """A `breaking:` part; `paths` are files and folders as this file writes them."""
    part = {}
    if rng.random() < 0.8:
        part["use"] = names(rng, version) if rng.random() < 0.4 else [rng.choice(CATEGORIES[version])]
    if rng.random() < 0.3:
        part["except"] = names(rng, version)
    if rng.random() < 0.3:
        part["ignore"] = rng.sample(paths, min(len(paths), rng.randint(1, 2)))
    if rng.random() < 0.3:
        part["ignore_only"] = {name: [rng.choice(paths)] for name in names(rng, version)}
    if rng.random() < 0.3:
        part["ignore_unstable_packages"] = rng.random() < 0.7
    if version == "v2" and rng.random() < 0.05:
        part["disable_builtin"] = True
    return part


def below(top, folder):
    """Files and folders below `folder` of either side, relative to it."""
    found = {p.relative_to(top / side / folder).as_posix() for side in ("old", "new") for p in (top / side / folder).rglob("*")
             if p.suffix in ("", ".proto")}
    return sorted(found)


def single(rng, top, folder, version=None):
    """A buf.yaml of v1 or v1beta1, or of v2 without modules, for one folder."""
    version = version or rng.choice(["v1", "v1beta1", "v2"])
    paths = below(top, folder)
    config = {"version": version, "breaking": breaking(rng, version, paths), "lint": {"use": ["DEFAULT"]}}
    folders = [p for p in paths if "." not in p]
    if version != "v2" and rng.random() < 0.3 and len(folders) > 1:
        config["build"] = {"excludes": [rng.choice(folders)]}
    return {f"{folder}/buf.yaml": config}


def with_roots(rng, top, folders):
    """A buf.yaml of v1beta1 with several roots, from each of which its paths count."""
    paths = sorted({p for f in folders for p in below(top, f)})
    return {"buf.yaml": {"version": "v1beta1", "build": {"roots": folders}, "breaking": breaking(rng, "v1beta1", paths)}}


def workspace_v1(rng, top, folders, at=""):
    files = {f"{at}buf.work.yaml": {"version": "v1", "directories": [f.removeprefix(at) for f in folders]}}
    for folder in folders:
        if rng.random() < 0.8:
            files.update(single(rng, top, folder, rng.choice(["v1", "v1beta1"])))
    return files


def workspace_v2(rng, top, folders, at=""):
    modules = []
    for folder in folders:
        path = folder.removeprefix(at)
        module = {"path": path}
        inside = [f"{path}/{p}" for p in below(top, folder)]
        folders_inside = [p for p in inside if "." not in p]
        if rng.random() < 0.5:
            module["breaking"] = breaking(rng, "v2", inside)
        if rng.random() < 0.3 and len(folders_inside) > 1:
            module[rng.choice(["includes", "excludes"])] = [rng.choice(folders_inside)]
        modules.append(module)
    every = [f"{f.removeprefix(at)}/{p}" for f in folders for p in below(top, f)]
    return {f"{at}buf.yaml": {"version": "v2", "modules": modules, "breaking": breaking(rng, "v2", every)}}


def nested(rng, top, folders):
    files = {}
    for folder in rng.sample(folders, rng.randint(1, len(folders))):
        files.update(single(rng, top, folder))
    return files


def pool(bw, top, seed):
    """Folders with a pair of contracts each that the program compiles."""
    pairs.write_all(top / "all", seed, POOL)
    made = []
    for name in sorted(p.name for p in (top / "all/old").glob("p*")):
        for side in ("old", "new"):
            shutil.move(top / "all" / side / name, top / name / side / name)
            shutil.copy(top / "all" / side / "options.proto", top / name / side)
        if check(bw, top / name)[0] == 1:
            made.append(top / name)
    return made


def contracts(rng, top, made):
    """Two to four folders with a pair or two each, sometimes one in another; some of unstable packages."""
    folders = rng.sample(["proto", "api/v1", "proto/sub", "third_party", "a.b"], rng.randint(2, 4))
    chosen = rng.sample(made, 2 * len(folders))
    for number, pair in enumerate(chosen):
        for path in pair.rglob("*.proto"):
            side, rest = path.relative_to(pair).parts[0], pathlib.Path(*path.relative_to(pair).parts[1:])
            to = top / side / folders[number % len(folders)] / rest
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(path.read_text().replace(".v1", ".v1beta1") if number % 3 == 2 else path.read_text())
    return folders


def generate(rng, top, made):
    folders = contracts(rng, top, made)
    apart = [f for f in folders if not any(f != g and f.startswith(g + "/") for g in folders)]
    kind = rng.choice(["single", "roots", "work", "modules", "nested", "nested", "nested work"])
    if kind == "single":
        files = single(rng, top, ".")
    elif kind == "roots":
        files = with_roots(rng, top, apart)
    elif kind == "work":
        files = workspace_v1(rng, top, apart)
    elif kind == "modules":
        files = workspace_v2(rng, top, apart)
    elif kind == "nested":
        files = nested(rng, top, folders)
    else:
        for side in ("old", "new"):
            (top / side / "all").mkdir()
            for name in {f.split("/")[0] for f in folders}:
                shutil.move(top / side / name, top / side / "all" / name)
        inside = [f"all/{f}" for f in apart]
        files = rng.choice([workspace_v1, workspace_v2])(rng, top, inside, "all/")
        other = rng.choice([pair for pair in made if not any(top.rglob(pair.name))])
        for side in ("old", "new"):
            shutil.copytree(other / side, top / side / "other")
    for name, config in files.items():
        for side in ("old", "new"):
            (top / side / name).write_text(json.dumps(config, indent=1))
    return kind


# ---- before and after ----

def check(bw, top):
    done = subprocess.run([bw, "check", "dir:old", "dir:new", "--format", "json"], cwd=top, capture_output=True, text=True, timeout=60)
    return done.returncode, sorted(done.stdout.splitlines()), done.stderr


def difference(bw, top):
    """How `init` changes the findings between top/old and top/new; None if it does not."""
    before = check(bw, top)
    for side, sides in (("new", "the new side has"), ("old", "both sides have")):
        done = subprocess.run([bw, "init"], cwd=top / side, capture_output=True, text=True, timeout=60)
        if done.returncode:
            return None if before[0] == 2 else f"init fails: {done.stderr}"
        after = check(bw, top)
        if before[:2] != after[:2]:
            lost, more = set(before[1]) - set(after[1]), set(after[1]) - set(before[1])
            return "\n".join([f"{sides} it: status {before[0]} became {after[0]}", *(f"  - {x}" for x in sorted(lost)[:5]),
                              *(f"  + {x}" for x in sorted(more)[:5]), after[2][:1000]])
    return None


def cases():
    """Folders of testdata with an old and a new side and a configuration of buf anywhere in them."""
    found = {path for path in TESTDATA.glob("*/*") if (path / "new").is_dir()} | {
        path for path in TESTDATA.glob("*/*/*") if (path / "new").is_dir()}
    return sorted(path for path in found if any(p.name in CONFIGS for p in (path / "new").rglob("*.yaml"))
                  and not (path / "new/breakwater.yaml").exists())


def show(top, text):
    for path in sorted(p for p in (top / "new").rglob("*.yaml") if "accepted" not in p.name):
        text += f"\n--- {path.relative_to(top)}\n{path.read_text()}"
    return text


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bw", required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=80)
    p.add_argument("--show", type=int, default=3)
    a = p.parse_args()
    bw, bad, ran, broken, findings = pathlib.Path(a.bw).resolve(), [], 0, 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        made = pool(bw, pathlib.Path(scratch) / "pool", a.seed)
        for number, case in enumerate([*cases(), *range(a.count)]):
            top = pathlib.Path(scratch) / str(number)
            if isinstance(case, int):
                top.mkdir()
                kind = generate(random.Random(f"{a.seed} {case}"), top, made)
                name = f"generated {case} ({kind})"
            else:
                for side in ("old", "new"):
                    shutil.copytree(case / side, top / side)
                name = str(case.relative_to(TESTDATA))
            before = check(bw, top)
            findings, broken = findings + len(before[1]), broken + (before[0] == 1)
            wrong = difference(bw, top)
            ran += 1
            if wrong:
                bad.append(show(top, f"== {name}: {wrong}"))
            shutil.rmtree(top)
    for text in bad[:a.show]:
        print(text)
    print(f"{ran} configurations, {broken} with {findings} findings, {len(bad)} judge otherwise after init")
    return bool(bad) or broken < ran / 2


if __name__ == "__main__":
    sys.exit(main())
