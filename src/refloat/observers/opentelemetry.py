"""Reads OpenTelemetry's service graph: who was seen to call whom, as Prometheus text.

After the collector's connector ``servicegraph``
(https://github.com/open-telemetry/opentelemetry-collector-contrib, connector/servicegraphconnector)
and Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/), with
which OpenMetrics agrees in what is read here. Other metrics are passed over. Where one end of a
request told nothing, the connector fills in ``user`` for who asked and ``unknown`` for who was
asked: these are nobody's names.
"""

from __future__ import annotations

import re
from pathlib import Path

from refloat.model.errors import ObservationProblem
from refloat.model.options import Option, Probe
from refloat.observers import Reading, Scope
from refloat.observers._gathering import Gathering
from refloat.observers._source import decode, read_bytes

METRIC = "traces_service_graph_request_total"
"""The count of requests for each pair of client and server; a collector may put a name before."""

LONGEST = 64 * 1024
"""Characters of one line at most."""

_LINE = re.compile(
    r"(?:\w+_)?" + METRIC + r'[ \t]*\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\}[ \t]+(\S+)(?:[ \t].*)?'
)
_LABEL = re.compile(r'\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\[\\"n])*)"\s*(?:,|$)')
_NUMBER = re.compile(r"\+?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_ESCAPED = re.compile(r"\\(.)")

_VIRTUAL = "virtual_node"
_NOBODY = ("user", "unknown")
"""What the connector calls a client and a server that told nothing (``onExpire``)."""

_TOO_LARGE = f"Save the lines of {METRIC} alone: grep {METRIC} metrics.txt"


class Opentelemetry:
    """Reads service graphs."""

    name = "opentelemetry"
    summary = (
        "Reads OpenTelemetry's service graph as Prometheus text: who was seen to call whom, and"
        " which of them are databases."
    )
    options: tuple[Option, ...] = ()
    patterns = ("*.prom", "*.txt")
    scope = Scope.KIND

    def probe(self) -> Probe:
        """Say that it needs nothing but what comes with Refloat."""
        return Probe(True, "Prometheus text 0.0.4, OpenMetrics 1.0")

    def read(self, path: Path) -> Reading:
        """Read one file.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, not UTF-8, or counts no request
                of a service graph.
        """
        content = read_bytes(path, hint=_TOO_LARGE)
        gathering = Gathering(path, _TOO_LARGE)
        for number, line in enumerate(decode(path, content).split("\n"), start=1):
            if METRIC in line and not line.startswith("#"):
                _take(gathering, number, line.strip())
        reading = gathering.reading(content)
        if not reading.observations:
            raise ObservationProblem(
                f"{path} counts no request between services: who needs whom stays unknown",
                hint=f"It must hold {METRIC} as the collector's metrics page gives it.",
            )
        return reading


def _take(gathering: Gathering, number: int, line: str) -> None:
    """Take one line of the metric; one that counts nothing shows nothing."""
    if len(line) > LONGEST:
        gathering.refuse(number, f"it is longer than {LONGEST} characters")
        return
    found = _LINE.fullmatch(line)
    labels = _labels(found.group(1)) if found else None
    if found is None or labels is None:
        gathering.refuse(number, "it is cut off, or no line of Prometheus text")
    elif not _NUMBER.fullmatch(found.group(2)):
        gathering.refuse(number, "what it counts is no number")
    elif float(found.group(2)) > 0:
        _see(gathering, number, labels)


def _see(gathering: Gathering, number: int, labels: dict[str, str]) -> None:
    client, server = labels.get("client", ""), labels.get("server", "")
    kind = labels.get("connection_type", "")
    if not client or not server:
        gathering.refuse(number, "it names no client or no server")
    elif kind == _VIRTUAL and client == _NOBODY[0]:  # somebody asked it: it is there
        gathering.see(server, "", number)
    elif client == server or (kind == _VIRTUAL and server == _NOBODY[1]):
        # It calls itself, or nobody knows whom: it is there.
        gathering.see(client, "", number)
    else:
        gathering.see(client, server, number, kind, holds_data=kind == "database")


def _labels(text: str) -> dict[str, str] | None:
    """Give the labels of one line; None if it is not made of them."""
    labels: dict[str, str] = {}
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _LABEL.match(text, place)
        if found is None or found.group(1) in labels:
            return None
        labels[found.group(1)] = _ESCAPED.sub(_meant, found.group(2))
        place = found.end()
    return labels


def _meant(escaped: re.Match[str]) -> str:
    return "\n" if escaped.group(1) == "n" else escaped.group(1)


ADAPTER = Opentelemetry()
