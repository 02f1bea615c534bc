"""Changes of the reference organisation's plan: which make recovery worse, and how it is said."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from refloat.assess.over_time.plan_difference import difference
from refloat.model.dependency import Dependency
from refloat.model.difference import PlanDifference
from refloat.model.plan import Component, ComponentKind, Plan
from refloat.report.plan_difference import markdown
from tests.golden.reference_organisation import AS_OF, FOLDER, REPAIRS, Pair, facts_of, reference


@pytest.fixture(scope="module")
def sound() -> Pair:
    """Give the organisation with every defect repaired: anything worse is the change's doing."""
    pair = reference()
    for number in sorted(REPAIRS):
        pair = REPAIRS[number](pair)
    return pair


def changed(pair: Pair, new: Plan) -> PlanDifference:
    plan, feed = pair
    return difference(plan, new, facts_of(feed), AS_OF)


def codes(found: PlanDifference) -> set[tuple[str, str]]:
    return {(one.code, one.subject) for one in found.appeared}


def test_the_same_plan_changes_nothing(sound: Pair) -> None:
    found = changed(sound, sound[0])
    assert found.nothing
    assert not found.worse
    assert (found.services, found.appeared, found.gone, found.controls) == ((), (), (), ())
    assert "means the same" in markdown(found)


def test_a_copy_that_is_no_longer_made_is_refused(sound: Pair) -> None:
    plan = sound[0]
    mail = plan.components["path-engine"]
    assert mail.watch is not None
    alone = replace(mail, watch=replace(mail.watch, copies=("repo-nas1",)))
    found = changed(sound, replace(plan, components={**plan.components, "path-engine": alone}))
    assert ("NO_ISOLATED_COPY", "data set path-engine") in codes(found)
    assert found.worse


def test_a_rarer_copy_than_the_business_allows_is_refused(sound: Pair) -> None:
    plan = sound[0]
    bookings = plan.components["book-db"]
    assert bookings.watch is not None
    rare = replace(bookings, watch=replace(bookings.watch, every=timedelta(hours=4)))
    found = changed(sound, replace(plan, components={**plan.components, "book-db": rare}))
    assert {code for code, _ in codes(found)} == {"ARCHITECTURE_CANNOT_MEET_RPO"}
    assert found.worse


def test_a_need_that_nothing_protects_is_refused(sound: Pair) -> None:
    plan = sound[0]
    new = Component("queue-db", ComponentKind.DATABASE, "the reminder queue")
    booking = plan.services["booking"]
    wider = replace(booking, needs=(*booking.needs, Dependency("queue-db")))
    found = changed(
        sound,
        replace(
            plan,
            components={**plan.components, "queue-db": new},
            services={**plan.services, "booking": wider},
        ),
    )
    assert found.components_added == ("queue-db",)
    assert ("COVERAGE_GAP", "service booking, component queue-db") in codes(found)
    service = next(one for one in found.services if one.service == "booking")
    assert service.worse
    assert service.order_before != service.order_after
    assert any("Online booking platform" in sentence for sentence in found.worse)


def test_a_stricter_target_that_nobody_approved_is_refused(sound: Pair) -> None:
    plan = sound[0]
    email = plan.services["email"]
    rto = replace(email.objectives["rto"], target=timedelta(hours=2))
    strict = replace(email, objectives={**email.objectives, "rto": rto})
    found = changed(sound, replace(plan, services={**plan.services, "email": strict}))
    assert {"RTO_EXCEEDED", "TARGET_NOT_APPROVED"} <= {code for code, _ in codes(found)}
    assert found.worse


def test_a_repair_makes_nothing_worse() -> None:
    pair = reference()
    repaired, _ = REPAIRS[1](pair)
    found = changed(pair, repaired)
    assert {one.code for one in found.gone} == {"RECOVERY_AUTH_CYCLE"}
    assert not found.worse
    assert "No service is worse off" in markdown(found)


def test_markdown_shows_no_markup_of_others(sound: Pair) -> None:
    plan = sound[0]
    hostile = replace(plan.services["email"], name="<script>|`x`", needs=())
    text = markdown(changed(sound, replace(plan, services={**plan.services, "email": hostile})))
    assert "<script>" not in text
    assert "\\<script\\>\\|" in text


def refloat(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "refloat.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_says_it_in_words_json_and_markdown(tmp_path: Path) -> None:
    old = FOLDER / "refloat.yaml"
    new = tmp_path / "refloat.yaml"
    text = old.read_text(encoding="utf-8")
    rarer = text.replace("kind: database\n    group: book", "kind: database")
    rarer = rarer.replace("target: 3 h,", "target: 2 h,")
    assert rarer != text
    new.write_text(rarer, encoding="utf-8")
    given = ["plan", "diff", str(old), str(new), "--facts", str(FOLDER / "facts")]
    given += ["--as-of", AS_OF.isoformat()]
    words = refloat(*given)
    assert words.returncode == 1, words.stderr
    assert "This change makes recovery worse" in words.stdout
    told = refloat(*given, "--json")
    said = json.loads(told.stdout)
    assert told.returncode == 1
    assert "TARGET_NOT_APPROVED" in {one["code"] for one in said["appeared"]}
    assert "| what | change |" in refloat(*given, "--markdown").stdout


def test_a_comment_changes_nothing(tmp_path: Path) -> None:
    old = FOLDER / "refloat.yaml"
    new = tmp_path / "refloat.yaml"
    new.write_text("# another comment\n" + old.read_text(encoding="utf-8"), encoding="utf-8")
    result = refloat("plan", "diff", str(old), str(new))
    assert result.returncode == 0
    assert "means the same" in result.stdout


def test_a_refused_plan_is_named_with_its_complaints(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("organisation: X\nservices: {a: {name: A, needs: [nothing]}}\n")
    result = refloat("plan", "diff", str(FOLDER / "refloat.yaml"), str(broken))
    assert result.returncode == 65
    assert "broken.yaml:2:" in result.stderr
