#!/usr/bin/env python3
"""`debug frame` asks a schema registry for the schema of a record's id.

usage: frames.py --bw PATH

The records are those of testdata/cli/debug-frame-clients, which real clients wrote. Exit status 77: the build has no registry support.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

from registry_server import Registry, Server

CASE = pathlib.Path(__file__).resolve().parents[2] / "testdata/cli/debug-frame-clients"


def records():
    """(who, message, header or None, record) of frames.proto"""
    for line in (CASE / "records").read_text().splitlines():
        if not line.startswith("#"):
            who, message, header, record = line.split()
            if message.startswith("acme."):
                yield who, message, None if header == "-" else header, record


def run(bw, *args):
    done = subprocess.run([bw, "debug", "frame", *args], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def hold(bw, url, number):
    """What went wrong."""
    failures = []
    for who, message, header, record in records():
        if header:
            continue
        record = f"00{number:08x}{record[10:]}"
        status, out, err = run(bw, "--registry", url, "--format", "json", "--hex", record)
        if status or json.loads(out)["message"] != message:
            failures.append(f"{who}, {message}: {status} {out}{err}")
    status, out, err = run(bw, "--registry", url, "--hex", "00000f423f" + "00")
    if status != 2 or "schema id 999999" not in out or "999999" not in err:
        failures.append(f"an unknown id: {status} {out}{err}")
    header = next(h for _, _, h, _ in records() if h)
    status, out, err = run(bw, "--registry", url, "--header", header, "--hex", "0a00")
    if status != 2 or "GUID" not in out or "--schema" not in err:
        failures.append(f"a GUID: {status} {out}{err}")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bw", required=True)
    args = parser.parse_args()
    registry = Registry()
    registry.register("orders-value", (CASE / "frames.proto").read_text())
    with Server(registry) as server:
        _, _, err = run(args.bw, "--registry", server.url, "--hex", "000000000100")
        if re.search("has no registry support", err):
            print("SKIPPED: this build has no registry support")
            return 77
        failures = hold(args.bw, server.url, 1)
    print("\n".join(failures) or "every record names its message")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
