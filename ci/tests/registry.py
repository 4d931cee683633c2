#!/usr/bin/env python3
"""Checks `registry:` inputs and `check --registry` on a registry of our own, with its faults (registry_server.py).

usage: registry.py --bw PATH [--jobs N] [NUMBER|NAME...]

The situations are numbered as in the table that they were made from; registry_verdicts.py, registry_faults.py and registry_trust.py
have them. Each has its own registry and repository. Most of their time they wait, as the program does, so they run at the same time.
Exit status 0 when all pass.
"""
import argparse
import concurrent.futures
import pathlib
import sys
import tempfile
import time
import traceback

import registry_faults
import registry_trust
import registry_verdicts
from registry_world import SITUATIONS, World

MODULES = (registry_faults, registry_trust, registry_verdicts)
FAILING = {}  # (number, name) → why it may fail; none should stay here


def run(bw, key, top):
    """Passed, failed, what to print, seconds."""
    folder = pathlib.Path(top) / f"{key[0]}-{key[1]}"
    folder.mkdir()
    begin = time.monotonic()
    world = World(folder, bw)
    try:
        SITUATIONS[key](world)
    except Exception:  # a situation that cannot go on is one that failed
        world.failed += 1
        world.lines.append(traceback.format_exc())
    finally:
        world.close()
    return world.passed, world.failed, world.lines, time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--bw", required=True)
    parser.add_argument("--jobs", type=int, default=12)
    parser.add_argument("--times", action="store_true")
    parser.add_argument("only", nargs="*")
    options = parser.parse_args()
    keys = [key for key in sorted(SITUATIONS) if not options.only or str(key[0]) in options.only or key[1] in options.only]
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="registry-") as top, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for key, (good, bad, lines, seconds) in zip(keys, pool.map(lambda key: run(options.bw, key, top), keys)):
            allowed = FAILING.get(key)
            passed, failed = passed + good, failed + (0 if allowed else bad)
            if options.times or bad or lines:
                print(f"-- {key[0]} {key[1]}: {good} passed, {bad} failed, {seconds:.1f} s" + (f" (expected to fail: {allowed})" if allowed else ""))
            if lines:
                print("\n".join(lines))
            if allowed and not bad:
                failed += 1
                print(f"FAILED: {key} passes, though it is listed as failing")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
