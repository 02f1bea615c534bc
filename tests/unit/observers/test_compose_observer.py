"""Compose files as people write them, and as nobody should."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading

COMPOSE: Observer = registry.adapters("observers")["compose"]
SAMPLES = Path(__file__).parent / "samples"
SHOP = SAMPLES / "compose-shop.yaml"


def read(folder: Path, content: str) -> Reading:
    path = folder / "compose.yaml"
    path.write_text(content, encoding="utf-8")
    return COMPOSE.read(path)


def needs(reading: Reading, component: str) -> dict[str, str]:
    return {
        one.needs: one.what
        for one in reading.observations
        if one.component == component and one.needs
    }


@pytest.mark.requirement("R-005")
def test_a_shop_shows_who_needs_whom() -> None:
    reading = COMPOSE.read(SHOP)
    assert needs(reading, "web") == {
        "api": "depends_on",
        "mailer": "depends_on, not required",
        "site": "config",
        "office": "external network",
    }
    assert needs(reading, "api") == {
        "db": "depends_on",
        "cache": "named in CACHE",
        "secret/db": "secret",
        "uploads": "volume",
        "./settings": "folder or file of the host",
        "invoices": "volume",
        "office": "external network",
    }
    assert needs(reading, "cache") == {"db": "named in SESSION_HOST"}
    assert needs(reading, "backup") == {
        "vault_1": "external_links",
        "db": "volumes_from",
    }


def test_a_shop_shows_owners_versions_and_where_data_lies() -> None:
    seen = {(one.component, one.needs): one for one in COMPOSE.read(SHOP).observations}
    assert seen["web", ""].owner == seen["api", ""].owner == "Shop team"
    assert seen["web", ""].version == "registry.example/shop/web:4.2"
    assert seen["api", ""].version == ""
    assert "a variable stands in its image" in seen["api", ""].what
    assert seen["invoices", ""].what == "external volume, made by somebody else"
    keeps = {names for names, one in seen.items() if one.holds_data}
    assert keeps == {
        ("api", "uploads"),
        ("api", "invoices"),
        ("db", "db-data"),
        ("db", "/srv/dumps"),
        ("db-data", ""),
        ("uploads", ""),
        ("invoices", ""),
    }


def test_what_is_not_known_is_said_and_no_value_is_kept() -> None:
    lines = SHOP.read_text(encoding="utf-8").splitlines()
    reading = COMPOSE.read(SHOP)
    said = {lines[one.line - 1].strip(): one.reason for one in reading.refused}
    assert set(said) == {"SEARCH_URL: http://${SEARCH}/", "extends:"}
    assert "never rendered" in said["SEARCH_URL: http://${SEARCH}/"]
    assert "docker compose config" in said["extends:"]
    for kept in ("b7Qx-never-shown-9", "postgres://", "amqp", "db-password"):
        assert kept not in repr(reading)


def test_what_docker_compose_config_prints_as_json_is_read_too(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        '{\n  "services": {\n    "web": {\n      "depends_on": {\n        "db": '
        '{"condition": "service_started", "required": true}\n      }\n    },\n    "db": {}\n  }\n}',
    )
    assert [(one.component, one.needs, one.line) for one in reading.observations] == [
        ("web", "", 3),
        ("db", "", 8),
        ("web", "db", 5),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("services: {}\n", "is no Compose file"),
        ("web:\n  image: a\n", "is no Compose file"),
        ("services: {a: {}}\n---\nservices: {b: {}}\n", "is no Compose file"),
        ("- a\n", "is no Compose file"),
        ('{"services": {"web": {"image"', "cannot be understood as YAML: line 1"),
        ("services:\n  a:\n b:\n", "cannot be understood as YAML: line 3"),
        ("services:\n{{- if .web }}\n  a: {}\n{{- end }}\n", "template that was never rendered"),
        ("services: {'${NAME}': {}}\n", "line 1: a template or a variable stands in it"),
        ("services: {" + "x" * 201 + ": {}}\n", "longer than 200 characters"),
        ('services: {"a\\e[2J": {}}\n', "characters that cannot be shown"),
        ("services: {a: &a [*a]}\n", "line 1: an alias repeats what is not there"),
        ("services: " + "[" * 65, "nested deeper than 64 levels"),
        ("services:\n  a: " + "- " * 90_000, "cannot be understood|nested deeper"),
        ("- " * 90_000, "nested deeper than 64 levels"),
        ("\0", "cannot be understood as YAML"),
    ],
)
def test_what_is_no_compose_file_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(ObservationProblem, match=said):
        read(tmp_path, content)


@pytest.mark.parametrize("merge", ["[{}]", "{{<<: [{}]}}"])
def test_aliases_that_repeat_without_end_are_counted_and_refused(
    tmp_path: Path, merge: str
) -> None:
    lines = ["x0: &x0 {a: b, c: d}"]
    for number in range(1, 40):
        named = ", ".join([f"*x{number - 1}"] * 9)
        lines.append(f"x{number}: &x{number} " + merge.format(named))
    with pytest.raises(ObservationProblem, match="aliases repeat more than 200000 values"):
        read(tmp_path, "\n".join([*lines, "services: {web: {}}"]))


def test_tags_are_never_obeyed_and_reset_takes_away(tmp_path: Path) -> None:
    marker = tmp_path / "made"
    reading = read(
        tmp_path,
        "services:\n"
        "  web:\n"
        f"    command: !!python/object/apply:os.mkdir ['{marker}']\n"
        "    depends_on: !reset [db]\n"
        "    links: !override [cache]\n",
    )
    assert not marker.exists()
    assert needs(reading, "web") == {"cache": "links"}


def test_names_that_stand_twice_and_need_themselves_are_named_with_their_line(
    tmp_path: Path,
) -> None:
    reading = read(
        tmp_path,
        "services:\n"
        "  web: {depends_on: [web, db]}\n"
        "  db: {}\n"
        "  db: {image: other}\n"
        "  'password: hunter2': {}\n",
    )
    assert needs(reading, "web") == {"db": "depends_on"}
    assert [(one.line, one.reason) for one in reading.refused] == [
        (2, "it says that something needs itself"),
        (4, "a key stands here for the second time"),
        (5, "what looks like a secret stands in it"),
    ]
    assert "hunter2" not in repr(reading)


def test_more_services_than_fit_are_refused_and_never_cut_off(tmp_path: Path) -> None:
    with pytest.raises(ObservationProblem, match="more than 20000 things"):
        read(tmp_path, "services:\n" + "".join(f"  s{n}: {{}}\n" for n in range(20_001)))


def test_what_belongs_to_the_machine_is_needed_and_is_no_data_store(tmp_path: Path) -> None:
    mounts = [
        "/var/run/docker.sock:/var/run/docker.sock",
        "/lib/modules:/lib/modules",
        "/etc/localtime:/etc/localtime",
        "./queue.sock:/run/queue.sock",
        "/srv/orders:/orders",
        "./settings:/settings:ro",
    ]
    reading = read(tmp_path, f"services: {{web: {{image: a, volumes: {json.dumps(mounts)}}}}}")
    assert len(needs(reading, "web")) == len(mounts)
    assert [one.needs for one in reading.observations if one.holds_data] == ["/srv/orders"]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("URL", "postgres://app:pw@db:5432/app", ["db"]),
        ("URL", "mongodb://u:p@db:27017,cache:27017/app?replicaSet=x", ["db", "cache"]),
        ("URL", "kafka://db:9092,cache:9092", ["db", "cache"]),
        ("URL", "jdbc:sqlserver://db:1433;databaseName=app", ["db"]),
        ("URL", "http://db:${PORT:-80}/x", ["db"]),
        ("BROKERS", "db:9092, cache:${CACHE_PORT}", ["db", "cache"]),
        ("ADDR", "db:${PORT}", ["db"]),
        ("VOTERS", "1@web:9093,2@db:9093,3@cache:9093", ["db", "cache"]),
        ("DSN", "app:pw@db:5432", ["db"]),
        ("SELF", "http://web:8080", []),
        ("ConnectionStrings__App", "Server=tcp:db,1433;Database=app;Password=cache", ["db"]),
        ("DSN", "host=db port=5432 user=cache", ["db"]),
        ("DSN", "user:pw@tcp(db:3306)/cache", ["db"]),
        ("DB_HOST", "db", ["db"]),
        ("NAME", "db", []),
        ("TITLE", "cache=db", []),
    ],
)
def test_a_value_names_hosts_in_every_usual_way(
    tmp_path: Path, name: str, value: str, found: list[str]
) -> None:
    web = {"image": "a", "environment": {name: value}}
    services = {"web": web, "db": {"image": "b"}, "cache": {"image": "c"}}
    reading = read(tmp_path, json.dumps({"services": services}))
    assert list(needs(reading, "web")) == found
    assert reading.refused == ()
    assert "pw" not in repr(reading)
    assert "Password" not in repr(reading)


def test_a_volume_says_where_it_lies(tmp_path: Path) -> None:
    options = {"type": "nfs", "o": "addr=nas.example,rw,nfsvers=4", "device": ":/export/shop"}
    volumes = {
        "share": {"driver_opts": options},
        "folder": {"driver_opts": {"type": "none", "o": "bind", "device": "/srv/shop"}},
        "disk": {"driver_opts": {"type": "ext4", "device": "/dev/sdb1"}},
        "memory": {"driver_opts": {"type": "tmpfs", "device": "tmpfs"}},
        "odd": {"driver_opts": {"type": "nfs", "device": ":${EXPORT}"}},
    }
    services = {"web": {"image": "a"}}
    reading = read(tmp_path, json.dumps({"services": services, "volumes": volumes}))
    said = {(one.component, one.needs): one.what for one in reading.observations if one.needs}
    assert said == {
        ("share", "nas.example:/export/shop"): "NFS share",
        ("folder", "/srv/shop"): "is kept on",
        ("disk", "/dev/sdb1"): "is kept on",
    }
    kept = {one.component for one in reading.observations if one.holds_data}
    assert kept == {"share", "folder", "disk", "odd"}
    assert len(reading.refused) == 1


@pytest.mark.parametrize("owner", ["pw=hunter2", "the team, pass=hunter2", "token: hunter2"])
def test_an_owner_with_a_secret_in_it_is_left_out(tmp_path: Path, owner: str) -> None:
    web = {"image": "compass:1", "labels": {"owner": owner}}
    reading = read(tmp_path, json.dumps({"services": {"web": web}}))
    assert [(one.owner, one.version) for one in reading.observations] == [("", "compass:1")]


def test_files_of_settings_are_needed_and_never_opened(tmp_path: Path) -> None:
    (tmp_path / "web.env").write_text("PASSWORD=hunter2\n", encoding="utf-8")
    reading = read(
        tmp_path,
        "services:\n"
        "  a: {image: x, env_file: web.env}\n"
        "  b: {image: x, env_file: [one.env, {path: two.env, required: false}]}\n",
    )
    assert needs(reading, "a") == {"web.env": "settings"}
    assert needs(reading, "b") == {"one.env": "settings", "two.env": "settings, not required"}
    assert "hunter2" not in repr(reading)


def test_a_drive_is_no_volume_and_a_volume_of_the_cluster_is_one(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "services:\n"
        "  a:\n"
        "    image: x\n"
        "    volumes:\n"
        "      - 'C:\\data\\web:/data'\n"
        "      - 'd:/conf:/conf:ro'\n"
        "      - 'c:/short'\n"
        "      - {type: cluster, source: shared, target: /s}\n",
    )
    found = {one.needs: one.holds_data for one in reading.observations if one.needs}
    assert found == {"C:\\data\\web": True, "d:/conf": False, "shared": True}
