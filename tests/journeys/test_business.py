"""The sample business as a newcomer meets it: started, used over HTTP, stopped, lost, removed."""

from __future__ import annotations

import dataclasses
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# One worker runs them all, one after the other: they share a business.

PROGRAM = Path(__file__).parents[2] / "examples" / "harbour-street" / "business.py"


@dataclasses.dataclass(frozen=True)
class Business:
    home: Path
    port_base: int

    def command(self, name: str) -> list[str]:
        arguments = [name, "--home", str(self.home), "--port-base", str(self.port_base)]
        return ["/usr/bin/python3", "-B", str(PROGRAM), *arguments]

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(name), capture_output=True, text=True, check=False, timeout=120
        )

    def secret(self, name: str) -> str:
        return (self.home / "secrets" / name).read_text().strip()

    def psql(self, host: str, statement: str) -> list[str]:
        program = ["psql", "-XAtqw", "-h", host, "-p", str(self.port_base + 1)]
        return [*program, "-U", "postgres", "-d", "bookings", "-c", statement]

    def ldap(self, program: str, *arguments: str) -> str:
        """What one of OpenLDAP's tools prints when the administrator runs it."""
        administrator = ["-D", "cn=admin,dc=harbourstreet,dc=example", "-y", "/dev/stdin"]
        address = f"ldap://127.0.0.1:{self.port_base}"
        outcome = subprocess.run(
            [program, "-x", "-H", address, *administrator, *arguments],
            input=self.secret("ldap-admin"),
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        return outcome.stdout

    def rows(self, statement: str) -> list[str]:
        """What psql prints, one string a row, over the socket as the superuser."""
        outcome = subprocess.run(
            self.psql(str(self.home / "bookings-db" / "run"), statement),
            env={**os.environ, "PGPASSWORD": self.secret("database")},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return outcome.stdout.splitlines()

    def processes(self) -> list[int]:
        """Every process of this machine whose command line names the home."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if str(self.home).encode() in line:
                found.append(int(folder.name))
        return found


class Visitor:
    """Somebody at a browser: remembers the cookie."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = ""

    def ask(self, method: str, path: str, body: str = "", kind: str = "") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": self.cookie, "Content-Type": kind or "application/json"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        self.cookie = (answer.headers.get("Set-Cookie") or self.cookie).partition(";")[0]
        connection.close()
        return answer.status, content

    def json(self, method: str, path: str, body: str = "") -> tuple[int, Any]:
        status, content = self.ask(method, path, body)
        return status, json.loads(content)

    def sign_in(self, user: str, password: str) -> int:
        form = urllib.parse.urlencode({"user": user, "password": password})
        return self.ask("POST", "/sign-in", form, "application/x-www-form-urlencoded")[0]


def _free_ports() -> int:
    """The first of three ports in a row that nobody has, below those given out by the kernel."""
    for base in range(20_000 + os.getpid() % 5_000, 32_000, 3):
        sockets = [socket.socket() for _ in range(3)]
        try:
            for offset, candidate in enumerate(sockets):
                candidate.bind(("127.0.0.1", base + offset))
        except OSError:
            continue
        finally:
            for candidate in sockets:
                candidate.close()
        return base
    pytest.fail("no three free ports in a row")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # /var/tmp, and open to others: the servers run as users who may not enter pytest's folders.
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="harbour-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def business(folder: Path) -> Iterator[Business]:
    """One business for the whole module, running whenever a test begins."""
    made = Business(folder / "home of it", _free_ports())
    outcome = made.run("start")
    try:
        assert outcome.returncode == 0, outcome.stderr
        yield made
    finally:
        made.run("remove")
        assert not made.home.exists()
        assert made.processes() == []


@pytest.fixture
def dentist(business: Business) -> Visitor:
    visitor = Visitor(business.port_base + 2)
    assert visitor.sign_in("dana.reyes", business.secret("dentist")) == 200
    return visitor


def test_the_journey(business: Business, dentist: Visitor) -> None:
    status, today = dentist.json("GET", "/bookings?day=today")
    assert status == 200
    assert today["count"] == len(today["bookings"]) > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", today["day"])
    assert set(today["bookings"][0]) == {"id", "time", "patient", "treatment"}

    status, document = dentist.json("GET", "/documents/17")
    assert (status, document["id"]) == (200, 17)
    status, content = dentist.ask("GET", "/documents/17/content")
    assert status == 200
    assert hashlib.sha256(content).hexdigest() == document["sha256"]

    wanted = {"patient": 17, "treatment": 3, "at": "2031-03-03T09:30"}
    status, made = dentist.json("POST", "/bookings", json.dumps(wanted))
    assert status == 201
    assert business.rows(
        "SELECT patient, dentists.account, treatment, starts_at AT TIME ZONE 'Australia/Hobart'"
        f" FROM bookings JOIN dentists ON dentists.id = dentist WHERE bookings.id = {made['id']}"
    ) == ["17|dana.reyes|3|2031-03-03 09:30:00"]
    # The trigger wrote it down as well.
    assert business.rows(f"SELECT action FROM audit WHERE booking = {made['id']}") == ["INSERT"]
    status, that_day = dentist.json("GET", "/bookings?day=2031-03-03")
    assert made["id"] in [booking["id"] for booking in that_day["bookings"]]


def test_who_may_not(business: Business) -> None:
    stranger = Visitor(business.port_base + 2)
    assert stranger.ask("GET", "/bookings?day=today")[0] == 401
    assert stranger.sign_in("dana.reyes", "wrong") == 401
    assert stranger.sign_in("dana.reyes", "") == 401
    assert stranger.sign_in("*", business.secret("dentist")) == 401
    stranger.cookie = "session=dana.reyes:dentist:99999999999:" + "0" * 64
    assert stranger.ask("GET", "/documents/17")[0] == 401


def test_who_is_neither_dentist_nor_reception(business: Business) -> None:
    """Give a person of the other staff a known password, as the administrator."""
    person = "uid=kofi.macleod,ou=people,dc=harbourstreet,dc=example"
    business.ldap("ldappasswd", "-s", "known for this test", person)
    assert Visitor(business.port_base + 2).sign_in("kofi.macleod", "known for this test") == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/documents/0", "", 404),
        ("GET", "/documents/../secrets/database", "", 404),
        ("GET", "/documents/..%2f..%2fsecrets%2fdatabase", "", 404),
        ("GET", "/nothing", "", 404),
        ("DELETE", "/documents/17", "", 405),
        ("GET", "/bookings?day=' OR 1=1", "", 400),
        ("POST", "/bookings", "[", 400),
        ("POST", "/bookings", '{"patient": 1}', 400),
        ("POST", "/bookings", '{"patient": 99999999, "treatment": 1, "at": "2031-03-03"}', 400),
    ],
)
def test_what_is_refused(
    dentist: Visitor, method: str, path: str, body: str, expected: int
) -> None:
    status, answer = dentist.json(method, path.replace(" ", "%20"), body)
    assert status == expected
    assert answer["error"]


