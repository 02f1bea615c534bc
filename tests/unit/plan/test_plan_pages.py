"""The plans on the how-to pages are right as they stand there, and so are those of the examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from refloat import registry
from refloat.app.workspace import catalogue
from refloat.model.plan import Plan
from refloat.plan import PlanFile, order, parse_files, unrecoverable

PAGES = Path(__file__).parents[3] / "docs" / "how-to"
_BLOCK = re.compile(r"^```yaml file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def plan_on(page: str) -> Plan:
    """Read the files on a page as one plan."""
    text = (PAGES / page).read_text(encoding="utf-8")
    files = [PlanFile(name, body.encode()) for name, body in _BLOCK.findall(text)]
    assert files
    checks = registry.adapters("checks")
    complaints_of = {name: check.complaints for name, check in checks.items()}
    return parse_files(files, page, catalogue(), complaints_of)


def test_the_plan_of_one_service() -> None:
    plan = plan_on("write-a-plan.md")
    assert order(plan, "till") == (("accounts", "sales"),)
    assert unrecoverable(plan, "till") == ("accounts",), "as the page says"


def test_the_plan_of_an_organisation() -> None:
    plan = plan_on("write-a-plan-for-an-organisation.md")
    counted = {name: len(getattr(plan, name)) for name in ("services", "components", "people")}
    assert counted == {"services": 3, "components": 3, "people": 3}, "as the page says"
    assert plan.services["booking"].objectives.keys() == {"rpo", "rto", "mtpd"}
    assert plan.services["scans"].evidence_valid_for.days == 150


@pytest.mark.parametrize("page", ["write-a-plan.md", "write-a-plan-for-an-organisation.md"])
def test_pages_lead_to_pages_that_are_there(page: str) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)", text)
    assert targets
    assert [target for target in targets if not (PAGES / target).exists()] == []
