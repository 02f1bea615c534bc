"""The page: its order, its honesty, and that nothing in it can hurt or leave."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import report_sample as sample
from hypothesis import given
from hypothesis import strategies as st

from refloat.model.judgement import CopyJudgement, CopyVerdict
from refloat.report import ReportInput
from refloat.report._bars import gauges
from refloat.report._clean import plain, shortened
from refloat.report.html import page

VOID = {"meta", "br", "wbr"}
BLOCKS = {"td", "th", "tr", "li", "p", "h1", "h2", "h3", "caption", "article", "dd", "dt"}
SVG_LEAVES = {"rect", "path", "line", "circle"}
SECTIONS = (
    "do",
    "targets",
    "drill",
    "map",
    "checks",
    "points",
    "comparison",
    "categories",
    "gaps",
    "trust",
    "limits",
    "verify",
)


class Reader(HTMLParser):
    """Reads a page strictly: every tag that opens closes, in order."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(content.decode("utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs)), f"an attribute twice in {tag}"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SVG_LEAVES
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in BLOCKS:
            self.texts.append(("", " "))

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    @property
    def text(self) -> str:
        shown = "".join(data for tag, data in self.texts if tag != "style")
        return re.sub(r"\s+", " ", shown)

    def attributes(self, name: str) -> list[str]:
        return [value for _, given in self.tags if (value := given.get(name)) is not None]