def test_a_path_in_the_database_leads_nowhere_else(business: Business, dentist: Visitor) -> None:
    [number] = business.rows(
        "INSERT INTO documents (path, sha256, patient)"
        " VALUES ('../booking/settings.json', repeat('0', 64), 1) RETURNING id"
    )
    try:
        assert dentist.ask("GET", f"/documents/{number}/content")[0] == 404
    finally:
        business.rows(f"DELETE FROM documents WHERE id = {number}")


def test_without_documents_the_rest_goes_on(business: Business, dentist: Visitor) -> None:
    away = business.home / "documents away"
    (business.home / "documents").rename(away)
    try:
        assert dentist.ask("GET", "/documents/17/content")[0] == 503
        assert dentist.ask("GET", "/documents/17")[0] == 200
        assert dentist.ask("GET", "/bookings?day=today")[0] == 200
        status, health = dentist.json("GET", "/health")
        assert (status, health["database"], health["directory"]) == (200, "ok", "ok")
        assert "not there" in health["documents"]
    finally:
        away.rename(business.home / "documents")


@pytest.mark.parametrize("server", ["identity", "bookings-db"])
def test_a_server_that_is_away_is_named(business: Business, server: str) -> None:
    process = json.loads((business.home / "state" / f"{server}.pid").read_text())["pid"]
    os.kill(process, signal.SIGINT)
    _wait_for(lambda: _is_gone(process))
    visitor = Visitor(business.port_base + 2)
    try:
        assert business.run("status").returncode == 1
        status, health = visitor.json("GET", "/health")
        dependency = {"identity": "directory", "bookings-db": "database"}[server]
        assert status == 503
        assert [name for name, state in health.items() if state != "ok"] == [dependency]
    finally:
        assert business.run("start").returncode == 0
    assert visitor.ask("GET", "/health")[0] == 200
    assert business.run("status").returncode == 0


def test_the_writer_writes_all_the_time(business: Business) -> None:
    count = "SELECT count(*) FROM bookings WHERE note = 'by telephone'"
    [before] = business.rows(count)
    _wait_for(lambda: int(business.rows(count)[0]) >= int(before) + 5)


