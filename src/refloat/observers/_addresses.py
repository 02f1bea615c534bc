"""Names of hosts inside of addresses; the rest of an address, its password above all, is dropped.

A value is looked at only to see whether it names something that the same source declares.
"""

from __future__ import annotations

import re

_HOST = re.compile(r"://(?:[^/?#\s]*@)?([^/?#\s:,@\[\]]+)")
_PAIR = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,252}):[0-9]{1,5}")


def hosts(name: str, value: str) -> list[str]:
    """Give the hosts that a setting's value names: ``db`` of ``postgres://app@db:5432/app``.

    Args:
        name: the setting's name; one that ends in ``HOST`` has a bare host for its value.
        value: its value: an address, ``host:port``, or several of them with commas between.

    Returns:
        Each host once; nothing where the value names none.
    """
    if "://" in value:
        found = _HOST.findall(value)
    elif ":" in value:
        pairs = map(_PAIR.fullmatch, value.replace(" ", "").split(","))
        found = [pair.group(1) for pair in pairs if pair]
    else:
        found = [value] if name.upper().endswith(("HOST", "HOSTNAME", "SERVER")) else []
    return list(dict.fromkeys(found))
