"""Sheets that an organisation works through: review, responsibilities, renewal answers, kit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from refloat.model.answers import Cell
from refloat.model.runsheet import RunStep


@dataclass(frozen=True)
class Gate:
    """One step of the recovery review (R-110 to R-116).

    Attributes:
        step: its number, 1 to 7.
        requirement: the requirement that it stems from.
        title: what is done in it.
        done: whether everything is there.
        missing: what is missing, one sentence each; empty exactly when it is done.
        artefact: what its table is called.
        columns: the table's headings.
        rows: the table.
    """

    step: int
    requirement: str
    title: str
    done: bool
    missing: tuple[str, ...]
    artefact: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ReviewFinding:
    """A finding as a review lists it.

    Attributes:
        code: its rule's name.
        severity: how much it matters.
        subject: what it is about.
        sentence: what it means for the business.
        next_step: what to do next.
        first_seen: since when; None if the facts do not say.
        owner: who sees to it, or accepted it, by name; empty if nobody.
        due: until when; None if nobody said.
        accepted: whether somebody accepted it, rather than mending it.
    """

    code: str
    severity: str
    subject: str
    sentence: str
    next_step: str
    first_seen: datetime | None = None
    owner: str = ""
    due: datetime | None = None
    accepted: bool = False


@dataclass(frozen=True)
class Review:
    """The seven-step recovery review of an organisation at one instant (R-117).

    Attributes:
        organisation: whose it is.
        as_of: the instant.
        plan: the plan's fingerprint.
        facts: by kind of fact, the digest of all that were known.
        gates: the seven steps, in order.
        findings: everything that was found, the most severe first.
    """

    organisation: str
    as_of: datetime
    plan: str
    facts: Mapping[str, str]
    gates: tuple[Gate, ...]
    findings: tuple[ReviewFinding, ...]

    @property
    def done(self) -> bool:
        """Whether every gate is done."""
        return all(gate.done for gate in self.gates)


@dataclass(frozen=True)
class ResponsibilityRow:
    """Who is responsible in one area (R-108).

    Attributes:
        area: ``identity``, ``sharing``, ``logging``, ``backup``, or the plan's own.
        cells: by party, who is; empty text for a blank.
    """

    area: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class RoleRow:
    """Who has one of the roles of a restore (R-034, R-106).

    Attributes:
        role: ``administers``, ``requests``, ``approves`` or ``executes``.
        people: their names; empty if nobody is named.
        separation: what keeps the roles apart, or does not, one sentence.
        separated: whether they are kept apart; None if nobody is named.
    """

    role: str
    people: tuple[str, ...]
    separation: str
    separated: bool | None


@dataclass(frozen=True)
class Responsibilities:
    """Who is responsible for what, and who may do what.

    Attributes:
        parties: the columns of the table.
        rows: its rows.
        blank: area and party of every empty cell.
        roles: the roles of a restore.
    """

    parties: tuple[str, ...]
    rows: tuple[ResponsibilityRow, ...]
    blank: tuple[tuple[str, ...], ...]
    roles: tuple[RoleRow, ...]


@dataclass(frozen=True)
class RenewalRow:
    """What a provider can show of one service before its contract is renewed.

    Attributes:
        service: the service's key.
        name: its name for people.
        protected: what is protected (R-123).
        restored: how it is restored (R-124).
        lasts: how long recovery takes, measured against what is promised (R-125).
        unanswered: which of ``protected``, ``restored`` and ``lasts`` nothing answers.
    """

    service: str
    name: str
    protected: Cell
    restored: Cell
    lasts: Cell
    unanswered: tuple[str, ...]


@dataclass(frozen=True)
class RenewalAnswers:
    """The questions to ask a provider before a contract is renewed, answered from facts.

    Attributes:
        vendor: the provider's key.
        name: its name for people.
        contract: the reference of the contract; empty if nobody said.
        contract_end: when it ends; None if nobody said.
        rows: one for each service that it looks after.
        clauses: what the contract needs to say, for whatever nothing answers.
    """

    vendor: str
    name: str
    contract: str
    contract_end: date | None
    rows: tuple[RenewalRow, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class KitContact:
    """Somebody to call.

    Attributes:
        name: the name.
        parts: what they decide, do or own.
        phone: the number; empty if nobody said.
        verified: when somebody last tried it; None if never.
        deputy: who stands in, with number; empty if nobody.
    """

    name: str
    parts: tuple[str, ...]
    phone: str
    verified: date | None = None
    deputy: str = ""


@dataclass(frozen=True)
class KitService:
    """One service in the kit.

    Attributes:
        name: its name.
        wave: in which wave it comes back, from 1.
        tier: 1 for the most important; None if nobody decided.
        processes: what waits for it.
        targets: how soon, and with how much loss, in words.
        needs: names of the services that must be back before.
        steps: its run sheet.
        workarounds: how people work meanwhile, in sentences.
    """

    name: str
    wave: int
    tier: int | None
    processes: tuple[str, ...]
    targets: tuple[str, ...]
    needs: tuple[str, ...]
    steps: tuple[RunStep, ...]
    workarounds: tuple[str, ...]


@dataclass(frozen=True)
class KitTable:
    """A plain table of the kit.

    Attributes:
        title: its heading.
        columns: the headings of its columns.
        rows: its rows.
        empty: what is said where it has no rows.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str


@dataclass(frozen=True)
class KitCard:
    """What of the kit a telephone reads from paper.

    Attributes:
        text: a vCard with the first numbers to call, and the fingerprint of the kit's plan.
        names: whose numbers are in it, in the order to call.
        left_out: how many more people with a number stand in the kit alone.
    """

    text: str
    names: tuple[str, ...]
    left_out: int


@dataclass(frozen=True)
class Kit:
    """Everything that people need to begin a recovery without any system (R-135).

    Attributes:
        organisation: whose it is.
        as_of: the instant.
        plan: fingerprint of the plan that it was made from; a kit of another plan is stale.
        contacts: whom to call.
        services: what to bring back, in this order.
        tables: authority, vendors, communication, places, copies and keys.
    """

    organisation: str
    as_of: datetime
    plan: str
    contacts: tuple[KitContact, ...]
    services: tuple[KitService, ...]
    tables: tuple[KitTable, ...] = field(default_factory=tuple)
