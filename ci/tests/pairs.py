#!/usr/bin/env python3
"""Makes random pairs of contracts, an old and a new side each, to hold two checkers (or two ways to run one) against each other.

usage: pairs.py [--seed N] [--count N] [--git] OUT

Writes OUT/old and OUT/new, or with --git the bare repository OUT with tags PAIR/base and PAIR/head. A pair is a folder pNNNN/ with packages of its own, so that one run of a checker covers all of them;
options.proto beside them has the custom options that they all write. The same seed gives the same files.

A side is a tree of nodes that knows nothing of text: what a field refers to is a node, so a type that is renamed or moved keeps its
users. A change (a function below `change`) edits the tree; `Writer` then makes text of it that is nearly always
legal: it leaves out what the syntax forbids, such as a default in proto3. How a node is spelled (aggregate or dotted options, line
breaks, hexadecimal numbers, qualified names) comes from the node's `look`, so that two sides differ in spelling only where a change says so.

Every package has a file of one message, enum, service and extension that never changes, since buf says nothing in the category
PACKAGE of the last one of a kind (man/breakwater-from-buf.7).
"""
import argparse
import copy
import pathlib
import random
import subprocess
import types

INTEGERS = ["int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64"]
NUMBERS = [*INTEGERS, "bool", "float", "double"]
SCALARS = [*NUMBERS, "string", "bytes"]
KEYS = [*INTEGERS, "bool", "string"]
ALIKE = [["int32", "int64", "uint32", "uint64", "bool"], ["sint32", "sint64"], ["fixed32", "sfixed32"], ["fixed64", "sfixed64"],
         ["string", "bytes"], ["float", "double"], ["int64", "sfixed64", "uint64"], ["int32", "sint32"], SCALARS]
WELL_KNOWN = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.StringValue": "wrappers", "google.protobuf.Any": "any"}
DEFAULTS = {
    "string": ['""', '"a"', "'a'", '"\\x61"', '"a" ""', '"b\\n"'], "bytes": ['""', '"a"', '"\\141"', '"\\000"'],
    "bool": ["true", "false"], "float": ["0", "1.5", "-0.0", "inf", "nan", "0.1", "15e-1"],
    "double": ["0", "1.5", "inf", "-inf", "nan", "-nan", "0.1", "1"],
}
INTEGER_DEFAULTS = ["0", "7", "0x7", "07", "100", "0144"]
FILE_OPTIONS = {
    "go_package": ['"a/b"', '"a/c"', '""'], "java_package": ['"com.a"', '"com.b"'], "java_outer_classname": ['"Aa"', '"Bb"'],
    "java_multiple_files": ["true", "false"], "optimize_for": ["SPEED", "CODE_SIZE"], "cc_enable_arenas": ["true", "false"],
    "cc_generic_services": ["true", "false"], "java_generic_services": ["true", "false"], "py_generic_services": ["true", "false"],
    "csharp_namespace": ['"Aa"', '"Bb"'], "objc_class_prefix": ['"AAA"', '"BBB"'], "php_class_prefix": ['"A"', '"B"'],
    "php_namespace": ['"Aa"', '"A" "a"', '"Bb"'], "php_metadata_namespace": ['"Aa"', '"Bb"'], "ruby_package": ['"Aa"', '"Bb"'],
    "swift_prefix": ['"A"', '"B"'], "java_string_check_utf8": ["true", "false"], "deprecated": ["true"],
}
FEATURES = {
    "field_presence": ["EXPLICIT", "IMPLICIT", "LEGACY_REQUIRED"], "enum_type": ["OPEN", "CLOSED"],
    "repeated_field_encoding": ["PACKED", "EXPANDED"], "utf8_validation": ["VERIFY", "NONE"],
    "message_encoding": ["LENGTH_PREFIXED", "DELIMITED"], "json_format": ["ALLOW", "LEGACY_BEST_EFFORT"],
    "pb.cpp.string_type": ["STRING", "VIEW", "CORD"], "pb.java.utf8_validation": ["DEFAULT", "VERIFY"],
}
CUSTOM = ["note", "conf", "tags", "deprecated", "features"]
FOREVER = 2147483647

OPTIONS_PROTO = """syntax = "proto2";
package shared;
import "google/protobuf/descriptor.proto";
message Conf {
  optional int32 level = 1;
  repeated string tags = 2;
  optional Conf inner = 3;
}
"""
KINDS = ["File", "Message", "Field", "Oneof", "Enum", "EnumValue", "Service", "Method", "ExtensionRange"]
for _kind in KINDS:
    OPTIONS_PROTO += f"""extend google.protobuf.{_kind}Options {{
  optional string {_kind.lower()}_note = 50001;
  optional Conf {_kind.lower()}_conf = 50002;
  repeated string {_kind.lower()}_tags = 50003;
}}
"""
KEEP = """syntax = "proto2";
package %s;
message %s {
  optional int32 id = 1;
  extensions 100 to 199;
}
enum %sKind {
  %s_ZERO = 0;
}
extend %s {
  optional int32 %s_ext = 100;
}
service %sService {
  rpc Get(%s) returns (%s);
}
"""


class Node(types.SimpleNamespace):
    """A file or a declaration. Two are the same only if they have one `uid`; a deep copy keeps it."""


