"""Looks for sockets in what a sandbox is shown: through one of them it could be left.

A read-only mount does not keep a process from connecting to a socket in it (unix(7)). So /usr and
the software that a plan names are looked through before anything is run inside.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from refloat.host import process
from refloat.model.errors import IsolationProblem, RefloatError
from refloat.sandboxes._bubblewrap.tree import ALTERNATIVES

SHOWN = (Path("/usr"), ALTERNATIVES)
PATIENCE = 300.0
BELIEVED = 300.0  # seconds: drills that follow each other need not look again
LOOKING = ("-ignore_readdir_race", "-type", "s", "-print", "-quit")

_lock = threading.Lock()
_clear: dict[Path, float] = {}  # looked through and found without any; until when that is believed


class Wall:
    """The looking, beside other work.

    Args:
        software: the paths that are shown beside /usr.
    """

    def __init__(self, software: tuple[Path, ...]) -> None:
        now = time.monotonic()
        with _lock:
            shown = [path for path in (*SHOWN, *software) if path.exists()]
            self._paths = tuple(path for path in shown if _clear.get(path, 0.0) < now)
        self._trouble: RefloatError | None = None
        self._thread: threading.Thread | None = None
        if self._paths:
            self._thread = threading.Thread(target=self._look, daemon=True)
            self._thread.start()

    def hold(self) -> None:
        """Wait until all was looked through.

        Raises:
            IsolationProblem: if there is a socket, or it could not be found out.
        """
        if self._thread is not None:
            self._thread.join()
        if self._trouble is not None:
            raise self._trouble

    def _look(self) -> None:
        try:
            # Who is not root cannot look into every folder; nor can what he runs in a sandbox.
            completed = process.run(
                ("find", *map(str, self._paths), *LOOKING),
                timeout=PATIENCE,
                check=os.geteuid() == 0,
            )
            found = completed.output.decode("utf-8", "replace").strip()
            if found:
                raise IsolationProblem(
                    f"there is a socket at {found}, where every sandbox could reach it",
                    hint="Let its server put it elsewhere (below /run), and remove it.",
                )
        except RefloatError as error:
            self._trouble = error
            return
        with _lock:
            _clear.update(dict.fromkeys(self._paths, time.monotonic() + BELIEVED))
