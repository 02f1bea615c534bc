"""The offline kit: everything to begin with, nothing that is secret, no network."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from refloat.assess.offline.card import MOST_BYTES, card
from refloat.assess.offline.kit import kit
from refloat.model.facts import Facts
from refloat.model.plan import Person, Plan
from refloat.model.review import Kit
from refloat.model.secret import SecretReference
from refloat.plan import fingerprint
from refloat.report.kit import kit_page
from refloat.report.kit_text import COLUMNS, kit_text
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


def page_of(whole: Kit) -> bytes:
    return kit_page(whole, card(whole))


def shown(plan: Plan) -> tuple[str, Words]:
    page = page_of(kit(plan, Facts(), NOW)).decode()
    words = Words()
    words.feed(page)
    assert words.open == [], "every element is closed"
    return page, words


@pytest.mark.requirement("R-135")
@pytest.mark.parametrize("form", ["page", "text"])
def test_the_kit_has_all_that_people_need_to_begin(form: str) -> None:
    whole = kit_text(kit(PLAN, Facts(), NOW)).decode()
    text = " ".join(" ".join(shown(PLAN)[1].text).split() if form == "page" else whole.split())
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
    for made in (page_of, kit_text):
        first = made(kit(PLAN, Facts(), NOW))
        assert made(kit(PLAN, Facts(), NOW)) == first
        assert made(kit(PLAN, Facts(), NOW + timedelta(seconds=1))) != first


@pytest.mark.requirement("R-135")
def test_the_text_fits_every_screen_and_printer() -> None:
    text = kit_text(kit(PLAN, Facts(), NOW)).decode()
    assert max(len(line) for line in text.splitlines()) <= COLUMNS
    assert text.endswith("(end of the kit)\n"), "who holds a torn page sees it"
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)


def test_what_is_missing_is_said_in_the_text_too() -> None:
    text = kit_text(kit(Plan("Nothing\x1b[2J", {}, {}, {}, {}), Facts(), NOW)).decode()
    for wanted in ("Nobody is named in the plan.", "The plan names no service.", "nobody wrote"):
        assert wanted in text
    assert "\x1b" not in text


@pytest.mark.requirement("R-135")
def test_the_card_has_the_first_numbers_to_call_and_the_fingerprint() -> None:
    whole = kit(PLAN, Facts(), NOW)
    made = card(whole)
    lines = made.text.split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCARD", "END:VCARD", "")
    assert fingerprint(PLAN) in made.text
    numbered = [one for one in whole.contacts if one.phone]
    assert list(made.names) == [one.name for one in numbered][: len(made.names)]
    for one in numbered[: len(made.names)]:
        dialled = "TEL:" + re.sub(r"[^0-9+]", "", one.phone)
        assert dialled in lines
        assert one.name in made.text
    assert "Ada Obi\\, may declare an incident: +61" in made.text


@pytest.mark.requirement("R-135")
def test_a_card_that_is_too_small_for_everybody_says_how_many_it_leaves_out() -> None:
    people = {
        f"p{n}": Person(f"p{n}", f"Zoë; Person, {n}\nEND:VCARD", phone=f"+61 400 000 {n:03}")
        for n in range(60)
    }
    whole = kit(replace(PLAN, people=people), Facts(), NOW)
    made = card(whole)
    assert len(made.text.encode()) <= MOST_BYTES
    assert 5 < len(made.names) < 60
    assert len(made.names) + made.left_out == 60
    assert made.text.count("\r\nEND:VCARD\r\n") == 1, "no name can end the card"
    assert "Zoë\\; Person\\, 0" in made.text
    assert f"{made.left_out} more stand in the list below" in page_of(whole).decode()


def test_no_name_of_an_organisation_is_too_long_for_the_code() -> None:
    whole = kit(replace(PLAN, organisation="Ö" * 5_000), Facts(), NOW)
    assert len(card(whole).text.encode()) <= MOST_BYTES
    assert card(whole).names
    assert b"<svg" in page_of(whole)


def test_a_kit_without_numbers_still_has_a_code() -> None:
    whole = kit(Plan("Nothing", {}, {}, {}, {}), Facts(), NOW)
    made = card(whole)
    assert (made.names, made.left_out) == ((), 0)
    assert whole.plan in made.text
    assert "the first numbers to call (" not in page_of(whole).decode()


@pytest.mark.parametrize(
    ("written_down", "dialled"),
    [
        ("+61 (0)2 5550 0100 ext 12", "+61255500100"),
        ("(02) 5550 0100 / 0400 000 000", "0255500100"),
        ("24/7: 1300 000 000", "1300000000"),
        ("0400 111 222 (after 18:00)", "0400111222"),
        ("call +1-555-0100", "+15550100"),
        ("000", "000"),
    ],
)
def test_what_stands_beside_a_number_makes_no_other_number_of_it(
    written_down: str, dialled: str
) -> None:
    people = {"ada": Person("ada", "Ada Obi", phone=written_down)}
    made = card(kit(replace(PLAN, people=people), Facts(), NOW))
    assert re.findall(r"^TEL:(.*)\r$", made.text, re.M) == [dialled]


@pytest.mark.parametrize("written_down", ["reception", "+", "0400 000 000 0400 111 111"])
def test_what_is_no_one_number_is_not_dialled(written_down: str) -> None:
    people = {"ada": Person("ada", "Ada Obi", phone=written_down)}
    made = card(kit(replace(PLAN, people=people), Facts(), NOW))
    assert "TEL:" not in made.text


def test_somebody_with_a_long_name_or_part_leaves_room_for_numbers() -> None:
    people = {
        "ada": Person("ada", "A" * 900, roles=("r" * 900,), phone="000"),
        "ben": Person("ben", "Ben", phone="+61 2 5550 0100"),
    }
    made = card(kit(replace(Plan("Shop", {}, {}, {}, {}), people=people), Facts(), NOW))
    assert re.findall(r"^TEL:(.*)\r$", made.text, re.M) == ["000", "+61255500100"]
