"""What Ctrl-C and SIGTERM must not leave behind, at moments that only luck would hit."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from refloat.app.drill import DrillRequest, drill
from refloat.app.workspace import Workspace
from refloat.cli.drill import Ear
from refloat.host.clock import Clock
from refloat.model.errors import IsolationProblem
from refloat.model.run import Verdict
from refloat.sandboxes._bubblewrap.conversation import Conversation, opening
from refloat.testing.sandbox_conformance import wait_until
from tests.real.small_shop import Shop, control_groups, left_behind, own_state, seeded_shop

SLOW_BUBBLEWRAP = """\
#!{python}
# As bubblewrap does (bubblewrap.c, child_wait_fd): what it has made waits for it, for ever if need
# be, because it holds the other end itself. Here the moment between the two lasts a second.
import os, signal, sys, time
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
waiting, going = os.pipe()
child = os.fork()
if child == 0:
    os.read(waiting, 1)
    while os.read(0, 100):
        pass
    os._exit(0)
with open({made!r} + ".new", "w") as stream:
    stream.write(str(child))
os.rename({made!r} + ".new", {made!r})
time.sleep(1)
os.write(int(sys.argv[sys.argv.index("--info-fd") + 1]), b'{{"child-pid": %d}}' % child)
os.write(going, b"x")
os.waitpid(child, 0)
"""


def gone(pid: int) -> bool:
    """Whether a process has ended, collected or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def test_a_sandbox_that_is_ended_while_it_is_half_made_leaves_nothing(tmp_path: Path) -> None:
    made, program = tmp_path / "made", tmp_path / "slow-bubblewrap"
    program.write_text(SLOW_BUBBLEWRAP.format(python=sys.executable, made=str(made)))
    program.chmod(0o755)
    conversation = Conversation(
        opening([str(program)], groups=[], limits=[], allowed=b"", user_namespace=False)
    )

    def end() -> None:
        assert wait_until(made.exists)
        os.kill(conversation.agent, signal.SIGTERM)

    ender = threading.Thread(target=end)
    ender.start()
    with pytest.raises(IsolationProblem, match="its agent ended"):
        conversation.open()
    ender.join()
    conversation.close()
    assert wait_until(lambda: gone(int(made.read_text())))
    assert gone(conversation.agent)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with seeded_shop() as seeded, own_state(seeded, "stopping-") as own:
        yield own


@pytest.mark.parametrize("number", [1, 2])
def test_ctrl_c_while_a_thread_is_being_started_leaves_nothing_that_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The pool does not know a thread whose starting was interrupted, and does not wait for it."""
    start, started = threading.Thread.start, []

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        if thread.name.startswith("recovery"):
            started.append(thread)
            if len(started) == number:
                raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    told: list[str] = []
    result = drill(
        Workspace(shop.plan, shop.state),
        Clock(),
        DrillRequest("shop"),
        lambda event: told.append(event["event"]),
        contextlib.nullcontext,
    )
    assert len(started) == number
    count = len(told)
    for thread in started:
        thread.join(60)
    assert result.interrupted
    assert result.record.verdict is Verdict.UNPROVEN
    assert len(told) == count, "something was still done after the end was recorded"
    assert left_behind(shop.state) == []
    assert control_groups([result.record.run]) == []
    assert not (shop.state / "runs" / result.record.run / "sandbox").exists()


def test_whoever_asked_once_may_go_on_asking_to_the_very_end() -> None:
    program = textwrap.dedent(f"""
        import atexit, os, signal, time
        from refloat.cli.drill import {Ear.__name__}
        class Late:
            def __del__(self):  # Python has let go of its handlers when the last names go
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGTERM)
        ear = Ear()
        os.kill(os.getpid(), signal.SIGINT)
        ear.close()
        kept = [Late()]
        kept.append(kept)  # a cycle: it is collected last of all
        raise SystemExit(130)
    """)
    code = os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", program])
    assert code == 130