class Maker:
    """Makes nodes. `pick` and `some` are random; everything of a pair comes from one generator of numbers."""

    def __init__(self, rng, name):
        self.r, self.name, self.n, self.extensions = rng, name, 0, set()

    def node(self, kind, **more):
        self.n += 1
        base = {"options": {}, "features": {}, "custom": self.custom()}
        return Node(kind=kind, uid=self.n, look=self.r.getrandbits(16), **{**base, **more})

    def some(self, chance):
        return self.r.random() < chance

    def pick(self, choices):
        return self.r.choice(list(choices))

    def custom(self):
        return [self.pick(["note", "conf", "conf_dotted", "tags"])] if self.some(.06) else []

    def features(self, names, chance):
        return {n: self.pick(FEATURES[n]) for n in names if self.some(chance)}

    def enum(self):
        e = self.node("enum", name="", values=[], reserved=[], reserved_names=[])
        e.name = f"Enum{e.uid}"
        e.features = self.features(["enum_type", "json_format"], .15)
        for i in range(self.r.randint(2, 5)):
            e.values.append(self.value(e, i if self.some(.8) else i * 7))
        if self.some(.2):
            e.values.append(self.value(e, self.pick(e.values).number))
        if self.some(.1):
            e.values.append(self.value(e, -self.r.randint(1, 5)))
        if self.some(.4):
            e.reserved = [[100, 100], [103, 110]] if self.some(.5) else [[-30, -20], [200, self.pick([220, FOREVER])]]
            e.reserved_names = [f"OLD_{e.uid}", f"OLDER_{e.uid}"][:self.r.randint(0, 2)]
        return e

    def value(self, enum, number):
        v = self.node("value", name="", number=number)
        v.name = f"E{enum.uid}_V{v.uid}"
        if self.some(.1):
            v.options["deprecated"] = "true"
        return v

    def field(self, number, messages, enums):
        f = self.node("field", name="", number=number, label="", type="", key=None, group=None, oneof=None, default=None)
        f.name = self.pick([f"fld_{f.uid}", f"fld{f.uid}", f"fldName{f.uid}"])
        f.label = self.pick(["", "", "optional", "optional", "repeated", "required"])
        self.retype(f, messages, enums)
        self.reoption(f)
        return f

    def retype(self, f, messages, enums):
        """Another type: a scalar's name, a well-known type's, or a node."""
        f.key = f.group = None
        kind = self.r.random()
        if kind < .55 or not messages:
            f.type = self.pick(SCALARS)
        elif kind < .7:
            f.type = self.pick(messages)
        elif kind < .82 and enums:
            f.type = self.pick(enums)
        elif kind < .86:
            f.type = self.pick(WELL_KNOWN)
        elif kind < .9:
            f.group = self.message([], [], depth=3)
            f.group.name = f"Group{f.uid}"
            f.type = f.group
        elif not f.oneof:
            f.key, f.type = self.pick(KEYS), self.pick([self.pick(SCALARS), self.pick([*messages, *enums])])
        else:
            f.type = "string"

    def reoption(self, f):
        """Options and features that it may have; the writer leaves out those that its type or syntax forbids."""
        choices = {"jstype": (["JS_NORMAL", "JS_STRING", "JS_NUMBER"], .3), "ctype": (["STRING", "CORD", "STRING_PIECE"], .2),
                   "packed": (["true", "false"], .3), "deprecated": (["true", "false"], .1), "lazy": (["true"], .1),
                   "json_name": ([f'"j{f.uid}"', f"'j{f.uid}x'", f'"j" "{f.uid}"'], .12), "debug_redact": (["true"], .05),
                   "retention": (["RETENTION_RUNTIME", "RETENTION_SOURCE"], .04)}
        f.options = {k: self.pick(v) for k, (v, chance) in choices.items() if self.some(chance)}
        f.default = self.r.randrange(12) if self.some(.3) else None
        f.features = self.features(["field_presence", "repeated_field_encoding", "utf8_validation", "message_encoding",
                                    "pb.cpp.string_type", "pb.java.utf8_validation"], .15)

    def message(self, messages, enums, depth=0):
        m = self.node("message", name="", fields=[], oneofs=[], messages=[], enums=[], extends=[], reserved=[],
                      reserved_names=[], ranges=[])
        m.name = f"Msg{m.uid}"
        m.features = self.features(["json_format"], .1)
        if self.some(.1):
            m.options["no_standard_descriptor_accessor"] = self.pick(["true", "false"])
        if depth < 2 and self.some(.4):
            m.messages.append(self.message(messages, enums, depth + 1))
            messages = [*messages, m.messages[0]]
        if depth < 2 and self.some(.3):
            m.enums.append(self.enum())
            enums = [*enums, m.enums[0]]
        number = self.r.choice([1, 1, 1, 5])
        for _ in range(self.r.randint(1, 6)):
            m.fields.append(self.field(number, messages, enums))
            number += 1 if self.some(.8) else self.r.randint(2, 20)
        if self.some(.4):
            self.oneof(m, number, messages, enums)
        if self.some(.4):
            m.reserved = self.pick([[[1000, 1000]], [[1000, 1010], [1011, 1020]], [[1000, 1000], [1005, 1005], [1010, 1030]]])
            m.reserved_names = [f"old_{m.uid}", f"older_{m.uid}"][:self.r.randint(0, 2)]
        if self.some(.4):
            m.ranges = self.pick([[[2000, 2099]], [[2000, 2049], [2050, 2099]], [[2000, 2099], [3000, 536870911]]])
        return m

    def oneof(self, m, number, messages, enums):
        o = self.node("oneof", name="")
        o.name = f"choice_{o.uid}"
        m.oneofs.append(o)
        for i in range(self.r.randint(1, 3)):
            f = self.field(number + i, messages, enums)
            f.oneof, f.label = o.uid, ""
            if f.key:
                f.key, f.type = None, "string"
            m.fields.append(f)

    def extension(self, extendee, messages, enums):
        number = self.pick(set(range(2000, 2100)) - self.extensions)
        self.extensions.add(number)
        f = self.field(number, messages, enums)
        f.extendee = extendee
        f.options.pop("json_name", None)
        if f.key:
            f.key, f.type = None, "int32"
        return f

    def service(self, messages):
        s = self.node("service", name="", methods=[])
        s.name = f"Service{s.uid}"
        for _ in range(self.r.randint(1, 4)):
            s.methods.append(self.method(messages))
        return s

    def method(self, messages):
        p = self.node("method", name="", input=self.pick([*messages, *WELL_KNOWN]), output=self.pick(messages),
                      client=self.some(.3), server=self.some(.3))
        p.name = f"Call{p.uid}"
        if self.some(.4):
            p.options["idempotency_level"] = self.pick(["NO_SIDE_EFFECTS", "IDEMPOTENT", "IDEMPOTENCY_UNKNOWN"])
        return p

    def file(self, path, syntax, package, before):
        f = self.node("file", path=f"{self.name}/{path}.proto", syntax=syntax, package=package, messages=[], enums=[],
                      services=[], extends=[], public=self.some(.3))
        messages = [m for x in before for m in every_message([x])]
        enums = [e for x in before for e in every_enum([x])]
        for _ in range(self.r.randint(0, 2)):
            f.enums.append(self.enum())
        enums = enums + f.enums
        for _ in range(self.r.randint(1, 4)):
            f.messages.append(self.message(messages, enums))
            messages = [*messages, *every_message([f])]
        if self.some(.6):
            f.services.append(self.service(messages))
        for host in [m for m in messages if m.ranges]:
            if self.some(.7):
                home = self.pick([f, self.pick(f.messages), self.pick(every_message([f]))])
                home.extends.append(self.extension(host, messages, enums))
        for k in self.r.sample(sorted(FILE_OPTIONS), self.r.randint(0, 3)):
            f.options[k] = self.pick(FILE_OPTIONS[k])
        f.features = self.features(FEATURES, .2)
        return f

    def side(self):
        syntax = self.pick(["proto2", "proto3", "2023", "2023", "2024", "2026"])
        files = [self.file("a", syntax, "v1", [])]
        for path in "bc"[:self.r.choice([0, 1, 1, 2])]:
            other = syntax if self.some(.6) else self.pick(["proto2", "proto3", "2023", "2024", "2026"])
            files.append(self.file(path, other, self.pick(["v1", "v1", "v2", "v1.sub"]), files))
        return files


