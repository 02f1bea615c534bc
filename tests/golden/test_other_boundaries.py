"""A sound software company at its edges: the second, the instant, the word that decides.

As in ``test_other_defects``, each case is one change, its row of the requirements, and everything
that must be found then; the empty set is of cases that lie just this side of a defect.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.other_organisation import Organisation, line, right
from tests.support.planting import (
    Change,
    Found,
    as_tested,
    both,
    copy_of,
    fact,
    finds_exactly,
    part,
    plan,
)
from tests.support.software_company import COPIES, NORTH, WEST, scope, software_company

START = software_company()
OPEN = [{**WEST, "immutable": {"mode": "none"}}, {**NORTH, "immutable": {"mode": "none"}}]
UNLOCKED = both(
    plan("lock: {mode: compliance, period: 90 days}", "lock: none", 2),
    copy_of("sites", copies=OPEN),
)
HARMFUL = [
    *("modify", "delete", "take_ownership", "change_access", "change_retention"),
    "delete_repository",
]
LOOKED_AT = [
    {"name": "yesterday's plans are there", "passed": True, "proves": "data"},
    {"name": "mails go out", "passed": True, "proves": "dependency"},
    {"name": "a customer plans", "passed": True, "proves": "service"},
]
LOOKED = "2026-10-01T09:00:00+01:00"
BRIEF = ("RETENTION_SHORT", "service wiki, data set sites")
GONE = {("COPY_NOT_KNOWN", "service wiki, data set sites"), BRIEF}


def removed(at: str, **fields: object) -> Change:
    """Let the only copy of the shared files be removed at a time."""
    return copy_of("sites", expires_at=at, **fields)


def every_right(*, allowed: bool, at: str = LOOKED) -> Change:
    """Say that developers have, or have not, every right on both vaults."""
    return both(
        *(
            fact(
                *("access_fact", at, f"any/{vault}"),
                principal="developers",
                path=vault,
                right="any",
                allowed=allowed,
            )
            for vault in ("vault-west", "vault-north")
        )
    )


LEFT_OUT = {"what": "mailboxes-30", "why": "a test account", "approved_by": "noor"}
DECIDED = "reason: It can be made anew., approved_by: noor, until: 2026-10-25"


def mailboxes(*excluded: dict[str, str]) -> Change:
    """Let the tool count one mailbox that it does not copy, and say what it leaves out."""
    one = {**scope("mailboxes", 1), "excluded": list(excluded)}
    return lambda start: start.drop(external_id="mailboxes").add(one)


def uncopied(start: Organisation) -> Organisation:
    """Let nothing copy the main database."""
    words = "{platform: cloud-backup, copies: [vault-west, vault-north], every: 15 min, "
    return start.drop(dataset_ref="main-db").write_of(
        "main-db", f"    watch: {words}kept_for: 90 days}}\n", ""
    )


def keys(data_set: str, west: str, north: str) -> Change:
    """Let the keys of both copies of something be kept somewhere."""
    copies = [{**COPIES[0], "key_ref": west}, {**COPIES[1], "key_ref": north}]
    return copy_of(data_set, copies=copies)


def inventory(source: str, names: list[str]) -> Change:
    """Let a source list everything that there is."""
    said = line("protection_scope", source, "2026-10-25T05:00:00+00:00", "all", inventory=names)
    return lambda one: one.add(said)


def selection(source: str, names: list[str]) -> Change:
    """Let a tool say what it copies."""
    said = line("protection_scope", source, "2026-10-25T05:00:00+00:00", "all", selected=names)
    return lambda one: one.add(said)


COPIED = ("directory", "main-db", "uploads", "app-settings")


def canary(vault: str, *, allowed: bool) -> Change:
    """Let an administrator try to delete a canary."""
    return fact(
        *("access_fact", "2026-10-24T09:00:00+01:00", f"canary/{vault}/platform-admins"),
        principal="platform-admins",
        path=vault,
        right="delete",
        allowed=allowed,
        quality="excellent",
    )


CASES: dict[str, tuple[str, Change, Found]] = {
    "the only copy is removed a second later": (
        "R-018",
        removed("2026-10-25T06:00:01+00:00"),
        {BRIEF},
    ),
    "the only copy is removed at this very second": (
        "R-017",
        removed("2026-10-25T07:00:00+01:00"),
        GONE,
    ),
    "it was to be removed, and was seen after that": (
        "R-018",
        removed("2026-10-25T05:30:00+00:00", observed_at="2026-10-25T05:30:00+00:00"),
        {BRIEF},
    ),
    "everything is allowed by one and nothing by another at one instant": (
        "R-084",
        both(UNLOCKED, every_right(allowed=True)),
        {("NO_ISOLATED_COPY", "data set sites")},
    ),
    "everything is allowed, and was taken back since": (
        "R-084",
        both(
            UNLOCKED,
            every_right(allowed=True),
            lambda one: one.add(
                right("developers", "unprivileged", "vault-west", "2026-10-02T09:00:00+01:00"),
                right("developers", "unprivileged", "vault-north", "2026-10-02T09:00:00+01:00"),
            ),
        ),
        set(),
    ),
    "everything but what would harm is allowed": (
        "R-084",
        both(
            UNLOCKED,
            lambda one: one.correct(
                {"rights": ["any"], "denied": HARMFUL}, principal="developers", kind="access_fact"
            ),
        ),
        set(),
    ),
    "replicas alone": (
        "R-082",
        copy_of("sites", level="replica"),
        {("NO_ISOLATED_COPY", "data set sites")},
    ),
    "a snapshot is no replica": ("R-082", copy_of("sites", level="snapshot"), set()),
    "one thing that comes first can be destroyed": (
        "R-090",
        copy_of("uploads", level="Replica"),
        {("NO_ISOLATED_COPY", "data set uploads"), ("PATH_BACK_MISSING", "service shop")},
    ),
    "something that it can do without can be destroyed": (
        "R-082",
        both(
            part("shop", "uploads, app-settings, app,", "{soft: uploads}, app-settings, app,"),
            copy_of("uploads", level="replica"),
        ),
        {("NO_ISOLATED_COPY", "data set uploads")},
    ),
    "whoever runs it says that the data is complete": (
        "R-055",
        as_tested("shop", confirmed_by="liv"),
        {("RESTORED_DATA_NOT_CONFIRMED", "service shop")},
    ),
    "somebody whom nobody knows says so": (
        "R-055",
        as_tested("shop", confirmed_by="zoe"),
        {("RESTORED_DATA_NOT_CONFIRMED", "service shop")},
    ),
    "nobody says so": (
        "R-055",
        as_tested("shop", confirmed_by=None, checks=LOOKED_AT),
        {
            ("RESTORED_DATA_NOT_CONFIRMED", "service shop"),
            ("NO_REPRESENTATIVE_RESTORE", "service shop"),
        },
    ),
    "somebody else of the business says so": (
        "R-055",
        as_tested("shop", confirmed_by="Noor HADDAD"),
        set(),
    ),
    "nobody measured how long it took": (
        "R-006",
        as_tested("shop", own_minutes=None),
        {("RECOVERY_TIME_NOT_MEASURED", "service shop")},
    ),
    "a tool leaves something out, and nobody wrote down why or until when": (
        "R-030",
        mailboxes({"what": "mailboxes-30", "approved_by": "noor"}),
        {("EXCLUSION_NOT_APPROVED", "exclusion mailboxes-30")},
    ),
    "a tool leaves something out until this very second": (
        "R-030",
        mailboxes({**LEFT_OUT, "until": "2026-10-25T07:00:00+01:00"}),
        {("EXCLUSION_EXPIRED", "exclusion mailboxes-30")},
    ),
    "a tool leaves something out for a second more": (
        "R-030",
        mailboxes({**LEFT_OUT, "until": "2026-10-25T07:00:01+01:00"}),
        set(),
    ),
    "the plan leaves out what a tool counts, in other capitals": (
        "R-030",
        both(mailboxes(), plan("what: Developers' laptops", "what: MAILBOXES-30")),
        set(),
    ),
    "the plan leaves a database out, by its name": (
        "R-080",
        both(
            uncopied,
            plan("exclusions:\n", f"exclusions:\n  - {{what: The Main Database, {DECIDED}}}\n"),
        ),
        set(),
    ),
    "whom to call in which order": (
        "R-053",
        plan(
            "escalation: [support, {who: account manager, after: 1 h}]",
            "escalation: [support, {who: director, after: 2 h}, {who: manager, after: 1 h}]",
        ),
        {("PLAN_INCOMPLETE", "organisation")},
    ),
    "no place for updates": (
        "R-050",
        plan(
            "channels:\n  status-page: {name: Status page at another company}\n"
            "  text-messages: {name: Text messages from private phones}\n",
            "",
        ),
        {("PLAN_INCOMPLETE", "organisation")},
    ),
    "a key in the service whose only data it opens": (
        "R-044",
        keys("directory", "accounts", "Staff Accounts"),
        {("KEY_INSIDE_ITS_COPY", "service accounts, data set directory")},
    ),
    "two keys, one of them also in a place outside": (
        "R-044",
        both(keys("sites", "mailboxes", "mailboxes"), keys("mailboxes", "sites", "the safe")),
        set(),
    ),
    "two keys, each in what only the other opens": (
        "R-044",
        both(keys("sites", "mailboxes", "mailboxes"), keys("mailboxes", "sites", "wiki")),
        {
            ("KEY_INSIDE_ITS_COPY", "service mail, data set mailboxes"),
            ("KEY_INSIDE_ITS_COPY", "service wiki, data set sites"),
        },
    ),
    "each key in the place of its own copy": (
        "R-044",
        keys("sites", "The Vault in the West", "vault-north"),
        {("KEY_INSIDE_ITS_COPY", "service wiki, data set sites")},
    ),
    "somebody deleted a canary in spite of the lock": (
        "R-084",
        both(canary("vault-west", allowed=True), canary("vault-north", allowed=True)),
        {("NO_ISOLATED_COPY", f"data set {one}") for one in (*COPIED, "mailboxes", "sites")}
        | {("PATH_BACK_MISSING", f"service {one}") for one in ("accounts", "shop", "checkout")},
    ),
    "somebody deleted a canary in one of two places": (
        "R-084",
        canary("vault-west", allowed=True),
        set(),
    ),
    "somebody could not delete a canary": ("R-084", canary("vault-west", allowed=False), set()),
    "a list of machines, which two tools copy, and one that the plan has": (
        "R-030",
        both(
            inventory("machines", ["WEB-1", "build-2", "main-db"]),
            selection("one-tool", ["web-1"]),
            selection("other-tool", ["BUILD-2"]),
        ),
        set(),
    ),
    "a machine on the list that no tool copies": (
        "R-030",
        both(inventory("machines", ["web-1", "build-2"]), selection("one-tool", ["web-1"])),
        {("UNACCOUNTED_UNITS", "source machines")},
    ),
    "the tool that copies it by the plan counts it, and does not": (
        "R-030",
        inventory("cloud-backup", ["main-db"]),
        {("UNACCOUNTED_UNITS", "source cloud-backup")},
    ),
}


@pytest.mark.requirement(
    "R-006",
    "R-017",
    "R-018",
    "R-030",
    "R-044",
    "R-050",
    "R-053",
    "R-055",
    "R-082",
    "R-084",
    "R-090",
)
@pytest.mark.parametrize("name", CASES)
def test_what_lies_at_an_edge_is_found_on_its_side_alone(tmp_path: Path, name: str) -> None:
    finds_exactly(START, CASES[name], tmp_path)
