"""The five questions that every design of backups should answer, and which of them it does not.

An unanswered question is a finding. That an answer is bad is another rule's matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refloat.assess import words
from refloat.assess.about import processes
from refloat.assess.access.isolation import DataSetIsolation, Isolated, isolation_of
from refloat.assess.coverage.retention import kept
from refloat.assess.ground.basis import Basis
from refloat.assess.organisation import Organisation
from refloat.assess.sheets.answering import (
    intervals,
    last_restore,
    protection_lists,
    restore_authority,
    retention,
    rights_rows,
)
from refloat.model.judgement import Finding, Severity
from refloat.model.plan import Plan
from refloat.model.sheets import (
    Answer,
    FiveAnswers,
    IntervalSheet,
    Known,
    LastRestore,
    ProtectionLists,
    RestoreAuthority,
    RightsRow,
)

QUESTIONS = {
    1: ("R-030", "Which systems and data are protected, and which are excluded?"),
    2: ("R-031", "How often are recovery points created, and how long are they kept?"),
    3: ("R-033", "Can compromised administrators or ransomware alter the backup?"),
    4: ("R-034", "Who can request and approve a restore?"),
    5: ("R-035", "When was a representative restore last completed successfully?"),
}
"""Each question's number, the requirement that it stems from, and the question."""

_REQUIREMENTS = {
    1: ("R-030",),
    2: ("R-031", "R-032"),
    3: ("R-033",),
    4: ("R-034",),
    5: ("R-035", "R-036"),
}

_STEPS = {
    1: "Write down what {name} is made of.",
    2: "See how often copies are made, and write down how long they are to be kept.",
    3: "See who can read, change and delete the copies, and record it.",
    4: "Write down who may ask for a restore, and who else may approve it.",
    5: "Restore {name} as a whole, apart from production, and record how it went.",
}


def five_questions(organisation: Organisation, service: str) -> FiveAnswers:
    """Answer the five questions for one service.

    Args:
        organisation: the organisation at an instant.
        service: the service's key.

    Raises:
        KeyError: if the plan has no such service.
    """
    start = organisation.bases[service]
    lists = protection_lists(organisation, service)
    often = tuple(intervals(start, key) for key in start.data_sets)
    rights = rights_rows(organisation, service)
    authority = restore_authority(organisation.plan, start)
    restore = last_restore(start)
    texts = {
        1: _protection(lists),
        2: _points(start, often),
        3: _rights(start, isolation_of(organisation, service), rights),
        4: _authority(authority),
        5: _restore(restore),
    }
    missing = {
        **unanswered(start),
        3: unknown_rights(organisation, service),
        4: unknown_authority(organisation.plan),
    }
    return FiveAnswers(
        service=service,
        name=start.service.name,
        as_of=organisation.instant,
        answers=tuple(
            Answer(number, *QUESTIONS[number], texts[number], missing[number])
            for number in QUESTIONS
        ),
        protection=lists,
        intervals=often,
        retention=tuple(retention(organisation, service, key) for key in start.data_sets),
        rights=rights,
        authority=authority,
        restore=restore,
        findings=tuple(
            unanswered_question(start, number, missing[number])
            for number in QUESTIONS
            if missing[number]
        ),
    )


def unanswered(start: Basis) -> dict[int, tuple[str, ...]]:
    """Give what nobody knows of questions 1, 2 and 5, by number: what a service's facts tell."""
    made_of = ("what it is made of",) if not start.service.needs else ()
    tried = () if start.trials() or not start.service.needs else ("whether it ever came back",)
    return {1: made_of, 2: tuple(_unknown_copies(start)), 5: tried}


def unknown_rights(organisation: Organisation, service: str) -> tuple[str, ...]:
    """Give the data sets of which nothing at all is known of who can alter their copies."""
    judged = isolation_of(organisation, service)
    return tuple(
        f"who can change or delete the copies of {words.component(organisation.plan, key)}"
        for key, one in judged.items()
        if not any(copy.looked_at for copy in one.copies)
    )


def unknown_authority(plan: Plan) -> tuple[str, ...]:
    """Give what the plan does not say of who asks for a restore, and who approves it."""
    asked = () if plan.authority.request_restores else ("who may ask for a restore",)
    approved = () if plan.authority.approve_restores else ("who may approve a restore",)
    return (*asked, *approved)


