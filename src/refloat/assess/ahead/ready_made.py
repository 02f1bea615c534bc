"""What every organisation should have thought through once: scenarios made from its own plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refloat.assess import words
from refloat.assess.about import called
from refloat.assess.ahead.absent import duties
from refloat.assess.ahead.known_losses import EVERYTHING
from refloat.assess.ahead.losses import perhaps_meant
from refloat.assess.ahead.recovery_network import recovery_network
from refloat.assess.organisation import Organisation
from refloat.model.ahead import Loss, LossKind, Scenario
from refloat.model.errors import MissingInput, UsageProblem
from refloat.model.plan import ComponentKind, Plan
from refloat.plan import first_of

IDENTITY, RANSOMWARE = "identity", "ransomware"
"""Keys of the scenarios that are there once."""


def ready_made(organisation: Organisation) -> Mapping[str, Scenario]:
    """Give every scenario that an organisation's plan suggests, by its key.

    These are: nobody can sign in (``identity``); an intruder with a domain administrator's rights
    (``ransomware``); the loss of each site (``site:KEY``), of each vendor and of each place of
    copies that is no site (``provider:KEY``); each data set deleted by mistake
    (``deletion:KEY``); and each person away who has a duty (``person:KEY``). What the plan does
    not know is left out.
    """
    return {one.key: one for one in organisation.once(_made)}


def scenario_named(organisation: Organisation, name: str) -> Scenario:
    """Find a scenario by its key, or by what its key begins with if that is enough.

    Raises:
        UsageProblem: if several begin so.
        MissingInput: if none does.
    """
    known = ready_made(organisation)
    if name in known:
        return known[name]
    found = [key for key in known if key.startswith(name)] if name else list(known)
    if len(found) == 1:
        return known[found[0]]
    if found:
        raise UsageProblem(
            f"{name!r} is not enough to tell a scenario", hint=f"There are {first_of(found)}."
        )
    raise MissingInput(f"there is no scenario {name!r}", hint=_hint(name, list(known)))


def _hint(name: str, known: list[str]) -> str:
    """Say which scenarios somebody may have meant, or which there are."""
    if not known:
        return "The plan suggests none."
    meant = name.strip().casefold()
    close = [key for key in known if meant in (key.casefold(), key.partition(":")[2].casefold())]
    close = close or [key for key in known if meant.startswith(key.casefold())]
    return perhaps_meant(meant, known, close) or f"There are {first_of(known)}; or say --lose KEY."


def signing_in(plan: Plan) -> frozenset[str]:
    """Name what people sign in with: services and components."""
    return frozenset(
        (
            *(key for key, one in plan.components.items() if one.kind is ComponentKind.IDENTITY),
            *(
                key
                for one in plan.services.values()
                for step in one.steps
                for key in step.signs_in_with
            ),
            *(need.on for one in plan.platforms.values() for need in one.needs),
        )
    )


def _made(organisation: Organisation) -> tuple[Scenario, ...]:
    plan = organisation.plan
    return (
        *_identity(plan),
        *_ransomware(organisation),
        *_sites(organisation),
        *_providers(organisation),
        *_deletions(plan),
        *_absences(plan),
    )


def _identity(plan: Plan) -> Iterator[Scenario]:
    lost = tuple(
        Loss(LossKind.SERVICE if key in plan.services else LossKind.COMPONENT, key)
        for key in sorted(signing_in(plan))
        if key in plan.services or key in plan.components
    )
    if lost:
        names = words.listed(called(plan, one.key) for one in lost)
        yield Scenario(
            IDENTITY,
            "Nobody can sign in",
            tuple(sorted(lost)),
            (f"What people sign in with is {names}, and its data is lost with it.",),
        )


def _ransomware(organisation: Organisation) -> Iterator[Scenario]:
    everything = Loss(LossKind.PRODUCTION, EVERYTHING)
    if everything in recovery_network(organisation).strikes:
        yield Scenario(
            RANSOMWARE,
            "An intruder with the rights of a domain administrator has encrypted everything",
            (everything,),
            (
                "Everything that runs is lost, but for what vendors run; the intruder acts in the "
                "name of every account of production, and alters every copy that one of them can.",
                "The tools that restore can be put anew.",
            ),
        )


def _sites(organisation: Organisation) -> Iterator[Scenario]:
    for loss in recovery_network(organisation).strikes:
        if isinstance(loss, Loss) and loss.kind is LossKind.SITE:
            yield Scenario(
                f"site:{loss.key}",
                f"The site {loss.key} is lost",
                (loss,),
                ("Other equipment, and another place for it, can be had at once.",),
            )


def _providers(organisation: Organisation) -> Iterator[Scenario]:
    plan = organisation.plan
    lost: dict[str, list[Loss]] = {}
    for loss in recovery_network(organisation).strikes:
        if isinstance(loss, Loss) and loss.kind in (LossKind.VENDOR, LossKind.FAILURE_DOMAIN):
            lost.setdefault(loss.key, []).append(loss)
    for key, losses in sorted(lost.items()):
        yield Scenario(
            f"provider:{key}",
            f"{plan.vendors[key].name or key} is gone"
            if key in plan.vendors
            else f"Everything kept at {key} is lost",
            tuple(sorted(losses)),
            ("Nobody else takes the provider's place while this lasts.",)
            if key in plan.vendors
            else (),
        )


def _deletions(plan: Plan) -> Iterator[Scenario]:
    for key, one in sorted(plan.components.items()):
        if one.copied:
            yield Scenario(
                f"deletion:{key}",
                f"By mistake somebody deletes {words.component(plan, key)}",
                (Loss(LossKind.COMPONENT, key),),
                ("Replicas and standbys follow at once; copies of an earlier time do not.",),
            )


def _absences(plan: Plan) -> Iterator[Scenario]:
    having = duties(plan)
    for key, one in sorted(plan.people.items()):
        if having.get(key):
            yield Scenario(
                f"person:{key}",
                f"{one.name or key} is away",
                (Loss(LossKind.PERSON, key),),
                ("Nothing else is lost; nobody learns the work before it is needed.",),
            )
