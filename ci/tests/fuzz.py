#!/usr/bin/env python3
"""Runs the harnesses of src/fuzz over seeds made from testdata/, over the finds in testdata/fuzz, and over mutations of both.

usage: fuzz.py --fuzz PATH [--seconds N] [--runs N] [--corpus FOLDER] [HARNESS...]

Without --seconds each harness tries N inputs (--runs). libFuzzer keeps its corpus in FOLDER/HARNESS, and finds in FOLDER/finds.
Exit status 1 when a harness crashes or times out.
"""
import argparse
import concurrent.futures
import gzip
import io
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

TOP = pathlib.Path(__file__).resolve().parents[2]
DATA = TOP / "testdata"
MOST = 1 << 14  # bytes of an input

EVENTS = (b'{"ref": "refs/heads/x", "before": "%s", "repository": {"default_branch": "main"}}' % (b"a1" * 20),
          b'{"ref": "refs/heads/main", "before": "%s", "repository": {"default_branch": "main"}}' % (b"0" * 40),
          b'{"merge_group": {"base_sha": "%s", "head_ref": "refs/heads/gh-readonly-queue/main/pr-1"}}' % (b"b2" * 20),
          b'{"pull_request": {"base": {"ref": "main", "sha": "%s"}, "head": {"sha": "%s"}}}' % (b"c3" * 20, b"d4" * 20))
REVISIONS = ("HEAD", "@", "main", "v1", "HEAD~1", "HEAD^", "@{-1}", "@{u}", "@{push}", "HEAD@{1}", "main@{2020-01-01 10:00:00 +0200}", "HEAD@{yesterday}",
             "HEAD@{3 days ago}", ":/one", ":/!-two", "HEAD^{/one}", "v1^{}", "v1^{commit}", "HEAD^{tree}", "main..v1", "main...v1", "HEAD:a.proto",
             "v1-0-gabcdef0", "HEAD^@", "HEAD^!", "^HEAD", "refs/heads/main", "heads/main", "1234567", "HEAD~99999999999", "main@", "HEAD^{object}^2~3")
ATTRIBUTES = (
    b"*.proto text eol=crlf ident\n%%\nb.proto -text\n%%\n%%\nsyntax = \"proto3\";\r\n// $Id: x $\n",
    b"*.proto text=auto\n[attr]bin -diff -text\n%%\n*.proto bin !ident\n%%\n\"d/b.\\160roto\" ident\n%%\n// $Id$\r\n",
    b"*.proto working-tree-encoding=UTF-16\n%%\n%%\n%%\n\xff\xfea\0b\0",
    b"* working-tree-encoding=UTF-16LE-BOM text\n%%\nb* working-tree-encoding=latin1\n%%\n%%\n\xe9\r\n",
    b"/d/**/b.proto filter=lfs diff=lfs merge=lfs -text\n%%\n%%\n%%\nversion https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 3\n",
    b"*.proto crlf=input\n%%\n[a-c].proto -crlf filter=x\n%%\n!b.proto text\n%%\nx\n")
IGNORES = (b"*.proto\n!/a/**/x.proto\n%%\na/x.proto\nb\n", b"/gen/\n[a-z]*?\\ \n**/x/**\na/**/b\n\\#x\n%%\ngen\na/b/c/b\n", b"[!a]b[]-]c[z-a]\n***\n%%\nxb]c\n")
YAMLS = (b"version: 1\nroots: [proto, 'a/b']\nrules:\n  use: [FILE]\n  except: [FIELD_SAME_NAME]\n  ignore: [a/b.proto]\n",
         b"version: v1beta1\nbuild:\n  roots: [proto, other]\n  excludes: [proto/a]\nbreaking:\n  use: [WIRE]\n  ignore_only: {FIELD_SAME_TYPE: [b]}\n",
         b"version: v1\nbuild: {excludes: [third]}\nbreaking:\n  use: &x [FILE]\n  except: *x\n  ignore_unstable_packages: true\n",
         b"version: v2\nmodules:\n  - path: a\n    includes: [a/x]\n    breaking: {use: [WIRE], ignore: [a/x]}\n  - path: b\n    excludes: [b/gen]\n",
         b"version: v1\ndirectories: [a, b/c]\n")
