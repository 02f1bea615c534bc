"""The assessment as a page: its order, its honesty, and that nothing in it can hurt or leave."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from html import escape
from pathlib import Path

import overview_sample as sample
import pytest
from test_report_page import Reader

from refloat.app.assess import Ground
from refloat.app.facts import load
from refloat.app.overview import overview
from refloat.model.judgement import Severity
from refloat.model.plan import Dependency, Plan, Strength
from refloat.report import _map as drawing
from refloat.report import _overview_map as organisation_map
from refloat.report import _overview_rows as rows
from tests.golden.reference_organisation import AS_OF, FOLDER, facts_of, reference

SECTIONS = ("do", "services", "costs", "map", "eight", "review", "soon", "how")


@pytest.fixture(scope="module", params=sorted(sample.SAMPLES))
def shown(request: pytest.FixtureRequest) -> sample.Shown:
    return sample.SAMPLES[str(request.param)]()


@pytest.fixture(scope="module")
def saltbush() -> sample.Shown:
    return sample.saltbush()


def section(content: bytes, name: str) -> str:
    after = content.decode().partition(f'<h2 id="{name}">')[2]
    return after.partition("</h2>")[2].partition("</section>")[0]


def words(part: str) -> str:
    return Reader(f"<div>{part}</div>".encode()).text


def test_it_is_well_formed_and_can_be_read_aloud(shown: sample.Shown) -> None:
    read = Reader(shown[1])
    ids = read.attributes("id")
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert {name.removeprefix("#") for name in read.attributes("href")} <= set(ids)
    tags = [tag for tag, _ in read.tags]
    assert tags.count("h1") == 1
    assert tags.count("caption") == tags.count("table")
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h\d", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    for tag, given in read.tags:
        if tag == "th":
            assert given.get("scope")
        if tag == "svg" and not {"x", "y"} <= set(given):
            spoken = given.get("role") == "img" and (
                given.get("aria-label") or given.get("aria-labelledby")
            )
            assert spoken or given.get("aria-hidden") == "true"


def test_it_needs_nothing_from_outside_and_runs_nothing(shown: sample.Shown) -> None:
    read = Reader(shown[1])
    tags = {tag for tag, _ in read.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "use"}
    for _, given in read.tags:
        assert not {"src", "style", "srcset", "xlink:href", "data"} & set(given)
        assert not [key for key in given if key.startswith("on")]
    style = "".join(data for tag, data in read.texts if tag == "style")
    assert not [word for word in ("url(", "@import", "http", "@font-face") if word in style]


def test_colour_never_stands_alone(shown: sample.Shown) -> None:
    read = Reader(shown[1])
    for position, (tag, given) in enumerate(read.tags):
        if tag == "span" and re.fullmatch(r"state (good|bad|open)", given.get("class") or ""):
            assert read.tags[position + 1][0] == "svg", "a state without its symbol"
    for text in re.findall(r'<text class="what words [^>]*>([^<]*)<', shown[1].decode()):
        assert re.match(r"[✓✗?▲] .", text)


def test_sections_stand_in_the_owners_order(saltbush: sample.Shown) -> None:
    read = Reader(saltbush[1])
    assert [one for one in read.attributes("id") if one in SECTIONS] == list(SECTIONS)


@pytest.mark.requirement("R-001")
def test_two_verdicts_stand_first_and_are_never_merged(saltbush: sample.Shown) -> None:
    judged, content = saltbush
    text = Reader(content).text
    copies = sum(one.copy.verdict == "yes" for one in judged.services)
    back = sum(one.recovery.verdict == "proven" for one in judged.services)
    assert 0 < back < copies < len(judged.services) == 14
    copied = text.index(f"Is there a copy of the data? {copies} of 14")
    assert copied < text.index(f"Would the services come back in time? {back} of 14")
    assert f"{back} of 14 services would come back in time; {14 - back} would not" in text
    table = section(content, "services")
    assert table.count('data-label="Copy"') == table.count('data-label="Back in time"') == 14


def test_each_service_says_what_would_change_it(saltbush: sample.Shown) -> None:
    judged, content = saltbush
    text = words(section(content, "services"))
    for one in judged.services:
        assert one.name in text
        assert re.sub(r"\s+", " ", one.recovery.would_change) in text
        if one.recovery.expires_at is not None:
            assert f"evidence good until {one.recovery.expires_at:%Y-%m-%d}" in text


def test_every_finding_stands_once_with_its_sentence_first_and_its_code_folded(
    saltbush: sample.Shown,
) -> None:
    judged, content = saltbush
    costs = section(content, "costs")
    assert costs.count('class="says"') == len(judged.findings)
    for one in judged.findings:
        assert escape(one.sentence, quote=False).replace("'", "&#39;") in costs
    folded = re.findall(r"<details>.*?</details>", costs, re.DOTALL)
    assert len(folded) == len(judged.findings)
    open_part = re.sub(r"<details>.*?</details>", "", costs, flags=re.DOTALL)
    for code in {one.code for one in judged.findings}:
        assert code not in open_part.replace("<wbr>", "")
        assert code in "".join(folded).replace("<wbr>", "")


def test_what_endangers_all_comes_before_single_services(saltbush: sample.Shown) -> None:
    judged, content = saltbush
    titles = re.findall(r'<h3 dir="auto">(.*?)</h3>', section(content, "costs"))
    assert titles[0] == "The whole organisation, or several services at once"
    tiers = {"clinical-app": 1, "payroll": 2, "file-archive": 3}
    names = [one.name for key in tiers for one in judged.services if one.service == key]
    places = [titles.index(escape(name)) for name in names]
    assert places == sorted(places)


def test_the_map_marks_what_is_broken_in_shape_and_words(saltbush: sample.Shown) -> None:
    content = section(saltbush[1], "map")
    picture = content.partition('class="map"')[2].partition("</ul>")[0]
    assert "✗ nothing backs it up" in picture
    assert "✗ newest copy too old" in picture
    assert "✗ failed" in picture
    assert picture.count('class="hard seen broken"') == 1, "booking was seen to need payments"
    boxes = re.findall(r'<rect class="box \w+ whole" x="(\d+)" y="(\d+)"', picture)
    assert len(boxes) == 14
    places = [(int(left), int(top)) for left, top in boxes]
    for (left, top), (other_left, other_top) in itertools.combinations(places, 2):
        assert abs(left - other_left) >= 226 or abs(top - other_top) >= 46


def test_what_was_seen_and_not_written_down_is_said_in_words(saltbush: sample.Shown) -> None:
    rows_of_map = section(saltbush[1], "map").split("<tr>")
    [row] = [one for one in rows_of_map if "seen, not written down" in one]
    text = words("<tr>" + row)
    assert "Online booking platform" in text
    assert "seen, not written down: Medicare and EFTPOS claiming gateway" in text


def test_the_essential_eight_is_this_strategy_alone_with_eleven_controls(
    saltbush: sample.Shown,
) -> None:
    judged, content = saltbush
    assert judged.maturity is not None
    text = words(section(content, "eight"))
    assert "says nothing of the other seven" in text
    assert len(set(re.findall(r"ISM-\d{4}", text))) == 11
    for one in judged.maturity.controls.values():
        assert f"{one.control}" in text
        assert one.outcome.replace("-", " ") in text
    for missing in judged.maturity.missing:
        assert missing in text


def test_it_says_how_it_was_computed(saltbush: sample.Shown) -> None:
    text = words(section(saltbush[1], "how"))
    assert "Instant 2026-11-21 22:00:00 UTC" in text
    counted = load([FOLDER / "facts"]).facts.feed
    points = sum(1 for one in counted.all() if type(one).__name__ == "PointSeen")
    assert f"point seen {points} sha256:" in text


def test_hostile_names_stay_names() -> None:
    _, content = sample.hostile()
    read = Reader(content)
    for nasty in ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"):
        assert nasty in read.text
    assert not [sign for sign in "\x00\x07\u202e\u202c" if sign in content.decode()]


def test_nothing_is_not_a_pass() -> None:
    text = Reader(sample.empty()[1]).text
    assert "The plan names no service, so nothing can be said to come back." in text
    assert "There was no fact" in text
    assert '<article class="answer good">' not in sample.empty()[1].decode()


def test_a_large_organisation_is_shown_in_part_and_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged, content = sample.large()
    text = Reader(content).text
    assert "40 of 500 services are drawn" in text
    assert section(content, "services").count('data-label="Copy"') == 500
    monkeypatch.setattr(rows, "LIMIT", 30)
    shorter = sample.large()[1]
    assert "30 of 500 services are shown here" in Reader(shorter).text
    assert section(shorter, "services").count('data-label="Copy"') == 30
    assert len([one for one in judged.findings if one.severity is Severity.HIGH]) > 1000
    assert "1000 of " in text


def test_a_circle_is_drawn_and_ends() -> None:
    judged, _ = sample.generated(3)
    keys = [one.service for one in judged.services]
    needs = {
        key: {other: Strength.HARD} for key, other in zip(keys, keys[1:] + keys[:1], strict=True)
    }
    plan = Plan("Round", {}, {}, {}, {})
    made = organisation_map.draw(plan, judged.services, needs, {keys[0]: frozenset(keys)})
    assert made.drawing is not None
    services = [box for box in made.drawing.boxes if box.face.service]
    assert len({box.left for box in services}) == 3
    assert not made.unwritten, "in a circle everything needs everything"


def test_a_line_that_follows_from_others_is_left_out() -> None:
    judged, _ = sample.generated(3)
    low, middle, high = (one.service for one in judged.services)
    hard = Strength.HARD
    needs = {low: {}, middle: {low: hard}, high: {low: hard, middle: hard}}
    plan = Plan("Line", {}, {}, {}, {})
    made = organisation_map.draw(plan, judged.services, needs, {})
    assert made.drawing is not None
    parts = sum(box.face.part for box in made.drawing.boxes)
    assert len(made.drawing.lines) == 2 + parts
    assert made.relations[2].needs == ("Service number 0", "Service number 1")
    softly = {**needs, middle: {low: Strength.SOFT}}
    made = organisation_map.draw(plan, judged.services, softly, {})
    assert made.drawing is not None
    assert len(made.drawing.lines) == 3 + parts, "through a soft need nothing follows"


def test_a_broken_need_is_a_broken_line() -> None:
    faces = {"a": drawing.Face("A", "bad", "failed"), "b": drawing.Face("B", "good", "proven")}
    made = drawing.lay_out([["a"], ["b"]], faces, {"b": (Dependency("a"),)}, {("b", "a")})
    assert [(line.failed, line.seen) for line in made.lines] == [(True, True)]


def test_the_command_writes_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    digests = set()
    for seed, zone in (("1", "UTC"), ("2", "Australia/Melbourne")):
        file = tmp_path / f"{seed}.html"
        arguments = ["--facts", str(FOLDER / "facts"), "--as-of", "2026-11-22T09:00:00+11:00"]
        run = subprocess.run(
            [sys.executable, "-m", "refloat.cli", "assess", *arguments, "-o", str(file)],
            cwd=FOLDER,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert run.returncode == 1, run.stderr
        assert str(file) in run.stderr
        digests.add(hashlib.sha256(file.read_bytes()).hexdigest())
    assert digests == {hashlib.sha256(sample.saltbush()[1]).hexdigest()}


@pytest.mark.requirement("R-090")
def test_each_service_that_comes_first_has_its_way_back_or_is_said_to_have_none(
    saltbush: sample.Shown,
) -> None:
    plan, feed = reference()
    content = saltbush[1]
    part = words(section(content, "back"))
    first = [one.name for one in plan.services.values() if one.tier == 1]
    assert all(name in part for name in first)
    assert "Scanned paper-record archive" not in part, "of tier 3"
    assert "If prevention fails, CareNote clinical application comes back from copies" in part
    assert "restore-clin-db; restore-clin-files; restore-clin-settings" in part
    moved = replace(
        plan,
        services={
            **plan.services,
            "file-archive": replace(plan.services["file-archive"], tier=1),
        },
    )
    _, page = overview(Ground(moved, facts_of(feed)), AS_OF)
    part = words(section(page, "back"))
    assert "there is no safe way back for Scanned paper-record archive" in part
    assert part.index("Scanned paper-record archive") < part.index("CareNote clinical application")
