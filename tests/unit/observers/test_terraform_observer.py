"""States of Terraform, as they lie there, as they are shown, and as they should not be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading
from refloat.observers.terraform import LARGEST
from refloat.testing.observer_conformance import SECRET

TERRAFORM: Observer = registry.adapters("observers")["terraform"]
SAMPLES = Path(__file__).parent / "samples"


def read(folder: Path, content: bytes) -> Reading:
    path = folder / "terraform.tfstate"
    path.write_bytes(content)
    return TERRAFORM.read(path)


def state(*resources: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"version": 4, "resources": resources, **more}, indent=1).encode()


def resource(name: str, *needs: str, **more: Any) -> dict[str, Any]:
    instance = {"attributes": {}, "dependencies": needs}
    return {"mode": "managed", "type": "box", "name": name, "instances": [instance], **more}


def pairs(reading: Reading) -> list[tuple[str, str]]:
    return [(one.component, one.needs) for one in reading.observations]


@pytest.mark.requirement("R-005")
def test_a_state_shows_what_runs_and_what_it_needs_each_with_its_line() -> None:
    path = SAMPLES / "terraform.tfstate"
    reading = TERRAFORM.read(path)
    seen = [(one.component, one.needs, one.line) for one in reading.observations]
    assert seen == [
        ("aws_db_instance.bookings", "", 26),
        ("aws_db_instance.bookings", "module.network.aws_subnet.private", 41),
        ("aws_db_instance.bookings", "random_password.bookings", 42),
        ("aws_instance.web[0]", "", 54),
        ("aws_instance.web[0]", "aws_db_instance.bookings", 58),
        ("aws_instance.web[0]", "data.aws_ami.debian", 58),
        ("aws_instance.web[1]", "", 61),
        ("aws_instance.web[1]", "aws_db_instance.bookings", 65),
        ("aws_instance.web[1]", "data.aws_ami.debian", 65),
        ("random_password.bookings", "", 72),
        ("module.network.aws_subnet.private", "", 86),
    ]
    assert reading.refused == ()
    database = reading.observations[0]
    assert (database.owner, database.version, database.what) == (
        "Mei Tan",
        "15.7",
        "hashicorp/aws",
    )
    assert [one.needs or one.component for one in reading.observations if one.holds_data] == [
        "aws_db_instance.bookings"
    ] * 3
    assert SECRET in path.read_text(encoding="utf-8")
    assert SECRET not in repr(reading)


def test_a_tag_that_the_state_calls_sensitive_is_not_looked_at() -> None:
    subnet = TERRAFORM.read(SAMPLES / "terraform.tfstate").observations[-1]
    assert (subnet.component, subnet.owner) == ("module.network.aws_subnet.private", "")


@pytest.mark.requirement("R-005")
def test_what_show_prints_is_understood_with_its_modules() -> None:
    path = SAMPLES / "terraform-show.json"
    reading = TERRAFORM.read(path)
    assert pairs(reading) == [
        ("aws_instance.web[0]", ""),
        ("aws_instance.web[0]", "module.data.aws_s3_bucket.files"),
        ("module.data.aws_s3_bucket.files", ""),
        ("module.data.aws_s3_bucket.files", "module.data.aws_kms_key.files"),
        ("module.data.aws_s3_bucket.files", "aws_iam_role.outer"),
        ("module.data.aws_kms_key.files", ""),
    ]
    assert [one.owner for one in reading.observations if not one.needs] == ["Web team", "", ""]
    assert [one.holds_data for one in reading.observations[:3]] == [False, True, True]
    lines = path.read_text(encoding="utf-8").splitlines()
    for one in reading.observations:
        assert (one.needs or one.component).rpartition(".")[2] in lines[one.line - 1]
    assert SECRET not in repr(reading)


def test_what_early_states_of_version_4_call_depends_on_is_a_need_too(tmp_path: Path) -> None:
    web = resource("web", module="module.shop")
    web["instances"][0]["depends_on"] = ["box.database"]
    reading = read(tmp_path, state(web, resource("database", module="module.shop")))
    assert ("module.shop.box.web", "module.shop.box.database") in pairs(reading)


def test_the_same_name_in_two_modules_stays_two_things(tmp_path: Path) -> None:
    two = state(resource("a"), resource("a", "module.x.box.a", module="module.y"))
    assert pairs(read(tmp_path, two)) == [
        ("box.a", ""),
        ("module.y.box.a", ""),
        ("module.y.box.a", "module.x.box.a"),
    ]


def test_a_state_in_which_nothing_is_left_says_so(tmp_path: Path) -> None:
    assert read(tmp_path, state()).observations == ()


def test_bad_resources_are_named_with_their_lines_and_the_good_ones_taken(tmp_path: Path) -> None:
    content = state(
        resource("good", "box.good", f"password={SECRET}", "box.other"),
        resource("two words"),
        resource(""),
        resource("x" * 201),
        resource("bell\x07"),
    )
    reading = read(tmp_path, content)
    assert pairs(reading) == [("box.good", ""), ("box.good", "box.other")]
    assert [one.reason for one in reading.refused] == [
        "it says that something needs itself",
        "it is no address of a resource",
        "it is no address of a resource",
        "it is no address of a resource",
        "a text is longer than 200 characters",
        "a text holds characters that cannot be shown",
    ]
    assert SECRET not in repr(reading)


def test_of_a_key_that_stands_twice_the_first_counts_and_it_is_said(tmp_path: Path) -> None:
    content = state(resource("a"))[:-1] + b',\n"resources": [{"name": "b"}]}'
    reading = read(tmp_path, content)
    assert pairs(reading) == [("box.a", "")]
    assert [one.reason for one in reading.refused] == ["a key stands here for the second time"]


def test_an_owner_that_looks_like_a_secret_is_left_out(tmp_path: Path) -> None:
    tagged = resource("a")
    tagged["instances"][0]["attributes"] = {"tags": {"owner": f"token={SECRET}"}}
    reading = read(tmp_path, state(tagged))
    assert [one.owner for one in reading.observations] == [""]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"version": 3, "modules": []}', "no state in version 4"),
        (b'{"version": 5, "resources": []}', "no state in version 4"),
        (b"{}", "no state in version 4"),
        (b"[]", "no state in version 4"),
        (b'"text"', "no state in version 4"),
        (b'{"meta": {}, "encrypted_data": "aGVsbG8=", "encryption_version": "v0"}', "encrypted"),
        (b'{"format_version": "1.2", "planned_values": {}}', "a plan of changes"),
        (b'{"format_version": "2.0", "values": {}}', "format_version that is not understood"),
        (b'{"format_version": "1.0"}', "shows no values"),
        (state(resource("a"))[:-20], "cannot be understood as JSON: line"),
        (b"# aws_instance.web:\nresource {}", "cannot be understood as JSON: line 1"),
        (b'{"version": 4, "resources": ' + b"[" * 300 + b"]" * 300 + b"}", "nested deeper"),
        (b"[" * 100_000, "nested deeper"),
        (state(resource("a")).decode().encode("utf-16"), "is not UTF-8 text: line 1"),
        (state(resource("no name")), "nothing in .* can be used; line 7"),
    ],
)
def test_what_is_no_state_that_can_be_read_is_refused(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(ObservationProblem, match=said):
        read(tmp_path, content)


def test_more_than_fits_is_refused_and_never_cut_off(tmp_path: Path) -> None:
    many = state(*(resource(f"n{number}") for number in range(20_001)))
    with pytest.raises(ObservationProblem, match="says more than 20000 things"):
        read(tmp_path, many)


@pytest.mark.parametrize(
    "value", ['"a\\u00e9\\ud83d\\ude00"', '"\\/ \\\\ \\""', "-1.5e+300", "true", "9" * 5000]
)
def test_values_of_any_form_are_passed_over_without_losing_the_line(
    tmp_path: Path, value: str
) -> None:
    content = f'{{"version": 4,\r\n"other": [{value},\n{{"a":{value}}}, [], {{}}],\n"resources":\n'
    content += '[{"mode":"managed","type":"box",\n"name":"a","instances":[{}]}]}'
    (one,) = read(tmp_path, content.encode()).observations
    assert (one.component, one.line) == ("box.a", 6)


def test_a_provider_that_is_one_endless_word_is_passed_over(tmp_path: Path) -> None:
    """A pattern that began anew at each of its letters would take hours."""
    (one,) = read(tmp_path, state(resource("a", provider="a" * 2_000_000))).observations
    assert one.what == ""


def test_more_values_than_fit_into_memory_are_refused(tmp_path: Path) -> None:
    content = state(resource("a"), other=[0] * 3_000_001)
    with pytest.raises(ObservationProblem, match="it holds more than 3000000 values"):
        read(tmp_path, content)


def test_a_state_larger_than_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ObservationProblem, match="is larger than 32 MiB"):
        read(tmp_path, b" " * (LARGEST + 1))


def test_a_module_that_is_needed_stands_for_everything_in_it(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        state(
            resource("web", "module.net"),
            resource("subnet", "module.net", module="module.net[0]"),
            resource("gate", "module.net", module='module.net[0].module.edge["a"]'),
        ),
    )
    assert {one for one in pairs(reading) if one[1]} == {
        ("box.web", "module.net.box.subnet"),
        ("box.web", "module.net.module.edge.box.gate"),
    }


def test_several_of_one_resource_are_counted(tmp_path: Path) -> None:
    instances = [
        {"index_key": key, "attributes": {}, "dependencies": ["box.net"]} for key in ("eu", "us")
    ]
    several = {**resource("app"), "instances": instances}
    reading = read(tmp_path, state(several, resource("net")))
    assert [(one.component, one.needs, one.what) for one in reading.observations] == [
        ("box.app", "", "2 of them, by count or for_each"),
        ("box.app", "box.net", ""),
        ("box.net", "", ""),
    ]
