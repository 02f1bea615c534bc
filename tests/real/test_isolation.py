"""The bubblewrap sandbox's own walls: limits, accounts, what it shows; and the suite sees holes."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from refloat import registry
from refloat.host import process
from refloat.model.errors import IsolationProblem
from refloat.model.points import Measure
from refloat.sandboxes import OpenSandbox, SandboxRequest, bubblewrap
from refloat.sandboxes._bubblewrap import command, groups, remains, seccomp
from refloat.testing import sandbox_conformance as suite
from refloat.testing.sandbox_conformance import PATIENCE, Proof, accounts, opened, wait_until

ROOT = Path(__file__).parents[2]
ADAPTER = registry.adapters("sandboxes")["bubblewrap"]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can do this")


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="refloat-"))
    yield path
    shutil.rmtree(path)


def shell(place: OpenSandbox, text: str, timeout: float = PATIENCE) -> tuple[int | None, str]:
    ran = place.run(("/usr/bin/sh", "-c", text), user=accounts()[1], timeout=timeout)
    return ran.exit_code, ran.output.decode() + ran.errors


def without(*options: str) -> Callable[[tuple[str, ...], Path], tuple[str, ...]]:
    return lambda made, _: tuple(part for part in made if part not in options)


def showing(*options: str) -> Callable[[tuple[str, ...], Path], tuple[str, ...]]:
    def show(made: tuple[str, ...], folder: Path) -> tuple[str, ...]:
        after = made.index("--as-pid-1")
        return (*made[:after], *(o.format(folder=folder) for o in options), *made[after:])

    return show


HOLES: dict[str, tuple[Callable[[tuple[str, ...], Path], tuple[str, ...]], tuple[Proof, ...]]] = {
    "the host's network": (
        without("--unshare-net"),
        (suite.host_loopback_is_cut, suite.networks_are_cut, suite.sockets_are_cut),
    ),
    "the host's processes": (
        showing("--ro-bind", "/proc", "/proc"),
        (suite.host_processes_are_hidden,),
    ),
    "a folder of the host": (
        showing("--ro-bind", "{folder}", "{folder}"),
        (suite.sockets_are_cut, suite.files_are_hidden),
    ),
    "the host's sysfs": (showing("--ro-bind", "/sys", "/sys"), (suite.files_are_hidden,)),
    "the software, to be changed": (
        showing("--bind", "/proc/self/root/tmp", "/usr/local/bin"),
        (suite.host_files_cannot_be_written,),
    ),
}


@pytest.mark.parametrize("hole", HOLES)
def test_the_suite_sees_a_hole(hole: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weaken, proofs = HOLES[hole]
    real = command.bubblewrap
    monkeypatch.setattr(
        command, "bubblewrap", lambda request, root: weaken(real(request, root), folder)
    )
    for number, proof in enumerate(proofs):
        (folder / str(number)).mkdir()
        with pytest.raises(AssertionError):
            proof(ADAPTER, folder / str(number))


def test_the_suite_sees_a_missing_filter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "build", lambda machine: b"")
    with pytest.raises(AssertionError):
        suite.namespaces_cannot_be_left(ADAPTER, folder)
    with opened(ADAPTER, folder) as place:
        assert any("System calls" in sentence for sentence in place.facts().not_had)


@as_root
def test_the_suite_sees_a_shared_keyring(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "build", lambda machine: b"")
    with pytest.raises(AssertionError):
        suite.keyrings_are_cut(ADAPTER, folder)


@as_root
def test_an_ordinary_account_has_the_same_walls(folder: Path) -> None:
    """The whole suite once more, by a process that is not root."""
    nobody = 65_534
    shutil.chown(folder, nobody)
    ran = subprocess.run(
        [
            *("setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups", "--"),
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0"),
            *("--basetemp", str(folder / "pytest"), "tests/conformance/test_sandboxes.py"),
        ],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
        },
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-2000:]
    assert " passed" in ran.stdout
    assert " failed" not in ran.stdout


@as_root
def test_a_group_that_cannot_be_joined_is_not_had(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = groups.Group(folder / "beyond a border", (), groups.CONTROLLERS)
    monkeypatch.setattr(groups, "make", lambda planned: (made,))
    place = ADAPTER.open(SandboxRequest("refused", folder / "one", users=accounts()))
    try:
        assert shell(place, "true")[0] == 0
        facts = place.facts()
        assert not {"memory", "processes"} & set(facts.limits)
        assert sum("no control group" in sentence for sentence in facts.not_had) == 2
    finally:
        assert place.close().clean


@as_root
def test_a_sandbox_opens_in_a_namespace_of_control_groups(folder: Path) -> None:
    """As in a container that was not given a mount of its own groups."""
    program = """
