"""Bills of materials that speak of services, and some that do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading, cyclonedx
from refloat.testing.observer_conformance import SECRET

CYCLONEDX: Observer = registry.adapters("observers")["cyclonedx"]
SAMPLE = Path(__file__).parent / "samples" / "services.cdx.json"


def read(folder: Path, content: bytes) -> Reading:
    path = folder / "bom.json"
    path.write_bytes(content)
    return CYCLONEDX.read(path)


def bill(*services: dict[str, Any], version: str = "1.6", **more: Any) -> bytes:
    whole = {"bomFormat": "CycloneDX", "specVersion": version, "services": services, **more}
    return json.dumps(whole, indent=0).encode()


def service(name: str, **more: Any) -> dict[str, Any]:
    return {"bom-ref": name, "name": name, **more}


def pairs(reading: Reading) -> list[tuple[str, str]]:
    return [(one.component, one.needs) for one in reading.observations]


@pytest.mark.requirement("R-005")
def test_a_bill_shows_services_and_what_they_need_each_with_its_line() -> None:
    reading = CYCLONEDX.read(SAMPLE)
    assert [(one.component, one.needs, one.line) for one in reading.observations] == [
        ("com.postbox/mail", "", 29),
        ("bounces", "", 37),
        ("au.example/mail", "", 40),
        ("booking-app", "", 11),
        ("redis", "", 18),
        ("booking-app", "com.postbox/mail", 45),
        ("booking-app", "redis", 46),
        ("com.postbox/mail", "bounces", 50),
        ("com.postbox/mail", "au.example/mail", 50),
    ]
    assert reading.refused == ()
    mail = reading.observations[0]
    assert (mail.owner, mail.version) == ("Postbox Pty Ltd", "2024-06")
    assert [one.what for one in reading.observations[:5]] == [
        "service beyond a trust boundary",
        "service",
        "service",
        "application",
        "container",
    ]
    assert SECRET in SAMPLE.read_text(encoding="utf-8")
    assert SECRET not in repr(reading)
    assert "never" not in repr(reading).casefold()


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_all_versions_that_know_services_are_read(tmp_path: Path, version: str) -> None:
    assert pairs(read(tmp_path, bill(service("a"), version=version))) == [("a", "")]


def test_what_cannot_be_used_is_named_and_the_rest_taken(tmp_path: Path) -> None:
    content = bill(
        service("a"),
        service("b"),
        {"bom-ref": "twice", "name": "c"},
        {"bom-ref": "twice", "name": "d"},
        {"bom-ref": "none"},
        service(f"token={SECRET}"),
        dependencies=[
            {"ref": "a", "dependsOn": ["b", "nothing", "a", "twice", None]},
            {"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#x", "dependsOn": ["a"]},
            {"ref": "b"},
        ],
    )
    reading = read(tmp_path, content)
    assert pairs(reading) == [("a", ""), ("b", ""), ("c", ""), ("d", ""), ("a", "b")]
    said = sorted(one.reason for one in reading.refused)
    assert said == [
        "it depends on a ref that names nothing in this file",
        "it depends on a ref that names nothing in this file",
        "it depends on a ref that names two things",
        "it names nothing",
        "it says that something needs itself",
        "its ref names nothing in this file",
        "this bom-ref names something else already",
        "what looks like a secret stands in it",
    ]
    assert SECRET not in repr(reading)


def test_all_in_one_cycle_is_what_was_said(tmp_path: Path) -> None:
    needs = [{"ref": str(n), "dependsOn": [str((n + 1) % 9)]} for n in range(9)]
    reading = read(tmp_path, bill(*(service(str(n)) for n in range(9)), dependencies=needs))
    assert pairs(reading)[9:] == [(str(n), str((n + 1) % 9)) for n in range(9)]


def library(name: str) -> dict[str, str]:
    return {"bom-ref": name, "type": "library", "name": name}


@pytest.mark.requirement("R-005")
def test_what_a_library_needs_is_needed_by_whoever_contains_it(tmp_path: Path) -> None:
    document = json.loads(
        bill(
            service("stocks"),
            dependencies=[
                {"ref": "shop", "dependsOn": ["client", "logging"]},
                {"ref": "client", "dependsOn": ["transport", "shop"]},
                {"ref": "transport", "dependsOn": ["stocks", "client"]},
                {"ref": "logging", "dependsOn": []},
            ],
        )
    )
    document["metadata"] = {"component": {"bom-ref": "shop", "type": "application", "name": "shop"}}
    document["components"] = [library(one) for one in ("client", "transport", "logging")]
    reading = read(tmp_path, json.dumps(document).encode())
    assert pairs(reading) == [("stocks", ""), ("shop", ""), ("shop", "stocks")]
    assert reading.refused == ()


def test_far_too_many_libraries_between_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cyclonedx, "_MOST_STEPS", 5)
    needs = [{"ref": "a", "dependsOn": ["b"] * 6}]
    with pytest.raises(ObservationProblem, match="far too many libraries"):
        read(tmp_path, bill(service("a"), service("b"), dependencies=needs))


def test_services_inside_of_others_are_given_in_the_order_of_the_file(tmp_path: Path) -> None:
    inner = service("b", services=[service("c"), service("d")])
    content = bill(service("a", services=[inner, service("e")]), service("f"))
    assert [one for one, _ in pairs(read(tmp_path, content))] == list("abcdef")


def test_no_services_that_are_said_are_no_services(tmp_path: Path) -> None:
    assert read(tmp_path, bill()).observations == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.6"}', "does not speak of services"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "services": {}}', "does not speak"),
        (bill(service("a"), version="1.1"), "a version of CycloneDX that is not understood"),
        (bill(service("a"), version="2.0"), "a version of CycloneDX that is not understood"),
        (b'{"spdxVersion": "SPDX-2.3"}', "is no CycloneDX"),
        (b"[]", "is no CycloneDX"),
        (b'<?xml version="1.0"?><bom/>', "is XML"),
        (bill(service("a"))[:-9], "cannot be understood as JSON: line"),
        (bill({"name": "{{ name }}"}), "nothing in .* a template or a variable stands in it"),
        (bill(service("x" * 201)), "longer than 200 characters"),
    ],
)
def test_what_is_no_bill_of_services_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(ObservationProblem, match=said):
        read(tmp_path, content)


def test_a_collection_of_data_that_something_needs_keeps_data(tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "services": [{"bom-ref": "s", "name": "scoring"}],
        "components": [
            {"type": "data", "bom-ref": "d", "name": "training-set"},
            {"type": "data", "bom-ref": "e", "name": "nobody-needs-it"},
        ],
        "dependencies": [{"ref": "s", "dependsOn": ["d"]}],
    }
    path.write_text(json.dumps(bill), encoding="utf-8")
    found = {
        (one.component, one.needs): one.holds_data for one in CYCLONEDX.read(path).observations
    }
    assert found == {
        ("scoring", ""): False,
        ("training-set", ""): True,
        ("scoring", "training-set"): True,
    }
