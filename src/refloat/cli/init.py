"""``refloat init``: the start of a plan, or a draft out of what runs."""

from __future__ import annotations

from pathlib import Path

import click

from refloat.app.initialise import Drafted, draft, initialise
from refloat.app.sources import summaries
from refloat.app.workspace import Workspace
from refloat.cli.shared import as_json, emit, in_workspace, say
from refloat.model.errors import UsageProblem

NEXT = (
    "Open it, and replace the examples by what is true.",
    "refloat plan check says whether it can be understood, line by line.",
    "refloat assess says what is missing, the most severe first.",
)
NEXT_OF_A_DRAFT = (
    "Open it, and answer what stands behind TODO: nobody but you can know.",
    "refloat observe reads the same sources, and says what of them is in no plan.",
    "refloat assess says what is missing, the most severe first.",
)
SHOWN = 50
FROM = "--from"


class _Drafting(click.Command):
    """A command whose ``--from KIND`` takes every path up to the next option."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Write ``--from KIND PATH PATH`` out as ``--from KIND PATH --from KIND PATH``."""
        return super().parse_args(context, _written_out(arguments))

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Name the kinds."""
        with formatter.section("Kinds"):
            formatter.write_text(f"{', '.join(summaries())}: refloat observe --help explains them.")


def _written_out(arguments: list[str]) -> list[str]:
    """Repeat the option and its kind before each path.

    Raises:
        UsageProblem: if a kind is not given, or no path behind it.
    """
    result: list[str] = []
    ahead = list(arguments)
    while ahead:
        word = ahead.pop(0)
        if word != FROM:
            result.append(word)
            if word == "--":
                return result + ahead
            continue
        named: list[str] = []
        while ahead and not ahead[0].startswith("-"):
            named.append(ahead.pop(0))
        if len(named) < 2:
            raise UsageProblem("no source is named", hint="refloat init --from KIND PATH")
        result += [part for path in named[1:] for part in (FROM, named[0], path)]
    return result


@click.command("init", cls=_Drafting)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    FROM,
    "sources",
    type=(str, click.Path(path_type=Path)),
    multiple=True,
    metavar="KIND PATH...",
    help="Draft the plan out of what these files or folders show. May be given several times.",
)
@as_json
@in_workspace
def command(
    workspace: Workspace,
    path: Path | None,
    sources: tuple[tuple[str, Path], ...],
    as_json: bool,
) -> int:
    """Write a commented start of a plan, and say what to do next.

    PATH is a file that ends in .yaml or .yml, or a folder for refloat.yaml; without it the plan
    that --plan or REFLOAT_PLAN names, or refloat.yaml here. Nothing is ever overwritten. PATH
    stands before --from.

    With --from it is a draft of what the sources show: what there is, what needs what, who owns it,
    what keeps data. What no source can know is asked in it behind TODO. Nothing is recorded.

    Exit code 2 if a draft was written, and something of the sources could not be used.
    """
    target = path.absolute() if path is not None else workspace.plan_path
    if sources:
        return _tell(draft(target, sources), as_json)
    written = initialise(target)
    if as_json:
        emit({"written": str(written), "next": NEXT})
        return 0
    say(f"{written} is written. Now:")
    _tell_next(NEXT)
    return 0


def _tell(drafted: Drafted, as_json: bool) -> int:
    code = 2 if drafted.not_used or drafted.circles else 0
    if as_json:
        emit(
            {
                "written": str(drafted.written),
                "components": drafted.components,
                "stores": drafted.stores,
                "people": drafted.people,
                "apart": drafted.apart,
                "circles": drafted.circles,
                "not_used": drafted.not_used,
                "next": NEXT_OF_A_DRAFT,
            }
        )
        return code
    _tell_some("Called the same, and kept apart", drafted.apart)
    _tell_some("Left out, because it closes a circle", drafted.circles)
    _tell_some("Not used", tuple(map(str, drafted.not_used)))
    say(
        f"{drafted.written} is drafted. Components: {drafted.components}; of these"
        f" {len(drafted.stores)} keep data that nothing is said to copy. Owners: {drafted.people}."
    )
    _tell_next(NEXT_OF_A_DRAFT)
    return code


def _tell_some(what: str, found: tuple[str, ...]) -> None:
    for one in found[:SHOWN]:
        say(f"{what}: {one.rstrip('.')}.", style="yellow")
    if len(found) > SHOWN:
        say(f"{what}: {len(found) - SHOWN} more; the draft names each.", style="yellow")


def _tell_next(steps: tuple[str, ...]) -> None:
    for number, step in enumerate(steps, start=1):
        say(f"  {number}. {step}")
