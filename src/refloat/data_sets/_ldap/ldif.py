"""Reads LDIF as slapcat writes it (RFC 2849), entry by entry, and describes it.

Only numbers and digests leave this module: an entry is a person.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from refloat.model.errors import SourceProblem
from refloat.model.points import Measure

CONFIGURATION_SUFFIX = "cn=config"


@dataclass
class Entry:
    """One entry.

    Attributes:
        name: its distinguished name, as it is written.
        values: name in lower case and value of each attribute, in their order.
        text: the entry as it stood in the LDIF, without the empty line after it.
    """

    name: str = ""
    values: list[tuple[str, bytes]] = field(default_factory=list)
    text: bytes = b""

    def all(self, attribute: str) -> list[str]:
        """Give every value of an attribute as text."""
        wanted = attribute.lower()
        return [value.decode("utf-8", "replace") for name, value in self.values if name == wanted]

    def first(self, attribute: str) -> str:
        """Give the first value of an attribute; empty if it has none."""
        return next(iter(self.all(attribute)), "")

    @property
    def is_configuration(self) -> bool:
        """Whether it belongs to slapd's own configuration (``slapd-config(5)``)."""
        name = plain_name(self.name)
        return name == CONFIGURATION_SUFFIX or name.endswith(f",{CONFIGURATION_SUFFIX}")

    def digest(self) -> str:
        """Give a digest of all that is in it; the order of attributes and values is left out."""
        lines = sorted(name.encode() + b"\0" + value for name, value in self.values)
        return hashlib.sha256(b"\0\0".join([self.name.encode(), *lines])).hexdigest()[:32]

    def value_digests(self) -> tuple[str, ...]:
        """Give a digest of each attribute with its value.

        In the schema, the numbers before the values and the spacing are left out: slapd counts
        its built-in definitions in when it loads a schema again.
        """
        digests = []
        for name, value in self.values:
            if is_schema(self.name):
                value = b" ".join(re.sub(rb"^\{\d+\}", b"", value).split())
            digests.append(hashlib.sha256(name.encode() + b"\0" + value).hexdigest()[:16])
        return tuple(sorted(digests))


def is_schema(name: str) -> bool:
    """Whether an entry of the configuration defines a schema."""
    return plain_name(name).endswith(f",cn=schema,{CONFIGURATION_SUFFIX}")


def entries(stream: BinaryIO) -> Iterator[Entry]:
    """Read entries one by one.

    Raises:
        SourceProblem: if it is no LDIF, or broke off in the middle of an entry.
    """
    lines: list[bytes] = []
    for line in stream:
        if line.strip(b"\r\n"):
            lines.append(line)
        elif lines:
            yield _entry(lines)
            lines = []
    if lines:
        # slapcat ends every entry with an empty line.
        raise SourceProblem(
            "the directory's LDIF breaks off in the middle of an entry",
            hint="See whether slapcat was ended, or the disk is full, and back up again.",
        )


def plain_name(name: str) -> str:
    """Give a distinguished name in lower case without spaces around its separators."""
    return ",".join(part.strip() for part in name.lower().split(","))


def instant(text: str) -> datetime | None:
    """Read a generalised time as slapd writes it (``20261122101500Z``); None if it is none."""
    try:
        return datetime.strptime(text.split(".")[0].rstrip("Z"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True)
class Description:
    """What is in a directory, in numbers and digests.

    Attributes:
        people: digest of each entry, by a digest of its name: the name itself is a person's.
        configuration: digests of the values of each entry of slapd's configuration, by its name.
        classes: how many entries are of each structural class.
        newest: the newest modification; None if no entry tells of one.
    """

    people: Mapping[str, str]
    configuration: Mapping[str, tuple[str, ...]]
    classes: Mapping[str, int]
    newest: datetime | None


def describe(found: Iterable[Entry]) -> Description:
    """Describe entries; configuration and data are told apart by their names."""
    people: dict[str, str] = {}
    configuration: dict[str, tuple[str, ...]] = {}
    classes: dict[str, int] = {}
    newest: datetime | None = None
    for entry in found:
        if entry.is_configuration:
            configuration[plain_name(entry.name)] = entry.value_digests()
            continue
        people[_digest_of_name(entry.name)] = entry.digest()
        kind = entry.first("structuralObjectClass") or entry.first("objectClass")
        classes[kind] = classes.get(kind, 0) + 1
        modified = instant(entry.first("modifyTimestamp"))
        if modified is not None and (newest is None or modified > newest):
            newest = modified
    return Description(people, configuration, classes, newest)


def digest_of(digests: Mapping[str, str | tuple[str, ...]]) -> str:
    """Give one digest over many."""
    lines = "\n".join(f"{name} {digests[name]}" for name in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()[:32]


def measures(seen: Description) -> tuple[dict[str, Measure], dict[str, Measure]]:
    """Give a baseline's summary and detail."""
    summary: dict[str, Measure] = {
        "entries": len(seen.people),
        "configuration_entries": len(seen.configuration),
        "content_digest": digest_of(seen.people),
        "configuration_digest": digest_of(seen.configuration),
        "newest": seen.newest.isoformat() if seen.newest else None,
    }
    detail: dict[str, Measure] = {
        "entries": seen.people,
        "configuration": seen.configuration,
        "classes": dict(sorted(seen.classes.items())),
    }
    return summary, detail


def _digest_of_name(name: str) -> str:
    return hashlib.sha256(plain_name(name).encode()).hexdigest()[:16]


def _entry(lines: list[bytes]) -> Entry:
    entry = Entry(text=b"".join(lines))
    for line in _unfolded(lines):
        if line.startswith(b"#"):
            continue
        name, found, value = line.partition(b":")
        if not found or not name:
            raise SourceProblem("the directory's LDIF has a line that is no attribute")
        _take(entry, name.decode("ascii", "replace").lower(), value)
    if not entry.name:
        raise SourceProblem("the directory's LDIF has an entry without a name")
    return entry


def _take(entry: Entry, name: str, value: bytes) -> None:
    try:
        if value.startswith(b":"):
            content = base64.b64decode(value[1:].strip(), validate=True)
        else:
            content = value.removeprefix(b" ")
    except binascii.Error as error:
        raise SourceProblem("the directory's LDIF has a damaged value") from error
    if name == "dn":
        entry.name = content.decode("utf-8", "replace")
    else:
        entry.values.append((name, content))


def _unfolded(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines that go on: those that begin with one space (RFC 2849, note 2)."""
    current = b""
    for line in lines:
        line = line.rstrip(b"\r\n")
        if line.startswith(b" "):
            current += line[1:]
            continue
        if current:
            yield current
        current = line
    if current:
        yield current
