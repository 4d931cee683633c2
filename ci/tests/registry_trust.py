"""Situations of `registry:`: whom it asks, what it sends there and what it shows (39 to 48)."""
import base64
import pathlib
import re
import subprocess

import registry_server as rs
import traced
from registry_world import MORE, NARROW, PLAIN, situation

USER, PASSWORD, TOKEN = "reader", "s3cr3t-pa55word", "t0ken-of-the-reader"
WITH_PASSWORD = {"BREAKWATER_REGISTRY_USER": USER, "BREAKWATER_REGISTRY_PASSWORD": PASSWORD}
HEADER = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def guarded(s, **more):
    """A scripted server that wants a password."""
    s.server.stop()
    s.server = rs.Server(s.registry, users={USER: PASSWORD}, **more).start()
    s.url = s.server.url
    s.registry.register("orders-value", PLAIN)


def sent(s):
    """Values of Authorization that arrived."""
    return {r.headers.get("authorization") for r in s.server.log}


def named_by_repository(s, url, text=PLAIN):
    s.head(text, config=s.config([s.contract()], registry=url))


@situation(39)
def credentials_given(s):
    guarded(s)
    s.head(PLAIN)
    s.expect("none", s.check(), 2, "credentials", "BREAKWATER_REGISTRY_USER")
    s.expect("user and password", s.check(**WITH_PASSWORD), 0, "already version 1")
    path = s.tmp / "password"
    path.write_text(PASSWORD + "\n")
    s.expect("the password in a file", s.check(BREAKWATER_REGISTRY_USER=USER, BREAKWATER_REGISTRY_PASSWORD_FILE=str(path)), 0)
    s.expect("a wrong one", s.check(BREAKWATER_REGISTRY_USER=USER, BREAKWATER_REGISTRY_PASSWORD="wr0ng"), 2, absent=["wr0ng", USER])
    s.expect("bound to the same origin", s.check(BREAKWATER_REGISTRY_URL=s.url, **WITH_PASSWORD), 0)
    s.server.users, s.server.token = {}, TOKEN
    s.expect("a token", s.check(BREAKWATER_REGISTRY_TOKEN=TOKEN), 0)
    path.write_text(TOKEN + "\n")
    s.expect("a token in a file", s.check(BREAKWATER_REGISTRY_TOKEN_FILE=str(path)), 0)
    s.expect("a file that is not there", s.check(BREAKWATER_REGISTRY_TOKEN_FILE=str(s.tmp / "none")), 2)


@situation(39)
def credentials_for_another_origin(s):
    guarded(s)
    named_by_repository(s, s.url)
    s.expect("a URL that only the repository names", s.breakwater("check", "--registry", BREAKWATER_REGISTRY_URL="http://127.0.0.1:1", **WITH_PASSWORD), 2,
             "credentials are not sent to", f"127.0.0.1:{s.server.port}", "BREAKWATER_REGISTRY_URL", absent=[PASSWORD])
    s.expect("no URL but the repository's", s.breakwater("check", "--registry", **WITH_PASSWORD), 2, "credentials are not sent to", absent=[PASSWORD])
    s.holds("none were sent", sent(s) <= {None}, sent(s))
    s.expect("the same origin", s.breakwater("check", "--registry", BREAKWATER_REGISTRY_URL=s.url, **WITH_PASSWORD), 0)


@situation(40)
def netrc(s):
    guarded(s)
    path = s.tmp / "netrc"
    named_by_repository(s, s.url)

    def run(text, *args):
        s.server.forget()
        path.write_text(text)
        path.chmod(0o600)
        return s.breakwater("check", *args, NETRC=str(path))

    default = f"default login {USER} password {PASSWORD}\n"
    s.expect("default, a host of the repository", run(default, "--registry"), 2, absent=[PASSWORD])
    s.holds("nothing was sent", sent(s) <= {None}, sent(s))
    s.expect("an entry of the host", run(f"machine 127.0.0.1 login {USER} password {PASSWORD}\n", "--registry"), 0)
    s.expect("default, a host of the command line", run(default, f"--registry={s.url}"), 0)
    s.expect("another host's entry", run(f"machine example.org login {USER} password {PASSWORD}\n", "--registry"), 2)
    s.holds("nothing was sent", sent(s) <= {None}, sent(s))


