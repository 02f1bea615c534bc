"""What a tool's names mean is said, or equal; never guessed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from refloat.app.naming import Names, Places, renamed
from refloat.app.workspace import Workspace
from refloat.model.errors import UsageProblem
from refloat.model.plan import Plan

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def plan() -> Plan:
    found = Workspace.find(str(ROOT / "examples" / "saltbush" / "refloat.yaml"), "/nowhere").plan
    same = replace(found.components["clin-files"], name="the clinical database")
    return replace(found, components={**found.components, "clin-files": same})


def point(**said: Any) -> dict[str, Any]:
    return {"kind": "recovery_point", "external_id": "p1", "dataset_ref": "db1", **said}


def test_a_name_that_two_components_have_means_neither(plan: Plan) -> None:
    names = Names(plan, ())
    assert names.of("The clinical database") == ()
    assert names.of("the  clinical application's settings") == ("clin-settings",)
    assert names.of("clin-db") == ("clin-db",)
    assert names.of("clin") == ()


def test_what_people_say_goes_before_what_is_equal(plan: Plan) -> None:
    names = Names(plan, ("clin-db=clin-files", "h:/a=b/*=clin-db"))
    assert names.of("clin-db") == ("clin-files",)
    assert names.of("h:/a=b/c") == ("clin-db",)
    assert names.of("h:/a=b") == ()


def test_a_star_stands_for_anything_and_nothing_else_is_a_pattern(plan: Plan) -> None:
    names = Names(plan, ("web.1[x]*/data=clin-db",))
    assert names.of("web.1[x]/any/data") == ("clin-db",)
    assert names.of("webs1x/any/data") == names.of("web.1[x]/data2") == ()


def test_a_fact_keeps_the_name_that_the_tool_gave_it(plan: Plan) -> None:
    names = Names(plan, ("db1=clin-db", "db1=clin-files"))
    first, second = renamed(point(), names)[0]
    assert (first["dataset_ref"], first["external_id"]) == ("clin-db", "p1")
    assert (second["dataset_ref"], second["external_id"]) == ("clin-files", "p1#clin-files")
    assert first["external_name"] == second["external_name"] == "db1"


def test_of_a_test_of_several_what_is_known_is_kept(plan: Plan) -> None:
    names = Names(plan, ("db1=clin-db",))
    test = {"kind": "restore_test", "external_id": "t", "dataset_refs": ["db1", "db2"]}
    assert renamed(test, names) == ([{**test, "dataset_refs": ["clin-db"]}], ["db2"])
    unknown = {**test, "dataset_refs": ["db2"]}
    assert renamed(unknown, names) == ([], ["db2"])
    of_service = {**unknown, "service": "clinical-app"}
    assert renamed(of_service, names) == ([], ["db2"]), "none would mean all of the service"


def test_a_fact_about_nothing_alone_stays_as_it_is(plan: Plan) -> None:
    beat = {"kind": "heartbeat", "external_id": "h"}
    assert renamed(beat, Names(plan, ())) == ([beat], [])


def test_one_repository_is_where_all_copies_are_unless_the_tool_tells_places_apart(
    plan: Plan,
) -> None:
    places = Places(plan, ("repo-nas1",))
    none, one, two = point(), point(copies=[{"location": "a"}]), point()
    two["copies"] = [{"location": "a", "encrypted": True}, {"location": "b"}]
    assert places.put(none) == places.put(one) == []
    assert none["copies"] == one["copies"] == [{"location": "repo-nas1"}]
    assert places.put(two) == ["a", "b"]
    named = Places(plan, ("a=repo-nas1", "b=repo-cloud"))
    assert named.put(two) == []
    assert two["copies"] == [
        {"location": "repo-nas1", "encrypted": True},
        {"location": "repo-cloud"},
    ]
    assert named.put({"kind": "job_run", "external_id": "j"}) == []


@pytest.mark.parametrize("said", ["clin-db", "=clin-db", "db1=", "db1=clin_db"])
def test_what_names_nothing_is_refused(said: str, plan: Plan) -> None:
    with pytest.raises(UsageProblem):
        Names(plan, (said,))
