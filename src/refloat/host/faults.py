"""Named fault points: places between two lines where a test may kill Refloat.

``REFLOAT_FAULT=name`` makes the process end there as ``kill -9`` would; nothing is flushed, no
handler runs. It is how "it survives" is shown, crash by crash, without luck.
"""

from __future__ import annotations

import os
import signal

FAULT_VARIABLE = "REFLOAT_FAULT"


def point(name: str) -> None:
    """Die here if the environment asks for it.

    Args:
        name: the point's name, ``room.what-just-happened``.
    """
    if os.environ.get(FAULT_VARIABLE) == name:
        os.kill(os.getpid(), signal.SIGKILL)
