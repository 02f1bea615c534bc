"""LDIF as slapcat writes it: read whole, or refused."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from refloat.data_sets._ldap import ldif
from refloat.data_sets._ldap.source import line
from refloat.model.errors import SourceProblem

TWO = b"""dn: cn=config
objectClass: olcGlobal
cn: config

dn:: Y249Wm/DqyAxLGRjPXNob3A=
objectClass: person
structuralObjectClass: person
cn:: Wm/DqyAx
description: folded a
 nd folded
 again
modifyTimestamp: 20261101020304Z

"""


def read(content: bytes) -> list[ldif.Entry]:
    return list(ldif.entries(io.BytesIO(content)))


def test_entries_are_decoded_and_unfolded() -> None:
    configuration, person = read(TWO)
    assert configuration.is_configuration
    assert not person.is_configuration
    assert person.name == "cn=Zoë 1,dc=shop"
    assert person.first("CN") == "Zoë 1"
    assert person.first("description") == "folded and foldedagain"
    assert b"".join(entry.text + b"\n" for entry in (configuration, person)) == TWO


@pytest.mark.parametrize(
    "content",
    [TWO[:-1], TWO[:-20], b"no colon\n\n", b"cn: nobody\n\n", b"dn: a\nb:: !!!\n\n"],
)
def test_what_is_not_whole_is_refused(content: bytes) -> None:
    with pytest.raises(SourceProblem):
        read(content)


def test_a_digest_leaves_the_order_out_and_nothing_else() -> None:
    (one,) = read(b"dn: a\nb: 1\nb: 2\n\n")
    (turned,) = read(b"dn: a\nb: 2\nb: 1\n\n")
    (other,) = read(b"dn: a\nb: 1\nb: 3\n\n")
    assert one.digest() == turned.digest() != other.digest()


def test_a_description_holds_no_name() -> None:
    seen = ldif.describe(read(TWO))
    summary, detail = ldif.measures(seen)
    assert "Zoë" not in str(detail) + str(summary)
    assert summary["entries"] == 1
    assert summary["newest"] == "2026-11-01T02:03:04+00:00"
    assert detail["classes"] == {"person": 1}


def test_the_schema_is_compared_without_its_counting() -> None:
    def digests(values: bytes) -> set[str]:
        (entry,) = read(b"dn: cn={0}core,cn=schema,cn=config\n" + values + b"\n")
        return set(entry.value_digests())

    first = digests(b"olcAttributeTypes: {0}( 1.2  NAME 'a' )\n")
    more = digests(b"olcAttributeTypes: {0}( 9 )\nolcAttributeTypes: {1}( 1.2 NAME 'a' )\n")
    assert first < more
    (rule,) = read(b"dn: olcDatabase={1}mdb,cn=config\nolcAccess: {0}to *\n\n")
    (other,) = read(b"dn: olcDatabase={1}mdb,cn=config\nolcAccess: {1}to *\n\n")
    assert rule.value_digests() != other.value_digests()


def test_times() -> None:
    assert ldif.instant("20261101020304Z") == datetime(2026, 11, 1, 2, 3, 4, tzinfo=UTC)
    assert ldif.instant("20261101020304.123456Z") == datetime(2026, 11, 1, 2, 3, 4, tzinfo=UTC)
    assert ldif.instant("yesterday") is None


@pytest.mark.parametrize("value", ["plain", "Zoë", " space", "space ", ":colon", "two\nlines", ""])
def test_lines_read_as_they_were_written(value: str) -> None:
    (entry,) = read(f"dn: a\n{line('cn', value)}\n".encode())
    assert entry.first("cn") == value
