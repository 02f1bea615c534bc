"""A bookshop with one machine that Refloat copies, and a club in which one person does all."""

from __future__ import annotations

from tests.support.other_organisation import Line, Organisation, line, organisation, point, right
from tests.support.other_organisation import tested as whole

STICK = {
    "location": "stick",
    "failure_domain": "greta's home",
    "encrypted": True,
    "offline": True,
    "immutable": {"mode": "offline"},
}


def bookshop() -> Organisation:
    """Give it in good order, on the morning on which summer time ended in Berlin."""
    night = "2026-10-25T02:30:00+01:00"  # the second 02:30 of that night
    lines = [
        point("own-machine", data_set, night, STICK)
        for data_set in ("stock", "till-settings", "addresses")
    ]
    lines += [
        right("till", "unprivileged", "stick", "2026-10-01T09:00:00+02:00"),
        right("root", "privileged", "stick", "2026-10-01T09:00:00+02:00"),
        whole("sales", "2026-10-02T09:00:00+02:00", 60, "greta"),
        whole("newsletter", "2026-10-02T09:00:00+02:00", 15, "greta"),
        _exercise("2026-09-10T14:00:00+02:00", "sales", frictions=["the folder was hard to find"]),
    ]
    return organisation("shop", lines, "2026-10-25T10:00:00+01:00", "2026-05-04T12:00:00+02:00")


def club() -> Organisation:
    """Give it in good order: two disks that lie in drawers, and nothing else."""
    marta = {**STICK, "location": "tape-a", "failure_domain": "marta's home"}
    ott = {**STICK, "location": "tape-b", "failure_domain": "ott's home"}
    lines = [
        point("copies", name, "2026-10-18T20:00:00+03:00", marta, ott, expires_at=expires)
        for name, expires in (
            ("member-list", "2027-10-18T20:00:00+03:00"),
            ("ledgers", "2033-10-16T20:00:00+03:00"),
        )
    ]
    lines += [
        right("marta-account", "privileged", disk, "2026-10-01T09:00:00+03:00")
        for disk in ("tape-a", "tape-b")
    ]
    lines += [
        whole("members", "2026-08-20T09:00:00+03:00", 50, "ott"),
        whole("money", "2026-08-20T11:00:00+03:00", 50, "ott"),
        _exercise("2026-08-20T09:00:00+03:00", "members", no_friction=True),
    ]
    return organisation("club", lines, "2026-10-25T10:00:00+02:00", "2026-07-01T12:00:00+03:00")


def _exercise(at: str, service: str, **fields: object) -> Line:
    return line(
        *("exercise", "exercises", at, "e1"),
        what="An afternoon without machines",
        at=at,
        services=[service],
        decisions=True,
        communications=True,
        workarounds=True,
        restored=[service],
        common_point=True,
        report="in the folder",
        **fields,
    )
