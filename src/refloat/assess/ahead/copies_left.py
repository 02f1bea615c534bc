"""What becomes of data: which copies survive, and from which of them it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from refloat.assess import words
from refloat.assess.access.isolation import effective_rights
from refloat.assess.ahead.aftermath import Aftermath
from refloat.assess.ahead.compromise import ALTERING_RIGHTS
from refloat.assess.ahead.losses import in_words
from refloat.assess.ahead.naming import RESTORED
from refloat.assess.ahead.places import Place
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.seen import SeenPoint
from refloat.model.access import HOLDING
from refloat.model.ahead import CopyFate, CopyOutcome, DataSetOutcome, Fate, Loss, LossKind

COMPROMISED = frozenset({LossKind.PRINCIPAL, LossKind.PRODUCTION})
"""Losses with which copies are not gone, but can no longer be trusted."""

_WORST = (Fate.GONE, Fate.UNKNOWN, Fate.DEGRADED, Fate.BACK, Fate.UNTOUCHED)


class CopiesLeft:
    """Looks at data after a scenario.

    Args:
        left: what the scenario leaves.
    """

    def __init__(self, left: Aftermath) -> None:
        self._left = left
        self._network = left.network
        self._ways: dict[tuple[str, str], str] = {}
        self._days: dict[datetime | None, str] = {}
        self._from: dict[tuple[str, float], str] = {}
        self._compromised = any(one.kind in COMPROMISED for one in left.scenario.losses)

    def outcomes(self) -> tuple[DataSetOutcome, ...]:
        """Give every data set that is lost, or whose copies are touched; the worst first."""
        found = [one for one in map(self.outcome, self._concerned()) if one is not None]
        order = {fate: number for number, fate in enumerate(_WORST)}
        return tuple(sorted(found, key=lambda one: order[one.fate]))

    def outcome(self, key: str) -> DataSetOutcome:
        """Say what becomes of one data set."""
        left, numbers = self._left, self._network.copies.get(key, ())
        lost = left.is_lost(key)
        start = self._network.owner(key)
        copies = tuple([self._copy(number, start) for number in numbers])
        failed = _failed(start, key)
        if failed:
            copies = tuple([_doubted(one, failed) for one in copies])
        fate, best = self._fate(key, lost=lost), None
        if lost and fate is Fate.BACK:
            some = zip(numbers, copies, strict=True)
            whole = [one for number, one in some if left.cautious[number] and one.consistency_time]
            best = max(whole, key=_age) if whole else None
        loss = None if lost else 0.0
        if best is not None and best.consistency_time is not None:
            loss = (left.organisation.instant - best.consistency_time).total_seconds()
        return DataSetOutcome(
            data_set=key,
            name=words.component(left.plan, key),
            lost=lost,
            fate=fate,
            because=self._because(key, fate, lost=lost, best=best, loss=loss),
            from_repository=best.repository if best is not None else "",
            loss_seconds=loss,
            copies=copies,
        )

    def _concerned(self) -> Iterator[str]:
        """Give the components whose data or copies are touched, in the plan's order."""
        network, after = self._network, self._left.cautious
        doubtful = network.doubtful
        surely, perhaps = self._left.surely, self._left.perhaps
        for key, numbers in network.copies.items():
            if self._left.is_lost(key) or any(
                number in surely
                or number in perhaps
                or (not after[number] and number not in doubtful and network.at_rest[number])
                for number in numbers
            ):
                yield key

    def _fate(self, key: str, *, lost: bool) -> Fate:
        if not lost:
            return Fate.UNTOUCHED
        running = self._network.first[key]
        restored = running + RESTORED
        if self._left.cautious[restored]:
            return Fate.BACK
        surely = running in self._left.surely
        return Fate.GONE if surely and not self._left.hopeful[restored] else Fate.UNKNOWN

    # One place

    def _copy(self, number: int, start: Basis | None) -> CopyOutcome:
        left, place = self._left, self._network.by_number[number]
        if number in left.surely:
            return self._struck(place, left.surely[number])
        if number in left.perhaps:
            loss = left.perhaps[number]
            return CopyOutcome(
                place.data_set, place.repository, CopyFate.UNKNOWN, self._doubt(place, loss)
            )
        if place.newest is None:
            text = "The plan names this place; of no copy that can be restored did anybody say so."
            return CopyOutcome(place.data_set, place.repository, CopyFate.UNKNOWN, text)
        if place.past:
            text = "It was to be removed by now, and nobody has seen it since."
            if place.newest.follows:
                text = "It is a replica: what is deleted or spoilt in the original is so in it too."
            return CopyOutcome(place.data_set, place.repository, CopyFate.UNKNOWN, text)
        point = self._point(place, start)
        if left.cautious[number]:
            fate, text = CopyFate.SURVIVES, "Nothing that is lost touches it."
            if self._compromised:
                text = self._safe(place)
        elif left.hopeful[number]:
            fate, text = CopyFate.UNKNOWN, "It is not known whether it can be opened."
        else:
            fate, text = CopyFate.SHUT, self._shut(number)
        return CopyOutcome(
            place.data_set,
            place.repository,
            fate,
            text,
            point.reference,
            point.consistency_time,
        )

    def _struck(self, place: Place, loss: Loss) -> CopyOutcome:
        if loss.kind not in COMPROMISED:
            text = words.sentence(f"It is lost: {in_words(self._left.plan, loss)}")
            return CopyOutcome(place.data_set, place.repository, CopyFate.LOST, text)
        way = self._way(place, loss)
        text = "Whoever acts in these names can alter every copy there, and no lock keeps one."
        return CopyOutcome(place.data_set, place.repository, CopyFate.EXPOSED, text, way=way)

    def _doubt(self, place: Place, loss: Loss) -> str:
        if loss.kind in COMPROMISED:
            return "It is not known what these accounts may do with it."
        if loss.kind is LossKind.VENDOR:
            return "The plan does not say whether this vendor keeps it."
        return "The plan does not say whether it stands there."

    def _shut(self, number: int) -> str:
        for needed in self._network.all_of[number]:
            if not self._left.hopeful[needed]:
                kind, key = self._network.nodes[needed]
                if kind == "opened":
                    return "It is whole, and no account that opens it can sign in."
                if kind == "keys":
                    repository, _, kept = key.partition(": ")
                    if kept:
                        return f"It is whole, and its keys are lost with where they are: {kept}."
                    return f"It is whole, and the keys to {repository.partition(' ')[2]} are lost."
        return "It is whole, and the keys to it are lost."

    def _safe(self, place: Place) -> str:
        known, tried = self._network.falls.compromise.isolation(place), self._network.looks.tried
        if known is not None and known.lock in HOLDING and not tried(place.repository):
            if known.locked_until not in self._days:
                until = f" until {words.day(known.locked_until)}" if known.locked_until else ""
                self._days[known.locked_until] = f"A lock that no account opens keeps it{until}."
            return self._days[known.locked_until]
        return "None of these accounts can alter it."

    def _point(self, place: Place, start: Basis | None) -> SeenPoint:
        """Give the newest point that survives: under compromise a locked one, where any is."""
        assert place.newest is not None
        if not self._compromised:
            return place.newest
        locked = self._network.looks.locked(place, start)
        if locked is None or locked is place.newest:
            return place.newest
        return locked if locked_only(self._left, place) else place.newest

    def _way(self, place: Place, loss: Loss) -> str:
        asked = (loss.key, place.repository)
        if loss.kind is LossKind.PRODUCTION:
            known = self._network.falls.compromise.isolation(place)
            return known.way if known is not None else ""
        if asked not in self._ways:
            rights = effective_rights(self._left.organisation)
            held = (rights.knows(loss.key, place.repository, one) for one in ALTERING_RIGHTS)
            first = next((one for one in held if one.allowed), None)
            self._ways[asked] = first.way if first is not None else ""
        return self._ways[asked]

    # Why

    def _because(
        self, key: str, fate: Fate, *, lost: bool, best: CopyOutcome | None, loss: float | None
    ) -> str:
        if not lost:
            return "The data in use is not touched; only copies of it are."
        if fate is Fate.BACK:
            if best is None or loss is None:
                return "It is put anew."
            asked = (best.repository, loss)
            if asked not in self._from:
                place = words.repository(self._left.plan, best.repository)
                age = words.duration(loss)
                self._from[asked] = f"It comes back from {place}, as it was {age} before the loss."
            return self._from[asked]
        if fate is Fate.GONE:
            return self._why_gone(key)
        return self._why_unknown(key)

    def _why_gone(self, key: str) -> str:
        numbers = self._network.copies.get(key, ())
        if not numbers:
            return "Nothing copies it, so it is lost with what it is on."
        if not any(self._left.hopeful[number] for number in numbers):
            if any(number not in self._left.surely for number in numbers):
                return "Copies of it are left, and nothing is left that opens them."
            return "No copy of it is left that can be brought back."
        if _for_good(self._left, key):
            return "It is away for good."
        sure = any(self._left.cautious[number] for number in numbers)
        survive = "Copies survive" if sure else "Copies perhaps survive"
        platform = self._platform(key)
        if platform and not self._left.hopeful[self._left.number("platform", platform)]:
            name = words.platform(self._left.plan, platform)
            return f"{survive}, and nobody can sign in to {name}, which restores them."
        return f"{survive}, and the written steps to restore them cannot be done."

    def _why_unknown(self, key: str) -> str:
        failed = _failed(self._network.owner(key), key)
        if failed:
            return failed
        left = self._left
        numbers = self._network.copies.get(key, ())
        restored = left.number("restored", key)
        running = left.number("running", key)
        if running not in left.surely and not left.hopeful[restored]:
            said = "Nobody wrote down where it stands; if it is lost"
            if left.perhaps[running].kind not in (LossKind.SITE, LossKind.VENDOR):
                said = "Nobody knows whether it is lost, too; if it is"
            return f"{said}: {self._lower(key)}"
        if numbers and not any(left.cautious[number] for number in numbers):
            return "It is not known whether any copy of it survives that can be brought back."
        platform = self._platform(key)
        if platform and not left.cautious[left.number("platform", platform)]:
            name = words.platform(left.plan, platform)
            return f"It is not known whether anybody can sign in to {name}, which restores it."
        if restored in left.perhaps:
            return "Nobody wrote down where else it can run."
        return "It is not known whether somebody is there who can restore it."

    def _lower(self, key: str) -> str:
        text = self._why_gone(key)
        return text[:1].lower() + text[1:]

    def _platform(self, key: str) -> str:
        watch = self._left.plan.components[key].watch
        platform = watch.platform if watch is not None else None
        return platform if platform in self._left.plan.platforms and platform else ""


def _failed(start: Basis | None, key: str) -> str:
    """Say that the last restore of a data set failed; empty if none did."""
    trial = start.failed_restore(key) if start is not None else None
    return f"The last restore of it, on {words.day(trial.at)}, failed." if trial else ""


def _doubted(copy: CopyOutcome, failed: str) -> CopyOutcome:
    """Say of a copy that is whole that nobody knows whether it can be restored."""
    if copy.fate is not CopyFate.SURVIVES:
        return copy
    return replace(copy, fate=CopyFate.UNKNOWN, because=failed)


def locked_only(left: Aftermath, place: Place) -> bool:
    """Whether somebody may have altered what no lock keeps in a place."""
    return any(
        left.network.falls.compromise.can_alter(loss, place)
        for loss in left.scenario.losses
        if loss.kind in COMPROMISED
    )


def _for_good(left: Aftermath, key: str) -> bool:
    """Whether a component stays away for good."""
    number = left.number("restored", key)
    return number in left.surely and left.surely[number].for_good


def _age(copy: CopyOutcome) -> float:
    return copy.consistency_time.timestamp() if copy.consistency_time is not None else 0.0
