"""Situations of `registry:`: a registry that fails, hangs, lies or never ends (32 to 38, 51, 52, and faults beyond the table, 54)."""
import json
import time

import registry_server as rs
from registry_world import MORE, NARROW, PLAIN, order, situation

LIST = "/subjects/orders-value/versions"
VERSIONS, VERSION = LIST + "(\\?|$)", "/subjects/orders-value/versions/"
QUICK = "--registry-timeout=3"


def plain(s, text=PLAIN):
    s.registry.register("orders-value", PLAIN)
    s.head(text)


def waits(s):
    """Seconds between the requests for the list."""
    times = [r.at for r in s.server.log if r.target == LIST]
    return [round(b - a, 2) for a, b in zip(times, times[1:])]


# ---- retries ----

@situation(32)
def unavailable_for_a_while(s):
    plain(s)
    s.server.fault(LIST + "$", rs.status(503), rs.status(503))
    s.expect("503, 503, 200", s.check(), 0, "already version 1")
    between = waits(s)
    s.holds("two waits, the second longer", len(between) == 2 and 0.2 < between[0] < 1.5 and 0.5 < between[1] < 3, between)


@situation(33)
def too_many_requests(s):
    plain(s)
    s.server.fault(LIST + "$", rs.status(429, retry_after=2))
    s.expect("429 with Retry-After", s.check(), 0)
    between = waits(s)
    s.holds("it waits two seconds", len(between) == 1 and 1.9 < between[0] < 4, between)


@situation(33)
def too_many_requests_until_a_date(s):
    plain(s)
    s.server.fault(LIST + "$", rs.status(429, retry_after=time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3))))
    s.expect("Retry-After as a date", s.check(), 0)
    between = waits(s)
    s.holds("it waits until then", len(between) == 1 and 1.5 < between[0] < 5, between)


@situation(33)
def retry_after_that_is_wrong(s):
    for value in ("-1", "soon", "999999999999999999999", ""):
        s.fresh()
        plain(s)
        s.server.fault(VERSIONS, rs.status(503, retry_after=value))
        got = s.check("--registry-timeout=8")
        s.holds(f"Retry-After: {value}", got[0] in (0, 2) and s.seconds < 12, (got, s.seconds))


@situation(34)
def unavailable(s):
    plain(s)
    s.server.fault(VERSIONS, rs.status(503, message="down for repair"), forever=True)
    s.expect("503 four times", s.check(), 2, "503", "down for repair", "four times")
    s.holds("asked four times", s.server.asked().count(LIST) == 4, s.server.asked())


@situation(34)
def errors_that_are_not_retried(s):
    for code, words in ((401, "credentials"), (403, "orders-value"), (409, ""), (422, "")):
        s.fresh()
        plain(s)
        s.server.fault(VERSIONS, rs.status(code), forever=True)
        s.expect(f"{code}", s.check(), 2, words)
        n = s.server.asked().count(LIST)
        s.holds(f"{code} is asked for once", n == 1 and s.seconds < 5, (n, s.seconds))


@situation(35)
def nobody_listens(s):
    plain(s)
    s.url = rs.refused_url()
    s.expect("refused", s.check(), 2, s.url)
    s.holds("within its time", s.seconds < 15, s.seconds)


@situation(35)
def name_that_is_none(s):
    plain(s)
    s.url = "http://no-such-host.invalid:8081"
    s.expect("no such host", s.check(QUICK), 2, "no-such-host.invalid")
    s.holds("within its time", s.seconds < 15, s.seconds)


@situation(35)
def connection_that_hangs(s):
    plain(s)
    with rs.Hanging() as hanging:
        s.url = hanging.url
        s.expect("a connection that is never made", s.check(QUICK), 2)
        s.holds("within its time", s.seconds < 8, s.seconds)


@situation(35)
def several_urls(s):
    plain(s)
    s.url = f"{rs.refused_url()},{s.url}"
    s.expect("the next URL is asked", s.check(), 0, "already version 1")


# ---- bodies ----

