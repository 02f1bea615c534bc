"""A right plan becomes what it means."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
import yaml

from refloat.model.plan import (
    Category,
    CheckSpecification,
    ComponentKind,
    Dependency,
    Objective,
    Person,
    Protection,
    Recovery,
    Retention,
    Service,
    Start,
    Strength,
)
from refloat.model.secret import SecretReference
from refloat.plan import component_sections, parse, people_sections, service_sections
from refloat.plan.reader import PythonLoader
from tests.unit.plan.example import CATALOGUE, COMPLAINTS_OF, FULL, plan_of

SMALLEST = "organisation: x\n"


def test_people_and_repositories() -> None:
    plan = plan_of(FULL)
    assert plan.organisation == "Harbour Street Dental"
    assert plan.people["ben"] == Person(
        "ben", "Ben Okafor", ("business owner",), phone="+61 3 5550 0142", deputy="mei"
    )
    cupboard = plan.repositories["cupboard"]
    assert cupboard.append_only
    assert cupboard.options == {
        "location": "backup",
        "password": SecretReference("file", "secrets/restic-password"),
        "environment": {"ACCOUNT": "harbour", "ACCOUNT_KEY": SecretReference("env", "ACCOUNT_KEY")},
    }
    assert (cupboard.engine, cupboard.failure_domain) == ("restic", "server room")


def test_a_service() -> None:
    booking = plan_of(FULL).services["booking"]
    assert booking.needs == (
        Dependency("booking-app", Strength.HARD),
        Dependency("documents", Strength.SOFT),
    )
    assert booking.objectives["rto"] == Objective(
        "rto", timedelta(hours=1), "contract", "ben", date(2026, 11, 2), date(2027, 5, 2)
    )
    assert booking.objectives["rpo"].target == timedelta(minutes=15)
    assert booking.objectives["rpo"].basis == "bia", "defaults hold where nothing is said"
    assert booking.not_applicable == {Category.INFRASTRUCTURE: "The network is the landlord's."}
    assert booking.evidence_valid_for == timedelta(days=30)
    assert (booking.tier, booking.comparable_percent) == (1, 90)


def test_checks_keep_their_order_and_secrets_stay_references() -> None:
    signs_in, sees = plan_of(FULL).services["booking"].checks
    assert signs_in == CheckSpecification(
        "a dentist signs in",
        "http",
        {
            "url": "http://127.0.0.1:42703/sign-in",
            "method": "POST",
            "form": {"user": "dana.reyes", "password": SecretReference("file", "secrets/dentist")},
            "status": 200,
            "verify": True,
        },
        timedelta(seconds=20),
    )
    assert sees.options["at_least"] == {"count": "1"}
    assert sees.timeout == timedelta(seconds=5)


def test_components() -> None:
    components = plan_of(FULL).components
    assert components["bookings-db"].protection == Protection(
        data_set="postgresql",
        options={
            "host": "bookings-db/run",
            "port": 42701,
            "database": "bookings",
            "password": SecretReference("env", "DB"),
        },
        repository="cupboard",
        every=timedelta(minutes=15),
        keep=Retention(last=10, daily=14),
        heartbeat=False,
        timeout=timedelta(hours=2),
    )
    documents = components["documents"]
    assert documents.protection is not None
    assert documents.protection.every is None, "'on demand' takes back what defaults say"
    assert documents.protection.keep is None, "'everything' takes back what defaults say"
    assert documents.protection.options == {"paths": ("documents", "scans")}
    assert documents.recovery.timeout == timedelta(minutes=3)
    app = components["booking-app"]
    assert app.kind is ComponentKind.APPLICATION
    assert app.recovery.start == Start(
        ("/usr/bin/python3", "booking/app.py", "my settings.json"),
        {"MODE": "production"},
        "booking",
    )
    assert app.recovery.ready is not None
    assert app.recovery.ready.options["url"] == "http://127.0.0.1:42703/health"


def test_long_and_short_forms_mean_the_same() -> None:
    long = """\
