"""Bytes that are worked on beside: all of them, in their order, and no error is lost."""

from __future__ import annotations

import hashlib
import os
import threading

import pytest

from refloat.host.beside import Beside

MANY = [os.urandom(1_500_000) for _ in range(12)]


def add_many(beside: Beside) -> None:
    for data in MANY:
        beside.add(data)


def test_all_is_taken_in_its_order() -> None:
    digest = hashlib.sha256()
    with Beside(digest.update) as beside:
        add_many(beside)
        beside.finish()
        assert digest.digest() == hashlib.sha256(b"".join(MANY)).digest()
        beside.add(b"more")
        beside.finish()
    assert digest.digest() == hashlib.sha256(b"".join(MANY) + b"more").digest()


def test_few_bytes_need_no_thread() -> None:
    before = threading.active_count()
    taken: list[bytes] = []
    with Beside(taken.append) as beside:
        beside.add(b"a")
        beside.add(b"b")
        assert threading.active_count() == before
        beside.finish()
    assert taken == [b"ab"]


def test_what_goes_wrong_beside_is_raised_here() -> None:
    def refuse(data: bytes) -> None:
        raise OSError("no room")

    with Beside(refuse) as beside, pytest.raises(OSError, match="no room"):
        add_many(beside)


def test_the_thread_ends_with_the_block() -> None:
    before = threading.active_count()
    with Beside(hashlib.sha256().update) as beside:
        add_many(beside)
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