@situation(41)
def password_over_http(s):
    s.registry.register("orders-value", PLAIN)
    s.head(PLAIN)
    s.url = "http://registry.invalid:8081"
    s.expect("not to a loopback address", s.check(**WITH_PASSWORD), 2, "http", "BREAKWATER_REGISTRY_ALLOW_HTTP", absent=[PASSWORD])
    s.holds("before it connects", s.seconds < 2, s.seconds)
    s.expect("allowed", s.check("--registry-timeout=2", BREAKWATER_REGISTRY_ALLOW_HTTP="1", **WITH_PASSWORD), 2, absent=["ALLOW_HTTP"])


@situation(41)
def password_is_not_sent_on(s):
    guarded(s)
    s.head(PLAIN)
    with rs.Server(s.registry) as other:
        s.server.fault("/subjects", rs.redirect(other.url + "/"), forever=True)
        s.expect("a redirect", s.check(**WITH_PASSWORD), 2, absent=[PASSWORD])
        s.holds("nothing arrives there", not other.log)
    with rs.Server(s.registry) as proxy:
        got = s.check("--registry-timeout=3", http_proxy=proxy.url, no_proxy="", **WITH_PASSWORD)
        s.holds("nothing secret to a proxy", not any("proxy-authorization" in r.headers for r in proxy.log), (got, proxy.log))


@situation(42)
def registry_that_changes(s):
    s.registry.register("orders-value", PLAIN)
    old, new = (s.config([s.contract()], registry=url) for url in ("http://127.0.0.1:1", s.url))
    s.head(NARROW, config=new, base=PLAIN, base_config=old)
    s.expect("changed", s.breakwater("check", "--registry"), 2, "registry", "--registry=")
    s.head(NARROW, config=new, base=PLAIN, base_config=s.config([s.contract()]))
    s.expect("new", s.breakwater("check", "--registry"), 2, "registry", "--registry=")
    s.holds("nobody was asked", not s.server.log, s.server.asked())
    s.expect("named", s.check(), 1)
    s.head(NARROW, config=s.config([s.contract()]), base=PLAIN, base_config=new)
    s.holds("dropped: it is never 0", s.breakwater("check", "--registry")[0] in (1, 2))
    s.head(NARROW, config=new, base=PLAIN)
    s.expect("the same on both sides", s.breakwater("check", "--registry"), 1)


@situation(43)
def subject_that_changes(s):
    s.registry.register("orders-value", PLAIN)
    s.registry.register("empty-value", MORE)
    old, new = (s.config([s.contract(subject)]) for subject in ("orders-value", "other-value"))
    s.head(NARROW, config=new, base=PLAIN, base_config=old)
    s.expect("both subjects are checked", s.check(), 1, "orders-value", "other-value")
    asked = s.server.asked()
    s.holds("both are asked for", all(any(f"/{subject}/versions" in t for t in asked) for subject in ("orders-value", "other-value")), asked)


@situation(44)
def password_in_a_url(s):
    password = "pa55word-in-a-url"  # another one: 45 looks for its own in the command lines of all processes
    named_by_repository(s, f"https://{USER}:{password}@registry.invalid")
    s.expect("in breakwater.yaml", s.breakwater("check", "--registry"), 2, "breakwater.yaml:", absent=[password])
    s.holds("with its place", re.search(rb"breakwater.yaml:\d+:\d+", s.breakwater("check", "--registry")[2].encode()), "")
    s.head(PLAIN)
    for args in ((f"--registry=https://{USER}:{password}@registry.invalid",), (f"registry:https://{USER}:{password}@registry.invalid/orders-value",)):
        s.expect("on the command line", s.breakwater("check", *args), 2, absent=[password])
    s.expect("in the environment", s.breakwater("check", "--registry", BREAKWATER_REGISTRY_URL=f"https://{USER}:{password}@registry.invalid"), 2,
             absent=[password])


