"""One thing that a Kubernetes object says that it needs."""

from __future__ import annotations

from typing import NamedTuple

from refloat.observers._yaml import Node


class Need(NamedTuple):
    """Something that an object needs.

    Attributes:
        kind: of an object of the same cluster; empty for anything else.
        node: its name, and where that stands.
        what: in which way it is needed.
        namespace: where it is, if that is said.
        name: its name, where the node's text is not that alone.
        holds_data: whether it keeps data though it is no object.
        maybe: whether it is needed only if there is such an object: an address may be anything.
        numbered: what the names of those objects begin with that were made of it, one for each
            replica; where some are among what is read, they are what is needed.
    """

    kind: str
    node: Node
    what: str
    namespace: str = ""
    name: str = ""
    holds_data: bool = False
    maybe: bool = False
    numbered: str = ""
