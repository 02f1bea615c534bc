"""Machines, device images and Microsoft 365: data sets that other tools copy and Refloat judges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from refloat.assess.rules.cloud import cloud_alone
from refloat.assess.rules.copies import rpo_breach
from refloat.assess.rules.coverage import unaccounted_units
from refloat.assess.rules.retention import retention_not_agreed
from refloat.assess.rules.testing import (
    restore_failed,
)
from refloat.assess.rules.testing import (
    test_not_service_level as not_service_level,
)
from refloat.assess.rules.testing import (
    test_without_checks as without_checks,
)
from refloat.model.feed import RestoreTest, TestCheck, TestLevel
from refloat.model.judgement import Severity
from refloat.model.plan import Category, ComponentKind, Dependency, Objective, Plan
from tests.support.changing import with_component, with_service
from tests.unit.assess.copied import (
    DAY,
    HOUR,
    NOW,
    copied_to,
    found,
    healthy,
    organisation,
    plan,
    point,
    scope,
    service_test,
)

MACHINE, IMAGE = ComponentKind.VIRTUAL_MACHINE, ComponentKind.DEVICE_IMAGE
BOOTED = (
    TestCheck("the machine boots to its sign-in", passed=True, proves="data"),
    TestCheck("port 443 answers", passed=True, proves="dependency"),
)
WRITTEN = (TestCheck("the medium's hash is the image's", passed=True, proves="data"),)


def with_set(kind: ComponentKind, **changes: Any) -> Plan:
    """Give the plan with one more data set of the booking service, of a kind."""
    kept = Objective("retention", 35 * DAY, "regulation", "ada")
    given = with_component(
        plan(),
        "extra",
        **{"kind": kind, "name": "the other one", "watch": copied_to("vault"), "retention": kept}
        | changes,
    )
    needs = (*given.services["booking"].needs, Dependency("extra"))
    return with_service(given, "booking", needs=needs)


def restored(level: TestLevel, checks: tuple[TestCheck, ...], **changes: Any) -> RestoreTest:
    """Give a test that brought the data set back, alone."""
    test = service_test("booking", NOW - DAY, level=level, checks=checks, confirmed_by="")
    return replace(test, **{"data_sets": ("extra",)} | changes)


@pytest.mark.parametrize(
    ("kind", "level", "checks", "said"),
    [
        pytest.param(
            MACHINE,
            TestLevel.BOOT,
            BOOTED,
            "The machine of the other one came back",
            marks=pytest.mark.requirement("R-012"),
        ),
        pytest.param(
            IMAGE,
            TestLevel.IMAGE,
            WRITTEN,
            "The image of the other one came back",
            marks=pytest.mark.requirement("R-015"),
        ),
    ],
)
def test_what_was_brought_back_whole_is_recorded_and_is_no_test_of_the_service(
    kind: ComponentKind, level: TestLevel, checks: tuple[TestCheck, ...], said: str
) -> None:
    given, test = with_set(kind), restored(level, checks)
    judged = organisation(given, *healthy(given), test)
    basis = judged.bases["booking"]
    assert [one.identity for one in basis.points("extra")]
    (trial,) = basis.trials()
    assert (trial.level, trial.checks, trial.data_sets) == (level, checks, ("extra",))
    (finding,) = found(not_service_level, given, *healthy(given), test)
    assert said in finding.sentence
    assert finding.severity is Severity.HIGH


@pytest.mark.requirement("R-012")
def test_a_machine_that_did_not_boot_from_its_copy_is_found() -> None:
    given = with_set(MACHINE)
    dead = restored(TestLevel.BOOT, (), result="failed", issues=("no disk was found",))
    (finding,) = found(restore_failed, given, *healthy(given), dead)
    assert "the other one could not be brought back" in finding.sentence
    assert "No disk was found." in finding.sentence


@pytest.mark.requirement("R-012", "R-015")
@pytest.mark.parametrize("kind", [MACHINE, IMAGE])
def test_a_machine_or_image_whose_copy_is_too_old_breaks_the_promise(kind: ComponentKind) -> None:
    given = with_set(kind)
    others = [one for one in healthy(given) if getattr(one, "data_set", "") != "extra"]
    fresh, old = point("extra", NOW - HOUR), point("extra", NOW - 2 * HOUR)
    assert found(rpo_breach, given, *others, fresh) == []
    (finding,) = found(rpo_breach, given, *others, old)
    assert finding.subject == "service booking, data set extra"


@pytest.mark.requirement("R-100")
@pytest.mark.parametrize(
    "retention",
    [
        None,
        Objective("retention", 93 * DAY, "vendor-default", "ada"),
        Objective("retention", 93 * DAY, "bia", None),
    ],
)
def test_what_microsoft_keeps_by_itself_is_nobodys_decision(retention: Objective | None) -> None:
    decided = with_set(ComponentKind.MICROSOFT_365)
    assert found(retention_not_agreed, decided) == []
    given = with_set(ComponentKind.MICROSOFT_365, retention=retention)
    (finding,) = found(retention_not_agreed, given)
    assert finding.inputs["data_sets"] == ("extra",)


@pytest.mark.requirement("R-102")
def test_a_restore_of_mailboxes_at_which_nobody_looked_is_no_validation() -> None:
    given = with_set(ComponentKind.MICROSOFT_365)
    counted = TestCheck("as many items as in the source, same hashes", passed=True, proves="data")
    signed_in = TestCheck("the owner signs in", passed=True, proves="identity")
    whole = replace(service_test("booking", NOW - DAY), checks=(counted, signed_in))
    assert found(without_checks, given, whole) == []
    opened = service_test("booking", NOW - DAY, confirmed_by="ada")
    assert found(without_checks, given, opened) == []
    (finding,) = found(without_checks, given, replace(whole, checks=(signed_in,)))
    assert finding.inputs["missing"] == ("its data",)
    (finding,) = found(without_checks, given, replace(opened, confirmed_by=""))
    assert finding.inputs["missing"] == ("anything",)


@pytest.mark.requirement("R-104")
def test_mailboxes_and_sites_that_the_tenant_has_and_nothing_copies_are_named() -> None:
    given = with_set(ComponentKind.MICROSOFT_365)
    tenant = ("ada@", "cem@", "reception@ (shared)", "sites/new-clinic")
    seen = scope(selected=("ada@", "cem@"), inventory=tenant, data_set="extra")
    (finding,) = found(unaccounted_units, given, seen)
    assert finding.inputs["unaccounted"] == ("reception@ (shared)", "sites/new-clinic")
    assert found(unaccounted_units, given, replace(seen, selected=tenant)) == []


@pytest.mark.requirement("R-109")
def test_a_service_of_the_cloud_says_what_it_needs_elsewhere() -> None:
    given = with_set(ComponentKind.MICROSOFT_365)
    assert found(cloud_alone, given) == []
    alone = with_service(given, "booking", needs=(Dependency("extra"),))
    (finding,) = found(cloud_alone, alone)
    assert (finding.severity, finding.inputs["workloads"]) == (Severity.MEDIUM, ("extra",))
    assert "nothing is written down that it needs outside of it" in finding.sentence
    with_sign_in = with_service(
        given, "booking", needs=(Dependency("extra"), Dependency("sign-in"))
    )
    assert found(cloud_alone, with_sign_in) == []
    because = {Category.DEPENDENCIES: "a test tenant that only its maker opens"}
    assert found(cloud_alone, with_service(alone, "booking", not_applicable=because)) == []
