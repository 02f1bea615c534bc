"""Files become lines: packed or not, cut off, padded, with lines of any length."""

from __future__ import annotations

import gzip
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refloat import feed
from refloat.feed.splitting import Damaged


def split(data: bytes, size: int = 7) -> list[bytes]:
    return list(feed.lines(pieces(data, size)))


def pieces(data: bytes, size: int) -> Iterable[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@given(st.lists(st.binary(max_size=30).filter(lambda one: b"\n" not in one)), st.integers(1, 40))
def test_lines_come_out_as_they_went_in(lines: list[bytes], size: int) -> None:
    data = b"".join(one + b"\n" for one in lines)
    if not data.startswith(b"\x1f\x8b"):
        assert split(data, size) == lines
    assert split(gzip.compress(data), size) == lines


def test_a_last_line_needs_no_end() -> None:
    assert split(b"a\nb") == [b"a", b"b"]
    assert split(b"") == []
    assert split(b"\x1f") == [b"\x1f"]


def test_several_packed_parts_and_padding_are_one_file() -> None:
    data = gzip.compress(b"a\nb") + gzip.compress(b"c\nd\n") + b"\0" * 600
    for size in (1, 3, 1000):
        assert split(data, size) == [b"a", b"bc", b"d"]


def until_damage(data: bytes) -> tuple[list[bytes], str]:
    taken: list[bytes] = []
    with pytest.raises(Damaged) as caught:
        taken.extend(feed.lines(pieces(data, 100)))
    return taken, str(caught.value)


def test_what_was_whole_before_the_end_is_taken() -> None:
    lines = [f"line {number}".encode() for number in range(1000)]
    packed = gzip.compress(b"\n".join(lines))
    taken, says = until_damage(packed[:-9])
    assert taken[:990] == lines[:990]
    assert "ends too early" in says


def test_what_follows_packed_lines_is_told_of() -> None:
    taken, says = until_damage(gzip.compress(b"a\nb\n") + b"garbage")
    assert taken == [b"a", b"b"]
    assert "not packed follows" in says
    packed = bytearray(gzip.compress(b"a\n" * 50))
    packed[-6] ^= 1
    assert "damaged here" in until_damage(bytes(packed))[1]


def test_a_line_that_is_too_long_is_one_line_and_little_memory() -> None:
    long = b"x" * (3 * feed.LONGEST_LINE)
    found = split(b"a\n" + long + b"\nb\n" + long, 65536)
    assert [len(one) > feed.LONGEST_LINE for one in found] == [False, True, False, True]
    assert max(map(len, found)) < 2 * feed.LONGEST_LINE
    assert found[2] == b"b"


def test_a_bomb_is_unpacked_piece_by_piece() -> None:
    bomb = gzip.compress(b"\0" * (200 * 1024 * 1024), compresslevel=1)
    (line,) = feed.lines([bomb])
    assert len(line) < 2 * feed.LONGEST_LINE
