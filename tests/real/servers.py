"""Private PostgreSQL and slapd servers for tests: own folders, own sockets, free ports, stopped."""

from __future__ import annotations

import base64
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


class Server:
    """A server that runs as an account."""

    def __init__(self, name: str, *arguments: str) -> None:
        self._child = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            **_identity(name),
        )

    def alive(self) -> bool:
        return self._child.poll() is None

    def stop(self) -> None:
        """End it at once but in order (SIGINT is PostgreSQL's fast way). Safe to call twice."""
        for number in (signal.SIGINT, signal.SIGKILL):
            if not self.alive():
                return
            self._child.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(10)


@dataclass
class Database:
    """A private PostgreSQL server with one database, ``shop``."""

    folder: Path
    port: int
    programs: Path
    owner: str
    bootstrap: str = "postgres"
    server: Server | None = None

    @property
    def socket(self) -> Path:
        return self.folder / "run"

    def sql(self, script: str, database: str = "shop", user: str = "") -> str:
        """Run SQL, as the first superuser if nobody is named; give what it printed."""
        done = subprocess.run(
            (str(self.programs / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database),
            input=script.encode(),
            capture_output=True,
            env=ENVIRONMENT
            | {
                "PGHOST": str(self.socket),
                "PGPORT": str(self.port),
                "PGUSER": user or self.bootstrap,
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
            "user": self.bootstrap,
            **more,
        }

    def stop(self) -> None:
        """End the server; fine if it does not run."""
        if self.server is not None:
            self.server.stop()

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
        database = Database(folder, free_port(), programs, owner, bootstrap)
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
        database.server = Server(owner, str(programs / "postgres"), "-D", str(data))
        try:
            _wait(database.server, lambda: _answers(database))
            database.sql("CREATE DATABASE shop", database="postgres")
            yield database
        finally:
            database.server.stop()


@dataclass
class DirectoryServer:
    """A private slapd with the suffix ``dc=shop,dc=example``."""

    folder: Path
    port: int
    owner: str
    server: Server | None = None

    suffix = "dc=shop,dc=example"

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    def change(self, ldif: str) -> None:
        """Send changes as the administrator."""
        bind = ("-x", "-D", f"cn=admin,{self.suffix}", "-w", PASSWORD)
        as_account(self.owner, "ldapmodify", "-H", self.url, *bind, given=ldif.encode())

    def options(self, **more: OptionValue) -> Mapping[str, OptionValue]:
        return {
            "url": self.url,
            "configuration": str(self.folder / "slapd.d"),
            "suffix": self.suffix,
            "bind_dn": f"cn=admin,{self.suffix}",
            **more,
        }

    def stop(self) -> None:
        """End the server; fine if it does not run."""
        if self.server is not None:
            self.server.stop()

    def source(self, scratch: Path, **more: OptionValue) -> Source:
        secrets = {"password": Secret(PASSWORD)}
        return Source("people", self.options(**more), secrets, self.owner, scratch, True)

    def target(self, **more: OptionValue) -> Target:
        secrets = {"password": Secret(PASSWORD)}
        return Target("people", self.options(**more), secrets, self.owner, 60.0)


@contextmanager
def directory(people: int = 50) -> Iterator[DirectoryServer]:
    """Run a private slapd with some people in it; their names need encoding."""
    owner = account("openldap")
    with short_folder(owner) as folder:
        served = DirectoryServer(folder, free_port(), owner)
        for name in ("slapd.d", "data", "run"):
            (folder / name).mkdir(mode=0o700)
            _give(folder / name, owner)
        home = str(folder / "slapd.d")
        slapadd = ("/usr/sbin/slapadd", "-q", "-F", home, "-n")
        as_account(owner, *slapadd, "0", given=_slapd_configuration(served).encode())
        as_account(owner, *slapadd, "1", given=_people(served.suffix, people).encode())
        arguments = ("/usr/sbin/slapd", "-d", "0", "-h", served.url, "-F", home)
        served.server = Server(owner, *arguments)
        try:
            ask = ("ldapwhoami", "-x", "-H", served.url)
            _wait(served.server, lambda: subprocess.run(ask, capture_output=True).returncode == 0)
            yield served
        finally:
            served.server.stop()


def _slapd_configuration(served: DirectoryServer) -> str:
    return f"""\
dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: {served.folder}/run/slapd.pid

dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif
include: file:///etc/ldap/schema/cosine.ldif
include: file:///etc/ldap/schema/inetorgperson.ldif

dn: olcDatabase=mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: mdb
olcDbDirectory: {served.folder}/data
olcDbMaxSize: 67108864
olcSuffix: {served.suffix}
olcRootDN: cn=admin,{served.suffix}
olcRootPW: {PASSWORD}
olcAccess: to attrs=userPassword by self write by anonymous auth by * none
olcAccess: to * by users read by * none
"""


def _people(suffix: str, count: int) -> str:
    top = f"dn: {suffix}\nobjectClass: organization\nobjectClass: dcObject\no: Shop\ndc: shop\n\n"
    return top + "".join(
        f"dn:: {_encoded(f'cn=Zoë {n},{suffix}')}\nobjectClass: inetOrgPerson\n"
        f"cn:: {_encoded(f'Zoë {n}')}\nsn: Number {n}\nuserPassword: secret {n}\n"
        f"description: {'a long line that slapcat folds ' * 5}{n}\n\n"
        for n in range(count)
    )


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _answers(database: Database) -> bool:
    ready = (str(database.programs / "pg_isready"), "-q", "-h", str(database.socket))
    return subprocess.run((*ready, "-p", str(database.port)), check=False).returncode == 0


def _wait(server: Server, answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not answers():
        assert server.alive(), "the server ended at once"
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.02)


def _give(path: Path, owner: str) -> None:
    if os.geteuid() == 0:
        entry = pwd.getpwnam(owner)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _identity(name: str) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