def every_message(files):
    out = []

    def walk(messages):
        for m in messages:
            out.append(m)
            walk(m.messages)
            walk([f.group for f in m.fields if f.group])
    for f in files:
        walk(f.messages)
    return out


def every_enum(files):
    return [e for f in files for e in f.enums] + [e for m in every_message(files) for e in m.enums]


# Changes. Each edits the files of the new side, and gives False where it found nothing to edit.
CHANGES = []


def change(weight=1):
    def register(function):
        CHANGES.extend([function] * weight)
        return function
    return register


class Changer:
    """The new side while it changes. What is picked tends to be what was picked before: several changes of one element."""

    def __init__(self, maker, files):
        self.m, self.files, self.focus = maker, files, {}

    def near(self, kind, choices):
        if not choices:
            return None
        kept = next((c for c in choices if c.uid == self.focus.get(kind)), None)
        out = kept if kept and self.m.some(.5) else self.m.pick(choices)
        self.focus[kind] = out.uid
        return out

    def messages(self):
        return every_message(self.files)

    def message(self, wants=lambda m: True):
        return self.near("message", [m for m in self.messages() if wants(m)])

    def field(self, wants=lambda f: True):
        """A field and the list that it stands in; extensions too."""
        homes = [m.fields for m in self.messages()] + [x.extends for x in [*self.files, *self.messages()]]
        own = self.message()
        if own and self.m.some(.6):
            homes = [own.fields, own.extends]
        f = self.near("field", [f for h in homes for f in h if wants(f)])
        return (f, next(h for h in homes if any(x is f for x in h))) if f else (None, None)

    def enum(self, wants=lambda e: True):
        return self.near("enum", [e for e in every_enum(self.files) if wants(e)])

    def file(self, wants=lambda f: True):
        return self.near("file", [f for f in self.files if wants(f)])

    def homes(self, kind):
        """Lists in which messages, enums, extensions or services stand."""
        places = self.files if kind == "services" else [*self.files, *self.messages()]
        return [getattr(x, kind) for x in places]

    def home(self, kind, node):
        return next((h for h in self.homes(kind) if any(x is node for x in h)), None)

    def owner(self, field):
        return next((m for m in self.messages() if any(f is field for f in m.fields)), None)


def drop(list_, node):
    list_[:] = [x for x in list_ if x is not node]


def free(message):
    taken = [f.number for f in message.fields]
    return max([0, *taken]) + 1


@change(2)
def delete_field(c):
    f, home = c.field()
    if not f:
        return False
    owner = c.owner(f)
    drop(home, f)
    if owner and c.m.some(.6):
        what = c.m.pick(["number", "name", "both", "around"])
        if what in ("number", "both"):
            owner.reserved.append([f.number, f.number])
        if what in ("name", "both"):
            owner.reserved_names.append(f.name)
        if what == "around":
            owner.reserved.append([f.number, f.number + c.m.r.randint(0, 2)])


@change(2)
def rename_field(c):
    f, _ = c.field()
    if not f:
        return False
    camel = "".join(w if not i else w[:1].upper() + w[1:] for i, w in enumerate(f.name.split("_")))
    f.name = c.m.pick([f.name + "_x", camel, f.name + "X"])
    if f.group:
        f.group.name += "X"


@change()
def swap_fields(c):
    m = c.message(lambda m: len(m.fields) > 1)
    if not m:
        return False
    a, b = c.m.r.sample(m.fields, 2)
    what = c.m.pick(["name", "number", "default", "label"])
    x, y = getattr(a, what), getattr(b, what)
    setattr(a, what, y)
    setattr(b, what, x)


@change(5)
def retype_scalar(c):
    f, _ = c.field(lambda f: f.type in SCALARS)
    if not f:
        return False
    f.type = c.m.pick(c.m.pick([g for g in ALIKE if f.type in g]))


@change(2)
def retype(c):
    f, _ = c.field()
    if not f:
        return False
    extension = hasattr(f, "extendee")
    c.m.retype(f, c.messages(), every_enum(c.files))
    if extension and f.key:
        f.key, f.type = None, "bytes"


@change()
def retype_map(c):
    f, _ = c.field(lambda f: f.key)
    if not f:
        return False
    if c.m.some(.5):
        f.key = c.m.pick(KEYS)
    else:
        f.type = c.m.pick([*SCALARS, *c.messages(), *every_enum(c.files)])


@change()
def group_to_field(c):
    """A group becomes a message beside it and a field of that: delimited, where features allow it."""
    f, _ = c.field(lambda f: f.group)
    owner = c.owner(f) if f else None
    if not owner:
        return False
    owner.messages.append(f.group)
    f.type, f.group, f.name = f.group, None, f.group.name.lower()
    if c.m.some(.7):
        f.features["message_encoding"] = "DELIMITED"


@change(3)
def relabel(c):
    f, _ = c.field(lambda f: not f.oneof and not f.key)
    if not f:
        return False
    f.label = c.m.pick(["", "optional", "repeated", "required"])


@change()
def renumber(c):
    f, _ = c.field()
    if not f:
        return False
    f.number += c.m.pick([1, 7, 30]) if hasattr(f, "extendee") else c.m.pick([40, 50])


@change(2)
def into_oneof(c):
    f, _ = c.field(lambda f: not f.oneof and not f.key and not hasattr(f, "extendee") and f.label != "repeated")
    owner = c.owner(f) if f else None
    if not owner:
        return False
    if not owner.oneofs or c.m.some(.3):
        owner.oneofs.append(c.m.node("oneof", name=f"choice_n{c.m.n + 1}"))
    f.label, f.oneof = "", c.m.pick(owner.oneofs).uid


