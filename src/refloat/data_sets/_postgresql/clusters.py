"""Empty clusters in a place: initdb makes one, and every server there begins with a copy of it.

initdb takes a second of a processor, most of it for catalogues that are the same each time; a copy
of its forty megabytes takes a twentieth of that. PostgreSQL's own tests do the same (commit
252dcb32, "Use template data directory in tests"). Servers that were copied share a system
identifier, which matters between a server and its standby only; none is restored here.
"""

from __future__ import annotations

import hashlib
import threading
import weakref

from refloat.data_sets import Target
from refloat.data_sets._postgresql import place as inside
from refloat.model.place import Place

HOME = "/var/lib/refloat/.empty"
"""Where they lie in a place; no component's key begins with a dot."""


class Clusters:
    """The empty clusters of places, one for each account, version and first role.

    Nothing rests on this memory: what is not known here is made anew.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: weakref.WeakKeyDictionary[Place, dict[str, _Cluster]] = (
            weakref.WeakKeyDictionary()
        )

    def copy(
        self, place: Place, target: Target, *, programs: str, bootstrap: str, data: str
    ) -> None:
        """Put an empty cluster into a data folder, in place of whatever was there.

        Several may ask at the same time; the first makes the cluster, the others wait for it.

        Args:
            place: where.
            target: whose server it will be; the cluster belongs to its account.
            programs: the folder of PostgreSQL's programs.
            bootstrap: the name of the first role.
            data: the data folder.

        Raises:
            ToolFailed, ToolTimeout: with the tool's last lines.
        """
        name = hashlib.sha256("\0".join((target.user, programs, bootstrap)).encode()).hexdigest()
        with self._guard:
            known = self._known.setdefault(place, {})
            cluster = known.setdefault(name, _Cluster(f"{HOME}/{name[:16]}"))
        with cluster.making:
            if not cluster.made:
                _make(place, target, programs, bootstrap, cluster.folder)
                cluster.made = True
        _remove(place, target, data)
        inside.demand(place, target, ("/bin/cp", "-a", "--", f"{cluster.folder}/data", data))


class _Cluster:
    """One empty cluster, and whether it has been made."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.making = threading.Lock()
        self.made = False


def _make(place: Place, target: Target, programs: str, bootstrap: str, folder: str) -> None:
    place.make_folder(folder, user=target.user)
    _remove(place, target, f"{folder}/data")  # what a run that was killed left half-made
    inside.demand(
        place,
        target,
        (
            *(f"{programs}/initdb", "--no-sync", f"--username={bootstrap}", "--auth=peer"),
            *("--encoding=UTF8", "--no-locale", f"--pgdata={folder}/data"),
        ),
    )


def _remove(place: Place, target: Target, folder: str) -> None:
    inside.demand(place, target, ("/bin/rm", "-rf", "--", folder))
