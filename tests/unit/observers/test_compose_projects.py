"""Compose files that include and extend others: followed inside of the folder that was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from refloat import registry
from refloat.observers import Outcome, Reading, ReadsTogether

COMPOSE = registry.adapters("observers")["compose"]


def together(folder: Path, *names: str, within: Path | None = None) -> dict[str, Outcome]:
    """Read files of a folder together; give what became of each by its name."""
    assert isinstance(COMPOSE, ReadsTogether)
    files = {folder / name: within or folder for name in names}
    return {one.path.name: one for one in COMPOSE.read_together(files)}


def seen(outcome: Outcome) -> set[tuple[str, str, int]]:
    assert isinstance(outcome.result, Reading), outcome
    return {(one.component, one.needs, one.line) for one in outcome.result.observations}


def refused(outcome: Outcome) -> list[tuple[int, str]]:
    assert isinstance(outcome.result, Reading), outcome
    return [(one.line, one.reason) for one in outcome.result.refused]


@pytest.mark.requirement("R-005")
def test_an_included_file_is_a_source_of_its_own_that_knows_the_others(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "include:\n"
        "  - data/db.yaml\n"
        "  - path: [queue.yaml]\n"
        "services:\n"
        "  web:\n"
        "    environment:\n"
        "      DATABASE_URL: postgres://app@db/app\n"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "db.yaml").write_text(
        "include: [../queue.yaml]\n"
        "services:\n"
        "  db:\n"
        "    volumes: ['kept:/data']\n"
        "volumes: {kept: }\n"
    )
    (tmp_path / "queue.yaml").write_text("services: {queue: {depends_on: [db]}}\n")
    found = together(tmp_path, "compose.yaml")
    assert list(found) == ["compose.yaml", "db.yaml", "queue.yaml"]
    assert seen(found["compose.yaml"]) == {("web", "", 5), ("web", "db", 7)}
    assert seen(found["db.yaml"]) == {("db", "", 3), ("db", "kept", 4), ("kept", "", 5)}
    assert seen(found["queue.yaml"]) == {("queue", "", 1), ("queue", "db", 1)}
    assert {one.part_of for one in found.values()} == {None, tmp_path / "compose.yaml"}
    given = together(tmp_path, "queue.yaml", "compose.yaml", "data/db.yaml")
    assert {name: seen(one) for name, one in given.items()} == {
        name: seen(one) for name, one in found.items()
    }


def test_what_a_service_extends_is_said_of_it_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n"
        "  web:\n"
        "    extends: {file: common.yaml, service: app}\n"
        "    environment: {CACHE_URL: redis://cache}\n"
        "  cache: {}\n"
        "  queue: {}\n"
        "  worker: {extends: web, image: worker:2}\n"
    )
    (tmp_path / "common.yaml").write_text(
        "services:\n"
        "  base: {labels: {owner: Shop team}, volumes: ['/srv/shop:/srv']}\n"
        "  app:\n"
        "    extends: base\n"
        "    image: shop:1\n"
        "    environment: {CACHE_URL: redis://queue, QUEUE_URL: amqp://queue}\n"
    )
    found = together(tmp_path, "compose.yaml")
    assert ("web", "cache", 4) in seen(found["compose.yaml"])
    assert seen(found["common.yaml"]) == {
        ("web", "queue", 6),
        ("web", "/srv/shop", 2),
        ("worker", "queue", 6),
        ("worker", "/srv/shop", 2),
    }, "the service that is extended runs only where it is extended"
    result = found["compose.yaml"].result
    assert isinstance(result, Reading)
    about = {one.component: one for one in result.observations if not one.needs}
    assert (about["web"].version, about["web"].owner) == ("shop:1", "Shop team")
    assert (about["worker"].version, about["worker"].owner) == ("worker:2", "Shop team")


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("../outside.yaml", "outside of the folder"),
        ("link.yaml", "outside of the folder"),
        ("/etc/passwd", "outside of the folder"),
        ("nothing.yaml", "is not there, or no Compose file"),
        ("inside", "is not there, or no Compose file"),
        ("inside/rubbish.yaml", "is not there, or no Compose file"),
        ("${FILE}.yaml", "never rendered"),
        ("https://example.org/compose.yaml", "names no file of this folder"),
        ("oci://example.org/shop", "names no file of this folder"),
    ],
)
def test_what_may_or_can_not_be_followed_is_refused_with_its_line(
    tmp_path: Path, named: str, reason: str
) -> None:
    folder = tmp_path / "given"
    (folder / "inside").mkdir(parents=True)
    (folder / "inside" / "rubbish.yaml").write_text("b7Qx-never-shown-9: [\n")
    (tmp_path / "outside.yaml").write_text("services: {secret: {}}\n")
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "compose.yaml").write_text(
        f"include:\n  - '{named}'\nservices:\n  a:\n    extends:\n      file: '{named}'\n"
        "      service: secret\n"
    )
    found = together(folder, "compose.yaml")
    assert list(found) == ["compose.yaml"]
    assert seen(found["compose.yaml"]) == {("a", "", 4)}
    said = refused(found["compose.yaml"])
    assert [line for line, _ in said] == [2, 6]
    assert all(reason in why for _, why in said)
    assert "b7Qx-never-shown-9" not in repr(found)


def test_circles_end_and_what_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "include: [b.yaml]\n"
        "services:\n"
        "  a: {extends: c}\n"
        "  c: {extends: a}\n"
        "  d: {extends: {service: gone}}\n"
    )
    (tmp_path / "b.yaml").write_text("include: [compose.yaml]\nservices: {b: {}}\n")
    found = together(tmp_path, "compose.yaml", "b.yaml")
    assert {name for one in found.values() for name, _, _ in seen(one)} == {"a", "b", "c", "d"}
    assert [line for line, _ in refused(found["compose.yaml"])] == [3, 4, 5]


def test_an_override_belongs_to_the_file_whose_name_it_has(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {}, db: {}}\n")
    (tmp_path / "compose.override.yaml").write_text("services: {web: {depends_on: [db]}}\n")
    found = together(tmp_path, "compose.override.yaml", "compose.yaml")
    assert found["compose.override.yaml"].part_of == tmp_path / "compose.yaml"
    assert ("web", "db", 1) in seen(found["compose.override.yaml"])


def test_a_file_that_others_extend_shows_what_runs_in_it_too(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("services: {app: {volumes: ['kept:/data']}}\n")
    (tmp_path / "shop.yaml").write_text(
        "services: {web: {extends: {file: base.yaml, service: app}}}\n"
    )
    for names in (("base.yaml", "shop.yaml"), ("shop.yaml", "base.yaml")):
        found = together(tmp_path, *names)
        assert list(found) == list(names)
        assert seen(found["base.yaml"]) == {("app", "", 1), ("app", "kept", 1), ("web", "kept", 1)}
        assert seen(found["shop.yaml"]) == {("web", "", 1)}
