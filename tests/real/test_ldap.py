"""LDAP directories: from a real slapd, through a view, into a slapd in a sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from refloat.data_sets.ldap import ADAPTER as LDAP
from refloat.model.errors import SourceProblem, ToolFailed
from refloat.model.secret import Secret
from refloat.sandboxes import OpenSandbox
from tests.real import putting_back, servers

PEOPLE = 120


@pytest.fixture(scope="module")
def staff() -> Iterator[servers.DirectoryServer]:
    with servers.directory(PEOPLE) as served:
        yield served


@pytest.fixture
def place(staff: servers.DirectoryServer, tmp_path: Path) -> Iterator[OpenSandbox]:
    with putting_back.sandbox(tmp_path, staff.owner) as opened:
        yield opened


def signs_in(place: OpenSandbox, staff: servers.DirectoryServer, number: int, word: str) -> bool:
    name = f"cn=Zoë {number},{staff.suffix}"
    arguments = ("/usr/bin/ldapwhoami", "-x", "-H", staff.url, "-D", name, "-w", word)
    return place.run(arguments, user=staff.owner, timeout=20).succeeded


@pytest.mark.requirement("R-003")
def test_everybody_comes_back(
    staff: servers.DirectoryServer, place: OpenSandbox, tmp_path: Path
) -> None:
    source, target = staff.source(tmp_path), staff.target()
    for moment in (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, 2, 3, 4, 5, UTC)):
        LDAP.beat(source, moment)
    kept = putting_back.back_up(LDAP, source)
    assert putting_back.load(LDAP, place, target, kept) == ()
    running = putting_back.serve(LDAP, place, target)
    results = putting_back.compared(LDAP, place, target, kept.baseline)
    assert putting_back.failures(results) == ""
    assert results[0].seen == f"{PEOPLE + 2} entries"
    assert LDAP.newest(place, target) == moment
    assert signs_in(place, staff, 7, "secret 7")
    assert not signs_in(place, staff, 7, "secret 8")
    # What was loaded survives its server, and can be loaded again from the start.
    running.stop(10)
    assert not LDAP.ready(place, target)
    putting_back.serve(LDAP, place, target).stop(10)
    putting_back.load(LDAP, place, target, kept)
    results = putting_back.compared(LDAP, place, target, kept.baseline)
    assert putting_back.failures(results) == ""


DAMAGES = {
    "a person gone": (
        "dn: cn=Zoë 7,{suffix}\nchangetype: delete\n",
        "1 of 121 entries missing",
    ),
    "a password changed": (
        "dn: cn=Zoë 7,{suffix}\nchangetype: modify\nreplace: userPassword\nuserPassword: other\n",
        "1 entry is changed",
    ),
}


@pytest.mark.requirement("R-003")
@pytest.mark.parametrize("name", DAMAGES)
def test_what_differs_is_counted_and_nobody_is_named(
    name: str, staff: servers.DirectoryServer, place: OpenSandbox, tmp_path: Path
) -> None:
    change, sentence = DAMAGES[name]
    kept = putting_back.back_up(LDAP, staff.source(tmp_path))
    entries = kept.baseline.summary["entries"]
    putting_back.load(LDAP, place, staff.target(), kept)
    putting_back.serve(LDAP, place, staff.target())
    bind = ("-x", "-D", f"cn=admin,{staff.suffix}", "-w", servers.PASSWORD)
    done = place.run(
        ("/usr/bin/ldapmodify", "-H", staff.url, *bind),
        user=staff.owner,
        timeout=20,
        standard_input=change.format(suffix=staff.suffix).encode(),
    )
    assert done.succeeded, done.errors
    found = putting_back.failures(putting_back.compared(LDAP, place, staff.target(), kept.baseline))
    assert sentence.replace("121", str(entries)) in found
    assert "Zo" not in found


def test_half_an_ldif_is_refused(
    staff: servers.DirectoryServer, place: OpenSandbox, tmp_path: Path
) -> None:
    kept = putting_back.back_up(LDAP, staff.source(tmp_path))
    for part in (0.0, 0.3, 0.6, 0.99):
        cut = replace(kept, content=kept.content[: int(len(kept.content) * part)])
        with pytest.raises(ToolFailed, match="restored directory"):
            putting_back.load(LDAP, place, staff.target(), cut)


@pytest.mark.requirement("R-003")
def test_an_ldif_cut_between_two_entries_is_missed(
    staff: servers.DirectoryServer, place: OpenSandbox, tmp_path: Path
) -> None:
    kept = putting_back.back_up(LDAP, staff.source(tmp_path))
    end = kept.content.index(b"\n\n", len(kept.content) * 6 // 10) + 2
    putting_back.load(LDAP, place, staff.target(), replace(kept, content=kept.content[:end]))
    found = putting_back.failures(putting_back.compared(LDAP, place, staff.target(), kept.baseline))
    assert "entries missing" in found
    assert "inetOrgPerson" in found


@pytest.mark.requirement("R-003")
def test_people_who_went_at_the_source_are_noticed(tmp_path: Path) -> None:
    with servers.directory(40) as staff:
        before = putting_back.back_up(LDAP, staff.source(tmp_path))
        for number in range(25):
            staff.change(f"dn: cn=Zoë {number},{staff.suffix}\nchangetype: delete\n")
        after = putting_back.back_up(LDAP, staff.source(tmp_path))
    found = putting_back.failures(LDAP.drift((before.baseline,), after.baseline))
    assert found == "the directory has 16 entries, 61 % fewer than the 41 it had"
    assert putting_back.failures(LDAP.drift((after.baseline,), before.baseline)) == ""
    assert LDAP.drift((), after.baseline) == ()


def test_without_a_heartbeat_the_newest_change_tells_the_age(tmp_path: Path) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    with servers.directory(3) as staff:
        staff.change(
            f"dn: cn=Zoë 1,{staff.suffix}\nchangetype: modify\nreplace: title\ntitle: Dr\n"
        )
        kept = putting_back.back_up(LDAP, staff.source(tmp_path))
        with putting_back.sandbox(tmp_path, staff.owner) as place:
            putting_back.load(LDAP, place, staff.target(), kept)
            newest = LDAP.newest(place, staff.target())
    assert newest is not None
    assert began <= newest <= datetime.now(UTC)


def test_an_old_heartbeat_tells_nothing_where_none_may_be_written_any_more(tmp_path: Path) -> None:
    began, beat = datetime.now(UTC).replace(microsecond=0), datetime(2026, 1, 1, tzinfo=UTC)
    with servers.directory(3) as staff:
        LDAP.beat(staff.source(tmp_path), beat)
        kept = putting_back.back_up(LDAP, staff.source(tmp_path))
        with putting_back.sandbox(tmp_path, staff.owner) as place:
            putting_back.load(LDAP, place, staff.target(), kept)
            assert LDAP.newest(place, staff.target()) == beat
            newest = LDAP.newest(place, replace(staff.target(), heartbeat=False))
    assert newest is not None
    assert newest >= began


def test_what_cannot_be_read_is_refused_with_advice(
    staff: servers.DirectoryServer, tmp_path: Path
) -> None:
    cases = (
        staff.source(tmp_path, configuration=str(tmp_path)),
        staff.source(tmp_path, suffix="dc=other"),
    )
    for source in cases:
        with pytest.raises(SourceProblem) as caught, LDAP.open(source):
            pass
        assert caught.value.hint
    refused = (
        replace(staff.source(tmp_path), secrets={"password": Secret("wrong")}),
        staff.source(tmp_path, url=f"ldap://127.0.0.1:{servers.free_port()}"),
    )
    for source in refused:
        with pytest.raises(SourceProblem, match="heartbeat cannot be written") as caught:
            LDAP.beat(source, datetime.now(UTC))
        assert caught.value.hint
    assert not [name for name in os.listdir(tmp_path) if name != "box"]


def test_the_programs_answer() -> None:
    assert LDAP.probe().version.startswith("OpenLDAP ")


def test_what_the_backup_does_not_hold_is_said(
    staff: servers.DirectoryServer, place: OpenSandbox, tmp_path: Path
) -> None:
    kept = putting_back.back_up(LDAP, staff.source(tmp_path))
    certificate = b"olcTLSCertificateFile: /etc/ldap/shop.pem\n"
    changed = kept.content.replace(b"cn: config\n", b"cn: config\n" + certificate, 1)
    target = staff.target(url="ldap://ldap.shop.example:3890")
    said = putting_back.load(LDAP, place, target, replace(kept, content=changed))
    assert said == (
        "TLS needs the file /etc/ldap/shop.pem, which this backup does not hold:"
        " protect it as files.",
        "The directory answers at 127.0.0.1 only; the original was at ldap.shop.example.",
    )
