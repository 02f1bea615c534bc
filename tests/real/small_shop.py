"""A business that fits on one page: letters, an application's files, an application; no servers.

Its data are files, so nothing has to run on the host: it is backed up where it lies, and only the
drill starts the application. Each test has a state folder of its own beside the one repository.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

REFLOAT = (sys.executable, "-m", "refloat.cli")
ACCOUNT = "www-data" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
LETTERS = 12
TIMEOUT = 280.0
"""Seconds for a command: on a slow machine that is busy, restic goes on trying for long."""

APPLICATION = '''\
"""Serves letters, takes orders."""

import http.server, json, pathlib

LETTERS = pathlib.Path("letters")

class Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/letters":
            return self.say(200, {"count": len(list(LETTERS.glob("*.txt")))})
        self.say(200 if self.path == "/health" else 404, {"path": self.path})

    def do_POST(self):
        name = self.rfile.read(int(self.headers["Content-Length"])).decode()
        (LETTERS / f"order-{name}.txt").write_text("an order")
        self.say(201, {"ordered": name})

    def say(self, status, what):
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", 18080), Shop).serve_forever()
'''

PLAN = """\
organisation: Corner Shop
people:
  ada: {{name: Ada Bell, roles: [business owner]}}
  tom: {{name: Tom Ware, roles: [technical owner]}}
repositories:
  shelf: {{engine: restic, location: backup, password: "file:secrets/{password}"}}
defaults:
  protect: {{repository: shelf}}
services:
  shop:
    name: The shop
    owner: ada
    objectives:
      rpo: {{target: 1 h, basis: bia, approver: ada}}
      rto: {{target: {rto}, basis: bia, approver: ada}}
    needs: [application, soft: pictures]
    checks:
      - a customer finds the letters:
          http: {{url: "http://127.0.0.1:18080/letters", at_least: {{count: {letters}}}}}
      - a customer orders:
          http: {{url: "http://127.0.0.1:18080/orders", json: "7", status: 201}}
components:
  letters:
    kind: files
    user: {account}
    protect: {{files: letters}}
  program:
    kind: settings
    user: {account}
    protect: {{files: program}}
  pictures:
    kind: files
    user: {account}
    protect: {{files: pictures}}
{pictures}
  application:
    kind: application
    user: {account}
    needs: [program, letters]
    recover:
      start: {start}
{recover}
{more}
"""
READY = """\
      ready: {http: "http://127.0.0.1:18080/health"}
      timeout: 20 s
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    output: str
    errors: str

    def json(self) -> Any:
        """Give what it printed, which must be JSON and nothing else."""
        return json.loads(self.output)


