"""What a verification found, as data, as text for people and as JSON for scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from refloat.ledger.canonical import printable

VERIFIED = "verified"
NOT_GENUINE = "not genuine"
SIGNER_UNKNOWN = "signer unknown"
NOT_SHOWN = "not shown"

EXIT_CODES = {VERIFIED: 0, NOT_GENUINE: 1, SIGNER_UNKNOWN: 2, NOT_SHOWN: 2}

_SENTENCES = {
    VERIFIED: "VERIFIED. Every entry is as it was signed, in its place.",
    NOT_GENUINE: "NOT GENUINE. Do not rely on this evidence.",
    SIGNER_UNKNOWN: (
        "NOT VERIFIED: signer unknown. The evidence agrees with itself, but you named no key that"
        " you trust.\n  Get the public key from the organisation another way, and pass it with"
        " --key."
    ),
    NOT_SHOWN: "NOT VERIFIED: this export cannot show what you asked for.",
}


@dataclass(frozen=True, slots=True)
class DrillLine:
    """One drill, as its own evidence states it.

    Attributes:
        index: its place in the log.
        service: which service.
        verdict: proven, failed or unproven.
        recorded_at: when, by the clock of the machine that recorded it.

    """

    index: int
    service: str
    verdict: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found.

    Attributes:
        verdict: ``verified``, ``not genuine``, ``signer unknown`` or ``not shown``.
        problems: sentences; each names the entry or checkpoint that is not as it was signed.
        notes: sentences that change no verdict but belong to it.
        origin: the log's name.
        complete: whether the export claims to hold every entry of the log.
        entries: how many entries were read.
        size: how many entries the signed checkpoint says that the log has.
        root: the signed root in hexadecimal.
        signer: the key id that signed the checkpoint; None if no given key did.
        grew_from: the size of the previous checkpoint, where it was shown that the log only grew.
        first: the earliest ``recorded_at``; empty if none.
        last: the latest one.
        kinds: how many entries of each kind.
        verdicts: how many drills of each verdict.
        drills: the latest 20 drills, oldest first.

    """

    verdict: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    origin: str
    complete: bool
    entries: int
    size: int
    root: str
    signer: str | None
    grew_from: int | None
    first: str
    last: str
    kinds: Mapping[str, int]
    verdicts: Mapping[str, int]
    drills: tuple[DrillLine, ...]

    @property
    def exit_code(self) -> int:
        """0 verified, 1 not genuine, 2 could not be verified."""
        return EXIT_CODES[self.verdict]

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON members, under the names of the attributes."""
        return {
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "problems": list(self.problems),
            "notes": list(self.notes),
            "origin": self.origin,
            "complete": self.complete,
            "entries": self.entries,
            "size": self.size,
            "root": self.root,
            "signer": self.signer,
            "grew_from": self.grew_from,
            "first": self.first,
            "last": self.last,
            "kinds": dict(self.kinds),
            "verdicts": dict(self.verdicts),
            "drills": [
                {
                    "index": drill.index,
                    "service": drill.service,
                    "verdict": drill.verdict,
                    "recorded_at": drill.recorded_at,
                }
                for drill in self.drills
            ],
        }

    def to_text(self) -> str:
        """Give it as lines for people; nothing from the evidence can steer the terminal."""
        lines = [_SENTENCES[self.verdict]]
        lines += [f"  ! {problem}" for problem in self.problems]
        lines += [f"  - {note}" for note in self.notes]
        of = f"all {self.entries}" if self.complete else f"{self.entries} of {self.size}"
        lines += ["", f"Log      {printable(self.origin)}", f"Entries  {of}"]
        if self.first:
            lines.append(f"Time     {self.first} to {self.last}, by its own clock")
        lines.append(f"Root     {self.root}")
        if self.signer:
            trust = ", which is not trusted" if self.verdict == SIGNER_UNKNOWN else ""
            lines.append(f"Signer   key {self.signer}{trust}")
        if self.grew_from is not None:
            lines.append(f"History  only grew since it had {self.grew_from} entries")
        lines += [f"  {count:>7}  {printable(kind)}" for kind, count in self.kinds.items()]
        if self.drills:
            counts = ", ".join(f"{n} {printable(verdict)}" for verdict, n in self.verdicts.items())
            lines += ["", f"Drills   {counts}"]
        lines += [
            f"  entry {drill.index:>6}  {drill.recorded_at:<20}  {printable(drill.verdict, 12):<12}"
            f"  {printable(drill.service)}"
            for drill in self.drills
        ]
        return "\n".join(lines) + "\n"
