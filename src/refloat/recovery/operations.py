"""The operations of a recovery: each takes the session, does one thing, and says how it ended.

None raises for what it finds: a failed restore is a result. What an operation makes for others
(chosen points, restored items, running programs) lies in the session.
"""

from __future__ import annotations

import random
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from refloat.data_sets import Prepares
from refloat.host import files
from refloat.model.place import Running
from refloat.model.run import CheckResult, Outcome, Stage
from refloat.recovery.checking import ask, context, data_checks, judged, result
from refloat.recovery.choose import choose as choose_points
from refloat.recovery.choose import random_instant
from refloat.recovery.listing import points_for
from refloat.recovery.preparation import Preparation, PreparedComponent
from refloat.recovery.session import Done, Session
from refloat.sandboxes import SandboxRequest

POLL_SECONDS = 0.05
SETTLING_SECONDS = 1.0


def choose(session: Session, _key: str) -> Done:
    """Choose the common recovery point, and see that the disk has room for it."""
    notes: tuple[str, ...] = ()
    if session.common is None:
        session.known = points_for(session.preparation)
        notes = _clock_behind(session)
        if session.window is not None:
            chance = random.SystemRandom()
            session.loss_at = random_instant(session.known, session.window, session.loss_at, chance)
        session.latest = {
            key: max(some, key=lambda point: point.consistency_time)
            for key, some in session.known.items()
            if some
        }
        session.common = choose_points(session.known, session.loss_at)
    common, preparation = session.common, session.preparation
    if common.missing:
        names = ", ".join(common.missing)
        return Done(
            Outcome.COULD_NOT_RUN,
            f"there is no recovery point of {names} at or before the instant asked for",
            notes=notes,
        )
    needed = sum(
        preparation.components[key].its_data_set().estimate(point)
        for key, point in common.points.items()
    )
    files.require_room(preparation.scratch, needed)
    count, skew = len(common.points), common.skew.total_seconds()
    return Done(Outcome.PASSED, f"{count} recovery points, {skew:.1f} s apart", notes=notes)


def sandbox_folder(preparation: Preparation) -> Path:
    """Say where the sandbox of a recovery keeps everything."""
    return preparation.scratch / "sandbox"


def isolate(session: Session, _key: str) -> Done:
    """Open the sandbox."""
    preparation = session.preparation
    session.place = preparation.sandbox.open(
        SandboxRequest(
            run=session.run,
            folder=sandbox_folder(preparation),
            users=tuple(sorted({c.user for c in preparation.components.values() if c.user})),
            software=preparation.software,
            options=preparation.sandbox_options,
        )
    )
    facts = session.place.facts()
    return Done(Outcome.PASSED, f"{facts.version}: {', '.join(facts.namespaces)}")


def prepare(session: Session, key: str) -> Done:
    """Make the empty server that will take the data, while the data is still coming."""
    data_set = session.component(key).its_data_set()
    assert isinstance(data_set, Prepares), "the machine asks only those that can"
    data_set.prepare(session.here(), session.component(key).its_target())
    return Done(Outcome.PASSED, "an empty server is ready to take the data")


def restore(session: Session, key: str) -> Done:
    """Let the engine put the chosen point into a staging folder."""
    component, point = session.component(key), session.point(key)
    protection = component.component.protection
    assert protection is not None, "only protected components are restored"
    staging = session.here().staging(key)
    _empty(staging)
    with ThreadPoolExecutor(1) as pool:  # the seal is read while the data comes
        reading = pool.submit(session.seal_of, key)
        restored = component.its_reader().restore(
            point,
            staging,
            timeout=protection.timeout.total_seconds(),
        )
        reading.result()
    session.restored[key] = restored
    return Done(
        Outcome.PASSED,
        f"{point.engine} {point.identity[:8]} of {point.consistency_time:%Y-%m-%d %H:%M:%S} UTC",
        bytes=restored.bytes,
    )


def load(session: Session, key: str) -> Done:
    """Put what was restored where it belongs."""
    component = session.component(key)
    sealed = session.seal_of(key)
    notes = component.its_data_set().load(
        session.here(), component.its_target(), session.restored[key], sealed.attachments
    )
    return Done(Outcome.PASSED, "the data is in its place", notes=notes)


def start(session: Session, key: str) -> Done:
    """Start the component's server: the data set's own, or the command of the plan."""
    component, place = session.component(key), session.here()
    if component.start:
        place.make_folder(component.folder, user=component.user, mode=0o755)
        session.running[key] = place.start(
            key,
            component.start,
            user=component.user,
            environment=component.environment,
            folder=component.folder,
        )
        return Done(Outcome.PASSED, f"started {component.start[0]}")
    running = component.its_data_set().serve(place, component.its_target())
    if running is not None:
        session.running[key] = running
    return Done(Outcome.PASSED, "started")


