"""Which credentials a recovery needs, where they live, and whether that place is lost too (R-004).

The scenario is the plain one: every component of the service is lost, the plan is at hand. Only the
plan's text is looked at, never a secret. Paths are compared as the plan writes them: what cannot be
compared so is not known, and is never taken for reachable.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from refloat.assess import words
from refloat.assess.about import affected, subject
from refloat.assess.ground.basis import Basis
from refloat.assess.ground.moment import basis
from refloat.model.facts import Facts
from refloat.model.judgement import CredentialTrace, Finding, Reach, ServiceStatus, Severity
from refloat.model.options import Options, OptionValue
from refloat.model.plan import Component, Plan
from refloat.model.secret import SecretReference

_INTERPRETERS = frozenset(
    {"bash", "env", "java", "node", "perl", "php", "python", "python3", "ruby", "sh"}
)
"""Programs that say nothing about whose they are; the script that they run does."""


@dataclass(frozen=True)
class _Use:
    """One place of the plan where a secret is referred to."""

    needed_for: str
    component: str | None
    option: str
    reference: SecretReference
    kept: str = ""


@dataclass(frozen=True)
class _Held:
    """A path that is lost with a component; a bare word may be a path, or only a name."""

    component: str
    path: str
    certain: bool


@dataclass(frozen=True)
class _Found:
    """What is found of one reference."""

    reach: Reach
    because: str
    rests_on: str | None = None


def credential_traces(plan: Plan, service: str, instant: datetime) -> tuple[CredentialTrace, ...]:
    """Trace every credential that the recovery of a service needs.

    Args:
        plan: a valid plan; it alone is looked at.
        service: the service's key.
        instant: when.

    Returns:
        One trace for each place of the plan that refers to a secret: the repositories first, then
        the components in recovery order, the journey, and the sandbox.

    Raises:
        MissingInput: if the plan has no such service.
    """
    return traced(basis(plan, service, Facts(), instant))


def traced(start: Basis) -> tuple[CredentialTrace, ...]:
    """Give the same of a service that is judged already."""
    held = tuple(_held(start))
    return tuple(_trace(start, use, held) for use in _uses(start))


def credential_lost(start: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """A credential that the recovery needs is lost with the service (R-004)."""
    for traces in _by_reference(status):
        if traces[0].reach is Reach.LOST:
            yield _finding(start, traces)


def credential_not_known(start: Basis, status: ServiceStatus) -> Iterator[Finding]:
    """Nobody can say whether a credential that the recovery needs is lost, too (R-004)."""
    for traces in _by_reference(status):
        one = traces[0]
        elsewhere = one.rests_on is None and all(trace.kept for trace in traces)
        if one.reach is Reach.UNKNOWN and not elsewhere:
            yield _finding(start, traces)


def _by_reference(status: ServiceStatus) -> Iterable[list[CredentialTrace]]:
    by_reference: dict[str, list[CredentialTrace]] = {}
    for one in status.credentials:
        by_reference.setdefault(one.reference, []).append(one)
    return by_reference.values()


def _finding(start: Basis, traces: list[CredentialTrace]) -> Finding:
    one, lost = traces[0], traces[0].reach is Reach.LOST
    uses = words.listed(dict.fromkeys(trace.needed_for for trace in traces))
    kept = " ".join(dict.fromkeys(trace.kept for trace in traces if trace.kept))
    if lost:
        severity = Severity.MEDIUM if kept else Severity.HIGH
        said = f"{start.service.name} may not come back"
    else:
        severity = Severity.MEDIUM if one.rests_on is not None else Severity.ADVISORY
        said = f"Nobody has written down whether {start.service.name} can come back"
    return Finding(
        "CREDENTIAL_NOT_REACHABLE" if lost else "CREDENTIAL_REACH_NOT_KNOWN",
        ("R-004",),
        severity,
        f"{subject(start)}, credential {one.reference}",
        f"{said}: a credential is needed for {uses}. {one.because}"
        + (f" Another copy is kept: {kept}." if kept else "")
        + f" At stake: {affected(start)}.",
        f"Keep it where nothing of {start.service.name} is needed to get it, and see that the plan "
        "points there."
        if lost or one.rests_on is not None
        else "See that whoever recovers can get it when everything else is lost.",
        {
            "reference": one.reference,
            "rests_on": one.rests_on,
            "needed_for": tuple(f"{trace.needed_for} ({trace.option})" for trace in traces),
        },
    )


def _uses(start: Basis) -> Iterator[_Use]:
    """Walk the plan for every secret that the service's recovery refers to."""
    protections = [start.component(key).protection for key in start.data_sets]
    used = dict.fromkeys(one.repository for one in protections if one is not None)
    for key in used:
        repository = start.plan.repositories[key]
        for option, reference in _secrets(repository.options):
            kept = repository.key_kept if "." not in option else ""
            place = words.repository(start.plan, key)
            yield _Use(f"opening the copies in {place}", None, option, reference, kept)
    for key in start.strengths:
        yield from _of_component(start, start.component(key))
    for check in start.service.checks:
        for option, reference in _secrets(check.options):
            yield _Use(f"the journey ({check.name})", None, option, reference)
    for option, reference in _secrets(start.plan.sandbox_options):
        yield _Use("opening the sandbox", None, option, reference)


