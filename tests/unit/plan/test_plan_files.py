"""A plan may be several files: joined at the top, nothing twice, every complaint in its file."""

from __future__ import annotations

import pytest

from refloat.plan import PlanFile, PlanRefused, fingerprint, parse_files
from tests.unit.plan.example import CATALOGUE, COMPLAINTS_OF, FULL, plan_of

HEAD = "organisation: Harbour Street\npeople: {ben: Ben Okafor}\n"


def complaints(**files: str) -> list[str]:
    """Read files as one plan; give what is wrong."""
    given = [PlanFile(f"{name}.yaml", text.encode()) for name, text in files.items()]
    try:
        parse_files(given, "plans", CATALOGUE, COMPLAINTS_OF)
    except PlanRefused as refused:
        return str(refused).splitlines()
    return []


def test_a_plan_in_one_file_for_each_of_its_keys_means_the_same() -> None:
    parts: list[str] = []
    for line in FULL.splitlines(keepends=True):
        if line[0].isalpha():
            parts.append(line)
        else:
            parts[-1] += line
    files = [PlanFile(f"{number}.yaml", part.encode()) for number, part in enumerate(parts)]
    assert len(files) > 15
    plan = parse_files(files, "plans", CATALOGUE, COMPLAINTS_OF)
    assert plan == plan_of(FULL)
    assert fingerprint(plan) == fingerprint(plan_of(FULL))


def test_mappings_and_lists_of_several_files_are_joined() -> None:
    plan = parse_files(
        [
            PlanFile("a.yaml", b"organisation: x\npeople: {ben: Ben}\nsites: [here]\n"),
            PlanFile("b.yaml", b"people: {mei: Mei}\nsites: [there]\n"),
            PlanFile("c.yaml", b"# nothing yet\n"),
            PlanFile("d.yaml", b""),
        ],
        "plans",
        CATALOGUE,
        COMPLAINTS_OF,
    )
    assert list(plan.people) == ["ben", "mei"]
    assert plan.sites == ("here", "there")


def test_a_name_that_stands_in_two_files_is_refused_with_both_places() -> None:
    assert complaints(a=HEAD, b="people:\n  ben: {name: Ben}\n") == [
        "b.yaml:2:3: the key 'ben' stands here again: it is at a.yaml:2:10 already"
    ]


def test_what_is_no_mapping_stands_once() -> None:
    assert complaints(a=HEAD, b="organisation: Harbour Street\n") == [
        "b.yaml:1:1: the key 'organisation' stands here again: it is at a.yaml:1:1 already"
    ]
    (said,) = complaints(a=HEAD + "sandbox: bubblewrap\n", b="sandbox: {container: {}}\n")
    assert said.startswith("b.yaml:1:1: the key 'sandbox' stands here again")


def test_complaints_of_all_files_come_at_once_each_with_its_file() -> None:
    assert complaints(
        a=HEAD + "services: {s: {name: S, owner: bem, needs: [data]}}\n",
        b="components:\n  data: {kind: file}\n",
        c="- list\n",
        d="repositoris: {}\n",
    ) == [
        "a.yaml:3:32: there is no person 'bem' in 'people' (did you mean 'ben'?)",
        "b.yaml:2:16: 'file' is not one of data, database, files, virtual machine, device image,"
        " microsoft 365, settings, application, identity, infrastructure, network, key, licence,"
        " vendor, facility (did you mean 'files'?)",
        "c.yaml:1:1: a mapping is expected at the top of the file, not a list",
        "d.yaml:1:1: unknown key 'repositoris' (did you mean 'repositories'?)",
    ]


def test_files_that_cannot_be_read_do_not_hide_each_other() -> None:
    said = complaints(a="organisation: [\n", b="a: \x00\n", c="people: {ben: Ben}\n")
    assert [line.split(": ")[0] for line in said] == ["a.yaml:2:1", "b.yaml:1:4"]


def test_what_is_missing_in_all_files_is_said_of_the_folder() -> None:
    assert complaints(a="people: {ben: Ben}\n") == [
        "plans:1:1: 'organisation' is missing: Whose plan it is."
    ]
    assert complaints() == ["plans:1:1: 'organisation' is missing: Whose plan it is."]


def test_circles_are_found_across_files() -> None:
    (said,) = complaints(
        a=HEAD + "services: {s: {name: S, needs: [data]}}\n",
        b="components: {data: {kind: files, needs: [s]}}\n",
    )
    assert said == (
        "b.yaml:1:42: these components and services need each other in a circle: data -> s -> data"
    )


@pytest.mark.parametrize("key", ["defaults: {protect: {every: 1 h}}", "policy: {skew: 1 min}"])
def test_one_setting_stands_in_one_file(key: str) -> None:
    (said,) = complaints(a=HEAD + key + "\n", b=key + "\n")
    assert "stands here again: it is at a.yaml:3:" in said