@pytest.fixture(scope="module", params=sorted(sample.SAMPLES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def read(name: str) -> Reader:
    return Reader(page(sample.SAMPLES[name]()))


def test_it_is_well_formed_and_every_name_leads_somewhere(read: Reader) -> None:
    ids = read.attributes("id")
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    for named in [*read.attributes("aria-labelledby"), *read.attributes("aria-describedby")]:
        assert set(named.split()) <= set(ids)
    for target in read.attributes("href"):
        assert target.removeprefix("#") in ids


def test_it_can_be_read_aloud(read: Reader) -> None:
    tags = [tag for tag, _ in read.tags]
    assert tags.count("h1") == 1
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h\d", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert tags.count("caption") == tags.count("table")
    for tag, attributes in read.tags:
        if tag == "th" and "aria-hidden" not in attributes:
            assert attributes.get("scope") or "Time from" in read.text
        if tag == "svg" and not {"x", "y"} <= set(attributes):
            inside_hidden = (
                attributes.get("aria-hidden") == "true" or attributes.get("height") == "16"
            )
            spoken = attributes.get("role") == "img" and (
                attributes.get("aria-label") or attributes.get("aria-labelledby")
            )
            assert inside_hidden or spoken, attributes


def test_colour_never_stands_alone(read: Reader) -> None:
    states = [
        given
        for tag, attributes in read.tags
        if (attributes.get("class") or "").startswith("state")
    ]
    assert states
    shapes = {attributes.get("class") for tag, attributes in read.tags if tag == "svg"}
    assert shapes & {"icon good", "icon bad", "icon open"}
    for position, (tag, attributes) in enumerate(read.tags):
        if tag == "span" and re.fullmatch(r"state (good|bad|open)", attributes.get("class") or ""):
            assert read.tags[position + 1][0] == "svg", "a state without its symbol"


def test_it_needs_nothing_from_outside_and_runs_nothing(read: Reader, name: str) -> None:
    content = page(sample.SAMPLES[name]()).decode()
    tags = {tag for tag, _ in read.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "use"}
    for _, attributes in read.tags:
        assert not {"src", "style", "srcset", "xlink:href", "data"} & set(attributes)
        assert not [key for key in attributes if key.startswith("on")]
    assert all(target.startswith("#") for target in read.attributes("href"))
    style = "".join(data for tag, data in read.texts if tag == "style")
    for word in ("url(", "@import", "http", "@font-face", "expression"):
        assert word not in style
    assert "://" not in content
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = [one for one in read.attributes("content") if one.startswith("default-src")]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


@pytest.mark.requirement("R-001")
def test_two_verdicts_stand_apart_and_first() -> None:
    given = sample.undrilled()
    read = Reader(page(given))
    articles = [attributes for tag, attributes in read.tags if tag == "article"]
    assert [one["class"] for one in articles] == ["answer good", "answer open"]
    text = read.text
    copy, recovery = text.index("Is there a copy? Yes"), text.index("come back in time? Unproven")
    assert copy < recovery < text.index("What to do") < text.index("Measured against")
    lost = CopyJudgement(CopyVerdict.NO, ("documents: no recovery point was ever seen.",), ())
    other = Reader(page(replace(sample.proven(), status=replace(sample.status(), copy=lost))))
    classes = [attributes["class"] for tag, attributes in other.tags if tag == "article"]
    assert classes == ["answer bad", "answer good"]


@pytest.mark.requirement("R-002")
def test_all_jobs_green_service_red() -> None:
    text = Reader(page(sample.failed())).text
    assert "Would the service come back in time? Failed" in text
    finding = text.index("Online booking would not come back.")
    assert text.index("come back in time? Failed") < finding
    assert finding < text.index("proves that a process ended, nothing more")


def test_the_order_is_the_owners_first_and_the_auditors_last() -> None:
    for name in ("proven", "failed"):
        read = Reader(page(sample.SAMPLES[name]()))
        assert [one for one in read.attributes("id") if one in SECTIONS] == list(SECTIONS)


@pytest.mark.requirement("R-070", "R-071", "R-072", "R-073", "R-074", "R-075")
def test_backup_against_recovery_is_five_by_two_and_says_what_is_not_known() -> None:
    content = page(sample.proven()).decode()
    table = content.partition('id="comparison-table"')[2].partition("</table>")[0]
    body = table.partition("<tbody>")[2]
    rows = body.split("<tr>")[1:]
    assert len(rows) == 5
    for row, (_, question) in zip(rows, sample.QUESTIONS, strict=True):
        assert question in row
        assert row.count("<td") == 2
    assert sum(row.count("NOT KNOWN") for row in rows) == 2
    empty = replace(
        sample.comparison(),
        rows=tuple(
            replace(
                row,
                backup=replace(row.backup, text="NOT KNOWN", known=False),
                recovery=replace(row.recovery, text="", known=False, missing=("a drill",)),
            )
            for row in sample.comparison().rows
        ),
    )
    content = page(replace(sample.proven(), comparison=empty)).decode()
    table = content.partition('id="comparison-table"')[2].partition("</table>")[0]
    assert table.partition("<tbody>")[2].count("NOT KNOWN") == 10


def test_each_check_shows_what_was_expected_and_seen() -> None:
    text = Reader(page(sample.failed())).text
    assert "131,204 rows 119,161 rows; the table visits is missing" in text
    assert "3 passed · 1 failed · 4 could not run" in text


def test_the_critical_path_is_marked_without_colour() -> None:
    read = Reader(page(sample.proven()))
    edges = [given for tag, given in read.tags if given.get("class") == "edge"]
    assert len(edges) == sum(step.critical for step in sample.steps())
    assert read.text.count("(critical path)") == 5
    assert "Bookings database: load (3.7 s) → Bookings database: start (0.2 s)" in read.text


def test_what_was_not_tried_is_told_apart_from_what_failed() -> None:
    text = Reader(page(sample.failed())).text
    assert "check: failed. The table visits is missing" in text
    assert "not tried start, wait until it answers, check: could not run." in text


def test_what_is_too_long_sticks_out_beyond_the_target() -> None:
    rto, rpo = gauges(sample.failed().status, sample.failed().drill)
    assert [bar.mark for bar in (*rto.bars, *rpo.bars)] == ["open", "good", "bad"]
    assert rpo.target_at is not None
    now = rpo.bars[1]
    assert now.text == "25 min: 10 min too long"
    assert now.within == pytest.approx(rpo.target_at)
    assert now.within + now.beyond == pytest.approx(rpo.target_at * 25 / 15, abs=0.01)


def test_without_a_drill_nothing_pretends() -> None:
    read = Reader(page(sample.undrilled()))
    assert "There was no drill" in read.text
    assert "There is no evidence yet" in read.text
    assert "came back" not in read.text
    assert "nobody has set a target" in read.text


def test_zero_checks_prove_nothing() -> None:
    record = replace(sample.drill(), checks=(), steps=(), categories=(), teardown=None)
    record = replace(record, sandbox=None, critical_path=())
    read = Reader(page(replace(sample.proven(), drill=record)))
    assert "No check ran Nothing was proved." in read.text
    assert "No sandbox was opened." in read.text


def test_hostile_names_stay_names() -> None:
    content = page(sample.hostile())
    read = Reader(content)
    for nasty in ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"):
        assert nasty in read.text
    assert "&lt;already&amp;escaped&gt;" in read.text
    assert "49" not in re.sub(r"[\d.]+\d", "", read.text) or "{{ 7*7 }}" in read.text
    for sign in "\x00\x07\u202e\u202c":
        assert sign not in content.decode()
    boxes = [data for tag, data in read.texts if tag == "text"]
    assert max(map(len, boxes)) < 40


def test_a_hundred_components_are_all_there_and_no_box_covers_another() -> None:
    read = Reader(page(sample.large()))
    boxes = [
        (int(str(given["x"])), int(str(given["y"])))
        for tag, given in read.tags
        if tag == "rect" and (given.get("class") or "").startswith("box")
    ]
    assert len(boxes) == 101
    for number, (left, top) in enumerate(boxes):
        for other_left, other_top in boxes[:number]:
            assert abs(left - other_left) >= 172 or abs(top - other_top) >= 46
    heads = [given for tag, given in read.tags if (given.get("class") or "").startswith("head")]
    assert len(heads) == 80 * 2 + 8 + 20


def test_a_failed_component_is_marked_on_the_map() -> None:
    content = page(sample.failed()).decode()
    drawing = content.partition('class="map"')[2].partition("</ul>")[0]
    assert "✗ failed" in drawing
    assert drawing.count(" broken") == 2
    assert drawing.count('class="soft-line"') == 3  # two lines, and the key


def test_the_same_input_gives_the_same_bytes_in_any_process(name: str) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import report_sample, hashlib;"
        "from refloat.report.html import page;"
        "print(hashlib.sha256(page(report_sample.SAMPLES[sys.argv[2]]())).hexdigest())"
    )
    digests = {hashlib.sha256(page(sample.SAMPLES[name]())).hexdigest()}
    for seed, zone in (("1", "UTC"), ("2", "Australia/Melbourne")):
        run = subprocess.run(
            [sys.executable, "-c", program, str(Path(__file__).parent), name],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LANG": "C"},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        digests.add(run.stdout.strip())
    assert len(digests) == 1


def _luminance(colour: str) -> float:
    # WCAG 2.2, "relative luminance".
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_contrast_is_enough(scheme: str) -> None:
    style = page(sample.proven()).decode().partition("<style>")[2].partition("</style>")[0]
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    block = dict(zip(("light", "dark", "print"), blocks, strict=True))[scheme]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    backs = ("paper", "card", "good-back", "bad-back", "open-back")
    pairs = [("ink", back) for back in backs] + [("soft", back) for back in backs]
    for state in ("good", "bad", "open"):
        pairs += [(state, "paper"), (state, "card"), (state, f"{state}-back")]
    for front, back in pairs:
        light, dark = sorted((_luminance(colours[front]), _luminance(colours[back])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (front, back)


@given(st.text())
def test_no_text_hides_or_reorders_anything(text: str) -> None:
    shown = plain(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    assert len(shown) == len(text)
    assert len(shortened(text, 10)) <= max(len(text), 1)


@given(st.text(min_size=50, alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_a_long_name_is_cut_and_says_so(text: str) -> None:
    assert shortened(text, 20) == text[:19] + "…"


@pytest.mark.parametrize("columns", [5, 6, 7])
def test_a_name_that_fits_is_left_alone(columns: int) -> None:
    assert shortened("seven77"[:columns], columns) == "seven77"[:columns]


def without(given: ReportInput, *names: str) -> ReportInput:
    components = {key: one for key, one in given.plan.components.items() if key not in names}
    return replace(given, plan=replace(given.plan, components=components))


def test_a_drill_of_an_older_plan_is_still_shown() -> None:
    content = page(without(sample.proven(), "identity"))
    assert "identity" in Reader(content).text