@change(2)
def out_of_oneof(c):
    f, _ = c.field(lambda f: f.oneof)
    if not f:
        return False
    owner = c.owner(f)
    others = [o for o in owner.oneofs if o.uid != f.oneof]
    f.oneof = c.m.pick(others).uid if others and c.m.some(.4) else None
    f.label = "" if f.oneof else c.m.pick(["", "optional"])


@change()
def edit_oneof(c):
    m = c.message(lambda m: m.oneofs)
    if not m:
        return False
    o = c.m.pick(m.oneofs)
    what = c.m.pick(["rename", "rename", "delete", "dissolve", "option"])
    if what == "rename":
        o.name += "_x"
    elif what == "delete":
        m.fields = [f for f in m.fields if f.oneof != o.uid]
        drop(m.oneofs, o)
    elif what == "dissolve":
        for f in m.fields:
            if f.oneof == o.uid:
                f.oneof, f.label = None, c.m.pick(["", "optional"])
    else:
        o.custom = c.m.pick([[], ["note"], ["conf"]])


@change(2)
def add_field(c):
    m = c.message()
    if not m:
        return False
    m.fields.insert(c.m.r.randint(0, len(m.fields)), c.m.field(free(m), c.messages(), every_enum(c.files)))


@change(4)
def reoption_field(c):
    f, _ = c.field()
    if not f:
        return False
    kept = (f.options, f.default, f.features)
    c.m.reoption(f)
    if hasattr(f, "extendee"):
        f.options.pop("json_name", None)
    what = c.m.pick(["all", "options", "default", "features"])
    if what != "all":
        f.options = f.options if what == "options" else kept[0]
        f.default = f.default if what == "default" else kept[1]
        f.features = f.features if what == "features" else kept[2]


@change(2)
def toggle_field_option(c):
    f, _ = c.field()
    if not f:
        return False
    fresh = copy.copy(f)
    for _ in range(4):
        c.m.reoption(fresh)
        if fresh.options:
            break
    for k in c.m.r.sample(sorted({*f.options, *fresh.options}), min(1, len({*f.options, *fresh.options}))):
        if k in f.options and c.m.some(.5):
            del f.options[k]
        elif k in fresh.options and not (k == "json_name" and hasattr(f, "extendee")):
            f.options[k] = fresh.options[k]


@change(3)
def refeature(c):
    """A feature is written, changed or taken out, at any level that takes it."""
    node = c.m.pick([c.file(), c.file(), c.message(), c.enum(), c.field()[0]])
    if not node:
        return False
    names = {"file": [k for k in FEATURES], "message": ["json_format"], "enum": ["enum_type", "json_format"]}.get(
        node.kind, ["field_presence", "repeated_field_encoding", "utf8_validation", "message_encoding", "pb.cpp.string_type",
                    "pb.java.utf8_validation"])
    name = c.m.pick(names)
    if name in node.features and c.m.some(.5):
        del node.features[name]
    else:
        node.features[name] = c.m.pick(FEATURES[name])


@change()
def relook(c):
    """Other spelling, nothing else."""
    for node in (c.message(), c.field()[0], c.enum(), c.file()):
        if node and c.m.some(.5):
            node.look = c.m.r.getrandbits(16)


@change()
def recustom(c):
    node = c.m.pick([c.file(), c.message(), c.enum(), c.field()[0]])
    if not node:
        return False
    node.custom = c.m.pick([[], ["note"], ["conf"], ["conf_dotted"], ["tags"]])


@change()
def delete_declaration(c):
    kind = c.m.pick(["messages", "enums", "extends", "services"])
    homes = [h for h in c.homes(kind) if h]
    if not homes:
        return False
    home = c.m.pick(homes)
    home.remove(c.m.pick(home))


@change()
def rename_declaration(c):
    node = c.m.pick([c.message(), c.enum(), *[s for f in c.files for s in f.services][:1]])
    if not node:
        return False
    node.name += "X"


@change(3)
def move_declaration(c):
    """To another file, another package, into a message, or out of one."""
    kind = c.m.pick(["messages", "messages", "enums", "extends", "services"])
    homes = c.homes(kind)
    here = [h for h in homes if h]
    if not here:
        return False
    home = c.m.pick(here)
    node = c.m.pick(home)
    inside = every_message([Node(messages=[node])]) if kind == "messages" else []
    there = c.m.pick([h for h in homes if not any(h is getattr(m, kind) for m in inside)])
    home.remove(node)
    there.append(node)


@change()
def message_and_enum(c):
    """A message becomes an enum of its name, or an enum a message."""
    m, e = c.message(lambda m: c.home("messages", m) is not None), c.enum()
    if m and c.m.some(.5):
        home = c.home("messages", m)
        fresh = c.m.enum()
        fresh.name, at = m.name, next(x for x in [*c.files, *c.messages()] if x.messages is home)
        drop(home, m)
        at.enums.append(fresh)
    elif e:
        home = c.home("enums", e)
        fresh = c.m.message([], [], 3)
        fresh.name, at = e.name, next(x for x in [*c.files, *c.messages()] if x.enums is home)
        drop(home, e)
        at.messages.append(fresh)
    else:
        return False


def edit_ranges(c, ranges, top):
    what = c.m.pick(["drop", "drop", "shrink", "split", "join", "widen", "add"])
    if not ranges or what == "add":
        at = c.m.r.randint(4000, 5000)
        ranges.append([at, at + c.m.r.randint(0, 5)])
        return
    r = c.m.pick(ranges)
    wide = min(r[1], r[0] + 40)
    if what == "drop":
        ranges.remove(r)
    elif what == "shrink" and wide > r[0]:
        r[c.m.r.randint(0, 1)] = c.m.r.randint(r[0], wide)
    elif what == "split" and wide - r[0] > 2:
        at = c.m.r.randint(r[0] + 1, wide - 1)
        ranges.extend([[r[0], at], [at + c.m.r.randint(1, 2), r[1]]])
        ranges.remove(r)
    elif what == "join" and len(ranges) > 1:
        ranges.sort()
        ranges[0][1] = max(ranges[0][1], ranges[1][1])
        del ranges[1]
    elif what == "widen":
        r[1] = min(r[1] + 3, top)


@change(2)
def edit_reserved(c):
    node = c.m.pick([c.message(), c.enum()])
    if not node:
        return False
    what = c.m.pick(["ranges", "ranges", "drop_name", "add_name"])
    if what == "ranges":
        edit_ranges(c, node.reserved, FOREVER if node.kind == "enum" else 536870911)
    elif what == "drop_name" and node.reserved_names:
        node.reserved_names.pop(c.m.r.randrange(len(node.reserved_names)))
    else:
        node.reserved_names.append(f"gone_{node.uid}")


