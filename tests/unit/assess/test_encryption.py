"""Encrypted, not encrypted, not known; and where the key is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from refloat.assess import service_status
from refloat.model.facts import Facts, PointsFact
from refloat.model.judgement import Severity
from refloat.model.points import Encrypted, RepositorySeen
from refloat.testing import example

KEPT = example.plan()
KEY = next(iter(KEPT.repositories))
UNKEPT = replace(KEPT.repositories[KEY], key_kept="")
PLAN = replace(KEPT, repositories={KEY: UNKEPT})
LATER = example.NOON + timedelta(minutes=12)


def facts_with(state: Encrypted | None) -> Facts:
    original = example.facts(PLAN)
    seen: tuple[RepositorySeen, ...] = ()
    if state is not None:
        seen = (example.repository(state),)
    batches: tuple[PointsFact, ...] = tuple(
        replace(batch, repositories=seen) for batch in original.batches
    )
    return replace(original, batches=batches)


@pytest.mark.requirement("R-016")
@pytest.mark.parametrize(
    ("state", "code", "severity"),
    [
        (Encrypted.NO, "COPY_NOT_ENCRYPTED", Severity.HIGH),
        (Encrypted.UNKNOWN, "ENCRYPTION_NOT_KNOWN", Severity.MEDIUM),
        (None, "ENCRYPTION_NOT_KNOWN", Severity.MEDIUM),
    ],
)
def test_what_is_not_shown_to_be_encrypted_is_a_finding(
    state: Encrypted | None, code: str, severity: Severity
) -> None:
    status = service_status(PLAN, "booking", facts_with(state), LATER)
    found = {finding.code: finding for finding in status.findings}
    assert found[code].severity is severity
    assert "R-016" in found[code].requirements


@pytest.mark.requirement("R-016")
def test_the_status_shows_state_algorithm_and_where_the_key_is() -> None:
    status = service_status(PLAN, "booking", facts_with(Encrypted.YES), LATER)
    (seen,) = status.repositories
    assert (seen.encryption.state, seen.encryption.algorithm) == (Encrypted.YES, "AES-256")
    assert seen.key_reference == "file:secrets/password"
    codes = {finding.code for finding in status.findings}
    assert not codes & {"COPY_NOT_ENCRYPTED", "ENCRYPTION_NOT_KNOWN"}
    assert "KEY_CUSTODY_NOT_KNOWN" in codes


@pytest.mark.requirement("R-016")
def test_a_second_key_that_is_written_down_settles_it() -> None:
    status = service_status(KEPT, "booking", facts_with(Encrypted.YES), LATER)
    assert "KEY_CUSTODY_NOT_KNOWN" not in {finding.code for finding in status.findings}
