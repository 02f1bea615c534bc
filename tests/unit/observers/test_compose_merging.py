"""What Compose files take away from each other with ``!reset`` and ``!override``.

The files are written after https://github.com/compose-spec/compose-spec/blob/main/13-merge.md, and
what becomes of them after the tests of https://github.com/compose-spec/compose-go.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading, ReadsTogether
from refloat.testing.observer_conformance import SECRET

COMPOSE: Observer = registry.adapters("observers")["compose"]

BASE = """\
services:
  web:
    image: registry.example/shop:4
    depends_on: [db, queue]
    environment:
      CACHE_URL: redis://cache:6379
      SEARCH_URL: http://search:9200
    volumes: ["uploads:/srv/uploads", "drafts:/srv/drafts"]
    secrets: [mail]
  db:
    volumes: ["rows:/var/lib/postgresql/data"]
  queue: {}
  cache: {}
  search: {}
  debug:
    volumes: ["dumps:/dumps"]
volumes:
  uploads:
  drafts:
  rows:
  dumps:
secrets:
  mail: {file: ./mail.txt}
"""


def together(folder: Path, **files: str) -> dict[str, Reading]:
    """Write files whose names have a stroke for each point, and read them together."""
    names = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    for name, text in names.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    assert isinstance(COMPOSE, ReadsTogether)
    found = {}
    for one in COMPOSE.read_together({folder / name: folder for name in names}):
        assert isinstance(one.result, Reading), one.result
        found[one.path.name] = one.result
    return found


def needs(readings: dict[str, Reading], component: str) -> set[str]:
    return {
        one.needs
        for reading in readings.values()
        for one in reading.observations
        if one.component == component and one.needs
    }


def things(readings: dict[str, Reading]) -> set[str]:
    return {one.component for reading in readings.values() for one in reading.observations}


def refused(reading: Reading) -> list[int]:
    return [one.line for one in reading.refused]


@pytest.mark.requirement("R-005")
def test_what_an_override_resets_is_not_there_and_its_other_words_are(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        compose_yaml=BASE,
        compose_override_yaml=(
            "services:\n"
            "  web:\n"
            "    depends_on: {queue: !reset null}\n"
            "    environment:\n"
            "      CACHE_URL: !reset null\n"
            "    secrets: !reset []\n"
            "  debug: !reset null\n"
            "volumes:\n"
            "  dumps: !reset {}\n"
        ),
    )
    assert needs(found, "web") == {"db", "search", "uploads", "drafts"}
    assert things(found) == {
        "web",
        "db",
        "queue",
        "cache",
        "search",
        *("uploads", "drafts"),
        "rows",
    } | {"mail"}
    assert not any(one.refused for one in found.values())
    alone = together(tmp_path, compose_yaml=BASE)
    assert needs(alone, "web") > needs(found, "web"), "the base by itself says all of it"


@pytest.mark.requirement("R-005")
def test_what_an_override_replaces_is_gone_and_its_own_is_there(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        compose_yaml=BASE,
        compose_override_yaml=(
            "services:\n"
            "  web:\n"
            "    volumes: !override ['photos:/srv/uploads']\n"
            "    environment: !override\n"
            "      - SEARCH_URL=http://cache\n"
            "  db: !override\n"
            "    image: postgres:16\n"
            "volumes: {photos: }\n"
        ),
    )
    assert needs(found, "web") == {"db", "queue", "photos", "cache", "mail"}
    assert needs(found, "db") == set()
    assert "db" not in {one.component for one in found["compose.yaml"].observations}
    (db,) = [one for one in found["compose.override.yaml"].observations if one.component == "db"]
    assert (db.version, db.line) == ("postgres:16", 6)
    assert not any(one.refused for one in found.values())


def test_the_same_is_taken_away_from_lists_and_from_mappings(tmp_path: Path) -> None:
    base = (
        "services:\n"
        "  web:\n"
        "    depends_on: {db: {condition: service_healthy}, queue: {condition: service_started}}\n"
        "    environment: ['CACHE_URL=redis://cache', 'SEARCH_URL=http://search']\n"
        "  db: {}\n  queue: {}\n  cache: {}\n  search: {}\n"
    )
    over = (
        "services: {web: {depends_on: {queue: !reset null},"
        " environment: {CACHE_URL: !reset null}}}\n"
    )
    assert needs(together(tmp_path, compose_yaml=base, compose_override_yaml=over), "web") == {
        "db",
        "search",
    }
    listed = base.replace(
        "{db: {condition: service_healthy}, queue: {condition: service_started}}", "[db, queue]"
    )
    assert needs(together(tmp_path, compose_yaml=listed, compose_override_yaml=over), "web") == {
        "db",
        "search",
    }


def test_a_service_takes_away_from_the_one_that_it_extends(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        compose_yaml=(
            "services:\n"
            "  db: {}\n"
            "  queue: {}\n"
            "  base:\n"
            "    depends_on: [db]\n"
            "    volumes: ['kept:/data']\n"
            "  web:\n"
            "    extends: base\n"
            "    depends_on: !override [queue]\n"
            "    volumes: !reset []\n"
        ),
    )
    assert needs(found, "web") == {"queue"}
    assert needs(found, "base") == {"db", "kept"}
    assert not any(one.refused for one in found.values()), "which service is meant is known"


def test_an_override_takes_away_from_what_its_base_extends(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        compose_yaml=("services:\n  web: {extends: {file: common.yaml, service: app}}\n  db: {}\n"),
        common_yaml="services: {app: {depends_on: [db], volumes: ['kept:/data']}}\n",
        compose_override_yaml="services: {web: {depends_on: !reset []}}\n",
    )
    assert needs(found, "web") == {"kept"}
    assert needs(found, "app") == {"db", "kept"}, "the file that is extended runs by itself too"


def test_a_file_takes_away_from_those_that_it_includes(tmp_path: Path) -> None:
    """It changes a service that both name; one that it resets whole stays, as in Compose."""
    found = together(
        tmp_path,
        compose_yaml=(
            "include:\n"
            "  - path: [parts__a.yaml, parts__b.yaml]\n"
            "services:\n"
            "  web: {depends_on: !reset []}\n"
            "  db: !reset null\n"
        ).replace("__", "/"),
        parts__a_yaml=(
            "services: {web: {depends_on: [db], volumes: ['kept:/data']}, db: {},"
            " old: {volumes: ['lost:/data']}}\n"
        ),
        parts__b_yaml="services: {old: !reset null, web: {volumes: !override ['new:/data']}}\n",
    )
    assert needs(found, "web") == {"new"}
    assert {"db", "web"} <= things(found)
    assert "old" not in things(found)


@pytest.mark.parametrize("name", ["compose.prod.yaml", "compose.yaml"])
def test_of_a_file_that_nothing_is_known_to_lie_under_the_tags_are_refused(
    tmp_path: Path, name: str
) -> None:
    text = (
        "services:\n"
        "  web:\n"
        "    ports: !reset []\n"
        "    depends_on: !override [queue]\n"
        "    environment: {CACHE_URL: !reset null}\n"
        "  db: !reset null\n"
        "x-notes: !reset null\n"
    )
    (tmp_path / name).write_text(text)
    for reading in (
        COMPOSE.read(tmp_path / name),
        together(tmp_path, **{name.replace(".", "_"): text})[name],
    ):
        assert needs({"": reading}, "web") == {"queue"}, "what it says itself is there"
        assert things({"": reading}) == {"web"}, "what it takes away is not there"
        assert refused(reading) == [4, 5, 6], "what nobody reads needs no word"
        assert all("docker compose config" in one.reason for one in reading.refused)


def test_two_files_that_are_merely_read_together_take_nothing_from_each_other(
    tmp_path: Path,
) -> None:
    found = together(
        tmp_path,
        compose_yaml=BASE,
        compose_prod_yaml="services: {web: {depends_on: !reset []}}\n",
    )
    assert {"db", "queue"} <= needs(found, "web")
    assert refused(found["compose.prod.yaml"]) == [1]


def test_no_tag_makes_a_secret_known(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        compose_yaml=BASE,
        compose_override_yaml=(
            "services:\n"
            "  web:\n"
            "    environment: !override\n"
            f"      SEARCH_URL: http://app:{SECRET}@search\n"
            f"    command: !reset ['--password={SECRET}']\n"
            f"  cache: !reset 'password={SECRET}'\n"
            f"  'token={SECRET}': !override {{}}\n"
        ),
    )
    assert SECRET not in repr(found)
    assert "search" in needs(found, "web")
    assert refused(found["compose.override.yaml"]) == [7]


def test_aliases_keep_their_tags_and_bombs_stay_small(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        compose_yaml=BASE,
        compose_override_yaml=(
            "x-none: &none !reset []\nservices:\n  web: {depends_on: *none, secrets: *none}\n"
        ),
    )
    assert needs(found, "web") == {"cache", "search", "uploads", "drafts"}
    lines = ["x0: &x0 {a: !reset null, b: !override c}"]
    for number in range(1, 40):
        named = ", ".join(f"k{key}: *x{number - 1}" for key in range(9))
        lines.append(f"x{number}: &x{number} {{{named}}}")
    (tmp_path / "compose.yaml").write_text("\n".join([*lines, "services: {web: *x39}"]))
    with pytest.raises(ObservationProblem, match="aliases repeat more than 200000 values"):
        COMPOSE.read(tmp_path / "compose.yaml")


def test_what_a_template_would_put_in_place_is_said_and_not_guessed(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        compose_yaml=BASE,
        compose_override_yaml="services: {web: {depends_on: !override ['{{ db }}', '${QUEUE}']}}\n",
    )
    assert not {"db", "queue"} & needs(found, "web")
    (refused_once,) = found["compose.override.yaml"].refused
    assert "never rendered" in refused_once.reason


def test_an_override_with_nothing_but_tags_is_one(tmp_path: Path) -> None:
    found = together(
        tmp_path,
        compose_yaml=BASE,
        compose_override_yaml="volumes: {dumps: !reset null}\nservices: {debug: !reset null}\n",
    )
    assert "dumps" not in things(found)
    assert found["compose.override.yaml"].observations == ()