organisation: x
people: {mei: {name: Mei Tan}}
repositories: {r: {engine: borg, place: p}}
services:
  s:
    name: S
    objectives: {rto: {target: 1 h}}
    needs: [{hard: a}]
components:
  a:
    kind: files
    protect: {files: {paths: [documents]}, repository: r}
    recover: {start: {command: [run, it]}, ready: {http: {url: "http://localhost"}}}
sandbox: {bubblewrap: {}}
"""
    short = """\
organisation: x
people: {mei: Mei Tan}
repositories: {r: {engine: borg, place: p}}
services:
  s: {name: S, objectives: {rto: 60 min}, needs: a}
components:
  a:
    kind: files
    protect: {files: documents, repository: r}
    recover: {start: run it, ready: {http: "http://localhost"}}
"""
    assert plan_of(long) == plan_of(short)


def test_a_plan_may_be_nearly_empty() -> None:
    plan = plan_of(SMALLEST)
    assert (plan.people, plan.services, plan.components) == ({}, {}, {})
    assert plan.sandbox == "bubblewrap"
    assert plan.sandbox_options == {"memory": "4 GiB"}, "the options' defaults hold unsaid too"
    assert plan == plan_of(SMALLEST + "sandbox: bubblewrap\n")


@pytest.mark.parametrize("name", ["no", "yes", "on", "12", "1e3", "0x10", "2026-11-02", "08:30"])
def test_text_stays_text(name: str) -> None:
    plan = plan_of(f"organisation: {name}\npeople:\n  no: {{name: {name}}}\n")
    assert plan.organisation == name
    assert plan.people["no"].name == name


@pytest.mark.parametrize(("written", "meant"), [("yes", True), ("No", False), ("true", True)])
def test_a_boolean_is_one_only_where_it_is_expected(written: str, meant: bool) -> None:
    text = (
        f"organisation: x\nrepositories: {{r: {{engine: borg, place: p, append_only: {written}}}}}"
    )
    assert plan_of(text).repositories["r"].append_only is meant


def test_aliases_repeat_what_they_name() -> None:
    plan = plan_of(
        "organisation: x\n"
        "services:\n"
        "  a: {name: A, objectives: {rto: &target {target: 1 h}, rpo: *target}}\n"
    )
    objectives = plan.services["a"].objectives
    assert objectives["rpo"].target == objectives["rto"].target == timedelta(hours=1)


def test_byte_order_mark_and_other_line_ends_change_nothing() -> None:
    plan = plan_of(FULL)
    for text in (b"\xef\xbb\xbf" + FULL.encode(), FULL.replace("\n", "\r\n").encode()):
        assert parse(text, "refloat.yaml", CATALOGUE, COMPLAINTS_OF) == plan


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without its C parser")
def test_both_parsers_of_yaml_give_the_same_plan() -> None:
    slow = parse(FULL.encode(), "x", CATALOGUE, COMPLAINTS_OF, loader=PythonLoader)
    fast = parse(FULL.encode(), "x", CATALOGUE, COMPLAINTS_OF, loader=yaml.CSafeLoader)
    assert slow == fast == plan_of(FULL)


def test_defaults_in_the_tables_are_those_of_the_model() -> None:
    for section, model in (
        (component_sections.CHECK, CheckSpecification),
        (component_sections.PROTECTION, Protection),
        (component_sections.RECOVERY, Recovery),
        (component_sections.RETENTION, Retention),
        (component_sections.START, Start),
        (service_sections.SERVICE, Service),
        (people_sections.PERSON, Person),
    ):
        fields = {field.name: field for field in dataclasses.fields(model)}
        for key in section.keys:
            field = fields[key.name]
            falls_back = key.name == "evidence_valid_for"  # to the policy: tested by itself
            if field.default is not dataclasses.MISSING and not key.required and not falls_back:
                assert key.default == field.default, (section.name, key.name)
