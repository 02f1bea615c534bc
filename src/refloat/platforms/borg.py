"""Reads the archives that borg has: what ``borg list --json`` or ``borg info --json`` prints.

Fields after "Frontends" of borg's own documentation, and held against what borg 1.2.4, 1.4.5 and
2.0.0b18 themselves print; words of later ones after the source of 2.0 (``crypto/key.py``). borg 1
writes times without an offset, in the local time of the machine that made the listing: unless
somebody says which time that is, they mean nothing and are refused. borg 2 lists with
``borg repo-list --json``, writes the offset, and says no ``start`` where its settings ask for less.
An archive is true when it began.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct, field

from refloat.model.errors import UsageProblem
from refloat.model.options import Option, OptionType
from refloat.platforms import Fact, Listing, Request, Telling
from refloat.platforms._listing import (
    OfFiles,
    Unusable,
    clean,
    digest_of,
    has_offset,
    instant,
    listed,
    one,
    read_bytes,
    understood,
)
from refloat.platforms._options import KEPT_FOR, expires_at

COMMAND = "borg list --json REPOSITORY"
_CHECKPOINT = re.compile(r"\.checkpoint(?:\.\d+)?$")
"""How borg 1 calls what it has stored so far."""
_ENCRYPTED = ("repokey", "keyfile", "aes256", "chacha20")
_PLAIN = ("none", "authenticated")


class _Encryption(Struct):
    """How the repository is kept; later versions of borg 2 call it otherwise."""

    mode: str = ""
    cipher: str = field(name="encryption", default="")


class _Repository(Struct):
    """Which repository it is."""

    location: str = ""


class _Stats(Struct):
    """What ``borg info`` counted."""

    size: int | None = field(name="original_size", default=None)


class _Archive(Struct):
    """One archive."""

    id: str
    name: str
    start: str = ""
    time: str = ""
    end: str | None = None
    stats: _Stats | None = None


class _Listing(Struct):
    """What borg prints."""

    archives: list[msgspec.Raw]
    repository: _Repository
    encryption: _Encryption = field(default_factory=_Encryption)


class Borg(OfFiles):
    """Reads listings of borg."""

    name = "borg"
    summary = f"Reads the archives of borg: what '{COMMAND}' or 'borg info --json' prints."
    options: tuple[Option, ...] = (
        Option(
            "timezone",
            OptionType.TEXT,
            "The time zone of the machine that made the listing; borg 1 does not say it.",
            example="Australia/Melbourne",
        ),
        KEPT_FOR,
    )
    rights = (
        "Nothing but the listing. Whoever makes it needs the repository's key and passphrase, and"
        " to read its files."
    )

    def read(self, request: Request) -> Listing:
        """Read one listing.

        Raises:
            UsageProblem: if no file is named, or there is no such time zone.
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no listing of borg's, or none of it can be used.
        """
        zone = _zone(str(request.options.get("timezone") or ""))
        content = read_bytes(request)
        said = understood(content, _Listing, request.path, COMMAND)
        telling = Telling(request, "borg", "borg/1", digest_of(content))
        copy = _copy(said, request)
        return listed(
            telling, said.archives, "archive", lambda raw: _facts(telling, raw, zone, copy)
        )


def _facts(
    telling: Telling, raw: msgspec.Raw, zone: tzinfo | None, copy: dict[str, object]
) -> Iterator[Fact]:
    said = one(raw, _Archive)
    if not said.id or not said.name:
        raise Unusable("it has no id, or no name")
    if not (said.start or said.time):
        raise Unusable("start is missing")
    clean(said.id, said.name)
    began = _time(said.start or said.time, "start", zone)
    half = _CHECKPOINT.search(said.name) is not None
    yield telling.fact(
        "recovery_point",
        said.id,
        dataset_ref=said.name,
        external_name=said.name,
        consistency_time=began,
        completed_at=_time(said.end, "end", zone) if said.end else None,
        complete=False if half else None,
        usable_claim="failed" if half else None,
        size_bytes=said.stats.size if said.stats is not None else None,
        copies=[copy],
        # borg itself removes a checkpoint when the backup was made after all.
        expires_at=None if half else expires_at(telling.request, began),
    )


def _copy(said: _Listing, request: Request) -> dict[str, object]:
    """Say where it is kept: borg's own name of the repository, unless a secret is part of it."""
    location = said.repository.location
    try:
        clean(location)
    except Unusable:
        location = ""
    mode = said.encryption.mode or said.encryption.cipher
    encrypted = True if mode.startswith(_ENCRYPTED) else None
    return {
        "location": location or request.instance,
        "encrypted": False if mode.startswith(_PLAIN) else encrypted,
    }


def _zone(name: str) -> tzinfo | None:
    """Give the time zone of a name; None where nobody said one.

    Raises:
        UsageProblem: if there is none of that name.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageProblem(
            f"there is no time zone {name!r}",
            hint="Write it as Australia/Melbourne or UTC; Debian has them in the package tzdata.",
        ) from error


def _time(text: str, what: str, zone: tzinfo | None) -> datetime:
    """Give a time in UTC. Of an hour that a clock shows twice, the first: nothing is newer then.

    Raises:
        Unusable: if it is no time, has no offset and nobody said one, or no clock of that zone ever
            showed it.
    """
    if has_offset(text):
        return instant(text, what)
    if zone is None:
        raise Unusable(
            f"{what} has no offset: say with --set timezone=NAME in which zone borg listed it"
        )
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=zone)
        utc = local.astimezone(UTC)
        shown = utc.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise Unusable(f"{what} is no time") from error
    if shown != local.replace(tzinfo=None):
        raise Unusable(f"{what} is a time that no clock in {zone} ever showed: is it the right one")
    return utc


ADAPTER = Borg()
