"""What ``count`` and ``for_each`` make: what holds data or runs is told one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading
from refloat.testing.observer_conformance import SECRET

TERRAFORM: Observer = registry.adapters("observers")["terraform"]


def made(kind: str, name: str, *keys: object, needs: tuple[str, ...] = (), **more: Any) -> Any:
    """Give a resource of a state; a key of None stands for one without an index."""
    instances = [
        {
            **({} if key is None else {"index_key": key}),
            "attributes": {"engine_version": f"1.{number}", "password": SECRET},
            "dependencies": list(needs),
        }
        for number, key in enumerate(keys)
    ]
    return {"mode": "managed", "type": kind, "name": name, "instances": instances, **more}


def read(folder: Path, *resources: Any) -> Reading:
    path = folder / "terraform.tfstate"
    path.write_text(json.dumps({"version": 4, "resources": resources}, indent=1))
    return TERRAFORM.read(path)


def pairs(reading: Reading) -> list[tuple[str, str]]:
    return [(one.component, one.needs) for one in reading.observations]


@pytest.mark.requirement("R-005")
def test_two_databases_of_one_resource_are_two_data_stores(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        made("aws_db_instance", "bookings", "eu", "us", needs=("aws_subnet.private",)),
        made("aws_subnet", "private", 0, 1, 2),
        made("aws_security_group_rule", "web", *range(40)),
    )
    eu, us = 'aws_db_instance.bookings["eu"]', 'aws_db_instance.bookings["us"]'
    assert pairs(reading) == [
        (eu, ""),
        (eu, "aws_subnet.private"),
        (us, ""),
        (us, "aws_subnet.private"),
        ("aws_subnet.private", ""),
        ("aws_security_group_rule.web", ""),
    ]
    about = {one.component: one for one in reading.observations if not one.needs}
    assert [about[one].version for one in (eu, us)] == ["1.0", "1.1"]
    assert about[eu].what == "one of 2, by count or for_each"
    assert about["aws_security_group_rule.web"].what == "40 of them, by count or for_each"
    assert {one.component for one in reading.observations if one.holds_data} == {eu, us}
    lines = (tmp_path / "terraform.tfstate").read_text().splitlines()
    assert ["eu" in lines[about[eu].line - 1], "us" in lines[about[us].line - 1]] == [True, True]
    assert SECRET not in repr(reading)


@pytest.mark.requirement("R-005")
def test_of_several_that_are_needed_nobody_says_which(tmp_path: Path) -> None:
    """The state names the resource: its name stands between, and needs them all."""
    reading = read(
        tmp_path,
        made("aws_instance", "web", 0, 1, needs=("aws_db_instance.bookings", "aws_s3_bucket.one")),
        made("aws_db_instance", "bookings", "eu", "us"),
        made("aws_s3_bucket", "one", 0),
    )
    bookings = "aws_db_instance.bookings"
    needs = [one for one in pairs(reading) if one[1]]
    assert needs == [
        ("aws_instance.web[0]", bookings),
        ("aws_instance.web[0]", "aws_s3_bucket.one[0]"),
        ("aws_instance.web[1]", bookings),
        ("aws_instance.web[1]", "aws_s3_bucket.one[0]"),
        (bookings, f'{bookings}["eu"]'),
        (bookings, f'{bookings}["us"]'),
    ]
    (between,) = [
        one for one in reading.observations if one.component == bookings and not one.needs
    ]
    assert (between.what, between.holds_data) == ("2 of them, by count or for_each", False)
    assert {one.needs or one.component for one in reading.observations if one.holds_data} == {
        f'{bookings}["eu"]',
        f'{bookings}["us"]',
        "aws_s3_bucket.one[0]",
    }


@pytest.mark.requirement("R-005")
def test_the_name_of_one_does_not_hang_on_how_many_there_are(tmp_path: Path) -> None:
    for keys in ((0,), (0, 1), (1,), ("a",), ("a", "b"), (None,)):
        reading = read(tmp_path, made("aws_s3_bucket", "files", *keys))
        assert [one.component for one in reading.observations] == [
            "aws_s3_bucket.files" + ("" if key is None else f"[{json.dumps(key)}]") for key in keys
        ]


def test_one_that_has_no_index_yet_stays_beside_those_that_have(tmp_path: Path) -> None:
    """Such a state lies there while ``count`` is being put in."""
    reading = read(
        tmp_path,
        made("aws_s3_bucket", "files", None, 1),
        made("aws_instance", "web", None, needs=("aws_s3_bucket.files",)),
    )
    assert pairs(reading) == [
        ("aws_s3_bucket.files", ""),
        ("aws_s3_bucket.files[1]", ""),
        ("aws_instance.web", ""),
        ("aws_instance.web", "aws_s3_bucket.files"),
        ("aws_s3_bucket.files", "aws_s3_bucket.files[1]"),
    ]
    assert reading.observations[0].holds_data
    assert not reading.refused


def test_modules_that_are_made_several_times_are_told_apart(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        *(
            part
            for key in ("eu", "us")
            for part in (
                made("aws_db_instance", "this", 0, module=f'module.shop["{key}"].module.db[0]'),
                made("aws_db_subnet_group", "this", 0, module=f'module.shop["{key}"].module.db[0]'),
            )
        ),
        made("aws_instance", "web", None, needs=("module.shop.module.db",)),
    )
    whole = 'module.shop["{}"].module.db[0].aws_db_instance.this[0]'
    plain = "module.shop.module.db.aws_db_instance.this"
    assert pairs(reading) == [
        (whole.format("eu"), ""),
        ("module.shop.module.db.aws_db_subnet_group.this", ""),
        (whole.format("us"), ""),
        ("aws_instance.web", ""),
        ("aws_instance.web", plain),
        ("aws_instance.web", "module.shop.module.db.aws_db_subnet_group.this"),
        (plain, ""),
        (plain, whole.format("eu")),
        (plain, whole.format("us")),
    ]


def test_what_show_prints_names_them_the_same(tmp_path: Path) -> None:
    keys = ("eu", 'a"b', "x.y/z", "7")
    stored = read(tmp_path, made("aws_s3_bucket", "files", *keys))
    resources = [
        {"address": f"aws_s3_bucket.files[{json.dumps(key)}]", "mode": "managed", "values": {}}
        for key in keys
    ]
    state = {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}
    (tmp_path / "show.json").write_text(json.dumps(state))
    assert pairs(TERRAFORM.read(tmp_path / "show.json")) == pairs(stored)


def test_a_number_and_the_same_digits_in_quotes_are_two_keys(tmp_path: Path) -> None:
    reading = read(
        tmp_path, made("aws_s3_bucket", "a", 7), made("aws_s3_bucket", "b", "123456789012")
    )
    assert pairs(reading) == [
        ("aws_s3_bucket.a[7]", ""),
        ('aws_s3_bucket.b["123456789012"]', ""),
    ]


def test_an_object_that_is_to_be_deleted_is_none_more(tmp_path: Path) -> None:
    """What was replaced and not yet destroyed stands beside what replaced it."""
    two = made("aws_instance", "web", 0, 0)
    two["instances"][1]["deposed"] = "9f1c2e77"
    (one,) = read(tmp_path, two).observations
    assert (one.component, one.what, one.version) == ("aws_instance.web[0]", "", "1.0")


def test_keys_that_cannot_be_told_are_refused_with_their_line(tmp_path: Path) -> None:
    keys = (f"password={SECRET}", "x" * 300, "bell\x07", "${name}", "good")
    reading = read(tmp_path, made("aws_s3_bucket", "files", *keys))
    names = [one.component for one in reading.observations]
    assert names == ['aws_s3_bucket.files["bell\\u0007"]', 'aws_s3_bucket.files["good"]']
    assert len(reading.refused) == 3
    assert SECRET not in repr(reading)


def test_where_no_key_can_be_told_the_resource_is_told_without(tmp_path: Path) -> None:
    reading = read(tmp_path, made("aws_s3_bucket", "files", f"password={SECRET}", "${a}"))
    assert pairs(reading) == [("aws_s3_bucket.files", "")]
    assert reading.observations[0].holds_data
    assert SECRET not in repr(reading)


@pytest.mark.parametrize("key", [{"a": 1}, ["a"], None, True])
def test_an_index_of_another_form_does_no_harm(tmp_path: Path, key: object) -> None:
    odd = made("aws_s3_bucket", "files", "x")
    odd["instances"][0]["index_key"] = key
    reading = read(tmp_path, odd, made("box", "a", None))
    assert ("box.a", "") in pairs(reading)


def test_a_state_too_large_to_tell_one_by_one_keeps_what_runs_together(tmp_path: Path) -> None:
    """It was understood before; the data stores are still told one by one, as long as that fits."""
    needs = tuple(f"box.n{number}" for number in range(10))
    servers = made("aws_instance", "web", *range(2500), needs=needs)
    buckets = made("aws_s3_bucket", "files", *(f"k{number}" for number in range(100)))
    reading = read(tmp_path, servers, buckets)
    about = {one.component: one.what for one in reading.observations if not one.needs}
    assert about["aws_instance.web"] == "2500 of them, by count or for_each"
    assert sum(name.startswith("aws_s3_bucket.files[") for name in about) == 100
    many = made("aws_s3_bucket", "files", *range(25_000))
    assert pairs(read(tmp_path, many)) == [("aws_s3_bucket.files", "")]
    with pytest.raises(ObservationProblem, match="says more than 20000 things"):
        read(tmp_path, *(made("box", f"n{number}", None) for number in range(20_001)))
