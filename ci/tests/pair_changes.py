"""Changes of a random pair of contracts (pairs.py): each edits the files of the new side, and returns False if it found nothing to edit."""
import copy

from pair_sides import ALIKE, FEATURES, FILE_OPTIONS, FOREVER, KEYS, Node, SCALARS, WELL_KNOWN, every_enum, every_message

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
