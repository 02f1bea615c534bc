"""LDAP directories of OpenLDAP's slapd: configuration and entries, as LDIF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from refloat.data_sets import Source, Target
from refloat.data_sets._ldap import compare as comparing
from refloat.data_sets._ldap import ldif, server
from refloat.data_sets._ldap import source as reading
from refloat.engines import Restored
from refloat.host import process
from refloat.host.clock import Clock
from refloat.model.errors import RefloatError
from refloat.model.options import Option, OptionType, Probe
from refloat.model.place import Place, Running
from refloat.model.points import Baseline, RecoveryPoint
from refloat.model.run import CheckResult

_OPTIONS = (
    Option(
        "url",
        OptionType.TEXT,
        "The server's address.",
        default="ldap://127.0.0.1:389",
        example="ldap://127.0.0.1:42700",
    ),
    Option(
        "configuration",
        OptionType.PATH,
        "Folder of the server's configuration (slapd -F).",
        default="/etc/ldap/slapd.d",
        example="identity/slapd.d",
    ),
    Option(
        "suffix",
        OptionType.TEXT,
        "Name that all entries end with.",
        required=True,
        example="dc=harbourstreet,dc=example",
    ),
    Option(
        "bind_dn",
        OptionType.TEXT,
        "Name to sign in with for the heartbeat.",
        example="cn=admin,dc=harbourstreet,dc=example",
    ),
    Option(
        "password",
        OptionType.SECRET,
        "Its password; without one, Refloat signs in as the component's account (EXTERNAL).",
        example="file:secrets/ldap-admin",
    ),
)

_ROOM_FOR_SERVER = 64 * 1024 * 1024


class Directory:
    """The directory that one slapd serves below one suffix."""

    name = "ldap"
    summary = "An OpenLDAP directory with its configuration, read by slapcat."
    options = _OPTIONS
    serves = True

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()

    def probe(self) -> Probe:
        """Run slapd and the LDAP tools to see whether they are there."""
        try:
            version = reading.version()
            process.run(("ldapmodify", "-VV"), timeout=10)
            process.run(("ldapwhoami", "-VV"), timeout=10)
        except RefloatError as error:
            install = "apt-get install slapd ldap-utils"
            return Probe(False, missing=error.message, install=install)
        return Probe(True, version=f"OpenLDAP {version}")

    def beat(self, source: Source, at: datetime) -> None:
        """Write the heartbeat: one entry below the suffix.

        Raises:
            SourceProblem: if the server is missing or refuses.
        """
        reading.beat(source, at)

    @contextmanager
    def open(self, source: Source) -> Iterator[reading.DirectoryView]:
        """Open a view: all of it in a private file, for as long as the block runs.

        Raises:
            SourceProblem: if the configuration is missing or unreadable, or slapcat fails.
            NoRoom: if the disk has no room for the file.
            ToolMissing: if slapcat is not there.
        """
        with reading.opened(source, self._clock) as view:
            yield view

    def estimate(self, point: RecoveryPoint) -> int:
        """Bytes for the LDIF, its two parts, and a database around twice its size."""
        return 5 * point.bytes + _ROOM_FOR_SERVER

    def load(
        self, place: Place, target: Target, restored: Restored, attachments: Mapping[str, bytes]
    ) -> tuple[str, ...]:
        """Put configuration and entries at their original paths.

        Returns:
            What is not as it was, in sentences.

        Raises:
            ToolFailed, ToolTimeout: with slapadd's last lines, or when the LDIF is not whole.
        """
        del attachments
        return server.load(place, target, restored)

    def serve(self, place: Place, target: Target) -> Running:
        """Start slapd at its original address."""
        return server.serve(place, target)

    def ready(self, place: Place, target: Target) -> bool:
        """Ask once whether it answers."""
        return server.answers(place, target)

    def inspect(self, place: Place, target: Target, expected: Baseline) -> Baseline:
        """Describe the restored directory, as slapcat reads it in the place.

        Raises:
            ToolFailed, ToolTimeout: if it cannot be read.
        """
        del expected
        summary, detail = ldif.measures(server.read(place, target))
        return Baseline(self.name, reading.FORMAT, summary, detail)

    def compare(self, expected: Baseline, seen: Baseline) -> tuple[CheckResult, ...]:
        """Entries, their contents, the configuration: one result each."""
        return comparing.compare(expected, seen)

    def drift(self, previous: Sequence[Baseline], current: Baseline) -> tuple[CheckResult, ...]:
        """Tell damage at the source: entries that went."""
        return comparing.drift(previous, current)

    def newest(self, place: Place, target: Target) -> datetime | None:
        """Read the heartbeat; without one, the newest modification of any entry.

        Raises:
            ToolFailed, ToolTimeout: if the directory cannot be read.
        """
        return server.newest(place, target)


ADAPTER = Directory()
