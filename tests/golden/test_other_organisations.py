"""Organisations of other shapes: sound ones are found sound, and each is judged by its own facts.

They are written and judged as outsiders would: a plan in YAML, lines of the feed, and the JSON of
``refloat assess``. ``test_other_defects`` plants what can be wrong, one thing at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.council import DISK, council
from tests.support.other_organisation import Organisation, line, point
from tests.support.small_businesses import bookshop, club
from tests.support.software_company import COPIES, LOCK, NORTH, WEST, software_company

START = software_company()


def findings(judged: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["code"], one["subject"]) for one in judged["findings"]}


def verdicts(judged: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {
        one["service"]: (one["copy"]["verdict"], one["recovery"]["verdict"])
        for one in judged["services"]
    }


def outcomes(judged: dict[str, Any]) -> dict[str, str]:
    """Give the outcome of each control that is not effective."""
    controls = judged["maturity"]["controls"]
    return {key: one["outcome"] for key, one in controls.items() if one["outcome"] != "effective"}


@pytest.mark.parametrize(
    ("make", "level"),
    [(council, "ML1"), (software_company, "ML3"), (bookshop, "ML0"), (club, "ML0")],
)
def test_a_sound_organisation_is_found_sound(
    tmp_path: Path, make: Callable[[], Organisation], level: str
) -> None:
    judged = make().judged(tmp_path)
    assert judged["findings"] == []
    assert set(verdicts(judged).values()) == {("yes", "proven")}
    assert judged["maturity"]["level"] == level


def test_why_a_sound_organisation_stands_where_it_stands(tmp_path: Path) -> None:
    assert outcomes(bookshop().judged(tmp_path)) == {"ISM-1811": "ineffective"}
    nobody = dict.fromkeys(("ISM-1812", "ISM-1814", "ISM-1813"), "no-visibility")
    assert outcomes(club().judged(tmp_path)) == nobody
    assert outcomes(council().judged(tmp_path)) == {
        "ISM-1705": "ineffective",
        "ISM-1707": "ineffective",
        "ISM-1706": "no-visibility",
        "ISM-1708": "ineffective",
    }


def rights(account: str, *held: str) -> Organisation:
    """Let an account hold some rights on one of the two vaults, and no other ones."""
    every = {"list", "read_own", "read_other", "modify", "delete", "take_ownership"}
    every |= {"change_access", "change_retention", "delete_repository", "write"}
    said = {"rights": list(held), "denied": sorted(every - set(held))}
    return START.correct(said, principal=account, path="vault-west")


def loosened(mode: str) -> Organisation:
    """Loosen the lock of one of the two vaults."""
    loose = START.write_of("vault-west", "mode: compliance", f"mode: {mode}")
    copies = [{**WEST, "immutable": {**LOCK, "mode": mode}}, COPIES[1]]
    return loose.correct({"copies": copies}, kind="recovery_point")


CONTROLS: list[tuple[str, str, Organisation]] = [
    (
        "ISM-1511",
        "ML0",
        START.correct({"expires_at": "2026-11-25T03:00:00+00:00"}, dataset_ref="directory"),
    ),
    (
        "ISM-1810",
        "ML0",
        START.correct(
            {"consistency_time": "2026-10-25T05:31:00+00:00"}, dataset_ref="uploads"
        ).correct({"consistency_time": "2026-10-25T05:46:01+00:00"}, dataset_ref="main-db"),
    ),
    (
        "ISM-1811",
        "ML0",
        START.write_of("vault-north", "cloud-north", "cloud-west").correct(
            {"copies": [COPIES[0], {**NORTH, "failure_domain": "cloud-west", "immutable": LOCK}]},
            kind="recovery_point",
        ),
    ),
    ("ISM-1515", "ML0", START.correct({"restored": []}, kind="exercise")),
    ("ISM-1812", "ML0", rights("developers", "read_other")),
    ("ISM-1814", "ML0", rights("developers", "delete")),
    ("ISM-1705", "ML1", rights("platform-admins", "read_other")),
    ("ISM-1707", "ML1", rights("platform-admins", "take_ownership")),
    ("ISM-1813", "ML2", rights("developers", "read_own")),
    ("ISM-1706", "ML2", rights("platform-admins", "read_own")),
    (
        "ISM-1708",
        "ML2",
        loosened("none").correct({"rights": ["delete"]}, principal="vault-admins"),
    ),
]


@pytest.mark.requirement("R-120")
@pytest.mark.parametrize(("control", "level", "given"), CONTROLS, ids=[one[0] for one in CONTROLS])
def test_each_control_fails_alone(
    tmp_path: Path, control: str, level: str, given: Organisation
) -> None:
    judged = given.judged(tmp_path)
    assert outcomes(judged) == {control: "ineffective"}
    assert judged["maturity"]["level"] == level


@pytest.mark.requirement("R-120")
def test_a_lock_that_only_a_sealed_account_lifts_is_one(tmp_path: Path) -> None:
    loose = loosened("governance")
    right = {"rights": ["change_retention"]}
    sealed = loose.correct(right, principal="sealed", path="vault-west")
    assert sealed.judged(tmp_path)["maturity"]["level"] == "ML3"
    open_to_all = loose.correct(right, principal="vault-admins", path="vault-west")
    assert outcomes(open_to_all.judged(tmp_path)) == {"ISM-1708": "ineffective"}


def other_ways() -> dict[str, Organisation]:
    """Give sound organisations that do something in another way than the reference does."""
    shop, small = bookshop(), club()
    seen = {"from": "Customers' workspace", "to": "Search"}
    at = "2026-10-24T12:00:00+01:00"
    return {
        "what was seen to be used, and can be done without": START.add(
            line("dependency", "flow", at, "1", **seen)
        ),
        "a vendor of the service that was seen at work": START.add(
            line("dependency", "flow", at, "1", **{"from": "checkout", "to": "Paywell"})
        ),
        "a service that can do without all that it needs": START.write_of(
            "search", "needs: [search-app]", "needs: [{soft: search-app}]"
        ),
        "two tools that call one thing by its key and by its name": START.add(
            point("other", "The Main Database", "2026-10-25T05:50:00+00:00", *COPIES)
        ),
        "a tool of the accounts that needs them, and a sealed account": START.write_of(
            "cloud-backup", "needs: []", "needs: [accounts]"
        ),
        "a tool that needs accounts which another tool restores": START.write_of(
            "mail-backup", "break_glass: yes", "break_glass: no"
        ),
        "kept for longer because the law asks for it": small.write_of(
            "ledgers", "kept_for: 2555 days", "kept_for: 4000 days"
        ),
        "a change that was tested": START.add(
            line(
                *("change", "changes", "2026-09-20T10:00:00+01:00", "1"),
                subject="shop",
                at="2026-09-20T10:00:00+01:00",
                what="a new version",
            )
        ),
        "exactly as long as is allowed": START.correct(
            {"own_minutes": 240}, kind="restore_test", service="shop"
        ),
        "exactly as old as is allowed": START.correct(
            {"consistency_time": "2026-10-24T06:00:00+00:00"}, dataset_ref="directory"
        ),
        "a test that counts to this very second": START.correct(
            {"started_at": "2026-08-26T06:00:00+00:00"}, kind="restore_test", service="shop"
        ),
        "a copy of the first half past two of that night": shop.correct(
            {"consistency_time": "2026-10-25T02:30:00+02:00"}, dataset_ref="addresses"
        ),
        "no copy is locked, and nobody may touch them": loosened("none"),
    }


@pytest.mark.parametrize("name", sorted(other_ways()))
def test_another_way_of_doing_things_is_no_defect(tmp_path: Path, name: str) -> None:
    judged = other_ways()[name].judged(tmp_path)
    assert judged["findings"] == []
    assert set(verdicts(judged).values()) == {("yes", "proven")}


@pytest.mark.requirement("R-120")
def test_of_what_nobody_heard_nothing_is_said_to_fail(tmp_path: Path) -> None:
    judged = START.drop(kind="recovery_point").judged(tmp_path)
    unknown = dict.fromkeys(("ISM-1511", "ISM-1810", "ISM-1811"), "no-visibility")
    assert outcomes(judged) == unknown
    assert {code for code, _ in findings(judged)} == {"COPY_NOT_KNOWN"}


@pytest.mark.requirement("R-064")
def test_a_night_of_twenty_five_hours_is_counted_in_hours(tmp_path: Path) -> None:
    shop = bookshop()  # its copies are of the second half past two
    late = shop.correct({"consistency_time": "2026-10-25T02:30:00+02:00"}, dataset_ref="stock")
    at = "2026-10-26T01:30:00+01:00"  # 24 hours after the first one
    breach = ("RPO_BREACH", "service sales, data set stock")
    assert breach not in findings(late.judged(tmp_path, at))
    assert breach in findings(late.judged(tmp_path, "2026-10-26T01:30:01+01:00"))
    assert breach not in findings(shop.judged(tmp_path, "2026-10-26T02:30:00+01:00"))


@pytest.mark.requirement("R-048", "R-130", "R-034")
def test_one_person_who_is_everything_is_told_once_for_all_parts(tmp_path: Path) -> None:
    alone = club()
    for part in ("lead", "declare", "decide"):
        alone = alone.write(f"{part}: [marta, ott]", f"{part}: [marta]")
    alone = alone.write("approve_restores: [ott]", "approve_restores: [marta]")
    alone = alone.write(", deputy: ott,", ",", times=4)
    judged = alone.judged(tmp_path)
    assert findings(judged) == {
        ("PLAN_INCOMPLETE", "organisation"),
        ("RESTORE_APPROVER_IS_REQUESTER_ONLY", "person marta"),
    }
    gaps = next(one for one in judged["findings"] if one["code"] == "PLAN_INCOMPLETE")
    assert gaps["sentence"].count("stands in for Marta Kuusk") == 3


@pytest.mark.requirement("R-006", "R-088")
def test_a_slow_start_makes_everything_above_it_late(tmp_path: Path) -> None:
    slow = council().correct({"own_minutes": 160}, kind="restore_test", service="network")
    judged = slow.judged(tmp_path)
    # power 20, network 160, names 20, identity 20 minutes, one after the other; 3 h are allowed.
    assert findings(judged) == {
        ("RTO_EXCEEDED", "service names"),
        ("RTO_EXCEEDED", "service identity"),
    }
    found = verdicts(judged)
    assert found["power"] == found["vault"] == found["network"] == ("yes", "proven")
    assert {found[key] for key in ("identity", "rates", "newsletters")} == {("yes", "unproven")}


@pytest.mark.requirement("R-019")
def test_one_copy_that_production_can_reach_is_none_of_sixty(tmp_path: Path) -> None:
    ledger = council().write_of("ledger-data", "copies: [disk, tape]", "copies: [disk]")
    copies = {"copies": [{**DISK, "immutable": {"mode": "none"}}]}
    judged = ledger.correct(copies, dataset_ref="The data of ledger").judged(tmp_path)
    assert findings(judged) == {("NO_ISOLATED_COPY", "data set ledger-data")}
    assert outcomes(judged)["ISM-1811"] == "ineffective"
    assert judged["maturity"]["level"] == "ML0"


@pytest.mark.requirement("R-135")
def test_instructions_on_the_intranet_alone_are_out_of_reach(tmp_path: Path) -> None:
    online = council().write(", Printed in three safes]", "]")
    assert findings(online.judged(tmp_path)) == {("INSTRUCTIONS_UNREACHABLE", "document plans")}
