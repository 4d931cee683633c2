"""Repositories that git would not make: objects, trees and references written as bytes, and a folder beside them that must not be opened."""
import hashlib
import os
import pathlib
import shutil
import struct
import zlib

FILE, LINK, FOLDER, SUBMODULE = b"100644", b"120000", b"40000", b"160000"
OLD = b'syntax = "proto3";\npackage p;\nmessage A { int32 x = 1; string keep = 2; }\n'
BROKEN = OLD.replace(b"int32", b"string")
OTHER = b'syntax = "proto3";\npackage q;\nmessage B { int32 y = 1; }\n'
SECRET = b'syntax = "proto3";\npackage secret;\nmessage SECRET { int32 y = 1; }\n'


class Strange:
    """One repository; `outside` has what no answer may show, and `trap` a program that no one may run."""

    def __init__(self, top, name, template):
        self.top = pathlib.Path(top) / name
        self.at, self.outside = self.top / "repo", self.top / "outside"
        self.top.mkdir()
        self.outside.mkdir()
        shutil.copytree(template, self.at, symlinks=True)
        self.git = self.at / ".git"
        (self.outside / "secret.proto").write_bytes(SECRET)
        (self.outside / "a.proto").write_bytes(SECRET)
        (self.outside / "secret.yaml").write_bytes(b"SECRET: [\n")
        self.sprung = self.top / "sprung"
        self.trap = self.top / "trap"
        self.trap.write_text(f"#!/bin/sh\n: >{self.sprung}\ncat\n")
        self.trap.chmod(0o755)

    def write(self, path, data):
        path = self.at / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def link(self, path, target):
        path = self.at / path
        if path.is_symlink() or path.exists():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)

    def object(self, kind, data, stored=None, name=None):
        whole = kind.encode() + b" %d\0" % len(data) + data
        name = name or hashlib.sha1(whole).hexdigest()
        path = self.git / "objects" / name[:2] / name[2:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zlib.compress(whole, 1) if stored is None else stored)
        return name

    def blob(self, data):
        return self.object("blob", data)

    def tree(self, entries):
        """Of (mode, name, id), as they are given."""
        return self.object("tree", b"".join(mode + b" " + os.fsencode(name) + b"\0" + bytes.fromhex(id) for mode, name, id in entries))

    def files(self, files):
        """A tree of files alone, by name."""
        return self.tree(sorted((FILE, os.fsencode(name), self.blob(data)) for name, data in files.items()))

    def commit(self, tree, parents=(), subject=b"x"):
        head = b"".join(b"parent %s\n" % parent.encode() for parent in parents)
        who = b"a <a@example.invalid> 1700000000 +0000"
        return self.object("commit", b"tree %s\n%sauthor %s\ncommitter %s\n\n%s\n" % (tree.encode(), head, who, who, subject))

    def reference(self, name, id):
        path = pathlib.Path(os.fsdecode(os.fsencode(self.git) + b"/" + os.fsencode(name)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(id + "\n")

    def sides(self, old, new):
        """Two commits, `base` and `head`, of two trees; main is `head`."""
        self.old = self.commit(old)
        self.new = self.commit(new, [self.old])
        for name, id in (("base", self.old), ("head", self.new), ("main", self.new)):
            self.reference(f"refs/heads/{name}", id)
        return self

    def usual(self, **more):
        """A contract that breaks, another one, and `more` files on the new side."""
        old = {"a.proto": OLD, "b.proto": OTHER}
        new = {"a.proto": BROKEN, "b.proto": OTHER, **more}
        self.sides(self.files(old), self.files(new))
        for name, data in new.items():
            self.write(name, data)
        return self

    def config(self, text):
        with open(self.git / "config", "a") as file:
            file.write(text)

    def index(self, entries):
        """The index, version 2, of (mode as a number, name, id), as they are given."""
        data = b"DIRC" + struct.pack(">II", 2, len(entries))
        for mode, name, id in entries:
            name = os.fsencode(name)
            entry = struct.pack(">10I", 0, 0, 0, 0, 0, 0, mode, 0, 0, 0) + bytes.fromhex(id) + struct.pack(">H", min(len(name), 0xfff)) + name
            data += entry + bytes(8 - len(entry) % 8)
        (self.git / "index").write_bytes(data + hashlib.sha1(data).digest())
