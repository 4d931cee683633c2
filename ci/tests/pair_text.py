"""The text of one side of a random pair of contracts (pairs.py)."""
import copy

from pair_sides import DEFAULTS, FEATURES, FOREVER, INTEGER_DEFAULTS, NUMBERS, SCALARS, WELL_KNOWN

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