import sys
from pathlib import Path
from refloat import registry
from refloat.sandboxes import SandboxRequest
place = registry.adapters("sandboxes")["bubblewrap"].open(
    SandboxRequest("nested", Path(sys.argv[1], "one"), users=())
)
print(place.run(("/usr/bin/true",), user="", timeout=60).exit_code, place.close().clean)
"""
    ran = subprocess.run(
        ["unshare", "--cgroup", sys.executable, "-c", program, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.stdout.split() == ["0", "True"], ran.stderr


@as_root
def test_everything_inside_is_limited(folder: Path) -> None:
    options = {"processes": 40, "memory": "200 MiB", "processors": "1"}
    request = SandboxRequest("limited", folder / "one", users=accounts(), options=options)
    place = ADAPTER.open(request)
    try:
        facts = place.facts()
        groups = remains.load(folder / "one").groups
        running = place.start("sleep", ("/usr/bin/sleep", "600"), user="nobody")
        place.run(("/usr/bin/true",), user="nobody", timeout=PATIENCE)
        for group in groups:
            inside = {int(pid) for pid in (Path(group) / "cgroup.procs").read_text().split()}
            assert {place._conversation.first, place._conversation.agent} <= inside
            assert len(inside) >= 3
        if "processes" in facts.limits:
            code, said = shell(place, "for i in $(seq 60); do sleep 60 & done; jobs | wc -l")
            assert "fork" in said, (code, said)
        if "memory" in facts.limits:
            hog = "exec /usr/bin/python3 -c 'x = bytearray(600 * 2**20)'"
            assert shell(place, hog)[0] in (-signal.SIGKILL, 1)
        assert running.alive()
        assert shell(place, "ulimit -c; ulimit -n")[1].split()[0] == "0"
    finally:
        torn = place.close()
    assert torn.clean, torn
    assert not [group for group in groups if Path(group).exists()]


def test_software_is_shown_read_only(folder: Path) -> None:
    software = folder / "software"
    software.mkdir()
    (software / "program").write_text("#!/bin/sh\necho shown\n")
    (software / "program").chmod(0o755)
    folder.chmod(0o755)
    place = ADAPTER.open(SandboxRequest("software", folder / "one", software=(software,)))
    try:
        ran = place.run((str(software / "program"),), user="", timeout=PATIENCE)
        assert ran.output == b"shown\n", ran
        written = place.run(("/usr/bin/touch", str(software / "x")), user="", timeout=PATIENCE)
        assert not written.succeeded
        hidden = place.run(("/usr/bin/ls", str(folder)), user="", timeout=PATIENCE)
        assert hidden.output == b"software\n"
    finally:
        assert place.close().clean
    assert (software / "program").exists()


def test_software_that_would_show_more_is_refused(folder: Path) -> None:
    (folder / "link").symlink_to("/usr")
    for path in (Path("/"), Path("/etc"), folder, folder / "link", folder / "none", Path("x")):
        with pytest.raises(IsolationProblem, match="cannot be shown"):
            ADAPTER.open(SandboxRequest("software", folder / "one", software=(path,)))


def test_a_socket_in_software_is_a_hole(folder: Path) -> None:
    software = folder / "software"
    software.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(software / "socket"))
        place = ADAPTER.open(SandboxRequest("software", folder / "one", software=(software,)))
        try:
            with pytest.raises(IsolationProblem, match="socket at"):
                place.run(("/usr/bin/true",), user="", timeout=PATIENCE)
            with pytest.raises(IsolationProblem, match="socket at"):
                place.start("true", ("/usr/bin/true",), user="")
        finally:
            assert place.close().clean


@as_root
def test_nothing_runs_as_root_or_as_nobody_knows_whom(folder: Path) -> None:
    with pytest.raises(IsolationProblem, match="all-powerful"):
        ADAPTER.open(SandboxRequest("users", folder / "one", users=("root",)))
    with pytest.raises(IsolationProblem, match="does not exist"):
        ADAPTER.open(SandboxRequest("users", folder / "one", users=("no-such-account",)))
    with opened(ADAPTER, folder) as place, pytest.raises(IsolationProblem, match="no account"):
        place.run(("/usr/bin/true",), user="root", timeout=PATIENCE)


def test_variables_of_the_loader_reach_nothing_with_power(folder: Path) -> None:
    """A hostile LD_PRELOAD is loaded by the program alone, after it lost everything."""
    with opened(ADAPTER, folder) as place:
        ran = place.run(
            ("/usr/bin/true",),
            user="nobody",
            timeout=PATIENCE,
            environment={"LD_PRELOAD": "/srv/evil.so"},
        )
        assert ran.errors.count("/srv/evil.so") == 1, ran.errors


def test_a_killed_agent_takes_all_along(folder: Path) -> None:
    with opened(ADAPTER, folder) as place:
        daemon = "setsid sleep 600 > /dev/null 2>&1 & echo $!"
        assert shell(place, daemon)[0] == 0
        running = place.start("sleep", ("/usr/bin/sleep", "600"), user="nobody")
        root = folder / "one" / remains.ROOT
        assert len(remains.inhabitants(root)) >= 3
        os.kill(place._conversation.agent, signal.SIGKILL)
        assert wait_until(lambda: not running.alive())
        assert wait_until(lambda: not remains.inhabitants(root))
        with pytest.raises(IsolationProblem, match="gone"):
            place.run(("/usr/bin/true",), user="nobody", timeout=PATIENCE)


def _swap(given: dict[str, Measure]) -> dict[str, Measure]:
    import contextlib
    import os
    import time

    swaps = 0
    while not os.path.exists("/srv/own/stop"):
        with contextlib.suppress(OSError):  # the other side won this time
            os.rename("/srv/own/folder", f"/srv/own/aside-{swaps}")
            os.symlink(str(given["target"]), "/srv/own/folder")
            time.sleep(0.001)
            os.unlink("/srv/own/folder")
        swaps += 1
        time.sleep(0.001)
    return {"swaps": swaps}


def test_a_folder_swapped_for_a_link_meanwhile_leads_nowhere(folder: Path) -> None:
    """A component races with a restore: nothing ever lands where its link points on the host."""
    outside = folder / "outside"
    outside.mkdir()
    put, refused, misleading = 0, 0, 0
    with opened(ADAPTER, folder) as place:
        place.make_folder("/srv/own/folder", user="nobody", mode=0o755)
        place.make_folder("/srv/own", user="nobody")
        seen = folder / "one/root/srv/own"
        shutil.chown(seen, seen.joinpath("folder").stat().st_uid)
        racer = threading.Thread(
            target=lambda: place.ask(_swap, {"target": str(outside)}, user="nobody", timeout=300)
        )
        racer.start()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and min(put, refused, misleading) < 20:
            try:
                place.write(f"/srv/own/folder/{put}", b"x", user="nobody")
                put += 1
            except IsolationProblem:
                refused += 1
            with contextlib.suppress(OSError):  # a folder now, or between two names
                misleading += os.readlink(seen / "folder") == str(outside)
        place.write("/srv/own/stop", b"", user="nobody")
        racer.join()
    assert list(outside.iterdir()) == []
    assert min(put, refused) >= 20
    assert misleading >= 20, "the race was never on: who follows links would not have been misled"


def test_a_probe_is_a_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "bubblewrap", lambda request, root: ("/usr/bin/false",))
    probe = ADAPTER.probe()
    assert not probe.present
    assert "could not be opened" in probe.missing
    assert probe.install


def test_nothing_of_refloat_is_used_up(folder: Path) -> None:
    """Opened and taken down many times, with programs running: no descriptor or thread stays."""

    def used() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    def once() -> None:
        with opened(ADAPTER, folder) as place:
            place.start("sleep", ("/usr/bin/sh", "-c", "echo x; sleep 600"), user="nobody")
            place.start("missing", ("/usr/bin/not-there",), user="nobody")
            place.run(("/usr/bin/true",), user="nobody", timeout=PATIENCE)

    once()
    before = used()
    for _ in range(5):
        once()
    assert used() == before


def test_interruption_takes_all_down(folder: Path) -> None:
    with opened(ADAPTER, folder) as place:
        running = place.start("sleep", ("/usr/bin/sleep", "600"), user="nobody")
        process.stop_everything()
        try:
            assert wait_until(lambda: not running.alive())
        finally:
            process.allow_again()


def test_a_probe_tells_whoever_may_make_no_namespaces_what_would_let_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from_root = ADAPTER.probe()
    assert from_root.present
    monkeypatch.setattr(bubblewrap, "_is_root", lambda: False)
    monkeypatch.setattr(command, "bubblewrap", lambda request, root: ("/usr/bin/false",))
    assert "max_user_namespaces" in ADAPTER.probe().install
