"""``documents``: a thousand files of patients, uneven in size, name and mode."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

from parts.layout import Account, Layout, account, make_folder

NAME = "documents"
COUNT = 1000
"""How many regular files there are; symlinks and folders come on top."""

_ACCOUNT = "www-data"
_SEED = 20_240_229
_LARGEST = 3_000_000
_EMPTY = 12
_SHARING = 40
_MODES = (0o644, 0o644, 0o640, 0o600, 0o444)
_FOLDERS = (
    "x-rays/2023",
    "x-rays/2024",
    "letters",
    "consent forms",
    "Überweisungen",
    "insurance/claims/open",
)
_ODD_NAMES = (
    "letters/two\nlines.txt",
    "letters/-rf",
    "letters/ leading and trailing ",
    'letters/it\'s "quoted".txt',
    "letters/$(id) `id` * ? [a].txt",
    "letters/back\\slash.txt",
    "letters/tab\there.txt",
    "consent forms/Einverständnis Zoë.pdf",
    "consent forms/同意书.pdf",
    "consent forms/🦷.txt",
    "insurance/.hidden",
    "insurance/claims/open/" + "long-" * 48 + ".txt",
)
_LINKS = (
    ("latest-x-rays", "x-rays/2024"),
    ("letters/scan of the form.pdf", "../consent forms/同意书.pdf"),
    ("insurance/claims/newest", "open"),
    ("letters/moved away.pdf", "../archive/2019/moved away.pdf"),
)
"""Symlinks and where they lead; the last one dangles, as one does in every real tree."""


@dataclasses.dataclass(frozen=True)
class Document:
    """A file of a patient: its path below ``documents`` and the digest of its bytes."""

    path: str
    sha256: str


def build(layout: Layout) -> None:
    """Write the same tree every time: names, bytes, modes and times come from one seed."""
    owner = account(_ACCOUNT)
    layout.forget(NAME)
    make_folder(layout.documents, owner, 0o755)
    for folder in ("x-rays", "insurance", "insurance/claims", *_FOLDERS, "empty folder"):
        make_folder(layout.documents / folder, owner, 0o755)
    chance = random.Random(_SEED)
    listed = []
    for path, content in _files(chance):
        _write(layout.documents / path, content, chance, owner)
        listed.append((path, hashlib.sha256(content).hexdigest()))
    for link, target in _LINKS:
        (layout.documents / link).symlink_to(target)
        if owner is not None:
            os.lchown(layout.documents / link, owner.user, owner.group)
    (layout.documents / "consent forms").chmod(0o750)
    _listing_file(layout).write_text(json.dumps(listed))
    layout.mark_built(NAME)


def listing(layout: Layout) -> list[Document]:
    """Return the documents as they were written, in the order of their numbers from 1."""
    return [Document(*entry) for entry in json.loads(_listing_file(layout).read_text())]


def _listing_file(layout: Layout) -> Path:
    return layout.state / "documents.json"


def _files(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of every file: ordinary ones, odd names, empty ones, shared content."""
    shared = [_content(chance) for _ in range(_SHARING // 8)]
    for number in range(COUNT):
        odd = number - (COUNT - len(_ODD_NAMES))
        path = _ODD_NAMES[odd] if odd >= 0 else _ordinary_name(number, chance)
        if number % (COUNT // _EMPTY) == COUNT // _EMPTY - 1:
            yield path, b""
        elif number % (COUNT // _SHARING) == 0:
            yield path, shared[number // (COUNT // _SHARING) % len(shared)]
        else:
            yield path, _content(chance)


def _ordinary_name(number: int, chance: random.Random) -> str:
    kind = chance.choice(("scan.raw", "letter.txt", "form.pdf"))
    return f"{chance.choice(_FOLDERS)}/{number:04d} {kind}"


def _content(chance: random.Random) -> bytes:
    """Return bytes of a log-normal length; every other file can be compressed, as in life."""
    size = max(1, min(_LARGEST, round(chance.lognormvariate(9.9, 1.5))))
    if chance.random() < 0.5:
        return chance.randbytes(size)
    words = [chance.choice(("tooth", "crown", "Füllung", "upper left", "pain")) for _ in range(64)]
    line = " ".join(words).encode() + b"\n"
    return (line * (size // len(line) + 1))[:size]


def _write(file: Path, content: bytes, chance: random.Random, owner: Account | None) -> None:
    file.write_bytes(content)
    if owner is not None:
        os.chown(file, owner.user, owner.group)
    file.chmod(chance.choice(_MODES))
    instant = 1_700_000_000_000_000_000 + chance.randrange(30_000_000 * 10**9)
    os.utime(file, ns=(instant, instant))
