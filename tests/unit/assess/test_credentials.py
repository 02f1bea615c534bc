"""Which credentials a recovery needs, where each lives, and whether that is lost too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refloat.assess import credential_traces, service_status
from refloat.model.facts import Facts
from refloat.model.judgement import CredentialTrace, Finding, Reach, Severity
from refloat.model.options import Options
from refloat.model.plan import CheckSpecification, Component, Plan, Recovery, Start
from refloat.model.secret import SecretReference
from refloat.testing import example

KEY = "cupboard"


def secret(text: str) -> SecretReference:
    scheme, _, target = text.partition(":")
    return SecretReference(scheme, target)


def protected(plan: Plan, key: str, options: Options) -> Plan:
    """Give the plan with other options of one protection."""
    protection = plan.components[key].protection
    assert protection is not None
    return example.with_component(plan, key, protection=replace(protection, options=options))


def kept_in(reference: str, *, kept: str = "") -> Plan:
    """Give the plan whose repository has its password there."""
    plan = example.plan()
    repository = replace(
        plan.repositories[KEY],
        options={"location": "backup", "password": secret(reference)},
        key_kept=kept,
    )
    return replace(plan, repositories={KEY: repository})


def traced(plan: Plan) -> tuple[CredentialTrace, ...]:
    return credential_traces(plan, example.SERVICE, example.NOON)


def found(plan: Plan) -> dict[str, Finding]:
    status = service_status(plan, example.SERVICE, Facts(), example.NOON)
    return {one.code: one for one in status.findings if "R-004" in one.requirements}


@pytest.mark.requirement("R-004")
def test_every_place_of_the_plan_that_needs_a_secret_is_traced() -> None:
    plan = kept_in("file:secrets/repository")
    plan = protected(plan, "bookings-db", {"socket": "db/run", "password": secret("env:DATABASE")})
    ready = CheckSpecification("it answers", "ldap", {"password": secret("file:secrets/probe")})
    check = CheckSpecification("staff sign in", "ldap", {"password": secret("file:secrets/staff")})
    plan = example.with_component(plan, "identity", checks=(check,), recovery=Recovery(ready=ready))
    form: dict[str, str | SecretReference] = {
        "user": "dana",
        "password": secret("command:pass show dentist"),
    }
    journey = CheckSpecification("a dentist signs in", "http", {"url": "http://x", "form": form})
    plan = example.with_service(plan, checks=(journey,))
    plan = replace(plan, sandbox_options={"token": secret("env:SANDBOX")})
    assert [(one.needed_for, one.component, one.option, one.reference) for one in traced(plan)] == [
        ("opening the copies in cupboard", None, "password", "file:secrets/repository"),
        ("restoring Bookings database", "bookings-db", "password", "env:DATABASE"),
        ("checking Directory (it answers)", "identity", "password", "file:secrets/probe"),
        ("checking Directory (staff sign in)", "identity", "password", "file:secrets/staff"),
        ("the journey (a dentist signs in)", None, "form.password", "command:pass show dentist"),
        ("opening the sandbox", None, "token", "env:SANDBOX"),
    ]
    lives = {one.reference: one.lives_in for one in traced(plan)}
    assert lives["file:secrets/staff"] == "the file secrets/staff"
    assert lives["env:DATABASE"] == "the environment of whoever runs Refloat: DATABASE"
    assert lives["command:pass show dentist"] == "what a command gives back"
    status = service_status(plan, example.SERVICE, Facts(), example.NOON)
    assert status.credentials == traced(plan)


@pytest.mark.requirement("R-004")
@pytest.mark.parametrize(
    ("path", "held", "reach"),
    [
        ("secrets/password", ("documents",), Reach.REACHABLE),
        ("documents/password", ("documents",), Reach.LOST),
        ("documents", ("documents",), Reach.LOST),
        ("documents-old/password", ("documents",), Reach.REACHABLE),
        ("./documents//a/../password", ("documents/",), Reach.LOST),
        ("secrets/../documents/password", ("documents",), Reach.LOST),
        ("secrets/password", (".",), Reach.LOST),
        ("../secrets/password", (".",), Reach.REACHABLE),
        ("../secrets/password", ("..",), Reach.LOST),
        ("secrets/password", ("..",), Reach.LOST),
        ("/srv/app/password", ("/srv/app",), Reach.LOST),
        ("/srv/password", ("/srv/app",), Reach.REACHABLE),
        ("/srv/password", ("/",), Reach.LOST),
        ("secrets/password", ("/srv/app",), Reach.UNKNOWN),
        ("/srv/app/password", ("documents",), Reach.UNKNOWN),
        ("documents/password", ("/srv/app", "documents"), Reach.LOST),
    ],
)
def test_a_file_is_lost_with_the_data_set_that_holds_it(
    path: str, held: tuple[str, ...], reach: Reach
) -> None:
    plan = protected(kept_in(f"file:{path}"), "documents", {"paths": held})
    for key in ("identity", "bookings-db", "booking-settings"):
        plan = protected(plan, key, {})
    (one,) = traced(plan)
    assert one.reach is reach, one.because
    assert one.rests_on == ("documents" if reach is Reach.LOST else None)


@pytest.mark.requirement("R-004")
def test_a_credential_that_is_lost_with_the_service_is_a_finding_of_high_severity() -> None:
    plan = protected(kept_in("file:identity/word"), "identity", {"configuration": "./identity"})
    finding = found(plan)["CREDENTIAL_NOT_REACHABLE"]
    assert finding.severity is Severity.HIGH
    assert finding.sentence == (
        "Online booking may not come back: a credential is needed for opening the copies in "
        "cupboard. The file identity/word is lost together with Directory, inside of ./identity. "
        "At stake: Patients book a visit and Dentists see their day."
    )
    assert finding.inputs["rests_on"] == "identity"
    assert "points there" in finding.next_step


def test_a_second_copy_that_is_written_down_makes_it_less_severe() -> None:
    plan = kept_in("file:data/word", kept="a sealed envelope")
    finding = found(plan)["CREDENTIAL_NOT_REACHABLE"]
    assert finding.severity is Severity.MEDIUM
    assert "Another copy is kept: a sealed envelope." in finding.sentence


def test_one_credential_with_many_uses_is_one_finding() -> None:
    plan = kept_in("file:data/word")
    check = CheckSpecification("sign in", "ldap", {"password": secret("file:data/word")})
    plan = example.with_component(plan, "identity", checks=(check, check))
    status = service_status(plan, example.SERVICE, Facts(), example.NOON)
    (finding,) = [one for one in status.findings if "R-004" in one.requirements]
    assert finding.inputs["needed_for"] == (
        "opening the copies in cupboard (password)",
        "checking Directory (sign in) (password)",
        "checking Directory (sign in) (password)",
    )


def test_a_bare_word_may_be_a_folder_or_only_a_name() -> None:
    plan = protected(kept_in("file:bookings/word"), "bookings-db", {"database": "bookings"})
    (one,) = traced(plan)
    assert (one.reach, one.rests_on) == (Reach.UNKNOWN, "bookings-db")
    finding = found(plan)["CREDENTIAL_REACH_NOT_KNOWN"]
    assert finding.severity is Severity.MEDIUM


@pytest.mark.parametrize("address", ["ldap://127.0.0.1/word", "ldapi://%2Fsrv"])
def test_an_address_is_no_path(address: str) -> None:
    plan = protected(kept_in("file:ldap:/word"), "identity", {"url": address})
    assert traced(plan)[0].reach is Reach.REACHABLE


@pytest.mark.requirement("R-004")
@pytest.mark.parametrize(
    ("command", "rests_on"),
    [
        ("/opt/vault/bin/vault kv get booking", "booking-app"),
        ("vault kv get booking", "booking-app"),
        ("python3 fetch.py", None),
        ("cat data/word", "booking-settings"),
        ("pass show 'booking", None),
    ],
)
def test_a_command_is_never_taken_for_reachable(command: str, rests_on: str | None) -> None:
    begun = Start(("/usr/bin/python3", "/opt/vault/bin/vault"))
    plan = example.with_component(
        kept_in(f"command:{command}"), "booking-app", recovery=Recovery(start=begun)
    )
    (one,) = traced(plan)
    assert (one.reach, one.rests_on) == (Reach.UNKNOWN, rests_on)
    finding = found(plan)["CREDENTIAL_REACH_NOT_KNOWN"]
    assert finding.severity is (Severity.MEDIUM if rests_on else Severity.ADVISORY)


def test_a_variable_is_with_whoever_recovers_and_nobody_has_said_from_where() -> None:
    (one,) = traced(kept_in("env:RESTIC_PASSWORD"))
    assert one.reach is Reach.UNKNOWN
    assert one.because == "The plan does not say where whoever recovers takes RESTIC_PASSWORD from."


def test_what_another_service_needs_is_not_asked_for() -> None:
    plan = kept_in("file:secrets/word")
    protection = plan.components["documents"].protection
    assert protection is not None
    options: Options = {"paths": ("secrets",), "password": secret("file:elsewhere")}
    other = Component(
        "other",
        plan.components["documents"].kind,
        "Other",
        protection=replace(protection, options=options),
    )
    plan = replace(plan, components={**plan.components, "other": other})
    (one,) = traced(plan)
    assert one.reach is Reach.REACHABLE


def test_what_may_be_lost_or_not_matters_little_where_another_copy_is_kept() -> None:
    plan = protected(kept_in("file:secrets/word"), "identity", {"configuration": "/srv/identity"})
    assert "CREDENTIAL_REACH_NOT_KNOWN" in found(plan)
    kept = kept_in("file:secrets/word", kept="a sealed envelope")
    plan = protected(kept, "identity", {"configuration": "/srv/identity"})
    assert "file:secrets/word" not in str(found(plan))
