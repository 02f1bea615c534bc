"""What a rule is: a small function with a stable code, which says what it reads.

A rule of a service sees one service; it is run again only when a fact of this service changes. A
rule of the organisation sees all of them; it is run again when a fact of a kind that it reads came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refloat.model.judgement import Finding, ServiceStatus

if TYPE_CHECKING:
    from refloat.assess.ground.basis import Basis
    from refloat.assess.organisation import Organisation


@dataclass(frozen=True)
class ServiceRule:
    """A rule that looks at one service.

    Attributes:
        code: the stable name of its findings.
        requirements: ids of the requirements that it stems from.
        says: what it finds, one sentence for the reference.
        judge: gives the findings of one service.
    """

    code: str
    requirements: tuple[str, ...]
    says: str
    judge: Callable[[Basis, ServiceStatus], Iterator[Finding]]


@dataclass(frozen=True)
class OrganisationRule:
    """A rule that looks at the organisation as a whole.

    Attributes:
        code: the stable name of its findings.
        requirements: ids of the requirements that it stems from.
        says: what it finds, one sentence for the reference.
        judge: gives the findings of the organisation.
        reads: names of the streams of facts that it reads (``access``, ``exercises``, …: attributes
            of ``Stream``), with ``statuses`` if it reads what was judged of the services; empty if
            it reads the plan alone.
    """

    code: str
    requirements: tuple[str, ...]
    says: str
    judge: Callable[[Organisation], Iterator[Finding]]
    reads: frozenset[str] = frozenset()


Rule = ServiceRule | OrganisationRule