@change()
def edit_extension_ranges(c):
    m = c.message(lambda m: m.ranges)
    if not m:
        return False
    edit_ranges(c, m.ranges, 536870911)


@change()
def use_reserved(c):
    """A number, and perhaps the name, that was reserved is used again."""
    m = c.message(lambda m: m.reserved)
    if not m:
        return False
    f = c.m.field(c.m.pick(m.reserved)[0], c.messages(), every_enum(c.files))
    if m.reserved_names and c.m.some(.5) and not f.group:
        f.name = c.m.pick(m.reserved_names)
    m.fields.append(f)


@change()
def edit_message_options(c):
    m = c.message()
    if not m:
        return False
    m.options = {"no_standard_descriptor_accessor": c.m.pick(["true", "false"])} if c.m.some(.6) else {}
    if c.m.some(.2):
        m.options["deprecated"] = "true"


@change(5)
def edit_enum_values(c):
    e = c.enum()
    if not e:
        return False
    i = c.m.r.randrange(len(e.values))
    v = e.values[i]
    what = c.m.pick(["delete", "delete", "rename", "rename", "renumber", "alias", "add", "swap", "reorder", "option", "unalias"])
    if what == "delete" and len(e.values) > 1:
        del e.values[i]
        if c.m.some(.4):
            e.reserved.append([v.number, v.number])
        if c.m.some(.4):
            e.reserved_names.append(v.name)
    elif what == "rename":
        v.name += "_X"
    elif what == "renumber" and i:
        v.number = c.m.pick([60, 61, -3, v.number + 1])
    elif what == "alias":
        e.values.insert(c.m.r.randint(0, len(e.values)), c.m.value(e, v.number))
    elif what == "add":
        e.values.append(c.m.value(e, c.m.r.randint(20, 40)))
    elif what == "swap":
        w = c.m.pick(e.values)
        v.name, w.name = w.name, v.name
    elif what == "reorder":
        c.m.r.shuffle(e.values)
    elif what == "option":
        v.options = {"deprecated": "true"} if c.m.some(.5) else {}
    elif what == "unalias":
        seen = set()
        e.values = [x for x in e.values if not (x.number in seen or seen.add(x.number))]
    else:
        return False


@change(2)
def edit_extension(c):
    homes = [h for h in c.homes("extends") if h]
    if not homes:
        return False
    home = c.m.pick(homes)
    f = c.m.pick(home)
    what = c.m.pick(["rename", "number", "type", "label", "extendee", "scope", "delete"])
    if what == "rename":
        f.name += "_x"
    elif what == "number":
        f.number += 1
    elif what == "type":
        f.type = c.m.pick([*SCALARS, *c.messages()])
    elif what == "label":
        f.label = c.m.pick(["", "repeated"])
    elif what == "extendee":
        f.extendee = c.m.pick([m for m in c.messages() if m.ranges] or [f.extendee])
    else:
        home.remove(f)
        if what == "scope":
            c.m.pick(c.homes("extends")).append(f)


@change(4)
def edit_service(c):
    services = [s for f in c.files for s in f.services if s.methods]
    if not services:
        return False
    s = c.near("service", services)
    p = c.near("method", s.methods)
    what = c.m.pick(["delete", "rename", "input", "output", "client", "server", "level", "level", "add", "all"])
    if what == "delete" and len(s.methods) > 1:
        drop(s.methods, p)
    elif what == "rename":
        p.name += "X"
    elif what in ("client", "server"):
        setattr(p, what, not getattr(p, what))
    elif what == "level":
        p.options["idempotency_level"] = c.m.pick(["NO_SIDE_EFFECTS", "IDEMPOTENT", "IDEMPOTENCY_UNKNOWN"])
        if c.m.some(.3):
            p.options = {"deprecated": "true"}
    elif what == "add":
        s.methods.append(c.m.method(c.messages() or list(WELL_KNOWN)))
    else:
        if what in ("input", "all"):
            p.input = c.m.pick([*c.messages(), *WELL_KNOWN])
        if what in ("output", "all"):
            p.output = c.m.pick([*c.messages(), *WELL_KNOWN])
        if what == "all":
            p.client, p.server = not p.client, c.m.some(.5)


@change(4)
def edit_file_options(c):
    f = c.file()
    if not f:
        return False
    name = c.m.pick(FILE_OPTIONS)
    if name in f.options and c.m.some(.4):
        del f.options[name]
    else:
        f.options[name] = c.m.pick(FILE_OPTIONS[name])


@change()
def edit_file(c):
    f = c.file()
    if not f:
        return False
    what = c.m.pick(["delete", "rename", "package", "public", "split", "merge", "new"])
    if what == "delete" and len(c.files) > 1:
        drop(c.files, f)
    elif what == "rename":
        f.path = f.path.replace(".proto", "_r.proto")
    elif what == "package":
        f.package = c.m.pick([p for p in ("v1", "v2", "v1.sub") if p != f.package])
    elif what == "public":
        f.public = not f.public
    elif what == "split" and len(f.messages) > 1:
        g = c.m.file(f"s{c.m.n}", f.syntax, f.package, [])
        g.messages, g.enums, g.services, g.extends, g.features = f.messages[:1], f.enums, [], [], dict(f.features)
        f.messages, f.enums = f.messages[1:], []
        c.files.insert(c.files.index(f), g)
    elif what == "merge" and len(c.files) > 1:
        other = c.m.pick([x for x in c.files if x is not f])
        for kind in ("messages", "enums", "services", "extends"):
            getattr(f, kind).extend(getattr(other, kind))
        drop(c.files, other)
    elif what == "new":
        c.files.append(c.m.file(f"n{c.m.n}", f.syntax, f.package, c.files))
    else:
        return False


@change(2)
def change_syntax(c):
    f = c.file()
    if not f:
        return False
    old = f.syntax
    f.syntax = c.m.pick({"proto2": ["2023", "2023", "proto3", "2024"], "proto3": ["2023", "2023", "proto2", "2026"],
                         "2023": ["2024", "2026", "proto2", "proto3"], "2024": ["2023", "2026", "2026", "proto3"],
                         "2026": ["2024", "2023", "proto3"]}[old])
    if c.m.some(.5):  # as a migration does it
        f.features = {"proto2": {"enum_type": "CLOSED", "utf8_validation": "NONE", "repeated_field_encoding": "EXPANDED",
                                 "json_format": "LEGACY_BEST_EFFORT"}, "proto3": {"field_presence": "IMPLICIT"}}.get(old, f.features)


