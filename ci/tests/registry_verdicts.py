"""Situations of `registry:`: which versions are compared, under which level, and what comes of it (1 to 31, 49 and 50)."""
import re

import registry_server as rs
from registry_world import LESS, MORE, NARROW, PLAIN, order, protoc_or_text, situation

MONEY = 'syntax = "proto3";\npackage acme.m;\nmessage Money {\n  int64 units = 1;\n}\n'
PAID = order("int64 id = 1", "acme.m.Money price = 2", imports=["acme/m/money.proto"])


def registered(s, *texts, level="BACKWARD", subject=None):
    """Registers the versions of the subject; its level is set last, so that a real registry takes them all."""
    subject = subject or s.subject()
    for text in texts:
        s.api.register(subject, text)
    s.api.level(level, subject)


# ---- one subject ----

@situation(1, only_scripted=False)
def subject_that_is_unknown(s):
    s.head(PLAIN)
    s.expect("an unknown subject", s.check(), 0, "first version")
    s.expect("as BASE it is an error", s.against(s.api.at(s.subject())), 2, f"subject '{s.subject()}' is not in the registry")


@situation(2, only_scripted=False)
def version_that_is_equal(s):
    registered(s, PLAIN)
    s.head(PLAIN)
    s.expect("equal", s.check(), 0, "already version 1")


@situation(3, only_scripted=False)
def version_that_is_equal_but_for_order(s):
    body = dict(before="option java_package = \"a\";\noption deprecated = true;")
    fields = ("google.protobuf.Timestamp at = 1", "google.protobuf.Duration took = 2")
    both = ["google/protobuf/timestamp.proto", "google/protobuf/duration.proto"]
    registered(s, order(*fields, imports=both, **body))
    s.head("// What was ordered.\n" + order(*fields, imports=both[::-1], before="option deprecated = true; // old\noption java_package = \"a\";"))
    s.expect("other order of imports and options, comments", s.check(), 0, "already version 1")


LEVELS = {4: ("BACKWARD", PLAIN, MORE, 0, ()), 5: ("BACKWARD", PLAIN, NARROW, 1, ("would accept", "int64", "int32")), 6: ("FORWARD", PLAIN, NARROW, 0, ()),
          7: ("FORWARD", NARROW, PLAIN, 1, ("int32", "int64")), 9: ("NONE", PLAIN, LESS, 0, ("NONE",))}


def level_of_a_subject(s, level, old, new, status, words):
    registered(s, old, level=level)
    s.head(new)
    s.expect(f"{level}: {status}", s.check(), status, *words)


for number, case in LEVELS.items():
    def one(s, case=case):
        level_of_a_subject(s, *case)
    one.__name__ = f"level_{case[0].lower()}_{number}"
    situation(number, only_scripted=False)(one)


@situation(8, only_scripted=False)
def level_full(s):
    for number, (old, new) in enumerate(((PLAIN, NARROW), (NARROW, PLAIN))):
        subject = s.subject(f"full{number}")
        registered(s, old, level="FULL", subject=subject)
        s.head(new, [s.contract(subject)])
        s.expect(f"FULL refuses either direction ({number})", s.check(), 1, "int32", "int64")


@situation(10, only_scripted=False)
def older_version_that_breaks(s):
    for level, status in (("BACKWARD", 0), ("BACKWARD_TRANSITIVE", 1)):
        subject = s.subject(f"older-{level}")
        registered(s, PLAIN, NARROW, level=level, subject=subject)
        s.head(order("int32 id = 1", "string note = 2", "bool paid = 3"), [s.contract(subject)])
        s.expect(f"{level} and a first version that breaks", s.check(), status, *(["version 1"] if status else []))


@situation(11, only_scripted=False)
def versions_that_break_alike(s):
    registered(s, PLAIN, MORE, level="BACKWARD_TRANSITIVE")
    s.head(order("int32 id = 1", "string note = 2", "bool paid = 3"))
    got = s.check()
    s.expect("two versions break alike", got, 1, "since version 1")
    s.holds("they are one finding", got[1].count(b"[FIELD_SAME_TYPE]") == 1, got)


@situation(12, only_scripted=False)
def level_that_is_global(s):
    if not s.kind.shows_global_level:
        return s.holds("no global level here", True)
    s.api.register(s.subject(), PLAIN)
    s.api.level("FORWARD")
    s.head(NARROW)
    s.expect("the global level counts: FORWARD takes int64 to int32", s.check(), 0, absent=["first version"])
    s.head(order("bytes id = 1", "string note = 2"))
    s.expect("and refuses int64 to bytes", s.check(), 1)
    s.api.level("NONE")
    return None


