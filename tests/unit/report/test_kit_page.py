"""The offline kit: everything to begin with, nothing that is secret, no network."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from refloat.assess.offline.kit import kit
from refloat.model.facts import Facts
from refloat.model.plan import Plan
from refloat.model.secret import SecretReference
from refloat.plan import fingerprint
from refloat.report.kit import kit_page
from tests.unit.assess import written
from tests.unit.assess.written import NOW

PLAN = written.plan()


class Words(HTMLParser):
    """Collects the text of a page, and everything that it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.loads: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.loads += [
            value or ""
            for name, value in attributes
            if name in ("src", "href", "srcset", "action") and not (value or "").startswith("#")
        ]
        if tag not in ("meta", "br", "link", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def shown(plan: Plan) -> tuple[str, Words]:
    page = kit_page(kit(plan, Facts(), NOW)).decode()
    words = Words()
    words.feed(page)
    assert words.open == [], "every element is closed"
    return page, words


@pytest.mark.requirement("R-135")
def test_the_kit_has_all_that_people_need_to_begin() -> None:
    text = " ".join(" ".join(shown(PLAN)[1].text).split())
    for wanted in (
        *(f"{one.name}" for one in PLAN.people.values()),
        *(one.phone for one in PLAN.people.values()),
        "Declare an incident",
        "1800 975 711",
        "duty manager after 1 h",
        "customers.txt",
        "the board; a breach; within 3 days",
        "status page elsewhere",
        "the village hall",
        "disks in the safe",
        "the sealed envelope",
        "back within 4 h",
        "Paper list: the list of the next days is printed every evening.",
        "Keep it safe: a locked drawer.",
        fingerprint(PLAN),
    ):
        assert wanted in text, wanted


@pytest.mark.requirement("R-135")
def test_the_kit_is_one_file_that_needs_no_network() -> None:
    page, words = shown(PLAN)
    assert words.loads == []
    assert "<script" not in page
    assert not re.search(r"url\(|@import|https?://", page)
    assert "default-src 'none'" in page


def test_services_stand_in_the_order_in_which_they_come_back() -> None:
    whole = kit(PLAN, Facts(), NOW)
    assert [(one.name, one.wave) for one in whole.services] == [
        ("Staff sign-in", 1),
        ("Online booking", 2),
    ]
    assert whole.services[1].needs == ("Staff sign-in",)
    assert whole.services[0].steps


def test_no_secret_and_no_option_of_a_repository_is_in_the_kit() -> None:
    safe = replace(
        PLAN.repositories["safe"],
        engine="restic",
        options={"password": SecretReference("file", "/root/backup-password"), "location": "qqzz"},
    )
    page, _ = shown(replace(PLAN, repositories={"safe": safe}))
    assert "backup-password" not in page
    assert "qqzz" not in page


def test_what_is_missing_is_said_and_strange_text_cannot_become_markup() -> None:
    empty, _ = shown(Plan("<b>Nothing</b>", {}, {}, {}, {}))
    assert "&lt;b&gt;Nothing" in empty
    assert "<b>Nothing" not in empty
    assert "nobody wrote it down" in empty
    assert "The plan names no service." in empty


def test_the_same_plan_gives_the_same_bytes() -> None:
    first = kit_page(kit(PLAN, Facts(), NOW))
    assert kit_page(kit(PLAN, Facts(), NOW)) == first
    assert kit_page(kit(PLAN, Facts(), NOW + timedelta(seconds=1))) != first