def unanswered_question(start: Basis, number: int, missing: tuple[str, ...]) -> Finding:
    """Say that a question about one service has no answer."""
    service = start.service
    return Finding(
        "DESIGN_QUESTION_UNANSWERED",
        _REQUIREMENTS[number],
        Severity.MEDIUM,
        f"service {service.key}, question {number}",
        f"Of {service.name} nobody knows {words.listed(missing)}. At stake: {processes(service)}.",
        _STEPS[number].format(name=service.name),
        {"question": number, "missing": missing},
        (service.key,),
    )


def unanswered_by_all(plan: Plan, missing: tuple[str, ...]) -> Finding:
    """Say that question 4 has no answer for any service: it is asked of the organisation."""
    return Finding(
        "DESIGN_QUESTION_UNANSWERED",
        _REQUIREMENTS[4],
        Severity.MEDIUM,
        "organisation, question 4",
        f"Nobody has written down {words.listed(missing)}: when data is gone, people would wait "
        "for each other, or anybody could overwrite what is still there.",
        _STEPS[4],
        {"question": 4, "missing": missing},
        tuple(plan.services),
    )


def _unknown_copies(start: Basis) -> Iterator[str]:
    for key in start.data_sets:
        component = start.component(key)
        name = words.component(start.plan, key)
        meant = [one.every for one in (component.protection, component.watch) if one is not None]
        if start.newest(key) is None and not any(meant):
            yield f"how often copies of {name} are made"
        if kept(start, key).actual is None:
            yield f"how long copies of {name} are kept"


def _protection(lists: ProtectionLists) -> str:
    text = (
        f"{len(lists.protected)} protected, {len(lists.excluded)} left out on purpose, "
        f"{len(lists.unaccounted)} in neither list."
    )
    if lists.parts_counted:
        text += f" Of {lists.parts_counted} counted parts {lists.parts_selected} are copied."
    return text


def _points(start: Basis, often: tuple[IntervalSheet, ...]) -> str:
    known = [one for one in often if one.longest_seconds is not None]
    if not often:
        return "Nothing of it is copied."
    if not known:
        return "No recovery point was ever heard of."
    longest = max(known, key=lambda one: one.longest_seconds or 0.0)
    name = words.component(start.plan, longest.data_set)
    text = f"Longest time without a recovery point: {words.duration(longest.longest_seconds or 0)}"
    return f"{text} ({name})."


def _rights(
    start: Basis, judged: Mapping[str, DataSetIsolation], rows: tuple[RightsRow, ...]
) -> str:
    if not judged:
        return "There are no copies."
    said = {
        Isolated.YES: "an isolated copy of {}",
        Isolated.NO: "every copy of {} can be altered",
        Isolated.UNKNOWN: "not known of {}",
    }
    parts = []
    for verdict, text in said.items():
        names = [
            words.component(start.plan, key)
            for key, one in judged.items()
            if one.verdict is verdict
        ]
        if names:
            parts.append(text.format(words.listed(names)))
    able = sorted({row.kind for row in rows if Known.YES in (row.modify, row.delete, row.shorten)})
    who = f" Accounts that can alter copies somewhere: {words.listed(able)}." if able else ""
    return words.sentence("; ".join(parts)) + who


def _authority(authority: RestoreAuthority) -> str:
    asked = words.listed(authority.requesters) or "nobody that is written down"
    approved = words.listed(authority.approvers) or "nobody that is written down"
    text = f"Asked for by {asked}; approved by {approved}."
    if authority.requesters and authority.approvers:
        text += (
            " Nobody approves what they asked for themselves."
            if authority.separate
            else " Somebody would have to approve what they asked for themselves."
        )
    if authority.break_glass:
        text += f" In an emergency {words.listed(authority.break_glass)}."
    return text


def _restore(restore: LastRestore) -> str:
    shown = f" {len(restore.not_counted)} other restores are shown and do not count."
    beside = shown if restore.not_counted else ""
    if restore.at is None or restore.due_at is None:
        return f"Never.{beside}"
    return (
        f"On {words.day(restore.at)}, {words.duration(restore.age_seconds or 0)} ago; the next is "
        f"due on {words.day(restore.due_at)}.{beside}"
    )
