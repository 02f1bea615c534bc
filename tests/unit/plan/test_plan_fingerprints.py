"""Fingerprints follow the meaning of a plan, and nothing else."""

from __future__ import annotations

import re

import pytest

from refloat.model.errors import MissingInput
from refloat.plan import (
    fingerprint,
    objective_fingerprint,
    objective_fingerprints,
    service_fingerprint,
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
