"""What facts say of one control: what fails, what is not known, how good the evidence is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from refloat.assess import words
from refloat.model.feed import Quality

MOST_REFERENCES = 20
_QUALITIES = {quality: number for number, quality in enumerate(Quality)}


@dataclass
class Tally:
    """Evidence about one control, piled up piece by piece.

    Attributes:
        counted: how many things were looked at.
        failing: by key of the thing, what it fails on.
        unknown: by key of the thing, what is not known of it.
        expired: by key of the thing, which evidence about it is too old.
        claims: by key of the thing, what is only said of it, and was seen by nobody.
        quality: of the weakest evidence; None if there is none.
        weakest: that evidence in words.
        rests_on: references of facts, at most twenty.
        checked_at: when the oldest fact was seen; None if there is none.
        expires_at: when the first fact is too old; None if none ever is.
    """

    counted: int = 0
    failing: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    expired: dict[str, str] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    quality: Quality | None = None
    weakest: str = ""
    rests_on: list[str] = field(default_factory=list)
    checked_at: datetime | None = None
    expires_at: datetime | None = None

    def rest(
        self,
        quality: Quality,
        what: str,
        reference: str = "",
        at: datetime | None = None,
        valid_for: timedelta | None = None,
    ) -> None:
        """Rest on a piece of evidence.

        Args:
            quality: how good it is.
            what: what it is, in words, for the case that it is the weakest.
            reference: the fact; empty for what the plan claims.
            at: when it was seen; None for what the plan claims.
            valid_for: how long it counts from then on; None for ever.
        """
        if self.quality is None or _QUALITIES[quality] > _QUALITIES[self.quality]:
            self.quality, self.weakest = quality, what
        if reference and len(self.rests_on) < MOST_REFERENCES and reference not in self.rests_on:
            self.rests_on.append(reference)
        if at is not None:
            self.checked_at = _earlier(self.checked_at, at)
            if valid_for is not None:
                self.expires_at = _earlier(self.expires_at, _after(at, valid_for))

    def claim(self, key: str, text: str) -> None:
        """Rest on something that is only said of a thing."""
        self.claims.setdefault(key, text)
        self.rest(Quality.POOR, f"{key}: {text}")

    def add(self, other: Tally) -> None:
        """Take in what was found of other things."""
        self.counted += other.counted
        for mine, theirs in (
            (self.failing, other.failing),
            (self.unknown, other.unknown),
            (self.expired, other.expired),
            (self.claims, other.claims),
        ):
            for key, text in theirs.items():
                mine.setdefault(key, text)
        if other.quality is not None:
            self.rest(other.quality, other.weakest)
        if len(self.rests_on) < MOST_REFERENCES:
            fresh = [one for one in other.rests_on if one not in self.rests_on]
            self.rests_on += fresh[: MOST_REFERENCES - len(self.rests_on)]
        self.checked_at = _earlier(self.checked_at, other.checked_at)
        self.expires_at = _earlier(self.expires_at, other.expires_at)


def together(tallies: Iterable[Tally]) -> Tally:
    """Put many tallies of one control together, in their order."""
    whole = Tally()
    for one in tallies:
        whole.add(one)
    return whole


def lines(things: dict[str, str]) -> tuple[str, ...]:
    """Give what is said of things, each line beginning with the thing's key."""
    return tuple(f"{key}: {text}" for key, text in things.items())


def some(things: dict[str, str], most: int = 3) -> str:
    """Name some things: ``a, b and 4 more``."""
    return words.abridged(things, most)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def _after(at: datetime, valid_for: timedelta) -> datetime | None:
    try:
        return at + valid_for
    except OverflowError:
        return None
