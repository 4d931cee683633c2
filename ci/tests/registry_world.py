"""A world for one situation of `registry:`: a registry, a repository whose contracts have subjects, and runs of breakwater.

A situation is a function of a World. It registers through HTTP alone, so that it runs on a real registry as on the scripted server;
what only the scripted server can do is reached through `s.registry` and `s.server`.
"""
import dataclasses
import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import registry_server as rs
from scratch import Scratch

PATH = "proto/acme/v1/order.proto"


def order(*fields, syntax="proto3", imports=(), before="", after="", name="Order", package="acme.v1"):
    """Text of a file with the message Order and the given fields."""
    lines = [f'syntax = "{syntax}";', f"package {package};", *(f'import "{i}";' for i in imports), before, f"message {name} {{",
             *(f"  {f};" for f in fields), "}", after]
    return "\n".join(line for line in lines if line) + "\n"


PLAIN = order("int64 id = 1", "string note = 2")
NARROW = order("int32 id = 1", "string note = 2")
MORE = order("int64 id = 1", "string note = 2", "bool paid = 3")
LESS = order("int64 id = 1")


@dataclasses.dataclass
class Kind:
    """What a registry has, where they differ."""
    name: str = "scripted"
    has_groups: bool = True  # metadata of versions, and compatibilityGroup
    shows_global_level: bool = True  # where a subject has no level of its own; Apicurio 2 says NONE


class Api:
    """A registry by its HTTP API."""

    def __init__(self, url):
        self.url = url

    def call(self, method, path, value=None):
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": rs.JSON, "Accept": f"{rs.JSON}, application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as fault:
            raise RuntimeError(f"{method} {path}: {fault.code} {fault.read(300).decode('utf-8', 'replace')}") from None

    @staticmethod
    def at(subject):
        return urllib.parse.quote(subject, safe="")

    def register(self, subject, schema, references=(), metadata=None, type="PROTOBUF"):
        """The id."""
        body = {"schemaType": type, "schema": schema}
        if type is None:
            del body["schemaType"]
        if references:
            body["references"] = [dict(zip(("name", "subject", "version"), r)) for r in references]
        if metadata:
            body["metadata"] = {"properties": metadata}
        return self.call("POST", f"/subjects/{self.at(subject)}/versions", body)["id"]

    def level(self, level, subject=None, **more):
        self.call("PUT", f"/config/{self.at(subject)}" if subject else "/config", {"compatibility": level, **more})

    def mode(self, mode, subject):
        self.call("PUT", f"/mode/{self.at(subject)}", {"mode": mode})

    def delete(self, subject, version):
        self.call("DELETE", f"/subjects/{self.at(subject)}/versions/{version}")


class World(Scratch):
    """`at`: the repository; `url`: the registry's. `mark` is before each subject, so that situations share a real registry."""

    def __init__(self, tmp, bw, url=None, kind=None, mark=""):
        super().__init__(tmp)
        self.bw, self.kind, self.mark, self.n = os.path.abspath(bw), kind or Kind(), mark, 0
        self.registry = rs.Registry()
        self.server = None if url else rs.Server(self.registry).start()
        self.url = url or self.server.url
        self.api = Api(self.url)
        self.at, self.seconds, self.memory = None, 0.0, 0
        self.lines = []
        self.env = {k: v for k, v in self.env.items() if not k.lower().endswith("_proxy") and not k.startswith(("SSL_CERT", "CURL_", "NETRC"))}
        self.env["TMPDIR"] = str(self.tmp)
        self.lock = threading.Lock()

    def close(self):
        if self.server:
            self.server.stop()

    def subject(self, name="orders-value"):
        return self.mark + name

    def fresh(self):
        """Another scripted server, for the next case of a situation."""
        self.server.stop()
        self.registry = rs.Registry()
        self.server = rs.Server(self.registry).start()
        self.url = self.server.url
        self.api = Api(self.url)

    # ---- the repository ----

    def contract(self, subject=None, root="acme.v1.Order", **keys):
        return {"name": "orders", "roots": [root], "subject": subject or self.subject(), **keys}

    @staticmethod
    def config(contracts, **keys):
        return json.dumps({"version": 1, "roots": ["proto"], **keys, "contracts": contracts}, indent=1) + "\n"

    def head(self, text, contracts=None, files=None, base=None, config=None, base_config=None):
        """A new repository: what is committed on main, and the working tree. `text` is order.proto's."""
        self.n += 1
        config = config or self.config(contracts or [self.contract()])
        files = files or {}
        self.at = self.repository(f"r{self.n}", {"breakwater.yaml": base_config or config, PATH: base or text, **files})
        self.write(self.at, {"breakwater.yaml": config, PATH: text, **files})
        return self.at

    # ---- runs ----

    def breakwater(self, *args, **env):
        """Status, standard output, standard error; `seconds` and `memory` (bytes) tell what it took."""
        begin = time.monotonic()
        got = self.run([self.bw, *args], self.at or self.tmp, **env)
        self.seconds = time.monotonic() - begin
        return got

    def check(self, *args, **env):
        return self.breakwater("check", f"--registry={self.url}", *args, **env)

    def against(self, input, *args, **env):
        """A check against an input of the registry: `orders-value@2`."""
        return self.breakwater("check", f"registry:{self.url}/{input}", *args, **env)

    def holds(self, what, condition, context=""):
        self.passed, self.failed = self.passed + bool(condition), self.failed + (not condition)
        if not condition:
            self.lines.append(f"FAILED: {self.kind.name}: {what}\n{context}")

    def asked(self, *absent):
        """The requests since the last call, without those whose target has one of the words."""
        targets = [t for t in self.server.asked() if not any(word in t for word in absent)]
        self.server.forget()
        return targets


SITUATIONS = {}  # (number, name) → function


def situation(number, only_scripted=True):
    """A function of a World, for situation `number` of the table; the faults beyond it are 54 and more."""
    def keep(run):
        run.only_scripted = only_scripted
        SITUATIONS[number, run.__name__] = run
        return run
    return keep


def protoc_or_text(text):
    """Base64 of the file's descriptor, as Python's and JavaScript's clients register it."""
    data = rs.serialized(text)
    assert data != text, "protoc is missing"
    return data