def test_every_way_in_wants_a_password(business: Business) -> None:
    for host in ("127.0.0.1", str(business.home / "bookings-db" / "run")):
        outcome = subprocess.run(
            business.psql(host, "SELECT 1"),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert outcome.returncode != 0
        assert "no password supplied" in outcome.stderr


def test_sizes_and_oddities(business: Business) -> None:
    documents = business.home / "documents"
    entries = list(documents.rglob("*"))
    files = [entry for entry in entries if entry.is_file() and not entry.is_symlink()]
    sizes = [entry.stat().st_size for entry in files]
    assert len(files) == 1000
    assert 50_000_000 < sum(sizes) < 75_000_000
    assert 0 in sizes
    digests = {hashlib.sha256(entry.read_bytes()).hexdigest() for entry in files}
    assert len(digests) < 1000 - sizes.count(0)
    links = [entry for entry in entries if entry.is_symlink()]
    assert {link.exists() for link in links} == {True, False}
    assert any("\n" in entry.name for entry in files)
    assert any(not entry.name.isascii() for entry in files)
    assert any(entry.is_dir() and not any(entry.iterdir()) for entry in entries)
    assert len({entry.stat().st_mode for entry in files}) > 3
    assert int(business.rows("SELECT count(*) FROM bookings")[0]) > 100_000
    base = "ou=people,dc=harbourstreet,dc=example"
    found = business.ldap("ldapsearch", "-LLL", "-b", base, "(objectClass=inetOrgPerson)", "1.1")
    assert found.count("dn:") == 500


def test_nothing_runs_as_root_and_secrets_are_shut(business: Business) -> None:
    for process in business.processes():
        uid = Path(f"/proc/{process}/status").read_text().split("Uid:")[1].split()
        assert os.geteuid() != 0 or "0" not in uid[:4]
    secrets = [*(business.home / "secrets").iterdir(), *business.home.glob("booking/secrets/*")]
    assert len(secrets) == 6
    for secret in secrets:
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_all_of_it_may_be_repeated_and_lost(business: Business) -> None:
    assert business.run("start").returncode == 0
    assert [business.run("stop").returncode, business.run("stop").returncode] == [0, 0]
    assert business.processes() == []
    assert business.run("status").returncode == 1
    assert [business.run("lose").returncode, business.run("lose").returncode] == [0, 0]
    left = {entry.name for entry in business.home.iterdir()}
    assert left == {".harbour-street", "secrets", "state"}
    assert business.run("start").returncode == 0, "a lost business can be made again"


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("sign", [".harbour-street", "documents", "state/bookings-db.pid"])
def test_a_start_that_is_interrupted_leaves_nothing_running(
    folder: Path, kind: signal.Signals, sign: str
) -> None:
    half = Business(folder / "half", _free_ports())
    process = subprocess.Popen(half.command("start"), stderr=subprocess.DEVNULL)
    try:
        _wait_for((half.home / sign).exists)
        process.send_signal(kind)
        assert process.wait(timeout=60) in (0, 128 + kind)
        if process.returncode != 0:
            _wait_for(lambda: half.processes() == [])
    finally:
        process.kill()
        half.run("remove")
    assert not half.home.exists()
    assert half.processes() == []


def test_a_start_that_is_killed_is_made_good_by_the_next(folder: Path) -> None:
    killed = Business(folder / "killed", _free_ports())
    process = subprocess.Popen(killed.command("start"), stderr=subprocess.DEVNULL)
    try:
        # The database is half filled when this file is there and that mark is not.
        _wait_for((killed.home / "state" / "bookings-db.pid").exists)
        assert not (killed.home / "state" / "bookings-db.built").exists()
        process.kill()
        process.wait(timeout=30)
        outcome = killed.run("start")
        assert outcome.returncode == 0, outcome.stderr
        assert int(killed.rows("SELECT count(*) FROM bookings")[0]) >= 120_000
    finally:
        process.kill()
        killed.run("remove")
    assert killed.processes() == []


def test_a_folder_that_is_not_its_own_is_left_alone(folder: Path) -> None:
    strange = folder / "strange"
    (strange / "documents").mkdir(parents=True)
    stranger = Business(strange, _free_ports())
    outcome = stranger.run("start")
    assert outcome.returncode == 1
    assert "is not empty and no home of the business" in outcome.stderr
    for name in ("lose", "remove", "stop"):
        assert stranger.run(name).returncode == 0
    assert (strange / "documents").is_dir()


def test_a_port_that_is_taken_is_named(folder: Path) -> None:
    crowded = Business(folder / "crowded", _free_ports())
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", crowded.port_base + 1))
        listener.listen()
        outcome = crowded.run("start")
    assert outcome.returncode == 1
    assert f"port {crowded.port_base + 1} of 127.0.0.1 cannot be had" in outcome.stderr
    assert "--port-base" in outcome.stderr
    assert crowded.processes() == []
    crowded.run("remove")


def _is_gone(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def _wait_for(condition: Any, patience: float = 30) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
