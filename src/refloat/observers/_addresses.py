"""Names of hosts inside of addresses; the rest of an address, its password above all, is dropped.

A value is looked at only to see whether it names something that the same source declares.
"""

from __future__ import annotations

import re

_HOSTS = re.compile(r"://(?:[^/?#\s]*@)?([^/?#\s@\[\];'\"()]+)")
"""What stands for the machine in an address; several have commas between (MongoDB, Kafka)."""
_PORT = re.compile(r":(?:[0-9]{1,5}|\$\{.*|\$\w+)?$")
_PAIR = re.compile(
    r"(?:[^,\s]*@)?([A-Za-z0-9][A-Za-z0-9._-]{0,252}):(?:[0-9]{1,5}|\$\{[^{}]*\}|\$\w+)"
)
_KEYED = re.compile(
    r"(?:^|[;\s])(?:server|host|data source)\s*=\s*(?:tcp:)?([^;,:\s()]+)", re.IGNORECASE
)
"""``Server=db;…`` of ADO.NET and ODBC, ``host=db …`` of libpq."""
_WRAPPED = re.compile(r"@tcp\(([^():,\s]+)")
"""``user:…@tcp(db:3306)/app`` of Go's driver for MySQL."""


def hosts(name: str, value: str) -> list[str]:
    """Give the hosts that a setting's value names: ``db`` of ``postgres://app@db:5432/app``.

    Args:
        name: the setting's name; one that ends in ``HOST`` has a bare host for its value.
        value: its value: an address, ``host:port``, several of them with commas between, or the
            settings of a connection.

    Returns:
        Each host once; nothing where the value names none.
    """
    if "://" in value:
        found = [_PORT.sub("", one) for some in _HOSTS.findall(value) for one in some.split(",")]
    elif "=" in value:
        found = _KEYED.findall(value)
    elif ":" in value:
        pairs = map(_PAIR.fullmatch, value.replace(" ", "").split(","))
        found = _WRAPPED.findall(value) or [pair.group(1) for pair in pairs if pair]
    else:
        found = [value] if name.upper().endswith(("HOST", "HOSTNAME", "SERVER")) else []
    return list(dict.fromkeys(filter(None, found)))
