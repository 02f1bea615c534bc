"""The keys of what copies rest on: repositories, other people's tools, and who can do what."""

from __future__ import annotations

from typing import Any

from refloat.model.access import CanaryAccess, Lock, LockMode, Principal, PrincipalKind, Right
from refloat.model.organisation import Platform
from refloat.model.plan import Repository
from refloat.plan.mappings import ADAPTER, Named, Table
from refloat.plan.parts import EngineName, Needs
from refloat.plan.reading import INVALID, Key, Section
from refloat.plan.secrecy import TextMap
from refloat.plan.values import Boolean, Choice, Duration, Name, Text, Texts, names_of

_TEXT = Text()


def _repository(key: str, values: dict[str, Any]) -> Repository:
    chosen = values.pop(ADAPTER)
    options = chosen[1] if chosen is not INVALID and chosen[1] is not INVALID else {}
    said = {**values, "name": values["name"] or key, "lock": values["lock"] or Lock()}
    return Repository(key=key, options=options, **said)


LOCK = Section(
    "lock",
    "What keeps copies from being changed before their time. The mode alone may stand there.",
    (
        Key(
            "mode",
            Choice(tuple(mode.value for mode in LockMode), LockMode),
            "How: 'governance' can be opened by some account, 'compliance' by nobody.",
            required=True,
            example="compliance",
        ),
        Key(
            "period",
            Duration(),
            "How long after a copy was made; for ever where nothing is said.",
            example="35 days",
        ),
    ),
    build=lambda key, values: Lock(values["mode"] or LockMode.UNKNOWN, values["period"]),
    short="mode",
)

CANARY = Section(
    "canary",
    "How a principal reaches the repository, for 'refloat canary', which lets it try to delete a"
    " canary of Refloat's own.",
    (
        Key(
            "user",
            _TEXT,
            "The account of this machine that it acts as; Refloat must run as root for it.",
            default="",
            example="intruder",
        ),
        Key(
            "options",
            TextMap(),
            "Options of the engine that replace the repository's.",
            default={},
            example='{url: "rest:https://backup.example/vault"}',
        ),
        Key(
            "environment",
            TextMap(),
            "Variables of its own credential; it is given none of the repository's.",
            default={},
            example="{AWS_ACCESS_KEY_ID: env:THEIR_KEY_ID}",
        ),
    ),
    build=lambda key, values: CanaryAccess(**values),
)

REPOSITORY = Section(
    "repositories",
    "Where copies are kept. The options of the engine stand beside these keys.",
    (
        Key(
            "engine",
            EngineName(),
            "The engine of Refloat that keeps it; nothing where somebody else's tool does.",
            default="",
            example="restic",
        ),
        Key(
            "name",
            _TEXT,
            "What it is, for people; its key where nothing is said.",
            example="The disk in the cupboard",
        ),
        Key("site", _TEXT, "Where it stands.", default="", example="harbour-street"),
        Key(
            "failure_domain",
            _TEXT,
            "What it shares with others when something breaks: a room, a site.",
            default="",
            example="server room",
        ),
        Key(
            "authentication_domain",
            _TEXT,
            "Whose accounts can reach it.",
            default="",
            example="backup accounts",
        ),
        Key("encrypted", Boolean(), "Whether its copies are encrypted.", example="yes"),
        Key(
            "lock",
            Table(LOCK),
            "What keeps its copies from being changed; 'unknown' where nothing is said.",
            example="{mode: compliance, period: 35 days}",
        ),
        Key(
            "append_only",
            Boolean(),
            "Whether recovery points can only be added; retention is then never run.",
            default=False,
            example="yes",
        ),
        Key(
            "key_kept",
            _TEXT,
            "Where another copy of its key is kept, for the day when this machine is gone.",
            default="",
            example="a sealed envelope in the safe",
        ),
        Key(
            "rights",
            Named(
                Texts(
                    Choice(tuple(right.value for right in Right), Right),
                    "a right, or a list of them",
                    empty=True,
                ),
                "a mapping of principals to what each may do",
                section="principals",
            ),
            "What each principal may do to its copies; an empty list says that it may do nothing.",
            default={},
            example="{staff: [], administrators: [list, read other, delete]}",
        ),
        Key(
            "controlled_by",
            names_of("principals"),
            "Principals that own its host or account, and so have every right.",
            default=(),
            example="[administrators]",
        ),
        Key(
            "canary",
            Named(
                Table(CANARY), "a mapping of principals to how each is tried", section="principals"
            ),
            "By principal, how 'refloat canary' tries whether it could delete copies.",
            default={},
            example="{administrators: {user: intruder}}",
        ),
    ),
    build=_repository,
    room="engines",
    inline="engine",
)

PLATFORM = Section(
    "platforms",
    "Somebody's backup tool that Refloat watches and does not run.",
    (
        Key(
            "name",
            _TEXT,
            "What it is, for people; its key where nothing is said.",
            example="The backup server",
        ),
        Key(
            "needs",
            Needs(),
            "What must be there so that somebody can sign in to it and restore.",
            default=(),
            example="[identity]",
        ),
        Key("sign_in", _TEXT, "Which accounts open it.", default="", example="domain accounts"),
        Key(
            "break_glass",
            Boolean(),
            "Whether a sealed account opens it when what it needs is away.",
            default=False,
            example="no",
        ),
        Key(
            "key_kept",
            _TEXT,
            "Where the keys of its copies are kept.",
            default="",
            example="two sealed envelopes",
        ),
        Key("administrator", Name("people"), "Who runs it.", example="mei"),
    ),
    build=lambda key, values: Platform(key=key, **{**values, "name": values["name"] or key}),
)

PRINCIPAL = Section(
    "principals",
    "An account, or a group of accounts, that can sign in somewhere.",
    (
        Key(
            "kind",
            Choice(tuple(kind.value for kind in PrincipalKind), PrincipalKind),
            "What it is.",
            required=True,
            example="privileged",
        ),
        Key(
            "members",
            Texts(words="a person's key or other words, or a list of them", empty=True),
            "People of the plan in it, by their keys, or words for who else is.",
            default=(),
            example="[mei, sealed]",
        ),
        Key(
            "member_of",
            names_of("principals"),
            "Principals whose rights it has too.",
            default=(),
            example="[administrators]",
        ),
        Key(
            "can_become",
            names_of("principals"),
            "Principals whose password it can set, or whose host it controls.",
            default=(),
            example="[backup-operators]",
        ),
    ),
    build=lambda key, values: Principal(key=key, **values),
)