@situation(12)
def level_that_is_global_without_default_to_global(s):
    s.registry.follows_default_to_global = False
    s.registry.level = {"compatibilityLevel": "FORWARD"}
    s.registry.register("orders-value", PLAIN)
    s.head(NARROW)
    s.expect("40408: the global level is asked for", s.check(), 0)
    targets = s.asked()
    s.holds("/config and /mode follow", "/config" in targets and "/mode" in targets, targets)


@situation(13)
def level_that_is_unknown(s):
    s.registry.register("orders-value", PLAIN)
    s.registry.levels["orders-value"] = {"compatibilityLevel": "BACKWARD_ALL"}
    s.head(PLAIN)
    s.expect("an unknown level, even of an equal schema", s.check(), 2, "BACKWARD_ALL")
    s.head(MORE)
    s.expect("an unknown level", s.check(), 2, "BACKWARD_ALL")


@situation(14, only_scripted=False)
def version_that_is_deleted(s):
    registered(s, PLAIN, order("string id = 1", "string note = 2"), MORE, level="BACKWARD_TRANSITIVE")
    s.api.delete(s.subject(), 2)
    s.head(order("int64 id = 1", "string note = 2", "bool paid = 3", "bool sent = 4"))
    s.expect("a deleted version breaks", s.check(), 0, "warning", "version 2")
    s.expect("--registry-deleted makes it an error", s.check("--registry-deleted"), 1, "version 2")
    s.head(order("int32 id = 1", "string note = 2", "bool paid = 3"))
    s.expect("versions 1 and 3 are compared", s.check(), 1, "versions 1 and 3")


@situation(15, only_scripted=False)
def version_that_is_asked_for_and_deleted(s):
    registered(s, PLAIN, MORE)
    s.api.delete(s.subject(), 1)
    s.head(MORE)
    at = s.api.at(s.subject())
    s.expect("a deleted version", s.against(f"{at}@1"), 2, "was deleted", "@all+deleted")
    s.expect("the other one", s.against(f"{at}@2"), 0)
    s.expect("all undeleted", s.against(f"{at}@all"), 0)
    s.expect("all, with the deleted one", s.against(f"{at}@all+deleted"), 0)
    s.expect("one that never was", s.against(f"{at}@9"), 2, "has no version 9")


@situation(16, only_scripted=False)
def group_without_versions(s):
    if not s.kind.has_groups:
        return s.holds("no groups here", True)
    for text in (PLAIN, MORE):
        s.api.register(s.subject(), text, metadata={"major": "1"})
    s.api.level("BACKWARD_TRANSITIVE", s.subject(), compatibilityGroup="major")
    s.head(NARROW, [s.contract(metadata={"major": 2})])
    s.expect("no version of the new side's group", s.check(), 0, "no version of group 2")
    s.head(NARROW, [s.contract(metadata={"major": 1})])
    s.expect("the versions of its group", s.check(), 1)
    return None


# ---- references, contexts, names ----

@situation(17, only_scripted=False)
def references(s):
    codes = 'syntax = "proto3";\npackage acme.m;\nenum Code {\n  CODE_UNKNOWN = 0;\n}\n'
    money = MONEY.replace("package acme.m;", 'package acme.m;\nimport "acme/m/codes.proto";').replace("}", "  Code code = 2;\n}")
    paid = PAID.replace("message Order", 'import "acme/m/codes.proto";\nmessage Order').replace("}", "  acme.m.Code code = 3;\n}")
    s.api.register(s.subject("codes"), codes)
    s.api.register(s.subject("money"), money, [("acme/m/codes.proto", s.subject("codes"), 1)])
    s.api.register(s.subject(), paid, [("acme/m/money.proto", s.subject("money"), 1), ("acme/m/codes.proto", s.subject("codes"), 1)])
    s.api.level("BACKWARD", s.subject())
    files = {"proto/acme/m/codes.proto": codes, "proto/acme/m/money.proto": money}
    s.head(paid, files=files)
    if s.server:
        s.server.forget()
    s.expect("references two deep", s.check(), 0, "already version 1")
    if s.server:
        targets = s.asked()
        s.holds("each is fetched once", len(targets) == len(set(targets)) and sum("/subjects/codes/versions/1" in t for t in targets) == 1, targets)
    s.write(s.at, {"proto/acme/m/money.proto": money.replace("int64", "int32")})
    s.expect("a break in what is referred to", s.check(), 1, "int64", "int32")


