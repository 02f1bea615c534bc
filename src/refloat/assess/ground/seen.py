"""One flat view of a recovery point, whoever made it: Refloat itself, or a tool that it watches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from refloat.model.feed import CopySeen, IntegrityCheck, PointSeen
from refloat.model.points import RecoveryPoint


@dataclass(frozen=True, slots=True)
class SeenPoint:
    """A recovery point as every rule sees it.

    Attributes:
        fact: what was seen.
        entry: the entry of the ledger that recorded it; None for what the feed says.
        own: the point as Refloat made it; None for one of somebody else.
        gone: whether it vanished before its time.
        past: whether its source was to remove it by now, and has not listed it since.
    """

    fact: PointSeen
    entry: int | None = None
    own: RecoveryPoint | None = None
    gone: bool = False
    past: bool = False

    @property
    def reference(self) -> str:
        """Name the fact: ``ledger/7``, or ``bkp01/recovery_point/4711``."""
        if self.entry is not None:
            return f"ledger/{self.entry}"
        return f"{self.fact.source.instance}/recovery_point/{self.fact.external_id}"

    @property
    def observed_at(self) -> datetime:
        """When it was recorded, or seen."""
        return self.fact.observed_at

    @property
    def identity(self) -> str:
        """Its maker's own name of it."""
        return self.fact.external_id

    @property
    def consistency_time(self) -> datetime:
        """When its data was true."""
        return self.fact.consistency_time

    @property
    def bytes(self) -> int | None:
        """Its size; None if nobody said."""
        return self.fact.size_bytes

    @property
    def copies(self) -> tuple[CopySeen, ...]:
        """Where it is kept."""
        return self.fact.copies

    @property
    def repository(self) -> str:
        """The first place where it is kept; empty if nobody said."""
        return self.fact.copies[0].repository if self.fact.copies else ""

    @property
    def version(self) -> str:
        """The version of what it holds; empty if nobody said."""
        return self.fact.version

    @property
    def engine_version(self) -> str:
        """What keeps it, with its version; empty if nobody said."""
        return self.own.engine_version if self.own is not None else ""

    @property
    def eligible(self) -> bool:
        """Whether nothing that is known speaks against restoring from it."""
        return self.fact.eligible and not self.gone

    @property
    def follows(self) -> bool:
        """Whether it follows what it copies (a replica), and is deleted or spoilt with it."""
        return self.fact.level.casefold() == "replica"

    @property
    def doubtful(self) -> bool:
        """Whether nobody knows if it is still there, and whole.

        It was to be removed by now, and nobody has seen it since; or it is a replica, and what
        became of the original may have become of it.
        """
        return self.past or (bool(self.fact.level) and self.follows)

    @property
    def there(self) -> bool:
        """Whether it may be restored from, and nothing says that it was removed by now."""
        return not self.past and self.eligible

    @property
    def expires_at(self) -> datetime | None:
        """When it will be removed; None if nobody said."""
        return self.fact.expires_at

    @property
    def group(self) -> str:
        """The consistency group that it was made with; empty if none."""
        return self.fact.group

    @property
    def integrity(self) -> IntegrityCheck:
        """Whether somebody looked whether it is whole."""
        return self.fact.integrity

    @property
    def complete(self) -> bool | None:
        """Whether everything meant to be in it is; None if nobody said."""
        return self.fact.complete

    @property
    def usable(self) -> str:
        """What its source claims of it."""
        return self.fact.usable

    @property
    def malware(self) -> str:
        """What a scan said of it."""
        return self.fact.malware
