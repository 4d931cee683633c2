#!/usr/bin/env python3
"""Checks `check --registry` on real registries: the same verdicts as on our own, and contracts that are registered and read back.

usage: registry_real.py --bw PATH [--only NAME]

Apicurio 3 and 2, and franz-go's registry for tests, each by its HTTP API. What cannot be had is skipped, with the reason; exit status 77
when that is all. The situations are those of registry_verdicts.py that every registry can be brought into; contracts of the corpora
beside the repository are registered with their imports as references, as they are and as Wire prints them.
"""
import argparse
import concurrent.futures
import functools
import io
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import traceback

import registry_clients
import registry_parts as parts
import registry_verdicts
from registry_world import SITUATIONS, Kind, World

CORPUS = pathlib.Path(__file__).resolve().parents[3] / "shared" / "corpus"
REGISTRIES = {"Apicurio 3.3.3": (parts.apicurio_3, Kind("Apicurio 3.3.3", has_groups=False)),
              "Apicurio 2.6.13": (parts.apicurio_2, Kind("Apicurio 2.6.13", has_groups=False, shows_global_level=False)),
              "srfake": (parts.srfake, Kind("srfake", has_groups=False))}
N_CONTRACTS = 200
AS_THEY_ARE = "as they are"  # Wire moves nested messages behind fields, so that a few are not known again, and without a finding
assert registry_verdicts


class Results:
    def __init__(self):
        self.passed = self.failed = 0
        self.skipped, self.lock = [], threading.Lock()

    def add(self, passed, failed, lines):
        with self.lock:
            self.passed, self.failed = self.passed + passed, self.failed + failed
            for line in lines:
                print(line, flush=True)


# ---- the situations ----

def run_situations(bw, started, kind, top, results):
    begin = time.monotonic()
    keys = [key for key in sorted(SITUATIONS) if not SITUATIONS[key].only_scripted]
    for key in keys:
        folder = pathlib.Path(top) / f"{kind.name}-{key[1]}"
        folder.mkdir()
        world = World(folder, bw, started.url, kind, mark=f"s{key[0]}-{key[1][:12]}-")
        try:
            SITUATIONS[key](world)
        except Exception:  # a situation that cannot go on is one that failed
            world.failed += 1
            world.lines.append(f"FAILED: {kind.name}: {key[0]} {key[1]}\n{traceback.format_exc()}")
        results.add(world.passed, world.failed, [f"-- {key[0]} {key[1]}", *world.lines] if world.failed else [])
    results.add(0, 0, [f"note: {kind.name}: started in {started.seconds:.0f} s; {len(keys)} situations in {time.monotonic() - begin:.0f} s"])


# ---- contracts of the corpora ----

IMPORT = re.compile(r'^\s*import\s+(?:public\s+|weak\s+)?"([^"]+)"\s*;', re.M)
MESSAGE = re.compile(r"^message\s+(\w+)\s*\{", re.M)
PACKAGE = re.compile(r"^package\s+([\w.]+)\s*;", re.M)


