"""Reads CycloneDX: the services of a bill of materials, who provides them, and what needs what.

After the reference of the format in JSON, versions 1.2 to 1.7
(https://cyclonedx.org/docs/1.6/json/). Addresses, contacts and properties are not looked at.
Libraries are passed over: they come back with what contains them, and what they need is needed by
whoever contains them.
"""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from refloat.model.errors import ObservationProblem
from refloat.model.options import Option, Probe
from refloat.observers import Reading, Scope
from refloat.observers._gathering import Gathering
from refloat.observers._json import read_json
from refloat.observers._source import decode, read_bytes
from refloat.observers._yaml import NOTHING, Node, entries, get, items, text

VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
"""What ``specVersion`` may say: services are there since 1.2."""

_DATA = "data"
"""The type of a component that is a collection of data, such as a set to train a model on."""
_APART = frozenset(("application", "container", "device", "operating-system", "platform", _DATA))
"""Types of components that do not come back with what contains them."""
_EXPORT = "Export it as CycloneDX in JSON, version 1.2 to 1.7."

_MOST_STEPS = 2_000_000
"""Steps from one thing to what it needs that are followed in one bill."""

_TOO_LARGE = (
    "Have whatever makes it leave libraries out, or write a bill for each product; observe them"
    " together."
)


@dataclass(frozen=True)
class _Part:
    """A service, or a component that runs by itself or is a collection of data.

    Attributes:
        name: as the source has it.
        group: what the name is unique in; empty if it does not say.
        line: where it is named.
        node: all that is said of it.
        is_service: whether it is one; a component otherwise.
    """

    name: str
    group: str
    line: int
    node: Node
    is_service: bool


class Cyclonedx:
    """Reads bills of materials."""

    name = "cyclonedx"
    summary = (
        "Reads a bill of materials in CycloneDX's JSON: services, who provides them, their"
        " versions, and what needs what."
    )
    options: tuple[Option, ...] = ()
    patterns = ("*.cdx.json", "bom.json", "sbom.json", "*.json")
    scope = Scope.FILE

    def probe(self) -> Probe:
        """Say that it needs nothing but Python."""
        return Probe(True, f"json of Python {platform.python_version()}")

    def read(self, path: Path) -> Reading:
        """Read one file.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, no CycloneDX in JSON of a version
                that is understood, or does not speak of services.
        """
        content = read_bytes(path, hint=_TOO_LARGE)
        source = decode(path, content)
        if source.lstrip().startswith("<"):
            raise ObservationProblem(f"{path} is XML", hint=_EXPORT)
        said = read_json(path, source)
        document = said.documents[0]
        _verify(path, document)
        gathering = Gathering(path, _TOO_LARGE)
        gathering.refuse_again(said.twice)
        parts = [*_services(document), *_components(document)]
        names = _names(parts)
        needs = list(_needs(gathering, document, _referred(gathering, parts)))
        _see(gathering, parts, names, needs)
        return gathering.reading(content)


def _verify(path: Path, document: Node) -> None:
    if text(get(document, "bomFormat")) != "CycloneDX":
        raise ObservationProblem(f"{path} is no CycloneDX", hint=_EXPORT)
    if text(get(document, "specVersion")) not in VERSIONS:
        raise ObservationProblem(
            f"{path} is of a version of CycloneDX that is not understood", hint=_EXPORT
        )
    if not isinstance(get(document, "services").value, list):
        raise ObservationProblem(
            f"{path} does not speak of services: whether there are any stays unknown",
            hint="Have whatever makes it list its services.",
        )


def _services(document: Node) -> Iterator[_Part]:
    waiting = items(get(document, "services"))[::-1]
    while waiting:
        node = waiting.pop()
        waiting += items(get(node, "services"))[::-1]
        yield _part(node, is_service=True)


def _components(document: Node) -> Iterator[_Part]:
    """Give what the whole is about, what runs by itself, and collections of data."""
    waiting = [get(document, "metadata", "component"), *items(get(document, "components"))]
    for node in waiting:
        if node is not NOTHING and text(get(node, "type")) in _APART:
            yield _part(node, is_service=False)


def _part(node: Node, *, is_service: bool) -> _Part:
    name = get(node, "name")
    return _Part(text(name), text(get(node, "group")), name.line or node.line, node, is_service)


def _names(parts: list[_Part]) -> dict[int, str]:
    """Name each part, by the place of its node: with its group where the name alone collides."""
    groups = Counter(name for name, _group in {(part.name, part.group) for part in parts})
    return {
        id(part.node): f"{part.group}/{part.name}"
        if groups[part.name] > 1 and part.group
        else part.name
        for part in parts
    }


