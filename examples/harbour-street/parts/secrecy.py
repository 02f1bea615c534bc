"""The passwords of the business: made once, kept in files, never printed."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

from parts.layout import Account, Layout, write_file

REFLOAT_SECRETS = ("restic-password", "ldap-admin", "database", "dentist")
"""Files in ``secrets/``: the key of the backups, the directory's administrator, the database's
superuser, and the dentist who walks the journey."""


def make_secrets(layout: Layout) -> None:
    """Make whichever of Refloat's secrets are not there yet."""
    for name in REFLOAT_SECRETS:
        make_secret(layout.secrets / name, None)


def make_secret(file: Path, owner: Account | None) -> str:
    """Return the secret in the file, made at random first when there is none."""
    if not file.exists():
        # No end of line: ldapsearch -y and others would take it for part of the password.
        write_file(file, secrets.token_urlsafe(24), owner, 0o600)
    return read_secret(file)


def read_secret(file: Path) -> str:
    """Return the secret that a file holds, without an end of line that an editor may have added."""
    return file.read_text(encoding="utf-8").rstrip("\n")


def salted_hash(password: str) -> str:
    """Return a password as OpenLDAP keeps it by default: salted SHA-1, see slappasswd(8)."""
    salt = secrets.token_bytes(8)
    digest = hashlib.sha1(password.encode() + salt).digest()
    return "{SSHA}" + base64.b64encode(digest + salt).decode()
