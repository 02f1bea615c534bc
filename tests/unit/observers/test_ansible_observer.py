"""Inventories in each of their forms, and as nobody should write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refloat import registry
from refloat.model.errors import ObservationProblem
from refloat.observers import Observer, Reading

ANSIBLE: Observer = registry.adapters("observers")["ansible"]
HOSTS = Path(__file__).parent / "samples" / "ansible-hosts.ini"

SHOP = {
    "web": {"web01.example", "web02.example", "web03.example", "www.example"},
    "db": {"db-a.example", "db-b.example"},
    "shop": {"web", "db"},
}

AS_YAML = """\
---
all:
  hosts:
    bastion.example: {ansible_port: 2222}
  children:
    shop:
      children:
        web:
          hosts:
            web[01:03].example: {owner: Shop team}
            www.example:
        db:
          vars: {owner: Data team, password: !vault "b7Qx-never-shown-9"}
          hosts:
            db-[a:b].example:
"""

AS_JSON = json.dumps(
    {
        "_meta": {
            "hostvars": {
                "bastion.example": {"ansible_password": "b7Qx-never-shown-9"},
                **{f"web0{n}.example": {"owner": "Shop team"} for n in (1, 2, 3)},
            }
        },
        "all": {"children": ["ungrouped", "shop"]},
        "ungrouped": {"hosts": ["bastion.example"]},
        "shop": {"children": ["web", "db"]},
        "web": {"hosts": sorted(SHOP["web"])},
        "db": {"hosts": sorted(SHOP["db"]), "vars": {"owner": "Data team"}},
    },
    indent=4,
)


def read(folder: Path, content: str) -> Reading:
    path = folder / "hosts"
    path.write_text(content, encoding="utf-8")
    return ANSIBLE.read(path)


def groups(reading: Reading) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in reading.observations:
        if one.needs:
            found.setdefault(one.component, set()).add(one.needs)
    return found


@pytest.mark.requirement("R-005")
@pytest.mark.parametrize("content", [HOSTS.read_text(encoding="utf-8"), AS_YAML, AS_JSON])
def test_each_form_says_the_same(tmp_path: Path, content: str) -> None:
    reading = read(tmp_path, content)
    assert groups(reading) == SHOP
    alone = {one.component: one for one in reading.observations if not one.needs}
    assert set(alone) == {"bastion.example", *SHOP, *SHOP["web"], *SHOP["db"]}
    assert alone["web02.example"].owner == "Shop team"
    assert alone["db"].owner == "Data team"
    assert alone["www.example"].owner == alone["bastion.example"].owner == ""
    assert not reading.refused
    assert "b7Qx-never-shown-9" not in repr(reading)


def test_lines_are_those_of_the_file() -> None:
    lines = {(one.component, one.needs): one.line for one in ANSIBLE.read(HOSTS).observations}
    assert lines["bastion.example", ""] == 2
    assert lines["web", "web03.example"] == 5
    assert lines["db", ""] == 8
    assert lines["shop", "db"] == 17


def test_a_group_that_is_called_as_a_host_is_told_apart(tmp_path: Path) -> None:
    reading = read(tmp_path, "[db]\ndb\n[shop:children]\ndb\n")
    assert groups(reading) == {"group/db": {"db"}, "shop": {"group/db"}}


def test_lines_that_cannot_be_used_are_named_and_the_others_taken(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "[web]\nweb1\n{{ name }}\nweb2 nonsense\nweb3 owner='x\nweb[c:1]\npassword=hunter2\n"
        "[shop:children]\nshop\n",
    )
    assert groups(reading) == {"web": {"web1"}}
    assert [one.line for one in reading.refused] == [3, 4, 5, 6, 7, 9]
    assert "hunter2" not in repr(reading)


@pytest.mark.parametrize("between", ["# who runs it\n\n", "\n", "  \n# a\n"])
def test_many_comments_and_empty_lines_before_it_do_not_matter(
    tmp_path: Path, between: str
) -> None:
    """A pattern that could read each of them in two ways would never come to an end."""
    before = between * 20_000
    for content in ("[web]\nweb01\n", "web:\n  hosts: {web01: }\n", '{"web": ["web01"]}'):
        reading = read(tmp_path, before + content)
        assert {one.component for one in reading.observations} == {"web", "web01"}


def test_ranges_of_ranges_are_refused_before_they_are_written_out(tmp_path: Path) -> None:
    """Written out, the names of this line alone would fill the memory of any machine."""
    with pytest.raises(ObservationProblem, match="stands for more than 20000 hosts"):
        read(tmp_path, "[web]\nweb" + "[0:9999999]" * 5_000 + "\n")


def test_a_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    reading = read(tmp_path, f"[web]\nweb01\nweb02 text={'x' * 2_000_000}\n")
    (refused,) = reading.refused
    assert (refused.line, refused.reason) == (3, "it is longer than 65536 characters")
    assert "web02" not in repr(reading)


def test_an_owner_that_is_a_template_is_not_known(tmp_path: Path) -> None:
    reading = read(tmp_path, "web:\n  hosts: {a: {owner: '{{ team }}'}, '{{ b }}': {}}\n")
    assert [one.owner for one in reading.observations if one.component == "a"] == [""]
    assert [one.line for one in reading.refused] == [2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# nothing\n", "no host and no group"),
        ("- hosts: all\n  tasks: []\n", "is no inventory"),
        ('{"web": {"hosts": ["a"', "cannot be understood as YAML"),
        ("services:\n  web:\n    image: x\n", "no host and no group"),
        ("web[1:9999999]\n", "stands for more than 20000 hosts"),
        ("web[1:19999]\n" * 6, "all lines for more than 100000"),
        ("web[1:999][1:999]\n", "stands for more than 20000 hosts"),
        ("web:\n  hosts: " + "[" * 70, "nested deeper than 64 levels"),
        ("web: &a\n  children: {b: *a}\n", "line 2: an alias repeats what is not there"),
        ("#" * (4 * 2**20 + 1), "is larger than 4 MiB"),
    ],
)
def test_what_is_no_inventory_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(ObservationProblem, match=said):
        read(tmp_path, content)


@pytest.mark.parametrize("folder", ["group_vars", "host_vars/web01"])
def test_files_of_variables_are_no_inventories(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "all.yml"
    path.parent.mkdir(parents=True)
    path.write_text("web:\n  hosts: {web01: }\n", encoding="utf-8")
    with pytest.raises(ObservationProblem, match="holds variables, and is no inventory"):
        ANSIBLE.read(path)


def test_a_list_in_yaml_is_the_value_of_a_variable_and_no_group(tmp_path: Path) -> None:
    reading = read(tmp_path, "web:\n  hosts: {web01: }\nntp_servers:\n  - 0.pool.example\n")
    assert groups(reading) == {"web": {"web01"}}
    assert [one.line for one in reading.refused] == [3]


def test_a_port_is_no_part_of_the_names_of_a_range(tmp_path: Path) -> None:
    reading = read(tmp_path, "[web]\nweb[1:2].example:2222\nbox[1:2]:22\nfe80::1\nlast:22\n")
    assert groups(reading)["web"] == {
        *("web1.example", "web2.example", "box1", "box2", "fe80::1", "last")
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tox.ini", "[tox]\nenvlist = a\n[testenv]\nallowlist_externals =\n  bash\nskip = 1\n"),
        ("ansible.ini", "[defaults]\nhost_key_checking = False\n"),
        ("vars.yml", "ntp: a.example\nusers:\n  - bob\npassword: hunter2\n"),
    ],
)
def test_files_of_other_programs_invent_no_hosts(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ObservationProblem) as raised:
        ANSIBLE.read(path)
    assert "hunter2" not in str(raised.value)
