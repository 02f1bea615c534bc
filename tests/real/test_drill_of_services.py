"""Drills of services that need services, and of services that nothing can bring back yet."""

from __future__ import annotations

from refloat.app import memory
from refloat.app.workspace import Workspace
from tests.real.small_shop import Shop, done, plan_text

STORE = """\
services:
  store:
    name: The store of letters
    needs: [letters, {soft: pictures}]
"""


def test_what_a_needed_service_is_made_of_comes_back_first(shop: Shop) -> None:
    text = plan_text().replace("services:\n", STORE)
    text = text.replace("needs: [program, letters]", "needs: [program, store]")
    shop.plan.write_text(text.replace("needs: [application, soft: pictures]", "needs: application"))
    assert done(shop.run("plan", "order", "shop", "--json")).json() == [
        ["letters", "pictures", "program"],
        ["application"],
    ]
    drilled = done(shop.drill()).json()
    assert drilled["verdict"] == "proven"
    steps = {(step["component"], step["stage"]): step for step in drilled["steps"]}
    for component in ("letters", "pictures", "program"):
        assert steps[component, "check"]["outcome"] == "passed"
        assert steps[component, "check"]["ended"] <= steps["application", "start"]["started"]


def test_a_drill_of_what_nothing_can_bring_back_is_unproven_and_names_it(shop: Shop) -> None:
    more = "  safe: {kind: database, name: The till}\n"
    shop.plan.write_text(plan_text(more=more).replace("[program, letters]", "[letters, safe]"))
    drilled = shop.drill()
    assert drilled.code == 2
    result = drilled.json()
    assert result["verdict"] == "unproven"
    assert "no way to bring back The till (safe)" in result["reasons"][0]
    assert "The shop cannot run without it" in result["reasons"][0]
    facts = memory.known(Workspace(shop.plan, shop.state))
    assert [fact.record.reasons[0] for fact in facts.drills] == result["reasons"][:1]
    assert not list((shop.state / "runs").glob("*/sandbox"))
