"""The configuration files of a restored PostgreSQL server: text in, text out.

It is tuned for a drill: nothing is forced to disk, because the whole place is thrown away after it.
What it holds survives the death of its processes all the same; it does not survive a power cut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from refloat.data_sets._postgresql import questions

LOADING = "autovacuum = off\n"
"""While data is loaded, nothing else is to read it."""

_DRILL = """
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 1h
shared_buffers = 128MB
maintenance_work_mem = 128MB
ssl = off
logging_collector = off
log_destination = stderr
log_min_messages = warning
"""

_RULES_OTHERWISE = """
local all all               md5
host  all all 127.0.0.1/32  md5
host  all all ::1/128       md5
"""
"""Used where the original's rules could not be read. ``md5`` takes both kinds of stored password
(PostgreSQL manual, 21.5)."""

_WORDS_WITH_A_MEANING = {"all", "sameuser", "samerole", "replication", "samehost", "samenet"}


def configuration(
    original: Mapping[str, str], sockets: Sequence[str], address: str, port: str
) -> str:
    """Give postgresql.conf: the original's settings that an application sees, then the drill's.

    Args:
        original: settings by name.
        sockets: folders of its sockets.
        address: the address that it listens at.
        port: its port, at the address and at the sockets.
    """
    kept = "".join(f"{name} = {_setting(value)}\n" for name, value in original.items())
    return (
        f"{kept}{_DRILL}port = {port}\nlisten_addresses = {_setting(address)}\n"
        f"unix_socket_directories = {_setting(', '.join(quoted(path) for path in sockets))}\n"
    )


def first_rules(bootstrap: str) -> str:
    """Give pg_hba.conf while the server is made: nobody but Refloat."""
    return f"local all {quoted(bootstrap)} peer map=refloat\n{_our_rule()}"


def rules(access: Sequence[Mapping[str, Any]]) -> str:
    """Give pg_hba.conf: Refloat's own way in, then the original's rules, in their order.

    Args:
        access: rows of ``pg_hba_file_rules``; empty where it could not be read.
    """
    return _our_rule() + ("".join(_rule(row) for row in access) or _RULES_OTHERWISE)


def identities(account: str, bootstrap: str) -> str:
    """Give pg_ident.conf: the operating system's account may be these two roles."""
    names = (bootstrap, questions.ADMINISTRATOR)
    return "".join(f"refloat {quoted(account)} {quoted(name)}\n" for name in names)


def roles_without(roles: str, bootstrap: str) -> str:
    """Leave out of pg_dumpall's script the making of a role that is there already."""
    name = bootstrap if re.fullmatch(r"[a-z_][a-z0-9_$]*", bootstrap) else quoted(bootstrap)
    return re.sub(rf"^CREATE ROLE {re.escape(name)};$", "", roles, flags=re.MULTILINE)


def quoted(name: str) -> str:
    """Put a name in double quotes, as SQL and the access files do."""
    return '"' + name.replace('"', '""') + '"'


def _our_rule() -> str:
    return f"local all {questions.ADMINISTRATOR} peer map=refloat\n"


def _rule(row: Mapping[str, Any]) -> str:
    databases = ",".join(_word(name) for name in row["database"])
    users = ",".join(_word(name) for name in row["user"])
    address = " ".join(filter(None, (row["address"], row["netmask"])))
    options = " ".join(
        quoted(option) for option in row["options"] or () if not option.startswith("map=")
    )
    return f"{row['type']} {databases} {users} {address} {row['method']} {options}\n"


def _word(name: str) -> str:
    """Quote a name, but leave the words that mean something: quoted they would lose it."""
    special = name in _WORDS_WITH_A_MEANING or name[:1] in {"+", "@", "/"}
    return name if special else quoted(name)


def _setting(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
