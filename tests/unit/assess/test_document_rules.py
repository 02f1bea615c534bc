"""Rules about documents: can people read what they need when systems are down?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from refloat.assess.rules.documents import instructions_unreachable, kit_stale
from refloat.model.feed_people import Attestation
from refloat.model.judgement import Severity
from refloat.model.organisation import Document, Location, Platform
from refloat.model.plan import Component, ComponentKind, Dependency, Plan, Strength
from refloat.plan import fingerprint
from tests.support import changing
from tests.unit.assess import written
from tests.unit.assess.written import DAY, NOW, found

PLAN = written.plan()
SECOND = timedelta(seconds=1)


def kept(*places: tuple[str, ...], strength: Strength = Strength.HARD) -> Plan:
    """Keep the instructions at places that need these things."""
    locations = tuple(
        Location(f"place {n}", tuple(Dependency(key, strength) for key in keys))
        for n, keys in enumerate(places)
    )
    document = Document("runbooks", ("recovery instructions",), locations)
    return replace(PLAN, documents={"runbooks": document})


@pytest.mark.requirement("R-135")
def test_instructions_that_need_the_sign_in_everywhere_are_found() -> None:
    (finding,) = found(instructions_unreachable, kept(("booking",), ("sign-in",)))
    assert finding.subject == "document runbooks"
    assert finding.severity is Severity.HIGH
    assert "nobody can sign in" in finding.sentence
    assert "Online booking and Staff sign-in" in finding.sentence
    assert finding.inputs["locations"] == ("place 0", "place 1")


@pytest.mark.requirement("R-135")
def test_one_place_that_needs_nothing_is_enough() -> None:
    assert found(instructions_unreachable, kept(("sign-in",), ())) == []
    assert found(instructions_unreachable, kept(("sign-in",), strength=Strength.SOFT)) == []
    assert found(instructions_unreachable, PLAN) == []


@pytest.mark.requirement("R-135")
def test_each_loss_is_looked_at_by_itself() -> None:
    apart = Component("laptop", ComponentKind.INFRASTRUCTURE, "Laptop of the owner")
    other = Component("printer", ComponentKind.INFRASTRUCTURE, "Printer", site="main-street")
    components = {**PLAN.components, "laptop": apart, "printer": other}

    def losses(*places: tuple[str, ...]) -> object:
        given = replace(kept(*places), components=components)
        return [one.inputs["losses"] for one in found(instructions_unreachable, given)]

    administrators = "an administrator's account is taken over"
    assert losses(("laptop",)) == [(administrators,)]
    assert losses(("printer",)) == [("the site main-street is lost", administrators)]
    assert losses(("printer",), ("sign-in",)) == [(administrators,)]
    assert losses(("texting",)) == [], "what a vendor runs is not lost with ours"


def test_what_only_a_taken_over_account_takes_away_is_less_severe() -> None:
    apart = Component("laptop", ComponentKind.INFRASTRUCTURE, "Laptop of the owner")
    given = replace(kept(("laptop",)), components={**PLAN.components, "laptop": apart})
    (finding,) = found(instructions_unreachable, given)
    assert finding.severity is Severity.MEDIUM


def test_a_sign_in_that_only_a_step_or_a_tool_names_is_one() -> None:
    plain = replace(
        PLAN.components["directory"], kind=ComponentKind.VIRTUAL_MACHINE, key="directory"
    )
    given = replace(kept(("sign-in",)), components={**PLAN.components, "directory": plain})
    (finding,) = found(instructions_unreachable, given)
    assert finding.severity is Severity.MEDIUM
    step = replace(PLAN.services["booking"].steps[0], signs_in_with=("directory",))
    tool = Platform("tool", "Backup server", (Dependency("sign-in"),))
    for named in (
        changing.with_service(given, "booking", steps=(step,)),
        replace(given, platforms={"tool": tool}),
    ):
        (finding,) = found(instructions_unreachable, named)
        assert finding.severity is Severity.HIGH


@pytest.mark.requirement("R-135")
def test_what_a_place_can_do_without_takes_no_document_away() -> None:
    def losses(strength: Strength) -> object:
        given = kept(("booking",))
        needs = (Dependency("sign-in", strength), *given.services["booking"].needs[1:])
        (finding,) = found(
            instructions_unreachable,
            replace(changing.with_service(given, "booking", needs=needs), sites=()),
        )
        return finding.inputs["losses"]

    assert "nobody can sign in" in str(losses(Strength.HARD))
    assert "nobody can sign in" not in str(losses(Strength.SOFT))


@pytest.mark.requirement("R-135")
def test_a_kit_that_lies_somewhere_makes_everything_readable() -> None:
    given = kept(("sign-in",))
    placed = written.said("offline-kit-placed", NOW - DAY, where="the safe")
    assert found(instructions_unreachable, given, placed) == []
    assert found(instructions_unreachable, given, placed, at=NOW - DAY - SECOND) != []
    ended = written.said("offline-kit-placed", NOW - DAY, where="the safe", until=NOW)
    assert found(instructions_unreachable, given, ended) != []


@pytest.mark.requirement("R-135")
def test_a_kit_of_an_older_plan_is_stale_until_it_is_placed_anew() -> None:
    def placed(days: int, where: str, plan: Plan) -> Attestation:
        return written.said(
            "offline-kit-placed", NOW - days * DAY, where=where, fingerprint=fingerprint(plan)
        )

    older = changing.with_person(PLAN, "ada", phone="+61 3 5550 0199")
    first, second = placed(9, "the safe", older), placed(8, "the car", PLAN)
    (finding,) = found(kit_stale, PLAN, first, second)
    assert finding.inputs["where"] == ("the safe",)
    assert "the safe" in finding.sentence
    again = placed(1, "the safe", PLAN)
    assert found(kit_stale, PLAN, first, second, again) == []
    assert found(kit_stale, PLAN) == [], "no kit was ever asked for"
