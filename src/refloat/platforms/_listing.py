"""How a listing is opened and understood: an ordinary file, of limited size, entry by entry.

Entries are decoded one at a time, each into the few fields that a reader knows; whatever else
stands in one is passed over and cannot come out.
"""

from __future__ import annotations

import hashlib
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from refloat.model.errors import MissingInput, ObservationProblem, UsageProblem
from refloat.model.options import Probe
from refloat.model.secret import in_address
from refloat.platforms import Fact, Listing, RefusedEntry, Request, Telling

LARGEST = 128 * 1024 * 1024
"""Bytes of one listing at most."""

MOST_REFUSED = 100_000
"""Entries of one listing that may be refused: with more of them it is no such listing."""

LONGEST = 1000
"""Characters of one name at most: paths are long."""

Entry = TypeVar("Entry")

_SECRET = re.compile(
    r"(?:password|passwd|pwd|\bpw|\bpass(?==)|passphrase|secret|token|api_?key)\s*[=:]\s*\S", re.I
)
_PLACE = re.compile(r" - at `\$\.?(?P<place>[\w.\[\]]*)`$")
_OFFSET = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")
_FRACTION = re.compile(r"\.(\d{1,6})\d*")


@dataclass(frozen=True)
class Part:
    """The entries of one kind among the answers.

    Attributes:
        called: what an entry is called, for messages: ``restore job``.
        entries: the entries as they stand, each a value of JSON.
        facts_of: gives an entry's facts, or raises ``Unusable``.
    """

    called: str
    entries: Sequence[msgspec.Raw]
    facts_of: Callable[[msgspec.Raw], Iterable[Fact]]


class OfFiles:
    """What every platform has that is read from files alone, and needs nothing else for it."""

    takes_files = True
    asks = False

    def probe(self) -> Probe:
        """Say that it needs nothing but what Refloat brings along."""
        return Probe(True, f"msgspec {msgspec.__version__}")


class Unusable(Exception):
    """An entry cannot be used; the message says why, without its text."""


def read_bytes(request: Request) -> bytes:
    """Give what stands in the file that was asked for.

    Raises:
        UsageProblem: if none was named.
        MissingInput: if it is not there, or cannot be opened.
        ObservationProblem: if it is no ordinary file, or too large.
    """
    path = request.path
    if path is None:
        raise UsageProblem(
            "no listing is named", hint="This platform is not asked itself: name a file."
        )
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ObservationProblem(f"{path} is no ordinary file")
        if path.stat().st_size > LARGEST:
            raise _too_large(path)
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name cannot be one"
        raise MissingInput(f"the listing {path} cannot be read: {why}") from error
    if len(content) > LARGEST:
        raise _too_large(path)
    return content


def understood(content: bytes, kind: type[Entry], path: Path | None, made_by: str) -> Entry:
    """Give the one value that a listing is.

    Args:
        content: its bytes; a byte order mark before them is fine.
        kind: what it must be, for msgspec; ``msgspec.Raw`` keeps entries for ``one``.
        path: the file, for messages.
        made_by: the command that makes such a listing, for the hint.

    Raises:
        ObservationProblem: if it is no JSON, or not of this kind; never with its text.
    """
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=kind)
    except (ValueError, RecursionError) as error:
        raise ObservationProblem(
            f"{path or 'the listing'} cannot be understood: {why(error)}",
            hint=f"It must be all that '{made_by}' prints.",
        ) from error


def one(raw: msgspec.Raw, kind: type[Entry]) -> Entry:
    """Give one entry of a listing.

    Raises:
        Unusable: if it is not of this kind; the message never has its text.
    """
    try:
        return msgspec.json.decode(raw, type=kind)
    except (ValueError, RecursionError) as error:
        raise Unusable(why(error)) from error