def ready(session: Session, key: str) -> Done:
    """Ask again and again until the component answers, its program dies, or its time is up."""
    component = session.component(key)
    began = time.monotonic()
    limit = component.component.recovery.timeout.total_seconds()
    last = "it has not answered yet"
    while True:
        answers, last = _answers(session, component, last, time.monotonic() - began)
        if answers:
            return Done(Outcome.PASSED, "it answers")
        running = session.running.get(key)
        if session.cancelled.is_set():
            return Done(Outcome.COULD_NOT_RUN, "stopped before it answered")
        if running is not None and not running.alive():
            return Done(Outcome.FAILED, f"its program ended before it answered: {_words(running)}")
        if time.monotonic() - began > limit:
            words = f": {_words(running)}" if running is not None else ""
            return Done(Outcome.FAILED, f"it did not answer within {limit:.0f} s ({last}){words}")
        time.sleep(POLL_SECONDS)


def check(session: Session, key: str) -> Done:
    """Hold the restored data against its baseline, then ask the component's own checks."""
    component = session.component(key)
    results: list[CheckResult] = []
    if component.data_set is not None:
        if key not in session.compared:
            session.compared[key] = tuple(data_checks(session, component))
        results += session.compared[key]
    variables: dict[str, str] = {}
    for prepared in component.checks:
        results.append(ask(session, prepared, variables, key))
    running = session.running.get(key)
    if running is not None and not running.alive() and not session.cancelled.is_set():
        ended = f"its program ended: {_words(running)}"
        return Done(Outcome.FAILED, ended, checks=tuple(results))
    return judged(results, "nothing was asked of it" if not results else "")


def journey(session: Session, _key: str) -> Done:
    """Do what a user does, in order; after a step that did not pass the rest cannot run."""
    results: list[CheckResult] = []
    variables: dict[str, str] = {}
    for prepared in session.preparation.journey:
        if results and results[-1].outcome is not Outcome.PASSED:
            before = results[-1].name
            results.append(
                result(
                    prepared, Outcome.COULD_NOT_RUN, f"not asked, because '{before}' did not pass"
                )
            )
            continue
        results.append(ask(session, prepared, variables, None))
    if not results:
        return Done(Outcome.COULD_NOT_RUN, "the plan has no checks of the service itself")
    return judged(results, "")


OPERATIONS = {
    Stage.CHOOSE: choose,
    Stage.ISOLATE: isolate,
    Stage.PREPARE: prepare,
    Stage.RESTORE: restore,
    Stage.LOAD: load,
    Stage.START: start,
    Stage.READY: ready,
    Stage.CHECK: check,
    Stage.JOURNEY: journey,
}
"""What carries out each stage; given the session and the component's key."""


def _clock_behind(session: Session) -> tuple[str, ...]:
    """See whether points are of a later time than now: then a clock was set back, or is wrong.

    What was made before this drill was declared cannot be later than it; so where the newest state
    is asked for, the instant of loss moves to the newest point, and no newer data is passed over.
    """
    newest = {
        key: max(point.consistency_time for point in some)
        for key, some in session.known.items()
        if some
    }
    late = {key: time for key, time in newest.items() if time > session.declared_at}
    if not late:
        return ()
    if session.mode == "latest":
        session.loss_at = max(session.loss_at, *late.values())
    return (
        f"The newest recovery points of {', '.join(sorted(late))} are later than this machine's"
        f" clock, by up to {(max(late.values()) - session.declared_at).total_seconds():.0f} s: a"
        " clock was set back, or is wrong.",
    )


def _empty(staging: Path) -> None:
    """Remove what a restore that was killed left: the engine begins with an empty folder."""
    for one in staging.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()


def _words(running: Running) -> str:
    return running.last_words().strip() or "(it said nothing)"


def _answers(
    session: Session, component: PreparedComponent, last: str, waited: float
) -> tuple[bool, str]:
    if component.ready is not None:
        given = context(component.ready, {})
        outcome = component.ready.adapter.run(session.here(), component.ready.options, given)
        return outcome.outcome is Outcome.PASSED, outcome.seen
    if component.data_set is not None:
        return component.data_set.ready(session.here(), component.its_target()), last
    running = session.running.get(component.component.key)
    # Nobody said how it answers: it counts as up when it has not died at once.
    return running is None or (running.alive() and waited >= SETTLING_SECONDS), last
