"""What every sandbox must keep, for whoever writes one: call these from a test of your own.

Each function in ``WALLS``, and in ``sandbox_abilities.ABILITIES``, takes an adapter (an object that
keeps the contract of ``refloat.sandboxes.Sandbox``) and an empty folder of the host, opens real
sandboxes and asserts one thing. ``tests/conformance/test_sandboxes.py`` calls them for every
sandbox that is found. Walls are tried from inside, each attempt beside a control that shows that it
succeeds outside.
"""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import socket
import stat
import sys
import time
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from refloat.host import process
from refloat.model.errors import IsolationProblem
from refloat.model.place import Place
from refloat.registry import ADAPTERS_VARIABLE
from refloat.sandboxes import OpenSandbox, Sandbox, SandboxRequest
from refloat.testing import sandbox_attempts as attempts
from refloat.testing.sandbox_attempts import Answer, Attempt, outside

Proof = Callable[[Sandbox, Path], None]
PATIENCE = 60.0
SLEEPER = ("/usr/bin/python3", "-c", "import time; time.sleep(600)")
LISTENER = (
    "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1])));"
    " print('listening', flush=True); time.sleep(600)"
)


def accounts() -> tuple[str, str]:
    """Give two ordinary accounts of this machine."""
    names = [entry.pw_name for entry in pwd.getpwall() if 0 < entry.pw_uid < 65_534]
    return "nobody", names[0]


@contextmanager
def opened(adapter: Sandbox, folder: Path, name: str = "one") -> Iterator[OpenSandbox]:
    """Open a sandbox with the two accounts, and take it down, which must leave nothing."""
    options = {o.name: o.default for o in adapter.options if o.default is not None}
    run = f"conformance-{name}-{secrets.token_hex(3)}"  # as every run's: no two are called the same
    place = adapter.open(SandboxRequest(run, folder / name, users=accounts(), options=options))
    try:
        yield place
    finally:
        torn = place.close()
    assert torn.clean, torn


def ask(place: Place, attempt: Attempt, arguments: Answer) -> Answer:
    """Make an attempt from inside."""
    return place.ask(attempt, arguments, user=accounts()[1], timeout=PATIENCE)


def wait_until(condition: Callable[[], object]) -> bool:
    """Wait until something holds; give whether it came to hold."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _only_outside(
    place: Place, attempt: Attempt, arguments: Answer, *, as_user: bool = True
) -> Answer:
    # The control is made by the same account: a wall is shown, not a file's mode.
    control = outside(attempt, arguments, user=accounts()[1] if as_user else "")
    assert control["reached"], f"the attempt proves nothing, it fails outside too: {control}"
    seen = ask(place, attempt, arguments)
    assert not seen["reached"], seen
    return seen


def host_loopback_is_cut(adapter: Sandbox, folder: Path) -> None:
    """Nothing inside reaches a server on the host's loopback."""
    with opened(adapter, folder) as place, socket.create_server(("127.0.0.1", 0)) as server:
        address: Answer = {"host": "127.0.0.1", "port": server.getsockname()[1]}
        _only_outside(place, attempts.connect, address)


def networks_are_cut(adapter: Sandbox, folder: Path) -> None:
    """Nothing inside reaches an address of a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; asks the kernel for a route
        except OSError as error:
            raise unittest.SkipTest("this machine has no route to any network") from error
        own = probe.getsockname()[0]
    with opened(adapter, folder) as place, socket.create_server((own, 0)) as server:
        address: Answer = {"host": own, "port": server.getsockname()[1]}
        assert _only_outside(place, attempts.connect, address)["why"] == "ENETUNREACH"


def sockets_are_cut(adapter: Sandbox, folder: Path) -> None:
    """Nothing inside reaches a Unix socket of the host, by name or abstract."""
    folder.chmod(0o755)
    for path in (str(folder / "socket"), f"@refloat-{secrets.token_hex(8)}"):
        with socket.socket(socket.AF_UNIX) as server, opened(adapter, folder) as place:
            server.bind(path.replace("@", "\0", 1))
            server.listen()
            if not path.startswith("@"):
                Path(path).chmod(0o777)
            _only_outside(place, attempts.connect, {"path": path})


def host_processes_are_hidden(adapter: Sandbox, folder: Path) -> None:
    """Nothing inside sees a process of the host, its command line or its environment."""
    word = f"refloat-{secrets.token_hex(8)}"
    for arguments, environment in (((*SLEEPER, word), {}), (SLEEPER, {"WORD": word})):
        child = process.start(arguments, environment=environment, user=accounts()[1])
        try:
            with opened(adapter, folder) as place:
                assert wait_until(lambda: outside(attempts.find_word, {"word": word})["reached"])
                assert not ask(place, attempts.find_word, {"word": word})["reached"]
        finally:
            child.stop()


def environment_is_emptied(adapter: Sandbox, folder: Path) -> None:
    """Refloat's own variables are nowhere inside."""
    word = f"refloat-{secrets.token_hex(8)}"
    os.environ["REFLOAT_CONFORMANCE"] = word
    try:
        with opened(adapter, folder) as place:
            result = place.run(("/usr/bin/env",), user="nobody", timeout=PATIENCE)
            assert b"PATH=" in result.output
            assert word.encode() not in result.output
            assert not ask(place, attempts.find_word, {"word": word})["reached"]
    finally:
        del os.environ["REFLOAT_CONFORMANCE"]


