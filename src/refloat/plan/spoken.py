"""Options of an adapter as the command line says them: ``name=value``, each value as in a plan."""

from __future__ import annotations

from collections.abc import Mapping

from refloat.model.errors import UsageProblem
from refloat.model.options import AdapterCatalogue, AdapterDescription, Options
from refloat.plan.complaints import Complaints
from refloat.plan.mappings import read_options
from refloat.plan.reading import Invalid, Reading
from refloat.plan.tree import START, Entry, MappingNode, ScalarNode

_NOTHING = AdapterCatalogue({}, {}, {}, {})


def options_said(description: AdapterDescription, said: Mapping[str, str]) -> Options:
    """Read options that stand on a command line.

    Args:
        description: the adapter, and the options that it declares.
        said: the text of each, by its name. A secret is a reference, as in a plan.

    Returns:
        The values: those that were said, and those that have a default.

    Raises:
        UsageProblem: if one is unknown, missing, or cannot be meant; a value is never repeated.
    """
    complaints = Complaints(description.name)
    node = MappingNode(
        START,
        {
            name: Entry(ScalarNode(name, True, START), ScalarNode(text, True, START))
            for name, text in said.items()
        },
    )
    values = read_options(description, node, Reading(_NOTHING, {}, complaints))
    if complaints.found or isinstance(values, Invalid):
        found = complaints.sorted()
        near = next((one.suggestion for one in found if one.suggestion), "")
        names = ", ".join(option.name for option in description.options) or "none"
        raise UsageProblem(
            f"the options of {description.name} cannot be used: "
            + "; ".join(one.message for one in found),
            hint=f"Did you mean {near!r}?" if near else f"Its options are: {names}.",
        )
    options: Options = values
    return options