@situation(18)
def references_in_a_cycle(s):
    a, b = [("b.proto", "b", 1)], [("a.proto", "orders-value", 1)]
    s.registry.register("orders-value", order("int64 id = 1", imports=["b.proto"]), references=a)
    s.registry.register("b", 'syntax = "proto3"; import "a.proto";', references=b)
    s.head(PLAIN)
    s.expect("a cycle", s.check(), 2, "lead back to it")


@situation(18)
def reference_that_is_missing(s):
    s.registry.register("money", MONEY)
    s.registry.register("orders-value", PAID, references=[("acme/m/money.proto", "money", 7)])
    s.head(PLAIN)
    s.expect("a reference to no version", s.check(), 2, "money", "7")
    s.fresh()
    s.registry.register("orders-value", PAID)
    s.head(PAID, files={"proto/acme/m/money.proto": MONEY})
    s.expect("an import without a reference is not known again", s.check(), 2, "acme/m/money.proto", absent=["already"])


@situation(18)
def references_that_disagree(s):
    s.registry.register("money", MONEY)
    s.registry.register("money", MONEY.replace("units", "nanos"))
    s.registry.register("other", 'syntax = "proto3"; package o; import "acme/m/money.proto";', references=[("acme/m/money.proto", "money", 2)])
    s.registry.register("orders-value", PAID, references=[("acme/m/money.proto", "money", 1), ("o.proto", "other", 1)])
    s.head(PLAIN)
    s.expect("one path, two contents", s.check(), 2, "acme/m/money.proto")


@situation(18)
def references_without_end(s):
    for number in range(1, 71):
        imports = f'import "f{number - 1}.proto"; ' if number > 1 else ""
        s.registry.register(f"f{number}", f'syntax = "proto3"; {imports}', references=[(f"f{number - 1}.proto", f"f{number - 1}", 1)] if number > 1 else [])
    s.registry.register("orders-value", order("int64 id = 1", imports=["f70.proto"]), references=[("f70.proto", "f70", 1)])
    s.head(PLAIN)
    s.expect("deeper than 64", s.check(), 2, "64")


@situation(19)
def reference_in_another_context(s):
    s.registry.register(":.eu:money", MONEY)
    s.registry.register(":.us:money", MONEY)
    for to, asked in (("money", "/subjects/%3A.eu%3Amoney/versions/1"), (":.us:money", "/subjects/%3A.us%3Amoney/versions/1")):
        subject = f":.eu:{to.strip(':.')}-value"
        s.registry.register(subject, PAID, references=[("acme/m/money.proto", to, 1)])
        s.head(PAID, [s.contract(subject)], files={"proto/acme/m/money.proto": MONEY})
        s.expect(f"a reference to {to} from the context eu", s.check(), 0, "already version 1")
        targets = s.asked()
        s.holds(f"{asked} is asked for", any(t.startswith(asked) for t in targets), targets)


@situation(20, only_scripted=False)
def subject_in_a_context(s):
    subject = f":.eu:{s.subject()}"
    registered(s, PLAIN, subject=subject)
    s.head(NARROW, [s.contract(subject)])
    s.expect("a context", s.check(), 1)
    s.expect("the same as an input", s.against(subject), 1)
    if s.server:
        s.holds("percent-encoded", any(t.startswith("/subjects/%3A.eu%3Aorders-value/versions") for t in s.asked()), s.server.asked())


@situation(21, only_scripted=False)
def subject_with_a_slash_and_spaces(s):
    subject = s.subject("a b/c@d%41")
    registered(s, PLAIN, subject=subject)
    s.head(NARROW, [s.contract(subject)])
    s.expect("slash, space, at, percent", s.check(), 1)
    s.expect("the same as an input", s.against(s.api.at(subject)), 1)
    if s.server:
        bad = [t for t in s.asked("PUT", "POST") if not re.match(r"/(subjects|config|mode)/a%20b%2Fc%40d%2541(/|\?|$)", t)]
        s.holds("encoded once", not bad, bad)


@situation(22, only_scripted=False)
def schema_as_a_descriptor(s):
    registered(s, protoc_or_text(PLAIN))
    s.head(PLAIN)
    s.expect("base64 of the descriptor, equal", s.check(), 0, "already version 1")
    s.head(NARROW)
    s.expect("base64 of the descriptor, a break", s.check(), 1, "int64", "int32")
    subject, mapped = s.subject("mapped"), order("map<string, Line> lines = 1", "message Line {\n  }").replace("};", "}")
    registered(s, protoc_or_text(mapped), subject=subject)
    s.head(mapped, [s.contract(subject)])
    s.expect("a map's entry", s.check(), 0, "already version 1")