@situation(45)
def secrets_are_nowhere(s):
    guarded(s)
    s.head(NARROW)
    seen, cache = [], s.tmp / "cache"

    def watch(_):
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = path.read_bytes()
            except OSError:
                continue
            if s.url.encode() in line:  # other situations run at the same time, some with a password in a URL
                seen.append(line)

    s.server.watch = watch
    secret = [PASSWORD, TOKEN, HEADER, HEADER.split()[1]]
    path = s.tmp / "password"
    path.write_text(PASSWORD)
    for given in (WITH_PASSWORD, {"BREAKWATER_REGISTRY_USER": USER, "BREAKWATER_REGISTRY_PASSWORD_FILE": str(path)}):
        for args in (("--verbose",), ("--format=json",), ("--format=sarif",), ("--cache", str(cache)), ("--ask-registry", "--verbose")):
            s.expect(f"{args}", s.check(*args, **given), 1, absent=secret)
    s.holds("not in a command line", seen and not any(word.encode() in line for word in secret for line in seen))
    kept = [p.read_bytes() for p in cache.rglob("*") if p.is_file()]
    s.holds("not in the cache", kept and not any(word.encode() in data for word in (*secret, USER) for data in kept))
    s.server.fault("/subjects", rs.status(500, message=f"you sent {HEADER}"), forever=True)
    s.server.users = {}
    got = s.check("--verbose", "--registry-timeout=2", BREAKWATER_REGISTRY_TOKEN=TOKEN)
    s.holds("a failing registry", got[0] == 2 and TOKEN not in got[1].decode() + got[2], got)


@situation(46)
def certificates_of_clients(s):
    made = rs.Certificates(s.tmp / "tls")
    s.server.stop()
    s.server = rs.Server(s.registry, tls=made.server(clients=True)).start()
    s.url = s.server.url
    s.registry.register("orders-value", PLAIN)
    s.head(PLAIN)

    def run(name, key=None, **more):
        given = {"BREAKWATER_REGISTRY_CERT": made.path(f"{name}.pem"), "BREAKWATER_REGISTRY_KEY": key or made.path(f"{name}.key")} if name else {}
        return s.check("--registry-timeout=6", BREAKWATER_REGISTRY_CA=made.path("ca.pem"), **given, **more)

    s.expect("without", run(None), 2)
    s.expect("with", run("client"), 0, "already version 1")
    s.expect("of a stranger", run("stranger"), 2)
    s.expect("the wrong key", run("client", made.path("stranger.key")), 2)
    s.expect("a key that is not there", run("client", made.path("none.key")), 2)
    encrypted, path = made.encrypt_key("client", "pass-of-the-key"), s.tmp / "key-password"
    path.write_text("pass-of-the-key\n")
    s.expect("a key with a password", run("client", encrypted, BREAKWATER_REGISTRY_KEY_PASSWORD_FILE=str(path)), 0, absent=["pass-of-the-key"])
    path.write_text("another\n")
    s.expect("a wrong password", run("client", encrypted, BREAKWATER_REGISTRY_KEY_PASSWORD_FILE=str(path)), 2)


@situation(47)
def certificates_of_servers(s):
    made = rs.Certificates(s.tmp / "tls")
    s.registry.register("orders-value", PLAIN)
    s.head(PLAIN)
    ca = {"BREAKWATER_REGISTRY_CA": made.path("ca.pem")}
    for name, given, status, words in (("self", {}, 2, ["not trusted", "BREAKWATER_REGISTRY_CA"]), ("self", {"BREAKWATER_REGISTRY_CA": made.path("self.pem")}, 0, []),
                                       ("server", {}, 2, ["not trusted"]), ("server", ca, 0, ["already"]), ("elsewhere", ca, 2, ["127.0.0.1"]),
                                       ("server", {"BREAKWATER_REGISTRY_CA": made.path("other-ca.pem")}, 2, []),
                                       ("server", {"BREAKWATER_REGISTRY_CA": made.path("none.pem")}, 2, [])):
        with rs.Server(s.registry, tls=made.server(name)) as server:
            s.url = server.url
            s.expect(f"{name} with {given}", s.check("--registry-timeout=6", **given), status, *words)
            s.holds("asked once at most before it gives up", status == 0 or not server.log, server.asked())
    s.url = s.server.url.replace("http", "https")
    s.expect("a server without TLS", s.check("--registry-timeout=6"), 2)


@situation(48)
def no_socket(s):
    if not traced.possible():
        s.lines.append("note: 48 is skipped: strace may not trace here")
        return
    named_by_repository(s, "https://registry.invalid", NARROW)
    for args in (("check", "main"), ("check",), ("check", "--format=json", "main"), ("rules",), ("build", "-o", "/dev/null", "main")):
        done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/stdout", "-e", "trace=socket,connect,bind,openat", s.bw, *args], cwd=s.at,
                              env={**s.env, "BREAKWATER_REGISTRY_URL": s.url, **WITH_PASSWORD}, capture_output=True, check=False)
        calls = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if re.search(r"socket\(|connect\(|bind\(|libcurl|libssl", line)]
        s.holds(f"{args}: no socket, no libcurl", not calls, calls[:5])
