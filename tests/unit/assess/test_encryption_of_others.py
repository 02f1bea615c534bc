"""Copies that other tools keep: encrypted by what was seen, or else by what the plan says."""

from __future__ import annotations

import pytest

from refloat.assess.access.encryption import copies_not_encrypted, encryption_not_known, key_kept
from refloat.model.feed import CopySeen, PointSeen
from refloat.model.judgement import Severity
from refloat.model.plan import Plan
from tests.support.changing import with_platform, with_repository
from tests.unit.assess.copied import HOUR, NOW, found, healthy, plan, point


def kept_in(*copies: CopySeen) -> PointSeen:
    return point("book-db", NOW - HOUR, copies=copies)


def saying(encrypted: bool | None) -> Plan:
    return with_repository(plan(), "vault", encrypted=encrypted)


@pytest.mark.requirement("R-016")
def test_what_was_seen_of_a_copy_goes_before_what_the_plan_says() -> None:
    assert found(copies_not_encrypted, plan(), *healthy()) == []
    assert found(encryption_not_known, plan(), *healthy()) == []
    plain = kept_in(CopySeen("vault", encrypted=False), CopySeen("cupboard", encrypted=True))
    (finding,) = found(copies_not_encrypted, saying(True), plain)
    assert (finding.subject, finding.severity) == (
        "service booking, repository vault",
        Severity.HIGH,
    )
    assert found(copies_not_encrypted, saying(False), kept_in(CopySeen("vault"))) != []
    assert (
        found(copies_not_encrypted, saying(False), kept_in(CopySeen("vault", "", None, True))) == []
    )


@pytest.mark.requirement("R-016")
def test_unknown_is_no_yes() -> None:
    (finding,) = found(encryption_not_known, saying(None), kept_in(CopySeen("vault")))
    assert finding.severity is Severity.MEDIUM
    elsewhere = kept_in(CopySeen("a place nobody wrote down"))
    (finding,) = found(encryption_not_known, plan(), elsewhere)
    assert finding.subject == "service booking, repository a place nobody wrote down"


@pytest.mark.requirement("R-016", "R-044")
def test_the_key_may_be_kept_by_the_place_the_tool_or_the_copy() -> None:
    vault = CopySeen("vault", encrypted=True)
    assert found(key_kept, plan(), kept_in(vault)) == [], "the tool says where"
    silent = with_platform(plan(), "box", key_kept="")
    (finding,) = found(key_kept, silent, kept_in(vault))
    assert (finding.code, finding.severity) == ("KEY_CUSTODY_NOT_KNOWN", Severity.ADVISORY)
    told = CopySeen("vault", encrypted=True, key_kept="envelope")
    assert found(key_kept, silent, kept_in(told)) == []
    assert found(key_kept, with_repository(silent, "vault", key_kept="safe"), kept_in(vault)) == []
