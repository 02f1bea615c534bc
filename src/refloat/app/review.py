"""The recovery review: carried out, written down as one bundle, and signed (R-110 to R-117)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from refloat import assess
from refloat.app import memory
from refloat.app.assess import Ground
from refloat.app.workspace import Workspace
from refloat.assess.reviewing.bundle import bundle, content_hash
from refloat.assess.reviewing.renewal import renewal_answers
from refloat.assess.reviewing.responsibility import responsibilities
from refloat.assess.reviewing.review import review as carry_out
from refloat.host.clock import Clock
from refloat.ledger.statement import REVIEW, Statement, Subject
from refloat.model.codec import instant_text
from refloat.model.review import RenewalAnswers, Responsibilities, Review


@dataclass(frozen=True)
class Reviewed:
    """A review with its bundle.

    Attributes:
        review: the seven gates, and everything that was found.
        responsibilities: who is responsible for what, and who may do what.
        renewals: what can be answered about each provider.
        content_hash: SHA-256 of the bundle, in hexadecimal; the same for the same inputs.
        entry: the evidence that it was signed; None if it was not.
    """

    review: Review
    responsibilities: Responsibilities
    renewals: tuple[RenewalAnswers, ...]
    content_hash: str
    entry: int | None = None


def review(found: Ground, instant: datetime) -> tuple[Reviewed, bytes]:
    """Carry out the review at an instant, and give it with the bytes of its bundle."""
    judged = assess.judge(found.plan, found.facts, instant)
    whole = carry_out(judged.organisation, judged.findings)
    content = bundle(whole)
    return (
        Reviewed(
            review=whole,
            responsibilities=responsibilities(found.plan),
            renewals=renewal_answers(judged.organisation),
            content_hash=content_hash(content),
        ),
        content,
    )


def sign(workspace: Workspace, clock: Clock, reviewed: Reviewed) -> int:
    """Append to the ledger that this very bundle was the review; give the entry's index.

    Raises:
        StateProblem, NoRoom: if the ledger cannot be written.
        EvidenceProblem: if it is damaged.
    """
    whole = reviewed.review
    name = f"review/{instant_text(whole.as_of)}"
    predicate = {
        "recorded_at": instant_text(clock.now().wall),
        "organisation": whole.organisation,
        "as_of": instant_text(whole.as_of),
        "plan": whole.plan,
        "facts": dict(whole.facts),
        "content_sha256": reviewed.content_hash,
        "result": "done" if whole.done else "not done",
        "gates": [
            {"requirement": gate.requirement, "done": gate.done, "missing": len(gate.missing)}
            for gate in whole.gates
        ],
        "findings": len(whole.findings),
    }
    subjects = (Subject(name, reviewed.content_hash),)
    (entry,) = memory.record(workspace, [Statement(subjects, REVIEW, predicate)])
    return entry.index
