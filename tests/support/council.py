"""A shire council: sixty services in five layers, on tape and in a cloud, with deep chains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.support.other_organisation import Line, Organisation, line, organisation, point, right
from tests.support.other_organisation import tested as whole

_BASE = {
    "power": (),
    "network": ("power",),
    "names": ("network",),
    "vault": ("power",),
    "identity": ("names", "vault"),
}
# fmt: off
_PLATFORM = (
    "virtual-hosts", "cloud-tenant", "storage", "mail-gateway", "printing",
)
_SHARED = (
    "registry", "payments-hub", "maps", "documents", "telephony", "web-site", "messaging",
    "workflow", "reporting", "signatures",
)
_FRONT = (
    "rates", "permits", "waste", "libraries", "parking", "pools", "roads", "animals", "rangers",
    "events", "grants", "property", "planning", "building", "health-inspections", "immunisation",
    "childcare", "aged-care", "halls", "cemetery",
)
_BACK = (
    "payroll", "accounts-payable", "ledger", "fleet", "depot", "stores", "training",
    "recruitment", "insurance", "legal", "audit", "records", "councillors", "elections",
    "surveys", "intranet", "time-sheets", "projects", "assets", "newsletters",
)
# fmt: on
_TIER_1 = ("rates", "waste", *_BASE)
_NIGHT = "2026-10-04T03:30:00+11:00"
"""Half an hour after the clocks went from two to three in Victoria."""
DISK = {"location": "disk", "failure_domain": "town-hall", "encrypted": True}
TAPE = {
    "location": "tape",
    "failure_domain": "library",
    "encrypted": True,
    "offline": True,
    "immutable": {"mode": "offline"},
}
VAULT = {
    "location": "vault",
    "failure_domain": "cloud-syd",
    "encrypted": True,
    "immutable": {"mode": "compliance", "until": "2027-01-03T02:00:00+10:00"},
}


@dataclass(frozen=True)
class _Service:
    """One of the council's services, in the order of the plan."""

    number: int
    name: str
    needs: tuple[str, ...]
    tier: int
    kind: str

    @property
    def words(self) -> str:
        return self.name.replace("-", " ")

    @property
    def owner(self) -> str:
        return ("ceo", "cfo", "com")[self.number % 3]

    @property
    def cloud(self) -> bool:
        return self.number % 2 == 1


def council() -> Organisation:
    """Give it in good order, in the night in which summer time began."""
    services = tuple(_services())
    approved_at, as_of = "2026-03-01T12:00:00+11:00", "2026-10-04T06:00:00+11:00"
    start = organisation("council", _lines(services), as_of, approved_at)
    text = start.plan + "services:\n" + "".join(_service(one) for one in services)
    text += "components:\n" + "".join(_component(one) for one in services)
    return replace(start, plan=text, signed=text)


def _services() -> Iterator[_Service]:
    named: list[tuple[str, tuple[str, ...]]] = list(_BASE.items())
    named += [(name, ("network", "identity")) for name in _PLATFORM]
    for number, name in enumerate(_SHARED):
        host = "virtual-hosts" if number % 2 else "cloud-tenant"
        named.append((name, (host, "storage" if number % 3 else "identity")))
    for number, name in enumerate(_FRONT):
        named.append((name, (_SHARED[number % 10], "identity")))
    for number, name in enumerate(_BACK):
        named.append((name, (_SHARED[number * 3 % 10], "identity")))
    for number, (name, needs) in enumerate(named):
        tier = 1 if name in _TIER_1 else 2 if number < 20 else 3
        kind = ("database", "files", "virtual machine")[number % 3]
        yield _Service(number, name, needs, tier, "identity" if name == "identity" else kind)


def _service(one: _Service) -> str:
    rto = "3 h" if one.name in _BASE else {1: "1 day", 2: "1 day", 3: "5 days"}[one.tier]
    rpo = {1: "6 h", 2: "12 h", 3: "1 day"}[one.tier]
    decided = f"basis: bia, approver: {one.owner}, review: 2027-03-01"
    text = f"""  {one.name}:
    name: The {one.words} service
    tier: {one.tier}
    processes: [{one.words} for residents]
    owner: {one.owner}
    technical_owner: {"ict" if one.cloud else "ops"}
    objectives:
      rpo: {{target: {rpo}, {decided}}}
      rto: {{target: {rto}, {decided}}}
    needs: [{", ".join((f"{one.name}-data", *one.needs))}]
    vendors: [{"cloud" if one.cloud else "telco"}]
    completeness: {{question: Is yesterday there?, confirmer: {one.owner}}}
    steps:
      - restore: {{brings_back: {one.name}-data, who: ops}}
      - look: {{needs: [restore], who: ict}}
"""
    if one.name in ("rates", "waste"):
        text += f"""    workarounds:
      paper forms:
        how: Residents fill in paper forms.
        data: none
        approved_by: {one.owner}
        usable_for: 5 days
        way_back: The forms are typed in.
"""
    return text


def _component(one: _Service) -> str:
    watch = (
        "platform: cloud-vault, copies: [vault, tape]"
        if one.cloud
        else "platform: tape-robot, copies: [disk, tape]"
    )
    return f"""  {one.name}-data:
    kind: {one.kind}
    name: the data of {one.words}
    retention: {{target: 35 days, approver: {one.owner}}}
    watch: {{{watch}, every: 4 h, kept_for: 35 days}}
"""


def _lines(services: tuple[_Service, ...]) -> Iterator[Line]:
    for one in services:
        source = "cloud-vault" if one.cloud else "tape-robot"
        copies = (VAULT, TAPE) if one.cloud else (DISK, TAPE)
        # One tool lists things by their keys; the other one by names, as people wrote them.
        name = f"{one.name}-data" if one.cloud else f"The data of {one.words}"
        yield point(source, name, _NIGHT, *copies, expires_at="2026-11-08T03:30:00+11:00")
        yield whole(one.name, "2026-08-20T09:00:00+10:00", 20, one.owner)
    seen = "2026-09-01T09:00:00+10:00"
    for place in ("disk", "tape", "vault"):
        disk = place == "disk"
        yield right("staff", "unprivileged", place, seen)
        every = ("list", "read_other", "modify", "delete") if disk else ()
        yield right("domain-admins", "privileged", place, seen, *every)
        yield right("backup-admins", "backup_admin", place, seen, *(every if disk else ("list",)))
    yield line(
        *("exercise", "exercises", "2026-09-10T17:00:00+10:00", "e1"),
        what="A flood at the town hall",
        at="2026-09-10T09:00:00+10:00",
        services=["rates"],
        decisions=True,
        communications=True,
        workarounds=True,
        restored=["rates"],
        common_point=True,
        frictions=["nobody had the key of the safe"],
        report="flood.pdf",
    )
