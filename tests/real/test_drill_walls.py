"""A drill of a backup that means harm: what its start command tries, and does not reach."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.real.small_shop import READY, Shop, done, give, plan_text, seeded_shop

BURGLAR = '''\
"""Tries every way out that it was told of, and answers with those that led somewhere."""
import http.server, json, os, pathlib, socket, sys

WAYS = json.loads(pathlib.Path(sys.argv[1]).read_text())

def connects(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        probe.connect(address)
        return True

def tried(way):
    try:
        return bool(way())
    except OSError:
        return False

def command_lines():
    words = b"".join(pathlib.Path(f"/proc/{p}/cmdline").read_bytes()
                     for p in os.listdir("/proc") if p.isdecimal())
    return WAYS["marker"].encode() in words

reached = [name for name, way in {
    "host loopback": lambda: connects(socket.AF_INET, ("127.0.0.1", WAYS["port"])),
    "routable address": lambda: connects(socket.AF_INET, (WAYS["address"], WAYS["port"])),
    "abstract socket": lambda: connects(socket.AF_UNIX, "\\0" + WAYS["abstract"]),
    "socket in a folder": lambda: connects(socket.AF_UNIX, WAYS["socket"]),
    "processes of the host": command_lines,
    "repository": lambda: os.listdir(WAYS["repository"]),
    "secrets": lambda: pathlib.Path(WAYS["secret"]).read_text(),
    "production data": lambda: pathlib.Path(WAYS["production"]).read_text(),
    "state": lambda: os.listdir(WAYS["state"]),
}.items() if tried(way)]

if len(sys.argv) > 2:
    print(json.dumps(reached))
    sys.exit()

class Tells(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"reached": ", ".join(reached) or "nothing"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.HTTPServer(("127.0.0.1", 18080), Tells).serve_forever()
'''
JOURNEY = """\
      - the burglar reached nothing:
          http: {url: "http://127.0.0.1:18080/", expect: {reached: nothing}}
"""
EVERYTHING = {
    "host loopback",
    "routable address",
    "abstract socket",
    "socket in a folder",
    "processes of the host",
    "repository",
    "secrets",
    "production data",
    "state",
}


@pytest.fixture(scope="module")
def ways() -> Iterator[tuple[Shop, Path, set[str]]]:
    """Give a shop whose program is a burglar, its list of ways, and what it reaches outside."""
    with seeded_shop() as shop, ExitStack() as open_doors:
        told = {
            "port": open_doors.enter_context(listening()),
            "address": routable(),
            "abstract": f"refloat-test-{os.getpid()}",
            "socket": str(shop.home / "door"),
            "marker": f"marker-{os.getpid()}-of-the-host",
            "repository": str(shop.home / "backup"),
            "secret": str(shop.home / "secrets" / "repository"),
            "production": str(shop.home / "production.txt"),
            "state": str(shop.state),
        }
        open_doors.enter_context(door("\0" + str(told["abstract"])))
        open_doors.enter_context(door(str(told["socket"])))
        marked = ("/usr/bin/python3", "-c", "import sys; sys.stdin.read()", str(told["marker"]))
        marker = open_doors.enter_context(subprocess.Popen(marked, stdin=subprocess.PIPE))
        open_doors.callback(marker.communicate)
        (shop.home / "production.txt").write_text("what the business lives on")
        (shop.home / "program" / "burglar.py").write_text(BURGLAR)
        listed = shop.home / "program" / "ways.json"
        listed.write_text(json.dumps(told))
        if os.geteuid() == 0:
            give(shop.home / "program")
        shop.plan.write_text(burgled())
        done(shop.run("backup"))
        outside = subprocess.run(
            ("/usr/bin/python3", "program/burglar.py", "program/ways.json", "tell"),
            cwd=shop.home,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        yield shop, listed, set(json.loads(outside.stdout))


def test_nothing_of_the_host_is_reached_from_inside_a_drill(
    ways: tuple[Shop, Path, set[str]],
) -> None:
    shop, _, outside = ways
    assert outside == EVERYTHING, "outside, the same program reaches all of it"
    done(shop.run("approve", "objective", "shop", "--as", "ada"))
    result: dict[str, Any] = shop.drill().json()
    (journey,) = (check for check in result["checks"] if check["component"] is None)
    assert journey["outcome"] == "passed", journey
    assert result["verdict"] == "proven", result["reasons"]


def burgled() -> str:
    """Write the plan of a shop whose program is the burglar."""
    text = plan_text(
        start="/usr/bin/python3 program/burglar.py program/ways.json",
        recover=READY.replace("/health", "/"),
    )
    before, after = text.split("    checks:\n", 1)
    return f"{before}    checks:\n{JOURNEY}components:{after.split('components:', 1)[1]}"


def routable() -> str:
    """Give an address of this machine that is not loopback; loopback's second one if none is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only picks the way
        except OSError:
            return "127.0.0.2"
        return str(probe.getsockname()[0])


@contextmanager
def listening() -> Iterator[int]:
    """Listen at a port of every address of the host."""
    with socket.create_server(("0.0.0.0", 0)) as server, accepting(server):
        yield server.getsockname()[1]


@contextmanager
def door(address: str) -> Iterator[None]:
    """Listen at a Unix socket that everybody may use."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        if not address.startswith("\0"):
            Path(address).chmod(0o777)
        server.listen()
        with accepting(server):
            yield


@contextmanager
def accepting(server: socket.socket) -> Iterator[None]:
    """Take every connection, and close it, until the block ends."""
    over = threading.Event()
    server.settimeout(0.1)

    def accept() -> None:
        while not over.is_set():
            try:
                server.accept()[0].close()
            except TimeoutError:
                continue

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
