"""One side of a random pair of contracts (pairs.py): a tree of nodes, and how it is drawn."""
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
FOREVER = 2147483647


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