class Writer:
    """Text of one side: {path: text}."""

    def __init__(self, files, name):
        self.files, self.name, self.places, self.exports = files, name, {}, {}
        for i, f in enumerate(files):
            self.place(f, i, f.package)

    def place(self, node, index, scope):
        """Where each message and enum is found now: node, full name, file, the names around it."""
        for x in [*node.messages, *node.enums, *[f.group for f in [*getattr(node, "fields", []), *node.extends] if f.group]]:
            full = f"{scope}.{x.name}"
            self.places[x.uid] = (x, full, index)
            if x.kind == "message":
                self.place(x, index, full)

    def all(self):
        out = {}
        for i, f in enumerate(self.files):
            self.file, self.index, self.needs = f, i, set()
            self.edition = int(f.syntax) if f.syntax.isdigit() else 0
            out[f.path] = self.text()
        for package in ("v1", "v2", "v1.sub"):
            tail = package.replace(".", "_")
            out[f"{self.name}/keep_{tail}.proto"] = KEEP % (f"{self.name}.{package}", *["Keep"] * 2, "KEEP", "Keep", "keep", *["Keep"] * 3)
        return out

    # What the file can see. A reference that it cannot (deleted, or in a file after it) becomes something else.
    def ref(self, type_, kinds, look):
        """A type's name as it is written, or None."""
        if isinstance(type_, str):
            if type_ in WELL_KNOWN and "message" in kinds:
                self.needs.add(f"google/protobuf/{WELL_KNOWN[type_]}.proto")
                return "." + type_ if look & 1 else type_
            return type_ if type_ in SCALARS and "scalar" in kinds else None
        node, full, index = self.places.get(type_.uid, (None, None, None))
        if not node or node.kind not in kinds or index > self.index or not node.name:
            return None
        if node.kind == "enum" and not self.is_open(node, index) and (self.file.syntax == "proto3" or "scalar" not in kinds):
            return None
        if index < self.index:
            self.needs.add(self.files[index].path)
        elif look & 1:
            return full[len(self.file.package) + 1:]
        return f".{self.name}.{full}"

    def is_open(self, enum, index):
        f = self.files[index]
        if not f.syntax.isdigit():
            return f.syntax == "proto3"
        return enum.features.get("enum_type", f.features.get("enum_type", "OPEN")) == "OPEN"

    # Options
    def integer(self, n, look):
        sign, n = ("-", -n) if n < 0 else ("", n)
        return sign + (f"0x{n:X}" if look & 7 == 5 else f"0{n:o}" if look & 7 == 6 and n else str(n))

    def custom_options(self, node, kind):
        out = []
        for c in node.custom:
            self.needs.add("options.proto")
            k = f"(shared.{kind.lower()}_"
            out += {"note": [f'{k}note) = "a"'], "tags": [f'{k}tags) = "a"', f'{k}tags) = "b"'],
                    "conf_dotted": [f"{k}conf).level = 3", f"{k}conf).inner.level = 4"],
                    "conf": [k + 'conf) = {\n    level: 3, tags: ["a", \'b\']\n    inner { level: -4 }\n  }']}[c]
        return out

    def feature_options(self, node, allowed):
        """Features in one of their spellings: dotted, one literal, a literal for each extension."""
        if not self.edition:
            return []
        f = {k: v for k, v in node.features.items() if k in allowed}
        if self.edition >= 2024:
            f.pop("pb.java.utf8_validation", None)
        self.needs |= {f"google/protobuf/{k.split('.')[1]}_features.proto" for k in f if k.startswith("pb.")}
        how = node.look >> 4 & 3
        dotted = {k: f"({k.rsplit('.', 1)[0]}).{k.rsplit('.', 1)[1]}" if k.startswith("pb.") else k for k in f}
        if not f or how < 2:
            return [f"features.{dotted[k]} = {v}" for k, v in f.items()]
        inner = [f"[{k.rsplit('.', 1)[0]}] {{ {k.rsplit('.', 1)[1]}: {v} }}" if k.startswith("pb.") else f"{k}: {v}" for k, v in f.items()]
        return ["features = {" + ("\n    " if how == 2 else " ") + (",\n    " if how == 2 else " ").join(inner) + " }"]

    def statements(self, node, kind, allowed, indent):
        options = [f"{k} = {v}" for k, v in node.options.items()]
        if self.edition >= 2024:
            gone = ("java_multiple_files", "java_string_check", *(["cc_enable_arenas"] if self.edition >= 2026 else []))
            options = [o for o in options if not o.startswith(gone)]
        elif self.edition:
            options = [o for o in options if not o.startswith("java_string_check")]
        return [f"{indent}option {o};" for o in [*options, *self.feature_options(node, allowed), *self.custom_options(node, kind)]]

    def brackets(self, options, look, indent):
        if not options:
            return ""
        if look >> 6 & 3 == 3:
            return " [\n" + ",\n".join(f"{indent}  {o}" for o in options) + f"\n{indent}]"
        return " [" + ", ".join(options) + "]"

    def field_options(self, f, written, label, extension):
        scalar = f.type if not f.key and isinstance(f.type, str) else ""
        enum = None if isinstance(f.type, str) else self.places.get(f.type.uid, [None])[0]
        enum = enum if enum and enum.kind == "enum" and not f.key and written != "int32" else None
        message = bool(not f.key and not scalar and not enum and written != "int32") or scalar in WELL_KNOWN
        scalar = "int32" if written == "int32" else scalar
        repeated, out = label == "repeated", []
        for k, v in f.options.items():
            if k == "jstype" and scalar not in ("int64", "uint64", "sint64", "fixed64", "sfixed64"):
                continue
            if k == "ctype" and (scalar not in ("string", "bytes") or self.edition >= 2024):
                continue
            if k == "packed" and (self.edition or not repeated or not (scalar in NUMBERS or enum)):
                continue
            if k == "lazy" and (not message or f.group or f.features.get("message_encoding", self.file.features.get("message_encoding"))):
                continue
            out.append(f"{k} = {v}")
        if self.may_default(f, label, message):
            names = [v.name for v in enum.values] if enum else DEFAULTS.get(scalar, INTEGER_DEFAULTS)
            out.insert(f.default % 2, f"default = {names[f.default % len(names)]}")
        string = scalar in ("string", "bytes")
        allowed = {"field_presence": not repeated and not f.key and not f.oneof and not extension and not message and f.default is None,
                   "repeated_field_encoding": repeated and (scalar in NUMBERS or enum), "utf8_validation": scalar == "string",
                   "message_encoding": message and not f.group, "pb.java.utf8_validation": scalar == "string",
                   "pb.cpp.string_type": string and "ctype" not in f.options and not extension and not repeated}
        node = f
        if self.edition and f.label == "required" and allowed["field_presence"]:
            node = copy.copy(f)
            node.features = {**f.features, "field_presence": "LEGACY_REQUIRED"}
        return out + self.feature_options(node, [k for k, v in allowed.items() if v]) + self.custom_options(f, "Field")

    def is_implicit_closed(self, f, label, extension):
        """A closed enum in a field of implicit presence. buf does not take it in extensions and maps either."""
        node, _, index = self.places.get(getattr(f.type, "uid", None), (None, None, None))
        if not self.edition or label or f.oneof or not node or node.kind != "enum":
            return False
        presence = self.file.features.get("field_presence") if f.default is not None or f.key or extension else None
        presence = presence or f.features.get("field_presence", self.file.features.get("field_presence"))
        return presence == "IMPLICIT" and not self.is_open(node, index)

    def begins_above_zero(self, type_):
        """An enum that buf takes as a map's value, where protoc does not."""
        node = self.places.get(getattr(type_, "uid", None), [None])[0]
        return node and node.kind == "enum" and node.values[0].number != 0

    def may_default(self, f, label, message):
        if f.default is None or self.file.syntax == "proto3" or label == "repeated" or f.key or message:
            return False
        # buf takes one in a field that has its implicit presence from the file; protoc does not.
        return not self.edition or f.oneof or hasattr(f, "extendee") or self.file.features.get("field_presence") != "IMPLICIT"

    # Declarations
    def field(self, f, indent, extension=False):
        scalar = ("scalar", "message", "enum")
        label = f.label
        if f.oneof or f.key:
            label = ""
        elif self.file.syntax == "proto2":
            label = "optional" if not label or (extension and label == "required") else label
        elif self.file.syntax == "proto3":
            label = "" if label == "required" else label
        else:
            label = label if label == "repeated" else ""
        if f.group and self.file.syntax == "proto2":
            options = self.brackets([o for o in self.field_options(f, "", label, extension) if not o.startswith("json_name")], f.look, indent)
            return [f"{indent}{label + ' ' if label else ''}group {f.group.name} = {self.integer(f.number, f.look)}{options} {{", *self.body(f.group, indent + "  "), indent + "}"]
        written = self.ref(f.type, scalar, f.look)
        if f.group:  # a message beside the field, where there are no groups
            written = f".{self.name}.{self.places[f.group.uid][1]}"
        name = f.group.name.lower() if f.group else f.name
        if not written or self.is_implicit_closed(f, label, extension) or (f.key and self.begins_above_zero(f.type)):
            written = "int32"
        type_ = f"map<{f.key}, {written}>" if f.key else written
        options = self.brackets(self.field_options(f, written, label, extension), f.look, indent)
        head = f"{label} {type_}" if label else type_
        gap = f"\n{indent}    " if f.look >> 8 & 15 == 7 else " "
        lines = [f"{indent}// {name}\n" if f.look >> 12 == 3 else ""]
        return [f"{lines[0]}{indent}{head}{gap}{name} ={gap if f.look & 2 else ' '}{self.integer(f.number, f.look)}{options};"]

    def ranges(self, word, ranges, taken, top, indent, look, options=""):
        kept = [r for r in ranges if not any(r[0] <= n <= r[1] for n in taken) and r[0] <= r[1]]
        kept = [r for i, r in enumerate(kept) if not any(r[0] <= q[1] and q[0] <= r[1] for q in kept[:i])]
        texts = [str(a) if a == b else f"{a} to {'max' if b >= top else b}" for a, b in kept]
        if not texts:
            return []
        if look >> 9 & 1:
            return [f"{indent}{word} {', '.join(texts)}{options};"]
        return [f"{indent}{word} {t}{options};" for t in texts]

    def reserved(self, node, indent):
        if node.kind == "enum":
            taken, names, top = [v.number for v in node.values], {v.name for v in node.values}, FOREVER
        else:
            taken, names, top = [f.number for f in node.fields], {f.name for f in node.fields}, 536870911
            taken += [n for r in node.ranges for n in r]
        out = self.ranges("reserved", node.reserved, taken, top, indent, node.look)
        kept = [n if self.edition else f'"{n}"' for n in dict.fromkeys(node.reserved_names) if n not in names]
        return out + ([f"{indent}reserved {', '.join(kept)};"] if kept else [])

    def body(self, m, indent):
        out = self.statements(m, "Message", ["json_format"], indent) + self.reserved(m, indent)
        if self.file.syntax != "proto3":
            options = self.brackets(self.custom_options(m, "ExtensionRange"), m.look, indent) if m.look & 4 else ""
            taken = [f.number for f in m.fields]
            out += self.ranges("extensions", m.ranges, taken, 536870911, indent, m.look, options)
        for e in m.enums:
            out += self.enum(e, indent)
        for x in m.messages:
            out += self.message(x, indent)
        if self.file.syntax != "proto2":
            for f in m.fields:
                out += self.message(f.group, indent) if f.group else []
        for f in m.fields:
            if not f.oneof:
                out += self.field(f, indent)
        for o in m.oneofs:
            members = [f for f in m.fields if f.oneof == o.uid]
            if members:
                out += [f"{indent}oneof {o.name} {{", *self.statements(o, "Oneof", [], indent + "  ")]
                for f in members:
                    out += self.field(f, indent + "  ")
                out.append(indent + "}")
        return out + self.extensions(m.extends, indent)

    def message(self, m, indent):
        return [f"{indent}message {m.name} {{", *self.body(m, indent + "  "), indent + "}"]

    def extensions(self, fields, indent):
        out = []
        for f in fields:
            host = self.places.get(f.extendee.uid, [None])[0]
            if self.file.syntax == "proto3" or not host or self.files[self.places[host.uid][2]].syntax == "proto3":
                continue
            taken = {x.number for x in host.fields}
            if not any(a <= f.number <= b and not any(a <= n <= b for n in taken) for a, b in host.ranges):
                continue
            name = self.ref(f.extendee, ("message",), f.look)
            if name:
                out += self.message(f.group, indent) if f.group and self.file.syntax != "proto2" else []
                out += [f"{indent}extend {name} {{", *self.field(f, indent + "  ", True), indent + "}"]
        return out

    def enum(self, e, indent):
        out = [f"{indent}enum {e.name} {{"]
        if len({v.number for v in e.values}) < len(e.values):
            out.append(f"{indent}  option allow_alias = true;")
        out += self.statements(e, "Enum", ["enum_type", "json_format"], indent + "  ") + self.reserved(e, indent + "  ")
        for v in e.values:
            options = self.brackets([f"{k} = {x}" for k, x in v.options.items()] + self.custom_options(v, "EnumValue"), v.look, indent + "  ")
            out.append(f"{indent}  {v.name} = {self.integer(v.number, v.look)}{options};")
        return [*out, indent + "}"]

    def service(self, s):
        out = [f"service {s.name} {{", *self.statements(s, "Service", [], "  ")]
        for p in s.methods:
            types_ = []
            for type_, stream in ((p.input, p.client), (p.output, p.server)):
                written = self.ref(type_, ("message",), p.look)
                if not written:
                    self.needs.add(f"{self.name}/keep_v1.proto")
                    written = f".{self.name}.v1.Keep"
                types_.append(("stream " if stream else "") + written)
            inner = self.statements(p, "Method", [], "    ")
            gap = "\n    " if p.look >> 8 & 7 == 3 else " "
            out.append(f"  rpc {p.name}({types_[0]}){gap}returns ({types_[1]}){' {' if inner else ';'}")
            out += [*inner, "  }"] if inner else []
        return [*out, "}"]

    def as_before_2024(self, options):
        """Names of any style, and all of them for other files to see."""
        more = ["enforce_naming_style = STYLE_LEGACY", "default_symbol_visibility = EXPORT_ALL"]
        if any(o.startswith("option features = {") for o in options):
            inner = ", ".join(x.replace(" =", ":") for x in more)
            return [o.replace("option features = {", f"option features = {{ {inner},") for o in options]
        return [f"option features.{x};" for x in more] + options

    def text(self):
        f = self.file
        allowed = [k for k in FEATURES if k != "field_presence" or f.features.get(k) != "LEGACY_REQUIRED"]
        head = [f'edition = "{f.syntax}";' if self.edition else f'syntax = "{f.syntax}";', f"package {self.name}.{f.package};"]
        if f.syntax == "proto2" and f.look & 64:
            head = head[1:]
        options = self.statements(f, "File", allowed, "")
        if self.edition >= 2024:
            options = self.as_before_2024(options)
        rest = []
        for e in f.enums:
            rest += self.enum(e, "")
        for m in f.messages:
            rest += self.message(m, "")
        rest += self.extensions(f.extends, "")
        for s in f.services:
            rest += self.service(s)
        rest += [f"message Only{f.uid} {{}}"] if not rest else []
        imports = []
        for path in sorted(self.needs):
            public = f.public and f.look & 8 and any(x.path == path for x in self.files)
            if public:
                self.exports.setdefault(f.path, set()).add(path)
            if public or f.look & 16 or not any(path in self.exports.get(x, ()) for x in self.needs):
                imports.append(f'import {"public " if public else ""}"{path}";')
        return "\n".join([*head, *imports, *options, *rest]) + "\n"


