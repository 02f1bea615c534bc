"""Scenarios of the reference organisation, and of others; they never contradict the findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from refloat.app.facts import load
from refloat.app.workspace import Workspace
from refloat.assess import Assessor
from refloat.assess.access.sign_in import sign_in_circles
from refloat.assess.ahead.ready_made import ready_made, scenario_named
from refloat.assess.ahead.scenario import scenario_outcome
from refloat.assess.organisation import Organisation
from refloat.model.ahead import CopyFate, Fate, Loss, LossKind, Scenario, ScenarioOutcome
from refloat.model.judgement import Finding
from refloat.model.plan import Component
from tests.golden.reference_organisation import AS_OF, facts_of, reference
from tests.support import other_organisation
from tests.support.council import council
from tests.support.small_businesses import bookshop, club
from tests.support.software_company import software_company


def saltbush(change: Callable[[Component], Component] = lambda one: one) -> Assessor:
    plan, feed = reference()
    for key, one in list(plan.components.items()):
        plan.components[key] = change(one)  # type: ignore[index]  # a dict, in this plan
    return Assessor(plan, facts_of(feed))


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return saltbush().organisation(AS_OF)


def outcome(organisation: Organisation, name: str) -> ScenarioOutcome:
    return scenario_outcome(organisation, scenario_named(organisation, name))


def with_fate(found: ScenarioOutcome, *fates: Fate) -> set[str]:
    return {one.service for one in found.services if one.fate in fates}


REST_ON_IDENTITY = {
    "identity",
    "licence-server",
    "clinical-app",
    "booking",
    "payments",
    "pathology",
    "email",
    "collaboration",
    "payroll",
    "file-archive",
}


@pytest.mark.requirement("R-083")
def test_the_identity_outage_finds_the_recovery_that_cannot_sign_in(
    organisation: Organisation,
) -> None:
    found = outcome(organisation, "identity")
    assert found.circles == ("identity <- bkp01 <- identity",)
    assert with_fate(found, Fate.GONE) == REST_ON_IDENTITY
    assert all("identity <- bkp01 <- identity" in one.blocked_by for one in found.services[:10])
    domain = next(one for one in found.data_sets if one.data_set == "ad-dc")
    assert {one.fate for one in domain.copies} == {CopyFate.SURVIVES}


@pytest.mark.requirement("R-084")
def test_ransomware_finds_the_archive_with_no_isolated_copy(organisation: Organisation) -> None:
    found = outcome(organisation, "ransomware")
    lost = {key for one in found.services for key in one.lost_data}
    assert lost == {"archive-files", "timesheet-db"}
    archive = next(one for one in found.data_sets if one.data_set == "archive-files")
    assert [(one.fate, one.way) for one in archive.copies] == [
        (CopyFate.EXPOSED, "domain-admins -> repo-nas1")
    ]
    assert with_fate(found, Fate.BACK) == {"network", "key-vault", "telephony", "status-site"}


def test_losing_the_head_office_says_what_comes_back_when_and_what_is_lost(
    organisation: Organisation,
) -> None:
    found = outcome(organisation, "site:geelong-hq")
    assert with_fate(found, Fate.GONE) == REST_ON_IDENTITY
    assert back(found) == {
        "network": (1, 1800.0, 54000.0),
        "key-vault": (1, 1200.0, 55800.0),
        "status-site": (1, 1200.0, 46800.0),
        "telephony": (2, 1800.0, 0.0),
    }
    assert {key for one in found.services for key in one.lost_data} == {
        "archive-files",
        "timesheet-db",
    }
    assert on_the_nas(found) == {CopyFate.LOST}


def test_where_nobody_wrote_down_a_site_it_is_not_known_what_is_lost_with_it() -> None:
    unsaid = saltbush(lambda one: replace(one, site="", vendor=None)).organisation(AS_OF)
    found = outcome(unsaid, "site:geelong-hq")
    assert with_fate(found, Fate.UNKNOWN) == REST_ON_IDENTITY
    assert back(found)["telephony"] == (2, 3600.0, 162000.0)
    assert on_the_nas(found) == {CopyFate.LOST}
    assert any("at which site" in one for one in found.surer)
    archive = next(one for one in found.data_sets if one.data_set == "archive-files")
    assert archive.fate is Fate.UNKNOWN


def test_with_a_sealed_account_the_head_office_comes_back_along_the_longest_way() -> None:
    """By hand: 30 min for the network, 60 for signing in, 280 for payments, 40 for bookings."""
    plan, feed = reference()
    server = replace(plan.platforms["bkp01"], break_glass=True)
    plan = replace(plan, platforms={**plan.platforms, "bkp01": server})
    found = outcome(Assessor(plan, facts_of(feed)).organisation(AS_OF), "site:geelong-hq")
    minutes = {key: seconds and seconds / 60 for key, (_, seconds, _) in back(found).items()}
    assert (minutes["identity"], minutes["payments"], minutes["booking"]) == (90, 370, 410)
    assert with_fate(found, Fate.GONE) == {"payroll", "file-archive"}


def back(found: ScenarioOutcome) -> dict[str, tuple[int | None, float | None, float | None]]:
    return {
        one.service: (one.wave, one.seconds, one.loss_seconds)
        for one in found.services
        if one.fate is Fate.BACK
    }


def on_the_nas(found: ScenarioOutcome) -> set[CopyFate]:
    copies = (copy for one in found.data_sets for copy in one.copies)
    return {one.fate for one in copies if one.repository == "repo-nas1"}


def test_deleting_one_data_set_brings_it_back_from_its_newest_copy(
    organisation: Organisation,
) -> None:
    found = outcome(organisation, "deletion:clin-db")
    assert with_fate(found, Fate.BACK) == {"clinical-app", "pathology"}
    clinical = next(one for one in found.services if one.service == "clinical-app")
    assert (clinical.loss_seconds, clinical.loss_target_seconds) == (24960.0, 3600.0)


@pytest.mark.requirement("R-103")
@pytest.mark.parametrize("workload", ["m365-mail", "m365-files"])
def test_a_workload_of_microsofts_cloud_outlives_what_its_backup_is_for(
    organisation: Organisation, workload: str
) -> None:
    """Deletion (and overwriting, which is the same to a copy), encryption, and its place lost."""
    for name in (f"deletion:{workload}", "ransomware", "provider:ms-au"):
        found = outcome(organisation, name)
        mine = next(one for one in found.data_sets if one.data_set == workload)
        assert CopyFate.SURVIVES in {one.fate for one in mine.copies}
        assert mine.fate in (Fate.BACK, Fate.UNTOUCHED)


def others() -> Iterator[tuple[str, Callable[[], other_organisation.Organisation]]]:
    yield from (("council", council), ("software", software_company))
    yield from (("shop", bookshop), ("club", club))


@pytest.fixture(scope="module", params=["saltbush", *(name for name, _ in others())])
def any_assessor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Assessor, datetime]:
    if request.param == "saltbush":
        return saltbush(), AS_OF
    return read(dict(others())[request.param](), tmp_path_factory.mktemp(request.param))


def read(given: other_organisation.Organisation, folder: Path) -> tuple[Assessor, datetime]:
    given.judged(folder)
    plan = Workspace.find(str(folder / "refloat.yaml"), None).plan
    facts = load([folder / "facts.jsonl"]).facts
    return Assessor(plan, facts), datetime.fromisoformat(given.as_of)


def findings(assessor: tuple[Assessor, datetime], code: str) -> list[Finding]:
    found = assessor[0].assess(assessor[1]).findings
    return [one for one in found if one.code == code]


def test_a_circle_of_signing_in_is_one_in_scenarios(
    any_assessor: tuple[Assessor, datetime],
) -> None:
    organisation = any_assessor[0].organisation(any_assessor[1])
    plan = organisation.plan
    nodes = {one.node for one in sign_in_circles(plan)}
    subjects = {f"{kind} {key}" for kind, key in nodes}
    assert subjects == {one.subject for one in findings(any_assessor, "RECOVERY_AUTH_CYCLE")}
    for kind, key in nodes:
        loss = Loss(LossKind.SERVICE if kind == "service" else LossKind.COMPONENT, key)
        found = scenario_outcome(organisation, Scenario("", "", (loss,)))
        assert found.circles
        if kind == "service":
            assert key in with_fate(found, Fate.GONE)
    if "ransomware" in ready_made(organisation):
        circles = outcome(organisation, "ransomware").circles
        assert set(circles) == {one.drawn for one in sign_in_circles(plan)}


def test_what_has_no_isolated_copy_is_what_ransomware_takes(
    any_assessor: tuple[Assessor, datetime],
) -> None:
    organisation = any_assessor[0].organisation(any_assessor[1])
    found = outcome(organisation, "ransomware")
    exposed = {
        one.data_set
        for one in found.data_sets
        if one.copies and all(copy.fate is CopyFate.EXPOSED for copy in one.copies)
    }
    said = {
        one.subject.removeprefix("data set ")
        for one in findings(any_assessor, "NO_ISOLATED_COPY")
        if one.severity == "high"
    }
    assert exposed == said


def test_what_cannot_be_read_is_not_readable_in_scenarios(
    any_assessor: tuple[Assessor, datetime],
) -> None:
    organisation = any_assessor[0].organisation(any_assessor[1])
    names = {
        "nobody can sign in": "identity",
        "an administrator's account is taken over": "ransomware",
    }
    names |= {f"the site {one} is lost": f"site:{one}" for one in organisation.plan.sites}
    said = set()
    for one in findings(any_assessor, "INSTRUCTIONS_UNREACHABLE"):
        losses = one.inputs["losses"]
        assert isinstance(losses, tuple)
        said |= {(one.subject.removeprefix("document "), names[str(loss)]) for loss in losses}
    ready = ready_made(organisation)
    unreadable = {
        (document.key, name)
        for name in names.values()
        if name in ready
        for document in outcome(organisation, name).documents
        if not document.readable_at
    }
    assert said <= unreadable
    assert {(key, name) for key, name in unreadable if ":" not in name} <= said


def test_every_ready_made_scenario_has_an_outcome_that_is_the_same_again(
    any_assessor: tuple[Assessor, datetime],
) -> None:
    organisation = any_assessor[0].organisation(any_assessor[1])
    for scenario in list(ready_made(organisation).values())[:40]:
        found = scenario_outcome(organisation, scenario)
        assert found == scenario_outcome(organisation, scenario)
        assert len(found.services) == len(organisation.plan.services)
        for one in found.services:
            assert one.because.endswith(".")
            if one.fate in (Fate.GONE, Fate.UNKNOWN):
                assert one.blocked_by
                assert (one.wave, one.seconds) == (None, None)
            elif one.fate is Fate.UNTOUCHED:
                assert (one.wave, one.seconds, one.loss_seconds) == (None, 0.0, 0.0)
