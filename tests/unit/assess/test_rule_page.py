"""The rule of the how-to page finds what it says, as it is written there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from refloat.assess import rules
from refloat.assess.rule import OrganisationRule
from refloat.model.organisation import Location
from tests.unit.assess import written
from tests.unit.assess.written import found

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-rule.md"


@pytest.fixture(scope="module")
def rule() -> OrganisationRule:
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    module: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), module)
    (only,) = module["RULES"]
    assert isinstance(only, OrganisationRule)
    return only


def test_the_rule_of_the_page_finds_what_it_says(rule: OrganisationRule) -> None:
    plan = written.plan()
    assert [one.subject for one in found(rule.judge, plan)] == [
        "document runbooks",
        "document contacts",
    ]
    two = (Location("the safe"), Location("the board"))
    documents = {key: replace(one, locations=two) for key, one in plan.documents.items()}
    assert found(rule.judge, replace(plan, documents=documents)) == []


def test_its_findings_bear_its_code_and_requirements(rule: OrganisationRule) -> None:
    for one in found(rule.judge, written.plan()):
        assert (one.code, one.requirements) == (rule.code, rule.requirements)
    assert rule.code not in {one.code for one in rules.RULES}, "it is an example"
