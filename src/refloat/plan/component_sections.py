"""The keys of components, and of how they are protected, watched, recovered and checked.

Each table stands with the function that makes the model's object of it. A function is also called
when something required was missing or refused, and fills the gap with anything of the right type:
a plan with complaints is never given to anybody.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from refloat.model.organisation import Watch
from refloat.model.plan import (
    CheckSpecification,
    Component,
    ComponentKind,
    Protection,
    Recovery,
    Retention,
    Start,
)
from refloat.plan import objective_sections
from refloat.plan.mappings import ADAPTER, Table
from refloat.plan.parts import Checks, Command, Keep, Needs
from refloat.plan.reading import INVALID, Key, Section
from refloat.plan.secrecy import TextMap
from refloat.plan.values import (
    Boolean,
    Choice,
    Duration,
    Integer,
    Name,
    Path,
    Text,
    Texts,
    names_of,
)

_TEXT = Text()


def _check(name: str, values: dict[str, Any]) -> Any:
    if values[ADAPTER] is INVALID:
        return INVALID
    kind, options = values[ADAPTER]
    return CheckSpecification(name, kind, options, values["timeout"])


def _protection(key: str, values: dict[str, Any]) -> Any:
    if values[ADAPTER] is INVALID:
        return INVALID
    data_set, options = values.pop(ADAPTER)
    return Protection(data_set=data_set, options=options, **values)


def _component(key: str, values: dict[str, Any]) -> Component:
    return Component(
        key=key,
        name=values.pop("name") or key,
        kind=values.pop("kind") or ComponentKind.FACILITY,
        protection=values.pop("protect"),
        recovery=values.pop("recover"),
        **values,
    )


CHECK = Section(
    "checks",
    "One assertion, behind its name in words. Exactly one kind of check stands beside these keys.",
    (
        Key(
            "timeout",
            Duration(),
            "The longest that it may take.",
            default=timedelta(seconds=30),
            example="1 min",
        ),
    ),
    build=_check,
    room="checks",
    defaulted=frozenset({"timeout"}),
)

_COUNT = Integer(least=0, most=100_000)
RETENTION = Section(
    "keep",
    "How many recovery points are kept; 'everything' in its place removes none.",
    (
        Key("last", _COUNT, "The newest ones.", default=0, example="10"),
        Key("hourly", _COUNT, "The newest of each hour.", default=0, example="24"),
        Key("daily", _COUNT, "The newest of each day.", default=0, example="14"),
        Key("weekly", _COUNT, "The newest of each week.", default=0, example="8"),
        Key("monthly", _COUNT, "The newest of each month.", default=0, example="12"),
        Key("yearly", _COUNT, "The newest of each year.", default=0, example="7"),
    ),
    build=lambda key, values: Retention(**values),
)

PROTECTION = Section(
    "protect",
    "How a component's data is backed up. Exactly one kind of data set stands beside these keys.",
    (
        Key(
            "repository",
            Name("repositories"),
            "Where the copies are kept.",
            required=True,
            example="cupboard",
        ),
        Key(
            "every",
            Duration(never="on demand"),
            "How often it is meant to be backed up; 'on demand' for no interval.",
            example="15 min",
        ),
        Key(
            "keep",
            Keep(Table(RETENTION)),
            "How many recovery points are kept; nothing is removed where nothing is said.",
            example="{last: 10, daily: 14}",
        ),
        Key(
            "heartbeat",
            Boolean(),
            "Whether Refloat may write its heartbeat into the data, to measure what a loss costs.",
            default=True,
            example="no",
        ),
        Key(
            "timeout",
            Duration(),
            "The longest that one backup, or the restore of one recovery point, may take.",
            default=timedelta(hours=1),
            example="4 h",
        ),
    ),
    build=_protection,
    room="data_sets",
    defaulted=frozenset({"repository", "every", "keep", "heartbeat", "timeout"}),
)

START = Section(
    "start",
    "The program that brings a component up where its data set brings no server of its own.",
    (
        Key(
            "command",
            Command(),
            "The program and its arguments; relative paths are seen from the plan's folder."
            " No shell runs it.",
            required=True,
            example="/usr/bin/python3 booking/booking_app.py booking/settings.json",
        ),
        Key(
            "environment",
            TextMap(secrets=False),
            "Variables for it, beside PATH, HOME and LANG; no secrets.",
            default={},
            example="{MODE: production}",
        ),
        Key(
            "folder",
            Path(),
            "Where it runs, seen from the plan's folder; its home where nothing is said.",
            default="",
            example="booking",
        ),
    ),
    build=lambda key, values: Start(**{**values, "command": values["command"] or ()}),
    short="command",
)

RECOVERY = Section(
    "recover",
    "How a component is put back and brought up.",
    (
        Key(
            "start",
            Table(START, "a program to start"),
            "The program to start.",
            example="/usr/bin/python3 booking/booking_app.py booking/settings.json",
        ),
        Key(
            "ready",
            Table(CHECK),
            "The check, without a name, that says that it answers.",
            example='{http: {url: "http://127.0.0.1:42703/health"}}',
        ),
        Key(
            "software",
            Texts(of=Path(), words="a path, or a list of paths"),
            "Paths outside of /usr that its installed programs need; shown read-only.",
            default=(),
            example="/opt/booking",
        ),
        Key(
            "timeout",
            Duration(),
            "The longest that starting and answering may take together.",
            default=timedelta(minutes=2),
            example="5 min",
        ),
    ),
    build=lambda key, values: Recovery(**values),
    defaulted=frozenset({"software", "timeout"}),
)

WATCH = Section(
    "watch",
    "How somebody else's tool copies a component's data: Refloat watches it and runs nothing.",
    (
        Key("platform", Name("platforms"), "The tool.", example="backup-server"),
        Key(
            "copies",
            names_of("repositories"),
            "Where its copies are kept; nothing where nothing copies it.",
            default=(),
            example="[cupboard, far-away]",
        ),
        Key("every", Duration(), "How often it is meant to be copied.", example="1 h"),
        Key("kept_for", Duration(), "How long the tool is set to keep copies.", example="35 days"),
    ),
    build=lambda key, values: Watch(**values),
)

COMPONENT = Section(
    "components",
    "A thing that a service needs. Its name is also the name of its data set.",
    (
        Key(
            "kind",
            Choice(tuple(kind.value for kind in ComponentKind), ComponentKind),
            "What it is.",
            required=True,
            example="database",
        ),
        Key(
            "name", _TEXT, "Its name for people; its key where nothing is said.", example="Bookings"
        ),
        Key(
            "user",
            Text(
                "the name of an account",
                "[a-z_][a-z0-9_-]{0,31}",
                "an account's name has small letters, digits, '_' and '-'",
                (
                    (
                        "root",
                        "everything in a sandbox runs unprivileged: name another user than root",
                    ),
                ),
            ),
            "The unprivileged account that it runs as; the sandbox's own where nothing is said.",
            default="",
            example="postgres",
        ),
        Key(
            "needs",
            Needs(),
            "What it needs itself: a bare name is hard, {soft: name} lets it run degraded.",
            default=(),
            example="[identity, {soft: documents}]",
        ),
        Key(
            "protect",
            Table(PROTECTION),
            "How Refloat backs its data up; nothing for what has no data of its own.",
            example="{files: documents}",
        ),
        Key(
            "watch",
            Table(WATCH),
            "How somebody else's tool copies its data; not together with 'protect'.",
            example="{platform: backup-server, copies: [cupboard]}",
        ),
        Key(
            "recover",
            Table(RECOVERY, always=True),
            "How it is put back.",
            example="{timeout: 5 min}",
        ),
        Key(
            "checks",
            Checks(Table(CHECK)),
            "What must hold of it when it is back.",
            default=(),
            example="[staff can sign in: {ldap: {…}}]",
        ),
        Key("owner", Name("people"), "Who looks after it.", example="mei"),
        Key(
            "vendor_commitment",
            Duration(),
            "The recovery time that its vendor promises.",
            example="4 h",
        ),
        Key(
            "group",
            _TEXT,
            "The name of those components whose copies must be true at one and the same time.",
            default="",
            example="clinical",
        ),
        Key(
            "retention",
            Table(objective_sections.RETENTION),
            "How long its copies must be kept, as somebody decided it.",
            example="{target: 35 days, approver: ben, basis: regulation}",
        ),
        Key("vendor", Name("vendors"), "Who is behind it.", example="line-company"),
        Key("site", _TEXT, "Where it stands.", default="", example="harbour-street"),
        Key(
            "takes",
            Duration(),
            "An estimate of how long it takes to bring it back.",
            example="40 min",
        ),
    ),
    build=_component,
)
