#!/usr/bin/env python3
"""Checks that what real clients register and write is read as they mean it.

usage: registry_clients.py --bw PATH

Confluent's clients for Python and for JavaScript (confluent-kafka, @confluentinc/schemaregistry) and franz-go's pkg/sr register schemas
and write records, on our own registry and on Apicurio. `check --registry` must know the schemas again, and `debug frame` must give the
message, its position and its fields. What cannot be had is skipped, with the reason; exit status 77 when that is all.
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile
import traceback

import registry_parts as parts
from registry_world import Kind, World

MONEY = 'syntax = "proto3";\npackage acme.v1;\nmessage Money {\n  int64 units = 1;\n}\n'
# A map field before a nested message: its entry is a nested message of the descriptor, and none of the text.
ORDER = """syntax = "proto3";
package acme.v1;
import "acme/v1/money.proto";
import "google/protobuf/timestamp.proto";
message Address {
  string city = 1;
}
message Order {
  message Line {
    int32 count = 1;
  }
  map<string, string> tags = 1;
  message Late {
    int32 days = 1;
  }
  int64 id = 2;
  Money price = 3;
  google.protobuf.Timestamp at = 4;
  Line line = 5;
  Late late = 6;
}
"""
FILES = {"proto/acme/v1/money.proto": MONEY, "proto/acme/v1/order.proto": ORDER}
WRITES = [("orders", "acme.v1.Order", {"id": "7", "price": {"units": "3"}, "tags": {"a": "b"}}),
          ("addresses", "acme.v1.Address", {"city": "Wien"}), ("lines", "acme.v1.Order.Line", {"count": 5}),
          ("late", "acme.v1.Order.Late", {"days": 2})]
BY_DESCRIPTOR = {"orders": [1], "addresses": [0], "lines": [1, 0], "late": [1, 2]}
BY_TEXT = {**BY_DESCRIPTOR, "late": [1, 1]}


def zigzag(data, at):
    """A zigzag varint, and where it ends."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return (value >> 1) ^ -(value & 1), at


def frame(data, at):
    """The message's position, and where the payload begins."""
    count, at = zigzag(data, at)
    if count == 0:
        return [0], at
    path = []
    for _ in range(count):
        position, at = zigzag(data, at)
        path.append(position)
    return path, at


def by_client(args, url, top, **more):
    given = {"url": url, "set": str(top / "set"), "writes": [{"topic": t, "message": m, "value": v} for t, m, v in WRITES], **more}
    done = subprocess.run([str(a) for a in args], input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout)


