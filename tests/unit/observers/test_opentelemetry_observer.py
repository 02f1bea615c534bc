"""Service graphs as a collector gives them, and lines that nobody should trust."""

from __future__ import annotations

from pathlib import Path

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading
from refloat.testing.observer_conformance import SECRET

OPENTELEMETRY: Observer = registry.adapters("observers")["opentelemetry"]
SAMPLE = Path(__file__).parent / "samples" / "service-graph.prom"
METRIC = "traces_service_graph_request_total"


def read(folder: Path, content: str) -> Reading:
    path = folder / "metrics"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    return OPENTELEMETRY.read(path)


def pairs(reading: Reading) -> list[tuple[str, str, int]]:
    return [(one.component, one.needs, one.line) for one in reading.observations]


@pytest.mark.requirement("R-005")
def test_a_graph_shows_who_was_seen_to_call_whom_each_with_its_line() -> None:
    reading = OPENTELEMETRY.read(SAMPLE)
    assert pairs(reading) == [
        ("booking-app", "identity", 3),
        ("booking-app", "bookings-db", 5),
        ("booking-app", "mail", 6),
        ("identity", "", 7),
        ("booking-app", "", 8),
    ]
    assert [one.what for one in reading.observations] == [
        "",
        "database",
        "messaging_system",
        "",
        "",
    ]
    assert [one.needs for one in reading.observations if one.holds_data] == ["bookings-db"]
    assert reading.refused == ()
    assert SECRET in SAMPLE.read_text(encoding="utf-8")
    assert SECRET not in repr(reading)


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ('client="user",server="a",connection_type="virtual_node"', ("a", "")),
        ('client="a",server="unknown",connection_type="virtual_node"', ("a", "")),
        ('client="a",server="pay.example",connection_type="virtual_node"', ("a", "pay.example")),
        ('client="user",server="a",connection_type=""', ("user", "a")),
    ],
)
def test_what_the_connector_fills_in_for_nobody_is_no_component(
    tmp_path: Path, labels: str, found: tuple[str, str]
) -> None:
    (one,) = read(tmp_path, f"{METRIC}{{{labels}}} 1\n").observations
    assert (one.component, one.needs) == found


@pytest.mark.parametrize(
    "line",
    [
        METRIC + '{client="a",server="b"} 1',
        METRIC + ' { client = "a" , server = "b" , } 1 1764000000000',
        METRIC + '{server="b",client="a"} +1.5e3\r',
        METRIC + '{client="a",server="b",at="}{, \\"="} .5',
        METRIC + '{client="a",server="b"} 1 # {trace_id="4bf92f"} 0.5',
        "otel_" + METRIC + '{client="a",server="b"} 1\n# EOF',
        "\ufeff" + METRIC + '{client="a",server="b"} 1',
    ],
)
def test_the_ways_in_which_a_line_is_written(tmp_path: Path, line: str) -> None:
    assert pairs(read(tmp_path, line)) == [("a", "b", 1)]


def test_escaped_signs_are_what_they_stand_for(tmp_path: Path) -> None:
    content = METRIC + '{client="a\\\\\\"b",server="n\\\\n"} 1'
    assert pairs(read(tmp_path, content)) == [('a\\"b', "n\\n", 1)]


def test_bad_lines_are_named_and_the_good_ones_taken(tmp_path: Path) -> None:
    lines = [
        '{client="a",server="b"} 1',
        '{client="a",server="c"} NaN',
        '{client="a",server="c"} -1',
        '{client="a",server="c"} 1_000',
        '{client="a"} 1',
        '{client="",server="c"} 1',
        '{client="a",client="b",server="c"} 1',
        '{client="a",server="c"}',
        '{client="a"server="c"} 1',
        '{client="a\\nb",server="c"} 1',
        f'{{client="a",server="https://a:{SECRET}@c"}} 1',
        '{client="${NAME}",server="c"} 1',
        '{client="' + "x" * 201 + '",server="c"} 1',
        '{client="\\a",server="c"} 1',
        '{client="a",ser',
    ]
    reading = read(tmp_path, "\n".join(METRIC + line for line in lines))
    assert pairs(reading) == [("a", "b", 1)]
    broken, number = "it is cut off, or no line of Prometheus text", "what it counts is no number"
    unnamed = "it names no client or no server"
    assert [(one.line, one.reason) for one in reading.refused] == [
        (2, number),
        (3, number),
        (4, number),
        (5, unnamed),
        (6, unnamed),
        (7, broken),
        (8, broken),
        (9, broken),
        (10, "a text holds characters that cannot be shown"),
        (11, "what looks like a secret stands in it"),
        (12, "a template or a variable stands in it that was never rendered"),
        (13, "a text is longer than 200 characters"),
        (14, broken),
        (15, broken),
    ]
    assert SECRET not in repr(reading)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# EOF\n", "counts no request between services"),
        (f"# TYPE {METRIC} counter\n", "counts no request between services"),
        ("http_requests_total 3\n", "counts no request between services"),
        (METRIC + '{client="a",server="b"} 0\n', "counts no request between services"),
        ('{"status":"success","data":{}}', "counts no request between services"),
        (METRIC + '{client="a"', "nothing in .* can be used; line 1: it is cut off"),
        (METRIC + "{" * 60_000, "nothing in .* can be used; line 1: it is cut off"),
        (METRIC + '{a="' + '",a="' * 10_000, "nothing in .* can be used; line 1: it is cut off"),
        (METRIC + '{a="' + '",a="' * 100_000, "line 1: it is longer than 65536 characters"),
        ("\ud800", "is not UTF-8 text: line 1"),
    ],
)
def test_what_is_no_service_graph_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(ObservationProblem, match=said):
        read(tmp_path, content)
