"""Catalogues of Backstage as teams keep them, and as they should not be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading, ReadsTogether
from refloat.testing.observer_conformance import SECRET

BACKSTAGE: Observer = registry.adapters("observers")["backstage"]
SAMPLE = Path(__file__).parent / "samples" / "catalog-info.yaml"


def read(folder: Path, content: str) -> Reading:
    path = folder / "catalog-info.yaml"
    path.write_text(content, encoding="utf-8")
    return BACKSTAGE.read(path)


def entity(name: str, specification: str = "", kind: str = "Component", more: str = "") -> str:
    return (
        f"apiVersion: backstage.io/v1alpha1\nkind: {kind}\n"
        f"metadata:\n  name: {name}\n{more}spec:\n  type: x\n{specification}---\n"
    )


def pairs(reading: Reading) -> list[tuple[str, str]]:
    return [(one.component, one.needs) for one in reading.observations]


@pytest.mark.requirement("R-005")
def test_a_catalogue_shows_what_runs_and_what_it_needs_each_with_its_line() -> None:
    reading = BACKSTAGE.read(SAMPLE)
    assert [(one.component, one.needs, one.line) for one in reading.observations] == [
        ("booking-app", "", 4),
        ("payments", "", 27),
        ("bookings-db", "", 38),
        ("booking-app", "bookings-db", 21),
        ("booking-app", "Identity", 22),
        ("booking-app", "payments", 18),
        ("booking-app", "mail", 19),
        ("payments", "booking-app", 33),
        ("nightly-report", "bookings-db", 43),
    ]
    assert reading.refused == ()
    owners = {one.component: one.owner for one in reading.observations if not one.needs}
    assert owners == {
        "booking-app": "group:default/booking-team",
        "payments": "payments-team",
        "bookings-db": "booking-team",
    }
    kept = {one.needs or one.component for one in reading.observations if one.holds_data}
    assert kept == {"bookings-db"}
    whats = {one.needs: one.what for one in reading.observations if one.component == "booking-app"}
    assert whats["payments"] == "the interface payments"
    assert whats["mail"] == "an interface that nothing that was read provides"
    assert SECRET in SAMPLE.read_text(encoding="utf-8")
    assert SECRET not in repr(reading)


@pytest.mark.parametrize("page", [False, True])
def test_what_the_catalogue_gives_back_is_read_too(tmp_path: Path, page: bool) -> None:
    web = {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"type": "service", "dependsOn": ["resource:db"]},
        "relations": [{"type": "dependsOn", "targetRef": "resource:shop/db"}],
    }
    answer = {"items": [web], "totalItems": 1} if page else [web]
    assert pairs(read(tmp_path, json.dumps(answer))) == [("web", ""), ("web", "db")]


def test_names_that_collide_are_told_apart_by_the_whole_reference(tmp_path: Path) -> None:
    content = entity("orders", "  dependsOn: ['resource:Orders', 'component:other/orders']\n")
    content += entity("orders", kind="Resource") + entity("lone")
    assert pairs(read(tmp_path, content)) == [
        ("component:default/orders", ""),
        ("resource:default/orders", ""),
        ("lone", ""),
        ("component:default/orders", "resource:default/orders"),
        ("component:default/orders", "component:other/orders"),
    ]


def test_an_interface_is_looked_for_in_the_namespace_of_whoever_names_it(tmp_path: Path) -> None:
    content = entity("a", "  providesApis: [x]\n", more="  namespace: one\n")
    content += entity("b", "  consumesApis: [x]\n", more="  namespace: two\n")
    content += entity("c", "  consumesApis: [one/x]\n", more="  namespace: two\n")
    assert pairs(read(tmp_path, content))[3:] == [("b", "x"), ("c", "a")]


def test_what_cannot_be_used_is_named_and_the_rest_taken(tmp_path: Path) -> None:
    bad = [
        "lacks-kind",
        "a:b:c",
        "resource:db",
        "{$text: ./x}",
        "'${{ values.db }}'",
        "component:a",
    ]
    content = entity("a", f"  dependsOn: [{', '.join(bad)}]\n  providesApis: x\n")
    content += entity("'${{ values.name }}'") + entity("{{ name }}") + entity("a") + entity("")
    content += entity("f", kind="Location") + entity("f", kind="Frobnicator")
    content += f"a: 1\na: 2\n---\n{entity(repr(f'token={SECRET}'))}"
    content += "apiVersion: backstage.io/v9\nkind: Component\n---\n"
    content += "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\n"
    reading = read(tmp_path, content)
    assert pairs(reading) == [("a", ""), ("a", "db")]
    assert [(one.line, one.reason) for one in reading.refused] == [
        (7, "the reference does not say which kind it means"),
        (7, "it is no reference to an entity"),
        (7, "a template or a variable stands in it that was never rendered"),
        (7, "it says that something needs itself"),
        (8, "providesApis is no list"),
        (13, "a template or a variable stands in it that was never rendered"),
        (20, "a template or a variable stands in it that was never rendered"),
        (27, "this entity stands in the file already"),
        (34, "it names nothing"),
        (39, "a location names other files, which are not read: observe them too"),
        (46, "its kind is not understood"),
        (52, "it is no entity of Backstage"),
        (53, "a key stands here for the second time"),
        (58, "what looks like a secret stands in it"),
        (62, "its apiVersion is not understood"),
    ]
    assert SECRET not in repr(reading)


def test_a_file_of_teams_alone_says_that_nothing_runs(tmp_path: Path) -> None:
    assert read(tmp_path, entity("a", kind="Group")).observations == ()


def test_a_merged_key_and_an_alias_are_followed(tmp_path: Path) -> None:
    content = entity("a", "  dependsOn: &all ['resource:db']\n  consumesApis: *all\n")
    assert pairs(read(tmp_path, content)) == [("a", ""), ("a", "db")]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "aliases repeat more than"),
        ("a: &a [*a]\n", "an alias repeats what is not there"),
        ("[" * 5000, "nested deeper"),
        ("apiVersion: v1\nkind: Service\n", "holds no entity of Backstage"),
        ("text", "holds no entity of Backstage"),
        (entity("a")[:40] + "\n  'cut off", "cannot be understood as YAML: line"),
        ("{% if x %}\n" + entity("a"), "a template that was never rendered"),
        (entity("'a/b\x07'"), "cannot be understood as YAML"),
        (entity("x" * 201), "nothing in .* can be used; line 4: a text is longer"),
    ],
)
def test_what_is_no_catalogue_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(ObservationProblem, match=said):
        read(tmp_path, content)


def together(folder: Path, **files: str) -> dict[str, Reading]:
    paths = {}
    for name, content in files.items():
        path = folder / f"{name}.yaml"
        path.write_text(content, encoding="utf-8")
        paths[path] = folder
    assert isinstance(BACKSTAGE, ReadsTogether)
    outcomes = list(BACKSTAGE.read_together(paths))
    assert [one.path for one in outcomes] == list(paths)
    return {one.path.stem: one.result for one in outcomes if isinstance(one.result, Reading)}


@pytest.mark.requirement("R-005")
def test_whoever_provides_an_interface_is_found_in_another_file(tmp_path: Path) -> None:
    read = together(
        tmp_path,
        web=entity("web", "  consumesApis: [pay]\n  dependsOn: ['resource:ledger']\n"),
        pay=entity("payments", "  providesApis: [pay]\n"),
        data=entity("ledger", "  type: postgres\n", "Resource").replace("  type: x\n", ""),
        broken="a: [",
        nothing="a: b",
    )
    assert read.keys() == {"web", "pay", "data"}
    assert pairs(read["web"]) == [("web", ""), ("web", "ledger"), ("web", "payments")]
    assert [one.needs for one in read["web"].observations if one.holds_data] == ["ledger"]
    assert pairs(read["pay"]) == [("payments", "")]


def test_a_name_that_two_files_use_for_two_things_is_told_apart_in_both(tmp_path: Path) -> None:
    read = together(
        tmp_path,
        web=entity("orders", "  dependsOn: ['resource:shared']\n"),
        data=entity("Orders", "", "Resource"),
    )
    assert pairs(read["web"]) == [
        ("component:default/orders", ""),
        ("component:default/orders", "shared"),
    ]
    assert pairs(read["data"]) == [("resource:default/Orders", "")]