@situation(22)
def schema_as_a_descriptor_with_references(s):
    s.registry.register("money", protoc_or_text(MONEY))
    s.registry.register("orders-value", PAID, references=[("acme/m/money.proto", "money", 1)])
    s.head(PAID, files={"proto/acme/m/money.proto": MONEY})
    s.expect("a text refers to a descriptor of another name", s.check(), 0, "already version 1")


@situation(23)
def schema_that_is_a_word(s):
    s.registry.register("orders-value", "message")
    s.head(PLAIN)
    s.expect("neither a text nor a descriptor", s.check(), 2, "orders-value")
    for schema in ("", "AAAA", "{}", "CgA=", "!!!!", protoc_or_text(PLAIN)[:-8]):
        s.fresh()
        s.registry.register("orders-value", schema)
        got = s.check()
        s.holds(f"the schema {schema[:12]!r} is not the same as ours", got[0] in (1, 2) and b"already" not in got[1], got)


@situation(24)
def schema_of_another_type(s):
    for type in ("AVRO", "JSON", None):
        s.fresh()
        s.registry.register("orders-value", '{"type":"record","name":"Order","fields":[]}', type)
        s.head(PLAIN)
        s.expect(f"the type {type}", s.check(), 2, type or "AVRO")


@situation(26)
def imports_that_need_no_reference(s):
    imports = ["google/type/date.proto", "confluent/meta.proto", "google/protobuf/timestamp.proto"]
    text = order("google.type.Date at = 1", "google.protobuf.Timestamp seen = 2", imports=imports)
    s.registry.register("orders-value", text)
    date = 'syntax = "proto3";\npackage google.type;\nmessage Date {\n  int32 year = 1;\n  int32 month = 2;\n  int32 day = 3;\n}\n'
    meta = 'syntax = "proto3";\npackage confluent;\n'
    s.head(text, files={"proto/google/type/date.proto": date, "proto/confluent/meta.proto": meta})
    s.expect("imports that Confluent knows", s.check(), 0)
    s.head(order("google.type.Date at = 1", "string seen = 2", imports=imports), files={"proto/google/type/date.proto": date, "proto/confluent/meta.proto": meta})
    s.expect("and a break", s.check(), 1, "seen")


# ---- names and positions ----

@situation(27)
def root_that_is_renamed(s):
    s.registry.register("orders-value", PLAIN)
    renamed = PLAIN.replace("message Order", "message OrderPlaced")
    s.head(renamed, [s.contract(root="acme.v1.OrderPlaced")], base=PLAIN)
    got = s.check()
    s.expect("a renamed root breaks no data", got, 0, absent=["already"])
    s.head(renamed, [s.contract(root="acme.v1.OrderPlaced", surfaces=["source"])], base=PLAIN)
    s.expect("a renamed root breaks sources", s.check(), 1, "OrderPlaced")


@situation(27)
def subject_that_changes_with_its_root(s):
    s.registry.register("acme.v1.Order", PLAIN)
    old, new = ({"name": "orders", "roots": [root], "naming": "record"} for root in ("acme.v1.Order", "acme.v1.OrderPlaced"))
    s.head(PLAIN.replace("message Order", "message OrderPlaced"), [new], base=PLAIN, base_config=s.config([old]))
    s.expect("record naming", s.check(), 0, "acme.v1.Order", "acme.v1.OrderPlaced", "subject")


INSERTED = PLAIN.replace("message Order", "message Address {\n}\nmessage Order")


@situation(28)
def message_before_the_root(s):
    s.registry.register("orders-value", PLAIN)
    s.head(INSERTED)
    s.expect("not pinned", s.check(), 0, "warning", "[0] to [1]", "acme.v1.Address")
    s.head(INSERTED, [s.contract(pinned=True)])
    s.expect("pinned", s.check(), 1, "[0] to [1]", "CONTRACT_SAME_MESSAGE_INDEX")


@situation(29)
def enum_before_the_root(s):
    s.registry.register("orders-value", PLAIN)
    s.head(PLAIN.replace("message Order", "enum Color {\n  COLOR_NONE = 0;\n}\nmessage Order"), [s.contract(pinned=True)])
    s.expect("an enum has no position", s.check(), 0, absent=["[0]", "CONTRACT_SAME_MESSAGE_INDEX"])


@situation(30)
def map_before_a_nested_root(s):
    nested = order("message Line {\n    int64 id = 1;\n  }", "Line line = 1")
    nested = nested.replace("};", "}")
    mapped = nested.replace("message Line", "map<string, string> tags = 2;\n  message Line")
    s.registry.register("orders-value", nested)
    s.head(mapped, [s.contract(root="acme.v1.Order.Line", pinned=True)])
    s.expect("the position by descriptor", s.check(), 1, "[0, 0]", "[0, 1]", "CONTRACT_SAME_MESSAGE_INDEX")