@dataclass(frozen=True)
class Shop:
    """The business in its home, with the state folder that its commands use."""

    home: Path
    state: Path
    plan: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **environment: str) -> Ended:
        """Run a command of Refloat to its end."""
        with self.begin(*arguments, **environment) as child:
            output, errors = child.communicate(timeout=TIMEOUT)
        return Ended(child.returncode, output, errors)

    def begin(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command of Refloat."""
        return subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
            env={**os.environ, **self.environment, **environment},
        )

    def command(self, *arguments: str) -> tuple[str, ...]:
        """Give the command line of a command of Refloat."""
        return (*REFLOAT, "--plan", str(self.plan), "--state", str(self.state), *arguments)

    def drill(self, *options: str, **environment: str) -> Ended:
        """Drill the shop."""
        return self.run("drill", "shop", "--json", *options, **environment)

    def evidence(self) -> list[dict[str, Any]]:
        """Give the ledger's statements as ``evidence show`` prints them."""
        listed = self.run("evidence", "list", "--json").json()
        return [self.run("evidence", "show", str(one["entry"]), "--json").json() for one in listed]

    def runs(self) -> list[str]:
        """Name the runs that the state knows."""
        folder = self.state / "runs"
        return sorted(one.name for one in folder.iterdir()) if folder.exists() else []

    def journal(self, run: str) -> list[dict[str, Any]]:
        """Read the events of a run."""
        text = (self.state / "runs" / run / "journal.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


def plan_text(
    *,
    rto: str = "5 min",
    password: str = "repository",
    letters: int = LETTERS,
    start: str = "/usr/bin/python3 program/shop.py",
    recover: str = READY,
    pictures: str = "",
    more: str = "",
) -> str:
    """Write the shop's plan, with what a test wants different."""
    return PLAN.format(
        rto=rto,
        password=password,
        letters=letters,
        account=ACCOUNT,
        start=start,
        recover=recover,
        pictures=pictures,
        more=more,
    )


@contextmanager
def seeded_shop() -> Iterator[Shop]:
    """Make the business, approve its objectives, back it up."""
    home = Path(tempfile.mkdtemp(prefix="refloat-shop-", dir="/var/tmp"))
    try:
        home.chmod(0o755)
        build(home)
        shop = Shop(home, home / "state-0", home / "refloat.yaml")
        shop.plan.write_text(plan_text(), encoding="utf-8")
        done(shop.run("approve", "objective", "shop", "--as", "ada"))
        done(shop.run("backup"))
        yield shop
    finally:
        shutil.rmtree(home, ignore_errors=True)


def build(home: Path) -> None:
    """Write the shop's files and secrets."""
    for name in ("letters", "program", "pictures", "secrets"):
        (home / name).mkdir()
    for number in range(LETTERS):
        (home / "letters" / f"letter {number}.txt").write_text(f"Dear {number}" * number)
    (home / "program" / "shop.py").write_text(APPLICATION, encoding="utf-8")
    (home / "pictures" / "front.svg").write_text("<svg/>")
    for name in ("repository", "wrong"):
        (home / "secrets" / name).write_text(f"{name} password")
        (home / "secrets" / name).chmod(0o600)
    (home / "secrets").chmod(0o700)
    if os.geteuid() == 0:
        for name in ("letters", "program", "pictures"):
            give(home / name)


def give(folder: Path) -> None:
    """Give a folder to the account that the shop runs as."""
    for one in (folder, *folder.rglob("*")):
        shutil.chown(one, ACCOUNT)


@contextmanager
def own_state(seeded: Shop, name: str = "") -> Iterator[Shop]:
    """Give the shop with a state of its own: approvals and backups known, nothing else."""
    state = Path(tempfile.mkdtemp(prefix=f"state-{name}", dir=seeded.home))
    try:
        shutil.copytree(seeded.state, state, dirs_exist_ok=True)
        plan = seeded.home / f"{state.name}.yaml"
        shutil.copy(seeded.plan, plan)
        yield Shop(seeded.home, state, plan)
    finally:
        shutil.rmtree(state, ignore_errors=True)


def done(ended: Ended) -> Ended:
    """See that a command that only prepares a test succeeded."""
    assert ended.code == 0, f"{ended.output}\n{ended.errors}"
    return ended


def left_behind(folder: Path) -> list[str]:
    """Name what is left of sandboxes below a folder: processes, mounts, control groups."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid():
            found += [f"process {process.name}: {words}" for words in _traces(process, folder)]
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    found += [f"mount {line}" for line in mounts if str(folder) in line]
    return found


def _traces(process: Path, folder: Path) -> Iterator[str]:
    """Say how a process is connected with a folder: by its root, working folder or command."""
    for link in ("root", "cwd"):
        try:
            if os.readlink(process / link).startswith(str(folder)):
                yield link
        except OSError:
            continue
    try:
        words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        mounted = (process / "mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    if str(folder) in words or str(folder) in mounted:
        yield words


def control_groups(runs: Sequence[str]) -> list[str]:
    """Find control groups that are named for runs."""
    root = Path("/sys/fs/cgroup")
    return [
        str(group)
        for run in runs
        for group in (*root.glob(f"**/refloat-{run}"), *root.glob(f"**/refloat-{run}-*"))
    ]


def dedent(text: str) -> str:
    """Take the common indentation off a program."""
    return textwrap.dedent(text)


def without(program: str, command: Sequence[str], shop: Shop) -> Ended:
    """Run a command that cannot see a program of the machine; root only."""
    script = f'mount --bind /dev/null {program} && exec "$@"'
    wrapped = str(Path(__file__).parents[1] / "support" / "programs")
    path = os.pathsep.join(one for one in os.environ["PATH"].split(os.pathsep) if one != wrapped)
    ended = subprocess.run(
        ("unshare", "--mount", "sh", "-c", script, "sh", *command),
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        cwd=shop.home,
        timeout=TIMEOUT,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@contextmanager
def small_disk(shop: Shop, megabytes: int, options: str = "") -> Iterator[Shop]:
    """Give the shop with its state on a small disk of its own; root only."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    disk = Path(tempfile.mkdtemp(prefix="disk-", dir=shop.home))
    size = f"size={megabytes}m"
    subprocess.run(("mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)), check=True)
    try:
        shutil.copytree(shop.state, disk / "state")
        if options:
            subprocess.run(("mount", "-o", f"remount,{options}", str(disk)), check=True)
        yield replace(shop, state=disk / "state")
    finally:
        subprocess.run(("umount", str(disk)), check=True)
        disk.rmdir()
