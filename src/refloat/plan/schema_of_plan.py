"""The JSON Schema (draft 2020-12) of a plan, which editors complete and check with."""

from __future__ import annotations

from typing import Any

from refloat.model.options import AdapterCatalogue
from refloat.plan.mappings import section_schema
from refloat.plan.reading import Definitions
from refloat.plan.sections import PLAN


def schema(catalogue: AdapterCatalogue) -> dict[str, Any]:
    """Describe plans to editors, made from the tables that the parser reads by.

    A schema cannot say all: names that lead nowhere, circles and secrets are the parser's alone.

    Args:
        catalogue: the adapters that a plan may name.

    Returns:
        JSON that can be printed as it is.
    """
    definitions = Definitions(catalogue)
    whole = section_schema(PLAN, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Refloat plan",
        **whole,
        "$defs": dict(sorted(definitions.made.items())),
    }
