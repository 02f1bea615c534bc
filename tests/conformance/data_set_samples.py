"""Real data of each kind for the conformance suite: one function a kind, found by its name."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import server_samples

from refloat.data_sets import Source, Target
from refloat.data_sets.files import ADAPTER as FILES
from refloat.model.place import Place
from refloat.testing.data_set_conformance import Sample


def account(name: str) -> str:
    """Give the account that data belongs to: its own where we are root, else ours."""
    return name if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


@contextmanager
def files(folder: Path) -> Iterator[Sample]:
    """Give documents with all that is awkward, and one file by itself."""
    owner = account("www-data")
    home, single = folder / "srv" / "documents", folder / "srv" / "settings, main.json"
    (home / "2026" / "März").mkdir(parents=True)
    for number in range(40):
        (home / "2026" / f"letter {number}.txt").write_bytes(b"%d" % number * (number * 997))
    (home / "empty").touch()
    (home / os.fsdecode(b"bad \xff name\nbroken")).write_text("odd")
    (home / "2026" / "März" / "latest").symlink_to("../letter 39.txt")
    os.link(home / "2026" / "letter 1.txt", home / "2026" / "März" / "same")
    single.write_text("{}")
    (home / "2026" / "letter 2.txt").chmod(0o640)
    _give(folder / "srv", owner)
    options = {"paths": (str(home), str(single))}
    letter = str(home / "2026" / "letter 7.txt")

    def python(code: str) -> Callable[[Place], None]:
        def damage(place: Place) -> None:
            program = ("/usr/bin/python3", "-c", code)
            assert place.run(program, user=owner, timeout=30).succeeded

        return damage

    yield Sample(
        data_set=FILES,
        source=Source("documents", options, {}, owner, folder, True),
        target=Target("documents", options, {}, owner, 60.0),
        broken=Source("documents", {"paths": (str(home), "/nowhere")}, {}, owner, folder, True),
        damages={
            "a flipped byte, time kept": python(
                f"import os; p={letter!r}; s=os.stat(p); f=open(p,'r+b'); b=f.read(1);"
                " f.seek(0); f.write(bytes([b[0]^1])); f.close();"
                " os.utime(p, ns=(s.st_atime_ns, s.st_mtime_ns))"
            ),
            "a missing file": python(f"import os; os.remove({str(home / 'empty')!r})"),
        },
        lose=lambda: shutil.rmtree(folder / "srv"),
    )


SAMPLES: dict[str, Callable[[Path], AbstractContextManager[Sample]]] = {
    "files": files,
    "ldap": server_samples.ldap,
    "postgresql": server_samples.postgresql,
}
"""By the kind's name: what gives its sample, in a folder that every account may enter."""


def _give(folder: Path, owner: str) -> None:
    if os.geteuid() != 0:
        return
    entry = pwd.getpwnam(owner)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
