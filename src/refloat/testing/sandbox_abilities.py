"""What a sandbox must be able to do; the second half of ``sandbox_conformance``."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from refloat.model.errors import IsolationProblem, RefloatError, ToolFailed, ToolTimeout
from refloat.model.points import Measure
from refloat.sandboxes import Sandbox
from refloat.testing.sandbox_conformance import PATIENCE, Proof, accounts, opened, wait_until

REFUSED_PATHS = (
    "/",
    "/usr/x",
    "/proc/x",
    "/dev/x",
    "/sys/x",
    "/bin/x",
    "relative",
    "/a/../b",
    "/\0",
)


def describes_itself(adapter: Sandbox, folder: Path) -> None:
    """It has a name, a sentence, a help for every option, and says that it works."""
    assert adapter.name
    assert adapter.summary.endswith(".")
    assert all(option.help.endswith(".") for option in adapter.options)
    probe = adapter.probe()
    assert probe.present, probe
    assert probe.version


def runs_programs(adapter: Sandbox, folder: Path) -> None:
    """A program's input, output, errors, environment, folder, account and ending are right."""
    with opened(adapter, folder) as place:

        def shell(text: str, **more: Any) -> tuple[int | None, bytes, str]:
            command = ("/usr/bin/sh", "-c", text)
            ran = place.run(command, user=accounts()[1], timeout=PATIENCE, **more)
            return ran.exit_code, ran.output, ran.errors

        assert shell("cat; echo odd >&2; exit 3", standard_input=b"in") == (3, b"in", "odd")
        assert shell('echo "$A"; pwd', environment={"A": "ü"}, folder="/srv") == (
            0,
            "ü\n/srv\n".encode(),
            "",
        )
        assert shell("kill -9 $$")[0] == -9
        big = b"x" * 3_000_000
        assert shell("cat", standard_input=big) == (0, big, "")
        assert shell("cat", standard_input=big, output_limit=10)[1] == big[:10]
        assert shell("exit 0", standard_input=big)[0] == 0
        if os.geteuid() == 0:
            assert shell("id -un")[1].decode().strip() == accounts()[1]
        missing = place.run(("/usr/bin/not-there",), user="nobody", timeout=PATIENCE)
        assert missing.exit_code not in (0, None)
        assert "not-there" in missing.errors


def stops_what_takes_too_long(adapter: Sandbox, folder: Path) -> None:
    """A program whose time is up is ended with its children, and has no exit code."""
    with opened(adapter, folder) as place:
        text = "echo begun; sleep 601 & sleep 601"
        ran = place.run(("/usr/bin/sh", "-c", text), user="nobody", timeout=0.5)
        assert (ran.exit_code, ran.output) == (None, b"begun\n")
        left = place.run(("/usr/bin/pgrep", "-x", "sleep"), user="nobody", timeout=PATIENCE)
        assert left.exit_code == 1, left


def starts_and_stops(adapter: Sandbox, folder: Path) -> None:
    """What goes on is known to be alive, tells its last words, and ends when asked or killed."""
    with opened(adapter, folder) as place:
        polite = place.start("polite", ("/usr/bin/sleep", "600"), user="nobody")
        assert polite.alive()
        polite.stop(PATIENCE)
        polite.stop(PATIENCE)
        assert not polite.alive()
        text = "trap '' TERM; echo deaf >&2; while :; do sleep 0.1; done"
        deaf = place.start("deaf", ("/usr/bin/sh", "-c", text), user="nobody")
        assert wait_until(lambda: "deaf" in deaf.last_words())
        deaf.stop(0.2)
        assert not deaf.alive()
        short = place.start("short", ("/usr/bin/sh", "-c", "echo bye"), user="nobody")
        assert wait_until(lambda: not short.alive())
        assert short.last_words().strip() == "bye"
        missing = place.start("missing", ("/usr/bin/not-there",), user="nobody")
        assert wait_until(lambda: not missing.alive())
        assert "not-there" in missing.last_words()


def _double(given: dict[str, Measure]) -> dict[str, Measure]:
    print("noise that is no answer")  # noqa: T201 (what a careless function does)
    return {"twice": 2 * int(str(given["number"])), "text": given["text"]}


def _fail(given: dict[str, Measure]) -> dict[str, Measure]:
    raise ValueError("this went wrong on purpose")


def _linger(given: dict[str, Measure]) -> dict[str, Measure]:
    import time

    time.sleep(600)
    return {}