def side_package(name, rng):
    """(old files, new files): a package of its own that stays, goes, moves or takes another name, in one piece."""
    kind = rng.choice(["none", "none", "none", "stays", "goes", "renamed", "moves"])
    text = f'syntax = "proto3";\npackage {name}.%s;\nmessage Side {{\n  string name = 1;\n}}\nenum SideKind {{\n  SIDE_ZERO = 0;\n}}\n'
    old, moved = {f"{name}/side.proto": text % "side"}, {f"{name}/moved.proto": text % "side"}
    new = {"stays": old, "goes": {}, "renamed": {f"{name}/side.proto": text % "side2"}, "moves": moved}
    return ({}, {}) if kind == "none" else (old, new[kind])


def pair(seed, number):
    """(name, old files, new files, names of the changes)"""
    rng, name = random.Random(f"{seed}/{number}"), f"p{number:04d}"
    maker = Maker(rng, name)
    old = maker.side()
    new, done = copy.deepcopy(old), []
    changer = Changer(maker, new)
    wanted = rng.choice([1, 1, 2, 3, 4, 6, 8])
    for _ in range(40):
        if len(done) == wanted:
            break
        what = rng.choice(CHANGES)
        if what(changer) is not False:
            done.append(what.__name__)
    more_old, more_new = side_package(name, rng)
    return name, {**Writer(old, name).all(), **more_old}, {**Writer(new, name).all(), **more_new}, done


