"""A software company: one cloud, no office, things that it can do without, shared components."""

from __future__ import annotations

from tests.support.other_organisation import Line, Organisation, line, organisation, point, right
from tests.support.other_organisation import tested as whole

LOCK = {"mode": "compliance", "until": "2027-11-01T00:00:00+00:00"}
WEST = {"location": "vault-west", "failure_domain": "cloud-west", "encrypted": True}
NORTH = {"location": "vault-north", "failure_domain": "cloud-north", "encrypted": True}
COPIES = ({**WEST, "immutable": LOCK}, {**NORTH, "immutable": LOCK})

_POINTS = (
    ("cloud-backup", "directory", "2026-10-25T03:00:00+00:00"),
    ("cloud-backup", "main-db", "2026-10-25T05:45:00+00:00"),
    ("cloud-backup", "uploads", "2026-10-25T05:45:00+00:00"),
    ("cloud-backup", "app-settings", "2026-10-25T05:45:00+00:00"),
    ("mail-backup", "mailboxes", "2026-10-25T02:00:00+01:00"),  # an hour before 02:00+00:00
    ("mail-backup", "sites", "2026-10-25T02:00:00+01:00"),
)
_TESTS = (
    ("accounts", 30, "noor"),
    ("shop", 70, "sam"),
    ("checkout", 60, "sam"),
    ("mail", 240, "eve"),
    ("wiki", 400, "eve"),
    ("search", 300, "eve"),
)
_ACCOUNTS = (
    ("developers", "unprivileged"),
    ("platform-admins", "privileged"),
    ("vault-admins", "backup administrator"),
    ("sealed", "break glass"),
)


def software_company() -> Organisation:
    """Give it in good order, on the morning on which summer time ended in London."""
    lines = [point(source, data_set, at, *COPIES) for source, data_set, at in _POINTS]
    lines += [scope("mailboxes"), scope("sites")]
    lines += [
        right(account, kind, vault, "2026-10-01T09:00:00+01:00")
        for vault in ("vault-west", "vault-north")
        for account, kind in _ACCOUNTS
    ]
    lines += [
        whole(service, "2026-10-02T09:00:00+01:00", minutes, by) for service, minutes, by in _TESTS
    ]
    lines.append(
        line(
            *("exercise", "exercises", "2026-09-10T17:00:00+01:00", "e1"),
            what="A morning without the cloud",
            at="2026-09-10T09:00:00+01:00",
            services=["shop"],
            decisions=True,
            communications=True,
            workarounds=True,
            restored=["shop"],
            common_point=True,
            decided=["noor: customers get the exports"],
            frictions=["a password was old"],
            report="exercise.pdf",
        )
    )
    as_of, approved_at = "2026-10-25T06:00:00+00:00", "2026-02-02T12:00:00+00:00"
    return organisation("software_company", lines, as_of, approved_at)


def scope(data_set: str, extra: int = 0) -> Line:
    """Give what a tool copies of thirty parts, and how many more there are."""
    parts = [f"{data_set}-{number}" for number in range(30 + extra)]
    return line(
        *("protection_scope", "mail-backup", "2026-10-25T05:00:00+00:00", data_set),
        dataset_ref=data_set,
        selected=parts[:30],
        inventory=parts,
    )
