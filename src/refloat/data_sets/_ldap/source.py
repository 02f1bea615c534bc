"""A directory in production: its heartbeat, and one view of it.

LDAP has no snapshot that two programs could share. So slapcat reads the directory once, in one read
transaction, into a private file (``slapcat(8)``; it may run beside slapd on an mdb database); that
file is what is described and what is stored, and so both are the same state.
"""

from __future__ import annotations

import base64
import os
import pwd
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from refloat.data_sets import Source
from refloat.data_sets._ldap import ldif
from refloat.engines import StreamCommand, StreamContent
from refloat.host import process
from refloat.host.clock import Clock
from refloat.host.files import private_file, require_room
from refloat.model.errors import SourceProblem, ToolFailed, ToolMissing, ToolProblem
from refloat.model.options import Options
from refloat.model.points import Baseline

FORMAT = 1
"""Raised whenever the layout or the meaning of a measure changes."""

SLAPCAT = "/usr/sbin/slapcat"
SLAPD = "/usr/sbin/slapd"
INSTALL_SERVER = "apt-get install slapd"
INSTALL_CLIENTS = "apt-get install ldap-utils"
HEARTBEAT = "cn=refloat-heartbeat"
READING_TIMEOUT = 3600.0
ASKING_TIMEOUT = 60.0

_NO_SUCH_OBJECT = 32
"""RFC 4511, 4.1.9; the LDAP tools end with the result code."""


class DirectoryView:
    """One state of a directory, in a private file.

    Attributes:
        consistency_time: just before slapcat began to read the entries, by this host's clock (UTC).
        content: the file, as a stream.
        source_version: "OpenLDAP 2.5.13".
    """

    consistency_time: datetime
    content: StreamContent
    source_version: str

    def __init__(self, source: Source, file: Path, clock: Clock) -> None:
        self._file = file
        self._suffix = text(source.options, "suffix")
        with file.open("wb") as stream:
            _slapcat(source, stream.fileno(), "-n", "0")
        _require_room_for_data(source, file)
        self.consistency_time = clock.now().wall
        with file.open("ab") as stream:
            _slapcat(source, stream.fileno(), "-b", self._suffix)
        self.source_version = f"OpenLDAP {version()}"
        self.content = StreamContent((StreamCommand(("cat", str(file))),), f"{source.key}.ldif")
        self._size = file.stat().st_size

    def baseline(self) -> Baseline:
        """Describe the directory.

        Raises:
            SourceProblem: if what slapcat wrote is no whole LDIF, or the suffix is not in it.
        """
        with self._file.open("rb") as stream:
            seen = ldif.describe(ldif.entries(stream))
        if not seen.people:
            raise SourceProblem(
                f"the directory has no entry below {self._suffix}",
                hint="See that suffix: in the plan is the directory's own.",
            )
        summary, detail = ldif.measures(seen)
        return Baseline("ldap", FORMAT, {**summary, "bytes": self._size}, detail)

    def attachments(self) -> Mapping[str, bytes]:
        """Give nothing: the configuration is in the LDIF itself."""
        return {}

    def settle(self, baseline: Baseline) -> Baseline:
        """See that the file is still what was described.

        Raises:
            SourceProblem: if it is not.
        """
        if not self._file.exists() or self._file.stat().st_size != self._size:
            raise SourceProblem(f"the private copy {self._file} changed while it was stored")
        return baseline


@contextmanager
def opened(source: Source, clock: Clock) -> Iterator[DirectoryView]:
    """Open a view of a directory; its private copy is removed with the block.

    Raises:
        SourceProblem: if the configuration is missing or unreadable, or slapcat fails.
        NoRoom: if the disk has no room for the copy.
        ToolMissing: if slapcat is not there.
    """
    folder = text(source.options, "configuration")
    if not Path(folder, "cn=config.ldif").exists():
        raise SourceProblem(
            f"there is no directory configuration at {folder}",
            hint="configuration: names the folder that slapd is started with (-F).",
        )
    handle, name = tempfile.mkstemp(dir=source.scratch, suffix=".ldif")
    os.close(handle)
    try:
        yield DirectoryView(source, Path(name), clock)
    finally:
        Path(name).unlink(missing_ok=True)


def beat(source: Source, at: datetime) -> None:
    """Write the heartbeat entry below the suffix.

    Raises:
        SourceProblem: if the server is missing or refuses.
    """
    name = f"{HEARTBEAT},{text(source.options, 'suffix')}"
    moment = at.astimezone(UTC).isoformat()
    change = (
        f"{line('dn', name)}changetype: modify\nreplace: description\ndescription: {moment}\n\n"
    )
    entry = (
        f"{line('dn', name)}changetype: add\nobjectClass: applicationProcess\n"
        f"cn: refloat-heartbeat\ndescription: {moment}\n\n"
    )
    if not _modify(source, change, missing_is_fine=True):
        _modify(source, entry, missing_is_fine=False)