def measured(s, *args):
    """As check(), and the memory it took (bytes)."""
    code = ("import resource, subprocess, sys\n"
            "done = subprocess.run(sys.argv[1:])\n"
            "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
            "sys.exit(done.returncode)\n")
    begin = time.monotonic()
    got = s.run(["python3", "-c", code, s.bw, "check", f"--registry={s.url}", *args], s.at)
    s.seconds, s.memory = time.monotonic() - begin, int(got[2].split("peak ")[1].split()[0]) * 1024
    return got


BODIES = {"half": rs.half(), "empty": rs.body(""), "length": rs.Fault(length=1 << 62), "length_negative": rs.Fault(headers={"X": "y"}, length=-5),
          "gzip_bomb": rs.gzip_bomb(256 << 20), "bomb": rs.bomb(100 << 20), "bomb_chunked": rs.bomb(100 << 20, chunked=True),
          "gzip_broken": rs.Fault(headers={"Content-Encoding": "gzip"}, body=b"\x1f\x8b\x08\0garbage"),
          "encoding_unknown": rs.Fault(headers={"Content-Encoding": "what"}),
          "object": rs.body('{"a":1}'), "word": rs.body('"x"'), "strings": rs.body('["1","2"]'), "zero": rs.body("[0]"), "negative": rs.body("[-1]"),
          "fraction": rs.body("[1.5]"), "huge": rs.body("[99999999999999999999999]"), "overflow": rs.body("[4294967297]"),
          "null": rs.body("[null]"), "deep": rs.body("[" * 10000 + "]" * 10000), "open": rs.body("[1"), "two": rs.body("[1][2]"),
          "nothing": rs.Fault(status=204, body=b""), "html": rs.html(200), "html_404": rs.html(404), "not_utf8": rs.body(b'["\xff\xfe"]'),
          "nul": rs.body(b"[1\0]"), "many": rs.body(json.dumps(list(range(1, 100_002))))}


def body_of_the_list(s, fault):
    plain(s)
    s.server.fault(VERSIONS, fault, forever=True)
    got = measured(s, "--registry-timeout=4")
    s.holds("never compatible", got[0] == 2 and b"already" not in got[1] and not got[2].startswith("peak"), got)
    s.holds("within its time", s.seconds < 12, s.seconds)
    s.holds("and memory", s.memory < 160 << 20, s.memory)


for name, fault in BODIES.items():
    def one_body(s, fault=fault):
        body_of_the_list(s, fault)
    one_body.__name__ = f"list_{name}"
    situation(37 if fault.body is not None and name not in ("gzip_bomb", "empty", "gzip_broken") else 36)(one_body)


def document(**changes):
    whole = {"subject": "orders-value", "version": 1, "id": 1, "schemaType": "PROTOBUF", "schema": PLAIN, **changes}
    return rs.body(json.dumps({k: v for k, v in whole.items() if v != "absent"}))


DOCUMENTS = {"id": document(id="1"), "no_id": document(id="absent"), "id_float": document(id=1.5), "schema_number": document(schema=7), "no_schema": document(schema="absent"),
             "schema_null": document(schema=None), "references_word": document(references="x"), "references_numbers": document(references=[1]),
             "references_version": document(references=[{"name": "a.proto", "subject": "a", "version": "1"}]),
             "references_nameless": document(references=[{"subject": "a", "version": 1}]), "other_version": document(version=2),
             "type_number": document(schemaType=1), "array": rs.body("[]"), "half": rs.half(), "reset": rs.reset(),
             "references_up": document(references=[{"name": "../../etc/passwd", "subject": "a", "version": 1}]),
             "deep": rs.body('{"schema":' + "[" * 10000 + "]" * 10000 + "}"), "bomb": rs.bomb(100 << 20), "gzip_bomb": rs.gzip_bomb(256 << 20)}
# What says all that is asked, though not as it should.
FORGIVEN = ("other_version", "id", "no_id", "id_float", "type_number")


def body_of_a_version(s, fault, statuses):
    plain(s, NARROW)
    s.server.fault(VERSION, fault, forever=True)
    got = measured(s, "--registry-timeout=4")
    s.holds("never compatible", got[0] in statuses, got)
    s.holds("within its time and memory", s.seconds < 12 and s.memory < 160 << 20, (s.seconds, s.memory))


for name, fault in DOCUMENTS.items():
    def one_document(s, fault=fault, statuses=(1, 2) if name in FORGIVEN else (2,)):
        body_of_a_version(s, fault, statuses)
    one_document.__name__ = f"version_{name}"
    situation(37)(one_document)