def _referred(gathering: Gathering, parts: list[_Part]) -> dict[str, _Part | None]:
    """Give the part that each ``bom-ref`` names; None where it names two."""
    found: dict[str, _Part | None] = {}
    for part in parts:
        node = get(part.node, "bom-ref")
        if not text(node):
            continue
        if text(node) in found:
            gathering.refuse(node.line, "this bom-ref names something else already")
            found[text(node)] = None
        else:
            found[text(node)] = part
    return found


def _needs(
    gathering: Gathering, document: Node, parts: dict[str, _Part | None]
) -> Iterator[tuple[_Part, _Part, int]]:
    """Give who needs whom, each with its line; libraries that lie between are passed through."""
    libraries = set(filter(None, _references(document))) - set(parts)
    said: dict[str, list[Node]] = {}
    for one in items(get(document, "dependencies")):
        reference = get(one, "ref")
        if parts.get(text(reference)) is not None or text(reference) in libraries:
            said.setdefault(text(reference), []).extend(items(get(one, "dependsOn")))
        else:
            how_many = "two things" if text(reference) in parts else "nothing in this file"
            gathering.refuse(reference.line or one.line, f"its ref names {how_many}")
    for having, needed in said.items():
        for node in needed if having not in libraries else ():
            if parts.get(text(node)) is None and text(node) not in libraries:
                how_many = "two things" if text(node) in parts else "nothing in this file"
                gathering.refuse(node.line, f"it depends on a ref that names {how_many}")
    yield from _connected(said, parts)


def _connected(
    said: Mapping[str, Sequence[Node]], parts: Mapping[str, _Part | None]
) -> Iterator[tuple[_Part, _Part, int]]:
    """Give each part with what it reaches, straight or through libraries alone.

    Raises:
        ObservationProblem: if far too much lies between.
    """
    leading = _leading(said, parts)
    steps = 0
    for reference, needed in said.items():
        having = parts.get(reference)
        if having is None:
            continue
        passed: set[str] = set()
        waiting = [(node, True) for node in reversed(needed)]
        while waiting:
            node, is_straight = waiting.pop()
            steps += 1
            part = parts.get(text(node))
            if part is not None and (is_straight or part is not having):
                yield having, part, node.line
            elif text(node) in leading and text(node) not in passed:
                passed.add(text(node))
                waiting += [(more, False) for more in reversed(said[text(node)])]
        if steps > _MOST_STEPS:
            raise ObservationProblem(
                "far too many libraries lie between the services of this bill", hint=_TOO_LARGE
            )


def _leading(said: Mapping[str, Sequence[Node]], parts: Mapping[str, _Part | None]) -> set[str]:
    """Give the libraries by which a part is reached."""
    behind: dict[str, list[str]] = {}
    for reference, needed in said.items():
        for node in needed:
            behind.setdefault(text(node), []).append(reference)
    found: set[str] = set()
    waiting = list(parts)
    while waiting:
        for reference in behind.get(waiting.pop(), ()):
            if reference not in found and reference not in parts:
                found.add(reference)
                waiting.append(reference)
    return found


def _references(document: Node) -> Iterator[str]:
    """Give the references of all components, those inside of others too."""
    waiting = [get(document, "metadata", "component"), *items(get(document, "components"))]
    while waiting:
        node = waiting.pop()
        waiting += items(get(node, "components"))
        yield text(get(node, "bom-ref"))


def _see(
    gathering: Gathering,
    parts: list[_Part],
    names: dict[int, str],
    needs: list[tuple[_Part, _Part, int]],
) -> None:
    connected = {id(part.node) for having, other, _line in needs for part in (having, other)}
    for part in parts:
        if part.is_service or id(part.node) in connected:
            gathering.see(
                names[id(part.node)],
                "",
                part.line,
                _what(part),
                owner=text(get(part.node, "provider", "name")),
                version=text(get(part.node, "version")),
                holds_data=_is_data(part),
            )
    for having, other, line in needs:
        name, needed = names[id(having.node)], names[id(other.node)]
        gathering.see(name, needed, line, holds_data=_is_data(other))


def _is_data(part: _Part) -> bool:
    return not part.is_service and text(get(part.node, "type")) == _DATA


def _what(part: _Part) -> str:
    """Say what it is, and whether it lies with somebody else, where the source says so."""
    if not part.is_service:
        return text(get(part.node, "type"))
    crosses = "x-trust-boundary" in entries(part.node)
    outside = crosses and text(get(part.node, "x-trust-boundary")) == "true"
    return "service beyond a trust boundary" if outside else "service"


ADAPTER = Cyclonedx()
