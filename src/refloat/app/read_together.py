"""Listings beside others: parts of one whole, one thing at several times, or something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from refloat.app.naming import of_part
from refloat.model.errors import UsageProblem
from refloat.model.feed import PointSeen

Facts = Sequence[dict[str, Any]]
"""The facts of one listing, in the plan's words."""


def in_parts(listings: Sequence[Facts]) -> bool:
    """Whether no recovery point stands in two of several listings: each holds a part."""
    ids = [{fact["external_id"] for fact in one if _is_point(fact)} for one in listings]
    return len(ids) > 1 and sum(map(len, ids)) == len(set().union(*ids))


def see_times(listings: Sequence[Facts]) -> None:
    """See that listings which are not said to be whole together can be of several times.

    Two halves of one data set, each of its own time, look as if each lost what the other has.

    Raises:
        UsageProblem: if one shares none of its points of a data set with the others that have it.
    """
    found: dict[str, list[set[str]]] = {}
    for one in listings:
        ids: dict[str, set[str]] = {}
        for fact in filter(_is_point, one):
            ids.setdefault(fact["dataset_ref"], set()).add(fact["external_id"])
        for data_set, some in ids.items():
            found.setdefault(data_set, []).append(some)
    for data_set, sets in found.items():
        for number, some in enumerate(sets):
            others = set().union(*sets[:number], *sets[number + 1 :])
            if others and not some & others:
                raise UsageProblem(
                    f"two of these listings share no recovery point of {data_set};"
                    " nothing was taken",
                    hint="If they are parts, and hold everything together, say --whole. If they are"
                    " of several installations, read each under an --instance of its own.",
                )


def at_one_time(listings: Sequence[Facts], at: datetime) -> None:
    """Let all facts of several listings be observed at one time."""
    for fact in (fact for one in listings for fact in one):
        fact["observed_at"] = at.isoformat()


def see_same(
    listings: Sequence[Facts],
    feeds: Mapping[str, Sequence[PointSeen]],
    platform: str,
    instance: str,
) -> None:
    """See that listings of which nobody said whose they are can be of the one that is known.

    Two installations that are taken for one look as if each lost what the other has: at once where
    listings are whole, else as soon as the first is read again.

    Args:
        listings: what was read.
        feeds: the points that are known, by data set.
        platform: the reader's name.
        instance: the name that stands for the installation.

    Raises:
        UsageProblem: if none of the points that are known of a data set is listed, and others are.
    """
    listed: dict[str, set[str]] = {}
    for fact in (fact for one in listings for fact in one if _is_point(fact)):
        listed.setdefault(fact["dataset_ref"], set()).add(fact["external_id"])
    for data_set, ids in listed.items():
        points = feeds.get(data_set, ())
        known = [one for one in points if is_of(one, instance, platform) and not one.deleted]
        if known and not any(identities(one) & ids for one in known):
            raise another(instance, len({one.external_id for one in known}))


def another(instance: str, known: int) -> UsageProblem:
    """Say that a listing may be of another installation than the points that are known of one."""
    return UsageProblem(
        f"none of the {known:,} recovery points that are known of {instance} is listed here, so"
        " this may be another installation; nothing was taken",
        hint="Name it: --instance NAME. If it is the same, and all of them are gone, say"
        f" --instance {instance}.",
    )


def is_of(point: PointSeen, instance: str, platform: str) -> bool:
    """Whether a reader of a platform, of whatever version, told of a point of an installation."""
    return point.source.instance == instance and point.source.reader.partition("/")[0] == platform


def identities(point: PointSeen) -> frozenset[str]:
    """Give the ids that a point may stand under in a listing."""
    whole = point.external_id.removesuffix(of_part("", point.data_set))
    return frozenset((point.external_id, whole))


def _is_point(fact: Mapping[str, Any]) -> bool:
    return bool(fact["kind"] == "recovery_point")
