"""The bytes of a file to lines: packed with gzip or not, of any size, in little memory."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Iterator

LONGEST_LINE = 1024 * 1024
"""Bytes of the longest line that is taken."""
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's word for "with the header and trailer of gzip"
_AT_ONCE = 128 * 1024
"""Bytes that are split at a time: few enough for their lines to stay in the processor's cache."""


class Damaged(Exception):
    """A packed file is not whole; the message says what is wrong. What came before it counts."""


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Give the lines of a file one by one, as ``batches`` does many at a time.

    Raises:
        Damaged: as ``batches``.
    """
    return itertools.chain.from_iterable(batches(chunks))


def batches(chunks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Give the lines of a file, without what ends them; unpacked if they are packed with gzip.

    Those that end in the same piece of 128 KiB come together. Of a line that is too long only
    its beginning is given: enough to be refused.

    Args:
        chunks: the file's bytes, piece by piece.

    Raises:
        Damaged: after the last line that could be had, if a packed file is not whole.
    """
    rest, too_long = b"", False
    damage: Damaged | None = None
    plain = _gathered(_unpacked(iter(chunks)))
    while True:
        try:
            chunk = next(plain, None)
        except Damaged as error:
            damage, chunk = error, None
        if chunk is None:
            break
        whole = (rest + chunk).split(b"\n")
        rest = whole.pop()
        if too_long and whole:
            del whole[0]
            too_long = False
        if len(rest) > LONGEST_LINE:
            if not too_long:
                whole.append(rest)
            rest, too_long = b"", True
        if whole:
            yield whole
    if rest and not too_long:
        yield [rest]
    if damage is not None:
        raise damage


def _gathered(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Put small chunks together, also those before a damage."""
    some: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            some.append(chunk)
            size += len(chunk)
            if size >= _AT_ONCE:
                yield b"".join(some)
                some, size = [], 0
    except Damaged:
        yield b"".join(some)
        raise
    yield b"".join(some)


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"")
    while len(first) < len(_GZIP):
        more = next(chunks, b"")
        if not more:
            break
        first += more
    if not first.startswith(_GZIP):
        yield first
        yield from chunks
        return
    yield from _unzipped(first, chunks)


def _unzipped(packed: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack members of a gzip file, a little at a time whatever they unpack to."""
    member = zlib.decompressobj(_GZIP_WINDOW)
    while True:
        try:
            while packed and not member.eof:
                yield member.decompress(packed, _AT_ONCE)
                packed = member.unconsumed_tail
        except zlib.error as error:
            raise Damaged(f"the packed file is damaged here ({error})") from error
        if member.eof:
            packed = _after_padding(member.unused_data, chunks)
            if not packed:
                return
            if not packed.startswith(_GZIP):
                raise Damaged("something that is not packed follows the packed lines")
            member = zlib.decompressobj(_GZIP_WINDOW)
        else:
            packed = next(chunks, b"")
            if not packed:
                raise Damaged("the packed file ends too early; what was whole of it is taken")


def _after_padding(rest: bytes, chunks: Iterator[bytes]) -> bytes:
    """Give what follows a member, without the zeros that may pad a packed file."""
    rest = rest.lstrip(b"\0")
    while len(rest) < len(_GZIP):
        chunk = next(chunks, b"")
        if not chunk:
            return rest
        rest = (rest + chunk).lstrip(b"\0")
    return rest
