"""The export: a log, or some of it, in one JSON document that can be read line by line.

The document is valid JSON as a whole. It is also laid out so that a reader never needs all of it:
a head of a few lines, then one entry a line, then ``]}``. Each entry carries the exact bytes of its
envelope as text. The key in the head is there for convenience; it proves nothing. A document that
another program has laid out otherwise says the same; it is read as a whole, up to a size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from refloat.ledger.canonical import Malformed, parse
from refloat.ledger.statement import LARGEST_PAYLOAD

FORMAT = "refloat-evidence"
VERSION = 1
MOST_CHECKPOINTS = 1000
LARGEST_HEAD = 4 * 2**20
LARGEST_LINE = 2 * LARGEST_PAYLOAD
LARGEST_WHOLE = 64 * 2**20
KEY_NOTE = "This key came with the evidence and proves nothing. Get the key another way."

_PRINTABLE = bytes(range(0x20, 0x7F))
_BEGIN = re.compile(rb'\{"index":(0|[1-9][0-9]{0,17}),"envelope":"')
_ENTRIES = b'"entries":[\n'
_END = b"]}\n"
_NO_EXPORT = "not an evidence export of Refloat: its head has no end"


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the entries; nothing in it is verified yet.

    Attributes:
        complete: whether all entries of the log follow, or a selection of them with proofs.
        checkpoint: the signed checkpoint that the entries are held against.
        history: earlier signed checkpoints, oldest first, thinned to at most 1,000.
        key_beside: the public key in PEM that lies beside the entries; not to be trusted.

    """

    complete: bool
    checkpoint: str
    history: tuple[str, ...]
    key_beside: str


@dataclass(frozen=True, slots=True)
class Line:
    """One exported entry; nothing in it is verified yet.

    Attributes:
        index: where it says that it stands in the log, from 0.
        envelope: the exact bytes of its envelope.
        proof: the inclusion proof in a selection; None in a complete export.

    """

    index: int
    envelope: bytes
    proof: tuple[bytes, ...] | None


class Broken(Malformed):
    """From here on the file cannot be read: it ends too soon, or a line is none of an export's."""


def thin(history: Sequence[str], most: int = MOST_CHECKPOINTS) -> tuple[str, ...]:
    """Give at most so many checkpoints, evenly spread, the oldest and the newest among them."""
    if len(history) <= most:
        return tuple(history)
    step = (len(history) - 1) / (most - 1)
    return tuple(history[round(n * step)] for n in range(most))


def write_export(stream: IO[bytes], head: Head, entries: Iterable[Line]) -> None:
    """Write an export, entry by entry.

    Raises:
        OSError: if the stream cannot be written.

    """
    for text in _head_lines(head):
        stream.write(text.encode() + b"\n")
    separator = b""
    for entry in entries:
        members: dict[str, Any] = {"index": entry.index, "envelope": entry.envelope.decode("ascii")}
        if entry.proof is not None:
            members["proof"] = [step.hex() for step in entry.proof]
        stream.write(separator + json.dumps(members, separators=(",", ":")).encode())
        separator = b",\n"
    stream.write((b"\n" if separator else b"") + _END)


def read_head(stream: IO[bytes]) -> Head:
    """Read up to the first entry.

    Raises:
        Malformed: if this is no evidence export, or of a version that this reader does not know.

    """
    data, ended = _read_head(stream)
    if not ended:
        raise Malformed(_NO_EXPORT)
    return _head(parse(data + b"]}"))


def read_export(stream: IO[bytes]) -> tuple[Head, Iterator[Line | Malformed]]:
    """Read up to the first entry, and give what gives the entries; see ``read_lines``.

    A document that is not laid out in lines is read as a whole: JSON tools lay out as they like,
    and what was signed is inside of the texts.

    Raises:
        Malformed: if this is no evidence export, or of a version that this reader does not know;
            if it is not laid out in lines and has more than 64 MiB.

    """
    data, ended = _read_head(stream)
    if ended:
        return _head(parse(data + b"]}")), read_lines(stream)
    data += stream.read(LARGEST_WHOLE - len(data) + 1)
    try:
        if len(data) > LARGEST_WHOLE:
            raise Malformed(f"not laid out in lines, and larger than {LARGEST_WHOLE} bytes")
        members = parse(data)
    except Malformed as error:
        raise Malformed(f"{_NO_EXPORT}; {error}") from error
    head = _head(members)
    entries = members.get("entries")
    if not isinstance(entries, list):
        raise Malformed("an evidence export without entries")
    return head, _read_members(entries)


def _read_head(stream: IO[bytes]) -> tuple[bytes, bool]:
    """Give what stands before the first line of entries, and whether there is one."""
    data = bytearray()
    while True:
        line = stream.readline(LARGEST_HEAD)
        data += line
        if line == _ENTRIES:
            return bytes(data), True
        if not line or len(data) > LARGEST_HEAD:
            return bytes(data), False


