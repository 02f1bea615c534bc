"""Empty clusters in a place: initdb makes one for all servers that are being made there just now.

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

        Several may ask at the same time: the first makes the cluster, the others wait for it and
        copy it, and whoever is the last takes it away.

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
            cluster.wanted += 1
        try:
            _remove(place, target, data)
            with cluster.making:
                if not cluster.made:
                    _make(place, target, programs, bootstrap, cluster.folder)
                    cluster.made = True
                with self._guard:
                    cluster.made = cluster.wanted > 1
                if not cluster.made:
                    move = ("/bin/mv", "-T", "--", f"{cluster.folder}/data", data)
                    inside.demand(place, target, move)
                    return
            copy = ("/bin/cp", "-a", "--", f"{cluster.folder}/data", data)
            inside.demand(place, target, copy)
        finally:
            with self._guard:
                cluster.wanted -= 1


class _Cluster:
    """One empty cluster.

    Attributes:
        folder: what it lies in.
        making: held by whoever makes it or takes it away.
        made: whether it is there.
        wanted: how many are waiting for it or copying it.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.making = threading.Lock()
        self.made = False
        self.wanted = 0


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