def write(root, files):
    for path, text in files.items():
        at = pathlib.Path(root, path)
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(text)


def write_all(top, seed, count):
    """Writes the pairs; {name: names of the changes}."""
    changes = {}
    for i in range(count):
        name, old, new, changes[f"p{i:04d}"] = pair(seed, i)
        for side, files in (("old", old), ("new", new)):
            write(pathlib.Path(top, side), {**files, "options.proto": OPTIONS_PROTO})
    return changes


def commits(seed, count):
    """A stream for `git fast-import`."""
    out, mark = [], 0

    def data(text):
        octets = text.encode()
        return b"data %d\n%s\n" % (len(octets), octets)
    for i in range(count):
        name, old, new, changes = pair(seed, i)
        for tag, files in (("base", old), ("head", new)):
            mark += 1
            out.append(f"commit refs/tags/{name}/{tag}\nmark :{mark}\ncommitter test <test@example.invalid> {mark} +0000\n".encode())
            out.append(data(" ".join(changes)) + (f"from :{mark - 1}\ndeleteall\n".encode() if tag == "head" else b""))
            for path, text in sorted({**files, "options.proto": OPTIONS_PROTO}.items()):
                out.append(f"M 100644 inline {path}\n".encode() + data(text))
    return b"".join(out)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=100)
    p.add_argument("--git", action="store_true")
    p.add_argument("out")
    a = p.parse_args()
    if a.git:
        subprocess.run(["git", "init", "-q", "--bare", a.out], check=True)
        subprocess.run(["git", "-C", a.out, "fast-import", "--quiet"], input=commits(a.seed, a.count), check=True)
    else:
        write_all(a.out, a.seed, a.count)


if __name__ == "__main__":
    main()
