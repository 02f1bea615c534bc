"""Which recovery points there are: every repository is asked once, for all that it keeps."""

from __future__ import annotations

from collections.abc import Mapping

from refloat.engines import Reader
from refloat.model.points import RecoveryPoint
from refloat.recovery.preparation import Preparation


def list_points(
    kept_in: Mapping[str, str], readers: Mapping[str, Reader]
) -> dict[str, tuple[RecoveryPoint, ...]]:
    """List the recovery points of data sets, oldest first.

    Args:
        kept_in: the repository's key, by data set.
        readers: an open reader of each of these repositories, by its key.

    Raises:
        RepositoryProblem: if a repository does not answer.
    """
    found: dict[str, tuple[RecoveryPoint, ...]] = {}
    for repository in dict.fromkeys(kept_in.values()):
        data_sets = tuple(key for key, where in kept_in.items() if where == repository)
        points = readers[repository].points(data_sets)
        for key in data_sets:
            found[key] = tuple(point for point in points if point.data_set == key)
    return found


def points_for(preparation: Preparation) -> dict[str, tuple[RecoveryPoint, ...]]:
    """List the recovery points of everything that a recovery needs.

    Raises:
        RepositoryProblem: if a repository does not answer.
    """
    kept_in: dict[str, str] = {}
    readers: dict[str, Reader] = {}
    for key, component in preparation.components.items():
        protection = component.component.protection
        if protection is not None:
            kept_in[key] = protection.repository
            readers[protection.repository] = component.its_reader()
    return list_points(kept_in, readers)
