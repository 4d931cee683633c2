#!/usr/bin/env python3
"""A schema registry for tests: in memory, on 127.0.0.1, with faults by script.

usage: registry_server.py [--port PORT] [--tls FOLDER] [--user NAME:PASSWORD] [--token TOKEN] [--prefix PATH] [--level LEVEL]
                          [SUBJECT=FILE...]

Each SUBJECT=FILE is registered; a file of a subject named twice becomes its next version. With --tls the folder gets certificates and
the server speaks HTTPS. Prints its address, then each request; ends on end of file of standard input, or on a signal.

Tests import it:

    registry = Registry()
    registry.register("orders-value", 'syntax = "proto3"; message Order { }')
    with Server(registry) as server:
        server.fault("/subjects/orders-value/versions", status(503), status(503))
        ... server.url ... server.asked() ...

What it answers, bodies of errors included, is what Confluent's server was recorded to answer; where other registries differ, Registry
has an attribute for it. It judges nothing: `compatible` holds what /compatibility says.
"""
import argparse
import base64
import collections
import dataclasses
import functools
import gzip
import http.server
import json
import pathlib
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
import zlib

JSON = "application/vnd.schemaregistry.v1+json"
LEVELS = ("NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE")


# ---- what is registered ----

class Refused(Exception):
    """An answer that is an error: HTTP status, error code, message."""

    def __init__(self, http_status, code, message):
        super().__init__(message)
        self.http_status, self.code, self.message = http_status, code, message


@dataclasses.dataclass
class Version:
    subject: str
    version: int
    id: int
    schema: str
    type: str | None = "PROTOBUF"  # None: the answer has no schemaType, which means AVRO
    references: list = dataclasses.field(default_factory=list)  # {"name", "subject", "version"}
    metadata: dict | None = None
    rules: dict | None = None
    deleted: bool = False

    @property
    def guid(self):
        return str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([self.schema, self.type, self.references])))

    def content(self):
        """What stands in the answers about a version and about an id."""
        members = {"guid": self.guid, "schemaType": self.type, "references": self.references, "metadata": self.metadata, "ruleSet": self.rules}
        return {**{k: v for k, v in members.items() if v}, "schema": self.schema}


def context_of(subject):
    """`:.ctx:` of a subject in a context, empty otherwise."""
    match = re.match(r":\.[^:]*:", subject)
    return match[0] if match else ""


def serialized(text):
    """Base64 of the descriptor of a text without imports, or the text if protoc is not here or refuses it."""
    protoc = shutil.which("protoc")
    if not protoc or not text.lstrip().startswith(("syntax", "edition", "import", "package", "message", "//", "/*")):
        return text
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "schema.proto").write_text(text)
        out = pathlib.Path(folder) / "set"
        if subprocess.run([protoc, "-I", folder, "-o", out, "schema.proto"], cwd=folder, capture_output=True, check=False).returncode:
            return text
        data = out.read_bytes()
    # A set of one file: tag, length, the file.
    at = 1
    while data[at] & 0x80:
        at += 1
    return base64.b64encode(data[at + 1:]).decode()


