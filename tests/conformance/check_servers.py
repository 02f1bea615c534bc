"""Servers for the checks to ask, started inside a place: well-behaved ones and hostile ones."""

from __future__ import annotations

import json
import os
import pwd
import time
from dataclasses import dataclass
from pathlib import Path

from refloat.model.place import Place, Running
from refloat.testing.check_conformance import CONTENT, SECRET_WORD


def account(name: str) -> str:
    """Give the account that a server runs as: its own where we are root, else ours."""
    return name if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


@dataclass(frozen=True)
class Area:
    """A place, and the absolute path of a folder in it where tests may put things."""

    place: Place
    folder: str

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}"


WEB = r"""
import hashlib, http.server, json, sys, urllib.parse

CONTENT, SECRET, ports = sys.argv[2], sys.argv[3], sys.argv[1]
DOCUMENT = b"\x00\xff binary " * 1000


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(urllib.parse.parse_qsl(body))
        if self.path == "/sign-in":
            if form.get("password") != SECRET:
                return self.reply(401, json.dumps({"error": CONTENT}).encode())
            return self.reply(303, Set_Cookie="session=s3ss; HttpOnly; Path=/", Location="/home")
        given = json.loads(body)
        self.reply(201, json.dumps({"id": 4711, "patient": given["patient"]}).encode())

    def do_GET(self):
        signed_in = "session=s3ss" in (self.headers["Cookie"] or "")
        if self.path == "/elsewhere":
            return self.reply(302, Location="http://127.0.0.2:9/")
        if self.path == "/loop":
            return self.reply(302, Location="/loop")
        if self.path == "/document":
            return self.reply(200, DOCUMENT)
        if self.path == "/described":
            digest = hashlib.sha256(DOCUMENT).hexdigest()
            return self.reply(200, json.dumps({"sha256": digest}).encode())
        if not signed_in:
            return self.reply(401, json.dumps({"error": CONTENT}).encode())
        found = {"count": 17, "ok": True, "names": [CONTENT], "none": None}
        found["one"] = {"name": CONTENT}
        self.reply(200, json.dumps(found).encode(), X_Number="42")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(ports, "w") as stream:
    json.dump({"web": server.server_port}, stream)
server.serve_forever()
"""

HOSTILE = r"""
import json, socket, sys, threading, time

ports, CONTENT = sys.argv[1], sys.argv[2].encode()
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def endless(connection):
    connection.sendall(OK + b"\r\n")
    while True:
        connection.sendall(b"x" * (1 << 20))


def drip(connection):
    connection.sendall(OK + b"Content-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


def drip_head(connection):
    while True:
        connection.sendall(b"H")
        time.sleep(0.05)


def body(content):
    def send(connection):
        connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(content) + content)
    return send


def raw(content):
    return lambda connection: connection.sendall(content)


def short(connection):
    connection.sendall(OK + b"Content-Length: 5000\r\n\r\n{}")


def silent(connection):
    time.sleep(600)


WAYS = {
    "endless": endless,
    "drip": drip,
    "drip_head": drip_head,
    "silent": silent,
    "short": short,
    "closes": lambda connection: None,
    "garbage": raw(bytes(range(256)) * 64 + b"\r\n" + CONTENT),
    "no_newline": raw(b"A" * 300_000),
    "headers": raw(OK + b"X-Many: " + CONTENT + (b"\r\nX-Many: v" * 10_000) + b"\r\n\r\n"),
    "long_header": raw(OK + b"X-Long: " + b"v" * 3_000_000 + b"\r\n\r\n"),
    "bad_chunks": raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    "not_utf8": body(b'{"name": "\xff\xfe"}'),
    "malformed": body(b'{"name": "' + CONTENT),
    "deep": body(b"[" * 2_000_000),
    "huge_number": body(b'{"count": ' + b"9" * 100_000 + b"}"),
    "exponent": body(b'{"count": 1e308, "other": "1e999999999"}'),
    "continues": raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 5_000),
    "cookies": raw(OK + b"Content-Length: 2\r\n" + b"Set-Cookie: a=b\r\n" * 90 + b"\r\n{}"),
}


def serve(listener, way):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=handle, args=(connection, way), daemon=True).start()


def hear(connection):
    # Take the question; whoever expects a greeting asks none.
    connection.settimeout(0.5)
    try:
        connection.recv(65536)
    except TimeoutError:
        pass


def handle(connection, way):
    try:
        if way is not silent:
            hear(connection)
        connection.settimeout(30)
        way(connection)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)
    except OSError:
        pass
    finally:
        connection.close()


table = {}
for name, way in WAYS.items():
    listener = socket.create_server(("127.0.0.1", 0))
    table[name] = listener.getsockname()[1]
    threading.Thread(target=serve, args=(listener, way), daemon=True).start()
with open(ports, "w") as stream:
    json.dump(table, stream)
threading.Event().wait()
"""


