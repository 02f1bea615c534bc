"""What drills are measured on: private PostgreSQL servers, backed up by Refloat, then gone."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
REFLOAT = (sys.executable, "-m", "refloat.cli")
FIRST_PORT = 43710
ACCOUNT = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

PLAN_HEAD = """
organisation: Benchmark
people:
  ben: {name: Ben, roles: [business owner]}
repositories:
  shelf: {engine: restic, location: backup, password: file:password}
services:
  books:
    name: Books
    owner: ben
    processes: [reading]
    objectives:
      rpo: {target: 1 day, basis: bia, approver: ben}
      rto: {target: 1 h, basis: bia, approver: ben}
"""


@dataclass(frozen=True)
class Sample:
    """A plan with its repository, the production servers gone.

    Attributes:
        folder: the plan's folder.
        components: key and port of each database.
        snapshots: restic's identity of each database's recovery point, by key.
    """

    folder: Path
    components: tuple[tuple[str, int], ...]
    snapshots: dict[str, str]

    @property
    def drill(self) -> tuple[str, ...]:
        """The command that is measured."""
        return (*REFLOAT, "--plan", str(self.folder / "refloat.yaml"), "drill", "books", "--json")


@contextmanager
def backed_up(count: int, megabytes: int) -> Iterator[Sample]:
    """Make databases of a size each, back them up, and let the servers go.

    Args:
        count: how many independent components.
        megabytes: how large each database is on its disk, about.
    """
    folder = Path(tempfile.mkdtemp(prefix="refloat-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    components = tuple((f"db{n}", FIRST_PORT + n) for n in range(count))
    try:
        (folder / "password").write_text("benchmark")
        (folder / "password").chmod(0o600)
        (folder / "refloat.yaml").write_text(PLAN_HEAD + _plan(components))
        for key, port in components:
            _make(folder, key, port, megabytes)
        try:
            refloat(folder, "approve", "objective", "books", "--as", "ben")
            refloat(folder, "backup")
        finally:
            for key, _ in components:
                as_account(PROGRAMS / "pg_ctl", "-D", folder / key / "data", "-m", "fast", "stop")
        for key, _ in components:
            shutil.rmtree(folder / key)
        yield Sample(folder, components, _snapshots(folder))
    finally:
        shutil.rmtree(folder)


def refloat(folder: Path, *arguments: str) -> str:
    """Run a command of Refloat on a sample's plan and give what it printed."""
    command = (*REFLOAT, "--plan", str(folder / "refloat.yaml"), *arguments)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


def as_account(*arguments: object, text: str | None = None) -> str:
    """Run a program as the unprivileged account, as somebody would by hand."""
    prefix = ("setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--init-groups", "--")
    command = (*(prefix if os.geteuid() == 0 else ()), *map(str, arguments))
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    done = subprocess.run(
        command, input=text, env=environment, capture_output=True, text=True, cwd="/var/tmp"
    )
    if done.returncode:
        raise RuntimeError(f"{command[-1]}: {done.stderr}")
    return done.stdout


def own(path: Path) -> Path:
    """Make a folder that belongs to the account."""
    path.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(path, ACCOUNT)
    return path


def bare_server(folder: Path, port: int) -> Path:
    """Make and start an empty server by hand; give its data folder."""
    data = own(folder / "data")
    as_account(PROGRAMS / "initdb", "-N", "-A", "trust", "-U", "postgres", "-D", data)
    settings = f"-p {port} -k {folder} -c listen_addresses= -c fsync=off"
    log = folder / "data" / "log"
    as_account(PROGRAMS / "pg_ctl", "-D", data, "-w", "-l", log, "-o", settings, "start")
    return data


def _make(folder: Path, key: str, port: int, megabytes: int) -> None:
    own(folder / key)
    bare_server(folder / key, port)
    rows = megabytes * 1_000_000 // 250  # a row with its index entries takes about 250 bytes
    script = f"""
        CREATE DATABASE books;
        \\c books
        SELECT setseed(0.5);
        CREATE TABLE entry (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz, account integer,
            amount numeric(12, 2), words text);
        INSERT INTO entry (at, account, amount, words)
            SELECT now() - n * interval '1 minute', n % 5000, random() * 1000,
                   md5(n::text) || repeat(md5((n % 977)::text), 2)
            FROM generate_series(1, {rows}) n;
        CREATE TABLE account (id integer PRIMARY KEY, name text);
        INSERT INTO account SELECT n, 'account ' || n FROM generate_series(0, 4999) n;
        CREATE INDEX ON entry (account, at);
        ALTER TABLE entry ADD FOREIGN KEY (account) REFERENCES account;
    """
    as_account("psql", "-qXh", folder / key, "-p", port, "-U", "postgres", text=script)


def _plan(components: tuple[tuple[str, int], ...]) -> str:
    lines = [f"    needs: [{', '.join(key for key, _ in components)}]", "    checks:"]
    for key, port in components:
        lines += [
            f"      - entries of {key}:",
            f"          sql: {{port: {port}, database: books, user: postgres,"
            " query: select count(*) from account, expect: '5000'}",
        ]
    lines.append("components:")
    for key, port in components:
        lines += [
            f"  {key}:",
            "    kind: database",
            f"    user: {ACCOUNT}",
            "    protect:",
            f"      postgresql: {{socket: {key}, port: {port}, database: books}}",
            "      repository: shelf",
        ]
    return "\n".join(lines) + "\n"


def _snapshots(folder: Path) -> dict[str, str]:
    command = ("restic", "-r", str(folder / "backup"), "-p", str(folder / "password"))
    found = subprocess.run(
        (*command, "snapshots", "--json", "--no-lock"), check=True, capture_output=True, text=True
    ).stdout
    result: dict[str, str] = {}
    for snapshot in json.loads(found):
        for path in snapshot["paths"]:
            name = Path(path).name
            if name.endswith(".dump"):
                result[name.removesuffix(".dump")] = snapshot["id"]
    return result
