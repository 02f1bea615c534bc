"""Tables as people keep them, and as nobody should."""

from __future__ import annotations

from pathlib import Path

import pytest

from refloat import registry
from refloat.ledger.statement import LARGEST_PAYLOAD, Statement, Subject
from refloat.model.errors import ObservationProblem
from refloat.model.facts import ObservationFact, predicate, predicate_type
from refloat.observers import Observer, Reading
from refloat.observers.csv import LARGEST, MOST
from refloat.testing.example import NOON

CSV: Observer = registry.adapters("observers")["csv"]
HEAD = b"component,needs,what\n"


def read(folder: Path, content: bytes) -> Reading:
    path = folder / "network.csv"
    path.write_bytes(content)
    return CSV.read(path)


def pairs(reading: Reading) -> list[tuple[str, str, int, str]]:
    return [(one.component, one.needs, one.line, one.what) for one in reading.observations]


@pytest.mark.parametrize(
    "content",
    [
        b"component,needs,what\nweb,db,asks\n",
        b"\xef\xbb\xbfcomponent;needs;what\r\nweb;db;asks\r\n",
        b"Component\tNeeds\tWhat\rweb\tdb\tasks",
        b'"needs","owner","component","what"\n"db","Mei","web","asks"\n',
        b" component , needs , what ,,\n web , db , asks ,,\n",
    ],
)
def test_the_ways_in_which_tables_are_saved(tmp_path: Path, content: bytes) -> None:
    assert pairs(read(tmp_path, content)) == [("web", "db", 2, "asks")]


@pytest.mark.requirement("R-005")
def test_bad_lines_are_named_with_number_and_reason_and_the_good_ones_taken(
    tmp_path: Path,
) -> None:
    lines = [
        b"web,db,",
        b",db,",
        b"web,db,asks,too much",
        b"web,web,",
        b"\x01web,db,",
        b"x" * 201 + b",db,",
        b"",
        b",,",
        b'"web,db',
    ]
    reading = read(tmp_path, HEAD + b"\n".join(lines) + b"\ncron,db,")
    assert pairs(reading) == [("web", "db", 2, "")]
    assert [(one.line, one.reason) for one in reading.refused] == [
        (3, "it names no component"),
        (4, "it has more cells than the first line has columns"),
        (5, "it says that something needs itself"),
        (6, "a text holds characters that cannot be shown"),
        (7, "a text is longer than 200 characters"),
        (10, "a quotation mark is opened here and never closed"),
    ]


def test_a_stray_quotation_mark_costs_its_own_line_only(tmp_path: Path) -> None:
    reading = read(tmp_path, HEAD + b'"web"x,db,\ncron,db,\n')
    assert pairs(reading) == [("cron", "db", 3, "")]
    assert [one.line for one in reading.refused] == [2]


def test_a_cell_of_several_lines_counts_from_where_it_begins(tmp_path: Path) -> None:
    reading = read(tmp_path, HEAD + b'web,db,"a\nb"\ncron,db,\n')
    assert [one.line for one in reading.refused] == [2]
    assert pairs(reading) == [("cron", "db", 4, "")]


def test_what_is_said_twice_is_taken_once_from_its_first_line(tmp_path: Path) -> None:
    reading = read(tmp_path, HEAD + b"web,db,one\nweb,db,two\nweb,,\n")
    assert pairs(reading) == [("web", "db", 2, "one"), ("web", "", 4, "")]


def test_a_table_without_lines_says_that_nothing_is_there(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD).observations == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"component\nweb\n", "has no column needs"),
        (b"name,wants\nweb,db\n", "no column component and no column needs"),
        (b"component,needs,component\n", "the column component twice"),
        (HEAD + b",db,\n", "no line of .* can be used; line 2: it names no component"),
        (HEAD + b"web,db,\ncaf\xe9,db,\n", "is not UTF-8 text: line 3"),
        ("component,needs\n".encode("utf-16"), "is not UTF-8 text: line 1"),
        (HEAD + b"x" * LARGEST, "is larger than 1 MiB"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(ObservationProblem, match=said):
        read(tmp_path, content)


def test_more_than_fits_is_refused_and_never_cut_off(tmp_path: Path) -> None:
    lines = b"".join(b"c%d,d,\n" % number for number in range(MOST))
    assert len(read(tmp_path, HEAD + lines).observations) == MOST
    with pytest.raises(ObservationProblem, match="more than 20000 things"):
        read(tmp_path, HEAD + lines + b"one-more,d,\n")


def test_the_largest_file_fits_into_one_statement(tmp_path: Path) -> None:
    width = LARGEST // MOST - 8
    lines = b"".join(b"%05d,%s\n" % (n, b"\\" * width) for n in range(MOST))
    reading = read(tmp_path, b"component,needs\n" + lines)
    assert len(reading.observations) == MOST
    fact = ObservationFact(0, NOON, "network.csv", reading.observations, "csv")
    subject = Subject("observed/csv/network.csv", reading.digest)
    payload = Statement((subject,), predicate_type(fact), predicate(fact)).payload()
    assert LARGEST < len(payload) < LARGEST_PAYLOAD
