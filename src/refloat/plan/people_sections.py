"""The keys of who does what when it matters, where they meet, what they read and whom they tell."""

from __future__ import annotations

from typing import Any

from refloat.model.organisation import (
    AUDIENCES,
    Authority,
    Channel,
    Communication,
    Document,
    Facility,
    Location,
)
from refloat.model.plan import Person
from refloat.plan.mappings import Table
from refloat.plan.parts import Needs, Tables
from refloat.plan.reading import Key, Section
from refloat.plan.values import Date, Duration, Name, Text, Texts, names_of

_TEXT = Text()


def _named(of: type[Any]) -> Any:
    return lambda key, values: of(key=key, **{**values, "name": values["name"] or key})


def _needs(meaning: str) -> Key:
    return Key("needs", Needs(), meaning, default=(), example="[identity]")


PERSON = Section(
    "people",
    "Somebody with a part in recovery.",
    (
        Key("name", _TEXT, "The full name.", required=True, example="Mei Tan"),
        Key(
            "roles",
            Texts(),
            "What the person is to the organisation.",
            default=(),
            example="[technical owner, backup administrator]",
        ),
        Key(
            "phone",
            _TEXT,
            "A number that works when the systems do not.",
            default="",
            example='"+61 3 5550 0177"',
        ),
        Key(
            "email",
            Text("an address", r"[^@\s]+@[^@\s]+", "an address has one '@'"),
            "An address for mail.",
            default="",
            example="mei@harbourstreet.example",
        ),
        Key("deputy", Name("people"), "Who stands in for this person.", example="ben"),
        Key("verified", Date(), "When somebody last rang the number.", example="2026-09-02"),
    ),
    build=_named(Person),
    short="name",
)

AUTHORITY = Section(
    "authority",
    "Who may do what when it matters.",
    (
        Key(
            "declare",
            names_of("people"),
            "May declare an incident.",
            default=(),
            example="[ben, mei]",
        ),
        Key("decide", names_of("people"), "Make the decisions.", default=(), example="[ben]"),
        Key(
            "lead",
            names_of("people"),
            "Leads the recovery, then who stands in.",
            default=(),
            example="[mei, ben]",
        ),
        Key("communicate", Name("people"), "Owns communication.", example="ben"),
        Key(
            "administer_backups",
            names_of("people"),
            "Administer backups.",
            default=(),
            example="[mei]",
        ),
        Key(
            "request_restores",
            names_of("people"),
            "May ask for a restore.",
            default=(),
            example="[ben]",
        ),
        Key(
            "approve_restores",
            names_of("people"),
            "May approve a restore that somebody else asked for.",
            default=(),
            example="[mei]",
        ),
        Key("facilitate_exercises", Name("people"), "Runs exercises.", example="ben"),
    ),
    build=lambda key, values: Authority(**values),
)

CHANNEL = Section(
    "channels",
    "A place where updates are published. The first in the plan is the usual one.",
    (
        Key(
            "name",
            _TEXT,
            "What it is, for people; its key where nothing is said.",
            example="External status page",
        ),
        _needs("The services and components that it needs itself."),
    ),
    build=_named(Channel),
)

COMMUNICATION = Section(
    "communication",
    "Who approves urgent communication to one audience.",
    (
        Key("approver", Name("people"), "Who approves it.", example="ben"),
        Key("deputy", Name("people"), "Who approves it otherwise.", example="mei"),
        Key("template", _TEXT, "Where the prepared text is.", default="", example="patients.txt"),
        Key(
            "recipient",
            _TEXT,
            "The regulator, where the audience is one.",
            default="",
            example="The information commissioner",
        ),
        Key(
            "trigger",
            _TEXT,
            "What makes it due.",
            default="",
            example="Patients' data may have been seen by others.",
        ),
        Key("deadline", Duration(), "How long after that it is due.", example="30 days"),
    ),
    build=lambda key, values: Communication(audience=key, **values),
)

COMMUNICATIONS = Section(
    "communications",
    "Who approves urgent communication, by audience.",
    tuple(
        Key(
            audience,
            Table(COMMUNICATION),
            meaning,
            example="{approver: ben, deputy: mei, template: outage.txt}",
        )
        for audience, meaning in zip(
            AUDIENCES,
            (
                "Communication to customers.",
                "Communication to suppliers.",
                "Communication to regulators.",
            ),
            strict=True,
        )
    ),
    build=lambda key, values: {name: one for name, one in values.items() if one is not None},
)

FACILITY = Section(
    "facilities",
    "Another place to work from.",
    (
        Key(
            "name",
            _TEXT,
            "What it is, for people; its key where nothing is said.",
            example="The spare suite",
        ),
        _needs("What it needs itself."),
    ),
    build=_named(Facility),
)

LOCATION = Section(
    "locations",
    "Where a document can be read. Words alone mean a place that needs nothing.",
    (
        Key("where", _TEXT, "The place.", required=True, example="A folder in the safe"),
        _needs("The services and components without which it cannot be read there."),
    ),
    build=lambda key, values: Location(**values),
    short="where",
)

DOCUMENT = Section(
    "documents",
    "Recovery instructions, contacts, or both.",
    (
        Key(
            "content",
            Texts(),
            "What is in it.",
            required=True,
            example="[recovery instructions, contacts]",
        ),
        Key(
            "locations",
            Tables(Table(LOCATION)),
            "Everywhere that it can be read.",
            default=(),
            example="[{where: shared drive, needs: [identity]}, A folder in the safe]",
        ),
    ),
    build=lambda key, values: Document(key=key, **{**values, "content": values["content"] or ()}),
)