IMAGES_TEXT = (b"file { name: 'o.proto' package: \"p\" syntax: 'proto3' message_type { name: 'N' field { name: 'big' number: 1 label: LABEL_REPEATED type: TYPE_INT64 }"
               b" field < name: 'm' number: 0x2 label: 1 type: 11 type_name: '.p.N' json_name: '\\x6d' > } options { java_package: 'a' 'b' deprecated: true } }",
               b"file { name: 'e.proto' syntax: 'editions' edition: EDITION_2023 options { features { field_presence: IMPLICIT } } enum_type { name: 'K'"
               b" value { name: 'A' number: 0 } value { name: 'B' number: -1 } reserved_range { start: 5 end: 6 } reserved_name: 'x' } }")
IMAGES_JSON = (b'{"file": [{"name": "o.proto", "package": "p", "syntax": "proto3", "messageType": [{"name": "N", "field": [{"name": "big", "number": 1, "label":'
               b' "LABEL_REPEATED", "type": "TYPE_INT64"}, {"name": "m", "number": "2", "label": 1, "type": 11, "typeName": ".p.N", "jsonName": "m"}]}]}]}',
               b'{"file": [{"name": "o.proto", "dependency": ["google/protobuf/descriptor.proto"], "extension": [{"name": "note", "number": 50001, "label": 1,'
               b' "type": 1, "extendee": ".google.protobuf.FileOptions"}], "options": {"[note]": 1e9, "javaPackage": "\\u0061"}, "bufExtension": {}}]}')


# The first byte chooses message and runtime: src/fuzz/proof.c.
PROOFS_JSON = (
    b'\0{"i":-1,"u":"18446744073709551615","x":0.1,"d":"NaN","s":"\\u00e9\\ud83d\\ude00","y":"//79","e":"ONE","list":[1,2],"map":{"a":"1"},"o":0,"first":0}',
    b'\0{"a":{"inner":{"true":{"z":"-1","b":true}}},"e":99,"second":null}',
    b'\1{"t":"1970-01-01T00:00:01.500Z","d":"-1.500s","f":"a,b","s":{"k":[1,null,{"x":"y"}]},"v":null,"w":"5","b":[{}],"l":[true]}',
    b'\1{"any":{"@type":"type.googleapis.com/A"}}', b'\2{"i":1,"c":"TWO","cs":[0,2],"g":{"inner":{"i":2}},"map":{"1":"TWO"},"s":"","[more]":{"i":3}}', b"\3{}")
PROOFS_WIRE = (
    "0008ffffffffffffffffff0110011d0100000021ffffffffffffffff28ffffffffffffffffff0130013dcdcccc3d41000000000000f87f4a0161520200225801",
    "00620208016a02010272050a016110017800800100920106080112020801a3060801a406", "010a04080110011206088080010801320208053a030a0161", "02080110021802230a020801244a00a206020801",
    "03" "0b10041a0208010c", "060801180318022a0408051003", "12080110033201ff")
# What registries answer.
ANSWERS = (
    b'[1,2,4]', b'{"error_code":40401,"message":"Subject \'s\' not found."}', b'{"compatibilityLevel":"FULL","compatibilityGroup":"major","alias":"t"}',
    b'{"mode":"READWRITE"}', b'{"is_compatible":false,"messages":["{errorType:\\"MESSAGE_REMOVED\\"}"]}',
    b'{"subject":"s","version":1,"id":7,"schemaType":"PROTOBUF","references":[{"name":"a.proto","subject":"a","version":2}],"metadata":{"properties":{"major":"2"}},'
    b'"schema":"CgdhLnByb3RvIgMKAU1iBnByb3RvMw=="}', b"CgdhLnByb3RvIgMKAU1iBnByb3RvMw==")
REGISTRIES = ("https://registry.example:8081/v7/orders-value@7", "http://[::1],http://127.0.0.1:80/:.eu:a%2Fb@all+deleted", "https://r/#7", "https://r/s#7",
              "https://u:p@r/s@latest", "HTTPS://R/a@b@3")
# The first byte says how: src/fuzz/frame.c.
FRAMES = ("00 0000000007 00 0801 12050a01611200 1802 23 0a020801 24 a306 0a00 a406 2803", "01 0000000007 02 04 0a020801", "00 0000000007 0402 00 0a00",
          "01 0000000007 0101 0802", "00 0000000007 040202 0a0161 12020104", "01 0000000007 06020202 09000000000000e03f 1a01ff", "00 0000000007 020a 0b1004 1a00 0c",
          "03 12 01" + "ab" * 16 + "00 0801", "01 0300" + "cd" * 16 + "02 0801", "00 0305" + "cd" * 16 + zlib.compress(b"\2\x08\1").hex(), "00 7b7d", "01 0000")


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def request_of(descriptor_set):
    """The request that a plugin gets for the files of a set: the same messages in field 15."""
    out, at = varint(1 << 3 | 2) + varint(7) + b"a.proto", 0
    while at < len(descriptor_set):
        n, shift, at = 0, 0, at + 1
        while True:
            n, shift, at = n | (descriptor_set[at] & 127) << shift, shift + 7, at + 1
            if descriptor_set[at - 1] < 128:
                break
        out += varint(15 << 3 | 2) + varint(n) + descriptor_set[at:at + n]
        at += n
    return out