def asks_functions(adapter: Sandbox, folder: Path) -> None:
    """A function's answer comes back; its trouble and its delay are errors; many ask at once."""
    with opened(adapter, folder) as place:
        given: dict[str, Measure] = {"number": 21, "text": "'\"\\ ü {x}\n"}
        answers: list[dict[str, Measure]] = []

        def once() -> None:
            answers.append(place.ask(_double, given, user="nobody", timeout=PATIENCE))

        threads = [threading.Thread(target=once) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [{"twice": 42, "text": given["text"]}] * 8
        _raises(
            ToolFailed, lambda: place.ask(_fail, {}, user="nobody", timeout=PATIENCE), "purpose"
        )
        _raises(ToolTimeout, lambda: place.ask(_linger, {}, user="nobody", timeout=0.5), "_linger")


def _raises(kind: type[RefloatError], act: Callable[[], object], word: str) -> None:
    try:
        act()
    except kind as error:
        said = error.message
    else:
        raise AssertionError(f"{kind.__name__} was not raised")
    assert word in said, said


def adopts_at_original_paths(adapter: Sandbox, folder: Path) -> None:
    """What was restored is at its original path, modes kept, owners kept or said to be lost."""
    with opened(adapter, folder) as place:
        restored = place.staging("data") / "restored"
        restored.mkdir(mode=0o750)
        (restored / "odd name\n ü").write_text("content")
        (restored / "odd name\n ü").chmod(0o640)
        (restored / "link").symlink_to("nowhere")
        if os.geteuid() == 0:
            os.chown(restored, 12_345, 54_321)
        assert place.staging("data") == restored.parent
        lost = place.adopt(restored, "/srv/deep/data", user=accounts()[1])
        assert not restored.exists()
        text = "stat -c '%u:%g %a' /srv/deep/data; stat -c '%a %U' /srv/deep"
        seen = place.run(("/usr/bin/sh", "-c", text), user="nobody", timeout=PATIENCE)
        owner, mode = seen.output.decode().splitlines()[0].split()
        assert mode == "750"
        if os.geteuid() == 0 and not lost:
            assert owner == "12345:54321"
        else:
            assert lost
        again = place.staging("again") / "file"
        again.write_text("x")
        _raises(
            IsolationProblem, lambda: place.adopt(again, "/srv/deep/data", user="nobody"), "/srv"
        )


def refuses_paths_of_its_own(adapter: Sandbox, folder: Path) -> None:
    """Nothing is put where the machine's own files are shown, nor at what is no path."""
    with opened(adapter, folder) as place:
        staged = place.staging("data") / "file"
        staged.write_text("x")
        for path in REFUSED_PATHS:
            for act in (
                partial(place.adopt, staged, path, user="nobody"),
                partial(place.write, path, b"", user="nobody"),
                partial(place.make_folder, path, user="nobody"),
            ):
                _raises(IsolationProblem, act, "")
        for path in ("/etc/passwd", "/etc/ld.so.preload"):
            _raises(IsolationProblem, partial(place.write, path, b"", user="nobody"), path)
        foreign = folder / "foreign"
        foreign.write_text("x")
        _raises(IsolationProblem, lambda: place.adopt(foreign, "/srv/x", user="nobody"), "foreign")
        assert foreign.exists()


def writes_files(adapter: Sandbox, folder: Path) -> None:
    """Files and folders that are made belong to their account alone."""
    one, two = accounts()
    with opened(adapter, folder) as place:
        place.make_folder("/srv/app/own", user=one)
        place.make_folder("/srv/app/own", user=one)
        place.write("/srv/app/own/file", b"first", user=one)
        place.write("/srv/app/own/file", b"second", user=one)
        read = ("/usr/bin/cat", "/srv/app/own/file")
        assert place.run(read, user=one, timeout=PATIENCE).output == b"second"
        if os.geteuid() == 0:
            assert not place.run(read, user=two, timeout=PATIENCE).succeeded
        show = ("/usr/bin/stat", "-c", "%a", "/srv/app/own/file", "/srv/app/own")
        assert place.run(show, user=one, timeout=PATIENCE).output == b"600\n700\n"


def takes_itself_down(adapter: Sandbox, folder: Path) -> None:
    """It is taken down once, from any thread, however odd what it leaves; then it is gone."""
    with opened(adapter, folder) as place:
        text = "mkdir -p /tmp/a/b && touch /tmp/a/b/c && chmod 0 /tmp/a/b /tmp/a; cd /tmp;" + (
            "for i in $(seq 300); do mkdir deep && cd deep || exit; done"
        )
        assert place.run(("/usr/bin/sh", "-c", text), user="nobody", timeout=PATIENCE).succeeded
        running = place.start("sleep", ("/usr/bin/sleep", "600"), user="nobody")
        thread = threading.Thread(target=place.close)
        thread.start()
        thread.join()
        assert not running.alive()
        assert place.close() is place.close()
        assert not (folder / "one").exists()
        _raises(
            IsolationProblem,
            lambda: place.run(("/usr/bin/true",), user="nobody", timeout=PATIENCE),
            "gone",
        )


def comes_up_again(adapter: Sandbox, folder: Path) -> None:
    """What was kept is there when a sandbox is opened in the same folder again."""
    with opened(adapter, folder) as place:
        place.write("/srv/kept", b"kept", user="nobody", mode=0o644)
        torn = place.close(keep=True)
        assert (torn.clean, torn.kept) == (True, True)
    with opened(adapter, folder) as place:
        kept = place.run(("/usr/bin/cat", "/srv/kept"), user="nobody", timeout=PATIENCE)
        assert kept.output == b"kept"
        _raises(IsolationProblem, lambda: opened(adapter, folder).__enter__(), "open")
    assert not (folder / "one").exists()


def tells_what_it_is(adapter: Sandbox, folder: Path) -> None:
    """The facts name the walls, and what was not to be had in sentences."""
    with opened(adapter, folder) as place:
        facts = place.facts()
    assert facts.sandbox == adapter.name
    assert facts.version
    assert all(sentence.endswith(".") for sentence in facts.not_had)


ABILITIES: tuple[Proof, ...] = (
    describes_itself,
    runs_programs,
    stops_what_takes_too_long,
    starts_and_stops,
    asks_functions,
    adopts_at_original_paths,
    refuses_paths_of_its_own,
    writes_files,
    takes_itself_down,
    comes_up_again,
    tells_what_it_is,
)
"""What it can do."""