class Registry:
    """Subjects, levels and modes. Tests may change every attribute before or between requests."""

    def __init__(self, level="BACKWARD"):
        self.lock = threading.RLock()
        self.subjects = collections.defaultdict(list)
        self.level = {"compatibilityLevel": level}
        self.levels = {}  # subject or context → {"compatibilityLevel", "compatibilityGroup", "alias", …}
        self.mode, self.modes = "READWRITE", {}
        self.compatible = {}  # subject → what /compatibility says: a boolean, or {"is_compatible", "messages"}
        self.forbidden = set()  # subjects that answer 403
        self.ids = {}  # (context, content) → id
        self.follows_default_to_global = True  # False: 40408 and 40409 where a subject has no level or mode of its own
        self.has_subject_modes = True  # False: as registries that know /mode alone
        self.has_ids_without_subject = True  # False: ids of a context only with ?subject=

    def register(self, subject, schema, type="PROTOBUF", references=(), metadata=None, rules=None, version=None, id=None, deleted=False):
        """The new version, or the one with the same content. `references`: (name, subject, version)."""
        with self.lock:
            if self.mode_of(subject) in ("READONLY", "READONLY_OVERRIDE"):
                raise Refused(422, 42205, f"Subject {subject} is in read-only mode")
            references = [r if isinstance(r, dict) else dict(zip(("name", "subject", "version"), r)) for r in references]
            key = (context_of(subject), json.dumps([schema, type, references, metadata]))
            for there in self.subjects[subject]:
                if not there.deleted and self.ids.get(key) == there.id and version in (None, there.version):
                    return there
            id = id or self.ids.get(key) or 1 + max((v.id for s, all_of in self.subjects.items() if context_of(s) == key[0] for v in all_of), default=0)
            self.ids[key] = id
            last = max((v.version for v in self.subjects[subject]), default=0)
            made = Version(subject, version or last + 1, id, schema, type, references, metadata, rules, deleted)
            self.subjects[subject].append(made)
            self.subjects[subject].sort(key=lambda v: v.version)
            return made

    def check_references(self, subject, body):
        """As a server does it before it registers."""
        for reference in body.get("references") or ():
            named = reference["subject"] if context_of(reference["subject"]) else context_of(subject) + reference["subject"]
            if not any(v.version == reference["version"] for v in self.subjects.get(named, ())):
                raise Refused(422, 42201, f"Invalid schema {{subject={subject},version=0,id=-1,schemaType={body.get('schemaType', 'AVRO')},"
                              f"references={body['references']},schema={body['schema']}}}, details: No schema reference found for subject "
                              f'"{reference["subject"]}" and version {reference["version"]}')

    def delete(self, subject, version, permanent):
        with self.lock:
            there = self.version(subject, version, True)
            if not permanent:
                if there.deleted:
                    raise Refused(404, 40406, f"Subject '{subject}' Version {there.version} was soft deleted.Set permanent=true to delete permanently")
                if any(r["subject"] == subject and r["version"] == there.version for v in self.all(False) for r in v.references):
                    raise Refused(422, 42206, "One or more references exist to the schema "
                                  f"{{magic=1,keytype=SCHEMA,subject={subject},version={there.version}}}.")
                there.deleted = True
            elif not there.deleted:
                raise Refused(404, 40407, f"Subject '{subject}' Version {there.version} was not deleted first before being permanently deleted")
            else:
                self.subjects[subject].remove(there)
            return there.version

    def delete_subject(self, subject, permanent):
        with self.lock:
            there = list(self.subjects.get(subject, ()))
            if not there:
                raise Refused(404, 40401, f"Subject '{subject}' not found.")
            if not permanent and all(v.deleted for v in there):
                raise Refused(404, 40404, f"Subject '{subject}' was soft deleted.Set permanent=true to delete permanently")
            if permanent and not all(v.deleted for v in there):
                raise Refused(404, 40405, f"Subject '{subject}' was not deleted first before being permanently deleted")
            return [self.delete(subject, v.version, permanent) for v in there if permanent or not v.deleted]

    def all(self, deleted):
        return [v for versions in list(self.subjects.values()) for v in versions if deleted or not v.deleted]

    def versions(self, subject, deleted=False):
        found = [v for v in self.subjects.get(subject, ()) if deleted or not v.deleted]
        if not found:
            raise Refused(404, 40401, f"Subject '{subject}' not found.")
        return found

    def version(self, subject, version, deleted=False):
        if str(version) in ("latest", "-1"):
            return self.versions(subject, deleted)[-1]
        if not re.fullmatch(r"[1-9]\d{0,9}", str(version)):
            raise Refused(422, 42202, f"The specified version '{version}' is not a valid version id. Allowed values are between [1, 2^31-1] and "
                          'the string "latest"')
        there = [v for v in self.subjects.get(subject, ()) if v.version == int(version)]
        if not self.subjects.get(subject):
            raise Refused(404, 40401, f"Subject '{subject}' not found.")
        if not there or there[0].deleted and not deleted:
            raise Refused(404, 40402, f"Version {version} not found.")
        return there[0]

    def by_id(self, id, subject):
        context = context_of(subject) if subject or not self.has_ids_without_subject else ""
        found = [v for v in self.all(True) if v.id == id and context_of(v.subject) == context]
        if not found:
            raise Refused(404, 40403, f"Schema {id} not found")
        return found

    def level_of(self, subject, default_to_global):
        own = self.levels.get(subject)
        if own:
            return own
        if not (default_to_global and self.follows_default_to_global):
            raise Refused(404, 40408, f"Subject '{subject}' does not have subject-level compatibility configured")
        return self.levels.get(context_of(subject)) or self.level

    def mode_of(self, subject):
        return self.modes.get(subject) or self.modes.get(context_of(subject)) or self.mode

    def mode_answer(self, subject, default_to_global):
        if not self.has_subject_modes:
            raise Refused(404, 404, "HTTP 404 Not Found")
        if subject not in self.modes and not (default_to_global and self.follows_default_to_global):
            raise Refused(404, 40409, f"Subject '{subject}' does not have subject-level mode configured")
        return {"mode": self.mode_of(subject)}

    def alias_of(self, subject):
        return self.levels.get(subject, {}).get("alias") or subject


