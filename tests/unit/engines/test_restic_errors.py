"""restic's words and exit codes, as it wrote them, and what Refloat makes of them."""

from __future__ import annotations

import pytest

from refloat.engines._restic.errors import file_errors, problem, trouble
from refloat.model.errors import NoRoom, RepositoryProblem, ToolFailed

SAID = [
    ("no repository", 1, "Fatal: unable to open config file: stat /r/config: no such file or"
     " directory\nIs there a repository at the following location?\n/r\n"),
    ("no repository", 10, "Fatal: repository does not exist: unable to open config file"),
    ("wrong password", 1, "Fatal: wrong password or no key found\n"),
    ("wrong password", 12, "Fatal: something new"),
    ("locked", 1, "unable to create lock in backend: repository is already locked exclusively by"
     " PID 7 on vm by root (UID 0, GID 0)\nlock was created at 2026-11-22 (1s ago)\n"),
    ("locked", 11, "Fatal: something new"),
    ("newer format", 1, "Fatal: config cannot be loaded: unsupported repository version 3\n"),
    ("no room", 1, "Fatal: unable to save snapshot: write /r/tmp: no space left on device\n"),
    ("no room", 1, "ignoring error for /a/b: write /s/a/b: no space left on device\n"
     "Fatal: There were 1 errors\n"),
    ("read-only", 1, "Fatal: unable to create lock in backend: open /r/locks/x: read-only file"
     " system\n"),
    ("refused", 1, "Fatal: unable to create lock in backend: server response unexpected: 403"
     " Forbidden (403)\n"),
    ("unreachable", 1, "Fatal: unable to open config file: Head: dial tcp 127.0.0.1:9: connect:"
     " connection refused\n"),
    ("damaged", 1, "ignoring error for /a: ciphertext verification failed\n"
     "Fatal: There were 1 errors\n"),
    ("damaged", 1, "Fatal: load <index/5a54>: invalid data returned\n"),
    ("damaged", 1, "ignoring error for /a: StreamPack: open /r/data/43/43: no such file or"
     " directory\nFatal: There were 2 errors\n"),
    (
        "refused",
        1,
        "Fatal: unable to create lock in backend\ngithub.com/restic/restic/x\n\tx.go:7\n",
    ),
    (None, 1, "Fatal: out of cheese\n"),
    (None, -9, ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "exit_code", "words"), SAID)
def test_trouble_is_named(name: str | None, exit_code: int, words: str) -> None:
    assert trouble(exit_code, words) == name


def test_each_trouble_has_its_own_sentence_that_names_the_repository() -> None:
    messages = {}
    for name, exit_code, words in SAID:
        error = problem("cupboard", exit_code, words)
        messages.setdefault(name, error.message.partition(" (")[0])
        if name is None:
            assert isinstance(error, ToolFailed)
        elif name == "no room":
            assert isinstance(error, NoRoom)
        else:
            assert isinstance(error, RepositoryProblem)
            assert "cupboard" in error.message
            assert error.hint
    assert len(set(messages.values())) == len(messages)


def test_traces_of_restics_own_code_are_left_out() -> None:
    words = "Fatal: no cheese\ngithub.com/restic/restic.F\n\t/build/x.go:7\nruntime.goexit\n"
    assert problem("cupboard", 1, words).message.endswith(": Fatal: no cheese")


def test_only_what_can_pass_by_itself_is_not_permanent() -> None:
    passing = {name for name, code, words in SAID if not problem("r", code, words).permanent}
    assert passing == {"locked", "unreachable", "no room"}


def test_files_that_could_not_be_read_are_named_in_every_dialect() -> None:
    words = (
        '{"message_type":"error","error":{"Op":"open","Path":"/s/b","Err":13},'
        '"during":"archival","item":"/s/b"}\n'
        '{"message_type":"error","error":{"message":"lstat /s/c: gone"},"item":"/s/c"}\n'
        '{"message_type":"error","error":{"Err":{}},"item":"/s/e"}\n'
        '{"message_type":"status"}\n{broken\n'
        "/mnt/x does not exist, skipping\n"
        "ignoring error for /s/d: ciphertext verification failed\n"
    )
    assert [(each.item, each.reason) for each in file_errors(words)] == [
        ("/s/b", "permission denied"),
        ("/s/c", "lstat /s/c: gone"),
        ("/s/e", "it could not be read"),
        ("/mnt/x", "it does not exist"),
        ("/s/d", "ciphertext verification failed"),
    ]


def test_damage_names_the_files() -> None:
    words = "".join(f"ignoring error for /f{n}: ciphertext verification failed\n" for n in range(5))
    message = problem("cupboard", 1, words).message
    assert "/f0: ciphertext" in message
    assert message.endswith("and more)")
