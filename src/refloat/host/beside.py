"""Bytes that are worked on beside: hashed or written by a thread while more of them are made."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

_AT_ONCE = 4 * 1024 * 1024
"""Bytes that a thread gets at a time: Python lets it go on alone for as long as these take it, and
makes it wait some milliseconds before the next."""


class Beside:
    """Hands bytes to a function, in their order, in a thread of its own.

    A context manager: when it ends, the thread has ended too, whether all was taken or not. Of few
    bytes no thread is made. It never holds more than two portions.

    Args:
        take: gets the bytes, some megabytes at a time. What it raises is raised by the next call
            here.
    """

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self._thread = ThreadPoolExecutor(1)
        self._running: Future[object] | None = None
        self._waiting: list[bytes] = []
        self._size = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the thread."""
        self.close()

    def close(self) -> None:
        """End the thread; returns when it has ended."""
        self._thread.shutdown(cancel_futures=True)

    def add(self, data: bytes) -> None:
        """Hand over bytes; waits if the thread is far behind."""
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= _AT_ONCE:
            portion = self._portion()
            self._running = self._thread.submit(self._take, portion)

    def finish(self) -> None:
        """Return when everything was taken."""
        self._take(self._portion())

    def _portion(self) -> bytes:
        """Give what waits, once the thread has nothing to do."""
        if self._running is not None:
            self._running.result()
            self._running = None
        portion = b"".join(self._waiting)
        self._waiting, self._size = [], 0
        return portion
