"""Reads Docker Compose files: services, what they need, and where their data lies.

After the Compose Specification (https://github.com/compose-spec/compose-spec/blob/main/spec.md).
Values of ``environment`` are looked at for names of services alone, ``env_file`` and files of
secrets never.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from refloat.model.errors import ObservationProblem
from refloat.model.options import Option, Probe
from refloat.observers import Outcome, Reading, Scope
from refloat.observers._compose.file import File, Known
from refloat.observers._compose.merging import tags
from refloat.observers._compose.project import ELSEWHERE, Part, Projects
from refloat.observers._gathering import Gathering, digest_of
from refloat.observers._source import decode, read_bytes
from refloat.observers._yaml import entries, get, items, read_documents

_ELSEWHERE = f"it takes from elsewhere what is not read here: {ELSEWHERE}"


class Compose:
    """Reads Compose files."""

    name = "compose"
    summary = (
        "Reads a Docker Compose file, or what docker compose config prints: services, images,"
        " owners, volumes, and what needs what."
    )
    options: tuple[Option, ...] = ()
    patterns = ("compose*.yaml", "compose*.yml", "docker-compose*.yaml", "docker-compose*.yml")
    scope = Scope.FILE

    def probe(self) -> Probe:
        """Say that it needs nothing but PyYAML."""
        return Probe(True, f"PyYAML {yaml.__version__}")

    def read(self, path: Path) -> Reading:
        """Read one file, and none that it names.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, no YAML, or has no services.
        """
        part = _understood(path)
        if "include" in entries(part.root):
            part.gathering.refuse(entries(part.root)["include"].line, _ELSEWHERE)
        for entry in entries(get(part.root, "services")).values():
            if "extends" in entries(entry.node):
                part.gathering.refuse(entries(entry.node)["extends"].line, _ELSEWHERE)
        part.refuse_tags()
        root = part.own()
        File(root, part.gathering, Known([root])).gather({})
        return part.gathering.reading_of(part.digest)

    def read_together(self, files: Mapping[Path, Path]) -> Iterator[Outcome]:
        """Read several files, and what they include or extend in the folders that were given."""
        return Projects(files, _understood).outcomes()


def _understood(path: Path) -> Part:
    content = read_bytes(path)
    source = decode(path, content)
    documents, twice = read_documents(path, source)
    root = documents[0]
    tagged = list(tags(root)) if "!reset" in source or "!override" in source else []
    is_some = tagged or entries(get(root, "services")) or items(get(root, "include"))
    if len(documents) > 1 or not is_some:
        raise ObservationProblem(
            f"{path} is no Compose file: it is one document with services in it",
            hint="Before version 2, services stood at the top: write them under 'services:'.",
        )
    gathering = Gathering(path)
    gathering.refuse_again(twice)
    return Part(path, root, gathering, digest_of(content), tagged)


ADAPTER = Compose()