def heartbeat_of(entry: ldif.Entry) -> datetime | None:
    """Read the heartbeat out of its entry; None if it says no time."""
    try:
        return datetime.fromisoformat(entry.first("description"))
    except ValueError:
        return None


def line(attribute: str, value: str) -> str:
    """Write one line of LDIF; what is not plain ASCII is encoded (RFC 2849)."""
    if re.fullmatch(r"[!-9;=-~][ -~]*(?<! )", value):
        return f"{attribute}: {value}\n"
    return f"{attribute}:: {base64.b64encode(value.encode()).decode()}\n"


def text(options: Options, name: str, otherwise: str = "") -> str:
    """Give an option's value as text; ``otherwise`` where the plan is silent."""
    value = options.get(name)
    return otherwise if value is None else str(value)


def version() -> str:
    """Run slapd to hear its version, such as ``2.5.13``.

    Raises:
        ToolMissing: if it is not there, or does not say a version.
    """
    try:
        said = process.run((SLAPD, "-VV"), timeout=10, install=INSTALL_SERVER).errors
    except ToolFailed as error:
        raise ToolMissing(
            f"{SLAPD} does not answer: {error.message}", hint=f"Run: {INSTALL_SERVER}"
        ) from error
    found = re.search(r"slapd (\d+(?:\.\d+)+)", said)
    if found is None:
        raise ToolMissing(
            f"{SLAPD} does not say which version it is", hint=f"Run: {INSTALL_SERVER}"
        )
    return found.group(1)


def _slapcat(source: Source, output: int, *which: str) -> None:
    folder = text(source.options, "configuration")
    try:
        with os.fdopen(os.dup(output), "wb") as stream:
            process.run(
                (SLAPCAT, "-F", folder, *which),
                timeout=READING_TIMEOUT,
                output_to=stream,
                user=source.user,
                folder=Path("/"),
                install=INSTALL_SERVER,
            )
    except ToolMissing:
        raise
    except ToolProblem as error:
        raise SourceProblem(
            f"the directory at {folder} cannot be read: {error.message}",
            hint="See that configuration: and suffix: in the plan are the directory's own.",
        ) from error


def _require_room_for_data(source: Source, configuration: Path) -> None:
    """An LDIF is smaller than its mdb database, which is a sparse file."""
    with configuration.open("rb") as stream:
        folders = [Path(folder) for e in ldif.entries(stream) for folder in e.all("olcDbDirectory")]
    files = [folder / "data.mdb" for folder in folders]
    used = sum(file.stat().st_blocks * 512 for file in files if file.exists())
    require_room(source.scratch, used)


def _modify(source: Source, change: str, *, missing_is_fine: bool) -> bool:
    """Send one change; False if the entry was missing and that is fine."""
    options, secret = source.options, source.secrets.get("password")
    url = text(options, "url")
    if secret is None:
        # SASL EXTERNAL: slapd takes the account at its own socket for who it is.
        done = _send(source, change, ("-Q", "-Y", "EXTERNAL"), source.user)
    else:
        reader = pwd.getpwuid(os.geteuid()).pw_uid
        with private_file(source.scratch, secret.reveal().encode(), user_id=reader) as file:
            bind = ("-x", "-D", text(options, "bind_dn"), "-y", str(file))
            done = _send(source, change, bind, "")
    if done.exit_code == _NO_SUCH_OBJECT and missing_is_fine:
        return False
    if done.exit_code != 0:
        raise SourceProblem(
            f"the heartbeat cannot be written to the directory at {url}:"
            f" {done.errors.strip() or '(ldapmodify said nothing)'}",
            hint="See that slapd runs, and that bind_dn: may write; or set heartbeat: no.",
        )
    return True


def _send(source: Source, change: str, bind: tuple[str, ...], user: str) -> process.Completed:
    url = text(source.options, "url")
    try:
        return process.run(
            ("ldapmodify", "-H", url, "-o", "nettimeout=10", *bind),
            timeout=ASKING_TIMEOUT,
            standard_input=change.encode(),
            user=user,
            check=False,
            install=INSTALL_CLIENTS,
        )
    except ToolMissing:
        raise
    except ToolProblem as error:
        raise SourceProblem(f"the directory at {url} does not answer: {error.message}") from error