def _read_members(entries: list[Any]) -> Iterator[Line | Malformed]:
    for entry in entries:
        try:
            yield read_line(json.dumps(entry).encode())
        except Malformed as error:
            yield error


def _head(members: Any) -> Head:
    if not isinstance(members, dict) or members.get("format") != FORMAT:
        raise Malformed("not an evidence export of Refloat: the format is another")
    if members.get("version") != VERSION:
        raise Malformed(
            f"an evidence export of a version that is not {VERSION}; use a later Refloat"
        )
    return _known_head(members)


def read_lines(stream: IO[bytes]) -> Iterator[Line | Malformed]:
    """Give the entries one by one, after ``read_head``; see that nothing follows them.

    An entry that cannot be read comes as the error that says why; reading goes on after it.

    Raises:
        Broken: at the place from which nothing more can be read.

    """
    last = False
    while True:
        line = stream.readline(LARGEST_LINE)
        if line == _END:
            break
        if not line:
            raise Broken("the file ends too soon")
        if last:
            raise Broken("a line follows what should be the last entry")
        if len(line) >= LARGEST_LINE:
            raise Broken(f"a line is longer than {LARGEST_LINE} bytes")
        if not line.endswith(b"\n"):
            raise Broken("the file ends in the middle of a line")
        last = not line.endswith(b",\n")
        data = line[:-1] if last else line[:-2]
        try:
            entry = read_line_quickly(data) or read_line(data)
        except Malformed as error:
            yield error
        else:
            yield entry
    if stream.read(1):
        raise Broken("something follows the end of the export")


def read_line(data: bytes) -> Line:
    """Read one entry's line, however its JSON is spelled.

    Raises:
        Malformed: if it is not an entry.

    """
    members = parse(data)
    if not isinstance(members, dict):
        raise Malformed("an entry that is no object")
    index, envelope, proof = members.get("index"), members.get("envelope"), members.get("proof")
    if type(index) is not int or not 0 <= index < 2**63 or not isinstance(envelope, str):
        raise Malformed("an entry without index or envelope")
    if not envelope.isascii():
        raise Malformed("an envelope with other than ASCII characters")
    if proof is None:
        return Line(index, envelope.encode(), None)
    try:
        steps = tuple(bytes.fromhex(step) for step in proof)
    except (TypeError, ValueError) as error:
        raise Malformed("an entry whose proof is not hexadecimal") from error
    if len(steps) > 64:
        raise Malformed("an entry whose proof is longer than any tree is high")
    return Line(index, envelope.encode(), steps)


def read_line_quickly(data: bytes) -> Line | None:
    """Read an entry's line in the spelling in which ``write_export`` writes it; None if it is not.

    Half of a log's bytes would otherwise be spent on JSON. Where this gives a line, ``read_line``
    gives the same: the text between the quotes is printable ASCII, and each backslash and each
    quote in it belongs to an escaped quote.
    """
    begin = _BEGIN.match(data)
    if not begin or not data.endswith(b'"}'):
        return None
    inner = data[begin.end() : -2]
    quotes = inner.count(b'\\"')
    if inner.count(b"\\") != quotes or inner.count(b'"') != quotes:
        return None
    if inner.translate(None, _PRINTABLE):
        return None
    return Line(int(begin[1]), inner.replace(b'\\"', b'"'), None)


def _head_lines(head: Head) -> Iterator[str]:
    """Give the lines of the head, which begin the document and leave its last array open."""
    beside = {"trusted": False, "note": KEY_NOTE, "pem": head.key_beside}
    coverage = "all" if head.complete else "selection"
    yield f'{{"format":{json.dumps(FORMAT)},"version":{VERSION},"coverage":"{coverage}",'
    yield f'"checkpoint":{json.dumps(head.checkpoint)},'
    yield f'"key_beside":{json.dumps(beside)},'
    yield f'"checkpoints":{json.dumps(head.history, separators=(",", ":"))},'
    yield '"entries":['


def _known_head(members: dict[str, Any]) -> Head:
    coverage, checkpoint = members.get("coverage"), members.get("checkpoint")
    history, beside = members.get("checkpoints"), members.get("key_beside")
    if coverage not in ("all", "selection") or not isinstance(checkpoint, str):
        raise Malformed("an evidence export without coverage or checkpoint")
    if not isinstance(history, list) or not all(isinstance(item, str) for item in history):
        raise Malformed("an evidence export whose checkpoints are not texts")
    if len(history) > MOST_CHECKPOINTS:
        raise Malformed(f"an evidence export with more than {MOST_CHECKPOINTS} checkpoints")
    pem = beside.get("pem") if isinstance(beside, dict) else None
    return Head(coverage == "all", checkpoint, tuple(history), pem if isinstance(pem, str) else "")