# ---- the API ----

class Api:
    """The answer to a request: a function for each kind of path."""

    def __init__(self, registry):
        self.registry = registry

    def answer(self, method, path, query, body):
        """Value to be printed as JSON; raises Refused. `path` has its segments still percent-encoded."""
        segments = [urllib.parse.unquote(s) for s in path.strip("/").split("/")]
        if segments[0] == "contexts" and len(segments) > 2:
            context = f":{segments[1]}:"
            segments = segments[2:]
            segments[1:2] = [context + s for s in segments[1:2]]
        call = getattr(self, f"{method.lower()}_{segments[0]}", None) or self.nothing
        with self.registry.lock:
            return call(segments[1:], query, body)

    def nothing(self, *_):
        raise Refused(404, 404, "HTTP 404 Not Found")

    def get_contexts(self, *_):
        return sorted({context_of(s)[1:-1] or "." for s in self.registry.subjects} | {"."})

    def get_subjects(self, rest, query, _):
        deleted = query.get("deleted") == "true"
        if not rest:
            return sorted({v.subject for v in self.registry.all(deleted)})
        subject = self.registry.alias_of(rest[0])
        if subject in self.registry.forbidden:
            raise Refused(403, 40301, f"User is denied operation Read on Subject: {subject}")
        if rest[1:] == ["versions"]:
            return [v.version for v in self.registry.versions(subject, deleted)]
        if len(rest) < 3 or rest[1] != "versions":
            return self.nothing()
        there = self.registry.version(subject, rest[2], deleted)
        if rest[3:] == ["referencedby"]:
            return sorted(v.id for v in self.registry.all(False) for r in v.references if (r["subject"], r["version"]) == (subject, there.version))
        answer = {"subject": there.subject, "version": there.version, "id": there.id, **self.shown(there, query)}
        return {**answer, "deleted": True} if there.deleted else answer

    def shown(self, there, query):
        content = there.content()
        return {**content, "schema": serialized(there.schema)} if query.get("format") == "serialized" else content

    def get_schemas(self, rest, query, _):
        if rest == ["types"]:
            return ["JSON", "PROTOBUF", "AVRO"]
        if rest[:1] == ["guids"] and len(rest) == 2:
            for there in self.registry.all(True):
                if there.guid == rest[1].lower():
                    return self.shown(there, query)
        if rest[:1] != ["ids"] or not re.fullmatch(r"\d{1,9}", (rest + [""])[1]):
            raise Refused(404, 40403, "Schema not found")
        found = self.registry.by_id(int(rest[1]), query.get("subject", ""))
        if rest[2:] == ["versions"]:
            return [{"subject": v.subject, "version": v.version} for v in found if not v.deleted]
        if rest[2:] == ["subjects"]:
            return sorted({v.subject for v in found if not v.deleted})
        return self.shown(found[0], query)

    def get_config(self, rest, query, _):
        return self.registry.level_of(rest[0], query.get("defaultToGlobal") == "true") if rest else self.registry.level

    def get_mode(self, rest, query, _):
        return self.registry.mode_answer(rest[0], query.get("defaultToGlobal") == "true") if rest else {"mode": self.registry.mode}

    def put_config(self, rest, _, body):
        level = {k: v for k, v in body.items() if k != "compatibility"}
        word = body.get("compatibility", "BACKWARD")
        if word not in LEVELS:
            raise Refused(422, 42203, "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, "
                          "forward_transitive, and full_transitive")
        level["compatibilityLevel"] = word
        if rest:
            self.registry.levels[rest[0]] = level
        else:
            self.registry.level = level
        return body

    def put_mode(self, rest, _, body):
        if rest:
            self.registry.modes[rest[0]] = body["mode"]
        else:
            self.registry.mode = body["mode"]
        return body

    def post_subjects(self, rest, query, body):
        subject = self.registry.alias_of(rest[0])
        if rest[1:] == ["versions"]:
            self.registry.check_references(subject, body)
            there = self.registry.register(subject, body["schema"], body.get("schemaType"), body.get("references") or (), body.get("metadata"),
                                           body.get("ruleSet"))
            return {"id": there.id, **({"version": there.version, "guid": there.guid} if "guid" in there.content() else {}), **there.content()}
        for there in self.registry.versions(subject, query.get("deleted") == "true"):
            if (there.schema, there.type, there.references) == (body["schema"], body.get("schemaType"), body.get("references") or []):
                return {"subject": subject, "version": there.version, "id": there.id, **there.content()}
        raise Refused(404, 40403, "Schema not found")

    def post_compatibility(self, rest, query, _):
        if rest[:1] != ["subjects"] or len(rest) < 3 or rest[2] != "versions":
            return self.nothing()
        if rest[3:]:
            self.registry.version(rest[1], rest[3])
        said = self.registry.compatible.get(rest[1], True)
        said = said if isinstance(said, dict) else {"is_compatible": said}
        return {**said, "messages": said.get("messages", [])} if query.get("verbose") == "true" else {"is_compatible": said["is_compatible"]}

    def delete_subjects(self, rest, query, _):
        permanent = query.get("permanent") == "true"
        if len(rest) == 1:
            return self.registry.delete_subject(rest[0], permanent)
        return self.registry.delete(rest[0], rest[2], permanent)

    def delete_config(self, rest, *_):
        return self.registry.levels.pop(rest[0], self.registry.level)

    def delete_mode(self, rest, *_):
        return {"mode": self.registry.modes.pop(rest[0], self.registry.mode)}