def files_are_hidden(adapter: Sandbox, folder: Path) -> None:
    """Neither a repository, a secret of the plan, the staging area nor sysfs is there."""
    folder.chmod(0o755)
    kept = ["/sys/kernel/mm/transparent_hugepage/enabled"]
    for name in ("backup/config", "secrets/password"):
        path = folder / name
        path.parent.mkdir()
        path.write_text("kept")
        kept.append(str(path))
    with opened(adapter, folder) as place:
        staged = place.staging("conformance") / "restored"
        staged.write_text("restored")
        _only_outside(place, attempts.read, {"path": str(staged)}, as_user=False)
        for file in filter(os.path.exists, kept):
            _only_outside(place, attempts.read, {"path": file})


def nothing_has_power(adapter: Sandbox, folder: Path) -> None:
    """No process inside, the first one included, is root, has a capability or can gain one."""
    with opened(adapter, folder) as place:
        for user in accounts():
            place.start(f"sleep-{user}", SLEEPER, user=user)
        processes = ask(place, attempts.powers, {})["processes"]
    assert isinstance(processes, dict)
    assert len(processes) >= 4
    for seen in processes.values():
        assert isinstance(seen, dict)
        capabilities = {k: int(str(v), 16) for k, v in seen.items() if k.startswith("Cap")}
        assert not any(capabilities.values()), seen
        assert seen["NoNewPrivs"] == "1", seen
        assert "0" not in str(seen["Uid"]).split(), seen
        assert "0" not in f"{seen['Gid']} {seen['Groups']}".split(), seen


def host_files_cannot_be_written(adapter: Sandbox, folder: Path) -> None:
    """What is shown of the host's software cannot be changed."""
    with opened(adapter, folder) as place:
        for path in ("/usr/lib", "/usr/local/bin", "/dev", "/proc/sys/kernel", "/etc/alternatives"):
            assert not ask(place, attempts.write, {"path": path})["reached"], path
        assert ask(place, attempts.write, {"path": "/tmp"})["reached"]  # noqa: S108 (of the sandbox)


def namespaces_cannot_be_left(adapter: Sandbox, folder: Path) -> None:
    """No system call makes namespaces, mounts, traces, or reaches past the network namespace."""
    with opened(adapter, folder) as place:
        # Mounting is tried inside alone: root would do it to the host.
        mount = ("/usr/bin/mount", "-t", "tmpfs", "none", "/srv")
        assert not place.run(mount, user="nobody", timeout=PATIENCE).succeeded
        for name in ("new user namespace", "new process in a user namespace", "trace"):
            if outside(attempts.call, {"call": name})["reached"]:
                assert ask(place, attempts.call, {"call": name})["why"] == "EPERM", name
            assert not ask(place, attempts.call, {"call": name})["reached"], name
        assert not ask(place, attempts.call, {"call": "VSOCK socket"})["reached"]


def keyrings_are_cut(adapter: Sandbox, folder: Path) -> None:
    """A key in the keyring of the same account outside cannot be found inside."""
    user = accounts()[1]
    arguments: Answer = {"word": f"refloat-{secrets.token_hex(8)}"}
    if not outside(attempts.keep_key, arguments, user=user)["reached"]:
        raise unittest.SkipTest("this kernel keeps no keys")
    arguments["search"] = True
    assert outside(attempts.keep_key, arguments, user=user)["reached"]
    with opened(adapter, folder) as place:
        assert not ask(place, attempts.keep_key, arguments)["reached"]


