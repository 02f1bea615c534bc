"""Private PostgreSQL and slapd servers for tests: own folders, own sockets, free ports, stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from refloat.data_sets import Source, Target
from refloat.model.options import OptionValue
from refloat.model.secret import Secret

PASSWORD = "correct horse: battery\\staple"
"""With the characters that a password file has to escape."""

POSTGRESQL = Path("/usr/lib/postgresql")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def account(name: str) -> str:
    """Give the account that a server runs as: its own where we are root, else ours."""
    return name if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def free_port() -> int:
    """Give a port of 127.0.0.1 that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def short_folder(owner: str) -> Iterator[Path]:
    """Give a folder with a path short enough for sockets, which its owner may enter."""
    path = Path(tempfile.mkdtemp(prefix="rf-", dir="/tmp"))
    try:
        path.chmod(0o755)
        _give(path, owner)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def as_account(name: str, *arguments: str, given: bytes = b"", check: bool = True) -> bytes:
    """Run a program to its end as an account; give its output."""
    done = subprocess.run(
        arguments,
        input=given,
        capture_output=True,
        cwd="/",
        env=ENVIRONMENT,
        timeout=120,
        check=False,
        **_identity(name),
    )
    if check and done.returncode != 0:
        raise AssertionError(f"{arguments[0]}: {done.stderr.decode()}")
    return done.stdout


@contextmanager
def running(name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Keep a server running as an account for as long as the block runs."""
    child = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=ENVIRONMENT,
        start_new_session=True,
        **_identity(name),
    )
    try:
        yield child
    finally:
        child.terminate() if name != account("postgres") else child.send_signal(2)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(10)


@dataclass
class Database:
    """A private PostgreSQL server with one database, ``shop``."""

    folder: Path
    port: int
    programs: Path
    owner: str
    extra: dict[str, OptionValue] = field(default_factory=dict)

    @property
    def socket(self) -> Path:
        return self.folder / "run"

    def sql(self, script: str, database: str = "shop", user: str = "postgres") -> str:
        """Run SQL as a superuser; give what it printed."""
        done = subprocess.run(
            (str(self.programs / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database),
            input=script.encode(),
            capture_output=True,
            env=ENVIRONMENT
            | {
                "PGHOST": str(self.socket),
                "PGPORT": str(self.port),
                "PGUSER": user,
                "PGPASSWORD": PASSWORD,
            },
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def options(self, **more: OptionValue) -> Mapping[str, OptionValue]:
        return {
            "socket": str(self.socket),
            "port": self.port,
            "database": "shop",
            "user": "postgres",
            **self.extra,
            **more,
        }

    def source(self, scratch: Path, **more: OptionValue) -> Source:
        secrets = {"password": Secret(PASSWORD)}
        return Source("shop-db", self.options(**more), secrets, self.owner, scratch, True)

    def target(self, **more: OptionValue) -> Target:
        secrets = {"password": Secret(PASSWORD)}
        return Target("shop-db", self.options(**more), secrets, self.owner, 120.0)


@contextmanager
def postgresql(configuration: str = "", bootstrap: str = "postgres") -> Iterator[Database]:
    """Run a private PostgreSQL server that asks everybody for a password."""
    owner = account("postgres")
    programs = max(POSTGRESQL.glob("*/bin"), key=lambda path: int(path.parent.name))
    with short_folder(owner) as folder:
        database = Database(folder, free_port(), programs, owner)
        data = folder / "data"
        word = folder / "word"
        word.write_text(PASSWORD)
        _give(word, owner)
        (folder / "run").mkdir(mode=0o755)
        _give(folder / "run", owner)
        as_account(
            owner,
            *(str(programs / "initdb"), "-N", "-D", str(data), "-U", bootstrap),
            *("-A", "scram-sha-256", "--pwfile", str(word), "-E", "UTF8", "--locale", "C.UTF-8"),
        )
        with (data / "postgresql.conf").open("a") as stream:
            stream.write(
                f"\nlisten_addresses = '127.0.0.1'\nport = {database.port}\nfsync = off\n"
                f"unix_socket_directories = '{folder / 'run'}'\n{configuration}\n"
            )
        with running(owner, str(programs / "postgres"), "-D", str(data)) as server:
            _wait(server, lambda: _answers(database))
            database.sql("CREATE DATABASE shop", database="postgres", user=bootstrap)
            yield database


def _answers(database: Database) -> bool:
    ready = (str(database.programs / "pg_isready"), "-q", "-h", str(database.socket))
    return subprocess.run((*ready, "-p", str(database.port)), check=False).returncode == 0


def _wait(server: subprocess.Popen[bytes], answers: object) -> None:
    assert callable(answers)
    deadline = time.monotonic() + 30
    while not answers():
        assert server.poll() is None, "the server ended at once"
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.02)


def _give(path: Path, owner: str) -> None:
    if os.geteuid() == 0:
        entry = pwd.getpwnam(owner)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _identity(name: str) -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