# ---- faults ----

@dataclasses.dataclass
class Fault:
    """How an answer differs from the right one."""
    status: int = 0  # 0: of the right answer
    headers: dict = dataclasses.field(default_factory=dict)
    body: bytes | None = None  # None: of the right answer
    delay: float = 0  # seconds before the answer
    cut: int | None = None  # the connection is closed after that many bytes of the body
    length: int | None = None  # Content-Length, if another than the body's
    reset: bool = False  # the connection is reset instead of closed, at once if `cut` is not given
    drip: float = 0  # seconds between the bytes of the body
    size: int = 0  # that many spaces as the body
    chunked: bool = False  # the length is not told


def status(code, retry_after=None, message="scripted", error_code=None):
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Fault(status=code, headers=headers, body=json.dumps({"error_code": error_code or code, "message": message}).encode())


def redirect(to, code=302):
    return Fault(status=code, headers={"Location": to}, body=b"")


def body(data, type=JSON, code=200):
    return Fault(status=code, headers={"Content-Type": type}, body=data.encode() if isinstance(data, str) else data)


def html(code=404):
    return body("<!doctype html><title>Not found</title><h1>404</h1>", "text/html", code)


def half():
    """A body that stops half-way."""
    return Fault(cut=-1)


def reset():
    return Fault(reset=True)