CONFIGS = {"array": rs.body("[]"), "no_level": rs.body("{}"), "level_number": rs.body('{"compatibilityLevel":1}'), "half": rs.half(),
           "html": rs.html(200), "500": rs.status(500), "level_null": rs.body('{"compatibilityLevel":null}')}


def body_of_a_level(s, fault):
    plain(s, NARROW)
    s.server.fault("/config", fault, forever=True)
    got = s.check("--registry-timeout=4")
    s.holds("never compatible", got[0] == 2, got)


for name, fault in CONFIGS.items():
    def one_level(s, fault=fault):
        body_of_a_level(s, fault)
    one_level.__name__ = f"config_{name}"
    situation(37)(one_level)


@situation(36)
def body_that_drips(s):
    plain(s)
    s.server.fault(VERSIONS, rs.drip(1.5), forever=True)
    s.expect("a byte now and then", s.check(QUICK), 2)
    s.holds("within its time", s.seconds < 8, s.seconds)


@situation(36)
def connection_that_is_reset_once(s):
    plain(s)
    s.server.fault(LIST + "$", rs.reset(), rs.half())
    s.expect("a reset, half a body, then all", s.check(), 0, "already version 1")


@situation(36)
def answer_that_is_late(s):
    plain(s)
    s.server.fault(VERSIONS, rs.Fault(delay=20), forever=True)
    s.expect("no answer in time", s.check("--registry-timeout=2"), 2)
    s.holds("within its time", s.seconds < 6, s.seconds)


@situation(37)
def messages_are_cut_and_escaped(s):
    plain(s)
    message = "\x1b[2Jred\u202e\x07 " + "x" * 5000
    s.server.fault(VERSIONS, rs.status(422, message=message, error_code=42201), forever=True)
    s.expect("a message of the registry", s.check(), 2, "red", absent=["\x1b", "\u202e", "\x07", "x" * 300])


# ---- redirects ----

@situation(38)
def redirects(s):
    plain(s)
    s.server.fault(LIST + "$", rs.redirect(LIST + "?moved=1"))
    s.expect("to the same origin", s.check(), 0, "already version 1")
    with rs.Server(s.registry) as other:
        s.server.fault(VERSIONS, rs.redirect(other.url + "/subjects/orders-value/versions"), forever=True)
        s.expect("to another origin", s.check(), 2, "127.0.0.1")
        s.holds("which is not asked", not other.log, other.log)
    for to in ("file:///etc/passwd", "/subjects/orders-value/versions", "gopher://127.0.0.1/", "//no-such-host.invalid/x", "https://127.0.0.1:1/", ""):
        s.fresh()
        plain(s)
        s.server.fault(VERSIONS, rs.redirect(to, 307), forever=True)
        s.expect(f"to {to!r}", s.check(QUICK), 2, absent=["root:"])
        s.holds(f"to {to!r}: at most three", len(s.server.log) < 12, s.server.asked())


# ---- many, and again ----

@situation(51)
def five_thousand_versions(s, n=5000):
    texts = [order("int64 id = 1", "string note = 2", f"bool f{i % 50} = {i % 50 + 3}") for i in range(50)]
    for i in range(n):  # fifty schemas again and again, each under the id of its first
        s.registry.subjects["orders-value"].append(rs.Version("orders-value", i + 1, i % 50 + 1, texts[i % 50]))
    s.registry.levels["orders-value"] = {"compatibilityLevel": "BACKWARD_TRANSITIVE"}
    s.server.watch = lambda request: time.sleep(0.001)
    s.head(order("int32 id = 1", "string note = 2"))
    s.expect("all versions break alike", s.check("--cache", str(s.tmp / "cache")), 1, "since version 1")
    s.holds("at most 8 requests at a time", 2 <= s.server.most_at_once <= 8, s.server.most_at_once)
    s.holds("each version once", sum("/versions/" in t for t in s.server.asked()) == n, len(s.server.log))
    s.lines.append(f"note: {n} versions: {s.seconds:.1f} s, {s.server.most_at_once} at once, {s.server.n_connections} connections")
    s.server.forget()
    s.expect("the same from the cache", s.check("--cache", str(s.tmp / "cache")), 1, "since version 1")
    s.lines.append(f"note: from the cache: {s.seconds:.1f} s, {len(s.server.log)} requests")
    s.holds("both lists, level, mode and the newest version", len(s.server.log) <= 5, s.server.asked()[:20])


