"""ISM-1811: are copies kept securely, and so that a loss does not take them too?

Each data set needs two copies that do not break together, encrypted, looked over for being whole
within ``policy.integrity_verified_every``, with a key that does not lie in what it opens. Where a
key is kept is always somebody's word, and does not make the evidence weaker. A data set without any
copy is a matter of ISM-1511.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from refloat.assess import words
from refloat.assess.access.key_custody import buried_keys
from refloat.assess.eight.kept import KeptCopy, newest_first, quality_of
from refloat.assess.eight.tally import Tally
from refloat.assess.ground.basis import Basis
from refloat.model.feed import Quality
from refloat.model.plan import Plan
from refloat.model.run import Outcome

_Look = tuple[datetime, str, Quality]
"""When a copy was seen to be whole, the fact that shows it, and how good that is."""


def kept_securely(
    basis: Basis, copies: Mapping[str, tuple[KeptCopy, ...]], buried: frozenset[str]
) -> Tally:
    """Say of each data set of a service whether its copies are kept securely and resiliently.

    Args:
        basis: the service at the instant.
        copies: by data set, where its copies are.
        buried: keys of components no copy of which can be opened without a key that lies in it.
    """
    tally = Tally()
    restored = _restored(basis)
    for data_set, places in copies.items():
        if not places:
            continue
        tally.counted += 1
        reasons = [
            *_apart(data_set, places, tally),
            *_encrypted(data_set, places, tally),
            *_key(data_set, places, buried, tally),
            *_whole(basis, data_set, restored.get(data_set), tally),
        ]
        if reasons:
            tally.failing[data_set] = "; ".join(reasons)
    return tally


def inside_names(plan: Plan) -> frozenset[str]:
    """Name the components no copy of which can be opened without a key that lies in it."""
    return frozenset(component for one in buried_keys(plan) for component in one.buried)


def _apart(data_set: str, places: tuple[KeptCopy, ...], tally: Tally) -> Iterator[str]:
    for one in places:
        if one.point is None:
            tally.claim(data_set, f"only the plan says that there is a copy in {one.repository}")
        else:
            tally.rest(
                quality_of(one.point),
                f"{data_set}: its copies, as their tool tells of them",
                one.point.reference,
                one.point.observed_at,
            )
    if len(places) < 2:
        yield f"there is one copy alone, in {places[0].repository}"
        return
    domains = {one.domain for one in places if one.domain}
    if len(domains) >= 2:
        return
    if all(one.domain for one in places):
        yield f"all copies are in {domains.pop()} and break together"
    else:
        tally.unknown[data_set] = "nobody said whether its copies break together"


def _encrypted(data_set: str, places: tuple[KeptCopy, ...], tally: Tally) -> Iterator[str]:
    open_ = [one.repository for one in places if one.encrypted is False]
    if open_:
        yield f"its copies in {words.listed(open_)} are not encrypted"
    for one in places:
        if one.encrypted is None:
            text = f"nobody knows whether its copies in {one.repository} are encrypted"
            tally.unknown.setdefault(data_set, text)
        elif not one.encryption_seen:
            text = f"only the plan says whether its copies in {one.repository} are encrypted"
            tally.claim(data_set, text)


def _key(
    data_set: str, places: tuple[KeptCopy, ...], buried: frozenset[str], tally: Tally
) -> Iterator[str]:
    if data_set in buried:
        yield "the key of its copies can only be reached with itself"
    elif any(one.encrypted for one in places) and not any(one.key_kept for one in places):
        tally.unknown.setdefault(data_set, "nobody said where the key of its copies is kept")


def _whole(basis: Basis, data_set: str, restored: _Look | None, tally: Tally) -> Iterator[str]:
    """Say when somebody last saw that a copy is whole: by looking it over, or by restoring it."""
    every = basis.plan.policy.integrity_verified_every
    points = basis.points(data_set)
    if points and points[-1].integrity.state == "failed":
        yield "its newest copy was found to be damaged"
        return
    seen = _looks(basis, data_set, restored)
    if not seen:
        tally.unknown.setdefault(data_set, "nobody knows whether its copies are whole")
        return
    at, reference, quality = max(seen, key=lambda one: one[0])
    if basis.instant - at > every:
        tally.expired[data_set] = (
            f"its copies were last seen to be whole on {words.day(at)}; that counts for "
            f"{words.duration(every / timedelta(seconds=1))}"
        )
        return
    tally.rest(quality, f"{data_set}: that its copies are whole", reference, at, every)


def _looks(basis: Basis, data_set: str, restored: _Look | None) -> list[_Look]:
    """Give the looks that showed a copy to be whole; one that still counts ends the search."""
    found = [restored] if restored is not None and restored[0] <= basis.instant else []
    every = basis.plan.policy.integrity_verified_every
    for point in newest_first(basis, data_set):
        at = point.integrity.at or point.observed_at
        if point.integrity.state == "ok" and at <= basis.instant:
            found.append((at, point.reference, quality_of(point)))
            if basis.instant - at <= every:
                break
    return found


def _restored(basis: Basis) -> dict[str, _Look]:
    """Give by data set when it was last brought back with its data proved."""
    found: dict[str, _Look] = {}
    for trial in basis.trials():
        quality = Quality.EXCELLENT if trial.entry is not None else Quality.FAIR
        for data_set in trial.data_sets:
            if trial.brought_back(data_set) is Outcome.PASSED:
                found[data_set] = (trial.at, trial.reference, quality)
    return found
