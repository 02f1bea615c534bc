"""The text beside an export: of when its data is, and how somebody opens it who has only that."""

from __future__ import annotations

from datetime import datetime

from refloat.assess import words
from refloat.model.organisation import Workaround
from refloat.model.plan import Service
from refloat.model.points import RecoveryPoint
from refloat.model.run import Outcome
from refloat.report._clean import plain

_COMPARED = {
    Outcome.PASSED: "It was held against what was backed up, and is the same.",
    Outcome.COULD_NOT_RUN: "It could not be held against what was backed up. Look twice.",
    Outcome.FAILED: "It is NOT what was backed up.",
}


def export_text(
    service: Service,
    way: Workaround,
    point: RecoveryPoint,
    file: str,
    digest: str,
    outcome: Outcome,
    now: datetime,
) -> bytes:
    """Write what somebody must know who finds the file when nothing else runs.

    Args:
        service: the service that is away then.
        way: what people do meanwhile.
        point: where the data comes from.
        file: name of the encrypted file.
        digest: its SHA-256.
        outcome: how its data compares with what was backed up.
        now: when it was made.

    Returns:
        Lines of text in UTF-8.
    """
    lines = [
        f"Data for: {way.name} (while {service.name} is away)",
        f"It is as it was at: {words.instant(point.consistency_time)}",
        f"Taken out at: {words.instant(now)}",
    ]
    if way.refreshed_every is not None:
        end = point.consistency_time + way.refreshed_every
        lines.append(f"Too old after: {words.instant(end)}")
    lines += [
        _COMPARED[outcome],
        "",
        f"File: {file}",
        f"SHA-256: {digest}",
        f"From: {point.data_set}, recovery point {point.identity}",
        "",
        "It is opened without Refloat and without a network, by age and the private key:",
        f"    age --decrypt --identity KEY-FILE {file} | tar --extract --file -",
        f"The private key is kept here: {way.key_kept or 'nobody wrote it down'}.",
    ]
    if way.controls:
        lines.append(f"Keep what you took out safe: {words.listed(way.controls)}.")
    if way.disposal:
        lines.append(f"Afterwards: {words.sentence(way.disposal)}")
    lines.append("It is a copy to read. Nothing that is changed in it comes back by itself.")
    return ("\n".join(plain(line) for line in lines) + "\n").encode("utf-8", "replace")