def go_records(program, url, top):
    """franz-go sends a text, so a file without imports of ours."""
    (top / "address.proto").write_text('syntax = "proto3";\npackage acme.v1;\nmessage First {\n}\nmessage Address {\n  string city = 1;\n}\n')
    done = subprocess.run([program, "write", url, "go-value", top / "address.proto", "1", "0a045769656e"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return bytes.fromhex(done.stdout.strip())


def check_frame(s, what, record, header, message, position, fields, subject):
    """`debug frame` on the record; `header` is the value of __value_schema_id, or empty."""
    path = s.tmp / "record"
    path.write_bytes(record)
    named = ["--schema", f"registry:{s.url}/{subject}", "--header", header] if header else [f"--registry={s.url}", "--subject", subject]
    got = s.breakwater("debug", "frame", *named, str(path))
    s.expect(f"{what}: debug frame", got, 0, message, str(position), *fields)


def check_client(s, client, args, positions, headers, broker=None):
    what = f"{client}{' with headers' if headers else ''}"
    results = by_client(args, s.url, s.tmp, headers=headers, read=bool(s.server), broker=broker)
    for (topic, message, value), result in zip(WRITES, results):
        record, header = bytes.fromhex(result["record"]), result["headers"].get("__value_schema_id", "")
        if headers:
            data = bytes.fromhex(header)
            s.holds(f"{what}, {topic}: a GUID", data[0] == 1 and len(data) >= 18, data.hex())
            path, _ = frame(data, 17)
        else:
            s.holds(f"{what}, {topic}: an id", record[0] == 0, record.hex())
            path, _ = frame(record, 5)
        s.holds(f"{what}, {topic}: position {positions[topic]}", path == positions[topic], (path, record.hex(), header))
        if s.server:  # others do not give descriptors, which its reader wants
            s.holds(f"{what}, {topic}: read by its own reader", result["read"] == value, result["read"])
        check_frame(s, f"{what}, {topic}", record, header, message, path, [str(v) for v in value.values() if not isinstance(v, dict)], f"{topic}-value")


def check_registered(s, client):
    contracts = [{"name": topic, "roots": [message], "topic": topic, "naming": "topic"} for topic, message, *_ in WRITES]
    s.at = s.repository("r", {"breakwater.yaml": s.config(contracts), **FILES})
    for topic, *_ in WRITES:
        s.api.level("BACKWARD", f"{topic}-value")
    got = s.check()
    s.expect(f"{client}: check --registry", got, 0)
    s.holds(f"{client}: every schema is known again", (got[1].decode() + got[2]).count("already version") == len(WRITES), got)
    s.write(s.at, {"proto/acme/v1/money.proto": MONEY.replace("int64", "int32")})
    s.expect(f"{client}: a break in an import", s.check(), 1, "Money", "int32")


def python():
    return [parts.python_client(), parts.CLIENTS / "client.py"]


def javascript():
    return ["node", parts.CLIENTS / "client.mjs", parts.node_client()]


# JavaScript's position of a nested message leaves out what map fields add to a descriptor.
CLIENTS = (("Python", python, BY_DESCRIPTOR), ("JavaScript", javascript, BY_TEXT))


def run(bw, name, work, top, *more, url=None):
    """Passed, failed, and what to print of a function of a World."""
    folder = pathlib.Path(top) / name.replace(" ", "-")
    folder.mkdir()
    world = World(folder, bw, url, Kind(name))
    try:
        work(world, *more)
    except parts.Missing as missing:
        return 0, 0, [f"skipped: {name}: {missing}"]
    except Exception:
        world.failed += 1
        world.lines.append(f"FAILED: {name}: {traceback.format_exc()}")
    finally:
        world.close()
    return world.passed, world.failed, world.lines


def run_client(s, client, make, positions, headers):
    args = make()
    s.write(s.tmp, FILES)
    parts.run(["protoc", "-Iproto", "--include_imports", "-o", "set", "acme/v1/order.proto"], cwd=s.tmp)
    check_client(s, client, args, positions, headers)
    check_registered(s, client)


def run_kafka(s):
    """Records as a consumer gets them from a broker."""
    args = python()
    s.write(s.tmp, FILES)
    parts.run(["protoc", "-Iproto", "--include_imports", "-o", "set", "acme/v1/order.proto"], cwd=s.tmp)
    broker = parts.kafka(s.tmp)
    try:
        for headers in (False, True):
            check_client(s, "Python through Kafka", args, BY_DESCRIPTOR, headers, broker.url)
    finally:
        broker.stop()
    s.lines.append(f"note: {broker.name}: started in {broker.seconds:.0f} s; {2 * len(WRITES)} records")


def run_go(s):
    record = go_records(parts.go_program(), s.url, s.tmp)
    s.holds("franz-go: position", frame(record, 5) == ([1], 7), record.hex())
    check_frame(s, "franz-go", record, "", "acme.v1.Address", [1], ["Wien"], "go-value")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--bw", required=True)
    options = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="registry-clients-") as top, concurrent.futures.ThreadPoolExecutor() as pool:
        jobs = [pool.submit(run, options.bw, f"{client} {headers}", run_client, top, client, make, positions, headers)
                for client, make, positions in CLIENTS for headers in (False, True)]
        jobs += [pool.submit(run, options.bw, "franz-go", run_go, top), pool.submit(run, options.bw, "Kafka", run_kafka, top)]
        for job in jobs:
            good, bad, lines = job.result()
            passed, failed = passed + good, failed + bad
            for line in lines:
                print(line)
    if not passed + failed:
        return 77
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