def zstd_of(data):
    """A frame of one uncompressed block."""
    return b"\x28\xb5\x2f\xfd\x80" + len(data).to_bytes(4, "little") + (len(data) << 3 | 1).to_bytes(3, "little") + data


def tars():
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as tar:
            for name, link in (("a.proto", None), ("d/" * 60 + "b.proto", None), ("l.proto", "a.proto")):
                info = tarfile.TarInfo(name)
                info.size = 0 if link else 20
                if link:
                    info.type, info.linkname = tarfile.SYMTYPE, link
                tar.addfile(info, None if link else io.BytesIO(b'syntax = "proto3";\n\n'))
        yield out.getvalue()


def zips():
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("a.proto", 'syntax = "proto3";\n' * 3)
            archive.writestr("d/b.proto", "message M {}\n")
        yield out.getvalue()


def git_seeds(tmp):
    """Index, pack and objects as git writes them."""
    at = pathlib.Path(tmp) / "git"
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("GIT_")}, "HOME": tmp, "GIT_CONFIG_NOSYSTEM": "1"}
    for who in ("AUTHOR", "COMMITTER"):
        env.update({f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@b", f"GIT_{who}_DATE": "1500000000 +0000"})

    def git(*args):
        return subprocess.run(["git", *args], cwd=at, env=env, check=True, capture_output=True).stdout

    (at / "d").mkdir(parents=True)
    git("init", "-q", "-b", "main")
    for n in range(3):
        (at / "a.proto").write_text('syntax = "proto3";\n' + "".join(f"message M{i} {{}}\n" for i in range(60 + n)))
        (at / "d" / f"b{n}.proto").write_text("message B {}\n")
        git("add", "-A")
        git("commit", "-qm", f"number {n}")
    git("tag", "-a", "-m", "x", "v1")
    seeds = {"index": [], "object": [], "loose": [], "pack": []}
    for version in ("2", "3", "4"):
        git("update-index", "--index-version", version)
        seeds["index"].append((at / ".git/index").read_bytes())
    for name, kind in (("HEAD", "commit"), ("HEAD^{tree}", "tree"), ("v1", "tag"), ("HEAD:a.proto", "blob")):
        data = git("cat-file", kind, name)
        seeds["object"].append(b"0123"[("commit", "tree", "tag", "blob").index(kind):][:1] + data)
        seeds["loose"] += [zlib.compress(b"%s %d\0" % (kind.encode(), len(data)) + data), b"%s %d\0" % (kind.encode(), len(data)) + data]
    for args in (["-adf"], ["-adf", "--depth=0"]):
        git("repack", "-q", *args)
        for idx in (at / ".git/objects/pack").glob("*.idx"):
            index = idx.read_bytes()
            seeds["pack"].append(len(index).to_bytes(4, "big") + index + idx.with_suffix(".pack").read_bytes())
    return seeds


def sides():
    """Each pair of folders as one input: src/fuzz/sides.c."""
    for old in sorted([*(DATA / "rules").glob("*/*/old"), *(DATA / "need").glob("*/old")]):
        out, names = b"", iter("abcdefghijklmnopqrstuvwx")
        paths = sorted({p.relative_to(old.parent / s) for s in ("old", "new") for p in (old.parent / s).rglob("*") if p.suffix in (".proto", ".yaml")})
        letters = {path: next(names, "z") if path.suffix == ".proto" else "Y" for path in paths}
        for path, letter in letters.items():
            for side in ("old", "new"):
                if not (old.parent / side / path).exists():
                    continue
                text = (old.parent / side / path).read_bytes()
                for other, name in letters.items():
                    text = text.replace(b'"%s"' % str(other).encode(), b'"%s.proto"' % name.encode())
                out += b"%%\n" + side[:1].encode() + letter.encode() + b"\n" + text
        yield out.removeprefix(b"%%\n")


def seeds_of(tmp):
    files = sorted(p for p in DATA.rglob("*") if p.is_file())
    contracts = [p.read_bytes() for p in files if p.suffix == ".proto" and "compile" in p.parts]
    sets = [p.read_bytes() for p in files if p.suffix == ".binpb" and "compile" in p.parts]
    yamls = [p.read_bytes() for p in files if p.suffix == ".yaml"]
    tarred = list(tars())
    seeds = {
        "text": contracts,
        "literal": [v for c in contracts for v in re.findall(rb"option \([\w.]+\)[\w.]* = ([^;]*);", c)],
        "set": sets, "request": [request_of(s) for s in sets if s],
        "image-json": [*IMAGES_JSON, *(p.read_bytes() for p in files if p.suffix == ".json" and b'"file"' in p.read_bytes())],
        "image-text": [*IMAGES_TEXT, *(p.read_bytes() for p in files if p.suffix == ".txtpb")],
        "breakwater-yaml": [*YAMLS[:1], *(y for y in yamls if b"version: v" not in y)], "buf-yaml": [*YAMLS[1:], *(y for y in yamls if b"version: v" in y)],
        "buf-work": list(YAMLS),
        "accepted": [p.read_bytes() for p in files if p.name == "breakwater.accepted.yaml"] + [
            b'version: 1\naccepted:\n- { rule: FIELD_SAME_TYPE, element: "a.v1.Order.total", reason: "nobody reads it yet", by: "x", until: 2030-01-01, '
            b'fingerprint: 0011223344556677 }\n'],
        "attributes": list(ATTRIBUTES), "ignore": list(IGNORES), "event": list(EVENTS), "revision": [r.encode() for r in REVISIONS],
        "refs": [b"ref: refs/heads/main\n%%\n# pack-refs with: peeled fully-peeled sorted \n" + b"a1" * 20 + b" refs/tags/v1\n^" + b"b2" * 20 + b"\n%%\n" +
                 b"c3" * 20 + b"\n%%\n" + b"0" * 40 + b" " + b"c3" * 20 + b" a <a@b> 1500000000 +0000\tcheckout: moving from x to main\n"],
        "tar": tarred, "tar-gz": [gzip.compress(t, mtime=0) for t in tarred], "tar-zst": [zstd_of(t) for t in tarred], "zip": list(zips()),
        "sides": list(sides()), "frame": [bytes.fromhex(x) for x in FRAMES], "proof-json": list(PROOFS_JSON),
        "registry-answer": list(ANSWERS), "registry-name": [r.encode() for r in REGISTRIES], "proof-wire": [bytes.fromhex(x) for x in PROOFS_WIRE],
        **git_seeds(tmp)}
    for find in sorted((DATA / "fuzz").glob("*/input.*")):
        harness = {".proto": "text", ".binpb": "set"}.get(find.suffix, find.suffix[1:])
        seeds[harness].append(find.read_bytes())
    return seeds


def run(a, tmp, name, seeds):
    """Runs a harness; what it said if it failed, else None."""
    corpus = (a.corpus or tmp / "corpus") / name
    given, finds = tmp / "seeds" / name, corpus.parent / "finds"
    for folder in (corpus, given, finds):
        folder.mkdir(parents=True, exist_ok=True)
    for i, seed in enumerate(s for s in seeds if len(s) <= MOST):
        (given / f"{i:04}").write_bytes(seed)
    env = {**os.environ, "TMPDIR": str(tmp), "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
    done = subprocess.run([a.fuzz, f"--harness={name}", f"-max_total_time={a.seconds}" if a.seconds else f"-runs={a.runs}", "-seed=1",
                           f"-max_len={MOST}", "-timeout=30", "-rss_limit_mb=2560", "-print_final_stats=1",
                           f"-dict={TOP / 'src/fuzz/proto.dict'}", f"-artifact_prefix={finds}/{name}-", corpus, given],
                          env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    runs = re.search(r"number_of_executed_units: (\d+)", done.stdout)
    print(f"{name}: {len(seeds)} seeds, {runs[1] if runs else a.runs} runs, status {done.returncode}", flush=True)
    return done.stdout[-6000:] if done.returncode else None


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--fuzz", type=os.path.abspath, required=True)
    p.add_argument("--seconds", type=int)
    p.add_argument("--runs", type=int, default=2000)
    p.add_argument("--corpus", type=pathlib.Path)
    p.add_argument("harness", nargs="*")
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as tmp, concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        seeds = seeds_of(tmp)
        names = subprocess.run([a.fuzz, "--list"], capture_output=True, text=True, check=True).stdout.split()
        assert set(names) == set(seeds), f"no seeds for {set(names) ^ set(seeds)}"
        names = a.harness or names
        bad = [said for said in pool.map(lambda name: run(a, pathlib.Path(tmp), name, seeds[name]), names) if said]
    print("\n".join([*bad, f"{len(names) - len(bad)} passed, {len(bad)} failed"]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