def why(error: Exception) -> str:
    """Say what is wrong with JSON, without its text: only names of fields and of types."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if not isinstance(error, msgspec.ValidationError):
        return "it is no JSON, or only the beginning of some"
    message = str(error)
    place = _PLACE.search(message)
    where = f" at {place['place']}" if place and place["place"] else ""
    missing = re.match(r"Object missing required field `(\w+)`", message)
    if missing:
        return f"{missing[1]} is missing{where}"
    wrong = re.match(r"Expected `([\w| ]+)`, got `([\w| ]+)`", message)
    if wrong:
        return f"{wrong[2]} stands where {wrong[1]} belongs{where}"
    return f"a value cannot be one of its kind{where}"


def listed(
    telling: Telling,
    entries: Sequence[msgspec.Raw],
    called: str,
    facts_of: Callable[[msgspec.Raw], Iterable[Fact]],
) -> Listing:
    """Make a listing of entries: the facts of the good ones, and the place of each other.

    Args:
        telling: what the facts have in common.
        entries: the entries as they stand.
        called: what an entry is called, for messages: ``snapshot``.
        facts_of: gives an entry's facts, or raises ``Unusable``.

    Raises:
        ObservationProblem: if there are entries, and none can be used, or far too many cannot.
    """
    return gathered(telling, [Part(called, entries, facts_of)])


def gathered(telling: Telling, parts: Iterable[Part]) -> Listing:
    """Make one listing of all parts.

    Args:
        telling: what the facts have in common.
        parts: the entries, kind by kind.

    Raises:
        ObservationProblem: if there are entries, and none can be used, or far too many cannot.
    """
    facts: dict[tuple[str, str], Fact] = {}
    refused: list[RefusedEntry] = []
    understood = 0
    for part in parts:
        for number, entry in enumerate(part.entries, 1):
            try:
                found = {(fact["kind"], fact["external_id"]): fact for fact in part.facts_of(entry)}
                if not facts.keys().isdisjoint(found):
                    raise Unusable("its id stands in the listing twice; the first counts")
            except Unusable as error:
                refused.append(RefusedEntry(f"{part.called} {number}", str(error)))
                if len(refused) > MOST_REFUSED:
                    raise _too_bad(telling, refused) from error
                continue
            understood += 1
            facts.update(found)
    if refused and not understood:
        raise ObservationProblem(
            f"nothing in {telling.request.path or 'the answers'} can be used;"
            f" {refused[0].place}: {refused[0].reason}"
        )
    return Listing(tuple(facts.values()), tuple(refused), telling.digest)


def digest_of(content: bytes) -> str:
    """Give the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def clean(*texts: str | None) -> None:
    """See that texts can be passed on: no secret, no sign that cannot be shown, not endless.

    Give each text alone: a machine called ``token`` and a path, joined, look like a secret.

    Raises:
        Unusable: if one cannot.
    """
    for text in filter(None, texts):
        if len(text) > LONGEST:
            raise Unusable(f"a name is longer than {LONGEST} characters")
        if not text.isprintable() and any(
            unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in text
        ):
            raise Unusable("a name holds characters that cannot be shown")
        if (":" in text or "=" in text) and (in_address(text) or _SECRET.search(text)):
            raise Unusable("what looks like a secret stands in it")


def instant(text: str, what: str) -> datetime:
    """Give a time with an offset (RFC 3339, with nanoseconds too) in UTC.

    Args:
        text: the time.
        what: what it is, for the message.

    Raises:
        Unusable: if it is no time, or says no offset.
    """
    try:
        found = datetime.fromisoformat(_FRACTION.sub(r".\1", text, count=1))
        if found.tzinfo is not None and has_offset(text):
            return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unusable(f"{what} is no time") from error
    raise Unusable(f"{what} has no offset")


def has_offset(text: str) -> bool:
    """Whether a time says how far it is from UTC."""
    return bool(_OFFSET.search(text))


def seconds_since_1970(value: int, what: str) -> datetime:
    """Give a time that is counted in seconds since 1970, in UTC.

    Raises:
        Unusable: if there is no such time.
    """
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unusable(f"{what} is no time") from error


def _too_bad(telling: Telling, refused: Sequence[RefusedEntry]) -> ObservationProblem:
    return ObservationProblem(
        f"more than {MOST_REFUSED} entries of {telling.request.path or 'the answers'} cannot be"
        f" used; {refused[0].place}: {refused[0].reason}"
    )


def _too_large(path: Path) -> ObservationProblem:
    return ObservationProblem(
        f"{path} is larger than {LARGEST // 2**20} MiB", hint="List fewer data sets at a time."
    )