@situation(52)
def cache(s):
    folder = s.tmp / "cache"
    for text in (PLAIN, MORE):
        s.registry.register("orders-value", text)
    s.registry.levels["orders-value"] = {"compatibilityLevel": "BACKWARD_TRANSITIVE"}
    s.head(MORE + "// more\n")
    s.expect("a first run", s.check("--cache", str(folder)), 0)
    s.holds("it fetches both", sum("/versions/" in t for t in s.asked()) >= 1)
    s.expect("a second run", s.check("--cache", str(folder)), 0)
    targets = s.asked()
    s.holds("lists and levels, and the newest kept version", not [t for t in targets if "/versions/1" in t], targets)
    kept = sorted((folder / "registry").iterdir())
    s.holds("files are private", kept and all(p.stat().st_mode & 0o777 == 0o600 for p in kept), kept)
    s.server.stop()
    s.expect("--offline", s.check("--cache", str(folder), "--offline"), 2)
    at = f"{s.api.at('orders-value')}@1"
    s.expect("--offline asks for a version", s.against(at, "--cache", str(folder), "--offline"), 0)
    s.expect("--offline and no such version", s.against("orders-value@7", "--cache", str(folder), "--offline"), 2)


@situation(52)
def cache_of_a_subject_that_was_made_anew(s):
    folder = s.tmp / "cache"
    for text in (PLAIN, MORE):
        s.registry.register("orders-value", text)
    s.registry.levels["orders-value"] = {"compatibilityLevel": "BACKWARD_TRANSITIVE"}
    s.head(order("int64 id = 1", "string note = 2", "bool paid = 3", "bool sent = 4"))
    s.expect("a first run", s.check("--cache", str(folder)), 0)
    s.registry.subjects["orders-value"].clear()
    s.registry.register("orders-value", order("string id = 1"), id=8)
    s.registry.register("orders-value", order("string id = 1", "int32 x = 2"), id=9)
    s.expect("the same numbers, other ids", s.check("--cache", str(folder)), 1, "since version 1")


@situation(52)
def cache_that_is_broken(s):
    folder = s.tmp / "cache"
    s.registry.register("orders-value", PLAIN)
    s.registry.register("orders-value", MORE)
    s.registry.levels["orders-value"] = {"compatibilityLevel": "BACKWARD_TRANSITIVE"}
    s.head(NARROW.replace("}", "  bool paid = 3;\n}"))
    s.check("--cache", str(folder))
    for damage in (b"", b"{", b"null", b"[]", b"\xff" * 100, b'{"schema":' * 5000):
        for path in (folder / "registry").iterdir():
            path.write_bytes(damage)
        got = s.check("--cache", str(folder))
        s.holds(f"kept {damage[:8]!r}", got[0] in (1, 2), got)


# ---- a URL that is no registry's ----

NO_REGISTRY = {"details": rs.body('{"detail":"NotFoundException","title":"no resource for path","status":404}', "application/json", 404),
               "code_404": rs.body('{"error_code":404,"message":"no resource for path"}', "application/json", 404),
               "code_0": rs.body('{"error_code":0,"message":"no resource for path"}', "application/json", 404),
               "nothing": rs.body("", "application/json", 404), "text": rs.body("404 page not found\n", "text/plain; charset=utf-8", 404),
               "page": rs.html(200), "page_404": rs.html(404), "array": rs.body("[]"), "object": rs.body("{}")}


def url_that_is_no_registry(s, fault):
    s.head(NARROW)
    s.server.watch = lambda request: fault
    for args in ((), ("--ask-registry",)):
        got = s.check("--registry-timeout=4", *args)
        s.holds("a subject is not unknown where there is no registry", got[0] == 2, got)


for name, fault in NO_REGISTRY.items():
    def no_registry(s, fault=fault):
        url_that_is_no_registry(s, fault)
    no_registry.__name__ = f"no_registry_{name}"
    situation(54)(no_registry)
