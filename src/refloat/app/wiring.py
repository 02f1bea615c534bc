"""The only place that joins the plan, the adapters' registries and the recovery."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from refloat import registry
from refloat.app.resolve import absolute, absolute_path, fetch, references
from refloat.app.workspace import Workspace
from refloat.data_sets import DataSet, Target
from refloat.engines import Engine, Reader, RepositoryAccess, Writer
from refloat.model.access import CanaryAccess
from refloat.model.errors import MissingInput, NotAllowed, UsageProblem
from refloat.model.options import OptionType
from refloat.model.plan import (
    CheckSpecification,
    Component,
    Plan,
    Protection,
    Recovery,
    Repository,
    Service,
)
from refloat.model.secret import SecretReference
from refloat.plan import closure, unrecoverable
from refloat.recovery import guard
from refloat.recovery.preparation import Preparation, PreparedCheck, PreparedComponent
from refloat.sandboxes import Sandbox

DEFAULT_USER = "nobody"


def engine_of(repository: Repository) -> Engine:
    """Give the engine that keeps a repository."""
    engine: Engine = registry.adapters("engines")[repository.engine]
    return engine


def data_set_of(protection: Protection) -> DataSet:
    """Give the kind of data set that a protection is of."""
    data_set: DataSet = registry.adapters("data_sets")[protection.data_set]
    return data_set


def access(workspace: Workspace, repository: Repository) -> RepositoryAccess:
    """Make everything that an engine needs to open a repository.

    Raises:
        SecretProblem: if its password cannot be had.
    """
    engine = engine_of(repository)
    return RepositoryAccess(
        key=repository.key,
        options=absolute(repository.options, engine.options, workspace.folder),
        secrets=fetch(repository.options, workspace.folder),
        append_only=repository.append_only,
    )


def intruder(workspace: Workspace, repository: Repository, given: CanaryAccess) -> RepositoryAccess:
    """Make what somebody else opens a repository with: none of Refloat's own variables are in it.

    Raises:
        UsageProblem: if the plan gives an option that the engine does not have.
        SecretProblem: if a secret cannot be had.
    """
    declared = {option.name: option for option in engine_of(repository).options}
    for name, value in given.options.items():
        option = declared.get(name)
        if option is None or (option.type is OptionType.SECRET) != isinstance(
            value, SecretReference
        ):
            raise UsageProblem(
                f"canary of {repository.key}: {name!r} is no option of {repository.engine} that"
                " can be written so",
                hint=f"It has: {', '.join(declared)}.",
            )
    kept = {
        name: value
        for name, value in repository.options.items()
        if declared[name].type is not OptionType.TEXT_MAP
    }
    options = {**kept, **given.options}
    if given.environment:
        options["environment"] = _variables(given)
    return RepositoryAccess(
        key=repository.key,
        options=absolute(options, declared.values(), workspace.folder),
        secrets=fetch(options, workspace.folder),
        append_only=repository.append_only,
    )


def _variables(given: CanaryAccess) -> dict[str, str | SecretReference]:
    return {
        name: value
        for name, value in given.environment.items()
        if isinstance(value, str | SecretReference)
    }


def readers(workspace: Workspace, keys: frozenset[str]) -> dict[str, Reader]:
    """Open repositories for reading, one reader each, by repository key."""
    repositories = workspace.plan.repositories
    return {
        key: engine_of(repositories[key]).reader(access(workspace, repositories[key]))
        for key in sorted(keys)
    }


def writer(workspace: Workspace, key: str) -> Writer:
    """Open a repository for backups."""
    repository = workspace.plan.repositories[key]
    return engine_of(repository).writer(access(workspace, repository))


def prepare(workspace: Workspace, service: Service, scratch: Path) -> Preparation:
    """Find the adapters, resolve paths and secrets of a service and all that it needs.

    Args:
        workspace: the plan and the state.
        service: the service that is to come back.
        scratch: a private folder for the recovery.

    Raises:
        MissingInput: if nothing can bring back what the service cannot run without.
        SecretProblem: if a secret cannot be had.
        NotAllowed: if the plan asks for a hole in the walls.
    """
    plan = workspace.plan
    _refuse_what_stays_away(plan, service)
    components = [plan.components[key] for key in closure(plan, service.key)]
    open_readers = readers(workspace, _repositories(components))
    software = tuple(
        absolute_path(path, workspace.folder)
        for component in components
        for path in component.recovery.software
    )
    _guard(workspace, components, software, scratch)
    return Preparation(
        plan=plan,
        service=service,
        plan_folder=workspace.folder,
        components={one.key: _component(workspace, one, open_readers) for one in components},
        journey=tuple(_check(workspace, one, DEFAULT_USER) for one in service.checks),
        sandbox=sandbox_of(workspace),
        sandbox_options=plan.sandbox_options,
        software=software,
        scratch=scratch,
    )


def prepare_data(
    workspace: Workspace, subject: str, keys: tuple[str, ...], scratch: Path
) -> Preparation:
    """Find the adapters, resolve paths and secrets of the data of some components alone.

    No application is started and no check of the plan is asked: only data comes back.

    Args:
        workspace: the plan and the state.
        subject: what it is for, for people: a service or a component.
        keys: protected components.
        scratch: a private folder for the comparison.

    Raises:
        SecretProblem: if a secret cannot be had.
        NotAllowed: if the plan asks for a hole in the walls.
    """
    plan = workspace.plan
    components = [
        replace(
            one, checks=(), recovery=Recovery(timeout=one.recovery.timeout, software=_shown(one))
        )
        for one in (plan.components[key] for key in keys)
    ]
    open_readers = readers(workspace, _repositories(components))
    software = tuple(
        absolute_path(path, workspace.folder) for one in components for path in _shown(one)
    )
    _guard(workspace, components, software, scratch)
    return Preparation(
        plan=plan,
        service=Service(key=subject, name=subject),
        plan_folder=workspace.folder,
        components={one.key: _component(workspace, one, open_readers) for one in components},
        journey=(),
        sandbox=sandbox_of(workspace),
        sandbox_options=plan.sandbox_options,
        software=software,
        scratch=scratch,
    )


def refuse_place(workspace: Workspace, folder: Path) -> None:
    """See that a folder to restore into lies in nothing of production, copies or Refloat's own.

    Raises:
        NotAllowed: if it does.
    """
    resolved = folder.resolve()
    for what, place in _private_places(workspace):
        inside = place.resolve()
        if resolved == inside or inside in resolved.parents:
            raise NotAllowed(
                f"{folder} lies in {what} ({place}); a restore never goes there",
                hint="Name a folder somewhere else.",
            )


def _private_places(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """Name every place that nothing may be restored into, by what it is."""
    plan, folder = workspace.plan, workspace.folder
    yield "Refloat's own state", workspace.state
    for key, repository in plan.repositories.items():
        if repository.engine:
            for path in _local_paths(repository):
                yield f"the repository {key}", absolute_path(path, folder)
    for key, one in plan.components.items():
        if one.protection is not None:
            for path in _paths(one.protection):
                yield f"the production data of {key}", absolute_path(path, folder)


def _shown(component: Component) -> tuple[str, ...]:
    return component.recovery.software


def _refuse_what_stays_away(plan: Plan, service: Service) -> None:
    gone = unrecoverable(plan, service.key)
    if not gone:
        return
    names = ", ".join(_name(plan.components[key]) for key in gone)
    watched = any(plan.components[key].watch is not None for key in gone)
    other = " What somebody else's tool copies is restored and recorded there." if watched else ""
    raise MissingInput(
        f"Refloat has no way to bring back {names}, and {service.name} cannot run without it",
        hint=f"Give it 'protect', or 'recover' with 'start'.{other}",
    )


def _name(component: Component) -> str:
    named = component.name and component.name != component.key
    return f"{component.name} ({component.key})" if named else component.key


def sandbox_of(workspace: Workspace) -> Sandbox:
    """Give the sandbox that the plan names."""
    sandboxes = registry.adapters("sandboxes")
    if workspace.plan.sandbox not in sandboxes:
        raise MissingInput(f"there is no sandbox {workspace.plan.sandbox!r}")
    sandbox: Sandbox = sandboxes[workspace.plan.sandbox]
    return sandbox


def _repositories(components: list[Component]) -> frozenset[str]:
    return frozenset(one.protection.repository for one in components if one.protection is not None)


def _component(
    workspace: Workspace, component: Component, open_readers: Mapping[str, Reader]
) -> PreparedComponent:
    user = component.user or DEFAULT_USER
    recovery, protection = component.recovery, component.protection
    start = recovery.start
    return PreparedComponent(
        component=component,
        user=user,
        data_set=data_set_of(protection) if protection is not None else None,
        target=_target(workspace, component, user),
        reader=open_readers[protection.repository] if protection is not None else None,
        start=start.command if start is not None else (),
        environment=start.environment if start is not None else {},
        folder=str(absolute_path(start.folder if start is not None else "", workspace.folder)),
        ready=_check(workspace, recovery.ready, user) if recovery.ready is not None else None,
        checks=tuple(_check(workspace, one, user) for one in component.checks),
    )


def _target(workspace: Workspace, component: Component, user: str) -> Target | None:
    protection = component.protection
    if protection is None:
        return None
    return Target(
        key=component.key,
        options=absolute(protection.options, data_set_of(protection).options, workspace.folder),
        secrets=fetch(protection.options, workspace.folder),
        user=user,
        timeout=protection.timeout.total_seconds(),
        heartbeat=protection.heartbeat,
    )


def _check(workspace: Workspace, specification: CheckSpecification, user: str) -> PreparedCheck:
    adapter = registry.adapters("checks")[specification.kind]
    return PreparedCheck(
        specification=specification,
        adapter=adapter,
        options=absolute(specification.options, adapter.options, workspace.folder),
        secrets=fetch(specification.options, workspace.folder),
        user=user,
    )


def _guard(
    workspace: Workspace, components: list[Component], software: tuple[Path, ...], scratch: Path
) -> None:
    private = {"Refloat's own state": workspace.state, "the plan's folder": workspace.folder}
    for reference in _secrets(workspace, components):
        if reference.scheme == "file":
            private[f"the secret {reference}"] = absolute_path(reference.target, workspace.folder)
    for key in _repositories(components):
        for path in _local_paths(workspace.plan.repositories[key]):
            private[f"the repository {key}"] = absolute_path(path, workspace.folder)
    sources = {
        one.key: absolute_path(path, workspace.folder)
        for one in components
        if one.protection is not None
        for path in _paths(one.protection)
    }
    guard.refuse_holes(scratch=scratch, software=software, private=private, sources=sources)


def _secrets(workspace: Workspace, components: list[Component]) -> Iterator[SecretReference]:
    """Give every reference to a secret that a recovery of these components may use."""
    for key in _repositories(components):
        repository = workspace.plan.repositories[key]
        yield from references(repository.options)
        for canary in repository.canary.values():
            yield from references({**canary.options, "environment": _variables(canary)})
    for component in components:
        if component.protection is not None:
            yield from references(component.protection.options)
        for check in component.checks:
            yield from references(check.options)
    for service in workspace.plan.services.values():
        for check in service.checks:
            yield from references(check.options)


def _paths(protection: Protection) -> tuple[str, ...]:
    paths = protection.options.get("paths", ())
    return paths if isinstance(paths, tuple) else ()


def _local_paths(repository: Repository) -> tuple[str, ...]:
    """Give the paths of this machine among a repository's options, as its engine declares them."""
    return tuple(
        str(repository.options[option.name])
        for option in engine_of(repository).options
        if option.type is OptionType.PATH and repository.options.get(option.name)
    )
