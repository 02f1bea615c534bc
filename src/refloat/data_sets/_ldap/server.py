"""A directory in a place: its configuration and its entries loaded, served, and read again."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from refloat.data_sets import Target
from refloat.data_sets._ldap import ldif
from refloat.data_sets._ldap.source import HEARTBEAT, SLAPCAT, SLAPD, heartbeat_of, text
from refloat.engines import Restored
from refloat.model.errors import SourceProblem, ToolFailed, ToolTimeout
from refloat.model.place import CommandResult, Place, Running

SLAPADD = "/usr/sbin/slapadd"
LDAPWHOAMI = "/usr/bin/ldapwhoami"
LARGEST_DIRECTORY = 1024 * 1024 * 1024
"""How many bytes of LDIF are read back at most: well over a million people."""

_NO_CONTACT = {-1, 255}
"""What the LDAP tools end with when there is no server (``LDAP_SERVER_DOWN``, -1)."""


def load(place: Place, target: Target, restored: Restored) -> tuple[str, ...]:
    """Put configuration and entries where slapd keeps them, at their original paths.

    Returns:
        What is not as it was, in sentences.

    Raises:
        ToolFailed, ToolTimeout: with slapadd's last lines.
    """
    home = f"/var/lib/refloat/{target.key}"
    place.make_folder("/var/lib/refloat", user=target.user, mode=0o755)
    place.make_folder(home, user=target.user)
    staged = restored.items[0][0]
    parts = _split(staged)
    folders = _folders(target, parts[0])
    for folder in (*folders.emptied, *(f"{home}/{part.name}" for part in parts)):
        _demand(place, target, ("/bin/rm", "-rf", "--", folder))
    for folder in folders.shared:
        place.make_folder(folder, user=target.user, mode=0o755)
    for folder in folders.emptied:
        place.make_folder(folder, user=target.user)
    configuration = text(target.options, "configuration")
    which = (("-n", "0"), ("-b", text(target.options, "suffix")))
    for part, database in zip(parts, which, strict=True):
        path = f"{home}/{part.name}"
        place.adopt(part, path, user=target.user)
        arguments = (SLAPADD, "-q", "-F", configuration, *database, "-l", path)
        _demand(place, target, arguments)
        _demand(place, target, ("/bin/rm", "-f", "--", path))
    return _not_as_it_was(target, folders)


def serve(place: Place, target: Target) -> Running:
    """Start slapd in the foreground at its original address."""
    address, socket = _address(target)
    if socket:
        place.make_folder(os.path.dirname(socket), user=target.user, mode=0o755)
        _demand(place, target, ("/bin/rm", "-f", "--", socket))
    configuration = text(target.options, "configuration")
    return place.start(
        f"slapd {target.key}",
        (SLAPD, "-d", "none", "-h", address, "-F", configuration),
        user=target.user,
    )


def answers(place: Place, target: Target) -> bool:
    """Ask once whether it answers: with any result of LDAP, also a refusal."""
    done = place.run(
        (LDAPWHOAMI, "-x", "-H", _address(target)[0], "-o", "nettimeout=3"),
        user=target.user,
        timeout=10.0,
    )
    return done.exit_code is not None and done.exit_code not in _NO_CONTACT


def read(place: Place, target: Target) -> ldif.Description:
    """Describe the restored directory: configuration and entries.

    Raises:
        ToolFailed, ToolTimeout: if slapcat fails, or writes no whole LDIF.
    """
    suffix = text(target.options, "suffix")
    return ldif.describe(
        entry for which in (("-n", "0"), ("-b", suffix)) for entry in _read(place, target, *which)
    )


def newest(place: Place, target: Target) -> datetime | None:
    """Read the heartbeat; without one, the newest modification of any entry.

    Raises:
        ToolFailed, ToolTimeout: if slapcat fails, or writes no whole LDIF.
    """
    suffix = text(target.options, "suffix")
    if target.heartbeat:
        entries = _read(place, target, "-b", suffix, "-a", f"({HEARTBEAT})")
        found = [beat for beat in map(heartbeat_of, entries) if beat is not None]
        if found:
            return max(found)
    return ldif.describe(_read(place, target, "-b", suffix)).newest


def _read(place: Place, target: Target, *which: str) -> Iterator[ldif.Entry]:
    configuration = text(target.options, "configuration")
    done = _demand(place, target, (SLAPCAT, "-F", configuration, *which))
    try:
        yield from ldif.entries(io.BytesIO(done.output))
    except SourceProblem as error:
        raise ToolFailed(f"slapcat in the place: {error.message}") from error


def _split(staged: Path) -> tuple[Path, Path]:
    """Write configuration and entries into two files beside the staged one, which stays."""
    parts = (staged.parent / "configuration.ldif", staged.parent / "entries.ldif")
    try:
        with (
            staged.open("rb") as stream,
            parts[0].open("wb") as configuration,
            parts[1].open("wb") as entries,
        ):
            for entry in ldif.entries(stream):
                (configuration if entry.is_configuration else entries).write(entry.text + b"\n")
    except SourceProblem as error:
        raise ToolFailed(f"the restored directory cannot be read: {error.message}") from error
    for part in parts:
        if part.stat().st_size == 0:
            raise ToolFailed(f"the restored directory has no {part.stem}: the backup is not whole")
    return parts


@dataclass(frozen=True)
class _Folders:
    """What slapd needs beside the LDIF.

    Attributes:
        emptied: folders of its own.
        shared: folders that others may use as well.
        others: suffixes of its databases that this backup does not hold.
        keys: files of TLS that this backup does not hold.
    """

    emptied: tuple[str, ...]
    shared: tuple[str, ...]
    others: tuple[str, ...]
    keys: tuple[str, ...]


def _folders(target: Target, configuration: Path) -> _Folders:
    with configuration.open("rb") as stream:
        found = list(ldif.entries(stream))
    home = text(target.options, "configuration")
    databases = [folder for entry in found for folder in entry.all("olcDbDirectory")]
    files = [
        file
        for entry in found
        for name in ("olcPidFile", "olcArgsFile")
        for file in entry.all(name)
    ]
    suffix = ldif.plain_name(text(target.options, "suffix"))
    others = [
        name
        for entry in found
        for name in entry.all("olcSuffix")
        if entry.first("olcDbDirectory") and ldif.plain_name(name) != suffix
    ]
    keys = [
        value.decode("utf-8", "replace")
        for entry in found
        for name, value in entry.values
        if name.startswith("olctls") and name.endswith("file")
    ]
    own = dict.fromkeys([home, *databases])
    shared = dict.fromkeys(os.path.dirname(path) for path in (*own, *files))
    return _Folders(tuple(own), tuple(shared), tuple(others), tuple(keys))


def _address(target: Target) -> tuple[str, str]:
    """Give the address to serve at, and the path of its socket where it is one."""
    url = text(target.options, "url")
    parts = urlsplit(url)
    if parts.scheme == "ldapi":
        return url, unquote(parts.netloc)
    standard = 636 if parts.scheme == "ldaps" else 389
    return f"{parts.scheme}://127.0.0.1:{parts.port or standard}", ""


def _not_as_it_was(target: Target, folders: _Folders) -> tuple[str, ...]:
    said = [
        f"The database {name} was made, but is empty: only {text(target.options, 'suffix')} is"
        " backed up."
        for name in folders.others
    ]
    said += [
        f"TLS needs the file {path}, which this backup does not hold: protect it as files."
        for path in folders.keys
    ]
    parts = urlsplit(text(target.options, "url"))
    if parts.scheme != "ldapi" and parts.hostname not in {"127.0.0.1", "localhost"}:
        said.append(
            f"The directory answers at 127.0.0.1 only; the original was at {parts.hostname}."
        )
    return tuple(said)


def _demand(place: Place, target: Target, arguments: tuple[str, ...]) -> CommandResult:
    completed = place.run(
        arguments, user=target.user, timeout=target.timeout, output_limit=LARGEST_DIRECTORY
    )
    name = os.path.basename(arguments[0])
    # An entry's name is a person's; messages go into the evidence.
    words = re.sub(r'"[^"]*"', '"…"', completed.errors.strip()) or "(it said nothing)"
    if completed.exit_code is None:
        raise ToolTimeout(f"{name} did not end within {target.timeout:.0f} seconds: {words}")
    if completed.exit_code != 0:
        raise ToolFailed(f"{name} ended with exit code {completed.exit_code}: {words}")
    return completed