def start_python(area: Area, name: str, program: str) -> tuple[Running, dict[str, int]]:
    """Start one of the programs above in the place; give it and the ports it listens on."""
    user = account("nobody")
    folder = area.path(name)
    area.place.make_folder(folder, user=user, mode=0o755)
    area.place.write(f"{folder}/server.py", program.encode(), user=user)
    ports = f"{folder}/ports.json"
    arguments = (
        "/usr/bin/python3", "-I", f"{folder}/server.py", ports, CONTENT, SECRET_WORD
    )  # fmt: skip
    running = area.place.start(name, arguments, user=user)
    return running, _ports(area, running, ports, user)


def _ports(area: Area, running: Running, file: str, user: str) -> dict[str, int]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        read = area.place.run(("/bin/cat", file), user=user, timeout=10)
        if read.succeeded and read.output.endswith(b"}"):
            ports: dict[str, int] = json.loads(read.output)
            return ports
        assert running.alive(), running.last_words()
        time.sleep(0.05)
    raise AssertionError("the server did not start")


def start_postgresql(area: Area, binaries: str) -> tuple[Running, str]:
    """Start a PostgreSQL server in the place that asks for passwords; give it and its folder."""
    user = account("postgres")
    folder = area.path("postgresql")
    data, socket = f"{folder}/data", f"{folder}/run"
    for path in (folder, socket):
        area.place.make_folder(path, user=user, mode=0o755)
    area.place.write(f"{folder}/password", SECRET_WORD.encode(), user=user)
    arguments = (
        *(f"{binaries}/initdb", "-N", "-D", data, "-U", "keeper", "-E", "UTF8", "--locale=C"),
        *("-A", "scram-sha-256", f"--pwfile={folder}/password"),
    )
    made = area.place.run(arguments, user=user, timeout=120, folder=folder)
    assert made.succeeded, made.errors
    server = (
        *(f"{binaries}/postgres", "-D", data, "-k", socket, "-c", "listen_addresses="),
        *("-c", "fsync=off", "-c", "shared_buffers=16MB"),
    )
    running = area.place.start("postgresql", server, user=user, folder=folder)
    environment = {"PGPASSWORD": SECRET_WORD}
    rows = (
        "create table people (id int, name text);"
        f"insert into people select n, '{CONTENT}' from generate_series(1, 1200) n"
    )
    question = (
        *(f"{binaries}/psql", "-X", "-q", "-h", socket, "-U", "keeper", "-d", "postgres"),
        *("-c", rows),
    )
    _until(area, running, question, user, environment)
    return running, socket


SLAPD = """
dn: cn=config
objectClass: olcGlobal
cn: config

dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif

dn: olcDatabase=mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: mdb
olcSuffix: dc=example
olcDbDirectory: {folder}/data
olcDbNoSync: TRUE
olcRootDN: cn=keeper,dc=example
olcRootPW: {password}
olcAccess: to attrs=userPassword by anonymous auth by * none
olcAccess: to * by * read
"""

PEOPLE = """
dn: dc=example
objectClass: dcObject
objectClass: organization
dc: example
o: Example
"""


def start_slapd(area: Area) -> tuple[Running, str]:
    """Start an LDAP server in the place with 40 people; give it and its address."""
    user = account("openldap")
    folder = area.path("slapd")
    for path in (folder, f"{folder}/data", f"{folder}/slapd.d"):
        area.place.make_folder(path, user=user, mode=0o755)
    people = PEOPLE + "".join(
        f"\ndn: cn={CONTENT} {number},dc=example\nobjectClass: person\n"
        f"cn: {CONTENT} {number}\nsn: {CONTENT}\nuserPassword: {SECRET_WORD}\n"
        for number in range(40)
    )
    core = Path("/etc/ldap/schema/core.ldif").read_text(encoding="utf-8").splitlines()
    schema = "".join(f"{line}\n" for line in core if not line.startswith("#"))
    configuration = SLAPD.format(folder=folder, password=SECRET_WORD).replace(
        "include: file:///etc/ldap/schema/core.ldif\n", schema
    )
    for number, text in ((0, configuration), (1, people)):
        area.place.write(f"{folder}/{number}.ldif", text.encode(), user=user)
        added = area.place.run(
            (
                *("/usr/sbin/slapadd", "-q", "-F", f"{folder}/slapd.d"),
                *("-n", str(number), "-l", f"{folder}/{number}.ldif"),
            ),
            user=user,
            timeout=60,
        )
        assert added.succeeded, added.errors
    url = "ldapi://" + f"{folder}/ldapi".replace("/", "%2F")
    running = area.place.start(
        "slapd",
        ("/usr/sbin/slapd", "-d", "0", "-F", f"{folder}/slapd.d", "-h", url),
        user=user,
    )
    _until(area, running, ("ldapwhoami", "-x", "-H", url), user, {})
    return running, url


def _until(
    area: Area, running: Running, question: tuple[str, ...], user: str, environment: dict[str, str]
) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        asked = area.place.run(question, user=user, timeout=30, environment=environment)
        if asked.succeeded:
            return
        assert running.alive(), running.last_words()
        time.sleep(0.1)
    raise AssertionError(f"the server did not answer: {asked.errors}")
