"""Programs of the host: how they end, what they are given, what is known of them afterwards."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from refloat.host import process
from refloat.model.errors import Interrupted, ToolFailed, ToolMissing, ToolTimeout
from refloat.model.secret import Secret

PATIENCE = 30.0


@pytest.fixture(autouse=True)
def _allowed() -> Iterator[None]:
    yield
    process.allow_again()


def wait_until(condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def alive(pid: int) -> bool:
    """Whether a process runs: one that nobody collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def shell(text: str, **more: Any) -> process.Completed:
    return process.run(("sh", "-c", text), timeout=PATIENCE, **more)


def test_output_errors_and_ending() -> None:
    ended = shell("echo out; echo err >&2; exit 3", check=False)
    assert (ended.exit_code, ended.output, ended.errors) == (3, b"out\n", "err\n")
    assert ended.seconds >= 0
    assert shell("kill -9 $$", check=False).exit_code == -9


def test_a_failure_tells_the_last_lines_alone() -> None:
    with pytest.raises(ToolFailed, match="exit code 4") as caught:
        shell("for i in $(seq 100); do echo line $i >&2; done; exit 4")
    assert "line 100" in caught.value.message
    assert "line 80\n" not in caught.value.message


def test_a_signal_is_told() -> None:
    with pytest.raises(ToolFailed, match="signal 15"):
        shell("kill -15 $$")


def test_a_missing_program() -> None:
    with pytest.raises(ToolMissing, match="no-such-program"):
        process.run(("no-such-program",), timeout=PATIENCE)


def test_a_missing_program_is_named_with_what_installs_it() -> None:
    with pytest.raises(ToolMissing) as told:
        process.run(("no-such-program",), timeout=PATIENCE, install="apt-get install no-such")
    assert told.value.hint == "Run: apt-get install no-such"
    with pytest.raises(ToolMissing) as not_told:
        process.find("no-such-program")
    assert "refloat doctor" in not_told.value.hint


def test_time_is_up_for_the_whole_session(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    with pytest.raises(ToolTimeout, match="said this"):
        process.run(
            ("sh", "-c", f"echo said this >&2; sleep 600 & echo $! > {pids}; sleep 600"),
            timeout=3.0,
        )
    assert wait_until(lambda: not alive(int(pids.read_text())))


def test_input_of_any_size() -> None:
    fed = os.urandom(1 << 20)
    assert shell("cat", standard_input=fed).output == fed
    assert shell("exit 0", standard_input=fed).output == b""
    assert shell("cat").output == b""


def test_output_to_a_file_or_line_by_line(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as stream:
        assert shell("echo out", output_to=stream).output == b""
    assert (tmp_path / "out").read_bytes() == b"out\n"
    lines: list[bytes] = []
    assert shell("echo a; echo b", on_output=lines.append).output == b""
    assert lines == [b"a\n", b"b\n"]


def test_the_environment_is_almost_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFLOAT_PASSWORD", "hidden")
    seen = shell("env", environment={"GIVEN": "1"}).output.decode()
    names = {line.partition("=")[0] for line in seen.splitlines()} - {"PWD", "_", "SHLVL"}
    assert names == {"PATH", "HOME", "LANG", "TZ", "GIVEN"}


def test_secrets_are_masked() -> None:
    with pytest.raises(ToolFailed) as caught:
        shell("echo pass: hunter2 >&2; exit 1", secrets=(Secret("hunter2"), Secret("")))
    assert "pass: ***" in caught.value.message
    assert "hunter2" not in caught.value.message


def test_nothing_is_inherited_but_what_is_passed(tmp_path: Path) -> None:
    with (tmp_path / "kept").open("wb") as kept, (tmp_path / "passed").open("wb") as passed:
        seen = shell("ls -l /proc/self/fd", pass_fds=(passed.fileno(),)).output.decode()
        assert "passed" in seen
        assert str(tmp_path / "kept") not in seen
        assert not kept.closed


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_another_account_has_no_power() -> None:
    seen = shell("id -un; grep CapEff /proc/self/status", user="nobody").output.decode().split()
    assert seen[0] == "nobody"
    assert int(seen[-1], 16) == 0


def test_stopping_asks_first_and_kills_then() -> None:
    polite = process.start(("sh", "-c", "trap 'exit 7' TERM; echo up >&2; sleep 600 & wait"))
    assert wait_until(lambda: "up" in polite.last_words())
    polite.stop()
    assert polite.popen.returncode == 7
    deaf = process.start(("sh", "-c", "trap '' TERM; echo up >&2; while :; do sleep 0.1; done"))
    assert wait_until(lambda: "up" in deaf.last_words())
    deaf.stop(0.2)
    deaf.stop(0.2)
    assert deaf.popen.returncode == -signal.SIGKILL
    assert not deaf.alive()


def test_stop_after_waits_for_an_end() -> None:
    assert process.start(("sh", "-c", "exit 5")).stop_after(PATIENCE) == 5
    assert process.start(("sleep", "600")).stop_after(0.1) == -signal.SIGTERM


def test_a_clean_stop_ends_all_and_starts_none() -> None:
    caught: list[BaseException] = []

    def wait() -> None:
        try:
            process.run(("sleep", "600"), timeout=PATIENCE)
        except Interrupted as error:
            caught.append(error)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: len(process._running) == 3)
    assert not process.stopping()
    process.stop_everything()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(caught) == 3
    assert process.stopping()
    with pytest.raises(Interrupted):
        process.run(("true",), timeout=PATIENCE)
    process.allow_again()
    assert process.run(("true",), timeout=PATIENCE).exit_code == 0


def test_what_is_started_while_all_is_being_ended_is_ended_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[int] = []

    class StopsMeanwhile(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **more: Any) -> None:
            super().__init__(*arguments, **more)
            started.append(self.pid)
            process.stop_everything()

    monkeypatch.setattr(process.subprocess, "Popen", StopsMeanwhile)
    with pytest.raises(Interrupted):
        process.start(("sleep", "600"))
    (pid,) = started
    assert not alive(pid)
    assert not [popen for popen in process._running if popen.pid == pid]


def test_a_program_dies_with_refloat() -> None:
    script = (
        "import os, signal, time; from refloat.host import process;"
        "child = process.start(('sleep', '600')); print(child.pid, flush=True);"
        "time.sleep(0.3); os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = process.run((sys.executable, "-c", script), timeout=PATIENCE, check=False)
    assert ended.exit_code == -signal.SIGKILL
    assert wait_until(lambda: not alive(int(ended.output)))


def test_many_wait_for_one() -> None:
    child = process.start(("sh", "-c", "sleep 0.2; exit 6"))
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda: seen.append(child.stop_after(PATIENCE))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [6, 6, 6, 6]


def test_no_variable_says_which_account_this_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert process.account() == pwd.getpwuid(os.geteuid()).pw_name
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    assert process.account() == "4000000", "an account without a name is told by its number"
