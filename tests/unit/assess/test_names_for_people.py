"""What a repository or a platform is called: its name, or whatever else it is known by."""

from __future__ import annotations

import pytest

from refloat.assess import words
from refloat.assess.about import tool_called
from refloat.model.organisation import Platform, Vendor
from refloat.model.plan import Plan, Repository

PLAN = Plan(
    organisation="Hawthorn",
    people={},
    repositories={
        "shelf": Repository("shelf", name="the shelf in the office"),
        "unnamed": Repository("unnamed"),
    },
    services={},
    components={},
    platforms={
        "hypervisor": Platform("hypervisor", "the hypervisor's own backup"),
        "bare": Platform("bare", ""),
    },
    vendors={"hoster": Vendor("hoster", "Hosting & Sons")},
)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("shelf", "the shelf in the office"),
        ("unnamed", "unnamed"),
        ("s3://where-a-source-saw-it", "s3://where-a-source-saw-it"),
    ],
)
def test_a_repository_is_called_by_its_name_else_by_what_it_is_known_by(
    key: str, name: str
) -> None:
    assert words.repository(PLAN, key) == name


@pytest.mark.parametrize(
    ("key", "name"),
    [("hypervisor", "the hypervisor's own backup"), ("bare", "bare"), ("gone", "gone")],
)
def test_a_platform_is_called_by_its_name_else_by_its_key(key: str, name: str) -> None:
    assert words.platform(PLAN, key) == name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("hypervisor", "the hypervisor's own backup"),
        ("shelf", "the shelf in the office"),
        ("hoster", "Hosting & Sons"),
        ("gone", "gone"),
    ],
)
def test_whatever_copies_is_called_by_its_name(key: str, name: str) -> None:
    assert tool_called(PLAN, key) == name
