#!/usr/bin/env python3
"""Runs protoc-gen-breakwater under protoc and `buf generate`, on real repositories.

usage: plugin_test.py --plugin PATH --bw PATH

What is not installed is skipped, and said so; status 77 when neither compiler is there.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "ci/tests"))
from scratch import Scratch, find, find_buf  # noqa: E402

NOT_JUDGED = "protoc-gen-breakwater: FILE_NO_DELETE and PACKAGE_NO_DELETE are not checked: a request does not list deleted files\n"
ORDER = 'syntax = "proto3";\npackage acme.v1;\nimport "acme/v1/money.proto";\n' \
    "message Order {\n  int64 total = 1;\n  optional string name = 2;\n  Money price = 3;\n}\n"
MONEY = 'syntax = "proto3";\npackage acme.v1;\nmessage Money {\n  int64 units = 1;\n}\n'
GONE = 'syntax = "proto3";\npackage gone.v1;\nmessage Gone {}\n'
SINT = ("int64 total", "sint64 total")
TOTAL = "error: field 1 'total' of 'acme.v1.Order' changed from int64 to sint64 [FIELD_SAME_TYPE]\n      = help: "


def under_protoc(t, protoc):
    at = t.repository("protoc", {"proto/acme/v1/order.proto": ORDER, "proto/acme/v1/money.proto": MONEY, "proto/gone.proto": GONE})
    (at / "out").mkdir()

    def compile_(*opts, files=("acme/v1/order.proto", "acme/v1/money.proto"), root="proto"):
        return t.run([protoc, "-I" + root, "--plugin=" + t.plugin, "--breakwater_out=out",
                      *("--breakwater_opt=" + o for o in opts), *files], at)

    got = compile_("against=main")
    t.expect("nothing changed, with a proto3 optional field", got, 0, NOT_JUDGED)
    t.holds("the line on what is not judged is all that is said", got[2] == NOT_JUDGED, got[2])
    t.holds("no file is written", not list((at / "out").iterdir()))
    (at / "proto/gone.proto").unlink()
    t.expect("a deleted file and package are not judged", compile_("against=main"), 0, NOT_JUDGED)

    t.change(at / "proto/acme/v1/order.proto", *SINT)
    t.change(at / "proto/acme/v1/money.proto", "int64 units", "string units")
    t.expect("the findings are the error", compile_("against=main"), 1, "acme/v1/order.proto:5:3: " + TOTAL, "field 1 'units'", NOT_JUDGED)
    t.expect("only files to generate are judged", compile_("against=main", files=["acme/v1/order.proto"]), 1, TOTAL, absent=["units"])
    t.expect("a folder of a revision", compile_("against=main:proto"), 1, TOTAL)
    t.expect("a rule", compile_("against=main,use=FIELD_SAME_NAME"), 0)
    t.expect("several", compile_("against=main,use=FIELD_SAME_NAME", "use=FIELD_SAME_TYPE"), 1, TOTAL)
    t.run([t.bw, "build", "main", "-o", "old.binpb"], at)
    t.expect("a descriptor set", compile_("against=set:old.binpb"), 1, TOTAL)
    t.run(["git", "worktree", "add", "-q", "--detach", "old", "main"], at)
    t.expect("a folder", compile_("against=dir:old/proto"), 1, TOTAL)

    t.write(at, {"breakwater.yaml": "version: 1\nseverity: { FIELD_SAME_TYPE: warning }\n"})
    t.expect("a configuration's severity", compile_("against=main,config=breakwater.yaml"), 0)
    t.write(at, {"breakwater.yaml": "version: 1\nuse: [FILE]\n"})
    code, out, _ = t.run([t.bw, "check", "--format", "json", "main"], at)
    prints = [f for f in map(json.loads, out.decode().splitlines()) if f["element"] == "acme.v1.Order.total"]
    t.write(at, {"breakwater.accepted.yaml": "version: 1\naccepted:\n" + "".join(
        f"- element: {f['element']}\n  rule: {f['type']}\n  reason: nobody reads it\n  fingerprint: \"{f['fingerprint']}\"\n" for f in prints)})
    t.expect("what is accepted beside the configuration, and nothing else",
             compile_("against=main,config=breakwater.yaml"), 1, "field 1 'units'", absent=["total"])

    t.expect("an unknown revision", compile_("against=nope"), 1, "cannot compare the contracts", "unknown revision 'nope'", absent=[NOT_JUDGED])
    t.expect("nothing to compare with", compile_(), 1, "there is nothing to compare with", "against=INPUT")
    t.expect("a parameter with a slip", compile_("agianst=main"), 1, "unknown parameter 'agianst'", "did you mean 'against='?")
    t.expect("an unknown rule", compile_("against=main,use=FIELD_SAME_TYP"), 1, "did you mean 'FIELD_SAME_TYPE'?")

    # A file of the old side that is broken counts if the request shows it, and only then.
    t.write(at, {"proto/acme/v1/order.proto": ORDER, "proto/acme/v1/money.proto": MONEY, "proto/bad.proto": "syntax = ;"})
    t.run(["git", "add", "-A"], at)
    t.run(["git", "commit", "-q", "-m", "two"], at)
    t.expect("a broken file that no request shows", compile_("against=main"), 0)
    t.write(at, {"proto/bad.proto": GONE})
    t.expect("a broken file that the request shows", compile_("against=main", files=["bad.proto"]), 1, "cannot compare the contracts", "proto/bad.proto:1:10")


def under_buf(t, buf):
    at = t.repository("buf", {
        "proto/acme/v1/order.proto": ORDER, "proto/acme/v1/money.proto": MONEY,
        "proto/new/v1/edition.proto": 'edition = "2023";\npackage new.v1;\nmessage M {\n  int32 a = 1;\n}\n',
        "buf.yaml": "version: v2\nmodules:\n  - path: proto\n",
        "buf.gen.yaml": f"version: v2\nplugins:\n  - local: {t.plugin}\n    out: gen\n    opt: [against=main]\n"})

    def generate():
        return t.run([buf, "generate"], at)

    t.expect("buf: nothing changed, with an edition and an optional field", generate(), 0, NOT_JUDGED)
    t.holds("buf: no file is written", not list((at / "gen").rglob("*.*")))
    t.change(at / "proto/acme/v1/order.proto", *SINT)
    t.expect("buf: the findings are the error", generate(), 1, "\nacme/v1/order.proto:5:3: " + TOTAL)
    t.write(at, {"proto/acme/v1/order.proto": ORDER})
    t.change(at / "proto/new/v1/edition.proto", "message M", "option features.field_presence = IMPLICIT;\nmessage M")
    t.expect("buf: a feature of an edition", generate(), 1, "proto/new/v1/edition.proto"[6:], "FIELD_SAME_CARDINALITY")
    t.run(["git", "rm", "-q", "--cached", "buf.yaml"], at)
    t.run(["git", "commit", "-q", "-m", "no roots"], at)
    t.expect("buf: an old side that declares no roots", generate(), 1, "FIELD_SAME_CARDINALITY")


def alone(t):
    code, _, err = t.run([t.plugin], t.tmp, b"\x12\xff\xff\xff\xff\x0f")
    t.holds("a damaged request is an answer, not a crash", code == 0, f"{code} {err}")
    code, out, _ = t.run([t.plugin, "--version"], t.tmp)
    t.holds("--version", code == 0 and out.startswith(b"protoc-gen-breakwater "))
    with open("/dev/full", "wb") as full:
        code = subprocess.run([t.plugin], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, env=t.env).returncode
    t.holds("a response that cannot be written is a failure", code == 1)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--plugin", required=True)
    p.add_argument("--bw", required=True)
    options = p.parse_args()
    compilers = {"protoc": (find("protoc"), under_protoc), "buf": (find_buf(), under_buf)}
    with tempfile.TemporaryDirectory() as tmp:
        t = Scratch(tmp)
        t.plugin, t.bw = os.path.abspath(options.plugin), os.path.abspath(options.bw)
        alone(t)
        for name, (program, test) in compilers.items():
            if program:
                test(t, program)
            else:
                print(f"SKIPPED: there is no {name} here; nothing was run under it")
    failed = t.summary()
    return failed if failed or any(c[0] for c in compilers.values()) else 77


if __name__ == "__main__":
    sys.exit(main())