class Corpus:
    """The files of googleapis, by import path."""

    def __init__(self, folder):
        bundle = CORPUS / "googleapis.bundle"
        if not bundle.exists():
            raise parts.Missing("the corpora are not beside the repository")
        parts.run(["git", "clone", "-q", "--bare", bundle, folder], timeout=120)
        names = parts.run(["git", "-C", folder, "rev-list", "--all", "--max-count=1"]).split()
        data = subprocess.run(["git", "-C", folder, "archive", "--format=tar", names[0]], capture_output=True, check=True).stdout
        self.files = {}
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar:
                if member.isfile() and member.name.endswith(".proto"):
                    self.files[member.name] = tar.extractfile(member).read().decode()

    @functools.cache
    def imports(self, path):
        return [i for i in IMPORT.findall(self.files[path]) if not i.startswith("google/protobuf/")]

    def closure(self, path, seen=None):
        """The file and what it imports, imports first; None if one is not there."""
        seen = {} if seen is None else seen
        if path in seen:
            return seen
        if path not in self.files:
            return None
        for name in self.imports(path):
            if self.closure(name, seen) is None:
                return None
        seen[path] = True
        return seen

    def contracts(self, n):
        """Path → root message, spread over the tree: files with a package, a message and imports that are there."""
        able = [p for p in sorted(self.files) if PACKAGE.search(self.files[p]) and MESSAGE.search(self.files[p]) and len(self.closure(p) or ()) in range(1, 12)]
        step = max(1, len(able) // n)
        return {p: f"{PACKAGE.search(self.files[p])[1]}.{MESSAGE.search(self.files[p])[1]}" for p in able[::step][:n]}


def wire_prints(texts, top):
    """The texts as Wire prints them, by path."""
    libraries = parts.cache() / "apicurio-3.3.3" / "lib" / "main"
    jars = [p for word in ("wire", "okio", "kotlin") for p in libraries.glob(f"*{word}*.jar")]
    if not jars:
        raise parts.Missing("Wire comes with Apicurio")
    folder = pathlib.Path(top) / "wire"
    folder.mkdir()
    paths = {}
    for number, (path, text) in enumerate(sorted(texts.items())):
        paths[path] = folder / f"{number}.proto"
        paths[path].write_text(text)
    parts.run([parts.java(21), "-cp", ":".join(map(str, jars)), parts.CLIENTS / "Print.java", *paths.values()])
    return {path: pathlib.Path(f"{file}.wire").read_text() for path, file in paths.items()}


def register_all(corpus, api, contracts, texts, mark):
    """Registers the files, imports first; the number of them."""
    done = {}
    for root in contracts:
        for path in corpus.closure(root):
            if path not in done:
                done[path] = api.register(mark + path, texts[path], [(i, mark + i, 1) for i in corpus.imports(path)])
                api.level("FULL", mark + path) if path in contracts else None
    return len(done)


def read_back(bw, corpus, started, kind, what, texts, contracts, top, results):
    begin = time.monotonic()
    folder = pathlib.Path(top) / f"{kind.name}-{what}"
    folder.mkdir()
    mark = f"{what}/"
    world = World(folder, bw, started.url, kind) if started else World(folder, bw)
    try:
        n = register_all(corpus, world.api, contracts, texts, mark)
        registered = time.monotonic() - begin
        entries = [{"name": f"c{i}", "roots": [root], "subject": mark + path, "surfaces": ["wire", "json", "source"]} for i, (path, root) in enumerate(contracts.items())]
        config = json.dumps({"version": 1, "roots": ["proto"], "contracts": entries})
        needed = {p for root in contracts for p in corpus.closure(root)}
        world.at = world.repository("r", {"breakwater.yaml": config, **{f"proto/{p}": corpus.files[p] for p in needed}})
        got = world.check()
        text = got[1].decode() + got[2]
        world.expect(f"{len(contracts)} contracts, {what}: no finding", got, 0)
        known = text.count("already version 1")
        world.holds(f"{what}: they are known again", known == len(contracts) if what == AS_THEY_ARE else known > len(contracts) * 0.8,
                    "\n".join(line for line in text.splitlines() if "already version 1" not in line)[:3000])
        lines = [f"note: {kind.name}: {len(contracts)} contracts, {what}: {known} known again; {n} schemas registered in {registered:.0f} s, read and compared in {world.seconds:.1f} s"]
    finally:
        world.close()
    results.add(world.passed, world.failed, [*world.lines, *lines])


# ---- all ----

def run_registry(options, name, corpus, top, results):
    make, kind = REGISTRIES[name]
    try:
        started = make(top)
    except parts.Missing as missing:
        results.skipped.append(name)
        return results.add(0, 0, [f"skipped: {name}: {missing}"])
    try:
        run_situations(options.bw, started, kind, top, results)
        if corpus and name == "Apicurio 3.3.3":
            contracts = corpus.contracts(N_CONTRACTS)
            read_back(options.bw, corpus, started, kind, AS_THEY_ARE, corpus.files, contracts, top, results)
        if name == "Apicurio 3.3.3":
            for client, make, positions in registry_clients.CLIENTS:
                results.add(*registry_clients.run(options.bw, f"{client} and {name}", registry_clients.run_client, top, client, make, positions, False, url=started.url))
    finally:
        started.stop()
    return None


def run_wire(options, corpus, top, results):
    try:
        contracts = corpus.contracts(N_CONTRACTS)
        printed = wire_prints({p: corpus.files[p] for root in contracts for p in corpus.closure(root)}, top)
    except parts.Missing as missing:
        results.skipped.append("Wire")
        return results.add(0, 0, [f"skipped: as Wire prints them: {missing}"])
    return read_back(options.bw, corpus, None, Kind("scripted"), "as Wire prints them", printed, contracts, top, results)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--bw", required=True)
    parser.add_argument("--only", choices=[*REGISTRIES, "Wire"])
    options = parser.parse_args()
    results = Results()
    with tempfile.TemporaryDirectory(prefix="registry-real-") as top:
        try:
            corpus = Corpus(pathlib.Path(top) / "corpus")
        except parts.Missing as missing:
            corpus = None
            results.add(0, 0, [f"skipped: contracts of the corpora: {missing}"])
        names = [name for name in REGISTRIES if options.only in (None, name)]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            jobs = [pool.submit(run_registry, options, name, corpus, top, results) for name in names]
            for job in jobs:
                job.result()
        if corpus and options.only in (None, "Wire"):
            run_wire(options, corpus, top, results)
    if not results.passed + results.failed:
        return 77
    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