def drip(seconds):
    return Fault(drip=seconds)


def bomb(size, chunked=False):
    return Fault(status=200, size=size, chunked=chunked)


@functools.lru_cache
def zipped(size):
    packer = zlib.compressobj(6, 8, 31)
    piece, parts = b" " * (1 << 20), []
    for _ in range(size >> 20):
        parts.append(packer.compress(piece))
    return b"".join([*parts, packer.flush()])


def gzip_bomb(size):
    return Fault(status=200, headers={"Content-Encoding": "gzip"}, body=zipped(size))


# ---- the server ----

@dataclasses.dataclass
class Request:
    method: str
    target: str  # as it stood on the request line
    path: str
    query: dict
    headers: dict  # names in lower case
    at: float  # time.monotonic()
    body: bytes = b""
    status: int = 0
    sent: int = 0  # bytes of the answer's body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "registry-server", ""
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def setup(self):
        tls = self.server.owner.tls
        if tls:
            self.request.settimeout(20)
            self.request = tls.wrap_socket(self.request, server_side=True)
            self.request.settimeout(None)
        super().setup()

    def handle_any(self):
        owner = self.server.owner
        length = int(self.headers.get("Content-Length") or 0)
        data = self.rfile.read(length) if length else b""
        path, _, query = self.path.partition("?")
        request = Request(self.command, self.path, path, dict(urllib.parse.parse_qsl(query)), {k.lower(): v for k, v in self.headers.items()},
                          time.monotonic(), data)
        with owner.counted(request):
            fault = owner.next_fault(request) or Fault()
            code, answer = owner.reply(request)
            request.status = fault.status or code
            self.send(request, fault, answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

    def send(self, request, fault, answer):
        if fault.delay:
            self.server.owner.stopping.wait(fault.delay)
        if fault.reset and fault.cut is None:
            return self.reset()
        if fault.body is not None:
            answer = fault.body
        headers = {"Content-Type": JSON, **fault.headers}
        if self.server.owner.compress and "gzip" in request.headers.get("accept-encoding", "") and "Content-Encoding" not in headers:
            answer, headers["Content-Encoding"] = gzip.compress(answer), "gzip"
        if request.status == 401:
            headers["WWW-Authenticate"] = 'basic realm="SchemaRegistry-Props"'
        length = fault.size or len(answer)
        self.send_response(request.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if fault.chunked:
            self.close_connection = True
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length if fault.length is None else fault.length))
        self.end_headers()
        if request.method != "HEAD":
            self.send_body(request, fault, answer)
        if fault.cut is not None or fault.length is not None:
            self.close_connection = True
            return self.reset() if fault.reset else None
        return None

    def send_body(self, request, fault, answer):
        if fault.size:
            piece = b" " * 65536
            while request.sent < fault.size and not self.server.owner.stopping.is_set():
                self.wfile.write(piece)
                request.sent += len(piece)
            return
        if fault.cut is not None:
            answer = answer[:len(answer) // 2 if fault.cut < 0 else fault.cut]
        if not fault.drip:
            self.wfile.write(answer)
            request.sent = len(answer)
            return
        for byte in answer:
            if self.server.owner.stopping.wait(fault.drip):
                return
            self.wfile.write(bytes([byte]))
            request.sent += 1

    def reset(self):
        self.close_connection = True
        plain = self.connection
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        plain.close()


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass  # a client that goes away, or a handshake that fails, is what tests do

    def finish_request(self, request, client_address):
        self.owner.n_connections += 1
        super().finish_request(request, client_address)

    def shutdown_request(self, request):
        if request.fileno() >= 0:
            super().shutdown_request(request)


class Server:
    """Listens on a free port of 127.0.0.1 (`port` 0) from `with` or start() to stop().

    `users`: name → password, for basic; `token`: for bearer; with either, a request without is answered 401. `tls`: an ssl.SSLContext.
    `prefix`: path before the API. `host` is what the URL says. `compress`: answers are gzipped where the client takes it."""

    def __init__(self, registry=None, port=0, users=None, token=None, tls=None, prefix="", host="127.0.0.1", compress=False):
        self.registry = registry if registry is not None else Registry()
        self.users, self.token, self.tls, self.prefix, self.compress = users or {}, token, tls, prefix, compress
        self.api, self.lock, self.stopping = Api(self.registry), threading.Lock(), threading.Event()
        self.log, self.faults, self.watch = [], [], None  # watch: a function of a Request that may give a Fault
        self.at_once, self.most_at_once, self.n_connections = 0, 0, 0
        self.listener = Listener(("127.0.0.1", port), Handler)
        self.listener.owner = self
        self.port = self.listener.server_address[1]
        self.origin = f"{'https' if tls else 'http'}://{host}:{self.port}"
        self.url = self.origin + prefix
        self.thread = threading.Thread(target=self.listener.serve_forever, args=(0.02,), daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.stopping.set()
        self.listener.shutdown()
        self.listener.server_close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def fault(self, path, *steps, method="GET", forever=False):
        """Requests whose target matches the pattern from its begin (after the prefix) get the steps, one each; a step of None is a
        right answer. After the last one all is right again, or the last goes on `forever`."""
        self.faults.append([method, re.compile(path), list(steps), forever])

    def counted(self, request):
        owner = self

        class Counted:
            def __enter__(self):
                with owner.lock:
                    owner.log.append(request)
                    owner.at_once += 1
                    owner.most_at_once = max(owner.most_at_once, owner.at_once)

            def __exit__(self, *_):
                with owner.lock:
                    owner.at_once -= 1

        return Counted()

    def next_fault(self, request):
        seen = self.watch(request) if self.watch else None
        if seen:
            return seen
        with self.lock:
            for method, pattern, steps, forever in self.faults:
                if steps and request.method == method and pattern.match(request.target.removeprefix(self.prefix)):
                    return steps[0] if forever and len(steps) == 1 else steps.pop(0)
        return None

    def is_allowed(self, request):
        given = request.headers.get("authorization", "")
        basic = (f"{name}:{password}" for name, password in self.users.items())
        allowed = ["Basic " + base64.b64encode(pair.encode()).decode() for pair in basic]
        if self.token:
            allowed.append(f"Bearer {self.token}")
        return not allowed or given in allowed

    def reply(self, request):
        """HTTP status and body of the right answer."""
        try:
            if not self.is_allowed(request):
                raise Refused(401, 401, "Unauthorized")
            if not request.path.startswith(self.prefix + "/"):
                raise Refused(404, 404, "HTTP 404 Not Found")
            value = self.api.answer(request.method, request.path[len(self.prefix):], request.query, json.loads(request.body or b"null"))
            return 200, json.dumps(value, separators=(",", ":")).encode()
        except Refused as refused:
            return refused.http_status, json.dumps({"error_code": refused.code, "message": refused.message}).encode()
        except (KeyError, IndexError, TypeError, ValueError) as fault:
            return 422, json.dumps({"error_code": 42201, "message": f"Invalid request: {fault!r}"}).encode()

    def asked(self, method=None):
        """Targets in the order of their arrival, with the method before each but GET."""
        return [r.target if r.method == "GET" else f"{r.method} {r.target}" for r in self.log if method in (None, r.method)]

    def forget(self):
        with self.lock:
            self.log, self.most_at_once, self.n_connections = [], 0, 0


# ---- certificates ----

class Certificates:
    """Made by openssl in a folder: `ca.pem`, and pairs NAME.pem, NAME.key: `server` (127.0.0.1, localhost), `elsewhere` (another host
    name), `client`; `other-ca.pem` with `stranger`, a client that the CA did not sign; `self`, signed by itself."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        for authority, subject in (("ca", "/CN=Test Authority"), ("other-ca", "/CN=Other Authority")):
            self.sign_itself(authority, subject, "basicConstraints=critical,CA:TRUE")
        self.sign_itself("self", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        self.sign("server", "ca", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        self.sign("elsewhere", "ca", "/CN=registry.example", "subjectAltName=DNS:registry.example")
        self.sign("client", "ca", "/CN=client", "extendedKeyUsage=clientAuth")
        self.sign("stranger", "other-ca", "/CN=stranger", "extendedKeyUsage=clientAuth")

    def path(self, name):
        return str(self.folder / name)

    def openssl(self, *args):
        done = subprocess.run(["openssl", *args], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"openssl {args[0]}: {done.stderr}")

    def key(self, name):
        self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path(f"{name}.key"))

    def sign_itself(self, name, subject, extension):
        self.key(name)
        self.openssl("req", "-x509", "-new", "-key", self.path(f"{name}.key"), "-subj", subject, "-days", "2", "-addext", extension,
                     "-out", self.path(f"{name}.pem"))

    def sign(self, name, authority, subject, extension):
        self.key(name)
        request, extensions = self.path(f"{name}.csr"), self.path(f"{name}.ext")
        pathlib.Path(extensions).write_text(extension + "\n")
        self.openssl("req", "-new", "-key", self.path(f"{name}.key"), "-subj", subject, "-out", request)
        self.openssl("x509", "-req", "-in", request, "-CA", self.path(f"{authority}.pem"), "-CAkey", self.path(f"{authority}.key"),
                     "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", self.path(f"{name}.pem"))

    def encrypt_key(self, name, password):
        """NAME-encrypted.key, for tests of a key's password."""
        to = self.path(f"{name}-encrypted.key")
        self.openssl("ec", "-in", self.path(f"{name}.key"), "-aes128", "-passout", f"pass:{password}", "-out", to)
        return to

    def server(self, name="server", clients=False):
        """A context for Server(tls=…); with `clients` a certificate of the CA is asked for."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(f"{name}.pem"), self.path(f"{name}.key"))
        if clients:
            context.load_verify_locations(self.path("ca.pem"))
            context.verify_mode = ssl.CERT_REQUIRED
        return context


class Hanging:
    """A port of 127.0.0.1 whose connections are never made: its queue is full."""

    def __enter__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", self.port))
            self.waiting.append(client)
        return self

    def __exit__(self, *_):
        for s in (*self.waiting, self.listener):
            s.close()


def refused_url():
    """A URL at which nobody listens."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{s.getsockname()[1]}"


# ---- by hand ----

def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", metavar="FOLDER")
    parser.add_argument("--user", metavar="NAME:PASSWORD")
    parser.add_argument("--token")
    parser.add_argument("--prefix", default="")
    parser.add_argument("--level", default="BACKWARD", choices=LEVELS)
    parser.add_argument("files", nargs="*", metavar="SUBJECT=FILE")
    options = parser.parse_args()
    registry = Registry(options.level)
    for pair in options.files:
        subject, _, path = pair.rpartition("=")
        registry.register(subject, pathlib.Path(path).read_text())
    users = dict([options.user.split(":", 1)]) if options.user else None
    server = Server(registry, options.port, users, options.token, Certificates(options.tls).server() if options.tls else None, options.prefix)
    server.watch = lambda request: print(f"{request.method} {request.target}", flush=True)
    with server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