def two_do_not_touch(adapter: Sandbox, folder: Path) -> None:
    """Two sandboxes share no loopback, no process and no file; ending one leaves the other."""
    word = f"refloat-{secrets.token_hex(8)}"
    address: Answer = {"host": "127.0.0.1", "port": 4242}
    with opened(adapter, folder, "one") as one:
        with opened(adapter, folder, "two") as two:
            one.write("/srv/only-here", b"x", user="nobody", mode=0o644)
            command = ("/usr/bin/python3", "-c", LISTENER, "4242", word)
            server = one.start("server", command, user="nobody")
            assert wait_until(lambda: "listening" in server.last_words() or not server.alive())
            tried: tuple[tuple[Attempt, Answer], ...] = (
                (attempts.connect, address),
                (attempts.find_word, {"word": word}),
                (attempts.read, {"path": "/srv/only-here"}),
            )
            for attempt, arguments in tried:
                assert ask(one, attempt, arguments)["reached"], attempt
                assert not ask(two, attempt, arguments)["reached"], attempt
        assert ask(one, attempts.connect, address)["reached"]


_CRASHING = """
import os, sys, time
from pathlib import Path
from refloat import registry
from refloat.sandboxes import SandboxRequest
adapter = registry.adapters("sandboxes")[sys.argv[1]]
options = {o.name: o.default for o in adapter.options if o.default is not None}
place = adapter.open(SandboxRequest(f"crash-{os.getpid()}", Path(sys.argv[2]), options=options))
place.make_folder("/srv/data", user="nobody")
sleep = "exec /usr/bin/python3 -c 'import time; time.sleep(600)' " + sys.argv[3]
place.start("server", ("/usr/bin/sh", "-c", sleep), user="nobody")
daemon = "/usr/bin/setsid /usr/bin/sh -c \\"" + sleep + "\\" >/dev/null 2>&1 &"
place.run(("/usr/bin/sh", "-c", daemon), user="nobody", timeout=60)
print("open", flush=True)
time.sleep(600)
"""


def nothing_outlives_refloat(adapter: Sandbox, folder: Path) -> None:
    """After ``kill -9`` of Refloat nothing of the sandbox runs, and what is left is swept."""
    word = f"refloat-{secrets.token_hex(8)}"
    place = folder / "crashed"
    script = folder / "crashing.py"
    script.write_text(_CRASHING, encoding="utf-8")
    told, tell = os.pipe()
    child = process.start(
        (sys.executable, str(script), adapter.name, str(place), word),
        environment={ADAPTERS_VARIABLE: os.environ.get(ADAPTERS_VARIABLE, "")},
        output=tell,
    )
    os.close(tell)
    with os.fdopen(told, "rb") as stream:
        assert stream.readline() == b"open\n", child.last_words()
    assert wait_until(lambda: str(_seen(word)).count("cmdline") >= 2)
    refused = adapter.sweep(place, remove_data=True)
    assert not refused.clean, "a sandbox was swept while its owner runs"
    os.kill(child.pid, signal.SIGKILL)
    child.stop()
    assert wait_until(lambda: not _seen(word)), _seen(word)
    kept = adapter.sweep(place, remove_data=False)
    assert kept.clean, kept
    assert place.is_dir()
    removed = adapter.sweep(place, remove_data=True)
    assert removed.clean, removed
    assert not place.exists()


def _seen(word: str) -> str:
    return str(outside(attempts.find_word, {"word": word})["why"])


def links_are_not_followed(adapter: Sandbox, folder: Path) -> None:
    """A component's symbolic link leads no restored file astray, inside or out on the host."""
    outside_folder = folder / "outside"
    outside_folder.mkdir(mode=0o777)
    with opened(adapter, folder) as place:
        place.make_folder("/srv/own", user="nobody", mode=0o755)
        link = ("/usr/bin/ln", "-s", str(outside_folder), "/srv/own/link")
        assert place.run(link, user="nobody", timeout=PATIENCE).succeeded
        staged = place.staging("links") / "file"
        staged.write_text("restored")
        for act in (
            lambda: place.adopt(staged, "/srv/own/link/file", user="nobody"),
            lambda: place.write("/srv/own/link/file", b"x", user="nobody"),
            lambda: place.make_folder("/srv/own/link/folder", user="nobody"),
        ):
            assert _refused(act)
        restored = place.staging("tree")
        (restored / "link").symlink_to(outside_folder)
        (outside_folder / "secret").write_text("secret")
        assert _refused(lambda: place.adopt(restored / "link/secret", "/srv/s", user="nobody"))
    assert [file.name for file in outside_folder.iterdir()] == ["secret"]
    assert stat.S_ISDIR(outside_folder.lstat().st_mode)


def _refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except IsolationProblem:
        return True
    return False


WALLS: tuple[Proof, ...] = (
    host_loopback_is_cut,
    networks_are_cut,
    sockets_are_cut,
    host_processes_are_hidden,
    environment_is_emptied,
    files_are_hidden,
    nothing_has_power,
    host_files_cannot_be_written,
    namespaces_cannot_be_left,
    keyrings_are_cut,
    two_do_not_touch,
    nothing_outlives_refloat,
    links_are_not_followed,
)
"""What nothing inside may do."""
