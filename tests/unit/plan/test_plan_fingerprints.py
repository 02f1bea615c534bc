"""Fingerprints follow the meaning of a plan, and nothing else."""

from __future__ import annotations

import re

import pytest

from refloat.model.errors import MissingInput
from refloat.plan import (
    fingerprint,
    objective_fingerprint,
    objective_fingerprints,
    retention_fingerprint,
    service_fingerprint,
    service_fingerprints,
    tier_fingerprint,
)
from refloat.plan.fingerprints import canonical
from tests.unit.plan.example import FULL, plan_of

SAME = [
    ("organisation", "# a comment\norganisation"),
    ("rpo: 15 min", "rpo: 900 s"),
    ("rpo: 15 min", "rpo: {target: 15 min}"),
    ("needs: documents", "needs: [{hard: documents}]"),
    ("[booking-app, {soft: documents}]", "[{soft: documents}, booking-app]"),
    ("append_only: yes", "append_only: true"),
    ("kinds: pdf", "kinds: [pdf]"),
    ("name: Archive", "name: >-\n      Archive"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_way_of_writing_changes_nothing(one: str, other: str) -> None:
    assert one in FULL
    changed = plan_of(FULL.replace(one, other, 1))
    assert fingerprint(changed) == fingerprint(plan_of(FULL))


def test_the_order_of_keys_changes_nothing() -> None:
    head, sandbox = FULL.split("sandbox:")
    moved = "sandbox:" + sandbox + head
    assert fingerprint(plan_of(moved)) == fingerprint(plan_of(FULL))


def test_what_is_the_default_may_be_said() -> None:
    said = FULL.replace("- scans are there: {", "- scans are there: {timeout: 20 s, ")
    assert fingerprint(plan_of(said)) == fingerprint(plan_of(FULL))


MEANING = [
    ("rpo: 15 min", "rpo: 16 min"),
    ("Online booking", "Online bookings"),
    ('phone: "+61 3 5550 0142"', 'phone: "+61 3 5550 0143"'),
    ("{soft: documents}]\n    comp", "documents]\n    comp"),
    ("append_only: yes", "append_only: no"),
    ("file:secrets/dentist", "file:secrets/dentists"),
    ("file:secrets/dentist", "'${file:secrets/dentist}'"),
    ("port: 42701", "port: 42702"),
    ("count: 1", "count: 2"),
    ("MODE: production", "MODE: test"),
    ("keep: everything", "keep: {last: 1}"),
    ("checks: {timeout: 20 s}", "checks: {timeout: 21 s}"),
    ("processes: 100", "processes: 101"),
]


@pytest.mark.parametrize(("one", "other"), MEANING)
def test_meaning_changes_it(one: str, other: str) -> None:
    assert one in FULL
    assert fingerprint(plan_of(FULL.replace(one, other, 1))) != fingerprint(plan_of(FULL))


def test_a_text_and_a_reference_that_look_alike_differ() -> None:
    text = "organisation: x\nrepositories: {r: {engine: restic, location: l, password: env:A,"
    reference = plan_of(text + " environment: {A: env:B}}}")
    other = plan_of(text + " environment: {A: 'env-B'}}}")
    assert fingerprint(reference) != fingerprint(other)
    assert b'{"A":{"secret":"env:B"}}' in canonical(reference)


NOT_OF_THE_SERVICE = [
    ("rpo: 15 min", "rpo: 16 min"),
    ("name: Online booking", "name: Bookings online"),
    ("Ben Okafor", "Ben Okafor-Tan"),
    ("+61 3 5550 0142", "+61 3 5550 0143"),
    ("owner: ben", "owner: mei"),
    ("confirmer: ben", "confirmer: mei"),
    ("contract_limit: 8 h", "contract_limit: 9 h"),
    ("evidence_valid_for: 30 days", "evidence_valid_for: 31 days"),
    ("vendor_commitment: 4 h", "vendor_commitment: 5 h"),
    ("name: Archive", "name: Archives"),
]


@pytest.mark.parametrize(("one", "other"), NOT_OF_THE_SERVICE)
def test_what_a_drill_does_not_rest_on_leaves_the_services_fingerprint(
    one: str, other: str
) -> None:
    assert one in FULL
    changed = plan_of(FULL.replace(one, other, 1))
    assert service_fingerprint(changed, "booking") == service_fingerprint(plan_of(FULL), "booking")
    assert fingerprint(changed) != fingerprint(plan_of(FULL))


OF_THE_SERVICE = [
    ("database: bookings", "database: booking"),
    ("place: /shelf", "place: /shelves"),
    ("url: http://127.0.0.1:42703/sign-in", "url: http://127.0.0.1:42703/sign-on"),
    ("newer_than: 1 day", "newer_than: 2 days"),
    ("memory: 2 GiB", "memory: 3 GiB"),
    ("needs: [bookings-db, {hard: line}", "needs: [bookings-db, {soft: line}"),
    ("all there?", "all here?"),
    ("comparable_percent: 90", "comparable_percent: 91"),
    ("Patients book a visit", "Patients book visits"),
    ("timeout: 5 min", "timeout: 6 min"),
]


@pytest.mark.parametrize(("one", "other"), OF_THE_SERVICE)
def test_what_a_drill_rests_on_changes_the_services_fingerprint(one: str, other: str) -> None:
    assert one in FULL
    changed = plan_of(FULL.replace(one, other, 1))
    assert service_fingerprint(changed, "booking") != service_fingerprint(plan_of(FULL), "booking")


def test_a_component_outside_of_the_closure_leaves_the_services_fingerprint() -> None:
    changed = plan_of(FULL.replace("database: bookings", "database: booking"))
    assert service_fingerprint(changed, "archive") == service_fingerprint(plan_of(FULL), "archive")


def test_an_objectives_fingerprint_follows_what_is_decided_on() -> None:
    plan = plan_of(FULL)
    both = objective_fingerprints(plan, "booking")
    assert set(both) == {"rpo", "rto", "mtpd"}
    number = plan_of(FULL.replace("rpo: 15 min", "rpo: 16 min"))
    assert objective_fingerprints(number, "booking")["rpo"] != both["rpo"]
    assert objective_fingerprints(number, "booking")["rto"] == both["rto"]
    assert objective_fingerprint(number, "booking") != objective_fingerprint(plan, "booking")
    basis = plan_of(FULL.replace("basis: contract", "basis: regulation"))
    assert objective_fingerprints(basis, "booking")["rto"] != both["rto"]
    claims = plan_of(FULL.replace("date: 2026-11-02", "date: 2026-11-03"))
    assert objective_fingerprints(claims, "booking") == both
    assert objective_fingerprints(plan_of("organisation: x\nservices: {a: {name: A}}"), "a") == {}


def test_two_services_with_the_same_number_need_two_approvals() -> None:
    plan = plan_of(
        "organisation: x\nservices: {a: {name: A, objectives: {rto: 1 h}},"
        " b: {name: A, objectives: {rto: 1 h}}}"
    )
    assert objective_fingerprints(plan, "a") != objective_fingerprints(plan, "b")


def test_fingerprints_look_like_what_they_are() -> None:
    plan = plan_of(FULL)
    given = {
        fingerprint(plan),
        service_fingerprint(plan, "archive"),
        objective_fingerprint(plan, "archive"),
    }
    assert len(given) == 3
    assert all(re.fullmatch("sha256:[0-9a-f]{64}", one) for one in given)


def test_a_fingerprint_stays_what_it_was_in_the_first_release() -> None:
    # Evidence of years ago is held against it. When it must change, FORMAT changes with it.
    plan = plan_of("organisation: x\npeople: {mei: Mei Tan}\n")
    assert canonical(plan) == (
        b'{"content":{"organisation":"x","people":{"mei":{"key":"mei","name":"Mei Tan"}},'
        b'"sandbox":"bubblewrap","sandbox_options":{"memory":"4 GiB"}},"format":1,"of":"plan"}'
    )
    assert fingerprint(plan) == (
        "sha256:e9648231e713916e529208ceec5fbc9c747493c089538dd669872b1c0d2dddd8"
    )


def test_a_service_that_is_not_there() -> None:
    for function in (service_fingerprint, objective_fingerprint, objective_fingerprints):
        with pytest.raises(MissingInput, match="no service 'bookin'") as caught:
            function(plan_of(FULL), "bookin")
        assert "'booking'" in caught.value.hint


NOT_OF_THE_LETTERS = [
    ("vendors: [line-company]\n    standby", "vendors: []\n    standby"),
    ("standby: yes", "standby: no"),
    ("usable_for: 1 day", "usable_for: 2 days"),
    ("takes: 20 min", "takes: 21 min"),
    ("target: 35 days", "target: 36 days"),
    ("kept_for: 40 days", "kept_for: 41 days"),
    ("group: letters", "group: paper"),
    ("read other], operators", "read other, delete], operators"),
    ("contract_end: 2027-12-31", "contract_end: 2028-12-31"),
    ("rpo: {target: 1 day, basis: contract}", "rpo: {target: 2 days, basis: contract}"),
    ("declare: [ben, mei]", "declare: [ben]"),
    ("period: 35 days", "period: 36 days"),
]


@pytest.mark.parametrize(("one", "other"), NOT_OF_THE_LETTERS)
def test_what_an_organisation_writes_down_beside_leaves_the_services_fingerprint(
    one: str, other: str
) -> None:
    assert one in FULL
    plan, changed = plan_of(FULL), plan_of(FULL.replace(one, other, 1))
    assert service_fingerprints(changed) == service_fingerprints(plan)
    assert fingerprint(changed) != fingerprint(plan)


def test_what_a_needed_service_is_made_of_is_in_the_services_fingerprint() -> None:
    plan = plan_of(FULL)
    for one, other in (
        ("needs: documents\n", "needs: [documents, line]\n"),
        ("needs: documents\n", "needs: [{soft: documents}]\n"),
        ("newer_than: 1 day", "newer_than: 2 days"),
        ("needs: [archive, letter-files]", "needs: [documents, letter-files]"),
    ):
        assert one in FULL
        changed = plan_of(FULL.replace(one, other, 1))
        assert service_fingerprint(changed, "letters") != service_fingerprint(plan, "letters")


def test_fingerprints_of_all_services_at_once_are_those_of_each() -> None:
    plan = plan_of(FULL)
    assert service_fingerprints(plan) == {
        key: service_fingerprint(plan, key) for key in plan.services
    }


OLD = """\
organisation: x
people: {mei: Mei Tan}
repositories: {r: {engine: borg, place: p, failure_domain: room}}
services: {s: {name: S, owner: mei, objectives: {rto: 1 h}, needs: [a]}}
components: {a: {kind: files, protect: {files: x, repository: r, every: 1 h}}}
"""
FIRST_PLAN = "sha256:59038b9ed577e26917075644ba594b9e2e33c79ccaf09432a59d1466bd2628f0"
FIRST_SERVICE = "sha256:c87e0da48ae12e39ee77acdd7369f61df96e042a84efa8addf47a5a7ab1a5f19"
FIRST_OBJECTIVE = "sha256:3d07129dc2dc4463a8d6f3e7338ec9b74dd225740b480af5168959bcd0128087"


def test_what_came_after_the_first_release_changes_no_fingerprint_of_an_old_plan() -> None:
    # These were computed by the version before an organisation could write down anything else.
    plan = plan_of(OLD)
    assert fingerprint(plan) == FIRST_PLAN
    assert service_fingerprint(plan, "s") == FIRST_SERVICE
    assert objective_fingerprints(plan, "s") == {"rto": FIRST_OBJECTIVE}


def test_an_approval_of_a_tier_is_bound_to_the_service_and_its_tier() -> None:
    plan = plan_of(FULL)
    lower = plan_of(FULL.replace("tier: 1", "tier: 2", 1))
    assert tier_fingerprint(lower, "booking") != tier_fingerprint(plan, "booking")
    assert tier_fingerprint(lower, "archive") == tier_fingerprint(plan, "archive")
    assert tier_fingerprint(plan, "letters") != tier_fingerprint(plan, "booking"), "none is said"
    renamed = plan_of(FULL.replace("name: Online booking", "name: Booking"))
    assert tier_fingerprint(renamed, "booking") == tier_fingerprint(plan, "booking")
    with pytest.raises(MissingInput, match="no service"):
        tier_fingerprint(plan, "bookin")


def test_an_approval_of_a_retention_is_bound_to_what_was_decided() -> None:
    plan = plan_of(FULL)
    before = retention_fingerprint(plan, "letter-files")
    for one, other in (
        ("target: 35 days", "target: 36 days"),
        ("basis: regulation}", "basis: bia}"),
    ):
        assert one in FULL
        changed = plan_of(FULL.replace(one, other, 1))
        assert retention_fingerprint(changed, "letter-files") != before
    kept = plan_of(FULL.replace("kept_for: 40 days", "kept_for: 41 days"))
    assert retention_fingerprint(kept, "letter-files") == before
    with pytest.raises(MissingInput, match="no retention for 'line'"):
        retention_fingerprint(plan, "line")
    with pytest.raises(MissingInput, match="no component 'letter-file'") as caught:
        retention_fingerprint(plan, "letter-file")
    assert "'letter-files'" in caught.value.hint