def _of_component(start: Basis, component: Component) -> Iterator[_Use]:
    name = words.component(start.plan, component.key)
    if component.protection is not None:
        for option, reference in _secrets(component.protection.options):
            yield _Use(f"restoring {name}", component.key, option, reference)
    ready = () if component.recovery.ready is None else (component.recovery.ready,)
    for check in (*ready, *component.checks):
        for option, reference in _secrets(check.options):
            yield _Use(f"checking {name} ({check.name})", component.key, option, reference)


def _secrets(options: Options) -> Iterator[tuple[str, SecretReference]]:
    for name, value in options.items():
        if isinstance(value, SecretReference):
            yield name, value
        elif isinstance(value, Mapping):
            for inner, one in value.items():
                if isinstance(one, SecretReference):
                    yield f"{name}.{inner}", one


def _held(start: Basis) -> Iterator[_Held]:
    """Give every path that is lost with the service: what its data sets' options may name.

    Which options are paths, only the adapters know; so every text is taken for one. A text without
    a slash may be a folder beside the plan or the name of a database: that is not certain.
    """
    for key in start.data_sets:
        protection = start.component(key).protection
        for value in protection.options.values() if protection is not None else ():
            for path, certain in _paths(value):
                yield _Held(key, path, certain)


def _paths(value: OptionValue) -> Iterator[tuple[str, bool]]:
    if isinstance(value, tuple):
        yield from ((path, True) for path in value if path and "://" not in path)
    elif isinstance(value, str) and value and "://" not in value:
        yield value, "/" in value


def _trace(start: Basis, use: _Use, held: tuple[_Held, ...]) -> CredentialTrace:
    reference = use.reference
    target = reference.target
    if reference.scheme == "file":
        lives, found = f"the file {target}", _of_file(start, target, held)
    elif reference.scheme == "command":
        lives, found = "what a command gives back", _of_command(start, target, held)
    else:
        lives = f"the environment of whoever runs Refloat: {target}"
        because = f"The plan does not say where whoever recovers takes {target} from."
        found = _Found(Reach.UNKNOWN, because)
    return CredentialTrace(
        service=start.service.key,
        needed_for=use.needed_for,
        component=use.component,
        option=use.option,
        reference=str(reference),
        lives_in=lives,
        reach=found.reach,
        because=found.because,
        rests_on=found.rests_on,
        kept=use.kept,
    )


def _of_file(start: Basis, target: str, held: tuple[_Held, ...]) -> _Found:
    """Hold a file against everything that is lost; what is certain goes before what is not."""
    doubt: _Found | None = None
    for one in held:
        name = words.component(start.plan, one.component)
        inside = _inside(target, one.path)
        if inside and one.certain:
            because = f"The file {target} is lost together with {name}, inside of {one.path}."
            return _Found(Reach.LOST, because, one.component)
        if inside:
            because = f"The file {target} may be lost together with {name} ({one.path})."
            doubt = _Found(Reach.UNKNOWN, because, one.component)
        elif inside is None and one.certain and doubt is None:
            because = (
                f"The plan writes only one of the file {target} and {one.path} of {name} from the "
                "root, so nobody can say whether the one lies inside of the other."
            )
            doubt = _Found(Reach.UNKNOWN, because)
    because = f"No data set of {start.service.name} holds the file {target}."
    return doubt or _Found(Reach.REACHABLE, because)


def _of_command(start: Basis, target: str, held: tuple[_Held, ...]) -> _Found:
    """A command may ask anything; say of which component it is where its words tell."""
    spoken = _split(target)
    names = {posixpath.basename(word) for word in spoken} - _INTERPRETERS
    for key in start.strengths:
        begun = start.component(key).recovery.start
        own = {posixpath.basename(word) for word in begun.command[:2]} if begun else set()
        within = [
            one.path
            for one in held
            if one.component == key and any(_inside(word, one.path) for word in spoken)
        ]
        if within or names & own:
            name = words.component(start.plan, key)
            because = f"It comes from a command that may need {name}, which is lost itself."
            return _Found(Reach.UNKNOWN, because, key)
    because = "It comes from a command; the plan does not say what that needs."
    return _Found(Reach.UNKNOWN, because)


def _split(command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError:
        return tuple(command.split())


def _inside(path: str, folder: str) -> bool | None:
    """Whether a path is a folder, or lies in it; None where one is absolute and one is not."""
    if posixpath.isabs(path) is not posixpath.isabs(folder):
        return None
    above = max(path.split("/").count(".."), folder.split("/").count(".."))
    root = "/" + "/".join("*" * (number + 1) for number in range(above))
    inner, outer = (
        posixpath.normpath(posixpath.join(root, one)).lstrip("/") for one in (path, folder)
    )
    return not outer or inner == outer or inner.startswith(f"{outer}/")