@situation(30)
def map_before_a_nested_root_in_print(s):
    """Confluent's registry prints fields before nested messages, so a schema that nobody changed has other positions there."""
    line, tags = "message Line {\n    int64 id = 1;\n  }", "map<string, string> tags = 2"
    s.registry.register("orders-value", order(tags, line).replace("};", "}"))
    contract = s.contract(root="acme.v1.Order.Line", pinned=True)
    s.head(order(line, tags).replace("};", "}"), [contract])
    s.expect("the same but for the print", s.check(), 0, absent=["CONTRACT_SAME_MESSAGE_INDEX"])
    s.head(order("map<string, string> more = 3", "map<string, string> most = 4", line, tags).replace("};", "}"), [contract])
    s.expect("more map fields", s.check(), 1, "CONTRACT_SAME_MESSAGE_INDEX")


@situation(31)
def mode_that_takes_nothing(s):
    s.registry.register("orders-value", PLAIN)
    for mode in ("READONLY", "READONLY_OVERRIDE", "FORWARD"):
        s.registry.modes["orders-value"] = mode
        s.head(MORE)
        s.expect(f"mode {mode}", s.check(), 0, "warning", mode)
        s.head(NARROW)
        s.expect(f"mode {mode}, a break", s.check(), 1, mode)
    s.registry.modes["orders-value"] = "IMPORT"
    s.expect("mode IMPORT", s.check(), 1, "IMPORT", absent=["42205"])


@situation(31)
def alias_is_followed_once(s):
    s.registry.register("orders-v2-value", PLAIN)
    s.registry.levels["orders-value"] = {"compatibilityLevel": "BACKWARD", "alias": "orders-v2-value"}
    s.head(NARROW)
    s.expect("an alias", s.check(), 1, "orders-v2-value")


# ---- several contracts; the registry's own verdict ----

@situation(49)
def contracts_of_which_two_fail(s):
    contracts = [{"name": f"c{n}", "roots": [f"acme.v1.M{n}"], "subject": f"s{n}"} for n in range(40)]
    files = {f"proto/acme/v1/m{n}.proto": f'syntax = "proto3";\npackage acme.v1;\nmessage M{n} {{\n  int32 id = 1;\n}}\n' for n in range(40)}
    for n in range(40):
        if n != 7:
            s.registry.register(f"s{n}", files[f"proto/acme/v1/m{n}.proto"].replace("int32", "int64"))
    s.server.fault("/subjects/s9/versions", rs.status(500), forever=True)
    s.head(PLAIN, contracts, files=files)
    got = s.check()
    s.expect("a subject that fails, one that is unknown", got, 2, "s9", "s7: not in the registry")
    s.holds("38 contracts are judged", got[1].count(b"[FIELD_SAME_TYPE]") == 38, got)


@situation(50)
def registry_that_refuses(s):
    s.registry.register("orders-value", PLAIN)
    said = {"is_compatible": False, "messages": ["{errorType:'FIELD_REMOVED', description:'it says so'}"]}
    s.registry.compatible["orders-value"] = said
    s.head(MORE)
    s.expect("not asked", s.check(), 0)
    s.holds("nothing is sent", not s.server.asked("POST"), s.server.asked())
    s.expect("both verdicts count", s.check("--ask-registry"), 1, "registry", "FIELD_REMOVED")
    s.holds("one POST", len(s.server.asked("POST")) == 1 and s.server.asked("POST")[0].startswith("POST /compatibility/subjects/orders-value/versions"),
            s.server.asked("POST"))
    s.expect("ours alone", s.check("--ask-registry", "--registry-verdict=ours"), 0)
    s.expect("theirs alone", s.check("--ask-registry", "--registry-verdict=theirs"), 1)
    s.registry.compatible["orders-value"] = True
    s.head(NARROW)
    s.expect("it would accept a break", s.check("--ask-registry"), 1, "would accept")
    s.expect("theirs alone accepts", s.check("--ask-registry", "--registry-verdict=theirs"), 0)


@situation(50)
def registry_that_gives_no_verdict(s):
    s.registry.register("orders-value", PLAIN)
    s.server.fault("/compatibility", rs.status(500, error_code=50001), forever=True, method="POST")
    s.head(NARROW)
    s.expect("our verdict stands", s.check("--ask-registry"), 1, "int64")

