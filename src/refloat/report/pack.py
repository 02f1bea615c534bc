"""The texts of a client's pack: business words, no rule names, no tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from refloat.assess.words import instant
from refloat.model.judgement import Assessment, Severity
from refloat.model.review import RenewalAnswers
from refloat.report._clean import plain
from refloat.report.words import copy_answer, recovery_answer

README = "README.txt"

_HEADINGS = {
    Severity.HIGH: "What to mend now",
    Severity.MEDIUM: "What to mend soon",
    Severity.ADVISORY: "What to keep in mind",
}
_QUESTIONS = {
    "protected": "What is protected",
    "restored": "How it is restored",
    "lasts": "How long recovery takes",
}


@dataclass(frozen=True)
class Contents:
    """What a pack holds.

    Attributes:
        organisation: the client.
        as_of: as of when it was judged.
        files: names of the files in it.
        key: the SHA-256 of the public key; empty if there is no evidence yet.
        command: the command that verifies the evidence.
        left_out: how many facts were left out.
    """

    organisation: str
    as_of: datetime
    files: tuple[str, ...]
    key: str
    command: str
    left_out: int


def summary(judged: Assessment) -> str:
    """Say for the business which services would come back, and what is missing (R-122)."""
    return _text(_summary(judged))


def renewals(answers: Iterable[RenewalAnswers]) -> str:
    """Answer what to ask a provider before a contract is renewed, as text (R-123 to R-126)."""
    return _text(_renewals(tuple(answers)))


def readme(contents: Contents) -> str:
    """Say what is in the pack, and how it is verified."""
    return _text(_readme(contents))


def _summary(judged: Assessment) -> Iterator[str]:
    yield f"{judged.organisation}: would the business come back?"
    yield f"As of {instant(judged.as_of)}."
    yield ""
    if not judged.services:
        yield "The plan names no service, so nothing can be said."
    for one in judged.services:
        yield one.name
        for answer in (copy_answer(one), recovery_answer(one)):
            yield f"  {answer.question} {answer.word}. {answer.sentence} {answer.until}".rstrip()
            yield from (f"    - {reason}" for reason in answer.reasons)
        yield ""
    for severity, heading in _HEADINGS.items():
        found = [one for one in judged.findings if one.severity is severity]
        if found:
            yield heading
            for finding in found:
                yield f"  - {finding.sentence}"
                yield f"    Next: {finding.next_step}"
            yield ""
    if not judged.findings:
        yield "Nothing was found that is missing."


def _renewals(answers: tuple[RenewalAnswers, ...]) -> Iterator[str]:
    if not answers:
        yield "The plan names no provider that looks after recovery, so there is nothing to answer."
    for one in answers:
        yield f"{one.name}: what to know before the contract is renewed"
        end = "nobody wrote down when" if one.contract_end is None else str(one.contract_end)
        yield f"Contract {one.contract or 'without a reference'}, ends: {end}."
        yield ""
        for row in one.rows:
            yield row.name
            for name, cell in (
                ("protected", row.protected),
                ("restored", row.restored),
                ("lasts", row.lasts),
            ):
                yield f"  {_QUESTIONS[name]}: {cell.text}"
            yield ""
        if one.clauses:
            yield "The contract should say:"
            yield from (f"  - {clause}" for clause in one.clauses)
        else:
            yield "All three questions are answered for every service."
        yield ""


def _readme(contents: Contents) -> Iterator[str]:
    yield f"Evidence of recovery for {contents.organisation}"
    yield f"As of {instant(contents.as_of)}. It holds data of {contents.organisation} alone."
    yield ""
    yield "summary.txt     which services would come back, and what is missing, for the business"
    yield "renewal.txt     what to know before a provider's contract is renewed"
    yield "*.json          the same for machines, with the facts that each answer rests on"
    yield "SHA256SUMS      run: sha256sum --check SHA256SUMS"
    yield ""
    if contents.key:
        yield "evidence.json   every drill, backup and approval, signed, in order"
        yield "Verify it on a computer of your own, without asking whoever sent it:"
        yield f"  {contents.command}"
        yield "Ask by telephone for the fingerprint of the key, and compare it with this one:"
        yield f"  sha256:{contents.key}"
    else:
        yield "There is no signed evidence yet: nothing was drilled or recorded by this provider."
    if contents.left_out:
        yield ""
        yield (
            f"{contents.left_out} facts were left out: the plan does not name what they are about."
        )


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{plain(line)}\n" for line in lines)
